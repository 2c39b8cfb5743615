"""Text that nobody annotated is never text without spans, in whatever format it is written."""

import pytest

from goldspan import formats
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.formats import gold
from goldspan.formats.convert import convert

SKIPPED = Example("a.p00", "Marsh left.", extra={"not_annotated": "skipped"})
PARTLY = Example("a.p01", "Marsh met Ode.", (Span(0, 5, "PERSON"),), extra={"not_annotated": [[10, 13]]})
EMPTY = Example("a.p02", "Nothing here.")


@pytest.mark.parametrize("name", formats.WRITABLE)
def test_it_is_kept_apart_or_left_out_and_counted(name, tmp_path):
    entry = formats.get(name)
    path = tmp_path / f"a{entry.suffixes[0]}" if not entry.is_folder else tmp_path / "a"
    result = entry.write(path, [SKIPPED, PARTLY, EMPTY])
    read = {example.id: example for example in formats.load(path, name)}
    if entry.holds_unannotated:
        assert read["a.p00"].unannotated_parts == SKIPPED.unannotated_parts
        assert read["a.p01"].unannotated_parts == PARTLY.unannotated_parts
        assert not result.left_out
    else:
        assert "a.p00" not in read
        assert "a.p01" not in read
        assert result.left_out == {"skipped": 1, "parts of it are not annotated": 1}
    assert [example.unannotated_parts for example in read.values() if example.text == EMPTY.text] == [()]


def test_a_conversion_says_how_many_were_left_out(tmp_path):
    gold.write(tmp_path / "a.jsonl", [SKIPPED, PARTLY, EMPTY])
    account = convert([tmp_path / "a.jsonl"], tmp_path / "a.conll", to="conll")
    assert (account.examples, account.written.examples, account.json()["left_out"]["skipped"]) == (3, 1, 1)


@pytest.mark.parametrize("value", [True, 3, [[0]], [[3, 1]], [[0, 99]], {"a": 1}])
def test_a_line_that_says_it_otherwise_is_refused(value, tmp_path):
    gold.write(tmp_path / "a.jsonl", [Example("a", "Marsh left.", extra={"not_annotated": value})])
    with pytest.raises(InputError, match="neither a reason nor extents"):
        formats.load(tmp_path / "a.jsonl")
