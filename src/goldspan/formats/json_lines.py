r"""What the formats of JSON lines share: lines as a stream, and the JSON object of a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from goldspan.annotation import Example

SPLITTERS = "\x85\u2028\u2029"


def numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    r"""The lines of a file, numbered from 1, cut at `\n` alone and without it; a byte order mark is left out.

    Raises:
        InputError: if the file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            for number, raw in enumerate(stream, start=1):
                line = raw.removesuffix(b"\n")
                yield number, line.removeprefix(files.BOM) if number == 1 else line
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=path) from None


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
            remedy="Find out the encoding and convert the file to UTF-8.",
        ) from None


def json_object(raw: bytes, path: Path, number: int, remedy: str) -> dict[str, Any]:
    """The JSON object on a line.

    Raises:
        InputError: if it is not UTF-8, not JSON or no object.
    """
    try:
        value = loads(decode(raw, path, number))
    except (ValueError, RecursionError) as error:
        why = f"{error.msg} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise InputError(f"not JSON: {why}", file=path, line=number, remedy=remedy) from None
    if not isinstance(value, dict):
        raise InputError("the line is no JSON object", file=path, line=number, remedy=remedy)
    return value


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


def loads(text: str) -> Any:  # noqa: ANN401  (JSON is any)
    """The value of a JSON text; NaN and the infinities are not JSON.

    Raises:
        ValueError: if it is no JSON. A nesting too deep for Python raises `RecursionError`.
    """
    return _DECODER.decode(text)


def one_line(value: Any) -> str:  # noqa: ANN401  (JSON is any)
    """The canonical JSON of a value, with no character in it at which any program would break a line."""
    text = files.dumps(value)
    for splitter in SPLITTERS:
        text = text.replace(splitter, f"\\u{ord(splitter):04x}")
    return text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)  # `json.loads` would create one for each line
