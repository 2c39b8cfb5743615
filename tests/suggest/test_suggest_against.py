"""`goldspan suggest --against`: which gold is meant, what is scored, and where the report goes."""

import json

import pytest

from goldspan import files
from goldspan.annotation import Example, Span
from goldspan.corpus.gold_source import ArticleGold, read_gold
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import gold
from goldspan.suggest import analysis_tables
from helpers import first_screen, html_pages
from helpers.recognisers import GOLD, Stated, analyse
from helpers.sample_corpus import make

SETTINGS = '[[recogniser]]\nkind = "gold"\n\n[[recogniser]]\nkind = "regex"\npatterns = { PORT = "Odesa" }\n'


@pytest.fixture
def compare(toy, goldspan, capsys):
    """The command on the small corpus: its exit code, its output on one line, and its errors."""
    files.write(toy.root / "goldspan.toml", SETTINGS)

    def run(*arguments):
        code = goldspan("suggest", "--root", toy.root, *arguments)
        captured = capsys.readouterr()
        return code, " ".join(captured.out.split()), captured.err

    return run


def test_the_word_gold_means_the_gold_of_the_project(compare, toy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = compare("--against", "gold", "--full", "--json", tmp_path / "a.json")
    assert code == 0
    assert "Recognisers against gold" in out
    assert "What each recogniser adds" in out
    assert compare("--against", toy.gold, "--json", tmp_path / "b.json")[0] == 0
    assert json.loads((tmp_path / "a.json").read_text()) == json.loads((tmp_path / "b.json").read_text())


def test_the_keys_that_the_report_had_stay(compare, tmp_path):
    compare("--against", "gold", "--json", tmp_path / "a.json")
    report = json.loads((tmp_path / "a.json").read_text())
    assert {"articles", "spans", "unscored", "overall", "labels", "missed", "spurious", "model"} <= report.keys()
    assert (report["articles"], report["scored"], report["overall"]["gold"]) == (3, 3, 16)
    assert list(report["recognisers"]) == ["gold", "regex"]
    assert len(report["missed"]) == report["overall"]["gold"] - report["overall"]["true_positives"]


def test_a_folder_of_the_name_gold_that_is_not_the_projects_is_refused(compare, toy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gold").mkdir()
    code, _, error = compare("--against", "gold")
    assert (code, "write --against ./gold" in error.lower()) == (1, True)
    monkeypatch.chdir(toy.folder)  # here it is the gold of the project
    assert compare("--against", "gold")[0] == 0


def test_articles_without_gold_are_counted_and_gold_of_others_too(compare, toy, tmp_path):
    (toy.gold / "storm.jsonl").unlink()
    code, out, _ = compare("--against", "gold")
    assert (code, "1 article without gold is not scored" in out) == (0, True)
    code, out, _ = compare(toy.seeds / "strike.txt", "--output", tmp_path / "out", "--against", "gold")
    assert (code, "1 article of gold is not among these articles" in out) == (0, True)
    code, out, _ = compare(toy.seeds / "storm.txt", "--output", tmp_path / "out", "--against", "gold")
    assert (code, "Nothing is scored: no article here has gold of the same text." in out) == (0, True)


def test_gold_of_another_text_is_not_scored(compare, toy):
    seed = toy.seeds / "storm.txt"
    seed.write_text("New! " + seed.read_text(encoding="utf-8"), encoding="utf-8")
    code, out, _ = compare("--against", "gold")
    assert (code, "Not scored, since gold has another text: storm." in out) == (0, True)


def test_no_gold_at_all_is_a_refusal_before_anything_is_written(compare, toy):
    for path in toy.gold.glob("*.jsonl"):
        path.unlink()
    code, _, error = compare("--against", "gold")
    assert (code, "there is no gold in it yet" in error, "goldspan adjudicate" in error) == (1, True, True)
    assert not (toy.build / "suggestions").exists()
    assert compare("--against", "nowhere.jsonl")[0] == 1


def test_a_damaged_line_of_gold_is_named(compare, toy):
    with (toy.gold / "storm.jsonl").open("a") as file:
        file.write("{}\n")
    code, _, error = compare("--recogniser", "regex", "--against", "gold")
    assert (code, "storm.jsonl:" in error) == (1, True)
    assert not (toy.build / "suggestions").exists()


def test_a_line_in_the_file_of_another_article_is_refused(compare, toy):
    (toy.gold / "strike.jsonl").write_text((toy.gold / "storm.jsonl").read_text())
    code, _, error = compare("--recogniser", "regex", "--against", "gold")
    assert (code, "is of the article 'storm', but the file is of 'strike'" in error) == (1, True)


def test_gold_of_any_format_will_do(compare, toy, goldspan, tmp_path):
    folder = tmp_path / "doccano"
    folder.mkdir()
    assert goldspan("convert", toy.gold, "--to", "doccano", "--output", folder / "all.jsonl") == 0
    compare("--against", toy.gold, "--json", tmp_path / "a.json")
    for against in (folder, folder / "all.jsonl"):
        compare("--against", against, "--json", tmp_path / "b.json")
        one, other = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json"))
        assert one["overall"] == other["overall"]


def test_the_page_has_the_tables_and_no_code_of_a_text(compare, tmp_path):
    assert compare("--against", "gold", "--html", tmp_path / "x.html")[1].count(f"wrote {tmp_path / 'x.html'}") == 1
    page = html_pages.parse((tmp_path / "x.html").read_text(encoding="utf-8"))
    assert "What each recogniser adds" in page.said
    gold_there = [Example("a.p01", html_pages.ATTACK, (Span(0, len(html_pages.ATTACK), "X"),))]
    run = analyse(gold_there, [Stated(html_pages.ATTACK, {})])
    page = html_pages.parse(analysis_tables.page(run, html_pages.ATTACK, [html_pages.ATTACK]))
    assert not {"script", "img"} & page.names


@pytest.mark.parametrize("width", [80, pytest.param(60, marks=pytest.mark.slow)])
def test_the_first_screen_fits_and_names_what_is_worst(toy, width):
    files.write(toy.root / "goldspan.toml", SETTINGS)
    drawn = first_screen.draw("suggest", "--against", "gold", folder=toy.root, width=width)
    lines = [line for line in drawn if not line.startswith("goldspan: ")]  # of standard error, here a file
    first_screen.require_one_screen(lines, width=width, rows=first_screen.ROWS if width == 80 else 40)
    said = " ".join(" ".join(lines).split())
    assert "Suggestions against gold of 3 articles: F1" in said
    assert "lacks most" in said
    assert "The whole report: --full or --html FILE or --json FILE" in said


def test_a_page_of_nothing_is_wrong_usage(compare, tmp_path):
    assert compare("--html", tmp_path / "x.html")[0] == 2


def test_many_recognisers_are_shown_over_all_labels_and_the_worst_rules_first():
    found = {"a.p01": [(0, 3, "PERSON", "good"), (4, 8, "ORG", "bad")]}
    many = [Stated(f"r{number}", found) for number in range(20)]
    tables = {table.title: table for table in analysis_tables.terminal_tables(analyse(GOLD, many))}
    assert [row[0] for row in tables["Recognisers against gold"].rows] == [f"r{number}: all" for number in range(20)]
    assert tables["Recognisers against gold"].note.endswith("By label they are in --json and --html.")
    few = {table.title: table for table in analysis_tables.terminal_tables(analyse(GOLD, many[:2]))}
    assert len(few["Recognisers against gold"].rows) == 6


def test_gold_by_article_is_read_where_it_is_needed(tmp_path):
    corpus = make(tmp_path / "p", GOLD, ["PERSON", "ORG", "PLACE"])
    read = ArticleGold("gold", corpus)
    assert read.articles == {"a", "b"}
    assert [example.id for example in read.of("a")] == ["a.p01", "a.p02"]
    assert read.of("c") == []
    folder = tmp_path / "mixed"
    files.write(folder / "b.jsonl", "".join(gold.line(example) for example in GOLD[1:]))  # of two articles
    files.write(folder / "a.jsonl", gold.line(GOLD[0]))
    mixed = ArticleGold(str(folder), corpus)
    assert sorted(example.id for example in mixed.of("a")) == ["a.p01", "a.p02"]
    assert [example.id for example in mixed.of("b")] == ["b.p01"]


def test_without_a_project_the_word_gold_is_refused_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFoundError, match="there is no project"):
        next(read_gold("gold", None))
    (tmp_path / "gold").mkdir()
    with pytest.raises(InputError, match="means the gold of the project, too"):
        next(read_gold("gold", make(tmp_path / "p", GOLD, ["PERSON", "ORG", "PLACE"])))
