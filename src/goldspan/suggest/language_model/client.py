"""The HTTP client of an OpenAI-compatible server: `POST <address>/chat/completions`.

No redirect is followed, so that texts and the key go nowhere else. Certificates are verified. For an address on this
machine no proxy is used. An answer is bounded in size and in time. What may pass is tried again with growing pauses, or
after the pause that the server asks for. No message holds the key, the texts, or a page that was sent for an answer.

Errors are of three kinds, by what they mean for the rest of a run:

    ServerError
    ├── FormRefusedError   this server, or model, does not take this form of the answer
    ├── UnusableAnswerError  this request has no answer that can be used; the next may have one
    └── others             no request would have one: the address, the key, the model, the connection
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, ProtocolError
from urllib3.util.retry import Retry

from goldspan import strict_json
from goldspan.errors import ServerError
from goldspan.suggest.language_model.budget import Usage
from goldspan.web import tls
from goldspan.web.addresses import is_loopback
from goldspan.web.causes import causes, handshake_error, system_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from goldspan.suggest.language_model.budget import Budget

PATH = "/chat/completions"
CONNECT = 10.0  # seconds
ATTEMPTS = 5
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds
LARGEST = 16 << 20  # bytes of an answer
READ_SIZE = 1 << 14  # bytes
MOST_WORDS = 200  # characters of the server's words in a message
SHARED = 20  # characters in a row: with so many the server's words repeat what was sent
MOST_CHARACTERS_PER_TOKEN = 6  # no tokenizer has more in a token on average
CHARACTERS_PER_TOKEN = 3  # fewer than most tokenizers have in European languages, so that the estimate is rather high
BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})  # after a pause it may answer
TOO_HARD = frozenset({500, 504, 524})  # another request may be answered all the same
TOO_LONG = frozenset({400, 413, 422})  # mostly: other faults of a request have these, too
FORM_WORDS = ("response_format", "json_schema", "json schema", "grammar", "structured", "guided")
SERVERS = "llama-server, `vllm serve` and `ollama serve` print the address that they listen on."
SPLIT = "Ask for fewer examples at once (text_characters), or raise the limit of the server."


class FormRefusedError(ServerError):
    """The server does not take this form of the answer."""


class UnusableAnswerError(ServerError):
    """A request has no answer that can be used."""


class _Reply(NamedTuple):
    """What a server sent: the status, the headers in small letters, and the whole body."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    def value(self) -> Any:  # noqa: ANN401  (JSON is any)
        """The JSON value of the body; None if it is none."""
        try:
            return strict_json.loads(self.data)
        except strict_json.JSONError:
            return None


class ChatClient:
    """Asks a server, within a budget; threads may share it.

    Args:
        address: of the server, without `/chat/completions` and without a slash at its end.
        key: the key; None for a server that needs none.
        seconds: until a request is given up.
        budget: of the run.
        pause: waits for some seconds.

    Raises:
        InputError: if the environment names authorities for TLS, and there are none.
    """

    def __init__(
        self,
        address: str,
        key: str | None,
        *,
        seconds: float,
        budget: Budget,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self.address = address
        self.budget = budget
        self.was_answered = False
        self.short_prompts = 0  # prompts of which the server seems to have read a part alone
        self._key = key
        self._seconds = seconds
        self._pause = pause
        self._authorities = tls.authorities() if address.startswith("https:") else None
        self._session = requests.Session()
        self._session.trust_env = not is_loopback(address)  # a proxy would get what is to stay on this machine
        self._session.auth = self._authorize  # also keeps `requests` from sending a password out of a netrc file
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, tls.VerifyingAdapter(self._authorities, Retry(0, read=False)))

    def complete(self, body: Mapping[str, Any], sent: str) -> str | None:
        """The text of the answer to a request; None if the budget has ended.

        Args:
            body: of the request.
            sent: the texts in it, which no message may hold.

        Raises:
            ServerError: as the module describes.
        """
        _require_this_machine(self.address)
        expected = expected_tokens(body, len(sent))
        for attempt in range(ATTEMPTS):
            if not self.budget.begin(expected):
                return None
            reply, usage = None, Usage()
            try:
                reply = self._post(body)
                failure = self._failure(reply, sent)
                if failure is None:
                    usage = _usage(reply) or Usage(expected)
                    self.short_prompts += usage.prompt * MOST_CHARACTERS_PER_TOKEN < len(sent)
            except _ConnectionFailedError as error:
                failure = error
            finally:
                self.budget.finish(expected, usage)
            if failure is None and reply is not None:
                self.was_answered = True
                return _content(reply)
            wait = self._wait(failure, reply, attempt)
            if failure is not None and wait is None:
                raise failure
            self._pause(wait or 0)
        return None

    def _post(self, body: Mapping[str, Any]) -> _Reply:
        """What the server sent.

        Raises:
            ServerError: if it sent nothing, or too much, or not within the time.
        """
        seconds = max(0.01, min(self._seconds, self.budget.seconds_left()))
        deadline = time.monotonic() + seconds
        failure: ServerError
        try:
            answer = self._session.post(
                self.address + PATH, json=body, timeout=(min(CONNECT, seconds), seconds), stream=True,
                allow_redirects=False, headers={"Accept": "application/json"},
            )  # fmt: skip
            with answer:
                return _Reply(
                    answer.status_code, {name.lower(): value for name, value in answer.headers.items()},
                    _body(answer, deadline, seconds),
                )  # fmt: skip
        except ServerError as error:
            failure = error
        except (requests.RequestException, HTTPError) as error:
            failure = self._request_error(error, seconds)
        except (ValueError, OverflowError, OSError):  # of the libraries, about a header that they cannot read
            failure = ServerError(f"{self.address} sent an answer that cannot be understood", remedy=SERVERS)
        raise failure  # out here: the libraries' errors would be its context, and hold what no message may hold

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key is not None:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request

    def _wait(self, failure: ServerError | None, reply: _Reply | None, attempt: int) -> float | None:
        """The seconds before the next attempt; None if there is to be none."""
        may_pass = self.was_answered if reply is None else reply.status in BUSY
        if not may_pass or isinstance(failure, FormRefusedError) or attempt == ATTEMPTS - 1:
            return None
        asked = _retry_after(reply) if reply is not None else None
        wait = FIRST_PAUSE * 2**attempt if asked is None else asked
        return wait if wait <= min(LONGEST_PAUSE, self.budget.seconds_left()) else None

    def _failure(self, reply: _Reply, sent: str) -> ServerError | None:
        """The error that a reply is; None if it is the answer to the request."""
        if reply.status == HTTPStatus.OK:
            value = reply.value()
            return None if isinstance(value, dict) and "choices" in value else self._no_completion(reply, sent)
        if HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST:
            target = urlsplit(reply.headers.get("location", ""))
            return ServerError(
                f"{self.address} points to {target.scheme}://{target.hostname}, and that is not followed",
                remedy="Put the address itself into goldspan.toml, if texts may go there.",
            )
        return self._status_error(reply, sent)

    def _status_error(self, reply: _Reply, sent: str) -> ServerError:
        """The error for an answer of status 400 and above."""
        words, status = self._words(reply.value(), sent), reply.status
        message = f"{self.address} answers with status {status}{f': {words}' if words else ''}"
        if any(word in words.lower() for word in FORM_WORDS):
            remedy = 'Choose another form of the answer: output = "json-object", or "text".'
            return FormRefusedError(message, remedy=remedy)
        if status in TOO_HARD:
            return UnusableAnswerError(message, remedy="The next run asks again for what is missing.")
        if status in TOO_LONG:
            return UnusableAnswerError(message, remedy=SPLIT)
        return ServerError(message, remedy=self._status_remedy(status))

    def _no_completion(self, reply: _Reply, sent: str) -> ServerError:
        """The error for an answer of status 200 that is none."""
        words = self._words(reply.value(), sent)
        if words:
            return UnusableAnswerError(f"{self.address} answers with an error: {words}", remedy=SPLIT)
        kind = reply.headers.get("content-type", "").partition(";")[0].strip() or "no content type"
        return ServerError(
            f"{self.address} sent no chat completion ({kind}, {len(reply.data)} bytes)",
            remedy=f"Is it the address of an OpenAI-compatible server, up to /v1? {SERVERS}",
        )

    def _status_remedy(self, status: int) -> str:
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            what = "is not accepted there" if self._key is not None else "is missing"
            return f"The key {what}: it is in the variable of the environment that key_variable names."
        if status == HTTPStatus.NOT_FOUND:
            return "Check the model, and the address, which mostly ends in /v1: both are in goldspan.toml."
        return "The log of the server, or the account there, says more."

    def _words(self, value: object, sent: str) -> str:
        """The server's own words about an error, shortened; empty if they hold the key or repeat what was sent."""
        error = value.get("error", value) if isinstance(value, dict) else None
        words = error if isinstance(error, str) else None
        if isinstance(error, dict):
            words = next((error[name] for name in ("message", "detail") if isinstance(error.get(name), str)), None)
        words = " ".join((words or "").split())[:MOST_WORDS]
        pieces = {words[at : at + SHARED] for at in range(max(1, len(words) - SHARED + 1))}
        repeats = len(words) >= SHARED and any(piece in sent for piece in pieces)
        return "" if repeats or (self._key is not None and self._key in words) else words

    def _request_error(self, error: requests.RequestException | HTTPError, seconds: float) -> ServerError:
        """The error for a request without a whole answer."""
        kinds = {type(cause).__name__ for cause in causes(error)}
        if isinstance(error, requests.exceptions.SSLError):
            source = self._authorities.source if self._authorities else ""
            words, remedy = tls.failure(handshake_error(error), self.address, source, setting="address")
            return ServerError(f"{self.address} {words}", remedy=remedy)
        if isinstance(error, requests.exceptions.ProxyError):
            return ServerError(
                f"{self.address} was not reached through the proxy", remedy="Check HTTP_PROXY and HTTPS_PROXY."
            )
        if "ReadTimeoutError" in kinds:
            return _too_slow(seconds)
        if isinstance(error, requests.exceptions.ConnectionError | ProtocolError):
            reached = "broke the connection" if self.was_answered else "cannot be reached"
            return _ConnectionFailedError(
                f"{self.address} {reached}{system_reason(error)}", remedy=f"Is the server running there? {SERVERS}"
            )
        return ServerError(f"{self.address} cannot be asked", remedy="Check the address in goldspan.toml.")


class _ConnectionFailedError(ServerError):
    """There was no connection, or it broke off."""


def expected_tokens(body: Mapping[str, Any], characters: int) -> int:
    """About how many tokens a request takes, rather more than less: those of its texts, and the longest answer."""
    return characters // CHARACTERS_PER_TOKEN + int(body.get("max_tokens") or 0)


def _require_this_machine(address: str) -> None:
    """Make sure that `localhost` leads to this machine, as it should.

    Raises:
        ServerError: if it leads elsewhere.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if not is_loopback(address) or host.replace(".", "").isdecimal() or ":" in host:
        return
    with suppress(OSError):  # a name that leads nowhere is reported by the request
        for *_, where in socket.getaddrinfo(host, parts.port, type=socket.SOCK_STREAM):
            found = str(where[0]).partition("%")[0]
            if not is_loopback(f"http://{f'[{found}]' if ':' in found else found}"):
                raise ServerError(f"{host} leads to {found}, which is not this machine", remedy="Name 127.0.0.1.")


def _too_slow(seconds: float) -> UnusableAnswerError:
    return UnusableAnswerError(
        f"no whole answer within {seconds:g} s",
        remedy="Raise `seconds`, ask for fewer examples at once (text_characters), or take a faster model.",
    )


def _body(answer: requests.Response, deadline: float, seconds: float) -> bytes:
    """The body of an answer.

    Raises:
        ServerError: if it is too large, or takes too long.
    """
    pieces, size = [], 0
    while piece := answer.raw.read1(READ_SIZE, decode_content=True):  # `iter_content` would wait for a full piece
        size += len(piece)
        if size > LARGEST:
            raise ServerError(
                f"the answer has more than {LARGEST >> 20} MB", remedy="Is it the address of a language model?"
            )
        if time.monotonic() > deadline:
            raise _too_slow(seconds)
        pieces.append(piece)
    return b"".join(pieces)


def _retry_after(reply: _Reply) -> float | None:
    """The seconds that a server asks to wait; None if it does not."""
    asked = reply.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdecimal():
        return float(asked[:10])
    try:
        when = parsedate_to_datetime(asked)
        return max(0.0, (when - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _usage(reply: _Reply) -> Usage | None:
    """The tokens that an answer took; None if the server does not say."""
    match reply.value():
        case {"usage": {"prompt_tokens": int(prompt), "completion_tokens": int(answer)}}:
            return Usage(max(0, prompt), max(0, answer))
    return None


def _content(reply: _Reply) -> str:
    """The text of a completion.

    Raises:
        UnusableAnswerError: if it is not whole, or there is none.
    """
    match reply.value():
        case {"choices": [{"message": {"content": str(content)}, **choice}, *_]}:
            reason = choice.get("finish_reason")
        case {"choices": [{**choice}, *_]}:
            reason, content = choice.get("finish_reason"), ""
        case _:
            reason, content = None, ""
    if reason == "length":
        remedy = f"Raise answer_tokens, or take another model, if it repeats itself without end. {SPLIT}"
        raise UnusableAnswerError("the answer was cut off at its longest length", remedy=remedy)
    if reason == "content_filter":
        raise UnusableAnswerError("the server's filter withheld the answer", remedy="Mark this text by hand.")
    if not content.strip():
        raise UnusableAnswerError(
            "the model refused, or its answer is empty",
            remedy="Raise answer_tokens: they may have been spent on thoughts.",
        )
    return content
