"""Adding copies articles byte for byte, lists them, and refuses what would change one."""

import hashlib
import json
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from goldspan import InputError, new_project
from goldspan.articles.ingest import add
from goldspan.cli.add import run
from goldspan.corpus.manifest import ManifestEntry, name_problem, read_manifest, write_manifest

BYTES = b"\xef\xbb\xbfOne\r\n\r\ntwo\xc2\x85three"


@pytest.fixture
def corpus(tmp_path):
    return new_project.create(tmp_path / "project")


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "b.txt").write_bytes(BYTES)
    (folder / "a.txt").write_text("Another one.")
    return folder


def taken_in(corpus, *paths, apply=True):
    return [(a.id, a.status) for a in add(corpus, paths, apply=apply).articles]


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
        ("c .txt", b"Text", "cannot be an id: it begins or ends with a space"),
        ("c\\d.txt", b"Text", "cannot be an id: it holds a slash or a backslash"),
        (".c.txt", b"Text", "cannot be an id: it begins with a dot"),
        ("c..txt", b"Text", "cannot be an id: it begins or ends with a space, or ends with a dot"),
        ("c\x1b[2J.txt", b"Text", "cannot be an id: it holds a character that cannot be printed"),
        ("c\u202e.txt", b"Text", "cannot be an id: it holds a character that cannot be printed"),
        ("c\udcff.txt", b"Text", "cannot be an id: it holds a character that cannot be printed"),
        ("c:d.txt", b"Text", "cannot be an id: it holds :, which Windows does not allow"),
        ("Con.txt", b"Text", "cannot be an id: Windows keeps this name for a device"),
        ("com1.old.txt", b"Text", "cannot be an id: Windows keeps this name for a device"),
        ("c" * 201 + ".txt", b"Text", "cannot be an id: it is longer than 200 bytes"),
        ("A.txt", b"Text", "the project has 'a', which some systems cannot tell from 'A'"),
        ("a.TXT", b"Another one.", "the project has another article a"),
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


def test_names_that_differ_in_how_an_accent_is_written_are_refused(corpus, tmp_path):
    (tmp_path / "caf\u00e9.txt").write_text("One.")
    (tmp_path / "cafe\u0301.txt").write_text("Another.")
    with pytest.raises(InputError, match="which some systems cannot tell from"):
        taken_in(corpus, tmp_path / "caf\u00e9.txt", tmp_path / "cafe\u0301.txt")
    assert not list(corpus.seeds.iterdir())


def test_a_seed_that_no_line_lists_is_not_overwritten_by_another_of_its_name(corpus, inbox):
    (corpus.seeds / "A.TXT").write_text("Somebody's.")
    with pytest.raises(InputError, match=r"the project has 'A\.TXT', which some systems cannot tell from 'a\.txt'"):
        taken_in(corpus, inbox / "a.txt")


def test_an_article_that_was_added_before_a_name_was_refused_stays(corpus, tmp_path):
    (tmp_path / "what?.txt").write_text("One.")
    (corpus.seeds / "what?.txt").write_text("One.")
    digest = hashlib.sha256(b"One.").hexdigest()
    write_manifest(corpus.folder / "manifest.jsonl", [ManifestEntry("what?", "what?.txt", digest)])
    assert taken_in(corpus, tmp_path / "what?.txt") == [("what?", "unchanged")]


@pytest.mark.parametrize("name", ["a", "Reuters 2024-05-01", "Ärger", "新闻", "console", "a.b", "it's (1)", "c" * 200])
def test_names_that_every_system_has_are_taken(name):
    assert name_problem(name) is None


def test_two_that_add_at_once_lose_no_line(corpus, tmp_path):
    """Each of four processes adds articles of its own, one command each."""
    folders = [tmp_path / f"of-{number}" for number in range(4)]
    code = "import sys\nfrom goldspan.cli import main\nfor path in sys.argv[2:]:\n    try:\n        main(['add', path, "
    code += "'--root', sys.argv[1], '--apply'])\n    except SystemExit as end:\n        assert not end.code"
    for folder in folders:
        folder.mkdir()
        for number in range(10):
            (folder / f"{folder.name}-{number}.txt").write_text(f"Text {number} {folder.name}.")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, corpus.root, *sorted(folder.iterdir())], stdout=subprocess.DEVNULL
        )
        for folder in folders
    ]
    assert [process.wait() for process in running] == [0] * 4
    assert len(read_manifest(corpus.folder / "manifest.jsonl")) == 40


def test_two_new_articles_of_one_name_are_refused(corpus, inbox, tmp_path):
    other = tmp_path / "other" / "a.txt"
    other.parent.mkdir()
    other.write_text("A third one.")
    with pytest.raises(InputError, match=f"the id 'a' is that of {inbox / 'a.txt'}, too") as caught:
        taken_in(corpus, inbox, other)
    assert "--id" in caught.value.remedy
    assert not list(corpus.seeds.iterdir())


def test_a_seed_that_was_edited_is_noticed(corpus, inbox):
    taken_in(corpus, inbox)
    (corpus.seeds / "a.txt").write_text("Edited.")
    with pytest.raises(InputError, match="the project has another article a"):
        taken_in(corpus, inbox)


def test_what_is_no_text_file_is_refused(corpus, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(InputError, match=r"a PDF document, not one of \.txt") as caught:
        taken_in(corpus, tmp_path / "a.pdf")
    assert "Save it as plain text" in caught.value.remedy


def test_a_text_that_is_there_under_another_name_is_left_out_by_name(corpus, inbox, tmp_path):
    taken_in(corpus, inbox / "a.txt")
    (tmp_path / "c.txt").write_text("Another one.")
    (tmp_path / "d.txt").write_bytes(BYTES)
    addition = add(corpus, [tmp_path / "c.txt", inbox / "b.txt", tmp_path / "d.txt"], apply=True)
    assert [(row.id, row.reason) for row in addition.left_out] == [
        ("c", "its text is that of the article a"),
        ("d", f"its text is that of {inbox / 'b.txt'}"),
    ]
    assert [entry.id for entry in read_manifest(corpus.folder / "manifest.jsonl")] == ["a", "b"]


def test_a_file_named_twice_is_added_once(corpus, inbox):
    addition = add(corpus, [inbox, inbox / "a.txt"], apply=True)
    assert [row.id for row in addition.articles] == ["a", "b"]
    assert [(row.id, row.reason) for row in addition.left_out] == [("a", f"it is {inbox / 'a.txt'} again")]


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
