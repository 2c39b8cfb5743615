"""The last look at a release: whether words of a text that may not travel stand in any of its files.

Searched are runs of eight words that a text has: in every file of text, in every column of strings of every table, in
what the schemas of tables state. A word has a letter; of the scripts that put no spaces between words, two characters
count as one word. Spacing, punctuation, numbers between words, case make no difference.

What the manifest states of articles (titles, publishers, addresses) is no leak, and neither is what stands in a text
that may travel. The time grows with the length of the texts and of the release.
"""

from __future__ import annotations

import html
import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import yaml

from goldspan import files, strict_json
from goldspan.errors import InputError
from goldspan.standoff.text_tokens import ALONE, tokenize_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa
    import regex

    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry

WORDS = 8  # of a run
WEIGHT = 2  # of a word; a character of a script without spaces has half of it
STATED = ("id", "file", "title", "publisher", "author", "url", "published", "licence")  # of the manifest
MARKUP = re.compile(  # tags, targets of links
    r"</?[A-Za-z][^<>]*>|(?<=\])\([^()\s]*(?:\s[^()]*)?\)|(?<=\])\[[^\[\]]*\]"
)
BLOCK = re.compile(r"</?(?:br|hr|p|div|h[1-6]|li|[uod]l|d[dt]|t[rdh]|table|blockquote|pre|summary)\b", re.IGNORECASE)
PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
ROWS = 500  # of a table that are read at once
TABLE = ".parquet"
REMEDY = (
    "Take the words out of what the file is made of (corpus/README.md, labels.toml, goldspan.toml, reasons), or state "
    '"redistribution": "text" of the article in corpus/manifest.jsonl, if whoever has the rights allows it.'
)


class TextLeak(NamedTuple):
    """Words of a text that may not travel, in a file of a release.

    Args:
        file: its path in the folder.
        place: the line, the row and column, or the key.
        article: the id of the article.
        word: the number of the first word in the article, from 1.
    """

    file: str
    place: str
    article: str
    word: int


class WordRun(NamedTuple):
    """A run of words in a text.

    Args:
        key: equal for runs of the same words, but for a chance of one in 2**64.
        word: the number of its first word in the text, from 1.
        start: where it begins, in code points.
    """

    key: int
    word: int
    start: int


def require_no_leaks(corpus: Corpus, folder: Path) -> None:
    """Refuse a release that holds words of a text that may not travel.

    Args:
        corpus: the project; the texts of all its articles are read.
        folder: of the release.

    Raises:
        InputError: for the first place, naming file, line or row, article and words, and how many more there are.
    """
    withheld = {entry.id: corpus.source(entry) for entry in corpus.entries if not entry.may_travel}
    if not withheld:
        return
    leaks = find_leaks(folder, withheld, allowed_texts(corpus, corpus.entries))
    if (first := next(leaks, None)) is None:
        return
    more = sum(1 for _ in leaks)
    others = f"; there are {more:,} more such places" if more else ""
    raise InputError(
        f"{first.place}: holds {WORDS} or more words of the text of {first.article!r}, from its word {first.word:,} "
        f"on, which may not travel{others}",
        file=first.file,
        remedy=REMEDY,
    )


def allowed_texts(corpus: Corpus, entries: Iterable[ManifestEntry]) -> Iterator[str]:
    """What may stand in a release whatever articles hold: statements of the manifest, texts that may travel."""
    for entry in entries:
        yield from (value for name in STATED if (value := getattr(entry, name)))
        if entry.may_travel:
            yield corpus.source(entry)


def find_leaks(folder: Path, withheld: Mapping[str, str], allowed: Iterable[str] = ()) -> Iterator[TextLeak]:
    """The places of a folder that hold words of texts which may not travel: one for each line, key or value.

    Args:
        folder: of the release.
        withheld: the texts that may not travel, by article.
        allowed: texts whose runs of words are no leak.
    """
    known: dict[int, tuple[str, int]] = {}
    for article, text in withheld.items():
        for run in word_runs(text):
            known.setdefault(run.key, (article, run.word))
    for text in allowed:
        for run in word_runs(text):
            known.pop(run.key, None)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        places = _places_of_table(path) if path.suffix == TABLE else _places_of_text(path)
        seen: set[str] = set()
        for place, run in places:
            if run.key in known and place not in seen:
                seen.add(place)
                yield TextLeak(name, place, *known[run.key])


def word_runs(text: str) -> Iterator[WordRun]:
    """The shortest run of `WORDS` words from each word of a text on; none for a text with fewer words."""
    words: list[tuple[str, int, int]] = []  # key, weight, start
    for token in tokenize_text(text):
        key = token.key.casefold()
        if any(map(str.isalnum, key)):
            words.append((key, _weight(key), token.start))
    keys = [key for key, _, _ in words]
    end = weight = 0
    for begin, (_, own, start) in enumerate(words):
        while weight < WORDS * WEIGHT and end < len(words):
            weight += words[end][1]
            end += 1
        if weight < WORDS * WEIGHT:
            return
        if own:  # a run begins with a word, not with a number
            yield WordRun(hash(tuple(keys[begin:end])), begin + 1, start)
        weight -= own


def _weight(key: str) -> int:
    """How much a token counts: a number nothing, a character of a script without spaces half a word."""
    if not any(map(str.isalpha, key)):
        return 0
    return 1 if _alone().match(key) else WEIGHT


@cache
def _alone() -> regex.Pattern[str]:
    import regex

    return regex.compile(f"[{ALONE}]", regex.V1)


def _places_of_text(path: Path) -> Iterator[tuple[str, WordRun]]:
    """The runs of a file of text, each with its place: as it is written, and as its values are read."""
    data = files.read_bytes(path)
    text = files.decode(data, path) if data.strip() else ""
    shown = html.unescape(text.replace("\\", "")) if path.suffix == ".md" else text
    for reading in _readings(shown):
        line, before = 1, 0
        for run in word_runs(reading):
            line += reading.count("\n", before, run.start)
            before = run.start
            yield f"line {line}", run
    for place, value in _values(path, text):
        for reading in _readings(html.unescape(value)):
            yield from ((place, run) for run in word_runs(reading))


def _readings(text: str) -> Iterator[str]:
    """A text as it is written, as a browser shows it, and as an address means it; all with the same lines.

    What a reader does not see stands between words: tags, and the targets of links.
    """
    yield text
    shown = MARKUP.sub(_gap, text)
    if shown != text:
        yield shown
    if PERCENT.search(text):
        yield PERCENT.sub(lambda escapes: unquote(escapes[0]).replace("\n", " "), text)


def _gap(mark: re.Match[str]) -> str:
    """What is seen of a mark: nothing, or a gap; its ends of lines stay."""
    return "\n" * mark[0].count("\n") or " " * bool(mark[0][0] != "<" or BLOCK.match(mark[0]))


def _values(path: Path, text: str) -> Iterator[tuple[str, str]]:
    """The strings of a JSON or YAML file, or of the header of a card, each with its keys: there all is unescaped."""
    if path.suffix == ".json":
        yield from _strings(strict_json.loads(text), "")
    elif path.suffix == ".cff":
        yield from _strings(yaml.safe_load(text), "")
    elif text.startswith("---\n") and path.suffix == ".md":
        yield from _strings(yaml.safe_load(text[4:].partition("\n---\n")[0]), "header ")


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401  (JSON is any)
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield f"{place} key", str(key)
            yield from _strings(inner, f"{place}.{key}".removeprefix("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _strings(inner, f"{place}[{number}]")


def _places_of_table(path: Path) -> Iterator[tuple[str, WordRun]]:
    """The runs of the strings of a table, each with its row and column, and of what its schema states."""
    import pyarrow.parquet as pq

    with files.opened(path) as stream:
        table = pq.ParquetFile(stream, pre_buffer=False)
        metadata = (
            part.decode("utf-8", "replace") for pair in (table.schema_arrow.metadata or {}).items() for part in pair
        )
        for text in chain(metadata, table.schema_arrow.names):
            yield from (("schema", run) for run in word_runs(text))
        before = 0
        for batch in table.iter_batches(ROWS):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                for number, value in _cells(column):
                    yield from ((f"row {before + number}, column {name}", run) for run in word_runs(value))
            before += batch.num_rows


def _cells(column: pa.Array) -> Iterator[tuple[int, str]]:
    """The texts of a column, each with its row, from 1."""
    if not _has_strings(column.type):
        return
    for number, value in enumerate(column.to_pylist(), 1):
        for text in _joined(value):
            yield number, text


def _has_strings(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_nested(kind):
        return any(_has_strings(kind.field(number).type) for number in range(kind.num_fields))
    return not pa.types.is_primitive(kind)


def _joined(value: Any) -> Iterator[str]:  # noqa: ANN401  (a value of a table is any)
    """The texts of a value; the strings of a list, such as tokens, are one text."""
    if isinstance(value, (str, bytes)):
        yield value if isinstance(value, str) else value.decode("utf-8", "replace")
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _joined(inner)
    elif isinstance(value, (list, tuple)) and any(isinstance(one, (dict, list, tuple)) for one in value):
        for inner in value:
            yield from _joined(inner)
    elif isinstance(value, (list, tuple)):
        yield " ".join(text for one in value for text in _joined(one))
