"""Which examples are to be in a project, and the rows that carry them there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from goldspan import formats
from goldspan.articles.paragraphs import examples_of
from goldspan.doccano.snapshot import fingerprint
from goldspan.errors import InputError, InvalidValueError, NotFoundError
from goldspan.formats import doccano

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from goldspan.annotation import Example, Span
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.doccano.client.schema import DoccanoProject

Prefill = Literal["nothing", "gold", "suggestions"]
NAMED = 5  # examples in a message
DOCCANOS = {"id", "data", "text", "label", "labels", "entities", "relations", "Comments", "comments", "upload_name"}
STALE = "Make the suggestions anew: goldspan suggest"


@dataclass(frozen=True, slots=True)
class DesiredExample:
    """An example that is to be there.

    Args:
        example: with the spans that are filled in for the annotators.
        row: that Doccano imports.
    """

    example: Example
    row: Mapping[str, Any]

    @property
    def meta(self) -> dict[str, str]:
        """What travels with the text: strings."""
        return {key: value for key, value in self.row.items() if key not in {"text", "label"}}


def desired_examples(corpus: Corpus, entries: Sequence[ManifestEntry], prefill: Prefill = "nothing") -> list[Example]:
    """The examples of articles, as they are to be annotated.

    The paragraphs are those of the gold as far as it goes, since these were looked at; the rest of the article is cut.

    Args:
        corpus: the project.
        entries: the articles.
        prefill: which spans are filled in.

    Raises:
        InputError: if a file is not valid, or suggestions are those of other texts.
        NotFoundError: if an article has no suggestions, or no gold, and these are to be filled in.
    """
    return [example for entry in entries for example in _examples(corpus, entry, prefill)]


def _examples(corpus: Corpus, entry: ManifestEntry, prefill: Prefill) -> Iterator[Example]:
    gold = list(corpus.gold_examples([entry.id]))
    if prefill == "gold":
        if not gold:
            raise NotFoundError(
                f"the article {entry.id} has no gold",
                file=corpus.gold / f"{entry.id}.jsonl",
                remedy="Name the articles that have some with --articles, or push without --gold.",
            )
        yield from _whole(corpus, entry, gold)
        return
    plain = _whole(corpus, entry, gold)
    if prefill == "suggestions":
        yield from _suggested(corpus, entry, plain)
    else:
        yield from (example.with_spans(()) for example in plain)


def _whole(corpus: Corpus, entry: ManifestEntry, gold: Sequence[Example]) -> list[Example]:
    """The examples of gold, and those of the article that it lacks: gold may be unfinished."""
    if gold and not (corpus.seeds / entry.file).is_file():
        return list(gold)
    held = {example.id for example in gold}
    more = [
        example
        for example in examples_of(entry.id, corpus.source(entry))
        if example.id not in held and not any(_meet(example, other) for other in gold)
    ]
    return sorted([*gold, *more], key=lambda example: example.at)


def _meet(one: Example, other: Example) -> bool:
    return one.at < other.at + len(other.text) and other.at < one.at + len(one.text)


def _suggested(corpus: Corpus, entry: ManifestEntry, plain: Sequence[Example]) -> Iterator[Example]:
    """The examples with the spans suggested for them; rules and scores stay behind, for people change the spans."""
    file = corpus.build / "suggestions" / f"{entry.id}.jsonl"
    if not file.is_file():
        raise NotFoundError(
            f"the article {entry.id} has no suggestions", file=file, remedy="Make them: goldspan suggest"
        )
    found = {example.id: example for example in formats.load(file)}
    for example in plain:
        suggestion = found.get(example.id)
        if suggestion is None or suggestion.text != example.text:
            raise InputError("was suggested for another text", file=file, example=example.id, remedy=STALE)
        yield example.with_spans(suggestion.spans)


def upload_rows(
    wanted: Sequence[Example],
    project: DoccanoProject,
    labels: Collection[str],
    more: Mapping[str, Mapping[str, str]] | None = None,
) -> list[DesiredExample]:
    """The rows, all of them fit for the project; nothing that Doccano would drop, bend or refuse is among them.

    Args:
        wanted: the examples.
        project: its kind and its flags decide what fits.
        labels: the names that spans may have.
        more: further keys per example id, strings; the same keys for each.

    Raises:
        InvalidValueError: naming the example, for a doubled id; for spans in a project in which everybody annotates
            alone; for overlapping spans where the project does not allow them; for a label that is not among those
            given; for what `formats.doccano.row` refuses; for further keys that differ or that Doccano uses itself.
    """
    more = more or {}
    _refuse_doubles(wanted)
    keys = _keys(wanted, more)
    made = []
    for example in wanted:
        _refuse_spans(example, project, labels)
        row = doccano.row(example, "graphemes" if project.grapheme_mode else "utf16")
        if project.collaborative:
            row[doccano.SENT] = fingerprint(example.spans)
        made.append(DesiredExample(example, {**row, **{key: more[example.id][key] for key in keys}}))
    return made


def _refuse_doubles(wanted: Sequence[Example]) -> None:
    twice = [name for name, times in Counter(example.id for example in wanted).items() if times > 1]
    if twice:
        raise InvalidValueError("this id is there twice", example=twice[0], remedy="An id must mean one example.")


def _keys(wanted: Sequence[Example], more: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The further keys, sorted."""
    if not more:
        return []
    keys = set(next(iter(more.values())))
    for example in wanted:
        mine = more.get(example.id, {})
        wrong = sorted(keys.symmetric_difference(mine)) or [k for k, v in mine.items() if not isinstance(v, str)]
        if wrong:
            remedy = "Give every example the same keys, with strings: Doccano fills gaps with NaN."
            raise InvalidValueError(
                f"the further key {wrong[0]!r} is not a string here", example=example.id, remedy=remedy
            )
    taken = sorted(key for key in keys if key in DOCCANOS or key.startswith(("goldspan_", "#")))
    if taken:
        raise InvalidValueError(f"the further key {taken[0]!r} is taken", remedy="Choose another name for it.")
    return sorted(keys)


def _refuse_spans(example: Example, project: DoccanoProject, labels: Collection[str]) -> None:
    if not example.spans:
        return
    if not project.collaborative:
        raise InvalidValueError(
            "has spans, but in this project everybody annotates alone: filled in, they would be those of the uploader",
            example=example.id,
            remedy="Push it without spans, or into a shared project.",
        )
    for span in example.spans:
        if span.label not in labels:
            remedy = f"The labels are {', '.join(labels)}."
            raise InvalidValueError(
                f"{_shown(example, span)}: there is no such label", example=example.id, remedy=remedy
            )
    if not project.allow_overlapping:
        for one, other in pairwise(example.spans):  # sorted: if any two overlap, two neighbours do
            if one.overlaps(other):
                raise InvalidValueError(
                    f"{_shown(example, one)} and {_shown(example, other)} overlap: Doccano would drop one of them",
                    example=example.id,
                    remedy="Take one of them out, or use a project that allows overlapping spans.",
                )


def _shown(example: Example, span: Span) -> str:
    return f"[{span.start}, {span.end}, {span.label}] {example.surface(span)!r:.60}"
