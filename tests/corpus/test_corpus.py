import re
import subprocess
from pathlib import Path

import pytest

from goldspan import InputError, NotFoundError, checks, cli, files, new_project
from goldspan.corpus import Corpus
from goldspan.doccano import guideline_page


def test_the_project_is_found_from_any_folder_inside(project):
    assert Corpus.find(project.root / "corpus" / "gold") == project
    assert Corpus.find(project.root) == project


def test_outside_a_project_none_is_found(tmp_path):
    with pytest.raises(NotFoundError, match="no corpus/manifest"):
        Corpus.find(tmp_path)


def test_a_new_project_can_be_used_at_once(tmp_path):
    made = new_project.create(tmp_path / "new")
    assert Corpus.find(tmp_path / "new" / "seeds") == made
    assert made.entries == []
    assert made.scheme.names == ("PERSON", "ORGANIZATION", "LOCATION")
    assert list(made.gold_examples()) == []
    assert made.annotators() == []


def test_a_new_project_has_guidelines_for_annotators(tmp_path):
    made = new_project.create(tmp_path / "new")
    assert [path.name for path in guideline_page.page_files(made)][:2] == ["README.md", "boundaries.md"]
    page = guideline_page.render_page(made)
    for words in ("# Working in Doccano", "## For annotators", "`G-1: does this belong", "**Confirm every example**"):
        assert words in page
    assert "For the lead" not in page


def test_a_new_project_overwrites_nothing(tmp_path):
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(InputError, match="not an empty folder"):
        new_project.create(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_splits_that_are_not_there_are_empty(tmp_path):
    assert new_project.create(tmp_path / "new").splits() == {"train": [], "validation": [], "test": []}


def test_a_split_is_a_list_of_ids(tmp_path):
    corpus = new_project.create(tmp_path / "new")
    path = corpus.split_file("test")
    path.parent.mkdir()
    path.write_text("a\nb\n")
    assert corpus.split_ids("test") == ["a", "b"]
    path.write_text("a\n b\n")
    with pytest.raises(InputError, match=r"test\.txt:2: ' b' is not an article id"):
        corpus.read_split("test")


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ("harbour\n", "strike\nharbour\n", r"test\.txt:2: harbour is in train already"),
        ("harbour\nharbour\n", "", r"train\.txt:2: harbour is in train already"),
        ("harbour\n", "nowhere\n", r"test\.txt:1: the manifest has no article 'nowhere'"),
        ("../gold/harbour\n", "", r"train\.txt:1: the manifest has no article '\.\./gold/harbour'"),
        ("harbour.p01\n", "", r"train\.txt:1: the manifest has no article 'harbour\.p01'"),
    ],
)
def test_a_list_edited_by_hand_is_used_only_if_each_article_is_known_and_there_once(toy, train, test, message):
    toy.split_file("train").write_text(train)
    toy.split_file("test").write_text(test)
    for read in (toy.splits, lambda: toy.read_split("validation"), lambda: toy.read_split("test")):
        with pytest.raises(InputError, match=message):
            read()
    found = [f"{each.file.name}:{each.line}: {each.message}" for each in checks.check_project(toy) if each.file]
    assert any(re.search(message, line) for line in found), "the check says the same"


@pytest.mark.parametrize(
    "command",
    [("stats",), ("split",), ("evaluate", "{gold}", "{gold}", "--split", "test"), ("export", "--output", "{out}")],
    ids=lambda command: command[0],
)
def test_commands_that_read_the_splits_refuse_an_article_in_two(toy, tmp_path, capsys, command):
    toy.split_file("test").write_text("harbour\nstrike\n")
    places = {"gold": toy.gold, "out": tmp_path / "out"}
    with pytest.raises(SystemExit) as ended:
        cli.main([word.format(**places) for word in command] + ["--root", str(toy.root)])
    printed = "".join(capsys.readouterr())
    assert ended.value.code == 1
    assert "test.txt:1: " in printed
    assert "harbour is in train already" in printed
    assert not (tmp_path / "out").exists()


def test_git_ignores_what_is_derived_and_what_an_interrupted_run_leaves(tmp_path):
    made = new_project.create(tmp_path / "new")
    with files.new_folder(made.build / "dataset") as part:
        names = [part, part.with_suffix(files.OLD), made.seeds / part.name, made.folder / ".manifest.jsonl.lock"]
        for root in (made.root, Path(__file__).parents[2]):
            ours = [root / name.relative_to(made.root) for name in names]
            subprocess.run(["git", "init", "-q", made.root], check=True)
            done = subprocess.run(
                ["git", "-C", root, "check-ignore", *ours], capture_output=True, text=True, check=False
            )
            assert done.stdout.splitlines() == [str(name) for name in ours]
