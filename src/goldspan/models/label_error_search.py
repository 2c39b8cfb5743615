"""The search for label errors in the gold of a project: what is read, what is left out, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan import tokens
from goldspan.adjudication.state import read_state
from goldspan.annotation import Span, first_overlap
from goldspan.errors import InputError
from goldspan.formats.decisions import fingerprint
from goldspan.models.combined_suggestions import suggestions_out_of_fold
from goldspan.models.fold_predictions import FOLDS, annotated_examples, article_folds, read_or_make
from goldspan.models.label_errors import find_doubts
from goldspan.models.place_evidence import SuggestedPlace
from goldspan.models.token_classifier import out_of_fold_tokens
from goldspan.models.weights import Weights
from goldspan.report.text import amount
from goldspan.suggest.recogniser import CountingRecogniser
from goldspan.suggest.suggester import Suggester

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from goldspan.adjudication.state import AdjudicationState
    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.models.label_errors import GoldDoubt
    from goldspan.models.recogniser_model import ExamplePrediction, Trainer

PERSON = "adjudicated"  # how a decision was made that a person made about this place


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """How to search.

    Args:
        label: that gold or an alternative must have; None for any.
        decided: whether places are listed that a person has decided, and gold has what they chose.
        quick: whether no recogniser is trained for each fold.
        seeds: how many recognisers are trained for each fold.
        processes: how many at once; as many as there are processors if None.
    """

    label: str | None = None
    decided: bool = False
    quick: bool = False
    seeds: int = 1
    processes: int | None = None


@dataclass(frozen=True, slots=True)
class LabelErrorSearch:
    """What a search found.

    Args:
        doubts: the places in doubt, the most doubtful first.
        examples: how many examples of gold took part.
        spans: how many spans they have.
        decided: how many places are left out since a person has decided them.
        notes: what a reader should know of the evidence.
        state: of the adjudication.
    """

    doubts: tuple[GoldDoubt, ...]
    examples: int
    spans: int
    decided: int
    notes: tuple[str, ...]
    state: AdjudicationState


def search_label_errors(
    corpus: Corpus, trainer: Trainer, options: SearchOptions, on_step: Callable[[str], object] = lambda _: None
) -> LabelErrorSearch:
    """Search the gold of a project for label errors.

    Args:
        corpus: the project.
        trainer: of the recognisers that read each article without having seen it.
        options: how to search.
        on_step: called with a clause on what has been done or is waited for.

    Raises:
        InputError: for no gold, gold that is not valid, and a recogniser that cannot be read.
        NotFoundError: for a file, pipeline or package that is not there.
    """
    examples = annotated_examples(corpus, flat=False)
    state = read_state(corpus)
    suggester = Suggester.of(corpus).without_asking()
    notes: list[str] = []
    folds = _folds(corpus, examples, notes)
    is_divided = not notes
    predictions: Mapping[str, ExamplePrediction] = {}
    if is_divided and not options.quick:
        predictions = _predictions(corpus, examples, trainer, options, on_step=on_step, notes=notes)
    extents = {
        example.id: predictions[example.id].tokens
        if example.id in predictions
        else tokens.tokenize(example.text, corpus.scheme.language)
        for example in examples
    }
    weights = getattr(trainer, "weights", None)
    on_step("classifying tokens")
    tables = out_of_fold_tokens(
        examples, extents, folds, corpus.scheme.names, weights if isinstance(weights, Weights) else None
    )
    if not tables and not predictions:
        notes.append("there is too little gold for a model to read one part without having seen it")
    on_step("comparing with suggestions, passes and other mentions")
    found = find_doubts(
        examples,
        extents,
        [predictions] if predictions else [],
        labels=corpus.scheme.names,
        token_tables=tables,
        suggested=_suggested(suggester, examples),
        passes=state.passes,
    )
    wanted = [doubt for doubt in found if options.label is None or options.label in doubt.labels]
    settled = set() if options.decided else {id(doubt) for doubt in wanted if is_decided(state, doubt)}
    shown = tuple(doubt for doubt in wanted if id(doubt) not in settled)
    spans = sum(len(example.spans) for example in examples)
    return LabelErrorSearch(shown, len(examples), spans, len(settled), tuple(notes), state)


def is_decided(state: AdjudicationState, doubt: GoldDoubt) -> bool:
    """Whether a person has decided all of a place, and gold has what they chose there."""
    sha256 = fingerprint(doubt.example.text)
    regions = [
        (one.start, one.end)
        for one in (line.decision for line in state.lines)
        if one.how == PERSON
        and one.example == doubt.example.id
        and one.sha256 == sha256
        and one.choice == tuple(s for s in doubt.example.spans if s.start < one.end and one.start < s.end)
    ]
    touching = [(start, end) for start, end in regions if start < doubt.region.end and doubt.region.start < end]
    return bool(touching) and all(
        any(start <= span.start and span.end <= end for start, end in touching) for span in doubt.region.gold
    )


def _folds(corpus: Corpus, examples: Sequence[Example], notes: list[str]) -> dict[str, int]:
    """By the id of an example its fold: that of its article, or examples in turn where articles cannot be divided."""
    try:
        of_article = article_folds(corpus, examples, FOLDS)
    except InputError as error:
        notes.append(
            f"{error.message}; so tokens are classified by models that have seen other parts of it, which finds "
            "errors and says nothing about the next article"
        )
        return {example.id: number % FOLDS for number, example in enumerate(examples)}
    return {example.id: of_article[example.article] for example in examples}


def _predictions(
    corpus: Corpus,
    examples: Sequence[Example],
    trainer: Trainer,
    options: SearchOptions,
    *,
    on_step: Callable[[str], object],
    notes: list[str],
) -> Mapping[str, ExamplePrediction]:
    """What recognisers predict that have not seen the article; nothing where none can be trained."""
    if nested := next((example for example in examples if first_overlap(example.spans)), None):
        notes.append(
            f"spans of gold overlap, as in {nested.id}: no recogniser can learn them, so that tokens alone are "
            "classified"
        )
        return {}
    try:
        made = read_or_make(
            corpus,
            trainer,
            seeds=options.seeds,
            processes=options.processes,
            on_fold=lambda one: on_step(f"fold {one.fold + 1}: predicted in {one.seconds:.1f} s"),
            on_wait=lambda: on_step("another process makes predictions here: waiting for it"),
        )
    except InputError as error:
        notes.append(f"no recogniser was trained: {error.message}")
        return {}
    return made.predictions


def _suggested(suggester: Suggester, examples: Sequence[Example]) -> dict[str, list[SuggestedPlace]]:
    """What recognisers suggest that have learned nothing from gold: counts of gold are evidence of their own."""
    counting = {one.name for one in suggester.recognisers if isinstance(one, CountingRecogniser)}
    if not [one for one in suggester.recognisers if one.name not in counting]:
        return {}
    # Each example's article is a fold of its own: what learned from it says nothing about it.
    articles = {article: number for number, article in enumerate(sorted({one.article for one in examples}))}
    found = suggestions_out_of_fold(suggester, examples, articles)
    return {
        id_: [
            SuggestedPlace(Span(span.start, span.end, span.label), name, span.rule)
            for name, spans in by_recogniser.items()
            if name not in counting
            for span in spans
        ]
        for id_, by_recogniser in found.items()
    }


def summary_sentences(search: LabelErrorSearch) -> list[str]:
    """What a search found, a sentence each."""
    gold = f"{amount(search.spans, 'span')} in {amount(search.examples, 'example')} of gold"
    lines = [f"{amount(len(search.doubts), 'place')} in doubt among {gold}."]
    if not search.doubts:
        lines = [f"Nothing speaks against {gold}."]
    if search.decided:
        be = "is" if search.decided == 1 else "are"
        lines.append(
            f"{amount(search.decided, 'place')} {be} not listed, since a person has decided there and gold has what "
            "they chose (--decided lists them)."
        )
    return [*lines, *(f"Note: {note}." for note in search.notes)]
