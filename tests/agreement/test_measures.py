"""A measure of agreement is one entry in one registry, and everything that shows measures iterates over it."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from goldspan import agreement
from goldspan.agreement import f1, html_report, text_report
from goldspan.agreement.agreement import measure
from goldspan.agreement.measures import MEASURES, CountFunction, Formula, Measure
from goldspan.agreement.report import make_report
from goldspan.agreement.rule_attribution import RuleAttributor
from goldspan.bootstrap import ratio
from goldspan.guidelines.rules import Rulebook
from goldspan.report import schemas
from helpers.annotations import of_texts

FOLDER = Path(agreement.__file__).parent
JACCARD = Measure(
    id="jaccard",
    title="Jaccard index",
    meaning="the share of all spans that both have marked",
    zero="no span is the same",
    one="every span is the same",
    source="Jaccard 1901",
    formula=Formula(
        CountFunction("spans", f1.span_counts),
        lambda sums: ratio(sums["same"], sums["first"] + sums["second"] - sums["same"]),
        f1.has_spans,
    ),
    scope="pairs",
    scale="per cent",
    in_figures=True,
)
ROWS = {
    "a": [[(1, "A")], [(2, "A"), (4, "B")], [(3, "B")]],
    "b": [[(1, "A")], [(2, "A")], [(3, "A"), (5, "B")]],
    "c": [[(1, "A")], [(2, "A"), (4, "B")], [(6, "A")]],
}


@pytest.fixture
def report(monkeypatch):
    monkeypatch.setitem(MEASURES, JACCARD.id, JACCARD)
    annotations = of_texts(**ROWS)
    return make_report(annotations, measure(annotations, resamples=200), RuleAttributor(Rulebook(), {}))


def test_an_entry_makes_estimates_with_intervals(report):
    value = report.agreement.overall["jaccard"]
    sides = [{(number, *span) for number, row in enumerate(rows) for span in row} for rows in ROWS.values()]
    pairs = [(sides[a], sides[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert value.estimate == pytest.approx(np.mean([len(one & two) / len(one | two) for one, two in pairs]))
    assert 0 <= value.low <= value.estimate <= value.high <= 1
    assert report.agreement.pairs["a", "b"].labels["A"]["jaccard"].estimate == pytest.approx(2 / 3)


def test_an_entry_is_in_the_data_the_terminal_and_the_page(report):
    assert report.agreement.json()["measures"]["jaccard"]["source"] == "Jaccard 1901"
    (table,) = (table for table in text_report.terminal_tables(report) if table.title.startswith("All measures"))
    (row,) = (row for row in table.rows if row[0] == "Jaccard index")
    assert row[2].startswith("the share of all spans that both have marked")
    page = html_report.page(report)
    assert "<dt>Jaccard index" in page  # among the figures
    assert re.search(r"<th[^>]*><bdi>Jaccard index</bdi></th>", page)  # among all measures


def test_the_schema_lists_what_a_measure_and_its_estimate_have(report):
    schema = json.dumps(schemas.json_schema("agree"))
    measures = report.agreement.json()
    keys = {*measures["measures"]["jaccard"], *measures["overall"], *measures["overall"]["measures"]["jaccard"]}
    assert not {key for key in keys - {"measures"} if f'"{key}"' not in schema}
    assert not {id_ for id_ in {*MEASURES, "gamma"} - {"jaccard"} if f"`{id_}`" not in schema}


def test_no_other_module_names_a_measure():
    texts = {
        path.name: path.read_text() for path in FOLDER.glob("*.py") if path.name not in ("measures.py", "gamma.py")
    }
    assert not [(name, one) for name, text in texts.items() for one in MEASURES if f'"{one}"' in text]


def test_counts_of_one_name_are_of_one_function():
    functions = [one.formula.counts for one in MEASURES.values() if one.formula]
    assert len({function.name for function in functions}) == len({id(function) for function in functions})
