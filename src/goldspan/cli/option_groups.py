"""Options that several commands share, and that reach the command as one value."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# The titles below which `--help` lists the options of a command: `rich_help_panel` of an option; `OWN` has all others.
OWN = "Options"
TABLES = "Tables of articles"
READING = "Reading files"
INTERVALS = "Intervals"
DOCCANO = "Doccano"
OUTPUT = "Output and project"
GROUPS = (TABLES, READING, INTERVALS, DOCCANO, OUTPUT)


def with_options(
    parameter: str, options: Mapping[str, tuple[Any, Any]], make: Callable[[dict[str, Any]], Any]
) -> Callable[..., Any]:
    """A decorator that gives a command some options, and passes on what is made of them.

    Args:
        parameter: of the command, which gets it.
        options: by name, the annotation for typer and the default.
        make: makes it of the values of the options, by name.
    """

    def decorate(run: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(run)
        def command(*arguments: Any, **given: Any) -> Any:  # noqa: ANN401  (what typer passes on)
            values = {name: given.pop(name, default) for name, (_, default) in options.items()}
            return run(*arguments, **{parameter: make(values)}, **given)

        signature = inspect.signature(run)
        parameters = [
            one.replace(annotation=_evaluated(one.annotation, run))
            for one in signature.parameters.values()
            if one.name != parameter
        ]
        added = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
            for name, (annotation, default) in options.items()
        ]
        command.__signature__ = signature.replace(parameters=[*parameters, *added])  # type: ignore[attr-defined]
        command.__annotations__ = {one.name: one.annotation for one in (*parameters, *added)}
        return command

    return decorate


def _evaluated(annotation: Any, run: Callable[..., Any]) -> Any:  # noqa: ANN401  (an annotation is any)
    """An annotation as typer reads it; that of a parameter of another group may name what is only there for checks."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, inspect.unwrap(run).__globals__)  # noqa: S307  (of this program)
    except NameError:
        return annotation
