"""The outcome of a decision in the comments of whoever settled a dispute in Doccano."""

from __future__ import annotations

import pytest

from goldspan.doccano.adjudication import stated_outcome
from goldspan.errors import InvalidValueError


@pytest.mark.parametrize(
    ("comments", "outcome", "reasons"),
    [
        ([], None, []),
        (["MU-5: a name"], None, ["MU-5: a name"]),
        (["outcome: slip"], "slip", []),
        (["MU-5: a name. Outcome: Unclear rule."], "unclear-rule", ["MU-5: a name."]),
        (["outcome: slip, ann saw it too late"], "slip", ["ann saw it too late"]),
        (["outcome: ambiguous-text both read on"], "ambiguous-text", ["both read on"]),
        (["outcome:missing_rule", "no page has ferries"], "missing-rule", ["no page has ferries"]),
        (["outcome: slip", "outcome = SLIP"], "slip", []),
        (["the outcome was clear"], None, ["the outcome was clear"]),
    ],
)
def test_an_outcome_is_read_and_the_rest_is_the_reason(comments, outcome, reasons):
    assert stated_outcome(comments) == (outcome, reasons)


@pytest.mark.parametrize(
    ("comments", "said"),
    [
        (["outcome: lazy"], "'lazy'"),
        (["outcome:"], "''"),
        (["outcome: slip", "outcome: missing-rule"], "'slip' and 'missing-rule'"),
    ],
)
def test_what_is_no_outcome_is_refused_and_never_dropped(comments, said):
    with pytest.raises(InvalidValueError) as raised:
        stated_outcome(comments)
    assert said in raised.value.message
    assert "slip, unclear-rule, missing-rule, ambiguous-text" in raised.value.remedy
