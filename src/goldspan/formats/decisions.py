"""Decisions on disputed regions of texts: the choice, its author and its rule; one a line.

    {"example": "a.p03", "sha256": "9f2c…", "region": [4, 16],
     "candidates": [{"spans": [[4, 16, "UNIT", "72nd Brigade"]], "by": ["ann", "ben"]}, {"spans": [], "by": ["cy"]}],
     "choice": [[4, 16, "UNIT", "72nd Brigade"]], "how": "adjudicated", "by": "lea", "when": "2026-03-01",
     "rule": "MU-5", "guidelines": "1.0", "reason": "the designation alone", "outcome": "slip"}

A region is half-open and counts code points, as spans do. The candidates are the annotators' spans inside it: a
decision is valid as long as the text and their votes have not changed. Gold that is not from two annotators has one
candidate, the spans that gold had there, by nobody. Rule and reason are null where none was given. The outcome says
why annotators differed: an annotator's slip, a rule that is unclear, a rule that is missing, a text that has two
readings. The key is left out where none is stated.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from goldspan import files, strict_json
from goldspan.annotation import Span, first_overlap
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.json_lines import json_object, numbered
from goldspan.project_schema import without_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

How = Literal["adjudicated", "majority", "hand"]
HOWS = get_args(How)
Outcome = Literal["slip", "unclear-rule", "missing-rule", "ambiguous-text"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
OUTCOME = "outcome"  # a key that is left out where none is stated
STRINGS = ("example", "sha256", "how", "by", "when", "guidelines")
KEYS = ("example", "sha256", "region", "candidates", "choice", "how", "by", "when", "rule", "guidelines", "reason")
REMEDY = f"A decision has the keys {', '.join(KEYS)}, and may have {OUTCOME}; see corpus/decisions in the README."


@dataclass(frozen=True, slots=True)
class Candidate:
    """The spans that one or more annotators marked in a region.

    Args:
        spans: sorted; empty where they marked nothing.
        by: the names of these annotators, sorted; empty for the spans that gold had, from no two annotators.
    """

    spans: tuple[Span, ...]
    by: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", tuple(sorted(self.spans)))
        object.__setattr__(self, "by", tuple(sorted(self.by)))


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on a disputed region of an example.

    Args:
        example: its id.
        sha256: of its text, see `fingerprint`.
        start: of the region, in code points.
        end: of the region.
        candidates: the spans that the annotators had marked there; each annotator once.
        choice: the spans of gold there; empty where none is right.
        how: `adjudicated` by a person who compared the candidates, by `majority`, or `hand` for a person's own edit.
        by: the name of the person; `majority` where nobody decided in person.
        when: the day, as `YYYY-MM-DD`.
        guidelines: the version that was followed.
        rule: the id of the rule that it is based on.
        reason: in the words of the person.
        outcome: why annotators differed there: a slip of one of them, an unclear or a missing rule, an ambiguous text.

    Raises:
        InvalidValueError: for an empty region or a span that is not wholly inside, a choice that overlaps itself, an
            annotator with two candidates, an invalid date, an outcome that is none of the four.
    """

    example: str
    sha256: str
    start: int
    end: int
    candidates: tuple[Candidate, ...]
    choice: tuple[Span, ...]
    how: How
    by: str
    when: str
    guidelines: str
    rule: str | None = None
    reason: str | None = None
    outcome: Outcome | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "choice", tuple(sorted(set(self.choice))))
        if not 0 <= self.start < self.end:
            raise InvalidValueError(
                f"a region needs 0 <= start < end, not [{self.start}, {self.end}]", example=self.example
            )
        for span in (*self.choice, *(span for candidate in self.candidates for span in candidate.spans)):
            if not self.start <= span.start < span.end <= self.end:
                raise InvalidValueError(
                    f"the span [{span.start}, {span.end}, {span.label}] leaves the region [{self.start}, {self.end}]",
                    example=self.example,
                )
        if first_overlap(self.choice):
            raise InvalidValueError("the choice overlaps itself", example=self.example)
        annotators = [name for candidate in self.candidates for name in candidate.by]
        if len(set(annotators)) != len(annotators):
            raise InvalidValueError("an annotator has two candidates", example=self.example)
        if self.how not in HOWS:
            raise InvalidValueError(f"'how' is {self.how!r}, not one of {', '.join(HOWS)}", example=self.example)
        if self.outcome is not None and self.outcome not in OUTCOMES:
            problem = f"'outcome' is {self.outcome!r}, not one of {', '.join(OUTCOMES)}"
            raise InvalidValueError(problem, example=self.example)
        _validate_date(self.when, self.example)

    @property
    def is_on_gold(self) -> bool:
        """Whether it is about what gold had there, and not about what annotators marked."""
        return bool(self.candidates) and not any(candidate.by for candidate in self.candidates)

    @property
    def votes(self) -> frozenset[Candidate]:
        """The candidates without their order."""
        return frozenset(self.candidates)


def find_outcome(name: str | None) -> Outcome | None:
    """The outcome that a person named: in any case, with a space for its hyphen, or by its first letters.

    Args:
        name: what was typed; None or empty for no outcome.

    Raises:
        InvalidValueError: for what is no outcome.
    """
    wanted = "-".join((name or "").casefold().replace("_", " ").replace("-", " ").split())
    if not wanted:
        return None
    found = [one for one in OUTCOMES if one.startswith(wanted)]
    if len(found) != 1:
        raise InvalidValueError(
            f"{(name or '').strip()!r:.80} is no outcome", remedy=f"The outcomes are {', '.join(OUTCOMES)}."
        )
    return found[0]


def fingerprint(text: str) -> str:
    """The SHA-256 of a text as UTF-8, in hexadecimal, by which a decision identifies its text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def line(decision: Decision, text: str) -> str:
    r"""The canonical line, with its `\n`.

    Args:
        decision: the decision.
        text: of its example, for the surfaces.
    """
    value = {
        "example": decision.example,
        "sha256": decision.sha256,
        "region": [decision.start, decision.end],
        "candidates": [{"spans": _span_rows(each.spans, text), "by": list(each.by)} for each in decision.candidates],
        "choice": _span_rows(decision.choice, text),
        "how": decision.how,
        "by": decision.by,
        "when": decision.when,
        "rule": decision.rule,
        "guidelines": decision.guidelines,
        "reason": decision.reason,
    }
    if decision.outcome is not None:
        value[OUTCOME] = decision.outcome
    return files.dumps(value) + "\n"


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision as its file states it.

    Args:
        file: the file.
        line: the line, from 1.
        decision: the decision.
        surfaces: each of its spans with the surface stated, to be compared with the text.
        raw: the line itself without its end, which is written back unchanged.
    """

    file: Path
    line: int
    decision: Decision
    surfaces: tuple[tuple[Span, str], ...]
    raw: str


def read(path: Path) -> list[DecisionLine]:
    """The decisions of a file, in its order.

    Raises:
        InputError: for the first line that is not a decision, naming file, line and example.
    """
    return [parse(raw, path, number) for number, raw in numbered(path)]


def parse(raw: bytes, path: Path, number: int) -> DecisionLine:
    """One line.

    Raises:
        InputError: naming file, line and example, if it is not of the shape above.
    """
    value = without_schema(json_object(raw, path, number, REMEDY), path, number)
    example = value.get("example")
    example_id = example if isinstance(example, str) else None
    try:
        _validate_shape(value)
        surfaces: list[tuple[Span, str]] = []
        candidates = tuple(_candidate(each, surfaces) for each in value["candidates"])
        start, end = value["region"]
        decision = Decision(
            value["example"], value["sha256"], start, end, candidates, tuple(_spans(value["choice"], surfaces)),
            value["how"], value["by"], value["when"], value["guidelines"], value["rule"], value["reason"],
            value.get(OUTCOME),
        )  # fmt: skip
    except InvalidValueError as error:
        remedy = error.remedy or REMEDY
        raise InputError(error.message, file=path, line=number, example=example_id, remedy=remedy) from None
    return DecisionLine(path, number, decision, tuple(surfaces), raw.decode("utf-8"))


def write(path: Path, lines: Iterable[str]) -> bool:
    """Write canonical lines; False if nothing changed."""
    return files.write(path, "".join(lines))


def with_names(path: Path, names: Mapping[str, str]) -> Iterator[str]:
    """The lines of a file with other names for some annotators, among the candidates and as authors.

    A line that names none of them stays as it is.

    Raises:
        InputError: for the first line that is not a decision.
    """
    for line_read in read(path):
        decision = line_read.decision
        named = {decision.by, *(name for candidate in decision.candidates for name in candidate.by)}
        if not named & names.keys():
            yield line_read.raw + "\n"
            continue
        value = strict_json.loads(line_read.raw)
        for candidate in value["candidates"]:
            candidate["by"] = sorted(names.get(name, name) for name in candidate["by"])
        if decision.how != "majority":
            value["by"] = names.get(decision.by, decision.by)
        yield files.dumps(value) + "\n"


def relabelled(line_read: DecisionLine, label_of: Callable[[str, str], str]) -> str:
    """The line of a decision with other labels; it stays as it is where none of its labels changes.

    Candidates that are the same then are one, with the annotators of all.

    Args:
        line_read: the line.
        label_of: gives the label of a span with these words and this label.
    """
    if all(label_of(surface, span.label) == span.label for span, surface in line_read.surfaces):
        return line_read.raw
    value = strict_json.loads(line_read.raw)
    votes: dict[tuple[tuple[Any, ...], ...], list[str]] = {}
    for candidate in value["candidates"]:
        votes.setdefault(_relabelled_rows(candidate["spans"], label_of), []).extend(candidate["by"])
    value["candidates"] = [{"spans": [*map(list, rows)], "by": sorted(by)} for rows, by in votes.items()]
    value["choice"] = [*map(list, _relabelled_rows(value["choice"], label_of))]
    return files.dumps(value)


def _relabelled_rows(rows: Iterable[list[Any]], label_of: Callable[[str, str], str]) -> tuple[tuple[Any, ...], ...]:
    """The rows of spans with other labels, sorted, each once."""
    return tuple(sorted({(start, end, label_of(surface, label), surface) for start, end, label, surface in rows}))


def _span_rows(spans: Iterable[Span], text: str) -> list[list[Any]]:
    return [[span.start, span.end, span.label, text[span.start : span.end]] for span in spans]


def _validate_shape(value: dict[str, Any]) -> None:
    if set(value) - {OUTCOME} != set(KEYS):
        key = min((set(value) - {OUTCOME}) ^ set(KEYS))
        raise InvalidValueError(f"the key {key!r} is {'missing' if key in KEYS else 'unknown'}")
    wrong = [key for key in STRINGS if not isinstance(value[key], str) or not value[key]]
    wrong += [OUTCOME] if OUTCOME in value and not isinstance(value[OUTCOME], str) else []
    wrong += [key for key in ("rule", "reason") if not isinstance(value[key], str | None)]
    wrong += [key for key in ("candidates", "choice") if not isinstance(value[key], list)]
    if wrong:
        raise InvalidValueError(f"{wrong[0]!r} is {value[wrong[0]]!r:.60}")
    match value["region"]:
        case [int(start), int(end)] if bool not in {type(start), type(end)}:
            return
    raise InvalidValueError(f"'region' is {value['region']!r:.60}, not [start, end]")


def _candidate(value: object, surfaces: list[tuple[Span, str]]) -> Candidate:
    match value:
        case {"spans": list(spans), "by": list(by), **rest} if not rest and all(isinstance(name, str) for name in by):
            return Candidate(tuple(_spans(spans, surfaces)), tuple(by))
    raise InvalidValueError(f"the candidate {value!r:.80} is not {{spans, by}}")


def _spans(values: list[object], surfaces: list[tuple[Span, str]]) -> list[Span]:
    spans = []
    for value in values:
        match value:
            case [int(start), int(end), str(label), str(surface)] if bool not in {type(start), type(end)}:
                spans.append(Span(start, end, label))
                surfaces.append((spans[-1], surface))
            case _:
                raise InvalidValueError(f"the span {value!r:.80} is not [start, end, label, surface]")
    return spans


def is_day(when: str) -> bool:
    """Whether a text is a day of the calendar, as `YYYY-MM-DD`."""
    try:
        return dt.date.fromisoformat(when).isoformat() == when
    except ValueError:
        return False


def _validate_date(when: str, example: str) -> None:
    if not is_day(when):
        raise InvalidValueError(f"'when' is {when!r}, not YYYY-MM-DD", example=example)
