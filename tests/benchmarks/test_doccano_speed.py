"""A push with its read-back against the least that it could cost: one upload with its task and one export."""

import secrets

import pytest

from goldspan.annotation import Example, Span
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push import desired_state
from goldspan.formats import doccano
from helpers import doccano_annotator
from helpers.doccano_project import LABELS, ExampleProject
from helpers.timing import PARAGRAPH, seconds

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]
SAMPLE, ROUNDS = 100, 2
LIMIT, FACTOR = 1.3, 50
NAMES = (("Brigade", "UNIT"), ("Port Said", "PLACE"), ("Aurora", "UNIT"))


def example(number, *, filled):
    text = PARAGRAPH.format(n=number)
    spans = tuple(Span(text.index(words), text.index(words) + len(words), label) for words, label in NAMES)
    return Example(f"a{number // 20:03}.p{number % 20:02}", text, spans if filled else (), at=number % 20 * 300)


def bare(room, examples):
    """What the server itself needs for it."""
    rows = desired_state.upload_rows(examples, room.project, LABELS)
    data = b"".join(doccano.line(want.row) for want in rows)

    def work():
        upload = room.server.upload(data, "bare.jsonl")
        room.server.wait_for_import(room.server.start_import(room.project.id, [upload]))
        with room.server.export(room.project.id, confirmed=False):
            pass

    return seconds(work)


def one_by_one(person, room, examples):
    """Each example and span sent with a call of its own, and read back with one, too."""
    labels, project = person.labels(room.project.id), room.project.id

    def work():
        for one in desired_state.upload_rows(examples, room.project, LABELS):
            sent = {"text": one.row["text"], "meta": one.meta}
            number = person._call("POST", f"projects/{project}/examples", json=sent)["id"]
            spans = [person.mark(project, number, start, end, labels[label]) for start, end, label in one.row["label"]]
            assert person._call("GET", f"projects/{project}/examples/{number}")["text"] == one.row["text"]
            for span in spans:
                person._call("GET", f"projects/{project}/examples/{number}/spans/{span}")

    return seconds(work)


@pytest.mark.parametrize("size", [2_000, pytest.param(10_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("filled", [False, True], ids=["texts", "texts with spans"])
def test_a_push_against_import_export_and_a_call_each(filled, size, doccano, tmp_path):
    examples = [example(number, filled=filled) for number in range(size)]
    ours, least, each = [], [], []
    person = doccano_annotator.admin(doccano)
    with Doccano(doccano.account) as server:
        for _ in range(ROUNDS):  # in turn: what else the machine does hits all alike
            rooms = [ExampleProject(server, tmp_path / secrets.token_hex(4), collaborative=filled) for _ in range(3)]
            ours.append(seconds(lambda room=rooms[0]: room.push(*examples)))
            least.append(bare(rooms[1], examples))
            each.append(one_by_one(person, rooms[2], examples[:SAMPLE]) * size / SAMPLE)
            assert [server.count(room.project.id) for room in rooms] == [size, size, SAMPLE]
            for room in rooms:
                server.delete_project(room.project.id)
    person.close()
    push, alone, calls = (min(times) for times in (ours, least, each))
    print(
        f"\n{size:,} examples, {len(examples[0].spans)} spans each: push with read-back {push:.1f} s, "
        f"upload, task and export alone {alone:.1f} s: ratio {push / alone:.2f} ({LIMIT} at most is wanted); "
        f"a call per example and span {calls:.0f} s: factor {calls / push:.0f} ({FACTOR} at least is wanted)"
    )
