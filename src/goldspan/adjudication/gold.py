"""Writing gold: what is settled goes into the gold files, and with it the version of the guidelines it follows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.adjudication.state import read_state, write_decisions
from goldspan.corpus.manifest import read_manifest, write_manifest
from goldspan.errors import InputError
from goldspan.formats import gold
from goldspan.guidelines import changelog
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from goldspan.adjudication.derive import GoldDifference
    from goldspan.adjudication.state import AdjudicationState
    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.formats.decisions import Decision

NAMED = 3  # examples that a message names


@dataclass(frozen=True)
class GoldPlan:
    """The changes that settled examples make to the files of gold.

    Args:
        new: ids of examples that gold does not have yet.
        changed: ids of examples whose gold differs from what passes and decisions give.
        texts: the contents of the files that are to be written.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    texts: dict[Path, str]


def plan(state: AdjudicationState, *, overwrite: bool = False) -> GoldPlan:
    """The changes to gold; nothing is written.

    Examples with an open dispute or with fewer than two readers are left as they are.

    Args:
        state: of the adjudication.
        overwrite: whether gold that differs from passes and decisions is replaced.
    """
    settled = _settled(state)
    new = tuple(name for name in settled if name not in state.gold)
    changed = tuple(name for name in settled if name in state.gold_differences)
    written = {*new, *(changed if overwrite else ())}
    return GoldPlan(new, changed, _texts(state, {name: settled[name] for name in written}))


def apply(state: AdjudicationState, *, overwrite: bool = False) -> list[Path]:
    """Write gold and, for settled articles, the version of the guidelines.

    Args:
        state: of the adjudication.
        overwrite: as for `plan`.

    Returns:
        The files that changed.

    Raises:
        InputError: if gold differs from passes and decisions and is not to be overwritten; then nothing is written.
    """
    planned = plan(state, overwrite=overwrite)
    if planned.changed and not overwrite:
        names = ", ".join(planned.changed[:NAMED]) + (" …" if len(planned.changed) > NAMED else "")
        raise InputError(
            f"the gold of {amount(len(planned.changed), 'example')} differs from passes and decisions: {names}",
            file=state.corpus.gold,
            remedy="Record the differences as decided by hand with --adopt, or replace them with --overwrite.",
        )
    return _write(state, planned.texts)


def apply_decisions(corpus: Corpus, made: Collection[tuple[Decision, Example]]) -> list[Path]:
    """Write decisions and, where they settle an example, its gold.

    Gold that differs from passes and decisions outside of the regions of these decisions is left unchanged: a person
    has to look at it.

    Args:
        corpus: the corpus.
        made: the decisions, each with its example.

    Returns:
        The files that changed.
    """
    changed = write_decisions(corpus, made)
    by_example: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision, _ in made:
        by_example[decision.example].append(decision)
    state = read_state(corpus, {example.article for _, example in made})
    settled = _settled(state)
    written = {
        name: settled[name]
        for name, decisions in by_example.items()
        if name in settled
        and all(_covered(difference, decisions) for difference in state.gold_differences.get(name, ()))
    }
    return [*changed, *_write(state, _texts(state, written))]


def _settled(state: AdjudicationState) -> dict[str, Example]:
    return {name: one.example for name, one in state.derived.settled.items() if not one.disputes}


def _covered(difference: GoldDifference, decisions: Collection[Decision]) -> bool:
    return any(one.start <= difference.start and difference.end <= one.end for one in decisions)


def _texts(state: AdjudicationState, written: dict[str, Example]) -> dict[Path, str]:
    """The contents of the gold files with these examples; the lines keep the order of the article."""
    by_article: dict[str, list[Example]] = {example.article: [] for example in written.values()}
    for example in {**state.gold, **written}.values():
        if example.article in by_article:
            by_article[example.article].append(example)
    texts = {}
    for article in (name for name in state.articles if name in by_article):
        ordered = sorted(by_article[article], key=lambda one: (one.at, one.id))
        texts[state.corpus.gold / f"{article}.jsonl"] = "".join(map(gold.line, ordered))
    return texts


def _write(state: AdjudicationState, texts: dict[Path, str]) -> list[Path]:
    changed = [path for path, text in texts.items() if files.write(path, text)]
    outdated = {state.derived.settled[one.example].example.article for one in state.outdated}
    finished = {path.stem for path in texts} - {one.example.article for one in state.derived.disputes} - outdated
    path = state.corpus.folder / "manifest.jsonl"
    before = read_manifest(path)  # read again, because a session writes it several times
    versions = _versions(state)
    entries = [replace(one, guidelines=versions(one)) if one.id in finished else one for one in before]
    if entries != before and write_manifest(path, entries):
        changed.append(path)
    return changed


def _versions(state: AdjudicationState) -> Callable[[ManifestEntry], str | None]:
    """A function that gives the version of the guidelines that the gold of a settled article follows.

    Gold that was there before keeps its version: a few decisions do not show that all of it was reviewed, which a
    person states in the manifest. New gold follows the oldest version of its decisions.
    """
    with_gold = {example.article for example in state.gold.values()}
    decided: defaultdict[str, list[str]] = defaultdict(list)
    for settled in state.derived.settled.values():
        decided[settled.example.article] += [decision.guidelines for decision in settled.applied]

    def version(entry: ManifestEntry) -> str | None:
        if entry.guidelines is not None and entry.id in with_gold:
            return entry.guidelines
        return changelog.oldest_version([state.corpus.scheme.version, *decided[entry.id]])

    return version
