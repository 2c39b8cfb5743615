import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.errors import InputError
from goldspan.formats import conll, conll_sentences
from goldspan.formats.conll_sentences import REPLACEMENT
from goldspan.formats.options import ReadOptions
from goldspan.iob import OUTSIDE, Tag

DATA = Path(__file__).parents[1] / "data" / "formats"


def read(tmp_path, content, **options):
    path = tmp_path / "wire.conll"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(conll_sentences.read_sentences(path, **options))


def test_a_sentence_knows_each_token_with_its_place_and_its_line(tmp_path):
    (found,) = read(tmp_path, "# id = x.p01\n# text = Marsh  left.\nMarsh L-PERSON\nleft O\n. O\n")
    assert (found.name, found.stated, found.text) == ("x.p01", True, "Marsh  left.")
    assert (found.words, found.extents) == (("Marsh", "left", "."), ((0, 5), (7, 11), (11, 12)))
    assert (found.tags[0], found.written[0]) == (Tag("E", "PERSON"), "L-PERSON")
    assert (found.line, found.lines) == (1, (3, 4, 5))
    assert found.extent(1, 3) == (7, 12)


@pytest.mark.parametrize(
    ("line", "word", "why"),
    [
        (b"left", "left", "'left' is not a tag"),
        (b"left\tVBD", "left", "'VBD' is not a tag"),
        (b"\tO", REPLACEMENT, "the word or its tag is missing"),
        (b"O", REPLACEMENT, "the word or its tag is missing"),
        (b"l\xe9ft\tO", "l\ufffdft", "not UTF-8 at byte 1 of the line"),
    ],
)
def test_an_unreadable_line_is_repaired_on_request_and_else_an_error(line, word, why, tmp_path):
    content = b"Marsh\tB-PERSON\n" + line + b"\nEllis\tB-PLACE\n"
    (found,) = read(tmp_path, content, lenient=True)
    assert found.words == ("Marsh", word, "Ellis")
    assert found.tags == (Tag("B", "PERSON"), OUTSIDE, Tag("B", "PLACE"))
    (error,) = read(tmp_path, content)
    assert [error.message] == [fault.error.message for fault in found.faults] == [why]
    assert error.line == found.faults[0].error.line == 2


def test_a_column_that_is_not_there_is_a_fault(tmp_path):
    (found,) = read(tmp_path, "a b O\nc d\n", lenient=True, options=ReadOptions(word_column="2", tag_column="3"))
    faults = [fault.error.message for fault in found.faults]
    assert (found.words, faults) == (("b", "d"), ["this line has 2 columns, the others 3"])


def test_words_that_are_not_those_of_the_text_are_an_error_either_way(tmp_path):
    for lenient in (True, False):
        (error,) = read(tmp_path, "# text = Marsh left\nMarsh O\nstayed O\n", lenient=lenient)
        assert isinstance(error, InputError)


LINES = ["", "a O", "a\tB-X", "b I-X ", "\tO", "a", "#", "# id = 3", "-DOCSTART- O", "é\tE-X\t"]


WORDS = {"a O", "a\tB-X", "b I-X ", "\tO", "a", "é\tE-X\t"}


@given(lines=st.lists(st.sampled_from(LINES)))
def test_reading_leniently_leaves_no_line_of_a_word_out(lines, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "a"
    path.write_text("\n".join(lines), "utf-8")
    try:
        lenient = [*conll_sentences.read_sentences(path, lenient=True)]
    except InputError as error:
        with pytest.raises(InputError, match=re.escape(error.message)):
            [*conll_sentences.read_sentences(path)]
        return
    strict = [*conll_sentences.read_sentences(path)]
    refused = [item for item in lenient if isinstance(item, InputError)]
    mended = [item for item in lenient if not isinstance(item, InputError)]
    assert [item for item in strict if not isinstance(item, InputError)] == [item for item in mended if not item.faults]
    faults = [str(fault.error) for item in mended for fault in item.faults]
    assert sorted(str(item) for item in strict if isinstance(item, InputError)) == sorted([*map(str, refused), *faults])
    if not refused:
        places = {number for item in mended for number in item.lines}
        assert {number for number, line in enumerate(lines, start=1) if line in WORDS} <= places


@pytest.mark.parametrize("name", ["iob1", "iob2", "ioe", "bioes", "bilou"])
def test_conll_is_read_by_way_of_sentences(name):
    path = DATA / f"{name}.conll"
    found, records = [*conll_sentences.read_sentences(path)], [*conll.scan(path)]
    assert [sentence.text for sentence in found] == [record.text for record in records]
