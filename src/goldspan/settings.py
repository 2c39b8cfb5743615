"""`goldspan.toml`: what a project has chosen, and where each value comes from.

A variable of the environment wins over the file, and the file over the default; an option of a command wins over all.
The variable of a value is its place in the file in capitals: `GOLDSPAN_EXAMPLES_UNIT` for `unit` under `[examples]`.
A project without the file has the defaults. The language of the texts is in `labels.toml`, since annotation depends on
it, and the licence of a text in the manifest.

A section is a field of `Settings` and a model of its keys. A key needs a default and a `description` of what its value
must be, which messages and `goldspan config` print; `json_schema_extra={"option": "split --ratios"}` names the option
that wins over it. No more is needed to add one, but for its row in docs/settings.md.
"""

from __future__ import annotations

import difflib
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from goldspan import files, licences, project_schema
from goldspan.errors import InputError
from goldspan.validation import StrictModel, TomlTable, parse_toml_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo

FILE = "goldspan.toml"
REMEDY = "`goldspan help settings` has all keys; `goldspan config` prints their values and where each comes from."
RECOGNISERS = "`goldspan help suggestions` has the kinds of recognisers and their keys."
PREFIX = "GOLDSPAN_"
# The variables that begin like those of settings, and are none: they are read elsewhere, or by whoever installs this.
OTHER_VARIABLES = frozenset(
    {
        "GOLDSPAN_TRACEBACK",
        "GOLDSPAN_DOCCANO",
        "GOLDSPAN_DOCCANO_HOME",
        "GOLDSPAN_LANGUAGE_MODEL_KEY",
        "GOLDSPAN_SERVICE_TOKEN",
        "GOLDSPAN_VERSION",
    }
)
ROUNDING = 1e-9  # of the sum of the shares
LINE = r"^\S(.*\S)?$"

CheckLevel = Literal["error", "warning", "off"]


class Origin(NamedTuple):
    """Where a value comes from.

    Args:
        kind: what states it.
        place: `default`, `goldspan.toml:12`, or the variable.
    """

    kind: Literal["default", "file", "environment"]
    place: str


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


def _share(default: float) -> Any:  # noqa: ANN401  (as pydantic's Field)
    """A key of [splits]."""
    return Field(
        default=default,
        ge=0,
        le=1,
        description="a share between 0 and 1",
        json_schema_extra={"option": "split --ratios"},
    )


class SplitSettings(StrictModel):
    """The share of the articles in each split, which add up to 1: [splits].

    Args:
        train: to learn from.
        validation: to choose by.
        test: to measure with.
    """

    train: float = _share(0.6)
    validation: float = _share(0.2)
    test: float = _share(0.2)

    @property
    def ratios(self) -> dict[str, float]:
        """The share of each split that gets new articles."""
        return {name: share for name, share in self if share > 0}


class AuthorSettings(StrictModel):
    """An author of the annotation: a person with `family`, or an organisation with `name`.

    Args:
        family: the family name of a person, or their only one.
        given: the other names of a person.
        name: of an organisation, or of a group of people.
        affiliation: where a person works.
        orcid: the identifier of a person at orcid.org, such as `0000-0002-1825-0097`.
    """

    family: str | None = Field(default=None, pattern=LINE, description="a text on one line")
    given: str | None = Field(default=None, pattern=LINE, description="a text on one line")
    name: str | None = Field(default=None, pattern=LINE, description="a text on one line")
    affiliation: str | None = Field(default=None, pattern=LINE, description="a text on one line")
    orcid: str | None = Field(
        default=None, pattern=r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$", description="an identifier as 0000-0002-1825-0097"
    )

    @model_validator(mode="after")
    def _require_one_name(self) -> AuthorSettings:
        if (self.family is None) == (self.name is None):
            raise ValueError("an author has either family, for a person, or name, for an organisation")
        if self.name is not None and (self.given or self.orcid):
            raise ValueError("given and orcid belong to a person, who has family instead of name")
        if self.orcid is not None and not is_orcid(self.orcid):
            raise ValueError(f"orcid {self.orcid} has a wrong digit: its last one does not fit the others")
        return self

    @property
    def full_name(self) -> str:
        """The name in the order of speech."""
        return self.name or " ".join(filter(None, (self.given, self.family)))


class ReleaseSettings(StrictModel):
    """What cards and releases say of the annotation: [release].

    Args:
        licence: of the annotation, such as `CC-BY-4.0`; None for not stated.
        contact: to whom readers of the card may write; None for not stated.
        authors: who is to be cited for it; None for not stated.
        title: of the dataset; that of `corpus/README.md` if None.
        description: of the dataset, in one or two sentences; the first paragraph of `corpus/README.md` if None.
        keywords: by which it is found; None for those of goldspan alone.
        url: the page of the dataset; None for not stated.
        doi: its identifier, such as `10.5281/zenodo.1234567`; None for not stated.
    """

    licence: str | None = Field(default=None, pattern=LINE, description="a text on one line")
    contact: str | None = Field(default=None, pattern=LINE, description="a text on one line")
    authors: list[AuthorSettings] | None = Field(
        default=None, min_length=1, description='a list such as [{ given = "Anna", family = "Jansen" }, { name = "…" }]'
    )
    title: str | None = Field(default=None, pattern=LINE, description="a text on one line")
    description: str | None = Field(default=None, pattern=LINE, description="a text on one line")
    keywords: list[Annotated[str, Field(pattern=LINE)]] | None = Field(
        default=None, min_length=1, description='a list of words, such as ["news", "Kosovo"]'
    )
    url: str | None = Field(default=None, pattern=r"^https?://\S+$", description="an address with http:// or https://")
    doi: str | None = Field(default=None, pattern=r"^10\.\d{4,9}/\S+$", description="an identifier as 10.5281/zenodo.1")


def is_orcid(identifier: str) -> bool:
    """Whether the last digit of an identifier of orcid.org fits the others (ISO 7064, MOD 11-2)."""
    digits = identifier.replace("-", "")
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return digits[-1] == ("X" if check == 10 else str(check))


class ModelSettings(StrictModel):
    """How models are trained on gold: [model].

    Args:
        weights: what training begins with: the name of an installed pipeline or of a package that holds one, or a
            folder, relative to that of the project; None to begin with none.
        backend: the library that trains.
        name: of the trained pipeline, behind its language; that of the project's folder if None.
        version: of the trained pipeline.
    """

    weights: str | None = Field(
        default=None,
        pattern=LINE,
        description="a name, or a folder",
        json_schema_extra={"option": "train --weights"},
    )
    backend: Literal["spacy", "transformers"] = Field(
        default="spacy",
        description='"spacy" or "transformers"',
        json_schema_extra={"option": "train --backend"},
    )
    name: str | None = Field(
        default=None, pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", description="small letters, digits and _, from a letter"
    )
    version: str = Field(
        default="0.1.0", pattern=r"^\d+\.\d+\.\d+(\.?(a|b|rc|dev|post)\d+)?$", description='a version such as "1.2.0"'
    )


class Settings(StrictModel):
    """The whole file.

    Args:
        examples: what an example is.
        checks: by check, whether a finding is an error or a warning, or the check is off.
        splits: the shares of the splits.
        release: what the data card says of the annotation.
        model: how models are trained on gold.
        recogniser: what suggests spans, in the order of precedence; each table is read by its `kind`. None for the
            recognisers of a project without the file.
    """

    examples: ExampleSettings = Field(default_factory=ExampleSettings)
    checks: dict[str, CheckLevel] = Field(
        default_factory=dict,
        description='"error", "warning" or "off" per check, as in leading-article = "off"',
        json_schema_extra={"option": "check --select, --ignore"},
    )
    splits: SplitSettings = Field(default_factory=SplitSettings)
    release: ReleaseSettings = Field(default_factory=ReleaseSettings)
    model: ModelSettings = Field(default_factory=ModelSettings)
    recogniser: list[dict[str, Any]] | None = Field(
        default=None,
        description="one or more [[recogniser]]",
        json_schema_extra={"option": "suggest --recogniser, --model, --no-model"},
    )

    _table: TomlTable | None = PrivateAttr(default=None)
    _variables: dict[tuple[str, str], str] = PrivateAttr(default_factory=dict)

    @property
    def recognisers(self) -> tuple[TomlTable, ...] | None:
        """The tables of the recognisers in their order; None if the file has none.

        `table.value["kind"]` chooses a model of its keys, `table.parse(Model)` makes one or says what is wrong with
        file and line, and `table.error(message, key)` is an error about one of its keys.
        """
        if self.recogniser is None:
            return None
        path, text = (self._table.path, self._table.text) if self._table else (Path(FILE), "")
        return tuple(
            TomlTable(path, text, ("recogniser", number), value, RECOGNISERS)
            for number, value in enumerate(self.recogniser)
        )

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of the environment that state a value, sorted."""
        return tuple(sorted(self._variables.values()))

    def origin(self, section: str, name: str) -> Origin:
        """Where the value of a key comes from."""
        if variable := self._variables.get((section, name)):
            return Origin("environment", variable)
        if self._table is not None and name in self._table.value.get(section, ()):
            line = self._table.line(section, name)
            return Origin("file", FILE if line is None else f"{FILE}:{line}")
        return Origin("default", "default")

    def error(self, message: str, section: str, name: str, remedy: str | None = None) -> InputError:
        """An error about the value of a key, with its place in the file or its variable.

        Args:
            message: what is wrong, without a full stop.
            section: the table.
            name: of the key.
            remedy: what to do about it; where all keys are described if None.
        """
        if variable := self._variables.get((section, name)):
            return InputError(f"{variable}: {message}", remedy=remedy or REMEDY)
        if self._table is None:
            return InputError(f"{section}: {message}", remedy=remedy or REMEDY)
        return self._table.error(message, section, name, remedy=remedy)


class SettingKey(NamedTuple):
    """A key of the file.

    Args:
        section: its table.
        name: of the key; None for a table that takes names of its own, such as ids of checks.
        default: its value where nothing states another.
        values: what its value must be.
        option: the command and the option that win over it; None if there is none.
    """

    section: str
    name: str | None
    default: Any
    values: str
    option: str | None

    @property
    def variable(self) -> str:
        """The variable of the environment; of a table with names of its own, what its variables begin with."""
        return variable_of(self.section, self.name or "")


def variable_of(section: str, name: str) -> str:
    """The variable of the environment that wins over a key."""
    return f"{PREFIX}{section}_{name}".upper().replace("-", "_")


def all_keys() -> list[SettingKey]:
    """The keys that the file can have, section by section; those of a [[recogniser]] depend on its kind."""
    return list(_keys())


def read(folder: Path | None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of a project.

    Args:
        folder: of the project; None where there is none, so that the environment alone counts.
        environment: its variables; those of this process if None.

    Raises:
        InputError: naming file and line, for what is not TOML, unknown or of a wrong type; naming the variable, for one
            of the environment that is no value of its key, or that begins like a setting and is none.
    """
    path = None if folder is None else folder / FILE
    table = _without_schema(TomlTable.read(path, REMEDY)) if path is not None and files.is_there(path) else None
    settings = Settings() if table is None else table.parse(Settings)
    variables = os.environ if environment is None else environment
    values = {name: value for name, value in variables.items() if name.upper().startswith(PREFIX)}
    if values:
        settings = _overlaid(settings, values)
    settings._table = table  # noqa: SLF001  (it is ours)
    _require_whole(settings)
    _require_licence(settings)
    return settings


def _without_schema(table: TomlTable) -> TomlTable:
    """The file without the number of the schema, which is of the whole project and no setting.

    Raises:
        InputError: for a number that this goldspan does not know.
    """
    if project_schema.KEY not in table.value:
        return table
    project_schema.require_known(table.value[project_schema.KEY], table.path, table.line(project_schema.KEY))
    value = {key: one for key, one in table.value.items() if key != project_schema.KEY}
    return replace(table, value=value)


def schema_origin(folder: Path) -> Origin:
    """Where the number of the schema of a project is stated.

    Args:
        folder: of the project.

    Raises:
        InputError: for a file that is not TOML.
    """
    path = folder / FILE
    table = TomlTable.read(path, REMEDY) if files.is_there(path) else None
    if table is None or project_schema.KEY not in table.value:
        return Origin("default", "default")
    return Origin("file", f"{FILE}:{table.line(project_schema.KEY)}")


def _keys() -> Iterator[SettingKey]:
    for section, table in Settings.model_fields.items():
        model = table.annotation
        if isinstance(model, type) and issubclass(model, StrictModel):
            for name, field in model.model_fields.items():
                yield SettingKey(section, name, field.default, str(field.description), _option(field))
        elif section != "recogniser":
            yield SettingKey(section, None, None, str(table.description), _option(table))


def _option(field: FieldInfo) -> str | None:
    extra = field.json_schema_extra
    return str(extra["option"]) if isinstance(extra, dict) and "option" in extra else None


def _overlaid(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """The settings with the values of the environment in the place of those of the file.

    Args:
        settings: of the file.
        environment: the variables that begin as those of settings do.

    Raises:
        InputError: for a variable that is no setting, or no value of its key.
    """
    mentioned = frozenset(_texts(settings.recogniser))
    stated = settings.model_dump(exclude_unset=True)
    variables: dict[tuple[str, str], str] = {}
    for variable, text in sorted(environment.items()):
        if variable in OTHER_VARIABLES or variable in mentioned:
            continue
        key, name = _key_of(variable)
        stated.setdefault(key.section, {})[name] = _value_of(variable, text, key, name)
        variables[key.section, name] = variable
    merged = TomlTable(Path(FILE), "", (), stated, REMEDY).parse(Settings)
    merged._variables = variables  # noqa: SLF001  (it is ours)
    return merged


def _texts(value: object) -> Iterator[str]:
    """The texts in a value: a recogniser may name a variable, such as that of a key."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _key_of(variable: str) -> tuple[SettingKey, str]:
    """The key of a variable, and its name in the file.

    Raises:
        InputError: for a variable of no key: a misspelt one would change nothing, and nobody would notice.
    """
    keys = all_keys()
    for key in keys:
        name = key.name or variable.removeprefix(key.variable).lower().replace("_", "-")
        if name and variable == variable_of(key.section, name):
            return key, name
    words = variable.upper().removeprefix(PREFIX)
    section, _, rest = words.partition("_")
    known = [key.variable.removeprefix(PREFIX) + ("" if key.name else rest or "…") for key in keys
             if key.name or difflib.get_close_matches(section, [key.section.upper()])]  # fmt: skip
    near = [one for one in known if one.endswith(f"_{words}")] or difflib.get_close_matches(words, known, n=1)
    raise InputError(
        f"{variable} in the environment is no setting" + (f", did you mean {PREFIX}{near[0]}?" if near else ""),
        remedy=f"Correct it, or unset it. A variable that begins with {PREFIX} is a key of {FILE} in capitals: "
        f"{variable_of('examples', 'unit')} is unit under [examples].",
    )


def _value_of(variable: str, text: str, key: SettingKey, name: str) -> object:
    """The value that a variable has for its key: the text itself if the key takes it, else what it is in TOML.

    Raises:
        InputError: if it is no value of the key.
    """
    for value in (text, *parse_toml_value(text)):
        try:
            Settings.model_validate({key.section: {name: value}})
        except ValidationError:
            continue
        return value
    raise InputError(
        f"{variable} is {text!r:.60}, not {key.values}", remedy=f"Correct the variable, or unset it. {REMEDY}"
    )


def _require_whole(settings: Settings) -> None:
    """Require of the shares that they add up to 1.

    Raises:
        InputError: naming each share and where it comes from.
    """
    shares = dict(settings.splits)
    if abs(sum(shares.values()) - 1) <= ROUNDING:
        return
    parts = ", ".join(f"{name} {share:.9g} ({settings.origin('splits', name).place})" for name, share in shares.items())
    stated = next(name for name in shares if settings.origin("splits", name).kind != "default")
    raise settings.error(
        f"the shares of the splits add up to {sum(shares.values()):.9g}, not 1: {parts}", "splits", stated
    )


def _require_licence(settings: Settings) -> None:
    """Require of the licence that it is an identifier that exists, or words that cannot be meant for one.

    Raises:
        InputError: with the licence that was meant.
    """
    name = settings.release.licence
    meant = None if name is None else licences.misspelt(name)
    if meant is None:
        return
    message = f"there is no licence {name!r}, did you mean {meant!r}?" if meant else f"{name!r} names no licence"
    remedy = "Name it by its SPDX identifier, as CC-BY-4.0, or state in words what readers may do."
    raise settings.error(message, "release", "licence", remedy)
