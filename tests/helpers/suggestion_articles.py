"""The articles that suggestions are measured on, and their scores as a table of docs/military_news.md.

PYTHONPATH=src python3 tests/helpers/suggestion_articles.py [MODEL]

`tests/data/suggest/README.md` says what the articles are and how they were annotated.
"""

import re
import sys
from functools import cache
from pathlib import Path

from goldspan.articles.documents import documents
from goldspan.articles.examples import PARAGRAPHS
from goldspan.corpus import Corpus
from goldspan.evaluation.result import exact
from goldspan.formats import load
from goldspan.formats.spacy_pipeline import load_pipeline
from goldspan.report.text import Table
from goldspan.suggest.run import suggest_documents
from goldspan.suggest.suggestion_folder import ModelChoice

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "suggest"
CORPUS = Corpus.find(ROOT)
SETS = {
    "the corpus": (CORPUS.seeds, CORPUS.folder / "gold"),
    "development": (DATA / "development" / "articles", DATA / "development" / "gold"),
    "unseen": (DATA / "unseen" / "articles", DATA / "unseen" / "gold"),
}
MODEL_LABELS = {"GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION"}  # besides PERSON, which both have
EDGES = re.compile(r"^(?:the )?(.*?)(?:['’]s)?$", re.IGNORECASE | re.DOTALL)


@cache
def gold(name):
    """The gold examples of a set of articles."""
    return [example for file in sorted(SETS[name][1].glob("*.jsonl")) for example in load(file, "gold")]


@cache
def suggestions(name, model=None):
    """The suggestions for a set of articles."""
    choice = ModelChoice(model, MODEL_LABELS if model else {})
    suggested = suggest_documents(
        documents([SETS[name][0]]), suggester=choice.suggester(CORPUS), segmentation=PARAGRAPHS
    )
    return [example for _, one in suggested for example in one.examples]


def table(model=None):
    """Precision, recall and F1 of each label in each set."""
    rows = []
    for name in SETS:
        scores = exact(gold(name), suggestions(name, model))
        for label, one in [*scores.labels.items(), ("all", scores.overall)]:
            shares = (f"{share:.3f}" for share in (one.precision, one.recall, one.f1))
            rows.append((name, label, f"{one.gold:,}", *shares))
    return Table("", "", ("articles", "label", "spans", "precision", "recall", "F1"), tuple(rows))


def model_alone(model):
    """Of the persons and places that a model finds and the rules do not, how many are right, and how many there are."""
    nlp, right, total = load_pipeline(model), 0, 0
    for name in SETS:
        for example, suggested in zip(gold(name), suggestions(name), strict=True):
            found = set()
            for entity in nlp(example.text).ents:
                if label := ({"PERSON": "PERSON"} | MODEL_LABELS).get(entity.label_):
                    start, end = EDGES.match(entity.text).span(1)
                    found.add((entity.start_char + start, entity.start_char + end, label))
            found -= {(span.start, span.end, span.label) for span in suggested.spans}
            right += len(found & {(span.start, span.end, span.label) for span in example.spans})
            total += len(found)
    return right, total


def model_sentence(model):
    """The result of `model_alone` in words."""
    right, total = model_alone(model)
    return f"Of the {total} persons and places that the model finds and the rules do not, {right} are right."


if __name__ == "__main__":
    print(table(*sys.argv[1:]).markdown())
    if len(sys.argv) > 1:
        print(f"\n{model_sentence(sys.argv[1])}")
