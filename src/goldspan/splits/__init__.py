"""Train, validation and test: whole articles, near-duplicates together, balanced, and for good."""

from goldspan.splits.assignment import Assignment, Conflict, assign, too_small, wilson
from goldspan.splits.plan import RATIOS, Plan, parse_ratios, plan, write

__all__ = ["RATIOS", "Assignment", "Conflict", "Plan", "assign", "parse_ratios", "plan", "too_small", "wilson", "write"]
