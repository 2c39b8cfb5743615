"""What a shared project has by now of the texts for which a service offered spans; as plain values, in code points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.annotation import Span
from goldspan.doccano.auto_labelling import reason_against, service_key
from goldspan.doccano.corpus_record import read_record
from goldspan.doccano.former_labels import corpus_label_names
from goldspan.doccano.snapshot import OffsetReader, RawExportSpan
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject


@dataclass(frozen=True, slots=True)
class AutoLabelledExample:
    """An example as it is on the server.

    Args:
        number: Doccano's number.
        text: as stored.
        confirmed: whether anybody confirmed it.
        spans: with the labels of the scheme.
    """

    number: int
    text: str
    confirmed: bool
    spans: frozenset[Span]


@dataclass(frozen=True, slots=True)
class AutoLabelledProject:
    """A shared project, ready to be read again and again.

    Args:
        server: where.
        project: as the server has it.
        labels: by the number of a type, its label; a label without a type is not there.
    """

    server: Doccano
    project: DoccanoProject
    labels: Mapping[int, str]

    def texts(self) -> Iterator[tuple[int, str]]:
        """Number and text of each example."""
        return ((row.id, row.text) for row in self.server.examples(self.project.id))

    def example(self, number: int) -> AutoLabelledExample | None:
        """An example as it is now; None if it is gone."""
        row = self.server.example(self.project.id, number)
        if row is None:
            return None
        reader = OffsetReader("graphemes" if self.project.grapheme_mode else "utf16").for_text(row.text)
        spans = (
            reader.span(RawExportSpan(start, end, self.labels[kind]))
            for start, end, kind in self.server.spans(self.project.id, number)
            if kind in self.labels
        )
        return AutoLabelledExample(number, row.text, row.confirmed, frozenset(s for s in spans if isinstance(s, Span)))


def corpus_project_keys(corpus: Corpus) -> list[str]:
    """The keys of the projects that a corpus remembers.

    Raises:
        InputError: for a record that cannot be read.
    """
    return sorted({entry.key for entry in read_record(corpus).projects if entry.key})


def find_auto_labelled(server: Doccano, corpus: Corpus, key: str) -> AutoLabelledProject | None:
    """The project with a key; None if the login does not see it, or it must not be auto-labelled.

    Where everybody annotates alone, the spans of the others are not to be seen: nothing can be concluded there.

    Raises:
        ServerError: if several projects have the key.
    """
    found = [project for project in server.projects() if service_key(project) == key]
    if len(found) > 1:
        raise ServerError(
            f"{len(found)} projects have the key {key}", remedy="`goldspan doccano doctor --project` says what to do."
        )
    if not found or reason_against(found[0]) is not None:
        return None
    names = corpus_label_names(corpus)
    types = server.span_types(found[0].id)
    return AutoLabelledProject(server, found[0], {each.id: names.label(each.name) for each in types})
