"""The options of every command that reads annotation of any format: what a file does not state itself."""

from __future__ import annotations

import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from goldspan.cli import completion_values
from goldspan.cli.console import split_names
from goldspan.cli.option_groups import READING, with_options
from goldspan.errors import InvalidValueError
from goldspan.formats.options import Discontinuous, Overlaps, ReadOptions
from goldspan.offsets import Unit
from goldspan.report.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from goldspan.formats.record import Note

SHOWN = 3  # remarks of a kind
OPTIONS: dict[str, Any] = {
    "offsets": Annotated[
        Unit | None,
        typer.Option(
            rich_help_panel=READING, help="What the offsets of a JSON file count. Default: what its format says."
        ),
    ],
    "word_column": Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            rich_help_panel=READING,
            help="The column of the words: its number from 1, or its name. Default: detected.",
        ),
    ],
    "tag_column": Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            rich_help_panel=READING,
            help="The column of the tags: its number from 1, or its name. Default: detected.",
        ),
    ],
    "label": Annotated[
        str | None,
        typer.Option(
            metavar="LABEL",
            rich_help_panel=READING,
            help="The label of spans that have none, as with bare tags B, I and O.",
        ),
    ],
    "repair": Annotated[
        Literal["conlleval", "strict"],
        typer.Option(
            rich_help_panel=READING,
            help=(
                "How to read malformed tag sequences: as conlleval does, or strictly, without the"
                " spans that they would mark."
            ),
        ),
    ],
    "tagging_scheme": Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            rich_help_panel=READING,
            help=(
                "The tagging scheme: IOB2, IOB1, IOE2, IOE1 or BIOES. Default: the one that fits "
                "the tags best; in an evaluation, that of gold."
            ),
        ),
    ],
    "spans_key": Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME,...",
            rich_help_panel=READING,
            help="The span groups of a DocBin to read, separated by commas. Default: entities and sc.",
        ),
    ],
    "discontinuous": Annotated[
        Discontinuous,
        typer.Option(
            rich_help_panel=READING,
            help="Spans with a gap: refuse them, split them into their parts, or cover the gap.",
        ),
    ],
    "annotator": Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            rich_help_panel=READING,
            help="The annotator whose spans are read, if a file has several annotators.",
        ),
    ],
    "layer": Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            rich_help_panel=READING,
            help="The annotation layer to read, if a file has several: LAYER or LAYER:FEATURE.",
        ),
    ],
    "split": Annotated[
        str | None,
        typer.Option(metavar="NAME", rich_help_panel=READING, help="The split to read, if a dataset has several."),
    ],
    "rename": Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="OLD=NEW",
            rich_help_panel=READING,
            help="Read the label OLD as NEW. May be repeated, or separated by commas.",
        ),
    ],
    "only": Annotated[
        list[str] | None,
        typer.Option(
            metavar="LABEL,...",
            rich_help_panel=READING,
            autocompletion=completion_values.several(completion_values.labels),
            help="Read only spans of these labels, separated by commas. Give the new names if you use --map.",
        ),
    ],
    "overlaps": Annotated[
        Overlaps | None,
        typer.Option(
            rich_help_panel=READING,
            help="Spans that overlap: keep them, refuse them, or drop the inner or the outer ones.",
        ),
    ],
    "texts": Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            metavar="FILE",
            rich_help_panel=READING,
            help="The texts by id, for annotation that has only ids: JSON objects, CSV or TSV.",
        ),
    ],
}
DEFAULTS = ReadOptions()


def with_read_options(*, leave_out: Sequence[str] = (), **defaults: str) -> Callable[..., Any]:
    """A decorator that gives a command the options of reading, and passes them on as `reading`.

    Args:
        leave_out: the names of options that the command does not have.
        defaults: where the command has other defaults than `ReadOptions`.
    """
    added = {
        name: (annotation, defaults.get(name, _default(name)))
        for name, annotation in OPTIONS.items()
        if name not in leave_out
    }
    return with_options("reading", added, _read_options)


def rename_pairs(options: Sequence[str] | None, name: str = "--map") -> dict[str, str]:
    """The new name of each label in options of the form OLD=NEW.

    Args:
        options: as given; each may hold several, with commas between them.
        name: of the option, for the message.

    Raises:
        typer.BadParameter: for one of another form, or a label with two new names.
    """
    pairs: dict[str, str] = {}
    for option in split_names(options):
        old, separator, new = option.partition("=")
        if not (separator and old.strip() and new.strip()):
            raise typer.BadParameter(f"{option!r} is not OLD=NEW", param_hint=name)
        if pairs.setdefault(old.strip(), new.strip()) != new.strip():
            raise typer.BadParameter(f"{old.strip()!r} has two new names", param_hint=name)
    return pairs


def _default(name: str) -> Any:  # noqa: ANN401  (a default is any)
    value = getattr(DEFAULTS, name)
    return value if isinstance(value, str) else None


def _read_options(options: dict[str, Any]) -> ReadOptions:
    read = dict(options)
    if "rename" in read:
        read["rename"] = rename_pairs(read["rename"])
    if "only" in read:
        read["only"] = frozenset(split_names(read["only"])) if read["only"] else None
    if "spans_key" in read:
        read["spans_key"] = tuple(split_names(read["spans_key"])) if read["spans_key"] else None
    if read.get("texts") is not None:
        from goldspan.formats.texts_by_id import read_texts

        read["texts"] = read_texts(read["texts"])
    try:
        return ReadOptions(**read)
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None


def print_notes(notes: Sequence[Note], not_listed: Mapping[str, int] = MappingProxyType({})) -> None:
    """Print what was noted while reading on stderr: the first remarks of each kind, and how many more there are.

    Args:
        notes: the remarks.
        not_listed: by kind, how many more there are of it than these.
    """
    kinds: dict[str, list[Note]] = {}
    for note in notes:
        kinds.setdefault(note.kind, []).append(note)
    for kind, of_kind in kinds.items():
        for note in of_kind[:SHOWN]:
            print(visible(f"goldspan: note: {note}"), file=sys.stderr)
        if len(of_kind) > SHOWN:
            more = len(of_kind) - SHOWN + not_listed.get(kind, 0)
            listed = f"the first {len(of_kind):,}" if kind in not_listed else "all"
            print(f"goldspan: note: {more:,} more of the kind {kind}; --json lists {listed}", file=sys.stderr)
        for remedy in dict.fromkeys(note.remedy for note in of_kind if note.remedy):
            print(visible(f"  {remedy}"), file=sys.stderr)
