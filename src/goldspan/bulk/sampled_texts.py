"""What the input of suggestions has of some of its articles: the whole text, and what is stated of it.

Lines of suggestions have the examples alone. So the input is read again, file by file by the paths that the ledger has;
it must be the one that the suggestions were made from, and may be elsewhere by now.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan.articles.columns import Column, TableColumns
from goldspan.articles.received import ArticleOptions, ReceivedArticle, read_row
from goldspan.bulk.shard_rows import LONGEST_TEXT, ShardReading
from goldspan.bulk.shards import find_shards
from goldspan.bulk.strata import NO_SOURCE
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from goldspan.articles.dates import DateOrder
    from goldspan.articles.tables import TableRow
    from goldspan.bulk.ledger import LedgerLine
    from goldspan.bulk.suggested_articles import SuggestedArticle, SuggestionOutput

PUBLISHER = "publisher"
GONE = "Name the input as it was named to `goldspan bulk suggest`, or where it is now: --input IN"
WHOLE = 1 << 62  # bytes: no file is larger, so that none is cut
CHANGED = "Make the suggestions again, which does only what has changed: goldspan bulk suggest IN --output FOLDER"


class SuggestionInput:
    """The input that suggestions were made from.

    Args:
        output: the suggestions.
        inputs: the files, folders or patterns, as they were given to `goldspan bulk suggest`.
        language: of the texts, for dates.

    Raises:
        InputError: for an input that is not there.
    """

    def __init__(self, output: SuggestionOutput, inputs: Sequence[str], language: str) -> None:
        self._named = " ".join(inputs)
        self._files = {shard.file: shard for shard in find_shards(inputs, WHOLE)}
        self._lines = {line.shard: line for line in output.lines}
        names: Mapping[str, str] = output.recipe["columns"]
        self.columns = TableColumns(Path(), {part: Column(name, "named") for part, name in names.items()})
        order: DateOrder | None = output.recipe.get("dates")
        self._longest_text: int = output.recipe.get("longest_text") or LONGEST_TEXT
        self._options = ArticleOptions(language=language, order=order)

    @property
    def has_publishers(self) -> bool:
        """Whether a column names the publishers."""
        return PUBLISHER in self.columns.columns

    def address(self, shard: str) -> str:
        """The file that a shard is from, by the path that it has in the input."""
        return self._lines[shard].input

    def articles(self, shard: str, rows: Collection[int]) -> dict[int, ReceivedArticle]:
        """The articles of some rows of a shard.

        Raises:
            InputError: if the input is gone, or is another one than that of the suggestions.
        """
        line = self._lines[shard]
        reading = self._reading(line, self.columns)
        found: dict[int, ReceivedArticle] = {}
        for row in _rows(reading):
            if row.number in rows and (article := self._article(row)) is not None:
                found[row.number] = article
        if reading.digest != line.input_sha256 or len(found) < len({*rows}):
            raise InputError(
                "is no longer what the suggestions were made from: the ledger has another digest",
                file=str(reading.shard.location),
                remedy=CHANGED,
            )
        return found

    def _article(self, row: TableRow) -> ReceivedArticle | None:
        """The article of a row; None if it is none, as the row of an article can only be if the input has changed."""
        try:
            article = read_row(row, self.columns, self._options)
        except InputError:
            return None
        return article if isinstance(article, ReceivedArticle) else None

    def _reading(self, line: LedgerLine, columns: TableColumns) -> ShardReading:
        whole = self._files.get(line.input)
        if whole is None:
            raise InputError(f"has no {line.input}, which the ledger has", file=self._named, remedy=GONE)
        whole.require_no_fault()
        shard = replace(whole, name=line.shard, start=line.start, end=line.end)
        return ShardReading(shard, columns, reads_all=False, longest_text=self._longest_text)

    def publishers(self, shard: str) -> Iterator[tuple[int, str]]:
        """The publisher of each row of a shard, as it is stated."""
        column = self.columns.columns[PUBLISHER]
        alone = replace(self.columns, columns={PUBLISHER: column, "text": column})  # so that no texts are read
        for row in _rows(self._reading(self._lines[shard], alone)):
            yield row.number, _stated(self.columns.cell(row.values, PUBLISHER))


class ArticleSources:
    """Where articles come from: their publishers, or, where no column names these, the files that they are in.

    Args:
        texts: the input.
    """

    def __init__(self, texts: SuggestionInput) -> None:
        self._input = texts
        self._shard: str | None = None
        self._rows: Iterator[tuple[int, str]] = iter(())

    def of(self, article: SuggestedArticle) -> str:
        """The source of an article; the articles of a shard are to be asked for in the order of their rows."""
        if not self._input.has_publishers:
            return self._input.address(article.shard)
        if article.shard != self._shard:
            self._shard, self._rows = article.shard, self._input.publishers(article.shard)
        return next((name for row, name in self._rows if row == article.row), NO_SOURCE)


def _rows(reading: ShardReading) -> Iterator[TableRow]:
    """The rows that can be read; an error that ends the shard is raised."""
    for row in reading.rows():
        if not isinstance(row, InputError):
            yield row
        elif row.line is None:
            raise row


def _stated(value: Any) -> str:  # noqa: ANN401  (a cell is any)
    from goldspan.articles.columns import one_line

    return one_line(value) or NO_SOURCE
