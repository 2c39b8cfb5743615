"""Every code point that is not white space is in one paragraph, and each layout of an article is recognised."""

import textwrap
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from goldspan.articles.line_wrapping import split_lines
from goldspan.articles.paragraphs import paragraphs
from helpers.strategies import texts

NEWLINES = ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f", "\x1c"]
BODY = """\
The northern bridge was closed on Monday after two lorries had been parked across it, a spokesman said, and patrols \
along the river were doubled.
“We will keep the road open for everybody,” Maj. Gen. J. Doe told reporters at the camp. He spoke of at least 1,200 \
soldiers from 27 countries who were ready to move within the hour.
It was the third time this year.
In the valley the day went by quietly; the mayor of the town, who had called for calm the evening before, met the \
commander of the battalion and thanked him for what he called a measured answer.""".splitlines()
FRAGMENTS = (
    "Photo: Jane Doe / Ministry",
    "Related posts",
    "(AFP)",
    "By Jane Doe",
    "S/2004/348",
    "12",
    "2.",
    "(a)",
    "10. At the same time the force of the mission was",
    "    set in with four blanks and broken off in the",
    "midst of a sentence. Then another begins, and is",
    "* * *",
    "•",
    "Read also: Another headline",
    "“Quoted (and bracketed.)” " * 40,
    "x" * 1600,
    "No end of a sentence anywhere " * 60,
)
articles = st.lists(st.tuples(st.sampled_from([*FRAGMENTS, *BODY]) | texts, st.sampled_from([*NEWLINES, "\n\n"]))).map(
    lambda pieces: "".join(words + newline for words, newline in pieces)
)


def words(text):
    return [text[p.start : p.end] for p in paragraphs(text)]


def joined(text):
    """Each paragraph with single spaces, so that line breaks do not matter."""
    return [" ".join(paragraph.split()) for paragraph in words(text)]


def wrap(paragraph, width, **options):
    return textwrap.fill(paragraph, width, break_on_hyphens=False, break_long_words=False, **options)


@given(st.one_of(articles, texts))
@example("a\r\n\x0b\u3000b\x1f\u2028\x00")
@example("2.\n\n\n3.")
def test_every_code_point_but_white_space_is_in_exactly_one_paragraph(text):
    found = paragraphs(text)
    covered = "".join(text[p.start : p.end] for p in found)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(found))
    for paragraph in found:
        part = text[paragraph.start : paragraph.end]
        assert part
        assert part == part.strip()


@given(texts)
def test_lines_are_those_of_the_language_without_the_empty_ones(text):
    found = [text[line.start : line.end] for line in split_lines(text)]
    assert found == [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("newline", NEWLINES)
@pytest.mark.parametrize("empty_lines", [0, 1, 3])
def test_a_line_is_a_paragraph_with_empty_lines_between_or_without(newline, empty_lines):
    assert words((newline * (empty_lines + 1)).join(["A headline", *BODY])) == ["A headline", *BODY]


def test_a_caption_directly_under_the_headline_is_a_paragraph_of_its_own():
    head = ["Peacekeepers ready", "Soldiers stand at the bridge on Jan. 22, 2024. (AP Photo)"]
    text = "\n".join(head) + "\n\n\n" + "\n\n".join(BODY)
    assert words(text) == [*head, *BODY]
    assert {p.kind for p in paragraphs(text)} == {"text"}


@pytest.mark.parametrize("newline", NEWLINES)
@pytest.mark.parametrize("width", [40, 60, 72, 80, 100])
@pytest.mark.parametrize(
    ("indent", "between"),
    [("", "\n\n"), ("    ", "\n"), ("  ", "\n\n\n"), ("\t", "\n")],
    ids=["blank lines", "indents", "both", "tabs"],
)
def test_hard_wrapped_lines_are_joined(newline, width, indent, between):
    text = between.join(wrap(paragraph, width, initial_indent=indent) for paragraph in BODY)
    assert joined(text.replace("\n", newline)) == BODY


@pytest.mark.parametrize("width", [60, 72])
def test_hard_wrapped_text_with_an_empty_line_after_every_line_is_joined(width):
    text = "\n\n\n".join(wrap(paragraph, width).replace("\n", "\n\n") for paragraph in BODY)
    assert joined(text) == BODY


def test_a_wrapped_paragraph_without_empty_lines_ends_with_a_short_line():
    text = "\n".join(wrap(paragraph, 72) for paragraph in BODY)
    assert joined(text) == BODY


def test_a_heading_over_a_wrapped_paragraph_is_a_paragraph_of_its_own():
    text = "\n\n".join([f"II. Security\n{wrap(BODY[0], 72)}", wrap(BODY[1], 72)])
    assert joined(text) == ["II. Security", *BODY[:2]]


def test_a_wrapped_title_stays_whole():
    title = "REPORT OF THE COMMITTEE PURSUANT TO\nRESOLUTION 836 OF THE COUNCIL"
    text = "\n\n".join([title, *(wrap(paragraph, 72) for paragraph in BODY)])
    assert words(text)[0] == title


def test_numbered_and_listed_paragraphs_begin_anew():
    items = [f"10. {BODY[0]}", f"11. {BODY[1]}", "(a) To watch the bridge and the roads around it;", f"(b) {BODY[3]}"]
    assert joined("\n".join(wrap(item, 72) for item in items)) == items


def test_a_number_alone_belongs_to_the_paragraph_after_it():
    text = "\n".join([f"2.\n{wrap(BODY[0], 72)}", f"3.\n{wrap(BODY[1], 72)}", f"(a)\n\n{wrap(BODY[3], 72)}"])
    assert joined(text) == [f"2. {BODY[0]}", f"3. {BODY[1]}", f"(a) {BODY[3]}"]


def test_a_number_inside_a_wrapped_sentence_begins_nothing():
    text = (
        "The council had decided as early as spring to follow what resolution\n"
        "836 (1993) asks for, and the force under Maj. Gen. Doe met on Jan.\n"
        "22. By then the commander of the second battalion had left for the\n"
        "valley, and no more than a third of the vehicles could be repaired."
    )
    assert len(words(text)) == 1


def test_a_hanging_indent_goes_on_with_its_item():
    items = [f"- {BODY[0]}", f"- {BODY[1]}"]
    text = "\n".join(wrap(item, 60, subsequent_indent="    ") for item in items) + "\n" + wrap(BODY[3], 60)
    assert joined(text) == [*items, BODY[3]]


def test_a_block_that_is_set_in_is_a_paragraph():
    quoted = wrap(BODY[1], 60, initial_indent="     ", subsequent_indent="     ")
    text = "\n".join([wrap(BODY[0], 66), quoted, wrap(BODY[3], 66)])
    assert joined(text) == [BODY[0], BODY[1], BODY[3]]


RESULTS = [f"{place}. {name} (RSV Güglingen) 32:{place + 10}" for place, name in enumerate(["Ada Wiel"] * 9, 1)]
NOUNS = """\
Das Stadtfest Öhringen hat der Stadt mehr als 35.000 Euro
eingebracht. Das teilte Kulturamtsleiterin Hannelore Kübler-
Groß mit. Der Gesangverein Liederkranz Öhringen sang am
Samstag auf der Hauptbühne, vor rund tausend Besuchern."""


@pytest.mark.parametrize("most", [0, 1, 3, 9])
@pytest.mark.parametrize("between", ["\n\n", "\n\nDie Ergebnisse:\n"])
def test_a_list_does_not_hide_that_an_article_is_wrapped(between, most):
    found = words(f"Das Stadtfest zieht Bilanz\n\n{NOUNS}{between}" + "\n".join(RESULTS[:most]))
    assert NOUNS in found
    assert found[len(found) - most :] == RESULTS[:most]


@pytest.mark.parametrize(
    "lines", [RESULTS, ["Die Ergebnisse:", *RESULTS], ["- Heilbronn, 21. April und am Tag danach"] * 4]
)
def test_a_list_alone_is_not_wrapped(lines):
    assert words("\n".join(lines)) == lines


def test_a_list_of_headlines_is_not_taken_for_wrapped_text():
    headlines = ["Mission boosts patrols in the north", "Talks to go on next week", "Minister visits the border camp"]
    assert words("\n".join(headlines)) == headlines


def test_text_in_capitals_can_be_wrapped_too():
    paragraphs_ = [paragraph.upper() for paragraph in BODY]
    assert joined("\n\n".join(wrap(paragraph, 66) for paragraph in paragraphs_)) == paragraphs_


def test_nothing_has_no_paragraphs():
    assert paragraphs("") == []
    assert paragraphs(" \n\u2028\t") == []


@given(st.lists(st.sampled_from(BODY), min_size=4, max_size=9), st.sampled_from([50, 64, 72, 88]))
def test_wrapping_changes_no_boundary(body, width):
    assert joined("\n\n".join(wrap(paragraph, width) for paragraph in body)) == body
