"""Adding copies articles byte for byte, lists them, and refuses what would change one."""

import hashlib
import json

import pytest
import typer
from typer.testing import CliRunner

from goldspan import InputError
from goldspan.articles.ingest import add
from goldspan.cli.add import run
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import ManifestEntry, read_manifest, write_manifest

BYTES = b"\xef\xbb\xbfOne\r\n\r\ntwo\xc2\x85three"


@pytest.fixture
def corpus(tmp_path):
    return Corpus.create(tmp_path / "project")


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "b.txt").write_bytes(BYTES)
    (folder / "a.txt").write_text("Another one.")
    return folder


def taken_in(corpus, *paths, apply=True):
    return [(a.id, a.status) for a in add(paths, corpus.seeds, corpus.folder / "manifest.jsonl", apply=apply)]


def state(corpus):
    """Every file of the project with its bytes."""
    return {path: path.read_bytes() for path in corpus.root.rglob("*") if path.is_file()}


def test_new_articles_are_copied_byte_for_byte_and_listed(corpus, inbox):
    assert taken_in(corpus, inbox) == [("a", "new"), ("b", "new")]
    assert (corpus.seeds / "b.txt").read_bytes() == BYTES
    entries = read_manifest(corpus.folder / "manifest.jsonl")
    assert entries[1] == ManifestEntry("b", "b.txt", hashlib.sha256(BYTES).hexdigest())
    assert [entry.id for entry in entries] == ["a", "b"]


def test_a_plan_writes_nothing(corpus, inbox):
    before = state(corpus)
    assert taken_in(corpus, inbox, apply=False) == [("a", "new"), ("b", "new")]
    assert state(corpus) == before


def test_to_add_again_changes_nothing(corpus, inbox):
    taken_in(corpus, inbox)
    before = state(corpus)
    assert taken_in(corpus, inbox) == [("a", "unchanged"), ("b", "unchanged")]
    assert state(corpus) == before


def test_what_people_filled_in_stays(corpus, inbox):
    taken_in(corpus, inbox / "a.txt")
    listed = corpus.folder / "manifest.jsonl"
    entry = ManifestEntry("a", "a.txt", read_manifest(listed)[0].sha256, title="Another one", licence="CC0-1.0")
    write_manifest(listed, [entry])
    taken_in(corpus, inbox)
    assert read_manifest(listed)[0] == entry


@pytest.mark.parametrize("missing", ["seeds/a.txt", "corpus/manifest.jsonl"])
def test_what_a_crash_left_undone_is_done(corpus, inbox, missing):
    taken_in(corpus, inbox)
    before = state(corpus)
    path = corpus.root / missing
    path.write_text("") if path.suffix == ".jsonl" else path.unlink()
    assert ("a", "new") in taken_in(corpus, inbox)
    assert state(corpus) == before


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.txt", b"Another one, edited.", "the project has another article a"),
        ("c.txt", b"caf\xe9", "byte 0xe9 at byte 3"),
        ("c.txt", b"one\0", "NUL byte at byte 3"),
        ("c.txt", b" \n", "empty"),
        ("c.txt", b"Another one.", "the project has this text already, as a"),
        ("c .txt", b"Text", "cannot be an id"),
        ("c\\d.txt", b"Text", "cannot be an id"),
    ],
)
def test_one_bad_article_keeps_all_out(corpus, inbox, name, data, words):
    taken_in(corpus, inbox / "a.txt")
    before = state(corpus)
    bad = inbox.parent / "bad" / name
    bad.parent.mkdir()
    bad.write_bytes(data)
    with pytest.raises(InputError, match=words) as caught:
        taken_in(corpus, inbox / "b.txt", bad)
    assert caught.value.file == bad
    assert caught.value.remedy
    assert state(corpus) == before


def test_two_new_articles_of_one_name_are_refused(corpus, inbox, tmp_path):
    other = tmp_path / "other" / "a.txt"
    other.parent.mkdir()
    other.write_text("A third one.")
    with pytest.raises(InputError, match="the project has another article a"):
        taken_in(corpus, inbox, other)
    assert not list(corpus.seeds.iterdir())


def test_a_seed_that_was_edited_is_noticed(corpus, inbox):
    taken_in(corpus, inbox)
    (corpus.seeds / "a.txt").write_text("Edited.")
    with pytest.raises(InputError, match="the project has another article a"):
        taken_in(corpus, inbox)


def test_what_is_no_text_file_is_refused(corpus, tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"text": "One"}')
    with pytest.raises(InputError, match=r"not one of \.txt"):
        taken_in(corpus, tmp_path / "rows.jsonl")


@pytest.fixture
def goldspan():
    app = typer.Typer()
    app.command("add")(run)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_command_shows_the_plan_and_applies_it(goldspan, corpus, inbox, tmp_path):
    report = tmp_path / "report.json"
    shown = goldspan(inbox, "--root", corpus.root, "--json", report)
    assert shown.exit_code == 0
    assert "2 new, 0 unchanged\nNothing was written: this is the plan." in shown.stdout
    assert json.loads(report.read_text())["applied"] is False
    assert not list(corpus.seeds.iterdir())
    done = goldspan(inbox, "--root", corpus.root, "--apply", "--json", report)
    assert "2 new, 0 unchanged\n" in done.stdout
    assert [row["id"] for row in json.loads(report.read_text())["articles"]] == ["a", "b"]
    assert sorted(path.name for path in corpus.seeds.iterdir()) == ["a.txt", "b.txt"]
    assert "0 new, 2 unchanged\n" in goldspan(inbox, "--root", corpus.root).stdout
