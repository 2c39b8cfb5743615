"""An example is a paragraph, a sentence or an article: exact slices that hold all the text, with ids that lead back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from goldspan.annotation import Article, article_id_problem, article_of, numbered_id
from goldspan.articles.examples import Segmentation, examples_of, parts_of
from goldspan.articles.sentences import LIMIT
from goldspan.errors import InvalidValueError
from goldspan.settings import ExampleSettings
from helpers.strategies import texts

NEWLINES = ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\f", "\n\n", "\n  ", "\n\n\n"]
LINES = (
    "Dr. Smith met Lt. Col. J. R. Doe in the U.S. The army left. “Why?” asked Ann.",
    "Am 3. Mai kam z.B. Prof. Müller. „Wir gehen.“ Er blieb …",
    "他说：“我们走。”然后离开了。真的吗？是的！（见第5页。）",
    "هل هذا صحيح؟ نعم! «نحن هنا.» وأضاف د. محمد.",
    "| Unit | Men |",
    "|---|---|",
    "| A. B. | 1,200 |",
    "Name      Rank      Age",
    "Ann       Major      39",
    "a\tb. C\t\td",
    "- one. Two",
    "  - nested",
    "1. First. Item",
    "2.",
    "Photo: Jane Doe / Ministry",
    "(AFP)",
    "the line of a report that was wrapped at seventy columns or so, as in",
    "x" * (LIMIT + 10),
    "No end anywhere " * 110,
    "…",
)
articles = st.lists(st.tuples(st.sampled_from(LINES) | texts, st.sampled_from(NEWLINES))).map(
    lambda pieces: "".join(words + newline for words, newline in pieces)
)
segmentations = st.builds(
    Segmentation,
    settings=st.builds(
        ExampleSettings,
        unit=st.sampled_from(["paragraph", "sentence", "article"]),
        tables=st.sampled_from(["cut", "whole"]),
        lists=st.sampled_from(["cut", "whole"]),
        wrapped_lines=st.sampled_from(["detect", "join", "keep"]),
    ),
    language=st.sampled_from(["en", "de", "fr", "ja", "ar", "el", "xx"]),
)


def segmentation(unit="paragraph", language="en", **settings):
    return Segmentation(settings=ExampleSettings(unit=unit, **settings), language=language)


def cut(text, *arguments, **settings):
    return [(e.id, e.text) for e in examples_of("a", text, segmentation(*arguments, **settings))]


@given(articles, segmentations)
@example("1. \n2. x", segmentation("sentence", lists="whole"))
def test_each_code_point_that_is_no_white_space_is_in_one_part(text, how):
    parts = parts_of(text, how)
    assert all(part.start < part.end and text[part.start : part.end].strip() for part in parts)
    assert all(text[part.start : part.end] == text[part.start : part.end].strip() for part in parts)
    at = 0
    for part in parts:
        assert not text[at : part.start].strip()
        at = part.end
    assert not text[at:].strip()


@given(articles, segmentations)
def test_examples_are_exact_slices_whose_ids_lead_to_the_article(text, how):
    found = examples_of("a.b", text, how)
    Article("a.b", text, tuple(found))  # slices that do not overlap
    assert len({e.id for e in found}) == len(found)
    assert {e.article for e in found} <= {"a.b"}
    covered = "".join(e.text for e in found)
    if how.settings.unit == "article":
        assert covered == text.strip()
    else:
        assert "".join(covered.split()) == "".join(
            "".join(text[p.start : p.end].split()) for p in parts_of(text, how) if p.kind == "text"
        )


@given(articles, segmentations)
def test_a_sentence_is_inside_one_paragraph(text, how):
    paragraphs = parts_of(text, segmentation(**how.settings.model_dump() | {"unit": "article"}))
    if how.settings.unit == "sentence":
        edges = {edge for p in paragraphs for edge in (p.start, p.end) if p.end - p.start <= LIMIT // 4}
        for part in parts_of(text, how):
            assert not any(part.start < edge < part.end for edge in edges)


def test_a_sentence_has_a_number_of_its_own_that_counts_boilerplate():
    text = "Mission stays\n\nPhoto: Jane Doe\n\nThe force left. It came back.\n"
    assert cut(text, "sentence") == [
        ("a.s01", "Mission stays"),
        ("a.s03", "The force left."),
        ("a.s04", "It came back."),
    ]


def test_an_article_is_all_its_text_without_white_space_at_the_edges():
    text = "\n Mission stays\n\nPhoto: Jane Doe\n\nThe force left. \r\n"
    assert cut(text, "article") == [("a", "Mission stays\n\nPhoto: Jane Doe\n\nThe force left.")]
    assert cut(" \n\u2028", "article") == []
    assert cut("x " * LIMIT, "article") == [("a", ("x " * LIMIT).strip())]


def test_a_sentence_that_is_too_long_is_cut_as_a_paragraph_is():
    pieces = [text for _, text in cut("word " * LIMIT, "sentence")]
    assert len(pieces) > 1
    assert max(map(len, pieces)) <= LIMIT


@pytest.mark.parametrize("unit", ["paragraph", "sentence"])
@given(article=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1), number=st.integers(1, 999))
def test_article_of_inverts_numbered_ids(unit, article, number):
    assert article_of(numbered_id(article, unit, number)) == article


@pytest.mark.parametrize("name", ["report.p5", "v1.s3", "a.b.p01", "x.s٣"])
def test_an_article_cannot_have_the_id_of_an_example(name):
    assert article_id_problem(name).startswith("it ends in .")
    with pytest.raises(InvalidValueError, match="cannot be the id of an article"):
        examples_of(name, "Text.", segmentation("article"))
    assert {e.article for e in examples_of(name, "Text.", segmentation("sentence"))} == {name}


@pytest.mark.parametrize("name", ["report", "v1.3", "a.p", ".p01", "a.pp1", "a.S3", "p01", "a.p1b", "s.1"])
def test_other_ids_are_those_of_articles(name):
    assert article_id_problem(name) is None
    assert [e.id for e in examples_of(name, "Text.", segmentation("article"))] == [name]


WRAPPED = """\
The northern bridge was closed on Monday after two lorries had
been parked across it, a spokesman said, and patrols along the
river were doubled. The mayor of the town, who had called for
calm the evening before, met the commander of the battalion.
1. the first item of a list that is long enough to wrap onto the
second line of it
2. another
"""


def test_wrapped_lines_are_joined_as_the_setting_says():
    assert [len(text.splitlines()) for _, text in cut(WRAPPED)] == [4, 2, 1]
    assert [len(text.splitlines()) for _, text in cut(WRAPPED, wrapped_lines="join")] == [4, 2, 1]
    assert [text for _, text in cut(WRAPPED, wrapped_lines="keep")] == WRAPPED.splitlines()


def test_lines_are_joined_up_to_an_empty_one_where_no_wrapping_would_be_found():
    poem = "Roses are red,\nViolets are blue.\nSo\nit is.\n\nThe second stanza\nis short\n"
    assert [text for _, text in cut(poem, wrapped_lines="join")] == [s.strip() for s in poem.split("\n\n")]
    assert [text for _, text in cut(poem)] == [line for line in poem.splitlines() if line]
    assert [text for _, text in cut("One.\n\nTwo.\n\nThree.", wrapped_lines="join")] == ["One.", "Two.", "Three."]


def test_joined_lines_begin_anew_at_an_indent_and_an_item():
    indented = "    The force left the camp\non Monday.\n    It came back on the\nday after.\n"
    assert [text.split()[0] for _, text in cut(indented, wrapped_lines="join")] == ["The", "It"]
    assert [text for _, text in cut("Bring:\n- tents\n- bread and\n  water", wrapped_lines="join")] == [
        "Bring:",
        "- tents",
        "- bread and\n  water",
    ]


def test_a_sentence_goes_across_the_lines_of_a_wrapped_paragraph():
    assert cut(WRAPPED, "sentence")[0][1].endswith("patrols along the\nriver were doubled.")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\f"])
def test_every_line_end_ends_a_sentence_without_a_mark(newline):
    assert [text for _, text in cut(f"Army leaves{newline}It left. It is gone", "sentence")] == [
        "Army leaves",
        "It left.",
        "It is gone",
    ]
