"""The keys of a recogniser of the kind `language-model`, and what is refused in them."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field

from goldspan.errors import NotFoundError
from goldspan.report.text import enumerate_names
from goldspan.suggest.language_model.client import PATH
from goldspan.suggest.language_model.quote_search import Matching  # noqa: TC001  (pydantic reads it)
from goldspan.suggest.recogniser_table import RecogniserOptions
from goldspan.web.addresses import is_loopback

if TYPE_CHECKING:
    from goldspan.suggest.language_model.answer import AnswerForm
    from goldspan.suggest.recogniser_table import RecogniserTable

KEY_VARIABLE = "GOLDSPAN_LANGUAGE_MODEL_KEY"
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
OWN_KEYS = frozenset({"model", "messages", "response_format", "stream", "n", "temperature", "seed", "max_tokens"})
DOCUMENT = "`goldspan help language_models` has all keys."


class LanguageModelOptions(RecogniserOptions):
    """The keys of a recogniser of the kind `language-model`.

    Args:
        address: of the server, up to and without `/chat/completions`.
        model: its name there; None for a server that has one model.
        key_variable: the variable of the environment that holds the key.
        texts_may_leave: whether texts may be sent to an address that is not on this machine.
        ask_for: the labels; None for all of the scheme.
        pages: of the guidelines, that are sent; None for those of the labels and those with rules for all labels.
        guideline_characters: of the pages, at most.
        shots: examples of the guidelines that are sent as questions with their answers, at most.
        text_characters: of the examples about which a request asks; one that is longer is asked about alone.
        context_characters: of the text before them, that is sent to be understood.
        output: the form of the answer; `detect` takes the strictest that the server knows.
        matching: what may differ between a quote and the text.
        answer_tokens: of an answer, at most.
        temperature, seed: of sampling; not every server heeds them.
        omit: keys of a request that the server does not know, or does not allow.
        request: further keys of a request.
        parallel: requests at once.
        most_requests, most_tokens, most_seconds: of a run.
        seconds: until a request is given up.
    """

    address: str = Field(min_length=1, description='an address such as "http://127.0.0.1:8080/v1"')
    model: str | None = Field(default=None, min_length=1, description="the name of a model on the server")
    key_variable: str = Field(default=KEY_VARIABLE, description="the name of a variable in capitals")
    texts_may_leave: bool = Field(default=False, description="true or false")
    ask_for: list[str] | None = Field(default=None, min_length=1, description="a list of one or more labels")
    pages: list[str] | None = Field(default=None, description='a list of pages, such as ["org.md"]')
    guideline_characters: int = Field(default=24_000, ge=0, description="a number of characters")
    shots: int = Field(default=6, ge=0, description="a number of examples")
    text_characters: int = Field(default=4_000, ge=1, description="a number of characters")
    context_characters: int = Field(default=1_000, ge=0, description="a number of characters")
    output: Literal["detect", "json-schema", "json-object", "text"] = Field(
        default="detect", description='"detect", "json-schema", "json-object" or "text"'
    )
    matching: Matching = Field(default="typography", description='"exact", "white-space" or "typography"')
    answer_tokens: int = Field(default=4_000, ge=1, description="a number of tokens")
    temperature: float = Field(default=0.0, ge=0, le=2, description="a number from 0 to 2")
    seed: int = Field(default=1, description="an integer")
    omit: list[Literal["temperature", "seed", "max_tokens"]] = Field(
        default_factory=list, description='a list of "temperature", "seed", "max_tokens"'
    )
    request: dict[str, Any] = Field(default_factory=dict, description='a table such as { reasoning_effort = "low" }')
    parallel: int = Field(default=4, ge=1, le=32, description="a number from 1 to 32")
    most_requests: int = Field(default=1_000, ge=1, description="a number of requests")
    most_tokens: int | None = Field(default=None, ge=1, description="a number of tokens")
    most_seconds: float = Field(default=3_600.0, gt=0, description="a number of seconds")
    seconds: float = Field(default=120.0, gt=0, description="a number of seconds")

    @property
    def server(self) -> str:
        """The address with its scheme in small letters and without a slash at its end."""
        scheme, colon, rest = self.address.rstrip("/").partition(":")
        return scheme.lower() + colon + rest

    @property
    def forms(self) -> tuple[AnswerForm, ...]:
        """The forms of an answer that are tried, in this order."""
        return ("json-schema", "json-object", "text") if self.output == "detect" else (self.output,)

    @property
    def parameters(self) -> dict[str, Any]:
        """The keys of a request besides the messages and the form of the answer."""
        own = {"temperature": self.temperature, "seed": self.seed, "max_tokens": self.answer_tokens}
        return {name: value for name, value in own.items() if name not in self.omit} | self.request


def read_options(table: RecogniserTable) -> LanguageModelOptions:
    """The keys of a `[[recogniser]]` table.

    Raises:
        InputError: with file and line, for what is no address, an address to which texts may not be sent, and the like.
    """
    options = table.parse(LanguageModelOptions)
    _require_address(table, options)
    if not VARIABLE.fullmatch(options.key_variable):  # what stands there may be the key itself: it is not repeated
        raise table.refusal(
            "key_variable is no name of a variable in capitals",
            f'A key stands in the environment alone, never in a file: key_variable = "{KEY_VARIABLE}".',
            "key_variable",
        )
    if own := sorted(OWN_KEYS.intersection(options.request)):
        raise table.refusal(
            f"request has {enumerate_names(own)}, which goldspan sets itself", DOCUMENT, "request", own[0]
        )
    try:
        json.dumps(options.request)
    except TypeError:
        raise table.refusal("request has a value that is none in JSON, such as a date", DOCUMENT, "request") from None
    for label in options.ask_for or ():
        if label not in table.scheme:
            known = f"labels.toml has {enumerate_names(table.scheme.names)}."
            raise table.refusal(f"labels.toml has no label {label!r}", known, "ask_for")
    return options


def read_key(options: LanguageModelOptions) -> str | None:
    """The key of the environment; None if there is none, and none is asked for by a name of its own.

    Raises:
        NotFoundError: if the variable that the file names is not set, or holds what no key can.
    """
    key = os.environ.get(options.key_variable, "").strip()
    if not key and "key_variable" in options.model_fields_set:
        raise NotFoundError(
            f"the variable {options.key_variable} is not set, which is to hold the key of {options.address}",
            remedy=f"Set it in the environment, or remove key_variable if no key is needed. {DOCUMENT}",
        )
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise NotFoundError(
            f"the variable {options.key_variable} holds no key: it has a space or a character beyond ASCII",
            remedy="Copy the key again.",
        )
    return key or None


def _require_address(table: RecogniserTable, options: LanguageModelOptions) -> None:
    try:
        parts = urlsplit(options.address)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, is_address = urlsplit(""), False
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise table.refusal(
            "the address has a login, a question mark or a number sign in it",
            f"A key stands in the environment alone: {KEY_VARIABLE}. {DOCUMENT}",
            "address",
        )
    if not is_address or any(char.isspace() for char in options.address):
        raise table.refusal(f"{options.address!r} is no address", 'Write it as "http://127.0.0.1:8080/v1".', "address")
    if parts.path.rstrip("/").endswith(PATH):
        raise table.refusal(f"the address ends in {PATH}", "Leave that out: it is added.", "address")
    is_stated = options.texts_may_leave and table.toml.path is not None  # in goldspan.toml, not by an option
    if not is_loopback(options.address) and not is_stated:
        raise table.refusal(
            f"texts would leave this machine, to {parts.hostname}",
            "If they may, and their licence and your agreement with the server allow it, state it in goldspan.toml: "
            "texts_may_leave = true. A server on this machine is at http://127.0.0.1:PORT/v1.",
            "address",
        )
