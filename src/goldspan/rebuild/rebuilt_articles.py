"""The examples of a release on somebody's own texts, with what became of each and of its spans."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from goldspan.annotation import Example, Span
from goldspan.corpus.passes import AIDED
from goldspan.rebuild.results import RebuiltArticle, RebuiltExample, RebuiltPass, RebuiltSpan
from goldspan.report.text import amount, percent
from goldspan.standoff.fingerprints import FingerprintedText
from goldspan.standoff.placement import is_exact_at, place_examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from goldspan.rebuild.release_reading import ReadRelease
    from goldspan.rebuild.results import Keep
    from goldspan.rebuild.text_search import TextMatches
    from goldspan.rebuild.texts import ReadText, TextFolder
    from goldspan.release.description import ReleasedArticle
    from goldspan.release.standoff_tables import StandoffRow
    from goldspan.standoff.examples import StandoffExample, StandoffSpan
    from goldspan.standoff.placement import PlacedExample

NO_TEXT = "no text was found for its article"
NO_WORDS = "none of its words were found in the text of its article"
NO_FINGERPRINTS = "passes alone have it, so that it has no fingerprints by which to find it in another text"
LEAST_FOUND = 0.5  # of the tokens of an example, without which its text would mostly be words that nobody has read
MOST_NAMED = 3  # texts in a note
THREADS = 8  # digests are made outside of Python's lock
AT_ONCE = 64  # texts that are in memory together


@dataclass(frozen=True, slots=True)
class RebuiltTexts:
    """The articles of a release as they were rebuilt.

    Args:
        articles: what became of each that has examples in the release, split by split.
        results: what became of each example, split by split.
        gold: the examples that are kept, by their ids.
        passes: the annotators' examples that are kept, by the place of their row in `standoff_passes` of their split.
    """

    articles: tuple[RebuiltArticle, ...]
    results: tuple[RebuiltExample, ...]
    gold: Mapping[str, Example]
    passes: Mapping[tuple[str, int], Example]


@dataclass(slots=True)
class _Unit:
    """The rows of one example: that of gold, and those of annotators who read the same text.

    Args:
        split: that it is in.
        example: without its text, with its windows if gold has it.
        gold: its row in `standoff`, if it has one.
        passes: its rows in `standoff_passes`, each with its place there.
    """

    split: str
    example: StandoffExample
    gold: StandoffRow | None = None
    passes: list[tuple[int, StandoffRow]] = field(default_factory=list)

    @property
    def spans(self) -> tuple[StandoffSpan, ...]:
        """The spans of gold and of all passes, each once, sorted."""
        rows = [*([self.gold] if self.gold else []), *(row for _, row in self.passes)]
        found = {span.span: span for row in rows for span in row.example.spans}
        return tuple(found[span] for span in sorted(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlacedText:
    """An example in somebody's own text.

    Args:
        at: where it begins there, in code points.
        text: of it.
        is_exact: whether it is the text of the release.
        is_same_words: whether it differs at most in white space, the style of marks and what is not seen.
        found: how many of its tokens were found.
        unread: the parts of it that stand on no token of the release.
        places: of each span that was found its start and end in the text.
        reasons: of each span that was lost the reason.
    """

    at: int
    text: str
    is_exact: bool
    is_same_words: bool
    found: int
    unread: tuple[tuple[int, int], ...]
    places: Mapping[Span, tuple[int, int]]
    reasons: Mapping[Span, str]


def rebuild_articles(
    release: ReadRelease,
    matches: TextMatches,
    folder: TextFolder | None,
    keep: Keep,
    on_progress: Callable[[str, int, int | None], None] = lambda _step, _done, _total: None,
) -> RebuiltTexts:
    """Put the texts that were found under the spans of a release.

    Args:
        release: that is rebuilt.
        matches: the text of each article that has one.
        folder: with the texts; None if the release holds all.
        keep: which examples are kept.
        on_progress: takes a step, how much of it is done, and the total.
    """
    units = _units(release)
    articles: list[RebuiltArticle] = []
    results: list[RebuiltExample] = []
    gold: dict[str, Example] = {}
    passes: dict[tuple[str, int], Example] = {}
    listed = [article for article in release.description.articles if article.id in units]
    with ThreadPoolExecutor(THREADS) as pool:
        stream = iter(listed)
        while group := list(islice(stream, AT_ONCE)):
            found = [_read(article, matches, folder) for article in group]
            own = [units[article.id] for article in group]
            same = [_is_same(article, matches) for article in group]
            placed = pool.map(partial(_place, release), group, own, found, same)
            for article, text, of_article, places in zip(group, found, own, placed, strict=True):
                articles.append(_article(article, matches, text))
                for unit, place in zip(of_article, places, strict=True):
                    missing = NO_WORDS if unit.gold is not None else NO_FINGERPRINTS
                    missing = NO_TEXT if text is None and not article.may_travel else missing
                    result = _result(unit, place, keep, missing)
                    results.append(result)
                    if place is not None and result.is_kept:
                        _keep(unit, result, place, gold, passes)
            on_progress("placing spans", len(articles), len(listed))
    return RebuiltTexts(tuple(articles), tuple(results), gold, passes)


def _read(article: ReleasedArticle, matches: TextMatches, folder: TextFolder | None) -> ReadText | None:
    match = matches.found.get(article.id)
    return None if match is None or folder is None else folder.read(match.text)


def _is_same(article: ReleasedArticle, matches: TextMatches) -> bool:
    """Whether the text that was found is that of the release, byte by byte."""
    match = matches.found.get(article.id)
    return match is not None and match.how == "hash"


def _keep(
    unit: _Unit,
    result: RebuiltExample,
    placed: _PlacedText,
    gold: dict[str, Example],
    passes: dict[tuple[str, int], Example],
) -> None:
    """Add an example to those that are kept, and its annotators' lines that are."""
    if unit.gold is not None:
        gold[unit.example.id] = _example(unit.gold, placed)
    for line, (number, row) in zip(result.passes, unit.passes, strict=True):
        if line.is_kept:
            passes[unit.split, number] = _example(row, placed)


def _units(release: ReadRelease) -> dict[str, list[_Unit]]:
    """The examples of each article, in the order of `standoff`; those that passes alone have come last."""
    units: dict[str, list[_Unit]] = defaultdict(list)
    by_text: dict[tuple[str, int, int], _Unit] = {}  # an article never changes, so the place says which text it is
    for split, rows in release.gold.items():
        for row in rows:
            unit = _Unit(split, row.example, row)
            units[row.article].append(unit)
            by_text[row.example.id, row.example.at, row.example.length] = unit
    for split, rows in release.passes.items():
        for number, row in enumerate(rows):
            key = row.example.id, row.example.at, row.example.length
            if key not in by_text:
                by_text[key] = _Unit(split, row.example)
                units[row.article].append(by_text[key])
            by_text[key].passes.append((number, row))
    return units


def _article(article: ReleasedArticle, matches: TextMatches, read: ReadText | None) -> RebuiltArticle:
    match = matches.found.get(article.id)
    notes = [
        f"{one.place} has its name and not its words: {percent(one.likeness, 1)}% of its fingerprints"
        for one in matches.refused.get(article.id, ())
    ]
    if read is not None and read.note:
        notes.append(read.note)
    if match is not None and match.others:
        more = len(match.others) - MOST_NAMED
        names = ", ".join(match.others[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
        notes.append(f"as like are {names}")
    return RebuiltArticle(
        id=article.id,
        split=article.split,
        source="release" if article.may_travel else "none" if match is None or read is None else match.how,
        place=None if match is None else match.text.place,
        likeness=None if match is None else match.likeness,
        notes=tuple(notes),
        url=article.url,
        title=article.title,
    )


def _of_release(unit: _Unit, release: ReadRelease) -> _PlacedText | None:
    """An example whose text the release holds."""
    held = release.texts.get(unit.example.id) if unit.gold else None
    for _, row in unit.passes:
        held = held or release.pass_texts.get((row.annotator or "", row.example.id))
    return None if held is None or len(held.text) != unit.example.length else _exact(unit, held.at, held.text)


def _exact(unit: _Unit, at: int, text: str) -> _PlacedText:
    places = {one.span: (one.span.start, one.span.end) for one in unit.spans}
    return _PlacedText(
        at=at,
        text=text,
        is_exact=True,
        is_same_words=True,
        found=unit.example.tokens,
        unread=(),
        places=places,
        reasons={},
    )


def _place(
    release: ReadRelease,
    article: ReleasedArticle,
    units: Sequence[_Unit],
    read: ReadText | None,
    is_same: bool,
) -> list[_PlacedText | None]:
    """The examples of an article in somebody's own text, or in the release; None for one that is not there.

    Args:
        release: that is rebuilt.
        article: of it.
        units: of the article.
        read: the text that was found for it; None if none was, or the release holds it.
        is_same: whether that is the text of the release, byte by byte.
    """
    if article.may_travel:
        return [_of_release(unit, release) for unit in units]
    if read is None:
        return [None] * len(units)
    text = read.text
    if is_same:
        starts = [unit.example.at for unit in units]
        parts = [text[at : at + unit.example.length] for at, unit in zip(starts, units, strict=True)]
        return [_exact(unit, at, part) for unit, at, part in zip(units, starts, parts, strict=True)]
    settings = release.description.fingerprints
    compared = FingerprintedText(text, settings)
    placed = place_examples((unit.example for unit in units if unit.gold is not None), compared, settings)
    by_place = {(one.example.id, one.example.at): one for one in placed}
    shifts = dict.fromkeys([0, *(one.start - one.example.at for one in placed if one.outcome == "exact")])
    return [
        _moved(unit, by_place[unit.example.id, unit.example.at])
        if unit.gold is not None
        else next((found for shift in shifts if (found := _as_it_was(unit, shift, compared)) is not None), None)
        for unit in units
    ]


def _moved(unit: _Unit, placed: PlacedExample) -> _PlacedText | None:
    if placed.outcome == "missing":
        return None
    spans = {one.span: placed.place_span(one) for one in unit.spans}
    places = {span: (one.place.start, one.place.end) for span, one in spans.items() if one.place is not None}
    return _PlacedText(
        at=placed.start,
        text=placed.text,
        is_exact=placed.outcome == "exact",
        is_same_words=placed.has_same_words,
        found=unit.example.tokens if placed.outcome == "exact" else sum(len(run.tokens) for run in placed.runs),
        unread=placed.unread,
        places=places,
        reasons={span: one.reason for span, one in spans.items() if one.place is None},
    )


def _as_it_was(unit: _Unit, shift: int, text: FingerprintedText) -> _PlacedText | None:
    """An example that passes alone have, where its text is as it was; it has no fingerprints by which to find more."""
    at = unit.example.at + shift
    if not is_exact_at(unit.example, text, at):
        return None
    return _exact(unit, at, text.text[at : at + unit.example.length])


def _result(unit: _Unit, placed: _PlacedText | None, keep: Keep, missing: str) -> RebuiltExample:
    """What became of an example, of its spans and of its annotators' lines."""
    gold = () if unit.gold is None else tuple(_span(one, placed, missing) for one in unit.gold.example.spans)
    reason = missing if placed is None else _why_left_out(unit, placed, gold, keep)
    passes = []
    for _, row in unit.passes:
        spans = tuple(_span(one, placed, missing) for one in row.example.spans)
        lost = sum(span.result == "lost" for span in spans)
        why = "its example is left out" if reason else ""
        if not why and lost and keep != "all":
            why = f"{lost} of its {amount(len(spans), 'span')} {'is' if lost == 1 else 'are'} lost"
        passes.append(RebuiltPass(annotator=row.annotator or "", reason=why, spans=spans))
    return RebuiltExample(
        id=unit.example.id,
        article=(unit.gold or unit.passes[0][1]).article,
        split=unit.split,
        result="missing" if placed is None else "exact" if placed.is_exact else "changed",
        is_same_words=placed is not None and placed.is_same_words,
        at=None if placed is None else placed.at,
        reason=reason,
        found=0 if placed is None else placed.found,
        tokens=unit.example.tokens,
        unread=() if placed is None else placed.unread,
        in_gold=unit.gold is not None,
        spans=gold,
        passes=tuple(passes),
    )


def _why_left_out(unit: _Unit, placed: _PlacedText, spans: Iterable[RebuiltSpan], keep: Keep) -> str:
    """Why an example that was found is left out, as a clause; empty if it is kept."""
    lost = [span for span in spans if span.result == "lost"]
    if placed.is_exact:
        return ""
    if keep == "exact":
        return "its text differs"
    if keep == "same-words" and not placed.is_same_words:
        changed = unit.example.tokens - placed.found
        parts = [f"{changed:,} of its {unit.example.tokens:,} tokens were not found"] if changed else []
        parts += [f"others were added in {amount(len(placed.unread), 'place')}"] if placed.unread else []
        return "; ".join(parts)
    if keep != "all" and lost:
        return f"{amount(len(lost), 'span')} lost: {lost[0].reason}"
    if keep != "all" and placed.found < LEAST_FOUND * unit.example.tokens:
        return f"only {placed.found:,} of its {unit.example.tokens:,} tokens were found"
    return ""


def _span(one: StandoffSpan, placed: _PlacedText | None, missing: str) -> RebuiltSpan:
    span = RebuiltSpan(start=one.span.start, end=one.span.end, label=one.span.label, result="lost", reason=missing)
    if placed is None:
        return span
    place = placed.places.get(one.span)
    if place is None:
        return replace(span, reason=placed.reasons[one.span])
    return replace(span, result="exact" if placed.is_exact else "moved", place=place, reason="")


def _example(row: StandoffRow, placed: _PlacedText) -> Example:
    """The example of a row on the text that was found, with the spans that were."""
    spans = [Span(*placed.places[one.span], one.span.label) for one in row.example.spans if one.span in placed.places]
    return Example(row.example.id, placed.text, tuple(spans), placed.at, {AIDED: True} if row.aided else {})
