"""Articles as people have them: text files, saved pages, Markdown and rows of tables, one at a time.

Each comes with its text, what is stated of it, and what its own first lines propose. What is no article is an error or
is left out with its reason; nothing is passed over in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.articles import markdown, tables, webpages
from goldspan.articles.article_ids import DEFAULT_ROW, IdPattern
from goldspan.articles.columns import ColumnNames, annotation_in, choose_columns, statements
from goldspan.articles.documents import id_problem, walk
from goldspan.articles.story_header import story_header
from goldspan.corpus.manifest import STATEMENTS
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import row_keys
from goldspan.formats.foreign import recognize
from goldspan.formats.registry import try_detect
from goldspan.formats.sample import FileSample
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.articles.columns import TableColumns
    from goldspan.articles.dates import DateOrder
    from goldspan.articles.tables import TableRow

TEXT = ".txt"
SUFFIXES = (TEXT, *markdown.SUFFIXES, *webpages.SUFFIXES, *tables.SUFFIXES)
ABOUT = re.compile(r"(?i)readme|licen[cs]e|copying|changelog|contributing")  # in a folder, files that are no articles
TAG = re.compile(r"(?i)</(?:p|div|a|b|i|em|strong|span|li|h[1-6])>|<br ?/?>")  # in the cell of a table
JSON = (".jsonl", ".ndjson", ".json")
SAMPLED = 200  # rows from which columns are told
SHOWN = 3  # names in a message
BOTH_REMEDY = "Add them one after the other."


@dataclass(frozen=True, kw_only=True)
class ArticleOptions:
    """How articles are read.

    Args:
        columns: the columns of tables that were named.
        id: the pattern of ids; None for the stem of a file, and the key `id` or stem and number of a row.
        delimiter: of CSV files; detected if None.
        order: of the numbers in dates such as `03/04/2024`; these are left out if it is None.
        language: of the texts, for names of months.
        stated: what holds for all articles, by the key of the manifest.
        accept_proposals: whether what the articles' own lines propose counts as stated.
    """

    columns: ColumnNames = field(default_factory=ColumnNames)
    id: IdPattern | None = None
    delimiter: str | None = None
    order: DateOrder | None = None
    language: str = "en"
    stated: Mapping[str, str] = field(default_factory=dict)
    accept_proposals: bool = False


@dataclass(frozen=True, kw_only=True)
class ReceivedArticle:
    """An article as it was received.

    Args:
        id: that it is to have.
        data: its text in UTF-8, as it is kept; of a `.txt` the bytes of the file.
        source: its file.
        row: of a table, its number.
        line: of a table, the line on which the row begins.
        stated: what is stated of it, by the key of the manifest.
        proposed: what its own lines propose besides.
        extractor: what made the text of the file, with its version; None where it is in the file as it is.
        language: that is stated of it.
        doubts: by the key of the manifest, or `text`, a sentence on what is not clear.
    """

    id: str
    data: bytes
    source: Path
    row: int | None = None
    line: int | None = None
    stated: Mapping[str, str] = field(default_factory=dict)
    proposed: Mapping[str, str] = field(default_factory=dict)
    extractor: str | None = None
    language: str | None = None
    doubts: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return str(self.source) if self.row is None else f"{self.source}, row {self.row}"

    @property
    def is_whole_file(self) -> bool:
        """Whether the file is the text of the article."""
        return self.row is None and self.extractor is None


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What was named and does not become an article.

    Args:
        source: the file.
        reason: as a clause.
        row: of a table, its number.
        id: that the article would have had.
    """

    source: Path
    reason: str
    row: int | None = None
    id: str | None = None


def is_annotated(paths: Sequence[Path], names: ColumnNames) -> bool:
    """Whether paths are read as annotation, not as articles.

    A file is annotation if it is in a format of annotation; of tables and JSON it is what the first rows hold that
    decides, since a row with a text may be either.

    Args:
        paths: files and folders.
        names: the columns that were named; whoever names that of the text has articles.

    Raises:
        InputError: for paths of which some are annotation and others are articles.
    """
    kinds: dict[bool, Path] = {}
    for path in paths:
        for file, is_one in _kinds(path, names):
            kinds.setdefault(is_one, file)
    if len(kinds) > 1:
        raise InputError(
            f"holds articles, and {kinds[True]} annotation",
            file=kinds[False],
            remedy=f"{BOTH_REMEDY} --format reads all as annotation, --text COLUMN all tables as articles.",
        )
    return True in kinds


def has_tables(paths: Sequence[Path]) -> bool:
    """Whether there is a table among files and in folders."""
    inside = (file for path in paths for file in (walk(path) if path.is_dir() else [path]))
    return any(file.suffix.lower() in tables.SUFFIXES for file in inside)


def scan(
    paths: Sequence[Path], options: ArticleOptions, found: list[TableColumns]
) -> Iterator[ReceivedArticle | LeftOut | InputError]:
    """Each article of files and folders, what is left out, and the error of what cannot be read.

    Args:
        paths: files, and folders that are read with their subfolders.
        options: how to read them.
        found: takes the columns of each table.

    Raises:
        InputError: for a path that is not there, or a file of another kind that was named itself.
    """
    for path in paths:
        _require_readable(path)
    for path in paths:
        for file in walk(path) if path.is_dir() else [path]:
            suffix = file.suffix.lower()
            if file != path and ABOUT.fullmatch(file.stem):
                yield LeftOut(source=file, reason="it is about the folder; name the file itself to add it")
            elif suffix in tables.SUFFIXES:
                yield from _scan_table(file, options, found)
            elif suffix in SUFFIXES:
                try:
                    yield _read_file(file, options)
                except InputError as error:
                    yield error
            else:
                yield LeftOut(source=file, reason=_why_unread(file))


def _require_readable(path: Path) -> None:
    kinds = ", ".join(SUFFIXES)
    if not path.exists():
        raise InputError("there is no such file or folder", file=path, remedy="Check how the path is spelt.")
    if path.is_dir():
        if not any(file.suffix.lower() in SUFFIXES and not ABOUT.fullmatch(file.stem) for file in walk(path)):
            raise InputError(f"the folder holds no {kinds}", file=path, remedy="Name a folder or file with articles.")
    elif path.suffix.lower() not in SUFFIXES:
        foreign = recognize(FileSample(path))
        remedy = foreign.remedy if foreign else "Convert it, or name another file."
        what = f"{foreign.title}, " if foreign else ""
        raise InputError(f"{what}not one of {kinds}", file=path, remedy=remedy)


def _why_unread(path: Path) -> str:
    try:
        foreign = recognize(FileSample(path))
    except InputError as error:
        return error.message
    return f"{foreign.title}, which is not read" if foreign else f"its kind is not read: {path.suffix or 'no suffix'}"


def _kinds(path: Path, names: ColumnNames) -> Iterator[tuple[Path, bool]]:
    """The files of a path that tell whether it is annotation, with the answer of each."""
    if not path.is_dir():
        if path.exists():
            yield path, _is_annotated_file(path, names)
        return
    form = try_detect(path)
    if form is not None and form != "dataset":
        yield path, True
        return
    inside = [file for file in walk(path) if not ABOUT.fullmatch(file.stem)]
    read = [file for file in inside if file.suffix.lower() in SUFFIXES]
    whole = [file for file in read if file.suffix.lower() not in tables.SUFFIXES]
    if whole:
        yield whole[0], False
    for file in read:
        if file.suffix.lower() in tables.SUFFIXES:
            yield file, _is_annotated_file(file, names)
    if not read and any(try_detect(file) for file in inside[:SAMPLED]):
        yield path, True


def _is_annotated_file(path: Path, names: ColumnNames) -> bool:
    suffix = path.suffix.lower()
    if suffix in (*markdown.SUFFIXES, *webpages.SUFFIXES) or (suffix in tables.SUFFIXES and names.text):
        return False
    form = try_detect(path)
    if form is None or suffix not in tables.SUFFIXES:
        return form is not None
    sample = FileSample(path)
    if sample.is_empty or sample.is_broken_json:  # its error is the same for articles
        return False
    if form not in {"rows", "dataset"}:
        return True
    return any(annotation_in(row) is not None or row_keys.tokens_key(row) for row in _sample(path))


def _sample(path: Path, delimiter: str | None = None) -> list[Mapping[str, Any]]:
    """The first rows of a table, without those that cannot be read."""
    rows = tables.scan(path, tables.TableReading(delimiter=delimiter, lenient=True))
    return [row.values for row in islice(rows, SAMPLED) if not isinstance(row, InputError)]


def _read_file(path: Path, options: ArticleOptions) -> ReceivedArticle:
    """The article of a file that is one."""
    suffix = path.suffix.lower()
    if suffix == TEXT:
        data = files.read_bytes(path)
        header = story_header(files.decode(data, path), options.language, options.order)
        article = ReceivedArticle(id="", data=data, source=path, proposed=header.proposed, doubts=header.doubts)
        return _finished(article, options, {}, {})
    read = markdown.read_markdown(path) if suffix in markdown.SUFFIXES else webpages.read_page(path)
    stated, doubts = statements(read.stated, options.language, options.order)
    header = story_header(read.text, options.language, options.order)
    proposed, doubts = header.proposed, {**header.doubts, **doubts}
    if isinstance(read, markdown.MarkdownArticle) and read.heading:
        proposed = {**proposed, "title": read.heading}
    if isinstance(read, webpages.WebPage) and read.doubts:
        doubts["text"] = "; ".join(read.doubts)
    article = ReceivedArticle(
        id="",
        data=read.text.encode("utf-8"),
        source=path,
        stated=stated,
        proposed=proposed,
        extractor=read.extractor,
        language=read.language,
        doubts=doubts,
    )
    return _finished(article, options, read.front if isinstance(read, markdown.MarkdownArticle) else {}, {})


def _finished(
    article: ReceivedArticle, options: ArticleOptions, row: Mapping[str, Any], named: Mapping[str, Any]
) -> ReceivedArticle:
    """An article with what holds for all, without proposals for what is stated, and with its id.

    Args:
        article: as it was read.
        options: how articles are read.
        row: its cells or keys, for the pattern of the ids.
        named: its id, if it has one of its own.

    Raises:
        InputError: if the pattern has a field for which it has nothing.
    """
    accepted = article.proposed if options.accept_proposals else {}
    stated = {**accepted, **article.stated, **options.stated}
    proposed = {key: words for key, words in article.proposed.items() if key not in stated}
    if options.id is not None:
        try:
            name = options.id.make(article.source, article.row, stated, {**row, **named})
        except InvalidValueError as error:
            remedy = f"{error.remedy} --accept-proposals takes what its own lines say." if proposed else error.remedy
            raise InputError(error.message, file=article.source, line=article.line, remedy=remedy) from None
    elif "id" in named:
        name = str(named["id"])
    elif article.row is None:
        name = article.source.stem
    else:
        name = IdPattern(DEFAULT_ROW).make(article.source, article.row, stated, row)
    doubts = {key: doubt for key, doubt in article.doubts.items() if key not in stated and key not in proposed}
    ordered = {key: stated[key] for key in STATEMENTS if key in stated}
    return replace(article, id=name, stated=ordered, proposed=proposed, doubts=doubts)


def _scan_table(
    path: Path, options: ArticleOptions, found: list[TableColumns]
) -> Iterator[ReceivedArticle | LeftOut | InputError]:
    reading = tables.TableReading(delimiter=options.delimiter)
    try:
        sample = _sample(path, options.delimiter)
        if not sample:
            yield from (row for row in tables.scan(path, reading) if isinstance(row, InputError))
            return
        columns = choose_columns(path, sample, options.columns, options.language)
    except InputError as error:
        yield error
        return
    found.append(columns)
    any_column = options.id is not None  # its pattern may have any
    reading = replace(reading, columns=None if any_column else columns.top_level, lenient=any_column)
    for row in tables.scan(path, reading):
        if isinstance(row, InputError):
            yield row
            continue
        try:
            yield read_row(row, columns, options)
        except InputError as error:
            yield error


def read_row(row: TableRow, columns: TableColumns, options: ArticleOptions) -> ReceivedArticle | LeftOut:
    """The article of a row; left out if it has no text.

    Raises:
        InputError: for a text that is none, an id that is none, and annotation that would be lost.
    """
    path, text = columns.path, columns.cell(row.values, "text")
    name = columns.cell(row.values, "id")
    name = None if name == "" else name  # an empty cell of a CSV
    if text is None or (isinstance(text, str) and not text.strip()):
        return LeftOut(source=path, row=row.number, reason="it has no text", id=None if name is None else str(name))
    _require_text(text, columns, row)
    if name is not None and (problem := id_problem(name)):
        raise InputError(
            problem,
            file=path,
            line=row.line,
            remedy="--id names another column, or a pattern such as {stem}-{row:04}.",
        )
    if columns.columns["text"].how == "guessed" and (seen := annotation_in(row.values, columns.top_level)):
        as_annotation = "--format rows reads the file as annotation"
        raise InputError(
            f"under {seen[0]!r} is what looks like annotation: {seen[1]!r:.60}",
            file=path,
            line=row.line,
            remedy=f"--text {columns.columns['text'].name} reads the texts as articles, without it; "
            f"{as_annotation if path.suffix.lower() in JSON else 'annotation is read from JSON rows'}.",
        )
    read = {key: columns.cell(row.values, key) for key in STATEMENTS}
    stated, doubts = statements(read, options.language, options.order)
    if len(TAG.findall(text)) > 1:
        doubts["text"] = "the text holds the tags of HTML, which annotators would read"
    article = ReceivedArticle(
        id="",
        data=text.removeprefix("\ufeff").encode("utf-8"),
        source=path,
        row=row.number,
        line=row.line,
        stated=stated,
        doubts=doubts,
    )
    return _finished(article, options, row.values, {} if name is None else {"id": name})


def _require_text(text: object, columns: TableColumns, row: TableRow) -> None:
    if isinstance(text, str):
        if "\0" not in text:
            return
        what = f"NUL in the text, at code point {text.index(chr(0))}"
    else:
        what = f"{columns.columns['text'].name!r} is {text!r:.60}, no text"
        if isinstance(text, dict):
            keys = enumerate_names(map(repr, text), most=SHOWN)
            what = f"{columns.columns['text'].name!r} is an object, with {keys}"
    name = columns.columns["text"].name
    raise InputError(
        what, file=columns.path, line=row.line, remedy=f"--text names another column, or a path: {name}.body."
    )
