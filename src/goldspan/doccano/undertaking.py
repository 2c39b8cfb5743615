"""What is done to an example whose spans are carried over, written into its meta for as long as that takes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from goldspan import files

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = tuple[int, int]  # start and end, in the server's unit


@dataclass(frozen=True, slots=True)
class Undertaking:
    """What is done to one example.

    Args:
        text: the new one.
        meta: what travels with it when all is done.
        spans: by number, where each span goes in the new text.
        known: the numbers of spans that were set while it was done, and that people were told of.
    """

    text: str
    meta: Mapping[str, Any]
    spans: Mapping[int, Place]
    known: tuple[int, ...] = ()

    def dumps(self) -> str:
        """The marker."""
        return files.dumps(asdict(self))

    @classmethod
    def loads(cls, marker: str) -> Undertaking:
        """The undertaking of a marker.

        Raises:
            ValueError: if no push wrote it.
        """
        match json.loads(marker):
            case {"text": str(text), "meta": dict(meta), "spans": dict(spans), "known": list(known)}:
                if all(type(number) is int for number in known):
                    places = {int(number): _pair(place) for number, place in spans.items()}
                    return cls(text, meta, places, tuple(known))
        raise ValueError(f"{marker:.80} is no undertaking")


def _pair(place: object) -> Place:
    match place:
        case [int(start), int(end)]:
            return start, end
    raise ValueError(f"{place!r:.80} is no place")
