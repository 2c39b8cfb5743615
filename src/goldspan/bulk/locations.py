"""Files and folders on this machine, or at an address that `fsspec` knows: `s3://bucket/news`, `https://…`."""

from __future__ import annotations

import contextlib
import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from goldspan import files
from goldspan.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

SCHEME = "://"
EXTRA_REMEDY = "Install it: pip install 'goldspan[bulk]'"
UNREACHABLE = "Check the address, the network, and the credentials, which come from the environment."


@dataclass(frozen=True, order=True, slots=True)
class Location:
    """A file or folder.

    Args:
        text: a path, or an address with `://`.
    """

    text: str

    @classmethod
    def of(cls, text: str) -> Location:
        """That of a path, made absolute, or of an address."""
        if text.startswith("file://"):
            text = text.removeprefix("file://")
        return cls(text.rstrip("/") if SCHEME in text else str(Path(text).absolute()))

    def __str__(self) -> str:
        return self.text

    def __truediv__(self, name: str) -> Location:
        return Location(f"{self.text}/{name}") if self.is_address else Location(str(self.path / name))

    @property
    def is_address(self) -> bool:
        """Whether it is not a path of this machine."""
        return SCHEME in self.text

    @property
    def path(self) -> Path:
        """The path, of what is no address."""
        return Path(self.text)

    @property
    def name(self) -> str:
        """The last part."""
        return posixpath.basename(self.text) if self.is_address else self.path.name

    def exists(self) -> bool:
        """Whether there is a file or folder."""
        if not self.is_address:
            return self.path.exists()
        with self._reaching() as (system, path):
            return bool(system.exists(path))

    def is_folder(self) -> bool:
        """Whether it is a folder, or the beginning of names as in an object store."""
        if not self.is_address:
            return self.path.is_dir()
        with self._reaching() as (system, path):
            return bool(system.isdir(path))

    def size(self) -> int:
        """The number of bytes of the file.

        Raises:
            InputError: if there is none.
        """
        if not self.is_address:
            with files.opened(self.path) as stream:
                return stream.seek(0, 2)
        with self._reaching() as (system, path):
            return int(system.size(path))

    def files_inside(self) -> list[str]:
        """The names of the files in a folder and below, relative to it and sorted, without what begins with a dot."""
        if not self.is_address:
            found = [path.relative_to(self.path) for path in self.path.rglob("*") if path.is_file()]
            names = [name.as_posix() for name in found]
        else:
            with self._reaching() as (system, path):
                names = [posixpath.relpath(name, path) for name in system.find(path)]
        return sorted(name for name in names if not any(part.startswith(".") for part in name.split("/")))

    @contextlib.contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """A stream of the bytes of the file, in which can be sought.

        Raises:
            InputError: if it cannot be read.
        """
        if not self.is_address:
            with files.opened(self.path) as stream:
                yield stream
            return
        with self._reaching() as (system, path), system.open(path, "rb") as stream:
            yield cast("BinaryIO", stream)

    def read(self) -> bytes:
        """The bytes of the file.

        Raises:
            InputError: if it cannot be read.
        """
        with self.opened() as stream:
            return stream.read()

    @contextlib.contextmanager
    def replacing(self) -> Iterator[IO[bytes]]:
        """A stream whose content replaces the file at the end of the block; if the block fails, it stays as it was."""
        if not self.is_address:
            with files.replacing(self.path) as stream:
                yield stream
            return
        raise NotImplementedError

    def remove(self) -> None:
        """Remove the file, if it is there."""
        if not self.is_address:
            self.path.unlink(missing_ok=True)
            return
        with self._reaching() as (system, path):
            if system.exists(path):
                system.rm_file(path)

    @contextlib.contextmanager
    def _reaching(self) -> Iterator[tuple[Any, str]]:
        """The file system and the path in it; what goes wrong there names the address.

        Raises:
            InputError: if it cannot be reached.
            NotFoundError: if a package for it is missing.
        """
        import fsspec

        try:
            system, path = fsspec.core.url_to_fs(self.text)
        except ImportError as error:
            raise NotFoundError(f"{self.text}: {error}", remedy=EXTRA_REMEDY) from None
        except ValueError as error:
            raise InputError(f"is no address that is known: {error}", file=self.text, remedy=UNREACHABLE) from None
        try:
            yield system, path
        except FileNotFoundError:
            raise InputError("there is no such file or folder", file=self.text, remedy=UNREACHABLE) from None
        except OSError as error:
            raise InputError(f"cannot be reached: {error}", file=self.text, remedy=UNREACHABLE) from None
