"""The recognisers of a project: names, order, which of them run, and what their rules tell a data card."""

import pytest
import spacy

from goldspan.annotation import Example
from goldspan.corpus import Corpus
from goldspan.errors import InputError
from goldspan.export.provenance import draft_of
from goldspan.suggest.suggester import Suggester
from helpers.suggestions import recogniser

TWO = """
[[recogniser]]
kind = "regex"
patterns = { SHIP = 'Seagull' }

[[recogniser]]
kind = "regex"
name = "long"
patterns = { SHIP = 'White Seagull', PORT = 'Hull' }
"""


def suggester(toy, text, **options):
    (toy.root / "goldspan.toml").write_text(text, encoding="utf-8")
    return Suggester.of(Corpus(toy.root), **options)


def test_the_first_recogniser_wins_even_with_a_shorter_span(toy):
    (example,) = suggester(toy, TWO).suggest([Example("a.p01", "The White Seagull left Hull.")])
    assert [(example.surface(span), span.label) for span in example.spans] == [("Seagull", "SHIP"), ("Hull", "PORT")]
    assert example.extra["recognisers"] == ["regex", "long"]


def test_two_recognisers_of_one_name_are_refused_with_the_line(toy):
    with pytest.raises(InputError, match=r"goldspan\.toml:8: .*another recogniser has the name 'regex'"):
        suggester(toy, TWO.replace('"long"', '"regex"'))
    with pytest.raises(InputError, match=r"goldspan\.toml:6: .*another recogniser has the name 'regex'"):
        suggester(toy, TWO.replace('name = "long"\n', ""))


def test_one_that_is_not_enabled_is_named(toy):
    made = suggester(toy, TWO.replace('name = "long"', 'name = "long"\nenabled = false'))
    assert made.names == ["regex"]
    assert made.notes == ["long: not enabled in goldspan.toml, so that it suggests nothing"]


@pytest.mark.parametrize(
    ("kind", "keys", "drafts"),
    [
        ("gazetteer", {"files": {"ORG": "model.one.txt"}}, "rules"),
        ("patterns", {"files": "model.two.jsonl"}, "rules"),
        ("regex", {"patterns": {"model.x": "Apple"}, "labels": {"model.x": "ORG"}}, "rules"),
        ("spacy", {"model": "pipeline"}, "model"),
    ],
)
def test_a_data_card_tells_drafts_of_models_from_those_by_rules(tmp_path, kind, keys, drafts):
    (tmp_path / "model.one.txt").write_text("Apple\n", encoding="utf-8")
    (tmp_path / "model.two.jsonl").write_text('{"label": "ORG", "pattern": "Apple"}\n', encoding="utf-8")
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "ORG", "pattern": "Apple"}])
    nlp.to_disk(tmp_path / "pipeline")
    (example,) = Suggester([recogniser(kind, tmp_path, **keys)]).suggest([Example("a.p01", "Apple rose.")])
    assert [example.surface(span) for span in example.spans] == ["Apple"]
    assert draft_of(example) == drafts
