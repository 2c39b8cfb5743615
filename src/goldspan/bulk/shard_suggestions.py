"""The suggestions for a shard: the one function that every worker runs, in this process or in another."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.articles.documents import Document
from goldspan.articles.examples import Segmentation
from goldspan.articles.received import LeftOut, ReceivedArticle
from goldspan.bulk import shards
from goldspan.bulk.ledger import LedgerLine
from goldspan.bulk.shard_rows import ShardReading, read_articles
from goldspan.corpus import Corpus
from goldspan.errors import GoldspanError, InputError
from goldspan.formats import gold
from goldspan.suggest.run import BATCH, suggest_documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import IO

    from goldspan.bulk.locations import Location
    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.bulk.shards import Shard
    from goldspan.suggest.suggester import DocumentSuggestions

ROW = "row"  # the further key of a line: the row of the article in its shard
SUGGESTIONS, REJECTS = ".jsonl", ".rejects.jsonl"


@dataclass(frozen=True, kw_only=True)
class ShardTask:
    """A shard that is to be worked on.

    Args:
        shard: the shard.
        output: the output folder.
        done: the line of the ledger, if an earlier run had it done.
        careful: whether each article is suggested for in a process of its own, which may end or take too long.
    """

    shard: Shard
    output: Location
    done: LedgerLine | None = None
    careful: bool = False


@dataclass(frozen=True, slots=True)
class ShardProgress:
    """How far a worker is with a shard.

    Args:
        shard: its name.
        articles: of how many it has the suggestions.
        rejects: how many rows it has rejected.
    """

    shard: str
    articles: int
    rejects: int


@dataclass(frozen=True, slots=True)
class ShardResult:
    """A shard that is done.

    Args:
        line: of the ledger.
        unchanged: whether it was done already, from the same input with the same recipe.
    """

    line: LedgerLine
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class ShardFailure:
    """A shard that could not be worked on.

    Args:
        shard: its name.
        reason: why, as a sentence with its place.
    """

    shard: str
    reason: str


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
        corpus = Corpus(recipe.suggester.root)
        self._suggester, self.left_out = recipe.suggester.suggester(corpus)
        self._segmentation = Segmentation.of(corpus)

    def run(self, task: ShardTask) -> Iterator[ShardEvent]:
        """Work on a shard: its progress, and at last its result."""
        try:
            if self._is_done(task):
                assert task.done is not None
                yield ShardResult(task.done, unchanged=True)
                return
            yield from self._work(task)
        except GoldspanError as error:
            yield ShardFailure(task.shard.name, " ".join(str(error).split()))
        except OSError as error:
            yield ShardFailure(task.shard.name, f"{error.filename or task.shard.place}: {error.strerror or error}")

    def _is_done(self, task: ShardTask) -> bool:
        """Whether it is done, from the same bytes with the same recipe, and its files are as they were written."""
        line = task.done
        if line is None or line.recipe != self.recipe.digest:
            return False
        if shards.digest_of(task.shard) != line.input_sha256:
            return False
        suggestions, rejects = _files_of(task)
        return _digest(suggestions) == line.output_sha256 and _digest(rejects) == line.rejects_sha256

    def _work(self, task: ShardTask) -> Iterator[ShardEvent]:
        columns = None if self.recipe.reading.id is not None else self.recipe.columns.top_level
        reading = ShardReading(task.shard, columns)
        counts = _ShardCounts()
        rejected: list[bytes] = []
        suggestions, rejects = _files_of(task)
        with suggestions.replacing() as stream:
            output = _DigestedStream(stream)
            for batch in self._batches(reading, task.shard, rejected):
                for line in self._lines(batch, counts):
                    output.write(line)
                yield ShardProgress(task.shard.name, counts.articles, len(rejected))
        if rejected:
            with rejects.replacing() as stream:
                stream.write(b"".join(rejected))
        else:
            rejects.remove()
        entry = LedgerLine(
            shard=task.shard.name,
            input=str(task.shard.location),
            start=task.shard.start,
            end=task.shard.end,
            input_sha256=reading.digest,
            recipe=self.recipe.digest,
            rows=counts.articles + len(rejected),
            articles=counts.articles,
            examples=counts.examples,
            characters=counts.characters,
            spans=dict(sorted(counts.spans.items())),
            rejects=len(rejected),
            output_sha256=output.digest,
            rejects_sha256=hashlib.sha256(b"".join(rejected)).hexdigest() if rejected else None,
        )
        yield ShardResult(entry)

    def _batches(
        self, reading: ShardReading, shard: Shard, rejected: list[bytes]
    ) -> Iterator[list[tuple[int, Document]]]:
        """The articles of a shard with their rows, as many together as share the memory of a tokenizer."""
        batch: list[tuple[int, Document]] = []
        size = 0
        for row, article in read_articles(reading.rows(), shard, self.recipe.columns, self.recipe.reading):
            document = article if not isinstance(article, ReceivedArticle) else _document(article)
            if not isinstance(document, Document):
                rejected.append(_reject(row, document))
                continue
            batch.append((row, document))
            size += len(document.text)
            if size >= BATCH:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _lines(self, batch: list[tuple[int, Document]], counts: _ShardCounts) -> Iterator[bytes]:
        rows = {document.id: row for row, document in batch}
        documents = [document for _, document in batch]
        for document, suggested in suggest_documents(
            documents, suggester=self._suggester, segmentation=self._segmentation
        ):
            counts.add(document, suggested)
            for example in suggested.examples:
                numbered = replace(example, extra={ROW: rows[document.id], **example.extra})
                yield gold.line(numbered).encode("utf-8")


@dataclass
class _ShardCounts:
    articles: int = 0
    examples: int = 0
    characters: int = 0
    spans: Counter[str] = field(default_factory=Counter)

    def add(self, document: Document, suggested: DocumentSuggestions) -> None:
        self.articles += 1
        self.examples += len(suggested.examples)
        self.characters += len(document.text)
        self.spans.update(span.label for example in suggested.examples for span in example.spans)


class _DigestedStream:
    """A stream that knows the digest of what was written."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        self._stream.write(data)

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


def _document(article: ReceivedArticle) -> Document | InputError:
    try:
        return Document(article.id, files.decode(article.data, article.source), article.source)
    except InputError as error:
        return error


def _reject(row: int, why: LeftOut | InputError) -> bytes:
    reject: Mapping[str, Any] = {ROW: row, "reason": why.reason if isinstance(why, LeftOut) else why.message}
    return (files.dumps(reject) + "\n").encode("utf-8")


def _files_of(task: ShardTask) -> tuple[Location, Location]:
    """The files of a shard: its suggestions, and its rejected rows."""
    return task.output / f"{task.shard.name}{SUGGESTIONS}", task.output / f"{task.shard.name}{REJECTS}"


def _digest(location: Location) -> str | None:
    """The SHA-256 of a file, in hexadecimal; None if it is not there."""
    if not location.exists():
        return None
    digest = hashlib.sha256()
    with location.opened() as stream:
        while block := stream.read(shards.BLOCK):
            digest.update(block)
    return digest.hexdigest()
