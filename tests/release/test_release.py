"""A release is one folder, deterministic, with every split and configuration that has rows."""

import filecmp
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel, load_dataset

from goldspan import InputError, Span, files
from goldspan.annotation import NOT_ANNOTATED
from goldspan.corpus import Corpus
from goldspan.corpus.withdrawals import Withdrawal, content
from goldspan.errors import InvalidValueError, NotFoundError
from goldspan.export import export
from goldspan.formats import gold
from goldspan.release import NotReadyError, release
from goldspan.release.checksums import read_checksums, verify_checksums
from goldspan.release.description import read_description
from goldspan.release.standoff_tables import read_standoff, read_standoff_passes
from goldspan.release.text_leaks import find_leaks
from helpers.releasable_projects import DATE, allow_texts, file_names, in_language, state

TOY = Path(__file__).parents[1] / "data" / "toy"
PAPERS = ("README.md", "CHANGELOG.md", "CITATION.cff", ".zenodo.json", "release.json", "SHA256SUMS")


@pytest.fixture
def stated(toy):
    return state(toy)


@pytest.fixture
def mixed(stated):
    """One article with its text, two stand-off."""
    return allow_texts(stated, "storm")


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """The same, released once: the project and the folder, which no test changes."""
    folder = tmp_path_factory.mktemp("once")
    shutil.copytree(TOY, folder / "toy")
    corpus = allow_texts(state(Corpus(folder / "toy")), "storm")
    released(corpus, folder / "out")
    return corpus, folder / "out"


@pytest.fixture
def copy(once, tmp_path):
    """A copy of that folder, to be changed."""
    return shutil.copytree(once[1], tmp_path / "copy")


def released(corpus, folder, **options):
    return release(corpus, "1.0", folder, date=DATE, **options)


def table(folder, config, split):
    return pq.read_table(folder / config / f"{split}.parquet").to_pylist()


def require_same(one, two):
    names = file_names(one)
    assert file_names(two) == names
    assert filecmp.cmpfiles(one, two, names, shallow=False) == (names, [], [])


def test_two_releases_are_byte_identical(mixed, once, tmp_path):
    released(mixed, tmp_path / "deep" / "two")
    require_same(once[1], tmp_path / "deep" / "two")
    assert {*PAPERS} <= {*file_names(once[1])}
    assert not list(verify_checksums(once[1]))


@pytest.mark.slow
def test_neither_time_zone_nor_locale_nor_hashing_matters(mixed, once, tmp_path):
    """Another process releases a copy of the project."""
    code = f"""
import sys
from pathlib import Path
from goldspan.corpus import Corpus
from goldspan.release import release
release(Corpus(Path(sys.argv[1])), "1.0", Path(sys.argv[2]), date={DATE!r})
"""
    environment = os.environ | {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", code, mixed.root, tmp_path / "two"], check=True, env=environment)
    require_same(once[1], tmp_path / "two")
    places = [str(folder).encode() for folder in (once[0].root.parent, tmp_path)]
    for name in file_names(once[1]):
        data = (once[1] / name).read_bytes()
        assert not [place for place in places if place in data]


def test_a_split_or_configuration_without_rows_is_not_there(mixed, tmp_path):
    configs = released(mixed, tmp_path / "out").json()["configs"]
    assert {name: [*splits] for name, splits in configs.items()} == {
        "gold": ["validation"],
        "passes": ["validation"],
        "votes": ["train", "validation", "test"],
        "standoff": ["train", "validation", "test"],
        "standoff_passes": ["train", "validation", "test"],
    }
    tables = [name for name in file_names(tmp_path / "out") if name.endswith(".parquet")]
    assert tables == sorted(f"{config}/{split}.parquet" for config, splits in configs.items() for split in splits)


@pytest.mark.parametrize("articles", [(), ("storm",), ("harbour", "storm", "strike")])
def test_load_dataset_opens_every_configuration(stated, tmp_path, articles):
    result = released(allow_texts(stated, *articles), tmp_path / "out")
    assert (result.texts, result.standoff) == (len(articles), 3 - len(articles))
    for config, splits in result.description.configs.items():
        loaded = load_dataset(str(tmp_path / "out"), config, cache_dir=str(tmp_path / "cache"))
        assert {name: split.num_rows for name, split in loaded.items()} == {n: size.rows for n, size in splits.items()}
    votes = load_dataset(str(tmp_path / "out"), "votes", split="train", cache_dir=str(tmp_path / "cache"))
    assert votes.features["label"] == ClassLabel(names=["SHIP", "PORT", "CREW"])


def test_gold_and_passes_are_those_of_an_export(stated, tmp_path):
    corpus = allow_texts(stated, "harbour", "storm", "strike")
    released(corpus, tmp_path / "out")
    export(corpus, tmp_path / "export")
    names = [name for name in file_names(tmp_path / "export") if name.endswith(".parquet")]
    assert filecmp.cmpfiles(tmp_path / "out", tmp_path / "export", names, shallow=False) == (names, [], [])


def test_what_is_written_is_read_back(once):
    mixed, out = once
    description = read_description(out)
    assert description.scheme.labels == mixed.scheme.labels
    assert description.scheme.stated_language == mixed.scheme.stated_language
    assert {one.id: one.may_travel for one in description.articles} == {
        "harbour": False,
        "storm": True,
        "strike": False,
    }
    examples = {example.id: example for example in mixed.gold_examples()}
    rows = [
        row
        for split in description.splits
        for row in read_standoff(out / "standoff" / f"{split}.parquet", description.scheme)
    ]
    assert [row.example.id for row in rows] == [*examples]
    for row in rows:
        example = examples[row.example.id]
        assert [one.span for one in row.example.spans] == [*example.spans]
        assert (row.example.at, row.example.length, row.fold) == (example.at, len(example.text), row.fold)
        shown = [example.surface(span) if row.article == "storm" else None for span in example.spans]
        assert [*row.surfaces] == shown
    passes = list(read_standoff_passes(out / "standoff_passes" / "validation.parquet", description.scheme))
    marked = {(name, one.id): one for name in ("ann", "bob") for one in mixed.confirmed_examples(name, ["storm"])}
    assert {(row.annotator, row.example.id): [one.span for one in row.example.spans] for row in passes} == {
        key: [*example.spans] for key, example in marked.items()
    }
    digests = {row.example.id: (row.example.sha256, row.example.tokens) for row in rows}
    assert all(digests[row.example.id] == (row.example.sha256, row.example.tokens) for row in passes)
    assert not any(row.example.windows for row in passes)


def test_no_word_of_a_text_that_may_not_travel_is_in_any_table(project, tmp_path, monkeypatch):
    """The corpus of this repository: all its texts are their publishers'."""
    monkeypatch.setenv("GOLDSPAN_RELEASE_AUTHORS", '[{ name = "Nobody" }]')
    monkeypatch.setenv("GOLDSPAN_RELEASE_LICENCE", "CC-BY-4.0")
    result = released(Corpus(project.root), tmp_path / "out", is_checked=True)
    assert result.texts == 0
    assert [*result.description.configs] == ["votes", "standoff", "standoff_passes"]
    assert all(
        row["surface"] is None for split in result.description.splits for row in table(tmp_path / "out", "votes", split)
    )
    texts = {entry.id: project.source(entry) for entry in project.entries}
    stated = [entry.title for entry in project.entries if entry.title]
    assert not list(find_leaks(tmp_path / "out", texts, stated))


def test_examples_that_nobody_annotated_as_a_whole_are_left_out_and_counted(mixed, tmp_path):
    for article, parts in (("storm", "skipped"), ("harbour", [[0, 3]])):
        path = mixed.gold / f"{article}.jsonl"
        first, *others = path.read_text("utf-8").splitlines()
        row = json.loads(first) | {NOT_ANNOTATED: parts}
        if article == "harbour":
            row["spans"] = []
        files.write(path, "\n".join([json.dumps(row, ensure_ascii=False), *others]) + "\n")
    result = released(Corpus(mixed.root), tmp_path / "out", is_checked=True)
    assert result.left_out.total() == 2
    sizes = result.json()["configs"]
    assert sizes["gold"]["validation"]["rows"] == sizes["standoff"]["validation"]["rows"] == 2
    votes = table(tmp_path / "out", "votes", "validation")
    assert {row["gold"] for row in votes if row["id"] == "storm.p01"} == {None}
    assert {row["gold"] for row in votes if row["id"] != "storm.p01"} <= {True, False}
    passes = table(tmp_path / "out", "standoff_passes", "validation")
    assert {row["id"] for row in passes} == {"storm.p01", "storm.p02", "storm.p03"}


def test_articles_without_split_or_gold_are_not_in_it(mixed, tmp_path):
    files.write(mixed.split_file("test"), "")
    (mixed.gold / "harbour.jsonl").unlink()
    result = released(Corpus(mixed.root), tmp_path / "out", is_checked=True)
    assert [one.id for one in result.description.articles] == ["storm"]
    assert result.without_gold == ("harbour",)
    assert {split for splits in result.description.configs.values() for split in splits} == {"validation"}


def test_an_annotator_who_read_nothing_has_no_voice(mixed, tmp_path):
    for path in (mixed.passes / "ann").iterdir():
        lines = [json.loads(line) | {"confirmed": False} for line in path.read_text("utf-8").splitlines()]
        files.write(mixed.passes / "cy" / path.name, "".join(f"{files.dumps(line)}\n" for line in lines))
    released(Corpus(mixed.root), tmp_path / "out")
    votes = table(tmp_path / "out", "votes", "validation")
    assert {row["read"] for row in votes} == {2}
    assert not any("cy" in row["marked_by"] for row in votes)


def test_a_project_without_passes_has_votes_of_gold_alone(tmp_path):
    corpus = in_language("fr", tmp_path)
    result = released(corpus, tmp_path / "out")
    assert [*result.description.configs] == ["votes", "standoff"]
    rows = [row for split in result.description.splits for row in table(tmp_path / "out", "votes", split)]
    assert {(row["marked"], row["read"], row["gold"]) for row in rows} == {(0, 0, True)}


@pytest.mark.parametrize("code", ["ar", "zh"])
def test_other_languages(tmp_path, code):
    corpus = in_language(code, tmp_path)
    corpus = allow_texts(corpus, corpus.entries[0].id)
    released(corpus, tmp_path / "out")
    description = read_description(tmp_path / "out")
    assert description.language == corpus.scheme.stated_language
    rows = [
        row
        for split in description.splits
        for row in read_standoff(tmp_path / "out" / "standoff" / f"{split}.parquet", description.scheme)
    ]
    assert [[one.span for one in row.example.spans] for row in rows] == [
        [*example.spans] for ids in corpus.splits().values() for example in corpus.gold_examples(ids)
    ]


def test_labels_of_any_name(mixed, tmp_path):
    names = {"SHIP": "Schiff / Boot", "PORT": "港口", "CREW": 'B-"O"'}
    scheme = mixed.scheme_file.read_text("utf-8")
    for old, new in names.items():
        scheme = scheme.replace(f'name = "{old}"', f"name = '{new}'")
        for path in mixed.folder.rglob("*.jsonl"):
            text = path.read_text("utf-8")
            files.write(path, text.replace(f'"{old}"', json.dumps(new, ensure_ascii=False)))
    files.write(mixed.scheme_file, scheme)
    released(Corpus(mixed.root), tmp_path / "out", is_checked=True)
    loaded = load_dataset(str(tmp_path / "out"), "votes", split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded.features["label"].names == [*names.values()]
    assert read_description(tmp_path / "out").scheme.names == tuple(names.values())


def test_spans_that_overlap_go_out_stand_off(stated, tmp_path):
    path = stated.gold / "storm.jsonl"
    examples = list(stated.gold_examples(["storm"]))
    nested = examples[1].with_spans([*examples[1].spans, Span(12, 38, "CREW")])
    gold.write(path, [examples[0], nested, examples[2]])
    released(Corpus(stated.root), tmp_path / "out", is_checked=True)
    row = next(row for row in table(tmp_path / "out", "standoff", "validation") if row["id"] == "storm.p02")
    assert [(span["start"], span["end"]) for span in row["spans"]] == [(12, 24), (12, 38), (29, 38), (49, 59)]


def test_withdrawn_articles_are_named(mixed, tmp_path):
    one = Withdrawal(article="gone", date="2030-12-31", sha256="0" * 64, requested_by="publisher", reason="letter")
    files.write(mixed.withdrawal_file, content([one]))
    result = released(Corpus(mixed.root), tmp_path / "out")
    assert [(one.article, one.requested_by) for one in result.description.withdrawn] == [("gone", "publisher")]
    assert "letter" not in (tmp_path / "out" / "release.json").read_text("utf-8")


def test_all_that_is_missing_is_named_at_once(toy, tmp_path):
    line = next(iter((toy.gold / "storm.jsonl").read_text("utf-8").splitlines()))
    files.write(toy.gold / "storm.jsonl", line.replace("Storm over", "Storm under") + "\n")
    with pytest.raises(NotReadyError) as caught:
        release(Corpus(toy.root), "1.0", tmp_path / "out")
    assert "authors = [" in str(caught.value)
    assert 'licence = "' in str(caught.value)
    assert "goldspan check" in str(caught.value)
    assert "storm" in str(caught.value)
    assert caught.value.findings
    assert not (tmp_path / "out").exists()


def test_what_is_stated_already_is_not_asked_for(toy, tmp_path):
    files.write(toy.root / "goldspan.toml", '[release]\nlicence = "MIT"\n')
    with pytest.raises(NotReadyError) as caught:
        release(Corpus(toy.root), "1.0", tmp_path / "out", is_checked=True)
    assert "under [release]:" in str(caught.value)
    assert "licence" not in str(caught.value)


def test_a_project_without_gold_or_tokenizer_is_refused(mixed, tmp_path):
    files.write(mixed.scheme_file, 'language = "qq"\n' + mixed.scheme_file.read_text("utf-8"))
    with pytest.raises(NotFoundError, match="qq"):
        released(Corpus(mixed.root), tmp_path / "out", is_checked=True)
    shutil.rmtree(mixed.gold)
    files.write(mixed.scheme_file, mixed.scheme_file.read_text("utf-8").removeprefix('language = "qq"\n'))
    with pytest.raises(InputError, match="no article of the splits has gold"):
        released(Corpus(mixed.root), tmp_path / "out", is_checked=True)


def test_gold_that_nobody_annotated_as_a_whole_is_no_release(mixed, tmp_path):
    for path in mixed.gold.iterdir():
        rows = [json.loads(line) | {NOT_ANNOTATED: "skipped"} for line in path.read_text("utf-8").splitlines()]
        files.write(path, "".join(f"{files.dumps(row)}\n" for row in rows))
    with pytest.raises(InputError, match="no example of gold was annotated as a whole"):
        released(Corpus(mixed.root), tmp_path / "out", is_checked=True)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_files_is_left_alone(mixed, tmp_path):
    released(mixed, tmp_path / "out")
    released(mixed, tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"no release has written: notes\.txt"):
        released(mixed, tmp_path / "out")
    export(mixed, tmp_path / "export")
    with pytest.raises(InputError, match="no release has written"):
        released(mixed, tmp_path / "export")
    files.write(tmp_path / "file", "mine")
    with pytest.raises(InputError, match="is a file, not a folder"):
        released(mixed, tmp_path / "file")


def test_a_release_that_fails_leaves_the_old_folder(mixed, tmp_path, monkeypatch):
    released(mixed, tmp_path / "out")
    before = {name: (tmp_path / "out" / name).read_bytes() for name in file_names(tmp_path / "out")}

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("goldspan.release.write_checksums", fail)
    with pytest.raises(OSError, match="No space"):
        release(mixed, "1.1", tmp_path / "out", date=DATE, keep=True)
    assert {name: (tmp_path / "out" / name).read_bytes() for name in file_names(tmp_path / "out")} == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert not mixed.releases.exists()


@pytest.mark.parametrize("date", ["2031-1-2", "20310102", "today", "2031-02-30", ""])
def test_what_is_no_date_is_refused(mixed, tmp_path, date):
    with pytest.raises(InvalidValueError, match="is no date"):
        release(mixed, "1.0", tmp_path / "out", date=date, is_checked=True)


def test_the_salt_is_another_for_each_version_and_gold(mixed, once, tmp_path):
    first = read_description(once[1]).fingerprints.salt
    examples = list(mixed.gold_examples(["storm"]))
    gold.write(mixed.gold / "storm.jsonl", [examples[0].with_spans(()), *examples[1:]])
    other = released(Corpus(mixed.root), tmp_path / "out", is_checked=True)
    third = release(once[0], "1.1", tmp_path / "out", date=DATE, is_checked=True)
    assert len({first, other.description.fingerprints.salt, third.description.fingerprints.salt}) == 3


def test_checksums_name_every_file_and_what_differs(copy):
    out = copy
    assert [*read_checksums(out)] == [name for name in file_names(out) if name != "SHA256SUMS"]
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=out, capture_output=True, check=False)
    assert done.returncode == 0
    (out / "README.md").write_text("other")
    (out / "gold" / "validation.parquet").unlink()
    (out / "more.txt").write_text("x")
    (out / ".git").mkdir()
    (out / ".git" / "config").write_text("x")
    assert list(verify_checksums(out)) == [
        "README.md has other bytes than those that were released",
        "gold/validation.parquet is missing",
        "more.txt is not listed in SHA256SUMS",
    ]
    for line in ("0" * 64 + "  ../x", "0" * 64 + "  /x", "0" * 63 + "  x", f"{'0' * 64}  a\n{'0' * 64}  a"):
        files.write(out / "SHA256SUMS", line + "\n")
        with pytest.raises(InputError, match="SHA256SUMS:"):
            list(verify_checksums(out))


BROKEN = [
    ("schema", 1, "Release the version again"),
    ("schema", 3, "Install a newer goldspan"),
    ("version", 1, "'version' is 1"),
    ("more", 1, "unknown key 'more'"),
    ("labels", [], None),
    ("articles", [{"id": "x"}], "'articles'|is missing"),
    ("fingerprints", {"size": 0, "step": 1, "rounds": 1, "salt": "00"}, "windows of 0"),
    ("policy", "none", "'policy'"),
    ("configs", {"../x": {}}, "no plain name"),
]


@pytest.mark.parametrize(("key", "value", "words"), BROKEN)
def test_a_description_that_is_not_valid_is_refused(copy, key, value, words):
    path = copy / "release.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {key: value}))
    if words is None:
        assert read_description(copy).scheme.labels == ()
        return
    with pytest.raises(InputError, match=words):
        read_description(copy)


def test_an_article_that_is_listed_twice_or_elsewhere_is_refused(copy):
    path = copy / "release.json"
    row = json.loads(path.read_text("utf-8"))
    for articles, words in (
        ([*row["articles"], row["articles"][0]], "listed twice"),
        ([row["articles"][0] | {"file": "../x.txt"}], "no plain name"),
        ([row["articles"][0] | {"split": "a/b"}], "no plain name"),
    ):
        path.write_text(json.dumps(row | {"articles": articles}))
        with pytest.raises(InputError, match=words):
            read_description(copy)
    path.unlink()
    with pytest.raises(InputError, match="is no release"):
        read_description(copy)


def test_a_damaged_table_is_refused_with_its_row(copy):
    scheme = read_description(copy).scheme
    path = copy / "standoff" / "validation.parquet"
    whole, read = path.read_bytes(), pq.read_table(path)
    for change in ({"length": 1}, {"at": None}, {"article": "other"}, {"tokens": 0}, {"spans": None}):
        rows = read.to_pylist()
        rows[1] |= change
        pq.write_table(type(read).from_pylist(rows, schema=read.schema), path)
        with pytest.raises(InputError, match=r"storm\.p02: row 2"):
            list(read_standoff(path, scheme))
    path.write_bytes(whole[:-100])
    with pytest.raises(InputError, match="no table that can be read"):
        list(read_standoff(path, scheme))
    with pytest.raises(InputError, match="other columns"):
        list(read_standoff(copy / "votes" / "validation.parquet", scheme))
    path.write_bytes(whole)
    other = type(scheme)(scheme.version, scheme.labels[::-1])
    with pytest.raises(InputError, match="other labels"):
        list(read_standoff(path, other))
