"""A project in Doccano that suggestions are for: what its offsets count, and whether it may have any at all."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan import offsets
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.corpus_record import record_key
from goldspan.doccano.project import project_kind
from goldspan.doccano.project_identity import identify, offset_unit
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from goldspan.annotation import Span
    from goldspan.corpus import Corpus
    from goldspan.doccano.account import Account
    from goldspan.doccano.annotator_guide import ProjectKind

WHY_NOT: dict[ProjectKind, tuple[str, str]] = {
    "independent": (
        (
            "is for independent annotation. Doccano does not say for whom it asks: what one annotator rejected could "
            "only come back to them, or be kept from the others, who have not seen it"
        ),
        (
            "Name a shared project (`goldspan doccano push --shared`), or let annotators work without suggestions: "
            "then their agreement tells something."
        ),
    ),
    "disputes": (
        "is for adjudication of disputes, where annotators have decided what a suggestion would be about",
        "Name a shared project of annotation.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedProject:
    """A project that suggestions are for.

    Args:
        name: of the project.
        key: by which requests and the ledger know it: see `corpus_record.record_key`.
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
    kind = project_kind(project)
    if kind in WHY_NOT:
        reason, remedy = WHY_NOT[kind]
        raise InvalidValueError(f"the project {name!r} {reason}", remedy=remedy)
    return ServedProject(name=name, key=record_key(project, server.url), unit=offset_unit(project))


def offset_rows(text: str, spans: Iterable[Span], unit: offsets.Unit) -> list[dict[str, str | int]]:
    """Spans as Doccano takes them, without those that begin or end inside what the unit counts as one character.

    Args:
        text: as Doccano has it.
        spans: in code points of the text.
        unit: what offsets count.
    """
    rows: list[dict[str, str | int]] = []
    for span in spans:
        with contextlib.suppress(InvalidValueError):
            start, end = in_unit(text, span, unit)
            rows.append({"label": span.label, "start_offset": start, "end_offset": end})
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
