"""What a server says of an error, for a message: on one line, shortened, without secrets."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from goldspan import strict_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_WORDS = 300  # characters of a server's words in a message
MAX_PAGE = 65536  # bytes of an answer of which the words are read
NOT_TEXT = re.compile(r"(?is)<(script|style|head)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>")
TITLE = re.compile(r"(?is)<title[^>]*>(.*?)</title>")


def server_words(raw: bytes, secrets: Sequence[str]) -> tuple[str, Any]:
    """The server's words, on one line, shortened; and its JSON value, or None. Both without secrets.

    Args:
        raw: the body of the answer, or its first `MAX_PAGE` bytes.
        secrets: what no message may hold, the longest first.
    """
    text = raw.decode("utf-8", "replace")
    try:
        body = _scrub_value(strict_json.loads(text), secrets)  # not before: JSON may write a secret with escapes
        words = "; ".join(_flatten(body))
    except ValueError:
        body, words = None, _text_of_html(scrub(text, secrets))
    words = " ".join(scrub(words, secrets).split())
    return (words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + "…"), body


def _text_of_html(page: str) -> str:
    """The text of a page, or its title if it has no other."""
    title = TITLE.search(page)
    body = NOT_TEXT.sub(" ", page)
    return html.unescape(title[1] if title and not body.strip() else body)


def _flatten(value: Any, key: str = "") -> Iterator[str]:  # noqa: ANN401  (JSON is any)
    """The words in a JSON value, each with the key that it stands under."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flatten(inner, "" if name in {"detail", "non_field_errors", "error"} else str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _flatten(inner, key)
    elif value not in {None, ""}:
        yield f"{key}: {value}" if key else str(value)


def _scrub_value(value: Any, secrets: Sequence[str]) -> Any:  # noqa: ANN401  (JSON is any)
    """A JSON value without secrets in its strings and keys."""
    if isinstance(value, str):
        return scrub(value, secrets)
    if isinstance(value, list):
        return [_scrub_value(inner, secrets) for inner in value]
    if isinstance(value, dict):
        return {scrub(key, secrets): _scrub_value(inner, secrets) for key, inner in value.items()}
    return value


def scrub(text: str, secrets: Iterable[str]) -> str:
    """The text with `***` for each secret; secrets come the longest first."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text
