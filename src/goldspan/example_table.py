"""Examples without their texts in memory: ids, texts and further keys in a temporary file, spans as columns.

An `ExampleStore` takes examples one by one, as they are read. An `ExampleTable` is a choice of its examples, in any
order, with their spans or with others; it is a sequence of `Example`, each made when it is asked for. So what is in
memory grows with the number of examples and spans, and not with the length of the texts:

    an example    two digests of 16 bytes, of its id and of its text, and some 60 bytes of numbers
    a span        12 bytes: start, end and the number of its label

Digests are those of BLAKE2b (RFC 7693). Two different texts with one digest of 16 bytes are not to be expected among
any number of examples that a disk can hold.
"""

from __future__ import annotations

import pickle
import tempfile
import weakref
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from operator import eq
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar, overload

import numpy as np

from goldspan import files
from goldspan.annotation import Example, Span, article_of, unit_of
from goldspan.span_table import SpanTable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from numpy.typing import NDArray

if TYPE_CHECKING:
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

T = TypeVar("T")
IN_MEMORY = 1 << 22  # bytes that are kept in memory before they are written
AHEAD = 1 << 18  # bytes that are read at once where the parts are read in their order
DIGEST = 16  # bytes
MOST_SPANS = 1 << 18  # of both sides that are compared at once


class PartsFile:
    """Byte strings by their number: in memory while they are few, the others in a temporary file without a name."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._ends = array("q", [0])
        self._tail = bytearray()
        self._written = 0
        self._in_memory = in_memory
        self._file: IO[bytes] | None = None
        self._block, self._block_start, self._last_end = b"", 0, -1

    def append(self, *parts: bytes) -> None:
        """Add byte strings; the number of the first is how many there were before.

        Raises:
            OSError: if the disk of the folder for temporary files is full.
        """
        for part in parts:
            self._tail += part
            self._ends.append(self._written + len(self._tail))
        if len(self._tail) > self._in_memory:
            folder = tempfile.gettempdir()
            with files.naming_full_disk(Path(folder)):
                if self._file is None:
                    self._file = tempfile.TemporaryFile(buffering=0, dir=folder)  # noqa: SIM115  (see the next line)
                    weakref.finalize(self, self._file.close)
                self._file.seek(self._written)
                rest = memoryview(bytes(self._tail))
                while rest:
                    rest = rest[self._file.write(rest) :]
            self._written += len(self._tail)
            self._tail.clear()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> bytes:
        start, end = self._ends[number], self._ends[number + 1]
        if start >= self._written:
            return bytes(self._tail[start - self._written : end - self._written])
        if not (self._block_start <= start and end <= self._block_start + len(self._block)):
            in_order = start == self._last_end
            self._block, self._block_start = self._read(start, max(end, start + AHEAD) if in_order else end), start
        self._last_end = end
        return self._block[start - self._block_start : end - self._block_start]

    def _read(self, start: int, end: int) -> bytes:
        assert self._file is not None, "what was written has a file"
        self._file.seek(start)
        wanted, found = min(end, self._written) - start, b""
        while len(found) < wanted:
            found += self._file.read(wanted - len(found))
        return found


class LazySequence(Sequence[T]):
    """A sequence whose values are made when they are asked for; equal to any sequence of equal values.

    A subclass has `__len__` and `value`.
    """

    def value(self, number: int) -> T:
        """The value of a number from 0."""
        raise NotImplementedError

    @overload
    def __getitem__(self, number: int) -> T: ...

    @overload
    def __getitem__(self, number: slice) -> list[T]: ...

    def __getitem__(self, number: int | slice) -> T | list[T]:
        numbers = range(len(self))
        return (
            [self.value(each) for each in numbers[number]] if isinstance(number, slice) else self.value(numbers[number])
        )

    def __iter__(self) -> Iterator[T]:
        return map(self.value, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self):,}>"


class StoredValues(LazySequence[T]):
    """Values of any kind by their number, kept as byte strings and made again when they are asked for."""

    def __init__(self) -> None:
        self._parts = PartsFile()

    @classmethod
    def of(cls, values: Iterable[T]) -> StoredValues[T]:
        """The same values, stored."""
        stored = cls()
        for value in values:
            stored.append(value)
        return stored

    def append(self, value: T) -> None:
        """Add a value."""
        self._parts.append(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))

    def __len__(self) -> int:
        return len(self._parts)

    def value(self, number: int) -> T:
        """A value of its number."""
        value: T = pickle.loads(self._parts[number])  # noqa: S301  (this object wrote it)
        return value


def digest(text: str) -> bytes:
    """The digest by which two texts, or two ids, are the same."""
    return blake2b(text.encode("utf-8"), digest_size=DIGEST).digest()


@dataclass(frozen=True, slots=True, eq=False)
class SpanColumns:
    """The spans of n examples, one example after the other, sorted within each.

    Args:
        first: where the spans of each example begin, and at the end how many there are; shape (n + 1,).
        start: where each span begins, in code points; shape (spans,), like the next two.
        end: where it ends, half-open.
        label: its label, as an index into `labels`.
        labels: the names of the labels.
    """

    first: Integers
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    label: NDArray[np.int32]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.first) - 1

    def __getitem__(self, number: int) -> tuple[Span, ...]:
        part = slice(int(self.first[number]), int(self.first[number + 1]))
        places = zip(self.start[part].tolist(), self.end[part].tolist(), self.label[part].tolist(), strict=True)
        return tuple(Span(start, end, self.labels[label]) for start, end, label in places)

    @property
    def size(self) -> int:
        """How many spans there are."""
        return len(self.start)

    @property
    def document(self) -> NDArray[np.int32]:
        """The number of the example of each span."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.first))

    @property
    def occurring(self) -> tuple[str, ...]:
        """The labels that some span has, in alphabetical order."""
        return tuple(sorted(self.label_counts()))

    def label_counts(self) -> dict[str, int]:
        """How many spans have each label that occurs."""
        counts = np.bincount(self.label, minlength=len(self.labels)).tolist()
        return {label: count for label, count in zip(self.labels, counts, strict=True) if count}

    def relabelled(self, labels: Sequence[str]) -> SpanColumns:
        """The same spans with `labels` as the names of the labels; it must hold all that occur."""
        number = {name: index for index, name in enumerate(labels)}
        table = np.array([number.get(name, -1) for name in self.labels] or [0], np.int32)
        return replace(self, label=table[self.label], labels=tuple(labels))

    def take(self, numbers: Integers) -> SpanColumns:
        """The spans of some of the examples, in another order; -1 for an example without spans."""
        has = numbers >= 0
        counts = np.where(has, self.first[numbers + 1] - self.first[numbers], 0)
        first = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        shift = self.first[numbers] - first[:-1]
        rows = np.arange(int(first[-1])) + np.repeat(shift, counts)
        return SpanColumns(first, self.start[rows], self.end[rows], self.label[rows], self.labels)

    def table(self, part: slice = slice(None)) -> SpanTable:
        """The spans of examples that follow each other as a table, in which they are numbered from 0."""
        begin, stop, _ = part.indices(len(self))
        rows = slice(int(self.first[begin]), int(self.first[stop]))
        documents = np.repeat(np.arange(stop - begin), np.diff(self.first[begin : stop + 1]))
        start, end, label = (column[rows].astype(np.int64) for column in (self.start, self.end, self.label))
        return SpanTable(documents, start, end, label, stop - begin, self.labels)


def joined(first: SpanColumns, second: SpanColumns) -> SpanColumns:
    """The spans of the examples of both, the first ones first."""
    labels = tuple(dict.fromkeys((*first.labels, *second.labels)))
    sides = first.relabelled(labels), second.relabelled(labels)
    start, end, label = (np.concatenate([getattr(side, name) for side in sides]) for name in ("start", "end", "label"))
    return SpanColumns(np.concatenate([first.first, second.first[1:] + first.first[-1]]), start, end, label, labels)


def parts_of(*sides: SpanColumns, most: int = MOST_SPANS) -> Iterator[slice]:
    """The examples in parts of not many more spans than `most`, all sides together: what is computed at once."""
    together = np.sum([side.first for side in sides], axis=0)
    begin, count = 0, len(sides[0])
    while begin < count:
        stop = max(begin + 1, int(np.searchsorted(together, together[begin] + most, "right")) - 1)
        yield slice(begin, min(stop, count))
        begin = stop


class ExampleStore:
    """Examples that are added one by one, and can be read again."""

    def __init__(self) -> None:
        self._parts = PartsFile()  # of each example its id, its further keys and its text
        self._ids, self._texts = bytearray(), bytearray()
        self._at = array("q")
        self._unit = array("b")
        self._article = array("q")
        self._articles: dict[bytes, int] = {}
        self._last: tuple[str, int] = ("", 0)  # the article of the example before, and its number
        self._first, self._start, self._end, self._label = array("q", [0]), array("i"), array("i"), array("i")
        self._labels: dict[str, int] = {}
        self._marked = array("q")

    def __len__(self) -> int:
        return len(self._at)

    def append(self, example: Example) -> None:
        """Add an example."""
        self._ids += digest(example.id)
        self._texts += digest(example.text)
        if not example.is_annotated:
            self._marked.append(len(self))
        self._at.append(example.at)
        self._unit.append(UNITS.index(unit_of(example.id)))
        if (article := example.article) != self._last[0]:
            self._last = article, self._articles.setdefault(digest(article), len(self._articles))
        self._article.append(self._last[1])
        extra = pickle.dumps(dict(example.extra)) if example.extra else b""
        self._parts.append(example.id.encode("utf-8"), extra, example.text.encode("utf-8"))
        self.append_spans(example.spans)

    def append_spans(self, spans: Iterable[Span]) -> int:
        """Add the spans of an example, which alone are needed where its text is elsewhere; returns its number."""
        labels = self._labels
        for span in spans:
            self._start.append(span.start)
            self._end.append(span.end)
            self._label.append(labels.setdefault(span.label, len(labels)))
        self._first.append(len(self._start))
        return len(self._first) - 2

    def spans(self) -> SpanColumns:
        """The spans of all examples; while they are in use, no example can be added."""
        start, end, label = (np.asarray(column) for column in (self._start, self._end, self._label))
        return SpanColumns(np.asarray(self._first), start, end, label, tuple(self._labels))

    def table(self) -> ExampleTable:
        """All examples in the order in which they were added."""
        return ExampleTable(self, np.arange(len(self)), self.spans())

    def id(self, row: int) -> str:
        """The id of an example."""
        return self._parts[3 * row].decode("utf-8")

    def further_keys(self, row: int) -> dict[str, Any]:
        """The further keys of an example."""
        written = self._parts[3 * row + 1]
        return pickle.loads(written) if written else {}  # noqa: S301  (this object wrote it)

    def text(self, row: int) -> str:
        """The text of an example."""
        return self._parts[3 * row + 2].decode("utf-8")

    def at(self, row: int) -> int:
        """Where an example begins in its article."""
        return self._at[row]

    def column(self, name: str) -> NDArray[Any]:
        """What all examples have: `ids` and `texts`, digests; `article` and `unit`, numbers; `marked`, rows of some."""
        values = getattr(self, f"_{name}")
        if name in {"ids", "texts"}:
            return np.frombuffer(values, f"S{DIGEST}") if values else np.zeros(0, f"S{DIGEST}")
        return np.asarray(values)


UNITS = ("article", "paragraph", "sentence")


class ExampleTable(LazySequence[Example]):
    """Some examples of a store, in any order, with their spans or with others.

    Args:
        store: has their ids and texts.
        rows: which of them, and in which order; shape (n,).
        spans: of the n examples.
        extras: another store that has the further keys, and the row there of each of the n examples, -1 for one
            without; by default those of the examples themselves.
    """

    def __init__(
        self,
        store: ExampleStore,
        rows: Integers,
        spans: SpanColumns,
        extras: tuple[ExampleStore, Integers] | None = None,
    ) -> None:
        self.store, self.rows, self.spans = store, rows, spans
        self._extras = extras or (store, rows)

    @classmethod
    def of(cls, examples: Iterable[Example]) -> ExampleTable:
        """The table of examples; a table is its own."""
        if isinstance(examples, ExampleTable):
            return examples
        store = ExampleStore()
        for example in examples:
            store.append(example)
        return store.table()

    def __len__(self) -> int:
        return len(self.rows)

    def value(self, number: int) -> Example:
        """An example of its number."""
        row = int(self.rows[number])
        extras, its_row = self._extras[0], int(self._extras[1][number])
        extra = extras.further_keys(its_row) if its_row >= 0 else {}
        return Example(self.store.id(row), self.store.text(row), self.spans[number], self.store.at(row), extra)

    def id(self, number: int) -> str:
        """The id of an example."""
        return self.store.id(int(self.rows[number]))

    def text(self, number: int) -> str:
        """The text of an example."""
        return self.store.text(int(self.rows[number]))

    @property
    def ids(self) -> NDArray[np.bytes_]:
        """The digests of the ids."""
        return self.store.column("ids")[self.rows]

    @property
    def texts(self) -> NDArray[np.bytes_]:
        """The digests of the texts."""
        return self.store.column("texts")[self.rows]

    @property
    def units(self) -> set[str]:
        """What the examples are by their ids, see `goldspan.annotation.unit_of`."""
        return {UNITS[number] for number in np.unique(self.store.column("unit")[self.rows]).tolist()}

    @cached_property
    def article_numbers(self) -> Integers:
        """The number of the article of each example, from 0 in the order in which the articles first occur."""
        _, first, number = np.unique(self.store.column("article")[self.rows], return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[number]

    @cached_property
    def articles(self) -> list[str]:
        """The articles, in the order in which they first occur."""
        first = np.sort(np.unique(self.store.column("article")[self.rows], return_index=True)[1])
        return [article_of(self.id(number)) for number in first.tolist()]

    def are_of(self, articles: Collection[str]) -> Flags:
        """Which of the examples are of one of these articles."""
        numbers = np.array([name in articles for name in self.articles], np.bool_)
        return numbers[self.article_numbers]

    @property
    def partly_annotated(self) -> Integers:
        """The numbers of the examples of which nobody annotated some part."""
        return np.flatnonzero(np.isin(self.rows, self.store.column("marked")))

    def take(self, numbers: Sequence[int] | Integers) -> ExampleTable:
        """Some of the examples, in the order of their numbers."""
        chosen = np.asarray(numbers, np.int64)
        extras = (self._extras[0], self._extras[1][chosen])
        return ExampleTable(self.store, self.rows[chosen], self.spans.take(chosen), extras)

    def with_spans(self, spans: SpanColumns, extras: tuple[ExampleTable, Integers] | None = None) -> ExampleTable:
        """The same examples with other spans, and with the further keys that others have.

        Args:
            spans: of each example.
            extras: other examples, and the number there of each example of this table, -1 for one without further keys.
        """
        if extras is None:
            return ExampleTable(self.store, self.rows, spans, (self.store, np.full(len(self), -1)))
        table, numbers = extras
        rows = np.full(len(self), -1)
        rows[numbers >= 0] = table._extras[1][numbers[numbers >= 0]]  # noqa: SLF001  (of the same class)
        return ExampleTable(self.store, self.rows, spans, (table._extras[0], rows))  # noqa: SLF001

    def numbers_of(self, ids: Collection[str]) -> dict[str, list[int]]:
        """The numbers of the examples that have one of these ids, by the id."""
        named = {digest(name): name for name in ids}
        found: dict[str, list[int]] = {}
        own = self.ids
        wanted = np.array([*named], f"S{DIGEST}")
        for number in np.flatnonzero(np.isin(own, wanted)).tolist():
            found.setdefault(self.id(number), []).append(number)
        return found


class TextsById(Mapping[str, str]):
    """The text of each id, of a table and of others that have precedence; of several examples of one id, the last.

    Args:
        table: the examples.
        others: further texts by their ids.
    """

    def __init__(self, table: ExampleTable, others: Mapping[str, str]) -> None:
        self._table, self._others = table, others

    @cached_property
    def _numbers(self) -> dict[bytes, int]:
        return {key: number for number, key in enumerate(self._table.ids.tolist())}

    def __getitem__(self, name: str) -> str:
        if name in self._others:
            return self._others[name]
        return self._table.text(self._numbers[digest(name).rstrip(b"\0")])  # as numpy gives it

    def __iter__(self) -> Iterator[str]:
        yield from self._others
        yield from (name for name in map(self._table.id, self._numbers.values()) if name not in self._others)

    def __len__(self) -> int:
        return sum(1 for _ in self)
