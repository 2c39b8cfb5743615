"""The tagging schemes IOB1, IOB2, IOE1, IOE2, and BIOES with its other spellings.

One rule decodes them all, that of the program `conlleval` (Tjong Kim Sang and Buchholz 2000): a tag continues the
span before it if its prefix is I or E, its label is the same and E or S has not closed that span; any other tag but O
begins a span. (In Perl it knows neither S nor a B behind an E of its label; its versions in Python and seqeval do.)

The schemes differ in what they forbid. Under `IOB2` a span begins with B; under `IOB1` (Ramshaw and Marcus 1995) only
one that touches another of its label does; `IOE2` and `IOE1` mirror this with E at the end (Tjong Kim Sang and Veenstra
1999); under `BIOES` a longer span begins with B and ends with E, and S is a span of one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SCHEMES = ("IOB2", "BIOES", "IOB1", "IOE2", "IOE1")
SPELLINGS = {"BIO": "IOB2", "IOB": "IOB1", "IOE": "IOE2", "IOBES": "BIOES", "BILOU": "BIOES", "BMEWO": "BIOES"}
PREFIXES = {"B": "B", "I": "I", "M": "I", "E": "E", "L": "E", "S": "S", "U": "S", "W": "S"}
Repair = Literal["conlleval", "strict"]
ALPHABETS = {"IOB2": "BI", "BIOES": "BIES", "IOB1": "BI", "IOE2": "IE", "IOE1": "IE"}


class Tag(NamedTuple):
    """A tag: its prefix, one of B I E S or O, and its label, empty for O."""

    prefix: str
    label: str

    def continued_by(self, right: Tag) -> bool:
        """Whether the tag to the right belongs to the same span."""
        return self.prefix in "BI" and right.prefix in "IE" and self.label == right.label


class Chunk(NamedTuple):
    """A labelled run of tokens, `tokens[first:stop]`."""

    first: int
    stop: int
    label: str


OUTSIDE = Tag("O", "")
Context = tuple[Tag, Tag, Tag]


def parse(tag: str) -> Tag:
    """A tag as written: `O`, or a prefix of any scheme, a hyphen and a label.

    Raises:
        InvalidValueError: for anything else.
    """
    if tag == "O":
        return OUTSIDE
    prefix, hyphen, label = tag.partition("-")
    if prefix not in PREFIXES or not hyphen or not label:
        raise InvalidValueError(
            f"{tag!r} is not a tag", remedy="A tag is O, or one of B I E S L U M W, a hyphen and a label."
        )
    return Tag(PREFIXES[prefix], label)


def decode(tags: Sequence[Tag]) -> list[Chunk]:
    """The chunks of the tags, under the one rule for all schemes."""
    chunks: list[Chunk] = []
    for number, (left, tag, _) in enumerate(contexts(tags)):
        if left.continued_by(tag):
            chunks[-1] = chunks[-1]._replace(stop=number + 1)
        elif tag != OUTSIDE:
            chunks.append(Chunk(number, number + 1, tag.label))
    return chunks


def well_formed_chunks(tags: Sequence[Tag], scheme: str) -> list[Chunk]:
    """The chunks of `decode` without those that contain a tag which the scheme forbids.

    The rule of seqeval's strict mode (Nakayama 2018): a chunk that the scheme does not allow is no entity. It is
    applied per chunk: neighbours of a malformed one are kept. seqeval itself departs from it under IOB1 and IOE1: of
    IOB1 it keeps a malformed chunk without its first token (`B-A I-A`), and loses one that ends in B before a B of
    another label; of IOE1 it loses a chunk of one E (`E-A I-A`) unless the tag before is the same.
    """
    wrong = set(malformed(tags, scheme))
    return [chunk for chunk in decode(tags) if wrong.isdisjoint(range(chunk.first, chunk.stop))]


def contexts(tags: Sequence[Tag]) -> Iterable[Context]:
    """Each tag with its neighbours; before the first and after the last is O."""
    return zip([OUTSIDE, *tags], tags, [*tags[1:], OUTSIDE], strict=False)


def malformed(tags: Sequence[Tag], scheme: str) -> list[int]:
    """The positions of the tags that the scheme forbids, counted from 0."""
    return [number for number, context in enumerate(contexts(tags)) if forbidden(context, scheme)]


def forbidden(context: Context, scheme: str) -> bool:
    """Whether one of `SCHEMES` forbids a tag between its neighbours."""
    left, tag, right = context
    if tag == OUTSIDE:
        return False
    if tag.prefix not in ALPHABETS[scheme]:
        return True
    begins, ends = not left.continued_by(tag), not tag.continued_by(right)
    return {
        "IOB2": tag.prefix == "I" and begins,
        "IOB1": tag.prefix == "B" and left.label != tag.label,
        "IOE2": tag.prefix == "I" and ends,
        "IOE1": tag.prefix == "E" and right.label != tag.label,
        "BIOES": (begins and tag.prefix in "IE") or (ends and tag.prefix in "BI"),
    }[scheme]


def canonical(scheme: str) -> str:
    """The name in `SCHEMES` of a scheme in any spelling.

    Raises:
        InvalidValueError: for an unknown scheme.
    """
    name = SPELLINGS.get(scheme.upper(), scheme.upper())
    if name not in SCHEMES:
        known = ", ".join([*SCHEMES, *SPELLINGS])
        raise InvalidValueError(f"unknown tagging scheme {scheme!r}", remedy=f"The schemes are {known}.")
    return name


@dataclass(frozen=True, slots=True)
class SchemeFit:
    """How well each scheme fits the tags of a file, or of several together.

    Args:
        forbidden: how many tags each of `SCHEMES` forbids.
        foreign: of how many of them it does not have the prefix.
    """

    forbidden: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(SCHEMES, 0))
    foreign: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(SCHEMES, 0))

    @classmethod
    def of(cls, sequences: Iterable[Sequence[Tag]]) -> SchemeFit:
        """That of sequences of tags."""
        seen = Counter(context for tags in sequences for context in contexts(tags))
        prefixes = Counter[str]()
        for (_, tag, _), number in seen.items():
            prefixes[tag.prefix] += number
        return cls(
            {scheme: sum(n for context, n in seen.items() if forbidden(context, scheme)) for scheme in SCHEMES},
            {scheme: sum(n for p, n in prefixes.items() if p not in f"O{ALPHABETS[scheme]}") for scheme in SCHEMES},
        )

    def __add__(self, other: SchemeFit) -> SchemeFit:
        """That of both together."""
        return SchemeFit(
            {scheme: self.forbidden[scheme] + other.forbidden[scheme] for scheme in SCHEMES},
            {scheme: self.foreign[scheme] + other.foreign[scheme] for scheme in SCHEMES},
        )

    @property
    def best(self) -> tuple[str, ...]:
        """The schemes that forbid the fewest tags, and of these the ones that have most of their prefixes.

        In the order of `SCHEMES`; all of them where no tag is but O.
        """
        faults = {scheme: (self.forbidden[scheme], self.foreign[scheme]) for scheme in SCHEMES}
        return tuple(scheme for scheme in SCHEMES if faults[scheme] == min(faults.values()))

    def judge(self, other: SchemeFit) -> str:
        """The best scheme for these tags; of several, the one that forbids the fewest of other tags, then the first."""
        return min(self.best, key=lambda scheme: other.forbidden[scheme])


def detect(sequences: Iterable[Sequence[Tag]]) -> str:
    """The scheme that forbids the fewest of the tags; in a tie, one that has most of their prefixes."""
    return SchemeFit.of(sequences).best[0]
