"""A backup of a home and a home of a backup: what is in it, what is refused, what an interruption leaves.

No Doccano runs here: `tests/doccano/live/test_backup.py` has the real one.
"""

import errno
import json
import os
import resource
import shutil
import signal
import sqlite3
import stat
import threading
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.doccano.backup import archive, backup, restore
from goldspan.doccano.backup.archive import BackupManifest, opened_archive, read_manifest
from goldspan.doccano.backup.contents import TOGETHER, ProjectReading, ServerContents, compare, compare_projects
from goldspan.doccano.backup.stored_contents import stored_contents
from goldspan.doccano.server import install
from goldspan.doccano.server.environment import ServerEnvironment
from goldspan.doccano.server.home import NO_PORT, find_home, read_state
from goldspan.errors import GoldspanError, InputError, InvalidValueError, NotFoundError
from helpers.doccano_database import change, make_home
from helpers.killed_commands import kill_at

CALLS = ("open", "replace", "link", "fsync", "mkdir", "unlink", "chmod", "rename")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """An environment with the tables of the small database, and a backup of it."""
    folder = tmp_path_factory.mktemp("built")
    home = make_home(folder / "home")
    backup.make_backup(folder / "a.backup", home.folder)
    (folder / "template").mkdir()
    shutil.copyfile(home.database, folder / "template" / "db.sqlite3")
    return folder


@pytest.fixture(autouse=True)
def environment(built, monkeypatch):
    """That environment; none is built."""
    made = ServerEnvironment(built)
    monkeypatch.setattr(install, "ensure_environment", lambda _: made)
    monkeypatch.delenv("DOCCANO_URL", raising=False)
    return made


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home")


@pytest.fixture
def file(tmp_path, home):
    made = tmp_path / "backups" / "a.backup"
    backup.make_backup(made, home.folder)
    return made


def refusal(act, *arguments, error=GoldspanError, **options):
    with pytest.raises(error) as caught:
        act(*arguments, **options)
    print(f"\n{caught.value}")
    return str(caught.value)


# What is in it


def test_a_backup_states_what_each_project_holds(file, home):
    manifest = read_manifest(file)
    kfor, together, mails = manifest.contents.projects
    assert (kfor.key, kfor.kind, kfor.examples, kfor.comments) == ("k3f9a1c2e4d5a", "independent", 2, 2)
    assert kfor.members == {"admin": "project_admin", "anna": "annotator"}
    assert (kfor.spans, kfor.confirmed) == ({"UNIT": 3}, {"anna": 1, "ben": 1})  # ben is no member any more
    assert {name: (work.spans, work.confirmed) for name, work in kfor.work.items()} == {"admin": (0, 0), "anna": (2, 1)}
    assert {name: (work.spans, work.confirmed) for name, work in together.work.items()} == {TOGETHER: (1, 1)}
    assert mails.kind == "DocumentClassification"
    assert manifest.contents.users == ["admin", "anna", "ben"]
    assert (manifest.doccano, manifest.server) == ("1.8.4", read_state(home).url)
    assert [each.name for each in manifest.files] == ["db.sqlite3", "secret_key", "state.json", "media/a/b.jsonl"]


def test_a_backup_is_for_its_owner_alone_and_holds_the_same_bytes_for_the_same_moment(file, home, monkeypatch):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    monkeypatch.setattr(backup, "_now", lambda: "2026-05-12T10:00:00+00:00")
    one, two = (backup.make_backup(file.with_name(name), home.folder).file for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert sorted(path.name for path in file.parent.iterdir()) == ["a.backup", "one", "two"]


def test_no_secret_is_printed(home, goldspan, tmp_path, capsys):
    assert goldspan("doccano", "backup", tmp_path / "b", "--home", home.folder, "--json", tmp_path / "report") == 0
    printed = "".join(capsys.readouterr()) + (tmp_path / "report").read_text()
    assert "keep it as safe as the server" in printed
    for secret in (read_state(home).password, home.secret.read_text(), "annas hash"):
        assert secret not in printed


def test_a_copy_is_of_one_moment_while_others_write(home, tmp_path):
    """Each transaction adds one example and one comment: a copy has as many of both."""
    ended = threading.Event()

    def write():
        with closing(sqlite3.connect(home.database, timeout=30)) as connection:
            while not ended.is_set():
                for _ in range(50):
                    connection.execute("INSERT INTO examples_example (text, meta, project_id) VALUES ('x', '{}', 1)")
                    connection.execute("INSERT INTO examples_comment (text, user_id, example_id) VALUES ('x', 2, 1)")
                connection.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for number in range(6):
            made = backup.make_backup(tmp_path / f"{number}.backup", home.folder)
            project = made.manifest.contents.projects[0]
            counts.append(project.examples)
            assert project.examples == project.comments
            assert (project.examples - 2) % 50 == 0
    finally:
        ended.set()
        writer.join()
    assert counts[-1] > counts[0]


@pytest.mark.parametrize("state", ["{", None])
def test_a_server_without_a_readable_state_is_backed_up_and_restored(state, home, tmp_path):
    home.state.write_text(state) if state else home.state.unlink()
    made = backup.make_backup(tmp_path / "b", home.folder)
    assert (made.manifest.doccano, made.manifest.server) == ("", "")
    restore.restore_home(made.file, tmp_path / "new")
    assert read_state(find_home(tmp_path / "new")) is not None


# What is refused


def test_places_where_a_backup_must_not_be(home, file, tmp_path):
    assert "is there already" in refusal(backup.make_backup, file, home.folder)
    assert "lost with it" in refusal(backup.make_backup, home.folder / "media" / "b", home.folder)
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    inside = tmp_path / "repository" / "backups" / "b"
    assert "in a repository of git" in refusal(backup.make_backup, inside, home.folder)
    assert not inside.parent.exists()
    assert "Name a file" in refusal(backup.make_backup, Path("-"), home.folder)
    assert "no Doccano" in refusal(backup.make_backup, tmp_path / "b", tmp_path / "nothing", error=NotFoundError)


def test_a_server_that_is_named_in_the_environment_is_not_taken_for_the_embedded_one(
    goldspan, monkeypatch, tmp_path, capsys
):
    monkeypatch.setenv("DOCCANO_URL", "https://ner.example.org")
    assert goldspan("doccano", "backup", tmp_path / "b") == 1
    assert "--manifest-only" in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["pages", "rows"])
def test_a_damaged_database_is_refused_and_the_backup_before_it_stays(damage, home, file):
    before = file.read_bytes()
    if damage == "rows":
        change(home.database, "UPDATE labels_span SET example_id = 99 WHERE id = 1")
    else:
        change(home.database, "PRAGMA wal_checkpoint(TRUNCATE)")
        pages = bytearray(home.database.read_bytes())
        pages[4096 * 5 : 4096 * 6] = b"\xff" * 4096
        home.database.write_bytes(pages)
    assert (
        "restore FILE" in (words := refusal(backup.make_backup, file, home.folder, replace=True))
        or "copy" in words.lower()
    )
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_disk_that_takes_no_more_of_the_database_is_named_with_the_file(home, file, tmp_path):
    before, words = file.read_bytes(), tmp_path / "words"

    def act():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            backup.make_backup(file, home.folder, replace=True)
        except OSError as error:
            words.write_text(f"{error.filename}: {error.strerror}")

    assert not killed(10_000, act)
    assert words.read_text() == f"{file}: {os.strerror(errno.ENOSPC)}"
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_full_disk_leaves_the_backup_before_it(home, file, monkeypatch):
    before = file.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(archive.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        backup.make_backup(file, home.folder, replace=True)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


@pytest.fixture(scope="module")
def whole(built, tmp_path_factory):
    """The bytes of a backup, and a file to damage."""
    return (built / "a.backup").read_bytes(), tmp_path_factory.mktemp("whole") / "damaged"


@given(st.data())
def test_any_damaged_byte_is_refused(whole, data):
    content, path = whole
    at = data.draw(st.integers(0, len(content) - 1))
    damaged = bytearray(content)
    damaged[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(damaged)
    with pytest.raises(InputError), opened_archive(path):
        pass


@given(st.data())
@settings(max_examples=30)
def test_a_backup_that_is_cut_off_is_refused(whole, data):
    content, path = whole
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(InputError), opened_archive(path):
        pass


def made_on_purpose(path, source, *, manifest=None, members=(), rename=None, mode=0o100600, drop=None, listed=True):
    """A file with the right seal, and other members than a backup has."""
    with zipfile.ZipFile(source) as given_:
        contents = {info.filename: given_.read(info) for info in given_.infolist()}
    stated = json.loads(contents.pop("manifest.json"))
    stated |= manifest or {}
    contents |= dict(members)
    if rename:
        contents = {rename.get(name, name): content for name, content in contents.items()}
    if listed:
        stated["files"] = [
            {"name": name, "size": len(content), "sha256": archive.hashlib.sha256(content).hexdigest()}
            for name, content in contents.items()
        ]
    if drop:
        del contents[drop]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written:
        written.comment = archive.SEAL + b"0" * archive.DIGEST
        for name, content in {"manifest.json": json.dumps(stated).encode(), **contents}.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(info, content)
    content = path.read_bytes()[: -archive.DIGEST]
    path.write_bytes(content + archive.hashlib.sha256(content).hexdigest().encode())
    return path


WRONG = {
    "parent": ({"members": [("media/../../evil", b"x")]}, "has a member of the name"),
    "absolute": ({"members": [("/media/evil", b"x")]}, "has a member of the name"),
    "backslash": ({"members": [("media/..\\evil", b"x")]}, "has a member of the name"),
    "elsewhere": ({"members": [("goldspan_settings.py", b"x")]}, "has a member of the name"),
    "link": ({"mode": 0o120777}, "no plain file"),
    "newer": ({"manifest": {"form": 2}}, "Install a newer goldspan"),
    "older": ({"manifest": {"form": 0}}, "states the form 0"),
    "other keys": ({"manifest": {"surprise": 1}}, "not as goldspan writes it"),
    "missing": ({"drop": "secret_key"}, "does not hold what its manifest lists"),
    "unlisted": ({"members": [("media/more", b"x")], "listed": False}, "does not hold what its manifest lists"),
    "no database": ({"rename": {"db.sqlite3": "media/db"}}, "does not hold what its manifest lists"),
    "other bytes": ({"members": [("secret_key", b"x" * 30)], "listed": False}, "not the one that the manifest states"),
    "no sqlite": ({"members": [("db.sqlite3", b"x" * 5000)]}, "database"),
    "other work": ({"manifest": {"contents": {"users": [], "projects": []}}}, "does not hold what its manifest states"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_backup_is_refused_and_nothing_is_written(case, built, tmp_path):
    options, words = WRONG[case]
    made = made_on_purpose(tmp_path / "made", built / "a.backup", **options)
    new = tmp_path / "new" / "home"
    if case == "other bytes":  # the server's own secrets are not restored, and so not looked at
        with opened_archive(made) as opened:
            assert words in refusal(opened.extract, "secret_key", tmp_path / "out")
        return
    assert words in refusal(restore.restore_home, made, new)
    assert not new.exists()
    assert not (tmp_path / "evil").exists()
    assert not new.parent.exists() or list(new.parent.iterdir()) == []


def test_a_member_that_grows_beyond_what_is_stated_is_refused(built, tmp_path):
    bomb = made_on_purpose(
        tmp_path / "made", built / "a.backup", members=[("media/a/b.jsonl", b"0" * 1_000_000)], listed=False
    )
    assert "not the one that the manifest states" in refusal(restore.restore_home, bomb, tmp_path / "new")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{}", b"any other file", b'{"form": 9}'])
def test_another_file_is_refused(content, tmp_path):
    (tmp_path / "other").write_bytes(content)
    refusal(restore.restore_home, tmp_path / "other", tmp_path / "new")
    refusal(read_manifest, tmp_path / "other")
    assert not (tmp_path / "new").exists()


# What becomes of it


def test_a_restored_home_is_another_server_with_the_same_work(file, home, tmp_path, environment):
    restore.restore_home(file, tmp_path / "new")
    new = find_home(tmp_path / "new")
    ours, theirs = read_state(new), read_state(home)
    assert ours.mark != theirs.mark
    assert ours.password != theirs.password
    assert (ours.port, ours.folder, ours.environment) == (NO_PORT, str(new.folder), environment.name)
    assert new.secret.read_text() != home.secret.read_text()
    assert stat.S_IMODE(new.folder.stat().st_mode) == 0o700
    assert (new.folder / "media" / "a" / "b.jsonl").read_text() == "{}\n"
    assert compare(read_manifest(file).contents, restore.restored_contents(new.folder)) == []
    with closing(sqlite3.connect(new.database)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
        hashes = dict(connection.execute("SELECT username, password FROM auth_user"))
    assert hashes["anna"] == "annas hash"
    assert hashes["admin"].startswith("pbkdf2_sha256$")


def test_a_folder_with_anything_in_it_is_refused(file, home, tmp_path):
    assert "holds a Doccano already" in refusal(restore.restore_home, file, home.folder)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.odt").touch()
    assert "holds other files" in refusal(restore.restore_home, file, tmp_path / "full")
    (tmp_path / "empty").mkdir()
    restore.restore_home(file, tmp_path / "empty")
    assert read_state(find_home(tmp_path / "empty")) is not None


def test_a_database_of_a_newer_doccano_is_refused_and_can_be_handed_on(home, tmp_path):
    change(home.database, "INSERT INTO django_migrations (app, name) VALUES ('examples', '0008_assignment')")
    newer = backup.make_backup(tmp_path / "newer", home.folder).file
    words = refusal(restore.restore_home, newer, tmp_path / "new")
    assert "does not know examples.0008_assignment" in words
    assert "--database-only" in words
    assert not (tmp_path / "new").exists()
    out = tmp_path / "out.sqlite3"
    restore.extract_database(newer, out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert compare(read_manifest(newer).contents, stored_contents(out)) == []
    assert "is there already" in refusal(restore.extract_database, newer, out)


def test_a_database_of_an_older_doccano_is_migrated_at_the_start(file, built, tmp_path, monkeypatch):
    (tmp_path / "template").mkdir()
    shutil.copyfile(built / "template" / "db.sqlite3", tmp_path / "template" / "db.sqlite3")
    change(
        tmp_path / "template" / "db.sqlite3", "INSERT INTO django_migrations (app, name) VALUES ('examples', 'more')"
    )
    monkeypatch.setattr(install, "ensure_environment", lambda _: ServerEnvironment(tmp_path))
    restore.restore_home(file, tmp_path / "new")
    assert read_state(find_home(tmp_path / "new")).environment == ""


# Interruptions


def killed(number, act):
    """Do something in a process of its own that is killed at one of its calls; whether it was."""
    child = os.fork()
    if not child:
        try:
            kill_at(number, CALLS)
            act()
            os._exit(0)
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def test_a_backup_that_is_killed_anywhere_leaves_the_old_file_or_the_new_one(home, file):
    old, number = file.read_bytes(), 0
    while killed(number, lambda: backup.make_backup(file, home.folder, replace=True)):
        number += 1
        if file.read_bytes() != old:
            read_manifest(file)
    print(f"\nkilled at {number} points")
    assert number > 10
    backup.make_backup(file, home.folder, replace=True)
    assert list(file.parent.iterdir()) == [file]  # what killed ones had left is removed


def test_a_restore_that_is_killed_anywhere_leaves_no_home_or_a_complete_one(file, tmp_path):
    new, number = tmp_path / "restored" / "home", 0
    contents = read_manifest(file).contents
    while killed(number, lambda: restore.restore_home(file, new)):
        number += 1
        if new.exists():
            assert compare(contents, restore.restored_contents(new)) == []
            assert read_state(find_home(new)).port == NO_PORT
            shutil.rmtree(new)
    print(f"\nkilled at {number} points")
    assert number > 10
    shutil.rmtree(new)
    restore.restore_home(file, new)
    assert list(new.parent.iterdir()) == [new]


# Comparison


def reading(**changes):
    made = ProjectReading(1, "kfor", "", "independent", {"anna": "annotator"})
    made.add_example(1, "KFOR left.", {"a": 1, "b": 2})
    made.spans["UNIT"] = 1
    made.confirmed = {"anna": 1, "ben": 0}
    made.add_span(1, "anna", *changes.get("span", (0, 4)), "UNIT")
    made.add_confirmation(1, "anna")
    made.add_comment(1, "anna", changes.get("comment", "why?"))
    return ServerContents(users=["anna"], projects=[made.contents()])


def test_each_difference_is_named():
    then = reading()
    assert compare(then, reading()) == []
    for now, what in (
        (reading(span=(0, 5)), "spans of anna"),
        (reading(comment="why"), "words of comments"),
        (ServerContents(users=["anna"], projects=[]), "project"),
        (ServerContents(users=["anna", "eve"], projects=then.projects), "users"),
    ):
        (difference,) = compare(then, now)
        assert difference.what == what
    assert compare(then, ServerContents(users=["anna"], projects=[]), unseen=[1]) == []


@given(st.permutations(range(12)), st.permutations(range(12)), st.sampled_from(["independent", "shared"]))
@settings(max_examples=25)
def test_the_order_in_which_work_is_read_does_not_matter(one, other, kind):
    def read(order):
        made = ProjectReading(1, "kfor", "", kind, {"anna": "annotator", "ben": "annotator"})
        for number in order:
            made.add_example(number, f"Text {number}", {"b": number, "a": [None, "é"]})
            made.add_span(number // 2, ("anna", "ben")[number % 2], number, number + 1, "UNIT")
            made.add_confirmation(number // 3, "anna")
            made.add_comment(number // 2, "ben", "why?")
        return made.contents()

    assert compare_projects(read(one), read(other)) == []
    assert read(one) == read(other)


def test_the_manifest_is_read_as_it_was_written(file):
    manifest = read_manifest(file)
    file.with_name("alone.json").write_bytes(manifest.content())
    assert read_manifest(file.with_name("alone.json")) == manifest
    assert isinstance(manifest, BackupManifest)
    words = refusal(restore.restore_home, file.with_name("alone.json"), file.parent / "new", error=InputError)
    assert "without its database" in words


def test_an_invalid_value_is_no_damage(file):
    with pytest.raises(InvalidValueError), opened_archive(file):
        raise InvalidValueError("something else")
