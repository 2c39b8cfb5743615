"""What changed in the annotation from one release to the next, with its counts by label, by article and by rule.

`goldspan.release.text_comparison` says how spans are compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from goldspan.annotation import article_of
from goldspan.release.text_comparison import NO_DECISION, NO_RULE, TextComparison

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from goldspan.corpus.releases import ReleaseRecord
    from goldspan.corpus.withdrawals import Withdrawal
    from goldspan.release.text_comparison import ChangeKind, ComparedSpan, Reason, SpanChange, UncomparedExample


@dataclass(slots=True)
class ChangeCounts:
    """How many spans of a label, of an article, or under a rule changed.

    Args:
        before: spans of the first release.
        added, removed, moved: as the documentation of this module defines them.
        relabelled_from: spans that had the label before, and have another one.
        relabelled_to: spans that have it now, and had another one before.
        came: spans that only the second release could have, with their text.
        went: spans that only the first release could have.
        after: spans of the second release.
    """

    before: int = 0
    added: int = 0
    removed: int = 0
    moved: int = 0
    relabelled_from: int = 0
    relabelled_to: int = 0
    came: int = 0
    went: int = 0
    after: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        changed = (self.added, self.removed, self.moved, self.relabelled_from, self.relabelled_to, self.came, self.went)
        return not any(changed)

    def count(self, change: SpanChange, label_of: Callable[[ComparedSpan], str], label: str | None = None) -> None:
        """Add a change; where a label is given, what it is to that label."""
        if change.kind != "relabelled":
            setattr(self, change.kind, getattr(self, change.kind) + 1)
            return
        assert change.before is not None
        assert change.after is not None
        self.relabelled_from += label in {None, label_of(change.before)}
        self.relabelled_to += label in {None, label_of(change.after)}


@dataclass(frozen=True, kw_only=True)
class AnnotationChanges:
    """What changed between two releases.

    Args:
        before: the first release; None where the second one is the first of all.
        after: the second release.
        renamed: the new name of each label that was renamed.
        spans: the spans that changed, in the order of the articles.
        uncompared: the examples that only one release holds, in the same order.
        withdrawals: of the articles that are gone, those that were withdrawn.
    """

    before: ReleaseRecord | None
    after: ReleaseRecord
    renamed: Mapping[str, str] = field(default_factory=dict)
    spans: tuple[SpanChange, ...] = ()
    uncompared: tuple[UncomparedExample, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()

    @property
    def articles_added(self) -> tuple[str, ...]:
        """The articles that the second release alone has."""
        return tuple(sorted(self.after.articles.keys() - _articles(self.before).keys()))

    @property
    def articles_gone(self) -> tuple[str, ...]:
        """The articles that the first release alone has."""
        return tuple(sorted(_articles(self.before).keys() - self.after.articles.keys()))

    @property
    def articles_changed(self) -> tuple[str, ...]:
        """The articles whose file has changed."""
        before = _articles(self.before)
        return tuple(sorted(name for name, sha256 in self.after.articles.items() if before.get(name, sha256) != sha256))

    @property
    def splits_changed(self) -> dict[str, tuple[str, str]]:
        """The articles that are in another split, each with its former and its present one."""
        former = {} if self.before is None else self.before.splits
        return {
            name: (former[name], split)
            for name, split in sorted(self.after.splits.items())
            if former.get(name, split) != split
        }

    def examples(self, reason: Reason, *, is_after: bool | None = None) -> tuple[UncomparedExample, ...]:
        """The examples that only one release holds for a reason; of a changed text those of one release, if wanted."""
        return tuple(one for one in self.uncompared if one.reason == reason and is_after in {None, one.is_after})

    def of_kind(self, kind: ChangeKind) -> tuple[SpanChange, ...]:
        """The spans to which one thing happened."""
        return tuple(change for change in self.spans if change.kind == kind)

    @property
    def is_empty(self) -> bool:
        """Whether the second release has the texts and the annotation of the first."""
        return not (self.spans or self.uncompared or self.renamed or self.articles_added or self.articles_gone)

    def label_now(self, label: str) -> str:
        """The name that a label of the first release has in the second."""
        return self.renamed.get(label, label)

    @cached_property
    def replaced(self) -> dict[str, dict[str, int]]:
        """For each label that is gone, but was not renamed: which labels most of its spans have, and how many of them.

        A label is not there if fewer than half of its spans have another label at the same edges.
        """
        kept = {span.label for example in self.after.examples for span in example.spans}
        by_label: dict[str, Counter[str]] = defaultdict(Counter)
        lost: Counter[str] = Counter()
        for change in self.spans:
            if change.before is not None and change.before.label not in kept | self.renamed.keys():
                if change.after is None:
                    lost[change.before.label] += 1
                else:
                    by_label[change.before.label][change.after.label] += 1
        return {
            label: dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
            for label, counts in sorted(by_label.items())
            if counts.total() > lost[label]
        }

    def by_label(self) -> dict[str, ChangeCounts]:
        """The counts of each label, in alphabetical order; a renamed one has those of both its names."""
        counts: dict[str, ChangeCounts] = defaultdict(ChangeCounts)
        self._count_totals(counts, lambda _, label: label)
        for change in self.spans:
            for label in {self._label(span) for span in (change.before, change.after) if span is not None}:
                counts[label].count(change, self._label, label)
        return dict(sorted(counts.items()))

    def by_article(self) -> dict[str, ChangeCounts]:
        """The counts of each article, in alphabetical order."""
        counts: dict[str, ChangeCounts] = defaultdict(ChangeCounts)
        for name in (*_articles(self.before), *self.after.articles):
            counts[name] = ChangeCounts()
        self._count_totals(counts, lambda example, _: article_of(example))
        for change in self.spans:
            counts[change.article].count(change, self._label)
        return dict(sorted(counts.items()))

    def by_rule(self) -> dict[str, ChangeCounts]:
        """The counts of the spans that changed under each rule, in alphabetical order; those without a rule are last.

        The totals of spans and what came and went with texts are of no rule: they are 0.
        """
        counts: dict[str, ChangeCounts] = defaultdict(ChangeCounts)
        for change in self.spans:
            counts[change.group].count(change, self._label)
        return dict(sorted(counts.items(), key=lambda item: (item[0] == NO_DECISION, item[0] == NO_RULE, item[0])))

    def total(self) -> ChangeCounts:
        """The counts of all spans."""
        counts: dict[str, ChangeCounts] = {"": ChangeCounts()}
        self._count_totals(counts, lambda *_: "")
        for change in self.spans:
            counts[""].count(change, self._label)
        return counts[""]

    def json(self) -> dict[str, Any]:
        """The changes for `--json`."""
        withdrawn = {one.article: one for one in self.withdrawals}
        return {
            "before": None if self.before is None else self.before.version,
            "after": self.after.version,
            "date": self.after.date,
            "guidelines": {
                "before": None if self.before is None else self.before.guidelines,
                "after": self.after.guidelines,
            },
            "articles": {
                "added": list(self.articles_added),
                "gone": [
                    {"article": name, "withdrawn": withdrawn[name].date if name in withdrawn else None}
                    for name in self.articles_gone
                ],
                "text_changed": list(self.articles_changed),
                "split_changed": {name: list(splits) for name, splits in self.splits_changed.items()},
            },
            "examples": [
                {"id": one.id, "reason": one.reason, "release": "after" if one.is_after else "before",
                 "spans": len(one.spans)}
                for one in self.uncompared
            ],
            "renamed": dict(self.renamed),
            "replaced": self.replaced,
            "total": asdict(self.total()),
            "labels": {name: asdict(counts) for name, counts in self.by_label().items()},
            "rules": {name: asdict(counts) for name, counts in self.by_rule().items()},
            "spans": [change.json() for change in self.spans],
        }  # fmt: skip

    def _label(self, span: ComparedSpan) -> str:
        return self.label_now(span.label)

    def _count_totals(self, counts: dict[str, ChangeCounts], key: Callable[[str, str], str]) -> None:
        """Add the spans of both releases, and those that came and went; a key is made of the example and the label."""
        for example in self.before.examples if self.before else ():
            for span in example.spans:
                counts[key(example.id, self.label_now(span.label))].before += 1
        for example in self.after.examples:
            for span in example.spans:
                counts[key(example.id, self.label_now(span.label))].after += 1
        for one in self.uncompared:
            for place in one.spans:
                own = counts[key(one.id, self._label(place))]
                own.came += one.is_after
                own.went += not one.is_after


def compare_releases(
    before: ReleaseRecord | None, after: ReleaseRecord, withdrawals: Iterable[Withdrawal] = ()
) -> AnnotationChanges:
    """What changed in the annotation from one release to another.

    Args:
        before: the first release; None if the other one is the first of all.
        after: the second release.
        withdrawals: the articles that were taken out of the corpus.
    """
    compared = TextComparison.of(before, after)
    renamed = compared.renamed()
    gone = _articles(before).keys() - after.articles.keys()
    return AnnotationChanges(
        before=before,
        after=after,
        renamed=renamed,
        spans=tuple(sorted(compared.changes(renamed), key=_place)),
        uncompared=tuple(sorted(compared.uncompared, key=lambda one: (one.article, one.id, one.is_after))),
        withdrawals=tuple(one for one in withdrawals if one.article in gone),
    )


def _articles(record: ReleaseRecord | None) -> Mapping[str, str]:
    return {} if record is None else record.articles


def _place(change: SpanChange) -> tuple[Any, ...]:
    span = change.place
    return change.article, span.at + span.start, span.at + span.end, change.kind, span.label, change.before or ()
