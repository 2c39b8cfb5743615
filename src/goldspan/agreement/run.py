"""Agreement on the passes of a project or on any files, with the guidelines, checks and gold of the project."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import checks
from goldspan.adjudication.interactive import RuleHint
from goldspan.agreement import report_tables
from goldspan.agreement.against_gold import measure_against_gold
from goldspan.agreement.agreement import measure, measure_pairs
from goldspan.agreement.annotations import (
    annotations_of_corpus,
    annotations_of_examples,
    annotations_of_paths,
    with_common_scheme,
)
from goldspan.agreement.conditions import AgreementByCondition, table_note
from goldspan.agreement.measures import HEADLINE
from goldspan.agreement.report import make_report
from goldspan.agreement.rule_attribution import CheckHit, RuleAttributor
from goldspan.agreement.rules_to_amend import rules_to_amend
from goldspan.annotation import article_of
from goldspan.corpus import Corpus
from goldspan.corpus.gold_source import GOLD, read_gold
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import labels_toml, sources
from goldspan.formats.label_selection import require_map_used
from goldspan.formats.options import DEFAULT, ReadOptions
from goldspan.formats.record import RawSpan, Record
from goldspan.formats.tagging_schemes import is_to_be_detected
from goldspan.guidelines import rules
from goldspan.report.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from goldspan.adjudication.derive import Dispute
    from goldspan.adjudication.state import AdjudicationState
    from goldspan.agreement.annotations import AnnotatedExample, Annotations, Condition
    from goldspan.agreement.annotator_record import AnnotatorRecord
    from goldspan.agreement.report import AgreementReport
    from goldspan.agreement.rule_attribution import CheckHits
    from goldspan.annotation import Example, LabelScheme
    from goldspan.bootstrap import Unit
    from goldspan.intervals import Method
    from goldspan.report.text import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementOptions:
    """What agreement is measured on, and how.

    Args:
        passes: a file or folder per annotator, or one folder that holds them, or names of the project's passes; empty
            for all passes of the project.
        form: the format of the files; detected from their content if None.
        reading: how to read them.
        articles: the ids of the articles to compare; empty for all.
        condition: only what was read unaided or aided; None for all, each apart.
        root: the project folder; if None, the one around the working directory or the first file.
        labels: the file of the label scheme; if None, that of the project.
        against: `gold` for the project's gold, or a file or folder with gold; None to leave gold out.
        gamma: whether gamma is computed, too, which is slow.
        unit: of the intervals; if None, articles, or examples if there are fewer than two articles.
        method: of the intervals.
        resamples: how many corpora are drawn by methods that resample.
        level: how sure the intervals are.
        seed: of the random numbers.
        language: of the texts, for tokens; if None, that of the label scheme.
    """

    passes: tuple[str, ...] = ()
    form: str | None = None
    reading: ReadOptions = DEFAULT
    articles: tuple[str, ...] = ()
    condition: Condition | None = None
    root: Path | None = None
    labels: Path | None = None
    against: str | None = None
    gamma: bool = False
    unit: Unit | None = None
    method: Method = "jackknife-t"
    resamples: int = 1_000
    level: float = 0.95
    seed: int = 0
    language: str | None = None


def run_agreement(options: AgreementOptions) -> AgreementReport:
    """How far annotators agree who all read unaided or all aided, where and why not, and each compared with gold.

    Raises:
        InputError: as `run_agreement_by_condition`, and where some read aided and some unaided.
        NotFoundError: as `run_agreement_by_condition`.
    """
    found = run_agreement_by_condition(options)
    if len(found.reports) > 1:
        raise InputError(
            "some of this was read with suggestions and some without",
            remedy='Name a condition, "unaided" or "aided", or take the reports on both: run_agreement_by_condition.',
        )
    return next(iter(found.reports.values()))


def run_agreement_by_condition(options: AgreementOptions) -> AgreementByCondition:
    """How far annotators agree, where and why not, and how each compares with gold: unaided and aided readings apart.

    Raises:
        InputError: naming file and line, for what cannot be read; for articles that nobody confirmed, and for a
            condition in which nobody read.
        NotFoundError: where there is neither a project nor a file, or no gold.
    """
    options = _with_common_scheme(options)
    corpus = _project(options)
    scheme = _scheme(options, corpus)
    annotations = _of_articles(_annotations(options, corpus), options.articles)
    wanted = annotations.conditions if options.condition is None else (options.condition,)
    if options.condition is not None and options.condition not in annotations.conditions:
        raise InputError(
            f"nobody read {options.condition} here",
            remedy=f"All of it is {annotations.conditions[0]}: leave the option out.",
        )
    gold = [] if options.against is None else list(read_gold(options.against, corpus, options.reading))
    reports = {
        condition: _report(options, annotations.of_condition(condition), corpus, scheme, gold) for condition in wanted
    }
    require_map_used(options.reading)
    amendments = (
        rules_to_amend(corpus, options.articles) if corpus is not None and _is_of_corpus(options, corpus) else None
    )
    return AgreementByCondition(
        reports, annotations.conditions, annotations.mixed, annotations.mixed_examples, amendments
    )


def _report(
    options: AgreementOptions,
    annotations: Annotations,
    corpus: Corpus | None,
    scheme: LabelScheme | None,
    gold: Sequence[Example],
) -> AgreementReport:
    """The report on annotations of one condition."""
    agreement = measure(
        annotations,
        scheme=scheme,
        language=options.language,
        method=options.method,
        resamples=options.resamples,
        level=options.level,
        seed=options.seed,
        gamma=options.gamma,
        unit=options.unit,
    )
    attributor = rule_attributor(annotations, corpus, scheme, everywhere=options.against is not None)
    records = _records(options, annotations, corpus, scheme, gold)
    return make_report(annotations, agreement, attributor, scheme=scheme, records=records)


def agreement_table(corpus: Corpus) -> Table | None:
    """The agreement of a project's passes for its statistics and its data card; None without two passes.

    It is that of what was read unaided. Where nothing was, it is that of aided readings, and says so.

    Raises:
        InputError: for the first line that is not valid.
    """
    if not corpus.annotators():
        return None
    corpus.require_tokenizer()
    everything = annotations_of_corpus(corpus)
    annotations = everything.of_condition(everything.conditions[0])
    labels = annotations.labels_of(corpus.scheme)
    agreement = measure_pairs(annotations, corpus.scheme, {HEADLINE})
    table = report_tables.passes_table(annotations, agreement, labels)
    note = table_note(everything)
    if table is None or not note:
        return table
    first, *rest = table.header  # a data card has the table without its note
    return replace(table, note=f"{table.note} {note}", header=(f"{everything.conditions[0]} {first}", *rest))


def rule_attributor(
    annotations: Annotations, corpus: Corpus | None, scheme: LabelScheme | None, *, everywhere: bool = False
) -> RuleAttributor:
    """Finds the rules that disputes fall under, by the pages of a project and what the checks report for each pass.

    Args:
        annotations: of any number of annotators.
        corpus: the project; without one no rule is found.
        scheme: the labels; without them no rule is found.
        everywhere: whether articles on which all agree are checked, too, because gold may differ there.
    """
    if corpus is None or scheme is None or not corpus.guidelines.is_dir():
        return RuleAttributor(rules.Rulebook(), {})
    book = rules.read_rulebook(corpus.guidelines, corpus.scheme)
    shown = tuple(check for check in checks.IDS if check in book.mistakes)
    return RuleAttributor(book, check_hits(annotations, scheme, shown, everywhere=everywhere), shown)


def check_hits(
    annotations: Annotations, scheme: LabelScheme, ids: Collection[str], *, everywhere: bool = False
) -> CheckHits:
    """What checks report for each pass, in the articles on which not all agree.

    Args:
        annotations: of any number of annotators.
        scheme: the labels, and the surfaces that checks let pass.
        ids: of the checks.
        everywhere: whether articles on which all agree are checked, too.
    """
    checked = {item.article for item in annotations.items if everywhere or len(set(item.spans.values())) > 1}
    hits: dict[tuple[str, str], list[CheckHit]] = {}
    for name in annotations.annotators:
        records = (_record(item, name) for item in annotations.of(name) if item.article in checked)
        for finding in checks.check_records(records, scheme, ids.__contains__):
            if finding.span is not None and finding.example is not None:
                start, end, _ = finding.span
                hits.setdefault((name, finding.example), []).append(CheckHit(finding.check, start, end))
    return hits


def _record(item: AnnotatedExample, name: str) -> Record:
    """An annotator's example as the checks read it: as if from a file named after the annotator."""
    spans = tuple(RawSpan(span.start, span.end, span.label) for span in item.spans[name])
    return Record(Path(name), None, item.id, item.text, spans)


def rule_hints(state: AdjudicationState) -> Callable[[Dispute], RuleHint | None]:
    """A function that gives the rules of a dispute that is to be settled: the same that `agree` reports.

    Args:
        state: of the adjudication.
    """
    annotations = annotations_of_examples({name: examples.values() for name, examples in state.passes.items()})
    attributor = rule_attributor(annotations, state.corpus, state.corpus.scheme)

    def hint(dispute: Dispute) -> RuleHint | None:
        attribution = attributor.attribute(dispute)
        known = attributor.book.known(attribution.rules) if attribution else ()
        return RuleHint(known, " ".join(visible(attribution.reason).split())) if attribution and known else None

    return hint


def _project(options: AgreementOptions) -> Corpus | None:
    """The project that is named, or that is around the first file or the working directory; None without one."""
    if options.root is not None or not options.passes:
        return Corpus.find(options.root)
    first = Path(options.passes[0])
    try:
        return Corpus.find(first if first.exists() else None)
    except NotFoundError:
        return None


def _annotations(options: AgreementOptions, corpus: Corpus | None) -> Annotations:
    names = corpus.annotators() if corpus else []
    paths = [Path(one) for one in options.passes]
    if corpus and _is_of_corpus(options, corpus):
        return annotations_of_corpus(corpus, options.passes)
    for path in paths:
        if not path.exists():
            known = f" The project's passes are {', '.join(names)}." if names else ""
            raise InputError(
                "there is no such file or folder, nor a pass of this name",
                file=path,
                remedy=f"Name a file or folder for each annotator.{known}",
            )
    return annotations_of_paths(paths, options.form, options.reading)


def _is_of_corpus(options: AgreementOptions, corpus: Corpus) -> bool:
    """Whether the passes of the project itself are compared, and no files."""
    names = corpus.annotators()
    return all(one in names and not Path(one).exists() for one in options.passes)


def _with_common_scheme(options: AgreementOptions) -> AgreementOptions:
    """The options with the one tagging scheme of annotators and gold, where files of gold are named besides."""
    paths = [Path(one) for one in options.passes]
    if options.against in (None, GOLD) or not paths or not all(path.exists() for path in paths):
        return options
    gold = sources.scheme_fit(options.against, None, options.reading) if is_to_be_detected(options.reading) else None
    return replace(options, reading=with_common_scheme(options.reading, paths, options.form, gold))


def _of_articles(annotations: Annotations, articles: Sequence[str]) -> Annotations:
    """The annotations of some articles; of all if none is named.

    Raises:
        InputError: for an article that nobody confirmed an example of.
    """
    if not articles:
        return annotations
    known = set(annotations.articles)
    for article in articles:
        if article not in known:
            remedy = f"The articles are {', '.join(sorted(known)) or 'none'}."
            raise InputError(f"nobody has confirmed an example of an article {article!r}", remedy=remedy)
    chosen = set(articles)
    items = tuple(item for item in annotations.items if item.article in chosen)
    left_out = tuple(one for one in annotations.left_out if article_of(one.example) in chosen)
    wanted = {*(item.id for item in items), *(one.example for one in left_out)}
    comments = tuple(comment for comment in annotations.comments if comment.example in wanted)
    return replace(annotations, items=items, left_out=left_out, comments=comments)


def _scheme(options: AgreementOptions, corpus: Corpus | None) -> LabelScheme | None:
    """The scheme, whose language has a tokenizer unless the options name another."""
    path = options.labels or (corpus.scheme_file if corpus else None)
    if path is None:
        return None
    scheme = labels_toml.read(path)
    if options.language is None:
        labels_toml.require_tokenizer(path, scheme)
    return scheme


def _records(
    options: AgreementOptions,
    annotations: Annotations,
    corpus: Corpus | None,
    scheme: LabelScheme | None,
    gold: Sequence[Example],
) -> tuple[AnnotatorRecord, ...]:
    if options.against is None:
        return ()
    labels = annotations.labels_of(scheme)
    only_in_gold = {span.label for example in gold for span in example.spans} - {*labels}
    return measure_against_gold(
        annotations,
        gold,
        (*labels, *sorted(only_in_gold)),
        guidelines={entry.id: entry.guidelines for entry in corpus.entries} if corpus else {},
        method=options.method,
        resamples=options.resamples,
        level=options.level,
        seed=options.seed,
    )
