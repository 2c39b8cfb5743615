"""Which rule of the guidelines a disagreement falls under, where the pages themselves tell.

Nothing is known here of any rule: what a page shows is held against what annotators did. The kinds of evidence, the
strongest first, each with the reason that it gives:

1. a check objects to what some marked and not to what others did, and a page shows that mistake under the rule;
2. a page shows these very words, marked in a wrong and in a right way;
3. what some take in at an edge and others leave out, a table contrasts, or an example on the label's page leaves out;
4. the page of the label shows the words as a span, or speaks of them;
5. the labels that compete meet in a case that a page shows;
6. spans that some see as one and others as several are joined as in a case that a page shows;
7. words at the edge of a quantity do what they do in a case that a page shows: they state a bound, or name what is
   counted;
8. words with capitals stand at an edge as in two cases or more of one rule, and in no case of another.

Where kinds 4 to 8 point to more than `MOST` rules, they tell nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from goldspan.agreement.disagreements import KINDS, Kind, between
from goldspan.agreement.edges import edges
from goldspan.agreement.wording import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from goldspan.agreement.disagreements import Disagreement
    from goldspan.agreement.disputes import Dispute, Variant
    from goldspan.agreement.edges import Edge
    from goldspan.rulebook import Contrast, Rulebook
    from goldspan.values import LabelScheme, Span

MOST = 2  # rules that a case may fall under at once
TWICE = 2
NO_RULE = "no rule found"
# What these checks find concerns disagreements of one kind; what others find, those of any.
ABOUT: Mapping[str, tuple[Kind, ...]] = {"label-conflict": ("label",), "unmarked-repeat": ("one-sided",)}


class Objection(NamedTuple):
    """What a check says of one annotator's work, as half-open offsets in the example."""

    check: str
    start: int
    end: int


Objections: TypeAlias = "Mapping[tuple[str, str], Collection[Objection]]"
"""By annotator and example id; what the checks know of each reading, given from outside."""


@dataclass(frozen=True, slots=True)
class Told:
    """The rules that a disagreement falls under, and why.

    Args:
        rules: their ids.
        reason: what tells so, as a clause.
    """

    rules: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Teller:
    """Tells rules.

    Args:
        book: of the guidelines; an empty one tells nothing.
        scheme: says which labels are quantities; None if there is none.
        objections: of the checks.
        checks: the ids of the checks, those first that are to be named first.
    """

    book: Rulebook
    scheme: LabelScheme | None
    objections: Objections
    checks: tuple[str, ...] = ()

    def tell(self, dispute: Dispute) -> Told | None:
        """The rules of a dispute; None where nothing tells.

        What most of its annotators disagree in is asked about first.
        """
        meetings = [
            (one, other, found)
            for one, other in combinations(dispute.variants, 2)
            for found in between(one.spans, other.spans)
        ]
        meetings.sort(key=lambda meeting: meeting[2].kind != dispute.kind)
        return next((told for meeting in meetings if (told := self._ask(dispute, *meeting))), None)

    def _ask(self, dispute: Dispute, one: Variant, other: Variant, found: Disagreement) -> Told | None:
        by_page = (
            self._same_words, self._edge_words, self._shown, self._labels, self._joined, self._quantity, self._capitals,
        )  # fmt: skip
        told = self._checked(dispute, one, other, found)
        text = dispute.item.text
        return told or next((said for ask in by_page if (said := ask(text, found))), None)

    def _checked(self, dispute: Dispute, one: Variant, other: Variant, found: Disagreement) -> Told | None:
        objecting = [
            {check for name in variant.annotators for check in self._objecting(name, dispute.item.id, found)}
            for variant in (one, other)
        ]
        labels = {span.label for span in found.spans}
        for check in self.checks:
            if found.kind not in ABOUT.get(check, KINDS) or (check in objecting[0]) == (check in objecting[1]):
                continue
            if rules := self._of_mistake(check, labels):
                names = (one if check in objecting[0] else other).annotators
                return Told(rules, f"the check {check} objects to what {listed(names)} did")
        return None

    def _objecting(self, name: str, example: str, found: Disagreement) -> set[str]:
        return {
            objection.check
            for objection in self.objections.get((name, example), ())
            if objection.start < found.end and found.start < objection.end
        }

    def _of_mistake(self, check: str, labels: Collection[str]) -> tuple[str, ...]:
        """The rules of all labels that show a mistake, or else those of these labels."""
        rules = self.book.mistakes.get(check, ())
        of_all = tuple(rule for rule in rules if self.book.rules[rule].label is None)
        return of_all or tuple(rule for rule in rules if self.book.rules[rule].label in labels)

    def _same_words(self, text: str, found: Disagreement) -> Told | None:
        for contrast, theirs in self._cases():
            left = found.start - theirs.start
            words = contrast.right.text
            if left < 0 or text[left : left + len(words)].casefold() != words.casefold():
                continue
            moved = {frozenset((s.start + left, s.end + left, s.label) for s in side) for side in _sides(theirs)}
            if moved == {frozenset((s.start, s.end, s.label) for s in side) for side in _sides(found)}:
                return Told(contrast.rules, f"the pages show these very words: {words}")
        return None

    def _edge_words(self, text: str, found: Disagreement) -> Told | None:
        mine = {edge: (edge.side, edge.words.casefold(), edge.label) for edge in edges(text, found, self.scheme)}
        for contrast, theirs in self._cases():
            for edge in edges(contrast.right.text, theirs, self.scheme):
                if (edge.side, edge.words.casefold(), edge.label) in mine.values():
                    return Told(contrast.rules, f"the pages show it with the same words {edge.side}: {edge.words}")
        for edge in mine:
            rules = self._left_out_in_blocks(edge)
            if len(rules) == 1:
                return Told(rules, f"an example leaves out the same words {edge.side}: {edge.words}")
        return None

    def _left_out_in_blocks(self, edge: Edge) -> tuple[str, ...]:
        """The rules whose examples have these words right beside a span of this label, and outside of it."""
        words = edge.words.casefold().split()
        if edge.side == "in front":
            return self._showing(lambda text, span: text[: span.start].split()[-len(words) :] == words, edge.label)
        return self._showing(lambda text, span: text[span.end :].split()[: len(words)] == words, edge.label)

    def _showing(self, test: Callable[[str, Span], bool], label: str) -> tuple[str, ...]:
        """The rules on a label's own page of whose examples some span of it passes a test, in small letters."""
        return tuple(
            rule
            for rule, markings in self.book.shown.items()
            if self.book.rules[rule].label == label
            and any(
                test(marking.text.casefold(), span)
                for marking in markings
                if len(marking.text.casefold()) == len(marking.text)
                for span in marking.spans
                if span.label == label
            )
        )

    def _shown(self, text: str, found: Disagreement) -> Told | None:
        if found.kind != "one-sided":
            return None
        (span,) = found.spans
        words = _one_line(text[span.start : span.end]).casefold()
        marked = self._showing(lambda shown, other: _one_line(shown[other.start : other.end]) == words, span.label)
        if 0 < len(marked) <= MOST:
            return Told(marked, "an example marks these very words")
        own = tuple(
            rule for rule, named in self.book.named.items()
            if words in named and self.book.rules[rule].label == span.label
        )  # fmt: skip
        return Told(own, "the rule speaks of these very words") if len(own) == 1 else None

    def _labels(self, _text: str, found: Disagreement) -> Told | None:
        pair = _competing(found)
        if pair is None:
            return None
        rules = dict.fromkeys(contrast.rules for contrast, theirs in self._cases() if _competing(theirs) == pair)
        if len(rules) != 1:
            return None
        same, (one, other) = pair
        return Told(
            next(iter(rules)), f"the pages show {one} against {other} on {'the same' if same else 'such'} words"
        )

    def _joined(self, text: str, found: Disagreement) -> Told | None:
        if found.kind != "split":
            return None
        pieces = max(_sides(found), key=len)
        gaps = {_gap(text, one, other) for one, other in pairwise(pieces)}
        labels = {span.label for span in found.spans}
        rules = tuple(
            rule for rule, markings in self.book.shown.items()
            if self.book.rules[rule].label in {None, *labels} and any(
                _gap(marking.text, one, other) in gaps and {one.label, other.label} <= labels
                for marking in markings
                for one, other in pairwise(marking.spans)
            )
        )  # fmt: skip
        return Told(rules, "an example shows names joined in the same way") if 0 < len(rules) <= MOST else None

    def _quantity(self, text: str, found: Disagreement) -> Told | None:
        return self._by_sort(text, found, {"a bound", "what is counted"}, least=1)

    def _capitals(self, text: str, found: Disagreement) -> Told | None:
        return self._by_sort(text, found, {"words with capitals"}, least=TWICE)

    def _by_sort(self, text: str, found: Disagreement, sorts: Collection[str], *, least: int) -> Told | None:
        for edge in edges(text, found, self.scheme):
            if edge.sort not in sorts:
                continue
            cases = [
                contrast
                for contrast, theirs in self._cases()
                for other in edges(contrast.right.text, theirs, self.scheme)
                if (other.side, other.sort, other.label) == (edge.side, edge.sort, edge.label)
            ]
            if len(cases) >= least and len({case.rules for case in cases}) == 1:
                return Told(cases[0].rules, f"{edge.sort} {edge.side}, as in the pages' {cases[0].wrong.text!r}")
        return None

    def _cases(self) -> Iterator[tuple[Contrast, Disagreement]]:
        """What the tables of the pages show, as disagreements of the wrong with the right way."""
        for contrast in self.book.contrasts:
            if contrast.wrong.text == contrast.right.text:
                for found in between(contrast.wrong.spans, contrast.right.spans):
                    yield contrast, found


def _sides(found: Disagreement) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    return found.first, found.second


def _competing(found: Disagreement) -> tuple[bool, tuple[str, str]] | None:
    """Whether two labels compete for the same extent, and which; None where they do not."""
    if found.kind != "label":
        return None
    one, other = found.spans
    first, second = sorted((one.label, other.label))
    return (one.start, one.end) == (other.start, other.end), (first, second)


def _gap(text: str, one: Span, other: Span) -> str:
    """What joins two spans; words in the gap in small letters."""
    return _one_line(text[one.end : other.start]).casefold()


def _one_line(text: str) -> str:
    return " ".join(text.split())
