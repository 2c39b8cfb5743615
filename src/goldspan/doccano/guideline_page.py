"""The guideline page of a project: all that annotators read, as one page of Markdown.

Doccano shows it from the toolbar of the annotation page, in one dialog, without files beside it. Its viewer
(tui-editor 1) breaks a line wherever the source does and passes raw HTML through a sanitizer. So each page of the
guidelines is parsed (CommonMark 0.31, with tables and strike-through) and written again: each paragraph on one line,
raw HTML as text, comments left out, links only to the web, a picture as its description. The sanitizer keeps `style`,
so an example shows its spans in the colours of their labels, as the annotation page does.

How to work in Doccano comes first (`annotator_guide`), then the labels with the names and keys that they have there.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from html import escape as escape_html
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import unquote

from goldspan import files
from goldspan.doccano import annotator_guide, labels
from goldspan.doccano.labels import server_name
from goldspan.guidelines import rules
from goldspan.guidelines.pages import read_blocks
from goldspan.report.svg import ink
from goldspan.report.text import escape_markdown, table_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    from goldspan.annotation import Example, Label, LabelScheme, Span
    from goldspan.corpus import Corpus
    from goldspan.doccano.annotator_guide import ProjectKind
    from goldspan.guidelines.pages import GuidelineExample

if TYPE_CHECKING:
    RenderFence = Callable[[SyntaxTreeNode], str | None]

FIRST_PAGE = "README.md"
NOT_SHOWN = {"CHANGELOG.md", "checks.md"}  # for those who maintain the guidelines, not for those who follow them
BOX = "border-left:4px solid {};background:#f4f6f8;color:#222222;padding:8px 14px;margin:10px 0;white-space:pre-wrap"
GREY, RED, CAPTION = "#9aa5b1", "#b3261e", "#5b6570"
MARK = "background:{};color:{};padding:2px {}px"  # 0 in examples: padding would look like a marked space
LEGEND = (
    "In the boxes below, each span has the colour of its label, and the line under the text names it. "
    "`[words]{LABEL}` in the text means the same."
)

BLOCK_START = re.compile(r"[-+#>=|:]|\d{1,9}(?=[.)])")  # begins another block at the start of a line
LINE_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
EMPHASIS = {"em", "strong", "s"}
COMMENT = re.compile(r"\s*<!--.*?-->\s*", re.DOTALL)
WEB_ADDRESS = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
PAGE_ADDRESS = re.compile(r"(?P<page>[^/?#:]+\.md)(#.*)?")
ALIGNMENTS = {"text-align:left": ":---", "text-align:center": ":---:", "text-align:right": "---:"}


def render_page(corpus: Corpus, kind: ProjectKind = "independent", keyless: Collection[str] = ()) -> str:
    """The guideline page: how to work, the labels, the pages, the version.

    No space at either end: Doccano would strip it.

    Args:
        corpus: whose guidelines these are.
        kind: of the project.
        keyless: the labels that cannot have their key on the server, besides those whose key Doccano does not take.

    Raises:
        InputError: for a page or a block of an example that cannot be read.
    """
    paths = page_files(corpus)
    texts = {path: files.decode(files.read_bytes(path), path) for path in paths}
    titles = {path.name: page_title(text) or path.stem for path, text in texts.items()}
    examples = _examples(corpus) if paths else {}
    parts = [_guide(corpus, kind, keyless), _overview(corpus.scheme, keyless)]
    parts += [_rewrite_page(path, text, titles, examples, corpus.scheme) for path, text in texts.items()]
    parts.append(_colophon(corpus.scheme))
    return "\n\n".join(part for part in parts if part)


def page_files(corpus: Corpus) -> list[Path]:
    """The pages that annotators read: the general ones, then those of the labels, in the order of the scheme."""
    of_labels = list(dict.fromkeys(label.page for label in corpus.scheme.labels))
    names = {path.name for path in corpus.guidelines.glob("*.md")} - NOT_SHOWN
    general = sorted(names.difference(of_labels), key=lambda name: (name != FIRST_PAGE, name))
    return [corpus.guidelines / name for name in (*general, *(name for name in of_labels if name in names))]


def missing_pages(corpus: Corpus) -> list[str]:
    """The pages that the scheme names and that do not exist."""
    named = dict.fromkeys(label.page for label in corpus.scheme.labels)
    return [name for name in named if not (corpus.guidelines / name).is_file()]


def _examples(corpus: Corpus) -> dict[tuple[str, int], GuidelineExample]:
    """The examples of the guidelines, by page and line."""
    return {(block.file.name, block.line): block for block in read_blocks(corpus.guidelines)}


def _rewrite_page(
    path: Path,
    text: str,
    titles: Mapping[str, str],
    examples: Mapping[tuple[str, int], GuidelineExample],
    scheme: LabelScheme,
) -> str:
    def render_fence(node: SyntaxTreeNode) -> str | None:
        example = examples.get((path.name, node.map[0] + 1)) if node.map else None
        return None if example is None else _example_box(example, scheme)

    return rewrite(text, titles, render_fence)


def _guide(corpus: Corpus, kind: ProjectKind, keyless: Collection[str]) -> str:
    labels = corpus.scheme.labels
    without_key = [server_name(label) for label in labels if not _key(label, keyless)]
    known = rules.read_rulebook(corpus.guidelines, corpus.scheme).rules if corpus.guidelines.is_dir() else {}
    return annotator_guide.guide(kind, without_key, [*map(server_name, labels)], next(iter(known), None))


def _overview(scheme: LabelScheme, keyless: Collection[str]) -> str:
    rows = [
        f"| {table_cell(_swatch(label))} | {_key(label, keyless) or '–'} "
        f"| {table_cell(escape_markdown(label.definition))} |"
        for label in scheme.labels
    ]
    return "\n".join(
        ["# The labels at a glance", "", "| Label | Key | What it marks |", "|---|---|---|", *rows, "", LEGEND]
    )


def _swatch(label: Label) -> str:
    style = MARK.format(label.colour, ink(label.colour), 4)
    shown = f'<mark style="{style}">{escape_markdown(server_name(label))}</mark>'
    return f"{shown} {escape_markdown(label.name)}" if server_name(label) != label.name else shown


def _key(label: Label, keyless: Collection[str]) -> str:
    """The key that a label has in Doccano; empty for none."""
    return f"`{label.shortcut}`" if label.shortcut in labels.KEYS and label.name not in keyless else ""


def _colophon(scheme: LabelScheme) -> str:
    return (
        f"***\n\nVersion {escape_markdown(scheme.version)} of the guidelines. This page is made from the project's "
        "annotation guidelines; what is changed here is overwritten."
    )


def _example_box(block: GuidelineExample, scheme: LabelScheme) -> str:
    """An example as a box; the box of a wrong example names the mistake."""
    lines = [_with_marks(block.example, scheme)]
    if block.expects is not None:
        lines.insert(0, f'<b style="color:{RED}">Not so ({block.expects.replace("-", " ")}):</b>')
    if block.example.spans:
        lines.append(f'<small style="color:{CAPTION}">{_escape_html(_caption(block.example, scheme))}</small>')
    return f'<div style="{BOX.format(GREY if block.expects is None else RED)}">{"<br>".join(lines)}</div>'


def _with_marks(example: Example, scheme: LabelScheme) -> str:
    """The text as HTML on one line, its spans as marks; of two that begin together the longer one opens first."""
    opening = sorted(example.spans, key=lambda span: (span.start, -span.end, span.label))
    edges = sorted({0, len(example.text), *(edge for span in example.spans for edge in (span.start, span.end))})
    parts = []
    for start, end in zip(edges, [*edges[1:], len(example.text)], strict=True):
        parts += ["</mark>" for span in example.spans if span.end == start]
        parts += [_opening_tag(span, scheme) for span in opening if span.start == start]
        parts.append(_escape_html(example.text[start:end]))
    return "".join(parts)


def _opening_tag(span: Span, scheme: LabelScheme) -> str:
    colour = scheme[span.label].colour if span.label in scheme else GREY
    return f'<mark style="{MARK.format(colour, ink(colour), 0)}" title="{_escape_html(span.label)}">'


def _caption(example: Example, scheme: LabelScheme) -> str:
    """The words of the spans by label, for readers who cannot tell the colours apart."""
    by_label: dict[str, list[str]] = {}
    for span in example.spans:
        name = server_name(scheme[span.label]) if span.label in scheme else span.label
        by_label.setdefault(name, []).append(" ".join(example.surface(span).split("\n")))
    return " · ".join(f"{label}: {' | '.join(surfaces)}" for label, surfaces in by_label.items())


def _escape_html(text: str) -> str:
    """A text as HTML, with tags for its line ends: an empty line would end the HTML."""
    return escape_html(text).replace("\n", "<br>")


# Markdown for Doccano's viewer


def rewrite(text: str, titles: Mapping[str, str], render_fence: RenderFence) -> str:
    """The Markdown of a page, as Doccano's viewer shows it well.

    Args:
        text: the page.
        titles: by file name, the title that replaces a link to the page.
        render_fence: gives the replacement of a fenced block by its node; None keeps the block.
    """
    return _Writer(titles, render_fence).blocks(_parse(text).children)


def page_title(text: str) -> str | None:
    """The text of the first heading of a page; None if it has no heading."""
    headings = (node for node in _parse(text).children if node.type == "heading")
    return next((_words(node) for node in headings), None)


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _parse(text: str) -> SyntaxTreeNode:
    from markdown_it.tree import SyntaxTreeNode

    return SyntaxTreeNode(_parser().parse(text))


def _has_emphasis(line: str, emphasis: Counter[str]) -> bool:
    """Whether a line is read with so many emphases of each kind: marks that stand together may be read otherwise."""
    from markdown_it.tree import SyntaxTreeNode

    read = SyntaxTreeNode(_parser().parseInline(line))
    return Counter(node.type for node in read.walk() if node.type in EMPHASIS) == emphasis


def _words(node: SyntaxTreeNode) -> str:
    leaves = (leaf for leaf in node.walk() if leaf.type in {"text", "code_inline", "softbreak", "hardbreak"})
    return "".join(leaf.content or " " for leaf in leaves).strip()


def _code(content: str) -> str:
    """Code inside a line, with enough backticks around it."""
    longest = max((len(list(run)) for character, run in groupby(content) if character == "`"), default=0)
    ticks = "`" * (longest + 1)
    has_spaces = content[:1] == content[-1:] == " " and content.strip(" ")  # CommonMark strips one at each end
    space = " " if has_spaces or "`" in (content[:1], content[-1:]) else ""
    return f"{ticks}{space}{content}{space}{ticks}"


def _indented(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join([first + lines[0], *(rest + line if line or rest.strip() else "" for line in lines[1:])])


class _Writer:
    """Writes the nodes of one page."""

    def __init__(self, titles: Mapping[str, str], render_fence: RenderFence) -> None:
        self.titles = titles
        self.render_fence = render_fence
        self.emphasis = Counter[str]()  # of the line that is written
        self.keeps_emphasis = True
        self.block_writers: dict[str, Callable[[SyntaxTreeNode], str]] = {
            "heading": lambda node: f"{'#' * int(node.tag[1])} {self.line(node)}".rstrip(),
            "paragraph": lambda node: _as_paragraph(self.line(node)),
            "hr": lambda _: "***",
            "blockquote": lambda node: _indented(self.blocks(node.children), "> ", "> "),
            "bullet_list": lambda node: self.items(node, lambda _: f"{node.markup} "),
            "ordered_list": lambda node: self.items(node, partial(_number, node)),
            "table": self.table,
            "fence": lambda node: self.render_fence(node) or _fenced(node),
            "code_block": _fenced,
            "html_block": lambda node: _as_paragraph(self.html(node)),
        }
        self.inline_writers: dict[str, Callable[[SyntaxTreeNode], str]] = {
            "text": lambda node: escape_markdown(node.content),
            "softbreak": lambda _: " ",
            "hardbreak": lambda _: "<br>",
            "code_inline": lambda node: _code(node.content),
            "html_inline": self.html,
            "image": lambda node: f"(picture: {escape_markdown(_words(node) or node.content)})",
            "link": self.link,
        }

    def blocks(self, nodes: Iterable[SyntaxTreeNode], between: str = "\n\n") -> str:
        """Blocks with an empty line between them."""
        return between.join(text for node in nodes if (text := self.block_writers[node.type](node)))

    def line(self, node: SyntaxTreeNode) -> str:
        """The content of a block, on one line; without emphasis, where its marks would be read otherwise."""
        children = node.children[0].children if node.children else ()
        self.emphasis.clear()
        line = "".join(map(self.inline, children))
        if not self.emphasis or _has_emphasis(line, self.emphasis):
            return line
        self.keeps_emphasis = False
        line = "".join(map(self.inline, children))
        self.keeps_emphasis = True
        return line

    def inline(self, node: SyntaxTreeNode) -> str:
        """A node inside a line; emphasis of any kind keeps its marks."""
        write = self.inline_writers.get(node.type)
        if write is not None:
            return write(node)
        self.emphasis[node.type] += 1
        mark = node.markup if self.keeps_emphasis else ""
        return f"{mark}{''.join(map(self.inline, node.children))}{mark}"

    def link(self, node: SyntaxTreeNode) -> str:
        """A link to the web; a link to a page becomes a reference by title, any other link its words."""
        words = "".join(map(self.inline, node.children))
        target = str(node.attrs.get("href", ""))
        if WEB_ADDRESS.match(target):
            return f"[{words}]({target.replace('(', '%28').replace(')', '%29')})"
        page = PAGE_ADDRESS.fullmatch(unquote(target))
        title = self.titles.get(page["page"]) if page else None
        if title is None or _words(node).casefold() == title.casefold():
            return words
        return f"{words} (“{escape_markdown(title)}”)"

    def html(self, node: SyntaxTreeNode) -> str:
        """Raw HTML as text, but for line breaks; comments are left out."""
        rest = COMMENT.sub("", node.content).strip("\n")
        return "<br>" if LINE_BREAK.fullmatch(rest) else "<br>".join(map(escape_markdown, rest.split("\n")))

    def items(self, node: SyntaxTreeNode, mark: Callable[[int], str]) -> str:
        """The items of a list, tight or loose as in the source."""
        tight = any(child.type == "paragraph" and child.hidden for item in node.children for child in item.children)
        between = "\n" if tight else "\n\n"
        return between.join(
            _indented(self.blocks(item.children, between), mark(index), " " * len(mark(index)))
            for index, item in enumerate(node.children)
        )

    def table(self, node: SyntaxTreeNode) -> str:
        """The rows of a table, a line each."""
        rows = [row.children for part in node.children for row in part.children]
        ruler = [ALIGNMENTS.get(str(cell.attrs.get("style", "")), "---") for cell in rows[0]]
        lines = [[self.line(cell).replace("|", "\\|") for cell in row] for row in rows]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in (lines[0], ruler, *lines[1:]))


def _number(node: SyntaxTreeNode, index: int) -> str:
    return f"{int(node.attrs.get('start', 1)) + index}{node.markup} "


def _as_paragraph(line: str) -> str:
    """The line, escaped where it would begin another block."""
    line = line.strip(" ")
    match = BLOCK_START.match(line)
    if match is None:
        return line
    return f"{match[0]}\\{line[match.end() :]}" if match[0].isdigit() else f"\\{line}"


def _fenced(node: SyntaxTreeNode) -> str:
    marks = "`" * max(3, max((len(run) for run in re.findall("`+", node.content)), default=0) + 1)
    return f"{marks}\n{node.content.removesuffix(chr(10))}\n{marks}"
