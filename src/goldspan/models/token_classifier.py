"""Probabilities of the label of each token by logistic regression, from models that have not seen the example.

An entity recogniser decides in steps and is nearly always sure of them; whether gold is wrong is better judged by
probabilities that are smooth. So tokens are classified one by one, by logistic regression on the words around, their
spelling, and the vectors of the encoder that training begins with, which stays as it is. Tens of such models take
seconds. They find the errors of gold; as recognisers they would be worse than those that are trained for it.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.models.recogniser_model import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from goldspan.annotation import Example
    from goldspan.models.weights import Weights

INVERSE_PENALTY = 0.1
STEPS = 40  # of the optimizer: further ones change little
SCALE = 0.3  # of the vectors beside the words, so that the penalty does not fall on the words alone
FEWEST = 2  # tokens that must share a feature for it to count
AFFIX = 3  # letters of the beginning and the end of a word
AROUND = (-2, -1, 0, 1, 2)
UNKNOWN = -1  # the class of a token that teaches nothing
LEAST = 1e-6  # the probability of a label that the tokens of the other folds never have


def out_of_fold_tokens(
    examples: Sequence[Example],
    tokens: Mapping[str, Sequence[tuple[int, int]]],
    folds: Mapping[str, int],
    labels: Sequence[str],
    weights: Weights | None = None,
) -> dict[str, NDArray[np.float64]]:
    """By the id of an example how likely each token is in no span, or in one of each label; shape (tokens, labels + 1).

    Examples of a fold are missing if nothing can be learned from the others.

    Args:
        examples: gold.
        tokens: by the id of an example the start and end of its tokens.
        folds: by the id of an example its fold.
        labels: the columns after the first, which is `OUTSIDE`.
        weights: whose encoder or word vectors describe the tokens; None for words and spelling alone.
    """
    columns = {label: number for number, label in enumerate((OUTSIDE, *labels))}
    described = [example for example in examples if tokens[example.id]]
    if not described:
        return {}
    classes = {example.id: _classes(example, tokens[example.id], columns) for example in described}
    table = _features(described, tokens, weights)
    bounds = np.cumsum([0, *(len(tokens[example.id]) for example in described)])
    rows = {example.id: np.arange(bounds[n], bounds[n + 1]) for n, example in enumerate(described)}
    made: dict[str, NDArray[np.float64]] = {}
    for fold in sorted({folds[example.id] for example in described}):
        held_out = [example.id for example in described if folds[example.id] == fold]
        others = [example.id for example in described if folds[example.id] != fold]
        if not others:
            continue
        known = np.concatenate([classes[id_] for id_ in others])
        training = np.concatenate([rows[id_] for id_ in others])[known != UNKNOWN]
        if len(set(known[known != UNKNOWN])) < 2:
            continue
        found = _fitted(table, training, known[known != UNKNOWN], np.concatenate([rows[one] for one in held_out]))
        probabilities = np.full((len(found[0]), len(columns)), LEAST)
        probabilities[:, found[1]] = np.maximum(found[0], LEAST)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        ends = np.cumsum([len(rows[one]) for one in held_out])
        made |= dict(zip(held_out, np.split(probabilities, ends[:-1]), strict=True))
    return made


def _fitted(
    table: csr_matrix, training: NDArray[np.int64], classes: NDArray[np.int64], held_out: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The probabilities of the classes of held-out tokens, and which classes these are."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    seen = np.bincount(table[training].indices, minlength=table.shape[1]) >= FEWEST
    rows = table[:, np.flatnonzero(seen)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of steps is fixed
        model = LogisticRegression(C=INVERSE_PENALTY, max_iter=STEPS).fit(rows[training], classes)
    return model.predict_proba(rows[held_out]), model.classes_


def _classes(example: Example, tokens: Sequence[tuple[int, int]], columns: Mapping[str, int]) -> NDArray[np.int64]:
    """The column of each token; `UNKNOWN` for what nobody annotated, and of overlapping spans for the shorter."""
    classes = np.zeros(len(tokens), dtype=np.int64)
    spans = sorted(example.spans, key=lambda span: (span.end - span.start, span))
    for number, (start, end) in enumerate(tokens):
        if any(first < end and start < stop for first, stop in example.unannotated_parts):
            classes[number] = UNKNOWN
            continue
        inside = [span for span in spans if span.start < end and start < span.end]
        if inside:
            classes[number] = columns.get(inside[-1].label, UNKNOWN)
    return classes


def _features(
    examples: Sequence[Example], tokens: Mapping[str, Sequence[tuple[int, int]]], weights: Weights | None
) -> csr_matrix:
    """A row for each token: the words around, their spelling, and the vectors of the encoder."""
    from scipy.sparse import csr_matrix, hstack

    words = [[example.text[start:end] for start, end in tokens[example.id]] for example in examples]
    numbers: dict[str, int] = {}
    columns, lengths = [], [0]
    for text in words:
        for features in _of_words(text):
            columns += [numbers.setdefault(feature, len(numbers)) for feature in features]
            lengths.append(len(columns))
    lexical = csr_matrix((np.ones(len(columns)), columns, lengths), shape=(len(lengths) - 1, len(numbers)))
    dense = _vectors(examples, words, tokens, weights)
    return lexical if dense is None else csr_matrix(hstack([lexical, csr_matrix(dense)]))


def _of_words(words: Sequence[str]) -> Iterator[set[str]]:
    """For each word, the words around and how they are written, and how it begins and ends."""
    for number, word in enumerate(words):
        features = {f"begins {word[:AFFIX]}", f"ends {word[-AFFIX:]}"}
        for distance in AROUND:
            other = words[number + distance] if 0 <= number + distance < len(words) else ""
            features |= {f"{distance} {other.lower()}", f"{distance} {_spelling(other)}"}
        yield features


def _spelling(word: str) -> str:
    return f"/{word[:1].isupper():d}{word.isupper():d}{word[:1].isdigit():d}{word.isalpha():d}"


def _vectors(
    examples: Sequence[Example],
    words: Sequence[Sequence[str]],
    tokens: Mapping[str, Sequence[tuple[int, int]]],
    weights: Weights | None,
) -> NDArray[np.float64] | None:
    """For each token the vectors of itself and its neighbours, scaled; None without weights."""
    if weights is None:
        return None
    from spacy.tokens import Doc

    made = []
    for example, text in zip(examples, words, strict=True):
        ends = [end for _, end in tokens[example.id]]
        spaces = [example.text[end : end + 1].isspace() for end in ends]
        doc = Doc(weights.nlp.vocab, words=list(text), spaces=spaces)
        own = _encoded(doc, weights)
        edge = np.zeros((1, own.shape[1]))
        made.append(np.hstack([own, np.vstack([edge, own[:-1]]), np.vstack([own[1:], edge])]))
    table = np.vstack(made)
    scaled: NDArray[np.float64] = SCALE * (table - table.mean(axis=0)) / (table.std(axis=0) + 1e-6)
    return scaled


def _encoded(doc: Any, weights: Weights) -> NDArray[np.float64]:  # noqa: ANN401  (a doc of spaCy)
    if weights.encoder is None:
        return np.array([token.vector for token in doc], dtype=np.float64)
    component: Any = weights.nlp.get_pipe(weights.encoder)
    found = component.model.get_ref("tok2vec").predict([doc])
    return np.asarray(found if getattr(found, "ndim", 0) == 2 else found[0], dtype=np.float64)
