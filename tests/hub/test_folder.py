"""Only a folder that goldspan has written, whole, and free to travel, may go to the Hub."""

import hashlib
import json
import re
import shutil
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goldspan import InputError, rebuild
from goldspan.export.marker import MARKER
from goldspan.hub.folder import read_folder
from goldspan.release.checksums import write_checksums


def refused(folder, words):
    with pytest.raises(InputError, match=words) as caught:
        read_folder(folder)
    assert caught.value.remedy
    return str(caught.value)


def test_the_digests_are_those_of_git_and_of_sha256sum(folders):
    found = read_folder(folders / "export")
    assert [file.path for file in found.files] == sorted(file.path for file in found.files)
    for file in found.files:
        made = subprocess.run(["git", "hash-object", "--no-filters", file.source], capture_output=True, check=True)
        assert file.blob_id == made.stdout.decode().strip()
        assert file.sha256 == hashlib.sha256(file.source.read_bytes()).hexdigest()
        assert file.size == file.source.stat().st_size


def test_a_release_is_known_by_its_description(folders):
    found = read_folder(folders / "release")
    assert (found.kind, found.title, found.tag) == ("release", "News of the sea 1.0", "v1.0")
    assert {"release.json", "SHA256SUMS", "README.md"} <= {file.path for file in found.files}


def test_the_mark_of_an_export_stays_here(folders):
    found = read_folder(folders / "export")
    assert (found.kind, found.tag) == ("export", None)
    assert MARKER not in {file.path for file in found.files}


def test_an_export_with_texts_that_may_not_travel_is_refused(folders):
    message = refused(folders / "held-export", "holds the texts of 3 articles that may not travel")
    assert '"redistribution": "text"' in message
    assert "goldspan release" in message


def test_an_export_that_does_not_say_what_may_travel_is_refused(folders):
    mark = folders / "export" / MARKER
    mark.write_text(mark.read_text().splitlines()[0] + "\n")
    assert "goldspan export --output" in refused(
        folders / "export", "before goldspan wrote down which texts may travel"
    )


def test_a_release_with_a_text_that_may_not_travel_is_refused(folders):
    """Also where the checksums are right, as after a change by hand."""
    table = folders / "release" / "gold" / "validation.parquet"
    rows = pq.read_table(table)
    place = rows.schema.get_field_index("article")
    others = pa.array(["harbour"] * rows.num_rows, rows.schema.field("article").type)
    pq.write_table(rows.set_column(place, "article", others), table)
    write_checksums(folders / "release")
    refused(folders / "release", "gold/validation.parquet: is of 'harbour', whose text may not travel")


def test_a_release_with_the_surface_of_a_text_that_may_not_travel_is_refused(folders):
    table = folders / "release" / "votes" / "test.parquet"
    rows = pq.read_table(table)
    place = rows.schema.get_field_index("surface")
    pq.write_table(rows.set_column(place, "surface", pa.array(["a word"] * rows.num_rows)), table)
    write_checksums(folders / "release")
    refused(folders / "release", "votes/test.parquet: words of a text that may not travel")


def test_a_rebuilt_dataset_is_refused(folders, tmp_path):
    shutil.copytree(folders / "export", tmp_path / "rebuilt")
    (tmp_path / "rebuilt" / MARKER).rename(tmp_path / "rebuilt" / rebuild.MARKER)
    assert "Push the release" in refused(tmp_path / "rebuilt", "is a rebuilt dataset")


@pytest.mark.parametrize("name", ["README.md", "gold/validation.parquet", "release.json"])
def test_a_release_with_other_bytes_is_refused(folders, name):
    path = folders / "release" / name
    path.write_bytes(path.read_bytes() + b"\n")
    refused(folders / "release", f"{name}: has other bytes")


def test_a_release_without_one_of_its_files_is_refused(folders):
    (folders / "release" / "README.md").unlink()
    refused(folders / "release", "README.md: is missing")


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "gold/more.parquet", "standoff/.gitattributes"])
def test_a_file_that_goldspan_has_not_written_is_refused(folders, name):
    path = folders / "release" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("by hand")
    refused(folders / "release", "is not listed in SHA256SUMS")


@pytest.mark.parametrize("name", [".gitattributes", ".git/config", ".cache/huggingface/download/x.metadata"])
def test_what_git_and_the_hub_add_to_a_copy_of_a_release_is_not_sent(folders, name):
    before = read_folder(folders / "release")
    path = folders / "release" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("by a program")
    assert read_folder(folders / "release") == before


@pytest.mark.parametrize("name", ["notes.txt", "gold/more.parquet", "gold/notes.txt"])
def test_a_file_that_no_export_has_written_is_refused(folders, name):
    (folders / "export" / name).write_text("by hand")
    refused(folders / "export", "no export has written|is not listed in the card")


@pytest.mark.parametrize("cut", [0, 10, -10])
def test_a_table_that_is_damaged_is_refused(folders, cut):
    table = folders / "export" / "gold" / "train.parquet"
    table.write_bytes(table.read_bytes()[:cut])
    refused(folders / "export", "cannot be read as Parquet")


def test_a_table_with_other_rows_than_the_card_says_is_refused(folders):
    table = folders / "export" / "gold" / "train.parquet"
    pq.write_table(pq.read_table(table).slice(1), table)
    refused(folders / "export", "has 2 rows, and the card says 3")


def test_a_table_that_is_missing_is_refused(folders):
    (folders / "export" / "gold" / "train.parquet").unlink()
    refused(folders / "export", "is missing: the card lists it")


def test_an_export_of_another_format_has_no_card_and_is_refused(folders):
    (folders / "export" / "README.md").unlink()
    assert "without --format" in refused(folders / "export", "there is no README.md")


def test_a_card_without_tables_is_refused(folders):
    card = folders / "export" / "README.md"
    card.write_text(re.sub(r"(?s)^---\n.*?\n---\n", "", card.read_text()))
    refused(folders / "export", "the card lists no table")


def test_a_link_is_refused(folders):
    (folders / "export" / "gold" / "link").symlink_to(folders / "release" / "README.md")
    refused(folders / "export", "is a link, or no file")


def test_a_folder_of_something_else_is_refused(folders, tmp_path):
    (tmp_path / "other").mkdir()
    refused(tmp_path / "other", "the folder is empty")
    (tmp_path / "other" / "data.parquet").write_bytes(b"PAR1")
    refused(tmp_path / "other", "neither a release")
    refused(tmp_path / "nowhere", "there is no such folder")
    refused(folders / "release" / "README.md", "there is no such folder")


def test_a_release_of_a_newer_goldspan_is_refused(folders):
    path = folders / "release" / "release.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": 99}))
    write_checksums(folders / "release")
    assert "newer goldspan" in refused(folders / "release", "schema 99")
