"""Label types compared with the scheme: which are what their names say, and which are not."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Label, LabelScheme, Span
from goldspan.doccano import labels
from goldspan.doccano.client.schema import SpanType
from goldspan.doccano.label_comparison import NEVER, compare_labels, find_renames, require_own_names
from goldspan.doccano.push.plan import label_notes
from goldspan.doccano.snapshot import AnnotatorWork, InvalidSpan, fingerprint
from goldspan.errors import InvalidValueError, ServerError
from helpers import doccano_project

NAMES = ("PERSON", "PLACE", "UNIT")
COLOURS = dict(zip(NAMES, ("#111111", "#222222", "#333333"), strict=True))
RECORD = {"PERSON": 1, "PLACE": 2, "UNIT": 3}


def scheme(**display):
    made = (Label(name, "Words.", COLOURS[name], name[1].lower(), "x.md", display=display.get(name)) for name in NAMES)
    return LabelScheme("1.0", tuple(made))


def held(number, name, look=None):
    """A type as a push makes it, or with the look of another label."""
    look = look or NAMES[number - 1]
    return SpanType(number, name, COLOURS.get(look, "#abcdef"), "#ffffff", None, look[1].lower())


PUSHED = [held(number, name) for number, name in enumerate(NAMES, 1)]


def doubts(types, recorded=None, renamed=None, **options):
    found = compare_labels(options.pop("scheme", scheme()), types, recorded, renamed or {}, **options)
    return [(doubt.kind, doubt.label, *doubt.types) for doubt in found.doubts]


PERSON_AS = [
    ("Vessel", RECORD, [("renamed", "PERSON", "Vessel")]),
    ("Vessel", None, [("renamed", "PERSON", "Vessel")]),  # it has the colour that a push gave the label
    ("person", None, [("renamed", "PERSON", "person")]),
    ("per son", RECORD, [("renamed", "PERSON", "per son")]),
    ("ＰＥＲＳＯＮ", None, [("renamed", "PERSON", "ＰＥＲＳＯＮ")]),
]


@pytest.mark.parametrize("recorded", [RECORD, None])
def test_types_as_a_push_left_them_are_trusted(recorded):
    assert doubts(PUSHED, recorded) == []


@pytest.mark.parametrize(("name", "recorded", "expected"), PERSON_AS)
def test_a_renamed_type_is_recognised(name, recorded, expected):
    types = [held(1, name), *PUSHED[1:]]
    found = compare_labels(scheme(), types, recorded)
    assert [(doubt.kind, doubt.label, *doubt.types) for doubt in found.doubts] == expected
    assert found.gone.keys() == {"PERSON"}
    with pytest.raises(ServerError, match="renamed to") as caught:
        require_own_names(found, "kfor")
    assert "--label-renamed " in caught.value.remedy
    assert ("--label-renamed PERSON=PERSON" in caught.value.remedy) == (recorded is None)
    assert doubts(types, recorded, {"PERSON": name}) == []
    assert labels.plan_labels(scheme(), types, {"PERSON": name}).change[0][1].name == "PERSON"


def test_a_label_that_is_new_is_none_that_was_renamed():
    foreign = SpanType(9, "MAYBE", "#abcdef", "#ffffff")
    assert doubts([*PUSHED[1:], foreign], {"PLACE": 2, "UNIT": 3}) == [("new", "PERSON"), ("unknown", "", "MAYBE")]
    found = compare_labels(scheme(), [*PUSHED[1:], foreign], {"PLACE": 2, "UNIT": 3})
    assert (found.serious, found.unclear) == ((), frozenset())


def test_a_label_that_was_renamed_in_the_scheme_is_the_type_that_it_was():
    recorded = {"WHO": 1, "PLACE": 2, "UNIT": 3}
    found = compare_labels(scheme(), [held(1, "WHO", "PERSON"), *PUSHED[1:]], recorded)
    assert [(doubt.kind, doubt.label, *doubt.types) for doubt in found.doubts] == [("renamed", "PERSON", "WHO")]


@pytest.mark.parametrize(("spans", "kind"), [(3, "renamed"), (0, "missing")])
def test_without_a_record_the_only_candidate_counts_if_it_has_spans(spans, kind):
    other = SpanType(9, "Vessel", "#abcdef", "#ffffff")
    assert doubts([*PUSHED[1:], other], count=lambda _: spans)[0][:2] == (kind, "PERSON")


@pytest.mark.parametrize("names", [names for names in itertools.permutations(NAMES) if names != NAMES])
def test_exchanged_names_are_recognised_and_can_be_put_right(names):
    types = [held(number, name) for number, name in enumerate(names, 1)]
    moved = {label: name for label, name in zip(NAMES, names, strict=True) if label != name}
    found = compare_labels(scheme(), types, RECORD)
    assert {doubt.label: doubt.types[0] for doubt in found.doubts} == moved
    assert {doubt.kind for doubt in found.doubts} == {"exchanged"}
    assert found.mixed.keys() == moved.keys()
    assert doubts(types, RECORD, moved) == []
    assert compare_labels(scheme(), types, RECORD, moved).numbers == RECORD
    server = Renaming(types)
    labels.plan_labels(scheme(), types, moved).apply(server, 1)
    assert {each.name: each.id for each in server.types.values()} == RECORD


def test_two_exchanged_names_are_recognised_by_their_colours_and_keys():
    types = [held(1, "PLACE", "PERSON"), held(2, "PERSON", "PLACE"), PUSHED[2]]
    assert doubts(types) == [("exchanged", "PERSON", "PLACE"), ("exchanged", "PLACE", "PERSON")]


class Renaming:
    """The label types of a project, no two of which may have one name or one key at any moment."""

    def __init__(self, types):
        self.types = {each.id: each for each in types}

    def update_span_type(self, _, number, **changes):
        old = self.types[number]
        new = SpanType(**{name: changes.get(name, getattr(old, name)) for name in old.__dataclass_fields__})
        others = [each for each in self.types.values() if each.id != number]
        assert new.name not in {each.name for each in others}
        assert new.key is None or new.key not in {each.key for each in others}
        self.types[number] = new

    def create_span_type(self, *_):
        pytest.fail("no second type is created")


@pytest.mark.parametrize("stated", [{"PERSON": "PLACE"}, {"PERSON": "A", "PLACE": "B"}, {"PLACE": "B"}])
def test_what_the_numbers_contradict_is_refused(stated):
    types = [held(1, "B", "PERSON"), held(2, "A", "PLACE"), PUSHED[2], SpanType(4, "PLACE", "#abcdef", "#ffffff")]
    types = types if "A" in stated.values() or "B" in stated.values() else PUSHED
    with pytest.raises(InvalidValueError, match="by its number, the label type"):
        compare_labels(scheme(), types, RECORD, stated)


def test_a_label_that_leaves_the_scheme_is_remembered_until_its_type_is_another():
    smaller = LabelScheme("1.0", scheme().labels[1:])
    left = compare_labels(smaller, PUSHED, RECORD)
    assert left.remembered(set(), smaller.names) == RECORD
    assert compare_labels(scheme(), PUSHED, left.remembered(set(), smaller.names)).doubts == ()
    other = compare_labels(scheme(), [held(1, "WHO", "PERSON"), *PUSHED[1:]], RECORD | {"WHO": 1}, {"PERSON": "WHO"})
    assert other.remembered(set(), NAMES) == RECORD


def test_a_type_created_again_is_recognised_by_its_number():
    again = [held(1, "PERSON"), *PUSHED[1:]]
    for number in (7, NEVER):
        assert doubts(again, {**RECORD, "PERSON": number}) == [("recreated", "PERSON", "PERSON")]
        found = compare_labels(scheme(), again, {**RECORD, "PERSON": number})
        assert found.remembered({"PERSON"}, NAMES) == {**RECORD, "PERSON": number}
        assert found.remembered(set(), NAMES) == RECORD
        assert doubts(again, {**RECORD, "PERSON": number}, {"PERSON": "PERSON"}) == []


def test_without_a_record_a_type_of_another_colour_without_spans_was_created_by_hand():
    again = [SpanType(9, "PERSON", "#abcdef", "#ffffff"), *PUSHED[1:]]
    assert doubts(again, count=lambda _: 0) == [("recreated", "PERSON", "PERSON")]
    assert doubts(again, count=lambda _: 1) == []


def test_a_renamed_type_beside_a_new_one_of_its_name_is_still_the_label():
    types = [held(1, "Vessel"), *PUSHED[1:], SpanType(9, "PERSON", "#111111", "#ffffff")]
    assert doubts(types, RECORD) == [("renamed", "PERSON", "Vessel")]


@pytest.mark.parametrize(("used", "expected"), [({"Pers"}, []), ({"Pers", "PERSON"}, ["double"])])
def test_a_label_under_two_names_is_reported_if_both_have_spans(used, expected):
    types = [*PUSHED, SpanType(9, "Pers", "#111111", "#ffffff")]
    shown = scheme(PERSON="Pers")
    found = compare_labels(shown, types, RECORD, count=lambda name: int(name in used))
    assert [doubt.kind for doubt in found.doubts] == expected
    assert found.names.label("Pers") == found.names.label("PERSON") == "PERSON"
    plan = labels.plan_labels(shown, types)
    assert [each.name for each in plan.further] == ["PERSON"]
    assert [label.key for _, label in plan.change] == [None] * len(plan.change)
    assert "the label PERSON gets no key: its second type 'PERSON' has e" in label_notes(plan)
    plan.apply(Renaming(types), 1)
    assert doubts(types, RECORD, {"PERSON": "PERSON"}, scheme=shown) == []


def test_what_was_not_certain_is_not_remembered_as_if_it_were():
    types = [held(1, "PLACE", "PERSON"), held(2, "PERSON", "PLACE"), PUSHED[2]]
    assert compare_labels(scheme(), types).remembered(set(), NAMES) == {}
    assert compare_labels(scheme(), PUSHED).remembered(set(), NAMES) == RECORD
    renamed = compare_labels(scheme(), [held(1, "Vessel"), *PUSHED[1:]], RECORD)
    assert renamed.remembered(set(), NAMES) == RECORD


def is_one_to_one(mapping):
    return len({*mapping.values()}) == len(mapping)


TYPE_NAMES = st.sampled_from([*NAMES, "Pers", "Vessel", "place"])


@given(
    st.lists(TYPE_NAMES, unique=True, max_size=6),
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, 8)).filter(is_one_to_one),
    st.dictionaries(st.sampled_from(NAMES), TYPE_NAMES, max_size=2).filter(is_one_to_one),
)
def test_any_types_are_compared_and_a_clean_project_stays_clean(names, recorded, renamed):
    types = [SpanType(number, name, "#abcdef", "#ffffff") for number, name in enumerate(names, 1)]
    own = {"PERSON": {"PERSON", "Pers"}, "PLACE": {"PLACE"}, "UNIT": {"UNIT"}}
    numbers = {name: number for number, name in enumerate(names, 1)}
    is_another = {numbers.get(name): label for label, name in renamed.items()}
    contradicts = any(is_another.get(number, label) != label for label, number in recorded.items())
    if contradicts or any(name not in names and name not in own[label] for label, name in renamed.items()):
        with pytest.raises(InvalidValueError, match=r"has no label type|by its number"):
            compare_labels(scheme(PERSON="Pers"), types, recorded, renamed)
        return
    found = compare_labels(scheme(PERSON="Pers"), types, recorded, renamed)
    assert all(doubt.message and doubt.remedy and doubt.json() for doubt in found.doubts)
    assert {doubt.label for doubt in found.doubts} - {""} <= set(NAMES)
    if not any(doubt.label for doubt in found.doubts) and not renamed:
        again = compare_labels(scheme(PERSON="Pers"), types, found.remembered(set(), NAMES))
        assert not any(doubt.label for doubt in again.doubts)


def test_a_missing_label_is_recognised_by_the_places_of_its_spans():
    foreign = [SpanType(8, "MAYBE", "#abcdef", "#ffffff"), SpanType(9, "Vessel", "#abcdef", "#ffffff")]
    found = compare_labels(scheme(), [*PUSHED[1:], *foreign], RECORD)
    text = Example("a.p01", "KFOR left.")
    line = text.with_spans([Span(0, 4, "PERSON")])
    marked = AnnotatorWork(spans=(Span(0, 4, "Vessel"), Span(5, 9, "MAYBE")), confirmed=True)
    snapshot = doccano_project.snapshot_of(doccano_project.stored_copy(1, text, work={"ann": marked}))
    refined = find_renames(found, snapshot, [line])
    assert [(doubt.kind, *doubt.types) for doubt in refined.doubts] == [("renamed", "Vessel"), ("unknown", "MAYBE")]
    assert not refined.doubts[0].is_certain
    assert find_renames(found, snapshot, []) == found


def test_the_only_candidate_is_offered():
    found = compare_labels(scheme(), [*PUSHED[1:], SpanType(9, "Vessel", "#abcdef", "#ffffff")], RECORD)
    snapshot = doccano_project.snapshot_of()
    assert [(doubt.kind, *doubt.types) for doubt in find_renames(found, snapshot, []).doubts] == [("renamed", "Vessel")]


# Names


@pytest.mark.parametrize(
    ("pairs", "renamed"),
    [
        (["PERSON=Vessel"], {"PERSON": "Vessel"}),
        (["Pers=Vessel", "UNIT=PLACE"], {"PERSON": "Vessel", "UNIT": "PLACE"}),
        ([" PERSON = a=b "], {"PERSON": "a=b"}),
        (["PERSON=x,UNIT=y"], {"PERSON": "x", "UNIT": "y"}),
        (["PERSON=x,y", "UNIT=a,b=c"], {"PERSON": "x,y", "UNIT": "a,b=c"}),
        ([], {}),
    ],
)
def test_pairs_of_label_and_type_are_read(pairs, renamed):
    assert labels.parse_renamed(scheme(PERSON="Pers"), pairs) == renamed


@pytest.mark.parametrize(
    "pairs", [["PERSON"], ["=x"], ["PERSON="], ["NONE=x"], ["PERSON=x", "Pers=y"], ["PERSON=x", "UNIT=x"], [""]]
)
def test_other_pairs_are_refused(pairs):
    with pytest.raises(InvalidValueError):
        labels.parse_renamed(scheme(PERSON="Pers"), pairs)


def test_a_type_that_the_server_lacks_is_refused():
    with pytest.raises(InvalidValueError, match="the server has no label type 'Vessel'"):
        compare_labels(scheme(), PUSHED, RECORD, {"PERSON": "Vessel"})


def test_labels_are_sent_by_their_display_names_and_read_by_either():
    names = labels.label_names(scheme(PERSON="Pers"))
    assert [names.server_type(label) for label in NAMES] == ["Pers", "PLACE", "UNIT"]
    assert [names.label(name) for name in ("Pers", "PERSON", "PLACE", "other")] == [
        "PERSON",
        "PERSON",
        "PLACE",
        "other",
    ]
    spans = (Span(0, 4, "Pers"), Span(0, 4, "PLACE"))
    done = AnnotatorWork(spans=spans, invalid=(InvalidSpan(3, 3, "Pers", "marks nothing"),))
    read = done.with_labels(names)
    assert read.spans == (Span(0, 4, "PERSON"), Span(0, 4, "PLACE"))
    assert read.invalid[0].label == "PERSON"
    assert labels.label_names(scheme()).are_same


def test_a_display_name_that_changes_is_offered_as_a_rename():
    shown, types = scheme(PERSON="New"), [held(1, "Old", "PERSON"), *PUSHED[1:]]
    found = compare_labels(shown, types, RECORD)
    with pytest.raises(ServerError) as caught:
        require_own_names(found, "kfor")
    assert "--label-renamed PERSON=Old" in caught.value.remedy
    [(current, desired)] = labels.plan_labels(shown, types, {"PERSON": "Old"}).change
    assert [str(each) for each in desired.differences(current)] == ["name Old → New"]


def test_a_display_name_changes_the_row_and_no_fingerprint():
    example = Example("a.p01", "KFOR left.", (Span(0, 4, "UNIT"),))
    sent = [
        doccano_project.desired_state.upload_rows([example], doccano_project.SHARED, NAMES, names=names)[0]
        for names in (labels.SAME_NAMES, labels.label_names(scheme(UNIT="U")))
    ]
    assert [row.row["label"] for row in sent] == [[[0, 4, "UNIT"]], [[0, 4, "U"]]]
    assert sent[0].meta == sent[1].meta
    assert fingerprint(sent[1].example.spans) == fingerprint(example.spans)
