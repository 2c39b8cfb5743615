import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from goldspan import formats
from goldspan.agreement.annotations import annotations_of_paths
from goldspan.annotation import Example, Span
from goldspan.checks import check_paths
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import doccano, gold
from goldspan.formats.convert import convert
from goldspan.formats.doccano import BREAK, KEY, ExampleKey, ExampleView, short_digest
from goldspan.formats.options import ReadOptions, WriteOptions
from helpers import strategies
from helpers.doccano_project import earlier_row

DATA = Path(__file__).parents[1] / "data" / "formats"


def units(text):
    return len(text.encode("utf-16-le")) // 2


def scan(tmp_path, *rows, unit="utf16"):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows), "utf-8")
    return list(doccano.scan(path, unit=unit))


@given(strategies.examples())
def test_offsets_count_as_a_browser_does(example):
    assume(example.text)
    seen = doccano.row(example)["label"]
    wanted = [[units(example.text[: s.start]), units(example.text[: s.end]), s.label] for s in example.spans]
    assert seen == wanted


def test_a_span_after_an_emoji_covers_its_words_in_the_browser():
    row = doccano.row(Example("a", "🚢 KFOR", (Span(2, 6, "UNIT"),)))
    start, end, _ = row["label"][0]
    assert row["text"].encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le") == "KFOR"


def test_rows_have_the_same_keys_and_our_own_hold_strings():
    rows = [doccano.row(Example("a", "KFOR", at=7)), doccano.row(Example("b", "left", extra={"score": [0.5], "id": 1}))]
    assert {tuple(row) for row in rows} == {("text", "label", doccano.KEY)}
    assert [row[doccano.KEY].partition(" ")[0] for row in rows] == ["a", "b"]
    assert doccano.ExampleKey.parse(rows[0][doccano.KEY]).text == hashlib.sha256(b"KFOR").hexdigest()[:12]


def test_the_file_is_ascii_whatever_the_text(tmp_path):
    doccano.write(tmp_path / "a.jsonl", [Example("a", "Özkan 👍🏽 \u2028 שָׁלוֹם")])
    assert (tmp_path / "a.jsonl").read_bytes().isascii()


@given(examples=strategies.corpora())
def test_an_export_of_what_was_imported_is_what_was_there(examples, tmp_path_factory):
    assume(all(example.text for example in examples))
    rows = [{"id": n, **doccano.row(example), "Comments": []} for n, example in enumerate(examples)]
    records = scan(tmp_path_factory.mktemp("any"), *(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    assert [record.example() for record in records] == examples


def test_the_export_of_version_1_8_is_read():
    first, second = formats.load(DATA / "doccano-export.jsonl", "doccano")
    assert (first.id, first.at, first.extra) == ("exercise.p00", 12, {"rule": "name"})
    assert [first.surface(span) for span in first.spans] == ["5th Engineer Battalion"]
    assert second.extra == {"Comments": ["nothing here?"]}


def test_relations_are_kept_with_the_entities_that_they_join():
    (example,) = formats.load(DATA / "doccano-relations.jsonl", "doccano")
    assert [example.surface(span) for span in example.spans] == ["Marsh", "5th Engineer Battalion"]
    assert example.extra["relations"] == [{"id": 1, "from_id": 1, "to_id": 2, "type": "leads"}]
    assert [entity["id"] for entity in example.extra["entities"]] == [1, 2]
    assert example.extra["source"] == "wire"


def test_rows_without_our_keys_are_named_by_their_own_id_or_their_line():
    assert [example.id for example in formats.load(DATA / "doccano-old.jsonl", "doccano")] == [
        "wire-3",
        "doccano-old.2",
    ]


def test_foreign_keys_never_hide_those_of_the_gold_line(tmp_path):
    (record,) = scan(tmp_path, {"text": "KFOR", "label": [], "at": "noon", "spans": "none"})
    example = record.example()
    assert example.extra == {"doccano_at": "noon", "doccano_spans": "none"}
    assert gold.parse(gold.line(example).encode(), tmp_path, 1).example() == example


def test_empty_lines_are_skipped_but_counted(tmp_path):
    records = scan(tmp_path, {"text": "a"}, "\n", " \r\n", {"text": "b"})
    assert [record.line for record in records] == [1, 4]


def test_an_end_outside_the_text_stays_as_far_outside(tmp_path):
    (record,) = scan(tmp_path, {"text": "🚢 KFOR", "label": [[3, 9, "UNIT"], [-1, 2, "X"]]})
    assert [span[:2] for span in record.spans] == [(2, 8), (-1, 1)]
    with pytest.raises(InputError, match="ends outside the text"):
        scan(tmp_path, {"text": "🚢 KFOR", "label": [[3, 9, "UNIT"]]})[0].example()


def test_grapheme_clusters_are_counted_where_the_project_does(tmp_path):
    example = Example("a", "🇽🇰 e\u0301 KFOR", (Span(6, 10, "UNIT"),))
    doccano.write(tmp_path / "a.jsonl", [example], unit="graphemes")
    assert json.loads((tmp_path / "a.jsonl").read_text())["label"] == [[4, 8, "UNIT"]]
    assert [record.example() for record in doccano.scan(tmp_path / "a.jsonl", unit="graphemes")] == [example]


def test_a_span_that_splits_a_cluster_is_refused_where_these_are_counted(tmp_path):
    with pytest.raises(InputError, match=r"a.p00: position 1 is inside a grapheme cluster"):
        doccano.write(tmp_path / "a.jsonl", [Example("a.p00", "e\u0301", (Span(0, 1, "X"),))], unit="graphemes")
    assert not list(tmp_path.iterdir())


def test_an_empty_text_is_refused_for_doccano_refuses_it(tmp_path):
    with pytest.raises(InputError, match=r"a.jsonl: a.p00: the text is empty"):
        doccano.write(tmp_path / "a.jsonl", [Example("a.p00", "")])
    with pytest.raises(InvalidValueError):
        doccano.row(Example("a.p00", ""))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("nothing\n", "not JSON"),
        ('{"text": NaN}\n', "'text' is None"),
        ('{"text": "a"\n', "not JSON"),
        ("[1]\n", "no JSON object"),
        ({"label": []}, "'text' is None"),
        ({"text": 3}, "'text' is 3"),
        ({"text": "a", "label": {"0": "X"}}, "not a list"),
        ({"text": "a", "label": ["X"]}, "'X' is not"),
        ({"text": "a", "label": [[0, 1]]}, "is not"),
        ({"text": "a", "label": [[0, 1, "X", "a"]]}, "is not"),
        ({"text": "a", "label": [[0, 1, 2]]}, "is not"),
        ({"text": "a", "label": [["0", 1, "X"]]}, "is not"),
        ({"text": "a", "label": [[False, 1, "X"]]}, "is not"),
        ({"text": "a", "entities": [{"start_offset": 0, "label": "X"}]}, "is not"),
        ({"text": "a", "label": [[0, 1, "X"]], "entities": [[0, 1, "X"]]}, "spans under label and entities"),
        ({"text": "🚢", "label": [[1, 2, "X"]]}, "position 1 is inside a surrogate pair"),
        ({"text": "\ud83d", "label": []}, "the lone surrogate"),
        ('{"text": "a", "x": Infinity}\n', "not JSON: Infinity is no number at column 20"),
        ({"text": "a", "goldspan_sha256": "0"}, "not the one that went"),
        ({"text": "a", "goldspan_at": 3}, "'goldspan_at' is 3"),
        ({"text": "a", "goldspan_at": "-3"}, "'goldspan_at' is '-3'"),
        ({"text": "a", "goldspan_extra": "[]"}, "'goldspan_extra'"),
        ({"text": "a", "goldspan_extra": 3}, "'goldspan_extra'"),
    ],
)
def test_a_broken_row_is_an_error_with_file_and_line_and_the_next_is_read(row, why, tmp_path):
    error, record = scan(tmp_path, row, {"text": "KFOR"})
    assert isinstance(error, InputError)
    assert (error.file, error.line) == (tmp_path / "rows.jsonl", 1)
    assert why in error.message
    assert error.remedy
    assert record.text == "KFOR"


def test_bytes_that_are_not_utf8_are_named(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "\xe9"}\n')
    (error,) = doccano.scan(path)
    assert "not UTF-8 at byte 10" in error.message
    assert error.line == 1


def test_what_no_user_marked_is_not_annotated_and_no_annotator(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "ines.jsonl").write_text(
        '{"id": 4, "text": "Marsh left.", "label": [[0, 5, "PERSON"]], "Comments": []}\n'
    )
    (folder / "omar.jsonl").write_text('{"id": 4, "text": "Marsh left.", "label": [], "Comments": []}\n')
    (folder / "unknown.jsonl").write_text('{"id": 5, "text": "Quiet.", "label": [], "Comments": []}\n')
    (record,) = doccano.scan(folder / "unknown.jsonl")
    assert record.extra["not_annotated"] == "no user of Doccano marked anything in it"
    found = annotations_of_paths([folder])
    assert [sorted(item.spans) for item in found.items] == [["ines", "omar"]]
    assert found.unread("unknown") == 1


@pytest.mark.parametrize("row", [{"doc_id": 23, "entities": [[0, 5, "PERSON"]], "username": "ines"},
                                 {"label": [[0, 5, "PERSON"]], "annotator": "ines"}])  # fmt: skip
def test_rows_that_state_their_annotator_are_told_apart(row, tmp_path):
    path = tmp_path / "a.jsonl"
    other = {key: [] if isinstance(value, list) else "omar" if value == "ines" else value for key, value in row.items()}
    path.write_text("".join(json.dumps({"text": "Marsh left."} | one) + "\n" for one in (row, other)))
    found = annotations_of_paths([path])
    assert [{name: len(spans) for name, spans in item.spans.items()} for item in found.items] == [
        {"ines": 1, "omar": 0}
    ]
    assert "several people: ines, omar" in str(convert([path], tmp_path / "b.jsonl", to="gold").refused[0])
    assert convert([path], tmp_path / "b.jsonl", to="gold", reading=ReadOptions(annotator="ines")).spans == 1


def test_a_username_that_may_be_the_authors_is_no_annotator(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Marsh left.", "entities": [[0, 5, "PERSON"]], "username": "@ines"}\n')
    (record,) = formats.get(formats.detect(path)).scan(path)
    assert (record.annotator, record.extra["username"]) == (None, "@ines")


def test_spans_of_several_users_in_one_row_are_noted(tmp_path):
    path = tmp_path / "a.jsonl"
    spans = [{"label": "X", "start_offset": at, "end_offset": at + 2, "user": at} for at in (0, 3)]
    path.write_text(json.dumps({"id": 1, "text": "Marsh left.", "annotations": spans}) + "\n")
    (record,) = formats.get(formats.detect(path)).scan(path)
    assert "several users are read as one annotation: 0 and 3" in record.notes[0].message


def test_a_space_at_the_edge_of_a_span_is_found_refused_in_tokens_and_never_loses_the_span(tmp_path):
    path, target = tmp_path / "a.jsonl", tmp_path / "b.conll"
    path.write_text('{"text": "The film (1988) stars Frankie James", "label": [[10, 14, "DATE"], [21, 35, "PER"]]}\n')
    assert [finding.check for finding in check_paths([path], None)] == ["edge-whitespace"]
    with pytest.raises(InputError, match=r"\[21, 35, PER\] ' Frankie James' cuts 'Frankie James'"):
        convert([path], target, to="conll")
    convert([path], target, to="conll", writing=WriteOptions(policy="expand"))
    (example,) = formats.load(target)
    assert [example.surface(span) for span in example.spans] == ["1988", "Frankie James"]


def test_nan_is_what_doccano_writes_for_a_missing_value(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "KFOR left.", "label": [[0, 4, "UNIT"]], "desk": NaN}\n')
    assert formats.detect(path) == "doccano"
    (example,) = formats.load(path, "doccano")
    assert (example.spans, dict(example.extra)) == ((Span(0, 4, "UNIT"),), {"desk": None})


# The key at the end of the metadata panel


@given(strategies.examples(), st.booleans())
def test_a_key_is_one_string_that_holds_all_and_is_checked(example, shared):
    sent, shown = ("3fe5a84ace51", "1a6686c3a4bd") if shared else (None, None)
    key = ExampleKey(example.id, example.at, short_digest(example.text), sent, shown, example.extra)
    written = str(key)
    assert ExampleKey.parse(written) == key
    assert ExampleKey.parse(written).extra == example.extra
    assert len(written.splitlines()) == 1
    plain = written.replace(BREAK, "")
    for at in range(0, len(plain), max(1, len(plain) // 20)):  # any letter that is changed, left out or added
        for edited in (plain[:at] + "7" + plain[at + 1 :], plain[:at] + plain[at + 1 :], f"{plain[:at]}7{plain[at:]}"):
            assert edited == plain or ExampleKey.parse(edited) is None


def test_a_key_begins_with_the_id_and_is_short():
    key = str(ExampleKey("harbour.p04", 523, short_digest("KFOR"), "3fe5a84ace51", "1a6686c3a4bd"))
    assert key.split()[:2] == ["harbour.p04", "@523"]
    assert len(key) < 80
    assert max(map(len, key.replace(BREAK, " ").split())) <= 14


@pytest.mark.parametrize("name", ["an article.p01", "a%20b.p01", "a\u200bb", "a\nb", "x" * 60, "@1 t.p01", "ö🚢"])
def test_any_id_fits_into_a_key(name):
    assert ExampleKey.parse(str(ExampleKey(name, 0, "0" * 12))).id == name


@given(examples=strategies.corpora())
def test_exports_of_this_version_and_of_the_one_before_are_read_alike(examples, tmp_path_factory):
    assume(all(example.text for example in examples))
    panel = {"votes": "ann", "comments": "—", "title": "T", "position": "1 of 2", "before": "—", "after": "…"}
    now = [doccano.row(example, view=ExampleView(panel=panel)) for example in examples]
    before = [earlier_row(doccano.row(example)) for example in examples]
    folder = tmp_path_factory.mktemp("any")
    for rows in (now, before, [*now[::2], *before[1::2]]):
        keys = {key: None for row in rows for key in row}  # an export fills gaps between rows
        read = scan(folder, *({"id": n, **keys, **row, "Comments": []} for n, row in enumerate(rows)))
        found = {record.id: record.example() for record in read}
        assert found == {example.id: example for example in examples}


@pytest.mark.parametrize("edit", [("@0", "@1"), ("KFOR.p1", "KFOR.p2"), (" c", "  c"), (" t", " s")])
def test_an_edited_key_is_refused_with_file_and_line(edit, tmp_path):
    row = doccano.row(Example("KFOR.p1", "KFOR left."))
    (error,) = scan(tmp_path, row | {KEY: row[KEY].replace(*edit)})
    assert "'goldspan key'" in error.message
    assert "edited" in error.message
    assert (error.line, error.remedy) == (1, "Export the row again.")


def test_what_the_panel_shows_is_no_part_of_an_example_and_other_keys_are(tmp_path):
    row = doccano.row(Example("a", "KFOR", at=3), view=ExampleView(panel={"title": "T", "after": "…"}))
    (record,) = scan(tmp_path, row | {"desk": "news"})
    assert (record.at, record.extra) == (3, {"desk": "news"})
    (foreign,) = scan(tmp_path, {"text": "KFOR", "label": [[0, 4, "UNIT"]], "title": "T"})
    assert foreign.extra == {"title": "T"}


# Texts with spaces for line breaks


@given(st.text(st.sampled_from("ab \n\r\v\x85\u2028\u0301"), max_size=12))
def test_a_text_with_spaces_for_line_breaks_has_the_same_offsets_and_is_known_again(text):
    sent = doccano.without_line_breaks(text)
    assert len(sent) == len(text)
    assert units(sent) == units(text)
    assert doccano.is_text_of(sent, text)
    assert all(there == here or (there == " " and here.isspace()) for there, here in zip(sent, text, strict=True))


@pytest.mark.parametrize(
    ("sent", "text"),
    [("a b", "a  b"), ("a  b", "a\nb"), ("a\nb", "a b"), ("a c", "a\nb"), ("a b ", "a\nb"), ("a b", "a\tb"), ("", " ")],
)
def test_no_other_text_is_taken_for_that_of_an_example(sent, text):
    assert not doccano.is_text_of(sent, text)


def test_offsets_in_graphemes_count_the_text_that_is_sent():
    example = Example("a", "The\r\nKFOR", (Span(5, 9, "UNIT"),))
    assert doccano.row(example, "graphemes")["label"] == [[4, 8, "UNIT"]]  # one cluster for both
    view = ExampleView(text=doccano.without_line_breaks(example.text))
    assert doccano.row(example, "graphemes", view)["label"] == [[5, 9, "UNIT"]]
