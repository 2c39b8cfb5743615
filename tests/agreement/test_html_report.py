"""The page of agreement: whole, safe, and looked at in a browser."""

import re
from dataclasses import replace

import pytest

from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.disagreements import KINDS
from goldspan.agreement.html_report import page
from goldspan.agreement.report import make_report
from goldspan.agreement.rule_attribution import RuleAttributor
from goldspan.agreement.run import AgreementOptions, run_agreement
from goldspan.annotation import Example, Span
from goldspan.guidelines.rules import Rulebook
from helpers import annotations
from helpers.html_pages import ATTACK, parse, run_chromium

FEW = {"resamples": 20}


@pytest.fixture(scope="module")
def full(project, tmp_path_factory):
    """A page with everything in it."""
    passes = annotations.simulate_passes(project.gold_examples(), project.scheme.names)
    folder = annotations.write_passes(tmp_path_factory.mktemp("passes"), passes)
    return page(run_agreement(AgreementOptions(passes=(str(folder),), root=project.root, against="gold", **FEW)))


@pytest.fixture
def hostile():
    """A page on annotators, labels, words and ids that would break out if they could."""
    text = f"{ATTACK} sank off {ATTACK}"
    first = Example(f"{ATTACK}.p01", text, (Span(0, 8, ATTACK), Span(3, 12, "SHIP")))
    second = first.with_spans([Span(0, 9, ATTACK), Span(20, 30, ATTACK)])
    annotations = annotations_of_examples({ATTACK: [first], f"b {ATTACK}": [second]})
    made = make_report(annotations, measure(annotations, **FEW), RuleAttributor(Rulebook(), {}))
    return page(replace(made, colours={ATTACK: f"red;{ATTACK}"}))


def test_the_page_is_well_formed_and_has_every_part(full):
    words = parse(full)
    for title in (
        "Who confirmed what", "Pair by pair", "Label by label", "Article by article", "All measures, over all labels",
        "Agreed and differing spans", "Label confusion", "Guideline rules that the disagreements fall under",
        "Words that are disputed", "Every disagreement, side by side", "anna against gold", "dora against gold",
        "Remarks", "Undefined",
    ):  # fmt: skip
        assert title in words.said
    assert {"svg", "circle", "rect", "mark", "table", "input", "label"} <= words.names


def test_every_disagreement_is_on_the_page_with_its_kind(full):
    examples = [a["class"] for tag, a in parse(full).tags if tag == "article" and "is-" in a["class"]]
    number = int(re.search(r"<b>all</b> (\d+)<", full)[1])
    assert len(examples) == number > 50
    assert {kind.removeprefix("example is-") for kind in examples} <= set(KINDS)


def test_every_kind_can_be_chosen_and_the_style_sheet_knows_it(full):
    words = parse(full)
    chosen = [a["id"] for tag, a in words.tags if tag == "input"]
    assert chosen == ["only-all", *(f"only-{kind}" for kind in KINDS)]
    labels = [a["for"] for tag, a in words.tags if tag == "label"]
    assert labels == chosen
    assert all(f"#only-{kind}:checked ~ .cases .example:not(.is-{kind})" in full for kind in KINDS)


def test_every_link_leads_to_a_place_of_the_page(full):
    words = parse(full)
    ids = {a["id"] for _, a in words.tags if "id" in a}
    links = [a["href"] for tag, a in words.tags if tag == "a"]
    assert links
    assert {link.removeprefix("#") for link in links} <= ids


def test_what_is_shown_is_never_markup(hostile):
    words = parse(hostile)
    assert not {"script", "img", "iframe", "object", "link"} & words.names
    assert not [name for _, attributes in words.tags for name in attributes if name.startswith("on")]
    assert words.said.count("<script>") > 5
    assert "red;" not in hostile


def test_the_page_refers_to_nothing_outside(full):
    words = parse(full)
    assert not [a for _, a in words.tags if {"src", "srcset", "action"} & a.keys()]
    assert "://" not in full
    sheet = re.search(r"<style>(.*?)</style>", full, re.DOTALL)[1]
    assert "url(" not in sheet
    assert "@import" not in sheet


def test_one_annotator_alone_is_told_what_is_missing():
    annotations = annotations_of_examples({"ann": [Example("a", "Nobody sails")]})
    words = parse(page(make_report(annotations, measure(annotations, **FEW), RuleAttributor(Rulebook(), {}))))
    assert "There is one pass alone, that of ann: agreement needs a second annotator" in words.said
    assert "Every disagreement" not in words.said


@pytest.mark.live
@pytest.mark.parametrize("width", [1000, 400])
def test_the_page_can_be_looked_at(width, full, tmp_path):
    path, picture = tmp_path / "page.html", tmp_path / "page.png"
    path.write_text(full, "utf-8")
    run_chromium(path, tmp_path, f"--screenshot={picture}", f"--window-size={width},2000")
    assert int.from_bytes(picture.read_bytes()[16:20], "big") == width


@pytest.mark.live
def test_the_choice_of_a_kind_hides_the_others(full, tmp_path):
    """A browser draws less when one kind is chosen: the picture of a page of one-sided places alone is another."""
    path = tmp_path / "page.html"
    pictures = []
    for chosen in ("only-all", "only-split"):
        text = full.replace(' id="only-all" checked', ' id="only-all"').replace(
            f'id="{chosen}"', f'id="{chosen}" checked'
        )
        path.write_text(
            text.replace("</style>", "section:not(:has(.cases)), header { display: none; }</style>"), "utf-8"
        )
        run_chromium(path, tmp_path, f"--screenshot={tmp_path / chosen}.png", "--window-size=1000,3000")
        pictures.append((tmp_path / f"{chosen}.png").stat().st_size)
    assert pictures[1] < pictures[0] / 2
