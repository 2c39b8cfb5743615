"""`labels.toml`: the label scheme as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, field_validator

from goldspan import files, tokens
from goldspan.annotation import Label, LabelScheme
from goldspan.errors import InputError, InvalidValueError, NotFoundError
from goldspan.validation import StrictModel, read_toml, toml_line

if TYPE_CHECKING:
    from pathlib import Path

REMEDY = "A [[label]] has name, definition, colour, shortcut and page; `goldspan init FOLDER` writes an example."
Text = Annotated[str, Field(min_length=1, description="a text")]


class _Label(StrictModel):
    """A [[label]]."""

    name: Text
    definition: Text
    colour: str = Field(pattern="^#[0-9a-f]{6}$", description="a colour as #rrggbb in lower case")
    shortcut: str = Field(min_length=1, max_length=1, description="one character")
    page: Text
    quantity: bool = Field(default=False, description="true or false")
    display: str | None = Field(
        default=None,
        pattern=r"^\S(.{0,98}\S)?$",
        description="a name of 1 to 100 characters without a space at an edge",
    )

    @field_validator("display")
    @classmethod
    def _is_printable(cls, display: str | None) -> str | None:
        if display is not None and not display.isprintable():
            raise ValueError("not printable")
        return display


class _LabelsFile(StrictModel):
    """The whole file."""

    version: str = Field(min_length=1, description='a text such as "1.0"')
    label: list[_Label] = Field(min_length=1, description="one or more [[label]]")
    allow: dict[str, list[str]] = Field(
        default_factory=dict, description='a list of texts per check, as in leading-article = ["The Hague"]'
    )
    language: str | None = Field(default=None, min_length=1, description='a language such as "en"')


def require_tokenizer(path: Path, scheme: LabelScheme) -> None:
    """Make sure that texts in the language of a scheme can be cut into tokens.

    Args:
        path: the file that the scheme was read from.
        scheme: the scheme.

    Raises:
        NotFoundError: naming the file and the line, as `goldspan.tokens.require_language` says.
    """
    try:
        tokens.require_language(scheme.language)
    except NotFoundError as error:
        raise NotFoundError(error.message, file=path, line=language_line(path), remedy=error.remedy) from None


def language_line(path: Path) -> int | None:
    """The line on which a scheme names the language of the texts; None if it names none."""
    return toml_line(files.decode(files.read_bytes(path), path), ("language",))


def read(path: Path) -> LabelScheme:
    """The scheme.

    Raises:
        InputError: naming the file, the line and the label, if it is not TOML or something is missing, doubled, unknown
            or of a wrong type.
    """
    value = read_toml(path, _LabelsFile, REMEDY)
    labels = tuple(
        Label(row.name, row.definition, row.colour, row.shortcut, row.page, row.quantity, row.display)
        for row in value.label
    )
    allow = {check: frozenset(surfaces) for check, surfaces in value.allow.items()}
    try:
        language = value.language or tokens.DEFAULT_LANGUAGE
        return LabelScheme(value.version, labels, allow, language, value.language is not None)
    except InvalidValueError as error:
        raise InputError(error.message, file=path, remedy=error.remedy or REMEDY) from None
