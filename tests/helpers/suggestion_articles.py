"""The articles that suggestions are measured on, and their scores as a table of docs/suggestions.md.

PYTHONPATH=src python3 tests/helpers/suggestion_articles.py [MODEL]

`tests/data/suggest/README.md` says what the articles are and how they were annotated.
"""

import sys
from functools import cache
from pathlib import Path

from goldspan.articles.documents import documents
from goldspan.corpus import Corpus
from goldspan.evaluation.result import exact
from goldspan.formats import load
from goldspan.report.text import Table
from goldspan.suggest.run import suggest_documents
from goldspan.suggest.suggester import Suggester

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "suggest"
CORPUS = Corpus.find(ROOT)
SETS = {
    "the corpus": (CORPUS.seeds, CORPUS.folder / "gold"),
    "development": (DATA / "development" / "articles", DATA / "development" / "gold"),
    "unseen": (DATA / "unseen" / "articles", DATA / "unseen" / "gold"),
}


@cache
def scores(name, model=None):
    """The exact-span scores of the suggestions for a set of articles."""
    articles, gold = SETS[name]
    suggested = suggest_documents(documents([articles]), suggester=Suggester(CORPUS.scheme, model))
    return exact(
        [example for file in sorted(gold.glob("*.jsonl")) for example in load(file, "gold")],
        [example for _, examples in suggested for example in examples],
    )


def table(model=None):
    """Precision, recall and F1 of each label in each set."""
    rows = [
        (name, label, f"{one.gold:,}", *(f"{share:.3f}" for share in (one.precision, one.recall, one.f1)))
        for name in SETS
        for label, one in [*scores(name, model).labels.items(), ("all", scores(name, model).overall)]
    ]
    return Table("", "", ("articles", "label", "spans", "precision", "recall", "F1"), tuple(rows))


if __name__ == "__main__":
    print(table(*sys.argv[1:]).markdown())
