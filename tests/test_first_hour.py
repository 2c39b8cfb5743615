"""The first hour of a project of one's own: every command works at once, and says what comes next."""

import re

import pytest

from helpers import first_hour

NEXT = {
    "init": "goldspan add",
    "add": "goldspan suggest",
    "suggest": "goldspan doccano push",
    "suggest --against": "goldspan build",
    "split": "goldspan build",
    "build": "goldspan evaluate",
}


@pytest.mark.slow
def test_a_project_with_labels_of_its_own_goes_from_articles_to_a_dataset(goldspan, tmp_path, capsys):
    root, printed = tmp_path / "news", {}
    for prepare, command in first_hour.steps(root, tmp_path / "articles"):
        prepare()
        assert goldspan(*command) == 0, capsys.readouterr()
        name = f"{command[0]} --against" if "--against" in command else command[0]
        printed[name] = capsys.readouterr().out
        (following,) = re.findall(r"^Next: .*", printed[name], re.MULTILINE)
        assert NEXT[name] in following, name
    assert list(printed) == list(NEXT)
    assert "EVENT" in printed["suggest"]
    table = (root / "corpus" / "STATS.md").read_text(encoding="utf-8").partition("## Recognisers against gold")[2]
    rows = dict(re.findall(r"^\| (\w+): all \| \d+ \| (\d+) ", table, re.MULTILINE))
    assert list(rows) == ["patterns", "gazetteer", "gold", "regex"]
    (together,) = re.findall(r"^all +110 +\d+ +(\d+) ", printed["suggest --against"], re.MULTILINE)
    assert int(together) > max(map(int, rows.values()))
    assert {path.name for path in (root / "build" / "dataset" / "gold").glob("*.parquet")} == {
        "train.parquet",
        "validation.parquet",
        "test.parquet",
    }
    assert "KFOR" not in "".join(printed.values())


def test_the_marked_articles_have_every_label_and_no_mark_in_their_text():
    labels = {span.label for _, spans in first_hour.marked().values() for span in spans}
    assert labels == {*first_hour.LABELS.split(",")}
    assert not any(re.search(r"[\[\]{}]", text) for text, _ in first_hour.marked().values())
