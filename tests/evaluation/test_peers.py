"""Where the usual tools are wrong: their answer, the right one worked by hand, and ours. And published counts.

Where a peer is right, hypothesis compares it with ours in `test_oracles.py`.
"""

import math
import warnings
from pathlib import Path

import pytest
from nervaluate.evaluator import Evaluator
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

from goldspan import iob
from goldspan.annotation import Span
from goldspan.evaluation.result import SCHEMES, SchemeCounts
from goldspan.evaluation.scores import measure
from goldspan.evaluation.span_metric import SpanMetric
from goldspan.span_table import SpanTable

NERVALUATE = {"strict": "strict", "exact": "exact", "partial": "partial", "type": "ent_type"}
RATES = ("precision", "recall", "f1")
COUNTS = ("correct", "incorrect", "partial", "missed", "spurious")


def ours(gold, predicted):
    """The measures of documents that are lists of (start, end, label)."""
    return measure(*(SpanTable.of([[Span(*span) for span in spans] for spans in side]) for side in (gold, predicted)))


def overall(gold, predicted):
    evaluation = ours(gold, predicted).evaluation()
    return {scheme: counts(evaluation.overall[scheme]) for scheme in SCHEMES}


def counts(measures):
    return tuple(getattr(measures, name) for name in COUNTS)


def nervaluate(gold, predicted, tags="AB"):
    sides = [[[{"start": s, "end": e, "label": lab} for s, e, lab in spans] for spans in x] for x in (gold, predicted)]
    return Evaluator(*sides, tags=list(tags), loader="dict").evaluate()


def nervaluate_overall(gold, predicted, tags="AB"):
    found = nervaluate(gold, predicted, tags)["overall"]
    return {scheme: counts(found[name]) for scheme, name in NERVALUATE.items()}


def seqeval(gold, predicted, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of measures that are undefined and set to 0
        return classification_report(gold, predicted, output_dict=True, **options)["micro avg"]


def test_nervaluate_takes_spans_that_touch_for_spans_that_overlap():
    gold, predicted = [[(0, 5, "A")]], [[(5, 9, "A")]]
    theirs = nervaluate_overall(gold, predicted)
    assert theirs["partial"] == (0, 0, 1, 0, 0)  # its ends are inclusive, though Prodigy's, which it reads, are not
    assert theirs["type"] == (1, 0, 0, 0, 0)
    assert overall(gold, predicted) == dict.fromkeys(SCHEMES, (0, 0, 0, 1, 1))  # no character is shared


def test_nervaluate_counts_by_the_order_of_the_predictions():
    gold, predicted = [[(0, 4, "A"), (10, 14, "A")]], [[(3, 11, "A"), (0, 2, "A")]]
    assert nervaluate_overall(gold, predicted)["type"] == (1, 0, 0, 1, 1)  # [3, 11) takes [0, 4) from [0, 2)
    assert nervaluate_overall(gold, [predicted[0][::-1]])["type"] == (2, 0, 0, 0, 0)
    right = (2, 0, 0, 0, 0)  # [0, 2) with [0, 4) and [3, 11) with [10, 14): both overlap, both labels are right
    assert overall(gold, predicted)["type"] == overall(gold, [predicted[0][::-1]])["type"] == right


def test_nervaluate_gives_a_gold_span_away_before_its_equal_comes():
    gold, predicted = [[(0, 4, "A")]], [[(2, 6, "A"), (0, 4, "A")]]
    theirs = nervaluate_overall(gold, predicted)
    assert (theirs["strict"], theirs["exact"]) == ((0, 1, 0, 0, 1), (0, 1, 0, 0, 1))
    right = (1, 0, 0, 0, 1)  # [0, 4) is there, [2, 6) is one too many
    assert (overall(gold, predicted)["strict"], overall(gold, predicted)["exact"]) == (right, right)


def test_nervaluate_drops_the_labels_that_it_was_not_given():
    gold, predicted = [[(0, 4, "A"), (10, 14, "B")]], [[(0, 4, "A")]]
    found = nervaluate(gold, predicted, tags="A")["overall"]["strict"]
    assert (counts(found), found.recall) == ((1, 0, 0, 0, 0), 1.0)
    assert overall(gold, predicted)["strict"] == (1, 0, 0, 1, 0)  # B is missed: the recall is 1/2


@pytest.mark.parametrize("document", [["B-A"], [{"start": 0, "end": 1, "label": "A"}]])
def test_nervaluate_crashes_on_an_empty_first_document(document):
    with pytest.raises(IndexError):
        Evaluator([[], document], [[], document], tags=["A"])
    assert SpanMetric().compute(predictions=[[], document], references=[[], document])["strict_f1"] == 1.0


def test_nervaluate_sets_undefined_measures_to_nought():
    found = nervaluate([[(0, 4, "A")]], [[]])["overall"]["strict"]
    assert found.precision == 0
    right = ours([[(0, 4, "A")]], [[]]).evaluation().overall["strict"]
    assert (right.precision, right.recall, right.f1) == (None, 0.0, 0.0)  # nothing predicted: 0 of 0 were right


def test_nervaluate_since_1_2_1_adds_up_partial_scores_over_documents():
    """1.2.0 gives precision and recall 0.0 here (its issue 108); 1.2.1, which is installed, is right."""
    gold, predicted = [[(0, 5, "A")]] * 2, [[(0, 4, "A")]] * 2
    found = nervaluate(gold, predicted)["overall"]["partial"]
    right = ours(gold, predicted).evaluation().overall["partial"]
    assert (found.precision, found.recall) == (right.precision, right.recall) == (0.5, 0.5)  # (0 + 2 * 1/2) / 2


def test_seqeval_calls_a_malformed_prediction_perfect_without_a_word():
    gold, predicted = [["B-A", "I-A"]], [["I-A", "I-A"]]
    assert seqeval(gold, predicted)["f1-score"] == 1.0
    lenient = SpanMetric().compute(predictions=predicted, references=gold)
    assert (lenient["strict_f1"], lenient["malformed_predicted"]) == (1.0, 1.0)  # so does conlleval; but it is counted
    assert SpanMetric(repair="strict").compute(predictions=predicted, references=gold)["strict_f1"] == 0.0


def test_strict_seqeval_drops_malformed_gold():
    tags = [["I-A", "I-A", "O", "B-A"]]  # two entities
    found = seqeval(tags, [["O", "O", "O", "B-A"]], mode="strict", scheme=IOB2)
    assert (found["support"], found["recall"]) == (1, 1.0)
    right = SpanMetric(repair="strict").compute(predictions=[["O", "O", "O", "B-A"]], references=tags)
    assert (right["gold_spans"], right["strict_recall"], right["malformed_gold"]) == (2.0, 0.5, 1.0)


def test_strict_seqeval_crashes_on_text_without_entities():
    with pytest.raises(ValueError, match="not supported"):
        seqeval([["O", "O"]], [["O", "O"]], mode="strict")
    scores = SpanMetric().compute(predictions=[["O", "O"]], references=[["O", "O"]])
    assert "strict_f1" not in scores
    assert (scores["gold_spans"], scores["predicted_spans"]) == (0.0, 0.0)


def docs(*sides):
    import spacy
    from spacy.tokens import Doc

    vocab = spacy.blank("en").vocab
    for words, blanks, spans in sides:
        doc = Doc(vocab, words=words, spaces=blanks)
        doc.spans["sc"] = [doc.char_span(start, end, label=label) for start, end, label in spans]
        if len(spans) < 2 or spans[0][1] <= spans[1][0]:
            doc.ents = list(doc.spans["sc"])
        yield doc


def spacy_examples(gold, predicted):
    from spacy.training import Example

    return [Example(*reversed(list(docs(gold, predicted))))]


WHOLE, CUT = ["NATO-led", "troops"], ["NATO", "-", "led", "troops"]
HYPHEN = (WHOLE, [True, False], [(0, 8, "A")]), (CUT, [False, False, True, False], [(0, 4, "A")])


def test_spacy_snaps_entities_to_the_tokens_of_gold():
    from spacy.scorer import get_ner_prf

    assert get_ner_prf(spacy_examples(*HYPHEN))["ents_f"] == 1.0
    right = overall([HYPHEN[0][2]], [HYPHEN[1][2]])
    assert right["strict"] == (0, 1, 0, 0, 0)  # "NATO" is not "NATO-led"
    assert right["partial"] == (0, 0, 1, 0, 0)


def spacy_spans(examples):
    from spacy.scorer import Scorer

    found = Scorer.score_spans(examples, "sc", getter=lambda doc, key: doc.spans[key])
    return found["sc_p"], found["sc_r"]


def test_spacy_drops_predicted_spans_that_its_alignment_does_not_like():
    words, blanks, spans = HYPHEN[0]
    predicted = (*HYPHEN[1][:2], [(0, 4, "A"), (9, 15, "A")])
    gold = (words, blanks, [*spans, (9, 15, "A")])
    assert spacy_spans(spacy_examples(gold, predicted)) == (1.0, 0.5)
    right = ours([gold[2]], [predicted[2]]).evaluation().overall["strict"]
    assert (right.precision, right.recall) == (0.5, 0.5)  # two were predicted, one is right


def test_spacy_drops_predicted_spans_inside_others():
    nested = (["New", "York", "University"], [True, True, False], [(0, 19, "B"), (0, 8, "A")])
    assert spacy_spans(spacy_examples(nested, nested)) == (1.0, 0.5)
    assert overall([nested[2]], [nested[2]])["strict"] == (2, 0, 0, 0, 0)  # the same on both sides


# Of SemEval-2013 Task 9.1 (Segura-Bedmar et al. 2013), as nervaluate's README has them: gold, predicted, and the
# outcome by strict, exact, partial and type.
SCENARIOS = {
    "III missed": ([(0, 7, "BRAND")], [], "missed", "missed", "missed", "missed"),
    "II spurious": ([], [(0, 7, "BRAND")], "spurious", "spurious", "spurious", "spurious"),
    "V of warfarin": ([(3, 11, "DRUG")], [(0, 11, "DRUG")], "incorrect", "incorrect", "partial", "correct"),
    "IV propranolol": ([(0, 11, "DRUG")], [(0, 11, "BRAND")], "incorrect", "correct", "correct", "incorrect"),
    "I phenytoin": ([(0, 9, "DRUG")], [(0, 9, "DRUG")], "correct", "correct", "correct", "correct"),
    "VI oral contraceptives": ([(5, 19, "GROUP")], [(0, 19, "DRUG")], "incorrect", "incorrect", "partial", "incorrect"),
}


@pytest.mark.parametrize(("gold", "predicted", "outcomes"), [(g, p, o) for g, p, *o in SCENARIOS.values()])
def test_each_scenario_of_semeval_2013_has_its_outcome(gold, predicted, outcomes):
    evaluation = ours([gold], [predicted]).evaluation()
    assert [evaluation.overall[scheme] for scheme in SCHEMES] == [SchemeCounts(**{outcome: 1}) for outcome in outcomes]


def test_the_scenarios_together_score_as_published():
    """The published totals count a second entity of scenario I, which the README's list of scenarios leaves out."""
    rows = [*SCENARIOS.values(), SCENARIOS["I phenytoin"]]
    evaluation = ours([row[0] for row in rows], [row[1] for row in rows]).evaluation()
    assert {scheme: counts(evaluation.overall[scheme]) for scheme in SCHEMES} == {
        "strict": (2, 3, 0, 1, 1),
        "exact": (3, 2, 0, 1, 1),
        "partial": (3, 0, 2, 1, 1),
        "type": (3, 2, 0, 1, 1),
    }
    for scheme, published in {"strict": 0.33, "exact": 0.5, "partial": 0.66, "type": 0.5}.items():
        found = evaluation.overall[scheme]
        for value in (found.precision, found.recall, found.f1):
            assert math.floor(value * 100) / 100 == published  # cut, not rounded, as published


README_GOLD = [
    ["O", "B-PER", "I-PER", "O", "O", "O", "B-ORG", "I-ORG"],
    ["O", "B-LOC", "B-PER", "I-PER", "O", "O", "B-DATE"],
]
README_PREDICTED = [
    ["O", "O", "B-PER", "I-PER", "O", "O", "B-ORG", "I-ORG"],
    ["O", "B-LOC", "I-LOC", "B-PER", "O", "O", "B-DATE"],
]


def test_the_example_of_nervaluates_readme_scores_as_printed_there():
    scores = SpanMetric().compute(predictions=README_PREDICTED, references=README_GOLD)
    printed = {"type": 1.0, "exact": 0.4, "partial": 0.7, "strict": 0.4}
    for scheme, value in printed.items():
        assert {round(scores[f"{scheme}_{name}"], 2) for name in ("precision", "recall", "f1")} == {value}
    assert [scores[f"strict_f1_{label}"] for label in ("DATE", "LOC", "ORG", "PER")] == [1.0, 0.0, 1.0, 0.0]


# https://www.clips.uantwerpen.be/conll2000/chunking/output.html (Tjong Kim Sang and Buchholz 2000)
CONLLEVAL = {  # precision, recall and FB1 in per cent, and how many were found
    "ADJP": (0.0, 0.0, 0.0, 1),
    "ADVP": (45.45, 62.5, 52.63, 11),
    "NP": (64.98, 78.63, 71.16, 317),
    "PP": (83.18, 98.89, 90.36, 107),
    "SBAR": (66.67, 33.33, 44.44, 3),
    "VP": (69.0, 79.31, 73.8, 100),
}


@pytest.fixture(scope="module")
def chunked():
    """Gold and predicted tags of the output example of conlleval (source in the file)."""
    text = (Path(__file__).parents[1] / "data" / "conlleval_tags.txt").read_text()
    sentences = [part.splitlines() for part in text.split("\n\n")[1:]]
    pairs = [[line.split() for line in lines] for lines in sentences]
    assert sum(map(len, pairs)) == 961
    return [[[pair[side] for pair in lines] for lines in pairs] for side in (0, 1)]


def test_the_counts_are_those_that_conlleval_publishes(chunked):
    sides = [[iob.decode([iob.parse(tag) for tag in tags]) for tags in side] for side in chunked]
    evaluation = ours(*sides).evaluation()
    found = evaluation.overall["strict"]
    assert (found.possible, found.actual, found.correct) == (459, 539, 371)
    assert rates(found) == [68.83, 80.83, 74.35]
    labels = evaluation.labels["strict"]
    assert {label: (*rates(measures), measures.actual) for label, measures in labels.items()} == CONLLEVAL


def test_the_metric_gives_the_rates_that_conlleval_publishes(chunked):
    gold, predicted = chunked
    scores = SpanMetric(schemes=["strict"]).compute(predictions=predicted, references=gold)
    assert (scores["gold_spans"], scores["predicted_spans"]) == (459, 539)
    assert [round(100 * scores[f"strict_{name}"], 2) for name in RATES] == [68.83, 80.83, 74.35]
    assert [round(100 * scores[f"strict_{name}_NP"], 2) for name in RATES] == [64.98, 78.63, 71.16]


def rates(measures):
    return [round(100 * getattr(measures, name), 2) for name in RATES]
