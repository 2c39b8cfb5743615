"""Findings of the checks for the tests: a label scheme, and records from inline markup."""

from pathlib import Path

from goldspan.annotation import Label, LabelScheme
from goldspan.checks import check_records
from goldspan.formats import inline
from goldspan.formats.record import RawSpan, Record

NAMES = {"UNIT": False, "PERSON": False, "COUNT": True, "PLACE": False}
LABELS = tuple(Label(name, "One.", "#000000", name[1].lower(), "page.md", quantity) for name, quantity in NAMES.items())


def scheme(**allow):
    """The labels above, with `check_id=[surfaces]` let pass."""
    return LabelScheme("1.0", LABELS, {check.replace("_", "-"): frozenset(words) for check, words in allow.items()})


def record(marked, name="a.p01", file="a.jsonl"):
    """A record from its inline form."""
    text, spans = inline.parse(marked)
    return Record(Path(file), 1, name, text, tuple(RawSpan(span.start, span.end, span.label) for span in spans))


def findings_in(*marked, labels=None, wanted=lambda _: True):
    """The findings of an article, given as inline forms of its paragraphs."""
    records = [record(words, f"a.p{number:02}") for number, words in enumerate(marked, 1)]
    return list(check_records(records, labels or scheme(), wanted))


def finding_ids(*marked, **options):
    """The ids of these findings."""
    return [finding.check for finding in findings_in(*marked, **options)]
