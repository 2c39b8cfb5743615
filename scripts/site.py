"""Runs `goldspan site`."""

from _run import run_command

run_command(__file__)
