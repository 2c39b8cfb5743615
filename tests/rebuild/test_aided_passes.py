"""Who saw suggestions is stated of each row of a pass: in the export, the release, its votes and what is rebuilt."""

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goldspan.agreement.annotations import annotations_of_paths
from goldspan.corpus import Corpus
from goldspan.export import export
from goldspan.formats import gold
from goldspan.rebuild import rebuild
from goldspan.release import release
from goldspan.release.checksums import write_checksums
from goldspan.release.verification import verify_release
from helpers import rebuilt_releases

AIDED = ("harbour.p02", "storm.p02")


@pytest.fixture(scope="module")
def made(tmp_path_factory, project):
    """The toy, in which ann read two examples with suggestions, its export and its release; one text may travel."""
    folder = tmp_path_factory.mktemp("aided")
    shutil.copytree(project.root / "tests" / "data" / "toy", folder / "toy")
    toy = Corpus(folder / "toy")
    for name in AIDED:
        path = toy.passes / "ann" / f"{name.partition('.')[0]}.jsonl"
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for row in rows:
            if row["id"] == name:
                row["aided"] = "kfor-ann"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        rebuilt_releases.state_release(patch)
        toy = rebuilt_releases.allow_texts(toy, "harbour")
        export(toy, folder / "dataset", is_checked=True)
        release(toy, "1.0", folder / "release", date=rebuilt_releases.DATE, is_checked=True)
    return folder


def rows(folder, config):
    return [row for path in sorted((folder / config).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def aided(folder, config):
    return sorted((row["annotator"], row["id"]) for row in rows(folder, config) if row["aided"])


def test_each_row_of_a_pass_says_whether_it_was_aided(made):
    assert aided(made / "dataset", "passes") == [("ann", name) for name in AIDED]
    assert aided(made / "release", "standoff_passes") == [("ann", name) for name in AIDED]
    assert aided(made / "release", "passes") == [("ann", "harbour.p02")]  # the text of the other may not travel


def test_votes_say_how_many_were_aided(made):
    columns = ("id", "marked", "marked_aided", "read_aided")
    votes = {tuple(row[name] for name in columns) for row in rows(made / "release", "votes")}
    assert ("harbour.p02", 2, 1, 1) in votes
    assert ("storm.p02", 1, 1, 1) in votes  # a span that ann marked alone
    assert {row[2:] for row in votes if row[0] not in AIDED} == {(0, 0)}


def test_what_is_rebuilt_has_the_bytes_of_the_export(made, tmp_path):
    result = rebuild(made / "release", made / "toy" / "seeds", tmp_path / "out")
    assert result.is_complete
    for path in (made / "dataset" / "passes").glob("*.parquet"):
        assert (tmp_path / "out" / "passes" / path.name).read_bytes() == path.read_bytes()


def test_agreement_on_an_export_keeps_the_two_apart(made):
    found = []
    for path in sorted((made / "dataset" / "passes").glob("*.parquet")):
        annotations = annotations_of_paths([path])
        assert annotations.annotators == ("ann", "bob")
        found += [item.id for item in annotations.of_condition("aided").items]
    assert sorted(found) == sorted(AIDED)


@pytest.mark.parametrize(
    ("config", "column", "words"),
    [
        ("passes", "aided", "`aided` is otherwise in standoff_passes"),
        ("votes", "marked_aided", "were aided in standoff_passes"),
        ("votes", "read_aided", "were aided in standoff_passes"),
    ],
)
def test_a_release_that_contradicts_itself_is_found(made, tmp_path, config, column, words):
    shutil.copytree(made / "release", tmp_path / "release")
    assert [*verify_release(tmp_path / "release").findings] == []
    for path in sorted((tmp_path / "release" / config).glob("*.parquet")):
        table = pq.read_table(path)
        changed = table.to_pylist()
        for row in changed:
            if row["id"] == "harbour.p02" and row[column]:
                row[column] = False if column == "aided" else row[column] - 1
                row.update({"marked_aided": 0} if column == "read_aided" else {})
        pq.write_table(pa.Table.from_pylist(changed, schema=table.schema), path)
    write_checksums(tmp_path / "release")
    assert any(words in one.message for one in verify_release(tmp_path / "release").findings)


def test_the_whole_of_an_annotator_who_began_with_drafts_is_aided(made, tmp_path):
    shutil.copytree(made / "toy", tmp_path / "toy")
    (tmp_path / "toy" / "corpus" / "annotators.toml").write_text(
        '[[annotator]]\nname = "bob"\nkind = "person"\ndrafts = "model"\n'
    )
    toy = Corpus(tmp_path / "toy")
    export(toy, tmp_path / "dataset", is_checked=True)
    found = aided(tmp_path / "dataset", "passes")
    lines = [record for path in (toy.passes / "bob").glob("*.jsonl") for record in gold.scan(path)]
    assert len([name for name, _ in found if name == "bob"]) == len(lines)
