"""The metadata panel and wrapped texts on a real server: what is pushed, seen, brought over and pulled."""

import json
import secrets
import textwrap

import pytest

from goldspan import files
from goldspan.doccano import status
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.project import plan_project
from goldspan.doccano.pull import pull
from goldspan.doccano.push.desired_state import desired_examples, upload_rows
from goldspan.doccano.push.push import prepare_push
from goldspan.formats.doccano import EARLIER_KEYS, KEY, ExampleKey, stored_id
from helpers import doccano_project, html_pages
from helpers.doccano_annotator import BrowserAnnotator

PROSE = (
    "The Aurora left the harbour of Port Said on Monday evening, and the captain said that the Belle Etoile would be "
    "back in the harbour of Alexandria before the end of the week, whatever the owners might say about it."
)
PANEL = ["title", "position", "before", "after", KEY]


@pytest.fixture
def begun(doccano, toy, people):
    """A project of the small corpus, not pushed yet, on which ann and bob are to work."""
    with Doccano(doccano.account) as server:
        name = f"panel {secrets.token_hex(4)}"
        project = plan_project(server, toy, name, "independent").apply()
        made = doccano_project.CorpusProject(toy, server, project)
        made.add(people)
        yield made
        server.delete_project(project.id)


def push(begun, **options):
    return prepare_push(begun.server, begun.corpus, begun.name, **options).apply()


def metas(begun):
    return {stored_id(row.meta): row.meta for row in begun.server.examples(begun.project.id)}


def work(begun):
    """Spans, a confirmation and a comment of ann, an empty confirmation of bob."""
    begun.mark("ann", "harbour.p02", "Aurora", "SHIP")
    begun.comment("ann", "harbour.p02", "S-1?")
    begun.confirm("ann", "harbour.p02", "storm.p01")
    begun.confirm("bob", "storm.p02")


def test_a_project_of_an_earlier_version_is_brought_over_with_all_work(begun):
    desired = upload_rows(
        desired_examples(begun.corpus, begun.corpus.entries), begun.project, begun.corpus.scheme.names
    )
    begun.send(doccano_project.earlier_row(dict(one.row)) for one in desired)
    work(begun)
    numbers = {row.id for row in begun.server.examples(begun.project.id)}
    pulled = pull.plan_pull(begun.corpus, begun.server, begun.name)
    assert pulled.problems == ()
    assert pulled.written
    progress = status.project_progress(begun.corpus, begun.server, begun.name)
    assert (progress.changed, progress.unmanaged, progress.not_pushed, progress.duplicated) == ((), (), (), ())
    result = push(begun)
    assert (result.updated, result.deleted, result.tally.examples) == (len(desired), 0, 0)
    assert (result.plan.earlier, list(result.plan.attention())) == (len(desired), [])
    for meta in metas(begun).values():
        assert list(meta) == PANEL
        assert not set(EARLIER_KEYS) & set(meta)
    assert {row.id for row in begun.server.examples(begun.project.id)} == numbers
    again = pull.plan_pull(begun.corpus, begun.server, begun.name)
    assert json.dumps(again.json()) == json.dumps(pulled.json())
    assert [change.merged for change in again.changes] == [change.merged for change in pulled.changes]
    assert push(begun).plan.is_done


def test_a_new_title_changes_the_panel_alone(begun):
    push(begun)
    work(begun)
    manifest = begun.corpus.folder / "manifest.jsonl"
    lines = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()]
    files.write(manifest, "".join(json.dumps({**line, "title": "Another title"}) + "\n" for line in lines))
    begun.corpus = type(begun.corpus)(begun.corpus.root)
    result = push(begun)
    counts = result.plan.counts()
    assert (counts["update"], counts["replace"], counts["conflict"]) == (len(metas(begun)), 0, 0)
    assert {meta["title"] for meta in metas(begun).values()} == {"Another title"}
    assert result.plan.earlier == 0


@pytest.mark.parametrize("grapheme_mode", [False, True])
def test_work_on_a_wrapped_text_comes_back_in_the_text_of_the_corpus(begun, grapheme_mode):
    wrapped = textwrap.fill(PROSE, 58).replace("\n", "\r\n")
    files.write(begun.corpus.seeds / "storm.txt", "\r\n\r\n".join([wrapped, wrapped.replace("Monday", "Friday")]))
    for path in (begun.corpus.gold / "storm.jsonl", *begun.corpus.passes.glob("*/storm.jsonl")):
        path.unlink()
    if grapheme_mode:
        begun.server._json(
            "PATCH",
            f"v1/projects/{begun.project.id}",
            json={"grapheme_mode": True, "resourcetype": "SequenceLabelingProject"},
        )
    push(begun, articles=["storm"])
    rows = {stored_id(row.meta): row for row in begun.server.examples(begun.project.id)}
    text = rows["storm.p01"].text
    assert "\n" not in text
    assert len(text) == len(wrapped)
    across = text.index("  ") - 4, text.index("  ") + 6  # words around a line break
    begun.people["ann"].mark(begun.project.id, rows["storm.p01"].id, *across, "SHIP")
    begun.confirm("ann", "storm.p01")
    planned = pull.plan_pull(begun.corpus, begun.server, begun.name)
    assert (planned.problems, planned.moved) == ((), ())
    planned.apply()
    line = begun.passed("ann")["storm.p01"]
    assert line.text == wrapped
    assert [line.surface(span) for span in line.spans] == [wrapped[slice(*across)]]
    assert "\r\n" in line.surface(line.spans[0])
    for line_breaks in ("auto", "keep", "spaces"):  # what is there stays as it was sent
        assert push(begun, articles=["storm"], line_breaks=line_breaks).plan.is_done


def test_the_panel_is_seen_whole_with_what_helps_to_judge_first(begun):
    push(begun)
    ann = begun.people["ann"]
    with (
        html_pages.launch_chromium() as chromium,
        BrowserAnnotator(chromium, ann.url, ann.username, ann.password) as page,
    ):
        page.page.set_viewport_size({"width": 1280, "height": 900})
        page.open(begun.project.id, 2)
        panel = page.page.locator(".v-data-table").last
        cells = panel.locator("tbody tr td:first-child").all_inner_texts()
        assert cells == PANEL
        overflow = panel.evaluate("panel => panel.querySelector('table').scrollWidth - panel.clientWidth")
        assert overflow <= 0
        key = panel.locator("tbody tr td:last-child").last.inner_text().strip()
        assert ExampleKey.parse(key).id in metas(begun)
