"""Which version of the guidelines last changed the meaning of each rule, and what is to be read again for it.

The changelog has a section per version, `## 1.1, 2026-03-01`, whose text names the rules that changed; `MU-1 to MU-4`
names all four. An item of a list that begins with rules and a colon may say which texts they concern, by regular
expressions in backquotes after `Read again:`.

    - **MU-7:** ships are no units without their class word either. Read again: `USS`, `(?i)destroyer|frigate`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InputError, InvalidValueError
from goldspan.guidelines.rules import mentioned_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

VERSION = re.compile(r"## +v?(\d+(?:\.\d+)*)\b.*", re.ASCII)
CHANGELOG = "CHANGELOG.md"
ITEM = re.compile(r"[-*+] ")
CONCERNED = re.compile(r"Read again:(?P<patterns>.*)")
PATTERN = re.compile(r"`([^`]+)`")
EVERY_TEXT = re.compile("")


@dataclass(frozen=True, slots=True)
class _Entry:
    """The section of a version: the line of its heading, from 1, and the lines after it."""

    version: str
    line: int
    text: tuple[str, ...]


def changed_rules(folder: Path) -> dict[str, str]:
    """For each rule that the changelog names, the newest version of the guidelines whose entry names it.

    Args:
        folder: of the guidelines; empty if it holds no changelog.

    Raises:
        InputError: if the changelog cannot be read.
    """
    newest: dict[str, str] = {}
    for entry in _entries(folder):
        for rule in mentioned_rules("\n".join(entry.text)):
            if rule not in newest or _parse_version(newest[rule]) < _parse_version(entry.version):
                newest[rule] = entry.version
    return newest


def concerned_texts(folder: Path, rule: str, since: str) -> tuple[re.Pattern[str], ...]:
    """Patterns of the texts to be read again because a rule has changed after a version of the guidelines.

    A text is concerned if one of them occurs in it. The empty pattern, which occurs in every text, stands for a change
    that does not say which texts it concerns.

    Args:
        folder: of the guidelines.
        rule: the id of the rule.
        since: the version that was followed.

    Raises:
        InputError: if the changelog cannot be read, or a pattern in it is none.
        InvalidValueError: if `since` is not numbers with dots.
    """
    return tuple(
        pattern
        for entry in _entries(folder)
        if _parse_version(entry.version) > _parse_version(since) and rule in mentioned_rules("\n".join(entry.text))
        for pattern in _patterns(entry, rule, folder) or [EVERY_TEXT]
    )


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
    newest = max(_entries(folder), key=lambda entry: (_parse_version(entry.version), entry.line), default=None)
    if newest is not None and _parse_version(newest.version) > _version_in_force(version, folder):
        raise InputError(
            f"the newest entry is of version {newest.version}, but labels.toml has version {version}",
            file=folder / CHANGELOG,
            line=newest.line,
            remedy=f'Write version = "{newest.version}" in labels.toml, or correct the entry.',
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


def _entries(folder: Path) -> Iterator[_Entry]:
    """The sections of the changelog that have a version; none if there is no changelog."""
    path = folder / CHANGELOG
    if not files.is_there(path):
        return
    lines = files.decode(files.read_bytes(path), path).split("\n")
    headings = [number for number, line in enumerate(lines) if line.startswith("## ")]
    for start, end in pairwise([*headings, len(lines)]):
        if match := VERSION.fullmatch(lines[start]):
            yield _Entry(match[1], start + 1, tuple(lines[start + 1 : end]))


def _patterns(entry: _Entry, rule: str, folder: Path) -> list[re.Pattern[str]]:
    """What is to be looked for in texts because of the change of a rule; nothing if the entry does not say it."""
    found = []
    for line, item in _items(entry):
        concerned = CONCERNED.search(item)
        if concerned is not None and rule in mentioned_rules(item.partition(":")[0]):
            found += [_compiled(pattern, folder, line) for pattern in PATTERN.findall(concerned["patterns"])]
    return found


def _items(entry: _Entry) -> Iterator[tuple[int, str]]:
    """The items of the lists of an entry, each on one line, with the number of its first line."""
    item: list[str] = []
    first = 0
    for number, line in enumerate([*entry.text, ""], entry.line + 1):
        if item and (not line.strip() or ITEM.match(line)):
            yield first, " ".join(item)
            item = []
        if ITEM.match(line):
            first, item = number, [line[2:].strip()]
        elif item:
            item.append(line.strip())


def _compiled(pattern: str, folder: Path, line: int) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise InputError(
            f"`{pattern}` after “Read again:” is no regular expression: {error}",
            file=folder / CHANGELOG,
            line=line,
            remedy="Correct it, or leave it out: every example is listed then.",
        ) from None


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
