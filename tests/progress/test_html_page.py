"""The page of a round: whole, safe, with nobody's account; and its pictures, for people to look at.

pytest -m long tests/progress/test_html_page.py -s        prints where they are
"""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from goldspan.doccano.status import ArticleProgress
from goldspan.progress.agreement_so_far import agreement_so_far
from goldspan.progress.count_log import CountLog
from goldspan.progress.html_page import page, shown_names
from goldspan.progress.round_pace import round_pace
from helpers import html_pages, made_up_round
from helpers.html_pages import ATTACK, parse

SCREENS = Path(__file__).parents[2] / "build" / "screens"
NOW = made_up_round.NOW
DAYS = {
    "a1": [10, 12, 9, 0, 0, 14, 11, 10, 12, 8, 0, 0, 13, 12],
    "a2": [6, 0, 7, 0, 0, 0, 9, 2, 0, 0, 0, 0, 5, 3],
    "b3": [20, 30, 15, 0, 0, 24, 31, 28, 22, 17, 0, 0, 25, 19],
}


def make(project, *people, log=None, readings=None, **keys):
    found = made_up_round.progress(*people, **keys)
    pace = round_pace(found, {"kfor": log or CountLog()}, NOW)
    agreement = agreement_so_far(readings or {}, project.scheme)
    return page(found, pace, agreement, scheme=project.scheme)


def three(project, **keys):
    people = [made_up_round.annotator(name, sum(days)) for name, days in DAYS.items()]
    log = made_up_round.daily_log(**DAYS)
    return make(project, *people, log=log, readings=made_up_round.readings(DAYS), **keys)


def test_the_page_is_well_formed_and_has_every_part(project):
    words = parse(three(project))
    for said in (
        "Progress of a round", "What needs attention", "Who is how far", "Confirmed over time",
        "Agreement so far, unaided", "Articles", "How to read the page", "8 Jan", "31 Dec–25 Jan",
        "a2 is expected to be done long after the others", "42 %", "Made on 15 Dec 2026",
    ):  # fmt: skip
        assert said in words.said
    assert {"svg", "path", "circle", "rect", "table", "figure"} <= words.names
    assert not {"script", "img", "link", "a", "input"} & words.names


def test_nobody_s_account_is_on_the_page_nor_what_is_planted(project):
    text = three(project)
    assert "user-a1" not in text
    assert "storm.p01" not in text
    assert "control" not in parse(text).said.partition("}\n")[2].lower()
    address = made_up_round.annotator("anna@example.org", 3)
    shown = parse(make(project, address, made_up_round.annotator("b2", 5))).said
    assert ("anna" in shown, "annotator 1" in shown, "b2" in shown) == (False, True, True)
    assert shown_names(["b2", "x@y"]) == {"b2": "b2", "x@y": "annotator 2"}


def test_the_course_has_no_more_than_a_point_a_day(project):
    often = CountLog(
        tuple(made_up_round.note(NOW - timedelta(minutes=30 * at), a1=300 - at) for at in range(240, 0, -1))
    )
    text = make(project, made_up_round.annotator("a1", 300, 400), log=often)
    [course] = re.findall(r'<path d="([^"]*)" class="fit"', text)
    assert course.count("L") + 1 <= 7


def test_what_is_shown_is_never_markup(project):
    people = [made_up_round.annotator(f"{ATTACK}{name}", 3, member=f"{name}{ATTACK}") for name in "xy"]
    articles = (ArticleProgress(ATTACK, 4, {one.member: 3 for one in people}, (f"{ATTACK}.p01", f"{ATTACK}.p02")),)
    text = make(project, *people, name=ATTACK, articles_of=articles, readings=made_up_round.readings([ATTACK, "y"]))
    words = parse(text)
    assert not {"script", "img", "iframe", "object", "link"} & words.names
    assert not [name for _, attributes in words.tags for name in attributes if name.startswith("on")]
    assert ATTACK in words.said


@pytest.mark.parametrize("people", [0, 1, 12])
def test_a_round_of_any_size_has_a_page(project, people):
    found = [made_up_round.annotator(f"p{number:02}", number) for number in range(people)]
    words = parse(make(project, *found))
    assert "No example was confirmed by two annotators" in words.said
    assert "Confirmed over time" not in words.said  # of which nothing is known yet
    assert words.said.count("p03") >= (people > 3)


def test_what_needs_attention_is_said(project):
    idle = made_up_round.daily_log(a1=[5, 5, 0, 0, 0, 0], b2=[5, 5, 5, 5, 5, 5])
    people = [made_up_round.annotator("a1", 10), made_up_round.annotator("b2", 23), made_up_round.annotator("c3", 0)]
    articles = (ArticleProgress("storm", 8, {one.member: 8 for one in people}, tuple("abcd")),)
    said = parse(
        make(project, *people, log=idle, articles_of=articles, not_pushed=("x.p01",), unread={"kfor-d4": "gone"})
    ).said
    for sentence in (
        "a1 has confirmed nothing for 4 days, and 290 examples are open.",
        "b2 has 2 confirmations less than a day ago",
        "c3 has not confirmed anything yet.",
        "In storm, 4 of 8 examples are disputed",
        "1 example not pushed yet",
        "kfor-d4 could not be read",
        "9 lines to pull",
    ):
        assert sentence in said
    done = made_up_round.annotator("a1", 300)
    said = parse(make(project, done, pending={})).said
    assert "What needs attentionNothing." in said
    assert "Everything is confirmed." in said


def test_aided_and_unaided_readings_are_never_pooled(project):
    plain = made_up_round.readings(["a1", "b2"], 20)
    aided = {
        name: [replace(one, id=f"z{one.id}", extra={"aided": "kfor-a1"}) for one in lines]
        for name, lines in made_up_round.readings(["a1", "b2"], 30, seed=9).items()
    }
    mixed = {name: [*plain[name], *aided[name]] for name in plain}
    both = agreement_so_far(mixed, project.scheme)
    assert [(one.kind, one.examples) for one in both] == [("unaided", 20), ("aided", 30)]
    assert both[0] == agreement_so_far(plain, project.scheme)[0]
    one_sided = {"a1": aided["a1"], "b2": [replace(line, extra={}) for line in aided["b2"]]}
    assert agreement_so_far(one_sided, project.scheme) == ()
    drafts = agreement_so_far(plain, project.scheme, aided={"a1", "b2"})
    assert [(one.kind, one.rows) for one in drafts] == [("aided", both[0].rows)]
    assert agreement_so_far(plain, project.scheme, aided={"a1"}) == ()
    text = make(project, made_up_round.annotator("a1", 3), made_up_round.annotator("b2", 3), readings=mixed)
    assert "Agreement so far, aided" in parse(text).said


@pytest.mark.long
def test_pictures_of_the_page(project, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(three(project), encoding="utf-8")
    SCREENS.mkdir(parents=True, exist_ok=True)
    with html_pages.launch_chromium() as chromium:
        for name, width, scheme in (("wide", 1280, "light"), ("narrow", 390, "light"), ("dark", 1280, "dark")):
            shown = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            shown.goto(path.as_uri())
            assert shown.evaluate("document.documentElement.scrollWidth") == width
            picture = SCREENS / f"progress-{name}.png"
            shown.screenshot(path=picture, full_page=True)
            print(picture)
            assert picture.stat().st_size > 10_000
