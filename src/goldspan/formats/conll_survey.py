"""What a file of columns looks like as a whole: how many columns it has, their names, and what stands in each.

Every row counts, not the first ones alone: a column of tags is known by all of its values, one that counts rows by the
step from each to the next.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Literal

from goldspan.formats.conll_table import (
    BEGIN_DOCUMENT,
    COLUMN_NAMES,
    NOTE,
    Block,
    Row,
    comment_value,
    locate_words,
    split_row,
)
from goldspan.formats.conll_tags import (
    FILLERS,
    MISTYPED,
    MOST_LABELS,
    NOT_OUTSIDE,
    PREFIXED,
    SUFFIXED,
    is_bracketed,
    is_chunk,
)
from goldspan.formats.digest_table import DigestTable
from goldspan.iob import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

Content = Literal["tags", "doubtful", "bare", "labels", "chunks", "outside"]
UD_FIELDS = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
NEVER_TAGS = frozenset({"ID", "FORM", "LEMMA", "HEAD"})
WORD_NAMES = frozenset({"word", "words", "token", "tokens", "form", "text", "surface", "wordform", "word_form", "term"})
TAG_NAMES = frozenset(
    {"tag", "tags", "ner", "ner_tag", "ner_tags", "nertag", "ne", "ne_tag", "label", "labels", "iob", "iob1", "iob2",
     "bio", "bioes", "bilou", "iob_tag", "bio_tag", "entity", "entities", "entity_tag", "named_entity", "gold", "pred",
     "predicted", "prediction", "true"}
)  # fmt: skip
TAG_NAME_BEGINNINGS = ("ne_", "ner_")  # of HIPE: NE-COARSE-LIT
SENTENCE_NAMES = frozenset(
    {"sentence", "sentence_#", "sentence_id", "sentence_idx", "sentence_index", "sentence_number", "sentence_no",
     "sent", "sent_id", "sent_idx", "sent_no", "sentid"}
)  # fmt: skip
TAG_KEYS = frozenset({"ne", "ner", "name", "nertag", "ner_tag", "entity", "namedentity", "named_entity", "nerc"})
TAGS_OF_SPEECH = (  # of Universal Dependencies, the Penn Treebank and the STTS
    "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X CC CD DT EX FW IN JJ "
    "JJR JJS LS MD NN NNS NNP NNPS PDT POS PRP PRP$ RB RBR RBS RP TO UH VB VBD VBG VBN VBP VBZ WDT WP WP$ "
    "WRB HYPH NFP ADD GW AFX -LRB- -RRB- . , : '' `` $ # ADJA ADJD APPR APPRART APPO APZR ART CARD ITJ "
    "KOUI KOUS KON KOKOM NE PDS PDAT PIS PIAT PIDAT PPER PPOSS PPOSAT PRELS PRELAT PRF PWS PWAT PWAV PAV "
    "PTKZU PTKNEG PTKVZ PTKANT PTKA TRUNC VVFIN VVIMP VVINF VVIZU VVPP VAFIN VAIMP VAINF VAPP VMFIN VMINF "
    "VMPP XY $. $, $( O"
)
POS = frozenset(TAGS_OF_SPEECH.split())
NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?%?")
ID = re.compile(r"(?P<first>\d+)(?:(?P<range>-\d+)|(?P<empty>\.\d+))?")
NUMERIC_START = frozenset("+-0123456789")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*:(?=.)", re.DOTALL)  # before each word of WikiANN: `en:Rome`
DIGITS = re.compile(r"\d+")
MOST_VALUES = 2_000  # different values of a column that are counted; more are words
BUFFERED = 2_000  # rows by which the number of columns is found
TEXTS = 50  # `# text` comments that are held against the columns
SHOWN = 4  # values of a column in a message
ENOUGH = 4  # rows from which on nothing but O is enough
HALF, NEARLY_ALL = 0.5, 0.9
EVEN = 4  # rows that are alike to each that is not, where labels have no prefix
FEW_LABELS = 8
NEAR_TAGS = NOT_OUTSIDE | PREFIXES.keys() | {"O"}


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
        have_digits: whether all of them have a digit.
        keys: the values of each `key=value`, and under the empty key those without a key.
        texts: of how many `# text` comments the words stand in it.
        language: the code of a language, with a colon, with which all values begin; empty if they do not.
        shape: the values with 0 for each number in them, if that is the same for all; empty if it is not.
    """

    values: Counter[str] = field(default_factory=Counter)
    is_open: bool = False
    count: int = 0
    numbers: int = 0
    steps: int = 0
    runs: int = 0
    distinct: DigestTable | None = field(default_factory=DigestTable)
    have_digits: bool = True
    keys: dict[str, Counter[str]] = field(default_factory=dict)
    texts: int = 0
    language: str | None = None
    shape: str | None = None
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
        if value[:1] in NUMERIC_START:
            self.numbers += NUMBER.fullmatch(value) is not None
        self._step(value, begins_block=begins_block)
        if self.language != "":
            code = match[0] if (match := LANGUAGE.match(value)) else ""
            self.language = code if self.language in (None, code) else ""
        if self.shape != "":
            shape = DIGITS.sub("0", value)
            self.shape = shape if "0" in shape and self.shape in (None, shape) else ""
        if value != self._last:
            self.runs += 1
            if self.distinct is not None and self.distinct.increment(value) > 1:
                self.distinct = None
            elif self.distinct is not None and self.have_digits:
                self.have_digits = DIGITS.search(value) is not None
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
        """Whether most of what stands in it are numbers."""
        return self.numbers > HALF * self.count

    @property
    def is_repeated(self) -> bool:
        """Whether its values stand in runs of rows, as the number of a sentence does."""
        return self.distinct is not None and 0 < 2 * self.runs <= self.count

    @property
    def is_numbering(self) -> bool:
        """Whether its values differ in a number alone, as ids do."""
        return bool(self.shape)

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
        first: the line of the first row otherwise.
        is_conll2012: whether `#begin document` stands in it.
        broken_line: the first line with a carriage return inside.
        has_sources: whether lines `#`, tab, source, tab, date stand in it, as in GermEval 2014.
    """

    path: Path
    columns: list[ColumnProfile] = field(default_factory=list)
    rows: int = 0
    other_rows: int = 0
    separators: Counter[str] = field(default_factory=Counter)
    names: tuple[str, ...] = ()
    header: int | None = None
    first: int | None = None
    is_conll2012: bool = False
    broken_line: int | None = None
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
    if not any(found.names[width:]):
        found.names = found.names[:width]
    if not found.names and width == len(UD_FIELDS) and found.separator == "\t" and _has_ids(buffer):
        found.names = UD_FIELDS
    texts, separator = 0, found.separator
    begins_block = True
    for block, rows in chain(buffer, stream):
        begins_block = begins_block or not block.continues
        whole = [cells for row in rows if row.separator == separator and (cells := fit(row, width)) is not None]
        found.rows += len(whole)
        found.other_rows += len(rows) - len(whole)
        for cells in whole:
            for profile, cell in zip(found.columns, cells, strict=True):
                profile.add(cell, begins_block=begins_block)
            begins_block = False
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
            kind = content_of(values, profile.count)
            if (
                kind in {"tags", "doubtful", "bare", "chunks"}
                or (kind == "outside" and values["O"] == found.rows and (is_expected or found.rows >= ENOUGH))
                or (kind == "labels" and is_even and values["O"] > HALF * found.rows)
            ):
                return True
    return False


def content_of(values: Counter[str], count: int) -> Content | None:
    """What a column may be by its values; None if they are no tags.

    It may hold tags, or values of which only half are (doubtful), prefixes alone, labels without prefixes, the tags of
    chunks, or nothing but O.

    Args:
        values: what stands in it, and how often.
        count: of its rows.
    """
    if not values or len(values) > MOST_VALUES:
        return None
    others = [value for value in values if value != "O"]
    prefixed = sum(n for value, n in values.items() if PREFIXED.fullmatch(value))
    near = sum(n for value, n in values.items() if value in NEAR_TAGS or MISTYPED.fullmatch(value))
    if not others:
        return "outside"
    if prefixed and prefixed + near >= HALF * count:
        is_doubtful = prefixed + near < NEARLY_ALL * count
        return "doubtful" if is_doubtful else "chunks" if is_chunk(values) else "tags"
    if is_bracketed(values) or (values["O"] and all(_is_suffixed(value) for value in others)):
        return "tags"
    if all(value in PREFIXES for value in others):
        is_bare = {*others} <= {"B", "I"} or {"B", "I"} <= {*others} or (values["O"] and {"B", "I"} & {*others})
        return "bare" if is_bare else None
    return "labels" if _are_labels(values) else None


def _is_suffixed(value: str) -> bool:
    return SUFFIXED.fullmatch(value) is not None and value[-2] == "-"


def _are_labels(values: Counter[str]) -> bool:
    """Whether values may be labels without prefixes: O and few others, of which not all are parts of speech."""
    sure = [value for value in values if value not in NEAR_TAGS]
    most = min(MOST_LABELS, max(FEW_LABELS, values["O"] // 2))
    is_closed = 0 < len(sure) <= most
    return bool(values["O"]) and is_closed and not values.keys() <= POS and any(len(value) > 1 for value in sure)


def plain_name(name: str) -> str:
    """The name of a column without its case and its spaces."""
    return re.sub(r"[\s\-]+", "_", name.strip().casefold())


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
        if found.broken_line is None:
            found.broken_line = next((row.line for row in block.rows if any("\r" in cell for cell in row.cells)), None)
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
        found.first = rows[0].line
        names = [plain_name(cell) for cell in rows[0].cells]
        tags = [name for name in names if name in TAG_NAMES or name.startswith(TAG_NAME_BEGINNINGS)]
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
    """Whether at least half of the rows begin with the number of a word."""
    firsts = [row.cells[0] for _, rows in buffer for row in rows if row.cells]
    return sum(ID.fullmatch(first) is not None for first in firsts) >= HALF * len(firsts)


def _stated_text(block: Block) -> str | None:
    for _, line in block.leading:
        if (note := NOTE.fullmatch(line)) and note[1] == "text":
            return note[2]
    return None


def _hold_against(text: str, rows: Sequence[list[str]], columns: Sequence[ColumnProfile]) -> None:
    """Count the columns whose words are those of a text, as it is written or in JSON."""
    texts = [value for value in (comment_value(text), text) if isinstance(value, str)]
    for number, profile in enumerate(columns):
        words = [row[number] for row in rows]
        profile.texts += any(locate_words(words, value) is not None for value in texts)
