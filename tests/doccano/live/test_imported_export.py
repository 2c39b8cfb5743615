"""An export that somebody imported again: nothing is written to another project's examples, nor to what it doubled."""

import json
import secrets
import zipfile

import pytest

from goldspan.annotation import Example
from goldspan.formats import gold
from helpers import doccano_project


def part(server, project, name="all"):
    """The rows of a part of an export."""
    with server.export(project, confirmed=False) as path, zipfile.ZipFile(path) as archive:
        return [json.loads(line) for line in archive.read(f"{name}.jsonl").decode().splitlines()]


def contents(server, project):
    return {row.id: (row.text, dict(row.meta)) for row in server.examples(project)}


@pytest.fixture
def command(doccano, toy, goldspan, monkeypatch, capsys):
    """`goldspan doccano` on the toy corpus, in which the text of an example, its place and its extra keys change."""
    for name in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{name.upper()}", getattr(doccano.account, name))

    def run(what, project, *options):
        code = goldspan("doccano", what, "--project", project, "--root", toy.root, *options)
        done = capsys.readouterr()
        assert "Traceback" not in done.err
        return code, done.out + done.err

    return run


def edit(corpus):
    """What makes a push update one example and replace another."""
    first, second, *others = corpus.gold_examples(["harbour"])
    gold.write(
        corpus.gold / "harbour.jsonl",
        [
            Example(first.id, first.text, (), first.at, {"k": 1}),
            Example(second.id, "Another text.", (), second.at),
            *others,
        ],
    )


@pytest.mark.parametrize("kind", ["shared", "independent"])
def test_an_export_imported_into_another_project_never_reaches_the_first(command, doccano, toy, kind):
    with doccano_project.from_corpus(doccano, toy, kind) as first:
        name = f"other {secrets.token_hex(4)}"
        rows = part(first.server, first.project.id, "all" if kind == "shared" else doccano.account.username)
        other = first.server.create_project(name, collaborative=kind == "shared", description="by hand")
        assert not doccano_project.import_rows(first.server, other, rows)
        before = [contents(first.server, each.id) for each in (first.project, other)]
        edit(toy)
        code, said = command("push", name, "--apply")
        assert (code, "it was imported from an export" in said) == (1, True)
        assert "Delete in Doccano by hand the examples that were imported from an export" in said
        code, said = command("pull", name, "--apply")
        assert (code, "imported: number" in said) == (1, True)
        assert before == [contents(first.server, each.id) for each in (first.project, other)]
        assert "imported-example" in command("doctor", name)[1]
        code, said = command("status", name)
        assert (code, "it was imported from an export" in said, "there several times" in said) == (1, True, False)
        first.server.delete_project(other.id)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda row: row, "an import of an export doubled it"),
        (lambda row: {key: value for key, value in row.items() if key != "id"}, "it was imported from an export"),
        (lambda row: row | {"id": "x"}, "its key id hides its number"),
        (lambda row: row | {"text": row["text"] + "!"}, "it was imported from an export"),
    ],
    ids=["as it was", "without numbers", "with other numbers", "with other texts"],
)
def test_an_export_imported_into_the_same_project_is_held_back(command, begun, toy, change, expected):
    begun.confirm("ann", "storm.p01")
    assert command("pull", begun.name, "--apply")[0] == 0
    lines = begun.passed("ann")
    rows = [change(row) for row in part(begun.server, begun.project.id, begun.people["ann"].username)]
    assert not doccano_project.import_rows(begun.server, begun.project, rows)
    begun.mark("bob", "storm.p02", "Nordlicht", "SHIP")  # on a double
    before = contents(begun.server, begun.project.id)
    edit(toy)
    code, said = command("push", begun.name, "--apply")
    assert (code, expected in said) == (1, True)
    code, said = command("pull", begun.name, "--apply")
    assert (code, expected in said, "Nobody has confirmed" in said) == (1, True, False)
    assert contents(begun.server, begun.project.id) == before
    assert begun.passed("ann") == lines
    doubles = sorted(before)[len(before) // 2 :]
    begun.server.delete_examples(begun.project.id, doubles)
    begun.confirm("bob", "storm.p03")
    assert command("pull", begun.name, "--apply")[0] == 0
    assert begun.passed("ann") == lines
    assert begun.passed("bob").keys() == {"storm.p03"}
