"""Krippendorff's alpha has the published values, with missing judgements too."""

import pytest

from goldspan.agreement.agreement import measure
from helpers.annotations import estimates, from_ratings


def missing(row):
    return [None if rating == "." else rating for rating in row]


# Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), sections A, B and C; nominal
KRIPPENDORFF = {
    "A": ({"meg": "0100000010", "owen": "1110010000"}, 0.095),
    "B": ({"ben": "aabbdcccedda", "gerry": "babbbccceddd"}, 0.692),
    "C": ({"a": "123321412...", "b": "1233224125.3", "c": ".3332342251.", "d": "12332441251."}, 0.743),
}


@pytest.mark.parametrize("example", KRIPPENDORFF)
def test_alpha_is_the_published_one(example):
    ratings, alpha = KRIPPENDORFF[example]
    values = estimates(from_ratings({name: missing(row) for name, row in ratings.items()}))
    assert round(values["token_alpha"], 3) == alpha


def test_alpha_of_characters_is_corrected_for_a_larger_sample():
    ratings, _ = KRIPPENDORFF["A"]
    values = estimates(from_ratings(ratings))
    ones, noughts, differing = 6, 14, 4  # of 20 judgements; of 10 tokens, each of 5 characters
    assert values["token_alpha"] == pytest.approx(1 - 19 * differing / (ones * noughts))
    assert values["character_alpha"] == pytest.approx(1 - 99 * 5 * differing / (5 * ones * 5 * noughts))


def test_a_place_that_one_alone_has_read_does_not_count():
    ratings, alpha = KRIPPENDORFF["A"]
    values = estimates(from_ratings({"meg": ratings["meg"] + "0101", "owen": missing(ratings["owen"] + "....")}))
    assert round(values["token_alpha"], 3) == alpha


def test_a_token_without_a_label_has_a_category_too():
    ratings, alpha = KRIPPENDORFF["A"]
    unlabelled = {name: ["" if rating == "0" else rating for rating in row] for name, row in ratings.items()}
    assert round(estimates(from_ratings(unlabelled))["token_alpha"], 3) == alpha


def test_alpha_by_label_is_that_of_the_label_against_all_else():
    ratings, _ = KRIPPENDORFF["B"]
    binary = {name: ["a" if rating == "a" else "" for rating in row] for name, row in ratings.items()}
    by_label = measure(from_ratings(ratings), resamples=1).labels["a"]
    assert by_label["token_alpha"].estimate == pytest.approx(estimates(from_ratings(binary))["token_alpha"])


def test_alpha_needs_a_second_category():
    agreement = measure(from_ratings({"a": "xxx", "b": "xxx"}), resamples=1)
    for name in ("token_alpha", "token_kappa", "token_fleiss", "u_alpha", "u_alpha_binary"):
        assert agreement.overall[name].estimate is None
        assert agreement.overall[name].undefined.reason == "no_variation"
    assert agreement.overall["exact_f1"].estimate == 1
