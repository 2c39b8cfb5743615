"""A release on somebody's own texts: the same bytes give the export, others give every span its own words or say so."""

import json
import shutil

import pytest
from datasets import load_dataset

from goldspan import InputError, NotFoundError
from goldspan.export import export
from goldspan.rebuild import MARKER, RebuildOptions, rebuild
from goldspan.release import release
from goldspan.release.checksums import write_checksums
from goldspan.report.schemas import with_schema
from helpers import rebuilt_releases
from helpers.rebuilt_releases import keys, read_rows, require_own_words, texts_of, write_texts

SPANS, EXAMPLES = 245, 78
DROPPED = "002_053e1d64d12656fb"
CHANGED = "004_bd3d4ea906696a1f"


def tables(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet")}


def result_of(result, example):
    return next(one for one in result.examples if one.id == example)


def article_of(result, name):
    return next(one for one in result.articles if one.id == name)


@pytest.fixture(scope="session")
def texts(project):
    return texts_of(project)


def test_the_same_bytes_give_the_tables_of_the_export(standoff_release, exported, project, tmp_path):
    result = rebuild(standoff_release, project.seeds, tmp_path / "out")
    assert tables(tmp_path / "out") == tables(exported)
    assert result.is_complete
    assert dict(result.article_counts) == {"hash": 5}
    assert {span.result for example in result.examples for span in example.spans} == {"exact"}


def test_texts_of_the_release_need_no_copies(toy, tmp_path, monkeypatch):
    rebuilt_releases.state_release(monkeypatch)
    free = rebuilt_releases.allow_texts(toy, "harbour", "storm", "strike")
    release(free, "1.0", tmp_path / "release", date=rebuilt_releases.DATE, is_checked=True)
    export(free, tmp_path / "dataset", is_checked=True)
    result = rebuild(tmp_path / "release", None, tmp_path / "out")
    assert tables(tmp_path / "out") == tables(tmp_path / "dataset")
    assert result.is_complete
    assert {article.source for article in result.articles} == {"release"}


def test_examples_that_passes_alone_have_and_the_policy_are_those_of_the_export(toy, tmp_path, monkeypatch):
    rebuilt_releases.state_release(monkeypatch)
    gold = toy.gold / "storm.jsonl"
    gold.write_text("".join(gold.read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")
    release(toy, "1.0", tmp_path / "release", date=rebuilt_releases.DATE, policy="expand", is_checked=True)
    export(toy, tmp_path / "dataset", policy="expand", is_checked=True)
    result = rebuild(tmp_path / "release", toy.seeds, tmp_path / "out")
    assert tables(tmp_path / "out") == tables(tmp_path / "dataset")
    assert [example.id for example in result.examples if not example.in_gold] == ["storm.p01"]
    write_texts(tmp_path / "texts", {name: f"{text}\n\nMore." for name, text in texts_of(toy).items()})
    moved = rebuild(tmp_path / "release", tmp_path / "texts", tmp_path / "moved")
    assert [len(read_rows(tmp_path / name, "passes")) for name in ("out", "moved")] == [18, 18]
    assert moved.is_complete
    write_texts(tmp_path / "texts", {name: f"More.\n\n{text}" for name, text in texts_of(toy).items()})
    moved = rebuild(tmp_path / "release", tmp_path / "texts", tmp_path / "moved")
    assert result_of(moved, "storm.p01").reason.startswith("passes alone have it")


def test_one_release_may_have_both(demo_release, demo, tmp_path):
    export(demo, tmp_path / "dataset", is_checked=True)
    result = rebuild(demo_release, demo.seeds, tmp_path / "out")
    assert tables(tmp_path / "out") == tables(tmp_path / "dataset")
    assert dict(result.article_counts) == {"release": 5, "hash": 1}
    with pytest.raises(InputError, match="1 of its 6 articles may not travel"):
        rebuild(demo_release, None, tmp_path / "other")


@pytest.mark.parametrize("change", rebuilt_releases.SAME_WORDS)
def test_the_same_words_in_other_bytes_keep_every_span(standoff_release, project, texts, tmp_path, change):
    write_texts(tmp_path / "texts", texts, change)
    result = rebuild(standoff_release, tmp_path / "texts", tmp_path / "out")
    assert require_own_words(tmp_path / "out", project) == SPANS
    assert result.is_complete
    assert len(read_rows(tmp_path / "out", "passes")) == 3 * EXAMPLES
    assert {article.source for article in result.articles} - {"hash"} == {"name"}


@pytest.mark.parametrize("change", [rebuilt_releases.wrapped, rebuilt_releases.utf_16])
def test_fingerprints_find_texts_of_any_name(standoff_release, project, texts, tmp_path, change):
    names = dict(zip(texts, ["one", "two", "three", "four", "five"], strict=True))
    write_texts(tmp_path / "texts", {names[article]: text for article, text in texts.items()}, change, "{}/article.txt")
    result = rebuild(standoff_release, tmp_path / "texts", tmp_path / "out")
    assert {article.id: article.place for article in result.articles} == {
        article: f"{name}/article.txt" for article, name in names.items()
    }
    assert {article.source for article in result.articles} == {"fingerprints"}
    assert require_own_words(tmp_path / "out", project) == SPANS


def test_pages_and_rows_are_texts_too(standoff_release, project, texts, tmp_path):
    some = list(texts)
    write_texts(tmp_path / "texts", {some[3]: texts[some[3]]}, rebuilt_releases.page, "{}.html")
    rows = [{"id": f"row {number}", "text": texts[some[number]].replace("\n", "\n\n")} for number in (0, 1)]
    rows.append({"id": some[2], "text": texts[some[2]].upper()})
    (tmp_path / "texts" / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "texts" / "rows.csv").write_text(json.dumps({"broken": 1}))
    write_texts(tmp_path / "texts", {some[4]: texts[some[4]]})
    result = rebuild(standoff_release, tmp_path / "texts", tmp_path / "out")
    assert [(article.source, article.place) for article in sorted(result.articles, key=lambda one: one.id)] == [
        ("fingerprints", "rows.jsonl, row 1"),
        ("fingerprints", "rows.jsonl, row 2"),
        ("none", None),
        ("name", f"{some[3]}.html"),
        ("hash", f"{some[4]}.txt"),
    ]
    assert "has its name and not its words" in article_of(result, some[2]).notes[0]
    assert [one.file for one in result.skipped] == ["rows.csv"]
    require_own_words(tmp_path / "out", project)


def test_what_is_not_in_a_text_is_missing_and_in_no_table(standoff_release, project, texts, tmp_path):
    kept = rebuilt_releases.paragraphs(texts[DROPPED])
    write_texts(tmp_path / "texts", texts | {DROPPED: "\n".join(kept[:5] + kept[8:])})
    result = rebuild(standoff_release, tmp_path / "texts", tmp_path / "out")
    missing = [example.id for example in result.examples if example.result == "missing"]
    assert missing
    assert all(example.startswith(DROPPED) for example in missing)
    ids = {row["id"] for config in ("gold", "passes") for row in read_rows(tmp_path / "out", config)}
    assert ids == {example.id for example in result.examples} - {*missing}
    assert not result.is_complete
    require_own_words(tmp_path / "out", project)


def test_levels_keep_more_and_more_and_say_what_they_left_out(standoff_release, project, texts, tmp_path):
    first, *rest = rebuilt_releases.paragraphs(texts[CHANGED])
    body = "\n".join(rest).replace("KFOR", "K-FOR", 1)
    other = texts[DROPPED].replace(" the ", " the very ", 2).replace("“", '"')
    changed = {CHANGED: f"{first}\n\n\n{body}", DROPPED: other}
    write_texts(tmp_path / "texts", texts | changed)
    kept, spans = {}, {}
    for keep in ("exact", "same-words", "all-spans", "all"):
        out = tmp_path / keep
        result = rebuild(standoff_release, tmp_path / "texts", out, RebuildOptions(keep=keep))
        rows = read_rows(out)
        kept[keep], spans[keep] = {row["id"] for row in rows}, require_own_words(out, project)
        assert kept[keep] == {example.id for example in result.examples if example.is_kept}
        assert all(example.reason for example in result.examples if not example.is_kept)
        unread = [example for example in result.examples if example.is_kept and example.unread]
        assert bool(unread) == (keep in {"all-spans", "all"})
        for example in unread:
            text = next(row["text"] for row in rows if row["id"] == example.id)
            assert all(text[start:end].strip() for start, end in example.unread)
        report = json.loads((out / "rebuild.json").read_text("utf-8"))
        assert report == json.loads(json.dumps(with_schema("rebuild", result.json())))
        assert report["totals"]["examples"]["kept"] == len(rows)
    assert kept["exact"] < kept["same-words"] < kept["all-spans"] < kept["all"]
    lost = [span for example in result.examples for span in example.spans if span.result == "lost"]
    assert lost
    assert spans["all"] == SPANS - len(lost)
    assert all(span.reason for span in lost)


def test_a_line_of_an_annotator_needs_its_own_spans(standoff_release, texts, tmp_path):
    text = texts[CHANGED].replace("KFOR", "K-FOR")
    write_texts(tmp_path / "texts", texts | {CHANGED: text})
    result = rebuild(standoff_release, tmp_path / "texts", tmp_path / "out", RebuildOptions(keep="all-spans"))
    lines = {(row["annotator"], row["id"]) for row in read_rows(tmp_path / "out", "passes")}
    assert lines == {(line.annotator, example.id) for example, line in result.passes if line.is_kept}
    gold = {row["id"] for row in read_rows(tmp_path / "out")}
    assert {example for _, example in lines} <= gold


def test_a_wrong_text_of_the_right_name_is_not_believed(standoff_release, texts, tmp_path):
    names = list(texts)
    turned = {name: texts[names[number - 1]].replace("\n", "\r\n") for number, name in enumerate(names)}
    turned["unrelated"] = "Nothing of all this is in any article, however long it may become in the end. " * 9
    del turned[names[0]]
    write_texts(tmp_path / "texts", turned)
    result = rebuild(standoff_release, tmp_path / "texts", tmp_path / "out")
    found = {article.id: article.place for article in result.articles}
    assert found == {name: None if number == 4 else f"{names[number + 1]}.txt" for number, name in enumerate(names)}
    refused = [article for article in result.articles if article.notes]
    assert len(refused) == 4
    assert all("has its name and not its words" in article.notes[0] for article in refused)


def test_of_texts_that_fit_alike_the_first_is_taken_and_the_others_noted(standoff_release, texts, tmp_path):
    for folder in ("b", "a", "c"):
        write_texts(tmp_path / "texts" / folder, texts, rebuilt_releases.windows_lines)
    result = rebuild(standoff_release, tmp_path / "texts", tmp_path / "out")
    assert {article.place.split("/")[0] for article in result.articles} == {"a"}
    assert all(f"as like are b/{article.id}.txt, c/{article.id}.txt" in article.notes for article in result.articles)


def test_the_copy_with_most_of_the_words_is_taken(standoff_release, texts, tmp_path):
    names = list(texts)
    half = {name: text[: len(text) // 2] for name, text in texts.items()}
    write_texts(tmp_path / "texts" / "a", half)
    write_texts(tmp_path / "texts" / "b", {f"x{name}": texts[name] + "\nMore." for name in names[:2]})
    result = rebuild(standoff_release, tmp_path / "texts", tmp_path / "out")
    places = {article.id: article.place for article in result.articles}
    assert [places[name] for name in names[:3]] == [f"b/x{names[0]}.txt", f"b/x{names[1]}.txt", f"a/{names[2]}.txt"]


def test_load_dataset_opens_what_was_rebuilt(standoff_release, project, texts, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    write_texts(tmp_path / "texts", texts, rebuilt_releases.wrapped)
    rebuild(standoff_release, tmp_path / "texts", tmp_path / "out")
    gold = load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert sum(split.num_rows for split in gold.values()) == EXAMPLES
    assert gold["train"].features["spans"].feature["label"].names == [*project.scheme.names]
    passes = load_dataset(str(tmp_path / "out"), "passes", cache_dir=str(tmp_path / "cache"))
    assert sum(split.num_rows for split in passes.values()) == 3 * EXAMPLES


def test_the_folder_says_what_it_was_made_of(standoff_release, texts, tmp_path):
    write_texts(tmp_path / "texts", dict(list(texts.items())[:3]), rebuilt_releases.wrapped)
    result = rebuild(standoff_release, tmp_path / "texts", tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert result.sha256 in card
    assert "Pass on the release instead." in card
    assert "license: other" in card  # the texts that were put into it are their publishers'
    report = (tmp_path / "out" / "REBUILD.md").read_text("utf-8")
    assert "## Articles that were not found" in report
    assert all(article.id in report for article in result.articles if article.source == "none")
    assert str(tmp_path) not in card + report + (tmp_path / "out" / "rebuild.json").read_text("utf-8")


def test_two_rebuilds_are_byte_identical_and_the_second_replaces_the_first(standoff_release, texts, tmp_path):
    write_texts(tmp_path / "texts", texts, rebuilt_releases.wrapped)
    rebuild(standoff_release, tmp_path / "texts", tmp_path / "one")
    before = {path.name: path.read_bytes() for path in (tmp_path / "one").rglob("*") if path.is_file()}
    rebuild(standoff_release, tmp_path / "texts", tmp_path / "one")
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "one").rglob("*") if path.is_file()}
    assert MARKER in before


def test_a_folder_with_anything_else_is_left_alone(standoff_release, project, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"notes\.txt"):
        rebuild(standoff_release, project.seeds, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["notes.txt"]


def test_nothing_is_written_where_nothing_can_be_kept_or_all_is_required(standoff_release, project, texts, tmp_path):
    result = rebuild(standoff_release, project.seeds, tmp_path / "out", RebuildOptions(require_all=True))
    assert result.written
    before = tables(tmp_path / "out")
    some = write_texts(tmp_path / "some", dict(list(texts.items())[:4]))
    result = rebuild(standoff_release, some, tmp_path / "out", RebuildOptions(require_all=True))
    assert not result.written
    assert result.kept
    other = write_texts(tmp_path / "other", {"x": "Only one text, and one of something else, is in this folder today."})
    result = rebuild(standoff_release, other, tmp_path / "out")
    assert not result.written
    assert not result.kept
    assert tables(tmp_path / "out") == before


@pytest.fixture
def damaged(standoff_release, tmp_path):
    shutil.copytree(standoff_release, tmp_path / "release")
    return tmp_path / "release"


def test_a_damaged_release_is_refused(damaged, project, tmp_path):
    table = damaged / "standoff" / "train.parquet"
    table.write_bytes(table.read_bytes()[:-9])
    with pytest.raises(InputError, match=r"standoff/train\.parquet has other bytes"):
        rebuild(damaged, project.seeds, tmp_path / "out")
    table.unlink()
    with pytest.raises(InputError, match=r"standoff/train\.parquet is missing"):
        rebuild(damaged, project.seeds, tmp_path / "out")
    (damaged / "SHA256SUMS").unlink()
    with pytest.raises(InputError, match="there is no SHA256SUMS"):
        rebuild(damaged, project.seeds, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_clone_without_its_large_files_says_how_to_get_them(damaged, project, tmp_path):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
    (damaged / "standoff" / "train.parquet").write_text(pointer)
    with pytest.raises(InputError, match="git lfs pull"):
        rebuild(damaged, project.seeds, tmp_path / "out")


def test_a_release_that_contradicts_itself_is_refused(damaged, project, tmp_path):
    path = damaged / "release.json"
    path.write_text(path.read_text("utf-8").replace(f'"id": "{CHANGED}"', '"id": "another"'), "utf-8")
    write_checksums(damaged)
    with pytest.raises(InputError, match=f"lists no article '{CHANGED}'"):
        rebuild(damaged, project.seeds, tmp_path / "out")


def test_a_release_of_a_newer_goldspan_is_refused(damaged, project, tmp_path):
    path = damaged / "release.json"
    path.write_text(path.read_text("utf-8").replace('"schema": 2', '"schema": 3'), "utf-8")
    with pytest.raises(InputError, match="is of schema 3"):
        rebuild(damaged, project.seeds, tmp_path / "out")


def test_a_language_without_a_tokenizer_is_refused_before_anything_is_searched(damaged, project, tmp_path):
    path = damaged / "release.json"
    path.write_text(path.read_text("utf-8").replace('"language": "en"', '"language": "tlh"'), "utf-8")
    write_checksums(damaged)
    with pytest.raises(NotFoundError, match="tlh"):
        rebuild(damaged, project.seeds, tmp_path / "out")


def test_folders_without_texts_are_refused(standoff_release, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no text that can be read"):
        rebuild(standoff_release, tmp_path / "empty", tmp_path / "out")
    (tmp_path / "empty" / "scan.pdf").write_bytes(b"%PDF")
    with pytest.raises(InputError, match="its kind is not read"):
        rebuild(standoff_release, tmp_path / "empty", tmp_path / "out")
    with pytest.raises(InputError, match="there is no such folder"):
        rebuild(standoff_release, tmp_path / "nowhere", tmp_path / "out")
    for inside in (standoff_release, standoff_release / "standoff"):
        with pytest.raises(InputError, match="is the release, or lies in it"):
            rebuild(standoff_release, inside, tmp_path / "out")


def test_the_release_may_lie_among_the_texts(damaged, texts, tmp_path):
    write_texts(tmp_path / "all", texts)
    damaged.rename(tmp_path / "all" / "release")
    result = rebuild(tmp_path / "all" / "release", tmp_path / "all", tmp_path / "out")
    assert result.is_complete
    assert not result.skipped


def test_the_words_of_a_span_are_those_of_gold(standoff_release, project, texts, tmp_path):
    """Also in texts in which the words of some spans stand elsewhere, many times."""
    surfaces = [example.surface(span) for example in project.gold_examples() for span in example.spans]
    noise = "\n".join(" ".join(surfaces[at::7]) for at in range(7))
    write_texts(
        tmp_path / "texts", {name: f"{noise}\n{text.replace('Kosovo', 'K.')}\n{noise}" for name, text in texts.items()}
    )
    rebuild(standoff_release, tmp_path / "texts", tmp_path / "out", RebuildOptions(keep="all"))
    assert require_own_words(tmp_path / "out", project) > SPANS / 4
    assert keys("K.") != keys("Kosovo")
