"""An evaluation as one level of names and numbers: what training loops log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from goldspan.errors import ValueRefused
from goldspan.evaluation.result import SCHEMES, Scheme

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.evaluation.result import Evaluation, Measures

Measure = Literal["precision", "recall", "f1"]
MEASURES: tuple[Measure, ...] = get_args(Measure)


def flat(
    evaluation: Evaluation,
    schemes: Sequence[Scheme] = SCHEMES,
    *,
    by_label: bool = True,
    undefined: float | None = None,
) -> dict[str, float]:
    """The measures by names such as `strict_f1`, `partial_recall`, `strict_macro_f1` and `strict_f1_LOCATION`.

    An undefined measure (the precision of no prediction) is left out. It is not 0, which would pull an average down,
    and not NaN: a Trainer that keeps the best checkpoint compares with the best value so far, every comparison with
    NaN is false, so a NaN in the first epoch would stay the best for good, and it makes the logs invalid JSON.

    Args:
        evaluation: the measures.
        schemes: the schemes to tell of.
        by_label: whether to tell of each label, too.
        undefined: what to write for an undefined measure instead, e.g. 0.0, so that the names are always the same.

    Raises:
        ValueRefused: for a scheme that there is not.
    """
    if wrong := set(schemes) - set(SCHEMES):
        raise ValueRefused(f"there is no scheme {min(wrong)!r}", remedy=f"The schemes are {', '.join(SCHEMES)}.")
    found = dict(pair for scheme in schemes for pair in _named(evaluation, scheme, by_label=by_label))
    numbers = {name: undefined if value is None else value for name, value in found.items()}
    return {name: value for name, value in numbers.items() if value is not None}


def _named(evaluation: Evaluation, scheme: Scheme, *, by_label: bool) -> Iterator[tuple[str, float | None]]:
    yield from _measures(scheme, evaluation.overall[scheme], "")
    yield f"{scheme}_macro_f1", evaluation.macro(scheme)
    for label, measures in evaluation.labels[scheme].items() if by_label else ():
        yield from _measures(scheme, measures, f"_{label}")


def _measures(scheme: Scheme, measures: Measures, tail: str) -> Iterator[tuple[str, float | None]]:
    for name in MEASURES:
        yield f"{scheme}_{name}{tail}", getattr(measures, name)
