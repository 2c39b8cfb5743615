r"""How the tags of a column are written: the notation, and the tags that it stands for.

    prefix    B-LOC I-LOC O     the prefixes of any scheme of `goldspan.iob`; also B_LOC, B:LOC, B/LOC
    suffix    LOC-B LOC-I O     the same at the end; also LOC_B
    bare      B I O             one label, which the file does not name
    label     LOC LOC O         no prefix (IO): neighbours of one label are one span
    bracket   (LOC* *) *        CoNLL-2012: a span from its opening to its closing bracket

One notation holds for a whole column, and what is written otherwise in it is no tag: a small letter `o`, a zero, a
dash, several tags in one cell. Each is refused where it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from goldspan import iob
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Kind = Literal["prefix", "suffix", "bare", "label", "bracket"]
LETTERS = "".join(iob.PREFIXES)
PREFIXED = re.compile(rf"[{LETTERS}]([-_:/])(\S.*)", re.DOTALL)
SUFFIXED = re.compile(rf"(\S.*)([-_])([{LETTERS}])", re.DOTALL)
MISTYPED = re.compile(
    r"(?:\w[^\w&.'+@]|[BIO]\W).+", re.DOTALL
)  # of labels: a prefix in another letter or with another sign
BRACKET = re.compile(r"(?:\((?P<label>[^()*|\s]+))?(?P<star>\*)?(?P<close>\))?")
ANOTHER_TAG = re.compile(rf"[|,;/+&#\s](?:[{LETTERS}]-|O(?:$|[|,;/+&#\s]))|\|")
FILLERS = frozenset({"", "_", "-", "*", "-X-", "--", "None", "nan", "NaN"})
NOT_OUTSIDE = frozenset({"o", "0", *FILLERS})
CHUNKS = frozenset(
    {"NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP", "WHNP", "NX", "NC", "PC", "VC",
     "AP", "VG", "AC", "INFP", "QP", "S"}
)  # fmt: skip
MOST_LABELS = 300
REMEDY = "A tag is O, or one of B I E S L U M W, a hyphen and a label."


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """How the tags of a column are written.

    Args:
        kind: see the module.
        separator: between prefix and label.
        label: of bare tags.
        labels: those without prefix that the column has.
        known: tags that were read already.
    """

    kind: Kind = "prefix"
    separator: str = "-"
    label: str = ""
    labels: frozenset[str] = frozenset()
    known: dict[str, iob.Tag] = field(default_factory=dict, compare=False, repr=False)

    @property
    def only_scheme(self) -> str | None:
        """The scheme of labels and brackets, in which none can be malformed: a label is an I, a bracket a B."""
        return {"label": "IOB1", "bracket": "IOB2"}.get(self.kind)

    def parse(self, written: str) -> iob.Tag:
        """The tag that is written so; under `bracket`, that of a token alone.

        Raises:
            InvalidValueError: if it is none.
        """
        tag = self.known.get(written)
        if tag is None:
            tag = self.known[written] = self._parse(written)
        return tag

    def parse_all(self, written: Sequence[str]) -> list[iob.Tag | InvalidValueError]:
        """The tags of a sentence, an error in the place of each that is none."""
        if self.kind == "bracket":
            return _bracketed(written)
        tags: list[iob.Tag | InvalidValueError] = []
        for one in written:
            try:
                tags.append(self.parse(one))
            except InvalidValueError as error:
                tags.append(error)
        return tags

    def _parse(self, written: str) -> iob.Tag:
        if written == "O":
            return iob.OUTSIDE
        if written in NOT_OUTSIDE:
            raise InvalidValueError(f"{written!r} is not a tag", remedy="Outside of all spans the tag is the letter O.")
        if ANOTHER_TAG.search(written):
            raise InvalidValueError(
                f"{written!r} is several tags in one cell",
                remedy="Give each its own column, and name both: --tag-column 2,3.",
            )
        if self.kind == "bare" and written in iob.PREFIXES:
            return iob.Tag(iob.PREFIXES[written], self.label)
        if self.kind == "label" and len(written) == 1:
            raise InvalidValueError(
                f"{written!r} is not a tag",
                remedy="A single letter may be meant for O or for a prefix: rename the label.",
            )
        if self.kind == "label" and not MISTYPED.fullmatch(written):
            return iob.Tag("I", written)
        if self.kind == "suffix" and (match := SUFFIXED.fullmatch(written)) and match[2] == self.separator:
            return iob.Tag(iob.PREFIXES[match[3]], match[1])
        if self.kind == "prefix" and (match := PREFIXED.fullmatch(written)) and match[1] == self.separator:
            return iob.Tag(iob.PREFIXES[written[0]], match[2])
        raise InvalidValueError(f"{written!r} is not a tag", remedy=REMEDY)


def notation_of(values: Mapping[str, int], *, label: str | None = None, chosen: bool = False) -> Notation:
    """The notation of a column.

    Args:
        values: what is written in it, and how often.
        label: of bare tags.
        chosen: whether a person named the column, so that labels without any O are taken for tags.

    Raises:
        InvalidValueError: where it is not plain how its tags are meant.
    """
    tags = [value for value in values if value != "O"]
    sure = [tag for tag in tags if tag not in NOT_OUTSIDE]
    separators = {match[1] for tag in sure if (match := PREFIXED.fullmatch(tag))}
    is_suffixed = bool(sure) and all(SUFFIXED.fullmatch(tag) for tag in sure)
    is_prefixed = all(PREFIXED.fullmatch(tag) for tag in sure)
    if is_suffixed and not is_prefixed and any(tag[-1] in "BSUW" for tag in sure):
        return Notation(kind="suffix", separator="-" if all(tag[-2] == "-" for tag in sure) else "_")
    if not sure or "-" in separators or (not is_prefixed and any(MISTYPED.fullmatch(tag) for tag in sure)):
        return Notation()
    if is_prefixed:
        counts = Counter[str]()
        for tag in sure:
            counts[tag[1]] += values[tag]
        return Notation(separator=counts.most_common(1)[0][0])
    if is_bracketed(values):
        return Notation(kind="bracket")
    if bare := [tag for tag in sure if tag in iob.PREFIXES]:
        return _bare(bare, sure, label)
    if len(sure) > MOST_LABELS or not (chosen or "O" in values):
        raise InvalidValueError(
            f"{', '.join(sure[:3])} are no tags", remedy="Name the column of the tags with --tag-column."
        )
    return Notation(kind="label", labels=frozenset(sure))


def is_bracketed(values: Mapping[str, int]) -> bool:
    """Whether a column marks spans by brackets, as CoNLL-2012 does."""
    return "*" in values and len(values) > 1 and all(value and BRACKET.fullmatch(value) for value in values)


def is_chunk(values: Mapping[str, int]) -> bool:
    """Whether the labels of prefixed tags are those of phrases: a column of chunks, not of names."""
    labels = {match[2] for value in values if (match := PREFIXED.fullmatch(value))}
    return bool(labels) and labels <= CHUNKS


def _bare(bare: Sequence[str], tags: Sequence[str], label: str | None) -> Notation:
    if len(bare) < len(tags):
        other = next(tag for tag in tags if tag not in iob.PREFIXES)
        raise InvalidValueError(
            f"{bare[0]!r} may be a prefix or a label, beside {other!r}", remedy="Write all tags like B-LABEL."
        )
    if label is None:
        raise InvalidValueError(
            f"the tags {', '.join(sorted(bare))} have no label", remedy="Name the label of all spans with --label NAME."
        )
    return Notation(kind="bare", label=label)


def _bracketed(written: Sequence[str]) -> list[iob.Tag | InvalidValueError]:
    """The tags of brackets that do not nest."""
    tags: list[iob.Tag | InvalidValueError] = []
    label = ""
    for one in written:
        match = BRACKET.fullmatch(one)
        if not match or not one or (label and match["label"]) or (match["close"] and not (label or match["label"])):
            reason = "opens a bracket inside another" if match and match["label"] and label else "is not a tag"
            remedy = "Brackets are (LABEL* … *), (LABEL) or *, without others inside."
            tags.append(InvalidValueError(f"{one!r} {reason}", remedy=remedy))
            continue
        inside = label or match["label"]
        tags.append(iob.Tag("B" if match["label"] else "I", inside) if inside else iob.OUTSIDE)
        label = "" if match["close"] or not inside else inside
    if label and isinstance(tags[-1], iob.Tag):
        tags[-1] = InvalidValueError(
            f"the bracket of {label!r} is not closed", remedy="Close it at the last token of the span: *)."
        )
    return tags
