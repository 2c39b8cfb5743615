"""What training loops call: `compute_metrics`, `SpanMetric`, the module for `evaluate`, the scorer for spaCy."""

import doctest
import math
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import classification_report

from goldspan.annotation import Span
from goldspan.errors import InvalidValueError
from goldspan.evaluation import span_metric
from goldspan.evaluation.hooks import IGNORED, compute_metrics
from goldspan.evaluation.span_metric import SpanMetric, module_path

NAMES = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
ids = st.integers(0, len(NAMES) - 1)


@st.composite
def batches(draw):
    """Predicted and gold class ids, gold with ignored tokens among them; (documents, tokens)."""
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 8)))
    cells = shape[0] * shape[1]
    predicted = draw(st.lists(ids, min_size=cells, max_size=cells))
    gold = draw(st.lists(ids | st.just(IGNORED), min_size=cells, max_size=cells))
    return np.array(predicted).reshape(shape), np.array(gold).reshape(shape)


def logits(predicted):
    """Of which the greatest is that of the predicted class."""
    return np.eye(len(NAMES), dtype=np.float32)[predicted]


def prediction(predictions, labels):
    return SimpleNamespace(predictions=predictions, label_ids=labels)


def tags(row, labels):
    """As the examples of `transformers` make them."""
    return [NAMES[number] for number, label in zip(row, labels, strict=True) if label != IGNORED]


def test_a_sentence_worked_by_hand():
    """Kim Il Sung ##s Pyong ##yang: PER [0, 3), LOC [3, 4); predicted PER [0, 2), LOC [3, 4)."""
    gold = [[IGNORED, 1, 2, 2, IGNORED, 3, IGNORED, IGNORED]]
    predicted = [[3, 1, 2, 0, 4, 3, 2, 1]]  # what stands at ignored tokens is nobody's answer
    scores = compute_metrics(NAMES)(prediction(logits(np.array(predicted)), np.array(gold)))
    assert scores["strict_f1"] == scores["exact_precision"] == 0.5
    assert scores["partial_recall"] == 0.75
    assert scores["type_f1_PER"] == 1.0
    assert (scores["strict_f1_PER"], scores["strict_f1_LOC"], scores["strict_macro_f1"]) == (0.0, 1.0, 0.5)
    assert (scores["gold_spans"], scores["predicted_spans"]) == (2.0, 2.0)
    assert (scores["malformed_gold"], scores["malformed_predicted"]) == (0.0, 0.0)


@given(batches())
def test_strict_equals_seqeval_on_the_same_tags(batch):
    predicted, gold = batch
    scores = compute_metrics(NAMES, undefined=0.0)(prediction(logits(predicted), gold))
    sides = [[tags(row, labels) for row, labels in zip(side, gold, strict=True)] for side in (gold, predicted)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of measures that are undefined and set to 0
        report = classification_report(*sides, output_dict=True)
    for ours, theirs in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score")):
        assert scores[f"strict_{ours}"] == pytest.approx(report["micro avg"][theirs])
        for label in {"PER", "LOC"} & set(report):
            assert scores[f"strict_{ours}_{label}"] == pytest.approx(report[label][theirs])


@given(batches(), st.randoms(use_true_random=False))
def test_the_values_of_ignored_tokens_change_nothing(batch, random):
    predicted, gold = batch
    other = np.where(gold == IGNORED, random.randrange(len(NAMES)), predicted)
    score = compute_metrics(NAMES)
    assert score(prediction(logits(predicted), gold)) == score(prediction(logits(other), gold))


@given(batches())
def test_logits_class_ids_and_lists_of_batches_score_the_same(batch):
    predicted, gold = batch
    score = compute_metrics(NAMES)
    whole = score(prediction(logits(predicted), gold))
    assert score(prediction(predicted, gold)) == whole
    assert score(prediction((logits(predicted), "hidden states"), gold)) == whole
    assert score(prediction(predicted.tolist(), gold.tolist())) == whole
    rows = prediction([logits(row[None]) for row in predicted], [row[None] for row in gold])
    assert score(rows) == whole


@given(batches())
def test_batches_one_after_the_other_score_as_one(batch):
    predicted, gold = batch
    score = compute_metrics(NAMES)
    for row, labels in zip(predicted[:-1], gold[:-1], strict=True):
        assert score(prediction(logits(row[None]), labels[None]), compute_result=False) == {}
    last = score(prediction(logits(predicted[-1:]), gold[-1:]), compute_result=True)
    assert last == score(prediction(logits(predicted), gold))


@given(batches())
def test_a_trainer_can_log_every_value(batch):
    predicted, gold = batch
    scores = compute_metrics(NAMES)(prediction(logits(predicted), gold))
    assert all(type(value) is float and math.isfinite(value) for value in scores.values())


def test_malformed_predictions_are_counted_and_repaired_as_asked():
    gold, predicted = np.array([[1, 2]]), np.array([[2, 2]])
    lenient = compute_metrics(NAMES)(prediction(predicted, gold))
    assert (lenient["strict_f1"], lenient["malformed_predicted"]) == (1.0, 1.0)
    strict = compute_metrics(NAMES, repair="strict")(prediction(predicted, gold))
    assert (strict["strict_f1"], strict["malformed_predicted"], strict["predicted_spans"]) == (0.0, 1.0, 0.0)


def test_malformed_gold_is_counted_and_never_lost():
    gold = np.array([[2, 2, 0, 1]])
    scores = compute_metrics(NAMES, repair="strict")(prediction(np.array([[0, 0, 0, 1]]), gold))
    assert (scores["gold_spans"], scores["strict_recall"], scores["malformed_gold"]) == (2.0, 0.5, 1.0)


def test_an_undefined_measure_is_left_out_or_what_was_asked_for():
    nothing_predicted = prediction(np.array([[0, 0]]), np.array([[1, 2]]))
    scores = compute_metrics(NAMES)(nothing_predicted)
    assert "strict_precision" not in scores
    assert (scores["strict_recall"], scores["strict_f1"]) == (0.0, 0.0)
    assert not any(name.endswith("LOC") for name in scores)
    assert compute_metrics(NAMES, undefined=0.0)(nothing_predicted)["strict_precision"] == 0.0


def test_schemes_and_labels_can_be_left_out():
    scores = compute_metrics(NAMES, schemes=["partial"], by_label=False)(prediction(np.array([[1]]), np.array([[1]])))
    assert {name for name in scores if not name.endswith(("gold", "predicted", "spans"))} == {
        "partial_precision",
        "partial_recall",
        "partial_f1",
        "partial_macro_f1",
    }
    with pytest.raises(InvalidValueError, match="no scheme 'lenient'"):
        compute_metrics(NAMES, schemes=["lenient"])(prediction(np.array([[1]]), np.array([[1]])))


def sources():
    from datasets import ClassLabel, Features, List, Value

    label = ClassLabel(names=NAMES)
    yield pytest.param(tuple(NAMES), id="names")
    yield pytest.param({4: "I-LOC", 0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC"}, id="id2label")
    yield pytest.param(label, id="class label")
    yield pytest.param(List(label), id="list of class labels")
    words = {"tokens": List(Value("string")), "pos_tags": List(ClassLabel(names=["NN", "VB"]))}
    yield pytest.param(Features({**words, "ner_tags": List(label)}), id="features")


@pytest.mark.parametrize("names", list(sources()))
def test_the_names_come_from_whatever_holds_them(names):
    assert compute_metrics(names)(prediction(np.array([[3, 4]]), np.array([[3, 4]])))["strict_f1_LOC"] == 1.0


def test_no_batch_at_all_has_no_span():
    scores = compute_metrics(NAMES)(prediction([], []))
    assert scores == dict.fromkeys(["gold_spans", "predicted_spans", "malformed_gold", "malformed_predicted"], 0.0)


def test_a_named_scheme_defines_what_is_malformed():
    gold = np.array([[2, 2, 1]])  # I-PER I-PER B-PER, as IOB1 writes two persons that touch
    for scheme, malformed in (("IOB1", 0.0), ("IOB2", 1.0)):
        scores = compute_metrics(NAMES, scheme=scheme)(prediction(gold, gold))
        assert (scores["malformed_gold"], scores["gold_spans"], scores["strict_f1"]) == (malformed, 2.0, 1.0)


def test_names_that_are_not_tags_are_refused():
    from datasets import ClassLabel, Features, List

    two = Features({name: List(ClassLabel(names=NAMES)) for name in ("chunk_tags", "ner_tags")})
    for wrong, why in (
        (two, "2 columns of tags: chunk_tags, ner_tags"),
        (Features({}) | {"x": None}, "0 columns of tags: none"),
        ({0: "O", 2: "B-PER"}, "class 1 has no name"),
        (["LABEL_0"], "'LABEL_0' is not a tag"),
    ):
        with pytest.raises(InvalidValueError, match=why):
            compute_metrics(wrong)


def test_arrays_that_do_not_fit_are_refused():
    score = compute_metrics(NAMES)
    for predictions, labels, why in (
        (np.zeros((1, 2, 4)), np.zeros((1, 2), int), "of 4 classes, and there are 5 names"),
        (np.zeros((1, 3, 5)), np.zeros((1, 2), int), "do not fit"),
        (np.zeros(2, int), np.zeros(2, int), "do not fit"),
        (np.zeros((1, 1), int), np.array([[7]]), "class id 7 has no tag"),
    ):
        with pytest.raises(InvalidValueError, match=why):
            score(prediction(predictions, labels))


def test_the_example_of_the_metric_is_right():
    assert doctest.testmod(span_metric) == (0, 1)


SPANS = [[], [{"start": 0, "end": 4, "label": "PER"}, {"start": 9, "end": 12, "label": "LOC"}]]


def test_spans_are_scored_whatever_their_form():
    predicted = [[], [(0, 4, "PER"), (9, 11, "LOC")]]
    scores = SpanMetric().compute(predictions=predicted, references=SPANS)
    assert (scores["strict_f1"], scores["partial_f1"], scores["strict_f1_LOC"]) == (0.5, 0.75, 0.0)
    values = [[Span(*span) for span in document] for document in predicted]
    assert SpanMetric().compute(predictions=values, references=SPANS) == scores


def test_documents_may_come_bit_by_bit_and_are_forgotten_when_scored():
    metric = SpanMetric()
    metric.add(prediction=["B-PER"], reference=["B-PER"])
    metric.add_batch(predictions=[["O"]], references=[["B-PER"]])
    assert metric.compute()["strict_recall"] == 0.5
    assert metric.compute(predictions=[["B-PER"]], references=[["B-PER"]])["strict_recall"] == 1.0
    assert metric.compute()["gold_spans"] == 0.0


def test_documents_that_do_not_fit_are_refused():
    for predictions, references, why in (
        ([["O"]], [], "1 predictions for 0 references"),
        ([["O"], ["O"]], [["O"], ["O", "O"]], "document 1 has 2 tags in gold and 1 in the prediction"),
        ([["O"]], SPANS[1:], "some documents are lists of tags, others are not"),
        ([[], [(3, 3, "PER")]], SPANS, "document 1: a span needs 0 <= start < end"),
        ([[], [{"begin": 3}]], SPANS, "document 1: .* is not a span"),
        ([["PER"]], [["O"]], "'PER' is not a tag"),
    ):
        with pytest.raises(InvalidValueError, match=why):
            SpanMetric().compute(predictions=predictions, references=references)


@given(batches())
def test_tags_and_logits_of_the_same_tokens_score_the_same(batch):
    predicted, gold = batch
    scores = compute_metrics(NAMES)(prediction(predicted, gold))
    sides = [[tags(row, labels) for row, labels in zip(side, gold, strict=True)] for side in (predicted, gold)]
    found = SpanMetric(scheme="IOB2").compute(predictions=sides[0], references=sides[1])
    assert {name: value for name, value in scores.items() if name in found} == found


def test_evaluate_loads_the_metric(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_MODULES_CACHE", str(tmp_path / "modules"))
    evaluate = pytest.importorskip("evaluate", reason="pip install evaluate")
    metric = evaluate.load(module_path(), cache_dir=str(tmp_path))
    tags = [[], ["B-PER", "I-PER", "O"], ["B-LOC"]]
    assert metric.compute(predictions=tags, references=tags)["strict_f1"] == 1.0
    found = metric.compute(predictions=SPANS, references=SPANS, by_label=False)
    assert (found["strict_f1"], found["gold_spans"]) == (1.0, 2.0)
    assert "strict_f1_PER" not in found
