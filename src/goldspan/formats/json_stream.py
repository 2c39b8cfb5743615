"""The values of a JSON text one after the other, from a file that is larger than memory.

`json` reads a text that is all there. Here it reads a value from the part of the text that was read so far; where the
part ends inside the value, it is read again with more of the text. What is refused is what `goldspan.strict_json`
refuses, so that a file is valid here if and only if it is valid as a whole; why one is not, is for the whole to say.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

PART = 1 << 18  # bytes that are read at once, or as many as are waiting to be completed
SPACE = re.compile(r"[ \t\n\r]*")
UNFINISHED = "Unterminated string"  # begins the message of `json` that a string goes on
NEAR = 16  # characters before the end of a part: a number, a literal or an escape there may go on


class NotStrictJSONError(ValueError):
    """A text is not the strict JSON that was expected; it says nothing of the reason."""


class TooLargeError(ValueError):
    """A single value is larger than what may be kept in memory."""


class JsonStream:
    """A reader of the values of a JSON text.

    Args:
        stream: of the bytes, at the beginning of the text.
        size: how many bytes the text has; None if it goes on to the end of the stream.
        nan_as_null: see `goldspan.strict_json.loads`.
        largest: how many bytes a value may have.
    """

    def __init__(
        self, stream: BinaryIO, size: int | None = None, *, nan_as_null: bool = False, largest: int | None = None
    ) -> None:
        self._stream = stream
        self._left = size
        self._nan_as_null = nan_as_null
        self._largest = largest
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._part = ""
        self._at = 0
        self._is_last = False

    def peek(self) -> str:
        """The next character that is no white space; empty at the end of the text."""
        while True:
            match = SPACE.match(self._part, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._part) or self._is_last:
                return self._part[self._at : self._at + 1]
            self._read_on()

    def take(self, characters: str) -> str:
        """The next character that is no white space, which must be one of these, and is passed over.

        Raises:
            NotStrictJSONError: if it is another one, or the text ends.
        """
        found = self.peek()
        if not found or found not in characters:
            raise NotStrictJSONError
        self._at += 1
        return found

    def value(self, *, inside: int = 0) -> Any:  # noqa: ANN401  (JSON is any)
        """The next value.

        Args:
            inside: in how many arrays and objects it stands.

        Raises:
            NotStrictJSONError: if it is none.
            TooLargeError: if it is larger than may be.
        """
        self.peek()
        refused_at = None  # the length of the part in which a number was refused, which may go on
        while True:
            try:
                value, end = strict_json.value_at(self._part, self._at, nan_as_null=self._nan_as_null, inside=inside)
            except json.JSONDecodeError as error:
                is_cut = error.msg.startswith(UNFINISHED) or error.pos > len(self._part) - NEAR
                if self._is_last or not is_cut:
                    raise NotStrictJSONError from None
            except ValueError:
                refused_at = len(self._part) - self._at if refused_at is None else refused_at
                if self._is_last or len(self._part) - self._at > refused_at + strict_json.LONGEST_NUMBER:
                    raise NotStrictJSONError from None
            else:
                if end + NEAR < len(self._part) or self._is_last:
                    self._at = end
                    return value
            self._read_on()

    def items(self) -> Iterator[Any]:
        """Each item of the array that the text is.

        Raises:
            NotStrictJSONError: once it turns out that the text is none.
        """
        self.take("[")
        if self.peek() == "]":
            self.take("]")
        else:
            yield self.value(inside=1)
            while self.take(",]") == ",":
                yield self.value(inside=1)
        self.require_end()

    def require_end(self) -> None:
        """Require that nothing but white space follows.

        Raises:
            NotStrictJSONError: if something does.
        """
        if self.peek():
            raise NotStrictJSONError

    def _read_on(self) -> None:
        """Put more of the text behind what was not used."""
        kept = self._part[self._at :]
        if self._largest is not None and len(kept) > self._largest:
            raise TooLargeError
        wanted = max(PART, len(kept))
        data = self._stream.read(wanted if self._left is None else min(wanted, self._left))
        if self._left is not None:
            self._left -= len(data)
        self._is_last = not data or self._left == 0
        try:
            self._part = kept + self._decoder.decode(data, final=self._is_last)
        except UnicodeDecodeError:
            raise NotStrictJSONError from None
        self._at = 0


def skip_mark(stream: BinaryIO) -> int:
    """Pass over a byte order mark at the beginning of a stream; how many bytes it has, 0 if there is none."""
    if stream.read(len(files.BOM)) == files.BOM:
        return len(files.BOM)
    stream.seek(0)
    return 0
