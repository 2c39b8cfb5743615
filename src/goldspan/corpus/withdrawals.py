"""`corpus/withdrawn.jsonl`: the articles that were taken out of the corpus because somebody asked for it.

    {"article": "isw-20230512", "date": "2026-12-01", "sha256": "9f2c…", "requested_by": "publisher", "reason": null,
     "words": "77ab…"}

A line holds no word of the article. It stays, so that later releases say that the article is gone, and so that nobody
adds it again by mistake, from whatever kind of file. The file belongs into git.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

from goldspan import files
from goldspan.corpus.manifest import name_key
from goldspan.errors import InputError
from goldspan.standoff.text_tokens import tokenize_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
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
        words: the sha256 of the words of its text, see `words_digest`; None, and not in the line, if nobody had the
            text any more.
        received: the sha256 of the page that its text was extracted from; None, and not in the line, for an article
            that was received as a text, or as a row of a table.
    """

    article: str
    date: str
    sha256: str
    requested_by: Requester
    reason: str | None = None
    words: str | None = None
    received: str | None = None

    def line(self) -> str:
        r"""Its line in the file, with `\n`."""
        row = asdict(self)
        for name in ("words", "received"):
            if row[name] is None:
                del row[name]
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


def words_digest(text: str) -> str:
    """The SHA-256, in hexadecimal, of the words and marks of a text, whatever its layout and the style of its marks.

    Two texts have the same one if they differ in white space, line ends, the style of quotation marks and dashes or in
    characters that are not seen alone: see `goldspan.standoff.text_tokens`.
    """
    return hashlib.sha256("\n".join(token.key for token in tokenize_text(text)).encode()).hexdigest()


def content(withdrawals: Iterable[Withdrawal]) -> str:
    """The content of the file: a line each, in their order."""
    return "".join(one.line() for one in withdrawals)


@dataclass(frozen=True, slots=True)
class WithdrawnArticles:
    """The articles that were withdrawn, by what another file may have in common with them.

    Args:
        path: of their lines.
        ids: by what some system takes for the same name.
        digests: by the sha256 of a text, of its words, and of a page.
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
        return cls.of_lines(path, read_withdrawals(path))

    @classmethod
    def of_lines(cls, path: Path, lines: Sequence[Withdrawal]) -> WithdrawnArticles:
        """Those of the lines of a file."""
        digests = {
            digest: one for one in lines for digest in (one.received, one.words, one.sha256) if digest is not None
        }
        return cls(path, {name_key(one.article): one for one in lines}, digests)

    def find_text(self, text: str | None, sha256: str, page: str | None = None) -> Withdrawal | None:
        """The withdrawn article that a text is, in whatever layout; None if it is none.

        Args:
            text: decoded; None if it cannot be read.
            sha256: of its bytes.
            page: the sha256 of the page that it was extracted from; None where there is none.
        """
        if not self.digests:
            return None
        digests = (page, sha256, None if text is None else words_digest(text))
        return next((self.digests[one] for one in digests if one is not None and one in self.digests), None)

    def require_none(
        self, article: str, source: Path, line: int | None = None, *, text: str, sha256: str, page: str | None
    ) -> None:
        """Refuse an article that was withdrawn, also under another name and in another layout.

        Args:
            article: its id.
            source: the file that was named, for the message.
            line: of that file.
            text: decoded.
            sha256: of its bytes.
            page: the sha256 of the page that the text was extracted from; None where there is none.

        Raises:
            InputError: with the day on which it was withdrawn.
        """
        same = self.find_text(text, sha256, page)
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
