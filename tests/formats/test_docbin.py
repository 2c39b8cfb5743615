from pathlib import Path

import pytest
import spacy
from hypothesis import given
from spacy.tokens import DocBin
from spacy.training import Corpus

from goldspan import formats
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.formats import docbin, inline
from goldspan.formats.options import WriteOptions
from helpers import strategies

DATA = Path(__file__).parents[1] / "data" / "formats"
ENGLISH = spacy.blank("en")


@given(examples=strategies.corpora(spans=strategies.aligned_spans))
def test_the_reader_of_spacy_train_sees_the_texts_and_the_spans(examples, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "train.spacy"
    docbin.write(path, examples)
    seen = [
        (doc.reference.text, [(e.start_char, e.end_char, e.label_) for e in doc.reference.ents])
        for doc in Corpus(path)(ENGLISH)
    ]
    assert seen == [(e.text, [(s.start, s.end, s.label) for s in e.spans]) for e in examples if e.text]


def test_spacy_learns_from_the_file(tmp_path):
    docbin.write(
        tmp_path / "train.spacy", [inline.example("a", "The [KFOR]{UNIT} commander left."), Example("b", "No.")]
    )
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    nlp.initialize(lambda: Corpus(tmp_path / "train.spacy")(nlp))
    assert nlp.get_pipe("ner").labels == ("UNIT",)
    losses = [nlp.update(list(Corpus(tmp_path / "train.spacy")(nlp)), losses={})["ner"] for _ in range(25)]
    assert losses[-1] < losses[0]


def test_tokens_outside_the_spans_are_known_to_be_outside(tmp_path):
    docbin.write(tmp_path / "a.spacy", [inline.example("a", "The [KFOR]{UNIT} left."), Example("b", "No.")])
    docs = list(DocBin().from_disk(tmp_path / "a.spacy").get_docs(ENGLISH.vocab))
    assert [token.ent_iob_ for doc in docs for token in doc] == ["O", "B", "O", "O", "O", "O"]


def test_the_spans_stand_in_the_group_of_the_span_categoriser_too(tmp_path):
    docbin.write(tmp_path / "a.spacy", [inline.example("a", "The [KFOR]{UNIT} left.")])
    (doc,) = DocBin().from_disk(tmp_path / "a.spacy").get_docs(ENGLISH.vocab)
    assert [(span.text, span.label_) for span in doc.spans["sc"]] == [("KFOR", "UNIT")]


def test_a_file_of_spacy_is_read_with_its_groups():
    first, second = formats.load(DATA / "foreign.spacy", "docbin")
    assert (first.id, second.id) == ("foreign.1", "foreign.2")
    assert [(first.surface(s), s.label) for s in first.spans] == [
        ("Marsh", "PERSON"),
        ("Port", "PART"),
        ("Port Ellis", "PLACE"),
    ]
    assert first.extra == {"span_groups": {"review": [[6, 10, "VERB"]]}}
    assert (second.text, second.spans, second.extra) == ("Quiet day.", (), {})


def test_expand_widens_and_reports(tmp_path):
    example = Example("a", "Kosovo-Serb KFOR troops", (Span(0, 3, "PLACE"), Span(13, 16, "UNIT"), Span(11, 12, "X")))
    reported = docbin.write(tmp_path / "a.spacy", [example], WriteOptions(policy="expand"))
    assert [(m.surface, m.widened, m.tagged) for m in reported] == [
        ("Kos", "Kosovo", True),
        (" ", "", False),
        ("FOR", "KFOR", True),
    ]
    (found,) = formats.load(tmp_path / "a.spacy", "docbin")
    assert [found.surface(span) for span in found.spans] == ["Kosovo", "KFOR"]


@pytest.mark.parametrize("content", [b"", b"nothing", b"\x78\x9c\x03\x00\x00\x00\x00\x01"])
def test_what_is_no_docbin_is_refused_by_name(content, tmp_path):
    (tmp_path / "a.spacy").write_bytes(content)
    with pytest.raises(InputError, match=r"a.spacy: no DocBin"):
        formats.load(tmp_path / "a.spacy", "docbin")


@pytest.mark.parametrize("kept", ["{", "[]", '{"id": 3, "at": 0, "extra": {}}', 7])
def test_a_damaged_note_is_an_error_and_the_next_doc_is_read(kept, tmp_path):
    doc = ENGLISH("KFOR left.")
    doc.user_data["goldspan"] = kept
    DocBin(docs=[doc, ENGLISH("Quiet.")], store_user_data=True).to_disk(tmp_path / "a.spacy")
    error, record = docbin.scan(tmp_path / "a.spacy")
    assert "is damaged" in error.message
    assert (error.example, record.text) == ("a.1", "Quiet.")
