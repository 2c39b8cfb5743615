import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.evaluation.html_report import page
from goldspan.evaluation.report import make_report
from goldspan.evaluation.text_report import ReportView
from goldspan.formats.record import Note
from helpers.html_pages import ATTACK, parse, run_chromium

FEW = {"resamples": 20}
VIEW = ReportView("gold", "predictions")


@pytest.fixture
def full(toy):
    """A report with everything in it, on examples of which one is hostile in id, text and labels."""
    evil = Example(f"{ATTACK}.p01", ATTACK, (Span(0, 8, ATTACK), Span(3, 12, "SHIP")))
    gold, passes = [*toy.gold_examples(), evil], {name: list(toy.pass_examples(name)) for name in toy.annotators()}
    predicted = [*passes["bob"], evil.with_spans([Span(3, 12, ATTACK), Span(20, 24, "PORT")])]
    read = {"training": gold[:3], "passes": passes | {ATTACK: passes["ann"]}, "scheme": toy.scheme}
    notes = [Note("different-token", ATTACK, toy.root / ATTACK, 3, ATTACK)]
    made = make_report(
        gold, predicted, baseline=[example.with_spans(()) for example in gold], notes=notes, **read, **FEW
    )
    colours = {label.name: label.colour for label in toy.scheme.labels} | {ATTACK: f"red;{ATTACK}"}
    return page(made, ReportView(ATTACK, f"a {ATTACK}", f"b {ATTACK}", "type", colours))


def test_the_page_is_well_formed_and_has_every_part(full):
    words = parse(full)
    for title in (
        "F1, label by label", "Against the baseline", "Kinds of errors", "Confusion of labels", "Slices",
        "Values of quantities", "Human agreement and the model", "F1 by article", "The hardest examples", "Counts",
        "Remarks", "Definitions",
    ):  # fmt: skip
        assert title in words.said
    assert {"svg", "circle", "rect", "line", "mark", "table"} <= words.names


def test_what_is_shown_is_never_markup(full):
    words = parse(full)
    assert not {"script", "img", "iframe", "object", "link", "a"} & words.names
    assert "<script" not in full.lower()
    assert "<img" not in full.lower()
    assert not [name for _, attributes in words.tags for name in attributes if name.startswith("on")]
    assert words.said.count(ATTACK) > 10


def test_the_page_refers_to_nothing_outside(full):
    words = parse(full)
    assert not [a for _, a in words.tags if {"src", "href", "srcset", "action", "xlink:href"} & a.keys()]
    assert "://" not in full
    styles = [attributes["style"] for _, attributes in words.tags if "style" in attributes]
    sheet = re.search(r"<style>(.*?)</style>", full, re.DOTALL)[1]
    assert not [style for style in [*styles, sheet] if "url(" in style or "@import" in style or "red;" in style]
    assert all(re.fullmatch(r"--v:[\d.]+|--c:#[0-9a-f]{6};--i:#[0-9a-f]{6}", style) for style in styles)


def test_the_policy_of_the_page_forbids_scripts_and_requests(full):
    metas = {attributes.get("http-equiv"): attributes["content"] for tag, attributes in parse(full).tags
             if tag == "meta" and "content" in attributes}  # fmt: skip
    assert metas["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_colour_that_is_none_is_replaced(full):
    assert "red;" not in full


def test_measures_of_a_report_on_nothing_are_undefined():
    empty = [Example("a", "Nobody sails")]
    words = parse(page(make_report(empty, empty, **FEW), VIEW))
    assert words.said.count("undefined") > 8
    assert "Against the baseline" not in words.said
    assert "The hardest examples" not in words.said


def test_many_labels_and_long_ones_are_shown():
    labels = [f"LABEL_{number}_{'X' * 90}" for number in range(40)]
    gold = [Example(f"e{n}", "Some words", (Span(0, 4, label),)) for n, label in enumerate(labels)]
    words = parse(page(make_report(gold, gold, **FEW), VIEW))
    assert all(label in words.said for label in labels)


@given(st.text(st.characters(codec="utf-8"), min_size=3), st.text(min_size=1), st.text(st.characters(codec="utf-8")))
@settings(max_examples=15)
def test_whatever_the_words_they_make_no_element_and_no_attribute(text, label, name):
    gold = [Example("a", text, (Span(0, 2, label),))]
    made = make_report(gold, [gold[0].with_spans([Span(1, 3, label)])], **FEW)
    plain = make_report([Example("a", "a b", (Span(0, 1, "X"),))], [Example("a", "a b", (Span(0, 3, "X"),))], **FEW)
    found, known = (
        {(tag, *attributes) for tag, attributes in parse(page(one, ReportView(name, name))).tags}
        for one in (made, plain)
    )
    assert found <= known


@pytest.mark.live
def test_the_page_is_drawn_and_no_script_runs(full, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(full, "utf-8")
    drawn = run_chromium(path, tmp_path, "--dump-dom")
    words = parse(drawn.replace("<!DOCTYPE html>", ""))
    title = re.search(r"<title>(.*?)</title>", drawn, re.DOTALL)[1]
    assert "owned&" in title or "owned'" in title
    assert title != "owned"
    for surface in ("Belle Étoile", "Nordlicht", "Valparaíso"):
        assert surface in words.said


@pytest.mark.live
@pytest.mark.parametrize("width", [1000, 400])
def test_the_page_can_be_drawn(width, full, tmp_path):
    path, picture = tmp_path / "page.html", tmp_path / "page.png"
    path.write_text(full, "utf-8")
    run_chromium(path, tmp_path, f"--screenshot={picture}", f"--window-size={width},2000")
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(picture.read_bytes()[16:20], "big") == width
