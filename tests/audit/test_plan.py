"""The plan of an audit: what is planted, for whom, and what is refused."""

import hashlib
import json
import shutil
from dataclasses import replace

import pytest

from goldspan import files
from goldspan.audit.plan import AuditOptions, plan_audit
from goldspan.audit.planting import validate_rates
from goldspan.audit.power import ReaderModel
from goldspan.corpus import Corpus
from goldspan.corpus.audits import (
    KINDS,
    PlantingRates,
    PrimaryTest,
    read_audit,
    read_suggestions,
    renamed_annotators,
    shown_errors,
    unread_articles,
)
from goldspan.errors import InputError, InvalidValueError, NotFoundError
from goldspan.formats import gold
from helpers.audit_project import DAY, EASY, make_project, planned, read_made_up


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("audit") / "project", 8)


@pytest.fixture
def corpus(made, tmp_path):
    """A project with eight articles that nobody has read."""
    for folder in ("annotation_guidelines", "corpus", "seeds", "build"):
        for path in (made.root / folder).rglob("*"):
            if path.is_file():
                files.write(tmp_path / "p" / path.relative_to(made.root), path.read_text())
    return Corpus(tmp_path / "p")


def plan(corpus, name="spring", **options):
    return plan_audit(corpus, name, AuditOptions(**{"day": DAY, "redraws": 99, "model": EASY, **options}))


def test_the_halves_are_drawn_and_all_aided_readers_are_shown_the_same(corpus):
    audit = planned(corpus, seed=3)
    assert audit.annotators == ("ann", "bob", "cy")
    assert [len(audit.shown_to(name)) for name in audit.annotators] == [4, 4, 4]
    assert audit.shown_to("somebody else") == ()
    readers = {article: sum(article in audit.shown_to(name) for name in audit.annotators) for article in audit.articles}
    assert {*readers.values()} == {1, 2}
    assert audit.suggestions_folder == corpus.audits / "spring" / "suggestions"


def test_each_error_is_one_of_its_kind(corpus):
    audit = planned(corpus)
    before = {one.id: one for article in audit.articles for one in read_suggestions(corpus, article)}
    assert {error.kind for errors in audit.planted.values() for error in errors} == {*KINDS}
    for name, shown in audit.examples.items():
        suggested, errors = {*before[name].spans}, audit.planted.get(name, ())
        taken = {error.suggested for error in errors if error.suggested}
        added = {error.shown for error in errors if error.shown}
        assert {*shown.spans} == suggested - taken | added
        assert not any(a.overlaps(b) for a in shown.spans for b in shown.spans if a is not b)
        assert [len(shown.extra[key]) for key in ("rules", "scores", "recognisers")] == [len(shown.spans)] * 3
        for error in errors:
            a, b = error.shown, error.suggested
            if error.kind == "edge":
                assert a.label == b.label
                assert (a.start == b.start) != (a.end == b.end)
            elif error.kind == "label":
                assert (a.start, a.end) == (b.start, b.end)
                assert a.label != b.label
            elif error.kind == "spurious":
                assert not any(a.overlaps(span) for span in suggested)
                assert shown.text[a.start].isupper() or shown.text[a.start].isdigit()


def test_the_rates_hold_on_average_and_no_article_is_too_dense(corpus):
    made = plan(corpus, rates=PlantingRates(spurious=0.1, edge=0.2, label=0.05, omitted=0.15))
    assert made.suggested == 96
    for kind, rate in (("spurious", 0.1), ("edge", 0.2), ("label", 0.05), ("omitted", 0.15)):
        assert abs(made.kinds[kind] - rate * made.suggested) <= len(made.articles)
    for one in plan(corpus, densest=0.1, rates=PlantingRates(spurious=0.03, edge=0.03, label=0.03)).articles:
        shown = sum(len(example.spans) for example in one.examples)
        assert one.kinds.total() - one.kinds["omitted"] <= 0.1 * shown


def test_nothing_that_is_right_by_gold_is_planted_as_wrong(corpus):
    """Gold that came from elsewhere: everything that the plan could plant before is right now."""
    first = planned(corpus)
    spurious = {
        name: [error.shown for error in errors if error.kind == "spurious"] for name, errors in first.planted.items()
    }
    for article in first.articles:
        lines = [
            gold.line(one.with_spans([*one.spans, *spurious.get(one.id, ())]))
            for one in read_suggestions(corpus, article)
        ]
        files.write(corpus.gold / f"{article}.jsonl", "".join(lines))
    for path in sorted((corpus.audits / "spring").rglob("*.js*")):
        path.unlink()
    again = planned(Corpus(corpus.root))
    right = {one.id: {*one.spans} for one in corpus.gold_examples()}
    errors = [(name, error) for name, some in again.planted.items() for error in some]
    assert errors
    assert not any(error.shown in right[name] for name, error in errors)
    assert all(error.suggested in right[name] for name, error in errors if error.suggested)


def test_the_same_seed_plans_the_same(corpus):
    assert plan(corpus, seed=5).record == plan(corpus, seed=5).record
    assert plan(corpus, seed=5).record.aided != plan(corpus, seed=6).record.aided


def test_the_plan_says_its_power_and_warns_where_it_is_low(corpus):
    made = plan(corpus, model=ReaderModel())
    assert made.record.power.power < 0.8
    assert made.record.power.articles > 8
    assert any("below 0.8" in note for note in made.notes)
    many = plan(corpus, annotators=("ann", "bob", "cy"), primary=PrimaryTest(level=0.5))
    assert many.record.power.power > 0.8
    assert not any("below" in note for note in many.notes)
    assert any("two annotators" in note for note in plan(corpus, annotators=("ann", "bob")).notes)


def test_what_somebody_has_read_is_refused_or_left_out(corpus):
    [example, *_] = read_suggestions(corpus, "port03")
    line = gold.line(example.with_spans(())).replace('"spans": []', '"spans": [], "confirmed": true')
    files.write(corpus.passes / "bob" / "port03.jsonl", line)
    with pytest.raises(InputError, match="bob has read the article already") as error:
        plan(corpus)
    assert "--leave-out-read" in error.value.remedy
    made = plan(corpus, leave_out_read=True)
    assert made.left_out == {"read already": ("port03",)}
    assert "port03" not in made.record.articles
    assert plan(corpus, annotators=("ann", "cy")).left_out == {}


def test_what_somebody_may_have_seen_is_refused_or_left_out(corpus):
    """A project of a member who is no annotator of the audit shows nothing to those who are."""
    for project, article in (("news", "port01"), ("kfor-zoe", "port02")):
        path = corpus.shown / project / f"{article}.jsonl"
        files.write(path, (corpus.suggestions / f"{article}.jsonl").read_text())
    with pytest.raises(InputError, match="were shown in news already"):
        plan(corpus)
    table = '[[project]]\nname = "{}"\nserver = "https://d.example.org"\nkey = "k{:012}"\noffsets = "utf-16"\n'
    other = table.format("kfor-zoe", 2) + 'round = "kfor"\nmember = "zoe"\n'
    files.write(corpus.folder / "doccano.toml", table.format("news", 1) + "\n" + other)
    assert plan(corpus, leave_out_read=True).left_out == {"shown already": ("port01",)}


def test_what_cannot_be_planned_is_refused(corpus):
    with pytest.raises(InputError, match="two annotators or more"):
        plan(corpus, annotators=("ann",))
    with pytest.raises(NotFoundError, match="no annotator 'zoe'"):
        plan(corpus, annotators=("ann", "zoe"))
    with pytest.raises(InputError, match="two articles or more"):
        plan(corpus, articles=("port00",))
    with pytest.raises(InvalidValueError, match="the name"):
        plan(corpus, "a/b")
    with pytest.raises(InvalidValueError, match="no p is as small"):
        plan(corpus, redraws=9)
    with pytest.raises(InvalidValueError, match="would be planted wrong"):
        validate_rates(PlantingRates(spurious=0.3, edge=0.3), 0.5)
    with pytest.raises(InvalidValueError, match="the rate of edge"):
        validate_rates(PlantingRates(edge=2), 0.5)
    with pytest.raises(InvalidValueError, match="densest"):
        validate_rates(PlantingRates(), 0.7)
    (corpus.suggestions / "port02.jsonl").unlink()
    with pytest.raises(NotFoundError, match="port02 has no suggestions"):
        plan(corpus)


def test_suggestions_for_another_text_are_refused(corpus):
    path = corpus.suggestions / "port01.jsonl"
    path.write_text(path.read_text().replace("before noon", "before dawn"))
    with pytest.raises(InputError, match="another text"):
        plan(corpus)


def test_a_plan_is_made_once(corpus):
    planned(corpus)
    with pytest.raises(InputError, match="already"):
        plan(corpus)
    with pytest.raises(InputError, match="two articles or more"):
        plan(corpus, "autumn")
    with pytest.raises(InputError, match="in the audit 'spring' already"):
        plan(corpus, "autumn", articles=("port00", "port01"))


# The reader


def test_a_plan_that_somebody_changed_is_refused(corpus):
    audit = planned(corpus)
    path = audit.folder / "plan.json"
    text = path.read_text()
    for old, new, message in (
        ('"level": 0.05', '"level": 0.1', "its digest"),
        ('"seed": 0', '"seed": "0"', "seed"),
        ('"name": "spring"', '"name": "autumn"', "digest"),
        ("{", "[", "JSON"),
    ):
        path.write_text(text.replace(old, new, 1))
        with pytest.raises(InputError, match=message):
            read_audit(corpus, "spring")
    path.write_text(text)
    assert read_audit(corpus, "spring").record == audit.record


def test_suggestions_that_somebody_changed_are_refused(corpus):
    audit = planned(corpus)
    path = audit.suggestions_folder / "port00.jsonl"
    text = path.read_text()
    path.write_text(text.replace("made.up", "other", 1))
    with pytest.raises(InputError, match="was changed after"):
        read_audit(corpus, "spring")
    path.unlink()
    with pytest.raises(InputError, match="is missing"):
        read_audit(corpus, "spring")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("planted", "spurious"),
        ("planted", [{"kind": "odd", "shown": None, "suggested": None}]),
        ("planted", [{"kind": "spurious", "shown": [0, 2, "SHIP", "On"], "suggested": None}]),
        ("planted", [{"kind": "omitted", "shown": None, "suggested": None}]),
        ("planted", [{"kind": "omitted", "shown": None, "suggested": [0, 2, "SHIP", "No"]}]),
        ("planted", [{"kind": "omitted", "shown": None, "suggested": [0, 999, "SHIP", "On"]}]),
    ],
)
def test_what_is_no_planted_error_is_refused(corpus, key, value):
    """Also where all digests fit."""
    audit = planned(corpus)
    path = audit.suggestions_folder / "port00.jsonl"
    first, *rest = path.read_text().splitlines()
    content = "\n".join([json.dumps({**json.loads(first), key: value}), *rest]) + "\n"
    path.write_text(content)
    digests = {**audit.record.suggestions, "port00": hashlib.sha256(content.encode()).hexdigest()}
    (audit.folder / "plan.json").write_text(replace(audit.record, suggestions=digests).text())
    with pytest.raises(InputError, match="planted") as error:
        read_audit(corpus, "spring")
    assert (error.value.file, error.value.line, error.value.example) == (path, 1, "port00.p01")


def test_there_is_no_audit(corpus):
    with pytest.raises(NotFoundError, match="no audit 'spring'"):
        read_audit(corpus, "spring")
    planned(corpus)
    with pytest.raises(NotFoundError) as error:
        read_audit(corpus, "autumn")
    assert "spring" in error.value.remedy


def test_the_errors_that_were_shown_are_known_by_example(corpus):
    audit = planned(corpus)
    shown = shown_errors(corpus)
    assert {name: tuple(one.error for one in errors) for name, errors in shown.items()} == dict(audit.planted)
    for name, errors in shown.items():
        article = audit.examples[name].article
        assert errors[0].readers == {one for one in audit.annotators if article in audit.shown_to(one)}


def test_a_planted_span_that_was_shown_is_of_no_audit_that_is_there(corpus):
    audit = planned(corpus)
    article = audit.articles[0]
    shown = corpus.shown / "spring-ann" / f"{article}.jsonl"
    shown.parent.mkdir(parents=True)
    shutil.copy(audit.suggestions_folder / shown.name, shown)
    assert shown_errors(corpus)
    shutil.rmtree(corpus.audits)
    with pytest.raises(InputError, match="corpus/audits does not have it"):
        shown_errors(corpus)


def test_the_articles_that_an_annotator_of_an_audit_has_not_read_are_known(corpus):
    audit = planned(corpus)
    first, *others = audit.articles
    assert unread_articles(corpus, audit.articles) == dict.fromkeys(audit.articles, "spring")
    assert unread_articles(corpus, [first, "nothing of it"]) == {first: "spring"}
    read_made_up(corpus, audit, accepts=0.3)
    assert unread_articles(corpus, audit.articles) == {}
    (corpus.passes / "cy" / f"{first}.jsonl").unlink()
    assert unread_articles(corpus, audit.articles) == {first: "spring"}
    assert unread_articles(corpus, others) == {}


def test_passes_of_made_up_readers_are_valid(corpus):
    audit = planned(corpus)
    read_made_up(corpus, audit, accepts=0.3)
    assert sorted(corpus.annotators()) == [*audit.annotators]


def test_an_annotator_who_gets_another_folder_has_it_in_the_plan(corpus):
    audit = planned(corpus)
    for path, content in renamed_annotators(corpus, {"ann": "zoe", "nobody": "x"}):
        path.write_bytes(content)
    after = read_audit(corpus, "spring")
    assert after.annotators == ("bob", "cy", "zoe")
    assert after.shown_to("zoe") == audit.shown_to("ann")
    assert [*renamed_annotators(corpus, {"nobody": "x"})] == []
