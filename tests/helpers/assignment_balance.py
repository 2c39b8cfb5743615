"""Prints who reads how much of 300 made-up examples with K = 2, before and after two join.

    PYTHONPATH=src python3 tests/helpers/assignment_balance.py

The lengths are drawn as paragraphs of news have them: log-normal, 45 words in the middle, from 3 to about 250. A third
of the articles have been read by all who were to read them when the two join. docs/rounds.md has what is printed.
"""

# ruff: noqa: S311  (draws that can be repeated, no secrets; it prints)
import random
from dataclasses import replace

from goldspan.assignment.balance import ExampleToAssign, assign
from goldspan.assignment.summary import AssignmentSummary, summarize

EXAMPLES, PER_ARTICLE = 300, 12
FIRST = tuple(f"a{number}" for number in range(1, 8))
JOINED = (*FIRST, "a8", "a9")


def made_up_examples(seed: int = 17) -> list[ExampleToAssign]:
    """300 examples of 25 articles."""
    chance = random.Random(seed)
    return [
        ExampleToAssign(
            f"article{at // PER_ARTICLE + 1:02}.p{at % PER_ARTICLE + 1:02}",
            max(3, round(chance.lognormvariate(3.8, 0.6))),
        )
        for at in range(EXAMPLES)
    ]


def rounds(seed: int = 17) -> tuple[AssignmentSummary, AssignmentSummary]:
    """The first assignment to seven annotators, and the one after two have joined."""
    examples = made_up_examples(seed)
    first = assign(examples, FIRST, per_example=2, before={}, seed="kfor")
    read = [replace(one, held=first[one.id]) if at < EXAMPLES // 3 else one for at, one in enumerate(examples)]
    second = assign(read, JOINED, per_example=2, before=first, seed="kfor")
    return (
        summarize(examples, FIRST, first, per_example=2, before={}),
        summarize(read, JOINED, second, per_example=2, before=first),
    )


def page() -> str:
    """What docs/rounds.md has."""
    before, after = rounds()
    return "\n\n".join(
        [
            "Seven annotators, before anybody has read anything:",
            before.table().markdown(),
            "\n".join(f"- {sentence}" for sentence in before.sentences()),
            "After `a8` and `a9` have joined, when a third of the examples has been read:",
            after.table().markdown(),
            "\n".join(f"- {sentence}" for sentence in after.sentences()),
            "How many examples each two of them both read then:",
            after.pair_table().markdown(),
        ]
    )


if __name__ == "__main__":
    print(page())
