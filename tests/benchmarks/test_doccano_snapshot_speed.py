"""How much a snapshot costs beside the reading of its exports, for 10,000 examples."""

import contextlib
import json
import time
import zipfile

import pytest

from goldspan.annotation import Example, Span
from goldspan.doccano.client.schema import DoccanoProject, ExampleRow
from goldspan.doccano.export_archive import ExportArchive
from goldspan.doccano.snapshot import take_snapshot
from goldspan.formats import doccano
from helpers.timing import seconds

pytestmark = pytest.mark.benchmark
FLAGS = ("collaborative", "grapheme_mode", "allow_overlapping", "use_relation", "random_order", "members_create_labels")
SENTENCE = "The 72nd Mechanised Brigade held the road — near Bakhmut, in Ukraine — on Monday. "


def line(number):
    text = SENTENCE * 6 + "😀" * (number % 10 == 0)
    example = Example(f"a{number // 20}.p{number % 20}", text, (Span(4, 27, "UNIT"), Span(50, 57, "LOC")))
    return json.dumps({"id": number, **doccano.row(example), "Comments": []}, ensure_ascii=False)


@pytest.fixture
def export(tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ann.jsonl", "\n".join(map(line, range(10_000))))
    return tmp_path / "export.zip"


def test_a_snapshot_costs_little_beside_the_parsing_of_its_exports(export):
    class Server:
        @contextlib.contextmanager
        def export(self, _, *, confirmed):
            assert confirmed in {True, False}
            yield export

        def examples_at(self, _, offset, limit):
            return [ExampleRow(number, "", {}, confirmed=False, comments=0) for number in range(offset, offset + limit)]

        def plain_examples(self, _):
            return ()

    def parse():
        with ExportArchive(export) as archive:
            return sum(1 for _ in archive.rows("ann"))

    project = DoccanoProject(1, "p", "", "", **dict.fromkeys(FLAGS, False))
    found = take_snapshot(Server(), project)
    bare = min(seconds(parse, time.process_time) for _ in range(5))
    ours = min(seconds(lambda: take_snapshot(Server(), project), time.process_time) for _ in range(5))
    print(f"\nsnapshot {ours:.2f} s of CPU; its two exports parsed {2 * bare:.2f} s; ratio {ours / (2 * bare):.1f}")
    assert len(found.copies) == 10_000
    assert all(len(copy.work["ann"].spans) == 2 and copy.work["ann"].confirmed for copy in found.copies.values())
    assert ours < 14 * bare
