"""What the doctor asks: a question with a stable id, and the words that explain the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from goldspan.values import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from goldspan.doccano.doctor.patient import Patient

Needs = Literal["server", "project", "corpus", "examples"]
Said: TypeAlias = "str | tuple[str, str]"
Test: TypeAlias = "Callable[[Patient], Iterator[Said]]"


class NotSeen(Exception):  # noqa: N818  (caught by the doctor)
    """A question that cannot be answered here, and why."""


@dataclass(frozen=True, slots=True)
class Check:
    """One question.

    Args:
        id: stable; the same in code, report, docs and tests.
        needs: what it looks at: the server, a project, the project beside the corpus, or the project's examples.
        severity: an error spoils or hides annotation; a warning asks a person to decide.
        title: what is looked at, as it stands in the list of all that is well.
        remedy: what to do about a finding, as a sentence.
        test: gives what is wrong in words, or the id of an example and the words.
    """

    id: str
    needs: Needs
    severity: Severity
    title: str
    remedy: str
    test: Test

    def findings(self, patient: Patient) -> Iterator[Finding]:
        """What is wrong with the patient.

        Raises:
            NotSeen: if that cannot be told.
            ServerError: if the server does not answer as it should.
        """
        for said in self.test(patient):
            example, message = (None, said) if isinstance(said, str) else said
            yield Finding(self.id, message, example=example, severity=self.severity)


def check(
    id: str,  # noqa: A002  (it is the check's id everywhere)
    needs: Needs,
    severity: Severity,
    *,
    title: str,
    remedy: str,
) -> Callable[[Test], Check]:
    """Make a check of a test, as a decorator."""

    def make(test: Test) -> Check:
        return Check(id, needs, severity, title, remedy, test)

    return make
