"""Annotations: confirmations, files of any format, examples that are the same by id or by text."""

import json

import pytest

from goldspan import new_project
from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_corpus, annotations_of_examples, annotations_of_paths
from goldspan.annotation import Example, Span
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import conll, doccano, gold

TEXTS = ("Anna met Ben 👍🏽 in Rome.", "Nobody came.", "Rome again.")
ANNA = [
    Example("a.p01", TEXTS[0], (Span(0, 4, "PERSON"), Span(19, 23, "PLACE"))),
    Example("a.p02", TEXTS[1], at=30),
    Example("b.p01", TEXTS[2], (Span(0, 4, "PLACE"),)),
]
BEN = [ANNA[0].with_spans((Span(0, 4, "PERSON"), Span(9, 12, "PERSON"))), ANNA[2]]


def confirmed(examples, answers):
    return [
        Example(e.id, e.text, e.spans, e.at, {} if answer is None else {"confirmed": answer})
        for e, answer in zip(examples, answers, strict=True)
    ]


def folder(tmp_path, **passes):
    for name, examples in passes.items():
        gold.write(tmp_path / f"{name}.jsonl", examples)
    return tmp_path


def places(annotations):
    return [(item.id, sorted(item.spans)) for item in annotations.items]


def test_an_example_counts_for_those_who_confirmed_it(tmp_path):
    rows = {"anna": confirmed(ANNA, [True, False, True]), "ben": confirmed(BEN, [True, None])}
    annotations = annotations_of_paths([folder(tmp_path, **rows)])
    assert places(annotations) == [("a.p01", ["anna", "ben"]), ("b.p01", ["anna"])]
    assert [(one.annotator, one.example, one.cause, one.line) for one in annotations.left_out] == [
        ("anna", "a.p02", "unconfirmed", 2),
        ("ben", "b.p01", "unconfirmed", 2),
    ]
    assert (annotations.unread("anna"), annotations.assumed) == (1, ())


def test_a_file_without_confirmations_counts_whole_and_is_reported(tmp_path):
    annotations = annotations_of_paths([folder(tmp_path, anna=ANNA, ben=BEN)])
    assert annotations.assumed == ("anna", "ben")
    assert annotations.json()["anna"] == {
        "confirmed": 3,
        "spans": 3,
        "left_out": 0,
        "confirmation_assumed": True,
    }


@pytest.mark.parametrize("answer", ["true", 1, None])
def test_a_confirmation_is_true_or_false(tmp_path, answer):
    rows = [Example("a.p01", TEXTS[0], extra={"confirmed": answer})]
    with pytest.raises(InputError, match=r"anna\.jsonl:1: a\.p01: 'confirmed' is .* neither true nor false"):
        annotations_of_paths([folder(tmp_path, anna=rows)])


def test_one_id_with_two_texts_is_refused_naming_both_files(tmp_path):
    rows = {"anna": ANNA, "ben": [Example("a.p01", "Another text.")]}
    with pytest.raises(InputError, match=r"ben\.jsonl:1: a\.p01: the text is not the one in .*anna\.jsonl:1"):
        annotations_of_paths([folder(tmp_path, **rows)])


def test_one_id_twice_in_a_pass_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"anna\.jsonl:2: a\.p01: anna has this example twice"):
        annotations_of_paths([folder(tmp_path, anna=[ANNA[0], ANNA[0]])])


def test_exports_without_ids_meet_by_text_and_offsets_are_code_points(tmp_path):
    def export(name, examples):
        rows = [doccano.row(example) for example in examples]
        lines = [json.dumps({"id": n, "text": row["text"], "label": row["label"]}) for n, row in enumerate(rows)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n")

    export("anna", ANNA)
    export("ben", BEN[::-1])
    annotations = annotations_of_paths([tmp_path])
    assert [sorted(item.spans) for item in annotations.items] == [["anna", "ben"], ["anna"], ["anna", "ben"]]
    item = annotations.items[0]
    assert [item.surface(span) for span in item.spans["anna"]] == ["Anna", "Rome"]
    assert measure(annotations, resamples=10).settings.unit == "example"


def test_of_equal_texts_the_first_meets_the_first(tmp_path):
    rows = [{"text": "Rome.", "label": [[0, 4, "PLACE"]]}, {"text": "Rome.", "label": []}]
    for name, order in (("anna", rows), ("ben", rows)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in order))
    assert measure(annotations_of_paths([tmp_path]), resamples=1).overall["exact_f1"].estimate == 1


def test_what_was_rejected_in_prodigy_is_left_out_and_counted(tmp_path):
    spans = [{"start": 0, "end": 4, "label": "PERSON"}]
    answers = zip(TEXTS, ("accept", "reject", "ignore"), strict=True)
    rows = [{"text": text, "spans": spans, "answer": answer} for text, answer in answers]
    for name in ("anna", "ben"):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    annotations = annotations_of_paths([tmp_path / "anna.jsonl", tmp_path / "ben.jsonl"])
    assert len(annotations.items) == 1
    assert [one.cause for one in annotations.left_out] == ["rejected", "ignored"] * 2


def test_files_of_several_formats_meet(tmp_path):
    plain = [Example("x.p01", "Anna met Ben in Rome .", (Span(0, 4, "PERSON"), Span(16, 20, "PLACE")))]
    gold.write(tmp_path / "anna.jsonl", plain)
    conll.write(tmp_path / "ben.conll", plain)
    (tmp_path / "eve.conll").write_text("Anna B-PERSON\nmet O\nBen B-PERSON\nin O\nRome B-PLACE\n. O\n")
    annotations = annotations_of_paths([tmp_path])
    assert places(annotations) == [("x.p01", ["anna", "ben", "eve"])]


def test_folders_of_one_name_are_named_with_their_parents(tmp_path):
    for name, examples in (("anna", ANNA), ("ben", BEN)):
        gold.write(tmp_path / name / "export.jsonl", examples)
    paths = [tmp_path / name / "export.jsonl" for name in ("anna", "ben")]
    assert annotations_of_paths(paths).annotators == ("anna/export", "ben/export")
    assert annotations_of_paths([tmp_path]).annotators == ("anna", "ben")


def test_two_annotators_of_one_name_are_refused(tmp_path):
    (file,) = folder(tmp_path, anna=ANNA).iterdir()
    with pytest.raises(InputError, match="2 annotators are called"):
        annotations_of_paths([file, file])


def test_an_annotator_who_has_done_nothing_yet_is_listed(tmp_path):
    (tmp_path / "eve").mkdir()
    (tmp_path / "ivy.jsonl").touch()
    annotations = annotations_of_paths([folder(tmp_path, anna=ANNA, ben=BEN)])
    assert annotations.annotators == ("anna", "ben", "eve", "ivy")
    agreement = measure(annotations, resamples=1)
    assert agreement.pairs["anna", "eve"].overall["exact_f1"].undefined.reason == "no_example"
    assert agreement.overall["exact_f1"].estimate == pytest.approx(2 * 2 / 6)


def test_the_passes_of_a_project_are_read(project):
    annotations = annotations_of_corpus(project)
    assert list(annotations.annotators) == project.annotators()
    for name in annotations.annotators:
        examples = [example for example in project.pass_examples(name) if example.extra["confirmed"]]
        assert {(item.id, item.spans[name]) for item in annotations.of(name)} == {(e.id, e.spans) for e in examples}


def test_a_pass_that_is_not_there_is_named(toy, tmp_path):
    with pytest.raises(NotFoundError, match="there is no pass 'nobody'"):
        annotations_of_corpus(toy, ["nobody"])
    with pytest.raises(NotFoundError, match="there are no passes"):
        annotations_of_corpus(new_project.create(tmp_path / "new"))


def test_items_come_by_article_and_place():
    rows = [Example("b.p02", "x", at=9), Example("b.p01", "y", at=3), Example("a.p01", "z")]
    assert [item.id for item in annotations_of_examples({"anna": rows}).items] == ["a.p01", "b.p01", "b.p02"]
