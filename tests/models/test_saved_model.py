"""The folder of a model: replaced as a whole, and only what goldspan wrote."""

import pytest

from goldspan import files
from goldspan.errors import InputError
from goldspan.formats import model_record
from goldspan.formats.model_record import ModelRecord
from goldspan.models import saved_model

RECORD = ModelRecord(
    version="1", backend="spacy", recipe="", weights=None, seed=0, labels=["ORG"], language="en", guidelines="1.0",
    articles={"train": ["a"]}, gold={}, files={},
)  # fmt: skip


class Written:
    """A model that is a file."""

    labels = ("ORG",)

    def __init__(self, text="model"):
        self.text = text

    def save(self, folder):
        (folder / "ner").mkdir()
        (folder / "ner" / "model").write_text(self.text)
        (folder / "meta.json").write_text('{"name": "x", "lang": "en"}')


def write(folder, text="model", **options):
    saved_model.write(folder, Written(text), RECORD, "# Card\n", meta={"name": "news"}, **options)


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_record_knows_all_other_files(tmp_path):
    write(tmp_path / "model")
    found = model_record.read(tmp_path / "model")
    assert set(found.files) | {"goldspan.json"} == set(content(tmp_path / "model"))
    assert found.seen_articles == {"a"}
    assert '"name": "news",\n  "lang": "en"' in content(tmp_path / "model")["meta.json"]


def test_a_model_is_replaced(tmp_path):
    write(tmp_path / "model", "old")
    saved_model.require_replaceable(tmp_path / "model")
    write(tmp_path / "model", "new")
    assert content(tmp_path / "model")["ner/model"] == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("name", ["notes.txt", "ner/notes.txt", ".hidden"])
def test_what_goldspan_did_not_write_is_left_alone(tmp_path, name):
    write(tmp_path / "model")
    files.write(tmp_path / "model" / name, "mine")
    with pytest.raises(InputError, match="files that goldspan did not write: "):
        saved_model.require_replaceable(tmp_path / "model")
    with pytest.raises(InputError):
        write(tmp_path / "model", "new")
    assert content(tmp_path / "model")["ner/model"] == "model"


def test_a_card_that_a_person_changed_is_left_alone(tmp_path):
    write(tmp_path / "model")
    files.write(tmp_path / "model" / "README.md", "# My card\n")
    with pytest.raises(InputError, match=r"changed since it was trained: README\.md"):
        write(tmp_path / "model", "new")


def test_a_folder_that_is_no_model_is_left_alone_and_an_empty_one_taken(tmp_path):
    files.write(tmp_path / "mine" / "meta.json", "{}")
    with pytest.raises(InputError, match=r"did not write: meta\.json"):
        write(tmp_path / "mine")
    files.write(tmp_path / "home" / "photos" / "a.png", "")
    with pytest.raises(InputError, match=r"did not write: photos\n"):
        saved_model.require_replaceable(tmp_path / "home")
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty")
    assert "goldspan.json" in content(tmp_path / "empty")


def test_a_place_where_nothing_can_be_written_is_known_before_a_training(tmp_path, monkeypatch):
    files.write(tmp_path / "build", "mine")
    with pytest.raises(InputError, match="build: is a file: no folder can be made in it"):
        saved_model.require_replaceable(tmp_path / "build" / "model")
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(InputError, match="nothing can be written there"):
        saved_model.require_replaceable(tmp_path / "new" / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["build"]


def test_a_file_that_is_gone_does_not_matter(tmp_path):
    write(tmp_path / "model")
    (tmp_path / "model" / "README.md").unlink()
    write(tmp_path / "model", "new")


@pytest.mark.parametrize("text", ["", "{", '{"version": "1"}', "[]"])
def test_a_damaged_record_is_refused(tmp_path, text):
    write(tmp_path / "model")
    files.write(tmp_path / "model" / "goldspan.json", text)
    with pytest.raises(InputError, match=r"goldspan\.json"):
        write(tmp_path / "model", "new")


def test_what_fails_at_the_last_moment_leaves_the_old_model(tmp_path):
    write(tmp_path / "model", "old")

    def fail():
        raise InputError("gold changed")

    with pytest.raises(InputError, match="gold changed"):
        write(tmp_path / "model", "new", before_replacing=fail)
    assert content(tmp_path / "model")["ner/model"] == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize(
    ("contact", "keys"),
    [
        (None, {}),
        ("Anna Jansen <anna@example.org>", {"author": "Anna Jansen", "email": "anna@example.org"}),
        ("anna@example.org", {"author": "", "email": "anna@example.org"}),
        ("the authors", {"author": "the authors"}),
    ],
)
def test_the_author_is_that_of_the_contact(contact, keys):
    assert saved_model.author_keys(contact) == keys
