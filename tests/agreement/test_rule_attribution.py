"""Which rule a disagreement falls under: by what the pages and the checks show, and nothing else."""

import pytest

from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.disagreements import disputes
from goldspan.agreement.rule_attribution import RuleAttributor
from goldspan.agreement.run import check_hits
from goldspan.annotation import Span
from goldspan.formats import labels_toml
from goldspan.formats.inline import example
from goldspan.guidelines import rules

LABELS = """\
version = "1.0"
[[label]]
name = "SHIP"
definition = "A ship."
colour = "#000000"
shortcut = "s"
page = "ship.md"
[[label]]
name = "CREW"
definition = "How many."
colour = "#000001"
shortcut = "c"
page = "crew.md"
quantity = true
"""
GENERAL = """\
# Everything

Rules.

## G-1 Tight edges

```ner-fails leading-article
[the Argo]{SHIP} sank
```

### Other edges

```ner-fails trailing-possessive
[Argo's]{SHIP} crew
```

## Not a rule

```ner-fails edge-whitespace
[Argo ]{SHIP}sank
```

## G-2 Joined names

```ner
The [Argo]{SHIP}/[Argos]{SHIP} sank.
```
"""
SHIP = """\
# SHIP

## S-1 The name alone

```ner
The tug [Fury]{SHIP} left.
```

## S-2 Not ships

Fleets are none.

| Case | what | rule |
|---|---|---|
| ✗ `[Captain Nemo]` ✓ Captain Nemo | a person | S-2 |
| ✗ `[Steamer Argo]` ✓ Steamer `[Argo]` | a class | S-1 |
| ✗ `[Yacht Bella]` ✓ Yacht `[Bella]` | a class | S-1 |
| ✗ ten `[Argo]` men ✓ `[ten Argo men]{CREW}` | the count | G-9, S-1 |

## S-3 Repeats

```ner-fails unmarked-repeat
[Fury]{SHIP} came. Fury left.
```
"""
CREW = """\
# CREW

## C-1 From the bound

| ✗ up to `[40 men]` ✓ `[up to 40 men]` | bound |
|---|---|
"""


@pytest.fixture
def folder(tmp_path):
    pages = {"labels.toml": LABELS, "README.md": GENERAL, "ship.md": SHIP, "crew.md": CREW}
    for name, text in pages.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def book(folder):
    return rules.read_rulebook(folder, labels_toml.read(folder / "labels.toml"))


@pytest.fixture
def attribute(folder, book):
    """The rules of the first disagreement of annotators, by their inline forms, and why."""
    labels = labels_toml.read(folder / "labels.toml")

    def run(*marked):
        annotations = annotations_of_examples(
            {name: [example("e.p01", one)] for name, one in zip("abc", marked, strict=False)}
        )
        wanted = tuple(book.mistakes)
        attributor = RuleAttributor(book, check_hits(annotations, labels, wanted), wanted)
        return attributor.attribute(disputes(annotations)[0])

    return run


def test_a_heading_that_begins_with_an_id_defines_a_rule(book, folder):
    assert list(book.rules) == ["G-1", "G-2", "C-1", "S-1", "S-2", "S-3"]
    assert book.rules["S-1"] == rules.Rule("S-1", "The name alone", folder / "ship.md", 3, "SHIP")
    assert book.rules["G-2"].label is None


def test_a_mistake_belongs_to_the_rule_under_whose_heading_it_stands(book):
    assert book.mistakes == {
        "leading-article": ("G-1",), "trailing-possessive": ("G-1",), "unmarked-repeat": ("S-3",),
    }  # fmt: skip


def test_the_next_heading_of_its_level_ends_a_rule(book):
    assert "edge-whitespace" not in book.mistakes


def test_a_table_row_belongs_to_the_rules_it_names_or_to_its_heading(book):
    assert [(one.rules, one.wrong.text) for one in book.contrasts] == [
        (("C-1",), "up to 40 men"), (("S-2",), "Captain Nemo"), (("S-1",), "Steamer Argo"),
        (("S-1",), "Yacht Bella"), (("G-9", "S-1"), "ten Argo men"),
    ]  # fmt: skip
    assert book.contrasts[-1].right.spans == (Span(0, 12, "CREW"),)


@pytest.mark.parametrize(
    ("first", "second", "rules"),
    [
        ("[the Fury]{SHIP} left", "the [Fury]{SHIP} left", ("G-1",)),  # a check, and the page shows its mistake
        ("[Fury’s]{SHIP} men", "[Fury]{SHIP}’s men", ("G-1",)),
        ("so [Captain Nemo]{SHIP} left", "so Captain Nemo left", ("S-2",)),  # these very words
        ("[tug Maria]{SHIP} sank", "tug [Maria]{SHIP} sank", ("S-1",)),  # left out in an example, too
        ("[Fury]{SHIP} sank", "Fury sank", ("S-1",)),  # an example marks it
        ("up to [30 men]{CREW} left", "[up to 30 men]{CREW} left", ("C-1",)),  # the same words at the edge, in a table
    ],
)
def test_the_pages_show_the_rule_whoever_comes_first(attribute, first, second, rules):
    assert attribute(first, second).rules == attribute(second, first).rules == rules


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("old [Maria]{SHIP} sank", "[old Maria]{SHIP} sank"),
        ("[Maria]{SHIP} sank", "Maria sank"),
        ("[Maria]{SHIP} sank", "[Maria]{CREW} sank"),  # the pages show these labels on other extents alone
        ("[Maria and Marie]{SHIP} sank", "[Maria]{SHIP} and [Marie]{SHIP} sank"),
        ("[30]{CREW} men left", "[30 men]{CREW} left"),
        ("ten [Maria]{SHIP} men", "[ten Maria men]{CREW}"),  # a table shows these labels, on other words
        ("[Maria/Marie]{SHIP} sank", "[Maria]{SHIP}/[Marie]{SHIP} sank"),  # an example joins other names like that
        ("over [30 men]{CREW} left", "[over 30 men]{CREW} left"),  # another bound than the table has
        ("[Frigate Maria]{SHIP} sank", "Frigate [Maria]{SHIP} sank"),  # another class than the tables have
        ("[Argos]{SHIP} sank", "Argos sank"),  # marked on the page of all labels alone
    ],
)
def test_where_the_pages_show_nothing_like_it_no_rule_is_found(attribute, first, second):
    assert attribute(first, second) is None


def test_the_reason_names_the_check_and_those_whose_work_it_reports(attribute):
    attribution = attribute("[the Fury]{SHIP} left", "the [Fury]{SHIP} left", "[the Fury]{SHIP} left")
    assert attribution.reason == "the check leading-article reports a problem in what a and c marked"


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (
            "so [captain Nemo]{SHIP} left", "so captain Nemo left",
            "the guidelines show these very words, marked wrong and right: Captain Nemo",
        ),
        (
            "[STEAMER Maria]{SHIP} sank", "STEAMER [Maria]{SHIP} sank",
            "the guidelines show a wrong and a right way with the same words before the span: Steamer",
        ),
        (
            "[tug Maria]{SHIP} sank", "tug [Maria]{SHIP} sank",
            "an example leaves out the same words before the span: tug",
        ),
        (
            "[Maria left.]{SHIP}", "[Maria]{SHIP} left.",
            "an example leaves out the same words after the span: left.",
        ),
        ("[FURY]{SHIP} sank", "FURY sank", "an example marks these very words"),
    ],
)  # fmt: skip
def test_the_reason_is_what_the_pages_show(attribute, first, second, reason):
    assert attribute(first, second).reason == reason


def test_a_check_that_reports_the_work_of_all_gives_no_rule(attribute):
    assert attribute("[the Maria]{SHIP} sank", "[the Maria sank]{SHIP}") is None


def test_a_forgotten_repeat_falls_under_the_rule_of_repeats(attribute):
    attribution = attribute("[Maria]{SHIP} sank. [Maria]{SHIP} lay there", "[Maria]{SHIP} sank. Maria lay there")
    assert attribution.rules == ("S-3",)


def test_a_check_of_one_kind_says_nothing_of_another(attribute):
    attribution = attribute(
        "[Maria]{SHIP} sank. [Maria]{SHIP} lay there", "[Maria]{SHIP} sank. [Maria lay]{SHIP} there"
    )
    assert attribution is None


def test_without_pages_no_rule_is_found():
    attributor = RuleAttributor(rules.Rulebook(), {})
    annotations = annotations_of_examples(
        {"a": [example("e", "[the Argo]{SHIP}")], "b": [example("e", "the [Argo]{SHIP}")]}
    )
    assert attributor.attribute(disputes(annotations)[0]) is None


def test_every_rule_of_the_project_is_known(project):
    book = rules.read_rulebook(project.guidelines, project.scheme)
    assert {"G-1", "MU-5", "P-1", "T-6", "L-4"} <= set(book.rules)
    assert all(rule in book.rules for case in book.contrasts for rule in case.rules)
    assert len(book.contrasts) > 30
    assert book.mistakes["leading-article"][0] == "G-2"
