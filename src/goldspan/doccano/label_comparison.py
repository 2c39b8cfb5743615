"""The label types of a project compared with the scheme: which of them cannot be taken for what their names say.

Deleting a type in Doccano deletes its spans, and a type that is renamed takes its spans along. So a pull that trusts
the names would take spans for removed, or one label for another. What shows the difference is the number of each type,
which the corpus remembers (`corpus_record`); where it remembers none, the colours and keys that a push gave the types.

A type is trusted again as soon as it has its name back, or when a person states what it is: `--label-renamed OLD=NEW`.
"""

from __future__ import annotations

import shlex
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from goldspan.doccano.corpus_record import read_record, record_key
from goldspan.doccano.former_labels import former_names
from goldspan.doccano.labels import (
    NO_FORMER_NAMES,
    NOTHING,
    FormerNames,
    LabelNames,
    label_names,
    server_name,
    types_by_label,
)
from goldspan.errors import InvalidValueError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from goldspan.annotation import Example, Label, LabelScheme
    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject, SpanType
    from goldspan.doccano.snapshot import Snapshot

DoubtKind = Literal["new", "missing", "renamed", "exchanged", "recreated", "double", "unknown"]
NEVER = 0  # the number of a type that was gone when the corpus first asked; Doccano counts from 1
OPTION = "--label-renamed"
DELETED = (
    "Deleting a label type in Doccano deletes its spans: restore a backup of the server, or push, which creates the "
    "type, and have the spans drawn again."
)


@dataclass(frozen=True, slots=True)
class LabelDoubt:
    """Why a label of the scheme, or a type on the server, cannot be taken for what its name says.

    Args:
        kind: what is wrong.
        label: of the scheme; empty for a type that is none.
        types: the names of the types that it is about, as they are on the server.
        is_certain: whether the numbers of the types prove it.
    """

    kind: DoubtKind
    label: str
    types: tuple[str, ...] = ()
    is_certain: bool = True

    @property
    def message(self) -> str:
        """What is wrong, without a full stop."""
        names = " and ".join(map(repr, self.types))
        was = "was" if self.is_certain else "was probably"
        messages: dict[DoubtKind, str] = {
            "new": f"the server has no label type {self.label} yet",
            "missing": f"the server has no label type {self.label}: it was deleted or renamed, or not pushed yet",
            "renamed": f"the label type {self.label} {was} renamed to {names}, which the scheme lacks",
            "exchanged": f"the label type {self.label} {was} renamed to {names}, which is another label",
            "recreated": f"the label type {self.label} {was} deleted in Doccano and created again, without its spans",
            "double": f"the label {self.label} is there under two names, {names}, and both have spans",
            "unknown": f"the scheme has no label {names}",
        }
        return messages[self.kind]

    @property
    def options(self) -> str:
        """The options with which it is read as it is on the server."""
        return " ".join(f"{OPTION} {shlex.quote(f'{self.label}={name}')}" for name in self.types)

    @property
    def remedy(self) -> str:
        """What to do about it, as sentences."""
        match self.kind:
            case "new":
                return "Push again: it creates the label type."
            case "missing":
                return f"{DELETED} If it was renamed: {OPTION} {self.label}=NAME."
            case "renamed" | "exchanged":
                return (
                    f"Give it its name back in Doccano; or read it as {self.label}: {self.options}, with which a push "
                    "renames it back."
                )
            case "recreated":
                return (
                    "Restore a backup of the server, or have the spans drawn again; or take them as gone: "
                    f"{OPTION} {shlex.quote(f'{self.label}={self.types[0]}')}"
                )
            case "double":
                return (
                    f"In Doccano, give the spans of one type the other label and delete it; or read both as "
                    f"{self.label}: {OPTION} {shlex.quote(f'{self.label}={self.types[-1]}')}"
                )
        return "Add it to labels.toml; or give its spans another label in Doccano, then delete it there."

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "kind": self.kind,
            "label": self.label or None,
            "types": list(self.types),
            "message": self.message,
            "remedy": self.remedy,
        }


@dataclass(frozen=True, slots=True)
class LabelComparison:
    """The label types of a project compared with the scheme.

    Args:
        names: what the labels are called there.
        numbers: by label, the number of its type.
        doubts: what cannot be taken for what its name says: the labels in the order of the scheme, then the others.
        recorded: by label, the number that the corpus remembers.
        settled: the labels about which a person stated which type they are.
    """

    names: LabelNames = field(default_factory=LabelNames)
    numbers: Mapping[str, int] = field(default_factory=dict, hash=False)
    doubts: tuple[LabelDoubt, ...] = ()
    recorded: Mapping[str, int] = field(default_factory=dict, hash=False)
    settled: frozenset[str] = frozenset()

    @property
    def gone(self) -> Mapping[str, LabelDoubt]:
        """The labels of which spans may be missing on the server, each with the reason."""
        return {doubt.label: doubt for doubt in self.doubts if doubt.label and doubt.kind != "double"}

    @property
    def mixed(self) -> Mapping[str, LabelDoubt]:
        """The labels whose spans on the server may be those of another label, each with the reason."""
        exchanged = [doubt for doubt in self.doubts if doubt.kind == "exchanged"]
        names = self.names
        others = {names.label(name): doubt for doubt in exchanged for name in doubt.types}
        return {**others, **{doubt.label: doubt for doubt in self.doubts if doubt.kind in {"exchanged", "double"}}}

    @property
    def unknown(self) -> Mapping[str, LabelDoubt]:
        """The types that are no label of the scheme, each with what it probably is."""
        unknown = {doubt.types[0]: doubt for doubt in self.doubts if doubt.kind == "unknown"}
        return {**unknown, **{name: doubt for doubt in self.doubts if doubt.kind == "renamed" for name in doubt.types}}

    @property
    def unclear(self) -> frozenset[str]:
        """The names of types that may be a label that is gone; empty if none is."""
        return frozenset(self.unknown) if any(doubt.kind in {"missing", "renamed"} for doubt in self.doubts) else NONE

    @property
    def serious(self) -> tuple[LabelDoubt, ...]:
        """The doubts because of which spans may be missing on the server, though maybe not yet in the corpus."""
        return tuple(doubt for doubt in self.doubts if doubt.kind in {"missing", "renamed", "exchanged"})

    @property
    def recreated(self) -> tuple[LabelDoubt, ...]:
        """The labels whose types were created again: what is confirmed since the last pull may lack their spans."""
        return tuple(doubt for doubt in self.doubts if doubt.kind == "recreated")

    def remembered(self, lost: Collection[str], labels: Iterable[str]) -> dict[str, int]:
        """The numbers that the corpus is to remember from now on.

        Args:
            lost: the labels for which a line of the corpus is held back.
            labels: of the scheme.
        """
        if not self.recorded and any(doubt.label for doubt in self.doubts):
            return {}  # what is uncertain now would count as certain later
        remembered = dict[str, int]()
        for label in labels:
            doubt = self.gone.get(label) or self.mixed.get(label)
            if doubt is None or (doubt.kind in {"recreated", "double"} and label not in lost):
                remembered |= {label: self.numbers[label]} if label in self.numbers else {}
            elif label in self.recorded:
                remembered[label] = self.recorded[label]
        return with_former_labels(remembered, self.recorded)


def with_former_labels(numbers: Mapping[str, int], recorded: Mapping[str, int]) -> dict[str, int]:
    """The numbers of types, with those of labels that have left the scheme, unless the type is another label now."""
    taken = set(numbers.values())
    return {**{label: number for label, number in recorded.items() if number not in taken}, **numbers}


NONE: frozenset[str] = frozenset()
TRUSTED = LabelComparison()  # all types are what their names say


def compare_labels(
    scheme: LabelScheme,
    types: Sequence[SpanType],
    recorded: Mapping[str, int] | None = None,
    renamed: Mapping[str, str] = NOTHING,
    former: FormerNames = NO_FORMER_NAMES,
    *,
    count: Callable[[str], int] = lambda _: 1,
) -> LabelComparison:
    """What of the label types cannot be taken for what their names say.

    Args:
        scheme: the labels.
        types: as they are on the server.
        recorded: by label, the number of its type as the corpus remembers it; empty or None if it remembers nothing.
        renamed: by label, the name of its type, as a person states it.
        former: the names of labels that left the scheme.
        count: how many spans a type of that name has.

    Raises:
        InvalidValueError: if a person names a type that is not there.
    """
    recorded = recorded or {}
    known, others = types_by_label(scheme, types, renamed, former)
    unknown = [each for each in others if each.name not in former.split]
    _require_there(types, scheme, renamed)
    _require_own_numbers(types, scheme, recorded, renamed)
    comparison = _TypeComparison(scheme, types, known, unknown, recorded, renamed, former, count)
    doubts = [doubt for label in scheme.names if (doubt := comparison.doubt(label))]
    taken = {name for doubt in doubts for name in doubt.types}
    doubts += [LabelDoubt("unknown", "", (each.name,)) for each in unknown if each.name not in taken]
    return LabelComparison(
        names=label_names(scheme, renamed, former),
        numbers={label: group[0].id for label, group in known.items()},
        doubts=tuple(doubts),
        recorded=recorded,
        settled=frozenset(renamed),
    )


def _require_there(types: Iterable[SpanType], scheme: LabelScheme, renamed: Mapping[str, str]) -> None:
    there = [each.name for each in types]
    for label, name in renamed.items():
        if name not in there and name not in {label, server_name(scheme[label])}:
            raise InvalidValueError(
                f"{OPTION} {label}={name}: the server has no label type {name!r}",
                remedy=f"It has {', '.join(there) or 'none'}.",
            )


def renamed_types_of(
    corpus: Corpus, server: Doccano, projects: Iterable[str], renamed: Mapping[str, str]
) -> dict[str, Mapping[str, str]]:
    """By project of a round, what of a person's statement about renamed label types is about it.

    A type that was renamed in one project may have its name still in the others; where no project has the stated name,
    the statement is about all of them, so that each refuses it.

    Args:
        corpus: whose scheme has the labels.
        server: where.
        projects: the names of the projects.
        renamed: by label, the name of its type, as a person states it.
    """
    projects = [*projects]
    if not renamed or len(projects) == 1:
        return dict.fromkeys(projects, renamed)
    there = {}
    for name in projects:
        project = server.project(name)
        there[name] = set() if project is None else {each.name for each in server.span_types(project.id)}
    everywhere = set[str]().union(*there.values())
    return {
        name: {
            label: new
            for label, new in renamed.items()
            if new in types or new not in everywhere or not types & {label, server_name(corpus.scheme[label])}
        }
        for name, types in there.items()
    }


def compare_project_labels(
    corpus: Corpus, server: Doccano, project: DoccanoProject, renamed: Mapping[str, str] = NOTHING
) -> LabelComparison:
    """What of the label types of a project cannot be taken for what their names say.

    Raises:
        InputError: if labels.toml or the record cannot be read.
        InvalidValueError: if a person names a type that is not there.
        ServerError: if the server does not answer as it should.
    """
    types = server.span_types(project.id)
    record = read_record(corpus)
    recorded, former = record.label_numbers(record_key(project, server.url)), former_names(record, corpus.scheme)
    return compare_labels(
        corpus.scheme, types, recorded, renamed, former, count=lambda name: server.count(project.id, name)
    )


def require_own_names(comparison: LabelComparison, project: str) -> None:
    """Refuse to push to a project in which a label type was renamed: a second one of its label would be created.

    Raises:
        ServerError: naming the labels.
    """
    doubts = [doubt for doubt in comparison.doubts if doubt.kind in {"renamed", "exchanged"}]
    if doubts:
        options = " ".join(doubt.options for doubt in doubts)
        labels = [doubt.label for doubt in doubts if doubt.kind == "renamed"]
        new = next((label for label in labels if label not in comparison.recorded), None)
        is_new = f" If {new} is a new label: {OPTION} {shlex.quote(f'{new}={new}')}" if new else ""
        raise ServerError(
            f"in the project {project!r}, {'; '.join(doubt.message for doubt in doubts)}",
            remedy=f"Push with {options}, which gives it the name of the scheme; or rename it in Doccano.{is_new}",
        )


def _require_own_numbers(
    types: Iterable[SpanType], scheme: LabelScheme, recorded: Mapping[str, int], renamed: Mapping[str, str]
) -> None:
    """Refuse a statement that the numbers of the types contradict: it would write spans under another label."""
    labels = {number: label for label, number in recorded.items() if label in scheme}
    names = {each.name: labels.get(each.id) for each in types}
    for label, name in renamed.items():
        if names.get(name) not in {None, label}:
            raise InvalidValueError(
                f"{OPTION} {label}={name}: by its number, the label type {name!r} is {names[name]}",
                remedy=f"Write {OPTION} {shlex.quote(f'{names[name]}={name}')}. If the record is wrong, delete the "
                "project's table [[label_types]] in corpus/doccano.toml.",
            )


@dataclass(frozen=True, slots=True)
class _TypeComparison:
    """What is compared; see `compare_labels`."""

    scheme: LabelScheme
    types: Sequence[SpanType]
    known: Mapping[str, Sequence[SpanType]]
    unknown: Sequence[SpanType]
    recorded: Mapping[str, int]
    renamed: Mapping[str, str]
    former: FormerNames
    count: Callable[[str], int]

    def doubt(self, label: str) -> LabelDoubt | None:
        """Why a label of the scheme cannot be trusted; None if it can."""
        if label in self.renamed:
            return None if label in self.known else LabelDoubt("missing", label)
        group, number = self.known.get(label, ()), self.recorded.get(label)
        if not self.recorded:
            return self._by_look(label, group)
        original = next((each for each in self.types if each.id == number), None)
        if original is not None and original not in group and original.name not in self.renamed.values():
            kind: DoubtKind = "renamed" if original in self.unknown else "exchanged"
            return LabelDoubt(kind, label, (original.name,))
        if group and number is not None and original is None:
            return LabelDoubt("recreated", label, (group[0].name,))
        return self._missing_or_double(label, group)

    def _by_look(self, label: str, group: Sequence[SpanType]) -> LabelDoubt | None:
        """The doubt where the corpus remembers no numbers.

        Two types were exchanged if they have each other's colour and key. A type with another colour than a push gave
        it, and without a span, was created by hand.
        """
        mine = self.scheme[label]
        if group and not _looks_like(group[0], mine):
            for other in self.scheme.labels:
                theirs = self.known.get(other.name, ())
                if theirs and _looks_like(group[0], other) and _looks_like(theirs[0], mine):
                    return LabelDoubt("exchanged", label, (theirs[0].name,), is_certain=False)
            if group[0].colour.lower() != mine.colour and not any(self.count(each.name) for each in group):
                return LabelDoubt("recreated", label, (group[0].name,), is_certain=False)
        return self._missing_or_double(label, group)

    def _missing_or_double(self, label: str, group: Sequence[SpanType]) -> LabelDoubt | None:
        if len(group) > 1:
            used = [each.name for each in group if each.name not in self.former.labels and self.count(each.name)]
            return LabelDoubt("double", label, tuple(used)) if len(used) > 1 else None
        if group:
            return None
        candidates = [each.name for each in self.unknown if self._may_be(each, label)]
        if not (candidates or self.recorded) and len(self.unknown) == 1 and self._only_missing(label):
            candidates = [each.name for each in self.unknown if self.count(each.name)]
        if len(candidates) == 1:
            return LabelDoubt("renamed", label, tuple(candidates), is_certain=False)
        return LabelDoubt("new" if self.recorded and label not in self.recorded else "missing", label)

    def _only_missing(self, label: str) -> bool:
        return [name for name in self.scheme.names if name not in self.known] == [label]

    def _may_be(self, unknown: SpanType, label: str) -> bool:
        """Whether a type of no label has the name of a missing one but for case and spaces, or its colour."""
        if any(unknown.id == number for known, number in self.recorded.items() if known in self.scheme):
            return False
        wanted = self.scheme[label]
        if _folded(unknown.name) in {_folded(wanted.name), _folded(server_name(wanted))}:
            return True
        colours = [each.colour for each in self.scheme.labels]
        return unknown.colour.lower() == wanted.colour and colours.count(wanted.colour) == 1


def _looks_like(found: SpanType, label: Label) -> bool:
    return found.colour.lower() == label.colour and found.key == label.shortcut and not found.prefix


def _folded(name: str) -> str:
    """A name without case, spaces and punctuation."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def find_renames(comparison: LabelComparison, snapshot: Snapshot, lines: Iterable[Example]) -> LabelComparison:
    """The comparison, with what the spans show about the labels that are missing.

    A type that the scheme lacks is the missing label if it has spans where the corpus has spans of the label; also if
    it is the only type that the scheme lacks, and the label the only one that is missing.

    Args:
        comparison: without it.
        snapshot: what the project holds.
        lines: of the corpus: passes and gold.
    """
    missing = {doubt.label: doubt.kind for doubt in comparison.doubts if doubt.kind in {"missing", "new"}}
    unknown = [doubt.types[0] for doubt in comparison.doubts if doubt.kind == "unknown"]
    if not (missing and unknown):
        return comparison
    spans = ((line.id, span) for line in lines for span in line.spans if span.label in missing)
    places = {(example, span.start, span.end): span.label for example, span in spans}
    votes: dict[str, dict[str, int]] = {label: {} for label in missing}
    for example, copies in snapshot.by_id.items():
        for work in (work for copy in copies for work in copy.work.values()):
            for span in work.spans:
                label = places.get((example, span.start, span.end))
                if label and span.label in unknown:
                    votes[label][span.label] = votes[label].get(span.label, 0) + 1
    found = {label: max(theirs, key=theirs.__getitem__) for label, theirs in votes.items() if theirs}
    if not found and len(unknown) == 1 and [*missing.values()] == ["missing"]:
        found = dict.fromkeys(missing, unknown[0])
    doubts = [
        replace(doubt, kind="renamed", types=(found[doubt.label],), is_certain=False) if doubt.label in found else doubt
        for doubt in comparison.doubts
        if not (doubt.kind == "unknown" and doubt.types[0] in found.values())
    ]
    return replace(comparison, doubts=tuple(doubts))
