"""Files and folders on this machine, or at an address that `fsspec` knows: `s3://bucket/news`, `https://…`."""

from __future__ import annotations

import contextlib
import glob
import os
import posixpath
import re
import stat
import tempfile
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from goldspan import files
from goldspan.bulk import remote_files
from goldspan.bulk.remote_files import CHAIN, SCHEME, WEB, RemoteEntry
from goldspan.errors import InputError
from goldspan.web.addresses import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

ADDRESS = re.compile(r"(?:[A-Za-z][\w+.-]*::)*[A-Za-z][\w+.-]*://.*", re.DOTALL)
MAGIC = re.compile(r"[*?\[]")
LOGIN_IS_PATH = ("github", "git")  # whose addresses name an owner and a repository before an @
LOGIN_REMEDY = (
    "Take it out of the address: credentials come from the environment, as `goldspan help bulk` says. It is known to "
    "your shell's history now: change it."
)


@dataclass(frozen=True, order=True, slots=True)
class Location:
    """A file or folder. In messages, an address is without its query, which may be a signature.

    Args:
        text: a path, or an address with `://`.
    """

    text: str = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Location:
        """That of a path, made absolute, or of an address.

        Raises:
            InputError: for an address with a password; the message is without it. For an empty text.
        """
        if not text.strip():
            raise InputError("a path is empty", remedy="Name a file or folder; `.` is the current one.")
        for local in ("file://", "local://"):
            if text.casefold().startswith(local):
                text = text[len(local) :].removeprefix("localhost")
        return cls(_normal_address(text) if ADDRESS.fullmatch(text) else str(Path(text).absolute()))

    def __str__(self) -> str:
        return redacted(self.text) if self.is_address else self.text

    def __truediv__(self, name: str) -> Location:
        if not self.is_address:
            return Location(os.path.join(self.text, name))  # noqa: PTH118  (a Path takes long to make)
        before, path, after = _split(self.text)
        return Location(f"{before}{path}{'/' if path else ''}{name}{after}")

    @property
    def is_address(self) -> bool:
        """Whether it is not a path of this machine."""
        return ADDRESS.fullmatch(self.text) is not None

    @property
    def path(self) -> Path:
        """The path, of what is no address."""
        return Path(self.text)

    @property
    def name(self) -> str:
        """The last part."""
        return posixpath.basename(_split(self.text)[1]) if self.is_address else self.path.name

    @property
    def parts(self) -> tuple[str, ...]:
        """What it begins with, such as `s3://` or `/`, and the folders below, down to itself."""
        if not self.is_address:
            return self.path.parts
        before, path, after = _split(self.text)
        return (before + after, *path.split("/")) if path else (before + after,)

    @property
    def parent(self) -> Location:
        """The folder that it is in."""
        return _joined(self.parts[:-1], self)

    @property
    def is_web(self) -> bool:
        """Whether it is an address of the web, in which names are encoded."""
        return self.is_address and remote_files.protocol_of(self.text) in WEB

    def resolved(self) -> Location:
        """It where links lead; an address is as it is."""
        return self if self.is_address else Location(os.path.realpath(self.text))

    @property
    def has_parallel_access(self) -> bool:
        """Whether several threads may use it at once."""
        return not self.is_address or self.is_web or remote_files.is_store(self.text)

    def exists(self) -> bool:
        """Whether there is a file or folder.

        Raises:
            InputError: if that cannot be found out.
        """
        return files.is_there(self.path) if not self.is_address else remote_files.find(self.text) is not None

    def is_folder(self) -> bool:
        """Whether it is a folder, or the beginning of names as in an object store.

        Raises:
            InputError: if that cannot be found out.
        """
        if not self.is_address:
            return self.path.is_dir()
        entry = remote_files.find(self.text)
        return entry is not None and entry.is_folder

    def size(self) -> int:
        """The number of bytes of the file.

        Raises:
            InputError: if there is none, or a server does not say.
        """
        with self.opened() as stream:
            return stream.seek(0, os.SEEK_END)

    def has_ranges(self) -> bool:
        """Whether parts of the file can be read without what stands before.

        Raises:
            InputError: if it cannot be read.
        """
        return not self.is_address or remote_files.has_ranges(self.text)

    def sizes_inside(self) -> dict[str, int | None]:
        """The size of each file in a folder and below, by its name relative to it; None where it is not known.

        They are sorted. What begins with a dot is left out. A link to a folder is followed, unless it leads to what is
        read anyway; so is a link to a file.

        Raises:
            InputError: if they cannot be listed.
        """
        found = remote_files.sizes_inside(self.text) if self.is_address else _walk(self.path)
        return {name: found[name] for name in sorted(found) if not _is_hidden(name)}

    def files_inside(self) -> list[str]:
        """The names of the files in a folder and below, as `sizes_inside` has them.

        Raises:
            InputError: if they cannot be listed.
        """
        return list(self.sizes_inside())

    def sizes_matching(self) -> tuple[Location, dict[str, int | None]]:
        """Of a pattern, the folder before its first part with a wildcard, and `sizes_inside` of what matches.

        `*` and `?` stand for characters of a name, `[ab]` for one of them, `**` for folders, any number of them. A
        folder that matches is read with its subfolders.

        Raises:
            InputError: if the files cannot be listed.
        """
        parts = self.parts
        fixed = next(number for number, part in enumerate(parts) if number and self._is_wild(parts[: number + 1]))
        root, pattern = _joined(parts[:fixed], self), "/".join(parts[fixed:])
        if "**" in parts or (self.is_address and not remote_files.is_store(self.text)):
            matches = _matcher(pattern)
            return root, {name: size for name, size in root.sizes_inside().items() if matches(name)}
        found: dict[str, int | None] = {}
        for name, entry in self._matches(root, pattern):
            if entry.is_folder:
                found |= {f"{name}/{below}": size for below, size in (root / name).sizes_inside().items()}
            else:
                found[name] = entry.size
        return root, {name: found[name] for name in sorted(found) if not _is_hidden(name)}

    def _is_wild(self, parts: tuple[str, ...]) -> bool:
        """Whether the last of some parts is a pattern; a name of this machine with `[` may be one or itself."""
        return bool(MAGIC.search(parts[-1])) and (self.is_address or not os.path.lexists(Path(*parts)))

    def _matches(self, root: Location, pattern: str) -> Iterator[tuple[str, RemoteEntry]]:
        if self.is_address:
            yield from remote_files.matching(self.text, root.text).items()
            return
        for name in glob.iglob(pattern, root_dir=root.path):  # noqa: PTH207  (Path.glob finds hidden files, too)
            path = root.path / name
            yield Path(name).as_posix(), RemoteEntry(path.is_dir(), _size(path), "")

    @contextlib.contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """A stream of the bytes of the file, in which can be sought.

        Raises:
            InputError: if it cannot be read; also from the stream.
        """
        if not self.is_address:
            with files.opened(self.path) as stream:
                yield stream
            return
        with remote_files.open_remote(self.text) as stream:
            yield stream

    def read(self) -> bytes:
        """The bytes of the file.

        Raises:
            InputError: if it cannot be read.
        """
        with self.opened() as stream:
            return stream.read()

    @contextlib.contextmanager
    def replacing(self) -> Iterator[IO[bytes]]:
        """A stream whose content replaces the file at the end of the block; if the block fails, it stays as it was.

        What is written to an address stands in a temporary file of this machine until the block ends.

        Raises:
            InputError: if it cannot be written.
        """
        if not self.is_address:
            with files.replacing(self.path) as stream:
                yield stream
            return
        self.require_writable()
        with tempfile.TemporaryDirectory(prefix="goldspan-") as folder:
            content = Path(folder) / "content"
            with content.open("wb") as stream, files.naming_full_disk(content):
                yield stream
            remote_files.upload(content, self.text)

    def require_writable(self) -> None:
        """Refuse an address at which nothing is written, such as one of the web.

        Raises:
            InputError: for one.
        """
        if self.is_address:
            remote_files.require_writable(self.text)

    def remove(self) -> None:
        """Remove the file, if it is there.

        Raises:
            InputError: if it cannot be removed.
        """
        if self.is_address:
            remote_files.remove(self.text)
        else:
            self.path.unlink(missing_ok=True)


def _normal_address(text: str) -> str:
    """An address with protocols in lower case, whole paths, and, but for those of the web, no slash at its end."""
    parts = text.split(CHAIN)
    for number, part in enumerate(parts):
        protocol, scheme, path = part.partition(SCHEME)
        if scheme:
            _require_no_login(part)
            path, mark, query = path.partition("?") if protocol.casefold() in WEB else (path, "", "")
            slash = "/" if protocol.casefold() in WEB and path.endswith("/") else ""  # there it may be another page
            parts[number] = f"{protocol.casefold()}{scheme}{path.rstrip('/')}{slash}{mark}{query}"
        elif number == len(parts) - 1:
            parts[number] = str(Path(part).absolute())
    return CHAIN.join(parts)


def _require_no_login(address: str) -> None:
    protocol, _, rest = address.partition(SCHEME)
    if protocol.casefold() in LOGIN_IS_PATH:
        return
    login, at, _ = rest.partition("/")[0].rpartition("@")
    is_token = bool(at) and protocol.casefold() in WEB
    if is_token or ":" in login or redacted(rest_of := f"{SCHEME}{rest}") != rest_of:
        raise InputError("the address holds a password", file=redacted(address), remedy=LOGIN_REMEDY)


def _split(address: str) -> tuple[str, str, str]:
    """What stands before the path of an address, the path without a slash at its end, and what stands behind it."""
    start = address.index(SCHEME) + len(SCHEME)
    end = re.compile(r"::|[?#]" if remote_files.protocol_of(address) in WEB else r"::").search(address, start)
    stop = end.start() if end else len(address)
    return address[:start], address[start:stop].rstrip("/"), address[stop:]


def _joined(parts: tuple[str, ...], like: Location) -> Location:
    """The location of the first parts of another one."""
    if not like.is_address:
        return Location(str(Path(*parts)))
    before, _, after = _split(like.text)
    return Location(before + "/".join(parts[1:]) + after)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def _matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a pattern matches a name, or a folder in which it is."""
    from fsspec.utils import glob_translate

    expression = re.compile(glob_translate(pattern))
    return lambda name: any(expression.match(part) for part in accumulate(name.split("/"), "{}/{}".format))


def _size(path: Path | os.DirEntry[str]) -> int | None:
    """The size of a regular file; None of what is none, or cannot be looked at."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_size if stat.S_ISREG(state.st_mode) else None


def _walk(root: Path) -> dict[str, int | None]:
    """The size of each file below a folder by its name, as `sizes_inside` says."""
    found: dict[str, int | None] = {}
    linked: dict[str, str] = {}
    followed = [os.path.realpath(root)]
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for entry in _entries(root / folder):
            name = f"{folder}{entry.name}"
            if entry.is_dir():
                if not entry.is_symlink() or _is_elsewhere(os.path.realpath(entry.path), followed):
                    waiting.append(f"{name}/")
                continue
            if entry.is_symlink():
                linked[name] = os.path.realpath(entry.path)
            found[name] = _size(entry)
    real_files = {os.path.join(followed[0], name) for name in found if name not in linked}  # noqa: PTH118
    return {name: size for name, size in found.items() if linked.get(name) not in real_files}


def _is_elsewhere(folder: str, followed: list[str]) -> bool:
    """Whether a folder to which a link leads is to be followed: none of those that are is in it, nor it in one."""
    if any(_is_inside(folder, other) or _is_inside(other, folder) for other in followed):
        return False
    followed.append(folder)
    return True


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder, by name, without what begins with a dot."""
    try:
        with os.scandir(folder) as entries:
            return sorted((one for one in entries if not one.name.startswith(".")), key=lambda one: one.name)
    except OSError as error:
        remedy = "Check the permissions of the folder, or name others."
        raise InputError(f"cannot be listed: {error.strerror or error}", file=folder, remedy=remedy) from None
