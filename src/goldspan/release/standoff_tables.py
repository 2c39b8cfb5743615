"""The tables `standoff` and `standoff_passes`: examples without their texts, of all articles of a release.

`standoff` has a row per example of gold: where it came from, where it stands in its article, the digest of its text,
its spans, and fingerprints of its words. `standoff_passes` has a row per example that an annotator confirmed: the
fingerprints are those of the example in `standoff`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.annotation import Span, article_of
from goldspan.release.table_files import read_rows, row_error, write_rows
from goldspan.standoff.examples import INSIDE, StandoffExample, StandoffSpan, WindowFingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from datasets import Features

    from goldspan.annotation import LabelScheme
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.export.parquet import WrittenTable
    from goldspan.release.table_files import Row

SOURCE = ("title", "publisher", "author", "url", "published")  # of an article, in each row of `standoff`


@dataclass(frozen=True, slots=True)
class StandoffRow:
    """A row of one of the tables.

    Args:
        example: without its text; in `standoff_passes` without fingerprints, and with the spans of the pass.
        surfaces: of its spans, in their order; None for each where the text may not travel.
        fold: of the article; in `standoff` alone.
        annotator: the name of the pass; in `standoff_passes` alone.
        source: what a row of `standoff` that was read states of the article, in the order of `SOURCE`; empty else.
        aided: whether the annotator saw suggestions before they read; in `standoff_passes` alone.
    """

    example: StandoffExample
    surfaces: tuple[str | None, ...]
    fold: int | None = None
    annotator: str | None = None
    source: tuple[str | None, ...] = ()
    aided: bool | None = None

    @property
    def article(self) -> str:
        """The id of its article."""
        return article_of(self.example.id)


def standoff_features(scheme: LabelScheme) -> Features:
    """The features of `standoff`."""
    from datasets import Features, List, Value

    window = {"token": Value("int32"), "fingerprint": Value("string")}
    return Features(
        {"id": Value("string"), "article": Value("string")}
        | {name: Value("string") for name in SOURCE}
        | {"at": Value("int32"), "length": Value("int32"), "sha256": Value("string"), "fold": Value("int32")}
        | {"tokens": Value("int32"), "spans": List(_span_features(scheme)), "windows": List(window)}
    )


def standoff_pass_features(scheme: LabelScheme) -> Features:
    """The features of `standoff_passes`."""
    from datasets import Features, List, Value

    return Features(
        {"id": Value("string"), "article": Value("string"), "annotator": Value("string"), "aided": Value("bool")}
        | {"at": Value("int32"), "length": Value("int32"), "sha256": Value("string")}
        | {"tokens": Value("int32"), "spans": List(_span_features(scheme))}
    )


def write_standoff(
    path: Path, rows: Iterable[StandoffRow], entries: Mapping[str, ManifestEntry], scheme: LabelScheme
) -> WrittenTable:
    """Write `standoff`; no file where there is no row.

    Args:
        path: the file.
        rows: read once.
        entries: of the manifest, by article.
        scheme: the labels.
    """
    number = {name: index for index, name in enumerate(scheme.names)}

    def values(row: StandoffRow) -> Row:
        source = {name: getattr(entries[row.article], name) for name in SOURCE}
        windows = [{"token": one.token, "fingerprint": one.fingerprint} for one in row.example.windows]
        return {**_values(row, number), **source, "fold": row.fold, "windows": windows}

    return write_rows(path, map(values, rows), standoff_features(scheme), _count_spans)


def write_standoff_passes(path: Path, rows: Iterable[StandoffRow], scheme: LabelScheme) -> WrittenTable:
    """Write `standoff_passes`; no file where there is no row."""
    number = {name: index for index, name in enumerate(scheme.names)}
    values = (_values(row, number) | {"annotator": row.annotator, "aided": row.aided} for row in rows)
    return write_rows(path, values, standoff_pass_features(scheme), _count_spans)


def read_standoff(path: Path, scheme: LabelScheme) -> Iterator[StandoffRow]:
    """The rows of `standoff`.

    Raises:
        InputError: for a file that is no such table, and for the first row that is not valid, naming it.
    """
    return _read(path, standoff_features(scheme), scheme)


def read_standoff_passes(path: Path, scheme: LabelScheme) -> Iterator[StandoffRow]:
    """The rows of `standoff_passes`; errors as of `read_standoff`."""
    return _read(path, standoff_pass_features(scheme), scheme)


def _span_features(scheme: LabelScheme) -> dict[str, Any]:
    from datasets import ClassLabel, Value

    return {
        "start": Value("int32"),
        "end": Value("int32"),
        "label": ClassLabel(names=[*scheme.names]),
        "surface": Value("string"),
        "first": Value("int32"),
        "tokens": Value("int32"),
        "head": Value("int32"),
        "tail": Value("int32"),
    }


def _values(row: StandoffRow, number: Mapping[str, int]) -> Row:
    example = row.example
    spans = [
        {
            "start": one.span.start,
            "end": one.span.end,
            "label": number[one.span.label],
            "surface": surface,
            "first": one.first,
            "tokens": one.tokens,
            "head": one.head,
            "tail": one.tail,
        }
        for one, surface in zip(example.spans, row.surfaces, strict=True)
    ]
    return {
        "id": example.id,
        "article": row.article,
        "at": example.at,
        "length": example.length,
        "sha256": example.sha256,
        "tokens": example.tokens,
        "spans": spans,
    }


def _count_spans(row: Row) -> int:
    return len(row["spans"])


def _read(path: Path, features: Features, scheme: LabelScheme) -> Iterator[StandoffRow]:
    for number, row in read_rows(path, features):
        try:
            yield _parsed(row, scheme)
        except (TypeError, ValueError, IndexError) as error:
            raise row_error(path, number, row, f"is no example without its text: {error!s:.80}") from None


def _parsed(row: Row, scheme: LabelScheme) -> StandoffRow:
    """The row of a table.

    Raises:
        TypeError, ValueError, IndexError: if it is not valid.
    """
    length, tokens = row["length"], row["tokens"]
    spans = tuple(
        StandoffSpan(
            Span(one["start"], one["end"], scheme.names[one["label"]]),
            one["first"],
            one["tokens"],
            one["head"],
            one["tail"],
        )
        for one in row["spans"]
    )
    windows = tuple(WindowFingerprint(one["token"], one["fingerprint"]) for one in row.get("windows", ()))
    example = StandoffExample(row["id"], row["at"], length, row["sha256"], tokens, spans, windows)
    needed = [example.id, example.at, length, example.sha256, tokens, *(value for one in windows for value in one)]
    if None in needed or example.at < 0 or length < 0 or row["article"] != article_of(example.id):
        raise ValueError("a value is missing or out of its range")
    for one in spans:
        if one.span.end > length or one.first < 0 or one.tokens < 0 or one.first + one.tokens > tokens:
            raise ValueError(f"the span [{one.span.start}, {one.span.end}] leaves the text")
        if one.head < INSIDE or one.tail < INSIDE:
            raise ValueError(f"the span [{one.span.start}, {one.span.end}] has an edge outside of its tokens")
    surfaces = tuple(one["surface"] for one in row["spans"])
    source = tuple(row[name] for name in SOURCE if name in row)
    if "annotator" in row and row["aided"] is None:
        raise ValueError("it is not stated whether it was read with suggestions")
    return StandoffRow(example, surfaces, row.get("fold"), row.get("annotator"), source, row.get("aided"))
