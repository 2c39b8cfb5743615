"""Offsets in another unit than the format prescribes: named, refused by the words, or noted as a doubt."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import formats, offsets
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import ReadOptions
from goldspan.formats.offset_units import DOUBT, resolve, to_code_points
from goldspan.formats.options import OFFSET_UNITS
from goldspan.formats.record import RawSpan
from helpers import strategies

CONVERT = {"utf-16": offsets.to_utf16, "graphemes": offsets.to_graphemes, "bytes": offsets.to_bytes}


def in_unit(text, spans, unit):
    """Spans in code points with the offsets of a unit; None where one has none in it."""
    if unit == "code-points":
        return list(spans)
    try:
        edges = CONVERT[unit](text, [place for span in spans for place in span[:2]]).tolist() if spans else []
    except InvalidValueError:
        return None
    return [s._replace(start=a, end=b) for s, a, b in zip(spans, edges[::2], edges[1::2], strict=True)]


@given(example=strategies.examples(), unit=st.sampled_from(OFFSET_UNITS), stated=st.booleans())
def test_offsets_in_the_unit_that_is_named_give_the_spans(example, unit, stated):
    spans = [RawSpan(s.start, s.end, s.label, example.surface(s) if stated else None) for s in example.spans]
    written = in_unit(example.text, spans, unit)
    if written is not None:
        assert resolve(example.text, written, "utf-16", unit) == (tuple(spans), None)
        assert to_code_points(example.text, written, unit) == tuple(spans)


@given(example=strategies.examples(), unit=st.sampled_from(OFFSET_UNITS), prescribed=st.sampled_from(OFFSET_UNITS))
def test_where_words_are_stated_no_other_unit_is_read_as_the_one_prescribed(example, unit, prescribed):
    spans = tuple(RawSpan(s.start, s.end, s.label, example.surface(s)) for s in example.spans)
    written = in_unit(example.text, spans, unit)
    if written is None:
        return
    try:
        read, doubt = resolve(example.text, written, prescribed)
    except InvalidValueError as error:
        assert unit != prescribed
        assert f"--offsets {unit}" in error.remedy  # noqa: PT017  (no error is as good)
        return
    assert doubt is None
    assert all(example.text[span.start : span.end] == span.surface for span in read)


@pytest.mark.parametrize(
    ("text", "span", "prescribed", "right", "words"),
    [
        ("🎉 Rom ruft.", (2, 5), "utf-16", "code-points", "Rom"),
        ("🎉 Rom ruft.", (3, 6), "code-points", "utf-16", "Rom"),
        ("Cafe\u0301 Rom ruft.", (5, 8), "utf-16", "graphemes", "Rom"),
        ("Eins\r\nRom ruft.", (5, 8), "code-points", "graphemes", "Rom"),
    ],
)
def test_a_reading_that_cuts_words_where_another_does_not_is_a_doubt(text, span, prescribed, right, words):
    (_, doubt) = resolve(text, [RawSpan(*span, "LOC")], prescribed)
    assert repr(words) in doubt.message
    assert doubt.remedy.endswith(f"--offsets {right}.")
    (read,), none = resolve(text, [RawSpan(*span, "LOC")], prescribed, right)
    assert (text[read.start : read.end], none) == (words, None)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Rom ruft.", (1, 2)),  # part of a word, but all units agree
        ("🎉 Rom ruft.", (3, 6)),  # words
        ("Ab 🎉", (0, 1)),  # the units differ after the span alone
        ("🎉 罗马在意大利", (3, 5)),  # no reading begins and ends with words
    ],
)
def test_what_another_unit_does_not_explain_is_no_doubt(text, span):
    assert resolve(text, [RawSpan(*span, "LOC")], "utf-16")[1] is None


def test_an_offset_inside_a_character_names_the_unit_that_fits():
    with pytest.raises(InvalidValueError, match="surrogate pair") as caught:
        resolve("🎉🎉 Rom ruft.", [RawSpan(3, 6, "LOC")], "utf-16")
    assert "--offsets code-points" in caught.value.remedy


def test_an_end_outside_the_text_names_the_unit_that_fits():
    with pytest.raises(InvalidValueError, match="bytes of UTF-8") as caught:
        resolve("Äußerst Öde", [RawSpan(10, 14, "X")], "code-points")
    assert "--offsets bytes" in caught.value.remedy


ROW = {"text": "🎉 Rom ruft Bonn heute."}
POINTS, UNITS = [[2, 5, "LOC"], [11, 15, "LOC"]], [[3, 6, "LOC"], [12, 16, "LOC"]]


@pytest.mark.parametrize(("form", "key"), [("doccano", "label"), ("rows", "entities"), ("prodigy", "spans")])
@pytest.mark.parametrize(("unit", "spans"), [("code-points", POINTS), ("utf-16", UNITS)])
def test_every_reader_of_json_takes_the_unit(form, key, unit, spans, tmp_path):
    path = tmp_path / "in.jsonl"
    if form == "prodigy":
        spans = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    path.write_text(json.dumps({**ROW, key: spans}) + "\n")
    (example,) = formats.load(path, form, ReadOptions(offsets=unit))
    assert [example.surface(span) for span in example.spans] == ["Rom", "Bonn"]
    prescribed = "utf-16" if form == "doccano" else "code-points"
    (record,) = formats.get(form).scan(path)
    assert [note.kind for note in record.notes] == ([] if unit == prescribed else [DOUBT])


def test_the_command_reports_a_doubt_with_the_option_that_resolves_it(goldspan, tmp_path, capsys):
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({**ROW, "label": POINTS}) + "\n")
    assert goldspan("convert", path, "--to", "gold", "-o", tmp_path / "out.jsonl") == 0
    assert "--offsets code-points" in capsys.readouterr().err
    assert goldspan("convert", path, "--offsets", "code-points", "--to", "gold", "-o", tmp_path / "out.jsonl") == 0
    assert "note" not in capsys.readouterr().err
    assert '"Rom"' in (tmp_path / "out.jsonl").read_text()


def test_an_option_that_no_format_uses_is_refused(goldspan, tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("Rom B-LOC\n")
    assert goldspan("convert", path, "--offsets", "bytes", "--to", "gold", "-o", tmp_path / "out.jsonl") == 1


def test_errors_of_offsets_name_the_place(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"text": "🎉🎉 Rom", "label": [[3, 6, "LOC"]]}) + "\n")
    (error,) = formats.get("doccano").scan(path)
    assert isinstance(error, InputError)
    assert (error.file, error.line, error.example) == (path, 1, "in.1")


@pytest.mark.parametrize(
    ("edges", "why"),
    [
        ([(0, 3), (13, 17)], "all spans end inside words: 'Ann', 'Trie'; with the next character they are"),
        ([(1, 5), (14, 19)], "no span is of whole words: 'nna ', 'rier.'; one character earlier they are"),
        ([(1, 4), (14, 18)], "all spans begin inside words: 'nna', 'rier'; with the character before they are"),
    ],
)
def test_spans_that_count_from_one_or_include_their_end_are_in_doubt(edges, why):
    text = "Anna lebt in Trier."
    spans = [RawSpan(start, end, "X") for start, end in edges]
    read, doubt = resolve(text, spans, "code-points")
    assert read == tuple(spans)
    assert doubt.message == f"{why} 'Anna', 'Trier'"
    of_words = [*spans[:1], RawSpan(5, 9, "X")]  # one that fits as it is tells that the file counts as it should
    assert resolve(text, of_words, "code-points")[1] is None
