"""Train, validation and test splits: whole articles, near-duplicates together, balanced, and permanent."""

from goldspan.splits.assignment import SplitAssignment, SplitConflict, assign, too_small, wilson
from goldspan.splits.plan import (
    SplitPlan,
    changed_lists,
    parse_ratios,
    plan_splits,
    refusal,
    write_splits,
)

__all__ = [
    "SplitAssignment",
    "SplitConflict",
    "SplitPlan",
    "assign",
    "changed_lists",
    "parse_ratios",
    "plan_splits",
    "refusal",
    "too_small",
    "wilson",
    "write_splits",
]
