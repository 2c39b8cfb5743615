"""The head of an entity recogniser for new labels, from the head of one that was trained for others.

What the head of the source knows, where an entity begins and ends above all, holds for other labels, too: a row of its
last layer belongs to an action and a label, such as `B-ORG`. The row of a new label begins as the mean of the rows of
the same action, weighted by how often the source gives its labels to the tokens of the new one in the training data.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spacy.tokens import Doc
    from spacy.training import Example

UNLABELLED = ("O", "U-")  # actions without a label: no entity, and a token that is kept free of one
HEAD = ("lower", "upper")  # its layers


def label_shares(recognised: Iterable[Doc], examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """By label, which share of its tokens the source gives each of its labels, and the empty one for none.

    Args:
        recognised: the texts of the examples with the entities of the source.
        examples: annotated, with the same tokens.
    """
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for doc, example in zip(recognised, examples, strict=True):
        for entity in example.reference.ents:
            counts[entity.label_].update(token.ent_type_ for token in doc[entity.start : entity.end])
    return {
        label: {other: count / sum(found.values()) for other, count in found.items()} for label, found in counts.items()
    }


def copy_head(source: Any, target: Any, shares: Mapping[str, Mapping[str, float]]) -> None:  # noqa: ANN401
    """Begin the head of a recogniser with that of another, if their layers have the same widths.

    Args:
        source: the recogniser that was trained.
        target: the one that will be, initialised.
        shares: see `label_shares`.
    """
    if not (source.model.attrs["has_upper"] and target.model.attrs["has_upper"]):
        return
    target.model.get_ref("lower").from_bytes(source.model.get_ref("lower").to_bytes())
    rows = {action: number for number, action in enumerate(_actions(source))}
    old, new = source.model.get_ref("upper"), target.model.get_ref("upper")
    for parameter in ("W", "b"):
        known, values = old.get_param(parameter), new.get_param(parameter).copy()
        for number, action in enumerate(_actions(target)):
            like = _like_actions(action, shares, rows)
            if like:
                values[number] = sum(share * known[rows[other]] for other, share in like.items())
        new.set_param(parameter, np.ascontiguousarray(values))


def _actions(recogniser: Any) -> list[str]:  # noqa: ANN401
    return [recogniser.moves.get_class_name(number) for number in range(recogniser.moves.n_moves)]


def _like_actions(action: str, shares: Mapping[str, Mapping[str, float]], rows: Mapping[str, int]) -> dict[str, float]:
    """The actions of the source with which an action begins, with their shares."""
    if action in UNLABELLED:
        return {action: 1.0} if action in rows else {}
    kind, _, label = action.partition("-")
    like = {f"{kind}-{other}" if other else "O": share for other, share in shares.get(label, {}).items()}
    return {other: share for other, share in like.items() if other in rows}
