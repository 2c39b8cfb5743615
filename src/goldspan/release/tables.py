"""The tables of a release, configuration by configuration and split by split.

`gold` and `passes` are those of `goldspan export`, of the articles whose texts may travel. `votes`, `standoff` and
`standoff_passes` are of all articles and hold no text of those that may not.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from goldspan.export import gold_rows, parquet, pass_rows
from goldspan.export.arrow import features
from goldspan.export.parquet import WrittenTable
from goldspan.formats.registry import reason_left_out
from goldspan.release.contents import CONFIGS, GOLD, PASSES, STANDOFF, STANDOFF_PASSES, VOTES
from goldspan.release.standoff_tables import (
    StandoffRow,
    standoff_features,
    standoff_pass_features,
    write_standoff,
    write_standoff_passes,
)
from goldspan.release.votes import count_votes, vote_features, write_votes
from goldspan.standoff.examples import FingerprintSettings, StandoffExample, StandoffSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from datasets import Features

    from goldspan.annotation import Example, LabelScheme
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.tokens import Misaligned, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSources:
    """What the tables are made of.

    Args:
        corpus: the project.
        splits: the ids of the articles of each split that are in the release: those with gold.
        fold: of each article with gold.
        fingerprints: how those of the windows are made.
    """

    corpus: Corpus
    splits: dict[str, list[str]]
    fold: Mapping[str, int]
    fingerprints: FingerprintSettings

    @property
    def entries(self) -> dict[str, ManifestEntry]:
        """The manifest by article."""
        return {entry.id: entry for entry in self.corpus.entries}


@dataclass(slots=True)
class ReleaseTables:
    """What was written.

    Args:
        tables: per configuration and split what was written; one without rows is not there.
        left_out: why examples of gold were left out, and how many for each reason, as `export` leaves them out.
    """

    tables: dict[str, dict[str, WrittenTable]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def losses(self) -> list[Misaligned]:
        """The spans of gold with texts that their tokens could not express."""
        return [loss for table in self.tables.get(GOLD, {}).values() for loss in table.losses]


def table_features(scheme: LabelScheme) -> dict[str, Features]:
    """The features of the tables of each configuration."""
    return {
        GOLD: features(scheme),
        PASSES: features(scheme, annotator=True),
        VOTES: vote_features(scheme),
        STANDOFF: standoff_features(scheme),
        STANDOFF_PASSES: standoff_pass_features(scheme),
    }


def write_tables(sources: TableSources, folder: Path, policy: Policy) -> ReleaseTables:
    """Write the tables into a folder, `<configuration>/<split>.parquet`.

    Args:
        sources: what they are made of.
        folder: of the release.
        policy: what becomes of spans that a token cuts; see `goldspan.tokens.tags`.
    """
    written = ReleaseTables()
    writers: dict[str, Callable[[Path, list[str]], WrittenTable]] = {
        GOLD: partial(_write_gold, sources, policy),
        PASSES: partial(_write_passes, sources, policy),
        VOTES: partial(_write_votes, sources),
        STANDOFF: partial(_write_standoff, sources, written.left_out),
        STANDOFF_PASSES: partial(_write_standoff_passes, sources),
    }
    for config in CONFIGS:
        for split, articles in sources.splits.items():
            table = writers[config](folder / config / f"{split}.parquet", articles)
            if table.rows:
                written.tables.setdefault(config, {})[split] = table
    return written


def _write_gold(sources: TableSources, policy: Policy, path: Path, articles: list[str]) -> WrittenTable:
    counted: Counter[str] = Counter()  # of all articles in `standoff`
    rows = gold_rows(sources.corpus, _travelling(sources, articles), sources.fold, counted)
    return _write_texts(sources, policy, path, rows, annotator=False)


def _write_passes(sources: TableSources, policy: Policy, path: Path, articles: list[str]) -> WrittenTable:
    corpus = sources.corpus
    rows = pass_rows(corpus, _travelling(sources, articles), corpus.annotators(), sources.fold)
    return _write_texts(sources, policy, path, rows, annotator=True)


def _write_texts(
    sources: TableSources, policy: Policy, path: Path, rows: Iterator[parquet.DatasetRow], *, annotator: bool
) -> WrittenTable:
    """A table with texts; no file where there is no row."""
    first = list(islice(rows, 1))
    if not first:
        return WrittenTable()
    return parquet.write_table(path, chain(first, rows), sources.corpus.scheme, policy, annotator=annotator)


def _travelling(sources: TableSources, articles: list[str]) -> list[str]:
    entries = sources.entries
    return [article for article in articles if entries[article].may_travel]


def _write_votes(sources: TableSources, path: Path, articles: list[str]) -> WrittenTable:
    entries = sources.entries
    votes = (
        one
        for article in articles
        for one in count_votes(sources.corpus, article, with_text=entries[article].may_travel)
    )
    return write_votes(path, votes, sources.corpus.scheme)


def _write_standoff(sources: TableSources, left_out: Counter[str], path: Path, articles: list[str]) -> WrittenTable:
    rows = (row for article in articles for row in _standoff_rows(sources, article, left_out))
    return write_standoff(path, rows, sources.entries, sources.corpus.scheme)


def _standoff_rows(sources: TableSources, article: str, left_out: Counter[str]) -> Iterator[StandoffRow]:
    """The examples of the gold of an article, without texts."""
    may_travel = sources.entries[article].may_travel
    examples = []
    for example in sources.corpus.gold_examples([article]):
        if example.is_annotated:
            examples.append(example)
        else:
            left_out[reason_left_out(example)] += 1
    for example in examples:
        yield StandoffRow(_without_text(example), _surfaces(example, may_travel), sources.fold[article])


def _write_standoff_passes(sources: TableSources, path: Path, articles: list[str]) -> WrittenTable:
    entries = sources.entries
    rows = (
        StandoffRow(_without_text(example), _surfaces(example, entries[article].may_travel), annotator=annotator)
        for article in articles
        for annotator in sources.corpus.annotators()
        for example in sources.corpus.confirmed_examples(annotator, [article])
    )
    return write_standoff_passes(path, rows, sources.corpus.scheme)


def _surfaces(example: Example, may_travel: bool) -> tuple[str | None, ...]:
    return tuple(example.surface(span) if may_travel else None for span in example.spans)


def _without_text(example: Example) -> StandoffExample:
    digest = hashlib.sha256(example.text.encode("utf-8")).hexdigest()
    spans = tuple(StandoffSpan(span, 0, 0, 0, 0) for span in example.spans)
    return StandoffExample(example.id, example.at, len(example.text), digest, 0, spans, ())
