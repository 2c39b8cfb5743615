"""The names that the Tab key completes: from the project around the current folder, read without writing anything.

Each function takes what was typed so far and returns what it may become. Where the project cannot be read, there is
nothing to offer.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from goldspan.corpus import Corpus

    Complete = Callable[[str], list[str]]


def _names(read: Callable[[], Iterable[str]]) -> Complete:
    """A function that offers those of the names that begin with what was typed; none if they cannot be read."""

    @wraps(read)
    def complete(incomplete: str) -> list[str]:
        return [name for name in _read(read) if name.startswith(incomplete)]

    complete.__annotations__ = {"incomplete": str}
    del complete.__wrapped__  # typer reads the signature
    return complete


def _read(read: Callable[[], Iterable[str]]) -> list[str]:
    try:
        return list(read())
    except Exception:  # noqa: BLE001  (a person who presses a key wants no error)
        return []


def several(complete: Complete) -> Complete:
    """A function that completes the last of several names with commas between them."""

    def complete_last(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        given = set(before.split(","))
        return [f"{before}{comma}{name}" for name in complete(last) if name not in given]

    return complete_last


def _corpus() -> Corpus:
    from goldspan.corpus import Corpus

    return Corpus.find()


@_names
def articles() -> Iterable[str]:
    """The ids of the articles."""
    return (entry.id for entry in _corpus().entries)


@_names
def annotators() -> Iterable[str]:
    """The names of the passes."""
    return _corpus().annotators()


@_names
def labels() -> Iterable[str]:
    """The names of the labels."""
    return _corpus().scheme.names


@_names
def projects() -> Iterable[str]:
    """The projects in Doccano, and the rounds, that the corpus remembers."""
    from goldspan.doccano.corpus_record import pushed_as, read_record

    return dict.fromkeys(pushed_as(project) for project in read_record(_corpus()).projects)


@_names
def audits() -> Iterable[str]:
    """The names of the audits."""
    return sorted(path.name for path in _corpus().audits.iterdir() if path.is_dir())


@_names
def splits() -> Iterable[str]:
    """The names of the splits."""
    from goldspan.corpus import SPLITS

    return SPLITS


@_names
def checks() -> Iterable[str]:
    """The ids of the checks."""
    from goldspan.checks import IDS

    return sorted(IDS)


@_names
def settings() -> Iterable[str]:
    """The keys of goldspan.toml."""
    from goldspan.settings import all_keys

    return (f"{key.section}.{key.name}" if key.name else key.section for key in all_keys())
