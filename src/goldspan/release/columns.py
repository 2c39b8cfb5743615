"""What the configurations of a release and their columns hold, in words: for the card and for `croissant.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.release.contents import GOLD, PASSES, STANDOFF, STANDOFF_PASSES, VOTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datasets import Features

    from goldspan.annotation import LabelScheme

CONFIGURATIONS = {
    GOLD: "A row per example of gold, with its text, of the articles whose texts may travel.",
    PASSES: "A row per example and annotator who confirmed it, with its text, of the articles whose texts may travel.",
    VOTES: "A row per distinct span that an annotator marked or that gold has, of all articles: how many of those who "
    "read the example marked exactly this span.",
    STANDOFF: "A row per example of gold without its text, of all articles, with what it takes to find its place in a "
    "copy of the article.",
    STANDOFF_PASSES: "A row per example and annotator who confirmed it, without its text, of all articles.",
}
KEYS = {  # the columns whose values name a row
    GOLD: ("id",),
    PASSES: ("id", "annotator"),
    VOTES: ("id", "start", "end", "label"),
    STANDOFF: ("id",),
    STANDOFF_PASSES: ("id", "annotator"),
}
COLUMNS = {
    "aided": "Whether the annotator saw suggestions before they read the example.",
    "annotator": "The name of the pass, which may be a pseudonym.",
    "article": "The id of the article.",
    "at": "Where the text of the example begins in its article, in code points.",
    "author": "The byline of the article, as the manifest states it.",
    "end": "Where the span ends, in code points of the text of the example; the character there is no part of it.",
    "fold": "The fold of the article for cross-validation; whole articles are in one fold.",
    "gold": "Whether gold has the span; null where the example has no gold.",
    "id": "The id of the example.",
    "label": "The label, as its number in the list of the labels, from 0.",
    "length": "The length of the text of the example, in code points.",
    "marked": "How many annotators marked exactly this span.",
    "marked_aided": "How many of those who marked the span saw suggestions before they read the example.",
    "marked_by": "The names of the passes that have exactly this span.",
    "ner_tags": "The tag of each token in IOB2, as a number: 0 is O, 2n + 1 begins a span of label n, 2n + 2 goes on.",
    "published": "When the article was published, as the manifest states it.",
    "publisher": "The publisher of the article, as the manifest states it.",
    "read": "How many annotators confirmed the example, whether they marked the span or not.",
    "read_aided": "How many of those who read the example saw suggestions before.",
    "sha256": "The SHA-256 of the text in UTF-8, in hexadecimal; of a short text, together with its neighbours.",
    "spans": "The spans of the example, sorted.",
    "start": "Where the span begins, in code points of the text of the example.",
    "surface": "The words of the span; null where the text may not travel.",
    "text": "The text of the example, an exact slice of its article.",
    "title": "The headline of the article, as the manifest states it.",
    "token_offsets": "Where each token begins and ends in the text, in code points.",
    "tokens": "The tokens of the text, by spaCy's rules for its language.",
    "url": "Where the article was published, as the manifest states it.",
    "windows": "Keyed fingerprints of overlapping windows of tokens.",
}
IN_PARTS = {
    "spans.first": "The number of the first token that the span touches, from 0.",
    "spans.head": "How many characters of its first token stand before the span; -1 where it cannot be cut there.",
    "spans.tail": "How many characters of its last token stand after the span; -1 where it cannot be cut there.",
    "spans.tokens": "How many tokens the span touches.",
    "token_offsets.end": "Where the token ends.",
    "token_offsets.start": "Where the token begins.",
    "windows.fingerprint": "The fingerprint, 16 hexadecimal digits.",
    "windows.token": "The number of the first token of the window, counted from that of the example.",
}
IN_STANDOFF = {"tokens": "How many tokens the text of the example has, as goldspan counts them for fingerprints."}
VALUES = {
    "approximate": "Whether the words say that the number is not exact.",
    "maximum": "The largest number that the words allow; null where they set no bound or the number cannot be read.",
    "minimum": "The smallest number that the words allow; null where they set no bound or the number cannot be read.",
}


def describe_column(config: str, name: str, scheme: LabelScheme) -> str:
    """What a column holds, in a sentence; a column within another is named `spans.start`.

    Args:
        config: the configuration.
        name: of the column.
        scheme: the labels; those of quantities have a column of values.
    """
    outer, _, inner = name.partition(".")
    label = next((label.name for label in scheme.labels if f"{label.name.lower()}s" == outer), None)
    if label and not inner:
        return f"The value of each span of {label}, in the order of the spans."
    if label and inner in VALUES:
        return VALUES[inner]
    if config in (STANDOFF, STANDOFF_PASSES) and name in IN_STANDOFF:
        return IN_STANDOFF[name]
    return IN_PARTS.get(name) or COLUMNS[inner or outer]


def column_names(features: Features) -> Iterator[str]:
    """The names of the columns of a table, each followed by those within it."""
    for field in features.arrow_schema:
        yield field.name
        within = getattr(field.type, "value_type", None)
        names = (
            [] if within is None or not within.num_fields else [within.field(n).name for n in range(within.num_fields)]
        )
        yield from (f"{field.name}.{name}" for name in names)
