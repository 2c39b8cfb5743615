"""Suggestions that a person changed are kept, and the model is remembered."""

import json

import pytest

from goldspan import InputError
from goldspan.build import build
from goldspan.corpus import outputs
from goldspan.suggest.suggestion_folder import RECORD, ModelChoice, SuggestionFolder

MODEL = "no_such_pipeline"


@pytest.fixture
def suggest(toy, goldspan, capsys):
    """The command on the small corpus: its exit code, output and errors."""

    def run(*arguments):
        code = goldspan("suggest", "--root", toy.root, *arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def change(toy, name="storm"):
    path = toy.build / "suggestions" / f"{name}.jsonl"
    path.write_text(path.read_text().replace("\n", "", 1))
    return path


def remember_model(toy):
    """Has the suggestions made with a model that is not installed."""
    record = toy.build / "suggestions" / RECORD
    lines = [json.loads(line) | {"model": MODEL} for line in record.read_text().splitlines()]
    record.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_to_suggest_again_is_no_overwriting(suggest, toy):
    assert suggest()[0] == 0
    before = {path: path.read_bytes() for path in (toy.build / "suggestions").glob("*.jsonl")}
    assert suggest()[0] == 0
    assert {path: path.read_bytes() for path in (toy.build / "suggestions").glob("*.jsonl")} == before


def test_what_a_person_changed_is_refused_by_name_and_nothing_is_written(suggest, toy):
    suggest()
    changed = change(toy)
    before = changed.read_bytes()
    (toy.build / "suggestions" / "strike.jsonl").unlink()
    code, out, error = suggest()
    assert (code, out) == (1, "")
    assert "1 file there changed since goldspan wrote the suggestions, or come from elsewhere: storm.jsonl" in error
    assert "--overwrite" in error
    assert not (toy.build / "suggestions" / "strike.jsonl").exists()
    assert suggest(toy.seeds / "harbour.txt")[0] == 0
    assert changed.read_bytes() == before
    assert suggest("--overwrite")[0] == 0
    assert changed.read_bytes() != before
    assert suggest()[0] == 0


def test_a_build_keeps_what_a_person_changed_and_says_so(suggest, toy, goldspan, capsys):
    suggest()
    changed = change(toy)
    before = changed.read_bytes()
    built = build(toy)
    assert built.kept == [changed]
    assert changed.read_bytes() == before
    goldspan("build", "--root", toy.root)
    assert "Kept, since a person changed them: storm.jsonl in suggestions." in capsys.readouterr().out


def test_a_run_that_was_killed_between_record_and_file_leaves_nothing_that_seems_changed(suggest, toy):
    suggest()
    with (toy.build / "suggestions" / RECORD).open("a") as record:
        record.write('{"file": "storm.jsonl", "sha256": "0", "model": null, "map": {}}\n{"file": "har')
    assert SuggestionFolder(toy.build / "suggestions").changed == frozenset()
    assert suggest()[0] == 0


def test_suggestions_without_a_record_count_as_changed_unless_they_are_the_same(suggest, toy):
    suggest()
    (toy.build / "suggestions" / RECORD).unlink()
    assert build(toy).kept == []
    (toy.build / "suggestions" / RECORD).unlink()
    assert "or come from elsewhere: " in suggest()[2]


def test_a_damaged_record_is_refused_with_a_remedy(suggest, toy):
    suggest()
    (toy.build / "suggestions" / RECORD).write_text("[]\n")
    assert f"{RECORD}:1: not a JSON object" in suggest()[2]


def test_the_record_does_not_grow_with_every_run(suggest, toy):
    for _ in range(3):
        suggest()
    assert len((toy.build / "suggestions" / RECORD).read_text().splitlines()) <= 6


def test_the_model_of_the_last_run_is_that_of_the_next(suggest, toy):
    suggest()
    remember_model(toy)
    code, _, error = suggest()
    assert code == 1
    assert "the suggestions that are there were made with it" in error
    assert "--no-model" in error
    code, _, error = suggest("--no-model", toy.seeds / "storm.txt")
    assert (code, f"2 files that an earlier run made with {MODEL}" in error) == (0, True)
    assert suggest("--model", "x", "--no-model")[0] == 2


def test_the_model_and_its_map_are_remembered_unless_others_are_named(tmp_path):
    folder = SuggestionFolder(tmp_path)
    assert folder.choice("m", {"GPE": "PLACE"}) == ModelChoice("m", {"GPE": "PLACE"})
    folder.write("a", "{}\n", ModelChoice("m", {"GPE": "PLACE"}))
    again = SuggestionFolder(tmp_path)
    assert again.choice() == ModelChoice("m", {"GPE": "PLACE"}, is_remembered=True)
    assert again.choice(no_model=True) == ModelChoice()
    assert again.choice("n") == ModelChoice("n")


def test_a_build_uses_the_model_of_the_last_suggestions(suggest, toy, goldspan, capsys):
    suggest()
    remember_model(toy)
    assert goldspan("build", "--root", toy.root) == 1
    assert "--no-model" in capsys.readouterr().err
    assert goldspan("build", "--root", toy.root, "--no-model") == 0
    assert "spans suggested by military-news" in capsys.readouterr().out


def test_a_build_names_suggestions_of_articles_that_are_gone(suggest, toy):
    suggest()
    path = toy.build / "suggestions" / "storm.jsonl"
    folder = SuggestionFolder(toy.build / "suggestions")
    folder.write("gone", path.read_text(), ModelChoice())
    without, note = build(toy).notes
    assert without == "Nothing is suggested of SHIP, PORT and CREW: goldspan suggest tells why."
    assert note == "Left as they are, since the manifest has no article of theirs: gone.jsonl in suggestions."


@pytest.mark.parametrize(
    "name", ["corpus/gold", "corpus/passes/ann", "seeds", "corpus", ".", "annotation_guidelines/x"]
)
def test_suggestions_never_go_into_sources(suggest, toy, name):
    before = {path: path.read_bytes() for path in toy.root.rglob("*") if path.is_file()}
    code, _, error = suggest("--output", toy.root / name)
    assert code == 1
    assert "sources of" in error or "is read" in error
    assert {path: path.read_bytes() for path in toy.root.rglob("*") if path.is_file()} == before


def test_a_folder_that_is_read_is_no_place_for_suggestions(tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="lies in a folder that is read"):
        outputs.validate_folder(tmp_path / "in" / "out", [tmp_path / "in"])
