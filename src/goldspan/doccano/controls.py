"""Controls: examples with gold that are mixed into a project, so that annotators can be measured on them.

    corpus/controls/<project>.txt       their ids, one a line, sorted

An annotator must not know a control. So it travels with the same keys as every other example, and its place among the
others and itself are drawn by lot, which a project's name decides: whoever draws again draws the same. The list is
written before the examples go up; what is on it was perhaps seen by annotators, so a later push keeps it and adds to it
where more are asked for. Those that are added later come behind all that is there, for Doccano shows examples in the
order of their upload; so the number is best chosen well at the first push. What cannot be hidden is that a control is
of another article, as its id and its words say: the more articles a project has, the less this tells.
"""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.corpus import id_list
from goldspan.doccano import folders
from goldspan.doccano.plan import article as article_of
from goldspan.errors import InputError, ValueRefused
from goldspan.wording import amount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.answers import Project
    from goldspan.doccano.client import Doccano
    from goldspan.values import Example

SHARED = "controls measure each annotator, and in a shared project nobody can tell who marked what"
READABLE = 60  # characters of a project's name in the name of its list


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls of a project.

    Args:
        file: their list.
        examples: the controls without spans, as they are to be there, sorted by id.
        new: the ids of those that are not on the list yet.
    """

    file: Path
    examples: tuple[Example, ...] = ()
    new: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"examples": [example.id for example in self.examples], "new": list(self.new)}

    def record(self) -> None:
        """Write the list, if anything is new."""
        if self.new:
            files.write(self.file, "".join(f"{example.id}\n" for example in self.examples))


def path(corpus: Corpus, name: str) -> Path:
    """The list of a project's controls.

    Args:
        corpus: the project folder.
        name: of the project; any string. Names that no file can have, or that some file systems take for one, get
            files of their own.
    """
    slug = re.sub(r"[^0-9a-z_.-]+", "-", name.lower()).strip("-.")[:READABLE]
    if slug != name or folders.unfit(slug):
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        slug = f"{slug}-{digest}".lstrip("-")
    return corpus.controls / f"{slug}.txt"


def read(corpus: Corpus, project: str, *, shared: bool = False) -> tuple[str, ...]:
    """The ids of a project's controls, as listed; none if it has no list.

    Raises:
        InputError: for a line that is not one id, or an id that is there twice.
        ValueRefused: if all share one annotation in that project.
    """
    file = path(corpus, project)
    ids = id_list(file, "example")
    for line, name in enumerate(ids, 1):
        if name in ids[: line - 1]:
            raise InputError(
                "is there twice", file=file, line=line, example=name, remedy="Remove one of the two lines."
            )
    if ids and shared:
        raise ValueRefused(SHARED, file=file, remedy="Remove the file, or make the project anew, --independent.")
    return tuple(ids)


def prepare(
    server: Doccano,
    corpus: Corpus,
    name: str,
    project: Project | None,
    articles: Collection[str],
    *,
    number: int = 0,
    shared: bool = False,
) -> Controls:
    """The controls that a project is to hold: those on its list, and as many more as are missing. Nothing is written.

    Args:
        server: where the project is.
        corpus: whose gold the controls come from.
        name: of the project.
        project: as the server has it; None if it is not there yet.
        articles: the ids of the articles that are to be annotated there.
        number: how many controls are asked for.
        shared: whether all are to work on one annotation there.

    Raises:
        InputError: if a listed control has no gold, or its article is to be annotated; for a list that is not valid.
        ValueRefused: if there is not enough gold to draw from; for controls in a shared project.
    """
    if number and shared:
        raise ValueRefused(SHARED, remedy="Take an independent project: --independent")
    file = path(corpus, name)
    listed = read(corpus, name, shared=shared)
    _refuse_articles(file, listed, articles)
    gold = {example.id: example.with_spans(()) for example in corpus.gold_examples()}
    for line, control in enumerate(listed, 1):
        if control not in gold:
            remedy = "Remove the line, or restore the gold: what annotators do there cannot be measured without."
            raise InputError("is a control without gold", file=file, line=line, example=control, remedy=remedy)
    missing = number - len(listed)
    new: tuple[str, ...] = ()
    if missing > 0:
        busy = {*articles, *map(article_of, set(_there(server, project)).difference(listed))}
        free = (each for each in gold.values() if each.article not in busy and each.id not in listed)
        pool = [each.id for each in free if each.text.strip()]  # Doccano takes no empty text
        if len(pool) < missing:
            raise _too_few(number, len(listed), len(pool))
        new = tuple(draw(pool, missing, name))
    return Controls(file, tuple(gold[control] for control in sorted({*listed, *new})), new)


def draw(pool: Iterable[str], number: int, seed: str) -> list[str]:
    """Some of these ids, by lot.

    Each has a rank that depends on nothing but itself and the seed, and the lowest ranks are drawn (bottom-k sampling,
    Cohen and Kaplan 2007): the next draw from what is left goes on where this one ended.

    Args:
        pool: the ids, in any order.
        number: how many.
        seed: what decides the lot.
    """
    return sorted(sorted(pool, key=lambda name: (_lot(seed, "rank", name), name))[:number])


def mix(examples: Sequence[Example], controls: Iterable[Example], seed: str) -> list[Example]:
    """The examples in their order, with each control at a place of its own among them.

    Args:
        examples: n examples.
        controls: what is mixed in; each place depends on its id, the seed and n alone.
        seed: what decides the places.
    """
    before: dict[int, list[Example]] = {}
    for control in sorted(controls, key=lambda one: (_lot(seed, "order", one.id), one.id)):
        place = int(_lot(seed, "place", control.id) * (len(examples) + 1))
        before.setdefault(place, []).append(control)
    mixed: list[Example] = []
    for place, example in enumerate(examples):
        mixed += [*before.get(place, ()), example]
    return mixed + before.get(len(examples), [])


def _lot(seed: str, use: str, name: str) -> float:
    """A number in [0, 1) that is the same on every machine and in every version of Python."""
    said = f"{seed}\n{use}\n{name}".encode("utf-8", "surrogatepass")  # a name on a command line can be any bytes
    return random.Random(said).random()  # noqa: S311  (a draw that can be repeated, no secret)


def _there(server: Doccano, project: Project | None) -> Iterable[str]:
    """The ids of goldspan's examples in a project."""
    for row in server.examples(project.id) if project is not None else ():
        if isinstance(name := row.meta.get("goldspan_id"), str):
            yield name


def _refuse_articles(file: Path, listed: Sequence[str], articles: Collection[str]) -> None:
    for line, control in enumerate(listed, 1):
        if article_of(control) in articles:
            raise InputError(
                "is a control of this project, and its article is to be annotated there",
                file=file,
                line=line,
                example=control,
                remedy="Name the other articles with --articles, take another project, or remove the line: what "
                "annotators did there is then pulled like all else.",
            )


def _too_few(number: int, listed: int, found: int) -> ValueRefused:
    already = f"{listed} on the list already, " if listed else ""
    return ValueRefused(
        f"{amount(number, 'control')} asked for: {already}{number - listed} to draw, and there is gold for {found}",
        remedy="Ask for fewer, or name fewer articles with --articles: controls are drawn from the gold of articles "
        "that are not in the project.",
    )
