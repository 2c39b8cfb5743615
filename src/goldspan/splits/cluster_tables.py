"""The clusters of a whole collection, as a search for near-duplicates writes them, and which of a project's are there.

A table has a row for each article that is in a cluster of two or more, with the columns `id` and `cluster`; others are
not read. It may have millions of rows: of these only what the project needs is kept. Where an id is in several
clusters, as when two shards of a collection have it, and where a project has articles of several collections, clusters
that share an article are joined.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan import files, near_duplicates
from goldspan.articles import tables
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

TABLE = "clusters.parquet"  # the name of the table in the folder of a search
COLUMNS = ("id", "cluster")
REMEDY = (
    "Name the clusters.parquet that `goldspan bulk near-duplicates` writes, its folder, or a table with the columns "
    "id and cluster."
)


class ClusterKey(NamedTuple):
    """What tells a cluster from others.

    Attributes:
        table: the number of the table for a cluster that is numbered there; 0 for one with a name, which all share.
        name: its name, or its number.
    """

    table: int
    name: str


def clusters_of(
    paths: Sequence[Path], articles: Mapping[str, Collection[str]], known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The cluster of each article of a project that some tables have.

    Args:
        paths: the tables, or folders with a `clusters.parquet`.
        articles: by the id that an article has in the tables the ids of those of the project.
        known: clusters that the project's articles have already, to be joined with those of the tables.

    Raises:
        InputError: naming the file and row, for a path that is no such table, and for a row without id or cluster.
    """
    memberships = [(article, ClusterKey(0, cluster)) for article, cluster in sorted((known or {}).items())]
    for name, key in scan(paths, articles.keys()):
        memberships += [(article, key) for article in articles[name]]
    return _joined(memberships)


def scan(paths: Sequence[Path], wanted: Collection[str] | None = None) -> Iterator[tuple[str, ClusterKey]]:
    """The id and the cluster of each row of some tables.

    Args:
        paths: the tables, or folders with a `clusters.parquet`.
        wanted: the ids whose rows are wanted; None for all.

    Raises:
        InputError: as of `clusters_of`.
    """
    for number, path in enumerate(paths, 1):
        table = path / TABLE if path.is_dir() else path
        if table != path and not files.is_there(table):
            raise InputError(f"the folder has no {TABLE}", file=path, remedy=REMEDY)
        for row, (name, cluster) in _rows(table, wanted):
            yield name, _key(number, cluster, table, row)


def _joined(memberships: Iterable[tuple[str, ClusterKey]]) -> dict[str, str]:
    """The cluster of each article, where an article in several clusters joins them."""
    first: dict[str, ClusterKey] = {}
    joins = []
    keys: set[ClusterKey] = set()
    for article, key in memberships:
        keys.add(key)
        joins.append((first.setdefault(article, key), key))
    ordered = sorted(keys)
    at = {key: number for number, key in enumerate(ordered)}
    roots = near_duplicates.connect(range(len(ordered)), ((at[a], at[b]) for a, b in joins))
    names: dict[int, str] = {}
    taken: set[str] = set()
    for root in sorted(set(roots)):  # two tables may have numbered their clusters alike
        own = ordered[root].name
        forms = (own if number == 1 else f"{own}/{number}" for number in count(1))
        names[root] = next(name for name in forms if name not in taken)
        taken.add(names[root])
    return {article: names[roots[at[key]]] for article, key in sorted(first.items())}


def _key(table: int, cluster: object, path: Path, row: int) -> ClusterKey:
    if isinstance(cluster, str) and cluster:
        return ClusterKey(0, cluster)
    if isinstance(cluster, int) and not isinstance(cluster, bool):
        return ClusterKey(table, str(cluster))
    raise InputError(f"the cluster is {cluster!r:.60}, neither a name nor a number", file=path, line=row, remedy=REMEDY)


def _rows(path: Path, wanted: Collection[str] | None) -> Iterator[tuple[int, tuple[str, Any]]]:
    """The rows of wanted ids, or of all if None, each with its number, from 1.

    Raises:
        InputError: for a path that is no table with these columns, and for a row that cannot be read.
    """
    if path.suffix.lower() not in tables.SUFFIXES:
        raise InputError("is no table of clusters", file=path, remedy=REMEDY)
    if path.suffix.lower() == ".parquet":
        _require_columns(path, tables.parquet_columns(path))
        yield from _parquet_rows(path, wanted)
        return
    reading = replace(tables.DEFAULT, columns=COLUMNS)
    for item in tables.scan(path, reading):
        if isinstance(item, InputError):
            raise item
        _require_columns(path, item.values, item.line)
        name = str(item.values["id"])
        if wanted is None or name in wanted:
            yield item.line, (name, item.values["cluster"])


def _require_columns(path: Path, present: Collection[str], line: int | None = None) -> None:
    for name in COLUMNS:
        if name not in present:
            raise InputError(f"there is no column {name!r}", file=path, line=line, remedy=REMEDY)


def _parquet_rows(path: Path, wanted: Collection[str] | None) -> Iterator[tuple[int, tuple[str, Any]]]:
    """The rows of wanted ids of a Parquet file, found column by column: that is faster than row by row."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    ids = None if wanted is None else pa.array(sorted(wanted), pa.string())
    done = 0
    try:
        with pq.ParquetFile(path, pre_buffer=False) as table:
            for batch in table.iter_batches(columns=[*COLUMNS]):
                names = batch.column("id").cast(pa.string())
                is_chosen = pc.is_valid(names) if ids is None else pc.is_in(names, value_set=ids)
                chosen = pc.indices_nonzero(is_chosen)
                columns = (column.take(chosen).to_pylist() for column in (names, batch.column("cluster")))
                found = zip(*columns, strict=True)
                for place, row in zip(chosen.to_pylist(), found, strict=True):
                    yield done + place + 1, row
                done += len(batch)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"not a table of clusters: {error}", file=path, remedy=REMEDY) from None
