"""A project chooses how severe the findings of a check are, and which checks it does without."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from goldspan import InputError, checks, files, settings
from goldspan.annotation import article_of
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import ManifestEntry, write_manifest
from goldspan.export import export
from helpers.check_findings import scheme

ROOT = Path(__file__).parents[2]
INVALID = Path(__file__).parents[1] / "data" / "invalid"
OF_LINES = sorted(INVALID.glob("*.jsonl"))
OPTIONAL = [check.id for check in checks.CHECKS if not check.required]
REQUIRED = [check.id for check in checks.CHECKS if check.required]
SCHEME = 'version = "1.0"\n' + "".join(
    f'[[label]]\nname = "{label.name}"\ndefinition = "One."\ncolour = "#00000{number}"\nshortcut = "{number}"\n'
    f'page = "page.md"\nquantity = {str(label.quantity).lower()}\n'
    for number, label in enumerate(scheme().labels)
)


def chosen(folder, levels):
    """The settings of a project that states these levels."""
    lines = "".join(f'{name} = "{level}"\n' for name, level in levels.items())
    files.write(folder / "goldspan.toml", f"[checks]\n{lines}")
    return settings.read(folder, {})


def project_of(name, folder):
    """The project that breaks a check; for a check of lines, one whose gold has the lines that break it."""
    if (INVALID / name).is_dir():
        return Corpus(shutil.copytree(INVALID / name, folder / name))
    corpus = Corpus(folder / name)
    lines = (INVALID / f"{name}.jsonl").read_text("utf-8").splitlines(keepends=True)
    text = ""
    for number, line in enumerate(lines):
        row = json.loads(line)
        assert article_of(row["id"]) == "a"
        lines[number] = line.replace(f'"at": {row["at"]}', f'"at": {len(text)}')
        text += row["text"] + "\n\n"
    files.write(corpus.guidelines / "labels.toml", SCHEME)
    files.write(corpus.seeds / "a.txt", text)
    files.write(corpus.gold / "a.jsonl", "".join(lines))
    files.write(corpus.split_file("train"), "a\n")
    digest = sha256((corpus.seeds / "a.txt").read_bytes()).hexdigest()
    write_manifest(corpus.folder / "manifest.jsonl", [ManifestEntry("a", "a.txt", digest)])
    return corpus


def found(corpus, *selection):
    return [
        (each.check, each.severity)
        for each in checks.check_project(Corpus(corpus.root), *selection)
        if each.check != "example-missing" or corpus.root.name == "example-missing"
    ]


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_check_is_an_error_or_a_warning_or_off_as_the_project_states(name, tmp_path):
    corpus = project_of(name, tmp_path)
    for level, findings in (("error", [(name, "error")]), ("warning", [(name, "warning")]), ("off", [])):
        chosen(corpus.root, {name: level, "example-missing": level if name == "example-missing" else "off"})
        assert found(corpus) == findings
        own = next(check.severity for check in checks.CHECKS if check.id == name)
        selected = [(name, own if level == "off" else level)]
        assert found(corpus, checks.select_checks([name])) == selected, "a check that is selected runs in any case"


@pytest.mark.parametrize("name", OPTIONAL)
def test_the_export_of_a_project_without_the_check_holds_its_gold_as_it_is(name, tmp_path):
    corpus = project_of(name, tmp_path)
    chosen(corpus.root, {name: "off", "example-missing": "off"})
    examples = list(corpus.gold_examples(article for ids in corpus.splits().values() for article in ids))
    if not examples:
        return  # nothing to export
    for form in ("parquet", "jsonl"):
        made = export(Corpus(corpus.root), tmp_path / form, form)
        assert sum(made.rows["gold"].values()) == len(examples)
        assert sum(made.spans["gold"].values()) == sum(len(example.spans) for example in examples)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("level", ["warning", "off"])
def test_a_check_without_which_an_export_would_be_false_stays_an_error(name, level, tmp_path):
    with pytest.raises(
        InputError, match=f"goldspan.toml:2: checks: the check '{name}' stays an error, since "
    ) as caught:
        checks.read_severities(chosen(tmp_path, {name: level}))
    assert caught.value.message.endswith(next(check.required for check in checks.CHECKS if check.id == name))
    assert checks.read_severities(chosen(tmp_path, {name: "error"})).off == {}


@pytest.mark.parametrize(
    ("name", "near"), [("leading-artcle", "Did you mean leading-article"), ("zzz", "The checks are bad-line, ")]
)
def test_an_unknown_check_is_refused_with_those_like_it(name, near, tmp_path):
    with pytest.raises(InputError, match=rf"goldspan.toml:2: checks: there is no check '{name}'\n  {near}"):
        checks.read_severities(chosen(tmp_path, {name: "off"}))
    variable = settings.variable_of("checks", name)
    with pytest.raises(InputError, match=rf"^{variable}: there is no check '{name}'\n  {near}"):
        checks.read_severities(settings.read(None, {variable: "off"}))


@hypothesis_settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(OPTIONAL), st.sampled_from(["error", "warning", "off"])))
def test_a_level_changes_the_findings_of_its_check_and_no_others(levels):
    def findings(severities):
        return list(checks.check_paths(OF_LINES, scheme(), severities=severities))

    environment = {settings.variable_of("checks", name): level for name, level in levels.items()}
    own = findings(checks.OWN_SEVERITIES)
    expected = [(one.check, one.message, levels.get(one.check, one.severity)) for one in own]
    now = findings(checks.read_severities(settings.read(None, environment)))
    assert [(one.check, one.message, one.severity) for one in now] == [row for row in expected if row[2] != "off"]


@pytest.mark.parametrize(
    ("level", "block", "finding"),
    [
        ("off", "```ner\nFog lay over [the Litani]{PLACE}.\n```\n", None),
        ("warning", "```ner-fails leading-article\nFog lay over [the Litani]{PLACE}.\n```\n", None),
        ("warning", "```ner\nFog lay over [the Litani]{PLACE}.\n```\n", "expects no finding, but has leading-article"),
        ("off", "```ner-fails leading-article\nFog lay over [the Litani]{PLACE}.\n```\n",
         "expects a finding of leading-article, which is off in this project (goldspan.toml:2)"),
        ("off", "```ner-fails edge-punctuation\nFog lay over [the Litani.]{PLACE}\n```\n", None),
    ],
)  # fmt: skip
def test_the_pages_show_as_right_and_wrong_what_the_project_takes_for_it(level, block, finding, tmp_path):
    corpus = project_of("guideline-block", tmp_path)
    chosen(corpus.root, {"leading-article": level})
    files.write(corpus.guidelines / "place.md", f"# Places\n\n{block}")
    messages = [one.message for one in checks.check_project(Corpus(corpus.root))]
    assert [message.startswith(finding or "") for message in messages] == ([] if finding is None else [True])


def test_the_table_shows_the_checks_as_the_project_has_them(tmp_path):
    levels = {"leading-article": "off", "split-word": "warning", "label-conflict": "error"}
    table = checks.check_table(checks.read_severities(chosen(tmp_path, levels)))
    for cell in ("| leading-article (off) |", "| *split-word* |", "| **label-conflict** |", "| **bad-line** |"):
        assert table.count(cell) == 1
    assert table.count("It stays an error, since ") == len(REQUIRED)


def test_the_commands_follow_the_project(goldspan, tmp_path, capsys, monkeypatch):
    corpus = project_of("leading-article", tmp_path)
    command = ("check", "--root", corpus.root, "--json", tmp_path / "report.json")

    def report(level, *options):
        chosen(corpus.root, {"example-missing": "off", "leading-article": level})
        code = goldspan(*command, *options)
        made = json.loads((tmp_path / "report.json").read_text())
        return code, made["errors"], made["warnings"], list(made["off"]), capsys.readouterr().err

    assert report("error")[:4] == (1, 1, 0, ["example-missing"])
    assert report("warning")[:4] == (0, 0, 1, ["example-missing"])
    assert report("warning", "--strict")[:3] == (1, 0, 1)
    *numbers, printed = report("off")
    assert numbers == [0, 0, 0, ["leading-article", "example-missing"]]
    assert "off, so not checked: leading-article (goldspan.toml:3), example-missing (goldspan.toml:2)\n" in printed
    *numbers, printed = report("off", "--select", "leading-article")
    assert numbers == [1, 1, 0, []], "an option wins over the file"
    assert "off" not in printed
    assert report("error", "--ignore", "leading-article")[:3] == (0, 0, 0)
    monkeypatch.setenv("GOLDSPAN_CHECKS_LEADING_ARTICLE", "warning")
    assert report("off")[:3] == (0, 0, 1), "the environment wins over the file"
    monkeypatch.setenv("GOLDSPAN_CHECKS_LEADING_ARTICLE", "no")
    assert goldspan(*command) == 1
    assert "GOLDSPAN_CHECKS_LEADING_ARTICLE is 'no', not " in capsys.readouterr().err


def test_an_export_stops_at_what_the_project_calls_an_error(goldspan, tmp_path, capsys):
    corpus = project_of("label-conflict", tmp_path)
    command = ("export", "--root", corpus.root, "--output", tmp_path / "out")
    chosen(corpus.root, {"example-missing": "off"})
    assert goldspan(*command) == 0
    chosen(corpus.root, {"example-missing": "off", "label-conflict": "error"})
    assert goldspan(*command, "--json", tmp_path / "report.json") == 1
    made = json.loads((tmp_path / "report.json").read_text())["check"]
    assert (made["counts"], made["off"]) == ({"label-conflict": 1}, {"example-missing": "goldspan.toml:2"})
    printed = capsys.readouterr()
    assert "error label-conflict" in printed.out
    assert "off, so not checked: example-missing (goldspan.toml:2)" in printed.err


def test_files_outside_of_a_project_follow_the_one_here_or_the_environment(goldspan, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = INVALID / "leading-article.jsonl"
    assert goldspan("check", path) == 1
    monkeypatch.setenv("GOLDSPAN_CHECKS_LEADING_ARTICLE", "off")
    assert goldspan("check", path) == 0
    assert "leading-article (GOLDSPAN_CHECKS_LEADING_ARTICLE)" in capsys.readouterr().err
    monkeypatch.delenv("GOLDSPAN_CHECKS_LEADING_ARTICLE")
    corpus = project_of("leading-article", tmp_path)
    chosen(corpus.root, {"leading-article": "off"})
    assert goldspan("check", path, "--root", corpus.root) == 0
