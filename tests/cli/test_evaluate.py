import json
import re
from functools import partial

import pytest
from rich.cells import cell_len

from goldspan.annotation import Example, Span
from goldspan.formats import gold
from goldspan.report import schemas
from helpers.html_pages import parse

PROPERTIES = schemas.json_schema("evaluate")["properties"]


@pytest.fixture
def run(goldspan):
    """`goldspan evaluate` with these arguments; its exit code."""
    return partial(goldspan, "evaluate")


@pytest.fixture
def bob(toy):
    return toy.gold, toy.passes / "bob"


def test_in_a_pipe_the_report_is_plain_and_100_columns_wide(run, bob, capsys):
    assert run(*bob, "--full", "--baseline", bob[1].parent / "ann") == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert max(map(cell_len, out.splitlines())) <= 100
    assert "9 examples, 3 articles, 16 gold and 15 predicted spans." in " ".join(out.split())
    words = " ".join(out.split())
    assert (
        "In brackets: 95% intervals by article: Student's t with the standard error of the jackknife over 3 " in words
    )
    assert (
        "With these 3 test articles no difference in strict F1 can be told from chance: there is no minimum." in words
    )


def test_the_report_has_scores_intervals_and_errors(run, bob, capsys):
    run(*bob, "--full", "--baseline", bob[1].parent / "ann")
    out = capsys.readouterr().out
    titles = ("Measures by the scheme strict", "F1 by every scheme", "Against the baseline", "Gold labels (rows)",
              "Kinds of errors", "Slices", "F1 by article", "Values of quantities", "Human agreement and the model",
              "The hardest examples", "Remarks")  # fmt: skip
    places = [out.index(title) for title in titles]
    assert places == sorted(places)
    assert re.search(r"SHIP +6 +0 +1 +0 +100\.00 +85\.71 +92\.31 \[\d", out)
    assert "[Belle Étoile]{SHIP}" in out


def test_too_few_exchanges_are_not_taken_for_too_few_articles(run, tmp_path, capsys):
    example = '{{"id": "a{0}.p01", "at": 0, "text": "In Oslo.", "spans": [{1}]}}\n'
    for name, found in (("gold", range(16)), ("one", range(16)), ("other", range(8))):
        spans = ('[3, 7, "LOCATION", "Oslo"]' if number in found else "" for number in range(16))
        (tmp_path / f"{name}.jsonl").write_text("".join(map(example.format, range(16), spans)), encoding="utf-8")
    gold, one, other = (tmp_path / f"{name}.jsonl" for name in ("gold", "one", "other"))
    assert run(gold, one, "--baseline", other, "--resamples", "5") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "with so few exchanges of predictions (--resamples 5), no difference is significant" in text
    assert "With so few exchanges of predictions (--resamples 5) there is no minimum detectable difference." in text


def test_a_number_of_resamples_where_nothing_is_resampled_is_noted(run, bob, capsys):
    assert run(*bob, "--resamples", "50") == 0
    assert capsys.readouterr().err == (
        "--resamples changes nothing: intervals by jackknife-t draw no resamples. "
        "It goes with --interval percentile or --baseline.\n"
    )
    assert run(*bob, "--resamples", "50", "--baseline", bob[1].parent / "ann") == 0
    assert not capsys.readouterr().err
    assert run(*bob, "--full", "--resamples", "50", "--interval", "percentile") == 0
    assert "percentiles of 50 bootstrap resamples of 3 articles" in " ".join(capsys.readouterr().out.split())


def test_what_is_undefined_is_called_so_and_is_null(run, toy, tmp_path, capsys):
    gold.write(tmp_path / "none.jsonl", [example.with_spans(()) for example in toy.gold_examples()])
    assert run(toy.gold, tmp_path / "none.jsonl", "--json", tmp_path / "r.json") == 0
    assert re.search(r"all, micro .* undefined +0\.00 +0\.00", capsys.readouterr().out)
    assert json.loads((tmp_path / "r.json").read_text())["schemes"]["strict"]["overall"]["precision"] is None


def test_the_json_follows_its_schema(run, bob, tmp_path):
    assert run(*bob, "--json", tmp_path / "r.json") == 0
    report = json.loads((tmp_path / "r.json").read_text())
    assert list(report) == [key for key in PROPERTIES if key != "suggestions"]
    assert report["schemes"]["strict"]["overall"]["missed"] == 1
    assert set(report["schemes"]["type"]["labels"]["SHIP"]) == {
        "precision", "recall", "f1", "correct", "incorrect", "partial", "missed", "spurious", "possible", "actual",
    }  # fmt: skip
    assert report["intervals"]["schemes"]["partial"]["labels"]["PORT"]["f1"].keys() == {"low", "high"}
    assert report["inputs"]["gold"] == str(bob[0])


def test_every_number_comes_out_the_same_again(run, bob, tmp_path):
    for name in ("a.json", "b.json"):
        run(*bob, "--seed", "7", "--json", tmp_path / name)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_the_page_is_written(run, bob, tmp_path, capsys):
    assert run(*bob, "--html", tmp_path / "new" / "r.html", "--scheme-of-headline", "type") == 0
    assert f"wrote {tmp_path / 'new' / 'r.html'}" in capsys.readouterr().out.replace("\n", "")
    assert "Nordlicht" in parse((tmp_path / "new" / "r.html").read_text("utf-8")).said


def test_a_split_of_the_project_is_evaluated_alone_and_training_is_known(run, bob, toy, tmp_path, capsys):
    (article,) = toy.read_split("test")
    assert run(*bob, "--split", "test", "--json", tmp_path / "r.json") == 0
    report = json.loads((tmp_path / "r.json").read_text())
    assert {hard["example"].split(".")[0] for hard in report["hardest"]} <= {article}
    assert report["size"]["articles"] == 1
    assert set(report["slices"]["seen"]) == {"seen", "unseen"}
    assert not report["notes"]
    assert "(test)" in capsys.readouterr().out


def test_training_and_passes_can_be_named(run, bob, toy, tmp_path):
    elsewhere = tmp_path / "gold.jsonl"
    gold.write(elsewhere, list(toy.gold_examples()))
    assert run(elsewhere, bob[1], "--json", tmp_path / "r.json") == 0
    bare = json.loads((tmp_path / "r.json").read_text())
    assert "seen" not in bare["slices"]
    assert bare["ceiling"] is None
    options = ("--train", toy.gold / "storm.jsonl", "--passes", toy.passes)
    assert run(elsewhere, bob[1], *options, "--json", tmp_path / "r.json") == 0
    told = json.loads((tmp_path / "r.json").read_text())
    assert "seen" in told["slices"]
    assert told["ceiling"]["pairs"][0]["first"] == "ann"


@pytest.mark.parametrize("options", [(), ("--full",)])
def test_controls_in_the_texts_do_not_reach_the_terminal(run, tmp_path, capsys, options):
    example = Example("a\x1b[2J", "ab\x1b[31mcd\x9bef 東京東京" * 20, (Span(0, 4, "L\x07"),))
    gold.write(tmp_path / "gold.jsonl", [example])
    gold.write(tmp_path / "found.jsonl", [example.with_spans([Span(1, 4, "LONG" * 40)])])
    assert run(tmp_path / "gold.jsonl", tmp_path / "found.jsonl", *options) == 0
    out = capsys.readouterr().out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", out)
    assert max(map(cell_len, out.splitlines())) <= 100


def test_many_notes_are_counted_and_the_first_are_shown(run, toy, tmp_path, capsys):
    gold.write(tmp_path / "few.jsonl", list(toy.gold_examples())[:4])
    assert run(toy.gold, tmp_path / "few.jsonl") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "5 notes “missing-example”: an example of gold without a prediction" in out
    assert run(toy.gold, tmp_path / "few.jsonl", "--full") == 0
    assert "and 2 more, which --json lists" in " ".join(capsys.readouterr().out.split())


def test_suggestions_are_scored_by_rule(run, toy, tmp_path, capsys):
    assert run("--suggestions", "--root", toy.root, "--json", tmp_path / "r.json") == 0
    assert "Suggestions against gold" in capsys.readouterr().out
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["suggestions"]["overall"]["gold"] == 16


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["gold.jsonl"],
        ["gold.jsonl", "found.jsonl", "--unit", "word"],
        ["gold.jsonl", "found.jsonl", "--scheme-of-headline", "loose"],
        ["gold.jsonl", "found.jsonl", "--level", "1.5"],
        ["gold.jsonl", "found.jsonl", "--gold-format", "xml"],
        ["gold.jsonl", "found.jsonl", "--format", "xml"],
        ["gold.jsonl", "found.jsonl", "--model", "x"],
        ["gold.jsonl", "--suggestions"],
        ["--suggestions", "--html", "x.html"],
    ],
)
def test_wrong_usage_exits_with_2(run, arguments):
    assert run(*arguments) == 2


def test_bad_input_is_named_by_file_and_line_and_nothing_is_written(run, toy, tmp_path, capsys):
    (tmp_path / "bad.jsonl").write_text('{"id": "a", "at": 0, "text": "KFOR", "spans": []}\n{"id": 3}\n')
    assert run(toy.gold, tmp_path / "bad.jsonl", "--json", tmp_path / "r.json") == 1
    error = capsys.readouterr().err
    assert f"{tmp_path / 'bad.jsonl'}:2: " in error
    assert len(error.splitlines()) <= 2
    assert not (tmp_path / "r.json").exists()


@pytest.mark.parametrize(
    ("options", "why"), [(["--split", "dev"], "no project lists"), (["--passes", "nowhere"], "there is no pass in it")]
)
def test_what_is_not_there_is_refused(run, bob, options, why, capsys):
    assert run(*bob, *options) == 1
    assert why in capsys.readouterr().err
