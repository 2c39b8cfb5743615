"""Train, validation and test splits: whole articles, near-duplicates and clusters together, balanced, and permanent."""

from goldspan.splits.assignment import SplitAssignment, SplitConflict, assign, too_small, wilson
from goldspan.splits.plan import (
    SplitPlan,
    changed_clusters,
    changed_files,
    parse_ratios,
    plan_splits,
    read_clusters,
    refusal,
    write_splits,
)

__all__ = [
    "SplitAssignment",
    "SplitConflict",
    "SplitPlan",
    "assign",
    "changed_clusters",
    "changed_files",
    "parse_ratios",
    "plan_splits",
    "read_clusters",
    "refusal",
    "too_small",
    "wilson",
    "write_splits",
]
