"""A suggester: the rules for a label scheme and, if asked, a model beside them."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from goldspan.suggest import model as pipelines
from goldspan.suggest.document import candidates
from goldspan.suggest.truecase import view
from goldspan.suggest.words import words_of
from goldspan.values import Example, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from goldspan.suggest.candidate import Candidate
    from goldspan.suggest.words import Words
    from goldspan.values import LabelScheme

BATCH = 64
# No paragraph is too long for the recogniser alone: spaCy's limit guards the parser's memory.
LONGEST = 1 << 30


class Suggester:
    """Finds the spans of a label scheme in documents, by rules and, if asked, with a model's help.

    Args:
        scheme: only its labels are suggested.
        model: the name of an installed spaCy pipeline, or None for rules alone.
        labels: what labels of the model mean in the scheme, e.g. `{"GPE": "PLACE"}`; they go before `model.LABELS`.

    Raises:
        MissingPart: if the pipeline is not installed.
    """

    def __init__(self, scheme: LabelScheme, model: str | None = None, labels: Mapping[str, str] | None = None) -> None:
        import spacy

        self.scheme = scheme
        self.has_model = model is not None
        self.labels = pipelines.LABELS | dict(labels or {})
        self.nlp: Language = spacy.blank("en") if model is None else pipelines.load(model)
        self.nlp.max_length = LONGEST

    def suggest(self, examples: Sequence[Example]) -> list[Example]:
        """The examples of one document with the spans found in them."""
        return next(self.suggest_all([examples]))

    def suggest_all(self, documents: Sequence[Sequence[Example]]) -> Iterator[list[Example]]:
        """The examples of several documents, each found with its own document in view."""
        with self.nlp.memory_zone():
            views = [view(example.text) for examples in documents for example in examples]
            docs = self.nlp.pipe(views, batch_size=BATCH) if self.has_model else map(self.nlp.make_doc, views)
            found = [self._spans(examples, list(islice(docs, len(examples)))) for examples in documents]
        yield from found

    def _spans(self, examples: Sequence[Example], docs: Sequence[Doc]) -> list[Example]:
        pages = [words_of(doc, example.text) for doc, example in zip(docs, examples, strict=True)]
        voices: list[list[Candidate]] = [[] for _ in pages]
        if self.has_model:
            voices = [list(pipelines.find(doc, page, self.labels)) for doc, page in zip(docs, pages, strict=True)]
        kept = candidates(pages, voices, self.scheme)
        return [self._example(*row) for row in zip(examples, pages, kept, strict=True)]

    def _example(self, example: Example, page: Words, kept: list[Candidate]) -> Example:
        rows = sorted(
            (
                Span(*balanced(example.text, page.starts[c.start], page.ends[c.end - 1]), c.label),
                c.rule,
                round(c.weight, 2),
            )
            for c in kept
        )
        extra = {**example.extra, "rules": [rule for _, rule, _ in rows], "scores": [score for _, _, score in rows]}
        return replace(example, spans=tuple(span for span, _, _ in rows), extra=extra)


def balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """The edges with the bracket that a supplied word opens before them (P-2): `(Jens) Stoltenberg`."""
    for opening, closing in ("()", "[]"):
        inside = text[start:end]
        if inside.count(closing) == inside.count(opening) + 1 and start and text[start - 1] == opening:
            start -= 1
    return start, end
