"""The pages that annotators read: whole, consistent with the label scheme, and in words of their own."""

import re
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from goldspan.checks.records import check_records
from goldspan.doccano.guideline_page import NOT_SHOWN
from goldspan.formats import inline, labels_toml
from goldspan.formats.record import RawSpan, Record
from goldspan.guidelines import pages
from goldspan.quantities import parse_troop_count

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "annotation_guidelines"
SCHEME = labels_toml.read(FOLDER / "labels.toml")
PAGES = sorted(FOLDER.glob("*.md"))
FOLLOWED = [path for path in PAGES if path.name not in NOT_SHOWN]
BLOCKS = pages.read_blocks(FOLDER)
RULE = re.compile(r"\b(?:G|MU|P|T|L)-\d+\b")
RULES = {"G": 7, "MU": 7, "P": 3, "T": 6, "L": 5}
FEW = 3
MANY = 200
each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
each_label = pytest.mark.parametrize("label", SCHEME.labels, ids=lambda label: label.name)


def words(text):
    return re.findall(r"\w+", text.casefold())


def runs(text, size):
    found = words(text)
    return {tuple(found[i : i + size]) for i in range(len(found) - size + 1)}


def tokens(path, kind):
    flat = MarkdownIt().enable("table").parse(path.read_text())
    return [t for t in chain.from_iterable([t, *(t.children or [])] for t in flat) if t.type == kind]


def headings():
    return [line for path in PAGES for line in path.read_text().splitlines() if line.startswith("#")]


@each_label
def test_a_label_has_its_page_with_examples_that_pass_and_that_fail(label):
    path = FOLDER / label.page
    assert path.read_text().startswith(f"# {label.name}\n")
    mine = [b for b in BLOCKS if b.file == path and any(span.label == label.name for span in b.example.spans)]
    assert sum(b.expects is None for b in mine) >= 5
    assert sum(b.expects is not None for b in mine) >= 2


@each_label
def test_the_readme_shows_a_label_as_the_scheme_has_it(label):
    row = f"| `{label.name}` | `{label.shortcut}` | {label.definition} | [rules]({label.page}) |"
    assert row in (FOLDER / "README.md").read_text().splitlines()


def test_every_rule_is_explained_once_and_no_other_is_cited():
    defined = Counter(match[0] for line in headings() if (match := RULE.search(line)))
    expected = {f"{kind}-{number}" for kind, last in RULES.items() for number in range(1, last + 1)}
    cited = {rule for path in PAGES for rule in RULE.findall(path.read_text())}
    assert defined == Counter(expected)
    assert cited <= expected


def test_every_rule_gives_its_reason():
    for path in PAGES:
        for section in path.read_text().split("\n## ")[1:]:
            title = section.partition("\n")[0]
            assert not RULE.match(title) or "*Why:*" in section, f"{path.name}: {title}"


@each_page
def test_links_lead_somewhere(path):
    for link in tokens(path, "link_open"):
        assert (FOLDER / link.attrs["href"]).is_file(), link.attrs["href"]


@each_page
def test_a_page_is_plain_markdown_of_a_length_to_be_read(path):
    assert len(path.read_text().splitlines()) <= 200
    assert not tokens(path, "html_block") + tokens(path, "html_inline")


@each_page
def test_every_table_row_has_the_cells_of_its_head(path):
    prose = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    for table in re.findall(r"(?:^\|.*\|\n)+", prose, re.MULTILINE):
        assert len({row.count("|") for row in table.splitlines()}) == 1, table


def test_marks_in_tables_and_sentences_have_edges_that_the_checks_accept():
    """What the prose marks as right, in backquotes; brackets without a label are read as quantities, the laxest."""
    prose = {path: re.sub(r"✗[^✓]*|```.*?```", "", path.read_text(), flags=re.DOTALL) for path in FOLLOWED}
    marks = [(path, code) for path, text in prose.items() for code in re.findall(r"`(\[[^`]+)`", text)]
    assert len(marks) > MANY
    for number, (path, code) in enumerate(marks):
        text, spans = inline.parse("on " + re.sub(r"\](?!\{)", "]{TROOP_COUNT}", code))
        assert [(span.start, span.end) for span in spans] == [(len("on "), len(text))], f"{path.name}: {code}"
        assert spans[0].label in SCHEME, f"{path.name}: {code}"
        record = Record(path, 1, f"a{number}", text, tuple(RawSpan(s.start, s.end, s.label) for s in spans))
        findings = check_records([record], SCHEME, lambda check: check != "count-without-value")
        assert not [f"{path.name}: {code}: {finding.message}" for finding in findings]


def test_the_values_in_the_table_are_those_that_the_program_reads():
    row = re.compile(r"^\| `(.+)` \| (\d*) ?\| (\d*) ?\| (yes|no) \|$", re.MULTILINE)
    rows = row.findall((FOLDER / "troop_count.md").read_text())
    assert len(rows) >= 8
    for said, low, high, approximate in rows:
        value = parse_troop_count(said)
        assert (value.minimum, value.maximum) == (int(low) if low else None, int(high) if high else None), said
        assert value.approximate == (approximate == "yes"), said


def test_the_decision_order_fits_on_one_screen():
    section = (FOLDER / "README.md").read_text().partition("\n## The decision order\n")[2].partition("\n## ")[0]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", section, re.MULTILINE)]
    assert len(section.splitlines()) <= 40
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


def test_the_changelog_speaks_of_the_current_version():
    entries = re.findall(r"^## (\d+\.\d+), (\d{4}-\d{2}-\d{2})$", (FOLDER / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert entries[0][0] == SCHEME.version


def test_no_example_occurs_twice():
    assert not [text for text, times in Counter(b.example.text for b in BLOCKS).items() if times > 1]


def test_no_example_repeats_an_article():
    articles = [runs(path.read_text(), FEW) for path in (ROOT / "seeds").iterdir() if path.is_file()]
    assert articles
    for block in BLOCKS:
        ours = runs(block.example.text, FEW)
        most = max((ours & theirs for theirs in articles), key=len)
        assert len(most) <= len(ours) / 6, f"{block.example.id} shares {sorted(most)}"
