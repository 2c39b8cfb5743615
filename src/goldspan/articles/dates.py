"""The day that a date names, where it can only be that one.

`03/04/2024` is the third of April or the fourth of March: it names no day unless the order is known. A date with points
puts the day first in every country that writes it so, one that begins with the year goes on with the month, and the
name of a month leaves no doubt. Names of months are those of the CLDR, in English and the language of the texts.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

DateOrder = Literal["day-first", "month-first"]

LONGEST = 80  # characters of what can be a date
FEWEST_LETTERS = 3  # of a shortened name of a month
FIRST_YEAR, LAST_YEAR = 1600, 2199
YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})(?P<mark>[-/.])\s?(?P<month>\d{1,2})(?P=mark)\s?(?P<day>\d{1,2})[.Z]?(?:[T\s]\s*\d{1,2}:\d{2}.*)?",
    re.DOTALL,
)
COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T\d{4,6}Z?)?")
EAST_ASIAN = re.compile(
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일](?:\s*\S*\d{1,2}[:时時시].*)?",
    re.DOTALL,
)
NUMERIC = re.compile(
    r"(?:[^\W\d]{2,}\.?,?\s+)?(?P<first>\d{1,2})(?P<mark>[-/.])\s?(?P<second>\d{1,2})(?P=mark)\s?(?P<year>\d{4})"
    r"(?:[,\s|–-]+\d{1,2}[:.]\d{2}.*)?",
    re.DOTALL,
)
NAMED = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?"  # the day of the week
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|º|°)?+\s*(?:of|de|di|d')?[\s-]*(?P<month>[^\W\d]+)\.?[,\s-]*(?:de|del)?\s*"
    r"|(?P<month_first>[^\W\d]+)\.?\s+(?P<second_day>\d{1,2})(?:st|nd|rd|th)?,?\s+)"
    r"(?P<year>\d{4})(?:\s*(?:r|г|ж)\.)?(?P<rest>[,\s].*)?",
    re.DOTALL,
)
OF_C = re.compile(  # as C and Java print it: Mon Oct 11 14:57:21 CEST 2021
    r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) \d{2}:\d{2}:\d{2} (?:[A-Z]{3,5} )?(?P<year>\d{4})"
)
TIME = re.compile(r"[\s,.|·–—-]*(?:\w{1,4}\s+)?(?:\d{1,2}[:.h]\d{2}.*)?", re.DOTALL)  # what may follow a date


def publication_date(value: object, language: str = "en", order: DateOrder | None = None) -> str | None:
    """The day that a value names, as `YYYY-MM-DD`; None if it names none, or could name another.

    Args:
        value: a text, or a date as a table has it.
        language: of the texts, whose names of months are known besides the English ones.
        order: which number comes first in dates such as `03/04/2024`; they are read as no date if it is None.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if not text or len(text) > LONGEST:
        return None
    for pattern in (YEAR_FIRST, COMPACT, EAST_ASIAN):
        if match := pattern.fullmatch(text):
            return _day(match["year"], match["month"], match["day"])
    if match := NUMERIC.fullmatch(text):
        return _numeric(match, order)
    if match := OF_C.fullmatch(text):
        month = _month(match["month"].casefold(), "en")
        return _day(match["year"], month, match["day"]) if month else None
    return _named(text, language) or _of_mail(text)


def is_ambiguous(value: object) -> bool:
    """Whether a value is a date that names two days, one for each order of its numbers."""
    orders: tuple[DateOrder, ...] = ("day-first", "month-first")
    days = {publication_date(value, order=order) for order in orders}
    return publication_date(value) is None and None not in days


def _day(year: str, month: str | int, day: str) -> str | None:
    try:
        date = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return date.isoformat() if FIRST_YEAR <= date.year <= LAST_YEAR else None


def _numeric(match: re.Match[str], order: DateOrder | None) -> str | None:
    first, second, year = match["first"], match["second"], match["year"]
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if order is not None:
        return day_first if order == "day-first" else month_first
    if match["mark"] == "." or day_first == month_first:
        return day_first
    return None if day_first and month_first else day_first or month_first


def _named(text: str, language: str) -> str | None:
    match = NAMED.fullmatch(text)
    if match is None or not TIME.fullmatch(match["rest"] or ""):
        return None
    month = _month((match["month"] or match["month_first"]).casefold(), language)
    return _day(match["year"], month, match["day"] or match["second_day"]) if month else None


def _month(name: str, language: str) -> int | None:
    """The number of a month, also by the first letters of its name if they are those of no other: `Sept`."""
    for months in (_months("en"), _months(language)):
        if name in months:
            return months[name]
        found = {number for month, number in months.items() if len(name) >= FEWEST_LETTERS and month.startswith(name)}
        if len(found) == 1:
            return found.pop()
    return None


def _of_mail(text: str) -> str | None:
    """The day of a date as feeds write it, `Fri, 03 May 2024 08:00:00 GMT`."""
    try:
        return parsedate_to_datetime(text).date().isoformat() if re.match(r"\w{3},\s", text) else None
    except (ValueError, IndexError, OverflowError):
        return None


@cache
def _months(language: str) -> Mapping[str, int]:
    """The months of a language by their names, long and short, in all the forms that it has."""
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return {}
    found: dict[str, int] = {}
    for widths in locale.months.values():
        for width in ("abbreviated", "wide"):
            found |= {name.casefold().rstrip("."): number for number, name in widths[width].items()}
    return {name: number for name, number in found.items() if not name.isdigit()}
