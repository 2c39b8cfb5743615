"""The label types of a project: those of the scheme, with their names, colours and keys there.

On a server a label is called by its display name, if it has one, else by its name; a label type of either name is read
as the label (`LabelNames`). None is ever deleted, since its spans would be deleted with it, and one that the scheme
does not have is never changed.
"""

from __future__ import annotations

import string
from collections import defaultdict
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from goldspan.errors import InvalidValueError
from goldspan.report.svg import BLACK, WHITE, contrast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Label, LabelScheme
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import SpanType

KEYS = frozenset(string.digits + string.ascii_lowercase)  # what Doccano takes
LONGEST = 100  # characters
NOTHING: Mapping[str, str] = MappingProxyType({})


def server_name(label: Label) -> str:
    """What the annotators see: the name of the label's type on the server."""
    return label.display or label.name


@dataclass(frozen=True, slots=True)
class LabelNames:
    """What the labels of a scheme are called on a server, both ways.

    Args:
        labels: by the name of a type on the server, the label; other names are read as they are.
        types: by label, the name of its type on the server; other labels are called there as they are.
        earlier: by the name of a type, or a label, the label that it was before a rename or a merge.
    """

    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    types: Mapping[str, str] = field(default_factory=dict, hash=False)
    earlier: Mapping[str, str] = field(default_factory=dict, hash=False)

    def label(self, server_type: str) -> str:
        """The label that a type on the server is; its own name for a type that is none of the scheme."""
        return self.labels.get(server_type, server_type)

    def server_type(self, label: str) -> str:
        """The name under which spans of a label are sent."""
        return self.types.get(label, label)

    @property
    def are_same(self) -> bool:
        """Whether each name on the server is read as it is."""
        return all(label == name for name, label in self.labels.items())


SAME_NAMES = LabelNames()


@dataclass(frozen=True, slots=True)
class FormerNames:
    """The names of labels that left the scheme, which types on a server may have still.

    Args:
        labels: by the name of a type, the label that it is now: it was renamed, or merged into another one.
        split: the names of types whose label was split: each of their spans is one of several labels.
        earlier: by the name of a type, the name of its label then.
    """

    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    split: frozenset[str] = frozenset()
    earlier: Mapping[str, str] = field(default_factory=dict, hash=False)


NO_FORMER_NAMES = FormerNames()


def label_names(
    scheme: LabelScheme, renamed: Mapping[str, str] = NOTHING, former: FormerNames = NO_FORMER_NAMES
) -> LabelNames:
    """What the labels of a scheme are called on a server.

    Args:
        scheme: the labels.
        renamed: by label, the name that its type was given on the server; see `parse_renamed`.
        former: the names of labels that left the scheme.
    """
    labels = dict(former.labels)
    labels |= {label.name: label.name for label in scheme.labels}
    labels |= {label.display: label.name for label in scheme.labels if label.display}
    labels |= {server_type: label for label, server_type in renamed.items()}
    earlier = {former.labels[name]: label for name, label in former.earlier.items()} | dict(former.earlier)
    return LabelNames(labels, {label.name: server_name(label) for label in scheme.labels}, earlier)


def parse_renamed(scheme: LabelScheme, pairs: Iterable[str]) -> dict[str, str]:
    """By label, the name of its type on the server, from pairs `OLD=NEW`.

    Args:
        scheme: the labels; OLD is the name or the display name of one.
        pairs: each the label and the name that its type has on the server now. `A=A` states that the type of that name
            is the label, or that the label is a new one.

    Raises:
        InvalidValueError: for a pair of another form, a label that the scheme lacks, one that is there twice, or one
            name for two labels.
    """
    names, renamed = label_names(scheme), dict[str, str]()
    for pair in (each for given in pairs for each in _split_pairs(given, names)):
        old, separator, new = (part.strip() for part in pair.partition("="))
        label = names.label(old)
        if not separator or not new or label not in scheme:
            raise InvalidValueError(
                f"{pair!r} is no label of the scheme and the name of its type in Doccano",
                remedy=f"Write OLD=NEW, where OLD is one of {', '.join(scheme.names)}.",
            )
        if label in renamed or new in renamed.values():
            twice = label if label in renamed else new
            raise InvalidValueError(f"{twice!r} is renamed twice", remedy="A name must mean one label.")
        renamed[label] = new
    return renamed


def _split_pairs(given: str, names: LabelNames) -> list[str]:
    """Pairs with commas between them; the name of a type may have a comma, too."""
    parts = given.split(",")
    are_pairs = all("=" in part and part.partition("=")[0].strip() in names.labels for part in parts)
    return parts if are_pairs else [given]


class LabelDifference(NamedTuple):
    """A property in which a label type on the server is not as the scheme has it; `None` for no key."""

    what: str
    current: str | None
    desired: str | None

    def __str__(self) -> str:
        return f"{self.what} {self.current or 'none'} → {self.desired or 'none'}"


@dataclass(frozen=True, slots=True)
class DesiredLabel:
    """A label type as it is to be.

    Args:
        label: its name in the scheme.
        name: its name on the server.
        colour: of the background, `#rrggbb`.
        text_colour: `#rrggbb`.
        key: that sets it; None where Doccano cannot have the scheme's.
    """

    label: str
    name: str
    colour: str
    text_colour: str
    key: str | None

    def differences(self, current: SpanType) -> list[LabelDifference]:
        """Where a label type on the server differs."""
        differences = []
        if current.name != self.name:
            differences.append(LabelDifference("name", current.name, self.name))
        if current.colour.lower() != self.colour:
            differences.append(LabelDifference("colour", current.colour, self.colour))
        if current.text_colour.lower() != self.text_colour:
            differences.append(LabelDifference("text colour", current.text_colour, self.text_colour))
        if _key(current) != (None, self.key):
            differences.append(LabelDifference("key", " ".join(filter(None, _key(current))) or None, self.key))
        return differences


class KeylessLabel(NamedTuple):
    """A label that cannot have its key: a type that is left alone uses it, or Doccano does not take it."""

    name: str
    key: str
    used_by: str | None


@dataclass(frozen=True, slots=True)
class LabelPlan:
    """What is to be done to the label types of a project.

    Args:
        create: those that are missing, in the order of the scheme.
        change: those that differ, each as it is and as it is to be.
        unknown: those that the scheme does not have.
        keyless: the labels that cannot have their key.
        further: those that are a label of which another type is there, too: left alone.
        former: those of labels that were merged or split: they keep their spans, and lose their key.
    """

    create: tuple[DesiredLabel, ...]
    change: tuple[tuple[SpanType, DesiredLabel], ...]
    unknown: tuple[SpanType, ...]
    keyless: tuple[KeylessLabel, ...]
    further: tuple[SpanType, ...] = ()
    former: tuple[SpanType, ...] = ()

    def apply(self, server: Doccano, project: int) -> None:
        """Create and change the label types; keys and names that move are cleared first, since no two may share one."""
        for current in self.former:
            if current.key or current.prefix:
                server.update_span_type(project, current.id, prefix=None, key=None)
        new_names = {label.name for _, label in self.change}
        for current, label in self.change:
            if current.name in new_names and current.name != label.name:
                server.update_span_type(project, current.id, name=f"goldspan {current.id}")
        new_keys = {label.key for label in self.create} | {label.key for _, label in self.change}
        for current, label in self.change:
            if current.key and current.key in new_keys and _key(current) != (None, label.key):
                server.update_span_type(project, current.id, prefix=None, key=None)
        for current, label in self.change:
            name = {} if current.name == label.name else {"name": label.name}
            look = {"colour": label.colour, "text_colour": label.text_colour, "prefix": None, "key": label.key}
            server.update_span_type(project, current.id, **name, **look)
        for label in self.create:
            server.create_span_type(project, label.name, label.colour, label.text_colour, label.key)


def plan_labels(
    scheme: LabelScheme,
    current: Sequence[SpanType],
    renamed: Mapping[str, str] = NOTHING,
    former: FormerNames = NO_FORMER_NAMES,
) -> LabelPlan:
    """What is to be done to the current label types, so that they are those of the scheme.

    Args:
        scheme: the labels.
        current: the types that are there.
        renamed: by label, the name that its type was given on the server, see `parse_renamed`; it gets its own back.
        former: the names of labels that left the scheme; the type of one that was renamed gets the new name.

    Raises:
        InvalidValueError: for a label whose name Doccano does not take.
    """
    types, others = types_by_label(scheme, current, renamed, former)
    second = [each for label in scheme.names for each in types.get(label, ())[1:]]
    merged = [each for each in second if each.name in former.labels and each.name not in renamed.values()]
    left = (*merged, *(each for each in others if each.name in former.split))
    unknown = tuple(each for each in others if each not in left)
    further = tuple(each for each in second if each not in left)
    used = {each.key: each.name for each in (*unknown, *further) if each.key and not each.prefix}
    keyless = tuple(_keyless(scheme, used))
    without_key = {label.name for label in keyless}
    desired = [_desired_label(label, has_key=label.name not in without_key) for label in scheme.labels]
    there = [(types[label.label][0], label) for label in desired if label.label in types]
    return LabelPlan(
        create=tuple(label for label in desired if label.label not in types),
        change=tuple((old, label) for old, label in there if label.differences(old)),
        unknown=unknown,
        keyless=keyless,
        further=further,
        former=left,
    )


def types_by_label(
    scheme: LabelScheme,
    current: Sequence[SpanType],
    renamed: Mapping[str, str] = NOTHING,
    former: FormerNames = NO_FORMER_NAMES,
) -> tuple[dict[str, list[SpanType]], tuple[SpanType, ...]]:
    """The types of each label, first the one that has the name it should have; and those of no label."""
    names = label_names(scheme, renamed, former)
    types: defaultdict[str, list[SpanType]] = defaultdict(list)
    unknown = []
    for each in current:
        if (label := names.label(each.name)) in scheme:
            types[label].append(each)
        else:
            unknown.append(each)
    for label, group in types.items():
        right, stated = names.server_type(label), renamed.get(label)
        group.sort(key=lambda each: (each.name != right, each.name != stated, each.name in former.labels))
    return dict(types), tuple(unknown)


def text_colour(background: str) -> str:
    """Black or white, whichever stands out more from a background `#rrggbb`.

    The contrast is (L1 + 0.05) / (L2 + 0.05) of the lighter and the darker relative luminance, as the Web Content
    Accessibility Guidelines 2.2 define it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
    """
    return max((WHITE, BLACK), key=lambda colour: contrast(background, colour))


def _desired_label(label: Label, *, has_key: bool) -> DesiredLabel:
    name = server_name(label)
    if name != name.strip() or len(name) > LONGEST:
        raise InvalidValueError(
            f"Doccano cannot have the label {name[:LONGEST]!r}",
            remedy=f"A label's name has at most {LONGEST} characters and no space at an edge: change labels.toml.",
        )
    key = label.shortcut if has_key else None
    return DesiredLabel(label.name, name, label.colour, text_colour(label.colour), key)


def _keyless(scheme: LabelScheme, used: dict[str, str]) -> Iterator[KeylessLabel]:
    for label in scheme.labels:
        if label.shortcut not in KEYS:
            yield KeylessLabel(label.name, label.shortcut, None)
        elif label.shortcut in used:
            yield KeylessLabel(label.name, label.shortcut, used[label.shortcut])


def _key(current: SpanType) -> tuple[str | None, str | None]:
    return current.prefix or None, current.key or None
