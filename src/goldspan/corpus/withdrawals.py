"""`corpus/withdrawn.jsonl`: the articles that were taken out of the corpus because somebody asked for it.

    {"article": "isw-20230512", "date": "2026-12-01", "sha256": "9f2c…", "requested_by": "publisher", "reason": null}

A line holds no word of the article. It stays, so that later releases say that the article is gone, and so that nobody
adds it again by mistake. The file belongs into git.
"""

from __future__ import annotations

import hashlib
from codecs import BOM_UTF8
from dataclasses import asdict, dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Literal

from goldspan import files
from goldspan.corpus.manifest import name_key
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
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
        received: the sha256 of the page that its text was extracted from; None, and not in the line, for an article
            that was received as a text, or as a row of a table.
    """

    article: str
    date: str
    sha256: str
    requested_by: Requester
    reason: str | None = None
    received: str | None = None

    def line(self) -> str:
        r"""Its line in the file, with `\n`."""
        row = asdict(self)
        if self.received is None:
            del row["received"]
        return f"{files.dumps(row)}\n"


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
    return "".join(one.line() for one in withdrawals)


@dataclass(frozen=True, slots=True)
class WithdrawnArticles:
    """The articles that were withdrawn, by what another file may have in common with them.

    Args:
        path: of their lines.
        ids: by what some system takes for the same name.
        digests: by the sha256 of a text, and of a page.
    """

    path: Path
    ids: Mapping[str, Withdrawal] = field(default_factory=dict)
    digests: Mapping[str, Withdrawal] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path) -> WithdrawnArticles:
        """Those of a file.

        Raises:
            InputError: as `read_withdrawals`.
        """
        found = read_withdrawals(path)
        pages = {one.received: one for one in found if one.received is not None}
        return cls(path, {name_key(one.article): one for one in found}, {**pages, **{one.sha256: one for one in found}})

    def require_none(self, article: str, data: bytes, page: str | None, source: Path, line: int | None = None) -> None:
        """Refuse an article that was withdrawn, also under another name and with other line ends.

        Args:
            article: its id.
            data: its text.
            page: the sha256 of the page that the text was extracted from; None where there is none.
            source: the file that was named, for the message.
            line: of that file.

        Raises:
            InputError: with the day on which it was withdrawn.
        """
        digests = [page or "", *(hashlib.sha256(one).hexdigest() for one in _with_other_ends(data))] if self.ids else []
        same = next((self.digests[one] for one in digests if one in self.digests), None)
        one = same or self.ids.get(name_key(article))
        if one is not None:
            what = f"is the article {one.article!r}" if same else f"has the id of the article {one.article!r}"
            other = "" if same else " Another article needs another id."
            raise InputError(
                f"{what}, which was withdrawn on {one.date}: it may not be added again",
                file=source,
                line=line,
                remedy=f"Leave it out.{other} If the request was taken back, remove its line from {self.path} by hand.",
            )


def _with_other_ends(data: bytes) -> Iterator[bytes]:
    """A text, and as other systems and editors keep it: line ends, up to two at its end, a byte order mark."""
    yield data
    body = data.removeprefix(BOM_UTF8).replace(b"\r\n", b"\n").rstrip(b"\n")
    for mark, end, last in product((b"", BOM_UTF8), (b"\n", b"\r\n"), (b"", b"\n", b"\n\n")):
        yield mark + (body + last).replace(b"\n", end)
