"""The text of a Markdown file without its markup, and what its front matter states.

Annotators read `Fokker`, not `[Fokker](https://…)`: emphasis, the addresses of links, pictures, comments and the signs
of headings are left out, and lines that Markdown joins are joined. A list keeps a line for each item with its number or
dash, a table a line for each row. `markdown-it-py` reads it, by CommonMark with tables and strikethrough.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import yaml

from goldspan import files, validation
from goldspan.articles.columns import usual_statements
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

SUFFIXES = (".md", ".markdown")
FENCES = {"---": ("---", "..."), "+++": ("+++",)}  # around front matter in YAML, and in TOML
EMPTY_REMEDY = "Write its text or remove it."
FRONT_REMEDY = (
    "The lines between the first two --- are keys and values in YAML, between +++ in TOML; remove what is none."
)
UNREAD = frozenset({"script", "style", "head", "template"})  # whose content nobody reads
SPACES = re.compile(r"[ \t\n\r]+")


@dataclass(frozen=True)
class MarkdownArticle:
    """A Markdown file as it was read.

    Args:
        text: without markup.
        extractor: what read it, with its version.
        stated: what its front matter states, by the key of the manifest.
        heading: the heading of the first level that it begins with.
        language: that its front matter states.
        front: all keys of its front matter.
    """

    text: str
    extractor: str
    stated: Mapping[str, Any] = field(default_factory=dict)
    heading: str | None = None
    language: str | None = None
    front: Mapping[str, Any] = field(default_factory=dict)


def read_markdown(path: Path) -> MarkdownArticle:
    """The text of a Markdown file.

    Raises:
        InputError: for what is not UTF-8, front matter that is not YAML or TOML, and a file without text.
    """
    source = files.decode(files.read_bytes(path), path)
    front, body = _front_matter(source, path)
    tree = _tree(body)
    text = "\n\n".join(_blocks(tree.children))
    if not text.strip():
        raise InputError("the file has no text", file=path, remedy=EMPTY_REMEDY)
    first = tree.children[0] if tree.children else None
    heading = _words(first) if first is not None and first.type == "heading" and first.tag == "h1" else None
    language = next((str(front[key]) for key in ("lang", "language") if isinstance(front.get(key), str)), None)
    return MarkdownArticle(text + "\n", _extractor(), usual_statements(front), heading, language, front)


def plain_text(source: str) -> str:
    """A Markdown text without markup, its blocks with an empty line between them."""
    return "\n\n".join(_blocks(_tree(source).children))


def plain_paragraphs(source: str) -> tuple[str | None, list[str]]:
    """The first heading of the first level of a Markdown text, and its paragraphs, without markup and each on one line.

    Paragraphs are those between headings, not those in lists, tables and quotations.
    """
    nodes = _tree(source).children
    title = next((_words(node) for node in nodes if node.type == "heading" and node.tag == "h1"), None)
    words = (" ".join(_words(node).split()) for node in nodes if node.type == "paragraph")
    return title, [paragraph for paragraph in words if paragraph]


@cache
def _extractor() -> str:
    return f"markdown-it-py {version('markdown-it-py')}"


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _tree(source: str) -> SyntaxTreeNode:
    from markdown_it.tree import SyntaxTreeNode

    return SyntaxTreeNode(_parser().parse(source))


def _front_matter(source: str, path: Path) -> tuple[dict[str, Any], str]:
    """The keys that a file begins with, and the rest of it."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ends = FENCES.get(lines[0].rstrip(), ())
    end = next((number for number, line in enumerate(lines) if number and line.rstrip() in ends), None)
    if end is None:
        return {}, "\n".join(lines)
    content = "\n".join(["", *lines[1:end]])  # with the first line, so that the lines of errors are those of the file
    front = validation.parse_toml(content, path, FRONT_REMEDY) if ends == ("+++",) else _yaml(content, path)
    if not isinstance(front, dict):  # a rule above and below a paragraph
        return {}, "\n".join(lines)
    return {str(key): _plain(value) for key, value in front.items()}, "\n".join(lines[end + 1 :])


def _yaml(content: str, path: Path) -> Any:  # noqa: ANN401  (YAML is any)
    try:
        return yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        reason = getattr(error, "problem", None) or "it is nested too deeply or holds an impossible date"
        raise InputError(f"not YAML: {reason}", file=path, line=line, remedy=FRONT_REMEDY) from None


def _plain(value: Any) -> Any:  # noqa: ANN401  (YAML is any)
    """A value of front matter with a date as ISO 8601."""
    return value.isoformat() if isinstance(value, dt.date) else value


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> Iterator[str]:
    """The text of each block: a paragraph, a heading, a list, a table."""
    for child in nodes:
        if child.type in {"paragraph", "heading"}:
            words = _words(child)
        elif child.type in {"bullet_list", "ordered_list"}:
            words = "\n".join(_items(child))
        elif child.type == "table":
            words = "\n".join(row for part in child.children for row in map(_row, part.children) if row.strip(" |"))
        elif child.type in {"fence", "code_block"}:
            words = child.content.strip("\n")
        elif child.type == "html_block":
            words = _without_tags(child.content)
        elif child.type == "blockquote":
            yield from _blocks(child.children)
            continue
        else:  # a rule between paragraphs
            continue
        if words.strip():
            yield words


def _items(node: SyntaxTreeNode, depth: int = 0) -> Iterator[str]:
    """The lines of a list, an item each; what an item holds besides its first paragraph follows on lines of its own."""
    begin = node.attrs.get("start", 1)
    for number, item in enumerate(node.children, int(begin)):
        sign = f"{number}." if node.type == "ordered_list" else "-"
        indent = "  " * depth
        for place, child in enumerate(item.children):
            if child.type in {"bullet_list", "ordered_list"}:
                yield from _items(child, depth + 1)
            else:
                words = "\n".join(_blocks([child]))
                yield from [f"{indent}{sign} {words}" if place == 0 else f"{indent}  {words}"] if words else []


def _row(node: SyntaxTreeNode) -> str:
    return " | ".join(_words(cell) for cell in node.children)


def _words(node: SyntaxTreeNode) -> str:
    """The words of a block, on one line but for the line breaks that it asks for."""
    words = "".join(_pieces(node))
    return "\n".join(line for part in words.split("\v") if (line := SPACES.sub(" ", part).strip()))


def _pieces(node: SyntaxTreeNode) -> Iterator[str]:
    for child in node.children:
        if child.type in {"text", "code_inline"}:
            yield child.content
        elif child.type == "softbreak":
            yield " "
        elif child.type == "hardbreak" or (child.type == "html_inline" and child.content.lower().startswith("<br")):
            yield "\v"
        elif child.type != "image":
            yield from _pieces(child)


class _ReadableText(HTMLParser):
    """Collects what a reader of HTML sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  (as of the parser)
        """Begin an element."""
        self.unread += tag in UNREAD
        if tag in {"br", "p", "div", "li", "tr"}:
            self.pieces.append("\v")

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        self.unread -= tag in UNREAD and self.unread > 0

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if not self.unread:
            self.pieces.append(data)


def _without_tags(html: str) -> str:
    parser = _ReadableText()
    parser.feed(html)
    parser.close()
    words = "".join(parser.pieces)
    return "\n".join(line for part in words.split("\v") if (line := SPACES.sub(" ", part).strip()))
