"""Where a wrong value of a TOML file stands, and which key was meant."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from goldspan import InputError
from goldspan.validation import MOST_LINES, StrictModel, read_toml, toml_line

TEXT = '''\
# A comment with label = 3.
version = "1"

[[label]]
name = """
label = 2
"""
sizes = [
  1,
  2,
]
[[label]]
name = "B"
[allow]
"a.b" = ["x"]
'''


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("version",), 2),
        (("label",), 4),
        (("label", 0), 4),
        (("label", 0, "name"), 5),
        (("label", 0, "sizes"), 8),
        (("label", 0, "sizes", 1), 8),
        (("label", 1, "name"), 13),
        (("allow", "a.b"), 15),
        (("label", 2), None),
        (("label", 1, "name", "x"), None),
        ((), None),
    ],
)
def test_the_line_on_which_a_value_begins(location, line):
    assert toml_line(TEXT, location) == line
    assert toml_line(TEXT.replace("\n", "\r\n"), location) == line


def searched_line(text, location):
    """The same by trying every beginning of the text."""
    start = 1
    for number in range(1, text.count("\n") + 2):
        try:
            value = tomllib.loads("\n".join(text.split("\n")[:number]))
            for part in location:
                value = value[part]
        except tomllib.TOMLDecodeError:
            continue
        except (KeyError, IndexError, TypeError):
            start = number + 1
            continue
        return start
    return None


@given(
    st.lists(st.sampled_from(["", "# x", 'a = """', "[", "[[t]]", "k = 1", "]", '"""']), max_size=12), st.integers(0, 2)
)
def test_the_line_of_a_key_holds_it_whatever_stands_around(lines, number):
    text = "\n".join(lines)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    line = toml_line(text, ("t", number, "k"))
    assert line is None or lines[line - 1] == "k = 1"
    for place in (("k",), ("t",), ("t", number), ("t", number, "k"), ("a",)):
        assert toml_line(text, place) == searched_line(text, place)


def test_the_line_of_a_key_is_found_in_a_long_file():
    text = "".join(f"k{number} = [\n1,\n]\n" for number in range(1000))
    assert [toml_line(text, (f"k{number}",)) for number in (0, 1, 500, 998, 999)] == [1, 4, 1501, 2995, 2998]
    assert toml_line(text, ("k1000",)) is None


def test_the_search_for_a_line_ends():
    text = "a = [\n" + "1,\n" * 3000 + "]\n"
    assert toml_line(text, ("a",)) is None
    assert toml_line(text[: MOST_LINES // 1000], ("a",)) is None, "no TOML"


class Inner(StrictModel):
    width: int


class Outer(StrictModel):
    boxes: list[Inner]
    sizes: dict[str, int] = Field(default_factory=dict, description="a number per name")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("boxes = [{width = 1}, {widht = 2}]", "x.toml:1: boxes 2: unknown key 'widht', did you mean 'width'?"),
        ("boxes = [{url = 1}]", "x.toml:1: boxes 1: unknown key 'url', not one of width"),
        ("boxes = [{width = 1.5}]", "x.toml:1: boxes 1: 'width' is 1.5, not an integer"),
        ("boxes = [{width = true}]", "x.toml:1: boxes 1: 'width' is true, not an integer"),
        ("boxes = [3]", "x.toml:1: boxes 1: 'boxes' holds 3, not "),
        ("boxes = []\nsizes = {a = 'b'}", "x.toml:2: sizes: 'a' is 'b', not a number per name"),
        ("boxes = []\nsizes = 3", "x.toml:2: 'sizes' is 3, not a number per name"),
        ("", "x.toml: the file is empty"),
        ("boxes = " + "[" * 5000, "x.toml: not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_its_key(text, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = (tmp_path / "x.toml").relative_to(tmp_path)
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_toml(path, Outer, "Write it so.")
    assert str(caught.value).startswith(message)


class Any(StrictModel):
    a: object = None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = 1\na = 2\n", ":2: not TOML: Cannot overwrite a value"),
        ("a = 1\n<<<<<<< HEAD\n=======\nb = 2\n>>>>>>> other\n", ":2: not TOML: a merge of git left a conflict"),
        ("\na = inf\n", ":2: not TOML: inf is no number"),
        ("\n\na = [1, -nan]\n", ":3: not TOML: -nan is no number"),
        ("a = 1e999\n", ":1: not TOML: 1e999 does not fit a number of 64 bits"),
        ("a = [\n1,\n18446744073709551616]\n", ":3: not TOML: an integer beyond 64 bits"),
        (f"a = {'9' * 5000}\n", ":1: not TOML: .*digits"),
        (f"a = 0x{'f' * 5000}\n", ":1: not TOML: an integer beyond 64 bits"),
        (f"a = {'[' * 100_000}\n", "not TOML: nested deeper than 200 levels"),
        (f"a = {'{a=' * 100_000}\n", "not TOML: nested deeper than 200 levels"),
        (f"a{'.a' * 100_000} = 1\n", ":1: not TOML: nested deeper than 200 levels"),
        ("[a" + '.  "a"' * 100_000 + "]\n", ":1: not TOML: nested deeper than 200 levels"),
        (f"a = {'[' * 201}{']' * 201}\n", "not TOML: nested deeper than 200 levels"),
        ('a = "\\ud800"\n', ":1: not TOML"),
    ],
    ids=lambda text: text[:12],
)
def test_toml_that_another_reader_would_lose_is_refused(text, words, tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_toml(path, Any, "Write it so.")


def test_toml_of_long_words_is_read(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(f'a = ["{"a.b-" * 100}", 0xffffffffffffffff, 1_0.5]\n')
    assert read_toml(path, Any, "").a == ["a.b-" * 100, 2**64 - 1, 10.5]
