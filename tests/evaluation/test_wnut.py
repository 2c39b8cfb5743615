"""The shape of the WNUT-2017 shared task: gold in two columns, system outputs in two or three, with their faults."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from goldspan.errors import InputError
from goldspan.evaluation.alignment import pair
from goldspan.formats.options import ReadOptions
from goldspan.formats.sources import count_notes, read_source

GOLD = """@Marsh\tB-person
left\tO
Port\tB-location
Ellis\tI-location
!\tO

#harbour\tO
by\tO
The\tB-group
Quiet\tI-group
Ones\tI-group

RT\tO
:\tO
Marsh\tB-person
"""
OUTPUT = GOLD.replace("Port\tB-location", "Port\tO").replace("Ellis\tI", "Ellis\tB")


def files(folder, gold, output):
    paths = folder / "emerging.annotated", folder / "system.out"
    for path, content in zip(paths, (gold, output), strict=True):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return paths


def compare(folder, gold, output, repair="conlleval", **reading):
    gold, output = files(folder, gold, output)
    return pair(read_source(gold), read_source(output, reading=ReadOptions(repair=repair, **reading)), language="en")


def spans(examples):
    return [{(s.start, s.end, s.label) for s in example.spans} for example in examples]


def counts(paired):
    """Correct, in gold, predicted: what wnuteval.py derives its entity F1 from."""
    both = list(zip(spans(paired.gold), spans(paired.predicted), strict=True))
    return sum(len(a & b) for a, b in both), sum(len(a) for a, _ in both), sum(len(b) for _, b in both)


def test_two_columns_against_two_columns(tmp_path):
    paired = compare(tmp_path, GOLD, OUTPUT)
    assert counts(paired) == (3, 4, 4)
    assert paired.notes == []


def test_three_columns_are_token_gold_and_prediction(tmp_path):
    rows = zip(GOLD.split("\n"), OUTPUT.split("\n"), strict=True)
    pasted = "\n".join(f"{gold}\t{out.split(chr(9))[1]}" if gold else "" for gold, out in rows)
    paired = compare(tmp_path, GOLD, pasted, tag_column="-1")
    assert (counts(paired), paired.notes) == ((3, 4, 4), [])
    with pytest.raises(InputError, match=r"several columns may hold the tags: 2: .*; 3: .*\n.*--tag-column 3"):
        compare(tmp_path, GOLD, pasted)


def test_a_prediction_of_no_span_beside_gold_is_not_taken_for_gold(tmp_path):
    pasted = "".join(f"{line}\tO\n" if line else "\n" for line in GOLD.split("\n"))
    with pytest.raises(InputError, match=r"several columns may hold the tags"):
        compare(tmp_path, GOLD, pasted)
    assert counts(compare(tmp_path, GOLD, pasted, tag_column="-1")) == (0, 4, 0)


FAULTS = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "no newline at the end": lambda text: text.rstrip("\n"),
    "blank lines at the start, doubled and at the end": lambda text: "\n\n" + text.replace("\n\n", "\n\n\n") + "\n\n",
    "blanks in blank lines": lambda text: text.replace("\n\n", "\n \t\n"),
    "trailing blanks": lambda text: text.replace("\n", " \n").replace("\n \n", "\n\n"),
    "a trailing tab": lambda text: text.replace("O\n", "O\t\n"),
    "blanks around the columns": lambda text: text.replace("\t", " \t "),
    "blanks for tabs": lambda text: text.replace("\t", "  "),
    "a byte order mark": lambda text: "\ufeff" + text,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_form_change_nothing_and_need_no_note(fault, tmp_path):
    clean = compare(tmp_path, GOLD, OUTPUT)
    faulty = compare(tmp_path, GOLD, FAULTS[fault](OUTPUT))
    assert spans(faulty.predicted) == spans(clean.predicted)
    assert faulty.notes == []
    assert spans(compare(tmp_path, FAULTS[fault](GOLD), OUTPUT).gold) == spans(clean.gold)


def test_a_misspelt_token_is_a_note_and_its_tag_counts_for_golds_token(tmp_path):
    paired = compare(tmp_path, GOLD, OUTPUT.replace("Quiet", "Qiuet").replace("@Marsh", "@MARSH"))
    assert counts(paired) == (3, 4, 4)
    assert [str(note) for note in paired.notes] == [
        f"{tmp_path / 'system.out'}:1: emerging.p01: '@MARSH' is aligned with '@Marsh'",
        f"{tmp_path / 'system.out'}:10: emerging.p02: 'Qiuet' is aligned with 'Quiet'",
    ]


def test_an_undecodable_token_is_repaired_in_a_long_file_only(tmp_path):
    damaged = OUTPUT.encode().replace(b"Quiet", b"Qui\xe9t")
    with pytest.raises(InputError, match=r"system.out:10: not UTF-8 at byte 3"):
        compare(tmp_path, GOLD, damaged)
    paired = compare(tmp_path, GOLD + "\n" + GOLD * 20, damaged + b"\n" + OUTPUT.encode() * 20)
    assert count_notes(paired.notes) == {"different-token": 1, "mended-line": 1}
    assert counts(paired) == (63, 84, 84)


@pytest.mark.parametrize("line", ["Quiet\tgroup\n", "Quiet\n", "\tI-group\n"])
def test_a_line_without_word_or_tag_is_mended_and_noted(line, tmp_path):
    damaged = OUTPUT.replace("Quiet\tI-group\n", line)
    paired = compare(tmp_path, GOLD + "\n" + GOLD * 20, damaged + "\n" + OUTPUT * 20)
    (mended,) = (note for note in paired.notes if note.kind == "mended-line")
    assert mended.line == 10
    assert len(paired.predicted) == 44


def test_lost_words_are_mended_wherever_they_are(tmp_path):
    output = OUTPUT.replace("Quiet\t", "\t").replace("left\t", "\t")
    paired = compare(tmp_path, GOLD, output)
    assert counts(paired) == (3, 4, 4)
    assert count_notes(paired.notes) == {"mended-line": 2, "different-token": 2}


def test_lines_without_a_word_for_blank_lines_are_listed_and_do_no_harm(tmp_path):
    paired = compare(tmp_path, GOLD, OUTPUT.replace("\n\n", "\n\tO\n"))
    assert counts(paired) == (3, 4, 4)
    assert count_notes(paired.notes) == {"extra-token": 2, "mended-line": 2}


def test_a_missing_blank_line_is_noted_and_tags_end_with_gold_sentences(tmp_path):
    gold = "a\tO\nMarsh\tB-person\n\nEllis\tB-person\nleft\tO\n"
    merged = "a\tO\nMarsh\tB-person\nEllis\tI-person\nleft\tO\n"
    paired = compare(tmp_path, gold, merged)
    assert counts(paired) == (2, 2, 2)
    assert [(note.kind, note.line, note.message) for note in paired.notes] == [
        ("different-breaks", 3, "no sentence ends before 'Ellis', unlike in gold")
    ]


def test_a_missing_sentence_is_listed_and_its_spans_are_missed(tmp_path):
    first, second, third = GOLD.split("\n\n")
    paired = compare(tmp_path, GOLD, f"{first}\n\n{third}")
    assert [(n.kind, n.example, n.line) for n in paired.notes] == [("missing-example", "emerging.p02", 7)]
    assert counts(paired) == (3, 4, 3)
    paired = compare(tmp_path, f"{first}\n\n{third}", GOLD)
    assert [(n.kind, n.example, n.line) for n in paired.notes] == [("extra-example", "system.p02", 7)]
    assert "5 tokens, 3 of them tagged" in paired.notes[0].message
    assert counts(paired) == (3, 3, 3)
    assert second


def test_missing_and_extra_tokens_are_listed_and_the_rest_counts(tmp_path):
    short = GOLD.replace("left\tO\n", "").replace("by\tO\n", "by\tO\nindeed\tB-group\n")
    paired = compare(tmp_path, GOLD, short)
    assert [(n.kind, n.line, n.message) for n in paired.notes] == [
        ("missing-token", 2, "no prediction for 'left': read as O"),
        ("extra-token", 8, "'indeed' is not in gold; its tag B-group does not count"),
    ]
    assert counts(paired) == (4, 4, 4)


def test_other_texts_are_refused_at_the_first_difference(tmp_path):
    other = "@Marsh\tO\nis\tO\nhere\tO\nto\tO\nstay\tO\n\nfor\tO\ngood\tO\n"
    with pytest.raises(InputError) as caught:
        compare(tmp_path, GOLD, other)
    assert str(caught.value).startswith(f"{tmp_path / 'system.out'}:2: these are not the sentences of gold: ")
    assert "the first difference is 'is', where gold has 'left'" in caught.value.message
    assert caught.value.remedy


def test_repairs_are_noted_and_counted(tmp_path):
    output = GOLD.replace("Port\tB", "Port\tI").replace("Quiet\tI-group", "Quiet\tI-person")
    lenient, strict = (compare(tmp_path, GOLD, output, repair) for repair in ("conlleval", "strict"))
    assert count_notes(lenient.notes) == count_notes(strict.notes) == {"repaired-tag": 3}
    assert [note.line for note in strict.notes] == [3, 10, 11]
    assert counts(lenient) == (3, 4, 6)
    assert counts(strict) == (2, 4, 3)
    assert lenient.notes[0].message == "'I-location' is not allowed here in IOB2: read as conlleval does"
    assert strict.notes[0].message == "'I-location' is not allowed here in IOB2: its chunk is not a span"


def token_lines(text):
    """A token per line from `word/tag word/tag`."""
    return "".join(f"{item.replace('/', ' ')}\n" for item in text.split())


@pytest.mark.parametrize(
    ("gold", "output", "wanted"),
    [
        ("North/B-M African/E-M Grand/B-M Prix/E-M", "North/B-M African/I-M Grand/I-M Prix/E-M", (0, 2, 1)),
        ("a/B-P b/I-P c/L-P d/U-P", "a/B-P b/I-P c/E-P d/S-P", (2, 2, 2)),
        ("a/B-ARGM-LOC b/I-ARGM-LOC c/B-ARGM-TIME", "a/B-ARGM-LOC b/I-ARGM-LOC c/B-X-TIME", (1, 2, 2)),
        ("Rom/B-LOC ruft/O New/B-LOC York/I-LOC ./O", "Rom/B-LOC ruft/O New/B-LOC York./I-LOC", (1, 2, 2)),
    ],
)
def test_each_side_is_read_in_its_own_spelling_of_the_scheme(gold, output, wanted, tmp_path):
    assert counts(compare(tmp_path, token_lines(gold), token_lines(output))) == wanted


def test_a_token_that_the_prediction_lacks_is_noted(tmp_path):
    paired = compare(tmp_path, token_lines("Rom/B-LOC ./O ruft/O"), token_lines("Rom./B-LOC ruft/O"))
    assert {"different-token", "missing-token"} & {note.kind for note in paired.notes}


def test_under_strict_two_schemes_are_noted(tmp_path):
    gold, output = (
        token_lines("Bonn/B-LOC und/O New/B-LOC York/I-LOC"),
        token_lines("Bonn/I-LOC und/O New/I-LOC York/I-LOC"),
    )
    for name, content in (("gold", gold), ("output", output)):
        (tmp_path / name).write_text(content)
    sides = [read_source(tmp_path / name, reading=ReadOptions(repair="strict")) for name in ("gold", "output")]
    (note,) = pair(*sides, language="en").notes
    assert note.kind == "several-schemes"
    assert "gold is tagged in IOB2, the prediction in IOB1" in note.message
    assert compare(tmp_path, gold, output).notes == []


@pytest.mark.parametrize("line", ["Quiet\tgroup\n", "Quiet\n", "\tI-group\n"])
def test_gold_is_never_mended(line, tmp_path):
    path = tmp_path / "gold"
    path.write_text(GOLD.replace("Quiet\tI-group\n", line) + "\n" + GOLD * 20)
    with pytest.raises(InputError, match=r"gold:10: "):
        read_source(path, mend=False)
    assert count_notes(read_source(path).notes)["mended-line"] == 1


@pytest.mark.parametrize("line", ["Quiet Ones\tthe\tI-group\n", "Quiet\tI-group\tO\n"])
def test_a_row_with_more_columns_is_mended_in_no_file(line, tmp_path):
    path = tmp_path / "system.out"
    path.write_text(GOLD.replace("Quiet\tI-group\n", line) + "\n" + GOLD * 20)
    with pytest.raises(InputError, match=r"system.out:10: this line has 3 columns, the others 2"):
        read_source(path)


tags = st.sampled_from(["O", "B-person", "I-person", "B-creative-work", "I-creative-work"])
sequences = st.lists(st.lists(st.tuples(tags, tags), min_size=1, max_size=6), min_size=1, max_size=5)


@settings(max_examples=50)
@given(sequences=sequences)
def test_the_counts_are_those_of_conlleval_whatever_the_tags(sequences, tmp_path_factory):
    columns = [[[pair[side] for pair in sentence] for sentence in sequences] for side in (0, 1)]
    wanted = [{(label, start, end) for label, start, end in get_entities(column)} for column in columns]
    text = ["\n\n".join("\n".join(f"w{n}\t{tag}" for n, tag in enumerate(s)) for s in column) for column in columns]
    paired = compare(tmp_path_factory.mktemp("any"), *text)
    assert counts(paired) == (len(wanted[0] & wanted[1]), len(wanted[0]), len(wanted[1]))


rows = st.tuples(st.sampled_from(["a", "b", "c", "d", "e", "#", "\u00e9"]), tags)
sides = st.lists(st.lists(rows, min_size=1, max_size=6), min_size=1, max_size=5)


@settings(max_examples=100)
@given(gold=sides, output=sides)
def test_every_predicted_token_counts_or_is_noted_whatever_the_files(gold, output, tmp_path_factory):
    text = ["\n\n".join("\n".join(map("\t".join, sentence)) for sentence in side) for side in (gold, output)]
    try:
        paired = compare(tmp_path_factory.mktemp("any"), *text)
    except InputError as error:
        assert error.line is not None  # noqa: PT017  (no error is as good)
        return
    found = count_notes(paired.notes)
    missing = [len(gold[number]) for number in range(len(gold)) if is_missing(paired, number)]
    extra = [int(note.message.split()[3]) for note in paired.notes if note.kind == "extra-example"]
    stood = sum(map(len, gold)) - sum(missing) - found.get("missing-token", 0)
    assert stood == sum(map(len, output)) - sum(extra) - found.get("extra-token", 0)
    assert [e.text for e in paired.predicted] == [e.text for e in paired.gold]


def is_missing(paired, number):
    name = paired.gold[number].id
    return any(note.kind == "missing-example" and note.example == name for note in paired.notes)
