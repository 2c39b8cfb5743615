"""The table of the formats: what each is called, and what it can and cannot hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldspan.formats.registry import FORMATS
from goldspan.report.text import Table

if TYPE_CHECKING:
    from goldspan.formats.registry import Format

TITLE = "The file formats"
HEADER = ("name", "format", "files", "read, write", "places", "options")
HOLDS = "What a file of each format can hold"
FLAGS = {
    "holds_ids": "ids",
    "holds_extra": "further keys",
    "holds_overlaps": "overlapping spans",
    "holds_unannotated": "text that nobody annotated",
    "holds_annotators": "several annotators",
}
PAGE = """\
# File formats

This page lists the file formats that goldspan reads and writes, what each can hold, and its options. `goldspan formats
--markdown` generates it; do not edit it by hand.

`evaluate`, `agree`, `check`, `convert`, `goldspan.load(path)` and all other commands that read annotation accept these
formats. The format is detected from the content of a file; if that fails, name it with `--from` or `--format`.

**The rule.** If the annotation of an input is not understood, the input is refused, with what was found and what to do.
A row with annotation never becomes an example without spans. Decisions made while reading are printed as notes. If a
format cannot hold something, a message says so when it is written; nothing is dropped silently.

*Places* is the unit of offsets in the format; inside goldspan it is always a Unicode code point. A format of tokens
cannot hold a span that cuts a token: `convert` refuses such spans and names them, or widens them with
`--policy expand`. Tokens are written for the language in `labels.toml` or `--language CODE`.

`--map OLD=NEW`, `--only A,B` and `--overlaps keep|refuse|drop-inner|drop-outer` work with every format; the other
options only with the formats that list them.

Text that nobody annotated (rejected or skipped in an annotation tool, missing in a DocBin) is different from text
without spans. It is kept under the key `not_annotated`, is not used in evaluation, agreement and training data, and is
counted.

"""
SIZES = """\
## Files of any size

`goldspan convert` needs the same memory for a million examples as for a thousand, except for a digest of each id (about
50 bytes) to detect repeated ids. It never has more of a file in memory than this:

"""
LIMITS = """\

What can only be seen in all rows (which key names them, how tags are written, what offsets of tokens count, whether
anybody annotated) is found by reading the file once before. Therefore a pipe is refused, and so is a file that changes
while it is read. Whether a JSON file is one array is known at its end, so an array is read once more.

What is read as a whole may have 1 GiB: a JSON file that is one object with rows under a key, an item of an array, a
WebAnno file, a CAS document; a DocBin 2 GiB when it is unpacked. Files of lines, arrays, tables and CoNLL columns may
have any size. A dataset is written by way of a temporary file (in `TMPDIR`), since its schema names all labels.

Of very many remarks of one kind, errors, and spans that were widened or lost, the first 1,000 are listed and the others
counted; in the file of `--json` the key `not_listed` then says how many.

"""


def format_table(*, with_options: bool = True) -> Table:
    """A row for each format, in alphabetical order of the names.

    Args:
        with_options: whether it has a column of the options of reading.
    """
    columns = len(HEADER) - (not with_options)
    return Table(TITLE, "", HEADER[:columns], tuple(_row(entry)[:columns] for entry in _ordered()))


def holding_table() -> Table:
    """What each format can and cannot hold, a row for each."""
    header = ("name", *FLAGS.values())
    rows = tuple((entry.name, *("yes" if getattr(entry, flag) else "no" for flag in FLAGS)) for entry in _ordered())
    return Table(HOLDS, "", header, rows)


def memory_table() -> Table:
    """What of a file of each format is in memory at once, a row for each."""
    return Table("", "", ("name", "in memory at once"), tuple((entry.name, entry.held) for entry in _ordered()))


def formats_json() -> list[dict[str, Any]]:
    """What is known of each format, as JSON values."""
    return [
        {
            "name": entry.name,
            "title": entry.title,
            "aliases": list(entry.aliases),
            "suffixes": list(entry.suffixes),
            "reads": True,
            "writes": entry.can_write,
            "folder": entry.is_folder,
            "places": _places(entry),
            "options": [option_name(option) for option in sorted(entry.options)],
            "requires": entry.requires,
            "in_memory": entry.held,
            "holds": {words: getattr(entry, flag) for flag, words in FLAGS.items()},
        }
        for entry in _ordered()
    ]


def formats_page() -> str:
    """The page of all formats, in Markdown: what holds for all of them, then the tables."""
    holding = f"## {HOLDS}\n\n{holding_table().markdown()}"
    return f"{PAGE}{format_table().markdown()}\n\n{holding}\n\n{SIZES}{memory_table().markdown()}\n{LIMITS.rstrip()}\n"


def option_name(name: str) -> str:
    """The option of the command line that sets a field of `ReadOptions`."""
    return f"--{name.replace('_', '-')}"


def _ordered() -> list[Format]:
    return sorted(FORMATS, key=lambda entry: entry.name)


def _row(entry: Format) -> tuple[str, ...]:
    names = ", ".join((entry.name, *entry.aliases))
    files = ("a folder, " if entry.is_folder else "") + ", ".join(entry.suffixes)
    title = entry.title + (f"; needs the extra {entry.requires}" if entry.requires else "")
    options = ", ".join(option_name(option) for option in sorted(entry.options))
    return names, title, files, "both" if entry.can_write else "read", _places(entry), options


def _places(entry: Format) -> str:
    return entry.offsets or "tokens"
