"""A new project: sound at once, in any language and with any labels, and with no word about another corpus."""

import re
import subprocess
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldspan import InputError, InvalidValueError, NotFoundError, new_project, stats, tokens
from goldspan.checks import check_project
from goldspan.corpus import Corpus, blanks
from goldspan.doccano import annotator_guide, guideline_page, members
from goldspan.guidelines import changelog, pages, rules
from goldspan.new_project import ProjectOptions, create
from goldspan.settings import ReleaseSettings
from goldspan.settings import read as read_settings
from goldspan.suggest.recognisers import recogniser_of, recogniser_tables

ANY_LABELS = ["ORG", "MISC-ORG", "Ürün", "人名", "MONEY", "CON", "README", "location-road/railway", "ОРГ", "B&B", "G"]
USUAL = ("en", "nl", "de", "tr", "zh", "ar", "hi", "xx", "am")  # the last two without a sentence of their own
INSTALLED = [code for code in tokens._languages() if all(map(find_spec, tokens.REQUIRED_MODULES.get(code, ())))]


def findings(corpus):
    return [(each.check, each.message, each.file and each.file.name) for each in check_project(Corpus(corpus.root))]


@pytest.mark.parametrize(
    "language", [pytest.param(code, marks=() if code in USUAL else pytest.mark.slow) for code in INSTALLED]
)
def test_a_new_project_is_sound_in_every_language(tmp_path, language):
    corpus = create(tmp_path / "new", ProjectOptions(labels=["ORG", "DATE", "MONEY", "人名"], language=language))
    assert findings(corpus) == []
    assert corpus.scheme.language == language
    blocks = pages.read_blocks(corpus.guidelines)
    assert {block.expects for block in blocks} == {None, "edge-punctuation", "span-overlap"}, "and all of them ran"


def test_every_example_sentence_is_of_a_language_that_there_is():
    known = {*tokens._languages()}
    for language in known:
        sentences = new_project._Sentences.of(language)
        assert sentences.names.count("{}") == 2
        assert sentences.names.startswith("{}")
    assert known.issuperset(new_project._table("example_sentences.toml"))


@given(labels=st.lists(st.from_regex(r"[A-Z][A-Z_-]{0,9}", fullmatch=True), unique_by=str.casefold, min_size=1))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_new_project_is_sound_with_any_labels(tmp_path_factory, labels):
    labels = [label for label in labels if label != "O"] or ["ORG"]
    corpus = create(tmp_path_factory.mktemp("any") / "new", ProjectOptions(labels=labels))
    assert findings(corpus) == []
    assert corpus.scheme.names == tuple(labels)


@pytest.mark.parametrize("labels", [ANY_LABELS, [f"LABEL{number}" for number in range(60)]], ids=["any", "sixty"])
def test_every_label_has_a_page_whose_rules_are_its_own(tmp_path, labels):
    corpus = create(tmp_path / "new", ProjectOptions(labels=labels, language="tr"))
    assert findings(corpus) == []
    book = rules.read_rulebook(corpus.guidelines, corpus.scheme)
    own = {name: [rule.id for rule in book.rules.values() if rule.label == name] for name in corpus.scheme.names}
    assert all(len(ids) == 3 for ids in own.values())
    assert [rule for rule in book.rules if rule.startswith("G-")] == ["G-1", "G-2", "G-3", "G-4"]
    assert guideline_page.missing_pages(corpus) == []
    assert book.contrasts == ()


def test_annotators_read_all_pages_in_doccano(tmp_path):
    corpus = create(tmp_path / "new", ProjectOptions(labels=["ORG", "人名"], language="zh", unit="sentence"))
    shown = [path.name for path in guideline_page.page_files(corpus)]
    assert shown == ["README.md", "boundaries.md", "working_in_doccano.md", "org.md", "人名.md"]
    page = guideline_page.render_page(corpus)
    for words in ("one sentence at a time", "泽瓦尼亚", "Not so (edge punctuation)", "## For annotators", "ORG-1 What"):
        assert words in page
    assert "For the lead" not in page
    assert page.count("# Working in Doccano") == 1
    assert annotator_guide.guide("independent", [], ["ORG", "人名"], "G-1") in page, "the guide is not said again"


def test_links_between_the_pages_are_titles_in_doccano(tmp_path):
    corpus = create(tmp_path / "new", ProjectOptions(labels=["人名"], language="zh"))
    text = guideline_page.render_page(corpus)
    assert ".md" not in text.replace("labels.toml", "")


@pytest.mark.parametrize("unit", ["paragraph", "sentence", "article"])
def test_what_was_chosen_is_in_the_settings(tmp_path, unit):
    corpus = create(tmp_path / "new", ProjectOptions(unit=unit))
    chosen = read_settings(corpus.root)
    assert chosen.examples.unit == unit
    assert set(chosen.checks.values()) == {"off"}, "the style of English names is a choice that nobody has made yet"
    assert chosen.release.licence is None
    assert f"One {unit} each" in (corpus.folder / "README.md").read_text()


def test_every_key_of_the_settings_is_stated_or_commented(tmp_path):
    corpus = create(tmp_path / "new")
    text = (corpus.root / "goldspan.toml").read_text()
    for section, model in read_settings(corpus.root):
        for key in getattr(type(model), "model_fields", ()):
            assert re.search(rf"^(# )?{key} = ", text, re.MULTILINE), f"{section}.{key}"


def test_the_recognisers_of_a_new_project_can_be_read(tmp_path):
    for labels, language in ((["PERSON", "ORG"], "en"), (["PERSON"], "nl"), (["Ürün", "人名"], "tr")):
        corpus = create(tmp_path / f"{language}", ProjectOptions(labels=labels, language=language))
        names = {recogniser_of(table).name for table in recogniser_tables(corpus)}
        assert ("military-news" in names) == (language == "en")


def test_files_that_people_fill_in_are_valid_as_they_are(tmp_path):
    corpus = create(tmp_path / "new")
    assert members.find_members(corpus) is None
    assert changelog.changed_rules(corpus.guidelines) == {}
    changelog.require_no_later_entry(corpus.guidelines, corpus.scheme.version)
    assert corpus.entries == []


def test_members_that_are_commented_in_are_valid(tmp_path):
    corpus = create(tmp_path / "new")
    path = corpus.guidelines / "members.toml"
    head, table = path.read_text().split("\n\n")
    path.write_text(head + "\n\n" + re.sub("^# ", "", table, flags=re.MULTILINE))
    assert members.find_members(corpus) == (members.ListedMember("anna", "annotator", "a1"),)


def test_a_release_that_is_commented_in_is_valid(tmp_path):
    corpus = create(tmp_path / "new")
    path = corpus.root / "goldspan.toml"
    keys = "|".join(ReleaseSettings.model_fields)
    path.write_text(re.sub(f"^# ({keys}) = ", r"\1 = ", path.read_text(), flags=re.MULTILINE))
    chosen = read_settings(corpus.root).release
    assert chosen.licence == "CC-BY-4.0"
    assert None not in dict(chosen).values()


def test_the_default_labels_are_defined_and_named_ones_are_to_be(tmp_path):
    assert blanks.undefined_labels(create(tmp_path / "default")) == []
    corpus = create(tmp_path / "named", ProjectOptions(labels=["PERSON", "CHEESE"]))
    assert blanks.undefined_labels(corpus) == ["PERSON", "CHEESE"]
    definitions = [label.definition for label in corpus.scheme.labels]
    assert definitions[0].startswith("TO FILL IN, for example: The name of a human being")
    assert definitions[1] == "TO FILL IN: what it marks, in one sentence."


def test_what_is_to_be_filled_in_is_found_where_it_is(tmp_path):
    corpus = create(tmp_path / "new", ProjectOptions(labels=["ORG", "DATE"]))
    found = blanks.find_blanks(corpus)
    assert all("TO FILL IN" in blank.file.read_text().split("\n")[blank.line - 1] for blank in found)
    names = {blank.file.name for blank in found}
    assert names == {
        "goldspan.toml", "labels.toml", "README.md", "DATA_STATEMENT.md", "boundaries.md", "working_in_doccano.md",
        "org.md", "date.md",
    }  # fmt: skip
    sentence = blanks.blank_sentence(found, corpus.root)
    assert f"{len(found)} lines still to be filled in" in sentence
    assert "annotation_guidelines/labels.toml (2)" in sentence
    for path in {blank.file for blank in found}:
        path.write_text(path.read_text().replace("TO FILL IN", "done"))
    assert blanks.find_blanks(Corpus(corpus.root)) == []
    assert blanks.blank_sentence([], corpus.root) == ""


@pytest.mark.parametrize("labels", [["PERSON", "LOCATION"], ["ORG"]])
def test_nothing_in_it_is_about_another_corpus(tmp_path, labels):
    corpus = create(tmp_path / "new", ProjectOptions(labels=labels, language="nl"))
    for path in corpus.root.rglob("*"):
        if path.is_file():
            assert not re.search(r"kfor|kosovo|militar|troop|nato\b", path.read_text(encoding="utf-8"), re.IGNORECASE)


def test_the_card_has_tables_before_there_is_anything_to_count(tmp_path):
    corpus = create(tmp_path / "new")
    stats.write_statistics(corpus, stats.all_tables(corpus))
    card = (corpus.folder / "README.md").read_text()
    assert "| split | articles |" in card
    assert f"<!-- stats: Agreement of the passes -->\n\n{stats.NOTHING_YET}\n\n<!-- end -->" in card
    assert stats.write_statistics(corpus, stats.all_tables(corpus)) == []


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (ProjectOptions(labels=["ORG", "ORG"]), InvalidValueError, "named twice"),
        (ProjectOptions(labels=["", "ORG"]), InvalidValueError, "no name"),
        (ProjectOptions(labels=["A B"]), InvalidValueError, "a space"),
        (ProjectOptions(language="qq"), NotFoundError, "no tokenizer"),
        (ProjectOptions(language="dutch"), NotFoundError, "no tokenizer"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path, options, error, message):
    with pytest.raises(error, match=message):
        create(tmp_path / "new", options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [create, new_project.create_demo])
def test_a_folder_that_is_not_empty_is_refused(tmp_path, make):
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(InputError, match=r"not an empty folder: it holds thesis\.txt"):
        make(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(InputError, match="is a file"):
        make(tmp_path / "thesis.txt")


@pytest.mark.parametrize("make", [create, new_project.create_demo])
def test_a_folder_with_nothing_but_git_is_empty(tmp_path, make):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    corpus = make(tmp_path)
    assert findings(corpus) == []


@pytest.mark.parametrize("name", ["my corpus", "[x](y)", "# a", "人名", "a'b\"c", "…"])
def test_the_name_of_the_folder_can_be_anything(tmp_path, name):
    corpus = create(tmp_path / name)
    assert findings(corpus) == []
    assert re.fullmatch(r"[\w.-]+", new_project.project_name(corpus))
    title = (corpus.folder / "README.md").read_text().split("\n")[0]
    assert re.fullmatch(r"# [\w(].*", title)
