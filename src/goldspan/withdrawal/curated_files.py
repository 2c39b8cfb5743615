"""The curated files of a project without some articles: what is removed, and what each other file has then.

Lines of other articles stay byte for byte.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from goldspan import files, formats, strict_json
from goldspan.annotation import article_of
from goldspan.articles.examples import article_examples
from goldspan.corpus import annotators, clusters, id_list, reading_order
from goldspan.corpus.audits import SUGGESTIONS, audit_folder, audit_names
from goldspan.corpus.gold_source import GOLD
from goldspan.doccano.members import find_members
from goldspan.doccano.pull.pass_owners import annotator_names
from goldspan.errors import InputError
from goldspan.formats import decisions, labels_toml_edit
from goldspan.service.rejections import ledger_path, text_digest
from goldspan.splits.text_reuse import ACCEPTING_CHECKS, AND

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry

MANIFEST = "manifest.jsonl"
NOT_JSON = "Restore the file from git, or correct the line."


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleContents:
    """An article that is to be withdrawn, with all that the project has of its words.

    Args:
        id: of the article.
        entry: of the manifest; None if the manifest has it no longer.
        text: of the article; None if its file cannot be read.
        passages: the texts of its examples, in whichever file they are.
    """

    id: str
    entry: ManifestEntry | None
    text: str | None = None
    passages: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """All of its texts."""
        return (self.text, *self.passages) if self.text is not None else self.passages


def read_article(corpus: Corpus, article: str) -> ArticleContents:
    """An article with all that the project has of it; what cannot be read of it is passed over, as it goes anyway."""
    entry = next((one for one in corpus.entries if one.id == article), None)
    text: str | None = None
    passages: dict[str, None] = {}
    if entry is not None:
        with suppress(InputError):
            text = corpus.source(entry)
            passages |= dict.fromkeys(one.text for one in article_examples(corpus, entry))
    for path in (corpus.gold / f"{article}.jsonl", *sorted(corpus.passes.glob("*/*.jsonl"))):
        if path.stem == article and files.is_there(path):
            with suppress(InputError):
                passages |= dict.fromkeys(one.text for one in formats.load(path, "gold"))
    return ArticleContents(id=article, entry=entry, text=text, passages=tuple(passages))


@dataclass(slots=True, kw_only=True)
class CuratedFiles:
    """The curated files after a withdrawal.

    Args:
        contents: the bytes of each file that changes, in the order of writing; None for one that goes.
        lines: by file, how many lines or entries are left out of it.
        annotators: the names that leave `corpus/annotators.toml`, since nothing of theirs is left.
        allowed: the names that leave `[allow]` in `labels.toml`.
        emptied: the splits that have no article then.
        tables: by file received, how many other articles were read from it, so that it stays.
        random: the articles that the random part of the reading order loses.
    """

    contents: dict[Path, bytes | None] = field(default_factory=dict)
    lines: Counter[Path] = field(default_factory=Counter)
    annotators: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    tables: dict[Path, int] = field(default_factory=dict)
    random: list[str] = field(default_factory=list)


def without_articles(corpus: Corpus, articles: Sequence[ArticleContents]) -> CuratedFiles:
    """The curated files of a project without some articles; nothing is written.

    Raises:
        InputError: for a file with lines of several articles that cannot be read.
    """
    result = CuratedFiles()
    _Removal(corpus, articles, result).run()
    return result


class _Removal:
    """The files, kind by kind; `corpus/__init__` lists the kinds."""

    def __init__(self, corpus: Corpus, articles: Sequence[ArticleContents], result: CuratedFiles) -> None:
        self.corpus = corpus
        self.articles = articles
        self.ids = frozenset(one.id for one in articles)
        self.result = result

    def run(self) -> None:
        """Plan all of them."""
        self._sources()
        for folder in (self.corpus.gold, self.corpus.decisions, self.corpus.doubts):
            self._of_article(folder)
        for folder in sorted(self.corpus.passes.glob("*/")):
            self._of_article(folder)
        for name in audit_names(self.corpus):  # the plan keeps the id of the article, and no word of it
            self._of_article(audit_folder(self.corpus, name) / SUGGESTIONS)
        for folder in sorted(self.corpus.shown.glob("*/")):
            self._of_article(folder)
        self._splits()
        for path in sorted(self.corpus.assignments.glob("*.jsonl")):
            self._keep_rows(path, lambda row: article_of(row["example"]) not in self.ids)
        for path in sorted(self.corpus.controls.glob("*.txt")):
            id_list(path, "example")
            self._keep_lines(path, lambda raw: article_of(raw.decode("utf-8", "replace").strip()) not in self.ids)
        clusters.read_clusters(self.corpus.cluster_file)
        self._keep_rows(self.corpus.cluster_file, lambda row: row["article"] not in self.ids)
        self._reading_order()
        self._rejections()
        self._annotators()
        self._allowed()
        self._keep_rows(self.corpus.folder / MANIFEST, lambda row: row["id"] not in self.ids, keep_empty=True)

    def _sources(self) -> None:
        """The text of each article, and the file that it was read from."""
        others = [entry for entry in self.corpus.entries if entry.id not in self.ids]
        for entry in (one.entry for one in self.articles if one.entry is not None):
            if all(other.file != entry.file for other in others):
                self._remove(self.corpus.seeds / entry.file)
            if entry.received is None:
                continue
            path = self.corpus.received / entry.received.file
            sharing = sum(other.received is not None and other.received.file == path.name for other in others)
            if sharing and files.is_there(path):
                self.result.tables[path] = sharing
            elif not sharing:
                self._remove(path)

    def _of_article(self, folder: Path) -> None:
        for one in self.articles:
            self._remove(folder / f"{one.id}.jsonl")

    def _remove(self, path: Path) -> None:
        if files.is_there(path):
            self.result.contents[path] = None

    def _splits(self) -> None:
        for path in sorted((self.corpus.folder / "splits").glob("*.txt")):
            ids = id_list(path, "article")
            self._keep_lines(path, lambda raw: raw.decode("utf-8", "replace").strip() not in self.ids, keep_empty=True)
            if ids and self.ids.issuperset(ids):
                self.result.emptied.append(path.stem)

    def _keep_rows(self, path: Path, is_kept: Callable[[dict[str, Any]], bool], *, keep_empty: bool = False) -> None:
        """Leave out the lines of JSON whose object is not kept."""
        numbers = count(1)

        def keeps(raw: bytes) -> bool:
            number = next(numbers)
            try:
                return not raw.strip() or is_kept(strict_json.loads(raw))
            except (ValueError, KeyError, TypeError):
                raise InputError("is no such line", file=path, line=number, remedy=NOT_JSON) from None

        self._keep_lines(path, keeps, keep_empty=keep_empty)

    def _keep_lines(self, path: Path, is_kept: Callable[[bytes], bool], *, keep_empty: bool = False) -> None:
        """Leave out lines of a file; a file that is left without a line goes, unless an empty one is to stay."""
        if not files.is_there(path):
            return
        lines = files.read_bytes(path).removeprefix(files.BOM).split(b"\n")
        lines = lines if lines[-1] else lines[:-1]
        kept = [line for line in lines if is_kept(line)]
        if len(kept) < len(lines):
            self.result.lines[path] += len(lines) - len(kept)
            content = b"".join(line + b"\n" for line in kept)
            self.result.contents[path] = content if content or keep_empty else None

    def _reading_order(self) -> None:
        """The order without the lines of the articles, and without repetitions of them in other lines."""
        path = self.corpus.order_file
        order = reading_order.read_order(path)
        self.result.random += [one.article for one in order if one.part == "random" and one.article in self.ids]
        self._keep_rows(path, lambda row: row["article"] not in self.ids)
        content = self.result.contents.get(path)
        repeating = {one.article: one for one in order if one.repeats in self.ids and one.article not in self.ids}
        if not repeating:
            return
        lines = (content or files.read_bytes(path)).splitlines(keepends=True)
        self.result.contents[path] = b"".join(
            replace(repeating[name], repeats=None).line().encode()
            if (name := strict_json.loads(line.removeprefix(files.BOM))["article"]) in repeating
            else line
            for line in lines
        )

    def _rejections(self) -> None:
        """The ledger without what was offered for the texts of the articles, but for those that another one has."""
        path = ledger_path(self.corpus)
        gone = {text_digest(text) for one in self.articles for text in one.passages}
        if not files.is_there(path) or not gone:
            return
        for entry in self.corpus.entries:
            if entry.id not in self.ids:
                with suppress(InputError):  # one that cannot be read has no such text as far as anybody knows
                    gone -= {text_digest(one.text) for one in article_examples(self.corpus, entry)}
        self._keep_rows(path, lambda row: row["text"] not in gone)

    def _annotators(self) -> None:
        """The list of annotators without those of whom nothing is left: everywhere else a name is refused then."""
        stated = annotators.read_annotators(self.corpus.folder)
        before, after = (set(_workers(self.corpus, without)) for without in (frozenset[str](), self.ids))
        self.result.annotators += [name for name in stated if name != GOLD and name in before - after]
        if self.result.annotators:
            path = self.corpus.folder / annotators.FILE
            self.result.contents[path] = annotators.without_annotators(path, self.result.annotators)

    def _allowed(self) -> None:
        """The scheme without what `[allow]` accepts of the articles."""
        allow = self.corpus.scheme.allow
        names = {name for check in ACCEPTING_CHECKS for name in allow.get(check, ()) if self._is_named(name)}
        self.result.allowed += sorted(names)
        if names:
            path = self.corpus.scheme_file
            self.result.contents[path] = labels_toml_edit.without_allowed(path, ACCEPTING_CHECKS, names)

    def _is_named(self, name: str) -> bool:
        """Whether a name of `[allow]` is of an article, of an example of it, or of it and another one."""
        pair = name.split(AND)
        sides = {AND.join(part) for at in range(1, len(pair)) for part in (pair[:at], pair[at:])}
        return not self.ids.isdisjoint({name, article_of(name), *sides})


def _workers(corpus: Corpus, without: Collection[str]) -> Iterator[str]:
    """The names of all with a pass or a decision, but for those of some articles."""
    for path in corpus.passes.glob("*/*.jsonl"):
        if path.stem not in without:
            yield path.parent.name
    listed = find_members(corpus) or ()
    known = annotator_names(corpus, listed)
    for path in corpus.decisions.glob("*.jsonl"):
        if path.stem not in without:
            for line in decisions.read(path):
                yield line.decision.by
                yield known.get(line.decision.by, line.decision.by)
