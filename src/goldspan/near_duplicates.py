"""Near-duplicate texts: exact Jaccard similarity of their sets of word trigrams.

The resemblance of two documents as Broder defines it (1997, "On the resemblance and containment of documents"),
computed exactly rather than sketched. Most pairs are never compared. Let the trigrams of each text be ordered from the
rarest in the collection to the most common, and let z be the first that two texts x and y with |x| <= |y| share; no
trigram before z is shared.

- If z is the first of the last s trigrams of y, the similarity is at most s / |y|, since the union contains y.
- If z is the first of the last s trigrams of x, it is at most s / (2|x| - s), since |y| >= |x|.

So z is among the trigrams of y with s / |y| >= threshold and those of x with s / (2|x| - s) >= threshold: texts that
share none of these need no comparison, and a paragraph that occurs in every text costs nothing as long as it does not
make them similar. Division rounds monotonically, so this holds in floating point as well. Size and prefix filters
as in Bayardo, Ma and Srikant (2007, "Scaling up all pairs similarity search") and Xiao, Wang, Lin and Yu (2008,
"Efficient similarity joins for near duplicate detection").
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import defaultdict
from dataclasses import dataclass
from itertools import count, pairwise
from typing import TYPE_CHECKING

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from scipy import sparse

if TYPE_CHECKING:
    Numbers = NDArray[np.int64]
    Matrix = sparse.csr_array[np.int64, tuple[int, int]]

WORD = re.compile(r"\w+")
SIZE = 3
THRESHOLD = 0.5  # half of all trigrams of two texts occur in both
BUDGET = 2**22  # matrix cells computed at once: some hundred megabytes


def words(text: str) -> list[str]:
    """The words that are compared: runs of Unicode word characters, casefolded, in compatibility form (NFKC)."""
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def jaccard(a: str, b: str) -> float:
    """The similarity of two texts: shared word trigrams over all of their word trigrams, from 0 to 1.

    A text of fewer than three words counts as one trigram, so two texts without words are the same.
    """
    first, second = _trigrams(a), _trigrams(b)
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared)


def find_near_duplicates(texts: Sequence[str], threshold: float = THRESHOLD) -> list[tuple[int, int, float]]:
    """The pairs of similar texts, as `(i, j, jaccard)` with i < j, sorted.

    Memory is linear in the number of words and of similar pairs.

    Args:
        texts: in any order, which does not matter to the result.
        threshold: the smallest similarity that counts, above 0 and at most 1.

    Raises:
        InvalidValueError: for a threshold outside that range.
    """
    index = _Index.of(texts, threshold)
    similar: list[tuple[int, int, float]] = []
    for first, second in index.candidates():
        similarity = index.jaccards(first, second)
        hit = similarity >= threshold
        pairs = zip(index.names(first[hit]), index.names(second[hit]), similarity[hit].tolist(), strict=True)
        similar.extend((min(i, j), max(i, j), value) for i, j, value in pairs)
    return sorted(similar)


def near_duplicate_clusters(texts: Sequence[str], threshold: float = THRESHOLD) -> list[int]:
    """For each text the number of its cluster: texts joined by a chain of similar pairs, numbered by first member.

    Memory is linear in the number of words, however many texts are similar.

    Raises:
        InvalidValueError: for a threshold outside of (0, 1].
    """
    forms = [" ".join(words(text)) for text in texts]
    unique = {form: number for number, form in enumerate(dict.fromkeys(forms))}
    labels = _Index.of(list(unique), threshold).components()
    numbers: defaultdict[int, int] = defaultdict(count().__next__)
    return [numbers[labels[unique[form]]] for form in forms]


def _trigrams(text: str) -> set[tuple[str, ...]]:
    sequence = words(text)
    return {tuple(sequence[at : at + SIZE]) for at in range(max(1, len(sequence) - SIZE + 1))}


@dataclass(frozen=True, slots=True)
class _Index:
    """The trigram sets of texts as a binary matrix.

    Args:
        threshold: the smallest similarity that counts.
        order: the number of the text in each row; rows go from the smallest set to the largest.
        sizes: of the sets.
        shared: rows x the trigrams of two texts or more, the rarest first.
    """

    threshold: float
    order: Numbers
    sizes: Numbers
    shared: Matrix

    @classmethod
    def of(cls, texts: Sequence[str], threshold: float) -> _Index:
        import numpy as np

        if not 0 < threshold <= 1:
            raise InvalidValueError(f"a similarity threshold is above 0 and at most 1, not {threshold}")
        matrix = _occurrences(texts)
        sizes = np.diff(matrix.indptr).astype(np.int64)
        frequency = np.bincount(matrix.indices, minlength=matrix.shape[1])
        ranked = np.argsort(frequency, kind="stable")
        order = np.argsort(sizes, kind="stable")
        shared = matrix[order][:, ranked[np.searchsorted(frequency[ranked], 2) :]]
        shared.sort_indices()
        return cls(threshold, order, sizes[order], shared)

    def names(self, rows: Numbers) -> list[int]:
        """The numbers of the texts in these rows."""
        return [int(name) for name in self.order[rows]]

    def candidates(self) -> Iterator[tuple[Numbers, Numbers]]:
        """Pairs of rows in batches, the smaller set first: all that may be similar, and some that are not."""
        import numpy as np

        lengths = np.diff(self.shared.indptr)
        remaining = np.repeat(self.shared.indptr[1:], lengths) - np.arange(self.shared.nnz)  # s of the module's bounds
        size = np.repeat(self.sizes, lengths)
        smaller = _only(self.shared, remaining / (2 * size - remaining) >= self.threshold)
        larger = _only(self.shared, remaining / size >= self.threshold)
        products = np.asarray(smaller @ np.bincount(larger.indices, minlength=larger.shape[1]))
        for start, end in _stretches(products):
            reach = int(np.count_nonzero(self.sizes[end - 1] / self.sizes >= self.threshold))
            pairs = (smaller[start:end] @ larger[start:reach].T).tocoo()
            first, second = (axis.astype(np.int64) + start for axis in pairs.coords)
            fit = (first < second) & (self.sizes[first] / self.sizes[second] >= self.threshold)
            first, second = first[fit], second[fit]
            for a, b in _stretches(lengths[first] + lengths[second]):
                yield first[a:b], second[a:b]

    def jaccards(self, first: Numbers, second: Numbers) -> NDArray[np.float64]:
        """The exact similarities of pairs of rows."""
        common: Numbers = self.shared[first].multiply(self.shared[second]).sum(axis=1)
        similarity: NDArray[np.float64] = common / (self.sizes[first] + self.sizes[second] - common)
        return similarity

    def components(self) -> list[int]:
        """For each text the number of its connected component."""
        import numpy as np
        from scipy import sparse

        labels = np.arange(len(self.order))
        for first, second in self.candidates():
            apart = labels[first] != labels[second]
            i, j = first[apart], second[apart]
            hit = self.jaccards(i, j) >= self.threshold
            edges = (np.ones(np.count_nonzero(hit)), (labels[i[hit]], labels[j[hit]]))
            graph = sparse.coo_array(edges, shape=(len(labels), len(labels)))
            joined = sparse.csgraph.connected_components(graph, directed=False)[1].astype(np.int64)
            labels = joined[labels]
        restored = np.empty_like(labels)
        restored[self.order] = labels
        return [int(label) for label in restored]


def _occurrences(texts: Sequence[str]) -> Matrix:
    """Texts x trigrams, 1 where the text has the trigram; short texts are padded with an empty word."""
    import numpy as np
    from scipy import sparse

    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    sequence, lengths = array("q"), []
    for text in texts:
        padded = words(text)
        padded.extend([""] * (SIZE - len(padded)))
        sequence.extend(map(numbers.__getitem__, padded))
        lengths.append(len(padded))
    word = np.array(sequence, dtype=np.int64)
    ends = np.cumsum(lengths, dtype=np.int64)
    begins = np.ones(len(word), dtype=bool)
    begins[ends - 1] = begins[ends - 2] = False
    at = np.flatnonzero(begins)
    row = np.repeat(np.arange(len(texts)), lengths)[at]
    # Pairs are numbered before trigrams, since three word numbers in one integer could overflow.
    pairs = np.unique(word[at] * len(numbers) + word[at + 1], return_inverse=True)[1]
    column = np.unique(pairs * len(numbers) + word[at + 2], return_inverse=True)[1]
    shape = (len(texts), int(column.max(initial=-1)) + 1)
    matrix = sparse.csr_array((np.ones(len(at), dtype=np.int64), (row, column)), shape=shape)
    matrix.data[:] = 1
    return matrix


def _only(matrix: Matrix, chosen: NDArray[np.bool_]) -> Matrix:
    """The matrix with only the chosen cells."""
    copy = matrix.copy()
    copy.data = chosen.astype(copy.dtype)
    copy.eliminate_zeros()
    return copy


def _stretches(costs: Numbers) -> Iterator[tuple[int, int]]:
    """Stretches `[start, end)` whose costs add up to about the budget at most, or that consist of a single cost."""
    import numpy as np

    cuts = np.flatnonzero(np.diff(np.cumsum(costs) // BUDGET)) + 1
    edges = [0, *cuts.tolist(), len(costs)]
    return ((start, end) for start, end in pairwise(edges) if start < end)
