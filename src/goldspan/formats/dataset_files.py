"""The files of a Hugging Face dataset, by split: as `load_dataset` finds them, or as `save_to_disk` wrote them.

A folder is a dataset if it has `dataset_dict.json` or `state.json` (`save_to_disk`), a README.md that names the data
files of its configs, or Parquet files: in the folder itself, in `data`, in `gold` (as `goldspan export` writes it), or
in folders that are called like splits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from goldspan.errors import InputError
from goldspan.formats.json_lines import json_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

DICT, STATE, INFO, CARD = "dataset_dict.json", "state.json", "dataset_info.json", "README.md"
FOLDERS = ("gold", "data", "")  # where the files of the default config lie
SPLITS = ("train", "training", "validation", "valid", "val", "dev", "test", "testing", "eval", "evaluation")
SHARD = re.compile(r"-\d+-of-\d+$")
SUFFIXES = (".parquet", ".arrow", ".jsonl", ".json")
SAVED = "Save the dataset again with save_to_disk."
CARD_REMEDY = "Correct the configs at the beginning of README.md, or name a file instead of the folder."


def is_dataset_folder(path: Path) -> bool:
    """Whether a folder is a dataset."""
    try:
        return any((path / name).is_file() for name in (DICT, STATE)) or bool(split_files(path))
    except InputError:
        return True  # of the form of a dataset, but broken: refused where it is read


def split_files(path: Path) -> dict[str, list[Path]]:
    """The data files of a folder, by the name of their split; of one dataset that was saved alone, under ``.

    Raises:
        InputError: for a folder whose own description is damaged, or names files that are not there.
    """
    if (path / DICT).is_file():
        names = json_document(path / DICT, SAVED)
        splits = names.get("splits") if isinstance(names, dict) else None
        if not isinstance(splits, list) or not all(isinstance(name, str) and _is_inside(name) for name in splits):
            raise InputError("it does not name the splits", file=path / DICT, remedy=SAVED)
        return {name: _saved_files(path / name) for name in splits}
    if (path / STATE).is_file():
        return {"": _saved_files(path)}
    return _named_files(path) or _found_files(path)


def choose(path: Path, split: str | None) -> list[Path]:
    """The files of a split of a folder; it may be left out where there is only one.

    Raises:
        InputError: if there is no such split, or it has no files.
    """
    splits = split_files(path)
    if not splits:
        raise InputError("there is no data file in the folder", file=path, remedy="Name a folder with Parquet files.")
    if (len(splits) == 1 and split in {None, *splits}) or [*splits] == [""]:
        return next(iter(splits.values()))
    if split not in splits:
        missing = "it has several splits" if split is None else f"there is no split {split!r}"
        raise InputError(missing, file=path, remedy=f"Name one with --split: {', '.join(sorted(splits))}.")
    return splits[split]


def card_metadata(path: Path) -> dict[str, Any]:
    """What the README.md of a folder states before its text; nothing if there is none.

    Raises:
        InputError: if it is no YAML.
    """
    if not (path / CARD).is_file():
        return {}
    from huggingface_hub import metadata_load

    try:
        return metadata_load(path / CARD) or {}
    except Exception as error:  # noqa: BLE001  (YAML fails in many ways, some of them of its own package)
        why = " ".join(str(error).split())
        raise InputError(f"no YAML at its beginning: {why:.120}", file=path / CARD, remedy=CARD_REMEDY) from None


def _saved_files(path: Path) -> list[Path]:
    """The files of a dataset that was saved alone."""
    state = json_document(path / STATE, SAVED)
    try:
        names = [entry["filename"] for entry in state["_data_files"]]
    except (KeyError, TypeError):
        names = [None]
    if not all(isinstance(name, str) and _is_inside(name) for name in names):
        raise InputError("it does not name its data files", file=path / STATE, remedy=SAVED)
    return [path / name for name in names]


def _named_files(path: Path) -> dict[str, list[Path]]:
    """The files that the configs of the README name: those of the default config, or of the only one."""
    configs = card_metadata(path).get("configs")
    if not isinstance(configs, list):
        return {}
    named = [config for config in configs if isinstance(config, dict) and config.get("data_files")]
    if not named:
        return {}
    defaults = [config for config in named if config.get("default") is True] or [
        config for config in named if config.get("config_name") == "default"
    ]
    if len(named) > 1 and not defaults:
        names = ", ".join(str(config.get("config_name")) for config in named)
        raise InputError(
            f"it has several configs, {names}, and none is the default", file=path / CARD,
            remedy="Name the folder or the file of one.",
        )  # fmt: skip
    return {split: _matching(path, patterns) for split, patterns in _patterns((defaults or named)[0]["data_files"])}


def _patterns(data_files: Any) -> Iterator[tuple[str, list[str]]]:  # noqa: ANN401  (YAML is any)
    """The patterns of each split."""
    match data_files:
        case str() | [str(), *_]:
            yield "train", [data_files] if isinstance(data_files, str) else [str(item) for item in data_files]
        case dict():
            for split, patterns in data_files.items():
                yield str(split), [patterns] if isinstance(patterns, str) else [str(item) for item in patterns]
        case list():
            for entry in data_files:
                path = entry.get("path") if isinstance(entry, dict) else None
                if path is not None:
                    yield str(entry.get("split", "train")), [path] if isinstance(path, str) else [str(p) for p in path]


def _matching(path: Path, patterns: Iterable[str]) -> list[Path]:
    found = [
        file
        for pattern in patterns
        if _is_inside(pattern)
        for file in sorted(path.glob(pattern))
        if file.is_file() and not file.name.startswith(".")
    ]
    if not found:
        raise InputError(
            f"no file here is called {' or '.join(patterns)}, as the README says", file=path, remedy=CARD_REMEDY
        )
    return found


def _found_files(path: Path) -> dict[str, list[Path]]:
    """The Parquet files of the folder, each of the split in its name: `test.parquet`, or with the number of a shard."""
    for folder in FOLDERS:
        splits: dict[str, list[Path]] = {}
        place = path / folder
        for file in sorted(place.glob("*.parquet")):
            splits.setdefault(_split_of(file), []).append(file)
        for name in SPLITS:
            for file in sorted((place / name).glob("*.parquet")):
                splits.setdefault(name, []).append(file)
        if splits:
            return splits
    return {}


def _split_of(file: Path) -> str:
    stem = SHARD.sub("", file.stem)
    words = [word for word in re.split(r"[^a-z]+", stem.lower()) if word in SPLITS]
    return words[0] if words else stem


def _is_inside(name: str) -> bool:
    """Whether a path is one inside the folder that names it."""
    return bool(name) and not name.startswith(("/", "~")) and ".." not in re.split(r"[/\\]", name) and ":" not in name
