import pytest
from hypothesis import given

from goldspan import Example, InputError, InvalidValueError, Span, formats
from goldspan.formats import gold
from helpers.strategies import examples

LINE = '{"id": "a.p00", "at": 7, "text": "The 72nd Brigade", "spans": [[4, 16, "UNIT", "72nd Brigade"]]}\n'


def read(tmp_path, text):
    path = tmp_path / "a.jsonl"
    path.write_bytes(text.encode("utf-8"))
    return formats.load(path, "gold")


def test_a_line_has_its_keys_and_spans_in_canonical_order():
    example = Example("a.p00", "The 72nd Brigade", (Span(4, 16, "UNIT"),), 7)
    assert gold.line(example) == LINE


@given(examples())
def test_what_is_written_is_read_back(tmp_path_factory, example):
    path = tmp_path_factory.mktemp("gold") / "a.jsonl"
    gold.write(path, [example, example])
    assert formats.load(path, "gold") == [example, example]


def test_line_separators_stand_inside_a_line(tmp_path):
    example = Example("a", "one\u2028two\u0085three\rfour", (Span(0, 3, "A"),))
    assert read(tmp_path, gold.line(example)) == [example]


def test_further_keys_are_kept(tmp_path):
    example = Example("a", "one", (), 0, {"rules": [], "confirmed": True})
    assert read(tmp_path, gold.line(example)) == [example]
    assert gold.line(example).endswith('"spans": [], "rules": [], "confirmed": true}\n')


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "a.jsonl:2: not JSON"),
        ("[]", "a.jsonl:2: the line is no JSON object"),
        ("", "a.jsonl:2: not JSON"),
        ('{"id": "b", "at": 0, "text": "x"}', "a.jsonl:2: b: the key 'spans' is missing"),
        ('{"id": "b", "at": "0", "text": "x", "spans": []}', "'at' is '0', not of type int"),
        ('{"id": "b", "at": true, "text": "x", "spans": []}', "'at' is True"),
        ('{"id": "b", "at": 0, "text": "x", "spans": [[0, 1, "A"]]}', r"is not \[start, end, label, surface\]"),
        ('{"id": "b", "at": 0, "text": "x", "spans": [[0, 1.0, "A", "x"]]}', "is not"),
        (
            '{"id": "b", "at": 0, "text": "xy", "spans": [[0, 1, "A", "y"]]}',
            "a.jsonl:2: b: .* states 'y' but covers 'x'",
        ),
        ('{"id": "b", "at": 0, "text": "xy", "spans": [[0, 3, "A", "xy"]]}', "ends outside the text"),
        ('{"id": "b", "at": 0, "text": "xy", "spans": [[1, 1, "A", ""]]}', "0 <= start < end"),
        ('{"id": "", "at": 0, "text": "xy", "spans": []}', "needs an id"),
    ],
)
def test_a_broken_line_is_refused_with_file_line_and_example(tmp_path, line, words):
    with pytest.raises(InputError, match=words):
        read(tmp_path, LINE + line + "\n")


def test_a_scan_continues_after_a_broken_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("{\n" + LINE)
    broken, record = gold.scan(path)
    assert isinstance(broken, InputError)
    assert record.example().id == "a.p00"


def test_bytes_that_are_not_utf8_are_named(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "\xff"}\n')
    with pytest.raises(InputError, match=r"a\.jsonl:1: not UTF-8 at byte 8"):
        formats.load(path, "gold")


def test_an_extra_key_takes_no_key_of_the_line():
    with pytest.raises(InvalidValueError, match="named 'at'"):
        gold.line(Example("a", "t", (), 3, {"at": 9}))
