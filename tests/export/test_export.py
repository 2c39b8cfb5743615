import filecmp
import json
import shutil
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel, load_dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import Example, InputError, InvalidValueError, Span, checks, cli, formats, tokens
from goldspan.annotation import Label, LabelScheme
from goldspan.checks import FindingsError
from goldspan.corpus.manifest import write_manifest
from goldspan.export import arrow, export, parquet
from goldspan.export.marker import MARKER, texts_that_may_not_travel
from goldspan.formats import gold
from goldspan.quantities import parse_troop_count
from helpers.releasable_projects import allow_texts
from helpers.strategies import LABELS, corpora, examples

SCHEME = LabelScheme("1", tuple(Label(n, n, "#000000", n.lower(), f"{n}.md", quantity=n == "C") for n in "ABC"))


def relabelled(example):
    return Example(example.id, example.text, [Span(s.start, s.end, "AB"[len(s.label) % 2]) for s in example.spans[:1]])


@pytest.fixture
def dataset(toy, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    export(toy, tmp_path / "dataset")
    return load_dataset(str(tmp_path / "dataset"), cache_dir=str(tmp_path / "cache"))


def test_load_dataset_opens_every_split(toy, dataset):
    assert {name: split.num_rows for name, split in dataset.items()} == {"train": 3, "validation": 3, "test": 3}
    ids = [row["id"] for split in dataset.values() for row in split]
    assert ids == [example.id for example in toy.gold_examples()]


def test_labels_and_tags_carry_their_names(dataset):
    features = dataset["train"].features
    assert features["spans"].feature["label"] == ClassLabel(names=["SHIP", "PORT", "CREW"])
    assert features["ner_tags"].feature.names == [
        "O", "B-SHIP", "I-SHIP", "B-PORT", "I-PORT", "B-CREW", "I-CREW",
    ]  # fmt: skip


def test_a_row_holds_text_spans_tokens_tags_and_values(dataset):
    row = next(row for row in dataset["validation"] if row["id"] == "storm.p03")
    names = dataset["validation"].features["ner_tags"].feature.names
    assert row["article"] == "storm"
    assert row["spans"][0] == {"start": 0, "end": 14, "label": 2, "surface": "Twenty sailors"}
    assert [names[tag] for tag in row["ner_tags"]][:2] == ["B-CREW", "I-CREW"]
    assert row["crews"] == [
        {"start": 0, "end": 14, "minimum": 20, "maximum": 20, "approximate": False},
        {"start": 49, "end": 60, "minimum": 0, "maximum": 1200, "approximate": False},
    ]


def test_every_offset_of_the_dataset_covers_its_surface(dataset):
    for split in dataset.values():
        for row in split:
            assert all(row["text"][s["start"] : s["end"]] == s["surface"] for s in row["spans"])
            extents = zip(row["tokens"], row["token_offsets"], strict=True)
            assert all(row["text"][o["start"] : o["end"]] == token for token, o in extents)


def test_the_passes_are_a_configuration_of_their_own(toy, tmp_path):
    export(toy, tmp_path / "dataset")
    passes = load_dataset(str(tmp_path / "dataset"), "passes", cache_dir=str(tmp_path / "cache"))
    rows = {(row["annotator"], row["id"]): row for split in passes.values() for row in split}
    assert len(rows) == 18
    assert len(rows["ann", "storm.p02"]["spans"]) == len(rows["bob", "storm.p02"]["spans"]) + 1


def test_two_exports_are_byte_identical(toy, tmp_path):
    for name in ("one", "two"):
        export(toy, tmp_path / name)
    names = sorted(str(p.relative_to(tmp_path / "one")) for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert len(names) == 8
    assert filecmp.cmpfiles(tmp_path / "one", tmp_path / "two", names, shallow=False) == (names, [], [])


def test_an_example_that_its_annotator_never_opened_is_in_no_pass(toy, tmp_path):
    path = toy.passes / "bob" / "storm.jsonl"
    path.write_text(path.read_text("utf-8").replace("}\n", ', "confirmed": true}\n', 1), encoding="utf-8")
    export(toy, tmp_path / "out")
    rows = pq.read_table(tmp_path / "out" / "passes" / "validation.parquet").to_pylist()
    assert [row["id"] for row in rows if row["annotator"] == "bob"] == ["storm.p01"]


def test_a_span_that_a_token_cuts_stays_and_is_reported(toy, tmp_path):
    path = toy.gold / "strike.jsonl"
    lines = path.read_text().replace('[53, 58, "PORT", "Odesa"]', '[53, 57, "PORT", "Odes"]')
    path.write_text(lines)
    done = export(toy, tmp_path / "strict", is_checked=True)
    assert [(loss.example, loss.surface, loss.widened) for loss in done.losses] == [("strike.p02", "Odes", "Odesa")]
    assert "| strike.p02 | 53–57 | PORT | Odes | Odesa |" in (tmp_path / "strict" / "README.md").read_text()
    rows = pq.read_table(tmp_path / "strict/gold/test.parquet").to_pylist()
    assert rows[1]["spans"][-1]["surface"] == "Odes"
    assert rows[1]["ner_tags"][-2] == 0
    export(toy, tmp_path / "expand", policy="expand", is_checked=True)
    assert pq.read_table(tmp_path / "expand/gold/test.parquet").to_pylist()[1]["ner_tags"][-2] == 3


def test_an_article_in_no_split_is_refused(toy, tmp_path):
    toy.split_file("test").write_text("")
    with pytest.raises(FindingsError, match="unsplit-article: strike is in no split"):
        export(toy, tmp_path / "dataset")
    assert not (tmp_path / "dataset").exists()


def test_a_folder_of_somebody_else_is_left_alone(toy, tmp_path):
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(InputError, match="no export has written"):
        export(toy, tmp_path)
    assert (tmp_path / "thesis.txt").is_file()


def test_an_earlier_export_is_replaced_as_a_whole(toy, tmp_path):
    export(toy, tmp_path / "out")
    export(toy, tmp_path / "out", "jsonl")
    assert sorted(p.name for p in (tmp_path / "out").glob("[!.]*")) == ["test.jsonl", "train.jsonl", "validation.jsonl"]


def test_a_failed_export_leaves_the_old_one(toy, tmp_path):
    export(toy, tmp_path / "out")
    before = sorted(p.name for p in (tmp_path / "out").rglob("*"))
    (toy.gold / "storm.jsonl").write_text("{\n")
    with pytest.raises(InputError):
        export(toy, tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").rglob("*")) == before
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".out")] == []


@pytest.mark.parametrize("name", ["docbin", "conll", "jsonl", "doccano", "brat"])
def test_every_format_gives_the_same_gold_back(toy, tmp_path, name):
    export(toy, tmp_path / "out", name)
    (path,) = (tmp_path / "out").glob("validation*")
    assert formats.load(path, name) == list(toy.gold_examples(["storm"]))


@settings(max_examples=50)
@given(st.lists(examples(), max_size=4))
def test_no_span_is_lost_on_the_way_into_a_table(found):
    rows = [relabelled(example) for example in found]
    table, _ = arrow.ArrowColumns(SCHEME).table(rows, [0] * len(rows))
    for row, example in zip(table.to_pylist(), rows, strict=True):
        assert [(s["start"], s["end"], SCHEME.names[s["label"]]) for s in row["spans"]] == [
            (s.start, s.end, s.label) for s in example.spans
        ]
        assert [(o["start"], o["end"]) for o in row["token_offsets"]] == tokens.tokenize(example.text, "en")


def test_a_value_that_nobody_can_defend_is_null():
    example = Example("a", "several sailors", (Span(0, 15, "C"),))
    table, _ = arrow.ArrowColumns(SCHEME).table([example], [0])
    assert parse_troop_count("several sailors") is None
    assert table["cs"].to_pylist() == [
        [{"start": 0, "end": 15, "minimum": None, "maximum": None, "approximate": None}]
    ]  # fmt: skip


def test_a_table_of_nothing_has_its_schema(tmp_path):
    parquet.write_table(tmp_path / "a.parquet", [], SCHEME, "strict")
    schema = pq.read_schema(tmp_path / "a.parquet")
    assert json.loads(schema.metadata[b"huggingface"])["info"]["features"]["id"]["dtype"] == "string"


def test_gold_on_disk_is_untouched_by_an_export(toy, tmp_path):
    before = {path: path.read_bytes() for path in toy.root.rglob("*.jsonl")}
    export(toy, tmp_path / "out")
    assert before == {path: path.read_bytes() for path in toy.root.rglob("*.jsonl")}
    assert gold.line(next(iter(toy.gold_examples()))).startswith('{"id": "harbour.p01"')


@settings(max_examples=100)
@given(corpora(), st.sampled_from(["strict", "expand"]))
def test_a_batch_is_tagged_as_its_examples_one_by_one(found, policy):
    number = {tag: n for n, tag in enumerate(["O", *(f"{p}-{label}" for label in LABELS for p in "BI")])}
    together = arrow.tokenize_batch(found, "en")
    extents = list(zip(together.starts.tolist(), together.ends.tolist(), strict=True))
    expected = [tokens.tokenize(example.text, "en") for example in found]
    assert extents == [extent for one in expected for extent in one]
    assert together.lengths.tolist() == [len(one) for one in expected]
    numbers, losses = arrow.tag_ids(found, together, number, policy)
    alone = [tokens.tags(example, one, policy) for example, one in zip(found, expected, strict=True)]
    assert numbers.tolist() == [number[tag] for tags, _ in alone for tag in tags]
    assert losses == [loss for _, some in alone for loss in some]


def test_overlapping_spans_cannot_become_tags():
    example = Example("a.p00", "one two three", (Span(0, 7, "A"), Span(4, 13, "B")))
    with pytest.raises(InvalidValueError, match=r"a\.p00: the spans .* overlap"):
        arrow.ArrowColumns(SCHEME).table([example], [0])


@given(corpora())
def test_words_are_the_slices_of_their_texts(found):
    spans = [(number, span) for number, example in enumerate(found) for span in example.spans]
    lengths = np.array([len(example.spans) for example in found], np.int64)
    starts = np.array([span.start for _, span in spans], np.int64)
    ends = np.array([span.end for _, span in spans], np.int64)
    words = arrow.surface_array(found, lengths, starts, ends)
    words.validate(full=True)
    assert words.to_pylist() == [found[number].surface(span) for number, span in spans]


def exported(capsys, *arguments):
    """The exit code of `goldspan export`, what it printed, and what it printed as errors."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["export", *map(str, arguments)])
    return ended.value.code, *capsys.readouterr()


def checked(capsys, corpus):
    """The errors that `goldspan check` prints for a project."""
    with pytest.raises(SystemExit):
        cli.main(["check", "--root", str(corpus.root)])
    return [line for line in capsys.readouterr().out.splitlines() if " error " in f" {line} "]


@pytest.mark.parametrize(
    ("file", "content", "check"),
    [
        ("corpus/splits/test.txt", "storm\nstrike\n", "article-in-two-splits"),
        ("corpus/splits/test.txt", "strike\nstrike\n", "article-in-two-splits"),
        ("corpus/splits/test.txt", "nowhere\nstrike\n", "unknown-article"),
        ("corpus/splits/test.txt", "../gold/strike\nstrike\n", "unknown-article"),
        ("corpus/splits/test.txt", "strike \n", "bad-line"),
        ("corpus/splits/test.txt", "", "unsplit-article"),
        ("corpus/gold/strike.jsonl", ('"PORT"', '"HARBOUR"'), "unknown-label"),
        ("corpus/gold/strike.jsonl", ('[53, 58, "PORT", "Odesa"]', '[53, 57, "PORT", "Odes"]'), "split-word"),
        ("corpus/gold/strike.jsonl", ('[53, 58, "PORT", "Odesa"]', '[53, 58, "PORT", "Izmir"]'), "surface-mismatch"),
        ("corpus/gold/strike.jsonl", ('[53, 58, "PORT", "Odesa"]', '[53, 590, "PORT", "Odesa"]'), "span-outside-text"),
        ("seeds/strike.txt", ("Odesa", "Odessa"), "source-hash"),
    ],
)
def test_what_the_checks_call_an_error_is_not_exported(toy, tmp_path, capsys, *, file, content, check):
    path = toy.root / file
    path.write_text(content if isinstance(content, str) else path.read_text("utf-8").replace(*content), "utf-8")
    found = checked(capsys, toy)
    for name in ("parquet", "jsonl", "docbin"):
        code, out, error = exported(capsys, "--root", toy.root, "--output", tmp_path / name, "--format", name)
        assert (code, out.splitlines()) == (1, found), "the findings are those of check, word for word"
        assert f"error {check}: " in error
        assert error.endswith(
            f"goldspan: {len(found)} error{'s' if len(found) > 1 else ''} of the checks: nothing was exported\n"
        )
        assert not (tmp_path / name).exists()


def test_a_refused_export_reports_the_findings_as_json(toy, tmp_path, capsys):
    toy.split_file("test").write_text("storm\nstrike\n")
    code, *_ = exported(capsys, "--root", toy.root, "--output", tmp_path / "out", "--json", tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert code == 1
    assert report["check"]["counts"] == {"article-in-two-splits": 1}


def test_a_warning_does_not_stop_an_export(toy, tmp_path, capsys):
    path = toy.guidelines / "labels.toml"
    path.write_text(path.read_text().replace('version = "', 'version = "9.'))
    assert [finding.severity for finding in checks.check_project(toy)] != []
    assert exported(capsys, "--root", toy.root, "--output", tmp_path / "out")[0] == 0


def test_an_article_of_a_split_without_gold_is_named(toy, tmp_path, capsys):
    for path in toy.folder.rglob("storm.jsonl"):
        path.unlink()
    entries = [replace(entry, guidelines=None) if entry.id == "storm" else entry for entry in toy.entries]
    write_manifest(toy.folder / "manifest.jsonl", entries)
    code, out, error = exported(capsys, "--root", toy.root, "--output", tmp_path / "out")
    assert (code, error) == (0, "")
    assert "Of the splits, 1 article without gold: storm" in out


def test_no_gold_at_all_is_no_dataset(toy, tmp_path, capsys):
    for path in [*toy.gold.glob("*"), *toy.passes.rglob("*.jsonl")]:
        path.unlink()
    write_manifest(toy.folder / "manifest.jsonl", [replace(entry, guidelines=None) for entry in toy.entries])
    code, _, error = exported(capsys, "--root", toy.root, "--output", tmp_path / "out")
    assert (code, (tmp_path / "out").exists()) == (1, False)
    assert "no article of the splits has gold" in error


def test_an_export_says_how_many_of_its_texts_may_not_travel(toy, tmp_path):
    out = tmp_path / "out"
    export(toy, out)
    assert texts_that_may_not_travel(out) == 3
    corpus = allow_texts(toy, "storm")
    (corpus.gold / "strike.jsonl").unlink()
    shutil.rmtree(corpus.passes)
    export(corpus, out, "jsonl", is_checked=True)
    assert texts_that_may_not_travel(out) == 1, "harbour alone: there is nothing of strike"
    (out / MARKER).write_text(
        "This folder was written by `goldspan export` and is replaced as a whole by the next one.\n"
    )
    assert texts_that_may_not_travel(out) is None, "an older version did not count them"
    export(corpus, out, is_checked=True)
    assert texts_that_may_not_travel(out) == 1
    with pytest.raises(InputError, match="is no export"):
        texts_that_may_not_travel(tmp_path)
