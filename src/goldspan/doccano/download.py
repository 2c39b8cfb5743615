"""Answers that are taken as they come: a file, written piece by piece, and whatever a doctor looks at."""

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
MARKS = (b"PK\x03\x04", b"PK\x05\x06")  # of a ZIP with members, and of one without


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
        return answer.status_code, answer.text[: complaints.WORDS]
