"""`goldspan site`: the folder opens from disk, and hides what annotators must not see."""

import json
import re
from datetime import UTC, datetime

import pytest

from goldspan import cli
from goldspan.doccano.controls import controls_file
from goldspan.doccano.corpus_record import DoccanoRecord, ProjectRecord, RoundRecord, write_record
from goldspan.progress import count_log
from goldspan.progress.count_log import CountNote, NotedWork
from goldspan.progress.pace import WorkCount
from helpers import html_pages, sample_corpus

SERVER = "https://doccano.example.org"
KEY = "k0123456789ab"
WORK_DONE = CountNote(
    datetime(2026, 12, 1, 9, 30, tzinfo=UTC),
    (NotedWork("anna@example.org", "anna@example.org", WorkCount(12, 480), WorkCount(48, 1900)),),
)


def run(corpus, folder, *options):
    with pytest.raises(SystemExit) as ended:
        cli.main(["site", "--root", str(corpus.root), "--output", str(folder), *options])
    assert ended.value.code == 0
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.html")}


def test_the_whole_site_hides_readings_and_controls_while_a_round_is_open(toy, tmp_path, capsys):
    words_of_a_comment = "Zanzibarfog"
    name = toy.annotators()[0]
    shown = run(toy, tmp_path / "all")
    assert "agreement.html" in shown
    path = next((toy.passes / name).glob("*.jsonl"))
    assert name in "".join(shown.values())
    comment = '"comments": ["' + words_of_a_comment + '"], "id"'
    path.write_text(path.read_text("utf-8").replace('"id"', comment, 1), "utf-8")
    assert words_of_a_comment in "".join(run(toy, tmp_path / "said").values())
    project = ProjectRecord(name="r1", server=SERVER, key="k0123456789ab", offsets="utf-16")
    write_record(toy, DoccanoRecord(projects=(project,)))
    control = next(one for one in toy.gold_examples() if one.spans)
    controls_file(toy, "r1").parent.mkdir(parents=True, exist_ok=True)
    controls_file(toy, "r1").write_text(f"{control.id}\n", "utf-8")
    capsys.readouterr()
    hidden = run(toy, tmp_path / "open")
    words = capsys.readouterr().out
    assert "goldspan doccano close" in " ".join(words.split())
    assert "no page on agreement" in " ".join(words.split())
    assert "goldspan doccano close" in hidden["index.html"]
    assert "no page on agreement" in hidden["index.html"]
    assert control.id not in words
    everything = "".join(text for page, text in hidden.items() if page != "guidelines.html")
    assert words_of_a_comment not in everything
    assert "control" not in everything.partition("</style>")[2].lower()
    assert not {"agreement.html", "statistics.html", "card.html"} & hidden.keys()
    assert f'href="articles/{control.article}.html#' not in hidden["surfaces.html"]
    assert not [page for page, text in hidden.items() if page.startswith("surfaces/") and control.id in text]
    write_record(
        toy, DoccanoRecord(projects=(project,), rounds=(RoundRecord(name="r1", server=SERVER, closed="2026-12-01"),))
    )
    assert "agreement.html" in run(toy, tmp_path / "closed")


def test_the_report_for_programs_names_what_was_written(toy, tmp_path):
    report = tmp_path / "site.json"
    with pytest.raises(SystemExit):
        cli.main(["site", "--root", str(toy.root), "--output", str(tmp_path / "site"), "--json", str(report)])
    found = json.loads(report.read_text("utf-8"))
    assert found["report"] == "site"
    assert found["pages"] == len(list((tmp_path / "site").rglob("*.html")))
    assert found["articles"] == len(toy.entries)
    assert (found["left_out"], found["absent"]) == ("", [])


def test_quiet_prints_nothing_and_else_the_next_step_comes_last(toy, tmp_path, capsys):
    command = ["site", "--root", str(toy.root), "--output", str(tmp_path / "site")]
    with pytest.raises(SystemExit):
        cli.main([*command, "--quiet"])
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit):
        cli.main(command)
    assert capsys.readouterr().out.rpartition("Next: ")[1]


def test_predictions_are_compared_with_the_gold_that_may_be_shown(toy, tmp_path, capsys):
    name = toy.annotators()[0]
    words = ["site", "--root", str(toy.root), "--output", str(tmp_path / "site")]
    given = ["--predictions", str(toy.passes / name), "--predictions", str(toy.gold)]
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, *given])
    assert ended.value.code == 0
    assert f">{name}<" in (tmp_path / "site" / "evaluation.html").read_text("utf-8")
    assert len(list((tmp_path / "site" / "evaluation").glob("*.html"))) == len(given) / 2
    project = ProjectRecord(name="r1", server=SERVER, key="k0123456789ab", offsets="utf-16")
    write_record(toy, DoccanoRecord(projects=(project,)))
    control = next(one for one in toy.gold_examples() if one.spans)
    controls_file(toy, "r1").parent.mkdir(parents=True, exist_ok=True)
    controls_file(toy, "r1").write_text(f"{control.id}\n", "utf-8")
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, *given])
    assert ended.value.code == 1
    assert "readings of an annotator" in capsys.readouterr().err
    predictions = tmp_path / "model.jsonl"
    predictions.write_text("".join(path.read_text("utf-8") for path in sorted(toy.gold.glob("*.jsonl"))), "utf-8")
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "--predictions", str(predictions)])
    assert ended.value.code == 0
    page = (tmp_path / "site" / "evaluation" / "1-model-jsonl.html").read_text("utf-8")
    assert control.surface(control.spans[0]) not in page.partition("</style>")[2]


def test_the_data_card_links_to_pages_of_the_site_alone(toy, tmp_path):
    links = "[all](STATS.md) [rule](../annotation_guidelines/README.md#x) [web](https://e.example) [own](../secret)"
    card = f"# A card\n\n{links} [<b>](javascript:alert(1))\n\n<script>alert(1)</script>\n"
    (toy.folder / "README.md").write_text(card, "utf-8")
    page = run(toy, tmp_path / "site")["card.html"]
    body = page.partition('class="long guideline"')[2]
    assert re.findall(r'href="([^"]*)"', body) == ["statistics.html", "guidelines.html"]
    assert "web" in body
    assert "<script" not in body


def test_progress_has_counts_and_no_addresses(toy, tmp_path):
    write_record(toy, DoccanoRecord(projects=(ProjectRecord(name="r1", server=SERVER, key=KEY, offsets="utf-16"),)))
    assert "progress.html" not in run(toy, tmp_path / "none")
    count_log.add_note(count_log.log_path(KEY), WORK_DONE)
    page = run(toy, tmp_path / "site")["progress.html"]
    count_log.forget(count_log.log_path(KEY))
    words = re.sub(r"<[^>]*>", " ", page.partition("</style>")[2])
    assert "Counted on 2026-12-01" in words
    assert re.search(r"annotator 1\s+12\s+48\s+25", words)
    assert "@" not in words
    assert "09:30" not in words


@pytest.mark.slow
def test_the_pages_need_no_network_and_fit_a_telephone(project, tmp_path):
    corpus = sample_corpus.copy(project, tmp_path / "corpus")
    count_log.add_note(count_log.log_path(KEY), WORK_DONE)
    record = ProjectRecord(name="r1", server=SERVER, key=KEY, offsets="utf-16")
    closed = RoundRecord(name="r1", server=SERVER, closed="2026-12-01")
    write_record(corpus, DoccanoRecord(projects=(record,), rounds=(closed,)))
    pages = run(corpus, tmp_path / "site", "--predictions", str(corpus.gold))
    count_log.forget(count_log.log_path(KEY))
    assert {"progress.html", "evaluation.html"} < pages.keys()
    requests, errors = [], []
    with html_pages.launch_chromium() as chromium:
        for width, colours in ((1280, "light"), (400, "dark")):
            shown = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=colours)
            shown.on("request", lambda one: requests.append(one.url))
            shown.on("console", lambda one: errors.append(one.text))
            for page in pages:
                shown.goto((tmp_path / "site" / page).as_uri())
                assert shown.evaluate("document.documentElement.scrollWidth") == width, page
                assert shown.locator("main").count() == shown.locator("h1").count() == 1
                assert shown.get_by_role("navigation", name="Pages").count() == 1
                shown.keyboard.press("Tab")
                assert shown.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert all(one.startswith("file:") for one in requests)
    assert not errors
