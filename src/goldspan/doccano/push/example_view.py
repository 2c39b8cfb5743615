"""How an example is shown to annotators: its text on the page, and the metadata panel beside it.

The panel has the title of the article, the place of the example in it, and what stands before and after. It is a narrow
column, in which white space collapses and about fifteen characters stand on a line. So what it shows is short, and lies
nearest to the example: the end of what is before, the beginning of what is after.

Doccano wraps texts by itself. A text that is hard-wrapped, too, is cut into long and short lines in turn; so it is sent
with spaces for its line breaks, which leaves every offset as it is.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from goldspan import files
from goldspan.articles.paragraphs import wrapped_paragraphs
from goldspan.doccano.push.desired_state import desired_examples
from goldspan.formats.doccano import LINE_BREAKS, ExampleView, breakable, without_line_breaks

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry

# What becomes of line breaks: they stay, they are sent as spaces, or are so in hard-wrapped paragraphs alone.
LineBreaks = Literal["keep", "spaces", "auto"]
LONGEST_TITLE = 80  # characters
LONGEST_CONTEXT = 120  # characters of what stands before or after: about eight lines of the panel
NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters and lone surrogates
DASH = "—"  # nothing: the first example of an article has none before it


def example_views(
    corpus: Corpus,
    examples: Sequence[Example],
    line_breaks: LineBreaks = "auto",
    *,
    complete: Collection[str] = (),
    further: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, ExampleView]:
    """How each example is shown, by its id.

    Args:
        corpus: whose articles these are of.
        examples: of any articles, in any order.
        line_breaks: what becomes of line breaks.
        complete: the articles all examples of which are among these; the others' neighbours are read from the corpus.
        further: per example id what comes first in the panel; the same keys for each example.

    Raises:
        InputError: if a file of the corpus cannot be read.
    """
    entries = {entry.id: entry for entry in corpus.entries}
    views: dict[str, ExampleView] = {}
    ordered = sorted(examples, key=lambda example: (example.article, example.at))
    for article, group in groupby(ordered, key=lambda example: example.article):
        of_article = list(group)
        entry = entries.get(article)
        neighbours = of_article
        if entry is not None and article not in complete:
            neighbours = _with_neighbours(corpus, entry, of_article)
        texts = _sent_texts(corpus, entry, neighbours, line_breaks)
        title = shorten_end((None if entry is None else entry.title) or article, LONGEST_TITLE)
        chosen = {example.id for example in of_article}
        for number, example in enumerate(neighbours):
            if example.id in chosen:
                first = {} if further is None else further[example.id]
                panel = {**first, "title": title, **_place(number, neighbours)}
                views[example.id] = ExampleView(text=texts[example.id], panel=panel)
    return views


def shorten_end(text: str, longest: int) -> str:
    """The beginning of a text on one line, cut between words; `…` stands for the rest."""
    words = _on_one_line(text)
    if len(words) <= longest:
        return breakable(words)
    kept = words[: longest - 1].rpartition(" ")[0] if " " in words[: longest - 1] else words[: longest - 2]
    return breakable(f"{kept} …")


def shorten_start(text: str, longest: int) -> str:
    """The end of a text on one line, cut between words; `…` stands for the rest."""
    words = _on_one_line(text)
    if len(words) <= longest:
        return breakable(words)
    kept = words[1 - longest :].partition(" ")[2] if " " in words[1 - longest :] else words[2 - longest :]
    return breakable(f"… {kept}")


def _on_one_line(text: str) -> str:
    """A text with single spaces for white space and for what no database should be given to show."""
    return " ".join(NOT_SHOWN.sub(" ", text).split())


def _with_neighbours(corpus: Corpus, entry: ManifestEntry, examples: Sequence[Example]) -> list[Example]:
    """All examples of an article in their order, these among them; these alone where the article is not there."""
    has_gold = files.is_there(corpus.gold / f"{entry.id}.jsonl")
    if not has_gold and not (corpus.seeds / entry.file).is_file():
        return list(examples)
    others = {example.id: example for example in desired_examples(corpus, [entry])}
    everything = others | {example.id: example for example in examples}
    return sorted(everything.values(), key=lambda example: example.at)


def _place(number: int, neighbours: Sequence[Example]) -> Mapping[str, str]:
    """Where the example of this index stands in its article, and what is next to it."""
    before = neighbours[number - 1].text if number else DASH
    after = neighbours[number + 1].text if number + 1 < len(neighbours) else DASH
    return {
        "position": f"{number + 1} of {len(neighbours)}",
        "before": shorten_start(before, LONGEST_CONTEXT),
        "after": shorten_end(after, LONGEST_CONTEXT),
    }


def _sent_texts(
    corpus: Corpus, entry: ManifestEntry | None, examples: Sequence[Example], line_breaks: LineBreaks
) -> dict[str, str]:
    """The texts of an article's examples as they are sent, by id."""
    texts = {example.id: example.text for example in examples}
    broken = [example for example in examples if LINE_BREAKS.search(example.text)]
    if line_breaks == "keep" or not broken:
        return texts
    if line_breaks == "spaces":
        return texts | {example.id: without_line_breaks(example.text) for example in broken}
    article, begins = _article_text(corpus, entry, examples)
    wrapped = wrapped_paragraphs(article, corpus.settings.examples)
    return texts | {
        example.id: _unwrapped(example.text, begins[example.id], wrapped)
        for example in broken
        if article.startswith(example.text, begins[example.id])
    }


def _unwrapped(text: str, at: int, wrapped: Sequence[tuple[int, int]]) -> str:
    """A text without the line breaks in those paragraphs of its article that are hard-wrapped.

    Args:
        text: that begins in its article at `at`.
        at: where it begins.
        wrapped: the extents of the hard-wrapped paragraphs.
    """
    parts, done = [], 0
    for start, end in wrapped:
        low, high = max(start - at, done), min(end - at, len(text))
        if low < high:
            parts += [text[done:low], without_line_breaks(text[low:high])]
            done = high
    return "".join([*parts, text[done:]])


def _article_text(
    corpus: Corpus, entry: ManifestEntry | None, examples: Sequence[Example]
) -> tuple[str, dict[str, int]]:
    """The article and where each example begins in it; what its examples have of it where it is not there."""
    if entry is not None and (corpus.seeds / entry.file).is_file():
        return corpus.source(entry), {example.id: example.at for example in examples}
    text, begins = "", {}
    for example in examples:
        begins[example.id] = len(text)
        text += f"{example.text}\n\n"
    return text, begins
