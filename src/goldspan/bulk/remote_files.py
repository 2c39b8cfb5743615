"""Files at addresses that `fsspec` knows: what is there, streams, uploads, and what is meant by an error.

What passes by itself (a connection that breaks, a server that answers 503) is tried again a few times, a read at the
byte at which it broke. A file that changed meanwhile is refused, so that what is read is always one file.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import secrets
import tempfile
import time
from dataclasses import dataclass
from ssl import SSLError
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast

from goldspan.errors import GoldspanError, InputError, NotFoundError
from goldspan.web.addresses import redacted
from goldspan.web.causes import causes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from _typeshed import WriteableBuffer

T = TypeVar("T")
SCHEME, CHAIN = "://", "::"
ATTEMPTS = 4
ATTEMPTS_OF_STORES = 2  # whose packages try several times themselves
PAUSE = 0.25  # seconds before the second attempt; twice as long before each further one
BLOCK = 1 << 22  # bytes that are asked for at once
CONNECT_TIME, ANSWER_TIME = 30, 60  # seconds that a server of http may take
WEB = ("http", "https")
STORES = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss", "hf")  # an upload is all or nothing
BY_BLOCKS = (*WEB, "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")  # whose own cache would read ahead too much
WRITABLE = (*STORES, "ftp", "sftp", "ssh", "smb", "webhdfs", "webHDFS", "hdfs", "arrow_hdfs", "memory", "dbfs")
PASSING = (408, 425, 429)  # answers that pass by themselves, besides 5xx
LASTING = (  # errors that another attempt does not change
    FileNotFoundError,
    PermissionError,
    IsADirectoryError,
    NotADirectoryError,
    FileExistsError,
    NotImplementedError,
    ValueError,
    TypeError,
    ImportError,
)
NO_CREDENTIALS = {  # the names of such errors in packages that are not imported here
    "AuthenticationException",
    "DefaultCredentialsError",
    "NoCredentialsError",
    "PartialCredentialsError",
    "ProfileNotFound",
    "RefreshError",
    "TokenRetrievalError",
}
OF_TLS = {"ClientConnectorCertificateError", "ClientConnectorSSLError"}
LASTING_NAMES = NO_CREDENTIALS | OF_TLS | {"BadHostKeyException", "BadZipFile", "ClientConnectorDNSError", "error_perm"}
CREDENTIALS = "Credentials come from the environment: `goldspan help bulk` says which."
NETWORK = "Check the address and the network; run the command again to go on."
SPELLING = "Check how the address is spelt."
DOWNLOAD = "Download the file, and name that."
PACKAGES = {
    **dict.fromkeys(WEB, "aiohttp"),
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("az", "abfs", "abfss", "adl"), "adlfs"),
    **dict.fromkeys(("sftp", "ssh"), "paramiko"),
}


@dataclass(frozen=True, slots=True)
class RemoteEntry:
    """What is at an address.

    Args:
        is_folder: whether it is a folder, or the beginning of names as in an object store.
        size: of a file, in bytes; None if the server does not say.
        version: what changes with its content, as far as the server says.
    """

    is_folder: bool
    size: int | None
    version: str

    @classmethod
    def of(cls, information: Mapping[str, Any]) -> RemoteEntry:
        """That of what `fsspec` knows of it."""
        is_page = information.get("mimetype") == "text/html"  # a list of files, where a web server gives one
        size = information.get("size")
        version = next(
            (str(information[key]) for key in ("ETag", "etag", "mtime", "Last-Modified") if information.get(key)), ""
        )
        return cls(information.get("type") == "directory" or is_page, None if size is None else int(size), version)


def protocol_of(address: str) -> str:
    """The protocol of an address, of a chain the first: `zip` of `zip://a.jsonl::s3://bucket/a.zip`."""
    return address.partition(CHAIN)[0].partition(SCHEME)[0]


def is_store(address: str) -> bool:
    """Whether an address is in a store of objects, where an upload is all or nothing and a listing cheap."""
    return protocol_of(address) in STORES


def find(address: str) -> RemoteEntry | None:
    """What is at an address; None if there is nothing.

    Raises:
        InputError: if that cannot be found out.
        NotFoundError: if a package is missing.
    """

    def ask(system: Any, path: str) -> RemoteEntry | None:  # noqa: ANN401  (fsspec has no types)
        system.invalidate_cache()
        try:
            return RemoteEntry.of(system.info(path))
        except FileNotFoundError as error:
            if _is_absent(error):
                return None
            raise

    return _attempt(address, ask)


def sizes_inside(address: str) -> dict[str, int | None]:
    """The size of each file in a folder and below, by its name relative to it.

    Raises:
        InputError: if they cannot be listed.
        NotFoundError: if a package is missing.
    """

    def ask(system: Any, path: str) -> dict[str, int | None]:  # noqa: ANN401  (fsspec has no types)
        system.invalidate_cache()
        root = path.rstrip("/") + "/" if path.strip("/") else path
        found = system.find(path, detail=True) if is_store(address) else _walk(system, root)
        return {
            name.removeprefix(root).lstrip("/"): entry.get("size")
            for name, entry in found.items()
            if name.startswith(root) and name != root
        }

    return _attempt(address, ask)


def _walk(system: Any, folder: str) -> dict[str, Any]:  # noqa: ANN401  (fsspec has no types)
    """What `find` of a file system gives, which passes over folders that it cannot list."""
    found: dict[str, Any] = {}
    waiting, seen = [folder], {folder}
    while waiting:
        for entry in system.ls(waiting.pop(), detail=True):
            name = entry["name"]
            if entry.get("type") != "directory":
                found[name] = entry
            elif name not in seen:
                seen.add(name)
                waiting.append(name)
    return found


def matching(pattern: str, root: str) -> dict[str, RemoteEntry]:
    """What matches a pattern, by its name relative to a folder.

    Args:
        pattern: with wildcards.
        root: the folder before the first of them.

    Raises:
        InputError: if they cannot be listed.
        NotFoundError: if a package is missing.
    """

    def ask(system: Any, path: str) -> dict[str, RemoteEntry]:  # noqa: ANN401  (fsspec has no types)
        system.invalidate_cache()
        beginning = _connect(root, is_fresh=False)[1].rstrip("/") + "/"
        found = system.glob(path, detail=True)
        return {name.removeprefix(beginning).strip("/"): RemoteEntry.of(entry) for name, entry in found.items()}

    return _attempt(pattern, ask)


def open_remote(address: str) -> BinaryIO:
    """A stream of the bytes of a file, in which can be sought.

    Raises:
        InputError: if there is none, or it cannot be read.
        NotFoundError: if a package is missing.
    """
    return cast("BinaryIO", io.BufferedReader(_RemoteStream(address), BLOCK))


def has_ranges(address: str) -> bool:
    """Whether parts of a file can be read without what stands before.

    Raises:
        InputError: if it cannot be read.
    """
    with _RemoteStream(address) as stream:
        stream.seek(-1, os.SEEK_END)
        stream.read(1)
        return not stream.is_copied


def upload(path: Path, address: str) -> None:
    """Copy a file to an address, which has it whole or not at all at every moment.

    Raises:
        InputError: if it cannot be written.
        NotFoundError: if a package is missing.
    """

    def put(system: Any, target: str) -> None:  # noqa: ANN401  (fsspec has no types)
        if is_store(address):
            system.put_file(str(path), target)
            return
        folder, _, name = target.rpartition("/")
        part = f"{folder}/.{name}.goldspan-{secrets.token_hex(8)}.part"
        system.makedirs(folder or "/", exist_ok=True)
        try:
            system.put_file(str(path), part)
            system.mv(part, target)
        except BaseException:
            _remove_quietly(system, part)
            raise

    require_writable(address)
    _attempt(address, put)


def remove(address: str) -> None:
    """Remove a file, if it is there.

    Raises:
        InputError: if it cannot be removed.
        NotFoundError: if a package is missing.
    """
    require_writable(address)
    if find(address) is not None:  # the `exists` of fsspec is false for what cannot be reached, too
        _attempt(address, lambda system, path: system.rm_file(path))


def require_writable(address: str) -> None:
    """Refuse an address at which goldspan does not write.

    Raises:
        InputError: for one.
    """
    if CHAIN in address or protocol_of(address) not in WRITABLE:
        what = "inside of an archive or a cache" if CHAIN in address else f"over {protocol_of(address)}"
        raise InputError(
            f"nothing can be written {what}",
            file=redacted(address),
            remedy="Name a folder, or one at s3://, gs:// or sftp://.",
        )


class _RemoteStream(io.RawIOBase):
    """A file at an address, read by its ranges; where the server has none, from a copy."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.is_copied = False
        self._was_opened = False
        self._file: Any = None
        self._at = 0
        self._entry = self._find()
        if self._entry.size is None and protocol_of(address) in WEB:
            raise InputError("the server does not say how large it is", file=redacted(address), remedy=DOWNLOAD)
        self._size = self._entry.size or 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        length = min(len(view), max(0, self._size - self._at))
        if not length:
            return 0
        data: bytes = _attempt(self.address, lambda system, path: self._read(system, path, length))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self.read(BLOCK), b""))

    def close(self) -> None:
        if not self.closed:
            self._close_file()
        super().close()

    def _find(self) -> RemoteEntry:
        entry = find(self.address)
        if entry is None:
            raise InputError("there is no such file", file=redacted(self.address), remedy=SPELLING)
        if entry.is_folder and protocol_of(self.address) not in WEB:
            raise InputError("is a folder, not a file", file=redacted(self.address), remedy="Name a file in it.")
        return entry

    def _read(self, system: Any, path: str, length: int) -> bytes:  # noqa: ANN401  (fsspec has no types)
        try:
            if self._file is None:
                self._file = self._opened(system, path)
            if self._file.tell() != self._at:
                self._file.seek(self._at)
            data = bytes(self._file.read(length))
        except BaseException as error:
            self._close_file()
            if protocol_of(self.address) in WEB and isinstance(error, ValueError) and not self.is_copied:
                self.is_copied = True  # the server gives the whole file where a part of it is asked for
                return self._read(system, path, length)
            raise
        if not data:
            self._close_file()
            raise EOFError(f"it ends before its {self._size:,} bytes")
        return data

    def _opened(self, system: Any, path: str) -> Any:  # noqa: ANN401  (fsspec has no types)
        if self._was_opened:
            self._require_same(RemoteEntry.of(system.info(path)))
        self._was_opened = True
        if self.is_copied:
            return self._copy(system, path)
        protocol = protocol_of(self.address)
        file = system.open(path, "rb", **({"block_size": BLOCK, "cache_type": "none"} if protocol in BY_BLOCKS else {}))
        if file.seekable():
            return file
        file.close()
        self.is_copied = True
        return self._copy(system, path)

    def _require_same(self, entry: RemoteEntry) -> None:
        if entry != self._entry:
            raise InputError("changed while it was read", file=redacted(self.address), remedy="Run the command again.")

    def _copy(self, system: Any, path: str) -> Any:  # noqa: ANN401  (fsspec has no types)
        copy = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the stream)
        try:
            with system.open(path, "rb", block_size=0) as file:
                while block := file.read(BLOCK):
                    copy.write(block)
        except BaseException:
            copy.close()
            raise
        if copy.tell() != self._size:
            copy.close()
            raise EOFError(f"it ends before its {self._size:,} bytes")
        return copy

    def _close_file(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            if protocol_of(self.address) != "memory":  # whose streams are the files
                file.close()


def _attempt(address: str, action: Callable[[Any, str], T]) -> T:
    """What an action gives, which has a file system of `fsspec` and the path in it; tried again if that may help.

    Raises:
        InputError: in words, if it fails.
        NotFoundError: if a package is missing.
    """
    attempts = ATTEMPTS_OF_STORES if is_store(address) else ATTEMPTS
    for number in range(1, attempts + 1):
        try:
            return action(*_connect(address, is_fresh=number > 1))
        except GoldspanError:
            raise
        except Exception as error:  # noqa: BLE001  (each package has errors of its own)
            if number == attempts or not _may_pass(error):
                raise _explained(error, address) from None
        time.sleep(PAUSE * 2 ** (number - 1))
    raise AssertionError


def _connect(address: str, *, is_fresh: bool) -> tuple[Any, str]:
    import fsspec

    options: dict[str, Any] = {"skip_instance_cache": True} if is_fresh else {}
    protocol = protocol_of(address)
    if protocol in WEB:
        import aiohttp

        settings = fsspec.config.conf.get(protocol, {}).get("client_kwargs", {})
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIME, sock_read=ANSWER_TIME)
        options["client_kwargs"] = {"trust_env": True, "timeout": limits, **settings}
        options["get_client"] = _web_client
    system, path = fsspec.core.url_to_fs(address, **options)
    return system, path


async def _web_client(**settings: Any) -> Any:  # noqa: ANN401  (fsspec awaits it)
    """A client that trusts whom all clients of goldspan do."""
    import aiohttp

    from goldspan.web import tls  # here, since it imports requests

    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls.authorities().context), **settings)


def _status(error: BaseException) -> int | None:
    """The status of the answer of a web server that an error was made of."""
    found = (getattr(cause, "status", None) or getattr(cause, "status_code", None) for cause in causes(error))
    return next((status for status in found if isinstance(status, int)), None)


def _is_absent(error: FileNotFoundError) -> bool:
    """Whether nothing is there: fsspec has this error for any failure of a web server."""
    status = _status(error)
    if status is not None:
        return status in (404, 410)
    return not any(
        type(cause).__name__.startswith("Client") or isinstance(cause, TimeoutError) for cause in causes(error)
    )


def _may_pass(error: Exception) -> bool:
    status = _status(error)
    if status is not None:
        return status >= 500 or status in PASSING
    found = list(causes(error))
    if LASTING_NAMES & {type(cause).__name__ for cause in found}:
        return False
    if isinstance(error, FileNotFoundError):
        return not _is_absent(error)
    lasting = (errno.EACCES, errno.EPERM, errno.ENOSPC, errno.ENOENT)
    return not isinstance(error, LASTING) and getattr(error, "errno", None) not in lasting


def _explained(error: Exception, address: str) -> GoldspanError:
    """What an error of `fsspec` means, in one line without a secret."""
    place, status = redacted(address), _status(error)
    if isinstance(error, ImportError):
        package = next((PACKAGES[part] for part in _protocols(address) if part in PACKAGES), None)
        remedy = f"Install it: pip install {package}" if package else "Install the package that it names."
        return NotFoundError(f"{place}: a package for such addresses is missing ({_words(error)})", remedy=remedy)
    names = {type(cause).__name__ for cause in causes(error)}
    if isinstance(error, ValueError) and "rotocol" in str(error):
        what, remedy = "is no address that is known", f"{SPELLING} It begins with s3://, gs://, https:// or the like."
    elif status in {401, 403} or isinstance(error, PermissionError) or "error_perm" in names:
        what, remedy = f"may not be accessed: {_words(error)}", CREDENTIALS
    elif names & NO_CREDENTIALS:
        what, remedy = f"there are no credentials for it: {_words(error)}", CREDENTIALS
    elif status in {404, 410} or (isinstance(error, FileNotFoundError) and _is_absent(error)):
        is_bucket = "bucket does not exist" in str(error).lower()
        what, remedy = f"there is no such {'bucket' if is_bucket else 'file or folder'}", SPELLING
    elif any(isinstance(cause, TimeoutError) for cause in causes(error)):
        what, remedy = "no answer in time", NETWORK
    elif names & OF_TLS and any(isinstance(cause, SSLError) for cause in causes(error)):
        from goldspan.web import tls  # here, since it imports requests

        base = place.partition("?")[0].rstrip("/")
        handshake = [cause for cause in causes(error) if isinstance(cause, SSLError)][
            -1
        ]  # the first ones are aiohttp's
        what, remedy = tls.failure(handshake, base, tls.authorities().source, setting="the address")
    else:
        what, remedy = f"cannot be reached: {_words(error)}", NETWORK
    return InputError(what, file=place, remedy=remedy)


def _protocols(address: str) -> list[str]:
    return [part.partition(SCHEME)[0] for part in address.split(CHAIN)]


def _words(error: BaseException) -> str:
    """An error in one line, with what it was made of if it says nothing itself."""
    status = _status(error)
    if status is not None:
        return f"the server answers {status}"
    found = [" ".join(str(cause).split()) for cause in reversed(list(causes(error)))]
    text = next((words for words in found if words), type(error).__name__)
    return redacted(text.rstrip("."))[:300]


def _remove_quietly(system: Any, path: str) -> None:  # noqa: ANN401  (fsspec has no types)
    with contextlib.suppress(Exception):  # what failed before is told
        system.rm_file(path)
