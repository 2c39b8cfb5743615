"""The checks of annotation: every finding has a stable id, a place and a remedy.

`check_project` and `check_paths` read files, `check_records` takes records already read. `CHECKS` lists the checks,
`check_table` gives the page that explains them.
"""

from goldspan.checks.check import Check
from goldspan.checks.records import check_records
from goldspan.checks.registry import (
    CHECKS,
    IDS,
    changed_levels,
    check_table,
    read_severities,
    remedy,
    select_checks,
)
from goldspan.checks.report import FindingsError, finding_line, relative_path, report_json
from goldspan.checks.runner import CheckTally, check_paths, check_project
from goldspan.checks.severities import OWN_SEVERITIES, CheckSelection, Severities

__all__ = [
    "CHECKS",
    "IDS",
    "OWN_SEVERITIES",
    "Check",
    "CheckSelection",
    "CheckTally",
    "FindingsError",
    "Severities",
    "changed_levels",
    "check_paths",
    "check_project",
    "check_records",
    "check_table",
    "finding_line",
    "read_severities",
    "relative_path",
    "remedy",
    "report_json",
    "select_checks",
]
