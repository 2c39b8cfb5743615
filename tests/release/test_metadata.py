"""What the papers of a release are made of."""

import pytest

from goldspan.corpus import Corpus
from goldspan.new_project import create, create_demo
from goldspan.release.metadata import DatasetMetadata, missing

AUTHORS = 'authors = [{ given = "Ann", family = "Jansen" }, { name = "Merrow Archive" }]'


@pytest.fixture
def demo(tmp_path):
    return create_demo(tmp_path / "demo")


def state(corpus, *lines):
    """The project with these lines under [release], in the place of those that it has for the same keys."""
    path = corpus.root / "goldspan.toml"
    keys = {line.split()[0] for line in lines}
    kept = [line for line in path.read_text("utf-8").splitlines(keepends=True) if line.split(" ")[0] not in keys]
    text, new = "".join(kept), "".join(f"{line}\n" for line in lines)
    path.write_text(text.replace("[release]\n", f"[release]\n{new}"), "utf-8")
    return Corpus(corpus.root)


def test_title_and_description_are_those_of_the_data_card_as_plain_text(demo):
    card = demo.folder / "README.md"
    card.write_text(
        "---\npretty: no\n---\n# The *first* `title`\n\nA [link](https://x.example) and **bold**\nwords.\n\nMore.\n"
    )
    made = DatasetMetadata.of(demo, "1.0", "2031-01-02")
    assert (made.title, made.description) == ("The first title", "A link and bold words.")


def test_what_goldspan_toml_states_wins(demo):
    corpus = state(demo, AUTHORS, 'title = "Merrow"', 'description = "News."', 'keywords = ["news", "islands"]')
    made = DatasetMetadata.of(corpus, "1.0", "2031-01-02")
    assert (made.title, made.description) == ("Merrow", "News.")
    assert made.keywords.count("news") == 1
    assert made.keywords[-1] == "islands"
    assert made.citation == "Ann Jansen; Merrow Archive (2031). Merrow (version 1.0) [Data set]."


def test_a_description_that_is_to_be_filled_in_is_none(tmp_path):
    made = DatasetMetadata.of(create(tmp_path / "new"), "1.0", "2031-01-02")
    assert made.title == "new"
    assert (
        made.description == "News articles in which spans are marked with the labels PERSON, ORGANIZATION and LOCATION."
    )


def test_all_that_is_missing_is_named_at_once_with_lines_that_can_be_pasted(tmp_path):
    corpus = create(tmp_path / "new")
    found = missing(corpus)
    assert [one.line.split(" ")[0] for one in found] == ["authors", "licence"]
    assert missing(state(corpus, *(one.line for one in found))) == []


def test_licences_of_the_articles_are_counted(demo):
    made = DatasetMetadata.of(demo, "1.0", "2031-01-02")
    assert [(one.licence, one.articles) for one in made.text_licences] == [("CC0-1.0", 6)]
