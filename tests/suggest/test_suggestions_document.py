"""docs/suggestions.md: every block of settings in it runs, and every kind has its line."""

import re
import tomllib
from pathlib import Path

import pytest

from goldspan.annotation import Example
from goldspan.corpus import Corpus
from goldspan.suggest.recognisers import KINDS
from goldspan.suggest.suggester import Suggester

DOCUMENT = (Path(__file__).parents[2] / "docs" / "suggestions.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
PATTERNS = re.search(r"^```json\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)[1]
LABELS = ("ORG", "PRODUCT", "MONEY", "DATE", "EVENT", "LOCATION")
TEXT = (
    "Op 3 maart 2024 verkocht Philips de EXE:5000 van Koninklijke Zeeman voor € 1.200,50 miljoen, sinds 1998. "
    "De Sonicare stond op de IFA en de Mese, sinds 2001, in Amsterdam."
)
LISTS = {
    "annotation_guidelines/gazetteers/org.txt": "Philips\n",
    "annotation_guidelines/gazetteers/product.txt": "# brushes\nSonicare\n",
    "annotation_guidelines/brands.txt": "\\#Brand\n",
    "annotation_guidelines/events.txt": "\\bIFA\\b\n",
    "annotation_guidelines/patterns.jsonl": PATTERNS,
}
# What a block of each kind finds in the text, besides what the label scheme of the document does not have.
FOUND = {
    "patterns": {("ORG", "Philips"), ("ORG", "Koninklijke Zeeman"), ("PRODUCT", "EXE:5000"), ("EVENT", "Mese")},
    "gazetteer": {("ORG", "Philips"), ("PRODUCT", "Sonicare")},
    "regex": {
        ("DATE", "3 maart 2024"),
        ("DATE", "1998"),
        ("DATE", "2001"),
        ("DATE", "2024"),
        ("MONEY", "€ 1.200,50 miljoen"),
        ("MONEY", "€ 1.200,50"),
        ("EVENT", "IFA"),
    },
}


def kinds(block):
    return [table["kind"] for table in tomllib.loads(block)["recogniser"]]


@pytest.fixture
def project(tmp_path):
    """The folder of a Dutch project with the lists that the document names."""
    label = '[[label]]\nname = "{0}"\ndefinition = "{0}."\ncolour = "#{1:06x}"\nshortcut = "{1}"\npage = "{2}.md"\n'
    rows = [label.format(name, number, name.lower()) for number, name in enumerate(LABELS, 1)]
    for name, content in {
        "corpus/manifest.jsonl": "",
        "annotation_guidelines/labels.toml": 'version = "1"\nlanguage = "nl"\n\n' + "\n".join(rows),
        **LISTS,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def found_in(project, block):
    (project / "goldspan.toml").write_text(block, encoding="utf-8")
    (example,) = Suggester.of(Corpus(project)).suggest([Example("a.p01", TEXT)])
    return {(span.label, example.surface(span)) for span in example.spans}


RULES = [block for block in BLOCKS if set(kinds(block)) <= set(FOUND) and "model =" not in block]
MODELS = [block for block in BLOCKS if "spacy" in kinds(block) or ("patterns" in kinds(block) and "model =" in block)]


@pytest.mark.parametrize("block", RULES)
def test_each_block_of_rules_runs_and_finds_what_it_is_for(project, block):
    found = found_in(project, block)
    assert found
    assert found <= set().union(*(FOUND[kind] for kind in kinds(block)))


def test_the_blocks_together_find_all(project):
    assert set().union(*(found_in(project, block) for block in RULES)) == set().union(*FOUND.values())


@pytest.mark.model
@pytest.mark.parametrize("block", MODELS)
def test_each_block_with_a_model_runs(project, block):
    assert found_in(project, block)


def test_every_block_is_run_here_or_is_of_a_kind_with_tests_of_its_own():
    others = [block for block in BLOCKS if block not in RULES + MODELS]
    assert {kind for block in others for kind in kinds(block)} <= {"gold", "language-model", "transformers"}


def test_every_kind_has_a_line_in_the_table():
    listed = re.findall(r"^\| \[?`([a-z-]+)`", DOCUMENT, re.MULTILINE)
    assert {kind for kind in KINDS if kind in listed} == set(KINDS)
