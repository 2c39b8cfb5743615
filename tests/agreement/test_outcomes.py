"""What became of the suggestions of a project: from what was shown and what was confirmed to the report."""

import json
from functools import partial

import pytest

from goldspan.agreement.outcome_page import page
from goldspan.agreement.outcome_report import OutcomeReport, score_band, tables
from goldspan.agreement.outcomes import review_suggestions
from goldspan.annotation import Example, Span
from goldspan.corpus.shown_suggestions import shown_folder
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import gold
from helpers.first_screen import ROWS, draw, require_one_screen

RECORD = """[[project]]
name = "kfor-{member}"
server = "http://127.0.0.1:8000"
key = "k00000000000{number}"
offsets = "utf-16"
round = "kfor"
member = "{member}"

[[account]]
name = "{member}"
passes = "{member}"

"""
SHARED = """[[project]]
name = "shared"
server = "http://127.0.0.1:8000"
key = "k000000000009"
offsets = "utf-16"
"""


def show(corpus, project, example, *suggestions):
    """Record what was shown in an example of the toy: spans with rule, score and recogniser."""
    path = shown_folder(corpus, project) / f"{example.article}.jsonl"
    before = list(gold.scan(path)) if path.exists() else []
    spans = tuple(one[0] for one in suggestions)
    extra = {key: [one[at] for one in suggestions] for at, key in ((1, "rules"), (2, "scores"), (3, "recognisers"))}
    lines = [Example(r.id, r.text, tuple(Span(*s[:3]) for s in r.spans), r.at, r.extra) for r in before]
    path.parent.mkdir(parents=True, exist_ok=True)
    gold.write(path, [*lines, Example(example.id, example.text, spans, example.at, extra)])


def mark(corpus, annotator, example, spans, **extra):
    """Put a line into a pass."""
    path = corpus.passes / annotator / f"{example.article}.jsonl"
    lines = list(corpus.pass_examples(annotator, [example.article])) if path.exists() else []
    path.parent.mkdir(parents=True, exist_ok=True)
    new = Example(example.id, example.text, tuple(spans), example.at, {"confirmed": True} | extra)
    gold.write(path, [*(one for one in lines if one.id != example.id), new])


@pytest.fixture
def examples(toy):
    return {example.id: example for example in toy.gold_examples()}


@pytest.fixture
def shown(toy, examples):
    """Two members who saw the same suggestions in three examples of the toy."""
    for name in toy.annotators():
        for path in (toy.passes / name).glob("*.jsonl"):
            path.unlink()
    record = "".join(RECORD.format(member=name, number=number) for number, name in enumerate(("ann", "bob")))
    (toy.folder / "doccano.toml").write_text(record)
    aurora, leave = Span(4, 10, "SHIP"), Span(16, 20, "PORT")
    for name in ("ann", "bob"):
        show(toy, f"kfor-{name}", examples["harbour.p02"], (aurora, "names", 1.0, "list"), (leave, "port", 0.55, "rx"))
        show(toy, f"kfor-{name}", examples["storm.p02"], (Span(29, 38, "PORT"), "names", 0.9, "list"))
        show(toy, f"kfor-{name}", examples["strike.p01"])
    harbour, storm = examples["harbour.p02"], examples["storm.p02"]
    mark(toy, "ann", harbour, harbour.spans, aided="kfor-ann")
    mark(toy, "ann", storm, [Span(29, 38, "SHIP")], aided="kfor-ann")
    mark(toy, "ann", examples["strike.p01"], [], aided="kfor-ann")
    mark(toy, "bob", harbour, [aurora, leave], aided="kfor-bob")
    return toy


def test_each_suggestion_has_its_outcome(shown):
    report = OutcomeReport(review_suggestions(shown))
    rows = {row.name: row for row in report.annotators}
    assert dict(rows["ann"].counts) == {"kept": 1, "moved": 1, "relabelled": 1}
    assert dict(rows["bob"].counts) == {"kept": 2}
    assert (report.added("ann"), report.added("bob"), report.marked("ann")) == (1, 0, 4)
    assert report.reviewed.open_suggestions == {"bob": 1}
    assert report.reviewed.open_examples == {"bob": 2}
    assert {row.name: row.suggestions for row in report.recognisers} == {"list": 3, "rx": 2}
    assert [(row.name, row.suggestions) for row in report.scores] == [("0.9 to 1.0", 3), ("0.5 to 0.6", 2)]
    assert [(row.name, row.rate) for row in report.rules] == [("list: names", 2 / 3), ("rx: port", 1 / 2)]


def test_judgement_is_compared_with_gold(shown):
    of = {one.annotator: one for one in OutcomeReport(review_suggestions(shown)).judgements}
    assert (of["ann"].wrong, of["ann"].wrong_kept, of["bob"].wrong, of["bob"].wrong_kept) == (2, 0, 1, 1)
    assert (of["ann"].right, of["ann"].right_changed) == (1, 0)
    assert (of["bob"].missing, of["bob"].missing_marked) == (2, 0)
    assert (of["ann"].missing, of["ann"].missing_marked) == (5, 3)


def test_the_counts_add_up_in_each_table(shown):
    made = OutcomeReport(review_suggestions(shown)).json()
    for key in ("annotators", "recognisers", "labels", "scores", "rules"):
        assert sum(row["suggestions"] for row in made[key]) == made["all"]["suggestions"] == 5
    kinds = ("kept", "moved", "relabelled", "moved and relabelled", "deleted")
    for row in (*made["annotators"], made["all"]):
        assert sum(row[kind] for kind in kinds) == row["suggestions"]
        assert sum(row[kind] for kind in kinds[:-1]) + row["added"] == row["spans"]
    assert len([row for row in made["suggestions"] if row["outcome"] != "added"]) == 5


def test_a_round_is_all_of_its_projects_and_articles_can_be_chosen(shown):
    assert review_suggestions(shown, ["kfor"]).projects == ("kfor-ann", "kfor-bob")
    assert review_suggestions(shown, ["kfor-bob"]).projects == ("kfor-bob",)
    chosen = review_suggestions(shown, articles=["storm"])
    assert {one.article for one in chosen.examples} == {"storm"}
    with pytest.raises(InputError, match="there is no article 'stormy'"):
        review_suggestions(shown, articles=["stormy"])
    with pytest.raises(
        NotFoundError, match=r"(?s)no suggestions are recorded of a project 'other'.*kfor-ann, kfor-bob"
    ):
        review_suggestions(shown, ["other"])


def test_where_nothing_was_shown_the_command_says_how_it_is(toy):
    with pytest.raises(NotFoundError, match="no suggestions were shown"):
        review_suggestions(toy)


def test_work_of_a_shared_project_is_in_gold(toy, examples):
    (toy.folder / "doccano.toml").write_text(SHARED)
    show(toy, "shared", examples["harbour.p02"], (Span(4, 10, "SHIP"), "names", None, "list"))
    unread = Example("storm.p99", "Nordlicht again", at=900)
    show(toy, "shared", unread, (Span(0, 9, "SHIP"), "names", None, "list"))
    report = OutcomeReport(review_suggestions(toy))
    (row,) = report.annotators
    assert (row.name, dict(row.counts), report.added("all")) == ("all", {"kept": 1}, 2)
    assert report.reviewed.open_suggestions == {"all": 1}
    assert (report.judgements, report.tests) == ((), ())
    assert [one.name for one in report.scores] == ["no score"]


def test_a_project_whose_member_did_nothing_yet_is_open(shown):
    for path in (shown.passes / "bob").glob("*.jsonl"):
        path.unlink()
    reviewed = review_suggestions(shown)
    assert reviewed.open_suggestions == {"bob": 3}
    (shown.folder / "doccano.toml").unlink()
    reviewed = review_suggestions(shown)
    assert (reviewed.open_suggestions, reviewed.annotators) == ({"": 3}, ("ann", ""))


def test_what_cannot_be_compared_is_named(shown, examples):
    mark(shown, "ann", examples["storm.p02"], [])  # read again, without these suggestions
    harbour = examples["harbour.p02"]
    mark(shown, "bob", Example(harbour.id, f"{harbour.text}!", at=harbour.at), [], aided="kfor-bob")
    mark(shown, "ann", examples["storm.p03"], [], aided="kfor-ann")
    reviewed = review_suggestions(shown)
    assert reviewed.not_as_shown == (("ann", "storm.p02"),)
    assert reviewed.other_text == (("bob", "harbour.p02"),)
    assert reviewed.not_recorded == (("ann", "storm.p03"),)


def test_a_damaged_record_is_refused(shown, examples):
    path = shown_folder(shown, "kfor-ann") / "storm.jsonl"
    path.write_text(path.read_text("utf-8").replace('"rules": ["names"]', '"rules": []'), "utf-8")
    with pytest.raises(InputError, match="not lists with a value for each span") as refusal:
        review_suggestions(shown)
    assert (refusal.value.file, refusal.value.line, refusal.value.example) == (path, 1, examples["storm.p02"].id)


def test_what_an_interrupted_push_left_is_waited_for(shown, examples):
    show(shown, "kfor-ann", examples["harbour.p02"], (Span(4, 10, "PORT"), "names", 1.0, "list"))
    with pytest.raises(InputError, match=r"(?s)which of two lines was shown is not known.*Push again"):
        review_suggestions(shown)


def test_rules_stay_with_their_spans_in_any_order(shown):
    path = shown_folder(shown, "kfor-ann") / "harbour.jsonl"
    row = json.loads(path.read_text("utf-8"))
    for key in ("spans", "rules", "scores", "recognisers"):
        row[key] = row[key][::-1]
    path.write_text(json.dumps(row) + "\n", "utf-8")
    report = OutcomeReport(review_suggestions(shown, ["kfor-ann"]))
    assert {row.name: dict(row.counts) for row in report.rules} == {
        "list: names": {"kept": 1, "relabelled": 1},
        "rx: port": {"moved": 1},
    }


@pytest.mark.parametrize(
    ("score", "band"),
    [(0.0, "0.0 to 0.1"), (0.3, "0.3 to 0.4"), (0.7, "0.7 to 0.8"), (0.69, "0.6 to 0.7"), (1.0, "0.9 to 1.0"),
     (None, "no score")],
)  # fmt: skip
def test_a_score_is_in_the_band_that_has_it(score, band):
    assert score_band(score) == band


@pytest.mark.parametrize("width", [80, pytest.param(60, marks=pytest.mark.slow)])
def test_the_first_screen_fits_and_names_the_rules_kept_least(shown, width):
    lines = draw("outcomes", folder=shown.root, width=width)
    require_one_screen(lines, width=width, rows=ROWS if width == 80 else 32)
    words = " ".join(" ".join(lines).split())
    assert "rx: port was kept once in 2; the most frequent change" in words
    assert words.index("rx: port was kept") < words.index("list: names was kept")


def test_the_command_prints_tables_and_writes_json_and_a_page(goldspan, shown, tmp_path, capsys):
    run = partial(goldspan, "outcomes", "--root", shown.root)
    assert run("--full", "--json", tmp_path / "r.json", "--html", tmp_path / "p.html") == 0
    out = capsys.readouterr().out
    assert out.startswith("What became of the suggestions of kfor-ann and kfor-bob\nOf 5 suggestions 60.0%")
    assert "1 suggestion is open." in out
    assert max(map(len, out.splitlines())) <= 100
    report = OutcomeReport(review_suggestions(shown))
    assert json.loads((tmp_path / "r.json").read_text("utf-8")).items() >= report.json().items()
    text = (tmp_path / "p.html").read_text("utf-8")
    assert all(title in text for title in tables(report))
    assert text == page(report, {label.name: label.colour for label in shown.scheme.labels})
    assert "stands out:" not in out
    assert "bob kept all of 2 suggestions: what others judged does not show that this is unusual." in " ".join(
        out.split()
    )
    assert run("--project", "kfor-bob") == 0
    assert "Next: " in capsys.readouterr().out
