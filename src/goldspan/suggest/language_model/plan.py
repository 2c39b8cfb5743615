"""What a run would ask a language model, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.report.text import amount
from goldspan.suggest.language_model.client import CHARACTERS_PER_TOKEN, expected_tokens
from goldspan.suggest.language_model.prompt import size_of
from goldspan.web.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from goldspan.annotation import Example
    from goldspan.suggest.language_model.prompt import Message
    from goldspan.suggest.language_model.recogniser import LanguageModel


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """The requests of a run.

    Args:
        model: the recogniser.
        documents: how many there are.
        requests: to be made, if every answer can be used.
        cached: that are not made, since the cache has their answers.
        prompt_tokens: of all requests to be made, estimated rather high.
        messages: of the first request; of the first that is answered out of the cache if none is to be made.
    """

    model: LanguageModel
    documents: int
    requests: int
    cached: int
    prompt_tokens: int
    messages: Sequence[Message]

    def lines(self) -> Iterator[str]:
        """The plan, in sentences."""
        options = self.model.options
        where = "on this machine" if is_loopback(options.server) else "not on this machine: texts leave it"
        name = f"the model {options.model}" if options.model else "the model of the server"
        yield f"{self.model.name}: {name} at {options.server} ({where})."
        yield (
            f"{amount(self.requests, 'request')} for {amount(self.documents, 'article')}; "
            f"{amount(self.cached, 'answer')} in the cache already."
        )
        answers = self.requests * options.answer_tokens
        yield (
            f"About {self.prompt_tokens:,} tokens of prompts, at {CHARACTERS_PER_TOKEN} characters a token, and at "
            f"most {answers:,} of answers."
        )
        tokens = f", most_tokens = {options.most_tokens:,}" if options.most_tokens is not None else ""
        limits = f"most_requests = {options.most_requests:,}{tokens}, most_seconds = {options.most_seconds:g}"
        yield f"A run ends at {limits}."
        yield from (f"Note: {note}." for note in self.model.notes)

    def prompt(self) -> Iterator[str]:
        """The messages of the first request, each after the name of who speaks."""
        for message in self.messages:
            yield f"--- {message['role']} ---"
            yield message["content"]


def plan_requests(model: LanguageModel, documents: Iterable[Sequence[Example]]) -> RequestPlan:
    """What a run would ask about some documents; nothing is sent."""
    count = cached = requests = tokens = 0
    first: Sequence[Message] = ()
    for examples in documents:
        count += 1
        for part in model.parts(examples):
            messages = model.prompt.messages(part)
            if model.is_known(part):
                cached += 1
                first = first or messages
                continue
            first = messages if not requests else first
            requests += 1
            tokens += expected_tokens({}, size_of(messages))
    return RequestPlan(model, count, requests, cached, tokens, first)
