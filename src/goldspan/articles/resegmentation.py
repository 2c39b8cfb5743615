"""Cutting the articles of a project again: gold, passes and decisions move to the examples that its settings give now.

Every span is anchored in its article, so it moves by arithmetic. What cannot move is named: a span or a decision that
would be in two examples or in none. Text that nobody annotated is never taken for text without names: a new example is
confirmed in a pass only if all of its text was, and gold states the parts of it that were not annotated.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan import files
from goldspan.annotation import NOT_ANNOTATED, Example, Span, article_of
from goldspan.articles.examples import article_examples
from goldspan.corpus import assignment_plans, id_list, passes
from goldspan.corpus.audits import PLAN, audit_names, read_audit
from goldspan.corpus.comments import COMMENT_KEYS
from goldspan.corpus.manifest import locked
from goldspan.corpus.passes import AIDED, CONFIRMED
from goldspan.corpus.shown_suggestions import cut_again, shown_of_article
from goldspan.errors import InputError
from goldspan.formats import decisions, gold
from goldspan.formats.decisions import Candidate, Decision
from goldspan.formats.record import LocatedExample

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.formats.decisions import DecisionLine

# The further keys of a line that a new line can have.
CARRIED = frozenset({CONFIRMED, AIDED, NOT_ANNOTATED, *COMMENT_KEYS})
CHANGED = "Restore it; an edited article is a new article with a new id."
NOT_A_SLICE = "Let `goldspan check` name what differs, and correct it first."


class Misfit(NamedTuple):
    """A span, or the region of a decision, that is in no one of the new examples.

    Attributes:
        file: that it is in.
        line: the line there.
        example: the old example.
        label: of the span; None for the region of a decision.
        surface: the words.
        reason: why it cannot move, as a clause.
    """

    file: Path
    line: int | None
    example: str
    label: str | None
    surface: str
    reason: str

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return self._asdict() | {"file": str(self.file)}


class Amounts(NamedTuple):
    """What a file of gold or of a pass has: examples, those that are confirmed or complete, spans."""

    examples: int
    confirmed: int
    spans: int


@dataclass(kw_only=True)
class Resegmentation:
    """A plan to cut articles again, or what was done.

    Args:
        contents: the new content of each file that changes.
        before: what each file of gold or of a pass has.
        after: what it will have.
        misfits: what cannot move.
        dropped: the further keys of lines that are about the old examples, and how many lines had them.
        outdated: the decisions that were of no text of the article already, by file and line; they stay as they are.
        moved: by old example the new ones that have some of its text.
        assigned: by file with assignments, how many of its examples there were and will be, where it changes.
    """

    contents: dict[Path, bytes] = field(default_factory=dict)
    before: dict[Path, Amounts] = field(default_factory=dict)
    after: dict[Path, Amounts] = field(default_factory=dict)
    misfits: list[Misfit] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    outdated: list[tuple[Path, int]] = field(default_factory=list)
    moved: dict[str, list[str]] = field(default_factory=dict)
    assigned: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "files": {
                str(path): {"before": self.before[path]._asdict(), "after": self.after[path]._asdict()}
                for path in self.before
            },
            "misfits": [misfit.json() for misfit in self.misfits],
            "dropped": dict(self.dropped),
            "outdated_decisions": [[str(path), line] for path, line in self.outdated],
            "moved": self.moved,
            "assigned": {
                str(path): {"before": before, "after": after} for path, (before, after) in self.assigned.items()
            },
        }


def recut(
    corpus: Corpus, articles: Collection[str] | None = None, *, leave_out: bool = False, apply: bool = False
) -> Resegmentation:
    """Plan to cut articles again as the settings say, and do it if `apply` is set: all or nothing.

    Args:
        corpus: the project.
        articles: their ids; None for all.
        leave_out: whether spans that cannot move are left out; the text under them then counts as not annotated.
        apply: whether to write, which is refused while there are misfits, unless they are left out.

    Raises:
        InputError: for a line that is not valid or no slice of its article, for two lines with the same text, and for
            an article of an audit that would be cut otherwise.
    """
    with locked(corpus.folder / "manifest.jsonl"):
        plan = Resegmentation()
        entries = corpus.select_entries(articles)
        _require_no_audit(corpus, entries)
        for entry in entries:
            _plan_article(corpus, entry, plan)
        for path in assignment_plans.assignment_files(corpus):
            _plan_assignments(corpus, entries, path, plan)
        if apply and (leave_out or not plan.misfits):
            files.write_all(plan.contents)
    return plan


def _require_no_audit(corpus: Corpus, entries: Collection[ManifestEntry]) -> None:
    """Refuse to cut the articles of an audit otherwise, be they read or not.

    What was planted and who saw it is about the examples as they were, and keeps planted errors out of gold.
    """
    for name in audit_names(corpus):
        audit = read_audit(corpus, name)
        for entry in entries:
            planned = [example for example in audit.examples.values() if example.article == entry.id]
            new = {*map(_place, article_examples(corpus, entry))} if planned else set()
            if cut := [example for example in planned if _place(example) not in new]:
                raise InputError(
                    f"would be cut otherwise, and is in the audit {name!r}",
                    file=audit.folder / PLAN,
                    example=cut[0].id,
                    remedy="Name the other articles with --articles.",
                )


def named_elsewhere(corpus: Corpus, plan: Resegmentation) -> Iterator[tuple[Path, str, list[str]]]:
    """Where people have named an example that is cut otherwise now: the file, the name, the new examples.

    These are `[allow]` in labels.toml and the lists of controls.

    Raises:
        InputError: if one of these files cannot be read.
    """
    for names in corpus.scheme.allow.values():
        for name in sorted(names):
            if (example := name.split(": ", 1)[0]) in plan.moved:
                yield corpus.scheme_file, name, plan.moved[example]
    for path in sorted(corpus.controls.glob("*.txt")) if corpus.controls.is_dir() else ():
        for name in id_list(path, "example"):
            if name in plan.moved:
                yield path, name, plan.moved[name]


def _plan_article(corpus: Corpus, entry: ManifestEntry, plan: Resegmentation) -> None:
    name = f"{entry.id}.jsonl"
    paths = [corpus.gold / name, *(corpus.passes / annotator / name for annotator in corpus.annotators())]
    old = {path: [LocatedExample.of(record) for record in gold.scan(path)] for path in paths if files.is_there(path)}
    decided = corpus.decisions / name
    if not old and not files.is_there(decided):
        return
    source, new = corpus.source(entry), article_examples(corpus, entry)
    if files.sha256(corpus.seeds / entry.file) != entry.sha256:
        raise InputError("is not the file as received", file=corpus.seeds / entry.file, remedy=CHANGED)
    for path, lines in old.items():
        _require_slices(path, lines, source)
    texts = list({_place(example): example for lines in old.values() for example in _examples(lines)}.values())
    # Decisions are moved first: they need the old texts, which are gone once gold and all passes are cut.
    if files.is_there(decided):
        content = "".join(_moved_decisions(decided, texts, new, plan)).encode()
        if content != files.read_bytes(decided):
            plan.contents[decided] = content
    for path, lines in old.items():
        if not {*map(_place, _examples(lines))} <= {*map(_place, new)}:
            _plan_file(path, lines, new, plan, is_gold=path.parent == corpus.gold)
    for example in texts:
        targets = [other.id for other in new if example.overlaps(other)]
        if targets != [example.id]:
            plan.moved[example.id] = targets

    plan.contents |= _shown_contents(corpus, entry.id, source, new)


def _shown_contents(corpus: Corpus, article: str, source: str, new: Sequence[Example]) -> Iterator[tuple[Path, bytes]]:
    """The new content of the files of what was shown of an article; one that is of another text stays as it is."""
    for path, shown in shown_of_article(corpus, article):
        cut = cut_again(shown, new)
        if cut != shown and all(source.startswith(example.text, example.at) for example in shown):
            yield path, "".join(map(gold.line, cut)).encode()


def _plan_assignments(corpus: Corpus, entries: Iterable[ManifestEntry], path: Path, plan: Resegmentation) -> None:
    """Plan who is to read the new examples: who was to read the first old one with text of it.

    Of an article in which nobody has marked anything it is not known where its old examples were: its lines go, but for
    examples of the same name, and the next push assigns what has no line.
    """
    assigned = assignment_plans.read_assignments(path)
    kept = dict(assigned)
    for entry in entries:
        old = [name for name in assigned if article_of(name) == entry.id]
        if not old:
            continue
        new = {example.id for example in article_examples(corpus, entry)}
        lines = {name: assigned[name] for name in old if name in new and name not in plan.moved}
        for name in sorted(old, reverse=True):
            lines |= {other: replace(assigned[name], example=other) for other in plan.moved.get(name, ())}
        kept = {name: one for name, one in kept.items() if name not in old} | lines
    if kept != assigned:
        plan.contents[path] = assignment_plans.content(kept.values()).encode()
        plan.assigned[path] = (len(assigned), len(kept))


def _plan_file(
    path: Path, lines: Sequence[LocatedExample], new: Sequence[Example], plan: Resegmentation, *, is_gold: bool
) -> None:
    """Plan the new content of a file of gold or of a pass."""
    counting = [line.example for line, cause in passes.classify(lines) if is_gold or cause is None]
    spans = list(_spans_in_article(path, lines, new))
    plan.misfits += (misfit for _, misfit in spans if misfit is not None)
    lost = [(span.start, span.end) for span, misfit in spans if misfit is not None]
    annotated = [part for example in counting for part in _annotated_parts(example, lost)]
    found = []
    for example, touching in _touching(_examples(lines), new):
        inside = (span for span, misfit in spans if misfit is None and example.at <= span.start < example.end)
        moved = tuple(Span(span.start - example.at, span.end - example.at, span.label) for span in inside)
        gaps = list(_gaps(example, annotated))
        found.append((replace(example, spans=moved, extra=_extra(example, touching, gaps, is_gold=is_gold)), not gaps))
    if not is_gold and (passes.is_stated(_examples(lines)) or not all(complete for _, complete in found)):
        found = [
            (replace(line, extra=_with_confirmation(line, confirmed=complete)), complete) for line, complete in found
        ]
    kept = {_place(line) for line, _ in found}
    plan.dropped.update(
        key for old in _examples(lines) if _place(old) not in kept for key in old.extra if key not in CARRIED
    )
    plan.contents[path] = "".join(gold.line(line) for line, _ in found).encode()
    complete = sum(example.is_annotated for example in counting)
    plan.before[path] = Amounts(len(lines), complete, len(spans))
    plan.after[path] = Amounts(len(found), sum(done for _, done in found), len(spans) - len(lost))


def _with_confirmation(line: Example, *, confirmed: bool) -> dict[str, Any]:
    """The further keys of a line of a pass, its confirmation first, as a pull writes them."""
    return {CONFIRMED: confirmed, **line.extra} | {CONFIRMED: confirmed}


def _require_slices(path: Path, lines: Sequence[LocatedExample], source: str) -> None:
    last = None
    for line in sorted(lines, key=lambda line: line.example.at):
        example = line.example
        problem = None
        if not source.startswith(example.text, example.at):
            problem = f"the article has another text at {example.at}"
        elif last is not None and example.at < last.end:
            problem = f"has text that {last.id} has, too"
        if problem:
            raise InputError(problem, file=path, line=line.line, example=example.id, remedy=NOT_A_SLICE)
        last = example


def _spans_in_article(
    path: Path, lines: Sequence[LocatedExample], new: Sequence[Example]
) -> Iterator[tuple[Span, Misfit | None]]:
    """The spans of a file, counted in the article, each with why it cannot move if it cannot."""
    for line in lines:
        example = line.example
        for span in example.spans:
            start, end = example.at + span.start, example.at + span.end
            reason = _misfit(start, end, new)
            misfit = Misfit(path, line.line, example.id, span.label, example.surface(span), reason) if reason else None
            yield Span(start, end, span.label), misfit


def _misfit(start: int, end: int, new: Sequence[Example]) -> str | None:
    """Why an extent of an article is in no one example, as a clause; None if it is in one."""
    touched = [example for example in new if example.at < end and start < example.end]
    if not touched:
        return "is in no example: it is boilerplate now"
    if len(touched) == 1 and touched[0].at <= start and end <= touched[0].end:
        return None
    if len(touched) == 1:
        return f"is only partly in {touched[0].id}"
    return f"would be in {touched[0].id} and {touched[-1].id}"


def _touching(old: Sequence[Example], new: Sequence[Example]) -> Iterator[tuple[Example, list[tuple[Example, bool]]]]:
    """Each new example that has text of old ones, with these, and for each whether it is the first with text of it."""
    seen: set[str] = set()
    for example in new:
        touching = [other for other in old if example.overlaps(other)]
        if touching:
            yield example, [(other, other.id not in seen) for other in touching]
            seen.update(other.id for other in touching)


def _extra(
    example: Example, touching: Sequence[tuple[Example, bool]], gaps: list[list[int]], *, is_gold: bool
) -> dict[str, Any]:
    """The further keys of a new line: all of an old line that is the same; comments, and what was not annotated."""
    same = next((old for old, _ in touching if _place(old) == _place(example)), None)
    extra = {key: value for key, value in same.extra.items() if key != NOT_ANNOTATED} if same else {}
    if same is None:
        if aided := [value for old, _ in touching if (value := old.extra.get(AIDED))]:
            extra[AIDED] = aided[0]  # what was read with suggestions in part was not read unaided
        for key in sorted(COMMENT_KEYS):
            if comments := [text for old, is_first in touching if is_first for text in _list(old.extra.get(key))]:
                extra[key] = comments
    reasons = {reason for old, _ in touching if isinstance(reason := old.extra.get(NOT_ANNOTATED), str)}
    if len(touching) == 1 and reasons:
        extra[NOT_ANNOTATED] = reasons.pop()
    elif is_gold and gaps:
        extra[NOT_ANNOTATED] = gaps
    return extra


def _annotated_parts(example: Example, lost: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The extents of an example in its article that were annotated, without those whose spans are lost."""
    at, end = example.at, example.end
    without = [*((at + start, at + stop) for start, stop in example.unannotated_parts), *lost]
    for start, stop in sorted(without):
        if at < start < end:
            yield at, start
        if start < end and stop > at:
            at = max(at, stop)
    if at < end:
        yield at, end


def _gaps(example: Example, annotated: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """The parts of an example that were not annotated, without white space at their edges; extents in its text."""
    at = example.at
    for start, end in [*sorted(annotated), (example.end, example.end)]:
        words = example.text[max(at - example.at, 0) : max(start - example.at, 0)]
        if words.strip():
            left = at - example.at + len(words) - len(words.lstrip())
            yield [left, left + len(words.strip())]
        at = max(at, end)


def _moved_decisions(path: Path, old: Sequence[Example], new: Sequence[Example], plan: Resegmentation) -> Iterator[str]:
    """The lines of a file of decisions; one that is about no text of the article stays as it is."""
    by_text = {(example.id, decisions.fingerprint(example.text)): example for example in [*old, *new]}
    current = {(example.id, decisions.fingerprint(example.text)) for example in new}
    for line in decisions.read(path):
        place = (line.decision.example, line.decision.sha256)
        example = by_text.get(place)
        if place in current or example is None:
            yield line.raw + "\n"
            if example is None:
                plan.outdated.append((path, line.line))
            continue
        start, end = example.at + line.decision.start, example.at + line.decision.end
        if reason := _misfit(start, end, new):
            words = example.text[line.decision.start : line.decision.end]
            plan.misfits.append(Misfit(path, line.line, example.id, None, words, reason))
            continue
        target = next(other for other in new if other.at <= start < other.end)
        yield decisions.line(_moved_decision(line, target, example.at - target.at), target.text)


def _moved_decision(line: DecisionLine, target: Example, shift: int) -> Decision:
    def moved(spans: Iterable[Span]) -> tuple[Span, ...]:
        return tuple(Span(span.start + shift, span.end + shift, span.label) for span in spans)

    decision = line.decision
    return replace(
        decision,
        example=target.id,
        sha256=decisions.fingerprint(target.text),
        start=decision.start + shift,
        end=decision.end + shift,
        candidates=tuple(Candidate(moved(each.spans), each.by) for each in decision.candidates),
        choice=moved(decision.choice),
    )


def _examples(lines: Iterable[LocatedExample]) -> list[Example]:
    return [line.example for line in lines]


def _place(example: Example) -> tuple[str, int, str]:
    """What makes an example the same after its article was cut again."""
    return example.id, example.at, example.text


def _list(value: Any) -> list[Any]:  # noqa: ANN401  (JSON is any)
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
