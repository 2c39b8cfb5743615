"""The label types of a project: those of the scheme, with their colours and keys.

None is ever deleted, since its spans would be deleted with it, and one that the scheme does not have is never changed.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from goldspan.errors import InvalidValueError
from goldspan.report.svg import BLACK, WHITE, contrast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.annotation import Label, LabelScheme
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import SpanType

KEYS = frozenset(string.digits + string.ascii_lowercase)  # what Doccano takes
LONGEST = 100  # characters


class LabelDifference(NamedTuple):
    """A property in which a label type on the server is not as the scheme has it; `None` for no key."""

    what: str
    current: str | None
    desired: str | None

    def __str__(self) -> str:
        return f"{self.what} {self.current or 'none'} → {self.desired or 'none'}"


@dataclass(frozen=True, slots=True)
class DesiredLabel:
    """A label type as it is to be; `key` is None where Doccano cannot have the scheme's."""

    name: str
    colour: str
    text_colour: str
    key: str | None

    def differences(self, current: SpanType) -> list[LabelDifference]:
        """Where a label type on the server differs."""
        differences = []
        if current.colour.lower() != self.colour:
            differences.append(LabelDifference("colour", current.colour, self.colour))
        if current.text_colour.lower() != self.text_colour:
            differences.append(LabelDifference("text colour", current.text_colour, self.text_colour))
        if _key(current) != (None, self.key):
            differences.append(LabelDifference("key", " ".join(filter(None, _key(current))) or None, self.key))
        return differences


class KeylessLabel(NamedTuple):
    """A label that cannot have its key: a label that the scheme does not have uses it, or Doccano does not take it."""

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
    """

    create: tuple[DesiredLabel, ...]
    change: tuple[tuple[SpanType, DesiredLabel], ...]
    unknown: tuple[SpanType, ...]
    keyless: tuple[KeylessLabel, ...]

    def apply(self, server: Doccano, project: int) -> None:
        """Create and change the label types; keys are cleared first, since no two labels may ever share one."""
        new_keys = {label.key for label in self.create} | {label.key for _, label in self.change}
        for current, label in self.change:
            if current.key and current.key in new_keys and _key(current) != (None, label.key):
                server.update_span_type(project, current.id, prefix=None, key=None)
        for current, label in self.change:
            server.update_span_type(
                project, current.id, colour=label.colour, text_colour=label.text_colour, prefix=None, key=label.key
            )
        for label in self.create:
            server.create_span_type(project, label.name, label.colour, label.text_colour, label.key)


def plan_labels(scheme: LabelScheme, current: Sequence[SpanType]) -> LabelPlan:
    """What is to be done to the current label types, so that they are those of the scheme.

    Raises:
        InvalidValueError: for a label whose name Doccano does not take.
    """
    by_name = {label.name: label for label in current}
    unknown = tuple(label for label in current if label.name not in scheme)
    used = {label.key: label.name for label in unknown if label.key and not label.prefix}
    keyless = tuple(_keyless(scheme, used))
    without_key = {label.name for label in keyless}
    desired = [_desired_label(label, has_key=label.name not in without_key) for label in scheme.labels]
    return LabelPlan(
        create=tuple(label for label in desired if label.name not in by_name),
        change=tuple((old, label) for label in desired if (old := by_name.get(label.name)) and label.differences(old)),
        unknown=unknown,
        keyless=keyless,
    )


def text_colour(background: str) -> str:
    """Black or white, whichever stands out more from a background `#rrggbb`.

    The contrast is (L1 + 0.05) / (L2 + 0.05) of the lighter and the darker relative luminance, as the Web Content
    Accessibility Guidelines 2.2 define it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
    """
    return max((WHITE, BLACK), key=lambda colour: contrast(background, colour))


def _desired_label(label: Label, *, has_key: bool) -> DesiredLabel:
    if label.name != label.name.strip() or len(label.name) > LONGEST:
        raise InvalidValueError(
            f"Doccano cannot have the label {label.name[:LONGEST]!r}",
            remedy=f"A label's name has at most {LONGEST} characters and no space at an edge: change labels.toml.",
        )
    return DesiredLabel(label.name, label.colour, text_colour(label.colour), label.shortcut if has_key else None)


def _keyless(scheme: LabelScheme, used: dict[str, str]) -> Iterator[KeylessLabel]:
    for label in scheme.labels:
        if label.shortcut not in KEYS:
            yield KeylessLabel(label.name, label.shortcut, None)
        elif label.shortcut in used:
            yield KeylessLabel(label.name, label.shortcut, used[label.shortcut])


def _key(current: SpanType) -> tuple[str | None, str | None]:
    return current.prefix or None, current.key or None
