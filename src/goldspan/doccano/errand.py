"""A push out of a corpus: what is asked for, put together, looked at, carried out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from goldspan.doccano import controls, desired, project, push
from goldspan.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.client import Doccano
    from goldspan.doccano.controls import Controls
    from goldspan.doccano.desired import Prefill
    from goldspan.doccano.plan import Plan
    from goldspan.doccano.project import Kind, Preparation
    from goldspan.doccano.push import Options, Pushed
    from goldspan.values import Example


@dataclass(frozen=True, slots=True)
class Errand:
    """A push that is ready to be looked at or carried out.

    Args:
        server: where to.
        corpus: whence.
        preparation: what would be done around the examples.
        examples: those that are to be there, the controls among them.
        options: how to push.
        controls: the controls, their list not yet written.
    """

    server: Doccano
    corpus: Corpus
    preparation: Preparation
    examples: Sequence[Example]
    options: Options
    controls: Controls

    def look(self) -> Plan:
        """What would be done to the examples; nothing is written.

        Raises:
            ValueRefused: for an example that does not fit the project.
            ServerError: if the server does not answer as it should.
        """
        prepared = self.preparation
        wanted = desired.rows(self.examples, prepared.planned, self.corpus.scheme.names)
        return push.look(self.server, prepared.project, wanted, self.options).plan

    def carry_out(self) -> Pushed:
        """Make or update the project, and bring it to hold the examples.

        Raises:
            ValueRefused: before anything is written, for an example that does not fit the project.
            ServerError: if the server does not answer as it should, or does not hold what it was sent.
        """
        desired.rows(self.examples, self.preparation.planned, self.corpus.scheme.names)
        self.controls.record()  # first of all: what went up unrecorded would be taken for work
        made = self.preparation.apply()
        folder = self.corpus.build / "doccano"
        return push.push(self.server, made, self.examples, folder=folder, options=self.options)

    def json(self) -> dict[str, Any]:
        """What would be done around the examples, for `--json`."""
        planned = self.preparation.planned
        return {
            "project": planned.name,
            "shared": planned.collaborative,
            "new": self.preparation.project is None,
            "changes": list(self.preparation.lines()),
            "remarks": list(self.preparation.remarks()),
            "controls": self.controls.json(),
        }


def prepare(
    server: Doccano,
    corpus: Corpus,
    name: str,
    *,
    articles: Sequence[str] | None = None,
    prefill: Prefill = "nothing",
    kind: Kind | None = None,
    control: int = 0,
    members: Path | None = None,
    options: Options | None = None,
) -> Errand:
    """Put a push together.

    Args:
        server: where to.
        corpus: whence.
        name: of the project.
        articles: their ids; None for all.
        prefill: which spans are filled in.
        kind: of the project; None for that which it has, and `independent` for a new one.
        control: how many examples with gold are to be mixed in as controls; those that the project has stay, however
            many they are.
        members: the file that lists them.
        options: how to push.

    Raises:
        ValueRefused: if spans are to be filled in where everybody annotates alone, or controls mixed in where all work
            on one annotation; if there is not enough gold for the controls; for what `project.prepare` refuses.
        InputError: for an article that the corpus does not have, or a file that is not valid.
        MissingPart: if there is nothing to be filled in.
        ServerError: if the project is of the other kind.
    """
    entries = desired.chosen(corpus, articles)
    found = server.project(name)
    if found is not None:
        project.refuse_disputes(found)
    kind = kind or ("independent" if found is None else project.kind_of(found))
    if prefill != "nothing" and kind == "independent":
        raise ValueRefused(
            f"{prefill} cannot be filled in where everybody annotates alone: the annotators would not see the spans, "
            "and agreement is measured on what each found unaided",
            remedy=f"Take a shared project: --shared --{prefill}",
        )
    chosen = {entry.id for entry in entries}
    elsewhere = frozenset(entry.id for entry in corpus.entries if entry.id not in chosen)
    planted = controls.prepare(server, corpus, name, found, chosen, number=control, shared=kind == "shared")
    return Errand(
        server,
        corpus,
        project.prepare(server, corpus, name, kind, members),
        controls.mix(desired.examples(corpus, entries, prefill), planted.examples, name),
        replace(options or push.Options(), elsewhere=elsewhere),
        planted,
    )
