import json
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings

from goldspan import formats, tokens
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.formats import prodigy
from helpers import strategies

DATA = Path(__file__).parents[1] / "data" / "formats"
MARSH = Example("a.p03", "Marsh left Port Ellis.", (Span(0, 5, "PERSON"), Span(11, 21, "PLACE")), 7)


def scan(tmp_path, *rows):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows), "utf-8")
    return list(prodigy.scan(path))


def test_the_row_is_what_prodigy_takes():
    row = prodigy.row(MARSH, "en")
    assert list(row) == ["text", "tokens", "spans", "answer", "goldspan"]
    assert row["spans"][1] == {"start": 11, "end": 21, "label": "PLACE", "token_start": 2, "token_end": 3}
    assert row["tokens"][3] == {"text": "Ellis", "start": 16, "end": 21, "id": 3, "ws": False}
    assert row["answer"] == "accept"


@settings(max_examples=50)
@given(example=strategies.examples(spans=partial(strategies.spans, flat=False)))
def test_tokens_give_the_text_and_token_numbers_are_inclusive(example):
    row = prodigy.row(example, "en")
    words = row["tokens"]
    assert "".join(word["text"] + " " * word["ws"] for word in words) == example.text
    edges = {*tokens.tokenize(example.text, "en")}
    for span in row["spans"]:
        if "token_start" in span:
            stated = words[span["token_start"]]["start"], words[span["token_end"]]["end"]
            assert stated == (span["start"], span["end"])
        else:
            assert (span["start"], span["end"]) not in edges


@settings(max_examples=50)
@given(examples=strategies.corpora(spans=partial(strategies.spans, flat=False)))
def test_what_prodigy_adds_to_our_rows_is_kept_and_written_back(examples, tmp_path_factory):
    added = {"_input_hash": 1, "_task_hash": -2, "meta": {"score": 0.5}, "_annotator_id": "m"}
    read = [
        record.example()
        for record in scan(tmp_path_factory.mktemp("any"), *({**prodigy.row(e, "en"), **added} for e in examples))
    ]
    assert [example.extra for example in read] == [{**example.extra, "prodigy": added} for example in examples]
    again = [record.example() for record in scan(tmp_path_factory.mktemp("any"), *(prodigy.row(e, "en") for e in read))]
    assert again == read


def test_an_export_of_prodigy_is_read():
    accepted, rejected, ignored = formats.load(DATA / "prodigy.jsonl", "prodigy")
    assert [(accepted.surface(s), s.label) for s in accepted.spans] == [("Marsh", "PERSON"), ("Port Ellis", "PLACE")]
    assert [prodigy.answer(example) for example in (accepted, rejected, ignored)] == ["accept", "reject", "ignore"]
    assert [example.id for example in (accepted, rejected, ignored)] == ["prodigy.1", "wire-7", "prodigy.3"]


@pytest.mark.parametrize("answer", ["reject", "ignore"])
def test_what_was_not_accepted_is_not_a_span_and_is_written_back_unchanged(answer, tmp_path):
    row = {"text": "Marsh left.", "spans": [{"start": 0, "end": 5, "label": "PLACE"}], "answer": answer}
    (record,) = scan(tmp_path, row)
    assert record.spans == ()
    assert record.extra["prodigy"] == {"spans": row["spans"], "answer": answer}
    assert record.example().unannotated_parts == ((0, 11),)
    written = prodigy.row(record.example(), "en")
    assert {key: written[key] for key in row} == row


def test_offsets_count_code_points(tmp_path):
    (record,) = scan(tmp_path, {"text": "🚢 Marsh", "spans": [{"start": 2, "end": 7, "label": "PERSON"}]})
    assert [record.example().surface(span) for span in record.example().spans] == ["Marsh"]


def test_a_row_without_spans_has_none(tmp_path):
    (record,) = scan(tmp_path, {"text": "Quiet.", "spans": None, "answer": "accept", "label": "NEWS"})
    assert (record.spans, record.extra) == ((), {"prodigy": {"label": "NEWS"}})


SPAN = {"start": 0, "end": 5, "label": "PERSON"}
WORDS = [{"text": "Marsh", "start": 0, "end": 5, "id": 0}, {"text": ".", "start": 5, "end": 6, "id": 1}]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("nothing\n", "not JSON"),
        ("[1]\n", "no JSON object"),
        ({"spans": []}, "'text' is None"),
        ({"text": "a", "answer": "yes"}, "'answer' is 'yes', not one of accept, reject, ignore"),
        ({"text": "a", "spans": {"0": "X"}}, "not a list"),
        ({"text": "a", "spans": [[0, 1, "X"]]}, "has no start, end and label"),
        ({"text": "a", "spans": [{"start": 0, "end": 1}]}, "has no start, end and label"),
        ({"text": "a", "spans": [{"start": False, "end": 1, "label": "X"}]}, "has no start, end and label"),
        (
            {"text": "Marsh.", "tokens": WORDS, "spans": [SPAN | {"token_start": 0, "token_end": 1}]},
            "not at its offsets",
        ),
        (
            {"text": "Marsh.", "tokens": WORDS, "spans": [SPAN | {"token_start": 0, "token_end": 9}]},
            "not at its offsets",
        ),
        ({"text": "a", "goldspan": {"id": "a"}}, "'goldspan' is"),
        ({"text": "a", "goldspan": 3}, "'goldspan' is 3"),
    ],
)
def test_a_broken_row_is_an_error_with_file_and_line_and_the_next_is_read(row, why, tmp_path):
    error, record = scan(tmp_path, row, {"text": "Marsh"})
    assert isinstance(error, InputError)
    assert (error.file, error.line) == (tmp_path / "rows.jsonl", 1)
    assert why in error.message
    assert error.remedy
    assert record.text == "Marsh"


def test_a_span_outside_the_text_or_with_another_surface_is_refused(tmp_path):
    outside, other = scan(
        tmp_path, {"text": "a", "spans": [SPAN]}, {"text": "Ellis", "spans": [SPAN | {"text": "Marsh"}]}
    )
    with pytest.raises(InputError, match="ends outside the text"):
        outside.example()
    with pytest.raises(InputError, match="states 'Marsh' but covers 'Ellis'"):
        other.example()


@pytest.mark.parametrize("extra", [3, {"text": "b"}, {"answer": "reject"}, {"spans": []}])
def test_an_extra_key_that_would_change_the_row_is_refused(extra, tmp_path):
    example = Example("a", "Marsh", (Span(0, 5, "PERSON"),), extra={"prodigy": extra})
    with pytest.raises(InputError, match=r"a.jsonl: a: the extra key 'prodigy'"):
        prodigy.write(tmp_path / "a.jsonl", [example])
    assert not list(tmp_path.iterdir())
