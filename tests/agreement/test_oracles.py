"""The measures against other programs, and against the definitions written out without any shortcut."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.agreement import alpha, kappa, unitizing
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.span_units import AgreementData
from helpers.annotations import dense_views, estimates, from_ratings, totals
from helpers.strategies import passes

ratings = st.integers(2, 12).flatmap(
    lambda units: st.lists(st.lists(st.sampled_from("xyz"), min_size=units, max_size=units), min_size=2, max_size=4)
)


def near(values, value):
    return values is None or values == pytest.approx(value, abs=1e-9)


@given(ratings)
def test_kappa_and_alpha_are_those_of_nltk(rows):
    agreement = pytest.importorskip("nltk.metrics.agreement")
    data = [(str(who), str(unit), label) for who, row in enumerate(rows) for unit, label in enumerate(row)]
    task = agreement.AnnotationTask(data=data)
    values = estimates(from_ratings({str(who): row for who, row in enumerate(rows)}))
    if len({label for row in rows for label in row}) == 1:
        assert values["token_alpha"] is None
        return
    assert near(values["token_fleiss"], task.pi())
    assert near(values["token_alpha"], task.alpha())
    if len(rows) == 2 and values["token_kappa"] is not None:
        assert near(values["token_kappa"], task.kappa())


@given(passes(annotators=2))
def test_cohens_kappa_on_tokens_is_that_of_scikit_learn(rows):
    score = pytest.importorskip("sklearn.metrics").cohen_kappa_score
    annotations = annotations_of_examples(rows)
    data = AgreementData.of(annotations, language="en")
    units = data.units("token")
    values = kappa.cohen(totals(kappa.cohen_counts(data, (0, 1), "token"), data.spans.documents))[0]
    both = data.spans.read_by((0, 1))[units.document]
    for value, (categories, _) in zip(values, dense_views(data, "token"), strict=True):
        sides = categories[:, both]
        if not np.isnan(value):
            assert value == pytest.approx(score(*sides))
        else:
            assert np.unique(sides).size <= 1


def characters(annotations):
    """For each text that two have read, by annotator, each character's labels and the unit that it lies in."""
    for item in annotations.items:
        if len(item.spans) < 2:
            continue
        table = {}
        for name, spans in item.spans.items():
            cuts = sorted({place for span in spans for place in (span.start, span.end)})
            table[name] = [
                (frozenset(s.label for s in spans if s.start <= n < s.end), sum(cut <= n for cut in cuts))
                for n in range(len(item.text))
            ]
        yield table


def by_definition(annotations):
    """The observed and the expected disagreement of the unitizing alphas, character by character."""
    observed = {"u_alpha": 0.0, "u_alpha_binary": 0.0, "character_alpha": 0.0}
    length, values, whole = 0.0, {}, 0.0
    for table in characters(annotations):
        for one, other in permutations(table, 2):
            for (a, _), (b, _) in zip(table[one], table[other], strict=True):
                observed["u_alpha"] += (a != b) / (len(table) - 1)
                observed["u_alpha_binary"] += (bool(a) != bool(b)) / (len(table) - 1)
        for row in table.values():
            for labels, _ in row:
                values[labels] = values.get(labels, 0) + 1
            sizes = {}
            for labels, unit in row:
                if labels:
                    sizes[unit] = sizes.get(unit, 0) + 1
            whole += sum(size**2 for size in sizes.values()) + sum(not labels for labels, _ in row)
            length += len(row)
    observed["character_alpha"] = observed["u_alpha"]
    gaps = values.get(frozenset(), 0)
    apart = length**2 - sum(count**2 for count in values.values())
    expected = {
        "u_alpha": length * apart / (length**2 - whole) if apart else 0,
        "u_alpha_binary": length * 2 * gaps * (length - gaps) / (length**2 - whole) if length else 0,
        "character_alpha": apart / (length - 1) if apart else 0,
    }
    return {name: 1 - observed[name] / expected[name] if expected[name] else None for name in observed}


@given(passes(annotators=4))
def test_the_unitizing_alphas_are_what_their_definitions_say(rows):
    annotations = annotations_of_examples(rows)
    data, everyone = AgreementData.of(annotations, language="en"), range(len(annotations.annotators))
    sums = totals(unitizing.unit_counts(data, everyone), data.spans.documents)
    values = {
        "u_alpha": unitizing.u_alpha(sums)[0, 0],
        "u_alpha_binary": unitizing.u_alpha_binary(sums)[0, 0],
        "character_alpha": alpha.alpha(totals(alpha.alpha_counts(data, everyone, "character"), data.spans.documents))[
            0, 0
        ],
    }
    for name, value in by_definition(annotations).items():
        assert np.isnan(values[name]) if value is None else values[name] == pytest.approx(value)
