"""Sentences on how to read a report, and on what it cannot say of these data."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.values import Example, LabelScheme

BOTH = 2


def remarks(
    gold: Sequence[Example],
    *,
    scheme: LabelScheme | None = None,
    training: Sequence[Example] | None = None,
    passes: Mapping[str, Sequence[Example]] | None = None,
) -> tuple[str, ...]:
    """All that apply.

    Args:
        gold: the examples that were evaluated.
        scheme: the labels, if they are known.
        training: what the model was trained on, if it is known.
        passes: per annotator the examples read, if there are any.
    """
    language = "en" if scheme is None else scheme.language
    said = [
        "A label is measured as if there were no other; which label was taken for which, the confusion matrix shows.",
        "Errors and confusion come from one matching: what is the same first, then as many right labels as can be.",
        "Slices are measured by the scheme strict: a span counts as a whole or not at all.",
        f"Lengths count the tokens of spaCy's rule-based tokenizer for {language!r} that a span touches.",
        *_articles(gold),
    ]
    if scheme is None:
        said.append("No label scheme says which labels are quantities, so no values are compared.")
    said += _training(gold, training)
    said += ["There are no passes, so what people reach is not known."] if not passes else _passes(gold, passes)
    return tuple(said)


def _articles(gold: Sequence[Example]) -> Iterator[str]:
    """What it means that there is one article, or one to each example."""
    articles = len({example.article for example in gold})
    if articles == len(gold):
        yield "Every example is an article of its own, so there are no measures per article."
    elif articles == 1:
        yield "All examples are of one article: nothing here tells how the model does on another."


def _training(gold: Iterable[Example], training: Sequence[Example] | None) -> Iterator[str]:
    """Whether novelty is known, and whether the model was trained on what it is tested on."""
    if training is None:
        yield "What the model was trained on is not known, so seen and unseen spans are not told apart."
        return
    texts = {example.text for example in training}
    known = [example.id for example in gold if example.text in texts]
    if known:
        yield (
            f"{len(known)} of the examples stand word for word in the training data, so that the measures flatter the "
            f"model: {listed(known)}."
        )


def _passes(gold: Sequence[Example], passes: Mapping[str, Sequence[Example]]) -> Iterator[str]:
    """Which examples the passes do not cover, or read in another text."""
    texts = {example.id: example.text for example in gold}
    readings: Counter[str] = Counter()
    for name, examples in passes.items():
        mine = [example for example in examples if example.id in texts]
        readings.update(example.id for example in mine if example.text == texts[example.id])
        differing = [example.id for example in mine if example.text != texts[example.id]]
        if differing:
            yield f"{name}: these examples have another text than in gold and count nowhere: {listed(differing)}."
    few = [example.id for example in gold if readings[example.id] < BOTH]
    if few:
        yield (
            f"Fewer than two passes have read {len(few)} of the examples; their spans are neither unanimous nor "
            f"disputed: {listed(few)}."
        )


def listed(names: Sequence[str], most: int = 10) -> str:
    """The names, the first of them where they are many, with the number of the rest."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
