"""By simulation on made-up articles, some rich in names and some poor: what the order saves against random order."""

import pytest

from helpers.reading_simulation import STRATEGIES, Reading, SurfaceTrainer, made_up_articles, saved, table

PLACES = (1, 2, 4, 6)


def curves_of(seeds, strategies):
    """By strategy a curve for each seed, on articles of their own."""
    curves = {name: [] for name in strategies}
    for seed in seeds:
        articles = made_up_articles(80, seed=seed)
        names = sorted(articles)
        reading = Reading(
            articles=articles,
            start=names[:3],
            pool=names[3:55],
            test=[one for name in names[55:] for one in articles[name]],
            trainer=SurfaceTrainer(),
            batch=4,
            rounds=PLACES[-1],
            seed=seed,
        )
        for name in strategies:
            curves[name].append(reading.curve(STRATEGIES[name]))
    return curves


def test_fewer_words_are_read_than_in_random_order_for_the_same_f1():
    curves = curves_of(range(5), ["random", "rank"])
    _, low, _ = saved(curves["rank"], curves["random"], PLACES[-2], "words")
    assert low > 0.1
    assert {len(curve) for of_name in curves.values() for curve in of_name} == {PLACES[-1] + 1}


@pytest.mark.slow
def test_each_ingredient_by_itself():
    curves = curves_of(range(10), STRATEGIES)
    print(f"\n{table(curves, PLACES)}")
    for name in STRATEGIES.keys() - {"random"}:
        share, _, _ = saved(curves[name], curves["random"], PLACES[-2], "words")
        assert share > 0.1
