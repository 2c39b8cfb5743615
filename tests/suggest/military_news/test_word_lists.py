"""The word lists: sources, licences, and what stands in them."""

from importlib.resources import files
from pathlib import Path

import pytest

from goldspan.suggest.military_news.gazetteer import DOUBTFUL, SURE, gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, entries, lexicon, normalize

LISTS = sorted((files("goldspan.suggest.military_news") / "data").iterdir(), key=lambda path: path.name)
NOTICE = (Path(__file__).parents[3] / "NOTICE.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_a_list_states_its_source_and_its_licence(path):
    source, licence = path.read_text(encoding="utf-8").split("\n", 2)[:2]
    assert source.startswith("# Source: ")
    assert licence.startswith("# Licence: ")
    assert ("that of goldspan" in licence) != (path.name in NOTICE)


def test_common_words_are_no_names():
    common = lexicon().common
    assert not common & {"john", "anna", "ivanov", "london", "kyiv", "moscow", "china", "turkey", "lawrence", "walter"}
    assert common >= {"hill", "rice", "brown", "the", "seven", "northern", "counties", "insurgents", "neighborhood"}
    assert not common & {"numpy", "xpath", "regexp", "struct", "ndarray"}


@pytest.mark.parametrize(
    "name",
    ["Côte d'Ivoire", "South Korea", "Islamic Republic of Iran", "Zaire", "Kosovo", "Jigawa", "Illinois"],
)
def test_a_state_and_a_province_is_surely_a_place(name):
    assert gazetteer().values["".join(normalize(part) for part in name.replace("'", " ").split())] >= DOUBTFUL


def test_a_village_is_weak_evidence_for_a_place():
    assert 0 < gazetteer().values["bykhiv"] < DOUBTFUL < SURE


def test_given_names_and_surnames_of_all_cultures_are_flagged():
    look = lexicon().look
    for name in ("Thandiwe", "Wojciech", "Nguyễn", "Wanjiku", "Sigríður", "Siti", "Mehmet"):
        assert look(name)[0] & (TokenFlag.GIVEN | TokenFlag.SURNAME), name
    assert look("Kovačević")[0] & TokenFlag.SURNAME


def test_no_list_has_an_entry_twice():
    for name in ("common_words", "first_names", "surnames", "villages", "places", "given_names"):
        found = entries(name)
        assert len(found) == len(set(found)), name
