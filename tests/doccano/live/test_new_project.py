"""A new project of `goldspan init` in a live Doccano: labels, keys, guidelines, and what comes next."""

import secrets

import pytest

from goldspan import new_project
from goldspan.articles.ingest import add
from goldspan.corpus import Corpus
from goldspan.doccano import guideline_page
from goldspan.doccano.labels import KEYS


@pytest.fixture
def command(doccano, goldspan, monkeypatch, capsys):
    """The command line with the account of that Doccano: gives the exit code and what was printed."""
    for name in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{name.upper()}", getattr(doccano.account, name))

    def run(*words):
        code = goldspan(*words)
        return code, capsys.readouterr().out

    return run


@pytest.mark.parametrize("labels", [["ORG", "MISC-ORG", "Ürün", "人名"], [f"LABEL{n}" for n in range(40)]])
def test_a_new_project_can_be_pushed(labels, server, command, monkeypatch, tmp_path):
    (tmp_path / "one.txt").write_text("Zelvania koopt Norvale.\n\nDat meldde de krant.\n", encoding="utf-8")
    corpus = new_project.create(
        tmp_path / "krant", new_project.ProjectOptions(labels=labels, language="nl", unit="sentence")
    )
    add(Corpus(corpus.root), [tmp_path / "one.txt"], apply=True)
    monkeypatch.chdir(corpus.root)
    project = f"krant-{secrets.token_hex(4)}"
    push = ("doccano", "push", "--project", project)
    code, printed = command(*push)
    assert code == 0
    assert "lines still to be filled in, marked TO FILL IN: annotation_guidelines/labels.toml" in printed
    assert "drafts" not in printed
    corpus.suggestions.mkdir(parents=True)
    (corpus.suggestions / "one.jsonl").touch()
    code, printed = command(*push, "--apply")
    assert code == 0
    assert "note: the drafts of 1 article in build/suggestions are not sent" in printed
    assert f"goldspan doccano pull --project {project} --apply" in printed.splitlines()[-1]
    found = server.project(project)
    types = {each.name: each for each in server.span_types(found.id)}
    assert types.keys() == {*labels}
    assert all(types[label.name].colour.lower() == label.colour for label in corpus.scheme.labels)
    keys = [each.key for each in types.values() if each.key]
    assert len({*keys}) == len(keys) == min(len(labels), len(KEYS))
    assert guideline_page.render_page(Corpus(corpus.root), "independent")[:500] in found.guideline
    assert "Already up to date: nothing was written." in command(*push, "--apply")[1]
