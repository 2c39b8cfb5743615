"""Answers that were paid for once: kept by what was asked, so that the next run asks nothing again.

An entry is named after the SHA-256 of the address and the whole body of the request, in which the model, the prompt and
the text are. It holds the answer alone, neither the key nor the text. An entry that cannot be read counts as missing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path("cache") / "language-model"  # in build/


class AnswerCache:
    """A folder of answers.

    Args:
        folder: where; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, address: str, body: Mapping[str, Any]) -> str | None:
        """The answer to a request; None if there is none that is whole."""
        key = _key(address, body)
        try:
            entry = strict_json.loads(files.read_bytes(self._path(key)))
        except (InputError, strict_json.JSONError):
            return None
        match entry:
            case {"request": str(request), "content": str(content), "sha256": str(digest)}:
                return content if request == key and digest == _digest(content) else None
        return None

    def write(self, address: str, body: Mapping[str, Any], content: str) -> None:
        """Keep an answer."""
        key = _key(address, body)
        entry = {"request": key, "content": content, "sha256": _digest(content)}
        # Of the owner alone: and several threads must not ask for the permissions of a new file at once, see `files`.
        files.write(self._path(key), files.dumps(entry) + "\n", mode=files.PRIVATE)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"


def _key(address: str, body: Mapping[str, Any]) -> str:
    return _digest(json.dumps([address, body], ensure_ascii=True, sort_keys=True))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
