"""What the commands share: options that are the same everywhere, progress bars, and how reports are printed."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from functools import cache
from itertools import chain, groupby, islice
from operator import itemgetter
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from goldspan import files
from goldspan.cli import completion_values
from goldspan.cli.option_groups import DOCCANO, INTERVALS, OUTPUT, READING
from goldspan.cli.output import take_file, unfiltered
from goldspan.report import schemas
from goldspan.report.svg import ink
from goldspan.report.text import Table, is_numeric, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment
    from rich.table import Table as RichTable
    from rich.text import Text

    from goldspan.annotation import LabelScheme
    from goldspan.doccano.invitation import Invitation

T = TypeVar("T")
SHOWN_OF_ONE_REMEDY = 20  # lines
PARTS = 1 << 16  # of a JSON report, tokens more or less, that are in memory at once

Root = Annotated[
    Path | None,
    typer.Option(
        "--root",
        metavar="FOLDER",
        rich_help_panel=OUTPUT,
        help="The project folder. Default: the one around the current folder.",
        show_default=False,
    ),
]
Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="FOLDER",
        rich_help_panel=DOCCANO,
        help="The folder of the Doccano server on this machine. Default: goldspan/doccano in your data folder.",
        show_default=False,
    ),
]
Json = Annotated[
    Path | None,
    typer.Option(
        "--json",
        metavar="FILE",
        rich_help_panel=OUTPUT,
        help=(
            "Also write the report to this file as JSON. `-` is standard output; all other "
            "output then goes to standard error."
        ),
        show_default=False,
        callback=take_file,
    ),
]
Apply = Annotated[bool, typer.Option("--apply", help="Carry out the plan. Without it, the plan is only printed.")]
PLAN_ONLY = "Nothing was written: this is the plan. Carry it out with --apply."
Invitations = Annotated[
    Path | None,
    typer.Option(
        "--invitations",
        metavar="FOLDER",
        help="Also write the invitation of each user to a file in this folder.",
        show_default=False,
    ),
]
New = Annotated[
    bool,
    typer.Option(
        "--new",
        rich_help_panel=DOCCANO,
        help="Create the project again, although the corpus remembers one of that name that this account cannot see.",
    ),
]
AssignTo = Annotated[
    Literal["all", "none"] | None,
    typer.Option(
        "--assign",
        rich_help_panel=DOCCANO,
        help=(
            "From Doccano 1.8.5 on, annotators see only examples that are assigned to them. "
            "`all` (the default) assigns all examples to everybody who annotates; `none` "
            "leaves it to you."
        ),
        show_default=False,
    ),
]
Articles = Annotated[
    list[str] | None,
    typer.Option(
        "--articles",
        metavar="ID,...",
        autocompletion=completion_values.several(completion_values.articles),
        help="Use only these articles: ids, separated by commas. Default: all.",
        show_default=False,
    ),
]
LabelRenamed = Annotated[
    list[str] | None,
    typer.Option(
        "--label-renamed",
        metavar="OLD=NEW",
        rich_help_panel=DOCCANO,
        help="The label OLD is called NEW in Doccano now. A push renames it back. May be repeated.",
        show_default=False,
    ),
]
Members = Annotated[
    Path | None,
    typer.Option(
        "--members",
        metavar="FILE",
        rich_help_panel=DOCCANO,
        help=(
            "The file of the members and their pseudonyms. Default: annotation_guidelines/members.toml, if it exists."
        ),
        show_default=False,
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        rich_help_panel=READING,
        help="The format of the files. Default: detected from their content.",
        show_default=False,
    ),
]
Labels = Annotated[
    Path | None,
    typer.Option(
        "--labels",
        metavar="FILE",
        rich_help_panel=READING,
        help="The label scheme. Default: that of the project.",
        show_default=False,
    ),
]
Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="CODE",
        rich_help_panel=READING,
        help=(
            "The language of the texts (en, fr, zh and so on), which chooses the tokenizer. "
            "Default: that of the project, else en."
        ),
        show_default=False,
    ),
]
Unit = Annotated[
    Literal["article", "example"] | None,
    typer.Option(
        "--unit",
        rich_help_panel=INTERVALS,
        help="The unit of the intervals. Default: article, or example if there is only one article.",
    ),
]
IntervalMethod = Annotated[
    Literal["jackknife-t", "percentile"],
    typer.Option(
        "--interval",
        rich_help_panel=INTERVALS,
        help=(
            "The method of the intervals: Student's t with the jackknife's standard error, or"
            " percentiles of the bootstrap, which are too narrow for few articles."
        ),
    ),
]
Resamples = Annotated[
    int | None,
    typer.Option(
        "--resamples",
        min=1,
        metavar="NUMBER",
        rich_help_panel=INTERVALS,
        help="With --interval percentile: the number of corpora that are drawn. Default: 1,000.",
        show_default=False,
    ),
]
Level = Annotated[
    float,
    typer.Option(
        "--level", min=0.5, max=0.999, metavar="NUMBER", rich_help_panel=INTERVALS, help="The level of the intervals."
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed",
        min=0,
        metavar="NUMBER",
        rich_help_panel=INTERVALS,
        help="The seed. The same seed gives the same report.",
    ),
]


Html = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="FILE",
        rich_help_panel=OUTPUT,
        help="Also write the whole report to this file as a page with plots. `-` is standard output.",
        show_default=False,
        callback=take_file,
    ),
]
Full = Annotated[
    bool,
    typer.Option("--full", rich_help_panel=OUTPUT, help="Print the whole report. The default is its first screen."),
]
LARGEST_SEED = 2**31 - 1  # of what libraries draw; they refuse larger ones, and further seeds are counted on from it
CONTROLS = re.compile(r"[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")  # that JSON would leave as they are
LARGE_FILE = 1 << 24  # bytes, from which on it is shown how far a file is read
WIDTH = 100
RULE = "-" * 72  # around a text that is to be copied
NAME = 24  # columns; shorter names are not folded
IDENTIFIER = 48  # columns; shorter words, such as a path or a key, are not folded, so that they can be copied


def note_unused_resamples(resamples: int | None, method: str, *others: str) -> None:
    """Note on stderr that a number of resamples was given where nothing is resampled.

    It is no error: what was asked for is computed all the same, and scripts may give the option to every run.

    Args:
        resamples: as given; None if it was not.
        method: of the intervals.
        others: options, not given, with which it would count, too.
    """
    if resamples is not None and method != "percentile":
        goes_with = " or ".join(("--interval percentile", *others))
        print(
            f"--resamples changes nothing: intervals by {method} draw no resamples. It goes with {goes_with}.",
            file=sys.stderr,
        )


def split_names(options: Sequence[str] | None) -> list[str]:
    """The names in an option that takes several, separated by commas, and may be repeated."""
    return [name.strip() for option in options or () for name in typed_name(option).split(",") if name.strip()]


def typed_name(name: str) -> str:
    """A name without the places that are not seen where Doccano's panel may break it: it may be copied from there."""
    return name.replace("\u200b", "")


def renamed_labels(scheme: LabelScheme, pairs: Sequence[str] | None) -> dict[str, str]:
    """By label, the name of its type in Doccano, from the option `--label-renamed`.

    Raises:
        typer.BadParameter: for a pair of another form, and a label that the scheme lacks.
    """
    from goldspan.doccano import labels
    from goldspan.errors import InvalidValueError

    try:
        return labels.parse_renamed(scheme, pairs or ())
    except InvalidValueError as error:
        raise typer.BadParameter(f"--label-renamed: {error}") from None


def make_console(*, stderr: bool = False) -> Console:
    """A rich console with the colours and the width of the terminal; plain text in a pipe."""
    console = _console_class()(stderr=stderr, highlight=False, soft_wrap=not sys.stdout.isatty())
    if console.is_terminal:  # then what rich draws has control characters of its own
        console.file = unfiltered(console.file)
    return console


@cache
def _console_class() -> type[Console]:
    """A console of rich on which no control character of a text is drawn; made here, since it imports rich."""
    from rich.console import Console
    from rich.segment import Segment

    class VisibleConsole(Console):
        """A console that draws pictures for control characters, whoever prints."""

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
            """The parts that are drawn."""
            for part in super().render(renderable, options):
                yield part if part.control else Segment(visible(part.text), part.style)

    return VisibleConsole


def print_line(text: str, *, flush: bool = False) -> None:
    """Print a line, with pictures for control characters, which a terminal would obey."""
    print(visible(text), flush=flush)


def plain_text(text: str, style: str = "") -> Text:
    """A text that rich prints without reading markup in it, with pictures for control characters."""
    from rich.text import Text

    return Text(visible(text), style)


def progress(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """The items, with a progress bar on stderr if that is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.progress import track

    yield from track(items, description=what, total=total, console=make_console(stderr=True), transient=True)


@contextlib.contextmanager
def spinner(what: str) -> Iterator[Callable[[str], None]]:
    """A spinner on stderr if that is a terminal; yields a function that changes its words."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with make_console(stderr=True).status(plain_text(what)) as status:
        yield lambda words: status.update(plain_text(words))


@contextlib.contextmanager
def progress_bar(*, in_bytes: bool = False) -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar with rate and remaining time on stderr if that is a terminal.

    Args:
        in_bytes: whether what is counted are bytes.

    Yields:
        A function that takes the step, how much of it is done, and the total.
    """
    if not sys.stderr.isatty():
        yield lambda _step, _done, _total: None
        return
    from rich.filesize import decimal
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}")
    count = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), count, rate)
    with Progress(*columns, TimeRemainingColumn(), console=make_console(stderr=True), transient=True) as shown:

        def update(step: str, done: int, total: int | None) -> None:
            if not shown.tasks or shown.tasks[0].description != step:
                for task in shown.task_ids:
                    shown.remove_task(task)
                shown.add_task(step, total=total, rate="")
            speed = shown.tasks[0].speed
            rate = "" if not speed else f"{decimal(int(speed))}/s" if in_bytes else f"{speed:,.0f}/s"
            shown.update(shown.task_ids[0], completed=done, total=total, rate=rate)

        yield update


@contextlib.contextmanager
def reading_bar() -> Iterator[None]:
    """A bar on stderr, if that is a terminal, of how far the large files are read that are opened in the block.

    A file is read again where something can only be seen in all of it; then the bar begins again, and says so.
    """
    if not sys.stderr.isatty():
        yield
        return
    with progress_bar(in_bytes=True) as update:
        watch = FileWatch(update)
        with files.watched(watch.see):
            yield


class FileWatch:
    """How far a large file is read, and for which time.

    Args:
        update: takes the step, how much of it is done, and the total, as `progress_bar` yields it.
    """

    def __init__(self, update: Callable[[str, int, int | None], None]) -> None:
        self._update = update
        self._path: Path | None = None
        self._at = 0
        self._time = 1

    def see(self, path: Path, at: int, size: int) -> None:
        """Take note of how many bytes of a file were read."""
        if size < LARGE_FILE:
            return
        if path != self._path:
            self._path, self._time = path, 1
        elif at < self._at == size:
            self._time += 1
        self._at = at
        again = "" if self._time == 1 else f", reading {self._time}"
        self._update(f"{visible(path.name)}{again}", at, size)


def rich_table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]], note: str = "") -> RichTable:
    """A table for rich, numbers to the right and words to the left."""
    from rich import box
    from rich.table import Table as RichTable

    table = RichTable(
        title=plain_text(title, "table.title") if title else None,
        title_justify="left",
        caption=plain_text(note, "table.caption") if note else None,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )
    cells = [tuple(row) for row in rows]
    for number, name in enumerate(header):
        numeric = is_numeric(row[number] for row in cells)
        table.add_column(plain_text(name), justify="right" if numeric else "left", overflow="fold", no_wrap=numeric)
    for row in cells:
        table.add_row(*(plain_text(cell) for cell in row))
    return table


def write_json(path: Path | None, name: str, report: Mapping[str, Any]) -> None:
    """Write a report where `--json` asked for it.

    Args:
        path: of the file; None if no report was asked for.
        name: of the report, a key of `goldspan.report.schemas.SCHEMAS`.
        report: what it says.
    """
    if path is not None:
        whole = schemas.with_schema(name, report)
        parts = chain(json.JSONEncoder(ensure_ascii=False, indent=2, allow_nan=False).iterencode(whole), "\n")
        with files.replacing(path) as stream:
            while text := "".join(islice(parts, PARTS)):  # a report may be large
                text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # of names that are not UTF-8
                stream.write(CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode())


def print_changed(paths: Iterable[Path], *, applied: bool) -> None:
    """Name the files that a plan changed, or would change; a plan that was not applied says so."""
    for path in paths:
        print(f"{'wrote' if applied else 'would write'} {path}")
    if not applied:
        print(PLAN_ONLY)


def print_invitation(invitation: Invitation, folder: Path | None) -> None:
    """Print an invitation between rules, for a mail, and what to know before sending it; write one file per user."""
    print(f"\nInvitation, to be pasted into a mail:\n{RULE}")
    print_line(invitation.text)
    print(RULE)
    for note in invitation.notes:
        print_line(f"note: {note}")
    if folder is not None:
        for path in invitation.write(folder):
            print_line(f"wrote {path}")


def print_written(*paths: Path | None) -> None:
    """Name the files of reports that were asked for and written; a report on standard output speaks for itself."""
    for path in paths:
        if path is not None and not files.is_standard_output(path):
            print(f"wrote {path}")


def print_rest(json: Path | None, html: Path | None = None, *, page: bool = True) -> None:
    """Print, at the end of the first screen of a report, where all of it is.

    Args:
        json: the file of `--json`, None if it was not given.
        html: the file of `--html`, None if it was not given.
        page: whether the command has `--html`.
    """
    others = [name for name, given in (("--html FILE", html is not None or not page), ("--json FILE", json is not None))
              if not given]  # fmt: skip
    print_line(f"The whole report: {' or '.join(('--full', *others))}")


def report_console() -> Console:
    """A console of at most 100 columns that breaks lines at words, on a terminal and in a pipe."""
    out = make_console()
    out.soft_wrap = False
    out.width = min(WIDTH, out.width) if sys.stdout.isatty() else WIDTH
    return out


def print_text(out: Console, text: str, style: str = "") -> None:
    """Print a text without reading markup in it, with pictures for control characters, folded where a line ends."""
    shown = plain_text(text)
    shown.overflow = "fold"
    out.print(shown, style=style)


def print_bullets(out: Console, sentences: Iterable[str]) -> None:
    """Print a list of sentences, each behind a dot; the further lines of a sentence begin below its first word."""
    for sentence in sentences:
        text = plain_text(sentence)
        for number, line in enumerate(text.wrap(out, max(1, out.width - 2), overflow="fold")):
            line.rstrip()
            out.print(plain_text("  " if number else "· ").append_text(line))


def print_table(out: Console, table: Table) -> None:
    """Print a table as wide as the report, with its note below.

    A table that is too wide gets, one after the other, until it fits: headings of several lines, intervals below their
    numbers, cells of words folded at spaces; then its columns go into several tables, each with the first column. No
    number is cut, and no word is broken that fits a line.
    """
    if table.title:
        print_text(out, table.title, style="italic")
    for place, columns in enumerate(_column_groups(out, table)):
        if place:
            out.print()
        part = Table("", "", *_of_columns(table, columns))
        fitting = (made for made in _layouts(out, part) if made[1] <= out.width)
        shown, width = next(fitting, None) or _narrowest(out, part)
        if width > out.width:
            shown.width = width  # rich takes no width of `print` beyond that of the console
        out.print(shown, crop=False)
    if table.note:
        print_text(out, table.note)
    out.print()


def _column_groups(out: Console, table: Table) -> Iterator[list[int]]:
    """The columns of each table that a table is printed as, the first one in each."""
    if _narrowest(out, table)[1] <= out.width:  # as nearly all tables: they need no measuring column by column
        yield [*range(len(table.header))]
        return
    columns = [0]
    for number in range(1, len(table.header)):
        if len(columns) > 1 and _narrowest(out, Table("", "", *_of_columns(table, [*columns, number])))[1] > out.width:
            yield columns
            columns = [0]
        columns = [*columns, number]
    yield columns


def _of_columns(table: Table, columns: Sequence[int]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The header and the rows with these columns alone."""
    return tuple(table.header[at] for at in columns), tuple(tuple(row[at] for at in columns) for row in table.rows)


def _layouts(out: Console, table: Table) -> Iterator[tuple[RichTable, int]]:
    """The table as it may be laid out, the most readable first, with the width of each."""
    yield _table(out, table)
    yield _table(out, table, headings=True)
    yield _table(out, table, headings=True, below=True)
    yield _narrowest(out, table)


def _narrowest(out: Console, table: Table) -> tuple[RichTable, int]:
    return _table(out, table, headings=True, below=True, least=0)


def _table(
    out: Console, table: Table, *, headings: bool = False, below: bool = False, least: int = NAME
) -> tuple[RichTable, int]:
    """The table with its totals in bold, and the width that it needs if words may be folded and numbers may not.

    Args:
        out: where it is printed.
        table: what to print.
        headings: whether headings may have several lines.
        below: whether intervals stand below their numbers.
        least: columns; cells of words that are shorter are not folded.
    """
    numeric = [is_numeric(row[number] for row in table.rows) for number in range(len(table.header))]
    rows = [[_below(text) if below and digits else visible(text) for text, digits in zip(row, numeric, strict=True)]
            for row in table.rows]  # fmt: skip
    header = list(map(visible, table.header))
    if headings:
        widest = [
            max((len(line) for row in rows for line in row[at].split("\n")), default=0) for at in range(len(header))
        ]
        header = [_broken(name, width) for name, width in zip(header, widest, strict=True)]
    shown = rich_table("", header, rows)
    wide = out.options.update(max_width=1_000_000)
    width = out.measure(shown, options=wide).maximum
    spare = []  # columns that each cell of words may have beyond the least
    for column, heading, digits in zip(shown.columns, header, numeric, strict=True):
        column.no_wrap, column.justify = digits, "right" if digits else "left"
        if not digits:
            sizes = [out.measure(cell, options=wide) for cell in column.cells]
            longest = max((size.maximum for size in sizes), default=0)
            word = max((size.minimum for size in sizes if size.minimum <= IDENTIFIER), default=0)
            above = out.measure(heading, options=wide).maximum
            column.width = max(above, min(longest, max(least, word)))
            spare.append((max(above, longest) - column.width, column))
            width -= spare[-1][0]
    room = max(0, out.width - width)
    for place, (most, column) in enumerate(sorted(spare, key=itemgetter(0))):  # rich would fold below what words need
        given = min(most, room // (len(spare) - place))
        column.width = (column.width or 0) + given
        room -= given
    for row, cells in zip(shown.rows, rows, strict=True):
        row.style = "bold" if cells[0].startswith("all") else ""
    return shown, width


def _broken(heading: str, width: int) -> str:
    """A heading in lines of about the width of what stands below it, broken at spaces alone."""
    words = heading.split(" ")
    return "\n".join(wrap(heading, max(1, width, *map(len, words)), break_long_words=False, break_on_hyphens=False))


def _below(cell: str) -> str:
    """A number above its interval."""
    number, bracket, interval = cell.partition(" [")
    return f"{number}\n[{interval}" if bracket else cell


def coloured_markup(markup: str, colours: Mapping[str, str]) -> Text:
    """A text in inline notation, with each span on the colour of its label.

    Args:
        markup: in inline notation.
        colours: `#rrggbb` per label.
    """
    text = plain_text(markup)
    text.overflow = "fold"
    for label, colour in colours.items():
        text.highlight_regex(rf"\[[^\[\]]*\]\{{{re.escape(label)}\}}", f"{ink(colour)} on {colour}")
    return text


def print_versions(
    out: Console, sides: Iterable[tuple[str, str]], colours: Mapping[str, str], notes: Iterable[str] = ()
) -> None:
    """Print several versions of one text, one below the other.

    Args:
        out: where to print them.
        sides: the name of each, and the text with its spans in inline notation.
        colours: `#rrggbb` per label.
        notes: lines below them.
    """
    from rich.table import Table as RichTable

    grid = RichTable.grid(padding=(0, 2))
    for name, markup in sides:
        grid.add_row(plain_text(name), coloured_markup(markup, colours))
    out.print(grid)
    for note in notes:
        print_text(out, note)
    out.print()


def grouped_by_remedy(
    found: Iterable[tuple[str, str]], most: int | None = SHOWN_OF_ONE_REMEDY, where: str = "--full"
) -> Iterator[str]:
    """Lines, grouped by what to do about them; of many with one remedy the first ones.

    Args:
        found: remedies, empty where there is none, each with a line.
        most: how many lines with one remedy there are; None for all.
        where: the option that lists the others.
    """
    for remedy, group in groupby(sorted(found, key=lambda item: item[0]), key=lambda item: item[0]):
        lines = [line for _, line in group]
        yield from lines[:most]
        if most is not None and len(lines) > most:
            yield f"… and {len(lines) - most:,} more ({where} lists them)"
        if remedy:
            yield f"  {remedy}"
