"""Rows of tokens: `tokens` with a tag for each, or with spans that count tokens.

The text is that of the row if it states one. Else it is the tokens joined by single spaces, whatever stood between them
in the original, and the offsets are true to that text.

Tags are read as in a CoNLL file. Where none has a prefix, each tag is the label of its token, and neighbours of one
label are one span. Spans that count tokens are `[first, last, label]` in the files of GLiNER (`tokenized_text`). In
other files it is decided by what is possible in all rows whether they include the last token, or they are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import iob
from goldspan.errors import InvalidValueError
from goldspan.formats import row_keys
from goldspan.formats.conll_sentences import locate_words
from goldspan.formats.record import RawSpan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TAG = re.compile(r"[BIESLUMW]-.+")
GLINER = "tokenized_text"
BARE = frozenset({"B", "I", "E", "S", "L", "U", "M", "W", "O"})
NUMBERS = "Write the tags by their names, or as a ClassLabel that states them."


@dataclass
class TokenConventions:
    """What the rows of a file have in common, as it cannot be seen in each.

    Args:
        has_prefixes: whether some tag has a prefix, `B-` or another.
        has_outside: whether some tag is O.
        bare: the tags that are a prefix without a label.
        inclusive: what tells that the end of a span is its last token: the first such span.
        exclusive: what tells that it is the token after the last.
        sequences: the tags of all rows, where `--repair strict` asks for their scheme.
    """

    has_prefixes: bool = False
    has_outside: bool = False
    bare: set[str] = field(default_factory=set)
    inclusive: RawSpan | None = None
    exclusive: RawSpan | None = None
    sequences: list[list[iob.Tag]] = field(default_factory=list)

    def see_tags(self, tags: Iterable[str]) -> None:
        """Take note of the tags of a row."""
        for tag in tags:
            self.has_prefixes |= TAG.fullmatch(tag) is not None
            self.has_outside |= tag == "O"
            if tag in BARE and tag != "O":
                self.bare.add(tag)

    def see_spans(self, spans: Iterable[RawSpan], length: int) -> None:
        """Take note of the spans of a row of so many tokens."""
        for span in spans:
            if span.start == span.end:
                self.inclusive = self.inclusive or span
            elif span.end == length:
                self.exclusive = self.exclusive or span


def tags_key(row: Mapping[str, Any], tokens_key: str) -> str | None:
    """The key of the tags of a row: a list of strings or of numbers, as long as that of the tokens."""
    length = len(row[tokens_key])
    for name in row_keys.TAGS:
        value = row.get(name)
        if not isinstance(value, list) or name == tokens_key or len(value) != length:
            continue
        if all(isinstance(tag, str) for tag in value) or all(type(tag) is int for tag in value):
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
    tags: Sequence[Any],
    extents: Sequence[tuple[int, int]],
    conventions: TokenConventions,
    *,
    repair: iob.Repair = "conlleval",
    label: str | None = None,
) -> list[RawSpan]:
    """The spans that the tags of a row write.

    Args:
        tags: one for each token.
        extents: where the tokens are.
        conventions: of the file.
        repair: whether a chunk with a tag that its scheme forbids is a span.
        label: of bare tags `B`, `I` and `O`.

    Raises:
        InvalidValueError: for tags that are not understood.
    """
    parsed = parse_tags(tags, conventions, label)
    if repair == "strict":
        chunks = iob.well_formed_chunks(parsed, iob.detect(conventions.sequences or [parsed]))
    else:
        chunks = iob.decode(parsed)
    return [RawSpan(extents[c.first][0], extents[c.stop - 1][1], c.label) for c in chunks]


def parse_tags(tags: Sequence[Any], conventions: TokenConventions, label: str | None) -> list[iob.Tag]:
    """The tags of a row, whether or not they have prefixes or labels.

    Raises:
        InvalidValueError: for tags that are numbers, and for those whose convention is in doubt.
    """
    if any(type(tag) is int for tag in tags):
        raise InvalidValueError(f"the tags are numbers, {tags!r:.60}, and nothing says which is which", remedy=NUMBERS)
    if conventions.has_prefixes:
        return [iob.parse(tag) for tag in tags]
    if conventions.bare and {tag for tag in tags if tag} <= BARE:
        if label is None:
            raise InvalidValueError(
                f"the tags {', '.join(sorted(conventions.bare))} have no label", remedy="Name it with --label."
            )
        return [iob.parse("O" if tag == "O" else f"{tag}-{label}") for tag in tags]
    if conventions.bare or not conventions.has_outside:
        raise InvalidValueError(
            f"the tags {tags!r:.60} are no tags of spans: none has a prefix, and none is O",
            remedy="Write them as B-…, I-… and O, or the label of each token and O.",
        )
    return [iob.parse("O" if tag in {"O", ""} else f"I-{tag}") for tag in tags]


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
