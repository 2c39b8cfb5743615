"""The law of a rebuild: in whatever text, a span stands on its own words, or the report says that it is lost."""

import re
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.rebuild import RebuildOptions, rebuild
from goldspan.rebuild.results import KEEP
from helpers.rebuilt_releases import read_rows, require_own_words, texts_of

QUOTES = str.maketrans({"“": "«", "”": "»", "’": "'", '"': "“"})
WORDS = ("Kosovo", "KFOR", "the", "General", "NATO", "4,000 soldiers", "Ulutaş", "")


def other_quotes(text, _):
    return text.translate(QUOTES)


def other_spaces(text, draw):
    return re.sub(" ", lambda _: draw.choice([" ", " ", "\u00a0", "  ", "\t", "\n", "\u200b "]), text)


def other_line_ends(text, draw):
    return text.replace("\n", draw.choice(["\r\n", "\n\n", "\r", "\n\n\n", " "]))


def dropped_paragraphs(text, draw):
    return "\n".join(part for part in text.split("\n") if draw.random() < 0.7)


def shuffled_paragraphs(text, draw):
    parts = text.split("\n")
    draw.shuffle(parts)
    return "\n".join(parts)


def doubled_paragraphs(text, draw):
    return "\n".join("\n".join([part] * draw.choice([1, 1, 1, 2])) for part in text.split("\n"))


def changed_words(text, draw):
    return re.sub(r"\w+", lambda match: draw.choice(WORDS) if draw.random() < 0.06 else match[0], text)


def swapped_words(text, draw):
    words = text.split(" ")
    for _ in range(draw.randrange(12) if len(words) > 1 else 0):
        at = draw.randrange(len(words) - 1)
        words[at : at + 2] = words[at : at + 2][::-1]
    return " ".join(words)


def added_words(text, draw):
    return re.sub(" ", lambda _: f" {draw.choice(WORDS)} " if draw.random() < 0.05 else " ", text)


def cut_off(text, draw):
    half = len(text) // 2 + 1
    return text[draw.randrange(half) : len(text) - draw.randrange(half)]


EDITS = (
    other_quotes, other_spaces, other_line_ends, dropped_paragraphs, shuffled_paragraphs, doubled_paragraphs,
    changed_words, swapped_words, added_words, cut_off,
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32")


def require_law(release, project, texts, out, keep):
    """Rebuild, and compare what is in the tables with gold and with what the report says."""
    result = rebuild(release, texts, out, RebuildOptions(keep=keep))
    rows = {row["id"]: row for row in read_rows(out)}
    gold = {example.id: example for example in project.gold_examples()}
    assert require_own_words(out, project) == sum(len(row["spans"]) for row in rows.values())
    assert {example.id for example in result.examples} == {*gold}
    for example in result.examples:
        before = [(span.start, span.end, span.label) for span in gold[example.id].spans]
        assert [(span.start, span.end, span.label) for span in example.spans] == before
        assert all((span.place is None) == (span.result == "lost") == bool(span.reason) for span in example.spans)
        if example.result == "exact" and example.id in rows:
            assert rows[example.id]["text"] == gold[example.id].text
        assert (example.id in rows) == example.is_kept
        if example.is_kept:
            places = [(*span.place, span.label) for span in example.spans if span.place is not None]
            assert [(s["start"], s["end"], s["label"]) for s in rows[example.id]["spans"]] == sorted(places)
            assert keep == "all" or len(places) == len(before)
    return result


@st.composite
def cases(draw):
    """How texts are edited and written, and what is to be kept."""
    return {
        "edits": draw(st.lists(st.sampled_from(EDITS), max_size=4)),
        "random": draw(st.randoms(use_true_random=True)),
        "encoding": draw(st.sampled_from(ENCODINGS)),
        "keep": draw(st.sampled_from(KEEP)),
        "are_named": draw(st.booleans()),
    }


def require_law_of_case(release, project, folder, case):
    (folder / "texts").mkdir()
    for number, (article, text) in enumerate(texts_of(project).items()):
        name = article if case["are_named"] else f"text-{number}"
        for edit in case["edits"]:
            text = edit(text, case["random"])  # noqa: PLW2901
        (folder / "texts" / f"{name}.txt").write_bytes(f"{text}.".encode(case["encoding"]))
    try:
        require_law(release, project, folder / "texts", folder / "out", case["keep"])
    finally:
        shutil.rmtree(folder)


@settings(max_examples=4)
@given(cases())
def test_every_span_stands_on_its_own_words_or_is_reported(standoff_release, project, tmp_path_factory, case):
    require_law_of_case(standoff_release, project, tmp_path_factory.mktemp("law"), case)


@pytest.mark.slow
@settings(max_examples=60)
@given(cases())
def test_the_law_holds_in_many_texts(standoff_release, project, tmp_path_factory, case):
    require_law_of_case(standoff_release, project, tmp_path_factory.mktemp("law"), case)
