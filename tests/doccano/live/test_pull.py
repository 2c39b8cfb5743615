"""Pull from a live server: what annotators did there is what stands in the corpus."""

import contextlib
import json
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import new_project
from goldspan.annotation import Example
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import ManifestEntry, write_manifest
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.pull.pull import plan_pull
from goldspan.doccano.push import desired_state
from goldspan.formats import gold
from goldspan.formats.doccano import stored_id
from helpers import doccano_annotator, doccano_project, strategies

EMOJI = "👩‍👩‍👧 The Aurora 🚢 left Port Said 👍🏽 for Valparaíso."


@pytest.fixture
def begun(doccano, toy, people):
    """An independent project with ann and bob."""
    first = [Example("harbour.p02", EMOJI, at=24), *list(toy.gold_examples(["harbour"]))[2:]]
    gold.write(toy.gold / "harbour.jsonl", first)
    with doccano_project.from_corpus(doccano, toy) as begun:
        begun.add(people)
        yield begun


@pytest.fixture
def pull(doccano, goldspan, monkeypatch, capsys):
    """The command: its exit code, what it said, and its report."""
    monkeypatch.setenv("DOCCANO_URL", doccano.account.url)
    monkeypatch.setenv("DOCCANO_USERNAME", doccano.account.username)
    monkeypatch.setenv("DOCCANO_PASSWORD", doccano.account.password)

    def run(begun, *options):
        report = begun.corpus.build / "pull.json"
        where = ["--project", begun.name, "--root", begun.corpus.root, "--json", report]
        code = goldspan("doccano", "pull", *where, *options)
        done = capsys.readouterr()
        assert "Traceback" not in done.err
        return code, done.out + done.err, json.loads(report.read_text()) if report.exists() else None

    return run


def files(corpus):
    """What a pull may change, without the record of projects, which gets a table for each."""
    return {path: path.read_bytes() for path in corpus.folder.rglob("*") if path.is_file() and path.suffix != ".toml"}


def test_a_round_of_two_annotators_comes_back_as_it_was_done(begun, pull):
    begun.mark("ann", "harbour.p02", "Aurora", "SHIP")
    begun.mark("ann", "harbour.p02", "Valparaíso", "PORT")
    begun.mark("bob", "harbour.p02", "Port Said", "PORT")
    begun.confirm("ann", "harbour.p02", "storm.p01")
    begun.confirm("bob", "harbour.p02")
    begun.comment("bob", "harbour.p02", "a ship?")
    before = files(begun.corpus)
    code, said, _ = pull(begun)
    assert (code, files(begun.corpus)) == (0, before)
    assert "Carry it out with --apply" in said
    assert pull(begun, "--apply")[0] == 0
    ann, bob = begun.passed("ann"), begun.passed("bob")
    assert [ann["harbour.p02"].surface(span) for span in ann["harbour.p02"].spans] == ["Aurora", "Valparaíso"]
    assert [bob["harbour.p02"].surface(span) for span in bob["harbour.p02"].spans] == ["Port Said"]
    assert (ann["storm.p01"].spans, ann["storm.p01"].extra) == ((), {"confirmed": True})
    assert bob["harbour.p02"].extra == {"confirmed": True, "comments": ["a ship?"]}
    assert ann.keys() == {"harbour.p02", "storm.p01"}
    assert bob.keys() == {"harbour.p02"}


def test_a_second_pull_changes_no_byte_and_no_file(begun, pull):
    begun.mark("ann", "harbour.p02", "Aurora", "SHIP")
    begun.confirm("ann", "harbour.p02", "storm.p01")
    pull(begun, "--apply")
    stats = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in files(begun.corpus)}
    code, said, _ = pull(begun, "--apply")
    assert (code, "Already up to date" in said) == (0, True)
    assert stats == {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in files(begun.corpus)}
    for path, data in files(begun.corpus).items():
        if path.parent.parent.name == "passes":
            assert data == "".join(map(gold.line, formats_of(path))).encode()


def formats_of(path):
    return [record.example() for record in gold.scan(path)]


def test_unconfirmed_takes_all_and_the_next_plain_pull_takes_it_back(begun, pull):
    begun.mark("ann", "harbour.p02", "Aurora", "SHIP")
    begun.confirm("ann", "storm.p01")
    assert pull(begun, "--unconfirmed", "--apply")[0] == 0
    assert len(begun.passed("ann")) == len(desired_state.desired_examples(begun.corpus, begun.corpus.entries))
    assert begun.passed("ann")["harbour.p02"].extra == {"confirmed": False}
    assert begun.passed("bob") == {}
    assert pull(begun, "--apply")[0] == 0
    assert begun.passed("ann").keys() == {"storm.p01"}


def test_what_is_withdrawn_is_listed_and_leaves_the_pass(begun, pull):
    begun.confirm("ann", "storm.p01", "storm.p02")
    pull(begun, "--apply")
    begun.unconfirm("ann", "storm.p02")
    code, said, report = pull(begun, "--apply")
    assert [file["kept"] for file in report["files"]] == [["storm.p02"]]
    assert "kept: 1 line of storm, open in Doccano" in said
    assert begun.passed("ann").keys() == {"storm.p01", "storm.p02"}
    code, said, report = pull(begun, "--apply", "--withdraw")
    assert code == 0
    assert "withdrawn: " in said
    assert [file["withdrawn"] for file in report["files"] if file["withdrawn"]] == [["storm.p02"]]
    assert begun.passed("ann").keys() == {"storm.p01"}


@pytest.mark.parametrize("kind", ["independent", "shared"])
def test_a_pull_from_a_project_created_again_removes_nothing(doccano, toy, people, pull, kind):
    for path in toy.gold.iterdir():
        path.unlink()
    with doccano_project.from_corpus(doccano, toy, kind) as begun:
        begun.add(people)
        begun.mark("ann", "storm.p01", "Storm", "SHIP")
        names = [stored_id(row.meta) for row in begun.server.examples(begun.project.id)]
        begun.confirm("ann", *names)
        pull(begun, "--apply")
    before = files(toy)
    with doccano_project.from_corpus(doccano, toy, kind, "nothing" if kind == "independent" else "gold") as anew:
        anew.add(people)
        code, said, report = pull(anew, "--apply")
        assert (code, sum(len(file["kept"]) for file in report["files"])) == (0, len(names))
        assert f"kept: {len(names)} lines of harbour, storm and strike, open in Doccano" in said
        record = toy.folder / "doccano.toml"  # has the new project's labels
        assert {**files(toy), record: None}.items() >= {**before, record: None}.items()


def test_what_does_not_fit_is_listed_and_the_rest_written(begun, pull):
    begun.server.create_span_type(begun.project.id, "TANK", "#112233")
    begun.mark("ann", "harbour.p02", "Aurora ", "SHIP")
    begun.mark("ann", "storm.p01", "Storm", "TANK")
    begun.confirm("ann", "harbour.p02", "storm.p01", "storm.p02")
    begun.confirm("bob", "harbour.p02")
    code, said, report = pull(begun, "--apply")
    assert code == 1
    assert {(p["kind"], p["example"], p["span"][3]) for p in report["problems"]} == {
        ("edge", "harbour.p02", "Aurora "),
        ("label", "storm.p01", "Storm"),
    }
    assert f"{begun.people['ann'].username}  harbour.p02  edge: begins or ends with a space" in said
    assert begun.passed("ann").keys() == {"storm.p02"}
    assert begun.passed("bob").keys() == {"harbour.p02"}


def test_tidy_repairs_and_counts(begun, pull):
    begun.server.create_span_type(begun.project.id, "TANK", "#112233")
    begun.mark("ann", "harbour.p02", " Aurora ", "SHIP")
    begun.mark("ann", "harbour.p02", "Port", "TANK")
    begun.confirm("ann", "harbour.p02")
    code, said, report = pull(begun, "--apply", "--tidy")
    assert code == 0
    assert [(one["kind"], one["before"][3]) for one in report["repairs"]] == [("edge", " Aurora "), ("label", "Port")]
    assert "' Aurora ' -> " in said
    [line] = begun.passed("ann").values()
    assert [line.surface(span) for span in line.spans] == ["Aurora"]


def test_an_example_that_was_edited_on_the_server_is_not_taken(begun, pull):
    begun.confirm("ann", "storm.p01", "storm.p02")
    begun.server.update_example(begun.project.id, begun.number("storm.p01"), text="Sturm über Valparaíso")
    code, _, report = pull(begun, "--apply")
    assert (code, [problem["kind"] for problem in report["problems"]]) == (1, ["spoiled"])
    assert begun.passed("ann").keys() == {"storm.p02"}


def rewrite(corpus, name, text):
    """Change the text of an example in gold."""
    article = name.partition(".")[0]
    lines = [Example(one.id, text, (), one.at) if one.id == name else one for one in corpus.gold_examples([article])]
    gold.write(corpus.gold / f"{article}.jsonl", lines)


def test_spans_of_a_text_that_changed_here_are_moved_and_can_be_pushed(begun, pull, goldspan, capsys):
    for who, words in {"ann": [("Aurora", "SHIP"), ("Port Said", "PORT")], "bob": [("Valparaíso", "PORT")]}.items():
        for surface, label in words:
            begun.mark(who, "harbour.p02", surface, label)
    begun.confirm("ann", "harbour.p02", "storm.p01")
    new = EMOJI.replace("left", "has left").replace("👍🏽 ", "")
    rewrite(begun.corpus, "harbour.p02", new)
    ann, bob = (begun.people[who].username for who in ("ann", "bob"))

    def push():
        where = ["--project", begun.name, "--root", begun.corpus.root]
        code = goldspan("doccano", "push", "--apply", *where)
        return code, "".join(capsys.readouterr())

    code, said = push()
    assert (code, "Pull with --unconfirmed --apply" in said) == (1, True)
    code, said, report = pull(begun, "--apply", "--unconfirmed")
    assert code == 0
    assert f"moved to the new text: {ann}  harbour.p02  2 spans; not in the annotated text: 'has'" in said
    assert {(one["annotator"], one["example"], *(span[3] for span in one["spans"])) for one in report["moved"]} == {
        (ann, "harbour.p02", "Aurora", "Port Said"),
        (bob, "harbour.p02", "Valparaíso"),
    }
    moved = {who: begun.passed(who)["harbour.p02"] for who in ("ann", "bob")}
    assert {line.text for line in moved.values()} == {new}
    assert [moved["ann"].surface(span) for span in moved["ann"].spans] == ["Aurora", "Port Said"]
    assert [line.extra["confirmed"] for line in moved.values()] == [True, False]
    code, said, report = pull(begun, "--apply", "--unconfirmed")
    assert (code, "Already up to date" in said, len(report["moved"])) == (0, True, 2)
    begun.server.delete_examples(begun.project.id, [begun.number("harbour.p02")])
    assert push()[0] == 0
    code, said, report = pull(begun, "--apply")
    assert (code, report["moved"], report["problems"]) == (0, [], [])
    assert {who: begun.passed(who)["harbour.p02"] for who in ("ann", "bob")} == moved
    assert "Already up to date" in pull(begun)[1]
    assert push()[0] == 0


def test_a_span_not_in_the_changed_text_is_listed_until_it_is_decided(begun, pull):
    for who in ("ann", "bob"):
        begun.mark(who, "harbour.p02", "Aurora", "SHIP")
        begun.confirm(who, "harbour.p02")
    begun.mark("ann", "harbour.p02", "Port Said", "PORT")
    pull(begun, "--apply")
    before = begun.passed("ann")
    rewrite(begun.corpus, "harbour.p02", EMOJI.replace(" Port Said", " it"))
    ann, bob = (begun.people[who] for who in ("ann", "bob"))
    code, said, report = pull(begun, "--apply")
    [problem] = report["problems"]
    assert (code, problem["kind"], problem["annotator"], problem["span"][3]) == (1, "lost", ann.username, "Port Said")
    assert f"not written: {ann.username}  harbour.p02  lost: is not in the new text" in said
    assert [one["annotator"] for one in report["moved"]] == [bob.username]
    assert begun.passed("ann") == before
    code, said, again = pull(begun, "--apply")
    assert (code, "Already up to date" in said, again["problems"]) == (1, True, report["problems"])
    number = begun.number("harbour.p02")
    [lost] = [span["id"] for span in ann.spans(begun.project.id, number) if span["start_offset"] > 20]
    ann.unmark(begun.project.id, number, lost)
    assert pull(begun, "--apply")[0] == 0
    line = begun.passed("ann")["harbour.p02"]
    assert [line.surface(span) for span in line.spans] == ["Aurora"]
    assert line.extra == {"confirmed": True}


def test_another_paragraph_under_the_same_id_takes_no_spans(begun, pull):
    begun.mark("ann", "storm.p01", "Valparaíso", "PORT")
    begun.confirm("ann", "storm.p01", "storm.p02")
    rewrite(begun.corpus, "storm.p01", "Nobody in Valparaíso was told where the ferry had gone.")
    code, said, report = pull(begun, "--apply")
    assert (code, [problem["kind"] for problem in report["problems"]]) == (1, ["text"])
    assert "fewer than half of the words" in said
    assert begun.passed("ann").keys() == {"storm.p02"}


HOSTILE = ["../../../../evil.p01", "/evil.p01", "storm/../../evil.p01", "..\\evil.p01", "con.p01", ".p01"]


def test_hostile_ids_are_listed_and_nothing_is_written_for_them(begun, pull):
    hostile = [Example(name, "The Aurora") for name in HOSTILE]
    begun.send(want.row for want in desired_state.upload_rows(hostile, begun.project, ["SHIP"]))
    begun.send([{"text": "no key of ours", "label": []}])
    for example in begun.people["ann"].examples(begun.project.id):
        begun.people["ann"].confirm(begun.project.id, example["id"])
    before = {path for path in begun.corpus.root.parent.rglob("*") if path.is_file()}
    code, _, report = pull(begun, "--apply")
    assert code == 1
    assert {problem["kind"] for problem in report["problems"]} == {"foreign"}
    assert len(report["problems"]) == len(HOSTILE) + 1
    new = {path for path in begun.corpus.root.parent.rglob("*") if path.is_file()} - before
    allowed = {begun.corpus.passes / begun.people["ann"].username, begun.corpus.build}
    assert {path.parent for path in new} <= allowed


def test_of_two_copies_the_one_that_was_worked_on_counts(begun, pull):
    first = begun.number("storm.p01")
    examples = desired_state.desired_examples(begun.corpus, begun.corpus.entries)
    begun.send(dict(want.row) for want in desired_state.upload_rows(examples, begun.project, begun.corpus.scheme.names))
    begun.mark("ann", "storm.p01", "Storm", "PORT")
    begun.confirm("ann", "storm.p01")
    assert pull(begun, "--apply")[0] == 0
    assert len(begun.passed("ann")["storm.p01"].spans) == 1
    begun.people["bob"].confirm(begun.project.id, first)
    code, said, report = pull(begun, "--apply")
    assert (code, [problem["kind"] for problem in report["problems"]]) == (1, ["double", "double"])
    assert "delete all but one" in said


def test_a_name_that_cannot_be_a_folder_needs_a_pseudonym(doccano, begun, pull, tmp_path):
    begun.add(doccano_annotator.create_by_name(doccano, ".hidden"))
    person = begun.people[".hidden"]
    begun.confirm(".hidden", "storm.p01")
    begun.confirm("ann", "storm.p01")
    before = files(begun.corpus)
    code, said, _ = pull(begun, "--apply")
    assert (code, files(begun.corpus)) == (1, before)
    assert "Give " in said
    assert "pseudonym" in said
    listed = tmp_path / "members.toml"
    listed.write_text(f'[[member]]\nname = "{person.username}"\nrole = "annotator"\npseudonym = "r1"\n')
    assert pull(begun, "--apply", "--members", listed)[0] == 0
    assert {e.id for e in begun.corpus.pass_examples("r1")} == {"storm.p01"}
    listed.rename(begun.corpus.guidelines / "members.toml")
    assert "Already up to date" in pull(begun)[1]


def test_annotators_with_a_pseudonym_are_reported_under_it(begun, pull, tmp_path):
    ann, listed = begun.people["ann"], tmp_path / "members.toml"
    listed.write_text(f'[[member]]\nname = "{ann.username}"\nrole = "annotator"\npseudonym = "r7"\n')
    ann.comment(begun.project.id, begun.number("storm.p01"), "Why?")
    begun.mark("ann", "storm.p01", " ", "SHIP")
    begun.confirm("ann", "storm.p01", "storm.p02")
    code, said, report = pull(begun, "--members", listed)
    assert (code, ann.username in said) == (1, False)
    assert {one["annotator"] for one in [*report["problems"], *report["comments"], *report["files"]]} == {"r7"}


def test_an_account_that_was_renamed_on_the_server_keeps_its_pass(doccano, begun, pull):
    ann = begun.people["ann"]
    begun.mark("ann", "storm.p01", "Storm", "SHIP")
    begun.confirm("ann", "storm.p01")
    assert pull(begun, "--apply")[0] == 0
    name = f"DOMAIN\\{ann.username}"  # as a single sign-on makes it; no page of Doccano's does

    def rename(old, new):
        with contextlib.closing(sqlite3.connect(doccano.home / "db.sqlite3", timeout=20)) as database, database:
            database.execute("UPDATE auth_user SET username = ? WHERE username = ?", (new, old))

    rename(ann.username, name)
    try:
        begun.confirm("ann", "storm.p02")
        code, said, report = pull(begun, "--apply")
        assert (code, report["accounts"]) == (0, [{"from": ann.username, "to": name}])
        assert f"corpus/passes/{ann.username} is theirs" in said
        assert "Already up to date" in pull(begun)[1]
    finally:
        rename(name, ann.username)
    assert begun.passed("ann").keys() == {"storm.p01", "storm.p02"}
    assert [folder.name for folder in begun.corpus.passes.iterdir() if folder.name not in {"ann", "bob"}] == [
        ann.username
    ]


def test_an_empty_pull_reports_that_nobody_confirmed_anything(begun, pull):
    code, said, _ = pull(begun)
    assert (code, "Nobody has confirmed any example of this corpus there" in said) == (0, True)


def test_articles_alone_are_pulled_and_an_unknown_one_is_refused(begun, pull):
    begun.confirm("ann", "storm.p01", "strike.p01")
    assert pull(begun, "--apply", "--articles", "strike,harbour")[0] == 0
    assert begun.passed("ann").keys() == {"strike.p01"}
    code, said, _ = pull(begun, "--articles", "storn")
    assert (code, "Similar ids: storm" in said) == (1, True)


def test_spans_of_a_former_member_are_reported(begun, pull):
    begun.mark("bob", "harbour.p02", "Aurora", "SHIP")
    begun.confirm("ann", "storm.p01")
    [member] = [m for m in begun.server.members(begun.project.id) if m.user == begun.people["bob"].id]
    begun.server._call("DELETE", f"v1/projects/{begun.project.id}/members", json={"ids": [member.id]})
    code, said, report = pull(begun)
    assert (code, report["unseen"]) == (0, {"SHIP": 1})
    assert "of former members" in said


def test_a_shared_project_comes_back_as_gold(doccano, toy, people, pull):
    with doccano_project.from_corpus(doccano, toy, "shared", "gold") as begun:
        begun.add(people)
        ann = people["ann"]
        before = files(toy)
        assert pull(begun, "--apply")[0] == 0
        begun.confirm("ann", "storm.p01", "storm.p02")
        assert pull(begun, "--apply")[0] == 0
        assert files(toy) | {toy.build / "pull.json": b""} == before | {toy.build / "pull.json": b""}
        begun.mark("ann", "storm.p01", "Storm", "SHIP")
        begun.comment("ann", "storm.p01", "a name?")
        _, said, report = pull(begun, "--apply")
        assert report["comments"] == [{"annotator": ann.username, "example": "storm.p01", "text": "a name?"}]
        assert f"comment: {ann.username}  storm.p01  'a name?'" in said
        changed = {line.id: line for line in toy.gold_examples()}["storm.p01"]
        assert [changed.surface(span) for span in changed.spans] == ["Storm", "Valparaíso"]
        assert changed.extra == {"confirmed": True}


def test_a_project_that_was_renamed_is_named_with_a_remedy(begun, pull):
    moved = f"{begun.name} moved"
    begun.server.update_project(begun.project.id, name=moved)
    code, said, _ = pull(begun)
    assert code == 1
    assert f"the project {begun.name!r} is now called {moved!r}" in said
    assert f"Go on with --project {moved!r}" in said


@pytest.mark.slow
@settings(max_examples=40)
@given(data=st.data())
def test_any_text_and_any_spans_come_back_equal(doccano, people, data):
    texts = data.draw(st.lists(strategies.texts.filter(str.strip), min_size=1, max_size=5))
    examples = [
        Example(f"any.p{number:02}", text, data.draw(strategies.spans(text)), number)
        for number, text in enumerate(texts)
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        doccano_project.from_corpus(doccano, corpus_of(examples, folder)) as begun,
    ):
        begun.add(people)
        ann = people["ann"]
        numbers = {stored_id(row["meta"]): row["id"] for row in ann.examples(begun.project.id)}
        for example in examples:
            for span in example.spans:
                at = [doccano_project.utf16_length(example.text[:place]) for place in (span.start, span.end)]
                ann.mark(begun.project.id, numbers[example.id], *at, span.label)
            ann.confirm(begun.project.id, numbers[example.id])
        planned = plan_pull(begun.corpus, begun.server, begun.name)
        planned.apply()
        odd = {problem.example for problem in planned.problems}
        blank = {e.id for e in examples if any(e.surface(s) != e.surface(s).strip() for s in e.spans)}
        assert odd == blank
        assert {i: line.spans for i, line in begun.passed("ann").items()} == {
            e.id: e.spans for e in examples if e.id not in odd
        }


def corpus_of(examples, folder):
    """A corpus whose one article has these examples; they need not be paragraphs."""
    corpus = new_project.create(Path(folder) / "corpus")
    label = '[[label]]\nname = "{0}"\ndefinition = "."\ncolour = "#112233"\nshortcut = "{1}"\npage = "x.md"\n'
    labels = (label.format(name, number) for number, name in enumerate(strategies.LABELS))
    (corpus.guidelines / "labels.toml").write_text('version = "1"\n' + "".join(labels))
    write_manifest(corpus.folder / "manifest.jsonl", [ManifestEntry("any", "any.txt", "0" * 64)])
    gold.write(corpus.gold / "any.jsonl", [example.with_spans(()) for example in examples])
    return Corpus(corpus.root)


def test_an_example_that_changes_at_each_export_is_left_for_the_next_pull(begun, pull, monkeypatch):
    begun.mark("ann", "harbour.p02", "Aurora", "SHIP")
    begun.confirm("ann", "harbour.p02", "storm.p01")
    assert pull(begun, "--apply")[0] == 0
    before = begun.passed("ann")
    begun.confirm("ann", "storm.p02")
    export, marked = Doccano.export, iter(("Valparaíso", "Port Said", "left"))

    def while_ann_works(server, project, *, confirmed):
        if not confirmed:
            begun.mark("ann", "harbour.p02", next(marked), "PORT")
        return export(server, project, confirmed=confirmed)

    monkeypatch.setattr(Doccano, "export", while_ann_works)
    code, said, report = pull(begun, "--apply")
    monkeypatch.undo()
    assert (code, [problem["kind"] for problem in report["problems"]]) == (1, ["changed"])
    assert "somebody changed it while the project was exported" in said
    assert "it is left for the next pull, and its line in the corpus stays" in said
    after = begun.passed("ann")
    assert after["harbour.p02"] == before["harbour.p02"]
    assert after.keys() == {"harbour.p02", "storm.p01", "storm.p02"}
    plan_pull(begun.corpus, begun.server, begun.name).apply()
    assert len(begun.passed("ann")["harbour.p02"].spans) == 4
