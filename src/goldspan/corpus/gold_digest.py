"""The digest of gold: by it is known whether gold is still what something was made from.

It is the SHA-256 of what `sha256sum` prints of the files, in the order of their names: in `corpus/gold`,
`sha256sum a.jsonl b.jsonl | sha256sum` prints that of the articles a and b.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from goldspan import files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldspan.corpus import Corpus


def gold_digest(corpus: Corpus, articles: Iterable[str] | None = None) -> str:
    """The digest of the gold of some articles, in hexadecimal; articles without gold do not count.

    Args:
        corpus: the project.
        articles: their ids; None for all of the manifest.
    """
    chosen = (entry.id for entry in corpus.entries) if articles is None else articles
    names = sorted(f"{article}.jsonl" for article in set(chosen))
    lines = (f"{files.sha256(corpus.gold / name)}  {name}\n" for name in names if files.is_there(corpus.gold / name))
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()
