"""Which texts go to the annotators."""

import pytest

from goldspan import files
from goldspan.corpus import Corpus
from goldspan.doccano.push import desired_state
from goldspan.errors import InputError
from goldspan.formats import gold


def keep(corpus, article, *ids):
    lines = [gold.line(one) for one in corpus.gold_examples([article]) if one.id in ids]
    files.write(corpus.gold / f"{article}.jsonl", "".join(lines))


def test_unfinished_gold_hides_no_paragraph(toy):
    complete = [(one.id, one.at, one.text) for one in desired_state.desired_examples(toy, toy.entries)]
    keep(toy, "storm", "storm.p02")
    assert [(one.id, one.at, one.text) for one in desired_state.desired_examples(toy, toy.entries)] == complete


def test_what_gold_lacks_is_filled_in_with_nothing(toy):
    keep(toy, "storm", "storm.p02")
    [entry] = toy.select_entries(["storm"])
    assert {one.id: len(one.spans) for one in desired_state.desired_examples(toy, [entry], "gold")} == {
        "storm.p01": 0, "storm.p02": 3, "storm.p03": 0,
    }  # fmt: skip


def test_gold_with_other_paragraphs_is_not_pushed_twice(toy):
    [entry] = toy.select_entries(["storm"])
    [_, second, third] = toy.gold_examples(["storm"])
    source = toy.source(entry)
    text = source[second.at : third.at + len(third.text)]
    joined = type(second)("storm.p02", text, (), second.at)
    files.write(toy.gold / "storm.jsonl", gold.line(joined))
    assert [one.id for one in desired_state.desired_examples(toy, [entry])] == ["storm.p01", "storm.p02"]


def test_an_article_without_its_source_has_the_examples_of_its_gold(toy):
    [entry] = toy.select_entries(["storm"])
    (toy.seeds / entry.file).unlink()
    assert len(desired_state.desired_examples(toy, [entry])) == 3


def test_gold_of_another_unit_is_to_be_cut_again_first(toy):
    (toy.root / "goldspan.toml").write_text('[examples]\nunit = "sentence"\n', encoding="utf-8")
    corpus = Corpus(toy.root)
    with pytest.raises(InputError, match="goldspan recut"):
        desired_state.desired_examples(corpus, corpus.entries)
    for path in corpus.gold.iterdir():
        path.unlink()
    found = desired_state.desired_examples(corpus, corpus.select_entries(["storm"]))
    assert [example.id for example in found] == ["storm.s01", "storm.s02", "storm.s03"]
