"""Boilerplate removal: credits, source lines, bylines, datelines, and the teasers that follow an article.

A line is boilerplate by its form, never because it contains a word: `Photo: Flickr / Ministry` is a credit, `Photo
exhibition opens in Paris` is not, and neither is a caption that is a sentence. What only looks like a credit is content
in the first line, where a headline is expected.

The phrases are in the languages of much news and are compared without regard to case, except the names of agencies. The
functions take a line as `clean` returns it.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


# No line of boilerplate is longer, in code points.
LONGEST = 160
NAME_WORDS = 12
PERSON_WORDS = (2, 4)
CREDIT_MARGIN = "()[]{}<>*_~|/\\-–—•· "
PARTS = re.compile(r"\s*[/|]\s*")
LIST = re.compile(r"\s*(?:[/|,;&+]|\b(?:and|via)\b)\s*")
TAKEN_BY = re.compile(
    r"(?P<whose>.{1,60}) (?:photo|image|picture|video|graphic|illustration)s? (?:by|courtesy of) (?P<name>.+)",
    re.IGNORECASE,
)
BYLINE_PARTS = re.compile(r"\s*(?:[,|;&]|\s[-–—]\s|\b(?:and|und|et|i|for|in)\b)\s*")
DATELINE = re.compile(r"(?P<city>[^\W\d_][\w .,'’/-]{1,60}?)\s*(?:\((?P<paren>[^()]{2,30})\))?(?P<dash>\s*[-–—]{1,2})?")
COPYRIGHT = re.compile(
    r"©.{0,120}|(?:\(c\)|copyright) (?:©|\(c\)|by|\d{4})\b.{0,120}|.{0,120}\ball rights reserved\.?", re.IGNORECASE
)
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.]+|@\w+", re.IGNORECASE)
# At most this much prose, per code point of the article, may follow `Related posts`.
MOST_TEASER_SHARE = 0.25
BOX_LINES = 6
CAPTION_WORDS = 6
OUTLET_WORDS = 5
ENDS = (".", "…", "!", "?", ":", ";", ",")
HEADING_MARGIN = ":…»>|-–—* "


def _list(phrases: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in " ".join(phrases.split()).split(","))


# News and picture agencies, and picture libraries.
AGENCIES = _list("""
    AA, AFP, Agence France-Presse, Agencies, Anadolu, Anadolu Agency, ANSA, AP, APA, Associated Press, Beta,
    Bloomberg, BTA, Deutsche Presse-Agentur, DPA, dpa, DVIDS, EFE, EPA, EPA-EFE, FENA, FoNet, Getty, Getty Images,
    HINA, Hina, Interfax, iStock, ITAR-TASS, Kyodo, Kyodo News, PTI, REUTERS, Reuters, RFE/RL, RIA Novosti,
    Shutterstock, TANJUG, Tanjug, TASS, The Associated Press, Thomson Reuters, United Press International, UPI,
    Xinhua, Xinhua News Agency
""")

# What may follow an agency's name that stands alone: `Associated Press Writer`.
ROLES = _list("correspondent, correspondents, reporter, reporters, staff, staff writer, writer, writers")

# Bylines without a name.
NAMELESS = _list("""
    from our correspondent, from our correspondents, our correspondent, staff, staff and agencies, staff
    correspondent, staff report, staff reporter, staff writer, staff writers
""")

# `Photo: …`, `Source: …`, `Foto: …`
CREDITS = _list("""
    bild, bildquelle, burimi, cover photo, credit, credits, crédit photo, crédits photo, featured image, file photo,
    fonte, foto, fotografia, fotografie, fotografija, fotos, fotoğraf, fuente, graphic, header image, illustration,
    ilustracija, image, image credit, image credits, image source, images, izvor, kaynak, photo, photo courtesy,
    photo credit, photo credits, photo source, photograph, photographer, photographs, photos, picture, picture
    credit, quelle, source, text and photo, text and photos
""")

# `By …`, `Von …`
BYLINE_WORDS = _list("by, par, por, von, yazan")

# `Author: …`
AUTHORS = _list("auteur, author, authors, autor, napisao, piše, shkruan, written by")

# `Reporting by …; editing by …`
CONTRIBUTIONS = _list(
    "additional reporting, compiled, courtesy story, edited, editing, reporting, story, translated, writing, written"
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that may be in lower case in a credit: `Photo: courtesy of the Ministry of Defence via AP`.
SMALL_WORDS = _set("""
    a al and archive archived arhiva at bin by courtesy da de del der di du e el et file fonet for from handout i
    ilustracija in la le media of official on or pool press printscreen privat private screengrab screenshot social
    the und van via von website with y
""")

# Small words inside a personal name.
PARTICLES = _set("abu al bin bint da de del della den der di du el ibn la le van von")

# The first word of a `By …` that names nobody.
NOT_A_NAME = _set("""
    a air all an any beginning bus car comparison contrast day definition design foot force hand invitation land law
    night no order our plane popular proxy rail road sea special that the their then this train which
""")

# Headings after which only other articles follow.
TAIL_HEADINGS = _list("""
    articles liés, articoli correlati, artículos relacionados, das könnte sie auch interessieren, ilgili haberler,
    lajme të ngjashme, latest articles, latest news, latest posts, latest stories, leave a comment, leave a reply,
    mehr zum thema, more from this author, more news, more on this story, more on this topic, more stories, most
    popular, most read, most viewed, najnovije vesti, najčitanije, noticias relacionadas, notizie correlate, other
    news, popular posts, post a comment, povezane vesti, povezane vijesti, recent articles, recent news, recent
    posts, recommended, recommended articles, recommended for you, recommended reading, recommended stories,
    related, related articles, related content, related coverage, related items, related links, related news,
    related posts, related reading, related stories, related topics, related videos, similar articles, sur le même
    sujet, top stories, trending, trending now, të ngjashme, you may also be interested in, you may also like, you
    might also be interested in, you might also like, verwandte artikel, verwandte themen, ähnliche artikel
""")

# The article may continue after these: alone they head a box, before a colon they name one other article.
BOX_HEADINGS = _list("""
    also read, also see, bunu da okuyun, lea también, leggi anche, lesen sie auch, lexo edhe, lexoni edhe, lire
    aussi, pročitajte i, pročitajte još, read also, read more, read next, recommended, related, related article,
    related story, see also, à lire aussi
""")

# `Tags: …`
LIST_HEADINGS = _list("categories, category, filed under, keywords, tags")

# `Published: 3 June 2010, 14:05 GMT`: one of these, and nothing but a date after it.
DATE_HEADINGS = _list("last modified, last updated, modified, posted, posted on, published, published on, updated")
DATE_WORDS = _set("""
    a am and apr april at aug august cest cet dec december edt est feb february fri friday gmt jan january jul july
    jun june local mar march may mon monday nd nov november oct october on p pm rd sat saturday sep sept september
    st sun sunday th thu thursday time tue tuesday utc wed wednesday
""")

# Where these precede a name, that name is the outlet's.
SPOKEN_TO = _list("""
    exclusive interview for, exclusive interview with, exclusively for, exclusively to, interview for, interview to,
    interview with, speaking for, speaking to, statement for, statement to, told
""")

# And where these follow it.
SPEAKING = _list("correspondent, editor, has learned, has learnt, journalist, reporter, writes")

# Buttons and signs of a page.
PAGE_ELEMENTS = _list("""
    advertisement, advertising, back to top, click to enlarge, continue reading, download pdf, email this article,
    for immediate release, listen to this article, print this article, print this page, save pdf, share on facebook,
    share on twitter, share on x, share this, share this article, share this post, share this story, skip to
    content, story continues below, story continues below advertisement, tweet
""")


def _alternatives(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


AGENCY = re.compile(rf"(?<!\w)(?:{_alternatives(AGENCIES)})(?!\w)")
IS_AGENCY = re.compile(
    rf"(?:©|\(c\)|[Bb]y|[Vv]ia|[Ff]rom|[Ww]ith)?\s*(?:{_alternatives(AGENCIES)})"
    rf"(?i: (?:{_alternatives(ROLES)}|file photo|photos?|pictures?|images?|video|archive|handout|pool))?"
)

CREDIT = re.compile(
    rf"(?:{_alternatives(CREDITS)})(?P<by>\s*[:：©]|\s+(?:by|courtesy of|courtesy|via)(?=[\s:])|\s+[-–—](?=\s))\s*"
    r"(?P<name>.*)",
    re.IGNORECASE,
)


BYLINE = re.compile(
    rf"(?:(?:{_alternatives(BYLINE_WORDS)})[:\s]|(?:{_alternatives(AUTHORS)})\s*:)\s*(?P<name>.+)", re.IGNORECASE
)
CONTRIBUTION_LINE = re.compile(rf"(?:{_alternatives(CONTRIBUTIONS)}) by\b\s*:?", re.IGNORECASE)

LISTED = re.compile(rf"(?:{_alternatives(LIST_HEADINGS)})\s*:.*[^.!?…]", re.IGNORECASE)
# `For more information, contact …` or `Media contact: …` with a telephone number or an address
CONTACT = re.compile(
    r"(?:for (?:more|further|additional) information\b|(?:(?:media|press|public affairs|news) )?"
    r"(?:contacts?|enquiries|inquiries|queries|point of contact)\b).{0,300}",
    re.IGNORECASE | re.DOTALL,
)
REACHED_AT = re.compile(r"\S@\S|(?:\d[ ()/.–-]{0,2}){7,}")

DATE_LINE = re.compile(rf"(?:{_alternatives(DATE_HEADINGS)})\b\s*:?(?P<date>.*\d.*)", re.IGNORECASE)

TAIL_PHRASES = frozenset(TAIL_HEADINGS)
BOX_PHRASES = frozenset(BOX_HEADINGS)
BOX = re.compile(rf"(?:{'|'.join(map(re.escape, BOX_HEADINGS))})\s*[:|»>–—]\s*.*[^.…]", re.IGNORECASE)


class ParagraphBlock(NamedTuple):
    """A part of an article that is one paragraph, unless it is too long.

    Args:
        start: its first code point.
        end: the position after its last one.
        gap: the number of empty lines before it.
    """

    start: int
    end: int
    gap: int


def clean(words: str) -> str:
    """The words as they are compared: NFC, without soft hyphens, one space between them."""
    if not words.isascii():
        words = unicodedata.normalize("NFC", words.replace("\u00ad", ""))
    return " ".join(words.split())


def is_page_element(words: str) -> bool:
    """Whether the line is boilerplate anywhere in an article: a page element, an agency's name, a dateline."""
    bare = words.strip(CREDIT_MARGIN)
    if not any(map(str.isalnum, bare)) or bare.casefold().rstrip(":") in PAGE_ELEMENTS:
        return True
    if COPYRIGHT.fullmatch(words) or ADDRESS.fullmatch(bare):
        return True
    return is_agency_credit(words) or _is_sign_off(bare) or is_dateline(words, dash=True) or is_press_contact(bare)


def is_press_contact(words: str) -> bool:
    """Whether the line says only how to reach who issued the text: `For more information contact …, 555-0142`."""
    return CONTACT.fullmatch(words) is not None and REACHED_AT.search(words) is not None


def is_agency_credit(words: str) -> bool:
    """Whether the line is a credit that a headline cannot be: it names an agency or an address."""
    bare = words.strip(CREDIT_MARGIN)
    parts = PARTS.split(bare)
    if any(map(IS_AGENCY.fullmatch, [bare, *parts])) and all(IS_AGENCY.fullmatch(p) or is_name(p, 4) for p in parts):
        return True
    return is_credit(words) and bool(AGENCY.search(words) or "©" in words or ADDRESS.search(words))


def is_credit(words: str) -> bool:
    """Whether the line names the source of a picture or a text: `Photo: Jane Doe`, `(Army photo by Sgt. Jane Doe)`."""
    bare = words.strip(CREDIT_MARGIN)
    match = CREDIT.fullmatch(bare)
    if match is not None:
        name = match["name"]
        return (not name or is_name(name)) and (match["by"].strip() not in "-–—" or bool(AGENCY.search(name)))
    taken = TAKEN_BY.fullmatch(bare)
    return taken is not None and is_name(taken["whose"]) and is_name(taken["name"])


def is_byline(words: str) -> bool:
    """Whether the line names the authors: `By Jane Doe and John Smith, Staff Writers`."""
    bare = words.strip(CREDIT_MARGIN)
    if bare.casefold() in NAMELESS:
        return True
    match = BYLINE.fullmatch(bare)
    if match is None:
        return False
    name = match["name"].strip()
    if name.casefold() in NAMELESS or IS_AGENCY.fullmatch(name):
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
    """Whether these words can only be names: none begins in lower case except words that occur inside names."""
    parts = words.split()
    if not 0 < len(parts) <= most or words[-1] in "!?…" or (words[-1] == "." and len(parts) > 5):
        return False
    return all(map(_can_be_name, parts))


def boilerplate_flags(text: str, blocks: Sequence[ParagraphBlock]) -> list[bool]:
    """For each block of an article whether it is boilerplate."""
    words = [_short_text(text, block) for block in blocks]
    flags = [word is not None and is_page_element(word) for word in words]
    head = next((i for i, certain in enumerate(flags) if not certain), len(words))
    for i in _credits_and_bylines(words, head):
        flags[i] = True
    for i in _captions(words, blocks, flags, head):
        flags[i] = True
    if _names_its_outlet(text, words, blocks):
        flags[0] = True
    for i in _other_articles(text, words, blocks, head):
        flags[i] = True
    return flags


def stands_alone(words: str) -> bool:
    """Whether a line of hard-wrapped text does not belong to the paragraph around it."""
    if len(words) > LONGEST:
        return False
    line = clean(words)
    return is_page_element(line) or is_credit(line) or is_byline(line)


def _can_be_name(word: str) -> bool:
    plain = word.strip("()[]\"'“”„’‘.,;:*|&/–—-")
    if not plain or not plain[0].islower() or plain.casefold() in SMALL_WORDS:
        return True
    return bool(AGENCY.fullmatch(plain) or ADDRESS.fullmatch(plain)) or "." in plain or "/" in plain


def _is_person(words: str) -> bool:
    parts = words.split()
    low, high = PERSON_WORDS
    if not low <= len(parts) <= high or parts[0].casefold() in NOT_A_NAME:
        return False
    return all(word in PARTICLES or (word[0].isupper() and _is_letters(word)) for word in parts)


def _is_letters(word: str) -> bool:
    return all(char.isalpha() or char in ".'’-" for char in word)


def _is_sign_off(bare: str) -> bool:
    if all(map(IS_AGENCY.fullmatch, LIST.split(bare))):
        return True
    crew = CONTRIBUTION_LINE.match(bare)
    if crew is not None:
        return is_name(CONTRIBUTION_LINE.sub("", bare).strip(" ;"), 3 * NAME_WORDS)
    if LISTED.fullmatch(bare):
        return True
    dated = DATE_LINE.fullmatch(bare)
    return dated is not None and all(part in DATE_WORDS for part in re.findall(r"[^\W\d_]+", dated["date"].casefold()))


def _short_text(text: str, block: ParagraphBlock) -> str | None:
    return clean(text[block.start : block.end]) if block.end - block.start <= LONGEST else None


def _credits_and_bylines(words: Sequence[str | None], head: int) -> Iterator[int]:
    """Credits anywhere but in the headline's place; bylines before the first or after the last long paragraph."""
    long = [i for i, word in enumerate(words) if word is None]
    first, last = (long[0], long[-1]) if long else (len(words), -1)
    for i, word in enumerate(words):
        if word is None or i == head:
            continue
        is_outside = i < first or i > last
        if is_credit(word) or (is_outside and _is_opening(word)):
            yield i


def _is_opening(word: str) -> bool:
    return is_byline(word) or is_dateline(word, dash=False)


def _captions(
    words: Sequence[str | None], blocks: Sequence[ParagraphBlock], flags: Sequence[bool], head: int
) -> Iterator[int]:
    """Captions: a few words with an empty line before them and a credit on the next line."""
    for i, word in enumerate(words[1:], 1):
        caption = words[i - 1]
        if not flags[i] or word is None or caption is None or i - 1 == head or flags[i - 1]:
            continue
        touches = blocks[i].gap == 0 < blocks[i - 1].gap
        is_short = len(caption.split()) <= CAPTION_WORDS and not caption.endswith(ENDS)
        if touches and is_short and (is_credit(word) or is_agency_credit(word)):
            yield i - 1


def _names_its_outlet(text: str, words: Sequence[str | None], blocks: Sequence[ParagraphBlock]) -> bool:
    """Whether the first line is the outlet's name: a headline follows, and the text mentions the outlet as its own."""
    if len(words) < 2 or words[0] is None or words[1] is None:
        return False
    name = words[0]
    if len(name.split()) > OUTLET_WORDS or not is_name(name) or name.endswith(ENDS):
        return False
    if len(words[1].split()) <= len(name.split()) or words[1].endswith((".", "…", ",")):
        return False
    outlet = re.escape(name).replace(r"\ ", r"\s+")
    spoken = "|".join(phrase.replace(" ", r"\s+") for phrase in SPOKEN_TO)
    speaking = "|".join(phrase.replace(" ", r"\s+") for phrase in SPEAKING)
    pattern = rf"\b(?i:{spoken})\s+{outlet}(?!\w)|©.{{0,20}}{outlet}|(?<!\w){outlet}(?:['’]s)?\s+(?:{speaking})\b"
    return re.compile(pattern).search(text, blocks[1].start) is not None


def _other_articles(
    text: str, words: Sequence[str | None], blocks: Sequence[ParagraphBlock], head: int
) -> Iterator[int]:
    """`Related posts` and what follows; `Read also: …`; a box of headlines, up to where prose continues."""
    titles = {
        i: word.strip(HEADING_MARGIN).casefold() for i, word in enumerate(words) if word is not None and i != head
    }
    headings = [i for i, title in titles.items() if title in TAIL_PHRASES or title in BOX_PHRASES]
    tails = [i for i in headings if titles[i] in TAIL_PHRASES]
    end = next(_tails(text, blocks, tails), len(words))
    for i in headings:
        if i < end:
            yield from range(i, _box_end(text, blocks, i))
    yield from (i for i in titles if BOX.fullmatch(words[i] or ""))
    yield from range(end, len(words))


def _tails(text: str, blocks: Sequence[ParagraphBlock], headings: Sequence[int]) -> Iterator[int]:
    """The headings after which the article is over: headlines follow, and little that ends with a full stop."""
    if not headings:
        return
    sizes = (block.end - block.start if _is_prose(text, block) else 0 for block in blocks)
    prose = list(accumulate(sizes))
    for i in headings:
        before = blocks[i].start - blocks[0].start
        if prose[-1] - prose[i] <= before * MOST_TEASER_SHARE:
            yield i


def _box_end(text: str, blocks: Sequence[ParagraphBlock], i: int) -> int:
    rest = range(i + 1, min(i + 1 + BOX_LINES, len(blocks)))
    return next((j for j in rest if _is_prose(text, blocks[j])), rest.stop)


def _is_prose(text: str, block: ParagraphBlock) -> bool:
    return "." in text[max(block.start, block.end - 2) : block.end]
