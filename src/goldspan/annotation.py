"""Articles, examples, spans and the label scheme: frozen values that are valid or do not exist.

Spans are half-open and count Unicode code points: `text[start:end]`. Touching spans do not overlap.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


OFFSETS = "Correct the offset: offsets count code points from 0, and a span ends before the character at its end."
ID = "Give it an id, as in storm.p01: the article and the number of the paragraph; storm.s01 for a sentence."
UNIT_LETTERS = {"paragraph": "p", "sentence": "s"}  # before the number in an id; a whole article has its own id


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled part of a text, `text[start:end]`, in code points.

    Raises:
        InvalidValueError: unless `0 <= start < end`; for a label that is empty or holds a lone surrogate.
    """

    start: int
    end: int
    label: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise InvalidValueError(f"a span needs 0 <= start < end, not [{self.start}, {self.end}]", remedy=OFFSETS)
        if not self.label:
            raise InvalidValueError(f"the span [{self.start}, {self.end}] has no label", remedy="Name its label.")
        if not self.label.isascii():
            _require_no_surrogates("the label", self.label)

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end


def article_of(example_id: str) -> str:
    """The article of an example id: the part before its last `.p<number>` or `.s<number>`, or the whole id.

    An example that is a whole article has the article's id. So the id of an article must not end like that: see
    `article_id_problem`.
    """
    article, _, ending = example_id.rpartition(".")
    is_numbered = ending[:1] in UNIT_LETTERS.values() and ending[1:].isdigit()
    return article if article and is_numbered else example_id


def unit_of(example_id: str) -> str:
    """What an example is by its id: `paragraph`, `sentence`, or `article` for all other ids."""
    ending = example_id.removeprefix(article_of(example_id))
    return next((unit for unit, letter in UNIT_LETTERS.items() if ending[1:2] == letter), "article")


def numbered_id(article: str, unit: str, number: int) -> str:
    """The id of a paragraph or sentence of an article: `storm.p03`, `storm.s12`.

    Args:
        article: the id of the article.
        unit: a key of `UNIT_LETTERS`.
        number: of the paragraph or sentence in the article, from 1.
    """
    return f"{article}.{UNIT_LETTERS[unit]}{number:02}"


def article_id_problem(name: str) -> str | None:
    """Why a name can be no article's id although a file may have it, as a clause; None if it can."""
    ending = name.removeprefix(article_of(name))
    return f"it ends in {ending}, as the id of an example does" if ending else None


def same_spans(first: Iterable[Span], second: Iterable[Span]) -> set[Span]:
    """The spans that both sides have: spans are the same if their edges and their labels are."""
    return {*first} & {*second}


def first_overlap(spans: Iterable[Span]) -> tuple[Span, Span] | None:
    """The first two of some sorted spans that overlap as neighbours; None if no two spans overlap at all."""
    return next(((first, second) for first, second in pairwise(spans) if first.overlaps(second)), None)


NOT_ANNOTATED = "not_annotated"


class Extent(Protocol):
    """Whatever has a start and an end in a text, half-open, in code points."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where it ends."""


S = TypeVar("S", bound=Extent)


@dataclass(frozen=True, slots=True)
class Example:
    """A paragraph, a sentence or an article with its spans.

    The extra key `not_annotated` marks what nobody annotated, so that no span there is no negative: a sentence that
    says why, for the whole text (`"rejected in Prodigy"`), or the parts, `[[start, end], …]`. Such text takes no part
    in evaluation, agreement and training data.

    Args:
        id: in a corpus `<article>.p<number>`, `<article>.s<number>` or, for a whole article, that of the article; any
            non-empty name elsewhere.
        text: the exact slice of the article, encodable as UTF-8.
        spans: kept sorted; unique and inside the text. They may overlap; the checks report overlaps.
        at: where the text begins in its article, in code points.
        extra: further keys of its line (the rules of a suggestion, the confirmation of a pass); JSON values.

    Raises:
        InvalidValueError: for an empty id, a negative `at`, a span that occurs twice or leaves the text, a lone
            surrogate.
    """

    id: str
    text: str
    spans: tuple[Span, ...] = ()
    at: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not self.id:
            raise InvalidValueError("an example needs an id", remedy=ID)
        if self.at < 0:
            raise InvalidValueError(f"an example cannot begin at {self.at}", example=self.id, remedy=OFFSETS)
        if not self.id.isascii():
            _require_no_surrogates("the id", self.id)
        if not self.text.isascii():
            _require_no_surrogates("the text", self.text, self.id)
        spans = tuple(sorted(self.spans))
        if len(set(spans)) != len(spans):
            twice = next(a for a, b in pairwise(spans) if a == b)
            raise InvalidValueError(
                f"the span [{twice.start}, {twice.end}, {twice.label}] occurs twice",
                example=self.id,
                remedy="Remove one of the two.",
            )
        length = len(self.text)
        for span in spans:
            if span.end > length:
                raise InvalidValueError(
                    f"the span [{span.start}, {span.end}, {span.label}] ends outside the text of {length} code points",
                    example=self.id,
                    remedy=OFFSETS,
                )
        object.__setattr__(self, "spans", spans)

    @property
    def article(self) -> str:
        """The id of the article; see `article_of`."""
        return article_of(self.id)

    @property
    def is_annotated(self) -> bool:
        """Whether somebody annotated the whole text."""
        return not self.extra.get(NOT_ANNOTATED)

    @property
    def unannotated_parts(self) -> tuple[tuple[int, int], ...]:
        """Where nobody annotated, as half-open extents in code points: the whole text, some parts or none.

        Raises:
            InvalidValueError: if the extra key `not_annotated` is neither a reason nor a list of extents in the text.
        """
        value = self.extra.get(NOT_ANNOTATED)
        if not value:
            return ()
        if isinstance(value, str):
            return ((0, len(self.text)),)
        if isinstance(value, (list, tuple)) and all(_is_extent(part, len(self.text)) for part in value):
            return tuple((start, end) for start, end in value)
        raise InvalidValueError(
            f"{NOT_ANNOTATED!r} is {value!r:.60}, neither a reason nor extents of the text",
            example=self.id,
            remedy='It is a sentence, e.g. "skipped", or a list of [start, end].',
        )

    def judged(self, spans: Iterable[S]) -> list[S]:
        """Of some spans, those that touch nothing that nobody annotated: of the others it is not known what is right.

        Args:
            spans: anything with a start and an end in the text.

        Raises:
            InvalidValueError: as `unannotated_parts`.
        """
        parts = self.unannotated_parts
        return [span for span in spans if not any(span.start < end and start < span.end for start, end in parts)]

    @property
    def end(self) -> int:
        """Where the text ends in its article, in code points."""
        return self.at + len(self.text)

    def overlaps(self, other: Example) -> bool:
        """Whether two examples of one article have a stretch of it in common."""
        return self.at < other.end and other.at < self.end

    def surface(self, span: Span) -> str:
        """The words that a span covers."""
        return self.text[span.start : span.end]

    def with_spans(self, spans: Iterable[Span]) -> Example:
        """The same example with other spans, and without the extra keys, which were about the old ones."""
        return replace(self, spans=tuple(spans), extra={})


def _is_extent(value: object, length: int) -> bool:
    match value:
        case [int(start), int(end)]:
            return 0 <= start < end <= length
    return False


def _require_no_surrogates(name: str, text: str, example: str | None = None) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidValueError(
            f"{name} has a lone surrogate at {error.start}",
            example=example,
            remedy="Repair the text at its source: it is not valid Unicode.",
        ) from None


@dataclass(frozen=True, slots=True)
class Article:
    """A text as received, and the examples cut from it.

    Text that no example covers is boilerplate or white space.

    Raises:
        InvalidValueError: where an example is not the slice of the source that it claims to be, or two overlap.
    """

    id: str
    source: str
    examples: tuple[Example, ...] = ()

    def __post_init__(self) -> None:
        end = 0
        for example in self.examples:
            if self.source[example.at : example.at + len(example.text)] != example.text:
                raise InvalidValueError(f"the text differs from article {self.id} at {example.at}", example=example.id)
            if example.at < end:
                raise InvalidValueError(f"begins at {example.at}, inside the example before it", example=example.id)
            end = example.at + len(example.text)


@dataclass(frozen=True, slots=True)
class Label:
    """One class of spans.

    Args:
        name: as in the data, e.g. `MILITARY_UNIT`.
        definition: one sentence.
        colour: `#rrggbb`.
        shortcut: the key that sets it in an annotation tool, one character.
        page: the file of its rules, relative to the guidelines folder.
        quantity: whether its spans state a number of people; its value is read in English texts.
        display: a shorter name for annotation tools, where the name itself is too long to read there; None for none.
    """

    name: str
    definition: str
    colour: str
    shortcut: str
    page: str
    quantity: bool = False
    display: str | None = None


@dataclass(frozen=True, slots=True)
class LabelScheme:
    """The labels, in the order of their class ids in every export.

    Args:
        version: of the guidelines, as they change in meaning.
        labels: in class-id order.
        allow: per check id the surfaces that it must accept, e.g. `{"leading-article": {"The Hague"}}`.
        language: of the texts, a code of spaCy such as `en` or `zh`. It selects the tokenizer and the checks that are
            about one language, and is part of the data card.
        is_language_stated: whether the scheme names the language; else English was assumed.

    Raises:
        InvalidValueError: for two labels of one name, one display name or one shortcut, or a display name that is the
            name of another label.
    """

    version: str
    labels: tuple[Label, ...]
    allow: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    language: str = "en"
    is_language_stated: bool = True

    def __post_init__(self) -> None:
        for key in ("name", "shortcut"):
            values = [getattr(label, key) for label in self.labels]
            if shared := sorted({value for value in values if values.count(value) > 1}):
                raise InvalidValueError(f"two labels share the {key} {shared[0]!r}")
        shown: dict[str, str] = {}
        for label in self.labels:
            for name in {label.name, label.display or label.name}:
                if name in shown:
                    raise InvalidValueError(
                        f"the labels {shown[name]} and {label.name} can both be shown as {name!r}",
                        remedy="Give one of them another `display`: a name must mean one label.",
                    )
                shown[name] = label.name

    @property
    def stated_language(self) -> str | None:
        """The language, if the scheme names it."""
        return self.language if self.is_language_stated else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in class-id order."""
        return tuple(label.name for label in self.labels)

    def __contains__(self, name: object) -> bool:
        return any(label.name == name for label in self.labels)

    def __getitem__(self, name: str) -> Label:
        for label in self.labels:
            if label.name == name:
                return label
        raise InvalidValueError(f"there is no label {name!r}", remedy=f"The labels are {', '.join(self.names)}.")


Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check reports, with its place.

    Args:
        check: the stable id of the check, e.g. `edge-whitespace`.
        message: what is wrong here, without a full stop.
        file: the file it is in.
        line: the line in that file, from 1.
        example: the id of the example.
        span: the span, as `(start, end, label)`; it need not be a valid `Span`.
        severity: an error makes `goldspan check` fail, a warning does not.
    """

    check: str
    message: str
    file: Path | None = None
    line: int | None = None
    example: str | None = None
    span: tuple[int, int, str] | None = None
    severity: Severity = "error"
