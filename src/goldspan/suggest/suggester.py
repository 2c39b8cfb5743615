"""The suggester: the recognisers of a project, applied to whole documents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from goldspan.annotation import Span
from goldspan.suggest.combination import combine, without_overlaps
from goldspan.suggest.recogniser import AskingRecogniser, CountingRecogniser, TrainedRecogniser
from goldspan.suggest.recognisers import chosen_tables, recogniser_of
from goldspan.suggest.span_edges import with_fitting_edges

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from typing import Any

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.suggest.combination import SuggestedSpan
    from goldspan.suggest.recogniser import RecognisedSpan, Recogniser

# Further keys of an example, aligned with its spans; the last is there where some span has evidence.
RULES, SCORES, RECOGNISERS, EVIDENCE = "rules", "scores", "recognisers", "evidence"
NOT_READ_BY = "not_read_by"  # a further key of an example that a recogniser could not read: the names of these


@dataclass(frozen=True, slots=True)
class DocumentSuggestions:
    """The suggestions for a document.

    Args:
        examples: with the spans that are suggested, and for each its rule, score and recogniser.
        found: by recogniser, what it would suggest in each example by itself, whether it is suggested or not.
        candidates: by recogniser, in the order of precedence, all spans that were combined.
    """

    examples: list[Example]
    found: Mapping[str, list[list[RecognisedSpan]]]
    candidates: Mapping[str, list[list[RecognisedSpan]]]


class Suggester:
    """Suggests spans with several recognisers.

    Args:
        recognisers: in the order of precedence, each with a name of its own.
        disabled: the names of further ones that the project has and does not run.
    """

    def __init__(self, recognisers: Sequence[Recogniser], disabled: Sequence[str] = ()) -> None:
        self.recognisers = tuple(recognisers)
        self.disabled = tuple(disabled)

    @classmethod
    def of(cls, corpus: Corpus, further: Sequence[dict[str, Any]] = (), *, only: Collection[str] = ()) -> Suggester:
        """The suggester with the recognisers that a project has chosen.

        Args:
            corpus: the project.
            further: the keys and values of recognisers behind them.
            only: the names of those that are wanted; empty for all that are enabled.

        Raises:
            InputError: naming file and line, for what a recogniser cannot read.
            InvalidValueError: for a name that no recogniser has.
            NotFoundError: for a file, pipeline or package that is not there.
        """
        chosen, disabled = chosen_tables(corpus, further, only=only)
        return cls([recogniser_of(one) for one in chosen], disabled)

    @property
    def names(self) -> list[str]:
        """The names of the recognisers, in the order of precedence."""
        return [one.name for one in self.recognisers]

    @property
    def notes(self) -> list[str]:
        """What a user should know of each recogniser, and after a run of that run."""
        notes = [f"{one.name}: {note}" for one in self.recognisers for note in one.notes]
        return [
            *notes,
            *(f"{name}: not enabled in goldspan.toml, so that it suggests nothing" for name in self.disabled),
        ]

    @property
    def asking(self) -> list[AskingRecogniser]:
        """The recognisers that ask a server."""
        return [one for one in self.recognisers if isinstance(one, AskingRecogniser)]

    def without_asking(self) -> Suggester:
        """The suggester without the recognisers that ask a server."""
        return Suggester([one for one in self.recognisers if not isinstance(one, AskingRecogniser)])

    def without_articles(self, articles: Collection[str]) -> Suggester:
        """The suggester for articles whose annotation it is to be measured by: it knows nothing of it.

        What counts gold does not count these, and what learned from one of them does not suggest.

        Args:
            articles: the ids.
        """
        unseen = self.without_models_of(articles).recognisers
        return Suggester(
            [one.without_articles(articles) if isinstance(one, CountingRecogniser) else one for one in unseen]
        )

    def without_models_of(self, articles: Collection[str]) -> Suggester:
        """The suggester without the models that learned from one of some articles, or were chosen by it.

        Args:
            articles: the ids.
        """
        return Suggester(
            [
                one
                for one in self.recognisers
                if not isinstance(one, TrainedRecogniser) or one.seen_articles.isdisjoint(articles)
            ]
        )

    def permit_requests(self) -> None:
        """Let those recognisers ask."""
        for one in self.asking:
            one.permit_requests()

    @property
    def not_read(self) -> dict[str, dict[str, str]]:
        """By recogniser, the ids of the examples that it could not read, with the reason."""
        return {one.name: dict(one.unread) for one in self.asking if one.unread}

    @property
    def labels(self) -> frozenset[str]:
        """The labels that some recogniser may suggest."""
        return frozenset(label for one in self.recognisers for label in one.labels)

    def suggest(self, examples: Sequence[Example]) -> list[Example]:
        """The examples of one document with the spans that are suggested."""
        return next(self.suggest_all([examples])).examples

    def suggest_all(self, documents: Sequence[Sequence[Example]]) -> Iterator[DocumentSuggestions]:
        """The suggestions for several documents, each by itself."""
        by_recogniser = {one.name: one.recognise(documents) for one in self.recognisers}
        for examples in documents:
            found = {
                name: [with_fitting_edges(*row) for row in zip((e.text for e in examples), next(spans), strict=True)]
                for name, spans in by_recogniser.items()
            }
            suggested = [
                _with_suggestions(
                    example, combine({name: spans[n] for name, spans in found.items()}), self._not_read_by(example)
                )
                for n, example in enumerate(examples)
            ]
            alone = {name: [without_overlaps(one) for one in spans] for name, spans in found.items()}
            yield DocumentSuggestions(suggested, alone, found)

    def _not_read_by(self, example: Example) -> list[str]:
        return [one.name for one in self.asking if example.id in one.unread]


def _with_suggestions(example: Example, suggested: Sequence[SuggestedSpan], not_read_by: list[str]) -> Example:
    spans = tuple(Span(*one.span[:3]) for one in suggested)
    columns = {
        RULES: [one.span.rule for one in suggested],
        SCORES: [one.span.score for one in suggested],
        RECOGNISERS: [one.recogniser for one in suggested],
    }
    evidence = (
        {EVIDENCE: [one.span.evidence for one in suggested]} if any(one.span.evidence for one in suggested) else {}
    )
    marks = {NOT_READ_BY: not_read_by} if not_read_by else {}
    return replace(example, spans=spans, extra={**example.extra, **columns, **evidence, **marks})
