"""One annotator against gold: the spans that both have, precision, recall and F1, over all labels and of each.

The same counts are used for the passes of a project, for the controls of a Doccano project and for the human ceiling of
an evaluation.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.annotation import same_spans
from goldspan.evaluation.result import Counts
from goldspan.report.text import percent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from goldspan.annotation import Span

COUNT_COLUMNS = ("gold", "marked", "right")
SCORE_COLUMNS = (*COUNT_COLUMNS, "precision", "recall", "F1")


@dataclass(frozen=True, slots=True)
class AnnotatorScores:
    """The counts of one annotator against gold.

    Args:
        overall: over all labels.
        labels: by label.
    """

    overall: Counts
    labels: Mapping[str, Counts]


def score_annotator(
    texts: Iterable[tuple[Collection[Span], Collection[Span]]],
    labels: Sequence[str] = (),
    *,
    invalid: Iterable[str] = (),
) -> AnnotatorScores:
    """The counts of one annotator on some texts; a span is right if gold has the same extent and label.

    Args:
        texts: of each the spans of gold and those of the annotator, each span once.
        labels: those that are wanted in any case, in this order; others that occur follow in alphabetical order.
        invalid: a label for each mark of the annotator that could not become a span: it counts as marked and wrong.
    """
    same: Counter[str] = Counter()
    in_gold: Counter[str] = Counter()
    marked: Counter[str] = Counter(invalid)
    for gold, own in texts:
        same.update(span.label for span in same_spans(gold, own))
        in_gold.update(span.label for span in gold)
        marked.update(span.label for span in own)
    names = (*labels, *sorted((in_gold.keys() | marked.keys()).difference(labels)))
    return AnnotatorScores(
        Counts(same.total(), in_gold.total(), marked.total()),
        {name: Counts(same[name], in_gold[name], marked[name]) for name in names},
    )


def count_cells(counts: Counts) -> tuple[str, ...]:
    """The cells of a table for `COUNT_COLUMNS`."""
    return tuple(f"{number:,}" for number in (counts.gold, counts.predicted, counts.true_positives))


def score_cells(counts: Counts, decimals: int = 2) -> tuple[str, ...]:
    """The cells of a table for `SCORE_COLUMNS`, shares in per cent."""
    shares = (counts.precision, counts.recall, counts.f1)
    return *count_cells(counts), *(percent(share, decimals) for share in shares)
