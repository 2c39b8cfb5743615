"""The Python API: what is public, in which forms annotation is taken, and what errors say."""

import doctest
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import goldspan
from goldspan import cli, errors, formats
from goldspan.agreement import from_python as agreement_from_python
from goldspan.evaluation import from_python
from goldspan.formats import python_values

ROOT = Path(__file__).parent.parent
TEXT = "Reuters met Ann in Rome."
OTHER = "Ben stayed in Oslo."
GOLD = [("a", TEXT, [(12, 15, "PER"), (19, 23, "LOC")]), ("b", OTHER, [(0, 3, "PER"), (14, 18, "LOC")])]
PREDICTED = [("a", TEXT, [(12, 15, "PER"), (0, 7, "LOC")]), ("b", OTHER, [(0, 3, "PER")])]


def examples(rows):
    return [goldspan.Example(name, text, tuple(goldspan.Span(*span) for span in spans)) for name, text, spans in rows]


def f1(gold, predicted, **options):
    return goldspan.evaluate(gold, predicted, **options).overall["strict"].f1


def rows(annotation):
    return [
        {"id": name, "text": text, "spans": [{"start": s, "end": e, "label": label} for s, e, label in spans]}
        for name, text, spans in annotation
    ]


def dataset(annotation):
    import datasets

    return datasets.Dataset.from_list(rows(annotation))


def docs(annotation):
    import spacy

    nlp = spacy.blank("en")
    made = []
    for _, text, spans in annotation:
        doc = nlp(text)
        doc.set_ents([doc.char_span(*span[:2], label=span[2]) for span in spans], default="outside")
        made.append(doc)
    return made


def test_a_data_frame_is_refused_by_its_name():
    import pandas as pd

    with pytest.raises(errors.InvalidValueError, match=r"predicted is a DataFrame(.|\n)*from_pandas"):
        goldspan.evaluate(GOLD, pd.DataFrame(rows(GOLD)))


def file(annotation, folder, name):
    from goldspan.formats import gold

    path = folder / f"{name}.jsonl"
    gold.write(path, examples(annotation))
    return path


FORMS = {
    "examples": lambda annotation, *_: examples(annotation),
    "an iterator": lambda annotation, *_: iter(examples(annotation)),
    "triples": lambda annotation, *_: annotation,
    "pairs": lambda annotation, *_: [row[1:] for row in annotation],
    "pairs of spaCy": lambda annotation, *_: [(text, {"entities": spans}) for _, text, spans in annotation],
    "rows": lambda annotation, *_: rows(annotation),
    "a dataset": lambda annotation, *_: dataset(annotation),
    "splits": lambda annotation, *_: {"test": dataset(annotation)},
    "docs": lambda annotation, *_: docs(annotation),
    "a path": file,
    "a name": lambda annotation, *place: str(file(annotation, *place)),
}


@pytest.mark.parametrize("form", FORMS)
def test_both_sides_may_be_in_any_form(form, tmp_path):
    for other in ("triples", form):
        gold, predicted = FORMS[form](GOLD, tmp_path, "gold"), FORMS[other](PREDICTED[::-1], tmp_path, "model")
        assert f1(gold, predicted) == 2 * 2 / (4 + 3)
    assert f1(GOLD, FORMS[form](PREDICTED, tmp_path, "model")) == 2 * 2 / (4 + 3)


def test_what_is_public_is_listed_and_nothing_else():
    assert dir(goldspan) == sorted(goldspan.__all__)
    assert not hasattr(goldspan, "no_such_name")
    space = {}
    exec("from goldspan import *", space)  # noqa: S102
    assert {*goldspan.__all__} <= {*space}


def test_every_public_name_says_what_it_is():
    for name in goldspan.__all__:
        if name != "__version__":
            assert getattr(goldspan, name).__doc__, name


@pytest.mark.parametrize("module", [from_python, agreement_from_python, python_values, goldspan])
def test_examples_in_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


def test_importing_goldspan_imports_neither_numpy_nor_pydantic():
    code = "import sys, goldspan; dir(goldspan); print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "pydantic", "spacy", "datasets", "goldspan.formats"} & {*found}


def test_the_command_and_the_function_count_the_same(tmp_path):
    gold, predicted = file(GOLD, tmp_path, "gold"), file(PREDICTED[:1], tmp_path, "model")
    report = tmp_path / "report.json"
    with pytest.raises(SystemExit):
        cli.main(["evaluate", str(gold), str(predicted), "--json", str(report)])
    with pytest.warns(goldspan.PairingWarning, match=r"1 × missing-example \(b\)"):
        scores = goldspan.evaluate(gold, predicted)
    assert scores.json() == json.loads(report.read_text())["schemes"]
    assert [note.kind for note in scores.notes] == ["missing-example"]


def test_what_is_not_in_gold_is_reported_and_does_not_count():
    with pytest.warns(goldspan.PairingWarning, match="1 × extra-example"):
        assert f1(GOLD[:1], PREDICTED) == 0.5


def test_examples_are_paired_by_their_texts_where_ids_differ():
    assert f1(GOLD, [(f"x{name}", text, spans) for name, text, spans in GOLD[::-1]]) == 1


def test_spans_and_tags_without_texts_belong_together_by_their_places():
    spans = [spans for _, _, spans in GOLD], [spans for _, _, spans in PREDICTED]
    assert f1(*spans) == f1(GOLD, PREDICTED)
    assert f1([["B-PER", "O"], []], [["B-PER", "B-LOC"], []]) == 2 / 3
    assert f1([[goldspan.Span(0, 3, "PER")]], [[{"start": 0, "end": 3, "label": "PER"}]]) == 1


def test_the_split_of_several_may_be_named():
    splits = {"train": dataset(GOLD[:1]), "test": dataset(GOLD)}
    assert f1(splits, GOLD, options=goldspan.ReadOptions(split="test")) == 1
    with pytest.raises(goldspan.InvalidValueError, match="gold has several splits: train, test") as caught:
        goldspan.evaluate(splits, GOLD)
    assert "ReadOptions(split=" in caught.value.remedy


def test_labels_may_be_renamed_in_every_form(tmp_path):
    renamed = [(name, text, [(s, e, label.lower()) for s, e, label in spans]) for name, text, spans in GOLD]
    options = goldspan.ReadOptions(rename={"per": "PER", "loc": "LOC"})
    for form, made in FORMS.items():
        assert f1(GOLD, made(renamed, tmp_path, "model"), options=options) == 1, form


ITERATOR = iter(GOLD)
WRONG = {
    "no file": ("no.jsonl", GOLD, "no such file or folder"),
    "a text as a path": (TEXT * 20, GOLD, "which is read as a path"),
    "a text of lines": ("a\nb", GOLD, "which is read as a path"),
    "nothing": ([], GOLD, "no example in gold"),
    "an iterator that was read": (iter(()), GOLD, "no example in gold"),
    "one iterator for both": (ITERATOR, ITERATOR, "one iterator"),
    "one example": (examples(GOLD)[0], GOLD, "gold is one Example"),
    "one row": (rows(GOLD)[0], GOLD, "gold is one dict"),
    "a number": (GOLD, 5, "predicted is not understood: an int"),
    "numbers": (GOLD, [5], "item 1 of predicted is not understood: an int, 5"),
    "no label": (GOLD, [("a", TEXT, [(0, 3, None)])], r"the span \[0, 3\] has no label"),
    "no span": (GOLD, [("a", TEXT, ["PER"])], "'PER' is not a span"),
    "no list of spans": (GOLD, [("a", TEXT, 5)], "the spans are 5"),
    "a span outside": (GOLD, [("a", TEXT, [(0, 300, "PER")])], "ends outside the text"),
    "a span twice": (GOLD, [("a", TEXT, [(0, 3, "PER")] * 2)], "occurs twice"),
    "two texts of one id": ([("a", TEXT, []), ("a", OTHER, [])], GOLD, "an example of this id already"),
    "other texts": (GOLD, [("What nobody wrote.", [])], "none of 1 predictions has a text of gold"),
    "texts on one side": (GOLD, [[(0, 3, "PER")], []], "spans without texts"),
    "bare spans": ([(0, 3, "PER")], GOLD, "is one span"),
    "other numbers of documents": ([[], []], [[]], "gold has 2 documents and predicted 1"),
    "a label of a document that is none": ([[(0, 3, None)]], [[]], "is not a span"),
    "unknown keys": (GOLD, [{"txt": TEXT}], "keys of the rows are not understood"),
    "a value that JSON lacks": (GOLD, [{"text": TEXT, "spans": [], "at": object()}], "is not JSON"),
    "a row that is not valid": (GOLD, rows([("a", TEXT, [(0, 300, "PER")])]), "^predicted:1: a: the span"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_error_says_what_was_not_understood_and_the_remedy(case):
    gold, predicted, message = WRONG[case]
    with pytest.raises(goldspan.GoldspanError, match=message) as caught:
        goldspan.evaluate(gold, predicted)
    assert caught.value.remedy
    assert str(Path(python_values.tempfile.gettempdir())) not in str(caught.value)


def test_a_remedy_names_the_argument_beside_the_option(tmp_path):
    path = tmp_path / "data"
    (path / "data").mkdir(parents=True)
    for split in ("train", "test"):
        dataset(GOLD).to_parquet(str(path / "data" / f"{split}-00000-of-00001.parquet"))
    with pytest.raises(goldspan.InputError) as caught:
        goldspan.load(path)
    assert "In Python: options=goldspan.ReadOptions(split=…)" in caught.value.remedy
    assert len(goldspan.load(path, options=goldspan.ReadOptions(split="test"))) == 2


def test_a_folder_of_files_is_loaded_as_one(tmp_path):
    file(GOLD[:1], tmp_path, "a")
    file(GOLD[1:], tmp_path, "b")
    assert goldspan.load(tmp_path) == goldspan.load(str(tmp_path)) == examples(GOLD)


def test_what_cannot_be_loaded_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "empty").mkdir()
    for path, message in (("none", "no such file"), ("empty", "no file in this folder")):
        with pytest.raises(goldspan.InputError, match=message) as caught:
            goldspan.load(tmp_path / path)
        assert caught.value.remedy
    with pytest.raises(goldspan.InputError, match="this is a project"):
        goldspan.load(ROOT)


def test_the_agreement_of_annotators_in_any_form(tmp_path):
    wanted = goldspan.agree({"anna": GOLD, "ben": PREDICTED}).overall["exact_f1"].estimate
    for form, made in FORMS.items():
        found = goldspan.agree({"anna": made(GOLD, tmp_path, "anna"), "ben": PREDICTED})
        assert found.annotators == ("anna", "ben"), form
        assert found.overall["exact_f1"].estimate == wanted == 2 * 2 / (4 + 3), form
    folder = tmp_path / "passes"
    folder.mkdir()
    file(GOLD, folder, "anna"), file(PREDICTED, folder, "ben")
    assert goldspan.agree(folder).overall["exact_f1"].estimate == wanted


def test_agreement_needs_two_annotators_with_names():
    with pytest.raises(goldspan.InvalidValueError, match="agreement needs two"):
        goldspan.agree({"anna": GOLD})
    with pytest.raises(goldspan.InvalidValueError, match="without the names"):
        goldspan.agree([GOLD, PREDICTED])


def test_readings_with_and_without_suggestions_are_measured_apart():
    aided = [goldspan.Example(one.id, one.text, one.spans, extra={"aided": True}) for one in examples(PREDICTED)]
    passes = {"anna": GOLD, "ben": GOLD, "carla": aided, "dora": aided}
    with pytest.raises(goldspan.InvalidValueError, match="some of this was read with suggestions"):
        goldspan.agree(passes)
    assert goldspan.agree(passes, condition="aided").annotators == ("carla", "dora")


@pytest.mark.parametrize("name", errors.FORMER_NAMES)
def test_a_former_name_warns_and_is_gone_when_its_time_is_over(name):
    former = errors.FORMER_NAMES[name]
    for module in (goldspan, errors):
        with pytest.warns(DeprecationWarning, match=f"{name} is now {former.new.__name__}; goldspan .* removes"):
            assert getattr(module, name) is former.new
    now = tuple(int(part) for part in goldspan.__version__.split(".")[:2])
    removed = tuple(int(part) for part in errors.removed_in(former).split("."))
    assert now < removed, f"{name} was to be removed in {errors.removed_in(former)}: remove it from FORMER_NAMES"
    assert name not in goldspan.__all__


def test_the_page_describes_every_public_name():
    text = (ROOT / "docs" / "python.md").read_text()
    described = re.findall(r"^### `(?:goldspan\.)?(\w+)", text, re.MULTILINE)
    assert sorted(described) == sorted(goldspan.__all__)


@pytest.fixture
def examples_of_the_page(tmp_path, toy, monkeypatch):
    """A folder with the files that the examples of docs/python.md name."""
    names = {"gold.jsonl": GOLD, "anna.jsonl": GOLD, "ben.jsonl": PREDICTED, "corpus/gold/a.jsonl": GOLD}
    names |= {"corpus/passes/anna/a.jsonl": GOLD, "corpus/passes/ben/a.jsonl": PREDICTED}
    for name, annotation in names.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        file(annotation, tmp_path / Path(name).parent, Path(name).stem)
    for name, form in (("predictions.conll", "conll"), ("rows.jsonl", "rows"), ("my-dataset", "dataset")):
        formats.get(form).write(tmp_path / name, examples(PREDICTED))
    [table] = (tmp_path / "my-dataset").rglob("*.parquet")
    table.rename(table.with_name(table.name.replace("train", "test")))
    monkeypatch.chdir(tmp_path)
    return toy


def test_the_examples_of_the_page_run(examples_of_the_page, monkeypatch):
    page = (ROOT / "docs" / "python.md").read_text("utf-8").partition("<!-- Made by")[0]
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    space = {"goldspan": goldspan}
    ran = 0
    for block in blocks:
        if "Trainer" in block:  # needs torch
            continue
        if "Corpus.find" in block:
            monkeypatch.chdir(examples_of_the_page.root)
        with warnings.catch_warnings():  # a block sets a filter of its own
            exec(block, space)  # noqa: S102
        ran += 1
    assert ran >= 6
    assert space["scores"].overall["strict"].f1
