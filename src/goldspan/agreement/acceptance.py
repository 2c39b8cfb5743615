"""Whether an annotator keeps more of the suggestions, or fewer, than others do of the same ones.

Compared are the suggestions that several annotators saw and judged. They form *blocks*: those of one article that the
same annotators judged. If annotators are alike, the number that one of them keeps in a block is as likely that of any
other of its readers, and blocks are independent. So the number that an annotator keeps in all blocks together has a
known distribution, whatever the suggestions are like: a permutation test in blocks (Pitman 1938, the third of his
papers on tests for samples from any populations). The test is exact with few data, where it finds nothing: with two
readers and four articles the smallest p-value there can be is 0.125. Within a block nothing is assumed to be
independent, because an annotator may read a whole article in one mood.

The annotator who differs most is tested first, and with m annotators the p-value counts m times (Bonferroni's
correction, step by step as in Holm 1979). If they stand out, what they read is left out, and the others are tested
again: so one who accepts everything does not make the others look strict. Of two annotators alone it cannot be said
which one is unusual, so only that they differ.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from numpy.typing import NDArray

SOURCE = "permutation test in blocks of an article and its readers, Pitman 1938; corrected step by step, Holm 1979"
ALPHA = 0.05
TIE = 1e-9  # probabilities nearer to each other are equal, rounded differently


@dataclass(frozen=True, slots=True)
class JudgedSuggestion:
    """A suggestion that an annotator judged.

    Args:
        annotator: their name.
        article: the id of its article.
        suggestion: what makes it the same as that of another annotator: its example and its span.
        kept: whether the annotator left it as it is.
    """

    annotator: str
    article: str
    suggestion: Hashable
    kept: bool


@dataclass(frozen=True, slots=True)
class AcceptanceTest:
    """An annotator against the others on the same suggestions.

    Args:
        annotator: their name.
        suggestions: how many of theirs others judged, too.
        kept: how many of these they kept.
        others: how many the others kept on average, as a share.
        blocks: in how many blocks of an article and its readers they are.
        p_value: two-sided, corrected for the number of annotators; None where no other judged the same.
        stands_out: whether it is 0.05 at most.
        compared: with whom, those left out who had stood out before.
    """

    annotator: str
    suggestions: int
    kept: int
    others: float | None
    blocks: int
    p_value: float | None
    stands_out: bool
    compared: tuple[str, ...]

    @property
    def rate(self) -> float | None:
        """The share that they kept; None without suggestions that others judged."""
        return self.kept / self.suggestions if self.suggestions else None

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "annotator": self.annotator,
            "suggestions": self.suggestions,
            "kept": self.kept,
            "rate": self.rate,
            "rate_of_others": self.others,
            "blocks": self.blocks,
            "p_value": self.p_value,
            "stands_out": self.stands_out,
            "compared_with": list(self.compared),
        }


def compare_acceptance(judged: Iterable[JudgedSuggestion]) -> list[AcceptanceTest]:
    """A test of each annotator who judged something, by name.

    Args:
        judged: each suggestion once for each annotator.
    """
    rows = list(judged)
    left = sorted({one.annotator for one in rows})
    found: dict[str, AcceptanceTest] = {}
    while left:
        names = frozenset(left)
        blocks = _blocks(one for one in rows if one.annotator in names)
        tests = {name: _Statistic.of(name, blocks) for name in left}
        testable = [name for name in left if tests[name].blocks]
        hypotheses = 1 if len(testable) == 2 else len(testable)  # of two, one is the mirror image of the other
        results = {name: _result(name, tests[name], blocks, hypotheses) for name in left}
        most = max(testable, key=lambda name: (tests[name].distance, name), default=None)
        if most is None or not results[most].stands_out:
            return [one for _, one in sorted((found | _without_claims(results)).items())]
        if len(testable) == 2:  # whoever of the two is unusual, they differ
            return [one for _, one in sorted((found | results).items())]
        found[most] = results[most]
        left.remove(most)
    return [one for _, one in sorted(found.items())]


def _without_claims(results: Mapping[str, AcceptanceTest]) -> dict[str, AcceptanceTest]:
    """The results of a step in which the annotator who differs most does not stand out: then nobody does."""
    return {name: replace(one, stands_out=False) for name, one in results.items()}


@dataclass(frozen=True, slots=True)
class _Block:
    """The suggestions of an article that the same annotators judged.

    Args:
        kept: how many of them each of these annotators kept.
        size: how many there are.
    """

    kept: Mapping[str, int]
    size: int


@dataclass(frozen=True, slots=True)
class _Statistic:
    """How many suggestions an annotator kept in their blocks, and what is to be expected of any reader.

    Args:
        kept: by the annotator.
        size: of all blocks.
        blocks: how many there are.
        mean: how many a reader who is like the others keeps.
        deviation: the standard deviation of that number.
        distribution: the probability of each number from `least` on.
        least: the smallest number there can be.
    """

    kept: int
    size: int
    blocks: int
    mean: float
    deviation: float
    distribution: NDArray[np.float64]
    least: int

    @classmethod
    def of(cls, annotator: str, blocks: Iterable[_Block]) -> _Statistic:
        """The statistic of an annotator."""
        own = [block for block in blocks if annotator in block.kept]
        distribution, least = np.ones(1), 0
        mean = variance = 0.0
        for block in own:
            numbers = np.array(sorted(block.kept.values()))
            of_block = np.bincount(numbers - numbers[0]) / numbers.size
            distribution = np.convolve(distribution, of_block)
            least += int(numbers[0])
            mean += float(numbers.mean())
            variance += float(numbers.var())
        return cls(
            kept=sum(block.kept[annotator] for block in own),
            size=sum(block.size for block in own),
            blocks=len(own),
            mean=mean,
            deviation=math.sqrt(variance),
            distribution=distribution,
            least=least,
        )

    @property
    def distance(self) -> float:
        """How far from the mean it is, in standard deviations."""
        return abs(self.kept - self.mean) / self.deviation if self.deviation else 0.0

    @property
    def p_value(self) -> float:
        """Two-sided: twice the probability of a number that is as far out on the same side, at most 1."""
        at = self.kept - self.least
        below, above = self.distribution[: at + 1].sum(), self.distribution[at:].sum()
        return min(1.0, 2 * float(min(below, above)))


def _blocks(judged: Iterable[JudgedSuggestion]) -> list[_Block]:
    """The blocks of what at least two annotators judged."""
    readers: defaultdict[tuple[str, Hashable], dict[str, bool]] = defaultdict(dict)
    for one in judged:
        readers[one.article, one.suggestion][one.annotator] = one.kept
    kept: defaultdict[tuple[str, frozenset[str]], Counter[str]] = defaultdict(Counter)
    sizes: Counter[tuple[str, frozenset[str]]] = Counter()
    for (article, _), answers in readers.items():
        if len(answers) > 1:
            block = article, frozenset(answers)
            kept[block].update({name: int(answer) for name, answer in answers.items()})
            sizes[block] += 1
    order = sorted(sizes, key=lambda block: (block[0], sorted(block[1])))
    return [_Block({name: kept[block][name] for name in sorted(block[1])}, sizes[block]) for block in order]


def _result(annotator: str, found: _Statistic, blocks: Iterable[_Block], hypotheses: int) -> AcceptanceTest:
    own = [block for block in blocks if annotator in block.kept]
    others = sum((sum(block.kept.values()) - block.kept[annotator]) / (len(block.kept) - 1) for block in own)
    p_value = min(1.0, hypotheses * found.p_value) if own else None
    return AcceptanceTest(
        annotator=annotator,
        suggestions=found.size,
        kept=found.kept,
        others=others / found.size if found.size else None,
        blocks=found.blocks,
        p_value=p_value,
        stands_out=p_value is not None and p_value <= ALPHA + TIE,
        compared=tuple(sorted({name for block in own for name in block.kept} - {annotator})),
    )
