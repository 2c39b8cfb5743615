"""What of a project decides its suggestions, as digests for the recipe, and as files for machines that do not see it.

Files in the project, and those that it names by a path relative to it (`../names.txt`), are packed. What it names by an
absolute path is looked for at the same place on the other machine, where its digest must be the same. Of the
environment, the variables of settings belong to it; those that may hold a secret are not settings.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from goldspan import files, settings, tokens
from goldspan.corpus import Corpus
from goldspan.suggest.recogniser_inputs import place_in_project, recorded_name
from goldspan.suggest.recognisers import inputs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from goldspan.suggest.recogniser_inputs import RecogniserInputs
    from goldspan.suggest.recogniser_table import RecogniserTable
    from goldspan.suggest.suggester_recipe import SuggesterRecipe

PACKAGES = ("spacy", "numpy", "regex", "pyarrow")  # on which suggestions of all kinds may depend
NOT_INSTALLED = "not installed"
PIECE = 32 * 1024**2  # bytes that are sent together


@dataclass(frozen=True, kw_only=True)
class ProjectSnapshot:
    """What of a project decides its suggestions.

    Args:
        root: the folder of the project.
        record: what is recorded of it, as JSON values without a path of this machine.
        packages: by name, the version of each installed distribution on which suggestions depend.
        files: by the path relative to the project, each file that is packed.
        environment: the variables that state settings.
    """

    root: Path
    record: dict[str, Any]
    packages: dict[str, str]
    files: dict[str, Path] = field(repr=False)
    environment: dict[str, str]

    @classmethod
    def of(cls, suggester: SuggesterRecipe) -> ProjectSnapshot:
        """That of a project as it is now, for the recognisers that are wanted.

        Raises:
            InputError, NotFoundError: for a table, a file or a setting that cannot be read.
            InvalidValueError: for the name of a recogniser that the project does not have.
        """
        corpus = Corpus(suggester.root)
        inputs = [(table, inputs_of(table)) for table in suggester.tables(corpus)]
        counted = [(table, one) for table, one in inputs if suggester.asks_servers or not one.asks_server]
        record = {
            "labels": files.sha256(corpus.scheme_file),
            "examples": corpus.settings.examples.model_dump(),
            "recognisers": [_recorded(table, one) for table, one in counted],
        }
        needed = [corpus.scheme_file, corpus.root / settings.FILE]
        needed += [path for _, one in inputs for group in one.files for path in group.paths]
        return cls(
            root=corpus.root,
            record=record,
            packages=_versions(corpus.scheme.language, [one for _, one in counted]),
            files=_packed(corpus.root, needed),
            environment={name: os.environ[name] for name in corpus.settings.variables},
        )

    def pieces(self, size: int = PIECE) -> Iterator[bytes]:
        """The files, packed, cut into pieces of this many bytes."""
        waiting: list[bytes] = []
        cutter = _Cutter(waiting, size)
        with tarfile.open(fileobj=cast("Any", cutter), mode="w|", format=tarfile.PAX_FORMAT) as archive:
            for name, path in sorted(self.files.items()):
                with files.opened(path) as stream:
                    entry = tarfile.TarInfo(str(_mirrored(self.root, name)))
                    entry.size = stream.seek(0, 2)
                    stream.seek(0)
                    archive.addfile(entry, stream)
                while waiting:
                    yield waiting.pop(0)
        cutter.end()
        yield from waiting


def unpack(pieces: Iterable[bytes], folder: Path, root: Path) -> Path:
    """Write the files of a snapshot below a folder.

    Args:
        pieces: of `ProjectSnapshot.pieces`.
        folder: where.
        root: the folder of the project on the machine that packed it.

    Returns:
        The folder of the project.
    """
    with tarfile.open(fileobj=cast("Any", _Joined(pieces)), mode="r|", bufsize=1 << 20) as archive:
        archive.extractall(folder, filter="data")
    return folder / mirrored_root(root)


def mirrored_root(root: Path) -> PurePosixPath:
    """Where the folder of a project stands in a snapshot."""
    return _mirrored(root, ".")


def state_environment(variables: Mapping[str, str]) -> None:
    """Have this process read these settings out of the environment, and no others."""
    for name in [name for name in os.environ if name.upper().startswith(settings.PREFIX)]:
        if name not in settings.OTHER_VARIABLES:
            del os.environ[name]
    os.environ.update(variables)


def with_portable_model(suggester: SuggesterRecipe) -> SuggesterRecipe:
    """The recipe in which a folder with a model is named relative to the project or absolutely, not to this folder."""
    if suggester.model is None:
        return suggester
    places = (suggester.root / suggester.model, Path(suggester.model).absolute())
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        return suggester
    return replace(suggester, model=place_in_project(suggester.root, folder) or str(folder))


def differences(wanted: Mapping[str, Any], found: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """What differs between two records, in clauses."""
    for key in dict.fromkeys([*wanted, *found]):
        own, other = wanted.get(key), found.get(key)
        if isinstance(own, list) and isinstance(other, list):
            own, other = ({one.get("name", n) if isinstance(one, dict) else n: one for n, one in enumerate(several)}
                          for several in (own, other))  # fmt: skip
        if isinstance(own, dict) and isinstance(other, dict):
            yield from differences(own, other, f"{place}{key} ")
        elif own != other:
            yield f"{place}{key} is {_shown(other)}, not {_shown(own)}"


def _shown(value: object) -> str:
    return "missing" if value is None else f"{value!s:.40}"


def _recorded(table: RecogniserTable, inputs: RecogniserInputs) -> dict[str, Any]:
    """What is recorded of a recogniser."""
    values = {key: _portable(table, key, value) for key, value in table.toml.value.items() if key != "enabled"}
    text = json.dumps(values, ensure_ascii=True, sort_keys=True, default=str)
    digests: dict[str, list[str]] = {}
    for one in inputs.files:
        digests.setdefault(one.name, []).append(one.digest())
    return {
        "name": table.name,
        "kind": table.toml.value["kind"],
        "table": hashlib.sha256(text.encode()).hexdigest(),
        "files": {name: ", ".join(found) for name, found in sorted(digests.items())},
    }


def _portable(table: RecogniserTable, key: str, value: object) -> object:
    """A value of a table; of a folder that an option names by an absolute path, without the path."""
    is_folder = table.toml.path is None and key == "model" and isinstance(value, str) and Path(value).is_absolute()
    return recorded_name(table.root, Path(str(value))) if is_folder else value


def _versions(language: str, inputs: Iterable[RecogniserInputs]) -> dict[str, str]:
    modules = tokens.REQUIRED_MODULES.get(language, ())
    tokenizers = [tokens.DISTRIBUTIONS.get(module, module) for module in modules]
    names = {*PACKAGES, *tokenizers, *(name for one in inputs for name in one.packages)}
    return {name: _version(name) for name in sorted(names)}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return NOT_INSTALLED


def _packed(root: Path, paths: Iterable[Path]) -> dict[str, Path]:
    packed = {}
    for path in paths:
        name = place_in_project(root, path)
        if name is not None and files.is_there(path):
            packed[name] = path
    return packed


def _mirrored(root: Path, name: str) -> PurePosixPath:
    """Where a file of a project stands in a snapshot: at the path of this machine, so that `../` leads to it."""
    path = Path(os.path.normpath(root / name))
    return PurePosixPath(path.relative_to(path.anchor).as_posix())


class _Cutter:
    """A stream that cuts what is written to it into pieces."""

    def __init__(self, pieces: list[bytes], size: int) -> None:
        self._pieces = pieces
        self._size = size
        self._rest = bytearray()

    def write(self, data: bytes) -> int:
        self._rest += data
        while len(self._rest) >= self._size:
            self._pieces.append(bytes(self._rest[: self._size]))
            del self._rest[: self._size]
        return len(data)

    def end(self) -> None:
        if self._rest:
            self._pieces.append(bytes(self._rest))


class _Joined:
    """A stream that reads pieces one after the other."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def read(self, size: int) -> bytes:
        parts = []
        while size > 0:
            if not self._rest:
                piece = next(self._pieces, None)
                if piece is None:
                    break
                self._rest = memoryview(piece)
            parts.append(bytes(self._rest[:size]))
            size -= len(parts[-1])
            self._rest = self._rest[len(parts[-1]) :]
        return b"".join(parts)
