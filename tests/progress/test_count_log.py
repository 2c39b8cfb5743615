"""The file of the counts: private, small, whole whoever writes, and refused where it is not understood."""

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.errors import InputError
from goldspan.progress import count_log
from goldspan.progress.count_log import CountNote, NotedWork, add_note, forget, log_path, read_log, thinned
from goldspan.progress.pace import WorkCount
from helpers import made_up_round

NOW = made_up_round.NOW
KEY = "k0123456789ab"


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def note(minutes=0, **done):
    return made_up_round.note(NOW + timedelta(minutes=minutes), **(done or {"a1": 5}))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
amounts = st.builds(WorkCount, st.integers(0, 10**6), st.integers(0, 10**8))
rows = st.builds(NotedWork, texts, texts, amounts, st.none() | amounts)
times = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda time: time.replace(microsecond=0)
)
notes = st.builds(CountNote, times, st.lists(rows, max_size=4).map(tuple))


@given(st.lists(notes, max_size=8))
def test_what_is_noted_is_read_again_in_the_order_of_time(tmp_path_factory, written):
    path = tmp_path_factory.mktemp("log") / "x.jsonl"
    path.write_text("".join(one.line() for one in written), encoding="utf-8")
    assert list(read_log(path).notes) == sorted(written, key=lambda one: one.time)


@given(st.lists(notes, min_size=1, max_size=60), times)
def test_thinning_keeps_ends_and_days_and_is_done_once(written, now):
    kept = thinned(written, now)
    ordered = sorted(written, key=lambda one: one.time)
    assert (kept[0].time, kept[-1].time) == (ordered[0].time, ordered[-1].time)
    assert {one.time.date() for one in kept} == {one.time.date() for one in ordered}
    assert thinned(kept, now) == kept
    assert set(map(id, kept)) <= set(map(id, written))


def test_the_file_stays_small_over_a_year_of_looks():
    kept = []
    for hour in range(24 * 365):
        kept = [*kept, note(60 * hour)]
        if hour % 100 == 0:
            kept = [*thinned(kept, kept[-1].time)]
    kept = thinned(kept, kept[-1].time)
    assert len(kept) <= 24 * 15 + 365
    assert len(thinned([note(minute) for minute in range(600)], NOW)) <= 42


def test_the_file_is_for_its_owner_alone_and_outside_the_corpus(data):
    os.umask(mask := os.umask(0))
    path = log_path(KEY)
    assert path == data / "goldspan" / "progress" / f"{KEY}.jsonl"
    add_note(path, note())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert mask == os.umask(mask)


def test_a_project_without_a_key_has_a_file_named_after_its_address():
    first, second = (log_path(f"https://ner.example.org/projects/{number}") for number in (3, 4))
    assert first.name.startswith("ner-example-org-projects-3-")
    assert first != second
    assert log_path("../../etc/passwd").parent == first.parent


def test_a_last_line_that_was_cut_off_is_passed_over_and_goes_with_the_next_note():
    path = log_path(KEY)
    add_note(path, note())
    with path.open("a", encoding="utf-8") as stream:
        stream.write(note(60).line()[:40])
    log = read_log(path)
    assert len(log.notes) == 1
    assert "line 2 is cut off" in log.remarks[0]
    assert len(add_note(path, note(90)).notes) == 2
    assert read_log(path).remarks == ()


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"time": "2026-12-01T09:00:00", "annotators": []}',
        '{"time": "yesterday", "annotators": []}',
        '{"time": "2026-12-01T09:00:00+00:00"}',
        '{"time": "2026-12-01T09:00:00+00:00", "annotators": [], "by": "x"}',
        '{"time": "2026-12-01T09:00:00+00:00", "annotators": [{"member": "a", "passes": "a"}]}',
        '{"time": "2026-12-01T09:00:00+00:00", "annotators": [{"member": "a", "passes": "a", "confirmed": [-1, 0]}]}',
        '{"time": "2026-12-01T09:00:00+00:00", "annotators": [{"member": "a", "passes": "a", "confirmed": [true, 0]}]}',
        '{"time": "2026-12-01T09:00:00+00:00", "annotators": [{"member": "a", "passes": "a", "confirmed": [1]}]}',
    ],
)
def test_any_other_damage_is_refused_with_file_line_and_remedy(line):
    path = log_path(KEY)
    add_note(path, note())
    path.write_text(path.read_text() + line + "\n" + note(60).line())
    before = path.read_bytes()
    for action in (read_log, lambda path: add_note(path, note(90))):
        with pytest.raises(InputError) as caught:
            action(path)
        assert (caught.value.file, caught.value.line) == (path, 2)
        assert "--forget" in caught.value.remedy
    assert path.read_bytes() == before


def test_an_unwritable_folder_is_a_remark_and_the_note_counts_all_the_same(data, monkeypatch):
    (data / "goldspan").mkdir(parents=True)
    (data / "goldspan" / "progress").write_text("a file where the folder should be")
    log = add_note(log_path(KEY), note())
    assert [one.time for one in log.notes] == [NOW]
    assert "could not be noted" in log.remarks[0]
    (data / "goldspan" / "progress").unlink()
    monkeypatch.setattr(count_log.files, "write", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left")))
    assert "No space left" in add_note(log_path(KEY), note()).remarks[0]


def test_processes_that_note_at_once_lose_nothing():
    code = (
        "import sys; from datetime import timedelta; from helpers import made_up_round as made\n"
        "from goldspan.progress.count_log import add_note, log_path\n"
        f"for at in range(8): add_note(log_path({KEY!r}), "
        "made.note(made.NOW + timedelta(hours=2 * at + int(sys.argv[1])), a1=at))"
    )
    paths = os.pathsep.join(sys.path)
    run = [
        subprocess.Popen([sys.executable, "-c", code, str(which)], env={**os.environ, "PYTHONPATH": paths})
        for which in range(2)
    ]
    assert [one.wait() for one in run] == [0, 0]
    assert len(read_log(log_path(KEY)).notes) == 16


def test_an_annotator_is_followed_by_the_user_and_by_the_folder():
    first = CountNote(NOW - timedelta(days=2), (NotedWork("anna", "a1", WorkCount(1, 1)),))
    second = CountNote(NOW - timedelta(days=1), (NotedWork("anna", "b7", WorkCount(2, 2)),))
    third = CountNote(NOW, (NotedWork("anna.new", "b7", WorkCount(3, 3)), NotedWork("bob", "a1", WorkCount(9, 9))))
    log = count_log.CountLog((first, second, third))
    assert [one.confirmed.examples for one in log.counts("anna", "b7", NOW)] == [1, 2, 3]
    assert [one.confirmed.examples for one in log.counts("bob", "a1", NOW)] == [1, 9]


def test_times_that_have_not_come_are_told_and_not_counted():
    log = count_log.CountLog((note(-60), note(60 * 24 * 300)))
    assert len(log.counts("user-a1", "a1", NOW)) == 1
    assert log.ahead_of(NOW) == log.notes[1:]


def test_to_forget_removes_the_file():
    path = log_path(KEY)
    assert not forget(path)
    add_note(path, note())
    assert forget(path)
    assert read_log(path).notes == ()
