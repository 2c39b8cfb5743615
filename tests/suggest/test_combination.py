"""What several recognisers found, put together: laws that hold for all spans."""

from hypothesis import given
from hypothesis import strategies as st

from goldspan.suggest.combination import combine, without_overlaps
from goldspan.suggest.recogniser import RecognisedSpan
from goldspan.suggest.span_edges import with_fitting_edges

SPANS = st.lists(
    st.builds(
        lambda start, length, label, score: RecognisedSpan(start, start + length, label, "r", score),
        st.integers(0, 20),
        st.integers(1, 8),
        st.sampled_from("AB"),
        st.none() | st.floats(0, 1),
    ),
    max_size=8,
)


def overlaps(first, second):
    return first.start < second.end and second.start < first.end


@given(st.dictionaries(st.sampled_from("xyz"), SPANS))
def test_no_two_overlap_none_is_invented_and_none_is_left_out_without_a_reason(found):
    combined = combine(found)
    kept = [one.span for one in combined]
    order = list(found)
    assert kept == sorted(kept, key=lambda span: span[:3])
    assert not any(overlaps(a, b) for n, a in enumerate(kept) for b in kept[n + 1 :])
    assert all(one.span in found[one.recogniser] for one in combined)
    for name, spans in found.items():
        for span in spans:
            reasons = [
                one
                for one in combined
                if overlaps(one.span, span)
                and (
                    order.index(one.recogniser) < order.index(name)
                    or (one.recogniser == name and one.span.end - one.span.start >= span.end - span.start)
                )
            ]
            assert reasons


@given(SPANS)
def test_one_recogniser_alone_is_combined_as_among_others(spans):
    assert without_overlaps(spans) == [one.span for one in combine({"x": spans})]


def test_of_two_spans_of_one_recogniser_the_longer_wins_then_the_surer_then_the_earlier():
    spans = [
        RecognisedSpan(0, 4, "A", "long"),
        RecognisedSpan(2, 5, "A", "short", 1.0),
        RecognisedSpan(6, 8, "A", "weak", 0.2),
        RecognisedSpan(7, 9, "B", "sure", 0.9),
        RecognisedSpan(10, 12, "A", "first"),
        RecognisedSpan(11, 13, "A", "second"),
    ]
    assert [span.rule for span in without_overlaps(spans)] == ["long", "sure", "first"]


TEXTS = st.text(st.sampled_from(" \n\u00a0aé\u0301\u1100\u1161👨\u200d👩"), min_size=1, max_size=12)


@given(text=TEXTS, data=st.data())
def test_edges_fit_the_text_and_lose_no_letter(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = with_fitting_edges(text, [RecognisedSpan(start, end, "A", "r", 0.5)])
    if not text[start:end].strip():
        assert found == []
        return
    (span,) = found
    surface = text[span.start : span.end]
    assert surface.strip() in surface
    assert text[start:end].strip() in surface
    assert span[2:] == RecognisedSpan(0, 1, "A", "r", 0.5)[2:]
    if text.isascii():
        assert surface == text[start:end].strip()


def test_an_accent_and_a_family_are_not_cut():
    assert with_fitting_edges("de\u0301ja", [RecognisedSpan(1, 2, "A", "r")])[0][:2] == (1, 3)
    assert with_fitting_edges("x 👨\u200d👩 y", [RecognisedSpan(3, 4, "A", "r")])[0][:2] == (2, 5)
    assert with_fitting_edges(" a\u00a0", [RecognisedSpan(0, 3, "A", "r")])[0][:2] == (1, 2)
