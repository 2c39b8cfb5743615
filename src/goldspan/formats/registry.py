"""The registry of the file formats: all that the rest of the program knows of them by name.

A format is a module of this package, named like the format, and an entry of `FORMATS`. The module has

    scan(path, options)              yields each example as a `Record`, or the `InputError` that explains what is wrong
    write(path, examples, options)   writes the examples, all or nothing, unless the format is only read
    is_format_of(sample)             returns whether a file, given as a `FileSample`, is in this format

The `write` of a format of tokens returns the spans that cut tokens. A format that holds a part of what an example has
only with a loss has `losses(example)`, which names it. A format whose examples are the files of a folder
has `is_format_of_folder(path)` besides. One whose tags follow a tagging scheme has `scheme_fit(path, options)`, so that
several files can be judged by one. One that writes a token and its tag per line has `read_layout(path, options)`,
`tagging_scheme(path, options, layout)`, `read_sentences(path, options, lenient=, layout=)` and
`record(sentence, path, scheme, repair)`, so that two files can be compared token by token.

What `scan` reads from a file that `write` wrote is what was written: ids, texts, offsets and further keys included, as
far as the entry does not say that the format cannot hold them. **A row whose annotation a reader does not understand is
an error, never an example without spans.**

A file may be larger than memory: `scan` and `write` hold one example at a time, and of all others a few bytes, unless
the entry says in `held` what else they hold. What only all of a file shows, `scan` finds in a reading before.

The format of a file is detected from its content; the suffix decides only where a file is empty.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.annotation import NOT_ANNOTATED
from goldspan.errors import InputError
from goldspan.formats.foreign import recognize
from goldspan.formats.label_selection import select
from goldspan.formats.options import DEFAULT, GENERAL, WRITE_DEFAULT, ReadOptions, WriteOptions
from goldspan.formats.record import changed
from goldspan.formats.sample import FileSample
from goldspan.formats.token_format import MisalignedSpans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import ModuleType

    from goldspan.annotation import Example
    from goldspan.formats.record import Record

NOT_DETECTED = "its format cannot be detected"


@dataclass
class WriteResult:
    """What became of examples that were written.

    Args:
        examples: how many were written.
        spans: how many they have.
        misaligned: the spans that cut tokens; the first of very many.
        left_out: why examples were left out, and how many for each reason.
        losses: what the format cannot hold and the file therefore lacks, and how many examples had it.
    """

    examples: int = 0
    spans: int = 0
    misaligned: MisalignedSpans = field(default_factory=MisalignedSpans)
    left_out: Counter[str] = field(default_factory=Counter)
    losses: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class Format:
    """A file format; its module is imported when it is first used.

    Args:
        name: of the format and of its module.
        title: what people call it.
        suffixes: of its files; the first is that of a new file.
        aliases: other names that people may use.
        offsets: what its offsets count, for people; None if it has tokens.
        options: the fields of `ReadOptions` that its reader uses, besides those that are for every format.
        can_write: whether it is written, too.
        has_tokens: whether it holds tokens, so that a span that cuts a token cannot be written as it is.
        is_tokenized: whether a text is cut into tokens to be written, so that its language counts.
        is_folder: whether its examples are the files of a folder.
        has_sentences: whether a line holds a token and its tag, so that an evaluation compares two files by token.
        holds_overlaps: whether it can hold spans that overlap.
        holds_ids: whether it can hold the ids of examples and their places in the article.
        holds_extra: whether it can hold further keys.
        holds_annotators: whether one file can hold the annotation of several people.
        holds_unannotated: whether it can tell text that nobody annotated from text without spans.
        held: what of its files is in memory at once.
        requires: the extra of goldspan that it needs.
        numbered_id: a regular expression for what `scan` appends to the file's stem to name an example that states no
            id; None if every example states one.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    offsets: str | None = None
    options: frozenset[str] = frozenset()
    can_write: bool = True
    has_tokens: bool = False
    is_tokenized: bool = False
    is_folder: bool = False
    has_sentences: bool = False
    holds_overlaps: bool = True
    holds_ids: bool = True
    holds_extra: bool = True
    holds_annotators: bool = False
    holds_unannotated: bool = True
    held: str = "a row"
    requires: str | None = None
    numbered_id: str | None = None

    def scan(self, path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
        """Each example of a file, or the error in its place; many formats are read twice, so it must not change."""
        before = files.state(path)
        others: dict[str | None, None] = {}
        is_annotator_found = options.annotator is None
        for record in self.module.scan(path, options):
            if isinstance(record, InputError):
                yield record
                continue
            if options.annotator is not None and record.annotator != options.annotator:
                others[record.annotator] = None
                continue
            is_annotator_found = True
            try:
                yield select(record, options)
            except InputError as error:
                yield error
        if others and not is_annotator_found:
            known = ", ".join(name for name in others if name) or "nobody by name"
            yield InputError(
                f"there is no annotation by {options.annotator!r}", file=path, remedy=f"It has that of {known}."
            )
        if files.state(path) != before:
            yield changed(path)

    def write(self, path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT) -> WriteResult:
        """Write the examples, all or nothing. Those that nobody annotated are left out where they would look empty.

        Args:
            path: the file or folder.
            examples: read once.
            options: how to write them.

        Raises:
            InputError: for a format that is only read, or examples that it cannot hold; nothing is written.
        """
        if not self.can_write:
            raise InputError(f"{self.title} is only read", remedy=f"The formats to write are {', '.join(WRITABLE)}.")
        result = WriteResult()
        misaligned = self.module.write(path, self._written(examples, result), options)
        result.misaligned = misaligned or result.misaligned
        return result

    def is_format_of(self, sample: FileSample) -> bool:
        """Whether a file is in this format."""
        return bool(self.module.is_format_of(sample))

    def is_format_of_folder(self, path: Path) -> bool:
        """Whether a folder is in this format."""
        return self.is_folder and bool(self.module.is_format_of_folder(path))

    def writes_folder(self, path: Path) -> bool:
        """Whether what is written there is a folder: not, where a format of folders can be one file, too."""
        writes_file = getattr(self.module, "writes_file", None)
        return self.is_folder and not (writes_file is not None and writes_file(path))

    def is_numbered(self, name: str, path: Path) -> bool:
        """Whether the id of an example was made from the name of its file, because the file states no id."""
        pattern = self.numbered_id
        return pattern is not None and re.fullmatch(re.escape(path.stem) + pattern, name) is not None

    @property
    def module(self) -> ModuleType:
        """The module that reads and writes it."""
        return import_module(f"goldspan.formats.{self.name}")

    def _written(self, examples: Iterable[Example], result: WriteResult) -> Iterator[Example]:
        """The examples that the format can hold, counted as they are taken."""
        for example in examples:
            if not (self.holds_unannotated or example.is_annotated):
                result.left_out[reason_left_out(example)] += 1
                continue
            result.examples += 1
            result.spans += len(example.spans)
            if hasattr(self.module, "losses"):
                result.losses.update(self.module.losses(example))
            if example.extra and not self.holds_extra:
                result.losses.update(f"the key {key!r}" for key in example.extra if key != NOT_ANNOTATED)
            yield example


TABLE_OPTIONS = frozenset({"word_column", "tag_column", "label", "repair", "tagging_scheme"})

# In the order of detection: the first format that recognises a file has it.
FORMATS = (
    Format(
        name="brat",
        title="brat standoff",
        suffixes=(".ann",),
        offsets="code points",
        options=frozenset({"offsets", "discontinuous"}),
        is_folder=True,
        held="a document, and the names of all",
    ),
    Format(
        name="docbin",
        title="spaCy DocBin",
        suffixes=(".spacy",),
        options=frozenset({"spans_key"}),
        has_tokens=True,
        is_tokenized=True,
        held="all examples",
        numbered_id=r"\.\d+",
    ),
    Format(
        name="dataset",
        title="Hugging Face dataset",
        suffixes=(".parquet", ".arrow"),
        aliases=("huggingface", "parquet"),
        offsets="code points",
        options=frozenset({"offsets", "label", "repair", "tagging_scheme", "split", "annotator"}),
        has_tokens=True,
        is_tokenized=True,
        is_folder=True,
        holds_unannotated=False,
        holds_annotators=True,
        held="1,000 rows",
        numbered_id=r"\.\d+",
    ),
    Format(
        name="cas",
        title="UIMA CAS, XMI or JSON (INCEpTION)",
        suffixes=(".xmi", ".json", ".zip"),
        aliases=("xmi",),
        offsets="UTF-16 units",
        options=frozenset({"layer", "label"}),
        can_write=False,
        is_folder=True,
        holds_ids=False,
        holds_extra=False,
        holds_unannotated=False,
        requires="cas",
        held="a document",
    ),
    Format(
        name="labelstudio",
        title="Label Studio JSON",
        suffixes=(".json",),
        aliases=("label-studio",),
        offsets="code points",
        options=frozenset({"offsets", "annotator", "layer", "label"}),
        holds_annotators=True,
        held="a task",
        numbered_id=r"\.\d+",
    ),
    Format(
        name="potato",
        title="Potato's output",
        suffixes=(".jsonl", ".json"),
        offsets="code points, UTF-16 units in Potato 2",
        options=frozenset({"offsets", "annotator", "layer", "discontinuous"}),
        can_write=False,
        is_folder=True,
        holds_annotators=True,
        held="a row, or of Potato 2 all that one annotator did; the texts of --texts",
    ),
    Format(
        name="prodigy",
        title="Prodigy JSONL",
        suffixes=(".jsonl",),
        offsets="code points",
        options=frozenset({"annotator", "offsets"}),
        is_tokenized=True,
        holds_annotators=True,
        numbered_id=r"\.\d+",
    ),
    Format(name="gold", title="gold lines", suffixes=(".jsonl",), aliases=("jsonl",), offsets="code points"),
    Format(
        name="doccano",
        title="Doccano JSONL",
        suffixes=(".jsonl",),
        offsets="UTF-16 units",
        options=frozenset({"offsets", "annotator"}),
        holds_annotators=True,
        numbered_id=r"\.\d+",
    ),
    Format(
        name="rows",
        title="JSON rows of other programs",
        suffixes=(".jsonl", ".json"),
        aliases=("json",),
        offsets="code points",
        options=frozenset({"offsets", "label", "repair", "tagging_scheme", "annotator"}),
        holds_annotators=True,
        numbered_id=r"\.\d+",
    ),
    Format(
        name="webanno",
        title="WebAnno TSV 3 (INCEpTION)",
        suffixes=(".tsv",),
        aliases=("inception",),
        offsets="UTF-16 units",
        options=frozenset({"layer", "label", "offsets"}),
        is_tokenized=True,
        holds_unannotated=False,
        held="all of the file that is read; a sentence that is written",
        numbered_id=r"\.p\d+",
    ),
    Format(
        name="conllu",
        title="CoNLL-U and CoNLL-U Plus",
        suffixes=(".conllu", ".conllup"),
        options=TABLE_OPTIONS,
        has_tokens=True,
        is_tokenized=True,
        has_sentences=True,
        holds_overlaps=False,
        holds_unannotated=False,
        held="a sentence",
        numbered_id=r"(\.\d+)?\.p\d+",
    ),
    Format(
        name="conll",
        title="CoNLL columns",
        suffixes=(".conll", ".iob", ".iob2", ".bio", ".tsv"),
        aliases=("csv", "iob"),
        options=TABLE_OPTIONS,
        has_tokens=True,
        is_tokenized=True,
        has_sentences=True,
        holds_overlaps=False,
        holds_unannotated=False,
        held="a sentence",
        numbered_id=r"(\.\d+)?\.p\d+",
    ),
)
NAMES = tuple(sorted(entry.name for entry in FORMATS))
ALIASES = {alias: entry.name for entry in FORMATS for alias in entry.aliases}
CHOICES = tuple(sorted((*NAMES, *ALIASES)))
WRITABLE = tuple(sorted(entry.name for entry in FORMATS if entry.can_write))
TOKEN_FORMATS = tuple(sorted(entry.name for entry in FORMATS if entry.has_tokens))

_BY_NAME = {entry.name: entry for entry in FORMATS}


def canonical(name: str) -> str:
    """The name in `NAMES` of a format, given its name or an alias.

    Raises:
        InputError: if there is no such format.
    """
    known = ALIASES.get(name, name)
    if known not in _BY_NAME:
        raise InputError(f"there is no format {name!r}", remedy=f"The formats are {', '.join(CHOICES)}.")
    return known


def get(name: str) -> Format:
    """The format of a name or an alias.

    Raises:
        InputError: if there is no such format.
    """
    return _BY_NAME[canonical(name)]


def reason_left_out(example: Example) -> str:
    """Why an example that is not wholly annotated is left out of what would show it as annotated."""
    reason: Any = example.extra[NOT_ANNOTATED]
    return reason if isinstance(reason, str) else "parts of it are not annotated"


def require_options_apply(options: ReadOptions, names: Iterable[str]) -> None:
    """Refuse an option that none of the formats uses: whoever set it expects that it has an effect.

    Raises:
        InputError: naming the option and the formats that use it.
    """
    names = sorted({canonical(name) for name in names})
    used = GENERAL.union(*(get(name).options for name in names))
    if unused := sorted(options.named - used):
        option = f"--{unused[0].replace('_', '-')}"
        users = ", ".join(entry.name for entry in FORMATS if unused[0] in entry.options)
        raise InputError(
            f"{option} has no effect on the format {', '.join(names)}",
            remedy=f"It is for {users}: omit it, or name the format with --from or --format.",
        )


def detect(path: Path) -> str:
    """The name of the format of a file or folder.

    Raises:
        InputError: if it cannot be detected or read.
    """
    name = try_detect(path)
    if name is not None:
        return name
    remedy = f"Name it with --from or --format: the formats are {', '.join(CHOICES)}."
    if path.is_dir() or (foreign := recognize(FileSample(path))) is None:
        raise InputError(NOT_DETECTED, file=path, remedy=remedy)
    raise InputError(
        f"this is {foreign.title}, which goldspan does not read",
        file=path,
        remedy=f"{foreign.remedy} What goldspan reads: {', '.join(NAMES)}.",
    )


def try_detect(path: Path) -> str | None:
    """The name of the format of a file or folder; None if it cannot be detected.

    Raises:
        InputError: if there is no such file, or it cannot be read.
    """
    if path.is_dir():
        return next((entry.name for entry in FORMATS if entry.is_format_of_folder(path)), None)
    sample = FileSample(path)
    return next((entry.name for entry in FORMATS if entry.is_format_of(sample)), None)
