"""Comments of annotators on examples, as passes keep them: whoever decides must see what gave annotators pause.

A pull from Doccano keeps them in the lines of a pass under `comments`, a list of texts; a file that Doccano exported
has them under `Comments`. They are texts of strangers: `comment_line` makes one fit for a terminal.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.corpus import passes
from goldspan.report.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus

COMMENTS = "comments"
COMMENT_KEYS = frozenset({COMMENTS, "Comments"})
LONGEST = 240  # characters of a comment that a terminal shows


@dataclass(frozen=True, slots=True)
class PassComment:
    """A comment of an annotator on an example.

    Args:
        annotator: whose pass it is in.
        example: the id of the example.
        text: as written.
        confirmed: whether the annotator confirmed the example, so that what they marked there counts.
    """

    annotator: str
    example: str
    text: str
    confirmed: bool = True

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "annotator": self.annotator,
            "example": self.example,
            "text": self.text,
            "confirmed": self.confirmed,
        }


def comment_texts(extra: Mapping[str, Any]) -> tuple[str, ...]:
    """The comments among the further keys of an example, in their order; what is no text is shown as JSON."""
    values: list[Any] = []
    for key in sorted(COMMENT_KEYS):
        found = extra.get(key)
        values += found if isinstance(found, (list, tuple)) else [found]
    texts = (_text(value) for value in values if value is not None)
    return tuple(text for text in texts if text.strip())


def comments_of_corpus(corpus: Corpus, articles: Iterable[str]) -> dict[str, tuple[PassComment, ...]]:
    """The comments in the passes of a corpus by example, those on examples that are still open included.

    Args:
        corpus: the corpus.
        articles: the ids of the articles wanted.

    Raises:
        InputError: for the first line that is not valid.
    """
    found: defaultdict[str, list[PassComment]] = defaultdict(list)
    annotators = corpus.annotators()
    for article in articles:
        for annotator in annotators:
            examples = [*corpus.pass_examples(annotator, [article])]
            stated = passes.is_stated(examples)
            for example in examples:
                found[example.id] += comments_of_example(annotator, example, confirmed=_counts(example, stated=stated))
    return {example: tuple(comments) for example, comments in found.items() if comments}


def comments_of_example(annotator: str, example: Example, *, confirmed: bool) -> list[PassComment]:
    """An annotator's comments on an example."""
    return [PassComment(annotator, example.id, text, confirmed) for text in comment_texts(example.extra)]


def comment_line(comment: PassComment, longest: int = LONGEST) -> str:
    """A comment on one line with its author, shortened, with pictures for what a terminal would obey."""
    words = visible(" ".join(comment.text.split()))
    shown = words if len(words) <= longest else f"{words[:longest].rstrip()}…"
    return f"{visible(comment.annotator)}{'' if comment.confirmed else ' (left it open)'}: {shown}"


def _counts(example: Example, *, stated: bool) -> bool:
    return bool(example.extra.get(passes.CONFIRMED, not stated))


def _text(value: Any) -> str:  # noqa: ANN401  (JSON is any)
    if isinstance(value, dict) and isinstance(value.get("comment"), str):  # as Doccano exports it
        value = value["comment"]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
