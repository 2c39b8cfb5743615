"""No file of a site tells what annotators must not see; each test finds it where the rules are left out."""

import re
from dataclasses import replace

import pytest

from goldspan.annotation import Span
from goldspan.corpus import Corpus
from goldspan.corpus.assignment_plans import AssignedExample, assignment_file, content
from goldspan.doccano.controls import controls_file
from goldspan.doccano.corpus_record import DoccanoRecord, ProjectRecord, RoundRecord, write_record
from goldspan.formats import gold
from goldspan.site import build
from goldspan.site.build import SiteOptions, build_site
from goldspan.site.visibility import Visibility
from helpers import audit_project

SERVER = "https://doccano.example.org"
READERS = ("quixotea", "quixoteb")
COMMENT = "Zanzibarfog"


def project(name="r1", **keys):
    return ProjectRecord(name=name, server=SERVER, key="k0123456789ab", offsets="utf-16", **keys)


def files_of(corpus, folder):
    build_site(SiteOptions(corpus=Corpus(corpus.root), output=folder))
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()
    }


def without_rules(corpus, folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "visible_state", lambda _: Visibility())
        return files_of(corpus, folder)


def found(secrets, site):
    """Which secrets stand in a file of a site, or in its path."""
    everything = "\n".join(part for one in site.items() for part in one)
    return {secret for secret in secrets if secret in everything}


@pytest.fixture
def secret(toy):
    """A project whose readers have names, a comment and marked fragments of words that stand nowhere else.

    A fragment that is marked is an element of its own: `>arbo<`.
    """
    fragments = set()
    for old, new in zip(sorted(toy.annotators()), READERS, strict=True):
        (toy.passes / old).rename(toy.passes / new)
        for path in sorted((toy.passes / new).glob("*.jsonl")):
            first, *others = list(toy.confirmed_examples(new, [path.stem]))
            shift = 3 + 2 * READERS.index(new)
            word = next(one for one in re.finditer(r"\w{5,}", first.text[shift:]))
            start, end = shift + word.start() + 1, shift + word.end() - 1
            label = toy.scheme.labels[0].name
            extra = {**first.extra, "comments": [COMMENT]}
            marked = replace(first, spans=(Span(start, end, label),), extra=extra)
            path.write_text("".join(gold.line(one) for one in (marked, *others)), "utf-8")
            fragments.add(f">{first.text[start:end]}<")
        for path in toy.decisions.glob("*.jsonl"):
            path.write_text(path.read_text("utf-8").replace(f'"{old}"', f'"{new}"'), "utf-8")
    return toy, {*fragments, COMMENT, *READERS, "a ferry has a name, too"}


OPEN = {
    "a shared project": DoccanoRecord(projects=(project(),)),
    "a shared round": DoccanoRecord(
        projects=(project(),), rounds=(RoundRecord(name="r1", server=SERVER, annotators_per_example=2),)
    ),
    "a project per member": DoccanoRecord(
        projects=tuple(project(f"r1-{one}", round="r1", member=one) for one in READERS),
        rounds=(RoundRecord(name="r1", server=SERVER, each=True),),
    ),
    "a round with suggestions": DoccanoRecord(
        projects=tuple(project(f"r1-{one}", round="r1", member=one) for one in READERS),
        rounds=(RoundRecord(name="r1", server=SERVER, each=True, suggestions=True),),
    ),
    "the private project of one member": DoccanoRecord(projects=(project("alone", round="alone", member=READERS[0]),)),
    "a round whose project was deleted": DoccanoRecord(rounds=(RoundRecord(name="r1", server=SERVER),)),
    "one open round beside a closed one": DoccanoRecord(
        projects=(project(),),
        rounds=(
            RoundRecord(name="r0", server=SERVER, closed="2026-12-01"),
            RoundRecord(name="r1", server=SERVER),
        ),
    ),
}


@pytest.mark.parametrize("name", OPEN)
def test_an_open_round_hides_who_read_what(secret, tmp_path, name):
    corpus, secrets = secret
    assert found(secrets, files_of(corpus, tmp_path / "never pushed")) == secrets
    if name == "a shared project":
        write_record(corpus, OPEN[name])
        assert found(secrets, without_rules(corpus, tmp_path / "bare")) == secrets
    write_record(corpus, OPEN[name])
    assert not found(secrets, files_of(corpus, tmp_path / "open"))


def test_a_closed_round_hides_nothing(secret, tmp_path):
    corpus, secrets = secret
    closed = RoundRecord(name="r1", server=SERVER, each=True, closed="2026-12-01")
    projects = tuple(project(f"r1-{one}", round="r1", member=one) for one in READERS)
    write_record(corpus, DoccanoRecord(projects=projects, rounds=(closed,)))
    assert found(secrets, files_of(corpus, tmp_path / "site")) == secrets


def test_of_an_assigned_article_alone_the_readings_are_hidden(secret, tmp_path):
    corpus, secrets = secret
    rounds = (RoundRecord(name="r1", server=SERVER, annotators_per_example=2),)
    write_record(corpus, DoccanoRecord(projects=(project(),), rounds=rounds))
    one = next(corpus.gold_examples(["storm"]))
    assigned = assignment_file(corpus, "r1")
    assigned.parent.mkdir(parents=True, exist_ok=True)
    assigned.write_text(content([AssignedExample(one.id, READERS)]), "utf-8")
    marked = {one for one in secrets if one.startswith(">")}
    of_storm = {
        f">{example.surface(span)}<"
        for name in READERS
        for example in corpus.confirmed_examples(name, ["storm"])
        for span in example.spans
    } & marked
    assert of_storm
    assert found(marked, files_of(corpus, tmp_path / "open")) == marked - of_storm


def test_the_gold_of_an_article_with_a_control_is_hidden_and_no_file_names_controls(secret, tmp_path):
    corpus, _ = secret
    control = next(corpus.gold_examples(["harbour"]))
    word = next(re.finditer(r"\w{6,}", control.text))
    span = Span(word.start() + 2, word.end() - 2, corpus.scheme.labels[0].name)
    path = corpus.gold / "harbour.jsonl"
    lines = [replace(control, spans=(span,)), *list(corpus.gold_examples(["harbour"]))[1:]]
    path.write_text("".join(map(gold.line, lines)), "utf-8")
    write_record(corpus, OPEN["a shared round"])
    plain = files_of(corpus, tmp_path / "plain")
    listed = controls_file(corpus, "r1")
    listed.parent.mkdir(parents=True, exist_ok=True)
    listed.write_text(f"{control.id}\n", "utf-8")
    marked = {f">{control.surface(span)}<"}
    assert found(marked, plain) == marked
    assert found(marked, without_rules(corpus, tmp_path / "bare")) == marked
    hidden = files_of(corpus, tmp_path / "open")
    assert not found(marked, hidden)
    words = {page: len(re.findall("control", text, re.IGNORECASE)) for page, text in hidden.items()}
    assert all(
        number <= len(re.findall("control", plain.get(page, ""), re.IGNORECASE)) for page, number in words.items()
    )


def test_an_audit_that_not_everybody_has_read_hides_what_was_planted_and_who_accepted_it(tmp_path):
    names = ("quixotea", "quixoteb", "quixotec")
    corpus = audit_project.make_project(tmp_path / "project", 12, annotators=names)
    audit = audit_project.planned(corpus, redraws=99)
    planted = {
        f">{audit.examples[name].surface(span)}<"
        for name, errors in audit.planted.items()
        for error in errors
        for span in error.spans
    }
    assert planted
    audit_project.read_made_up(corpus, audit, accepts=1.0, annotators=names[:2])
    shown = found({*planted, *names[:2]}, without_rules(corpus, tmp_path / "bare"))
    assert {*names[:2]} < shown
    hidden = files_of(corpus, tmp_path / "site")
    assert not found({*shown, "planted", "data-span="}, hidden)
    assert not found(names, hidden)
    audit_project.read_made_up(corpus, audit, accepts=1.0)
    assert {*names} <= found(names, files_of(corpus, tmp_path / "read"))
