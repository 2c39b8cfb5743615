"""Checks of the annotation guidelines: their examples are right, and none is taken from a test article."""

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

# The end of a sentence, or of a cell, an item, a heading, a paragraph of Markdown.
BREAK = re.compile(r"(?<=[.!?…])[\"'”’“»)\]]*\s+|\n\s*\n|^\s*(?:```.*|#+|[-*>]|\d+\.)\s|\|", re.MULTILINE)
MARKED = re.compile(r"\[([^\[\]]*)\](?:\{[^{}\s]+\}|\([^()]*\))")
FEWEST_WORDS = 5  # shorter sentences occur everywhere


@check(
    "guideline-block",
    "project",
    title="An example of the guidelines does not have the finding that it announces, or has others",
    why="Annotators learn from the examples: what a page shows as right must pass the checks of gold.",
    remedy="Correct the example, or open it with ```ner-fails and the id of the one check with a finding.",
)
def guideline_block(project: ProjectFiles) -> Iterator[CheckResult]:
    """The blocks that cannot be read, and those with other findings than they announce."""
    try:
        blocks = pages.read_blocks(project.corpus.guidelines)
    except InputError as error:
        yield CheckResult(error.message, project.corpus.guidelines / str(error.file), error.line, error.example)
        return
    off = project.severities.off
    for block in blocks:
        if block.expects is not None and block.expects in off:
            message = (
                f"expects a finding of {block.expects}, which is off in this project ({off[block.expects]}): gold "
                "may have what annotators read is a mistake. Turn the check on, or show no mistake here"
            )
            yield CheckResult(message, block.file, block.line)
            continue
        findings = list(check_records([_block_record(block)], project.corpus.scheme, lambda name: name not in off))
        if [finding.check for finding in findings] != ([block.expects] if block.expects else []):
            actual = "; ".join(f"{finding.check}: {finding.message}" for finding in findings) or "no finding"
            expected = f"exactly one finding of {block.expects}" if block.expects else "no finding"
            yield CheckResult(f"expects {expected}, but has {actual}", block.file, block.line)


@check(
    "guideline-leak",
    "project",
    title="A sentence of the guidelines is the same as one of a test article, or nearly the same",
    why="Annotators know its spans before they read the article, and so does a model that is prompted with the pages.",
    remedy="Write another example; facts and names may be invented.",
)
def guideline_leak(project: ProjectFiles) -> Iterator[CheckResult]:
    """The sentences of the pages that share half of their trigrams, or of the other's, with one of a test article."""
    test_sentences = _test_sentences(project)
    if not test_sentences:
        return
    for page in sorted(project.corpus.guidelines.glob("*.md")):
        for line, sentence in _sentences(_plain_text(page)):
            if (leak := _leaked_sentence(sentence, test_sentences)) is not None:
                share = near_duplicates.compare(sentence, leak.sentence).containment
                message = f"{share:.0%} of its word trigrams, or of the shorter one's, are in {leak.article}"
                yield CheckResult(f"{message}: {leak.sentence[:80]!r}", page, line)


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
    by_trigram: defaultdict[tuple[str, ...], list[_TestSentence]] = defaultdict(list)
    for article in project.splits.get("test", ()):
        _, entry = project.entries.get(article, (0, None))
        text = (entry and project.source(entry)) or project.text(article)
        for _, sentence in _sentences(text):
            for trigram in _trigrams(sentence):
                by_trigram[trigram].append(_TestSentence(article, sentence))
    return by_trigram


def _leaked_sentence(sentence: str, by_trigram: dict[tuple[str, ...], list[_TestSentence]]) -> _TestSentence | None:
    """The most similar sentence of a test article, if it is similar enough to be a leak."""
    candidates = {candidate for trigram in _trigrams(sentence) for candidate in by_trigram.get(trigram, ())}
    compared = ((near_duplicates.compare(sentence, each.sentence), each) for each in candidates)
    leaks = [(pair.resemblance, each) for pair, each in compared if near_duplicates.SIMILAR.holds(pair)]
    return max(leaks, default=(0.0, None))[1]


def _plain_text(page: Path) -> str:
    """The text of a page without inline markup and the targets of links, line by line."""
    try:
        return MARKED.sub(r"\1", files.decode(files.read_bytes(page), page))
    except GoldspanError:
        return ""


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of at least five words, each with the line on which it begins."""
    start = 0
    for end, after in [*((match.start(), match.end()) for match in BREAK.finditer(text)), (len(text), len(text))]:
        if len(near_duplicates.words(text[start:end])) >= FEWEST_WORDS:
            begin = start + len(text[start:end]) - len(text[start:end].lstrip())
            yield text.count("\n", 0, begin) + 1, " ".join(text[start:end].split())
        start = after


def _trigrams(sentence: str) -> set[tuple[str, ...]]:
    words = near_duplicates.words(sentence)
    return set(zip(words, words[1:], words[2:], strict=False))
