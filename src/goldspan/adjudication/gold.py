"""Writing gold: what is settled goes into the gold files, and with it the version of the guidelines it follows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.adjudication.state import decision_texts, doubt_texts, read_state, with_decisions
from goldspan.corpus.manifest import read_manifest, update_manifest
from goldspan.errors import InputError
from goldspan.formats import gold
from goldspan.guidelines import changelog
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from goldspan.adjudication.derive import GoldDifference
    from goldspan.adjudication.state import AdjudicationState
    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.formats.decisions import Decision

MANIFEST = "manifest.jsonl"
NAMED = 3  # examples that a message names


@dataclass(frozen=True)
class GoldPlan:
    """The changes that settled examples make to the files of gold, with the decisions that settle them.

    Args:
        state: of the adjudication once the decisions are written.
        new: ids of examples that gold does not have yet.
        changed: ids of examples whose gold differs from what passes and decisions give, and is not to be replaced.
        texts: the contents of the files of gold and of decisions that are to be written.
    """

    state: AdjudicationState
    new: tuple[str, ...]
    changed: tuple[str, ...]
    texts: dict[Path, str]

    @property
    def refusal(self) -> InputError | None:
        """Why the plan is not carried out; None if it is."""
        if not self.changed:
            return None
        names = ", ".join(self.changed[:NAMED]) + (" …" if len(self.changed) > NAMED else "")
        return InputError(
            f"the gold of {amount(len(self.changed), 'example')} differs from passes and decisions: {names}",
            file=self.state.corpus.gold,
            remedy="Record the differences as decided by hand with --adopt, or replace them with --overwrite.",
        )

    @property
    def files(self) -> list[Path]:
        """The files that carrying out the plan changes."""
        paths = [path for path, text in self.texts.items() if not _holds(path, text)]
        manifest = self.state.corpus.folder / MANIFEST
        before = read_manifest(manifest)
        return [*paths, manifest] if self._with_versions(before) != before else paths

    def apply(self) -> list[Path]:
        """Write for settled articles the version of the guidelines, then gold, then the decisions.

        In this order a run that is interrupted is completed by the next one: a dispute stays open until its gold is
        there, and gold is to be written until its version is.

        Returns:
            The files that changed.

        Raises:
            InputError: if gold differs from passes and decisions and is not to be replaced; then nothing is written.
        """
        if self.refusal is not None:
            raise self.refusal
        manifest = self.state.corpus.folder / MANIFEST
        changed = [manifest] if update_manifest(manifest, self._with_versions) else []
        return [*(path for path, text in self.texts.items() if files.write(path, text)), *changed]

    def _with_versions(self, entries: Sequence[ManifestEntry]) -> list[ManifestEntry]:
        """The entries with the versions of the guidelines that the gold of settled articles follows.

        Of gold that came from elsewhere a few decisions show nothing: its version is for a person to state.
        """
        state, folder = self.state, self.state.corpus.gold
        outdated = {state.derived.settled[one.example].example.article for one in state.outdated}
        written = {path.stem for path in self.texts if path.parent == folder}
        elsewhere = {one.example.article for one in state.derived.settled.values() if not one.readers}
        finished = written - {one.example.article for one in state.derived.disputes} - outdated - elsewhere
        versions = _versions(state)
        return [replace(one, guidelines=versions(one)) if one.id in finished else one for one in entries]


def plan(
    state: AdjudicationState,
    made: Collection[tuple[Decision, Example]] = (),
    *,
    overwrite: bool = False,
    accept_single: bool = False,
) -> GoldPlan:
    """The changes to gold once some decisions are made; nothing is written.

    Examples with an open dispute or with fewer than two readers are left as they are. Gold that differs from passes and
    decisions in the regions of the new decisions alone is replaced: that is what was decided.

    Args:
        state: of the adjudication.
        made: decisions, each with its example, that are to be written, too.
        overwrite: whether gold that differs from passes and decisions elsewhere is replaced.
        accept_single: whether an example that one annotator alone confirmed has their spans in gold.
    """
    after = with_decisions(state, made)
    settled, decided = _settled(after), _decided(after, made)
    single = _read_once(after) if accept_single else {}
    settled |= single
    new = tuple(name for name in settled if name not in after.gold)
    differing = tuple(
        name
        for name, example in settled.items()
        if name in after.gold_differences or (name in single and after.gold.get(name, example).spans != example.spans)
    )
    changed = tuple(name for name in differing if not (overwrite or name in decided))
    written = {*new, *differing}.difference(changed)
    return GoldPlan(after, new, changed, _texts(after, {name: settled[name] for name in written}, made))


def plan_decisions(state: AdjudicationState, made: Collection[tuple[Decision, Example]]) -> GoldPlan:
    """The changes that some decisions make, and the gold of the examples that they settle; nothing is written.

    Gold that differs from passes and decisions outside of the regions of these decisions is left unchanged: a person
    has to look at it. Only what was decided where nobody disputes anything is taken into such gold, in its region.
    """
    after = with_decisions(state, made)
    settled, decided = _settled(after), _decided(after, made)
    written = {name: settled[name] for name in dict.fromkeys(one.example for one, _ in made) if name in decided}
    new = tuple(written)
    applied = set(after.derived.applied)
    for decision, example in made:
        is_undisputed = len(decision.candidates) == 1
        gold_of = written.get(example.id) or after.gold.get(example.id)
        if is_undisputed and decision in applied and example.id not in decided and gold_of is not None:
            written[example.id] = _with_choice(gold_of, decision)
    return GoldPlan(after, new, (), _texts(after, written, made))


def apply_decisions(corpus: Corpus, made: Collection[tuple[Decision, Example]]) -> list[Path]:
    """Write decisions and, where they settle an example, its gold; returns the files that changed."""
    return plan_decisions(read_state(corpus, {example.article for _, example in made}), made).apply()


def _decided(after: AdjudicationState, made: Collection[tuple[Decision, Example]]) -> set[str]:
    """The ids of the examples that these decisions settle, without a difference of gold outside of their regions."""
    by_example: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision, _ in made:
        by_example[decision.example].append(decision)
    settled = _settled(after)
    return {
        name
        for name, decisions in by_example.items()
        if name in settled
        and all(_covered(difference, decisions) for difference in after.gold_differences.get(name, ()))
    }


def _settled(state: AdjudicationState) -> dict[str, Example]:
    return {name: one.example for name, one in state.derived.settled.items() if not one.disputes}


def _read_once(state: AdjudicationState) -> dict[str, Example]:
    """The examples that one annotator alone confirmed, with their spans; not if they saw a planted error."""
    once = {
        name: by
        for name, by in state.derived.read_once.items()
        if name not in state.derived.settled and name not in state.planted
    }
    readings = {name: state.passes[annotator][name] for name, annotator in once.items()}
    return {name: example.with_spans(example.spans) for name, example in readings.items()}


def _with_choice(example: Example, decision: Decision) -> Example:
    """The example of gold with what was decided in one region, if no span of it crosses an edge of that region."""
    touching = [span for span in example.spans if span.start < decision.end and decision.start < span.end]
    if any(not decision.start <= span.start <= span.end <= decision.end for span in touching):
        return example
    return example.with_spans([*(span for span in example.spans if span not in touching), *decision.choice])


def _covered(difference: GoldDifference, decisions: Collection[Decision]) -> bool:
    return any(one.start <= difference.start and difference.end <= one.end for one in decisions)


def _texts(
    state: AdjudicationState, written: dict[str, Example], made: Collection[tuple[Decision, Example]]
) -> dict[Path, str]:
    """The contents of the files of gold, whose lines keep the order of the article, and of decisions.

    Decisions on gold itself come first: gold that was changed without them would look like an edit by hand.
    """
    by_article: dict[str, list[Example]] = {example.article: [] for example in written.values()}
    for example in {**state.gold, **written}.values():
        if example.article in by_article:
            by_article[example.article].append(example)
    texts = {}
    for article in (name for name in state.articles if name in by_article):
        ordered = sorted(by_article[article], key=lambda one: (one.at, one.id))
        texts[state.corpus.gold / f"{article}.jsonl"] = "".join(map(gold.line, ordered))
    decided = decision_texts(state.corpus, made) | doubt_texts(state.corpus, made)
    return decided | texts if any(decision.is_on_gold for decision, _ in made) else texts | decided


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode("utf-8")


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
