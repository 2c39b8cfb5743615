import json
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

from goldspan import formats
from goldspan.agreement.annotations import annotations_of_paths
from goldspan.annotation import NOT_ANNOTATED, Example, Label, LabelScheme, Span
from goldspan.cli import app
from goldspan.errors import InputError
from goldspan.formats import labelstudio
from goldspan.formats.convert import convert
from goldspan.formats.options import ReadOptions
from goldspan.formats.record import Record
from goldspan.formats.sources import read_source
from helpers import strategies

DATA = Path(__file__).parents[1] / "data" / "formats"
SHIP = "🚢 Marsh left Ellis."  # Marsh is [2, 7] in code points and [3, 8] in UTF-16 units


def region(start, end, *labels, text=None, **item):
    value = {"start": start, "end": end, "labels": list(labels)} | ({} if text is None else {"text": text})
    return {"id": f"r{start}", "from_name": "label", "to_name": "text", "type": "labels", "value": value} | item


def work(*items, by=1, **keys):
    return {"completed_by": by, "was_cancelled": False, "result": list(items)} | keys


def task(text, *annotations, **keys):
    return {"id": 1, "data": {"text": text}, "annotations": list(annotations)} | keys


def scan(tmp_path, *tasks, **options):
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps(tasks), "utf-8")
    return list(formats.get("labelstudio").scan(path, ReadOptions(**options)))


def words(record):
    example = record.example()
    return [(example.surface(span), span.label) for span in example.spans]


def test_an_export_is_read():
    first, empty, skipped, untouched = formats.get("labelstudio").scan(DATA / "labelstudio.json")
    assert words(first) == [("Marsh", "PERSON"), ("Port Ellis", "PLACE")]
    assert {record.annotator for record in (first, empty, skipped)} == {"ines@example.org"}
    assert (empty.spans, dict(empty.extra)) == ((), {})
    assert skipped.extra[NOT_ANNOTATED] == "skipped in Label Studio"
    assert (untouched.annotator, untouched.extra[NOT_ANNOTATED]) == (None, "nobody annotated it in Label Studio")


def test_what_is_no_span_is_kept_and_named_and_what_a_server_counts_is_left_out():
    first = next(iter(formats.get("labelstudio").scan(DATA / "labelstudio.json")))
    kept = first.extra["label_studio"]
    assert list(kept) == ["data", "meta", "ground_truth", "result", "regions"]
    assert (kept["data"], kept["meta"], kept["result"][0]["type"]) == ({"source": "wire"}, {"batch": 2}, "relation")
    assert kept["regions"] == [[11, 21, "PLACE", {"meta": {"text": ["town or harbour?"]}}]]
    messages = " ".join(note.message for note in first.notes)
    assert "the predictions of model:rules-2 are not read" in messages
    assert "1 relation" in messages
    assert "scores or comments of regions" in messages


@pytest.mark.parametrize("layout", ["array", "lines", "single", "pretty"])
def test_a_file_is_an_array_or_a_task_a_line_or_one_task(layout, tmp_path):
    one = task("Marsh left.", work(region(0, 5, "PERSON", text="Marsh")))
    contents = {"array": json.dumps([one, one | {"id": 2}]), "lines": f"{json.dumps(one)}\n\n{json.dumps(one)}",
                "single": json.dumps(one), "pretty": json.dumps(one, indent=1)}  # fmt: skip
    path = tmp_path / "a.json"
    path.write_text(contents[layout])
    assert formats.detect(path) == "labelstudio"
    assert [words(record) for record in formats.get("labelstudio").scan(path)] == [[("Marsh", "PERSON")]] * (
        2 if layout in {"array", "lines"} else 1
    )


def test_a_region_with_several_labels_is_a_span_of_each(tmp_path):
    (record,) = scan(tmp_path, task("Port Ellis.", work(region(0, 10, "PLACE", "HARBOUR"))))
    assert words(record) == [("Port Ellis", "HARBOUR"), ("Port Ellis", "PLACE")]


def test_old_completions_are_annotations(tmp_path):
    old = {"id": 1, "data": {"text": "Marsh left."}, "completions": [{"id": 1, "result": [region(0, 5, "PERSON")]}]}
    (record,) = scan(tmp_path, old)
    assert words(record) == [("Marsh", "PERSON")]


def test_what_several_people_did_with_a_task_is_told_apart(tmp_path):
    both = task("Marsh left.", work(region(0, 5, "PERSON"), by=1), work(by={"id": 2, "email": ""}))
    first, second = scan(tmp_path, both)
    assert (first.id, second.id) == ("tasks.1", "tasks.1")
    assert (first.annotator, second.annotator) == ("1", "2")
    assert [words(record) for record in scan(tmp_path, both, annotator="1")] == [[("Marsh", "PERSON")]]
    with pytest.raises(InputError, match=r"several people: 1, 2\n.*--annotator"):
        read_source(tmp_path / "tasks.json")
    refused = convert([tmp_path / "tasks.json"], tmp_path / "out.jsonl", to="gold").refused
    assert "several people: 1, 2" in str(refused[0])
    (error,) = scan(tmp_path, both, annotator="Anna")
    assert "no annotation by 'Anna'\n  It has that of 1, 2." in str(error)


def test_agreement_compares_the_people_of_one_file(tmp_path):
    same = [task("Marsh left.", work(region(0, 5, "PERSON"), by=1)), task("Marsh left.", work(by=1), work(by=2))]
    scan(tmp_path, *same)
    found = annotations_of_paths([tmp_path / "tasks.json"])
    assert found.annotators == ("1", "2")
    assert [sorted(item.spans) for item in found.items] == [["1"], ["1", "2"]]  # the texts are equal, the tasks are not


def test_a_task_that_nobody_annotated_makes_no_annotator(tmp_path):
    scan(tmp_path, task("Marsh left.", work(by="ines")), task("Quiet."))
    assert annotations_of_paths([tmp_path / "tasks.json"]).annotators == ("tasks",)
    scan(tmp_path, task("Marsh left.", work(by="ines"), work(by="omar")), task("Quiet."))
    assert annotations_of_paths([tmp_path / "tasks.json"]).annotators == ("ines", "omar")


def test_an_evaluation_explains_every_note(tmp_path):
    predicted = {"predictions": [{"model_version": "m", "result": []}], "drafts": [1]}
    regions = [region(0, 5, "PERSON", meta={"text": ["?"]}), {"type": "relation", "from_id": "a", "to_id": "b"}]
    scan(tmp_path, task("Marsh left.", work(*regions), **predicted))
    result = CliRunner().invoke(app, ["evaluate", *[str(tmp_path / "tasks.json")] * 2, "--resamples", "10"])
    assert result.exit_code == 0, result.output
    for kind in ("prediction", "draft", "kept-aside"):
        assert f"“{kind}”" in result.output


def test_who_skips_a_task_is_no_second_annotator_of_it(tmp_path):
    shared = task("Marsh left.", work(by=1, was_cancelled=True), work(region(0, 5, "PERSON"), by=2))
    done, skipped = scan(tmp_path, shared)
    assert (words(done), done.annotator, skipped.annotator) == ([("Marsh", "PERSON")], "2", "1")
    result = convert([tmp_path / "tasks.json"], tmp_path / "out.jsonl", to="gold")
    assert (result.refused, result.spans, result.written.examples) == ([], 1, 1)
    assert "1 did not annotate it (skipped in Label Studio), but another did" in str(result.notes[0])
    assert [example.id for example in read_source(tmp_path / "tasks.json").examples] == ["tasks.1"]
    assert annotations_of_paths([tmp_path / "tasks.json"]).unread("1") == 1


def test_one_person_may_skip_a_task_and_annotate_it_later_but_not_annotate_it_twice(tmp_path):
    (record,) = scan(tmp_path, task("Marsh left.", work(was_cancelled=True), work(region(0, 5, "PERSON"))))
    assert words(record) == [("Marsh", "PERSON")]
    (error,) = scan(tmp_path, task("Marsh left.", work(), work(region(0, 5, "PERSON"))))
    assert "1 has 2 annotations of this task" in error.message


def test_people_without_names_are_numbered(tmp_path):
    records = scan(tmp_path, task("Marsh left.", {"result": []}, {"result": [region(0, 5, "PERSON")]}))
    assert [record.annotator for record in records] == ["annotation 1", "annotation 2"]


PREDICTED = {"predictions": [{"model_version": "m1", "result": [region(0, 5, "PERSON")]}]}


class TestPredictions:
    def test_are_read_and_named_where_the_file_has_nobodys_annotation(self, tmp_path):
        (record,) = scan(tmp_path, task("Marsh left.", **PREDICTED))
        assert (words(record), record.annotator) == ([("Marsh", "PERSON")], "model:m1")
        assert "nobody annotated this file: what is read are the predictions of model:m1" in record.notes[0].message

    def test_never_stand_in_for_annotation_that_others_of_the_file_have(self, tmp_path):
        first, second = scan(tmp_path, task("Quiet.", work()), task("Marsh left.", **PREDICTED))
        assert (first.annotator, dict(first.extra)) == ("1", {})
        assert (second.spans, second.extra[NOT_ANNOTATED]) == ((), "nobody annotated it in Label Studio")
        assert "model:m1 are not read" in second.notes[0].message

    def test_are_read_if_asked_for(self, tmp_path):
        (record,) = scan(tmp_path, task("Marsh left.", work(), **PREDICTED), annotator="model:m1")
        assert words(record) == [("Marsh", "PERSON")]

    def test_of_two_models_are_told_apart(self, tmp_path):
        two = {"predictions": [{"model_version": name, "result": []} for name in ("m1", "m2")]}
        assert [record.annotator for record in scan(tmp_path, task("a", **two))] == ["model:m1", "model:m2"]


@pytest.mark.parametrize("predictions", [[5], [{"id": 5}]])
def test_predictions_and_drafts_that_are_only_numbers_are_named(predictions, tmp_path):
    (record,) = scan(tmp_path, task("Marsh left.", work(region(0, 5, "X")), predictions=predictions, drafts=[7]))
    assert words(record) == [("Marsh", "X")]
    assert [note.kind for note in record.notes] == ["prediction", "draft"]


def test_a_draft_is_named_and_not_read(tmp_path):
    (record,) = scan(tmp_path, task("Marsh left.", drafts=[{"result": [region(0, 5, "PERSON")]}]))
    assert record.spans == ()
    assert record.extra[NOT_ANNOTATED]
    assert "draft" in record.notes[0].message


class TestOffsets:
    def test_count_code_points(self, tmp_path):
        (record,) = scan(tmp_path, task(SHIP, work(region(2, 7, "PERSON", text="Marsh"))))
        assert (words(record), record.notes) == ([("Marsh", "PERSON")], ())

    def test_count_utf16_units_where_only_these_fit_the_stored_words(self, tmp_path):
        (record,) = scan(
            tmp_path, task(SHIP, work(region(3, 8, "PERSON", text="Marsh"), region(14, 19, "X", text="Ellis")))
        )
        assert words(record) == [("Marsh", "PERSON"), ("Ellis", "X")]
        assert Counter(note.kind for note in record.notes) == {"offsets-in-doubt": 2}
        assert "[3, 8] counts UTF-16 units" in record.notes[0].message

    def test_are_in_doubt_without_stored_words_where_another_unit_is_likelier(self, tmp_path):
        right, wrong = scan(tmp_path, task(SHIP, work(region(2, 7, "X"))), task(SHIP, work(region(3, 8, "X"))))
        assert (words(right), right.notes) == ([("Marsh", "X")], ())
        assert words(wrong) == [("arsh ", "X")]
        assert wrong.notes[0].kind == "offsets-in-doubt"
        assert "--offsets" in wrong.notes[0].remedy

    def test_outside_the_text_that_fit_in_another_unit_are_refused_with_the_unit(self, tmp_path):
        (error,) = scan(tmp_path, task("🚢🚢 Ellis", work(region(5, 10, "X"))))
        assert "--offsets utf-16" in error.remedy

    @pytest.mark.parametrize(("unit", "start"), [("utf-16", 3), ("code-points", 2), ("bytes", 5), ("graphemes", 2)])
    def test_count_what_is_said(self, unit, start, tmp_path):
        (record,) = scan(tmp_path, task(SHIP, work(region(start, start + 5, "PERSON"))), offsets=unit)
        assert (words(record), record.notes) == ([("Marsh", "PERSON")], ())

    def test_that_do_not_fit_the_words_are_refused(self, tmp_path):
        (record,) = scan(tmp_path, task("Marsh left.", work(region(1, 6, "PERSON", text="Marsh"))))
        with pytest.raises(InputError, match="states 'Marsh' but covers 'arsh '"):
            record.example()

    @pytest.mark.parametrize("stored", ["Port\\nEllis", "Port Ellis", "Port\nEllis"])
    def test_are_right_where_line_breaks_are_stored_otherwise(self, stored, tmp_path):
        (record,) = scan(tmp_path, task("Port\nEllis.", work(region(0, 10, "PLACE", text=stored))))
        assert words(record) == [("Port\nEllis", "PLACE")]

    def test_may_be_digits_in_a_string(self, tmp_path):
        (record,) = scan(tmp_path, task("Marsh left.", work(region("0", "5", "PERSON"))))
        assert words(record) == [("Marsh", "PERSON")]


class TestText:
    def test_is_the_one_that_the_regions_name(self, tmp_path):
        data = {"text": "Marsh left.", "title": "Marsh left."}
        (record,) = scan(tmp_path, task("", work(region(0, 5, "PERSON", to_name="title")), data=data))
        assert record.extra["label_studio"]["data"] == {"text": "Marsh left."}

    def test_is_the_one_with_the_stored_words(self, tmp_path):
        data = {"title": "A departure", "body": "Marsh left."}
        (record,) = scan(tmp_path, task("", work(region(0, 5, "PERSON", text="Marsh", to_name="t")), data=data))
        assert words(record) == [("Marsh", "PERSON")]

    def test_is_asked_for_where_several_may_be_it(self, tmp_path):
        both = task(
            "", work(region(0, 5, "PERSON", to_name="t")), data={"title": "Ellis stayed.", "body": "Marsh left."}
        )
        (error,) = scan(tmp_path, both)
        assert "any of title and body may be the text" in error.message
        assert "--layer" in error.remedy
        (record,) = scan(tmp_path, both, layer="body")
        assert words(record) == [("Marsh", "PERSON")]

    @pytest.mark.parametrize("text", ["https://example.org/a.txt", "s3://bucket/a.txt", "/data/upload/3/a.txt"])
    def test_that_is_only_an_address_is_refused(self, text, tmp_path):
        (error,) = scan(tmp_path, task(text, work(region(0, 5, "PERSON"))))
        assert "the file does not hold the text itself" in error.message


HTML = {
    "start": "/div[1]/p[1]/text()[1]",
    "end": "/div[1]/p[1]/text()[1]",
    "startOffset": 0,
    "endOffset": 5,
    "labels": ["X"],
}
REFUSED = [
    ({"type": "hypertextlabels", "value": HTML}, "'hypertextlabels', which goldspan does not read"),
    ({"type": "labels", "value": HTML}, "a place in HTML or a dialogue"),
    ({"type": "labels", "value": HTML | {"start": "0", "end": "0"}}, "a place in HTML or a dialogue"),
    ({"type": "labels", "value": {"start": 0.5, "end": 2.25, "labels": ["X"]}}, "not a number of characters"),
    ({"type": "rectanglelabels", "value": {"x": 1}}, "'rectanglelabels'"),
    ({"type": "labels", "value": {"start": 0, "end": 5}}, "has no label"),
    ({"type": "labels", "value": {"start": 0, "end": 5, "labels": "X"}}, "has no label"),
    ({"type": "labels"}, "'start' of a region is None"),
    ({"type": "taxonomy", "id": "z", "value": {"start": 0, "end": 5, "taxonomy": [["A", "B"]]}}, "has no labels"),
    ({}, "annotation of the type 'None'"),
    ({"type": [1], "value": {"start": 0}}, "annotation of the type '[1]'"),
    ({"type": "labels", "id": {}, "value": {"start": 0, "end": "", "labels": ["X"]}}, "'end' of a region is ''"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "why"), REFUSED)
def test_annotation_that_is_not_understood_is_refused_and_the_next_task_read(item, why, tmp_path):
    error, record = scan(tmp_path, task("Marsh left.", work(item)), task("Marsh left.", work()))
    assert isinstance(error, InputError)
    assert why in error.message
    assert error.remedy
    assert isinstance(record, Record)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ({"id": 1, "data": []}, "has no data"),
        ({"data": {"image": 3}, "annotations": []}, "no text in its data"),
        ({"data": {"text": "a"}, "annotations": {"0": 1}}, "'annotations' is"),
        ({"data": {"text": "a"}, "annotations": [7]}, "'annotations' is"),
        ({"data": {"text": "a"}, "annotations": [{"completed_by": 1}]}, "'result' is None"),
        ({"data": {"text": "a", "goldspan": 3}, "annotations": []}, "'goldspan' in the data is 3"),
        (7, "item 1 is no JSON object"),
    ],
)
def test_a_broken_task_is_an_error_with_its_file(broken, why, tmp_path):
    error, _ = scan(tmp_path, broken, task("Marsh left.", work()))
    assert isinstance(error, InputError)
    assert why in error.message
    assert error.file == tmp_path / "tasks.json"


def test_a_region_without_a_label_takes_the_one_that_is_named(tmp_path):
    bare = task("Marsh left.", work({"type": "labels", "value": {"start": 0, "end": 5}}))
    assert [words(record) for record in scan(tmp_path, bare, label="PERSON")] == [[("Marsh", "PERSON")]]


@settings(max_examples=50)
@given(examples=strategies.corpora())
def test_what_people_add_to_our_tasks_keeps_ids_places_and_keys(examples, tmp_path_factory):
    tasks = [labelstudio.task(example) | {"annotations": [work(by="ines")]} for example in examples]
    read = [record.example() for record in scan(tmp_path_factory.mktemp("any"), *tasks)]
    for example, found in zip(examples, read, strict=True):
        extra = {key: value for key, value in example.extra.items() if key != "confirmed"}  # they have confirmed it
        assert found == Example(example.id, example.text, (), example.at, extra)


def test_a_row_of_json_min_without_a_label_is_somebodys_annotation_without_spans(tmp_path):
    label = [{"start": 0, "end": 5, "text": "Marsh", "labels": ["PERSON"]}]
    row = {"text": "Marsh left.", "id": 1, "annotator": 1, "annotation_id": 3, "lead_time": 2.5}
    path = tmp_path / "min.json"
    path.write_text(json.dumps([row | {"label": label}, row | {"annotator": 2, "annotation_id": 4}]))
    (item,) = annotations_of_paths([path]).items
    assert {name: len(spans) for name, spans in item.spans.items()} == {"1": 1, "2": 0}


def test_a_person_who_annotates_ends_that_nobody_did(tmp_path):
    example = Example("a.p00", "Marsh left.", extra={NOT_ANNOTATED: "skipped", "confirmed": False, "source": "wire"})
    (record,) = scan(tmp_path, labelstudio.task(example) | {"annotations": [work(region(0, 5, "PERSON"))]})
    assert (words(record), dict(record.extra)) == ([("Marsh", "PERSON")], {"source": "wire"})


def test_what_nobody_annotated_stays_so_in_a_round_trip(tmp_path):
    examples = [Example("a", "Quiet."), Example("b", "Marsh", (Span(0, 5, "X"),), extra={NOT_ANNOTATED: "skipped"})]
    labelstudio.write(tmp_path / "a.json", examples)
    assert formats.load(tmp_path / "a.json") == examples


def test_the_labeling_configuration_has_every_label_as_xml():
    labels = (Label("A&B", "One.", "#aabbcc", "a", "a.md"), Label("C", "Two.", "#112233", "c", "c.md"))
    view = ET.fromstring(  # noqa: S314  (our own)
        labelstudio.labeling_config(LabelScheme("1.0.0", labels))
    )
    assert [label.attrib for label in view.iter("Label")] == [
        {"value": "A&B", "background": "#aabbcc", "hotkey": "a"},
        {"value": "C", "background": "#112233", "hotkey": "c"},
    ]
    assert view.find("Labels").get("toName") == view.find("Text").get("name")
