"""What was suggested by recogniser and label, and why nothing was of some."""

import json
import tomllib

import pytest
import typer
from typer.testing import CliRunner

from goldspan.annotation import Example
from goldspan.corpus import Corpus
from goldspan.suggest.suggester import Suggester
from goldspan.suggest.suggestion_counts import SuggestionCounts, explain_no_suggestions, missing_labels
from helpers.recognisers import Stated
from helpers.suggestions import scheme

SCHEME = scheme("ORG", "PRODUCT", "EVENT")


def counted(recognisers, *texts):
    counts = SuggestionCounts(recognisers, SCHEME)
    examples = [Example(f"a.p{number:02}", text) for number, text in enumerate(texts, 1)]
    for document in Suggester(recognisers).suggest_all([examples]):
        counts.add(document)
    return counts


def test_a_row_per_label_and_a_column_per_recogniser():
    first = Stated("first", {"a.p01": [(0, 5, "ORG")]})
    second = Stated("second", {"a.p01": [(3, 8, "PRODUCT"), (8, 9, "ORG")]})
    counts = counted([first, second], "Apple iPad")
    assert counts.table().rows == (
        ("ORG", "1", "1", "2"),
        ("PRODUCT", "–", "0", "0"),
        ("EVENT", "–", "–", "0"),
        ("all", "1", "1", "2"),
    )
    assert counts.json()["counts"]["second"] == {
        "ORG": {"found": 1, "suggested": 1},
        "PRODUCT": {"found": 1, "suggested": 0},
    }
    assert counts.json()["unknown_labels"] == ["EVENT"]


def test_each_label_without_suggestions_has_its_reason():
    first = Stated("first", {"a.p01": [(0, 5, "ORG")]})
    second = Stated("second", {"a.p01": [(3, 8, "PRODUCT")], "b.p01": [(0, 1, "ORG")]})
    lost, unknown = counted([first, second], "Apple iPad").remarks()
    assert lost == "PRODUCT: found 1 by second, and all lost to spans of higher precedence."
    assert unknown.startswith("first and second do not know EVENT. Write its names into files")
    nothing = Stated("third", {"b.p01": [(0, 1, "EVENT"), (1, 2, "PRODUCT")]})
    assert counted([first, nothing], "Apple iPad").remarks() == [
        "PRODUCT and EVENT: third knows them and found nothing.",
    ]


def test_an_article_without_examples_is_the_reason():
    (remark,) = counted([Stated("all", {"b.p01": [(0, 1, name) for name in SCHEME.names]})]).remarks()
    assert remark == "There is no example in 1 article: all text is boilerplate, such as menus and notices."


def test_what_is_to_be_added_is_a_table_of_the_settings():
    text = missing_labels([Stated("gazetteer", {})], SCHEME)[0]
    lines = [line for line in text.split("\n") if line.startswith("    ")]
    assert tomllib.loads("\n".join(lines)) == {
        "recogniser": [
            {
                "kind": "gazetteer",
                "name": "gazetteer-2",
                "files": {
                    "ORG": "annotation_guidelines/gazetteers/x.txt",
                    "PRODUCT": "annotation_guidelines/gazetteers/x.txt",
                    "EVENT": "annotation_guidelines/gazetteers/x.txt",
                },
            }
        ]
    }


SETTINGS = """
[[recogniser]]
kind = "regex"
name = "years"
patterns = { CREW = '\\d{4}' }

[[recogniser]]
kind = "regex"
name = "ships"
enabled = false
patterns = { SHIP = 'Seagull' }
"""


@pytest.fixture
def suggest(toy, tmp_path):
    """The command on the toy corpus with two recognisers, and the report that it writes."""
    from goldspan.cli.suggest import run

    (toy.root / "goldspan.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "a.txt").write_text("The Seagull sailed in 1998.\n", encoding="utf-8")
    app = typer.Typer()
    app.command()(run)

    def command(*arguments):
        paths = [tmp_path / "a.txt", "--output", tmp_path / "out", "--json", tmp_path / "r.json", "--root", toy.root]
        done = CliRunner().invoke(app, list(map(str, [*paths, *arguments])))
        report = json.loads((tmp_path / "r.json").read_text()) if done.exit_code == 0 else None
        return done, report

    return command


def test_the_command_ends_with_the_table_and_the_reasons(suggest):
    done, report = suggest()
    assert done.exit_code == 0, done.output
    assert "Spans suggested" in done.output
    assert "years does not know " in done.output
    assert list(report["counts"]) == ["years"]
    assert report["counts"]["years"]["CREW"] == {"found": 1, "suggested": 1}
    assert "SHIP" in report["unknown_labels"]


def test_a_recogniser_that_is_not_enabled_runs_where_it_is_named(suggest):
    _, report = suggest("--recogniser", "ships")
    assert report["counts"] == {"ships": {"SHIP": {"found": 1, "suggested": 1}}}
    _, report = suggest("--recogniser", "ships", "--recogniser", "years", "--overwrite")
    assert list(report["counts"]) == ["years", "ships"]


def test_a_recogniser_of_another_name_is_refused(suggest):
    done, _ = suggest("--recogniser", "ship")
    assert "there is no recogniser 'ship'" in str(done.exception)
    assert "The recognisers are years and ships." in str(done.exception)


def test_a_push_without_suggestions_has_the_same_reasons(toy):
    (toy.root / "goldspan.toml").write_text(
        '[[recogniser]]\nkind = "gazetteer"\nfiles = { SHIP = "ships.txt" }\n', encoding="utf-8"
    )
    (missing,) = explain_no_suggestions(Corpus(toy.root))
    assert "there is no file ships.txt" in missing
    (toy.root / "ships.txt").write_text("", encoding="utf-8")
    empty, unknown = explain_no_suggestions(Corpus(toy.root))
    assert empty == "Gazetteer: no name is in ships.txt yet: add some, one a line."
    assert unknown.startswith("gazetteer does not know ")
