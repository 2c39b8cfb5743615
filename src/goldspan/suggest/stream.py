"""Documents as a stream, cut into paragraphs, suggested and written; memory does not grow with their number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.articles.cut import examples
from goldspan.errors import InputError
from goldspan.formats import gold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from goldspan.articles.stream import Document
    from goldspan.suggest.suggester import Suggester
    from goldspan.values import Example

# So many characters share the memory of the tokenizer before it is emptied: it must warm up, and must not grow.
BATCH = 1_000_000
KEY = "document"


def suggest(documents: Iterable[Document], *, suggester: Suggester) -> Iterator[tuple[Document, list[Example]]]:
    """The examples of each document with the spans found in them.

    An example's further keys are `rules` and `scores`, aligned with its spans, and `document`, the other keys that the
    row of the document had, if it had any.
    """
    for batch in _batches(documents):
        cut = [examples(document.id, document.text) for document in batch]
        for document, found in zip(batch, suggester.suggest_all(cut), strict=True):
            yield document, [_carrying(document, example) for example in found]


def write(documents: Iterable[Document], folder: Path, *, suggester: Suggester) -> Iterator[Written]:
    """Write the suggestions of each document to `<folder>/<id>.jsonl`, one document after the other.

    Raises:
        InputError: for an id that is no file name.
    """
    for document, found in suggest(documents, suggester=suggester):
        if document.id in ("", ".", "..") or "/" in document.id or "\\" in document.id:
            raise InputError(
                f"the id {document.id!r} is no file name",
                file=document.file,
                remedy="Give the document an id without slashes.",
            )
        target = folder / f"{document.id}.jsonl"
        files.write(target, "".join(map(gold.line, found)))
        yield Written(target, found)


@dataclass(frozen=True, slots=True)
class Written:
    """A document whose suggestions were written.

    Args:
        file: where they stand.
        examples: with their spans.
    """

    file: Path
    examples: list[Example]


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += len(document.text)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _carrying(document: Document, example: Example) -> Example:
    if not document.extra:
        return example
    return replace(example, extra={**example.extra, KEY: dict(document.extra)})
