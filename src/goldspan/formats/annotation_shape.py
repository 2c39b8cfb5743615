"""Whether a JSON value looks like annotation, whatever its keys are called.

The law of all readers of JSON: **no row with data that is shaped like annotation becomes an example without spans.**
A reader that found no span in a row calls `require_nothing_unread`, which refuses the row if something in it has the
shape of spans or of tags: somebody annotated it, and the reader does not know the key.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

DEPTH = 4  # how deeply annotation may be nested in a row
START_KEYS = ("start", "begin", "from", "offset", "from_offset")
END_KEYS = ("end", "stop", "to", "length", "to_offset")
LABEL_WORDS = ("label", "type", "tag", "entity", "class", "category", "value", "ner", "kind")
TAG = re.compile(r"[BIESLUMW]-.+")
# What holds offsets or tags beside the spans, and is no annotation of spans.
OTHER_KEYS = frozenset({
    "tokens", "token_offsets", "relations", "pos_tags", "chunk_tags", "chunks", "upos", "xpos", "sents", "deps", "arcs",
    "span_groups", "span_details", "prodigy", "repaired_tags",
})  # fmt: skip
REMEDY = "If it is the annotation, rename the key to 'spans'; if not, remove the key."


def require_nothing_unread(row: Mapping[str, Any], read: Collection[str] = ()) -> None:
    """Refuse a row in which no span was found, if it holds something that looks like spans or tags.

    Args:
        row: as it is in the file.
        read: the keys that the reader has read, or knows to hold no spans.

    Raises:
        InvalidValueError: naming the key and what it holds.
    """
    for key, value in row.items():
        if key not in read and key not in OTHER_KEYS and (seen := first_annotation(value)) is not None:
            raise InvalidValueError(
                f"no span is read, but there is what looks like annotation under {key!r}: {seen!r:.80}", remedy=REMEDY
            )


def first_annotation(value: object, depth: int = DEPTH) -> object:
    """The first part of a JSON value that looks like a span, or like the tags of tokens; None if there is none."""
    if _is_span(value) or _is_tags(value) or _is_extents_by_label(value):
        return value
    if depth == 0:
        return None
    parts = (first_annotation(part, depth - 1) for part in _parts(value))
    return next((part for part in parts if part is not None), None)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in OTHER_KEYS:
                yield part
    elif isinstance(value, list):
        yield from value


def _is_span(value: object) -> bool:
    if isinstance(value, list):
        offsets = [part for part in value if type(part) is int]
        return 3 <= len(value) <= 5 and len(offsets) == 2 and any(isinstance(part, str) for part in value)
    if isinstance(value, dict):
        columns = {str(key).lower(): part for key, part in value.items()}
        places = [
            any(key.startswith(names) or key.endswith(names) for key, part in columns.items() if _has_offsets(part))
            for names in (START_KEYS, END_KEYS)
        ]
        return all(places) and any(word in key for key in columns for word in LABEL_WORDS)
    return False


def _has_offsets(value: object) -> bool:
    """Whether a value is an offset, or a column of offsets."""
    return type(value) is int or (isinstance(value, list) and bool(value) and all(type(part) is int for part in value))


def _is_tags(value: object) -> bool:
    """Whether a list has tags of tokens; or a list of tokens as objects, each with its tag."""
    if not isinstance(value, list):
        return False
    if value and all(isinstance(part, str) for part in value):
        return any(TAG.fullmatch(part) for part in value) and all(part == "O" or TAG.fullmatch(part) for part in value)
    return any(
        isinstance(part, dict) and any(isinstance(tag, str) and TAG.fullmatch(tag) for tag in part.values())
        for part in value
    )


def _is_extents_by_label(value: object) -> bool:
    """Whether an object has a list of pairs of integers under each key: the label, or the words."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(
            isinstance(pairs, list)
            and bool(pairs)
            and all(isinstance(pair, list) and len(pair) == 2 and {*map(type, pair)} == {int} for pair in pairs)
            for pairs in value.values()
        )
    )
