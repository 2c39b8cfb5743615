"""What is evaluated against what, with all that the project around the gold knows of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from goldspan.corpus import Corpus
from goldspan.errors import InputError, NotFoundError
from goldspan.evaluation.alignment import pair
from goldspan.evaluation.report import make_report
from goldspan.evaluation.text_report import ReportView
from goldspan.formats import sources
from goldspan.report.svg import colours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example, LabelScheme
    from goldspan.bootstrap import Unit
    from goldspan.evaluation.alignment import PairedExamples
    from goldspan.evaluation.report import EvaluationReport
    from goldspan.evaluation.result import Scheme
    from goldspan.formats.sources import Source
    from goldspan.iob import Repair

TRAIN = "train"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationOptions:
    """An evaluation as it is asked for.

    Args:
        gold: a file, a folder or a dataset.
        predictions: likewise, or the name of a spaCy pipeline.
        baseline: likewise.
        gold_form: the format of gold; told by the content if None.
        form: the format of the predictions and of the baseline; told by the content if None.
        split: of a dataset folder, or of the project's gold.
        repair: of malformed tag sequences.
        train: what the model was trained on; if None, the project's training split where another split is evaluated.
        passes: a folder with a folder per annotator; if None, the project's.
        root: the project; if None, the one around the gold.
        unit: of the intervals; if None, articles, or examples where there is one article.
        resamples: their number.
        level: of the intervals.
        seed: of the random numbers.
        headline: the scheme that the report leads with.
    """

    gold: Path
    predictions: str
    baseline: str | None = None
    gold_form: str | None = None
    form: str | None = None
    split: str | None = None
    repair: Repair = "conlleval"
    train: Path | None = None
    passes: Path | None = None
    root: Path | None = None
    unit: Unit | None = None
    resamples: int = 10_000
    level: float = 0.95
    seed: int = 0
    headline: Scheme = "strict"

    def names(self) -> dict[str, str | None]:
        """What was compared, by name, for `--json`."""
        return {"gold": str(self.gold), "predictions": self.predictions, "baseline": self.baseline, "split": self.split}


def run_evaluation(task: EvaluationOptions) -> tuple[EvaluationReport, ReportView]:
    """The report that is asked for, and how it is to be shown.

    Raises:
        InputError: naming file and line, for what cannot be read.
        NotFoundError: for a pipeline or a project that is not there.
    """
    corpus = _project(task)
    gold = sources.read_source(task.gold, form=task.gold_form, split=task.split, repair=task.repair)
    chosen = _articles(task, corpus, gold)
    gold = _of_articles(gold, chosen)
    paired = _paired(task, task.predictions, gold, chosen)
    against = None if task.baseline is None else _paired(task, task.baseline, gold, chosen)
    scheme = _scheme(corpus, gold)
    made = make_report(
        paired.gold,
        paired.predicted,
        baseline=None if against is None else against.predicted,
        training=_training(task, corpus),
        passes=_passes(task, corpus, paired.gold),
        scheme=scheme,
        unit=task.unit,
        resamples=task.resamples,
        level=task.level,
        seed=task.seed,
        notes=(*paired.notes, *(note for note in (against.notes if against else ()) if note not in paired.notes)),
    )
    theirs = {label.name: label.colour for label in scheme.labels} if scheme else {}
    name = str(task.gold) if task.split is None else f"{task.gold} ({task.split})"
    return made, ReportView(name, task.predictions, task.baseline, task.headline, colours(made.labels, theirs))


def _project(task: EvaluationOptions) -> Corpus | None:
    """The project that was named, or the one that the gold lies in."""
    if task.root is not None:
        return Corpus.find(task.root)
    try:
        return Corpus.find(task.gold)
    except NotFoundError:
        return None


def _articles(task: EvaluationOptions, corpus: Corpus | None, gold: Source) -> frozenset[str] | None:
    """The articles of the split that is asked for; None where all count, or a dataset has chosen already."""
    if task.split is None or gold.kind == "dataset":
        return None
    listed = corpus.read_split(task.split) if corpus is not None else []
    if not listed:
        raise InputError(
            f"no project lists the articles of a split {task.split!r}",
            file=task.gold,
            remedy="Leave --split out, or name a dataset folder, or the project with --root.",
        )
    return frozenset(listed)


def _of_articles(source: Source, articles: frozenset[str] | None) -> Source:
    """The source with the examples of these articles alone."""
    if articles is None:
        return source
    chosen = [number for number, example in enumerate(source.examples) if example.article in articles]
    return replace(
        source,
        examples=[source.examples[number] for number in chosen],
        places=[source.places[number] for number in chosen] if source.places else (),
        sentences=[source.sentences[number] for number in chosen] if source.sentences else (),
    )


def _paired(task: EvaluationOptions, name: str, gold: Source, chosen: frozenset[str] | None) -> PairedExamples:
    source = sources.read_source(name, form=task.form, split=task.split, repair=task.repair, texts=gold.examples)
    return pair(gold, _of_articles(source, chosen) if source.has_ids else source)


def _scheme(corpus: Corpus | None, gold: Source) -> LabelScheme | None:
    """The project's scheme, if it knows every label of gold."""
    if corpus is None:
        return None
    names = {span.label for example in gold.examples for span in example.spans}
    return corpus.scheme if names <= set(corpus.scheme.names) else None


def _training(task: EvaluationOptions, corpus: Corpus | None) -> Sequence[Example] | None:
    if task.train is not None:
        return sources.read_source(task.train, split=TRAIN, repair=task.repair).examples
    if corpus is None or task.split in (None, TRAIN):
        return None
    return list(corpus.gold_examples(corpus.read_split(TRAIN))) or None


def _passes(
    task: EvaluationOptions, corpus: Corpus | None, gold: Sequence[Example]
) -> Mapping[str, Sequence[Example]] | None:
    """The passes that have read some of the gold; None if there is none."""
    if task.passes is not None:
        folders = [path for path in sorted(task.passes.iterdir()) if path.is_dir()] if task.passes.is_dir() else []
        if not folders:
            raise InputError(
                "there is no pass in it", file=task.passes, remedy="Name a folder that has a folder per annotator."
            )
        return {folder.name: sources.read_source(folder).examples for folder in folders}
    if corpus is None:
        return None
    articles = dict.fromkeys(example.article for example in gold)
    read = {name: list(corpus.confirmed_examples(name, articles)) for name in corpus.annotators()}
    return {name: examples for name, examples in read.items() if examples} or None
