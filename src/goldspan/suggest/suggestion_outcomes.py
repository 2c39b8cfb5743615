"""What became of suggestions in the hands of an annotator: kept, moved, relabelled, deleted; and what was added.

A suggestion and a span of the annotator are put together by the optimal one-to-one matching of `evaluation.matching`
under the scheme *strict*: as many identical pairs as there can be; then as many pairs of spans that share a character
as there can be; then the most characters shared; then the most pairs of one label; ties go by the order of the text.
So each suggestion has one outcome and each span of the annotator comes from one suggestion or from none:

    suggestions = kept + moved + relabelled + moved and relabelled + deleted
    spans       = kept + moved + relabelled + moved and relabelled + added

A suggestion that was split into two spans is moved, and one of the two is added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from goldspan.evaluation.matching import match
from goldspan.span_table import SpanTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.annotation import Span

Outcome: TypeAlias = Literal["kept", "moved", "relabelled", "moved and relabelled", "deleted"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class ExampleOutcomes:
    """What became of the suggestions of an example.

    Args:
        outcomes: of each suggestion, in the order given.
        became: the span of the annotator that each suggestion became; None where it was deleted.
        added: the spans of the annotator that come from no suggestion, in the order given.
    """

    outcomes: tuple[Outcome, ...]
    became: tuple[Span | None, ...]
    added: tuple[Span, ...]


def outcome_of(suggestion: Span, became: Span | None) -> Outcome:
    """The outcome of a suggestion that became a span, or none."""
    if became is None:
        return "deleted"
    moved = (suggestion.start, suggestion.end) != (became.start, became.end)
    if suggestion.label == became.label:
        return "moved" if moved else "kept"
    return "moved and relabelled" if moved else "relabelled"


def suggestion_outcomes(suggested: Sequence[Sequence[Span]], marked: Sequence[Sequence[Span]]) -> list[ExampleOutcomes]:
    """What became of the suggestions of n examples.

    Args:
        suggested: of each example the suggestions.
        marked: of each example the spans of its annotator, on the same text.

    Raises:
        InvalidValueError: where the two are not about equally many examples.
    """
    first, second = SpanTable.of(suggested), SpanTable.of(marked)
    matched = match(first, second, "strict")
    spans = [span for one in marked for span in one]
    became: list[Span | None] = [None] * first.start.size
    is_free = [True] * len(spans)
    for row, other in zip(matched.gold_index.tolist(), matched.predicted_index.tolist(), strict=True):
        became[row] = spans[other]
        is_free[other] = False
    found = []
    row = other = 0
    for suggestions, of_annotator in zip(suggested, marked, strict=True):
        own = tuple(became[row : row + len(suggestions)])
        outcomes = tuple(outcome_of(one, span) for one, span in zip(suggestions, own, strict=True))
        free = is_free[other : other + len(of_annotator)]
        added = tuple(span for span, is_added in zip(of_annotator, free, strict=True) if is_added)
        found.append(ExampleOutcomes(outcomes, own, added))
        row, other = row + len(suggestions), other + len(of_annotator)
    return found
