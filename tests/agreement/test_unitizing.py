"""The unitizing alphas have the values of Krippendorff's example and the properties that define them."""

from itertools import permutations

import numpy as np
import pytest

from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.span_units import AgreementData
from goldspan.agreement.unitizing import coding_counts, cu_alpha
from goldspan.annotation import Example, Span
from helpers.annotations import estimates, of_one_text, totals

# Krippendorff, Content Analysis (2019), section 12.6, figure 12.11: three observers on a continuum of length 60
OBSERVERS = {
    "alex": [(0, 7, 1), (7, 13, 2), (30, 32, 5), (32, 37, 6), (37, 44, 6), (44, 60, 7)],
    "paul": [(0, 7, 1), (7, 13, 3), (13, 21, 5), (32, 44, 6)],
    "suzan": [(0, 7, 1), (7, 13, 4), (13, 21, 5), (32, 37, 6), (37, 41, 6), (41, 44, 6)],
}


@pytest.mark.parametrize(("measure_id", "value"), [("u_alpha", 0.510), ("u_alpha_binary", 0.413), ("cu_alpha", 0.724)])
def test_the_coefficients_are_the_published_ones(measure_id, value):
    values = estimates(of_one_text(60, **OBSERVERS))
    assert values[measure_id] == pytest.approx(value, abs=0.001)


def test_the_coefficient_of_each_value_is_the_published_one():
    data = AgreementData.of(of_one_text(60, **OBSERVERS), language="en")
    values = cu_alpha(totals(coding_counts(data, range(3)), data.spans.documents))[0, 1:]
    assert values[:6] == pytest.approx([1, 0, 0, 0, 1, 1])
    assert np.isnan(values[6])  # what the only unit of value 7 meets has no value


# Krippendorff, Content Analysis (2004), p. 254: two observers i and j on a continuum from 150 to 450
LENGTH_2004 = 300
OBSERVERS_2004 = {
    "i": [(75, 145, "c"), (220, 250, "c"), (30, 90, "k"), (150, 200, "k")],
    "j": [(70, 150, "c"), (205, 225, "c"), (250, 270, "c"), (30, 90, "k"), (150, 200, "k")],
}


def sections(units, length):
    """The units of one observer and the gaps between them: start, end, and whether it is a unit."""
    place = 0
    for start, end in sorted(units):
        if start > place:
            yield place, start, False
        yield start, end, True
        place = end
    if place < length:
        yield place, length, False


def squared_difference(one, other):
    """How two sections differ: the squared distances of the ends of units that overlap, or a unit inside a gap."""
    (start, end, is_unit), (begin, stop, is_other_unit) = one, other
    if is_unit and is_other_unit:
        return (start - begin) ** 2 + (end - stop) ** 2 if start < stop and begin < end else 0
    if is_unit:
        return (end - start) ** 2 if begin <= start and end <= stop else 0
    return (stop - begin) ** 2 if is_other_unit and start <= begin and stop <= end else 0


def alpha_of_1995(observers, length):
    """Observed and expected disagreement, and alpha_U, of one category after Krippendorff (1995; 2004, p. 251-256)."""
    rows = [list(sections(units, length)) for units in observers]
    m = len(rows)
    differing = sum(squared_difference(x, y) for one, other in permutations(rows, 2) for x in one for y in other)
    observed = differing / (m * (m - 1) * length**2)
    units = [end - start for row in rows for start, end, is_unit in row if is_unit]
    gaps = [end - start for row in rows for start, end, is_unit in row if not is_unit]
    by_chance = sum(
        (len(units) - 1) / 3 * (2 * unit**3 - 3 * unit**2 + unit)
        + unit**2 * sum(gap - unit + 1 for gap in gaps if gap >= unit)
        for unit in units
    )
    expected = 2 / length * by_chance / (m * length * (m * length - 1) - sum(unit * (unit - 1) for unit in units))
    return observed, expected, 1 - observed / expected


def test_for_one_label_it_is_the_coefficient_of_2016_and_not_that_of_1995():
    labels = measure(of_one_text(LENGTH_2004, **OBSERVERS_2004), resamples=1).labels
    of_c = [[(a, b) for a, b, label in units if label == "c"] for units in OBSERVERS_2004.values()]
    assert alpha_of_1995(of_c, LENGTH_2004) == pytest.approx((0.0144, 0.0532, 0.7286), abs=5e-5)  # as published
    assert labels["c"]["u_alpha"].estimate == pytest.approx(0.5163, abs=5e-5)
    alone = {name: [(a, b, label) for a, b, label in units if label == "c"] for name, units in OBSERVERS_2004.items()}
    assert labels["c"]["u_alpha"].estimate == estimates(of_one_text(LENGTH_2004, **alone))["u_alpha"]
    of_k = [[(a, b) for a, b, label in units if label == "k"] for units in OBSERVERS_2004.values()]
    assert alpha_of_1995(of_k, LENGTH_2004)[2] == labels["k"]["u_alpha"].estimate == 1


def test_a_label_of_one_annotator_has_the_published_values_too():
    labels = measure(of_one_text(60, **OBSERVERS), resamples=1).labels
    assert labels["2"]["cu_alpha"].estimate == 0  # all of it meets other values
    assert labels["2"]["u_alpha"].estimate < 0
    assert labels["2"].without_spans == ("paul", "suzan")
    assert labels["7"]["cu_alpha"].undefined.reason == "no_coincidence"


def test_where_nobody_marks_the_same_characters_labels_cannot_be_compared():
    measures = measure(of_one_text(60, a=[(0, 5, 1)], b=[(10, 15, 2)]), resamples=1).overall
    assert measures["cu_alpha"].undefined.reason == "no_coincidence"
    assert measures["u_alpha"].estimate < 0


def test_the_place_alone_ignores_labels():
    values = estimates(of_one_text(60, a=[(0, 5, 1), (10, 20, 2)], b=[(0, 5, 2), (10, 20, 1)]))
    assert values["u_alpha_binary"] == pytest.approx(1)
    assert values["u_alpha"] < values["u_alpha_binary"]
    assert values["cu_alpha"] < 0


def test_chance_places_whole_units():
    """Two long units agree by chance less often than ten short ones of the same length together."""
    long = estimates(of_one_text(100, a=[(0, 50, 1)], b=[(25, 75, 1)]))
    short = estimates(
        of_one_text(
            100,
            a=[(n, n + 5, 1) for n in range(0, 50, 5)],
            b=[(n, n + 5, 1) for n in range(25, 75, 5)],
        )
    )
    assert short["character_alpha"] == pytest.approx(long["character_alpha"])
    assert short["u_alpha"] != pytest.approx(long["u_alpha"], abs=0.01)


def test_units_of_one_label_are_measured_against_all_else():
    both = of_one_text(60, a=[(0, 5, 1), (10, 20, 2)], b=[(0, 4, 1), (12, 20, 2)])
    one = of_one_text(60, a=[(0, 5, 1)], b=[(0, 4, 1)])
    assert measure(both, resamples=1).labels["1"]["u_alpha"].estimate == pytest.approx(estimates(one)["u_alpha"])


def test_texts_laid_end_to_end_are_one_continuum():
    def cut(spans, start, end):
        return tuple(Span(a - start, b - start, str(label)) for a, b, label in spans if start <= a < end)

    halves = annotations_of_examples(
        {
            name: [Example("c.p01", "x" * 44, cut(spans, 0, 44)), Example("c.p02", "x" * 16, cut(spans, 44, 60))]
            for name, spans in OBSERVERS.items()
        }
    )
    whole = estimates(of_one_text(60, **OBSERVERS))
    for name in ("u_alpha", "u_alpha_binary", "cu_alpha"):
        assert estimates(halves)[name] == pytest.approx(whole[name])
