"""The scenarios of the peers' own test suites, and conlleval on random tags: inputs and published numbers, and ours.

Where ours differ, the reason stands beside the case. Cases about options or classes of a peer, without a number that
says anything about spans, are left out. What peers do wrong on cases of our own is in `test_peers.py`.

- conlleval (Tjong Kim Sang and Buchholz 2000) as the package `conlleval` 0.2 has it in Python. The Perl program of 2004
  is the same on tags of B and I or I and E; it does not know S, and begins no chunk with a B behind an E of its label.
- nervaluate: the tests of its versions 0.2.0 and 1.1.0, https://github.com/MantisAI/nervaluate.
- seqeval: the tests of its version 1.2.2, https://github.com/chakki-works/seqeval.
"""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import iob
from goldspan.annotation import Span
from goldspan.errors import InputError, InvalidValueError
from goldspan.evaluation.result import SCHEMES, SchemeCounts
from goldspan.evaluation.scores import measure
from goldspan.evaluation.span_metric import SpanMetric
from goldspan.formats import ReadOptions, load
from goldspan.iob import Chunk
from goldspan.span_table import SpanTable

COUNTS = ("correct", "incorrect", "partial", "missed", "spurious")


def evaluation(gold, predicted):
    """Of documents that are lists of (start, end, label), half-open."""
    sides = ([[Span(*span) for span in spans] for spans in side] for side in (gold, predicted))
    return measure(*map(SpanTable.of, sides)).evaluation()


def counts(found):
    return tuple(getattr(found, name) for name in COUNTS)


def overall(gold, predicted):
    found = evaluation(gold, predicted).overall
    return {scheme: counts(found[scheme]) for scheme in SCHEMES}


def decoded(tags):
    return iob.decode([iob.parse(tag) for tag in tags])


# ---- conlleval


def conlleval(gold, predicted):
    """The numbers of gold chunks, predicted chunks and correct ones, in all and by label."""
    evaluate = pytest.importorskip("conlleval").evaluate
    sentences = ([f"w {a} {b}" for a, b in zip(*pair, strict=True)] for pair in zip(gold, predicted, strict=True))
    found = evaluate(chain.from_iterable([*sentence, ""] for sentence in sentences))
    rows = {"all": found["overall"]["chunks"], **found["slots"]["chunks"]}
    return {label: tuple(row["stats"][name] for name in ("gold", "pred", "correct")) for label, row in rows.items()}


def ours(gold, predicted):
    found = evaluation(*([decoded(tags) for tags in side] for side in (gold, predicted)))
    rows = {"all": found.overall["strict"], **found.labels["strict"]}
    return {label: (row.possible, row.actual, row.correct) for label, row in rows.items()}


@st.composite
def tagged(draw, prefixes="BIES"):
    """Gold and predicted tags of the same sentences, whatever a program may write."""
    written = st.sampled_from(["O", *(f"{prefix}-{label}" for prefix in prefixes for label in ("A", "B"))])
    lengths = draw(st.lists(st.integers(1, 9), min_size=1, max_size=5))
    return [[draw(st.lists(written, min_size=n, max_size=n)) for n in lengths] for _ in range(2)]


@given(tagged())
def test_conlleval_finds_the_same_chunks_in_random_tags(sides):
    found = ours(*sides)
    theirs = conlleval(*sides)
    assert {label: row for label, row in theirs.items() if any(row)} == {k: row for k, row in found.items() if any(row)}


@given(tagged(), st.sampled_from(["files", "metric"]))
def test_conlleval_agrees_with_whatever_reads_the_tags(tmp_path_factory, sides, way):
    possible, actual, correct = conlleval(*sides)["all"]
    if way == "metric":
        scores = SpanMetric(schemes=["strict"], undefined=0.0).compute(predictions=sides[1], references=sides[0])
        assert (scores["gold_spans"], scores["predicted_spans"]) == (possible, actual)
        assert scores.get("strict_recall", 0.0) == pytest.approx(correct / possible if possible else 0.0)
        return
    folder, read = tmp_path_factory.mktemp("conlleval"), []
    for name, side in zip("gp", sides, strict=True):
        path = folder / name
        path.write_text("".join("".join(f"w {tag}\n" for tag in tags) + "\n" for tags in side))
        read.append([[(s.start, s.end, s.label) for s in example.spans] for example in load(path, "conll")])
    total = evaluation(*read).overall["strict"]
    assert (total.possible, total.actual, total.correct) == (possible, actual, correct)


@pytest.mark.parametrize("prefixes", ["BIO", "EIO"])
@pytest.mark.parametrize("seed", range(10))
def test_conlleval_agrees_on_the_random_files_of_seqevals_suite(prefixes, seed):
    """1,000 tokens, four labels on either side, one sentence in twenty tokens: its `test_statistical_tests`."""
    rng = np.random.default_rng(seed)
    sides = [[[]], [[]]]
    for _ in range(1000):
        for side in sides:
            prefix = rng.choice([*prefixes])
            side[-1].append("O" if prefix == "O" else f"{prefix}-{rng.choice(['PER', 'MISC', 'ORG', 'LOC'])}")
        if rng.random() > 0.95:
            for side in sides:
                side.append([])
    assert ours(*sides) == conlleval(*sides)


# ---- nervaluate


def inclusive(*spans):
    """A document; nervaluate's ends are those of the last token or character."""
    return [(start, end + 1, label) for start, end, label in spans]


def same(strict, exact=None, partial=None, of_type=None):
    """Published counts: correct, incorrect, partial, missed, spurious; those of strict hold where no others are."""
    return dict(zip(SCHEMES, (strict, exact or strict, partial or strict, of_type or strict), strict=True))


PER = (59, 69, "PER")
EXTRA = [(50, 52, "PER"), (59, 69, "ORG"), (71, 72, "ORG")], [(50, 52, "LOC"), (59, 69, "ORG"), (71, 72, "MISC")]
EXTRA_IN_GOLD = [*EXTRA[0][:2], (71, 72, "MISC")], [*EXTRA[1][:2], (71, 72, "ORG")]
CASE_1 = (
    [(59, 69, "PER"), (127, 134, "LOC"), (164, 174, "LOC"), (197, 205, "LOC"), (208, 219, "LOC"), (230, 240, "MISC")],
    [(24, 30, "PER"), (124, 134, "LOC"), (164, 174, "PER"), (197, 205, "LOC"), (208, 219, "LOC"), (225, 243, "LOC")],
)
NERVALUATE_0_2 = {  # gold and predicted, by document, and the published counts
    "simple_case": ([[(2, 4, "PER")], [(1, 2, "LOC"), (3, 4, "LOC")]],) * 2 + (same((3, 0, 0, 0, 0)),),
    "extra_classes": (
        [[(1, 3, "ORG")]], [[(1, 3, "FOO")]],
        same((0, 1, 0, 0, 0), (1, 0, 0, 0, 0), (1, 0, 0, 0, 0), (0, 1, 0, 0, 0)),
    ),
    "no_entities_in_prediction": ([[(2, 4, "PER")]], [[]], same((0, 0, 0, 1, 0))),
    "results_agg_1": (
        [[], [(2, 4, "ORG")], [(2, 4, "MISC")]], [[(2, 4, "PER")], [(2, 4, "ORG")], [(2, 4, "MISC")]],
        same((2, 0, 0, 0, 1)),
    ),
    "issue_29": (
        [[(1, 2, "PER"), (3, 10, "PER")]], [[(1, 2, "PER"), (3, 5, "PER"), (6, 10, "PER")]],
        same((1, 1, 0, 0, 1), (1, 1, 0, 0, 1), (1, 0, 1, 0, 1), (2, 0, 0, 0, 1)),
    ),
    "case_1": (
        [CASE_1[0]], [CASE_1[1]], same((2, 3, 0, 1, 1), (3, 2, 0, 1, 1), (3, 0, 2, 1, 1), (3, 2, 0, 1, 1)),
    ),
    "scenario_1": ([[PER]], [[PER]], same((1, 0, 0, 0, 0))),
    "scenario_2": ([[]], [[PER]], same((0, 0, 0, 0, 1))),
    "scenario_3": ([[PER]], [[]], same((0, 0, 0, 1, 0))),
    "scenario_4": (
        [[PER]], [[(59, 69, "LOC")]], same((0, 1, 0, 0, 0), (1, 0, 0, 0, 0), (1, 0, 0, 0, 0), (0, 1, 0, 0, 0)),
    ),
    "scenario_5": (
        [[PER]], [[(57, 69, "PER")]], same((0, 1, 0, 0, 0), (0, 1, 0, 0, 0), (0, 0, 1, 0, 0), (1, 0, 0, 0, 0)),
    ),
    "scenario_6": (
        [[PER]], [[(54, 69, "LOC")]], same((0, 1, 0, 0, 0), (0, 1, 0, 0, 0), (0, 0, 1, 0, 0), (0, 1, 0, 0, 0)),
    ),
    "no_predictions": ([EXTRA_IN_GOLD[0]], [[]], same((0, 0, 0, 3, 0))),
}  # fmt: skip


@pytest.mark.parametrize(("gold", "predicted", "published"), NERVALUATE_0_2.values(), ids=NERVALUATE_0_2)
def test_ours_are_the_counts_that_nervaluate_0_2_publishes(gold, predicted, published):
    assert overall(*([inclusive(*spans) for spans in side] for side in (gold, predicted))) == published


@pytest.mark.parametrize(
    ("sides", "published", "right"),
    [
        (EXTRA, same((1, 1, 0, 1, 0), (2, 0, 0, 1, 0), (2, 0, 0, 1, 0), (1, 1, 0, 1, 0)),
         same((1, 2, 0, 0, 0), (3, 0, 0, 0, 0), (3, 0, 0, 0, 0), (1, 2, 0, 0, 0))),
        (EXTRA_IN_GOLD, same((1, 1, 0, 0, 1), (2, 0, 0, 0, 1), (2, 0, 0, 0, 1), (1, 1, 0, 0, 1)),
         same((1, 2, 0, 0, 0), (3, 0, 0, 0, 0), (3, 0, 0, 0, 0), (1, 2, 0, 0, 0))),
    ],
    ids=["extra_tags_in_prediction", "extra_tags_in_true"],
)  # fmt: skip
def test_nervaluate_0_2_leaves_out_the_label_that_is_not_among_its_tags(sides, published, right):
    """Ours count MISC: a prediction of a label that gold lacks is an error. Without its spans (`--only`) all agree."""
    sides = [inclusive(*side) for side in sides]
    assert overall(*([side] for side in sides)) == right
    assert overall(*([[span for span in side if span[2] != "MISC"]] for side in sides)) == published


@pytest.mark.parametrize("order", [1, -1])
def test_nervaluate_0_2_counts_a_prediction_on_two_gold_spans_twice(order):
    """Published: strict 2 incorrect, partial 2, type 1 and 1, so more predictions than there are; 1.2.1 counts one.

    Ours pair one with one: the prediction with the gold span that gives the most, and the other is missed.
    """
    gold, predicted = inclusive((0, 12, "A"), (14, 17, "B"))[::order], inclusive((0, 17, "A"))
    wrong = (0, 1, 0, 1, 0)
    assert overall([gold], [predicted]) == same(wrong, wrong, (0, 0, 1, 1, 0), (1, 0, 0, 1, 0))


BASE = ["O", "B-PER", "I-PER", "O", "O", "O", "B-ORG", "I-ORG"]
HALF, BORDER = (1, 1, 0, 0, 0), (1, 0, 1, 0, 0)
NERVALUATE_1_1 = {  # the predicted tags, and the published counts
    "perfect_match": (BASE, same((2, 0, 0, 0, 0))),
    "missed_entity": ([*BASE[:6], "O", "O"], same((1, 0, 0, 1, 0))),
    "wrong_label": ([*BASE[:6], "B-LOC", "I-LOC"], same(HALF, (2, 0, 0, 0, 0), (2, 0, 0, 0, 0), HALF)),
    "wrong_boundary": ([*BASE[:6], "B-LOC", "O"], same(HALF, HALF, BORDER, HALF)),
    "shifted_boundary": ([*BASE[:6], "O", "B-LOC"], same(HALF, HALF, BORDER, HALF)),
    "extra_entity": (
        [*BASE[:4], "B-PER", "O", "B-LOC", "I-LOC"],
        same((1, 1, 0, 0, 1), (2, 0, 0, 0, 1), (2, 0, 0, 0, 1), (1, 1, 0, 0, 1)),
    ),
}


@pytest.mark.parametrize(("predicted", "published"), NERVALUATE_1_1.values(), ids=NERVALUATE_1_1)
def test_ours_are_the_counts_that_nervaluate_1_1_publishes_for_each_strategy(predicted, published):
    assert overall([decoded(BASE)], [decoded(predicted)]) == published


ONE, TWO = (1, 1, "PER"), (4, 4, "ORG")


@pytest.mark.parametrize(
    ("gold", "predicted", "published"),
    [
        ([ONE, TWO], [ONE, TWO], (2, 0, 0, 0, 0)),
        ([ONE], [(1, 1, "ORG")], (0, 1, 0, 0, 0)),
        ([ONE, (2, 2, "ORG")], [ONE, (2, 2, "ORG")], (2, 0, 0, 0, 0)),
        ([ONE, TWO], [ONE], (1, 0, 0, 1, 0)),
    ],
)
def test_ours_are_the_strict_counts_that_nervaluate_1_1_publishes_for_single_tokens(gold, predicted, published):
    assert overall([inclusive(*gold)], [inclusive(*predicted)])["strict"] == published


TEN = (0, 9, "PER")


@pytest.mark.parametrize(
    ("predicted", "threshold", "published"),
    [
        ((0, 4), 50, "partial"), ((0, 4), 51, "spurious"), ((0, 6), 75, "spurious"), ((0, 7), 75, "partial"),
        ((0, 9), 100, "correct"), ((0, 2), 50, "spurious"), ((0, 2), 1, "partial"), ((9, 9), 1, "partial"),
    ],
)  # fmt: skip
def test_nervaluate_1_1_can_ask_for_a_share_of_the_gold_span(predicted, threshold, published):
    """`min_overlap_percentage`. SemEval's definition has no share: ours are those of its default, 1 per cent."""
    of_default = "correct" if predicted == (0, 9) else "partial"
    assert published in {of_default, "spurious"}
    assert published == of_default or threshold > 100 * (predicted[1] - predicted[0] + 1) / 10
    found = evaluation([inclusive(TEN)], [inclusive((*predicted, "PER"))]).overall["partial"]
    assert found == SchemeCounts(**{of_default: 1})


def test_ours_are_the_ratios_that_nervaluate_1_1_publishes_for_its_result():
    """5 correct, 2 incorrect, 1 partial, 1 missed, 1 spurious: (5 + 1/2) / 9. Without partial credit it has no span
    that is partial by its own schemes, and ours have no such measure."""
    found = SchemeCounts(correct=5, incorrect=2, partial=1, missed=1, spurious=1)
    assert found.precision == found.recall == pytest.approx(5.5 / 9)
    nothing = SchemeCounts()
    assert (nothing.precision, nothing.recall, nothing.f1) == (
        None,
        None,
        None,
    )  # published: 0, 0, 0; 0 of 0 is neither


def test_documents_of_different_lengths_are_refused_as_in_nervaluate_1_1():
    gold = [BASE, ["O", "B-LOC", "B-PER", "I-PER", "O", "O", "B-DATE"]]
    predicted = [BASE, ["O", "B-LOC", "I-LOC", "O", "B-PER", "I-PER", "O", "B-DATE", "I-DATE", "O"]]
    with pytest.raises(InvalidValueError, match="document 1 has 7 tags in gold and 10 in the prediction"):
        SpanMetric().compute(predictions=predicted, references=gold)


@pytest.mark.parametrize(
    ("tags", "published"),
    [
        ("O B-LOC I-LOC B-LOC I-LOC O", [(1, 2, "LOC"), (3, 4, "LOC")]),
        ("O B-GPE I-GPE B-GPE I-GPE O", [(1, 2, "GPE"), (3, 4, "GPE")]),
        ("B-LOC I-LOC", [(0, 1, "LOC")]),
        ("O B-LOC I-LOC B-LOC I-LOC", [(1, 2, "LOC"), (3, 4, "LOC")]),
        ("O O O O O", []),
        ("O O B-ORG I-ORG O O", [(2, 3, "ORG")]),
        ("B-MISC I-MISC I-MISC I-MISC I-MISC I-MISC", [(0, 5, "MISC")]),
        ("O B-PER O O B-PER O B-PER O O", [(1, 1, "PER"), (4, 4, "PER"), (6, 6, "PER")]),
    ],
)
def test_nervaluate_collects_the_same_entities(tags, published):
    assert decoded(tags.split()) == inclusive(*published)


# ---- seqeval


@pytest.mark.parametrize(("repair", "published"), [("conlleval", 1.0), ("strict", 0.0)])
def test_seqeval_scores_a_malformed_entity_by_its_mode(repair, published):
    scores = SpanMetric(repair=repair).compute(predictions=[["I-ORG", "I-ORG"]], references=[["B-ORG", "I-ORG"]])
    assert (scores["strict_f1"], scores["strict_macro_f1"]) == (published, published)


def test_ours_are_the_averages_that_seqeval_publishes():
    """All but the weighted averages, which goldspan does not have: they are those of the more frequent labels."""
    gold, predicted = [["B-A", "B-B", "O", "B-A"]], [["O", "B-B", "B-C", "B-A"]]
    metric = SpanMetric(schemes=["strict"], repair="strict")
    scores = metric.compute(predictions=predicted, references=gold)
    assert [scores[f"strict_{name}"] for name in ("precision", "recall", "f1")] == pytest.approx([2 / 3] * 3)
    assert scores["strict_macro_f1"] == pytest.approx(0.5555555555555555)
    assert [scores[f"strict_f1_{label}"] for label in "ABC"] == pytest.approx([0.6666666666666666, 1.0, 0.0])
    assert [scores[f"strict_precision_{label}"] for label in "ABC"] == [1.0, 1.0, 0.0]
    assert [scores.get(f"strict_recall_{label}") for label in "ABC"] == [
        0.5,
        1.0,
        None,
    ]  # published: 0; C is not in gold


def test_seqeval_warns_where_ours_are_undefined():
    """Published: 0 and a warning, in either mode. A score of nothing is no score: ours leave it out."""
    for tags in ([], ["O"]):
        scores = SpanMetric().compute(predictions=[tags], references=[tags])
        assert not any(name.startswith("strict") for name in scores)


@pytest.mark.parametrize(("gold", "predicted"), [(["O"], []), ([], ["O"]), (["B-PER"], ["B-PER", "O"])])
def test_both_refuse_sides_of_different_lengths(gold, predicted):
    with pytest.raises(InvalidValueError, match="document 0 has"):
        SpanMetric().compute(predictions=[predicted], references=[gold])


def from_file(tmp_path, tags, **options):
    """The spans that a file of these tags has, in tokens."""
    path = tmp_path / "a.conll"
    path.write_text("".join(f"w {tag}\n" for tag in tags))
    (example,) = load(path, "conll", ReadOptions(**options))
    return [(span.label, span.start // 2, span.end // 2) for span in example.spans]


ENTITIES = [("MISC", 3, 5), ("PER", 7, 8)]


@pytest.mark.parametrize(
    "tags", ["O O O B-MISC I-MISC I-MISC O B-PER I-PER", "O O O MISC-B MISC-I MISC-I O PER-B PER-I"]
)
def test_ours_are_the_entities_that_seqeval_publishes(tags, tmp_path):
    assert from_file(tmp_path, tags.split()) == ENTITIES


def test_seqeval_warns_of_labels_without_prefixes_and_ours_read_them_as_io(tmp_path):
    """Published: a warning that they seem not to be tags, and no number."""
    assert from_file(tmp_path, ["O", "O", "O", "MISC", "MISC", "MISC", "O", "PER", "PER"], tag_column="2") == ENTITIES
    with pytest.raises(InvalidValueError, match="'MISC' is not a tag"):
        SpanMetric().compute(predictions=[["MISC"]], references=[["MISC"]])


def test_seqeval_calls_the_label_of_bare_prefixes_an_underscore(tmp_path):
    """Published: ('_', 3, 5). Ours take the name from whoever reads them, and refuse them without one."""
    tags = ["O", "O", "O", "B", "I", "I", "O"]
    assert from_file(tmp_path, tags, label="MISC") == [("MISC", 3, 5)]
    with pytest.raises(InputError, match="--label NAME"):
        from_file(tmp_path, tags)


# The published entities of rows of one and two tokens, by scheme (`test_scheme.py`): ends are exclusive, P is PER and
# R is ORG. `-` stands for no entity.
SEQEVAL = {
    "IOB2": """
        B-P=P:0:1  I-P=-  O=-  O I-P=-  O B-P=P:1:2  I-P O=-  I-P I-P=-  I-P I-R=-  I-P B-P=P:1:2  I-P B-R=R:1:2
        B-P O=P:0:1  B-P I-P=P:0:2  B-P I-R=P:0:1  B-P B-P=P:0:1,P:1:2  B-P B-R=P:0:1,R:1:2""",
    "IOB1": """
        B-P=-  I-P=P:0:1  O=-  O I-P=P:1:2  O B-P=-  I-P O=P:0:1  I-P I-P=P:0:2  I-P I-R=P:0:1,R:1:2
        I-P B-P=P:0:1,P:1:2  I-P B-R=P:0:1  B-P O=-  B-P I-P=P:1:2  B-P I-R=R:1:2  B-P B-P=P:1:2  B-P B-R=-""",
    "IOE2": """
        E-P=P:0:1  I-P=-  O=-  O I-P=-  O E-P=P:1:2  I-P O=-  I-P I-P=-  I-P I-R=-  I-P E-P=P:0:2  I-P E-R=R:1:2
        E-P O=P:0:1  E-P I-P=P:0:1  E-P I-R=P:0:1  E-P E-P=P:0:1,P:1:2  E-P E-R=P:0:1,R:1:2""",
    "IOE1": """
        E-P=-  I-P=P:0:1  O=-  O I-P=P:1:2  O E-P=-  I-P O=P:0:1  I-P I-P=P:0:2  I-P I-R=P:0:1,R:1:2  I-P E-R=P:0:1
        E-P O=-  E-P I-P=P:1:2  E-P I-R=R:1:2  E-P E-P=-  E-P E-R=-""",
    "BIOES": """
        O=-  I-P=-  B-P=-  E-P=-  S-P=P:0:1  O O=-  O I-P=-  O B-P=-  O E-P=-  O S-P=P:1:2  I-P O=-  I-P I-P=-
        I-P I-R=-  I-P B-P=-  I-P E-P=-  I-P E-R=-  I-P S-P=P:1:2  B-P O=-  B-P I-P=-  B-P I-R=-  B-P B-P=-
        B-P E-P=P:0:2  B-P E-R=-  B-P S-P=P:1:2  E-P O=-  E-P I-P=-  E-P B-P=-  E-P E-P=-  E-P S-P=P:1:2
        S-P O=P:0:1  S-P I-P=P:0:1  S-P B-P=P:0:1  S-P E-P=P:0:1  S-P S-P=P:0:1,P:1:2""",
    "BILOU": """
        O=-  I-P=-  B-P=-  L-P=-  U-P=P:0:1  O O=-  O I-P=-  O B-P=-  O L-P=-  O U-P=P:1:2  I-P O=-  I-P I-P=-
        I-P I-R=-  I-P B-P=-  I-P L-P=-  I-P L-R=-  I-P U-P=P:1:2  B-P O=-  B-P I-P=-  B-P I-R=-  B-P B-P=-
        B-P L-P=P:0:2  B-P L-R=-  B-P U-P=P:1:2  L-P O=-  L-P I-P=-  L-P B-P=-  L-P L-P=-  L-P U-P=P:1:2
        U-P O=P:0:1  U-P I-P=P:0:1  U-P B-P=P:0:1  U-P L-P=P:0:1  U-P U-P=P:0:1,P:1:2""",
}
DIFFERENT = {
    # Under IOB1 a span begins with B only behind another of its label. `B-P I-P` has one chunk, whose B is malformed:
    # none of it is a span, as in the other schemes; seqeval keeps the I as one of its own.
    ("IOB1", "B-P I-P"): [],
    # Under IOE1 E ends a span only before another of its label: `E-P I-P` is one of a token before one of a token, and
    # in `E-P E-P` the first E is right and the second is not. seqeval finds no span in the E at the beginning, and has
    # its own case `I-P E-P` commented out.
    ("IOE1", "E-P I-P"): [(0, 1, "P"), (1, 2, "P")],
    ("IOE1", "E-P E-P"): [(0, 1, "P")],
}


def published_entities():
    for scheme, text in SEQEVAL.items():
        for case in filter(None, map(str.strip, text.replace("\n", "  ").split("  "))):
            tags, found = case.split("=")
            entities = [] if found == "-" else [one.split(":") for one in found.split(",")]
            yield scheme, tags, [(int(start), int(end), label) for label, start, end in entities]


@pytest.mark.parametrize(("scheme", "tags", "published"), list(published_entities()))
def test_ours_are_the_entities_of_each_scheme_that_seqeval_publishes(scheme, tags, published):
    found = iob.well_formed_chunks([iob.parse(tag) for tag in tags.split()], iob.canonical(scheme))
    wanted = DIFFERENT.get((scheme, tags))
    assert wanted != published
    assert found == [Chunk(*one) for one in (published if wanted is None else wanted)]


@pytest.mark.parametrize(
    ("prefixes", "published"),
    [
        *((row, "IOB2") for row in ("BIO", "BI", "BO", "B")),
        *((row, "IOE2") for row in ("IOE", "IE", "EO", "E")),
        *((row, "BIOES") for row in ("IOBES", "IBES", "IOBE", "OBES", "IBE", "BES", "OBE", "BE", "S")),
        *((row, "BIOES") for row in ("IOBLU", "IBLU", "IOBL", "OBLU", "IBL", "BLU", "OBL", "BL", "U")),
    ],
)
def test_ours_are_the_schemes_that_seqeval_detects(prefixes, published):
    assert iob.detect([[iob.OUTSIDE if one == "O" else iob.parse(f"{one}-X") for one in prefixes]]) == published


def test_seqeval_does_not_detect_a_scheme_of_i_alone_and_ours_name_all_that_fit():
    """Published: an error for I and O. It never detects IOB1 or IOE1, whose prefixes are those of IOB2 and IOE2."""
    assert iob.SchemeFit.of([[iob.parse("I-X"), iob.OUTSIDE]]).best == ("IOB1", "IOE1")
    with pytest.raises(InvalidValueError, match="'H-X' is not a tag"):
        iob.parse("H-X")  # an error of both
