"""Adding annotated files to a project: their texts as articles, and what each annotator marked as their pass.

Examples of an article that the project has, by their ids and texts, are annotation of it. Others of one article
(`a.p01`, `a.p02`) become the paragraphs of one text, with an empty line between them; any other example is an article
of its own.
The text is cut into examples as every article of the project is, and each span moves to the example that it is in. What
was annotated counts as confirmed; text that nobody annotated does not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from goldspan import files, formats
from goldspan.annotation import NOT_ANNOTATED, Example, Span
from goldspan.articles.examples import Segmentation, examples_of
from goldspan.articles.ingest import AddedArticle, ArticleRegister
from goldspan.corpus.manifest import locked, name_problem, write_manifest
from goldspan.corpus.passes import AIDED, CONFIRMED, is_aided
from goldspan.errors import InputError
from goldspan.formats import gold
from goldspan.formats.convert import input_files
from goldspan.formats.doccano import is_text_of
from goldspan.formats.label_selection import require_map_used
from goldspan.formats.options import DEFAULT, ReadOptions
from goldspan.formats.registry import require_options_apply
from goldspan.formats.tagging_schemes import with_one_scheme

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry, Redistribution
    from goldspan.formats.record import Note, Record

SEPARATOR = "\n\n"  # between the paragraphs of an article
NAMES = 5  # of examples in a message


@dataclass
class AnnotatedArticle:
    """An article, and what annotators marked in it.

    Args:
        id: of the article.
        file: the file that its first example is in.
        texts: of its examples, by their ids.
        readings: by annotator, the example of each id that they annotated.
    """

    id: str
    file: Path
    texts: dict[str, str] = field(default_factory=dict)
    readings: dict[str, dict[str, Example]] = field(default_factory=dict)

    def joined(self) -> PlacedExamples:
        """The article that is made of the examples."""
        at, begins = 0, {}
        for name, text in self.texts.items():
            begins[name] = at
            at += len(text) + len(SEPARATOR)
        text = SEPARATOR.join(self.texts.values()) + "\n"
        return PlacedExamples(f"{self.id}.txt", text.encode("utf-8"), text, begins)


class PlacedExamples(NamedTuple):
    """The article that annotated examples are of.

    Args:
        file: its name in the seeds.
        data: its bytes.
        text: the article as decoded.
        begins: where each example begins in it, in code points, by its id.
    """

    file: str
    data: bytes
    text: str
    begins: dict[str, int]


@dataclass(kw_only=True)
class AnnotatedAddition:
    """A plan to add annotated files, or what was added.

    Args:
        articles: the articles, new or there already.
        passes: the files of the passes, each with the number of its spans.
        notes: what had to be decided while reading.
        dropped: the further keys of examples that a pass does not keep, and how many examples had them.
    """

    articles: list[AddedArticle] = field(default_factory=list)
    passes: dict[Path, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class AnnotatedInput:
    """What annotated files are read as.

    Args:
        form: the name of their format; detected from the content if None.
        reading: how to read them.
        annotator: whose annotation it is; None if the files say so.
        text_only: whether the annotation is left out.
        redistribution: whether releases may hold the texts; None for not stated.
    """

    form: str | None = None
    reading: ReadOptions = DEFAULT
    annotator: str | None = None
    text_only: bool = False
    redistribution: Redistribution | None = None


def add_annotated(corpus: Corpus, paths: Sequence[Path], options: AnnotatedInput, *, apply: bool) -> AnnotatedAddition:
    """Plan the adding of annotated files to a project, and add them if `apply` is set: all or nothing.

    Args:
        corpus: the project.
        paths: files and folders of any format.
        options: how to read them.
        apply: whether to write.

    Raises:
        InputError: naming file, line and example, for what cannot be read, annotation of nobody, a label that the
            scheme lacks, a text that the project has under another name, a pass that would be overwritten, or a span
            that is in no paragraph.
    """
    addition = AnnotatedAddition()
    articles = _read(corpus, paths, options, addition)
    listed = corpus.folder / "manifest.jsonl"
    if not apply:
        register = ArticleRegister.of(corpus.seeds, listed)
        _plan(corpus, articles, addition, register)
        _let_travel(addition, register, options)
        return addition
    with locked(listed):  # two that add at once see each other's lines
        register = ArticleRegister.of(corpus.seeds, listed)
        contents = _plan(corpus, articles, addition, register)
        _let_travel(addition, register, options)
        files.write_all(contents)
        write_manifest(listed, register.entries.values())  # last: it makes the articles part of the project
    return addition


def _read(
    corpus: Corpus, paths: Sequence[Path], options: AnnotatedInput, addition: AnnotatedAddition
) -> list[AnnotatedArticle]:
    sources = [item for path in paths for item in input_files(path, options.form and formats.canonical(options.form))]
    require_options_apply(options.reading, (name for _, name in sources))
    reading = with_one_scheme(options.reading, sources)
    articles: dict[str, AnnotatedArticle] = {}
    for file, name in sources:
        for record in formats.get(name).scan(file, reading):
            if isinstance(record, InputError):
                raise record
            addition.notes += record.notes
            addition.dropped.update(key for key in record.extra if key not in {NOT_ANNOTATED, CONFIRMED, AIDED})
            _collect(articles, record, corpus, options)
    require_map_used(options.reading)
    return list(articles.values())


def _plan(
    corpus: Corpus, articles: Sequence[AnnotatedArticle], addition: AnnotatedAddition, register: ArticleRegister
) -> dict[Path, bytes]:
    """The files to write, and what they are in `addition`."""
    contents: dict[Path, bytes] = {}
    segmentation = Segmentation.of(corpus)
    for article in articles:
        entry = register.entries.get(article.id)
        placed = (entry and _place(corpus, entry, article, segmentation)) or article.joined()
        addition.articles.append(register.plan(article.id, placed.file, placed.data, article.file))
        contents[corpus.seeds / placed.file] = placed.data
        for name, lines in _passes(article, placed, segmentation):
            path = corpus.passes / name / f"{article.id}.jsonl"
            contents[path] = _pass_content(path, lines)
            addition.passes[path] = sum(len(example.spans) for example in lines)
    return contents


def _let_travel(addition: AnnotatedAddition, register: ArticleRegister, options: AnnotatedInput) -> None:
    if options.redistribution == "text":
        addition.articles = [register.let_travel(added) for added in addition.articles]


def _place(
    corpus: Corpus, entry: ManifestEntry, article: AnnotatedArticle, segmentation: Segmentation
) -> PlacedExamples | None:
    """The examples in the article that the project has; None if they are of another article of this name.

    Raises:
        InputError: if some of them are examples of the article, and others are not.
    """
    path = corpus.seeds / entry.file
    if not path.is_file():
        return None
    data = files.read_bytes(path)
    if data == article.joined().data:
        return None
    text = files.decode(data, path)
    own = {example.id: example for example in examples_of(article.id, text, segmentation)}
    other = [name for name, words in article.texts.items() if name not in own or not is_text_of(words, own[name].text)]
    if len(other) == len(article.texts):
        return None
    if other:
        raise InputError(
            f"{other[0]} is not in article {article.id} as it is cut, though other examples of it are",
            file=article.file,
            example=other[0],
            remedy=f"`goldspan show --cut {article.id}` prints its examples. Correct id and text, or leave it out.",
        )
    return PlacedExamples(entry.file, data, text, {name: own[name].at for name in article.texts})


def _collect(articles: dict[str, AnnotatedArticle], record: Record, corpus: Corpus, options: AnnotatedInput) -> None:
    """Add an example to its article, and to the readings of its annotator."""
    example = record.example()
    article = articles.setdefault(example.article, AnnotatedArticle(example.article, record.file))
    if article.texts.setdefault(example.id, example.text) != example.text:
        raise _refusal(
            record, "this example has two texts in what is added", "Give one of the two examples another id."
        )
    if options.text_only or example.unannotated_parts:
        return
    name = options.annotator or record.annotator
    if name is None:
        raise _refusal(
            record,
            "nothing says whose annotation this is",
            "Name the annotator, person or model, with --as, or leave the annotation out with --text-only.",
        )
    if problem := name_problem(name):
        raise _refusal(record, f"the annotator {name!r} cannot name a folder: {problem}", "Choose another with --as.")
    unknown = [span.label for span in example.spans if span.label not in corpus.scheme]
    if unknown:
        raise _refusal(
            record,
            f"labels.toml has no label {unknown[0]!r}; it has {', '.join(corpus.scheme.names)}",
            f"Map it with --map {unknown[0]}=LABEL, leave it out with --only, or add the label.",
        )
    if example.id in article.readings.setdefault(name, {}):
        raise _refusal(record, f"{name} has this example twice", "Keep one of the two.")
    article.readings[name][example.id] = example


def _refusal(record: Record, message: str, remedy: str) -> InputError:
    return InputError(message, file=record.file, line=record.line, example=record.id, remedy=remedy)


def _passes(
    article: AnnotatedArticle, placed: PlacedExamples, segmentation: Segmentation
) -> Iterator[tuple[str, list[Example]]]:
    """The name of each annotator and the lines of their pass on an article."""
    paragraphs = examples_of(article.id, placed.text, segmentation)
    begins = placed.begins
    for name, readings in article.readings.items():
        annotated = [(begins[key], begins[key] + len(article.texts[key])) for key in readings]
        aided = [(begins[key], begins[key] + len(article.texts[key])) for key, one in readings.items() if is_aided(one)]
        spans = [
            Span(begins[key] + span.start, begins[key] + span.end, span.label)
            for key, example in readings.items()
            for span in example.spans
        ]
        lines = [_aided(_line(paragraph, spans, annotated), aided) for paragraph in paragraphs]
        if sum(len(line.spans) for line in lines) < len(spans):
            raise _no_paragraph(article, placed.text, name, spans, lines)
        yield name, [line for line in lines if line.spans or line.extra[CONFIRMED]]


def _line(paragraph: Example, spans: Sequence[Span], annotated: Sequence[tuple[int, int]]) -> Example:
    """A paragraph with the spans inside it; confirmed if all of its text was annotated."""
    start, end = paragraph.at, paragraph.at + len(paragraph.text)
    inside = tuple(
        Span(span.start - start, span.end - start, span.label)
        for span in spans
        if start <= span.start < span.end <= end
    )
    confirmed = not any(not gap[2] for gap in _covered(start, end, annotated, paragraph))
    return replace(paragraph, spans=inside, extra={CONFIRMED: confirmed})


def _aided(line: Example, aided: Sequence[tuple[int, int]]) -> Example:
    """The line, aided if some of its text was read with suggestions; those are in no record of this project."""
    touched = any(start < line.end and line.at < end for start, end in aided)
    return replace(line, extra={**line.extra, AIDED: True}) if touched else line


def _covered(
    start: int, end: int, annotated: Sequence[tuple[int, int]], paragraph: Example
) -> Iterator[tuple[int, int, bool]]:
    """The parts of a paragraph between the edges of annotated text, each with whether it was annotated or is space."""
    edges = sorted({start, end, *(edge for part in annotated for edge in part if start < edge < end)})
    for left, right in pairwise(edges):
        is_annotated = any(first <= left and right <= last for first, last in annotated)
        yield left, right, is_annotated or not paragraph.text[left - start : right - start].strip()


def _no_paragraph(
    article: AnnotatedArticle, text: str, name: str, spans: Sequence[Span], lines: Sequence[Example]
) -> InputError:
    """The error for spans that are in no paragraph, with the words of the first ones."""
    placed = {(line.at + span.start, line.at + span.end, span.label) for line in lines for span in line.spans}
    lost = [span for span in spans if (span.start, span.end, span.label) not in placed]
    shown = ", ".join(f"{text[span.start : span.end]!r} ({span.label})" for span in lost[:NAMES])
    return InputError(
        f"{len(lost)} spans of {name} are in no paragraph of the article as it is cut, or in two: {shown}",
        file=article.file,
        example=article.id,
        remedy="Shorten the spans, or add the text alone with --text-only.",
    )


def _pass_content(path: Path, lines: Sequence[Example]) -> bytes:
    content = "".join(map(gold.line, lines)).encode("utf-8")
    if path.exists() and files.read_bytes(path) != content:
        raise InputError(
            "this pass is there already, and is another",
            file=path,
            remedy="Name the annotator differently with --as, or move the file away.",
        )
    return content
