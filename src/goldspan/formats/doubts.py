"""Regions of gold that were put into a disputes' project since they are in doubt, until they are decided; one a line.

    {"example": "a.p03", "sha256": "9f2c…", "region": [4, 16], "why": ["models mark nothing there"]}

A region is half-open and counts code points, as spans do. A decision on a region that it shares words with removes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InputError
from goldspan.formats.json_lines import json_object, numbered
from goldspan.project_schema import without_schema

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"example", "sha256", "region", "why"}
REMEDY = f"A doubt has the keys {', '.join(sorted(KEYS))}. Remove the line, and push again with: goldspan label-errors"


@dataclass(frozen=True, slots=True)
class RegionDoubt:
    """A region of an example that is to be decided though nobody disputes it.

    Args:
        example: its id.
        sha256: of its text, see `goldspan.formats.decisions.fingerprint`.
        start: of the region, in code points.
        end: of the region.
        why: the reasons, a clause each.
    """

    example: str
    sha256: str
    start: int
    end: int
    why: tuple[str, ...]

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it shares words with a region."""
        return self.start < end and start < self.end


def line(doubt: RegionDoubt) -> str:
    r"""The canonical line, with its `\n`."""
    region = [doubt.start, doubt.end]
    value = {"example": doubt.example, "sha256": doubt.sha256, "region": region, "why": list(doubt.why)}
    return files.dumps(value) + "\n"


def read(path: Path) -> list[RegionDoubt]:
    """The doubts of a file, in its order.

    Raises:
        InputError: for the first line that is not a doubt, naming file and line.
    """
    return [_parse(raw, path, number) for number, raw in numbered(path)]


def _parse(raw: bytes, path: Path, number: int) -> RegionDoubt:
    value = without_schema(json_object(raw, path, number, REMEDY), path, number)
    match value:
        case {
            "example": str(example),
            "sha256": str(sha256),
            "region": [int(start), int(end)],
            "why": list(why),
            **rest,
        }:
            is_valid = not rest and 0 <= start < end and all(isinstance(one, str) for one in why)
            if is_valid and bool not in {type(start), type(end)}:
                return RegionDoubt(example, sha256, start, end, tuple(why))
    raise InputError("the line is not a doubt", file=path, line=number, remedy=REMEDY)
