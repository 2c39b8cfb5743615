"""The lines that say who took, wrote or sent something: known by their form alone.

Each function takes a line as `clean` gives it.
"""

from __future__ import annotations

import re
import unicodedata

from goldspan.articles import phrases

# Longer than any such line.
LONGEST = 160
NAME_WORDS = 12
PERSON_WORDS = (2, 4)
AROUND = "()[]{}<>*_~|/\\-–—•· "


def _any(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


AGENCY = re.compile(rf"(?<!\w)(?:{_any(phrases.AGENCIES)})(?!\w)")
IS_AGENCY = re.compile(
    rf"(?:©|\(c\)|[Bb]y|[Vv]ia|[Ff]rom|[Ww]ith)?\s*(?:{_any(phrases.AGENCIES)})"
    rf"(?i: (?:{_any(phrases.ROLES)}|file photo|photos?|pictures?|images?|video|archive|handout|pool))?"
)
PARTS = re.compile(r"\s*[/|]\s*")
LIST = re.compile(r"\s*(?:[/|,;&+]|\b(?:and|via)\b)\s*")
CREDIT = re.compile(
    rf"(?:{_any(phrases.CREDITS)})(?P<by>\s*[:：©]|\s+(?:by|courtesy of|courtesy|via)(?=[\s:])|\s+[-–—](?=\s))\s*"
    r"(?P<name>.*)",
    re.IGNORECASE,
)
TAKEN_BY = re.compile(
    r"(?P<whose>.{1,60}) (?:photo|image|picture|video|graphic|illustration)s? (?:by|courtesy of) (?P<name>.+)",
    re.IGNORECASE,
)
BYLINE = re.compile(rf"(?:(?:{_any(phrases.BY)})[:\s]|(?:{_any(phrases.AUTHORS)})\s*:)\s*(?P<name>.+)", re.IGNORECASE)
BYLINE_PARTS = re.compile(r"\s*(?:[,|;&]|\s[-–—]\s|\b(?:and|und|et|i|for|in)\b)\s*")
CREW = re.compile(rf"(?:{_any(phrases.CREW)}) by\b\s*:?", re.IGNORECASE)
DATELINE = re.compile(r"(?P<city>[^\W\d_][\w .,'’/-]{1,60}?)\s*(?:\((?P<paren>[^()]{2,30})\))?(?P<dash>\s*[-–—]{1,2})?")
COPYRIGHT = re.compile(
    r"©.{0,120}|(?:\(c\)|copyright) (?:©|\(c\)|by|\d{4})\b.{0,120}|.{0,120}\ball rights reserved\.?", re.IGNORECASE
)
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.]+|@\w+", re.IGNORECASE)
LISTED = re.compile(rf"(?:{_any(phrases.LISTS)})\s*:.*[^.!?…]", re.IGNORECASE)
DATED = re.compile(rf"(?:{_any(phrases.DATED)})\b\s*:?(?P<date>.*\d.*)", re.IGNORECASE)


def clean(words: str) -> str:
    """The words as they are compared: NFC, without soft hyphens, one space between them."""
    if not words.isascii():
        words = unicodedata.normalize("NFC", words.replace("\u00ad", ""))
    return " ".join(words.split())


def is_certain(words: str) -> bool:
    """Whether the line is furniture wherever it stands: a sign of the page, an agency's name, a dateline."""
    bare = words.strip(AROUND)
    if not any(map(str.isalnum, bare)) or bare.casefold().rstrip(":") in phrases.SIGNS:
        return True
    if COPYRIGHT.fullmatch(words) or ADDRESS.fullmatch(bare):
        return True
    return is_photo(words) or _is_sign_off(bare) or is_dateline(words, dash=True)


def is_photo(words: str) -> bool:
    """Whether the line is a credit that a headline cannot be: it names an agency or an address."""
    bare = words.strip(AROUND)
    parts = PARTS.split(bare)
    if any(map(IS_AGENCY.fullmatch, [bare, *parts])) and all(IS_AGENCY.fullmatch(p) or is_name(p, 4) for p in parts):
        return True
    return is_credit(words) and bool(AGENCY.search(words) or "©" in words or ADDRESS.search(words))


def is_credit(words: str) -> bool:
    """Whether the line names the source of a picture or a text: `Photo: Jane Doe`, `(Army photo by Sgt. Jane Doe)`."""
    bare = words.strip(AROUND)
    match = CREDIT.fullmatch(bare)
    if match is not None:
        name = match["name"]
        return (not name or is_name(name)) and (match["by"].strip() not in "-–—" or bool(AGENCY.search(name)))
    taken = TAKEN_BY.fullmatch(bare)
    return taken is not None and is_name(taken["whose"]) and is_name(taken["name"])


def is_byline(words: str) -> bool:
    """Whether the line says who wrote: `By Jane Doe and John Smith, Staff Writers`."""
    bare = words.strip(AROUND)
    if bare.casefold() in phrases.NAMELESS:
        return True
    match = BYLINE.fullmatch(bare)
    if match is None:
        return False
    name = match["name"].strip()
    if name.casefold() in phrases.NAMELESS or IS_AGENCY.fullmatch(name):
        return True
    parts = [part for part in BYLINE_PARTS.split(name) if part]
    return bool(parts) and _is_person(parts[0]) and all(is_name(part, 6) for part in parts[1:])


def is_dateline(words: str, *, dash: bool) -> bool:
    """Whether the line is a dateline without its text: `KABUL, June 3 (AFP) -`; without the dash, `Kabul (AFP)`."""
    match = DATELINE.fullmatch(words)
    if match is None or not is_name(match["city"]) or bool(match["dash"]) != dash:
        return False
    paren = match["paren"] or ""
    if IS_AGENCY.fullmatch(paren):
        return True
    city = match["city"].split(",")[0]
    return dash and city.isupper() and (any(map(str.isdigit, paren)) or "," in match["city"])


def is_name(words: str, most: int = NAME_WORDS) -> bool:
    """Whether these words can be names and nothing else: none begins small but those that stand inside names."""
    found = words.split()
    if not 0 < len(found) <= most or words[-1] in "!?…" or (words[-1] == "." and len(found) > 5):  # noqa: PLR2004
        return False
    return all(map(_can_be_name, found))


def _can_be_name(word: str) -> bool:
    plain = word.strip("()[]\"'“”„’‘.,;:*|&/–—-")
    if not plain or not plain[0].islower() or plain.casefold() in phrases.SMALL_WORDS:
        return True
    return bool(AGENCY.fullmatch(plain) or ADDRESS.fullmatch(plain)) or "." in plain or "/" in plain


def _is_person(words: str) -> bool:
    found = words.split()
    low, high = PERSON_WORDS
    if not low <= len(found) <= high or found[0].casefold() in phrases.NOBODY:
        return False
    return all(word in phrases.PARTICLES or (word[0].isupper() and _is_letters(word)) for word in found)


def _is_letters(word: str) -> bool:
    return all(char.isalpha() or char in ".'’-" for char in word)


def _is_sign_off(bare: str) -> bool:
    if all(map(IS_AGENCY.fullmatch, LIST.split(bare))):
        return True
    crew = CREW.match(bare)
    if crew is not None:
        return is_name(CREW.sub("", bare).strip(" ;"), 3 * NAME_WORDS)
    if LISTED.fullmatch(bare):
        return True
    dated = DATED.fullmatch(bare)
    return dated is not None and all(
        part in phrases.DATE_WORDS for part in re.findall(r"[^\W\d_]+", dated["date"].casefold())
    )
