"""A project folder as the checks read it: leniently, so that one broken line does not hide problems in the others."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from goldspan import files
from goldspan.adjudication.derive import derive
from goldspan.adjudication.planted import withhold
from goldspan.annotation import article_id_problem, article_of
from goldspan.checks.check import CheckResult
from goldspan.checks.severities import OWN_SEVERITIES, Severities
from goldspan.corpus import SPLITS, passes
from goldspan.corpus.assignment_plans import assignment_files, read_assignments
from goldspan.corpus.audits import shown_errors
from goldspan.corpus.clusters import read_clusters
from goldspan.corpus.reading_order import read_order
from goldspan.corpus.releases import read_release, release_files
from goldspan.corpus.samples import read_samples
from goldspan.corpus.shown_suggestions import shown_folder
from goldspan.corpus.split_lists import SplitFault, find_faults
from goldspan.corpus.withdrawals import read_withdrawals
from goldspan.errors import GoldspanError, InputError
from goldspan.formats import decisions, doubts, gold
from goldspan.formats.json_lines import numbered
from goldspan.formats.record import LocatedExample
from goldspan.splits.text_reuse import ACCEPTING_CHECKS, NOTHING, accepted_reuse, find_reuse, passages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from goldspan.adjudication.derive import DerivedGold
    from goldspan.adjudication.planted import PlantedRegion
    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.audits import ShownError
    from goldspan.corpus.clusters import ClusteredArticle
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.corpus.reading_order import OrderedArticle
    from goldspan.corpus.releases import ReleaseRecord
    from goldspan.corpus.withdrawals import Withdrawal
    from goldspan.formats.record import Record
    from goldspan.splits.text_reuse import AcceptedReuse, ReuseAcross

ProjectTest: TypeAlias = "Callable[[ProjectFiles], Iterator[CheckResult]]"


@dataclass
class DecisionFile:
    """The lines of corpus/decisions/.

    Args:
        lines: those that can be read.
        broken: the errors of the others.
    """

    lines: list[decisions.DecisionLine] = field(default_factory=list)
    broken: list[InputError] = field(default_factory=list)


class PassLine(NamedTuple):
    """What a line of a pass states about its confirmation.

    Attributes:
        line: its number.
        example: the id of its example.
        is_stated: whether it states anything.
        invalid: the whole line, where what it states is neither true nor false; else None.
        aided: the value of its key `aided`; None without the key.
    """

    line: int | None
    example: str
    is_stated: bool
    invalid: Record | None
    aided: object = None


class SplitPlace(NamedTuple):
    """Where an article is in the splits: the split, and the line in its list."""

    split: str
    line: int


@dataclass(frozen=True)
class ProjectFiles:
    """A project folder: whatever of it can be read.

    Args:
        corpus: the project.
        severities: what it has chosen for the checks.
    """

    corpus: Corpus
    severities: Severities = OWN_SEVERITIES

    @property
    def manifest(self) -> Path:
        """The file of the manifest."""
        return self.corpus.folder / "manifest.jsonl"

    @property
    def lists(self) -> list[Path]:
        """The manifest, the splits, the clusters, the reading order, the withdrawals, the releases, the assignments."""
        splits = [self.corpus.split_file(name) for name in SPLITS]
        paths = (self.manifest, *splits, self.corpus.cluster_file, self.corpus.order_file, self.corpus.withdrawal_file)
        further = (*release_files(self.corpus.releases), *assignment_files(self.corpus))
        return [*filter(files.is_there, paths), *further]

    @property
    def unreadable(self) -> Iterator[CheckResult]:
        """Why the manifest, a list, a file beside them, a release or an article cannot be read."""
        yield from _reading_error(lambda: self.corpus.entries)
        for name in SPLITS:
            yield from _reading_error(partial(self.corpus.split_ids, name))
        yield from _reading_error(partial(read_clusters, self.corpus.cluster_file))
        yield from _reading_error(partial(read_samples, self.corpus.samples))
        yield from _reading_error(partial(read_order, self.corpus.order_file))
        yield from _reading_error(partial(read_withdrawals, self.corpus.withdrawal_file))
        for path in release_files(self.corpus.releases):
            yield from _reading_error(partial(read_release, path))
        for path in assignment_files(self.corpus):
            yield from _reading_error(partial(read_assignments, path))
        for path in sorted(self.corpus.doubts.glob("*.jsonl")):
            yield from _reading_error(partial(doubts.read, path))
        for _, entry in self.entries.values():
            if files.is_there(self.corpus.seeds / entry.file):
                yield from _reading_error(partial(self.corpus.source, entry))
        problems = {name: article_id_problem(name) for name in self.entries}
        for name, problem in problems.items() if self.corpus.settings.examples.unit == "article" else ():
            if problem:
                message = f"{name!r} cannot be the id of an article that is an example: {problem}"
                yield CheckResult(message, self.manifest, self.entries[name][0], name)

    @cached_property
    def entries(self) -> dict[str, tuple[int, ManifestEntry]]:
        """The entries of the manifest by id, with their lines; empty if it cannot be read."""
        try:
            return {entry.id: (line, entry) for line, entry in enumerate(self.corpus.entries, 1)}
        except InputError:
            return {}

    @cached_property
    def splits(self) -> dict[str, list[str]]:
        """The ids of each split that can be read and is not empty."""
        splits = {}
        for name in SPLITS:
            try:
                splits[name] = self.corpus.split_ids(name)
            except InputError:
                continue
        return {name: ids for name, ids in splits.items() if ids}

    @cached_property
    def clusters(self) -> list[ClusteredArticle]:
        """The articles that are in a cluster, line by line; none if the file cannot be read."""
        try:
            return read_clusters(self.corpus.cluster_file)
        except InputError:
            return []

    @cached_property
    def withdrawals(self) -> list[Withdrawal]:
        """The articles that were taken out, line by line; none if the file cannot be read."""
        try:
            return read_withdrawals(self.corpus.withdrawal_file)
        except InputError:
            return []

    @cached_property
    def releases(self) -> dict[Path, ReleaseRecord]:
        """The releases that can be read, by their files."""
        found = {}
        for path in release_files(self.corpus.releases):
            try:
                found[path] = read_release(path)
            except InputError:
                continue
        return found

    @cached_property
    def assigned_articles(self) -> dict[Path, list[str]]:
        """By file with assignments, the article of each of its lines; nothing for a file that cannot be read."""
        found: dict[Path, list[str]] = {}
        for path in assignment_files(self.corpus):
            with suppress(InputError):  # which another check reports
                found[path] = [article_of(example) for example in read_assignments(path)]
        return found

    @cached_property
    def reading_order(self) -> list[OrderedArticle]:
        """The reading order; empty if it cannot be read."""
        try:
            return read_order(self.corpus.order_file)
        except InputError:
            return []

    @cached_property
    def split_faults(self) -> list[SplitFault]:
        """The lines of the splits that cannot be used."""
        return list(find_faults(self.splits, self.entries))

    @cached_property
    def split_of(self) -> dict[str, SplitPlace]:
        """The place of each article in the splits; the last one of an article that has several."""
        return {
            article: SplitPlace(split, line)
            for split, ids in self.splits.items()
            for line, article in enumerate(ids, 1)
        }

    @cached_property
    def accepted_reuse(self) -> AcceptedReuse:
        """The text that articles of several splits may share."""
        names = {name for check in ACCEPTING_CHECKS for name in self.corpus.scheme.allow.get(check, ())}
        named = {article_of(name) for name in names}.intersection(self.entries)
        examples = {example for article in named for example in self.paragraphs(article)}
        return accepted_reuse(self.corpus.scheme, self.entries, examples) if self.entries else NOTHING

    @cached_property
    def reuse_across_splits(self) -> ReuseAcross:
        """The text that articles of several splits share and may not."""
        places = {article: place.split for article, place in self.split_of.items() if article in self.entries}
        compared = places if len(self.splits) > 1 else {}
        accepted = self.accepted_reuse
        texts = {article: self.paragraphs(article) for article in compared}
        return find_reuse(texts, compared, accepted=accepted)

    def source(self, entry: ManifestEntry) -> str | None:
        """The text of an article; None if its file is missing or cannot be read."""
        try:
            return self.corpus.source(entry)
        except GoldspanError:
            return None

    @cached_property
    def gold_files(self) -> list[Path]:
        """The gold files, sorted."""
        return sorted(self.corpus.gold.glob("*.jsonl"))

    @cached_property
    def pass_files(self) -> list[Path]:
        """The files of the annotators' passes, pass by pass, sorted."""
        return [
            path for name in self.corpus.annotators() for path in sorted((self.corpus.passes / name).glob("*.jsonl"))
        ]

    @property
    def annotated(self) -> list[Path]:
        """All files of gold and passes."""
        return [*self.gold_files, *self.pass_files]

    def is_gold(self, path: Path) -> bool:
        """Whether an annotated file is gold rather than part of a pass."""
        return path.parent == self.corpus.gold

    @cached_property
    def decisions(self) -> DecisionFile:
        """The decisions, and the errors of lines that are not decisions."""
        decision_file = DecisionFile()
        for path in sorted(self.corpus.decisions.glob("*.jsonl")):
            for number, raw in numbered(path):
                try:
                    decision_file.lines.append(decisions.parse(raw, path, number))
                except InputError as error:
                    decision_file.broken.append(error)
        return decision_file

    @cached_property
    def derived(self) -> DerivedGold:
        """The gold derived from the passes and decisions that can be read, without examples whose texts differ."""
        by_annotator: dict[str, list[Example]] = {}
        for versions in self._withheld[0].values():
            if len({example.text for example in versions.values()}) == 1:
                for name, example in versions.items():
                    by_annotator.setdefault(name, []).append(example)
        made = [line.decision for line in self.decisions.lines]
        decided = {article_of(one.example) for one in made if one.is_on_gold}
        paths = [path for path in self.gold_files if path.stem in decided]
        gold = [record.example for path in paths for record in self.examples(path)]
        return derive(by_annotator, made, gold, self._withheld[1])

    def confirmed(self, example: str) -> dict[str, Example]:
        """An example as each annotator confirmed it, by annotator, without planted spans that they were shown."""
        return self._withheld[0].get(example, {})

    def readings(self, example: str) -> dict[str, Example]:
        """An example as each annotator confirmed it, by annotator, with all that they marked."""
        return self._confirmed.get(example, {})

    @cached_property
    def planted(self) -> tuple[dict[str, tuple[ShownError, ...]], InputError | None]:
        """The planted errors of the audits by example, and why they cannot be read; none if they cannot."""
        try:
            return shown_errors(self.corpus), None
        except InputError as error:
            return {}, error

    @cached_property
    def _withheld(self) -> tuple[dict[str, dict[str, Example]], dict[str, tuple[PlantedRegion, ...]]]:
        """The confirmed examples by id and annotator without planted spans, and the regions of planted errors."""
        by_name: dict[str, dict[str, Example]] = {}
        for id_, versions in self._confirmed.items():
            for name, example in versions.items():
                by_name.setdefault(name, {})[id_] = example
        cleaned, regions = withhold(by_name, self.planted[0])
        found = {id_: {name: cleaned[name][id_] for name in versions} for id_, versions in self._confirmed.items()}
        return found, regions

    @property
    def confirmations(self) -> Mapping[Path, list[PassLine]]:
        """What each line of a pass that can be read states about its confirmation, file by file."""
        return self._passes[0]

    def is_shown(self, example: str, project: str) -> bool:
        """Whether the record of a project in Doccano says what was shown in an example."""
        path = shown_folder(self.corpus, project) / f"{article_of(example)}.jsonl"
        if path not in self._shown:
            self._shown[path] = {one.id for one in readable_records(path)} if files.is_there(path) else set()
        return example in self._shown[path]

    @cached_property
    def _shown(self) -> dict[Path, set[str]]:
        """By file of what was shown, the ids of its examples; filled as they are asked for."""
        return {}

    @property
    def _confirmed(self) -> dict[str, dict[str, Example]]:
        return self._passes[1]

    @cached_property
    def _passes(self) -> tuple[dict[Path, list[PassLine]], dict[str, dict[str, Example]]]:
        """The confirmations, and the confirmed examples by id and annotator: what takes time is to read the files."""
        lines: dict[Path, list[PassLine]] = {}
        found: dict[str, dict[str, Example]] = {}
        for path in self.pass_files:
            records = list(readable_records(path))
            stated = passes.is_stated(records)
            lines[path] = [
                PassLine(
                    one.line,
                    one.id,
                    passes.is_stated([one]),
                    None if passes.is_valid(one) else one,
                    one.extra.get(passes.AIDED),
                )
                for one in records
            ]
            valid = [line for line in _valid_examples(records) if passes.is_valid(line.example)]
            for line, cause in passes.classify(valid, stated=stated):
                if cause is None:
                    found.setdefault(line.example.id, {})[path.parent.name] = line.example
        return lines, found

    @staticmethod
    def examples(path: Path) -> Iterator[LocatedExample]:
        """The valid examples of a gold file, with their lines."""
        return _valid_examples(readable_records(path))

    def paragraphs(self, article: str) -> dict[str, str]:
        """The passages of an article's gold by their ids, as far as it can be read; see `passages`."""
        path = self.corpus.gold / f"{article}.jsonl"
        return passages((record.id, record.text) for record in readable_records(path)) if path.is_file() else {}

    def text(self, article: str) -> str:
        """The text of the gold of an article, as far as it can be read."""
        return "\n".join(self.paragraphs(article).values())


def _valid_examples(records: Iterable[Record]) -> Iterator[LocatedExample]:
    for record in records:
        try:
            yield LocatedExample.of(record)
        except InputError:
            continue


def _reading_error(read: Callable[[], object]) -> Iterator[CheckResult]:
    try:
        read()
    except InputError as error:
        yield CheckResult.of(error)


def readable_records(path: Path) -> Iterator[Record]:
    """The lines of a gold file that can be read."""
    return (record for record in gold.scan(path) if not isinstance(record, InputError))
