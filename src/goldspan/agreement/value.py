"""The value of a measure: a number with its interval, or the reason why there is none."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Reason = Literal["no_example", "nothing", "no_common", "no_variation", "no_coincidence", "no_value", "no_pair"]
SENTENCES: Mapping[Reason, str] = {
    "no_example": "no example was confirmed by two annotators",
    "nothing": "{who} marked nothing here",
    "no_common": "no example was confirmed by all annotators",
    "no_variation": "everything is of one kind, so that chance alone explains all agreement",
    "no_coincidence": "nowhere did two annotators mark the same characters, or all that they both marked has one label",
    "no_value": "there are no two values to compare",
    "no_pair": "it is undefined for every two annotators",
}


@dataclass(frozen=True, slots=True)
class Undefined:
    """Why a measure has no value.

    Args:
        reason: what is lacking.
        who: the annotators who marked nothing, where that is the reason.
    """

    reason: Reason
    who: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The reason in words, without a full stop."""
        return SENTENCES[self.reason].format(who=_listed(self.who))


@dataclass(frozen=True, slots=True)
class Value:
    """A measure, taken.

    Args:
        estimate: its value, at most 1; None where it is undefined.
        low: the lower limit of its interval; None where there is none.
        high: the upper limit.
        undefined: why it has no value; None where it has one.
        undefined_resamples: in how many resampled corpora it was undefined; the interval leaves them out.
    """

    estimate: float | None
    low: float | None = None
    high: float | None = None
    undefined: Undefined | None = None
    undefined_resamples: int = 0

    def json(self) -> dict[str, Any]:
        """All of it by name; a missing value is null, with its reason."""
        why = self.undefined and {**asdict(self.undefined), "sentence": self.undefined.sentence}
        return asdict(self) | {"undefined": why}


@dataclass(frozen=True, slots=True)
class Cell:
    """All measures of some annotators on some part of the annotations.

    Args:
        examples: how many examples there at least two of them confirmed.
        spans: how many spans each annotator has in these, by name.
        values: by the id of the measure, see `goldspan.agreement.meanings`.
    """

    examples: int
    spans: Mapping[str, int]
    values: Mapping[str, Value]

    def __getitem__(self, measure: str) -> Value:
        return self.values[measure]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    @property
    def nothing(self) -> tuple[str, ...]:
        """The annotators who marked nothing here."""
        return tuple(name for name, spans in self.spans.items() if not spans)

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "examples": self.examples,
            "spans": dict(self.spans),
            "nothing": list(self.nothing),
            "measures": {name: value.json() for name, value in self.values.items()},
        }


def _listed(names: tuple[str, ...]) -> str:
    if len(names) < 2:  # noqa: PLR2004  (one name, or none)
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
