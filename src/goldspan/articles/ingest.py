"""Adding articles to a project: each a text in its seeds, with one line in the manifest.

A `.txt` is kept byte for byte. Of a page, a Markdown file or a row of a table, the text becomes a `.txt` to which all
offsets refer for ever, and the file received is kept beside it, in `seeds/received/`, byte for byte.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, Self

from goldspan import files
from goldspan.annotation import article_id_problem
from goldspan.articles import received
from goldspan.articles.received import ArticleOptions, LeftOut, ReceivedArticle
from goldspan.articles.scripts import other_script
from goldspan.corpus.manifest import (
    STATEMENTS,
    ManifestEntry,
    ReceivedFile,
    locked,
    name_key,
    name_problem,
    read_manifest,
    write_manifest,
)
from goldspan.corpus.withdrawals import FILE as WITHDRAWN
from goldspan.corpus.withdrawals import WithdrawnArticles
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from goldspan.articles.columns import TableColumns
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import Redistribution

AT_ONCE = 256  # texts that are written together
READ_LANGUAGE = 2000  # bytes of a text by which its writing system is told


@dataclass(frozen=True, slots=True)
class AddedArticle:
    """An article that was named, and whether it is new.

    Args:
        id: as the project has it.
        source: the file that was named.
        sha256: of its bytes, in hexadecimal.
        status: `new`; `unchanged` if the project has it already; `updated` if only the manifest states more of it now.
        row: of a table, its number.
        stated: what the manifest gets to state of it.
        proposed: what its own lines say besides, which is written only if it is accepted.
    """

    id: str
    source: Path
    sha256: str
    status: Literal["new", "unchanged", "updated"]
    row: int | None = None
    stated: Mapping[str, str] = field(default_factory=dict, hash=False)
    proposed: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True)
class AddOptions:
    """How articles are added.

    Args:
        reading: how they are read.
        skip_invalid: whether what cannot be read is left out, not refused with all the rest.
        keep_received: whether pages and tables are kept as received beside the texts made of them.
        redistribution: whether releases may hold the texts of all these articles; None for not stated.
    """

    reading: ArticleOptions = field(default_factory=ArticleOptions)
    skip_invalid: bool = False
    keep_received: bool = True
    redistribution: Redistribution | None = None


@dataclass(kw_only=True)
class Addition:
    """A plan to add articles, or what was added.

    Args:
        articles: in the order in which they were named.
        left_out: what was named and is not added.
        columns: what the columns of each table are.
        doubts: what is not clear about an article, with its place; it is neither stated nor proposed.
        others: how many articles seem to be in another language than the project, by what is seen.
        received: the files to keep as received, with the paths that they get.
        digests: the sha256 of each of them.
    """

    articles: list[AddedArticle] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    columns: list[TableColumns] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    received: dict[Path, Path] = field(default_factory=dict)
    digests: dict[Path, str] = field(default_factory=dict)


def add(
    corpus: Corpus,
    paths: Sequence[Path],
    options: AddOptions | None = None,
    *,
    apply: bool,
    on_progress: Callable[[str, int, int | None], None] = lambda _step, _done, _total: None,
) -> Addition:
    """Plan the adding of articles, and add them if `apply` is set.

    All are read and validated before the first is written, and the manifest, which makes them part of the project, is
    written last. A copy or a line that is missing after a crash is added again.

    Args:
        corpus: the project.
        paths: files, and folders of them.
        options: how to add them.
        apply: whether to write.
        on_progress: called with the step, how much of it is done, and the total, if that is known.

    Raises:
        InputError: for an article that cannot be read; whose name belongs to another text or cannot be an id on every
            system. Then nothing is written. Only of paths that are not there, if what is invalid is to be left out.
    """
    options = options or AddOptions()
    listed = corpus.folder / "manifest.jsonl"
    if not apply:
        return _Plan(corpus, options, ArticleRegister.of(corpus.seeds, listed)).read(paths, on_progress)
    with locked(listed), _TextSpool(corpus.root) as spool:  # two that add at once see each other's lines
        register = ArticleRegister.of(corpus.seeds, listed)
        addition = _Plan(corpus, options, register, spool).read(paths, on_progress)
        _write(addition, corpus, spool, register.entries.values(), on_progress)
    return addition


@dataclass(slots=True)
class ArticleRegister:
    """The articles that a project has, and those that are planned, each by what must be its own.

    Args:
        seeds: the folder of the articles as received.
        entries: of the manifest, by id; an article that is planned gets one.
        texts: the id of each text, by its sha256.
        ids: each id, by what some system takes for the same name.
        files: each name of a file, in the same way.
        withdrawn: the articles that were taken out of the project, which none may be.
    """

    seeds: Path
    entries: dict[str, ManifestEntry]
    texts: dict[str, str]
    ids: dict[str, str]
    files: dict[str, str]
    withdrawn: WithdrawnArticles

    @classmethod
    def of(cls, seeds: Path, listed: Path) -> ArticleRegister:
        """The register of a project.

        Args:
            seeds: the folder of the articles as received.
            listed: the manifest.
        """
        entries = {entry.id: entry for entry in read_manifest(listed)}
        held = [path.name for path in seeds.iterdir()] if seeds.is_dir() else []
        return cls(
            seeds,
            entries,
            texts={entry.sha256: entry.id for entry in entries.values()},
            ids={name_key(name): name for name in entries},
            files={name_key(name): name for name in [*held, *(entry.file for entry in entries.values())]},
            withdrawn=WithdrawnArticles.of(listed.with_name(WITHDRAWN)),
        )

    def plan(
        self,
        name: str,
        file: str,
        data: bytes,
        source: Path,
        *,
        line: int | None = None,
        entry: ManifestEntry | None = None,
        remedy: str = "Give it another name.",
    ) -> AddedArticle:
        """Register an article.

        Args:
            name: its id.
            file: the name of its file in the seeds.
            data: its bytes.
            source: the file that was named, for messages.
            line: of that file.
            entry: what the manifest is to state of it, if that is more than these.
            remedy: what to do with an id that cannot be one.

        Raises:
            InputError: for a name that cannot be an id on every system or belongs to another text, for a text that the
                project has under another name, and for an article that was withdrawn.
        """
        text, digest = files.decode(data, source), hashlib.sha256(data).hexdigest()
        page = entry.received.sha256 if entry and entry.received and entry.received.row is None else None
        self.withdrawn.require_none(name, source, line, text=text, sha256=digest, page=page)
        problem = None if name in self.entries else name_problem(name) or article_id_problem(name)
        if problem:
            raise InputError(f"{name!r} cannot be an id: {problem}", file=source, line=line, remedy=remedy)
        held = self.seeds / file
        is_held, known = held.is_file(), self.entries.get(name)
        if (is_held and files.read_bytes(held) != data) or (known and (known.sha256, known.file) != (digest, file)):
            raise InputError(
                f"the project has another article {name}",
                file=source,
                line=line,
                remedy="Name it differently; an article that was received is never edited.",
            )
        self._validate_names(name, file, source, line)
        if self.texts.get(digest, name) != name:
            raise InputError(
                f"the project has this text already, as {self.texts[digest]}",
                file=source,
                line=line,
                remedy="Leave it out.",
            )
        self.entries.setdefault(name, entry or ManifestEntry(name, file, digest))
        self.texts[digest] = name
        self.ids[name_key(name)] = name
        self.files[name_key(file)] = file
        return AddedArticle(name, source, digest, "unchanged" if is_held and known else "new")

    def let_travel(self, added: AddedArticle) -> AddedArticle:
        """State that releases may hold the text of an article; the article with that, if it was not stated before."""
        entry = self.entries[added.id]
        if entry.may_travel:
            return added
        self.entries[added.id] = replace(entry, redistribution="text")
        status = "updated" if added.status == "unchanged" else added.status
        return replace(added, status=status, stated={**added.stated, "redistribution": "text"})

    def _validate_names(self, name: str, file: str, source: Path, line: int | None) -> None:
        """Refuse a name that some system cannot tell from one that the project has."""
        for other, own in ((self.ids.get(name_key(name)), name), (self.files.get(name_key(file)), file)):
            if other not in (None, own):
                raise InputError(
                    f"the project has {other!r}, which some systems cannot tell from {own!r}",
                    file=source,
                    line=line,
                    remedy="Name it differently, not only in upper and lower case or in how an accent is written.",
                )


class _TextSpool:
    """The texts to write, on the disk until all have been read: a large table does not fit into memory."""

    def __init__(self, folder: Path) -> None:
        self._stream: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (closed at the end of the block)
        self._files: list[tuple[str, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stream.close()

    def __len__(self) -> int:
        return len(self._files)

    def put(self, file: str, data: bytes) -> None:
        """Keep the text of a file until it is written."""
        self._files.append((file, len(data)))
        self._stream.write(data)

    def read(self) -> Iterator[tuple[str, bytes]]:
        """The name of each file and its text, in their order."""
        self._stream.seek(0)
        for file, length in self._files:
            yield file, self._stream.read(length)


def _invalid(item: ReceivedArticle | LeftOut | InputError, error: InputError) -> LeftOut:
    """What is left out because it cannot be read, or cannot be added."""
    if isinstance(item, ReceivedArticle):
        return LeftOut(source=item.source, row=item.row, id=item.id, reason=error.message)
    where = "" if error.line is None else f"line {error.line}: "
    return LeftOut(source=Path(str(error.file)), reason=f"{where}{error.message}")


def _id_remedy(article: ReceivedArticle) -> str:
    """What to do with an id that cannot be one."""
    if article.row is None:
        return "Rename the file, or choose ids with --id, such as --id '{stem:words}'."
    return "Choose other ids with --id, such as --id '{stem}-{row:04}', or --id '{id:words}' for words of a column."


class _Plan:
    """The plan to add articles, made while they are read.

    Args:
        corpus: the project.
        options: how to add them.
        register: of the articles that it has, which those to be added join.
        spool: takes the texts to write.
    """

    def __init__(
        self, corpus: Corpus, options: AddOptions, register: ArticleRegister, spool: _TextSpool | None = None
    ) -> None:
        self.corpus = corpus
        self.options = options
        self.register = register
        self.spool = spool
        self.addition = Addition()
        self.places: dict[str, str] = {}  # of the articles of this run, by their ids
        kept = {entry.id: entry.received for entry in register.entries.values() if entry.received is not None}
        self.pages = {file.sha256: name for name, file in kept.items() if file.row is None}  # their articles, by hash
        self.received = ReceivedNames.of(corpus.received, register.entries.values())

    def read(self, paths: Sequence[Path], on_progress: Callable[[str, int, int | None], None]) -> Addition:
        """Read all articles into the plan.

        Raises:
            InputError: for the first that is invalid, unless such are to be left out.
        """
        items = received.scan(paths, self.options.reading, self.addition.columns)
        for count, item in enumerate(items, 1):
            on_progress("reading", count, None)
            try:
                if isinstance(item, InputError):
                    raise item
                left_out = item if isinstance(item, LeftOut) else self._take(item)
            except InputError as error:
                if not self.options.skip_invalid:
                    raise
                left_out = _invalid(item, error)
            if left_out is not None:
                self.addition.left_out.append(left_out)
        return self.addition

    def _take(self, article: ReceivedArticle) -> LeftOut | None:
        """Plan an article; what it is left out for, if its text is there already.

        Raises:
            InputError: as of `add`.
        """
        digest = hashlib.sha256(article.data).hexdigest()
        place = self.places.get(article.id)
        if place not in {None, article.place} and self.register.entries[article.id].sha256 != digest:
            remedy = "Choose other ids with --id, such as --id '{folder}-{stem}' or --id '{stem}-{row:04}'."
            raise InputError(
                f"the id {article.id!r} is that of {place}, too", file=article.source, line=article.line, remedy=remedy
            )
        if place is not None:
            return self._left_out(article, f"it is {place} again")
        page = self.pages.get(self.received.digest(article.source)) if article.extractor else None
        if page not in {None, article.id}:  # also if another version of the extractor makes another text of it
            return self._left_out(article, f"its file is that of the article {page}")
        known = self.register.entries.get(article.id)
        if known is not None and self._is_same_input(article, known):
            digest = known.sha256  # of the text that another version of the extractor made of it
        else:
            known = None
        holder = self.register.texts.get(digest, article.id)
        if holder != article.id:
            return self._left_out(article, f"its text is that of {self.places.get(holder) or f'the article {holder}'}")
        added = self._register(article, digest) if known is None else self._unchanged(article, known)
        self.places[article.id] = article.place
        self._note(article)
        added = self._stated(article, added)
        self.addition.articles.append(
            self.register.let_travel(added) if self.options.redistribution == "text" else added
        )
        return None

    def _left_out(self, article: ReceivedArticle, reason: str) -> LeftOut:
        return LeftOut(source=article.source, row=article.row, id=article.id, reason=reason)

    def _is_same_input(self, article: ReceivedArticle, known: ManifestEntry) -> bool:
        """Whether an extractor made the text of an article that the project has of the very same file."""
        held = self.corpus.seeds / known.file
        return (
            article.extractor is not None
            and known.received is not None
            and known.received.sha256 == self.received.digest(article.source)
            and held.is_file()
            and files.sha256(held) == known.sha256
        )

    def _unchanged(self, article: ReceivedArticle, known: ManifestEntry) -> AddedArticle:
        return AddedArticle(article.id, article.source, known.sha256, "unchanged", article.row)

    def _register(self, article: ReceivedArticle, digest: str) -> AddedArticle:
        is_own_name = article.is_whole_file and article.id == article.source.stem
        file = article.source.name if is_own_name else f"{article.id}.txt"
        kept = None
        if not article.is_whole_file:
            name = self.received.name(article.source)
            kept = ReceivedFile(name, self.received.digest(article.source), article.row, article.extractor)
        entry = ManifestEntry(article.id, file, digest, received=kept)
        added = self.register.plan(
            article.id, file, article.data, article.source, line=article.line, entry=entry, remedy=_id_remedy(article)
        )
        if added.status == "new":
            if self.spool is not None and not (self.corpus.seeds / file).is_file():
                self.spool.put(file, article.data)
            if kept is not None and self.options.keep_received:
                self.addition.received[article.source] = self.corpus.received / kept.file
                self.addition.digests[article.source] = kept.sha256
        return replace(added, row=article.row)

    def _stated(self, article: ReceivedArticle, added: AddedArticle) -> AddedArticle:
        """The article with what the manifest gets to state of it: what it does not state already."""
        entry = self.register.entries[article.id]
        open_ = [key for key in STATEMENTS if getattr(entry, key) is None]
        stated: dict[str, Any] = {key: article.stated[key] for key in open_ if key in article.stated}
        proposed = {key: article.proposed[key] for key in open_ if key in article.proposed}
        self.register.entries[article.id] = replace(entry, **stated)
        status = "updated" if stated and added.status == "unchanged" else added.status
        return replace(added, status=status, stated=stated, proposed=proposed)

    def _note(self, article: ReceivedArticle) -> None:
        """Note what is not clear about an article, and that it seems to be in another language."""
        entry = self.register.entries[article.id]
        open_ = [doubt for key, doubt in article.doubts.items() if getattr(entry, key, None) is None]
        self.addition.doubts += [(article.place, doubt) for doubt in open_]
        for key, value in self.options.reading.stated.items():
            if (kept := getattr(entry, key)) not in {None, value}:
                doubt = f"the manifest keeps the {key} {kept!r:.60}, and not {value!r:.60}: change it there"
                self.addition.doubts.append((article.place, doubt))
        if self.options.redistribution == "standoff" and entry.may_travel:
            self.addition.doubts.append(
                (article.place, "the manifest keeps the redistribution 'text': change it there")
            )
        language = self.options.reading.language
        stated = (article.language or "").replace("_", "-").split("-")[0].lower()
        if stated and language not in {stated, "xx"}:
            self.addition.others[f"the language {stated}, which is stated"] += 1
        elif script := other_script(article.data[:READ_LANGUAGE].decode("utf-8", "ignore"), language):
            self.addition.others[f"{script} letters"] += 1


@dataclass
class ReceivedNames:
    """The files that articles were read from: their hashes, and the names that they are kept by.

    Args:
        names: the name of each file, by its sha256.
        taken: the sha256 of what has a name, by what some system takes for the same name.
        digests: of the files of this run.
    """

    names: dict[str, str] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    digests: dict[Path, str] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, entries: Iterable[ManifestEntry]) -> ReceivedNames:
        """Those that a project has.

        Args:
            folder: in which it keeps them.
            entries: of its manifest.
        """
        held = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
        found = cls(taken={name_key(path.name): files.sha256(path) for path in held})
        for kept in (entry.received for entry in entries):
            if kept is not None:
                found.names[kept.sha256] = kept.file
                found.taken.setdefault(name_key(kept.file), kept.sha256)
        return found

    def digest(self, path: Path) -> str:
        """The sha256 of a file, read once."""
        if path not in self.digests:
            self.digests[path] = files.sha256(path)
        return self.digests[path]

    def name(self, path: Path) -> str:
        """The name of a file, with a part of its hash if another file has its own name already."""
        digest = self.digest(path)
        if digest not in self.names:
            own = path.name if name_problem(path.name) is None else f"received{path.suffix.lower()}"
            if self.taken.get(name_key(own), digest) != digest:
                own = f"{own.removesuffix(path.suffix)}-{digest[:12]}{path.suffix}"
            self.names[digest] = own
            self.taken[name_key(own)] = digest
        return self.names[digest]


def _write(
    addition: Addition,
    corpus: Corpus,
    spool: _TextSpool,
    entries: Iterable[ManifestEntry],
    on_progress: Callable[[str, int, int | None], None],
) -> None:
    """Write the texts, the files as received and at last the manifest; if that fails, remove what was written."""
    written: list[Path] = []
    batch: dict[Path, bytes | None] = {}
    try:
        for count, (file, data) in enumerate(spool.read(), 1):
            batch[corpus.seeds / file] = data
            if len(batch) == AT_ONCE or count == len(spool):
                written += batch
                files.write_all(batch)
                batch = {}
                on_progress("writing", count, len(spool))
        for source, target in addition.received.items():
            if not target.is_file():
                written.append(target)
                _copy(source, target, addition.digests[source])
        write_manifest(corpus.folder / "manifest.jsonl", entries)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _copy(source: Path, target: Path, sha256: str) -> None:
    """Copy a file byte for byte.

    Raises:
        InputError: if it is no longer the one that was read.
    """
    with source.open("rb") as stream, files.replacing(target) as copy:
        shutil.copyfileobj(stream, copy)
    if files.sha256(target) != sha256:
        raise InputError("the file changed while it was read", file=source, remedy="Run the command again.")
