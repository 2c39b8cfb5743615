"""How severe the findings of each check are in a project, and which checks run.

Each check has a severity of its own. A project chooses another under [checks] in `goldspan.toml`, or turns a check off;
a person names checks with `--select`, which then run though they are off.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.annotation import Finding, Severity
    from goldspan.checks.check import Check
    from goldspan.settings import CheckLevel


@dataclass(frozen=True, slots=True)
class Severities:
    """What a project has chosen for some checks; the others have a severity of their own.

    Args:
        levels: by check, in the order of the table of checks.
        off: those that are off, each with the place where that is stated: `goldspan.toml:5`, or a variable.
    """

    levels: Mapping[str, CheckLevel] = field(default_factory=dict)
    off: Mapping[str, str] = field(default_factory=dict)

    def level(self, check: Check[Any]) -> CheckLevel:
        """What the findings of a check are, or that it is off."""
        return self.levels.get(check.id, check.severity)

    def applied(self, findings: Iterable[Finding]) -> Iterable[Finding]:
        """The findings as severe as the project wants them; those of a check that is off keep the check's own."""
        return (replace(finding, severity=self._severity(finding)) for finding in findings)

    def _severity(self, finding: Finding) -> Severity:
        level = self.levels.get(finding.check, "off")
        return finding.severity if level == "off" else level


OWN_SEVERITIES = Severities()  # where no project has chosen others


@dataclass(frozen=True, slots=True)
class CheckSelection:
    """Which checks a person wants.

    Args:
        known: the ids of all checks.
        select: those to run, whether they are off in a project or not; all that are not off if empty.
        ignore: those not to run.
    """

    known: frozenset[str]
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()

    def wanted(self, severities: Severities) -> frozenset[str]:
        """The ids of the checks that run in a project."""
        return (self.select or self.known.difference(severities.off)) - self.ignore
