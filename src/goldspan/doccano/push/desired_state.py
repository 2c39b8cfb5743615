"""Which examples are to be in a project, and the rows that Doccano imports for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from goldspan import files, formats
from goldspan.annotation import first_overlap, unit_of
from goldspan.articles.examples import article_examples
from goldspan.corpus.reading_order import in_order
from goldspan.doccano.labels import SAME_NAMES
from goldspan.doccano.snapshot import fingerprint
from goldspan.errors import InputError, InvalidValueError, NotFoundError
from goldspan.formats import doccano
from goldspan.formats.doccano import ExampleKey
from goldspan.suggest.suggester import NOT_READ_BY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example, Span
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.labels import LabelNames
    from goldspan.formats.doccano import ExampleView, Unit

Prefill = Literal["nothing", "gold", "suggestions"]
RESERVED_KEYS = {
    "id",
    "data",
    "text",
    "label",
    "labels",
    "entities",
    "relations",
    "Comments",
    "upload_name",
}
OUTDATED = "Make new suggestions: goldspan suggest"


@dataclass(frozen=True, slots=True)
class DesiredExample:
    """An example that is to be in the project.

    Args:
        example: with the spans that are filled in for the annotators.
        row: what Doccano imports.
    """

    example: Example
    row: Mapping[str, Any]

    @property
    def meta(self) -> dict[str, str]:
        """The keys that are stored with the text, in the order of the panel; their values are strings."""
        return {key: value for key, value in self.row.items() if key not in {"text", "label"}}

    @property
    def key(self) -> ExampleKey:
        """What goldspan stores about the example for itself."""
        key = ExampleKey.parse(self.row[doccano.KEY])
        assert key is not None
        return key


def desired_examples(corpus: Corpus, entries: Sequence[ManifestEntry], prefill: Prefill = "nothing") -> list[Example]:
    """The examples of articles, as they are to be annotated.

    The paragraphs are those of the gold where it has any, since people have checked these; the rest of the article is
    cut into paragraphs.

    Args:
        corpus: the project.
        entries: the articles.
        prefill: which spans are filled in.

    Raises:
        InputError: if a file is not valid, or suggestions belong to other texts.
        NotFoundError: if an article has no suggestions, or no gold, and these are to be filled in.
    """
    return [example for entry in entries for example in _article_examples(corpus, entry, prefill)]


def suggested_examples(corpus: Corpus, entries: Iterable[ManifestEntry], folder: Path | None = None) -> list[Example]:
    """The examples of articles with the spans suggested for them, and with rule, score and recogniser of each span.

    Args:
        corpus: the project.
        entries: the articles.
        folder: with the suggestions, a file per article; None for `build/suggestions`.

    Raises:
        InputError: if a file is not valid, or suggestions belong to other texts.
        NotFoundError: if an article has no suggestions.
    """
    where = corpus.suggestions if folder is None else folder
    return [
        suggestion
        for entry in entries
        for suggestion in _suggestions(
            where / f"{entry.id}.jsonl", entry, _complete(corpus, entry, list(corpus.gold_examples([entry.id])))
        )
    ]


def entries_to_push(
    corpus: Corpus,
    articles: Collection[str] | None = None,
    *,
    most: int | None = None,
    pushed: Collection[str] = (),
    prefill: Prefill = "nothing",
) -> list[ManifestEntry]:
    """The articles of a push, those that the reading order has in its order.

    Doccano shows examples in the order in which they were imported, so that this is the order in which they are read.
    Articles that the order does not have come first, as in the manifest: they are there already, or were never ranked.

    Args:
        corpus: the project.
        articles: their ids; None for all.
        most: how many articles to take of which the project lacks something; None for all articles. Those with gold
            are passed over, unless gold is to be filled in.
        pushed: the ids of the examples that the project has.
        prefill: which spans are filled in.

    Raises:
        InputError: for an article that the corpus does not have, or a reading order that is not valid.
    """
    by_id = {entry.id: entry for entry in corpus.select_entries(articles)}
    ordered = [by_id[article] for article in in_order(by_id, corpus.reading_order())]
    if most is None:
        return ordered
    lacking = (
        entry
        for entry in ordered
        if corpus.has_gold(entry.id) == (prefill == "gold") and _lacks_examples(corpus, entry, pushed)
    )
    return list(islice(lacking, most))


def _lacks_examples(corpus: Corpus, entry: ManifestEntry, pushed: Collection[str]) -> bool:
    """Whether a project lacks an example of an article, also after a push that was interrupted."""
    examples = _complete(corpus, entry, list(corpus.gold_examples([entry.id])))
    return any(example.id not in pushed for example in examples)


def _article_examples(corpus: Corpus, entry: ManifestEntry, prefill: Prefill) -> Iterator[Example]:
    gold = list(corpus.gold_examples([entry.id]))
    if prefill == "gold" and not gold:
        raise NotFoundError(
            f"the article {entry.id} has no gold",
            file=corpus.gold / f"{entry.id}.jsonl",
            remedy="Name the articles that have some with --articles, or push without --gold.",
        )
    examples = _complete(corpus, entry, gold)
    if prefill == "gold":
        yield from examples
    elif prefill == "suggestions":
        file = corpus.suggestions / f"{entry.id}.jsonl"
        yield from (each.with_spans(each.spans) for each in _suggestions(file, entry, examples))
    else:
        yield from (example.with_spans(()) for example in examples)


def _complete(corpus: Corpus, entry: ManifestEntry, gold: Sequence[Example]) -> list[Example]:
    """The examples of gold, and those of the article that it lacks: gold may be unfinished."""
    unit = corpus.settings.examples.unit
    for example in gold:
        if (own := unit_of(example.id)) != unit:
            raise InputError(
                f"is of the unit {own!r}, but an example is {unit!r} in [examples] of goldspan.toml",
                file=corpus.gold / f"{entry.id}.jsonl",
                example=example.id,
                remedy="Cut the corpus again first: goldspan recut.",
            )
    if gold and not (corpus.seeds / entry.file).is_file():
        return list(gold)
    in_gold = {example.id for example in gold}
    missing = [
        example
        for example in article_examples(corpus, entry)
        if example.id not in in_gold and not any(example.overlaps(other) for other in gold)
    ]
    return sorted([*gold, *missing], key=lambda example: example.at)


def _suggestions(file: Path, entry: ManifestEntry, examples: Sequence[Example]) -> Iterator[Example]:
    """What is suggested for these examples of an article."""
    if not files.is_there(file):
        raise NotFoundError(
            f"the article {entry.id} has no suggestions", file=file, remedy="Make them: goldspan suggest"
        )
    suggestions = {example.id: example for example in formats.load(file, "gold")}
    for example in examples:
        suggestion = suggestions.get(example.id)
        if suggestion is None or suggestion.text != example.text:
            raise InputError("was suggested for another text", file=file, example=example.id, remedy=OUTDATED)
        yield replace(suggestion, at=example.at)


def unread_examples(examples: Iterable[Example]) -> Counter[str]:
    """How many examples with suggestions each recogniser could not read, by its name."""
    names = (example.extra.get(NOT_READ_BY) for example in examples)
    return Counter(str(name) for some in names if isinstance(some, list) for name in some)


def upload_rows(
    examples: Sequence[Example],
    project: DoccanoProject,
    labels: Collection[str],
    views: Mapping[str, ExampleView] | None = None,
    *,
    names: LabelNames = SAME_NAMES,
) -> list[DesiredExample]:
    """The examples with their rows, all of them fit for the project: nothing that Doccano would drop, bend or refuse.

    Args:
        examples: what is to be there.
        project: its kind and its flags decide what fits.
        labels: the names that spans may have.
        views: per example id, how it is shown, with the same keys in the panel for each example; None to show nothing
            but the examples.
        names: what the labels are called on the server.

    Raises:
        InvalidValueError: naming the example, for an id that is there twice; for spans in a project in which everybody
            annotates alone; for overlapping spans where the project does not allow them; for a label that is not among
            `labels`; for what `formats.doccano.row` refuses; for keys of the panel that differ or that Doccano uses
            itself.
    """
    views = views or {}
    _require_unique_ids(examples)
    _require_same_panels(examples, views)
    desired = []
    for example in examples:
        _require_fitting_spans(example, project, labels)
        view = views.get(example.id, doccano.PLAIN)
        if project.collaborative:
            view = replace(view, sent=fingerprint(example.spans))
        row = doccano.row(example, project_unit(project), view)
        row["label"] = [[start, end, names.server_type(label)] for start, end, label in row["label"]]
        desired.append(DesiredExample(example, row))
    return desired


def project_unit(project: DoccanoProject) -> Unit:
    """What the offsets of a project count."""
    return "graphemes" if project.grapheme_mode else "utf16"


def _require_unique_ids(examples: Sequence[Example]) -> None:
    counts = Counter(example.id for example in examples)
    if repeated := [name for name, times in counts.items() if times > 1]:
        raise InvalidValueError("this id is there twice", example=repeated[0], remedy="An id must mean one example.")


def _require_same_panels(examples: Sequence[Example], views: Mapping[str, ExampleView]) -> None:
    if not views:
        return
    names = list(next(iter(views.values())).panel)
    for example in examples:
        panel = views.get(example.id, doccano.PLAIN).panel
        wrong = sorted(set(names) ^ set(panel)) or [key for key, value in panel.items() if not isinstance(value, str)]
        if wrong:
            raise InvalidValueError(
                f"the further key {wrong[0]!r} is not a string here",
                example=example.id,
                remedy="Give every example the same keys, with strings: Doccano fills gaps with NaN.",
            )
    taken = sorted(name for name in names if name in RESERVED_KEYS or name.startswith(("goldspan", "#")))
    if taken:
        raise InvalidValueError(f"the further key {taken[0]!r} is taken", remedy="Choose another name for it.")


def _require_fitting_spans(example: Example, project: DoccanoProject, labels: Collection[str]) -> None:
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
            raise InvalidValueError(
                f"{_describe(example, span)}: there is no such label",
                example=example.id,
                remedy=f"The labels are {', '.join(labels)}.",
            )
    if not project.allow_overlapping and (overlap := first_overlap(example.spans)):
        first, second = (_describe(example, span) for span in overlap)
        raise InvalidValueError(
            f"{first} and {second} overlap: Doccano would drop one of them",
            example=example.id,
            remedy="Take one of them out, or use a project that allows overlapping spans.",
        )


def _describe(example: Example, span: Span) -> str:
    return f"[{span.start}, {span.end}, {span.label}] {example.surface(span)!r:.60}"
