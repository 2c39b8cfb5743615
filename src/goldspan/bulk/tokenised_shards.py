"""The articles of shards as numbers of words: the part of the search for near-duplicates that processes share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.bulk.reject_reasons import count_reason, failure_reason
from goldspan.bulk.shard_rows import ShardReading, document_of, read_articles
from goldspan.bulk.tokenised_texts import TokenisedBatch, divide, write_batch
from goldspan.errors import GoldspanError
from goldspan.models import worker_processes
from goldspan.near_duplicates import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from goldspan.articles.columns import TableColumns
    from goldspan.articles.received import ArticleOptions, LeftOut, ReceivedArticle
    from goldspan.bulk.shards import Shard
    from goldspan.errors import InputError

WORKER_MEMORY = 300 * 2**20  # bytes that a process takes at most, unless an article is very long


class UnreadableShardError(Exception):
    """A shard cannot be read to its end; the reason is a sentence with its place."""


@dataclass(kw_only=True)
class TokenisedShard:
    """A shard whose articles are in files.

    Args:
        batches: of the texts of its articles that have words, in the order of their rows.
        articles: for each batch a Parquet file with `row` and `id` of the articles.
        rejects: a file with a line of JSON for each row that is no article, or none.
        rows: how many it has.
        without_words: how many of its articles have no words.
        characters: of its articles.
        reasons: by reason, how many rows were rejected.
        failure: why it could not be read; then it has none of this.
    """

    batches: list[TokenisedBatch] = field(default_factory=list)
    articles: list[Path] = field(default_factory=list)
    rejects: Path | None = None
    rows: int = 0
    without_words: int = 0
    characters: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    failure: str | None = None


@dataclass(frozen=True, kw_only=True)
class ShardTokeniser:
    """Tokenises shards, each under a number of its own.

    Args:
        folder: in which their files are written.
        columns: of the articles.
        reading: how they are read.
        longest_text: characters; a longer one is rejected.
    """

    folder: Path
    columns: TableColumns
    reading: ArticleOptions
    longest_text: int

    def __call__(self, task: tuple[int, Shard]) -> TokenisedShard:
        """Tokenise a shard."""
        number, shard = task
        try:
            return _ShardFiles(self, shard, self.folder / str(number)).write()
        except UnreadableShardError as error:
            for path in self.folder.glob(f"{number}-*"):
                path.unlink()
            return TokenisedShard(failure=str(error))


class _ShardFiles:
    """The files of a shard while they are written."""

    def __init__(self, tokeniser: ShardTokeniser, shard: Shard, path: Path) -> None:
        self._tokeniser = tokeniser
        self._shard = shard
        self._path = path
        self._result = TokenisedShard()
        self._rows: list[int] = []  # of the articles whose batch is not written yet
        self._ids: list[str] = []

    def write(self) -> TokenisedShard:
        """Write them all."""
        import pyarrow as pa
        from pyarrow import parquet

        result = self._result
        rejects = self._path.with_name(f"{self._path.name}-rejects")
        with rejects.open("wb") as stream:
            for number, texts in enumerate(divide(self._texts(stream.write))):
                batch = write_batch(texts, self._path.with_name(f"{self._path.name}-{number}"))
                articles = batch.path.with_suffix(".articles")
                size = batch.texts
                table = {"row": pa.array(self._rows[:size], pa.int64()), "id": pa.array(self._ids[:size], pa.string())}
                parquet.write_table(pa.table(table), articles)
                del self._rows[:size], self._ids[:size]
                result.batches.append(batch)
                result.articles.append(articles)
        if result.reasons:
            result.rejects = rejects
        return result

    def _texts(self, reject: Callable[[bytes], object]) -> Iterator[list[str]]:
        """The words of each article that has some."""
        result = self._result
        for row, article in self._received():
            result.rows += 1
            document = document_of(article)
            if isinstance(document, str):
                count_reason(result.reasons, document)
                line = {"shard": self._shard.name, "row": row, "reason": document}
                reject(f"{files.dumps(line)}\n".encode(errors="replace"))
                continue
            result.characters += len(document.text)
            found = words(document.text)
            if not found:
                result.without_words += 1
                continue
            self._rows.append(row)
            self._ids.append(document.id)
            yield found

    def _received(self) -> Iterator[tuple[int, ReceivedArticle | LeftOut | InputError]]:
        reading, columns = self._tokeniser.reading, self._tokeniser.columns
        longest = self._tokeniser.longest_text
        rows = ShardReading(self._shard, columns, reads_all=reading.id is not None, longest_text=longest).rows()
        try:
            yield from read_articles(rows, self._shard, columns, reading, longest)
        except (GoldspanError, OSError) as error:
            raise UnreadableShardError(failure_reason(error)) from None


def tokenise_shards(
    shards: Sequence[Shard],
    tokeniser: ShardTokeniser,
    processes: int,
    on_progress: Callable[[str, int, int | None], None],
) -> list[TokenisedShard]:
    """The shards, tokenised, in their order.

    Args:
        shards: to be tokenised.
        tokeniser: that does it.
        processes: how many work at once.
        on_progress: called with the step, how many shards are done, and how many there are.
    """
    found: dict[int, TokenisedShard] = {}
    on_progress("shards read", 0, len(shards))
    for (number, _), shard in worker_processes.results(tokeniser, list(enumerate(shards)), processes):
        found[number] = shard
        on_progress("shards read", len(found), len(shards))
    return [found[number] for number in range(len(shards))]
