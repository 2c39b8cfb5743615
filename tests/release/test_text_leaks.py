"""No words of a text that may not travel stand in a release; nothing else is taken for such words."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import InputError, files
from goldspan.corpus import Corpus
from goldspan.release import release
from goldspan.release.text_leaks import WORDS, find_leaks, word_runs
from helpers.releasable_projects import DATE, allow_texts, state

TOY = Path(__file__).parents[1] / "data" / "toy"
TEXT = "The convoy of Bravo Company left the camp near Novo Selo at dawn, said Lt. Col. Ada Kern; nobody was hurt."
LEAK = "convoy of Bravo Company left the camp near"  # eight words
SHORT = "convoy of Bravo Company left the camp"
WITHHELD = {"camp": TEXT}
CHINESE = "科索沃部队的巡逻队今天早上离开了北部的营地前往边境地区执行任务。"


def found(folder, withheld=WITHHELD, allowed=()):
    return [(leak.file, leak.place, leak.article, leak.word) for leak in find_leaks(folder, withheld, allowed)]


@pytest.mark.parametrize(
    "name", ["README.md", "CHANGELOG.md", "CITATION.cff", "SHA256SUMS", ".zenodo.json", "deep/a.txt"]
)
def test_words_in_a_file_of_text_are_found_with_their_line(tmp_path, name):
    files.write(tmp_path / name, f"first: line\nsecond: {LEAK}\n" if name != ".zenodo.json" else f'\n["{LEAK}"]\n')
    assert (name, "line 2", "camp", 2) in found(tmp_path)
    files.write(tmp_path / name, f"first: line\nsecond: {SHORT}\n" if name != ".zenodo.json" else f'\n["{SHORT}"]\n')
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    "content",
    [
        "convoy  of *Bravo*\n> Company left: [the] CAMP (near)",
        "“convoy of” Bravo—Company left the camp near",
        "| convoy | of | Bravo | Company | left | the | camp | near |",
        "<p>convoy of <b>Bravo</b></p>",
        "convoy &#111;f Bravo Comp\\any left the camp near",
        '---\nabstract: "convoy of Br\\u0061vo Company left\\\n  \\ the camp near"\n---\n',
    ],
)
def test_layout_and_escapes_hide_nothing(tmp_path, content):
    files.write(tmp_path / "README.md", content)
    assert bool(found(tmp_path)) == ("<p>" not in content)


@pytest.mark.parametrize(
    "content",
    [
        " ".join(f"<b>{word}</b>" for word in LEAK.split()),
        LEAK.replace(" ", "<br/>"),
        LEAK.replace("Bravo", '<a href="#x"\ntitle="y">Bravo</a>'),
        " ".join(f"[{word}](page.md)" for word in LEAK.split()),
        " ".join(f'[{word}](<page.md> "a title")' for word in LEAK.split()),
        " ".join(f"[{word}][of]" for word in LEAK.split()),
        "url: https://example.org/" + LEAK.replace(" ", "%20"),
    ],
)
@pytest.mark.parametrize("name", ["README.md", "CITATION.cff", ".zenodo.json"])
def test_words_between_marks_that_a_reader_does_not_see_are_found(tmp_path, name, content):
    files.write(tmp_path / name, json.dumps({"a": content}) if name == ".zenodo.json" else f"first:\n- '{content}'\n")
    assert found(tmp_path)
    files.write(tmp_path / name, json.dumps({"a": content}).replace("near", "far"))
    assert found(tmp_path) == []


def test_values_of_json_are_read_as_they_are_meant(tmp_path):
    files.write(
        tmp_path / "croissant.json", json.dumps({"a": [1, {"b": f"Bravo\nCompany {LEAK}".replace("l", "\u006c")}]})
    )
    text = (tmp_path / "croissant.json").read_text().replace("of Bravo", "\\u006ff Bravo")
    files.write(tmp_path / "croissant.json", text)
    assert found(tmp_path) == [("croissant.json", "a[1].b", "camp", 2)]
    files.write(tmp_path / "croissant.json", json.dumps({LEAK: 1}))
    assert found(tmp_path)


def write_table(path, values, kind, metadata=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = pa.schema([pa.field("n", pa.int32()), pa.field("x", kind)], metadata=metadata)
    pq.write_table(pa.table([[*range(len(values))], values], schema=schema), path)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.string(), LEAK),
        (pa.large_string(), LEAK),
        (pa.binary(), LEAK.encode()),
        (pa.list_(pa.string()), LEAK.split()),
        (pa.list_(pa.list_(pa.string())), [[], LEAK.split()]),
        (pa.struct([("surface", pa.string())]), {"surface": LEAK}),
        (pa.list_(pa.struct([("label", pa.int64()), ("surface", pa.string())])), [{"label": 1, "surface": LEAK}]),
        (pa.list_(pa.struct([("words", pa.list_(pa.string()))])), [{"words": ["x"]}, {"words": LEAK.split()}]),
        (pa.dictionary(pa.int32(), pa.string()), LEAK),
        (pa.map_(pa.string(), pa.string()), [("a", LEAK)]),
    ],
)
def test_words_in_any_column_of_a_table_are_found_with_their_row(tmp_path, kind, value):
    write_table(tmp_path / "votes" / "train.parquet", [None, value], kind)
    assert found(tmp_path) == [("votes/train.parquet", "row 2, column x", "camp", 2)]


def test_words_in_what_a_schema_states_are_found(tmp_path):
    write_table(tmp_path / "gold" / "train.parquet", ["a"], pa.string(), metadata={"note": LEAK})
    assert found(tmp_path) == [("gold/train.parquet", "schema", "camp", 2)]


def test_the_surfaces_of_several_spans_are_no_run_of_words(tmp_path):
    spans = [{"surface": word} for word in LEAK.split()]
    write_table(tmp_path / "gold" / "train.parquet", [spans], pa.list_(pa.struct([("surface", pa.string())])))
    assert found(tmp_path) == []


def test_scripts_without_spaces_have_longer_runs(tmp_path):
    files.write(tmp_path / "README.md", CHINESE[3 : 3 + 2 * WORDS])
    assert [leak[2] for leak in found(tmp_path, {"zh": CHINESE})] == ["zh"]
    files.write(tmp_path / "README.md", CHINESE[3 : 2 + 2 * WORDS])
    assert found(tmp_path, {"zh": CHINESE}) == []


def test_numbers_alone_are_no_words(tmp_path):
    numbers = " ".join(map(str, range(40)))
    files.write(tmp_path / "release.json", json.dumps([*range(40)]))
    assert found(tmp_path, {"table": numbers}) == []


def test_what_may_stand_there_anyway_is_no_leak(tmp_path):
    files.write(tmp_path / "README.md", f"Title: {TEXT}")
    assert found(tmp_path, allowed=[TEXT]) == []
    assert found(tmp_path, allowed=[LEAK])


@given(st.lists(st.sampled_from(["a", "b", "c", "12", "軍", "-"]), max_size=40), st.data())
def test_runs_are_those_of_a_search_word_by_word(words, data):
    text = " ".join(words)
    part = data.draw(st.integers(0, len(words)))
    end = data.draw(st.integers(part, len(words)))
    weight = {"a": 2, "b": 2, "c": 2, "軍": 1}
    keys = {run.key for run in word_runs(text)}
    inside = [run.key for run in word_runs(" ".join(words[part:end]))]
    assert keys.issuperset(inside)
    assert bool(inside) == (sum(weight.get(word, 0) for word in words[part:end]) >= 2 * WORDS)


def test_a_release_with_such_words_is_refused_and_the_old_one_stays(toy, tmp_path):
    state(toy)
    release(Corpus(toy.root), "1.0", tmp_path / "out", date=DATE)
    before = (tmp_path / "out" / "README.md").read_text("utf-8")
    quoted = " ".join(Corpus(toy.root).source(toy.entries[1]).split()[3:14])
    files.write(toy.folder / "README.md", f"# Ships\n\nSuch as: {quoted}\n")
    words = r"(?s)line \d+: holds 8 or more words of the text of 'storm', from its word 4 on.* more such places.*redis"
    with pytest.raises(InputError, match=words):
        release(Corpus(toy.root), "1.0", tmp_path / "out", date=DATE)
    assert (tmp_path / "out" / "README.md").read_text("utf-8") == before


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """A release with one text and two articles stand-off."""
    folder = tmp_path_factory.mktemp("leaks")
    shutil.copytree(TOY, folder / "toy")
    corpus = allow_texts(state(Corpus(folder / "toy")), "storm")
    release(corpus, "1.0", folder / "out", date=DATE)
    return folder / "out"


def planted(value, kind):
    """A value of a column with the words in the place of each of its strings."""
    if isinstance(value, dict):
        return {key: planted(inner, kind.field(key).type) for key, inner in value.items()}
    if isinstance(value, list) and pa.types.is_string(kind.value_type):
        return LEAK.split()
    if isinstance(value, list):
        return [planted(inner, kind.value_type) for inner in value]
    return LEAK if pa.types.is_string(kind) else value


def test_words_in_each_file_and_each_column_of_a_release_are_found(out, tmp_path):
    assert found(out) == []
    for number, path in enumerate(path for path in out.rglob("*") if path.is_file()):
        name, folder = path.relative_to(out).as_posix(), tmp_path / str(number)  # of this file alone, to be quick
        (folder / name).parent.mkdir(parents=True)
        if path.suffix != ".parquet":
            text = path.read_text("utf-8")
            value = json.dumps(json.loads(text) | {"note": LEAK}) if path.suffix == ".json" else f"{text}\n# {LEAK}\n"
            (folder / name).write_text(value, "utf-8")
            assert {leak[0] for leak in found(folder)} == {name}
            continue
        table = pq.read_table(path)
        rows = table.to_pylist()
        for field in table.schema:
            changed = [row | {field.name: planted(row[field.name], field.type)} for row in rows]
            if changed != rows:
                pq.write_table(pa.Table.from_pylist(changed, schema=table.schema), folder / name)
                places = {(leak[0], leak[1].partition(", ")[2]) for leak in found(folder)}
                assert places == {(name, f"column {field.name}")}
