import json
import multiprocessing
import os
import random
import signal
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Span
from goldspan.doccano.corpus_record import DoccanoRecord, FormerLabelRecord, write_record
from goldspan.errors import InputError
from goldspan.service import rejections
from goldspan.service.rejections import RejectionLedger, former_labels, text_digest

TEXT = "The 72nd Brigade left Kupiansk."
UNIT, PLACE = Span(4, 16, "UNIT"), Span(22, 30, "PLACE")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "corpus" / "rejections.jsonl"


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_span_is_offered_once_for_a_text_of_a_project(path):
    ledger = RejectionLedger(path)
    assert ledger.offer("k1", TEXT, [PLACE, UNIT]) == [UNIT, PLACE]
    assert ledger.offer("k1", TEXT, [UNIT, PLACE]) == []
    assert ledger.offer("k2", TEXT, [UNIT]) == [UNIT]
    assert ledger.offer("k1", "The 72nd Brigade left.", [UNIT]) == [UNIT]
    assert ledger.offer("k1", TEXT, [Span(4, 16, "PLACE"), UNIT]) == [Span(4, 16, "PLACE")]


def test_what_was_offered_and_rejected_outlives_the_process(path):
    RejectionLedger(path).offer("k1", TEXT, [UNIT, PLACE])
    ledger = RejectionLedger(path)
    assert ledger.add_rejections("k1", {text_digest(TEXT): {UNIT}}) == 1
    assert ledger.add_rejections("k1", {text_digest(TEXT): {UNIT}}) == 0
    again = RejectionLedger(path)
    assert again.rejected("k1", TEXT) == {UNIT}
    assert again.withheld("k1", TEXT) == {UNIT, PLACE}
    assert again.offered("k1") == {text_digest(TEXT): {PLACE}}
    assert again.offered("k2") == {}
    assert again.counts("k1") == {"offered": 2, "rejected": 1}


def test_rejection_of_what_was_never_offered_counts(path):
    """As of drafts that a push filled in."""
    ledger = RejectionLedger(path)
    ledger.add_rejections("k1", {text_digest(TEXT): [UNIT]})
    assert ledger.offer("k1", TEXT, [UNIT, PLACE]) == [PLACE]


def test_released_span_is_offered_again_unless_it_was_rejected(path):
    ledger = RejectionLedger(path)
    ledger.offer("k1", TEXT, [UNIT, PLACE])
    ledger.add_rejections("k1", {text_digest(TEXT): [UNIT]})
    assert ledger.release("k1", {text_digest(TEXT): [UNIT, PLACE, Span(0, 3, "UNIT")]}) == 1
    assert ledger.offer("k1", TEXT, [UNIT, PLACE]) == [PLACE]


def test_text_with_spaces_for_line_breaks_is_the_same_text(path):
    ledger = RejectionLedger(path)
    ledger.offer("k1", "left\nKupiansk\r\ntoday", [Span(5, 13, "PLACE")])
    assert ledger.offer("k1", "left Kupiansk  today", [Span(5, 13, "PLACE")]) == []


def test_nothing_is_written_where_nothing_is_offered(path):
    assert RejectionLedger(path).offer("k1", TEXT, []) == []
    assert not path.exists()


def test_file_has_no_word_of_the_text(path):
    RejectionLedger(path).offer("k1", TEXT, [UNIT])
    assert "Brigade" not in path.read_text(encoding="utf-8")
    assert {key: value for key, value in lines(path)[0].items() if key != "time"} == {
        "event": "offered",
        "project": "k1",
        "text": text_digest(TEXT),
        "spans": [[4, 16, "UNIT"]],
    }


@pytest.mark.parametrize("cut", [1, 20, 80])
def test_half_a_line_at_the_end_is_no_event_and_goes_with_the_next_write(path, cut):
    ledger = RejectionLedger(path)
    ledger.offer("k1", TEXT, [UNIT])
    ledger.offer("k1", TEXT, [PLACE])
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert RejectionLedger(path).withheld("k1", TEXT) == {UNIT}
    assert RejectionLedger(path).offer("k1", TEXT, [UNIT, PLACE]) == [PLACE]
    assert [line["spans"] for line in lines(path)] == [[[4, 16, "UNIT"]], [[22, 30, "PLACE"]]]
    assert ledger.withheld("k1", TEXT) == {UNIT, PLACE}


@pytest.mark.parametrize(
    "damage",
    ["<<<<<<< HEAD", "{}", "[]", '{"event": "lost", "project": "k", "text": "t", "spans": []}',
     '{"event": "offered", "project": "k", "text": "t", "spans": [[3, 2, "A"]]}',
     '{"event": "offered", "project": "k", "text": "t", "spans": [[true, 2, "A"]]}',
     '{"event": "offered", "project": "k", "text": "t", "spans": [[0, 2, ""]]}',
     '{"event": ["offered"], "project": "k", "text": "t", "spans": []}'],
)  # fmt: skip
def test_damaged_line_is_refused_with_its_number(path, damage):
    ledger = RejectionLedger(path)
    ledger.offer("k1", TEXT, [UNIT])
    with path.open("a", encoding="utf-8") as stream:
        stream.write(damage + "\n")
    with pytest.raises(InputError, match=r"rejections\.jsonl:2: is no event"):
        RejectionLedger(path)
    with pytest.raises(InputError, match=r"rejections\.jsonl:2: is no event"):
        ledger.offer("k1", TEXT, [PLACE])


def test_file_that_is_replaced_or_goes_is_read_anew(path):
    ledger = RejectionLedger(path)
    ledger.offer("k1", TEXT, [UNIT])
    first = path.read_bytes()
    ledger.offer("k1", TEXT, [PLACE])
    path.write_bytes(first)
    assert ledger.withheld("k1", TEXT) == {UNIT}
    path.write_bytes(first.replace(b"UNIT", b"CREW") * 3)
    assert ledger.withheld("k1", TEXT) == {Span(4, 16, "CREW")}
    path.unlink()
    assert ledger.withheld("k1", TEXT) == set()
    assert ledger.offer("k1", TEXT, [UNIT]) == [UNIT]


SPANS = st.builds(lambda start, size, label: Span(start, start + size, label), st.integers(0, 3), st.integers(1, 3),
                  st.sampled_from(["A", "Ü\u2028"]))  # fmt: skip
STEPS = st.tuples(
    st.sampled_from(["offer", "reject", "release", "reopen"]),
    st.sampled_from(["k1", "k2"]),
    st.sampled_from(["one", "two"]),
    st.sets(SPANS, max_size=3),
)


@given(st.lists(STEPS, max_size=12))
def test_rejected_span_is_never_offered_again_and_no_span_twice_without_release(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("ledger") / "rejections.jsonl"
    ledger = RejectionLedger(path)
    out, rejected = set(), set()
    for kind, project, text, spans in steps:
        keys = {(project, text, span) for span in spans}
        if kind == "offer":
            offered = {(project, text, span) for span in ledger.offer(project, text, spans)}
            assert offered == keys - out - rejected
            out |= offered
        elif kind == "reject":
            ledger.add_rejections(project, {text_digest(text): spans})
            rejected |= keys
        elif kind == "release":
            ledger.release(project, {text_digest(text): spans})
            out -= keys - rejected
        else:
            ledger = RejectionLedger(path)


def test_threads_and_ledgers_of_one_file_offer_a_span_once(path):
    ledgers = [RejectionLedger(path) for _ in range(2)]
    offered = []

    def offer(ledger):
        for number in range(30):
            offered.extend((number, span) for span in ledger.offer("k1", f"text {number}", [UNIT, PLACE]))

    threads = [threading.Thread(target=offer, args=[ledgers[number % 2]]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(offered) == sorted((number, span) for number in range(30) for span in (UNIT, PLACE))


def offer_without_end(path, answers):
    ledger = RejectionLedger(path)
    number = 0
    while True:
        for span in ledger.offer("k1", f"text {number}", [UNIT, PLACE]):
            answers.send((number, span))
        number += 1


def test_killed_process_leaves_all_that_it_offered_and_a_file_that_can_be_read(path):
    seed = random.Random(0)  # noqa: S311  (no secret)
    context = multiprocessing.get_context("fork")
    for _ in range(8):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=offer_without_end, args=[path, sender], daemon=True)
        process.start()
        sender.close()
        time.sleep(seed.uniform(0.02, 0.06))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        seen = []
        while receiver.poll():
            try:
                seen.append(receiver.recv())
            except EOFError:
                break
        ledger = RejectionLedger(path)
        assert all(span in ledger.withheld("k1", f"text {number}") for number, span in seen)
        assert ledger.offer("k1", f"after {process.pid}", [UNIT]) == [UNIT]
        assert all(line["event"] == "offered" for line in lines(path))


def test_former_labels_are_those_of_today(path):
    RejectionLedger(path).offer("k1", TEXT, [UNIT])
    ledger = RejectionLedger(path, {"UNIT": ["BRIGADE", "CREW"]})
    brigade, crew = Span(4, 16, "BRIGADE"), Span(4, 16, "CREW")
    assert ledger.offer("k1", TEXT, [brigade, crew, PLACE]) == [PLACE]
    ledger.set_former_labels({})
    assert ledger.withheld("k1", TEXT) == {UNIT, PLACE}


def test_former_labels_of_a_project_follow_relabel(toy):
    record = FormerLabelRecord(name="BOAT", labels=["SHIP"])
    write_record(toy, DoccanoRecord(former_labels=(record, FormerLabelRecord(name="PORT", labels=["SHIP"]))))
    assert former_labels(toy) == {"BOAT": ("SHIP",)}


def test_file_that_cannot_be_written_is_known_before_anything_is_offered(path):
    path.parent.mkdir()
    path.symlink_to(path.parent / "missing" / "file")
    with pytest.raises(OSError, match="No such file"):
        RejectionLedger(path).require_writable()


def test_offers_that_wait_are_written_together_and_fail_together(path, monkeypatch):
    ledger = RejectionLedger(path)
    writes, outcomes = [], []
    arrived = threading.Barrier(6, timeout=30)
    append = rejections._append

    def slow(descriptor, data):
        writes.append(data.count(b"\n"))
        while len(writes) == 1 and len(ledger._waiting) + writes[0] < 6:
            time.sleep(0.01)  # until the others have arrived
        if len(writes) == 2:
            raise OSError(28, "No space left on device")
        append(descriptor, data)

    def offer(number):
        arrived.wait()
        try:
            outcomes.append((number, ledger.offer("k1", f"text {number}", [UNIT])))
        except OSError:
            outcomes.append((number, None))

    monkeypatch.setattr(rejections, "_append", slow)
    threads = [threading.Thread(target=offer, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(writes), sum(writes)) == (2, 6)
    failed = [number for number, offered in outcomes if offered is None]
    assert len(failed) == writes[1]
    assert all(ledger.offer("k1", f"text {number}", [UNIT]) == [UNIT] for number in failed)
    assert all(ledger.offer("k1", f"text {number}", [UNIT]) == [] for number in range(6))
