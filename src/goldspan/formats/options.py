"""How to read a file where it does not state it itself, and how to write one."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal, get_args

from goldspan import iob
from goldspan.errors import InvalidValueError
from goldspan.offsets import Unit
from goldspan.tokens import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from goldspan.iob import Repair
    from goldspan.tokens import Policy

Discontinuous = Literal["refuse", "split", "cover"]
Overlaps = Literal["keep", "refuse", "drop-inner", "drop-outer"]
OFFSET_UNITS: tuple[Unit, ...] = get_args(Unit)

GENERAL = frozenset({"rename", "only", "overlaps", "texts"})  # what `Format.scan` does itself, for every format


class LabelMap(dict[str, str]):
    """The new name of each label that is called otherwise in the files.

    Attributes:
        used: the labels that a reader met; one that is never met is probably misspelt.
    """

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        super().__init__(names or {})
        self.used: set[str] = set()

    def rename(self, label: str) -> str:
        """The new name of a label, or the label."""
        if label in self:
            self.used.add(label)
            return self[label]
        return label


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadOptions:
    """What the person who names a file knows of it. Each format lists those that it uses (`Format.options`).

    Args:
        offsets: what the offsets count; None for the unit that the format prescribes.
        word_column: the column of the words, by its number from 1 or its name; None to detect it.
        tag_column: the column of the tags, in the same way.
        label: the label of spans that have none: of the bare tags B, I and O.
        repair: whether a chunk with a tag that its scheme forbids is a span (`conlleval`) or not (`strict`).
        tagging_scheme: the tagging scheme of the tags, one of `goldspan.iob.SCHEMES`; None to detect it.
        spans_key: the names of the span groups to read; None for the entities and the group `sc`.
        discontinuous: what becomes of a span with a gap: an error, a span for each part, or one from its first to its
            last character.
        annotator: whose annotation to read where a file has that of several.
        layer: the annotation layer to read where a file has several, and if need be its feature: `LAYER:FEATURE`.
        split: the split to read where a source has several.
        rename: the new name of each label that is called otherwise here.
        only: the labels to read, by their new names; None for all.
        overlaps: what becomes of spans that overlap; None to leave it to the command: they are kept, unless they are
            evaluated by a flat scheme or written to a format that cannot hold them, which are errors.
        texts: the text of each id, for rows that have an id and no text: an evaluation gives those of gold.

    Raises:
        InvalidValueError: for a value that is not one of those that its option has, and an unknown tagging scheme.
    """

    offsets: Unit | None = None
    word_column: str | None = None
    tag_column: str | None = None
    label: str | None = None
    repair: Repair = "conlleval"
    tagging_scheme: str | None = None
    spans_key: tuple[str, ...] | None = None
    discontinuous: Discontinuous = "refuse"
    annotator: str | None = None
    layer: str | None = None
    split: str | None = None
    rename: Mapping[str, str] = field(default_factory=LabelMap)
    only: frozenset[str] | None = None
    overlaps: Overlaps | None = None
    texts: Mapping[str, str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.tagging_scheme is not None:
            object.__setattr__(self, "tagging_scheme", iob.canonical(self.tagging_scheme))
        if not isinstance(self.rename, LabelMap):
            object.__setattr__(self, "rename", LabelMap(self.rename))
        choices = {"offsets": (None, *OFFSET_UNITS), "discontinuous": get_args(Discontinuous),
                   "overlaps": (None, *get_args(Overlaps)), "repair": ("conlleval", "strict")}  # fmt: skip
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise InvalidValueError(
                    f"{name!r} cannot be {getattr(self, name)!r}",
                    remedy=f"It is one of {', '.join(choice for choice in allowed if choice)}.",
                )

    @property
    def label_map(self) -> LabelMap:
        """The new names of labels, which remember which of them were used."""
        assert isinstance(self.rename, LabelMap), "made so when the options are"
        return self.rename

    @property
    def named(self) -> frozenset[str]:
        """The options that differ from their defaults, by their names."""
        return frozenset(
            option.name for option in fields(self) if getattr(self, option.name) != getattr(DEFAULT, option.name)
        )


DEFAULT = ReadOptions()


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteOptions:
    """How to write a file. A format takes what concerns it.

    Args:
        policy: what becomes of spans that cut tokens, see `goldspan.tokens.tags`; only for formats of tokens.
        language: of the texts, which chooses the tokenizer: a code of spaCy's. Whoever knows it names it.
        most_listed: how many of the spans that do not fit are listed of each kind; None for all.
    """

    policy: Policy = "strict"
    language: str = DEFAULT_LANGUAGE
    most_listed: int | None = None


WRITE_DEFAULT = WriteOptions()
