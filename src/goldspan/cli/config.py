"""`goldspan config`."""

from __future__ import annotations

import json as json_text
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from goldspan.cli import completion_values, console
from goldspan.corpus import Corpus
from goldspan.errors import InvalidValueError
from goldspan.report.text import Table

if TYPE_CHECKING:
    from goldspan.effective_settings import EffectiveSettings

NOT_STATED = "not stated"


def run(
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="KEY",
            autocompletion=completion_values.settings,
            help=(
                "A key such as splits.train: print only its value. A section such as splits: "
                "print its keys and values. recogniser: print the names of the recognisers."
            ),
            show_default=False,
        ),
    ] = None,
    *,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Print the settings of the project.

    Each value comes with the place that states it and with the option that wins over it. A variable of the
    environment wins over goldspan.toml, and an option wins over both. Checks are printed only if the project has
    chosen something for them; --json has all.

    If you name a KEY and its value is not stated, nothing is printed and the exit code is 1.

    --json writes the keys root, file (null if there is none), settings (each with key, value, kind, place, default,
    values, variable and option), recognisers (name, kind, labels, enabled and place) and environment.
    """
    from goldspan.effective_settings import effective_settings

    chosen = effective_settings(Corpus.find(root))
    if key is None:
        console.write_json(json, "config", chosen.json())
        _print_all(chosen)
        return
    if key == "recogniser":
        console.write_json(json, "config", {"recognisers": [asdict(one) for one in chosen.recognisers]})
        for recogniser in chosen.recognisers:
            console.print_line(recogniser.name)
        return
    try:
        found = chosen.find(key)
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None
    console.write_json(json, "config", {"settings": [asdict(one) for one in found]})
    if [one.key for one in found] != [key]:
        for one in found:
            console.print_line(f"{one.key} {_text(one.value)}")
    elif found[0].value is None:
        print(f"goldspan: {key} is not stated", file=sys.stderr)
        raise typer.Exit(1)
    else:
        console.print_line(_text(found[0].value))


def _print_all(chosen: EffectiveSettings) -> None:
    file = "goldspan.toml" if chosen.has_file else "no goldspan.toml, so what is stated nowhere has its default"
    values = tuple((one.key, _text(one.value), one.place, one.option or "") for one in chosen.shown)
    recognisers = tuple(
        (
            f"{number}.",
            one.name,
            one.kind,
            _labels(one.labels),
            one.place if one.enabled else f"{one.place}, not enabled",
        )
        for number, one in enumerate(chosen.recognisers, 1)
    )
    note = "The first has precedence. `suggest --recogniser`, `--model` and `--no-model` win over the file."
    tables = [
        Table(f"Settings of {chosen.root} ({file})", "", ("key", "value", "from", "option"), values),
        Table("Recognisers", note, ("", "name", "kind", "labels", "from"), recognisers),
        Table("Environment", "", ("variable", "value"), tuple(chosen.environment.items())),
    ]
    out = console.report_console()
    for table in tables:
        if table.rows or table.note:
            console.print_table(out, table)


def _labels(labels: Any) -> str:  # noqa: ANN401  (as the file has them)
    return ", ".join(f"{own} = {label}" for own, label in labels.items())


def _text(value: object) -> str:
    """A value as a script reads it."""
    if value is None:
        return NOT_STATED
    return value if isinstance(value, str) else json_text.dumps(value, ensure_ascii=False)
