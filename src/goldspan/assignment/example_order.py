"""In which order examples go up: by a score, of articles or of examples, or drawn at random.

A file of scores has a line of JSON per article or per example, or is a CSV with these columns:

    {"article": "a17", "score": 52.8}
    {"example": "a17.p03", "score": 4}

The highest score comes first. `corpus/reading_order.jsonl`, which `goldspan rank` writes, has an order of its own: its
articles that were drawn at random stand at their places whatever their score, and are to be read there. So a file of
its form is followed line by line.

Articles move as wholes, unless single examples have scores: who reads a paragraph after the one before it knows what
"the brigade" is.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Mapping  # noqa: TC003  (a dataclass shows it)
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from goldspan import files
from goldspan.annotation import article_of
from goldspan.corpus import reading_order
from goldspan.errors import InputError
from goldspan.formats.json_lines import json_object
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from pathlib import Path

    from goldspan.annotation import Example

DISAGREEMENT, RANDOM = "disagreement", "random"  # orders without a file
KINDS = ("article", "example")
REMEDY = (
    'A line is {"article": "…", "score": 1.5}, or with "example" in place of "article"; a CSV has columns of these '
    "names. Or name what goldspan rank writes, corpus/reading_order.jsonl."
)


@dataclass(frozen=True, slots=True)
class ExampleScores:
    """Scores of articles or of examples; what has the highest is to be read first.

    Args:
        kind: what has a score.
        scores: by id; of equal ones the first comes first in the usual order.
    """

    kind: Literal["article", "example"]
    scores: Mapping[str, float]

    def of(self, example: Example) -> float | None:
        """The score of an example, or of its article; None if it has none."""
        return self.scores.get(example.id if self.kind == "example" else article_of(example.id))

    def note(self, examples: Sequence[Example]) -> str | None:
        """How many examples have no score and so come last, as a sentence; None if all have one."""
        without = sum(self.of(one) is None for one in examples)
        if not without:
            return None
        return f"{amount(without, 'example')} without a score {'comes' if without == 1 else 'come'} last."


def order_examples(
    examples: Sequence[Example], order: ExampleScores | Literal["random"], *, seed: str = ""
) -> list[Example]:
    """The examples in the order in which they are to be read.

    Args:
        examples: in their usual order.
        order: their scores: the highest first, and last what has none, in the usual order; or `random`: articles in
            an order that is drawn, each with its examples in their usual order.
        seed: of the random order: the name of the round, and where each member has a project of their own, also the
            member, so that not all of them are tired at the same articles.
    """
    if isinstance(order, ExampleScores):
        scores = [order.of(one) for one in examples]
        numbers = sorted(range(len(examples)), key=lambda at: math.inf if scores[at] is None else -_number(scores[at]))
        return [examples[at] for at in numbers]
    return sorted(examples, key=lambda one: _drawn(seed, article_of(one.id)))


def _number(score: float | None) -> float:
    assert score is not None
    return score


def _drawn(seed: str, article: str) -> str:
    """A random number of an article, the same on every machine and whatever other articles there are."""
    return hashlib.sha256(f"{seed}\n{article}".encode("utf-8", "surrogatepass")).hexdigest()


def read_scores(path: Path, *, articles: Container[str], examples: Container[str]) -> ExampleScores:
    """The scores of a file.

    Args:
        path: of JSON lines or of a CSV, by its ending; or of the form of `corpus/reading_order.jsonl`.
        articles: the ids of all articles of the project.
        examples: the ids of all its examples.

    Raises:
        InputError: naming file and line, for a line that has no id or no score, for an id that the project does not
            have or an earlier line has, and for lines about articles and about examples in one file.
    """
    if not files.is_there(path):
        raise InputError("there is no such file", file=path, remedy=REMEDY)
    is_table = path.suffix.lower() in {".csv", ".tsv"}
    rows = [*(_csv_rows(path) if is_table else _json_rows(path))]
    if not rows:
        raise InputError("has no line", file=path, remedy=REMEDY)
    if not is_table and "part" in rows[0][1]:
        return _reading_order(path, articles)
    kind = _kind(path, *rows[0])
    known = articles if kind == "article" else examples
    scores: dict[str, float] = {}
    lines: dict[str, int] = {}
    for line, row in rows:
        if (other := _kind(path, line, row)) != kind:
            message = f"is about an {other}, the first line about an {kind}"
            remedy = "Give scores of articles alone, or of examples alone."
            raise InputError(message, file=path, line=line, remedy=remedy)
        name = row[kind]
        if not isinstance(name, str) or not name:
            raise InputError(f"{kind!r} is {name!r:.60}", file=path, line=line, remedy=REMEDY)
        if name not in known:
            raise InputError(
                f"the project has no {kind} {name!r}",
                file=path,
                line=line,
                remedy="Correct the id, or remove the line.",
            )
        if name in scores:
            raise InputError(
                f"the {kind} {name!r} has a score in line {lines[name]} already",
                file=path,
                line=line,
                remedy="Remove one of the two lines.",
            )
        scores[name], lines[name] = _score(row, path, line, name), line
    return ExampleScores(kind, scores)


def _reading_order(path: Path, articles: Container[str]) -> ExampleScores:
    """The order of `goldspan rank`, as scores: the first line has the highest."""
    order = reading_order.read_order(path)
    reading_order.require_known(path, order, articles)
    return ExampleScores("article", {one.article: float(-place) for place, one in enumerate(order)})


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, raw in files.lines(files.read_bytes(path)):
        if raw.strip():
            yield number, json_object(raw, path, number, REMEDY)


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = files.read_bytes(path).removeprefix(files.BOM).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("is not UTF-8", file=path, remedy="Save it as UTF-8.") from None
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            if header is None:
                header = [cell.strip() for cell in cells]
                if len(set(header)) < len(header):
                    raise InputError("two columns have one name", file=path, line=line, remedy=REMEDY)
            elif cells:
                if len(cells) != len(header):
                    message = f"has {amount(len(cells), 'cell')}, the first line {len(header)}"
                    raise InputError(message, file=path, line=line, remedy=REMEDY)
                yield line, {key: cell.strip() for key, cell in zip(header, cells, strict=True) if cell.strip()}
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"is no CSV: {error}", file=path, line=line, remedy=REMEDY) from None


def _kind(path: Path, line: int, row: Mapping[str, Any]) -> Literal["article", "example"]:
    """What a line is about."""
    match "article" in row, "example" in row:
        case True, False:
            return "article"
        case False, True:
            return "example"
        case True, True:
            message = "has both an 'article' and an 'example'"
        case _:
            message = "has neither an 'article' nor an 'example'"
    raise InputError(message, file=path, line=line, remedy=REMEDY)


def _score(row: Mapping[str, Any], path: Path, line: int, name: str) -> float:
    value = row.get("score")
    if isinstance(value, str):  # of a CSV, and nothing else: JSON with a number in quotes is as clear
        try:
            value = float(value)
        except ValueError:
            raise InputError(f"the score of {name!r} is {value!r:.60}", file=path, line=line, remedy=REMEDY) from None
    if value is None:
        raise InputError(f"{name!r} has no score", file=path, line=line, remedy=REMEDY)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InputError(f"the score of {name!r} is {value!r:.60}", file=path, line=line, remedy=REMEDY)
    return float(value)
