"""The evidence for the label of each name in a document, pooled over its mentions.

The weights of one label are combined as independent (noisy or, `1 - prod(1 - weight)`, Pearl 1988). Each rule counts
once per name and, where it applies again, once more at half its weight. Names in one list have one label: `Stepove,
Keramik and Tonenke`, `Kyiv/Kiev` (rule G-4).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from goldspan.suggest.military_news.candidates import OTHER, PERSON, PLACE
from goldspan.suggest.military_news.lexicon import TokenFlag, cues

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.suggest.military_news.tokens import ParagraphTokens

LEAST_SCORE = 0.5
REPEATED_SHARE = 0.5
Verdict = tuple[str, str, float]
"""The label of a name, the strongest rule for it, and the score."""

LIST_JOINS = frozenset(("and", ",", "or", "/", "&"))
LIST_WEIGHT = 0.6
LISTED_WEIGHT = 0.8
INTRODUCTION = 20


class NameMention(NamedTuple):
    """A run of tokens whose label is open, half-open, in the paragraph of that number."""

    paragraph: int
    start: int
    end: int


@dataclass(slots=True)
class NameEvidence:
    """The evidence for the names of one document.

    Args:
        weights: per name, and per label and rule, the two highest weights.
        mentions: the mentions of each name.
    """

    weights: dict[str, dict[tuple[str, str], tuple[float, float]]] = field(default_factory=lambda: defaultdict(dict))
    mentions: dict[str, list[NameMention]] = field(default_factory=lambda: defaultdict(list))
    _verdicts: dict[str, Verdict] = field(default_factory=dict)

    def add(self, name: str, label: str, rule: str, weight: float) -> None:
        """Add the weight of a rule for a label of a name."""
        first, second = self.weights[name].get((label, rule), (0.0, 0.0))
        top = sorted((first, second, weight), reverse=True)
        self.weights[name][label, rule] = (top[0], top[1])
        self._verdicts.pop(name, None)

    def decide(self, name: str) -> Verdict:
        """The verdict on a name; its label is `OTHER` where the evidence is too weak."""
        if name not in self._verdicts:
            self._verdicts[name] = self._decide(name)
        return self._verdicts[name]

    def decided(self) -> Iterator[tuple[NameMention, Verdict]]:
        """All mentions with the verdicts on their names."""
        for name, mentions in self.mentions.items():
            verdict = self.decide(name)
            for mention in mentions:
                yield mention, verdict

    def _decide(self, name: str) -> Verdict:
        verdicts = [(label, *self._pool(name, label)) for label in (PERSON, PLACE, OTHER)]
        label, rule, score = max(verdicts, key=lambda verdict: verdict[2])
        return (label if score >= LEAST_SCORE else OTHER, rule, score)

    def _pool(self, name: str, label: str) -> tuple[str, float]:
        """The strongest rule for a label of a name, and the pooled weight of all."""
        left, best = 1.0, (0.0, "")
        for (other, rule), (first, second) in self.weights[name].items():
            if other == label:
                left *= (1 - first) * (1 - REPEATED_SHARE * second)
                best = max(best, (first, rule))
        return best[1], 1 - left


def spread_label_in_lists(
    evidence: NameEvidence, names: list[tuple[str, NameMention]], paragraph: ParagraphTokens
) -> None:
    """Give the undecided names of each list of a paragraph the label that the decided ones share.

    Args:
        evidence: the evidence of the document, to which that of lists is added.
        names: the names of the paragraph with their mentions, in the order of the text.
        paragraph: the paragraph.
    """
    group: list[tuple[str, NameMention]] = []
    for item in names:
        if group and not _is_one_list(paragraph, group[-1][1].start, group[-1][1].end, item[1].start):
            _share_label(evidence, group, paragraph)
            group = []
        group.append(item)
    _share_label(evidence, group, paragraph)


def _is_one_list(paragraph: ParagraphTokens, first: int, end: int, start: int) -> bool:
    between = paragraph.lower[end:start]
    if between == ["to"]:
        return paragraph.word_at(first - 1) == "from"
    return 0 < len(between) < 3 and all(word in LIST_JOINS for word in between)


def _is_introduced(paragraph: ParagraphTokens, start: int) -> bool:
    """Whether a list of places begins: `the villages of Koura and Gabou`, `four villages held: Koura, Gabou`."""
    kinds = cues("places.listed")
    before = paragraph.word_at(start - 1)
    if before == ":":
        return any(word in kinds for word in paragraph.lower[max(0, start - INTRODUCTION) : start - 1])
    return before in kinds or (before == "of" and paragraph.word_at(start - 2) in kinds)


def _share_label(evidence: NameEvidence, group: list[tuple[str, NameMention]], paragraph: ParagraphTokens) -> None:
    if len(group) < 2:
        return
    if _is_introduced(paragraph, group[0][1].start):
        for name, _ in group:
            evidence.add(name, PLACE, "place.listed", LISTED_WEIGHT)
    labels = [evidence.decide(name)[0] for name, _ in group]
    for label, rule in ((PLACE, "place.list"), (PERSON, "person.list")):
        sure = labels.count(label)
        if not sure or any(other not in (label, OTHER) for other in labels):
            continue
        for (name, mention), old in zip(group, labels, strict=True):
            size = mention.end - mention.start
            plain = any(paragraph.flags[j] & TokenFlag.COMMON for j in range(mention.start, mention.end))
            is_given = size == 1 and paragraph.flags[mention.start] & TokenFlag.GIVEN
            acronym = size == 1 and paragraph.flags[mention.start] & TokenFlag.UPPER and not paragraph.all_caps
            is_one_word = all(paragraph.is_hyphen(j) for j in range(mention.start + 1, mention.end, 2))
            has_given = not is_one_word and any(
                paragraph.flags[j] & TokenFlag.GIVEN for j in range(mention.start, mention.end)
            )
            fits = not has_given if label == PLACE else size > 1 or is_given
            if old == OTHER and not plain and not acronym and fits:
                evidence.add(name, label, rule, LIST_WEIGHT)
