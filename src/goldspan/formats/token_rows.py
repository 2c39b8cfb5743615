"""Rows of tokens: `tokens` with a tag for each, or with spans that count tokens.

The text is that of the row if it states one. Else it is the tokens joined by single spaces, whatever stood between them
in the original, and the offsets are true to that text.

Tags are read as in a CoNLL file, in any notation (`goldspan.formats.conll_tags`). Spans that count tokens are
`[first, last, label]` in the files of GLiNER (`tokenized_text`). In other files it is decided by what is possible in
all rows whether they include the last token, or they are refused.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from goldspan import iob
from goldspan.errors import InvalidValueError
from goldspan.formats import row_keys
from goldspan.formats.conll_table import locate_words
from goldspan.formats.conll_tags import Notation, notation_of
from goldspan.formats.record import RawSpan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GLINER = "tokenized_text"
TAGS_REMEDY = "Write the tags as B-…, I-… and O, or as the label of each token and O."
NUMBERS = "Write the tags by their names, or as a ClassLabel that states them."


@dataclass
class TokenConventions:
    """What the rows of a file have in common, as it cannot be seen in each.

    Args:
        label: of bare tags `B`, `I` and `O`.
        tags: how often each tag is written.
        are_named: whether the key of the tags is one for tags of names alone.
        inclusive: what tells that the end of a span is its last token: the first such span.
        exclusive: what tells that it is the token after the last.
        scheme: by which the tags are judged under `--repair strict`; None under `conlleval`, and without prefixes.
    """

    label: str | None = None
    tags: Counter[str] = field(default_factory=Counter)
    are_named: bool = False
    inclusive: RawSpan | None = None
    exclusive: RawSpan | None = None
    scheme: str | None = None

    @cached_property
    def notation(self) -> Notation:
        """How the tags are written.

        Raises:
            InvalidValueError: where it is not plain how they are meant.
        """
        return notation_of(self.tags, label=self.label, chosen=self.are_named)

    def see_tags(self, tags: Iterable[str], key: str) -> None:
        """Take note of the tags of a row."""
        self.tags.update(tags)
        self.are_named |= key in row_keys.TAGS_ONLY

    def see_spans(self, spans: Iterable[RawSpan], length: int) -> None:
        """Take note of the spans of a row of so many tokens."""
        for span in spans:
            if span.start == span.end:
                self.inclusive = self.inclusive or span
            elif span.end == length:
                self.exclusive = self.exclusive or span


def tags_key(row: Mapping[str, Any], tokens_key: str) -> str | None:
    """The key of the tags of a row: of a list of strings or numbers, one for each token, or a name for tags alone."""
    for name in row_keys.TAGS:
        value = row.get(name)
        if not isinstance(value, list) or name == tokens_key or not value:
            continue
        is_one_each = len(value) == len(row[tokens_key]) and all(type(tag) in {str, int} for tag in value)
        if is_one_each or name in row_keys.TAGS_ONLY:
            return name
    return None


def text_and_extents(tokens: Sequence[str], text: str | None) -> tuple[str, list[tuple[int, int]]]:
    """The text of the tokens, and where each begins and ends in it.

    Raises:
        InvalidValueError: if the text that the row states is not made of these tokens.
    """
    if text is not None:
        extents = locate_words(tokens, text)
        if extents is None:
            raise InvalidValueError(
                "the tokens of the row do not follow one another in its text",
                remedy="Remove the text, or correct the tokens: without a text they are joined by spaces.",
            )
        return text, extents
    extents, at = [], 0
    for token in tokens:
        extents.append((at, at + len(token)))
        at += len(token) + 1
    return " ".join(tokens), extents


def spans_of_tags(
    tags: Sequence[Any], extents: Sequence[tuple[int, int]], conventions: TokenConventions
) -> tuple[list[RawSpan], list[str]]:
    """The spans that the tags of a row write, and the tags that the scheme of the conventions forbids.

    Raises:
        InvalidValueError: for tags that are not understood.
    """
    if len(tags) != len(extents):
        raise InvalidValueError(
            f"there are {len(tags)} tags for {len(extents)} tokens", remedy="Write one tag for each token."
        )
    parsed = parse_tags(tags, conventions)
    scheme = conventions.scheme
    chunks = iob.well_formed_chunks(parsed, scheme) if scheme else iob.decode(parsed)
    spans = [RawSpan(extents[c.first][0], extents[c.stop - 1][1], c.label) for c in chunks]
    return spans, [str(tags[number]) for number in iob.malformed(parsed, scheme)] if scheme else []


def parse_tags(tags: Sequence[Any], conventions: TokenConventions) -> list[iob.Tag]:
    """The tags of a row, however they are written.

    Raises:
        InvalidValueError: for tags that are numbers, and for those whose notation is in doubt.
    """
    if any(type(tag) is int for tag in tags):
        raise InvalidValueError(f"the tags are numbers, {tags!r:.60}, and nothing says which is which", remedy=NUMBERS)
    if not all(isinstance(tag, str) for tag in tags):
        raise InvalidValueError(f"the tags {tags!r:.60} are no strings", remedy=NUMBERS)
    out = []
    try:
        for tag in conventions.notation.parse_all(tags):
            if isinstance(tag, InvalidValueError):
                raise tag
            out.append(tag)
    except InvalidValueError as error:
        is_bare = error.remedy is not None and "--label" in error.remedy
        raise InvalidValueError(error.message, remedy=error.remedy if is_bare else TAGS_REMEDY) from None
    return out


def spans_of_tokens(
    spans: Sequence[RawSpan], extents: Sequence[tuple[int, int]], conventions: TokenConventions, tokens_key: str
) -> list[RawSpan]:
    """Spans that count tokens, in code points of the text.

    Raises:
        InvalidValueError: for a span outside the tokens, or if it is not known whether spans include their last token.
    """
    if tokens_key != GLINER and (conventions.inclusive is None) == (conventions.exclusive is None) and spans:
        raise InvalidValueError(
            "the spans count tokens, and it cannot be told whether the end of a span is its last token",
            remedy="Write spans in characters beside a text, a tag for each token, or GLiNER's rows: "
            '{"tokenized_text": […], "ner": [[first, last, label]]}.',
        )
    last_included = tokens_key == GLINER or conventions.inclusive is not None
    out = []
    for span in spans:
        last = span.end if last_included else span.end - 1
        if not 0 <= span.start <= last < len(extents):
            raise InvalidValueError(
                f"the span [{span.start}, {span.end}, {span.label}] is outside the {len(extents)} tokens",
                remedy="Correct the span: it counts tokens from 0.",
            )
        out.append(RawSpan(extents[span.start][0], extents[last][1], span.label, span.surface))
    return out
