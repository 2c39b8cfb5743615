"""A file to the server, in requests that a proxy in front of it lets through.

nginx takes 1 MB in a request if nobody told it otherwise. A larger file goes in parts, as Doccano's upload offers it: a
POST with `Upload-Length` gives the id, then each PATCH brings bytes from an offset, and the server puts the file
together. So there is one upload and one import, however many parts it took and however long an example is. A HEAD says
what has arrived: a part whose answer was lost is not sent twice.
(https://pqina.nl/filepond/docs/api/server/#process-chunks)
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeAlias

from requests import Response

from goldspan.doccano.client.http_errors import TIMED_OUT, UNREACHED, HTTPStatusError
from goldspan.doccano.client.schema import REMEDY
from goldspan.errors import ServerError

PROCESS, REVERT, PATCH = "v1/fp/process/", "v1/fp/revert/", "v1/fp/patch/"
PART = 960 << 10  # bytes: below 1 MB, with room for the form around it
SMALLEST_PART = 4 << 10  # bytes
ATTEMPTS = 5  # without an arrived byte between them
ID = re.compile(r"[0-9A-Za-z]{22}")
ANY = {"Accept": "*/*"}
BINARY = "application/octet-stream"
PART_TYPE = "application/offset+octet-stream"

# Sends a request: the method, the path, and options as `requests` has them.
Call: TypeAlias = Callable[..., Response]


def upload(call: Call, data: bytes, name: str, *, pause: float = 0.0) -> str:
    """Upload a file; returns the id under which an import finds it.

    Args:
        call: sends a request to the server.
        data: the file.
        name: of the file, in ASCII.
        pause: seconds before the first repetition of a part.

    Raises:
        ServerError: if the server does not answer as it should, or a proxy refuses even small parts.
    """
    if len(data) > PART:
        return _in_parts(call, data, name, PART, pause)
    try:
        return _whole(call, data, name)
    except HTTPStatusError as error:
        if error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE or len(data) <= SMALLEST_PART:
            raise
    return _in_parts(call, data, name, len(data) // 2, pause)


def discard(call: Call, upload_id: str) -> bool:
    """Delete an upload; False if it was gone already."""
    try:
        call("DELETE", REVERT, data=upload_id.encode(), headers=ANY | {"Content-Type": "text/plain"})
    except HTTPStatusError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return False
        raise
    return True


def _whole(call: Call, data: bytes, name: str) -> str:
    return _id(call("POST", PROCESS, files={"filepond": (name, data, BINARY)}, headers=ANY), name)


def _id(answer: Response, name: str) -> str:
    found = answer.text.strip()
    if not ID.fullmatch(found):
        raise ServerError(f"the server accepted the upload of {name} but gave no id for it", remedy=REMEDY)
    return found


def _in_parts(call: Call, data: bytes, name: str, size: int, pause: float) -> str:
    upload_id = _begin(call, len(data), name)
    headers = ANY | {"Content-Type": PART_TYPE, "Upload-Length": str(len(data)), "Upload-Name": name}
    sent = failures = 0
    while sent < len(data):
        part = data[sent : sent + size]
        try:
            call("PATCH", f"{PATCH}{upload_id}", data=part, headers=headers | {"Upload-Offset": str(sent)})
        except ServerError as error:
            failures += 1
            if not _may_try_again(error, failures, len(part)):
                raise
            if not _is_too_large(error):
                time.sleep(pause * 2**failures)
            arrived = _arrived(call, upload_id, range(sent, sent + len(part) + 1), len(data))
            if arrived == sent:  # some proxies cut the connection instead of saying that the part is too large
                size = max(len(part) // 2, SMALLEST_PART)
            sent = arrived
        else:
            sent, failures = sent + len(part), 0
    return upload_id


def _begin(call: Call, size: int, name: str) -> str:
    """Announce a file that comes in parts; returns its id."""

    def announce() -> Response:
        return call("POST", PROCESS, files={"filepond": (None, "{}")}, headers=ANY | {"Upload-Length": str(size)})

    try:
        answer = announce()
    except HTTPStatusError as error:
        if error.status != HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        discard(call, _whole(call, b"\n", name))  # makes the folder for uploads, which a new server does not have
        answer = announce()
    return _id(answer, name)


def _is_too_large(error: ServerError) -> bool:
    return isinstance(error, HTTPStatusError) and error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def _may_try_again(error: ServerError, failures: int, size: int) -> bool:
    """Whether a part may be sent again: smaller, or because nobody knows whether it arrived."""
    if _is_too_large(error):
        return size > SMALLEST_PART
    return failures < ATTEMPTS and (not isinstance(error, HTTPStatusError) or error.status in UNREACHED | TIMED_OUT)


def _arrived(call: Call, upload_id: str, possible: range, size: int) -> int:
    """How many bytes of a file have arrived.

    Args:
        call: sends a request to the server.
        upload_id: of the file.
        possible: how many there may be, from those before the part that is in question to those with it.
        size: of the file; the server forgets what has arrived once that is all.
    """
    try:
        offset = call("HEAD", f"{PATCH}{upload_id}", headers=ANY).headers.get("Upload-Offset", "")
    except HTTPStatusError as error:
        if error.status != HTTPStatus.NOT_FOUND or size not in possible:
            raise
        return size
    if not offset.isdecimal() or int(offset) not in possible:
        raise ServerError("the server does not say how much of an upload has arrived", remedy=REMEDY)
    return int(offset)
