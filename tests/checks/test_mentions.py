"""The spans of an article as a whole: every mention, one label a name, a value for a quantity."""

from itertools import product

import pytest

from goldspan.checks import check_records
from helpers.check_findings import finding_ids, findings_in, record, scheme

REPEATS = [
    ("[Kidal]{PLACE} is hot.", "In Kidal it rains."),
    ("[Kidal]{PLACE}: the port of Kidal is open.",),
    ("Col. [Kask]{PERSON} spoke.", "General Kask left."),
    ("Col. [Kask]{PERSON} spoke.", "Later Maj. Gen. Kask left."),
    ("[Kidal]{PLACE} is hot.", "The President of Kidal left."),
    ("The [ECOMOG]{UNIT} left.", "ECOMOG Commander Kask stayed."),
    ("[Kidal]{PLACE} is hot.", "It left. Kidal’s Governor stayed."),
    ("[Kidal]{PLACE} is hot.", "They live in Gao/Kidal."),
    ("[Bosnia]{PLACE} Croats left.", "Then Bosnia Croats came."),
    ("[Cyprus]{PLACE} is hot, in northern parts.", "Northern Cyprus is not."),
    ("[Camp\nShamrock]{PLACE} is hot.", "In Camp Shamrock it rains."),
    ("[Kidal]{PLACE} is hot.", "They left Gao. Kidal is empty."),
    ("[Kidal]{PLACE} is hot.", "They stay—Kidal is empty."),
    ("The [Air Force]{UNIT} flew.", "The Air Force landed."),
    ("[(Jens) Berg]{PERSON} called.", "So (Jens) Berg said."),
    ("[Kidal]{PLACE} is hot.", "The UN-led Kidal force left."),
]
NO_REPEATS = [
    ("[Kidal]{PLACE} is hot.", "The Kidal Police left."),
    ("[Kidal]{PLACE} is hot.", "The Bank of Kidal closed."),
    ("[Kidal]{PLACE} is hot.", "The Ministry of the Kidal left."),
    ("[Kidal]{PLACE} is hot.", "The UN Mission in Kidal closed."),
    ("[Kidal]{PLACE} is hot.", "The Kidal-Gao road and a Kidal-based, non-Kidal firm."),
    ("[Kidal]{PLACE} is hot.", "See www.Kidal.org, @Kidal, #Kidal, https://Kidal.net/Kidal and me@Kidal.net."),
    ("[Kidal]{PLACE} is hot.", "Kidalians and kidal."),
    ("[Kidal]{PLACE} is hot.", "They went to [Kidal North]{PLACE}."),
    ("[Kidal]{PLACE} is hot.", "[two Kidal soldiers]{COUNT} left."),
    ("[Sudan]{PLACE} is hot.", "They left South Sudan."),
    ("[Will]{PERSON} is here.", "Will it rain?"),
    ("[Hope]{PERSON} is here.", "They hope so. Hope is all."),
    ("[Al]{PERSON} is here.", "Al left."),
    ("They have [500]{COUNT} now.", "By 500 it was over."),
    ("[Brc\u030c]{PLACE} is hot.", "Brc\u030c\u0301ko is not."),
]


@pytest.mark.parametrize("article", REPEATS)
def test_an_unmarked_repeat_is_found_once(article):
    assert finding_ids(*article) == ["unmarked-repeat"]


@pytest.mark.parametrize("article", NO_REPEATS)
def test_a_part_of_a_longer_name_is_let_pass(article):
    assert finding_ids(*article) == []


def test_an_unmarked_repeat_is_reported_with_its_place_and_label():
    [finding] = findings_in("[Kidal]{PLACE} is hot.", "In Kidal it rains.")
    assert (finding.example, finding.span, finding.severity) == ("a.p02", (3, 8, "PLACE"), "warning")
    assert finding.message == "marked in a.p01 but not here: In [Kidal]{PLACE} it rains."


def test_the_longest_name_alone_is_asked_for():
    findings = findings_in("[Kidal]{PLACE}, [Lake Kidal]{PLACE}.", "They saw Lake Kidal.")
    assert [finding.span for finding in findings] == [(9, 19, "PLACE")]


def test_names_with_the_same_beginning_are_distinguished():
    article = (
        "[Camp]{PLACE}, [Camp Shamrock]{PLACE}, [Shamrock]{PLACE}.",
        "By Camp and Camp Shamrock. By Camp, Shamrock.",
    )
    assert [finding.span[:2] for finding in findings_in(*article)] == [(3, 7), (12, 25), (30, 34), (36, 44)]


def test_many_names_in_a_long_article_are_all_found():
    names = ["".join(letters).capitalize() for letters in product("bdfgklmnprst", "aeiou", "bdfgklm", "aeiou", "bdfg")]
    article = [f"They saw [{name}]{{PLACE}} and {other}." for name, other in zip(names, reversed(names), strict=True)]
    assert len(findings_in(*article, wanted=lambda name: name == "unmarked-repeat")) == len(article)


def test_an_allowed_repeat_passes():
    article = ("[Hope]{PERSON} left.", "All Hope is lost.")
    assert finding_ids(*article) == ["unmarked-repeat"]
    assert finding_ids(*article, labels=scheme(unmarked_repeat=["Hope"])) == []


def test_articles_do_not_know_each_other():
    records = [record("[Kidal]{PLACE} is hot.", "a.p01"), record("In Kidal it rains.", "b.p01")]
    assert list(check_records(records, scheme())) == []
    records = [record("[Kidal]{PLACE} is hot."), record("In Kidal it rains.", "a.p02", file="b.jsonl")]
    assert list(check_records(records, scheme())) == []


def test_of_two_labels_the_rarer_is_reported():
    findings = findings_in("[Tyre]{UNIT} fell.", "[Tyre]{PLACE} fell.", "[Tyre]{PLACE} rose.")
    assert [(finding.check, finding.example) for finding in findings] == [("label-conflict", "a.p01")]
    assert findings[0].message.startswith("is PLACE in 2 other place(s)")


def test_of_two_labels_as_common_the_later_is_reported():
    assert [finding.example for finding in findings_in("[Tyre]{UNIT} fell.", "[Tyre]{PLACE} fell.")] == ["a.p02"]


@pytest.mark.parametrize("words", ["several soldiers", "the troops", "third"])
def test_a_quantity_without_a_number_is_found(words):
    assert "count-without-value" in finding_ids(f"They met [{words}]{{COUNT}}.")


def test_a_quantity_with_a_number_passes_and_other_labels_need_none():
    assert finding_ids("They met [up to 1,000 troops]{COUNT} of the [Army]{UNIT}.") == []


def test_a_span_that_leaves_its_text_is_not_checked_further():
    broken = record("[Kidal]{PLACE} is hot. In Kidal it rains.")
    [span] = broken.spans
    for wrong, check in (
        (span._replace(end=0), "span-empty"),
        (span._replace(end=99), "span-outside-text"),
        (span._replace(start=-1), "span-outside-text"),
        (span._replace(start=3, end=6, surface="Kidal"), "surface-mismatch"),
    ):
        replaced = type(broken)(broken.file, 1, broken.id, broken.text, (wrong,))
        assert [finding.check for finding in check_records([replaced], scheme())] == [check]
