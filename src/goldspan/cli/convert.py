"""`goldspan convert`."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from goldspan import files, formats
from goldspan.cli import console
from goldspan.cli.next_step import print_next
from goldspan.cli.option_groups import READING
from goldspan.cli.output import take_output
from goldspan.cli.reading import print_notes, with_read_options
from goldspan.corpus import project_of_files
from goldspan.formats.options import ReadOptions, WriteOptions
from goldspan.formats.record import Note
from goldspan.report.text import amount, enumerate_names
from goldspan.tokens import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.formats.convert import Conversion

FormatName = str
if not TYPE_CHECKING:
    FormatName = Literal[formats.CHOICES]  # typer reads the choices


@with_read_options()
def run(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="Files, brat folders, or folders of files.", exists=True)
    ],
    *,
    to: Annotated[
        FormatName,
        typer.Option(
            "--to", metavar="NAME", help="The format to write. `goldspan formats` lists them.", show_default=False
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help=(
                "The new file, or the new folder for brat. `-` is standard output. Annotation "
                "that is there is overwritten. Nothing else is overwritten: no file that is read,"
                " and no source of a project."
            ),
            show_default=False,
            callback=take_output,
        ),
    ],
    source: Annotated[
        FormatName | None,
        typer.Option(
            "--from",
            metavar="NAME",
            rich_help_panel=READING,
            help="The format of the files. Default: detected from their content.",
            show_default=False,
        ),
    ] = None,
    policy: Annotated[
        Literal["strict", "expand"],
        typer.Option(
            "--policy",
            help=f"For {enumerate_names(formats.TOKEN_FORMATS)}: refuse spans that cut a token (strict) or widen them.",
        ),
    ] = "strict",
    language: console.Language = None,
    json: console.Json = None,
    reading: ReadOptions,
) -> None:
    """Convert annotated files from one format into another.

    Nothing is written unless all examples can be read.
    """
    from goldspan.corpus import outputs
    from goldspan.formats.convert import convert

    if formats.get(to).writes_folder(output):
        outputs.validate_folder(output, paths)
    else:
        outputs.validate_file(output, "annotation", paths)
    notes: list[Note] = []
    if formats.get(to).is_tokenized:
        language, notes = _language(paths, language)
    writing = WriteOptions(policy=policy, language=language or DEFAULT_LANGUAGE)
    with console.reading_bar():
        account = convert(paths, output, to=to, source=source, reading=reading, writing=writing)
    account.notes += notes
    console.write_json(json, "convert", account.json())
    if account.refused:
        for error in account.refused:
            print(f"goldspan: {error}", file=sys.stderr)
        if account.more_refused:
            print(f"goldspan: and {account.more_refused:,} more", file=sys.stderr)
        refused = len(account.refused) + account.more_refused
        print(f"goldspan: {refused} refused; nothing was written", file=sys.stderr)
        raise typer.Exit(1)
    print_notes(account.notes, account.more_notes)
    console.make_console().print(console.plain_text(_summary(account, output, to)))
    if json is None and not files.is_standard_output(output):
        print_next(f"check what was written: goldspan check {shlex.quote(str(output))}")


def _language(paths: Sequence[Path], named: str | None) -> tuple[str, list[Note]]:
    """The language of the new file's tokens, and a note if nothing names it."""
    if named is not None:
        return named, []
    corpus = project_of_files(paths)
    if corpus is not None and corpus.scheme.is_language_stated:
        corpus.require_tokenizer()
        return corpus.scheme.language, []
    message = f"no label scheme and no --language names the language: tokens are those of {DEFAULT_LANGUAGE!r}"
    remedy = "Name it: --language CODE, e.g. fr or zh, or language in labels.toml."
    return DEFAULT_LANGUAGE, [Note("assumed-language", message, remedy=remedy)]


def _size(examples: int, spans: int) -> str:
    return f"{amount(examples, 'example')}, {amount(spans, 'span')}"


def _summary(account: Conversion, output: Path, to: str) -> str:
    kinds = ", ".join(f"{number} {name}" for name, number in Counter(name for _, name in account.files).items())
    written = account.written
    spans = written.spans - written.misaligned.lost
    out = [
        f"read      {amount(len(account.files), 'file')} ({kinds}): {_size(account.examples, account.spans)}",
        f"written   {output} ({to}): {_size(written.examples, spans)}",
    ]
    for why, number in written.left_out.items():
        out.append(f"left out  {amount(number, 'example')} that nobody annotated: {why}")
    for what, number in written.losses.items():
        out.append(f"lost      {what} of {amount(number, 'example')}, which {to} cannot hold")
    if account.repaired:
        out.append(f"repaired  {amount(account.repaired, 'tag')}, see `repaired_tags` of their examples")
    out += [f"widened   {span}" for span in account.widened]
    out += [f"lost      {span}" for span in account.lost]
    more = account.not_listed()
    out += [f"{what:<10}{amount(more[what], 'more span')}" for what in ("widened", "lost") if what in more]
    return "\n".join(out)
