"""What an evaluation does with what it is given: ids or none, splits, other labels, overlaps, parts not annotated."""

import json

import pytest

from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.evaluation.run import EvaluationOptions, run_evaluation
from goldspan.formats import ReadOptions, gold

TEXT = "Marsh met Ode in Port Ellis."
MARSH, ODE, PORT = Span(0, 5, "PERSON"), Span(10, 13, "PERSON"), Span(17, 27, "PLACE")


def write(path, *examples):
    gold.write(path, examples)
    return path


def rows(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def evaluate(gold_file, predictions, *, root=None, **reading):
    options = EvaluationOptions(
        gold=gold_file, predictions=str(predictions), resamples=10, reading=ReadOptions(**reading), root=root
    )
    return run_evaluation(options)[0]


def counts(report, scheme="strict"):
    total = report.evaluation.overall[scheme]
    return total.correct, total.incorrect, total.missed, total.spurious


def kinds(report):
    return {note.kind for note in report.notes}


def test_predictions_without_ids_are_matched_by_text_whatever_their_files_are_called(tmp_path):
    examples = [Example("a", TEXT, (MARSH,)), Example("b", "Ode left.", (Span(0, 3, "PERSON"),))]
    left = write(tmp_path / "gold.jsonl", *examples)
    right = rows(
        tmp_path / "pred.jsonl",
        {"text": "Ode left.", "label": [[0, 3, "PERSON"]]},
        {"text": TEXT, "label": [[0, 5, "PERSON"]]},
    )
    assert counts(evaluate(left, right)) == (2, 0, 0, 0)


def test_numbers_made_up_from_the_name_of_a_file_pair_nothing(tmp_path):
    (tmp_path / "gold").mkdir()
    (tmp_path / "pred").mkdir()
    first, second = {"text": "Ode left.", "label": [[0, 3, "X"]]}, {"text": "Ode has left.", "label": []}
    left = rows(tmp_path / "gold" / "a.jsonl", first, second)
    right = rows(tmp_path / "pred" / "a.jsonl", second, first)
    report = evaluate(left, right)
    assert counts(report) == (1, 0, 0, 0)
    assert not kinds(report)


def test_labels_that_gold_does_not_have_are_named_and_can_be_mapped_or_left_out(tmp_path):
    left = write(tmp_path / "gold.jsonl", Example("a", TEXT, (MARSH, ODE, PORT)))
    other = (Span(0, 5, "PER"), Span(10, 13, "PER"), Span(17, 27, "PLACE"))
    right = write(tmp_path / "pred.jsonl", Example("a", TEXT, other))
    report = evaluate(left, right)
    (note,) = [note for note in report.notes if note.kind == "outside-scheme"]
    assert "'PER' is not one of gold's (PERSON, PLACE); 2 predicted spans" in note.message
    assert "--map PER=" in note.remedy
    assert counts(report) == (1, 2, 0, 0)
    assert counts(evaluate(left, right, rename={"PER": "PERSON"})) == (3, 0, 0, 0)
    only = evaluate(left, right, only=frozenset({"PLACE"}))
    assert counts(only) == (1, 0, 0, 0)
    assert sum(note.kind == "other-label" for note in only.notes) == 4


def test_labels_are_mapped_where_tokens_are_compared(tmp_path):
    left, right = tmp_path / "gold.conll", tmp_path / "pred.conll"
    left.write_text("Marsh B-PERSON\nleft O\n\nPort B-PLACE\nEllis I-PLACE\n")
    right.write_text("Marsh B-PER\nleft B-MISC\n\nPort B-PLACE\nEllis I-PLACE\n")
    assert counts(evaluate(left, right)) == (1, 1, 0, 1)
    assert counts(evaluate(left, right, rename={"PER": "PERSON"})) == (2, 0, 0, 1)
    report = evaluate(left, right, rename={"PER": "PERSON"}, only=frozenset({"PERSON", "PLACE"}))
    assert counts(report) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("overlaps", "expected"), [(None, (1, 0, 0, 1)), ("drop-inner", (0, 1, 0, 0)), ("drop-outer", (1, 0, 0, 0))]
)
def test_overlapping_predictions_are_kept_or_dropped_and_counted(overlaps, expected, tmp_path):
    left = write(tmp_path / "gold.jsonl", Example("a", TEXT, (PORT,)))
    right = write(tmp_path / "pred.jsonl", Example("a", TEXT, (PORT, Span(10, 27, "PLACE"))))
    report = evaluate(left, right, overlaps=overlaps)
    assert counts(report) == expected
    assert ("dropped-overlap" in kinds(report)) == (overlaps is not None)


def test_overlapping_spans_are_an_error_where_a_project_has_flat_labels(toy, tmp_path):
    example = next(example for example in toy.gold_examples() if example.spans)
    first = example.spans[0]
    nested = (*example.spans, Span(first.start, len(example.text), first.label))
    right = write(tmp_path / "pred.jsonl", example.with_spans(nested))
    with pytest.raises(InputError, match="overlap, and labels of this project are not nested") as caught:
        evaluate(toy.gold, right)
    assert "--overlaps" in caught.value.remedy
    assert counts(evaluate(toy.gold, right, overlaps="keep"))[3] >= 1


def test_where_nobody_annotated_gold_a_prediction_is_neither_right_nor_wrong(tmp_path):
    partly = Example("a", TEXT, (MARSH,), extra={"not_annotated": [[10, 27]]})
    skipped = Example("b", "Ode left.", extra={"not_annotated": "skipped"})
    left = write(tmp_path / "gold.jsonl", partly, skipped)
    right = write(
        tmp_path / "pred.jsonl", Example("a", TEXT, (MARSH, ODE)), Example("b", "Ode left.", (Span(0, 3, "PERSON"),))
    )
    report = evaluate(left, right)
    assert counts(report) == (1, 0, 0, 0)
    assert {"unjudged-span", "no-annotation"} <= kinds(report)


def test_an_option_that_no_file_uses_is_refused(tmp_path):
    left = write(tmp_path / "gold.jsonl", Example("a", TEXT, (MARSH,)))
    with pytest.raises(InputError, match="--word-column has no effect on the format gold"):
        evaluate(left, left, word_column="2")


def test_predictions_of_a_split_are_found_by_their_text(toy, tmp_path):
    (article,) = toy.read_split("test")
    every = list(toy.gold_examples())
    plain = rows(
        tmp_path / "pred.jsonl", *({"text": e.text, "label": [[*vars_of(s)] for s in e.spans]} for e in every if e.text)
    )
    report = evaluate(toy.gold, plain, split="test")
    expected = sum(len(example.spans) for example in every if example.article == article)
    assert counts(report) == (expected, 0, 0, 0)
    assert "extra-example" not in kinds(report)


def vars_of(span):
    return span.start, span.end, span.label


def test_predictions_without_text_are_paired_by_id(tmp_path):
    left = write(
        tmp_path / "gold.jsonl", Example("a", TEXT, (MARSH,)), Example("b", "Ode left.", (Span(0, 3, "PERSON"),))
    )
    span = {"start": 0, "end": 3, "entity_group": "PERSON", "score": 0.9, "word": "Ode"}
    right = rows(tmp_path / "pred.jsonl", {"id": "b", "entities": [span]}, {"id": "a", "entities": [span | {"end": 5}]})
    assert counts(evaluate(left, right)) == (2, 0, 0, 0)
    rows(right, {"id": "other", "entities": [span]})
    with pytest.raises(InputError, match="no text for the id 'other'"):
        evaluate(left, right)


def test_labels_that_neither_side_has_are_refused(tmp_path):
    left = write(tmp_path / "gold.jsonl", Example("a", TEXT, (MARSH,)))
    right = write(tmp_path / "pred.jsonl", Example("a", TEXT, (PORT,)))
    with pytest.raises(InputError, match="no span has a label that --only names: PLAICE"):
        evaluate(left, right, only=frozenset({"PLAICE"}))
    assert counts(evaluate(left, right, only=frozenset({"PLACE"}))) == (0, 0, 0, 1)


@pytest.mark.parametrize("side", ["gold", "pred"])
def test_two_examples_of_one_id_are_refused(tmp_path, side):
    once = {"id": "a", "text": TEXT, "entities": [[0, 5, "PERSON"]]}
    files = {name: rows(tmp_path / f"{name}.jsonl", once) for name in ("gold", "pred")}
    rows(files[side], once | {"entities": []}, once)
    with pytest.raises(InputError, match=rf"{side}.jsonl:2: a: there is an example of this id already"):
        evaluate(files["gold"], files["pred"])
