"""Texts, spans and examples for hypothesis: any Unicode, and of the awkward kinds more than chance would give."""

from itertools import pairwise

from hypothesis import strategies as st

from goldspan import tokens
from goldspan.annotation import Example, Span

WORDS = (
    "KFOR",
    "troops",
    "Özkan",
    "U.S.",
    "don't",
    "3,000-strong",
    "#",
    "-DOCSTART-",
    "O",
    "# id = 7",
    "@x",
    "…",
    "'s",
)
BLANKS = (
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\x0b",
    "\x1c",
    "\x85",
    "\xa0",
    "\u2028",
    "\u2029",
    "\u3000",
    "\u200b",
    "\n\n ",
)
CLUSTERS = (
    "e\u0301",  # a letter with a combining mark
    "👍🏽",  # an emoji with a modifier
    "👩‍👩‍👧",  # emoji with joiners
    "🇽🇰🇷🇸",  # flags
    "שָׁלוֹם",  # right to left, with points
    "العربية",
    "क्षि",  # a conjunct
    "각",  # Hangul jamo
    "𝔘",  # beyond the BMP, no emoji
    "\u0600" + "1",  # a prepended mark
    "\ufeff",
    "\x00",
)
# A character of each class, named as in Unicode Standard Annex #29.
GRAPHEME_CLASSES = {
    "CR": "\r",
    "LF": "\n",
    "Control": "\u2028",
    "Extend": "\u0301",
    "SpacingMark": "\u0903",
    "Prepend": "\u0600",
    "Regional_Indicator": "🇽",
    "L": "ᄀ",
    "V": "ᅡ",
    "T": "ᆨ",
    "LV": "가",
    "LVT": "각",
    "E_Base": "👍",
    "E_Base_GAZ": "👩",
    "E_Modifier": "🏽",
    "Glue_After_Zwj": "❤",
    "ZWJ": "\u200d",
    "Other": "a",
}
EMOJI = (
    *("👩🏽‍🚀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "❤️‍🔥", "👁️‍🗨️", "🧑🏻‍🤝‍🧑🏿", "👩‍🦰", "🫱🏻‍🫲🏿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "☝🏽", "☝️🏽"),
    *(
        "🇽🇰🇷🇸",
        "🇽🇰🇷",
        "🇽\u0301🇰",
        "🇽🇰\u0301\u0301",
        "🇽🇰\u200d👩",
        "👩‍❤️‍👩🏽",
        "👍\u0301\u0301🏽",
        "\u0600🇽🇰",
        "\u0600\u0600🇽",
    ),
)
NEWS_EMOJI = (
    *("🚢", "🚨", "🔥", "❤️", "👍🏽", "👏🏻", "🙏", "😂", "🤔", "✅", "⚠️", "➡️"),
    *("™️", "🇽🇰", "🇷🇸", "🇪🇺", "🇺🇦", "🪖", "🕊️", "💪🏿", "👮\u200d♂️", "🧑\u200d✈️", "🏴\u200d☠️", "1️⃣"),
)  # as news has them
tokens.tokenize("", "en")  # spaCy draws random numbers when imported, which no strategy may do
LABELS = ("UNIT", "PERSON", "TROOP_COUNT", "B-LOC")
characters = st.characters(exclude_categories=["Cs"])
pieces = st.one_of(st.sampled_from(WORDS), st.sampled_from(BLANKS), st.sampled_from(CLUSTERS), characters)
texts = st.lists(pieces, max_size=30).map("".join)
labels = st.sampled_from(LABELS)
ids = st.from_regex(r"[a-z0-9_\-]{1,8}\.p[0-9]{2}", fullmatch=True)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(characters, max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(characters, max_size=5), inner, max_size=3),
    max_leaves=5,
)
extras = st.dictionaries(st.sampled_from(["rule", "score", "confirmed", "x y"]), json_values, max_size=3)
grapheme_texts = st.lists(st.sampled_from([*GRAPHEME_CLASSES.values(), *EMOJI]) | pieces, max_size=20).map("".join)


@st.composite
def spans(draw, text, *, flat=True):
    """Spans anywhere in a text; touching at most if flat, else any that differ."""
    if not text:
        return ()
    places = st.integers(0, len(text))
    if not flat:
        pairs = draw(st.lists(st.tuples(places, places).filter(lambda pair: pair[0] < pair[1]), max_size=6))
        return tuple({Span(start, end, draw(labels)) for start, end in pairs})
    cuts = sorted(draw(st.sets(places, max_size=12)))
    return tuple(Span(start, end, draw(labels)) for start, end in pairwise(cuts) if draw(st.booleans()))


@st.composite
def aligned_spans(draw, text):
    """Flat spans that begin and end with tokens."""
    extents = tokens.tokenize(text, "en")
    cuts = sorted(draw(st.sets(st.integers(0, len(extents)), max_size=12)))
    return tuple(
        Span(extents[first][0], extents[stop - 1][1], draw(labels))
        for first, stop in pairwise(cuts)
        if draw(st.booleans())
    )


@st.composite
def examples(draw, texts=texts, spans=spans):
    """An example with spans of a kind, an `at` and extra keys."""
    text = draw(texts)
    at = draw(st.integers(0, 10**9))
    return Example(draw(ids), text, draw(spans(text)), at, draw(extras))


def corpora(**kinds):
    """Lists of examples whose ids differ."""
    return st.lists(examples(**kinds), max_size=4, unique_by=lambda example: example.id)


@st.composite
def any_spans(draw, text):
    """A few spans of a short text, which may overlap, nest and cross."""
    size = len(text)
    places = st.integers(0, size - 1).flatmap(lambda start: st.tuples(st.just(start), st.integers(start + 1, size)))
    found = draw(st.sets(st.tuples(places, labels), max_size=5))
    return tuple(Span(start, end, label) for (start, end), label in found)


@st.composite
def readings(draw, sides=2, *, flat=False, fewest=0):
    """The same few examples of two articles, as several readers mark them, who often mark the same."""
    texts = draw(st.lists(st.text("ab ", min_size=1, max_size=12), min_size=fewest, max_size=4))
    some = spans if flat else any_spans
    return [[Example(f"e{n % 2}.p{n}", text, draw(some(text))) for n, text in enumerate(texts)] for _ in range(sides)]


@st.composite
def passes(draw, annotators=3, items=3, *, flat=False, length=30):
    """What annotators marked: per name an example of each text, and now and then none."""
    found = {}
    for name in "abcdef"[: draw(st.integers(2, annotators))]:
        found[name] = [
            Example(
                f"d{number % 2}.p{number:02d}", "sixx 😀 of " * (length // 10), draw(_pass_spans(length, flat=flat))
            )
            for number in range(items)
            if draw(st.integers(0, 4))
        ]
    return found


@st.composite
def _pass_spans(draw, length, *, flat):
    places = st.integers(0, length)
    if flat:
        cuts = sorted(draw(st.sets(places, max_size=8)))
        return tuple(Span(a, b, draw(st.sampled_from("AB"))) for a, b in pairwise(cuts) if draw(st.booleans()))
    pairs = draw(st.lists(st.tuples(places, places).map(sorted).filter(lambda pair: pair[0] < pair[1]), max_size=4))
    return tuple({Span(a, b, draw(st.sampled_from("AB"))) for a, b in pairs})
