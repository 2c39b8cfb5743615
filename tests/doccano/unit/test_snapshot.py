"""What a project holds, from its exports: all of it, as it is, or the reason why not."""

import contextlib
import json
import zipfile
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.doccano.client.schema import Comment, DoccanoProject, ExampleRow, SpanType
from goldspan.doccano.human_work import worked_on_examples
from goldspan.doccano.snapshot import (
    ALL,
    DUPLICATE,
    HALF_MOVED,
    AnnotatorWork,
    HeldBack,
    InvalidSpan,
    fingerprint,
    take_snapshot,
)
from goldspan.errors import InvalidValueError, ServerError
from goldspan.formats import doccano
from goldspan.formats.doccano import ExampleView
from helpers.doccano_project import earlier_row
from helpers.strategies import examples, labels, texts

ALONE = DoccanoProject(
    7,
    "alone",
    "",
    "",
    collaborative=False,
    grapheme_mode=False,
    allow_overlapping=False,
    use_relation=False,
    random_order=False,
    members_create_labels=False,
)
SHARED = replace(ALONE, name="shared", collaborative=True)
TEXT = "a 😀 Bob\r\nin Rome"
EXAMPLE = Example("a.p1", TEXT, at=5, extra={"k": [1]})


def exported(number=1, example=EXAMPLE, label=(), comments=(), view=doccano.PLAIN, **keys):
    """A row as Doccano exports it; `label` in UTF-16 units."""
    row = doccano.row(replace(example, spans=()), view=view)
    text = {"text": row.pop("text")}
    del row["label"]
    return {"id": number, **text, **row, "label": [list(span) for span in label], "Comments": list(comments), **keys}


class Fake:
    """A server that exports what it was told, one export after the other, and knows what else is asked."""

    def __init__(self, folder, *exports, kinds=(), labelled=(), comments=(), confirmed=(), listed=None):
        self.folder = folder
        self.exports = list(exports)
        self.asked = []
        self.labels = dict(labelled)
        self.kinds = [*kinds, *self.labels]
        self.said = comments
        self.done = confirmed
        self.listed = listed
        self.read = []  # the stretches of the list that were asked for

    @contextlib.contextmanager
    def export(self, _, *, confirmed):
        self.asked.append(confirmed)
        path = self.folder / f"export{len(self.asked)}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            export = self.exports.pop(0)
            for name, rows in export.items():
                archive.writestr(f"{name}.jsonl", "".join(json.dumps(row) + "\n" for row in rows) or "\n")
        self.rows = {row["id"]: row for rows in export.values() for row in rows}
        yield path

    def examples_at(self, _, offset, limit):
        self.read.append((offset, limit))
        return self.everything()[offset : offset + limit]

    def everything(self):
        """The list: what it was told, or else what the last export showed."""
        if self.listed is not None:
            return self.listed
        own = {"id", "text", "label", "entities", "relations", "Comments"}
        return [
            ExampleRow(number, row["text"], {key: row[key] for key in row.keys() - own}, confirmed=False, comments=0)
            for number, row in self.rows.items()
        ]

    def plain_examples(self, _):
        return ()

    def span_types(self, _):
        return [SpanType(at, name, "#000000", "#ffffff", None, None) for at, name in enumerate(self.kinds)]

    def count_spans(self, _, label):
        return Counter(self.labels.get(label, {}))

    def count(self, _, label=None, *, confirmed=None):
        assert label is None or confirmed is None
        if label or confirmed:
            return self.count_spans(_, label).total() if label else len(self.done)
        return len(self.everything())

    def comments(self, _):
        return [Comment(at, number, "zoe", "hm") for at, number in enumerate(self.said)]

    def examples(self, _, *, confirmed=None):
        if confirmed is None:
            self.read.append("all")
            return iter(self.everything())
        return (ExampleRow(number, "", {}, confirmed, 0) for number in self.done)


@pytest.fixture
def alone(tmp_path):
    """The snapshot of an independent project that exports this."""
    return lambda *exports: take_snapshot(Fake(tmp_path, *exports), ALONE, confirmed=len(exports) > 1)


def one(tmp_path, *, project=ALONE, row=None, **keys):
    """The copy of an export of one row."""
    name = "all" if project.collaborative else "ann"
    server = Fake(tmp_path, {name: [exported(**keys) if row is None else row]})
    return next(iter(take_snapshot(server, project, confirmed=False).copies.values()))


def test_an_example_comes_back_with_all_that_it_carried(tmp_path):
    copy = one(tmp_path, label=[(5, 8, "PER"), (13, 17, "LOC")], comments=["hm?", "ok"], who="x")
    assert (copy.number, copy.id, copy.at, copy.text, copy.corruption) == (1, "a.p1", 5, TEXT, None)
    assert copy.extra == {"k": [1]}
    assert copy.meta.keys() == {doccano.KEY, "who"}
    assert copy.work == {"ann": AnnotatorWork((Span(4, 7, "PER"), Span(12, 16, "LOC")), comments=("hm?", "ok"))}
    assert [copy.text[span.start : span.end] for span in copy.work["ann"].spans] == ["Bob", "Rome"]


def server_units(example, project):
    """The row that goes up, as it comes down."""
    unit = "graphemes" if project.grapheme_mode else "utf16"
    row = doccano.row(example, unit)
    return {"id": 3, **row, "Comments": []}


@pytest.mark.parametrize("graphemes", [False, True])
@given(example=examples())
def test_what_went_up_comes_down_as_it_was(tmp_path_factory, graphemes, example):
    project = replace(ALONE, grapheme_mode=graphemes)
    assume(example.text)
    try:
        row = server_units(example, project)
    except InvalidValueError:
        reject()
    copy = one(tmp_path_factory.mktemp("law"), project=project, row=row)
    assert (copy.id, copy.text, copy.at, copy.corruption) == (example.id, example.text, example.at, None)
    assert copy.extra == example.extra
    assert copy.work == {"ann": AnnotatorWork(example.spans)}


def test_each_text_is_measured_by_itself(alone):
    texts = ["😀 Bob", "plain Bob", "😀😀 Bob", "😀 Bob"]
    rows = [
        exported(at, Example(f"a.p{at}", text), [(start := text.encode("utf-16-le").index(b"B") // 2, start + 3, "X")])
        for at, text in enumerate(texts)
    ]
    found = alone({"ann": rows, "bob": rows})
    surfaces = [
        copy.text[span.start : span.end]
        for copy in found.copies.values()
        for w in copy.work.values()
        for span in w.spans
    ]
    assert surfaces == ["Bob"] * 8


RAW = st.lists(st.tuples(st.integers(-3, 40), st.integers(-3, 40), labels), max_size=8)


@pytest.mark.parametrize("graphemes", [False, True])
@given(text=texts.filter(len), raws=RAW)
def test_every_span_of_the_server_is_a_span_or_refused_and_none_is_bent(tmp_path_factory, graphemes, text, raws):
    project = replace(ALONE, grapheme_mode=graphemes)
    copy = one(tmp_path_factory.mktemp("raw"), project=project, example=Example("a.p1", text), label=raws)
    work = copy.work["ann"]
    back = server_units(Example("a.p1", text, work.spans), project)["label"]
    kept = [*map(tuple, back), *((invalid.start, invalid.end, invalid.label) for invalid in work.invalid)]
    assert Counter(kept) == Counter(raws)
    assert all(0 <= span.start < span.end <= len(text) for span in work.spans)


@pytest.mark.parametrize(
    ("span", "why"),
    [
        ((2, 3, "X"), "begins or ends inside a character"),
        ((3, 5, "X"), "begins or ends inside a character"),
        ((5, 5, "X"), "marks nothing"),
        ((8, 5, "X"), "marks nothing"),
        ((-1, 3, "X"), "lies outside the text of 17 UTF-16 units"),
        ((5, 18, "X"), "lies outside the text of 17 UTF-16 units"),
        ((5, 8, ""), "the span [4, 7] has no label"),
    ],
)
def test_what_cannot_be_a_span_is_kept_aside_with_the_reason(tmp_path, span, why):
    work = one(tmp_path, label=[span, (5, 8, "PER")]).work["ann"]
    assert work.invalid == (InvalidSpan(*span, why),)
    assert work.spans == (Span(4, 7, "PER"),)


def test_in_graphemes_the_reason_speaks_of_them(tmp_path):
    project = replace(ALONE, grapheme_mode=True)
    assert one(tmp_path, project=project, label=[(4, 16, "X")]).work["ann"].invalid[0].reason == (
        "lies outside the text of 15 grapheme clusters"
    )


def test_a_span_that_is_there_twice_is_kept_once_and_reported(tmp_path):
    work = one(tmp_path, label=[(5, 8, "X"), (5, 8, "X"), (5, 8, "Y")]).work["ann"]
    assert work.spans == (Span(4, 7, "X"), Span(4, 7, "Y"))
    assert work.invalid == (InvalidSpan(5, 8, "X", DUPLICATE),)


def test_overlapping_spans_are_kept(tmp_path):
    assert one(tmp_path, label=[(0, 8, "X"), (5, 12, "X")]).work["ann"].spans == (Span(0, 7, "X"), Span(4, 11, "X"))


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"goldspan_sha256": None}, "its key goldspan_sha256 is broken, so its text cannot be judged"),
        ({"goldspan_at": None}, "its key goldspan_at is broken"),
        ({"goldspan_at": 5.0}, "its key goldspan_at is broken"),
        ({"goldspan_at": "-5"}, "its key goldspan_at is broken"),
        ({"goldspan_extra": "[]"}, "its key goldspan_extra is broken"),
        ({"goldspan_extra": "{NaN}"}, "its key goldspan_extra is broken"),
        ({"goldspan_extra": None}, "its key goldspan_extra is broken"),
    ],
)
def test_a_row_of_an_earlier_version_that_cannot_be_trusted_has_a_reason(tmp_path, keys, why):
    copy = one(tmp_path, row=earlier_row(exported()) | keys)
    assert (copy.id, copy.corruption) == ("a.p1", why)


KEY = exported()[doccano.KEY]
EDITED = "its goldspan key was edited"


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"text": TEXT + " "}, "its text was changed on the server"),
        ({"text": TEXT.replace("\r\n", "  ")}, "its text was changed on the server"),
        ({"text": None}, "it has no text"),
        ({"goldspan_reanchor": "{}"}, HALF_MOVED),
        ({"goldspan_reanchor": None}, None),
        ({doccano.KEY: KEY.replace("@5", "@6")}, EDITED),
        ({doccano.KEY: KEY.replace("[1]", "[2]")}, EDITED),
        ({doccano.KEY: KEY.replace(" x", "  x")}, EDITED),
        ({doccano.KEY: KEY + " "}, EDITED),
        ({doccano.KEY: "a.p1"}, EDITED),
        ({doccano.KEY: KEY[:-1]}, EDITED),
        ({doccano.KEY: KEY.replace(doccano.BREAK, "")}, None),
        ({"label": None}, "its list of spans is not one"),
        ({"label": [[1, 2]]}, "its list of spans is not one"),
        ({"label": [[1.5, 2, "X"]]}, "its list of spans is not one"),
        ({"label": [[True, 2, "X"]]}, "its list of spans is not one"),
        ({"label": [[1, 2, None]]}, "its list of spans is not one"),
    ],
)
def test_a_row_that_cannot_be_trusted_has_a_reason(tmp_path, keys, why):
    copy = one(tmp_path, row=exported() | keys)
    assert (copy.id, copy.corruption) == ("a.p1", why)


def test_a_corrupted_copy_still_shows_its_work(tmp_path):
    copy = one(tmp_path, row=exported(label=[(0, 1, "X")]) | {"text": "other"})
    assert copy.work["ann"].spans == (Span(0, 1, "X"),)


@pytest.mark.parametrize("name", [None, "", 7])
def test_what_goldspan_did_not_push_has_no_id_and_is_not_judged(alone, name):
    row = {"id": 4, "text": "x", "label": [[0, 1, "X"]], "Comments": [], "goldspan_id": name}
    (copy,) = alone({"ann": [row], "bob": [row]}).copies.values()
    assert (copy.number, copy.id, copy.corruption) == (4, None, None)
    assert copy.work == dict.fromkeys(["ann", "bob"], AnnotatorWork((Span(0, 1, "X"),)))


def test_an_example_whose_text_is_gone_is_no_changing_one(alone):
    (copy,) = alone({name: [exported() | {"text": None}] for name in ("ann", "bob")}).copies.values()
    assert copy.corruption == "it has no text"


def test_each_annotator_has_work_of_their_own(alone):
    found = alone(
        {"bob": [], "ann": [exported(label=[(5, 8, "X")])]},
        {"bob": [exported(label=[(0, 1, "Y")])], "ann": [exported(label=[(5, 8, "X")])]},
    )
    assert found.members == ("ann", "bob")
    assert found.copies[1].work == {
        "ann": AnnotatorWork((Span(4, 7, "X"),), confirmed=True),
        "bob": AnnotatorWork((Span(0, 1, "Y"),), confirmed=False),
    }


def test_confirmed_without_spans_is_not_the_same_as_open(alone):
    rows = [exported(1), exported(2, replace(EXAMPLE, id="a.p2"))]
    found = alone({"ann": rows[:1]}, {"ann": rows})
    assert [copy.work["ann"].confirmed for copy in found.copies.values()] == [True, False]


def test_copies_of_one_example_stand_together(alone):
    found = alone({"ann": [exported(3), exported(1), exported(2, replace(EXAMPLE, id="a.p2")), {"id": 9, "text": "x"}]})
    assert {name: [copy.number for copy in copies] for name, copies in found.by_id.items()} == {
        "a.p1": [3, 1],
        "a.p2": [2],
    }


def test_a_project_without_examples_or_members_is_empty(alone):
    assert alone({"ann": []}, {"ann": []}).copies == {}
    assert alone({}, {}).members == ()


def test_in_a_shared_project_the_work_is_everybodys(tmp_path):
    row = exported(label=[(5, 8, "X")], comments=["ok"])
    found = take_snapshot(Fake(tmp_path, {"all": [row]}, {"all": [row]}), SHARED)
    assert found.members == ()
    assert found.copies[1].work == {ALL: AnnotatorWork((Span(4, 7, "X"),), confirmed=True, comments=("ok",))}


def test_a_member_called_all_is_a_member_like_others(alone):
    assert alone({"all": [exported()]}).copies[1].work.keys() == {"all"}


@pytest.mark.parametrize("names", [("ann",), ("all", "ann"), ()])
def test_a_shared_project_that_exports_by_member_is_refused(tmp_path, names):
    with pytest.raises(ServerError, match="is shared, but its export is not"):
        take_snapshot(Fake(tmp_path, dict.fromkeys(names, ())), SHARED, confirmed=False)


def test_a_project_with_relations_has_its_spans_under_another_key(tmp_path):
    row = exported()
    del row["label"]
    row["entities"] = [
        {"id": 31, "label": "X", "start_offset": 5, "end_offset": 8},
        {"id": 30, "label": "Y", "start_offset": 0, "end_offset": 99},
    ]
    row |= {"relations": [], "Comments": [{"id": 1, "comment": "ok"}]}
    work = one(tmp_path, project=replace(ALONE, use_relation=True), row=row).work["ann"]
    assert work.spans == (Span(4, 7, "X"),)
    assert [one.label for one in work.invalid] == ["Y"]
    assert work.comments == ("ok",)


CHANGED = exported(example=replace(EXAMPLE, text="other"))


@pytest.mark.parametrize(
    "torn", [{"ann": [exported()], "bob": [CHANGED]}, {"ann": [exported()], "bob": []}, {"ann": [], "bob": [CHANGED]}]
)
def test_an_example_that_changes_between_two_parts_makes_it_begin_again(tmp_path, torn):
    server = Fake(tmp_path, torn, {"ann": [CHANGED], "bob": [CHANGED]})
    (copy,) = take_snapshot(server, ALONE, confirmed=False).copies.values()
    assert (copy.text, copy.corruption, copy.work) == ("other", None, {"ann": AnnotatorWork(), "bob": AnnotatorWork()})


def test_an_example_that_never_rests_is_held_back_and_the_others_are_not(tmp_path):
    calm = exported(2, replace(EXAMPLE, id="a.p2"), label=[(5, 8, "X")])
    server = Fake(tmp_path, *[{"ann": [exported(), calm], "bob": [CHANGED, calm]}] * 3)
    found = take_snapshot(server, ALONE, confirmed=False)
    assert not server.exports
    assert found.copies[1].held_back == HeldBack("changed", "somebody changed it while the project was exported")
    assert found.copies[2].held_back is None
    assert found.copies[2].work["ann"].spans == (Span(4, 7, "X"),)


def test_an_example_that_one_part_lacks_again_and_again_is_held_back(tmp_path):
    server = Fake(tmp_path, *[{"ann": [exported()], "bob": []}] * 3)
    (copy,) = take_snapshot(server, ALONE, confirmed=False).copies.values()
    assert copy.held_back.kind == "changed"
    assert copy.work.keys() == {"ann", "bob"}


def test_a_foreign_example_never_confirms_one_of_ours(alone):
    found = alone({"ann": [{"id": 1, "text": "foreign", "label": []}]}, {"ann": [exported()]})
    assert not found.copies[1].work["ann"].confirmed


def test_an_example_confirmed_during_the_export_is_not_taken_for_empty(tmp_path):
    bare, full = exported(), exported(label=[(5, 8, "X")])
    server = Fake(tmp_path, {"ann": [bare]}, {"ann": [full]}, {"ann": [full]}, {"ann": [full]})
    found = take_snapshot(server, ALONE)
    assert server.asked == [True, False, True, False]
    assert found.copies[1].work["ann"] == AnnotatorWork((Span(4, 7, "X"),), confirmed=True)


def test_an_example_opened_again_meanwhile_is_open(tmp_path):
    before, after = exported(label=[(5, 8, "X")]), exported()
    server = Fake(tmp_path, {"ann": [before]}, {"ann": [after]}, {"ann": []}, {"ann": [after]})
    assert take_snapshot(server, ALONE).copies[1].work["ann"] == AnnotatorWork()


def test_confirmed_examples_that_never_rest_are_held_back(tmp_path):
    server = Fake(tmp_path, *[{"ann": [exported()]}, {"ann": [exported(label=[(5, 8, "X")])]}] * 3)
    assert take_snapshot(server, ALONE).copies[1].held_back.kind == "changed"
    assert not server.exports


def test_a_text_that_changed_after_the_confirmation_makes_it_begin_again(tmp_path):
    server = Fake(tmp_path, {"ann": [exported()]}, {"ann": [CHANGED]}, {"ann": [CHANGED]}, {"ann": [CHANGED]})
    (copy,) = take_snapshot(server, ALONE).copies.values()
    assert (copy.text, copy.work["ann"].confirmed, copy.held_back) == ("other", True, None)
    assert not server.exports


def test_members_that_change_again_and_again_are_an_error(tmp_path):
    rows = [exported()]
    server = Fake(tmp_path, *[{}, {"ann": rows}] * 3)
    with pytest.raises(ServerError, match="the members changed while the project was exported, 3 times"):
        take_snapshot(server, ALONE)


def test_a_member_who_comes_or_goes_meanwhile_makes_it_begin_again(tmp_path):
    rows = [exported()]
    for first, second in (({}, {"ann": rows}), ({"ann": rows, "bob": []}, {"ann": rows})):
        server = Fake(tmp_path, first, second, {"ann": rows}, {"ann": rows})
        assert take_snapshot(server, ALONE).copies[1].work == {"ann": AnnotatorWork(confirmed=True)}
        assert not server.exports


def test_a_confirmed_example_that_is_deleted_meanwhile_is_gone(alone):
    assert alone({"ann": [exported()]}, {"ann": []}).copies == {}


def test_the_order_of_spans_does_not_make_them_others(alone):
    spans = [(5, 8, "X"), (0, 1, "Y")]
    found = alone({"ann": [exported(label=spans)]}, {"ann": [exported(label=spans[::-1])]})
    assert found.copies[1].work["ann"].confirmed


@given(st.lists(st.builds(Span, st.integers(0, 3), st.integers(4, 6), labels)), st.randoms())
def test_a_fingerprint_is_that_of_the_spans_in_any_order(spans, rng):
    mixed = rng.sample(spans, len(spans))
    assert fingerprint(mixed) == fingerprint(spans)
    assert fingerprint(spans) != fingerprint([*spans, Span(0, 9, "X")])


def test_a_fingerprint_stays_what_it_is():
    assert fingerprint([]) == "4f53cda18c2b"  # the beginning of the SHA-256 that earlier versions wrote in full


def look(tmp_path, project=ALONE, rows=(), done=(), **seen):
    """Who was at work, where a project exports these rows of the only part, these of them confirmed."""
    name = "all" if project.collaborative else "ann"
    exports = [{name: [row for row in rows if row["id"] in done]}, {name: rows}]
    server = Fake(tmp_path, *exports, **seen)
    return worked_on_examples(server, take_snapshot(server, project))


def test_what_nobody_worked_on_is_untouched(tmp_path):
    assert look(tmp_path, rows=[exported(1), exported(2)], kinds=("X",)) == {}


def test_every_kind_of_work_is_seen(tmp_path):
    rows = [
        exported(1, label=[(5, 8, "X")]),
        exported(2, label=[(5, 99, "X")]),
        exported(3, comments=["hm"]),
        exported(4),
    ]
    assert look(tmp_path, rows=rows, done=[4]) == {
        1: "labelled by ann",
        2: "labelled by ann",
        3: "commented",
        4: "confirmed by ann",
    }


def test_what_a_former_member_left_is_seen(tmp_path):
    seen = {"labelled": {"X": {1: 2}, "Y": {1: 1, 2: 1}}, "comments": [3, 3]}
    assert look(tmp_path, rows=[exported(at) for at in range(1, 5)], **seen) == {
        1: "labelled X, labelled Y",
        2: "labelled Y",
        3: "commented",
    }


def test_as_many_spans_as_in_the_snapshot_are_taken_for_the_same(tmp_path):
    server = Fake(tmp_path, {"ann": [exported(1, label=[(5, 8, "X"), (0, 1, "X")])]}, labelled={"X": {1: 2}})
    found = take_snapshot(server, ALONE, confirmed=False)
    server.count = lambda *_: 2
    server.labelled = lambda *_: pytest.fail("slow, and needless")
    assert worked_on_examples(server, found) == {1: "labelled by ann"}


def sent(number, spans, now=None, **keys):
    """A row of a shared project that was sent with these spans, in code points, and has those now."""
    row = exported(number, Example("a.p1", "plain text", spans), view=ExampleView(sent=fingerprint(spans)), **keys)
    label = [[span.start, span.end, span.label] for span in (spans if now is None else now)]
    return row | {"label": label}


X, Y, MOVED = Span(0, 1, "X"), Span(2, 3, "Y"), Span(0, 2, "X")


def test_what_was_filled_in_is_nobodys_work(tmp_path):
    rows = [sent(1, (X, Y)), sent(2, ()), exported(3)]
    assert look(tmp_path, SHARED, rows, labelled={"X": {1: 1}, "Y": {1: 1}}) == {}


@pytest.mark.parametrize("now", [(), (X,), (X, Y, Span(4, 5, "X")), (MOVED, Y), (replace(X, label="Y"), Y)])
def test_in_a_shared_project_a_changed_span_is_seen(tmp_path, now):
    counts = {label: {1: times} for label, times in Counter(span.label for span in now).items()}
    assert look(tmp_path, SHARED, [sent(1, (X, Y), now)], kinds=("X", "Y"), labelled=counts) == {
        1: "its spans are not those that were filled in"
    }


def test_in_a_shared_project_a_span_that_cannot_be_one_is_seen(tmp_path):
    row = sent(1, (X,)) | {"label": [[0, 1, "X"], [3, 99, "Y"]]}
    assert look(tmp_path, SHARED, [row], labelled={"X": {1: 1}, "Y": {1: 1}}) == {
        1: "its spans are not those that were filled in"
    }


def test_in_a_shared_project_any_span_counts_if_the_sent_ones_are_unknown(tmp_path):
    row = exported(1, label=[(0, 1, "X")])
    assert look(tmp_path, SHARED, [row], labelled={"X": {1: 1}}) == {1: "its spans are not those that were filled in"}


@pytest.mark.parametrize("now", [{}, {1: 2}, {1: 1, 2: 1}])
def test_in_a_shared_project_a_span_made_or_taken_since_is_seen(tmp_path, now):
    found = look(tmp_path, SHARED, [sent(1, (X,)), sent(2, ())], kinds=("X",), labelled={"X": now})
    assert set(found.values()) == {"labelled X since"}


def test_relations_do_not_pass_for_spans(tmp_path):
    project = replace(SHARED, use_relation=True)
    assert look(tmp_path, project, [sent(1, (X,))], labelled={"X": {1: 6}}) == {}
    assert look(tmp_path, project, [sent(1, (X,))], kinds=("X",)) == {1: "labelled X since"}


def test_in_a_shared_project_confirmations_and_comments_of_now_are_seen(tmp_path):
    rows = [sent(at, ()) for at in (1, 2, 3)]
    assert look(tmp_path, SHARED, rows, done=[1], confirmed=[1, 2], comments=[3]) == {
        1: "confirmed",
        2: "confirmed",
        3: "commented",
    }
