"""`goldspan.toml`: what a project has chosen, and where each value comes from.

A variable of the environment wins over the file, and the file over the default; an option of a command wins over all.
The variable of a value is its place in the file in capitals: `GOLDSPAN_EXAMPLES_UNIT` for `unit` under `[examples]`.
A project without the file has the defaults. The language of the texts is in `labels.toml`, since annotation depends on
it, and the licence of a text in the manifest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, PrivateAttr

from goldspan import files
from goldspan.validation import StrictModel, TomlTable

if TYPE_CHECKING:
    from pathlib import Path

FILE = "goldspan.toml"
REMEDY = "docs/settings.md has all keys; `goldspan config` prints their values and where each comes from."

CheckLevel = Literal["error", "warning", "off"]


class ExampleSettings(StrictModel):
    """What an example is: [examples].

    Args:
        unit: a paragraph (ids `.p03`), a sentence (`.s12`), or the whole article (its own id).
        tables: whether a table is one example, or cut into its rows.
        lists: whether a list is one example, or cut into its items.
        wrapped_lines: whether the lines of a paragraph are joined: where the article is found to be hard-wrapped,
            always, or never.
    """

    unit: Literal["paragraph", "sentence", "article"] = Field(
        default="paragraph", description='"paragraph", "sentence" or "article"'
    )
    tables: Literal["cut", "whole"] = Field(default="cut", description='"cut" or "whole"')
    lists: Literal["cut", "whole"] = Field(default="cut", description='"cut" or "whole"')
    wrapped_lines: Literal["detect", "join", "keep"] = Field(default="detect", description='"detect", "join" or "keep"')


class SplitSettings(StrictModel):
    """The share of the articles in each split: [splits]."""

    train: float = Field(default=0.6, ge=0, le=1, description="a share between 0 and 1")
    validation: float = Field(default=0.2, ge=0, le=1, description="a share between 0 and 1")
    test: float = Field(default=0.2, ge=0, le=1, description="a share between 0 and 1")


class ReleaseSettings(StrictModel):
    """What the data card says of the annotation: [release].

    Args:
        licence: of the annotation, such as `CC-BY-4.0`; None for not stated.
        contact: to whom readers of the card may write; None for not stated.
    """

    licence: str | None = Field(default=None, min_length=1, description="a text")
    contact: str | None = Field(default=None, min_length=1, description="a text")


class Settings(StrictModel):
    """The whole file.

    Args:
        examples: what an example is.
        checks: by check, whether a finding is an error or a warning, or the check is off.
        splits: the shares of the splits.
        release: what the data card says of the annotation.
        recogniser: what suggests spans, in the order of precedence; each table is read by its `kind`. None for the
            recognisers of a project without the file.
    """

    examples: ExampleSettings = Field(default_factory=ExampleSettings)
    checks: dict[str, CheckLevel] = Field(
        default_factory=dict, description='"error", "warning" or "off" per check, as in leading-article = "off"'
    )
    splits: SplitSettings = Field(default_factory=SplitSettings)
    release: ReleaseSettings = Field(default_factory=ReleaseSettings)
    recogniser: list[dict[str, Any]] | None = Field(default=None, description="one or more [[recogniser]]")

    _table: TomlTable | None = PrivateAttr(default=None)

    @property
    def recognisers(self) -> tuple[TomlTable, ...] | None:
        """The tables of the recognisers in their order; None if the file has none.

        `table.value["kind"]` chooses a model of its keys, `table.parse(Model)` makes one or says what is wrong with
        file and line, and `table.error(message, key)` is an error about one of its keys.
        """
        if self.recogniser is None or self._table is None:
            return None
        root = self._table
        remedy = "docs/settings.md has the keys of a [[recogniser]] of each kind."
        return tuple(
            TomlTable(root.path, root.text, ("recogniser", number), value, remedy)
            for number, value in enumerate(self.recogniser)
        )


def read(folder: Path) -> Settings:
    """The settings of a project.

    Args:
        folder: of the project.

    Raises:
        InputError: naming file and line, for what is not TOML, unknown or of a wrong type; naming the variable, for one
            of the environment that is no value of its key.
    """
    path = folder / FILE
    if not files.is_there(path):
        return Settings()
    table = TomlTable.read(path, REMEDY)
    settings = table.parse(Settings)
    settings._table = table  # noqa: SLF001  (it is ours)
    return settings
