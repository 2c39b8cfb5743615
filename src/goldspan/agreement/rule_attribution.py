"""Which rule of the guidelines a disagreement falls under, by what the pages and the checks show.

No rule is written into this module: the examples of the pages are compared with what annotators marked. There are four
kinds of evidence, tried in this order. A disagreement falls under a rule because

1. a check reports a problem in what some marked and none in what the others marked, and a page shows that mistake under
   the rule;
2. a table of the guidelines shows these very words, marked the wrong way and the right way;
3. the same words are at the edge where one span ends earlier than the other, in a table that shows a wrong and a
   right way, or next to a span in an example of exactly one rule;
4. one annotator alone marked these words, and an example of at most two rules on the page of the label marks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from goldspan.agreement.disagreements import KINDS, Kind, differences, disagreements_between, kinds_of, main_kind
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from goldspan.adjudication.derive import Dispute
    from goldspan.agreement.disagreements import CandidateDifference, Disagreement
    from goldspan.annotation import Span
    from goldspan.formats.decisions import Candidate
    from goldspan.guidelines.rules import Rulebook, RuleContrast

MAX_RULES = 2  # whose examples may mark the same words; if more do, the example is no evidence
NO_RULE = "no rule found"
# These checks concern disagreements of one kind; all others concern any kind.
KINDS_OF_CHECK: Mapping[str, tuple[Kind, ...]] = {"label-conflict": ("label",), "unmarked-repeat": ("one-sided",)}


class CheckHit(NamedTuple):
    """A problem that a check reports in one annotator's work, as half-open offsets in the example."""

    check: str
    start: int
    end: int


CheckHits: TypeAlias = "Mapping[tuple[str, str], Collection[CheckHit]]"
"""By annotator and example id: what the checks report for each pass."""


class Edge(NamedTuple):
    """The words that one of two spans includes at an edge and the other leaves out.

    Args:
        side: of the shorter span.
        words: on one line.
        label: of both spans.
    """

    side: Literal["before", "after"]
    words: str
    label: str

    def is_like(self, other: Edge) -> bool:
        """Whether side and label are the same, and the words but for their case."""
        return self._replace(words=self.words.casefold()) == other._replace(words=other.words.casefold())


@dataclass(frozen=True, slots=True)
class RuleAttribution:
    """The rules that a disagreement falls under, and why.

    Args:
        rules: their ids.
        reason: the evidence, as a clause.
    """

    rules: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class RuleAttributor:
    """Finds the rules that disagreements fall under.

    Args:
        book: the rules and what the pages show; with an empty one no rule is found.
        hits: what the checks report.
        checks: the ids of the checks, in the order in which they are tried.
    """

    book: Rulebook
    hits: CheckHits
    checks: tuple[str, ...] = ()

    def attribute(self, dispute: Dispute, found: Sequence[CandidateDifference] | None = None) -> RuleAttribution | None:
        """The rules that a dispute falls under; None where there is no evidence for any.

        The kind of disagreement that most of its annotators have is tried first.

        Args:
            dispute: the region.
            found: how its candidates differ, if that is known already.
        """
        if not self.book.rules:
            return None
        found = differences(dispute) if found is None else found
        differing = [(one.first, one.second, disagreement) for one in found for disagreement in one.disagreements]
        if len(differing) > 1:
            main = main_kind(kinds_of(dispute, found))
            differing.sort(key=lambda pair: pair[2].kind != main)
        return next((rules for pair in differing if (rules := self._evidence(dispute, *pair))), None)

    def _evidence(
        self, dispute: Dispute, first: Candidate, second: Candidate, disagreement: Disagreement
    ) -> RuleAttribution | None:
        text = dispute.example.text
        return (
            self._by_check(dispute, first, second, disagreement)
            or self._by_same_words(text, disagreement)
            or self._by_edge(text, disagreement)
            or self._by_example(text, disagreement)
        )

    def _by_check(
        self, dispute: Dispute, first: Candidate, second: Candidate, disagreement: Disagreement
    ) -> RuleAttribution | None:
        reporting = [
            {check for name in candidate.by for check in self._reporting(name, dispute.example.id, disagreement)}
            for candidate in (first, second)
        ]
        labels = {span.label for span in disagreement.spans}
        for check in self.checks:
            on_first, on_second = (check in checks for checks in reporting)
            if disagreement.kind not in KINDS_OF_CHECK.get(check, KINDS) or on_first == on_second:
                continue
            if rules := self._of_mistake(check, labels):
                names = (first if on_first else second).by
                return RuleAttribution(
                    rules, f"the check {check} reports a problem in what {enumerate_names(names)} marked"
                )
        return None

    def _reporting(self, name: str, example: str, disagreement: Disagreement) -> set[str]:
        """The checks that report a problem in an annotator's work where a disagreement is."""
        return {
            hit.check
            for hit in self.hits.get((name, example), ())
            if hit.start < disagreement.end and disagreement.start < hit.end
        }

    def _of_mistake(self, check: str, labels: Collection[str]) -> tuple[str, ...]:
        """The rules for all labels under which a page shows this mistake, or else those for these labels."""
        rules = self.book.mistakes.get(check, ())
        of_all = tuple(rule for rule in rules if self.book.rules[rule].label is None)
        return of_all or tuple(rule for rule in rules if self.book.rules[rule].label in labels)

    def _by_same_words(self, text: str, disagreement: Disagreement) -> RuleAttribution | None:
        for contrast, shown in self._contrasts:
            left = disagreement.start - shown.start
            words = contrast.right.text
            if left < 0 or text[left : left + len(words)].casefold() != words.casefold():
                continue
            if _sides(shown, left) == _sides(disagreement):
                return RuleAttribution(
                    contrast.rules, f"the guidelines show these very words, marked wrong and right: {words}"
                )
        return None

    def _by_edge(self, text: str, disagreement: Disagreement) -> RuleAttribution | None:
        edges = tuple(_edges(text, disagreement))
        for contrast, shown in self._contrasts:
            for edge in _edges(contrast.right.text, shown):
                if any(edge.is_like(mine) for mine in edges):
                    same = f"the same words {edge.side} the span: {edge.words}"
                    return RuleAttribution(contrast.rules, f"the guidelines show a wrong and a right way with {same}")
        for edge in edges:
            rules = self._left_out_in_examples(edge)
            if len(rules) == 1:
                same = f"the same words {edge.side} the span: {edge.words}"
                return RuleAttribution(rules, f"an example leaves out {same}")
        return None

    def _left_out_in_examples(self, edge: Edge) -> tuple[str, ...]:
        """The rules whose examples have these words next to a span of this label, and outside of it."""
        words = edge.words.casefold().split()
        if edge.side == "before":
            return self._showing(lambda text, span: text[: span.start].split()[-len(words) :] == words, edge.label)
        return self._showing(lambda text, span: text[span.end :].split()[: len(words)] == words, edge.label)

    def _by_example(self, text: str, disagreement: Disagreement) -> RuleAttribution | None:
        if disagreement.kind != "one-sided":
            return None
        (span,) = disagreement.spans
        words = _one_line(text[span.start : span.end]).casefold()
        rules = self._showing(lambda shown, other: _one_line(shown[other.start : other.end]) == words, span.label)
        return RuleAttribution(rules, "an example marks these very words") if 0 < len(rules) <= MAX_RULES else None

    def _showing(self, test: Callable[[str, Span], bool], label: str) -> tuple[str, ...]:
        """The rules on a label's own page with an example in which some span of it passes a test, in lower case."""
        return tuple(
            rule
            for rule, markings in self.book.shown.items()
            if self.book.rules[rule].label == label
            and any(
                test(marking.text.casefold(), span)
                for marking in markings
                if len(marking.text.casefold()) == len(marking.text)  # else the offsets would not fit
                for span in marking.spans
                if span.label == label
            )
        )

    @cached_property
    def _contrasts(self) -> tuple[tuple[RuleContrast, Disagreement], ...]:
        """The rows of the tables, each as the disagreements of its wrong way with its right way."""
        return tuple(
            (contrast, shown)
            for contrast in self.book.contrasts
            if contrast.wrong.text == contrast.right.text
            for shown in disagreements_between(contrast.wrong.spans, contrast.right.spans)
        )


def _sides(disagreement: Disagreement, by: int = 0) -> set[frozenset[tuple[int, int, str]]]:
    """The spans of both sides, moved to the right by some code points; which side is which does not matter."""
    return {
        frozenset((span.start + by, span.end + by, span.label) for span in side)
        for side in (disagreement.first, disagreement.second)
    }


def _edges(text: str, disagreement: Disagreement) -> Iterator[Edge]:
    """The edges at which the two spans of a boundary disagreement differ; none of any other disagreement."""
    if disagreement.kind != "boundary":
        return
    (first,), (second,) = disagreement.first, disagreement.second
    if words := _one_line(text[slice(*sorted((first.start, second.start)))]):
        yield Edge("before", words, first.label)
    if words := _one_line(text[slice(*sorted((first.end, second.end)))]):
        yield Edge("after", words, first.label)


def _one_line(text: str) -> str:
    return " ".join(text.split())
