"""Suggestions for a stream of documents, written and scored; memory does not grow with the number of documents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from goldspan.articles.examples import examples_of
from goldspan.errors import InputError
from goldspan.formats import gold
from goldspan.suggest.recogniser_analysis import RecogniserAnalysis
from goldspan.suggest.suggestion_folder import file_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.articles.documents import Document
    from goldspan.articles.examples import Segmentation
    from goldspan.corpus.gold_source import ArticleGold
    from goldspan.suggest.recogniser_analysis import SuggestionScores
    from goldspan.suggest.suggester import DocumentSuggestions, Suggester
    from goldspan.suggest.suggestion_counts import SuggestionCounts
    from goldspan.suggest.suggestion_folder import ModelChoice, SuggestionFolder

# How many characters share the memory of the tokenizer before it is emptied: enough to fill its cache, few enough to
# bound its size.
BATCH = 1_000_000
KEY = "document"


@dataclass
class SuggestionTally:
    """The counts of a run of suggestions, and the comparison with gold.

    Args:
        gold: with which the suggestions are compared; None to compare with none.
        counts: what was suggested, by recogniser and label.
    """

    gold: ArticleGold | None
    counts: SuggestionCounts

    def __post_init__(self) -> None:
        self._analysis = RecogniserAnalysis([one.name for one in self.counts.recognisers])
        self._with_gold: set[str] = set()

    def add(self, article: str, suggested: DocumentSuggestions) -> None:
        """Count the suggestions of one article."""
        self.counts.add(suggested)
        if self.gold is not None:
            gold = self.gold.of(article)
            self._with_gold.update([article] if gold else [])
            self._analysis.add(article, gold, suggested)

    @property
    def unscored(self) -> int:
        """How many articles have no gold."""
        return self._analysis.without_gold

    def scores(self) -> SuggestionScores | None:
        """The scores over all articles that have gold; None where there is no such article, or no gold is wanted."""
        if self.gold is None or not self._analysis.scored:
            return None
        return self._analysis.scores(self.gold.articles - self._with_gold)

    def report(self) -> dict[str, Any]:
        """The counts and scores, as JSON values."""
        scores = self.scores()
        counts = {
            "articles": self.counts.articles,
            "spans": self.counts.suggested.total(),
            "unscored": self.unscored,
            **self.counts.json(),
        }
        return counts if scores is None else counts | scores.json()


@dataclass(frozen=True, slots=True)
class SuggestedDocument:
    """A document with its suggestions.

    Args:
        id: of the document.
        file: the file of its suggestions.
        suggested: what was suggested, and what each recogniser found.
        is_kept: whether the file was left as it is, since a person changed it.
    """

    id: str
    file: Path
    suggested: DocumentSuggestions
    is_kept: bool = False

    @property
    def examples(self) -> list[Example]:
        """The examples with their spans."""
        return self.suggested.examples


def suggest_documents(
    documents: Iterable[Document], *, suggester: Suggester, segmentation: Segmentation
) -> Iterator[tuple[Document, DocumentSuggestions]]:
    """The suggestions for each document.

    An example's further keys are `rules`, `scores` and `recognisers`, aligned with its spans, and `document`, the other
    keys that the row of the document had, if it had any.
    """
    for batch in _batches(documents):
        paragraphs = [examples_of(document.id, document.text, segmentation) for document in batch]
        for document, suggested in zip(batch, suggester.suggest_all(paragraphs), strict=True):
            examples = [_with_document(document, example) for example in suggested.examples]
            yield document, replace(suggested, examples=examples)


def write_suggestions(
    documents: Iterable[Document],
    folder: SuggestionFolder,
    *,
    choice: ModelChoice,
    suggester: Suggester,
    segmentation: Segmentation,
    overwrite: bool = False,
) -> Iterator[SuggestedDocument]:
    """Write the suggestions of each document to `<folder>/<id>.jsonl`, one document after the other.

    Args:
        documents: to suggest for.
        folder: where; what a person changed there is left as it is.
        choice: with which model, for the record of the folder.
        suggester: that of the model.
        segmentation: how a document is cut into examples.
        overwrite: whether what a person changed is replaced.

    Raises:
        InputError: for an id that is no file name.
    """
    folder.compact()
    for document, suggested in suggest_documents(documents, suggester=suggester, segmentation=segmentation):
        if document.id in ("", ".", "..") or "/" in document.id or "\\" in document.id:
            raise InputError(
                f"the id {document.id!r} is no file name",
                file=document.file,
                remedy="Give the document an id without slashes.",
            )
        target = folder.write(document.id, "".join(map(gold.line, suggested.examples)), choice, overwrite=overwrite)
        path = target or folder.path / file_name(document.id)
        yield SuggestedDocument(document.id, path, suggested, is_kept=target is None)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += len(document.text)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _with_document(document: Document, example: Example) -> Example:
    if not document.extra:
        return example
    return replace(example, extra={**example.extra, KEY: dict(document.extra)})
