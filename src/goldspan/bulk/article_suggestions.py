"""The suggestions for some articles of a shard; an article for which a recogniser fails costs itself alone.

Articles are suggested for together. Where that fails, each is tried by itself, those that fail are rejected, and the
others are suggested for together again: what comes out depends on the articles, not on where they are suggested for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan.annotation import Example
from goldspan.articles.examples import Segmentation, examples_of
from goldspan.child_process import ChildEndedError, ChildProcess, connection_to_parent, error_fields, raise_error
from goldspan.corpus import Corpus
from goldspan.errors import GoldspanError
from goldspan.formats import gold
from goldspan.suggest.run import suggest_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from goldspan.articles.documents import Document
    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.suggest.suggester import DocumentSuggestions

ROW = "row"  # the further key of a line: the row of the article in its shard
SLOWEST_START = 300.0  # seconds: a large model on a busy machine
FIRST = "On 12 May 2023, 300 soldiers left."  # what is read before the first article: models load a part only then
STALL = 600.0  # seconds that some articles may take
PROGRAM = f"from {__name__} import main; main()"


@dataclass(frozen=True, slots=True)
class ArticleLines:
    """An article with its suggestions, as they are written.

    Args:
        lines: its examples, as they are written.
        examples: how many there are.
        spans: by label, how many are suggested.
    """

    lines: bytes
    examples: int
    spans: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class RejectedArticle:
    """An article for which nothing can be suggested.

    Args:
        reason: why, as a clause.
    """

    reason: str


Outcome = ArticleLines | RejectedArticle


class SuggestionError(Exception):
    """Why there are no suggestions for some articles, as a clause."""


class ArticleSuggester:
    """The recognisers of a recipe, loaded; `notes` is what a user should know of them.

    Args:
        recipe: with what.

    Raises:
        InputError, NotFoundError: as the recognisers give it.
    """

    def __init__(self, recipe: BulkRecipe) -> None:
        corpus = Corpus(recipe.suggester.root)
        self._suggester, left_out = recipe.suggester.suggester(corpus)
        self.notes = (
            *self._suggester.notes,
            *(f"{name}: left out, since it asks a server" for name in left_out),
        )
        self._segmentation = Segmentation.of(corpus)
        self._suggester.suggest([Example("text.p01", FIRST)])

    def suggest(self, batch: Sequence[tuple[int, Document]]) -> list[Outcome]:
        """What becomes of each of some articles, which are suggested for together."""
        return _narrowed(batch, self._suggest)

    def _suggest(self, batch: Sequence[tuple[int, Document]]) -> list[Outcome]:
        try:
            found = suggest_documents(
                [document for _, document in batch], suggester=self._suggester, segmentation=self._segmentation
            )
            return [_article(row, suggested) for (row, _), (_, suggested) in zip(batch, found, strict=True)]
        except Exception as error:  # what the code of others may raise is not known
            raise SuggestionError(self._reason(error, batch)) from error

    def _reason(self, error: Exception, batch: Sequence[tuple[int, Document]]) -> str:
        """Why articles fail; of one, with the name of the recogniser."""
        if isinstance(error, GoldspanError):
            return error.message
        if len(batch) == 1:
            document = batch[0][1]
            examples = examples_of(document.id, document.text, self._segmentation)
            for one in self._suggester.recognisers:
                try:
                    list(one.recognise([examples]))
                except Exception as raised:  # noqa: BLE001  (what the code of others may raise is not known)
                    return f"the recogniser {one.name} failed: {type(raised).__name__}"
        return f"the recognisers failed: {type(error).__name__}"


class GuardedSuggester:
    """The recognisers of a recipe in a process of their own, which may end, or be stopped when it takes too long.

    Args:
        recipe: with what.
        stall: seconds that some articles may take.
        on_attempt: called before each attempt, which takes no longer.
    """

    def __init__(self, recipe: BulkRecipe, stall: float, on_attempt: Callable[[], object] = lambda: None) -> None:
        self._recipe = recipe
        self._stall = stall
        self._on_attempt = on_attempt
        self._process: ChildProcess | None = None

    def suggest(self, batch: Sequence[tuple[int, Document]]) -> list[Outcome]:
        """What becomes of each of some articles, as `ArticleSuggester.suggest`.

        Raises:
            InputError: if the recognisers cannot be loaded.
        """
        return _narrowed(batch, self._suggest)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.stop()
        self._process = None

    def _suggest(self, batch: Sequence[tuple[int, Document]]) -> list[Outcome]:
        try:
            return self._ask(batch)
        except ChildEndedError as error:
            if len(batch) > 1:
                raise SuggestionError(str(error)) from None
        try:  # it may have been ended from outside
            return self._ask(batch)
        except ChildEndedError as error:
            raise SuggestionError(f"the process of the recognisers ended at it: {error}") from None

    def _ask(self, batch: Sequence[tuple[int, Document]]) -> list[Outcome]:
        self._on_attempt()
        try:
            if self._process is None:
                self._process = ChildProcess(PROGRAM)
                self._process.send(self._recipe)
                notes_of(self._process.receive(SLOWEST_START))
            self._process.send(batch)
            answer: list[Outcome] = self._process.receive(self._stall)
        except TimeoutError:
            self.close()
            raise SuggestionError(f"the recognisers did not end within {self._stall:g} s") from None
        except (ChildEndedError, GoldspanError):
            self.close()
            raise
        return answer


def _narrowed(
    batch: Sequence[tuple[int, Document]], attempt: Callable[[Sequence[tuple[int, Document]]], list[Outcome]]
) -> list[Outcome]:
    """What an attempt gives for some articles; those for which it fails also alone are rejected."""
    try:
        return attempt(batch)
    except SuggestionError as error:
        if len(batch) == 1:
            return [RejectedArticle(str(error))]
    alone = [_narrowed([item], attempt)[0] for item in batch]
    kept = [item for item, one in zip(batch, alone, strict=True) if isinstance(one, ArticleLines)]
    try:
        together = iter(attempt(kept) if kept else [])
    except SuggestionError:
        return alone
    return [one if isinstance(one, RejectedArticle) else next(together) for one in alone]


def _article(row: int, suggested: DocumentSuggestions) -> ArticleLines:
    lines, spans = [], Counter[str]()
    for example in suggested.examples:
        lines.append(gold.line(replace(example, extra={ROW: row, **example.extra})))
        spans.update(span.label for span in example.spans)
    return ArticleLines("".join(lines).encode("utf-8"), len(lines), spans)


def main() -> None:
    """In a process of its own, suggest for articles until the other end is closed."""
    connection = connection_to_parent()
    try:
        suggester = load(ArticleSuggester, connection)
        while suggester is not None:
            connection.send(suggester.suggest(connection.recv()))
    except (EOFError, OSError):
        return


def load(kind: Callable[[BulkRecipe], Any], connection: Any) -> Any:  # noqa: ANN401  (a suggester of that kind)
    """In a process of its own, the suggester of the recipe that the parent sends, who is told; None if it fails."""
    recipe = connection.recv()
    try:
        recipe.require_unchanged()  # it may be loaded long after the recipe was made
        suggester = kind(recipe)
    except GoldspanError as error:
        connection.send(error_fields(error))
        return None
    except Exception as error:  # noqa: BLE001  (what the code of others may raise is not known)
        connection.send({"message": f"the recognisers cannot be loaded: {type(error).__name__}: {error}"})
        return None
    connection.send(suggester.notes)
    return suggester


def notes_of(message: tuple[str, ...] | dict[str, Any]) -> tuple[str, ...]:
    """What a user should know of the recognisers, of the message that `load` sends.

    Raises:
        InputError: if they could not be loaded.
    """
    if isinstance(message, dict):
        raise_error(message)
    return tuple(message)
