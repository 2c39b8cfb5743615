"""JSON is read whole, or refused with its place."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import strict_json
from goldspan.strict_json import DEEPEST, JSONError

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda items: st.lists(items, max_size=5) | st.dictionaries(st.text(max_size=5), items, max_size=5),
)  # fmt: skip


@given(values, st.booleans(), st.sampled_from([None, 0, 3]), st.sampled_from(["", " ", "\n\t\r "]))
def test_what_json_writes_is_read(value, ascii_only, indent, around):
    text = around + json.dumps(value, ensure_ascii=ascii_only, indent=indent) + around
    assert strict_json.loads(text) == strict_json.loads(text.encode()) == value == json.loads(text)


@given(st.text(st.sampled_from('{}[]",:\\u0d8cea1.- \ntrue\0\ufeff'), max_size=30))
def test_any_text_is_read_as_python_reads_it_or_refused(text):
    try:
        value = strict_json.loads(text)
    except JSONError as error:
        lines = text.split("\n")
        assert 1 <= error.line <= len(lines)  # noqa: PT017  (no error is as good)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1  # noqa: PT017
    else:
        assert value == json.loads(text)


REFUSED = {
    '{"a": 1,\n "b": {"x": 1, "x": 2}}': ("a second key 'x'", 2, 16),
    r'{"a": 1, "\u0061": 2}': ("a second key 'a'", 1, 10),
    '{"a": "b: {", "c": ["a", "a", {"a": 1}], "a": 3}': ("a second key 'a'", 1, 42),
    "[1,\n NaN]": ("NaN is no number", 2, 2),
    "-Infinity": ("-Infinity is no number", 1, 1),
    "[1e999]": ("1e999 does not fit a number of 64 bits", 1, 2),
    "[-1E+999]": ("-1E+999 does not fit a number of 64 bits", 1, 2),
    "[1e-999]": ("1e-999 does not fit a number of 64 bits", 1, 2),
    "18446744073709551616": ("18446744073709551616 does not fit a number of 64 bits", 1, 1),
    "-9223372036854775809": ("-9223372036854775809 does not fit a number of 64 bits", 1, 1),
    "[" + "9" * 5000 + "]": (f"{'9' * 39}… does not fit a number of 64 bits", 1, 2),
    "0." + "3" * 5000: (f"0.{'3' * 37}… does not fit a number of 64 bits", 1, 1),
    r'["\\", "a\ud800"]': (r"the lone surrogate \ud800", 1, 10),
    r'{"\uDC00": 1}': (r"the lone surrogate \uDC00", 1, 3),
    r'["\ud800\ud83d\ude00"]': (r"the lone surrogate \ud800", 1, 3),
    "[" * 100_000: (f"nested deeper than {DEEPEST} levels", 1, DEEPEST + 1),
    '{"a":' * 100_000: (f"nested deeper than {DEEPEST} levels", 1, DEEPEST * 5 + 1),
    "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1): (f"nested deeper than {DEEPEST} levels", 1, DEEPEST + 1),
    '{"a": 1}\n\ufeff{"a": 1}': ("a byte order mark", 2, 1),
    '{"a": "b\0"}': ("a NUL", 1, 9),
    '{"a": 1} {"a": 1}': ("Extra data", 1, 10),
    '{"a": 1': ("Expecting ',' delimiter", 1, 8),
    '["a': ("Unterminated string starting", 1, 2),
    "": ("Expecting value", 1, 1),
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:20])
def test_what_another_reader_would_lose_is_refused_with_its_place(text):
    words, line, column = REFUSED[text]
    with pytest.raises(JSONError) as caught:
        strict_json.loads(text)
    assert (str(caught.value), caught.value.line) == (f"{words} at column {column}", line)


def test_bytes_that_are_no_utf_8_are_refused_with_their_place():
    with pytest.raises(JSONError, match="byte 0xff is not UTF-8 at column 7") as caught:
        strict_json.loads(b'{\n "\xc3\xa9": \xff}')
    assert (caught.value.line, bool(caught.value.remedy)) == (2, True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud83d\ude00"', "😀"),
        (r'"\\ud800"', r"\ud800"),
        ("[" * DEEPEST + "]" * DEEPEST, None),
        ("[" + "[1]," * 500 + "1]", None),
        ('"' + "[" * 5000 + '"', "[" * 5000),
        ("0.0e-999", 0.0),
        ("18446744073709551615", 2**64 - 1),
        ('[{"a": 1}, {"a": 1}]', [{"a": 1}, {"a": 1}]),
    ],
)
def test_what_only_looks_so_is_read(text, value):
    assert strict_json.loads(text) == (json.loads(text) if value is None else value)


def test_nan_alone_is_null_where_doccano_wrote_it():
    assert strict_json.loads('{"a": NaN, "b": "NaN"}', nan_as_null=True) == {"a": None, "b": "NaN"}
    for text in ("Infinity", "-Infinity", "[NaN, 1e999]", '{"a": NaN, "a": 1}'):
        with pytest.raises(JSONError):
            strict_json.loads(text, nan_as_null=True)


@pytest.mark.parametrize("value", [math.inf, [1, {"a": math.nan}], {"a": [2**64]}, [-(2**63) - 1]])
def test_values_of_other_readers_are_bounded(value):
    strict_json.require_bounded([1.5, True, None, "x", {"a": [2**64 - 1]}])
    with pytest.raises(ValueError, match=r"is no number|beyond 64 bits"):
        strict_json.require_bounded(value)


def test_values_of_other_readers_are_not_deep():
    value = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ValueError, match="nested deeper than 200"):
        strict_json.require_bounded(value)
    while value:  # so that no destructor goes as deep
        value = value.pop()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('Here: {"a": {"b": 1}} and {"c": "}"}.', ['{"a": {"b": 1}}', '{"c": "}"}']),
        ('{broken {"a": 1}', ['{"a": 1}']),
        ('{"a": 1, "a": {"b": 2}}', ['{"b": 2}']),
        ('{"a": NaN}', []),
        ("no object", []),
        ("{" * 5000, []),
    ],
)
def test_objects_among_other_words_are_found_whole(text, found):
    assert list(strict_json.objects_within(text)) == found
