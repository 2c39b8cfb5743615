"""The changelog of a release: what it says of changes that were made to a project by its own commands and by hand."""

import json
import re
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from goldspan import new_project
from goldspan.articles.resegmentation import recut
from goldspan.cli import app
from goldspan.corpus import Corpus
from goldspan.corpus.releases import ReleasedExample, ReleasedSpan
from goldspan.corpus.withdrawals import Withdrawal
from goldspan.relabel.change import plan_change
from goldspan.relabel.plan import plan_relabel
from goldspan.release import changelog
from goldspan.release.annotation_changes import compare_releases
from goldspan.release.record import release_record

FERRY = Withdrawal(article="ferry", date="2026-12-05", sha256="0", requested_by="publisher")


@pytest.fixture
def demo(tmp_path):
    return new_project.create_demo(tmp_path / "demo")


def recorded(corpus, version):
    return release_record(Corpus(corpus.root), version, f"2026-12-0{version[-1]}")


def edit(path, *replacements):
    text = path.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def relabel(corpus, old, *new, conditions=()):
    corpus = Corpus(corpus.root)
    plan_relabel(corpus, plan_change(corpus.scheme, old, new, conditions), day="2026-12-03").apply()


def rows(text, title):
    """The rows of the first table of this title, each a list of its cells."""
    part = text.split(f"### {title}\n")[1].split("\n##")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.fixture
def edited(demo):
    """The demo as it was, and with a few changes made by hand."""
    before = recorded(demo, "1.1")
    edit(
        demo.gold / "atlas.jsonl",
        ('[23, 27, "DATE", "1688"], ', ""),
        ('[46, 66, "ORG", "City Library of Harn"]', '[62, 66, "PLACE", "Harn"]'),
    )
    edit(demo.gold / "bridge.jsonl", ('[62, 71, "PERSON", "Ilse Varn"]', '[56, 71, "PERSON", "Mayor Ilse Varn"]'))
    edit(demo.gold / "cheese.jsonl", ('[13, 17, "PERSON", "Anna"]', '[13, 17, "ORG", "Anna"]'))
    demo.split_file("test").write_text("")  # ferry
    return before, recorded(demo, "1.2")


def test_what_changed_between_two_versions_is_said_span_by_span_and_counted(edited):
    text = changelog.render_changelog(reversed(edited), [FERRY])
    assert re.findall("^## .*", text, re.MULTILINE) == ["## 1.2, 2026-12-02", "## 1.1, 2026-12-01"]
    assert "- Since 1.1 of 2026-12-01: 1 span added, 2 removed, 1 moved, 1 relabelled; 45 of those compared are" in text
    assert "- The article ferry was withdrawn on 2026-12-05: its publisher asked for it.\n" in text
    assert rows(text, "By label")[0] == [
        "label", "before", "added", "removed", "moved", "relabelled from", "relabelled to", "went with texts", "now",
    ]  # fmt: skip
    assert ["ORG", "16", "0", "1", "0", "0", "1", "3", "13"] in rows(text, "By label")
    assert rows(text, "By rule")[1:] == [
        ["DATE-1", "0", "1", "0", "0"],
        ["G-3", "1", "1", "0", "0"],
        ["PERSON-1", "0", "0", "1", "0"],
        ["PERSON-2", "0", "0", "0", "1"],
    ]
    assert [row[:2] for row in rows(text, "By article")[1:]] == [
        ["atlas", ""], ["bridge", ""], ["cheese", ""], ["ferry", "withdrawn"],
    ]  # fmt: skip
    assert rows(text, "Span by span")[1:] == [
        ["atlas.p02", "removed", r"\[23, 27\] DATE", "", "DATE-1"],
        ["atlas.p02", "removed", r"\[46, 66\] ORG", "", "G-3"],
        ["atlas.p02", "added", "", r"\[62, 66\] PLACE", "G-3"],
        ["bridge.p02", "moved: start", r"\[62, 71\] PERSON", r"\[56, 71\] PERSON", "PERSON-1"],
        ["cheese.p02", "relabelled", r"\[13, 17\] PERSON", r"\[13, 17\] ORG", "PERSON-2"],
    ]
    assert "- The first version: 63 spans in 23 examples of 6 articles.\n" in text


def test_it_has_no_word_of_a_text_and_is_the_same_in_any_order(demo, edited):
    text = changelog.render_changelog(edited)
    assert text == changelog.render_changelog(reversed(edited))
    names = {one.surface(span) for one in demo.gold_examples() for span in one.spans}
    assert len(names) > 30
    assert not [name for name in names if name in text]


def test_spans_of_an_article_that_was_withdrawn_later_are_counted_and_no_longer_listed(edited):
    atlas = replace(FERRY, article="atlas", date="2026-12-09", requested_by="person")
    listed = rows(changelog.render_changelog(edited, [FERRY, atlas]), "Span by span")
    assert [row[0] for row in listed[1:]] == ["bridge.p02", "cheese.p02"]
    text = changelog.render_changelog(edited, [FERRY, atlas])
    assert "Without 3 spans of articles that were withdrawn.\n" in text
    assert "1 span added, 2 removed, 1 moved" in text
    assert "The article atlas was withdrawn" not in text, "in neither version"


def test_a_version_with_the_same_annotation_says_so(edited):
    again = replace(edited[1], version="1.10", guidelines="2.0")
    text = changelog.render_changelog([*edited, again])
    section = text.split("\n## ")[1]
    assert section.startswith("1.10, ")
    assert "- Nothing changed in the annotation since 1.2 of 2026-12-02.\n" in section
    assert "- Its guidelines are version 2.0; they were 1.0.\n" in section
    assert "###" not in section


@pytest.mark.parametrize("unit", ["sentence", "article"])
def test_examples_of_another_unit_are_no_change(demo, unit):
    before = recorded(demo, "1.1")
    edit(demo.root / "goldspan.toml", ('unit = "paragraph"', f'unit = "{unit}"'))
    recut(Corpus(demo.root), apply=True)
    after = recorded(demo, "1.2")
    assert {example.id for example in before.examples} != {example.id for example in after.examples}
    assert len(after.examples) > 1
    changes = compare_releases(before, after)
    assert not changes.spans
    assert "article added" not in {one.reason for one in changes.uncompared}


def test_a_renamed_a_merged_and_a_divided_label_are_a_line_each(demo):
    versions = [recorded(demo, "1.1")]
    relabel(demo, "PERSON", "HUMAN")
    versions.append(recorded(demo, "1.2"))
    relabel(demo, "MONEY", "DATE")
    versions.append(recorded(demo, "1.3"))
    relabel(demo, "PLACE", "TOWN", "WATER", conditions=["River|Lake|Bay|Harn=WATER"])
    versions.append(recorded(demo, "1.4"))
    texts = changelog.render_changelog(versions).split("\n## ")
    assert "- The label PERSON is called HUMAN now. Its spans are compared under the new name.\n" in texts[3]
    assert "0 spans added, 0 removed, 0 moved, 0 relabelled; 63 of those compared are the same." in texts[3]
    assert ["HUMAN (was PERSON)", "12", "0", "0", "0", "12"] in rows(texts[3], "By label")
    assert "- The label MONEY is gone. Where its spans were, the label is now DATE (7).\n" in texts[2]
    assert "Span by span" not in texts[2], "the sentence says it"
    assert "- The label PLACE is gone. Where its spans were, the label is now TOWN (12) and WATER (2).\n" in texts[1]
    merged = compare_releases(versions[1], versions[2])
    assert len(merged.spans) == merged.by_label()["DATE"].relabelled_to == 7


def test_long_tables_are_cut_with_the_number_of_the_rest(edited):
    before = edited[0]
    many = [ReleasedSpan(start, start + 1, "DATE") for start in range(250)]
    example = ReleasedExample(id="solar.p09", at=9000, length=300, sha256="0", spans=[], decisions=[])
    first = replace(before, examples=(*before.examples, example))
    second = replace(before, version="1.2", examples=(*before.examples, replace(example, spans=many)))
    text = changelog.render_changelog([first, second])
    assert len(rows(text, "Span by span")) == 1 + changelog.MOST_ROWS
    assert "\nand 50 more, which are counted above\n" in text
    assert "250 spans added" in text
    assert "“no decision recorded”: nobody had to decide" in text
    short = changelog.change_tables(compare_releases(first, second), most=3, where="--json lists")
    assert [(len(table.rows), table.note) for table in short][-1] == (3, "and 247 more, which --json lists")


def test_texts_that_came_and_went_are_in_sentences(demo):
    before = recorded(demo, "1.1")
    cut = [one for one in before.examples if one.article != "rovers" and one.id != "solar.p02"]
    hashes = {name: sha256 for name, sha256 in before.articles.items() if name != "rovers"}
    less = replace(before, version="1.0", examples=tuple(cut), articles={**hashes, "bridge": "another"})
    edited_text = [replace(one, sha256="another") if one.id == "bridge.p02" else one for one in less.examples]
    less = replace(less, examples=tuple(edited_text))
    there = changelog.summarise(compare_releases(less, before))
    changed = (
        "1 article changed in its text: bridge. Examples whose own text changed, or that came or went, are not "
        "compared: 1 example with 5 spans before, 1 example with 5 spans now."
    )
    assert there[1:] == [
        "1 article added, 4 examples with 10 spans: rovers.",
        changed,
        "Read for the first time, in articles that were there: 1 example with 5 spans.",
    ]
    moved = replace(before, version="1.2", articles={**before.articles, "bridge": "another"})
    assert changelog.summarise(compare_releases(before, moved)) == [
        "Nothing changed in the annotation since 1.1 of 2026-12-01.",
        "1 article changed in its text: bridge. All examples have the texts that they had.",
    ]
    moved = replace(before, version="1.2", splits={**before.splits, "atlas": "test", "solar": "validation"})
    assert changelog.summarise(compare_releases(before, moved))[1:] == [
        "2 articles in other splits: atlas (validation, now test) and solar (train, now validation).",
    ]
    back = changelog.summarise(compare_releases(before, less))
    assert back[1] == "1 article left out of this version: rovers."
    assert back[-1] == "No longer in gold, in articles that are still there: 1 example with 5 spans."


def test_the_report_has_every_span(edited):
    report = compare_releases(*edited, [FERRY]).json()
    assert (report["before"], report["after"]) == ("1.1", "1.2")
    assert report["articles"] == {
        "added": [], "gone": [{"article": "ferry", "withdrawn": "2026-12-05"}], "text_changed": [],
        "split_changed": {},
    }  # fmt: skip
    assert report["rules"]["G-3"] | {"added": 1, "removed": 1} == report["rules"]["G-3"]
    assert report["total"]["went"] == 14
    assert {one["kind"]: one["edge"] for one in report["spans"]}["moved"] == "start"
    assert report["spans"][3]["before"] == {"example": "bridge.p02", "at": report["spans"][3]["after"]["at"],
                                            "start": 62, "end": 71, "label": "PERSON"}  # fmt: skip


def test_the_command_prints_what_changed_and_reports_all_of_it(demo, tmp_path):
    def release(version, *options):
        options = ["release", version, "--root", str(demo.root), "--output", str(tmp_path / "out"), *options]
        result = CliRunner().invoke(app, options, env={"COLUMNS": "140"})
        assert result.exit_code == 0, result.output
        return result.stdout

    first = release("1.0", "--apply", "--date", "2026-12-01")
    assert "The first version: 63 spans in 23 examples of 6 articles.\n" in first
    assert "Spans by label" not in first
    edit(demo.root / "goldspan.toml", ("[checks]\n", '[checks]\ngold-underived = "off"\n'))
    edit(demo.gold / "bridge.jsonl", ('[62, 71, "PERSON", "Ilse Varn"]', '[56, 71, "PERSON", "Mayor Ilse Varn"]'))
    shown = release("1.1", "--date", "2026-12-02", "--json", str(tmp_path / "report.json"))
    for words in ("1 moved", "By label", "By rule", "Span by span", "moved: start", "[56, 71] PERSON"):
        assert words in shown
    report = json.loads((tmp_path / "report.json").read_text())["changes"]
    assert [(one["kind"], one["rule"]) for one in report["spans"]] == [("moved", "PERSON-1")]
    assert report["summary"][0].startswith("Since 1.0 of 2026-12-01: 0 spans added")
    text = (tmp_path / "out" / "CHANGELOG.md").read_text()
    assert [row[1] for row in rows(text, "Span by span")] == ["change", "moved: start"]
    assert text.count("\n## ") == 2
