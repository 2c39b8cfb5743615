r"""The one reader of JSON, which reads a value whole or refuses it.

Python's own reader keeps the last of two equal keys, reads NaN and `1e999`, and makes strings of `"\ud800"` that no
file can hold. Here each of these is refused with its place and a remedy, and so are integers beyond 64 bits and deep
nesting, which other programs, or the same one at another moment, could not read again.
"""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Scanner = Callable[[str, int], tuple[Any, int]]

DEEPEST = 200  # arrays and objects inside each other
SMALLEST_INTEGER, LARGEST_INTEGER = -(2**63), 2**64 - 1
SURE_DIGITS = 18  # an integer of so many characters fits into 64 bits
LONGEST_NUMBER = 400  # characters: the largest double has 309 digits
SHOWN = 40  # characters of a key or a number in a message
WHITESPACE = " \t\n\r"
BOM = "\ufeff"

TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:]|[^\s"\[\]{},:]+', re.DOTALL)
ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
CONSTANTS = {"NaN", "Infinity", "-Infinity"}

UTF8 = "Find out the encoding and convert it to UTF-8."
NULL = "Write null, or leave the key out."
STRING = "Write it as a string."
KEEP_ONE = "Keep one of the two, or rename one."
NESTED = "No annotation is nested so deeply: check which program wrote this."
SURROGATE = "Repair the text at its source: it is not valid Unicode."
JOINED = "Remove it: it stands only where files were joined."
NOT_TEXT = "This is not a text file, or it is UTF-16: save it as UTF-8."


class JSONError(ValueError):
    """Why a text is refused, and where.

    Args:
        message: what is wrong, without a full stop.
        line: the line of the text, from 1.
        column: the column in it, in code points from 1.
        remedy: what the reader can do, as a sentence; None where it is not JSON at all.
    """

    def __init__(self, message: str, line: int, column: int, remedy: str | None = None) -> None:
        super().__init__(f"{message.removesuffix(' at')} at column {column}")
        self.line = line
        self.column = column
        self.remedy = remedy


def loads(text: str | bytes, *, nan_as_null: bool = False) -> Any:  # noqa: ANN401  (JSON is any)
    """The value of a JSON text.

    Args:
        text: in UTF-8 if it is bytes, without a byte order mark.
        nan_as_null: read NaN as null, as in the exports of Doccano, where it stands for a value that is missing.

    Raises:
        JSONError: if it is not UTF-8 or not JSON; for a key that an object has twice, NaN, an infinity, a number
            beyond 64 bits, a lone surrogate, and nesting deeper than `DEEPEST`.
    """
    if isinstance(text, bytes):
        text = _decode(text)
    scan = _NULLING if nan_as_null else _REFUSING
    begin = len(text) - len(text.lstrip(WHITESPACE))
    try:
        value, end = scan(text, begin)
    except json.JSONDecodeError as error:
        raise _syntax_error(error.msg, text, error.pos) from None
    except (ValueError, RecursionError) as error:
        raise _fault(text, scan) or _error(str(error), text, begin) from None
    if end != len(text):
        rest = text[end:].lstrip(WHITESPACE)
        if rest:
            raise _syntax_error("Extra data", text, len(text) - len(rest))
    is_doubtful = ("\\u" in text and _has_lone_surrogate(text)) or (
        text.count("[") + text.count("{") > DEEPEST and _is_too_deep(value)
    )
    fault = _fault(text, scan) if is_doubtful else None
    if fault:
        raise fault
    return value


def value_at(text: str, begin: int, *, nan_as_null: bool = False, inside: int = 0) -> tuple[Any, int]:
    """The value that begins at a place of a text that may go on elsewhere, and where it ends.

    Args:
        text: a part of a JSON text.
        begin: where the value begins, in code points.
        nan_as_null: see `loads`.
        inside: in how many arrays and objects the value stands.

    Raises:
        json.JSONDecodeError: with the place, if the part is not JSON from there on, or ends too early.
        ValueError: for what `loads` refuses, without its place.
    """
    try:
        value, end = (_NULLING if nan_as_null else _REFUSING)(text, begin)
    except RecursionError as error:
        raise ValueError(NESTED) from error
    written = text[begin:end]
    if "\\u" in written and _has_lone_surrogate(written):
        raise ValueError(SURROGATE)
    deepest = DEEPEST - inside
    if written.count("[") + written.count("{") > deepest and _is_too_deep(value, deepest):
        raise ValueError(NESTED)
    return value, end


def objects_within(text: str, most: int = 1000) -> Iterator[str]:
    """The JSON objects that stand among other words of a text, each as it is written, from left to right.

    Of an object within another one the outer one alone is given. `loads` decides whether one is strict JSON.

    Args:
        text: the text.
        most: how many opening braces are tried.
    """
    end = 0
    for _ in range(most):
        start = text.find("{", end)
        if start < 0:
            return
        end = start + 1
        with suppress(ValueError, RecursionError):
            _, end = _REFUSING(text, start)
            yield text[start:end]


def require_bounded(value: Any) -> None:  # noqa: ANN401  (any value of a file)
    """Require of a value from another reader what `loads` requires: numbers of 64 bits and no deep nesting.

    Raises:
        ValueError: for the first that is not so, without its place.
    """
    level = [value]
    for _ in range(DEEPEST + 1):
        for item in level:
            if isinstance(item, float) and not math.isfinite(item):
                raise ValueError(f"{item} is no number")
            if isinstance(item, int) and not SMALLEST_INTEGER <= item <= LARGEST_INTEGER:
                raise ValueError("an integer beyond 64 bits")
        level = _items(level)
        if not level:
            return
    raise ValueError(f"nested deeper than {DEEPEST} levels")


def parse_float(digits: str) -> float:
    """The value of a decimal number.

    Raises:
        ValueError: for one so large that it becomes infinite, or so small that it becomes 0; for no number at all.
    """
    if digits.lstrip("+-") in {"nan", "inf"}:  # of TOML
        _refuse_constant(digits)
    value = float(digits) if len(digits) <= LONGEST_NUMBER else math.inf
    if not math.isfinite(value) or (value == 0 and re.search("[1-9]", re.split("[eE]", digits)[0])):
        raise ValueError(f"{_shortened(digits)} does not fit a number of 64 bits")
    return value


def _parse_int(digits: str) -> int:
    if len(digits) > SURE_DIGITS and (
        len(digits) > LONGEST_NUMBER or not SMALLEST_INTEGER <= int(digits) <= LARGEST_INTEGER
    ):
        raise ValueError(f"{_shortened(digits)} does not fit a number of 64 bits")
    return int(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _null_for_nan(name: str) -> None:
    if name != "NaN":
        _refuse_constant(name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key occurs twice")
    return value


def _scanner(parse_constant: Callable[[str], None]) -> Scanner:
    """What reads the JSON value at a place: made once, since `json.loads` would make one for each call."""
    return json.JSONDecoder(
        object_pairs_hook=_unique, parse_int=_parse_int, parse_float=parse_float, parse_constant=parse_constant
    ).raw_decode


_REFUSING = _scanner(_refuse_constant)
_NULLING = _scanner(_null_for_nan)


def _has_lone_surrogate(text: str) -> bool:
    return any(escape["lone"] for escape in ESCAPE.finditer(text))


def _is_too_deep(value: Any, deepest: int = DEEPEST) -> bool:  # noqa: ANN401  (JSON is any)
    level = [value]
    for _ in range(deepest):
        level = [item for item in _items(level) if isinstance(item, (dict, list))]
        if not level:
            return False
    return True


def _items(values: list[Any]) -> list[Any]:
    """The items of all arrays and objects among some values."""
    return [
        item
        for value in values
        if isinstance(value, (dict, list))
        for item in (value.values() if isinstance(value, dict) else value)
    ]


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise _error(f"byte 0x{data[error.start]:02x} is not UTF-8", before, len(before), UTF8) from None


def _syntax_error(message: str, text: str, position: int) -> JSONError:
    """The error of a text that is not JSON from a position on."""
    if "\0" in text:
        return _error("a NUL", text, text.index("\0"), NOT_TEXT)
    if text.startswith(BOM, position):
        return _error("a byte order mark", text, position, JOINED)
    return _error(message, text, position)


def _error(message: str, text: str, position: int, remedy: str | None = None) -> JSONError:
    line = text.count("\n", 0, position) + 1
    return JSONError(message, line, position - text.rfind("\n", 0, position), remedy)


def _fault(text: str, scan: Scanner) -> JSONError | None:
    """The first thing that `loads` refuses in a JSON text; None if there is none.

    The scanner does not say where it refused a value, so the text is read again, token by token.
    """
    keys: list[set[str]] = []  # of each array and object that is open
    before = None
    for token in TOKEN.finditer(text):
        words, start = token[0], token.start()
        if words in "[{":
            keys.append(set())
            if len(keys) > DEEPEST:
                return _error(f"nested deeper than {DEEPEST} levels", text, start, NESTED)
        elif words in "]}":
            del keys[-1:]
        elif words == ":" and before and keys:
            key = str(scan(before[0], 0)[0])
            if key in keys[-1]:
                return _error(f"a second key {_shortened(key)!r}", text, before.start(), KEEP_ONE)
            keys[-1].add(key)
        elif words != ",":
            fault = _value_fault(text, token, scan)
            if fault:
                return fault
        before = token
    return None


def _value_fault(text: str, token: re.Match[str], scan: Scanner) -> JSONError | None:
    """What is wrong with a string, a number or a constant."""
    words = token[0]
    lone = next((escape for escape in ESCAPE.finditer(words) if escape["lone"]), None)
    if lone:
        return _error(f"the lone surrogate {lone[0]}", text, token.start() + lone.start(), SURROGATE)
    try:
        scan(words, 0)
    except json.JSONDecodeError:
        return None  # it is of a part that is not JSON, which the scanner did not reach
    except ValueError as error:
        return _error(str(error), text, token.start(), NULL if words in CONSTANTS else STRING)
    return None


def _shortened(words: str) -> str:
    return words if len(words) <= SHOWN else f"{words[: SHOWN - 1]}…"
