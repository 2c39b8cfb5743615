"""Annotated files become articles and passes, every span on its words."""

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from goldspan import checks, formats
from goldspan.annotation import Example, Span
from goldspan.articles.annotated import AnnotatedInput, add_annotated
from goldspan.articles.examples import article_examples
from goldspan.cli import app
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import ManifestEntry, write_manifest
from goldspan.errors import InputError
from goldspan.formats import ReadOptions, gold
from helpers import sample_corpus

LABELS = ("SHIP", "PORT")
FIRST = "The Nordwind left Port Ellis at noon, and nobody on the quay had seen her captain."
SECOND = "Her sister ship, the Seeadler, waited for two more days before she followed."
NORDWIND, ELLIS, SEEADLER = Span(4, 12, "SHIP"), Span(18, 28, "PORT"), Span(21, 29, "SHIP")
EXAMPLES = [Example("storm.p01", FIRST, (NORDWIND, ELLIS)), Example("storm.p02", SECOND, (SEEADLER,))]


@pytest.fixture
def corpus(tmp_path):
    return sample_corpus.make(tmp_path / "project", [Example("old.p01", "Nothing.")], LABELS)


def add(corpus, path, *, apply=True, **options):
    return add_annotated(corpus, [path], AnnotatedInput(**options), apply=apply)


def confirmed(corpus, annotator):
    again = Corpus(corpus.root)
    return list(again.confirmed_examples(annotator, [entry.id for entry in again.entries]))


def words(corpus, annotator):
    return [(e.surface(s), s.label) for e in confirmed(corpus, annotator) for s in e.spans]


@pytest.mark.parametrize("name", [name for name in formats.NAMES if formats.get(name).can_write])
def test_a_file_of_any_format_can_be_added(name, corpus, tmp_path):
    entry = formats.get(name)
    path = tmp_path / ("storm" if entry.is_folder else f"storm{entry.suffixes[0]}")
    entry.write(path, EXAMPLES)
    addition = add(corpus, path, form=name, annotator="ann")
    assert [row.status for row in addition.articles] == ["new"] * len(addition.articles)
    (annotator,) = {folder.name for folder in corpus.passes.iterdir()}
    assert words(corpus, annotator) == [("Nordwind", "SHIP"), ("Port Ellis", "PORT"), ("Seeadler", "SHIP")]


def test_paragraphs_of_one_article_are_one_text_and_the_project_passes_its_checks(corpus, tmp_path):
    gold.write(tmp_path / "a.jsonl", EXAMPLES)
    before = {finding.check for finding in checks.check_project(Corpus(corpus.root))}
    add(corpus, tmp_path / "a.jsonl", annotator="ann")
    assert (corpus.seeds / "storm.txt").read_text() == f"{FIRST}\n\n{SECOND}\n"
    again = Corpus(corpus.root)
    assert [entry.id for entry in again.entries] == ["old", "storm"]
    assert {finding.check for finding in checks.check_project(again)} <= before


def test_a_plan_writes_nothing_and_what_is_added_twice_is_unchanged(corpus, tmp_path):
    gold.write(tmp_path / "a.jsonl", EXAMPLES)
    before = sorted(path for path in corpus.root.rglob("*"))
    assert add(corpus, tmp_path / "a.jsonl", annotator="ann", apply=False).articles[0].status == "new"
    assert sorted(path for path in corpus.root.rglob("*")) == before
    add(corpus, tmp_path / "a.jsonl", annotator="ann")
    assert add(corpus, tmp_path / "a.jsonl", annotator="ann").articles[0].status == "unchanged"


def test_another_pass_of_the_same_annotator_is_not_overwritten(corpus, tmp_path):
    gold.write(tmp_path / "a.jsonl", EXAMPLES)
    add(corpus, tmp_path / "a.jsonl", annotator="ann")
    gold.write(tmp_path / "a.jsonl", [EXAMPLES[0].with_spans(()), EXAMPLES[1]])
    with pytest.raises(InputError, match="this pass is there already"):
        add(corpus, tmp_path / "a.jsonl", annotator="ann")
    assert len(words(corpus, "ann")) == 3


@pytest.mark.parametrize(
    ("options", "spans", "why"),
    [
        ({}, (NORDWIND,), "nothing says whose annotation this is"),
        ({"annotator": "ann"}, (Span(4, 12, "VESSEL"),), "labels.toml has no label 'VESSEL'"),
        ({"annotator": ".ann"}, (NORDWIND,), "cannot name a folder"),
        ({"annotator": "a/b"}, (NORDWIND,), "cannot name a folder"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_written(options, spans, why, corpus, tmp_path):
    gold.write(tmp_path / "a.jsonl", [Example("storm.p01", FIRST, spans)])
    before = sorted(corpus.root.rglob("*"))
    with pytest.raises(InputError, match=why):
        add(corpus, tmp_path / "a.jsonl", **options)
    assert sorted(path for path in corpus.root.rglob("*") if not path.name.endswith(".lock")) == before


def test_labels_are_mapped_or_the_text_added_alone(corpus, tmp_path):
    gold.write(tmp_path / "a.jsonl", [Example("storm.p01", FIRST, (Span(4, 12, "VESSEL"),))])
    add(corpus, tmp_path / "a.jsonl", text_only=True)
    assert not corpus.passes.exists() or not list(corpus.passes.iterdir())
    add(corpus, tmp_path / "a.jsonl", annotator="ann", reading=ReadOptions(rename={"VESSEL": "SHIP"}))
    assert words(corpus, "ann") == [("Nordwind", "SHIP")]


def test_what_nobody_annotated_is_text_without_a_confirmed_line(corpus, tmp_path):
    skipped = Example("storm.p02", SECOND, extra={"not_annotated": "skipped"})
    gold.write(tmp_path / "a.jsonl", [EXAMPLES[0], skipped])
    add(corpus, tmp_path / "a.jsonl", annotator="ann")
    assert SECOND in (corpus.seeds / "storm.txt").read_text()
    assert [example.text for example in confirmed(corpus, "ann")] == [FIRST]


words_of_text = st.lists(st.sampled_from(["Nordwind", "left", "Port", "Ellis", "the", "quay", "é👍"]), min_size=8)
paragraph = st.builds(" ".join, words_of_text)


@settings(max_examples=40)
@given(texts=st.lists(paragraph, min_size=1, max_size=4, unique=True), data=st.data())
def test_every_span_of_a_file_is_in_the_pass_on_its_words_or_the_file_is_refused(texts, data, tmp_path_factory):
    root = tmp_path_factory.mktemp("any")
    corpus = sample_corpus.make(root / "project", [Example("old.p01", "Nothing.")], LABELS)
    examples = []
    for number, text in enumerate(texts, 1):
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        examples.append(Example(f"a.p{number:02}", text, (Span(start, end, "SHIP"),)))
    gold.write(root / "a.jsonl", examples)
    try:
        add(corpus, root / "a.jsonl", annotator="ann")
    except InputError as error:
        assert "in no paragraph" in error.message  # noqa: PT017 (both outcomes are lawful)
        return
    assert [surface for surface, _ in words(corpus, "ann")] == [e.surface(e.spans[0]) for e in examples]


def test_what_was_read_with_suggestions_is_not_added_as_read_without(corpus, tmp_path):
    lines = [replace(EXAMPLES[0], extra={"aided": "kfor-ann"}), replace(EXAMPLES[1], extra={"aided": False})]
    gold.write(tmp_path / "a.jsonl", lines)
    assert not add(corpus, tmp_path / "a.jsonl", annotator="ann").dropped
    assert [line.extra for line in confirmed(corpus, "ann")] == [
        {"confirmed": True, "aided": True},
        {"confirmed": True},
    ]
    assert not [one for one in checks.check_project(Corpus(corpus.root)) if one.check == "aided-unknown"]


def test_the_command_says_what_it_adds(corpus, tmp_path):
    gold.write(tmp_path / "a.jsonl", [Example("storm.p01", FIRST, (NORDWIND,), extra={"rule": "x"})])
    report = tmp_path / "r.json"
    command = ["add", str(tmp_path / "a.jsonl"), "--as", "ann", "--root", str(corpus.root), "--json", str(report)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0
    assert "new        storm" in result.stdout
    assert "pass       corpus/passes/ann/storm.jsonl  1 span" in result.stdout
    assert "the key 'rule' of 1 example" in result.stdout
    assert json.loads(report.read_text())["passes"] == {"corpus/passes/ann/storm.jsonl": 1}
    assert not (corpus.seeds / "storm.txt").exists()


def project_of_sentences(tmp_path):
    """A project of a wrapped article, cut into sentences, and its examples."""
    project = sample_corpus.make(tmp_path / "sentences", [], LABELS)
    (project.root / "goldspan.toml").write_text('[examples]\nunit = "sentence"\n')
    (project.seeds).mkdir(exist_ok=True)
    (project.seeds / "sturm.txt").write_text(f"{WRAPPED}\n")
    entry = ManifestEntry("sturm", "sturm.txt", hashlib.sha256(f"{WRAPPED}\n".encode()).hexdigest())
    write_manifest(project.folder / "manifest.jsonl", [entry])
    again = Corpus(project.root)
    return again, article_examples(again, again.entries[0])


WRAPPED = (
    "The Nordwind left Port Ellis at noon, and nobody on the\nquay had seen her captain since the morning of the day\n"
    "before. Her sister ship, the Seeadler, waited for two more\ndays before she followed."
)


@pytest.mark.parametrize("breaks", ["\n", " "])
@pytest.mark.parametrize("form", ["gold", "rows", "doccano"])
def test_examples_of_an_article_of_the_project_come_back_as_a_pass_of_it(form, breaks, tmp_path):
    project, examples = project_of_sentences(tmp_path)
    assert [e.id for e in examples] == ["sturm.s01", "sturm.s02"]
    start = examples[1].text.index("Seeadler")
    back = [examples[0].with_spans([NORDWIND]), examples[1].with_spans([Span(start, start + 8, "SHIP")])]
    back = [replace(example, text=example.text.replace("\n", breaks)) for example in back]
    path = tmp_path / "back.jsonl"
    formats.get(form).write(path, back)
    before = (project.seeds / "sturm.txt").read_bytes(), (project.folder / "manifest.jsonl").read_bytes()
    addition = add(project, path, form=form, annotator="ann")
    assert [row.status for row in addition.articles] == ["unchanged"]
    assert before == ((project.seeds / "sturm.txt").read_bytes(), (project.folder / "manifest.jsonl").read_bytes())
    lines = confirmed(project, "ann")
    assert [(e.id, e.at, e.text) for e in lines] == [(e.id, e.at, e.text) for e in examples]
    assert words(project, "ann") == [("Nordwind", "SHIP"), ("Seeadler", "SHIP")]


def test_of_an_article_of_the_project_only_what_was_annotated_is_confirmed(tmp_path):
    project, examples = project_of_sentences(tmp_path)
    gold.write(tmp_path / "back.jsonl", examples[1:])
    add(project, tmp_path / "back.jsonl", annotator="ann")
    assert [e.id for e in confirmed(project, "ann")] == ["sturm.s02"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"text": "The Nordwind left."}, "sturm.s01 is not in article sturm as it is cut"),
        ({"id": "sturm.s07"}, "sturm.s07 is not in article sturm as it is cut"),
    ],
)
def test_an_example_that_the_article_lacks_is_refused_beside_those_that_it_has(changed, why, tmp_path):
    project, examples = project_of_sentences(tmp_path)
    gold.write(tmp_path / "back.jsonl", [replace(examples[0], **changed), examples[1]])
    with pytest.raises(InputError, match=why):
        add(project, tmp_path / "back.jsonl", annotator="ann")
    assert not project.passes.exists() or not list(project.passes.iterdir())
