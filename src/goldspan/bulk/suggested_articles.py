"""The articles in the output folder of `goldspan bulk suggest`, one at a time, each with what was suggested in it.

Of every shard that the ledger has all lines are read, and its file must be the one that was written: a shard that was
damaged or changed is refused.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import strict_json
from goldspan.annotation import article_of
from goldspan.bulk import recipe as recipes
from goldspan.bulk.article_suggestions import ROW
from goldspan.bulk.ledger import FAILURES, FILE, Ledger
from goldspan.bulk.shards import SUGGESTIONS
from goldspan.errors import InputError
from goldspan.formats import gold
from goldspan.formats.record import LocatedExample
from goldspan.suggest.suggester import SCORES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.bulk.ledger import LedgerLine
    from goldspan.bulk.locations import Location

SPAN = [int, int, str, str]  # start, end, label, surface
AGAIN = "Make the suggestions again, which does only what is not done: goldspan bulk suggest IN --output FOLDER"


@dataclass(frozen=True)
class SuggestedArticle:
    """An article with what was suggested in it.

    Args:
        id: as the collection has it.
        shard: the name of its shard.
        row: its number there, from 1.
        start, end: the bytes of the shard's file in which its lines are.
        examples: its lines, as JSON values.
    """

    id: str
    shard: str
    row: int
    start: int
    end: int
    examples: Sequence[Mapping[str, Any]] = field(repr=False)

    @cached_property
    def spans(self) -> list[tuple[str, str]]:
        """The label and the surface of each span."""
        return [(span[2], span[3]) for example in self.examples for span in example["spans"]]

    @property
    def labels(self) -> set[str]:
        """The labels of its spans."""
        return {label for label, _ in self.spans}

    @cached_property
    def scores(self) -> list[float]:
        """The scores of its spans, without those that have none."""
        found = (score for example in self.examples for score in example.get(SCORES, ()))
        return [float(score) for score in found if score is not None]

    @cached_property
    def fingerprint(self) -> bytes:
        """What articles of the same examples have in common."""
        return text_fingerprint([example["text"] for example in self.examples])


def text_fingerprint(texts: Sequence[str]) -> bytes:
    """What articles of the same examples have in common, given the texts of these."""
    return hashlib.blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


class SuggestionOutput:
    """The output folder of `goldspan bulk suggest`.

    Args:
        folder: the folder.

    Raises:
        InputError: if it is none, if its ledger is damaged, and if its shards were made with different recipes.
    """

    def __init__(self, folder: Location) -> None:
        self.folder = folder
        ledger, recipe = folder / FILE, folder / recipes.FILE
        for location in (ledger, recipe):
            if not location.exists():
                remedy = "Name the folder that `goldspan bulk suggest IN --output FOLDER` writes."
                raise InputError(f"has no {location.name}: it holds no suggestions", file=str(folder), remedy=remedy)
        data = recipe.read()
        self.digest = hashlib.sha256(data).hexdigest()  # of the recipe
        self.lines: Sequence[LedgerLine] = Ledger(folder).lines
        if others := [line.shard for line in self.lines if line.recipe != self.digest]:
            raise InputError(
                f"the shard {others[0]} and {len(others) - 1:,} more were made with another recipe than recipe.json",
                file=str(ledger),
                remedy=AGAIN,
            )
        self.recipe: Mapping[str, Any] = _recipe(data, recipe)

    @property
    def spans(self) -> dict[str, int]:
        """By label the number of all spans."""
        found: dict[str, int] = {}
        for line in self.lines:
            for label, number in line.spans.items():
                found[label] = found.get(label, 0) + number
        return found

    @property
    def failed(self) -> int:
        """The number of shards that could not be done."""
        failures = self.folder / FAILURES
        return failures.read().count(b"\n") if failures.exists() else 0

    @property
    def articles(self) -> int:
        """The number of articles, those without an example included."""
        return sum(line.articles for line in self.lines)

    @property
    def rejects(self) -> int:
        """The number of rows that are no articles."""
        return sum(line.rejects for line in self.lines)

    def scan(self) -> Iterator[SuggestedArticle]:
        """All articles that have an example, shard by shard.

        Raises:
            InputError: naming the file, for a shard that is not as it was written.
        """
        for line in self.lines:
            yield from self._shard(line)

    def read(self, shard: str, places: Sequence[tuple[int, int]]) -> list[list[Example]]:
        """The examples of some articles of a shard, given the bytes in which they are.

        Raises:
            InputError: for a line that is no valid example.
        """
        location = self.folder / f"{shard}{SUGGESTIONS}"
        found = []
        with location.opened() as stream:
            for start, end in places:
                stream.seek(start)
                records = gold.scan_bytes(stream.read(end - start), Path(location.text))
                found.append([LocatedExample.of(record).example for record in records])
        return found

    def _shard(self, line: LedgerLine) -> Iterator[SuggestedArticle]:
        location = self.folder / f"{line.shard}{SUGGESTIONS}"
        if not location.exists():
            raise InputError("is not there, though the ledger has it", file=str(location), remedy=AGAIN)
        digest = hashlib.sha256()
        examples: list[dict[str, Any]] = []
        start = at = 0
        with location.opened() as stream:
            for number, raw in enumerate(stream, 1):
                digest.update(raw)
                example = _line(raw, location, number)
                if examples and example[ROW] != examples[0][ROW]:
                    yield _article(line.shard, examples, start, at)
                    examples, start = [], at
                examples.append(example)
                at += len(raw)
        if digest.hexdigest() != line.output_sha256:
            raise InputError(
                "is not as it was written: the ledger has another digest", file=location.text, remedy=AGAIN
            )
        if examples:
            yield _article(line.shard, examples, start, at)


def _article(shard: str, examples: list[dict[str, Any]], start: int, end: int) -> SuggestedArticle:
    return SuggestedArticle(article_of(examples[0]["id"]), shard, examples[0][ROW], start, end, examples)


def _line(raw: bytes, location: Location, number: int | None) -> dict[str, Any]:
    """A line of suggestions as JSON values: only its shape is tested, since the digest of the file tells the rest."""
    try:
        value = strict_json.loads(raw)
        shape = (value["id"], value["text"], value["spans"], value["at"], value[ROW])
        are_spans = all(isinstance(span, list) and [type(p) for p in span] == SPAN for span in value["spans"])
        are_scores = all(score is None or isinstance(score, (int, float)) for score in value.get(SCORES, ()))
        if [type(part) for part in shape] == [str, str, list, int, int] and are_spans and are_scores:
            found: dict[str, Any] = value
            return found
    except (strict_json.JSONError, KeyError, TypeError):
        pass
    raise InputError("is no line of suggestions", file=location.text, line=number, remedy=AGAIN)


def _recipe(data: bytes, location: Location) -> dict[str, Any]:
    try:
        value = strict_json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, strict_json.JSONError) as error:
        raise InputError(f"cannot be read: {error}", file=str(location), remedy=AGAIN) from None
    columns = value.get("columns") if isinstance(value, dict) else None
    if not isinstance(columns, dict) or not all(isinstance(name, str) for name in columns.values()):
        raise InputError("does not state which columns the articles have", file=str(location), remedy=AGAIN)
    if "text" not in columns:
        raise InputError("does not state which column has the texts", file=str(location), remedy=AGAIN)
    found: dict[str, Any] = value
    return found
