"""Gold and predictions example by example, ready to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.errors import InputError
from goldspan.evaluation import by_text, by_token

if TYPE_CHECKING:
    from goldspan.sources.source import Note, Source
    from goldspan.values import Example


@dataclass(frozen=True, slots=True)
class Paired:
    """What can be compared: two lists of n examples each, with the same ids and texts at the same places.

    Args:
        gold: all examples of gold, in their order.
        predicted: the same with the predicted spans; with none where there is no prediction.
        notes: what was noted while reading gold, while reading the predictions and while pairing them.
    """

    gold: list[Example]
    predicted: list[Example]
    notes: list[Note]


def pair(gold: Source, predicted: Source) -> Paired:
    """Match predictions to gold: by id and text, or token by token if they are CoNLL that does not state gold's ids.

    Differing texts and tokens, missing and extra ones are noted one by one; see `goldspan.evaluation.by_text` and
    `goldspan.evaluation.by_token` for what counts.

    Raises:
        InputError: if there is no gold, or if the predictions are for other texts; it names the file and the line of
            the first difference.
    """
    if not gold.examples:
        raise InputError("there is no gold", remedy="Name a file with examples.")
    by_order = predicted.sentences and not _share_ids(gold, predicted)
    found, notes = by_token.pair(gold, predicted) if by_order else by_text.pair(gold, predicted)
    return Paired(gold.examples, found, [*gold.notes, *predicted.notes, *notes])


def _share_ids(gold: Source, predicted: Source) -> bool:
    """Whether both sides state ids, and of the same kind."""
    if not (gold.has_ids and predicted.has_ids):
        return False
    return not {example.id for example in gold.examples}.isdisjoint(example.id for example in predicted.examples)
