"""The application that answers Doccano: `POST /doccano` and `GET /health`.

While Doccano waits for an answer, the annotator sees the new text with the spans of the one before; after 30 seconds,
or where a request is refused, there are no suggestions, and no message. So what may happen on any day is no refusal:
recognisers that fail or take too long, and too many requests, give an empty answer in time, and the log has the reason.
No text and no token is logged.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.routing import Route

from goldspan.doccano.auto_labelling import PATH
from goldspan.errors import GoldspanError
from goldspan.report.text import amount
from goldspan.service.doccano_request import RequestRefusedError, read_target, read_text, require_token
from goldspan.service.served_project import offset_rows
from goldspan.service.service_statistics import ServiceStatistics
from goldspan.version import __version__

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from starlette.requests import Request

    from goldspan.annotation import Span
    from goldspan.service.doccano_request import RequestTarget
    from goldspan.service.rejections import RejectionLedger
    from goldspan.service.served_project import ServedProject
    from goldspan.service.text_suggestions import TextSuggester

logger = logging.getLogger(__name__)

LEDGER_WITHIN = 5.0  # seconds
NOTHING, WITHHELD, INSIDE = "nothing found", "all offered before", "edges inside a character"
NO_LABEL = "only labels that the project in Doccano does not have"
NO_TEXT, LEFT, NO_LEDGER = "no text", "the sender left", "the ledger cannot be written"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to Doccano.

    Args:
        rows: the spans as Doccano takes them.
        reason: why there are none.
    """

    rows: Sequence[dict[str, str | int]] = ()
    reason: str = ""


class SuggestionService:
    """Answers requests for suggestions.

    Args:
        suggester: what suggests; it may be replaced at any time.
        ledger: what was offered and rejected.
        projects: that are served; none to answer anybody, without a memory of what was rejected.
        token: that each request must bring.
        hosts: the names and addresses under which the service may be asked; another one is that of a web page which
            had its name lead here.
    """

    def __init__(
        self,
        suggester: TextSuggester,
        ledger: RejectionLedger,
        projects: Collection[ServedProject],
        *,
        token: str,
        hosts: Collection[str],
    ) -> None:
        self.suggester = suggester
        self.ledger = ledger
        self.projects = {project.key: project for project in projects}
        self.statistics = ServiceStatistics()
        self._token = token
        self._hosts = frozenset(name.lower() for name in hosts)

    def app(self) -> Starlette:
        """The application."""
        return Starlette(
            routes=[
                Route(PATH, self._suggest, methods=["POST"]),
                Route("/health", self._health, methods=["GET"]),
            ],
            exception_handlers={RequestRefusedError: self._refuse, HTTPException: self._refuse},
        )

    async def _suggest(self, request: Request) -> JSONResponse:
        """`POST /doccano`: the spans for a text."""
        started = time.perf_counter()
        self._require_own(request)
        target = read_target(request, self.projects)
        try:
            text = await read_text(request)
            answer = await self._answer(request, text, target)
        except ClientDisconnect:
            answer = Answer(reason=LEFT)
        except RequestRefusedError:
            raise
        except Exception as error:  # noqa: BLE001  (what nobody thought of is no reason for an annotator's error)
            answer = Answer(reason=f"unexpected {type(error).__name__}")
        seconds = time.perf_counter() - started
        self.statistics.answered(len(answer.rows), seconds, answer.reason)
        name = "" if target.project is None else f" for {target.project.name!r}"
        why = f" ({answer.reason})" if answer.reason else ""
        logger.info("%s%s in %.0f ms%s", amount(len(answer.rows), "span"), name, 1000 * seconds, why)
        return JSONResponse(list(answer.rows), headers=HEADERS)

    async def _answer(self, request: Request, text: str, target: RequestTarget) -> Answer:
        if not text.strip():
            return Answer(reason=NO_TEXT)
        suggestion = await self.suggester.suggest(text)
        if not suggestion.spans:
            return Answer(reason=suggestion.failure or NOTHING)
        known = [span for span in suggestion.spans if not target.labels or span.label in target.labels]
        rows = offset_rows(text, known, target.unit)
        if not rows:
            return Answer(reason=INSIDE if known else NO_LABEL)
        if target.project is None:
            return Answer([*rows.values()])
        return await self._offered(request, text, target.project, rows)

    async def _offered(
        self, request: Request, text: str, project: ServedProject, rows: Mapping[Span, dict[str, str | int]]
    ) -> Answer:
        """The answer with those spans that may be offered; the ledger has them then."""
        if await request.is_disconnected():  # what is not received must not count as offered
            return Answer(reason=LEFT)
        try:
            async with asyncio.timeout(LEDGER_WITHIN):
                offered = await asyncio.to_thread(self.ledger.offer, project.key, text, rows)
        except (GoldspanError, OSError, TimeoutError) as error:
            logger.error("%s: %s", NO_LEDGER, " ".join(str(error).split()) or type(error).__name__)  # noqa: TRY400
            return Answer(reason=NO_LEDGER)
        return Answer([rows[span] for span in offered], "" if offered else WITHHELD)

    async def _health(self, request: Request) -> JSONResponse:
        """`GET /health`: that the service is there; to whoever has the token, also what it does."""
        self._require_host(request)
        state: dict[str, Any] = {"status": "ok", "version": __version__}
        if "authorization" in request.headers:
            require_token(request, self._token)
            loaded = self.suggester.loaded
            state |= {
                "recognisers": list(loaded.recognisers),
                "labels": list(loaded.labels),
                "projects": [
                    {"key": one.key, "name": one.name, "offsets": one.unit, **await self._counts(one)}
                    for one in self.projects.values()
                ],
                "answers": self.statistics.answers,
            }
        return JSONResponse(state, headers=HEADERS)

    async def _counts(self, project: ServedProject) -> dict[str, int]:
        try:
            return dict(await asyncio.to_thread(self.ledger.counts, project.key))
        except (GoldspanError, OSError):
            return {}

    def _require_own(self, request: Request) -> None:
        """Require of a request that it is for this service, and brings its token."""
        self._require_host(request)
        require_token(request, self._token)

    def _require_host(self, request: Request) -> None:
        try:
            name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        except ValueError:
            name = ""
        if name.rstrip(".") not in self._hosts:
            raise RequestRefusedError(
                421, "The service does not go by the name in the header Host. Start it with --server-name NAME."
            )

    async def _refuse(self, _: Request, error: Exception) -> JSONResponse:
        if isinstance(error, HTTPException):  # another path or method
            error = RequestRefusedError(error.status_code, f"The service has POST {PATH} and GET /health.")
        assert isinstance(error, RequestRefusedError)
        self.statistics.refuse(error.status)
        logger.warning("refused with %d: %s", error.status, error.logged)
        headers = HEADERS | ({"WWW-Authenticate": "Bearer"} if error.status == 401 else {})
        if error.status in {408, 413}:  # the rest of the body is not read
            headers |= {"Connection": "close"}
        return JSONResponse({"error": error.reason}, error.status, headers)
