"""What an assignment gives to whom: loads in words, pairs of annotators, and what moved since the one before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from goldspan.report.text import Table, amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.assignment.balance import ExampleToAssign

NAMED = 5  # pairs without an example that a sentence names


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorLoad:
    """What one annotator is to read.

    Args:
        annotator: the folder of the passes.
        examples: how many.
        words: of these examples.
        held: the words among them that stay where they are, since somebody worked on the example.
        got: places that the annotator did not have in the plan before, in examples that were in it.
        gave: places that the annotator had in it and has no longer.
    """

    annotator: str
    examples: int
    words: int
    held: int
    got: int
    gave: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentSummary:
    """An assignment in figures.

    Args:
        per_example: K, how many are to read each example.
        examples: how many there are.
        words: of all examples, each counted once.
        longest: the words of the longest example.
        loads: by annotator, sorted by name.
        pairs: by pair of annotators, sorted: how many examples both read.
        new: examples that no earlier plan had.
        changed: examples of the plan before with other annotators now.
        exceeding: examples that more than K have worked on, by id.
    """

    per_example: int
    examples: int
    words: int
    longest: int
    loads: tuple[AnnotatorLoad, ...]
    pairs: tuple[tuple[str, str, int], ...]
    new: int
    changed: int
    exceeding: tuple[str, ...] = ()

    @property
    def spread(self) -> int:
        """The difference between the highest and the lowest load, in words."""
        words = [load.words for load in self.loads]
        return max(words, default=0) - min(words, default=0)

    @property
    def is_balanced(self) -> bool:
        """Whether loads differ by no more than the longest example."""
        return self.spread <= self.longest

    @property
    def moved(self) -> int:
        """Places of the plan before that have gone to somebody else, or are new in an example that it had."""
        return sum(load.got for load in self.loads)

    @property
    def fewest(self) -> int:
        """Examples that the rarest pair of annotators has in common."""
        return min((count for _, _, count in self.pairs), default=0)

    @property
    def most(self) -> int:
        """Examples that the most frequent pair has in common."""
        return max((count for _, _, count in self.pairs), default=0)

    def sentences(self) -> list[str]:
        """What a lead must know, one sentence each."""
        each = f"Each of {amount(self.examples, 'example')} to {amount(self.per_example, 'annotator')}"
        lines = [
            f"{each}: loads differ by {amount(self.spread, 'word')}; the longest example has {self.longest:,}.",
        ]
        if not self.is_balanced:
            highest = max(self.loads, key=lambda load: (load.words, load.annotator))
            lines.append(
                f"Loads cannot come within the longest example: {highest.annotator} has {highest.words:,} words, "
                f"{highest.held:,} of them in examples that are worked on and do not move."
            )
        if self.pairs and self.per_example > 1:
            together = f"{self.fewest:,}" if self.fewest == self.most else f"{self.fewest:,} to {self.most:,}"
            lines.append(f"Each of {amount(len(self.pairs), 'pair')} of annotators has {together} examples in common.")
            missing = [f"{one} with {other}" for one, other, count in self.pairs if not count]
            if missing:
                lines.append(f"Agreement cannot be measured for {enumerate_names(missing, most=NAMED)}.")
        if self.new < self.examples and self.changed and not self.moved:
            lines.append(f"{amount(self.changed, 'example')} of the plan before lost places, and none got another.")
        elif self.new < self.examples and (self.changed or self.new):
            lines.append(
                f"{amount(self.changed, 'example')} of the plan before {'has' if self.changed == 1 else 'have'} other "
                f"annotators now, {amount(self.moved, 'place')} in all; {amount(self.new, 'example')} "
                f"{'is' if self.new == 1 else 'are'} new."
            )
        if self.exceeding:
            verb = "has" if self.per_example == 1 else "have"
            lines.append(
                f"More than {amount(self.per_example, 'annotator')} {verb} worked on "
                f"{enumerate_names(self.exceeding, most=NAMED)}: all of their places stay."
            )
        return lines

    def table(self) -> Table:
        """A row per annotator."""
        is_first = self.new == self.examples
        header = ("annotator", "examples", "words", "words worked on") + (() if is_first else ("got", "gave"))
        rows = tuple(
            (load.annotator, f"{load.examples:,}", f"{load.words:,}", f"{load.held:,}")
            + (() if is_first else (f"{load.got:,}", f"{load.gave:,}"))
            for load in self.loads
        )
        return Table("Who reads how much", " ".join(self.sentences()), header, rows)

    def pair_table(self) -> Table:
        """How many examples each two annotators both read, as a square."""
        common = {(one, other): count for one, other, count in self.pairs}
        names = [load.annotator for load in self.loads]
        rows = tuple(
            (row, *(f"{common[min(row, one), max(row, one)]:,}" if row != one else "–" for one in names))
            for row in names
        )
        return Table("Examples that two annotators both read", "", ("", *names), rows)

    def json(self) -> dict[str, Any]:
        """The figures for `--json`."""
        return {
            "annotators_per_example": self.per_example,
            "examples": self.examples,
            "words": self.words,
            "longest_example": self.longest,
            "spread": self.spread,
            "balanced": self.is_balanced,
            "annotators": [
                {
                    "annotator": load.annotator, "examples": load.examples, "words": load.words,
                    "words_worked_on": load.held, "got": load.got, "gave": load.gave,
                }
                for load in self.loads
            ],
            "pairs": {
                "fewest": self.fewest, "most": self.most,
                "counts": [{"annotators": [one, other], "examples": count} for one, other, count in self.pairs],
            },
            "examples_new": self.new,
            "examples_changed": self.changed,
            "places_moved": self.moved,
            "more_than_wanted": [*self.exceeding],
        }  # fmt: skip


def summarize(
    examples: Sequence[ExampleToAssign],
    annotators: Sequence[str],
    assigned: Mapping[str, tuple[str, ...]],
    *,
    per_example: int,
    before: Mapping[str, tuple[str, ...]],
) -> AssignmentSummary:
    """An assignment in figures.

    Args:
        examples: as they were given to `assign`.
        annotators: likewise.
        assigned: what `assign` returned.
        per_example: K.
        before: the assignment before, empty for a first one.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for name in sorted(annotators)}
    common = Counter[tuple[str, str]]()
    changed = 0
    for one in examples:
        now, had = assigned[one.id], before.get(one.id)
        common.update(combinations(sorted(now), 2))
        changed += had is not None and {*had} != {*now}
        for name in counts.keys() & {*now}:
            counts[name].update(
                examples=1,
                words=one.words,
                held=one.words * bool(one.held),
                got=had is not None and name not in had,
            )
        for name in counts.keys() & ({*(had or ())} - {*now}):
            counts[name]["gave"] += 1
    keys = ("examples", "words", "held", "got", "gave")
    return AssignmentSummary(
        per_example=per_example,
        examples=len(examples),
        words=sum(one.words for one in examples),
        longest=max((one.words for one in examples), default=0),
        loads=tuple(
            AnnotatorLoad(annotator=name, **{key: count[key] for key in keys}) for name, count in counts.items()
        ),
        pairs=tuple((one, other, common[one, other]) for one, other in combinations(counts, 2)),
        new=sum(one.id not in before for one in examples),
        changed=changed,
        exceeding=tuple(one.id for one in examples if len(assigned[one.id]) > per_example),
    )
