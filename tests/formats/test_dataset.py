"""Hugging Face datasets: files and folders as `datasets` itself writes them."""

import json

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

from goldspan import formats
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.formats import ReadOptions, dataset
from goldspan.formats.options import WriteOptions
from goldspan.formats.sources import read_source

TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
ROWS = {
    "id": ["0", "1"],
    "tokens": [["Karl", "May", "in", "Rom"], ["Ulm", "."]],
    "ner_tags": [[1, 2, 0, 3], [3, 0]],
}
CLASSES = Features({"id": Value("string"), "tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=TAGS))})
WANTED = [("Karl May in Rom", [("Karl May", "PER"), ("Rom", "LOC")]), ("Ulm .", [("Ulm", "LOC")])]
TEXTS = {"text": ["Karl May in Rom"]}
SPANS = [[{"start": 0, "end": 8, "label": "PER"}, {"start": 12, "end": 15, "label": "LOC"}]]


def found(path, **options):
    examples = formats.load(path, None, ReadOptions(**options))
    return [(e.text, [(e.surface(span), span.label) for span in e.spans]) for e in examples]


def named():
    return {**ROWS, "ner_tags": [[TAGS[number] for number in row] for row in ROWS["ner_tags"]]}


@pytest.mark.parametrize(
    ("columns", "features", "wanted"),
    [
        (ROWS, CLASSES, WANTED),
        (named(), None, WANTED),
        (TEXTS | {"entities": SPANS}, None, WANTED[:1]),
        (TEXTS | {"spans": SPANS}, None, WANTED[:1]),
        (TEXTS | {"entities": [{key: [span[key] for span in SPANS[0]] for key in SPANS[0][0]}]}, None, WANTED[:1]),
    ],
)
@pytest.mark.parametrize("kind", ["parquet", "saved", "arrow", "jsonl"])
def test_rows_of_tokens_and_of_texts_are_read_from_every_kind_of_file(kind, columns, features, wanted, tmp_path):
    data = Dataset.from_dict(columns, features=features)
    path = tmp_path / {"saved": "saved", "parquet": "a.parquet", "arrow": "a.arrow", "jsonl": "a.jsonl"}[kind]
    if kind == "saved":
        data.save_to_disk(path)
    elif kind == "parquet":
        data.to_parquet(path)
    elif kind == "jsonl":
        data.to_json(path)
    else:
        table = data.data.table
        with pa.OSFile(str(path), "wb") as stream, pa.ipc.new_file(stream, table.schema) as writer:
            writer.write_table(table)
    if kind == "jsonl" and features is not None:
        with pytest.raises(InputError, match="numbers"):
            found(path)
    else:
        assert found(path) == wanted


def test_numbers_without_names_are_refused(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(ROWS), path)
    with pytest.raises(InputError, match=r"the tags are numbers, \[1, 2, 0, 3\]") as caught:
        found(path)
    assert "ClassLabel" in caught.value.remedy


@pytest.mark.parametrize("tag", [-1, -100, 9])
def test_a_number_that_has_no_name_is_refused(tag, tmp_path):
    features = {"tokens": pa.array([["Ulm", "."]]), "ner_tags": pa.array([[3, tag]])}
    path = tmp_path / "a.parquet"
    metadata = Dataset.from_dict(ROWS, features=CLASSES).data.table.schema.metadata
    pq.write_table(pa.table(features).replace_schema_metadata(metadata), path)
    with pytest.raises(InputError, match="numbers"):
        found(path)


def test_the_splits_of_a_saved_dataset_are_told_apart(tmp_path):
    data = Dataset.from_dict(ROWS, features=CLASSES)
    DatasetDict({"train": data, "test": data.select([1])}).save_to_disk(tmp_path / "saved")
    assert formats.detect(tmp_path / "saved") == "dataset"
    assert found(tmp_path / "saved", split="test") == WANTED[1:]
    with pytest.raises(InputError, match=r"several splits\n.*--split: test, train"):
        found(tmp_path / "saved")
    with pytest.raises(InputError, match="no split 'dev'"):
        found(tmp_path / "saved", split="dev")


CARD = """---
configs:
- config_name: main
  default: true
  data_files:
  - split: train
    path: rows/a-*.jsonl
  - split: test
    path: rows/b.jsonl
- config_name: other
  data_files: none.jsonl
dataset_info:
  features:
  - name: tokens
    sequence: string
  - name: ner_tags
    sequence:
      class_label:
        names:
          '0': O
          '1': B-PER
          '2': I-PER
          '3': B-LOC
---
# A dataset
"""


def test_the_readme_names_the_files_of_each_split_and_the_labels(tmp_path):
    (tmp_path / "README.md").write_text(CARD)
    (tmp_path / "rows").mkdir()
    rows = [{key: ROWS[key][number] for key in ROWS} for number in (0, 1)]
    for name, row in zip(("a-1", "a-2", "b"), (rows[0], rows[1], rows[1]), strict=True):
        (tmp_path / "rows" / f"{name}.jsonl").write_text(json.dumps(row) + "\n")
    assert found(tmp_path, split="train") == WANTED
    assert found(tmp_path, split="test") == WANTED[1:]
    loaded = datasets.load_dataset(str(tmp_path / "rows"), data_files={"x": "b.jsonl"}, cache_dir=str(tmp_path / "c"))
    assert loaded["x"][0]["tokens"] == ["Ulm", "."]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("  default: true\n", ""), "several configs, main, other"),
        (("b.jsonl", "c.jsonl"), "no file here is called"),
        (("configs:", "configs: ["), "no YAML"),
        (("rows/b.jsonl", "../b.jsonl"), "no file here is called"),
    ],
)
def test_a_readme_that_cannot_be_followed_is_refused(change, why, tmp_path):
    (tmp_path / "README.md").write_text(CARD.replace(*change))
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "a-1.jsonl").write_text(json.dumps({"text": "Rom", "spans": []}))
    (tmp_path / "rows" / "b.jsonl").write_text(json.dumps({"text": "Rom", "spans": []}))
    with pytest.raises(InputError, match=why):
        found(tmp_path, split="test")


def test_shards_and_folders_named_like_splits_are_found(tmp_path):
    data = Dataset.from_dict(ROWS, features=CLASSES)
    (tmp_path / "data").mkdir()
    for number in (0, 1):
        data.select([number]).to_parquet(tmp_path / "data" / f"train-0000{number}-of-00002.parquet")
    assert found(tmp_path) == WANTED
    (tmp_path / "data" / "test").mkdir()
    data.select([0]).to_parquet(tmp_path / "data" / "test" / "0.parquet")
    assert found(tmp_path, split="test") == WANTED[:1]


def test_ids_are_numbered_through_all_shards(tmp_path):
    data = Dataset.from_dict({key: value for key, value in named().items() if key != "id"})
    for number in (0, 1):
        data.select([number]).to_parquet(tmp_path / f"train-0000{number}-of-00002.parquet")
    ids = [example.id for example in formats.load(tmp_path)]
    assert ids == [f"{tmp_path.name}.1", f"{tmp_path.name}.2"]
    assert all(formats.get("dataset").is_numbered(name, tmp_path) for name in ids)


def test_a_file_that_is_called_like_another_split_is_refused(tmp_path):
    Dataset.from_dict(ROWS, features=CLASSES).to_parquet(tmp_path / "train.parquet")
    with pytest.raises(InputError, match="called like the split 'train', not 'test'"):
        read_source(tmp_path / "train.parquet", reading=ReadOptions(split="test"))


EXAMPLES = [
    Example("a.p00", "Karl May in Rom.", (Span(0, 8, "PER"), Span(12, 15, "LOC")), 7, {"rule": ["x"]}),
    Example("a.p01", "Nested: Rom in Italien.", (Span(8, 11, "LOC"), Span(8, 22, "LOC"))),
]


def test_a_folder_that_is_written_is_opened_by_load_dataset(tmp_path):
    formats.get("dataset").write(tmp_path / "out", EXAMPLES)
    data = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))["train"]
    names = data.features["ner_tags"].feature
    assert [names.int2str(tag) for tag in data[0]["ner_tags"]] == ["B-PER", "I-PER", "O", "B-LOC", "O"]
    assert not data[1]["ner_tags"]  # overlapping spans have no tags
    assert formats.load(tmp_path / "out") == EXAMPLES


def test_what_nobody_annotated_is_left_out_and_counted(tmp_path):
    unannotated = Example("b", "Ulm.", extra={"not_annotated": "skipped"})
    result = formats.get("dataset").write(tmp_path / "a.parquet", [*EXAMPLES, unannotated])
    assert result.left_out == {"skipped": 1}
    assert len(formats.load(tmp_path / "a.parquet")) == 2


def test_the_command_writes_a_file_or_a_folder_as_it_is_named_and_writes_it_again(goldspan, tmp_path):
    formats.get("gold").write(tmp_path / "gold.jsonl", EXAMPLES)
    for name in ("a.parquet", "a.parquet", "folder", "folder"):
        assert goldspan("convert", tmp_path / "gold.jsonl", "--to", "dataset", "-o", tmp_path / name) == 0
        assert (tmp_path / name).is_file() == name.endswith(".parquet")
        assert formats.load(tmp_path / name) == EXAMPLES


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds other files, such as notes\.txt"):
        dataset.write(tmp_path, EXAMPLES, WriteOptions())
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("damage", [slice(0, 60), slice(0, -9)])
@pytest.mark.parametrize("name", ["a.parquet", "saved"])
def test_damaged_files_are_refused_by_name(name, damage, tmp_path):
    path = tmp_path / name
    data = Dataset.from_dict(ROWS, features=CLASSES)
    if name == "saved":
        data.save_to_disk(path)
        file = next(path.glob("*.arrow"))
    else:
        data.to_parquet(path)
        file = path
    file.write_bytes(file.read_bytes()[damage])
    with pytest.raises(InputError) as caught:
        found(path)
    assert str(file) in str(caught.value)


def test_a_string_that_is_not_utf8_is_refused(tmp_path):
    strings = pa.array([b"\x83om"], pa.binary()).cast(pa.string(), safe=False)
    pq.write_table(
        pa.table({"text": strings, "spans": [[{"start": 0, "end": 1, "label": "X"}]]}), tmp_path / "a.parquet"
    )
    with pytest.raises(InputError, match=r"a\.parquet"):
        found(tmp_path / "a.parquet")
