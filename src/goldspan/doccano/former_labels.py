"""The labels that left the scheme, as `goldspan relabel` recorded them: what their types and spans on a server are now.

A type of a label that was renamed is that label, and a push gives it the new name. The type of one that was merged
keeps its spans and is read as the label into which it was merged. Spans of one that was split are read as the label
that the split gives to their words; where nothing decides, as its first choice, and the example does not count as
confirmed, until the annotator has given the span one of the new labels.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.annotation import Span
from goldspan.doccano.corpus_record import read_record
from goldspan.doccano.labels import NOTHING, FormerNames, label_names
from goldspan.doccano.snapshot import UndecidedSpan, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.annotation import LabelScheme
    from goldspan.corpus import Corpus
    from goldspan.doccano.corpus_record import DoccanoRecord, FormerLabelRecord
    from goldspan.doccano.labels import LabelNames
    from goldspan.doccano.snapshot import AnnotatorWork, Snapshot, StoredExample


def former_names(record: DoccanoRecord, scheme: LabelScheme) -> FormerNames:
    """The names that types on a server may have of labels that left the scheme.

    Args:
        record: what the corpus remembers.
        scheme: the labels of today. A name that it has is no former one.
    """
    single: dict[str, FormerLabelRecord] = {}
    single |= {name: entry for name, entry in _entries(record, scheme) if len(entry.labels) == 1}
    return FormerNames(
        {name: entry.labels[0] for name, entry in single.items()},
        frozenset(name for name, entry in _entries(record, scheme) if len(entry.labels) > 1),
        {name: entry.name for name, entry in single.items()},
    )


def corpus_label_names(corpus: Corpus, renamed: Mapping[str, str] = NOTHING) -> LabelNames:
    """What the labels of a corpus are called on a server, former names included.

    Args:
        corpus: the corpus.
        renamed: by label, the name that its type was given there, as a person states it.

    Raises:
        InputError: if labels.toml or the record cannot be read.
    """
    return label_names(corpus.scheme, renamed, former_names(read_record(corpus), corpus.scheme))


def with_split_labels(snapshot: Snapshot, record: DoccanoRecord, scheme: LabelScheme) -> Snapshot:
    """The snapshot with labels of today for spans of labels that were split; open where one is to be read again.

    Args:
        snapshot: with the labels of the scheme elsewhere.
        record: what the corpus remembers.
        scheme: the labels of today.
    """
    split: dict[str, FormerLabelRecord] = {}
    split |= {name: entry for name, entry in _entries(record, scheme) if len(entry.labels) > 1}
    reader = _SplitReader(split)
    copies = {number: reader.read(copy) for number, copy in snapshot.copies.items()} if split else snapshot.copies
    return replace(snapshot, copies=copies, undecided=tuple(reader.undecided), relabelled=reader.relabelled)


class _SplitReader:
    """Reads spans of labels that were split.

    Args:
        split: by the name of a type, its former label.
    """

    def __init__(self, split: Mapping[str, FormerLabelRecord]) -> None:
        self.split = split
        self.undecided: list[UndecidedSpan] = []
        self.relabelled = Counter[str]()

    def read(self, copy: StoredExample) -> StoredExample:
        """The copy with the labels of today."""
        works = copy.work.values()
        labels = {span.label for work in works for span in work.spans}
        labels |= {span.label for work in works for span in work.invalid}
        if not labels & self.split.keys():
            return copy
        work = {who: self._work(copy, who, work) for who, work in copy.work.items()}
        filled_in = next((who for who in work if fingerprint(copy.work[who].spans) == copy.sent), None)
        return replace(copy, work=work, sent=copy.sent if filled_in is None else fingerprint(work[filled_in].spans))

    def _work(self, copy: StoredExample, annotator: str, work: AnnotatorWork) -> AnnotatorWork:
        spans, is_open = set[Span](), False
        for span in work.spans:
            label, is_decided = self._label(span.label, copy.text[span.start : span.end])
            spans.add(Span(span.start, span.end, label))
            if not is_decided:
                is_open = True
                self._note(copy, annotator, work, span, label)
        invalid = tuple(replace(span, label=self._label(span.label, "")[0]) for span in work.invalid)
        return replace(work, spans=tuple(sorted(spans)), invalid=invalid, confirmed=work.confirmed and not is_open)

    def _label(self, label: str, surface: str) -> tuple[str, bool]:
        """The label of today for a span of a label, and whether it is certain."""
        entry = self.split.get(label)
        if entry is None:
            return label, True
        words = " ".join(surface.split())
        found = next((rule.label for rule in entry.rules if re.search(rule.pattern, words)), None)
        self.relabelled[found or entry.labels[0]] += 1
        self.relabelled[label] -= 1
        return found or entry.labels[0], found is not None

    def _note(self, copy: StoredExample, annotator: str, work: AnnotatorWork, span: Span, label: str) -> None:
        self.undecided.append(
            UndecidedSpan(
                annotator=annotator,
                example=copy.name,
                former=span.label,
                span=Span(span.start, span.end, label),
                surface=copy.text[span.start : span.end],
                labels=tuple(self.split[span.label].labels),
                confirmed=work.confirmed,
            )
        )


def _entries(record: DoccanoRecord, scheme: LabelScheme) -> Iterator[tuple[str, FormerLabelRecord]]:
    """The former labels by the names that their types may have."""
    taken = {name for label in scheme.labels for name in (label.name, label.display)}
    for entry in record.former_labels:
        if all(label in scheme for label in (*entry.labels, *(rule.label for rule in entry.rules))):
            yield from ((name, entry) for name in (entry.name, entry.display) if name and name not in taken)
