"""What was read with suggestions and what was read without: measured apart, by the library and by the command."""

import json
from dataclasses import replace
from functools import partial
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import formats
from goldspan.agreement import run
from goldspan.agreement.against_gold import measure_against_gold
from goldspan.agreement.agreement import measure, measure_pairs
from goldspan.agreement.annotations import annotations_of_corpus, annotations_of_examples, annotations_of_paths
from goldspan.agreement.html_report import page, page_by_condition
from goldspan.agreement.report import make_report
from goldspan.agreement.rule_attribution import RuleAttributor
from goldspan.agreement.run import AgreementOptions, run_agreement, run_agreement_by_condition
from goldspan.annotation import Example, Span
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import gold
from goldspan.formats.registry import WRITABLE
from goldspan.guidelines.rules import Rulebook

FEW = {"resamples": 20, "method": "percentile"}
TEXT = "one two three four"
WORDS = ((0, 3), (4, 7), (8, 13), (14, 18))


def example(number, words, aided=None):
    spans = tuple(Span(*WORDS[word], "A") for word in words)
    extra = {"confirmed": True} | ({} if aided is None else {"aided": aided})
    return Example(f"a{number}.p01", TEXT, spans, extra=extra)


def passes(rows):
    """By annotator a list of (words, aided) for the examples 0, 1 and so on; None for one not read."""
    return {
        name: [example(n, *reading) for n, reading in enumerate(readings) if reading is not None]
        for name, readings in rows.items()
    }


ALONE, SHOWN = ((0, 1), None), ((0, 1), "kfor-a")
ROWS = {
    "a": [ALONE, ((0,), None), SHOWN, ((0, 1, 2), "kfor-a"), SHOWN],
    "b": [((0,), None), ((0,), None), SHOWN, ((0, 1, 2), "kfor-b"), ALONE],
    "c": [None, None, ((3,), None), None, None],
}


def f1(annotations):
    return measure(annotations, resamples=1).overall["exact_f1"].estimate


def test_each_condition_has_its_own_readings():
    annotations = annotations_of_examples(passes(ROWS))
    assert annotations.conditions == ("unaided", "aided")
    unaided, aided = (annotations.of_condition(condition) for condition in annotations.conditions)
    assert [(item.id, sorted(item.spans)) for item in unaided.items] == [
        ("a0.p01", ["a", "b"]),
        ("a1.p01", ["a", "b"]),
        ("a2.p01", ["c"]),
        ("a4.p01", ["b"]),
    ]
    assert [(item.id, sorted(item.spans)) for item in aided.items] == [
        ("a2.p01", ["a", "b"]),
        ("a3.p01", ["a", "b"]),
        ("a4.p01", ["a"]),
    ]
    assert (unaided.annotators, aided.annotators) == (("a", "b", "c"), ("a", "b"))
    assert (f1(unaided), f1(aided)) == (pytest.approx(2 * 2 / 5), 1)
    assert annotations.mixed == {("a", "b"): 1, ("a", "c"): 1, ("b", "c"): 1}
    assert annotations.mixed_examples == 2


@given(
    st.lists(
        st.lists(st.none() | st.tuples(st.sets(st.integers(0, 3)).map(sorted), st.sampled_from([None, "p"])),
                 min_size=3, max_size=3),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_each_pair_of_readings_is_in_one_condition_or_mixed(columns):
    """Law: what two annotators read is compared once, unaided or aided, or it is named as mixed."""
    rows = dict(zip("abc", zip(*columns, strict=True), strict=True))
    annotations = annotations_of_examples(passes(rows))
    parts = [annotations.of_condition(condition) for condition in ("unaided", "aided")]
    for first, second in combinations("abc", 2):
        apart = sum(len(part.shared(first, second)) for part in parts)
        assert apart + annotations.mixed.get((first, second), 0) == len(annotations.shared(first, second))
    for name in "abc":
        assert sum(len(part.of(name)) for part in parts) == len(annotations.of(name))
    for part, is_aided in zip(parts, (False, True), strict=True):
        for item in part.items:
            assert all((rows[name][int(item.id[1])][1] is not None) == is_aided for name in item.spans)
        assert all(part.annotators.count(name) == 1 for item in part.items for name in item.spans)


@pytest.mark.parametrize("pooled", ["measure", "pairs", "gold", "report"])
def test_the_library_refuses_to_pool(pooled, project):
    annotations = annotations_of_examples(passes(ROWS))
    ways = {
        "measure": lambda: measure(annotations),
        "pairs": lambda: measure_pairs(annotations, project.scheme, {"exact_f1"}),
        "gold": lambda: measure_against_gold(annotations, [], ["A"]),
        "report": lambda: make_report(
            annotations, measure(annotations.of_condition("aided"), **FEW), RuleAttributor(Rulebook(), {})
        ),
    }
    with pytest.raises(InvalidValueError, match="of_condition") as refusal:
        ways[pooled]()
    assert "means nothing" in refusal.value.message


def test_the_kind_of_lines_that_do_not_count_is_known(tmp_path):
    lines = [example(0, (0,), "p"), replace(example(1, (0,), "p"), extra={"confirmed": False, "aided": "p"})]
    gold.write(tmp_path / "a.jsonl", lines)
    gold.write(tmp_path / "b.jsonl", [example(0, (0,)), replace(example(1, ()), extra={"confirmed": False})])
    annotations = annotations_of_paths([tmp_path])
    assert [annotations.of_condition(c).unread("a") for c in ("unaided", "aided")] == [0, 1]
    assert [annotations.of_condition(c).unread("b") for c in ("unaided", "aided")] == [1, 0]
    assert annotations.of_condition("unaided").annotators == ("b",)


def test_comments_stay_with_their_readings(tmp_path):
    aided, alone = example(0, (0,), "p"), example(1, (0,))
    commented = [replace(one, extra={**one.extra, "comments": [f"on {one.id}"]}) for one in (aided, alone)]
    gold.write(tmp_path / "a.jsonl", commented)
    annotations = annotations_of_paths([tmp_path / "a.jsonl"])
    assert [[c.text for c in annotations.of_condition(k).comments] for k in ("unaided", "aided")] == [
        ["on a1.p01"],
        ["on a0.p01"],
    ]


def test_true_and_false_are_understood_and_other_values_refused(tmp_path):
    gold.write(tmp_path / "a.jsonl", [example(0, (0,), aided=True), example(1, (0,), aided=False)])
    annotations = annotations_of_paths([tmp_path / "a.jsonl"])
    assert [item.aided for item in annotations.items] == [frozenset({"a"}), frozenset()]
    gold.write(tmp_path / "a.jsonl", [example(0, (0,), 3)])
    with pytest.raises(InputError, match="'aided' is 3") as refusal:
        annotations_of_paths([tmp_path / "a.jsonl"])
    assert (refusal.value.file, refusal.value.line, refusal.value.example) == (tmp_path / "a.jsonl", 1, "a0.p01")


@pytest.mark.parametrize("form", WRITABLE)
def test_each_format_keeps_who_was_aided(tmp_path, form):
    lines = [example(number, (0,), aided) for number, aided in enumerate(("kfor-a", None, True, False))]
    path = tmp_path / f"a{(*formats.get(form).suffixes, '')[0]}"
    formats.get(form).write(path, lines, formats.WriteOptions())
    found = annotations_of_paths([path], form)
    assert {item.id: bool(item.aided) for item in found.items} == {
        "a0.p01": True,
        "a1.p01": False,
        "a2.p01": True,
        "a3.p01": False,
    }


def mark_aided(corpus, annotator, number):
    """The first lines of a pass as if they had been read with suggestions."""
    left = number
    for path in sorted((corpus.passes / annotator).glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for row in rows[:left]:
            row["aided"] = f"round-{annotator}"
        left -= len(rows[:left])
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


@pytest.fixture
def mixed(toy):
    for name in toy.annotators():
        mark_aided(toy, name, 2)
    return toy


def test_whoever_began_with_drafts_is_aided_in_whole(toy):
    (toy.folder / "annotators.toml").write_text('[[annotator]]\nname = "ann"\nkind = "person"\ndrafts = "rules"\n')
    annotations = annotations_of_corpus(toy)
    assert {name for item in annotations.items for name in item.aided} == {"ann"}
    assert annotations.of_condition("aided").annotators == ("ann",)
    assert all(one.extra["aided"] is True for one in toy.confirmed_examples("ann", ["storm"]))


def test_the_reports_are_those_of_each_condition_alone(mixed):
    found = run_agreement_by_condition(AgreementOptions(root=mixed.root, against="gold", **FEW))
    assert list(found.reports) == ["unaided", "aided"]
    annotations = annotations_of_corpus(mixed)
    for condition, report in found.reports.items():
        assert report.annotations == annotations.of_condition(condition)
        alone = run_agreement(AgreementOptions(root=mixed.root, condition=condition, against="gold", **FEW))
        assert page(alone) == page(report)
    with pytest.raises(InputError, match="with suggestions and some without"):
        run_agreement(AgreementOptions(root=mixed.root, **FEW))


def test_a_condition_in_which_nobody_read_is_refused(toy):
    with pytest.raises(InputError, match="nobody read aided here"):
        run_agreement_by_condition(AgreementOptions(root=toy.root, condition="aided", **FEW))


def test_the_table_for_papers_is_of_unaided_readings(mixed, toy):
    found = run.agreement_table(mixed)
    assert found.note.endswith("4 readings of examples were made by correcting suggestions and were left out.")
    assert found.header[0] == "unaided passes and label"
    for name in toy.annotators():
        mark_aided(toy, name, 1_000)
    found = run.agreement_table(toy)
    assert "All annotators saw suggestions" in found.note
    assert found.header[0] == "aided passes and label"


def test_the_state_of_an_adjudication_says_what_nobody_marked_unaided(mixed, goldspan, tmp_path, capsys):
    """Each of the two read two examples of one article with suggestions; they agree there on four spans."""
    assert goldspan("adjudicate", "--root", mixed.root, "--json", tmp_path / "r.json") == 0
    made = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert made["agreed_spans"] > made["agreed_spans_aided"] > 0
    words = f"{made['agreed_spans_aided']:,} come from readings with suggestions alone: nobody marked them without."
    assert words in " ".join(capsys.readouterr().out.split())


def test_the_page_has_both_parts_and_each_id_once(mixed):
    found = run_agreement_by_condition(AgreementOptions(root=mixed.root, **FEW))
    text = page_by_condition(found)
    assert text.index("Unaided: nobody saw suggestions") < text.index("Aided: all saw suggestions")
    ids = [part.split('"')[0] for part in text.split(' id="')[1:]]
    assert len(ids) == len(set(ids))


@pytest.fixture
def agree(goldspan):
    return partial(goldspan, "agree")


def test_the_command_prints_both_reports_one_after_the_other(agree, mixed, tmp_path, capsys):
    assert agree("--full", "--root", mixed.root, "--json", tmp_path / "r.json", "--html", tmp_path / "p.html") == 0
    out = " ".join(capsys.readouterr().out.split())
    starts = (
        "Annotators who correct the same suggestions share",
        "Unaided: nobody saw",
        "Agreement of ann and bob ann and",
        "Aided: all saw suggestions",
        "Agreement of ann and bob, who saw suggestions ann and bob, who saw",
    )
    places = [out.index(start) for start in starts]
    assert places == sorted(places)
    assert "· All of this was read with suggestions." in out
    made = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert list(made) == ["report", "schema", "conditions", "mixed", "sentences", "rules_to_amend"]
    assert [made["conditions"][one]["coverage"]["ann"]["confirmed"] for one in ("unaided", "aided")] == [7, 2]
    assert made["mixed"] == {"examples": 0, "pairs": []}


def test_the_command_prints_one_of_them(agree, mixed, tmp_path, capsys):
    assert agree("--root", mixed.root, "--unaided", "--json", tmp_path / "r.json") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "What was read aided is left out here." in out
    assert "who saw suggestions" not in out
    assert list(json.loads((tmp_path / "r.json").read_text("utf-8"))["conditions"]) == ["unaided"]
    assert agree("--root", mixed.root, "--aided") == 0
    assert "Unaided" not in capsys.readouterr().out


def test_where_one_of_two_was_aided_neither_report_has_the_pair(agree, toy, tmp_path, capsys):
    mark_aided(toy, "ann", 3)
    assert agree("--root", toy.root, "--json", tmp_path / "r.json") == 0
    words = (
        "In 3 examples one of two annotators was aided and the other was not (ann – bob 3): such a pair is in neither."
    )
    assert words in " ".join(capsys.readouterr().out.split())
    made = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert made["mixed"] == {"examples": 3, "pairs": [{"first": "ann", "second": "bob", "examples": 3}]}


def test_without_aided_lines_the_option_changes_nothing(agree, toy, tmp_path, capsys):
    outputs = []
    for options in ((), ("--unaided",)):
        assert agree("--root", toy.root, *options, "--json", tmp_path / "r.json", "--html", tmp_path / "p.html") == 0
        outputs.append((capsys.readouterr().out, *((tmp_path / name).read_bytes() for name in ("r.json", "p.html"))))
    assert outputs[0] == outputs[1]
    assert "suggestions" not in outputs[0][0]
