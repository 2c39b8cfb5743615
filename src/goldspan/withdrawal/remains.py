"""What of some articles is left in the folder of a project: their words, and their ids, in any file.

Every file is read but those of git and the ones that hold another article alone, whether goldspan knows what it is or
not: so a kind of file that is new is found, too. Runs of eight words are looked for, as are ids where they can be
nothing else. A file that cannot be read as a text or in one of goldspan's formats is named as such.
"""

from __future__ import annotations

import html
import os
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from goldspan import files, formats, strict_json
from goldspan.annotation import article_of
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import model_record
from goldspan.formats.options import DEFAULT
from goldspan.formats.registry import try_detect
from goldspan.models.fold_predictions import FOLDER as FOLDS
from goldspan.models.fold_predictions import SPLIT_FOLDER
from goldspan.near_duplicates import words
from goldspan.relabel.pages import GENERATED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from goldspan.corpus import Corpus
    from goldspan.formats.model_record import ModelRecord
    from goldspan.withdrawal.curated_files import ArticleContents

RUN = 8  # words in a row that are of an article and not of its language
SHORTEST = 4  # words of a whole article that is shorter than a run, and is no name
RANK = "rank"  # in build/
PARQUET = ".parquet"
RELEASE = "release.json"  # in a folder that `goldspan release` wrote
LISTS = {".txt", ".csv", ".jsonl", ".json", ".toml", ".md"}
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
MARKED = re.compile(r"\[([^\[\]]+)\]\{[^{}\s]+\}")
LEFT_OUT = {".git", "__pycache__"}
MARKUP = re.compile(r"<[^<>]*>")
WITHDRAWN = re.compile(r"## \S+: .* withdrawn")  # the entry of the withdrawal itself in the changelog
BETWEEN = re.compile(r"\\[nrt]|\]\{[^{}\s]+\}")  # line breaks in JSON, and labels of spans that a page marks
LETTERS = re.compile(r"[^\W\d_]+")  # an id of letters alone may be a word of any text
LARGE = 1 << 26  # bytes of a file that is read line by line
BLOCK = 1 << 16  # bytes by which a text is told from what is none

Kind = Literal["words", "id", "name"]


@dataclass(frozen=True, slots=True)
class Remainder:
    """A place that has words or the id of an article.

    Args:
        article: its id.
        file: where.
        line: from 1; None for a file without lines.
        kind: what it has: a run of its words, its id, or a name that no other article's annotation has.
        text: the line, or the words.
        is_derived: whether `goldspan build` writes the place anew.
    """

    article: str
    file: Path
    line: int | None
    kind: Kind
    text: str
    is_derived: bool = False

    def json(self, root: Path) -> dict[str, Any]:
        """For `--json`."""
        return {
            "article": self.article,
            "file": self.file.relative_to(root).as_posix(),
            "line": self.line,
            "what": self.kind,
            "text": self.text,
            "derived": self.is_derived,
        }


@dataclass(frozen=True, slots=True)
class AffectedModel:
    """A model in the project that has seen an article.

    Args:
        folder: of the model.
        articles: those that it learned from or was chosen by.
        measured: those that its scores were measured on.
    """

    folder: Path
    articles: tuple[str, ...]
    measured: tuple[str, ...] = ()

    def json(self, root: Path) -> dict[str, Any]:
        """For `--json`."""
        return {
            "folder": self.folder.relative_to(root).as_posix(),
            "learned_from": list(self.articles),
            "measured_on": list(self.measured),
        }


@dataclass(frozen=True, slots=True)
class Remains:
    """All that is left in the folder of a project.

    Args:
        places: with words or an id, file by file.
        models: that have seen an article.
        unread: files that cannot be searched.
    """

    places: tuple[Remainder, ...] = ()
    models: tuple[AffectedModel, ...] = ()
    unread: tuple[Path, ...] = ()


def own_files(corpus: Corpus, articles: Collection[str]) -> dict[Path, bytes | None]:
    """The files in `build/` that hold one of some articles alone, which go with it."""
    paths = [
        corpus.build / folder / f"{article}.jsonl"
        for folder in (corpus.suggestions.name, FOLDS, SPLIT_FOLDER)
        for article in articles
    ]
    ranked = corpus.build / RANK
    paths += [path for path in sorted(ranked.glob("*/*.jsonl")) if path.stem in articles]
    return {path: None for path in paths if files.is_there(path)}


def find_remains(
    corpus: Corpus,
    articles: Sequence[ArticleContents],
    contents: Mapping[Path, bytes | None],
    kept: Collection[Path] = (),
) -> Remains:
    """What of some articles is left in a project once some files are written.

    Args:
        corpus: the project.
        articles: that are withdrawn.
        contents: the bytes of each file that is written; None for one that goes.
        kept: files that are known to have ids, and are not searched.
    """
    search = TextSearch(articles)
    skipped = {*_of_others(corpus, {one.id for one in articles}), *kept}
    places: list[Remainder] = []
    unread: list[Path] = []
    paths = [path for path in _files(corpus.root) if path not in skipped]
    trained = {path.parent: _record(path) for path in paths if path.name == model_record.FILE}
    folders = {folder for folder, record in trained.items() if record is not None}
    models = [
        model
        for folder, record in trained.items()
        if record is not None and (model := _model(folder, record, articles))
    ]
    releases = {path.parent: _released(path) for path in paths if path.name == RELEASE}
    for path in paths:
        if (path in contents and contents[path] is None) or not folders.isdisjoint(path.parents):
            continue
        content = contents.get(path)
        try:
            found = search.places(path, content, is_derived=_is_derived(corpus, path))
        except (InputError, NotFoundError, OSError, ValueError):
            unread.append(path)
            continue
        released = next((ids for folder, ids in releases.items() if folder in path.parents), None)
        places += [one for one in found if one.kind == "words" or released is None or one.article in released]
    return Remains(tuple(places), tuple(models), tuple(unread))


class TextSearch:
    """The words and ids of some articles, to be found in texts.

    Args:
        articles: with their texts.
    """

    def __init__(self, articles: Iterable[ArticleContents]) -> None:
        self.runs: dict[tuple[str, ...], str] = {}
        self.ids: dict[str, re.Pattern[str]] = {}
        for one in articles:
            self.ids[one.id] = _id_pattern(one.id)
            texts = [words(text) for text in one.texts]
            longest = max(map(len, texts), default=0)
            size = RUN if longest >= RUN else longest if longest >= SHORTEST else 0
            for found in texts if size else ():
                for at in range(len(found) - size + 1):
                    self.runs.setdefault(tuple(found[at : at + size]), one.id)
        self.sizes = sorted({len(run) for run in self.runs})
        self.last = {run[-1] for run in self.runs}

    def quoted(self, text: str) -> str | None:
        """The first words of a text that are of an article; None if it has none."""
        return next((found for _, _, found in self._runs([text])), None)

    def places(self, path: Path, content: bytes | None = None, *, is_derived: bool = False) -> list[Remainder]:
        """The places in a file.

        Args:
            path: the file.
            content: its bytes, if they are not those on the disk.
            is_derived: whether `goldspan build` writes all of the file.

        Raises:
            InputError: for a file that is no text, and is in no format that is known.
        """
        if content is None and path.suffix.lower() == PARQUET:
            return self._of_texts(path, _parquet_texts(path))
        if content is None and path.stat().st_size > LARGE:
            return self._in_large_file(path)
        data = files.read_bytes(path) if content is None else content
        if b"\0" in data[:BLOCK]:
            texts = _record_texts(path) if try_detect(path) else [("", data.decode("utf-8", "ignore"))]
            if (found := self._of_texts(path, texts)) or try_detect(path):
                return found
            raise InputError("is no text", file=path, remedy="Look at it with the program that wrote it.")
        text = data.removeprefix(files.BOM).decode("utf-8")
        found = self._in_lines(path, text, is_derived=is_derived)
        if not any(one.kind == "words" for one in found) and self.runs and content is None and _may_hide(path, text):
            found += self._of_texts(path, _record_texts(path))
        return found

    def _in_lines(self, path: Path, text: str, *, is_derived: bool) -> list[Remainder]:
        """The places in a text, each line once for each article and kind."""
        lines = text.split("\n")
        generated = _generated_lines(text)
        found: dict[tuple[str, int, Kind], str] = {}
        for number, line in enumerate(lines, 1):
            for article in self._named(line):
                found[article, number, "id"] = line.strip()
        plain = lines
        if path.suffix.lower() in {".html", ".htm", ".xml", ".xmi"}:
            plain = html.unescape(MARKUP.sub(lambda match: "\n" * match[0].count("\n") or " ", text)).split("\n")
        for article, number, _ in self._runs(plain):
            found[article, number, "words"] = lines[number - 1].strip() if number <= len(lines) else ""
        return [
            Remainder(article, path, number, kind, line, is_derived or number in generated)
            for (article, number, kind), line in sorted(found.items(), key=lambda item: item[0][1])
            if not (kind == "id" and WITHDRAWN.fullmatch(line))
        ]

    def _in_large_file(self, path: Path) -> list[Remainder]:
        """The places in a text that is not held in memory as a whole; of each line the words that were found.

        Raises:
            InputError: for a file that is no text.
        """
        found: list[Remainder] = []

        def noting_ids(stream: Iterable[bytes]) -> Iterator[str]:
            for number, raw in enumerate(stream, 1):
                if b"\0" in raw:
                    raise InputError("is no text", file=path, remedy="Look at it with the program that wrote it.")
                line = raw.decode("utf-8")
                found.extend(Remainder(article, path, number, "id", article) for article in self._named(line))
                yield line

        with files.opened(path) as stream:
            for article, number, run in self._runs(noting_ids(stream)):
                found.append(Remainder(article, path, number, "words", run))
        return sorted(found, key=lambda one: one.line or 0)

    def _named(self, line: str) -> list[str]:
        """The articles whose ids a line has."""
        return [article for article, pattern in self.ids.items() if article in line and pattern.search(line)]

    def _runs(self, lines: Iterable[str]) -> Iterator[tuple[str, int, str]]:
        """The article, the line and the words of the first run of an article that begins on a line.

        Of the lines no more are held than a run may stand on.
        """
        longest = self.sizes[-1] if self.sizes else 0
        found: set[tuple[str, int]] = set()
        held: list[tuple[str, int]] = []
        for number, line in enumerate(lines if longest else (), 1):
            known = len(held)  # a run that ends there was looked at
            held += [(word, number) for word in words(BETWEEN.sub(" ", line))]
            for end in range(known + 1, len(held) + 1):
                if held[end - 1][0] not in self.last:
                    continue
                for size in self.sizes:
                    run = tuple(word for word, _ in held[end - size : end]) if size <= end else ()
                    article = self.runs.get(run)
                    if article is not None and (article, begin := held[end - size][1]) not in found:
                        found.add((article, begin))
                        yield article, begin, " ".join(run)
            del held[: max(0, len(held) - longest + 1)]

    def _of_texts(self, path: Path, texts: Iterable[tuple[str, str]]) -> list[Remainder]:
        """The articles of which a file with examples has some: one place for each and kind."""
        found: dict[tuple[str, Kind], str] = {}
        for name, text in texts:
            if (article := article_of(name)) in self.ids:
                found.setdefault((article, "id"), name)
            for article, pattern in self.ids.items():
                if article in text and pattern.search(text):
                    found.setdefault((article, "id"), text)
            for article, _, run in self._runs([text]):
                found.setdefault((article, "words"), run)
        return [Remainder(article, path, None, kind, text) for (article, kind), text in found.items()]


def names_in_lists(
    corpus: Corpus, surfaces: Mapping[str, str], contents: Mapping[Path, bytes | None]
) -> Iterator[Remainder]:
    """The lines of gazetteers, patterns and pages with a surface that only withdrawn articles have.

    Args:
        corpus: the project.
        surfaces: by surface the article.
        contents: the bytes of each file that is written.
    """
    for path in sorted(corpus.guidelines.rglob("*")) if surfaces else ():
        if not path.is_file() or path.suffix.lower() not in LISTS:
            continue
        try:
            text = (contents.get(path) or files.read_bytes(path)).decode("utf-8")
        except UnicodeDecodeError:
            continue
        is_plain = path.suffix.lower() == ".txt"
        for number, line in enumerate(text.split("\n"), 1):
            entry = line.split("\t")[0].strip()
            names = [entry] if is_plain else [*QUOTED.findall(line), *MARKED.findall(line)]
            found = next((name for name in names if name in surfaces), None)
            if found is not None:
                yield Remainder(surfaces[found], path, number, "name", found)


def _id_pattern(article: str) -> re.Pattern[str]:
    """Where an id stands as one: not as a part of a longer name, nor as a word of a sentence."""
    name = re.escape(article)
    numbered = rf"(?<![\w-]){name}\.(?:[ps]\d+|jsonl|txt)(?!\w)"
    if not LETTERS.fullmatch(article):
        return re.compile(rf"{numbered}|(?<![\w-]){name}(?![\w-])")
    return re.compile(rf"{numbered}|([\"'`]){name}\1|^\s*{name}\s*$|\|\s*{name}\s*\|")


def _generated_lines(text: str) -> Collection[int]:
    """The lines of a page that `goldspan build` writes between its marks."""
    return {
        number
        for match in GENERATED.finditer(text)
        for number in range(text.count("\n", 0, match.start()) + 1, text.count("\n", 0, match.end()) + 2)
    }


def _is_derived(corpus: Corpus, path: Path) -> bool:
    """Whether `goldspan build` writes all of a file."""
    return path in {corpus.folder / "STATS.md", corpus.guidelines / "checks.md"}


def _files(root: Path) -> Iterator[Path]:
    """The regular files of a project, sorted, without those of git and of other tools' environments."""
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT and not _is_of_tools(here / name))
        yield from (path for name in sorted(names) if (path := here / name).is_file() and path.suffix != ".lock")


def _is_of_tools(folder: Path) -> bool:
    """Whether a folder is an environment of Python, or the cache of a tool."""
    return any((folder / mark).is_file() for mark in ("pyvenv.cfg", "CACHEDIR.TAG"))


def _of_others(corpus: Corpus, articles: Collection[str]) -> Iterator[Path]:
    """The files that hold one article alone, which is another one: what these share is said of the articles."""
    others = [entry for entry in corpus.entries if entry.id not in articles]
    names = {f"{entry.id}.jsonl" for entry in others}
    yield from (corpus.seeds / entry.file for entry in others)
    build = (corpus.build / folder for folder in (FOLDS, SPLIT_FOLDER))
    folders = chain(
        (corpus.gold, corpus.decisions, corpus.doubts, corpus.suggestions),
        corpus.passes.glob("*/"),
        build,
        (corpus.build / RANK).glob("*/"),
    )
    for folder in folders:
        yield from (path for path in folder.glob("*.jsonl") if path.name in names)


def _released(path: Path) -> Collection[str] | None:
    """The articles of the release in the folder of a file; None if it is none. It names those withdrawn, too."""
    try:
        return frozenset(row["id"] for row in strict_json.loads(files.read_bytes(path))["articles"])
    except (InputError, ValueError, KeyError, TypeError):
        return None


def _record(path: Path) -> ModelRecord | None:
    """The record of a model; None if the file is something else."""
    try:
        return model_record.read(path.parent)
    except InputError:
        return None


def _model(folder: Path, record: ModelRecord, articles: Sequence[ArticleContents]) -> AffectedModel | None:
    """A model, if it has seen an article or was measured on it."""
    measured = {article for names in record.articles.values() for article in names} - record.seen_articles
    ids = [one.id for one in articles]
    learned = tuple(name for name in ids if name in record.seen_articles)
    others = tuple(name for name in ids if name in measured)
    return AffectedModel(folder, learned, others) if learned or others else None


def _may_hide(path: Path, text: str) -> bool:
    """Whether a text has examples whose words do not stand behind each other, such as a table of tokens."""
    if path.suffix.lower() in {".md", ".toml", ".txt", ".html", ".css", ".py", ".cfg"}:
        return False
    return bool(text.strip())


def _record_texts(path: Path) -> Iterator[tuple[str, str]]:
    """The id and the text of each example of a file, if it is in a format of goldspan's."""
    form = try_detect(path)
    for record in formats.get(form).scan(path, DEFAULT) if form is not None else ():
        if not isinstance(record, InputError):
            yield record.id, record.text


def _parquet_texts(path: Path) -> Iterator[tuple[str, str]]:
    """The strings of a table, each row as one text after its `id`.

    Raises:
        InputError: for a damaged table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as table:
            for batch in table.iter_batches(batch_size=1_000):
                for row in batch.to_pylist():
                    yield str(row.get("id") or ""), "\n".join(_strings(row))
    except pa.ArrowException as error:
        raise InputError(f"cannot be read: {error}", file=path, remedy="Make it again.") from None


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        yield " ".join(each for each in value if isinstance(each, str))
        for each in value:
            if not isinstance(each, str):
                yield from _strings(each)


def by_folder(places: Iterable[Remainder], build: Path) -> dict[Path, list[Remainder]]:
    """The places of what is derived, by the file or folder of `build/` that is to be made again."""
    grouped: defaultdict[Path, list[Remainder]] = defaultdict(list)
    for place in places:
        if place.file.is_relative_to(build):
            grouped[build / place.file.relative_to(build).parts[0]].append(place)
    return dict(grouped)
