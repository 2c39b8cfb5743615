"""What a plain text says of itself in its first and last lines: title, byline, date, outlet, address, rights.

These are proposals for a person to accept, since nothing marks such a line as what it looks like. Only what stands
there in so many words is proposed: a line `By Jane Doe`, a date that can only be one day, `© De Krant`,
`Source: De Krant`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import regex

from goldspan.articles.columns import ADDRESS, NAMES, RAGGED, TWO_DAYS, statements
from goldspan.articles.dates import is_ambiguous, publication_date
from goldspan.articles.paragraphs import line_wrapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.articles.dates import DateOrder

FIRST_LINES, LAST_LINES = 8, 5  # that are not empty, in which a text says what it is
LONGEST_TITLE, LONGEST_LINE = 160, 120  # characters
FEW_WORDS = 4  # of a first line that may be the outlet's name, above a title
HEAD = 4000  # characters in which the first lines are looked for, and the last ones
BY = (
    "by|words by|story by|written by|text by|von|text von|door|tekst|par|por|da|de|di|av|af|od|przez|author|authors|"
    "auteur|autor|автор|作者|記者|记者"
)
NAME = r"\p{Lu}[\p{L}\p{M}'’.-]*"
PARTICLES = r"van|von|der|den|de|del|della|di|da|du|el|al|bin|ter|ten|la|le|y|e|i|en|and|und|et|og|och|&"
PEOPLE = rf"{NAME}(?:,?\s+(?:(?:{PARTICLES})\s+)*{NAME}){{1,8}}"
BYLINE = regex.compile(rf"(?i:{BY})\s*[:：]?\s+(?P<author>{PEOPLE})")
BYLINE_WITH_COLON = regex.compile(rf"(?i:{BY})\s*[:：]\s*(?P<author>\S.{{1,60}})")
DATED = re.compile(
    r"(?i)(?:published|updated|posted|date|on|gepubliceerd|geplaatst|datum|op|veröffentlicht|erschienen|stand|am|publié|"
    r"paru|le|publicado|fecha|el|pubblicato|data|il|publicerad|publiceret|publisert|opublikowano|опубликовано|дата|發布|发布)"
    r"(?:\s+(?:on|op|am|le|el|il|den|em))?\s*[:：]?\s+(?P<date>.*\d.*)"
)
RIGHTS = re.compile(
    r"(?i)(?:©|\(c\)\s|copyright\b)\s*(?:©\s*|\(c\)\s*)?(?:by\s+)?(?:\d{4}(?:\s*[-–]\s*\d{4})?)?[\s,:]*"
    r"(?P<holder>\S.*)?"
)
HOLDER_ENDS = re.compile(
    r"(?i)[.,;|–-]?\s*(?:all rights|alle recht|tous droits|todos los derechos|tutti i diritti).*|\s*\d{4}$"
)
SOURCE = re.compile(
    r"(?i)(?:source|bron|quelle|fuente|fonte|kilde|källa|źródło|источник|来源|來源|출처)\s*[:：]\s*(?P<name>\S.{1,60})"
)
KEYED = re.compile(r"(?P<key>[^\W\d][\w -]{1,24}?)\s*[:：]\s+(?P<value>\S.*)")
DATELINE = regex.compile(
    r"(?P<place>\p{Lu}[\p{L}\p{M}'’./ -]{1,40}),\s+(?P<date>[^()\n–—]{6,40}?\d{4})\s*"
    r"(?:\((?P<agency>[^()\n]{2,40})\)\s*)?[–—-]{1,2}\s"
)
PARTS = re.compile(r"\s+[|·•]\s+")
ENDS = ".!;,:…。،؛"


@dataclass(frozen=True, slots=True)
class StoryHeader:
    """What a text says of itself.

    Args:
        proposed: by the key of the manifest.
        doubts: by the key of the manifest, a sentence on what is not proposed because it may be two things.
    """

    proposed: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)


def story_header(text: str, language: str = "en", order: DateOrder | None = None) -> StoryHeader:
    """What a plain text says of itself.

    Args:
        text: of the article.
        language: of the text, for the names of months.
        order: of the numbers in dates such as `03/04/2024`.
    """
    first = _lines(text[:HEAD])[:FIRST_LINES]
    last = _lines(text[-HEAD:])[-LAST_LINES:] if len(text) > HEAD else _lines(text)[FIRST_LINES:][-LAST_LINES:]
    found: dict[str, str] = {}
    doubts: dict[str, str] = {}
    for key, value in _keyed(first, language, order):
        found.setdefault(key, value)
    for line in (*first, *last):
        for part in _parts(line):
            for key, value in _read(part, language, order).items():
                found.setdefault(key, value)
            if is_ambiguous(part):
                doubts.setdefault("published", f"{part!r} {TWO_DAYS}")
    titles = [line for line in first[:2] if _is_title(line, language)]
    if "title" not in found and first[:1] == titles[:1] and _stands_apart(text, first):
        if len(titles) > 1 and len(titles[0].split()) <= FEW_WORDS:
            doubts["title"] = f"the title may be {titles[0]!r} or {titles[1]!r}"
        else:
            found["title"] = titles[0]
    return StoryHeader(found, {key: doubt for key, doubt in doubts.items() if key not in found})


def _parts(line: str) -> list[str]:
    """The parts of a short line, which bars part: `By Jane Doe | May 3, 2024`."""
    return [part.strip() for part in PARTS.split(line)] if len(line) <= LONGEST_LINE else [line]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _keyed(lines: Sequence[str], language: str, order: DateOrder | None) -> Iterator[tuple[str, str]]:
    """The statements of lines such as `Title: …` at the very beginning, two or more."""
    read: dict[str, str] = {}
    for line in lines:
        match = KEYED.fullmatch(line)
        folded = RAGGED.sub("", match["key"].casefold()) if match else ""
        key = next((name for name, usual in NAMES.items() if name != "text" and folded in usual), None)
        if match is None or key is None:
            break
        read[key] = match["value"]
    if len(read) > 1:
        yield from statements(read, language, order)[0].items()


def _read(part: str, language: str, order: DateOrder | None) -> dict[str, str]:
    """What a line, or a part of it between bars, states."""
    if ADDRESS.fullmatch(part):
        return {"url": part}
    if len(part) <= LONGEST_LINE:
        for reader in (_read_byline, _read_rights, _read_source):
            if found := reader(part):
                return found
        dated = DATED.fullmatch(part)
        days = (publication_date(words, language, order) for words in (part, dated["date"] if dated else ""))
        if day := next((day for day in days if day), None):
            return {"published": day}
    return _read_dateline(part, language, order)


def _read_byline(part: str) -> dict[str, str]:
    match = BYLINE.fullmatch(part) or BYLINE_WITH_COLON.fullmatch(part)
    if match is None:
        return {}
    first, *others = (words.strip() for words in match["author"].split(","))
    return {"author": ", ".join([first, *(words for words in others if " " in words)])}  # not an agency after the name


def _read_rights(part: str) -> dict[str, str]:
    match = RIGHTS.match(part)
    if match is None:
        return {}
    holder = HOLDER_ENDS.sub("", match["holder"] or "").strip(" .,;")
    return {"licence": part} | ({"publisher": holder} if holder else {})


def _read_source(part: str) -> dict[str, str]:
    match = SOURCE.fullmatch(part)
    return {} if match is None or ADDRESS.match(match["name"]) else {"publisher": match["name"].strip(" .")}


def _read_dateline(part: str, language: str, order: DateOrder | None) -> dict[str, str]:
    """The date and the agency of `THE HAGUE, May 3, 2024 (Reuters) - …`."""
    match = DATELINE.match(part)
    if match is None:
        return {}
    day = publication_date(match["date"].strip(), language, order)
    found = {"published": day, "publisher": (match["agency"] or "").strip()}
    return {key: value for key, value in found.items() if value}


def _is_title(line: str, language: str) -> bool:
    """Whether a line can be a title: short, without a full stop, and nothing else that a text says of itself."""
    return (
        2 <= len(line) <= LONGEST_TITLE
        and line[-1] not in ENDS
        and not ADDRESS.search(line)
        and not any(_read(part, language, None) or is_ambiguous(part) for part in _parts(line))
    )


def _stands_apart(text: str, first: Sequence[str]) -> bool:
    """Whether the first line is one of its own, with more below it, and no line of a wrapped paragraph."""
    if len(first) < 2 or max(map(len, first[1:])) <= len(first[0]) / 2:
        return False
    after = text.lstrip()[len(first[0]) :].split("\n", 2)
    is_apart = len(after) > 1 and not after[1].strip()
    return is_apart or line_wrapping(text[:HEAD]) is None
