"""Laws of the checks, for any records."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from goldspan import checks
from goldspan.checks import boundaries
from goldspan.checks.records import CHECKS
from goldspan.errors import InputError
from goldspan.formats import gold
from goldspan.formats.record import RawSpan, Record
from helpers import strategies
from helpers.check_findings import NAMES, record, scheme

offsets = st.integers(-3, 60) | st.integers()
labels = st.sampled_from([*NAMES, "", "OTHER", "two words", "{}", "\ud800"])
surfaces = st.none() | st.text(max_size=5)
wild_spans = st.lists(st.builds(RawSpan, offsets, offsets, labels, surfaces), max_size=5).map(tuple)
wild_texts = strategies.texts | st.text() | st.text("the a's ‘“(.)-,\n\u0301😀Kosovo1", max_size=40)
wild = st.builds(
    Record,
    st.just(Path("a.jsonl")),
    st.just(1),
    st.sampled_from(["", "a", "a.p1", "a.p2", "b.p1"]),
    wild_texts,
    wild_spans,
)
NAMED = [
    "Kidal",
    "U.S.",
    "Zveçan",
    "O’Rourke",
    "3rd",
    "Brigade",
    "Guinea-Bissau",
    "北京",
    "Brc\u030cko",
    "7,600",
    "Jr.",
]


@st.composite
def fitting(draw):
    """A record whose spans are whole words, as a careful reader draws them."""
    text, spans = "", []
    for word in draw(st.lists(st.sampled_from(NAMED), max_size=8)):
        text += draw(st.sampled_from([" ", " “", ", ", " the ", " – ", "\n", "? "]))
        spans.append(RawSpan(len(text), len(text) + len(word), draw(st.sampled_from(list(NAMES))), word))
        text += word + draw(st.sampled_from(["", ",", " ", "’s", "”", "; "]))
    return Record(Path("a.jsonl"), 1, "a.p01", text, tuple(span for span in spans if draw(st.booleans())))


def found(*records, wanted=lambda _: True, labels=None):
    return list(checks.check_records(records, labels or scheme(), wanted))


@given(st.lists(wild, max_size=4))
def test_every_record_can_be_checked(records):
    for finding in found(*records):
        assert checks.finding_line(finding).isprintable()


@given(wild)
def test_a_record_without_errors_is_a_valid_example(one):
    if all(finding.severity == "warning" for finding in found(one)):
        example = one.example()
        assert gold.line(example).encode()


@given(fitting())
def test_whole_words_are_never_an_error(one):
    assert [finding for finding in found(one) if finding.severity == "error"] == []


@given(st.lists(wild, max_size=3))
def test_a_check_has_the_same_findings_alone_and_among_all(records):
    together = found(*records)
    for check in CHECKS:
        alone = found(*records, wanted=lambda name, check=check: name == check.id)
        assert alone == [finding for finding in together if finding.check == check.id]


@given(wild)
def test_what_is_allowed_is_found_no_more_and_all_else_is(one):
    together = found(one)
    surfaces = [one.text[f.span[0] : f.span[1]] for f in together if f.check == "edge-punctuation"]
    left = found(one, labels=scheme(edge_punctuation=surfaces))
    assert left == [finding for finding in together if finding.check != "edge-punctuation"]


@given(strategies.corpora())
def test_what_the_writer_writes_is_canonical(examples):
    path = Path("unused")
    ordered = sorted(examples, key=lambda example: example.at)
    data = "".join(gold.line(example) for example in ordered).encode()
    for number, raw in enumerate(data.split(b"\n")[:-1], 1):
        scanned = gold.parse(raw, path, number)
        assert not isinstance(scanned, InputError)
        assert gold.line(scanned.example()).encode() == raw + b"\n"


def test_an_edge_of_gold_that_is_moved_by_one_character_is_always_found(project):
    records = [one for path in sorted(project.gold.glob("*.jsonl")) for one in gold.scan(path)]
    moved = [
        replace(one, spans=(span._replace(start=span.start + left, end=span.end + right, surface=None),))
        for one in records
        for span in one.spans
        for left, right in ((-1, 0), (1, 0), (0, -1), (0, 1))
        if span.start + left >= 0 and span.end + right <= len(one.text)
    ]
    assert len(moved) > len(records)
    alone = {check.id for check in (*boundaries.EDGE_CHECKS, *boundaries.WORD_CHECKS)}
    for one in moved:
        assert found(one, labels=project.scheme, wanted=alone.__contains__), (one.id, one.spans)


def test_a_label_that_is_no_valid_unicode_is_reported_with_the_words_around(project):
    wrong = Record(Path("a"), 1, "a", "Marsh left.", (RawSpan(0, 5, "\ud800"), RawSpan(0, 5, "\ud800")))
    assert any(finding.check == "span-duplicate" for finding in found(wrong, labels=project.scheme))


def test_the_wildest_records_are_wild_enough():
    kinds = {finding.check for finding in found(record("[the Litani ]{PLACE}"), Record(Path("a"), 1, "", "x"))}
    assert {"bad-line", "edge-whitespace", "leading-article"} <= kinds
