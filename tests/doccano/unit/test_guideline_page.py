"""The guideline page: everything annotators read on one page, nothing that runs, nothing that the viewer garbles."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from goldspan.annotation import Example, Label, LabelScheme, Span
from goldspan.doccano import annotator_guide, guideline_page
from goldspan.doccano.annotator_guide import OPEN_ITEMS
from goldspan.errors import InputError
from goldspan.guidelines.pages import read_blocks

SCHEME = LabelScheme("1.0", (Label("SHIP", "A ship.", "#1f6fb2", "s", "ship.md"),))
OURS = {"div", "mark", "b", "small", "br"}
MARKDOWNS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
    *("em", "strong", "code", "pre", "blockquote", "hr", "a", "s"),
}
PIECES = [
    *"abz *_`~[](){}#>+-=|:!&\\\"'.1\n",
    "\n\n",
    "  \n",
    "1. ",
    "- ",
    "> ",
    "```\n",
    "| a | b |\n|---|---|\n",
    "&amp;",
]
HTML = [
    "<b>",
    "</b>",
    "<script>alert(1)</script>",
    '<img src=x onerror="x()">',
    "<!-- note -->",
    "<a href='javascript:x'>",
]
HTML += [
    "<div onclick=x>\n",
    "[x](javascript:x)",
    "[x](data:text/html,x)",
    "<javascript:x>",
    "![x](y.png)",
    "<style>\n",
    "<",
]


class Seen(HTMLParser):
    """The tags, the attributes and the words of HTML."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.targets, self.words = set(), set(), set(), []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}
        self.targets |= {value for name, value in attrs if name in {"href", "src"}}
        self.separate(tag)

    def handle_endtag(self, tag):
        self.separate(tag)

    def separate(self, tag):
        """Emphasis begins and ends within words; any other element separates them."""
        if tag not in {"em", "strong", "s"}:
            self.words.append(" ")

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


def viewed(text):
    """What a viewer makes of Markdown that lets HTML through and breaks a line at each newline, as Doccano's does."""
    return MarkdownIt("commonmark", {"breaks": True}).enable(["table", "strikethrough"]).render(text)


def rewritten(text, titles=None):
    return guideline_page.rewrite(text, titles or {}, lambda _: None)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@example("***a*a*")
@example("****a**a**")
@example("a\n===\nb\n---\n")
@example("- a\n\n      code\n")
@example("`` a`b ``")
@example("1) a\n2) b\n\n   c\n\n- d")
def test_no_word_is_lost_and_none_is_added(text):
    before = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
    if "<a " not in before and "<img" not in before:
        assert Seen(viewed(rewritten(text))).text == Seen(before).text


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_rewriting_a_page_twice_is_the_same_as_once(text):
    once = rewritten(text)
    assert Seen(viewed(rewritten(once))).text == Seen(viewed(once)).text


@given(st.lists(st.sampled_from(PIECES + HTML * 3), max_size=12).map("".join))
def test_no_tag_of_a_page_survives(text):
    seen = Seen(viewed(rewritten(text)))
    assert seen.tags <= MARKDOWNS | {"br"}
    assert seen.attributes <= {("a", "href"), ("ol", "start"), ("th", "style"), ("td", "style")}
    assert not [target for target in seen.targets if not re.match("(https?://|mailto:)", target)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a line\nthat goes on", "a line that goes on"),
        ("- an item\n  that goes on\n- another", "- an item that goes on\n- another"),
        ("> quoted\n> twice", "> quoted twice"),
        ("hard  \nbreak", "hard<br>break"),
        ("| a |\n|--:|\n| `x\\|y` <br> z |", "| a |\n| ---: |\n| `x\\|y` <br> z |"),
        ("see [edges](edges.md#g-2)", "see edges (“The edges”)"),
        ("see [the edges](edges.md)", "see the edges"),
        ("see [history](OTHER.md), [top](#top), [x](javascript:x)", "see history, top, \\[x\\](javascript:x)"),
        ("[web](https://a.example/b_(c))", "[web](https://a.example/b_%28c%29)"),
        ("![a ship](ship.png)", "(picture: a ship)"),
        ("a <!-- secret --> b", "a  b"),
        ("<!-- secret\nnote -->\n\nwords", "words"),
        ("A_B and snake_case_ and **x**", "A_B and snake_case\\_ and **x**"),
        ("\\# no heading\n\n1\\. no list", "\\# no heading\n\n1\\. no list"),
        ("````\n```\n````", "````\n```\n````"),
    ],
)
def test_markdown_is_written_as_doccano_shows_it(text, shown):
    assert rewritten(text, {"edges.md": "The edges"}) == shown


def put(corpus, **pages):
    for name, text in pages.items():
        (corpus.guidelines / f"{name}.md").write_text(text, encoding="utf-8")
    return corpus


def test_the_pages_come_in_the_order_of_the_scheme(toy):
    put(toy, zeal="# Zeal", README="# Read me", CHANGELOG="# Not for annotators", checks="# Nor this")
    titles = re.findall(r"^# (.*)$", guideline_page.render_page(toy), re.MULTILINE)
    assert titles == ["Working in Doccano", "The labels at a glance", "Read me", "Zeal", "SHIP", "PORT", "CREW"]


def test_an_example_has_the_colours_of_its_labels(toy):
    seen = guideline_page.render_page(
        put(toy, ship="# SHIP\n\n```ner\nThe [Aurora]{SHIP}'s <crew>\n\nleft [Odesa]{PORT}.\n```\n")
    )
    assert '<mark style="background:#1f6fb2;color:#ffffff;padding:2px 0px" title="SHIP">Aurora</mark>&#x27;s' in seen
    assert "&lt;crew&gt;<br><br>left <mark" in seen
    assert "SHIP: Aurora · PORT: Odesa</small></div>" in seen
    assert "Not so" not in seen


@given(st.text("ab<>&\"'*_`[]{}\n |\\#\u2028é"), st.data())
def test_the_text_of_an_example_is_shown_letter_by_letter(text, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=4)))
    spans = tuple(Span(start, end, "SHIP") for start, end in zip(cuts[::2], cuts[1::2], strict=False))
    seen = Seen(
        viewed(f"before\n\n<div>{guideline_page._with_marks(Example('x', text, spans), SCHEME)}</div>\n\nafter")
    )
    assert "".join("".join(seen.words).split()) == "".join(f"before{text}after".split())
    assert seen.tags <= {"p", "div", "mark", "br"}


def test_a_wrong_example_names_its_mistake(toy):
    seen = guideline_page.render_page(
        put(toy, ship="```ner-fails span-overlap\n[two [Aurora]{SHIP} sailors]{CREW}\n```\n")
    )
    box = next(line for line in seen.split("\n") if "Not so (span overlap):" in line)
    text = Seen(box).text
    assert text == "Not so (span overlap): two Aurora sailors CREW: two Aurora sailors · SHIP: Aurora"
    assert box.index("two ") < box.index('title="SHIP"') < box.index("</mark> sailors</mark>")


def glance(page):
    """The rows of the table of the labels."""
    return page.partition("# The labels at a glance\n")[2].split("\n")[3:]


def test_the_labels_come_with_their_keys(toy):
    rows = glance(guideline_page.render_page(toy))[:3]
    assert [Seen(viewed("| a | b | c |\n|-|-|-|\n" + row)).text for row in rows] == [
        "a b c SHIP s The name of a ship.",
        "a b c PORT p The name of a harbour.",
        "a b c CREW c How many sailors.",
    ]


def test_a_key_that_doccano_cannot_have_is_not_shown(toy):
    path = toy.guidelines / "labels.toml"
    path.write_text(path.read_text().replace('shortcut = "s"', 'shortcut = "S"'))
    assert "SHIP</mark> | – |" in guideline_page.render_page(toy)


def test_a_key_that_the_server_gave_to_another_label_is_not_shown(toy):
    page = guideline_page.render_page(toy, keyless=["PORT"])
    assert "PORT</mark> | – |" in page
    assert "1 label without a key, by a click alone: PORT." in page
    assert "SHIP</mark> | `s` |" in page


def test_labels_are_called_as_annotators_see_them(toy):
    path = toy.guidelines / "labels.toml"
    path.write_text(path.read_text().replace('name = "SHIP"', 'name = "SHIP"\ndisplay = "S*p|"'))
    put(toy, ship="# SHIP\n\n```ner\nThe [Aurora]{SHIP} left.\n```\n")
    page = guideline_page.render_page(type(toy)(toy.root), keyless=["SHIP"])
    assert Seen(viewed("| a | b | c |\n|-|-|-|\n" + glance(page)[0])).text == "a b c S*p| SHIP – The name of a ship."
    assert "S*p|: Aurora</small>" in page
    assert "by a click alone: S*p|." in Seen(viewed(page)).text


def test_with_many_labels_without_keys_the_first_are_named(toy):
    text = 'version = "1.0"\n' + "".join(
        f'[[label]]\nname = "LABEL_{n}"\ndefinition = "D."\ncolour = "#1f6fb2"\nshortcut = "{key}"\npage = "p.md"\n'
        for n, key in enumerate("abcdefghijABCDEFGHIJKLMNOPQRST")
    )
    (toy.guidelines / "labels.toml").write_text(text)
    page = guideline_page.render_page(type(toy)(toy.root))
    assert "20 labels without a key, by a click alone: LABEL_10, LABEL_11, " in page
    assert "LABEL_15 and 14 more." in page
    rows = glance(page)[:30]
    assert [row.split(" | ")[1] for row in rows] == [*(f"`{key}`" for key in "abcdefghij"), *["–"] * 20]


@pytest.mark.parametrize(("keys", "words"), [("ABC", "the labels have no keys here"), ("abc", "Press its key")])
def test_how_to_choose_a_label_follows_from_the_keys(toy, keys, words):
    path = toy.guidelines / "labels.toml"
    text = path.read_text()
    for old, new in zip("spc", keys, strict=True):
        text = text.replace(f'shortcut = "{old}"', f'shortcut = "{new}"')
    path.write_text(text)
    page = guideline_page.render_page(type(toy)(toy.root))
    assert words in page
    assert "by a click alone" not in page


def test_the_page_tells_what_is_particular_to_a_kind_of_project(toy):
    pages = {kind: guideline_page.render_page(toy, kind) for kind in annotator_guide.KINDS}
    alone, shared, disputes = (Seen(viewed(pages[kind])).text for kind in ("independent", "shared", "disputes"))
    assert "You work alone" in alone
    assert "All work on the same marks" in shared
    assert "You decide where annotators differ" in disputes
    assert ["who marked what, dispute by dispute" in page for page in (alone, shared, disputes)] == [False, False, True]
    for page in (alone, shared, disputes):
        for words in ("Start with the open examples", "Only what is confirmed counts", "There is no undo", "Send"):
            assert words in page


def test_the_example_of_a_comment_names_a_rule_of_the_guidelines(toy):
    put(toy, ship="# SHIP\n\n## S-7 Ferries\n\nA ferry has a name.\n", port="# PORT\n", README="# Read me\n")
    assert "`S-7: does" in guideline_page.render_page(toy)
    put(toy, ship="# SHIP\n")
    assert "Name the page that left you in doubt." in guideline_page.render_page(toy)


def test_the_page_is_stored_as_it_is_and_ends_with_the_version(toy):
    seen = guideline_page.render_page(toy)
    assert seen == seen.strip() == guideline_page.render_page(toy)
    assert "Version 1.0 of the guidelines." in seen.rsplit("\n", 1)[-1]
    assert "\r" not in seen


def test_another_version_is_another_page(toy):
    before = guideline_page.render_page(toy)
    path = toy.guidelines / "labels.toml"
    path.write_text(path.read_text().replace('version = "1.0"', 'version = "1.1"'))
    assert guideline_page.render_page(type(toy)(toy.root)) != before


def test_a_missing_page_is_reported_and_left_out(toy):
    (toy.guidelines / "port.md").unlink()
    assert guideline_page.missing_pages(toy) == ["port.md"]
    assert "# PORT" not in guideline_page.render_page(toy)


def test_a_project_without_pages_has_its_labels(toy):
    for path in toy.guidelines.glob("*.md"):
        path.unlink()
    assert "The name of a ship." in guideline_page.render_page(toy)


def test_a_broken_example_is_refused_with_its_place(toy):
    with pytest.raises(InputError, match=r"ship.md:3"):
        guideline_page.render_page(put(toy, ship="# SHIP\n\n```ner\n[Aurora\n```\n"))


def test_nothing_but_our_own_tags_is_on_the_page_of_this_project(project):
    seen = Seen(viewed(guideline_page.render_page(project)))
    assert seen.tags <= MARKDOWNS | OURS
    assert {name for _, name in seen.attributes} <= {"style", "title", "start", "href"}
    assert seen.targets == {OPEN_ITEMS}


def test_every_example_of_this_project_is_on_its_page(project):
    seen = Seen(viewed(guideline_page.render_page(project))).text
    examples = [block for block in read_blocks(project.guidelines) if block.file.name != "CHANGELOG.md"]
    missing = [b.example.id for b in examples if "".join(b.example.text.split()) not in "".join(seen.split())]
    assert len(examples) > 50
    assert not missing


def test_a_link_to_a_page_of_any_script_becomes_its_title():
    assert rewritten("See [the rules](人名.md).", {"人名.md": "Names"}) == "See the rules (“Names”)."
