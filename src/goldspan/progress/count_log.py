"""What was confirmed in a project at each moment at which somebody looked: a file for each project on this machine.

    ~/.local/share/goldspan/progress/k3f9a1c2e4d5.jsonl

Doccano shows the lead nobody else's times, so each status and each pull notes the counts. A line has all annotators of
the project; amounts are examples and words:

    {"time": "2026-12-01T09:00:00+00:00", "annotators": [{"member": "anna", "passes": "a1", "assigned": [300, 12000],
     "confirmed": [120, 4800]}]}

The file is named after the key of the project, which a renamed project keeps. It lies outside the corpus, for its owner
alone: a corpus is published, and how fast a person works is not part of it. It is written as a whole under a lock, so
that two processes may note at once. Of the last two weeks a note for each quarter of an hour is kept, of the time
before one for each day, and the first of all.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json
from goldspan.doccano.server.home import OWNER_ONLY, data_folder
from goldspan.errors import InputError
from goldspan.progress.pace import CountAt, WorkCount

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from goldspan.doccano.annotator_progress import AnnotatorProgress

PROJECT_KEY = re.compile(r"k[0-9a-f]{12}")
READABLE = 40  # characters of an address in the name of a file
RECENT = timedelta(days=14)  # of which more than one note a day is kept
QUARTER = 15  # minutes
AHEAD = timedelta(minutes=2)  # by which clocks of one machine may differ from one look to the next
REMEDY = (
    "Correct the line, or remove the file, or run `goldspan doccano status --project … --forget`: the counts then "
    "begin anew, and nothing else is lost."
)


@dataclass(frozen=True, slots=True)
class NotedWork:
    """How far an annotator was.

    Args:
        member: the name of the user; empty in a shared project.
        passes: the folder of their passes.
        confirmed: how much they had confirmed.
        assigned: how much they were to read; None where that was not looked up.
    """

    member: str
    passes: str
    confirmed: WorkCount
    assigned: WorkCount | None = None

    def json(self) -> dict[str, Any]:
        """As a line has it."""
        amounts = {"assigned": self.assigned, "confirmed": self.confirmed}
        return {
            "member": self.member,
            "passes": self.passes,
            **{name: [one.examples, one.words] for name, one in amounts.items() if one is not None},
        }


@dataclass(frozen=True, slots=True)
class CountNote:
    """How far all annotators of a project were at a moment.

    Args:
        time: in UTC, to the second.
        annotators: each.
    """

    time: datetime
    annotators: tuple[NotedWork, ...]

    def line(self) -> str:
        """The note as a line of the file."""
        time = self.time.astimezone(UTC).isoformat(timespec="seconds")
        return files.dumps({"time": time, "annotators": [one.json() for one in self.annotators]}) + "\n"

    def of(self, member: str, passes: str) -> NotedWork | None:
        """What is noted of an annotator: of the user, or else of the folder, as either may have been renamed."""
        by_member = (one for one in self.annotators if one.member == member)
        return next(by_member, None) or next((one for one in self.annotators if one.passes == passes), None)


@dataclass(frozen=True, slots=True)
class CountLog:
    """All that was noted of a project.

    Args:
        notes: sorted by time.
        remarks: what somebody should know of the file, as sentences.
    """

    notes: tuple[CountNote, ...] = ()
    remarks: tuple[str, ...] = ()

    def counts(self, member: str, passes: str, until: datetime) -> tuple[CountAt, ...]:
        """What an annotator had confirmed at the moments up to one."""
        found = ((note.time, note.of(member, passes)) for note in self.notes if note.time <= until)
        return tuple(CountAt(time, one.confirmed) for time, one in found if one is not None)

    def ahead_of(self, now: datetime) -> tuple[CountNote, ...]:
        """The notes of a time that has not come: the clock was wrong then, or is now."""
        return tuple(note for note in self.notes if note.time > now + AHEAD)


def log_path(key: str) -> Path:
    """The file of a project.

    Args:
        key: the project's, or its address if it has none; see `corpus_record.record_key`.
    """
    folder = data_folder() / "progress"
    if PROJECT_KEY.fullmatch(key):
        return folder / f"{key}.jsonl"
    readable = re.sub(r"[^0-9A-Za-z]+", "-", key.partition("://")[2] or key).strip("-")[:READABLE]
    return folder / f"{readable}-{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()[:12]}.jsonl"


def note_of(annotators: Iterable[AnnotatorProgress], now: datetime) -> CountNote:
    """The note on annotators of one project."""
    noted = (
        NotedWork(
            one.member,
            one.folder,
            WorkCount(one.confirmed, one.confirmed_words),
            WorkCount(one.assigned, one.assigned_words),
        )
        for one in annotators
    )
    return CountNote(now.astimezone(UTC).replace(microsecond=0), tuple(noted))


def read_log(path: Path) -> CountLog:
    """What was noted in a file; nothing if there is no such file.

    A last line that was cut off is passed over, and a remark says so.

    Raises:
        InputError: naming file and line, for any other line that is not as goldspan wrote it.
    """
    if not files.is_there(path):
        return CountLog()
    notes, remarks = [], []
    lines = files.read_bytes(path).split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        note = _parse(line)
        if note is not None:
            notes.append(note)
        elif number == len(lines):  # without the end of a line
            remarks.append(f"{path}, line {number} is cut off: it is passed over, and goes with the next note.")
        else:
            raise InputError("is not a note as goldspan wrote it", file=path, line=number, remedy=REMEDY)
    return CountLog(tuple(sorted(notes, key=lambda one: one.time)), tuple(remarks))


def add_note(path: Path, note: CountNote) -> CountLog:
    """Note how far the annotators are, and thin out what is old.

    Returns:
        All that is noted by now. If it cannot be written, a remark says so: the report does not depend on it.

    Raises:
        InputError: as `read_log`.
    """
    try:
        path.parent.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        path.parent.chmod(OWNER_ONLY)
        with files.lock(path.with_suffix(".lock")):
            log = read_log(path)
            notes = thinned([*log.notes, note], note.time)
            files.write(path, "".join(one.line() for one in notes), mode=files.PRIVATE)
    except OSError as error:
        log = read_log(path)
        remark = f"The counts could not be noted in {path}: {error.strerror or error}. Paces need them."
        return CountLog(tuple(sorted([*log.notes, note], key=lambda one: one.time)), (*log.remarks, remark))
    return CountLog(notes, log.remarks)


def thinned(notes: Sequence[CountNote], now: datetime) -> tuple[CountNote, ...]:
    """The notes that are kept, sorted: the last of each quarter of an hour, or of each older day, and the first of all.

    Args:
        notes: in any order.
        now: the present moment.
    """
    ordered = sorted(notes, key=lambda one: one.time)
    kept: dict[object, CountNote] = {}
    for one in ordered:
        time = one.time.astimezone(UTC)
        quarter = (time.hour, time.minute // QUARTER) if time > now - RECENT else None
        kept[time.date(), quarter] = one
    first = [one for one in ordered[:1] if one is not next(iter(kept.values()))]
    return (*first, *kept.values())


def forget(path: Path) -> bool:
    """Remove what was noted of a project; False if there was nothing.

    Raises:
        OSError: if it cannot be removed.
    """
    if not files.is_there(path):
        return False
    with files.lock(path.with_suffix(".lock")):
        path.unlink(missing_ok=True)
    return True


def _parse(line: bytes) -> CountNote | None:
    """The note on a line; None if it is none."""
    try:
        match strict_json.loads(line):
            case {"time": str(written), "annotators": [*rows], **rest} if not rest:
                time = datetime.fromisoformat(written)
                noted = [_parse_row(row) for row in rows]
                if time.tzinfo is not None and None not in noted:
                    return CountNote(time.astimezone(UTC), tuple(one for one in noted if one is not None))
    except (ValueError, OverflowError):
        return None
    return None


def _parse_row(row: object) -> NotedWork | None:
    match row:
        case {"member": str(member), "passes": str(passes), "confirmed": confirmed, **rest} if rest.keys() <= {
            "assigned"
        }:
            amounts = [_parse_amount(amount) for amount in (confirmed, *rest.values())]
            if None not in amounts:
                done, *assigned = amounts
                assert done is not None
                return NotedWork(member, passes, done, assigned[0] if assigned else None)
    return None


def _parse_amount(amount: object) -> WorkCount | None:
    match amount:
        case [int(examples), int(words)] if type(examples) is int and type(words) is int and min(examples, words) >= 0:
            return WorkCount(examples, words)
    return None
