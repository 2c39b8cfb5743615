"""What an annotator has there, laid over the file that is here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from goldspan.annotation import Example, Span
from goldspan.corpus.passes import CONFIRMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COMMENTS = "comments"
NONE: Mapping[str, tuple[Span, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MergedPass:
    """A file as it will be.

    Args:
        examples: its lines, in the order of the article.
        new: the ids of lines that were not there.
        changed: those whose line is another one.
        withdrawn: those that were confirmed here and were opened again there.
        left_out: those that were here unconfirmed and are so there, where only confirmed ones are wanted.
        kept: those that stay although they are open there, since nothing there shows that anybody opened them again.
    """

    examples: tuple[Example, ...]
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def line(here: Example, spans: tuple[Span, ...], *, confirmed: bool, comments: Iterable[str] = ()) -> Example:
    """An example with what was marked there: a line with its confirmation, and with comments if there are any."""
    said = list(comments)
    extra = {CONFIRMED: confirmed, COMMENTS: said} if said else {CONFIRMED: confirmed}
    return Example(here.id, here.text, spans, here.at, extra)


def merge(
    here: Iterable[Example],
    there: Mapping[str, Example | None],
    untouched: Mapping[str, tuple[Span, ...]] = NONE,
    *,
    gold: bool = False,
) -> MergedPass:
    """The lines that are here, with those from there in their place.

    Args:
        here: the lines of the file, each id once.
        there: by id the line that the server has; None for an example that is open there and not wanted. What is not
            in it stays as it is here.
        untouched: by id the spans of those that are open there and on which nobody did anything.
        gold: whether this is gold, in which a line that does not say so is confirmed; gold keeps comments of its own.
    """
    old = {example.id: example for example in here}
    kept = {name for name in old if name in untouched and _stays(old[name], there, untouched[name], gold=gold)}
    there = {name: example for name, example in there.items() if name not in kept}
    lines = {name: example for name, example in old.items() if not _leaves(example, there)}
    for name, example in there.items():
        if example is not None:
            lines[name] = _carrying(old.get(name), example, gold=gold)
    withdrawn = [name for name, example in old.items() if _withdrawn(example, there)]
    examples = tuple(sorted(lines.values(), key=lambda example: (example.at, example.id)))
    return MergedPass(
        examples,
        new=tuple(name for name in lines if name not in old),
        changed=tuple(name for name, example in lines.items() if name in old and old[name] != example),
        withdrawn=tuple(withdrawn),
        left_out=tuple(name for name in old if name not in lines and name not in withdrawn),
        kept=tuple(example.id for example in examples if example.id in kept),
    )


def _stays(old: Example, there: Mapping[str, Example | None], spans: tuple[Span, ...], *, gold: bool) -> bool:
    """Whether a line would go, or become another one, and somebody's work with it that is not there."""
    new = there.get(old.id)
    goes = _leaves(old, there) if new is None else _carrying(old, new, gold=gold) != old
    return goes and (old.extra.get(CONFIRMED) is not False or bool(old.extra.get(COMMENTS)) or old.spans != spans)


def _leaves(example: Example, there: Mapping[str, Example | None]) -> bool:
    """Whether a line that came from a server is no longer wanted; one that says nothing of that came from elsewhere."""
    return example.id in there and there[example.id] is None and CONFIRMED in example.extra


def _withdrawn(example: Example, there: Mapping[str, Example | None]) -> bool:
    if example.extra.get(CONFIRMED) is not True or example.id not in there:
        return False
    now = there[example.id]
    return now is None or now.extra[CONFIRMED] is not True


def _carrying(old: Example | None, new: Example, *, gold: bool) -> Example:
    """The new line, with what the old one says further, unless that spoke of other spans.

    Curated gold gives way to what is confirmed alone: an open example is nobody's last word.
    """
    if gold and old is not None and CONFIRMED not in old.extra and new.extra[CONFIRMED] is not True:
        return old
    if old is None or (old.text, old.spans) != (new.text, new.spans):
        return new
    said: dict[str, Any] = dict(new.extra)
    if gold and CONFIRMED not in old.extra:
        del said[CONFIRMED]
    ours = {CONFIRMED} if gold else {CONFIRMED, COMMENTS}
    carried = replace(new, extra=said | {key: value for key, value in old.extra.items() if key not in ours})
    return old if carried == old else carried
