"""A table is read row by row, each with its number, or its error names the line."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import InputError
from goldspan.articles.tables import TableReading, scan


def read(path, **reading):
    return [row if isinstance(row, InputError) else row.values for row in scan(path, TableReading(**reading))]


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "title,text\nA,One\nB,Two\n"),
        ("a.csv", b"\xef\xbb\xbftitle,text\r\nA,One\r\n\r\nB,Two"),
        ("a.csv", "title;text\nA;One\nB;Two\n"),
        ("a.csv", "sep=|\ntitle|text\nA|One\nB|Two\n"),
        ("a.csv", "title\ttext\nA\tOne\nB\tTwo\n"),
        ("a.tsv", "title\ttext\nA\tOne\nB\tTwo\n"),
        ("a.jsonl", '{"title": "A", "text": "One"}\n\n{"title": "B", "text": "Two"}\n'),
        ("a.ndjson", '{"title": "A", "text": "One"}\n{"title": "B", "text": "Two"}\n'),
        ("a.json", '[{"title": "A", "text": "One"},\n {"title": "B", "text": "Two"}]'),
        ("a.jsonl", '[{"title": "A", "text": "One"},\n {"title": "B", "text": "Two"}]'),
        ("a.json", '{"ok": true, "rows": [{"title": "A", "text": "One"}, {"title": "B", "text": "Two"}]}'),
        ("a.json", '{"title": "A", "text": "One"}\n{"title": "B", "text": "Two"}\n'),
    ],
)
def test_the_layouts_of_tables_give_the_same_rows(tmp_path, name, content):
    path = write(tmp_path, name, content)
    assert read(path) == [{"title": "A", "text": "One"}, {"title": "B", "text": "Two"}]


def test_a_delimiter_inside_texts_does_not_decide(tmp_path):
    path = write(tmp_path, "a.csv", 'titel;tekst\nA;"a, b, c, d"\nB;"e, f, g, h"\n')
    assert read(path) == [{"titel": "A", "tekst": "a, b, c, d"}, {"titel": "B", "tekst": "e, f, g, h"}]
    assert read(write(tmp_path, "b.csv", "a~b\n1~2\n"), delimiter="~") == [{"a": "1", "b": "2"}]


def test_rows_are_numbered_and_messages_have_the_line_on_which_a_row_begins(tmp_path):
    path = write(tmp_path, "a.csv", 'title,text\nA,"One\nmore"\nB,Two,3\nC,Three\n')
    rows = list(scan(path))
    assert [(row.number, row.line) for row in rows if not isinstance(row, InputError)] == [(1, 2), (3, 5)]
    assert (rows[1].line, "3 cells, the first one names 2 columns" in rows[1].message) == (4, True)


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)


@given(st.lists(st.tuples(cells, cells, cells), min_size=2, max_size=8), st.sampled_from(",;\t|"))
def test_what_a_spreadsheet_writes_is_read_back(tmp_path_factory, rows, delimiter):
    path = tmp_path_factory.mktemp("any") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([("a", "b", "c"), *rows])
    assert read(path) == [dict(zip("abc", row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("name", "content", "words", "line"),
    [
        ("a.csv", "", "the file is empty", None),
        ("a.csv", "title,text\n", "the file has no rows", None),
        ("a.csv", "title,text,title\nA,B,C\n", "the columns 1 and 3 have one name, 'title'", 1),
        ("a.csv", 'title,text\nA,"a\0b"\n', "NUL byte at byte 15", 2),
        ("a.csv", "title;text\nÄ;Größe\n".encode("latin-1"), "not UTF-8: byte 0xc4 at byte 11", 2),
        ("a.csv", "title,text\nA,B\n".encode("utf-16"), "NUL byte", 1),
        ("a.csv", 'title,text\nA,"never closed\nB,c\n', "not a table: unexpected end of data", 2),
        ("a.csv", 'title,text\nA,"he said \\"x\\" to me"\n', "not a table: ',' expected", 2),
        ("a.csv", 'title,text\rA,"B"\r', "a carriage return without a line feed", 1),
        ("a.json", "3", "holds no rows", None),
        ("a.json", '["a"]', "item 1 is no JSON object", None),
        ("a.json", "[" * 100_000, "nested deeper than 200 levels", 1),
        ("a.jsonl", '{"text": "a"', "not a line of JSON", 1),
        ("a.parquet", "PAR1", "not a Parquet file", None),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path, name, content, words, line):
    (*_, last) = scan(write(tmp_path, name, content))
    assert words in last.message
    assert (last.line, bool(last.remedy)) == (line, True)


def test_the_columns_of_a_parquet_file_are_chosen_and_pictures_passed_over(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"text": ["One"], "of": [{"a": {"b": 1}}], "picture": [b"\xff"], "in": [{"x": b"a"}]}), path
    )
    assert read(path, columns=["text", "of"]) == [{"text": "One", "of": {"a": {"b": 1}}}]
    assert read(path, lenient=True) == [{"text": "One", "of": {"a": {"b": 1}}, "picture": None, "in": None}]
    (error,) = read(path)
    assert "the column 'picture' holds bytes" in error.message


def test_a_text_in_parquet_that_is_no_utf_8_is_refused(tmp_path):
    broken = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")])
    pq.write_table(pa.table({"text": broken}), tmp_path / "a.parquet")
    (error,) = read(tmp_path / "a.parquet")
    assert (error.message, error.line) == ("a text is not UTF-8", 1)


def test_a_long_cell_is_read_whole(tmp_path):
    text = "word " * 100_000
    assert read(write(tmp_path, "a.csv", f'id,text\n1,"{text}"\n')) == [{"id": "1", "text": text}]
    assert read(write(tmp_path, "a.json", json.dumps([{"text": text}]))) == [{"text": text}]
