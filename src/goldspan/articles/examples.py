"""What an example is: a paragraph, a sentence or the whole article, as a project's settings say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.annotation import Example, article_id_problem, numbered_id
from goldspan.articles.paragraphs import Paragraph, paragraphs, sentences_of
from goldspan.articles.sentence_rules import SentenceRules
from goldspan.errors import InvalidValueError
from goldspan.settings import ExampleSettings
from goldspan.tokens import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """How articles are cut into examples.

    Args:
        settings: what an example is.
        language: of the texts, on which the ends of sentences depend.
    """

    settings: ExampleSettings = field(default_factory=ExampleSettings)
    language: str = DEFAULT_LANGUAGE

    @classmethod
    def of(cls, corpus: Corpus) -> Segmentation:
        """That of a project.

        Raises:
            InputError: if its settings cannot be read or, where an example is a sentence, its label scheme.
        """
        settings = corpus.settings.examples
        return cls(
            settings=settings, language=corpus.scheme.language if settings.unit == "sentence" else DEFAULT_LANGUAGE
        )


PARAGRAPHS = Segmentation()  # of a project that has chosen nothing


def examples_of(article: str, text: str, segmentation: Segmentation) -> list[Example]:
    """The examples, each an exact slice: `text[e.at : e.at + len(e.text)] == e.text`.

    Args:
        article: the id of the article.
        text: the article as decoded.
        segmentation: how it is cut.

    Returns:
        An example per paragraph of text, with the id `<article>.p<NN>`; per sentence, `<article>.s<NN>`; or one, with
        the id of the article, of all its text without white space at the edges. A number counts from 01, boilerplate
        included, so that it stays when a rule for boilerplate changes.

    Raises:
        InvalidValueError: where an example is an article, for an id that ends like that of a paragraph or sentence.
    """
    unit = segmentation.settings.unit
    if unit == "article":
        return _whole(article, text)
    return [
        Example(numbered_id(article, unit, number), text[part.start : part.end], at=part.start)
        for number, part in enumerate(parts_of(text, segmentation), 1)
        if part.kind == "text"
    ]


def parts_of(text: str, segmentation: Segmentation) -> list[Paragraph]:
    """The paragraphs or sentences of an article, boilerplate included; where an example is an article, its paragraphs.

    Args:
        text: the article as decoded.
        segmentation: how it is cut.
    """
    if segmentation.settings.unit == "sentence":
        return sentences_of(text, segmentation.settings, SentenceRules.of(segmentation.language))
    return paragraphs(text, segmentation.settings)


def _whole(article: str, text: str) -> list[Example]:
    """The article as one example; none for an article of nothing but white space."""
    if problem := article_id_problem(article):
        raise InvalidValueError(
            f"{article!r} cannot be the id of an article and of an example: {problem}",
            example=article,
            remedy='Give the article another id, or set `unit = "paragraph"` in goldspan.toml.',
        )
    words = text.strip()
    return [Example(article, words, at=len(text) - len(text.lstrip()))] if words else []


def article_examples(corpus: Corpus, entry: ManifestEntry) -> list[Example]:
    """The examples of an article of a project, without spans.

    Raises:
        InputError: if the article or the settings cannot be read.
    """
    return examples_of(entry.id, corpus.source(entry), Segmentation.of(corpus))
