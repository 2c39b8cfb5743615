"""`corpus/audits/<name>/`: an audit of what suggestions do to those who read them, as it was planned before they did.

    plan.json                      the seed, the rates, the annotators and the half of the articles that each sees with
                                   suggestions, the primary test and its power; see `goldspan.audit`
    suggestions/<article>.jsonl    the suggestions as they are shown, with the planted errors among them

    {"name": "spring", "made": "2026-03-01", "seed": 7, "annotators": ["a1", "a2"], "articles": ["a", "b"],
     "aided": {"a1": ["a"], "a2": ["b"]}, "rates": {"spurious": 0.13, "edge": 0.13, "label": 0.13, "omitted": 0.1},
     "densest": 0.4, "primary": {"measure": "acceptance", "alternative": "greater", "level": 0.05}, "redraws": 9999,
     "power": {…}, "suggestions": {"a": "9f2c…", "b": "11ab…"}, "digest": "4e07…"}

A planted error is known by a line's key `planted`: a list of objects with its kind (`spurious`, `edge`, `label`,
`omitted`), what is shown (`[start, end, label, surface]`, null for an omitted one) and what had been suggested there
(null for a spurious one). Planted spans never reach gold: see `goldspan.adjudication`.

Neither the plan nor its suggestions may change: a plan that is changed after somebody has read is none. `suggestions`
has the SHA-256 of each file, `digest` that of the plan without this key. A change of labels and a withdrawal write both
anew. The suggestions of an article that was withdrawn are gone; the plan keeps its id.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from goldspan import files, formats, strict_json
from goldspan.annotation import Span, article_of
from goldspan.corpus.folder_names import folder_name_problem
from goldspan.errors import InputError, InvalidValueError, NotFoundError
from goldspan.formats import gold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus

FOLDER = "audits"
PLAN = "plan.json"
SUGGESTIONS = "suggestions"
PLANTED = "planted"  # the key of a line
RULE = "planted."  # what the rule of a planted span begins with, before its kind
Kind = Literal["spurious", "edge", "label", "omitted"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WRONG: tuple[Kind, ...] = ("spurious", "edge", "label")  # of which something is shown
Measure = Literal["acceptance", "omission"]
Alternative = Literal["greater", "two-sided"]
REMEDY = "Restore the file from git: `goldspan audit plan` writes it once, and nobody changes it."
ROW = 4  # values of a span in a file


@dataclass(frozen=True, slots=True)
class PlantedSuggestion:
    """An error among the suggestions of an audit.

    Args:
        kind: `spurious` where nothing had been suggested, `edge` where an edge was moved by a token, `label` where the
            label was changed, `omitted` where a suggestion was left out.
        shown: the wrong span; None for an omitted one.
        suggested: what had been suggested there; None for a spurious one.
    """

    kind: Kind
    shown: Span | None
    suggested: Span | None

    @property
    def spans(self) -> tuple[Span, ...]:
        """What is shown and what had been suggested, as far as there is either."""
        return tuple(span for span in (self.shown, self.suggested) if span is not None)

    @property
    def start(self) -> int:
        """Where its region begins, in code points."""
        return min(span.start for span in self.spans)

    @property
    def end(self) -> int:
        """Where its region ends."""
        return max(span.end for span in self.spans)

    def json(self, text: str) -> dict[str, Any]:
        """What the key `planted` has of it.

        Args:
            text: of its example.
        """
        return {"kind": self.kind, "shown": _row(self.shown, text), "suggested": _row(self.suggested, text)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantingRates:
    """How many errors are planted of each kind, as shares of the suggestions of an article."""

    spurious: float = 0.13
    edge: float = 0.13
    label: float = 0.13
    omitted: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimaryTest:
    """The one test by which an audit is judged, named before anybody reads.

    Args:
        measure: `acceptance` (of planted spans) or `omission` (of what was left out).
        alternative: `greater` if only an excess counts, else `two-sided`.
        level: the largest p that counts as evidence.
    """

    measure: Measure = "acceptance"
    alternative: Alternative = "greater"
    level: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPower:
    """How likely the primary test finds an excess, by simulation, and what was assumed.

    Args:
        excess: that is to be found, as a share.
        base: the share of planted errors that unaided readers make themselves.
        between_annotators, between_articles, between_errors: standard deviations of the logits.
        runs: how many audits were simulated.
        power: in what share of them the test found it.
        articles: how many articles would have a power of 0.8; None if it has that, or if no number tried does.
    """

    excess: float
    base: float
    between_annotators: float
    between_articles: float
    between_errors: float
    runs: int
    power: float
    articles: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """The plan of an audit as its file has it; the docstring of this module shows one."""

    name: str
    made: str
    seed: int
    annotators: list[str]
    articles: list[str]
    aided: dict[str, list[str]]
    rates: PlantingRates
    densest: float
    primary: PrimaryTest
    redraws: int
    power: PlannedPower
    suggestions: dict[str, str]
    digest: str = ""

    @property
    def stated_digest(self) -> str:
        """The SHA-256 of all of it but the digest."""
        row = asdict(self)
        row.pop("digest")
        return hashlib.sha256(files.dumps(row).encode("utf-8")).hexdigest()

    def text(self) -> str:
        """The content of its file, with the digest that it must have: a line for each key."""
        row = asdict(replace(self, digest=self.stated_digest))
        return "{\n" + ",\n".join(f"{files.dumps(key)}: {files.dumps(value)}" for key, value in row.items()) + "\n}\n"


@dataclass(frozen=True)
class Audit:
    """An audit as it was planned.

    Args:
        folder: with its files.
        record: the plan.
        examples: by id, the examples of its articles with what is shown there, without those of withdrawn articles.
        planted: by id, the planted errors of the examples that have some, in the order of the text.
    """

    folder: Path
    record: AuditRecord
    examples: Mapping[str, Example] = field(default_factory=dict, repr=False)
    planted: Mapping[str, tuple[PlantedSuggestion, ...]] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The name of the audit."""
        return self.record.name

    @property
    def annotators(self) -> tuple[str, ...]:
        """The folders of the passes of its annotators, sorted."""
        return tuple(self.record.annotators)

    @property
    def articles(self) -> tuple[str, ...]:
        """The ids of its articles, in the order of the plan, also of those that were withdrawn."""
        return tuple(self.record.articles)

    @property
    def aided(self) -> Mapping[str, Sequence[str]]:
        """By the folder of an annotator's passes, the articles that they see with suggestions."""
        return self.record.aided

    @property
    def suggestions_folder(self) -> Path:
        """The folder with the suggestions that are shown, a file per article."""
        return self.folder / SUGGESTIONS

    @cached_property
    def withdrawn(self) -> tuple[str, ...]:
        """The articles whose suggestions are gone."""
        there = {example.article for example in self.examples.values()}
        return tuple(name for name in self.articles if name not in there)

    def shown_to(self, folder: str) -> tuple[str, ...]:
        """The articles that an annotator sees with suggestions; none for somebody who has no part in it.

        Args:
            folder: of their passes.
        """
        return tuple(self.aided.get(folder, ()))


def audit_folder(corpus: Corpus, name: str) -> Path:
    """The folder of an audit, be it there or not.

    Raises:
        InvalidValueError: for a name that no folder can have.
    """
    if problem := folder_name_problem(name):
        raise InvalidValueError(f"the name {name!r} of an audit {problem}", remedy="Name it with letters and digits.")
    return corpus.audits / name


def audit_names(corpus: Corpus) -> list[str]:
    """The names of the audits of a project, sorted: of all folders with a file, be it a plan or not."""
    if not corpus.audits.is_dir():
        return []
    folders = [path for path in corpus.audits.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return sorted(path.name for path in folders if any(one.is_file() for one in path.rglob("*")))


def read_audit(corpus: Corpus, name: str) -> Audit:
    """An audit of a project.

    Raises:
        NotFoundError: if there is none of this name.
        InputError: naming file, line and example, for a plan or suggestions that are not valid or were changed.
        InvalidValueError: for a name that no folder can have.
    """
    folder = audit_folder(corpus, name)
    path = folder / PLAN
    if not files.is_there(path):
        known = audit_names(corpus)
        remedy = f"The audits are {', '.join(known)}." if known else "Plan one: goldspan audit plan NAME --apply"
        raise NotFoundError(f"there is no audit {name!r}", file=path, remedy=remedy)
    from goldspan import validation  # here, since it imports pydantic

    record = validation.parse_json(files.read_bytes(path), AuditRecord, path, 1, REMEDY)
    _validate(record, name, path)
    listed = {entry.id for entry in corpus.entries}
    examples: dict[str, Example] = {}
    planted: dict[str, tuple[PlantedSuggestion, ...]] = {}
    for article in record.articles:
        file = folder / SUGGESTIONS / f"{article}.jsonl"
        if not files.is_there(file):
            if article in listed:
                raise InputError("is missing", file=file, remedy=REMEDY)
            continue
        if files.sha256(file) != record.suggestions[article]:
            raise InputError("was changed after the audit was planned", file=file, remedy=REMEDY)
        for number, raw in files.lines(files.read_bytes(file)):
            example = gold.parse(raw, file, number).example()
            if example.article != article or example.id in examples:
                message = "is there twice, or of another article"
                raise InputError(message, file=file, line=number, example=example.id, remedy=REMEDY)
            examples[example.id] = example
            if errors := _planted_errors(example, file, number):
                planted[example.id] = errors
    return Audit(folder, record, examples, planted)


def _validate(record: AuditRecord, name: str, path: Path) -> None:
    """Refuse a plan that contradicts itself, or that somebody changed."""
    shown = [article for articles in record.aided.values() for article in articles]
    problem = ""
    if record.digest != record.stated_digest:
        problem = "was changed after the audit was planned: its digest is another"
    elif record.name != name:
        problem = f"is the plan of {record.name!r}"
    elif [*record.aided] != record.annotators or record.annotators != sorted({*record.annotators}):
        problem = "the annotators are not sorted, or not those of 'aided'"
    elif len({*record.articles}) != len(record.articles) or not {*shown} <= {*record.articles}:
        problem = "an article is there twice, or is shown to somebody and not listed"
    elif {*record.suggestions} != {*record.articles}:
        problem = "'suggestions' is not about the articles"
    if problem:
        raise InputError(problem, file=path, remedy=REMEDY)


def _planted_errors(example: Example, file: Path, number: int) -> tuple[PlantedSuggestion, ...]:
    """The planted errors of a line, in the order of the text.

    Raises:
        InputError: for what is no planted error of this line.
    """
    value = example.extra.get(PLANTED, [])
    found = []
    for one in value if isinstance(value, list) else [value]:
        error = _planted_error(one, example)
        if error is None or (error.shown is not None and error.shown not in example.spans):
            message = f"{PLANTED!r} has {one!r:.80}, which is no error planted in this line"
            raise InputError(message, file=file, line=number, example=example.id, remedy=REMEDY)
        found.append(error)
    return tuple(sorted(found, key=lambda error: (error.start, error.end)))


def _planted_error(value: object, example: Example) -> PlantedSuggestion | None:
    """A planted error as a line states it; None if it is none."""
    match value:
        case {"kind": kind, "shown": shown, "suggested": suggested, **rest} if not rest and kind in KINDS:
            rows = (shown, suggested)
        case _:
            return None
    spans = [None if row is None else _span(row, example) for row in rows]
    if any(span is None and row is not None for span, row in zip(spans, rows, strict=True)):
        return None
    if ((spans[0] is None) is not (kind == "omitted")) or ((spans[1] is None) is not (kind == "spurious")):
        return None
    return PlantedSuggestion(kind, spans[0], spans[1])


def _span(row: object, example: Example) -> Span | None:
    """A span of a file; None if it is none, or covers other words than it says."""
    match row:
        case [int(start), int(end), str(label), str(surface)] if bool not in {type(start), type(end)} and label:
            is_inside = 0 <= start < end <= len(example.text)
            return Span(start, end, label) if is_inside and example.text[start:end] == surface else None
    return None


def _row(span: Span | None, text: str) -> list[Any] | None:
    return None if span is None else [span.start, span.end, span.label, text[span.start : span.end]]


@dataclass(frozen=True, slots=True)
class ShownError:
    """A planted error, and who was shown it.

    Args:
        error: the error.
        text: of its example, as it was shown.
        audit: the name of the audit.
        readers: the folders of the passes of those who, by the plan, saw it.
    """

    error: PlantedSuggestion
    text: str
    audit: str
    readers: frozenset[str]

    def relabelled(self, label_of: Callable[[str, str], str]) -> ShownError:
        """The error with other labels.

        Args:
            label_of: gives the label of a span with these words and this label.
        """
        spans = [
            None if one is None else replace(one, label=label_of(self.text[one.start : one.end], one.label))
            for one in (self.error.shown, self.error.suggested)
        ]
        return replace(self, error=PlantedSuggestion(self.error.kind, spans[0], spans[1]))


def shown_errors(corpus: Corpus) -> dict[str, tuple[ShownError, ...]]:
    """All planted errors of a project, by example.

    Raises:
        InputError: as `read_audit`; for a planted span that was shown and is of no audit that is there.
    """
    found: defaultdict[str, list[ShownError]] = defaultdict(list)
    for name in audit_names(corpus):
        audit = read_audit(corpus, name)
        for example, errors in audit.planted.items():
            article = audit.examples[example].article
            readers = frozenset(folder for folder in audit.annotators if article in audit.aided[folder])
            text = audit.examples[example].text
            found[example] += [ShownError(error, text, name, readers) for error in errors]
    for file, example in _shown_with_planted(corpus):
        if example not in found:
            message = "an audit planted a span that was shown here, and corpus/audits does not have it"
            raise InputError(message, file=file, example=example, remedy="Restore corpus/audits from git.")
    return {example: tuple(errors) for example, errors in found.items()}


def _shown_with_planted(corpus: Corpus) -> Iterator[tuple[Path, str]]:
    """The examples in which `corpus/shown` has a planted span, with their files."""
    for path in sorted(corpus.shown.glob("*/*.jsonl")):
        if RULE.encode() in files.read_bytes(path):  # most files have none, and need not be parsed
            for example in formats.load(path, "gold"):
                rules = example.extra.get("rules")
                if isinstance(rules, list) and any(isinstance(rule, str) and rule.startswith(RULE) for rule in rules):
                    yield path, example.id


def relabelled_audits(corpus: Corpus, label_of: Callable[[str, str], str]) -> Iterator[tuple[Path, bytes]]:
    """The files of audits with other labels; those that stay as they are are left out.

    Args:
        corpus: the project.
        label_of: gives the label of a span with these words and this label.

    Raises:
        InputError: as `read_audit`.
    """
    for name in audit_names(corpus):
        audit = read_audit(corpus, name)
        digests = dict(audit.record.suggestions)
        for article in audit.articles:
            path = audit.suggestions_folder / f"{article}.jsonl"
            if article in audit.withdrawn:
                continue
            before = files.read_bytes(path)
            after = b"".join(_relabelled_line(raw, label_of) for _, raw in files.lines(before))
            if after != before:
                digests[article] = hashlib.sha256(after).hexdigest()
                yield path, after
        if digests != audit.record.suggestions:
            yield audit.folder / PLAN, replace(audit.record, suggestions=digests).text().encode("utf-8")


def _relabelled_line(raw: bytes, label_of: Callable[[str, str], str]) -> bytes:
    """A line of suggestions with other labels."""
    value = strict_json.loads(raw)
    rows = [*value["spans"]]
    for error in value.get(PLANTED, ()):
        rows += [row for row in (error["shown"], error["suggested"]) if row is not None]
    if all(label_of(row[3], row[2]) == row[2] for row in rows):
        return raw + b"\n"
    for row in rows:
        row[2] = label_of(row[3], row[2])
    return (files.dumps(value) + "\n").encode("utf-8")


def renamed_annotators(corpus: Corpus, names: Mapping[str, str]) -> Iterator[tuple[Path, bytes]]:
    """The plans of audits with other names for some annotators; those that stay as they are are left out.

    Args:
        corpus: the project.
        names: the new name of the folder of passes, by the old one.

    Raises:
        InputError: as `read_audit`.
    """
    for name in audit_names(corpus):
        record = read_audit(corpus, name).record
        if names.keys() & {*record.annotators}:
            aided = {names.get(folder, folder): articles for folder, articles in record.aided.items()}
            ordered = {folder: aided[folder] for folder in sorted(aided)}
            renamed = replace(record, annotators=[*ordered], aided=ordered)
            yield corpus.audits / name / PLAN, renamed.text().encode("utf-8")


def audited_articles(corpus: Corpus) -> dict[str, str]:
    """By the id of each article that is in an audit the name of the last such audit.

    Raises:
        InputError: as `read_audit`.
    """
    return {article: name for name in audit_names(corpus) for article in read_audit(corpus, name).articles}


def unread_articles(corpus: Corpus, articles: Collection[str]) -> dict[str, str]:
    """By the id of each of these articles the name of an audit in which an annotator has not read it yet.

    Raises:
        InputError: as `read_audit`, and for a pass that cannot be read.
    """
    unread: dict[str, str] = {}
    for name in audit_names(corpus):
        audit = read_audit(corpus, name)
        chosen = [article for article in audit.articles if article in articles]
        wanted = {example.id for example in audit.examples.values() if example.article in chosen}
        for annotator in audit.annotators if wanted else ():
            read = {example.id for example in corpus.confirmed_examples(annotator, chosen)}
            unread |= {article_of(example): name for example in wanted - read}
    return unread


def planted_line(example: Example, errors: Sequence[PlantedSuggestion]) -> str:
    """The line of an example with what is shown in it.

    Args:
        example: with the spans that are shown.
        errors: those that are planted there.
    """
    extra = dict(example.extra)
    if errors:
        extra[PLANTED] = [error.json(example.text) for error in errors]
    return gold.line(replace(example, extra=extra))


def read_suggestions(corpus: Corpus, article: str) -> list[Example]:
    """The suggestions of an article, as `goldspan suggest` wrote them.

    Raises:
        NotFoundError: if it has none.
        InputError: for the first line that is not valid.
    """
    path = corpus.suggestions / f"{article}.jsonl"
    if not files.is_there(path):
        raise NotFoundError(
            f"the article {article} has no suggestions", file=path, remedy="Make them: goldspan suggest"
        )
    return list(formats.load(path, "gold"))
