r"""What the formats of JSON share: lines as a stream, the object of a line, and the value of a whole file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from goldspan.annotation import Example

SPLITTERS = "\x85\u2028\u2029"


def numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    r"""The lines of a file, numbered from 1, cut at `\n` alone and without it; a byte order mark is left out.

    Raises:
        InputError: if the file cannot be read, or begins as a compressed or binary file does.
    """
    with files.opened(path) as stream:
        for number, raw in enumerate(stream, start=1):
            line = raw.removesuffix(b"\n")
            if number == 1:
                files.require_text(line, path)
            yield number, line.removeprefix(files.BOM) if number == 1 else line


def decode(raw: bytes, path: Path, number: int) -> str:
    """The text of a line.

    Raises:
        InputError: if it is not UTF-8.
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"not UTF-8 at byte {error.start} of the line",
            file=path,
            line=number,
            remedy=files.encoding_remedy(raw if number == 1 else b""),
        ) from None


def json_object(raw: bytes, path: Path, number: int, remedy: str, *, nan_as_null: bool = False) -> dict[str, Any]:
    """The JSON object on a line.

    Args:
        raw: the line.
        path: its file, for messages.
        number: its number, from 1.
        remedy: how such a line is written, as a sentence.
        nan_as_null: see `strict_json.loads`.

    Raises:
        InputError: if it is not UTF-8, not strict JSON or no object.
    """
    value = json_value(raw, path, number, remedy, nan_as_null=nan_as_null)
    if not isinstance(value, dict):
        raise InputError("the line is no JSON object", file=path, line=number, remedy=remedy)
    return value


def json_value(raw: bytes, path: Path, number: int, remedy: str, *, nan_as_null: bool = False) -> Any:  # noqa: ANN401  (JSON is any)
    """The JSON value on a line, as `json_object` reads it.

    Raises:
        InputError: if it is not UTF-8 or not strict JSON.
    """
    text = decode(raw, path, number)
    try:
        return strict_json.loads(text, nan_as_null=nan_as_null)
    except strict_json.JSONError as error:
        raise InputError(f"not JSON: {error}", file=path, line=number, remedy=error.remedy or remedy) from None


def json_document(path: Path, remedy: str) -> Any:  # noqa: ANN401  (JSON is any)
    """The value of a file that is one JSON text, over however many lines.

    Args:
        path: the file.
        remedy: how such a file is written, as a sentence.

    Raises:
        InputError: if it cannot be read, is empty, not UTF-8 or not strict JSON, with the line.
    """
    return loads_document(files.read_bytes(path), path, remedy)


def loads_document(data: bytes, file: Path | str, remedy: str) -> Any:  # noqa: ANN401  (JSON is any)
    """The value of the bytes of a file that is one JSON text.

    Raises:
        InputError: as of `json_document`.
    """
    try:
        return strict_json.loads(files.decode(data, file))
    except strict_json.JSONError as error:
        raise InputError(f"not JSON: {error}", file=file, line=error.line, remedy=error.remedy or remedy) from None


def write_lines(path: Path, examples: Iterable[Example], encode: Callable[[Example], bytes]) -> None:
    """Write a line per example, as a stream and all or nothing.

    Args:
        path: the file.
        examples: read once.
        encode: the line of an example, with its line break.

    Raises:
        InputError: for an example that `encode` refuses; nothing is written.
    """
    with files.replacing(path) as stream:
        for example in examples:
            try:
                line = encode(example)
            except InvalidValueError as error:
                raise InputError(error.message, file=path, example=example.id, remedy=error.remedy) from None
            stream.write(line)


def one_line(value: Any) -> str:  # noqa: ANN401  (JSON is any)
    """The canonical JSON of a value, with no character in it at which any program would break a line."""
    text = files.dumps(value)
    for splitter in SPLITTERS:
        text = text.replace(splitter, f"\\u{ord(splitter):04x}")
    return text
