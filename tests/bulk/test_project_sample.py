"""A sample of suggestions in a project: what is planned, what is written, and what is refused."""

import json
import shutil
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goldspan import cli, files, new_project
from goldspan.checks import check_project
from goldspan.corpus import Corpus, samples
from goldspan.corpus.manifest import read_manifest
from goldspan.formats import gold

NAMES = {"PERSON": ["Ann Lee", "Bo Karlsson"], "PLACE": ["Oslo", "Tibnin", "Pyla"], "UNIT": ["3rd Corps"]}
SCHEME = 'version = "1.0"\n' + "".join(
    f'\n[[label]]\nname = "{name}"\ndefinition = "A {name}."\ncolour = "#1f6fb{at}"\nshortcut = "{at}"\n'
    f'page = "{name.lower()}.md"\n'
    for at, name in enumerate(NAMES, 1)
)
HARD_IDS = ["n/1", "x" * 300, "été ☂", "CON", "a\\b", "a.p03", "..", "end."]


def text(number):
    """A text of its own, with a name in one of two and a unit in one of fifty."""
    words = " ".join(f"w{number}x{n}" for n in range(12))
    names = [NAMES["PLACE"][number % 3]] * (number % 2) + ["Ann Lee"] * (number % 5 == 0)
    return f"{words} {' '.join(names)}.\n\nAlso {words}{' with the 3rd Corps' * (number % 50 == 3)}."


def make_project(root):
    corpus = new_project.create(root)
    shutil.rmtree(corpus.guidelines)
    files.write(corpus.scheme_file, SCHEME)
    files.write(corpus.root / "goldspan.toml", '[[recogniser]]\nkind = "gazetteer"\n')
    for label, names in NAMES.items():
        files.write(corpus.guidelines / "gazetteers" / f"{label}.txt", "\n".join(names) + "\n")
    return Corpus(root)


def articles(number=120):
    plain = [{"id": f"n{n}", "publisher": ["Wire", "Post", None][n % 3]} for n in range(number)]
    rows = [*plain, *({"id": name, "publisher": "Hard"} for name in HARD_IDS)]
    return [
        {**row, "title": f"Title {n}", "published": f"2024-03-{n % 28 + 1:02}", "text": text(n)}
        for n, row in enumerate(rows)
    ]


def run(*arguments):
    with pytest.raises(SystemExit) as caught:
        cli.main([*map(str, arguments)])
    return caught.value.code or 0


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project and suggestions for a collection, with rejected rows, in several shards; not to be changed."""
    folder = tmp_path_factory.mktemp("made")
    corpus = make_project(folder / "project")
    lines = [json.dumps(row, ensure_ascii=False) for row in articles()]
    lines[5:5] = ['{"id": "broken"', '{"id": "empty", "title": "T", "text": ""}']
    (folder / "news.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert run("bulk", "suggest", folder / "news.jsonl", "--output", folder / "out", "--root", corpus.root) == 0
    return folder


@pytest.fixture
def place(made, tmp_path, capsys):
    """A copy of all that, where `sample` runs the command."""
    shutil.copytree(made / "project", tmp_path / "project")
    shutil.copytree(made / "out", tmp_path / "out")
    capsys.readouterr()

    def sample(*arguments, number=20):
        options = ["--number", number, "--root", tmp_path / "project", "--input", found.input]
        code = run("bulk", "sample", tmp_path / "out", *options, *arguments)
        done = capsys.readouterr()
        return code, done.out, done.err

    corpus = Corpus(tmp_path / "project")
    found = SimpleNamespace(folder=tmp_path, corpus=corpus, sample=sample, input=made / "news.jsonl")
    return found


def contents(folder):
    """The files of a folder, without locks."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder): path.read_bytes() for path in found}


def test_the_plan_is_shown_and_nothing_written(place):
    before = contents(place.folder)
    code, out, _ = place.sample("--json", place.folder / "r.json")
    assert code == 0
    assert "20 articles of 128: 4 drawn from all (3.12% of all), 16 stratum by stratum." in out
    assert "Not drawn from: 2 rows that are no article." in out
    assert "Carry it out with --apply" in out
    report = json.loads((place.folder / "r.json").read_text())
    (place.folder / "r.json").unlink()
    assert contents(place.folder) == before
    assert sum(one["articles"] for one in report["strata"]) == report["articles"] == 128
    assert sum(one["random"] + one["drawn"] for one in report["strata"]) == len(report["drawn"]) == 20


def test_a_sample_is_in_the_project_with_its_texts_drafts_order_and_record(place):
    assert place.sample("--apply", "--by", "label,source")[0] == 0
    corpus = Corpus(place.corpus.root)
    entries = {entry.id: entry for entry in corpus.entries}
    [record] = samples.read_samples(corpus.samples).values()
    assert [one.article for one in record.drawn] == [one.article for one in corpus.reading_order()]
    assert entries.keys() == {one.article for one in record.drawn}
    assert len(entries) == 20
    by_id = {row["id"]: row for row in articles()}
    for one in record.drawn:
        row, entry = by_id[one.id], entries[one.article]
        assert corpus.source(entry) == row["text"]
        assert (entry.title, entry.publisher, entry.published) == (row["title"], row["publisher"], row["published"])
        assert one.values["source"] == row["publisher"] or (one.values["source"], row["publisher"]) == (
            "(not stated)",
            None,
        )
        kept = json.loads((corpus.received / entry.received.file).read_text().splitlines()[entry.received.row - 1])
        assert (kept["id_in_input"], kept["row_in_shard"], kept["text"]) == (one.id, one.row, row["text"])
    assert sum(one.part == "random" for one in corpus.reading_order()) == 4
    assert [finding.check for finding in check_project(corpus)] == []
    before = contents(corpus.suggestions)
    assert run("suggest", "--root", corpus.root) == 0
    assert {path: data for path, data in contents(corpus.suggestions).items() if path.suffix == ".jsonl"} == {
        path: data for path, data in before.items() if path.suffix == ".jsonl"
    }, "the drafts are those that `suggest` would write"


def test_a_second_sample_draws_others_and_ranking_keeps_the_parts(place):
    place.sample("--apply")
    code, out, _ = place.sample("--apply")
    assert (code, "Not drawn from: 20 articles which the project has, by id." in out) == (0, True)
    corpus = Corpus(place.corpus.root)
    parts = {one.article: one.part for one in corpus.reading_order()}
    assert len(parts) == len(corpus.entries) == 40
    assert sorted(samples.read_samples(corpus.samples)) == [1, 2]
    assert run("rank", "--random-share", "0.9", "--apply", "--root", corpus.root) == 0
    assert {one.article: one.part for one in Corpus(corpus.root).reading_order()} == parts
    assert [finding.check for finding in check_project(corpus)] == []


def test_two_draws_in_one_random_part_are_named(place, capsys):
    root = place.corpus.root
    for number in range(900, 912):
        path = place.folder / f"own{number}.txt"
        path.write_text(text(number), encoding="utf-8")
        run("add", path, "--apply", "--root", root)
    run("suggest", "--root", root)
    run("rank", "--apply", "--root", root)
    note = (
        "of the random part of the reading order 4 articles were drawn from a larger collection, and 2 from the project"
    )
    assert note in place.sample("--apply")[1]
    capsys.readouterr()
    run("suggest", "--root", root)
    assert run("rank", "--root", root) == 0
    assert note in " ".join(capsys.readouterr().out.split())


def test_the_random_part_can_be_pushed_and_evaluated_at_once(place):
    place.sample("--apply")
    corpus = Corpus(place.corpus.root)
    random = [one.article for one in corpus.reading_order() if one.part == "random"]
    for article in random:
        gold.write(corpus.gold / f"{article}.jsonl", gold_of(corpus, article))
    assert sorted(Corpus(corpus.root).read_split("random")) == sorted(random)
    assert run("evaluate", corpus.gold, corpus.suggestions, "--split", "random", "--root", corpus.root) == 0


def gold_of(corpus, article):
    from goldspan import formats

    return [
        type(one)(one.id, one.text, one.spans, one.at) for one in formats.load(corpus.suggestions / f"{article}.jsonl")
    ]


def test_all_ids_become_ids_of_the_project(place):
    code, out, _ = place.sample("--apply", number=500)
    assert code == 0
    assert "There are fewer than the 500 that were wanted." in out
    corpus = Corpus(place.corpus.root)
    ids = samples.sampled_ids(corpus.samples)
    assert {*ids.values()} == {row["id"] for row in articles()}
    renamed = {name: own for name, own in ids.items() if name != own}
    assert {*renamed.values()} == {*HARD_IDS} - {"été ☂"}
    assert [finding.check for finding in check_project(corpus)] == []


def test_the_sample_is_the_same_for_other_shards(place, made):
    lines = made.joinpath("news.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    shutil.rmtree(place.folder / "out")
    moved = place.folder / "parts"
    moved.mkdir()
    for part in range(3):
        (moved / f"{part}.jsonl").write_text("".join(reversed(lines[part::3])), encoding="utf-8")
    assert run("bulk", "suggest", moved, "--output", place.folder / "out", "--root", place.corpus.root) == 0
    options = ["--input", place.input, "--number", 20, "--root", place.corpus.root]
    assert run("bulk", "sample", made / "out", *options, "--json", place.folder / "one.json") == 0
    place.input = moved
    assert place.sample("--json", place.folder / "parts.json")[0] == 0
    one, parts = (json.loads((place.folder / f"{name}.json").read_text()) for name in ("one", "parts"))
    drop = {"shard", "row"}
    assert [{key: value for key, value in row.items() if key not in drop} for row in one["drawn"]] == [
        {key: value for key, value in row.items() if key not in drop} for row in parts["drawn"]
    ]
    assert one["strata"] == parts["strata"]


def test_of_a_cluster_one_article_is_drawn_and_its_cluster_is_kept(place):
    rows = [(f"n{n}", f"c{n // 40}") for n in range(120)]
    table = place.folder / "clusters.parquet"
    pq.write_table(pa.table({"id": [name for name, _ in rows], "cluster": [cluster for _, cluster in rows]}), table)
    code, out, _ = place.sample("--apply", "--clusters", table, number=500)
    corpus = Corpus(place.corpus.root)
    assert code == 0
    assert len(corpus.entries) == 3 + len(HARD_IDS)
    assert "Not drawn from: 117 articles in a cluster of which another article takes part." in out
    assert sorted(corpus.clusters().values()) == ["c0", "c1", "c2"]
    code, out, error = place.sample("--clusters", table)
    assert code == 1
    assert "no article can be drawn: " in error
    assert "117 in a cluster with an article of the project" in error
    kept = corpus.cluster_file.read_bytes()
    assert run("split", "--clusters", table, "--apply", "--root", corpus.root) == 0
    assert corpus.cluster_file.read_bytes() == kept


def test_parquet_shared_ids_and_shards_that_failed(place):
    """Publishers are read from a column of Parquet; an id that two shards have is two articles."""
    rows = [{"id": f"p{n % 20}", "text": text(n), "publisher": f"P{n % 2}"} for n in range(40)]
    folder = place.folder / "mixed"
    folder.mkdir()
    for part, some in enumerate((rows[:20], rows[20:])):
        columns = {key: [row[key] for row in some] for key in rows[0]}
        pq.write_table(pa.table(columns), folder / f"{part}.parquet", row_group_size=7)
    (folder / "2.parquet").write_bytes(b"PAR1 and then nothing")
    shutil.rmtree(place.folder / "out")
    assert run("bulk", "suggest", folder, "--output", place.folder / "out", "--root", place.corpus.root) == 1
    place.input = folder
    code, out, _ = place.sample("--by", "source", "--apply", number=40)
    assert code == 0
    assert "Note: 1 shard failed, so that none of their articles can be drawn." in out
    corpus = Corpus(place.corpus.root)
    [record] = samples.read_samples(corpus.samples).values()
    assert len({one.article for one in record.drawn}) == 40
    assert {one.id for one in record.drawn} == {f"p{n}" for n in range(20)}
    assert [(one.values, one.articles) for one in record.strata] == [({"source": f"P{n}"}, 20) for n in range(2)]
    for one in record.drawn:
        [entry] = corpus.select_entries([one.article])
        assert entry.publisher == one.values["source"]
        assert corpus.source(entry) == text(20 * int(one.shard[0]) + one.row - 1)
    assert [finding.check for finding in check_project(corpus)] == []


def damage(place, name, change):
    path = place.folder / "out" / name
    path.write_bytes(change(path.read_bytes()))


def without_spaces(data):
    return data.replace(b"w7x1 ", b"w7y1 ", 1)


def changed_input(place):
    copy = place.folder / "copy" / "news.jsonl"
    copy.parent.mkdir()
    copy.write_bytes(place.input.read_bytes().replace(b"Title", b"TITLE"))
    place.input = copy


def other_input(place):
    place.input = place.folder / "other.jsonl"
    place.input.write_text('{"text": "Another file."}\n')


def input_that_is_gone(place):
    place.input = place.folder / "nowhere"


def other_unit(place):
    path = place.corpus.root / "goldspan.toml"
    path.write_text('[examples]\nunit = "sentence"\n' + path.read_text())


def other_labels(place):
    files.write(place.corpus.scheme_file, SCHEME.split('\n[[label]]\nname = "PLACE"')[0])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda place: shutil.rmtree(place.folder / "out"), "has no ledger.jsonl"),
        (lambda place: (place.folder / "out" / "ledger.jsonl").unlink(), "has no ledger.jsonl"),
        (lambda place: (place.folder / "out" / "recipe.json").unlink(), "has no recipe.json"),
        (lambda place: (place.folder / "out" / "news.jsonl").unlink(), "is not there, though the ledger has it"),
        (lambda place: damage(place, "news.jsonl", without_spaces), "is not as it was written"),
        (lambda place: damage(place, "news.jsonl", lambda data: data[:-30]), "is no line of suggestions"),
        (lambda place: damage(place, "news.jsonl", lambda data: b'{"id": 1}\n' + data), "is no line of suggestions"),
        (lambda place: damage(place, "recipe.json", lambda _: b"{}"), "made with another recipe"),
        (lambda place: damage(place, "ledger.jsonl", lambda _: b"{}\n"), "ledger.jsonl:1"),
        (lambda place: damage(place, "ledger.jsonl", lambda _: b""), "no article can be drawn"),
        (input_that_is_gone, "nowhere: there is no such file or folder"),
        (other_input, "other.jsonl: has no news.jsonl, which the ledger has"),
        (changed_input, "is no longer what the suggestions were made from"),
        (other_unit, "examples (each is one sentence), and the suggestions into"),
        (other_labels, "has no label 'PLACE' and 'UNIT'"),
    ],
)
def test_what_cannot_be_sampled_is_refused_and_nothing_is_written(place, spoil, message):
    spoil(place)
    before = contents(place.corpus.root)
    code, _, error = place.sample("--apply")
    assert code == 1
    assert message in " ".join(error.split())
    assert "Traceback" not in error
    assert contents(place.corpus.root) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--by", "label,label"], "each once"),
        (["--by", "size"], "'size' is not one of label, score, novelty, source"),
        (["--by", ""], "'' is not one of label"),
        (["--scores", "0.9,0.1"], "are not two from 0 to 1 in order"),
        (["--scores", "high"], "'high' is not two scores"),
        (["--random-share", "2"], "--random-share"),
        (["--number", "0"], "--number"),
    ],
)
def test_wrong_options_are_wrong_usage(place, arguments, message):
    code, _, error = place.sample(*arguments)
    assert code == 2
    assert message in " ".join(error.replace("│", " ").split())


def test_what_the_project_has_is_not_drawn_again_by_id_or_text(place):
    root = place.corpus.root
    for name, number in (("n4", 999), ("other", 6)):
        path = place.folder / f"{name}.txt"
        path.write_text(text(number), encoding="utf-8")
        assert run("add", path, "--apply", "--root", root) == 0
    _, out, _ = place.sample("--apply", number=500)
    assert "Not drawn from: 1 article which the project has, by id." in out
    assert "Not drawn from: 1 article whose text the project has." in out
    assert {"n4", "n6"}.isdisjoint(samples.sampled_ids(place.corpus.samples))


def test_what_was_withdrawn_is_not_drawn_again(place):
    root = place.corpus.root
    place.sample("--apply", number=20)
    drawn = samples.sampled_ids(place.corpus.samples)
    gone = sorted(drawn)[:2]
    assert run("withdraw", *gone, "--requested-by", "publisher", "--root", root, "--apply") == 0
    _, out, _ = place.sample("--apply", number=500)
    assert "Not drawn from: 2 articles that the project withdrew." in out
    assert {entry.id for entry in read_manifest(root / "corpus" / "manifest.jsonl")}.isdisjoint(gone)
    assert not {finding.check for finding in check_project(Corpus(root))} & {"unknown-article"}


def test_a_failure_takes_everything_back(place, monkeypatch):
    from goldspan.articles import ingest

    place.sample("--apply", number=5)
    before = contents(place.corpus.root)

    def fail(*_arguments):
        raise OSError(28, "No space left on device", "seeds")

    monkeypatch.setattr(ingest, "write_manifest", fail)
    code, _, error = place.sample("--apply")
    assert code == 1
    assert "No space left" in error
    after = contents(place.corpus.root)
    left = {path for path in after if after[path] != before.get(path)}
    assert {path.name for path in left} <= {".goldspan-suggestions"}
    assert len(read_manifest(place.corpus.folder / "manifest.jsonl")) == 5


def test_a_draw_that_was_interrupted_before_the_manifest_is_completed_by_the_next(place):
    place.sample("--apply")
    corpus = place.corpus
    complete = contents(corpus.root)
    files.write(corpus.folder / "manifest.jsonl", "")
    assert place.sample("--apply")[0] == 0
    own = {".goldspan-suggestions"}  # has a line for each writing
    assert {path: data for path, data in contents(corpus.root).items() if path.name not in own} == {
        path: data for path, data in complete.items() if path.name not in own
    }


def test_a_file_of_a_sample_that_is_damaged_is_named(place):
    place.sample("--apply")
    path = place.corpus.samples / "1.json"
    path.write_text(path.read_text().replace('"seed": 0', '"seed": "zero"'))
    [finding] = check_project(place.corpus)
    assert (finding.check, finding.file) == ("bad-line", path)
    assert place.sample("--apply")[0] == 1


@pytest.mark.parametrize("unit", ["sentence", "article"])
def test_examples_may_be_sentences_or_whole_articles(place, unit):
    path = place.corpus.root / "goldspan.toml"
    path.write_text(f'[examples]\nunit = "{unit}"\n' + path.read_text())
    shutil.rmtree(place.folder / "out")
    corpus = Corpus(place.corpus.root)
    run("bulk", "suggest", place.input, "--output", place.folder / "out", "--root", corpus.root)
    assert place.sample("--apply", number=500)[0] == 0
    ids = {row["id"] for row in articles()} - ({"a.p03"} if unit == "article" else set())  # which can be no id there
    assert {*samples.sampled_ids(corpus.samples).values()} == ids
    assert [finding.check for finding in check_project(Corpus(corpus.root))] == []
