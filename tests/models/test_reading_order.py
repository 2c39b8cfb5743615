"""The order of articles by what they may teach, and the draw of those that estimate without bias."""

import time
from collections import Counter
from dataclasses import replace
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example
from goldspan.corpus import reading_order
from goldspan.errors import InvalidValueError
from goldspan.models.reading_order import (
    ArticleForecast,
    RankOptions,
    ScoreWeights,
    count_differing,
    forecast_article,
    rank_articles,
)
from goldspan.models.recogniser_model import PredictedSpan

BY_SCORE = RankOptions(random_share=0)


def forecast(article, words=100, expected=0.0, surfaces=None, differing=0.0):
    return ArticleForecast(article, words, expected, surfaces or {}, differing)


def ranks(forecasts, groups=None, options=BY_SCORE, **others):
    alone = {one.article: one.article for one in forecasts}
    return rank_articles(forecasts, alone | (groups or {}), options=options, **others)


def names(order):
    return [one.article for one in order]


FORECASTS = st.lists(
    st.builds(
        ArticleForecast,
        st.integers(0, 10**6).map(lambda number: f"a{number}"),
        st.integers(1, 3000),
        st.floats(0, 100),
        st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 1)),
        st.none() | st.floats(0, 50),
    ),
    unique_by=lambda one: one.article,
    max_size=30,
)
SHARES = st.floats(0, 1)


@given(FORECASTS, SHARES, st.integers(0, 5))
def test_each_article_has_one_place_and_a_score_that_is_not_negative(forecasts, share, seed):
    order = ranks(forecasts, options=RankOptions(random_share=share, seed=seed))
    assert sorted(names(order)) == sorted(one.article for one in forecasts)
    assert all(one.score >= 0 and one.new >= 0 for one in order)


@given(FORECASTS, SHARES)
def test_an_order_that_is_written_is_read_and_written_alike(tmp_path_factory, forecasts, share):
    """Also where nothing is new or expected in an article: 0 and 0.0 are not the same to a file."""
    path = tmp_path_factory.mktemp("order") / reading_order.FILE
    written = reading_order.content(ranks(forecasts, options=RankOptions(random_share=share)))
    path.write_text(written, encoding="utf-8", newline="")
    assert reading_order.content(reading_order.read_order(path)) == written


@given(FORECASTS)
def test_by_score_alone_each_article_is_the_best_of_those_that_are_left(forecasts):
    """The one that would be taken if all scores were computed again at each place."""
    order = ranks(forecasts)
    by_name = {one.article: one for one in forecasts}
    for place, one in enumerate(order):
        before = [by_name[each] for each in names(order[:place])]
        assert one.score == pytest.approx(score_behind(by_name[one.article], before, forecasts))
        left = (score_behind(by_name[each], before, forecasts) for each in names(order[place:]))
        assert one.score >= max(left) - 1e-6


def score_behind(one, before, pool):
    """The score of an article behind others, computed anew."""
    both = [each for each in pool if each.differing is not None]
    rate = sum(each.differing for each in both) / sum(each.words for each in both) if both else 0.0

    def amount(each, others):
        doubt = {surface: prod(1 - other.surfaces.get(surface, 0) for other in others) for surface in each.surfaces}
        new = sum(probability * doubt[surface] for surface, probability in each.surfaces.items())
        return each.expected + new + (rate * each.words if each.differing is None else each.differing)

    mean = sum(amount(each, ()) for each in pool) / sum(each.words for each in pool)
    return 1000 * (amount(one, before) + 100 * mean) / (one.words + 100)


def test_what_counts_in_a_score():
    poor, rich = forecast("poor", expected=1), forecast("rich", expected=5)
    long = forecast("long", words=1000, expected=6)
    assert names(ranks([poor, long, rich])) == ["rich", "poor", "long"]
    known, new = forecast("known", expected=2), forecast("new", expected=2, surfaces={"a": 0.9})
    assert names(ranks([known, new])) == ["new", "known"]
    sure, unsure = forecast("sure", expected=2), forecast("unsure", expected=2, differing=1.5)
    assert names(ranks([sure, unsure])) == ["unsure", "sure"]
    only_new = replace(BY_SCORE, weights=ScoreWeights(expected=0, differing=0))
    assert names(ranks([rich, new, unsure], options=only_new))[0] == "new"


def test_a_surface_is_new_once():
    """The second article with it is worth less, also where annotators have the first."""
    pair = [
        forecast("one", surfaces={"a": 1.0}),
        forecast("two", surfaces={"a": 1.0}),
        forecast("b", surfaces={"b": 0.6}),
    ]
    order = ranks(pair)
    assert names(order) == ["one", "b", "two"]
    assert [one.new for one in order] == [1.0, 0.6, 0.0]
    assert names(ranks(pair, covered=[forecast("begun", surfaces={"a": 1.0})])) == ["b", "one", "two"]


def test_a_brief_with_one_lucky_span_does_not_come_first():
    pool = [forecast(f"dull{n}", words=500, expected=5) for n in range(5)]
    order = ranks([*pool, forecast("brief", words=5, expected=1), forecast("story", words=500, expected=60)])
    assert names(order)[:2] == ["story", "brief"]


def test_where_no_second_model_has_read_an_article_it_differs_as_others_do():
    order = ranks([
        forecast("low", expected=5, differing=0), forecast("new", expected=5, differing=None),
        forecast("high", expected=5, differing=4),
    ])  # fmt: skip
    assert names(order) == ["high", "new", "low"]
    assert order[1].differing is None


def test_near_duplicates_come_last_and_say_of_what():
    pool = [
        forecast("a", expected=9),
        forecast("copy", expected=8),
        forecast("c", expected=1),
        forecast("old", expected=7),
    ]
    order = ranks(pool, {"copy": "a", "a": "a", "old": "read"}, read={"read": "storm"})
    assert names(order) == ["a", "c", "copy", "old"]
    assert [one.repeats for one in order] == [None, None, "a", "storm"]


def pool_of(number):
    return [forecast(f"a{place:04}", expected=place % 17) for place in range(number)]


def test_every_fifth_place_is_drawn_at_random():
    order = ranks(pool_of(100), options=RankOptions())
    assert [place for place, one in enumerate(order, 1) if one.part == "random"] == list(range(5, 101, 5))
    ranked = [one.score for one in order if one.part == "ranked"]
    assert ranked == sorted(ranked, reverse=True)


@pytest.mark.parametrize(("number", "share", "drawn"), [(1, 0.2, 0), (2, 0.2, 1), (3, 0.2, 1), (8, 0, 0), (8, 1, 8)])
def test_few_articles(number, share, drawn):
    order = ranks(pool_of(number), options=RankOptions(random_share=share))
    assert Counter(one.part for one in order)["random"] == drawn
    assert len(order) == number


def test_nothing_to_rank():
    assert ranks([]) == []


def test_each_article_is_drawn_equally_often_whatever_its_score():
    pool = pool_of(40)
    times = Counter(
        one.article
        for seed in range(400)
        for one in ranks(pool, options=RankOptions(seed=seed))
        if one.part == "random"
    )
    assert times.total() == 400 * 8
    assert all(50 <= times[one.article] <= 110 for one in pool)  # 80 on average, with a standard deviation of 8
    rich = sum(times[one.article] for one in pool if one.expected > 8) / sum(one.expected > 8 for one in pool)
    assert 70 < rich < 90


def test_a_draw_does_not_depend_on_scores_and_stays_when_articles_come_and_go():
    pool = pool_of(60)
    order = ranks(pool, options=RankOptions())
    drawn = [one.article for one in order if one.part == "random"]
    other = ranks([replace(one, expected=60 - one.expected) for one in pool], options=RankOptions())
    assert [one.article for one in other if one.part == "random"] == drawn
    parts = {one.article: one.part for one in order}
    left = [one for one in pool if one.article not in names(order)[:20]]
    more = [*left, *[forecast(f"new{place}", expected=3) for place in range(20)]]
    later = ranks(more, options=RankOptions(), drawn=parts)
    again = {one.article: one.part for one in later}
    assert all(again[each] == parts[each] for each in again if parts.get(each) == "random")
    assert not [each for each in again if again[each] == "random" and parts.get(each) == "ranked"]
    assert (
        sum(part == "random" for part in (parts | again).values()) == 16
    )  # a fifth of the 80 articles that there were


def test_of_near_duplicates_one_takes_part_in_the_draw():
    pool = pool_of(40)
    groups = {one.article: pool[place // 2 * 2].article for place, one in enumerate(pool)}
    for seed in range(20):
        order = ranks(pool, groups, options=RankOptions(seed=seed, random_share=0.5))
        drawn = [groups[one.article] for one in order if one.part == "random"]
        assert len(drawn) == len({*drawn}) == 10
        repeated = [one for one in order if one.repeats is not None]
        assert names(order)[-20:] == [one.article for one in repeated]


def test_a_share_out_of_its_range_is_refused():
    with pytest.raises(InvalidValueError, match="between 0 and 1"):
        RankOptions(random_share=1.2)


def span(start, end, probability, label="SHIP"):
    return PredictedSpan(start, end, label, probability)


@pytest.mark.parametrize(
    ("first", "second", "number"),
    [
        ([], [], 0),
        ([span(0, 4, 0.9)], [span(0, 4, 0.9)], 0),
        ([span(0, 4, 0.9)], [], 0.9),
        ([span(0, 4, 0.9)], [span(0, 4, 0.9, "PORT")], 0.9),
        ([span(0, 4, 0.9)], [span(0, 7, 0.8), span(0, 4, 0.1)], 0.8),  # one question, other edges
        ([span(0, 4, 0.9)], [span(4, 7, 0.5)], 1.4),  # they touch: two questions
        ([span(0, 4, 0.9), span(9, 12, 0.4)], [span(2, 9, 0.3)], 1.3),
    ],
)
def test_on_how_many_spans_two_models_differ(first, second, number):
    assert count_differing(first, second) == pytest.approx(number)
    assert count_differing(second, first) == pytest.approx(number)


def test_what_is_expected_in_an_article():
    first, second = Example("a.p01", "Belle left  Nord"), Example("a.p02", "belle came", at=20)
    predictions = {
        "a.p01": [span(0, 5, 0.9), span(6, 10, 0.2), span(12, 16, 0.4)], "a.p02": [span(0, 5, 0.3)]
    }  # fmt: skip
    known = {"SHIP\nnord"}
    found = forecast_article([first, second], 5, predictions, known=known)
    assert found == ArticleForecast("a", 5, pytest.approx(1.8), {"SHIP\nbelle": 0.9, "SHIP\nleft": 0.2}, None)
    former = {"a.p01": [span(0, 5, 0.9)]}
    assert forecast_article([first, second], 5, predictions, former=former, known=known).differing == pytest.approx(0.9)


@pytest.mark.slow
def test_ten_thousand_articles_are_ranked_in_a_time_that_grows_with_their_number():
    def ranked(number):
        pool = [
            forecast(f"a{n}", 200 + n % 700, n % 23, {f"s{(n * k) % (number * 5)}": 0.5 for k in range(1, 31)}, n % 5)
            for n in range(number)
        ]
        started = time.process_time()
        assert len(ranks(pool, options=RankOptions())) == number
        return time.process_time() - started

    ranked(500)
    small, large = ranked(2000), ranked(10_000)
    assert large < 12 * small + 0.5
    assert large < 15
