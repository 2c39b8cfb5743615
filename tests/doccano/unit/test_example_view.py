"""How an example is shown to annotators: the metadata panel, and texts with spaces for line breaks."""

import textwrap
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import files
from goldspan.annotation import Example, Span
from goldspan.articles.examples import article_examples
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import write_manifest
from goldspan.doccano.controls import mix_controls
from goldspan.doccano.push.desired_state import desired_examples, upload_rows
from goldspan.doccano.push.example_view import (
    DASH,
    LONGEST_CONTEXT,
    LONGEST_TITLE,
    example_views,
    shorten_end,
    shorten_start,
)
from goldspan.formats import gold
from goldspan.formats.doccano import BREAK, KEY, is_text_of
from helpers.doccano_project import INDEPENDENT

PROSE = (
    "The 72nd Motorized Rifle Brigade withdrew from the bridge on Monday evening, and the spokesman said that its two "
    "battalions would be back in their barracks before the end of the week, whatever the ministry might say about it."
)
OTHER = (
    "Nobody in the town had seen a column of that length since the harbour was closed, so the people stood along the "
    "road and counted the lorries until it was too dark to see them and the last ones had crossed the river again."
)
VERSE = "the harbour lies in darkness and the ships\nare silent as the water under snow\nthe watchman counts them"
LIST = "The following units took part in the exercise on the river:\n(a) 5th Engineer Battalion\n(b) 72nd Brigade"


def wrapped(text, end="\n"):
    return textwrap.fill(text, 60).replace("\n", end)


def article(corpus, name, *paragraphs, end="\n", title="A title"):
    """Replaces the source of an article; it has no gold then."""
    [entry] = corpus.select_entries([name])
    files.write(corpus.seeds / entry.file, (end * 2).join(paragraphs))
    (corpus.gold / f"{name}.jsonl").unlink(missing_ok=True)
    entries = [replace(one, title=title) if one.id == name else one for one in corpus.entries]
    write_manifest(corpus.folder / "manifest.jsonl", entries)
    return type(corpus)(corpus.root)


def views(corpus, *names, line_breaks="auto", **options):
    examples = desired_examples(corpus, corpus.select_entries(names))
    return examples, example_views(corpus, examples, line_breaks, **options)


def test_the_panel_has_the_article_the_place_and_what_stands_around(toy):
    examples, shown = views(toy, "storm")
    title = toy.select_entries(["storm"])[0].title or "storm"
    panels = [dict(shown[example.id].panel) for example in examples]
    assert [list(panel) for panel in panels] == [["title", "position", "before", "after"]] * 3
    assert [panel["position"] for panel in panels] == ["1 of 3", "2 of 3", "3 of 3"]
    assert {panel["title"] for panel in panels} == {shorten_end(title, LONGEST_TITLE)}
    assert (panels[0]["before"], panels[2]["after"]) == (DASH, DASH)
    assert panels[1]["before"] == shorten_start(examples[0].text, LONGEST_CONTEXT)
    assert panels[1]["after"] == shorten_end(examples[2].text, LONGEST_CONTEXT)


def test_an_article_without_a_title_is_named_by_its_id(toy):
    corpus = article(toy, "storm", "One.", "Two.", title=None)
    assert {view.panel["title"] for view in views(corpus, "storm")[1].values()} == {"storm"}


def test_a_control_is_shown_like_every_other_example_with_its_own_neighbours(toy):
    examples = desired_examples(toy, toy.select_entries(["harbour"]))
    [_, control, _] = toy.gold_examples(["storm"])
    mixed = mix_controls(examples, [control.with_spans(())], "any")
    shown = example_views(toy, mixed, complete={"harbour"})
    assert len({tuple(view.panel) for view in shown.values()}) == 1
    assert shown[control.id].panel["position"] == "2 of 3"
    rows = upload_rows(mixed, INDEPENDENT, toy.scheme.names, shown)
    assert {tuple(desired.row) for desired in rows} == {("text", "label", "title", "position", "before", "after", KEY)}


def test_what_comes_first_in_a_project_of_disputes_comes_first(toy):
    examples = desired_examples(toy, toy.select_entries(["storm"]))
    further = {example.id: {"votes": "ann", "comments": DASH} for example in examples}
    shown = example_views(toy, examples, further=further)
    assert {tuple(view.panel) for view in shown.values()} == {
        ("votes", "comments", "title", "position", "before", "after")
    }


def test_an_example_that_its_article_does_not_have_any_more_has_a_place_all_the_same(toy):
    [first, *_] = toy.gold_examples(["storm"])
    gone = Example("storm.p99", "A paragraph of an older version.", at=10_000)
    unknown = Example("nowhere.p01", "Of no article.")
    shown = example_views(toy, [first, gone, unknown])
    assert shown["storm.p99"].panel["position"] == "4 of 4"
    assert shown["nowhere.p01"].panel == {"title": "nowhere", "position": "1 of 1", "before": DASH, "after": DASH}


def test_an_article_that_is_not_there_is_shown_by_what_is_known_of_it(toy):
    corpus = article(toy, "storm", "One.", "Two.")
    (corpus.seeds / corpus.select_entries(["storm"])[0].file).unlink()
    shown = example_views(corpus, [Example("storm.p01", "One."), Example("storm.p02", "Two.", at=6)])
    assert shown["storm.p02"].panel["before"] == "One."


@given(st.text(max_size=400), st.integers(5, 200))
def test_what_is_shortened_is_on_one_line_and_part_of_the_text(text, longest):
    words = " ".join("".join(" " if c < " " or "\x7f" <= c <= "\x9f" else c for c in text).split())
    for shown, is_part in (
        (shorten_end(text, longest), words.startswith),
        (shorten_start(text, longest), words.endswith),
    ):
        plain = shown.replace(BREAK, "")
        assert len(plain.splitlines()) <= 1
        assert len(plain) <= longest
        if BREAK not in words:
            assert is_part(plain.removesuffix(" …").removeprefix("… ") if len(words) > longest else plain)


def test_long_words_may_be_broken_and_common_ones_stay_whole():
    assert shorten_end("x" * 40, 80) == BREAK.join(["x" * 14, "x" * 14, "x" * 12])
    for word in ("representatives", "non-governmental-organizations", "MILITARY_UNIT:"):
        assert shorten_end(word, 80) == word


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_hard_wrapped_paragraphs_are_sent_with_spaces_and_offsets_stand(toy, end):
    corpus = article(toy, "storm", wrapped(PROSE, end), wrapped(OTHER, end), end=end)
    examples, shown = views(corpus, "storm")
    assert len(examples) == 2
    for example in examples:
        sent = shown[example.id].text
        assert end in example.text
        assert sent == example.text.replace("\r", " ").replace("\n", " ")
        assert is_text_of(sent, example.text)


@pytest.mark.parametrize("unit", ["sentence", "article"])
def test_in_a_longer_or_shorter_example_the_lines_of_wrapped_paragraphs_alone_are_joined(toy, unit):
    (toy.root / "goldspan.toml").write_text(f'[examples]\nunit = "{unit}"\n', encoding="utf-8")
    corpus = article(toy, "storm", wrapped(PROSE), LIST, wrapped(OTHER))
    corpus = Corpus(corpus.root)
    examples = article_examples(corpus, corpus.select_entries(["storm"])[0])
    shown = example_views(corpus, examples, complete={"storm"})
    for example in examples:
        assert is_text_of(shown[example.id].text, example.text)
    sent = "\n\n".join(shown[example.id].text for example in examples)
    assert all(line in sent.splitlines() for line in LIST.splitlines()[1:])
    joined = " ".join(sent.split())
    assert " ".join(PROSE.split()) in joined
    assert max(map(len, sent.splitlines())) > max(map(len, wrapped(PROSE).splitlines()))
    assert not any(line in sent.splitlines() for line in wrapped(PROSE).splitlines()[1:-1])


KEPT = {
    "a list": LIST,
    "a list with dashes": "The units were:\n- 5th Engineer Battalion\n- 72nd Motorized Rifle Brigade",
    "a verse": VERSE,
    "a verse with long lines": "\n".join(
        [
            "So long as men can breathe or eyes can see, and ever longer",
            *["And all the ships of this old harbour town are here and"] * 3,
        ]
    ),
    "an address": "Ministry of Defence\nPress office\nNemanjina 15\n11000 Belgrade",
    "a letter's head": "Dear Sir,\nwe thank you for your letter of the third of May, in which you",
}


@pytest.mark.parametrize("kept", KEPT.values(), ids=KEPT)
def test_in_a_wrapped_article_lists_and_verses_keep_their_lines(toy, kept):
    corpus = article(toy, "storm", wrapped(PROSE), kept, wrapped(OTHER))
    source = corpus.source(corpus.select_entries(["storm"])[0])
    parts = [wrapped(PROSE), kept, wrapped(OTHER)]
    examples = [Example(f"storm.p0{n}", part, at=source.index(part)) for n, part in enumerate(parts, 1)]
    shown = example_views(corpus, examples, complete={"storm"})
    assert [shown[example.id].text == example.text for example in examples] == [False, True, False]


@pytest.mark.parametrize("lines", [LIST, VERSE.title(), f"{PROSE}\n{OTHER}"])
def test_in_an_article_that_is_not_wrapped_all_lines_stay(toy, lines):
    corpus = article(toy, "storm", PROSE, lines, OTHER)
    example = Example("storm.p02", lines, at=len(PROSE) + 2)
    assert example_views(corpus, [example])["storm.p02"].text == lines


def test_the_option_decides_where_it_is_given(toy):
    corpus = article(toy, "storm", wrapped(PROSE), wrapped(OTHER))
    examples, kept = views(corpus, "storm", line_breaks="keep")
    assert [kept[example.id].text for example in examples] == [example.text for example in examples]
    files.write(corpus.gold / "storm.jsonl", gold.line(Example("storm.p01", "One.\nTwo.", at=0)))
    single = [Example("storm.p01", "One.\nTwo.")]
    assert example_views(corpus, single, "auto")["storm.p01"].text == "One.\nTwo."
    assert example_views(corpus, single, "spaces")["storm.p01"].text == "One. Two."


def test_spans_of_a_wrapped_text_are_sent_where_they_are(toy):
    corpus = article(toy, "storm", wrapped(PROSE, "\r\n"), wrapped(OTHER, "\r\n"), end="\r\n")
    examples, shown = views(corpus, "storm")
    [first, _] = examples
    start = first.text.index("spokesman")
    marked = first.with_spans([Span(start, start + 9, "SHIP")])
    for graphemes in (False, True):
        project = replace(INDEPENDENT, collaborative=True, grapheme_mode=graphemes)
        [desired] = upload_rows([marked], project, ["SHIP"], shown)
        [[begin, end, _]] = desired.row["label"]
        assert desired.row["text"][begin:end] == "spokesman"  # no cluster here is longer than a code point
