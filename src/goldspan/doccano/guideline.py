"""The guideline page of a project: all that an annotator reads, on one page of Markdown.

Doccano shows it from the toolbar of the annotation page, in one dialogue without files beside it. Its viewer lets
`style` through, so an example shows its words in the colour of their label, as the annotation page does.
"""

from __future__ import annotations

from html import escape as escape_html
from typing import TYPE_CHECKING

from goldspan import files, guidelines
from goldspan.doccano import labels, markdown
from goldspan.pages.colours import ink
from goldspan.tables import cell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from markdown_it.tree import SyntaxTreeNode

    from goldspan.corpus import Corpus
    from goldspan.guidelines import Block
    from goldspan.values import Example, Label, LabelScheme, Span

FIRST = "README.md"
NOT_SHOWN = {"CHANGELOG.md", "checks.md"}  # for those who keep the guidelines, not for those who follow them
BOX = "border-left:4px solid {};background:#f4f6f8;color:#222222;padding:8px 14px;margin:10px 0;white-space:pre-wrap"
GREY, RED, CAPTION = "#9aa5b1", "#b3261e", "#5b6570"
MARK = "background:{};color:{};padding:2px {}px"  # 0 in examples: padding would look like a marked blank
LEGEND = (
    "In the boxes below, each span stands on the colour of its label, and the line beneath names it. "
    "`[words]{LABEL}` in the text means the same."
)


def page(corpus: Corpus) -> str:
    """The guideline page: the labels, the pages, the version; it begins and ends with a letter, as Doccano stores it.

    Raises:
        InputError: for a page or a block of an example that cannot be read.
    """
    paths = pages(corpus)
    texts = {path: files.decode(files.read_bytes(path), path) for path in paths}
    titles = {path.name: markdown.title(text) or path.stem for path, text in texts.items()}
    blocks = _blocks(corpus) if paths else {}
    parts = [_overview(corpus.scheme)]
    parts += [_rewritten(path, text, titles, blocks, corpus.scheme) for path, text in texts.items()]
    parts.append(_colophon(corpus.scheme))
    return "\n\n".join(part for part in parts if part)


def pages(corpus: Corpus) -> list[Path]:
    """The pages that annotators read: the general ones, then those of the labels, in the order of the scheme."""
    of_labels = list(dict.fromkeys(label.page for label in corpus.scheme.labels))
    names = {path.name for path in corpus.guidelines.glob("*.md")} - NOT_SHOWN
    general = sorted(names.difference(of_labels), key=lambda name: (name != FIRST, name))
    return [corpus.guidelines / name for name in (*general, *(name for name in of_labels if name in names))]


def missing(corpus: Corpus) -> list[str]:
    """The pages that the scheme names and that are not there."""
    named = dict.fromkeys(label.page for label in corpus.scheme.labels)
    return [name for name in named if not (corpus.guidelines / name).is_file()]


def _blocks(corpus: Corpus) -> dict[tuple[str, int], Block]:
    return {(block.file.name, block.line): block for block in guidelines.blocks(corpus.guidelines)}


def _rewritten(
    path: Path, text: str, titles: Mapping[str, str], blocks: Mapping[tuple[str, int], Block], scheme: LabelScheme
) -> str:
    def shown(node: SyntaxTreeNode) -> str | None:
        block = blocks.get((path.name, node.map[0] + 1)) if node.map else None
        return None if block is None else _block(block, scheme)

    return markdown.rewrite(text, titles, shown)


def _overview(scheme: LabelScheme) -> str:
    rows = [
        f"| {cell(_swatch(label))} | {_key(label)} | {cell(markdown.escape(label.definition))} |"
        for label in scheme.labels
    ]
    return "\n".join(
        ["# The labels at a glance", "", "| Label | Key | What it marks |", "|---|---|---|", *rows, "", LEGEND]
    )


def _swatch(label: Label) -> str:
    style = MARK.format(label.colour, ink(label.colour), 4)
    return f'<mark style="{style}">{markdown.escape(label.name)}</mark>'


def _key(label: Label) -> str:
    return f"`{label.shortcut}`" if label.shortcut in labels.KEYS else "–"


def _colophon(scheme: LabelScheme) -> str:
    return (
        f"***\n\nVersion {markdown.escape(scheme.version)} of the guidelines. This page is made from the project's "
        "annotation guidelines; what is changed here is overwritten."
    )


def _block(block: Block, scheme: LabelScheme) -> str:
    """An example as a box; one that shows a mistake says so, and which."""
    lines = [_marked(block.example, scheme)]
    if block.expects is not None:
        lines.insert(0, f'<b style="color:{RED}">Not so ({block.expects.replace("-", " ")}):</b>')
    if block.example.spans:
        lines.append(f'<small style="color:{CAPTION}">{_entities(_caption(block.example))}</small>')
    return f'<div style="{BOX.format(GREY if block.expects is None else RED)}">{"<br>".join(lines)}</div>'


def _marked(example: Example, scheme: LabelScheme) -> str:
    """The text as HTML on one line, its spans as marks; of two that begin together the longer one opens first."""
    opened = sorted(example.spans, key=lambda span: (span.start, -span.end, span.label))
    closed = sorted(example.spans, key=lambda span: (span.end, -span.start))
    cuts = sorted({0, len(example.text), *(at for span in example.spans for at in (span.start, span.end))})
    out = []
    for at, until in zip(cuts, [*cuts[1:], len(example.text)], strict=True):
        out += ["</mark>" for span in closed if span.end == at]
        out += [_opening(span, scheme) for span in opened if span.start == at]
        out.append(_entities(example.text[at:until]))
    return "".join(out)


def _opening(span: Span, scheme: LabelScheme) -> str:
    colour = scheme[span.label].colour if span.label in scheme else GREY
    return f'<mark style="{MARK.format(colour, ink(colour), 0)}" title="{_entities(span.label)}">'


def _caption(example: Example) -> str:
    """What is marked, per label: nobody should have to tell colours apart."""
    marked: dict[str, list[str]] = {}
    for span in example.spans:
        marked.setdefault(span.label, []).append(" ".join(example.surface(span).split("\n")))
    return " · ".join(f"{label}: {' | '.join(surfaces)}" for label, surfaces in marked.items())


def _entities(words: str) -> str:
    """Words as HTML; a blank line would end the HTML, so that line ends are tags."""
    return escape_html(words).replace("\n", "<br>")
