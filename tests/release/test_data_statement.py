"""The data statement: what people write, what is computed, and what is a blank."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.errors import InputError
from goldspan.export.provenance import Provenance
from goldspan.new_project import create, create_demo
from goldspan.release.data_statement import (
    FILE,
    NAMED_PARTS,
    SECTIONS,
    TITLES,
    computed_sentences,
    parse_data_statement,
    read_data_statement,
    render_data_statement,
)

WORDS = st.text(st.characters(codec="utf-8", categories=("Ll", "Lu", "Nd")), min_size=1, max_size=12)


@pytest.fixture
def path(tmp_path):
    return tmp_path / FILE


def written(path, text):
    path.write_text(text, "utf-8")
    return parse_data_statement(path)


@given(st.dictionaries(st.sampled_from(TITLES), st.lists(WORDS, min_size=1, max_size=3), max_size=9))
def test_a_statement_is_read_as_it_was_written(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("statement") / FILE
    sections = {title: "\n\n".join(words) for title, words in texts.items()}
    made = written(
        path, "# Data statement\n\n" + "".join(f"## {title}\n\n{text}\n\n" for title, text in sections.items())
    )
    assert made.sections == sections
    assert {one.title for one in made.blanks()} == {
        one.title for one in SECTIONS if not one.may_be_empty and one.title not in sections
    }


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# Data statement\n\n## Curation\n\nx\n", 3, "no section"),
        ("## Other\n\nx\n\n## other\n\ny\n", 5, "twice"),
        ("# Title\n\nSome words.\n\n## Other\n", 3, "no section"),
        ("# Title\n\n# Another\n\n## Other\n", 3, "no section"),
        ("# Title\n\n## Other\n\n# Another\n", 5, "first level"),
        ("Other\n-----\n\nx\n\nCuration\n---\n", 6, "no section"),
    ],
)
def test_what_is_no_section_is_refused_with_its_line(path, text, line, message):
    with pytest.raises(InputError, match=message) as refused:
        written(path, text)
    assert (refused.value.file, refused.value.line) == (path, line)


def test_comments_code_and_lower_headings_belong_to_a_section(path):
    made = written(path, "<!-- ## No heading\n-->\r\n## Other\r\n\n```\n## code\n```\n\n### Uses\n\nTo try.\n")
    assert made.sections["Other"] == "```\n## code\n```\n\n### Uses\n\nTo try."
    assert made.part("uses") == "To try."
    assert made.part("Biases") is None


def test_what_is_to_be_filled_in_is_a_blank_and_the_rest_is_shown(path):
    made = written(
        path, "## Language variety\n\nEnglish.\n\nTO FILL IN: which one.\n\n## Speech situation\n\nTO FILL IN\n"
    )
    assert made.sections == {"Language variety": "English."}
    assert {"Language variety", "Speech situation"} <= {one.title for one in made.blanks()}
    shown = render_data_statement(made, {"Speech situation": ["2 articles without a date."]})
    assert "English.\n\n**Not finished.** What belongs here: The language of the texts" in shown
    assert "**Not stated.** What belongs here: When and where" in shown
    assert "*Computed:* 2 articles without a date." in shown
    assert "TO FILL IN" not in shown
    assert "### Other" not in shown


def test_headings_in_a_section_stand_below_it(path):
    shown = render_data_statement(written(path, "## Other\n\n### Uses\n\nTo try.\n\n###### Deep\n"), {}, level=3)
    assert "\n\n#### Other\n\n##### Uses\n\nTo try.\n\n###### Deep" in shown


def test_a_new_project_has_a_blank_for_all_that_must_be_written(tmp_path):
    corpus = create(tmp_path / "new")
    assert [one.title for one in read_data_statement(corpus).blanks()] == [
        one.title for one in SECTIONS if not one.may_be_empty
    ]


def test_a_project_without_the_file_has_blanks_and_what_is_computed(tmp_path):
    corpus = create_demo(tmp_path / "demo")
    assert read_data_statement(corpus).blanks() == []
    (corpus.folder / FILE).unlink()
    statement = read_data_statement(corpus)
    assert len(statement.blanks()) == 6
    computed = computed_sentences(corpus, Provenance.of(corpus, corpus.splits()["train"]))
    shown = render_data_statement(statement, computed)
    assert "4 of the 8 articles of the project are included" in shown
    assert "Annotated by 3 models (a1, a2 and a3). No person has annotated it." in shown
    assert "The label scheme states English (en)." in shown


def test_the_page_on_releases_names_every_section_and_every_heading_that_programs_read():
    page = (Path(__file__).parents[2] / "docs" / "release.md").read_text("utf-8")
    section = page.split("## The data statement\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `## (.+?)` \|", section, re.MULTILINE) == list(TITLES)
    assert sorted(re.findall(r"`### (.+?)`", section)) == sorted(NAMED_PARTS)
