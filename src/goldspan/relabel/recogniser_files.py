"""What recognisers know of labels: the tables of `goldspan.toml`, files of patterns, gazetteers that a label names."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json
from goldspan.corpus.manifest import name_problem
from goldspan.formats.json_lines import json_object, numbered
from goldspan.settings import FILE
from goldspan.suggest.recognisers import DEFAULT
from goldspan.validation import TomlTable, toml_string, toml_tables

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from goldspan.corpus import Corpus
    from goldspan.relabel.change import LabelChange

MAPPED = ("labels",)  # the keys of a recogniser under which labels of ours are values
LISTED = ("ask_for",)  # under which they are listed
KEYED = ("files", "patterns")  # under which they are keys
HEADING = re.compile(r"\s*\[\[?\s*(?P<table>[\w.-]+)\s*\]")
ASSIGNED = re.compile(r"\s*(?P<key>[\w-]+)\s*=")
# By kind, the key that names its files or folders, and what it reads without the key.
PLACES = {
    "patterns": ("files", "annotation_guidelines/patterns.jsonl"),
    "gazetteer": ("folder", "annotation_guidelines/gazetteers"),
}
REMEDY = 'A line is {"label": "ORG", "pattern": …}, as spaCy\'s span ruler reads it.'


@dataclass(frozen=True, slots=True)
class RelabelledRecognisers:
    """The files of recognisers after a change.

    Args:
        contents: the bytes of each file that changes; None for one that gets another name.
        notes: what a person has to look at, as sentences.
    """

    contents: dict[Path, bytes | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def relabel_recognisers(corpus: Corpus, change: LabelChange) -> RelabelledRecognisers:
    """The files of recognisers after a change; nothing is written.

    After a split, what a recogniser knows is of the first choice, unless the words of a pattern decide.

    Raises:
        InputError: for a file that cannot be read.
    """
    result = RelabelledRecognisers()
    tables = _tables(corpus)
    _relabel_settings(corpus, change, tables, result)
    for path in _named(corpus, change.old, tables, "patterns"):
        if not path.is_relative_to(corpus.root):
            result.notes.append(f"{path} is outside of the project: change the label {change.old} there by hand")
        elif path.is_file():
            _relabel_patterns(path, change, result)
    for folder in _named(corpus, change.old, tables, "gazetteer"):
        if not folder.is_relative_to(corpus.root):
            result.notes.append(f"{folder} is outside of the project: rename the list of {change.old} there by hand")
        else:
            _relabel_gazetteer(folder, change, result)
            _note_names(folder, change, result)
    return result


def _tables(corpus: Corpus) -> list[dict[str, Any]]:
    """The tables [[recogniser]] as they are written."""
    path = corpus.root / FILE
    value = TomlTable.read(path, "`goldspan help settings` has all keys.").value if files.is_there(path) else {}
    tables = value.get("recogniser", [])
    return [table for table in tables if isinstance(table, dict)] if isinstance(tables, list) else []


def _named(corpus: Corpus, old: str, tables: list[dict[str, Any]], kind: str) -> list[Path]:
    """The files or folders in which recognisers of a kind name a label of ours, and those that they have by default.

    What only recognisers read that map the name is left out: there it is a name of their own.
    """
    key, default = PLACES[kind]
    named, of_own_names = list[Path](), list[Path]()
    for table in tables:
        if table.get("kind") == kind:
            value = table.get(key, default)
            names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
            paths = [Path(os.path.normpath(corpus.root / name)) for name in names if isinstance(name, str)]
            (of_own_names if _maps(table, old) else named).extend(paths)
    usual = Path(os.path.normpath(corpus.root / default))
    return list(dict.fromkeys(named if usual in of_own_names else [usual, *named]))


def _maps(table: Mapping[str, Any], label: str) -> bool:
    """Whether a recogniser states what stands for a label of its own that has the name of one of ours."""
    mapped = table.get(MAPPED[0])
    return isinstance(mapped, dict) and label in mapped and not _has_our_names(table)


def _has_our_names(table: Mapping[str, Any]) -> bool:
    """Whether a recogniser takes the names of its lists from the scheme: a gazetteer does, unless it states files."""
    return table.get("kind") == "gazetteer" and not table.get("files")


# goldspan.toml


def _relabel_settings(
    corpus: Corpus, change: LabelChange, tables: list[dict[str, Any]], result: RelabelledRecognisers
) -> None:
    path, old, new = corpus.root / FILE, change.old, change.labels[0]
    expected = [_renamed(table, change) for table in tables]
    if expected != tables:
        of_own_names = {number for number, table in enumerate(tables) if _maps(table, old)}
        edited = _edited(files.decode_whole(files.read_bytes(path), path), change, of_own_names)
        if (toml_tables(edited) or {}).get("recogniser") != expected:
            result.notes.append(f"{FILE} names {old} where goldspan cannot change it: write {new} there by hand")
        else:
            result.contents[path] = edited.encode("utf-8")
            if change.kind == "split":
                result.notes.append(
                    f"{FILE}: what recognisers find as {old} is {new} now; is some of it another label?"
                )
    for table in tables or [dict(each) for each in DEFAULT]:
        kind = table.get("kind")
        may_find = kind == "spacy" or (kind == "military-news" and old in _military_labels())
        if may_find and change.is_gone and not _maps(table, old):
            result.notes.append(
                f"the recogniser {table.get('name', kind)} takes labels of equal name by itself: if it finds {old}, "
                f"add labels = {{ {toml_string(old)} = {toml_string(new)} }} to it in {FILE}"
            )


def _military_labels() -> Collection[str]:
    from goldspan.suggest.military_news.recogniser import LABELS  # here, since it imports much

    return LABELS


def _renamed(table: Mapping[str, Any], change: LabelChange) -> dict[str, Any]:
    """A table with the new names of a label; a name that it maps is one of its own, and stays."""
    old, new = change.old, change.labels[0]
    renamed = dict(table)
    for key, value in table.items():
        if key in MAPPED and isinstance(value, dict):
            mapped = {own: new if label == old else label for own, label in value.items()}
            renamed[key] = _with_key(mapped, old, new) if _has_our_names(table) else mapped
        elif key in LISTED and isinstance(value, list):
            renamed[key] = [name for each in value for name in (change.labels if each == old else [each])]
        elif key in KEYED and isinstance(value, dict) and not _maps(table, old):
            renamed[key] = _with_key(value, old, new)
    return renamed


def _with_key(value: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if key == old else key: each for key, each in value.items()}


def _edited(text: str, change: LabelChange, of_own_names: Collection[int]) -> str:
    """The text of the file with the new names, where a line says what it is about.

    What it states afterwards has to be compared with what it is to state.

    Args:
        text: of the file.
        change: of the label.
        of_own_names: the numbers of the recognisers for which the name is one of their own.
    """
    old, names = change.old, [toml_string(label) for label in change.labels]
    quoted = "|".join(re.escape(form) for form in (toml_string(old), f"'{old}'"))
    value = re.compile(rf"(?:{quoted})(?!\s*=)")
    key = re.compile(rf"(?<![\w.\"'-])(?:{quoted}|{re.escape(old)})(?=\s*=)")
    lines, table, about, number = [], "", "", -1
    for line in text.split("\n"):
        if heading := HEADING.match(line):
            table = heading["table"]
            about = table.partition(".")[2]
            number += table == "recogniser"
        elif table == "recogniser" and (assigned := ASSIGNED.match(line)):
            about = assigned["key"]
        edited = line
        if table.partition(".")[0] == "recogniser":
            if about in (*MAPPED, *LISTED):
                edited = _with(line, value, names[:1] if about in MAPPED else names)
            elif about in KEYED and number not in of_own_names:
                edited = _with(line, key, names[:1])
        lines.append(edited)
    return "\n".join(lines)


def _with(line: str, form: re.Pattern[str], names: Sequence[str]) -> str:
    return form.sub(lambda _: ", ".join(names), line)


# Files of patterns


def _relabel_patterns(path: Path, change: LabelChange, result: RelabelledRecognisers) -> None:
    lines, changed, undecided = list[bytes](), 0, 0
    for number, raw in numbered(path):
        row = json_object(raw, path, number, REMEDY) if raw.strip() else {}
        if row.get("label") != change.old:
            lines.append(raw)
            continue
        words = row.get("pattern")
        is_known = change.kind != "split"
        label, is_certain = change.decide(words) if isinstance(words, str) else (change.labels[0], is_known)
        undecided += not is_certain
        changed += 1
        lines.append(_with_label(raw, change.old, label))
    if changed:
        result.contents[path] = b"".join(line + b"\n" for line in lines)
    if undecided:
        result.notes.append(f"{path.name}: {undecided} pattern(s) are of {change.labels[0]} now: read them again")


def _with_label(raw: bytes, old: str, label: str) -> bytes:
    """A line with another label, its other characters as they are where that can be."""
    row = {**strict_json.loads(raw), "label": label}
    form = re.compile(rf'("label"\s*:\s*){re.escape(json.dumps(old, ensure_ascii=False))}')
    edited = form.sub(lambda match: match[1] + json.dumps(label, ensure_ascii=False), raw.decode("utf-8"), count=1)
    return (edited if strict_json.loads(edited) == row else files.dumps(row)).encode("utf-8")


# Gazetteers


def _relabel_gazetteer(folder: Path, change: LabelChange, result: RelabelledRecognisers) -> None:
    """Give the list of a label the new name; one named after a page stays as long as a label has the page."""
    if not change.is_gone:
        return
    kept = {label.page for label in change.after.labels}
    page = change.before[change.old].page
    target = _gazetteer_of(folder, change)
    for stem in (change.old, *([] if page in kept else [page.removesuffix(".md")])):
        source = folder / f"{stem}.txt"
        if name_problem(source.name) or not source.is_file() or source == target:
            continue
        before = result.contents.get(target) or (files.read_bytes(target) if target.is_file() else b"")
        between = b"\n" if before and not before.endswith(b"\n") else b""
        names = files.read_bytes(source)
        result.contents[source] = None
        result.contents[target] = before + between + names.removeprefix(files.BOM) if before else names


def _note_names(folder: Path, change: LabelChange, result: RelabelledRecognisers) -> None:
    """After a split, point out a list whose names are all of the first label now."""
    target = _gazetteer_of(folder, change)
    names = result.contents.get(target) or (files.read_bytes(target) if target.is_file() else b"")
    if change.kind == "split" and any(line.strip() and not line.startswith(b"#") for line in names.splitlines()):
        result.notes.append(f"{target.name}: these names were of {change.old}; move those of other labels to theirs")


def _gazetteer_of(folder: Path, change: LabelChange) -> Path:
    """The list of the first choice: the one that is there under its name or its page, else one under its name."""
    label = change.after[change.labels[0]]
    stems = [stem for stem in (label.name, label.page.removesuffix(".md")) if name_problem(f"{stem}.txt") is None]
    places = [folder / f"{stem}.txt" for stem in stems]
    return next((place for place in places if place.is_file()), places[0])
