"""Spans that are whole words only if offsets counted in the other unit."""

from dataclasses import replace

import pytest

from goldspan.annotation import Example, Span
from goldspan.doccano.pull.unit_evidence import unit_notes
from goldspan.doccano.snapshot import AnnotatorWork, InvalidSpan
from helpers.doccano_project import INDEPENDENT, snapshot_of, stored_copy

TEXT = "👍🏽👍🏽 Port Said and Aurora"
SAID = Span(TEXT.index("Port"), TEXT.index(" and"), "PORT")


def notes(work, *, graphemes=False, is_known=False):
    project = replace(INDEPENDENT, grapheme_mode=graphemes)
    made = stored_copy(1, Example("a.p01", TEXT), work={"ann": work})
    return list(unit_notes(snapshot_of(made, project=project), is_known=is_known))


def shifted(by):
    return AnnotatorWork(spans=(replace(SAID, start=SAID.start + by, end=SAID.end + by),))


def test_whole_words_are_no_evidence():
    assert notes(AnnotatorWork(spans=(SAID,))) == []
    assert notes(AnnotatorWork(spans=(SAID,)), graphemes=True) == []


@pytest.mark.parametrize(
    ("graphemes", "work", "expected"),
    [
        # Drawn in UTF-16 units, eight before the port, and read as graphemes, two before it; and the other way round.
        (True, shifted(6), "1 span would be whole words only if they counted UTF-16 units"),
        (False, AnnotatorWork(invalid=(InvalidSpan(3, 12, "PORT", "is inside a character"),)), "grapheme clusters"),
    ],
)
def test_words_cut_in_one_unit_alone_are_evidence(graphemes, work, expected):
    [note] = notes(work, graphemes=graphemes)
    assert expected in note
    assert "did somebody switch the setting?" in note
    assert notes(work, graphemes=graphemes, is_known=True) == []


def test_a_slip_in_both_units_is_no_evidence():
    assert notes(AnnotatorWork(spans=(replace(SAID, end=SAID.end - 1),))) == []
