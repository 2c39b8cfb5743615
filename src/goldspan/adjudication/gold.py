"""Gold, written from what is settled."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.adjudication.state import read_state, record
from goldspan.corpus.manifest import read_manifest, write_manifest
from goldspan.errors import InputError
from goldspan.formats import gold
from goldspan.guidelines import changelog

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from goldspan.adjudication.derive import GoldDifference
    from goldspan.adjudication.state import AdjudicationState
    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.formats.decisions import Decision

SHOWN = 3


@dataclass(frozen=True)
class GoldFile:
    """What would be written into gold.

    Args:
        new: examples that gold does not have yet, by id.
        changed: examples whose spans in gold are not what follows, by id.
        texts: the files that would change, as they would read.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    texts: dict[Path, str]


def plan(state: AdjudicationState, *, overwrite: bool = False) -> GoldFile:
    """What gold takes from what is settled.

    An example with an open dispute is left as it stands, and so are examples with fewer than two readers.

    Args:
        state: of the adjudication.
        overwrite: whether gold that is not what follows gives way.
    """
    settled = _settled(state)
    new = tuple(name for name in settled if name not in state.gold)
    changed = tuple(name for name in settled if name in state.hand)
    taken = {*new, *(changed if overwrite else ())}
    return GoldFile(new, changed, _texts(state, {name: settled[name] for name in taken}))


def apply(state: AdjudicationState, *, overwrite: bool = False) -> list[Path]:
    """Write gold and, for articles that are settled, the version of the guidelines; the files that changed.

    Raises:
        InputError: if gold is not what follows and is not to be overwritten; nothing is written then.
    """
    planned = plan(state, overwrite=overwrite)
    if planned.changed and not overwrite:
        names = ", ".join(planned.changed[:SHOWN]) + (" …" if len(planned.changed) > SHOWN else "")
        raise InputError(
            f"the gold of {len(planned.changed)} example(s) is not what passes and decisions give: {names}",
            file=state.corpus.gold,
            remedy="Record it as decided by hand with --adopt, or let it give way with --overwrite.",
        )
    return _write(state, planned.texts)


def apply_files(corpus: Corpus, made: Collection[tuple[Decision, Example]]) -> list[Path]:
    """Write decisions and, where they settle an example, its gold; the files that changed.

    Gold that differs from what follows anywhere else than where these decisions were made is left for a person to look
    at.

    Args:
        corpus: the corpus.
        made: the decisions, each with its example.
    """
    written = record(corpus, made)
    regions: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision, _ in made:
        regions[decision.example].append(decision)
    state = read_state(corpus, {example.article for _, example in made})
    settled = _settled(state)
    taken = {
        name: settled[name]
        for name, decisions in regions.items()
        if name in settled and all(_covered(one, decisions) for one in state.hand.get(name, ()))
    }
    return [*written, *_write(state, _texts(state, taken))]


def _settled(state: AdjudicationState) -> dict[str, Example]:
    return {name: one.example for name, one in state.derived.settled.items() if not one.disputes}


def _covered(difference: GoldDifference, decisions: Collection[Decision]) -> bool:
    return any(one.start <= difference.start and difference.end <= one.end for one in decisions)


def _texts(state: AdjudicationState, taken: dict[str, Example]) -> dict[Path, str]:
    """The files of gold as they read with these examples; the lines keep the order of the article."""
    articles = {example.article for example in taken.values()}
    texts = {}
    for article in (name for name in state.articles if name in articles):
        held = {name: one for name, one in {**state.gold, **taken}.items() if one.article == article}
        ordered = sorted(held.values(), key=lambda one: (one.at, one.id))
        texts[state.corpus.gold / f"{article}.jsonl"] = "".join(map(gold.line, ordered))
    return texts


def _write(state: AdjudicationState, texts: dict[Path, str]) -> list[Path]:
    written = [path for path, text in texts.items() if files.write(path, text)]
    again = {state.derived.settled[one.example].example.article for one in state.outdated}
    finished = {path.stem for path in texts} - {one.example.article for one in state.derived.disputes} - again
    path = state.corpus.folder / "manifest.jsonl"
    before = read_manifest(path)  # not what the corpus read at first: a sitting writes it several times
    entries = [replace(one, guidelines=_version(state, one)) if one.id in finished else one for one in before]
    if entries != before and write_manifest(path, entries):
        written.append(path)
    return written


def _version(state: AdjudicationState, entry: ManifestEntry) -> str | None:
    """The version of the guidelines that the gold of a settled article follows.

    Gold that was there keeps the version that it was said to follow: some decisions do not tell that all of it was read
    again, which a person says in the manifest. Of decisions of several versions the oldest tells what new gold follows.
    """
    if entry.guidelines is not None and any(one.article == entry.id for one in state.gold.values()):
        return entry.guidelines
    settled = (one for one in state.derived.settled.values() if one.example.article == entry.id)
    return changelog.oldest_version(
        [state.corpus.scheme.version, *(decision.guidelines for one in settled for decision in one.applied)]
    )
