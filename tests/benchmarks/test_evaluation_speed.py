"""Speed of the evaluation beside nervaluate and seqeval, on documents of 30 tokens; ratios are printed."""

import gc
import random
import time
from itertools import pairwise

import pytest

from goldspan.annotation import Example, Span
from goldspan.evaluation.scores import evaluate, measure
from goldspan.evaluation.significance import compare, intervals
from goldspan.intervals import METHODS, IntervalSettings
from goldspan.span_table import SpanTable

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

TOKENS, WIDTH, LABELS = 30, 6, ("LOC", "MISC", "ORG", "PER")
TEXT = "token " * TOKENS


def gold(rng):
    """Flat spans of tokens: 2.5 of them on average."""
    cuts = sorted(rng.sample(range(TOKENS), 2 * rng.choice((1, 2, 3, 4))))
    return [(a, b, rng.choice(LABELS)) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]


def predicted(spans, rng):
    """The same with one span in five wrong: another label, another boundary, missed or invented."""
    found = []
    for a, b, label in spans:
        error = rng.random()
        if error < 0.8:
            found.append((a, b, label))
        elif error < 0.85:
            found.append((a, b, rng.choice([other for other in LABELS if other != label])))
        elif error < 0.9:
            found.append((a, b + 1, label))
        elif error < 0.95:
            found += [(a, a + 1, label)] + [(a + 1, b, rng.choice(LABELS))] * (b - a > 1)
    return [one for n, one in enumerate(found) if one[1] <= (found[n + 1][0] if n + 1 < len(found) else TOKENS)]


@pytest.fixture(scope="module", params=[20_000, pytest.param(100_000, marks=pytest.mark.long)])
def documents(request):
    rng = random.Random(1)  # noqa: S311  (no secrets here)
    sides = [gold(rng) for _ in range(request.param)]
    return sides, [predicted(spans, rng) for spans in sides]


def examples(side):
    """Examples as a program has them: one side after the other."""
    return [
        Example(f"d{n}", TEXT, tuple(Span(WIDTH * a, WIDTH * b - 1, label) for a, b, label in spans))
        for n, spans in enumerate(side)
    ]


def tags(side):
    found = []
    for spans in side:
        row = ["O"] * TOKENS
        for a, b, label in spans:
            row[a:b] = [f"B-{label}"] + [f"I-{label}"] * (b - a - 1)
        found.append(row)
    return found


def seconds(action, repeat=1):
    """The shortest of some runs, and what the last one gave."""
    taken = []
    for _ in range(repeat):
        gc.collect()
        started = time.perf_counter()
        result = action()
        taken.append(time.perf_counter() - started)
    return min(taken), result


@pytest.fixture(scope="module")
def nervaluate(documents):
    """The seconds of nervaluate over all documents, from its own objects, and its result."""
    evaluator = pytest.importorskip("nervaluate.evaluator").Evaluator
    sides = [
        [[{"label": label, "start": WIDTH * a, "end": WIDTH * b - 2} for a, b, label in spans] for spans in side]
        for side in documents
    ]
    return seconds(lambda: evaluator(*sides, tags=list(LABELS), loader="dict").evaluate())


@pytest.fixture(scope="module")
def seqeval(documents):
    """The seconds of seqeval's report over all documents, and the report."""
    report = pytest.importorskip("seqeval.metrics").classification_report
    sides = [tags(side) for side in documents]
    return seconds(lambda: report(*sides, output_dict=True, zero_division=0))


def test_from_objects_and_from_columns(documents, nervaluate, seqeval):
    sides = [examples(side) for side in documents]
    columns = [SpanTable.of(side) for side in sides]
    from_objects, result = seconds(lambda: evaluate(*sides), 5)
    from_columns, again = seconds(lambda: measure(*columns).evaluation(), 5)
    assert result == again
    assert result.overall["strict"].correct == nervaluate[1]["overall"]["strict"].correct
    assert result.overall["strict"].f1 == pytest.approx(seqeval[1]["micro avg"]["f1-score"])
    print(f"\n{len(sides[0]):,} documents: {from_objects:.3f} s from objects, {from_columns:.3f} s from columns")
    for name, (taken, _) in (("nervaluate", nervaluate), ("seqeval's report", seqeval)):
        print(
            f"  {name}: {taken:.1f} s, {taken / from_objects:.0f} times as long as from objects, "
            f"{taken / from_columns:.0f} times as long as from columns"
        )


def test_intervals_and_a_comparison(documents, nervaluate):
    sides = [SpanTable.of(examples(side)) for side in documents]
    counted, baseline = measure(*sides), measure(sides[0], sides[0])
    print()
    for method in METHODS:
        settings = IntervalSettings(unit="example", method=method, resamples=10_000)
        taken, _ = seconds(lambda: intervals(counted, settings))  # noqa: B023  (called here)
        print(
            f"intervals of all measures by {method}: {taken:.1f} s, {taken / nervaluate[0]:.2f} of a run of nervaluate"
        )
    taken, _ = seconds(lambda: compare(counted, baseline, settings))
    print(f"10,000 resamples and 10,000 exchanges to compare: {taken:.1f} s, {taken / nervaluate[0]:.2f} of a run")


def tiled(count, rng):
    """A document without gaps: against another one, all overlaps are a single chain."""
    cuts = sorted(rng.sample(range(12 * count), count + 1))
    return [Span(a, b, rng.choice(LABELS)) for a, b in pairwise(cuts)]


def nested(count, rng):
    """A document tiled, with larger spans around, four by four and sixteen by sixteen, and one around all."""
    spans = tiled(count, rng)
    blocks = [spans[at : at + size] for size in (4, 16, count) for at in range(0, count, size)]
    return [*spans, *{Span(block[0].start, block[-1].end, "NEST") for block in blocks}]


def moved(spans, rng):
    """The same with one span in five moved by a character."""
    return [Span(s.start + 1, s.end + 1, s.label) if rng.random() < 0.2 else s for s in spans]


def report(what, make):
    print()
    for count in (500, 1000, 2000, 4000):
        rng = random.Random(count)  # noqa: S311  (no secrets here)
        sides = make(count, rng)
        taken, _ = seconds(lambda: measure(*(SpanTable.of([one]) for one in sides)), 3)  # noqa: B023  (called here)
        each = 1e6 * taken / len(sides[0])
        print(f"{what}, {len(sides[0]):,} spans: {1000 * taken:.1f} ms, {each:.0f} µs a span")


def test_a_document_of_thousands_of_spans_with_one_error_in_five():
    def make(count, rng):
        side = tiled(count, rng)[::2]
        return side, moved(side, rng)

    report("flat", make)


def test_a_document_of_thousands_of_spans_that_all_hang_together():
    report("one chain", lambda count, rng: (tiled(count, rng), tiled(count, rng)))


def test_a_document_of_thousands_of_nested_spans_with_one_error_in_five():
    def make(count, rng):
        side = nested(count, rng)
        return side, moved(side, rng)

    report("nested", make)
