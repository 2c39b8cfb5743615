"""What became of the suggestions that annotators saw: by recogniser, rule, score and annotator.

What was shown stands in `corpus/shown/<project>/`. What an annotator made of it stands in the lines of their pass
with the key `aided` and the name of that project. Where all annotators of a project in Doccano shared its spans,
their work is in gold, and stands under the name `all`. The outcome of a suggestion is known where its example is
confirmed, and *open* where it is not yet. It is *unknown* where the confirmed text is another, or the annotator
confirmed the example without these suggestions: such examples are named.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan.corpus.folder_names import file_name_of
from goldspan.corpus.passes import aided_by, classify
from goldspan.corpus.shown_suggestions import TWO_LINES, UNAIDED, shown_folder
from goldspan.doccano.corpus_record import read_record
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import gold
from goldspan.formats.record import LocatedExample
from goldspan.suggest.suggester import RECOGNISERS, RULES, SCORES
from goldspan.suggest.suggestion_outcomes import suggestion_outcomes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example, Span
    from goldspan.corpus import Corpus
    from goldspan.doccano.corpus_record import DoccanoRecord
    from goldspan.suggest.suggestion_outcomes import ExampleOutcomes, Outcome

ALL = "all"  # in place of an annotator: those who shared the spans of a project
NOBODY = ""  # in place of an annotator: who is to read a project is not known yet


@dataclass(frozen=True, slots=True)
class ShownSpan:
    """A suggestion as it was shown.

    Args:
        span: its extent and label.
        rule: that found it.
        recogniser: that found it.
        score: between 0 and 1; None if it has none.
    """

    span: Span
    rule: str
    recogniser: str
    score: float | None


@dataclass(frozen=True, slots=True)
class ShownExample:
    """An example as it was shown in a project.

    Args:
        example: its text, and as spans the suggestions.
        suggestions: what was shown there, in the order of the spans.
    """

    example: Example
    suggestions: tuple[ShownSpan, ...]


@dataclass(frozen=True, slots=True)
class JudgedExample:
    """An example that an annotator confirmed who saw suggestions in it.

    Args:
        annotator: the name of their pass, or `all`.
        project: the name of the project in Doccano that showed them.
        shown: what was shown there.
        marked: what the annotator made of it.
        outcomes: what became of each suggestion, and what was added.
        gold: the spans of gold there; None if there is no gold, or gold is the work of the annotators itself.
    """

    annotator: str
    project: str
    shown: ShownExample
    marked: tuple[Span, ...]
    outcomes: ExampleOutcomes
    gold: frozenset[Span] | None = None

    @property
    def article(self) -> str:
        """The id of its article."""
        return self.shown.example.article

    def changes(self) -> Iterator[tuple[ShownSpan, Outcome, Span | None]]:
        """Each suggestion with its outcome and the span that it became."""
        return zip(self.shown.suggestions, self.outcomes.outcomes, self.outcomes.became, strict=True)


@dataclass(frozen=True)
class ReviewedSuggestions:
    """What became of the suggestions of some projects.

    Args:
        projects: their names, sorted.
        examples: those that were confirmed, by project, annotator and place.
        open_suggestions: by annotator how many suggestions are in examples that are not confirmed yet.
        open_examples: by annotator how many such examples there are.
        other_text: the examples whose confirmed text is not the one that was shown, with the annotator.
        not_as_shown: the examples that an annotator confirmed without these suggestions, with the annotator.
        not_recorded: the aided examples of which it is not recorded what was shown, with the annotator.
    """

    projects: tuple[str, ...]
    examples: tuple[JudgedExample, ...] = ()
    open_suggestions: Mapping[str, int] = field(default_factory=dict)
    open_examples: Mapping[str, int] = field(default_factory=dict)
    other_text: tuple[tuple[str, str], ...] = ()
    not_as_shown: tuple[tuple[str, str], ...] = ()
    not_recorded: tuple[tuple[str, str], ...] = ()

    @property
    def annotators(self) -> tuple[str, ...]:
        """Who judged suggestions or is to judge some, sorted; who is not known comes last."""
        names = {one.annotator for one in self.examples} | set(self.open_examples)
        return tuple(sorted(names, key=lambda name: (name == NOBODY, name)))

    def json(self) -> list[dict[str, Any]]:
        """Each suggestion and each span that was added, in the order of the examples."""
        rows: list[dict[str, Any]] = []
        for one in self.examples:
            example = one.shown.example
            place = {"annotator": one.annotator, "project": one.project, "example": example.id}
            for shown, outcome, became in one.changes():
                rows.append(
                    place
                    | {
                        "outcome": outcome,
                        "suggestion": _span(example, shown.span),
                        "became": None if became is None else _span(example, became),
                        "rule": shown.rule,
                        "recogniser": shown.recogniser,
                        "score": shown.score,
                        "in_gold": None if one.gold is None else shown.span in one.gold,
                    }
                )
            rows += [place | {"outcome": "added", "became": _span(example, span)} for span in one.outcomes.added]
        return rows


def review_suggestions(
    corpus: Corpus, projects: Sequence[str] = (), articles: Collection[str] = ()
) -> ReviewedSuggestions:
    """What became of the suggestions that were shown in some projects.

    Args:
        corpus: the project.
        projects: the names of projects in Doccano, or of rounds; all of which something is recorded if none is named.
        articles: the ids of the articles wanted; all if none is named.

    Raises:
        NotFoundError: if nothing was ever shown, or nothing in a project that is named.
        InputError: for the first line that is not valid, and for an article that the manifest does not list.
    """
    if articles:
        corpus.select_entries(articles)
    record = read_record(corpus)
    passes = {name: _pass_lines(corpus, name) for name in corpus.annotators()}
    named = {one.project for lines in passes.values() for one in lines if one.project}
    folders = _folders(corpus, projects, named, record)
    collected = _Collected(set(articles))
    of_gold = {example.id: example for example in corpus.gold_examples()} if folders else {}
    for project, folder in folders.items():
        shown = {one.example.id: one for one in _read_shown(folder) if collected.wants(one.example)}
        readers = [name for name, lines in passes.items() if any(one.project == project for one in lines)]
        member = _member(record, project)
        if member is not None and member not in readers:
            readers.append(member)
        for name in readers:
            collected.add_pass(name, project, shown, passes.get(name, []), of_gold)
        if not readers and _is_shared(record, project):
            collected.add_gold(project, shown, of_gold)
        elif not readers:
            collected.add_open(NOBODY, shown.values())
    for project in sorted(named - folders.keys()) if not projects else ():
        for name, lines in passes.items():
            collected.add_pass(name, project, {}, lines, of_gold)
    return collected.result(tuple(folders))


@dataclass(frozen=True, slots=True)
class _PassLine:
    """A line of a pass: the project whose suggestions were seen, and whether it is confirmed."""

    example: Example
    project: str | None
    confirmed: bool


def _pass_lines(corpus: Corpus, annotator: str) -> list[_PassLine]:
    found = []
    for path in sorted((corpus.passes / annotator).glob("*.jsonl")):
        lines = [LocatedExample.of(record) for record in gold.scan(path)]
        for line, cause in classify(lines):
            try:
                project = aided_by(line.example)
            except InputError as error:
                raise InputError(
                    error.message, file=path, line=line.line, example=error.example, remedy=error.remedy
                ) from error
            found.append(_PassLine(line.example, project, cause is None))
    return found


def _folders(corpus: Corpus, projects: Sequence[str], named: Collection[str], record: DoccanoRecord) -> dict[str, Path]:
    """The folder of what was shown in each project, by the name of the project."""
    there = [path for path in sorted(corpus.shown.iterdir()) if path.is_dir()] if corpus.shown.is_dir() else []
    if not there:
        raise NotFoundError(
            "no suggestions were shown to annotators",
            file=corpus.shown,
            remedy="goldspan doccano push --suggestions records here what it fills in.",
        )
    known = {file_name_of(name): name for name in {*named, *(one.name for one in record.projects)}}
    found = {known.get(path.name, path.name): path for path in there}
    of_round: defaultdict[str, list[str]] = defaultdict(list)
    for one in record.projects:
        if one.round is not None and one.name in found:
            of_round[one.round].append(one.name)
    wanted: list[str] = []
    for name in projects:
        chosen = [name] if name in found else sorted(set(of_round[name]))
        if not chosen:
            raise NotFoundError(
                f"no suggestions are recorded of a project {name!r}",
                file=shown_folder(corpus, name),
                remedy=f"There are those of {', '.join(sorted(found))}.",
            )
        wanted += chosen
    return {name: found[name] for name in sorted(set(wanted) or found)}


def _read_shown(folder: Path) -> Iterator[ShownExample]:
    """What was shown in a project.

    Raises:
        InputError: for a line that is not valid, for one without rule, score and recogniser for each of its spans, and
            for what an interrupted push left.
    """
    for path in sorted(folder.glob("*.jsonl")):
        seen: set[str] = set()
        for record in gold.scan(path):
            if isinstance(record, InputError):
                raise record
            example = LocatedExample.of(record).example
            if example.id in seen or UNAIDED in record.extra:
                raise InputError(
                    "is half written: which of two lines was shown is not known",
                    file=path,
                    line=record.line,
                    example=example.id,
                    remedy=TWO_LINES,
                )
            seen.add(example.id)
            columns = [record.extra.get(key, []) for key in (RULES, SCORES, RECOGNISERS)]
            if not all(isinstance(column, list) and len(column) == len(record.spans) for column in columns):
                raise InputError(
                    f"{RULES!r}, {SCORES!r} and {RECOGNISERS!r} are not lists with a value for each span",
                    file=path,
                    line=record.line,
                    example=example.id,
                    remedy="Restore the file from git: a push wrote it, and nobody edits it.",
                )
            of_span = dict(zip((span[:3] for span in record.spans), zip(*columns, strict=True), strict=True))
            yield ShownExample(example, tuple(_shown(span, of_span) for span in example.spans))


def _shown(span: Span, columns: Mapping[tuple[int, int, str], tuple[Any, ...]]) -> ShownSpan:
    rule, score, recogniser = columns[span.start, span.end, span.label]
    return ShownSpan(span, str(rule), str(recogniser), None if score is None else float(score))


def _member(record: DoccanoRecord, project: str) -> str | None:
    """The folder of passes of the member whose project it is; None for a shared one, or if it is not known yet."""
    members = {one.member for one in record.projects if one.name == project and one.member is not None}
    return next((one.passes for one in record.accounts if one.name in members), None)


def _is_shared(record: DoccanoRecord, project: str) -> bool:
    """Whether all annotators of a project share its spans, so that their work is in gold."""
    members = [one.member for one in record.projects if one.name == project]
    return bool(members) and not any(members)


class _Collected:
    """What is collected project by project.

    Args:
        articles: the ids of those wanted; empty for all.
    """

    def __init__(self, articles: set[str]) -> None:
        self._articles = articles
        self._examples: list[JudgedExample] = []
        self._open_suggestions: Counter[str] = Counter()
        self._open_examples: Counter[str] = Counter()
        self._other_text: list[tuple[str, str]] = []
        self._not_as_shown: list[tuple[str, str]] = []
        self._not_recorded: list[tuple[str, str]] = []

    def wants(self, example: Example) -> bool:
        """Whether the article of an example is wanted."""
        return not self._articles or example.article in self._articles

    def add_pass(
        self,
        annotator: str,
        project: str,
        shown: Mapping[str, ShownExample],
        lines: Sequence[_PassLine],
        of_gold: Mapping[str, Example],
    ) -> None:
        """Add what an annotator made of the suggestions of a project."""
        confirmed = {one.example.id: one for one in lines if one.confirmed}
        pairs, unread = [], []
        for example, of_example in shown.items():
            line = confirmed.get(example)
            if line is None:
                unread.append(of_example)
            elif line.project != project:
                self._not_as_shown.append((annotator, example))
            elif line.example.text != of_example.example.text:
                self._other_text.append((annotator, example))
            else:
                pairs.append((of_example, line.example))
        self.add_open(annotator, unread)
        self._add(annotator, project, pairs, of_gold)
        self._not_recorded += [
            (annotator, example)
            for example, line in confirmed.items()
            if line.project == project and example not in shown and self.wants(line.example)
        ]

    def add_gold(self, project: str, shown: Mapping[str, ShownExample], of_gold: Mapping[str, Example]) -> None:
        """Add what all annotators of a project who shared its spans made of its suggestions."""
        pairs, unread = [], []
        for example, of_example in shown.items():
            made = of_gold.get(example)
            if made is None or not made.is_annotated or made.unannotated_parts:
                unread.append(of_example)
            elif made.text != of_example.example.text:
                self._other_text.append((ALL, example))
            else:
                pairs.append((of_example, made))
        self.add_open(ALL, unread)
        self._add(ALL, project, pairs, {})

    def add_open(self, annotator: str, examples: Collection[ShownExample]) -> None:
        """Add examples that are not confirmed yet."""
        if examples:
            self._open_examples[annotator] += len(examples)
            self._open_suggestions[annotator] += sum(len(one.suggestions) for one in examples)

    def _add(
        self,
        annotator: str,
        project: str,
        pairs: Sequence[tuple[ShownExample, Example]],
        of_gold: Mapping[str, Example],
    ) -> None:
        suggested = [of_example.example.spans for of_example, _ in pairs]
        outcomes = suggestion_outcomes(suggested, [made.spans for _, made in pairs])
        for (of_example, made), found in zip(pairs, outcomes, strict=True):
            decided = of_gold.get(made.id)
            is_whole = decided is not None and decided.text == made.text and not decided.unannotated_parts
            spans = frozenset(decided.spans) if decided is not None and is_whole else None
            self._examples.append(JudgedExample(annotator, project, of_example, made.spans, found, spans))

    def result(self, projects: tuple[str, ...]) -> ReviewedSuggestions:
        """All that was collected."""
        order = sorted(self._examples, key=lambda one: (one.project, one.annotator, one.article, one.shown.example.at))
        return ReviewedSuggestions(
            projects,
            tuple(order),
            dict(self._open_suggestions),
            dict(self._open_examples),
            tuple(sorted(self._other_text)),
            tuple(sorted(self._not_as_shown)),
            tuple(sorted(self._not_recorded)),
        )


def _span(example: Example, span: Span) -> list[int | str]:
    return [span.start, span.end, span.label, example.surface(span)]
