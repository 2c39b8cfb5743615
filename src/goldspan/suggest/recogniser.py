"""What every recogniser offers, and the spans that it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from goldspan.annotation import Example


MODEL_RULE = "model."  # how the rule of a span begins that a model found; no other rule begins so


class RecognisedSpan(NamedTuple):
    """A span that a recogniser found in an example.

    Args:
        start, end: half-open, in code points of the example's text.
        label: of the scheme.
        rule: what in the recogniser found it, such as the id of a rule or a pattern. That of a model begins with
            `MODEL_RULE`, by which a data card tells drafts of models from drafts by rules.
        score: how sure the recogniser is, between 0 and 1; None if it does not say.
        evidence: why, in words that an annotator can use, such as how often it was marked before; None without any.
    """

    start: int
    end: int
    label: str
    rule: str
    score: float | None = None
    evidence: str | None = None


class Recogniser(Protocol):
    """What finds spans in documents: rules, patterns, word lists, a model.

    The module of a kind of recogniser has a function `of_table`, which makes one of a `[[recogniser]]` table.
    """

    @property
    def name(self) -> str:
        """The name under which its spans are known; no other recogniser of a project has it."""

    @property
    def labels(self) -> Collection[str]:
        """The labels of the scheme that it may suggest."""

    @property
    def notes(self) -> Sequence[str]:
        """What a user should know of it, in clauses: what was mapped and left out; after a run also of that run."""

    def recognise(self, documents: Sequence[Sequence[Example]]) -> Iterator[list[list[RecognisedSpan]]]:
        """The spans found in each document: a list per example, in any order; they may overlap.

        Args:
            documents: each by its examples, in the order of the text. A document is judged as a whole, and by itself.
        """


@runtime_checkable
class CountingRecogniser(Protocol):
    """A recogniser that counts what is annotated in the project, and so may know what is to be found out."""

    def without_articles(self, articles: Collection[str]) -> Recogniser:
        """The same recogniser, which does not know what was marked in some articles.

        Args:
            articles: their ids, besides those of which it knows nothing already.
        """


@runtime_checkable
class TrainedRecogniser(Protocol):
    """A recogniser that may have learned from articles of the project.

    Args:
        name: as that of every recogniser.
        seen_articles: the ids of those that it learned from or was chosen by; empty if it does not say.
    """

    name: str
    seen_articles: frozenset[str]


@runtime_checkable
class AskingRecogniser(Protocol):
    """A recogniser that asks a server, which takes time or money, and may give no answer about a part of the texts.

    Args:
        name: as that of every recogniser.
        unread: by the id of an example, why it was not read: no spans there do not mean that there is nothing.
    """

    name: str
    unread: Mapping[str, str]

    def permit_requests(self) -> None:
        """Let it ask; without leave it knows only what it asked before."""
