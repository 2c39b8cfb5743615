"""The data statement of a corpus: whose language it is, who annotated it, and why these texts.

After Bender & Friedman (2018), "Data Statements for Natural Language Processing", TACL 6, pages 587-604. People write
`corpus/DATA_STATEMENT.md`, a heading of the second level for each of its sections:

    # Data statement

    ## Curation rationale

    Which texts, and why these.

What the project knows itself (language, annotators, publishers, dates, sizes) is computed and stands under the same
heading, marked as computed. A section that nobody wrote is a visible blank: it is shown, with what belongs there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from goldspan import files
from goldspan.corpus.blanks import TO_FILL_IN
from goldspan.errors import InputError
from goldspan.export.provenance import NOT_STATED, licence_in_words
from goldspan.release.metadata import language_name
from goldspan.report.text import amount, enumerate_names, escape_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from markdown_it import MarkdownIt

    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.export.provenance import Provenance

FILE = "DATA_STATEMENT.md"  # in `corpus/`
PAPER = "https://doi.org/10.1162/tacl_a_00041"
LEVEL = 2  # of the headings of sections
LOWEST = 6  # level of a heading in Markdown
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
MOST_NAMED = 10


class Section(NamedTuple):
    """A section of a data statement.

    Args:
        title: its heading.
        question: what belongs there, as a sentence.
        may_be_empty: whether a statement is whole without it.
    """

    title: str
    question: str
    may_be_empty: bool = False


SECTIONS = (
    Section(
        "Curation rationale",
        "Which texts are included, how they were chosen and why these, and which were left out.",
    ),
    Section(
        "Language variety",
        "The language of the texts as a tag of BCP 47 (en-GB, say) and in words: which variety, and whether it is "
        "translated.",
    ),
    Section(
        "Speaker demographic",
        "Who wrote or said the texts: age, gender, origin, first languages, profession, how many they are; or that "
        "this is not known.",
    ),
    Section(
        "Annotator demographic",
        "Who annotated and who wrote the guidelines: age, gender, origin, first languages, training, experience, pay; "
        "or that they are no people.",
    ),
    Section(
        "Speech situation",
        "When and where the texts were written, whether they were edited, how fast they had to be there, and for which "
        "readers.",
    ),
    Section("Text characteristics", "Genre, topics and structure of the texts."),
    Section(
        "Recording quality",
        "For what was recorded, scanned or transcribed: the equipment, and what was lost on the way.",
        may_be_empty=True,
    ),
    Section("Other", "All else that a reader should know.", may_be_empty=True),
    Section(
        "Provenance appendix",
        "For texts of another dataset: its data statement.",
        may_be_empty=True,
    ),
)
TITLES = tuple(section.title for section in SECTIONS)
# Headings of the third level in any section, and the field of responsible AI in croissant.json that takes their text.
NAMED_PARTS = {
    "Biases": "dataBiases",
    "Limitations": "dataLimitations",
    "Maintenance": "dataReleaseMaintenancePlan",
    "Personal and sensitive information": "personalSensitiveInformation",
    "Social impact": "dataSocialImpact",
    "Uses": "dataUseCases",
}


@dataclass(frozen=True, slots=True)
class DataStatement:
    """What people wrote in a data statement.

    Args:
        sections: per title the Markdown below its heading, without what is still to be filled in; only those with a
            text.
        unfinished: the titles of the sections in which something is still to be filled in.
    """

    sections: Mapping[str, str]
    unfinished: frozenset[str]

    def blanks(self) -> list[Section]:
        """The sections that a reader will miss: without a text, or with something to be filled in."""
        return [
            section
            for section in SECTIONS
            if section.title in self.unfinished or not (section.may_be_empty or section.title in self.sections)
        ]

    def part(self, heading: str) -> str | None:
        """The Markdown below the first heading of the third level with these words; None without one."""
        for text in self.sections.values():
            for title, body in _parts(text):
                if title.casefold() == heading.casefold() and body:
                    return body
        return None


NOTHING = DataStatement({}, frozenset())


def read_data_statement(corpus: Corpus) -> DataStatement:
    """The data statement of a project; one with nothing but blanks if it has no file.

    Raises:
        InputError: naming file and line, for a heading that is none of its sections or comes twice, and for a text that
            stands in no section.
    """
    path = corpus.folder / FILE
    return parse_data_statement(path) if files.is_there(path) else NOTHING


def parse_data_statement(path: Path) -> DataStatement:
    """The data statement in a file.

    Raises:
        InputError: as `read_data_statement`.
    """
    source = files.decode(files.read_bytes(path), path).replace("\r\n", "\n").replace("\r", "\n")
    lines = _without_comments(source).split("\n")
    starts = list(_headings(lines))
    known = {title.casefold(): title for title in TITLES}
    found: dict[str, str] = {}
    unfinished = set()
    _require_no_text(lines, starts, path)
    for place, (begin, end, level, words) in enumerate(starts):
        if level != LEVEL:
            continue
        title = known.get(words.casefold())
        if title is None:
            raise InputError(
                f"the heading {words!r:.80} is no section of a data statement",
                file=path,
                line=begin + 1,
                remedy=f"The sections are {enumerate_names(TITLES)}; headings inside of them begin with ###.",
            )
        if title in found:
            raise InputError(
                f"the section {title!r} comes twice", file=path, line=begin + 1, remedy="Join the two into one."
            )
        following = starts[place + 1 :]
        until = next((start for start, _, below, _ in following if below <= LEVEL), len(lines))
        written, is_unfinished = _without_blanks("\n".join(lines[end:until]))
        found[title] = written
        if is_unfinished:
            unfinished.add(title)
    return DataStatement({title: text for title, text in found.items() if text}, frozenset(unfinished))


def computed_sentences(corpus: Corpus, source: Provenance) -> dict[str, list[str]]:
    """Per section what the project knows itself, in sentences of plain text."""
    entries = source.entries
    return {
        "Curation rationale": [*_of_choice(corpus, entries)],
        "Language variety": [_of_language(corpus)],
        "Speaker demographic": [_of_authors(entries)],
        "Annotator demographic": source.sentences(),
        "Speech situation": [*_of_publication(entries)],
        "Text characteristics": [_of_size(corpus, entries)],
        "Provenance appendix": [_of_licences(entries)],
    }


def render_data_statement(statement: DataStatement, computed: Mapping[str, Sequence[str]], level: int = 2) -> str:
    """The data statement in Markdown, with its blanks visible.

    Args:
        statement: what people wrote.
        computed: per title what the project knows itself.
        level: of its heading; the sections are one below.
    """
    intro = (
        f"After [Bender & Friedman (2018)]({PAPER}). What is marked as computed was read from the files of the corpus; "
        "the rest was written for it. A blank is something that nobody has stated: it is not to be guessed."
    )
    blocks = [f"{'#' * level} Data statement", intro]
    blank = {section.title for section in statement.blanks()}
    for section in SECTIONS:
        text, sentences = statement.sections.get(section.title), computed.get(section.title, ())
        if not (text or sentences or section.title in blank):
            continue
        blocks.append(f"{'#' * (level + 1)} {section.title}")
        if text:
            blocks.append(_shifted(text, level + 1 - LEVEL))
        if section.title in blank:
            blocks.append(f"**{'Not finished' if text else 'Not stated'}.** What belongs here: {section.question}")
        if sentences:
            blocks.append(f"*Computed:* {escape_markdown(' '.join(sentences))}")
    return "\n\n".join(blocks)


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")


def _headings(lines: Sequence[str]) -> Iterator[tuple[int, int, int, str]]:
    """Each heading outside of lists and quotations: its first line from 0, the line after it, its level, its words."""
    tokens = _parser().parse("\n".join(lines))
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            yield token.map[0], token.map[1], int(token.tag[1]), " ".join(inline.content.split())


def _require_no_text(lines: Sequence[str], starts: Sequence[tuple[int, int, int, str]], path: Path) -> None:
    """Refuse what stands in no section, and a second title."""
    first = next((begin for begin, _, level, _ in starts if level == LEVEL), len(lines))
    titles = [(begin, end) for begin, end, level, _ in starts if level == 1]
    inside = {number for begin, end in titles[:1] for number in range(begin, end)}
    for number, line in enumerate(lines[:first]):
        if line.strip() and number not in inside:
            raise InputError(
                "a text that stands in no section",
                file=path,
                line=number + 1,
                remedy=f"Put it under one of the headings ## {', ## '.join(TITLES)}; comments are <!-- … -->.",
            )
    wrong = [begin for begin, _ in titles if begin > first]
    if wrong:
        raise InputError(
            "a heading of the first level after the title",
            file=path,
            line=wrong[0] + 1,
            remedy="Sections begin with ##, headings inside of them with ###.",
        )


def _without_comments(source: str) -> str:
    """The text with its comments removed, line by line as it was."""
    return COMMENT.sub(lambda match: "\n" * match[0].count("\n"), source)


def _without_blanks(text: str) -> tuple[str, bool]:
    """The blocks of a section in which nothing is to be filled in, and whether there were others."""
    if TO_FILL_IN not in text:
        return text.strip(), False
    blocks = re.split(r"\n[ \t]*\n", text)
    written = [block.strip("\n") for block in blocks if block.strip() and TO_FILL_IN not in block]
    return "\n\n".join(written), True


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The headings of the third level in a section, each with what stands below it."""
    lines = text.split("\n")
    starts = [(begin, end, words) for begin, end, level, words in _headings(lines) if level == LEVEL + 1]
    for place, (_, end, words) in enumerate(starts):
        until = starts[place + 1][0] if place + 1 < len(starts) else len(lines)
        yield words, "\n".join(lines[end:until]).strip()


def _shifted(text: str, by: int) -> str:
    """Markdown with its headings some levels lower."""
    lines = text.split("\n")
    for begin, end, level, words in _headings(lines):
        lines[begin:end] = [f"{'#' * min(level + by, LOWEST)} {words}", *[""] * (end - begin - 1)]
    return "\n".join(lines)


def _of_choice(corpus: Corpus, entries: Sequence[ManifestEntry]) -> Iterator[str]:
    """How many of the articles of the project are in the release, and how they were drawn."""
    of_all = len(corpus.entries)
    if len(entries) == of_all:
        yield f"All {amount(of_all, 'article')} of the project {'is' if of_all == 1 else 'are'} included."
    else:
        verb = "is" if len(entries) == 1 else "are"
        yield (
            f"{len(entries):,} of the {amount(of_all, 'article')} of the project {verb} included: those that have gold "
            "and belong to a split."
        )
    drawn = len(list(corpus.samples.glob("*.json"))) if corpus.samples.is_dir() else 0
    if drawn:
        yield f"{amount(drawn, 'sample')} of articles {'was' if drawn == 1 else 'were'} drawn from a larger collection."


def _of_language(corpus: Corpus) -> str:
    code = corpus.scheme.stated_language
    name = language_name(code) if code else None
    if not code:
        return "The label scheme does not state the language of the texts."
    return f"The label scheme states {name} ({code})." if name else "The label scheme states texts of any language."


def _of_authors(entries: Sequence[ManifestEntry]) -> str:
    named = [entry.author for entry in entries if entry.author]
    if not named:
        return "No article states who wrote it."
    different = len(set(named))
    return f"{amount(len(named), 'article')} of {len(entries):,} state who wrote them ({amount(different, 'byline')})."


def _of_publication(entries: Sequence[ManifestEntry]) -> Iterator[str]:
    dates = sorted(entry.published for entry in entries if entry.published)
    undated = len(entries) - len(dates)
    if dates:
        span = f"on {dates[0]}" if dates[0] == dates[-1] else f"from {dates[0]} to {dates[-1]}"
        yield f"{amount(len(dates), 'article')} published {span}."
    if undated:
        yield f"{amount(undated, 'article')} without a date."
    publishers = list(dict.fromkeys(entry.publisher for entry in entries if entry.publisher))
    unknown = sum(entry.publisher is None for entry in entries)
    if publishers:
        names = enumerate_names(publishers, most=MOST_NAMED)
        yield f"{'Publisher' if len(publishers) == 1 else 'Publishers'}: {names}."
    if unknown:
        yield f"{amount(unknown, 'article')} without a publisher."


def _of_size(corpus: Corpus, entries: Sequence[ManifestEntry]) -> str:
    examples = list(corpus.gold_examples(entry.id for entry in entries))
    unit = corpus.settings.examples.unit
    characters = sum(len(example.text) for example in examples)
    spans = sum(len(example.spans) for example in examples)
    return (
        f"{amount(len(entries), 'article')}, cut into {amount(len(examples), 'example')} ({unit}s), "
        f"{amount(characters, 'character')} and {amount(spans, 'span')} in all."
    )


def _of_licences(entries: Sequence[ManifestEntry]) -> str:
    counts: dict[str, int] = {}
    for entry in entries:
        licence = licence_in_words(entry.licence)
        counts[licence] = counts.get(licence, 0) + 1
    parts = [f"{name.rstrip('.')} ({amount(counts[name], 'article')})" for name in sorted(counts)]
    return f"Licences of the texts: {'; '.join(parts)}." if parts else f"Licences of the texts: {NOT_STATED}."
