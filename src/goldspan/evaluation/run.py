"""An evaluation of files, with what the project around the gold knows: labels, splits, training data and passes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from goldspan import formats
from goldspan.annotation import first_overlap
from goldspan.corpus import Corpus
from goldspan.corpus.passes import as_aided, is_aided
from goldspan.errors import InputError, NotFoundError
from goldspan.evaluation.alignment import pair
from goldspan.evaluation.report import make_report
from goldspan.evaluation.text_report import ReportView
from goldspan.example_table import TextsById
from goldspan.formats import model_record, sources, tagging_schemes
from goldspan.formats.convert import input_files
from goldspan.formats.label_selection import OVERLAP_REMEDY, require_selected
from goldspan.formats.options import DEFAULT, ReadOptions
from goldspan.formats.record import Note, Record
from goldspan.formats.registry import require_options_apply
from goldspan.formats.sources import Source
from goldspan.formats.spacy_pipeline import pipeline_folder
from goldspan.report.svg import colours
from goldspan.report.text import amount, enumerate_names
from goldspan.tokens import DEFAULT_LANGUAGE, require_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example, LabelScheme
    from goldspan.bootstrap import Unit
    from goldspan.evaluation.alignment import PairedExamples
    from goldspan.evaluation.report import EvaluationReport
    from goldspan.evaluation.result import Scheme
    from goldspan.example_table import ExampleTable
    from goldspan.intervals import Method

TRAIN = "train"
NAMED = 5  # articles that a note names


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationOptions:
    """What to evaluate, and how.

    Args:
        gold: a file, a folder or a dataset; or examples that a program has.
        predictions: a file, a folder, a dataset, or the name of a spaCy pipeline; or examples that a program has.
        baseline: other predictions, in the same forms.
        gold_form: the format of gold; detected from its content if None.
        form: the format of the predictions and of the baseline; detected from their content if None.
        reading: how to read the files; its split is that of a dataset, or of the project's gold.
        train: what the model was trained on; if None, the project's training split where another split is evaluated.
        passes: a folder with a folder per annotator; if None, that of the project.
        with_passes: whether annotators are compared with gold, too.
        root: the project; if None, the one around the gold.
        unit: of the intervals; if None, the article, or the example where there is one article.
        method: of the intervals.
        resamples: how many corpora are drawn by methods that resample, and in how many ways predictions are exchanged.
        level: of the intervals.
        seed: of the random numbers.
        headline: the scheme that the report leads with.
        language: of the texts, for tokens; if None, that of the project.
    """

    gold: Path | Source
    predictions: str | Source
    baseline: str | None = None
    gold_form: str | None = None
    form: str | None = None
    reading: ReadOptions = DEFAULT
    train: Path | None = None
    passes: Path | None = None
    with_passes: bool = True
    root: Path | None = None
    unit: Unit | None = None
    method: Method = "jackknife-t"
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
        return {"gold": _name(self.gold), "predictions": _name(self.predictions), "baseline": self.baseline,
                "split": self.split}  # fmt: skip


def _name(side: Path | str | Source) -> str:
    return "examples" if isinstance(side, Source) else str(side)


@dataclass(frozen=True, slots=True)
class ComparedSides:
    """Gold and predictions that were read and paired, and what the project around the gold knows.

    Args:
        paired: gold with the predictions.
        baseline: gold with the baseline; None without one.
        corpus: the project; None without one.
        scheme: the labels of the project, if they are those of gold.
        language: of the texts; None where nothing names it.
        notes: on gold, the predictions, the baseline and their pairing.
    """

    paired: PairedExamples
    baseline: PairedExamples | None
    corpus: Corpus | None
    scheme: LabelScheme | None
    language: str | None
    notes: tuple[Note, ...]


def run_evaluation(
    options: EvaluationOptions,
    on_progress: Callable[[str, int, int | None], object] = lambda _step, _done, _total: None,
) -> tuple[EvaluationReport, ReportView]:
    """The report, and the names and colours to show it with.

    Args:
        options: what to evaluate, and how.
        on_progress: called with the step, the number of examples that are done, and how many there are if it is known.

    Raises:
        InputError: naming file and line, for what cannot be read.
        NotFoundError: for a pipeline or a project that is not there.
    """
    sides = read_sides(options, on_progress)
    paired, baseline, corpus, scheme = sides.paired, sides.baseline, sides.corpus, sides.scheme
    report = make_report(
        paired.gold,
        paired.predicted,
        baseline=None if baseline is None else baseline.predicted,
        training=_training(options, corpus),  # what is not compared is judged by its own scheme
        passes=_passes(options, corpus, paired.gold),
        scheme=scheme,
        language=sides.language,
        unit=options.unit,
        method=options.method,
        resamples=options.resamples,
        level=options.level,
        seed=options.seed,
        on_examples=lambda done: on_progress("measuring", done, len(paired.gold)),
        notes=sides.notes,
    )
    known = {label.name: label.colour for label in scheme.labels} if scheme else {}
    gold, predictions = _name(options.gold), _name(options.predictions)
    name = gold if options.split is None else f"{gold} ({options.split})"
    return report, ReportView(name, predictions, options.baseline, options.headline, colours(report.labels, known))


def read_sides(
    options: EvaluationOptions,
    on_progress: Callable[[str, int, int | None], object] = lambda _step, _done, _total: None,
) -> ComparedSides:
    """Gold and predictions, read and paired.

    Args:
        options: what to evaluate, and how.
        on_progress: as of `run_evaluation`.

    Raises:
        InputError: naming file and line, for what cannot be read.
        NotFoundError: for a pipeline or a project that is not there.
    """
    corpus = _project(options)
    language = _language(options, corpus)
    given = options
    options, remarks = _judged_by_one_scheme(options)
    all_gold = (
        options.gold
        if isinstance(options.gold, Source)
        else sources.read_source(
            options.gold,
            form=options.gold_form,
            reading=options.reading,
            mend=False,
            on_examples=lambda done: on_progress("reading gold", done, None),
        )
    )
    chosen = _articles(options, corpus, all_gold)
    gold = _of_articles(all_gold, chosen)
    scheme = _scheme(corpus, gold)
    read = []
    for step, name in (("predictions", options.predictions), ("the baseline", options.baseline)):
        if name is not None:
            shown = partial(on_progress, f"reading {step}")
            read.append(_predictions(options, name, all_gold, chosen, shown))
    _require_options_apply(given.reading, [gold, *read])
    spans = sum(source.table.spans.size for source in (gold, *read))
    require_selected(options.reading, spans, [note for source in (gold, *read) for note in source.notes])
    if scheme is not None and options.reading.overlaps is None:
        _require_flat([gold, *read])
    cut_as = language or DEFAULT_LANGUAGE
    paired, *others = [pair(gold, predicted, language=cut_as) for predicted in read]
    return ComparedSides(
        paired,
        others[0] if others else None,
        corpus,
        scheme,
        language,
        (*remarks, *_seen_articles(options, paired.gold), *_notes((paired, *others), scheme)),
    )


def _judged_by_one_scheme(options: EvaluationOptions) -> tuple[EvaluationOptions, list[Note]]:
    """The options with the tagging scheme by which all tags are judged, if they are, and notes on why it is that one.

    Raises:
        InputError: if gold has no tags, and the predictions and the baseline fit different schemes.
    """
    reading = options.reading
    if not tagging_schemes.is_to_be_detected(reading):
        return options, []
    gold = None if isinstance(options.gold, Source) else sources.scheme_fit(options.gold, options.gold_form, reading)
    named = {name: sources.scheme_fit(name, options.form, reading) for name in _predicted_names(options)}
    fits = {name: fit for name, fit in named.items() if fit is not None}
    scheme, notes = tagging_schemes.scheme_of_gold(gold, fits)
    return replace(options, reading=replace(reading, tagging_scheme=scheme)), notes


def _predicted_names(options: EvaluationOptions) -> list[str]:
    """The files and pipelines of predictions."""
    return [name for name in (options.predictions, options.baseline) if isinstance(name, str)]


def _project(options: EvaluationOptions) -> Corpus | None:
    """The project of the options, or the one around the gold."""
    if options.root is not None:
        return Corpus.find(options.root)
    if isinstance(options.gold, Source):
        return None
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
            file=_name(options.gold),
            remedy="Omit --split, or name a dataset folder, or the project with --root.",
        )
    return frozenset(articles)


def _of_articles(source: Source, articles: frozenset[str] | None) -> Source:
    """The source with the examples of these articles only."""
    if articles is None:
        return source
    return source.chosen(np.flatnonzero(source.table.are_of(articles)).tolist())


def _predictions_for(source: Source, gold: Source, articles: frozenset[str] | None) -> Source:
    """The predictions for some articles of gold: by their ids, and by their texts where they state no ids.

    A prediction without an id is for another article if its text is only there.
    """
    if articles is None:
        return source
    left, right = gold.table, source.table
    here = left.are_of(articles)
    elsewhere = np.isin(right.texts, left.texts[~here]) & ~np.isin(right.texts, left.texts[here])
    numbers = [
        number
        for number, (is_here, is_elsewhere) in enumerate(zip(right.are_of(articles), elsewhere, strict=True))
        if (is_here if source.states_id(number) else not is_elsewhere)
    ]
    return source.chosen(numbers)


def _language(options: EvaluationOptions, corpus: Corpus | None) -> str | None:
    """The language of the texts: that of the options, or of the project's scheme; None if neither names one."""
    if options.language is not None:
        require_language(options.language)
        return options.language
    if corpus is None:
        return None
    corpus.require_tokenizer()
    return corpus.scheme.stated_language


def _predictions(
    options: EvaluationOptions,
    name: str | Source,
    gold: Source,
    articles: frozenset[str] | None,
    on_progress: Callable[[int, int | None], object],
) -> Source:
    if isinstance(name, Source):
        return _predictions_for(name, gold, articles)
    here = _of_articles(gold, articles).table
    reading = replace(options.reading, texts=TextsById(gold.table, options.reading.texts or {}))
    source = sources.read_source(
        name,
        form=options.form,
        reading=reading,
        texts=here,
        on_examples=lambda done: on_progress(done, max(done, len(here))),
    )
    return _predictions_for(source, gold, articles)


def _require_options_apply(reading: ReadOptions, read: Sequence[Source]) -> None:
    """Refuse an option that no file uses; the split may be that of the project."""
    names = [name for source in read for name in source.formats if name in formats.NAMES]
    spans_key = None if any(source.kind == "pipeline" for source in read) else reading.spans_key
    if names:
        require_options_apply(replace(reading, split=None, repair="conlleval", spans_key=spans_key), names)


def _require_flat(read: Sequence[Source]) -> None:
    """Refuse spans that overlap: of two that do, the labels of a project allow one."""
    for source in read:
        spans = source.table.spans
        document = spans.document
        overlap = (document[1:] == document[:-1]) & (spans.start[1:] < spans.end[:-1])
        if overlap.any():
            number = int(document[np.argmax(overlap)])
            example = source.examples[number]
            shown = " and ".join(
                f"[{s.start}, {s.end}, {s.label}] {example.surface(s)!r}" for s in first_overlap(example.spans) or ()
            )
            file, line = source.place(number)
            message = f"the spans {shown} overlap, and labels of this project are not nested"
            raise InputError(message, file=file, line=line, example=example.id, remedy=OVERLAP_REMEDY)


def _notes(pairs: Sequence[PairedExamples], scheme: LabelScheme | None) -> tuple[Note, ...]:
    """The notes on gold, the predictions and the baseline, each once."""
    notes = [note for paired in pairs for note in (*paired.notes, *_outside_scheme(paired, scheme))]
    return tuple(dict.fromkeys(notes))


def _seen_articles(options: EvaluationOptions, gold: ExampleTable) -> Iterator[Note]:
    """A note for each pipeline that goldspan trained on articles with which it is now evaluated."""
    articles = set(gold.articles)
    for name in _predicted_names(options):
        record = model_record.read(pipeline_folder(name))
        if record is not None and (seen := articles & record.seen_articles):
            yield Note(
                "seen-article",
                f"{name} was trained on, or chosen by, {len(seen):,} of the {amount(len(articles), 'article')}: "
                f"{enumerate_names(sorted(seen), most=NAMED)}",
                remedy="For what it is worth on others: --split test.",
            )


def _outside_scheme(paired: PairedExamples, scheme: LabelScheme | None) -> list[Note]:
    """A note for each predicted label that neither gold nor its scheme has."""
    known = {*paired.gold.spans.occurring, *(scheme.names if scheme else ())}
    counts = {label: count for label, count in paired.predicted.spans.label_counts().items() if label not in known}
    return [
        Note(
            "outside-scheme",
            f"the label {label!r} is not one of gold's ({', '.join(sorted(known)) or 'none'}); "
            f"{amount(number, 'predicted span')} of it {'counts' if number == 1 else 'count'} as spurious",
            remedy=f"If it is another name of one of them: --map {label}=LABEL. To leave it out: --only.",
        )
        for label, number in sorted(counts.items())
    ]


def _scheme(corpus: Corpus | None, gold: Source) -> LabelScheme | None:
    """The project's scheme, if it knows every label of gold."""
    if corpus is None:
        return None
    names = set(gold.table.spans.occurring)
    return corpus.scheme if names <= set(corpus.scheme.names) else None


def _training(options: EvaluationOptions, corpus: Corpus | None) -> Sequence[Example] | None:
    if options.train is not None:
        return sources.read_source(options.train, reading=replace(options.reading, split=TRAIN), mend=False).examples
    if corpus is None or options.split in (None, TRAIN):
        return None
    return list(corpus.gold_examples(corpus.read_split(TRAIN))) or None


def _passes(
    options: EvaluationOptions, corpus: Corpus | None, gold: ExampleTable
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
        whole = corpus is not None and options.passes.resolve() == corpus.passes.resolve()
        aided = corpus.aided_annotators if corpus is not None and whole else frozenset[str]()
        return {folder.name: _readings(folder, aided=folder.name in aided) for folder in folders}
    if corpus is None or not options.with_passes:
        return None
    articles = dict.fromkeys(gold.articles)
    read = {name: list(corpus.confirmed_examples(name, articles)) for name in corpus.annotators()}
    return {name: examples for name, examples in read.items() if examples} or None


def _readings(folder: Path, *, aided: bool) -> Sequence[Example]:
    """What an annotator read, with the key `aided` where they saw suggestions.

    Args:
        folder: their files.
        aided: whether they saw suggestions in all of it.
    """
    read = sources.read_source(folder).examples
    shown = {record.id for file, form in input_files(folder) for record in _records(file, form) if is_aided(record)}
    if not aided and not shown:
        return read
    return [as_aided(example) if aided or example.id in shown else example for example in read]


def _records(file: Path, form: str) -> Iterator[Record]:
    return (record for record in formats.get(form).scan(file, DEFAULT) if not isinstance(record, InputError))
