"""The tagging schemes IOB1, IOB2, IOE1, IOE2, and BIOES with its other spellings.

One rule decodes them all, that of the program `conlleval` (Tjong Kim Sang and Buchholz 2000): a tag continues the
span before it if its prefix is I or E, its label is the same and E or S has not closed that span; any other tag but O
begins a span. The schemes differ in what they forbid. Under `IOB2` a span begins with B; under `IOB1` (Ramshaw and
Marcus 1995) only one that touches another of its label does; `IOE2` and `IOE1` mirror this with E at the end (Tjong
Kim Sang and Veenstra 1999); under `BIOES` a longer span begins with B and ends with E, and S is a span of one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    applied per chunk: neighbours of a malformed one are kept. Under IOB1 alone seqeval keeps the end of such a chunk.
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


def detect(sequences: Iterable[Sequence[Tag]]) -> str:
    """The scheme that forbids the fewest of the tags; in a tie, the first in `SCHEMES`."""
    seen = Counter(context for tags in sequences for context in contexts(tags))
    return min(SCHEMES, key=lambda scheme: sum(n for context, n in seen.items() if forbidden(context, scheme)))
