"""`.goldspan-export`: the file by which a folder is known as an export, and what it says of its texts.

    This folder was written by `goldspan export` and is replaced as a whole by the next one.
    Articles whose texts may not travel: 5

The second line counts the articles in the folder to which the manifest gives no `redistribution = "text"`. An export of
an older version has no such line: what its texts may do is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InputError
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

MARKER = ".goldspan-export"
HEAD = "This folder was written by `goldspan export` and is replaced as a whole by the next one.\n"
COUNT = "Articles whose texts may not travel: "
_COUNT = re.compile(rf"^{re.escape(COUNT)}(\d+)$", re.MULTILINE)
NAMED = 5  # files that a message names


def marker_text(withheld: int) -> str:
    """The content of the file.

    Args:
        withheld: how many articles of the folder have texts that may not travel.
    """
    return f"{HEAD}{COUNT}{withheld}\n"


def texts_that_may_not_travel(folder: Path) -> int | None:
    """How many articles of an export have texts that may not travel; None if an older version did not count them.

    Raises:
        InputError: for a folder that is no export.
    """
    if not files.is_there(folder / MARKER):
        raise InputError("is no export", file=folder, remedy="Write one: goldspan export --output FOLDER")
    found = _COUNT.search(files.decode(files.read_bytes(folder / MARKER), folder / MARKER))
    return int(found[1]) if found else None


def require_replaceable(folder: Path, mark: str, own: Container[str], what: str) -> None:
    """Refuse a folder that holds anything but what a command has written there before.

    Args:
        folder: where the command writes; it need not be there.
        mark: the file by which its work is known.
        own: the names that it writes into the folder, besides that file.
        what: it writes, as `export`.

    Raises:
        InputError: for a file, and for a folder with other files or without the mark, naming them.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError("is a file, not a folder", file=folder, remedy="Choose another --output.")
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    foreign = names if mark not in names else {name for name in names if name != mark and name not in own}
    if foreign:
        raise InputError(
            f"the folder holds files that no {what} has written: {enumerate_names(sorted(foreign), most=NAMED)}",
            file=folder,
            remedy="Choose another --output, or move the files away.",
        )
