"""The corpus of this repository: canonical bytes, values for every count, papers that speak of what is there."""

import hashlib
import re

from goldspan.articles.examples import PARAGRAPHS, examples_of
from goldspan.formats import gold
from goldspan.guidelines import changelog
from goldspan.quantities import parse_troop_count

ROW = re.compile(r"^\| `([^`]+)` \| ([^|;]+?)(?:;[^|]*)? \|", re.MULTILINE)
READ_AGAIN = re.compile(r"^\| ([A-Z]+-\d) \| (\d+) \| 0 \|$", re.MULTILINE)


def files(project):
    return [*project.gold.glob("*.jsonl"), *project.passes.rglob("*.jsonl")]


def test_loading_and_saving_every_file_gives_the_same_bytes(project):
    assert len(files(project)) == len(project.entries) * (1 + len(project.annotators()))
    for path in files(project):
        lines = [gold.line(record.example()) for record in gold.scan(path)]
        assert "".join(lines).encode() == path.read_bytes()


def test_every_article_is_what_the_manifest_says(project):
    assert {entry.file for entry in project.entries} == {path.name for path in project.seeds.iterdir()}
    for entry in project.entries:
        assert hashlib.sha256((project.seeds / entry.file).read_bytes()).hexdigest() == entry.sha256


def test_gold_and_passes_hold_every_paragraph_of_every_article(project):
    for entry in project.entries:
        cut = [(e.id, e.at, e.text) for e in examples_of(entry.id, project.source(entry), PARAGRAPHS)]
        assert [(e.id, e.at, e.text) for e in project.gold_examples([entry.id])] == cut
        for annotator in project.annotators():
            assert [(e.id, e.at, e.text) for e in project.pass_examples(annotator, [entry.id])] == cut


def test_every_count_of_the_gold_has_a_value(project):
    counts = [e.surface(s) for e in project.gold_examples() for s in e.spans if project.scheme[s.label].quantity]
    assert len(counts) == 15
    assert [surface for surface in counts if parse_troop_count(surface) is None] == []


def test_some_values_of_the_gold_as_a_reader_finds_them(project):
    counts = {e.surface(s): parse_troop_count(e.surface(s)) for e in project.gold_examples() for s in e.spans}
    found = {words: (v.minimum, v.maximum, v.approximate) for words, v in counts.items() if v is not None}
    assert found["up to 1,000 additional troops"] == (0, 1000, False)
    assert found["more than 4,500 international military personnel"] == (4501, None, False)
    assert found["at least 780"] == (780, None, False)
    assert found["hundreds of additional personnel"] == (100, 999, True)
    assert found["about 50,000 men and women"] == (50000, 50000, True)
    assert found["17,500"] == (17500, 17500, False)


def test_the_changelog_counts_what_was_read_again_for_each_changed_rule(project):
    entry = (project.folder / "CHANGELOG.md").read_text().partition("## 2026-11-30")[2].partition("\n## ")[0]
    rows = {rule: int(count) for rule, count in READ_AGAIN.findall(entry)}
    changed = {rule for rule, version in changelog.changed_rules(project.guidelines).items() if version == "1.1"}
    listed = {
        rule: {
            example.id
            for pattern in changelog.concerned_texts(project.guidelines, rule, "1.0")
            for example in project.gold_examples()
            if pattern.search(example.text)
        }
        for rule in changed
    }
    assert rows == {rule: len(ids) for rule, ids in listed.items()}
    assert f"{len(set().union(*listed.values()))} different examples" in entry


def test_the_changelog_speaks_of_words_that_are_there(project):
    texts = {example.id: example.text for example in project.gold_examples()}
    cases = ROW.findall((project.folder / "CHANGELOG.md").read_text())
    assert len(cases) >= 18
    assert [(name, words) for name, words in cases if words not in texts[name]] == []
