"""`goldspan bulk suggest` as it is typed."""

import json

import pytest

from goldspan import cli, files
from goldspan.bulk.run import RunProgress
from goldspan.cli.bulk.run_progress import progress_words
from helpers import bulk_runs
from helpers.bulk_runs import write_rows


@pytest.fixture
def suggest(root, tmp_path, capsys):
    def suggest(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main(["bulk", "suggest", *map(str, arguments), "--root", str(root), "--workers", "0"])
        return end.value.code or 0, *capsys.readouterr()

    bulk_runs.write_articles(tmp_path / "in", shards=2, articles=3)
    return suggest


def test_summary_and_what_comes_next(suggest, tmp_path):
    write_rows(tmp_path / "in" / "other.jsonl", [{"id": "a0-1", "text": "Aurora"}, {"id": "x", "text": ""}])
    code, out, _ = suggest(tmp_path / "in", "--output", tmp_path / "out")
    assert code == 0
    assert "7 articles in 3 shards; 1 row rejected" in out
    assert "it has no text" in out
    assert "1 id in several shards: a0-1 in even/part0 and other" in out
    assert f"Next: draw articles to annotate: goldspan bulk sample {tmp_path}/out --input {tmp_path}/in" in out
    code, out, _ = suggest(tmp_path / "in", "--output", tmp_path / "out", "--json", tmp_path / "summary.json")
    assert "Next" not in out
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert (code, summary["unchanged"], summary["rejects"]) == (0, 3, 1)
    assert summary["shared_ids"] == {"count": 1, "first": [{"id": "a0-1", "shards": ["even/part0", "other"]}]}


def test_failed_shard_is_named_and_exits_with_1(suggest, tmp_path):
    (tmp_path / "in" / "broken.parquet").write_bytes(b"PAR1")
    code, out, words = suggest(tmp_path / "in", "--output", tmp_path / "out")
    assert code == 1
    assert "goldspan: broken: not a Parquet file" in words
    assert "1 shard failed: the next run tries them again" in out
    assert "6 articles in 2 shards" in out


def test_input_of_which_all_is_rejected_exits_with_1(suggest, tmp_path):
    write_rows(tmp_path / "bad" / "a.jsonl", [{"text": "a" * 9}])
    code, out, _ = suggest(tmp_path / "bad", "--output", tmp_path / "out", "--longest-text", 8)
    assert (code, "0 articles in 1 shard; 1 row rejected" in out) == (1, True)
    assert "Next" not in out


@pytest.mark.parametrize(
    ("output", "message"), [("in/even", "lies in a folder that is read"), ("project/seeds", "belongs to the sources")]
)
def test_output_that_would_be_read_or_is_a_source_is_refused(suggest, tmp_path, output, message):
    code, _, words = suggest(tmp_path / "in", "--output", tmp_path / output)
    assert (code, message in words) == (1, True)
    assert not [name for name in bulk_runs.names_in(tmp_path / output) if name.endswith("ledger.jsonl")]


def test_wrong_size_exits_with_2(suggest, tmp_path):
    code, _, words = suggest(tmp_path / "in", "--output", tmp_path / "out", "--shard-size", "much")
    assert (code, "'much' is no size" in words) == (2, True), words
    assert not (tmp_path / "out").exists()


def test_recogniser_that_asks_a_server_is_left_out_with_a_note(suggest, root, tmp_path):
    asking = (
        '[[recogniser]]\nkind = "language-model"\nname = "asking"\nmodel = "m"\naddress = "http://127.0.0.1:9/v1"\n'
    )
    files.write(root / "goldspan.toml", bulk_runs.REGEX + asking)
    code, _, words = suggest(tmp_path / "in", "--output", tmp_path / "out")
    assert (code, "goldspan: asking: left out, since it asks a server" in words) == (0, True)


def test_progress_has_rates_and_the_time_left_by_the_bytes_of_the_input():
    mega = 1024**2
    now = RunProgress(shards=10, shards_done=4, bytes=100 * mega, bytes_done=60 * mega, bytes_unchanged=20 * mega,
                      articles=800, rejects=1, lost=2)  # fmt: skip
    words = "4 of 10 shards; 20 articles/s, 1.00 MB/s; 0:00:40 left; 1 row rejected; 2 workers lost"
    assert progress_words(now, 40) == words
    assert progress_words(RunProgress(shards=1, bytes=0), 0) == "0 of 1 shard"
