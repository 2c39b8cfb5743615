"""Under `--repair strict` all tags are judged by one scheme: that of gold, or one that fits all."""

import json
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import IOB2, IOBES, IOE2
from typer.testing import CliRunner

from goldspan import iob
from goldspan.agreement.annotations import annotations_of_paths
from goldspan.agreement.run import AgreementOptions, run_agreement
from goldspan.cli import app
from goldspan.errors import InputError
from goldspan.evaluation.alignment import pair
from goldspan.evaluation.run import EvaluationOptions, run_evaluation
from goldspan.evaluation.span_metric import SpanMetric
from goldspan.formats import ReadOptions
from goldspan.formats.sources import read_source

SAMPLES = {  # well-formed tags that no other scheme allows
    "IOB2": "B-A I-A O B-B",
    "IOB1": "I-A I-A B-A O I-B",
    "BIOES": "B-A I-A E-A O S-B",
    "IOE2": "I-A E-A O E-B",
    "IOE1": "I-A E-A I-A O I-B",
}
ORACLES = {"IOB2": IOB2, "BIOES": IOBES, "IOE2": IOE2}


def tagged(path, *sentences):
    """A file of sentences of tags, in the format of its suffix; all files have the same words."""
    named = [
        (number, [f"w{number}x{place}" for place, _ in enumerate(tags.split())], tags.split())
        for number, tags in enumerate(sentences)
    ]
    if path.suffix == ".jsonl":
        rows = [{"id": f"s{n}", "tokens": words, "ner_tags": tags} for n, words, tags in named]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        head = "# id = s{}\n" if path.suffix == ".iob" else ""
        path.write_text(
            "".join(
                head.format(n) + "".join(f"{w} {t}\n" for w, t in zip(words, tags, strict=True)) + "\n"
                for n, words, tags in named
            )
        )
    return path


def evaluate(gold, predictions, baseline=None, **reading):
    options = EvaluationOptions(
        gold=gold,
        predictions=str(predictions),
        baseline=baseline and str(baseline),
        resamples=1,
        reading=ReadOptions(repair="strict", **reading),
    )
    return run_evaluation(options)[0]


def counts(report):
    total = report.evaluation.overall["strict"]
    return total.possible, total.actual, total.correct


def notes(report, kind):
    return [note for note in report.notes if note.kind == kind]


ALL_I = ("I-A I-A O I-B", "O I-A", "I-B I-B O")
IN_IOB2 = ("B-A I-A O B-B", "O B-A", "B-B I-B O")


@pytest.mark.parametrize("form", ["conll", "iob", "jsonl"])
@pytest.mark.parametrize("gold_form", ["conll", "iob", "jsonl"])
def test_predictions_with_every_b_turned_to_i_are_judged_by_the_scheme_of_gold(gold_form, form, tmp_path):
    gold, predicted = tagged(tmp_path / f"gold.{gold_form}", *IN_IOB2), tagged(tmp_path / f"out.{form}", *ALL_I)
    report = evaluate(gold, predicted)
    assert counts(report) == (4, 0, 0)  # as seqeval's strict mode in IOB2; 100 by the scheme that fits the predictions
    assert len(notes(report, "repaired-tag")) == 4
    (note,) = notes(report, "several-schemes")
    assert "in IOB2, the prediction in IOB1 or IOE1: both are judged by gold's, which forbids 4" in note.message
    assert counts(evaluate(predicted, gold)) == (4, 0, 0)  # and the other way round: IOB1 has no B here
    assert counts(evaluate(gold, gold)) == (4, 4, 4)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("other", SAMPLES)
def test_two_schemes_agree_on_no_more_than_what_that_of_gold_allows(name, other, tmp_path):
    gold, predicted = tagged(tmp_path / "gold.conll", SAMPLES[name]), tagged(tmp_path / "out.conll", SAMPLES[other])
    tags = [iob.parse(tag) for tag in SAMPLES[other].split()]
    assert counts(evaluate(gold, predicted))[1] == len(iob.well_formed_chunks(tags, name))


@pytest.mark.parametrize("name", ORACLES)
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_strict_is_the_strict_mode_of_seqeval_on_any_predictions(name, tmp_path_factory, data):
    """Gold as it may be annotated, predictions as a model may write them, in the three schemes that seqeval reads."""
    labels = [*(f"{prefix}-{label}" for prefix in iob.ALPHABETS[name] for label in "AB"), "O"]
    length = len(SAMPLES[name].split())
    rows = data.draw(st.lists(st.lists(st.sampled_from(labels), min_size=length, max_size=length), max_size=4))
    gold = [SAMPLES[name]] * (len(rows) + 1)
    predicted = [SAMPLES[name], *(" ".join(row) for row in rows)]
    folder = tmp_path_factory.mktemp("tagged")
    report = evaluate(tagged(folder / "gold.conll", *gold), tagged(folder / "out.conll", *predicted))
    sides = [[tags.split() for tags in side] for side in (gold, predicted)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = precision_recall_fscore_support(*sides, average="micro", scheme=ORACLES[name])
    total = report.evaluation.overall["strict"]
    assert (total.precision, total.recall, total.f1, total.possible) == pytest.approx(theirs)


def test_a_faulty_file_of_a_folder_is_judged_with_the_others(tmp_path):
    folder = tmp_path / "gold"
    folder.mkdir()
    tagged(folder / "a.conll", *IN_IOB2)
    (folder / "b.conll").write_text("Rom I-A\nruft O\n")  # alone it would be IOB1
    source = read_source(folder, reading=ReadOptions(repair="strict"))
    assert [len(example.spans) for example in source.examples] == [2, 1, 1, 0]
    assert source.scheme == "IOB2"


def test_a_scheme_that_gold_does_not_tell_is_assumed_and_said(tmp_path):
    gold, predicted = tagged(tmp_path / "gold.conll", "I-A O I-B"), tagged(tmp_path / "out.conll", "I-A E-A I-A")
    report = evaluate(gold, predicted)
    (note,) = notes(report, "assumed-scheme")
    assert note.message == "gold's tags fit IOB1 and IOE1 alike: all tags are judged by IOE1"
    assert counts(report)[1] == 2
    named = evaluate(gold, predicted, tagging_scheme="IOB1")
    assert counts(named)[1] == 1  # the last I alone
    assert not notes(named, "assumed-scheme")
    assert not notes(evaluate(gold, gold), "assumed-scheme")  # nothing depends on it


def test_gold_without_tags_leaves_the_scheme_to_the_predictions_and_it_is_said(tmp_path):
    gold = tmp_path / "gold.jsonl"
    spans = [{"start": 0, "end": 4, "label": "A"}]
    gold.write_text(json.dumps({"id": "s0", "text": "w0x0 w0x1", "spans": spans}) + "\n")
    predicted = tagged(tmp_path / "out.iob", "I-A O")
    report = evaluate(gold, predicted)
    assert counts(report) == (1, 1, 1)
    (note,) = notes(report, "assumed-scheme")
    assert "judged by IOB1" in note.message
    assert counts(evaluate(gold, predicted, tagging_scheme="BIO")) == (1, 0, 0)
    other = tagged(tmp_path / "base.iob", "B-A O")
    with pytest.raises(InputError, match=r"in IOB1 or IOE1, those of .*base.iob in IOB2, and nothing tells"):
        evaluate(gold, predicted, baseline=other)


def test_labels_without_prefixes_have_no_scheme(tmp_path):
    gold = tagged(tmp_path / "gold.conll", "B-PER I-PER O B-LOC", "O B-PER", "B-LOC I-LOC O")
    predicted = tagged(tmp_path / "out.conll", "PER PER O LOC", "O PER", "LOC LOC O")
    for sides in ((gold, predicted), (predicted, gold)):
        assert counts(evaluate(*sides, tag_column="2")) == (4, 4, 4)


def test_brackets_have_no_scheme(tmp_path):
    gold, brackets = (
        tagged(tmp_path / "gold.conll", *ALL_I),
        tagged(tmp_path / "out.conll", "(A* *) * (B)", "* (A)", "(B* *) *"),
    )
    for sides in ((gold, brackets), (brackets, gold)):
        assert counts(evaluate(*sides)) == (4, 4, 4)


def test_sources_read_one_by_one_are_not_compared_by_two_schemes(tmp_path):
    strict = ReadOptions(repair="strict")
    sides = [
        read_source(tagged(tmp_path / f"{name}.iob", *tags), reading=strict)
        for name, tags in (("gold", IN_IOB2), ("out", ALL_I))
    ]
    with pytest.raises(InputError, match="its tags are judged by IOB1, those of gold by IOB2"):
        pair(*sides, language="en")


def test_annotators_are_judged_by_one_scheme_or_refused(tmp_path):
    first, second = tagged(tmp_path / "anna.conll", *IN_IOB2), tagged(tmp_path / "ben.conll", *ALL_I)
    with pytest.raises(InputError, match="tags of anna are in IOB2, those of ben in IOB1 or IOE1") as caught:
        annotations_of_paths([first, second], reading=ReadOptions(repair="strict"))
    assert "--tagging-scheme" in str(caught.value)
    named = annotations_of_paths([first, second], reading=ReadOptions(repair="strict", tagging_scheme="IOB2"))
    assert [len(item.spans["ben"]) for item in named.items] == [0, 0, 0]
    both = annotations_of_paths([first, first.rename(tmp_path / "c.conll"), second][1:], reading=ReadOptions())
    assert [len(item.spans["ben"]) for item in both.items] == [2, 1, 1]


def test_annotators_of_one_file_are_judged_by_one_scheme_or_refused(tmp_path):
    path = tmp_path / "both.jsonl"
    sides = {"anna": IN_IOB2, "ben": ALL_I}
    rows = [
        {"id": f"s{number}", "annotator": name, "tokens": [*"abcd"][: len(tags.split())], "ner_tags": tags.split()}
        for name, side in sides.items()
        for number, tags in enumerate(side)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(InputError, match="tags of anna are in IOB2, those of ben in IOB1 or IOE1"):
        annotations_of_paths([path], reading=ReadOptions(repair="strict"))
    named = annotations_of_paths([path], reading=ReadOptions(repair="strict", tagging_scheme="IOB2"))
    assert [len(item.spans["ben"]) for item in named.items] == [0, 0, 0]


def test_annotators_and_the_gold_they_are_compared_with_are_judged_by_one_scheme(tmp_path):
    annotators = [tagged(tmp_path / f"{name}.conll", *IN_IOB2) for name in ("anna", "ben")]
    options = {"passes": tuple(map(str, annotators)), "resamples": 1, "reading": ReadOptions(repair="strict")}
    same, other = tagged(tmp_path / "gold.conll", *IN_IOB2), tagged(tmp_path / "other.conll", *ALL_I)
    report = run_agreement(AgreementOptions(against=str(same), **options))
    assert {len(report.records)} == {2}
    with pytest.raises(InputError, match="those of gold in IOB1 or IOE1"):
        run_agreement(AgreementOptions(against=str(other), **options))


@pytest.mark.parametrize("command", ["convert", "check"])
def test_files_of_one_command_are_judged_by_one_scheme(command, tmp_path):
    files = [tagged(tmp_path / "a.conll", *IN_IOB2), tmp_path / "b.conll"]
    files[1].write_text("Rom I-A\nruft O\n")
    output = ["-o", str(tmp_path / "out.jsonl"), "--to", "gold"] if command == "convert" else ["--language", "en"]
    found = CliRunner().invoke(app, [command, *map(str, files), "--repair", "strict", *output])
    assert found.exit_code in {0, 1}, found.output
    assert "4 span" in found.output


def test_the_metric_judges_by_the_prefixes_of_gold():
    gold, predicted = [["B-A", "I-A"]], [["B-A", "E-A"]]
    scores = SpanMetric(repair="strict").compute(predictions=predicted, references=gold)
    assert (scores["strict_f1"], scores["malformed_gold"], scores["malformed_predicted"]) == (0.0, 0.0, 1.0)
    scores = SpanMetric(repair="strict").compute(predictions=gold, references=predicted)
    assert (scores["strict_f1"], scores["malformed_gold"], scores["malformed_predicted"]) == (0.0, 0.0, 1.0)


def test_an_unknown_scheme_is_wrong_usage(tmp_path):
    path = tagged(tmp_path / "a.conll", *IN_IOB2)
    found = CliRunner().invoke(app, ["evaluate", str(path), str(path), "--tagging-scheme", "BIOX"])
    assert found.exit_code == 2
    assert "unknown tagging scheme 'BIOX'" in found.output
