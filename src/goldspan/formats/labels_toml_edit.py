"""Changes of `labels.toml` in place: the lines that a person wrote stay, with their comments and their order.

The scheme of the new text is compared with the scheme that was asked for, so a file in a form that is not understood
here (labels in an inline array, a name over several lines) is refused and not damaged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.errors import InputError
from goldspan.validation import toml_string, toml_tables

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from goldspan.annotation import Label, LabelScheme

LABEL = re.compile(r"""\s*\[\[\s*(?:label|"label"|'label')\s*\]\]\s*(?:#.*)?""")
LINE = re.compile(r"[^\n]*\n|[^\n]+")
TABLE = re.compile(r"\s*\[")
STRING = r"""("(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
ALLOW = re.compile(r"^[ \t]*\[[ \t]*allow[ \t]*\][ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE)
NEXT_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
ITEM = re.compile(rf"#[^\n]*|(?P<string>{STRING})(?P<comma>[ \t]*,)?")  # a comment may hold quotation marks
REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\n]*)?\r?\n")
REMEDY = (
    "Write each label as a table [[label]] with one key a line, as `goldspan init FOLDER` does, and run the command "
    "again; or make the change by hand."
)


def edited(path: Path, before: LabelScheme, after: LabelScheme, renamed: dict[str, str]) -> bytes:
    """The bytes of the file with the labels and the version of another scheme.

    Args:
        path: the file.
        before: its scheme.
        after: the scheme that is wanted: labels of before in their order, renamed or left out, then new ones.
        renamed: by name of a label of before, its name after; its other lines stay, but for a display name that goes.

    Raises:
        InputError: for a file whose form is not understood.
    """
    text = files.decode_whole(files.read_bytes(path), path)
    lines = LINE.findall(text)  # not splitlines: a value may hold U+2028
    tables = [number for number, line in enumerate(lines) if LABEL.fullmatch(line.rstrip("\r\n"))]
    if len(tables) == len(before.labels):
        lines = _with_labels(lines, tables, before, after, renamed)
        lines = _with_version(lines, after.version)
    new = "".join(lines)
    if toml_tables(new) != _expected(toml_tables(text) or {}, after, renamed):
        raise InputError("has its labels in a form that cannot be changed by goldspan", file=path, remedy=REMEDY)
    return new.encode("utf-8")


def without_allowed(path: Path, checks: Collection[str], names: Collection[str]) -> bytes:
    """The bytes of the file in which `[allow]` lacks some names.

    Args:
        path: the file.
        checks: the keys of `[allow]` that lose them.
        names: what goes.

    Raises:
        InputError: for a file whose form is not understood.
    """
    text = files.decode_whole(files.read_bytes(path), path)
    value = toml_tables(text) or {}
    allow = {
        check: [name for name in listed if check not in checks or name not in names]
        for check, listed in value.get("allow", {}).items()
    }
    heading = ALLOW.search(text)
    begin = heading.end() if heading else len(text)
    following = NEXT_TABLE.search(text, begin)
    end = following.start() if following else len(text)
    new = text[:begin] + _without_strings(text[begin:end], names) + text[end:]
    if toml_tables(new) != {**value, "allow": allow}:
        raise InputError(
            f"has [allow] in a form that cannot be changed by goldspan: {', '.join(sorted(names))} must leave it",
            file=path,
            remedy="Remove these names from [allow] by hand, and run the command again.",
        )
    return new.encode("utf-8")


def _without_strings(text: str, names: Collection[str]) -> str:
    """The text of a table without the items of lists that are these names, and without the lines that they leave."""
    parts: list[str] = []
    at = 0
    for match in ITEM.finditer(text):
        literal = match["string"]
        if literal is None or (toml_tables(f"name = {literal}") or {}).get("name") not in names:
            continue
        before, last = text[at : match.start()], match.end()
        if not match["comma"]:  # the last item of its list: the comma before it goes, unless one may end the list
            before = re.sub(r",\s*$", "", before)
        elif before.endswith("\n") or before.rstrip(" \t").endswith("\n"):
            rest = REST_OF_LINE.match(text, last)
            before, last = (before.rstrip(" \t"), rest.end()) if rest else (before, last)
        elif text[last : last + 1] == " ":
            last += 1
        parts.append(before)
        at = last
    return "".join([*parts, text[at:]])


@dataclass(frozen=True, slots=True)
class _Table:
    """The lines of a label: from the comments right above its heading to its last key; and the blank lines behind."""

    start: int
    heading: int
    end: int
    behind: int


def _with_labels(
    lines: list[str], headings: list[int], before: LabelScheme, after: LabelScheme, renamed: dict[str, str]
) -> list[str]:
    """The lines with the labels of another scheme."""
    tables = [_table(lines, heading) for heading in headings]
    newline = "\r\n" if lines[0].endswith("\r\n") else "\n"
    new = [label for label in after.labels if label.name not in before and label.name not in renamed.values()]
    if new:
        if not lines[-1].endswith("\n"):
            lines[-1] += newline
        end = tables[-1].end
        lines[end:end] = [
            line.replace("\n", newline) for label in new for line in ("\n", *LINE.findall(label_table(label)))
        ]
    for label, table in reversed(list(zip(before.labels, tables, strict=True))):
        name = renamed.get(label.name, label.name)
        if name not in after:
            del lines[table.start : table.behind]
        elif label.name in renamed:
            drops_display = label.display is not None and after[name].display is None
            lines[table.heading : table.end] = [
                _replaced(line, "name", name)
                for line in lines[table.heading : table.end]
                if not (drops_display and _key(line) == "display")
            ]
    return lines


def _table(lines: list[str], heading: int) -> _Table:
    start = heading
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    following = next((at for at in range(heading + 1, len(lines)) if TABLE.match(lines[at])), len(lines))
    end = next(at for at in range(following, heading, -1) if _is_content(lines[at - 1]))
    behind = end
    while behind < following and not lines[behind].strip():
        behind += 1
    return _Table(start, heading, end, behind)


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _with_version(lines: list[str], version: str) -> list[str]:
    """The lines with another version, in the first line that has the key: tables come after it."""
    for number, line in enumerate(lines):
        if _key(line) == "version":
            return [*lines[:number], _replaced(line, "version", version), *lines[number + 1 :]]
    return lines


def _key(line: str) -> str:
    """The key that a line gives a value; empty for none."""
    return line.lstrip("\ufeff").partition("=")[0].strip().strip("\"'") if "=" in line else ""


def _replaced(line: str, key: str, value: str) -> str:
    """The line with another string as the value, if it has the key."""
    pattern = rf"""^(\ufeff?\s*["']?{key}["']?\s*=\s*){STRING}"""
    return re.sub(pattern, lambda match: match[1] + toml_string(value), line, count=1)


def label_table(label: Label) -> str:
    """The table of a new label, with its heading."""
    keys = (
        ("name", label.name), ("display", label.display), ("definition", label.definition), ("colour", label.colour),
        ("shortcut", label.shortcut), ("page", label.page),
    )  # fmt: skip
    lines = [f"{key} = {toml_string(value)}" for key, value in keys if value is not None]
    return "".join(f"{line}\n" for line in ["[[label]]", *lines, *(["quantity = true"] if label.quantity else [])])


def _expected(value: dict[str, Any], after: LabelScheme, renamed: dict[str, str]) -> dict[str, Any]:
    """What the file is to state."""
    rows = {row["name"]: row for row in value["label"]}
    rows = {renamed.get(name, name): row for name, row in rows.items()}
    return {**value, "version": after.version, "label": [_row(rows.get(label.name), label) for label in after.labels]}


def _row(former: dict[str, Any] | None, label: Label) -> dict[str, Any]:
    """The keys of a label: those that its table had, with its name; all of a new one."""
    if former is not None:
        row = {**former, "name": label.name}
        return row if label.display is not None else {key: row[key] for key in row if key != "display"}
    [row] = (toml_tables(label_table(label)) or {})["label"]
    return dict(row)
