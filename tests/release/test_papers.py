"""The papers of a release: card, citation, deposit and croissant.json say the same, and nothing that nobody stated."""

import json
import re

import pytest
import yaml

from goldspan.corpus import Corpus
from goldspan.new_project import create_demo
from goldspan.release import release
from goldspan.release.columns import column_names, describe_column
from goldspan.release.contents import CARD, CITATION, CONFIGS, CROISSANT, ZENODO
from goldspan.release.data_statement import FILE
from goldspan.release.tables import table_features

DATE = "2031-12-01"


@pytest.fixture
def demo(tmp_path):
    return create_demo(tmp_path / "demo")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A release of the demo, not to be changed."""
    home = tmp_path_factory.mktemp("papers")
    release(create_demo(home / "demo"), "1.0", home / "out", date=DATE)
    return home / "out"


def card(folder):
    """The header and the text of a card."""
    _, header, text = (folder / CARD).read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(header), text


def change_settings(corpus, old, new):
    """The project with other words in its settings."""
    path = corpus.root / "goldspan.toml"
    before = path.read_text("utf-8")
    assert old in before
    path.write_text(before.replace(old, new), "utf-8")
    return Corpus(corpus.root)


def test_all_papers_say_the_same(folder):
    header, text = card(folder)
    cff = yaml.safe_load((folder / CITATION).read_text("utf-8"))
    deposit = json.loads((folder / ZENODO).read_text("utf-8"))
    croissant = json.loads((folder / CROISSANT).read_text("utf-8"))
    described = json.loads((folder / "release.json").read_text("utf-8"))
    assert header["pretty_name"] == cff["title"] == deposit["title"] == croissant["name"] == described["title"]
    assert cff["version"] == deposit["version"] == croissant["version"] == described["version"] == "1.0"
    assert cff["date-released"] == deposit["publication_date"] == croissant["datePublished"] == DATE
    assert cff["keywords"] == deposit["keywords"] == croissant["keywords"]
    assert (header["license"], cff["license"], deposit["license"]) == ("cc0-1.0", "CC0-1.0", "cc0-1.0")
    assert croissant["license"] == ["https://spdx.org/licenses/CC0-1.0.html"]
    assert croissant["creator"][0]["name"] == cff["authors"][0]["name"] == deposit["creators"][0]["name"]
    assert cff["title"] in text.split("## How to cite it")[1]


def test_the_card_loads_every_configuration_and_names_every_column(demo, folder):
    header, text = card(folder)
    configs = [one["config_name"] for one in header["configs"]]
    assert sorted(configs) == sorted(CONFIGS)
    for config in configs:
        assert f'load_dataset(folder, "{config}")' in text
        assert f"| `{config}` |" in text
    for config, features in table_features(demo.scheme).items():
        for name in column_names(features):
            assert f"| `{name}` | {describe_column(config, name, demo.scheme)}" in text


def test_the_card_says_which_texts_travel_and_how_the_others_are_put_back(folder):
    _, text = card(folder)
    assert "6 articles, 5 of them with their texts and 1 stand-off alone." in text
    assert "goldspan rebuild . --texts" in text
    assert "### What the fingerprints can tell" in text
    rows = re.findall(r"^\| solar \|.*\| (\S+) \|$", text, re.MULTILINE)
    assert rows == ["stand-off"]


def test_a_blank_of_the_data_statement_is_visible_in_the_card_and_absent_from_croissant(demo, tmp_path):
    (demo.folder / FILE).write_text("## Language variety\n\nEnglish.\n", "utf-8")
    result = release(demo, "1.0", tmp_path / "out", date=DATE)
    assert "Annotator demographic" in result.blanks
    assert "Language variety" not in result.blanks
    _, text = card(tmp_path / "out")
    assert text.count("**Not stated.**") == 5
    croissant = json.loads((tmp_path / "out" / CROISSANT).read_text("utf-8"))
    assert "rai:annotatorDemographics" not in croissant
    assert "rai:dataLimitations" not in croissant
    assert croissant["rai:annotationsPerItem"] == "3 readings by models"


def test_without_any_text_the_standoff_tables_load_first_and_tokens_are_not_spoken_of(demo, tmp_path):
    path = demo.folder / "manifest.jsonl"
    path.write_text(path.read_text("utf-8").replace(', "redistribution": "text"', ""), "utf-8")
    release(Corpus(demo.root), "1.0", tmp_path / "out", date=DATE)
    header, text = card(tmp_path / "out")
    assert [one["config_name"] for one in header["configs"] if one.get("default")] == ["standoff"]
    assert "none of them with its text" in text
    assert "## Tokens" not in text
    assert "`text`" not in text.split("## Columns")[1]


def test_the_licence_of_texts_that_stay_away_is_not_that_of_the_release(demo, tmp_path):
    path = demo.folder / "manifest.jsonl"
    kept = path.read_text("utf-8").replace(', "redistribution": "text"', "")
    path.write_text(kept.replace('"CC0-1.0"', '"All rights reserved."'), "utf-8")
    release(Corpus(demo.root), "1.0", tmp_path / "out", date=DATE)
    header, text = card(tmp_path / "out")
    assert header["license"] == "cc0-1.0"
    assert "All rights reserved." in text
    assert "All rights reserved." in json.loads((tmp_path / "out" / ZENODO).read_text("utf-8"))["notes"]


def test_an_article_that_was_withdrawn_is_named_in_the_card(demo, tmp_path):
    line = {"article": "gale", "date": "2031-11-01", "sha256": "0" * 64, "requested_by": "publisher", "reason": None}
    (demo.folder / "withdrawn.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    release(demo, "1.0", tmp_path / "out", date=DATE)
    assert "| gale | 2031-11-01 | its publisher |" in card(tmp_path / "out")[1]


def test_a_page_and_a_doi_stand_in_all_papers(demo, tmp_path):
    corpus = change_settings(
        demo, "[release]\n", '[release]\nurl = "https://example.org/merrow"\ndoi = "10.1234/merrow"\n'
    )
    release(corpus, "1.0", tmp_path / "out", date=DATE)
    croissant = json.loads((tmp_path / "out" / CROISSANT).read_text("utf-8"))
    assert croissant["url"] == "https://example.org/merrow"
    assert croissant["sameAs"] == "https://doi.org/10.1234/merrow"
    assert "doi = {10.1234/merrow}" in croissant["citeAs"]
    assert yaml.safe_load((tmp_path / "out" / CITATION).read_text("utf-8"))["doi"] == "10.1234/merrow"
    assert "https://doi.org/10.1234/merrow" in card(tmp_path / "out")[1]
