"""What changed between two releases: laws over any two records, and each kind of change by an example."""

import hashlib
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.corpus.releases import DecidedRegion, ReleasedExample, ReleasedSpan, ReleaseRecord
from goldspan.corpus.withdrawals import Withdrawal
from goldspan.release.annotation_changes import compare_releases
from goldspan.release.text_comparison import NO_DECISION, NO_RULE
from helpers.release_records import LABELS, records, spans_of


def released(name, text, spans="", at=0, decisions=()):
    """An example whose spans are written as in `0-4 ORG, 5-9 DATE`."""
    found = []
    for one in filter(None, spans.split(", ")):
        extent, label = one.split(" ")
        found.append(ReleasedSpan(*map(int, extent.split("-")), label))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    regions = [DecidedRegion(*one) for one in decisions]
    return ReleasedExample(
        id=name, at=at, length=len(text), sha256=sha256, spans=sorted(found), decisions=sorted(regions)
    )


def record(*examples, version="1.0", guidelines="1.0", **hashes):
    articles = {one.article: hashes.get(one.article, "same") for one in examples}
    return ReleaseRecord(
        version=version, date="2026-12-01", guidelines=guidelines, articles=articles, examples=examples
    )


def listed(changes):
    """The changed spans as (kind, edge, example, before, after)."""
    return [
        (one.kind, one.edge, one.place.example, one.before and one.before[2:], one.after and one.after[2:])
        for one in changes.spans
    ]


TEXT = "Harn Rovers won in Merrow on Friday"


def test_each_kind_of_change_is_told_from_the_others():
    before = record(released("a.p01", TEXT, "0-4 ORG, 5-11 ORG, 19-25 PLACE, 29-35 DATE"))
    after = record(released("a.p01", TEXT, "0-11 ORG, 19-25 ORG, 12-15 DATE"))
    assert listed(compare_releases(before, after)) == [
        ("removed", None, "a.p01", (0, 4, "ORG"), None),
        ("moved", "start", "a.p01", (5, 11, "ORG"), (0, 11, "ORG")),
        ("added", None, "a.p01", None, (12, 15, "DATE")),
        ("relabelled", None, "a.p01", (19, 25, "PLACE"), (19, 25, "ORG")),
        ("removed", None, "a.p01", (29, 35, "DATE"), None),
    ]


@pytest.mark.parametrize(("spans", "edge"), [("0-5 ORG", "end"), ("2-11 ORG", "start"), ("2-15 ORG", "both")])
def test_which_edge_moved(spans, edge):
    changes = compare_releases(record(released("a", TEXT, "0-11 ORG")), record(released("a", TEXT, spans)))
    assert [one.edge for one in changes.spans] == [edge]


def test_as_many_moves_as_possible_are_found_and_then_the_nearest():
    before = record(released("a", TEXT, "0-10 ORG, 10-20 ORG"))
    after = record(released("a", TEXT, "5-18 ORG, 19-30 ORG"))
    assert [(one[3][:2], one[4][:2]) for one in listed(compare_releases(before, after))] == [
        ((0, 10), (5, 18)),
        ((10, 20), (19, 30)),
    ]


def test_another_unit_of_examples_changes_nothing():
    sentences = [released("a.s01", "Harn won.", "0-4 ORG"), released("a.s02", "Pyla lost.", "0-4 ORG", at=10)]
    paragraph = released("a.p01", "Harn won. Pyla lost.", "0-4 ORG, 10-14 ORG")
    for before, after in (
        (record(*sentences), record(paragraph)),
        (record(paragraph), record(*sentences)),
    ):
        assert compare_releases(before, after).is_empty
    across = released("a.p01", "Harn won. Pyla lost.", "0-4 ORG, 5-14 ORG")
    assert listed(compare_releases(record(*sentences), record(across))) == [
        ("moved", "start", "a.p01", (0, 4, "ORG"), (5, 14, "ORG"))
    ], "a span over the space that no sentence has, compared where it is in the article"


def test_a_paragraph_that_came_in_changes_nothing_in_the_others():
    first = released("a.p01", "Harn won.", "0-4 ORG")
    before = record(first, released("a.p02", "Pyla lost.", "0-4 ORG, 5-9 DATE", at=11))
    after = record(
        first,
        released("a.p02", "It rained in Pyla.", "13-17 PLACE", at=11),
        released("a.p03", "Pyla lost.", "0-4 ORG", at=31),
        a="other",
    )
    changes = compare_releases(before, after)
    assert listed(changes) == [("removed", None, "a.p02", (5, 9, "DATE"), None)]
    assert [(one.id, one.reason, len(one.spans)) for one in changes.uncompared] == [("a.p02", "text changed", 1)]
    assert changes.articles_changed == ("a",)


def test_an_edited_paragraph_is_no_removed_and_no_added_span():
    before = record(released("a.p01", "Harn won.", "0-4 ORG"))
    after = record(released("a.p01", "Harn has won.", "0-4 ORG"), a="other")
    changes = compare_releases(before, after)
    assert not changes.spans
    assert [(one.reason, one.is_after) for one in changes.uncompared] == [
        ("text changed", False),
        ("text changed", True),
    ]
    [counts] = changes.by_label().values()
    assert (counts.before, counts.went, counts.came, counts.after) == (1, 1, 1, 1)


def test_texts_that_are_there_several_times_are_compared_in_their_order():
    again = [released(f"a.p0{number}", "Harn won.", spans) for number, spans in ((1, "0-4 ORG"), (2, ""))]
    after = [*again, released("a.p03", "Harn won.", "0-4 DATE")]
    changes = compare_releases(record(*again), record(*after, a="other"))
    assert not changes.spans
    assert [one.id for one in changes.uncompared] == ["a.p03"]


def test_what_nobody_had_read_is_newly_read_and_not_added():
    first, second = released("a.p01", "Harn won.", "0-4 ORG"), released("a.p02", "Pyla lost.", "0-4 ORG", at=11)
    changes = compare_releases(record(first), record(first, second))
    assert [(one.id, one.reason, len(one.spans)) for one in changes.uncompared] == [("a.p02", "newly read", 1)]
    assert not changes.spans
    back = compare_releases(record(first, second), record(first))
    assert [(one.id, one.reason) for one in back.uncompared] == [("a.p02", "no longer read")]


def test_articles_that_came_went_or_were_withdrawn():
    one = Withdrawal(article="b", date="2026-12-05", sha256="0", requested_by="person")
    other = Withdrawal(article="z", date="2026-12-05", sha256="0", requested_by="person")
    before = record(released("a", TEXT, "0-4 ORG"), released("b", TEXT, "0-4 ORG"))
    after = record(released("a", TEXT, "0-4 ORG"), released("c", TEXT, "0-4 ORG"))
    changes = compare_releases(before, after, [one, other])
    assert (changes.articles_added, changes.articles_gone, changes.withdrawals) == (("c",), ("b",), (one,))
    assert {one.id: one.reason for one in changes.uncompared} == {"b": "article gone", "c": "article added"}
    first = compare_releases(None, after)
    assert first.articles_added == ("a", "c")
    assert first.total().came == first.total().after == 2


def test_a_renamed_label_is_one_change_and_its_spans_are_compared_under_the_new_name():
    before = record(released("a", TEXT, "0-4 TEAM, 5-11 TEAM, 19-25 TEAM, 29-35 DATE"))
    after = record(released("a", TEXT, "0-4 CLUB, 5-11 CLUB, 12-25 CLUB, 29-35 DATE"))
    changes = compare_releases(before, after)
    assert changes.renamed == {"TEAM": "CLUB"}
    assert listed(changes) == [("moved", "start", "a", (19, 25, "TEAM"), (12, 25, "CLUB"))]
    assert changes.by_label()["CLUB"].moved == 1
    assert "TEAM" not in changes.by_label()
    assert not changes.is_empty


def test_a_label_that_was_renamed_may_have_lost_some_spans_to_labels_that_were_there():
    before = record(released("a", TEXT, "0-4 TEAM, 5-11 TEAM, 19-25 TEAM, 29-35 DATE"))
    after = record(released("a", TEXT, "0-4 CLUB, 5-11 CLUB, 19-25 DATE, 29-35 DATE"))
    changes = compare_releases(before, after)
    assert (changes.renamed, changes.replaced) == ({"TEAM": "CLUB"}, {})
    assert listed(changes) == [("relabelled", None, "a", (19, 25, "TEAM"), (19, 25, "DATE"))]
    rare = record(released("a", TEXT, "0-4 CLUB, 19-25 DATE, 29-35 DATE"))
    assert compare_releases(before, rare).renamed == {}, "one of three spans"


def test_a_label_that_others_take_the_place_of_is_said_to_be_gone():
    before = record(released("a", TEXT, "0-4 TEAM, 5-11 TEAM, 19-25 PLACE, 29-35 DATE"))
    merged = compare_releases(before, record(released("a", TEXT, "0-4 DATE, 5-11 DATE, 19-25 PLACE, 29-35 DATE")))
    assert (merged.renamed, merged.replaced) == ({}, {"TEAM": {"DATE": 2}})
    divided = compare_releases(before, record(released("a", TEXT, "0-4 MEN, 5-11 WOMEN, 19-25 PLACE, 29-35 DATE")))
    assert (divided.renamed, divided.replaced) == ({}, {"TEAM": {"MEN": 1, "WOMEN": 1}})
    dropped = compare_releases(before, record(released("a", TEXT, "19-25 PLACE, 29-35 DATE")))
    assert (dropped.renamed, dropped.replaced) == ({}, {})
    assert len(dropped.of_kind("removed")) == 2


def test_a_change_is_of_the_rule_of_the_newer_decision_on_its_place():
    old = [(0, 11, "G-1"), (19, 25, "G-2"), (29, 35, None)]
    before = record(released("a", TEXT, "0-11 ORG, 19-25 PLACE, 29-35 DATE", decisions=old))
    after = record(released("a", TEXT, "0-4 ORG, 12-15 DATE", decisions=[(0, 11, "G-3"), (0, 4, "G-4")]), version="1.1")
    changes = compare_releases(before, after)
    assert [(one.kind, one.group) for one in changes.spans] == [
        ("moved", "G-4"),  # the narrower region of the two that cover it
        ("added", NO_DECISION),
        ("removed", "G-2"),
        ("removed", NO_RULE),
    ]
    assert [*changes.by_rule()] == ["G-2", "G-4", NO_RULE, NO_DECISION]


def test_a_decision_is_found_where_the_article_has_changed():
    text = "Harn won."
    before = record(released("a.p01", text, "0-4 ORG", at=0))
    after = record(released("a.p02", text, "", at=20, decisions=[(0, 4, "G-1")]), a="other")
    assert [(one.kind, one.group) for one in compare_releases(before, after).spans] == [("removed", "G-1")]


pairs = st.tuples(records(), records())
any_pairs = st.tuples(records(overlapping=True), records(("DATE", "CLUB"), overlapping=True))


def places(release, renamed=None):
    """The spans of a release, each with its example."""
    names = renamed or {}
    return Counter(
        (one.id, one.at, span.start, span.end, names.get(span.label, span.label))
        for one in release.examples
        for span in one.spans
    )


@given(st.one_of(pairs, any_pairs))
def test_every_span_of_both_releases_is_the_same_changed_or_not_compared(pair):
    changes = compare_releases(*pair)
    sides = [places(release) for release in pair]
    for side, release in enumerate(sides):
        changed = Counter(span for one in changes.spans if (span := (one.before, one.after)[side]))
        alone = Counter(span for one in changes.uncompared if one.is_after == side for span in one.spans)
        assert not (changed + alone) - release, "what is reported is there, and once"
        sides[side] = release - changed - alone
    same = [
        Counter((place[0].split(".")[0], *place[2:4], changes.label_now(place[4])) for place in side.elements())
        for side in sides
    ]
    assert same[0].total() == same[1].total()
    if not changes.articles_changed and {one.id[2] for release in pair for one in release.examples} == {"p"}:
        assert same[0] == same[1], "the rest has the same edges and labels"


@given(records(overlapping=True), st.data())
def test_changes_applied_to_the_first_release_give_the_second(before, data):
    examples = [
        replace(one, spans=data.draw(spans_of(one.length, LABELS, overlapping=True))) for one in before.examples
    ]
    after = replace(before, examples=tuple(examples))
    changes = compare_releases(before, after)
    assert not changes.uncompared
    spans = places(before, changes.renamed)
    for one in changes.spans:
        if one.before:
            spans[(*one.before[:4], changes.label_now(one.before.label))] -= 1
    for one in changes.spans:
        if one.after:
            spans[tuple(one.after)] += 1
    assert +spans == places(after)


@given(st.one_of(pairs, any_pairs))
def test_the_other_way_round_added_is_removed(pair):
    there, back = compare_releases(*pair), compare_releases(*reversed(pair))
    assert {new: old for old, new in there.renamed.items()} == back.renamed
    kinds = {"added": "removed", "removed": "added"}
    assert Counter((kinds.get(one.kind, one.kind), one.after, one.before, one.edge) for one in there.spans) == Counter(
        (one.kind, one.before, one.after, one.edge) for one in back.spans
    )
    assert there.articles_added == back.articles_gone
    reasons = {"article added": "article gone", "newly read": "no longer read"}
    reasons |= {new: old for old, new in reasons.items()}
    assert {(one.id, reasons.get(one.reason, one.reason), not one.is_after, one.spans) for one in there.uncompared} == {
        (one.id, one.reason, one.is_after, one.spans) for one in back.uncompared
    }


@given(records(overlapping=True))
def test_nothing_changes_from_a_release_to_itself(release):
    changes = compare_releases(release, release)
    assert changes.is_empty
    assert changes.total().is_empty
    assert changes.by_rule() == {}


@given(st.one_of(pairs, any_pairs))
@settings(max_examples=60)
def test_counts_add_up_by_label_by_article_and_by_rule(pair):
    changes = compare_releases(*pair)
    total = changes.total()
    by_label, by_article, by_rule = changes.by_label(), changes.by_article(), changes.by_rule()
    for counts in (total, *by_label.values(), *by_article.values()):
        came = counts.added + counts.relabelled_to + counts.came
        went = counts.removed + counts.relabelled_from + counts.went
        assert counts.before + came - went == counts.after
    for name in ("added", "removed", "relabelled_from", "relabelled_to"):
        for groups in (by_label, by_article, by_rule):
            assert sum(getattr(counts, name) for counts in groups.values()) == getattr(total, name)
    for name in ("before", "after", "came", "went", "moved"):
        for groups in (by_label, by_article):
            assert sum(getattr(counts, name) for counts in groups.values()) == getattr(total, name)
    assert total.before == sum(len(one.spans) for one in pair[0].examples)
    assert total.moved == sum(counts.moved for counts in by_rule.values())
    assert len(changes.spans) == total.added + total.removed + total.moved + total.relabelled_to
