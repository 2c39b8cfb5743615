"""Who is to read which example of a round: the plan that the corpus keeps, brought up to date with what is there.

A *place* is an example that one annotator is to read; an example that is to be read by K annotators has K places. Only
an example on which nobody did anything moves; a place whose annotator left, and did nothing there, goes to another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.annotation import article_of
from goldspan.assignment.balance import ExampleToAssign, assign
from goldspan.assignment.summary import AssignmentSummary, summarize
from goldspan.corpus.assignment_plans import AssignedExample, assignment_file, content
from goldspan.errors import InvalidValueError
from goldspan.models.order_plan import count_words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePlan:
    """Who is to read which example.

    Args:
        per_example: K.
        folders: of the passes of those who annotate now.
        examples: those that the plan is about, in their order.
        places: by example, who is to read it: folders, sorted.
        before: by example, who was to read it, of the plan before.
        held: by example, who worked on it.
        summary: the same in figures.
    """

    per_example: int
    folders: tuple[str, ...]
    examples: tuple[Example, ...]
    places: Mapping[str, tuple[str, ...]]
    before: Mapping[str, AssignedExample] = field(default_factory=dict)
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    summary: AssignmentSummary

    def of(self, folder: str) -> frozenset[str]:
        """The ids of the examples that an annotator is to read."""
        return frozenset(example for example, folders in self.places.items() if folder in folders)

    @property
    def moved(self) -> tuple[str, ...]:
        """The ids of the examples that go from somebody to somebody else."""
        return tuple(
            example
            for example, folders in self.places.items()
            if (old := self.before.get(example)) is not None
            and {*old.annotators} - {*folders}
            and {*folders} - {*old.annotators}
        )

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        places = {example: list(folders) for example, folders in self.places.items()}
        return {**self.summary.json(), "places": places, "moved": list(self.moved)}

    def content(self, *, leaving: bool = False) -> str:
        """The content of the file.

        Args:
            leaving: whether those from whom an example is still to be taken away are named in its line, so that a push
                that is interrupted is known by the next.
        """
        lines = dict(self.before)
        chosen = {example.article for example in self.examples}
        lines = {name: line for name, line in lines.items() if article_of(name) not in chosen}
        for example, folders in self.places.items():
            old = self.before.get(example)
            gone = {*old.annotators, *old.leaving} - {*folders} if old is not None and leaving else set[str]()
            lines[example] = AssignedExample(example, folders, tuple(sorted(gone)))
        return content(lines.values())

    def write(self, corpus: Corpus, round_name: str, *, leaving: bool = False) -> None:
        """Write the file, if it differs.

        Raises:
            OSError: if it cannot be written.
        """
        path, new = assignment_file(corpus, round_name), self.content(leaving=leaving)
        if not files.is_there(path) or files.read_bytes(path) != new.encode("utf-8", "surrogatepass"):
            files.write(path, new)


def require_enough(per_example: int, annotators: int, file: str) -> None:
    """Refuse more readings of each example than there are annotators.

    Raises:
        InvalidValueError: with what to do.
    """
    if per_example > annotators:
        raise InvalidValueError(
            f"each example is to be read by {per_example} annotators, and there are {annotators}",
            remedy=f"Ask for at most {annotators} with --annotators-per-example, or list more annotators in {file}."
            if annotators
            else f"List the annotators in {file}.",
        )


def plan_places(
    round_name: str,
    examples: Sequence[Example],
    folders: Sequence[str],
    *,
    per_example: int,
    before: Mapping[str, AssignedExample],
    held: Mapping[str, tuple[str, ...]],
    renamed: Mapping[str, str],
    language: str,
    others: Sequence[Example] = (),
) -> PlacePlan:
    """Who is to read which example now.

    Args:
        round_name: of the round.
        examples: all examples of the articles that the plan is about, in their order.
        folders: of the passes of those who annotate now.
        per_example: K.
        before: the plan before, by example.
        held: by example, who worked on it; nobody by name where it is not known who did.
        renamed: by folder of the plan before the folder that the annotator has now.
        language: of the texts, for their words.
        others: further examples that the plan before has; their places stay, and count for the balance.

    Raises:
        InvalidValueError: if K is more than there are annotators.
    """
    require_enough(per_example, len(folders), "annotation_guidelines/members.toml")
    before = {
        name: AssignedExample(name, _renamed(line.annotators, renamed), _renamed(line.leaving, renamed))
        for name, line in before.items()
    }
    places = {name: line.annotators for name, line in before.items()}
    places |= {name: _held_places(places.get(name, ()), who, folders) for name, who in held.items()}
    held = {name: who or places[name] for name, who in held.items()}
    earlier = {name: line.annotators for name, line in before.items()}
    fixed = {example.id: places[example.id] for example in others if places.get(example.id)}
    to_assign = [
        *(ExampleToAssign(one.id, count_words([one], language), fixed[one.id]) for one in others if one.id in fixed),
        *(ExampleToAssign(one.id, count_words([one], language), held.get(one.id, ())) for one in examples),
    ]
    assigned = assign(to_assign, folders, per_example=per_example, before=places, seed=round_name)
    return PlacePlan(
        per_example=per_example,
        folders=tuple(folders),
        examples=tuple(examples),
        places={example.id: tuple(sorted(assigned[example.id])) for example in examples},
        before=before,
        held=held,
        summary=summarize(to_assign, folders, assigned, per_example=per_example, before=earlier),
    )


def _renamed(folders: Sequence[str], renamed: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted({renamed.get(folder, folder) for folder in folders}))


def _held_places(before: Sequence[str], held: Sequence[str], folders: Collection[str]) -> tuple[str, ...]:
    """The places of an example that somebody worked on: theirs, and those of others who are still there."""
    return tuple(sorted({*held, *(folder for folder in before if folder in folders)}))
