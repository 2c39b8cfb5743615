"""Answers that are taken piece by piece, up to a limit, or as they come: in memory, into a file, for a doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

from goldspan.doccano import complaints
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PIECE = 1 << 20
LARGEST = 4 << 30
MOST = 256 << 20  # bytes of an answer in memory: 10,000 examples are some 30 MB
MARKS = (b"PK\x03\x04", b"PK\x05\x06")  # of a ZIP with members, and of one without


def hold(answer: requests.Response, where: str, most: int = MOST) -> None:
    """Read an answer into the memory.

    Args:
        answer: asked for as a stream; it then has its content as if it were none.
        where: what was asked.
        most: bytes, unpacked; an answer that has more is refused before they are all there.

    Raises:
        ServerError: if it has more.
    """
    pieces, size = [], 0
    for piece in answer.iter_content(complaints.READ):
        size += len(piece)
        if size > most:
            answer.close()
            raise ServerError(
                f"{where}: the answer has more than {most >> 20:,} MB unpacked, which is no answer of a Doccano",
                remedy="Look at the server, and at what stands before it. Texts that are that long want splitting.",
            )
        pieces.append(piece)
    answer._content = b"".join(pieces)  # noqa: SLF001  (where `requests` keeps it; it knows no limit)


def save(answer: requests.Response, file: Path, largest: int = LARGEST) -> None:
    """Write the ZIP that an answer brings.

    Args:
        answer: asked for as a stream.
        file: where to.
        largest: bytes; more are refused.

    Raises:
        ServerError: if it is no ZIP, larger, or breaks off.
    """
    try:
        _write(answer, file, largest)
    except requests.RequestException:
        broke = True
    else:
        broke = False
    if broke:
        raise ServerError("the export broke off before all of it had come", remedy="Try again: nothing was changed.")


def _write(answer: requests.Response, file: Path, largest: int) -> None:
    written = 0
    with file.open("wb") as stream:
        for piece in answer.iter_content(PIECE):
            if not written and not piece.startswith(MARKS):
                raise ServerError(
                    "the server sent no ZIP for the export", remedy="Is it a Doccano 1.8, with nothing in front of it?"
                )
            written += len(piece)
            if written > largest:
                raise ServerError(f"the export has more than {largest} bytes", remedy="Split the project.")
            stream.write(piece)
    if not written:
        raise ServerError("the server sent an empty export", remedy="Try again: nothing was changed.")


def probe(ask: Callable[[], requests.Response]) -> tuple[int, Any]:
    """Status and content of an answer, of one of 300 and above too: JSON if it is that, else words."""
    try:
        answer = ask()
    except complaints.Refusal as error:
        return error.status, error.said if error.body is None else error.body
    try:
        return answer.status_code, answer.json()
    except (ValueError, RecursionError):
        return answer.status_code, answer.content.decode("utf-8", "replace")[: complaints.WORDS]
