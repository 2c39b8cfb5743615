"""The columns of words and tags in files as corpora have them: found, named by a person, or refused."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from goldspan import formats
from goldspan.errors import InputError
from goldspan.formats import conll
from goldspan.formats.options import ReadOptions

DATA = Path(__file__).parents[1] / "data"
FEW = settings(max_examples=min(200, settings().max_examples))


def read(source, tmp_path=None, suffix=".conll", **options):
    """The text of each example with its spans' surfaces and labels; an error in the place of what is refused."""
    path = source
    if isinstance(source, str):
        path = tmp_path / f"wire{suffix}"
        path.write_text(source, encoding="utf-8", newline="")
    found = []
    for record in conll.scan(path, ReadOptions(**options)):
        if isinstance(record, InputError):
            found.append(str(record).removeprefix(str(path)))
            continue
        example = record.example()
        found.append((example.text, [(example.surface(span), span.label) for span in example.spans]))
    return found


SHAPES = {
    "2012-brackets.conll": [("Rom and New York", [("Rom", "GPE"), ("New York", "GPE")])],
    "bmewo.conll": [
        ("New York City Rom Ulm A B C", [(words, "LOC") for words in ("New York City", "Rom", "Ulm", "A", "B C")])
    ],
    "bom-crlf.conll": [("Rom .", [("Rom", "LOC")]), ("Bonn", [("Bonn", "LOC")])],
    "docstart-tight.conll": [("Rom ruft", [("Rom", "LOC")]), ("Bonn", [("Bonn", "LOC")])],
    "flair-space-after.conll": [("It French-speaking", [("French", "LOC")])],
    "germeval.tsv": [("Die Universität Bonn wächst", [("Universität Bonn", "ORG"), ("Bonn", "LOC")])],
    "header-row.tsv": [("Rom ruft", [("Rom", "LOC")])],
    "index-column.conllu": [("Norway beat New Zealand", [("Norway", "LOC"), ("New Zealand", "LOC")]), ("Rain", [])],
    "iob1-trap.conll": [("Bonn Rom und Ulm", [("Bonn", "LOC"), ("Rom", "LOC"), ("Ulm", "LOC")])],
    "io-bare-labels.txt": [("Bonn lacht Karl May", [("Bonn", "location-GPE"), ("Karl May", "person-artist")])],
    "kaggle.csv": [("Thousands of London", [("London", "geo")])],
    "last-column-bare.conllu": [("Kari lo.", [("Kari", "PER")])],
    "multiconer.conll": [("die beatles", [("beatles", "GRP")]), ("# rom", [("rom", "LOC")])],
    "odd-blanks.conll": [
        ("Rom \xa0 \u200b \u3000 \u2028 Bonn \ufeff", [("Rom", "LOC"), ("Bonn", "LOC")]),
    ],
    "space-in-token-tabs.conll": [("Die New York Times", [("New York Times", "LOC")])],
    "uner-iob2.iob2": [("Kari lo.", [("Kari", "PER")])],
    "webanno-nopunct-text.conll": [("Rom ruft.", [("Rom", "LOC")])],
}
REFUSED = {
    "bare-bio.tsv": [": column 2: the tags B, I have no label\n  Name the label of all spans with --label NAME."],
    "blank-token.conll": [":4: the word or its tag is missing"],
    "comment-inside.conll": [":2: this line has 6 columns, the others 2"],
    "lower-zero.conll": [":1: 'b-LOC' is not a tag", ":2: 'o' is not a tag", ":4: '0' is not a tag"],
    "space-in-token-spaces.conll": [":2: this line has 5 columns, the others 4"],
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_words_and_the_spans_of_a_corpus_are_read(name):
    assert read(DATA / "conll" / name) == SHAPES[name]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_plain_is_refused_with_its_lines(name):
    found = read(DATA / "conll" / name)
    assert len(found) == len(REFUSED[name])
    for message, wanted in zip(found, REFUSED[name], strict=True):
        assert message.startswith(wanted)


def test_every_shape_has_its_result():
    assert {path.name for path in (DATA / "conll").iterdir()} == {*SHAPES, *REFUSED}


@pytest.mark.parametrize("name", [*SHAPES, *REFUSED])
def test_a_file_of_columns_is_recognised_unless_its_labels_look_like_words(name):
    if name == "io-bare-labels.txt":
        with pytest.raises(InputError, match="cannot be detected"):
            formats.detect(DATA / "conll" / name)
    else:
        assert formats.detect(DATA / "conll" / name) == ("conllu" if name == "last-column-bare.conllu" else "conll")


@pytest.mark.parametrize(
    ("content", "options", "found"),
    [
        ("the\tO\ncystic\tB\nfibrosis\tI\n", {"label": "X"}, [("the cystic fibrosis", [("cystic fibrosis", "X")])]),
        ("1 Bonn O B-LOC\n2 ruft B-X O\n", {"tag_column": "4"}, [("Bonn ruft", [("Bonn", "LOC")])]),
        ("1 Bonn O B-LOC\n2 ruft B-X O\n", {"tag_column": "-2"}, [("Bonn ruft", [("ruft", "X")])]),
        ("1 Bonn O B-LOC\n2 ruft B-X O\n", {"tag_column": "3,4"}, [("Bonn ruft", [("Bonn", "LOC"), ("ruft", "X")])]),
        ("mot\tnom\nBonn\tB-LOC\n", {"word_column": "mot", "tag_column": "Nom"}, [("Bonn", [("Bonn", "LOC")])]),
        ("Bonn\tLOC\nruft\tVERB\n", {"tag_column": "2"}, [("Bonn ruft", [("Bonn", "LOC"), ("ruft", "VERB")])]),
        ("1 O\n2 B-NUMBER\n", {"word_column": "1"}, [("1 2", [("2", "NUMBER")])]),
    ],
)  # fmt: skip
def test_the_columns_and_the_label_can_be_named(content, options, found, tmp_path):
    assert read(content, tmp_path, **options) == found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("-DOCSTART- O\n\nBonn\tLOC-B\nam\tLOC-I\nRhein\tLOC-I\nruft\tO\n", "suffixes"),
        ("Bonn B_LOC\nam I_LOC\nRhein I_LOC\nruft O\n", "underscores"),
        ("Bonn B:LOC\nam I:LOC\nRhein E:LOC\nruft O\n", "colons"),
        ("B-LOC\tBonn\nI-LOC\tam\nI-LOC\tRhein\nO\truft\n", "tags first"),
        ("Bonn NE B-NC B-LOC\nam APPRART I-NC I-LOC\nRhein NN I-NC I-LOC\nruft VVFIN B-VC O\n", "chunks beside"),
        ("1 Bonn _ B-LOC 0.9\n2 am _ I-LOC 0.8\n3 Rhein _ I-LOC 0.7\n4 ruft _ O 1.0\n", "probabilities"),
        ("s1 Bonn B-LOC\ns1 am I-LOC\ns1 Rhein I-LOC\ns1 ruft O\n", "the number of the sentence"),
        ("Bonn 0 4 B-LOC\nam 5 7 I-LOC\nRhein 8 13 I-LOC\nruft 14 18 O\n", "offsets behind"),
        ("0 4 Bonn B-LOC\n5 7 am I-LOC\n8 13 Rhein I-LOC\n14 18 ruft O\n", "offsets before"),
        ("NE Bonn B-LOC\nAPPRART am I-LOC\nNN Rhein I-LOC\nVVFIN ruft O\n", "parts of speech first"),
        ("token,ner\nBonn,B-LOC\nam,I-LOC\nRhein,I-LOC\nruft,O\n", "commas"),
        ("ner;pos;token\nB-LOC;NE;Bonn\nI-LOC;A;am\nI-LOC;N;Rhein\nO;V;ruft\n", "semicolons"),
        ("1\t-DOCSTART-\tO\n\n1\tBonn\tB-LOC\n2\tam\tI-LOC\n3\tRhein\tI-LOC\n4\truft\tO\n", "a numbered -DOCSTART-"),
    ],
)
def test_the_words_are_found_among_other_columns(content, found, tmp_path):
    assert read(content, tmp_path) == [("Bonn am Rhein ruft", [("Bonn am Rhein", "LOC")])], found


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("Bonn B-LOC O\nruft O B-X\n", r"several columns may hold the tags: 2: B-LOC, O; 3: O, B-X\n.*--tag-column 3"),
        ("Bonn B-LOC O\nruft O O\n", r"several columns may hold the tags"),
        ("Bonn B-LOC LOC\nruft O O\nlaut O O\n", r"several columns may hold the tags"),
        ("token\tgold\tpred\nBonn\tB-LOC\tO\nruft\tO\tO\n", r"several columns may hold the tags: gold.*--tag-column"),
        ("1\tB-LOC\n2\tO\n", r"there is no column of words"),
        ("Bonn NE\nruft VVFIN\n", r"no column of tags was found .*'NE', 'VVFIN'"),
        ("Bonn LOC\nruft -\nlaut -\n", r"no column of tags"),
        ("Bonn NE B-NP LOC\nruft VVFIN B-VP -\n", r"column 3 holds phrases"),
        ("token\tchunk\tner\nBonn\tB-NP\tLOC\nruft\tB-VP\t-\n", r"no column of tags.*3 \(ner\)"),
        ("the\tO\ncystic\tB\nfibrosis\tI\nBonn\tLOC\n", r"'B' may be a prefix or a label, beside 'LOC'"),
        ("Bonn B-LOC\nruft -\n", r":2: '-' is not a tag\n  Outside of all spans the tag is the letter O"),
        ("Bonn\tB-LOC|B-ORG\nruft\tO\n", r":1: 'B-LOC\|B-ORG' is several tags in one cell"),
        ("Bonn\tB-LOC B-ORG\nruft\tO\n", r":1: 'B-LOC B-ORG' is several tags in one cell"),
        ("Bonn\tB-LOC,I-ORG\nruft\tO\n", r":1: .* several tags"),
        ("Bonn\tB-LOC#B-ORG\nruft\tO\n", r":1: .* several tags"),
        ("Bonn B-LOC\nruft laut O\nund O\n", r":2: this line has 3 columns, the others 2\n.*by tabs"),
        ("Bonn NE B-LOC\nruft O\nund KON O\n", r":2: this line has 2 columns, the others 3"),
        ("Bonn B-LOC\rruft O\rlaut O\r", r"carriage return"),
        ("Bonn LOC\nruft LOC\n", r"no column of tags was found"),
        ("Bonn\tB-LOC\nruft\t\n", r":2: 'ruft' is not a tag"),
        ("#begin document (a); part 0\n" + "a 0 0 Bonn N * - - - - (GPE* -\n" * 2, r":3: '\(GPE\*' opens a bracket"),
        ("#begin document (a); part 0\na 0 0 Bonn N * - - - - (GPE* -\n", r":2: the bracket of 'GPE' is not closed"),
        ('a,tag,word\n1,O,"x\n', r"not CSV"),
        ("token\ttag\n1\tBonn\tB-LOC\n2\truft\tO\n", r"2 columns are named, 'token, tag', but the rows have 3"),
        ("# global.columns = ID FORM\n1\tBonn\tB-LOC\n", r"2 columns are named, 'ID, FORM', but the rows have 3"),
        ("Bonn\tLOC\nNew York\t\nruft\tO\nlaut\tO\n", r":2: this line is separated by spaces, the others by tabs"),
        ("Bonn\tLOC\nruft\t\u041e\nlaut\tO\nund\tO\n", r":2: '\u041e' is not a tag\n  A single letter"),
        ("Bonn\tB\u2013LOC\nruft\tO\nlaut\tO\n", r":1: 'B\u2013LOC' is not a tag"),
        ("Bonn\tB.LOC\nruft\tO\nlaut\tO\n", r":1: 'B.LOC' is not a tag"),
        ("Bonn\tB_LOC\nam\tI:LOC\nruft\tO\n", r":2: 'I:LOC' is not a tag"),
        ("Satz;Wort;Tag\n1;Bonn;B-LOC\n1;ruft;O\n", r":1: 'Tag' is not a tag\n  If this is a header row"),
        ("Bonn\tB\nRom\tB\n", r"the tags B have no label\n  Name the label of all spans with --label NAME"),
    ],
)  # fmt: skip
def test_what_could_be_misread_is_refused_with_a_remedy(content, why, tmp_path):
    found = "\n".join(item for item in read(content, tmp_path) if isinstance(item, str))
    assert re.search(why, found, re.DOTALL), found
    assert "\n  " in found


def test_sentences_are_told_apart_by_their_column_where_no_line_is_empty(tmp_path):
    rows = "".join(f"s{number}\t{word}\t{tag}\n" for number in "12" for word, tag in (("Bonn", "LOC"), ("ruft", "O")))
    assert read(rows, tmp_path) == [("Bonn ruft", [("Bonn", "LOC")])] * 2
    header = "sentence_id\tword\ttag\n"
    assert read(header + rows, tmp_path) == [("Bonn ruft", [("Bonn", "LOC")])] * 2


@pytest.mark.parametrize(
    "content",
    [
        "I live in Bonn\nYou live in Rome\n",
        "23|t|A title of a paper\n23|a|Its abstract\n23\t0\t5\tspleen\tDisease\tD011\n",
        "word\tPOS\nBonn\tNE\nruft\tVVFIN\n",
        "text,label\nI love it,positive\nI hate it,negative\n",
        "Type O\n",
        "a_b\t1\nc_d\t0\n",
    ],
)
def test_prose_and_other_tables_are_not_taken_for_words_and_tags(content, tmp_path):
    (tmp_path / "a.txt").write_text(content)
    with pytest.raises(InputError, match=r"cannot be detected|does not read"):
        formats.detect(tmp_path / "a.txt")


@pytest.mark.parametrize("suffix", [".txt", ".tsv", ".csv", ".conllu", ".conllup", ".iob2", ".bio", ""])
def test_a_file_of_columns_is_recognised_whatever_its_name(suffix, tmp_path):
    path = tmp_path / f"a{suffix}"
    path.write_text("Bonn B-LOC\nruft O\n")
    assert formats.detect(path) == "conll"


WORDS = st.sampled_from(["Bonn", "ruft", "O", "U-Boot", "B-52", "laut", "am", "Rhein", "#", "7", "und", "-", "NN"])
ORDINARY = {"Bonn", "ruft", "laut", "Rhein", "und"}
TAGS = st.sampled_from(["O", "O", "B-LOC", "I-LOC", "B-PER-X"])
SENTENCES = st.lists(st.lists(st.tuples(WORDS, TAGS), min_size=1, max_size=6), min_size=1, max_size=4)
EXTRAS = ("index from 0", "index from 1", "filler", "pos", "sentence", "lemma", "probability")


def cells_of(sentence, number, word, tag):
    """What stands in each kind of column of a row."""
    pos = ("NN", "VB", "IN")[len(word) % 3]
    values = (str(number), str(number + 1), "_", pos, f"s{sentence}", f"{word.lower()}e", f"0.{number + 1}")
    return {"word": word, "tag": tag, **dict(zip(EXTRAS, values, strict=True))}


@FEW
@given(data=st.data(), sentences=SENTENCES)
def test_a_table_is_read_whole_or_refused(data, sentences, tmp_path_factory):
    names = data.draw(st.lists(st.sampled_from(EXTRAS), max_size=3, unique=True))
    assume(any(word in ORDINARY for sentence in sentences for word, _ in sentence))
    order = data.draw(st.permutations(["word", "tag", *names]))
    assume("lemma" not in order or order.index("lemma") > order.index("word"))  # of two columns of words the first
    separator = data.draw(st.sampled_from([" ", "\t", "  "]))
    is_headed = data.draw(st.booleans())
    blocks = []
    for number, sentence in enumerate(sentences):
        rows = []
        for n, (word, tag) in enumerate(sentence):
            cells = cells_of(number, n, word, tag)
            rows.append(separator.join(cells[name] for name in order))
        blocks.append("\n".join(rows))
    header = separator.join(name.replace(" ", "") for name in order) + "\n\n" if is_headed else ""
    path = tmp_path_factory.mktemp("any") / "a.conll"
    path.write_text(header + "\n\n".join(blocks) + "\n")
    found = list(conll.scan(path))
    if any(isinstance(item, InputError) for item in found):
        assert all(str(item) for item in found)
        return
    alone = path.with_name("alone.conll")
    alone.write_text("\n\n".join("\n".join(f"{word}\t{tag}" for word, tag in sentence) for sentence in sentences))
    options = ReadOptions(word_column="1", tag_column="2")
    wanted = list(conll.scan(alone, options))
    lemmas = [(record.text, record.spans) for record in found]
    assert lemmas == [(record.text, record.spans) for record in wanted]


HIPE = (
    "TOKEN\tNE-COARSE-LIT\tNE-COARSE-METO\tNE-FINE-COMP\tNEL-LIT\tMISC\n"
    "# language = de\n"
    "# hipe2022:document_id = NZZ-1798\n"
    "Die\tO\tO\tO\t_\t_\n"
    "# segment_iiif_link = https://example.org/1\n"
    "Schweiz\tB-loc\tB-org\tO\tQ39\tNoSpaceAfter\n"
    "\n"
    "Bern\tB-loc\tO\tO\tQ70\t_\n"
)


def test_comments_below_a_header_and_among_rows_are_no_words(tmp_path):
    why = "several columns may hold the tags: NE-COARSE-LIT: O, B-loc; NE-COARSE-METO: O, B-org; NE-FINE-COMP: O"
    assert why in read(HIPE, tmp_path, ".tsv")[0]
    assert "e.g. --tag-column NE-COARSE-METO;" in read(HIPE, tmp_path, ".tsv")[0]  # not the column without spans
    found = read(HIPE, tmp_path, ".tsv", tag_column="NE-COARSE-LIT")
    assert found == [("Die Schweiz", [("Schweiz", "loc")]), ("Bern", [("Bern", "loc")])]
    assert formats.detect(tmp_path / "wire.tsv") == "conll"
    first = next(conll.scan(tmp_path / "wire.tsv", ReadOptions(tag_column="NE-COARSE-METO")))
    assert first.extra["comments"] == [
        "# language = de",
        "# hipe2022:document_id = NZZ-1798",
        "# segment_iiif_link = https://example.org/1",
    ]


@pytest.mark.parametrize("key", ["sent_id", "id", "text", "newdoc id"])
def test_a_comment_that_begins_a_sentence_is_refused_among_rows(key, tmp_path):
    assert ":2: this line " in read(f"Rom\tB-LOC\n# {key} = s2\nBonn\tB-LOC\n", tmp_path)[0]


def test_the_language_before_each_word_is_no_part_of_it(tmp_path):
    content = "en:Rome\tB-LOC\nen:is\tO\nen::\tO\n\nen:en:x\tO\nen:Bonn\tB-LOC\n"
    assert read(content, tmp_path) == [("Rome is :", [("Rome", "LOC")]), ("en:x Bonn", [("Bonn", "LOC")])]
    notes = [note.message for record in conll.scan(tmp_path / "wire.conll") for note in record.notes]
    assert notes == ["every word begins with 'en:', which is read as no part of it"]


@pytest.mark.parametrize("other", ["Bonn", "de:Bonn", "en:"])
def test_words_of_which_one_has_another_beginning_are_read_as_they_are(other, tmp_path):
    (found,) = read(f"en:Rome\tB-LOC\nen:is\tO\n{other}\tB-LOC\nen:x\tO\n", tmp_path)
    assert found == (f"en:Rome en:is {other} en:x", [("en:Rome", "LOC"), (other, "LOC")])
