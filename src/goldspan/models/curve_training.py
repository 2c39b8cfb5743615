"""The models of a learning curve: which articles take part, what each model finds, and `build/curve/`.

What a model found is kept, so that a second run with more seeds, other steps or another page trains only what is new:

    build/curve/<digest>.jsonl
    {"digest": "5f…", "recipe": "spaCy, encoder of en_core_web_md"}
    {"seed": 0, "training": ["a", "b"], "counts": {"c": [[9, 12, 11], [5, 6, 6], [4, 6, 5]], "d": …}}

The counts of a tested article are, for all labels and for each in the order of the scheme, the spans that are right,
in gold, and marked. The digest is that of gold, the scheme, the folds and all settings of the trainer: with another
one a file is begun, so that no line is ever stale. Models of all articles but a fold are those of `build/folds/`.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan import files, strict_json
from goldspan.models import fold_predictions, worker_processes
from goldspan.models.learning_curve import ModelCounts, Subset, plan_subsets, require_articles
from goldspan.models.recogniser_model import NothingToLearnError
from goldspan.models.strict_scores import span_counts
from goldspan.splits.folds import article_sizes, assign_folds, fold_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.models.recogniser_model import Trainer
    from goldspan.splits.folds import ArticleSize

    Counts = dict[str, NDArray[np.float64]]  # by article; shape (rows, 3)

FOLDER = "curve"
KEPT = 6  # files in it: as many trainers can be compared without training again
MANY = 50  # groups of articles from which one fold is tested by all models, and the test split takes no part
STEPS = (20, 40, 60, 80, 100)
SEEDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveOptions:
    """How a learning curve is measured.

    Args:
        steps: percentages of the articles that can be trained on.
        seeds: how many there are, counted from 0.
        folds: how many there are to be; each group of articles is one if there are no more groups.
        processes: how many models are trained at once; as many as there are processors if None.
    """

    steps: tuple[int, ...] = STEPS
    seeds: int = SEEDS
    folds: int = fold_predictions.FOLDS
    processes: int | None = None


@dataclass(frozen=True, slots=True)
class TrainedSubset:
    """A model that was trained and tested.

    Args:
        subset: of the articles.
        counts: by tested article what it found.
        seconds: that it took.
    """

    subset: Subset
    counts: Counts
    seconds: float


@dataclass(frozen=True, slots=True)
class CurveArticles:
    """The articles of a learning curve.

    Args:
        examples: those that take part.
        sizes: by article.
        groups: by article the name of its group, whose articles stay together.
        folds: by article its fold.
        held_out: the fold that all models are tested on; None if every fold is in turn.
        test_split: how many articles of the test split have gold; they take part unless one fold is held out.
    """

    examples: tuple[Example, ...]
    sizes: Mapping[str, ArticleSize]
    groups: Mapping[str, str]
    folds: Mapping[str, int]
    held_out: int | None = None
    test_split: int = 0

    @property
    def population(self) -> int:
        """How many groups of articles subsets are drawn from."""
        return len({group for article, group in self.groups.items() if self.folds[article] != self.held_out})


@dataclass(frozen=True, slots=True)
class MeasuredCurve:
    """What the models of a learning curve found.

    Args:
        recipe: of the trainer.
        labels: of the scheme, in its order.
        articles: that take part.
        models: of all sizes.
        trained: how many were trained now; the others were found in `build/`.
        seconds: that this took.
    """

    recipe: str
    labels: tuple[str, ...]
    articles: CurveArticles
    models: tuple[tuple[Subset, Counts], ...]
    trained: int
    seconds: float

    def by_percent(self) -> dict[int, list[tuple[Subset, Counts]]]:
        """The models by size, from few articles to many."""
        found: defaultdict[int, list[tuple[Subset, Counts]]] = defaultdict(list)
        for subset, counts in self.models:
            found[subset.percent].append((subset, counts))
        return dict(sorted(found.items()))

    def model_counts(self) -> list[ModelCounts]:
        """The models of each size, for `estimate_curve`; the units are the groups of articles."""
        groups = self.articles.groups
        place = {group: number for number, group in enumerate(dict.fromkeys(groups.values()))}
        points = []
        for models in self.by_percent().values():
            counts = np.zeros((len(models), len(place), 1 + len(self.labels), 3))
            tested = np.zeros((len(models), len(place)), dtype=bool)
            for number, (_, by_article) in enumerate(models):
                for article, found in by_article.items():
                    counts[number, place[groups[article]]] += found
                    tested[number, place[groups[article]]] = True
            trained_on = [len({groups[article] for article in subset.training}) for subset, _ in models]
            articles = float(np.mean([len(subset.training) for subset, _ in models]))
            points.append(ModelCounts(articles, float(np.mean(trained_on)) / self.articles.population, counts, tested))
        return points


def articles_of(corpus: Corpus, folds: int = fold_predictions.FOLDS) -> CurveArticles:
    """The articles of gold that take part, and how they are tested.

    Few articles are all tested in turn, those of the test split, too: nothing is chosen by them. Of many one fold is
    tested by all models, and the test split is left alone.

    Raises:
        InputError: for gold that is not valid, and if there are fewer than three articles that share no text.
        InvalidValueError: for fewer than two folds.
    """
    examples = fold_predictions.annotated_examples(corpus)
    sizes = article_sizes(examples)
    groups = fold_groups(corpus, sizes)
    require_articles(len({*groups.values()}))
    test = {article for article in corpus.splits().get("test", ()) if article in groups}
    kept = {article: group for article, group in groups.items() if article not in test}
    many = len({*kept.values()}) >= MANY
    if many and test:
        groups = kept
        examples = [example for example in examples if example.article in groups]
        sizes = {article: sizes[article] for article in groups}
    assigned = assign_folds(groups, {article: sizes[article].spans for article in groups}, folds)
    return CurveArticles(tuple(examples), sizes, groups, assigned, 0 if many else None, len(test))


def measure_curve(
    corpus: Corpus,
    trainer: Trainer,
    options: CurveOptions,
    *,
    on_model: Callable[[TrainedSubset, int, int], object] = lambda _model, _done, _total: None,
    on_wait: Callable[[], object] = lambda: None,
) -> MeasuredCurve:
    """Train the models of a learning curve and test them, except those that are in `build/` already.

    Args:
        corpus: the project.
        trainer: that makes the models; its `repr` states all that they depend on.
        options: the sizes, seeds, folds and processes.
        on_model: called with a model that has been tested, how many there are, and how many there will be.
        on_wait: called once if another process measures a curve here, which is waited for.

    Raises:
        InputError: for gold that is not valid, and for too few articles.
        InvalidValueError: for fewer than two folds, and for a step outside 1 to 100.
    """
    begin = time.perf_counter()
    articles = articles_of(corpus, options.folds)
    plan = plan_subsets(
        articles.groups, articles.folds, options.steps, range(options.seeds), held_out=articles.held_out
    )
    digest = fold_predictions.prediction_digest(corpus, articles.examples, articles.folds, trainer)
    work = SubsetTraining.of(articles.examples, trainer, tuple(corpus.scheme.names))
    corpus.build.mkdir(parents=True, exist_ok=True)
    with files.lock(corpus.build / f".{FOLDER}.lock", on_wait):
        kept = _KeptModels(corpus.build / FOLDER, digest, trainer.recipe, len(work.labels))
        done = {subset: found for subset in plan if (found := kept.find(subset)) is not None}
        missing = [subset for subset in plan if subset not in done]
        if articles.held_out is None and any(subset.percent == 100 for subset in missing):
            shared = _of_folds(corpus, trainer, options, work, missing)
            done |= shared
            for subset, counts in shared.items():
                kept.add(subset, counts)
        tasks = sorted((subset for subset in plan if subset not in done), key=work.words, reverse=True)
        processes = options.processes or worker_processes.usable_processors()
        for subset, (counts, seconds) in worker_processes.results(work, tasks, processes):
            done[subset] = counts
            kept.add(subset, counts)
            on_model(TrainedSubset(subset, counts, seconds), len(done), len(plan))
    models = tuple((subset, done[subset]) for subset in plan)
    seconds = time.perf_counter() - begin
    return MeasuredCurve(trainer.recipe, work.labels, articles, models, len(missing), seconds)


def _of_folds(
    corpus: Corpus, trainer: Trainer, options: CurveOptions, work: SubsetTraining, missing: Sequence[Subset]
) -> dict[Subset, Counts]:
    """What the models of the cross-validation found; they are trained if they are not there."""
    made = fold_predictions.read_or_make(corpus, trainer, folds=options.folds, processes=options.processes)
    return {
        subset: work.count(subset, made.by_seed[subset.seed])
        for subset in missing
        if subset.percent == 100 and subset.seed in made.by_seed
    }


@dataclass(frozen=True, slots=True)
class SubsetTraining:
    """Trains a model on a subset and tests it.

    Args:
        examples: by article.
        trainer: that makes the models.
        labels: of the scheme, in its order.
    """

    examples: Mapping[str, Sequence[Example]]
    trainer: Trainer
    labels: tuple[str, ...]

    @classmethod
    def of(cls, examples: Sequence[Example], trainer: Trainer, labels: tuple[str, ...]) -> SubsetTraining:
        """For these examples of any articles."""
        by_article: defaultdict[str, list[Example]] = defaultdict(list)
        for example in examples:
            by_article[example.article].append(example)
        return cls(dict(by_article), trainer, labels)

    def __call__(self, subset: Subset) -> tuple[Counts, float]:
        """What a model that was trained on a subset finds, and how many seconds it took."""
        begin = time.perf_counter()
        training = self._examples(subset.training)
        found: dict[str, Sequence[tuple[int, int, str]]] = {}
        if any(example.spans for example in training):  # else it has learnt to find nothing
            with contextlib.suppress(NothingToLearnError):  # nor if tokens cut all of them
                model = self.trainer.train(training, seed=subset.seed)
                for prediction in model.predict(self._examples(subset.tested)):
                    found[prediction.example] = [span[:3] for span in prediction.spans]
        return self.count(subset, found), time.perf_counter() - begin

    def count(self, subset: Subset, found: Mapping[str, Sequence[Sequence[Any]]]) -> Counts:
        """By tested article the counts of what was found in its examples."""
        return {
            article: np.sum(
                [
                    span_counts(example, [(start, end, label) for start, end, label, *_ in found.get(example.id, ())],
                                self.labels)
                    for example in self.examples[article]
                ],
                axis=0,
            )
            for article in subset.tested
        }  # fmt: skip

    def words(self, subset: Subset) -> int:
        """How many code points it is trained on: what takes longest is begun first."""
        return sum(len(example.text) for example in self._examples(subset.training))

    def _examples(self, articles: Sequence[str]) -> list[Example]:
        return [example for article in articles for example in self.examples[article]]


class _KeptModels:
    """The models of a digest in a folder: those that are there, and new ones.

    Args:
        folder: of the files.
        digest: of all that the models depend on.
        recipe: of the trainer, for a person who reads the file.
        labels: how many there are.
    """

    def __init__(self, folder: Path, digest: str, recipe: str, labels: int) -> None:
        self.path = folder / f"{digest[:16]}.jsonl"
        self._head = {"digest": digest, "recipe": recipe}
        self._shape = (1 + labels, 3)
        self._found = dict(self._read())

    def find(self, subset: Subset) -> Counts | None:
        """What the model of a subset found; None if it is not there, or was tested on other articles."""
        counts = self._found.get((subset.seed, subset.training))
        if counts is None or not counts.keys() >= {*subset.tested}:
            return None
        return {article: counts[article] for article in subset.tested}

    def add(self, subset: Subset, counts: Counts) -> None:
        """Write a model at the end of the file: what is trained is kept, also if the next one is interrupted."""
        if not self.path.is_file():
            self._begin()
        tables = {article: table.astype(int).tolist() for article, table in counts.items()}
        line = {"seed": subset.seed, "training": list(subset.training), "counts": tables}
        with files.naming_full_disk(self.path), self.path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _begin(self) -> None:
        """Begin the file, and remove the oldest of others."""
        files.write(self.path, json.dumps(self._head, ensure_ascii=False) + "\n")
        others = sorted(self.path.parent.glob("*.jsonl"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in others[KEPT:]:
            path.unlink(missing_ok=True)

    def _read(self) -> Iterator[tuple[tuple[int, tuple[str, ...]], Counts]]:
        """The models of the file; a line that is damaged is left out, and its model trained again."""
        if not self.path.is_file():
            return
        lines = files.read_bytes(self.path).decode("utf-8", "replace").split("\n")
        if not _is_head(lines[0], self._head):
            self.path.unlink()
            return
        if lines[-1]:  # a process was killed while it wrote it
            with self.path.open("a", encoding="utf-8", newline="\n") as file:
                file.write("\n")
        for line in lines[1:]:
            if (model := _parse(line, self._shape)) is not None:
                yield model


def _is_head(line: str, head: Mapping[str, str]) -> bool:
    try:
        return bool(strict_json.loads(line) == head)
    except ValueError:
        return False


def _parse(line: str, shape: tuple[int, int]) -> tuple[tuple[int, tuple[str, ...]], Counts] | None:
    try:
        values = strict_json.loads(line)
        counts = {article: np.array(table, dtype=float) for article, table in values["counts"].items()}
        key = (int(values["seed"]), tuple(values["training"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    possible = all(isinstance(article, str) for article in key[1]) and all(
        table.shape == shape and (table >= 0).all() and (table[:, 0] <= table[:, 1:].min(axis=1)).all()
        for table in counts.values()
    )
    return (key, counts) if possible else None
