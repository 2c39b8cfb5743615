"""Every check has an id, a file that breaks it, and a line in the table."""

import json
import shutil
from pathlib import Path

import pytest

from goldspan import checks
from goldspan.checks.records import ALLOWABLE, PASS_CHECKS
from goldspan.corpus import Corpus
from goldspan.errors import InvalidValueError
from helpers.check_findings import scheme

ROOT = Path(__file__).parents[2]
INVALID = Path(__file__).parents[1] / "data" / "invalid"
# What repairs each broken file or project: in which file what becomes what; None stands for the whole file, and the
# file that it becomes None.
REPAIRS = {
    "bad-line": ('"spans": \n', '"spans": []}\n'),
    "duplicate-example": ('"a.p01", "at": 21', '"a.p02", "at": 21'),
    "non-canonical": (
        None,
        '{"id": "a.p01", "at": 0, "text": "Fog lay over Tibnin.", "spans": [[13, 19, "PLACE", "Tibnin"]]}\n',
    ),
    "span-empty": ('13, 13, "PLACE", ""', '13, 19, "PLACE", "Tibnin"'),
    "span-outside-text": ('13, 25, "PLACE", "Tibnin."', '13, 19, "PLACE", "Tibnin"'),
    "surface-mismatch": ("16, 22", "15, 21"),
    "unknown-label": ("TOWN", "PLACE"),
    "span-duplicate": (', [13, 19, "PLACE", "Tibnin"]]', "]"),
    "span-overlap": (', [20, 27, "UNIT", "UNFICYP"]', ""),
    "edge-whitespace": ('12, 19, "PLACE", " Tibnin"', '13, 19, "PLACE", "Tibnin"'),
    "edge-punctuation": ('13, 20, "PLACE", "Tibnin."', '13, 19, "PLACE", "Tibnin"'),
    "leading-article": ('13, 23, "PLACE", "the Litani"', '17, 23, "PLACE", "Litani"'),
    "leading-possessive": ('12, 27, "UNIT", "her 3rd Brigade"', '16, 27, "UNIT", "3rd Brigade"'),
    "trailing-possessive": ('8, 16, "PLACE", "Tibnin’s"', '8, 14, "PLACE", "Tibnin"'),
    "split-grapheme": ('13, 16, "PLACE", "Brc"', '13, 19, "PLACE", "Brc\u030cko"'),
    "split-word": ('[[2, 7, "PLACE", "Ghana"]]', "[]"),
    "token-misaligned": ('17, 31, "PERSON", "Leon Abbott Jr"', '17, 32, "PERSON", "Leon Abbott Jr."'),
    "split-compound": ('[[2, 8, "PLACE", "Geneva"]]', "[]"),
    "count-without-value": ('[[9, 25, "COUNT", "several soldiers"]]', "[]"),
    "label-conflict": ("UNIT", "PLACE"),
    "unmarked-repeat": ("[]", '[[17, 22, "PLACE", "Kidal"]]'),
    "source-missing": ("corpus/manifest.jsonl", None, ""),
    "unlisted-source": ("seeds/fog.txt", None, None),
    "source-hash": ("seeds/fog.txt", "Smog", "Fog"),
    "unknown-article": ("corpus/gold/fog.jsonl", None, None),
    "missing-gold": ("corpus/manifest.jsonl", '"guidelines": "1.0"', '"guidelines": null'),
    "old-guidelines": ("corpus/manifest.jsonl", '"guidelines": "0.9"', '"guidelines": "1.0"'),
    "text-not-slice": ("corpus/gold/fog.jsonl", '"at": 21', '"at": 22'),
    "example-unknown": (
        "corpus/gold/fog.jsonl",
        None,
        '{"id": "fog.p01", "at": 0, "text": "Fog lay over Tibnin.", "spans": [[13, 19, "PLACE", "Tibnin"]]}\n',
    ),
    "unit-mismatch": ("corpus/gold/fog.jsonl", "fog.s01", "fog.p01"),
    "example-missing": (
        "corpus/gold/fog.jsonl",
        "]]}\n",
        ']]}\n{"id": "fog.p02", "at": 22, "text": "The port of Pyla stayed open.", "spans": []}\n',
    ),
    "bad-confirmation": ("corpus/passes/bob/fog.jsonl", '"no"', "false"),
    "aided-unknown": ("corpus/passes/bob/fog.jsonl", '"kfor-bob"', "true"),
    "half-confirmed": ("corpus/passes/bob/fog.jsonl", '"spans": []}', '"spans": [], "confirmed": false}'),
    "bad-decision": ("corpus/decisions/fog.jsonl", "Tybnin", "Tibnin"),
    "planted-span": ("corpus/gold/fog.jsonl", '[0, 3, "PLACE", "Fog"], ', ""),
    "gold-underived": ("corpus/passes/bob/fog.jsonl", "[]", '[[13, 19, "PLACE", "Tibnin"]]'),
    "stale-decision": ("corpus/decisions/fog.jsonl", None, None),
    "outdated-decision": ("corpus/decisions/fog.jsonl", '"guidelines": "0.9"', '"guidelines": "1.0"'),
    "changelog-ahead": ("annotation_guidelines/CHANGELOG.md", "## 1.1", "## 0.9"),
    "unsplit-article": ("corpus/splits/train.txt", "fog\n", "fog\nport\n"),
    "article-in-two-splits": ("corpus/splits/test.txt", "fog\n", ""),
    "near-duplicate-split": [
        ("corpus/splits/test.txt", "fog\n", "fog\nsmog\n"),
        ("corpus/splits/train.txt", "smog\n", ""),
    ],
    "paragraph-across-splits": [
        ("corpus/splits/train.txt", "fog\n", "fog\nrain\n"),
        ("corpus/splits/test.txt", "rain\n", ""),
    ],
    "cluster-across-splits": (
        "corpus/clusters.jsonl",
        '{"article": "rain", "cluster": "storms"}',
        '{"article": "rain", "cluster": "rains"}',
    ),
    "text-without-licence": ("corpus/manifest.jsonl", '"licence": null', '"licence": "CC0-1.0"'),
    "withdrawn-article": ("corpus/withdrawn.jsonl", None, None),
    "released-article-missing": (
        "corpus/releases/1.0.jsonl",
        ', "rain": "63b2a57e4a98847acd299f5221b60007334f02f81566199ffb0a400c78bba92b"',
        "",
    ),
    "guideline-block": ("annotation_guidelines/place.md", "```ner\n", "```ner-fails leading-article\n"),
    "guideline-leak": ("annotation_guidelines/place.md", "When fog lay over", "Rain fell in spring on"),
}
each_check = pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.id)


def copied(name, folder):
    """The broken file or project of a check, where it may be repaired."""
    [broken] = [path for path in INVALID.iterdir() if path.stem == name]
    target = folder / broken.name
    shutil.copytree(broken, target) if broken.is_dir() else shutil.copy(broken, target)
    return target


def repair(path, *repaired):
    file, old, new = repaired if len(repaired) > 2 else ("", *repaired)
    path = path / file if file else path
    if new is None:
        path.unlink()
        return
    text = path.read_text(encoding="utf-8")
    assert old is None or text.count(old) == 1
    path.write_bytes((new if old is None else text.replace(old, new)).encode())


def judge(path):
    return list(checks.check_project(Corpus(path)) if path.is_dir() else checks.check_paths([path], scheme()))


@each_check
def test_a_broken_file_yields_its_finding_and_no_other(check, tmp_path):
    findings = judge(copied(check.id, tmp_path))
    assert [(finding.check, finding.severity) for finding in findings] == [(check.id, check.severity)]


@each_check
def test_a_finding_has_a_place_and_a_remedy(check, tmp_path):
    path = copied(check.id, tmp_path)
    [finding] = judge(path)
    assert finding.file.is_file()
    assert checks.finding_line(finding).startswith(str(finding.file))
    assert checks.remedy(check.id).endswith(".")


@each_check
def test_the_repaired_file_yields_nothing(check, tmp_path):
    path = copied(check.id, tmp_path)
    repairs = REPAIRS[check.id]
    for repaired in repairs if isinstance(repairs, list) else [repairs]:
        repair(path, *repaired)
    assert judge(path) == []


def test_every_file_breaks_a_check_and_every_check_has_one():
    assert sorted(path.stem for path in INVALID.iterdir()) == sorted(checks.IDS)
    assert len(set(checks.IDS)) == len(checks.IDS)


def test_the_table_in_the_guidelines_is_the_one_of_the_code():
    assert (ROOT / "annotation_guidelines" / "checks.md").read_text(encoding="utf-8") == checks.check_table()


@each_check
def test_the_table_explains_every_check(check):
    [row] = [
        line for line in checks.check_table().splitlines() if line.startswith((f"| **{check.id}**", f"| *{check.id}*"))
    ]
    assert all(words in row for words in (check.title, check.why, check.remedy))
    assert row.startswith("| **") == (check.severity == "error")
    assert row.count("|") == 4


def test_chosen_checks_are_those_selected_and_not_ignored():
    def wanted(*names):
        return checks.select_checks(*names).wanted(checks.OWN_SEVERITIES)

    assert wanted() == set(checks.IDS)
    assert wanted(["span-overlap", "bad-line"], ["bad-line"]) == {"span-overlap"}
    assert wanted([], ["bad-line"]) == set(checks.IDS) - {"bad-line"}


def test_an_unknown_id_is_refused_with_those_like_it():
    with pytest.raises(InvalidValueError, match="leading-article") as caught:
        checks.select_checks(["leading-artcle"])
    assert "leading-artcle" in caught.value.message
    with pytest.raises(InvalidValueError, match="The checks are"):
        checks.select_checks(ignore=["zzz"])


def test_a_selected_check_finds_what_it_finds_among_all(tmp_path):
    path = copied("guideline-block", tmp_path)
    selected, ignored = checks.select_checks(["guideline-block"]), checks.select_checks(ignore=["guideline-block"])
    assert [f.check for f in checks.check_project(Corpus(path), selected)] == ["guideline-block"]
    assert list(checks.check_project(Corpus(path), ignored)) == []


def test_an_allowance_that_names_no_check_is_refused(tmp_path):
    path = copied("leading-article", tmp_path)
    with pytest.raises(InvalidValueError, match=r"labels\.toml.*leading-artcle"):
        list(checks.check_paths([path], scheme(leading_artcle=["the Litani"])))
    with pytest.raises(InvalidValueError, match="span-overlap' has no allowed surfaces"):
        list(checks.check_paths([path], scheme(span_overlap=["the Litani"])))


def test_no_allowance_reaches_what_passes_are_asked():
    assert not ALLOWABLE & PASS_CHECKS


def test_the_report_names_every_finding(tmp_path):
    tally = checks.CheckTally()
    path = copied("label-conflict", tmp_path)
    report = checks.report_json(checks.check_paths([path], scheme(), tally=tally), tally)
    assert report["checked"] == {"files": 1, "examples": 2, "spans": 2}
    assert (report["errors"], report["warnings"], report["counts"]) == (0, 1, {"label-conflict": 1})
    [row] = json.loads(json.dumps(report))["findings"]
    assert row["span"] == [15, 22, "UNIT"]
    assert list(row) == ["check", "severity", "file", "line", "example", "span", "message", "remedy"]
