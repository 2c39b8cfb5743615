"""What decides the suggestions for a shard besides the shard: `recipe.json` in the output folder.

A shard that was done with another recipe is done again.
"""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan.bulk.project_snapshot import ProjectSnapshot, differences, with_portable_model
from goldspan.bulk.shard_rows import LONGEST_TEXT
from goldspan.errors import InputError
from goldspan.report.text import enumerate_names
from goldspan.suggest.recogniser_inputs import recorded_name
from goldspan.version import __version__

if TYPE_CHECKING:
    from goldspan.articles.columns import TableColumns
    from goldspan.articles.received import ArticleOptions
    from goldspan.suggest.suggester_recipe import SuggesterRecipe

FILE = "recipe.json"
MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class BulkRecipe:
    """With what the shards of an input are worked on.

    Args:
        suggester: with which recognisers.
        columns: of the articles.
        reading: how they are read.
        project: what decides the suggestions of the recognisers, as `ProjectSnapshot.record`.
        versions: of Python, goldspan, and each package on which suggestions depend.
        longest_text: characters of an article; a row with a longer one is rejected.
    """

    suggester: SuggesterRecipe
    columns: TableColumns
    reading: ArticleOptions
    project: dict[str, Any]
    versions: dict[str, str]
    longest_text: int = LONGEST_TEXT

    @classmethod
    def of(
        cls,
        suggester: SuggesterRecipe,
        columns: TableColumns,
        reading: ArticleOptions,
        longest_text: int = LONGEST_TEXT,
    ) -> BulkRecipe:
        """The recipe, with the digests of all that decides the suggestions.

        Raises:
            InputError, NotFoundError: as `ProjectSnapshot.of`.
        """
        suggester = with_portable_model(suggester)
        snapshot = ProjectSnapshot.of(suggester)
        return cls(
            suggester=suggester,
            columns=columns,
            reading=reading,
            project=snapshot.record,
            versions=versions_of(snapshot),
            longest_text=longest_text,
        )

    def changes(self) -> list[str]:
        """What is other here and now than when the recipe was made, in clauses.

        Raises:
            InputError, NotFoundError: as `ProjectSnapshot.of`.
        """
        now = BulkRecipe.of(self.suggester, self.columns, self.reading, self.longest_text)
        return list(differences(self.json(), now.json()))

    def require_unchanged(self) -> None:
        """Refuse to work with what changed since the recipe was made.

        Raises:
            InputError: naming what, and as `changes`.
        """
        if changed := self.changes():
            raise InputError(
                f"the project changed while it was worked with: {enumerate_names(changed, most=MOST_NAMED)}",
                file=self.suggester.root,
                remedy="Run the command again: shards that were done before the change are done again.",
            )

    def json(self) -> dict[str, Any]:
        """The recipe as JSON values, without a path of this machine."""
        return {
            "versions": self.versions,
            "model": None if self.suggester.model is None else self._model_name(self.suggester.model),
            "labels": dict(self.suggester.labels),
            "recognisers": list(self.suggester.only),
            "columns": {part: column.name for part, column in self.columns.columns.items()},
            "id": None if self.reading.id is None else self.reading.id.pattern,
            "dates": self.reading.order,
            "longest_text": self.longest_text,
            "project": self.project,
        }

    def _model_name(self, model: str) -> str:
        return recorded_name(self.suggester.root, Path(model)) if Path(model).is_absolute() else model

    @cached_property
    def text(self) -> str:
        """The content of `recipe.json`."""
        return json.dumps(self.json(), ensure_ascii=False, indent=2) + "\n"

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the recipe, in hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


def versions_of(snapshot: ProjectSnapshot) -> dict[str, str]:
    """The versions of all that the suggestions of a project depend on."""
    return {"python": platform.python_version(), "goldspan": __version__, **snapshot.packages}
