"""`corpus/withdrawn.jsonl`: the articles that were taken out of the corpus because somebody asked for it.

    {"article": "isw-20230512", "date": "2026-12-01", "sha256": "9f2c…", "requested_by": "publisher", "reason": null}

A line holds no word of the article. It stays, so that later releases say that the article is gone, and so that nobody
adds it again by mistake. The file belongs into git.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from goldspan import files
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE = "withdrawn.jsonl"
REMEDY = "Restore the file from git: `goldspan withdraw` writes its lines."

Requester = Literal["publisher", "person", "author", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """An article that was taken out.

    Args:
        article: the id that it had.
        date: when, as `YYYY-MM-DD`.
        sha256: of the bytes that its file had, in hexadecimal.
        requested_by: who asked for it: its publisher, a person of whom it speaks, its author, or somebody else.
        reason: in the words of whoever took it out; these may not quote the article. None if none was given.
    """

    article: str
    date: str
    sha256: str
    requested_by: Requester
    reason: str | None = None


def read_withdrawals(path: Path) -> list[Withdrawal]:
    """The lines of the file, in their order; none without one.

    Raises:
        InputError: naming the line, for one that is not such a line, and for an article that an earlier line has.
    """
    if not files.is_there(path):
        return []
    from goldspan import validation  # here, since it imports pydantic

    found: dict[str, Withdrawal] = {}
    for number, raw in files.lines(files.read_bytes(path)):
        one = validation.parse_json(raw, Withdrawal, path, number, REMEDY)
        if one.article in found:
            raise InputError(
                f"the article {one.article!r} is listed twice",
                file=path,
                line=number,
                remedy="Remove one of the lines.",
            )
        found[one.article] = one
    return list(found.values())


def content(withdrawals: Iterable[Withdrawal]) -> str:
    """The content of the file: a line each, in their order."""
    return "".join(f"{files.dumps(asdict(one))}\n" for one in withdrawals)
