"""The word lists of `data/`: plain text, one entry a line, the first line says whence they are."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def entries(name: str) -> list[str]:
    """The entries of a word list, without its comments."""
    text = (files("goldspan.suggest") / "data" / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _sections() -> dict[str, frozenset[str]]:
    found: dict[str, list[str]] = {}
    for line in entries("cues"):
        if line.startswith("["):
            words = found.setdefault(line.strip("[]"), [])
        else:
            words.append(line)
    return {name: frozenset(words) for name, words in found.items()}


def cues(name: str) -> frozenset[str]:
    """The cue words of a section of `cues.txt`."""
    return _sections()[name]
