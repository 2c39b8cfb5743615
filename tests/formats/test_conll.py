from pathlib import Path

import pytest
from hypothesis import given

from goldspan import formats
from goldspan.annotation import Example, Span
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import conll, inline
from goldspan.formats.options import ReadOptions
from helpers import strategies

DATA = Path(__file__).parents[1] / "data" / "formats"
SCHEMES = ("iob1", "iob2", "ioe", "bioes", "bilou")


def scan(tmp_path, text, **options):
    path = tmp_path / "wire.conll"
    path.write_bytes(text.encode())
    return list(conll.scan(path, ReadOptions(**options)))


def surfaces(record):
    example = record.example()
    return [(example.surface(span), span.label) for span in example.spans]


@pytest.mark.parametrize("name", SCHEMES)
def test_each_scheme_with_its_columns_gives_the_same_spans(name):
    first, second = conll.scan(DATA / f"{name}.conll")
    assert first.text == "Marsh left Port Ellis Harbour ."
    assert surfaces(first) == [("Marsh", "PERSON"), ("Port Ellis", "PLACE"), ("Harbour", "PLACE")]
    assert (second.text, second.spans) == ("Quiet", ())
    assert not first.extra


def test_what_is_written_looks_like_conll_2003_with_comments(tmp_path):
    example = inline.example("a.p03", "The [72nd Brigade]{UNIT}\u2028 left.\r\n", at=7)
    conll.write(tmp_path / "a.conll", [example])
    assert (tmp_path / "a.conll").read_text("utf-8").split("\n") == [
        "-DOCSTART- -X- -X- O",
        "",
        '# id = "a.p03"',
        "# at = 7",
        r'# text = "The 72nd Brigade\u2028 left.\r\n"',
        "The -X- -X- O",
        "72nd -X- -X- B-UNIT",
        "Brigade -X- -X- I-UNIT",
        "left -X- -X- O",
        ". -X- -X- O",
        "",
        "",
    ]


@given(examples=strategies.corpora(spans=strategies.aligned_spans))
def test_no_line_is_broken_by_a_program_that_breaks_at_other_characters(examples, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "a.conll"
    conll.write(path, examples)
    text = path.read_bytes().decode()
    assert text.splitlines() == text.split("\n")[:-1]


def test_each_article_begins_with_docstart(tmp_path):
    conll.write(tmp_path / "a.conll", [Example(f"{a}.p0{n}", "KFOR") for a in "ab" for n in range(2)])
    assert (tmp_path / "a.conll").read_text().count("-DOCSTART-") == 2


def test_without_comments_the_words_and_tags_remain(tmp_path):
    path = tmp_path / "wire.conll"
    conll.write(path, [inline.example("x.p00", "The  [KFOR]{UNIT} left.")], comments=False)
    (example,) = formats.load(path, "conll")
    assert "#" not in path.read_text()
    assert (example.id, example.text, example.spans) == ("wire.1.p01", "The KFOR left .", (Span(4, 8, "UNIT"),))


@pytest.mark.parametrize("text", ["", " \n", "-DOCSTART-"])
def test_without_comments_an_example_that_would_vanish_is_refused(text, tmp_path):
    with pytest.raises(InputError, match=r"x.p00: without comments"):
        conll.write(tmp_path / "a", [Example("x.p00", text)], comments=False)
    assert not list(tmp_path.iterdir())


def test_a_label_with_a_space_is_refused(tmp_path):
    with pytest.raises(InputError, match="'MILITARY UNIT' contains a space"):
        conll.write(tmp_path / "a", [Example("a", "KFOR", (Span(0, 4, "MILITARY UNIT"),))])


def test_malformed_tags_are_repaired_and_listed_with_their_lines(tmp_path):
    text = "KFOR B-UNIT\nleft I-PLACE\nMitrovica B-PLACE\nand O\nSFOR B-UNIT\nthe O\nnorth I-PLACE\n"
    (record,) = scan(tmp_path, text)
    assert [surface for surface, _ in surfaces(record)] == ["KFOR", "left", "Mitrovica", "SFOR", "north"]
    assert record.extra == {"repaired_tags": [[2, "I-PLACE"], [7, "I-PLACE"]]}


def test_under_strict_a_malformed_chunk_is_no_span_and_still_listed(tmp_path):
    text = "KFOR B-UNIT\nleft I-PLACE\nMitrovica I-PLACE\nand O\nSFOR B-UNIT\n"
    (record,) = scan(tmp_path, text, tagging_scheme="IOB2", repair="strict")
    assert surfaces(record) == [("KFOR", "UNIT"), ("SFOR", "UNIT")]
    assert record.extra == {"repaired_tags": [[2, "I-PLACE"]]}
    with pytest.raises(InvalidValueError, match=r"'repair' cannot be 'none'\n  It is one of conlleval, strict"):
        scan(tmp_path, text, repair="none")


def test_spaces_around_columns_are_ignored(tmp_path):
    (record,) = scan(tmp_path, "KFOR \t B-UNIT \nleft\tO\t\nthe  O  \r\n \t\n")
    assert (record.text, surfaces(record)) == ("KFOR left the", [("KFOR", "UNIT")])


def test_a_named_scheme_is_held_against_the_file(tmp_path):
    text = "KFOR I-UNIT\nleft O\n"
    assert scan(tmp_path, text)[0].extra == {}
    assert scan(tmp_path, text, tagging_scheme="IOB2")[0].extra == {"repaired_tags": [[1, "I-UNIT"]]}
    with pytest.raises(InvalidValueError, match="unknown tagging scheme"):
        scan(tmp_path, text, tagging_scheme="XYZ")


COLUMNS = {"word_column": "2", "tag_column": "3"}


def test_the_columns_can_be_named(tmp_path):
    (record,) = scan(tmp_path, "1\tKFOR\tB-UNIT\tNNP\n2\tleft\tO\tVBD\n", **COLUMNS)
    assert (record.text, surfaces(record)) == ("KFOR left", [("KFOR", "UNIT")])


def test_examples_without_id_are_numbered_within_their_article(tmp_path):
    text = "-DOCSTART- O\n\na O\n\nb O\n\n-DOCSTART- O\nc O\n"
    records = scan(tmp_path, text)
    assert [record.id for record in records] == ["wire.1.p01", "wire.1.p02", "wire.2.p01"]
    assert [record.example().article for record in records] == ["wire.1", "wire.1", "wire.2"]
    assert [record.line for record in records] == [3, 5, 8]


def test_comments_of_conll_u_are_understood_and_others_kept(tmp_path):
    text = '# newdoc = d1\n\n# sent_id = 007\n# text = "KFOR" left.\n# domain x\n" O\nKFOR B-UNIT\n" O\nleft O\n. O\n'
    (record,) = scan(tmp_path, text)
    assert (record.id, record.text) == ("007", '"KFOR" left.')
    assert surfaces(record) == [("KFOR", "UNIT")]
    assert record.extra == {"comments": ["# newdoc = d1", "# domain x"]}


def test_a_hash_can_be_a_word(tmp_path):
    (record,) = scan(tmp_path, "# O\n1 O\n# O\n#KFOR B-TAG\n")
    assert record.text == "# 1 # #KFOR"
    assert surfaces(record) == [("#KFOR", "TAG")]


def test_line_ends_of_windows_and_a_byte_order_mark_are_no_text(tmp_path):
    (record,) = scan(tmp_path, "\ufeffKFOR B-UNIT\r\nleft O\r\n\r\n")
    assert record.text == "KFOR left"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("KFOR\n", 1, "'KFOR' is not a tag"),
        ("KFOR NNP\n", 1, "'NNP' is not a tag"),
        ("KFOR B-UNIT\nleft B\n", 2, "'B' is not a tag"),
        ("KFOR O\nO\n", 2, "the word or its tag is missing"),
        ("KFOR O\n\tO\n", 2, "the word or its tag is missing"),
        ("# text = KFOR left\nKFOR O\nstayed O\n", 1, "not those of the `# text`"),
        ("# text = KFOR left\nKFOR O\n", 1, "not those of the `# text`"),
        ("# text = KFOR has left\nKFOR O\nleft O\n", 1, "not those of the `# text`"),
        ("# at = soon\nKFOR O\n", 1, "`# at` holds an integer"),
        ("# extra = []\nKFOR O\n", 1, "`# extra` a JSON object"),
    ],
)
def test_a_broken_example_is_an_error_with_its_line_and_the_next_is_read(text, line, why, tmp_path):
    error, record = scan(tmp_path, f"{text}\nKFOR B-UNIT\n")
    assert isinstance(error, InputError)
    assert (error.file, error.line) == (tmp_path / "wire.conll", line)
    assert why in error.message
    assert error.remedy
    assert surfaces(record) == [("KFOR", "UNIT")]


def test_a_column_that_is_not_there_is_named(tmp_path):
    (error,) = scan(tmp_path, "KFOR O\n", **COLUMNS)
    assert error.message == "there is no column 3: the rows have 2"


def test_bytes_that_are_not_utf8_are_named_and_the_next_example_is_read(tmp_path):
    path = tmp_path / "a.conll"
    path.write_bytes(b"KFOR O\ncaf\xe9 O\n\nleft O\n")
    error, record = conll.scan(path)
    assert (error.line, record.text) == (2, "left")
