"""Which options of `goldspan adjudicate` go together: none that is given may be passed over in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

LIST = "--rule"  # without another mode it lists what was decided
NONE = ""  # without any it is shown how things stand
SERVE = {  # per mode the options that it has a use for; --settle writes with --apply or without
    "--settle": {"--as", "--apply"},
    "--adopt": {"--as", "--reason", "--rule", "--apply"},
    "--push": {"--project", "--prefill", "--members", "--home", "--apply"},
    "--pull": {"--project", "--members", "--home", "--apply"},
    LIST: {"--rule"},
    NONE: {"--accept", "--overwrite", "--apply"},
}


def refuse_idle(modes: Mapping[str, bool], options: Mapping[str, bool]) -> None:
    """Refuse two modes at once, and an option that the mode has no use for.

    Args:
        modes: what can be asked for, and whether it was.
        options: likewise what can be said further.

    Raises:
        typer.BadParameter: naming the options.
    """
    given = [name for name, said in options.items() if said]
    asked = [name for name, wanted in modes.items() if wanted] or [LIST if LIST in given else NONE]
    if len(asked) > 1:
        raise typer.BadParameter(f"{' and '.join(asked)} do not go together")
    idle = [name for name in given if name not in SERVE[asked[0]]]
    if idle and asked[0]:
        raise typer.BadParameter(f"{' and '.join([asked[0], *idle])} do not go together")
    if idle:
        served = [mode for mode, serving in SERVE.items() if idle[0] in serving]
        raise typer.BadParameter(f"{idle[0]} goes with {' or '.join(served)} alone")
