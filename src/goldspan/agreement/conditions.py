"""Agreement of annotators who read unaided and of those who saw suggestions: two reports, and why they are not one.

Annotators who correct the same suggestions share what they did not change, whether it is right or not. So their
agreement says how far they changed the suggestions alike, and that of annotators who read alone how far the text and
the guidelines lead them to the same spans. A mean of both would be neither. Two annotators of whom one was aided in an
example and the other was not are compared in neither report: how many examples that concerns is stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.agreement import text_report
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from goldspan.agreement.annotations import Annotations, Condition
    from goldspan.agreement.report import AgreementReport
    from goldspan.agreement.rules_to_amend import GuidelineAmendments

MOST_PAIRS = 12  # that a sentence names
WHY = (
    "Annotators who correct the same suggestions share what they did not change. Their agreement is another quantity "
    "than that of annotators who read alone, so the two are measured apart and never pooled."
)
HEADINGS: Mapping[Condition, str] = {
    "unaided": "Unaided: nobody saw suggestions",
    "aided": "Aided: all saw suggestions",
}


@dataclass(frozen=True)
class AgreementByCondition:
    """The reports on what was read unaided and on what was read aided.

    Args:
        reports: of the conditions wanted, unaided first.
        conditions: those that occur, also where only one was wanted.
        mixed: of each two annotators in how many examples one was aided and the other was not.
        mixed_examples: in how many examples that is so of any two.
        amendments: the rules to amend, by the decisions of the project; None where it was not asked for a project.
    """

    reports: Mapping[Condition, AgreementReport]
    conditions: tuple[Condition, ...]
    mixed: Mapping[tuple[str, str], int]
    mixed_examples: int
    amendments: GuidelineAmendments | None = None

    @property
    def is_unaided(self) -> bool:
        """Whether nobody was aided anywhere, so that there is nothing to keep apart."""
        return self.conditions == ("unaided",)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Why there are two reports or only one, and what is in neither; none where nobody was aided."""
        if self.is_unaided:
            return ()
        missing = [condition for condition in self.conditions if condition not in self.reports]
        others = [f"What was read {condition} is left out here." for condition in missing]
        reason = [WHY] if len(self.conditions) > 1 else []
        return (*reason, *others, *self._mixed())

    def _mixed(self) -> tuple[str, ...]:
        if not self.mixed_examples:
            return ()
        pairs = [f"{first} – {second} {number:,}" for (first, second), number in self.mixed.items()]
        where = f"In {amount(self.mixed_examples, 'example')}"
        named = enumerate_names(pairs, most=MOST_PAIRS)
        return (f"{where} one of two annotators was aided and the other was not ({named}): such a pair is in neither.",)

    def json(self) -> dict[str, Any]:
        """The report for `--json`, see the page json_reports: that of one condition alone where nobody was aided."""
        decided = {"rules_to_amend": None if self.amendments is None else self.amendments.json()}
        if self.is_unaided:
            return text_report.report_json(self.reports["unaided"]) | decided
        return {
            "conditions": {condition: text_report.report_json(report) for condition, report in self.reports.items()},
            "mixed": {
                "examples": self.mixed_examples,
                "pairs": [{"first": pair[0], "second": pair[1], "examples": n} for pair, n in self.mixed.items()],
            },
            "sentences": list(self.sentences),
            **decided,
        }


def table_note(annotations: Annotations) -> str:
    """What the one table of agreement in statistics and data cards is about, where somebody was aided; else empty."""
    if annotations.conditions == ("unaided",):
        return ""
    aided = annotations.of_condition("aided")
    number = sum(len(item.spans) for item in aided.items)
    readings = amount(number, "reading")
    if "unaided" not in annotations.conditions:
        return (
            "All annotators saw suggestions before they read: they share what they did not change, so this is not the "
            "agreement of annotators who read alone."
        )
    made = "was" if number == 1 else "were"
    return f"Unaided readings alone: {readings} of examples {made} made by correcting suggestions and {made} left out."
