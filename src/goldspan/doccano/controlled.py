"""How annotators did on the controls of a project: exact spans against gold, for each annotator and each label.

Only what an annotator confirmed counts, and as it was drawn: a span with a blank at its edge is another span than that
of gold, and so is one that could not even become a span. Nothing of this is work for the corpus.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from goldspan import scoring
from goldspan.derivation import settle
from goldspan.doccano import collecting
from goldspan.doccano.collecting import Said
from goldspan.doccano.copies import TWICE
from goldspan.doccano.plan import article as article_of
from goldspan.errors import ValueRefused
from goldspan.formats import inline
from goldspan.scoring import Counts
from goldspan.tables import Table
from goldspan.values import Span
from goldspan.wording import percent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from goldspan.corpus import Corpus
    from goldspan.doccano.copies import Copy, Refused, Work
    from goldspan.doccano.snapshot import Snapshot
    from goldspan.values import Example

GOLD, THEIRS = "gold", "theirs"
AROUND = 40  # code points of text on either side of what is wrong
HEADER = ("annotator", "label", "controls", "gold", "theirs", "right", "precision", "recall", "F1")


@dataclass(frozen=True, slots=True)
class Wrong:
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
class Record:
    """How one annotator did.

    Args:
        annotator: the name, or the pseudonym.
        examples: the ids of the controls that the annotator confirmed.
        overall: the counts over all labels.
        labels: by label, in the order of the scheme, others behind.
        wrong: where the annotator and gold differ.
    """

    annotator: str
    examples: tuple[str, ...]
    overall: Counts
    labels: Mapping[str, Counts]
    wrong: tuple[Wrong, ...]

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "annotator": self.annotator,
            "examples": list(self.examples),
            "overall": self.overall.report(),
            "labels": {name: counts.report() for name, counts in self.labels.items()},
            "wrong": [{"example": one.example, GOLD: one.gold, THEIRS: one.theirs} for one in self.wrong],
        }


@dataclass(frozen=True, slots=True)
class Controlled:
    """What a project says about its controls.

    Args:
        there: the ids of those that it holds.
        records: of the annotators that confirmed some, by name.
        unscored: the ids of those that cannot be scored, and why.
        comments: what was said about controls.
    """

    there: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    unscored: tuple[tuple[str, str], ...] = ()
    comments: tuple[Said, ...] = ()

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "there": list(self.there),
            "annotators": [record.json() for record in self.records],
            "not_scored": [{"example": name, "why": why} for name, why in self.unscored],
        }

    def table(self) -> Table:
        """A row per annotator, and one per label beneath."""
        rows = [
            (record.annotator if label == "all" else "", label, *_cells(record, label, counts))
            for record in self.records
            for label, counts in {"all": record.overall, **record.labels}.items()
        ]
        note = (
            f"controls: how many the annotator confirmed, of {len(self.there):,} that are there; "
            "a span is right if gold has it exactly; shares in per cent"
        )
        return Table("Controls: the annotators against gold", note, HEADER, tuple(rows))


def _cells(record: Record, label: str, counts: Counts) -> tuple[str, ...]:
    examples = f"{len(record.examples):,}" if label == "all" else ""
    numbers = (counts.gold, counts.predicted, counts.true_positives)
    shares = (counts.precision, counts.recall, counts.f1)
    return examples, *(f"{number:,}" for number in numbers), *(percent(share, 1) for share in shares)


def split(snapshot: Snapshot, ids: Collection[str]) -> tuple[Snapshot, Snapshot]:
    """What a project holds without its controls, and its controls alone."""
    planted = {number for number, copy in snapshot.copies.items() if copy.id in ids}
    work = {number: copy for number, copy in snapshot.copies.items() if number not in planted}
    return replace(snapshot, copies=work), replace(
        snapshot, copies={number: snapshot.copies[number] for number in planted}, hidden=0
    )


def score(corpus: Corpus, planted: Snapshot, pseudonyms: Mapping[str, str]) -> Controlled:
    """How everybody did on the controls.

    Args:
        corpus: whose gold is right.
        planted: the controls alone, as `split` gives them.
        pseudonyms: by user name, where one is to name the annotator.

    Raises:
        InputError: if the gold cannot be read.
    """
    articles = {article_of(name) for name in planted.by_id}
    gold = {example.id: example for example in corpus.gold_examples(sorted(articles))}
    done: dict[str, list[tuple[Example, Work]]] = {}
    unscored: list[tuple[str, str]] = []
    said: list[Said] = []
    for name, copies in sorted(planted.by_id.items()):
        said += [Said(who, name, text) for each in copies for who, work in each.work.items() for text in work.comments]
        copy = collecting.worked_on(copies, shared=False)
        if copy is None or (why := _why_not(copy, gold.get(name))):
            unscored.append((name, "several copies of it were worked on" if copy is None else why))
            continue
        for who, work in copy.work.items():
            if work.confirmed:
                done.setdefault(pseudonyms.get(who, who), []).append((gold[name], work))
    records = tuple(_record(who, done[who], corpus.scheme.names) for who in sorted(done))
    return Controlled(tuple(sorted(planted.by_id)), records, tuple(unscored), tuple(said))


def _why_not(copy: Copy, gold: Example | None) -> str:
    """Why an example cannot be scored; empty if it can."""
    if gold is None:
        return "it has no gold any more"
    return copy.spoiled or ("" if copy.text == gold.text else "its gold has another text now")


def _record(annotator: str, done: Sequence[tuple[Example, Work]], order: Sequence[str]) -> Record:
    right = [gold for gold, _ in done]
    scores = scoring.exact(right, [gold.with_spans(work.spans) for gold, work in done])
    odd = Counter(span.label for _, work in done for span in _odd(work))
    nothing = Counts(0, 0, 0)
    place = {name: number for number, name in enumerate(order)}
    names = sorted(scores.labels.keys() | odd.keys(), key=lambda name: (place.get(name, len(place)), name))
    return Record(
        annotator,
        tuple(gold.id for gold in right),
        _with(scores.overall, odd.total()),
        {name: _with(scores.labels.get(name, nothing), odd[name]) for name in names},
        tuple(wrong for gold, work in done for wrong in _wrong(gold, work)),
    )


def _odd(work: Work) -> Iterator[Refused]:
    """What the annotator drew and cannot be a span; a span that was drawn twice is there once."""
    return (span for span in work.refused if span.why != TWICE)


def _with(counts: Counts, odd: int) -> Counts:
    return replace(counts, predicted=counts.predicted + odd)


def _wrong(gold: Example, work: Work) -> Iterator[Wrong]:
    theirs = gold.with_spans(work.spans)
    for dispute in settle({GOLD: gold, THEIRS: theirs}).disputes:
        spans = {who: candidate.spans for candidate in dispute.candidates for who in candidate.by}
        yield Wrong(gold.id, *(_shown(gold.text, spans[who], dispute.start, dispute.end) for who in (GOLD, THEIRS)))
    for span in _odd(work):
        yield Wrong(gold.id, "nothing", f"[{span.start}, {span.end}, {span.label}], which {span.why}")


def _shown(text: str, spans: Iterable[Span], start: int, end: int) -> str:
    """A stretch of a text with spans in inline markup, on one line; spans that cross are shown one by one."""
    left, right = max(0, start - AROUND), min(len(text), end + AROUND)
    moved = [Span(span.start - left, span.end - left, span.label) for span in spans]
    try:
        shown = [inline.render(text[left:right], moved)]
    except ValueRefused:
        shown = [inline.render(text[left:right], [span]) for span in moved]
    return " + ".join(
        ("…" if left else "") + " ".join(each.split()) + ("…" if right < len(text) else "") for each in shown
    )
