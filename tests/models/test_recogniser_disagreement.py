"""In which articles the recognisers of a project disagree most, as the order in which they go up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import files
from goldspan.annotation import Example
from goldspan.corpus import Corpus
from goldspan.errors import InvalidValueError
from goldspan.models.recogniser_disagreement import (
    ArticleDisagreement,
    count_disagreement,
    disagreement_scores,
    smoothed_scores,
)
from goldspan.suggest.suggester import Suggester
from helpers import sample_corpus
from helpers.recognisers import Stated

TEXT = "Oslo and Bergen sent the 72nd Brigade home."


def disagreeing(first, second, knows=("PLACE", "UNIT")):
    """In how many places two recognisers disagree, of which both know some labels."""
    recognisers = [Stated("one", {"a.p01": first}), Stated("two", {"a.p01": second})]
    for each in recognisers:
        each.labels = {*knows, *each.labels}
    example = Example(id="a.p01", text=TEXT, spans=(), at=0)
    return count_disagreement(Suggester(recognisers), "a", [example], "en").places


OSLO, BERGEN, UNIT = (0, 4, "PLACE"), (9, 15, "PLACE"), (25, 37, "UNIT")


@pytest.mark.parametrize(
    ("first", "second", "places"),
    [
        ([OSLO], [OSLO], 0),
        ([], [], 0),
        ([OSLO], [], 1),
        ([OSLO, BERGEN], [BERGEN], 1),
        ([UNIT], [(21, 37, "UNIT")], 1),
        ([OSLO], [(0, 4, "UNIT")], 1),
        ([(0, 15, "UNIT")], [OSLO, BERGEN], 1),  # one place, which they mark otherwise
        ([OSLO, UNIT], [BERGEN], 3),
    ],
)
def test_a_place_is_divided_if_it_is_marked_otherwise_or_by_one_alone(first, second, places):
    assert disagreeing(first, second) == disagreeing(second, first) == places


def test_who_does_not_know_a_label_says_nothing_about_it():
    assert disagreeing([UNIT], [OSLO], knows=()) == 0
    assert disagreeing([UNIT], [(25, 29, "PLACE")], knows=()) == 1


spans = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1, 3), st.sampled_from(["PLACE", "UNIT"])).map(
        lambda one: (one[0] * 4, one[0] * 4 + one[1], one[2])
    ),
    unique=True,
)


@given(spans, spans)
def test_there_are_no_more_places_of_disagreement_than_spans_that_differ(first, second):
    places = disagreeing(first, second)
    assert places <= len({*first} | {*second})
    if {*first} == {*second}:
        assert disagreeing(first, first) == 0


def test_a_brief_with_one_place_does_not_lead():
    scores = smoothed_scores(
        [
            ArticleDisagreement("brief", 1, 10),
            ArticleDisagreement("long", 40, 1000),
            ArticleDisagreement("clear", 0, 900),
        ]
    )
    assert [*sorted(scores, key=scores.__getitem__)] == ["clear", "brief", "long"]
    assert smoothed_scores([]) == {}
    assert smoothed_scores([ArticleDisagreement("empty", 0, 0)]) == {"empty": 0.0}


@pytest.fixture
def project(tmp_path):
    texts = {"calm": "Nothing was said.", "divided": "Oslo sent help.", "agreed": "Bergen sent help."}
    examples = [Example(id=f"{name}.p01", text=text, spans=(), at=0) for name, text in texts.items()]
    corpus = sample_corpus.make(tmp_path, examples, ["PLACE"])
    for name, text in texts.items():
        files.write(corpus.seeds / f"{name}.txt", f"{text}\n")
    return corpus


FIRST = '[[recogniser]]\nkind = "regex"\nname = "one"\npatterns = { PLACE = ["Oslo", "Bergen"] }\n'
SECOND = '[[recogniser]]\nkind = "regex"\nname = "two"\npatterns = { PLACE = ["Bergen"] }\n'


def with_settings(project, text):
    (project.root / "goldspan.toml").write_text(text, encoding="utf-8")
    return Corpus(project.root)


def test_the_recognisers_of_a_project_decide(project):
    scores = disagreement_scores(with_settings(project, FIRST + SECOND), ["calm", "divided", "agreed"])
    assert scores.kind == "article"
    assert max(scores.scores, key=scores.scores.__getitem__) == "divided"
    assert scores.scores["calm"] == scores.scores["agreed"] < scores.scores["divided"]


@pytest.mark.parametrize("text", [FIRST, "recogniser = []\n"])
def test_one_recogniser_cannot_disagree(project, text):
    with pytest.raises(InvalidValueError, match="the order by disagreement needs two recognisers or more") as raised:
        disagreement_scores(with_settings(project, text), ["calm"])
    assert "--order random" in raised.value.remedy
