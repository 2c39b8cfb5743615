"""The recogniser that is a language model: it asks about the parts of each document, and places what is quoted.

A part is as many consecutive examples as fit into a request. If its answer cannot be used, each half of it is asked
about alone, so that one long answer or one odd sentence does not cost a whole article. What has no answer in the end is
named, example by example, with the reason: it is not read, which is not the same as that it has no spans.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter, deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from goldspan.corpus import Corpus
from goldspan.errors import InvalidValueError, ServerError
from goldspan.report.text import amount, enumerate_names
from goldspan.suggest.language_model import answer
from goldspan.suggest.language_model.alignment import Quote, align
from goldspan.suggest.language_model.budget import Budget, BudgetLimits
from goldspan.suggest.language_model.cache import FOLDER, AnswerCache
from goldspan.suggest.language_model.client import ChatClient, FormRefusedError, UnusableAnswerError
from goldspan.suggest.language_model.options import LanguageModelOptions, read_key, read_options
from goldspan.suggest.language_model.prompt import GuidelinePrompt, PromptSize, TextPart, parts_of, require_pages
from goldspan.suggest.recogniser import RecognisedSpan
from goldspan.suggest.recogniser_inputs import RecogniserInputs, input_folder
from goldspan.suggest.recogniser_table import LabelMapping
from goldspan.web.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from goldspan.annotation import Example
    from goldspan.suggest.language_model.answer import AnswerForm, QuotedMention
    from goldspan.suggest.recogniser_table import RecogniserTable

T = TypeVar("T")
R = TypeVar("R")

RULE = "model.quote"
MOST_FAILURES = 5  # examples in a row without an answer that can be used, after which nothing more is asked
NOT_ASKED = "only `goldspan suggest` asks a language model, and its cache has no answer"
UNKNOWN_LABEL = "with a label that was not asked for"
UNKNOWN_EXAMPLE = "of an example that was not asked about"


@dataclass
class ReadingTally:
    """What became of the quotes of a run.

    Args:
        placed: quotes with a place.
        out_of_order: those of them that were not in the order of the text.
        refused: by reason, how many were refused.
        cached: answers out of the cache.
        failures: in a row, examples for which no answer could be used.
    """

    placed: int = 0
    out_of_order: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    cached: int = 0
    failures: int = 0


class LanguageModel:
    """Finds what a language model quotes.

    Args:
        options: the keys of its table.
        prompt: what it is told.
        labels: what becomes of its labels.
        budget: of a run.
        connect: makes the client of its server, once it may be asked.
        cache: of its answers.
        name: under which its spans are known.
    """

    def __init__(
        self,
        options: LanguageModelOptions,
        prompt: GuidelinePrompt,
        labels: LabelMapping,
        *,
        budget: Budget,
        connect: Callable[[], ChatClient],
        cache: AnswerCache,
        name: str,
    ) -> None:
        self.options = options
        self.prompt = prompt
        self.map = labels
        self.budget = budget
        self.client: ChatClient | None = None
        self.cache = cache
        self.name = name
        self.labels = frozenset(labels.labels.values())
        self._connect = connect
        self.unread: dict[str, str] = {}
        self.tally = ReadingTally()
        self.form: AnswerForm | None = options.forms[0] if len(options.forms) == 1 else None
        self._lock = threading.Lock()
        self._form_lock = threading.Lock()

    @property
    def notes(self) -> list[str]:
        """What is sent where, and after a run what was asked and what became of the quotes."""
        notes = self.map.notes
        if self.prompt.left_out:
            sections = amount(self.prompt.left_out, "section")
            notes.append(f"{sections} of the guidelines are left out of the prompt, for which there is no room "
                         f"(guideline_characters = {self.options.guideline_characters})")  # fmt: skip
        if self.prompt.blanks:
            notes.append(
                f"the prompt has {amount(self.prompt.blanks, 'line')} TO FILL IN, of labels.toml and the pages"
            )
        if not is_loopback(self.options.server) and self.options.server.startswith("http:"):
            notes.append(f"texts go to {self.options.server} unencrypted")
        return [*notes, *self._run_notes()]

    def _run_notes(self) -> Iterator[str]:
        budget, tally = self.budget, self.tally
        if budget.requests or tally.cached:
            yield (
                f"{amount(budget.requests, 'request')} to {self.options.server}, {budget.prompt_tokens:,} tokens of "
                f"prompts, {budget.answer_tokens:,} of answers; {amount(tally.cached, 'answer')} out of the cache"
            )
        if self.form is not None and self.options.output == "detect" and budget.requests:
            yield f'the server takes answers of the form "{self.form}": output = "{self.form}" spares the try'
        if tally.placed or tally.refused:
            counts = [f"{number:,} {reason}" for reason, number in sorted(tally.refused.items())]
            refused = f"refused {sum(tally.refused.values()):,} ({'; '.join(counts)})" if counts else "refused none"
            order = f", {tally.out_of_order:,} of them out of order" if tally.out_of_order else ""
            yield f"placed {amount(tally.placed, 'quote')}{order}; {refused}"
        if self.client is not None and self.client.short_prompts:
            yield (
                f"the server counts far fewer tokens than {amount(self.client.short_prompts, 'prompt')} can have: does "
                "it cut them? (Ollama: OLLAMA_CONTEXT_LENGTH; llama.cpp: --ctx-size)"
            )
        if self.unread:
            reasons = Counter(self.unread.values())
            yield f"did not read {amount(len(self.unread), 'example')}: " + "; ".join(
                f"{enumerate_names([i for i, why in self.unread.items() if why == reason], most=5)}: {reason}"
                for reason in reasons
            )

    def permit_requests(self) -> None:
        """Let it ask; without leave it knows only what is in its cache.

        Raises:
            InputError: if the environment names authorities for TLS, and there are none.
            NotFoundError: for a variable that is named for the key and holds none.
        """
        self.client = self._connect()

    def parts(self, examples: Sequence[Example]) -> list[TextPart]:
        """The parts of a document about which one request each asks."""
        options = self.options
        return list(parts_of(examples, characters=options.text_characters, context=options.context_characters))

    def body(self, part: TextPart, form: AnswerForm) -> dict[str, Any]:
        """The body of the request about a part."""
        body: dict[str, Any] = {"model": self.options.model} if self.options.model else {}
        body |= {"messages": self.prompt.messages(part), **self.options.parameters}
        schema = answer.response_format(form, tuple(self.map.labels), len(part.examples))
        return body if schema is None else body | {"response_format": schema}

    def cached(self, part: TextPart) -> list[QuotedMention] | None:
        """The answer about a part that the cache has, of any form that may be tried; None if it has none."""
        for form in self.options.forms:
            content = self.cache.read(self.options.server, self.body(part, form))
            if content is not None:
                try:
                    return answer.parse(content)
                except InvalidValueError:
                    continue
        return None

    def is_known(self, part: TextPart) -> bool:
        """Whether nothing has to be asked about a part: the cache has its answer, or those of its halves."""
        return self.cached(part) is not None or (len(part.examples) > 1 and all(map(self.is_known, self._halves(part))))

    def recognise(self, documents: Sequence[Sequence[Example]]) -> Iterator[list[list[RecognisedSpan]]]:
        """The spans that the model quotes in each document.

        Raises:
            ServerError: if the server has not answered at all, and no further request would change that.
        """
        parts = [self.parts(examples) for examples in documents]
        readings = _map_in_order(self._read, (part for one in parts for part in one), self.options.parallel)
        for one in parts:
            yield [spans for _ in one for spans in next(readings)]

    def _read(self, part: TextPart) -> list[list[RecognisedSpan]]:
        """The spans in each example of a part; an example without an answer goes to `unread`."""
        if self._was_halved(part):
            return self._read_halves(part)
        try:
            mentions = self._mentions(part)
        except UnusableAnswerError as error:
            if len(part.examples) > 1:
                return self._read_halves(part)
            self._count_failure(error)
            return self._leave(part, error.message)
        except ServerError as error:
            if self.client is None or not self.client.was_answered:
                raise
            self.budget.end(error.message)
            return self._leave(part, error.message)
        if mentions is None:
            return self._leave(part, self.budget.ended or NOT_ASKED)
        return self._place(part, mentions)

    def _was_halved(self, part: TextPart) -> bool:
        """Whether the cache has answers about the halves of a part and none about the whole, which could not be used.

        Where nothing is asked any more, what it has about some of the examples is taken, too.
        """
        if len(part.examples) == 1 or self.cached(part) is not None:
            return False
        return self.client is None or self.budget.ended is not None or self.is_known(part)

    def _halves(self, part: TextPart) -> tuple[TextPart, TextPart]:
        return part.halves(self.options.context_characters)

    def _read_halves(self, part: TextPart) -> list[list[RecognisedSpan]]:
        return [spans for half in self._halves(part) for spans in self._read(half)]

    def _mentions(self, part: TextPart) -> list[QuotedMention] | None:
        """What the model answers about a part; None if it is not asked.

        Raises:
            ServerError: for no answer, or one that cannot be used.
        """
        cached = self.cached(part)
        if cached is not None:
            with self._lock:
                self.tally.cached += 1
            return cached
        client = self.client
        if client is None or self.budget.ended is not None:
            return None
        form = self.form
        if form is None:
            with self._form_lock:  # the first request alone finds out which form the server takes
                form = self.form
                if form is None:
                    return self._detect(client, part)
        return self._ask(client, part, form)

    def _detect(self, client: ChatClient, part: TextPart) -> list[QuotedMention] | None:
        """What the model answers in the strictest form that its server takes."""
        refusal: FormRefusedError | None = None
        for form in self.options.forms:
            try:
                mentions = self._ask(client, part, form)
            except FormRefusedError as error:
                refusal = refusal or error
                continue
            except UnusableAnswerError:
                if client.was_answered:
                    self.form = form
                raise
            self.form = form if mentions is not None else None
            return mentions
        assert refusal is not None
        raise refusal

    def _ask(self, client: ChatClient, part: TextPart, form: AnswerForm) -> list[QuotedMention] | None:
        body = self.body(part, form)
        sent = "\n".join(message["content"] for message in body["messages"])
        content = client.complete(body, sent)
        if content is None:
            return None
        try:
            mentions = answer.parse(content)
        except InvalidValueError as error:
            raise UnusableAnswerError(error.message, remedy=error.remedy) from None
        self.cache.write(self.options.server, body, content)
        with self._lock:
            self.tally.failures = 0
        return mentions

    def _place(self, part: TextPart, mentions: Sequence[QuotedMention]) -> list[list[RecognisedSpan]]:
        """The spans of mentions in the examples of a part; what has no place is counted."""
        by_example: list[list[QuotedMention]] = [[] for _ in part.examples]
        refused: Counter[str] = Counter()
        for mention in mentions:
            number = 1 if mention.example is None and len(part.examples) == 1 else mention.example or 0
            if not 1 <= number <= len(part.examples):
                refused[UNKNOWN_EXAMPLE] += 1
            elif mention.label not in self.map.labels:
                refused[UNKNOWN_LABEL] += 1
            else:
                by_example[number - 1].append(mention)
        found = []
        placed = out_of_order = 0
        for example, own in zip(part.examples, by_example, strict=True):
            aligned = align(example.text, [Quote(one.quote, one.before) for one in own], self.options.matching)
            found.append(
                [
                    RecognisedSpan(place.start, place.end, self.map.labels[own[number].label], RULE)
                    for number, place in aligned.places.items()
                ]
            )
            placed += len(aligned.places)
            out_of_order += len(aligned.out_of_order)
            refused.update(str(reason) for reason in aligned.refused.values())
        with self._lock:
            self.tally.placed += placed
            self.tally.out_of_order += out_of_order
            self.tally.refused += refused
        return found

    def _leave(self, part: TextPart, reason: str) -> list[list[RecognisedSpan]]:
        """No spans for the examples of a part, which are named as not read."""
        with self._lock:
            self.unread |= {example.id: reason for example in part.examples}
        return [[] for _ in part.examples]

    def _count_failure(self, error: ServerError) -> None:
        with self._lock:
            self.tally.failures += 1
            if self.tally.failures >= MOST_FAILURES:
                self.budget.end(f"no answer could be used {MOST_FAILURES} times in a row: {error.message}")


def of_table(table: RecogniserTable) -> LanguageModel:
    """The recogniser of a `[[recogniser]]` table.

    Raises:
        InputError: for an address to which texts may not be sent, and what else its keys cannot have.
        NotFoundError: if there are no guidelines.
    """
    options = read_options(table)
    corpus = Corpus(table.root)
    labels = LabelMapping.of(table, options.ask_for or table.scheme.names, options.labels)
    if options.pages is not None:
        require_pages(corpus.guidelines, options.pages)
    size = PromptSize(characters=options.guideline_characters, shots=options.shots)
    prompt = GuidelinePrompt(table.scheme, tuple(labels.labels), corpus.guidelines, options.pages, size)
    limits = BudgetLimits(requests=options.most_requests, tokens=options.most_tokens, seconds=options.most_seconds)
    budget = Budget(limits)

    def connect() -> ChatClient:
        return ChatClient(options.server, read_key(options), seconds=options.seconds, budget=budget)

    cache = AnswerCache(corpus.build / FOLDER)
    return LanguageModel(options, prompt, labels, budget=budget, connect=connect, cache=cache, name=table.name)


def inputs(table: RecogniserTable) -> RecogniserInputs:
    """What its prompts are made of: the pages of the guidelines. What its server answers, no file decides.

    Raises:
        InputError: as `of_table`, for its keys.
    """
    table.parse(LanguageModelOptions)
    folder = Corpus(table.root).guidelines
    return RecogniserInputs(files=(input_folder(table.root, folder, folder.rglob("*.md")),), asks_server=True)


def _map_in_order(function: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """The results of a function for some items, in their order; some of them are worked at at once.

    The threads end with the process, so that an interruption does not wait for a server. After an error no further item
    is begun.
    """
    tasks: queue.SimpleQueue[tuple[T, Future[R]] | None] = queue.SimpleQueue()

    def work() -> None:
        while (task := tasks.get()) is not None:
            item, result = task
            try:
                result.set_result(function(item))
            except BaseException as error:  # noqa: BLE001  (it is raised where the result is taken)
                result.set_exception(error)

    for _ in range(workers):
        threading.Thread(target=work, daemon=True).start()
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            result: Future[R] = Future()
            waiting.append(result)
            tasks.put((item, result))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        while not tasks.empty():
            tasks.get()
        for _ in range(workers):
            tasks.put(None)
