"""What is wrong in gold comes first, each reason holds where it is printed, text without annotation is not doubted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.models.label_errors import example_order, find_doubts
from goldspan.models.place_evidence import SuggestedPlace
from goldspan.models.planted_errors import ERROR_KINDS, plant_errors
from goldspan.models.recogniser_model import ExamplePrediction, PredictedSpan
from goldspan.models.token_classifier import out_of_fold_tokens
from goldspan.tokens import tokenize
from helpers.label_error_corpus import example, made_up_gold
from helpers.label_error_recall import found_by, recall

LABELS = ("PERSON", "PLACE")


def tokens_of(examples):
    return {one.id: tokenize(one.text, "en") for one in examples}


def folds_of(examples, k=4):
    articles = sorted({one.article for one in examples})
    return {one.id: articles.index(one.article) % k for one in examples}


def doubts_of(examples, predictions=(), **options):
    return find_doubts(examples, tokens_of(examples), predictions, labels=LABELS, **options)


def reading(of, *spans, candidates=()):
    """The prediction of a model that is sure of these spans, and thinks others possible."""
    extents, columns = tokenize(of.text, "en"), ("", *LABELS)
    table = np.full((len(extents), len(columns)), 0.01)
    for number, (start, end) in enumerate(extents):
        label = next((one.label for one in spans if one.start < end and start < one.end), "")
        table[number, columns.index(label)] = 0.98
    made = tuple(PredictedSpan(one.start, one.end, one.label, 0.98) for one in spans)
    possible = tuple(PredictedSpan(one.start, one.end, one.label, value) for one, value in candidates)
    return ExamplePrediction(of.id, made, possible, tuple(extents), columns, table)


@pytest.mark.parametrize("seed", [0, 1])
def test_planted_errors_are_among_the_first(seed):
    examples = made_up_gold()
    tokens = tokens_of(examples)
    gold, errors = plant_errors(examples, tokens, share=0.06, seed=seed)
    damaged = {error.example for error in errors}
    tables = out_of_fold_tokens(gold, tokens, folds_of(gold), LABELS)
    order = example_order(find_doubts(gold, tokens, labels=LABELS, token_tables=tables))
    chance = len(damaged) / len(gold)
    assert recall([id_ for id_, _ in order], damaged) >= max(0.65, 2 * chance)
    assert order == sorted(order, key=lambda item: (-item[1], item[0]))


def test_without_any_model_other_mentions_still_find_some():
    examples = made_up_gold(articles=16)
    tokens = tokens_of(examples)
    gold, errors = plant_errors(examples, tokens, share=0.06)
    damaged = {error.example for error in errors}
    order = example_order(find_doubts(gold, tokens, labels=LABELS))
    assert recall([id_ for id_, _ in order], damaged) > 2 * len(damaged) / len(gold)


def test_the_same_gold_gives_the_same_list():
    examples = made_up_gold(articles=4)
    first, again = doubts_of(examples), doubts_of(examples)
    assert [(one.example.id, one.region.start, one.probability) for one in first] == [
        (one.example.id, one.region.start, one.probability) for one in again
    ]


ADA = Span(6, 14, "PERSON")  # Mayor Ada Berg spoke in Oslo .
OSLO = Span(24, 28, "PLACE")
TEXT = "Mayor [Ada Berg]{PERSON} spoke in [Oslo]{PLACE} ."


def kinds(doubts):
    return [sorted({reason.kind for reason in one.reasons}) for one in doubts]


@pytest.mark.parametrize(
    ("marked", "read", "candidates", "expected"),
    [
        (TEXT, (ADA, OSLO), (), []),  # the model agrees: nothing is in doubt
        (TEXT, (ADA,), (), ["model", "token"]),  # it marks nothing at Oslo
        (TEXT, (ADA, Span(24, 28, "PERSON")), (), ["model", "token"]),
        (TEXT, (Span(0, 14, "PERSON"), OSLO), (), ["model"]),  # other edges: each token of gold's span is as in gold
        (TEXT, (ADA, OSLO), ((Span(0, 14, "PERSON"), 0.3),), ["boundary"]),
        (TEXT, (ADA, OSLO), ((Span(0, 14, "PERSON"), 0.1),), []),
        (TEXT, (ADA, OSLO), ((Span(0, 14, "PLACE"), 0.3),), []),  # another label is no other edge
        ("Mayor Ada Berg spoke in [Oslo]{PLACE} .", (ADA, OSLO), (), ["model"]),  # missing
    ],
)
def test_a_reason_of_the_models_holds_where_it_is_given(marked, read, candidates, expected):
    one = example("a.p01", marked)
    found = doubts_of([one], [{one.id: reading(one, *read, candidates=candidates)}])
    assert kinds(found) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (["[Oslo]{PLACE} is far .", "[Oslo]{PLACE} is cold ."], False),
        (["[Oslo]{PERSON} is far .", "[Oslo]{PERSON} is cold ."], True),
        (["Oslo is far .", "Oslo is cold ."], True),
        (["Oslo is far .", "[Oslo]{PLACE} is cold ."], False),  # as often as not
        (["The [Oslo trio]{PERSON} is far .", "The [Oslo trio]{PERSON} plays ."], False),  # part of another name
    ],
)
def test_other_mentions_are_a_reason_where_most_differ(others, expected):
    examples = [example("a.p01", "He went to [Oslo]{PLACE} .")]
    examples += [example(f"b.p{number:02}", marked) for number, marked in enumerate(others, 1)]
    found = [one for one in doubts_of(examples) if one.example.id == "a.p01"]
    assert [kind for one in found for kind in kinds([one])[0]] == (["surface"] if expected else [])
    if expected:
        assert "b.p01" in found[0].reasons[0].text


def test_a_name_that_is_marked_elsewhere_is_missing_here():
    examples = [example(f"a.p{number:02}", f"{word} in [Oslo]{{PLACE}} .") for number, word in enumerate("abc", 1)]
    examples.append(example("a.p04", "Rain in Oslo ."))
    [found] = doubts_of(examples)
    assert (found.example.id, found.region.gold) == ("a.p04", ())
    assert [one.spans for one in found.alternatives] == [(Span(8, 12, "PLACE"),)]


def test_annotators_who_differ_are_a_reason_and_those_who_agree_are_none():
    one = example("a.p01", TEXT)
    passes = {
        "ann": {one.id: one},
        "bob": {one.id: one.with_spans([OSLO])},
        "cy": {one.id: one.with_spans([OSLO, Span(0, 14, "PERSON")])},
    }
    [found] = doubts_of([one], passes=passes)
    assert (found.region.start, found.region.end) == (0, 14)  # what cy marked is not cut
    texts = [reason.text for reason in found.reasons]
    assert texts == ["bob marked nothing", "cy marked “Mayor Ada Berg” as PERSON"]
    assert doubts_of([one], passes={"ann": {one.id: one}}) == []


def test_a_suggestion_that_gold_lacks_is_a_reason_with_its_rule():
    one = example("a.p01", TEXT)
    against = SuggestedPlace(Span(24, 28, "PERSON"), "names", "list.persons")
    [found] = doubts_of([one], suggested={one.id: [against, SuggestedPlace(ADA, "names", "title")]})
    assert [reason.text for reason in found.reasons] == ["names suggests “Oslo” as PERSON, by its rule list.persons"]
    assert [(one.spans, one.by) for one in found.alternatives] == [((Span(24, 28, "PERSON"),), ("names",))]


def test_what_nobody_annotated_is_never_doubted():
    marks = [example(f"a.p{number:02}", "[Oslo]{PLACE} is cold .") for number in range(1, 4)]
    part = example("a.p04", "Oslo is far , Oslo is cold .", not_annotated=[[0, 11]])
    whole = example("a.p05", "Oslo is far .", not_annotated="skipped")
    examples = [*marks, part, whole]
    tables = out_of_fold_tokens(examples, tokens_of(examples), {one.id: n for n, one in enumerate(examples)}, LABELS)
    found = doubts_of(examples, token_tables=tables)
    assert [(one.example.id, one.region.start) for one in found if one.example.id > "a.p03"] == [("a.p04", 14)]


def test_what_others_mark_where_nobody_annotated_is_no_doubt():
    one = example("a.p01", "Oslo is far , [Oslo]{PLACE} is cold .", not_annotated=[[0, 11]])
    there = Span(0, 4, "PLACE")
    suggested = {one.id: [SuggestedPlace(there, "names", "list")]}
    passes = {"ann": {one.id: one.with_spans([there, *one.spans])}}
    assert doubts_of([one], [{one.id: reading(one, there, *one.spans)}], suggested=suggested, passes=passes) == []


def test_spans_that_overlap_are_one_place():
    one = Example("a.p01", "The Oslo University choir sang .", (Span(4, 8, "PLACE"), Span(4, 19, "PERSON")))
    others = [example(f"b.p{number:02}", "[Oslo]{PERSON} sang .") for number in range(3)]
    found = [doubt for doubt in doubts_of([one, *others]) if doubt.example.id == "a.p01"]
    assert [(doubt.region.start, doubt.region.end) for doubt in found] == [(4, 19)]
    assert len(found[0].region.gold) == 2


@pytest.mark.parametrize("marked", ["", "Nothing is here .", "[Oslo]{PLACE}", "[ ]{PLACE}", "[😀]{PLACE} [é]{PERSON}"])
def test_hardly_any_gold_is_no_error(marked):
    one = example("a", marked)
    tables = out_of_fold_tokens([one], tokens_of([one]), {"a": 0}, LABELS)
    assert doubts_of([one], token_tables=tables) == []


@given(st.integers(0, 1000), st.sampled_from([0.01, 0.05, 0.3]))
@settings(max_examples=25, deadline=None)
def test_planted_errors_are_what_the_copy_differs_in(seed, share):
    examples = made_up_gold(articles=3)
    copy, errors = plant_errors(examples, tokens_of(examples), share=share, seed=seed)
    changed = {one.id for one, other in zip(examples, copy, strict=True) if one.spans != other.spans}
    assert changed <= {error.example for error in errors}
    assert [one.text for one in copy] == [one.text for one in examples]
    for one in copy:
        assert all(first.end <= second.start for first, second in zip(one.spans, one.spans[1:], strict=False))
    assert len(errors) == max(1, round(share * sum(len(one.spans) for one in examples)))
    if share > 0.2:
        assert {error.kind for error in errors} == set(ERROR_KINDS)


def test_no_model_of_a_token_has_seen_its_example():
    examples = made_up_gold(articles=4)
    tokens, folds = tokens_of(examples), folds_of(examples)
    before = out_of_fold_tokens(examples, tokens, folds, LABELS)
    held_out = [one for one in examples if folds[one.id] == 0]
    wrong = [one.with_spans(()) if one in held_out else one for one in examples]
    after = out_of_fold_tokens(wrong, tokens, folds, LABELS)
    assert all(np.array_equal(before[one.id], after[one.id]) for one in held_out)
    assert all(np.allclose(table.sum(axis=1), 1) for table in before.values())


@pytest.mark.benchmark
def test_planted_errors_in_made_up_gold_beside_cleanlab():
    pytest.importorskip("cleanlab")
    examples = made_up_gold(articles=40)
    tokens = tokens_of(examples)
    gold, errors = plant_errors(examples, tokens, seed=7)
    tables = out_of_fold_tokens(gold, tokens, folds_of(gold, 5), LABELS)
    found = found_by(gold, {error.example for error in errors}, tokens, LABELS, {}, tables)
    for way, value in found.items():
        print(f"{value:.3f}  {way}")
    assert found["goldspan, tokens"] >= found["cleanlab's worst token, tokens"] > found["chance"]
