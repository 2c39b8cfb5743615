"""`goldspan add` shows what it reads, what it takes for what, and what it leaves out."""

import json

import pytest
from typer.testing import CliRunner

from goldspan import new_project
from goldspan.cli import app
from goldspan.corpus import Corpus

TEXT = "De minister van Defensie zei dinsdag in Den Haag dat het bedrijf Fokker 3 miljoen euro krijgt. " * 3


@pytest.fixture
def corpus(tmp_path):
    return new_project.create(tmp_path / "project")


@pytest.fixture
def add(corpus):
    def run(*arguments, code=0):
        result = CliRunner().invoke(app, ["add", *map(str, arguments), "--root", str(corpus.root)])
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def news(tmp_path):
    path = tmp_path / "news.csv"
    rows = [f'A{n};"{TEXT}{n}";0{n}/04/2024;sport' for n in (1, 2)]
    path.write_text("\n".join(["titel;tekst;datum;rubriek x", *rows, "leeg;;;"]))
    return path


def test_the_plan_shows_columns_articles_and_what_is_left_out(add, news):
    shown = add(news).stdout
    assert f"table      {news}\n             text: column tekst  (guessed; --text COLUMN names another)\n" in shown
    assert "             not read: rubriek x\n" in shown
    assert f"new        news-000001  {news}, row 1\n           title: A1\n" in shown
    assert f"left out   {news}, row 3: it has no text\n" in shown
    assert f"not clear  {news}, row 1: '01/04/2024' is one of two days" in shown
    assert "--dates dmy or --dates mdy says which\n" in shown
    assert f"received   {news} is kept as seeds/received/news.csv\n" in shown
    assert "releases   will hold no text of 2 articles, only offsets and labels; --redistribution text states" in shown
    assert "stated     title 2\nreleases " in shown
    assert "\n2 new, 0 unchanged, 1 left out\nNothing was written: this is the plan." in shown


def test_the_report_has_all_of_it(add, news, tmp_path, corpus):
    report = tmp_path / "r.json"
    add(news, "--dates", "dmy", "--set", "publisher=De Krant", "--json", report, "--apply")
    found = json.loads(report.read_text())
    assert found["articles"][1] == {
        "id": "news-000002", "source": str(news), "row": 2, "status": "new",
        "sha256": found["articles"][1]["sha256"],
        "stated": {"title": "A2", "publisher": "De Krant", "published": "2024-04-02"}, "proposed": {},
    }  # fmt: skip
    assert found["left_out"] == [{"source": str(news), "row": 3, "id": None, "reason": "it has no text"}]
    assert found["columns"][str(news)]["text"] == {"column": "tekst", "how": "guessed"}
    assert found["columns"][str(news)]["left_out"] == ["rubriek x"]
    assert found["received"] == {str(news): "seeds/received/news.csv"}
    assert (found["applied"], found["doubts"]) == (True, [])
    assert [entry.published for entry in Corpus(corpus.root).entries] == ["2024-04-01", "2024-04-02"]


def test_texts_that_may_travel_are_stated_for_all_articles_of_a_run(add, news, tmp_path, corpus):
    (tmp_path / "a.txt").write_text(TEXT)
    add(tmp_path / "a.txt", "--apply")
    shown = add(tmp_path / "a.txt", news, "--redistribution", "text").stdout
    assert "           redistribution: text\n" in shown
    assert "releases   will hold the texts of 3 articles\n2 new, 0 unchanged, 1 updated, 1 left out\n" in shown
    add(tmp_path / "a.txt", news, "--redistribution", "text", "--apply")
    assert [entry.may_travel for entry in Corpus(corpus.root).entries] == [True, True, True]
    again = add(tmp_path / "a.txt", "--redistribution", "standoff", "--apply").stdout
    assert "a.txt: the manifest keeps the redistribution 'text': change it there\n" in again
    assert "releases" not in again
    assert [entry.may_travel for entry in Corpus(corpus.root).entries] == [True, True, True]
    assert "is not one of 'text', 'standoff'" in add(news, "--redistribution", "all", code=2).stderr


@pytest.mark.parametrize("option", [(), ("--redistribution", "standoff")])
def test_nothing_is_stated_of_texts_that_may_not_travel(add, tmp_path, corpus, option):
    (tmp_path / "a.txt").write_text(TEXT)
    add(tmp_path / "a.txt", *option, "--apply")
    assert "redistribution" not in (corpus.folder / "manifest.jsonl").read_text()


def test_texts_of_annotated_files_may_travel_too(add, tmp_path, corpus):
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "a", "at": 0, "text": TEXT.strip(), "spans": []}) + "\n")
    report = tmp_path / "report.json"
    shown = add(tmp_path / "a.jsonl", "--as", "anna", "--redistribution", "text", "--apply").stdout
    assert "releases   will hold the texts of 1 article\n1 new" in shown
    assert [entry.may_travel for entry in Corpus(corpus.root).entries] == [True]
    add(tmp_path / "a.jsonl", "--as", "anna", "--redistribution", "text", "--json", report)
    assert [row["status"] for row in json.loads(report.read_text())["articles"]] == ["unchanged"]


def test_proposals_are_shown_and_counted(add, tmp_path):
    (tmp_path / "a.txt").write_text(f"Fokker krijgt geld\n\nDoor Jan Jansen\n\n{TEXT}")
    shown = add(tmp_path / "a.txt").stdout
    assert "           proposed: title: Fokker krijgt geld; author: Jan Jansen\n" in shown
    assert "proposed   title 1, author 1 by the articles' own lines; --accept-proposals writes them\n" in shown
    assert (
        "           title: Fokker krijgt geld; author: Jan Jansen\n"
        in add(tmp_path / "a.txt", "--accept-proposals").stdout
    )


def test_the_plan_of_many_is_a_summary(add, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"text": f"{TEXT}{n // 2}" if n % 2 else None}) + "\n" for n in range(2000)))
    shown = add(path).stdout
    assert len(shown.splitlines()) < 20
    assert "…          997 more articles (--full lists all)\n" in shown
    assert "left out   997 more (--full lists all)\n" in shown
    assert "1,000 new, 0 unchanged, 1,000 left out\n" in shown


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--id", "same{}"), "is no pattern of ids"),
        (("--set", "date=2024"), "is not KEY=VALUE; the keys are title"),
        (("--set", "published=soon"), "'soon' is no date of one day"),
        (("--set", "title=a", "--set", "title=b"), "title is set twice"),
        (("--delimiter", "ab"), "neither one character nor one of comma"),
        (("--dates", "ymd"), "ymd"),
        (("--as", "ann"), "do not go with plain articles"),
    ],
)
def test_options_that_make_no_sense_are_wrong_usage(add, news, options, words):
    assert words in " ".join(add(news, *options, code=2).stderr.replace("│", " ").split())


def test_options_of_tables_go_with_tables_and_those_of_articles_with_articles(add, tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    assert "--text names a column of a table" in add(tmp_path / "a.txt", "--text", "body", code=2).stderr
    (tmp_path / "b.jsonl").write_text('{"text": "One two", "spans": [{"start": 0, "end": 3, "label": "X"}]}\n')
    assert "--skip-invalid goes with articles" in add(tmp_path / "b.jsonl", "--skip-invalid", code=2).stderr


def test_a_table_may_be_read_as_annotation_or_as_articles(add, tmp_path):
    path = tmp_path / "b.jsonl"
    path.write_text(json.dumps({"text": TEXT, "spans": [{"start": 3, "end": 11, "label": "PERSON"}]}) + "\n")
    assert "nothing says whose annotation this is" in str(add(path, code=1).exception)
    assert "1 new, 0 unchanged" in add(path, "--text", "text").stdout
    assert "1 new, 0 unchanged" in add(path, "--text-only").stdout


def test_a_statement_that_the_manifest_does_not_take_is_named(add, tmp_path, corpus):
    path = tmp_path / "fokker.txt"
    path.write_text(TEXT)
    add(path, "--set", "title=A", "--apply")
    assert "not clear" not in add(path, "--set", "title=A").stdout
    shown = add(path, "--set", "title=B", "--apply").stdout
    assert f"not clear  {path}: the manifest keeps the title 'A', and not 'B': change it there" in shown
    assert Corpus(corpus.root).entries[0].title == "A"
