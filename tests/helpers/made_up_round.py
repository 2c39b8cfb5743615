"""A round over weeks that nobody worked on: members, what they confirmed each day, and what they marked."""

import random
from datetime import UTC, datetime, timedelta

from goldspan.annotation import Example, Span
from goldspan.doccano.annotator_progress import AnnotatorProgress
from goldspan.doccano.client.schema import DoccanoProject
from goldspan.doccano.corpus_record import RoundRecord
from goldspan.doccano.rounds import Round
from goldspan.doccano.status import ArticleProgress, PendingChanges, ProjectProgress, RoundProgress
from goldspan.progress.count_log import CountLog, CountNote, NotedWork
from goldspan.progress.pace import WorkCount

NOW = datetime(2026, 12, 15, 9, 30, tzinfo=UTC)
WORDS = 40  # of an example
LABELS = ("UNIT", "PLACE", "PERSON")
SERVER = "https://doccano.example.org"
FLAGS = dict.fromkeys(
    ("collaborative", "grapheme_mode", "allow_overlapping", "use_relation", "random_order", "members_create_labels"),
    False,
)


def project(name, key="k0123456789ab"):
    return DoccanoProject(1, name, f"goldspan: independent annotation, guidelines 1.0, key {key}", "", **FLAGS)


def annotator(folder, confirmed, assigned=300, *, member=None, project="kfor"):
    return AnnotatorProgress(
        folder=folder,
        member=member or f"user-{folder}",
        project=project,
        assigned=assigned,
        confirmed=confirmed,
        assigned_words=WORDS * assigned,
        confirmed_words=WORDS * confirmed,
    )


def note(time, **confirmed):
    """What each had confirmed at a moment, by folder."""
    rows = (NotedWork(f"user-{one}", one, WorkCount(done, WORDS * done)) for one, done in confirmed.items())
    return CountNote(time, tuple(rows))


def daily_log(now=NOW, **daily):
    """Notes each morning: by folder, what was confirmed on each of the days before now."""
    days = max(map(len, daily.values()))
    notes = []
    for day in range(days + 1):
        done = {one: sum(of[:day]) for one, of in daily.items() if day >= days - len(of)}
        notes.append(note(now - timedelta(days=days - day), **done))
    return CountLog(tuple(notes[:-1]))


def articles(people, number=8, examples=20, seed=1):
    """Articles that were read one after the other by people, by member how much each confirmed."""
    drawn, made = random.Random(seed), []  # noqa: S311  (no secret)
    for at in range(number):
        done = {name: min(examples, max(0, confirmed - at * examples)) for name, confirmed in people.items()}
        read = min(sorted(done.values())[-2:]) if len(done) > 1 else 0
        disputed = tuple(f"{at:03}_kosovo.p{each:02}" for each in range(read) if drawn.random() < 0.2)
        made.append(ArticleProgress(f"{at:03}_kosovo", examples, done, disputed, dict.fromkeys(people, 0)))
    return tuple(made)


def progress(*annotators, name="kfor", pending=None, articles_of=None, **keys):
    """A round of these annotators, in one project."""
    names = tuple(one.member for one in annotators)
    found = articles_of or articles({one.member: one.confirmed for one in annotators})
    changes = {one.folder: PendingChanges(new=3) for one in annotators} if pending is None else pending
    inner = ProjectProgress(
        project=project(name), annotators=names, articles=found, pending=changes, controls=("storm.p01",)
    )
    record = RoundRecord(name=name, server=SERVER)
    return RoundProgress(
        name=name, projects=(inner,), annotators=annotators, articles=found, round=Round(record), **keys
    )


def readings(names, number=60, seed=3):
    """What these annotators confirmed: the same texts, of whose names each misses some."""
    drawn, found = random.Random(seed), {name: [] for name in names}  # noqa: S311  (no secret)
    text = "KFOR troops met Anna Berg in Pristina ."
    spans = (Span(0, 4, "UNIT"), Span(16, 25, "PERSON"), Span(29, 37, "PLACE"))
    for at in range(number):
        example = Example(f"{at // 10:03}_kosovo.p{at % 10:02}", text)
        for name in names:
            kept = [span for span in spans if drawn.random() > 0.08]
            found[name].append(example.with_spans(kept))
    return found
