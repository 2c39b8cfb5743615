"""What a request of Doccano must be: checked before anything is done with it."""

from __future__ import annotations

import asyncio
import hmac
import json
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING, Any, get_args

from goldspan import offsets, strict_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.requests import Request

    from goldspan.service.served_project import ServedProject

LARGEST_BODY = 4 << 20  # bytes: a text of some 700,000 characters, each escaped
BODY_WITHIN = 10.0  # seconds
LABEL = "label"  # the parameter that may be repeated
PARAMETERS = ("project", "offsets", LABEL)
BODY = '{"text": "…"}'
NO_JSON, NOT_SO = "The body is not JSON.", f"The body is not {BODY}"
NAMED = 40  # characters of a name from a request in an answer


class RequestRefusedError(Exception):
    """Why a request is refused.

    Args:
        status: of HTTP.
        reason: a sentence for whoever configured the sender.
        logged: what is logged of it; the reason by default. No part of a body must be in it.
    """

    def __init__(self, status: int, reason: str, logged: str | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.logged = reason if logged is None else logged


def require_token(request: Request, token: str) -> None:
    """Require of a request that it brings the token.

    Raises:
        RequestRefusedError: 401, without a word of what it brought.
    """
    headers = request.headers.getlist("authorization")
    scheme, _, brought = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    # In bytes, since a header may hold what is no ASCII; compared whole, so that time tells nothing.
    is_equal = hmac.compare_digest(brought.strip().encode("utf-8", "surrogatepass"), token.encode("ascii"))
    if scheme.lower() != "bearer" or not is_equal:
        raise RequestRefusedError(401, "The header Authorization must be: Bearer, a space and the token.")


async def read_text(request: Request) -> str:
    """The text in the body of a request.

    Raises:
        RequestRefusedError: 415 for another type than JSON, 413 for too large a body, 408 for one that is sent too
            slowly, 400 for what is not of the form.
        starlette.requests.ClientDisconnect: if the sender left.
    """
    _require_json(request)
    try:
        async with asyncio.timeout(BODY_WITHIN):
            body = await _read_body(request)
    except TimeoutError:
        raise RequestRefusedError(408, f"The body was not sent within {BODY_WITHIN:.0f} seconds.") from None
    try:
        value = strict_json.loads(body)
    except strict_json.JSONError as error:
        reason = f"The body is not JSON, line {error.line}: {error}."
        raise RequestRefusedError(400, f"{reason} {error.remedy or ''}".strip(), NO_JSON) from None
    return _text(value)


@dataclass(frozen=True, slots=True)
class RequestTarget:
    """What a request is for.

    Args:
        project: the project; None where the service has none.
        unit: what offsets count there.
        labels: those that the sender can store; none for any. What it cannot store must not count as offered.
    """

    project: ServedProject | None
    unit: offsets.Unit
    labels: frozenset[str] = frozenset()


def read_target(request: Request, projects: Mapping[str, ServedProject]) -> RequestTarget:
    """What a request is for, by its parameters.

    Args:
        request: may have the parameters `project` and `offsets`, and any number of `label`.
        projects: those that are served, by key.

    Raises:
        RequestRefusedError: 400, 404.
    """
    query = request.query_params
    if unknown := sorted({*query} - {*PARAMETERS}):
        raise RequestRefusedError(400, f"There is no parameter {_named(unknown)}. There are: {', '.join(PARAMETERS)}.")
    if twice := [name for name in PARAMETERS if name != LABEL and len(query.getlist(name)) > 1]:
        raise RequestRefusedError(400, f"The parameter {twice[0]} is there twice.")
    unit, labels = _unit(query.get("offsets")), frozenset(query.getlist(LABEL))
    key = query.get("project")
    if key is None and len(projects) > 1:
        keys = ", ".join(f"{one.key} ({one.name})" for one in projects.values())
        raise RequestRefusedError(400, f"The parameter project must name one of those that are served: {keys}.")
    project = projects.get(key) if key is not None else next(iter(projects.values()), None)
    if project is None and key is not None:
        raise RequestRefusedError(
            404, "This project is not served. Start the service with it: goldspan serve --project NAME"
        )
    if project is None:
        return RequestTarget(None, unit or "utf-16", labels)
    if unit not in {None, project.unit}:
        raise RequestRefusedError(400, f"The offsets of {project.name} count {project.unit}, not {unit}.")
    return RequestTarget(project, project.unit, labels)


def _unit(name: str | None) -> offsets.Unit | None:
    if name is None:
        return None
    for unit in get_args(offsets.Unit):
        if name == unit:
            return unit  # type: ignore[no-any-return]
    raise RequestRefusedError(400, f"offsets must be one of {', '.join(get_args(offsets.Unit))}.")


def _require_json(request: Request) -> None:
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    charset = str(header.get_param("charset", "utf-8")).lower()
    if header.get_content_type() != "application/json" or charset not in {"utf-8", "utf8"}:
        raise RequestRefusedError(415, f"The body must be of the type application/json, in UTF-8: {BODY}")


async def _read_body(request: Request) -> bytes:
    """The body, of which no more is read than is allowed, whatever length it states."""
    stated = request.headers.get("content-length", "")
    too_large = RequestRefusedError(413, f"The body has more than {LARGEST_BODY:,} bytes.")
    if stated.isdecimal() and int(stated) > LARGEST_BODY:
        raise too_large
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise too_large
    return bytes(body)


def _text(value: Any) -> str:  # noqa: ANN401  (JSON is any)
    if not isinstance(value, dict):
        raise RequestRefusedError(400, f"The body is no object. It must be {BODY}")
    if unknown := sorted(value.keys() - {"text"}):
        raise RequestRefusedError(400, f"The body has {_named(unknown)} beside the text. It must be {BODY}", NOT_SO)
    text = value.get("text")
    if not isinstance(text, str):
        what = "is missing" if "text" not in value else "is no string"
        raise RequestRefusedError(400, f"The key text {what}. The body must be {BODY}")
    return text


def _named(names: Iterable[str]) -> str:
    """The first few names, in JSON: they come from the sender."""
    return ", ".join(json.dumps(name[:NAMED]) for name in list(names)[:3])
