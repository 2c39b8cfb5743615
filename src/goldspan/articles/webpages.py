"""The main text of a saved web page, and what the page states of itself.

The text is what `trafilatura` finds: headings, paragraphs, lists, tables and quotations, without menus, comments and
advertisements. Title, byline, date, outlet and address are read from where a page states them for other programs:
JSON-LD of an article, meta elements (Open Graph, Dublin Core, Highwire), links, `title`. Nothing is guessed from its
words. The extra `html` installs what is needed.
"""

from __future__ import annotations

import codecs
import logging
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json
from goldspan.articles.columns import ADDRESS, one_line
from goldspan.articles.dates import publication_date
from goldspan.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUFFIXES = (".html", ".htm", ".xhtml")
EXTRA_REMEDY = "Run: pip install 'goldspan[html]'"
FEWEST_WORDS = 10  # of a main text; a page with fewer holds a notice, not an article
NOTICE = re.compile(
    r"(?i)\b(?:cookies?|consent|javascript|captcha|browser|adblocker|ad blocker|subscribe|abonnement)\b"
)
LONGEST_NOTICE = 150  # words
FEWEST_SIGNS = 3  # words of a notice in a text that may be one
PRESCAN = 4096  # bytes in which a page states its encoding
DECLARED = re.compile(rb"""<meta[^>]+?charset\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE)
XML_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]+?encoding\s*=\s*["']([\w:.-]+)["']""")
XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
# The encodings that browsers read by these names (WHATWG Encoding Standard).
READ_AS = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
    "utf-16": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8",
}  # fmt: skip
CONTROLS = re.compile(r"[\x00-\x1f]")  # which pages leave in the strings of their JSON
ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report|Review)$")
# The names of meta elements, in the order in which they count.
META = {
    "title": ("og:title", "citation_title", "dc.title", "dcterms.title", "parsely-title", "headline", "twitter:title"),
    "publisher": ("og:site_name", "citation_journal_title", "dc.publisher", "dcterms.publisher", "article:publisher"),
    "author": (
        "author", "article:author", "citation_author", "dc.creator", "dcterms.creator", "parsely-author", "byl",
        "sailthru.author",
    ),
    "published": (
        "article:published_time", "og:article:published_time", "datepublished", "citation_publication_date",
        "citation_date", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "dcterms.created",
        "parsely-pub-date", "sailthru.date", "publication_date", "publish-date", "pubdate", "date",
    ),
    "url": ("og:url", "parsely-link"),
    "licence": ("dcterms.license", "dcterms.rights", "dc.rights", "license", "rights", "copyright"),
}  # fmt: skip
BLOCKS = {"p", "head", "quote", "code", "item", "row", "lb", "list", "table", "div"}


@dataclass(frozen=True)
class WebPage:
    """A page as it was read.

    Args:
        text: its main text, a paragraph to a block, with an empty line between.
        extractor: what found it, with its version.
        stated: what the page states of itself, by the key of the manifest.
        language: of the page, if it states one.
        doubts: sentences on what is not clear about the text.
    """

    text: str
    extractor: str
    stated: dict[str, Any] = field(default_factory=dict)
    language: str | None = None
    doubts: tuple[str, ...] = ()


def read_page(path: Path) -> WebPage:
    """The main text of a saved page.

    Raises:
        InputError: for a page that is not in the encoding that it states, or holds no main text.
        NotFoundError: if trafilatura is not installed.
    """
    try:
        import trafilatura  # noqa: F401  (it is seen early whether it is there, with all that it needs)
    except ImportError as error:
        why = f"web pages are read with the package trafilatura, which cannot be used: {error}"
        raise NotFoundError(why, file=path, remedy=EXTRA_REMEDY) from None
    data = files.read_bytes(path)
    if not data.strip():
        raise InputError("the file is empty", file=path, remedy="Write its content or remove it.")
    html, doubt = decode_page(data, path)
    html = XML_DECLARATION.sub("", html)
    text = _main_text(html)
    words = text.split()
    characters = sum(map(len, words))
    if len(words) < FEWEST_WORDS and characters < FEWEST_WORDS * 4:
        found = f", only {text[:60]!r}" if text else ""
        raise InputError(
            f"no main text is found in the page{found}",
            file=path,
            remedy="Save the page as a browser shows it, or its text as .txt; --skip-invalid leaves it out.",
        )
    stated, language = _statements(html)
    is_notice = len(words) < LONGEST_NOTICE and len(NOTICE.findall(text)) >= FEWEST_SIGNS
    doubts = (doubt, "the text may be a notice on cookies or subscriptions, not an article" if is_notice else "")
    return WebPage(text, _extractor(), stated, language, tuple(filter(None, doubts)))


def decode_page(data: bytes, path: Path) -> tuple[str, str]:
    """The text of a page in the encoding that its byte order mark or its first lines state, else in UTF-8; and a doubt.

    A page that states another encoding and is UTF-8 throughout was saved by a program that did not change what it
    states: bytes of another encoding hardly ever are valid UTF-8. It is read as UTF-8, and the doubt says so.

    Raises:
        InputError: for an encoding that is not known, and for bytes that it does not have.
    """
    name, stated = _encoding(data, path)
    doubt = ""
    if stated is not None and name != "utf-8" and not name.startswith("utf-") and _is_utf8(data):
        doubt = f"the page states the encoding {stated}, and is read in UTF-8, which all of it is"
        name = "utf-8"
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        what, remedy = "not UTF-8", "Save the page again, with its encoding stated: <meta charset=…>."
        if stated is not None:
            what, remedy = f"not {stated}, which the page states", files.encoding_remedy(data)
        where = f"byte 0x{data[error.start]:02x} at byte {error.start}"
        raise InputError(f"{what}: {where}", file=path, remedy=remedy) from None
    if "\0" in text:
        remedy = files.encoding_remedy(data)
        raise InputError(f"NUL at code point {text.index(chr(0))}", file=path, remedy=remedy)
    return text.removeprefix("\ufeff"), doubt


def _is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8 with more than ASCII."""
    try:
        return not data.isascii() and bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _encoding(data: bytes, path: Path) -> tuple[str, str | None]:
    """The codec of a page, and the name by which the page states it."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return name, name.upper()
    head = data[:PRESCAN]
    if data[:2] in (b"<\0", b"\0<"):
        return ("utf-16-le" if data[0] else "utf-16-be"), "UTF-16"
    match = DECLARED.search(head) or XML_DECLARED.search(head)
    if match is None:
        return "utf-8", None
    stated = match[1].decode("ascii", "replace")
    try:
        known = codecs.lookup(stated).name
        "".encode(known)  # a codec of texts
    except (LookupError, ValueError):
        raise InputError(
            f"the page states the encoding {stated!r:.40}, which is not known",
            file=path,
            remedy="Convert the page to UTF-8, and state that: <meta charset=utf-8>.",
        ) from None
    return READ_AS.get(known, known), stated


@cache
def _extractor() -> str:
    return f"trafilatura {version('trafilatura')}"


def _main_text(html: str) -> str:
    """The main text that trafilatura finds; empty if it finds none."""
    for name in ("trafilatura", "htmldate", "courlan", "justext"):  # a page without text is reported by us
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    import trafilatura

    document = trafilatura.bare_extraction(html, include_comments=False, include_tables=True, deduplicate=False)
    body = getattr(document, "body", None)
    if body is None:
        return ""
    text = "\n\n".join(_blocks(body))
    return text + "\n" if text else ""


def _blocks(body: Any) -> list[str]:  # noqa: ANN401  (an element of lxml)
    """The blocks of a body: paragraphs, headings, quotations; a list or a table is one, with a line for each part."""
    blocks: list[str] = []
    for element in body:
        if not isinstance(element.tag, str):
            continue
        if element.tag == "list":
            lines = [f"- {words}" for item in element.iter("item") if (words := _words(item))]
        elif element.tag == "table":
            rows = ([_words(cell) for cell in row.iter("cell")] for row in element.iter("row"))
            lines = [" | ".join(cells) for cells in rows if any(cells)]
        elif element.tag in {"div", "quote"} and any(child.tag in BLOCKS - {"lb"} for child in element):
            lines = _blocks(element)
            blocks += [words] if (words := _collapse(element.text or "")) else []
            blocks += lines
            continue
        else:
            lines = _lines(element)
        if lines:
            blocks.append("\n".join(lines))
        if tail := _collapse(element.tail or ""):
            blocks.append(tail)
    return blocks


def _lines(element: Any) -> list[str]:  # noqa: ANN401  (an element of lxml)
    """The lines of a paragraph, which line breaks part."""
    words = "".join(_pieces(element))
    return [line for part in words.split("\n") if (line := _collapse(part))]


def _pieces(element: Any) -> Iterator[str]:  # noqa: ANN401  (an element of lxml)
    yield (element.text or "").replace("\n", " ")
    for child in element:
        if child.tag == "lb":
            yield "\n"
        elif isinstance(child.tag, str) and child.tag != "list":  # the items of a list inside are lines of their own
            yield from _pieces(child)
        yield (child.tail or "").replace("\n", " ")


def _words(element: Any) -> str:  # noqa: ANN401  (an element of lxml)
    """The words of an element on one line."""
    return " ".join(_lines(element))


def _collapse(words: str) -> str:
    return re.sub(r"[ \t\r\n\f\v]+", " ", words).strip()


def _statements(html: str) -> tuple[dict[str, Any], str | None]:
    """What a page states of itself, by the key of the manifest, and its language."""
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    try:
        tree = document_fromstring(html.encode("utf-8"), parser=HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return {}, None
    linked = _linked_data(tree)
    meta: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if content := _collapse(element.get("content") or ""):
            meta.setdefault(name.lower(), []).append(content)
    found: dict[str, Any] = {}
    for key, names in META.items():
        values = [linked[key]] if one_line(linked.get(key)) else []
        values += [value for name in names if (value := _meta(meta.get(name, []), key))]
        values += [value for value in (_element(tree, key),) if value]
        if values:  # a year, a path: another element may state the whole
            found[key] = next((value for value in values if _is_whole(key, one_line(value))), values[0])
    publisher = one_line(found.get("publisher"))
    title = one_line(found.get("title"))
    if publisher and (match := re.fullmatch(rf"(.+?)\s+[|·–—-]\s+{re.escape(publisher)}", title)):
        found["title"] = match[1]
    language = tree.get("lang") or one_line(linked.get("language")) or None
    return found, language


def _is_whole(key: str, words: str) -> bool:
    """Whether words are a whole date, where that is meant, or a whole address."""
    if key == "published":
        return publication_date(words) is not None
    return key != "url" or ADDRESS.fullmatch(words) is not None


def _meta(values: list[str], key: str) -> str:
    """The contents of meta elements of one name; addresses are no names of people or outlets."""
    if key in {"author", "publisher"}:
        values = [value for value in values if not ADDRESS.match(value)]
    return one_line(values if key == "author" else values[:1])


def _element(tree: Any, key: str) -> str:  # noqa: ANN401  (an element of lxml)
    """What an element of the page itself states: its title, a date, a link to its address or its licence."""
    if key == "title":
        return _collapse(next((element.text_content() for element in tree.iter("title")), ""))
    if key == "published":
        times = tree.xpath("//time[@datetime][@pubdate or @itemprop='datePublished']/@datetime")
        return _collapse(times[0]) if times else ""
    relation = {"url": "canonical", "licence": "license"}.get(key)
    for element in tree.iter("link", "a") if relation else ():
        address = _collapse(element.get("href") or "")
        if relation in (element.get("rel") or "").lower().split() and ADDRESS.fullmatch(address):
            return address
    return ""


def _linked_data(tree: Any) -> dict[str, Any]:  # noqa: ANN401  (an element of lxml)
    """What the JSON-LD of a page states of the article; JSON that is broken states nothing."""
    for element in tree.iter("script"):
        if (element.get("type") or "").strip().lower() != "application/ld+json":
            continue
        try:
            value = strict_json.loads(CONTROLS.sub(" ", element.text or ""))
        except strict_json.JSONError:
            continue
        for node in _nodes(value):
            kinds = node.get("@type")
            if any(isinstance(kind, str) and ARTICLE_TYPE.search(kind) for kind in _listed(kinds)):
                address = node.get("url") or node.get("mainEntityOfPage")
                address = address.get("@id") if isinstance(address, dict) else address
                licence = node.get("license")
                return {
                    "title": node.get("headline") or node.get("name"),
                    "author": node.get("author") or node.get("creator"),
                    "published": node.get("datePublished"),
                    "publisher": node.get("publisher"),
                    "url": address if isinstance(address, str) and ADDRESS.fullmatch(address) else None,
                    "licence": licence.get("url") if isinstance(licence, dict) else licence,
                    "language": node.get("inLanguage"),
                }
    return {}


def _nodes(value: Any, depth: int = 4) -> Iterator[dict[str, Any]]:  # noqa: ANN401  (JSON is any)
    for part in _listed(value):
        if isinstance(part, dict):
            yield part
            if depth:
                yield from _nodes(part.get("@graph"), depth - 1)


def _listed(value: Any) -> list[Any]:  # noqa: ANN401  (JSON is any)
    return value if isinstance(value, list) else [] if value is None else [value]
