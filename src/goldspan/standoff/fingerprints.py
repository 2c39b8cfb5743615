"""Examples without their texts: digests, the tokens of spans, and keyed fingerprints of overlapping windows of tokens.

A window always has `size` tokens. The first window of an example begins with it, the last one ends with it, and the
others stand at equal distances: at least `step` tokens, so that whoever has found the tokens of a window has to guess
as many at once to find the next, and fewer only where else a token would be in no window. An example that is shorter
than a window has windows that take tokens of its neighbours in the article along: one as many as possible of those
behind it, one as many as possible of those before it.

A fingerprint is the beginning of PBKDF2-HMAC-SHA256 of the keys of the tokens, joined by line feeds.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from goldspan.errors import InvalidValueError
from goldspan.standoff.examples import INSIDE, FingerprintSettings, StandoffExample, StandoffSpan, WindowFingerprint
from goldspan.standoff.text_tokens import DASH, ELLIPSIS, QUOTE, TextToken, normalize, tokenize_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example, Span

SIZE = 8  # tokens; docs/rebuild.md has the simulation by which these are chosen
STEP = 6
ROUNDS = 1000
DENSE_LANGUAGES = frozenset({"zh", "yue", "ja", "th", "lo", "km", "my"})  # whose tokens are characters
DENSITY = 2  # how many times as many tokens a window has there: a word is about two characters

BYTES = 8  # of a fingerprint
SALT_BYTES = 16


def default_settings(salt: str, *, language: str = "en") -> FingerprintSettings:
    """How the fingerprints of a release are made.

    Args:
        salt: as `derive_salt` makes it.
        language: of the texts, a code as in `labels.toml`; where tokens are characters, a window has more of them.
    """
    times = DENSITY if language in DENSE_LANGUAGES else 1
    return FingerprintSettings(SIZE * times, STEP * times, ROUNDS, salt)


def derive_salt(*parts: str) -> str:
    """The salt of a release, in hexadecimal: the same for the same parts, another one if any of them differs.

    Args:
        parts: what makes the release: its version, its title, digests of gold and manifest.
    """
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[: 2 * SALT_BYTES]


def fingerprint(keys: Sequence[str], settings: FingerprintSettings) -> str:
    """The fingerprint of a window, 16 hexadecimal digits.

    Args:
        keys: of its tokens.
        settings: of the release.
    """
    joined = "\n".join(keys).encode(errors="surrogatepass")
    return hashlib.pbkdf2_hmac("sha256", joined, bytes.fromhex(settings.salt), settings.rounds, BYTES).hex()


def standoff_examples(text: str, examples: Iterable[Example], settings: FingerprintSettings) -> list[StandoffExample]:
    """The examples of an article without their texts, in the order of the article.

    Args:
        text: of the article.
        examples: of this article, with gold.
        settings: how fingerprints are made.

    Raises:
        InvalidValueError: for an example whose text does not stand in the article where it claims to begin.
    """
    article = _ArticleTokens(text)
    return [article.standoff(example, settings) for example in sorted(examples, key=lambda one: (one.at, one.id))]


def standoff_spans(text: str, spans: Iterable[Span]) -> tuple[StandoffSpan, ...]:
    """The spans of an example with the numbers of their tokens, sorted.

    Args:
        text: of the example.
        spans: in it.
    """
    return _standoff_spans(text, tokenize_text(text), spans)


def _standoff_spans(text: str, tokens: Sequence[TextToken], spans: Iterable[Span]) -> tuple[StandoffSpan, ...]:
    starts, ends = [token.start for token in tokens], [token.end for token in tokens]
    found = []
    for span in sorted(spans):
        first, behind = bisect_right(ends, span.start), bisect_left(starts, span.end)
        if first >= behind:
            found.append(StandoffSpan(span, first, 0, 0, 0))
            continue
        head = _key_lengths(text, tokens[first], span.start)[0]
        tail = _key_lengths(text, tokens[behind - 1], span.end)[1]
        found.append(StandoffSpan(span, first, behind - first, head, tail))
    return tuple(found)


def _key_lengths(text: str, token: TextToken, at: int) -> tuple[int, int]:
    """How many characters of the key stand on both sides of a place in or beside the token; `INSIDE` if it has none."""
    if not token.start < at < token.end:
        return (0, 0)
    if (cut := cut_key(text[token.start : token.end], token.key, at - token.start)) is None:
        return (INSIDE, INSIDE)
    return (cut, len(token.key) - cut)


def cut_key(raw: str, key: str, at: int) -> int | None:
    """Where the key of a token is cut if its characters are; None if the two halves do not make the key.

    Args:
        raw: the characters of the token.
        key: its key.
        at: inside the characters.
    """
    if key in {QUOTE, DASH, ELLIPSIS}:
        return None
    before, after = normalize(raw[:at]), normalize(raw[at:])
    return len(before) if before and after and before + after == key else None


def window_starts(tokens: int, settings: FingerprintSettings) -> list[int]:
    """The first tokens of the windows of an example that is at least as long as a window.

    Args:
        tokens: of the example.
        settings: size and step.
    """
    last = tokens - settings.size
    if not last:
        return [0]
    distances = max(last // settings.step, -(-last // settings.size))
    return [number * last // distances for number in range(distances + 1)]


class _ArticleTokens:
    """The tokens of an article, from which windows of short examples take their neighbours."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize_text(text)
        self.starts = [token.start for token in self.tokens]
        self.ends = [token.end for token in self.tokens]

    def standoff(self, example: Example, settings: FingerprintSettings) -> StandoffExample:
        if self.text[example.at : example.end] != example.text:
            raise InvalidValueError(
                f"its text does not stand in article {example.article} at {example.at}",
                example=example.id,
                remedy="Run `goldspan check`: it finds where texts and articles differ.",
            )
        own = tokenize_text(example.text)
        if len(own) >= settings.size:
            keys = [token.key for token in own]
            first, starts, sha256 = 0, window_starts(len(own), settings), digest(example.text)
        else:
            first, keys, starts, sha256 = self._with_neighbours(example, own, settings.size)
        windows = tuple(
            WindowFingerprint(start, fingerprint(keys[start - first : start - first + settings.size], settings))
            for start in starts
        )
        return StandoffExample(
            id=example.id,
            at=example.at,
            length=len(example.text),
            sha256=sha256,
            tokens=len(own),
            spans=_standoff_spans(example.text, own, example.spans),
            windows=windows,
        )

    def _with_neighbours(
        self, example: Example, own: Sequence[TextToken], size: int
    ) -> tuple[int, list[str], list[int], str]:
        """The number of the first token taken along, the keys from there, the windows, and the digest."""
        missing = size - len(own)
        before, behind = bisect_right(self.ends, example.at), bisect_left(self.starts, example.end)
        left, right = min(missing, before), min(missing, len(self.tokens) - behind)
        if not own or left + right < missing:
            return 0, [], [], digest_short(self.text, (0, example.at, example.end, len(self.text)))
        starts = sorted({right - missing, -left})
        first, last = starts[0], starts[-1] + size - len(own)  # so many tokens before it and behind it are taken along
        neighbours = self.tokens[before + first : before], self.tokens[behind : behind + last]
        keys = [token.key for part in (neighbours[0], own, neighbours[1]) for token in part]
        start = neighbours[0][0].start if neighbours[0] else example.at
        end = neighbours[1][-1].end if neighbours[1] else example.end
        return first, keys, starts, digest_short(self.text, (start, example.at, example.end, end))


def digest(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def digest_short(article: str, bounds: tuple[int, int, int, int]) -> str:
    """The digest of an example of fewer tokens than a window, with its neighbours.

    Args:
        article: the text of the article, or a copy of it.
        bounds: where the neighbours before it begin, where it begins, where it ends, where those behind it end.
    """
    return digest("\0".join(article[start:end] for start, end in pairwise(bounds)))


class FingerprintedText:
    """A text and the fingerprints of its windows, each computed when it is first asked for.

    One object can be compared with any number of articles: what is computed stays.

    Args:
        text: any text.
        settings: of the release with which it is compared.
    """

    def __init__(self, text: str, settings: FingerprintSettings) -> None:
        self.text = text
        self.settings = settings

    @cached_property
    def tokens(self) -> list[TextToken]:
        """The tokens of the text."""
        return tokenize_text(self.text)

    @cached_property
    def starts(self) -> list[int]:
        """Where each token begins, in code points."""
        return [token.start for token in self.tokens]

    @cached_property
    def ends(self) -> list[int]:
        """Where each token ends, in code points."""
        return [token.end for token in self.tokens]

    @property
    def windows(self) -> range:
        """The numbers of the tokens with which windows begin."""
        return range(max(0, len(self.tokens) - self.settings.size + 1))

    def fingerprint(self, number: int) -> str:
        """The fingerprint of the window that begins with a token.

        Args:
            number: of the token, in `windows`.
        """
        if number not in self._known:
            keys = self._keys[number : number + self.settings.size]
            self._known[number] = fingerprint(keys, self.settings)
        return self._known[number]

    @cached_property
    def fingerprints(self) -> frozenset[str]:
        """Those of all windows."""
        return frozenset(self.fingerprint(number) for number in self.windows)

    @cached_property
    def _known(self) -> dict[int, str]:
        return {}

    @cached_property
    def _keys(self) -> list[str]:
        return [token.key for token in self.tokens]


class ArticleFinder:
    """Says which articles of a release a text may be a copy of.

    Args:
        articles: by id the examples of all articles.
        settings: of the release.
    """

    def __init__(self, articles: Mapping[str, Sequence[StandoffExample]], settings: FingerprintSettings) -> None:
        self.settings = settings
        self._articles: dict[str, list[str]] = {}
        self._windows: dict[str, int] = {}
        for article, examples in articles.items():
            found = {window.fingerprint for example in examples for window in example.windows}
            self._windows[article] = len(found)
            for each in found:
                self._articles.setdefault(each, []).append(article)

    def likenesses(self, text: FingerprintedText) -> dict[str, float]:
        """The share of the windows of each article that the text has, the largest first.

        Articles of which it has none are left out; equal shares stand in the order of the articles' ids.
        """
        counts: dict[str, int] = {}
        for article in self._found(text.fingerprints):
            counts[article] = counts.get(article, 0) + 1
        shares = {article: count / self._windows[article] for article, count in counts.items()}
        return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))

    def _found(self, fingerprints: Iterable[str]) -> Iterator[str]:
        for each in fingerprints:
            yield from self._articles.get(each, ())


def article_likeness(examples: Sequence[StandoffExample], text: FingerprintedText) -> float:
    """The share of the windows of an article that a text has, from 0 to 1; 0 for an article without windows.

    Args:
        examples: of one article.
        text: compared with it.
    """
    return ArticleFinder({"": examples}, text.settings).likenesses(text).get("", 0.0)
