"""What a project holds: its examples, and what people left on them."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from goldspan.doccano import answers, complaints, paging
from goldspan.doccano.calls import Calls
from goldspan.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from goldspan.doccano.answers import Comment, Confirmation, Row

DELETED_AT_ONCE = 500


class Contents(Calls):
    """Examples, their comments and spans."""

    def count(self, project: int, label: str | None = None, *, confirmed: bool | None = None) -> int:
        """How many `examples` there are; with a label, how many spans anybody marked so: Doccano counts each."""
        return paging.count(self._examples(project, label=label, confirmed=_said(confirmed))(1, 0))

    def examples(self, project: int, label: str | None = None, *, confirmed: bool | None = None) -> Iterator[Row]:
        """The examples, each once.

        Args:
            project: its number.
            label: only those in which anybody, former members included, marked a span so.
            confirmed: only those that are confirmed, or are not: by anybody in a shared project, else by the caller.
        """
        pages = self._examples(project, label=label, confirmed=_said(confirmed))
        return (answers.example(row) for row in paging.once(pages, "examples"))

    def labelled(self, project: int, label: str) -> Counter[int]:
        """How many spans of a label each example has, by anybody; a span counts for each relation of its example.

        Slow, since Doccano asks its store several times for each: where a `count` will do, it should.
        """
        pages = self._examples(project, label=label)
        return Counter(row["id"] for row in paging.whole(pages, "examples"))

    def update_example(
        self, project: int, example: int, *, text: str | None = None, meta: dict[str, Any] | None = None
    ) -> Row:
        """Change text or meta of an example; labels, confirmations and comments stay."""
        said = {"text": text, "meta": meta}
        fields = {key: value for key, value in said.items() if value is not None}
        return answers.example(self._send("PATCH", f"v1/projects/{project:d}/examples/{example:d}", fields))

    def delete_examples(self, project: int, examples: Iterable[int]) -> None:
        """Delete examples with all that was done on them.

        Raises:
            ValueRefused: for none: Doccano would delete them all.
        """
        numbers = list(examples)
        if not numbers:
            raise ValueRefused("no example to delete was named", remedy="Doccano would take that for all of them.")
        for begin in range(0, len(numbers), DELETED_AT_ONCE):
            self._send("DELETE", f"v1/projects/{project:d}/examples", {"ids": numbers[begin : begin + DELETED_AT_ONCE]})

    def comments(self, project: int) -> list[Comment]:
        """All comments in a project, those of former members too."""
        pages = self._pages(f"v1/projects/{project:d}/comments")
        return [answers.comment(row) for row in paging.once(pages, "comments")]

    def confirmations(self, project: int, example: int) -> list[Confirmation]:
        """Who confirmed an example: anybody in a shared project, else the caller alone."""
        pages = self._pages(f"v1/projects/{project:d}/examples/{example:d}/states")
        return [answers.confirmation(row) for row in paging.once(pages, "confirmations")]

    def reopen(self, project: int, example: int) -> None:
        """Take back the confirmation of an example: anybody's in a shared project, else the caller's own."""
        if self.confirmations(project, example):  # the same request would confirm an open one
            self._call("POST", f"v1/projects/{project:d}/examples/{example:d}/states", json={})

    def holds(self, project: int, example: int) -> bool:
        """Whether an example is there."""
        try:
            self._get(f"v1/projects/{project:d}/examples/{example:d}")
        except complaints.Refusal as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def spans(self, project: int, example: int) -> list[tuple[int, int, int]]:
        """Start, end and number of the label of each span: in a shared project everybody's, else the caller's own."""
        found = answers.entries(self._get(f"v1/projects/{project:d}/examples/{example:d}/spans"), "spans")
        return [answers.place(row) for row in found]

    def progress(self, project: int) -> dict[str, int]:
        """How many confirmations there are by each user name, former members included."""
        found = answers.entry(self._get(f"v1/projects/{project:d}/metrics/member-progress"), "the progress of members")
        return dict(answers.progress(row) for row in answers.entries(found.get("progress"), "members"))

    def _examples(self, project: int, **filters: str | None) -> Callable[[int, int], object]:
        """The pages of examples; an empty filter, which Doccano would pass over, cannot be asked for."""
        for name, value in filters.items():
            if value == "":
                raise ValueRefused(f"examples cannot be asked for by an empty {name}")
        return self._pages(
            f"v1/projects/{project:d}/examples", **{name: value for name, value in filters.items() if value is not None}
        )


def _said(confirmed: bool | None) -> str | None:
    return None if confirmed is None else str(confirmed).lower()
