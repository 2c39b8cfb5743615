"""When the rules of the guidelines changed in meaning, as their changelog says it.

The changelog has a section per version, `## 1.1, 2026-03-01`, which names the rules that changed; `MU-1 to MU-4` names
all of these.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
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


def refuse_ahead(folder: Path, version: str) -> None:
    """Refuse a changelog that is ahead of the guidelines, whose decisions would be asked again without end.

    A decision is recorded with the version in force: under a rule that changed with a later one it is outdated at once.

    Args:
        folder: of the guidelines; without a changelog in it there is nothing to refuse.
        version: of the guidelines, as labels.toml has it.

    Raises:
        InputError: if the newest entry has a later version, or the version in force is not numbers with dots.
    """
    path = folder / CHANGELOG
    if not path.is_file():
        return
    heads = enumerate(files.decode(files.read_bytes(path), path).split("\n"), 1)
    entries = [(_number(match[1]), number, match[1]) for number, line in heads if (match := VERSION.fullmatch(line))]
    if entries and (newest := max(entries))[0] > _in_force(version, folder):
        raise InputError(
            f"the newest entry is of version {newest[2]}, but labels.toml says {version}",
            file=path,
            line=newest[1],
            remedy=f'Write version = "{newest[2]}" in labels.toml, or correct the entry.',
        )


def oldest(versions: Iterable[str]) -> str:
    """The oldest of some versions, at least one.

    Raises:
        InvalidValueError: for one that is not numbers with dots.
    """
    distinct = set(versions)
    return min(distinct, key=_number) if len(distinct) > 1 else distinct.pop()


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
        InvalidValueError: for a version that is not numbers with dots.
    """
    return rule is not None and rule in changed and _number(changed[rule]) > _number(version)


def _in_force(version: str, folder: Path) -> tuple[int, ...]:
    try:
        return _number(version)
    except InvalidValueError as error:
        raise InputError(error.message, file=folder / "labels.toml", remedy=error.remedy) from None


def _number(version: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError:
        raise InvalidValueError(
            f"{version!r} is no version of the guidelines", remedy="A version is numbers with dots, such as 1.2."
        ) from None
