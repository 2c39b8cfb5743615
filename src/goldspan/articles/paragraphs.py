"""Paragraphs and sentences: every code point that is not white space is in exactly one of either.

The lines that a printed page leaves in a report (page numbers, document symbols, job numbers) are found first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from goldspan.articles import boilerplate, sentences
from goldspan.articles.boilerplate import ParagraphBlock
from goldspan.articles.line_wrapping import LineWrapping, is_lone_enumerator, split_lines
from goldspan.articles.list_layout import list_runs
from goldspan.articles.table_layout import table_rows
from goldspan.settings import ExampleSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from goldspan.articles.line_wrapping import TextLine
    from goldspan.articles.sentence_rules import SentenceRules

LONGEST = 40

# Page artefacts wherever they stand alone on a line.
ANCHORS = (
    r"[A-Z]{1,5}(?=[^\s]*\d)(?:[/–][A-Z0-9][A-Za-z0-9.]*)+\*{0,3}",  # a document symbol: S/2004/348, A/58/1/Add.1
    r"\d{2}-\d{5}(?: \([A-Z]\))?(?: +\d{6})?",  # a job number of the United Nations: 04-33180 (E) 030504
    r"\*\d{6,8}\*",  # its bar code
    r"/\.\.\.|/…",  # the sign that the text continues on the next page
    r"(?i:page|p\.) ?\d{1,4}(?i: ?(?:of|/) ?\d{1,4})?",
    r"\d{1,4} of \d{1,4}",
    r"[-–—] ?\d{1,4} ?[-–—]",
    r"(?i:distr\.:?(?: (?:general|limited|restricted))?|original:(?: [a-z]{4,10})?)",
)

# Page artefacts only next to an anchor: numbers and dates, and single words that may also follow the last anchor.
PAGE_NUMBER = r"\d{1,6}|\d{1,2} [A-Z][a-z]+ \d{4}"
WORD = r"(?i:english|french|spanish|russian|arabic|chinese|general|limited|restricted)"
KIND = re.compile(rf"(?P<anchor>{'|'.join(ANCHORS)})|(?P<number>{PAGE_NUMBER})|(?P<word>{WORD})")


Kind: TypeAlias = Literal["text", "furniture"]
Form: TypeAlias = Literal["prose", "row", "whole"]
DEFAULTS = ExampleSettings()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph or a sentence, `text[start:end]`, in code points, without white space at its edges.

    Args:
        start: its first code point.
        end: the position after its last one.
        kind: `text`, or `furniture` for boilerplate, which does not become an example.
    """

    start: int
    end: int
    kind: Kind


class LayoutBlock(NamedTuple):
    """What the layout of an article has as one paragraph.

    Args:
        start: its first code point.
        end: the position after its last one.
        kind: as that of a paragraph.
        form: `row` for one row of a table, `whole` for a table or a list that stays together.
    """

    start: int
    end: int
    kind: Kind
    form: Form


def page_artefacts(text: str, lines: Sequence[TextLine]) -> set[int]:
    """The indices of the lines that are page artefacts.

    A run of lines is, from its first number or anchor to its last anchor or word, if it has an anchor. A bare
    number next to a form feed is an anchor, too.
    """
    artefacts: set[int] = set()
    kinds = ((i, _line_kind(text, lines, i)) for i in range(len(lines)))
    for alone, run in groupby(kinds, key=lambda item: item[1] is not None):
        if alone:
            artefacts.update(_artefact_lines(list(run)))
    return artefacts


def paragraphs(text: str, settings: ExampleSettings = DEFAULTS) -> list[Paragraph]:
    """The paragraphs in order, by the layout of the article, boilerplate flagged.

    A line is a paragraph, except in a hard-wrapped article, where it extends to an empty line, an indented line, a
    numbered or listed item, or the short last line of a sentence. The number of a paragraph that stands alone on its
    line belongs to what follows. A paragraph of more than `sentences.LIMIT` code points is cut at the ends of
    sentences. Linear in the length of the text.

    Args:
        text: the article.
        settings: whether tables and lists stay whole, and lines are joined.
    """
    return [
        Paragraph(start, end, block.kind)
        for block in layout_blocks(text, settings)
        for start, end in _short_parts(text, block)
    ]


def sentences_of(text: str, settings: ExampleSettings, rules: SentenceRules) -> list[Paragraph]:
    """The sentences in order, boilerplate flagged.

    A sentence does not go beyond its paragraph, so that a headline without a full stop is one. A row of a table is one,
    too, and so is a table or a list that stays whole.

    Args:
        text: the article.
        settings: whether tables and lists stay whole, and lines are joined.
        rules: those of the language.
    """
    return [
        Paragraph(start, end, block.kind)
        for block in layout_blocks(text, settings)
        for start, end in (
            sentences.sentences(text, block.start, block.end, rules)
            if block.form == "prose"
            else _short_parts(text, block)
        )
    ]


def _short_parts(text: str, block: LayoutBlock) -> list[tuple[int, int]]:
    """A paragraph in pieces that are not too long; what stays whole in one."""
    if block.form == "whole":
        return [(block.start, block.end)]
    return sentences.split_paragraph(text, block.start, block.end)


def layout_blocks(text: str, settings: ExampleSettings = DEFAULTS) -> list[LayoutBlock]:
    """The paragraphs, before what is too long is cut.

    Args:
        text: the article.
        settings: whether tables and lists stay whole, and lines are joined.
    """
    rows = split_lines(text)
    tables = [] if settings == DEFAULTS else table_rows(text, rows)
    page = page_artefacts(text, rows).difference(*tables)
    begins = _beginnings(text, rows, page, settings, tables)
    blocks = _blocks(rows, begins)
    flags = boilerplate.boilerplate_flags(text, blocks)
    page_starts = {rows[i].start for i in page}
    forms = _table_forms(rows, tables, settings)
    found = [
        LayoutBlock(
            block.start,
            block.end,
            "furniture" if flag or block.start in page_starts else "text",
            forms.get((block.start, block.end), "prose"),
        )
        for block, flag in zip(blocks, flags, strict=True)
    ]
    return found if settings.lists == "cut" else list(_with_whole_lists(text, blocks, found))


def _table_forms(
    rows: Sequence[TextLine], tables: Sequence[range], settings: ExampleSettings
) -> dict[tuple[int, int], Form]:
    """The form of each block that is a table or a row of one, by its extent."""
    if settings.tables == "whole":
        return {(rows[table[0]].start, rows[table[-1]].end): "whole" for table in tables}
    return {(rows[i].start, rows[i].end): "row" for table in tables for i in table}


def _with_whole_lists(
    text: str, blocks: Sequence[ParagraphBlock], found: Sequence[LayoutBlock]
) -> Iterator[LayoutBlock]:
    """The same blocks, those of each list as one; it is boilerplate if all of its items are."""
    at = 0
    for run in list_runs(text, blocks):
        yield from found[at : run.start]
        parts = found[run.start : run.stop]
        kind: Kind = "text" if any(part.kind == "text" for part in parts) else "furniture"
        yield LayoutBlock(parts[0].start, parts[-1].end, kind, "whole")
        at = run.stop
    yield from found[at:]


def line_wrapping(text: str, settings: ExampleSettings = DEFAULTS) -> LineWrapping | None:
    """The hard wrapping of an article; None where a line is a paragraph."""
    rows = split_lines(text)
    return _wrapping(text, rows, page_artefacts(text, rows), settings)


def wrapped_paragraphs(text: str, settings: ExampleSettings = DEFAULTS) -> list[tuple[int, int]]:
    """The extents of the paragraphs whose line breaks are those of a hard-wrapped article, in order.

    Args:
        text: the article.
        settings: whether tables and lists stay whole, and lines are joined.
    """
    wrapping = line_wrapping(text, settings)
    blocks = [] if wrapping is None else layout_blocks(text, settings)
    return [
        (block.start, block.end)
        for block in blocks
        if wrapping and block.form == "prose" and wrapping.is_wrapped(text[block.start : block.end])
    ]


def _wrapping(text: str, rows: Sequence[TextLine], page: set[int], settings: ExampleSettings) -> LineWrapping | None:
    if settings.wrapped_lines == "keep":
        return None
    if settings.wrapped_lines == "join":
        return LineWrapping.of_all(text, rows)
    return LineWrapping.find(text, rows, page)


def _line_kind(text: str, lines: Sequence[TextLine], i: int) -> str | None:
    line = lines[i]
    if line.length > LONGEST:
        return None
    match = KIND.fullmatch(text, line.start, line.end)
    if match is None:
        return None
    if match.lastgroup == "number" and match.group().isdigit() and "\f" in _text_around(text, lines, i):
        return "anchor"
    return match.lastgroup


def _artefact_lines(run: list[tuple[int, str | None]]) -> Iterator[int]:
    anchors = [at for at, (_, kind) in enumerate(run) if kind == "anchor"]
    if not anchors:
        return
    first, last = anchors[0], anchors[-1]
    while first and run[first - 1][1] == "number":
        first -= 1
    while last + 1 < len(run) and run[last + 1][1] == "word":
        last += 1
    for i, _ in run[first : last + 1]:
        yield i


def _text_around(text: str, lines: Sequence[TextLine], i: int) -> str:
    before = lines[i - 1].end if i else 0
    after = lines[i + 1].start if i + 1 < len(lines) else len(text)
    return text[before : lines[i].start] + text[lines[i].end : after]


def _blocks(rows: list[TextLine], begins: Callable[[int, int], bool]) -> list[ParagraphBlock]:
    blocks: list[ParagraphBlock] = []
    first = 0
    for i, row in enumerate(rows):
        if i and not begins(i, first):
            blocks[-1] = blocks[-1]._replace(end=row.end)
        else:
            blocks.append(ParagraphBlock(row.start, row.end, row.gap))
            first = i
    return blocks


def _beginnings(
    text: str, rows: list[TextLine], page: set[int], settings: ExampleSettings, tables: Sequence[range]
) -> Callable[[int, int], bool]:
    """A function that returns whether a paragraph begins with line `i`, if the one before began with line `first`."""
    wrapping = _wrapping(text, rows, page, settings)
    apart = set(page)
    if wrapping is not None:
        short = (i for i, row in enumerate(rows) if not wrapping.is_full(row) and not wrapping.continues(i))
        apart.update(i for i in short if boilerplate.stands_alone(text[rows[i].start : rows[i].end]))
    starts: set[int] = set()
    inside: set[int] = set()  # a table that stays whole
    if settings.tables == "whole":
        starts.update(i for table in tables for i in (table.start, table.stop))
        inside.update(i for table in tables for i in table[1:])
        apart.difference_update(*tables)
    elif settings.wrapped_lines == "join":
        apart.update(i for table in tables for i in table)

    def begins(i: int, first: int) -> bool:
        if i in inside:
            return False
        if i in starts or i in apart or i - 1 in apart:
            return True
        if i - 1 == first and rows[i].gap <= 1 and is_number(i):
            return False
        return wrapping is None or wrapping.begins(i, first)

    def is_number(i: int) -> bool:
        is_lone = is_lone_enumerator(text, rows[i - 1].start, rows[i - 1].end)
        return is_lone or (wrapping is not None and wrapping.continues_number(i))

    return begins
