"""What annotators make of the same texts, with all that a project knows: its guidelines, its checks and its gold.

A stage does not import another, so what the checks say of each reading is put together with the agreement here, and
so is what agreement tells to those who adjudicate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import checks
from goldspan.adjudication.interactive import RuleHint
from goldspan.agreement import report_tables
from goldspan.agreement.against_gold import GOLD, measure_against_gold
from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_corpus, annotations_of_examples, annotations_of_paths
from goldspan.agreement.report import make_report
from goldspan.agreement.rule_attribution import CheckHit, RuleAttributor
from goldspan.corpus import Corpus
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import labels_toml, sources
from goldspan.formats.record import RawSpan, Record
from goldspan.guidelines import rules
from goldspan.report.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from goldspan.adjudication.derive import Dispute
    from goldspan.adjudication.state import AdjudicationState
    from goldspan.agreement.annotations import AnnotatedExample, Annotations
    from goldspan.agreement.annotator_record import AnnotatorRecord
    from goldspan.agreement.report import AgreementReport
    from goldspan.agreement.rule_attribution import CheckHits
    from goldspan.annotation import Example, LabelScheme
    from goldspan.bootstrap import Unit
    from goldspan.report.text import Table


@dataclass(frozen=True, slots=True)
class AgreementOptions:
    """What is to be found out about annotators.

    Args:
        passes: a file or folder per annotator, or one folder that holds them; or names of the project's passes. All of
            the project's if there is none.
        form: the format of the files; told by the content if None.
        articles: the ids of those that count; all if there is none.
        root: the project; if None, the one around here, or around the first file.
        labels: the file of the label scheme; if None, the project's.
        against: `gold` for the project's gold, or a file or folder with gold; None to leave gold out.
        gamma: whether to take gamma, too.
        unit: what the intervals draw anew; if None, articles, or examples where there are not two articles.
        resamples: how many corpora they draw.
        level: what share of them they hold.
        seed: of the random numbers.
    """

    passes: tuple[str, ...] = ()
    form: str | None = None
    articles: tuple[str, ...] = ()
    root: Path | None = None
    labels: Path | None = None
    against: str | None = None
    gamma: bool = False
    unit: Unit | None = None
    resamples: int = 1_000
    level: float = 0.95
    seed: int = 0


def agree_on_corpus(question: AgreementOptions) -> AgreementReport:
    """How far annotators agree, where and why not, and how each does against gold.

    Raises:
        InputError: naming file and line, for what cannot be read; for articles that nobody read.
        NotFoundError: where there is neither a project nor a file, or no gold.
    """
    corpus = _project(question)
    annotations = _of_articles(_annotations(question, corpus), question.articles)
    scheme = _scheme(question, corpus)
    agreement = measure(
        annotations,
        scheme=scheme,
        resamples=question.resamples,
        level=question.level,
        seed=question.seed,
        gamma=question.gamma,
        unit=question.unit,
    )
    told = rule_attributor(annotations, corpus, scheme, everywhere=question.against is not None)
    return make_report(
        annotations, agreement, told, scheme=scheme, records=_records(question, annotations, corpus, scheme)
    )


def agreement_table(corpus: Corpus) -> Table | None:
    """The agreement of a project's passes, as its statistics and its data card show it; None if there is none.

    Raises:
        InputError: for the first line that is not valid.
    """
    if not corpus.annotators():
        return None
    annotations = annotations_of_corpus(corpus)
    labels = annotations.labels_of(corpus.scheme)
    return report_tables.passes_table(annotations, measure(annotations, scheme=corpus.scheme), labels)


def rule_attributor(
    annotations: Annotations, corpus: Corpus | None, scheme: LabelScheme | None, *, everywhere: bool = False
) -> RuleAttributor:
    """What tells the rules of disagreements: the pages of a project, and what the checks say of each reading.

    Args:
        annotations: of any number of annotators.
        corpus: the project; None if there is none.
        scheme: the labels; None if there is none.
        everywhere: whether rules are wanted where all agree, too, for gold may not.
    """
    if corpus is None or scheme is None or not corpus.guidelines.is_dir():
        return RuleAttributor(rules.Rulebook(), {})
    book = rules.read_rulebook(corpus.guidelines, corpus.scheme)
    wanted = tuple(check for check in checks.IDS if check in book.mistakes)
    return RuleAttributor(book, check_hits(annotations, scheme, wanted, everywhere=everywhere), wanted)


def check_hits(
    annotations: Annotations, scheme: LabelScheme, wanted: Collection[str], *, everywhere: bool = False
) -> CheckHits:
    """What checks find in each annotator's work, in those articles in which not all agree, or everywhere.

    Args:
        annotations: of any number of annotators.
        scheme: the labels and what is let pass.
        wanted: the ids of the checks.
        everywhere: whether to look where all agree, too.
    """
    disputed = {item.article for item in annotations.items if everywhere or len(set(item.spans.values())) > 1}
    found: dict[tuple[str, str], list[CheckHit]] = {}
    for name in annotations.annotators:
        records = (_record(item, name) for item in annotations.of(name) if item.article in disputed)
        for finding in checks.check_records(records, scheme, wanted.__contains__):
            if finding.span is not None and finding.example is not None:
                start, end, _ = finding.span
                found.setdefault((name, finding.example), []).append(CheckHit(finding.check, start, end))
    return found


def rule_hints(state: AdjudicationState) -> Callable[[Dispute], RuleHint | None]:
    """What tells the rules of the disputes that are to be settled: for each of them the same as `agree` tells.

    Args:
        state: of the adjudication, whose readings count as they do there.
    """
    annotations = annotations_of_examples(
        {
            name: [one for one in examples.values() if name in state.readings(one.id)]
            for name, examples in state.passes.items()
        }
    )
    attributor = rule_attributor(annotations, state.corpus, state.corpus.scheme)

    def hint(dispute: Dispute) -> RuleHint | None:
        attribution = attributor.attribute(dispute)
        rules = attributor.book.known(attribution.rules) if attribution else ()
        return RuleHint(rules, " ".join(visible(attribution.reason).split())) if attribution and rules else None

    return hint


def _record(item: AnnotatedExample, name: str) -> Record:
    """An annotator's example as the checks take it; his articles are those of a file of his name."""
    spans = tuple(RawSpan(span.start, span.end, span.label) for span in item.spans[name])
    return Record(Path(name), None, item.id, item.text, spans)


def _project(question: AgreementOptions) -> Corpus | None:
    """The project that was named, or the one around the first file, or around here; None where there is none."""
    if question.root is not None or not question.passes:
        return Corpus.find(question.root)
    first = Path(question.passes[0])
    try:
        return Corpus.find(first if first.exists() else None)
    except NotFoundError:
        return None


def _annotations(question: AgreementOptions, corpus: Corpus | None) -> Annotations:
    names = corpus.annotators() if corpus else []
    paths = [Path(one) for one in question.passes]
    if corpus and all(one in names and not path.exists() for one, path in zip(question.passes, paths, strict=True)):
        return annotations_of_corpus(corpus, question.passes)
    for path in paths:
        if not path.exists():
            known = f" The project's passes are {', '.join(names)}." if names else ""
            raise InputError(
                "there is no such file or folder, nor a pass of this name", file=path, remedy=f"Name a file.{known}"
            )
    return annotations_of_paths(paths, question.form)


def _of_articles(annotations: Annotations, articles: Sequence[str]) -> Annotations:
    """The annotations of some articles alone; of all if none is named.

    Raises:
        InputError: for an article that nobody read.
    """
    if not articles:
        return annotations
    known = set(annotations.articles)
    for article in articles:
        if article not in known:
            remedy = f"The articles are {', '.join(sorted(known)) or 'none'}."
            raise InputError(f"nobody has read an article {article!r}", remedy=remedy)
    items = tuple(item for item in annotations.items if item.article in articles)
    ids = {f"{article}.p" for article in articles}
    left_out = tuple(
        one for one in annotations.left_out if one.example.startswith(tuple(ids)) or one.example in articles
    )
    return replace(annotations, items=items, left_out=left_out)


def _scheme(question: AgreementOptions, corpus: Corpus | None) -> LabelScheme | None:
    if question.labels is not None:
        return labels_toml.read(question.labels)
    return corpus.scheme if corpus else None


def _records(
    question: AgreementOptions, annotations: Annotations, corpus: Corpus | None, scheme: LabelScheme | None
) -> tuple[AnnotatorRecord, ...]:
    if question.against is None:
        return ()
    gold = list(_gold(question.against, corpus))
    labels = annotations.labels_of(scheme)
    others = {span.label for example in gold for span in example.spans} - {*labels}
    return measure_against_gold(
        annotations,
        gold,
        (*labels, *sorted(others)),
        guidelines={entry.id: entry.guidelines for entry in corpus.entries} if corpus else {},
        resamples=question.resamples,
        level=question.level,
        seed=question.seed,
    )


def _gold(named: str, corpus: Corpus | None) -> Iterator[Example]:
    if named != GOLD:
        yield from sources.read_source(Path(named)).examples
        return
    if corpus is None:
        raise NotFoundError(
            "there is no project, and so no gold", remedy="Name the project with --root, or a gold file."
        )
    yield from corpus.gold_examples()
