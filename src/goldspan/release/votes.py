"""The table `votes`: how many of those who read an example marked each span of it.

A row is a distinct span (start, end, label) that some annotator marked in a pass that counts, or that gold has. Who did
not read the example has no voice in it: an annotator who confirmed it without the span has read it and did not mark
the span; one who never confirmed it is not counted at all. Of both numbers the table has how many saw suggestions: who
kept one did not find it by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.corpus.passes import is_aided
from goldspan.release.table_files import read_rows, row_error, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from datasets import Features

    from goldspan.annotation import Example, LabelScheme, Span
    from goldspan.corpus import Corpus
    from goldspan.export.parquet import WrittenTable
    from goldspan.release.table_files import Row


@dataclass(frozen=True, slots=True)
class SpanVotes:
    """A span, and who marked it.

    Args:
        example: the id of its example.
        article: the id of the article.
        span: in code points of the text of the example.
        surface: the words; None where the text may not travel.
        marked_by: the names of the passes that have exactly this span, sorted.
        read: how many annotators confirmed the example.
        aided: how many of those who marked it saw suggestions before they read.
        read_aided: how many of those who read the example did.
        gold: whether gold has the span; None where the example has no gold that is annotated as a whole.
    """

    example: str
    article: str
    span: Span
    surface: str | None
    marked_by: tuple[str, ...]
    read: int
    aided: int
    read_aided: int
    gold: bool | None

    @property
    def marked(self) -> int:
        """How many of those who read the example marked the span."""
        return len(self.marked_by)


def vote_features(scheme: LabelScheme) -> Features:
    """The features of the table."""
    from datasets import ClassLabel, Features, List, Value

    return Features(
        {
            "id": Value("string"),
            "article": Value("string"),
            "start": Value("int32"),
            "end": Value("int32"),
            "label": ClassLabel(names=[*scheme.names]),
            "surface": Value("string"),
            "marked": Value("int32"),
            "read": Value("int32"),
            "marked_aided": Value("int32"),
            "read_aided": Value("int32"),
            "marked_by": List(Value("string")),
            "gold": Value("bool"),
        }
    )


def count_votes(corpus: Corpus, article: str, *, with_text: bool) -> list[SpanVotes]:
    """The votes on the spans of an article, in the order of its examples and of their spans.

    Args:
        corpus: its passes and gold are read.
        article: the id.
        with_text: whether the surfaces may be given.
    """
    gold = {example.id: example for example in corpus.gold_examples([article])}
    readings: dict[str, dict[str, Example]] = {}
    for annotator in corpus.annotators():
        for example in corpus.confirmed_examples(annotator, [article]):
            readings.setdefault(example.id, {})[annotator] = example
    texts = gold | {name: next(iter(found.values())) for name, found in readings.items() if name not in gold}
    votes: list[SpanVotes] = []
    for example in sorted(texts.values(), key=lambda one: (one.at, one.id)):
        held = gold.get(example.id)
        votes += _votes(example, held if held and held.is_annotated else None, readings.get(example.id, {}), with_text)
    return votes


def write_votes(path: Path, votes: Iterable[SpanVotes], scheme: LabelScheme) -> WrittenTable:
    """Write the table; no file where there is no row."""
    number = {name: index for index, name in enumerate(scheme.names)}
    rows = (_row(one, number[one.span.label]) for one in votes)
    return write_rows(path, rows, vote_features(scheme), lambda _: 1)


def read_votes(path: Path, scheme: LabelScheme) -> Iterator[SpanVotes]:
    """The rows of the table.

    Raises:
        InputError: for a file that is no such table, and for the first row that is not valid, naming it.
    """
    from goldspan.annotation import Span

    for number, row in read_rows(path, vote_features(scheme)):
        try:
            marked_by = tuple(row["marked_by"])
            span = Span(row["start"], row["end"], scheme.names[row["label"]])
            aided = row["marked_aided"], row["read_aided"]
            votes = SpanVotes(
                row["id"], row["article"], span, row["surface"], marked_by, row["read"], *aided, row["gold"]
            )
            named = None not in (votes.example, votes.article, *marked_by)
            valid = named and votes.marked == row["marked"] <= votes.read
            valid &= 0 <= votes.aided <= min(votes.marked, votes.read_aided) <= votes.read_aided <= votes.read
        except (TypeError, ValueError, IndexError):
            valid = False
        if not valid:
            raise row_error(path, number, row, "is no span with its votes")
        yield votes


def _votes(
    example: Example, gold: Example | None, readings: dict[str, Example], with_text: bool
) -> Iterator[SpanVotes]:
    aided = {annotator for annotator, reading in readings.items() if is_aided(reading)}
    marked: dict[Span, list[str]] = {span: [] for span in (gold.spans if gold else ())}
    for annotator, reading in readings.items():
        for span in reading.spans:
            marked.setdefault(span, []).append(annotator)
    for span in sorted(marked):
        surface = example.surface(span) if with_text else None
        in_gold = None if gold is None else span in gold.spans
        yield SpanVotes(
            example.id,
            example.article,
            span,
            surface,
            tuple(sorted(marked[span])),
            len(readings),
            len(aided.intersection(marked[span])),
            len(aided),
            in_gold,
        )


def _row(votes: SpanVotes, label: int) -> Row:
    return {
        "id": votes.example,
        "article": votes.article,
        "start": votes.span.start,
        "end": votes.span.end,
        "label": label,
        "surface": votes.surface,
        "marked": votes.marked,
        "read": votes.read,
        "marked_aided": votes.aided,
        "read_aided": votes.read_aided,
        "marked_by": [*votes.marked_by],
        "gold": votes.gold,
    }
