"""The spans of a JSON row, under whatever names of the table in `goldspan.formats.row_keys` they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan.errors import InvalidValueError
from goldspan.formats import row_keys
from goldspan.formats.annotation_shape import first_annotation
from goldspan.formats.record import RawSpan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PIECE = re.compile(r"[BIES]-.+")
REMEDY = (
    'A row is {"text": …, "entities": [{"start": …, "end": …, "label": …}, …]}, or has spans as [start, end, label]; '
    "`goldspan help json_rows` lists the names of keys that are read."
)
NAMES_REMEDY = "Write the names of the labels instead of their numbers: the file does not state which is which."
PIECES_REMEDY = "Let the pipeline join its pieces of words: aggregation_strategy='simple'."


class LabelHelp(NamedTuple):
    """What is known about labels from outside a span.

    Args:
        default: the label of spans that have none.
        names: the names of labels that are numbers.
    """

    default: str | None = None
    names: Mapping[int, str] = {}


class FoundSpans(NamedTuple):
    """The spans of a row.

    Args:
        key: where they stand; None if the row has no key for spans.
        spans: with the offsets of the file.
        details: of each span, what else is stated of it.
        others: further keys for spans that hold the same, or nothing.
    """

    key: str | None = None
    spans: Sequence[RawSpan] = ()
    details: Sequence[Mapping[str, Any]] = ()
    others: Sequence[str] = ()


def find_spans(row: Mapping[str, Any], text: str | None, labels: LabelHelp) -> FoundSpans:
    """The spans of a row, with the key under which they stand.

    Args:
        row: the row.
        text: its text, where the spans are about characters.
        labels: what is known about labels.

    Raises:
        InvalidValueError: for spans that are not understood, or stand under two keys and differ.
    """
    found: list[FoundSpans] = []
    empty: list[str] = []
    not_understood: InvalidValueError | None = None
    for key in row_keys.SPANS:
        value = row.get(key)
        if value is None or key in {row_keys.text_key(row), row_keys.tokens_key(row)}:
            continue
        items = _items(value)
        if items == []:
            empty.append(key)
        elif items is not None and any(_is_like_span(item) for item in items):
            read = [pair for item in items for pair in _read_span(item, text, labels)]
            found.append(FoundSpans(key, [span for span, _ in read], [details for _, details in read]))
        elif _is_annotation(key, value):
            not_understood = not_understood or InvalidValueError(
                f"what stands under {key!r} is not understood: {value!r:.80}", remedy=REMEDY
            )
    if not found:
        if not_understood is not None:
            raise not_understood
        return FoundSpans(empty[0], others=empty[1:]) if empty else FoundSpans()
    first, *rest = found
    _require_one_annotation(found, empty)
    return first._replace(others=[*empty, *(other.key for other in rest if other.key)])


def _require_one_annotation(found: Sequence[FoundSpans], empty: Sequence[str]) -> None:
    """Refuse spans of two keys that differ, and those of a program beside an empty annotation."""
    first, *rest = found
    people = [key for key in empty if key in row_keys.ANNOTATION_ONLY]
    message = None
    if first.key in row_keys.PREDICTIONS and people:
        message = f"there are spans under {first.key!r}, and none under {people[0]!r}"
    for other in rest:
        if {span[:3] for span in other.spans} != {span[:3] for span in first.spans}:
            message = f"there are spans under {first.key!r} and others under {other.key!r}"
    if message is not None:
        raise InvalidValueError(
            message, remedy="Keep the one that is the annotation, and remove or rename the other key."
        )


def _items(value: object) -> list[Any] | None:
    """The items of what stands under a key for spans: a list, the columns of one, or a list inside an object."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return None
    if not value:
        return []
    columns = [part for part in value.values() if isinstance(part, list)]
    if len(columns) == len(value) > 1 and len({len(part) for part in columns}) == 1 and _has_edges(value):
        return [dict(zip(value, parts, strict=True)) for parts in zip(*value.values(), strict=True)]
    inside = [value[name] for name in row_keys.SPANS if isinstance(value.get(name), list)]
    if len(inside) == 1 or len(value) == 1:
        part = inside[0] if inside else next(iter(value.values()))
        return part if isinstance(part, list) else None
    return None


def _has_edges(value: Mapping[str, Any]) -> bool:
    return not {*row_keys.START, *row_keys.EXTENT}.isdisjoint(value) and (
        not {*row_keys.END, *row_keys.EXTENT, row_keys.LENGTH}.isdisjoint(value)
    )


def _is_annotation(key: str, value: object) -> bool:
    """Whether a value that is not understood must be annotation: by the name of its key, or by its shape."""
    if isinstance(value, str):  # a list that was written into a cell of a table
        return key in row_keys.ANNOTATION_ONLY or value.strip()[:1] in {"[", "{"}
    return key in row_keys.ANNOTATION_ONLY or first_annotation(value) is not None


def _is_like_span(item: object) -> bool:
    if isinstance(item, dict):
        return _has_edges(item)
    return isinstance(item, list) and len(item) >= 3 and sum(type(part) is int for part in item[:3]) >= 2


def _read_span(item: object, text: str | None, labels: LabelHelp) -> list[tuple[RawSpan, dict[str, Any]]]:
    """A span, once for each of its labels, with what else is stated of it."""
    if isinstance(item, list):
        return [(_of_list(item), {})]
    if not isinstance(item, dict) or not _has_edges(item):
        raise InvalidValueError(f"the span {item!r:.80} has no start and end", remedy=REMEDY)
    start, end, used = _edges(item)
    surface_key = next((name for name in row_keys.SURFACE if isinstance(item.get(name), (str, list))), None)
    surface = _single(item[surface_key]) if surface_key else None
    label_key, names = _labels(item, text, labels, surface_key)
    used |= {label_key, surface_key, row_keys.WORD}
    details = {key: value for key, value in item.items() if key not in used and value not in (None, [], {}, "")}
    return [(RawSpan(start, end, name, surface if isinstance(surface, str) else None), details) for name in names]


def _of_list(item: Sequence[Any]) -> RawSpan:
    match item:
        case [int(start), int(end), str(label)] | [str(label), int(start), int(end)]:
            surface = None
        case [int(start), int(end), str(label), str(surface)]:
            pass
        case [int(start), int(end), str(label), float() | int() | None]:
            surface = None
        case [int(_), int(_), int(number), *_]:
            raise InvalidValueError(f"the label of the span {item!r:.80} is the number {number}", remedy=NAMES_REMEDY)
        case _:
            raise InvalidValueError(f"the span {item!r:.80} is not [start, end, label]", remedy=REMEDY)
    if bool in {type(start), type(end)}:
        raise InvalidValueError(f"the span {item!r:.80} is not [start, end, label]", remedy=REMEDY)
    return RawSpan(start, end, label, surface)


def _edges(item: Mapping[str, Any]) -> tuple[int, int, set[str | None]]:
    start_key = next((name for name in row_keys.START if item.get(name) is not None), None)
    end_key = next((name for name in row_keys.END if item.get(name) is not None), None)
    extent_key = next((name for name in row_keys.EXTENT if item.get(name) is not None), None)
    used: set[str | None] = {start_key, end_key}
    if start_key and end_key:
        edges = (item[start_key], item[end_key])
    elif extent_key and type(item[extent_key]) is int and type(item.get(row_keys.LENGTH)) is int:
        edges = (item[extent_key], item[extent_key] + item[row_keys.LENGTH])
        used = {extent_key, row_keys.LENGTH}
    elif extent_key:
        extents = item[extent_key]
        if isinstance(extents, list) and len(extents) > 1 and isinstance(extents[0], list):
            raise InvalidValueError(
                f"the span {item!r:.80} has several parts", remedy="Write a span for each part, or one over all."
            )
        edges, used = _single(extents), {extent_key}
    else:
        raise InvalidValueError(
            f"the span {item!r:.80} has no start and end",
            remedy="Without offsets its place is unknown. A pipeline needs a fast tokenizer to state them.",
        )
    match edges:
        case [start, end] if type(start) is type(end) is int:
            return start, end, used
    raise InvalidValueError(f"the start and the end of the span {item!r:.80} are not two integers", remedy=REMEDY)


def _single(value: Any) -> Any:  # noqa: ANN401  (JSON is any)
    """The one item of a list in a list, or the value itself."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _labels(
    item: Mapping[str, Any], text: str | None, labels: LabelHelp, surface_key: str | None
) -> tuple[str | None, list[str]]:
    keys = [name for name in row_keys.LABEL if item.get(name) not in (None, [], {}, "") and name != surface_key]
    if len(keys) > 1 and text is not None:  # the words of a span are not its label
        keys = [name for name in keys if not (isinstance(item[name], str) and item[name] in text)] or keys
    if not keys:
        if labels.default is not None:
            return None, [labels.default]
        raise InvalidValueError(
            f"the span {item!r:.80} has no label", remedy="Name the label of all such spans with --label."
        )
    value = item[keys[0]]
    names = [_label(part, item, labels) for part in (value if isinstance(value, list) else [value])]
    if (keys[0] == "entity" or row_keys.WORD in item) and any(PIECE.fullmatch(name) for name in names):
        raise InvalidValueError(
            f"the label of the span {item!r:.80} is the tag of a token, {names[0]!r}", remedy=PIECES_REMEDY
        )
    return keys[0], names


def _label(value: object, item: Mapping[str, Any], labels: LabelHelp) -> str:
    if isinstance(value, dict):
        value = next((value[name] for name in ("value", "name", "label", "text") if name in value), None)
    if type(value) is int:
        if value in labels.names:
            return labels.names[value]
        raise InvalidValueError(f"the label of the span {item!r:.80} is the number {value}", remedy=NAMES_REMEDY)
    if isinstance(value, str):
        return value
    raise InvalidValueError(f"the label of the span {item!r:.80} is no string", remedy=REMEDY)
