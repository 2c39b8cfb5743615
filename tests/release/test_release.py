"""A release is one folder, deterministic, with every split and configuration that has rows."""

import filecmp
import shutil

import pytest
from datasets import load_dataset

from goldspan import InputError, files
from goldspan.corpus import Corpus
from goldspan.release import NotReadyError, release
from goldspan.release.checksums import verify_checksums
from goldspan.release.description import read_description
from goldspan.release.standoff_tables import read_standoff, read_standoff_passes
from goldspan.release.votes import read_votes

STATED = '[release]\nlicence = "CC-BY-4.0"\nauthors = [{ family = "Jansen", given = "Ann" }]\n'
DATE = "2031-01-02"


def allow_texts(corpus, *articles):
    """The project whose manifest lets the texts of these articles travel."""
    path = corpus.folder / "manifest.jsonl"
    lines = []
    for line in path.read_text("utf-8").splitlines():
        free = any(f'"id": "{article}"' in line for article in articles)
        lines.append(line.removesuffix("}") + ', "redistribution": "text"}' if free else line)
    files.write(path, "\n".join(lines) + "\n")
    return Corpus(corpus.root)


@pytest.fixture
def stated(toy):
    files.write(toy.root / "goldspan.toml", STATED)
    return Corpus(toy.root)


@pytest.fixture
def mixed(stated):
    """One article with its text, two stand-off."""
    return allow_texts(stated, "storm")


def file_names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_two_releases_are_byte_identical(mixed, tmp_path):
    for name in ("one", "two"):
        release(mixed, "1.0", tmp_path / name, date=DATE)
    names = file_names(tmp_path / "one")
    assert filecmp.cmpfiles(tmp_path / "one", tmp_path / "two", names, shallow=False) == (names, [], [])
    assert not list(verify_checksums(tmp_path / "one"))


def test_a_split_without_rows_is_not_there(mixed, tmp_path):
    result = release(mixed, "1.0", tmp_path / "out", date=DATE)
    configs = result.json()["configs"]
    assert {name: [*splits] for name, splits in configs.items()} == {
        "gold": ["validation"],
        "passes": ["validation"],
        "votes": ["train", "validation", "test"],
        "standoff": ["train", "validation", "test"],
        "standoff_passes": ["train", "validation", "test"],
    }
    tables = [name for name in file_names(tmp_path / "out") if name.endswith(".parquet")]
    assert tables == sorted(f"{config}/{split}.parquet" for config, splits in configs.items() for split in splits)


def test_load_dataset_opens_every_configuration(mixed, tmp_path):
    result = release(mixed, "1.0", tmp_path / "out", date=DATE)
    for config, splits in result.description.configs.items():
        loaded = load_dataset(str(tmp_path / "out"), config, cache_dir=str(tmp_path / "cache"))
        assert {name: split.num_rows for name, split in loaded.items()} == {
            name: size.rows for name, size in splits.items()
        }


def test_what_is_written_is_read_back(mixed, tmp_path):
    release(mixed, "1.0", tmp_path / "out", date=DATE)
    description = read_description(tmp_path / "out")
    assert description.scheme.names == mixed.scheme.names
    gold = {example.id: example for example in mixed.gold_examples()}
    rows = [row for split in description.splits for row in read_standoff(
        tmp_path / "out" / "standoff" / f"{split}.parquet", description.scheme)]  # fmt: skip
    assert {row.example.id for row in rows} == gold.keys()
    for row in rows:
        example = gold[row.example.id]
        assert [one.span for one in row.example.spans] == [*example.spans]
        assert (row.example.at, row.example.length) == (example.at, len(example.text))
        assert set(row.surfaces) <= ({example.surface(s) for s in example.spans} if row.article == "storm" else {None})
    passes = list(read_standoff_passes(tmp_path / "out" / "standoff_passes" / "train.parquet", description.scheme))
    assert {row.annotator for row in passes} == {"ann", "bob"}
    votes = list(read_votes(tmp_path / "out" / "votes" / "validation.parquet", description.scheme))
    assert all(one.marked <= one.read == 2 for one in votes)


def test_all_that_is_missing_is_named_at_once(toy, tmp_path):
    with pytest.raises(NotReadyError) as caught:
        release(toy, "1.0", tmp_path / "out")
    assert "authors = [" in str(caught.value)
    assert 'licence = "' in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_files_is_left_alone(mixed, tmp_path):
    release(mixed, "1.0", tmp_path / "out", date=DATE)
    release(mixed, "1.0", tmp_path / "out", date=DATE)
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"no release has written: notes\.txt"):
        release(mixed, "1.0", tmp_path / "out", date=DATE)
    shutil.rmtree(tmp_path / "out")
    files.write(tmp_path / "out" / "README.md", "mine")
    with pytest.raises(InputError, match=r"no release has written: README\.md"):
        release(mixed, "1.0", tmp_path / "out", date=DATE)
