"""Which columns of a file hold the words and the tags: its layout, found in the whole file and never assumed.

The columns may be named: by `# global.columns` of CoNLL-U Plus, by the ten fields of CoNLL-U, or by a header row. Else
what stands in them decides. A column that counts the rows, numbers the sentences, repeats one value or holds parts of
speech is not the words. A column is one of tags if what stands in it is written as tags are (`conll_tags`); of several
such columns only those of chunks, and those that hold nothing but O before another one, are set aside. What stays
unclear is refused with the options that decide it: `--word-column` and `--tag-column`.

The two tag columns of GermEval 2014, which are named by nothing but its source lines, are read both: outer and nested
spans.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.conll_survey import (
    ENOUGH,
    MOST_VALUES,
    NEVER_TAGS,
    SENTENCE_NAMES,
    SHOWN,
    TAG_KEYS,
    TAG_NAMES,
    UD_FIELDS,
    WORD_NAMES,
    content_of,
    plain_name,
    survey,
)
from goldspan.formats.conll_table import read_blocks
from goldspan.formats.conll_tags import FILLERS, Notation, notation_of
from goldspan.formats.record import Note

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence
    from pathlib import Path

    from goldspan.formats.conll_survey import ColumnProfile, Survey
    from goldspan.formats.options import ReadOptions

CONLL2012_WIDTH, CONLL2012_WORD, CONLL2012_TAG = 12, 3, 10  # its fewest columns, and those of words and of names

Place = tuple[int, str | None]  # a column, and a key in it


class TagColumn(NamedTuple):
    """Where tags stand, and how they are written.

    Args:
        column: its number from 0.
        key: of a `key=value` in it; None if the cell is the tag.
        notation: of the tags.
        has_gaps: whether no value means O.
    """

    column: int
    key: str | None
    notation: Notation
    has_gaps: bool = False

    def written(self, cells: Sequence[str]) -> str | None:
        """The tag as written; None if there is none."""
        cell = cells[self.column]
        if self.key is None:
            return None if cell in ("_", "") and self.has_gaps else cell
        for item in cell.split("|"):
            key, equals, value = item.partition("=")
            if self.key == (key if equals else "") and (equals or item not in FILLERS):
                return value if equals else item
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of a file.

    Args:
        width: how many there are; None where sentences differ in it, as in CoNLL-2012.
        separator: what separates them in most rows.
        names: of the columns, in their order; empty if they have none.
        header: the line of the header row, if there is one.
        first: the line of the first row otherwise.
        word: the column of the words.
        language: with what each word begins that is no part of it, as `en:` in WikiANN.
        tags: where the tags stand; several for nested spans.
        index: the column that numbers the words of a sentence.
        sentence: the column that numbers the sentences, where no empty line separates them.
        space_after: a column that tells by `+` and `-` whether a space follows.
        misc: the column of `SpaceAfter=No`.
    """

    width: int | None
    separator: str
    names: tuple[str, ...] = ()
    header: int | None = None
    first: int | None = None
    word: int = 0
    language: str = ""
    tags: tuple[TagColumn, ...] = ()
    index: int | None = None
    sentence: int | None = None
    space_after: int | None = None
    misc: int | None = None

    @property
    def only_scheme(self) -> str | None:
        """The scheme of tags without prefixes, in which none can be malformed; None if they have some."""
        schemes = {tag.notation.only_scheme for tag in self.tags}
        return schemes.pop() if len(schemes) == 1 else None

    def notes(self, path: Path) -> list[Note]:
        """What had to be decided about the columns of a file."""
        if not self.language:
            return []
        message = f"every word begins with {self.language!r}, which is read as no part of it"
        return [Note("word-language", message, path)]


def read_layout(path: Path, options: ReadOptions) -> Layout:
    """The layout of a file.

    Raises:
        InputError: if the file cannot be read, or its columns are not plain.
    """
    wanted = frozenset(name for name in _chosen_names(options) if not re.fullmatch(r"-?\d+", name))
    return layout_of(survey(path, read_blocks(path), wanted), options)


def layout_of(found: Survey, options: ReadOptions) -> Layout:
    """The layout of a surveyed file.

    Raises:
        InputError: if its columns are not plain.
    """
    if found.broken_line is not None:
        raise InputError(
            "a carriage return inside the line",
            file=found.path,
            line=found.broken_line,
            remedy="End the lines by line feeds, alone or behind carriage returns.",
        )
    if not found.columns:
        return Layout(width=None, separator=" ", tags=(TagColumn(-1, None, Notation()),))
    try:
        return _layout(found, options)
    except InvalidValueError as error:
        raise InputError(error.message, file=found.path, remedy=error.remedy) from None


def _layout(found: Survey, options: ReadOptions) -> Layout:
    if found.names and len(found.names) != len(found.columns):
        raise InvalidValueError(
            f"{len(found.names)} columns are named, {', '.join(found.names)!r:.100}, but the rows have "
            f"{len(found.columns)}",
            remedy="Name each column, or remove the names.",
        )
    if found.is_conll2012 and len(found.columns) >= CONLL2012_WIDTH and not (options.word_column or options.tag_column):
        tag = TagColumn(CONLL2012_TAG, None, Notation(kind="bracket"))
        return Layout(width=None, separator=" ", word=CONLL2012_WORD, tags=(tag,))
    chosen = [_column(found, name) for name in _chosen_tags(options)]
    candidates = _candidates(found)
    tag_columns = {place[0] for place in chosen or _plain_tags(found, candidates)}
    word = _column(found, options.word_column)[0] if options.word_column else _word_column(found, tag_columns)
    if word < 0:
        word = _last_word_column(found, tag_columns, is_chosen=bool(chosen))
    places = chosen or _tag_columns(found, [place for place in candidates if place != (word, None)], word)
    tags = tuple(_tag_column(found, place, options.label, chosen=bool(chosen)) for place in places)
    used = {word, *(tag.column for tag in tags)}
    return Layout(
        width=None if found.is_conll2012 else len(found.columns),
        separator=found.separator,
        names=found.names,
        header=found.header,
        first=found.first,
        word=word,
        language=_language(found.columns[word]),
        tags=tags,
        index=next((n for n in _index_columns(found) if n not in used), None),
        sentence=_sentence_column(found, word, used),
        space_after=next((n for n, p in enumerate(found.columns) if n not in used and _is_plus_minus(p)), None),
        misc=next((n for n, p in enumerate(found.columns) if "No" in p.keys.get("SpaceAfter", ())), None),
    )


def _language(words: ColumnProfile) -> str:
    """The code of a language with which every word begins, unless a text shows that it belongs to them."""
    return (words.language or "") if words.count >= ENOUGH and not words.texts else ""


def _word_column(found: Survey, tag_columns: set[int]) -> int:
    """The column of the words: by its name, by the `# text` comments, or the first that looks like words; else -1.

    Raises:
        InvalidValueError: for a header that does not name it.
    """
    columns = found.columns
    if named := [n for n, name in enumerate(found.names) if plain_name(name) in WORD_NAMES]:
        return named[0]
    if found.header is not None and len(columns) > 2:
        raise InvalidValueError(
            f"the header {', '.join(found.names)!r} does not name the words", remedy="Name them with --word-column."
        )
    most = max((profile.texts for profile in columns), default=0)
    fitting = [n for n, p in enumerate(columns) if p.texts == most > 0]
    plausible = [
        n for n, p in enumerate(columns)
        if n not in tag_columns and not (p.is_filler or p.counts_rows or p.is_numeric or p.is_numbering
                                         or p.is_repeated or p.has_keys or p.is_pos)
    ]  # fmt: skip
    return next((choice[0] for choice in ([n for n in fitting if n in plausible], fitting, plausible) if choice), -1)


def _last_word_column(found: Survey, tag_columns: set[int], *, is_chosen: bool) -> int:
    """The column of the words where none looks like words: the only one that is left.

    Raises:
        InvalidValueError: if there are several, or none.
    """
    columns = found.columns
    left = [n for n, profile in enumerate(columns) if n not in tag_columns and not profile.counts_rows]
    left = [n for n in left if not columns[n].is_filler] or left
    if len(left) == 1 and (is_chosen or len(tag_columns) == 1):
        return left[0]
    if 0 not in {n for n, p in enumerate(columns) if p.counts_rows} and any(
        p.values.keys() == {"-X-"} for p in columns
    ):
        return 0  # the columns of CoNLL-2003
    if not tag_columns:
        raise _no_tags(found, -1)
    reason = (
        "there is no column of words: the only column beside the tags counts the rows"
        if not left and len(tag_columns) == 1
        else "the words cannot be told from the other columns"
    )
    raise InvalidValueError(reason, remedy="Name both: --word-column 1 --tag-column 2.")


def _plain_tags(found: Survey, candidates: Sequence[Place]) -> list[Place]:
    """The candidates that cannot be words: not those of labels without prefix, which look like a few words."""
    return [
        place for place in candidates if content_of(_values(found, place), found.columns[place[0]].count) != "labels"
    ]


def _tag_columns(found: Survey, candidates: Sequence[Place], word: int) -> list[Place]:
    """The one place of the tags among those that may be it; the two of GermEval."""
    if not candidates:
        raise _no_tags(found, word)
    kinds = {place: content_of(_values(found, place), found.columns[place[0]].count) for place in candidates}
    named = [p for p in candidates if p[1] is None and p[0] < len(found.names) and _is_tag_name(found, p[0])]
    if found.header is not None and len(named) == 1:
        return named
    if (
        found.has_sources
        and len(candidates) == 2
        and _index_columns(found)
        and {*kinds.values()} <= {"tags", "outside"}
    ):
        return list(candidates)
    if found.header is not None and (
        unread := [n for n in range(len(found.names)) if _is_unread(found, n, candidates)]
    ):
        raise _no_tags(found, word, unread)
    names = [place for place in candidates if kinds[place] not in {"outside", "chunks"}]
    outside = [place for place in candidates if kinds[place] == "outside"]
    chunks = [place for place in candidates if kinds[place] == "chunks"]
    if names:  # a column of nothing but O after them may be a prediction, one before them is no tag column
        is_sure = all(kinds[place] != "doubtful" for place in names)
        left = names + [place for place in outside if place > names[-1] or not is_sure]
    else:
        left = outside[-1:] if outside and (not chunks or outside[-1] > chunks[-1]) else chunks + outside
    if not names and len(left) == len(chunks) == 1 and not _is_last(found, left[0][0]):
        raise InvalidValueError(
            f"column {found.name(left[0][0])} holds phrases, {_examples(_values(found, left[0]))}, and no other tags",
            remedy="Name it with --tag-column if they are meant.",
        )
    if len(left) > 1:
        raise _several(found, left)
    return left


def _candidates(found: Survey) -> list[Place]:
    """The places where tags may stand: columns, and keys in columns."""
    places: list[Place] = []
    for number, profile in enumerate(found.columns):
        if number < len(found.names) and found.names[number] in NEVER_TAGS:
            continue
        if profile.has_keys or profile.keys.get(""):
            places += [
                (number, key)
                for key, values in profile.keys.items()
                if (kind := content_of(values, sum(values.values()))) in {"tags", "chunks"}
                or (key.casefold() in TAG_KEYS and kind in {"outside", "labels"})
            ]
        is_cell = not profile.has_keys and not profile.is_open and (number, "") not in places
        if is_cell and content_of(profile.values, profile.count):
            places.append((number, None))
    return places


def _tag_column(found: Survey, place: Place, label: str | None, *, chosen: bool) -> TagColumn:
    column, key = place
    profile, values = found.columns[column], _values(found, place)
    if profile.is_open and key is None:
        raise InvalidValueError(
            f"column {found.name(column)} has more than {MOST_VALUES:,} different values: it holds no tags",
            remedy="Name another one with --tag-column.",
        )
    has_gaps = (key is not None or found.is_conllu) and not values["O"]
    try:
        notation = notation_of(values, label=label, chosen=chosen or (key or "").casefold() in TAG_KEYS)
    except InvalidValueError as error:
        where = f"column {found.name(column)}" if key is None else f"{key or 'the last item'} of {found.name(column)}"
        raise InvalidValueError(f"{where}: {error.message}", remedy=error.remedy) from None
    return TagColumn(column, key, notation, has_gaps)


def _values(found: Survey, place: Place) -> Counter[str]:
    column, key = place
    return found.columns[column].values if key is None else found.columns[column].keys[key]


def _column(found: Survey, name: str) -> Place:
    """The place that a person named: a number from 1, from the end if negative, or a name, and a key after a colon."""
    head, _, key = name.partition(":")
    whole = [n for n, other in enumerate(found.names) if other.casefold() == name.casefold()]
    if whole:
        return whole[0], None
    width = len(found.columns)
    if re.fullmatch(r"-?\d+", head):
        number = int(head)
        if number and -width <= number <= width:
            column = number - 1 if number > 0 else width + number
            return _with_key(found, column, key)
        raise InvalidValueError(
            f"there is no column {head}: the rows have {width}",
            remedy="Columns are counted from 1, or from the end: -1.",
        )
    named = [n for n, other in enumerate(found.names) if other.casefold() == head.casefold()]
    if named:
        return _with_key(found, named[0], key)
    there = f"The columns are {', '.join(found.names)}." if found.names else "The columns have no names here."
    raise InvalidValueError(f"there is no column {name!r}", remedy=f"{there} Or give its number from 1.")


def _with_key(found: Survey, column: int, key: str) -> Place:
    if not key:
        return column, None
    keys = found.columns[column].keys
    for known in keys:
        if known.casefold() == key.casefold():
            return column, known
    there = ", ".join(sorted(filter(None, keys))[:10]) or "none"
    raise InvalidValueError(f"column {found.name(column)} has no {key!r}", remedy=f"Its keys are {there}.")


def _chosen_tags(options: ReadOptions) -> list[str]:
    return [name.strip() for name in (options.tag_column or "").split(",") if name.strip()]


def _chosen_names(options: ReadOptions) -> list[str]:
    return [name.partition(":")[0].casefold() for name in [options.word_column or "", *_chosen_tags(options)] if name]


def _several(found: Survey, places: Sequence[Place]) -> InvalidValueError:
    listed = "; ".join(f"{_shown(found, place)}: {_examples(_values(found, place))}" for place in places)
    with_spans = [place for place in places if _values(found, place).keys() != {"O"}]
    name = _shown(found, (with_spans or places)[-1])
    return InvalidValueError(
        f"several columns may hold the tags: {listed}",
        remedy=f"Choose with --tag-column, e.g. --tag-column {name}; name several, separated by commas, if they hold "
        "nested spans.",
    )


def _is_unread(found: Survey, column: int, candidates: Sequence[Place]) -> bool:
    """Whether the header calls a column one of tags, which it does not hold."""
    return column < len(found.columns) and _is_tag_name(found, column) and (column, None) not in candidates


def _is_last(found: Survey, column: int) -> bool:
    return all(profile.is_filler or _is_plus_minus(profile) for profile in found.columns[column + 1 :])


def _no_tags(found: Survey, word: int, among: Sequence[int] = ()) -> InvalidValueError:
    """The error for a file in which no column holds tags; it shows what the columns hold."""
    shown = among or [n for n, profile in enumerate(found.columns) if n != word and not profile.has_keys]
    if found.is_conllu and not among:
        shown = [n for n in shown if found.names[n] not in UD_FIELDS or found.names[n] == "MISC"]
    columns = [f"{found.name(n)}: {found.columns[n].example}" for n in shown]
    keyed = [n for n, profile in enumerate(found.columns) if profile.has_keys]
    columns += [f"{found.name(n)} has {', '.join(sorted(filter(None, found.columns[n].keys)))}" for n in keyed]
    example = f"{_shown(found, (keyed[-1], 'NE'))}" if keyed else "2"
    listed = "; ".join(columns)
    return InvalidValueError(
        f"no column of tags was found beside the words{f': {listed:.300}' if columns else ''}",
        remedy="A tag is O, or e.g. B-LABEL. If labels stand there without a prefix, name their column: "
        f"--tag-column {example}.",
    )


def _shown(found: Survey, place: Place) -> str:
    column, key = place
    name = found.names[column] if column < len(found.names) and found.names[column] else str(column + 1)
    return f"{name}:{key}" if key else name


def _examples(values: Counter[str]) -> str:
    return ", ".join([value for value in values if value not in FILLERS][:SHOWN])


def _is_tag_name(found: Survey, column: int) -> bool:
    return plain_name(found.names[column]) in TAG_NAMES


def _index_columns(found: Survey) -> list[int]:
    named = [n for n, name in enumerate(found.names) if name == "ID"]
    return named or [n for n, profile in enumerate(found.columns) if profile.counts_rows]


def _sentence_column(found: Survey, word: int, used: set[int]) -> int | None:
    if named := [n for n, name in enumerate(found.names) if plain_name(name) in SENTENCE_NAMES]:
        return named[0]
    return next(
        (
            n
            for n, p in enumerate(found.columns[:word])
            if n not in used and p.is_repeated and p.runs > 1 and _are_ids(p)
        ),
        None,
    )


def _are_ids(profile: ColumnProfile) -> bool:
    """Whether all that stands in a column has a digit, and does not count the rows."""
    return profile.steps < 0 and (profile.distinct is None or profile.have_digits)


def _is_plus_minus(profile: ColumnProfile) -> bool:
    return not profile.is_open and "+" in profile.values and profile.values.keys() <= {"+", "-"}
