import pytest

from goldspan import InputError
from goldspan.corpus import manifest
from goldspan.corpus.manifest import ManifestEntry

ONE = ManifestEntry("a", "a.txt", "00" * 32, title="Troops arrive — “soon”")


def test_what_is_written_is_read_back_sorted(tmp_path):
    path = tmp_path / "manifest.jsonl"
    two = ManifestEntry("b", "b.txt", "11" * 32, published="2024-01-31")
    assert manifest.write_manifest(path, [two, ONE])
    assert manifest.read_manifest(path) == [ONE, two]
    assert not manifest.write_manifest(path, [ONE, two])


def test_the_manifest_of_this_project_is_canonical(project, tmp_path):
    path = project.folder / "manifest.jsonl"
    manifest.write_manifest(tmp_path / "again.jsonl", manifest.read_manifest(path))
    assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()


def test_that_a_text_may_travel_is_stated_and_that_it_may_not_is_not(tmp_path):
    path = tmp_path / "manifest.jsonl"
    stated = [manifest.ManifestEntry(name, f"{name}.txt", "0", redistribution=how)
              for name, how in (("a", "text"), ("b", "standoff"))]  # fmt: skip
    manifest.write_manifest(path, [*stated, manifest.ManifestEntry("c", "c.txt", "0")])
    assert [line.count("redistribution") for line in path.read_text().splitlines()] == [1, 0, 0]
    assert [entry.may_travel for entry in manifest.read_manifest(path)] == [True, False, False]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "manifest.jsonl:1: not JSON"),
        ("[]", "not a JSON object"),
        ("[" * 100_000, "not JSON: nested deeper"),
        ('{"id": "a", "file": "a.txt"}', "the key 'sha256' is missing"),
        ('{"id": "a", "file": "a.txt", "sha256": "0", "license": "CC0"}', "'license', did you mean 'licence'"),
        ('{"id": "a", "file": "a.txt", "sha256": 3}', "'sha256' is 3, not a string"),
        ('{"id": "a", "file": "a.txt", "sha256": null}', "'sha256' is null, not a string"),
        ('{"id": "a", "file": "a.txt", "sha256": ""}', "'sha256' is empty"),
        ('{"id": "a", "file": "a.txt", "sha256": "0", "title": ["A"]}', r"'title' is \['A'\], not a string"),
        (
            '{"id": "a", "file": "a.txt", "sha256": "0", "redistribution": "texts"}',
            "'redistribution' is 'texts', not 'text' or 'standoff'",
        ),
        ('{"id": "a", "file": "a.txt", "sha256": "0", "redistribution": null}', "redistribution may be left out"),
        (r'{"id": "a", "file": "a\u0000.txt", "sha256": "0"}', "is a path"),
        ('{"id": "../a", "file": "a.txt", "sha256": "0"}', "'../a' is a path"),
        ('{"id": "a", "file": "/etc/passwd", "sha256": "0"}', "'/etc/passwd' is a path"),
        ('{"id": "a", "file": "a.txt", "sha256": "0"}\n{"id": "a", "file": "b.txt", "sha256": "0"}', ":2: .*twice"),
    ],
)
def test_a_broken_manifest_is_refused_by_line(tmp_path, line, words):
    path = tmp_path / "manifest.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(InputError, match=words):
        manifest.read_manifest(path)
