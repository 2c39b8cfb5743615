"""`goldspan completion`, and what goldspan answers to a shell that completes a command line.

A shell asks by calling goldspan with `_GOLDSPAN_COMPLETE` in the environment. The answer goes to standard output; where
there is none, or where anything fails, it is empty.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "_GOLDSPAN_COMPLETE"
BASH = """\
_goldspan_completion() {
    local IFS=$'\\n' word words=() i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == "=" ]] || words+=("${COMP_WORDS[i]}")
    done
    [[ ${COMP_WORDS[COMP_CWORD]} == "=" ]] && words+=("")
    COMPREPLY=($(COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]} - 1)) \\
        _GOLDSPAN_COMPLETE=complete_bash "$1" 2>/dev/null))
}
complete -o default -F _goldspan_completion goldspan
"""
ZSH = """\
#compdef goldspan
_goldspan_completion() {
    eval "$(_TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" _GOLDSPAN_COMPLETE=complete_zsh ${words[1]} 2>/dev/null)"
}
compdef _goldspan_completion goldspan
"""
FISH = """\
function __goldspan_complete
    set --local --export _GOLDSPAN_COMPLETE complete_fish
    set --local --export _TYPER_COMPLETE_FISH_ACTION $argv[1]
    set --local --export _TYPER_COMPLETE_ARGS (commandline --current-process --cut-at-cursor)
    goldspan 2>/dev/null
end
complete --command goldspan --no-files --arguments "(__goldspan_complete get-args)" \\
    --condition "__goldspan_complete is-args"
"""
POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName goldspan -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $Env:_GOLDSPAN_COMPLETE = "complete_powershell"
    $Env:_TYPER_COMPLETE_ARGS = $commandAst.ToString()
    $Env:_TYPER_COMPLETE_WORD_TO_COMPLETE = $wordToComplete
    goldspan 2>$null | ForEach-Object {
        $value, $text = $_ -split ":::", 2
        [System.Management.Automation.CompletionResult]::new($value, $value, "ParameterValue", $text)
    }
    Remove-Item Env:_GOLDSPAN_COMPLETE, Env:_TYPER_COMPLETE_ARGS, Env:_TYPER_COMPLETE_WORD_TO_COMPLETE
}
"""
SCRIPTS: Mapping[str, str] = {"bash": BASH, "zsh": ZSH, "fish": FISH, "powershell": POWERSHELL}
LINES = {
    "bash": ('eval "$(goldspan completion bash)"', "~/.bashrc"),
    "zsh": ('eval "$(goldspan completion zsh)"', "~/.zshrc, after compinit"),
    "fish": ("goldspan completion fish | source", "~/.config/fish/config.fish"),
    "powershell": ("goldspan completion powershell | Out-String | Invoke-Expression", "the file that $PROFILE names"),
}


def run(
    shell: Annotated[
        Literal["bash", "zsh", "fish", "powershell"] | None,
        typer.Argument(
            metavar="SHELL",
            help="Print the script for this shell: bash, zsh, fish or powershell. Default: how to switch it on.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print the script that completes commands in a shell.

    The Tab key then completes commands, options and their values. The command writes nothing: put its line into the
    file that your shell reads at its start.
    """
    if shell is not None:
        print(SCRIPTS[shell], end="")
        return
    for name, (line, file) in LINES.items():
        print(f"{name}: put this line into {file}\n    {line}")


def answer(command: Any) -> NoReturn:  # noqa: ANN401  (a command of typer, whose class is private)
    """Print what completes the line that a shell asks about, and exit; nothing where anything fails.

    Raises:
        SystemExit: always.
    """
    from typer.completion import get_completion_inspect_parameters, shell_complete

    code = 0
    with Path(os.devnull).open("w", encoding="utf-8") as null, contextlib.redirect_stderr(null):
        try:
            get_completion_inspect_parameters()  # which makes typer know the shells
            code = shell_complete(command, {}, "goldspan", VARIABLE, os.environ[VARIABLE])
            sys.stdout.flush()
        except SystemExit as end:  # fish asks whether there is anything by the exit code
            code = end.code if isinstance(end.code, int) else 0
        except Exception:  # noqa: BLE001  (a person who presses a key wants no traceback)
            code = 0
    sys.exit(code)
