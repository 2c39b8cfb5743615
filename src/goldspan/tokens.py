"""Tokens of a text, and spans as tags of tokens.

The tokens are those of spaCy's pipeline without a model, whose rules are fixed by its version; tokens of white space
are left out. A span is aligned if it begins where a token begins and ends where one ends. Every span that is not
aligned is reported, none is dropped silently.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from goldspan import iob
from goldspan.annotation import Span, first_overlap
from goldspan.errors import InvalidValueError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from goldspan.annotation import Example

Policy = Literal["strict", "expand"]
POLICIES: tuple[Policy, ...] = ("strict", "expand")


@dataclass(frozen=True, slots=True)
class Misaligned:
    """A span that does not begin and end with tokens.

    Args:
        example: the id of the example.
        span: the span.
        surface: its text.
        widened: the text from the first to the last token that it touches; empty if it touches none.
        tagged: whether these tokens have its label: under `expand`, unless another span has them already.
    """

    example: str
    span: Span
    surface: str
    widened: str
    tagged: bool = False

    def __str__(self) -> str:
        """The example, the span and what it cuts, on one line."""
        span = self.span
        inside = f"cuts {self.widened!r}" if self.widened else "touches no token"
        return f"{self.example}: [{span.start}, {span.end}, {span.label}] {self.surface!r} {inside}"


def doc(text: str, language: str = "en") -> Doc:
    """The tokens as a spaCy `Doc`, those of white space included.

    Raises:
        NotFoundError: if spaCy has no tokenizer for the language.
        InvalidValueError: for a text with a lone surrogate.
    """
    try:
        return _pipeline(language).tokenizer(text)
    except UnicodeEncodeError as error:
        raise InvalidValueError(
            f"the text has a lone surrogate at {error.start}",
            remedy="Repair the text at its source: it is not valid Unicode.",
        ) from None


def extents(doc: Doc) -> list[tuple[int, int]]:
    """The start and end of each token of a doc, in code points, without tokens of white space."""
    return [(token.idx, token.idx + len(token)) for token in doc if not token.is_space]


def tokenize(text: str, language: str = "en") -> list[tuple[int, int]]:
    """The start and end of each token of a text, in code points.

    Raises:
        NotFoundError: if spaCy has no tokenizer for the language.
        InvalidValueError: for a text with a lone surrogate.
    """
    return extents(doc(text, language))


def tokenize_all(texts: Iterable[str], language: str = "en") -> Iterator[list[tuple[int, int]]]:
    """The start and end of each token, text by text."""
    return (tokenize(text, language) for text in texts)


def tags(
    example: Example, tokens: Sequence[tuple[int, int]], policy: Policy = "strict"
) -> tuple[list[str], list[Misaligned]]:
    """The IOB2 tags of the tokens, and the spans that are not aligned with them.

    Under `strict` a span that is not aligned gets no tags. Under `expand` the tokens that it touches are tagged, unless
    one of them belongs to a span that is aligned or to an earlier one. It is returned in both cases.

    Raises:
        InvalidValueError: if two spans overlap, since a token has one tag.
    """
    _require_no_overlaps(example)
    out = ["O"] * len(tokens)
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    unaligned: list[tuple[Span, int, int]] = []
    for span in example.spans:
        first, stop = bisect_right(ends, span.start), bisect_left(starts, span.end)
        if first < stop and (starts[first], ends[stop - 1]) == (span.start, span.end):
            _tag(out, first, stop, span.label)
        else:
            unaligned.append((span, first, stop))
    misaligned = []
    for span, first, stop in unaligned:
        free = first < stop and all(tag == "O" for tag in out[first:stop])
        if tagged := free and policy == "expand":
            _tag(out, first, stop, span.label)
        widened = example.text[starts[first] : ends[stop - 1]] if first < stop else ""
        misaligned.append(Misaligned(example.id, span, example.surface(span), widened, tagged))
    return out, misaligned


def spans_of(tags: Sequence[str], tokens: Sequence[tuple[int, int]]) -> list[Span]:
    """The spans that IOB2 tags write.

    Raises:
        InvalidValueError: for a tag that IOB2 forbids at its place, or if tags and tokens differ in number.
    """
    if len(tags) != len(tokens):
        raise InvalidValueError(f"there are {len(tags)} tags for {len(tokens)} tokens")
    parsed = [iob.parse(tag) for tag in tags]
    for number in iob.malformed(parsed, "IOB2"):
        raise InvalidValueError(f"the tag {tags[number]!r} of token {number} continues nothing")
    return [Span(tokens[c.first][0], tokens[c.stop - 1][1], c.label) for c in iob.decode(parsed)]


def _tag(out: list[str], first: int, stop: int, label: str) -> None:
    out[first:stop] = [f"B-{label}", *[f"I-{label}"] * (stop - first - 1)]


def _require_no_overlaps(example: Example) -> None:
    if overlap := first_overlap(example.spans):
        left, right = overlap
        raise InvalidValueError(
            f"the spans [{left.start}, {left.end}, {left.label}] {example.surface(left)!r} and "
            f"[{right.start}, {right.end}, {right.label}] {example.surface(right)!r} overlap",
            example=example.id,
            remedy="A token has one tag: keep one of the two.",
        )


@lru_cache(maxsize=8)
def _pipeline(language: str) -> Language:
    import spacy

    try:
        return spacy.blank(language)
    except ImportError as error:
        raise NotFoundError(
            f"no tokenizer for the language {language!r}: {' '.join(str(error).split()):.200}",
            remedy="Name a language of spaCy by its code, e.g. en, and install what it needs.",
        ) from None
