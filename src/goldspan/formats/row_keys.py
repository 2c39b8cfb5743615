"""The names that programs give to the parts of a row of annotation: one table, in the order in which they count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT = ("text", "content", "sentence", "data", "document", "raw_text", "raw", "body", "context", "input")
TOKENS = ("tokens", "words", "tokenized_text", "sentence", "text")  # if it is a list of strings
SPANS = (
    "spans", "entities", "ents", "ner", "annotations", "annotation", "named_entities", "mentions", "label", "labels",
    "tags", "predictions", "output", "outputs", "result", "results",
)  # fmt: skip
ANNOTATION_ONLY = frozenset({"spans", "entities", "ents", "ner", "annotations", "named_entities", "mentions"})
PREDICTIONS = frozenset({"predictions", "output", "outputs", "result", "results"})  # of a program, not of a person
TAGS = ("ner_tags", "ner", "ner_labels", "tags", "labels", "label", "fine_ner_tags")  # of tokens
TAGS_ONLY = frozenset({"ner_tags", "ner_labels", "fine_ner_tags"})
START = ("start", "start_offset", "start_pos", "start_char", "begin", "begin_offset", "char_start", "start_index",
         "startOffset", "from")  # fmt: skip
END = ("end", "end_offset", "end_pos", "end_char", "stop", "char_end", "end_index", "endOffset", "to")
EXTENT = ("offsets", "offset", "span", "position", "positions", "location", "range", "indices")  # [start, end] in one
LENGTH = "length"  # beside a start that is called `offset`
LABEL = (
    "label", "labels", "entity_group", "entity_type", "type", "tag", "category", "class", "label_", "ner", "entity",
    "value", "name",
)  # fmt: skip
SURFACE = ("text", "surface", "mention", "phrase", "substring")
WORD = "word"  # of the pipelines of transformers: made of the tokenizer's pieces, and no exact part of the text
ID = (
    "id", "_id", "uid", "uuid", "guid", "example_id", "sent_id", "sentence_id", "text_id", "doc_id", "document_id",
    "doc_key",
)  # fmt: skip
STATUS = "status"
SKIPPED = frozenset({"discarded", "skipped", "rejected", "ignored", "cancelled", "canceled"})  # values of a status
CANCELLED = "was_cancelled"  # of Label Studio
ANNOTATOR = ("annotator", "annotator_id", "annotated_by")


def annotator(row: Mapping[str, Any]) -> str | None:
    """Whose annotation a row states it is. A `username` is an annotator's in exports of Doccano, by their `doc_id`."""
    names = (*ANNOTATOR, "username") if "doc_id" in row else ANNOTATOR
    values = (row.get(name) for name in names)
    return next((str(value) for value in values if value != "" and type(value) in {str, int}), None)


def skipped_by(row: Mapping[str, Any]) -> str | None:
    """The key by which a row says that its annotation was skipped or discarded, as those of Argilla do."""
    if isinstance(status := row.get(STATUS), str) and status.casefold() in SKIPPED:
        return STATUS
    return CANCELLED if row.get(CANCELLED) is True else None


def states_annotation(row: Mapping[str, Any]) -> bool:
    """Whether a row without a key for spans is an annotation without spans, as in the JSON-MIN of Label Studio."""
    return {"annotation_id", "annotator"} <= row.keys()


def text_key(row: Mapping[str, Any]) -> str | None:
    """The key of the text of a row."""
    return next((name for name in TEXT if isinstance(row.get(name), str)), None)


def tokens_key(row: Mapping[str, Any]) -> str | None:
    """The key of the tokens of a row: a list of strings."""
    return next((name for name in TOKENS if is_strings(row.get(name))), None)


def is_strings(value: object) -> bool:
    """Whether a JSON value is a list of strings with at least one."""
    return isinstance(value, list) and bool(value) and all(isinstance(part, str) for part in value)


def is_row(value: object) -> bool:
    """Whether a JSON value is a row: an object with a text or tokens, or with spans; or a text with an object."""
    match value:
        case [str(), dict()]:
            return True
        case dict():
            if text_key(value) or tokens_key(value) or isinstance(value.get("data"), dict):
                return True
            inside = [value[name] for name in SPANS if isinstance(value.get(name), list)]
            return bool(inside) and not any(is_row(part) for parts in inside for part in parts)
    return False


def has_annotation_key(value: object) -> bool:
    """Whether a row has a key for spans or tags, or is a pair of a text and an object."""
    if isinstance(value, dict):
        return any(isinstance(value.get(name), (list, dict)) for name in (*SPANS, *TAGS))
    return is_row(value)
