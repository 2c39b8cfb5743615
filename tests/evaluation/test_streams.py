"""What is paired and reported does not depend on how much is in memory, nor on the order of the predictions."""

import random
from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import example_table
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.evaluation import alignment, errors, scores, slices
from goldspan.evaluation.alignment import align_spans, pair, without_spaces
from goldspan.evaluation.report import make_report
from goldspan.evaluation.run import EvaluationOptions, run_evaluation
from goldspan.example_table import parts_of
from goldspan.formats import ReadOptions, gold, load
from goldspan.formats.sources import Source

TEXTS = ("the fog left", "the  fog left", "thefogleft", "the fog stayed", "of other words", "")
IDS = ("a.p01", "a.p02", "b.p01", "c")


@st.composite
def sides(draw):
    """Examples of few ids and few texts, so that several are alike; some ids are only numbers."""
    ids, texts = st.sampled_from(IDS), st.sampled_from(TEXTS)
    read = []
    for _ in range(2):
        given_examples = [
            Example(name, text, (Span(0, 3, draw(st.sampled_from("AB"))),) if text and draw(st.booleans()) else ())
            for name, text in draw(st.lists(st.tuples(ids, texts), min_size=1, max_size=7))
        ]
        numbered = draw(st.lists(st.booleans(), min_size=len(given_examples), max_size=len(given_examples)))
        read.append(Source(given_examples, numbered=numbered))
    return read


def partners(left, right):
    """By brute force: of several that are alike the first with the first; by id and text, text, words, then by id."""
    keys = (lambda e: (e.id, e.text), lambda e: e.text, lambda e: without_spaces(e.text), lambda e: e.id)
    found = {}
    for number, key in enumerate(keys):
        by_id, free = number in {0, 3}, defaultdict(list)
        for n, example in enumerate(right.examples):
            if n not in found.values() and (right.states_id(n) or not by_id):
                free[key(example)].append(n)
        for n, example in enumerate(left.examples):
            same = free[key(example)] if n not in found and (left.states_id(n) or not by_id) else []
            if same and align_spans((), right.examples[same[0]].text, example.text) is not None:
                found[n] = same.pop(0)
    return found


@settings(max_examples=300)
@given(sides())
def test_predictions_are_paired_as_by_brute_force(read):
    left, right = read
    expected = partners(left, right)
    if not expected:
        with pytest.raises(InputError, match="none of"):
            pair(left, right, language="en")
        return
    found = pair(left, right, language="en")
    assert [example.id for example in found.predicted] == [example.id for example in left.examples]
    for n, example in enumerate(left.examples):
        other = right.examples[expected[n]] if n in expected else example.with_spans(())
        moved = align_spans(other.spans, other.text, example.text)
        assert [*found.predicted[n].spans] == sorted({*filter(None, moved)})
    kinds = Counter(note.kind for note in found.notes)
    assert kinds["missing-example"] == len(left.examples) - len(expected)
    assert kinds["extra-example"] == len(right.examples) - len(expected)


def spoken(number, rng):
    """A made-up example of an article of four."""
    words = [rng.choice(("fog", "ships", "the 5th Brigade", "Port Ellis", "😀 1,000 men")) for _ in range(9)]
    text = f"{number} " + " ".join(words)
    spans = {Span(text.index(word), text.index(word) + len(word), rng.choice("XYZ")) for word in rng.sample(words, 3)}
    return Example(f"a{number // 4}.p{number % 4:02}", text, tuple(spans), 100 * number)


@pytest.fixture
def files(tmp_path):
    rng = random.Random(3)  # noqa: S311  (no secrets here)
    made = [spoken(number, rng) for number in range(60)]
    guessed = [e if rng.random() < 0.5 else replace(spoken(n, rng), text=e.text, spans=e.spans[1:])
               for n, e in enumerate(made)]  # fmt: skip
    gold.write(tmp_path / "gold.jsonl", made)
    gold.write(tmp_path / "guessed.jsonl", guessed)
    return tmp_path


def report_of(folder, predictions="guessed.jsonl", **options):
    given_options = EvaluationOptions(gold=folder / "gold.jsonl", predictions=str(folder / predictions), **options)
    return run_evaluation(given_options)[0].json()


@pytest.mark.parametrize("unit", ["article", "example"])
def test_a_report_is_the_same_with_everything_on_disk_and_a_few_spans_at_a_time(files, monkeypatch, unit):
    options = {"unit": unit, "baseline": str(files / "gold.jsonl"), "train": files / "gold.jsonl"}
    expected = report_of(files, **options)
    monkeypatch.setattr(example_table.PartsFile.__init__, "__defaults__", (64,))
    for module in (scores, errors, slices):
        monkeypatch.setattr(module, "parts_of", lambda *spans, **_: parts_of(*spans, most=2))
    assert report_of(files, **options) == expected


def test_the_order_of_the_predictions_does_not_matter(files):
    expected = report_of(files)
    lines = (files / "guessed.jsonl").read_text().splitlines()
    (files / "guessed.jsonl").write_text("\n".join(reversed(lines)) + "\n")
    assert report_of(files) == expected


def test_a_label_of_predictions_that_are_not_in_gold_is_none_of_the_report():
    read = (
        Source([Example("a", "the fog", (Span(0, 3, "A"),))]),
        Source([Example("a", "the fog", (Span(4, 7, "B"),)), Example("b", "left", (Span(0, 4, "C"),))]),
    )
    found = pair(*read, language="en")
    report = make_report(found.gold, found.predicted)
    assert found.predicted.spans.label_counts() == {"B": 1}
    assert report.labels == ("A", "B")
    assert report.confusion.rows == ((0, 0, 1), (0, 0, 0), (0, 1, 0))


def test_a_broken_row_at_the_end_is_named(files):
    with (files / "guessed.jsonl").open("a") as stream:
        stream.write('{"id": "z", "at": 0, "text": "cut o')
    with pytest.raises(InputError, match=r"guessed.jsonl:61: not JSON"):
        report_of(files)


def test_an_id_that_is_there_twice_is_named_before_what_is_wrong_after_it(files):
    first = (files / "guessed.jsonl").read_text().splitlines()[0]
    with (files / "guessed.jsonl").open("a") as stream:
        stream.write(f"{first}\n{{}}\n")
    with pytest.raises(InputError, match=r"guessed.jsonl:61: a0.p00: there is an example of this id already"):
        report_of(files)


@pytest.mark.parametrize("unit", ["article", "example"])
def test_a_report_of_lists_is_that_of_files(files, unit):
    made = [load(files / name) for name in ("gold.jsonl", "guessed.jsonl")]
    assert make_report(*made, unit=unit).json() == report_of(files, unit=unit)


def test_a_folder_of_files_is_one_file(files):
    lines = (files / "guessed.jsonl").read_text().splitlines(keepends=True)
    (files / "parts").mkdir()
    for number in range(3):
        (files / "parts" / f"{number}.jsonl").write_text("".join(lines[number::3]))
    assert report_of(files, "parts") == report_of(files)
    assert report_of(files, "parts", reading=ReadOptions(only=frozenset("X"))) == report_of(
        files, reading=ReadOptions(only=frozenset("X"))
    ) | {"notes": report_of(files, "parts", reading=ReadOptions(only=frozenset("X")))["notes"]}


def test_tokens_some_sentences_at_a_time_are_those_of_all_at_once(tmp_path, monkeypatch):
    rows = [["the O", f"{n}th B-X", "Brigade I-X", "left O", f"Port{n} B-Y"] for n in range(7)]
    guessed = [list(row) for row in rows]
    guessed[1][1:3] = ["1th I-X", "Brig I-X"]  # a tag that is repaired, and another token
    guessed[5][4] = "Port5 O"
    for name, sentences in (("gold.conll", rows), ("guessed.conll", guessed)):
        (tmp_path / name).write_text("\n\n".join("\n".join(sentence) for sentence in sentences) + "\n")
    plain = [Example(f"a.p{n:02}", " ".join(token.split()[0] for token in row)) for n, row in enumerate(rows)]
    gold.write(tmp_path / "plain.jsonl", plain)
    for name in ("gold.conll", "plain.jsonl"):
        options = EvaluationOptions(gold=tmp_path / name, predictions=str(tmp_path / "guessed.conll"))
        expected = run_evaluation(options)[0].json()
        assert {note["kind"] for note in expected["notes"]} >= {"different-token"}
        with monkeypatch.context() as patched:
            patched.setattr(alignment, "AT_ONCE", 2)
            assert run_evaluation(options)[0].json() == expected
            patched.setattr(alignment, "_are_in_step", lambda *_: False)
            assert run_evaluation(options)[0].json() == expected
