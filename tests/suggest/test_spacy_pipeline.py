"""spaCy pipelines of all sorts as recognisers."""

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Span

from goldspan.errors import InputError, NotFoundError
from helpers.suggestions import recognised, recogniser


@pytest.fixture
def saved(tmp_path):
    """What saves a pipeline and makes the recogniser of its folder."""

    def make(nlp, **keys):
        nlp.to_disk(tmp_path / "pipeline")
        return recogniser("spacy", tmp_path, model="pipeline", **keys)

    return make


def ruler(kind="entity_ruler", language="en", pattern="Apple", **config):
    nlp = spacy.blank(language)
    nlp.add_pipe(kind, config=config).add_patterns([{"label": "ORG", "pattern": pattern}])
    return nlp


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("entity_ruler", {}),
        ("span_ruler", {}),
        ("span_ruler", {"spans_key": "own"}),
        ("span_ruler", {"annotate_ents": True}),
    ],
)
def test_the_spans_of_rulers_are_read_where_they_leave_them(saved, kind, config):
    finder = saved(ruler(kind, **config))
    assert recognised(finder, "Apple rose.") == [("ORG", "Apple", "model.org")]
    assert finder.notes == ["takes labels of equal name: ORG"]


def test_a_ruler_keeps_the_components_that_it_reads(saved):
    nlp = ruler(pattern=[{"IS_SENT_START": True, "LOWER": "apple"}])
    nlp.add_pipe("sentencizer", first=True)
    assert [surface for _, surface, _ in recognised(saved(nlp), "An apple fell. Apple rose.")] == ["Apple"]


def categoriser(key="sc"):
    """A span categoriser that learned that Apple is an organization."""
    from spacy.training import Example

    nlp = spacy.blank("en")
    suggester = {"@misc": "spacy.ngram_suggester.v1", "sizes": [1]}
    nlp.add_pipe("spancat", config={"spans_key": key, "suggester": suggester, "threshold": 0.5}).add_label("ORG")
    examples = []
    for text in ("Apple rose.", "Then Apple fell.", "We saw it rise."):
        doc = nlp.make_doc(text)
        gold = doc.copy()
        gold.spans[key] = [Span(gold, token.i, token.i + 1, "ORG") for token in gold if token.text == "Apple"]
        examples.append(Example(doc, gold))
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(30):
        nlp.update(examples, sgd=optimizer)
    return nlp


def test_the_score_of_a_span_categoriser_is_kept(saved):
    from goldspan.annotation import Example
    from goldspan.suggest.suggester import Suggester

    nlp = categoriser("groups")
    nlp.add_pipe("sentencizer")
    (example,) = Suggester([saved(nlp)]).suggest([Example("a.p01", "Apple rose.")])
    assert [example.surface(span) for span in example.spans] == ["Apple"]
    assert 0.5 <= example.extra["scores"][0] <= 1
    assert example.extra["rules"] == ["model.org"]


def test_only_the_groups_that_are_asked_for_are_read(saved):
    nlp = ruler()
    nlp.add_pipe("span_ruler").add_patterns([{"label": "PRODUCT", "pattern": "iPad"}])
    assert len(recognised(saved(nlp), "Apple iPad")) == 2
    assert recognised(saved(nlp, spans_key=["ruler"]), "Apple iPad") == [("PRODUCT", "iPad", "model.product")]
    assert recognised(saved(nlp, spans_key=["ents"]), "Apple iPad") == [("ORG", "Apple", "model.org")]
    with pytest.raises(InputError, match=r"makes no span group 'sc'\n  It makes ents and ruler"):
        saved(nlp, spans_key=["sc"])


@Language.component("goldspan_test_finder")
def own_finder(doc):
    doc.ents = [Span(doc, token.i, token.i + 1, "FIRM") for token in doc if token.text == "Apple"]
    doc.spans["own"] = [Span(doc, token.i, token.i + 1, "PRODUCT") for token in doc if token.text == "iPad"]
    return doc


def test_the_labels_and_groups_of_a_component_of_others_are_found_as_it_runs(saved):
    nlp = spacy.blank("en")
    nlp.add_pipe("goldspan_test_finder")
    finder = saved(nlp)
    assert recognised(finder, "Apple iPad") == [("PRODUCT", "iPad", "model.product")]
    assert finder.notes[1:] == ["found labels that labels.toml lacks, and left them out: FIRM"]
    mapped = saved(nlp, labels={"FIRM": "ORG"})
    assert [label for label, *_ in recognised(mapped, "Apple iPad")] == ["ORG", "PRODUCT"]


@Language.component("goldspan_test_failure")
def failure(_doc):
    raise KeyError("no such thing")


def test_a_component_that_fails_is_an_error_with_its_reason(saved):
    nlp = ruler()
    nlp.add_pipe("goldspan_test_failure")
    with pytest.raises(InputError, match=r"spacy: the pipeline fails: .*no such thing"):
        recognised(saved(nlp), "Apple")


def test_a_pipeline_that_finds_no_spans_is_refused(saved):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    with pytest.raises(NotFoundError, match="recognises no entities"):
        saved(nlp)


def test_a_pipeline_whose_component_nobody_knows_is_refused(saved, tmp_path):
    saved(ruler())
    config = tmp_path / "pipeline" / "config.cfg"
    config.write_text(
        config.read_text(encoding="utf-8").replace('factory = "entity_ruler"', 'factory = "nobody"'), encoding="utf-8"
    )
    with pytest.raises(NotFoundError, match=r"cannot be loaded: Can't find factory for 'nobody'"):
        recogniser("spacy", tmp_path, model="pipeline")


def test_a_pipeline_of_another_language_is_said(saved):
    _, note = saved(ruler(language="de")).notes
    assert note == "the model is for 'de', and labels.toml has language = 'en'"
    assert len(saved(ruler(language="xx")).notes) == 1


def test_what_is_mapped_and_what_is_left_out_is_said(saved):
    nlp = ruler()
    nlp.get_pipe("entity_ruler").add_patterns(
        [{"label": "product", "pattern": "iPad"}, {"label": "GPE", "pattern": "Rome"}]
    )
    finder = saved(nlp)
    assert finder.notes == [
        "takes labels of equal name: ORG",
        "reads product as PRODUCT",
        'labels that it finds and labels.toml lacks are left out: GPE; labels = { X = "LABEL" } maps one',
    ]
    assert recognised(finder, "Apple iPad in Rome")[1] == ("PRODUCT", "iPad", "model.product")
    with pytest.raises(InputError, match=r"labels\.toml has no label 'PLACE'"):
        saved(nlp, labels={"GPE": "PLACE"})
    with pytest.raises(InputError, match="does not find the label 'CITY'"):
        saved(nlp, labels={"CITY": "ORG"})


def test_a_pipeline_that_is_not_there_is_refused_with_the_line_of_the_settings(toy):
    from goldspan.corpus import Corpus
    from goldspan.suggest.suggester import Suggester

    (toy.root / "goldspan.toml").write_text('[[recogniser]]\nkind = "spacy"\nmodel = "xx_none"\n', encoding="utf-8")
    with pytest.raises(NotFoundError, match=r"goldspan\.toml:3: there is no spaCy pipeline 'xx_none'"):
        Suggester.of(Corpus(toy.root))


LISTENER = {
    "@architectures": "spacy.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 16,
    "maxout_pieces": 2,
    "use_upper": True,
    "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"},
}


def trained(listens, *others):
    """A pipeline whose entity recogniser listens to a shared encoder, or has its own, among other components."""
    from spacy.training import Example

    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec")
    for name in others:
        nlp.add_pipe(name)
    nlp.add_pipe("ner", config={"model": LISTENER} if listens else {}).add_label("ORG")
    text = "Apple rose."
    examples = [Example.from_dict(nlp.make_doc(text), {"entities": [(0, 5, "ORG")]})]
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(20):
        nlp.update(examples, sgd=optimizer)
    if "span_ruler" in others:
        nlp.get_pipe("span_ruler").add_patterns([{"label": "PRODUCT", "pattern": "iPad"}])
    return nlp


@pytest.mark.parametrize(
    ("listens", "others", "needed"),
    [
        (True, ("sentencizer",), ["tok2vec", "ner"]),
        (False, ("sentencizer",), ["ner"]),
        (True, ("span_ruler", "sentencizer"), ["tok2vec", "span_ruler", "sentencizer", "ner"]),
    ],
)
def test_only_what_bears_on_the_spans_is_run(saved, listens, others, needed):
    finder = saved(trained(listens, *others))
    assert finder.nlp.pipe_names == needed
    assert recognised(finder, "Apple rose.") == [("ORG", "Apple", "model.org")]
