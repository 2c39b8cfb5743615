"""What `goldspan check` finds in a release that is not what its papers say: one seeded fault after the other."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from goldspan import cli
from goldspan.new_project import create_demo
from goldspan.release import release
from goldspan.release.checksums import write_checksums
from goldspan.release.verification import REMEDIES, verify_release


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    release(create_demo(folder / "demo"), "1.0", folder / "out", date="2031-12-01")
    return folder / "out"


@pytest.fixture
def folder(whole, tmp_path):
    """A copy to be changed at will."""
    shutil.copytree(whole, tmp_path / "out")
    return tmp_path / "out"


def found(folder, *, sums=True):
    """The findings of a folder, as check and message; its checksums are made anew so that they hide nothing."""
    if sums:
        write_checksums(folder)
    return [(one.check, one.message) for one in verify_release(folder).findings]


def change_table(folder, name, change):
    """Write a table with other rows: `change` takes them as Python objects and gives the new ones."""
    path = folder / name
    table = pq.read_table(path)
    pq.write_table(pa.Table.from_pylist(change(table.to_pylist()), schema=table.schema), path)
    content = json.loads((folder / "croissant.json").read_text("utf-8"))
    for one in content["distribution"]:
        if one.get("contentUrl") == name:
            one["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "croissant.json").write_text(json.dumps(content), "utf-8")


def change_json(folder, name, change):
    path = folder / name
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")


def first(rows, **values):
    return [{**rows[0], **values}, *rows[1:]]


def field(content, name):
    """A field of croissant.json by its id, or a part of one."""
    fields = [one for record in content["recordSet"] for one in record["field"]]
    fields += [part for one in fields for part in one.get("subField", ())]
    return next(one for one in fields if one["@id"] == name)


def test_a_whole_release_has_no_finding(whole):
    result = verify_release(whole)
    assert (result.findings, result.title, result.version) == ([], "News of Merrow, a demonstration", "1.0")
    assert result.rows == 242


def test_a_file_more_a_file_less_and_other_bytes(folder):
    (folder / "notes.txt").write_text("x")
    (folder / "CHANGELOG.md").unlink()
    (folder / "README.md").write_bytes((folder / "README.md").read_bytes() + b" ")
    checks = found(folder, sums=False)
    assert {check for check, _ in checks} == {"release-checksums"}
    assert len(checks) == 3
    (folder / "SHA256SUMS").write_text("nothing\n")
    assert "is no digest of a file" in found(folder, sums=False)[0][1]


def test_without_a_readable_description_nothing_else_is_compared(folder):
    (folder / "release.json").write_text("{}")
    assert [check for check, _ in found(folder)] == ["release-description"]


def test_rows_and_spans_are_counted(folder):
    change_table(folder, "standoff/test.parquet", lambda rows: rows[1:])
    change_table(folder, "gold/test.parquet", lambda rows: rows[1:])
    change_table(folder, "votes/train.parquet", lambda rows: rows[:-1])
    messages = [message for check, message in found(folder) if check == "release-tables"]
    assert any(re.fullmatch(r"has 3 rows; release.json states 4", message) for message in messages)
    assert any("states 47" in message for message in messages)


def test_a_table_that_is_not_there_and_one_that_is_not_stated(folder):
    (folder / "gold" / "test.parquet").rename(folder / "gold" / "more.parquet")
    messages = {message for check, message in found(folder) if check == "release-tables"}
    assert messages == {"is stated in release.json and is not there", "is not stated in release.json"}


def test_words_of_a_text_that_may_not_travel_are_found(folder):
    def allow(content):
        one = next(article for article in content["articles"] if article["id"] == "ferry")
        one["redistribution"] = "standoff"

    change_json(folder, "release.json", allow)
    texts = [message for check, message in found(folder) if check == "release-texts"]
    assert "is of 'ferry', whose text may not travel" in texts
    assert "words of a text that may not travel" in texts


def test_the_words_of_a_text_that_travels_are_there(folder):
    change_table(
        folder,
        "votes/test.parquet",
        lambda rows: first(rows, surface=None),
    )
    assert ("release-tables", "the words of a text that travels are missing") in found(folder)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("gold/test.parquet", {"text": "Other words."}, "leaves the text"),
        ("gold/test.parquet", lambda row: {"text": row["text"].upper()}, "the surface of"),
        ("gold/test.parquet", {"text": None}, "has no text"),
        ("gold/test.parquet", {"spans": None}, "a value is missing"),
        ("gold/test.parquet", {"spans": []}, "has other spans in standoff"),
        ("gold/test.parquet", lambda row: {"tokens": ["x", *row["tokens"][1:]]}, "its tokens do not fit its text"),
        (
            "gold/test.parquet",
            lambda row: {"ner_tags": [1] * len(row["tokens"])},
            "its tags are not those of its spans",
        ),
        ("gold/test.parquet", lambda row: {"ner_tags": [99] * len(row["tokens"])}, "a value is missing or"),
        ("gold/test.parquet", {"id": "ferry.p99"}, "is not in standoff"),
        ("gold/test.parquet", {"article": "bridge"}, "is of the article 'bridge' by its row"),
        ("gold/test.parquet", {"id": "atlas.p01", "article": "atlas"}, "lists no article 'atlas' in test"),
        ("passes/test.parquet", {"annotator": "nobody"}, "is not in standoff_passes"),
        ("votes/test.parquet", lambda row: {"gold": not row["gold"]}, "gold is otherwise in standoff"),
        ("votes/test.parquet", {"read": 9}, "marked it in standoff_passes; here"),
        ("votes/test.parquet", {"marked": 0}, "is no span with its votes"),
        ("standoff/test.parquet", {"title": "The whole text."}, "title is another than that in release.json"),
        ("standoff/test.parquet", {"url": None, "author": "Who"}, "author is another than that in release.json"),
        ("standoff/test.parquet", {"length": 1}, "leaves the text"),
    ],
)
def test_a_row_that_is_not_what_others_say(folder, name, change, message):
    change_table(
        folder, name, lambda rows: [{**rows[0], **(change(rows[0]) if callable(change) else change)}, *rows[1:]]
    )
    assert any(check == "release-tables" and message in text for check, text in found(folder)), found(folder)


def test_the_text_of_a_long_example_has_the_digest_that_is_stated(folder):
    change_table(
        folder,
        "standoff/train.parquet",
        lambda rows: [{**row, "sha256": "0" * 64} for row in rows],
    )
    assert any("whose digest is in standoff" in message for _, message in found(folder))


def test_columns_and_labels_are_those_of_the_release(folder):
    path = folder / "gold" / "test.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["fold"]), path)
    messages = [message for _, message in found(folder)]
    assert any(message.startswith("has other columns than those of this table") for message in messages)
    assert "the field gold/fold reads the column 'fold', which is not in gold/test.parquet" in messages

    def rename(content):
        content["labels"][0]["name"] = "PEOPLE"

    change_json(folder, "release.json", rename)
    assert any(message == "has other labels than those that release.json lists" for _, message in found(folder))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda one: one["distribution"][0].update(sha256="0" * 64),
            "a digest of gold/train.parquet that is not its own",
        ),
        (lambda one: one["distribution"][0].update(contentUrl="../x"), "lists '../x', which is not there"),
        (lambda one: one["distribution"].pop(0), "does not list gold/train.parquet"),
        (lambda one: one["recordSet"].pop(), "has no record set standoff_passes"),
        (lambda one: field(one, "gold/text")["source"]["extract"].update(column="words"), "reads the column 'words'"),
        (
            lambda one: field(one, "gold/fold").pop("source"),
            "gold has no field for the column fold of gold/test.parquet",
        ),
        (lambda one: field(one, "gold/fold").update(dataType="sc:Text"), "is of the type 'sc:Text', and int32"),
        (lambda one: field(one, "gold/tokens").update(isArray=False), "is no list, other than"),
        (lambda one: field(one, "votes/start").update(isArray=True), "is a list, other than"),
        (
            lambda one: field(one, "standoff/spans/first")["source"]["transform"].update(jsonPath="last"),
            "reads the part 'last' of 'spans'",
        ),
        (lambda one: field(one, "standoff/spans/first").update(dataType="sc:Text"), "is of the type 'sc:Text'"),
        (
            lambda one: field(one, "gold/text")["source"]["fileSet"].update({"@id": "others"}),
            "reads files that are not there",
        ),
    ],
)
def test_croissant_states_what_the_tables_have(folder, change, message):
    change_json(folder, "croissant.json", change)
    assert any(check == "release-croissant" and message in text for check, text in found(folder)), found(folder)


@pytest.mark.parametrize("name", ["croissant.json", ".zenodo.json", "CITATION.cff", "README.md"])
def test_a_paper_that_cannot_be_read_is_a_finding(folder, name):
    (folder / name).write_text("---\n{")
    assert {check for check, _ in found(folder)} <= {"release-papers", "release-croissant"}
    assert found(folder)
    (folder / name).unlink()
    assert found(folder)


def test_papers_that_differ(folder):
    cff = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    (folder / "CITATION.cff").write_text(yaml.safe_dump(cff | {"version": "2.0", "licence": "x"}), "utf-8")
    change_json(folder, ".zenodo.json", lambda content: content.update(title="Another"))
    card = (folder / "README.md").read_text("utf-8")
    (folder / "README.md").write_text(card.replace("path: votes/test.parquet", "path: votes/tests.parquet"), "utf-8")
    messages = [message for check, message in found(folder) if check == "release-papers"]
    assert "states the version '2.0', other than release.json" in messages
    assert "'licence' is no key of the format" in messages
    assert "states the title 'Another', other than release.json" in messages
    assert "'votes/test.parquet' is not in its header" in messages
    assert "'votes/tests.parquet' is in its header and not in release.json" in messages


def test_the_command_prints_findings_and_fails(folder, tmp_path):
    runner = CliRunner()
    assert runner.invoke(cli.app, ["check", str(folder)]).exit_code == 0
    (folder / "CHANGELOG.md").unlink()
    done = runner.invoke(cli.app, ["check", str(folder), "--json", str(tmp_path / "report.json")])
    assert done.exit_code == 1
    assert "error release-checksums is missing" in done.stdout
    assert REMEDIES["release-checksums"] in done.stderr
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert [one["check"] for one in report["findings"]] == ["release-checksums"]
    assert runner.invoke(cli.app, ["check", str(folder), "--select", "span-overlap"]).exit_code == 2


def places(value, path=()):
    """The paths to all values within a value of JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from places(one, (*path, key))


@pytest.mark.slow
@given(st.data())
@settings(max_examples=40)
def test_whatever_stands_in_a_paper_is_a_finding_and_no_fault_of_the_program(whole, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    shutil.copytree(whole, folder, dirs_exist_ok=True)
    name = data.draw(st.sampled_from(["croissant.json", ".zenodo.json", "CITATION.cff", "README.md"]))
    text = (folder / name).read_text("utf-8")
    header = text.split("---\n")[1] if name == "README.md" else text
    content = json.loads(text) if name.endswith(".json") else yaml.safe_load(header)
    path = data.draw(st.sampled_from(list(places(content))))
    owner = content
    for key in path[:-1]:
        owner = owner[key]
    owner[path[-1]] = data.draw(st.sampled_from([None, True, 7, "x", [], {}, [7], ["x"], {"x": 7}, [{}], [[]]]))
    changed = json.dumps(content) if name.endswith(".json") else yaml.safe_dump(content, sort_keys=False)
    (folder / name).write_text(f"---\n{changed}---\n" if name == "README.md" else changed, "utf-8")
    assert {check for check, _ in found(folder)} <= {"release-papers", "release-croissant"}


def test_the_page_on_releases_names_every_finding():
    page = (Path(__file__).parents[2] / "docs" / "release.md").read_text("utf-8")
    section = page.split("## What is verified\n")[1].split("\n## ")[0]
    assert sorted(re.findall(r"^\| `(release-\w+)` \|", section, re.MULTILINE)) == sorted(REMEDIES)
