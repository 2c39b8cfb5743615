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
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.conll_table import BEGIN_DOCUMENT, COLUMN_NAMES, NOTE, Block, Row, read_blocks, split_row
from goldspan.formats.conll_tags import (
    FILLERS,
    MISTYPED,
    MOST_LABELS,
    NOT_OUTSIDE,
    PREFIXED,
    SUFFIXED,
    Notation,
    is_bracketed,
    is_chunk,
    notation_of,
)
from goldspan.iob import PREFIXES, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from goldspan.formats.options import ReadOptions

UD_FIELDS = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
NEVER_TAGS = frozenset({"ID", "FORM", "LEMMA", "HEAD", "UPOS"})
WORD_NAMES = frozenset({"word", "words", "token", "tokens", "form", "text", "surface", "wordform", "word_form", "term"})
TAG_NAMES = frozenset(
    {"tag", "tags", "ner", "ner_tag", "ner_tags", "nertag", "ne", "ne_tag", "label", "labels", "iob", "iob1", "iob2",
     "bio", "bioes", "bilou", "iob_tag", "bio_tag", "entity", "entities", "entity_tag", "named_entity", "gold", "pred",
     "predicted", "prediction", "true"}
)  # fmt: skip
SENTENCE_NAMES = frozenset(
    {"sentence", "sentence_#", "sentence_id", "sentence_idx", "sentence_index", "sentence_number", "sentence_no",
     "sent", "sent_id", "sent_idx", "sent_no", "sentid"}
)  # fmt: skip
TAG_KEYS = frozenset({"ne", "ner", "name", "nertag", "ner_tag", "entity", "namedentity", "named_entity", "nerc"})
POS = frozenset(
    "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X CC CD DT EX FW IN JJ JJR JJS LS MD "
    "NN NNS NNP NNPS PDT POS PRP PRP$ RB RBR RBS RP TO UH VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB HYPH NFP ADD GW AFX "
    "-LRB- -RRB- . , : '' `` $ # ADJA ADJD APPR APPRART APPO APZR ART CARD ITJ KOUI KOUS KON KOKOM NE PDS PDAT PIS "
    "PIAT PIDAT PPER PPOSS PPOSAT PRELS PRELAT PRF PWS PWAT PWAV PAV PTKZU PTKNEG PTKVZ PTKANT PTKA TRUNC VVFIN VVIMP "
    "VVINF VVIZU VVPP VAFIN VAIMP VAINF VAPP VMFIN VMINF VMPP XY $. $, $( O".split()
)
NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?%?")
ID = re.compile(r"(?P<first>\d+)(?:(?P<range>-\d+)|(?P<empty>\.\d+))?")
MOST_VALUES = 2_000  # different values of a column that are counted; more are words
BUFFERED = 2_000  # rows by which the number of columns is found
TEXTS = 50  # `# text` comments that are held against the columns
SHOWN = 4  # values of a column in a message
TWELVE, NE_COLUMN = 12, 10  # the fewest columns of CoNLL-2012, and the number of its column of names
ENOUGH = 4  # rows from which on a column of runs is one of sentence numbers
HALF = 0.5
EVEN = 4  # rows that are alike to each that is not, where labels have no prefix
FEW_LABELS = 8
REMEDY = "Name the columns by their numbers from 1: --word-column 1 --tag-column 2."


@dataclass(slots=True)
class ColumnProfile:
    """What stands in a column.

    Args:
        values: how often each value does; empty once there are more than `MOST_VALUES`.
        is_open: whether there are more.
        count: of rows.
        numbers: how many of the values are numbers.
        steps: how often a value is the one before it, plus one; -1 once the column does not count rows.
        runs: how often a value differs from the one before it.
        distinct: the values, while each stands in one run of rows; None once one comes back.
        keys: the values of each `key=value`, and under the empty key those without a key.
        texts: of how many `# text` comments the words stand in it.
    """

    values: Counter[str] = field(default_factory=Counter)
    is_open: bool = False
    count: int = 0
    numbers: int = 0
    steps: int = 0
    runs: int = 0
    distinct: set[str] | None = field(default_factory=set)
    keys: dict[str, Counter[str]] = field(default_factory=dict)
    texts: int = 0
    _last: str | None = None
    _id: int | None = None

    def add(self, value: str, *, begins_block: bool) -> None:
        """Count a value."""
        self.count += 1
        if not self.is_open:
            self.values[value] += 1
            if len(self.values) > MOST_VALUES:
                self.is_open = True
                self.values.clear()
        self.numbers += NUMBER.fullmatch(value) is not None
        self._step(value, begins_block=begins_block)
        if value != self._last:
            self.runs += 1
            if self.distinct is not None and value in self.distinct:
                self.distinct = None
            elif self.distinct is not None:
                self.distinct.add(value)
        self._last = value
        if "=" in value or self.keys:
            self._add_items(value)

    def _step(self, value: str, *, begins_block: bool) -> None:
        if self.steps < 0:
            return
        match = ID.fullmatch(value)
        number = int(match["first"]) if match and len(value) < 20 else None
        if match and match["empty"]:
            return
        follows = self._id is not None and number == self._id + 1
        if number is None or not (follows or (begins_block and number in (0, 1))):
            self.steps = -1
            return
        self.steps += follows
        self._id = number - 1 if match and match["range"] else number

    def _add_items(self, value: str) -> None:
        if not self.keys and not self.is_open:
            self.keys[""] = self.values - Counter((value,))
        for item in value.split("|"):
            key, equals, rest = item.partition("=")
            of_key = self.keys.setdefault(key if equals else "", Counter())
            if len(of_key) <= MOST_VALUES:
                of_key[rest if equals else item] += 1

    @property
    def is_filler(self) -> bool:
        """Whether one value that says nothing fills it."""
        return not self.is_open and len(self.values.keys() - FILLERS) == 0

    @property
    def counts_rows(self) -> bool:
        """Whether it numbers the rows."""
        return self.steps > 0

    @property
    def is_numeric(self) -> bool:
        """Whether all that stands in it are numbers."""
        return 0 < self.numbers == self.count

    @property
    def is_repeated(self) -> bool:
        """Whether its values stand in runs of rows, as the number of a sentence does."""
        return self.distinct is not None and self.count >= ENOUGH and 2 * self.runs <= self.count

    @property
    def is_pos(self) -> bool:
        """Whether it holds parts of speech alone."""
        return not self.is_open and self.values.keys() <= POS

    @property
    def has_keys(self) -> bool:
        """Whether it is written `key=value|key=value`."""
        bare = self.keys.get("", Counter())
        return any(self.keys) and sum(bare.values()) - sum(bare[f] for f in FILLERS) <= self.count / 2

    @property
    def example(self) -> str:
        """Some of what stands in it."""
        return ", ".join(repr(value)[:20] for value in list(self.values)[:SHOWN]) or "more than a few different values"


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
        word: the column of the words.
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
    word: int = 0
    tags: tuple[TagColumn, ...] = ()
    index: int | None = None
    sentence: int | None = None
    space_after: int | None = None
    misc: int | None = None


@dataclass
class Survey:
    """What a file of columns looks like as a whole.

    Args:
        path: the file.
        columns: a profile of each column, of the rows that have all.
        rows: how many rows have them.
        other_rows: how many have more or fewer.
        separators: how many rows each separator has.
        names: of the columns, as stated.
        header: the line of the header row, if there is one.
        is_conll2012: whether `#begin document` stands in it.
        has_sources: whether lines `#`, tab, source, tab, date stand in it, as in GermEval 2014.
    """

    path: Path
    columns: list[ColumnProfile] = field(default_factory=list)
    rows: int = 0
    other_rows: int = 0
    separators: Counter[str] = field(default_factory=Counter)
    names: tuple[str, ...] = ()
    header: int | None = None
    is_conll2012: bool = False
    has_sources: bool = False

    @property
    def separator(self) -> str:
        """What separates the columns of most rows."""
        return self.separators.most_common(1)[0][0] if self.separators else " "

    @property
    def is_conllu(self) -> bool:
        """Whether its columns are named as those of CoNLL-U or CoNLL-U Plus."""
        return bool(self.names) and self.header is None

    def name(self, column: int) -> str:
        """A column in words."""
        return f"{column + 1} ({self.names[column]})" if column < len(self.names) else str(column + 1)


def survey(path: Path, blocks: Iterable[Block], wanted: frozenset[str] = frozenset()) -> Survey:
    """What a file looks like.

    Args:
        path: the file.
        blocks: its blocks, or the first ones.
        wanted: the names of columns that a person named, by which a header row is known.
    """
    found = Survey(path)
    stream = _observed(blocks, found)
    buffer: list[tuple[Block, list[Row]]] = []
    buffered = 0
    for block, rows in stream:
        buffer.append((block, rows))
        buffered += len(rows)
        if buffered >= BUFFERED:
            break
    if not buffered:
        buffer = [(block, _hash_words(block)) for block, _ in buffer]
        found.separators.update(row.separator for _, rows in buffer for row in rows)
    _find_header(found, buffer, wanted)
    width = _width([row for _, rows in buffer for row in rows])
    found.columns = [ColumnProfile() for _ in range(width)]
    if not found.names and width == len(UD_FIELDS) and found.separator == "\t" and _has_ids(buffer):
        found.names = UD_FIELDS
    texts = 0
    for block, rows in chain(buffer, stream):
        whole = [cells for row in rows if (cells := fit(row, width)) is not None]
        found.rows += len(whole)
        found.other_rows += len(rows) - len(whole)
        for number, cells in enumerate(whole):
            for profile, cell in zip(found.columns, cells, strict=True):
                profile.add(cell, begins_block=number == 0)
        if texts < TEXTS and len(whole) == len(rows) and (text := _stated_text(block)):
            texts += 1
            _hold_against(text, whole, found.columns)
    return found


def fit(row: Row, width: int | None) -> list[str] | None:
    """The cells of a row, empty ones beyond the width left out; None if it has more or fewer."""
    cells = row.cells
    if width is None or len(cells) == width:
        return cells
    if len(cells) > width and not any(cells[width:]):
        return cells[:width]
    return None


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
    if not found.columns:
        return Layout(width=None, separator=" ", tags=(TagColumn(-1, None, Notation()),))
    try:
        return _layout(found, options)
    except InvalidValueError as error:
        raise InputError(error.message, file=found.path, remedy=error.remedy) from None


def is_table(found: Survey, *, is_expected: bool = False) -> bool:
    """Whether a file is plainly one of words and tags: most of its rows are alike, and a column of them holds tags.

    Args:
        found: what the file looks like.
        is_expected: whether something else tells that it is one, so that a column of nothing but O is enough.
    """
    if found.is_conll2012:
        return True
    if found.rows <= found.other_rows or len(found.columns) < 2:
        return False
    is_expected = is_expected or found.separator == "\t"
    is_even = found.rows > EVEN * found.other_rows
    for profile in found.columns:
        for values in (profile.values, *profile.keys.values()):
            kind = _kind(values, profile.count)
            if (
                kind in {"tags", "bare", "chunks"}
                or (kind == "outside" and values["O"] == found.rows and (is_expected or found.rows >= ENOUGH))
                or (kind == "labels" and is_even and values["O"] > HALF * found.rows)
            ):
                return True
    return False


def _layout(found: Survey, options: ReadOptions) -> Layout:
    if found.is_conll2012 and len(found.columns) >= TWELVE and not (options.word_column or options.tag_column):
        tag = TagColumn(NE_COLUMN, None, Notation(kind="bracket"))
        return Layout(width=None, separator=" ", word=3, tags=(tag,))
    chosen = [_column(found, name) for name in _chosen_tags(options)]
    candidates = _candidates(found)
    word = (
        _column(found, options.word_column)[0]
        if options.word_column
        else _word_column(found, {place[0] for place in chosen or _plain_tags(found, candidates)})
    )
    places = chosen or _tag_columns(found, [place for place in candidates if place != (word, None)], word)
    tags = tuple(_tag_column(found, place, options.label, chosen=bool(chosen)) for place in places)
    used = {word, *(tag.column for tag in tags)}
    return Layout(
        width=None if found.is_conll2012 else len(found.columns),
        separator=found.separator,
        names=found.names,
        header=found.header,
        word=word,
        tags=tags,
        index=next((n for n in _index_columns(found) if n not in used), None),
        sentence=_sentence_column(found, word, used),
        space_after=next((n for n, p in enumerate(found.columns) if n not in used and _is_plus_minus(p)), None),
        misc=next((n for n, p in enumerate(found.columns) if "No" in p.keys.get("SpaceAfter", ())), None),
    )


def _word_column(found: Survey, tag_columns: set[int]) -> int:
    columns = found.columns
    if named := [n for n, name in enumerate(found.names) if _plain(name) in WORD_NAMES]:
        return named[0]
    if found.header is not None and len(columns) > 2:
        raise InvalidValueError(
            f"the header {', '.join(found.names)!r} does not name the words", remedy="Name them with --word-column."
        )
    most = max((profile.texts for profile in columns), default=0)
    fitting = [n for n, p in enumerate(columns) if p.texts == most > 0]
    plausible = [
        n for n, p in enumerate(columns)
        if n not in tag_columns and not (p.is_filler or p.counts_rows or p.is_numeric or p.is_repeated or p.has_keys
                                         or p.is_pos)
    ]  # fmt: skip
    for choice in (
        [n for n in fitting if n in plausible],
        fitting,
        plausible,
        [
            n
            for n, p in enumerate(columns)
            if n not in tag_columns and not p.counts_rows and (n == 0 or not p.is_filler)
        ],
        [n for n in range(len(columns)) if not columns[n].counts_rows and len(tag_columns) != 1],
    ):
        if choice:
            return choice[0]
    raise InvalidValueError(
        "there is no column of words: the only column beside the tags counts the rows",
        remedy="Name the words by --word-column if numbers are meant.",
    )


def _plain_tags(found: Survey, candidates: Sequence[Place]) -> list[Place]:
    """The candidates that cannot be words: all but those of labels without prefix, which look like a few words."""
    return [place for place in candidates if _kind(_values(found, place), found.columns[place[0]].count) != "labels"]


def _tag_columns(found: Survey, candidates: Sequence[Place], word: int) -> list[Place]:
    """The one place of the tags among those that may be it; the two of GermEval."""
    if not candidates:
        raise _no_tags(found, word)
    kinds = {place: _kind(_values(found, place), found.columns[place[0]].count) for place in candidates}
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
    names = [place for place in candidates if kinds[place] in {"tags", "bare", "labels"}]
    outside = [place for place in candidates if kinds[place] == "outside"]
    chunks = [place for place in candidates if kinds[place] == "chunks"]
    if names:  # a column of nothing but O after them may be a prediction, one before them is no tag column
        left = names + [place for place in outside if place > names[-1]]
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
                if (kind := _kind(values, sum(values.values()))) in {"tags", "chunks"}
                or (key.casefold() in TAG_KEYS and kind in {"outside", "labels"})
            ]
        if not profile.has_keys and not profile.is_open and _kind(profile.values, profile.count):
            if (number, "") not in places:
                places.append((number, None))
    return places


def _kind(values: Counter[str], count: int) -> str | None:
    """What a column may be, by its values: tags, bare prefixes, labels, chunks or nothing but O; None if no tags."""
    if not values or len(values) > MOST_VALUES:
        return None
    outside = values["O"]
    prefixed = sum(n for value, n in values.items() if PREFIXED.fullmatch(value))
    near = sum(
        n for value, n in values.items() if value in NOT_OUTSIDE or value in PREFIXES or MISTYPED.fullmatch(value)
    )
    if prefixed and prefixed + outside + near >= HALF * count:
        return "chunks" if is_chunk(values) else "tags"
    if is_bracketed(values):
        return "tags"
    others = [value for value in values if value != "O"]
    if not others:
        return "outside"
    if outside and all(SUFFIXED.fullmatch(value) and value[-2] == "-" for value in others):
        return "tags"
    if (
        all(value in PREFIXES for value in others)
        and {"B", "I"} & set(others)
        and (outside or {"B", "I"} <= set(others))
    ):
        return "bare"
    sure = [value for value in others if value not in NOT_OUTSIDE]
    is_closed = len(sure) <= min(MOST_LABELS, max(FEW_LABELS, outside // 2))
    if outside and sure and is_closed and not values.keys() <= POS and any(len(value) > 1 for value in sure):
        return "labels"
    return None


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
    if notation.kind == "label":
        notation.known.update({value: Tag("I", value) for value in values if value not in NOT_OUTSIDE | {"O"}})
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
    name = _shown(found, places[-1])
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
    columns = "; ".join(
        f"{found.name(n)}: {profile.example}"
        for n, profile in enumerate(found.columns)
        if n in (among or range(len(found.columns))) and n != word
    )
    return InvalidValueError(
        f"no column of tags was found beside the words{f': {columns:.300}' if columns else ''}",
        remedy="A tag is O, or e.g. B-LABEL. Name the column with --tag-column if its labels have no prefix.",
    )


def _shown(found: Survey, place: Place) -> str:
    column, key = place
    name = found.names[column] if column < len(found.names) and found.names[column] else str(column + 1)
    return f"{name}:{key}" if key else name


def _examples(values: Counter[str]) -> str:
    return ", ".join([value for value in values if value not in FILLERS][:SHOWN])


def _is_tag_name(found: Survey, column: int) -> bool:
    return _plain(found.names[column]) in TAG_NAMES


def _plain(name: str) -> str:
    return re.sub(r"[\s\-]+", "_", name.strip().casefold())


def _index_columns(found: Survey) -> list[int]:
    named = [n for n, name in enumerate(found.names) if name == "ID"]
    return named if named else [n for n, profile in enumerate(found.columns) if profile.counts_rows]


def _sentence_column(found: Survey, word: int, used: set[int]) -> int | None:
    if named := [n for n, name in enumerate(found.names) if _plain(name) in SENTENCE_NAMES]:
        return named[0]
    return next((n for n, p in enumerate(found.columns[:word]) if n not in used and p.is_repeated and p.runs > 1), None)


def _is_plus_minus(profile: ColumnProfile) -> bool:
    return not profile.is_open and "+" in profile.values and profile.values.keys() <= {"+", "-"}


def _observed(blocks: Iterable[Block], found: Survey) -> Iterator[tuple[Block, list[Row]]]:
    """Each block with its rows, and what its comments say noted."""
    for block in blocks:
        for _, line in block.leading:
            note = NOTE.fullmatch(line)
            if note and note[1] == COLUMN_NAMES and not found.names:
                found.names = tuple(note[2].split())
            found.is_conll2012 |= line.startswith(BEGIN_DOCUMENT)
            found.has_sources |= line.startswith("#\t")
        found.separators.update(row.separator for row in block.rows if len(row.cells) > 1)
        yield block, list(block.rows)


def _hash_words(block: Block) -> list[Row]:
    """The lines that begin with `#` as rows, where they look like a word and its tag."""
    rows = [split_row(number, line) for number, line in block.leading if not NOTE.fullmatch(line)]
    return [row for row in rows if len(row.cells) > 1 and (row.cells[-1] == "O" or PREFIXED.fullmatch(row.cells[-1]))]


def _find_header(found: Survey, buffer: list[tuple[Block, list[Row]]], wanted: frozenset[str]) -> None:
    """Take the first row out of the buffer if it names the columns."""
    if found.names:
        return
    for number, (block, rows) in enumerate(buffer):
        if not rows:
            continue
        names = [_plain(cell) for cell in rows[0].cells]
        tags = [name for name in names if name in TAG_NAMES]
        words = [name for name in names if name in WORD_NAMES]
        if (tags and words) or (wanted & {cell.casefold() for cell in rows[0].cells}):
            found.names, found.header = tuple(rows[0].cells), rows[0].line
            buffer[number] = (block, rows[1:])
        return


def _width(rows: Sequence[Row]) -> int:
    """How many columns most rows have; empty ones at the end count if all rows have them."""
    whole = {len(row.cells) for row in rows}
    if len(whole) == 1:
        return whole.pop()
    counts = Counter(len(_stripped(row.cells)) for row in rows)
    return max(counts, key=lambda width: (counts[width], width)) if counts else 0


def _stripped(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _has_ids(buffer: Iterable[tuple[Block, list[Row]]]) -> bool:
    return all(row.cells and ID.fullmatch(row.cells[0]) for _, rows in buffer for row in rows)


def _stated_text(block: Block) -> str | None:
    for _, line in block.leading:
        if (note := NOTE.fullmatch(line)) and note[1] == "text":
            return note[2]
    return None


def _hold_against(text: str, rows: Sequence[list[str]], columns: Sequence[ColumnProfile]) -> None:
    """Count the columns whose words stand in a text, in its order, spaces and escapes aside."""
    for number, profile in enumerate(columns):
        profile.texts += words_in([row[number] for row in rows], text)


def words_in(words: Sequence[str], text: str) -> bool:
    """Whether words follow one another in a text; it may be JSON."""
    end = 0
    for word in words:
        start = text.find(word, end)
        if start < 0:
            return False
        end = start + len(word)
    return True
