"""Projects that somebody renamed, copied, deleted or switched on a live server: reported, and never created again."""

import secrets
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from goldspan.doccano.account import Account
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.corpus_record import project_key, read_record
from helpers import doccano_annotator
from helpers.doccano_project import record_writes


@pytest.fixture
def command(doccano, toy, goldspan, monkeypatch, capsys):
    """`goldspan doccano` for a project of its own of the toy corpus; gives the exit code and what it said."""
    for name in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{name.upper()}", getattr(doccano.account, name))

    def run(what, *options, project=None):
        code = goldspan("doccano", what, "--project", project or run.name, "--root", toy.root, *options)
        done = capsys.readouterr()
        return code, done.out + done.err

    run.name = f"identity {secrets.token_hex(4)}"
    return run


def refusals(command):
    """What push, pull and status say; each refuses."""
    said = [command(*what) for what in (("push", "--apply"), ("pull", "--apply"), ("status",))]
    assert [code for code, _ in said] == [1, 1, 1]
    return [text for _, text in said]


def mine(server, part):
    return [one for one in server.projects() if part in one.name]


def test_a_renamed_project_is_found_under_its_new_name(command, server, toy):
    command("push", "--apply")
    [made] = mine(server, command.name)
    server.update_project(made.id, name=f"{command.name} 2026")
    for said in refusals(command):
        assert f"is now called '{command.name} 2026'" in said
        assert f"--project '{command.name} 2026'" in said
    code, said = command("push", "--apply", project=f"{command.name} 2026")
    assert (code, f"was called '{command.name}' before" in said) == (0, True)
    assert [one.id for one in mine(server, command.name)] == [made.id]
    assert {entry.key for entry in read_record(toy).projects} == {project_key(made)}


def test_a_twin_and_a_copy_are_reported_and_nothing_is_written(command, doccano, server):
    command("push", "--apply")
    [made] = mine(server, command.name)
    with doccano_annotator.admin(doccano) as lead:
        lead._call("POST", f"projects/{made.id}/clone", json={})
    for said in refusals(command):
        assert f"2 projects are called '{command.name}'" in said.replace("\n", " ")
        assert said.count("9 examples)") == 2
    copy = max(one.id for one in mine(server, command.name))
    server.update_project(copy, name=f"copy of {command.name}")
    for said in refusals(command):
        assert f"2 projects have the key {project_key(made)}" in said
    server.update_project(copy, description="a copy")
    with record_writes(server) as written:
        assert command("push", "--apply")[0] == 0
    assert not written


def test_who_does_not_see_the_project_creates_no_second(command, doccano, server, monkeypatch, toy):
    command("push", "--apply")
    [made] = mine(server, command.name)
    [other] = doccano_annotator.create_unique(doccano, "staff")
    monkeypatch.setenv("DOCCANO_USERNAME", other.username)
    monkeypatch.setenv("DOCCANO_PASSWORD", other.password)
    for said in refusals(command):
        assert f"'{other.username}' does not see it there: either '{other.username}' is not a member of it" in said
    with Doccano(Account(server.url, other.username, other.password)) as theirs:
        assert theirs.projects() == []
    server.add_member(made.id, other.id, server.roles()["project_admin"])
    assert command("push", "--apply")[0] == 0
    server.delete_project(made.id)
    monkeypatch.setenv("DOCCANO_USERNAME", doccano.account.username)
    monkeypatch.setenv("DOCCANO_PASSWORD", doccano.account.password)
    assert "it was deleted" in refusals(command)[0]
    assert command("push", "--new", "--apply")[0] == 0
    assert command("push", "--apply")[0] == 0
    [again] = mine(server, command.name)
    assert project_key(again) in {entry.key for entry in read_record(toy).projects}


def test_two_clones_that_create_at_once_make_one_project(command, server, toy, tmp_path):
    roots = [toy.root, tmp_path / "clone"]
    shutil.copytree(toy.root, roots[1])
    push = [sys.executable, "-m", "goldspan", "doccano", "push", "--apply", "--project", command.name, "--root"]
    with ThreadPoolExecutor(2) as both:
        done = list(
            both.map(lambda root: subprocess.run([*push, root], capture_output=True, text=True, check=False), roots)
        )
    assert [one.returncode for one in done] == [0, 0], done
    [made] = mine(server, command.name)
    assert server.count(made.id) == 9
    for root in roots:
        assert [entry.key for entry in read_record(type(toy)(root)).projects] == [project_key(made)]


@pytest.mark.parametrize("edited", [{"description": "Ours"}, {"description": "Ours", "guideline": "read this"}])
def test_a_key_that_somebody_edited_away_is_written_again(command, server, edited):
    command("push", "--apply")
    [made] = mine(server, command.name)
    server.update_project(made.id, **edited)
    assert f"took the key {project_key(made)} out of the description" in command("pull")[1]
    assert command("push", "--apply")[0] == 0
    assert mine(server, command.name) == [made]


def test_the_project_of_another_corpus_is_left_alone(command, server, toy):
    command("push", "--apply")
    [made] = mine(server, command.name)
    for path in (toy.folder / "doccano.toml", *toy.passes.rglob("*.jsonl")):
        path.unlink()
    for path in [toy.folder / "manifest.jsonl", *toy.gold.iterdir()]:
        text = path.read_text()
        path.with_name(path.name.replace("storm", "sturm")).write_text(
            "".join(line + "\n" for line in text.splitlines() if "storm" in line).replace('"storm', '"sturm')
        )
        if "storm" not in path.name and path.suffix == ".jsonl" and path.parent == toy.gold:
            path.unlink()
    [(_, pushed), (_, pulled), _] = [command(*what) for what in (("push", "--apply"), ("pull",), ("status",))]
    assert "is another corpus's" in pushed
    assert "is another corpus's" in pulled
    assert server.count(made.id) == 9


def test_another_unit_of_the_offsets_stops_until_it_is_switched_back(command, server):
    command("push", "--apply")
    [made] = mine(server, command.name)
    server.update_project(made.id, grapheme_mode=True)
    for said in refusals(command):
        assert "count grapheme clusters now, and UTF-16 units when it was first pushed" in said
        assert f"/admin/projects/sequencelabelingproject/{made.id}/change/" in said
    server.update_project(made.id, grapheme_mode=False)
    assert command("pull")[0] == 0
