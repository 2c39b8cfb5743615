"""What decides the suggestions for a shard besides the shard: `recipe.json` in the output folder.

A shard that was done with another recipe is done again.
"""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.bulk.shard_rows import LONGEST_TEXT
from goldspan.corpus import Corpus
from goldspan.version import __version__

if TYPE_CHECKING:
    from goldspan.articles.columns import TableColumns
    from goldspan.articles.received import ArticleOptions
    from goldspan.suggest.suggester_recipe import SuggesterRecipe

FILE = "recipe.json"
PACKAGES = ("spacy", "numpy", "regex", "pyarrow")  # on which suggestions may depend


@dataclass(frozen=True, kw_only=True)
class BulkRecipe:
    """With what the shards of an input are worked on.

    Args:
        suggester: with which recognisers.
        columns: of the articles.
        reading: how they are read.
        project: by the path in the project, the SHA-256 of each file on which suggestions depend.
        longest_text: characters of an article; a row with a longer one is rejected.
    """

    suggester: SuggesterRecipe
    columns: TableColumns
    reading: ArticleOptions
    project: dict[str, str]
    longest_text: int = LONGEST_TEXT

    @classmethod
    def of(
        cls,
        suggester: SuggesterRecipe,
        columns: TableColumns,
        reading: ArticleOptions,
        longest_text: int = LONGEST_TEXT,
    ) -> BulkRecipe:
        """The recipe, with the digests of the project's files.

        Raises:
            InputError: for a file that cannot be read.
        """
        corpus = Corpus(suggester.root)
        paths = [path for path in (corpus.scheme_file, corpus.root / "goldspan.toml") if files.is_there(path)]
        project = {path.relative_to(corpus.root).as_posix(): files.sha256(path) for path in paths}
        return cls(suggester=suggester, columns=columns, reading=reading, project=project, longest_text=longest_text)

    def json(self) -> dict[str, Any]:
        """The recipe as JSON values, without a path of this machine."""
        return {
            "goldspan": __version__,
            "python": platform.python_version(),
            "packages": {name: metadata.version(name) for name in PACKAGES},
            "model": self.suggester.model,
            "labels": dict(self.suggester.labels),
            "recognisers": list(self.suggester.only),
            "columns": {part: column.name for part, column in self.columns.columns.items()},
            "id": None if self.reading.id is None else self.reading.id.pattern,
            "longest_text": self.longest_text,
            "project": self.project,
        }

    @cached_property
    def text(self) -> str:
        """The content of `recipe.json`."""
        return json.dumps(self.json(), ensure_ascii=False, indent=2) + "\n"

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the recipe, in hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()
