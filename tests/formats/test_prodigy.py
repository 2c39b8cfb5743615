import json
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings

from goldspan import formats, tokens
from goldspan.agreement.annotations import annotations_of_paths
from goldspan.annotation import Example, Span
from goldspan.checks import check_paths
from goldspan.errors import InputError
from goldspan.formats import prodigy
from goldspan.formats.convert import convert
from goldspan.formats.options import ReadOptions
from goldspan.formats.sources import read_source
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


def test_another_unit_of_offsets_can_be_named_and_is_noted_where_it_is_likelier(tmp_path):
    row = {"text": "🚢 Marsh", "spans": [{"start": 3, "end": 8, "label": "PERSON"}], "_task_hash": 1}
    (error,) = scan(tmp_path, row)
    assert "--offsets utf-16" in error.remedy
    (record,) = prodigy.scan(tmp_path / "rows.jsonl", ReadOptions(offsets="utf-16"))
    assert [record.example().surface(span) for span in record.example().spans] == ["Marsh"]
    (record,) = scan(tmp_path, row | {"text": "🚢 Marsh left."})
    assert record.notes[0].kind == "offsets-in-doubt"


def test_an_interface_that_is_no_name_is_none(tmp_path):
    (record,) = scan(tmp_path, {"text": "Marsh", "spans": [], "_view_id": [], "answer": "accept"})
    assert record.example().is_annotated


def test_rows_may_stand_in_one_array(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([{"text": "Marsh", "spans": [SPAN], "answer": "accept", "_task_hash": 1}] * 2))
    assert formats.detect(path) == "prodigy"
    assert [(example.id, len(example.spans)) for example in formats.load(path)] == [("rows.1", 1), ("rows.2", 1)]


def test_spans_under_another_key_are_refused(tmp_path):
    (error,) = scan(tmp_path, {"text": "Marsh", "entities": [SPAN], "answer": "accept"})
    assert "entities" in error.message


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


def test_a_row_without_an_answer_is_a_task_whose_spans_count_wherever_they_first_stand(tmp_path):
    rows = [
        {"text": "Quiet.", "tokens": [], "_view_id": "ner_manual", "meta": {"id": "x"}},
        {"text": "Ellis.", "spans": [{"start": 0, "end": 5, "label": "PLACE"}], "_view_id": "ner_manual"},
    ]
    scan(tmp_path, *rows)
    assert formats.detect(tmp_path / "rows.jsonl") == "prodigy"
    assert [len(example.spans) for example in formats.load(tmp_path / "rows.jsonl")] == [0, 1]


ANNA = {"text": "Marsh left.", "spans": [SPAN], "answer": "accept", "_session_id": "ner-anna"}
BEN = {"text": "Marsh left.", "spans": [], "answer": "accept", "_annotator_id": "ner-ben"}


class TestSessions:
    def test_are_annotators_of_the_same_example(self, tmp_path):
        records = scan(tmp_path, {"text": "Marsh left."}, ANNA, BEN, ANNA)
        assert [record.id for record in records] == ["rows.1", "rows.2", "rows.2", "rows.4"]
        assert [record.annotator for record in records] == [None, "ner-anna", "ner-ben", "ner-anna"]

    def test_are_compared_by_agreement(self, tmp_path):
        scan(tmp_path, ANNA, BEN)
        found = annotations_of_paths([tmp_path / "rows.jsonl"])
        (item,) = found.items
        assert {name: len(spans) for name, spans in item.spans.items()} == {"ner-anna": 1, "ner-ben": 0}

    def test_are_chosen_where_one_annotation_is_wanted(self, tmp_path):
        scan(tmp_path, ANNA, BEN)
        source, target = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
        assert "several people: ner-anna, ner-ben" in str(convert([source], target, to="gold").refused[0])
        anna = ReadOptions(annotator="ner-anna")
        assert convert([source], target, to="gold", reading=anna).spans == 1
        assert len(read_source(source, reading=anna).examples) == 1
        with pytest.raises(InputError, match="several people"):
            read_source(source)

    def test_that_are_only_times_are_no_annotators(self, tmp_path):
        times = ("2023-05-08_12-33-52", "ner-2023-05-09_08-00-00")
        rows = [{"text": "Marsh left.", "_session_id": time, "_annotator_id": time} for time in times]
        assert [(record.id, record.annotator) for record in scan(tmp_path, *rows)] == [
            ("rows.1", None),
            ("rows.2", None),
        ]

    def test_are_no_duplicates_for_the_checks(self, tmp_path):
        scan(tmp_path, ANNA, BEN)
        found = [finding.check for finding in check_paths([tmp_path / "rows.jsonl"], None)]
        assert found == []


@pytest.mark.parametrize("mark", [{"_is_binary": True}, {"_view_id": "ner"}])
class TestOneClick:
    def test_judges_the_accepted_span_alone(self, mark, tmp_path):
        (record,) = scan(
            tmp_path, {"text": "Then Marsh left.", "spans": [{"start": 5, "end": 10, "label": "X"}]} | mark
        )
        assert len(record.spans) == 1
        assert record.example().unannotated_parts == ((0, 5), (10, 16))

    def test_on_all_of_the_text_leaves_nothing_open(self, mark, tmp_path):
        (record,) = scan(tmp_path, {"text": "Marsh", "spans": [SPAN]} | mark)
        assert record.example().unannotated_parts == ()

    def test_without_a_span_judges_nothing(self, mark, tmp_path):
        (record,) = scan(tmp_path, {"text": "Marsh", "spans": []} | mark)
        assert not record.example().is_annotated

    def test_goes_there_and_back(self, mark, tmp_path):
        (record,) = scan(
            tmp_path, {"text": "Then Marsh left.", "spans": [{"start": 5, "end": 10, "label": "X"}]} | mark
        )
        (again,) = scan(tmp_path, prodigy.row(record.example(), "en"))
        assert again.example() == record.example()


@pytest.mark.parametrize(
    "row",
    [
        {"text": "Marsh left.", "_view_id": "choice", "options": [{"id": "A"}], "accept": ["A"], "answer": "accept"},
        {"text": "Marsh left.", "options": [{"id": "A"}], "accept": ["A"], "answer": "accept"},
        {"text": "Marsh left.", "_view_id": "classification", "label": "NEWS", "answer": "accept"},
    ],
)
def test_a_row_of_an_interface_without_spans_is_no_text_without_spans(row, tmp_path):
    (record,) = scan(tmp_path, row)
    assert "which has no spans" in record.extra["not_annotated"]
    assert record.extra["prodigy"] == {key: value for key, value in row.items() if key not in {"text", "answer"}}


def test_relations_are_kept_and_named(tmp_path):
    relations = [{"head": 0, "child": 1, "label": "LEFT"}]
    (record,) = scan(
        tmp_path, {"text": "Marsh left.", "spans": [SPAN], "relations": relations, "_view_id": "relations"}
    )
    assert record.extra["prodigy"]["relations"] == relations
    assert "'relations' is kept" in record.notes[0].message


class TestUnannotatedOfOtherFormats:
    EXAMPLE = Example("a", "Marsh left.", (Span(0, 5, "PERSON"),), 3, {"not_annotated": "skipped in Label Studio"})

    def test_is_to_be_ignored_and_comes_back_as_it_was(self, tmp_path):
        row = prodigy.row(self.EXAMPLE, "en")
        assert row["answer"] == "ignore"
        assert [record.example() for record in scan(tmp_path, row)] == [self.EXAMPLE]

    def test_is_annotated_once_somebody_accepts_it(self, tmp_path):
        (record,) = scan(tmp_path, prodigy.row(self.EXAMPLE, "en") | {"answer": "accept"})
        assert record.example().is_annotated
        assert len(record.spans) == 1

    def test_is_rejected_once_somebody_rejects_it(self, tmp_path):
        (record,) = scan(tmp_path, prodigy.row(self.EXAMPLE, "en") | {"answer": "reject"})
        assert not record.example().is_annotated
        assert record.spans == ()
        assert record.extra["prodigy"]["answer"] == "reject"


@pytest.mark.parametrize("answer", ["reject", "ignore"])
@pytest.mark.parametrize("to", formats.WRITABLE)
def test_what_was_not_accepted_is_a_negative_in_no_format(to, answer, tmp_path):
    scan(tmp_path, {"text": "Marsh left.", "spans": [SPAN], "answer": answer}, {"text": "Quiet.", "answer": "accept"})
    entry = formats.get(to)
    target = tmp_path / f"out{'' if entry.is_folder else entry.suffixes[0]}"
    account = convert([tmp_path / "rows.jsonl"], target, to=to)
    annotated = [example.text for example in formats.load(target, to) if not example.unannotated_parts]
    assert annotated == ["Quiet."]
    assert account.written.examples + sum(account.written.left_out.values()) == 2


def test_a_task_that_one_annotator_answers_twice_in_two_ways_is_refused(tmp_path):
    row = {"text": "Marsh left.", "answer": "accept", "_task_hash": 7}
    marked = row | {"spans": [{"start": 0, "end": 5, "label": "PERSON"}]}
    first, second = scan(tmp_path, marked, row | {"spans": []})
    assert first.spans
    assert "this task is answered otherwise in line 1" in second.message
    assert "_session_id" in second.remedy
    sessions = [marked | {"_session_id": "x-ann"}, row | {"spans": [], "_session_id": "x-ben"}]
    assert [record.annotator for record in scan(tmp_path, *sessions)] == ["x-ann", "x-ben"]
    assert len([record.spans for record in scan(tmp_path, marked, marked)]) == 2
