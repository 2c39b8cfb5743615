"""What the corpus remembers of its projects on servers, in `corpus/doccano.toml`; a push and a pull write it.

    [[project]]
    name = "kfor"
    server = "https://doccano.example.org"
    key = "k3f9a1c2e4d5"           # goldspan wrote it into the project, too: it finds a renamed project, and a twin
    offsets = "utf-16"             # what offsets count in the project, or "graphemes"; it must not change any more
    number = 3                     # of the project, as in the addresses of its pages; an older version left it out
    round = "kfor"                 # of a project that one member has alone: the round that it is part of
    member = "anna"                # and whose it is
    kind = "disputes"              # of a project that settles disputes; left out where people annotate

    [[round]]
    name = "kfor"                  # of the round, and of its project where all members have one together
    server = "https://doccano.example.org"
    each = true                    # whether each member has a project
    suggestions = true             # whether suggestions are shown there, which each corrects alone
    annotators_per_example = 2     # left out where everybody reads every example
    audit = "bias"                 # of the audit whose suggestions are shown there, if one is
    closed = "2026-12-01"          # the day on which it was closed, from which on nothing is pushed

    [[label_types]]
    project = "k3f9a1c2e4d5"       # its key, or its address where a version before keys made it
    numbers = { "PERSON" = 12 }    # of its label types: they show a type that was renamed, or deleted and created again

    [[account]]
    name = "anna"                  # of a user on the server
    passes = "a1"                  # the folder of corpus/passes/ with their work

    [[former_label]]
    name = "ORG"                   # of a label that left the scheme; a type on a server may have that name still
    labels = ["COMPANY", "PARTY"]  # what it is now; several where it was split, the first choice first
    display = "O"                  # its display name, if it had one that names no label now
    rules = [{ label = "PARTY", pattern = "[Pp]arty" }]  # of a split: the words that decide

The file belongs into git beside the passes: two clones that work with one server must agree on it. A corpus without the
file is one of a version before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator

from goldspan import files
from goldspan.errors import InputError
from goldspan.formats.decisions import is_day
from goldspan.validation import StrictModel, read_toml, toml_string
from goldspan.web.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.client.schema import DoccanoProject

OffsetUnit = Literal["utf-16", "graphemes"]

FILE = "doccano.toml"
KEY = re.compile(r"\bkey (k[0-9a-f]{12})\b")  # what goldspan writes into the description and the page of a project
HEADER = (
    "# What goldspan remembers of the projects on Doccano: written by `goldspan doccano push` and `pull`.\n"
    "# Keep it in git. To forget a project or an account, delete its table.\n"
)
REMEDY = (
    'Restore the file from git. A table [[project]] has name, server, key and offsets ("utf-16" or "graphemes"), '
    "a table [[round]] has name, server, each and suggestions, a table [[label_types]] has project and numbers, "
    "a table [[account]] has name and passes, "
    "a table [[former_label]] has name and labels."
)


class ProjectRecord(StrictModel):
    """A project: where it is, the key that goldspan wrote into it, and what its offsets count."""

    name: str = Field(description="the name of a project")
    server: str = Field(description="the address of a server")
    key: str = Field(description="the key of a project")
    offsets: OffsetUnit = Field(description='"utf-16" or "graphemes"')
    number: Annotated[int, Field(ge=1)] | None = Field(default=None, description="a number from 1 on")
    round: str | None = Field(default=None, description="the name of a round")
    member: str | None = Field(default=None, description="the name of a user")
    kind: Literal["disputes"] | None = Field(default=None, description='"disputes", or left out')


class RoundRecord(StrictModel):
    """A round: what several members annotate together, in one project or in a project each."""

    name: str = Field(description="the name of a round")
    server: str = Field(description="the address of a server")
    each: bool = Field(default=False, description="true or false")
    suggestions: bool = Field(default=False, description="true or false")
    annotators_per_example: Annotated[int, Field(ge=1)] | None = Field(default=None, description="a number from 1 on")
    audit: str | None = Field(default=None, description="the name of an audit")
    closed: str | None = Field(default=None, description="a day, as 2026-12-01")

    @field_validator("closed")
    @classmethod
    def _is_day(cls, day: str | None) -> str | None:
        if day is not None and not is_day(day):
            raise ValueError(f"{day!r} is no day")
        return day


class LabelTypesRecord(StrictModel):
    """The label types of a project: by label, the number of its type; 0 for one that was not there."""

    project: str = Field(description="the key of a project")
    numbers: dict[str, Annotated[int, Field(ge=0)]] = Field(description="a table of labels and numbers")


class AccountRecord(StrictModel):
    """An account on the server, and the folder of passes that holds the work of its owner."""

    name: str = Field(description="the name of a user")
    passes: str = Field(description="the name of a folder of corpus/passes/")


class SurfaceRuleRecord(StrictModel):
    """The label of spans of a label that was split, where a pattern is found in their words."""

    pattern: str = Field(description="a regular expression")
    label: str = Field(description="the name of a label")

    @field_validator("pattern")
    @classmethod
    def _is_pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(str(error)) from None
        return pattern


class FormerLabelRecord(StrictModel):
    """A label that was renamed, merged or split, and what its spans are now."""

    name: str = Field(description="the name of a label")
    labels: list[str] = Field(min_length=1, description="a list of labels")
    display: str | None = Field(default=None, description="a display name")
    rules: list[SurfaceRuleRecord] = Field(default=[], description="a list of patterns with labels")


class _RecordFile(StrictModel):
    """The whole file."""

    project: list[ProjectRecord] = Field(default=[], description="a list of [[project]]")
    round: list[RoundRecord] = Field(default=[], description="a list of [[round]]")
    label_types: list[LabelTypesRecord] = Field(default=[], description="a list of [[label_types]]")
    account: list[AccountRecord] = Field(default=[], description="a list of [[account]]")
    former_label: list[FormerLabelRecord] = Field(default=[], description="a list of [[former_label]]")


@dataclass(frozen=True, slots=True)
class DoccanoRecord:
    """All that is remembered; each project once per server, each account once, and each folder of one account."""

    projects: tuple[ProjectRecord, ...] = ()
    accounts: tuple[AccountRecord, ...] = ()
    label_types: tuple[LabelTypesRecord, ...] = ()
    former_labels: tuple[FormerLabelRecord, ...] = ()
    rounds: tuple[RoundRecord, ...] = ()

    def round(self, name: str, server: str) -> RoundRecord | None:
        """The round of that name on a server; None if none is remembered.

        All addresses of this machine are one place: a server there has another port tomorrow.
        """
        found = [each for each in self.rounds if each.name == name and _is_same_place(each.server, server)]
        return max(found, key=lambda each: each.server == server, default=None)

    def with_round(self, new: RoundRecord) -> DoccanoRecord:
        """The record with this round in place of one of the same name and server."""
        others = (each for each in self.rounds if each.name != new.name or not _is_same_place(each.server, new.server))
        return replace(self, rounds=(*others, new))

    def projects_of_round(self, name: str, server: str) -> tuple[ProjectRecord, ...]:
        """The projects of the members of a round on a server, one of each name, sorted by them."""
        found = [each for each in self.projects if each.round == name and _is_same_place(each.server, server)]
        by_name = {each.name: each for each in sorted(found, key=lambda each: each.server == server)}
        return tuple(by_name[name] for name in sorted(by_name))

    def label_numbers(self, project: str) -> dict[str, int]:
        """By label, the number of its type in a project (see `record_key`); empty if none is remembered."""
        return next((each.numbers for each in self.label_types if each.project == project), {})

    def with_label_numbers(self, project: str, numbers: Mapping[str, int]) -> DoccanoRecord:
        """The record with these numbers for the label types of a project, see `record_key`."""
        others = (each for each in self.label_types if each.project != project)
        new = LabelTypesRecord(project=project, numbers=dict(sorted(numbers.items())))
        return replace(self, label_types=(*others, new) if numbers else tuple(others))

    def project(self, name: str, server: str) -> ProjectRecord | None:
        """The project of that name on a server; None if none is remembered."""
        return next((each for each in self.projects if (each.name, each.server) == (name, server)), None)

    def projects_of(self, name: str, server: str) -> tuple[ProjectRecord, ...]:
        """The projects of that name on servers of an address: an address of this machine is that of many servers."""
        return tuple(each for each in self.projects if (each.name, each.server) == (name, server))

    def folder(self, account: str) -> str | None:
        """The folder of passes of an account; None if none is remembered."""
        return next((each.passes for each in self.accounts if each.name == account), None)

    def with_project(self, project: ProjectRecord) -> DoccanoRecord:
        """The record with this project in place of one of the same name and server, on this machine of the same key."""
        return replace(self, projects=(*(each for each in self.projects if not _is_same(each, project)), project))

    def with_account(self, name: str, folder: str) -> DoccanoRecord:
        """The record with this folder for the account."""
        others = (each for each in self.accounts if each.name != name)
        return replace(self, accounts=(*others, AccountRecord(name=name, passes=folder)))

    def without_account(self, name: str) -> DoccanoRecord:
        """The record without an account."""
        return replace(self, accounts=tuple(each for each in self.accounts if each.name != name))

    def content(self) -> bytes:
        """The bytes of the file, the same for the same record: tables in the order of their names."""
        projects = sorted(self.projects, key=lambda each: (each.name, each.server, each.key))
        types = sorted(self.label_types, key=lambda each: each.project)
        accounts = sorted(self.accounts, key=lambda each: each.name)
        former = sorted(self.former_labels, key=lambda each: each.name)
        rounds = sorted(self.rounds, key=lambda each: (each.name, each.server))
        tables = [
            *(_table("project", each) for each in projects),
            *(_table("round", each) for each in rounds),
            *(_table("label_types", each) for each in types),
            *(_table("account", each) for each in accounts),
            *(_table("former_label", each) for each in former),
        ]
        return "\n".join([HEADER, *tables]).encode("utf-8")


def pushed_as(project: ProjectRecord) -> str:
    """The name that `--project` takes for a project: that of its round, if it is one member's part of it."""
    return project.name if project.round is None or project.member is None else project.round


def project_key(project: DoccanoProject) -> str:
    """The key in the description of a project; empty if it has none."""
    found = KEY.search(project.description)
    return found[1] if found else ""


def record_key(project: DoccanoProject, server: str) -> str:
    """What is remembered of a project's label types goes by this: its key, or its address if it has none.

    Args:
        project: as the server has it.
        server: the address of the server. An address of this machine may be that of another server tomorrow.
    """
    on_page = KEY.findall(project.guideline)
    return project_key(project) or (on_page[-1] if on_page else f"{server}/projects/{project.id}")


def record_path(corpus: Corpus) -> Path:
    """The file of the record."""
    return corpus.folder / FILE


def read_record(corpus: Corpus) -> DoccanoRecord:
    """What the corpus remembers; nothing if it has no such file.

    Raises:
        InputError: naming the file, if it is no TOML, a key is missing, unknown or of a wrong type, or a project, an
            account or a folder is there twice.
    """
    path = record_path(corpus)
    if not files.is_there(path):
        return DoccanoRecord()
    content = read_toml(path, _RecordFile, REMEDY)
    projects = [f"{one.name} on {one.server}{one.key if is_loopback(one.server) else ''}" for one in content.project]
    _require_unique(path, "project", projects)
    _require_unique(path, "project", [each.project for each in content.label_types])
    _require_unique(path, "account", [each.name for each in content.account])
    _require_unique(path, "folder", [each.passes for each in content.account])
    _require_unique(path, "former label", [each.name for each in content.former_label])
    _require_unique(path, "round", [f"{each.name} on {each.server}" for each in content.round])
    return DoccanoRecord(
        tuple(content.project),
        tuple(content.account),
        tuple(content.label_types),
        tuple(content.former_label),
        tuple(content.round),
    )


def write_record(corpus: Corpus, record: DoccanoRecord) -> None:
    """Write the record, if it differs from the file; no file is made for an empty one.

    Raises:
        OSError: if it cannot be written.
    """
    path = record_path(corpus)
    if record != DoccanoRecord() or files.is_there(path):
        content = record.content()
        if not files.is_there(path) or files.read_bytes(path) != content:
            files.write(path, content.decode("utf-8"))


def _is_same(first: ProjectRecord, second: ProjectRecord) -> bool:
    """Whether two entries are about one project, of which the second knows the key."""
    if (first.name, first.server) != (second.name, second.server):
        return False
    return not is_loopback(first.server) or first.key in {"", second.key}


def _is_same_place(first: str, second: str) -> bool:
    """Whether two addresses are that of one server, as far as an address tells."""
    return first == second or (is_loopback(first) and is_loopback(second))


def _table(kind: str, row: StrictModel) -> str:
    values = {key: value for key, value in row.model_dump().items() if value is not None and value != []}
    return "\n".join([f"[[{kind}]]", *(f"{key} = {_toml_value(value)}" for key, value in values.items())]) + "\n"


def _toml_value(value: Any) -> str:  # noqa: ANN401  (the values of a model are any)
    if isinstance(value, dict):
        pairs = (f"{toml_string(key)} = {_toml_value(each)}" for key, each in sorted(value.items()))
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else toml_string(value)


def _require_unique(path: Path, what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            remedy = f"Remove one of the two tables; of one {what} there is one."
            raise InputError(f"the {what} {name!r} is there twice", file=path, remedy=remedy)
        seen.add(name)
