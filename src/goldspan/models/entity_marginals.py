"""Probabilities of entities by a transition-based recogniser: exact, not those of the analyses that a beam keeps.

spaCy's entity recogniser reads a text from left to right and takes one action at each token: `B` begins an entity, `I`
goes on with it, `L` ends it, `U` is an entity of one token, and `O` is no entity, each but `O` with a label. What the
model sees of the past is whether an entity is open, and where it began. So the softmax of the scores of the actions
that are allowed makes a distribution over all analyses of a text, in which

    p(entity from s to e with label l) = p(none is open at s) p(B-l | s) p(I-l | s+1, s) ... p(L-l | e, s)

and p(none is open at s) is a sum over all entities that end there: the forward pass of a segmental model (Sarawagi and
Cohen 2004, Semi-Markov Conditional Random Fields) whose factors are normalised at each step. It takes no search, and
two entities that overlap never have probabilities that sum to more than 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from spacy.pipeline import EntityRecognizer
    from spacy.tokens import Doc

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Features = NDArray[np.float32]

NEGLIGIBLE = 1e-5  # open entities of a lower probability are ended where they are
LONGEST = 100  # tokens of an entity
TOKENS_AT_ONCE = 5000
NONE = -1  # in place of the first token of an entity: none is open


@dataclass(frozen=True, slots=True)
class EntityMarginal:
    """An entity that a document may have.

    Args:
        start, end: half-open, in tokens.
        label: its label.
        probability: how likely it is by the model that the document has exactly this entity.
    """

    start: int
    end: int
    label: str
    probability: float


def entity_marginals(recogniser: EntityRecognizer, docs: Sequence[Doc]) -> list[list[EntityMarginal]]:
    """The possible entities of each document with their probabilities.

    Args:
        recogniser: spaCy's `EntityRecognizer`, trained.
        docs: whose entities are not set.
    """
    actions = _ActionScores.of(recogniser)
    return [found for batch in _batches(docs) for found in _marginals(actions, batch)]


def _batches(docs: Sequence[Doc]) -> Iterator[list[Doc]]:
    batch: list[Doc] = []
    size = 0
    for doc in docs:
        if batch and size + len(doc) > TOKENS_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(doc)
        size += len(doc)
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class _ActionScores:
    """The part of a recogniser that scores actions, and the columns of each kind of action, by label."""

    model: Any
    labels: tuple[str, ...]
    begin: Integers
    inside: Integers
    last: Integers
    unit: Integers
    outside: int
    unseen: Integers

    @classmethod
    def of(cls, recogniser: EntityRecognizer) -> _ActionScores:
        moves = recogniser.moves
        # `move_names` leaves out the action that blocks a token, and shifts those after it
        column = {moves.get_class_name(number): number for number in range(moves.n_moves)}
        labels = tuple(name[2:] for name in column if name.startswith("B-") and name != "B-")
        begin, inside, last, unit = (
            np.array([column[f"{kind}-{label}"] for label in labels], dtype=np.int64) for kind in "BILU"
        )
        unseen = np.array(sorted(recogniser.model.attrs["unseen_classes"]), dtype=np.int64)
        return cls(recogniser.model, labels, begin, inside, last, unit, column["O"], unseen)

    def features(self, docs: Sequence[Doc]) -> Features:
        """What each token adds to the hidden layer in each of its roles; its row 0 stands for a token that is none."""
        return np.asarray(self.model.get_ref("lower").predict(self.model.get_ref("tok2vec").predict(docs)))

    def scores(self, features: Features, tokens: Integers, starts: Integers) -> Floats:
        """The score of each action.

        Args:
            features: see `features`.
            tokens: the next token of each state.
            starts: the first token of its open entity, or `NONE`.
        """
        lower = self.model.get_ref("lower")
        roles = _roles(tokens, starts, features.shape[1])
        hidden = sum(features[role + 1, number] for number, role in enumerate(roles)) + lower.get_param("b")
        scores = hidden.max(axis=-1)
        if self.model.attrs["has_upper"]:
            upper = self.model.get_ref("upper")
            scores = scores @ upper.get_param("W").T + upper.get_param("b")
        if len(self.unseen):  # as spaCy does: they are never better than the worst
            scores[:, self.unseen] = scores.min()
        return np.asarray(scores, dtype=np.float64)


def _roles(tokens: Integers, starts: Integers, count: int) -> list[Integers]:
    """The tokens that a state sees, one array per role: `StateC.set_context_tokens` of spaCy."""
    opened = starts != NONE
    if count == 3:
        return [tokens, starts, np.where(opened, tokens - 1, NONE)]
    entity = [np.where(opened & (starts + number < tokens), starts + number, NONE) for number in range(count - 1)]
    return [tokens, *entity]


def _marginals(actions: _ActionScores, docs: Sequence[Doc]) -> Iterator[list[EntityMarginal]]:
    lengths = np.array([len(doc) for doc in docs], dtype=np.int64)
    if not lengths.sum() or not actions.labels:
        yield from ([] for _ in docs)
        return
    ends = np.repeat(np.cumsum(lengths), lengths)
    blank = np.array([token.is_space for doc in docs for token in doc])
    features = actions.features(docs)
    outside, segments = _conditional(actions, features, ends, blank)
    first = 0
    for length in lengths.tolist():
        yield _of_document(
            actions.labels, outside[first : first + length], [s[first : first + length] for s in segments]
        )
        first += length


def _conditional(
    actions: _ActionScores, features: Features, ends: Integers, blank: NDArray[np.bool_]
) -> tuple[Floats, list[Floats]]:
    """If none is open at a token: the probability that none begins there, and of an entity by its length and label.

    Args:
        actions: of the recogniser.
        features: of all tokens.
        ends: of the document of each token.
        blank: which tokens are white space, at which none begins.

    Returns:
        An array by token, and for each length from 1 one by token and label.
    """
    count, labels = len(ends), len(actions.labels)
    tokens = np.arange(count)
    scores = actions.scores(features, tokens, np.full(count, NONE))
    begin, unit = scores[:, actions.begin], scores[:, actions.unit]
    begin[blank | (tokens + 1 == ends)] = -np.inf
    unit[blank] = -np.inf
    closed = _softmax(np.column_stack([scores[:, actions.outside], unit, begin]))
    segments = [closed[:, 1 : 1 + labels]]
    is_open = closed[:, 1 + labels :].copy()
    for length in range(2, LONGEST + 1):
        rows = np.nonzero(is_open.max(axis=1) > 0)[0]
        if not len(rows):
            break
        here = rows + length - 1
        scores = actions.scores(features, here, rows)
        ended = 1 / (1 + np.exp(np.clip(scores[:, actions.inside] - scores[:, actions.last], -50, 50)))
        ended[here + 1 == ends[rows]] = 1
        ended[is_open[rows] < NEGLIGIBLE] = 1
        if length == LONGEST:
            ended[:] = 1
        segment = np.zeros((count, labels))
        segment[rows] = is_open[rows] * ended
        segments.append(segment)
        is_open[rows] *= 1 - ended
    return closed[:, 0], segments


def _softmax(scores: Floats) -> Floats:
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _of_document(labels: Sequence[str], outside: Floats, segments: Sequence[Floats]) -> list[EntityMarginal]:
    """The entities of a document whose probability is not negligible, from what holds if none is open."""
    count = len(outside)
    none_open = np.zeros(count + 1)
    none_open[0] = 1
    totals = [segment.sum(axis=1) for segment in segments]
    for token in range(count):
        none_open[token + 1] += none_open[token] * outside[token]
        for length, total in enumerate(totals[: count - token], start=1):
            none_open[token + length] += none_open[token] * total[token]
    found = []
    for length, segment in enumerate(segments, start=1):
        table = segment * none_open[:count, None]
        for start, column in zip(*np.nonzero(table >= NEGLIGIBLE), strict=True):
            probability = min(1.0, float(table[start, column]))
            found.append(EntityMarginal(int(start), int(start) + length, labels[column], probability))
    return found
