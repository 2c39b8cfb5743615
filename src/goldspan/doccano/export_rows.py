"""Which example of a project each row of an export is about.

A row shows a number under `id`, but Doccano puts the keys of an example's `meta` over its own. Whoever imports an
export again imports its rows' `id` into `meta`: from then on their rows show the numbers of other examples, perhaps of
another project. What the API lists is always right. Yet the list of 10,000 examples takes half a minute, thirty times
as long as an export of them, so it is read only where it may say something else:

- Doccano exports and lists examples in the order in which they were created, and their numbers rise in that order.
  Where the rows show numbers without a gap, and the list has the first and the last of these at their places, it must
  have those in between, too: there are as many numbers as places. So only the ends of such runs are asked for.
- If anything there is not as the rows show it, if rows show one number twice or none at all, the whole list is read. It
  has the `meta` of each example, which gives number and text as its row shows them; an example is known by these unless
  another shares them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

from goldspan.doccano.client.schema import OWN_KEYS
from goldspan.formats.doccano import stored_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import ExampleRow

if TYPE_CHECKING:
    RowKey: TypeAlias = tuple[int | str | None, str]  # number and text, as a row shows them

NEARBY = 4  # places apart at which one more request costs more than the examples between
TOGETHER = 500  # places that are asked for at once, at most


def text_of(row: Mapping[str, Any]) -> str:
    """The text of a row, empty if it has none."""
    text = row.get("text")
    return text if isinstance(text, str) else ""


def row_key(row: Mapping[str, Any]) -> RowKey:
    """Number and text, as a row shows them."""
    return shown_number(row.get("id")), text_of(row)


def shown_number(value: object) -> int | str | None:
    """The number that a row shows, or the text in its place; where some rows have none, Doccano writes floats."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str) or type(value) is int else None


class ShownNumbers:
    """Takes each row for the example whose number it shows; `are_listed` says afterwards whether that was right."""

    def number(self, row: Mapping[str, Any]) -> int | None:
        """The number of the example; None if the row shows none."""
        shown = shown_number(row.get("id"))
        return shown if isinstance(shown, int) else None

    def stored_row(self, number: int, row: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002  (see `ListedExamples`)
        """The row of an example without what hides anything: as it is."""
        return row


class ListedExamples:
    """Takes each row for the listed example that must have it.

    Args:
        examples: the whole list of a project.

    Attributes:
        examples: by number.
    """

    def __init__(self, examples: Iterable[ExampleRow]) -> None:
        self.examples = {example.id: example for example in examples}
        self._by_key: dict[RowKey, list[int]] = {}
        for example in self.examples.values():
            key = _expected_key(example)
            self._by_key.setdefault(key, []).append(example.id)

    def number(self, row: Mapping[str, Any]) -> int | None:
        """The number of the example; None if several may have this row, or none has."""
        numbers = self._by_key.get(row_key(row), ())
        return numbers[0] if len(numbers) == 1 else None

    def stored_row(self, number: int, row: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002  (see `ShownNumbers`)
        """The row of an example without what hides anything: as it is listed."""
        return listed_row(self.examples[number])

    def doubt(self, number: int) -> str:
        """Why an example is to be left alone, without a full stop; empty if it need not be."""
        example = self.examples[number]
        if stored_id(example.meta) is None:
            return ""  # nothing is ever done to it
        if example.has_own_keys:
            shown = shown_number(example.meta.get("id", number))
            if not isinstance(shown, int):
                return f"it was imported from an export, and its key id hides its number, {number}"
            old = "" if shown == number else f", and its old number {shown} hides its own, {number}"
            return f"it was imported from an export{old}"
        twins = [twin for twin in self._by_key[_expected_key(example)] if twin != number]
        if not twins:
            return ""
        return f"an import of an export doubled it: number {twins[0]} has its old number, {number}"


def _expected_key(example: ExampleRow) -> RowKey:
    """Number and text as the row of a listed example shows them, under what its `meta` hides them with."""
    text = example.meta.get("data", example.text)
    return shown_number(example.meta.get("id", example.id)), text if isinstance(text, str) else ""


def listed_row(example: ExampleRow) -> dict[str, Any]:
    """What an export would have of a listed example, if none of its keys hid anything."""
    keys = {key: value for key, value in example.meta.items() if key not in OWN_KEYS}
    return {"id": example.id, "text": example.text, **keys}


def are_listed(server: Doccano, project: int, ids: Mapping[int, str | None]) -> bool:
    """Whether a project's list has these numbers in this order, with nothing that hides a number.

    Args:
        server: where the project is.
        project: its number.
        ids: by the numbers that the rows of an export of all examples show, in their order: goldspan's id of each.
    """
    numbers, known = tuple(ids), server.plain_examples(project)
    for begin, end in _stretches([place for place in _edges(ids) if numbers[place] not in known]):
        listed = server.examples_at(project, begin, end - begin)
        if tuple(row.id for row in listed) != numbers[begin:end] or any(row.has_own_keys for row in listed):
            return False
    return True


def _edges(ids: Mapping[int, str | None]) -> Iterator[int]:
    """The places of the ends of each run of numbers without a gap, in which all ids are doubled or none is.

    Examples that were imported together without their old numbers are seen at the ends of a run of doubled ids.
    """
    counts = Counter(ids.values())
    runs = [
        (number - place, example is not None and counts[example] > 1)
        for place, (number, example) in enumerate(ids.items())
    ]
    for place, run in enumerate(runs):
        if place == 0 or place == len(runs) - 1 or runs[place - 1] != run or runs[place + 1] != run:
            yield place


def _stretches(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The places, in their order, as stretches of which each is asked for at once; each is a begin and an end."""
    begin = end = -1
    for place in places:
        if begin >= 0 and (place - end >= NEARBY or place - begin >= TOGETHER):
            yield begin, end
            begin = -1
        begin, end = place if begin < 0 else begin, place + 1
    if begin >= 0:
        yield begin, end
