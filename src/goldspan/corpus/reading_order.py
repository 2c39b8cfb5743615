"""`corpus/reading_order.jsonl`: in which order articles are to be read, and which of them were drawn at random.

    {"article": "a17", "part": "ranked", "words": 612, "expected": 19.2, "new": 8.1, "differing": 5.0, "score": 52.8}
    {"article": "a31", "part": "random", "words": 455, "expected": 6.3, "new": 2.0, "differing": null, "score": 18.3}
    {"article": "a40", "part": "ranked", "words": 98, "expected": 4.0, "new": 0.0, "differing": 1.0, "score": 31.0,
     "repeats": "a17", "pushed": "Storms"}

Each article has one line; the one to be read first is at the top. `part` stays for good: articles drawn at random
estimate what a corpus holds without the bias of a choice, but only if it is known for ever which ones these are. So the
file belongs into git, and an article that has been read keeps its line.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Literal, get_args

from goldspan import files
from goldspan.corpus.manifest import unknown_articles
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Sequence
    from pathlib import Path

Part = Literal["ranked", "random"]
PARTS: tuple[Part, ...] = get_args(Part)
FILE = "reading_order.jsonl"
REMEDY = (
    'Restore the file from git. A line is {"article": …, "part": "ranked" or "random", "words": …, "expected": …, '
    '"new": …, "differing": …, "score": …}, and "repeats" and "pushed" may follow.'
)
UNKNOWN = "Rank again, which leaves the line out: goldspan rank --apply"
DECIMALS = 2
OPTIONAL = ("repeats", "pushed")  # keys that are left out where they do not apply


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedArticle:
    """An article in the order of reading.

    Args:
        article: its id.
        part: why it is at its place: for its score, or drawn at random.
        words: of its examples.
        expected: how many spans models or suggestions expect there.
        new: how many of their surfaces neither gold has nor an article before it in the order.
        differing: on how many spans the last two models differ; None if fewer than two have predicted it.
        score: the sum of these in 1,000 words; see `goldspan.models.reading_order`.
        repeats: the article that it is a near-duplicate of, if that was read or comes before it.
        pushed: the project in Doccano that has it, as far as is known here.
    """

    article: str
    part: Part
    words: int
    expected: float
    new: float
    differing: float | None
    score: float
    repeats: str | None = None
    pushed: str | None = None

    def line(self) -> str:
        r"""Its line in the file, with `\n`."""
        row = {field.name: getattr(self, field.name) for field in fields(self)}
        kept = {key: value for key, value in row.items() if value is not None or key not in OPTIONAL}
        return files.dumps({key: _rounded(value) for key, value in kept.items()}) + "\n"


def read_order(path: Path) -> list[OrderedArticle]:
    """The order; empty without a file. Its articles may be unknown to the manifest.

    Raises:
        InputError: naming the line, for one that is not such a line, and for an article that an earlier line has.
    """
    if not files.is_there(path):
        return []
    from goldspan import validation  # here, since it imports pydantic

    order: dict[str, OrderedArticle] = {}
    for number, raw in files.lines(files.read_bytes(path)):
        one = validation.parse_json(raw, OrderedArticle, path, number, REMEDY)
        if problem := _problem(one):
            raise InputError(problem, file=path, line=number, remedy=REMEDY)
        if one.article in order:
            raise InputError(
                f"the article {one.article!r} is listed twice",
                file=path,
                line=number,
                remedy='Remove one of the two lines; if one of them has the part "random", keep that.',
            )
        order[one.article] = one
    return list(order.values())


def require_known(path: Path, order: Sequence[OrderedArticle], known: Container[str]) -> None:
    """Require that the manifest has all articles of an order.

    Raises:
        InputError: naming the line, for the first that it does not have.
    """
    for line, message in unknown_articles((one.article for one in order), known):
        raise InputError(message, file=path, line=line, remedy=UNKNOWN)


def content(order: Iterable[OrderedArticle]) -> str:
    """The content of the file."""
    return "".join(one.line() for one in order)


def update_order(path: Path, change: Callable[[list[OrderedArticle]], Iterable[OrderedArticle]]) -> bool:
    """Read the order, change it and write it, while no other process of goldspan does; False if all stays.

    Args:
        path: the file.
        change: gives the new order for the one that the file has now.
    """
    with files.lock(path.with_name(f".{path.name}.lock")):
        new = content(change(read_order(path)))
        return bool(new or files.is_there(path)) and files.write(path, new)


def mark_pushed(path: Path, articles: Collection[str], project: str) -> bool:
    """Note in the order which articles a project in Doccano has now; False if all stays."""
    if not files.is_there(path):
        return False
    return update_order(
        path, lambda order: [replace(one, pushed=project) if one.article in articles else one for one in order]
    )


def in_order(articles: Iterable[str], order: Iterable[OrderedArticle]) -> list[str]:
    """Articles in the order of reading; those that it does not have stand before it, as they stood."""
    place = {one.article: number for number, one in enumerate(order)}
    return sorted(articles, key=lambda article: place.get(article, -1))


def _rounded(value: object) -> object:
    return round(value, DECIMALS) if isinstance(value, float) else value


def _problem(one: OrderedArticle) -> str | None:
    """What no such line can have, as a clause; None for a valid one."""
    if not one.article:
        return "'article' is empty"
    numbers = {
        "words": one.words, "expected": one.expected, "new": one.new, "differing": one.differing, "score": one.score
    }  # fmt: skip
    return next((f"{key!r} is {value}" for key, value in numbers.items() if value is not None and value < 0), None)
