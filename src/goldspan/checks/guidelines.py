"""The annotation guidelines: their examples do what they promise, and none is taken from the test."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from goldspan import files, near_duplicates
from goldspan.checks.check import CheckResult, check
from goldspan.checks.records import check_records
from goldspan.errors import GoldspanError, InputError
from goldspan.formats.record import RawSpan, Record
from goldspan.guidelines import pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from goldspan.checks.project import ProjectFiles
    from goldspan.guidelines.pages import GuidelineExample

# What ends a sentence, or a cell, an item, a heading, a paragraph of Markdown.
BREAK = re.compile(r"(?<=[.!?…])[\"'”’“»)\]]*\s+|\n\s*\n|^\s*(?:```.*|#+|[-*>]|\d+\.)\s|\|", re.MULTILINE)
MARKED = re.compile(r"\[([^\[\]]*)\](?:\{[^{}\s]+\}|\([^()]*\))")
FEWEST_WORDS = 5  # words; less is a phrase that anybody may write


@check(
    "guideline-block",
    "project",
    title="An example of the guidelines does not do what it promises",
    why="Annotators learn from the examples: what a page shows as right must be right by the very checks of gold.",
    remedy="Correct the example, or open it with ```ner-fails and the id of the one check that finds it.",
)
def guideline_block(project: ProjectFiles) -> Iterator[CheckResult]:
    """The blocks that cannot be read, and those that yield anything else than the one finding they name."""
    try:
        blocks = pages.read_blocks(project.corpus.guidelines)
    except InputError as error:
        yield CheckResult(error.message, project.corpus.guidelines / str(error.file), error.line, error.example)
        return
    for block in blocks:
        found = list(check_records([_block_record(block)], project.corpus.scheme))
        if [finding.check for finding in found] != ([block.expects] if block.expects else []):
            seen = "; ".join(f"{finding.check}: {finding.message}" for finding in found) or "nothing"
            promise = f"exactly one {block.expects}" if block.expects else "nothing"
            yield CheckResult(f"promises that the checks find {promise}, but they find {seen}", block.file, block.line)


@check(
    "guideline-leak",
    "project",
    title="A sentence of the guidelines is, nearly or quite, one of a test article",
    why="Annotators know its solution before they read it, and so does a model that is prompted with the pages.",
    remedy="Write another example; facts and names may be made up.",
)
def guideline_leak(project: ProjectFiles) -> Iterator[CheckResult]:
    """The sentences of the pages that share half of all word trigrams with a sentence of a test article."""
    tested = _test_sentences(project)
    if not tested:
        return
    for page in sorted(project.corpus.guidelines.glob("*.md")):
        for line, sentence in _sentences(_plain_text(page)):
            if (leak := _leaked_sentence(sentence, tested)) is not None:
                share = near_duplicates.jaccard(sentence, leak.sentence)
                message = f"shares {share:.0%} of its word trigrams with {leak.article}: {leak.sentence[:80]!r}"
                yield CheckResult(message, page, line)


CHECKS = (guideline_block, guideline_leak)


class _TestSentence(NamedTuple):
    """A sentence of a test article."""

    article: str
    sentence: str


def _block_record(block: GuidelineExample) -> Record:
    spans = tuple(RawSpan(span.start, span.end, span.label) for span in block.example.spans)
    return Record(block.file, block.line, block.example.id, block.example.text, spans)


def _test_sentences(project: ProjectFiles) -> dict[tuple[str, ...], list[_TestSentence]]:
    """The sentences of the test articles by each of their word trigrams."""
    found: defaultdict[tuple[str, ...], list[_TestSentence]] = defaultdict(list)
    for article in project.splits.get("test", ()):
        _, entry = project.entries.get(article, (0, None))
        text = (entry and project.source(entry)) or project.text(article)
        for _, sentence in _sentences(text):
            for trigram in _trigrams(sentence):
                found[trigram].append(_TestSentence(article, sentence))
    return found


def _leaked_sentence(sentence: str, tested: dict[tuple[str, ...], list[_TestSentence]]) -> _TestSentence | None:
    near = {other for trigram in _trigrams(sentence) for other in tested.get(trigram, ())}
    best = max(near, key=lambda other: (near_duplicates.jaccard(sentence, other.sentence), other), default=None)
    too_near = best is not None and near_duplicates.jaccard(sentence, best.sentence) >= near_duplicates.THRESHOLD
    return best if too_near else None


def _plain_text(page: Path) -> str:
    """The text of a page without inline markup and the targets of links; its lines stay."""
    try:
        return MARKED.sub(r"\1", files.decode(files.read_bytes(page), page))
    except GoldspanError:
        return ""


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of at least five words, with the line that each begins on."""
    start = 0
    for end, after in [*((found.start(), found.end()) for found in BREAK.finditer(text)), (len(text), len(text))]:
        if len(near_duplicates.words(text[start:end])) >= FEWEST_WORDS:
            begin = start + len(text[start:end]) - len(text[start:end].lstrip())
            yield text.count("\n", 0, begin) + 1, " ".join(text[start:end].split())
        start = after


def _trigrams(sentence: str) -> set[tuple[str, ...]]:
    words = near_duplicates.words(sentence)
    return set(zip(words, words[1:], words[2:], strict=False))
