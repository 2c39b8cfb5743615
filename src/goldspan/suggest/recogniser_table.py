"""A `[[recogniser]]` table of `goldspan.toml`, and what the recognisers of all kinds read in theirs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

from goldspan.report.text import enumerate_names
from goldspan.settings import LINE, RECOGNISERS
from goldspan.validation import StrictModel, TomlTable, toml_key, toml_string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import LabelScheme
    from goldspan.errors import InputError


Texts = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
"""One text, or a list of them."""


class RecogniserOptions(StrictModel):
    """The keys of every `[[recogniser]]`.

    Args:
        kind: what it is, which decides what further keys it has.
        name: under which its spans are known; that of its kind if it has none.
        labels: the label of the scheme for a label of its own; a label of the same name needs none.
        enabled: whether it suggests; one that does not still runs where `goldspan suggest --recogniser` names it.
    """

    kind: str = Field(min_length=1, description="the kind of a recogniser")
    name: str | None = Field(default=None, pattern=LINE, description="a name on one line")
    labels: dict[str, str] = Field(default_factory=dict, description='a label per label, as in { GPE = "PLACE" }')
    enabled: bool = Field(default=True, description="true or false")


T = TypeVar("T", bound=RecogniserOptions)


@dataclass(frozen=True, kw_only=True)
class RecogniserTable:
    """One `[[recogniser]]`, as it stands in the file, or as an option of a command asks for it.

    Args:
        root: the folder of the project; paths in the table are relative to it.
        scheme: the label scheme.
        toml: the keys and values.
    """

    root: Path
    scheme: LabelScheme
    toml: TomlTable

    @classmethod
    def of_values(cls, root: Path, scheme: LabelScheme, values: dict[str, Any]) -> RecogniserTable:
        """A table that is in no file.

        Args:
            root: the folder of the project.
            scheme: the label scheme.
            values: the keys and values.
        """
        return cls(root=root, scheme=scheme, toml=TomlTable(None, "", ("recogniser", 0), values, RECOGNISERS))

    @property
    def name(self) -> str:
        """The name of the recogniser: the stated one, or its kind."""
        return str(self.toml.value.get("name") or self.toml.value.get("kind"))

    @property
    def is_enabled(self) -> bool:
        """Whether it suggests where nobody names it; what is no truth value is refused once its keys are read."""
        return self.toml.value.get("enabled", True) is not False

    def parse(self, options: type[T]) -> T:
        """The keys of the table, by the model of its kind.

        Raises:
            InputError: naming file and line, for a wrong, missing or unknown key.
        """
        return self.toml.parse(options)

    def refusal(self, message: str, remedy: str, *keys: int | str) -> InputError:
        """The error for a value of this table, with the file and the line.

        Args:
            message: what is wrong, without a full stop.
            remedy: what to do, as a sentence.
            keys: the place of the value in the table.
        """
        return self.toml.error(message, *keys, remedy=remedy)


@dataclass(frozen=True, slots=True)
class LabelMapping:
    """What becomes of a recogniser's own labels.

    Args:
        labels: by label of its own, that of the scheme.
        unused: its own labels for which the scheme has none.
    """

    labels: Mapping[str, str]
    unused: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: RecogniserTable, own: Iterable[str], stated: Mapping[str, str]) -> LabelMapping:
        """The map of a recogniser: what is stated, and labels of equal name, or of equal name but for capitals.

        Args:
            table: of the recogniser.
            own: the labels that it finds.
            stated: what the table states, by label of its own.

        Raises:
            InputError: for a stated label that it does not find, and one that the scheme lacks.
        """
        found = list(dict.fromkeys(own))
        for label, target in stated.items():
            if label not in found:
                known = f"It finds {enumerate_names(found)}." if found else "It finds no label at all."
                raise table.refusal(f"it does not find the label {label!r}", known, "labels", label)
            if target not in table.scheme:
                remedy = f"labels.toml has {enumerate_names(table.scheme.names)}."
                raise table.refusal(f"labels.toml has no label {target!r}", remedy, "labels", label)
        labels = _of_equal_name(found, table.scheme.names) | dict(stated)
        return cls({label: labels[label] for label in found if label in labels},
                   tuple(label for label in found if label not in labels))  # fmt: skip

    @classmethod
    def of_files(
        cls, table: RecogniserTable, own: Mapping[str, Callable[[str, str], InputError]], stated: Mapping[str, str]
    ) -> LabelMapping:
        """The map of a recogniser whose labels stand in files of the project, where none may be left out.

        Args:
            table: of the recogniser.
            own: the labels, each with what makes an error, of a message and a remedy, about the place where it stands.
            stated: what the table states, by label of its own.

        Raises:
            InputError: as of `of`; for a label that is neither stated nor in the scheme, naming its file and line.
        """
        mapping = cls.of(table, own, stated if own else {})
        for label in mapping.unused:
            names = {name.casefold(): name for name in table.scheme.names}
            near = get_close_matches(label.casefold(), names, n=1)
            raise own[label](
                f"labels.toml has no label {label!r}" + (f", did you mean {names[near[0]]!r}?" if near else ""),
                f"labels.toml has {enumerate_names(table.scheme.names)}. Correct it, or map it: "
                f"labels = {{ {toml_key(label)} = {toml_string(table.scheme.names[0])} }}",
            )
        return mapping

    @property
    def notes(self) -> list[str]:
        """What was mapped to another name, and what is not used, in clauses."""
        renamed = [f"{label} as {target}" for label, target in self.labels.items() if label != target]
        notes = [f"reads {enumerate_names(renamed)}"] if renamed else []
        if self.unused:
            notes.append(
                f"labels that it finds and labels.toml lacks are left out: {enumerate_names(self.unused)}; "
                'labels = { X = "LABEL" } maps one'
            )
        return notes


def _of_equal_name(own: Iterable[str], names: Sequence[str]) -> dict[str, str]:
    """The label of the scheme for a label of the same name; without one, the only one that differs in capitals."""
    folded: dict[str, list[str]] = {}
    for name in names:
        folded.setdefault(name.casefold(), []).append(name)
    labels = {}
    for label in own:
        alike = folded.get(label.casefold(), [])
        if label in alike or len(alike) == 1:
            labels[label] = label if label in alike else alike[0]
    return labels


def require_different_names(tables: Iterable[RecogniserTable]) -> None:
    """Refuse two recognisers of one name.

    Raises:
        InputError: naming the second.
    """
    seen: Counter[str] = Counter()
    for table in tables:
        seen[table.name] += 1
        if seen[table.name] > 1:
            keys = ["name"] if "name" in table.toml.value else []
            message = f"another recogniser has the name {table.name!r}, too"
            raise table.refusal(message, 'Give one of them another: name = "…".', *keys)
