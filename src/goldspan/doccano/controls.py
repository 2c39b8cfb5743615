"""Controls: examples with gold that are mixed into a project, so that annotators can be scored on them.

    corpus/controls/<project>.txt       their ids, one a line, sorted

An annotator must not recognise a control. So it has the same keys as every other example, and which examples become
controls and where they stand among the others is drawn at random, seeded with the project's name: whoever draws again
draws the same. The list is written before the examples are uploaded, since annotators may have seen what is on it; so a
later push keeps it and adds to it where more are asked for. Those that are added later come after all that is there,
since Doccano shows examples in the order of their upload; so the number is best chosen well at the first push. What
cannot be hidden is that a control is from another article, as its id and its words show: the more articles a project
has, the less this reveals.

Scores compare exact spans with gold, for each annotator and each label. Only what an annotator confirmed counts, and as
it was drawn: a span with a space at its edge is not the span of gold, and a mark that is no valid span is wrong, too.
Controls are never written into the corpus as work.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.adjudication.derive import settle
from goldspan.annotation import article_of
from goldspan.corpus import id_list
from goldspan.corpus.folder_names import file_name_of
from goldspan.doccano.human_work import copy_worked_on
from goldspan.doccano.label_comparison import TRUSTED
from goldspan.doccano.snapshot import DUPLICATE, AnnotatorComment
from goldspan.errors import InputError, InvalidValueError
from goldspan.evaluation.annotator_scores import SCORE_COLUMNS, score_annotator, score_cells
from goldspan.formats import inline
from goldspan.formats.doccano import is_text_of, stored_id
from goldspan.report.text import Table, amount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.doccano.annotator_guide import ProjectKind
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.label_comparison import LabelComparison
    from goldspan.doccano.snapshot import AnnotatorWork, InvalidSpan, Snapshot, StoredExample
    from goldspan.evaluation.result import Counts

# Why a kind of project has no controls.
UNFIT: Mapping[ProjectKind, str] = {
    "shared": "controls score each annotator, and in a shared project nobody can tell who marked what",
    "disputes": "controls score each annotator, and in a project of disputes nobody can tell who marked what",
    "private": "controls have no suggestions, so that the annotator of a private project would know them",
}
GOLD, THEIRS = "gold", "theirs"
AROUND = 40  # code points of text on either side of what is wrong
HEADER = ("annotator", "label", "controls", *SCORE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls of a project.

    Args:
        file: their list.
        examples: the controls without spans, as they are to be there, sorted by id.
        new: the ids of those that are not on the list yet.
    """

    file: Path
    examples: tuple[Example, ...] = ()
    new: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"examples": [example.id for example in self.examples], "new": list(self.new)}

    def record(self) -> None:
        """Write the list, if anything is new."""
        if self.new:
            files.write(self.file, "".join(f"{example.id}\n" for example in self.examples))


def controls_file(corpus: Corpus, project: str) -> Path:
    """The list of a project's controls.

    Args:
        corpus: the project folder.
        project: its name; any string. Names that no file can have, or that some file systems treat as one, get files of
            their own.
    """
    return corpus.controls / f"{file_name_of(project)}.txt"


def read_controls(corpus: Corpus, project: str, *, kind: ProjectKind = "independent") -> tuple[str, ...]:
    """The ids of a project's controls, as listed; empty if it has no list.

    Args:
        corpus: the project folder.
        project: its name in Doccano.
        kind: of the project.

    Raises:
        InputError: for a line that is not one id, or an id that is there twice.
        InvalidValueError: if that kind of project has no controls.
    """
    file = controls_file(corpus, project)
    ids = id_list(file, "example")
    for line, example in enumerate(ids, 1):
        if example in ids[: line - 1]:
            remedy = "Remove one of the two lines."
            raise InputError("is there twice", file=file, line=line, example=example, remedy=remedy)
    if ids and kind in UNFIT:
        raise InvalidValueError(
            UNFIT[kind], file=file, remedy="Remove the file, or create the project again, --independent."
        )
    return tuple(ids)


def plan_controls(
    server: Doccano,
    corpus: Corpus,
    name: str,
    project: DoccanoProject | None,
    articles: Collection[str],
    *,
    number: int = 0,
    kind: ProjectKind = "independent",
) -> Controls:
    """The controls that a project is to have: those on its list, and as many more as are missing. Nothing is written.

    Args:
        server: where the project is.
        corpus: whose gold the controls come from.
        name: of the project.
        project: as the server has it; None if it is not there yet.
        articles: the ids of the articles that are to be annotated there.
        number: how many controls are asked for.
        kind: of the project.

    Raises:
        InputError: if a listed control has no gold, or its article is to be annotated; for a list that is not valid.
        InvalidValueError: if there is not enough gold to draw from; for controls in a kind of project without.
    """
    if number and kind in UNFIT:
        raise InvalidValueError(UNFIT[kind], remedy="Take an independent project: --independent")
    file = controls_file(corpus, name)
    listed = read_controls(corpus, name, kind=kind)
    _require_other_articles(file, listed, articles)
    gold = {example.id: example.with_spans(()) for example in corpus.gold_examples()}
    for line, control in enumerate(listed, 1):
        if control not in gold:
            remedy = "Remove the line, or restore the gold: what annotators do there cannot be scored without."
            raise InputError("is a control without gold", file=file, line=line, example=control, remedy=remedy)
    missing = number - len(listed)
    new: tuple[str, ...] = ()
    if missing > 0:
        in_project = set(pushed_ids(server, project)).difference(listed)
        excluded = {*articles, *map(article_of, in_project)}
        free = (each for each in gold.values() if each.article not in excluded and each.id not in listed)
        pool = [each.id for each in free if each.text.strip()]  # Doccano takes no empty text
        if len(pool) < missing:
            raise _too_few(number, len(listed), len(pool))
        new = tuple(draw_controls(pool, missing, name))
    return Controls(file, tuple(gold[control] for control in sorted({*listed, *new})), new)


def draw_controls(pool: Iterable[str], number: int, seed: str) -> list[str]:
    """Some of these ids, drawn at random.

    Each has a rank that depends on nothing but itself and the seed, and the lowest ranks are drawn (bottom-k sampling,
    Cohen and Kaplan 2007): the next draw from what is left continues where this one ended.

    Args:
        pool: the ids, in any order.
        number: how many.
        seed: of the draw.
    """
    return sorted(sorted(pool, key=lambda example: (_random(seed, "rank", example), example))[:number])


def mix_controls(examples: Sequence[Example], controls: Iterable[Example], seed: str) -> list[Example]:
    """The examples in their order, with each control at a place of its own among them.

    Args:
        examples: n examples.
        controls: what is mixed in; each place depends on its id, the seed and n alone.
        seed: of the places.
    """
    before: dict[int, list[Example]] = {}
    for control in sorted(controls, key=lambda each: (_random(seed, "order", each.id), each.id)):
        place = int(_random(seed, "place", control.id) * (len(examples) + 1))
        before.setdefault(place, []).append(control)
    mixed: list[Example] = []
    for place, example in enumerate(examples):
        mixed += [*before.get(place, ()), example]
    return mixed + before.get(len(examples), [])


def _random(seed: str, use: str, example: str) -> float:
    """A number in [0, 1) that is the same on every machine and in every version of Python."""
    key = f"{seed}\n{use}\n{example}".encode("utf-8", "surrogatepass")  # a name on a command line can be any bytes
    return random.Random(key).random()  # noqa: S311  (a draw that can be repeated, no secret)


def pushed_ids(server: Doccano, project: DoccanoProject | None) -> Iterable[str]:
    """The ids of the examples in a project that goldspan pushed; none where there is no project."""
    for row in server.examples(project.id) if project is not None else ():
        if example := stored_id(row.meta):
            yield example


def _require_other_articles(file: Path, listed: Sequence[str], articles: Collection[str]) -> None:
    for line, control in enumerate(listed, 1):
        if article_of(control) in articles:
            raise InputError(
                "is a control of this project, and its article is to be annotated there",
                file=file,
                line=line,
                example=control,
                remedy="Name the other articles with --articles, take another project, or remove the line: what "
                "annotators did there is then pulled as all other work is.",
            )


def _too_few(number: int, listed: int, available: int) -> InvalidValueError:
    already = f"{listed} on the list already, " if listed else ""
    return InvalidValueError(
        f"{amount(number, 'control')} asked for: {already}{number - listed} to draw, and there is gold for {available}",
        remedy="Ask for fewer, or name fewer articles with --articles: controls are drawn from the gold of articles "
        "that are not in the project.",
    )


# Scores


@dataclass(frozen=True, slots=True)
class ControlError:
    """A stretch of a control where an annotator and gold differ; both in inline markup with some text around.

    Args:
        example: the id of the control.
        gold: what gold has there.
        theirs: what the annotator has there.
    """

    example: str
    gold: str
    theirs: str


@dataclass(frozen=True, slots=True)
class ControlRecord:
    """The scores of one annotator.

    Args:
        annotator: the name, or the pseudonym.
        examples: the ids of the controls that the annotator confirmed.
        overall: the counts over all labels.
        labels: by label, those of the scheme first, in its order.
        wrong: where the annotator and gold differ.
    """

    annotator: str
    examples: tuple[str, ...]
    overall: Counts
    labels: Mapping[str, Counts]
    wrong: tuple[ControlError, ...]

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "annotator": self.annotator,
            "examples": list(self.examples),
            "overall": self.overall.report(),
            "labels": {label: counts.report() for label, counts in self.labels.items()},
            "wrong": [{"example": error.example, GOLD: error.gold, THEIRS: error.theirs} for error in self.wrong],
        }


@dataclass(frozen=True, slots=True)
class ControlResult:
    """The scores of all annotators on the controls of a project.

    Args:
        present: the ids of the controls that the project has.
        records: of the annotators that confirmed some, by name.
        unscored: the ids of those that cannot be scored, and why.
        comments: what was written about controls.
    """

    present: tuple[str, ...] = ()
    records: tuple[ControlRecord, ...] = ()
    unscored: tuple[tuple[str, str], ...] = ()
    comments: tuple[AnnotatorComment, ...] = ()

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "there": list(self.present),
            "annotators": [record.json() for record in self.records],
            "not_scored": [{"example": example, "why": reason} for example, reason in self.unscored],
        }

    def table(self) -> Table:
        """A row per annotator, and below it one per label."""
        rows: list[tuple[str, ...]] = []
        for record in self.records:
            examples = f"{len(record.examples):,}"
            rows.append((record.annotator, "all", examples, *score_cells(record.overall, decimals=1)))
            rows += [("", label, "", *score_cells(counts, decimals=1)) for label, counts in record.labels.items()]
        note = (
            f"controls: how many the annotator confirmed, of {len(self.present):,} that are there; "
            "a span is right if gold has it exactly; shares in per cent"
        )
        return Table("Controls: the annotators against gold", note, HEADER, tuple(rows))


def split_controls(snapshot: Snapshot, ids: Collection[str]) -> tuple[Snapshot, Snapshot]:
    """What a project holds without its controls, and its controls alone."""
    controls = {number: copy for number, copy in snapshot.copies.items() if copy.id in ids}
    others = {number: copy for number, copy in snapshot.copies.items() if number not in controls}
    return replace(snapshot, copies=others), replace(snapshot, copies=controls, unread={})


def score_controls(
    corpus: Corpus, controls: Snapshot, pseudonyms: Mapping[str, str], types: LabelComparison = TRUSTED
) -> ControlResult:
    """The scores of everybody who confirmed controls.

    Args:
        corpus: whose gold they are compared with.
        controls: the controls alone, see `split_controls`.
        pseudonyms: by user name, where a pseudonym replaces it.
        types: the label types of the project, compared with the scheme.

    Raises:
        InputError: if the gold cannot be read.
    """
    articles = sorted({article_of(example) for example in controls.by_id})
    gold = {example.id: example for example in corpus.gold_examples(articles)}
    confirmed: dict[str, list[tuple[Example, AnnotatorWork]]] = {}
    unscored: list[tuple[str, str]] = []
    comments: list[AnnotatorComment] = []
    for example, copies in sorted(controls.by_id.items()):
        comments += [
            AnnotatorComment(annotator, example, text)
            for copy in copies
            for annotator, work in copy.work.items()
            for text in work.comments
        ]
        copy = copy_worked_on(copies, shared=False)
        if reason := _why_unscored(copy, gold.get(example), types):
            unscored.append((example, reason))
            continue
        assert copy is not None
        for annotator, work in copy.work.items():
            if work.confirmed:
                name = pseudonyms.get(annotator, annotator)
                confirmed.setdefault(name, []).append((gold[example], work))
    records = tuple(_record(name, confirmed[name], corpus.scheme.names) for name in sorted(confirmed))
    return ControlResult(tuple(sorted(controls.by_id)), records, tuple(unscored), tuple(comments))


def _why_unscored(copy: StoredExample | None, gold: Example | None, types: LabelComparison) -> str:
    """Why a control cannot be scored; empty if it can."""
    if copy is None:
        return "several copies of it were worked on"
    if gold is None:
        return "it has no gold any more"
    if copy.held_back is not None:
        return copy.held_back.reason
    if copy.corruption or not is_text_of(copy.text, gold.text):
        return copy.corruption or "its gold has another text now"
    marked = [*gold.spans, *(span for work in copy.work.values() for span in work.spans)]
    doubts = {**types.gone, **types.mixed, **{name: types.unknown[name] for name in types.unclear}}
    return next((doubts[span.label].message for span in marked if span.label in doubts), "")


def _record(annotator: str, work: Sequence[tuple[Example, AnnotatorWork]], labels: Sequence[str]) -> ControlRecord:
    scores = score_annotator(
        ((gold.spans, theirs.spans) for gold, theirs in work),
        labels,
        invalid=(span.label for _, theirs in work for span in _wrong_marks(theirs)),
    )
    return ControlRecord(
        annotator,
        tuple(gold.id for gold, _ in work),
        scores.overall,
        {label: counts for label, counts in scores.labels.items() if counts.gold or counts.predicted},
        tuple(error for gold, theirs in work for error in _errors(gold, theirs)),
    )


def _wrong_marks(work: AnnotatorWork) -> Iterator[InvalidSpan]:
    """What the annotator marked and is no valid span; a span that was drawn twice counts once."""
    return (span for span in work.invalid if span.reason != DUPLICATE)


def _errors(gold: Example, work: AnnotatorWork) -> Iterator[ControlError]:
    for dispute in settle({GOLD: gold, THEIRS: gold.with_spans(work.spans)}).disputes:
        spans = {who: candidate.spans for candidate in dispute.candidates for who in candidate.by}
        excerpts = (
            inline.excerpt(gold.text, spans[who], dispute.start, dispute.end, around=AROUND) for who in (GOLD, THEIRS)
        )
        yield ControlError(gold.id, *excerpts)
    for span in _wrong_marks(work):
        yield ControlError(gold.id, "nothing", f"[{span.start}, {span.end}, {span.label}], which {span.reason}")
