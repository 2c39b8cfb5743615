"""The examples with the most errors, in inline markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.formats import inline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from goldspan.evaluation.cases import Case, Cases
    from goldspan.values import Example, Span

MOST = 20


@dataclass(frozen=True, slots=True)
class Hard:
    """An example with errors.

    Args:
        example: its id.
        text: of the example.
        gold: its gold spans.
        predicted: its predicted spans.
        cases: how the two meet.
        gold_markup: the text with its gold spans in inline notation; a further line for spans that cross these.
        predicted_markup: the same with the predicted spans.
    """

    example: str
    text: str
    gold: tuple[Span, ...]
    predicted: tuple[Span, ...]
    cases: tuple[Case, ...]
    gold_markup: str
    predicted_markup: str

    @property
    def errors(self) -> int:
        """How many of the cases are not correct."""
        return count_errors(self.cases)

    def json(self) -> dict[str, Any]:
        """All of it, spans as `[start, end, label, surface]`."""
        return {
            "example": self.example,
            "text": self.text,
            "errors": self.errors,
            "gold": [self._with_surface(span) for span in self.gold],
            "predicted": [self._with_surface(span) for span in self.predicted],
            "cases": [case.json() for case in self.cases],
            "gold_markup": self.gold_markup,
            "predicted_markup": self.predicted_markup,
        }

    def _with_surface(self, span: Span) -> list[int | str]:
        return [span.start, span.end, span.label, self.text[span.start : span.end]]


def hardest(gold: Sequence[Example], predicted: Sequence[Example], cases: Cases, most: int = MOST) -> tuple[Hard, ...]:
    """The examples with the most errors, worst first; of equally many, those where less is right; then as they come.

    Args:
        gold: the curated examples.
        predicted: the same examples with predicted spans.
        cases: of each of them.
        most: how many to return; examples without an error are never among them.
    """

    def badness(number: int) -> tuple[int, int, int]:
        wrong = count_errors(cases[number])
        return -wrong, len(cases[number]) - wrong, number

    worst = sorted((number for number in range(len(gold)) if count_errors(cases[number])), key=badness)[:most]
    return tuple(
        Hard(
            example=gold[number].id,
            text=gold[number].text,
            gold=gold[number].spans,
            predicted=predicted[number].spans,
            cases=cases[number],
            gold_markup=markup(gold[number].text, gold[number].spans),
            predicted_markup=markup(gold[number].text, predicted[number].spans),
        )
        for number in worst
    )


def count_errors(cases: Iterable[Case]) -> int:
    """How many of these cases are not correct."""
    return sum(case.kind != "correct" for case in cases)


def markup(text: str, spans: Iterable[Span]) -> str:
    r"""The text in inline notation, once more after a `\n` for the spans that cross those shown before."""
    layers: list[list[Span]] = [[]]
    still_open: list[list[int]] = [
        []
    ]  # per layer the ends of the spans that a span to come may lie in, outermost first
    for span in sorted(spans, key=lambda span: (span.start, -span.end, span.label)):
        room = next((number for number, ends in enumerate(still_open) if _fits(span, ends)), len(layers))
        if room == len(layers):
            layers.append([])
            still_open.append([])
        layers[room].append(span)
        still_open[room].append(span.end)
    return "\n".join(inline.render(text, layer) for layer in layers)


def _fits(span: Span, ends: list[int]) -> bool:
    """Whether brackets can show the span inside or behind those that end there; those before it are forgotten."""
    while ends and ends[-1] <= span.start:
        ends.pop()
    return not ends or span.end <= ends[-1]
