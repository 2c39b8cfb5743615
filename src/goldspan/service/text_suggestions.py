"""The suggestions for one text, as Doccano asks for them: of its whole article, where the corpus has it.

Recognisers judge documents: a surname is found since the full name stood two paragraphs before. Doccano sends one
example, and says nothing of where it comes from. So a text that is an example of exactly one article of the project
gets what is suggested for it in that article, as `goldspan suggest` does; the article is read once. A text that stands
in several articles, or in none, is judged alone.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.annotation import Span
from goldspan.service.project_files import fingerprint
from goldspan.service.recogniser_pool import IDLE, URGENT, RecogniserPool
from goldspan.service.recogniser_process import RecogniserError, TooSlowError, UnavailableError
from goldspan.service.rejections import text_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence

    from goldspan.corpus import Corpus
    from goldspan.service.project_files import Fingerprint
    from goldspan.service.recogniser_pool import Priority
    from goldspan.service.recogniser_process import LoadedRecognisers, Row
    from goldspan.suggest.suggester_recipe import SuggesterRecipe

logger = logging.getLogger(__name__)

ANSWER_WITHIN = 5.0  # seconds; so long an annotator may see the new text with the spans of the one before
ALONE = 0.9  # of these, for a text by itself: then the answer can say that it was too slow
ARTICLE_LIMIT = 120.0  # seconds for a whole article; nobody waits for so long, but the next who asks has it
MOST_WAITING = 256  # questions that are worked at or wait
MOST_CACHED = 300_000  # texts and spans that are kept: some 60 MB
INDEXED = 50  # articles that a process looks up at once
BUSY, SLOW, FAILED = "too many requests at once", "recognisers too slow", "recognisers failed"


@dataclass(frozen=True, slots=True)
class TextSuggestion:
    """What is suggested for a text.

    Args:
        spans: in code points of the text, sorted.
        failure: why there are none: `BUSY`, `SLOW` or `FAILED`; empty if the recognisers judged the text.
    """

    spans: tuple[Span, ...] = ()
    failure: str = ""

    @property
    def weight(self) -> int:
        """How much memory it takes, as a number of spans."""
        return 1 + len(self.spans)


class SuggestionCache:
    """The suggestions for texts by their digests; those that nobody asked for the longest go first.

    Args:
        most: texts and spans that are kept.
    """

    def __init__(self, most: int = MOST_CACHED) -> None:
        self._most = most
        self._weight = 0
        self._entries: OrderedDict[str, TextSuggestion] = OrderedDict()

    def get(self, digest: str) -> TextSuggestion | None:
        """What is kept for a text; None if nothing is."""
        found = self._entries.get(digest)
        if found is not None:
            self._entries.move_to_end(digest)
        return found

    def put(self, digest: str, suggestion: TextSuggestion) -> None:
        """Keep a suggestion."""
        former = self._entries.pop(digest, None)
        self._weight += suggestion.weight - (0 if former is None else former.weight)
        self._entries[digest] = suggestion
        while self._weight > self._most:
            _, oldest = self._entries.popitem(last=False)
            self._weight -= oldest.weight

    @property
    def is_nearly_full(self) -> bool:
        """Whether there is room for little more."""
        return self._weight > 0.9 * self._most


class TextSuggester:
    """Suggests spans for texts, with recognisers in other processes. Used by one event loop.

    Args:
        pool: of processes that run.
        loaded: what they have loaded.
        articles: by digest of a text, the article that has it.
        answer_within: seconds after which there is an answer, whatever it is.
        files: the state of the files on which suggestions depend, before they were read.
    """

    def __init__(
        self,
        pool: RecogniserPool,
        loaded: LoadedRecognisers,
        articles: Mapping[str, str],
        answer_within: float = ANSWER_WITHIN,
        *,
        files: Fingerprint = frozenset(),
    ) -> None:
        self.loaded = loaded
        self.files = files
        self.pool = pool
        self._articles = articles
        self._answer_within = answer_within
        self._cache = SuggestionCache()
        self._failed_articles: set[str] = set()
        self._running: dict[tuple[str, str], asyncio.Task[Mapping[str, TextSuggestion]]] = {}

    async def suggest(self, text: str) -> TextSuggestion:
        """The spans for a text, in time: none, with the reason, if the recognisers take too long or fail."""
        digest = text_digest(text)
        end = time.monotonic() + self._answer_within
        found = self._cache.get(digest)
        article = self._articles.get(digest)
        if found is None and article is not None and article not in self._failed_articles:
            found = await self._wait_for("article", article, digest, end, lambda: self._read_article(article))
        if found is None:
            found = await self._wait_for("text", digest, digest, end, lambda: self._read_text(digest, text))
        return found or TextSuggestion(failure=SLOW)

    async def read_ahead(self) -> None:
        """Read the articles one after the other while nobody waits, so that nobody has to."""
        for article in dict.fromkeys(self._articles.values()):
            await self._finish()
            if self.pool.is_closed or self._cache.is_nearly_full:
                return
            if article not in self._failed_articles:
                await self._read_article(article, IDLE)

    async def close_when_done(self) -> None:
        """End the processes when nobody waits for them any more."""
        await self._finish()
        await self.close()

    async def close(self) -> None:
        """End the processes."""
        await asyncio.to_thread(self.pool.close)
        await self._finish()

    async def _finish(self) -> None:
        """Wait until nobody waits."""
        while self._running:
            await asyncio.wait([*self._running.values()])

    async def _wait_for(
        self,
        kind: str,
        key: str,
        digest: str,
        end: float,
        read: Callable[[], Coroutine[Any, Any, Mapping[str, TextSuggestion]]],
    ) -> TextSuggestion | None:
        """What a reading finds for a text, or why there is nothing in time; None if the reading finds nothing of it."""
        task = self._running.get((kind, key))
        if task is None:
            if len(self._running) >= MOST_WAITING:
                return TextSuggestion(failure=BUSY)
            task = self._running[kind, key] = asyncio.create_task(read())
            task.add_done_callback(lambda _: self._running.pop((kind, key), None))
        done, _ = await asyncio.wait([task], timeout=max(0, end - time.monotonic()))
        return task.result().get(digest) if done else TextSuggestion(failure=SLOW)

    async def _read_article(self, article: str, priority: Priority = URGENT) -> Mapping[str, TextSuggestion]:
        """By digest, what is suggested for each text of an article; nothing if it cannot be read as a whole."""
        try:
            found: dict[str, list[Row]] = await asyncio.wrap_future(
                self.pool.submit("article", article, limit=ARTICLE_LIMIT, priority=priority)
            )
        except UnavailableError:
            return {}
        except RecogniserError as error:
            self._failed_articles.add(article)
            logger.warning("the article %s is not read as a whole, its texts are judged alone: %s", article, error)
            return {}
        suggestions = {digest: _suggestion(rows) for digest, rows in found.items()}
        for digest, suggestion in suggestions.items():
            if self._articles.get(digest) == article:
                self._cache.put(digest, suggestion)
        return suggestions

    async def _read_text(self, digest: str, text: str) -> Mapping[str, TextSuggestion]:
        """By its digest, what is suggested for a text by itself."""
        wait = self._answer_within
        try:
            rows = await asyncio.wrap_future(self.pool.submit("text", text, limit=ALONE * wait, wait=wait))
        except UnavailableError as error:
            logger.warning("a text is not judged: %s", error)
            return {digest: TextSuggestion(failure=SLOW)}
        except RecogniserError as error:
            logger.warning("a text is not judged: %s", error)
            suggestion = TextSuggestion(failure=SLOW if isinstance(error, TooSlowError) else FAILED)
        else:
            suggestion = _suggestion(rows)
        # A failure is kept, too: a text that recognisers cannot judge must not stop them at every look at it.
        self._cache.put(digest, suggestion)
        return {digest: suggestion}


def load(
    corpus: Corpus,
    recipe: SuggesterRecipe,
    *,
    processes: int | None = None,
    answer_within: float = ANSWER_WITHIN,
    say: Callable[[str], object] = lambda _: None,
) -> TextSuggester:
    """Start the recognisers of a project, and find which text is of which article.

    Args:
        corpus: the project.
        recipe: with which recognisers.
        processes: how many; see `RecogniserPool`.
        answer_within: seconds after which there is an answer.
        say: is told what is being done.

    Raises:
        InputError: for recognisers that cannot be read.
        RecogniserError: if they cannot be loaded.
    """
    files = fingerprint(recipe.root, recipe.model)
    say("Loading the recognisers")
    pool = RecogniserPool(recipe, processes)
    loaded = pool.start()
    try:
        say("Reading the articles")
        articles = _articles(pool, [entry.id for entry in corpus.entries])
    except BaseException:
        pool.close()
        raise
    return TextSuggester(pool, loaded, articles, answer_within, files=files)


def _articles(pool: RecogniserPool, names: Sequence[str]) -> dict[str, str]:
    """By digest of each text that one article alone has, this article."""
    chunks = [names[start : start + INDEXED] for start in range(0, len(names), INDEXED)]
    asked = [pool.submit("index", chunk, limit=ARTICLE_LIMIT) for chunk in chunks]
    index: dict[str, Any] = {}
    for answer in asked:
        index |= answer.result()
    unread = {name: digests for name, digests in index.items() if isinstance(digests, RecogniserError)}
    if unread:
        name, error = next(iter(unread.items()))
        logger.warning("%d article(s) cannot be read, such as %s: %s", len(unread), name, error)
    texts = [(digest, name) for name, digests in index.items() if name not in unread for digest in set(digests)]
    number = Counter(digest for digest, _ in texts)
    return {digest: name for digest, name in texts if number[digest] == 1}


def _suggestion(rows: Iterable[Row]) -> TextSuggestion:
    return TextSuggestion(tuple(sorted(Span(*row) for row in rows)))
