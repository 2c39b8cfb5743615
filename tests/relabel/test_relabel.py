"""A change of a label in a whole project: nothing is lost, and what was in order before is in order after."""

import json
import re
import shutil
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import files
from goldspan.adjudication.state import read_state
from goldspan.annotation import Span
from goldspan.checks.runner import check_project
from goldspan.corpus import Corpus
from goldspan.corpus.audits import PlantedSuggestion, read_audit
from goldspan.corpus.change_journal import journal_path, read_journal
from goldspan.corpus.manifest import read_manifest
from goldspan.doccano.corpus_record import read_record, record_path
from goldspan.errors import InputError
from goldspan.formats import gold
from goldspan.relabel.change import plan_change
from goldspan.relabel.plan import plan_relabel
from goldspan.suggest.suggester import Suggester
from helpers.audits import write_audit
from helpers.sample_corpus import BELLE, NORD, PORT, set_pass_spans

DAY = "2026-11-30"


def relabel(corpus, old, *new, conditions=()):
    """Carry out a change; the plan of it."""
    corpus = Corpus(corpus.root)
    plan = plan_relabel(corpus, plan_change(corpus.scheme, old, new, conditions), day=DAY)
    plan.apply()
    return plan


def contents(corpus):
    """The bytes of each file of a project but the changelogs, without the version of the guidelines."""
    found = {}
    for path in sorted(corpus.root.rglob("*")):
        if path.is_file() and path.name != "CHANGELOG.md":
            data = re.sub(rb'("guidelines": |^version = )"[\d.]+"', rb'\1"V"', path.read_bytes(), flags=re.MULTILINE)
            found[path.relative_to(corpus.root).as_posix()] = data
    return found


def findings(corpus):
    return sorted((one.check, one.example or "") for one in check_project(Corpus(corpus.root)))


def extents(corpus):
    """How many spans each file of annotation has."""
    corpus = Corpus(corpus.root)
    by_annotator = {name: list(corpus.pass_examples(name)) for name in corpus.annotators()}
    everything = {"gold": list(corpus.gold_examples()), **by_annotator}
    return {
        (name, one.id): [(span.start, span.end) for span in one.spans]
        for name, examples in everything.items()
        for one in examples
    }


def labels(corpus, annotator=None):
    corpus = Corpus(corpus.root)
    examples = corpus.gold_examples() if annotator is None else corpus.pass_examples(annotator)
    return {(one.id, one.surface(span)): span.label for one in examples for span in one.spans}


def test_a_rename_there_and_back_gives_the_same_bytes(toy):
    files.write(toy.root / "goldspan.toml", '[[recogniser]]\nkind = "spacy"\nlabels = { VES = "SHIP" } # SHIP\n')
    files.write(toy.guidelines / "patterns.jsonl", '{"pattern":"Aurora", "label":"SHIP"}\n{"label": "PORT"}\n')
    before, clean = contents(toy), findings(toy)
    relabel(toy, "SHIP", "Schiff/Ü")
    between = contents(toy)
    assert findings(toy) == clean == []
    assert "SHIP" not in labels(toy).values()
    assert b'"Schiff/\xc3\x9c" } # SHIP' in between["goldspan.toml"]
    assert between["annotation_guidelines/patterns.jsonl"].startswith(
        '{"pattern":"Aurora", "label":"Schiff/Ü"}'.encode()
    )
    relabel(toy, "Schiff/Ü", "SHIP")
    assert contents(toy) == before
    assert toy.scheme_file.read_text(encoding="utf-8").startswith('version = "1.2"\n')


def test_an_audit_has_the_new_names_and_fitting_digests(toy):
    example = next(one for one in toy.gold_examples() if any(span.label == "SHIP" for span in one.spans))
    ship = next(span for span in example.spans if span.label == "SHIP")
    planted = PlantedSuggestion("label", replace(ship, label="PORT"), ship)
    shown = example.with_spans([*(one for one in example.spans if one != ship), planted.shown])
    before = write_audit(toy, "spring", {example.article: [shown]}, {example.id: (planted,)})
    relabel(toy, "SHIP", "VESSEL")
    after = read_audit(Corpus(toy.root), "spring")
    [error] = after.planted[example.id]
    assert error == PlantedSuggestion("label", planted.shown, replace(ship, label="VESSEL"))
    assert after.record.suggestions != before.record.suggestions
    assert after.aided == before.aided


def test_a_rename_of_every_label_of_the_real_corpus_leaves_it_as_clean_as_it_was(project, tmp_path):
    for name in ("annotation_guidelines", "corpus", "seeds", "goldspan.toml"):
        source = project.root / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    corpus = Corpus(tmp_path)
    before, clean, comments = contents(corpus), findings(corpus), corpus.scheme_file.read_text().count("#")
    plan = relabel(corpus, "MILITARY_UNIT", "FORCE")
    assert findings(corpus) == clean
    assert corpus.scheme_file.read_text().count("#") == comments
    assert Corpus(tmp_path).scheme["FORCE"].display == "UNIT"
    assert {entry.guidelines for entry in read_manifest(corpus.folder / "manifest.jsonl")} == {"1.2"}
    assert plan.to_read == ()
    relabel(corpus, "FORCE", "MILITARY_UNIT")
    assert contents(corpus) == before


NAMES = st.sampled_from(["SHIP", "PORT", "CREW"])


@settings(max_examples=12)
@given(
    st.lists(st.tuples(NAMES, st.lists(st.sampled_from(["SHIP", "PORT", "CREW", "A", "B"]), min_size=1, max_size=3)))
)
def test_no_change_loses_or_moves_a_span_or_breaks_gold(changes):
    toy = Path(__file__).parents[1] / "data" / "toy"
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(toy, Path(folder) / "toy")
        corpus = Corpus(Path(folder) / "toy")
        set_pass_spans(corpus, "bob", "storm.p02", BELLE, NORD, Span(49, 59, "SHIP"))
        before = extents(corpus)
        for old, new in changes:
            scheme = Corpus(corpus.root).scheme
            if old in scheme and len({*new}) == len(new) and new != [old]:
                errors = {one for one in findings(corpus) if one[0] == "gold-underived"}
                relabel(corpus, old, *new)
                assert {one for one in findings(corpus) if one[0] == "gold-underived"} <= errors
        assert extents(corpus) == before
        assert not {one[0] for one in findings(corpus)} & {"unknown-label", "bad-line", "bad-decision", "bad-example"}


def test_a_merge_settles_disputes_and_removes_decisions_that_are_needless(toy):
    """Ann has a ship and bob a port at one place, which was decided; and at another, which was not."""
    set_pass_spans(toy, "bob", "storm.p02", Span(12, 24, "PORT"), NORD, PORT)
    path = toy.decisions / "storm.jsonl"
    decision = json.loads(path.read_text(encoding="utf-8"))
    decision["candidates"][1]["spans"] = [[12, 24, "PORT", "Belle Étoile"]]
    files.write(path, files.dumps(decision) + "\n")
    set_pass_spans(toy, "bob", "strike.p03", Span(4, 10, "PORT"), Span(16, 25, "PORT"))
    lines = [one for one in toy.gold_examples(["strike"]) if one.id != "strike.p03"]
    gold.write(toy.gold / "strike.jsonl", lines)
    assert findings(toy) == [("example-missing", "strike.p03")]
    assert [one.example.id for one in read_state(Corpus(toy.root)).open] == ["strike.p03"]
    plan = relabel(toy, "SHIP", "PORT")
    assert [one.example for one in plan.annotations.needless] == ["storm.p02"]
    assert (plan.annotations.agreed, plan.annotations.new_gold) == (1, ("strike.p03",))
    assert not path.exists()
    state = read_state(Corpus(toy.root))
    assert (state.open, state.gold_differences) == ([], {})
    assert plan.change.moved_classes == {"PORT": (1, 0), "CREW": (2, 1)}


def test_a_decision_that_a_merge_would_make_valid_again_goes(toy):
    """Decided was that nothing is right; then both annotators came to mark the same, under another label."""
    path = toy.decisions / "storm.jsonl"
    decision = json.loads(path.read_text(encoding="utf-8"))
    span = [[12, 24, "PORT", "Belle Étoile"]]
    decision |= {"candidates": [{"spans": span, "by": ["ann", "bob"]}], "choice": [], "how": "hand"}
    files.write(path, files.dumps(decision) + "\n")
    set_pass_spans(toy, "bob", "storm.p02", BELLE, NORD, PORT)
    assert [one[0] for one in findings(toy)] == ["stale-decision"]
    plan = relabel(toy, "SHIP", "PORT")
    assert [one.example for one in plan.annotations.revived] == ["storm.p02"]
    assert not [one for one in findings(toy) if one[0] in {"gold-underived", "stale-decision"}]


def test_of_two_spans_that_become_the_same_one_stays_with_what_belongs_to_it(toy):
    path = toy.passes / "ann" / "strike.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows[2]["spans"] = [[4, 10, "PORT", "Gloria"], [4, 10, "SHIP", "Gloria"], [16, 25, "PORT", "Port Said"]]
    rows[2] |= {"rules": ["a", "b", "c"], "scores": [0.1, 0.2, 0.3]}
    files.write(path, "".join(files.dumps(row) + "\n" for row in rows))
    plan = relabel(toy, "SHIP", "PORT")
    row = json.loads(path.read_text(encoding="utf-8").splitlines()[2])
    assert row["spans"] == [[4, 10, "PORT", "Gloria"], [16, 25, "PORT", "Port Said"]]
    assert (row["rules"], row["scores"]) == (["a", "c"], [0.1, 0.3])
    assert sum(plan.annotations.counts.collisions.values()) == 1


def test_a_split_decides_by_words_and_lists_what_must_be_read_again(toy):
    plan = relabel(toy, "SHIP", "FERRY", "VESSEL", conditions=["Aurora|Gloria=VESSEL"])
    assert labels(toy)["strike.p03", "Gloria"] == "VESSEL"
    assert labels(toy)["storm.p02", "Nordlicht"] == "FERRY"
    assert [(one.example, one.surface, one.where) for one in plan.annotations.reading] == [
        ("storm.p02", "Belle Étoile", ("gold", "ann", "decisions")),
        ("storm.p02", "Nordlicht", ("gold", "ann", "bob")),
        ("storm.p03", "Nordlicht", ("gold", "ann", "bob")),
    ]
    confirmed = {one.id: one.extra.get("confirmed") for one in toy.pass_examples("bob")}
    assert {name for name, value in confirmed.items() if value is False} == {"storm.p02", "storm.p03"}
    assert confirmed["storm.p01"] is True  # where one line of a file states it, all must
    assert confirmed["strike.p03"] is None  # in a file of which nothing is to be read again nothing changes
    versions = {entry.id: entry.guidelines for entry in Corpus(toy.root).entries}
    assert versions == {"harbour": "2.0", "storm": "1.0", "strike": "2.0"}
    assert {one[0] for one in findings(toy)} == {"old-guidelines", "stale-decision"}


def test_a_split_whose_patterns_decide_all_leaves_nothing_to_read(toy):
    plan = relabel(toy, "SHIP", "FERRY", "VESSEL", conditions=["Aurora|Gloria=VESSEL", ".=FERRY"])
    assert plan.annotations.reading == ()
    assert findings(toy) == []


def test_the_changelog_says_what_is_to_be_read_again_for_the_rules_of_the_page(toy):
    page = toy.guidelines / "ship.md"
    files.write(page, f"{page.read_text(encoding='utf-8')}\n## S-1 Names of ships\n\nThey count.\n")
    path = toy.decisions / "storm.jsonl"
    files.write(path, path.read_text(encoding="utf-8").replace('"rule": null', '"rule": "S-1"'))
    relabel(toy, "SHIP", "FERRY", "VESSEL", conditions=["Aurora|Gloria=VESSEL"])
    corpus = Corpus(toy.root)
    entry = (corpus.guidelines / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## 2.0, 2026-11-30" in entry
    assert "- **S-1:** " in entry
    assert r"`Belle\s+Étoile`" in entry
    state = read_state(corpus)
    assert [one.id for one in state.gold_to_read_again("S-1")] == ["storm.p02", "storm.p03"]


def test_a_decision_on_which_a_split_leaves_nothing_open_holds(toy):
    page = toy.guidelines / "ship.md"
    files.write(page, f"{page.read_text(encoding='utf-8')}\n## S-1 Names of ships\n\nThey count.\n")
    path = toy.decisions / "storm.jsonl"
    files.write(path, path.read_text(encoding="utf-8").replace('"rule": null', '"rule": "S-1"'))
    relabel(toy, "SHIP", "FERRY", "TUG", conditions=["Belle|Nord=FERRY", "Gloria=TUG"])
    assert json.loads(path.read_text(encoding="utf-8"))["guidelines"] == "2.0"
    assert {one[0] for one in findings(toy)} == {"old-guidelines"}  # of the article with the Aurora


def test_no_page_is_made_for_a_name(toy):
    (toy.guidelines / "ship.md").unlink()
    relabel(toy, "SHIP", "VESSEL")
    assert {path.name for path in toy.guidelines.glob("*.md")} == {"crew.md", "port.md", "CHANGELOG.md"}
    relabel(toy, "VESSEL", "FERRY", "TUG")
    assert (toy.guidelines / "tug.md").is_file()
    assert not [one for one in findings(toy) if one[0] == "guideline-block"]


def test_a_decision_under_an_older_version_holds_after_a_rename(toy):
    page = toy.guidelines / "ship.md"
    files.write(page, f"{page.read_text(encoding='utf-8')}\n## S-1 Names of ships\n\nThey count.\n")
    path = toy.decisions / "storm.jsonl"
    files.write(path, path.read_text(encoding="utf-8").replace('"rule": null', '"rule": "S-1"'))
    relabel(toy, "SHIP", "VESSEL")
    assert findings(toy) == []
    assert json.loads(path.read_text(encoding="utf-8"))["guidelines"] == "1.0"


PAGE = """\
# SHIP

A `SHIP` is a SHIP; SHIPS are not. In a sentence: `[Aurora]{SHIP}`.

| ✗ `[the Aurora]{SHIP}` ✓ the `[Aurora]{SHIP}` | `[Odesa \\[old\\]]{PORT}` | S-1 |

```ner
The [Belle
Étoile]{SHIP} left [[Port]{SHIP} Said]{PORT}.
```
"""


def test_marked_examples_change_and_words_are_listed(toy):
    page = toy.guidelines / "notes.md"
    files.write(page, PAGE)
    plan = relabel(toy, "SHIP", "FERRY", "TUG", conditions=["^Aurora$=TUG", "Belle Étoile=TUG"])
    assert page.read_text(encoding="utf-8") == PAGE.replace("the Aurora]{SHIP}", "the Aurora]{FERRY}").replace(
        "Aurora]{SHIP}", "Aurora]{TUG}"
    ).replace("Étoile]{SHIP}", "Étoile]{TUG}").replace("Port]{SHIP}", "Port]{FERRY}")
    assert [one.line for one in plan.pages.mentions if one.file == page] == [1, 3]
    assert plan.pages.undecided[page] == 2


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_lines_of_labels_toml_that_a_person_wrote_stay(toy, newline):
    text = (
        "\ufeff# Ours.\n\nversion = '1.0' # of 2026\n\n# Ships.\n[[ label ]] # first\n"
        '  "name"   =  "SHIP"   # SHIP = a ship\ndefinition = "The SHIP."\ncolour = "#1f6fb2"\nshortcut = "s"\n'
        'page = "ship.md"\ndisplay = "Boot"\n\n# Ports.\n[[label]]\nname = "PORT"\ndefinition = "Ports."\n'
        'colour = "#2f6f4f"\nshortcut = "p"\npage = "port.md"\n# the end\n\n[allow]\nleading-article = ["The SHIP"]'
    ).replace("\n", newline)
    toy.scheme_file.write_bytes(text.encode())
    for path in (*toy.gold.glob("*"), *toy.passes.glob("*/*"), *toy.decisions.glob("*")):
        path.unlink()
    relabel(toy, "SHIP", "VESSEL")
    renamed = text.replace('"SHIP"   #', '"VESSEL"   #').replace("'1.0'", '"1.1"')
    assert toy.scheme_file.read_bytes() == renamed.encode()
    relabel(toy, "VESSEL", "FERRY", "TUG")
    split = toy.scheme_file.read_bytes().decode()
    assert "display" not in split
    assert "# the end" in split
    assert Corpus(toy.root).scheme.names == ("FERRY", "PORT", "TUG")
    relabel(toy, "FERRY", "PORT")
    merged = toy.scheme_file.read_bytes().decode()
    assert "# Ships." not in merged
    assert "# Ports." in merged
    assert "# Ours." in merged
    assert Corpus(toy.root).scheme.names == ("PORT", "TUG")
    assert newline == "\n" or "\n" not in merged.replace("\r\n", "")


TABLE = '[[label]]\nname = "A"\ndefinition = "x"\ncolour = "#1f6fb2"\nshortcut = "a"\npage = "a.md"\n'
INLINE = 'label = [{name = "A", definition = "x", colour = "#1f6fb2", shortcut = "a", page = "a.md"}]\n'


@pytest.mark.parametrize(
    "form",
    [
        f'version = "1.0"\n{INLINE}',
        f'version = """1.0"""\n\n{TABLE}',
        f'version = "1.0"\n\n{TABLE}'.replace('"A"', '"""A"""'),
        f'version = "1.0"\n\n{TABLE}'.replace('"x"', '"""\n[[label]]\n"""'),
    ],
)
def test_a_form_of_labels_toml_that_is_not_understood_is_refused(toy, form):
    files.write(toy.scheme_file, form)
    before = contents(toy)
    with pytest.raises(InputError, match="in a form that cannot be changed"):
        relabel(toy, "A", "B")
    assert contents(toy) == before


DOCCANO = """\
[[project]]
name = "ships"
server = "https://doccano.example.org"
key = "k3f9a1c2e4d5"
offsets = "utf-16"

[[label_types]]
project = "k3f9a1c2e4d5"
numbers = { "PORT" = 2, "SHIP" = 1 }
"""


def test_what_is_remembered_of_doccano_knows_every_former_name(toy):
    files.write(record_path(toy), DOCCANO)
    relabel(toy, "SHIP", "VESSEL")
    record = read_record(toy)
    assert record.label_numbers("k3f9a1c2e4d5") == {"PORT": 2, "VESSEL": 1}
    assert [(one.name, one.labels) for one in record.former_labels] == [("SHIP", ["VESSEL"])]
    relabel(toy, "VESSEL", "PORT")
    record = read_record(toy)
    assert record.label_numbers("k3f9a1c2e4d5") == {"PORT": 2, "VESSEL": 1}  # its type is there still
    assert {one.name: one.labels for one in record.former_labels} == {"SHIP": ["PORT"], "VESSEL": ["PORT"]}
    relabel(toy, "PORT", "QUAY", "PIER", conditions=['"|Said=PIER'])
    record = read_record(toy)
    assert {(one.name, *one.labels) for one in record.former_labels} == {
        (name, "QUAY", "PIER") for name in ("SHIP", "VESSEL", "PORT")
    }
    assert {one.rules[0].pattern for one in record.former_labels} == {'"|Said'}
    relabel(toy, "PIER", "SHIP")
    assert {one.name: one.labels for one in read_record(toy).former_labels} == {
        "VESSEL": ["QUAY", "SHIP"], "PORT": ["QUAY", "SHIP"], "PIER": ["SHIP"]
    }  # fmt: skip


def test_a_label_cannot_stay_beside_what_is_split_off_it_while_its_spans_are_in_doccano(toy):
    relabel(toy, "PORT", "PORT", "QUAY")
    files.write(record_path(toy), DOCCANO)
    with pytest.raises(InputError, match="nobody could tell"):
        relabel(toy, "SHIP", "SHIP", "FERRY")
    relabel(toy, "SHIP", "SHIP_2", "FERRY")
    relabel(toy, "SHIP_2", "SHIP")
    assert Corpus(toy.root).scheme.names == ("SHIP", "PORT", "CREW", "QUAY", "FERRY")


def test_a_project_that_never_saw_a_doccano_gets_no_record(toy):
    relabel(toy, "SHIP", "VESSEL")
    assert not record_path(toy).exists()


def test_a_run_that_is_killed_between_two_files_is_completed(toy, monkeypatch):
    for stop in (0, 1, 3, 12):
        corpus = Corpus(toy.root)
        old, new = corpus.scheme.names[0], f"NEW{stop}"
        plan = plan_relabel(corpus, plan_change(corpus.scheme, old, [new]), day=DAY)
        with monkeypatch.context() as patch:
            patch.setattr(files, "write_all", lambda all_of, stop=stop: kill_after(all_of, stop))
            with pytest.raises(KeyboardInterrupt):
                plan.apply()
        journal = read_journal(corpus)
        assert journal is not None
        assert journal.command == ("relabel", old, new)
        journal.complete(corpus)
        assert not journal_path(corpus).exists()
        assert findings(toy) == []
        assert Corpus(toy.root).scheme.names[0] == new


def kill_after(all_of, number):
    for path, content in list(all_of.items())[:number]:
        path.write_bytes(content)
    raise KeyboardInterrupt


def test_a_file_that_was_changed_after_an_interruption_is_not_overwritten(toy, monkeypatch):
    plan = plan_relabel(toy, plan_change(toy.scheme, "SHIP", ["VESSEL"]), day=DAY)
    with monkeypatch.context() as patch:
        patch.setattr(files, "write_all", lambda all_of: kill_after(all_of, 1))
        with pytest.raises(KeyboardInterrupt):
            plan.apply()
    (toy.passes / "bob" / "storm.jsonl").unlink()
    before = contents(toy)
    with pytest.raises(InputError, match="was changed after"):
        read_journal(toy).complete(toy)
    assert contents(toy) == before


def test_a_full_disk_leaves_all_as_it_was(toy, monkeypatch):
    before = contents(toy)
    plan = plan_relabel(toy, plan_change(toy.scheme, "SHIP", ["VESSEL"]), day=DAY)

    def full(_path, _content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_write_beside", full)
    with pytest.raises(OSError, match="No space"):
        plan.apply()
    assert contents(toy) == before


RECOGNISERS = """\
[[recogniser]] # SHIP = "SHIP"
kind = "spacy"
name = "SHIP"
labels = { SHIP = "SHIP", 'PORT' = 'SHIP' }

[[recogniser]]
kind = "language-model"
ask_for = [
    "SHIP", # "SHIP"
    "CREW",
]

[[recogniser]]
kind = "regex"
patterns = { SHIP = "SHIP", PORT = ["SHIP"] }
[recogniser.files]
SHIP = "SHIP"
"PORT" = "ports.txt"

[checks]
label-conflict = "off"
"""


def test_recognisers_give_the_new_label_for_what_they_call_as_before(toy):
    files.write(toy.root / "goldspan.toml", RECOGNISERS)
    relabel(toy, "SHIP", "VESSEL")
    value = tomllib.loads((toy.root / "goldspan.toml").read_text(encoding="utf-8"))
    spacy, model, regex = value["recogniser"]
    assert (spacy["name"], spacy["labels"]) == ("SHIP", {"SHIP": "VESSEL", "PORT": "VESSEL"})
    assert model["ask_for"] == ["VESSEL", "CREW"]
    assert regex["patterns"] == {"VESSEL": "SHIP", "PORT": ["SHIP"]}
    assert regex["files"] == {"VESSEL": "SHIP", "PORT": "ports.txt"}
    relabel(toy, "VESSEL", "FERRY", "TUG")
    [_, model, _] = tomllib.loads((toy.root / "goldspan.toml").read_text(encoding="utf-8"))["recogniser"]
    assert model["ask_for"] == ["FERRY", "TUG", "CREW"]


def test_what_of_the_settings_cannot_be_changed_is_named(toy):
    text = '[[recogniser]]\nkind = "regex"\npatterns = { SHIP = "a", PORT = "b" }\n'
    files.write(toy.root / "goldspan.toml", text)
    plan = relabel(toy, "SHIP", "PORT")  # two patterns of one key: a person has to make them one
    assert (toy.root / "goldspan.toml").read_text(encoding="utf-8") == text
    assert "goldspan.toml names SHIP where goldspan cannot change it: write PORT there by hand" in plan.notes


def test_a_gazetteer_that_a_label_names_goes_with_it(toy):
    folder = toy.guidelines / "gazetteers"
    files.write(folder / "SHIP.txt", "Aurora\n")
    files.write(folder / "port.txt", "Odesa")  # named after the page
    relabel(toy, "SHIP", "VESSEL")
    assert {path.name for path in folder.iterdir()} == {"VESSEL.txt", "port.txt"}
    relabel(toy, "VESSEL", "PORT")
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("port.txt", "Odesa\nAurora\n")]
    relabel(toy, "PORT", "CREW")
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("CREW.txt", "Odesa\nAurora\n")]


def test_files_outside_of_the_project_are_named_and_left_alone(toy):
    outside = toy.root.parent / "patterns.jsonl"
    files.write(outside, '{"label": "SHIP", "pattern": "Aurora"}\n')
    files.write(toy.root / "goldspan.toml", '[[recogniser]]\nkind = "patterns"\nfiles = ["../patterns.jsonl"]\n')
    plan = relabel(toy, "SHIP", "VESSEL")
    assert "SHIP" in outside.read_text(encoding="utf-8")
    assert any("is outside of the project" in note for note in plan.notes)


@pytest.mark.parametrize("new", [("VESSEL", "TUG"), ("PORT", "QUAY"), ("DOCK", "QUAY")])
@pytest.mark.parametrize(("content", "is_noted"), [("# Names.\nAurora\n", True), ("# Names, one a line.\n\n", False)])
def test_after_a_split_the_names_of_a_list_are_to_be_read_whatever_the_file_is_called(content, is_noted, new, toy):
    old = "SHIP" if "TUG" in new else "PORT"
    files.write(toy.guidelines / "gazetteers" / f"{old.lower()}.txt", content)  # as the page, which stays
    plan = relabel(toy, old, *new)
    assert any(f"these names were of {old}" in note for note in plan.notes) == is_noted


def test_a_recogniser_that_maps_by_name_is_pointed_out(toy):
    files.write(toy.root / "goldspan.toml", '[[recogniser]]\nkind = "spacy"\n')
    plan = relabel(toy, "SHIP", "VESSEL")
    assert any('labels = { "SHIP" = "VESSEL" }' in note for note in plan.notes)


OF_OWN_NAMES = """\
[[recogniser]]
kind = "regex"
patterns = { SHIP = "a", PORT = "b" }
labels = { SHIP = "CREW" }

[[recogniser]]
kind = "regex"
name = "others"
[recogniser.patterns]
SHIP = "a"

[[recogniser]]
kind = "patterns"
labels = { SHIP = "PORT" }

[[recogniser]]
kind = "patterns"
name = "more"
files = ["more.jsonl"]

[[recogniser]]
kind = "gazetteer"
files = { SHIP = "ships.txt" }
labels = { SHIP = "SHIP" }
"""


def test_a_name_that_a_recogniser_maps_is_one_of_its_own(toy):
    files.write(toy.root / "goldspan.toml", OF_OWN_NAMES)
    line = '{"label": "SHIP", "pattern": "Aurora"}\n'
    files.write(toy.guidelines / "patterns.jsonl", line)
    files.write(toy.root / "more.jsonl", line)
    files.write(toy.root / "ships.txt", "Aurora\n")
    plan = relabel(toy, "SHIP", "VESSEL")
    mapped, others, *_, gazetteer = tomllib.loads((toy.root / "goldspan.toml").read_text("utf-8"))["recogniser"]
    assert (mapped["patterns"], mapped["labels"]) == ({"SHIP": "a", "PORT": "b"}, {"SHIP": "CREW"})
    assert others["patterns"] == {"VESSEL": "a"}
    assert (gazetteer["files"], gazetteer["labels"]) == ({"SHIP": "ships.txt"}, {"SHIP": "VESSEL"})
    assert (toy.guidelines / "patterns.jsonl").read_text("utf-8") == line
    assert (toy.root / "more.jsonl").read_text("utf-8") == line.replace("SHIP", "VESSEL")
    assert not any("by hand" in note for note in plan.notes)
    assert Suggester.of(Corpus(toy.root)).recognisers


def test_a_gazetteer_that_maps_a_list_of_ours_is_pointed_out(toy):
    files.write(toy.root / "goldspan.toml", '[[recogniser]]\nkind = "gazetteer"\nlabels = { SHIP = "CREW" }\n')
    plan = relabel(toy, "SHIP", "VESSEL")
    assert "goldspan.toml names SHIP where goldspan cannot change it: write VESSEL there by hand" in plan.notes
