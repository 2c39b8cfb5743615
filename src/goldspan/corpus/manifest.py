"""`corpus/manifest.jsonl`: a line per article, with its file, its source and its licence.

What is not known of an article is null, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal

from goldspan import files
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path


Redistribution = Literal["text", "standoff"]


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """The file that an article was read from, where that is another than the one in the seeds folder.

    Args:
        file: its name in `seeds/received/`, where it is kept byte for byte unless its keeper chose otherwise.
        sha256: of its bytes, in hexadecimal.
        row: the row of a table, or the line of a JSONL file, from 1; null for a page, which is one article.
        extractor: what made the text of it, with its version, as another version may make another text; null for a
            table, whose text is a cell as it is.
    """

    file: str
    sha256: str
    row: int | None = None
    extractor: str | None = None


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One article of the corpus.

    Args:
        id: the article's id; its gold is `gold/<id>.jsonl`.
        file: the name of its file in the seeds folder.
        sha256: of the file's bytes, in hexadecimal.
        title: its headline.
        publisher: the outlet.
        author: the byline.
        url: where it was published.
        published: the date, as `YYYY-MM-DD`.
        licence: what its readers may do, or who holds the rights.
        guidelines: the version of the guidelines that its gold follows; null before it has gold.
        received: the file that it was read from; not in the line of an article that is the file received.
        redistribution: whether a release may hold its text, or offsets and labels alone (`standoff`), which is what
            holds for an article whose line does not state it.
    """

    id: str
    file: str
    sha256: str
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    published: str | None = None
    licence: str | None = None
    guidelines: str | None = None
    received: ReceivedFile | None = None
    redistribution: Redistribution = "standoff"

    @property
    def may_travel(self) -> bool:
        """Whether a release may hold its text."""
        return self.redistribution == "text"


KEYS = tuple(field.name for field in fields(ManifestEntry))
FORBIDDEN = frozenset('<>:"|?*')  # in the name of a file on Windows
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE | re.DOTALL)
LONGEST = 200  # bytes of an id in UTF-8; systems allow 255 for a name with its suffix
REQUIRED = ("id", "file", "sha256")
STATEMENTS = ("title", "publisher", "author", "url", "published", "licence")  # what an article may say of itself
REMEDY = (
    f"Each line is a JSON object with the keys {', '.join(KEYS)}; all but {', '.join(REQUIRED)} may be null, and "
    "redistribution may be left out."
)


def read_manifest(path: Path) -> list[ManifestEntry]:
    """The entries, in the order of the file.

    Raises:
        InputError: naming the line, if one is broken, has an id or file that is a path, or repeats an id.
    """
    from goldspan import validation

    entries: dict[str, ManifestEntry] = {}
    for number, raw in files.lines(files.read_bytes(path)):
        entry = validation.parse_json(raw, ManifestEntry, path, number, REMEDY)
        _validate(entry, path, number)
        if entry.id in entries:
            raise InputError(
                f"the article {entry.id!r} is listed twice",
                file=path,
                line=number,
                remedy="Remove one of the two lines.",
            )
        entries[entry.id] = entry
    return list(entries.values())


def write_manifest(path: Path, entries: Iterable[ManifestEntry]) -> bool:
    """Write the entries, sorted by id; False if nothing changed."""
    ordered = sorted(entries, key=lambda entry: entry.id)
    return files.write(path, "".join(_line(entry) for entry in ordered))


def locked(path: Path) -> AbstractContextManager[None]:
    """A block in which no other process of goldspan changes the manifest; it waits for one that does."""
    return files.lock(path.with_name(f".{path.name}.lock"))


def update_manifest(path: Path, change: Callable[[Sequence[ManifestEntry]], Iterable[ManifestEntry]]) -> bool:
    """Read the entries, change them and write them, while no other process of goldspan does; False if all stays.

    Args:
        path: the manifest.
        change: gives the new entries for those that the file has now.
    """
    with locked(path):
        before = read_manifest(path)
        after = list(change(before))
        return after != before and write_manifest(path, after)


def unknown_articles(articles: Iterable[str], known: Container[str]) -> list[tuple[int, str]]:
    """The lines with an article that the manifest does not have, and what is wrong with each, as a clause.

    Args:
        articles: of each line.
        known: the ids of the manifest.
    """
    return [
        (line, f"the manifest has no article {article!r}")
        for line, article in enumerate(articles, 1)
        if article not in known
    ]


def is_plain_name(name: str) -> bool:
    """Whether a name can be an id or a file of the manifest: it leads into no other folder on any system."""
    return not (name.startswith(".") or "/" in name or "\\" in name or "\0" in name)


def name_problem(name: str) -> str | None:
    """Why a name cannot be the id of a new article on every system, as a clause; None if it can."""
    forbidden = next((character for character in name if character in FORBIDDEN), None)
    problems = (
        ("it is empty", not name),
        ("it begins with a dot", name.startswith(".")),
        ("it holds a slash or a backslash", not is_plain_name(name)),
        ("it holds a character that cannot be printed", not name.isprintable()),
        (f"it holds {forbidden}, which Windows does not allow", forbidden is not None),
        ("it begins or ends with a space, or ends with a dot", name != name.strip().rstrip(".")),
        ("Windows keeps this name for a device", RESERVED.fullmatch(name) is not None),
        (f"it is longer than {LONGEST} bytes", len(name.encode("utf-8", "replace")) > LONGEST),
    )
    return next((problem for problem, is_so in problems if is_so), None)


def name_key(name: str) -> str:
    """What two names have in common that some system cannot tell apart: upper and lower case, composed accents."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _line(entry: ManifestEntry) -> str:
    """The line of an entry; keys that older manifests did not have are left out where they say what holds anyway."""
    row = asdict(entry)
    if entry.received is None:
        del row["received"]
    if not entry.may_travel:
        del row["redistribution"]
    return files.dumps(row) + "\n"


def _validate(entry: ManifestEntry, path: Path, number: int) -> None:
    for key in REQUIRED:
        if not getattr(entry, key):
            raise InputError(f"{key!r} is empty", file=path, line=number, remedy=REMEDY)
    for name in (entry.id, entry.file, *([entry.received.file] if entry.received else ())):
        if not is_plain_name(name):
            raise InputError(
                f"{name!r} is a path, not a name",
                file=path,
                line=number,
                remedy="Ids and files are plain names inside their folder.",
            )
