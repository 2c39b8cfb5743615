"""Which column of a table is the text of the articles, and which are what the manifest states of them.

A column is named by an option, or guessed from its name in one of several languages and from what is in it. Two columns
that may both be the text are never chosen between: they are named, and the option that decides.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field, fields
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from goldspan.articles.dates import is_ambiguous, publication_date
from goldspan.corpus.manifest import STATEMENTS
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import row_keys
from goldspan.formats.annotation_shape import first_annotation
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from goldspan.articles.dates import DateOrder

LONG = 200  # characters of the median text of a column that may be the articles though its name does not say so
NAMED = 12  # columns in a message
LONGEST_NAME = 40  # characters of a column in a message
SURE_SHARE = 0.5  # of the values of a column that must be what its name says, addresses or dates
TWO_DAYS = "is one of two days, depending on which number is the month"
ADDRESS = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)

# Names in lower case without spaces, hyphens and underscores, in the order in which they count.
NAMES: Mapping[str, tuple[str, ...]] = {
    "text": (
        "text", "body", "content", "article", "articletext", "articlebody", "fulltext", "maintext",
        "bodytext", "story", "plaintext", "rawtext", "tekst", "artikel", "artikeltext", "artikeltekst",
        "inhoud", "inhalt", "volltext", "textkörper", "texte", "contenu", "corps", "corpsdutexte", "texto",
        "contenido", "cuerpo", "cuerpodelanoticia", "testo", "contenuto", "articolo", "conteúdo", "conteudo",
        "corpo", "brødtekst", "brødtext", "innehåll", "indhold", "innhold", "teksti", "sisältö", "treść",
        "tresc", "obsah", "szöveg", "tartalom", "metin", "içerik", "текст", "содержание", "стаття", "κείμενο",
        "النص", "نص", "المحتوى", "טקסט", "متن", "正文", "内容", "內容", "文本", "本文", "본문", "내용",
    ),
    "title": (
        "title", "headline", "heading", "header", "titel", "kop", "überschrift", "schlagzeile", "titre",
        "título", "titulo", "titular", "titolo", "manchete", "rubrik", "overskrift", "tittel", "otsikko",
        "tytuł", "tytul", "titulek", "nadpis", "cím", "başlık", "заголовок", "название", "τίτλος", "العنوان",
        "عنوان", "כותרת", "标题", "標題", "見出し", "タイトル", "제목",
    ),
    "url": (
        "url", "link", "href", "permalink", "weburl", "sourceurl", "articleurl", "canonicalurl", "canonical",
        "webadres", "webadresse", "lien", "enlace", "adresse", "indirizzo", "ссылка", "رابط", "链接", "網址",
        "링크",
    ),
    "published": (
        "published", "publishedat", "publicationdate", "publishdate", "datepublished", "pubdate", "date",
        "publishedon", "publishedtime", "publisheddate", "firstpublished", "created", "createdat", "datetime",
        "timestamp", "datum", "publicatiedatum", "gepubliceerd", "erscheinungsdatum", "veröffentlicht",
        "veröffentlichtam", "datepublication", "datedepublication", "fecha", "fechapublicacion",
        "fechadepublicación", "data", "datapubblicazione", "dato", "publiceringsdatum", "päivämäärä",
        "datapublikacji", "dátum", "tarih", "дата", "ημερομηνία", "التاريخ", "תאריך", "日期", "日付", "날짜",
    ),
    "publisher": (
        "publisher", "outlet", "source", "sitename", "site", "newspaper", "publication", "medium", "media",
        "sourcename", "website", "krant", "bron", "uitgever", "quelle", "zeitung", "verlag", "journal",
        "éditeur", "fuente", "periódico", "medio", "fonte", "testata", "jornal", "kilde", "avis", "källa",
        "tidning", "lähde", "źródło", "zdroj", "forrás", "kaynak", "источник", "издание", "πηγή", "المصدر",
        "来源", "來源", "出典", "출처", "언론사",
    ),
    "author": (
        "author", "authors", "byline", "creator", "writer", "journalist", "reporter", "auteur", "auteurs",
        "autor", "autoren", "autorin", "verfasser", "schrijver", "autora", "autores", "autore", "autori",
        "forfatter", "författare", "kirjoittaja", "szerző", "yazar", "автор", "συγγραφέας", "الكاتب", "כותב",
        "作者", "記者", "기자",
    ),
    "licence": (
        "licence", "license", "rights", "copyright", "lizenz", "licentie", "licencia", "licenza", "licença",
        "lisens", "rechte", "rechten", "droits", "derechos", "лицензия", "许可", "라이선스",
    ),
    "id": ("id", "articleid", "docid", "documentid", "uid", "uuid", "artikelid", "storyid", "newsid"),
}  # fmt: skip
MARKED = row_keys.ANNOTATION_ONLY | {"label", "labels"}  # where an empty list says that nothing was marked
OPTION_NAMES = ("text", *STATEMENTS, "id")
NO_TEXT_REMEDY = "Name it with --text COLUMN; a file that holds no articles is left out with --skip-invalid."
RAGGED = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True)
class ColumnNames:
    """The columns that were named; None for one to be guessed, and an empty name for none.

    A name with points leads into objects: `article.body`.

    Args:
        text: of the text.
        title: of the headline.
        url: of the address.
        published: of the date.
        publisher: of the outlet.
        author: of the byline.
        licence: of the licence.
        id: of the ids.
    """

    text: str | None = None
    title: str | None = None
    url: str | None = None
    published: str | None = None
    publisher: str | None = None
    author: str | None = None
    licence: str | None = None
    id: str | None = None

    @property
    def named(self) -> list[str]:
        """The options that were given."""
        return [entry.name for entry in fields(self) if getattr(self, entry.name) is not None]


@dataclass(frozen=True, slots=True)
class Column:
    """The column of a part of the articles.

    Args:
        name: of the column.
        how: whether it was named or guessed.
        others: columns that might have been chosen.
    """

    name: str
    how: Literal["named", "guessed"]
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableColumns:
    """What the columns of a table are.

    Args:
        path: the file.
        columns: by what they are: `text`, a key of the manifest, `id`.
        left_out: the names of the columns that are nothing of this.
    """

    path: Path
    columns: Mapping[str, Column] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    def cell(self, row: Mapping[str, Any], part: str) -> Any:  # noqa: ANN401  (a cell is any)
        """The value of a part in a row; None if the table has no column for it, or the row no value."""
        column = self.columns.get(part)
        return None if column is None else cell(row, column.name)

    @property
    def top_level(self) -> frozenset[str]:
        """The columns of the file that are read: of a path into an object, its first name and the whole path."""
        names = [column.name for column in self.columns.values()]
        return frozenset(names) | {name.split(".")[0] for name in names}


def cell(row: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401  (a cell is any)
    """The value of a column: of its name, else of the path that its name is, with points between the parts."""
    if name in row:
        return row[name]
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def choose_columns(
    path: Path, sample: Sequence[Mapping[str, Any]], names: ColumnNames, language: str = "en"
) -> TableColumns:
    """The columns of a table, those named and those guessed.

    Args:
        path: the file.
        sample: its first rows.
        names: the columns that were named.
        language: of the texts, for dates.

    Raises:
        InputError: for a column that is not there; if none can be the text, or two.
    """
    present = list(dict.fromkeys(key for row in sample for key in row))
    found: dict[str, Column] = {}
    for part in OPTION_NAMES:
        name = getattr(names, part)
        if name:
            _require_column(path, sample, present, name, part)
            found[part] = Column(name, "named")
    if "text" not in found:
        found["text"] = _guess_text(path, sample, present, {column.name for column in found.values()})
    for part in OPTION_NAMES:
        taken = {column.name for column in found.values()}
        if part not in found and getattr(names, part) is None:
            free = [name for name in _of_usual_names(part, present) if name not in taken]
            fitting = [name for name in free if name == "id" or _fits(part, _values(sample, name), language)]
            if fitting:
                found[part] = Column(fitting[0], "guessed", tuple(fitting[1:]))
    used = {column.name for column in found.values()} | {column.name.split(".")[0] for column in found.values()}
    return TableColumns(path, found, tuple(name for name in present if name not in used))


def statements(
    read: Mapping[str, Any], language: str = "en", order: DateOrder | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """What the manifest can state, of values as they are in a row, a front matter or a page; and what it cannot.

    Args:
        read: by the key of the manifest.
        language: of the texts, for dates.
        order: of the numbers in dates.

    Returns:
        The statements, and a sentence for each value that is none, both by the key of the manifest.
    """
    stated: dict[str, str] = {}
    refused: dict[str, str] = {}
    for key in STATEMENTS:
        value = read.get(key)
        words = one_line(value)
        if not words:
            continue
        if key == "published":
            day = publication_date(value if isinstance(value, int) else words, language, order)
            if day is None:
                why = TWO_DAYS if is_ambiguous(words) else "is no date of one day"
                refused[key] = f"{words[:LONGEST_NAME]!r} {why}"
                continue
            words = day
        if key == "url" and not ADDRESS.fullmatch(words):
            refused[key] = f"{words[:LONGEST_NAME]!r} is no address"
            continue
        stated[key] = words
    return stated, refused


def usual_statements(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a mapping whose keys are usual names of what the manifest states, by the key of the manifest."""
    names = list(mapping)
    found = {key: _of_usual_names(key, names) for key in STATEMENTS}
    return {key: mapping[keys[0]] for key, keys in found.items() if keys}


def one_line(value: object) -> str:
    """A value as one line of a manifest: of a list the items, of an object its name; empty for nothing."""
    items = value if isinstance(value, list) else [value]
    return ", ".join(dict.fromkeys(words for item in items if (words := _one_item(item))))


def _one_item(value: object) -> str:
    if isinstance(value, dict):
        value = next((value[key] for key in ("name", "title", "@value", "value", "url") if value.get(key)), "")
    if isinstance(value, (str, int, float, dt.date)) and not isinstance(value, bool):
        return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return ""


def annotation_in(row: Mapping[str, Any], used: Iterable[str] = ()) -> tuple[str, object] | None:
    """The first column of a row that holds what looks like annotation, with what it holds; None if none does."""
    from goldspan.formats.row_spans import LabelHelp, find_spans

    skipped = set(used)
    rest = {key: value for key, value in row.items() if key not in skipped}
    try:
        found = find_spans(rest, None, LabelHelp("?"))
        if found.key in MARKED or found.spans:
            return str(found.key), row[str(found.key)]
    except InvalidValueError:
        pass
    for key, value in rest.items():
        seen = first_annotation(_decoded(value))
        if seen is not None:
            return key, seen
    return None


def _decoded(value: object) -> object:
    """A value, or what a cell holds that is JSON as a text."""
    if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
        from goldspan import strict_json

        try:
            return strict_json.loads(value)
        except strict_json.JSONError:
            return value
    return value


def _guess_text(path: Path, sample: Sequence[Mapping[str, Any]], present: Sequence[str], taken: set[str]) -> Column:
    free = [name for name in present if name not in taken and _texts(sample, name)]
    named = [name for name in _of_usual_names("text", free) if not _is_short_beside(name, free, sample)]
    candidates = named or [name for name in free if _is_long(sample, name)]
    if len(candidates) == 1:
        return Column(candidates[0], "guessed")
    shown = _shown(present)
    if candidates:
        raise InputError(
            f"the text may be in {enumerate_names(map(_quoted, candidates))}",
            file=path,
            remedy=f"Name its column: --text {candidates[0]}.",
        )
    inside = _paths_inside(sample)
    if inside:
        raise InputError(
            f"no column is the text; it may be inside {_quoted(inside[0].split('.')[0])}",
            file=path,
            remedy=f"Name the path to it: --text {inside[0]}.",
        )
    if empty := [name for name in _of_usual_names("text", present) if name not in taken]:
        others = [name for name in present if name != empty[0]]
        remedy = f"--text names another of {_shown(others)}." if others else "Write its values as strings."
        raise InputError(f"the column {_quoted(empty[0])} holds no texts", file=path, remedy=remedy)
    raise InputError(f"no column is the text: there are {shown}", file=path, remedy=NO_TEXT_REMEDY)


def _is_short_beside(name: str, free: Sequence[str], sample: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a column of short values has the name of a text, such as the number of an article, beside a long one."""
    return not _is_long(sample, name) and any(_is_long(sample, n) for n in _of_usual_names("text", free) if n != name)


def _is_long(sample: Sequence[Mapping[str, Any]], name: str) -> bool:
    texts = _texts(sample, name)
    return bool(texts) and median(map(len, texts)) >= LONG and not all(map(ADDRESS.fullmatch, texts))


def _texts(sample: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    """The texts of a column; none if most of its values are something else."""
    values = _values(sample, name)
    texts = [value for value in values if isinstance(value, str)]
    return texts if 2 * len(texts) >= len(values) else []


def _values(sample: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    values = (cell(row, name) for row in sample)
    return [value for value in values if value is not None and value != "" and not str(value).isspace()]


def _fits(part: str, values: Sequence[Any], language: str) -> bool:
    """Whether the values of a column are what its name says."""
    if not values:
        return False
    if part == "id":
        counted = Counter(map(str, values))
        return all(type(value) in (str, int) for value in values) and max(counted.values()) == 1
    if part == "url":
        return sum(bool(ADDRESS.fullmatch(one_line(value))) for value in values) >= SURE_SHARE * len(values)
    if part == "published":
        days = [publication_date(value, language) or is_ambiguous(value) for value in values]
        return sum(map(bool, days)) >= SURE_SHARE * len(values)
    if part == "publisher":
        return not all(ADDRESS.fullmatch(one_line(value)) for value in values)
    return True


def _of_usual_names(part: str, present: Sequence[str]) -> list[str]:
    """The columns with a usual name of a part, in the order of the names."""
    folded = {name: RAGGED.sub("", name.casefold()) for name in present}
    return [name for usual in NAMES[part] for name in present if folded[name] == usual]


def _paths_inside(sample: Sequence[Mapping[str, Any]]) -> list[str]:
    """The paths to texts with a usual name in the objects of the first rows."""
    found: dict[str, None] = {}
    level: list[tuple[str, Any]] = [("", row) for row in sample]
    for _ in range(4):
        inner = [(f"{at}{key}.", value) for at, part in level for key, value in part.items() if isinstance(value, dict)]
        for at, part in inner:
            for name in _of_usual_names("text", [key for key, value in part.items() if isinstance(value, str)]):
                found[f"{at}{name}"] = None
        level = inner
    return list(found)


def _require_column(
    path: Path, sample: Sequence[Mapping[str, Any]], present: Sequence[str], name: str, part: str
) -> None:
    if name in present or any(cell(row, name) is not None for row in sample):
        return
    raise InputError(
        f"there is no column {_quoted(name)} for --{part}",
        file=path,
        remedy=f"Its columns are {_shown(present)}.",
    )


def _shown(names: Sequence[str]) -> str:
    return enumerate_names(map(_quoted, names), most=NAMED, empty="none")


def _quoted(name: str) -> str:
    return repr(name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…")
