"""The value of a measure: a number with its interval, or the reason why there is none."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.units import Unit

Reason = Literal[
    "no_example", "silent_second", "nothing", "no_common", "no_variation", "no_coincidence", "no_value", "no_pair"
]  # fmt: skip
SENTENCES: Mapping[Reason, str] = {
    "no_example": "no example was confirmed by two annotators",
    "silent_second": "but for {who}, who marked nothing, no example was confirmed by two annotators",
    "nothing": "{who} marked nothing here",
    "no_common": "no example was confirmed by all annotators",
    "no_variation": "everything is of one kind, so that chance alone explains all agreement",
    "no_coincidence": "nowhere did two annotators mark the same characters, or all that they both marked has one label",
    "no_value": "there are no two values to compare",
    "no_pair": "it is undefined for every two annotators",
}
Scarcity = Literal["one_shared", "one_common", "one_bearing", "one_by_pair", "few_draws"]
SCARCITIES: Mapping[Scarcity, str] = {
    "one_shared": "only one {unit} was confirmed by two annotators",
    "one_common": "only one {unit} was confirmed by all annotators",
    "one_bearing": "only one {unit} has any of it",
    "one_by_pair": "no two annotators share two {unit}s that have any of it",
    "few_draws": "it was defined in only {defined:,} of {resamples:,} draws",
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
class Unbounded:
    """Why a measure that has a value has no interval.

    Args:
        reason: what there is too little of.
        unit: what is drawn anew.
        defined: in how many resampled corpora the measure was defined, where these are too few.
        resamples: how many there were.
    """

    reason: Scarcity
    unit: Unit
    defined: int = 0
    resamples: int = 0

    @property
    def sentence(self) -> str:
        """The reason in words, without a full stop."""
        return SCARCITIES[self.reason].format(unit=self.unit, defined=self.defined, resamples=self.resamples)


@dataclass(frozen=True, slots=True)
class Value:
    """A measure, taken.

    Args:
        estimate: its value, at most 1; None where it is undefined.
        low: the lower limit of its interval; None where there is none.
        high: the upper limit.
        undefined: why it has no value; None where it has one.
        undefined_resamples: in how many resampled corpora it was undefined; the interval leaves them out.
        unbounded: why it has a value but no interval; None where it has both or neither.
    """

    estimate: float | None
    low: float | None = None
    high: float | None = None
    undefined: Undefined | None = None
    undefined_resamples: int = 0
    unbounded: Unbounded | None = None

    def json(self) -> dict[str, Any]:
        """All of it by name; a missing value is null, with its reason."""
        why = self.undefined and {**asdict(self.undefined), "sentence": self.undefined.sentence}
        short = self.unbounded and {"reason": self.unbounded.reason, "sentence": self.unbounded.sentence}
        return asdict(self) | {"undefined": why, "unbounded": short}


@dataclass(frozen=True, slots=True)
class Basis:
    """On whom and what a cell rests.

    Args:
        readers: the annotators who confirmed an example there that another did, too.
        common: how many examples all of them confirmed: the ground of Fleiss' kappa and of gamma.
        pairs: how many pairs of them share an example there.
        counted: in how many of these both marked something: the pairs that the means are over.
    """

    readers: tuple[str, ...]
    common: int
    pairs: int
    counted: int


@dataclass(frozen=True, slots=True)
class Cell:
    """All measures of some annotators on some part of the annotations.

    Args:
        examples: how many examples there at least two of them confirmed.
        spans: how many spans each annotator has in these, by name.
        values: by the id of the measure, see `goldspan.agreement.meanings`.
        basis: on whom and what it rests; None until that was looked at.
    """

    examples: int
    spans: Mapping[str, int]
    values: Mapping[str, Value]
    basis: Basis | None = None

    def __getitem__(self, measure: str) -> Value:
        return self.values[measure]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    @property
    def nothing(self) -> tuple[str, ...]:
        """The annotators who read something here and marked nothing in it."""
        readers = self.spans if self.basis is None else self.basis.readers
        return tuple(name for name, spans in self.spans.items() if not spans and name in readers)

    @property
    def one_sided(self) -> bool:
        """Whether somebody marked nothing here where another marked something."""
        return bool(self.nothing) and any(self.spans.values())

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "examples": self.examples,
            "spans": dict(self.spans),
            "nothing": list(self.nothing),
            "basis": self.basis and {**asdict(self.basis), "readers": list(self.basis.readers)},
            "measures": {name: value.json() for name, value in self.values.items()},
        }


def _listed(names: tuple[str, ...]) -> str:
    if len(names) < 2:  # noqa: PLR2004  (one name, or none)
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
