"""The counts of SemEval-2013 Task 9.1 per document, overall and label by label, and their sums over documents.

*Overall* a prediction is matched with gold whatever the labels: a pair that is wrong by the scheme is `incorrect`
(under `partial`: `partial`), and a span without a partner is `missed` or `spurious`.

*A label* is measured as if no other existed: gold and prediction are both restricted to it, and matched by themselves.
So its `possible` and `actual` are the gold and the predicted spans that have the label; its strict precision, recall
and F1 are those of the CoNLL shared tasks; and exchanging gold and prediction exchanges precision and recall. A span in
the right place with a wrong label is missed for the one label and spurious for the other: to count it as `incorrect`
under the label of gold would lower that label's precision by a prediction that was never made under it. Hence
`possible` and `actual` sum to those overall under each scheme, and `correct` does under `strict` and `type`, while
`exact`, which ignores labels, can have more correct overall. The confusion matrix shows which label was predicted for
which.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter, ne
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.errors import InvalidValueError
from goldspan.evaluation.matching import FULL, Solver, credit, overlaps
from goldspan.evaluation.result import SCHEMES, Evaluation, SchemeCounts
from goldspan.example_table import LazySequence, parts_of
from goldspan.span_table import SpanTable, aligned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from goldspan.annotation import Example
    from goldspan.evaluation.matching import OverlapGraph
    from goldspan.example_table import SpanColumns

if TYPE_CHECKING:
    Integers = NDArray[np.int64]

# The columns of each block: block 0 is overall, block 1 + n is the nth label. Identical pairs are right under every
# scheme and are counted once; `CORRECT` and `PAIRED` count the other pairs, scheme by scheme.
POSSIBLE, ACTUAL, IDENTICAL, CORRECT, PAIRED = 0, 1, 2, 3, 3 + len(SCHEMES)
WIDTH = PAIRED + len(SCHEMES)


AT_ONCE = 1 << 10  # articles whose measures are made together
BLOCK = 2 + len(SCHEMES)  # for each block of columns: possible, actual, and twice the credit under each scheme


@dataclass(frozen=True, eq=False)
class DocumentCounts:
    """The counts of each document, to be summed over any of them; `measure` makes it.

    Args:
        documents: how many.
        labels: their names.
        document: the document of each thing counted, a span or a pair, or of several that count as the same.
        column: what it counts as, `WIDTH * block` plus one of the columns above; shape as `document`.
        times: how many they are; shape as `document`. None for one each.
    """

    documents: int
    labels: tuple[str, ...]
    document: NDArray[np.integer]
    column: NDArray[np.integer]
    times: NDArray[np.integer] | None = None

    @property
    def width(self) -> int:
        """How many columns there are."""
        return WIDTH * (1 + len(self.labels))

    @cached_property
    def matrix(self) -> csr_array:
        """All counts; shape (documents, width)."""
        from scipy.sparse import csr_array

        times = np.ones(self.document.size, np.int64) if self.times is None else self.times.astype(np.int64)
        return csr_array((times, (self.document, self.column)), shape=(self.documents, self.width))

    def evaluation(self) -> Evaluation:
        """The measures over all documents."""
        return self._read(np.bincount(self.column, self.times, self.width).astype(np.int64))

    def of_documents(self, chosen: NDArray[np.bool_] | Integers | Sequence[int]) -> Evaluation:
        """The measures over some documents.

        Args:
            chosen: one flag for each document, or their numbers; a number that is there twice counts twice.
        """
        return self._read(self.matrix[np.asarray(chosen)].sum(axis=0))

    def table(self, units: Integers | None = None) -> Integers:
        """The counts correct, incorrect, partial, missed and spurious of each unit.

        Args:
            units: the number of each document's unit, from 0 without gaps; shape (documents,). None for each alone.

        Returns:
            Shape (units, schemes, 1 + labels, 5); the block 0 of the third axis is overall.
        """
        return _table(np.asarray(self.summed(units).todense()))

    def summed(self, units: Integers | None = None) -> csr_array:
        """The columns summed over the documents of each unit, shape (units, width); `units` as in `table`."""
        return self.matrix if units is None else self.of_units(units).matrix

    def of_units(self, units: Integers) -> DocumentCounts:
        """The counts of units of documents: each is a document of the result.

        Args:
            units: the number of each document's unit, from 0 without gaps; shape (documents,).
        """
        numbers = np.asarray(units)
        return replace(self, documents=int(numbers.max(initial=-1)) + 1, document=numbers[self.document])

    def evaluations(self, part: slice) -> Iterator[Evaluation]:
        """The measures of each of some documents that follow each other."""
        for row in _table(np.asarray(self.matrix[part].todense())):
            yield self._evaluation(row)

    def _read(self, sums: Integers) -> Evaluation:
        return self._evaluation(_table(np.asarray(sums).reshape(1, -1))[0])

    def _evaluation(self, table: Integers) -> Evaluation:
        rows = {
            scheme: [SchemeCounts(*counts) for counts in rows]
            for scheme, rows in zip(SCHEMES, table.tolist(), strict=True)
        }
        return Evaluation(
            overall={scheme: counts[0] for scheme, counts in rows.items()},
            labels={scheme: dict(zip(self.labels, counts[1:], strict=True)) for scheme, counts in rows.items()},
        )


def _table(sums: Integers) -> Integers:
    """From columns, shape (n, width), to the five counts, shape (n, schemes, 1 + labels, 5)."""
    blocks = sums.reshape(len(sums), sums.shape[1] // WIDTH, WIDTH).copy()
    blocks[:, 0, :CORRECT] = blocks[:, 1:, :CORRECT].sum(axis=1)
    table = np.zeros((len(sums), len(SCHEMES), blocks.shape[1], 5), np.int64)
    possible, actual, identical = np.moveaxis(blocks[..., :CORRECT], 2, 0)
    for number, scheme in enumerate(SCHEMES):
        correct, paired = blocks[..., CORRECT + number], blocks[..., PAIRED + number]
        table[:, number, :, 0] = identical + correct
        table[:, number, :, 2 if scheme == "partial" else 1] = paired - correct
        table[:, number, :, 3] = possible - identical - paired
        table[:, number, :, 4] = actual - identical - paired
    return table


def measure(gold: SpanTable, predicted: SpanTable) -> DocumentCounts:
    """Count a prediction against gold under all four schemes.

    Args:
        gold: the gold spans.
        predicted: the predicted spans, of the same documents; the tables of labels may differ.

    Raises:
        InvalidValueError: where the two sides have not equally many documents.
    """
    gold, predicted = aligned(gold, predicted)
    pairs = overlaps(gold, predicted)
    counted = [
        (gold.document, WIDTH * (1 + gold.label) + POSSIBLE),
        (predicted.document, WIDTH * (1 + predicted.label) + ACTUAL),
        (gold.document[pairs.gold], WIDTH * (1 + gold.label[pairs.gold]) + IDENTICAL),
    ]
    counted += _count_pairs(gold, pairs.edges, np.zeros_like(gold.label))
    counted += _count_pairs(gold, pairs.edges.where(pairs.edges.label), 1 + gold.label)
    document, column = (np.concatenate(parts) for parts in zip(*counted, strict=True))
    return DocumentCounts(gold.documents, gold.labels, document, column)


def measure_examples(
    gold: SpanColumns, predicted: SpanColumns, labels: Sequence[str], units: Integers | None = None
) -> DocumentCounts:
    """Count a prediction against gold as `measure` does, some examples at a time: there may be millions.

    Args:
        gold: the spans of gold.
        predicted: the predicted spans, of the same examples.
        labels: all labels, in the order of the counts.
        units: the number of each example's unit, from 0 without gaps; shape (examples,). The documents of the result
            are the units; None for each example alone.
    """
    left, right = gold.relabelled(labels), predicted.relabelled(labels)
    numbers = np.arange(len(left)) if units is None else units
    columns: list[list[NDArray[np.int32]]] = [[np.zeros(0, np.int32)] for _ in range(3)]
    for part in parts_of(left, right):
        counted = measure(left.table(part), right.table(part))
        keys = numbers[part][counted.document] * counted.width + counted.column
        distinct, times = np.unique(keys, return_counts=True)
        for column, values in zip(columns, (*np.divmod(distinct, counted.width), times), strict=True):
            column.append(values.astype(np.int32))
    document, column_of, times_of = map(np.concatenate, columns)
    return DocumentCounts(int(numbers.max(initial=-1)) + 1, tuple(labels), document, column_of, times_of)


def _count_pairs(gold: SpanTable, edges: OverlapGraph, block: Integers) -> list[tuple[Integers, Integers]]:
    """The best pairs under each scheme, counted in the blocks that `block` gives for the gold spans."""
    solver = Solver(edges)
    counted = []
    for number, scheme in enumerate(SCHEMES):
        best = solver.best(scheme)
        for kind, chosen in ((PAIRED, best), (CORRECT, best & (credit(edges, scheme) == FULL))):
            spans = edges.gold[chosen]
            counted.append((gold.document[spans], WIDTH * block[spans] + kind + number))
    return counted


def evaluate(gold: Sequence[Example], predictions: Sequence[Example]) -> Evaluation:
    """The measures of a prediction: strict, exact, partial and type, overall and per label.

    Args:
        gold: the curated examples.
        predictions: the same examples in the same order, with predicted spans.

    Raises:
        InvalidValueError: where the numbers of examples differ, or the texts of two at the same place.
    """
    counted = measure(SpanTable.of(gold), SpanTable.of(predictions))
    if any(map(ne, map(attrgetter("text"), gold), map(attrgetter("text"), predictions))):
        differing = next(a.id for a, b in zip(gold, predictions, strict=True) if a.text != b.text)
        raise InvalidValueError(
            "the prediction is on another text", example=differing, remedy="Pair the examples first."
        )
    return counted.evaluation()


@dataclass(frozen=True, slots=True)
class ArticleScores:
    """The measures of one article.

    Args:
        article: its id.
        examples: how many of its examples were evaluated.
        evaluation: of these.
    """

    article: str
    examples: int
    evaluation: Evaluation

    def json(self) -> dict[str, Any]:
        """The number of examples, and the measures over all labels by each scheme."""
        schemes = {scheme: {"overall": measures.json()} for scheme, measures in self.evaluation.overall.items()}
        return {"examples": self.examples, "schemes": schemes}


class ArticleTable(LazySequence[ArticleScores]):
    """The measures of each article, in the order of the examples; made when they are asked for.

    Args:
        articles: the ids of n articles.
        examples: how many of the examples of each were evaluated.
        counted: the counts of each.
    """

    def __init__(self, articles: Sequence[str], examples: Sequence[int], counted: DocumentCounts) -> None:
        self._articles, self._examples, self._counted = articles, examples, counted

    def __len__(self) -> int:
        return len(self._articles)

    def value(self, number: int) -> ArticleScores:
        """The measures of the article of a number."""
        (evaluation,) = self._counted.evaluations(slice(number, number + 1))
        return ArticleScores(self._articles[number], self._examples[number], evaluation)

    def __iter__(self) -> Iterator[ArticleScores]:
        for begin in range(0, len(self), AT_ONCE):
            part = slice(begin, begin + AT_ONCE)
            yield from map(ArticleScores, self._articles[part], self._examples[part], self._counted.evaluations(part))


def by_article(articles: Sequence[str], examples: Sequence[int], counted: DocumentCounts) -> Sequence[ArticleScores]:
    """The measures of each article, in the order of the examples; none where each example is an article of its own.

    Args:
        articles: the ids of the articles.
        examples: how many of the examples of each were evaluated.
        counted: the counts of each article.
    """
    return () if len(articles) == sum(examples) else ArticleTable(articles, examples, counted)


def totals(counted: DocumentCounts, units: Integers | None) -> csr_array:
    """Possible, actual and twice the credit under each scheme, summed over the documents of each unit.

    Args:
        counted: of n documents.
        units: the number of each document's unit, from 0 without gaps; shape (n,). None for each document alone.

    Returns:
        Whole numbers, shape (units, BLOCK * (1 + labels)); the first block is overall.

    Raises:
        InvalidValueError: where `units` has another shape or omits a number.
    """
    if units is not None:
        units = np.asarray(units)
        if units.shape != (counted.documents,):
            raise InvalidValueError(f"there are {counted.documents:,} documents, and units of shape {units.shape}")
        if units.size and (units.min() < 0 or (np.bincount(units) == 0).any()):
            raise InvalidValueError("the units must be numbered from 0 without gaps")
    from scipy.sparse import csr_array

    return csr_array(counted.summed(units) @ _from_columns(1 + len(counted.labels)))


def _from_columns(blocks: int) -> csr_array:
    """The linear map from the columns of `DocumentCounts` to those of `totals`."""
    from scipy.sparse import csr_array

    table = np.zeros((blocks, WIDTH, blocks, BLOCK), np.int64)
    for block in range(blocks):
        for target in {0, block} if block else ():
            table[block, [0, 1], target, [0, 1]] = 1
            table[block, IDENTICAL, target, 2:] = 2
        for number, scheme in enumerate(SCHEMES):
            partial = scheme == "partial"  # a pair has half the credit there, and a correct one the other half
            table[block, CORRECT + number, block, 2 + number] = 1 if partial else 2
            table[block, PAIRED + number, block, 2 + number] = int(partial)
    return csr_array(table.reshape(blocks * WIDTH, blocks * BLOCK))
