"""What an error of a library about a connection was made of."""

from __future__ import annotations

from ssl import SSLError
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and the errors that it was made of."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = [getattr(cause, "reason", None), cause.__cause__, cause.__context__, *cause.args]
        waiting += [each for each in inner if isinstance(each, BaseException)]


def handshake_error(error: BaseException) -> BaseException:
    """The error of a TLS handshake that was made into others."""
    for cause in causes(error):
        if isinstance(cause, SSLError) or type(cause).__name__ == "CertificateError":
            return cause
    return error


def system_reason(error: BaseException) -> str:
    """The operating system's words for an error, in brackets; empty if it has none."""
    for cause in causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return f" ({cause.strerror})"
    return ""
