"""The suggestions for a shard: the one function that every worker runs, in this process or in another."""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.bulk import shards
from goldspan.bulk.article_ids import WrittenIds
from goldspan.bulk.article_suggestions import (
    ROW,
    STALL,
    ArticleLines,
    ArticleSuggester,
    GuardedSuggester,
    RejectedArticle,
)
from goldspan.bulk.ledger import LedgerLine
from goldspan.bulk.reject_reasons import count_reason, failure_reason
from goldspan.bulk.shard_rows import ShardReading, document_of, read_articles
from goldspan.bulk.shards import REJECTS, SUGGESTIONS
from goldspan.errors import GoldspanError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import IO

    from goldspan.articles.documents import Document
    from goldspan.bulk.locations import Location
    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.bulk.shards import Shard

# How many characters are suggested for together: enough to fill the caches of a tokenizer, few enough to hear of the
# worker in time. The results of some models depend on what they read together, so that it is the same in every run.
BATCH = 200_000
READ_TOGETHER = 1 << 24  # bytes of a shard after which there is progress also without an article


@dataclass(frozen=True, kw_only=True)
class ShardTask:
    """A shard that is to be worked on.

    Args:
        shard: the shard.
        output: the output folder.
        done: the line of the ledger, if an earlier run had it done.
        careful: whether articles are suggested for in a process of its own, which may end or take too long.
        stall: seconds that some of them may take then.
    """

    shard: Shard
    output: Location
    done: LedgerLine | None = None
    careful: bool = False
    stall: float = STALL


@dataclass(frozen=True, slots=True)
class ShardProgress:
    """How far a worker is with a shard.

    Args:
        shard: its name.
        articles: of how many it has the suggestions.
        rejects: how many rows it has rejected.
        bytes: of the shard that it has read.
    """

    shard: str
    articles: int
    rejects: int
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class ShardResult:
    """A shard that is done.

    Args:
        line: of the ledger.
        unchanged: whether it was done already, from the same input with the same recipe.
        ids: the hashes of the ids of its articles, each in 8 bytes.
    """

    line: LedgerLine
    unchanged: bool = False
    ids: bytes = b""


@dataclass(frozen=True, slots=True)
class ShardFailure:
    """A shard that could not be worked on.

    Args:
        shard: its name.
        reason: why, as a clause.
        is_kept: whether what an earlier run made of it stays, since its input cannot be compared.
    """

    shard: str
    reason: str
    is_kept: bool = False


ShardEvent = ShardProgress | ShardResult | ShardFailure


class ShardSuggester:
    """The recognisers of a recipe, loaded, for one shard after the other.

    Args:
        recipe: with what.

    Raises:
        InputError, NotFoundError: as the recognisers give it.
    """

    def __init__(self, recipe: BulkRecipe) -> None:
        self.recipe = recipe
        self._suggester = ArticleSuggester(recipe)
        self.notes = self._suggester.notes

    def run(self, task: ShardTask, on_attempt: Callable[[], object] = lambda: None) -> Generator[ShardEvent]:
        """Work on a shard: its progress, and at last its result.

        Args:
            task: the shard.
            on_attempt: called, if the task is careful, before each step that may take as long as its `stall`.
        """
        name = task.shard.name
        try:
            ids = self._ids_if_done(task)
        except (GoldspanError, OSError) as error:
            yield ShardFailure(name, failure_reason(error), is_kept=True)
            return
        if ids is not None:
            assert task.done is not None
            yield ShardResult(task.done, unchanged=True, ids=ids)
            return
        try:
            yield from self._work(task, on_attempt)
        except (GoldspanError, OSError) as error:
            yield ShardFailure(name, failure_reason(error))
        except Exception as error:  # noqa: BLE001  (a shard is not worth the others)
            yield ShardFailure(name, f"unexpected error: {' '.join(f'{type(error).__name__}: {error}'.split())}")

    def _ids_if_done(self, task: ShardTask) -> bytes | None:
        """The hashes of the ids, if it is done, from the same bytes with the same recipe, and its files are there."""
        line = task.done
        if line is None or line.recipe != self.recipe.digest:
            return None
        if shards.digest_of(task.shard) != line.input_sha256:
            return None
        suggestions, rejects = files_of(task.shard.name, task.output)
        ids = WrittenIds()
        is_same = _digest(suggestions, ids.add_line) == line.output_sha256 and _digest(rejects) == line.rejects_sha256
        return ids.data if is_same else None

    def _work(self, task: ShardTask, on_attempt: Callable[[], object]) -> Iterator[ShardEvent]:
        recipe = self.recipe
        reading = ShardReading(
            task.shard, recipe.columns, reads_all=recipe.reading.id is not None, longest_text=recipe.longest_text
        )
        counts = _ShardCounts()
        suggester = GuardedSuggester(recipe, task.stall, on_attempt) if task.careful else self._suggester
        suggestions, rejects = files_of(task.shard.name, task.output)
        ids = WrittenIds()
        with contextlib.ExitStack() as stack:
            if isinstance(suggester, GuardedSuggester):
                stack.callback(suggester.close)
            output = _DigestedStream(suggestions, stack)
            rejected = _DigestedStream(rejects, stack)
            for batch in self._batches(reading, task.shard, rejected, counts):
                for (row, document), outcome in zip(batch, suggester.suggest(batch) if batch else (), strict=True):
                    if isinstance(outcome, RejectedArticle):
                        _reject(row, outcome.reason, rejected, counts)
                        continue
                    counts.add(document, outcome)
                    output.write(outcome.lines)
                    ids.add_line(outcome.lines)
                yield ShardProgress(task.shard.name, counts.articles, counts.rejects, reading.bytes)
            output.begin()
        if rejected.digest is None:
            rejects.remove()
        assert output.digest is not None
        yield ShardResult(self._line(task, reading, counts, output.digest, rejected.digest), ids=ids.data)

    def _line(
        self, task: ShardTask, reading: ShardReading, counts: _ShardCounts, output: str, rejected: str | None
    ) -> LedgerLine:
        return LedgerLine(
            shard=task.shard.name,
            input=task.shard.file,
            start=task.shard.start,
            end=task.shard.end,
            input_sha256=reading.digest,
            recipe=self.recipe.digest,
            rows=counts.articles + counts.rejects,
            articles=counts.articles,
            examples=counts.examples,
            characters=counts.characters,
            spans=dict(sorted(counts.spans.items())),
            rejects=counts.rejects,
            reasons=dict(sorted(counts.reasons.items())),
            output_sha256=output,
            rejects_sha256=rejected,
        )

    def _batches(
        self, reading: ShardReading, shard: Shard, rejected: _DigestedStream, counts: _ShardCounts
    ) -> Iterator[list[tuple[int, Document]]]:
        """The articles of a shard with their rows, as many as are suggested for together; now and then none."""
        recipe = self.recipe
        batch: list[tuple[int, Document]] = []
        size, last = 0, 0
        articles = read_articles(reading.rows(), shard, recipe.columns, recipe.reading, recipe.longest_text)
        for row, article in articles:
            document = document_of(article)
            if isinstance(document, str):
                _reject(row, document, rejected, counts)
            else:
                batch.append((row, document))
                size += len(document.text)
            if size >= BATCH:
                yield batch
                batch, size, last = [], 0, reading.bytes
            elif reading.bytes >= last + READ_TOGETHER:
                last = reading.bytes
                yield []
        if batch:
            yield batch


@dataclass
class _ShardCounts:
    articles: int = 0
    examples: int = 0
    characters: int = 0
    rejects: int = 0
    spans: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, document: Document, suggested: ArticleLines) -> None:
        self.articles += 1
        self.examples += suggested.examples
        self.characters += len(document.text)
        self.spans.update(suggested.spans)

    def reject(self, reason: str) -> None:
        self.rejects += 1
        count_reason(self.reasons, reason)


class _DigestedStream:
    """A file that is replaced at the end of a block, if anything is written; it knows the digest of its content.

    Args:
        location: of the file.
        stack: the block.
    """

    def __init__(self, location: Location, stack: contextlib.ExitStack) -> None:
        self._location = location
        self._stack = stack
        self._stream: IO[bytes] | None = None
        self._digest = hashlib.sha256()

    def begin(self) -> None:
        """Have the file written, though it be empty."""
        if self._stream is None:
            self._stream = self._stack.enter_context(self._location.replacing())

    def write(self, data: bytes) -> None:
        self.begin()
        assert self._stream is not None
        self._digest.update(data)
        self._stream.write(data)

    @property
    def digest(self) -> str | None:
        """The SHA-256 of what was written, in hexadecimal; None if nothing was."""
        return None if self._stream is None else self._digest.hexdigest()


def _reject(row: int, reason: str, rejected: _DigestedStream, counts: _ShardCounts) -> None:
    counts.reject(reason)
    reject: dict[str, Any] = {ROW: row, "reason": reason}
    rejected.write((files.dumps(reject) + "\n").encode("utf-8", "replace"))


def files_of(shard: str, output: Location) -> tuple[Location, Location]:
    """The files of a shard in an output folder: its suggestions, and its rejected rows."""
    return output / f"{shard}{SUGGESTIONS}", output / f"{shard}{REJECTS}"


def _digest(location: Location, on_line: Callable[[bytes], object] = lambda _: None) -> str | None:
    """The SHA-256 of a file, in hexadecimal; None if it is not there."""
    if not location.exists():
        return None
    digest = hashlib.sha256()
    with location.opened() as stream:
        for line in stream:
            digest.update(line)
            on_line(line)
    return digest.hexdigest()
