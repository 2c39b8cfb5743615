"""An evaluation of files, with what the project around the gold knows: labels, splits, training data and passes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from goldspan.corpus import Corpus
from goldspan.errors import InputError, NotFoundError
from goldspan.evaluation.alignment import pair
from goldspan.evaluation.report import make_report
from goldspan.evaluation.text_report import ReportView
from goldspan.formats import sources
from goldspan.formats.options import DEFAULT, ReadOptions
from goldspan.report.svg import colours
from goldspan.tokens import DEFAULT_LANGUAGE, require_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example, LabelScheme
    from goldspan.bootstrap import Unit
    from goldspan.evaluation.alignment import PairedExamples
    from goldspan.evaluation.report import EvaluationReport
    from goldspan.evaluation.result import Scheme
    from goldspan.formats.sources import Source

TRAIN = "train"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationOptions:
    """What to evaluate, and how.

    Args:
        gold: a file, a folder or a dataset.
        predictions: a file, a folder, a dataset, or the name of a spaCy pipeline.
        baseline: other predictions, in the same forms.
        gold_form: the format of gold; detected from its content if None.
        form: the format of the predictions and of the baseline; detected from their content if None.
        reading: how to read the files; its split is that of a dataset, or of the project's gold.
        train: what the model was trained on; if None, the project's training split where another split is evaluated.
        passes: a folder with a folder per annotator; if None, that of the project.
        root: the project; if None, the one around the gold.
        unit: the resampling unit of the intervals; if None, the article, or the example where there is one article.
        resamples: the number of resamples.
        level: of the intervals.
        seed: of the random numbers.
        headline: the scheme that the report leads with.
        language: of the texts, for tokens; if None, that of the project.
    """

    gold: Path
    predictions: str
    baseline: str | None = None
    gold_form: str | None = None
    form: str | None = None
    reading: ReadOptions = DEFAULT
    train: Path | None = None
    passes: Path | None = None
    root: Path | None = None
    unit: Unit | None = None
    resamples: int = 10_000
    level: float = 0.95
    seed: int = 0
    headline: Scheme = "strict"
    language: str | None = None

    @property
    def split(self) -> str | None:
        """The split to evaluate."""
        return self.reading.split

    def names(self) -> dict[str, str | None]:
        """The names of what is compared, for `--json`."""
        return {"gold": str(self.gold), "predictions": self.predictions, "baseline": self.baseline, "split": self.split}


def run_evaluation(options: EvaluationOptions) -> tuple[EvaluationReport, ReportView]:
    """The report, and the names and colours to show it with.

    Raises:
        InputError: naming file and line, for what cannot be read.
        NotFoundError: for a pipeline or a project that is not there.
    """
    corpus = _project(options)
    language = _language(options, corpus)
    gold = sources.read_source(options.gold, form=options.gold_form, reading=options.reading)
    chosen = _articles(options, corpus, gold)
    gold = _of_articles(gold, chosen)
    cut_as = language or DEFAULT_LANGUAGE
    paired = _paired(options, options.predictions, gold, chosen, cut_as)
    baseline = None if options.baseline is None else _paired(options, options.baseline, gold, chosen, cut_as)
    scheme = _scheme(corpus, gold)
    report = make_report(
        paired.gold,
        paired.predicted,
        baseline=None if baseline is None else baseline.predicted,
        training=_training(options, corpus),
        passes=_passes(options, corpus, paired.gold),
        scheme=scheme,
        language=language,
        unit=options.unit,
        resamples=options.resamples,
        level=options.level,
        seed=options.seed,
        notes=(*paired.notes, *(note for note in (baseline.notes if baseline else ()) if note not in paired.notes)),
    )
    known = {label.name: label.colour for label in scheme.labels} if scheme else {}
    name = str(options.gold) if options.split is None else f"{options.gold} ({options.split})"
    return report, ReportView(
        name, options.predictions, options.baseline, options.headline, colours(report.labels, known)
    )


def _project(options: EvaluationOptions) -> Corpus | None:
    """The project of the options, or the one around the gold."""
    if options.root is not None:
        return Corpus.find(options.root)
    try:
        return Corpus.find(options.gold)
    except NotFoundError:
        return None


def _articles(options: EvaluationOptions, corpus: Corpus | None, gold: Source) -> frozenset[str] | None:
    """The articles of the split; None if there is none, or if gold is a dataset, which has read the split itself."""
    if options.split is None or gold.kind == "dataset":
        return None
    articles = corpus.read_split(options.split) if corpus is not None else []
    if not articles:
        raise InputError(
            f"no project lists the articles of a split {options.split!r}",
            file=options.gold,
            remedy="Omit --split, or name a dataset folder, or the project with --root.",
        )
    return frozenset(articles)


def _of_articles(source: Source, articles: frozenset[str] | None) -> Source:
    """The source with the examples of these articles only."""
    if articles is None:
        return source
    chosen = [number for number, example in enumerate(source.examples) if example.article in articles]
    return replace(
        source,
        examples=[source.examples[number] for number in chosen],
        places=[source.places[number] for number in chosen] if source.places else (),
        sentences=[source.sentences[number] for number in chosen] if source.sentences else (),
    )


def _language(options: EvaluationOptions, corpus: Corpus | None) -> str | None:
    """The language of the texts: that of the options, or of the project's scheme; None if neither names one."""
    if options.language is not None:
        require_language(options.language)
        return options.language
    if corpus is None:
        return None
    corpus.require_tokenizer()
    return corpus.scheme.language


def _paired(
    options: EvaluationOptions, name: str, gold: Source, chosen: frozenset[str] | None, language: str
) -> PairedExamples:
    source = sources.read_source(name, form=options.form, reading=options.reading, texts=gold.examples)
    return pair(gold, _of_articles(source, chosen) if source.has_ids else source, language=language)


def _scheme(corpus: Corpus | None, gold: Source) -> LabelScheme | None:
    """The project's scheme, if it knows every label of gold."""
    if corpus is None:
        return None
    names = {span.label for example in gold.examples for span in example.spans}
    return corpus.scheme if names <= set(corpus.scheme.names) else None


def _training(options: EvaluationOptions, corpus: Corpus | None) -> Sequence[Example] | None:
    if options.train is not None:
        return sources.read_source(options.train, reading=replace(options.reading, split=TRAIN)).examples
    if corpus is None or options.split in (None, TRAIN):
        return None
    return list(corpus.gold_examples(corpus.read_split(TRAIN))) or None


def _passes(
    options: EvaluationOptions, corpus: Corpus | None, gold: Sequence[Example]
) -> Mapping[str, Sequence[Example]] | None:
    """Per annotator the examples read, of those in gold; None if there are no passes."""
    if options.passes is not None:
        folders = (
            [path for path in sorted(options.passes.iterdir()) if path.is_dir()] if options.passes.is_dir() else []
        )
        if not folders:
            raise InputError(
                "there is no pass in it", file=options.passes, remedy="Name a folder that has a folder per annotator."
            )
        return {folder.name: sources.read_source(folder).examples for folder in folders}
    if corpus is None:
        return None
    articles = dict.fromkeys(example.article for example in gold)
    read = {name: list(corpus.confirmed_examples(name, articles)) for name in corpus.annotators()}
    return {name: examples for name, examples in read.items() if examples} or None
