"""What a Doccano holds, as values of ours: each made from one JSON object, or refused.

User          one who can log in
Project       a project for sequence labelling, with the flags that decide what offsets and labels mean
SpanType      a label
Member        a user's part in a project
Comment       what a user wrote about an example
Row           an example, as the caller sees it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Mapping

SEQUENCE_LABELLING = "SequenceLabeling"
REMEDY = "goldspan speaks with Doccano 1.8: is this another version, or no Doccano at all?"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class User:
    """One who can log in. A superuser may do everything; staff may create projects."""

    id: int
    username: str
    superuser: bool
    staff: bool


@dataclass(frozen=True, slots=True)
class DoccanoProject:
    """A project for sequence labelling.

    Args:
        id: its number on the server.
        name: need not be unique there.
        description: one line.
        guideline: the guideline page, in Markdown.
        collaborative: whether all members work on one common annotation, instead of each on their own.
        grapheme_mode: whether offsets count grapheme clusters instead of UTF-16 units.
        allow_overlapping: whether spans may overlap.
        use_relation: whether spans can be related; exports then have the spans under `entities`.
        random_order: whether annotators see the examples in an order of their own.
        members_create_labels: whether annotators may add labels.
    """

    id: int
    name: str
    description: str
    guideline: str
    collaborative: bool
    grapheme_mode: bool
    allow_overlapping: bool
    use_relation: bool
    random_order: bool
    members_create_labels: bool


@dataclass(frozen=True, slots=True)
class SpanType:
    """A label: colours as `#rrggbb`, the shortcut as `prefix` (`ctrl`, `shift`) and `key`."""

    id: int
    name: str
    colour: str
    text_colour: str
    prefix: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A user's part in a project. `user` is the user's number, `id` that of the membership, `role` a name."""

    id: int
    user: int
    username: str
    role: str


@dataclass(frozen=True, slots=True)
class Comment:
    """What a user, former members included, wrote about an example."""

    id: int
    example: int
    username: str
    text: str


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """An example as the caller sees it.

    Args:
        id: Doccano's number.
        text: as stored.
        meta: what travels with it.
        confirmed: by anybody in a collaborative project, by the caller otherwise.
        comments: how many there are, of everybody.
    """

    id: int
    text: str
    meta: Mapping[str, Any]
    confirmed: bool
    comments: int


@dataclass(frozen=True, slots=True)
class Confirmation:
    """That a user, by number, confirmed an example, and when: ISO 8601, in the server's time zone."""

    user: int
    when: str


PROJECT_FIELDS = {
    "name": "name",
    "description": "description",
    "guideline": "guideline",
    "collaborative": "collaborative_annotation",
    "grapheme_mode": "grapheme_mode",
    "allow_overlapping": "allow_overlapping",
    "use_relation": "use_relation",
    "random_order": "random_order",
    "members_create_labels": "allow_member_to_create_label_type",
}
TEXTS = {"name", "description", "guideline"}
SPAN_TYPE_FIELDS = {
    "name": "text",
    "colour": "background_color",
    "text_colour": "text_color",
    "prefix": "prefix_key",
    "key": "suffix_key",
}


def user(data: object) -> User:
    """A user out of an answer."""
    row = entry(data, "a user")
    return User(
        get(row, "id", int), get(row, "username", str), get(row, "is_superuser", bool), get(row, "is_staff", bool)
    )


def project(data: object) -> DoccanoProject:
    """A project out of an answer."""
    row = entry(data, "a project")
    fields: dict[str, Any] = {
        ours: get(row, theirs, str if ours in TEXTS else bool) for ours, theirs in PROJECT_FIELDS.items()
    }
    return DoccanoProject(get(row, "id", int), **fields)


def span_type(data: object) -> SpanType:
    """A label out of an answer."""
    row = entry(data, "a label")
    return SpanType(
        get(row, "id", int),
        get(row, "text", str),
        get(row, "background_color", str),
        get(row, "text_color", str),
        maybe(row, "prefix_key"),
        maybe(row, "suffix_key"),
    )


def member(data: object) -> Member:
    """A membership out of an answer."""
    row = entry(data, "a member")
    return Member(get(row, "id", int), get(row, "user", int), get(row, "username", str), get(row, "rolename", str))


def comment(data: object) -> Comment:
    """A comment out of an answer."""
    row = entry(data, "a comment")
    return Comment(get(row, "id", int), get(row, "example", int), get(row, "username", str), get(row, "text", str))


def confirmation(data: object) -> Confirmation:
    """A confirmation out of an answer."""
    row = entry(data, "a confirmation")
    return Confirmation(get(row, "confirmed_by", int), get(row, "confirmed_at", str))


def place(data: object) -> tuple[int, int, int]:
    """Start, end and number of the label of a span out of an answer."""
    row = entry(data, "a span")
    return get(row, "start_offset", int), get(row, "end_offset", int), get(row, "label", int)


def progress(data: object) -> tuple[str, int]:
    """A user name out of an answer, and how many examples that user confirmed."""
    row = entry(data, "the progress of a member")
    return get(row, "user", str), get(row, "done", int)


def example(data: object) -> ExampleRow:
    """An example out of an answer."""
    row = entry(data, "an example")
    return ExampleRow(
        get(row, "id", int),
        get(row, "text", str),
        get(row, "meta", dict),
        get(row, "is_confirmed", bool),
        get(row, "comment_count", int),
    )


def entry(data: object, what: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ServerError: for anything else.
    """
    if not isinstance(data, dict):
        raise ServerError(f"the server gave {_kind(data)} where {what} was expected", remedy=REMEDY)
    return data


def entries(data: object, what: str) -> list[Any]:
    """A JSON list.

    Raises:
        ServerError: for anything else.
    """
    if not isinstance(data, list):
        raise ServerError(f"the server gave {_kind(data)} where a list of {what} was expected", remedy=REMEDY)
    return data


def get(row: Mapping[str, Any], key: str, kind: type[T]) -> T:
    """What a JSON object holds under a key.

    Raises:
        ServerError: if it is not there, or of another kind.
    """
    if key not in row:
        raise ServerError(
            f"the server's answer lacks {key!r}; it has {', '.join(sorted(row)) or 'nothing':.300}", remedy=REMEDY
        )
    value = row[key]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ServerError(f"the server's {key!r} is {_kind(value)}, not {_kind(kind())}", remedy=REMEDY)
    return value


def maybe(row: Mapping[str, Any], key: str) -> str | None:
    """The string under a key, or None if it holds none."""
    return get(row, key, str) if row.get(key) else None


def _kind(value: object) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a string",
        int: "a number",
        float: "a number",
        bool: "true or false",
    }
    return names.get(type(value), "nothing")
