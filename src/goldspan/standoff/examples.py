"""What is known of an example without its text."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from goldspan.annotation import Span

INSIDE = -1  # of head and tail: an edge where the token cannot be cut


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
        step: from the first token of a window to that of the next, at least.
        rounds: how often the digest is repeated: what it costs to try out a guess.
        salt: the key, in hexadecimal, which is published with the release.

    Raises:
        InvalidValueError: unless `1 <= step <= size` and `rounds >= 1`, or if the salt is no hexadecimal number of
            whole bytes.
    """

    size: int
    step: int
    rounds: int
    salt: str

    def __post_init__(self) -> None:
        if not 1 <= self.step <= self.size:
            raise InvalidValueError(
                f"windows of {self.size} tokens cannot begin every {self.step} tokens",
                remedy="A step is at least 1 and at most the size.",
            )
        if self.rounds < 1:
            raise InvalidValueError(f"a digest cannot be repeated {self.rounds} times", remedy="At least 1.")
        if not self.salt or len(self.salt) % 2 or not {*self.salt} <= {*string.hexdigits}:
            raise InvalidValueError(
                f"the salt {self.salt!r:.60} is no hexadecimal number of whole bytes",
                remedy="Take the one that the release states.",
            )


@dataclass(frozen=True, slots=True)
class StandoffSpan:
    """A span, and which tokens of its example it covers.

    Args:
        span: in code points of the text of the example.
        first: the number of the first token that it touches, from 0.
        tokens: how many it touches.
        head: how many characters of the key of its first token stand before it: mostly 0. -1 (`INSIDE`) if it begins
            where the token cannot be cut: inside a run of quotation marks, between a letter and its accent.
        tail: how many of the key of its last token stand after it, likewise.
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
        sha256: of its text in UTF-8, in hexadecimal. Of an example of fewer tokens than a window: of what its windows
            take along before it, its text, and what they take along behind it, with a zero byte between them, since the
            digest of a few words would give them away to whoever has a list of names; where it has no windows, they are
            what the article has before it and behind it.
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
