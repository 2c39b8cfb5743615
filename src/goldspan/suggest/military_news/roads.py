"""Names of roads by their number: `M-8 motorway`, `I-80`, `along the RN22` (L-1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.suggest.military_news import name_runs
from goldspan.suggest.military_news.lexicon import TokenFlag

if TYPE_CHECKING:
    from goldspan.suggest.military_news.tokens import ParagraphTokens

ROAD = re.compile(r"[A-Z]{1,3}\d{1,4}|[A-Z]{1,3}-\d{1,4}")
# The codes of roads that are not those of aircraft, vehicles or weapons.
ROAD_CODE = re.compile(
    r"M\d{1,2}|A[1-9]|E-?\d{2}|RN-?\d+|NH-?\d+|T-?\d{4}|N\d{1,2}|B\d{1,3}|I-\d{1,3}|R-?\d{3}|D\d{3,4}"
)
SIDES = frozenset(("side", "sides", "north", "south", "east", "west", "stretch", "section", "kilometers", "kilometres"))
LONGEST_ROAD = 3
ROAD_WORDS = frozenset(("on", "along", "off", "via", "out", "down", "up", "near", "onto", "of"))


def end_of_road(tokens: ParagraphTokens, i: int) -> int:
    """The end of a road by its number, else 0: `M-8 motorway`, `I-80`, `U.S. 14`."""
    word = tokens.words[i]
    if word in ("U.S.", "US"):
        number = i + 1 + (tokens.word_at(i + 1) in ("route", "highway"))
        is_road = number > i + 1 or tokens.word_at(i - 1) in ROAD_WORDS
        return number + 1 if is_road and tokens.word_at(number).isdigit() else 0
    end = i + 1
    if tokens.is_hyphen(end) and tokens.flags_at(end + 1) & TokenFlag.NUMBER and len(word) <= LONGEST_ROAD:
        end += 2
    elif not ROAD.fullmatch(word):
        return 0
    is_road = tokens.word_at(end) in ("motorway", "highway", "road", "expressway", "autobahn", "interstate")
    is_road = is_road or tokens.word_at(i - 1) in (
        "motorway",
        "highway",
        "road",
        "expressway",
        "autobahn",
        "interstate",
    )
    is_road = is_road or _is_travelled(tokens, i, end)
    return end if is_road and tokens.flags[i] & (TokenFlag.UPPER | TokenFlag.LETTER) else 0


def _is_travelled(tokens: ParagraphTokens, i: int, end: int) -> bool:
    """Whether a code is a road's, with no noun after it: `along the M17`, `traffic on the RN27 near`."""
    before, code = tokens.word_at(i - 2), "".join(tokens.words[i:end])
    is_alone = name_runs.stands_alone(tokens, end) or tokens.word_at(end) in ("near", "toward", "towards")
    is_between = before == "along" and tokens.flags_at(end) & TokenFlag.CAP and tokens.is_hyphen(end + 1)
    if tokens.word_at(i - 1) != "the" or not (is_alone or is_between):
        return False
    beside = before == "of" and tokens.word_at(i - 3) in SIDES and bool(ROAD_CODE.fullmatch(code))
    return (
        beside
        or before in ("along", "off")
        or (before in ("on", "interdicting", "down", "up") and bool(ROAD_CODE.fullmatch(code)))
    )
