"""Checks the links of the documentation without a network.

python3 .ci/links.py

A link inside the repository must lead to a file that exists, and its anchor to a heading of that file. Of a link to
another host only the form is checked; `python3 .ci/docs.py --external` asks the hosts.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    "*.md",
    "docs/*.md",
    "annotation_guidelines/*.md",
    "corpus/*.md",
    "src/goldspan/**/*.md",
    "tests/data/*/README.md",
)
HTML_LINK = re.compile(r"""<(?:a|img)\b[^>]*?\b(?:href|src)\s*=\s*["']([^"']*)["']""", re.IGNORECASE)
HTML_ANCHOR = re.compile(r"""<a\b[^>]*?\b(?:id|name)\s*=\s*["']([^"']*)["']""", re.IGNORECASE)
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d+)?", re.IGNORECASE)
MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Link:
    """A link or an image of a page, and the line on which its paragraph begins."""

    page: Path
    line: int
    target: str


@dataclass(frozen=True)
class BrokenLink:
    """A link that leads nowhere, and why."""

    link: Link
    reason: str

    def __str__(self) -> str:
        return f"{self.link.page}:{self.link.line}: {self.link.target}: {self.reason}"


def pages(root: Path) -> list[Path]:
    """The pages whose links are checked, relative to the repository's root."""
    found = {path.relative_to(root) for pattern in PAGES for path in root.glob(pattern)}
    return sorted(path for path in found if "build" not in path.parts)


def broken_links(root: Path) -> list[BrokenLink]:
    """Every link of every page that leads nowhere, in the order of the pages."""
    anchors: dict[Path, frozenset[str]] = {}
    found = [
        (link, problem(root, link, anchors))
        for page in pages(root)
        for link in links(page, (root / page).read_text("utf-8"))
    ]
    return [BrokenLink(link, reason) for link, reason in found if reason]


def links(page: Path, text: str) -> Iterator[Link]:
    """The links and images of a page; those in code are none."""
    for token, line in inline_tokens(text):
        if token.type == "link_open":
            yield Link(page, line, str(token.attrs["href"]))
        elif token.type == "image":
            yield Link(page, line, str(token.attrs["src"]))
        elif token.type in {"html_inline", "html_block"}:
            yield from (Link(page, line, target) for target in HTML_LINK.findall(token.content))


def inline_tokens(text: str) -> Iterator[tuple[Token, int]]:
    """Each token inside a paragraph, heading or cell, and each block of HTML, with its line."""
    line = 1
    for token in MARKDOWN.parse(text):
        line = token.map[0] + 1 if token.map else line
        yield from ((child, line) for child in token.children or [token])


def problem(root: Path, link: Link, anchors: dict[Path, frozenset[str]]) -> str | None:
    """Why a link leads nowhere, or None.

    Args:
        root: The repository.
        link: The link.
        anchors: The anchors of the pages read so far, which this function adds to.
    """
    if link.target in {"", "#"}:
        return "is empty"
    address = urlsplit(link.target)
    if address.scheme or address.netloc:
        return form_problem(link.target)
    target = (root / link.page).parent / unquote(address.path) if address.path else root / link.page
    return path_problem(root, target, address.path) or anchor_problem(target, unquote(address.fragment), anchors)


def path_problem(root: Path, target: Path, path: str) -> str | None:
    """What is wrong with the path of a link inside the repository, or None."""
    if path.startswith("/"):
        return "begins with /; write it relative to the page"
    if not target.resolve().is_relative_to(root.resolve()):
        return "leads out of the repository"
    return None if exists_as_written(target) else "there is no such file"


def anchor_problem(target: Path, anchor: str, anchors: dict[Path, frozenset[str]]) -> str | None:
    """What is wrong with the anchor of a link, or None."""
    if not anchor:
        return None
    if target.suffix != ".md":
        return "has an anchor, but the file is not a page"
    if target not in anchors:
        anchors[target] = heading_anchors(target.read_text("utf-8"))
    return None if anchor in anchors[target] else "the page has no such heading"


def exists_as_written(path: Path) -> bool:
    """Whether a file exists with exactly these letters, also where the file system ignores case."""
    plain = path.resolve()
    return plain.exists() and plain.name in {"", *(each.name for each in plain.parent.iterdir())}


def form_problem(target: str) -> str | None:
    """What is wrong with the form of an address on another host, or None."""
    address = urlsplit(target)
    if address.scheme == "mailto":
        return None if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address.path) else "is no address of mail"
    if address.scheme not in {"http", "https"}:
        return "is neither http, https nor mailto"
    if not HOST.fullmatch(address.netloc):
        return "names no host"
    return None


def heading_anchors(text: str) -> frozenset[str]:
    """The anchors of a page: those that GitHub gives its headings, and those that it sets in HTML."""
    seen: dict[str, int] = {}
    anchors: set[str] = set()
    tokens = MARKDOWN.parse(text)
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open":
            slug = slugify(plain_text(content.children or []))
            times = seen.get(slug, 0)
            seen[slug] = times + 1
            anchors.add(f"{slug}-{times}" if times else slug)
    for token, _ in inline_tokens(text):
        if token.type in {"html_inline", "html_block"}:
            anchors.update(HTML_ANCHOR.findall(token.content))
    return frozenset(anchors)


def plain_text(tokens: list[Token]) -> str:
    """The words of a heading without its markup."""
    return "".join(token.content for token in tokens if token.type in {"text", "code_inline"})


def slugify(heading: str) -> str:
    """The anchor of a heading: small letters, no punctuation but - and _, a hyphen for each space."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def main() -> int:
    """Print each broken link; 1 if there is one."""
    broken = broken_links(ROOT)
    for each in broken:
        print(each, file=sys.stderr)
    print(f"{len(pages(ROOT))} pages: {len(broken)} broken links; of links to other hosts, only the form is checked")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
