"""What became of the articles, examples and spans of a release when it was put on somebody's own texts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from goldspan.export.parquet import WrittenTable
    from goldspan.rebuild.texts import SkippedText
    from goldspan.tokens import Misaligned

Keep = Literal["exact", "same-words", "all-spans", "all"]
KEEP: tuple[Keep, ...] = ("exact", "same-words", "all-spans", "all")  # from the strictest on

SpanResult = Literal["exact", "moved", "lost"]
SPAN_RESULTS: tuple[SpanResult, ...] = ("exact", "moved", "lost")

ExampleResult = Literal["exact", "changed", "missing"]
EXAMPLE_RESULTS: tuple[ExampleResult, ...] = ("exact", "changed", "missing")

Source = Literal["release", "hash", "name", "fingerprints", "none"]
SOURCES: dict[Source, str] = {
    "release": "in the release as texts",
    "hash": "found by the SHA-256 of the file",
    "name": "found by name",
    "fingerprints": "found by fingerprints",
    "none": "not found",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltSpan:
    """What became of a span.

    Args:
        start: where it began in the example of the release, in code points.
        end: where it ended there.
        label: its label.
        result: `exact` if the text of its example is the same; `moved` if all of its words were found, in their order
            and next to each other; `lost` if not.
        place: where it begins and ends in the example as it is now; None if it is lost.
        reason: why it is lost, as a clause; empty if it is not.
    """

    start: int
    end: int
    label: str
    result: SpanResult
    place: tuple[int, int] | None = None
    reason: str = ""

    def json(self) -> dict[str, Any]:
        """The span for `rebuild.json`."""
        place = None if self.place is None else list(self.place)
        row = {"start": self.start, "end": self.end, "label": self.label, "result": self.result, "place": place}
        return row | ({"reason": self.reason} if self.reason else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltPass:
    """What became of an annotator's line.

    Args:
        annotator: the name of the pass.
        reason: why the line is left out, as a clause; empty if it is kept.
        spans: of the line.
    """

    annotator: str
    reason: str
    spans: tuple[RebuiltSpan, ...]

    @property
    def is_kept(self) -> bool:
        """Whether the line is in the dataset."""
        return not self.reason

    def json(self) -> dict[str, Any]:
        """The line for `rebuild.json`."""
        return {
            "annotator": self.annotator,
            "kept": self.is_kept,
            "reason": self.reason or None,
            "spans": [span.json() for span in self.spans],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltExample:
    """What became of an example.

    Args:
        id: of the example.
        article: the id of its article.
        split: that it is in.
        result: `exact` if its text is the same, `changed` if it differs, `missing` if no part of it was found.
        is_same_words: whether all of its tokens were found in their order, and none between or beside them.
        at: where its text begins in somebody's own text, in code points; None if it is missing.
        reason: why it is left out, as a clause; empty if it is kept.
        found: how many of its tokens were found.
        tokens: how many it has in the release.
        unread: the parts of its text that stand on no token of the release: nobody has read them.
        in_gold: whether gold has it; else passes alone.
        spans: of gold.
        passes: the annotators' lines of it.
    """

    id: str
    article: str
    split: str
    result: ExampleResult
    is_same_words: bool
    at: int | None
    reason: str
    found: int
    tokens: int
    unread: tuple[tuple[int, int], ...] = ()
    in_gold: bool = True
    spans: tuple[RebuiltSpan, ...] = ()
    passes: tuple[RebuiltPass, ...] = ()

    @property
    def is_kept(self) -> bool:
        """Whether the example is in the dataset."""
        return not self.reason

    def json(self) -> dict[str, Any]:
        """The example for `rebuild.json`."""
        return {
            "id": self.id,
            "article": self.article,
            "split": self.split,
            "result": self.result,
            "same_words": self.is_same_words,
            "kept": self.is_kept,
            "reason": self.reason or None,
            "at": self.at,
            "tokens": self.tokens,
            "found": self.found,
            "unread": [list(part) for part in self.unread],
            "in_gold": self.in_gold,
            "spans": [span.json() for span in self.spans],
            "passes": [line.json() for line in self.passes],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltArticle:
    """What became of an article.

    Args:
        id: of the article.
        split: that it is in.
        source: where its text is from, a key of `SOURCES`.
        place: of the text that was found, in the folder of texts; None if it is in the release, or was not found.
        likeness: the share of its windows that the text has; None if it is in the release, or was not found.
        notes: what is to be known of it, as clauses.
        url: where it was published, if that is known: there it can be got again.
        title: its headline, if that is known.
    """

    id: str
    split: str
    source: Source
    place: str | None = None
    likeness: float | None = None
    notes: tuple[str, ...] = ()
    url: str | None = None
    title: str | None = None

    def json(self) -> dict[str, Any]:
        """The article for `rebuild.json`."""
        return {
            "id": self.id,
            "split": self.split,
            "source": self.source,
            "text": self.place,
            "likeness": None if self.likeness is None else round(self.likeness, 4),
            "notes": list(self.notes),
            "title": self.title,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildResult:
    """What was rebuilt of a release.

    Args:
        title: of the release.
        version: of it.
        date: of it.
        sha256: of its `SHA256SUMS`, in hexadecimal: by it the release is known.
        keep: which examples are kept.
        articles: those of the release that have examples in it, split by split.
        examples: all of the release, split by split.
        skipped: what of the folder of texts could not be read.
        written: per configuration and split what was written; none if nothing was.
    """

    title: str
    version: str
    date: str
    sha256: str
    keep: Keep
    articles: tuple[RebuiltArticle, ...]
    examples: tuple[RebuiltExample, ...]
    skipped: tuple[SkippedText, ...]
    written: dict[str, dict[str, WrittenTable]]

    @property
    def article_counts(self) -> Counter[str]:
        """How many articles there are of each source."""
        return Counter(article.source for article in self.articles)

    @property
    def gold(self) -> Iterator[RebuiltExample]:
        """The examples of gold."""
        return (example for example in self.examples if example.in_gold)

    @property
    def passes(self) -> Iterator[tuple[RebuiltExample, RebuiltPass]]:
        """The annotators' lines, each with its example."""
        return ((example, line) for example in self.examples for line in example.passes)

    @property
    def is_complete(self) -> bool:
        """Whether every example, every annotator's line and every span of the release is in the dataset."""
        return all(example.is_kept and not _is_lost(example.spans) for example in self.gold) and all(
            line.is_kept and not _is_lost(line.spans) for _, line in self.passes
        )

    @property
    def kept(self) -> int:
        """How many examples of gold are in the dataset."""
        return sum(example.is_kept for example in self.gold)

    @property
    def lost(self) -> list[tuple[RebuiltExample, RebuiltSpan]]:
        """The spans of gold that were lost in examples that were found."""
        return [
            (example, span)
            for example in self.gold
            if example.result != "missing"
            for span in example.spans
            if span.result == "lost"
        ]

    def totals(self) -> dict[str, Any]:
        """The counts for `rebuild.json`."""
        gold, passes = list(self.gold), list(self.passes)
        kept = [example for example in gold if example.is_kept]
        return {
            "articles": {"all": len(self.articles), **{source: self.article_counts[source] for source in SOURCES}},
            "examples": {
                "all": len(gold),
                **_counted((example.result for example in gold), EXAMPLE_RESULTS),
                "same_words": sum(example.result == "changed" and example.is_same_words for example in gold),
                "kept": len(kept),
                "left_out": len(gold) - len(kept),
            },
            "spans": _span_counts(span for example in gold for span in example.spans)
            | {"kept": sum(span.result != "lost" for example in kept for span in example.spans)},
            "passes": {"all": len(passes), "kept": sum(line.is_kept for _, line in passes)},
            "pass_spans": _span_counts(span for _, line in passes for span in line.spans),
            "unread": {
                "parts": sum(len(example.unread) for example in kept),
                "examples": sum(bool(example.unread) for example in kept),
            },
        }

    def losses(self) -> list[Misaligned]:
        """The spans of gold that tokens of the dataset cannot express."""
        return [loss for table in self.written.get("gold", {}).values() for loss in table.losses]

    def json(self) -> dict[str, Any]:
        """The content of `rebuild.json`, and the report for `--json`."""
        return {
            "release": {"title": self.title, "version": self.version, "date": self.date, "sha256": self.sha256},
            "keep": self.keep,
            "complete": self.is_complete,
            "totals": self.totals(),
            "tables": {
                config: {split: {"rows": table.rows, "spans": table.spans} for split, table in splits.items()}
                for config, splits in self.written.items()
            },
            "articles": [article.json() for article in self.articles],
            "examples": [example.json() for example in self.examples],
            "skipped": [{"text": one.file, "row": one.row, "reason": one.reason} for one in self.skipped],
        }


def _is_lost(spans: Iterable[RebuiltSpan]) -> bool:
    return any(span.result == "lost" for span in spans)


def _span_counts(spans: Iterable[RebuiltSpan]) -> dict[str, int]:
    results = [span.result for span in spans]
    return {"all": len(results), **_counted(results, SPAN_RESULTS)}


def _counted(results: Iterable[str], names: Iterable[str]) -> dict[str, int]:
    counts = Counter(results)
    return {name: counts[name] for name in names}
