"""`corpus/samples/<number>.json`: which articles of a larger collection were drawn, from what, and how likely each was.

An estimate of what the collection holds needs for each article the probability with which it was drawn, and nobody can
compute that afterwards; see `goldspan.bulk.sample`. So each file stays as it was written, and belongs into git:

    {
    "suggestions": "news", "recipe": "9f2c…", "number": 50, "random_share": 0.2, "seed": 0, "by": ["label"],
    "allocation": "square-root", "least": 5, "articles": 81204, "left_out": {"whose text the project has": 3},
    "strata": [
    {"values": {"label": "PERSON"}, "articles": 7012, "random": 1, "drawn": 12}],
    "drawn": [
    {"article": "a17", "id": "a17", "shard": "2024/03", "row": 512, "part": "ranked", "values": {"label": "PERSON"},
     "probability": 0.00171}]
    }
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.corpus.reading_order import Part  # noqa: TC001  (pydantic reads it)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from pathlib import Path

    from goldspan.corpus.reading_order import OrderedArticle

FOLDER = "samples"
REMEDY = "Restore the file from git: `goldspan bulk sample` writes it once, and nothing changes it."


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedStratum:
    """A stratum of a sample.

    Args:
        values: by the name of a way to describe articles what they have in common.
        articles: how many there are.
        random: how many of them are in the random part.
        drawn: how many of the others were drawn.
    """

    values: dict[str, str]
    articles: int
    random: int
    drawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnArticle:
    """An article of a sample.

    Args:
        article: its id in the project.
        id: its id in the collection.
        shard, row: its place there.
        part: whether it was drawn from all articles (`random`), or in its stratum (`ranked`).
        values: those of its stratum.
        probability: with which it was drawn; of one that was drawn in its stratum, among those that are not in the
            random part.
    """

    article: str
    id: str
    shard: str
    row: int
    part: Part
    values: dict[str, str]
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRecord:
    """A sample that was drawn.

    Args:
        suggestions: the name of the folder that it was drawn from.
        recipe: the digest of the recipe of the suggestions.
        number: of articles that were wanted.
        random_share, seed, by, allocation, least: how they were drawn.
        articles: how many could be drawn.
        left_out: how many could not, by the reason.
        strata: all strata.
        drawn: the articles.
    """

    suggestions: str
    recipe: str
    number: int
    random_share: float
    seed: int
    by: list[str]
    allocation: str
    least: int
    articles: int
    left_out: dict[str, int]
    strata: list[CountedStratum]
    drawn: list[DrawnArticle]

    def text(self) -> str:
        """The content of its file: a line for each stratum and article."""
        parts = []
        for field in fields(self):
            value: Any = getattr(self, field.name)
            if field.name in {"strata", "drawn"}:
                rows = ",\n".join(files.dumps(asdict(one)) for one in value)
                parts.append(f'"{field.name}": [\n{rows}]')
            else:
                parts.append(f'"{field.name}": {files.dumps(value)}')
        return "{\n" + ",\n".join(parts) + "\n}\n"


def read_samples(folder: Path) -> dict[int, SampleRecord]:
    """The samples of a project by their number, in their order; none without the folder.

    Raises:
        InputError: for a file that is none.
    """
    found: dict[int, SampleRecord] = {}
    paths = {int(path.stem): path for path in folder.glob("*.json") if path.stem.isdecimal()}
    if paths:
        from goldspan import validation  # here, since it imports pydantic

        for number, path in sorted(paths.items()):
            found[number] = validation.parse_json(files.read_bytes(path), SampleRecord, path, 1, REMEDY)
    return found


def sampled_ids(folder: Path) -> dict[str, str]:
    """By the id of each article that was drawn its id in the collection; for an id that was drawn again the last one.

    Raises:
        InputError: as `read_samples`.
    """
    return {one.article: one.id for record in read_samples(folder).values() for one in record.drawn}


def mixed_draws(order: Iterable[OrderedArticle], sampled: Container[str]) -> str | None:
    """That the random part of a reading order is of two draws, as a sentence; None if it is of one, or empty.

    Args:
        order: its lines.
        sampled: the ids of the articles that were drawn from a larger collection.
    """
    random = [one.article in sampled for one in order if one.part == "random"]
    if all(random) or not any(random):
        return None
    return (
        f"of the random part of the reading order {sum(random):,} articles were drawn from a larger collection, and "
        f"{len(random) - sum(random):,} from the project: a score on the split random is one of both"
    )
