"""Markdown made safe and plain for a viewer that is not ours.

Doccano's viewer (tui-editor 1) breaks a line wherever the source does and lets raw HTML through a sanitiser. So a
page is parsed (CommonMark 0.31, with tables and strike-through) and written anew: each paragraph on one line, raw HTML
as the words that it is, comments left out, links only to the web, pictures as what stands for them.

The guideline page of a project: all that an annotator reads, on one page of Markdown.

Doccano shows it from the toolbar of the annotation page, in one dialogue without files beside it. Its viewer lets
`style` through, so an example shows its words in the colour of their label, as the annotation page does.
"""

from __future__ import annotations

import re
from functools import partial
from html import escape as escape_html
from itertools import groupby
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.doccano import labels
from goldspan.guidelines.pages import read_blocks
from goldspan.report.svg import ink
from goldspan.report.text import table_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from markdown_it.tree import SyntaxTreeNode

    from goldspan.annotation import Example, Label, LabelScheme, Span
    from goldspan.corpus import Corpus
    from goldspan.guidelines.pages import GuidelineExample

if TYPE_CHECKING:
    Fence = Callable[[SyntaxTreeNode], str | None]

SPECIAL = re.compile(r"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w])")
OPENING = re.compile(r"[-+#>=|:]|\d{1,9}(?=[.)])")  # what begins another block where it begins a line
BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
COMMENT = re.compile(r"\s*<!--.*?-->\s*", re.DOTALL)
WEB = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
PAGE = re.compile(r"(?P<page>[^/?#:]+\.md)(#.*)?")
ALIGNED = {"text-align:left": ":---", "text-align:center": ":---:", "text-align:right": "---:"}


def rewrite(text: str, titles: Mapping[str, str], fence: Fence) -> str:
    """The Markdown of a page, written anew.

    Args:
        text: the page.
        titles: per file name the title that a link to it is replaced by.
        fence: what stands for a fenced block, given its node; None for the block as it is.
    """
    return _Writer(titles, fence).blocks(_parse(text).children)


def page_title(text: str) -> str | None:
    """The words of the first heading of a page."""
    headings = (node for node in _parse(text).children if node.type == "heading")
    return next((_words(node) for node in headings), None)


def escape(words: str) -> str:
    """Words as Markdown that shows just these."""
    return SPECIAL.sub(_escaped, " ".join(words.split("\n")))


def _parse(text: str) -> SyntaxTreeNode:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return SyntaxTreeNode(parser.parse(text))


def _escaped(found: re.Match[str]) -> str:
    return "&amp;" if found[0] == "&" else f"\\{found[0]}"


def _words(node: SyntaxTreeNode) -> str:
    leaves = (leaf for leaf in node.walk() if leaf.type in {"text", "code_inline", "softbreak", "hardbreak"})
    return "".join(leaf.content or " " for leaf in leaves).strip()


def _code(content: str) -> str:
    longest = max((len(list(run)) for tick, run in groupby(content) if tick == "`"), default=0)
    ticks = "`" * (longest + 1)
    blank = (
        " " if "`" in (content[:1], content[-1:]) or (content.strip(" ") and content[:1] == content[-1:] == " ") else ""
    )
    return f"{ticks}{blank}{content}{blank}{ticks}"


def _indented(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join([first + lines[0], *(rest + line if line or rest.strip() else "" for line in lines[1:])])


class _Writer:
    """Writes the nodes of one page."""

    def __init__(self, titles: Mapping[str, str], fence: Fence) -> None:
        self.titles = titles
        self.fence = fence
        self.written: dict[str, Callable[[SyntaxTreeNode], str]] = {
            "heading": lambda node: f"{'#' * int(node.tag[1])} {self.line(node)}".rstrip(),
            "paragraph": lambda node: _guarded(self.line(node)),
            "hr": lambda _: "***",
            "blockquote": lambda node: _indented(self.blocks(node.children), "> ", "> "),
            "bullet_list": lambda node: self.items(node, lambda _: f"{node.markup} "),
            "ordered_list": lambda node: self.items(node, partial(_number, node)),
            "table": self.table,
            "fence": lambda node: self.fence(node) or _fenced(node),
            "code_block": _fenced,
            "html_block": lambda node: _guarded(self.html(node)),
        }
        self.inline: dict[str, Callable[[SyntaxTreeNode], str]] = {
            "text": lambda node: escape(node.content),
            "softbreak": lambda _: " ",
            "hardbreak": lambda _: "<br>",
            "code_inline": lambda node: _code(node.content),
            "html_inline": self.html,
            "image": lambda node: f"(picture: {escape(_words(node) or node.content)})",
            "link": self.link,
        }

    def blocks(self, nodes: Iterable[SyntaxTreeNode], between: str = "\n\n") -> str:
        """Blocks with a blank line between them."""
        return between.join(text for node in nodes if (text := self.written[node.type](node)))

    def line(self, node: SyntaxTreeNode) -> str:
        """What stands inside a block, on one line."""
        return "".join(map(self.spans, node.children[0].children if node.children else ()))

    def spans(self, node: SyntaxTreeNode) -> str:
        """What stands inside a line; emphasis of any kind keeps its marks."""
        write = self.inline.get(node.type)
        if write is not None:
            return write(node)
        return f"{node.markup}{''.join(map(self.spans, node.children))}{node.markup}"

    def link(self, node: SyntaxTreeNode) -> str:
        """A link to the web; one to a page becomes a reference by title, any other its words."""
        words = "".join(map(self.spans, node.children))
        target = str(node.attrs.get("href", ""))
        if WEB.match(target):
            return f"[{words}]({target.replace('(', '%28').replace(')', '%29')})"
        page = PAGE.fullmatch(target)
        named = self.titles.get(page["page"]) if page else None
        if named is None or _words(node).casefold() == named.casefold():
            return words
        return f"{words} (“{escape(named)}”)"

    def html(self, node: SyntaxTreeNode) -> str:
        """Raw HTML as the words that it is, but for line breaks; comments say nothing."""
        rest = COMMENT.sub("", node.content).strip("\n")
        return "<br>" if BREAK.fullmatch(rest) else "<br>".join(map(escape, rest.split("\n")))

    def items(self, node: SyntaxTreeNode, mark: Callable[[int], str]) -> str:
        """The items of a list, tight or loose as they were."""
        tight = any(child.type == "paragraph" and child.hidden for item in node.children for child in item.children)
        between = "\n" if tight else "\n\n"
        return between.join(
            _indented(self.blocks(item.children, between), mark(at), " " * len(mark(at)))
            for at, item in enumerate(node.children)
        )

    def table(self, node: SyntaxTreeNode) -> str:
        """The rows of a table, a line each."""
        rows = [row.children for part in node.children for row in part.children]
        ruler = [ALIGNED.get(str(cell.attrs.get("style", "")), "---") for cell in rows[0]]
        lines = [[self.line(cell).replace("|", "\\|") for cell in row] for row in rows]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in (lines[0], ruler, *lines[1:]))


def _number(node: SyntaxTreeNode, at: int) -> str:
    return f"{int(node.attrs.get('start', 1)) + at}{node.markup} "


def _guarded(line: str) -> str:
    """A paragraph whose first letter begins no other block."""
    line = line.strip(" ")
    found = OPENING.match(line)
    if found is None:
        return line
    return f"{found[0]}\\{line[found.end() :]}" if found[0].isdigit() else f"\\{line}"


def _fenced(node: SyntaxTreeNode) -> str:
    marks = "`" * max(3, max((len(run) for run in re.findall("`+", node.content)), default=0) + 1)
    return f"{marks}\n{node.content.removesuffix(chr(10))}\n{marks}"


FIRST = "README.md"
NOT_SHOWN = {"CHANGELOG.md", "checks.md"}  # for those who keep the guidelines, not for those who follow them
BOX = "border-left:4px solid {};background:#f4f6f8;color:#222222;padding:8px 14px;margin:10px 0;white-space:pre-wrap"
GREY, RED, CAPTION = "#9aa5b1", "#b3261e", "#5b6570"
MARK = "background:{};color:{};padding:2px {}px"  # 0 in examples: padding would look like a marked blank
LEGEND = (
    "In the boxes below, each span stands on the colour of its label, and the line beneath names it. "
    "`[words]{LABEL}` in the text means the same."
)


def render_page(corpus: Corpus) -> str:
    """The guideline page: the labels, the pages, the version; it begins and ends with a letter, as Doccano stores it.

    Raises:
        InputError: for a page or a block of an example that cannot be read.
    """
    paths = page_files(corpus)
    texts = {path: files.decode(files.read_bytes(path), path) for path in paths}
    titles = {path.name: page_title(text) or path.stem for path, text in texts.items()}
    blocks = _blocks(corpus) if paths else {}
    parts = [_overview(corpus.scheme)]
    parts += [_rewritten(path, text, titles, blocks, corpus.scheme) for path, text in texts.items()]
    parts.append(_colophon(corpus.scheme))
    return "\n\n".join(part for part in parts if part)


def page_files(corpus: Corpus) -> list[Path]:
    """The pages that annotators read: the general ones, then those of the labels, in the order of the scheme."""
    of_labels = list(dict.fromkeys(label.page for label in corpus.scheme.labels))
    names = {path.name for path in corpus.guidelines.glob("*.md")} - NOT_SHOWN
    general = sorted(names.difference(of_labels), key=lambda name: (name != FIRST, name))
    return [corpus.guidelines / name for name in (*general, *(name for name in of_labels if name in names))]


def missing_pages(corpus: Corpus) -> list[str]:
    """The pages that the scheme names and that are not there."""
    named = dict.fromkeys(label.page for label in corpus.scheme.labels)
    return [name for name in named if not (corpus.guidelines / name).is_file()]


def _blocks(corpus: Corpus) -> dict[tuple[str, int], GuidelineExample]:
    return {(block.file.name, block.line): block for block in read_blocks(corpus.guidelines)}


def _rewritten(
    path: Path,
    text: str,
    titles: Mapping[str, str],
    blocks: Mapping[tuple[str, int], GuidelineExample],
    scheme: LabelScheme,
) -> str:
    def shown(node: SyntaxTreeNode) -> str | None:
        block = blocks.get((path.name, node.map[0] + 1)) if node.map else None
        return None if block is None else _block(block, scheme)

    return rewrite(text, titles, shown)


def _overview(scheme: LabelScheme) -> str:
    rows = [
        f"| {table_cell(_swatch(label))} | {_key(label)} | {table_cell(escape(label.definition))} |"
        for label in scheme.labels
    ]
    return "\n".join(
        ["# The labels at a glance", "", "| Label | Key | What it marks |", "|---|---|---|", *rows, "", LEGEND]
    )


def _swatch(label: Label) -> str:
    style = MARK.format(label.colour, ink(label.colour), 4)
    return f'<mark style="{style}">{escape(label.name)}</mark>'


def _key(label: Label) -> str:
    return f"`{label.shortcut}`" if label.shortcut in labels.KEYS else "–"


def _colophon(scheme: LabelScheme) -> str:
    return (
        f"***\n\nVersion {escape(scheme.version)} of the guidelines. This page is made from the project's "
        "annotation guidelines; what is changed here is overwritten."
    )


def _block(block: GuidelineExample, scheme: LabelScheme) -> str:
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
