"""The pages of a site: every span that may be shown, once; whole, safe, and the same bytes twice."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.annotation import Span
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import write_manifest
from goldspan.doccano.corpus_record import ProjectRecord
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import doubts
from goldspan.formats.decisions import fingerprint
from goldspan.report.html import VOID, element, link, relative_address, web_link
from goldspan.report.svg import PALETTE
from goldspan.site.build import MARKER, SiteOptions, build_site
from goldspan.site.disputes import example_address
from goldspan.site.evaluations import EvaluatedPredictions
from goldspan.site.pages import GOLD, article_page, example_anchor
from goldspan.site.span_rows import ExampleReadings, RowView, marked_text, regions, span_list
from helpers.html_pages import ATTACK, parse

DEMO = Path(__file__).parents[2] / "src" / "goldspan" / "new_project" / "demo"


class SpanLists(HTMLParser):
    """The spans in the lists of a page: anchor, place, words, label, owners."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.anchor, self.row, self.kinds, self.found = "", None, [], []

    def handle_starttag(self, tag, attrs):
        keys = dict(attrs)
        kind = keys.get("class") or ""
        if kind == "passage":
            self.anchor = keys["id"]
        if tag == "li" and "data-span" in keys:
            self.row = {"place": keys["data-span"], "quote": "", "chip": "", "owners": ""}
        if tag not in VOID:
            self.kinds.append(kind)

    def handle_endtag(self, tag):
        self.kinds.pop()
        if tag == "li" and self.row is not None:
            row, self.row = self.row, None
            self.found += [
                (self.anchor, row["place"], row["quote"], row["chip"], owner) for owner in row["owners"].split(", ")
            ]

    def handle_data(self, data):
        if self.row is not None:
            for kind in ("quote", "chip", "owners"):
                if kind in self.kinds:
                    self.row[kind] += data


def listed(page):
    parser = SpanLists()
    parser.feed(page)
    return parser.found


def demo_options(output):
    predictions = EvaluatedPredictions(paths=(str(DEMO / "corpus" / "passes" / Corpus(DEMO).annotators()[0]),) * 2)
    return SiteOptions(corpus=Corpus(DEMO), output=output, predictions=predictions)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    output = tmp_path_factory.mktemp("site") / "site"
    return output, build_site(demo_options(output))


def expected(corpus, article):
    sides = {GOLD: corpus.gold_examples([article])}
    sides |= {name: corpus.confirmed_examples(name, [article]) for name in corpus.annotators()}
    return [
        (example_anchor(one.id), f"{span.start}-{span.end}", one.surface(span), span.label, name)
        for name, examples in sides.items()
        for one in examples
        for span in one.spans
    ]


def test_every_span_of_everybody_is_on_the_page_of_its_article_once(demo):
    output, _ = demo
    corpus = Corpus(DEMO)
    for entry in corpus.entries:
        page = (output / article_page(entry.id)).read_text("utf-8")
        assert sorted(listed(page)) == sorted(expected(corpus, entry.id))


def test_the_pages_are_well_formed_request_nothing_and_every_link_leads_somewhere(demo):
    output, summary = demo
    pages = {path: path.read_text("utf-8") for path in output.rglob("*.html")}
    assert len(pages) == summary.pages
    parsed = {path: parse(text) for path, text in pages.items()}
    ids = {path: [keys["id"] for _, keys in page.tags if "id" in keys] for path, page in parsed.items()}
    for path, page in parsed.items():
        assert not {"script", "img", "link", "iframe", "form"} & page.names
        assert len(set(ids[path])) == len(ids[path])
        assert not re.search(r"url\(|@import|javascript:", pages[path])
        assert str(output.parent) not in pages[path]
        assert str(DEMO) not in pages[path]
        for keys in (keys for tag, keys in page.tags if tag == "a"):
            target, _, anchor = keys["href"].partition("#")
            other = (path.parent / unquote(target)).resolve() if target else path
            assert other in pages
            assert not anchor or unquote(anchor) in ids[other]


def test_the_same_project_gives_the_same_bytes(demo, tmp_path):
    output, _ = demo
    build_site(demo_options(tmp_path / "again"))
    first = {path.relative_to(output): path.read_bytes() for path in output.rglob("*") if path.is_file()}
    again = tmp_path / "again"
    assert first == {path.relative_to(again): path.read_bytes() for path in again.rglob("*") if path.is_file()}


def test_a_folder_with_the_files_of_others_is_left_alone(tmp_path):
    options = SiteOptions(corpus=Corpus(DEMO), output=tmp_path / "site")
    build_site(options)
    build_site(options)  # its own folder is replaced
    foreign = tmp_path / "site" / "articles" / "notes.txt"
    foreign.write_text("mine")
    with pytest.raises(InputError, match=r"has not written: articles/notes\.txt"):
        build_site(options)
    assert foreign.read_text() == "mine"
    assert (tmp_path / "site" / MARKER).is_file()


def test_what_names_and_texts_have_is_never_markup(toy, tmp_path):
    write_manifest(toy.folder / "manifest.jsonl", [replace(one, title=ATTACK, author=ATTACK) for one in toy.entries])
    output = tmp_path / "site"
    build_site(SiteOptions(corpus=Corpus(toy.root), output=output))
    for path in output.rglob("*.html"):
        assert not {"script", "img", "iframe"} & parse(path.read_text("utf-8")).names


def test_doubts_stand_among_the_disputes_and_lead_to_their_place_and_decisions_to_their_rule(demo, toy, tmp_path):
    first, *_, last = [one for one in toy.gold_examples() if one.spans]
    word = next(at for at in range(len(last.text)) if not any(one.start <= at < one.end for one in last.spans))
    toy.doubts.mkdir(parents=True, exist_ok=True)
    for one, (start, end) in ((first, (first.spans[0].start, first.spans[0].end)), (last, (word, word + 1))):
        doubt = doubts.RegionDoubt(one.id, fingerprint(one.text), start, end, ("Quagmire sees it otherwise",))
        with (toy.doubts / f"{one.article}.jsonl").open("a", encoding="utf-8") as file:
            file.write(doubts.line(doubt))
    output = tmp_path / "site"
    build_site(SiteOptions(corpus=toy, output=output))
    page = (output / "disputes.html").read_text("utf-8")
    assert page.count("In doubt: <bdi>Quagmire sees it otherwise") == 2
    for one in (first, last):
        [anchor] = re.findall(
            rf'href="{article_page(one.article)}#([^"]*)"><bdi>{re.escape(one.id)}</bdi></a>(?=</h3>)', page
        )[:1]
        assert f'id="{anchor}"' in (output / article_page(one.article)).read_text("utf-8")
    assert 'href="guidelines.html#' in (demo[0] / "disputes.html").read_text("utf-8")


TEXT = "Anna Berg of Oslo met 東京 and مرحبا <b> today."
SPANS = st.lists(
    st.builds(
        lambda start, length, label: Span(start, min(len(TEXT), start + length), label),
        st.integers(0, len(TEXT) - 1), st.integers(1, 20), st.sampled_from(["PER", "LOC"]),
    ),
    max_size=6, unique=True,
).map(tuple)  # fmt: skip


class Words(HTMLParser):
    """The words of a text, and of each element of gold by its place."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.said, self.gold = [], "", {}

    def handle_starttag(self, tag, attrs):
        self.open.append(dict(attrs) if tag == "mark" else {})

    def handle_endtag(self, tag):
        assert tag in {"mark", "b", "i", "p"}
        self.open.pop()

    def handle_data(self, data):
        self.said += data
        for keys in self.open:
            if keys:
                place = keys["data-span"], keys["data-label"]
                self.gold[place] = self.gold.get(place, "") + data


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.none(), SPANS), st.dictionaries(st.sampled_from(["a1", "b2", "c3"]), SPANS))
def test_spans_of_any_shape_leave_the_words_as_they_are_and_gold_covers_its_own(gold, passes):
    readings = ExampleReadings(id="x.p01", text=TEXT, at=0, gold=gold, passes=passes)
    view = RowView({"PER": PALETTE[0], "LOC": PALETTE[1]}, tuple(passes))
    words = Words()
    words.feed(marked_text(readings, view))
    assert words.said == TEXT
    assert not words.open
    wanted = {(f"{one.start}-{one.end}", one.label): TEXT[one.start : one.end] for one in gold or ()}
    assert words.gold == wanted
    rows = [row for one in regions(readings) for row in listed(span_list(readings, one, view))]
    assert sorted((place, label, owner) for _, place, _, label, owner in rows) == sorted(
        (f"{one.start}-{one.end}", one.label, name) for name, spans in readings.sides.items() for one in spans
    )


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "//evil.example", "file:///etc/passwd", "https://a b", "http://u:p@h/", "https://h:x/", ""],
)
def test_a_link_to_anything_but_a_page_of_a_server_is_refused(address):
    with pytest.raises(InvalidValueError, match="address"):
        web_link(address, "x")


def test_links_inside_a_site_are_relative_and_stay_inside():
    assert relative_address("articles/a.html", "index.html") == "../index.html"
    assert relative_address("index.html", "articles/a#b %.html", "p01") == "articles/a%23b%20%25.html#p01"
    assert link("a.html", "a.html", "x", anchor="p01") == '<a href="#p01">x</a>'
    for path in ("../x.html", "/x.html", "a/../../x.html", "", "."):
        with pytest.raises(InvalidValueError, match="inside the folder"):
            relative_address("index.html", path)
    with pytest.raises(InvalidValueError, match="leave the page"):
        element("a", href="index.html")


def test_an_example_is_found_in_doccano_by_its_words():
    project = ProjectRecord(name="n", server="https://d.example.org", key="k", offsets="utf-16")
    assert example_address(project, "Anna & Ben met.") is None
    address = example_address(project.model_copy(update={"number": 3}), "Anna & Ben met.")
    assert address == "https://d.example.org/projects/3/sequence-labeling?page=1&q=Anna%20%26%20Ben"
    assert 'rel="noreferrer"' in web_link(address, "x")
