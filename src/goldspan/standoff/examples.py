"""What is known of an example without its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from goldspan.annotation import Span


class WindowFingerprint(NamedTuple):
    """The keyed digest of a window of tokens.

    Args:
        token: the number of its first token, counted from that of the example, which is 0; negative in an example that
            is shorter than a window, whose window begins before it.
        fingerprint: 16 hexadecimal digits.
    """

    token: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class FingerprintSettings:
    """How fingerprints are made.

    Args:
        size: the tokens of a window.
        step: from the first token of a window to that of the next.
        rounds: how often the digest is repeated: what it costs to try out a guess.
        salt: the key, in hexadecimal, which is published with the release.
    """

    size: int
    step: int
    rounds: int
    salt: str


@dataclass(frozen=True, slots=True)
class StandoffSpan:
    """A span, and which tokens of its example it covers.

    Args:
        span: in code points of the text of the example.
        first: the number of the first token that it touches, from 0.
        tokens: how many it touches.
        head: how many code points of its first token stand before it: mostly 0.
        tail: how many of its last token stand after it: mostly 0.
    """

    span: Span
    first: int
    tokens: int
    head: int
    tail: int


@dataclass(frozen=True, slots=True)
class StandoffExample:
    """An example without its text.

    Args:
        id: of the example.
        at: where it begins in its article, in code points.
        length: of its text, in code points.
        sha256: of its text in UTF-8, in hexadecimal.
        tokens: how many tokens it has, as `goldspan.standoff.text_tokens` counts them.
        spans: of gold, sorted.
        windows: fingerprints of overlapping windows of its tokens, sorted; none if its whole article is shorter than a
            window.
    """

    id: str
    at: int
    length: int
    sha256: str
    tokens: int
    spans: tuple[StandoffSpan, ...]
    windows: tuple[WindowFingerprint, ...]
