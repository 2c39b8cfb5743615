"""JSON rows of other programs: every shape in which they are found, and what is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import goldspan
from goldspan import formats
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.formats import ReadOptions, gold, row_keys
from helpers import strategies

FEW = settings(max_examples=min(20, settings().max_examples))  # each writes files
TEXT = "Rom ruft Bonn."
WANTED = {(0, 3, "LOC"), (9, 13, "LOC")}


def write(folder, *rows, name="in.jsonl"):
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def found(path, form="rows", **options):
    examples = formats.load(path, form, ReadOptions(**options))
    return [{(span.start, span.end, span.label) for span in example.spans} for example in examples]


def refusal(path, form="rows", **options):
    errors = [error for error in formats.get(form).scan(path, ReadOptions(**options)) if isinstance(error, InputError)]
    assert errors, "nothing was refused"
    return str(errors[0])


ROWS = {
    "objects": {
        "text": TEXT,
        "entities": [{"start": 0, "end": 3, "label": "LOC"}, {"start": 9, "end": 13, "label": "LOC"}],
    },
    "triples": {"text": TEXT, "spans": [[0, 3, "LOC"], [9, 13, "LOC"]]},
    "triples with the label first": {"text": TEXT, "ents": [["LOC", 0, 3], ["LOC", 9, 13]]},
    "triples with words": {"text": TEXT, "annotations": [[0, 3, "LOC", "Rom"], [9, 13, "LOC", "Bonn"]]},
    "triples with scores": {"text": TEXT, "predictions": [[0, 3, "LOC", 0.9], [9, 13, "LOC", 1]]},
    "transformers": {
        "text": TEXT,
        "output": [
            {"entity_group": "LOC", "score": 0.99, "word": "rom", "start": 0, "end": 3},
            {"entity_group": "LOC", "score": 0.98, "word": "bo ##nn", "start": 9, "end": 13},
        ],
    },
    "Flair": {
        "text": TEXT,
        "labels": [],
        "entities": [
            {"text": "Rom", "start_pos": 0, "end_pos": 3, "labels": [{"value": "LOC", "confidence": 0.9}]},
            {"text": "Bonn", "start_pos": 9, "end_pos": 13, "labels": [{"value": "LOC", "confidence": 0.8}]},
        ],
    },
    "GLiNER's predictions": {
        "text": TEXT,
        "entities": [
            {"start": 0, "end": 3, "text": "Rom", "label": "LOC", "score": 0.9},
            {"start": 9, "end": 13, "text": "Bonn", "label": "LOC", "score": 0.9},
        ],
    },
    "JSON-MIN": {
        "text": TEXT,
        "id": 7,
        "label": [
            {"start": 0, "end": 3, "text": "Rom", "labels": ["LOC"]},
            {"start": 9, "end": 13, "text": "Bonn", "labels": ["LOC"]},
        ],
        "annotator": 1,
    },
    "spaCy 2": [TEXT, {"entities": [[0, 3, "LOC"], [9, 13, "LOC"]]}],
    "spaCy's to_json": {
        "text": TEXT,
        "ents": [{"start": 0, "end": 3, "label": "LOC"}, {"start": 9, "end": 13, "label": "LOC"}],
        "tokens": [{"id": 0, "start": 0, "end": 3, "tag": "NE"}],
    },
    "a span group": {
        "text": TEXT,
        "spans": {"sc": [{"start": 0, "end": 3, "label": "LOC"}, {"start": 9, "end": 13, "label": "LOC"}]},
    },
    "columns": {"text": TEXT, "entities": {"start": [0, 9], "end": [3, 13], "label": ["LOC", "LOC"]}},
    "offset and length": {
        "content": TEXT,
        "named_entities": [
            {"offset": 0, "length": 3, "category": "LOC", "text": "Rom"},
            {"offset": 9, "length": 4, "category": "LOC", "text": "Bonn"},
        ],
    },
    "BigBio": {
        "text": TEXT,
        "entities": [
            {"id": "1", "type": "LOC", "text": ["Rom"], "offsets": [[0, 3]]},
            {"id": "2", "type": "LOC", "text": ["Bonn"], "offsets": [[9, 13]]},
        ],
    },
    "old Doccano": {
        "text": TEXT,
        "annotations": [
            {"label": "LOC", "start_offset": 0, "end_offset": 3, "user": 1},
            {"label": "LOC", "start_offset": 9, "end_offset": 13, "user": 1},
        ],
    },
    "words beside a name for them": {
        "text": TEXT,
        "mentions": [
            {"begin": 0, "stop": 3, "entity": "Rom", "class": "LOC"},
            {"begin": 9, "stop": 13, "entity": "Bonn", "class": "LOC"},
        ],
    },
    "the same under two keys": {
        "text": TEXT,
        "label": [[0, 3, "LOC"], [9, 13, "LOC"]],
        "spans": [[0, 3, "LOC"], [9, 13, "LOC"]],
    },
}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("layout", ["lines", "array", "indented", "object"])
def test_rows_that_differ_in_names_alone_are_read_alike(name, layout, tmp_path):
    row = ROWS[name]
    values = {"array": [row], "indented": [row, row], "object": {"version": 3, "classes": ["LOC"], "rows": [row, None]}}
    content = json.dumps(values.get(layout, row), indent=1 if layout == "indented" else None)
    path = tmp_path / ("in.jsonl" if layout == "lines" else "in.json")
    path.write_text(content)
    assert formats.detect(path) == "rows"
    assert found(path) == [WANTED] * (2 if layout == "indented" else 1)


TOKENS = ["Rom", "ruft", "Bonn", "."]
TOKEN_ROWS = {
    "names of tags": {"tokens": TOKENS, "ner_tags": ["B-LOC", "O", "B-LOC", "O"]},
    "tags beside others": {"words": TOKENS, "pos_tags": ["B-X", "O", "O", "O"], "labels": ["B-LOC", "O", "U-LOC", "O"]},
    "labels without prefixes": {"tokens": TOKENS, "tags": ["LOC", "O", "LOC", "O"]},
    "GLiNER": {"tokenized_text": TOKENS, "ner": [[0, 0, "LOC"], [2, 2, "LOC"]]},
    "the end not included": {
        "tokens": TOKENS,
        "entities": [
            {"type": "LOC", "start": 0, "end": 1},
            {"type": "LOC", "start": 2, "end": 3},
            {"type": "END", "start": 3, "end": 4},
        ],
    },
    "tokens and their text": {"tokens": TOKENS, "text": "Rom ruft  Bonn.", "ner_tags": ["B-LOC", "O", "B-LOC", "O"]},
}


@pytest.mark.parametrize("name", TOKEN_ROWS)
def test_rows_of_tokens_are_read_with_offsets_that_are_true_to_their_text(name, tmp_path):
    path = write(tmp_path, TOKEN_ROWS[name])
    assert formats.detect(path) == "rows"
    (example,) = formats.load(path)
    assert example.text == TOKEN_ROWS[name].get("text", "Rom ruft Bonn .")
    assert [example.surface(span) for span in example.spans if span.label == "LOC"] == ["Rom", "Bonn"]


def test_bare_tags_and_spans_without_labels_take_the_label_that_is_named(tmp_path):
    tokens = write(tmp_path, {"tokens": TOKENS, "ner_tags": ["B", "O", "B", "O"]})
    assert found(tokens, label="LOC") == [WANTED]
    assert "--label" in refusal(tokens)
    spans = write(tmp_path, {"text": TEXT, "spans": [{"start": 0, "end": 3}, {"start": 9, "end": 13}]})
    assert found(spans, label="LOC") == [WANTED]
    assert "--label" in refusal(spans)


def test_malformed_tags_are_repaired_as_the_option_says(tmp_path):
    rows = [{"tokens": ["a", "b"], "ner_tags": ["B-X", "I-X"]}] * 9
    path = write(tmp_path, *rows, {"tokens": ["a", "b"], "ner_tags": ["O", "I-X"]})
    assert found(path)[-1] == {(2, 3, "X")}
    assert found(path, repair="strict")[-1] == set()
    *_, last = formats.get("rows").scan(path, ReadOptions(repair="strict"))
    (note,) = last.notes
    assert (note.kind, note.line) == ("repaired-tag", 10)
    assert "'I-X' is not allowed here in IOB2" in note.message
    assert found(path, repair="strict", tagging_scheme="IOB1")[:9] == [set()] * 9


def test_the_first_rows_decide_nothing_alone(tmp_path):
    rows = [{"text": "Nichts hier.", "spans": []}] * 300 + [ROWS["triples"]]
    assert found(path := write(tmp_path, *rows), formats.detect(path))[-1] == WANTED
    rows = [{"text": "Nichts hier."}] * 300 + [ROWS["objects"]]
    assert found(path := write(tmp_path, *rows), formats.detect(path))[-1] == WANTED


def test_a_row_without_a_key_for_spans_is_not_annotated_and_one_with_an_empty_list_has_none(tmp_path):
    path = write(
        tmp_path, {"text": "Nichts."}, {"text": "Leer.", "spans": []}, {"text": "Null.", "spans": None}, ROWS["triples"]
    )
    records = list(formats.get("rows").scan(path))
    assert [record.example().is_annotated for record in records] == [False, True, False, True]
    assert [note.kind for record in records for note in record.notes] == ["no-annotation", "no-annotation"]


def test_ids_and_further_keys_are_kept(tmp_path):
    rows = [
        {
            "doc_id": 4,
            "id": "a",
            "text": TEXT,
            "at": "noon",
            "spans": [{"start": 0, "end": 3, "label": "LOC", "score": 0.5}],
        }
    ]
    (example,) = formats.load(write(tmp_path, *rows), "rows")
    assert example.id == "a"
    assert example.extra == {"doc_id": 4, "row_at": "noon", "span_details": [[0, 3, "LOC", {"score": 0.5}]]}


def test_a_number_of_a_document_names_no_rows_that_share_it(tmp_path):
    rows = [{"doc_id": 4, "text": "Rom.", "spans": [[0, 3, "LOC"]]}, {"doc_id": 4, "text": "Ulm.", "spans": []}]
    assert [example.id for example in formats.load(write(tmp_path, *rows), "rows")] == ["in.1", "in.2"]
    assert [example.id for example in formats.load(write(tmp_path, rows[0]), "rows")] == ["4"]


def test_numbers_of_labels_are_read_where_the_file_names_them(tmp_path):
    row = {"text": TEXT, "annotations": [{"label": 7, "start_offset": 0, "end_offset": 3}]}
    path = tmp_path / "in.json"
    path.write_text(json.dumps({"labels": [{"id": 7, "text": "LOC"}], "examples": [row]}))
    assert found(path) == [{(0, 3, "LOC")}]
    path.write_text(json.dumps([row]))
    assert "the number 7" in refusal(path)


def test_annotation_that_has_only_ids_takes_the_texts_that_are_given(tmp_path):
    path = write(tmp_path, {"id": "a", "entities": [{"entity_group": "LOC", "start": 0, "end": 3}]})
    assert found(path, texts={"a": TEXT}) == [{(0, 3, "LOC")}]
    assert "no text for the id 'a'" in refusal(path, texts={"b": TEXT})
    assert "--texts" in refusal(path)


REFUSED = {
    "another key": ({"text": TEXT, "funde": [[0, 3, "LOC"]]}, "'funde'"),
    "another key beside an empty list": ({"text": TEXT, "spans": [], "funde": [[0, 3, "LOC"]]}, "'funde'"),
    "inside another object": ({"text": TEXT, "x": {"y": [{"von_start": 0, "von_end": 3, "my_label": "LOC"}]}}, "'x'"),
    "extents by label": ({"text": TEXT, "label": {"LOC": {"Rom": [[0, 2]]}}}, "'label'"),
    "tags of tokens under another key": ({"text": TEXT, "fun": ["B-LOC", "O"]}, "'fun'"),
    "no annotation at all": ({"text": TEXT, "LOC": "Rom"}, "the keys are 'text', 'LOC'"),
    "words without places": ({"text": TEXT, "entities": ["Rom", "Bonn"]}, "not understood"),
    "a list in a string": ({"text": TEXT, "entities": "[(0, 3, 'LOC')]"}, "not understood"),
    "two lists that differ": (
        {"text": TEXT, "label": [[0, 3, "LOC"]], "spans": [[9, 13, "LOC"]]},
        "'spans' and others under 'label'",
    ),
    "no offsets": (
        {"text": TEXT, "entities": [{"entity_group": "LOC", "word": "Rom", "start": None, "end": None}]},
        "fast tokenizer",
    ),
    "tags of pieces": (
        {"text": TEXT, "entities": [{"entity": "B-LOC", "word": "Rom", "start": 0, "end": 3}]},
        "aggregation_strategy",
    ),
    "numbers of labels": ({"text": TEXT, "annotations": [[0, 3, 7]]}, "the number 7"),
    "one good span and a bad one": ({"text": TEXT, "entities": [[0, 3, "LOC"], "Bonn"]}, "'Bonn'"),
    "a gap": ({"text": TEXT, "entities": [{"label": "X", "offsets": [[0, 3], [9, 13]]}]}, "several parts"),
    "words elsewhere": (
        {"text": TEXT, "entities": [{"start": 1, "end": 3, "label": "LOC", "text": "Rom"}]},
        "states 'Rom'",
    ),
    "floats": ({"text": TEXT, "entities": [{"start": 0.0, "end": 3.0, "label": "LOC"}]}, "two integers"),
    "numbers of tags": ({"tokens": TOKENS, "ner_tags": [1, 0, 1, 0]}, "numbers"),
    "too few tags": ({"tokens": TOKENS, "ner_tags": ["B-LOC"]}, "1 tags for 4 tokens"),
    "tags that are no tags": ({"tokens": TOKENS, "tags": ["NE", "VV", "NE", "PU"]}, "are no tags"),
    "tokens of another text": ({"tokens": TOKENS, "text": "Bonn ruft.", "ner_tags": ["O"] * 4}, "do not follow"),
    "spans of tokens in doubt": (
        {"tokens": TOKENS, "entities": [{"type": "LOC", "start": 0, "end": 1}]},
        "cannot be told",
    ),
    "a token that is not there": ({"tokenized_text": TOKENS, "ner": [[0, 4, "LOC"]]}, "outside the 4 tokens"),
    "spans without a text": ([{"start": 0, "end": 3, "label": "LOC"}], "without a text"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_understood_is_refused_with_what_was_seen(name, tmp_path):
    row, seen = REFUSED[name]
    path = write(tmp_path, row)
    with pytest.raises(InputError) as caught:
        formats.load(path)
    assert seen in str(caught.value)
    assert caught.value.remedy


def test_the_same_row_is_refused_among_others_too(tmp_path):
    for name, (row, _) in REFUSED.items():
        if isinstance(row, dict) and name not in {"no annotation at all", "a gap"} and "tokens" not in row:
            path = write(tmp_path, ROWS["triples"], row)
            with pytest.raises(InputError):
                formats.load(path)


def test_two_lists_of_rows_in_one_file_are_refused_not_half_read(tmp_path):
    path = tmp_path / "in.json"
    path.write_text(json.dumps({"train": [ROWS["triples"]], "test": [{"text": "Ulm.", "spans": []}]}))
    assert "rows under 'train' and 'test'" in refusal(path)


def test_ends_that_include_the_last_character_are_a_doubt(tmp_path):
    path = write(
        tmp_path, {"text": TEXT, "entities": [[0, 2, "LOC"], [9, 12, "LOC"]]}, {"text": TEXT, "entities": [[0, 2, "X"]]}
    )
    first, second = formats.get("rows").scan(path)
    (note,) = first.notes
    assert "'Ro', 'Bon'; with the next character they are 'Rom', 'Bonn'" in note.message
    assert not second.notes  # one span may well be a part of a word


NAMES = st.text("abcdefghijklmnopqrstuvwxyz_äß", min_size=1, max_size=12)
KNOWN = {*row_keys.TEXT, *row_keys.TOKENS, *row_keys.SPANS, *row_keys.TAGS, *gold.KEYS, "relations"}
OWN_KEYS = {
    "gold": "spans",
    "doccano": "label",
    "prodigy": "spans",
    "rows": "entities",
    "labelstudio": "predictions",
    "dataset": "spans",
}


@pytest.mark.parametrize("form", [name for name in OWN_KEYS if name != "dataset"])
@FEW
@given(name=NAMES, examples=strategies.corpora(), among_others=st.booleans())
def test_annotation_under_another_key_never_becomes_an_example_without_spans(
    form, name, examples, among_others, tmp_path_factory
):
    examples = [example for example in examples if example.spans and example.text]
    assume(examples and name not in KNOWN)
    path = tmp_path_factory.mktemp("any") / ("in.json" if form == "labelstudio" else "in.jsonl")
    formats.get(form).write(path, examples)
    text = path.read_text("utf-8")
    rows = json.loads(text) if form == "labelstudio" else [json.loads(line) for line in text.split("\n") if line]
    changed = rows[1:] if among_others else rows
    assume(changed)
    for row in changed:
        row[name] = row.pop(OWN_KEYS[form])
    path.write_text(json.dumps(rows) if form == "labelstudio" else "".join(json.dumps(row) + "\n" for row in rows))
    detected = formats.registry.try_detect(path)
    for reader in {form, *([detected] if detected else [])}:
        for record in formats.get(reader).scan(path):
            if not isinstance(record, InputError):
                example = record.example()
                assert example.spans or not example.is_annotated


@FEW
@given(
    examples=strategies.corpora(),
    names=st.tuples(*(st.sampled_from(names) for names in (row_keys.START[:9], row_keys.END[:8], row_keys.LABEL[:8]))),
    key=st.sampled_from(row_keys.SPANS),
)
def test_rows_under_any_names_of_the_table_are_read(examples, names, key, tmp_path_factory):
    assume(any(example.spans for example in examples))
    start, end, label = names
    rows = [
        {
            "id": example.id,
            "text": example.text,
            key: [{start: span.start, end: span.end, label: span.label} for span in example.spans],
        }
        for example in examples
    ]
    path = write(tmp_path_factory.mktemp("any"), *rows)
    assert [(e.id, e.text, e.spans) for e in formats.load(path, "rows")] == [(e.id, e.text, e.spans) for e in examples]


def test_the_page_in_docs_lists_the_names_of_the_table():
    page = (Path(__file__).parents[2] / "docs" / "json_rows.md").read_text("utf-8")
    parts = {
        "text": row_keys.TEXT,
        "tokens": row_keys.TOKENS,
        "spans": row_keys.SPANS,
        "tags of tokens": row_keys.TAGS,
        "start": row_keys.START,
        "end": row_keys.END,
        "both": row_keys.EXTENT,
        "label": row_keys.LABEL,
        "words of the span": row_keys.SURFACE,
        "id": row_keys.ID,
    }
    for part, names in parts.items():
        assert f"| {part} | {', '.join(f'`{name}`' for name in names)} |" in page


def test_goldspan_load_takes_a_path_as_a_string_and_options(tmp_path):
    path = write(tmp_path, {"text": "🎉 Rom", "entities": [[3, 6, "LOC"]]})
    (example,) = goldspan.load(str(path), options=goldspan.ReadOptions(offsets="utf-16"))
    assert example.surface(example.spans[0]) == "Rom"


def test_what_nobody_annotated_is_written_without_a_key_for_spans(tmp_path):
    examples = [Example("a", "Rom.", (Span(0, 3, "LOC"),)), Example("b", "Ulm.", extra={"not_annotated": "skipped"})]
    formats.get("rows").write(tmp_path / "a.jsonl", examples)
    first, second = (json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines())
    assert "entities" in first
    assert "entities" not in second
    assert formats.load(tmp_path / "a.jsonl") == examples


@pytest.mark.parametrize(
    ("key", "value"),
    [("status", "Discarded"), ("status", "skipped"), ("status", "rejected"), ("was_cancelled", True)],
)
@pytest.mark.parametrize("spans", [[[0, 3, "LOC"]], []])
def test_what_its_row_says_was_skipped_is_not_annotated(tmp_path, key, value, spans):
    kept = {"text": "Bonn.", "annotation": [[0, 4, "LOC"]], key: "Validated" if key == "status" else False}
    path = write(tmp_path, {"text": TEXT, "annotation": spans, key: value}, kept)
    skipped, record = formats.get("rows").scan(path, ReadOptions())
    assert (skipped.example().is_annotated, skipped.spans, skipped.extra["annotation"]) == (False, (), spans)
    assert repr(key) in skipped.notes[0].message
    assert record.example().is_annotated
    assert [span[:3] for span in record.spans] == [(0, 4, "LOC")]


def test_tags_of_a_discarded_row_are_kept_aside(tmp_path):
    row = {"tokens": ["Rom", "ruft"], "ner_tags": ["B-LOC", "O"], "status": "discarded"}
    (record,) = formats.get("rows").scan(write(tmp_path, row), ReadOptions())
    assert (record.text, record.spans, record.extra["ner_tags"]) == ("Rom ruft", (), ["B-LOC", "O"])
    assert not record.example().is_annotated


@pytest.mark.parametrize("key", sorted(row_keys.PREDICTIONS))
def test_predictions_do_not_replace_an_empty_annotation(tmp_path, key):
    path = write(tmp_path, {"text": TEXT, "entities": [], key: [[0, 3, "LOC"]]})
    assert f"there are spans under {key!r}, and none under 'entities'" in refusal(path)
