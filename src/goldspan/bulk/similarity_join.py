"""Pairs of similar texts among millions, exact and out of core: the search of `near_duplicates` carried out in DuckDB.

The result is that of `near_duplicates.similar_pairs`: every pair, and for each the number of trigrams that the two
share. Nothing is sketched or sampled. The steps, each of which reads and writes tables that DuckDB keeps on disk as far
as they do not fit into its memory:

1. *Words* get numbers, exact ones: equal words have equal numbers and different words different ones. A word that
   occurs once in all texts gets none, since no two texts share a trigram that holds it.
2. *Copies*, texts of the same words, are collapsed: only the first of them is compared, and the others are tied to it.
   So ten thousand copies of a text are 9,999 ties and not fifty million pairs. A digest says which texts may be copies
   and their words decide: a digest that two different texts have costs a comparison, and changes nothing.
3. *Trigrams* are three numbers, of which the first two are put into one: again exact, no hash is involved. Those of one
   text alone are left out; how many a text has in all is known from step 0 (`tokenised_texts`).
4. *Heads*. Texts go from the smallest set of trigrams to the largest. Let m be the fewest trigrams that a text of a
   trigrams must share with one as large or larger to be similar to it: the least s for which s / a suffices and s is
   not below `fewest`, or s / (2a - s) suffices. Sharing s with a larger text gives the same containment and a smaller
   resemblance, so that m holds for all of them; division rounds monotonically, so that it holds in floating point as
   well. Of its trigrams that other texts have, ordered from the rarest to the most common, the last m - 1 are the
   tail and all before them the head. A text that shares m trigrams shares one of the head, wherever ties are put.
5. *Candidates* are the texts that have a trigram of the head of a smaller one. For each the trigrams that it shares
   with the head are counted, then those that it shares with the tail; `Similarity.hold` decides. Candidates are found
   for so many smaller texts at a time as fit into memory, and what is similar is written before the next ones.

A passage that thousands of articles share lies in their tails and costs nothing, as long as it does not make them
similar. If it does, its articles are pairs of each other: all of them are found and written, in time that grows with
their number, but none is kept in memory.

Prefix filters: Chaudhuri, Ganti and Kaushik (2006, "A primitive operator for similarity joins in data cleaning"), who
join in a database as this does; Bayardo, Ma and Srikant (2007, "Scaling up all pairs similarity search").
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from goldspan.bulk.clusters import Clusters
from goldspan.errors import GoldspanError, InputError, InvalidValueError, NotFoundError
from goldspan.near_duplicates import SIMILAR, stretches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import duckdb
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from goldspan.bulk.tokenised_texts import TokenisedBatch
    from goldspan.near_duplicates import Similarity

    Numbers = NDArray[np.int64]
    Progress = Callable[[str, int, int | None], None]

LEAST_MEMORY = 640 * 2**20  # for a few texts
LEAST_OF_TABLES = 192 * 2**20  # that must be left for them
OWN_MEMORY = 320 * 2**20  # bytes that Python, its libraries and the batches take besides DuckDB
BYTES_PER_TEXT = 64  # in arrays of numbers
DUCKDB_SHARE = 0.75  # of what is left: DuckDB does not count all that it takes
BYTES_PER_MATCH = 48  # of DuckDB's memory for a trigram of a head that another text has
ROWS = 2**17  # read together
NO_NUMBER = -1  # of a word that occurs once
EXTRA_REMEDY = "Install it: pip install 'goldspan[bulk]'"
INTERRUPTED = "Query interrupted"  # with which DuckDB ends a query on Ctrl-C
OTHER_FOLDER = "Make room, or name a folder on another disk with --temporary."

TABLES = """
CREATE TABLE doubtful (text UINTEGER, words BLOB);
CREATE TABLE copy (first UINTEGER, second UINTEGER, size UINTEGER);
CREATE TABLE occurrence (text UINTEGER, pair BIGINT, last UINTEGER);
CREATE TABLE least (text UINTEGER, fewest UINTEGER);
CREATE TABLE pair (first UINTEGER, second UINTEGER, shared UINTEGER, first_size UINTEGER, second_size UINTEGER);
"""
WORDS = """
CREATE TABLE word AS
SELECT word, CAST(row_number() OVER () - 1 AS INTEGER) AS number
FROM (SELECT word FROM read_parquet(?) GROUP BY word HAVING sum(occurrences) > 1)
"""
NUMBERS_OF_BATCH = "SELECT local, number FROM read_parquet(?) JOIN word USING (word)"
COPIES = """
SELECT text, first
FROM doubtful JOIN (SELECT words, min(text) AS first FROM doubtful GROUP BY words) USING (words)
WHERE text != first
"""
SHARED = """
CREATE TABLE shared AS
SELECT pair, last, CAST(row_number() OVER () AS UINTEGER) AS trigram, CAST(count(*) AS UINTEGER) AS frequency
FROM occurrence GROUP BY pair, last HAVING count(*) > 1
"""
POSTINGS = """
CREATE TABLE posting AS
SELECT text, trigram, frequency, at_least >= fewest AS in_head
FROM (
    SELECT text, trigram, frequency, row_number() OVER (PARTITION BY text ORDER BY frequency DESC, trigram) AS at_least
    FROM occurrence JOIN shared USING (pair, last)
) JOIN least USING (text)
"""  # a text that has this trigram as its rarest shared one shares so many at most
COSTS = "SELECT text, sum(frequency) AS cost FROM posting WHERE in_head GROUP BY text"
CANDIDATES = """
CREATE OR REPLACE TABLE candidate AS
SELECT smaller.text AS first, larger.text AS second, count(*) AS common
FROM posting AS smaller JOIN posting AS larger ON smaller.trigram = larger.trigram AND smaller.text < larger.text
WHERE smaller.in_head AND smaller.text >= $start AND smaller.text < $end AND larger.text > $start
GROUP BY ALL
"""
SHARES = """
SELECT first, second, common + coalesce(others, 0) AS shared
FROM candidate LEFT JOIN (
    SELECT first, second, count(*) AS others
    FROM candidate
    JOIN posting AS smaller ON smaller.text = first AND NOT smaller.in_head
    JOIN posting AS larger ON larger.text = second AND larger.trigram = smaller.trigram
    GROUP BY ALL
) USING (first, second)
"""
PAIRS = """
CREATE VIEW similarity AS
SELECT first, second, shared, first_size, second_size, FALSE AS copy FROM pair
UNION ALL SELECT first, second, size, size, size, TRUE FROM copy
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinLimits:
    """What the search may take.

    Args:
        memory: in bytes, for this process with DuckDB in it.
        threads: of DuckDB.

    Raises:
        InvalidValueError: for less memory than it needs, or no thread.
    """

    memory: int = 2 * 2**30
    threads: int = 1

    def __post_init__(self) -> None:
        if self.memory < LEAST_MEMORY:
            least = f"{LEAST_MEMORY >> 20}MB"
            raise InvalidValueError(
                f"{self.memory >> 20:,} MB of memory are too few", remedy=f"Give {least} at least: --memory {least}."
            )
        if self.threads < 1:
            raise InvalidValueError("at least one thread is needed", remedy="Leave --threads out, or give 1 or more.")

    def duckdb(self, texts: int) -> int:
        """The bytes that DuckDB may take in a search among so many texts.

        Raises:
            InvalidValueError: for too many texts.
        """
        left = self.memory - OWN_MEMORY - BYTES_PER_TEXT * texts
        if left < LEAST_OF_TABLES:
            needed = (self.memory - left + LEAST_OF_TABLES >> 20) + 1
            raise InvalidValueError(
                f"{self.memory >> 20:,} MB of memory are too few for {texts:,} texts",
                remedy=f"Give {needed}MB at least: --memory {needed}MB.",
            )
        return int(left * DUCKDB_SHARE)

    def matches(self, texts: int) -> int:
        """How many trigrams of heads in other texts are looked up at once in a search among so many texts."""
        return self.duckdb(texts) // 2 // BYTES_PER_MATCH


class SimilarityJoin:
    """The similar ones among texts, found when it is made.

    Texts have numbers, in the order of their batches. Where texts have the same words, the first is compared with the
    others and each copy is tied to it: pairs of copies with each other, and with what the first is similar to, follow.

    Args:
        batches: of all texts.
        folder: for the tables; it is removed by who made it.
        similarity: when two texts are similar.
        limits: what the search may take.
        on_progress: called with the step, how much of it is done, and how much there is.

    Raises:
        GoldspanError: if the memory or the disk is too small.
    """

    def __init__(
        self,
        batches: Sequence[TokenisedBatch],
        folder: Path,
        similarity: Similarity = SIMILAR,
        limits: JoinLimits | None = None,
        on_progress: Progress = lambda _step, _done, _total: None,
    ) -> None:
        import numpy as np

        self._batches = batches
        self._folder = folder
        self._similarity = similarity
        self._limits = limits or JoinLimits()
        self._on_progress = on_progress
        self._base = np.cumsum([0, *(batch.texts for batch in batches)])
        self.texts = int(self._base[-1])
        self.sizes = np.empty(0, dtype=np.int32)
        self._clusters = Clusters(self.texts)
        self.copies = 0
        self._database = _connect(folder, self._limits.duckdb(self.texts), self._limits.threads)
        try:
            with self.reporting():
                self._find()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    @property
    def pairs(self) -> int:
        """How many pairs there are: of texts of different words, and of each copy with the first text of its words."""
        return self.count("pair") + self.copies

    def read(self, query: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query in batches; more can be run while they are read.

        The view `similarity` has the pairs: the numbers of both texts (`first`, the lower one, and `second`), how many
        trigrams they share (`shared`), how many each has (`first_size`, `second_size`), and whether the second is a
        copy of the first (`copy`).
        """
        return iter(self._database.cursor().sql(query).to_arrow_reader(ROWS))

    def first_members(self) -> Numbers:
        """For each text the first of its cluster: texts joined by a chain of similar pairs."""
        return self._clusters.first_members()

    @contextlib.contextmanager
    def reporting(self) -> Iterator[None]:
        """Have errors of DuckDB say what to do.

        Raises:
            GoldspanError: in place of DuckDB's error.
            KeyboardInterrupt: in place of the error of a query during which Ctrl-C was pressed.
        """
        try:
            yield
        except Exception as error:
            kind, words = type(error).__name__, " ".join(str(error).split())
            if words == INTERRUPTED or kind == "InterruptException":
                raise KeyboardInterrupt from None
            if not type(error).__module__.startswith(("duckdb", "_duckdb")):
                raise
            if "No space left" in words or "max_temp_directory_size" in words:
                raise InputError("the disk is full", file=self._folder.parent, remedy=OTHER_FOLDER) from None
            if kind == "OutOfMemoryException":
                remedy = f"Give more than {self._limits.memory >> 20:,} MB with --memory, or fewer --threads."
                raise GoldspanError("there is too little memory for these texts", remedy=remedy) from None
            raise GoldspanError(f"DuckDB: {words}") from None

    def _find(self) -> None:
        """Carry out the steps."""
        import numpy as np

        self.run(TABLES)
        self.run(PAIRS)
        if self.texts < 2:
            return
        self.sizes = np.concatenate([batch.sizes() for batch in self._batches])
        first = self._collapse_copies()
        compared = np.flatnonzero(first == np.arange(self.texts))
        self._order = compared[np.argsort(self.sizes[compared], kind="stable")]
        self._ordered_sizes = self.sizes[self._order].astype(np.int64)
        self._write_trigrams()
        self._divide_trigrams()
        self._find_pairs()

    def run(self, statement: str, *values: object, **named: object) -> duckdb.DuckDBPyConnection:
        """Run a statement with its values."""
        return self._database.execute(statement, named or values)

    def count(self, table: str) -> int:
        """The number of rows of a table."""
        row = self.run(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  (a name of ours)
        assert row is not None
        return int(row[0])

    def insert(self, table: str, **columns: NDArray[Any] | pa.Array) -> None:
        """Insert rows into a table, whose columns have the order of these."""
        import pyarrow as pa

        self._database.register("rows", pa.table(columns))
        self.run(f"INSERT INTO {table} SELECT * FROM rows")  # noqa: S608  (a name of ours)
        self._database.unregister("rows")

    def _numbers(self, batch: TokenisedBatch) -> NDArray[np.int32]:
        """For each word of a batch its number among those of all batches."""
        import numpy as np
        from pyarrow import parquet

        numbers = np.full(parquet.read_metadata(batch.vocabulary).num_rows, NO_NUMBER, dtype=np.int32)
        found = self.run(NUMBERS_OF_BATCH, str(batch.vocabulary)).fetchnumpy()
        numbers[found["local"]] = found["number"]
        return numbers

    def _collapse_copies(self) -> Numbers:
        """For each text the first that has the same words."""
        import numpy as np

        self.run(WORDS, [str(batch.vocabulary) for batch in self._batches])
        first = np.arange(self.texts)
        doubtful = self._doubtful()
        for number, batch in enumerate(self._batches):
            base = self._base[number]
            chosen = np.flatnonzero(doubtful[base : base + batch.texts])
            if not len(chosen):
                continue
            lengths = batch.lengths()
            ends = np.cumsum(lengths, dtype=np.int64)
            words = self._numbers(batch)[batch.words()]
            texts = [words[ends[at] - lengths[at] : ends[at]] for at in chosen]
            known = [at for at, text in enumerate(texts) if text.min() != NO_NUMBER]
            self.insert("doubtful", text=base + chosen[known], words=_binary(texts[at].tobytes() for at in known))
        ties = self.run(COPIES).fetchnumpy()
        original, copy = (np.asarray(ties[name], dtype=np.int64) for name in ("first", "text"))
        first[copy] = original
        self.copies = len(copy)
        self.insert("copy", first=original, second=copy, size=self.sizes[original])
        self.run("DROP TABLE doubtful")
        self._clusters.join(original, copy)
        return first

    def _doubtful(self) -> NDArray[np.bool_]:
        """For each text whether another has its digest."""
        import numpy as np

        digests = np.concatenate([batch.digests() for batch in self._batches])
        order = np.argsort(digests)
        equal = digests[order[1:]] == digests[order[:-1]]
        doubtful = np.zeros(self.texts, dtype=bool)
        doubtful[order[1:][equal]] = doubtful[order[:-1][equal]] = True
        return doubtful

    def _write_trigrams(self) -> None:
        """Write the trigrams of the texts that are compared, by their place in the order of sizes."""
        import numpy as np

        place = np.full(self.texts, -1, dtype=np.int64)
        place[self._order] = np.arange(len(self._order))
        vocabulary = self.count("word")
        for number, batch in enumerate(self._batches):
            self._on_progress("trigrams", number, len(self._batches))
            word = self._numbers(batch)[batch.words()].astype(np.int64)
            at = batch.begins()
            text = np.repeat(place[self._base[number] : self._base[number + 1]], batch.sizes())
            kept = (text >= 0) & (np.minimum(np.minimum(word[at], word[at + 1]), word[at + 2]) != NO_NUMBER)
            text, at = text[kept], at[kept]
            self.insert(
                "occurrence",
                text=text.astype(np.uint32),
                pair=word[at] * vocabulary + word[at + 1],
                last=word[at + 2].astype(np.uint32),
            )

    def _divide_trigrams(self) -> None:
        """Number the trigrams that several texts have, and divide those of each text into head and tail."""
        import numpy as np

        self._on_progress("shared trigrams", 0, None)
        self.run(SHARED)
        fewest = _fewest(self._similarity, self._ordered_sizes)
        self.insert("least", text=np.arange(len(fewest), dtype=np.uint32), fewest=fewest.astype(np.uint32))
        self.run(POSTINGS)
        self.run("DROP TABLE occurrence; DROP TABLE shared; DROP TABLE least")

    def _find_pairs(self) -> None:
        """Find and write the pairs, and join their clusters."""
        import numpy as np

        costs = np.zeros(len(self._order), dtype=np.int64)
        found = self.run(COSTS).fetchnumpy()
        costs[found["text"]] = found["cost"]
        for start, end in stretches(costs, self._limits.matches(self.texts)):
            self._on_progress("texts compared", start, len(costs))
            self.run(CANDIDATES, start=start, end=end)
            for batch in self.read(SHARES):
                self._keep(*(batch.column(name).to_numpy().astype(np.int64) for name in ("first", "second", "shared")))

    def _keep(self, smaller: Numbers, larger: Numbers, shared: Numbers) -> None:
        """Write those candidates that are similar, as numbers of texts, the lower one first."""
        import numpy as np

        hit = self._similarity.hold(shared, self._ordered_sizes[smaller], self._ordered_sizes[larger])
        if not hit.any():
            return
        smaller, larger, shared = smaller[hit], larger[hit], shared[hit]
        turned = self._order[smaller] > self._order[larger]
        first, second = np.where(turned, larger, smaller), np.where(turned, smaller, larger)
        self.insert(
            "pair",
            first=self._order[first],
            second=self._order[second],
            shared=shared,
            first_size=self._ordered_sizes[first],
            second_size=self._ordered_sizes[second],
        )
        self._clusters.join(self._order[first], self._order[second])


def _connect(folder: Path, memory: int, threads: int) -> duckdb.DuckDBPyConnection:
    try:
        import duckdb
    except ImportError:
        raise NotFoundError("DuckDB is missing", remedy=EXTRA_REMEDY) from None
    return duckdb.connect(
        folder / "texts.duckdb",
        config={
            "memory_limit": f"{memory}B",
            "threads": threads,
            "temp_directory": str(folder / "spilled"),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
        },
    )


def _binary(values: Iterable[bytes]) -> pa.Array:
    import pyarrow as pa

    return pa.array(list(values), pa.large_binary())


def _fewest(similarity: Similarity, sizes: Numbers) -> Numbers:
    """For each size the fewest trigrams that must be shared with a text as large or larger to be similar to it."""
    import numpy as np

    low, high = np.ones_like(sizes), sizes.copy()  # all of its trigrams always suffice
    while (low < high).any():
        middle = (low + high) // 2
        enough = similarity.hold(middle, sizes, sizes)
        low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
    return low
