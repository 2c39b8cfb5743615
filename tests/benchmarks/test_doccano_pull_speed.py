"""Pull against the least that it could cost, the two exports that it needs, and against a call per example and span."""

import shutil
import sqlite3
import uuid
from contextlib import closing

import pytest

from goldspan import new_project
from goldspan.annotation import Example
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import ManifestEntry, write_manifest
from goldspan.doccano.pull import pull
from goldspan.formats import gold
from helpers import doccano_annotator, doccano_project
from helpers.timing import PARAGRAPH, seconds

PER_ARTICLE, SAMPLE = 20, 100
LIMIT, FACTOR = 1.3, 50
NAMES = (("{n}th Brigade", "UNIT"), ("Port Said", "PORT"), ("Aurora", "SHIP"))
ROUNDS = 2
NOW = "2024-01-01 00:00:00"
pytestmark = [pytest.mark.benchmark, pytest.mark.slow]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((2_000, "independent", ["ann", "bob"]), id="alone"),
        pytest.param((10_000, "independent", ["ann", "bob"]), id="alone, 10,000", marks=pytest.mark.long),
        pytest.param((10_000, "shared", ["ann"]), id="shared, 10,000", marks=pytest.mark.long),
    ],
)
def begun(request, doccano, tmp_path_factory):
    """A project of examples with three spans each, all confirmed by one for all, or by two on their own."""
    size, kind, names = request.param
    corpus = corpus_in(tmp_path_factory.mktemp("speed") / "corpus", size)
    with doccano_project.from_corpus(doccano, corpus, kind) as begun:
        begun.add(doccano_annotator.create_by_name(doccano, *names))
        annotate(begun, doccano.home / "db.sqlite3")
        yield begun


def corpus_in(folder, size):
    corpus = new_project.create(folder)
    label = '[[label]]\nname = "{0}"\ndefinition = "."\ncolour = "#112233"\nshortcut = "{1}"\npage = "x.md"\n'
    labels = "".join(label.format(name, name[0].lower()) for _, name in NAMES)
    (corpus.guidelines / "labels.toml").write_text('version = "1"\n' + labels)
    articles = [f"a{number:04}" for number in range(size // PER_ARTICLE)]
    write_manifest(corpus.folder / "manifest.jsonl", [ManifestEntry(a, f"{a}.txt", "0" * 64) for a in articles])
    for article in articles:
        lines = (Example(f"{article}.p{n:02}", PARAGRAPH.format(n=n + 10), at=n * 200) for n in range(PER_ARTICLE))
        gold.write(corpus.gold / f"{article}.jsonl", lines)
    return Corpus(folder)


def annotate(begun, store):
    """The annotators' work, put into the store: a call for each would take longer than all that is measured."""
    types = {kind.name: kind.id for kind in begun.server.span_types(begun.project.id)}
    rows = list(begun.server.examples(begun.project.id))
    who = [person.id for person in begun.people.values()]
    spans = ((row.id, *place, types[label]) for row in rows for *place, label in places(row.text))
    marked = [
        (NOW, NOW, start, end, number, label, user, uuid.uuid4().hex)
        for number, start, end, label in spans
        for user in who
    ]
    with closing(sqlite3.connect(store, timeout=60)) as database, database:
        database.executemany(
            "INSERT INTO labels_span (prob, manual, created_at, updated_at, start_offset, end_offset, example_id, "
            "label_id, user_id, uuid) VALUES (0, 1, ?, ?, ?, ?, ?, ?, ?, ?)",
            marked,
        )
        database.executemany(
            "INSERT INTO examples_examplestate (confirmed_at, confirmed_by_id, example_id) VALUES (?, ?, ?)",
            [(NOW, user, row.id) for user in who for row in rows],
        )


def places(text):
    """Where the names of a text lie: start, end, label, in UTF-16 units."""
    number = text[4:6]
    for words, label in NAMES:
        start = doccano_project.utf16_length(text[: text.index(words.format(n=number))])
        yield start, start + doccano_project.utf16_length(words.format(n=number)), label


def export_twice(begun):
    for confirmed in (True, False):
        with begun.server.export(begun.project.id, confirmed=confirmed):
            pass


def pull_all(begun):
    pull.plan_pull(begun.corpus, begun.server, begun.name).apply()


def forget(corpus):
    """Put the corpus back to where nothing was pulled, so that each pull writes all files."""
    shutil.rmtree(corpus.passes, ignore_errors=True)
    for path in corpus.gold.iterdir():
        gold.write(path, [example.with_spans(()) for example in gold_lines(path)])


def gold_lines(path):
    return [record.example() for record in gold.scan(path)]


def pulled(begun):
    """What was written, per annotator or as gold."""
    if begun.project.collaborative:
        return [list(begun.corpus.gold_examples())]
    return [list(begun.corpus.pass_examples(person.username)) for person in begun.people.values()]


def ask_one_by_one(person, project, numbers):
    """What one annotator did, with one call per example and span."""
    for number in numbers:
        person._call("GET", f"projects/{project}/examples/{number}")
        for span in person.spans(project, number):
            person._call("GET", f"projects/{project}/examples/{number}/spans/{span['id']}")


def test_a_pull_against_two_exports_and_a_call_each(begun):
    ours, bare, size = [], [], begun.server.count(begun.project.id)
    for _ in range(ROUNDS):  # in turn: what else the machine does hits both alike
        bare.append(seconds(lambda: export_twice(begun)))
        forget(begun.corpus)
        ours.append(seconds(lambda: pull_all(begun)))
    for lines in pulled(begun):
        assert len(lines) == size
        assert {line.surface(span) for line in lines for span in line.spans[1:]} == {"Port Said", "Aurora"}
    numbers = [row.id for row in begun.server.examples(begun.project.id)][:SAMPLE]
    people = begun.people.values()
    each = sum(seconds(lambda person=person: ask_one_by_one(person, begun.project.id, numbers)) for person in people)
    each *= size / SAMPLE
    kind = "shared" if begun.project.collaborative else f"{len(people)} annotators alone"
    print(
        f"\n{size:,} examples, {kind}: pull {min(ours):.1f} s, its two exports alone {min(bare):.1f} s: ratio "
        f"{min(ours) / min(bare):.2f} ({LIMIT} at most is wanted); a call per example and span {each:.0f} s: factor "
        f"{each / min(ours):.0f} ({FACTOR} at least is wanted)"
    )
