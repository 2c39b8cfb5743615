"""`goldspan relabel`: what it prints, what it refuses, and when it writes."""

import json

import pytest

from goldspan import files
from goldspan.corpus import Corpus
from goldspan.corpus.change_journal import journal_path, write_together
from goldspan.relabel.change import plan_change
from goldspan.relabel.plan import plan_relabel


@pytest.fixture
def relabel(goldspan, toy, capsys):
    """The command on the toy corpus: its exit code and what it printed."""

    def run(*arguments):
        code = goldspan("relabel", *arguments, "--root", toy.root)
        return code, "".join(capsys.readouterr())

    return run


def state(corpus):
    found = (path for path in corpus.root.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path: path.read_bytes() for path in found}


def test_a_plan_writes_nothing_and_names_all_that_it_would_write(relabel, toy):
    before = state(toy)
    assert "2 in corpus and 5 in annotation_guidelines" in relabel("SHIP", "VESSEL")[1]
    code, printed = relabel("SHIP", "VESSEL", "--full")
    assert code == 0
    assert "rename: SHIP is called VESSEL now; guidelines 1.0 → 1.1" in printed
    assert "would write annotation_guidelines/labels.toml" in printed
    assert "nothing must be read again" in printed
    assert printed.rstrip().endswith("Carry it out with --apply.")
    assert state(toy) == before


def test_a_change_is_written_and_says_what_is_next(relabel, toy, goldspan):
    code, printed = relabel("SHIP", "VESSEL", "--apply")
    assert (code, "git checkout" in printed, "Next: goldspan check" in printed) == (0, False, True)
    assert Corpus(toy.root).scheme.names == ("VESSEL", "PORT", "CREW")
    assert goldspan("check", "--root", toy.root) == 0
    code, printed = relabel("SHIP", "VESSEL", "--apply")
    assert (code, "the scheme has no label 'SHIP'" in printed) == (2, True)


def test_class_ids_that_move_are_told_loudly(relabel):
    code, printed = relabel("SHIP", "PORT")
    assert (code, "CLASS IDS CHANGE: PORT 1 → 0, CREW 2 → 1." in printed) == (0, True)
    assert "CLASS IDS" not in relabel("SHIP", "VESSEL")[1]


def test_what_must_be_read_again_is_listed_and_counted(relabel, tmp_path):
    report = tmp_path / "report.json"
    code, printed = relabel("SHIP", "FERRY", "TUG", "--if", "Aurora|Gloria=TUG", "--json", report)
    assert code == 0
    assert "read again: storm.p02 [12, 24] 'Belle Étoile' in gold, ann, decisions" in printed
    assert "2 examples to read again, 3 spans: FERRY or TUG? They have FERRY for the time being" in printed
    assert "pass bob: 2 examples not confirmed any more" in printed
    value = json.loads(report.read_text(encoding="utf-8"))
    assert [(one["example"], one["span"]) for one in value["read_again"]] == [
        ("storm.p02", [12, 24, "Belle Étoile"]),
        ("storm.p02", [29, 38, "Nordlicht"]),
        ("storm.p03", [34, 43, "Nordlicht"]),
    ]
    assert (value["kind"], value["applied"], value["gold"]) == ("split", False, {"TUG": 4, "FERRY": 3})
    assert value["unconfirmed"] == {"ann": ["storm.p02", "storm.p03"], "bob": ["storm.p02", "storm.p03"]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("SHP", "X"), "Did you mean SHIP?"),
        (("SHIP", "SHIP"), "its name already"),
        (("SHIP", "a b"), "has a space"),
        (("SHIP", "VESSEL", "--if", "x=VESSEL"), "--if is for a split"),
        (("SHIP", "A", "B", "--if", "[=A"), "no regular expression"),
        (("SHIP",), "Missing argument"),
    ],
)
def test_wrong_usage_has_the_code_2(relabel, toy, arguments, message):
    before = state(toy)
    code, printed = relabel(*arguments, "--apply")
    assert (code, message in " ".join(printed.split())) == (2, True), printed
    assert state(toy) == before


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("corpus/gold/storm.jsonl", b"{", "not JSON"),
        ("corpus/passes/ann/storm.jsonl", b'{"id": "storm.p01"}\n', "is missing"),
        ("corpus/decisions/storm.jsonl", b"[]\n", "storm.jsonl:1"),
        ("annotation_guidelines/ship.md", b"\xff", "not UTF-8"),
        ("annotation_guidelines/patterns.jsonl", b"{]\n", "not JSON"),
        ("annotation_guidelines/CHANGELOG.md", b"## 9.0, 2026-01-01\n", "the newest entry is of version 9.0"),
        ("corpus/doccano.toml", b"[[former_label]]\n", "former_label"),
        ("goldspan.toml", b"[[recogniser]\n", "not TOML"),
        ("corpus/.change.part", b"{}", "is no journal"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_written(relabel, toy, file, content, message):
    path = toy.root / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    before = state(toy)
    code, printed = relabel("SHIP", "VESSEL", "--apply")
    assert (code, message in printed, "Traceback" in printed) == (1, True, False), printed
    assert state(toy) == before


def test_an_interrupted_change_is_completed_first(relabel, toy, monkeypatch):
    plan = plan_relabel(toy, plan_change(toy.scheme, "SHIP", ["VESSEL"]))

    def killed(_contents):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_all", killed)
        with pytest.raises(KeyboardInterrupt):
            write_together(toy, ("relabel", "SHIP", "VESSEL"), plan.contents)
    code, printed = relabel("VESSEL", "TUG")
    assert (code, "goldspan relabel SHIP VESSEL --apply" in printed) == (1, True)
    code, printed = relabel("VESSEL", "TUG", "--apply")
    assert (code, "Completed `goldspan relabel SHIP VESSEL`" in printed) == (0, True)
    assert Corpus(toy.root).scheme.names == ("TUG", "PORT", "CREW")
    assert not journal_path(toy).exists()
