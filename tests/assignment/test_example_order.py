"""In which order examples go up: by scores of a file, by disagreement of the recognisers, at random."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, article_of
from goldspan.assignment.example_order import RANDOM, ExampleScores, order_examples, read_scores
from goldspan.errors import InputError

EXAMPLES = [
    Example(id=f"{article}.p{number:02}", text="Some words.", spans=(), at=0) for article in "abcd" for number in (1, 2)
]
ARTICLES = {"a", "b", "c", "d"}
IDS = {one.id for one in EXAMPLES}


def ids(examples):
    return [one.id for one in examples]


def read(path, text):
    path.write_text(text, encoding="utf-8")
    return read_scores(path, articles=ARTICLES, examples=IDS)


def test_the_highest_score_comes_first_and_what_has_none_last(tmp_path):
    scores = read(
        tmp_path / "scores.jsonl", '{"article": "c", "score": 1.5}\n{"article": "d", "score": 9, "by": "me"}\n'
    )
    assert ids(order_examples(EXAMPLES, scores)) == [
        "d.p01", "d.p02", "c.p01", "c.p02", "a.p01", "a.p02", "b.p01", "b.p02",
    ]  # fmt: skip
    assert scores.note(EXAMPLES) == "4 examples without a score come last."
    assert scores.note(EXAMPLES[4:]) is None
    assert scores.note(EXAMPLES[3:]) == "1 example without a score comes last."


@pytest.mark.parametrize("ending", [".csv", ".tsv"])
def test_single_examples_may_have_scores_in_a_table(tmp_path, ending):
    delimiter = {".csv": ",", ".tsv": "\t"}[ending]
    rows = [
        ("example", "score", "why"),
        ("b.p02", "-1", ""),
        ("a.p02", "2e1", "a, b" if ending == ".tsv" else '"a, b"'),
    ]
    scores = read(tmp_path / f"scores{ending}", "".join(delimiter.join(row) + "\r\n" for row in rows))
    assert scores == ExampleScores("example", {"b.p02": -1.0, "a.p02": 20.0})
    assert ids(order_examples(EXAMPLES, scores))[:3] == ["a.p02", "b.p02", "a.p01"]


def test_a_table_of_excel_has_semicolons_and_a_mark_at_its_begin(tmp_path):
    assert read(tmp_path / "scores.csv", "\ufeffarticle;score\nb;3\n").scores == {"b": 3.0}


def test_the_order_of_rank_is_followed_line_by_line(tmp_path):
    line = '{{"article": "{}", "part": "{}", "words": 9, "expected": 1, "new": 0, "differing": null, "score": {}}}\n'
    text = line.format("b", "ranked", 9) + line.format("d", "random", 1) + line.format("a", "ranked", 5)
    scores = read(tmp_path / "reading_order.jsonl", text)
    assert ids(order_examples(EXAMPLES, scores))[::2] == ["b.p01", "d.p01", "a.p01", "c.p01"]


@pytest.mark.parametrize(
    ("name", "text", "line", "message"),
    [
        ("s.jsonl", '{"article": "x", "score": 1}\n', 1, "the project has no article 'x'"),
        ("s.jsonl", '{"example": "a", "score": 1}\n', 1, "the project has no example 'a'"),
        ("s.jsonl", '{"article": "a", "score": 1}\n\n{"article": "a", "score": 2}\n', 3, "has a score in line 1"),
        ("s.jsonl", '{"article": "a", "score": 1}\n{"article": "b"}\n', 2, "'b' has no score"),
        ("s.jsonl", '{"article": "a", "score": null}\n', 1, "'a' has no score"),
        ("s.jsonl", '{"article": "a", "score": true}\n', 1, "the score of 'a' is True"),
        ("s.jsonl", '{"article": "a", "score": [1]}\n', 1, "the score of 'a' is"),
        ("s.jsonl", '{"article": "a", "example": "a.p01", "score": 1}\n', 1, "has both"),
        ("s.jsonl", '{"id": "a", "score": 1}\n', 1, "has neither"),
        ("s.jsonl", '{"article": "a", "score": 1}\n{"example": "a.p01", "score": 1}\n', 2, "is about an example"),
        ("s.jsonl", '{"article": 7, "score": 1}\n', 1, "'article' is 7"),
        ("s.jsonl", "", None, "has no line"),
        ("s.jsonl", '{"article": "a", "part": "ranked", "score": 1}\n', 1, "'words' is missing"),
        ("s.csv", "article,score\na,\n", 2, "'a' has no score"),
        ("s.csv", "article,score\na,high\n", 2, "the score of 'a' is 'high'"),
        ("s.csv", "article,score\na,nan\n", 2, "the score of 'a' is nan"),
        ("s.csv", "article,score\na,1,2\n", 2, "has 3 cells, the first line 2"),
        ("s.csv", "article,article,score\n", 1, "two columns have one name"),
        ("s.csv", 'article,score\n"a\nb",1\n', 2, "the project has no article"),
        ("s.csv", "article,score\na,1\na,1\n", 3, "has a score in line 2 already"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_its_line(tmp_path, name, text, line, message):
    with pytest.raises(InputError) as raised:
        read(tmp_path / name, text)
    assert message in str(raised.value)
    assert raised.value.line == line
    assert raised.value.remedy


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_scores(tmp_path / "s.jsonl", articles=ARTICLES, examples=IDS)


many = st.lists(st.integers(0, 30), unique=True).map(
    lambda numbers: [Example(id=f"a{n // 3}.p{n % 3}", text="Words.", spans=(), at=0) for n in sorted(numbers)]
)


@given(many, st.text(max_size=5))
def test_a_random_order_keeps_articles_together_and_depends_on_the_seed_alone(examples, seed):
    ordered = order_examples(examples, RANDOM, seed=seed)
    assert sorted(ids(ordered)) == sorted(ids(examples))
    articles = [article_of(one.id) for one in ordered]
    assert all(
        articles[articles.index(one) : articles.index(one) + articles.count(one)] == [one] * articles.count(one)
        for one in articles
    )
    assert ids(one for one in ordered if article_of(one.id) == "a1") == ids(
        one for one in examples if article_of(one.id) == "a1"
    )
    fewer = [one for one in examples if article_of(one.id) != "a1"]
    assert order_examples(fewer, RANDOM, seed=seed) == [one for one in ordered if article_of(one.id) != "a1"]


def test_two_members_read_in_different_orders():
    examples = [Example(id=f"a{number}", text="Words.", spans=(), at=0) for number in range(20)]
    assert order_examples(examples, RANDOM, seed="kfor/a1") != order_examples(examples, RANDOM, seed="kfor/a2")


@given(many, st.dictionaries(st.integers(0, 10).map(lambda n: f"a{n}"), st.floats(-5, 5)))
def test_scores_go_down_and_no_example_is_lost(examples, scores):
    given_scores = ExampleScores("article", scores)
    ordered = order_examples(examples, given_scores)
    assert sorted(ids(ordered)) == sorted(ids(examples))
    found = [given_scores.of(one) for one in ordered]
    known = [score for score in found if score is not None]
    assert known == sorted(known, reverse=True)
    assert found[len(known) :] == [None] * (len(found) - len(known))
