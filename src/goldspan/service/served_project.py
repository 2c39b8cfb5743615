"""A project in Doccano that suggestions are for: what its offsets count, and whether it may have any at all."""

from __future__ import annotations

import contextlib
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan import offsets
from goldspan.doccano.auto_labelling import reason_against, service_key
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.project_identity import identify, offset_unit
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from goldspan.annotation import Span
    from goldspan.corpus import Corpus
    from goldspan.doccano.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedProject:
    """A project that suggestions are for.

    Args:
        name: of the project.
        key: that a push wrote into it, by which requests and the ledger know it.
        unit: what its offsets count.
    """

    name: str
    key: str
    unit: offsets.Unit


def find_served_projects(corpus: Corpus, account: Account, names: Sequence[str]) -> list[ServedProject]:
    """The projects of these names, which must be shared ones of the corpus.

    Raises:
        NotFoundError: for one that is not there.
        InvalidValueError: for one of another kind, with the reason, and for one that is another corpus's.
        ServerError: if Doccano gives no answer.
    """
    with Doccano(account) as server:
        return [_served_project(server, corpus, name) for name in dict.fromkeys(names)]


def _served_project(server: Doccano, corpus: Corpus, name: str) -> ServedProject:
    project = identify(server, corpus, name).require()
    if reason := reason_against(project):
        raise reason
    if not (key := service_key(project)):
        raise InvalidValueError(
            f"the project {name!r} has no key of goldspan, by which requests could name it",
            remedy=f"Push to it once: goldspan doccano push --shared --project {shlex.quote(name)} --apply",
        )
    return ServedProject(name=name, key=key, unit=offset_unit(project))


def offset_rows(text: str, spans: Iterable[Span], unit: offsets.Unit) -> dict[Span, dict[str, str | int]]:
    """Spans as Doccano takes them, without those that begin or end inside what the unit counts as one character.

    Args:
        text: as Doccano has it.
        spans: in code points of the text.
        unit: what offsets count.
    """
    rows: dict[Span, dict[str, str | int]] = {}
    for span in spans:
        with contextlib.suppress(InvalidValueError):
            start, end = in_unit(text, span, unit)
            rows[span] = {"label": span.label, "start_offset": start, "end_offset": end}
    return rows


def in_unit(text: str, span: Span, unit: offsets.Unit) -> tuple[int, int]:
    """The edges of a span in a unit.

    Raises:
        InvalidValueError: for an edge inside a grapheme cluster, where these are the unit.
    """
    places = [span.start, span.end]
    match unit:
        case "utf-16":
            places = offsets.to_utf16(text, places).tolist()
        case "graphemes":
            places = offsets.to_graphemes(text, places).tolist()
        case "bytes":
            places = offsets.to_bytes(text, places).tolist()
    return places[0], places[1]
