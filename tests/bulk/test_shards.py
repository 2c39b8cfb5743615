"""How an input is cut into shards, and that nothing is lost or read twice at their edges."""

import io
import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.articles.columns import ColumnNames
from goldspan.articles.received import ArticleOptions, ReceivedArticle
from goldspan.bulk.locations import Location
from goldspan.bulk.shard_rows import ShardReading, find_columns, read_articles
from goldspan.bulk.shards import Shard, digest_of, find_shards, first_line, parse_size, require_apart
from goldspan.errors import InputError, InvalidValueError

TEXT = st.text(
    st.sampled_from(["a", "\u2028", "\u0085", "\r", '"', "\\", "é", "新", "\n", " ", "\U0001f600"]), max_size=60
)
ROWS = st.lists(TEXT, max_size=30)
BLANK = st.sampled_from([b"", b"\n", b"  \n", b"\r\n", b"\n\n\n"])


def jsonl(texts, blanks, end, *, bom, last):
    """The bytes of a file of lines, with blank lines between, of any ends."""
    lines = [json.dumps({"text": text}, ensure_ascii=False).encode() for text in texts]
    out = b"\xef\xbb\xbf" * bom
    for number, line in enumerate(lines):
        out += blanks[number % len(blanks)] + line + end
    return out.removesuffix(end) if last else out


def rows_of(shards):
    return [row for shard in shards for row in ShardReading(shard).rows()]


def write(folder, **contents):
    for name, content in contents.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@settings(max_examples=150)
@given(
    ROWS,
    st.lists(BLANK, min_size=1, max_size=4),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
    st.booleans(),
    st.integers(1, 200),
)
def test_the_shards_of_a_file_of_lines_have_its_lines_once_and_in_order(  # noqa: PLR0917  (of hypothesis)
    texts, blanks, end, bom, last, size
):
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "news.jsonl"
        path.write_bytes(data := jsonl(texts, blanks, end, bom=bom, last=last))
        shards, whole = find_shards([str(path)], size), find_shards([str(path)])
        rows = rows_of(shards)
        assert [row.values["text"] for row in rows] == texts
        assert [row.at for row in rows] == [row.at for row in rows_of(whole)]
        assert [data[row.at :].lstrip(b"\xef\xbb\xbf").startswith(b'{"text"') for row in rows] == [True] * len(texts)
        readings = [ShardReading(shard) for shard in shards]
        assert [len(list(reading.rows())) for reading in readings] == [len(rows_of([shard])) for shard in shards]
        assert [reading.digest for reading in readings] == [digest_of(shard) for shard in shards]
        assert all(shard.end - shard.start <= size for shard in shards)
        assert {shard.file_name for shard in shards} == {"news"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=8), st.integers(1, 4000), st.integers(1, 30), st.booleans())
def test_the_shards_of_a_parquet_file_have_its_rows_once_and_in_order(counts, size, group, dictionary):
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "news.parquet"
        texts = [f"{number}-{place} " * 20 for number, count in enumerate(counts) for place in range(count)]
        table = pa.table({"text": pa.array(texts, pa.string()), "more": [{"a": [1, 2]}] * len(texts)})
        pq.write_table(table, path, row_group_size=group, use_dictionary=dictionary)
        rows = rows_of(find_shards([str(path)], size))
        assert [row.values["text"] for row in rows] == texts
        assert [row.at for row in rows] == list(range(1, len(texts) + 1))


def test_a_line_longer_than_several_shards_is_in_one_of_them_and_the_others_are_empty(tmp_path):
    write(tmp_path, **{"a.jsonl": '{"text":"a"}\n' + json.dumps({"text": "b" * 1000}) + '\n{"text":"c"}\n'})
    shards = find_shards([str(tmp_path)], 100)
    assert [len(rows_of([shard])) for shard in shards] == [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    empty = {digest_of(shard) for shard in shards[1:-1]}
    assert len(empty) == 1


def test_the_search_for_a_line_ends_with_the_shard():
    class Counting(io.BytesIO):
        asked = 0

        def readline(self, size=-1):
            line = super().readline(size)
            self.asked += len(line)
            return line

    stream = Counting(b"x" * 50_000_000)
    shard = Shard("a", Location("/a.jsonl"), 1_000_000, 2_000_000, 50_000_000)
    assert first_line(shard, stream) == shard.end
    assert stream.asked < 3_000_000


def ids(folder, size):
    shards = find_shards([str(folder)], size)
    columns = find_columns(shards, ColumnNames())
    articles = [
        article
        for shard in shards
        for _, article in read_articles(ShardReading(shard).rows(), shard, columns, ArticleOptions())
    ]
    assert all(isinstance(article, ReceivedArticle) for article in articles)
    return [article.id for article in articles]


def test_the_ids_of_articles_without_ids_are_the_same_however_files_are_cut(tmp_path):
    lines = b"".join(json.dumps({"text": f"Text number {number}."}).encode() + b"\n" for number in range(200))
    write(tmp_path, **{"x__news.jsonl": lines, "x-news.jsonl": lines, "x__news.00001.jsonl": lines})
    pq.write_table(pa.table({"text": [f"Row {n}" for n in range(300)]}), tmp_path / "p.parquet", row_group_size=20)
    expected = ids(tmp_path, 1 << 30)
    assert len({*expected}) == len(expected) == 900
    assert "p-000021" in expected
    assert [sorted(ids(tmp_path, size)) for size in (77, 500, 4096)] == [sorted(expected)] * 3


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["b.jsonl", "a.jsonl", "c/a.parquet"], ["a", "b", "c/a"]),
        (["notes.txt", "a.jsonl", ".hidden.jsonl", ".git/b.jsonl"], ["a"]),
        (["A.JSONL.GZ", "b.ndjson.zst"], ["A", "b"]),
        (["year=2024/month=01/part-0.parquet"], ["year=2024/month=01/part-0"]),
        (["新闻 1.jsonl"], ["新闻 1"]),
    ],
)
def test_names_are_those_of_the_files(tmp_path, files, expected):
    write(tmp_path, **dict.fromkeys(files, b""))
    assert [shard.name for shard in find_shards([str(tmp_path)])] == expected


@pytest.mark.parametrize(
    "files",
    [
        ["a.jsonl", "a.parquet"],
        ["a.jsonl", "A.jsonl"],
        ["e\u0301.jsonl", "\u00e9.jsonl"],
        ["x/a.jsonl", "x-a.jsonl"],
        ["a.jsonl", "a.rejects.jsonl"],
        ["a.jsonl", "a.00001.jsonl"],
        ["ledger.jsonl", "recipe.jsonl", "failures.jsonl", "LEDGER.ndjson"],
        ["con.jsonl", "NUL.parquet", "com1.x.jsonl"],
        ["a:b.jsonl", "a?b.jsonl", "a*b.jsonl", "a\nb.jsonl", "a\\b.jsonl", "a|b.jsonl"],
        ["a .jsonl", "a..jsonl", " a.jsonl"],
        ["x" * 200 + "1.jsonl", "x" * 200 + "2.jsonl"],
    ],
    ids=lambda files: files[0][:12],
)
def test_names_are_safe_and_no_two_are_one_on_any_system(tmp_path, files):
    write(tmp_path, **dict.fromkeys(files, b'{"text": "' + b"x" * 300 + b'"}\n'))
    names = [shard.name for shard in find_shards([str(tmp_path)], 50)]
    assert names == [shard.name for shard in find_shards([str(tmp_path)], 50)] == sorted(names)
    outputs = [f"{name}{end}".casefold() for name in names for end in (".jsonl", ".rejects.jsonl")]
    assert len({*outputs}) == len(outputs) >= 2 * len(files)
    assert not {"ledger.jsonl", "recipe.json", "failures.jsonl"} & {*outputs}
    for part in (part for name in names for part in name.split("/")):
        assert not set(part) & set(':?*\n\\|<>"')
        assert not part.startswith((".", " "))
        assert not part.endswith((".", " "))
        assert len(part.encode()) < 150
        assert part.partition(".")[0].casefold() not in {"con", "nul", "com1"}


def test_files_of_several_folders_are_named_from_the_folder_in_which_all_are(tmp_path):
    write(tmp_path, **{"2023__x__a.jsonl": b"", "2024__x__a.jsonl": b""})
    assert [s.name for s in find_shards([str(tmp_path / "2023"), str(tmp_path / "2024")])] == ["2023/x/a", "2024/x/a"]
    assert [s.name for s in find_shards([str(tmp_path / "2023/x"), str(tmp_path / "2023")])] == ["x/a"]
    both = [str(tmp_path / year / "x/a.jsonl") for year in ("2024", "2023")]
    assert [s.name for s in find_shards(both)] == ["2023/x/a", "2024/x/a"]
    assert [s.name for s in find_shards([both[0], both[0]])] == ["a"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jsonl", ["a", "b"]),
        ("?.jsonl", ["a", "b"]),
        ("[b-z].jsonl", ["b"]),
        ("20*/*.jsonl", ["2023/c", "2024/d"]),
        ("20*", ["2023/c", "2024/d", "2024/e/f"]),
        ("**/[df].jsonl", ["2024/d", "2024/e/f"]),
        ("2024/**", ["d", "e/f"]),
        ("2024/*/*.jsonl", ["e/f"]),
    ],
)
@pytest.mark.parametrize("where", ["local", "address"])
def test_patterns(tmp_path, pattern, expected, where):
    files = ["a.jsonl", "b.jsonl", "n.txt", "2023/c.jsonl", "2024/d.jsonl", "2024/e/f.jsonl", "2024/.g.jsonl"]
    root = Location.of(str(tmp_path) if where == "local" else f"memory://{tmp_path.name}")
    for name in files:
        with (root / name).replacing() as stream:
            stream.write(b'{"text": "x"}\n')
    assert [shard.name for shard in find_shards([f"{root.text}/{pattern}"])] == expected


def test_a_name_with_brackets_is_first_itself(tmp_path):
    write(
        tmp_path,
        **{"a[1].jsonl": b"x", "a1.jsonl": b"yy", "d[12]__b.jsonl": b"", "d1__b.jsonl": b"", "d1__c.jsonl": b""},
    )
    assert [shard.size for shard in find_shards([str(tmp_path / "a[1].jsonl")])] == [1]
    assert [shard.size for shard in find_shards([str(tmp_path / "a[1]*.jsonl")])] == [2]
    assert len(find_shards([str(tmp_path / "d[12]" / "*.jsonl")])) == 1
    assert len(find_shards([str(tmp_path / "d[1]" / "*.jsonl")])) == 2


def test_links_are_followed_once(tmp_path):
    write(tmp_path, **{"in__a.jsonl": b"", "in__2024__b.jsonl": b"", "out__c.jsonl": b"", "out__d__e.jsonl": b""})
    folder = tmp_path / "in"
    (folder / "latest").symlink_to(folder / "2024")
    (folder / "loop").symlink_to(folder)
    (folder / "up").symlink_to(tmp_path)
    (folder / "more").symlink_to(tmp_path / "out")
    (folder / "more2").symlink_to(tmp_path / "out" / "d")
    (tmp_path / "out" / "back").symlink_to(folder)
    (folder / "same.jsonl").symlink_to(folder / "a.jsonl")
    (folder / "other.jsonl").symlink_to(tmp_path / "out" / "c.jsonl")
    (folder / "gone.jsonl").symlink_to(tmp_path / "nowhere.jsonl")
    shards = find_shards([str(folder)])
    assert [shard.name for shard in shards] == ["2024/b", "a", "gone", "more/c", "more/d/e", "other"]
    assert [shard.name for shard in shards if shard.fault] == ["gone"]


def test_a_file_that_cannot_be_looked_at_fails_by_itself(tmp_path):
    write(tmp_path, **{"a.jsonl": b'{"text": "x"}\n', "b.parquet": b"PAR1" + b"x" * 500})
    (tmp_path / "c.jsonl").symlink_to("nowhere")
    good, damaged, gone = find_shards([str(tmp_path)], 100)
    assert good.fault is None
    for shard, words in ((damaged, "not a Parquet file"), (gone, "cannot be read: No such file")):
        (error,) = ShardReading(shard).rows()
        assert error.line is None
        assert words in error.message
    with pytest.raises(InputError, match="No such file"):
        digest_of(gone)


@pytest.mark.parametrize("where", ["local", "address"])
def test_the_results_of_a_run_are_no_input(tmp_path, where):
    root = Location.of(str(tmp_path) if where == "local" else f"memory://{tmp_path.name}")
    for name in ("a.jsonl", "out/a.jsonl", "out/ledger.jsonl", "out/recipe.json", "ledger.jsonl"):
        with (root / name).replacing() as stream:
            stream.write(b"{}\n")
    assert [shard.location.name for shard in find_shards([root.text])] == ["a.jsonl", "ledger.jsonl"]
    assert len(find_shards([f"{root.text}/**/*.jsonl"])) == 2
    for text in ("out", "out/*.jsonl", "o*/*.jsonl"):
        with pytest.raises(InputError, match=r"results of a run|matches no \.jsonl"):
            find_shards([f"{root.text}/{text}"])


def test_an_output_in_the_place_of_the_input_is_refused(tmp_path):
    write(tmp_path, **{"in__x__a.jsonl": b"", "in__b__a.jsonl": b""})
    folder = tmp_path / "in"
    (tmp_path / "link").symlink_to(folder)
    shards = find_shards([str(folder / "x"), str(folder / "b")])
    for output in (folder, folder / "x", tmp_path / "link", tmp_path / "link" / "x"):
        with pytest.raises(InputError, match="is a folder of the input"):
            require_apart(shards, Location.of(str(output)))
    require_apart(shards, Location.of(str(tmp_path / "out")))
    require_apart(shards, Location.of(str(folder / "out")))


@pytest.mark.parametrize(
    ("files", "named", "words"),
    [
        ([], "nowhere.jsonl", "there is no such file or folder"),
        (["n.txt"], "n.txt", "not one of .jsonl"),
        (["n.txt"], "", "the folder holds no .jsonl"),
        (["n.txt"], "*", "the pattern matches no .jsonl"),
        (["a.jsonl"], "*.parquet", "the pattern matches no .jsonl"),
    ],
)
def test_what_is_no_input_is_refused(tmp_path, files, named, words):
    write(tmp_path, **dict.fromkeys(files, b""))
    with pytest.raises(InputError, match=words.replace(".", r"\.")):
        find_shards([str(tmp_path / named)])


class Chunk:
    def __init__(self, data, dictionary=None, size=10):
        self.data_page_offset, self.dictionary_page_offset, self.total_compressed_size = data, dictionary, size


class Metadata:
    def __init__(self, *groups):
        self.groups, self.num_row_groups = groups, len(groups)

    def row_group(self, number):
        return type(
            "Group", (), {"num_columns": len(self.groups[number]), "column": lambda _, n: self.groups[number][n]}
        )()


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([[Chunk(4), Chunk(14)], [Chunk(30, 24), Chunk(34)]], [4, 24]),
        ([[Chunk(14), Chunk(4)], [Chunk(34), Chunk(24)]], [4, 24]),
        ([[Chunk(4)], [Chunk(0)]], []),
        ([[Chunk(24)], [Chunk(4)]], []),
        ([[Chunk(4), Chunk(24)], [Chunk(14), Chunk(34)]], []),
        ([[Chunk(4, -1)], [Chunk(14)]], []),
        ([[], []], []),
        ([], []),
    ],
    ids=[
        "dictionary",
        "columns in another order",
        "no offset",
        "backward",
        "between each other",
        "-1",
        "empty",
        "none",
    ],
)
def test_row_groups_that_do_not_follow_one_another_are_not_parted(groups, expected):
    from goldspan.bulk.shards import row_group_starts

    assert row_group_starts(Metadata(*groups)) == expected


@pytest.mark.parametrize(
    "table",
    [pa.table({}), pa.table({"text": pa.array([], pa.string())}), pa.schema([("text", pa.string())]).empty_table()],
)
def test_a_parquet_file_without_rows_or_columns_has_none(tmp_path, table):
    pq.write_table(table, tmp_path / "a.parquet")
    for size in (1, 1 << 20):
        assert rows_of(find_shards([str(tmp_path)], size)) == []


@pytest.mark.parametrize(("text", "size"), [("64MB", 64 << 20), ("2 GiB", 2 << 30), ("1000", 1000), ("1.5k", 1536)])
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "1 XB", "0.1"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(InvalidValueError, match="is no size"):
        parse_size(text)
