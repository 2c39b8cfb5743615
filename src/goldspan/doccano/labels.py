"""The label types of a project: those of the scheme, with their colours and keys.

None is ever deleted, since its spans would go with it, and one that the scheme does not know is never touched.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.errors import InvalidValueError
from goldspan.report.svg import BLACK, WHITE, contrast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.annotation import Label, LabelScheme
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import SpanType

KEYS = frozenset(string.digits + string.ascii_lowercase)  # what Doccano takes
LONGEST = 100  # characters


@dataclass(frozen=True, slots=True)
class DesiredLabel:
    """A label type as it is to be; `key` is None where Doccano cannot have the scheme's."""

    name: str
    colour: str
    text_colour: str
    key: str | None

    def differs(self, held: SpanType) -> list[str]:
        """What of a label type on the server is otherwise, in words."""
        said = []
        if held.colour.lower() != self.colour:
            said.append(f"colour {held.colour} → {self.colour}")
        if held.text_colour.lower() != self.text_colour:
            said.append(f"text colour {held.text_colour} → {self.text_colour}")
        if (held.prefix or None, held.key or None) != (None, self.key):
            said.append(f"key {_shortcut(held) or 'none'} → {self.key or 'none'}")
        return said


@dataclass(frozen=True, slots=True)
class LabelPlan:
    """What would be done to the label types of a project.

    Args:
        create: those that are missing, in the order of the scheme.
        change: those that look otherwise, with what they are now.
        unknown: those that the scheme does not know.
        keyless: per label the reason why it cannot have its key.
    """

    create: tuple[DesiredLabel, ...]
    change: tuple[tuple[SpanType, DesiredLabel], ...]
    unknown: tuple[SpanType, ...]
    keyless: dict[str, str]

    def lines(self) -> Iterator[str]:
        """What would be done, a line each."""
        for wanted in self.create:
            key = f", key {wanted.key}" if wanted.key else ""
            yield f"create the label {wanted.name} ({wanted.colour}{key})"
        for held, wanted in self.change:
            yield f"change the label {wanted.name}: {', '.join(wanted.differs(held))}"

    def remarks(self) -> Iterator[str]:
        """What is left as it is, though it is not as the scheme has it."""
        for held in self.unknown:
            yield f"the label {held.name!r} is not in the scheme: left alone"
        for name, why in self.keyless.items():
            yield f"the label {name} gets no key: {why}"

    def apply(self, server: Doccano, project: int) -> None:
        """Do it; keys are cleared before they are given anew, for no two labels may ever share one."""
        coming = {wanted.key for wanted in self.create} | {wanted.key for _, wanted in self.change}
        for held, wanted in self.change:
            if held.key and held.key in coming and _key(held) != (None, wanted.key):
                server.update_span_type(project, held.id, prefix=None, key=None)
        for held, wanted in self.change:
            server.update_span_type(
                project, held.id, colour=wanted.colour, text_colour=wanted.text_colour, prefix=None, key=wanted.key
            )
        for wanted in self.create:
            server.create_span_type(project, wanted.name, wanted.colour, wanted.text_colour, wanted.key)


def plan_labels(scheme: LabelScheme, held: Sequence[SpanType]) -> LabelPlan:
    """What would be done to the label types `held`, so that they are those of the scheme.

    Raises:
        InvalidValueError: for a label whose name Doccano does not take.
    """
    known = {each.name: each for each in held}
    unknown = tuple(each for each in held if each.name not in scheme)
    taken = {each.key: each.name for each in unknown if each.key and not each.prefix}
    wanted = [_wanted(label, taken) for label in scheme.labels]
    return LabelPlan(
        create=tuple(each for each in wanted if each.name not in known),
        change=tuple((old, each) for each in wanted if (old := known.get(each.name)) and each.differs(old)),
        unknown=unknown,
        keyless={label.name: why for label in scheme.labels if (why := _keyless(label, taken))},
    )


def text_colour(background: str) -> str:
    """Black or white, whichever stands out more from a background `#rrggbb`.

    The contrast is (L1 + 0.05) / (L2 + 0.05) of the lighter and the darker relative luminance, as the Web Content
    Accessibility Guidelines 2.2 define it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
    """
    return max((WHITE, BLACK), key=lambda colour: contrast(background, colour))


def _wanted(label: Label, taken: dict[str, str]) -> DesiredLabel:
    if label.name != label.name.strip() or len(label.name) > LONGEST:
        raise InvalidValueError(
            f"Doccano cannot have the label {label.name[:LONGEST]!r}",
            remedy=f"A label's name has at most {LONGEST} characters and no blank at an edge: change labels.toml.",
        )
    key = None if _keyless(label, taken) else label.shortcut
    return DesiredLabel(label.name, label.colour, text_colour(label.colour), key)


def _keyless(label: Label, taken: dict[str, str]) -> str | None:
    """Why a label cannot have its key; None if it can."""
    if label.shortcut not in KEYS:
        return f"Doccano takes 0-9 and a-z, not {label.shortcut!r}"
    if label.shortcut in taken:
        return f"{taken[label.shortcut]!r}, which is not in the scheme, has {label.shortcut}"
    return None


def _key(held: SpanType) -> tuple[str | None, str | None]:
    return held.prefix or None, held.key or None


def _shortcut(held: SpanType) -> str:
    return " ".join(part for part in _key(held) if part)
