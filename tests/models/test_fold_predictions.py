"""`build/folds/` has what was predicted from this gold with these settings, or it is made again; never a mixture."""

import json
import threading
from dataclasses import replace

import numpy as np
import pytest

from goldspan import files, formats
from goldspan.annotation import Example, Span
from goldspan.corpus import Corpus
from goldspan.errors import InputError, InvalidValueError
from goldspan.models.fold_predictions import RECORD, annotated_examples, folder, read_or_make
from helpers import sample_corpus
from helpers.fake_trainers import FailingTrainer, MemorisingTrainer, SpyTrainer

LABELS = ("PERSON", "PLACE")
NAMES = ("Ann", "Bob", "Carol", "Dan")


def example(article, name, place="Oslo", part=0):
    text = f"{name} of {article} went to {place}."
    at = text.index(place)
    spans = (Span(0, len(name), "PERSON"), Span(at, at + len(place), "PLACE"))
    return Example(f"{article}.p{part:02}", text, spans)


def some_examples():
    return [example(f"story{n}", NAMES[(n + part) % 4], part=part) for n in range(4) for part in range(2)]


@pytest.fixture
def corpus(tmp_path):
    return sample_corpus.make(tmp_path, some_examples(), LABELS, ("e", "l"))


def again(corpus):
    """The project read anew, as another command would."""
    return Corpus(corpus.root)


def trained(corpus, trainer=None, **options):
    """How many models were trained to have the predictions."""
    spy = trainer or SpyTrainer(LABELS)
    before = len(spy.seen)
    read_or_make(again(corpus), spy, processes=1, **options)
    return len(spy.seen) - before


def test_what_is_read_is_what_was_made_to_the_last_bit(corpus):
    trainer = MemorisingTrainer(LABELS, sure=0.3)
    made, read = (read_or_make(again(corpus), trainer, seeds=3, processes=1) for _ in range(2))
    assert (made.recipe, made.seeds, made.folds, made.by_seed) == (read.recipe, read.seeds, read.folds, read.by_seed)
    for name, one in made.predictions.items():
        other = read.predictions[name]
        assert (one.spans, one.candidates, one.tokens, one.labels) == (
            other.spans, other.candidates, other.tokens, other.labels
        )  # fmt: skip
        assert np.array_equal(one.probabilities, other.probabilities)
        assert one.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert [*made.predictions] == [one.id for one in some_examples()]


def test_fresh_predictions_are_read_and_nothing_is_trained(corpus):
    assert trained(corpus) == 4
    assert trained(corpus) == 0


@pytest.mark.parametrize(
    "options", [{"folds": 2}, {"seed": 1}, {"seeds": 2}, {"trainer": SpyTrainer((*LABELS, "OTHER"))}]
)
def test_other_settings_train_again(corpus, options):
    trained(corpus)
    assert trained(corpus, **options) > 0
    assert trained(corpus, **options) == 0


def test_predictions_of_more_seeds_will_do_and_those_of_fewer_will_not(corpus):
    assert trained(corpus, seeds=3) == 12
    assert trained(corpus, seeds=2) == 0
    assert trained(corpus, seed=2) == 0
    assert trained(corpus, seed=3) == 4


def change_span(corpus):
    moved = [replace(one, spans=one.spans[1:]) if one.id == "story0.p00" else one for one in some_examples()]
    sample_corpus.write_gold(corpus, moved)


def change_scheme(corpus):
    text = corpus.scheme_file.read_text()
    corpus.scheme_file.write_text(text.replace('version = "1.0"', 'version = "1.0"\nlanguage = "de"'))


def change_prediction(corpus):
    path = folder(corpus) / "story1.jsonl"
    path.write_text(path.read_text().replace('"probabilities": [1.0', '"probabilities": [0.5', 1))


@pytest.mark.parametrize(
    "change",
    [
        change_span,
        change_scheme,
        change_prediction,
        lambda corpus: (folder(corpus) / "story1.jsonl").unlink(),
        lambda corpus: (folder(corpus) / RECORD).unlink(),
        lambda corpus: (folder(corpus) / RECORD).write_text("{"),
        lambda corpus: (folder(corpus) / RECORD).write_text('{"recipe": 3}'),
        lambda corpus: (folder(corpus) / RECORD).write_bytes(b"\xff"),
    ],
    ids=["span", "scheme", "prediction", "file gone", "record gone", "half a record", "another record", "no text"],
)
def test_what_is_stale_or_damaged_is_made_again(corpus, change):
    trained(corpus)
    change(corpus)
    assert trained(corpus) == 4
    assert trained(corpus) == 0


def test_what_was_there_for_other_articles_is_gone(corpus):
    trained(corpus)
    sample_corpus.write_articles(corpus, [one for one in some_examples() if one.article != "story3"])
    (corpus.gold / "story3.jsonl").unlink()
    trained(corpus)
    assert sorted(path.name for path in folder(corpus).glob("*.jsonl")) == [f"story{n}.jsonl" for n in range(3)]


def test_the_files_are_gold_for_all_that_reads_gold(corpus):
    made = read_or_make(corpus, MemorisingTrainer(LABELS, sure=0.4), seeds=2, processes=1)
    for path in sorted(folder(corpus).glob("*.jsonl")):
        assert formats.detect(path) == "gold"
        for line, expected in zip(formats.load(path, "gold"), gold_of(corpus, path.stem), strict=True):
            assert (line.id, line.text, line.at) == (expected.id, expected.text, expected.at)
            prediction = made.predictions[line.id]
            assert [(s.start, s.end, s.label) for s in line.spans] == [span[:3] for span in prediction.spans]
            assert line.extra["probabilities"] == [span.probability for span in prediction.spans]
            assert len(line.extra["tokens"]) == len(line.extra["token_probabilities"])
            assert line.extra["token_labels"] == ["", *LABELS]
            assert sorted(line.extra["seed_spans"]) == ["0", "1"]


def gold_of(corpus, article):
    return formats.load(corpus.gold / f"{article}.jsonl", "gold")


def test_a_text_in_which_nothing_is_found_is_read_back(corpus):
    sample_corpus.write_gold(corpus, [replace(one, spans=()) if one.article == "story0" else one
                                      for one in some_examples()])  # fmt: skip
    made = read_or_make(corpus, MemorisingTrainer(("PERSON", "PLACE")), processes=1)
    assert {*made.predictions} == {one.id for one in some_examples()}


def test_a_training_that_fails_leaves_what_was_there(corpus):
    trained(corpus)
    before = {path.name: path.read_bytes() for path in folder(corpus).iterdir()}
    with pytest.raises(InputError):
        read_or_make(corpus, FailingTrainer("raise"), processes=1)
    assert {path.name: path.read_bytes() for path in folder(corpus).iterdir()} == before
    assert [path.name for path in corpus.build.iterdir() if path.suffix == ".part"] == []


def test_a_run_that_was_killed_between_two_steps_is_mended(corpus):
    trained(corpus)
    with files.new_folder(folder(corpus)) as new:  # as `replace_folder` moves the old one aside before it moves this
        ended = new.with_suffix(".old").name.replace(f"-{files.os.getpid()}-", "-4194300-")
        folder(corpus).rename(corpus.build / ended)
    assert trained(corpus) == 0


def test_of_two_at_once_one_trains_and_the_other_one_waits(corpus):
    """The first stays in its training until the second says that it waits."""
    waits, spy, results = threading.Event(), SpyTrainer(LABELS), {}

    class WaitingTrainer(SpyTrainer):
        def train(self, training, validation=(), *, seed=0):
            started.set()
            assert waits.wait(20)
            return spy.train(training, validation, seed=seed)

        def __repr__(self):
            return repr(spy)

    started = threading.Event()
    first = threading.Thread(
        target=lambda: results.update(first=read_or_make(again(corpus), WaitingTrainer(LABELS), processes=1))
    )
    first.start()
    assert started.wait(20)
    second = read_or_make(again(corpus), SpyTrainer(LABELS), processes=1, on_wait=waits.set)
    first.join()
    assert len(spy.seen) == 4
    assert second.predictions.keys() == results["first"].predictions.keys()


def test_text_that_nobody_annotated_takes_no_part(corpus):
    examples = some_examples()
    examples[0] = replace(examples[0], spans=(), extra={"not_annotated": "skipped"})
    examples[2] = replace(examples[2], extra={"not_annotated": [[0, 3]]}, spans=examples[2].spans[1:])
    sample_corpus.write_gold(corpus, examples)
    made = read_or_make(corpus, MemorisingTrainer(LABELS), processes=1)
    assert [*made.predictions] == [one.id for one in examples[1:]]
    assert [one.id for one in annotated_examples(corpus)] == [one.id for one in examples[1:]]


def test_an_article_that_nobody_annotated_is_no_fold(corpus):
    examples = [replace(one, spans=(), extra={"not_annotated": "skipped"}) if one.article == "story0" else one
                for one in some_examples()]  # fmt: skip
    sample_corpus.write_gold(corpus, examples)
    made = read_or_make(corpus, MemorisingTrainer(LABELS), folds=3, processes=1)
    assert made.folds == {"story1": 0, "story2": 1, "story3": 2}


TWICE = "The same words stand in two articles, and there are many of them, twenty at the least, so that it counts."


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ([], "there is no gold to learn from"),
        ([Example("a.p00", "Ann.", (), 0, {"not_annotated": "skipped"})], "there is no gold to learn from"),
        ([example("a", "Ann"), example("a", "Bob", part=1)], "there is one article with gold, a: a model cannot be"),
        ([Example("a.p00", TWICE), Example("b.p00", TWICE)], "the 2 articles with gold share their text"),
        ([example("a", "Ann"), Example("b.p00", "Bob.", (Span(0, 3, "SHIP"),))], "the label 'SHIP', which the scheme"),
        ([Example("a.p00", "Ann."), Example("b.p00", "Bob.")], "gold has no span"),
        ([example("a", "Ann"), Example("b.p00", "Bob.")], r"all spans are in one of 2 folds \(of a\)"),
    ],
)
def test_what_cannot_be_cross_validated_is_refused(tmp_path, examples, message):
    corpus = sample_corpus.make(tmp_path, examples, LABELS, ("e", "l"))
    with pytest.raises(InputError, match=message) as caught:
        read_or_make(corpus, MemorisingTrainer(LABELS), processes=1)
    assert caught.value.remedy
    assert not folder(corpus).exists()


def test_spans_that_overlap_are_refused_with_their_file(corpus):
    examples = some_examples()
    examples[1] = replace(examples[1], spans=(Span(0, 3, "PERSON"), Span(1, 3, "PLACE")))
    sample_corpus.write_gold(corpus, examples)
    with pytest.raises(InputError, match="the spans 'Bob' and 'ob' overlap") as caught:
        read_or_make(corpus, MemorisingTrainer(LABELS), processes=1)
    assert (caught.value.file, caught.value.example) == (corpus.gold / "story0.jsonl", "story0.p01")


def test_two_examples_with_one_id_are_refused(corpus):
    path = corpus.gold / "story0.jsonl"
    path.write_text(path.read_text() * 2)
    with pytest.raises(InputError, match="two examples of gold have this id") as caught:
        read_or_make(corpus, MemorisingTrainer(LABELS), processes=1)
    assert (caught.value.file, caught.value.example) == (path, "story0.p00")


def test_the_order_of_the_manifest_makes_nothing_stale(corpus):
    trained(corpus)
    manifest = corpus.folder / "manifest.jsonl"
    manifest.write_text("".join(reversed(manifest.read_text().splitlines(keepends=True))))
    assert trained(corpus) == 0


def test_a_text_without_words_takes_part(corpus):
    blank = Example("story9.p00", " \n", ())
    sample_corpus.write_articles(corpus, [*some_examples(), blank])
    assert "story9.p00" in read_or_make(again(corpus), MemorisingTrainer(LABELS), processes=1).predictions


@pytest.mark.parametrize("kind", ["file", "folder with a file", "folder with a folder"])
def test_what_goldspan_did_not_write_is_left_alone(corpus, kind):
    corpus.build.mkdir()
    mine = folder(corpus) if kind == "file" else folder(corpus) / "notes.txt"
    mine.parent.mkdir(exist_ok=True)
    if kind == "folder with a folder":
        mine.mkdir()
        mine /= "a.jsonl"
    mine.write_text("mine")
    with pytest.raises(InputError, match=r"is no folder|holds notes.txt, which goldspan did not write"):
        read_or_make(corpus, MemorisingTrainer(LABELS), processes=1)
    assert mine.read_text() == "mine"


def test_one_fold_is_refused(corpus):
    with pytest.raises(InvalidValueError, match="at least 2 folds, not 1"):
        read_or_make(corpus, MemorisingTrainer(LABELS), folds=1)


def test_the_record_says_what_the_predictions_were_made_with(corpus):
    read_or_make(corpus, MemorisingTrainer(LABELS), seeds=2, seed=5, folds=2, processes=1)
    record = json.loads((folder(corpus) / RECORD).read_text())
    assert record["recipe"] == "surfaces by heart"
    assert record["seeds"] == [5, 6]
    assert {*record["folds"]} == {f"story{n}" for n in range(4)}
    assert {*record["files"]} == {f"story{n}.jsonl" for n in range(4)}
    assert len(record["digest"]) == 64
