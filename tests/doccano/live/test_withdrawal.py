"""An article that is withdrawn after people annotated it in Doccano is listed there, and does not come back."""

import json

import pytest

from goldspan.annotation import article_of
from goldspan.corpus import Corpus
from goldspan.formats.doccano import stored_id
from helpers import doccano_project

pytestmark = [pytest.mark.live, pytest.mark.slow]
GONE = "storm"


@pytest.fixture
def command(doccano, goldspan, monkeypatch, capsys):
    """A command: its exit code and what it printed."""
    for name, value in (("URL", "url"), ("USERNAME", "username"), ("PASSWORD", "password")):
        monkeypatch.setenv(f"DOCCANO_{name}", getattr(doccano.account, value))

    def run(begun, *words, is_known=True):
        project = ("--project", begun.name) if words[0] == "doccano" else ()
        with monkeypatch.context() as patch:
            if not is_known:
                patch.delenv("DOCCANO_PASSWORD")
            code = goldspan(*words, *project, "--root", begun.corpus.root)
        begun.corpus = Corpus(begun.corpus.root)
        return code, " ".join("".join(capsys.readouterr()).split())

    return run


def examples(begun):
    """By number, the ids of the examples on the server."""
    return {row.id: stored_id(row.meta) for row in begun.server.examples(begun.project.id)}


def work(begun, who):
    """By example, the spans of an annotator on the server."""
    person = begun.people[who]
    return {name: person.spans(begun.project.id, number) for number, name in examples(begun).items()}


def test_what_is_on_a_server_is_listed_and_neither_lost_nor_brought_back(doccano, toy, people, command, tmp_path):
    for path in toy.gold.iterdir():
        path.unlink()
    with doccano_project.from_corpus(doccano, toy) as begun:
        begun.add(people)
        ann, bob = people["ann"].username, people["bob"].username
        begun.mark("ann", "storm.p02", "Valparaíso", "PORT")
        begun.confirm("ann", "storm.p02")
        first = next(name for name in examples(begun).values() if article_of(name) == "harbour")
        begun.confirm("bob", first)
        assert command(begun, "doccano", "push", "--apply")[0] == 0  # from now on the corpus remembers the project
        assert command(begun, "doccano", "pull", "--apply")[0] == 0
        assert (begun.corpus.passes / ann / "storm.jsonl").exists()
        there = examples(begun)
        own = {number for number, name in there.items() if article_of(name) == GONE}
        number = begun.number("storm.p02")

        # The plan and the withdrawal name every example that is there, and who worked on it.
        request = ("withdraw", GONE, "--requested-by", "person")
        report = tmp_path / "report.json"
        for words in (request, (*request, "--apply")):
            code, printed = command(begun, *words, "--json", report)
            assert code == 0, printed
            assert f"storm.p02 (number {number}, worked on by {ann})" in printed
            assert f"/projects/{begun.project.id}/dataset" in printed
            found = json.loads(report.read_text())["doccano"]
            assert {one["number"] for one in found["examples"]} == own
            assert found["searched"] == [begun.name]
        assert not (begun.corpus.passes / ann).exists()
        assert examples(begun) == there

        # A push leaves them alone, and all that was done on others.
        begun.mark("bob", first, begun.server.example(begun.project.id, begun.number(first)).text[:4], "SHIP")
        before = work(begun, "bob")
        assert before[first]
        code, printed = command(begun, "doccano", "push", "--apply")
        assert (code, f"{len(own)}" in printed) == (0, True), printed
        assert (examples(begun), work(begun, "bob"), bool(work(begun, "ann")["storm.p02"])) == (there, before, True)

        # A pull names them, brings none back, and pulls what was done on others.
        code, printed = command(begun, "doccano", "pull", "--apply")
        assert (code, "its article was withdrawn on" in printed, "delete the example in Doccano" in printed) == (
            1, True, True
        ), printed  # fmt: skip
        assert not list(begun.corpus.passes.glob(f"*/{GONE}.jsonl"))
        assert not (begun.corpus.gold / f"{GONE}.jsonl").exists()
        [line] = [line for line in begun.corpus.pass_examples(bob, ["harbour"]) if line.id == first]
        assert len(line.spans) == 1

        # Without a server it says what could not be asked, and with which command it can be.
        code, printed = command(begun, *request, is_known=False)
        assert (code, f"{begun.name} on {doccano.account.url} could not be asked" in printed) == (0, True), printed
        assert "then: goldspan withdraw storm --requested-by person" in printed

        # Once the lead has deleted them nothing is left, and a pull is complete.
        begun.server.delete_examples(begun.project.id, sorted(own))
        code, printed = command(begun, *request)
        assert (code, f"Doccano has none of it in {begun.name}" in printed) == (0, True), printed
        assert command(begun, "doccano", "pull", "--apply")[0] == 0
