"""The folder of a trained model: the model as its library reads it, a card, and the record by which goldspan knows it.

A folder is replaced as a whole or not at all. What goldspan did not write is never replaced: a file that is not in the
record, or that was changed since.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json
from goldspan.errors import InputError
from goldspan.formats import model_record
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from goldspan.formats.model_record import ModelRecord
    from goldspan.models.recogniser_model import RecogniserModel

CARD, META = "README.md", "meta.json"
NAMED = 5  # files that a message names
REMEDY = "Choose another --output, or move what you want to keep away."
PERSON = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<email>[^<>\s]+@[^<>\s]+)>")


def require_replaceable(folder: Path) -> None:
    """Refuse a folder that holds anything but a model as goldspan wrote it.

    Raises:
        InputError: naming the files that goldspan did not write, or that were changed since, and for a place in which
            nothing can be written.
    """
    files.restore_folder(folder)  # a run that was killed may have left no folder there
    _require_writable(next(path for path in (folder.absolute(), *folder.absolute().parents) if files.is_there(path)))
    if not folder.is_dir():
        return
    record = model_record.read(folder)
    known = {} if record is None else record.files
    if record is None:  # not all that is below it: it may be somebody's home
        foreign, present = sorted(path.name for path in folder.iterdir()), {}
    else:
        present = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
        foreign = sorted(name for name in present if name not in known and name != model_record.FILE)
    if foreign:
        raise InputError(
            f"the folder holds files that goldspan did not write: {enumerate_names(foreign, most=NAMED)}",
            file=folder,
            remedy=REMEDY,
        )
    if changed := sorted(
        name for name, digest in known.items() if name in present and files.sha256(present[name]) != digest
    ):
        raise InputError(
            f"files of the model there were changed since it was trained: {enumerate_names(changed, most=NAMED)}",
            file=folder,
            remedy=REMEDY,
        )


def write(
    folder: Path,
    model: RecogniserModel,
    record: ModelRecord,
    card: str,
    *,
    meta: Mapping[str, Any],
    before_replacing: Callable[[], object] = lambda: None,
) -> None:
    """Write a model to a folder, in the place of the one that may be there.

    Args:
        folder: where; see `require_replaceable`.
        model: the model.
        record: of it, still without its files.
        card: the model card.
        meta: keys for the `meta.json` of a spaCy pipeline; a model of another kind has none.
        before_replacing: called last; what it raises leaves the folder as it was.
    """
    with files.new_folder(folder) as new:
        model.save(new)
        if (new / META).is_file():
            stated = strict_json.loads(files.read_bytes(new / META))
            (new / META).write_text(
                json.dumps({**stated, **meta}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n"
            )
        (new / CARD).write_text(card, encoding="utf-8", newline="\n")
        written = {path.relative_to(new).as_posix(): files.sha256(path) for path in _files(new)}
        whole = replace(record, files=dict(sorted(written.items())))
        (new / model_record.FILE).write_text(model_record.text(whole), encoding="utf-8", newline="\n")
        before_replacing()
        require_replaceable(folder)  # again: the training took its time
        files.replace_folder(new, folder)


def _require_writable(place: Path) -> None:
    """Refuse what is there already and lets nothing be written in it: to know that after a training is too late."""
    if not place.is_dir():
        raise InputError("is a file: no folder can be made in it", file=place, remedy="Choose another --output.")
    if not os.access(place, os.W_OK | os.X_OK):
        raise InputError("nothing can be written there", file=place, remedy="Choose another --output.")


def author_keys(contact: str | None) -> dict[str, str]:
    """The keys `author` and `email` of a `meta.json`, from a contact such as `Anna Jansen <anna@example.org>`."""
    if contact is None:
        return {}
    if (match := PERSON.fullmatch(contact.strip())) is not None:
        return {"author": match["name"], "email": match["email"]}
    return {"author": "", "email": contact} if re.fullmatch(r"\S+@\S+", contact) else {"author": contact}


def _files(folder: Path) -> Iterator[Path]:
    """All files below a folder, and links, whatever they lead to."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            yield path
