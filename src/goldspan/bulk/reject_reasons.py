"""Why rows are rejected, in kinds that can be counted, and why a shard failed: reasons that no machine decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter

    from goldspan.errors import GoldspanError

MOST_REASONS = 50  # kinds of reasons of a shard
OTHERS = "other reasons"
LONGEST_REASON = 80  # characters of a kind
VARYING = re.compile(
    r"""'[^']*'|"[^"]*"|\b0x[\da-f]+|(?<![\w-])\d+(?:[.,]\d+)*"""
)  # parts of a reason that differ from row to row


def count_reason(reasons: Counter[str], reason: str) -> None:
    """Count a reason under its kind; kinds beyond the first ones of a shard are counted together."""
    kind = " ".join(VARYING.sub("…", reason).split())[:LONGEST_REASON]
    reasons[kind if kind in reasons or len(reasons) < MOST_REASONS else OTHERS] += 1


def failure_reason(error: GoldspanError | OSError) -> str:
    """Why a shard fails: without its place, which depends on the machine."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    place = "" if error.line is None else f"line {error.line}: "
    remedy = "" if error.remedy is None else f". {error.remedy}"
    return " ".join(f"{place}{error.message.removesuffix('.')}{remedy}".split()).removesuffix(".")
