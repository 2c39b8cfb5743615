"""Sentences and whole articles in Doccano: pushed, shown with their neighbours, marked, pulled, and cut again."""

import hashlib
import json
import secrets

import pytest

from goldspan import checks
from goldspan.articles.resegmentation import recut
from goldspan.corpus import Corpus
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.project import plan_project
from goldspan.doccano.pull.pull import plan_pull
from goldspan.doccano.push.push import prepare_push
from goldspan.errors import InputError
from goldspan.formats.doccano import stored_id
from helpers import doccano_project

TEXT = """\
Fog over Pyla

The northern harbour was closed on Monday after two of the ferries
had been moored across it, Capt. A. Doe said, and the patrols along
the quay were doubled 🚢. The Nordlicht, which had been called for by
the harbour master of Pyla the evening before, stayed in the port of
Pyla with all of her crew until it was known what she had on board.

- crates for the Nordlicht
- coal for Pyla
"""
EXAMPLES = {"sentence": ["fog.s01", "fog.s02", "fog.s03", "fog.s04", "fog.s05"], "article": ["fog"]}


@pytest.fixture
def fog(toy):
    """The small corpus with one more article, which is hard-wrapped, and no gold."""
    (toy.seeds / "fog.txt").write_text(TEXT, encoding="utf-8")
    entry = json.loads((toy.folder / "manifest.jsonl").read_text("utf-8").splitlines()[0])
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    line = json.dumps({**entry, "id": "fog", "file": "fog.txt", "sha256": digest, "title": None, "guidelines": None})
    (toy.folder / "manifest.jsonl").write_text(line + "\n", encoding="utf-8")
    for path in [*toy.folder.rglob("*.jsonl"), *toy.folder.rglob("*.txt")]:
        if path.name != "manifest.jsonl":
            path.unlink()
    return toy


def with_unit(corpus, unit):
    (corpus.root / "goldspan.toml").write_text(f'[examples]\nunit = "{unit}"\n', encoding="utf-8")
    return Corpus(corpus.root)


@pytest.mark.parametrize("unit", EXAMPLES)
def test_a_round_with_sentences_and_with_whole_articles(doccano, fog, people, unit):
    corpus = with_unit(fog, unit)
    with Doccano(doccano.account) as server:
        made = plan_project(server, corpus, f"units {secrets.token_hex(4)}", "independent").apply()
        begun = doccano_project.CorpusProject(corpus, server, made)
        begun.add(people)
        prepare_push(begun.server, corpus, begun.name).apply()
        rows = {stored_id(row.meta): row for row in begun.server.examples(begun.project.id)}
        assert list(rows) == EXAMPLES[unit]
        last = rows[EXAMPLES[unit][-1]]
        assert last.meta["position"] == f"{len(rows)} of {len(rows)}"
        assert last.meta["before"].endswith("Nordlicht" if unit == "sentence" else "—")
        whole = "\n".join(row.text for row in rows.values())
        assert "two of the ferries had been moored" in whole  # the lines of a wrapped paragraph are joined
        assert "Pyla\n" in whole
        assert "Nordlicht\n- coal" in whole
        name = next(name for name, row in rows.items() if "stayed in the port" in row.text)
        begun.mark("ann", name, "Nordlicht", "SHIP")
        begun.mark("ann", name, "Pyla", "PORT", occurrence=1 if unit == "sentence" else 2)
        begun.confirm("ann", *rows)
        plan = plan_pull(corpus, begun.server, begun.name)
        assert plan.problems == ()
        plan.apply()
        begun.corpus = corpus
        marked = [(line.at + s.start, line.surface(s)) for line in begun.passed("ann").values() for s in line.spans]
        ship, port = TEXT.index("Nordlicht"), TEXT.index("Pyla with")
        assert marked == [(ship, "Nordlicht"), (port, "Pyla")]
        assert all(line.extra["confirmed"] for line in begun.passed("ann").values())
        assert prepare_push(begun.server, corpus, begun.name).apply().plan.is_done

        paragraphs = with_unit(fog, "paragraph")
        assert {f.check for f in checks.check_project(paragraphs) if f.file and "passes" in f.file.parts} == {
            "unit-mismatch"
        }
        (why,) = {p.message for p in plan_pull(paragraphs, begun.server, begun.name).problems}
        assert why.startswith(f"is by its id a {unit}, and an example is a paragraph now")
        recut(paragraphs, apply=True)
        begun.corpus = paragraphs
        found = begun.passed("ann")
        assert [(line.id, line.at + s.start) for line in found.values() for s in line.spans] == [
            ("fog.p02", ship),
            ("fog.p02", port),
        ]
        assert all(line.extra["confirmed"] for line in found.values())
        with pytest.raises(InputError, match="goldspan recut"):
            plan_pull(corpus, begun.server, begun.name)
        server.delete_project(made.id)
