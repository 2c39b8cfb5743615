"""`goldspan agree` as a person meets it."""

import json
import re
from functools import partial

import pytest
from rich.cells import cell_len

from goldspan.report import schemas
from helpers import annotations
from helpers.html_pages import parse

PROPERTIES = schemas.json_schema("agree")["properties"]
OF_CONDITIONS = {"conditions", "mixed", "sentences"}


@pytest.fixture
def run(goldspan):
    return partial(goldspan, "agree")


@pytest.fixture(scope="module")
def team(project, tmp_path_factory):
    passes = annotations.simulate_passes(project.gold_examples(), project.scheme.names)
    return annotations.write_passes(tmp_path_factory.mktemp("team"), passes)


def test_in_a_pipe_the_report_is_plain_and_100_columns_wide(run, team, project, capsys):
    assert run("--full", team, "--root", project.root, "--against", "gold") == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert max(map(cell_len, out.splitlines())) <= 100
    assert out.startswith("Agreement of anna, bela, cyril and dora\nAny two of 4 annotators agree on 80.1 of 100 spans")


def test_the_report_says_how_far_and_why_not(run, team, project, capsys):
    run("--full", team, "--root", project.root, "--against", "gold")
    out = capsys.readouterr().out
    titles = ("Who confirmed what", "Pair by pair", "Label by label", "Article by article", "All measures",
              "Agreed and differing spans", "Label confusion", "Guideline rules", "Words that are disputed",
              "Disagreements, the most disputed first; 80 more in --html and --json", "anna against gold, 78 examples",
              "Differences of anna from gold", "Undefined", "Remarks")  # fmt: skip
    places = [out.index(title) for title in titles]
    assert places == sorted(places)
    assert re.search(r"anna – bela +69 +209 / 198 +87\.47", out)
    assert "P-1 (an example leaves out the same words before the span: General)" in " ".join(out.split())
    assert re.search(r"dora +The Commander of KFOR, \[General Özkan Ulutaş\]\{PERSON\}", out)


def comment(corpus, annotator, example, **keys):
    path = corpus.passes / annotator / f"{example.rpartition('.')[0]}.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for line in lines:
        line.update({"confirmed": True} | (keys if line["id"] == example else {}))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_comments_reach_whoever_reads_the_report(run, toy, tmp_path, capsys):
    long = f"S-1: <b>bold</b>\n{'why ' * 200}"
    comment(toy, "ann", "storm.p02", comments=[long, "\x1b[2J\u202ekcab"])
    comment(toy, "bob", "storm.p02", comments=["a reason to leave it open"], confirmed=False)
    comment(toy, "ann", "storm.p01", comments=["typing error in the source"])
    assert run("--full", "--root", toy.root, "--json", tmp_path / "r.json", "--html", tmp_path / "p.html") == 0
    assert "4 comments of annotators: 0 on 0 disputed examples, 4 on others." in capsys.readouterr().out
    comment(toy, "bob", "storm.p02", confirmed=True)
    assert run("--full", "--root", toy.root, "--json", tmp_path / "r.json", "--html", tmp_path / "p.html") == 0
    out = capsys.readouterr().out
    assert "3 on 1 disputed example, 1 on others. --html and --json have them all" in out
    assert "\x1b" not in out
    below = out[out.index("  comments on the example:") :]
    assert "ann: S-1: <b>bold</b> why why" in below
    assert "bob: a reason to leave it open" in below
    assert "typing error" not in out
    made = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert made["disagreements"][0]["comments"][0]["text"] == long
    assert [(one["annotator"], one["example"], one["disputed"]) for one in made["comments"]] == [
        ("ann", "storm.p01", False),
        ("ann", "storm.p02", True),
        ("ann", "storm.p02", True),
        ("bob", "storm.p02", True),
    ]
    said = parse((tmp_path / "p.html").read_text("utf-8")).said
    assert long in said
    assert "Comments where nothing is disputed" in said
    assert "typing error in the source" in said


def test_lines_of_other_programs_are_no_comments_of_annotators(run, tmp_path, capsys):
    for name in ("ann", "bob"):
        tag = "B-SHIP" if name == "ann" else "O"
        (tmp_path / f"{name}.conll").write_text(f"# id = a.p01\n# made = by a program\nAurora\t{tag}\nsank\tO\n\n")
    assert run(tmp_path / "ann.conll", tmp_path / "bob.conll") == 0
    assert "comment" not in capsys.readouterr().out


def test_two_annotators_need_no_table_of_pairs(run, toy, capsys):
    assert run("--full", "--root", toy.root) == 0
    out = capsys.readouterr().out
    assert "ann and bob agree on" in out
    assert "Pair by pair" not in out
    assert re.search(r"ann +9 +9 +3", out)


def test_the_json_is_as_its_schema_says(run, toy, tmp_path):
    assert run("--root", toy.root, "--against", "gold", "--json", tmp_path / "r.json") == 0
    made = json.loads((tmp_path / "r.json").read_text())
    assert list(made) == [key for key in PROPERTIES if key not in OF_CONDITIONS]
    assert made["agreement"]["overall"]["measures"]["exact_f1"]["estimate"] > 0.8
    assert {one["annotator"] for one in made["against_gold"]} == {"ann", "bob"}


def test_measures_on_characters_are_in_the_page_and_the_json_alone(run, toy, tmp_path, capsys):
    assert run("--full", "--root", toy.root, "--json", tmp_path / "r.json", "--html", tmp_path / "p.html") == 0
    out = capsys.readouterr().out
    assert "Tokens: Cohen's kappa" in out
    assert not re.search(r"Characters: (Cohen|Fleiss|Krippendorff)", out)
    assert parse((tmp_path / "p.html").read_text()).said.count("Characters: ") >= 3
    measures = json.loads((tmp_path / "r.json").read_text())["agreement"]["overall"]["measures"]
    assert {"character_kappa", "character_fleiss", "character_alpha"} <= measures.keys()


def test_the_page_holds_what_the_terminal_leaves_out(run, team, project, tmp_path, capsys):
    assert run(team, "--root", project.root, "--html", tmp_path / "p.html") == 0
    text = (tmp_path / "p.html").read_text()
    assert text.count('class="example is-') == 85
    assert f"wrote {tmp_path / 'p.html'}" in capsys.readouterr().out.replace("\n", "")


def test_the_same_seed_gives_the_same_report(run, toy, tmp_path):
    for name in ("a", "b"):
        run("--root", toy.root, "--seed", "7", "--json", tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_files_of_several_formats_are_compared(run, toy, goldspan, tmp_path, capsys):
    assert goldspan("convert", toy.passes / "bob", "--to", "doccano", "--output", tmp_path / "bob.jsonl") == 0
    assert run(toy.passes / "ann", tmp_path / "bob.jsonl") == 0
    assert "ann and bob agree on" in capsys.readouterr().out


def test_articles_can_be_chosen(run, toy, capsys):
    first, second, _ = (entry.id for entry in toy.entries)
    assert run("--root", toy.root, "--articles", f"{first},{second}") == 0
    assert "of 2 articles that both confirmed" in " ".join(capsys.readouterr().out.split())


def test_intervals_can_be_by_example_and_by_another_method(run, toy, capsys):
    assert run("--full", "--root", toy.root, "--unit", "example") == 0
    out = capsys.readouterr().out
    assert "95% intervals by example: Student's t with the standard error of the jackknife over 9 " in out
    assert run("--full", "--root", toy.root, "--unit", "example", "--interval", "percentile", "--resamples", "50") == 0
    assert "95% intervals by example: percentiles of 50 bootstrap resamples of 9 examples" in capsys.readouterr().out


def test_a_number_of_resamples_where_nothing_is_resampled_is_noted(run, toy, capsys):
    run("--root", toy.root)
    without = capsys.readouterr().out
    assert run("--root", toy.root, "--resamples", "50") == 0
    shown = capsys.readouterr()
    assert shown.out == without
    assert "--resamples changes nothing: intervals by jackknife-t draw no resamples" in shown.err


def test_a_pass_that_is_not_there_is_refused_with_a_remedy(run, toy, capsys):
    assert run("carol", "--root", toy.root) == 1
    error = capsys.readouterr().err
    assert "nor a pass of this name" in error
    assert "ann, bob" in error


def test_passes_without_a_confirmation_are_undefined_and_said_to_be(run, toy, capsys):
    for path in toy.passes.rglob("*.jsonl"):
        path.write_text(path.read_text().replace("}\n", ', "confirmed": false}\n'))
    assert run("--root", toy.root) == 0
    out = capsys.readouterr().out
    assert "How far they agree is undefined: no example was confirmed by two annotators." in " ".join(out.split())
    assert "ann has confirmed nothing" in out
    assert "undefined  " not in out


def test_a_single_pass_gets_one_sentence(run, toy, tmp_path, capsys):
    assert run("ann", "--root", toy.root, "--json", tmp_path / "r.json", "--html", tmp_path / "p.html") == 0
    out = " ".join(capsys.readouterr().out.split()).partition(" wrote ")[0]
    assert out == (
        "There is one pass alone, that of ann: agreement needs a second annotator who confirmed the same examples, so "
        "name a file or folder for each, or pull another pass; --against gold compares it with gold."
    )
    made = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert made["headline"] == out
    assert made["agreement"]["overall"]["measures"]["exact_f1"]["estimate"] is None
    said = parse((tmp_path / "p.html").read_text("utf-8")).said
    assert out in said
    assert "Who confirmed what" in said
    assert "Label by label" not in said


def test_a_single_pass_is_compared_with_gold(run, toy, capsys):
    assert run("--full", "ann", "--root", toy.root, "--against", "gold") == 0
    out = capsys.readouterr().out
    assert "so it is compared with gold and nobody else." in " ".join(out.split())
    assert "ann against gold, 9 examples" in out
    assert "Confirmation by ann is assumed: the files do not state it." in out
    assert "Label by label" not in out


def test_two_who_share_nothing_get_the_reason_and_what_each_confirmed(run, toy, capsys):
    for number, path in enumerate(sorted((toy.passes / "ann").iterdir())):
        path.unlink() if number else (toy.passes / "bob" / path.name).unlink()
    assert run("--root", toy.root) == 0
    out = capsys.readouterr().out
    assert "How far they agree is undefined: no example was confirmed by two annotators." in " ".join(out.split())
    assert "Who confirmed what" in out
    assert out.count("undefined") == 1
