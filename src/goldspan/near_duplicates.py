"""Near-duplicate texts and texts that stand in longer ones: an exact search over their sets of word trigrams.

Two texts of a and b trigrams, a <= b, that share s have a resemblance of s / (a + b - s), the Jaccard similarity, and a
containment of s / a, as Broder defines them (1997, "On the resemblance and containment of documents"). A brief has a
small resemblance to the story that it was cut from, but a large containment. Both are computed exactly rather than
sketched.

Most pairs are never compared. The smaller of two similar texts shares at least m trigrams, the fewest for which s / a
is large enough, or s / (2a - s), since b >= a. Let its trigrams be ordered from the rarest in the collection to the
most common, and divided into a head and a tail of t trigrams that the collection has twice. Of a similar text the head
has at least m - t, so that with t < m texts that share nothing of the head need no comparison. The head is longer than
that: all trigrams that few texts have are in it, since looking them up costs little, and the fewer are left in the
tail, the more of the head must be shared. A paragraph that occurs in every text costs nothing as long as it does not
make them similar. Division rounds monotonically, so all of this holds in floating point as well. Prefix filters as in
Bayardo, Ma and Srikant (2007, "Scaling up all pairs similarity search") and Xiao, Wang, Lin and Yu (2008, "Efficient
similarity joins for near duplicate detection"); longer ones as in Wang, Li and Feng (2012, "Can we beat the prefix
filtering?").
"""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import chain, combinations, count, pairwise
from typing import TYPE_CHECKING, NamedTuple

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from scipy import sparse

if TYPE_CHECKING:
    Numbers = NDArray[np.int64]
    Matrix = sparse.csr_array[np.int64, tuple[int, int]]
    Words = array[int]  # of a text, as numbers: equal words have equal numbers

WORD = re.compile(r"\w+")
SIZE = 3
PADDING = -1  # the number of the word that fills texts of fewer than three
THRESHOLD = 0.5  # half of all trigrams of two texts occur in both
BUDGET = 2**22  # matrix cells computed at once: some hundred megabytes
RARE = 16  # texts: a trigram that no more of them have is always looked up
FEW_TEXTS = 40  # are compared one by one, without numpy and scipy, which load slowly


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """When two texts are similar: by their resemblance or by their containment.

    Args:
        resemblance: the smallest that is enough, above 0 and at most 1.
        containment: the smallest that is enough, above 0 and at most 1.
        fewest: the fewest shared trigrams for which containment counts: short texts stand in others by chance.

    Raises:
        InvalidValueError: for a threshold out of its range.
    """

    resemblance: float = THRESHOLD
    containment: float = THRESHOLD
    fewest: int = 10

    def __post_init__(self) -> None:
        for threshold in (self.resemblance, self.containment):
            if not 0 < threshold <= 1:
                raise InvalidValueError(f"a similarity threshold is above 0 and at most 1, not {threshold}")

    def holds(self, pair: SimilarPair) -> bool:
        """Whether two texts are similar."""
        by_containment = pair.shared >= self.fewest and pair.containment >= self.containment
        return by_containment or pair.resemblance >= self.resemblance

    def hold(self, shared: Numbers, smaller: Numbers, larger: Numbers) -> NDArray[np.bool_]:
        """Whether texts with so many trigrams, of which they share some, are similar, pair by pair."""
        by_containment = (shared >= self.fewest) & (shared / smaller >= self.containment)
        return by_containment | (shared / (smaller + larger - shared) >= self.resemblance)


SIMILAR = Similarity()


class SimilarPair(NamedTuple):
    """Two texts and what they share.

    Attributes:
        first: the number of the one.
        second: the number of the other, a larger number.
        shared: how many trigrams they share.
        sizes: how many trigrams each has.
    """

    first: int
    second: int
    shared: int
    sizes: tuple[int, int]

    @property
    def resemblance(self) -> float:
        """Shared trigrams over all trigrams of both."""
        return self.shared / (sum(self.sizes) - self.shared)

    @property
    def containment(self) -> float:
        """Shared trigrams over those of the smaller text."""
        return self.shared / min(self.sizes)


class WordNumbers:
    """Numbers for words: equal words have equal numbers."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)

    def of(self, text: str) -> Words:
        """The words of a text as numbers."""
        return self.of_words(words(text))

    def of_words(self, found: Iterable[str]) -> Words:
        """These words as numbers."""
        return array("q", map(self._numbers.__getitem__, found))

    def known(self) -> list[str]:
        """The words that have numbers, each at its number."""
        return list(self._numbers)


def words(text: str) -> list[str]:
    """The words that are compared: runs of Unicode word characters, casefolded, in compatibility form (NFKC)."""
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def compare(a: str, b: str) -> SimilarPair:
    """What two texts share, similar or not.

    A text of fewer than three words counts as one trigram, so that two texts without words are the same.
    """
    numbers = WordNumbers()
    return _compared((0, _trigrams(numbers.of(a))), (1, _trigrams(numbers.of(b))))


def similar_pairs(
    texts: Sequence[Words],
    similarity: Similarity = SIMILAR,
    parts: Sequence[int] | None = None,
    passages: Sequence[Collection[int]] | None = None,
) -> list[SimilarPair]:
    """The pairs of similar texts, sorted.

    Memory is linear in the number of words and of pairs.

    Args:
        texts: in any order, which does not matter to the result.
        similarity: when two are similar.
        parts: for each text the part of a collection that it is in: pairs inside one part are left out.
        passages: for each text the numbers of passages that are known to be in it: texts that have one in common are
            similar by their resemblance alone. So what one passage of many texts explains takes no time and memory.
    """
    parts = range(len(texts)) if parts is None else parts
    passages = [()] * len(texts) if passages is None else passages
    if len(texts) > FEW_TEXTS:
        return sorted(_Index.of(texts, similarity, passages).pairs(parts))
    rows = [(number, _trigrams(text)) for number, text in enumerate(texts)]
    resemblance = replace(similarity, fewest=sys.maxsize)
    pairs = (_compared(a, b) for a, b in combinations(rows, 2) if parts[a[0]] != parts[b[0]])
    return [
        pair
        for pair in pairs
        if (similarity if _disjoint(passages[pair.first], passages[pair.second]) else resemblance).holds(pair)
    ]


def components(
    texts: Sequence[Words],
    similarity: Similarity = SIMILAR,
    unrelated: Iterable[tuple[int, int]] = (),
    passages: Sequence[Collection[int]] | None = None,
) -> list[int]:
    """For each text the number of its component: texts joined by a chain of similar pairs, numbered by first member.

    Memory is linear in the number of words, however many texts are similar.

    Args:
        texts: in any order.
        similarity: when two are similar.
        unrelated: pairs of texts that are not joined for being similar.
        passages: as in `similar_pairs`.
    """
    apart = set(chain.from_iterable(unrelated))
    unique: dict[tuple[int, bytes], int] = {}  # equal texts are compared once
    form = [
        unique.setdefault((number if number in apart else -1, text.tobytes()), len(unique))
        for number, text in enumerate(texts)
    ]
    forms = [array("q", form) for _, form in unique]
    first = dict(zip(reversed(form), reversed(range(len(texts))), strict=True))
    known = None if passages is None else [passages[first[number]] for number in range(len(forms))]
    exceptions = {(min(form[i], form[j]), max(form[i], form[j])) for i, j in unrelated}
    if len(forms) > FEW_TEXTS:
        labels = _Index.of(forms, similarity, known or [()] * len(forms)).components(exceptions)
    else:
        pairs = ((pair.first, pair.second) for pair in similar_pairs(forms, similarity, passages=known))
        labels = connect(range(len(forms)), (pair for pair in pairs if pair not in exceptions))
    numbers: defaultdict[int, int] = defaultdict(count().__next__)
    return [numbers[labels[number]] for number in form]


def connect(labels: Sequence[int], pairs: Iterable[tuple[int, int]]) -> list[int]:
    """New labels of components, each below the number of labels, after these pairs of labels have been joined."""
    parent = list(range(len(labels)))

    def root(label: int) -> int:
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    for a, b in pairs:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return [root(label) for label in labels]


def _disjoint(some: Collection[int], others: Collection[int]) -> bool:
    return not some or frozenset(some).isdisjoint(others)


def _trigrams(text: Words) -> set[tuple[int, ...]]:
    padded = [*text, *[PADDING] * (SIZE - len(text))]
    return set(zip(padded, padded[1:], padded[2:], strict=False))


def _compared(a: tuple[int, set[tuple[int, ...]]], b: tuple[int, set[tuple[int, ...]]]) -> SimilarPair:
    """What two texts share, each given by its number and its trigrams."""
    return SimilarPair(a[0], b[0], len(a[1] & b[1]), (len(a[1]), len(b[1])))


@dataclass(frozen=True, slots=True)
class _Index:
    """The trigram sets of texts as a binary matrix.

    Args:
        similarity: when two texts are similar.
        order: the number of the text in each row; rows go from the smallest set to the largest.
        sizes: of the sets.
        shared: rows x the trigrams of two texts or more, the rarest first.
        frequency: in how many texts each of these trigrams is.
        passages: rows x the passages that are known to be in the texts.
    """

    similarity: Similarity
    order: Numbers
    sizes: Numbers
    shared: Matrix
    frequency: Numbers
    passages: Matrix

    @classmethod
    def of(cls, texts: Sequence[Words], similarity: Similarity, passages: Sequence[Collection[int]]) -> _Index:
        import numpy as np

        matrix, sizes = _occurrences(texts)
        frequency = np.bincount(matrix.indices, minlength=matrix.shape[1])
        ranked = np.argsort(frequency, kind="stable")
        ranked = ranked[np.searchsorted(frequency[ranked], 2) :]
        order = np.argsort(sizes, kind="stable")
        shared = matrix[order][:, ranked]
        shared.sort_indices()
        return cls(similarity, order, sizes[order], shared, frequency[ranked], _memberships(passages)[order])

    def candidates(self) -> Iterator[tuple[Numbers, Numbers]]:
        """Pairs of rows in batches, the smaller set first: all that may be similar, and some that are not."""
        import numpy as np

        lengths = np.diff(self.shared.indptr)
        rest = np.repeat(self.shared.indptr[1:], lengths) - np.arange(self.shared.nnz)  # from here to the tail's end
        size = np.repeat(self.sizes, lengths)
        in_head = self.similarity.hold(rest, size, size) | (self.frequency[self.shared.indices] <= RARE)
        heads = _only(self.shared, in_head)
        tail = lengths - np.diff(heads.indptr)
        others = self.shared.T.tocsr()
        for start, end in stretches(np.asarray(heads @ self.frequency), BUDGET):
            products = (heads[start:end] @ others).tocoo()
            first, second = (axis.astype(np.int64) for axis in products.coords)
            first += start
            most = np.minimum(products.data + tail[first], self.sizes[first])
            fit = (first < second) & self.similarity.hold(most, self.sizes[first], self.sizes[second])
            first, second, most = first[fit], second[fit], most[fit]
            explained = self._have_common_passages(first, second)
            sizes = self.sizes[first] + self.sizes[second]
            fit = ~explained | (most / (sizes - most) >= self.similarity.resemblance)
            yield first[fit], second[fit]

    def _have_common_passages(self, first: Numbers, second: Numbers) -> NDArray[np.bool_]:
        """For pairs of rows whether the texts have a known passage in common."""
        import numpy as np

        if not self.passages.nnz:
            return np.zeros(len(first), dtype=bool)
        common: Numbers = self.passages[first].multiply(self.passages[second]).sum(axis=1)
        return common > 0

    def batches(self, first: Numbers, second: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
        """Pairs of rows in batches that can be compared at once."""
        lengths = self.shared.indptr[1:] - self.shared.indptr[:-1]
        for start, end in stretches(lengths[first] + lengths[second], BUDGET):
            yield first[start:end], second[start:end]

    def similar(self, first: Numbers, second: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of these pairs of rows those that are similar, and the number of trigrams that they share."""
        shared: Numbers = self.shared[first].multiply(self.shared[second]).sum(axis=1)
        hit = self.similarity.hold(shared, self.sizes[first], self.sizes[second])
        first, second, shared = first[hit], second[hit], shared[hit]
        near = shared / (self.sizes[first] + self.sizes[second] - shared) >= self.similarity.resemblance
        hit = near | ~self._have_common_passages(first, second)
        return first[hit], second[hit], shared[hit]

    def pairs(self, parts: Sequence[int]) -> Iterator[SimilarPair]:
        """The similar pairs of texts in different parts."""
        import numpy as np

        part = np.asarray(parts)[self.order]
        for first, second in self.candidates():
            apart = part[first] != part[second]
            for rows in self.batches(first[apart], second[apart]):
                i, j, shared = self.similar(*rows)
                i, j = np.where(self.order[i] < self.order[j], (i, j), (j, i))
                columns = (self.order[i], self.order[j], shared, self.sizes[i], self.sizes[j])
                for a, b, number, *sizes in zip(*(column.tolist() for column in columns), strict=True):
                    yield SimilarPair(a, b, number, (sizes[0], sizes[1]))

    def components(self, unrelated: Iterable[tuple[int, int]]) -> list[int]:
        """For each text the number of its connected component, without these pairs of texts."""
        import numpy as np
        from scipy import sparse

        exceptions = np.array([i * len(self.order) + j for i, j in unrelated], dtype=np.int64)
        labels = np.arange(len(self.order))
        for candidates in self.candidates():
            for rows in self.batches(*self._to_join(candidates, labels, exceptions)):
                first, second, _ = self.similar(*self._to_join(rows, labels, exceptions))
                if len(first):
                    edges = (np.ones(len(first)), (labels[first], labels[second]))
                    graph = sparse.coo_array(edges, shape=(len(labels), len(labels)))
                    labels = sparse.csgraph.connected_components(graph, directed=False)[1].astype(np.int64)[labels]
        restored = np.empty_like(labels)
        restored[self.order] = labels
        return [int(label) for label in restored]

    def _to_join(self, rows: tuple[Numbers, Numbers], labels: Numbers, exceptions: Numbers) -> tuple[Numbers, Numbers]:
        """Those pairs of rows that have different labels, without the pairs of texts with these keys."""
        import numpy as np

        apart = labels[rows[0]] != labels[rows[1]]
        first, second = rows[0][apart], rows[1][apart]
        if not len(exceptions):
            return first, second
        low, high = np.sort([self.order[first], self.order[second]], axis=0)
        chosen = ~np.isin(low * len(self.order) + high, exceptions)
        return first[chosen], second[chosen]


def _memberships(passages: Sequence[Collection[int]]) -> Matrix:
    """Texts x passages, 1 where the text has the passage."""
    import numpy as np
    from scipy import sparse

    ends = np.cumsum([0, *map(len, passages)])
    columns = np.fromiter(chain.from_iterable(passages), dtype=np.int64, count=ends[-1])
    shape = (len(passages), int(columns.max(initial=-1)) + 1)
    return sparse.csr_array((np.ones(len(columns), dtype=np.int64), columns, ends), shape=shape)


def _occurrences(texts: Sequence[Words]) -> tuple[Matrix, Numbers]:
    """Texts x trigrams, 1 where the text has the trigram, without those that occur once; the sizes of all sets."""
    import numpy as np
    from scipy import sparse

    padded = [text if len(text) >= SIZE else text + array("q", [PADDING] * (SIZE - len(text))) for text in texts]
    lengths = np.array([len(text) for text in padded], dtype=np.int64)
    word = np.concatenate([np.frombuffer(text, dtype=np.int64) for text in padded]) - PADDING
    ends = np.cumsum(lengths)
    begins = np.ones(len(word), dtype=bool)
    begins[ends - 1] = begins[ends - 2] = False
    at, row = np.flatnonzero(begins), np.repeat(np.arange(len(texts)), lengths)
    positions = np.bincount(row[at], minlength=len(texts))
    # Pairs are numbered before trigrams, since three word numbers in one integer could overflow. What holds a word or
    # a pair that occurs once is left out before the longer ones are sorted.
    words_count = int(word.max(initial=0)) + 1
    repeated = np.bincount(word, minlength=words_count) > 1
    at = at[repeated[word[at]] & repeated[word[at + 1]] & repeated[word[at + 2]]]
    at, pair = _repeated(at, word[at] * words_count + word[at + 1])
    at, column = _repeated(at, pair * words_count + word[at + 2])
    row = row[at]
    shape = (len(texts), int(column.max(initial=-1)) + 1)
    matrix = sparse.csr_array((np.ones(len(at), dtype=np.int64), (row, column)), shape=shape)
    sizes = positions - np.bincount(row, minlength=len(texts)) + np.diff(matrix.indptr)
    matrix.data[:] = 1
    return matrix, sizes


def _repeated(at: Numbers, keys: Numbers) -> tuple[Numbers, Numbers]:
    """The positions whose keys occur more than once, and the keys there, numbered."""
    import numpy as np

    _, number, frequency = np.unique(keys, return_inverse=True, return_counts=True)
    chosen = frequency[number] > 1
    return at[chosen], number[chosen]


def _only(matrix: Matrix, chosen: NDArray[np.bool_]) -> Matrix:
    """The matrix with only the chosen cells."""
    copy = matrix.copy()
    copy.data = chosen.astype(copy.dtype)
    copy.eliminate_zeros()
    return copy


def stretches(costs: Numbers, budget: int) -> Iterator[tuple[int, int]]:
    """Stretches `[start, end)` whose costs add up to about the budget at most, or that consist of a single cost."""
    import numpy as np

    cuts = np.flatnonzero(np.diff(np.cumsum(costs) // budget)) + 1
    edges = [0, *cuts.tolist(), len(costs)]
    return ((start, end) for start, end in pairwise(edges) if start < end)
