"""The lines of a brat `.ann` file.

    T1<TAB>UNIT 4 16<TAB>72nd Brigade

Offsets count code points. A line cannot hold a line break, so a span that crosses one is written as brat itself does:
in fragments, `4 8;9 16`, whose words are joined by a blank. Read as one span are fragments with nothing but blanks
between them; words between them make a discontinuous span, which a `Span` cannot be, and are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from goldspan.errors import ValueRefused
from goldspan.formats.record import RawSpan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldspan.values import Example

KEY = "brat"
BREAK = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")  # where str.splitlines breaks, for so does brat
BREAKS = re.compile(BREAK.pattern + "+")
TEXT_BOUND = re.compile(
    r"(T[^\t]+)\t([^\t ]+) (-?\d{1,18} -?\d{1,18}(?:;-?\d{1,18} -?\d{1,18})*)(?:\t(.*))?", re.DOTALL
)
OTHER = re.compile(r"([REAMN#][^\t]*|\*)\t.+", re.DOTALL)
REMEDY = "A line is T1, a tab, LABEL START END, a tab and the words; relations, events and notes may follow."


@dataclass
class Standoff:
    """What an `.ann` file says.

    Args:
        spans: sorted, with the id of each.
        others: relations, events, attributes, normalisations and notes, as written.
        errors: the number of each line that cannot be read, and why.
    """

    spans: list[tuple[RawSpan, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def parse(lines: Iterable[tuple[int, str]], text: str) -> Standoff:
    """The annotation of a text, from numbered lines."""
    found = Standoff()
    seen: set[str] = set()
    for number, line in lines:
        if not line.strip():
            continue
        name = line.partition("\t")[0]
        try:
            if name in seen and name != "*":
                raise ValueRefused(f"there are two annotations {name!r}")  # noqa: TRY301  (one list of errors)
            if bound := TEXT_BOUND.fullmatch(line):
                found.spans.append((_span(bound, text), name))
            elif OTHER.fullmatch(line):
                found.others.append(line)
            else:
                raise ValueRefused(f"{line!r:.80} is no annotation")  # noqa: TRY301  (likewise)
            seen.add(name)
        except ValueRefused as error:
            found.errors.append((number, error.message))
    found.spans.sort(key=lambda item: item[0][:3])
    return found


def render(example: Example) -> str:
    """The lines of an example, numbered as they were read where something refers to them, else in order.

    Raises:
        ValueRefused: for a label with a blank, a span that begins or ends with a line break, or an extra key `brat`
            that does not fit the spans.
    """
    names, others = _kept(example)
    spans = "".join(
        f"{name}\t{span.label} {_line(example.text, span.start, span.end, span.label)}\n"
        for name, span in zip(names, example.spans, strict=True)
    )
    return spans + "".join(f"{line}\n" for line in others)


def _span(bound: re.Match[str], text: str) -> RawSpan:
    name, label, offsets, surface = bound.groups()
    pairs = sorted((int(start), int(end)) for start, _, end in (pair.partition(" ") for pair in offsets.split(";")))
    for (_, end), (start, _) in pairwise(pairs):
        if text[end:start].strip():
            raise ValueRefused(f"{name} is discontinuous ({offsets}): there are words between its parts")
    start, end = pairs[0][0], max(end for _, end in pairs)
    covered, parts = text[start:end], [text[start:end] for start, end in pairs]
    said = {" ".join(parts), "".join(parts), BREAK.sub(" ", covered), BREAKS.sub(" ", covered)}
    return RawSpan(start, end, label, covered if surface in said else surface)


def _line(text: str, start: int, end: int, label: str) -> str:
    if len(label.split()) != 1:
        raise ValueRefused(f"the label {label!r} holds a blank", remedy="Labels of brat are single words.")
    cuts = [start, *(place for cut in BREAKS.finditer(text, start, end) for place in cut.span()), end]
    parts = list(zip(cuts[::2], cuts[1::2], strict=True))
    if any(first == last for first, last in parts):
        raise ValueRefused(
            f"the span [{start}, {end}, {label}] begins or ends with a line break",
            remedy="An .ann file cannot hold it: tighten its edges.",
        )
    surface = " ".join(text[first:last] for first, last in parts)
    return ";".join(f"{first} {last}" for first, last in parts) + f"\t{surface}"


def _kept(example: Example) -> tuple[list[str], list[str]]:
    match example.extra.get(KEY):
        case None:
            return [f"T{number}" for number in range(1, len(example.spans) + 1)], []
        case {"ids": [*names], "lines": [*others]} if len(names) == len(example.spans) and all(
            isinstance(item, str) and "\n" not in item for item in (*names, *others)
        ):
            return names, others
    raise ValueRefused(
        f"its extra key {KEY!r} does not fit its spans",
        remedy="It holds the ids of the spans and the lines that refer to them: correct or remove it.",
    )
