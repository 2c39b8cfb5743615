"""Cohen's and Fleiss' kappa give the published values of their worked examples."""

import numpy as np
import pytest

from goldspan.agreement.agreement import measure
from helpers.annotations import estimates, from_confusion_table, from_ratings, of_texts

# Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76 (1971), table 1: 30 patients,
# 6 psychiatrists; depression, personality disorder, schizophrenia, neurosis, other.
FLEISS = (
    "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 00501 30012 51000 "
    "02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
)


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        # Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960)
        pytest.param([[25, 13, 12], [12, 2, 16], [3, 15, 2]], -0.09, id="cohen-1960-table-1"),
        pytest.param([[88, 14, 18], [10, 40, 10], [2, 6, 12]], 0.492, id="cohen-1960-table-2"),
        # Artstein and Poesio, "Inter-coder agreement for computational linguistics", CL 34 (2008), table 1
        pytest.param([[20, 20], [10, 50]], 0.348, id="artstein-poesio-2008-table-1"),
    ],
)
def test_cohens_kappa_is_the_published_one(table, kappa):
    digits = len(str(kappa).partition(".")[2])
    values = estimates(from_confusion_table(table))
    assert round(values["token_kappa"], digits) == kappa
    assert values["character_kappa"] == pytest.approx(values["token_kappa"])


def test_fleiss_kappa_of_two_is_scotts_pi_as_artstein_and_poesio_have_it():
    assert round(estimates(from_confusion_table([[20, 20], [10, 50]]))["token_fleiss"], 3) == 0.341


def test_fleiss_kappa_is_the_published_one():
    rows = [[category for category in range(5) for _ in range(int(row[category]))] for row in FLEISS.split()]
    ratings = {f"psychiatrist {number}": column for number, column in enumerate(zip(*rows, strict=True))}
    values = estimates(from_ratings(ratings))
    assert round(values["token_fleiss"], 3) == 0.430
    assert values["character_fleiss"] == pytest.approx(values["token_fleiss"])


def test_fleiss_kappa_needs_all_annotators_and_alpha_any_two():
    both = {"a": "xxyyxy", "b": "xyyyxy", "c": "xxyyyy"}
    whole = estimates(from_ratings(both))
    more = {"a": both["a"] + "xx", "b": both["b"] + "yy", "c": [*both["c"], None, None]}
    values = estimates(from_ratings(more))
    assert values["token_fleiss"] == pytest.approx(whole["token_fleiss"])
    assert values["token_alpha"] < whole["token_alpha"]


def test_kappa_of_several_is_the_mean_over_the_pairs():
    annotations = from_ratings({"a": "xxyyxy", "b": "xyyyxy", "c": "xxyyyy"})
    agreement = measure(annotations, resamples=1)
    pairs = [part.overall["token_kappa"].estimate for part in agreement.pairs.values()]
    assert len(pairs) == 3
    assert agreement.overall["token_kappa"].estimate == pytest.approx(np.mean(pairs))


def test_a_kappa_by_label_takes_the_label_against_all_else():
    measures = measure(from_confusion_table([[88, 14, 18], [10, 40, 10], [2, 6, 12]]), resamples=1).labels["0"]
    chance = 0.6 * 0.5 + 0.4 * 0.5
    assert measures["token_kappa"].estimate == pytest.approx((0.88 / 2 + 68 / 200 - chance) / (1 - chance))


def test_a_token_of_two_labels_is_of_a_category_of_its_own():
    nested, flat = [[(1, 4, "A"), (2, "B")]], [[(1, 4, "A")]]
    values = estimates(of_texts(a=nested, b=flat))
    chance = (3 * 4 + 16 * 16) / 20**2  # three A, one of A and B, sixteen of none; the other has four A
    assert values["token_kappa"] == pytest.approx((19 / 20 - chance) / (1 - chance))
