"""How far each annotator of a round is, at which pace, and when they will be done: from the counts noted so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from goldspan.doccano.annotator_progress import GOLD
from goldspan.doccano.assignments import annotators_of
from goldspan.doccano.corpus_record import read_record, record_key
from goldspan.doccano.members import find_members
from goldspan.doccano.project import project_kind
from goldspan.doccano.pull.pass_owners import annotator_names
from goldspan.doccano.snapshot import ALL
from goldspan.errors import GoldspanError, InputError
from goldspan.progress.count_log import CountLog, CountNote, NotedWork, add_note, log_path, note_of
from goldspan.progress.pace import (
    DAY,
    WEEK,
    CountAt,
    ExpectedEnd,
    Gain,
    WorkCount,
    expected_end,
    gain,
    latest_end,
)
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, tzinfo
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.annotator_progress import AnnotatorProgress
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.pull.round import RoundPullPlan
    from goldspan.doccano.status import RoundProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorPace:
    """The pace of one annotator, or of all together.

    Args:
        name: the folder of their passes; empty for all together.
        assigned: how much they are to read; of all together, each reading counts.
        confirmed: how much of it they confirmed.
        day: what they confirmed in the last day; None where nothing is known of the time before.
        week: the same of the last week.
        end: when they will be done.
        counts: what they had confirmed at each moment that is known, the present one included.
    """

    name: str
    assigned: WorkCount
    confirmed: WorkCount
    day: Gain | None
    week: Gain | None
    end: ExpectedEnd
    counts: tuple[CountAt, ...] = ()

    @property
    def open(self) -> WorkCount:
        """What waits for them."""
        return self.assigned - self.confirmed

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "assigned": self.assigned.json(),
            "confirmed": self.confirmed.json(),
            "open": self.open.json(),
            "last_day": None if self.day is None else self.day.json(),
            "last_week": None if self.week is None else self.week.json(),
            "expected_end": self.end.json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPace:
    """The pace of a round.

    Args:
        now: the moment of the counts.
        zone: of the reader; None for that of this machine.
        annotators: each, in the order of the round.
        remarks: what somebody should know of the counts, as sentences.
    """

    now: datetime
    zone: tzinfo | None
    annotators: tuple[AnnotatorPace, ...]
    remarks: tuple[str, ...] = ()

    @property
    def together(self) -> AnnotatorPace:
        """All annotators together; done when the last of them is."""
        nothing = WorkCount(0, 0)
        return AnnotatorPace(
            name="",
            assigned=sum((one.assigned for one in self.annotators), nothing),
            confirmed=sum((one.confirmed for one in self.annotators), nothing),
            day=_joined([one.day for one in self.annotators]),
            week=_joined([one.week for one in self.annotators]),
            end=latest_end([one.end for one in self.annotators]),
        )

    def json(self) -> dict[str, Any]:
        """For `--json`: by the folder of passes, then of all together."""
        return {
            "at": self.now.isoformat(timespec="seconds"),
            "annotators": {one.name: one.json() for one in self.annotators},
            "together": self.together.json(),
            "remarks": list(self.remarks),
        }


def note_progress(progress: RoundProgress, server: str, now: datetime) -> dict[str, CountLog]:
    """Note how far the annotators are in each project; by the name of the project, all that is noted by now.

    Raises:
        InputError: for notes that cannot be read.
    """
    return {
        one.project.name: add_note(
            log_path(record_key(one.project, server)), note_of(_in_project(progress, one.project.name), now)
        )
        for one in progress.projects
    }


def note_pull(plan: RoundPullPlan, server: str, now: datetime) -> tuple[str, ...]:
    """Note what the annotators had confirmed when a pull looked.

    Returns:
        Why that was not possible, as sentences: the pull does not depend on it.
    """
    remarks: list[str] = []
    for one in plan.plans:
        noted = tuple(
            NotedWork(member, one.owners.folders.get(member, member) or GOLD, WorkCount(*amount))
            for member, amount in one.confirmed.items()
        )
        if noted:
            path = log_path(record_key(one.project, server))
            try:
                remarks += add_note(path, CountNote(now.astimezone(UTC).replace(microsecond=0), noted)).remarks
            except InputError as error:
                remarks.append(f"What is confirmed was not noted for paces: {error}")
    return tuple(dict.fromkeys(remarks))


def note_beginning(
    corpus: Corpus, server: Doccano, name: str, now: datetime, *, members: Path | None = None
) -> tuple[str, ...]:
    """Note that nothing is confirmed yet in a project that a push has just created: its paces begin there.

    Args:
        corpus: the corpus.
        server: where the project is.
        name: of the project.
        now: the present moment.
        members: the file of the members, for their pseudonyms; None for the project's own, if it has one.

    Returns:
        Why that was not possible, as sentences: the push does not depend on it.
    """
    try:
        project = server.project(name)
        if project is None:
            return ()
        folders = annotator_names(corpus, find_members(corpus, members) or ())
        is_common = project_kind(project) in {"shared", "disputes"}
        users = [ALL] if is_common else [one.username for one in annotators_of(server.members(project.id))]
        noted = tuple(NotedWork(one, folders.get(one, one) or GOLD, WorkCount(0, 0)) for one in users)
        time = now.astimezone(UTC).replace(microsecond=0)
        return add_note(log_path(record_key(project, server.url)), CountNote(time, noted)).remarks
    except GoldspanError as error:
        return (f"The beginning of the work was not noted for paces: {error}",)


def logs_of(corpus: Corpus, name: str) -> tuple[Path, ...]:
    """Where the counts of a round or a project are noted, of all servers on which the corpus remembers it."""
    record = read_record(corpus)
    keys = (each.key for each in record.projects if name in {each.name, each.round} and each.key)
    return tuple(dict.fromkeys(log_path(key) for key in keys))


def round_pace(
    progress: RoundProgress, logs: dict[str, CountLog], now: datetime, *, zone: tzinfo | None = None
) -> RoundPace:
    """The pace of each annotator of a round.

    Args:
        progress: how far they are now.
        logs: what was noted, by project.
        now: the present moment, with a time zone.
        zone: of the reader, whose dates are meant; None for that of this machine.
    """
    now = now.replace(microsecond=0)  # as in the notes, of which the last is of now
    annotators = (_annotator_pace(one, logs.get(one.project, CountLog()), now, zone) for one in progress.annotators)
    return RoundPace(now=now, zone=zone, annotators=tuple(annotators), remarks=tuple(_remarks(logs, now)))


def _annotator_pace(one: AnnotatorProgress, log: CountLog, now: datetime, zone: tzinfo | None) -> AnnotatorPace:
    confirmed = WorkCount(one.confirmed, one.confirmed_words)
    assigned = WorkCount(one.assigned, one.assigned_words)
    noted = [count for count in log.counts(one.member, one.folder, now) if count.time < now]
    counts = (*noted, CountAt(now, confirmed))
    return AnnotatorPace(
        name=one.folder,
        assigned=assigned,
        confirmed=confirmed,
        day=gain(counts, now, DAY),
        week=gain(counts, now, WEEK),
        end=expected_end(counts, assigned - confirmed, now, zone=zone),
        counts=counts,
    )


def _in_project(progress: RoundProgress, project: str) -> Iterator[AnnotatorProgress]:
    return (one for one in progress.annotators if one.project == project)


def _joined(gains: Sequence[Gain | None]) -> Gain | None:
    """What all confirmed together: over the longest stretch, in which whoever came later did nothing before."""
    known = [one for one in gains if one is not None]
    if not known:
        return None
    work = sum((one.work for one in known), WorkCount(0, 0))
    return Gain(work, max(one.length for one in known), is_whole=any(one.is_whole for one in known))


def _remarks(logs: dict[str, CountLog], now: datetime) -> Iterable[str]:
    for project, log in logs.items():
        yield from log.remarks
        ahead = log.ahead_of(now)
        if ahead:
            yield (
                f"{project}: the time of {amount(len(ahead), 'count')} has not come yet, the last is "
                f"{ahead[-1].time:%Y-%m-%d %H:%M} UTC. A clock was wrong; no pace has them."
            )
