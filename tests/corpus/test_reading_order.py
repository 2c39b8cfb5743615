"""The reading order of a project: its file, and what reads it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.corpus import Corpus, reading_order
from goldspan.corpus.reading_order import OrderedArticle
from goldspan.errors import InputError

NUMBERS = st.floats(0, 1e6).map(lambda value: round(value, reading_order.DECIMALS))
ARTICLES = st.builds(
    OrderedArticle,
    article=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    part=st.sampled_from(reading_order.PARTS),
    words=st.integers(0, 10**6),
    expected=NUMBERS,
    new=NUMBERS,
    differing=st.none() | NUMBERS,
    score=NUMBERS,
    repeats=st.none() | st.just("a1"),
    pushed=st.none() | st.text(st.characters(exclude_categories=["Cs"])),
)


def line(article, part="ranked", **values):
    return OrderedArticle(
        article=article, part=part, words=100, expected=3.0, new=1.0, differing=None, score=40.0, **values
    )


@given(st.lists(ARTICLES, unique_by=lambda one: one.article))
def test_an_order_is_read_as_it_was_written(tmp_path_factory, order):
    path = tmp_path_factory.mktemp("order") / reading_order.FILE
    path.write_text(reading_order.content(order), encoding="utf-8", newline="")
    assert reading_order.read_order(path) == order


def test_no_file_is_no_order(tmp_path):
    assert reading_order.read_order(tmp_path / reading_order.FILE) == []


GOOD = json.loads(line("storm").line())


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("", "not JSON"),
        ("[]", "not a JSON object"),
        ({**GOOD, "part": "chosen"}, "'part' is 'chosen'"),
        ({**GOOD, "article": ""}, "'article' is empty"),
        ({**GOOD, "words": -1}, "'words' is -1"),
        ({**GOOD, "words": 1.5}, "'words' is 1.5"),
        ({**GOOD, "score": "high"}, "'score' is 'high'"),
        ({**GOOD, "differing": -2}, "'differing' is -2"),
        ({**GOOD, "reson": "x"}, "unknown key 'reson'"),
        ({key: value for key, value in GOOD.items() if key != "part"}, "the key 'part' is missing"),
        (GOOD, "the article 'storm' is listed twice"),
    ],
)
def test_what_is_no_line_is_refused_with_its_place(tmp_path, row, message):
    path = tmp_path / reading_order.FILE
    path.write_text(line("storm").line() + (row if isinstance(row, str) else json.dumps(row)) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        reading_order.read_order(path)
    assert message in caught.value.message
    assert (caught.value.file, caught.value.line) == (path, 2)
    assert caught.value.remedy


def test_articles_stand_in_their_order_and_others_before_them():
    order = [line("c"), line("a"), line("gone")]
    assert reading_order.in_order(["a", "b", "c", "d"], order) == ["b", "d", "c", "a"]
    assert reading_order.in_order(["b", "a"], []) == ["b", "a"]


def test_an_article_that_the_manifest_lacks_is_refused_where_the_order_is_used(toy):
    toy.order_file.write_text(line("storm").line() + line("nowhere").line(), encoding="utf-8")
    with pytest.raises(InputError, match="the manifest has no article 'nowhere'") as caught:
        Corpus(toy.root).reading_order()
    assert caught.value.line == 2
    assert "goldspan rank --apply" in caught.value.remedy


def test_pushed_articles_are_marked_and_nothing_else_changes(toy):
    assert not reading_order.mark_pushed(toy.order_file, {"storm"}, "Storms")
    assert not toy.order_file.exists()
    toy.order_file.write_text(line("storm", "random").line() + line("harbour").line(), encoding="utf-8")
    assert reading_order.mark_pushed(toy.order_file, {"storm", "strike"}, "Storms")
    assert toy.reading_order() == [line("storm", "random", pushed="Storms"), line("harbour")]
    assert not reading_order.mark_pushed(toy.order_file, {"storm"}, "Storms")


def test_the_parts_of_an_order_count_as_splits_of_the_articles_with_gold(toy):
    toy.order_file.write_text(line("storm", "random").line() + line("harbour").line(), encoding="utf-8")
    assert toy.read_split("random") == ["storm"]
    assert toy.read_split("ranked") == ["harbour"]
    (toy.gold / "storm.jsonl").unlink()
    assert toy.read_split("random") == []
    toy.split_file("random").write_text("strike\n", encoding="utf-8")
    assert toy.read_split("random") == ["strike"]
