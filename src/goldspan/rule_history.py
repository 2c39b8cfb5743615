"""When the rules of the guidelines changed in meaning, as their changelog says it.

The changelog has a section per version, `## 1.1, 2026-03-01`, which names the rules that changed; `MU-1 to MU-4` names
all of these.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAMED = re.compile(r"(?<![\w-])[A-Z][A-Z0-9]{0,7}-\d{1,3}[a-z]?(?![\w-])", re.ASCII)
RANGE = re.compile(r"(?<![\w-])([A-Z][A-Z0-9]{0,7})-(\d{1,3}) to \1-(\d{1,3})(?![\w-])", re.ASCII)
VERSION = re.compile(r"## +v?(\d+(?:\.\d+)*)\b.*", re.ASCII)
CHANGELOG = "CHANGELOG.md"


def changes(folder: Path) -> dict[str, str]:
    """For each rule that the changelog names, the newest version of the guidelines whose entry names it.

    Args:
        folder: of the guidelines; without a changelog in it there are none.

    Raises:
        InputError: if the changelog cannot be read.
    """
    path = folder / CHANGELOG
    if not path.is_file():
        return {}
    newest: dict[str, str] = {}
    version = None
    for line in files.decode(files.read_bytes(path), path).split("\n"):
        if line.startswith("## "):
            match = VERSION.fullmatch(line)
            version = match[1] if match else None
        elif version is not None:
            for name in mentioned(line):
                if name not in newest or _number(newest[name]) < _number(version):
                    newest[name] = version
    return newest


def mentioned(text: str) -> list[str]:
    """The ids of rules that a text mentions, each once and in its order; `MU-1 to MU-3` mentions three."""

    def spread(match: re.Match[str]) -> str:
        first, last = int(match[2]), int(match[3])
        return " ".join(f"{match[1]}-{number}" for number in range(first, last + 1))

    return list(dict.fromkeys(NAMED.findall(RANGE.sub(spread, text))))


def outdated(changed: Mapping[str, str], rule: str | None, version: str) -> bool:
    """Whether a rule changed in meaning after a version of the guidelines.

    Args:
        changed: what `changes` says.
        rule: the id of the rule; None for none, which cannot change.
        version: the version that was followed.

    Raises:
        ValueRefused: for a version that is not numbers with dots.
    """
    return rule is not None and rule in changed and _number(changed[rule]) > _number(version)


def _number(version: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError:
        raise ValueRefused(
            f"{version!r} is no version of the guidelines", remedy="A version is numbers with dots, such as 1.2."
        ) from None
