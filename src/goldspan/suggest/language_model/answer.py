"""What a language model answers: the mentions in some numbered examples, as JSON, and the schema of it.

    {"mentions": [{"example": 1, "quote": "Kosovo", "label": "LOCATION", "before": "villages in"}]}

The answer is read strictly: what is not of this form makes the whole answer invalid, since a part that cannot be read
would look like a text without spans. Only what some models write around it is passed over: their thoughts in a `think`
element, the fence of a Markdown block, a sentence before and after.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from goldspan import files, strict_json
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

AnswerForm = Literal["json-schema", "json-object", "text"]
FORMS: tuple[AnswerForm, ...] = ("json-schema", "json-object", "text")  # the strictest first
MENTIONS = "mentions"
THOUGHTS = re.compile(r"\A.*</(?:think|thinking|reasoning)>", re.DOTALL)
AGAIN = "The next run asks again; another model or another form of the answer (output = …) may do better."


class QuotedMention(NamedTuple):
    """A span as a model states it.

    Args:
        example: the number of the example, from 1; None where the answer names none.
        quote: the words.
        label: the label.
        before: the words before the quote; may be empty.
    """

    example: int | None
    quote: str
    label: str
    before: str


def response_format(form: AnswerForm, labels: Sequence[str], examples: int) -> dict[str, Any] | None:
    """The `response_format` of a request, as OpenAI, llama.cpp, vLLM and Ollama read it; None for free text.

    All keys are required and no others are allowed, which the strict mode of OpenAI demands.

    Args:
        form: of the answer.
        labels: that may be used.
        examples: how many there are.
    """
    if form == "text":
        return None
    if form == "json-object":
        return {"type": "json_object"}
    mention = {
        "example": {"type": "integer", "enum": list(range(1, examples + 1))},
        "quote": {"type": "string"},
        "label": {"type": "string", "enum": list(labels)},
        "before": {"type": "string"},
    }
    items = {"type": "object", "properties": mention, "required": list(mention), "additionalProperties": False}
    schema = {
        "type": "object",
        "properties": {MENTIONS: {"type": "array", "items": items}},
        "required": [MENTIONS],
        "additionalProperties": False,
    }
    return {"type": "json_schema", "json_schema": {"name": MENTIONS, "strict": True, "schema": schema}}


def dump(mentions: Sequence[QuotedMention]) -> str:
    """The answer that states some mentions."""
    return files.dumps({MENTIONS: [mention._asdict() for mention in mentions]})


def parse(content: str) -> list[QuotedMention]:
    """The mentions of an answer.

    Raises:
        InvalidValueError: if it is not JSON of that form.
    """
    try:
        value = strict_json.loads(_json_part(content))
    except strict_json.JSONError:  # its message would quote the text
        raise InvalidValueError("the answer is not JSON", remedy=AGAIN) from None
    mentions = value.get(MENTIONS) if isinstance(value, dict) else None
    if not isinstance(mentions, list):
        raise InvalidValueError(f"the answer is no object with a list {MENTIONS!r}", remedy=AGAIN)
    return [_mention(number, one) for number, one in enumerate(mentions, 1)]


def _mention(number: int, value: object) -> QuotedMention:
    match value:
        case {"quote": str(quote), "label": str(label), **others}:
            example, before = others.get("example"), others.get("before") or ""
            if (example is None or type(example) is int) and isinstance(before, str):
                return QuotedMention(example, quote, label, before)
    raise InvalidValueError(f"mention {number} of the answer has not the keys and types that were asked for",
                            remedy=AGAIN)  # fmt: skip


def _json_part(content: str) -> str:
    """The one JSON object with mentions in a text; all of the text if there is none.

    Raises:
        InvalidValueError: for several: which of them is the answer is not known.
    """
    text = THOUGHTS.sub("", content)
    found = [one for one in strict_json.objects_within(text) if f'"{MENTIONS}"' in one]
    if len(found) > 1:
        raise InvalidValueError("the answer has several objects with mentions", remedy=AGAIN)
    return found[0] if found else text
