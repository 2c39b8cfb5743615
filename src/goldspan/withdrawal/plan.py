"""The plan of a withdrawal: every file of the project without the articles, and what is still elsewhere.

Nothing is written before all is known. What will be written is kept in a journal first, so that a run that is killed
between two files is completed by the next one. The records of `corpus/releases/` and `corpus/samples/` and the plans of
audits stay: they have no word of an article, and by them it is known for ever what was released, and how articles and
readers were drawn.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.corpus import samples
from goldspan.corpus.audits import PLAN, audit_folder, audit_names
from goldspan.corpus.change_journal import write_together
from goldspan.corpus.releases import read_releases
from goldspan.corpus.withdrawals import Withdrawal, content, read_withdrawals, words_digest
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import gold
from goldspan.formats.decisions import is_day
from goldspan.guidelines.changelog import CHANGELOG
from goldspan.relabel.pages import with_entry
from goldspan.report.text import amount, enumerate_names
from goldspan.service.rejections import ledger_path
from goldspan.suggest.suggestion_folder import RECORD
from goldspan.withdrawal.curated_files import read_article, without_articles
from goldspan.withdrawal.history import git_history
from goldspan.withdrawal.neighbours import similar_articles
from goldspan.withdrawal.remains import TextSearch, by_folder, find_remains, names_in_lists, own_files
from goldspan.withdrawal.server_copies import ServerSearch, search_servers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.corpus.withdrawals import Requester
    from goldspan.withdrawal.curated_files import ArticleContents, CuratedFiles
    from goldspan.withdrawal.history import GitHistory
    from goldspan.withdrawal.neighbours import SimilarArticle
    from goldspan.withdrawal.remains import Remainder, Remains
    from goldspan.withdrawal.server_copies import Connect

MANIFEST = "manifest.jsonl"
NAMED = 5  # ids in a sentence
BY = {
    "publisher": "its publisher", "person": "a person of whom it speaks", "author": "its author", "other": "somebody",
}  # fmt: skip
ANSWER_CACHE = "cache"  # in build/


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRequest:
    """Who asked for it, and why.

    Args:
        requested_by: who asked.
        reason: in words that do not quote the article; None if none is given.
        day: of the withdrawal, `YYYY-MM-DD`; None for today.

    Raises:
        InvalidValueError: for a day that is none.
    """

    requested_by: Requester
    reason: str | None = None
    day: str | None = None

    def __post_init__(self) -> None:
        if self.day is not None and not is_day(self.day):
            raise InvalidValueError(f"{self.day!r} is no date", remedy="Write it as in 2026-12-01.")

    @property
    def date(self) -> str:
        """The day of the withdrawal."""
        return self.day or dt.datetime.now().astimezone().date().isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationCounts:
    """How much annotation of an article goes.

    Args:
        examples: of its gold.
        spans: of its gold.
        passes: the annotators with a pass of it.
        decisions: on its disputes.
    """

    examples: int = 0
    spans: int = 0
    passes: tuple[str, ...] = ()
    decisions: int = 0

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "gold_examples": self.examples,
            "gold_spans": self.spans,
            "passes": list(self.passes),
            "decisions": self.decisions,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalPlan:
    """What a withdrawal does to a project, and what it cannot do.

    Args:
        corpus: the project.
        request: who asked for it, and why.
        articles: that are withdrawn.
        earlier: of these, the lines of those that were withdrawn before.
        curated: the curated files after it.
        contents: the bytes of each file that is written, in the order of writing; None for one that goes.
        counts: by article, how much annotation goes.
        remains: what is left in the folder of the project.
        similar: the articles that the request may concern, too.
        servers: what is in Doccano.
        releases: the versions that were released with one of the articles.
        sampled: the articles that were drawn from a larger collection, whose records stay.
        history: what git has; None outside of a repository.
        notes: what else there is to know, as sentences.
    """

    corpus: Corpus
    request: WithdrawalRequest
    articles: tuple[ArticleContents, ...]
    earlier: Mapping[str, Withdrawal]
    curated: CuratedFiles
    contents: Mapping[Path, bytes | None]
    counts: Mapping[str, AnnotationCounts]
    remains: Remains
    similar: tuple[SimilarArticle, ...] = ()
    servers: ServerSearch = field(default_factory=ServerSearch)
    releases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sampled: tuple[str, ...] = ()
    history: GitHistory | None = None
    notes: tuple[str, ...] = ()

    @property
    def command(self) -> tuple[str, ...]:
        """The words of the command that completes the withdrawal if it is interrupted."""
        return command_words([one.id for one in self.articles], self.request.requested_by)

    @property
    def new(self) -> tuple[str, ...]:
        """The ids of the articles that are withdrawn now."""
        return tuple(one.id for one in self.articles if one.id not in self.earlier)

    @property
    def removed(self) -> tuple[Path, ...]:
        """The files that go."""
        return tuple(path for path, data in self.contents.items() if data is None)

    @property
    def pages(self) -> tuple[Remainder, ...]:
        """The places that a person has to change, outside of `build/`."""
        build = self.corpus.build
        return tuple(one for one in self.remains.places if not one.is_derived and not one.file.is_relative_to(build))

    @property
    def derived(self) -> tuple[Path, ...]:
        """The files that `goldspan build` writes again."""
        build = self.corpus.build
        places = (one for one in self.remains.places if one.is_derived and not one.file.is_relative_to(build))
        return tuple(dict.fromkeys(one.file for one in places))

    @property
    def built(self) -> Mapping[Path, Sequence[Remainder]]:
        """The files and folders in `build/` that have something of the articles, to be made again or removed."""
        return by_folder(self.remains.places, self.corpus.build)

    def apply(self) -> list[Path]:
        """Write all that is planned, or nothing; returns the files.

        Raises:
            OSError: if a file cannot be written; then all are as they were.
        """
        if not self.contents:
            return []
        with contextlib.ExitStack() as locks:
            for path in (self.corpus.order_file, ledger_path(self.corpus)):
                if path in self.contents:
                    locks.enter_context(files.lock(path.with_name(f".{path.name}.lock")))
            return write_together(self.corpus, self.command, self.contents)

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        root = self.corpus.root

        def name(path: Path) -> str:
            return path.relative_to(root).as_posix()

        return {
            "articles": [
                {"article": one.id, "is_new": one.id not in self.earlier, **self.counts[one.id].json()}
                for one in self.articles
            ],
            "requested_by": self.request.requested_by,
            "date": self.request.date,
            "removed": [name(path) for path in self.removed],
            "written": [name(path) for path, data in self.contents.items() if data is not None],
            "annotators_without_work": list(self.curated.annotators),
            "allowed": list(self.curated.allowed),
            "empty_splits": list(self.curated.emptied),
            "received_with_others": {name(path): others for path, others in self.curated.tables.items()},
            "similar": [one.json() for one in self.similar],
            "still_there": [one.json(root) for one in self.remains.places],
            "models": [one.json(root) for one in self.remains.models],
            "not_searched": [name(path) for path in self.remains.unread],
            "doccano": self.servers.json(),
            "releases": {version: list(ids) for version, ids in self.releases.items()},
            "sampled": list(self.sampled),
            "git": None if self.history is None else self.history.json(),
            "notes": list(self.notes),
        }


def command_words(articles: Sequence[str], requested_by: str) -> tuple[str, ...]:
    """The words of a command without its name's program and `--apply`, as the journal of a withdrawal has them."""
    return ("withdraw", *articles, "--requested-by", requested_by)


def plan_withdrawal(
    corpus: Corpus, articles: Sequence[str], request: WithdrawalRequest, connect: Connect | None = None
) -> WithdrawalPlan:
    """What a withdrawal does to a project, and what is still elsewhere; nothing is written.

    An article that was withdrawn before is taken as one of which something may be left. One that left the manifest
    by another way and is in a release gets its line, too.

    Args:
        corpus: the project.
        articles: their ids.
        request: who asked for it, and why.
        connect: gives the server that is to be asked what it has, see `search_servers`; None for no question.

    Raises:
        InputError: for an id that is neither in the manifest nor in a release, and was not withdrawn; for a file with
            lines of several articles that cannot be read.
        InvalidValueError: for a reason that quotes an article.
    """
    names = list(dict.fromkeys(articles))
    listed = {entry.id for entry in corpus.entries}
    lines = read_withdrawals(corpus.withdrawal_file)
    earlier = {one.article: one for one in lines if one.article in names and one.article not in listed}
    records = read_releases(corpus.releases)
    released = {name: sha256 for record in records for name, sha256 in record.articles.items()}
    if unknown := [name for name in names if name not in earlier and (name in listed or name not in released)]:
        corpus.select_entries(unknown)
    chosen = tuple(read_article(corpus, name) for name in names)
    quoted = TextSearch(chosen).quoted(request.reason or "")
    if quoted is not None:
        raise InvalidValueError(
            f"the reason quotes the article: {quoted!r:.80}", remedy="Give a reason without words of the article."
        )
    counts = {one.id: _counts(corpus, one.id) for one in chosen}
    curated = without_articles(corpus, chosen)
    contents: dict[Path, bytes | None] = {**curated.contents, **own_files(corpus, names)}
    contents |= _suggestion_record(corpus, names)
    new = [one for one in chosen if one.id not in earlier]
    if new:
        contents[corpus.withdrawal_file] = _withdrawal_file(lines, new, released, request)
        contents[corpus.folder / CHANGELOG] = _changelog(corpus, new, counts, request)
        if corpus.folder / MANIFEST in contents:  # last: it makes the articles part of the project
            contents[corpus.folder / MANIFEST] = contents.pop(corpus.folder / MANIFEST)
    releases = {
        record.version: tuple(name for name in names if name in record.articles)
        for record in records
        if not record.articles.keys().isdisjoint(names)
    }
    drawn = samples.sampled_ids(corpus.samples)
    kept = {corpus.withdrawal_file, *corpus.releases.glob("*.jsonl"), *corpus.samples.glob("*.json")}
    kept |= {audit_folder(corpus, name) / PLAN for name in audit_names(corpus)}
    searched = {path: data for path, data in contents.items() if path != corpus.folder / CHANGELOG}
    remains = find_remains(corpus, chosen, searched, kept)
    names_left = names_in_lists(corpus, _own_surfaces(corpus, names), searched)
    remains = replace(remains, places=(*remains.places, *names_left))
    return WithdrawalPlan(
        corpus=corpus,
        request=request,
        articles=chosen,
        earlier=earlier,
        curated=curated,
        contents=contents,
        counts=counts,
        remains=remains,
        similar=tuple(similar_articles(corpus, chosen)),
        servers=search_servers(corpus, chosen, connect),
        releases=releases,
        sampled=tuple(name for name in names if name in drawn),
        history=git_history(corpus.root, _traced(corpus, contents, names)),
        notes=tuple(_notes(corpus, chosen, curated)),
    )


def _counts(corpus: Corpus, article: str) -> AnnotationCounts:
    """How much annotation of an article there is; what cannot be read is not counted."""
    examples = []
    path = corpus.gold / f"{article}.jsonl"
    if files.is_there(path):
        with contextlib.suppress(InputError):
            examples = [record for record in gold.scan(path) if not isinstance(record, InputError)]
    decisions = corpus.decisions / f"{article}.jsonl"
    return AnnotationCounts(
        examples=len(examples),
        spans=sum(len(record.spans) for record in examples),
        passes=tuple(name for name in corpus.annotators() if files.is_there(corpus.passes / name / f"{article}.jsonl")),
        decisions=len(files.read_bytes(decisions).splitlines()) if files.is_there(decisions) else 0,
    )


def _own_surfaces(corpus: Corpus, articles: Sequence[str]) -> dict[str, str]:
    """The surfaces that gold and passes of these articles have and those of no other article, each with its article."""
    own: dict[str, str] = {}
    others: set[str] = set()
    for path in (*corpus.gold.glob("*.jsonl"), *corpus.passes.glob("*/*.jsonl")):
        with contextlib.suppress(InputError):
            for record in gold.scan(path):
                if isinstance(record, InputError):
                    continue
                surfaces = {record.text[span.start : span.end] for span in record.spans}
                if path.stem in articles:
                    own |= dict.fromkeys(surfaces - own.keys(), path.stem)
                else:
                    others |= surfaces
    return {surface: article for surface, article in own.items() if surface not in others}


def _withdrawal_file(
    lines: Sequence[Withdrawal],
    articles: Sequence[ArticleContents],
    released: Mapping[str, str],
    request: WithdrawalRequest,
) -> bytes:
    """The content of the file with a line for each article.

    Args:
        lines: that it has.
        articles: that are new there.
        released: by article the sha256 that it had in a release, for one that left the manifest by another way.
        request: who asked for it, and why.
    """
    new = {}
    for one in articles:
        page = one.entry.received if one.entry is not None else None
        new[one.id] = Withdrawal(
            article=one.id,
            date=request.date,
            sha256=released[one.id] if one.entry is None else one.entry.sha256,
            requested_by=request.requested_by,
            reason=request.reason,
            words=None if one.text is None else words_digest(one.text),
            received=page.sha256 if page is not None and page.row is None else None,
        )
    return content([*(one for one in lines if one.article not in new), *new.values()]).encode()


def _changelog(
    corpus: Corpus,
    articles: Sequence[ArticleContents],
    counts: Mapping[str, AnnotationCounts],
    request: WithdrawalRequest,
) -> bytes:
    """The changelog of the annotation with an entry that says what is gone."""
    ids = enumerate_names(f"`{one.id}`" for one in articles)
    examples = sum(counts[one.id].examples for one in articles)
    spans = sum(counts[one.id].spans for one in articles)
    what = f"{amount(examples, 'example')} of gold with {amount(spans, 'span')}" if examples else "no gold"
    entry = (
        f"## {request.date}: {ids} withdrawn\n\n"
        f"By `goldspan withdraw`, as {BY[request.requested_by]} asked for it: {what} went with it. "
        "`corpus/withdrawn.jsonl` has the line.\n"
    )
    path = corpus.folder / CHANGELOG
    return with_entry(files.read_bytes(path) if files.is_there(path) else None, path, entry, guidelines=False)


def _suggestion_record(corpus: Corpus, articles: Sequence[str]) -> dict[Path, bytes | None]:
    """The record of the suggestions without the files of the articles."""
    path = corpus.suggestions / RECORD
    if not files.is_there(path):
        return {}
    lines = files.read_bytes(path).splitlines(keepends=True)
    marks = [f'"file": {files.dumps(f"{article}.jsonl")},'.encode() for article in articles]
    kept = [line for line in lines if not any(mark in line for mark in marks)]
    return {path: b"".join(kept)} if len(kept) < len(lines) else {}


def _traced(corpus: Corpus, contents: Mapping[Path, bytes | None], articles: Sequence[str]) -> list[Path]:
    """The files whose earlier states git may have: those that go now, or went with an earlier withdrawal."""
    gone = [path for path, data in contents.items() if data is None and not path.is_relative_to(corpus.build)]
    whole = {corpus.gold, corpus.passes, corpus.decisions, corpus.doubts, corpus.seeds}
    usual = [
        path
        for article in articles
        for path in (
            corpus.seeds / f"{article}.txt",
            *(folder / f"{article}.jsonl" for folder in (corpus.gold, corpus.decisions, corpus.doubts)),
            *(corpus.passes / name / f"{article}.jsonl" for name in corpus.annotators()),
        )
    ]
    own = [path for path in gone if any(path.is_relative_to(folder) for folder in whole)]
    return list(dict.fromkeys(own or usual))


def _notes(corpus: Corpus, articles: Sequence[ArticleContents], curated: CuratedFiles) -> Iterator[str]:
    for split in curated.emptied:
        yield (
            f"the split {split} has no article left: it is empty until new articles get a split (goldspan split), or "
            "ids are moved there by hand"
        )
    for name in curated.annotators:
        yield f"nothing of the annotator {name} is left: their table leaves corpus/annotators.toml"
    if curated.random:
        names = enumerate_names(curated.random, most=NAMED)
        yield (
            f"the random part of the reading order loses {names}: what it estimates is of the articles that were not "
            "withdrawn"
        )
    for one in articles:
        if one.entry is not None and one.text is None:
            yield f"the file of {one.id} cannot be read: its words are looked for as gold and passes have them"
    if (corpus.build / ANSWER_CACHE).is_dir():
        yield (
            "build/cache has answers of language models by the digests of what was asked: remove the folder if they "
            "may not stay; all is asked again then"
        )
