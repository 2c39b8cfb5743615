"""The settings that hold in a project, each with the place where it is stated: what `goldspan config` prints."""

from __future__ import annotations

import os
import re
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from goldspan import checks, files, project_schema, settings
from goldspan.errors import InvalidValueError
from goldspan.formats import labels_toml
from goldspan.suggest.recognisers import recogniser_tables
from goldspan.tokens import DEFAULT_LANGUAGE
from goldspan.validation import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from goldspan.corpus import Corpus
    from goldspan.suggest.recogniser_table import RecogniserTable

DOCCANO = ("DOCCANO_URL", "DOCCANO_USERNAME", "DOCCANO_PASSWORD", "DOCCANO_PROXY_AUTH")  # read by the commands
SET, NOT_SET = "set", "not set"
VARIABLE = re.compile("[A-Z][A-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class EffectiveValue:
    """The value of a key, and where it comes from.

    Args:
        key: as `examples.unit`.
        value: that holds; None if it is not stated.
        kind: what states it: `default`, `file` or `environment`.
        place: where: `default`, `goldspan.toml:12`, or the variable.
        default: the value where nothing states one.
        values: what a value must be.
        variable: of the environment that wins over the file; None if none does.
        option: of a command that wins over all; None if none does.
    """

    key: str
    value: Any
    kind: str
    place: str
    default: Any
    values: str
    variable: str | None
    option: str | None


@dataclass(frozen=True, slots=True)
class EffectiveRecogniser:
    """A recogniser of a project.

    Args:
        name: of it.
        kind: what it is.
        labels: the label of the scheme for a label of its own, where they differ.
        enabled: whether it suggests.
        place: where it is stated: `default`, or `goldspan.toml:12`.
    """

    name: str
    kind: str
    labels: Mapping[str, str]
    enabled: bool
    place: str


@dataclass(frozen=True, slots=True)
class EffectiveSettings:
    """All that a project has chosen.

    Args:
        root: the folder of the project.
        has_file: whether it has a `goldspan.toml`.
        values: of the keys, in the order of docs/settings.md; of the checks all.
        recognisers: in the order of precedence.
        environment: variables that are read besides those of keys, and those that look like them: the value, `set` for
            a secret, or `not set` for one that the file names.
    """

    root: str
    has_file: bool
    values: tuple[EffectiveValue, ...]
    recognisers: tuple[EffectiveRecogniser, ...]
    environment: Mapping[str, str]

    @property
    def shown(self) -> tuple[EffectiveValue, ...]:
        """The values without those of the checks for which the project has chosen nothing."""
        return tuple(one for one in self.values if not one.key.startswith("checks.") or one.kind != "default")

    def find(self, key: str) -> tuple[EffectiveValue, ...]:
        """The value of a key, or those of all keys of a section.

        Raises:
            InvalidValueError: for a key that no project can have, with those like it.
        """
        if found := tuple(one for one in self.values if key in (one.key, one.key.partition(".")[0])):
            return found
        known = [one.key for one in self.values]
        near = [name for name in known if name.endswith(f".{key}")] or get_close_matches(key, known, n=3)
        remedy = f"Did you mean {' or '.join(near)}?" if near else "`goldspan config` prints all keys."
        raise InvalidValueError(f"there is no setting {key!r}", remedy=remedy)

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "root": self.root,
            "file": settings.FILE if self.has_file else None,
            "settings": [asdict(one) for one in self.values],
            "recognisers": [asdict(one) for one in self.recognisers],
            "environment": dict(self.environment),
        }


def effective_settings(corpus: Corpus) -> EffectiveSettings:
    """What a project has chosen.

    Raises:
        InputError: for what cannot be read of `goldspan.toml`, `labels.toml` or the environment.
    """
    tables = recogniser_tables(corpus)
    return EffectiveSettings(
        str(corpus.root),
        files.is_there(corpus.root / settings.FILE),
        (_schema(corpus), _language(corpus), *_values(corpus)),
        tuple(_recogniser(table) for table in tables),
        dict([*_others(), *_doccano(), *_keys_of_recognisers(tables)]),
    )


def _schema(corpus: Corpus) -> EffectiveValue:
    number = project_schema.SCHEMA
    origin = settings.schema_origin(corpus.root)
    return EffectiveValue(project_schema.KEY, number, *origin, 1, "the number of the files' schema", None, None)


def _language(corpus: Corpus) -> EffectiveValue:
    scheme = corpus.scheme
    line = labels_toml.language_line(corpus.scheme_file) if scheme.is_language_stated else None
    place = corpus.scheme_file.name + (f":{line}" if line else "")
    kind, place = ("file", place) if scheme.is_language_stated else ("default", "default")
    return EffectiveValue("language", scheme.language, kind, place, DEFAULT_LANGUAGE, 'a code such as "en"', None, None)


def _values(corpus: Corpus) -> Iterator[EffectiveValue]:
    """The values of the file and the environment, those of all checks included."""
    chosen = corpus.settings
    levels = checks.read_severities(chosen)
    for key in settings.all_keys():
        if key.name is not None:
            value = _plain(getattr(getattr(chosen, key.section), key.name))
            yield _value(chosen, key, key.name, value, key.default)
            continue
        for check in checks.CHECKS:
            yield _value(chosen, key, check.id, levels.level(check), check.severity)


def _plain(value: object) -> object:
    """A value as JSON has it: a table of a list, such as an author, with the keys that are stated."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.model_dump(exclude_none=True) if isinstance(value, StrictModel) else value


def _value(
    chosen: settings.Settings, key: settings.SettingKey, name: str, value: object, default: object
) -> EffectiveValue:
    origin = chosen.origin(key.section, name)
    variable = settings.variable_of(key.section, name)
    return EffectiveValue(f"{key.section}.{name}", value, *origin, default, key.values, variable, key.option)


def _recogniser(table: RecogniserTable) -> EffectiveRecogniser:
    value = table.toml.value
    line = table.toml.line()
    stated = settings.FILE + (f":{line}" if line else "")
    labels = value.get("labels")
    return EffectiveRecogniser(
        table.name,
        str(value["kind"]),
        labels if isinstance(labels, dict) else {},
        table.is_enabled,
        "default" if table.toml.path is None else stated,
    )


def _others() -> Iterator[tuple[str, str]]:
    """The variables that begin like those of settings and are none."""
    for name in sorted(settings.OTHER_VARIABLES.intersection(os.environ)):
        yield name, SET


def _doccano() -> Iterator[tuple[str, str]]:
    """The variables that name a server, and others that begin like them: these may be misspelt."""
    for name, value in sorted(os.environ.items()):
        if name in DOCCANO:
            yield name, _without_login(value) if name == "DOCCANO_URL" else value if name == "DOCCANO_USERNAME" else SET
        elif name.startswith("DOCCANO_"):
            near = [one for one in DOCCANO if one.startswith(name)] or get_close_matches(name, DOCCANO, n=1)
            yield name, f"{SET}, and read by no command" + (f": did you mean {near[0]}?" if near else "")


def _without_login(address: str) -> str:
    """An address without the user and the password that it may hold; what is no address is not shown."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return SET
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")) if parts.netloc else SET


def _keys_of_recognisers(tables: Iterable[RecogniserTable]) -> Iterator[tuple[str, str]]:
    """The variables that recognisers name for a secret; what is no name of one may be the secret itself."""
    for table in tables:
        for key, name in table.toml.value.items():
            if key.endswith("_variable") and isinstance(name, str) and VARIABLE.fullmatch(name):
                yield name, SET if os.environ.get(name) else NOT_SET
