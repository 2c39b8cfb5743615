"""Which version of the guidelines last changed the meaning of each rule, from their changelog.

The changelog has a section per version, `## 1.1, 2026-03-01`, whose text names the rules that changed; `MU-1 to MU-4`
names all four.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InputError, InvalidValueError
from goldspan.guidelines.rules import mentioned_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

VERSION = re.compile(r"## +v?(\d+(?:\.\d+)*)\b.*", re.ASCII)
CHANGELOG = "CHANGELOG.md"


def changed_rules(folder: Path) -> dict[str, str]:
    """For each rule that the changelog names, the newest version of the guidelines whose entry names it.

    Args:
        folder: of the guidelines; empty if it holds no changelog.

    Raises:
        InputError: if the changelog cannot be read.
    """
    path = folder / CHANGELOG
    if not files.is_there(path):
        return {}
    newest: dict[str, str] = {}
    version = None
    for line in files.decode(files.read_bytes(path), path).split("\n"):
        if line.startswith("## "):
            match = VERSION.fullmatch(line)
            version = match[1] if match else None
        elif version is not None:
            for rule in mentioned_rules(line):
                if rule not in newest or _parse_version(newest[rule]) < _parse_version(version):
                    newest[rule] = version
    return newest


def require_no_later_entry(folder: Path, version: str) -> None:
    """Refuse a changelog with an entry later than the guidelines themselves.

    A decision is recorded with the version in force. Under a rule that changed with a later version it would be
    outdated at once, and asked for again without end.

    Args:
        folder: of the guidelines; nothing is refused if it holds no changelog.
        version: of the guidelines, from labels.toml.

    Raises:
        InputError: if the newest entry has a later version, or the version in force is not numbers with dots.
    """
    path = folder / CHANGELOG
    if not files.is_there(path):
        return
    lines = enumerate(files.decode(files.read_bytes(path), path).split("\n"), 1)
    entries = [
        (_parse_version(match[1]), number, match[1]) for number, line in lines if (match := VERSION.fullmatch(line))
    ]
    if entries and (newest := max(entries))[0] > _version_in_force(version, folder):
        raise InputError(
            f"the newest entry is of version {newest[2]}, but labels.toml has version {version}",
            file=path,
            line=newest[1],
            remedy=f'Write version = "{newest[2]}" in labels.toml, or correct the entry.',
        )


def oldest_version(versions: Iterable[str]) -> str:
    """The oldest of some versions, at least one.

    Raises:
        InvalidValueError: for one that is not numbers with dots.
    """
    distinct = set(versions)
    return min(distinct, key=_parse_version) if len(distinct) > 1 else distinct.pop()


def is_outdated(changed: Mapping[str, str], rule: str | None, version: str) -> bool:
    """Whether a rule changed in meaning after a version of the guidelines.

    Args:
        changed: the result of `changed_rules`.
        rule: the id of the rule; None for no rule, which cannot change.
        version: the version that was followed.

    Raises:
        InvalidValueError: for a version that is not numbers with dots.
    """
    return rule is not None and rule in changed and _parse_version(changed[rule]) > _parse_version(version)


def _version_in_force(version: str, folder: Path) -> tuple[int, ...]:
    try:
        return _parse_version(version)
    except InvalidValueError as error:
        raise InputError(error.message, file=folder / "labels.toml", remedy=error.remedy) from None


def _parse_version(version: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError:
        raise InvalidValueError(
            f"{version!r} is no version of the guidelines", remedy="A version is numbers with dots, such as 1.2."
        ) from None
