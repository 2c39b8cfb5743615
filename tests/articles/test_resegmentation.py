"""After [examples] was changed, gold, passes and decisions move to the new examples; what cannot move is named."""

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import checks, files
from goldspan.annotation import Example, Span
from goldspan.articles.examples import article_examples
from goldspan.articles.resegmentation import named_elsewhere, recut
from goldspan.corpus import Corpus, assignment_plans
from goldspan.corpus.assignment_plans import AssignedExample, assignment_file, read_assignments
from goldspan.corpus.manifest import ManifestEntry, write_manifest
from goldspan.corpus.shown_suggestions import shown_examples
from goldspan.errors import InputError
from goldspan.formats import decisions, gold
from helpers.audits import write_audit

TALKS = """\
Talks in Pyla
By Jane Doe
The Nordlicht left Pyla. Ten sailors stayed. Gen. Doe spoke.
The Belle Étoile came. It left.
"""
LABELS = """\
version = "1.0"

[[label]]
name = "LABEL"
definition = "A name."
colour = "#1f6fb2"
shortcut = "n"
page = "label.md"
"""


def project(folder, text=TALKS, unit="paragraph", article="talks"):
    corpus = Corpus(folder)
    for path in (corpus.seeds, corpus.guidelines, corpus.folder):
        path.mkdir(parents=True)
    corpus.scheme_file.write_text(LABELS, encoding="utf-8")
    (folder / "seeds" / f"{article}.txt").write_text(text, encoding="utf-8", newline="")
    digest = hashlib.sha256((folder / "seeds" / f"{article}.txt").read_bytes()).hexdigest()
    write_manifest(corpus.folder / "manifest.jsonl", [ManifestEntry(article, f"{article}.txt", digest)])
    return set_unit(corpus, unit)


def set_unit(corpus, unit, more=""):
    (corpus.root / "goldspan.toml").write_text(f'[examples]\nunit = "{unit}"\n{more}', encoding="utf-8")
    return Corpus(corpus.root)


def mark(example, *marks, **extra):
    """The example with spans on the first occurrences of these words."""
    spans = [Span(example.text.index(w), example.text.index(w) + len(w), label) for w, label in marks]
    return Example(example.id, example.text, tuple(spans), example.at, extra)


def write(corpus, examples, annotator=None):
    folder = corpus.gold if annotator is None else corpus.passes / annotator
    folder.mkdir(parents=True, exist_ok=True)
    gold.write(folder / "talks.jsonl", examples)


def read(corpus, annotator=None):
    lines = corpus.gold_examples() if annotator is None else corpus.pass_examples(annotator)
    return {e.id: ([(e.surface(s), s.label) for s in e.spans], dict(e.extra)) for e in lines}


def annotated(folder):
    """A project of paragraphs with gold, a pass that is confirmed but for its last example, and one without keys."""
    corpus = project(folder)
    title, first, second = article_examples(corpus, corpus.entries[0])
    marks = ("Nordlicht", "LABEL"), ("Gen. Doe", "LABEL")
    write(corpus, [title, mark(first, *marks), mark(second, ("Belle Étoile", "LABEL"))])
    write(
        corpus,
        [
            mark(title, confirmed=True),
            mark(first, *marks, confirmed=True, comments=["which Doe?"]),
            mark(second, ("Belle", "LABEL"), confirmed=False),
        ],
        "ann",
    )
    write(corpus, [title, mark(first, marks[0])], "bob")
    return corpus


def test_paragraphs_become_sentences_with_their_spans_comments_and_confirmations(tmp_path):
    corpus = set_unit(annotated(tmp_path / "p"), "sentence")
    assert recut(corpus, apply=True).misfits == []
    assert read(corpus) == {
        "talks.s01": ([], {}),
        "talks.s03": ([("Nordlicht", "LABEL")], {}),
        "talks.s04": ([], {}),
        "talks.s05": ([("Gen. Doe", "LABEL")], {}),
        "talks.s06": ([("Belle Étoile", "LABEL")], {}),
        "talks.s07": ([], {}),
    }
    assert read(corpus, "ann") == {
        "talks.s01": ([], {"confirmed": True}),
        "talks.s03": ([("Nordlicht", "LABEL")], {"comments": ["which Doe?"], "confirmed": True}),
        "talks.s04": ([], {"confirmed": True}),
        "talks.s05": ([("Gen. Doe", "LABEL")], {"confirmed": True}),
        "talks.s06": ([("Belle", "LABEL")], {"confirmed": False}),
        "talks.s07": ([], {"confirmed": False}),
    }
    assert read(corpus, "bob").keys() == {"talks.s01", "talks.s03", "talks.s04", "talks.s05"}
    assert not [f for f in checks.check_project(corpus) if f.check in {"unit-mismatch", "example-unknown"}]
    assert recut(corpus, apply=True).contents == {}


def assigned(corpus):
    return {name: one.annotators for name, one in read_assignments(assignment_file(corpus, "kfor")).items()}


def test_the_new_examples_are_read_by_those_who_were_to_read_the_old_ones(tmp_path):
    corpus = annotated(tmp_path / "p")
    people = {"talks.p01": ("ann", "bob"), "talks.p03": ("ann", "cy"), "talks.p04": ("bob", "cy"), "other.p01": ("cy",)}
    lines = [AssignedExample(name, who) for name, who in people.items()]
    files.write(assignment_file(corpus, "kfor"), assignment_plans.content(lines))
    plan = recut(set_unit(corpus, "sentence"), apply=True)
    assert plan.json()["assigned"] == {str(assignment_file(corpus, "kfor")): {"before": 4, "after": 7}}
    assert assigned(corpus) == {
        "other.p01": ("cy",),
        "talks.s01": ("ann", "bob"),
        "talks.s03": ("ann", "cy"),
        "talks.s04": ("ann", "cy"),
        "talks.s05": ("ann", "cy"),
        "talks.s06": ("bob", "cy"),
        "talks.s07": ("bob", "cy"),
    }
    recut(set_unit(corpus, "article"), apply=True)
    assert assigned(corpus) == {"other.p01": ("cy",), "talks": ("ann", "bob")}
    assert recut(Corpus(corpus.root)).contents == {}


def test_an_article_that_nobody_read_is_assigned_anew(tmp_path):
    corpus = project(tmp_path / "p")
    lines = [AssignedExample(f"talks.p0{number}", ("ann",)) for number in (1, 3, 4)]
    files.write(assignment_file(corpus, "kfor"), assignment_plans.content(lines))
    recut(set_unit(corpus, "sentence"), apply=True)
    assert assigned(corpus) == {}


def test_sentences_become_the_same_paragraphs_again(tmp_path):
    corpus = annotated(tmp_path / "p")
    before = {path: path.read_bytes() for path in corpus.folder.rglob("talks.jsonl")}
    recut(set_unit(corpus, "sentence"), apply=True)
    recut(set_unit(corpus, "paragraph"), apply=True)
    assert {path: path.read_bytes() for path in corpus.folder.rglob("talks.jsonl")} == before


def test_an_article_is_confirmed_only_if_all_of_its_text_was_and_gold_says_what_was_not(tmp_path):
    corpus = set_unit(annotated(tmp_path / "p"), "article")
    plan = recut(corpus, apply=True)
    ((spans, extra),) = read(corpus).values()
    assert spans == [("Nordlicht", "LABEL"), ("Gen. Doe", "LABEL"), ("Belle Étoile", "LABEL")]
    ((start, end),) = extra["not_annotated"]
    assert TALKS[start:end] == "By Jane Doe"
    assert read(corpus, "ann") == {
        "talks": ([("Nordlicht", "LABEL"), ("Gen. Doe", "LABEL"), ("Belle", "LABEL")],
                  {"comments": ["which Doe?"], "confirmed": False})
    }  # fmt: skip
    assert read(corpus, "bob")["talks"][1] == {"confirmed": False}
    assert plan.after[corpus.gold / "talks.jsonl"] == (1, 0, 3)


def test_a_whole_article_without_boilerplate_stays_confirmed(tmp_path):
    corpus = project(tmp_path / "p", TALKS.replace("By Jane Doe\n", ""))
    write(corpus, [mark(e, confirmed=True) for e in article_examples(corpus, corpus.entries[0])], "ann")
    corpus = set_unit(corpus, "article")
    recut(corpus, apply=True)
    assert read(corpus, "ann") == {"talks": ([], {"confirmed": True})}
    recut(set_unit(corpus, "sentence"), apply=True)
    assert [extra for _, extra in read(corpus, "ann").values()] == [{"confirmed": True}] * 6


@pytest.mark.parametrize("leave_out", [False, True])
def test_a_span_across_a_new_edge_is_named_and_nothing_is_written_unless_it_is_left_out(tmp_path, leave_out):
    corpus = project(tmp_path / "p")
    title, first, second = article_examples(corpus, corpus.entries[0])
    for annotator in (None, "ann"):
        write(corpus, [title, mark(first, ("Pyla. Ten sailors", "LABEL"), ("Doe", "LABEL")), second], annotator)
    before = {path: path.read_bytes() for path in corpus.folder.rglob("talks.jsonl")}
    corpus = set_unit(corpus, "sentence")
    plan = recut(corpus, leave_out=leave_out, apply=True)
    assert {(m.line, m.example, m.surface, m.reason) for m in plan.misfits} == {
        (2, "talks.p03", "Pyla. Ten sailors", "would be in talks.s03 and talks.s04")
    }
    if not leave_out:
        assert {path: path.read_bytes() for path in before} == before
        return
    found = read(corpus)
    assert [len(found[f"talks.s0{n}"][1]["not_annotated"]) for n in (3, 4)] == [1, 1]
    assert found["talks.s05"] == ([("Doe", "LABEL")], {})
    confirmed = {name: extra["confirmed"] for name, (_, extra) in read(corpus, "ann").items()}
    assert [name for name, is_confirmed in confirmed.items() if not is_confirmed] == ["talks.s03", "talks.s04"]


def test_a_span_on_boilerplate_is_in_no_example(tmp_path):
    corpus = project(tmp_path / "p", unit="article")
    (whole,) = article_examples(corpus, corpus.entries[0])
    write(corpus, [mark(whole, ("Jane Doe", "LABEL"), ("Pyla", "LABEL"))])
    plan = recut(set_unit(corpus, "paragraph"), apply=True)
    assert [m.reason for m in plan.misfits] == ["is in no example: it is boilerplate now"]


def test_a_decision_moves_with_its_text_and_its_votes(tmp_path):
    corpus = annotated(tmp_path / "p")
    first = article_examples(corpus, corpus.entries[0])[1]
    at, far = first.text.index("Gen. Doe"), first.text.index("stayed. Gen.")
    choice = (Span(at, at + 8, "LABEL"),)
    candidates = (decisions.Candidate(choice, ("ann",)), decisions.Candidate((), ("bob",)))

    def decision(start, end, text=first.text, spans=choice, votes=candidates):
        return decisions.line(
            decisions.Decision("talks.p03", decisions.fingerprint(text), start, end, votes, spans, "adjudicated", "lea",
                               "2026-03-01", "1.0"), text
        )  # fmt: skip

    lines = [decision(at, at + 8), decision(0, 3, "Old text", (), ())]
    files.write_all({corpus.decisions / "talks.jsonl": "".join(lines).encode()})
    corpus = set_unit(corpus, "sentence")
    plan = recut(corpus, apply=True)
    moved, old = decisions.read(corpus.decisions / "talks.jsonl")
    assert (moved.decision.example, moved.decision.start, moved.decision.end) == ("talks.s05", 0, 8)
    assert moved.decision.sha256 == decisions.fingerprint("Gen. Doe spoke.")
    assert moved.decision.choice == (Span(0, 8, "LABEL"),)
    assert [c.by for c in moved.decision.candidates] == [("ann",), ("bob",)]
    assert old.raw + "\n" == lines[1]
    assert plan.outdated == [(corpus.decisions / "talks.jsonl", 2)]
    recut(set_unit(corpus, "paragraph"), apply=True)
    files.write_all({corpus.decisions / "talks.jsonl": decision(far, at + 8).encode()})
    (misfit,) = recut(set_unit(corpus, "sentence")).misfits
    assert (misfit.label, misfit.reason) == (None, "would be in talks.s04 and talks.s05")


@pytest.mark.parametrize("written", range(4))
def test_what_was_stopped_is_carried_on_with_its_decisions(tmp_path, written):
    corpus = annotated(tmp_path / "p")
    first = article_examples(corpus, corpus.entries[0])[1]
    decision = decisions.Decision("talks.p03", decisions.fingerprint(first.text), 4, 13, (), (Span(4, 13, "LABEL"),),
                                  "adjudicated", "lea", "2026-03-01", "1.0")  # fmt: skip
    files.write_all({corpus.decisions / "talks.jsonl": decisions.line(decision, first.text).encode()})
    corpus = set_unit(corpus, "sentence")
    wanted = recut(corpus).contents
    assert len(wanted) == 4
    files.write_all(dict(list(wanted.items())[:written]))
    recut(corpus, apply=True)
    assert {path: files.read_bytes(path) for path in wanted} == wanted


def test_what_people_have_named_is_told_with_its_new_names(tmp_path):
    corpus = annotated(tmp_path / "p")
    allow = '[allow]\nedge-punctuation = ["talks.p03: Doe"]\nparagraph-across-splits = ["talks.p04"]\n'
    files.write(corpus.scheme_file, f"{LABELS}\n{allow}")
    files.write(corpus.controls / "mission.txt", "talks.p01\n")
    corpus = set_unit(corpus, "sentence")
    named = {(path.name, name): new for path, name, new in named_elsewhere(corpus, recut(corpus))}
    assert named == {
        ("labels.toml", "talks.p03: Doe"): ["talks.s03", "talks.s04", "talks.s05"],
        ("labels.toml", "talks.p04"): ["talks.s06", "talks.s07"],
        ("mission.txt", "talks.p01"): ["talks.s01"],
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"at": 40}, "has another text at 40"),
        ({"at": 26, "text": "The Nordlicht", "id": "talks.p04"}, "has text that talks.p03 has, too"),
    ],
)
def test_lines_that_are_no_slices_are_refused(tmp_path, change, message):
    corpus = annotated(tmp_path / "p")
    path = corpus.gold / "talks.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows[2 if "id" in change else 1] |= change | {"spans": []}
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        recut(set_unit(corpus, "sentence"))


def test_an_article_that_was_edited_is_refused(tmp_path):
    corpus = set_unit(annotated(tmp_path / "p"), "sentence")
    (corpus.seeds / "talks.txt").write_text(TALKS + "More.\n", encoding="utf-8")
    with pytest.raises(InputError, match="not the file as received"):
        recut(corpus)


def test_the_articles_of_an_audit_are_not_cut_otherwise(tmp_path):
    """Also where nobody has read them: what was planted is about the examples as they are."""
    corpus = project(tmp_path / "p")
    [entry] = corpus.entries
    write_audit(corpus, "spring", {"talks": article_examples(corpus, entry)})
    assert recut(corpus).moved == {}
    with pytest.raises(InputError, match="in the audit 'spring'") as error:
        recut(set_unit(corpus, "sentence"))
    assert error.value.example == "talks.p01"


LINES = ["Pyla is calm. Doe left.", "By Jane Doe", "Gen. Doe spoke…", "- one. Two", "| a | b |", "| c | d |", "Ten men"]
UNITS = st.sampled_from(["paragraph", "sentence", "article"])


@settings(max_examples=30)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=6), UNITS, UNITS, st.data())
def test_every_span_moves_or_is_named_and_no_text_becomes_annotated(tmp_path_factory, lines, old, new, data):
    text = "\n".join(lines)
    corpus = project(tmp_path_factory.mktemp("law") / "p", text, old)
    examples = article_examples(corpus, corpus.entries[0])
    chosen = []
    for example in examples:
        edges = data.draw(st.sets(st.integers(0, len(example.text)), max_size=4).map(sorted))
        spans = tuple(Span(a, b, "LABEL") for a, b in zip(edges[::2], edges[1::2], strict=False))
        extra = {"confirmed": data.draw(st.booleans())}
        chosen.append(Example(example.id, example.text, spans, example.at, extra))
    write(corpus, chosen, "ann")
    before = {(e.at + s.start, e.at + s.end) for e in chosen for s in e.spans}
    confirmed = {at for e in chosen if e.extra["confirmed"] for at in range(e.at, e.at + len(e.text))}
    corpus = set_unit(corpus, new)
    plan = recut(corpus, leave_out=True, apply=True)
    after = [*corpus.pass_examples("ann")]
    moved = {(e.at + s.start, e.at + s.end) for e in after for s in e.spans}
    assert moved <= before
    assert len(moved) + len(plan.misfits) == len(before)
    for example in after:
        text_of = {at for at in range(example.at, example.at + len(example.text)) if not text[at].isspace()}
        assert not example.extra["confirmed"] or text_of <= confirmed
    assert recut(corpus).contents == {}


def test_what_was_shown_is_cut_with_the_passes_and_their_lines_stay_aided(tmp_path):
    corpus = project(tmp_path / "talks")
    first, second = [each for each in article_examples(corpus, corpus.entries[0]) if each.text.startswith("The")]
    suggested = mark(first, ("Nordlicht", "LABEL"), ("left Pyla. Ten", "LABEL"), ("Doe", "LABEL"))
    keys = {"rules": ["a", "b", "c"], "scores": [0.1, 0.2, 0.3], "recognisers": ["x", "y", "z"], "sent": "0"}
    shown = [replace(suggested, extra=keys), replace(second, extra={"rules": [], "scores": [], "recognisers": []})]
    gold.write(corpus.shown / "kfor-ann" / "talks.jsonl", shown)
    write(corpus, [mark(first, ("Nordlicht", "LABEL"), confirmed=True, aided="kfor-ann")], "ann")
    assert not recut(corpus, apply=True).moved
    corpus = set_unit(corpus, "sentence")
    assert not recut(corpus, apply=True).dropped
    lines = list(shown_examples(corpus, "kfor-ann"))
    assert [([line.surface(one) for one in line.spans], line.extra.get("rules")) for line in lines[:3]] == [
        (["Nordlicht"], ["a"]),
        ([], []),
        (["Doe"], ["c"]),
    ]
    assert lines[2].extra == {"rules": ["c"], "scores": [0.3], "recognisers": ["z"]}
    passes = list(corpus.pass_examples("ann"))
    assert {line.id for line in passes} <= {line.id for line in lines}
    assert [line.extra for line in passes] == [{"confirmed": True, "aided": "kfor-ann"}] * 3
    assert not [one for one in checks.check_project(corpus) if one.check == "aided-unknown"]
