import pytest
import spacy
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc
from spacy.training import Example

from goldspan.errors import InvalidValueError
from goldspan.evaluation.span_scorer import make_span_scorer

NAME = "goldspan.span_scorer.v1"
VOCAB = spacy.blank("en").vocab
TEXT = "NATO-led troops left Novi Sad"
TOKENS = ["NATO-led", "troops", "left", "Novi", "Sad"], [True, True, True, True, False]
FINER = ["NATO", "-", "led", "troops", "left", "Novi", "Sad"], [False, False, True, True, True, True, False]


def doc(spans=(), tokens=TOKENS, key=None):
    """A doc with spans as entities, or as the span group of a key; without any annotation if they are None."""
    made = Doc(VOCAB, words=tokens[0], spaces=tokens[1])
    if spans is not None:
        found = [made.char_span(start, end, label=label) for start, end, label in spans]
        if key:
            made.spans[key] = found
        else:
            made.ents = found
    return made


def score(gold, predicted, **options):
    return make_span_scorer(**options)([Example(predicted, gold)])


def test_entities_are_compared_by_characters_not_by_tokens():
    gold, predicted = doc([(0, 8, "UNIT"), (21, 29, "LOC")]), doc([(0, 4, "UNIT"), (21, 29, "LOC")], FINER)
    assert get_ner_prf([Example(predicted, gold)])["ents_f"] == 1.0
    found = score(gold, predicted)
    assert (found["ents_p"], found["ents_r"], found["ents_f"]) == (0.5, 0.5, 0.5)
    assert found["ents_per_type"] == {"LOC": dict.fromkeys("prf", 1.0), "UNIT": dict.fromkeys("prf", 0.0)}
    assert (found["ents_partial_f1"], found["ents_type_f1"], found["ents_docs"]) == (0.75, 1.0, 1)


def test_where_the_tokens_are_the_same_strict_equals_spacy():
    gold, predicted = doc([(0, 8, "UNIT"), (21, 29, "LOC")]), doc([(0, 8, "UNIT"), (21, 25, "LOC"), (26, 29, "LOC")])
    found, theirs = score(gold, predicted), get_ner_prf([Example(predicted, gold)])
    for name in ("ents_p", "ents_r", "ents_f"):
        assert found[name] == pytest.approx(theirs[name])
    assert found["ents_per_type"]["LOC"] == pytest.approx(theirs["ents_per_type"]["LOC"])


def test_docs_without_annotation_do_not_count():
    assert score(doc(None), doc([(0, 8, "UNIT")])) == {
        "ents_p": None,
        "ents_r": None,
        "ents_f": None,
        "ents_per_type": None,
        "ents_docs": 0,
    }
    assert score(doc([]), doc([(0, 8, "UNIT")]))["ents_p"] == 0.0  # annotated, and nothing is there


def test_predictions_on_unannotated_tokens_do_not_count():
    gold = doc(None)
    gold.set_ents([gold.char_span(21, 29, label="LOC")], default="missing")
    predicted = doc([(0, 8, "UNIT"), (21, 29, "LOC")])
    assert get_ner_prf([Example(predicted, gold)])["ents_p"] == score(gold, predicted)["ents_p"] == 1.0


def test_nested_spans_of_a_group_all_count():
    spans = [(21, 29, "LOC"), (21, 25, "WORD")]
    found = score(doc(spans, key="sc"), doc(spans[:1], key="sc"), spans_key="sc")
    assert (found["spans_sc_p"], found["spans_sc_r"], found["spans_sc_strict_f1"]) == (1.0, 0.5, 2 / 3)
    assert score(doc(None), doc(spans, key="sc"), spans_key="sc")["spans_sc_docs"] == 0


def test_the_group_is_that_of_the_component():
    spans = [(21, 29, "LOC")]
    examples = [Example(doc(spans, key="sc"), doc(spans, key="sc"))]
    assert make_span_scorer()(examples, spans_key="sc", threshold=0.5)["spans_sc_f"] == 1.0


def test_different_texts_are_refused():
    other = Doc(VOCAB, words=["nato-led", *TOKENS[0][1:]], spaces=TOKENS[1])
    other.ents = []
    with pytest.raises(InvalidValueError, match="different texts: 'NATO-led"):
        score(doc([]), other)


def test_a_pipeline_finds_the_scorer_by_its_name_and_keeps_it():
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler", config={"scorer": {"@scorers": NAME}})
    ruler.add_patterns([{"label": "LOC", "pattern": "Novi"}])
    assert nlp.config["components"]["entity_ruler"]["scorer"] == {"@scorers": NAME, "spans_key": None}
    found = nlp.evaluate([Example(nlp.make_doc(TEXT), doc([(21, 29, "LOC")]))])
    assert (found["ents_f"], found["ents_partial_f1"], found["ents_type_f1"]) == (0.0, 0.5, 1.0)


def test_training_can_choose_its_model_by_any_of_the_scores():
    nlp = spacy.blank("en")
    nlp.add_pipe("ner", config={"scorer": {"@scorers": NAME}})
    examples = [Example(nlp.make_doc(TEXT), doc([(21, 29, "LOC")]))]
    nlp.initialize(lambda: examples)
    found = nlp.evaluate(examples)
    numbers = {name: value for name, value in found.items() if name.startswith("ents_") and name != "ents_per_type"}
    assert all(isinstance(value, float | int) for value in numbers.values())
    assert {"ents_f", "ents_partial_f1", "ents_strict_macro_f1"} <= set(numbers)
