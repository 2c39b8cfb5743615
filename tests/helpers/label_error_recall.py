"""How many damaged examples are among the first, when as many are read as are damaged."""

import math
import warnings

import numpy as np

from goldspan.models.label_errors import example_order, find_doubts
from goldspan.models.planted_errors import plant_errors


def damaged_gold(examples, tokens, seed, share=0.05):
    """The examples with errors planted, and the ids of those that are damaged."""
    damaged, errors = plant_errors(examples, tokens, share=share, seed=100_000 + seed)
    return damaged, {error.example for error in errors}


def recall(order, damaged):
    """The share of the damaged among as many of the first."""
    return len(damaged & set(order[: len(damaged)])) / len(damaged)


def found_by(gold, damaged, tokens, labels, predictions, tables):  # noqa: PLR0917  (all are needed)
    """By way of ordering examples the recall; cleanlab gets the same probabilities."""
    found = {"chance": len(damaged) / len(gold)}
    recogniser = {id_: one.probabilities for id_, one in predictions.items()}
    classes = {one.id: _classes(one, tokens[one.id], labels) for one in gold}
    sources = {"recogniser": recogniser, "tokens": tables} if recogniser else {"tokens": tables}
    for source, probabilities in sources.items():
        found |= {f"{way}, {source}": value for way, value in _cleanlab(gold, damaged, classes, probabilities).items()}
    found["goldspan, tokens"] = recall(_order(gold, tokens, labels, [], tables), damaged)
    if recogniser:
        found["goldspan, tokens and recogniser"] = recall(_order(gold, tokens, labels, [predictions], tables), damaged)
    return found


def _order(gold, tokens, labels, predictions, tables):
    doubts = find_doubts(gold, tokens, predictions, labels=labels, token_tables=tables)
    return [id_ for id_, _ in example_order(doubts)]


def _classes(example, tokens, labels):
    columns = ["", *labels]
    of = [next((s.label for s in example.spans if s.start < end and start < s.end), "") for start, end in tokens]
    return [columns.index(label) for label in of]


def _cleanlab(gold, damaged, classes, probabilities):
    """By the worst token, and by the tokens that cleanlab's filter flags, in its order."""
    from cleanlab.token_classification.filter import find_label_issues
    from cleanlab.token_classification.rank import get_label_quality_scores

    ids = [one.id for one in gold]
    given, tables = [classes[id_] for id_ in ids], [np.asarray(probabilities[id_]) for id_ in ids]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = get_label_quality_scores(given, tables)[0]
        issues = find_label_issues(given, tables)
    flagged = list(dict.fromkeys(ids[number] for number, _ in issues))
    return {
        "cleanlab's worst token": recall([ids[n] for n in np.argsort(scores, kind="stable")], damaged),
        f"cleanlab's filter ({len(flagged)} flagged)": recall(flagged, damaged),
    }


def intervals(found):
    """By way the mean over several plantings with its 95% interval by Student's t; a way that all have."""
    from scipy.stats import t

    made = {}
    for way in found[0]:
        key = way.partition(" (")[0]
        values = [value for one in found for name, value in one.items() if _same(name, way)]
        mean = float(np.mean(values))
        width = 0.0
        if len(values) > 1:
            width = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values)))
        made[key + way.partition(")")[2]] = (mean, mean - width, mean + width)
    return made


def _same(name, way):
    return (name.partition(" (")[0], name.partition(")")[2]) == (way.partition(" (")[0], way.partition(")")[2])
