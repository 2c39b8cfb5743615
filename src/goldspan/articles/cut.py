"""The examples of an article: its paragraphs, without the page furniture."""

from __future__ import annotations

from goldspan.articles.paragraphs import paragraphs
from goldspan.values import Example


def examples(article: str, text: str) -> list[Example]:
    """The examples, each an exact slice: `text[e.at : e.at + len(e.text)] == e.text`.

    Args:
        article: the id of the article.
        text: the article as decoded.

    Returns:
        An example per paragraph of text, with the id `<article>.p<NN>`. The number counts the paragraphs from 01, page
        furniture among them, so that it stays when a rule of furniture changes.
    """
    return [
        Example(f"{article}.p{number:02}", text[paragraph.start : paragraph.end], at=paragraph.start)
        for number, paragraph in enumerate(paragraphs(text), 1)
        if paragraph.kind == "text"
    ]
