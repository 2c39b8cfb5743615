"""A release loads: `datasets` without a network, mlcroissant row by row, and the published schema of CITATION.cff."""

import json
import shutil

import pytest
from datasets import ClassLabel, load_dataset

from goldspan import licences
from goldspan.corpus import Corpus
from goldspan.new_project import create_demo
from goldspan.release import release
from goldspan.release.citation import citation_cff
from goldspan.release.columns import KEYS
from goldspan.release.description import read_description
from goldspan.release.verification import verify_release
from helpers.dataset_metadata import AWKWARD
from helpers.release_consumers import citation_schema, load_records, validate_citation, validate_croissant

DATE = "2031-12-01"
STATED = '[release]\nlicence = "CC-BY-4.0"\nauthors = [{ family = "Jansen", given = "Ann" }]\n'


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory):
    """A release whose texts travel but for one."""
    home = tmp_path_factory.mktemp("demo")
    release(create_demo(home / "project"), "1.0", home / "out", date=DATE)
    return home / "out"


@pytest.fixture(scope="module")
def toy_folder(tmp_path_factory, project):
    """A release whose texts all stay away."""
    home = tmp_path_factory.mktemp("toy")
    shutil.copytree(project.root / "tests" / "data" / "toy", home / "project")
    (home / "project" / "goldspan.toml").write_text(STATED, "utf-8")
    release(Corpus(home / "project"), "1.0", home / "out", date=DATE)
    return home / "out"


@pytest.fixture(scope="module", params=["demo_folder", "toy_folder"])
def folder(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def tables(folder, tmp_path_factory):
    """The rows of each configuration and split, as `datasets` reads them, with labels as numbers."""
    cache = tmp_path_factory.mktemp("cache")
    loaded = {}
    for config in read_description(folder).configs:
        for split, table in load_dataset(str(folder), config, cache_dir=str(cache)).items():
            loaded[config, split] = table
    return loaded


def test_datasets_loads_every_configuration_and_split_with_the_names_of_the_labels(folder, tables):
    described = read_description(folder)
    sizes = {
        (config, split): size.rows for config, splits in described.configs.items() for split, size in splits.items()
    }
    assert {key: table.num_rows for key, table in tables.items()} == sizes
    for (config, _), table in tables.items():
        label = table.features["label"] if config == "votes" else table.features["spans"].feature["label"]
        assert isinstance(label, ClassLabel)
        assert label.names == [label.name for label in described.labels]


def test_the_first_configuration_loads_without_a_name(folder, tables, tmp_path):
    loaded = load_dataset(str(folder), cache_dir=str(tmp_path))
    first = "gold" if ("gold", "train") in tables else "standoff"
    assert {split: table.column_names for split, table in loaded.items()} == {
        split: table.column_names for (config, split), table in tables.items() if config == first
    }


@pytest.mark.slow
def test_mlcroissant_loads_the_same_rows(folder, tables):
    described = read_description(folder)
    issues, rows = load_records(folder / "croissant.json")
    assert "error" not in issues.lower()
    assert [row["name"] for row in rows.pop("labels")] == [label.name for label in described.labels]
    assert {row["name"] for row in rows.pop("splits")} == {split for _, split in tables}
    assert rows.keys() == described.configs.keys()
    for config, found in rows.items():
        expected = [
            {**row, "split": split} for (name, split), table in tables.items() if name == config for row in table
        ]
        key = [*KEYS[config], "split"]
        assert sorted(found, key=lambda row: [row[name] for name in key]) == sorted(
            expected, key=lambda row: [row[name] for name in key]
        )


@pytest.mark.slow
def test_mlcroissant_loads_values_of_quantities_where_a_bound_is_missing(project, tmp_path):
    for name in ("corpus", "seeds", "annotation_guidelines"):
        shutil.copytree(project.root / name, tmp_path / "project" / name)
    (tmp_path / "project" / "goldspan.toml").write_text(STATED, "utf-8")
    manifest = tmp_path / "project" / "corpus" / "manifest.jsonl"
    free = manifest.read_text("utf-8").replace("}\n", ', "redistribution": "text"}\n')  # in this copy alone
    manifest.write_text(free, "utf-8")
    release(Corpus(tmp_path / "project"), "1.0", tmp_path / "out", date=DATE, is_checked=True)
    _, rows = load_records(tmp_path / "out" / "croissant.json", sets=["gold"])
    loaded = load_dataset(str(tmp_path / "out"), "gold", cache_dir=str(tmp_path / "cache"))
    expected = {row["id"]: row["troop_counts"] for table in loaded.values() for row in table}
    assert {row["id"]: row["troop_counts"] for row in rows["gold"]} == expected
    assert any(one["maximum"] is None for counts in expected.values() for one in counts)


@pytest.mark.slow
def test_mlcroissant_loads_one_split_alone(folder, tables):
    _, rows = load_records(folder / "croissant.json", sets=["votes"], only=("votes/split", "train"))
    assert len(rows["votes"]) == tables["votes", "train"].num_rows


@pytest.mark.slow
def test_mlcroissant_and_the_schema_of_the_citation_file_format_find_nothing(folder):
    passed, printed = validate_croissant(folder / "croissant.json")
    assert passed, printed
    assert "error" not in printed.lower()
    passed, printed = validate_citation(folder / "CITATION.cff")
    assert passed, printed


@pytest.mark.slow
def test_every_licence_that_is_named_in_a_citation_is_one_of_the_published_schema():
    known = set(citation_schema()["definitions"]["license-enum"]["enum"])
    named = {word for name in licences.HUB for word in licences.cff_identifiers(licences.spdx_identifier(name) or "")}
    assert named <= known
    assert {"CC-BY-4.0", "CC0-1.0", "MIT", "ODbL-1.0"} <= named | {*licences.cff_identifiers("ODbL-1.0")}
    assert not licences.NOT_IN_CFF & known


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["hash", "column", "type", "missing file"])
def test_what_mlcroissant_validate_passes_is_found(demo_folder, tmp_path, fault):
    shutil.copytree(demo_folder, tmp_path / "out")
    path = tmp_path / "out" / "croissant.json"
    content = json.loads(path.read_text("utf-8"))
    field = next(
        one for record in content["recordSet"] if record["@id"] == "votes" for one in record["field"]
        if one["name"] == "start"
    )  # fmt: skip
    if fault == "hash":
        content["distribution"][0]["sha256"] = "0" * 64
    elif fault == "column":
        field["source"]["extract"]["column"] = "begin"
    elif fault == "type":
        field["dataType"] = "sc:Boolean"
    else:
        (tmp_path / "out" / "votes" / "test.parquet").unlink()
    path.write_text(json.dumps(content), "utf-8")
    passed, printed = validate_croissant(path)
    assert passed, printed
    found = [one.message for one in verify_release(tmp_path / "out").findings if one.check == "release-croissant"]
    expected = {"hash": "a digest of", "column": "reads the column 'begin'", "type": "is of the type", "missing file":
                "which is not there"}  # fmt: skip
    assert any(expected[fault] in message for message in found), found


@pytest.mark.slow
def test_awkward_metadata_are_valid_by_the_published_schema(tmp_path):
    (tmp_path / "CITATION.cff").write_text(citation_cff(AWKWARD), "utf-8")
    passed, printed = validate_citation(tmp_path / "CITATION.cff")
    assert passed, printed
