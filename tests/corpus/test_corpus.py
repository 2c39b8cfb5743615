import pytest

from goldspan import InputError, NotFoundError
from goldspan.corpus import Corpus


def test_the_project_is_found_from_any_folder_inside(project):
    assert Corpus.find(project.root / "corpus" / "gold") == project
    assert Corpus.find(project.root) == project


def test_outside_a_project_none_is_found(tmp_path):
    with pytest.raises(NotFoundError, match="no corpus/manifest"):
        Corpus.find(tmp_path)


def test_a_new_project_can_be_used_at_once(tmp_path):
    made = Corpus.create(tmp_path / "new")
    assert Corpus.find(tmp_path / "new" / "seeds") == made
    assert made.entries == []
    assert made.scheme.names == ("PERSON", "LOCATION")
    assert list(made.gold_examples()) == []
    assert made.annotators() == []


def test_a_new_project_overwrites_nothing(tmp_path):
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(InputError, match="not an empty folder"):
        Corpus.create(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_splits_that_are_not_there_are_empty(tmp_path):
    assert Corpus.create(tmp_path / "new").splits() == {"train": [], "validation": [], "test": []}


def test_a_split_is_a_list_of_ids(tmp_path):
    corpus = Corpus.create(tmp_path / "new")
    path = corpus.split_file("test")
    path.parent.mkdir()
    path.write_text("a\nb\n")
    assert corpus.read_split("test") == ["a", "b"]
    path.write_text("a\n b\n")
    with pytest.raises(InputError, match=r"test\.txt:2: ' b' is not an article id"):
        corpus.read_split("test")
