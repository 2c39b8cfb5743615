"""`corpus/clusters.jsonl`: which articles belong together through articles that the project need not have.

    {"article": "a17", "cluster": "reuters-0093"}
    {"article": "a31", "cluster": "reuters-0093"}

A project holds a few articles of a collection. Two of them may be near-duplicates of a third that it does not have, or
be joined by a chain of such articles, which no comparison of the two can show. So what a search over the whole
collection found is kept here: a line for each article of the project that is in a cluster of two or more, sorted by
article. Articles of one cluster are never divided between two splits or folds. The file belongs into git.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "clusters.jsonl"
REMEDY = (
    'A line is {"article": "…", "cluster": "…"}. Write the file again from the clusters of the collection: '
    "goldspan split --clusters clusters.parquet --apply"
)


@dataclass(frozen=True, slots=True)
class ClusteredArticle:
    """An article of the project, and the cluster of the collection that it is in.

    Args:
        article: its id.
        cluster: the name of the cluster.
    """

    article: str
    cluster: str


def read_clusters(path: Path) -> list[ClusteredArticle]:
    """The lines of the file; none without one. Their articles may be unknown to the manifest.

    Raises:
        InputError: naming the line, for one that is not such a line, and for an article that an earlier line has.
    """
    if not files.is_there(path):
        return []
    from goldspan import validation  # here, since it imports pydantic

    found: dict[str, ClusteredArticle] = {}
    for number, raw in files.lines(files.read_bytes(path)):
        one = validation.parse_json(raw, ClusteredArticle, path, number, REMEDY)
        for key, value in (("article", one.article), ("cluster", one.cluster)):
            if not value:
                raise InputError(f"{key!r} is empty", file=path, line=number, remedy=REMEDY)
        if one.article in found:
            raise InputError(
                f"the article {one.article!r} is listed twice",
                file=path,
                line=number,
                remedy="Remove one of the two lines; an article is in one cluster.",
            )
        found[one.article] = one
    return list(found.values())


def content(clusters: Mapping[str, str]) -> str:
    """The content of the file for the cluster of each article that is in one."""
    return "".join(f"{files.dumps({'article': one, 'cluster': clusters[one]})}\n" for one in sorted(clusters))
