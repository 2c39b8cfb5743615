"""The plan of an audit: who sees which articles with suggestions, and which errors are planted there.

It is made before anybody reads, names one primary test, and says how likely that test finds the excess that matters. It
is written once. The suggestions are those of `build/suggestions` at that moment, kept beside the plan.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan import files, formats
from goldspan.articles.examples import article_examples
from goldspan.audit import assignment_design
from goldspan.audit.planting import DENSEST, PlantedArticle, Planter, validate_rates
from goldspan.audit.power import ENOUGH, RUNS, ReaderModel, articles_needed, power
from goldspan.corpus import passes
from goldspan.corpus.audits import (
    KINDS,
    PLAN,
    SUGGESTIONS,
    WRONG,
    AuditRecord,
    PlannedPower,
    PlantingRates,
    PrimaryTest,
    audit_folder,
    audited_articles,
    read_suggestions,
)
from goldspan.corpus.folder_names import file_name_of
from goldspan.doccano.corpus_record import read_record
from goldspan.doccano.members import ADMIN, find_members
from goldspan.errors import InputError, InvalidValueError, NotFoundError
from goldspan.formats.record import LocatedExample
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.audits import Kind

MEMBERS = "Name the annotators, as --annotators a1,a2,a3, or list them in annotation_guidelines/members.toml."
MOST_REDRAWS = 1_000_000
NAMED = 5  # articles in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """How an audit is planned.

    Args:
        annotators: the folders of passes; those of the members who annotate if empty.
        articles: their ids; all of the manifest if empty.
        leave_out_read: whether articles that one of the annotators has read are left out; else they are refused.
        rates: how many errors of each kind are planted.
        densest: the largest share of what is shown in an article that is planted.
        primary: the test by which the audit is judged.
        model: what is assumed of readers for the power.
        redraws: of each test.
        seed: of the draw of assignment and errors, and of the tests.
        day: on which it is made, as `YYYY-MM-DD`.
    """

    annotators: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    leave_out_read: bool = False
    rates: PlantingRates = field(default_factory=PlantingRates)
    densest: float = DENSEST
    primary: PrimaryTest = field(default_factory=PrimaryTest)
    model: ReaderModel = field(default_factory=ReaderModel)
    redraws: int = 9_999
    seed: int = 0
    day: str

    def __post_init__(self) -> None:
        validate_rates(self.rates, self.densest)
        if not 0 < self.primary.level < 1 or self.primary.level * (1 + self.redraws) < 1:
            raise InvalidValueError(
                f"with {self.redraws:,} redraws no p is as small as the level of {self.primary.level:g}",
                remedy="Draw more often, as --redraws 9999.",
            )
        if not 1 <= self.redraws <= MOST_REDRAWS:
            raise InvalidValueError(f"there can be 1 to {MOST_REDRAWS:,} redraws, not {self.redraws:,}")
        if not 0 < self.model.base < self.model.base + self.model.excess < 1:
            raise InvalidValueError(
                f"a base rate of {self.model.base:g} and an excess of {self.model.excess:g} are not possible together",
                remedy="Both are above 0 and their sum is below 1.",
            )


@dataclass(frozen=True, kw_only=True)
class AuditPlan:
    """An audit that is planned; nothing is written.

    Args:
        folder: where it goes.
        record: the plan.
        articles: with what is shown in them.
        left_out: by the reason, the articles that are not in it.
    """

    folder: Path
    record: AuditRecord
    articles: tuple[PlantedArticle, ...]
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def kinds(self) -> Counter[str]:
        """How many errors are planted of each kind."""
        return Counter({kind: sum(one.kinds[kind] for one in self.articles) for kind in KINDS})

    @property
    def suggested(self) -> int:
        """How many spans had been suggested."""
        return sum(one.suggested for one in self.articles)

    @property
    def notes(self) -> Iterator[str]:
        """What a person should know before they carry it out."""
        found = self.record.power
        if found.power < ENOUGH:
            enough = (
                f"{found.articles:,} articles like these would do" if found.articles else "more annotators would do"
            )
            yield (
                f"the power is {found.power:.2f}, below {ENOUGH:g}: an excess of {100 * found.excess:g} points may "
                f"well be missed; {enough}"
            )
        if len(self.record.annotators) == 2:
            yield "with two annotators no article has two readers alike: agreement is not compared"
        for why, names in self.left_out.items():
            yield f"{amount(len(names), 'article')} left out, {why}: {enumerate_names(names, most=NAMED)}"
        missing = [kind for kind in KINDS if getattr(self.record.rates, kind) and not self.kinds[kind]]
        if missing:
            yield f"no error of the kind {enumerate_names(missing)} could be planted: nothing in the articles fits"

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "folder": str(self.folder),
            "plan": asdict(self.record),
            "suggested": self.suggested,
            "planted": dict(self.kinds),
            "notes": [*self.notes],
        }

    def apply(self) -> list[Path]:
        """Write the plan with its suggestions: all of it, or nothing.

        Raises:
            InputError: if an audit of this name has been written meanwhile.
        """
        _require_new(self.folder)
        with files.new_folder(self.folder) as new:
            for one in self.articles:
                files.write(new / SUGGESTIONS / f"{one.article}.jsonl", one.content)
            files.write(new / PLAN, self.record.text())
            files.replace_folder(new, self.folder)
        return [self.folder / PLAN, *(self.folder / SUGGESTIONS / f"{one.article}.jsonl" for one in self.articles)]


def plan_audit(corpus: Corpus, name: str, options: AuditOptions) -> AuditPlan:
    """The plan of an audit; nothing is written.

    Args:
        corpus: the project.
        name: of the audit.
        options: how it is planned.

    Raises:
        InvalidValueError: for a name that no folder can have.
        InputError: if there is an audit of this name, if an article is in another one, if somebody has read an article
            or may have seen suggestions for it, for suggestions of another text, and if there are fewer than two
            annotators or articles.
        NotFoundError: for an article without suggestions.
    """
    folder = audit_folder(corpus, name)
    _require_new(folder)
    annotators = _annotators(corpus, options.annotators)
    suggestions, left_out = _suggestions(corpus, annotators, options)
    rng = np.random.default_rng(options.seed)
    articles = [*suggestions]
    assignment = next(assignment_design.draw(assignment_design.template(len(annotators), len(articles)), 1, rng))[0]
    every = [example for examples in suggestions.values() for example in examples]
    gold = {example.id: example for example in corpus.gold_examples(articles)}
    planter = Planter(every, gold, corpus.scheme.language, corpus.scheme.names, rng)
    planted = [planter.plant(one, examples, options.rates, options.densest) for one, examples in suggestions.items()]
    record = AuditRecord(
        name=name,
        made=options.day,
        seed=options.seed,
        annotators=annotators,
        articles=articles,
        aided={
            folder: [article for article, is_aided in zip(articles, row, strict=True) if is_aided]
            for folder, row in zip(annotators, assignment, strict=True)
        },
        rates=options.rates,
        densest=options.densest,
        primary=options.primary,
        redraws=options.redraws,
        power=_power(len(annotators), planted, options),
        suggestions={one.article: hashlib.sha256(one.content.encode("utf-8")).hexdigest() for one in planted},
    )
    return AuditPlan(folder=folder, record=record, articles=tuple(planted), left_out=left_out)


def _power(annotators: int, planted: Sequence[PlantedArticle], options: AuditOptions) -> PlannedPower:
    """How likely the primary test finds the excess."""
    of_test: tuple[Kind, ...] = ("omitted",) if options.primary.measure == "omission" else WRONG
    errors = np.array([sum(one.kinds[kind] for kind in of_test) for one in planted], np.int64)
    model, primary, seed = options.model, options.primary, options.seed
    found = power(annotators, errors, model, primary, seed=seed)
    enough = None if found >= ENOUGH else articles_needed(annotators, errors, model, primary, seed=seed)
    return PlannedPower(
        excess=model.excess,
        base=model.base,
        between_annotators=model.between_annotators,
        between_articles=model.between_articles,
        between_errors=model.between_errors,
        runs=RUNS,
        power=found,
        articles=enough,
    )


def _require_new(folder: Path) -> None:
    if files.is_there(folder / PLAN):
        raise InputError(
            "is the plan of an audit already",
            file=folder / PLAN,
            remedy="A plan is made once: name another audit, or remove the folder if nobody has read yet.",
        )


def _annotators(corpus: Corpus, named: Sequence[str]) -> list[str]:
    """The folders of the annotators' passes, sorted.

    Raises:
        InputError: if there are fewer than two.
    """
    listed = find_members(corpus) or ()
    members = [one.pseudonym or one.name for one in listed if one.role != ADMIN]
    found = sorted({*named} or {*members})
    if len(found) < 2:
        who = enumerate_names(found, empty="nobody")
        raise InputError(f"an audit needs two annotators or more, and has {who}", file=corpus.passes, remedy=MEMBERS)
    known = {*members, *corpus.annotators()}
    if unknown := [name for name in found if name not in known]:
        raise NotFoundError(
            f"there is no annotator {unknown[0]!r}",
            file=corpus.passes,
            remedy=f"Those known are {enumerate_names(sorted(known), empty='none')}: name the folders of their passes, "
            "and list new annotators in annotation_guidelines/members.toml.",
        )
    return found


def _suggestions(
    corpus: Corpus, annotators: Sequence[str], options: AuditOptions
) -> tuple[dict[str, list[Example]], dict[str, tuple[str, ...]]]:
    """The suggestions of the articles of an audit, and the articles that are not in it, by the reason."""
    entries = corpus.select_entries(options.articles or None)
    taken = audited_articles(corpus)
    read, empty, audited, seen = [], [], [], []
    shown = _shown_before(corpus, annotators)
    found: dict[str, list[Example]] = {}
    for entry in entries:
        readers = [name for name in annotators if _has_read(corpus, name, entry.id)]
        if readers and not options.leave_out_read:
            raise InputError(
                f"{enumerate_names(readers)} {'has' if len(readers) == 1 else 'have'} read the article already",
                file=corpus.passes / readers[0] / f"{entry.id}.jsonl",
                remedy="What somebody has read shows nothing of suggestions that come later. Leave such articles out: "
                "--leave-out-read",
            )
        if entry.id in shown and not options.leave_out_read:
            raise InputError(
                f"suggestions for the article were shown in {shown[entry.id].parent.name} already",
                file=shown[entry.id],
                remedy="Whoever saw suggestions cannot read without them. Leave such articles out: --leave-out-read",
            )
        if entry.id in taken and options.articles:
            raise InputError(
                f"the article {entry.id} is in the audit {taken[entry.id]!r} already",
                file=corpus.audits / taken[entry.id] / PLAN,
                remedy="Name other articles.",
            )
        if readers:
            read.append(entry.id)
        elif entry.id in taken:
            audited.append(entry.id)
        elif entry.id in shown:
            seen.append(entry.id)
        else:
            examples = read_suggestions(corpus, entry.id)
            if not any(example.spans for example in examples):
                empty.append(entry.id)
                continue
            _require_current(examples, article_examples(corpus, entry), corpus.suggestions / f"{entry.id}.jsonl")
            found[entry.id] = examples
    if len(found) < 2:
        raise InputError(
            f"an audit needs two articles or more with suggestions that nobody has read, and has {len(found)}",
            file=corpus.folder / "manifest.jsonl",
            remedy="Add articles, and suggest: goldspan suggest",
        )
    reasons = {"read already": read, "in another audit": audited, "shown already": seen, "without a suggestion": empty}
    return found, {why: tuple(names) for why, names in reasons.items() if names}


def _shown_before(corpus: Corpus, annotators: Sequence[str]) -> dict[str, Path]:
    """By article, the record of suggestions that a push showed to one of the annotators, or may have shown.

    The project of a member shows them to this member alone; any other may have them among its members.
    """
    record = read_record(corpus)
    others = {
        file_name_of(project.name)
        for project in record.projects
        if project.member is not None and (record.folder(project.member) or project.member) not in annotators
    }
    return {path.stem: path for path in sorted(corpus.shown.glob("*/*.jsonl")) if path.parent.name not in others}


def _has_read(corpus: Corpus, annotator: str, article: str) -> bool:
    """Whether an annotator has confirmed an example of an article, or marked something in it."""
    path = corpus.passes / annotator / f"{article}.jsonl"
    if not files.is_there(path):
        return False
    lines = [LocatedExample(example) for example in formats.load(path, "gold")]
    return any(cause is None or one.example.spans for one, cause in passes.classify(lines))


def _require_current(suggested: Sequence[Example], current: Collection[Example], path: Path) -> None:
    """Refuse suggestions for a text that the article no longer has."""
    texts = {example.id: example.text for example in current}
    for example in suggested:
        if texts.get(example.id) != example.text:
            raise InputError(
                "was suggested for another text",
                file=path,
                example=example.id,
                remedy="Make the suggestions again: goldspan suggest",
            )
