"""The folders of a project and the data read from them.

goldspan.toml                     what the project has chosen; optional
seeds/                            the articles, each a text
seeds/received/                   the pages and tables that articles were read from, as received; optional
annotation_guidelines/            labels.toml and the pages
corpus/manifest.jsonl             what each article is
corpus/gold/<article>.jsonl
corpus/passes/<annotator>/<article>.jsonl
corpus/README.md                  what the dataset is: the body of its card; optional
corpus/DATA_STATEMENT.md          whose language it is, who annotated it and why these texts; optional
corpus/annotators.toml            which annotators are people and which are models; optional
corpus/decisions/<article>.jsonl  how disputes between the annotators were settled
corpus/doubts/<article>.jsonl     which places of gold a disputes' project asks about; optional
corpus/splits/<split>.txt         article ids, one a line
corpus/clusters.jsonl             which articles belong together through articles of other places; optional
corpus/samples/<number>.json      which articles were drawn from a larger collection, and how likely each was; optional
corpus/reading_order.jsonl        in which order articles are to be read, and which were drawn at random; optional
corpus/doccano.toml               what a push and a pull remember of projects and accounts in Doccano; optional
corpus/rejections.jsonl           which suggestions annotators in Doccano were offered and rejected; optional
corpus/releases/<version>.jsonl   what the annotation was when a version was released; optional
corpus/withdrawn.jsonl            the articles that were taken out because somebody asked for it; optional
corpus/controls/<project>.txt     ids of the examples with gold that test the annotators of a project in Doccano
corpus/assignments/<round>.jsonl  who is to read which example, where not everybody reads all; optional
corpus/shown/<project>/           the suggestions that annotators saw before they read, a file per article; optional
corpus/audits/<name>/             which articles of an audit of suggestions were shown with them, and which errors were
                                  planted there; optional
build/                            derived, never edited
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import files, formats, project_schema
from goldspan.corpus import (
    assignment_plans,
    audits,
    clusters,
    passes,
    reading_order,
    releases,
    samples,
    shown_suggestions,
    withdrawals,
)
from goldspan.corpus.manifest import is_plain_name, read_manifest
from goldspan.corpus.split_lists import REMEDIES, find_faults
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import gold
from goldspan.formats.record import LocatedExample

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from goldspan.annotation import Example, LabelScheme
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.corpus.reading_order import OrderedArticle
    from goldspan.settings import Settings

IGNORED = "/build/\n*.part\n.*.old\n.*.lock\n"  # by git: what is derived, and what an interrupted run leaves
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Corpus:
    """A project folder: one that holds `corpus/manifest.jsonl`."""

    root: Path

    @classmethod
    def find(cls, start: Path | str | None = None) -> Corpus:
        """The project around a folder: the folder itself or the nearest one above it.

        Args:
            start: the folder; None for the working directory.

        Raises:
            NotFoundError: if no folder around it is a project.
            InputError: for a project whose settings state a schema that this goldspan does not know.
        """
        here = Path.cwd() if start is None else Path(start).absolute()
        for folder in (here, *here.parents):
            if (folder / "corpus" / "manifest.jsonl").is_file():
                project_schema.require_known_project(folder)
                return cls(folder)
        raise NotFoundError(
            "no corpus/manifest.jsonl in this folder or in one above it",
            file=here,
            remedy="Change into a goldspan project, or name it with --root.",
        )

    @property
    def seeds(self) -> Path:
        """The articles, each a text to which its offsets refer."""
        return self.root / "seeds"

    @property
    def received(self) -> Path:
        """The pages and tables that articles were read from, as received."""
        return self.seeds / "received"

    @property
    def guidelines(self) -> Path:
        """The label scheme and its pages."""
        return self.root / "annotation_guidelines"

    @property
    def folder(self) -> Path:
        """The curated data."""
        return self.root / "corpus"

    @property
    def gold(self) -> Path:
        """The gold, a file per article."""
        return self.folder / "gold"

    @property
    def passes(self) -> Path:
        """The annotators' passes, a folder each."""
        return self.folder / "passes"

    @property
    def decisions(self) -> Path:
        """How disputes were settled, a file per article."""
        return self.folder / "decisions"

    @property
    def doubts(self) -> Path:
        """The places of gold that a disputes' project asks about, a file per article."""
        return self.folder / "doubts"

    @property
    def controls(self) -> Path:
        """Which examples test the annotators, a list per project in Doccano."""
        return self.folder / "controls"

    @property
    def assignments(self) -> Path:
        """Who is to read which example, a file for each round of annotation."""
        return self.folder / assignment_plans.FOLDER

    @property
    def shown(self) -> Path:
        """The suggestions that annotators saw before they read, a folder for each project in Doccano."""
        return self.folder / shown_suggestions.FOLDER

    @property
    def audits(self) -> Path:
        """The audits of suggestions, a folder for each."""
        return self.folder / audits.FOLDER

    @property
    def cluster_file(self) -> Path:
        """Which articles belong together through articles that the project need not have."""
        return self.folder / clusters.FILE

    @property
    def samples(self) -> Path:
        """Which articles were drawn from a larger collection, a file for each draw."""
        return self.folder / samples.FOLDER

    @property
    def releases(self) -> Path:
        """What the annotation was in each version that was released."""
        return self.folder / releases.FOLDER

    @property
    def withdrawal_file(self) -> Path:
        """Which articles were taken out because somebody asked for it."""
        return self.folder / withdrawals.FILE

    @property
    def order_file(self) -> Path:
        """In which order articles are to be read."""
        return self.folder / reading_order.FILE

    @property
    def build(self) -> Path:
        """What is derived: safe to delete."""
        return self.root / "build"

    @property
    def model(self) -> Path:
        """The model that was trained on gold."""
        return self.build / "model"

    @property
    def suggestions(self) -> Path:
        """The suggestions, a file per article."""
        return self.build / "suggestions"

    @cached_property
    def scheme(self) -> LabelScheme:
        """The label scheme."""
        from goldspan.formats import labels_toml  # here, since it imports pydantic

        return labels_toml.read(self.scheme_file)

    @cached_property
    def settings(self) -> Settings:
        """What the project has chosen in `goldspan.toml`."""
        from goldspan import settings  # here, since it imports pydantic

        return settings.read(self.root)

    @property
    def scheme_file(self) -> Path:
        """The file of the label scheme."""
        return self.guidelines / "labels.toml"

    def require_tokenizer(self) -> None:
        """Make sure that the texts can be cut into tokens, in the language of the scheme.

        Raises:
            NotFoundError: naming file and line, if there is no tokenizer for the language.
        """
        from goldspan.formats import labels_toml  # here, since it imports pydantic

        labels_toml.require_tokenizer(self.scheme_file, self.scheme)

    @cached_property
    def entries(self) -> list[ManifestEntry]:
        """The manifest."""
        return read_manifest(self.folder / "manifest.jsonl")

    def select_entries(self, articles: Collection[str] | None = None) -> list[ManifestEntry]:
        """The manifest's entries of these article ids, or all of them, in the order of the manifest.

        Raises:
            InputError: for an id that the manifest does not list, with the most similar ids; for an empty manifest.
        """
        by_id = {entry.id: entry for entry in self.entries}
        manifest = self.folder / "manifest.jsonl"
        for name in articles or ():
            if name not in by_id:
                similar = get_close_matches(name, by_id, n=3) or list(by_id)[:3]
                remedy = f"Similar ids: {', '.join(similar)}."
                raise InputError(f"there is no article {name!r}", file=manifest, remedy=remedy)
        if not by_id:
            raise InputError("lists no article", file=manifest, remedy="Add some: goldspan add PATH... --apply")
        return [entry for entry in by_id.values() if articles is None or entry.id in articles]

    def source(self, entry: ManifestEntry) -> str:
        """The decoded text of an article."""
        path = self.seeds / entry.file
        return files.decode(files.read_bytes(path), path)

    def gold_examples(self, articles: Iterable[str] | None = None) -> Iterator[Example]:
        """The gold of these articles, or of all in the order of the manifest; articles without gold are skipped.

        Raises:
            InputError: for the first line that is not valid.
        """
        return self._examples(self.gold, articles)

    def has_gold(self, article: str) -> bool:
        """Whether an article has gold, in whole or in part."""
        return files.is_there(self.gold / f"{article}.jsonl")

    def annotators(self) -> list[str]:
        """The names of the passes, sorted."""
        return sorted(p.name for p in self.passes.iterdir() if p.is_dir()) if self.passes.is_dir() else []

    @cached_property
    def aided_annotators(self) -> frozenset[str]:
        """The annotators all of whose work began as drafts, as `corpus/annotators.toml` states it.

        Raises:
            InputError: for a file that is not valid.
        """
        from goldspan.corpus import annotators  # here, since it imports pydantic

        stated = annotators.read_annotators(self.folder).values()
        return frozenset(one.name for one in stated if one.drafts in annotators.MADE)

    def pass_examples(self, annotator: str, articles: Iterable[str] | None = None) -> Iterator[Example]:
        """All examples of one annotator's pass, as `gold_examples` gives those of gold."""
        return self._examples(self.passes / annotator, articles)

    def confirmed_examples(self, annotator: str, articles: Iterable[str]) -> Iterator[Example]:
        """The examples of an annotator's pass that count (see `passes`), article by article.

        One that was read with suggestions has the key `aided`, also where the file leaves it to what is stated of its
        annotator.

        Raises:
            InputError: for the first line that is not valid, and for a confirmation that is neither true nor false.
        """
        is_whole = annotator in self.aided_annotators
        for article in articles:
            path = self.passes / annotator / f"{article}.jsonl"
            if files.is_there(path):
                lines = [LocatedExample.of(record) for record in gold.scan(path)]
                for line in lines:
                    _require_article(line.example, article, path, line.line)
                confirmed = (line.example for line, cause in passes.classify(lines) if cause is None)
                yield from map(passes.as_aided, confirmed) if is_whole else confirmed

    def splits(self) -> dict[str, list[str]]:
        """The article ids of each split, as listed; empty for a split without a file.

        Raises:
            InputError: for a line that is not one id, for an article that is listed twice or that the manifest does not
                have, as `goldspan check` reports it.
        """
        return self._validated({name: self.split_ids(name) for name in SPLITS})

    def split_file(self, name: str) -> Path:
        """The id list of a split."""
        return self.folder / "splits" / f"{name}.txt"

    def clusters(self) -> dict[str, str]:
        """The cluster of each article that is in one, also of articles that the manifest no longer has.

        Raises:
            InputError: naming the line, for one that is not valid.
        """
        return {one.article: one.cluster for one in clusters.read_clusters(self.cluster_file)}

    def reading_order(self) -> list[OrderedArticle]:
        """The articles in the order in which they are to be read; empty without a file.

        Raises:
            InputError: naming the line, for one that is not valid, or an article that the manifest does not have.
        """
        order = reading_order.read_order(self.order_file)
        reading_order.require_known(self.order_file, order, {entry.id for entry in self.entries})
        return order

    def read_split(self, name: str) -> list[str]:
        """The ids of one split; empty if it has no file.

        A part of the reading order counts as a split, unless there is a list of this name: `random` has the articles
        with gold that were drawn at random, `ranked` those that were chosen.

        Raises:
            InputError: as `splits`.
        """
        if name in SPLITS:
            return self.splits()[name]
        if name in reading_order.PARTS and not files.is_there(self.split_file(name)):
            return [one.article for one in self.reading_order() if one.part == name and self.has_gold(one.article)]
        return self._validated({name: self.split_ids(name)})[name] if is_plain_name(name) else []

    def split_ids(self, name: str) -> list[str]:
        """The ids that the list of a split has, whether they can be used or not; empty if it has no file.

        Raises:
            InputError: for a line that is not one id.
        """
        return id_list(self.split_file(name), "article")

    def _validated(self, splits: dict[str, list[str]]) -> dict[str, list[str]]:
        for fault in find_faults(splits, {entry.id for entry in self.entries}):
            file, remedy = self.split_file(fault.split), REMEDIES[fault.kind]
            raise InputError(fault.message, file=file, line=fault.line, remedy=remedy)
        return splits

    def _examples(self, folder: Path, articles: Iterable[str] | None) -> Iterator[Example]:
        for article in (entry.id for entry in self.entries) if articles is None else articles:
            path = folder / f"{article}.jsonl"
            for example in formats.load(path, "gold") if files.is_there(path) else ():
                _require_article(example, article, path)
                yield example


def _require_article(example: Example, article: str, path: Path, line: int | None = None) -> None:
    """Require of an example that it is of the article after which its file is named."""
    if example.article != article:
        raise InputError(
            f"is of the article {example.article!r}, but the file is of {article!r}",
            file=path,
            line=line,
            example=example.id,
            remedy="Correct the id, which begins with the article's, or move the line into the file of its article.",
        )


def project_of_files(paths: Iterable[Path]) -> Corpus | None:
    """The project around some files or, where they are in none, around the working directory; None without one.

    Raises:
        InputError: if the files are in projects whose texts are in different languages, or a scheme cannot be read.
    """
    projects = _projects(paths) or _projects([Path.cwd()])
    by_language = {corpus.scheme.language: corpus for corpus in projects}
    if len(by_language) > 1:
        (first, one), (second, other) = list(by_language.items())[:2]
        raise InputError(
            f"the files are in projects of two languages: {first!r} in {one.root}, {second!r} in {other.root}",
            remedy="Name the language with --language, or take the files one by one.",
        )
    return projects[0] if projects else None


def _projects(paths: Iterable[Path]) -> list[Corpus]:
    found: dict[Path, Corpus] = {}
    for path in paths:
        with contextlib.suppress(NotFoundError):
            corpus = Corpus.find(path)
            found.setdefault(corpus.root, corpus)
    return list(found.values())


def id_list(path: Path, what: str) -> list[str]:
    """The ids of a list, one a line; empty if there is no such file.

    Args:
        path: the file.
        what: the kind of thing with these ids, for the message.

    Raises:
        InputError: for a line that is not one id.
    """
    if not files.is_there(path):
        return []
    ids = []
    for number, raw in files.lines(files.read_bytes(path)):
        ids.append(raw.removesuffix(b"\r").decode("utf-8", "replace"))  # an editor of Windows may have written it
        if not ids[-1] or ids[-1] != ids[-1].strip():
            remedy = f"This is a list of {what} ids, one a line."
            raise InputError(f"{ids[-1]!r} is not an {what} id", file=path, line=number, remedy=remedy)
    return ids
