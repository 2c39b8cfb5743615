"""What a project holds of one example: its text and keys, and what each annotator did with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.formats.doccano import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.values import Span

ALL = ""
TWICE = "is there twice"


@dataclass(frozen=True, slots=True)
class Refused:
    """A span that could not become one.

    Args:
        start: where it begins, in the server's unit.
        end: where it ends, likewise.
        label: its label.
        why: the reason, without a full stop; `TWICE` for one whose equal stands among the spans.
    """

    start: int
    end: int
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Work:
    """What one annotator did with an example; in a shared project, what all did together.

    Args:
        spans: in code points, sorted, each once.
        confirmed: whether the annotator said that it is done.
        comments: what the annotator wrote, in the order of the export.
        refused: what could not become a span.
    """

    spans: tuple[Span, ...] = ()
    confirmed: bool = False
    comments: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """An example as it lies in a project. An id may have several.

    Args:
        number: Doccano's.
        id: the example's; None if goldspan did not push it.
        sha256: of the text that was pushed.
        at: where it begins in its article, in code points.
        extra: the further keys of the example that was pushed.
        text: as it is there.
        row: all keys that travel with the text, those of goldspan too.
        work: per user name, or under `ALL` in a shared project.
        spoiled: why text and offsets cannot be trusted, without a full stop; None if they can.
    """

    number: int
    id: str | None
    sha256: str | None
    at: int
    extra: Mapping[str, Any] = field(hash=False)
    text: str
    row: Mapping[str, Any] = field(hash=False)
    work: Mapping[str, Work] = field(hash=False)
    spoiled: str | None = None


def fingerprint(spans: Iterable[Span]) -> str:
    """The SHA-256 of spans, in code points, whatever their order: what `goldspan_sent` holds."""
    listed = sorted([span.start, span.end, span.label] for span in spans)
    return digest(files.dumps(listed))
