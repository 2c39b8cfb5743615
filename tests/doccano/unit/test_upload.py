"""Which copies an interrupted import left without their spans."""

from dataclasses import replace

from goldspan.annotation import Example
from goldspan.doccano.push import upload
from goldspan.doccano.push.journal import JournalBatch
from goldspan.doccano.snapshot import AnnotatorWork, Snapshot
from helpers.doccano_project import KFOR, SHARED, A, snapshot_of, stored_copy

FULL = [Example(f"a.p{number}", "KFOR left.", (KFOR,)) for number in range(4)]


def half_imported(works, complete=False, examples=FULL):
    """Which of the copies that a batch stored were half imported, if this is what is on them."""
    copies = [
        stored_copy(number, example, work=AnnotatorWork(**work), project=SHARED)
        for number, (example, work) in enumerate(zip(examples, works, strict=True), 1)
    ]
    batch = JournalBatch("u", None, 0, tuple(dict.fromkeys(example.id for example in examples)), complete)
    return upload.half_imported_copies(snapshot_of(*copies, project=SHARED), [batch])


NONE, KEPT, DONE = {"comments": ()}, {"spans": (KFOR,)}, {"confirmed": True}


def test_copies_are_half_imported_only_if_none_of_their_thousand_has_a_span(monkeypatch):
    assert half_imported([NONE] * 4) == {1, 2, 3, 4}
    assert half_imported([NONE, DONE, NONE, NONE]) == {1, 3, 4}
    assert half_imported([KEPT, NONE, NONE, NONE]) == set()
    monkeypatch.setattr(upload, "IMPORTED_TOGETHER", 2)
    assert half_imported([KEPT, NONE, NONE, NONE]) == {3, 4}


def test_an_import_that_ended_well_leaves_nothing_half_imported():
    assert half_imported([NONE] * 4, complete=True) == set()


def test_the_first_attempt_of_a_repeated_import_is_half_imported():
    assert half_imported([NONE] * 4 + [KEPT] * 4, complete=True, examples=FULL * 2) == {1, 2, 3, 4}
    assert half_imported([NONE] * 4 + [KEPT] * 4, examples=FULL * 2) == {1, 2, 3, 4}
    assert half_imported([NONE] * 2 + [KEPT] * 4, complete=True, examples=[*FULL[:2], *FULL]) == {1, 2}


def test_a_half_imported_copy_is_not_one_that_somebody_emptied():
    with_span = replace(A, spans=(KFOR,))
    made = {
        number: stored_copy(number, with_span, work=work, project=SHARED)
        for number, work in {
            4: AnnotatorWork(),
            5: AnnotatorWork(),
            6: AnnotatorWork(confirmed=True),
            7: AnnotatorWork(comments=("x",)),
            8: None,
        }.items()
    }
    batch = JournalBatch("u", None, above=4, ids=("a.p01",))
    assert upload.half_imported_copies(Snapshot(SHARED, made, ()), [batch]) == {5}
    assert not upload.half_imported_copies(Snapshot(SHARED, made, ()), [replace(batch, ids=("b",))])
    assert not upload.half_imported_copies(Snapshot(SHARED, made, ()), [])
