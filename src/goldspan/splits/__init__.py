"""Train, validation and test splits: whole articles, near-duplicates together, balanced, and permanent."""

from goldspan.splits.assignment import SplitAssignment, SplitConflict, assign, too_small, wilson
from goldspan.splits.plan import RATIOS, SplitPlan, parse_ratios, plan_splits, write_splits

__all__ = [
    "RATIOS",
    "SplitAssignment",
    "SplitConflict",
    "SplitPlan",
    "assign",
    "parse_ratios",
    "plan_splits",
    "too_small",
    "wilson",
    "write_splits",
]
