"""The folders of the passes: which annotator writes into which, if the name can be one at all."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from goldspan.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST = 100  # characters: with four bytes each, a name would still not be too long for a file system
# Microsoft, "Naming Files, Paths, and Namespaces": reserved whatever stands behind a dot.
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE | re.DOTALL)
FORBIDDEN = frozenset('/\\<>:"|?*')


def folders(names: Iterable[str], pseudonyms: Mapping[str, str], existing: Iterable[str]) -> dict[str, str]:
    """The folder of each annotator: the pseudonym, or else the name.

    Args:
        names: of the annotators, as the server has them.
        pseudonyms: by name, where one is to take its place.
        existing: the folders that are there.

    Raises:
        ValueRefused: for a name that no file system, or not every one, takes as a folder's, and for two that differ
            in nothing but case or normal form, of annotators or of what is there already; for a name that is somebody's
            pseudonym; for one that has a pseudonym and a folder of its own from before.
    """
    found: dict[str, str] = {}
    names, existing = [*names], [*existing]
    owners = {_alike(pseudonym): name for name, pseudonym in pseudonyms.items() if name not in names}
    taken = {_alike(folder): (folder, f"the folder {folder!r} that is there") for folder in existing}
    for name in names:
        folder = pseudonyms.get(name, name)
        who = f"the annotator {name!r}" + ("" if folder == name else f", whose pseudonym is {folder!r},")
        if why := unfit(folder):
            raise ValueRefused(f"{who} cannot have a folder: the name {why}", remedy=_remedy(name))
        if folder != name and name in existing:
            raise ValueRefused(
                f"{who} has passes in the folder {name!r} from before: one person would count as two",
                remedy=f"Rename it first: git mv corpus/passes/{name} corpus/passes/{folder}",
            )
        other, where = taken.get(_alike(folder), (folder, ""))
        if other != folder or folder in found.values():
            raise ValueRefused(f"{who} would write into {where}", remedy=_remedy(name))
        if owner := owners.get(_alike(folder)):
            raise ValueRefused(f"{who} would write into the folder of {owner!r}", remedy=_remedy(name))
        found[name] = folder
        taken[_alike(folder)] = (folder, f"the folder {folder!r} of {name!r}")
    return found


def unfit(folder: str) -> str | None:
    """Why a name cannot be that of a folder on every system; None if it can."""
    if not folder:
        return "is empty"
    if len(folder) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if not folder.isprintable():
        return "holds a character that cannot be seen"
    if found := FORBIDDEN.intersection(folder):
        return f"holds {min(found)!r}"
    if folder.startswith(".") or folder.endswith(".") or folder != folder.strip():
        return "begins with a dot, ends with one, or has a blank at an edge"
    return "is reserved by Windows" if RESERVED.fullmatch(folder) else None


def _alike(folder: str) -> str:
    """What is the same for all names that some file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", folder).casefold())


def _remedy(name: str) -> str:
    return f"Give {name!r} a pseudonym of its own, in the file of --members."
