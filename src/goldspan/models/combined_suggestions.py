"""Suggestions and a model together: what each finds alone, and both, before or behind one another.

The suggestions are those of the recognisers that the project has chosen. Where they are to be compared with gold they
know nothing of the articles that are held out: what counts gold does not count these, and a model that learned from
them does not suggest. What people wrote into rules and lists after they had read an article cannot be taken back; rules
that were made on a corpus are better there than elsewhere, and a comparison on it does not show that.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from goldspan.models.strict_scores import ALL, score
from goldspan.report.text import Table, with_interval
from goldspan.suggest.combination import combine
from goldspan.suggest.recogniser import RecognisedSpan
from goldspan.suggest.recognisers import recogniser_tables
from goldspan.suggest.suggester import Suggester

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.models.recogniser_model import ExamplePrediction
    from goldspan.models.strict_scores import StrictScores

Voice = Literal["suggestions", "model", "suggestions, then model", "model, then suggestions"]
VOICES: tuple[Voice, ...] = get_args(Voice)
SUGGESTIONS, MODEL, MODEL_BEHIND, MODEL_FIRST = VOICES
MODEL_NAME = ""  # of the model among the recognisers, of which none has this name
Found: TypeAlias = "Mapping[str, Sequence[RecognisedSpan]]"
Spans: TypeAlias = "tuple[tuple[int, int, str], ...]"


def project_suggester(corpus: Corpus, without_model: Path | None = None) -> Suggester:
    """The recognisers of a project that need to ask nobody.

    Args:
        corpus: the project.
        without_model: the folder of a model; a recogniser that is this model is left out, also if it is not there yet.

    Raises:
        InputError: naming file and line, for what a recogniser cannot read.
        NotFoundError: for a file, pipeline or package that is not there.
    """
    enabled = [table for table in recogniser_tables(corpus) if table.is_enabled]
    names = [
        table.name
        for table in enabled
        if without_model is None or not _is_folder(corpus, table.toml.value.get("model"), without_model)
    ]
    return Suggester.of(corpus, only=names).without_asking() if names else Suggester([])


def suggest(suggester: Suggester, examples: Sequence[Example], unknown: Collection[str]) -> dict[str, Found]:
    """By the id of an example, what each recogniser finds in it, in the order of precedence.

    Args:
        suggester: the recognisers.
        examples: of gold; their spans are not read.
        unknown: the articles of whose annotation the suggestions may know nothing.
    """
    blind = suggester.without_articles(unknown)
    articles: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        articles[example.article].append(example.with_spans(()))
    found: dict[str, Found] = {}
    for document, suggested in zip(articles.values(), blind.suggest_all([*articles.values()]), strict=True):
        for number, example in enumerate(document):
            found[example.id] = {name: spans[number] for name, spans in suggested.candidates.items()}
    return found


def suggestions_out_of_fold(
    suggester: Suggester, examples: Sequence[Example], folds: Mapping[str, int]
) -> dict[str, Found]:
    """By the id of an example, what each recogniser finds that knows nothing of the annotation of its fold.

    Args:
        suggester: the recognisers.
        examples: of gold.
        folds: by article its fold.
    """
    found: dict[str, Found] = {}
    for fold in sorted({folds[example.article] for example in examples}):
        held_out = [example for example in examples if folds[example.article] == fold]
        found |= suggest(suggester, held_out, {article for article, number in folds.items() if number == fold})
    return found


def combined(found: Found, prediction: ExamplePrediction) -> dict[Voice, Spans]:
    """The spans of an example by the suggestions, by the model, and by both.

    Where two overlap, the one of the voice that is named first stays (see `goldspan.suggest.combination`).

    Args:
        found: by recogniser, in the order of precedence, what it finds.
        prediction: of the model.
    """
    predicted = [
        RecognisedSpan(span.start, span.end, span.label, MODEL_NAME, span.probability) for span in prediction.spans
    ]
    voices: dict[Voice, Found] = {
        SUGGESTIONS: found,
        MODEL: {MODEL_NAME: predicted},
        MODEL_BEHIND: {**found, MODEL_NAME: predicted},
        MODEL_FIRST: {MODEL_NAME: predicted, **found},
    }
    return {
        voice: tuple((span.start, span.end, span.label) for span, _ in combine(spans))
        for voice, spans in voices.items()
    }


def compare(
    found: Mapping[str, Found], predictions: Iterable[ExamplePrediction], gold: Sequence[Example], labels: Sequence[str]
) -> dict[Voice, StrictScores]:
    """How good the suggestions, the model and both are on the same examples; without recognisers the model alone.

    Args:
        found: by the id of an example, what each recogniser finds.
        predictions: of the model, for each example.
        gold: the examples.
        labels: those that count.
    """
    by_voice: defaultdict[Voice, dict[str, Spans]] = defaultdict(dict)
    for prediction in predictions:
        for voice, spans in combined(found[prediction.example], prediction).items():
            by_voice[voice][prediction.example] = spans
    voices = VOICES if any(found.values()) else (MODEL,)
    return {voice: score(gold, by_voice[voice], labels) for voice in voices}


def comparison_table(title: str, scores: Mapping[Voice, StrictScores]) -> Table:
    """F1 with its interval: a row per label, a column per voice."""
    first = next(iter(scores.values()))
    rows = [
        (
            label or "all",
            f"{estimate.counts.possible:,}",
            *(with_interval(one.estimates[label].counts.f1, one.estimates[label].f1) for one in scores.values()),
        )
        for label, estimate in (*((k, v) for k, v in first.estimates.items() if k != ALL), (ALL, first.estimates[ALL]))
    ]
    note = f"F1 of whole spans with their label, in per cent. {first.interval_sentence}"
    return Table(title, note, ("label", "gold", *(f"{voice}" for voice in scores)), tuple(rows))


def _is_folder(corpus: Corpus, model: object, folder: Path) -> bool:
    """Whether a recogniser's model is this folder."""
    return isinstance(model, str) and (corpus.root / model).resolve() == folder.resolve()
