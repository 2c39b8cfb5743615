"""The report on annotators: what it says in numbers, in words and in JSON."""

import json
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given

from goldspan.agreement import report_tables, run, text_report
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.disagreements import confused, disagreements_between
from goldspan.agreement.report import PairTally, compare_pairs, tally
from goldspan.agreement.run import AgreementOptions, run_agreement
from goldspan.annotation import same_spans
from goldspan.errors import InputError, NotFoundError
from goldspan.formats.inline import example
from helpers import annotations
from helpers.strategies import passes

FEW = {"resamples": 50}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, project):
    passes = annotations.simulate_passes(project.gold_examples(), project.scheme.names)
    passes["nobody"] = [replace(one, extra={"confirmed": False}) for one in passes["anna"]]
    return annotations.write_passes(tmp_path_factory.mktemp("passes"), passes)


@pytest.fixture(scope="module")
def made(folder, project):
    return run_agreement(AgreementOptions(passes=(str(folder),), root=project.root, against="gold", **FEW))


def test_the_headline_says_how_far_over_how_much(made):
    said = text_report.headline(made)
    assert said.startswith("Any two of 4 annotators agree on 8")
    assert (
        "(exact-span F1, the mean over 6 pairs), in the 69 examples of 4 articles that at least two confirmed." in said
    )


def test_one_who_has_nothing_is_named_and_takes_no_part(made):
    assert "nobody has confirmed nothing and is left out." in text_report.remarks(made)
    assert made.agreement.compared == ("anna", "bela", "cyril", "dora")
    assert ("anna", "nobody") not in made.tallies


def test_the_kinds_add_up_to_the_spans_that_are_not_shared(made):
    for (first, second), one in made.tallies.items():
        shared = made.annotations.shared(first, second)
        assert one.agreed == sum(len({*i.spans[first]} & {*i.spans[second]}) for i in shared)
        cell = made.agreement.pairs[first, second].overall
        assert one.agreed + one.boundary + one.label + one.split + one.first_alone <= cell.spans[first] + one.split


def test_every_place_has_one_rule_or_says_that_none_was_found(made):
    assert sum(map(len, made.by_rule.values())) == len(made.cases)
    assert list(made.by_rule)[-1] == "no rule found"
    assert len(made.by_rule["G-5"]) > 10
    assert sum(made.kinds.values()) == len(made.cases)


def test_the_most_disputed_place_comes_first(made):
    pairs = [case.dispute.pairs for case in made.cases]
    assert pairs == sorted(pairs, reverse=True)


def test_every_table_fits_a_terminal_of_100_columns(made):
    titles = [table.title for table in text_report.terminal_tables(made)]
    assert titles == [
        "Who confirmed what", "Pair by pair", "Label by label", "Article by article, the lowest agreement first",
        "All measures, over all labels", "Agreed and differing spans", "Label confusion",
        "Guideline rules that the disagreements fall under", "Words that are disputed most often",
    ]  # fmt: skip
    assert all(len(table.rows) <= 16 for table in text_report.terminal_tables(made))


def test_the_worst_article_comes_first_and_the_undefined_last(made):
    articles = report_tables.measures_by_article(made)
    values = [measures["exact_f1"].estimate for measures in articles.values()]
    assert values[-1] is None
    assert values[:-1] == sorted(values[:-1])


def test_what_is_undefined_is_explained_in_words(made):
    assert any("no example was confirmed by two annotators" in sentence for sentence in text_report.undefined(made))


def test_the_json_holds_everything_and_no_nan(made):
    said = json.loads(json.dumps(text_report.report_json(made), allow_nan=False))
    assert list(said) == [
        "headline", "coverage", "left_out", "agreement", "kinds", "confusion", "surfaces", "rules", "disagreements",
        "comments", "against_gold", "undefined", "remarks",
    ]  # fmt: skip
    assert len(said["disagreements"]) == len(made.cases)
    assert said["coverage"]["nobody"]["confirmed"] == 0
    assert {rule for one in said["rules"] for rule in one["rules"]} <= set(made.rules)


def test_two_annotators_have_a_matrix_of_rows_and_columns():
    annotations = annotations_of_examples(
        {"a": [example("e", "[Tyre]{X} [Acre]{X}")], "b": [example("e", "[Tyre]{Y} Acre")]}
    )
    compared = compare_pairs(annotations, annotations.labels)
    found = compared.confusion
    assert (found.first, found.second) == ("a", "b")
    assert dict(zip(found.labels, found.rows, strict=True)) == {"X": (0, 1, 1), "Y": (0, 0, 0), "none": (0, 0, 0)}
    assert compared.tallies == {("a", "b"): PairTally(label=1, first_alone=1)}


def test_of_more_annotators_a_meeting_stands_on_both_sides():
    marked = {"a": "[Tyre]{X}", "b": "[Tyre]{Y}", "c": "[Tyre]{Y}"}
    annotations = annotations_of_examples({name: [example("e", one)] for name, one in marked.items()})
    found = compare_pairs(annotations, ("X", "Y")).confusion
    assert found.first is None
    assert found.rows == ((0, 2, 0), (2, 1, 0), (0, 0, 0))


@given(passes(annotators=4))
def test_pairs_compared_together_are_pairs_compared_alone(rows):
    annotations = annotations_of_examples(rows)
    tallies, counts = {}, Counter()
    for pair in annotations.pairs:
        for item in annotations.shared(*pair):
            agreed, differing = (of(*(item.spans[name] for name in pair)) for of in (same_spans, disagreements_between))
            tallies[pair] = tallies.get(pair, PairTally()) + tally(agreed, differing)
            counts += confused(agreed, differing)
    found = compare_pairs(annotations, annotations.labels)
    assert found.tallies == tallies
    table = dict(zip(found.confusion.labels, found.confusion.rows, strict=True))
    for (first, row), (at, second) in product(table.items(), enumerate(table)):
        swapped = counts[second, first] if len(tallies) != 1 and first != second else 0
        assert row[at] == counts[first, second] + swapped


@pytest.mark.parametrize(
    ("method", "low", "warning"),
    [
        ("percentile", "100", "the bootstrap cannot see what is not in the data"),
        ("jackknife-t", "4", "the interval is that of a proportion with each article as one trial"),
    ],
)
def test_full_agreement_warns_of_its_interval(project, method, low, warning):
    made = run_agreement(AgreementOptions(root=project.root, method=method, **FEW))
    start = "Any two of 3 annotators agree on 100.0 of 100 spans on average ["
    assert text_report.headline(made).startswith(start + low)
    assert any(warning in sentence for sentence in text_report.remarks(made))
    assert made.cases == ()


def test_one_article_alone_can_be_looked_at(folder, project):
    article = project.entries[0].id
    made = run_agreement(AgreementOptions(passes=(str(folder),), root=project.root, articles=(article,), **FEW))
    assert made.annotations.articles == (article,)
    assert {one.example.split(".")[0] for one in made.annotations.left_out} == {article}
    assert made.agreement.settings.unit == "example"


def test_passes_of_a_project_are_known_by_name(toy):
    made = run_agreement(AgreementOptions(passes=("bob", "ann"), root=toy.root, **FEW))
    assert made.annotations.annotators == ("ann", "bob")


def test_files_need_no_project(folder):
    made = run_agreement(AgreementOptions(passes=(str(folder),), **FEW))
    assert set(made.by_rule) == {"no rule found"}
    with pytest.raises(NotFoundError, match="no project"):
        run_agreement(AgreementOptions(passes=(str(folder),), against="gold", **FEW))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (AgreementOptions(passes=("nowhere",)), "no such file or folder, nor a pass of this name"),
        (AgreementOptions(articles=("x",)), "nobody has confirmed an example of an article 'x'"),
    ],
)
def test_what_is_not_there_is_refused(toy, question, words):
    with pytest.raises(InputError, match=words):
        run_agreement(replace(question, root=toy.root))


def test_the_table_of_the_data_card_has_intervals(toy):
    found = run.agreement_table(toy)
    assert found.header[-1] == "F1, 95% interval"
    assert dict(zip(found.header, found.rows[0], strict=True))["same"] == "6"
    assert "3 articles" in found.note
    assert "Where nothing differs, the interval is that of a proportion with each article as one trial." in found.note


def test_a_project_without_passes_has_no_table(toy):
    for path in sorted(toy.passes.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert run.agreement_table(toy) is None
