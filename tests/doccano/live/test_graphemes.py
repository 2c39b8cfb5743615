"""Doccano's own JavaScript library, out of the bundle that annotators get, against ours."""

import random
from itertools import product

import numpy as np
import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from goldspan import graphemes
from goldspan.doccano.server import install
from helpers import html_pages
from helpers.strategies import EMOJI, GRAPHEME_CLASSES, NEWS_EMOJI, grapheme_texts

# What stands before and after a character to tell its class.
PLACES = (
    *(("L", "T"), ("ZWJ", "Extend"), ("E_Base", "E_Modifier"), ("CR", "V"), ("Regional_Indicator", "LF")),
    ("V", "E_Base_GAZ"),
)
# Those whose joining depends on more than the one character beside them, and one of the others.
FAR = [name for name in GRAPHEME_CLASSES if name not in {"CR", "LF", "L", "T", "LV", "LVT"}]


def splitter(script):
    """The source of the library: the function whose instances split."""
    start = script.rindex("exports=function(){", 0, script.index("this.splitGraphemes=")) + len("exports=")
    depth = 0
    for at in range(start, len(script)):
        depth += {"{": 1, "}": -1}.get(script[at], 0)
        if depth == 0 and script[at] == "}":
            return script[start : at + 1]
    raise AssertionError


@pytest.fixture(scope="module")
def page():
    """A page with the library in it, as `splitter`."""
    scripts = install.ensure_environment(lambda _: None).backend.glob("client/dist/static/_nuxt/*.js")
    script = next(text for path in sorted(scripts) if "this.splitGraphemes=" in (text := path.read_text("utf-8")))
    with html_pages.launch_chromium() as chromium:
        page = chromium.new_page()
        page.evaluate("source => { window.splitter = new (eval(`(${source})`))() }", splitter(script))
        yield page


@pytest.fixture(scope="module")
def theirs(page):
    """The boundaries, in code points, that the library finds in each of the texts."""

    def boundaries(texts):
        lengths = page.evaluate(
            "texts => texts.map(text => splitter.splitGraphemes(text).map(cluster => [...cluster].length))", texts
        )
        return [[sum(found[:at]) for at in range(len(found) + 1)] for found in lengths]

    return boundaries


def ours(texts):
    return [graphemes.boundaries(text).tolist() for text in texts]


def sequences(names, length):
    return ["".join(GRAPHEME_CLASSES[name] for name in choice) for choice in product(names, repeat=length)]


@pytest.mark.parametrize("length", [0, 1, 2, 3])
def test_every_sequence_of_classes_is_cut_as_the_library_cuts_it(theirs, length):
    texts = sequences(GRAPHEME_CLASSES, length)
    assert ours(texts) == theirs(texts)


@pytest.mark.slow
@pytest.mark.parametrize("first", FAR)
def test_every_sequence_of_five_classes_is_cut_as_the_library_cuts_it(theirs, first):
    texts = [GRAPHEME_CLASSES[first] + rest for rest in sequences(FAR, 4)]
    assert ours(texts) == theirs(texts)


@given(st.lists(grapheme_texts, min_size=20, max_size=40))
@example(list(EMOJI))
@example(list(NEWS_EMOJI))
def test_any_text_is_cut_as_the_library_cuts_it(theirs, texts):
    assert ours(texts) == theirs(texts)


def test_long_sequences_of_classes_are_cut_as_the_library_cuts_it(theirs):
    draw = random.Random(0)  # noqa: S311  (texts, no secrets)
    texts = ["".join(draw.choices([*GRAPHEME_CLASSES.values()], k=draw.randint(5, 12))) for _ in range(10_000)]
    assert ours(texts) == theirs(texts)
    newest = [[0, *(cluster.end() for cluster in regex.finditer(r"\X", text))] for text in texts]
    assert sum(mine != other for mine, other in zip(ours(texts), newest, strict=True)) > 1_000


def test_no_two_classes_join_alike_in_all_places():
    joins = [tuple(cut(before, code, after) for before, after in PLACES) for code in GRAPHEME_CLASSES.values()]
    assert len(set(joins)) == len(GRAPHEME_CLASSES)


def cut(before, code, after):
    return tuple(ours([GRAPHEME_CLASSES[before] + code + GRAPHEME_CLASSES[after]])[0])


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), PLACES)
def test_every_code_point_joins_as_in_the_library(page, before, after):
    first, last = GRAPHEME_CLASSES[before], GRAPHEME_CLASSES[after]
    lengths = page.evaluate(
        """([first, last]) => [...Array(0x110000).keys()].filter(code => code < 0xd800 || code > 0xdfff).map(code => {
            const parts = splitter.splitGraphemes(first + String.fromCodePoint(code) + last);
            return parts.map(part => [...part].length).join("");
        })""",
        [first, last],
    )
    texts = [f"{first}{chr(code)}{last}\0" for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
    begins = np.zeros(4 * len(texts) + 1, bool)  # a control character stands alone, so all texts can be cut as one
    begins[graphemes.boundaries("".join(texts))] = True
    shapes = {(False, False): "3", (False, True): "21", (True, False): "12", (True, True): "111"}
    assert [shapes[tuple(two)] for two in begins[:-1].reshape(-1, 4)[:, 1:3].tolist()] == lengths
