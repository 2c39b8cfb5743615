"""Any mix of files and folders is one lazy stream of documents."""

import datetime as dt
import decimal
import json
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goldspan import InputError
from goldspan.articles.documents import documents


def write_rows(path, *rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def write_table(path, **columns):
    pq.write_table(pa.table(columns), path, row_group_size=2)
    return path


def read(*paths):
    return [(document.id, document.text) for document in documents(paths)]


def test_text_rows_tables_and_folders_mix(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfOne\r\ntwo")
    folder = tmp_path / "more"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "c.TXT").write_text("Six")
    (folder / "b.txt").write_text("Three")
    (folder / "note.md").write_text("no article")
    (folder / ".hidden.txt").write_text("no article")
    write_rows(folder / "rows.jsonl", {"text": "Four"}, {"id": "x", "text": "Fi\u2028ve"}, {"id": 7, "text": "\ufeffS"})
    write_table(tmp_path / "t.parquet", text=["Seven", "Eight", "Nine"], id=["s", None, "n"])
    assert read(tmp_path / "t.parquet", folder, tmp_path / "a.txt") == [
        ("s", "Seven"),
        ("t-000002", "Eight"),
        ("n", "Nine"),
        ("b", "Three"),
        ("rows-000001", "Four"),
        ("x", "Fi\u2028ve"),
        ("7", "\ufeffS"),
        ("c", "Six"),
        ("a", "One\r\ntwo"),
    ]


def test_other_keys_are_kept(tmp_path):
    path = write_rows(tmp_path / "a.jsonl", {"source": "x", "text": "One", "id": "a", "n": {"k": [1, None, 2.5]}})
    (document,) = documents([path])
    assert document.extra == {"source": "x", "n": {"k": [1, None, 2.5]}}
    assert document.file == path


def test_the_cells_of_a_table_come_as_json_has_them(tmp_path):
    path = write_table(
        tmp_path / "a.parquet",
        text=pa.array(["One"], pa.large_string()).dictionary_encode(),
        day=[dt.date(2024, 1, 22)],
        when=[dt.datetime(2024, 1, 22, 5, 6, tzinfo=dt.UTC)],
        score=[float("nan")],
        price=[decimal.Decimal("1.50")],
        tags=[["a", "b"]],
        of=[{"k": 1.5}],
    )
    (document,) = documents([path])
    assert json.loads(json.dumps(dict(document.extra), allow_nan=False)) == {
        "day": "2024-01-22",
        "when": "2024-01-22T05:06:00+00:00",
        "score": None,
        "price": "1.50",
        "tags": ["a", "b"],
        "of": {"k": 1.5},
    }


def test_an_empty_line_between_rows_is_skipped_but_counted(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"text": "One"}\r\n\r\n{"text": "Two"}')
    assert read(path) == [("a-000001", "One"), ("a-000003", "Two")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"id": "a"}', "the key 'text' is missing"),
        (b'{"text": null}', "the key 'text' is missing"),
        (b'{"text": 5}', "'text' is 5, no string"),
        (b'{"text": " \\n\\u2028"}', "the text is empty"),
        (b'{"text": "ab\\u0000"}', "NUL in the text, at code point 2"),
        (b'{"text": "a\\ud800"}', r"the lone surrogate \\ud800 at column 12"),
        (b'{"text": "a", "id": true}', "the id is True"),
        (b'{"text": "a", "id": 1.5}', "the id is 1.5"),
        (b'{"text": "a", "id": ""}', "the id '' is empty"),
        (b'{"text": "a", "id": "x\\ny"}', "has control characters"),
        (b'["text"]', "no JSON object"),
        (b'{"text": "a"', "not a line of JSON"),
        (b'{"text": "a", "n": NaN}', "not a line of JSON: NaN is no number at column 20"),
        (b'{"text": "a", "n": ' + b"[" * 100_000 + b"}", "not a line of JSON"),
        (b'{"text": "caf\xe9"}', "byte 0xe9 at byte 41"),
        (b'{"text": "a"}\0', "NUL byte at byte 41"),
    ],
)
def test_a_row_that_is_no_document_is_refused_with_file_and_line(tmp_path, line, words):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "One, and more"}\n \n' + line + b"\n")
    with pytest.raises(InputError, match=words) as caught:
        read(path)
    assert (caught.value.file, caught.value.line) == (path, 3)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("columns", "words", "line"),
    [
        ({"body": ["One"]}, "there is no column 'text'", None),
        ({"text": ["One", "Two", "  "]}, "the text is empty", 3),
        ({"text": ["One", None]}, "the key 'text' is missing", 2),
        ({"text": [1]}, "'text' is 1, no string", 1),
        ({"text": ["One"], "raw": [b"\xff"]}, "the column 'raw' holds bytes", 1),
        ({"text": pa.array([], pa.string())}, "no rows", None),
    ],
)
def test_a_table_that_holds_no_documents_is_refused_with_its_row(tmp_path, columns, words, line):
    path = write_table(tmp_path / "a.parquet", **columns)
    with pytest.raises(InputError, match=words) as caught:
        read(path)
    assert (caught.value.file, caught.value.line) == (path, line)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.txt", b"caf\xe9", "byte 0xe9 at byte 3"),
        ("a.txt", b"\n", "the file is empty"),
        ("a.jsonl", b"", "the file is empty"),
        ("a.jsonl", b"\n\n", "the file is empty"),
        ("a.parquet", b"PAR1 and no more", "not a Parquet file"),
        ("a.docx", b"PK", "not one of .txt, .jsonl, .parquet"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, data, words):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=words) as caught:
        read(path)
    assert caught.value.file == path


def test_a_missing_path_is_reported_before_anything_is_read(tmp_path):
    (tmp_path / "a.txt").write_text("One")
    with pytest.raises(InputError, match="there is no such file") as caught:
        next(documents([tmp_path / "a.txt", tmp_path / "b.txt"]))
    assert caught.value.file == tmp_path / "b.txt"


def test_a_folder_without_articles_is_refused(tmp_path):
    (tmp_path / "note.md").write_text("no article")
    with pytest.raises(InputError, match=r"the folder holds no \.txt, \.jsonl, \.parquet"):
        read(tmp_path)


def test_one_id_twice_is_refused_with_both_places(tmp_path):
    rows = write_rows(tmp_path / "r.jsonl", {"text": "One"}, {"text": "Two", "id": "x"})
    table = write_table(tmp_path / "t.parquet", text=["Three", "Four"], id=["y", "x"])
    with pytest.raises(InputError, match="the id 'x' is that of") as caught:
        read(rows, table)
    assert f"{rows}:2" in str(caught.value)
    assert (caught.value.file, caught.value.line) == (table, 2)


def test_a_file_named_twice_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("One")
    with pytest.raises(InputError, match="name no file twice"):
        read(path, tmp_path)


def test_two_ids_with_one_hash_are_two_ids(tmp_path, monkeypatch):
    monkeypatch.setattr("goldspan.articles.documents.hash", lambda _: 7, raising=False)
    path = write_rows(tmp_path / "a.jsonl", *({"text": "One"} for _ in range(4)))
    assert len(read(path)) == 4
    write_rows(path, {"text": "One", "id": "x"}, {"text": "Two"}, {"text": "Three", "id": "x"})
    with pytest.raises(InputError, match="the id 'x' is that of"):
        read(path)


def test_documents_come_before_the_rest_is_read(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "One"}\n{"text": \n')
    stream = documents(iter([path]))
    assert next(stream).text == "One"
    with pytest.raises(InputError):
        next(stream)


def peak(path):
    """The most memory that Python and Arrow held at once while the documents went by."""
    arrow = 0
    tracemalloc.start()
    for _ in documents([path]):
        arrow = max(arrow, pa.total_allocated_bytes())
    _, python = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return python + arrow


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_four_times_the_rows_take_no_more_memory(tmp_path, kind):
    text = "The force left. " * 250
    peaks = []
    for count in (3000, 12000):
        path = tmp_path / f"{count}.{kind}"
        if kind == "jsonl":
            write_rows(path, *({"text": f"{text}{n}"} for n in range(count)))
        else:
            pq.write_table(pa.table({"text": [f"{text}{n}" for n in range(count)]}), path, compression="none")
        peaks.append(peak(path))
    assert peaks[1] < peaks[0] + (4 << 20)


def test_the_project_itself_can_be_streamed():
    root = Path(__file__).parents[2]
    assert [d.id for d in documents([root / "seeds"])] == sorted(path.stem for path in (root / "seeds").glob("*.txt"))
