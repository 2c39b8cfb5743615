import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from goldspan import formats
from goldspan.agreement.annotations import annotations_of_paths
from goldspan.annotation import NOT_ANNOTATED
from goldspan.cli import app
from goldspan.errors import InputError
from goldspan.formats.convert import convert
from goldspan.formats.options import ReadOptions
from goldspan.formats.texts_by_id import read_texts

DATA = Path(__file__).parents[1] / "data" / "formats" / "potato"
TEXTS = {"w1": "Marsh left Port Ellis.", "w2": "Nothing is known.", "w3": "🚢 Marsh left."}
SPAN = {"schema": "ner", "name": "PERSON", "title": "Person", "start": 0, "end": 5, "id": "span_1"}


def state(**spans):
    return {
        "user_id": "ines",
        "instance_id_ordering": list(TEXTS),
        "instance_id_to_label_to_value": {},
        "instance_id_to_span_to_value": {name: [[span, "true"] for span in of] for name, of in spans.items()},
    }


def scan(tmp_path, content, name="user_state.json", **options):
    path = tmp_path / "ines" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    assert formats.detect(path) == "potato"
    return list(formats.get("potato").scan(path, ReadOptions(**options)))


def words(record):
    example = record.example()
    return [(example.surface(span), span.label) for span in example.spans]


@pytest.fixture
def output(tmp_path):
    """An output folder with two annotators."""
    folder = tmp_path / "annotation_output"
    shutil.copytree(DATA, folder)
    spans = [{"start": 0, "end": 15, "span": "Marsh &amp; Ode", "annotation": "PERSON"}]
    row = {"id": "w1", "displayed_text": "Marsh & Ode left Port Ellis.", "label_annotations": {}}
    row |= {"span_annotations": spans}
    (folder / "omar").mkdir()
    (folder / "omar" / "annotated_instances.jsonl").write_text(json.dumps(row))
    (folder / "omar" / "annotation_order.txt").write_text("w1\n")
    return folder


def test_a_folder_has_what_each_annotator_did(output):
    assert formats.detect(output) == formats.detect(output / "ines") == "potato"
    consent, first, empty, other = formats.get("potato").scan(output)
    assert [record.annotator for record in (consent, first, empty, other)] == ["ines"] * 3 + ["omar"]
    assert "survey" in consent.extra[NOT_ANNOTATED]
    assert words(first) == [("Marsh", "PERSON"), ("Port Ellis", "PLACE")]
    assert first.extra == {"potato": {"labels": {"tone": {"calm": "1"}}}}
    assert "labels are kept" in first.notes[0].message
    assert (words(empty), dict(empty.extra)) == ([], {})
    assert words(other) == [("Marsh & Ode", "PERSON")]  # the page has &amp;


def test_agreement_compares_the_annotators_of_a_folder(output):
    found = annotations_of_paths([output])
    assert {item.id: sorted(item.spans) for item in found.items} == {"w1": ["ines", "omar"], "w2": ["ines"]}


def test_one_annotator_is_converted_and_several_are_refused(output, tmp_path):
    assert "several people: ines, omar" in str(convert([output], tmp_path / "a.jsonl", to="gold").refused[0])
    ines = convert([output], tmp_path / "a.jsonl", to="gold", reading=ReadOptions(annotator="ines"))
    assert (ines.spans, ines.refused) == (2, [])
    with pytest.raises(InputError, match="several people"):
        formats.load(output)


def test_a_file_of_all_annotators_states_whose_rows_it_has(tmp_path):
    row = {"user_id": "omar", "instance_id": 7, "displayed_text": "Marsh left.", "label_annotations": {},
           "span_annotations": [{"start": 0, "end": 5, "span": "Marsh", "annotation": "PERSON"}]}  # fmt: skip
    (record,) = scan(tmp_path, row, "annotated_instances.jsonl")
    assert (record.id, record.annotator, words(record)) == ("7", "omar", [("Marsh", "PERSON")])


def test_white_space_before_a_text_is_not_on_the_page(tmp_path):
    row = {"id": "a", "displayed_text": "  Marsh\xa0left < Ellis.", "label_annotations": {},
           "span_annotations": [{"start": 21, "end": 26, "span": "Ellis", "annotation": "PLACE"}]}  # fmt: skip
    (record,) = scan(tmp_path, row, "annotated_instances.jsonl")
    assert words(record) == [("Ellis", "PLACE")]


class TestVersion2:
    def test_has_its_texts_from_the_file_that_potato_was_given(self, tmp_path):
        first, second, third = scan(tmp_path, state(w1=[SPAN], w3=[SPAN | {"start": 3, "end": 8}]), texts=TEXTS)
        assert (first.id, first.annotator, words(first)) == ("w1", "ines", [("Marsh", "PERSON")])
        assert words(third) == [("Marsh", "PERSON")]  # the browser counts UTF-16 units
        assert "no annotation of it is stored" in second.extra[NOT_ANNOTATED]

    def test_without_the_texts_is_refused_naming_the_option(self, tmp_path):
        (error,) = scan(tmp_path, state(w1=[SPAN]))
        assert "Potato stored no text" in error.message
        assert "--texts FILE" in error.remedy

    def test_with_other_texts_is_refused(self, tmp_path):
        (error,) = scan(tmp_path, state(w1=[SPAN]), texts={"x": "y"})
        assert "none of the texts given has this id" in error.message

    def test_exports_lines(self, tmp_path):
        row = {"instance_id": "w1", "user_id": "omar", "labels": {}, "spans": {"ner": [SPAN]}, "links": {}}
        (record,) = scan(tmp_path, row, "annotations.jsonl", texts=TEXTS)
        assert (record.annotator, words(record)) == ("omar", [("Marsh", "PERSON")])

    def test_is_in_doubt_where_the_page_may_show_another_text(self, tmp_path):
        (record, *_) = scan(tmp_path, state(w1=[SPAN]), texts={"w1": "Marsh  left\nEllis."})
        assert record.notes[0].kind == "offsets-in-doubt"

    def test_keeps_links_to_a_knowledge_base(self, tmp_path):
        (record, *_) = scan(tmp_path, state(w1=[SPAN | {"kb_id": "Q1", "kb_source": "wikidata"}]), texts=TEXTS)
        assert record.extra["potato"] == {"spans": [[0, 5, {"kb_id": "Q1", "kb_source": "wikidata"}]]}

    @pytest.mark.parametrize(
        ("how", "surfaces"),
        [("refuse", None), ("split", ["Marsh", "Port Ellis"]), ("cover", ["Marsh left Port Ellis"])],
    )
    def test_reads_a_span_of_several_parts_as_is_chosen(self, how, surfaces, tmp_path):
        parts = SPAN | {"additional_parts": [{"start": 11, "end": 21, "text": "Port Ellis"}]}
        (record, *_) = scan(tmp_path, state(w1=[parts]), texts=TEXTS, discontinuous=how)
        if surfaces is None:
            assert "has 2 parts" in record.message
            assert "--discontinuous" in record.remedy
        else:
            assert [surface for surface, _ in words(record)] == surfaces

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"format_coords": {"format": "pdf", "page": 1}}, "by its coordinates"),
            ({"target_field": "title"}, "in the field 'title'"),
            ({"start": "0"}, "has no start, end and label"),
            ({"start": True}, "has no start, end and label"),
            ({"name": None}, "has no start, end and label"),
            ({"additional_parts": [7], "name": "X"}, "has no start, end and label"),
        ],
    )
    def test_refuses_spans_that_are_not_of_a_text(self, change, why, tmp_path):
        error, *others = scan(tmp_path, state(w1=[SPAN | change], w2=[]), texts=TEXTS)
        assert why in error.message
        assert error.remedy
        assert len(others) == 2

    def test_that_is_no_state_is_refused(self, tmp_path):
        (error,) = scan(tmp_path, {"instance_id_to_span_to_value": [1]})
        assert "no state of an annotator" in error.message

    @pytest.mark.parametrize("spans", [{"ner": 3}, [3], "x", [[3, "true"]]])
    def test_whose_spans_are_of_another_shape_is_refused(self, spans, tmp_path):
        row = {"instance_id": "w1", "user_id": "omar", "label_annotations": {}, "span_annotations": spans}
        (error,) = scan(tmp_path, row, "annotations.jsonl", texts=TEXTS)
        assert "not a list of objects" in error.message


@pytest.mark.parametrize(
    ("rest", "why"),
    [({}, "has no key for spans"), ({"span_annotations": [], "ner": [{"start": 0, "end": 5, "label": "X"}]}, "'ner'")],
)
def test_a_row_whose_spans_are_elsewhere_is_refused(rest, why, tmp_path):
    path = tmp_path / "a.jsonl"
    row = {"id": "w1", "displayed_text": "Marsh left.", "label_annotations": {}}
    path.write_text(json.dumps(row | rest))
    (error,) = formats.get("potato").scan(path)
    assert why in error.message


def test_it_is_only_read(tmp_path):
    with pytest.raises(InputError, match="Potato's output is only read"):
        formats.get("potato").write(tmp_path / "a", [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"id": "w1", "text": "Marsh left."}\n{"id": 2, "text": "Ode."}\n'),
        ("a.json", '[{"instance_id": "w1", "displayed_text": "Marsh left."}, {"id": 2, "text": "Ode."}]'),
        ("a.csv", 'id,text\nw1,Marsh left.\n2,"Ode."\n'),
        ("a.tsv", "id\ttext\nw1\tMarsh left.\n2\tOde.\n"),
    ],
)
def test_texts_are_read_by_id(name, content, tmp_path):
    (tmp_path / name).write_text(content)
    assert read_texts(tmp_path / name) == {"w1": "Marsh left.", "2": "Ode."}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.jsonl", '{"id": "w1"}\n', "no text"),
        ("a.jsonl", '{"text": "Ode."}\n', "no id"),
        ("a.jsonl", '{"id": 1, "text": "Ode."}\n{"id": 1, "text": "Ada."}\n', "has two texts"),
        ("a.csv", "name,words\n1,Ode.\n", "no id"),
        ("a.jsonl", "Ode.\n", "not JSON"),
        ("a.csv", "", "is empty"),
    ],
)
def test_texts_without_ids_and_the_like_are_refused(name, content, why, tmp_path):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=why):
        read_texts(tmp_path / name)


def test_the_texts_are_named_on_the_command_line(tmp_path):
    scan(tmp_path, state(w1=[SPAN]))
    (tmp_path / "data.csv").write_text("id,text\nw1,Marsh left Port Ellis.\n")
    command = ["convert", str(tmp_path / "ines"), "--to", "gold", "-o", str(tmp_path / "a.jsonl")]
    refused = CliRunner().invoke(app, command, catch_exceptions=True)
    assert refused.exit_code == 1
    read = CliRunner().invoke(app, [*command, "--texts", str(tmp_path / "data.csv")])
    assert read.exit_code == 0, read.output
    (example,) = formats.load(tmp_path / "a.jsonl")
    assert [example.surface(span) for span in example.spans] == ["Marsh"]
