"""The tables of a release, configuration by configuration and split by split.

`gold` and `passes` are those of `goldspan export`, of the articles whose texts may travel. `votes`, `standoff` and
`standoff_passes` are of all articles and hold no text of those that may not.
"""

from __future__ import annotations

from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

from goldspan.corpus.passes import is_aided
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
from goldspan.standoff.fingerprints import standoff_examples, standoff_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Executor
    from pathlib import Path

    from datasets import Features

    from goldspan.annotation import Example, LabelScheme
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.standoff.examples import FingerprintSettings, StandoffSpan
    from goldspan.tokens import Misaligned, Policy

A = TypeVar("A")
B = TypeVar("B")
WAITING = 64  # articles whose digests are computed ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSources:
    """What the tables are made of.

    Args:
        corpus: the project.
        entries: of the manifest, by article.
        splits: the ids of the articles of each split that are in the release: those with gold.
        fold: of each article with gold.
        fingerprints: how those of the windows are made.
    """

    corpus: Corpus
    entries: Mapping[str, ManifestEntry]
    splits: dict[str, list[str]]
    fold: Mapping[str, int]
    fingerprints: FingerprintSettings


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
        STANDOFF: partial(_write_standoff, sources, written),
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


def _write_standoff(sources: TableSources, written: ReleaseTables, path: Path, articles: list[str]) -> WrittenTable:
    # Most of the time goes into digests, which Python computes outside of its lock.
    with ThreadPoolExecutor() as pool:
        found = _in_parallel(pool, partial(_standoff_rows, sources), _gold(sources, written.left_out, articles))
        rows = (row for of_article in found for row in of_article)
        return write_standoff(path, rows, sources.entries, sources.corpus.scheme)


def _gold(
    sources: TableSources, left_out: Counter[str], articles: Iterable[str]
) -> Iterator[tuple[ManifestEntry, list[Example]]]:
    """The examples of the gold of each article that were annotated as a whole."""
    for article in articles:
        examples = []
        for example in sources.corpus.gold_examples([article]):
            if example.is_annotated:
                examples.append(example)
            else:
                left_out[reason_left_out(example)] += 1
        yield sources.entries[article], examples


def _standoff_rows(sources: TableSources, gold: tuple[ManifestEntry, list[Example]]) -> list[StandoffRow]:
    """The examples of the gold of an article, without texts, in the order of their file, as in `gold`."""
    entry, examples = gold
    made = standoff_examples(sources.corpus.source(entry), examples, sources.fingerprints)
    by_id = {one.id: one for one in made}
    return [
        StandoffRow(one := by_id[example.id], _surfaces(example, one.spans, entry), sources.fold[entry.id])
        for example in examples
    ]


def _in_parallel(pool: Executor, work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
    """The results in the order of the items, of which few are taken before they are needed."""
    stream = iter(items)
    waiting = deque(pool.submit(work, item) for item in islice(stream, WAITING))
    while waiting:
        yield waiting.popleft().result()
        waiting.extend(pool.submit(work, item) for item in islice(stream, 1))


def _write_standoff_passes(sources: TableSources, path: Path, articles: list[str]) -> WrittenTable:
    rows = (row for article in articles for row in _standoff_pass_rows(sources, article))
    return write_standoff_passes(path, rows, sources.corpus.scheme)


def _standoff_pass_rows(sources: TableSources, article: str) -> Iterator[StandoffRow]:
    """What annotators confirmed in an article, without texts; each example has the digest of gold."""
    entry, corpus = sources.entries[article], sources.corpus
    read = [
        (annotator, example)
        for annotator in corpus.annotators()
        for example in corpus.confirmed_examples(annotator, [article])
    ]
    texts = {(example.id, example.at, len(example.text)): example for _, example in read}
    cheap = replace(sources.fingerprints, rounds=1)  # the windows are left out
    made = standoff_examples(corpus.source(entry), texts.values(), cheap)
    without_text = {(one.id, one.at, one.length): replace(one, windows=()) for one in made}
    for annotator, example in read:
        spans = standoff_spans(example.text, example.spans)
        one = replace(without_text[example.id, example.at, len(example.text)], spans=spans)
        yield StandoffRow(one, _surfaces(example, spans, entry), annotator=annotator, aided=is_aided(example))


def _surfaces(example: Example, spans: Iterable[StandoffSpan], entry: ManifestEntry) -> tuple[str | None, ...]:
    return tuple(example.surface(one.span) if entry.may_travel else None for one in spans)
