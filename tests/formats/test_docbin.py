import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import spacy
import srsly
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.attrs import IDS
from spacy.scorer import get_ner_prf
from spacy.tokens import DocBin
from spacy.tokens import Span as DocSpan
from spacy.training import Corpus
from spacy.training import Example as TrainingExample

from goldspan import formats, tokens
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.evaluation.run import EvaluationOptions, run_evaluation
from goldspan.formats import docbin, inline
from goldspan.formats.options import ReadOptions, WriteOptions
from helpers import strategies

DATA = Path(__file__).parents[1] / "data" / "formats"
ENGLISH = spacy.blank("en")
FEW = settings(max_examples=min(60, settings().max_examples))  # each tokenizes and writes a file


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
    unknown = {"not_annotated": "no annotation in the DocBin"}
    assert (second.text, second.spans, second.extra) == ("Quiet day.", (), unknown)


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


def save(path, *docs, attrs=None):
    DocBin(docs=docs, store_user_data=True, **({} if attrs is None else {"attrs": attrs})).to_disk(path)
    return path


def annotated(text, *extents, label="LOC", missing=(), **ids):
    doc = ENGLISH(text)
    doc.set_ents(
        [DocSpan(doc, first, stop, label, **ids) for first, stop in extents],
        missing=[doc[first:stop] for first, stop in missing],
        default="outside",
    )
    return doc


def shown(example):
    return [(example.surface(span), span.label) for span in example.spans]


def grouped():
    doc = annotated("Rom ruft New York an.", (0, 1))
    doc.spans["places"] = [DocSpan(doc, 2, 4, "LOC")]
    doc.spans["acts"] = [DocSpan(doc, 1, 2, "ACT")]
    return doc


def unpacked():
    return srsly.msgpack_loads(zlib.decompress(DocBin(docs=[grouped(), annotated("Ulm weint.", (0, 1))]).to_bytes()))


def packed(path, message):
    path.write_bytes(zlib.compress(srsly.msgpack_dumps(message)))
    return path


@st.composite
def partly_annotated(draw):
    """Examples whose spans are tokens and may overlap, of which some are not annotated, or not all of the text."""
    examples = []
    for example in draw(strategies.corpora(spans=strategies.aligned_spans)):
        extents = tokens.tokenize(example.text, "en")
        edges = st.tuples(*[st.integers(0, max(len(extents) - 1, 0))] * 2).map(sorted)
        chosen = draw(st.lists(edges, max_size=3)) if extents else []
        added = {Span(extents[first][0], extents[last][1], "OVER") for first, last in chosen}
        place = st.integers(0, len(example.text))
        parts = draw(st.lists(st.tuples(place, place).filter(lambda part: part[0] < part[1]), max_size=2))
        state = draw(st.sampled_from([None, "skipped", [list(part) for part in parts] or None]))
        extra = dict(example.extra) | ({"not_annotated": state} if state else {})
        examples.append(replace(example, spans=tuple({*example.spans, *added}), extra=extra))
    return examples


@FEW
@given(examples=partly_annotated())
def test_what_overlaps_and_what_nobody_annotated_is_read_again(examples, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "a.spacy"
    docbin.write(path, examples)
    assert formats.load(path, "docbin") == examples


@FEW
@given(examples=partly_annotated())
def test_spacy_sees_a_negative_only_where_the_example_has_one(examples, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "a.spacy"
    docbin.write(path, examples)
    for example, doc in zip(examples, DocBin().from_disk(path).get_docs(ENGLISH.vocab), strict=True):
        for token in doc:
            inside = [s for s in example.spans if s.start < token.idx + len(token) and token.idx < s.end]
            unknown = any(a < token.idx + len(token) and token.idx < b for a, b in example.unannotated_parts)
            if token.ent_iob_ == "O":
                assert not inside
                assert not unknown
        assert ("sc" in doc.spans) == example.is_annotated


def test_overlapping_spans_are_a_group_and_their_tokens_have_no_entity_annotation(tmp_path):
    example = Example("a", "Rom ruft New York Times an.", (Span(0, 3, "LOC"), Span(9, 17, "LOC"), Span(9, 23, "ORG")))
    written = formats.get("docbin").write(tmp_path / "a.spacy", [example])
    assert sum(written.losses.values()) == 1
    (doc,) = DocBin().from_disk(tmp_path / "a.spacy").get_docs(ENGLISH.vocab)
    assert [(span.text, span.label_) for span in doc.spans["sc"]] == [
        ("Rom", "LOC"),
        ("New York", "LOC"),
        ("New York Times", "ORG"),
    ]
    assert [(entity.text, entity.label_) for entity in doc.ents] == [("Rom", "LOC")]
    assert [token.ent_iob_ for token in doc] == ["B", "O", "", "", "", "O", "O"]
    assert formats.load(tmp_path / "a.spacy", "docbin") == [example]


def test_overlapping_spans_that_cut_tokens_are_named_or_widened(tmp_path):
    example = Example("a", "Kosovo troops", (Span(0, 3, "PLACE"), Span(0, 13, "UNIT"), Span(0, 6, "PLACE")))
    with pytest.raises(InputError, match=r"\[0, 3, PLACE\] 'Kos' cuts 'Kosovo'"):
        docbin.write(tmp_path / "a.spacy", [example])
    (lost,) = docbin.write(tmp_path / "a.spacy", [example], WriteOptions(policy="expand"))
    assert not lost.tagged  # there is the same span already
    assert shown(formats.load(tmp_path / "a.spacy", "docbin")[0]) == [("Kosovo", "PLACE"), ("Kosovo troops", "UNIT")]


def test_entities_and_the_group_sc_are_read_and_written(tmp_path):
    doc = annotated("Rom ruft New York Times an.", (0, 1))
    doc.spans["sc"] = [DocSpan(doc, 2, 5, "ORG"), DocSpan(doc, 2, 4, "LOC")]
    (found,) = formats.load(save(tmp_path / "a.spacy", doc), "docbin")
    assert shown(found) == [("Rom", "LOC"), ("New York", "LOC"), ("New York Times", "ORG")]
    docbin.write(tmp_path / "b.spacy", [found])
    assert formats.load(tmp_path / "b.spacy", "docbin") == [found]


def test_docs_and_tokens_without_annotation_are_no_negatives(tmp_path):
    gold = [
        annotated("Rom ruft Bonn.", (0, 1)),
        ENGLISH("Ulm weint."),
        annotated("Bern und Basel schlafen.", (0, 1), missing=[(2, 3)]),
    ]
    first, second, third = formats.load(save(tmp_path / "gold.spacy", *gold), "docbin")
    assert first.is_annotated
    assert second.unannotated_parts == ((0, len(second.text)),)
    assert [third.text[start:end] for start, end in third.unannotated_parts] == ["Basel"]
    predicted = [
        annotated("Rom ruft Bonn.", (0, 1)),
        annotated("Ulm weint.", (0, 1)),
        annotated("Bern und Basel schlafen.", (0, 1), (2, 3)),
    ]
    theirs = get_ner_prf([TrainingExample(p, g) for p, g in zip(predicted, gold, strict=True)])
    predictions = str(save(tmp_path / "predicted.spacy", *predicted))
    options = EvaluationOptions(gold=tmp_path / "gold.spacy", predictions=predictions, resamples=10)
    ours = run_evaluation(options)[0].evaluation.overall["strict"]
    assert (ours.precision, ours.recall) == (theirs["ents_p"], theirs["ents_r"]) == (1.0, 1.0)


def test_a_file_without_entity_attributes_has_no_annotation_rather_than_none_found(tmp_path):
    (found,) = formats.load(save(tmp_path / "a.spacy", annotated("Rom ruft.", (0, 1)), attrs=["TAG"]), "docbin")
    assert found.extra == {"not_annotated": "no annotation in the DocBin"}


@pytest.mark.parametrize("attrs", [["ENT_TYPE"], ["ENT_IOB"]])
def test_half_of_the_entity_attributes_is_refused(attrs, tmp_path):
    path = save(tmp_path / "a.spacy", annotated("Rom ruft.", (0, 1), (1, 3)), attrs=attrs)
    with pytest.raises(InputError) as caught:
        formats.load(path, "docbin")
    assert "both attributes, ENT_IOB and ENT_TYPE" in caught.value.remedy


def test_blocked_tokens_are_outside_entities(tmp_path):
    doc = ENGLISH("Rom ruft.")
    doc.set_ents([], blocked=[doc[0:1]], default="outside")
    (found,) = formats.load(save(tmp_path / "a.spacy", doc), "docbin")
    assert (found.spans, found.is_annotated) == ((), True)


@pytest.mark.parametrize(
    ("keys", "surfaces"),
    [
        (None, ["Rom"]),
        (("places",), ["New York"]),
        (("acts", "places"), ["ruft", "New York"]),
        (("ents", "acts"), ["Rom", "ruft"]),
    ],
)
def test_the_groups_that_are_named_are_read(keys, surfaces, tmp_path):
    options = ReadOptions(spans_key=keys)
    (record,) = docbin.scan(save(tmp_path / "a.spacy", grouped()), options)
    example = record.example()
    assert [surface for surface, _ in shown(example)] == surfaces
    assert example.is_annotated
    others = {"places", "acts"} - {*(keys or ())}
    assert {*example.extra.get("span_groups", {})} == others
    assert [note.kind for note in record.notes if note.kind == "other-layers"] == ["other-layers"] * bool(others)


def test_a_group_that_no_doc_has_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(InputError, match=r"no doc has the span group 'spans'; its span groups are acts, places"):
        formats.load(save(tmp_path / "a.spacy", grouped()), "docbin", ReadOptions(spans_key=("places", "spans")))


def test_a_file_that_has_other_groups_alone_is_refused_with_their_names(tmp_path):
    doc = grouped()
    doc.set_ents([], default="missing")
    with pytest.raises(InputError, match=r"no doc has entities.*; its span groups are acts, places\n.*--spans-key"):
        formats.load(save(tmp_path / "a.spacy", doc), "docbin")


def test_a_doc_without_the_group_that_others_have_is_not_annotated(tmp_path):
    path = save(tmp_path / "a.spacy", grouped(), annotated("Ulm weint.", (0, 1)))
    first, second = formats.load(path, "docbin", ReadOptions(spans_key=("places",)))
    assert (first.is_annotated, second.is_annotated) == (True, False)


def test_an_empty_group_says_that_there_is_nothing(tmp_path):
    doc = ENGLISH("Rom ruft.")
    doc.spans["sc"] = []
    (found,) = formats.load(save(tmp_path / "a.spacy", doc), "docbin")
    assert (found.spans, found.is_annotated) == ((), True)


def test_ids_and_categories_are_kept_and_other_data_is_named(tmp_path):
    doc = annotated("Rom ruft New York an.", (0, 1), kb_id="Q220", span_id="x1")
    doc.spans["sc"] = [DocSpan(doc, 2, 4, "LOC", kb_id="Q60")]
    doc.spans["sc"].attrs["by"] = "me"
    doc.cats = {"NEWS": 1.0}
    doc.user_data |= {"meta": {"id": "x1"}, ("._.", "sure", 0, 3): 0.5}
    (record,) = docbin.scan(save(tmp_path / "a.spacy", doc))
    assert record.extra == {
        "kb_ids": [[0, 3, "LOC", "Q220"], [9, 17, "LOC", "Q60"]],
        "span_ids": [[0, 3, "LOC", "x1"]],
        "cats": {"NEWS": 1.0},
    }
    (note,) = record.notes
    for what in ("attributes of the span group 'sc'", "user data 'meta'", "extension attribute 'sure'"):
        assert what in note.message
    docbin.write(tmp_path / "b.spacy", [record.example()])
    assert formats.load(tmp_path / "b.spacy", "docbin") == [record.example()]


def test_names_in_identifiers_of_another_tokenizer_keep_their_spans(tmp_path):
    words, spaces = ["AHU-G1", "-", "Ctrl", "\n\n", "Md", " ", "x"], [False, False, False, False, True, False, False]
    doc = spacy.tokens.Doc(ENGLISH.vocab, words, spaces, ents=["B-EQ", "O", "B-EQ", "O", "B-EQ", "O", "O"])
    (found,) = formats.load(save(tmp_path / "a.spacy", doc), "docbin")
    assert shown(found) == [("AHU-G1", "EQ"), ("Ctrl", "EQ"), ("Md", "EQ")]


@pytest.mark.parametrize(
    "changed",
    [
        {"lengths": b""},
        {"lengths": np.asarray([6], "int32").tobytes()},
        {"lengths": np.asarray([-1, 10], "int32").tobytes()},
        {"lengths": b"123"},
        {"strings": []},
        {"strings": None},
        {"cats": []},
        {"flags": []},
        {"span_groups": [b"junk", b"junk"]},
        {"attrs": [65]},
        {"attrs": []},
        {"spaces": b""},
        {"version": "0.2"},
        {"tokens": b""},
        {"tokens": b"\7" * len(unpacked()["tokens"])},
    ],
)
def test_a_docbin_that_is_damaged_inside_is_refused_by_name(changed, tmp_path):
    path = packed(tmp_path / "a.spacy", unpacked() | changed)
    assert formats.detect(path) == "docbin"
    with pytest.raises(InputError, match=r"a.spacy: "):
        formats.load(path, "docbin")


@pytest.mark.parametrize(("attribute", "value"), [("ENT_IOB", 1), ("ENT_IOB", 0), ("ENT_IOB", 2), ("ENT_TYPE", 3)])
def test_tokens_that_spacy_would_read_otherwise_are_refused(attribute, value, tmp_path):
    message = unpacked()
    columns = np.frombuffer(message["tokens"], "uint64").reshape(-1, len(message["attrs"])).copy()
    columns[0, message["attrs"].index(IDS[attribute])] = value
    error, other = docbin.scan(packed(tmp_path / "a.spacy", message | {"tokens": columns.tobytes()}))
    assert isinstance(error, InputError) or value == 3
    assert other.text == "Ulm weint."


@pytest.mark.parametrize(
    "change", [lambda data: data[:-9], lambda data: data + data, lambda data: data[:1] + b"\0" * 99]
)
def test_a_docbin_that_is_cut_or_joined_is_refused_by_name(change, tmp_path):
    docbin.write(tmp_path / "a.spacy", [inline.example("a", "The [KFOR]{UNIT} left.")])
    (tmp_path / "a.spacy").write_bytes(change((tmp_path / "a.spacy").read_bytes()))
    assert formats.detect(tmp_path / "a.spacy") == "docbin"
    with pytest.raises(InputError, match=r"a.spacy: no DocBin"):
        formats.load(tmp_path / "a.spacy", "docbin")


def test_what_becomes_too_large_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(docbin, "LARGEST", 100)
    docbin.write(tmp_path / "a.spacy", [Example("a", "KFOR " * 99)])
    with pytest.raises(InputError, match="when unpacked"):
        formats.load(tmp_path / "a.spacy", "docbin")
