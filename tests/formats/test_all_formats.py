"""What holds for every format: the round trip, detection, conversion of each into each."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from goldspan import formats, tokens
from goldspan.annotation import Example, Span, first_overlap
from goldspan.errors import GoldspanError, InputError
from goldspan.formats.options import WriteOptions
from helpers import strategies

DATA = Path(__file__).parents[1] / "data" / "formats"
SAMPLES = {
    "dataset": "dataset",
    "dataset-saved": "dataset",
    "flair.jsonl": "rows",
    "gliner.json": "rows",
    "json-min.json": "rows",
    "rows-unannotated.jsonl": "rows",
    "spacy2.json": "rows",
    "transformers.jsonl": "rows",
    "gold.jsonl": "gold",
    "doccano-export.jsonl": "doccano",
    "doccano-relations.jsonl": "doccano",
    "doccano-old.jsonl": "doccano",
    "brat": "brat",
    "brat/wire-1.ann": "brat",
    "brat/wire-1.txt": "brat",
    "iob1.conll": "conll",
    "iob2.conll": "conll",
    "ioe.conll": "conll",
    "bioes.conll": "conll",
    "bilou.conll": "conll",
    "columns-index.conllu": "conll",
    "conll2012.conll": "conll",
    "few-nerd.tsv": "conll",
    "germeval.tsv": "conll",
    "kaggle.csv": "conll",
    "multiconer.conll": "conll",
    "space-after.conll": "conll",
    "uner.iob2": "conll",
    "misc.conllu": "conllu",
    "plus.conllup": "conllu",
    "foreign.spacy": "docbin",
    "inception.tsv": "webanno",
    "cas.json": "cas",
    "cas.zip": "cas",
    "prodigy.jsonl": "prodigy",
    "labelstudio.json": "labelstudio",
    "potato": "potato",
    "potato/ines/annotated_instances.jsonl": "potato",
}
NAMES = {  # of a file of each format
    "gold": "a.jsonl",
    "doccano": "a.jsonl",
    "brat": "a",
    "conll": "a.conll",
    "conllu": "a.conllu",
    "docbin": "a.spacy",
    "prodigy": "a.jsonl",
    "labelstudio": "a.json",
    "rows": "a.jsonl",
    "dataset": "a.parquet",
    "webanno": "a.tsv",
}
FEW = settings(max_examples=min(50, settings().max_examples))  # each writes files
FREE = [name for name in formats.WRITABLE if name not in formats.TOKEN_FORMATS]


def there_and_back(name, examples, folder):
    path = folder / NAMES[name]
    formats.get(name).write(path, examples)
    assert formats.detect(path) == name or not examples
    return formats.load(path, name)


@pytest.mark.parametrize("name", FREE)
@FEW
@given(examples=strategies.corpora(spans=partial(strategies.spans, flat=False)))
def test_what_is_written_is_read_again(name, examples, tmp_path_factory):
    if name in {"brat", "doccano", "webanno"}:
        examples = [example for example in examples if example.text]
    if name == "brat":
        examples = [replace(e, spans=tuple(s for s in e.spans if not edge(e, s))) for e in examples]
    assert there_and_back(name, examples, tmp_path_factory.mktemp("any")) == examples


def edge(example, span):
    """Whether a line break stands at an edge of a span."""
    surface = example.surface(span)
    return len(f"|{surface}|".splitlines()[0]) == 1 or len(f"|{surface}|".splitlines()[-1]) == 1


@pytest.mark.parametrize("name", formats.TOKEN_FORMATS)
@FEW
@given(examples=strategies.corpora(spans=strategies.aligned_spans))
def test_what_fits_tokens_is_read_again(name, examples, tmp_path_factory):
    assert there_and_back(name, examples, tmp_path_factory.mktemp("any")) == examples


@pytest.mark.parametrize("name", formats.WRITABLE)
@FEW
@given(examples=strategies.corpora(spans=strategies.aligned_spans))
def test_the_same_examples_give_the_same_bytes(name, examples, tmp_path_factory):
    assume(all(e.text and not any(edge(e, s) for s in e.spans) for e in examples))
    written = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("any")
        formats.get(name).write(folder / "a", examples)
        written.append({p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()})
    assert written[0] == written[1]


@pytest.mark.slow
def test_the_bytes_hang_on_no_hash_of_the_process(tmp_path):
    code = """import sys, pathlib; from goldspan import formats
examples = formats.load(pathlib.Path(sys.argv[1]), "gold")
for name in formats.WRITABLE: formats.get(name).write(pathlib.Path(sys.argv[2]) / name, examples)"""
    for seed in "12":
        command = [sys.executable, "-c", code, DATA / "gold.jsonl", tmp_path / seed]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
    first, second = (sorted(p for p in (tmp_path / seed).rglob("*") if p.is_file()) for seed in "12")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert {path.relative_to(tmp_path / "1").parts[0] for path in first} == set(formats.WRITABLE)
    assert len(first) == len(second)


@pytest.mark.parametrize("name", formats.TOKEN_FORMATS)
@FEW
@given(examples=strategies.corpora())
def test_under_expand_each_span_is_written_widened_or_reported_lost(name, examples, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "a"
    reported = formats.get(name).write(path, examples, WriteOptions(policy="expand")).misaligned
    found = formats.load(path, name)
    lost = [span for span in reported if not span.tagged]
    assert sum(len(e.spans) for e in found) == sum(len(e.spans) for e in examples) - len(lost)
    assert [(e.id, e.text, e.at, e.extra) for e in found] == [(e.id, e.text, e.at, e.extra) for e in examples]


@pytest.mark.parametrize("name", formats.TOKEN_FORMATS)
def test_strict_names_every_span_that_cuts_a_token_and_writes_nothing(name, tmp_path):
    path = tmp_path / "a"
    path.write_text("before")
    spans = (Span(0, 2, "UNIT"), Span(5, 8, "X"))
    examples = [Example("a.p00", "KFOR troops", spans), Example("a.p01", "KFOR", (Span(1, 4, "UNIT"),))]
    with pytest.raises(InputError) as caught:
        formats.get(name).write(path, examples)
    for line in ("[0, 2, UNIT] 'KF' cuts 'KFOR'", "[5, 8, X] 'tro' cuts 'troops'", "a.p01: [1, 4, UNIT] 'FOR'"):
        assert line in str(caught.value)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("policy", ["strict", "expand"])
@pytest.mark.parametrize("name", [name for name in formats.TOKEN_FORMATS if not formats.get(name).holds_overlaps])
def test_formats_of_tokens_refuse_overlapping_spans_by_name(name, policy, tmp_path):
    example = Example("a.p00", "KFOR troops", (Span(0, 11, "UNIT"), Span(5, 11, "X")))
    with pytest.raises(InputError, match=r"a.p00: the spans \[0, 11, UNIT\].*and \[5, 11, X\] 'troops' overlap"):
        formats.get(name).write(tmp_path / "a", [example], WriteOptions(policy=policy))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", formats.WRITABLE)
def test_a_writer_that_fails_leaves_what_was_there(name, tmp_path):
    def broken():
        yield Example("a.p00", "KFOR left.", (Span(0, 4, "UNIT"),))
        raise ZeroDivisionError

    path = tmp_path / "a"
    formats.get(name).write(path, [Example("a.p00", "before")])
    with pytest.raises(ZeroDivisionError):
        formats.get(name).write(path, broken())
    assert [example.text for example in formats.load(path, name)] == ["before"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", formats.NAMES)
def test_a_missing_file_is_named(name, tmp_path):
    with pytest.raises(InputError) as caught:
        formats.load(tmp_path / "missing", name)
    assert str(tmp_path / "missing") in str(caught.value)


@pytest.mark.parametrize(("file", "name"), SAMPLES.items())
def test_the_format_of_a_sample_is_detected_and_every_example_of_it_is_valid(file, name):
    assert formats.detect(DATA / file) == name
    assert formats.load(DATA / file, name)


def test_every_sample_is_read_by_a_test():
    assert {p.name for p in DATA.iterdir()} == {name for name in SAMPLES if "/" not in name}


@pytest.mark.parametrize(("file", "name"), SAMPLES.items())
@pytest.mark.parametrize("to", formats.WRITABLE)
def test_every_sample_goes_into_every_format_and_back(file, name, to, tmp_path):
    examples = formats.load(DATA / file, name)
    if not formats.get(to).holds_overlaps and any(first_overlap(example.spans) for example in examples):
        with pytest.raises(InputError, match="overlap"):
            there_and_back(to, examples, tmp_path)
    else:
        held = [example for example in examples if example.is_annotated or formats.get(to).holds_unannotated]
        assert there_and_back(to, examples, tmp_path) == held


@pytest.mark.parametrize("name", [*formats.NAMES, *formats.ALIASES])
def test_the_module_of_a_format_is_what_its_entry_declares(name):
    entry = formats.get(name)
    module = import_module(f"goldspan.formats.{entry.name}")
    assert entry.suffixes
    assert all(suffix.startswith(".") for suffix in entry.suffixes)
    assert callable(module.scan)
    assert list(signature(module.scan).parameters)[:2] == ["path", "options"]
    assert not entry.can_write or list(signature(module.write).parameters)[:3] == ["path", "examples", "options"]
    assert callable(module.is_format_of)
    assert hasattr(module, "is_format_of_folder") == entry.is_folder


def test_every_module_that_reads_and_writes_is_registered():
    folder = Path(formats.__file__).parent
    modules = {path.stem: import_module(f"goldspan.formats.{path.stem}") for path in folder.glob("[a-z]*.py")}
    assert {name for name, module in modules.items() if hasattr(module, "is_format_of")} == set(formats.NAMES)


def test_unknown_formats_are_refused_with_the_list_of_those_there_are():
    with pytest.raises(InputError, match=f"'xml'(.|\n)*{', '.join(formats.CHOICES)}"):
        formats.get("xml")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "Only words\nand more words\n"),
        ("a.jsonl", '{"words": []}\n'),
        ("a.json", '[{"word": "a"}]'),
        ("a.bin", b"\x78\x9c\x03\x00\x00\x00\x00\x01"),
        ("a", ""),
        ("a.txt", b"\xff\xff\x00"),
    ],
)
def test_what_cannot_be_detected_is_refused_with_the_list_of_formats(name, content, tmp_path):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=f"cannot be detected\n.*{', '.join(formats.CHOICES)}"):
        formats.detect(path)


@pytest.mark.parametrize(
    ("name", "content", "detected"),
    [
        ("a.jsonl", "", "gold"),
        ("a.conll", "\n", "conll"),
        ("a.txt", "KFOR B-UNIT\nleft O\n", "conll"),
        ("a.jsonl", '\ufeff{"text": "a", "label": []}', "doccano"),
        ("a.jsonl", '{"id": "a", "at": 0, "text": "broken"', "rows"),
        ("a.jsonl", '{"id": "a", "at": 0, "text": "broken", "spans": [[', "gold"),
        ("a.jsonl", '{"text": "a", "spans": [{"start": 0, "end": 1, "label": "X"}]}', "rows"),
        ("a.jsonl", '{"text": "a", "_task_hash": 3}', "prodigy"),
        ("a.jsonl", '{"text": "a", "spans": [], "answer": "accept"', "prodigy"),
        ("a.jsonl", '{"id": "a", "at": 0, "text": "a", "spans": [], "answer": "accept"}', "gold"),
        ("a.jsonl", '{}\n{"id": "a", "at": 0, "text": "", "spans": []}', "gold"),
        ("a.jsonl", json.dumps({"text": "long " * 20_000, "label": []}), "doccano"),
        ("a.conll", "# a comment\n" + "word -X- -X- O\n" * 10_000, "conll"),
    ],
)
def test_content_takes_precedence_over_the_suffix(name, content, detected, tmp_path):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert formats.detect(path) == detected


def test_the_format_of_a_folder_without_annotation_cannot_be_detected(tmp_path):
    with pytest.raises(InputError, match="cannot be detected"):
        formats.detect(tmp_path)


@pytest.mark.parametrize("name", formats.NAMES)
@FEW
@given(content=st.one_of(st.binary(max_size=80), strategies.texts.map(str.encode)))
def test_any_bytes_give_records_or_errors_and_never_a_crash(name, content, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / ("a.ann" if name == "brat" else "a")
    path.write_bytes(content)
    path.with_name("a.txt").write_text("KFOR left.")
    try:
        for record in formats.get(name).scan(path):
            if not isinstance(record, InputError):
                record.example()
    except GoldspanError as error:
        assert str(path) in str(error)  # noqa: PT017  (no error is as good)


@pytest.mark.parametrize("name", ["gold", "doccano", "prodigy"])
@pytest.mark.parametrize(
    "value", ["Infinity", "1e999", "9" * 5000, "[" * 100_000, '"\\ud800"', '{"a": 1, "a": 2}', '1, "x": 2']
)
def test_json_that_python_alone_would_read_or_choke_on_is_refused(name, value, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"id": "a", "at": 0, "text": "KFOR", "x": {value}}}\n')
    (error,) = formats.get(name).scan(path)
    assert isinstance(error, InputError)
    assert (error.line, error.message[:8]) == (1, "not JSON")


@pytest.fixture(scope="module")
def megabyte():
    text = "Elements of the 72nd 👍🏽 Brigade withdrew from Kosovo on Monday,\nofficials said.\r\n" * 12_500
    extents = tokens.tokenize(text, "en")
    return Example("a.p00", text, tuple(Span(start, end, "UNIT") for start, end in extents[:80_000:8]))


@pytest.mark.slow
@pytest.mark.parametrize("name", formats.WRITABLE)
def test_a_megabyte_with_ten_thousand_spans_survives_a_round_trip(name, megabyte, tmp_path):
    assert len(megabyte.text) > 1_000_000
    assert len(megabyte.spans) == 10_000
    assert there_and_back(name, [megabyte], tmp_path) == [megabyte]


def test_a_file_of_broken_json_is_read_as_gold_so_that_its_line_is_named(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "a"\n')
    assert formats.detect(path) == "gold"
    (error,) = formats.get("gold").scan(path)
    assert str(error).startswith(f"{path}:1: not JSON")
