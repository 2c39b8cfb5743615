"""Files and folders of any format, as a stream."""

import shutil
import tracemalloc
from pathlib import Path

import pytest

from goldspan import checks, formats
from goldspan.checks.records import MOST_EXAMPLES
from goldspan.errors import InputError
from goldspan.formats import gold, inline
from helpers.check_findings import record, scheme

MARKED = "Fog lay over [the Litani]{PLACE}, the 🌫 said, and over [Pyla]{PLACE}."


def saved(path, form="gold", *marked):
    examples = [inline.example(f"a.p{n:02}", words, n) for n, words in enumerate(marked or [MARKED], 1)]
    formats.get(form).write(path, examples)
    return path


def judged(*paths, **options):
    return list(checks.check_paths(paths, scheme(), **options))


@pytest.mark.parametrize("form", ["gold", "doccano", "conll", "docbin"])
def test_every_format_is_detected_and_has_the_same_findings(form, tmp_path):
    [finding] = judged(saved(tmp_path / f"a{formats.get(form).suffixes[0]}", form))
    assert (finding.check, finding.span, finding.example) == ("leading-article", (13, 23, "PLACE"), "a.p01")


def test_a_brat_folder_and_a_file_of_it_are_checked(tmp_path):
    folder = saved(tmp_path / "brat", "brat")
    for path in (folder, next(folder.glob("*.ann"))):
        assert [finding.check for finding in judged(path)] == ["leading-article"]


def test_a_folder_is_searched_and_other_files_are_skipped(tmp_path):
    saved(tmp_path / "deep" / "er" / "a.jsonl")
    saved(tmp_path / "b.conll", "conll")
    saved(tmp_path / "brat", "brat")
    (tmp_path / "README.md").write_text("Read me.")
    (tmp_path / ".hidden").write_text("{}")
    tally = checks.CheckTally()
    assert [f.check for f in judged(tmp_path, tally=tally)] == ["leading-article"] * 3
    assert tally.skipped == [tmp_path / "README.md"]
    assert (tally.files, tally.examples, tally.spans) == (3, 3, 6)


def test_a_named_format_chooses_the_files_of_a_folder(tmp_path):
    saved(tmp_path / "a.jsonl", "doccano")
    saved(tmp_path / "b.conll", "conll")
    tally = checks.CheckTally()
    assert [f.file.name for f in judged(tmp_path, format="conll", tally=tally)] == ["b.conll"]
    assert tally.skipped == [tmp_path / "a.jsonl"]


def test_a_file_of_no_known_format_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("Fog lay over Tibnin.")
    with pytest.raises(InputError, match="its format cannot be detected"):
        judged(tmp_path / "a.txt")
    with pytest.raises(InputError, match="cannot be read"):
        judged(tmp_path / "none.jsonl")


def test_a_project_folder_is_checked_as_a_project(toy):
    assert judged(toy.root) == list(checks.check_project(toy))


def test_without_a_scheme_labels_are_not_checked_and_the_rest_is(tmp_path):
    path = saved(tmp_path / "a.jsonl", "gold", "Fog over [the Litani]{RIVER}.")
    assert [f.check for f in checks.check_paths([path], None)] == ["leading-article"]
    assert [f.check for f in judged(path)] == ["unknown-label", "leading-article"]


def test_ids_are_unique_in_a_folder_of_gold_but_not_among_annotators(tmp_path):
    for annotator in ("ann", "bob"):
        saved(tmp_path / annotator / "a.jsonl")
        saved(tmp_path / "export" / f"{annotator}.jsonl", "doccano")
    shutil.copy(tmp_path / "bob" / "a.jsonl", tmp_path / "bob" / "b.jsonl")
    found = judged(tmp_path, selection=checks.select_checks(["duplicate-example"]))
    assert [f.file.relative_to(tmp_path) for f in found] == [Path("bob", "b.jsonl")]
    assert found[0].message == "the id is already in a.jsonl:1"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"id": "a.p01"', "not JSON"),
        (b'{"id": "a.p01", "at": 0, "text": 1, "spans": []}', "'text' is 1"),
        (b'{"id": "", "at": 0, "text": "Fog", "spans": []}', "the id is empty"),
        (b'{"id": "a", "at": -1, "text": "Fog", "spans": []}', "cannot begin at -1"),
        (b'{"id": "a", "at": 0, "text": "\\ud83c Fog", "spans": []}', "lone surrogate"),
        (b'{"id": "a", "at": 0, "text": "Fog", "spans": [[0, 3, "\\udfff", "Fog"]]}', "lone surrogate"),
        (b"", "not JSON"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_broken_line_is_reported_and_the_next_is_checked(line, message, tmp_path):
    path = saved(tmp_path / "a.jsonl")
    path.write_bytes(path.read_bytes() + line + b"\n" + path.read_bytes().replace(b"p01", b"p02"))
    findings = judged(path)
    assert [(f.check, f.line) for f in findings] == [("leading-article", 1), ("bad-line", 2), ("leading-article", 3)]
    assert message in findings[1].message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"id": "a.p01"', '"id":  "a.p01"', "differs at byte 7: '"),
        ('"at": 1, ', "", None),
        ("🌫", "\\ud83c\\udf2b", "differs at byte"),
        ("}\n", "}", "the last line does not end"),
        (
            '[[13, 23, "PLACE", "the Litani"], [46, 50, "PLACE", "Pyla"]]',
            '[[46, 50, "PLACE", "Pyla"], [13, 23, "PLACE", "the Litani"]]',
            "differs",
        ),
    ],
)
def test_bytes_that_the_writer_would_not_write_are_found(old, new, message, tmp_path):
    path = saved(tmp_path / "a.jsonl")
    path.write_bytes(path.read_text().replace(old, new).encode())
    findings = judged(path, selection=checks.select_checks(["non-canonical"]))
    assert [message in f.message for f in findings] == ([True] if message else [])


def test_of_many_different_lines_the_first_is_shown_and_the_rest_counted(tmp_path):
    path = saved(tmp_path / "a.jsonl", "gold", "Fog", "Rain", "Hail")
    path.write_bytes(path.read_bytes().replace(b', "at"', b',"at"'))
    [finding] = judged(path)
    assert finding.line == 1
    assert finding.message.endswith("; 2 more line(s) differ as well")


def test_a_file_may_hold_one_article_after_the_other(tmp_path):
    examples = [inline.example(name, "Fog", at) for name, at in (("a.p01", 0), ("a.p02", 9), ("b.p01", 0))]
    gold.write(tmp_path / "all.jsonl", examples)
    assert judged(tmp_path) == []


def test_examples_out_of_order_are_found(tmp_path):
    path = saved(tmp_path / "a.jsonl", "gold", "Fog", "Rain")
    path.write_bytes(b"\n".join(path.read_bytes().splitlines()[::-1]) + b"\n")
    assert [(f.check, f.line, f.message) for f in judged(path)] == [
        ("non-canonical", 2, "comes after a later paragraph")
    ]


def test_findings_come_before_the_last_line_is_read():
    def endless():
        number = 0
        while True:
            number += 1
            yield record("Fog over [the Litani]{PLACE}.", f"a{number}.p01")

    findings = checks.check_records(endless(), scheme())
    assert [next(findings).example for _ in range(3)] == ["a1.p01", "a2.p01", "a3.p01"]


def test_a_file_is_never_held_as_a_whole():
    marked = f"Fog lay over [Pyla]{{PLACE}} {'again ' * 20}"
    records = (record(marked, f"a.{number}") for number in range(3000))
    tracemalloc.start()
    assert list(checks.check_records(records, scheme(), lambda name: name != "duplicate-example")) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3000 * len(marked) / 2


def test_an_article_of_many_examples_is_checked_in_parts():
    def paragraphs():
        yield record("[Kidal]{PLACE} is hot.", "a.p1")
        for number in range(2, 2 * MOST_EXAMPLES):
            yield record("In Kidal it rains." if number in (3, MOST_EXAMPLES + 3) else "Rain.", f"a.p{number}")

    assert [finding.example for finding in checks.check_records(paragraphs(), scheme())] == ["a.p3"]


def test_what_gold_writes_is_canonical(tmp_path):
    gold.write(tmp_path / "a.jsonl", [inline.example("a.p01", "Fog \u2028 over [Pyla]{PLACE} \x85 🌫.")])
    assert judged(tmp_path / "a.jsonl") == []
