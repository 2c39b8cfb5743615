import random
import re
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.evaluation import alignment
from goldspan.evaluation.alignment import align_spans, align_tokens
from goldspan.formats import conll, gold, inline
from goldspan.formats.offset_units import DOUBT
from goldspan.formats.prodigy import KEPT
from goldspan.formats.sources import NOTE_KINDS, Source, count_notes, read_source
from helpers import strategies

pair = partial(alignment.pair, language="en")

MARSH = inline.example("a.p00", "[Marsh]{PERSON} left [Port Ellis]{PLACE} with 300 men.")
QUIET = inline.example("a.p01", "The [5th Brigade]{UNIT} stayed in [Ellis]{PLACE}.")
GOLD = [MARSH, QUIET]


def paired(right, left=GOLD):
    found = pair(Source(list(left)), Source(list(right)))
    assert [(e.id, e.text) for e in found.predicted] == [(e.id, e.text) for e in left]
    assert {note.kind for note in found.notes} <= NOTE_KINDS.keys()
    return found


def surfaces(examples):
    return [[(example.surface(span), span.label) for span in example.spans] for example in examples]


@settings(max_examples=50)
@given(st.data(), strategies.corpora(spans=partial(strategies.spans, flat=False)))
def test_predictions_in_any_order_find_their_gold(data, examples):
    if examples:
        found = paired(data.draw(st.permutations(examples)), examples)
        assert [e.spans for e in found.predicted] == [e.spans for e in examples]
        assert found.notes == []


def test_other_ids_with_the_same_texts_are_matched_by_text():
    found = paired([Example("x", QUIET.text, QUIET.spans), Example("y", MARSH.text, MARSH.spans)])
    assert surfaces(found.predicted) == surfaces(GOLD)
    assert [note.message for note in found.notes] == ["2 of 2 are matched by text: their ids are not gold's"]


def test_the_text_decides_where_ids_are_swapped():
    found = paired([Example(MARSH.id, QUIET.text, QUIET.spans), Example(QUIET.id, MARSH.text, MARSH.spans)])
    assert surfaces(found.predicted) == surfaces(GOLD)


def test_texts_that_differ_in_spaces_alone_keep_each_character_of_a_span():
    spaced = inline.example("x", "[Marsh]{PERSON}  left [Port\nEllis]{PLACE} with 300 men .")
    found = paired([spaced, QUIET])
    assert found.predicted[0].spans == MARSH.spans
    assert [(note.kind, note.example) for note in found.notes] == [
        ("matched-by-text", None),
        ("different-text", "a.p00"),
    ]


def test_a_misspelt_text_of_the_same_id_is_a_note():
    other = inline.example("a.p00", "[Marsh]{PERSON} left Prot [Ellis]{PLACE} with 300 men.")
    found = paired([other, QUIET])
    assert surfaces(found.predicted)[0] == [("Marsh", "PERSON"), ("Ellis", "PLACE")]
    (note,) = found.notes
    assert (
        note.message
        == "the text is not gold's: 'rsh left Prot Ellis with 300 m' where gold has "
        + repr("rsh left Port Ellis with 300 m")
        + "; spans aligned with gold's text: 2"
    )


def test_a_span_of_words_that_gold_lacks_is_lost_and_noted():
    other = inline.example(
        "a.p00", "[Marsh]{PERSON} left Port Ellis yesterday evening in [Quiet Bay]{PLACE} with 300 men."
    )
    found = paired([other, QUIET])
    assert surfaces(found.predicted)[0] == [("Marsh", "PERSON")]
    assert count_notes(found.notes) == {"different-text": 1, "lost-span": 1}
    assert "'Quiet Bay' has no place in gold's text" in found.notes[0].message


def test_two_spans_that_gold_cannot_tell_apart_count_once():
    other = Example("a.p00", " " + MARSH.text, (Span(0, 6, "PERSON"), Span(1, 6, "PERSON")))
    found = paired([other, QUIET])
    assert found.predicted[0].spans == (Span(0, 5, "PERSON"),)
    assert count_notes(found.notes) == {"different-text": 1, "merged-span": 1}


def test_missing_and_extra_examples_are_listed_one_by_one():
    extra = [inline.example(f"z.p0{n}", f"[Marsh]{{PERSON}} is not there {n}.") for n in range(3)]
    found = paired([QUIET, *extra])
    assert found.predicted[0].spans == ()
    assert [(n.kind, n.example) for n in found.notes] == [
        ("missing-example", "a.p00"),
        *(("extra-example", f"z.p0{n}") for n in range(3)),
    ]
    assert found.notes[1].message == "not in gold; its predicted spans (1) do not count"


def test_the_same_id_with_a_wholly_other_text_is_no_match():
    found = paired([Example("a.p00", "Nothing of the kind was said."), QUIET])
    assert count_notes(found.notes) == {"extra-example": 1, "missing-example": 1}


def test_a_text_twice_goes_to_gold_in_order():
    left = [Example("a", "Photo", (Span(0, 5, "X"),)), Example("b", "Photo")]
    found = paired([Example("u", "Photo", (Span(0, 5, "X"),)), Example("v", "Photo"), Example("w", "Photo")], left)
    assert [len(e.spans) for e in found.predicted] == [1, 0]
    assert count_notes(found.notes) == {"extra-example": 1, "matched-by-text": 1}


def test_the_rule_of_a_suggestion_comes_along_while_the_text_is_golds():
    found = paired([Example(MARSH.id, MARSH.text, MARSH.spans, extra={"rules": ["a", "b"]}), QUIET])
    assert found.predicted[0].extra == {"rules": ["a", "b"]}


def test_predictions_for_other_texts_are_refused_by_file_and_line(tmp_path):
    gold.write(tmp_path / "gold.jsonl", GOLD)
    gold.write(tmp_path / "other.jsonl", [Example("q", "Of something else."), Example("r", "And again.")])
    with pytest.raises(InputError) as caught:
        pair(read_source(tmp_path / "gold.jsonl"), read_source(tmp_path / "other.jsonl"))
    assert (caught.value.file, caught.value.line, caught.value.example) == (tmp_path / "other.jsonl", 1, "q")
    assert "none of 2 predictions has a text of gold" in caught.value.message
    assert caught.value.remedy


def test_no_gold_is_refused():
    with pytest.raises(InputError, match="there is no gold"):
        pair(Source([]), Source(GOLD))


def write_conll(path, sentences):
    path.write_text("\n\n".join("\n".join(rows) for rows in sentences) + "\n", "utf-8")
    return read_source(path)


def test_conll_without_ids_is_laid_over_golds_text_by_its_own_tokens(tmp_path):
    rows = [
        ["Marsh B-PERSON", "left O", "Port B-PLACE", "Ellis I-PLACE", "with O", "300 O", "men. O"],
        ["The O", "5th B-UNIT", "Brig I-UNIT", "ade I-UNIT", "stayed O", "in O", "Ellis B-PLACE", ". O"],
    ]
    found = pair(Source(GOLD), write_conll(tmp_path / "a.conll", rows))
    assert surfaces(found.predicted) == surfaces(GOLD)
    assert found.notes == []


def test_conll_with_a_misspelt_token_is_aligned_to_gold_without_tokens(tmp_path):
    rows = [
        ["Marhs B-PERSON", "left O", "Port B-PLACE", "Ellis I-PLACE", "with O", "300 O", "men O", ". O"],
        ["The O", "5th B-UNIT", "Brigade I-UNIT", "stayed O", "in O", "Ellis B-PLACE", ". O"],
    ]
    found = pair(Source(GOLD), write_conll(tmp_path / "a.conll", rows))
    assert surfaces(found.predicted) == surfaces(GOLD)
    assert [(n.kind, n.line, n.example) for n in found.notes] == [("different-token", 1, "a.p00")]


def test_conll_that_states_golds_ids_is_matched_by_them(tmp_path):
    conll.write(tmp_path / "a.conll", [QUIET, MARSH])
    found = pair(Source(GOLD), read_source(tmp_path / "a.conll"))
    assert surfaces(found.predicted) == surfaces(GOLD)
    assert found.notes == []


def test_conll_gold_takes_predictions_of_detokenised_texts(tmp_path):
    left = write_conll(
        tmp_path / "gold.conll", [["Marsh B-PERSON", "left O", ". O"], ["Port B-PLACE", "Ellis I-PLACE"]]
    )
    found = pair(
        left, Source([inline.example("x", "[Marsh]{PERSON} left."), inline.example("y", "[Port Ellis]{PLACE}")])
    )
    assert surfaces(found.predicted) == surfaces(left.examples)
    assert count_notes(found.notes) == {"different-text": 1, "matched-by-text": 1}


words = st.lists(st.sampled_from("abcdefghijklm"), min_size=1, max_size=8)
texts = st.lists(words, min_size=1, max_size=8)


@given(texts, texts)
def test_an_alignment_rises_and_stays_inside(left, right):
    found = align_tokens(left, right)
    assert len(found) == sum(map(len, right))
    numbers = [number for number in found if number is not None]
    assert numbers == sorted(set(numbers))
    assert all(0 <= number < sum(map(len, left)) for number in numbers)


@given(texts, st.randoms(use_true_random=False))
def test_what_differs_in_breaks_alone_is_aligned_one_to_one(left, chance):
    flat = [word for sentence in left for word in sentence]
    right = [[]]
    for word in flat:
        if right[-1] and chance.random() < 0.3:
            right.append([])
        right[-1].append(word)
    assert align_tokens(left, right) == list(range(len(flat)))


def test_a_lost_token_shifts_nothing_else():
    left = [["a", "b", "c"], ["d", "e", "f", "g"], ["h", "i"]]
    assert align_tokens(left, [["a", "b", "c"], ["d", "f", "g"], ["h", "i"]]) == [0, 1, 2, 3, 5, 6, 7, 8]
    assert align_tokens(left, [["a", "b", "c"], ["d", "e", "x", "f", "g"], ["h", "i"]]) == [
        0,
        1,
        2,
        3,
        4,
        None,
        5,
        6,
        7,
        8,
    ]


def test_a_different_sentence_in_the_same_place_is_not_aligned():
    left = [["a", "b", "c"], ["d", "e", "f", "g"], ["h"]]
    assert align_tokens(left, [["a", "b", "c"], ["p", "q", "r", "s", "t"], ["h"]]) == [0, 1, 2, *[None] * 5, 7]


def test_a_long_file_that_lost_a_token_in_each_sentence_is_aligned():
    chance = random.Random(0)  # noqa: S311  (no secret)
    zipf = [1 / rank for rank in range(1, 20_001)]
    left = [chance.choices(range(20_000), zipf, k=18) for _ in range(1_000)]
    left = [[f"w{rank}" for rank in sentence] for sentence in left]
    right = [sentence[: (cut := chance.randrange(18))] + sentence[cut + 1 :] for sentence in left]
    found = align_tokens(left, right)
    flat, other = ([word for sentence in side for word in sentence] for side in (left, right))
    assert sum(i is not None and flat[i] == other[j] for j, i in enumerate(found)) > 0.99 * len(other)


@given(strategies.examples(spans=partial(strategies.spans, flat=False)))
def test_aligning_the_same_words_with_other_spaces_keeps_the_surface(example):
    other = " \n".join(example.text.split())
    for span, new in zip(example.spans, align_spans(example.spans, example.text, other), strict=True):
        wanted = "".join(example.surface(span).split())
        assert ("" if new is None else "".join(other[new.start : new.end].split())) == wanted


@given(strategies.texts, strategies.texts)
def test_laying_over_any_text_gives_spans_inside_it_or_none(text, other):
    spans = [Span(start, start + 1, "X") for start in range(len(text))]
    for new in align_spans(spans, text, other) or ():
        assert new is None or new.end <= len(other)


def test_the_notes_of_both_readings_come_first(tmp_path):
    right = write_conll(tmp_path / "a.conll", [["Marsh I-PERSON", "left O"], ["of O", "men B-X"]])
    found = pair(Source([Example("a", "Marsh left"), Example("b", "of men")]), right)
    assert [(note.kind, note.line) for note in found.notes] == [("repaired-tag", 1)]
    assert found.predicted[0].spans == (Span(0, 5, "PERSON"),)


def test_every_kind_of_note_that_is_made_is_described_and_the_other_way_round():
    source = Path(__file__).parents[2] / "src" / "goldspan"
    modules = [*(source / "formats").glob("*.py"), *(source / "evaluation").glob("*.py")]
    text = "".join(module.read_text() for module in modules)
    made = {*re.findall(r'[Nn]ote\(\s*"([a-z0-9-]+)"', text), DOUBT, KEPT}
    assert made - {"other-reading"} == NOTE_KINDS.keys()  # only a conversion has readings beside others
