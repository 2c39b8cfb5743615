import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Span
from goldspan.errors import InvalidValueError
from goldspan.report import svg
from goldspan.report.html import Markup, PlotColumn, element, join, render_table, text
from goldspan.report.svg import COLOUR, colours, contrast, ink, marked
from goldspan.report.text import Table
from helpers.html_pages import parse


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"])))
def test_a_text_is_read_back_as_it_was_and_never_as_markup(string):
    words = parse(element("p", string, title=string))
    assert [tag for tag, _ in words.tags] == ["p"]
    assert words.said == words.tags[0][1]["title"] == string


@given(st.text(st.characters(codec=None)))
def test_a_text_holds_nothing_that_a_parser_changes_or_a_file_cannot_hold(string):
    shown = html.unescape(text(string))
    assert len(shown) <= len(string)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", shown)
    shown.encode("utf-8")


def test_control_characters_are_shown_as_pictures():
    assert text("a\0b\rc\td\n") == "a␀b␍c\td\n"


@pytest.mark.parametrize("name", ["script", "iframe", "a b", "", "x>", "ScRipt"])
def test_an_element_that_could_run_or_break_the_page_is_refused(name):
    with pytest.raises(InvalidValueError, match="is not allowed"):
        element(name)


@pytest.mark.parametrize(
    "attributes", [{"href": "javascript:alert(1)"}, {"src": "x.png"}, {"onclick": "x"}, {"OnLoad": "x"}]
)
def test_an_attribute_that_leaves_the_page_or_runs_code_is_refused(attributes):
    with pytest.raises(InvalidValueError, match="would leave the page"):
        element("a", **attributes)


def test_attributes_and_children_can_be_left_out():
    made = element("rect", None, element("br"), class_="dot", stroke_width=1.5, hidden=True, open=False, id=None)
    assert made == '<rect class="dot" stroke-width="1.5" hidden><br></rect>'
    assert element("a", "up", href="#top") == '<a href="#top">up</a>'
    assert isinstance(join("a", None, made), Markup)


@st.composite
def spans(draw):
    string = draw(st.text("ab<& \n", min_size=1, max_size=30))
    edges = st.tuples(st.integers(0, len(string)), st.integers(0, len(string))).filter(lambda e: e[0] < e[1])
    labels = st.sampled_from(["A", "B", "<i>"])
    drawn = draw(st.lists(st.tuples(edges, labels), max_size=6, unique=True))
    return string, [Span(*edge, label) for edge, label in drawn]


@given(spans())
def test_a_marked_text_has_the_whole_text_and_each_label_once(drawn):
    string, found = drawn
    words = parse(marked(string, found, dict.fromkeys(["A", "B", "<i>"], "#123456")))
    named = [tag for tag, attributes in words.tags if attributes.get("class") == "chip"]
    assert len(named) == len(found)
    assert len(words.said) == len(string) + sum(len(span.label) for span in found)


def test_crossing_spans_are_both_shown():
    made = marked("abcdef", [Span(0, 4, "X"), Span(2, 6, "Y")], {"X": "#000000", "Y": "#ffffff"})
    assert re.findall(r">([XY])<", made) == ["X", "Y"]
    assert re.findall(r">([a-f]+)<", made) == ["ab", "cd", "ef"]


def test_only_what_the_other_side_lacks_has_a_frame():
    same, odd = Span(0, 1, "X"), Span(2, 3, "X")
    made = marked("a b", [same, odd], {"X": "#000000"}, agreed={same})
    assert made.count('class="span"') == 1
    assert made.count('class="span odd"') == 1


def test_colours_are_the_schemes_or_the_palettes_and_never_anything_else():
    known = {"A": "#abcdef", "B": 'red;background:url("http://x")'}
    made = colours(["A", "B", "C", *map(str, range(20))], known)
    assert made["A"] == "#abcdef"
    assert all(COLOUR.fullmatch(colour) for colour in made.values())


@given(st.integers(0, 0xFFFFFF))
def test_ink_is_legible_on_every_colour(colour):
    background = f"#{colour:06x}"
    assert contrast(background, ink(background)) >= 4


def test_a_plot_has_its_values_in_words():
    made = svg.dot_and_whisker(0.5, (0.25, 2.0), words="F1 50.0")
    assert 'aria-label="F1 50.0"' in made
    assert 'cx="50.00%"' in made
    assert 'x1="25.00%" x2="100.00%"' in made
    assert "circle" not in svg.dot_and_whisker(None, None, words="undefined")


def test_the_parts_of_a_bar_stand_one_after_the_other():
    made = parse(svg.stack([("correct", 3), ("missed", 0), ("label", 1)], 8, words="")).tags
    bars = [(a["class"], a["x"], a["width"]) for tag, a in made if tag == "rect"]
    assert bars == [("kind correct", "0.00%", "37.50%"), ("kind label", "37.50%", "12.50%")]


def test_a_table_of_a_report_keeps_its_text_and_takes_plots_and_links_beside_it():
    rows = (("a", "5.0 [4.0, 6.0]", "1 / –", "x"), ("all", "", "", "<y>"))
    table = Table("T", "", ("name", "F1", "n", "words"), rows)
    link, plots = element("a", "a", href="#a"), [element("b", "plot 1"), element("b", "plot 2")]
    made = render_table(
        table,
        names=[link, "all"],
        cells={3: [element("i", "z"), "<y>"]},
        headings={3: element("i", "w")},
        plots=PlotColumn(1, "axis", plots),
        total=True,
    )
    assert made.count('<td class="plotted">') == 2
    assert '<th><a href="#a">a</a></th>' in made
    assert "<td>5.0 [4.0, 6.0]</td><td>1 / –</td>" in made
    assert '<td class="left"><i>z</i></td>' in made
    assert '<td class="left"><bdi>&lt;y&gt;</bdi></td>' in made
    heads = re.findall("<th.*?</th>", made)[:5]
    assert [re.sub("<.*?>", "", head) for head in heads] == ["name", "axis", "F1", "n", "w"]
    assert '<tr class="total"><th>all</th>' in made
