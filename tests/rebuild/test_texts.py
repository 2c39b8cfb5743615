"""Texts of a folder: what is read, how it is decoded, and why anything is not read."""

import codecs
import json
import sys

import pytest

from goldspan import InputError, InvalidValueError
from goldspan.rebuild.texts import ReadText, TextFolder, decode

TEXT = "Café “Görlitz”\nline"


@pytest.mark.parametrize(
    ("data", "encoding", "note"),
    [
        (TEXT.encode(), None, ""),
        (codecs.BOM_UTF8 + TEXT.encode(), None, ""),
        (TEXT.encode("utf-16"), None, "it was read in utf-16, by its byte order mark"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), None, "it was read in utf-16, by its byte order mark"),
        (TEXT.encode("utf-32"), None, "it was read in utf-32, by its byte order mark"),
        (TEXT.encode("cp1252"), None, "it is not UTF-8, and was read in cp1252"),
        (TEXT.encode("mac-roman"), "mac-roman", "it is not UTF-8, and was read in mac-roman"),
        (TEXT.encode(), "mac-roman", ""),
        (TEXT.encode("utf-16-le"), "utf-16-le", "it is not UTF-8, and was read in utf-16-le"),
    ],
)
def test_a_text_is_decoded_and_a_note_says_how(data, encoding, note, tmp_path):
    assert decode(data, tmp_path, encoding) == ReadText(TEXT, note)


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        (b"", None, "the file is empty"),
        (b" \n", None, "the file is empty"),
        (codecs.BOM_UTF16_LE + " ".encode("utf-16-le"), None, "the file is empty"),
        (TEXT.encode("utf-16-le"), None, "in an encoding that is not known"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None, "in an encoding that is not known"),
        (b"\x81\x8d caf\xe9", None, "neither UTF-8 nor cp1252: byte 0x81 at byte 0"),
        (codecs.BOM_UTF16_LE + b"\0\xd8a", None, "neither UTF-8 nor utf-16"),
        (b"caf\xe9", "ascii", "neither UTF-8 nor ascii"),
    ],
)
def test_what_is_no_text_is_refused(data, encoding, message, tmp_path):
    with pytest.raises(InputError, match=message):
        decode(data, tmp_path / "x.txt", encoding)


@pytest.mark.parametrize("name", ["no-such", "hex", "rot13", ""])
def test_an_encoding_that_is_none_is_refused(name, tmp_path):
    with pytest.raises(InvalidValueError, match="no encoding of texts"):
        TextFolder(tmp_path, encoding=name)


@pytest.fixture
def archive(tmp_path):
    """A folder with all kinds of files."""
    folder = tmp_path / "archive"
    for path, data in {
        "b.txt": b"B",
        "a/deep/c.txt": b"C",
        "a/.hidden/d.txt": b"D",
        ".e.txt": b"E",
        "README.md": b"# About",
        "LICENSE": b"No article.",
        "picture.jpg": b"\xff\xd8",
        "noted.md": b"# Head\n\nWords of a *note*.",
        "rows.jsonl": b'{"id": "r1", "text": "One row."}\n{"id": "r2", "text": ""}\n{"id": "r3"\n',
        "page.html": b"<p>Too short.</p>",
        "empty.TXT": b"",
        "own/f.txt": b"F",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def test_a_folder_is_read_with_its_subfolders_and_what_is_not_read_is_named(archive):
    with TextFolder(archive, without=[archive / "own"]) as folder:
        assert [text.file for text in folder.texts] == ["b.txt", "empty.TXT", "noted.md", "page.html", "a/deep/c.txt"]
        assert [(text.place, text.name) for text in folder.rows] == [("rows.jsonl, row 1", "r1")]
        read = {text.place: folder.read(text) for text in (*folder.texts, *folder.rows)}
        assert {place: text.text for place, text in read.items() if text} == {
            "b.txt": "B",
            "a/deep/c.txt": "C",
            "noted.md": "Head\n\nWords of a note.\n",
            "rows.jsonl, row 1": "One row.",
        }
        assert read["noted.md"].note.startswith("its text was read by markdown-it-py")
        assert {one.place: one.reason for one in folder.skipped.values()} == {
            "LICENSE": "it is about the folder, by its name",
            "README.md": "it is about the folder, by its name",
            "picture.jpg": "its kind is not read: .jpg",
            "page.html": "no main text is found in the page",
            "empty.TXT": "the file is empty",
            "rows.jsonl, row 2": "it has no text",
            "rows.jsonl, row 3": folder.skipped["rows.jsonl", 3].reason,
        }


def test_pages_and_rows_are_read_once(archive):
    with TextFolder(archive) as folder:
        texts = [*folder.texts, *folder.rows]
        before = [folder.read(text) for text in texts if not text.is_plain]
        for path in (archive / "noted.md", archive / "rows.jsonl"):
            path.write_text("Other words.")
        assert [folder.read(text) for text in texts if not text.is_plain] == before


def test_a_file_that_cannot_be_read_is_named(archive):
    (archive / "gone.txt").symlink_to(archive / "nowhere")
    with TextFolder(archive) as folder:
        assert "gone.txt" not in [text.file for text in folder.texts]
        assert folder.skipped["gone.txt", None].reason == "cannot be read: No such file or directory"
        (archive / "b.txt").unlink()
        text = next(text for text in folder.texts if text.file == "b.txt")
        assert folder.read(text) is None
        assert folder.sha256(text) is None
        assert "cannot be read" in folder.skipped["b.txt", None].reason


def test_a_table_of_something_else_is_skipped(tmp_path):
    (tmp_path / "numbers.json").write_text(json.dumps([{"n": 1}, {"n": 2}]))
    (tmp_path / "settings.json").write_text(json.dumps({"n": 1}))
    with TextFolder(tmp_path) as folder:
        assert folder.rows == ()
        assert {one.file for one in folder.skipped.values()} == {"numbers.json", "settings.json"}


def test_a_package_that_is_missing_skips_the_page_with_what_to_install(archive, monkeypatch):
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with TextFolder(archive) as folder:
        page = next(text for text in folder.texts if text.file == "page.html")
        assert folder.read(page) is None
        assert "pip install 'goldspan[html]'" in folder.skipped["page.html", None].reason
