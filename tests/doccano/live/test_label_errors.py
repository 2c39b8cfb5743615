"""`goldspan label-errors --push` to a real Doccano, and the decisions back by `adjudicate --pull`."""

import json
import secrets

import pytest

from goldspan.adjudication.state import read_state
from goldspan.corpus import Corpus
from goldspan.doccano.client.api import Doccano
from goldspan.formats.doccano import stored_id
from helpers import doccano_annotator
from helpers.label_error_corpus import made_up_project


@pytest.fixture
def corpus(tmp_path):
    return made_up_project(tmp_path / "news")


def test_the_first_places_are_asked_about_and_their_decisions_come_back(corpus, doccano, goldspan, monkeypatch, capsys):
    for name in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{name.upper()}", getattr(doccano.account, name))
    project, root = f"disputes {secrets.token_hex(4)}", ("--root", corpus.root)
    push = ("label-errors", "--quick", "--first", "2", "--push", project, *root)
    before = {path: path.read_bytes() for path in corpus.folder.rglob("*") if path.is_file()}
    assert goldspan(*push) == 0
    assert "Nothing was written" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in corpus.folder.rglob("*") if path.is_file()} == before
    assert goldspan(*push, "--apply") == 0
    asked = read_state(corpus).open_doubts
    assert len(asked) == 2
    with Doccano(doccano.account) as server:
        number = server.project(project).id
        rows = {stored_id(row.meta): row for row in server.examples(number)}
        assert set(rows) == {one.example for one in asked}
        assert all("in doubt: " in row.meta["votes"] for row in rows.values())
        [person] = doccano_annotator.create(doccano, [f"lea{secrets.token_hex(3)}"])
        server.add_member(number, person.id, server.roles()["project_admin"])
        for row in rows.values():
            person.confirm(number, row.id)
        report = corpus.build / "pulled.json"
        pull = ("adjudicate", "--pull", "--project", project, *root, "--json", report)
        assert goldspan(*pull, "--apply") == 0
        assert len(json.loads(report.read_text())["decisions"]) == 2
        assert goldspan("label-errors", "--quick", *root, "--json", corpus.build / "after.json") == 0
        assert json.loads((corpus.build / "after.json").read_text())["decided"] >= 1
        assert not read_state(Corpus(corpus.root)).doubts
        server.delete_project(number)
        person.close()
