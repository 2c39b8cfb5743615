import json
import subprocess
import sys
from dataclasses import replace

import pytest

from goldspan.doccano.push import journal, upload
from goldspan.doccano.push.journal import JournalBatch
from goldspan.doccano.push.upload import no_progress
from goldspan.errors import InputError, ServerError
from helpers.doccano_project import INDEPENDENT

BATCH = JournalBatch("u" * 22, None, 7, ("a.p01", "a.p02"))


def test_what_is_begun_is_on_the_disk_before_the_call_ends(tmp_path):
    with journal.open_journal(tmp_path / "j.json") as book:
        book.begin(BATCH)
        assert journal.Journal(book.file).batches == (BATCH,)
        book.started(BATCH.upload, "task-1")
        assert journal.Journal(book.file).batches[0].task == "task-1"
        book.ended(BATCH.upload)
        assert journal.Journal(book.file).batches == (replace(BATCH, task="task-1", complete=True),)


def test_a_journal_of_an_older_version_is_read(tmp_path):
    file = tmp_path / "j.json"
    row = {"upload": BATCH.upload, "task": None, "above": 7, "ids": BATCH.ids}
    file.write_text(json.dumps({"relations": False, "batches": [row]}))
    assert journal.Journal(file).batches == (BATCH,)


class Settling:
    """A server that says of an interrupted import what is asked of it."""

    patience = 1.0

    def __init__(self, *, is_open, failed):
        self.is_open, self.failed = is_open, failed

    def discard_upload(self, _):
        return self.is_open

    def wait_for_import(self, _, **_options):
        if self.failed:
            raise ServerError("a task failed")
        return []


@pytest.mark.parametrize(
    ("is_open", "failed", "complete"), [(False, False, True), (False, True, False), (True, False, False)]
)
def test_a_batch_is_complete_if_the_import_of_its_upload_succeeded(is_open, failed, complete, tmp_path):
    with journal.open_journal(tmp_path / "j.json") as book:
        book.begin(replace(BATCH, task="task-1"))
        upload.recover(Settling(is_open=is_open, failed=failed), INDEPENDENT, book, no_progress)
        assert journal.Journal(book.file).batches[0].complete == complete


def test_a_journal_is_found_again_and_closed(tmp_path):
    file = tmp_path / "deep" / "j.json"
    with journal.open_journal(file) as book:
        book.begin(BATCH)
    with journal.open_journal(file) as book:
        assert book.batches == (BATCH,)
        book.close()
        assert not book.batches
    assert not file.exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"batches": [{}]}', '{"batches": [7]}', '{"batches": null}', "\xff"])
def test_what_is_no_journal_is_refused_with_a_remedy(text, tmp_path):
    file = tmp_path / "j.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match="not the journal of a push") as caught, journal.open_journal(file):
        pass
    assert caught.value.remedy


def test_ids_that_are_no_strings_are_refused(tmp_path):
    file = tmp_path / "j.json"
    file.write_text(json.dumps({"batches": [{"upload": "u", "task": None, "above": 1, "ids": [3]}]}))
    with pytest.raises(InputError), journal.open_journal(file):
        pass


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", ".", "x" * 500, "Ü 🚢", "\ud800", "a\nb"])
def test_the_name_of_a_project_never_leads_out_of_the_folder(name, tmp_path):
    file = journal.journal_path(tmp_path, "http://127.0.0.1:8000/", name)
    assert file.parent == tmp_path
    assert len(file.name) < 100
    file.write_text("")


def test_projects_and_servers_have_journals_of_their_own(tmp_path):
    urls = ("http://a:1/", "http://a:2/", "http://b:1/")
    files = {journal.journal_path(tmp_path, url, name) for url in urls for name in ("p-q", "p q", "p/q", "P-Q")}
    assert len(files) == 12


def test_no_login_is_in_the_name_of_the_file(tmp_path):
    assert "secret" not in journal.journal_path(tmp_path, "http://me:secret@host/", "p").name


HOLDER = """
import sys, pathlib
from goldspan.doccano.push import journal
with journal.open_journal(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_push_waits_for_the_first_and_not_for_a_dead_one(tmp_path):
    file, told = tmp_path / "j.json", []
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, file], stdin=-1, stdout=-1, text=True)
    assert holder.stdout.readline() == "held\n"

    def kill():
        told.append(holder.poll())
        holder.kill()
        holder.communicate()

    with journal.open_journal(file, kill):
        assert told == [None]
    with journal.open_journal(file, lambda: told.append("waited")):
        assert told == [None]
