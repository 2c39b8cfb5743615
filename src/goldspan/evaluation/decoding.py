"""Tags of many tokens at once as spans: `goldspan.formats.tagging` over arrays.

The rule is that of `goldspan.formats.tagging.decode` and of `conlleval`. Whether a token begins or ends a span, and
whether its tag is malformed, follows from its prefix, those of its two neighbours and whether they share its label:
500 cases. They are decided once, by `tagging` itself, and looked up for every token that is not O.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, TypeAlias, get_args

import numpy as np

from goldspan.errors import ValueRefused
from goldspan.formats import tagging

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.integer]
    Flags: TypeAlias = npt.NDArray[np.bool_]

PREFIXES = "OBIES"


@dataclass(frozen=True)
class TagSet:
    """The tags of a model or a file, numbered by their class ids.

    Args:
        prefix: (classes,) the place of each tag's prefix in `PREFIXES`.
        label: (classes,) the place of its label in `labels`, -1 for O.
        labels: the labels, in the order of their first tag.
        scheme: the one of `tagging.SCHEMES` that says which tags are malformed.
    """

    prefix: Numbers
    label: Numbers
    labels: tuple[str, ...]
    scheme: str

    @classmethod
    def of(cls, names: Sequence[str], scheme: str | None = None) -> TagSet:
        """The tags of these names, in class-id order.

        Args:
            names: e.g. `["O", "B-PER", "I-PER"]`.
            scheme: told by the prefixes if not named: IOB2 for B and I, IOE2 for I and E, else BIOES.

        Raises:
            ValueRefused: for a name that is no tag, or a scheme that is not known.
        """
        tags = [tagging.parse(name) for name in names]
        known = dict.fromkeys(tag.label for tag in tags if tag.label)
        number = {label: place for place, label in enumerate(known)} | {"": -1}
        return cls(
            np.array([PREFIXES.index(tag.prefix) for tag in tags], np.uint8),
            np.array([number[tag.label] for tag in tags], np.int32),
            tuple(known),
            tagging.canonical(scheme) if scheme else _scheme({tag.prefix for tag in tags}),
        )


@dataclass(frozen=True)
class Chunks:
    """Labelled runs of tokens, `tokens[first:stop]` of a document, in reading order.

    Args:
        document: (chunks,) the document's number.
        first: (chunks,) the first token, counted within the document.
        stop: (chunks,) the token after the last.
        label: (chunks,) the place of the label in `TagSet.labels`.
        malformed: how many tags the scheme forbids where they stand.
    """

    document: Numbers
    first: Numbers
    stop: Numbers
    label: Numbers
    malformed: int


def decode(ids: Numbers, lengths: Numbers, tags: TagSet, repair: tagging.Repair = "conlleval") -> Chunks:
    """The chunks of all documents.

    Args:
        ids: (tokens,) class ids, the documents end to end.
        lengths: (documents,) how many tokens each document has; 0 is a length.
        tags: what the class ids mean.
        repair: under `conlleval` a malformed tag continues or begins a chunk as that program has it
            (`tagging.decode`); under `strict` a chunk with a malformed tag in it is none (`tagging.well_formed`). They
            are counted under either.

    Raises:
        ValueRefused: for a class id without a tag, or another repair.
    """
    _refuse(ids, tags, repair)
    at = np.flatnonzero(tags.prefix[ids])
    prefix, label = tags.prefix[ids[at]].astype(np.intp), tags.label[ids[at]]
    ends_of_documents = np.cumsum(lengths)
    document = np.searchsorted(ends_of_documents, at, side="right")
    case = _cases(at, prefix, label, document)
    begins, ends, malformed = (table[case] for table in _tables(tags.scheme))
    kept = np.flatnonzero(begins)
    last = np.flatnonzero(ends)
    if repair == "strict" and malformed.any():
        spoilt = np.bincount(np.cumsum(begins)[malformed] - 1, minlength=len(kept)) > 0
        kept, last = kept[~spoilt], last[~spoilt]
    offset = (ends_of_documents - lengths)[document[kept]]
    return Chunks(
        document[kept], at[kept] - offset, at[last] + 1 - offset, label[kept], int(np.count_nonzero(malformed))
    )


def _cases(at: Numbers, prefix: Numbers, label: Numbers, document: Numbers) -> Numbers:
    """The number, among the 500, of each token that is not O; its neighbours are O unless they stand beside it."""
    beside = np.zeros(len(at) + 1, bool)
    beside[1:-1] = (np.diff(at) == 1) & (document[1:] == document[:-1])
    same = beside.copy()
    same[1:-1] &= label[1:] == label[:-1]
    left, right = np.zeros_like(prefix), np.zeros_like(prefix)
    left[1:] = prefix[:-1] * beside[1:-1]
    right[:-1] = prefix[1:] * beside[1:-1]
    found: Numbers = (((left * 2 + same[:-1]) * 5 + prefix) * 2 + same[1:]) * 5 + right
    return found


@lru_cache(maxsize=len(tagging.SCHEMES))
def _tables(scheme: str) -> tuple[Flags, Flags, Flags]:
    """For each of the 500 cases whether the token begins a chunk, ends one, and is malformed."""
    begins, ends, malformed = [], [], []
    for left, left_same, prefix, right_same, right in product(PREFIXES, (0, 1), PREFIXES, (0, 1), PREFIXES):
        tag = _tag(prefix, same=True)
        before, after = _tag(left, same=bool(left_same)), _tag(right, same=bool(right_same))
        begins.append(tag != tagging.OUTSIDE and not before.continued_by(tag))
        ends.append(tag != tagging.OUTSIDE and not tag.continued_by(after))
        malformed.append(tagging.forbidden((before, tag, after), scheme))
    return np.array(begins), np.array(ends), np.array(malformed)


def _tag(prefix: str, *, same: bool) -> tagging.Tag:
    return tagging.OUTSIDE if prefix == "O" else tagging.Tag(prefix, "this" if same else "other")


def _scheme(prefixes: set[str]) -> str:
    if prefixes <= set("OBI"):
        return "IOB2"
    return "IOE2" if prefixes <= set("OIE") else "BIOES"


def _refuse(ids: Numbers, tags: TagSet, repair: tagging.Repair) -> None:
    if repair not in get_args(tagging.Repair):
        known = ", ".join(get_args(tagging.Repair))
        raise ValueRefused(f"there is no repair {repair!r}", remedy=f"The repairs are {known}.")
    classes = len(tags.prefix)
    if len(ids) and not 0 <= (low := int(ids.min())) <= (high := int(ids.max())) < classes:
        raise ValueRefused(
            f"the class id {low if low < 0 else high} has no tag: there are {classes} names",
            remedy="Name all classes of the model, in the order of their ids.",
        )
