"""Suggestions for a stream of documents, written and scored; memory does not grow with the number of documents."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan import formats
from goldspan.articles.examples import examples_of
from goldspan.errors import InputError
from goldspan.evaluation.result import Scores, exact
from goldspan.formats import gold
from goldspan.suggest.suggestion_folder import file_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.articles.documents import Document
    from goldspan.articles.examples import Segmentation
    from goldspan.suggest.suggester import Suggester
    from goldspan.suggest.suggestion_folder import ModelChoice, SuggestionFolder

# How many characters share the memory of the tokenizer before it is emptied: enough to fill its cache, few enough to
# bound its size.
BATCH = 1_000_000
KEY = "document"


@dataclass
class SuggestionTally:
    """The counts of a run of suggestions, and their scores.

    Args:
        gold: the gold examples by article; None where nothing is to be scored.
        articles: the articles suggested.
        spans: the spans suggested.
        unscored: the articles that have no gold.
    """

    gold: dict[str, list[Example]] | None = None
    articles: int = 0
    spans: int = 0
    unscored: int = 0
    _pairs: list[tuple[list[Example], list[Example]]] = field(default_factory=list)

    @classmethod
    def of(cls, against: Path | None) -> SuggestionTally:
        """A tally that scores against the gold of a file, or of all `.jsonl` files of a folder, if one is named.

        Raises:
            InputError: if there is no gold there, or a line of it is not valid.
        """
        if against is None:
            return cls()
        files = sorted(against.glob("*.jsonl")) if against.is_dir() else [against]
        if not files:
            raise InputError(
                "there is no gold in this folder",
                file=against,
                remedy="Name a file of gold lines, or a folder of .jsonl files.",
            )
        by_article: dict[str, list[Example]] = {}
        for file in files:
            for example in formats.load(file, "gold"):
                by_article.setdefault(example.article, []).append(example)
        return cls(by_article)

    def add(self, examples: Sequence[Example]) -> None:
        """Count the suggestions of one article."""
        self.articles += 1
        self.spans += sum(len(example.spans) for example in examples)
        if self.gold is None:
            return
        gold = self.gold.get(examples[0].article) if examples else None
        if gold is None:
            self.unscored += 1
        else:
            self._pairs.append((gold, [_bare(example) for example in examples]))

    def scores(self) -> Scores | None:
        """The scores over all articles that have gold; None where nothing is to be scored."""
        if self.gold is None:
            return None
        return exact(
            (example for gold, _ in self._pairs for example in gold),
            (example for _, suggested in self._pairs for example in suggested),
        )

    def report(self) -> dict[str, Any]:
        """The counts and scores, as JSON values."""
        scores = self.scores()
        counts = {"articles": self.articles, "spans": self.spans, "unscored": self.unscored}
        return counts if scores is None else counts | scores.report()


@dataclass(frozen=True, slots=True)
class SuggestedDocument:
    """A document with its suggestions.

    Args:
        file: the file of its suggestions.
        examples: with their spans.
        is_kept: whether the file was left as it is, since a person changed it.
    """

    file: Path
    examples: list[Example]
    is_kept: bool = False


def suggest_documents(
    documents: Iterable[Document], *, suggester: Suggester, segmentation: Segmentation
) -> Iterator[tuple[Document, list[Example]]]:
    """The examples of each document with the spans found in them.

    An example's further keys are `rules`, `scores` and `recognisers`, aligned with its spans, and `document`, the other
    keys that the row of the document had, if it had any.
    """
    for batch in _batches(documents):
        paragraphs = [examples_of(document.id, document.text, segmentation) for document in batch]
        for document, suggested in zip(batch, suggester.suggest_all(paragraphs), strict=True):
            yield document, [_with_document(document, example) for example in suggested.examples]


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
        target = folder.write(document.id, "".join(map(gold.line, suggested)), choice, overwrite=overwrite)
        yield SuggestedDocument(target or folder.path / file_name(document.id), suggested, is_kept=target is None)


def _bare(example: Example) -> Example:
    return example.with_spans(example.spans)


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
