"""The number of the schema of a project's files: absent means 1, and a higher number is refused with its place."""

import json

import pytest

from goldspan import InputError, project_schema, settings
from goldspan.corpus import Corpus
from goldspan.formats import decisions, gold
from goldspan.project_schema import SCHEMA

NEWER = SCHEMA + 1


def with_number(path, number):
    """Give each line of a file the number, as the last key."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    written = (json.dumps(row | {"schema": number}, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in written), "utf-8")


FILES = {
    "gold": ("corpus/gold/storm.jsonl", lambda corpus: list(corpus.gold_examples())),
    "a pass": ("corpus/passes/ann/storm.jsonl", lambda corpus: list(corpus.pass_examples("ann"))),
    "the manifest": ("corpus/manifest.jsonl", lambda corpus: corpus.entries),
}


@pytest.mark.parametrize("what", FILES)
def test_a_line_may_state_the_number_and_means_the_same(toy, what):
    name, read = FILES[what]
    before = read(toy)
    with_number(toy.root / name, SCHEMA)
    after = read(Corpus(toy.root))
    assert [getattr(one, "id", one) for one in after] == [getattr(one, "id", one) for one in before]


@pytest.mark.parametrize("what", FILES)
def test_a_line_of_a_later_schema_is_refused_with_its_place(toy, what):
    name, read = FILES[what]
    with_number(toy.root / name, NEWER)
    with pytest.raises(InputError, match=f"its schema is {NEWER}; this goldspan reads up to {SCHEMA}") as caught:
        read(Corpus(toy.root))
    assert (caught.value.file, caught.value.line) == (toy.root / name, 1)
    assert "upgrade" in caught.value.remedy


def test_a_decision_of_a_later_schema_is_refused(tmp_path):
    path = tmp_path / "storm.jsonl"
    path.write_text(json.dumps({"schema": NEWER, "of": "another shape"}) + "\n", "utf-8")
    with pytest.raises(InputError, match=f"its schema is {NEWER}") as caught:
        decisions.read(path)
    assert (caught.value.file, caught.value.line) == (path, 1)


def test_reading_and_writing_lines_with_the_number_gives_the_same_bytes(toy, tmp_path):
    path = toy.gold / "storm.jsonl"
    for number in (None, SCHEMA):
        if number is not None:
            with_number(path, number)
        examples = [record.example() for record in gold.scan(path)]
        gold.write(tmp_path / "again.jsonl", examples)
        assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()


def test_another_program_may_keep_a_text_under_the_key(toy):
    path = toy.gold / "storm.jsonl"
    with_number(path, "news")
    assert {record.example().extra["schema"] for record in gold.scan(path)} == {"news"}


@pytest.mark.parametrize("number", [0, -1])
def test_what_is_no_number_of_a_schema_is_refused(toy, number):
    with_number(toy.gold / "storm.jsonl", number)
    with pytest.raises(InputError, match="not the number of a schema"):
        list(toy.gold_examples())


def test_a_project_of_a_later_schema_is_refused_by_every_command(toy, goldspan, capsys):
    path = toy.root / settings.FILE
    path.write_text(f"# what it has\n\nschema = {NEWER}\n\n[new-section]\nx = 1\n", "utf-8")
    with pytest.raises(InputError, match=f"its schema is {NEWER}") as caught:
        settings.read(toy.root, {})
    assert (caught.value.file, caught.value.line) == (path, 3)
    for command in ("stats", "check", "agree", "config"):
        capsys.readouterr()
        assert goldspan(command, "--root", toy.root) == 1
        assert f"goldspan.toml:3: its schema is {NEWER}" in capsys.readouterr().err, command


@pytest.mark.parametrize("value", ['"1"', "1.5", "true", "0", "[1]"])
def test_settings_state_a_whole_number(toy, value):
    (toy.root / settings.FILE).write_text(f"schema = {value}\n", "utf-8")
    with pytest.raises(InputError, match="not the number of a schema"):
        settings.read(toy.root, {})


def test_a_new_project_states_the_number_and_config_shows_it(tmp_path, goldspan, capsys):
    assert goldspan("init", tmp_path / "new", "--labels", "A,B") == 0
    assert f"\nschema = {SCHEMA} " in (tmp_path / "new" / settings.FILE).read_text("utf-8")
    capsys.readouterr()
    assert goldspan("config", "schema", "--root", tmp_path / "new") == 0
    assert capsys.readouterr().out.strip() == str(SCHEMA)
    (tmp_path / "new" / settings.FILE).unlink()
    assert settings.schema_origin(tmp_path / "new").kind == "default"


def test_what_else_is_wrong_with_the_settings_is_reported_where_they_are_read(toy):
    (toy.root / settings.FILE).write_text("schema = \n", "utf-8")
    project_schema.require_known_project(toy.root)
    with pytest.raises(InputError, match="not TOML"):
        settings.read(toy.root, {})
