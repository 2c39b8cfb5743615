"""What `corpus/releases/<version>.jsonl` keeps of a release: the annotation that it holds, without a word of a text.

A release holds what an export does: the examples of gold that somebody annotated as a whole, of articles in splits. A
decision is kept where gold is what was decided: one on an older text decided nothing of this release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan import files
from goldspan.corpus.releases import DecidedRegion, ReleasedExample, ReleasedSpan, ReleaseRecord
from goldspan.formats import decisions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.formats.decisions import Decision


def release_record(corpus: Corpus, version: str, date: str) -> ReleaseRecord:
    """What a release of the corpus as it is now holds.

    Args:
        corpus: the project.
        version: of the release.
        date: of the release, as `YYYY-MM-DD`.

    Raises:
        InputError: for the first line of manifest, splits, gold or decisions that is not valid.
    """
    splits = {article: name for name, ids in corpus.splits().items() for article in ids}
    articles: dict[str, str] = {}
    examples: list[ReleasedExample] = []
    for entry in corpus.entries:
        if entry.id not in splits:
            continue
        annotated = [example for example in corpus.gold_examples([entry.id]) if example.is_annotated]
        if annotated:
            articles[entry.id] = entry.sha256
            examples += _released(annotated, _decisions(corpus, entry.id))
    return ReleaseRecord(
        version=version,
        date=date,
        guidelines=corpus.scheme.version,
        articles=articles,
        examples=tuple(examples),
        splits={article: splits[article] for article in articles},
    )


def _decisions(corpus: Corpus, article: str) -> dict[str, list[Decision]]:
    """The decisions on an article, by the id of the example."""
    path = corpus.decisions / f"{article}.jsonl"
    by_example: dict[str, list[Decision]] = {}
    for line in decisions.read(path) if files.is_there(path) else ():
        by_example.setdefault(line.decision.example, []).append(line.decision)
    return by_example


def _released(examples: Iterable[Example], by_example: dict[str, list[Decision]]) -> list[ReleasedExample]:
    return [
        ReleasedExample(
            id=example.id,
            at=example.at,
            length=len(example.text),
            sha256=decisions.fingerprint(example.text),
            spans=[ReleasedSpan(span.start, span.end, span.label) for span in example.spans],
            decisions=_regions(example, by_example.get(example.id, ())),
        )
        for example in examples
    ]


def _regions(example: Example, made: Iterable[Decision]) -> list[DecidedRegion]:
    """The regions of an example where gold is what was decided, with their rules, sorted; each once."""
    sha256 = decisions.fingerprint(example.text)
    found = {
        DecidedRegion(decision.start, decision.end, decision.rule)
        for decision in made
        if decision.sha256 == sha256 and decision.choice == _spans_in(example, decision)
    }
    return sorted(found, key=lambda region: (region.start, region.end, region.rule or ""))


def _spans_in(example: Example, region: Decision) -> tuple[object, ...]:
    return tuple(span for span in example.spans if span.start < region.end and region.start < span.end)
