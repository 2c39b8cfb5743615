"""Gold, passes, decisions and the suggestions that annotators saw, under the labels after a change."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json
from goldspan.adjudication.derive import derive
from goldspan.adjudication.planted import withhold
from goldspan.annotation import Example, Span
from goldspan.corpus import passes
from goldspan.corpus.audits import shown_errors
from goldspan.corpus.passes import CONFIRMED
from goldspan.corpus.shown_suggestions import ALIGNED
from goldspan.formats import decisions, gold
from goldspan.formats.json_lines import numbered
from goldspan.formats.record import LocatedExample
from goldspan.guidelines.rules import read_rulebook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from goldspan.adjudication.derive import DerivedGold, Dispute
    from goldspan.adjudication.planted import PlantedRegion
    from goldspan.corpus import Corpus
    from goldspan.formats.decisions import Decision, DecisionLine
    from goldspan.relabel.change import LabelChange


@dataclass(slots=True)
class RelabelCounts:
    """How many spans change, where.

    Args:
        spans: by file, how many spans get another label.
        labels: by label, how many spans get it; those of gold alone.
        collisions: how many spans are the same as another one of the same annotator then, and go.
    """

    spans: Counter[Path] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    collisions: Counter[Path] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class SpanToRead:
    """A span that got a first choice, and that somebody must read again.

    Args:
        example: the id of the example.
        start: where it begins, in code points.
        end: where it ends.
        surface: its words.
        where: `gold`, the names of passes and `decisions` that have it.
    """

    example: str
    start: int
    end: int
    surface: str
    where: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"example": self.example, "span": [self.start, self.end, self.surface], "where": list(self.where)}


@dataclass(frozen=True, slots=True)
class RelabelledAnnotations:
    """Gold, passes and decisions after a change.

    Args:
        contents: the bytes of each file that changes; None for one that is left empty.
        counts: how many spans change.
        reading: the spans that must be read again.
        unconfirmed: by annotator, the examples that no longer count as confirmed, since they must be read again.
        needless: the decisions that go, since the annotators agree on what they chose.
        revived: the decisions that go, since they were no longer valid and would be valid again.
        agreed: how many disputes are none any more.
        new_gold: the examples that are settled now and were not before.
    """

    contents: Mapping[Path, bytes | None]
    counts: RelabelCounts
    reading: tuple[SpanToRead, ...] = ()
    unconfirmed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needless: tuple[Decision, ...] = ()
    revived: tuple[Decision, ...] = ()
    agreed: int = 0
    new_gold: tuple[str, ...] = ()


def relabel_annotations(corpus: Corpus, change: LabelChange) -> RelabelledAnnotations:
    """Gold, passes and decisions after a change; nothing is written.

    Raises:
        InputError: for a line that cannot be read.
    """
    return _Relabelling(corpus, change).result()


def rules_of_label(corpus: Corpus, change: LabelChange) -> list[str]:
    """The ids of the rules on the page of the label, as it is before the change.

    Raises:
        InputError: for pages that cannot be read.
    """
    rulebook = read_rulebook(corpus.guidelines, change.before)
    return [rule.id for rule in rulebook.rules.values() if rule.label == change.old]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of gold or of a pass, as it is and with the labels of after; None where it stays as it is."""

    located: LocatedExample
    raw: bytes
    value: dict[str, Any] | None


class _Relabelling:
    """The lines of all files, read once."""

    def __init__(self, corpus: Corpus, change: LabelChange) -> None:
        self.corpus = corpus
        self.change = change
        self.counts = RelabelCounts()
        self.reading: dict[tuple[str, int, int, str], list[str]] = {}
        self.gold = {path: self._lines(path, "gold") for path in sorted(corpus.gold.glob("*.jsonl"))}
        self.passes = {path: self._lines(path, path.parent.name) for path in sorted(corpus.passes.glob("*/*.jsonl"))}
        self.shown = {path: self._lines(path, None) for path in sorted(corpus.shown.glob("*/*.jsonl"))}
        self.decisions = {path: decisions.read(path) for path in sorted(corpus.decisions.glob("*.jsonl"))}
        for lines in self.decisions.values():
            for line in lines:
                self._note_decision(line)
        self.to_read = {example for example, *_ in self.reading}
        self.rules = frozenset(rules_of_label(corpus, change)) if self.to_read else frozenset()

    def result(self) -> RelabelledAnnotations:
        """The files as they will be."""
        contents: dict[Path, bytes | None] = {
            path: self._content(lines) for path, lines in (self.gold | self.shown).items()
        }
        unconfirmed = defaultdict[str, list[str]](list)
        for path, lines in self.passes.items():
            withdrawn = self._withdrawn(lines)
            if withdrawn:
                unconfirmed[path.parent.name] += withdrawn
            contents[path] = self._content(lines, self._confirmations(lines, withdrawn))
        after = {path: [self._decision(line) for line in lines] for path, lines in self.decisions.items()}
        dropped, agreed, new_gold = self._compare(after) if self.change.may_collide else ((), 0, ())
        needless, revived = dropped or ((), ())
        gone = {id(line) for line in (*needless, *revived)}
        for path, new in after.items():
            pairs = zip(new, self.decisions[path], strict=True)
            kept = [line.raw + "\n" for line, former in pairs if id(former) not in gone]
            contents[path] = "".join(kept).encode("utf-8") or None
        return RelabelledAnnotations(
            contents={path: content for path, content in contents.items() if not _is_same(content, path)},
            counts=replace(self.counts, labels=+self.counts.labels),
            reading=tuple(
                SpanToRead(*place, tuple(dict.fromkeys(where))) for place, where in sorted(self.reading.items())
            ),
            unconfirmed={name: tuple(ids) for name, ids in unconfirmed.items()},
            needless=tuple(line.decision for line in needless),
            revived=tuple(line.decision for line in revived),
            agreed=agreed,
            new_gold=new_gold,
        )

    # Lines of gold and of passes

    def _lines(self, path: Path, where: str | None) -> list[_Line]:
        """The lines of a file; `where` is what has them, None for suggestions, which nobody has to read again."""
        return [self._line(raw, path, number, where) for number, raw in numbered(path)]

    def _line(self, raw: bytes, path: Path, number: int, where: str | None) -> _Line:
        located = LocatedExample.of(gold.parse(raw, path, number))
        example = located.example
        if not any(span.label == self.change.old for span in example.spans):
            return _Line(located, raw, None)
        for span in example.spans:
            if span.label == self.change.old:
                label, is_certain = self.change.decide(example.surface(span))
                self.counts.spans[path] += 1
                self.counts.labels[label] += where == "gold"
                if not is_certain and where is not None:
                    self._note(example.id, span, example.surface(span), where)
        value = strict_json.loads(raw)
        rows = [[start, end, self.change.label_of(words, label), words] for start, end, label, words in value["spans"]]
        # Of two spans that became the same the first one stays, with what belongs to it.
        first = {tuple(row): number for number, row in reversed(list(enumerate(rows)))}
        order = [first[row] for row in sorted(first)]
        self.counts.collisions[path] += len(rows) - len(order)
        for key in ALIGNED:
            if isinstance(value.get(key), list) and len(value[key]) == len(rows):
                value[key] = [value[key][number] for number in order]
        value["spans"] = [rows[number] for number in order]
        return _Line(located, raw, value)

    def _note(self, example: str, span: Span, surface: str, where: str) -> None:
        self.reading.setdefault((example, span.start, span.end, surface), []).append(where)

    def _withdrawn(self, lines: Sequence[_Line]) -> list[str]:
        """The examples of a file that count as confirmed and must be read again."""
        classified = passes.classify([line.located for line in lines])
        return [one.example.id for one, cause in classified if cause is None and one.example.id in self.to_read]

    def _confirmations(self, lines: Sequence[_Line], withdrawn: Collection[str]) -> dict[str, bool]:
        """By example, the confirmation that its line is to state.

        In a file that states none every line counts. Once one of them does not, all have to state it.
        """
        if not withdrawn:
            return {}
        examples = [line.located.example for line in lines]
        if passes.is_stated(examples):
            return dict.fromkeys(withdrawn, False)
        classified = passes.classify([line.located for line in lines])
        return {one.example.id: cause is None and one.example.id not in withdrawn for one, cause in classified}

    def _content(self, lines: Iterable[_Line], confirmations: Mapping[str, bool] | None = None) -> bytes:
        """The bytes of a file; a line of which nothing changes stays as it is."""
        rows = [self._bytes(line, (confirmations or {}).get(line.located.example.id)) for line in lines]
        return b"".join(row + b"\n" for row in rows)

    @staticmethod
    def _bytes(line: _Line, confirmed: bool | None) -> bytes:
        value = line.value
        if confirmed is not None and line.located.example.extra.get(CONFIRMED) is not confirmed:
            value = {**(strict_json.loads(line.raw) if value is None else value), CONFIRMED: confirmed}
        return line.raw if value is None else files.dumps(value).encode("utf-8")

    # Decisions

    def _note_decision(self, line: DecisionLine) -> None:
        for span, surface in line.surfaces:
            if span.label == self.change.old and not self.change.decide(surface)[1]:
                self._note(line.decision.example, span, surface, "decisions")

    def _decision(self, line: DecisionLine) -> DecisionLine:
        """A decision with the labels of after.

        The entry in the changelog will name the rules of a label that was split. A decision under one of them on which
        nothing is left open holds, so it takes the new version.
        """
        raw = decisions.relabelled(line, self.change.label_of)
        decision, path = line.decision, line.file
        is_of_today = decision.guidelines == self.change.before.version
        if is_of_today and decision.rule in self.rules and decision.example not in self.to_read:
            raw = files.dumps({**strict_json.loads(raw), "guidelines": self.change.after.version})
        self.counts.spans[path] += sum(span.label == self.change.old for span, _ in line.surfaces)
        return line if raw == line.raw else decisions.parse(raw.encode("utf-8"), path, line.line)

    def _compare(
        self, after: Mapping[Path, Sequence[DecisionLine]]
    ) -> tuple[tuple[tuple[DecisionLine, ...], tuple[DecisionLine, ...]], int, tuple[str, ...]]:
        """The decisions that are needless and those that would be valid again, the disputes and examples settled now.

        Where spans that differed by their label alone are the same now, annotators agree who did not agree before; and
        a decision that was outdated by a change of label would come back.
        """
        listed = {entry.id for entry in self.corpus.entries}
        before_lines = [line for path, lines in self.decisions.items() if path.stem in listed for line in lines]
        after_lines = [line for path, lines in after.items() if path.stem in listed for line in lines]
        before_readings, planted = self._readings(after=False)
        before = derive(before_readings, [line.decision for line in before_lines], planted=planted)
        applied = set(map(id, before.applied))
        pairs = list(zip(before_lines, after_lines, strict=True))
        after_readings, planted = self._readings(after=True)
        revived: list[DecisionLine] = []
        while True:
            gone = set(map(id, revived))
            kept = [(former, line) for former, line in pairs if id(former) not in gone]
            now = derive(after_readings, [line.decision for _, line in kept], planted=planted)
            valid = set(map(id, now.applied))
            again = [
                former for former, line in kept if id(line.decision) in valid and id(former.decision) not in applied
            ]
            if not again:
                break
            revived += again
        needless = [former for former, line in kept if id(line.decision) in valid and _is_needless(former, line)]
        agreed = sum(not _is_disputed(dispute, now) for dispute in before.disputes)
        settled = [
            name
            for name, one in now.settled.items()
            if not one.disputes and name in before.settled and before.settled[name].disputes
        ]
        return (tuple(needless), tuple(revived)), agreed, tuple(settled)

    def _readings(self, *, after: bool) -> tuple[dict[str, Iterable[Example]], Mapping[str, Sequence[PlantedRegion]]]:
        """Per annotator the confirmed examples of the articles in the manifest, and what audits planted for them."""
        readings = defaultdict[str, dict[str, Example]](dict)
        listed = {entry.id for entry in self.corpus.entries}
        for path, lines in self.passes.items():
            if path.stem not in listed:
                continue
            annotator = path.parent.name
            classified = passes.classify([line.located for line in lines])
            for line, (located, cause) in zip(lines, classified, strict=True):
                if cause is None and not (after and located.example.id in self.to_read):
                    readings[annotator][located.example.id] = _example(line) if after else located.example
        shown = shown_errors(self.corpus)
        if after:
            shown = {
                id_: tuple(error.relabelled(self.change.label_of) for error in errors) for id_, errors in shown.items()
            }
        cleaned, planted = withhold(readings, shown)
        return {name: examples.values() for name, examples in cleaned.items()}, planted


def _example(line: _Line) -> Example:
    """The example with the spans of after."""
    if line.value is None:
        return line.located.example
    spans = tuple(Span(start, end, label) for start, end, label, _ in line.value["spans"])
    return replace(line.located.example, spans=spans)


def _is_needless(former: DecisionLine, line: DecisionLine) -> bool:
    """Whether annotators who differed are at one now, in what was decided."""
    [first, *others] = line.decision.candidates or [None]
    return (
        len(former.decision.candidates) > 1 and not others and first is not None and first.spans == line.decision.choice
    )


def _is_disputed(dispute: Dispute, now: DerivedGold) -> bool:
    """Whether something in the region of a dispute is disputed."""
    settled = now.settled.get(dispute.example.id)
    return settled is None or any(one.start < dispute.end and dispute.start < one.end for one in settled.disputes)


def _is_same(content: bytes | None, path: Path) -> bool:
    """Whether a file has this content, but maybe for its beginning and end, which are no annotation."""
    return content is not None and content.rstrip(b"\n") == files.read_bytes(path).removeprefix(files.BOM).rstrip(b"\n")
