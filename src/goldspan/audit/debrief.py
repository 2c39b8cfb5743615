"""The debriefing of the annotators of an audit: which errors were planted, and who kept them.

Whoever was misled on purpose is told so afterwards. The table also serves to discuss cases: an error that everybody
kept is one that suggestions make easy to miss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from goldspan.corpus.audits import KINDS
from goldspan.errors import InputError
from goldspan.report.text import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from goldspan.annotation import Span
    from goldspan.audit.readings import AuditReadings
    from goldspan.corpus.audits import PlantedSuggestion

Fate = Literal["kept", "not kept", "unaided", "not read"]
MARKS: dict[Fate, str] = {"kept": "kept", "not kept": "–", "unaided": "(unaided)", "not read": "(not read)"}


@dataclass(frozen=True, slots=True)
class DebriefedError:
    """A planted error, and what each annotator did with it.

    Args:
        example: the id of its example.
        text: of the example.
        error: the error.
        fates: by annotator; `kept` also where somebody lacks what was left out.
    """

    example: str
    text: str
    error: PlantedSuggestion
    fates: Mapping[str, Fate]

    def words(self, span: Span | None) -> str:
        """The words and the label of a span; `nothing` without one."""
        return "nothing" if span is None else f"{self.text[span.start : span.end]} {span.label}"

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"example": self.example, **self.error.json(self.text), "annotators": dict(self.fates)}


def debrief(readings: AuditReadings) -> list[DebriefedError]:
    """All planted errors and who kept them, in the order of the plan.

    Raises:
        InputError: while somebody has not read everything: they would learn what was planted for them.
    """
    if not readings.is_complete:
        first = next(iter(readings.missing))
        raise InputError(
            f"{first} has not read everything: a debriefing would tell them what was planted",
            file=readings.audit.folder,
            remedy="Wait until all have read everything. `goldspan audit report` says what is missing.",
        )
    found = []
    for example, error in readings.errors(KINDS):
        article = readings.audit.examples[example].article
        fates: dict[str, Fate] = {}
        for name in readings.audit.annotators:
            has = readings.has_error(name, example, error)
            if has is None:
                fates[name] = "not read"
            elif article not in readings.audit.shown_to(name):
                fates[name] = "unaided"
            else:
                fates[name] = "kept" if has else "not kept"
        found.append(DebriefedError(example, readings.audit.examples[example].text, error, fates))
    return found


def debrief_table(readings: AuditReadings) -> Table:
    """A row for each planted error: what was shown, what had been suggested, who kept it.

    Raises:
        InputError: as `debrief`.
    """
    names = readings.audit.annotators
    rows = [
        (
            one.example,
            one.error.kind,
            one.words(one.error.shown),
            one.words(one.error.suggested),
            *(MARKS[one.fates[name]] for name in names),
        )
        for one in debrief(readings)
    ]
    note = "Kept: has exactly the planted span, or lacks what was left out. An annotator did not see all of them."
    return Table("Planted errors", note, ("example", "kind", "shown", "suggested", *names), tuple(rows))
