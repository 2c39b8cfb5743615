"""The pages for people with a keyboard, a screen reader or a small screen; and their pictures, to be looked at.

pytest -m long tests/site/test_accessibility.py -s        prints where they are
"""

import itertools
from pathlib import Path

import pytest

from goldspan.corpus import Corpus
from goldspan.site.build import SiteOptions, build_site
from helpers import html_pages

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src" / "goldspan" / "new_project" / "demo"
SCREENS = ROOT / "build" / "screens"
LOOKS = [(1280, "light"), (1280, "dark"), (400, "light"), (400, "dark")]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages") / "site"
    build_site(SiteOptions(corpus=Corpus(DEMO), output=folder))
    return folder


def article_with_passes(site):
    return next(path for path in sorted((site / "articles").glob("*.html")) if 'id="show-1"' in path.read_text("utf-8"))


def test_headings_go_down_one_level_at_a_time_and_every_control_has_a_name(site):
    for path in site.rglob("*.html"):
        page = html_pages.parse(path.read_text("utf-8"))
        levels = [int(tag[1]) for tag, _ in page.tags if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
        assert levels[0] == 1, path.name
        assert levels.count(1) == 1, path.name
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), path.name
        tags = [tag for tag, _ in page.tags]
        assert (tags.count("main"), tags.count("header")) == (1, 1), path.name
        named = {keys["for"] for tag, keys in page.tags if tag == "label"}
        boxes = [keys["id"] for tag, keys in page.tags if tag == "input"]
        assert {*boxes} == named, path.name
        navigations = [keys.get("aria-label") for tag, keys in page.tags if tag == "nav"]
        assert all(navigations), path.name
        assert len({*navigations}) == len(navigations), path.name


@pytest.mark.slow
def test_the_keyboard_reaches_each_checkbox_and_a_cleared_one_hides_its_pass(site):
    with html_pages.launch_chromium() as chromium:
        shown = chromium.new_page(viewport={"width": 1280, "height": 900})
        shown.goto(article_with_passes(site).as_uri())
        boxes = shown.get_by_role("checkbox")
        names = {boxes.nth(at).get_attribute("id") for at in range(boxes.count())}
        reached = set()
        for _ in range(40):
            shown.keyboard.press("Tab")
            reached.add(shown.evaluate("document.activeElement.id"))
        assert names <= reached
        switch = "getComputedStyle(document.documentElement).getPropertyValue('--s1').trim()"
        drawn = "[...document.querySelectorAll('.rows b')].map(one => getComputedStyle(one).backgroundImage).join('|')"
        before = shown.evaluate(drawn)
        assert shown.evaluate(switch) == "1"
        shown.locator("#show-1").focus()
        shown.keyboard.press("Space")
        assert shown.evaluate(switch) == "0"
        assert shown.evaluate(drawn) != before


@pytest.mark.long
def test_pictures_of_the_pages(site):
    SCREENS.mkdir(parents=True, exist_ok=True)
    pages = {
        "start": site / "index.html",
        "article": article_with_passes(site),
        "disputes": site / "disputes.html",
        "surfaces": site / "surfaces.html",
        "label": min((site / "surfaces").glob("*.html")),
    }
    with html_pages.launch_chromium() as chromium:
        for (name, path), (width, scheme) in itertools.product(pages.items(), LOOKS):
            shown = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            shown.goto(path.as_uri())
            assert shown.evaluate("document.documentElement.scrollWidth") == width
            picture = SCREENS / f"site-{name}-{width}-{scheme}.png"
            shown.screenshot(path=picture)
            print(picture)
            assert picture.stat().st_size > 10_000
            shown.close()
