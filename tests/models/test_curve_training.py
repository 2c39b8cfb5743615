"""What models of a curve find is kept and never stale, folds are shared, and interruptions lose nothing."""

import json

import pytest

from goldspan import files
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.models import curve_training, fold_predictions
from goldspan.models.cross_validation_run import confirmed_passes
from goldspan.models.curve_report import answer, label_table, make_report, point_table, remarks
from goldspan.models.curve_training import CurveOptions, articles_of, measure_curve
from goldspan.models.learning_curve import Subset
from goldspan.models.spacy_training import SpacyTrainer
from helpers.curve_project import LABELS, article, make, project
from helpers.fake_trainers import MemorisingTrainer, SpyTrainer


@pytest.fixture
def corpus(tmp_path):
    return project(tmp_path / "project")


OPTIONS = CurveOptions(processes=1)


def trained(corpus, trainer, options=OPTIONS):
    """How many models are trained for a curve of the project."""
    before = len(trainer.seen)
    measure_curve(corpus, trainer, options)
    return len(trainer.seen) - before


def test_a_second_run_trains_nothing_and_has_the_same_report(corpus):
    spy = SpyTrainer(LABELS)
    first = measure_curve(corpus, spy, OPTIONS)
    assert first.trained == len(spy.seen)
    again = measure_curve(corpus, spy, OPTIONS)
    assert again.trained == 0
    assert len(spy.seen) == first.trained
    one, other = (make_report(measured).json() for measured in (first, again))
    assert one == other


def test_more_seeds_and_steps_train_only_what_is_new(corpus):
    spy = SpyTrainer(LABELS)
    few = trained(corpus, spy, CurveOptions(processes=1, seeds=1))
    more = trained(corpus, spy, CurveOptions(processes=1, seeds=2))
    assert trained(SpyOf(corpus).copy, SpyTrainer(LABELS), CurveOptions(processes=1, seeds=2)) == few + more
    assert trained(corpus, spy, CurveOptions(processes=1, seeds=2, steps=(50,))) == 0


class SpyOf:
    """A copy of a project that has trained nothing."""

    def __init__(self, corpus):
        self.copy = project(corpus.root.parent / "copy")


def test_changed_gold_a_changed_trainer_and_changed_folds_train_again(corpus):
    everything = trained(corpus, SpyTrainer(LABELS))
    assert trained(corpus, SpyTrainer(LABELS)) == 0
    assert trained(corpus, SpyTrainer(LABELS, recipe="another")) == everything
    assert trained(corpus, SpyTrainer(LABELS)) == 0, "the first file is still there"
    path = corpus.gold / "a00.jsonl"
    files.write(path, path.read_text("utf-8").replace("went to", "came to"))
    assert trained(type(corpus)(corpus.root), SpyTrainer(LABELS)) == everything


def test_files_of_older_gold_are_removed_after_a_while(corpus):
    for number in range(curve_training.KEPT + 2):
        measure_curve(corpus, SpyTrainer(LABELS, recipe=f"{number}"), CurveOptions(processes=1, seeds=1, steps=(50,)))
    assert len(list((corpus.build / "curve").glob("*.jsonl"))) == curve_training.KEPT


def test_the_last_point_shares_its_models_with_the_cross_validation(corpus):
    spy = SpyTrainer(LABELS)
    fold_predictions.read_or_make(corpus, spy, processes=1)
    folds = len(spy.seen)
    assert folds == 5
    after = trained(corpus, spy)
    other = SpyTrainer(LABELS)
    assert trained(project(corpus.root.parent / "other"), other) == after + folds
    report = make_report(measure_curve(corpus, spy, OPTIONS))
    assert report.points[-1].articles == 4


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [*lines[:-2], lines[-2][:20]],
        lambda lines: [*lines[:-1], json.dumps({"seed": 0, "training": ["a00"], "counts": {"a01": [[9, 1, 1]]}})],
        lambda lines: [*lines[:-2], '{"seed": 0}', "[]", "\x00"],
        lambda lines: [*lines[:-1], json.dumps({"seed": 0, "training": [["a00"]], "counts": {}})],
    ],
    ids=["killed while writing", "impossible counts", "no models", "no article"],
)
def test_a_damaged_line_is_trained_again(corpus, damage):
    before = make_report(measure_curve(corpus, MemorisingTrainer(LABELS), OPTIONS)).json()
    path = next((corpus.build / "curve").glob("*.jsonl"))
    path.write_text("\n".join(damage(path.read_text("utf-8").rstrip("\n").split("\n"))), encoding="utf-8")
    measured = measure_curve(corpus, MemorisingTrainer(LABELS), OPTIONS)
    assert make_report(measured).json() == before
    assert measured.trained == 0 or measured.trained < len(measured.models)
    assert measure_curve(corpus, MemorisingTrainer(LABELS), OPTIONS).trained == 0


def test_what_was_trained_before_an_interruption_is_kept(corpus):
    def interrupt(_model, done, _total):
        if done == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_curve(corpus, MemorisingTrainer(LABELS), OPTIONS, on_model=interrupt)
    measured = measure_curve(corpus, MemorisingTrainer(LABELS), OPTIONS)
    assert measured.trained == len(measured.models) - 12


def test_processes_change_nothing(corpus, tmp_path):
    one, two = (
        make_report(measure_curve(where, MemorisingTrainer(LABELS, sure=0.6), CurveOptions(processes=number))).json()
        for where, number in ((corpus, 1), (project(tmp_path / "two"), 2))
    )
    assert one == two


def test_of_many_articles_one_fold_is_tested_and_the_test_split_is_left_alone(tmp_path):
    corpus = project(tmp_path / "project", articles=curve_training.MANY + 10)
    test = [f"a{number:02}" for number in range(10)]
    files.write(corpus.split_file("test"), "".join(f"{name}\n" for name in test))
    corpus = type(corpus)(corpus.root)
    chosen = articles_of(corpus)
    assert chosen.held_out == 0
    assert chosen.test_split == 10
    assert {*test}.isdisjoint(chosen.groups)
    spy = SpyTrainer(LABELS)
    measured = measure_curve(corpus, spy, CurveOptions(processes=1))
    assert len(spy.seen) == 15, "a model for each size and seed"
    seen = {example.article for note in spy.seen for example in (*note["training"], *note["predicted"])}
    assert {*test}.isdisjoint(seen)
    report = make_report(measured)
    assert report.held_out
    assert report.tested == report.articles - measured.articles.population
    assert "The 10 articles of the test split take no part." in " ".join(remarks(report))
    assert not (corpus.build / "folds").exists()


def test_with_fewer_articles_those_of_the_test_split_are_tested_in_turn(corpus):
    files.write(corpus.split_file("test"), "a00\n")
    corpus = type(corpus)(corpus.root)
    chosen = articles_of(corpus)
    assert chosen.held_out is None
    assert "a00" in chosen.groups
    said = " ".join(remarks(make_report(measure_curve(corpus, MemorisingTrainer(LABELS), OPTIONS))))
    assert "Those of the test split are among them" in said


def test_near_duplicates_stay_together(tmp_path):
    examples = [example for number in range(4) for example in article(number)]
    examples += [Example(one.id.replace("a00", "copy"), one.text, one.spans, one.at) for one in article(0)]
    corpus = make(tmp_path / "project", examples)
    measured = measure_curve(corpus, SpyTrainer(LABELS), OPTIONS)
    for subset, _ in measured.models:
        assert ("a00" in subset.training) == ("copy" in subset.training)
    report = make_report(measured)
    assert (report.articles, report.groups) == (5, 4)
    assert "Articles that share text stay together." in " ".join(remarks(report))


def test_articles_without_a_span_teach_to_find_nothing(tmp_path):
    examples = [example for number in range(5) for example in article(number)]
    examples = [Example(one.id, one.text, () if one.article in {"a00", "a01"} else one.spans) for one in examples]
    spy = SpyTrainer(LABELS)
    measured = measure_curve(make(tmp_path / "project", examples), spy, OPTIONS)
    assert all(any(one.spans for one in note["training"]) for note in spy.seen)
    assert len(measured.models) > len(spy.seen)
    assert make_report(measured).overall.forecast is not None


def test_articles_whose_spans_are_cut_by_tokens_teach_to_find_nothing():
    examples = [Example(f"a{number}.p01", "The Aurora left.", (Span(5, 9, "PERSON"),)) for number in range(2)]
    cut = {one.article: [one] for one in examples}
    work = curve_training.SubsetTraining(cut, SpacyTrainer(labels=LABELS, language="en"), LABELS)
    counts, _ = work(Subset(20, 0, 0, ("a0",), ("a1",)))
    assert counts["a1"].tolist() == [[0, 1, 0], [0, 1, 0], [0, 0, 0]]


def test_text_that_nobody_annotated_takes_no_part(tmp_path):
    examples = [example for number in range(5) for example in article(number)]
    examples.append(Example("a00.p09", "Rome and Oslo", (), 900, {"not_annotated": "not read"}))
    spy = SpyTrainer(LABELS)
    measure_curve(make(tmp_path / "project", examples), spy, OPTIONS)
    assert all(one.id != "a00.p09" for note in spy.seen for one in (*note["training"], *note["predicted"]))


@pytest.mark.parametrize("articles", [1, 2])
def test_too_few_articles_are_refused_before_anything_is_trained(tmp_path, articles):
    corpus = project(tmp_path / "project", articles=articles)
    spy = SpyTrainer(LABELS)
    with pytest.raises(InputError, match="a learning curve needs 3 articles"):
        measure_curve(corpus, spy, OPTIONS)
    assert not spy.seen


def test_with_three_or_four_articles_no_forecast_is_made(tmp_path):
    for articles in (3, 4):
        corpus = project(tmp_path / f"project{articles}", articles=articles)
        report = make_report(measure_curve(corpus, MemorisingTrainer(LABELS), OPTIONS))
        points = articles - 1
        assert len(report.points) == points
        assert report.overall.forecast is None
        assert f"cannot be said: a curve passes through any {points} points" in answer(report)
        assert json.loads(json.dumps(report.json(), allow_nan=False))["overall"]["forecast"] is None


def test_the_report_has_all_labels_the_answer_and_what_cannot_be_said(tmp_path):
    examples = [example for number in range(6) for example in article(number)]
    first = examples[0]
    examples[0] = Example(first.id, first.text, (*first.spans, Span(len(first.text) - 1, len(first.text), "POINT")))
    corpus = make(tmp_path / "project", examples, (*LABELS, "POINT", "SHIP"))
    trainer = MemorisingTrainer((*LABELS, "POINT", "SHIP"))
    report = make_report(measure_curve(corpus, trainer, OPTIONS), confirmed_passes(corpus, ["a00"]))
    said = answer(report)
    assert said.startswith(("Yes", "Probably", "Hardly"))
    assert "twice the articles (12 instead of 6)" in said
    assert "of POINT it cannot be said, as one article has all spans of it" in said
    assert "of SHIP it cannot be said, as no article has a span of it" in said
    values = json.loads(json.dumps(report.json(), allow_nan=False))
    assert [*values["labels"]] == [*LABELS, "POINT", "SHIP"]
    assert values["answer"] == said
    articles = [point["articles"] for point in values["points"]]
    assert articles == sorted(articles)
    assert articles[0] == 1
    assert 4 < articles[-1] < 5, "six articles in five folds: without a fold five are left, or four"
    assert values["points"][-1]["label_spans"]["PERSON"] == pytest.approx(3 * articles[-1])
    rows = point_table(report).rows
    assert [row[0] for row in rows][-3:] == [f"{articles[-1]:.1f}", "6", "12"]
    assert len(rows) == len(articles) + 2
    assert [row[0] for row in label_table(report).rows] == [*LABELS, "POINT", "SHIP", "all labels"]


def test_labels_that_need_names_grow_and_those_that_are_known_do_not(corpus):
    report = make_report(measure_curve(corpus, MemorisingTrainer(LABELS), OPTIONS))
    people, places = report.labels
    assert people.points[0].f1 < people.points[-1].f1
    assert places.points[-1].f1 == 1
    assert places.forecast.growth.value < people.forecast.growth.value
