"""Texts as numbers of words, in files of a temporary folder: what the search for similar texts reads in place of texts.

Texts are written in batches, each by one process and into files of its own, so that batches can be made side by side.
A batch numbers its words for itself; `similarity_join` numbers those of all batches.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from goldspan.near_duplicates import SIZE, WordNumbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MOST_WORDS = 2**19  # of a batch, unless a single text has more
MOST_TEXTS = 2**14  # of a batch
PADDING = ""  # fills texts of fewer than three words; no word is empty
DIGEST_BYTES = 8


@dataclass(frozen=True, slots=True)
class TokenisedBatch:
    """A batch of texts in files.

    Args:
        path: of the files, without the suffixes that tell them apart.
        texts: how many there are.
    """

    path: Path
    texts: int

    @property
    def vocabulary(self) -> Path:
        """A Parquet file of the words: `word`, its number in the batch (`local`), how often it occurs."""
        return self.path.with_suffix(".vocabulary")

    def words(self) -> NDArray[np.int32]:
        """The words of all texts as numbers of the batch, at least three for each text."""
        found: NDArray[np.int32] = self._read("words")
        return found

    def lengths(self) -> NDArray[np.int32]:
        """For each text the number of its words in `words`."""
        found: NDArray[np.int32] = self._read("lengths")
        return found

    def begins(self) -> NDArray[np.int32]:
        """Where in `words` the trigrams begin: each that a text has once, however often it occurs there."""
        found: NDArray[np.int32] = self._read("begins")
        return found

    def sizes(self) -> NDArray[np.int32]:
        """For each text the number of its trigrams."""
        found: NDArray[np.int32] = self._read("sizes")
        return found

    def digests(self) -> NDArray[np.uint64]:
        """For each text a number that is the same for texts of the same words, and seldom for others."""
        found: NDArray[np.uint64] = self._read("digests")
        return found

    def _read(self, name: str) -> Any:  # noqa: ANN401  (an array of the type that was written)
        import numpy as np

        return np.load(self._file(name))

    def write(self, name: str, values: NDArray[Any]) -> None:
        """Write one of the columns."""
        import numpy as np

        with self._file(name).open("wb") as stream:
            np.save(stream, values)

    def _file(self, name: str) -> Path:
        return self.path.with_suffix(f".{name}")


def divide(texts: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    """The texts, each as its words, in batches of bounded size, in their order."""
    batch: list[list[str]] = []
    size = 0
    for text in texts:
        if batch and (size + len(text) > MOST_WORDS or len(batch) == MOST_TEXTS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def write_batch(texts: Sequence[list[str]], path: Path) -> TokenisedBatch:
    """Write a batch of texts.

    Args:
        texts: of the batch, each as its words, as `near_duplicates.words` gives them.
        path: of its files, without a suffix.
    """
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    batch = TokenisedBatch(path, len(texts))
    numbers = WordNumbers()
    padding = numbers.of_words([PADDING])
    words, begins, lengths, sizes = [], [], [], []
    start = 0
    for text in texts:
        own = numbers.of_words(text)
        own.extend(padding * (SIZE - len(own)))
        places = dict(zip(zip(own, own[1:], own[2:], strict=False), count(start), strict=False))
        words.append(np.array(own, dtype=np.int32))
        begins.append(np.fromiter(places.values(), dtype=np.int32, count=len(places)))
        lengths.append(len(own))
        sizes.append(len(places))
        start += len(own)
    word = np.concatenate(words)
    batch.write("words", word)
    batch.write("begins", np.concatenate(begins))
    batch.write("lengths", np.array(lengths, dtype=np.int32))
    batch.write("sizes", np.array(sizes, dtype=np.int32))
    batch.write("digests", np.array([digest(text) for text in texts], dtype=np.uint64))
    known = numbers.known()
    columns = {
        "word": pa.array(known, pa.string()),
        "local": pa.array(np.arange(len(known), dtype=np.int32)),
        "occurrences": pa.array(np.bincount(word, minlength=len(known))),
    }
    parquet.write_table(pa.table(columns), batch.vocabulary)
    return batch


def digest(text: Iterable[str]) -> int:
    """A number that is the same for the same words, and seldom for others."""
    return int.from_bytes(hashlib.blake2b(" ".join(text).encode(), digest_size=DIGEST_BYTES).digest())
