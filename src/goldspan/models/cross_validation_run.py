"""The cross-validation of a project: the predictions, what to compare them with, and the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.models import fold_predictions
from goldspan.models.combined_suggestions import suggestions_out_of_fold
from goldspan.models.cross_validation import TEST_SPLIT
from goldspan.models.cross_validation_report import make_report
from goldspan.models.fixed_split import FixedSplit
from goldspan.models.fold_predictions import FOLDS, annotated_examples
from goldspan.report.text import amount, enumerate_names
from goldspan.suggest.recogniser import CountingRecogniser
from goldspan.suggest.suggester import Suggester

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.models.cross_validation import OutOfFoldPredictions, TrainedFold
    from goldspan.models.cross_validation_report import CrossValidationReport
    from goldspan.models.recogniser_model import Trainer


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidationOptions:
    """How to cross-validate.

    Args:
        folds: how many there are to be; each group of articles is one if there are no more groups.
        seed: the first of the models' seeds.
        seeds: how many there are, counted on from the first.
        processes: how many models are trained at once; as many as there are processors if None.
    """

    folds: int = FOLDS
    seed: int = 0
    seeds: int = 1
    processes: int | None = None


def run_cross_validation(
    corpus: Corpus,
    trainer: Trainer,
    options: CrossValidationOptions,
    on_step: Callable[[str], object] = lambda _: None,
) -> CrossValidationReport:
    """Cross-validate a project; the predictions are in `build/folds/` afterwards.

    Args:
        corpus: the project.
        trainer: that makes the models.
        options: how many folds, seeds and processes.
        on_step: called with a clause on what has been done or is waited for.

    Raises:
        InputError: for gold that is not valid or cannot be cross-validated, and for a recogniser that cannot be read.
        NotFoundError: for a file, pipeline or package that is not there.
    """
    examples = annotated_examples(corpus)
    split = FixedSplit.of(examples, corpus.splits())
    suggester = Suggester.of(corpus)  # before the trainings: what cannot be read is to be known at once
    made, tested = _predictions(corpus, examples, trainer, split, options, on_step=on_step)
    voting = suggester.without_asking()
    return make_report(
        examples,
        made,
        corpus.scheme.names,
        suggested=suggestions_out_of_fold(voting, examples, made.folds) if voting.recognisers else None,
        split=None if split is None or tested is None else (split, tested),
        passes=confirmed_passes(corpus, made.folds),
        notes=[*_left_out(corpus, examples), *_seed_notes(made), *_suggestion_notes(suggester, made.folds)],
    )


def _predictions(
    corpus: Corpus,
    examples: Sequence[Example],
    trainer: Trainer,
    split: FixedSplit | None,
    options: CrossValidationOptions,
    *,
    on_step: Callable[[str], object],
) -> tuple[OutOfFoldPredictions, OutOfFoldPredictions | None]:
    ended: list[TrainedFold] = []

    def on_fold(one: TrainedFold) -> None:
        ended.append(one)
        seed = f" with seed {one.seed}" if options.seeds > 1 else ""
        what = "test split" if one.fold == TEST_SPLIT else f"fold {one.fold + 1}"
        on_step(f"{what}{seed}: trained without it and predicted it in {one.seconds:.1f} s")

    made = fold_predictions.read_or_make_with_split(
        corpus,
        examples,
        trainer,
        split,
        seeds=range(options.seed, options.seed + options.seeds),
        folds=options.folds,
        processes=options.processes,
        on_fold=on_fold,
        on_wait=lambda: on_step("another process makes predictions here: waiting for it"),
    )
    where = fold_predictions.folder(corpus)
    on_step(f"wrote {where}" if ended else f"read from {where}: made from the same gold with the same settings")
    return made


def confirmed_passes(corpus: Corpus, articles: Iterable[str]) -> dict[str, list[Example]] | None:
    """Per annotator the examples that count; None if there are none."""
    read = {name: list(corpus.confirmed_examples(name, articles)) for name in corpus.annotators()}
    return {name: examples for name, examples in read.items() if examples} or None


def _left_out(corpus: Corpus, examples: Sequence[Example]) -> Iterator[str]:
    """A sentence if some text of gold takes no part."""
    left_out = sum(1 for _ in corpus.gold_examples()) - len(examples)
    if left_out:
        take = "takes" if left_out == 1 else "take"
        yield f"{amount(left_out, 'example')} of gold that nobody annotated {take} no part"
    if partly := sum(bool(example.unannotated_parts) for example in examples):
        yield f"of {amount(partly, 'example')} some text is not annotated: what is predicted there does not count"


def _seed_notes(made: OutOfFoldPredictions) -> Iterator[str]:
    if len(made.seeds) > 1:
        yield (
            f"the scores are those of {len(made.seeds)} models for each fold together, whose probabilities are "
            "averaged; of a single model expect what the table of the seeds shows"
        )


def _suggestion_notes(suggester: Suggester, folds: Mapping[str, int]) -> Iterator[str]:
    """What a reader should know of the suggestions."""
    if not suggester.recognisers:
        yield "goldspan.toml has no recogniser that is enabled, so there are no suggestions to compare with"
        return
    if suggester.asking:
        asking = enumerate_names(one.name for one in suggester.asking)
        yield f"recognisers that ask a server take no part in the suggestions here: {asking}"
    voting = suggester.without_asking()
    by_fold = [{article for article, number in folds.items() if number == fold} for fold in {*folds.values()}]
    heard = [{*voting.without_articles(articles).names} for articles in by_fold]
    for name in voting.names:
        if silent := sum(name not in names for names in heard):
            yield (
                f"{name} learned from articles of gold: it suggests nothing in {silent} of {len(heard)} folds, since "
                "what it finds there says nothing about others"
            )
    if counting := [one.name for one in voting.recognisers if isinstance(one, CountingRecogniser)]:
        yield (
            f"for each article {enumerate_names(counting)} does not count what is annotated in its fold, so that "
            "neither the article nor one that shares its text says anything of itself"
        )
    if len(counting) < len(voting.recognisers):
        yield "rules and lists that were written with these articles at hand find more here than in other articles"
