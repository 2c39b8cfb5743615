"""The search for similar texts out of core, for tests: texts in, the pairs of `near_duplicates.similar_pairs` out."""

import contextlib
import tempfile
from collections import defaultdict
from itertools import combinations, product
from pathlib import Path

from goldspan.bulk.similarity_join import SimilarityJoin
from goldspan.bulk.tokenised_texts import divide, write_batch
from goldspan.near_duplicates import SIMILAR, SimilarPair, words


@contextlib.contextmanager
def joined(texts, similarity=SIMILAR, limits=None):
    """The similar ones among texts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        batches = [write_batch(batch, folder / str(number)) for number, batch in enumerate(divide(map(words, texts)))]
        with SimilarityJoin(batches, folder, similarity, limits) as join:
            yield join


def written_pairs(join):
    """The pairs as they are written, copies as ties, and by text the first one that it is a copy of."""
    rows = [row for batch in join.read("SELECT * FROM similarity ORDER BY first, second") for row in batch.to_pylist()]
    pairs = [
        SimilarPair(row["first"], row["second"], row["shared"], (row["first_size"], row["second_size"])) for row in rows
    ]
    return pairs, {row["second"]: row["first"] for row in rows if row["copy"]}


def all_pairs(join):
    """The pairs of all texts: those of copies follow from those of the first text of the same words."""
    pairs, first = written_pairs(join)
    copies = defaultdict(list)
    for number in range(join.texts):
        copies[first.get(number, number)].append(number)
    size = {number: size for pair in pairs for number, size in zip(pair[:2], pair.sizes, strict=True)}
    groups = [combinations(same, 2) for same in copies.values()]
    found = [SimilarPair(a, b, size[a], (size[a], size[a])) for group in groups for a, b in group]
    for pair in pairs:
        if pair.second not in first:
            for a, b in product(copies[pair.first], copies[pair.second]):
                sizes = pair.sizes if a < b else pair.sizes[::-1]
                found.append(SimilarPair(min(a, b), max(a, b), pair.shared, sizes))
    return sorted(found)
