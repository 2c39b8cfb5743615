"""Names of files and folders that every system takes, for what people and servers name as they like."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST = 100  # characters: with four bytes each, a name would still not be too long for a file system
# Microsoft, "Naming Files, Paths, and Namespaces": reserved whatever follows a dot.
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE | re.DOTALL)
FORBIDDEN = frozenset('/\\<>:"|?*')
READABLE = 60  # characters of a project's name in the name of a file


def folder_name_problem(folder: str) -> str | None:
    """Why a name cannot be that of a folder on every system; None if it can."""
    if not folder:
        return "is empty"
    if len(folder) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if not folder.isprintable():
        return "has a character that cannot be seen"
    if forbidden := FORBIDDEN.intersection(folder):
        return f"has the character {min(forbidden)!r}"
    if folder.startswith(".") or folder.endswith(".") or folder != folder.strip():
        return "begins or ends with a dot or a space"
    return "is reserved by Windows" if RESERVED.fullmatch(folder) else None


def folded_name(folder: str) -> str:
    """What is the same for all names that some file system treats as one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", folder).casefold())


def file_name_of(project: str) -> str:
    """The name, without a suffix, of a file or folder about a project in Doccano.

    Args:
        project: its name; any string. Names that no file can have, or that some file systems treat as one, get names of
            their own.
    """
    slug = re.sub(r"[^0-9a-z_.-]+", "-", project.lower()).strip("-.")[:READABLE]
    if slug == project and not folder_name_problem(slug):
        return slug
    digest = hashlib.sha256(project.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slug}-{digest}".lstrip("-")
