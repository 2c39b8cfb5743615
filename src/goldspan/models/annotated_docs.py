"""Examples as spaCy's training examples: what is annotated, what is not, and what cuts a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spacy.training import Example as TrainingExample

from goldspan.annotation import first_overlap
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.language import Language

    from goldspan.annotation import Example


def training_examples(nlp: Language, examples: Sequence[Example]) -> list[TrainingExample]:
    """The examples with at least one annotated token, each as a document of a pipeline and its annotated copy.

    The tokens that nobody annotated, or that a span cuts, are marked as unknown: they teach nothing.

    Raises:
        InputError: for spans that overlap, which an entity recogniser cannot learn.
    """
    made = (_training_example(nlp, example) for example in examples)
    return [one for one in made if any(token.ent_iob for token in one.reference)]


def _training_example(nlp: Language, example: Example) -> TrainingExample:
    if overlap := first_overlap(example.spans):
        raise InputError(
            f"the spans {example.surface(overlap[0])!r} and {example.surface(overlap[1])!r} overlap",
            example=example.id,
            remedy="An entity recogniser gives each token to one span: keep one of the two.",
        )
    predicted, reference = nlp.make_doc(example.text), nlp.make_doc(example.text)
    entities, cut = [], []
    for span in example.spans:
        surface = example.surface(span)
        start = span.end - len(surface.lstrip())  # no entity of spaCy begins or ends with white space
        entity = reference.char_span(start, span.start + len(surface.rstrip()), label=span.label)
        if entity is None:  # it cuts a token, or is white space
            cut.append((span.start, span.end))
        else:
            entities.append(entity)
    unknown = [*cut, *example.unannotated_parts]
    missing = [
        reference[token.i : token.i + 1]
        for token in reference
        if any(token.idx < end and start < token.idx + len(token) for start, end in unknown)
    ]
    taken = {token.i for entity in entities for token in entity}
    reference.set_ents(entities, missing=[one for one in missing if one.start not in taken], default="outside")
    return TrainingExample(predicted, reference)
