"""docs/project_files.md and docs/guidelines.md have every key that the readers accept, and no other."""

import dataclasses
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from goldspan import corpus as corpus_package
from goldspan import strict_json
from goldspan.annotation import NOT_ANNOTATED
from goldspan.corpus import (
    annotators,
    assignment_plans,
    audits,
    clusters,
    manifest,
    passes,
    reading_order,
    releases,
    samples,
    shown_suggestions,
    withdrawals,
)
from goldspan.corpus.comments import COMMENTS
from goldspan.doccano import corpus_record, members
from goldspan.formats import decisions, doubts, gold, labels_toml
from goldspan.guidelines.changelog import changed_rules, concerned_texts
from goldspan.guidelines.rules import read_rulebook
from goldspan.service.rejections import RejectionLedger

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {name: (DOCS / f"{name}.md").read_text("utf-8") for name in ("project_files", "guidelines")}


def section(page, *headings):
    """The text under a heading, and under a smaller one inside it, up to the next heading."""
    text = PAGES[page]
    for heading, marks in zip(headings, ("##", "###"), strict=False):
        text = text.split(f"\n{marks} {heading}\n", 1)[1].split(f"\n{marks} ", 1)[0]
        text = text.split("\n## ", 1)[0]
    return text


def keys(page, *headings):
    """By key, whether it is required: of the first table under a heading."""
    lines = iter(section(page, *headings).splitlines())
    for line in lines:
        if line == "| key | value | if left out | meaning |":
            next(lines)
            break
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    assert all(len(row) == 4 for row in rows), rows
    return {row[0].strip("`"): row[2] == "required" for row in rows}


def accepted(model):
    """By key, whether it is required: of a model or a dataclass that a reader has."""
    if isinstance(model, dict):
        return model
    if issubclass(model, BaseModel):
        return {name: field.is_required() for name, field in model.model_fields.items()}
    return {
        field.name: field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        for field in dataclasses.fields(model)
    }


REJECTIONS = {"event": True, "project": True, "text": True, "spans": True, "time": False}
TABLES = [
    ("guidelines", ("labels.toml", "Keys of the file"), labels_toml._LabelsFile),
    ("guidelines", ("labels.toml", "Keys of `[[label]]`"), labels_toml._Label),
    ("guidelines", ("members.toml", "Keys of `[[member]]`"), members._Member),
    ("project_files", ("corpus/manifest.jsonl",), manifest.ManifestEntry),
    ("project_files", ("corpus/manifest.jsonl", "Keys of `received`"), manifest.ReceivedFile),
    ("project_files", ("Gold lines",), dict.fromkeys(gold.KEYS, True)),
    ("project_files", ("corpus/annotators.toml",), annotators._Annotator),
    ("project_files", ("corpus/decisions",), dict.fromkeys(decisions.KEYS, True) | {decisions.OUTCOME: False}),
    ("project_files", ("corpus/doubts",), dict.fromkeys(sorted(doubts.KEYS), True)),
    ("project_files", ("corpus/clusters.jsonl",), clusters.ClusteredArticle),
    ("project_files", ("corpus/samples",), samples.SampleRecord),
    ("project_files", ("corpus/samples", "Keys of `strata`"), samples.CountedStratum),
    ("project_files", ("corpus/samples", "Keys of `drawn`"), samples.DrawnArticle),
    ("project_files", ("corpus/reading_order.jsonl",), reading_order.OrderedArticle),
    ("project_files", ("corpus/doccano.toml", "Keys of `[[project]]`"), corpus_record.ProjectRecord),
    ("project_files", ("corpus/doccano.toml", "Keys of `[[round]]`"), corpus_record.RoundRecord),
    ("project_files", ("corpus/doccano.toml", "Keys of `[[label_types]]`"), corpus_record.LabelTypesRecord),
    ("project_files", ("corpus/doccano.toml", "Keys of `[[account]]`"), corpus_record.AccountRecord),
    ("project_files", ("corpus/doccano.toml", "Keys of `[[former_label]]`"), corpus_record.FormerLabelRecord),
    ("project_files", ("corpus/doccano.toml", "Keys of `rules`"), corpus_record.SurfaceRuleRecord),
    ("project_files", ("corpus/assignments",), assignment_plans._AssignmentRow),
    ("project_files", ("corpus/audits",), audits.AuditRecord),
    ("project_files", ("corpus/audits", "Keys of `rates`"), audits.PlantingRates),
    ("project_files", ("corpus/audits", "Keys of `primary`"), audits.PrimaryTest),
    ("project_files", ("corpus/audits", "Keys of `power`"), audits.PlannedPower),
    ("project_files", ("corpus/rejections.jsonl",), REJECTIONS),
    ("project_files", ("corpus/releases",), releases._Head),
    ("project_files", ("corpus/releases", "Keys of each further line"), releases.ReleasedExample),
    ("project_files", ("corpus/withdrawn.jsonl",), withdrawals.Withdrawal),
]


@pytest.mark.parametrize(("page", "headings", "model"), TABLES, ids=lambda value: str(value)[:60])
def test_a_table_has_the_keys_that_are_read(page, headings, model):
    assert keys(page, *headings) == accepted(model)


def test_every_table_of_keys_is_compared():
    headings = sum(text.count("| key | value | if left out | meaning |") for text in PAGES.values())
    assert headings == len(TABLES)


def test_the_tables_of_the_doccano_file_are_all_there():
    found = re.findall(r"^### Keys of `\[\[(\w+)\]\]`$", section("project_files", "corpus/doccano.toml"), re.MULTILINE)
    assert found == list(corpus_record._RecordFile.model_fields)


def test_the_further_keys_of_gold_lines_are_explained():
    text = section("project_files", "Gold lines")
    names = {passes.CONFIRMED, passes.AIDED, COMMENTS, NOT_ANNOTATED, audits.PLANTED}
    names |= {shown_suggestions.SENT, shown_suggestions.UNAIDED, *shown_suggestions.ALIGNED}
    assert {name for name in names if f"`{name}`" not in text} == set()


def test_every_file_of_a_project_is_in_the_list():
    listed = re.findall(
        r"^((?:corpus|seeds|annotation_guidelines|build|goldspan\.toml)\S*)", corpus_package.__doc__, re.MULTILINE
    )
    assert listed
    assert [path for path in listed if f"`{path}`" not in PAGES["project_files"]] == []


READERS = {
    "corpus/manifest.jsonl": manifest.read_manifest,
    "Gold lines": lambda path: list(gold.scan(path)),
    "corpus/annotators.toml": lambda path: annotators.read_annotators(path.parent),
    "corpus/decisions": decisions.read,
    "corpus/doubts": doubts.read,
    "corpus/clusters.jsonl": clusters.read_clusters,
    "corpus/samples": lambda path: samples.read_samples(path.parent),
    "corpus/reading_order.jsonl": reading_order.read_order,
    "corpus/assignments": assignment_plans.read_assignments,
    "corpus/shown": lambda path: list(gold.scan(path)),
    "corpus/rejections.jsonl": RejectionLedger,
    "corpus/releases": releases.read_release,
    "corpus/withdrawn.jsonl": withdrawals.read_withdrawals,
}
NAMES = {"corpus/samples": "1.json", "corpus/annotators.toml": "annotators.toml", "corpus/releases": "1.0.jsonl"}


@pytest.mark.parametrize("heading", READERS)
def test_the_example_of_a_file_is_accepted_and_has_its_keys(heading, tmp_path):
    block = re.search(r"^```(?:json|toml)\n(.*?)^```", section("project_files", heading), re.MULTILINE | re.DOTALL)[1]
    path = tmp_path / NAMES.get(heading, "file.jsonl")
    path.write_text(block, "utf-8")
    found = READERS[heading](path)
    assert found
    assert not isinstance(found, list) or not any(isinstance(each, Exception) for each in found)
    if block.startswith("{") and heading != "corpus/shown":
        assert set(strict_json.loads(block.splitlines()[0].encode())) >= set(keys("project_files", heading))


def test_the_example_of_the_doccano_file_is_accepted(tmp_path):
    block = re.search(
        r"^```toml\n(.*?)^```", section("project_files", "corpus/doccano.toml"), re.MULTILINE | re.DOTALL
    )[1]
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "doccano.toml").write_text(block, "utf-8")
    record = corpus_record.read_record(corpus_package.Corpus(tmp_path))
    assert all(
        (record.projects, record.accounts, record.label_types, record.former_labels[0].rules, record.rounds[0].closed)
    )


def test_the_examples_of_the_guidelines_are_accepted(tmp_path):
    labels, members_block = re.findall(r"^```toml\n(.*?)^```", PAGES["guidelines"], re.MULTILINE | re.DOTALL)
    (tmp_path / "labels.toml").write_text(labels, "utf-8")
    (tmp_path / "members.toml").write_text(members_block, "utf-8")
    scheme = labels_toml.read(tmp_path / "labels.toml")
    assert [each.pseudonym for each in members.read_members(tmp_path / "members.toml")] == ["a1", "lea"]
    page = re.search(r"^````text\n(.*?)^````", PAGES["guidelines"], re.MULTILINE | re.DOTALL)[1]
    (tmp_path / "military_unit.md").write_text(page, "utf-8")
    changelog = re.search(r"^```text\n(## 1\.1.*?)^```", PAGES["guidelines"], re.MULTILINE | re.DOTALL)[1]
    (tmp_path / "CHANGELOG.md").write_text(changelog, "utf-8")
    book = read_rulebook(tmp_path, scheme)
    assert list(book.rules) == ["MU-3"]
    assert book.mistakes == {"edge-punctuation": ("MU-3",)}
    assert [contrast.rules for contrast in book.contrasts] == [("MU-3",)]
    assert changed_rules(tmp_path) == {"MU-7": "1.1"}
    assert [pattern.pattern for pattern in concerned_texts(tmp_path, "MU-7", "1.0")] == ["USS", "(?i)destroyer|frigate"]
