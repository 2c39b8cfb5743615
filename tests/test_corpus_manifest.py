import pytest

from goldspan import InputError, corpus
from goldspan.corpus import ManifestEntry

ONE = ManifestEntry("a", "a.txt", "00" * 32, title="Troops arrive — “soon”")


def test_what_is_written_is_read_back_sorted(tmp_path):
    path = tmp_path / "manifest.jsonl"
    two = ManifestEntry("b", "b.txt", "11" * 32, published="2024-01-31")
    assert corpus.write_manifest(path, [two, ONE])
    assert corpus.read_manifest(path) == [ONE, two]
    assert not corpus.write_manifest(path, [ONE, two])


def test_the_manifest_of_this_project_is_canonical(project, tmp_path):
    path = project.folder / "manifest.jsonl"
    corpus.write_manifest(tmp_path / "again.jsonl", corpus.read_manifest(path))
    assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "manifest.jsonl:1: not a line of JSON"),
        ("[]", "not the entry of an article"),
        ('{"id": "a", "file": "a.txt"}', "not the entry"),
        ('{"id": "a", "file": "a.txt", "sha256": "0", "colour": "red"}', "not the entry"),
        ('{"id": "a", "file": "a.txt", "sha256": 3}', "not the entry"),
        ('{"id": "../a", "file": "a.txt", "sha256": "0"}', "'../a' is a path"),
        ('{"id": "a", "file": "/etc/passwd", "sha256": "0"}', "'/etc/passwd' is a path"),
        ('{"id": "a", "file": "a.txt", "sha256": "0"}\n{"id": "a", "file": "b.txt", "sha256": "0"}', ":2: .*twice"),
    ],
)
def test_a_broken_manifest_is_refused_by_line(tmp_path, line, words):
    path = tmp_path / "manifest.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(InputError, match=words):
        corpus.read_manifest(path)
