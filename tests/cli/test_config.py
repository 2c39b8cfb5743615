"""`goldspan config`: what holds in a project, where it is stated, and what wins over it."""

import json
import os
import re
from pathlib import Path

import pytest
from typer.main import get_command

from goldspan import checks, cli, files, settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in os.environ:
        if name.startswith(("GOLDSPAN_", "DOCCANO_")):
            monkeypatch.delenv(name)


@pytest.fixture
def config(toy, goldspan, capsys):
    """The command in a project: exit code, standard output, standard error."""

    def run(*arguments):
        code = goldspan("config", "--root", toy.root, *arguments)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def report(config, tmp_path):
    """The report of the command."""

    def run(*arguments):
        assert config(*arguments, "--json", tmp_path / "report.json")[0] == 0
        return json.loads((tmp_path / "report.json").read_text())

    return run


def state(corpus, text):
    files.write(corpus.root / "goldspan.toml", text)


def row(printed, key):
    """The cells of the row of a key."""
    [line] = [line for line in printed.splitlines() if line.split()[:1] == [key]]
    return re.split(r" {2,}", line.strip())


def test_without_a_file_every_value_is_the_default(config, report):
    code, out, _ = config()
    assert code == 0
    assert "no goldspan.toml" in " ".join(out.split())
    assert row(out, "examples.unit") == ["examples.unit", "paragraph", "default"]
    assert row(out, "splits.train") == ["splits.train", "0.6", "default", "split --ratios"]
    assert row(out, "release.contact") == ["release.contact", "not stated", "default"]
    assert "checks." not in out
    assert "Environment" not in out
    made = report()
    assert made["file"] is None
    assert {one["kind"] for one in made["settings"] if one["key"] != "language"} == {"default"}
    assert all(one["value"] == one["default"] for one in made["settings"])
    assert [one["place"] for one in made["recognisers"]] == ["default"]


def test_each_value_is_printed_with_what_states_it(toy, config, report, monkeypatch):
    state(toy, '[examples]\nunit = "article"\n\n[checks]\nlabel-conflict = "off"\nsplit-word = "warning"\n')
    monkeypatch.setenv("GOLDSPAN_EXAMPLES_TABLES", "whole")
    monkeypatch.setenv("GOLDSPAN_CHECKS_SPLIT_WORD", "off")
    _, out, _ = config()
    assert row(out, "examples.unit")[1:] == ["article", "goldspan.toml:2"]
    assert row(out, "examples.tables")[1:] == ["whole", "GOLDSPAN_EXAMPLES_TABLES"]
    assert row(out, "checks.label-conflict")[1:] == ["off", "goldspan.toml:5", "check --select, --ignore"]
    assert row(out, "checks.split-word")[1:] == ["off", "GOLDSPAN_CHECKS_SPLIT_WORD", "check --select, --ignore"]
    assert out.count("checks.") == 2, "the others are as they are by themselves"
    by_key = {one["key"]: one for one in report()["settings"]}
    assert [key for key in by_key if key.startswith("checks.")] == [f"checks.{name}" for name in checks.IDS]
    assert by_key["checks.label-conflict"] | {"values": ""} == {
        "key": "checks.label-conflict",
        "value": "off",
        "kind": "file",
        "place": "goldspan.toml:5",
        "default": "warning",
        "values": "",
        "variable": "GOLDSPAN_CHECKS_LABEL_CONFLICT",
        "option": "check --select, --ignore",
    }


def test_the_language_is_that_of_the_labels(toy, config):
    text = toy.scheme_file.read_text("utf-8")
    files.write(toy.scheme_file, 'language = "nl"\n' + re.sub("(?m)^language.*\n", "", text))
    assert row(config()[1], "language") == ["language", "nl", "labels.toml:1"]
    files.write(toy.scheme_file, re.sub("(?m)^language.*\n", "", text))
    assert row(config()[1], "language") == ["language", "en", "default"]
    assert config("language")[:2] == (0, "en\n")


@pytest.mark.parametrize(
    ("key", "printed"),
    [
        ("examples.unit", "sentence"),
        ("splits.train", "0.6"),
        ("release.contact", "Ann <ann@example.org>"),
        ("checks.label-conflict", "off"),
        ("checks.bad-line", "error"),
        ("checks.old-guidelines", "warning"),
        ("splits", "splits.train 0.6\nsplits.validation 0.2\nsplits.test 0.2"),
        (
            "model",
            "model.weights not stated\nmodel.backend spacy\nmodel.name news\nmodel.version 0.1.0",
        ),
    ],
)
def test_a_script_gets_one_value(toy, config, key, printed):
    state(
        toy,
        '[examples]\nunit = "sentence"\n[checks]\nlabel-conflict = "off"\n'
        '[release]\ncontact = "Ann <ann@example.org>"\n[model]\nname = "news"\n',
    )
    assert config(key) == (0, f"{printed}\n", "")


def test_a_value_that_is_not_stated_is_no_text_for_a_script(config, report):
    code, out, error = config("release.licence")
    assert (code, out) == (1, "")
    assert "release.licence is not stated" in error
    [one] = report("splits.test")["settings"]
    assert (one["key"], one["value"]) == ("splits.test", 0.2)


@pytest.mark.parametrize(
    ("key", "near"),
    [("unit", "examples.unit"), ("leading-article", "checks.leading-article"), ("split.train", "splits.train")],
)
def test_an_unknown_key_is_wrong_usage(config, key, near):
    code, out, error = config(key)
    assert (code, out) == (2, "")
    assert f"there is no setting '{key}'" in error
    assert f"Did you mean {near}" in error


def test_secrets_of_the_environment_are_only_called_set(toy, config, report, monkeypatch):
    secret = "hunter2"  # noqa: S105  (made up)
    state(
        toy,
        '[[recogniser]]\nkind = "military-news"\nkey_variable = "OUR_KEY"\n'
        f'[[recogniser]]\nkind = "military-news"\nname = "b"\nkey_variable = "{secret}"\n',
    )
    for name, value in {
        "DOCCANO_URL": f"https://ann:{secret}@ner.example.org/d?key={secret}",
        "DOCCANO_USERNAME": "ann",
        "DOCCANO_PASSWORD": secret,
        "DOCCANO_PROXY_AUTH": f"ann:{secret}",
        "DOCCANO_PASWORD": secret,
        "GOLDSPAN_TRACEBACK": secret,
    }.items():
        monkeypatch.setenv(name, value)
    assert report()["environment"] == {
        "GOLDSPAN_TRACEBACK": "set",
        "DOCCANO_PASSWORD": "set",
        "DOCCANO_PASWORD": "set, and read by no command: did you mean DOCCANO_PASSWORD?",
        "DOCCANO_PROXY_AUTH": "set",
        "DOCCANO_URL": "https://ner.example.org/d",
        "DOCCANO_USERNAME": "ann",
        "OUR_KEY": "not set",
    }
    monkeypatch.setenv("OUR_KEY", secret)
    monkeypatch.setenv("DOCCANO_URL", f"ann:{secret}@ner.example.org")
    made = report()
    assert (made["environment"]["OUR_KEY"], made["environment"]["DOCCANO_URL"]) == ("set", "set")
    assert secret not in json.dumps(made)
    assert secret not in "".join(config()[1:])


def test_the_recognisers_are_printed_in_their_order(toy, config, report):
    state(
        toy,
        '[[recogniser]]\nkind = "military-news"\nname = "b"\n\n'
        '[[recogniser]]\nkind = "military-news"\nname = "a"\nenabled = false\nlabels = { MILITARY_UNIT = "SHIP" }\n',
    )
    assert report()["recognisers"] == [
        {"name": "b", "kind": "military-news", "labels": {}, "enabled": True, "place": "goldspan.toml:1"},
        {
            "name": "a",
            "kind": "military-news",
            "labels": {"MILITARY_UNIT": "SHIP"},
            "enabled": False,
            "place": "goldspan.toml:5",
        },
    ]
    assert config("recogniser")[:2] == (0, "b\na\n")
    assert report("recogniser")["recognisers"] == report()["recognisers"]
    _, out, _ = config()
    assert row(out, "1.") == ["1.", "b", "military-news", "goldspan.toml:1"]
    assert row(out, "2.") == ["2.", "a", "military-news", "MILITARY_UNIT = SHIP", "goldspan.toml:5, not enabled"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[examples]\nunti = 3\n", "goldspan.toml:2: examples: unknown key 'unti', did you mean 'unit'?"),
        ("[checks]\nx = 'off'\n", "goldspan.toml:2: checks: there is no check 'x'"),
        ("[[recogniser]]\nkind = 'x'\n", "goldspan.toml:2: recogniser 1: there is no kind 'x'"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(toy, config, text, message):
    state(toy, text)
    code, out, error = config()
    assert (code, out) == (1, "")
    assert message in error


def test_no_report_is_written_in_the_place_of_the_file(toy, config):
    code, _, error = config("--json", str(toy.root / "goldspan.toml"))
    assert code == 1
    assert "goldspan.toml belongs to the sources of the project" in error
    assert not (toy.root / "goldspan.toml").exists()


def test_every_option_that_wins_over_a_key_exists():
    stated = {key.option for key in settings.all_keys() if key.option}
    assert {"split --ratios", "check --select, --ignore"} <= stated
    stated.add(settings.Settings.model_fields["recogniser"].json_schema_extra["option"])
    commands = get_command(cli.app).commands
    for option in stated:
        command, _, names = option.partition(" ")
        known = [name for parameter in commands[command].params for name in parameter.opts]
        assert set(names.split(", ")) <= set(known), option


def test_no_variable_is_read_that_the_settings_would_refuse():
    """A variable that begins like a setting and is none must be known, or every command would refuse it."""
    found = set()
    for path in (ROOT / "src" / "goldspan").rglob("*.py"):
        found.update(re.findall(r"\bGOLDSPAN_[A-Z_]*[A-Z]\b", path.read_text("utf-8")))
    keys = {key.variable for key in settings.all_keys()}
    assert found <= keys | settings.OTHER_VARIABLES


def test_a_project_without_recognisers_says_so(toy, config):
    state(toy, "recogniser = []\n")
    code, printed, _ = config()
    assert code == 0
    assert "Recognisers" in printed
