"""The change of a label: which label each of its spans gets, and whether that is certain.

rename   the label gets a new name; nothing changes in meaning
merge    its spans get a label that the scheme has already
split    its spans get one of several labels: the one whose pattern is found in their words, else the first, which
         is a first choice that somebody has to read again
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import regex

from goldspan.corpus.blanks import TO_FILL_IN
from goldspan.corpus.manifest import name_key
from goldspan.errors import InvalidValueError
from goldspan.guidelines.label_choice import choose_labels, validated_names
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from goldspan.annotation import Label, LabelScheme

Kind = Literal["rename", "merge", "split"]

SECONDS = 5.0  # for one expression in the words of one span; a healthy one takes microseconds


class SurfaceRule(NamedTuple):
    """The label of the spans in whose words a pattern is found."""

    pattern: Any
    label: str


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What happens to a label.

    Args:
        kind: see the module.
        old: its name before.
        labels: the names of the labels that its spans get; the first is the first choice.
        rules: of a split: the first whose pattern is found decides.
        before: the scheme before.
        after: the scheme after, with its version.
    """

    kind: Kind
    old: str
    labels: tuple[str, ...]
    rules: tuple[SurfaceRule, ...]
    before: LabelScheme
    after: LabelScheme

    def decide(self, surface: str) -> tuple[str, bool]:
        """The label for a span with these words, and whether that is certain.

        A line break between words counts as a space.

        Raises:
            InvalidValueError: for a pattern that takes too long.
        """
        if self.kind != "split":
            return self.labels[0], True
        words = " ".join(surface.split())
        label = next((rule.label for rule in self.rules if _is_found(rule.pattern, words)), None)
        return label or self.labels[0], label is not None

    def label_of(self, surface: str, label: str) -> str:
        """The label for a span with these words and this label."""
        return self.decide(surface)[0] if label == self.old else label

    @property
    def new(self) -> tuple[Label, ...]:
        """The labels that the scheme did not have, in the order of the scheme."""
        return tuple(label for label in self.after.labels if label.name not in self.before)

    @property
    def is_gone(self) -> bool:
        """Whether the scheme no longer has the old label."""
        return self.old not in self.after

    @property
    def may_collide(self) -> bool:
        """Whether two different spans may become the same, since some label was there before."""
        return any(label in self.before for label in self.labels)

    @property
    def moved_classes(self) -> dict[str, tuple[int, int]]:
        """By label, its class id before and after, where they differ."""
        before = {name: number for number, name in enumerate(self.before.names)}
        after = {name: number for number, name in enumerate(self.after.names)}
        return {
            name: (before[name], number) for name, number in after.items() if name in before and before[name] != number
        }

    @property
    def sentence(self) -> str:
        """The change in words, without a full stop."""
        match self.kind:
            case "rename":
                return f"`{self.old}` is called `{self.labels[0]}` now"
            case "merge":
                return f"`{self.old}` is merged into `{self.labels[0]}`"
        return f"`{self.old}` is split into {enumerate_names(f'`{name}`' for name in self.labels)}"

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "kind": self.kind,
            "old": self.old,
            "labels": list(self.labels),
            "rules": [{"pattern": rule.pattern.pattern, "label": rule.label} for rule in self.rules],
            "version": {"before": self.before.version, "after": self.after.version},
            "class_ids": [
                {"label": name, "before": before, "after": after}
                for name, (before, after) in self.moved_classes.items()
            ],
        }


def plan_change(scheme: LabelScheme, old: str, new: Sequence[str], conditions: Iterable[str] = ()) -> LabelChange:
    """The change of a label.

    Args:
        scheme: the labels as they are.
        old: the name of one of them.
        new: the names that its spans get: one that the scheme lacks for a rename, one that it has for a merge, several
            for a split, of which any may be in the scheme, the old one too.
        conditions: of a split, `PATTERN=LABEL` each.

    Raises:
        InvalidValueError: for a label that is not there, names that cannot be, and conditions that say nothing.
    """
    if old not in scheme:
        near = difflib.get_close_matches(old, scheme.names, n=1)
        remedy = f"Did you mean {near[0]}? " if near else ""
        raise InvalidValueError(
            f"the scheme has no label {old!r}", remedy=f"{remedy}The labels are {', '.join(scheme.names)}."
        )
    if list(new) == [old]:
        raise InvalidValueError(f"{old!r} is its name already", remedy="Name another label.")
    twice = next((name for name in new if new.count(name) > 1), None)
    if twice is not None:
        raise InvalidValueError(f"the label {twice!r} is named twice", remedy="Name each label once.")
    if unknown := [name for name in new if name not in scheme]:
        _validate_names(scheme, old, unknown)
    kind: Kind = "split" if len(new) > 1 else "merge" if new[0] in scheme else "rename"
    if conditions and kind != "split":
        raise InvalidValueError("--if is for a split", remedy="Name two or more new labels.")
    rules = tuple(_parse_condition(condition, new) for condition in conditions)
    return LabelChange(kind, old, tuple(new), rules, scheme, _scheme_after(scheme, kind, old, new))


def similar_labels(change: LabelChange) -> list[str]:
    """The labels whose names a new name is so like that one of them may be meant."""
    others = [name for name in change.before.names if name != change.old]
    folded = {name.casefold(): name for name in others}
    found = (difflib.get_close_matches(label.name.casefold(), folded, n=1, cutoff=0.7) for label in change.new)
    return [folded[name] for names in found for name in names]


def next_version(version: str, kind: Kind) -> str:
    """The version of the guidelines after a change.

    The first number says that the labels are others, the second that a meaning or a name is; a rename leaves every
    label as it is.

    Raises:
        InvalidValueError: for a version that is not numbers with dots.
    """
    parts = version.split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise InvalidValueError(
            f"{version!r} is no version of the guidelines that can be raised",
            remedy='Write numbers with dots into annotation_guidelines/labels.toml first, such as version = "1.0".',
        )
    numbers = [int(part) for part in [*parts, "0"][: max(2, len(parts))]]
    place = 1 if kind == "rename" else 0
    raised = [*numbers[:place], numbers[place] + 1, *(0 for _ in numbers[place + 1 :])]
    return ".".join(map(str, raised))


def _validate_names(scheme: LabelScheme, old: str, names: Sequence[str]) -> None:
    """Refuse names of new labels that some format, page or server could not have, or that look like another label's."""
    if validated_names(names) != list(names):
        wrong = next(name for name, normal in zip(names, validated_names(names), strict=True) if name != normal)
        raise InvalidValueError(
            f"{wrong!r} is not in Unicode normal form C", remedy="Type its accented letters as single characters."
        )
    others = {name_key(name): name for name in scheme.names if name != old}
    for name in names:
        if (other := others.get(name_key(name))) is not None:
            raise InvalidValueError(
                f"{name} differs from the label {other} in nothing but case",
                remedy=f"Write {other} to merge them, or choose another name.",
            )


def _parse_condition(condition: str, labels: Sequence[str]) -> SurfaceRule:
    """The rule that `PATTERN=LABEL` states; the pattern may have equals signs of its own."""
    pattern, separator, label = condition.rpartition("=")
    if not separator or label not in labels:
        raise InvalidValueError(
            f"--if {condition!r} does not end in = and one of the new labels",
            remedy=f"Write PATTERN=LABEL, where LABEL is one of {', '.join(labels)}.",
        )
    try:
        return SurfaceRule(regex.compile(pattern), label)
    except (regex.error, OverflowError, RecursionError) as error:
        raise InvalidValueError(
            f"--if {condition!r}: {pattern!r} is no regular expression: {error}", remedy="Correct it."
        ) from None


def _is_found(pattern: Any, words: str) -> bool:  # noqa: ANN401  (`regex` has no types)
    """Whether a pattern is found in the words of a span.

    Raises:
        InvalidValueError: if it takes too long, or more memory than there is.
    """
    try:
        return pattern.search(words, timeout=SECONDS) is not None
    except (TimeoutError, MemoryError):
        raise InvalidValueError(
            f"--if: the expression {pattern.pattern!r:.80} does not come to an end in the words {words!r:.80}",
            remedy="Repetitions inside repetitions, as in (a+)+, try all ways to divide a text: make them possessive, "
            "as in (a++)+.",
        ) from None


def _scheme_after(scheme: LabelScheme, kind: Kind, old: str, new: Sequence[str]) -> LabelScheme:
    """The scheme after the change.

    The first new name of a label that leaves takes its place, so that no class id changes, with its colour, its key and
    its page. A display name stays with a label that is renamed; after a split it would name one of several.

    Raises:
        InvalidValueError: for a version that cannot be raised; for a name that is another label's display name.
    """
    former = scheme[old]
    labels = list(scheme.labels)
    unknown = [name for name in new if name not in scheme]
    if old not in new:
        place = scheme.names.index(old)
        labels[place : place + 1] = [
            replace(former, name=name, display=former.display if kind == "rename" else None) for name in unknown[:1]
        ]
        unknown = unknown[1:]
    definitions = [f"{TO_FILL_IN}: it was {old} before."] * len(unknown)
    chosen = choose_labels(unknown, definitions, labels) if unknown else ()
    labels += [replace(label, quantity=former.quantity) for label in chosen]
    return replace(scheme, version=next_version(scheme.version, kind), labels=tuple(labels))
