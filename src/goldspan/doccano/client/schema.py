"""What Doccano answers, checked: a key that is needed is there and has its type; other keys are ignored.

Pydantic checks all answers but lists of examples. Those can have ten thousand rows, and the checks written by hand
take 1.1 µs for a row where pydantic 2.14 takes 1.5 µs.

No message holds a value that a server sent: it may be anything, an annotator's text or a password.
"""

# No `from __future__ import annotations` here: pydantic reads the annotations when the module is imported.

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StrictStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from goldspan.errors import ServerError

# What Doccano itself puts into each row of an export, in some kind of project or some version.
OWN_KEYS = frozenset({"id", "text", "data", "label", "labels", "entities", "relations", "Comments", "username"})
READ_ONLY = frozenset({"id", "author"})  # fields that the server sets
SEQUENCE_LABELLING = "SequenceLabeling"
SPAN_TASK = "Span"  # what an auto-labelling of spans is called
ASSIGNMENTS = "assignments"  # the key of an example on a server that has them
REMEDY = "goldspan works with Doccano 1.8: is this another version, or no Doccano at all?"

T = TypeVar("T")
OptionalText = Annotated[StrictStr | None, AfterValidator(lambda text: text or None)]  # Doccano has both "" and null


@dataclass(frozen=True, slots=True)
class User:
    """Someone who can log in. A superuser may do everything; staff may create projects."""

    id: StrictInt
    username: StrictStr
    superuser: Annotated[StrictBool, Field(alias="is_superuser")]
    staff: Annotated[StrictBool, Field(alias="is_staff")]


@dataclass(frozen=True, slots=True)
class Role:
    """What a member may do in a project, e.g. `annotator`."""

    id: StrictInt
    name: StrictStr


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
        random_order: whether each annotator sees the examples in a different order.
        members_create_labels: whether annotators may add labels.
        author: the name of the user who created it; empty if that account is gone.
    """

    id: StrictInt
    name: StrictStr
    description: StrictStr
    guideline: StrictStr
    collaborative: Annotated[StrictBool, Field(alias="collaborative_annotation")]
    grapheme_mode: StrictBool
    allow_overlapping: StrictBool
    use_relation: StrictBool
    random_order: StrictBool
    members_create_labels: Annotated[StrictBool, Field(alias="allow_member_to_create_label_type")]
    author: StrictStr = ""


@dataclass(frozen=True, slots=True)
class SpanType:
    """A label: colours as `#rrggbb`, the shortcut as `prefix` (`ctrl`, `shift`) and `key`."""

    id: StrictInt
    name: Annotated[StrictStr, Field(alias="text")]
    colour: Annotated[StrictStr, Field(alias="background_color")]
    text_colour: Annotated[StrictStr, Field(alias="text_color")]
    prefix: Annotated[OptionalText, Field(alias="prefix_key")] = None
    key: Annotated[OptionalText, Field(alias="suffix_key")] = None


@dataclass(frozen=True, slots=True)
class Member:
    """A user's part in a project. `user` is the user's number, `id` that of the membership, `role` a name."""

    id: StrictInt
    user: StrictInt
    username: StrictStr
    role: Annotated[StrictStr, Field(alias="rolename")]


@dataclass(frozen=True, slots=True)
class Comment:
    """What a user wrote about an example; the user may have left the project."""

    id: StrictInt
    example: StrictInt
    username: StrictStr
    text: StrictStr


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A user, by number, confirmed an example, and when: ISO 8601, in the server's time zone."""

    user: Annotated[StrictInt, Field(alias="confirmed_by")]
    when: Annotated[StrictStr, Field(alias="confirmed_at")]


@dataclass(frozen=True, slots=True)
class StoredSpan:
    """A span: offsets as the project counts them, and the number of its label."""

    start: Annotated[StrictInt, Field(alias="start_offset")]
    end: Annotated[StrictInt, Field(alias="end_offset")]
    label: StrictInt


@dataclass(frozen=True, slots=True)
class AutoLabelling:
    """A configuration of a project's auto-labelling: which service Doccano asks, and what becomes of the answer.

    Args:
        id: its number.
        model: the name that Doccano has for the kind of service.
        attributes: of the request; they may hold a token, and anything else where a person wrote them.
        template: of Jinja: makes a list of spans of an answer.
        label_mapping: by the service's name of a label, the name of its type in the project.
        task: what the answer is about: `Span`, `Category`, `Text` or `Relation`.
    """

    id: StrictInt
    model: Annotated[StrictStr, Field(alias="model_name")]
    attributes: Annotated[Any, Field(alias="model_attrs")] = field(repr=False)
    template: StrictStr
    label_mapping: Any
    task: Annotated[StrictStr, Field(alias="task_type")]


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """How many examples a user, by name, confirmed."""

    user: StrictStr
    done: StrictInt


@dataclass(frozen=True, slots=True)
class ProgressOfMembers:
    """The progress of everybody who confirmed an example."""

    progress: list[MemberProgress]


@dataclass(frozen=True, slots=True)
class StartedTask:
    """A task that was put into the task worker's queue."""

    id: Annotated[StrictStr, Field(alias="task_id")]


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """How a task stands; `error` and `result` are whatever the worker wrote."""

    ready: StrictBool
    error: Any = None
    result: Any = None


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """An example as the caller sees it.

    Args:
        id: Doccano's number.
        text: as stored.
        meta: the other columns that were imported with it.
        confirmed: by anybody in a collaborative project, by the caller otherwise.
        comments: how many there are, of everybody.
        assignees: the names of the users to whom it is assigned; None on a server without assignments, before 1.8.5.
        assignments: by name of these users, the id of the assignment; None on a server without assignments.
    """

    id: int
    text: str
    meta: Mapping[str, Any]
    confirmed: bool
    comments: int
    assignees: frozenset[str] | None = None
    assignments: Mapping[str, str] | None = None

    @property
    def has_own_keys(self) -> bool:
        """Whether `meta` has keys of Doccano's own, which it has only from an import of an export."""
        return not OWN_KEYS.isdisjoint(self.meta)


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}
_TYPES: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "true or false",
}
_EXPECTED = {
    "dataclass_type": "an object",
    "list_type": "a list",
    "string_type": "a string",
    "int_type": "a number",
    "bool_type": "true or false",
}


def parse(shape: type[T], data: object, owner: str) -> T:
    """A JSON value as one of the classes above.

    Args:
        shape: the class, or a list of it.
        data: the JSON value.
        owner: what it is, for the message, e.g. `the answer to GET /v1/me`.

    Raises:
        ServerError: if a key is missing, or a value has another type.
    """
    try:
        value: T = _adapter(shape).validate_python(data)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)[0]
    else:
        return value
    # Raised out here: pydantic's error holds the values that the server sent, and would be kept as the context.
    raise _mismatch(details["loc"], _EXPECTED.get(details["type"], "what Doccano gives"), data, owner)


def parse_example(data: object, owner: str) -> ExampleRow:
    """An example, checked by hand for speed: see the top of this module.

    Args:
        data: the JSON value.
        owner: what it is, for the message.

    Raises:
        ServerError: if a key is missing, or a value has another type.
    """
    row = parse_object(data, owner)
    assignments = _assignments(row, owner) if ASSIGNMENTS in row else None
    return ExampleRow(
        get(row, "id", int, owner),
        get(row, "text", str, owner),
        get(row, "meta", dict, owner),
        get(row, "is_confirmed", bool, owner),
        get(row, "comment_count", int, owner),
        None if assignments is None else frozenset(assignments),
        assignments,
    )


def _assignments(row: Mapping[str, Any], owner: str) -> dict[str, str]:
    place = f"an entry of {ASSIGNMENTS!r} of {owner}"
    entries = (parse_object(each, place) for each in get(row, ASSIGNMENTS, list, owner))
    return {get(entry, "assignee", str, place): get(entry, "id", str, place) for entry in entries}


def parse_object(data: object, owner: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ServerError: for anything else.
    """
    if not isinstance(data, dict):
        raise _wrong_type(owner, data, _TYPES[dict])
    return data


def get(row: Mapping[str, Any], key: str, kind: type[T], owner: str) -> T:
    """The value under a key of a JSON object.

    Raises:
        ServerError: if it is not there, or has another type.
    """
    if key not in row:
        raise _missing(owner, key, row)
    value = row[key]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _wrong_type(f"{key!r} of {owner}", value, _TYPES[kind])
    return value


def server_names(shape: type) -> dict[str, str]:
    """The server's name for each field that can be set, by ours."""
    names = {each.name: _alias(each.type) or each.name for each in fields(shape)}
    return {ours: theirs for ours, theirs in names.items() if ours not in READ_ONLY}


def _alias(annotation: object) -> str | None:
    metadata = getattr(annotation, "__metadata__", ())
    return next((each.alias for each in metadata if isinstance(each, FieldInfo)), None)


def _adapter(shape: type) -> TypeAdapter[Any]:
    """The validator of a shape, built once: that takes a thousand times as long as its use."""
    if shape not in _ADAPTERS:
        _ADAPTERS[shape] = TypeAdapter(shape)
    return _ADAPTERS[shape]


def _mismatch(place: tuple[int | str, ...], expected: str, data: object, owner: str) -> ServerError:
    """The error for the place in a JSON value that pydantic refused."""
    value: Any = data
    for depth, step in enumerate(place):
        if isinstance(value, dict) and step not in value:
            return _missing(_name(place[:depth], owner), str(step), value)
        value = value[step]
    return _wrong_type(_name(place, owner), value, expected)


def _name(place: tuple[int | str, ...], owner: str) -> str:
    """A place in words, e.g. `'username' of entry 4 of the answer to GET /v1/users`."""
    steps = [f"entry {step + 1}" if isinstance(step, int) else repr(step) for step in reversed(place)]
    return " of ".join([*steps, owner])


def _missing(owner: str, key: str, row: Mapping[str, Any]) -> ServerError:
    keys = ", ".join(sorted(row)) or "nothing"
    return ServerError(f"{owner} lacks {key!r}; it has {keys:.300}", remedy=REMEDY)


def _wrong_type(owner: str, value: object, expected: str) -> ServerError:
    return ServerError(f"{owner} is {_TYPES.get(type(value), 'null')}, not {expected}", remedy=REMEDY)
