"""Near-duplicates among the articles of shards: from the input to the files of the result.

    pairs.parquet      a row for each pair of similar articles
    clusters.parquet   a row for each article of a cluster of two or more
    rejects.jsonl      a line for each row that is no article, if there are any

The result depends on the articles and on what is called similar alone: neither the number of threads nor the memory
changes a byte. The folder is written as a whole or not at all.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.articles.received import ArticleOptions
from goldspan.bulk.shard_rows import LONGEST_TEXT, find_columns
from goldspan.bulk.shards import total_size
from goldspan.bulk.similarity_join import JoinLimits, SimilarityJoin
from goldspan.bulk.tokenised_shards import WORKER_MEMORY, ShardTokeniser, tokenise_shards
from goldspan.errors import InputError
from goldspan.near_duplicates import SIMILAR
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from goldspan.bulk.shards import Shard
    from goldspan.bulk.tokenised_shards import TokenisedShard
    from goldspan.near_duplicates import Similarity

PAIRS, CLUSTERS, REJECTS = "pairs.parquet", "clusters.parquet", "rejects.jsonl"
ROWS = 2**17  # of a row group
WORTH_A_PROCESS = 4 * 2**20  # bytes of input
MOST_IDS = 10  # that several articles have, in a summary
MOST_REASONS = 20

ARTICLES = "CREATE TABLE article (text UINTEGER, id VARCHAR, shard VARCHAR, row BIGINT)"
REPEATED_IDS = "CREATE TABLE repeated AS SELECT id, count(*) AS articles FROM article GROUP BY id HAVING count(*) > 1"
PAIR_ROWS = """
SELECT one.id AS first, other.id AS second, shared, first_size, second_size,
    shared / (first_size + second_size - shared) AS resemblance,
    shared / least(first_size, second_size) AS containment,
    copy, one.shard AS first_shard, one.row AS first_row, other.shard AS second_shard, other.row AS second_row
FROM similarity JOIN article AS one ON one.text = similarity.first
    JOIN article AS other ON other.text = similarity.second
ORDER BY similarity.first, similarity.second
"""
CLUSTER_ROWS = """
SELECT article.id,
    CASE WHEN repeated.id IS NULL THEN head.id ELSE concat(head.id, ' (', head.shard, ', row ', head.row, ')') END
        AS cluster,
    article.shard, article.row, member.size, member.keep
FROM member JOIN article USING (text) JOIN article AS head ON head.text = member.head
    LEFT JOIN repeated ON repeated.id = head.id
ORDER BY member.head, member.text
"""


@dataclass(frozen=True, kw_only=True)
class DuplicateSearch:
    """How near-duplicates are searched for.

    Args:
        similarity: when two articles are similar.
        reading: how articles are read.
        longest_text: characters; a longer one is rejected.
        limits: what the search may take; its threads are those of the tokenisation, too, as processes.
        temporary: the folder for temporary files; that of the output by default.
    """

    similarity: Similarity = SIMILAR
    reading: ArticleOptions = field(default_factory=ArticleOptions)
    longest_text: int = LONGEST_TEXT
    limits: JoinLimits = field(default_factory=JoinLimits)
    temporary: Path | None = None


@dataclass(kw_only=True)
class DuplicateSummary:
    """What a search found.

    Args:
        shards: how many the input has.
        rows: how many they have.
        articles: how many of these are articles.
        characters: of these.
        without_words: how many articles have no words; they are similar to nothing.
        pairs: how many there are, those of copies with the first article of the same words included.
        copies: how many articles have the words of an earlier one.
        clusters: how many there are, of two articles or more.
        clustered: how many articles are in one.
        largest: the size of the largest.
        rejects: by reason, how many rows are no articles.
        failed: by shard, why it could not be read.
        repeated_ids: how many ids several articles have.
        examples_of_repeated_ids: some of them, each with the number of its articles.
        seconds: that the search took.
    """

    shards: int
    rows: int = 0
    articles: int = 0
    characters: int = 0
    without_words: int = 0
    pairs: int = 0
    copies: int = 0
    clusters: int = 0
    clustered: int = 0
    largest: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    repeated_ids: int = 0
    examples_of_repeated_ids: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def kept(self) -> int:
        """How many articles are left if one of each cluster is kept."""
        return self.articles - self.clustered + self.clusters

    def add(self, name: str, shard: TokenisedShard) -> None:
        """Count a shard in."""
        if shard.failure is not None:
            self.failed[name] = shard.failure
        self.rows += shard.rows
        self.articles += sum(batch.texts for batch in shard.batches) + shard.without_words
        self.characters += shard.characters
        self.without_words += shard.without_words
        self.rejects.update(shard.reasons)

    def json(self) -> dict[str, Any]:
        """The summary as JSON values."""
        plain = ("shards", "rows", "articles", "characters", "without_words", "pairs", "copies", "clusters")
        return {
            **{name: getattr(self, name) for name in (*plain, "clustered", "largest", "kept")},
            "rejects": {"rows": self.rejects.total(), "reasons": dict(self.rejects.most_common(MOST_REASONS))},
            "failed": self.failed,
            "repeated_ids": {"ids": self.repeated_ids, "examples": self.examples_of_repeated_ids},
            "seconds": round(self.seconds, 3),
            "articles_per_second": round(self.articles / self.seconds, 3) if self.seconds else None,
        }


def find_near_duplicates(
    shards: Sequence[Shard],
    output: Path,
    search: DuplicateSearch,
    on_progress: Callable[[str, int, int | None], None] = lambda _step, _done, _total: None,
) -> DuplicateSummary:
    """Find the near-duplicates among the articles of shards, and write them.

    Args:
        shards: of the input.
        output: the folder; an earlier result there is replaced.
        search: how.
        on_progress: called with the step, how much of it is done, and how much there is, if that is known.

    Raises:
        InputError: if the folder holds something else, or no shard has articles.
        GoldspanError: if the memory or the disk is too small.
    """
    started = time.monotonic()
    files.restore_folder(output)
    _require_own(output)
    if search.temporary is not None and search.temporary.exists() and not search.temporary.is_dir():
        raise InputError("is a file, not a folder", file=search.temporary, remedy="Choose another --temporary.")
    columns = find_columns(shards, search.reading.columns)
    beside = output if search.temporary is None else search.temporary / output.name
    summary = DuplicateSummary(shards=len(shards))
    with files.new_folder(output) as new, files.new_folder(beside) as folder:
        tokeniser = ShardTokeniser(
            folder=folder, columns=columns, reading=search.reading, longest_text=search.longest_text
        )
        tokenised = tokenise_shards(shards, tokeniser, _processes(shards, search.limits), on_progress)
        for shard, found in zip(shards, tokenised, strict=True):
            summary.add(shard.name, found)
        with files.naming_full_disk(output):
            _write_rejects(new / REJECTS, shards, tokenised)
        batches = [batch for found in tokenised for batch in found.batches]
        with (
            SimilarityJoin(batches, folder, search.similarity, search.limits, on_progress) as join,
            files.naming_full_disk(output),
        ):
            _Result(join, summary).write(new, shards, tokenised)
        files.replace_folder(new, output)
    summary.seconds = time.monotonic() - started
    return summary


def _processes(shards: Sequence[Shard], limits: JoinLimits) -> int:
    """How many processes read the shards: as the memory allows, and not more than are worth their start."""
    return max(1, min(limits.threads, limits.memory // WORKER_MEMORY - 1, total_size(shards) // WORTH_A_PROCESS))


def _require_own(output: Path) -> None:
    """Refuse a folder in which something stands that no search has written.

    Raises:
        InputError: naming it.
    """
    if output.exists() and not output.is_dir():
        raise InputError("is a file, not a folder", file=output, remedy="Choose another --output.")
    names = {path.name for path in output.iterdir()} if output.is_dir() else set()
    if foreign := sorted(names - {PAIRS, CLUSTERS, REJECTS}):
        raise InputError(
            f"the folder holds what no search for near-duplicates has written: {enumerate_names(foreign, most=3)}",
            file=output,
            remedy="Choose another --output, or move the files away.",
        )


def _write_rejects(path: Path, shards: Sequence[Shard], tokenised: Sequence[TokenisedShard]) -> None:
    """Write the rows that were rejected, and the shards that could not be read, if there are any."""
    if not any(found.rejects or found.failure for found in tokenised):
        return
    with path.open("wb") as stream:
        for shard, found in zip(shards, tokenised, strict=True):
            if found.failure is not None:
                line = {"shard": shard.name, "row": None, "reason": found.failure}
                stream.write(f"{files.dumps(line)}\n".encode(errors="replace"))
            if found.rejects is not None:
                with found.rejects.open("rb") as rejects:
                    shutil.copyfileobj(rejects, stream)


class _Result:
    """What a join found, as files."""

    def __init__(self, join: SimilarityJoin, summary: DuplicateSummary) -> None:
        self._join = join
        self._summary = summary

    def write(self, folder: Path, shards: Sequence[Shard], tokenised: Sequence[TokenisedShard]) -> None:
        """Write the files, and complete the summary."""
        summary, join = self._summary, self._join
        with join.reporting():
            self._enter_articles(shards, tokenised)
            self._enter_members()
            _write_table(folder / PAIRS, join.read(PAIR_ROWS), _pair_schema())
            _write_table(folder / CLUSTERS, join.read(CLUSTER_ROWS), _cluster_schema())
        summary.pairs, summary.copies = join.pairs, join.copies

    def _enter_articles(self, shards: Sequence[Shard], tokenised: Sequence[TokenisedShard]) -> None:
        """Give the texts of the join the ids of their articles, and the places of these."""
        import numpy as np
        import pyarrow as pa
        from pyarrow import parquet

        join, summary = self._join, self._summary
        join.run(ARTICLES)
        start = 0
        for shard, found in zip(shards, tokenised, strict=True):
            for path in found.articles:
                table = parquet.read_table(path)
                text = np.arange(start, start + len(table), dtype=np.uint32)
                start += len(table)
                name = pa.array([shard.name]).take(pa.array(np.zeros(len(table), dtype=np.int8)))
                join.insert("article", text=text, id=table["id"], shard=name, row=table["row"])
        join.run(REPEATED_IDS)
        summary.repeated_ids = join.count("repeated")
        examples = join.run("SELECT id, articles FROM repeated ORDER BY articles DESC, id LIMIT ?", MOST_IDS).fetchall()
        summary.examples_of_repeated_ids = dict(examples)

    def _enter_members(self) -> None:
        """Enter the articles of clusters of two or more: the largest is to be kept, and the first of those."""
        import numpy as np

        join, summary = self._join, self._summary
        heads = join.first_members()
        sizes = np.bincount(heads, minlength=join.texts)
        text = np.flatnonzero(sizes[heads] > 1)
        head, trigrams = heads[text], join.sizes[text]
        order = np.lexsort((text, -trigrams, head))
        begins = np.ones(len(order), dtype=bool)
        begins[1:] = head[order[1:]] != head[order[:-1]]
        keep = np.zeros(len(order), dtype=bool)
        keep[order[begins]] = True
        join.run("CREATE TABLE member (text UINTEGER, head UINTEGER, size UINTEGER, keep BOOLEAN)")
        join.insert("member", text=text, head=head, size=sizes[head], keep=keep)
        summary.clustered, summary.clusters = len(text), int(begins.sum())
        summary.largest = int(sizes.max(initial=0)) if len(text) else 0


def _pair_schema() -> pa.Schema:
    import pyarrow as pa

    numbers = dict.fromkeys(("shared", "first_size", "second_size"), pa.int64())
    places = {
        "first_shard": pa.string(),
        "first_row": pa.int64(),
        "second_shard": pa.string(),
        "second_row": pa.int64(),
    }
    shares = {"resemblance": pa.float64(), "containment": pa.float64()}
    return pa.schema({"first": pa.string(), "second": pa.string(), **numbers, **shares, "copy": pa.bool_(), **places})


def _cluster_schema() -> pa.Schema:
    import pyarrow as pa

    place = {"shard": pa.string(), "row": pa.int64()}
    return pa.schema({"id": pa.string(), "cluster": pa.string(), **place, "size": pa.int64(), "keep": pa.bool_()})


def _write_table(path: Path, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> None:
    """Write a table whose row groups do not depend on how its rows come."""
    import pyarrow as pa
    from pyarrow import parquet

    with path.open("wb") as stream, parquet.ParquetWriter(stream, schema) as writer:
        waiting = schema.empty_table()
        for batch in batches:
            waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch]).cast(schema)])
            while len(waiting) >= ROWS:
                writer.write_table(waiting.slice(0, ROWS), row_group_size=ROWS)
                waiting = waiting.slice(ROWS)
        if len(waiting):
            writer.write_table(waiting, row_group_size=ROWS)
