"""Predictions for paragraphs are compared with gold of sentences, or of whole articles, by their places."""

from itertools import pairwise

import pytest

from goldspan.annotation import Example, Span
from goldspan.articles.examples import Segmentation, examples_of
from goldspan.evaluation.alignment import pair
from goldspan.formats.sources import Source
from goldspan.settings import ExampleSettings

TEXT = "Fog over Pyla\n\nPhoto: Jane Doe / Navy\n\nThe Aurora left Pyla. Gen. Doe spoke. The Aurora came back.\n"
SPANS = [(TEXT.index("Pyla"), "PORT"), (TEXT.index("Aurora"), "SHIP"), (TEXT.rindex("Aurora"), "SHIP")]
UNITS = ("paragraph", "sentence", "article")


def cut(unit, spans=SPANS, text=TEXT):
    extents = [(at, at + (4 if label == "PORT" else 6), label) for at, label in spans]
    for example in examples_of("a", text, Segmentation(settings=ExampleSettings(unit=unit))):
        inside = [
            (s - example.at, e - example.at, n)
            for s, e, n in extents
            if example.at <= s < example.at + len(example.text)
        ]
        yield Example(example.id, example.text, [Span(*span) for span in inside], example.at)


def paired(gold, predicted):
    found = pair(Source([*gold]), Source([*predicted]), language="en")
    return found, [note.kind for note in found.notes]


@pytest.mark.parametrize("gold", UNITS)
@pytest.mark.parametrize("predicted", UNITS)
def test_the_same_spans_are_the_same_however_the_article_is_cut(gold, predicted):
    found, kinds = paired(cut(gold), cut(predicted))
    assert [e.spans for e in found.predicted] == [e.spans for e in found.gold]
    assert kinds == ([] if gold == predicted else ["other-unit"])


def test_a_span_beyond_an_example_of_gold_is_cut_and_named():
    end = TEXT.index("Gen. Doe") + len("Gen. Doe")
    (whole,) = cut("article", [])
    across = whole.with_spans(
        [Span(TEXT.index("Pyla. Gen"), end, "SHIP"), Span(TEXT.index("Jane"), TEXT.index(" / "), "PER")]
    )
    found, kinds = paired(cut("sentence"), [across])
    assert kinds == ["other-unit", "cut-span", "lost-span"]
    assert [[e.surface(s) for s in e.spans] for e in found.predicted] == [[], ["Pyla."], [], []]


def test_sentences_without_a_prediction_are_missing():
    predicted = [e for e in cut("paragraph") if "Fog" not in e.text]
    assert paired(cut("sentence"), predicted)[1] == ["other-unit", "missing-example"]


def test_other_texts_at_the_same_places_are_paired_by_their_texts():
    other = [Example("a.p01", "The Aurora left Pyla.", (Span(4, 10, "SHIP"),))]
    found, kinds = paired(cut("sentence"), other)
    assert "other-unit" not in kinds
    assert [len(e.spans) for e in found.predicted] == [0, 1, 0, 0]


def test_gold_of_one_unit_keeps_its_pairing():
    assert all(first.at < second.at for first, second in pairwise(cut("sentence")))
    assert paired(cut("sentence"), reversed([*cut("sentence")]))[1] == []
