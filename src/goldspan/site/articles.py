"""The page of an article: the whole text, with gold and the spans of all passes in place, and what was decided.

An article is read alone, so a project of any size needs the memory of one article.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.adjudication.state import read_state
from goldspan.corpus.comments import comments_of_corpus
from goldspan.report.html import Markup, element, link
from goldspan.report.svg import colours
from goldspan.report.text import amount, enumerate_names
from goldspan.site.pages import (
    ARTICLES,
    DISPUTES,
    GOLD,
    annotator_names,
    article_page,
    example_anchor,
)
from goldspan.site.reports import GUIDELINES
from goldspan.site.span_rows import (
    ExampleReadings,
    RowView,
    controls,
    label_legend,
    marked_text,
    owner_names,
    regions,
    row_count,
    span_list,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from goldspan.adjudication.derive import Dispute
    from goldspan.adjudication.state import AdjudicationState
    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.comments import PassComment
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.formats.decisions import Decision
    from goldspan.formats.doubts import RegionDoubt
    from goldspan.guidelines.rules import Rule
    from goldspan.report.html import Child
    from goldspan.site.pages import SiteFrame
    from goldspan.site.span_rows import SpanRegion
    from goldspan.site.visibility import Visibility

HOW = {"adjudicated": "after comparing what was marked", "majority": "by majority", "hand": "by hand"}
OUTCOME_WORDS = {
    "slip": "a slip",
    "unclear-rule": "a rule that is unclear",
    "missing-rule": "a rule that is missing",
    "ambiguous-text": "a text that has two readings",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePassage:
    """What the page of an article shows of an example.

    Args:
        readings: gold and passes.
        disputes: the regions to be decided, by place.
        decisions: those that apply.
        stale: those that no longer do.
        comments: of annotators whose passes are shown, with their names on the pages.
        remarks: what else a reader must know, in sentences.
        doubts: the regions of gold that are to be decided though readers do not differ there.
    """

    readings: ExampleReadings
    disputes: tuple[Dispute, ...] = ()
    decisions: tuple[Decision, ...] = ()
    stale: tuple[Decision, ...] = ()
    comments: tuple[tuple[str, PassComment], ...] = ()
    remarks: tuple[str, ...] = ()
    doubts: tuple[RegionDoubt, ...] = ()

    @property
    def places(self) -> list[tuple[int, int]]:
        """Where something is to be decided or was decided, in code points."""
        decided = [(one.start, one.end) for one in (*self.decisions, *self.stale)]
        doubted = [(one.start, one.end) for one in self.doubts]
        return [*((one.start, one.end) for one in self.disputes), *doubted, *decided]

    def anchor(self, start: int, end: int) -> str:
        """The id on the page of the article of what is said of a place.

        Args:
            start: of the place, in code points.
            end: of the place.
        """
        found = (one for one in regions(self.readings) if one.start < end and start < one.end)
        region = next(found, None)
        first, last = (start, end) if region is None else (region.start, region.end)
        return f"{example_anchor(self.readings.id)}-{first}-{last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownArticle:
    """What the pages show of an article.

    Args:
        entry: its line in the manifest.
        source: its text; None if the examples are not parts of it as it is now.
        examples: in the order of the text.
        annotators: the names on the pages of those who read some of it and whose passes are shown, in their order.
        hidden: how many passes are not shown, as their round is open.
        rules: of the guidelines, by id.
    """

    entry: ManifestEntry
    source: str | None
    examples: tuple[ArticlePassage, ...]
    annotators: tuple[str, ...]
    hidden: int
    rules: Mapping[str, Rule]

    @property
    def title(self) -> str:
        """Its headline, or its id."""
        return self.entry.title or self.entry.id

    @property
    def counts(self) -> dict[str, int]:
        """The number of spans by whose they are; gold is left out where no example has it."""
        counts: Counter[str] = Counter(dict.fromkeys(self.annotators, 0))
        for example in self.examples:
            for name, spans in example.readings.sides.items():
                counts[name] += len(spans)
        return dict(counts)

    @property
    def open_disputes(self) -> int:
        """How many regions are to be decided."""
        return sum(len(example.disputes) + len(example.doubts) for example in self.examples)

    @property
    def decisions(self) -> int:
        """How many decisions apply."""
        return sum(len(example.decisions) for example in self.examples)


def read_article(corpus: Corpus, entry: ManifestEntry, visibility: Visibility) -> ShownArticle:
    """What the pages show of an article.

    Args:
        corpus: the project.
        entry: the article's line in the manifest.
        visibility: what may be shown.

    Raises:
        InputError: as `goldspan.adjudication.state.read_state`, and for a text that is missing or not UTF-8.
    """
    article = entry.id
    state = read_state(corpus, [article])
    names = annotator_names(corpus.annotators())
    readings = {
        folder: {one.id: one for one in corpus.confirmed_examples(folder, [article])}
        for folder in names
        if (corpus.passes / folder / f"{article}.jsonl").exists()
    }
    shown = {folder: found for folder, found in readings.items() if visibility.shows_pass(folder, article)}
    gold = {name: one for name, one in state.gold.items() if visibility.shows_gold(name)}
    source = corpus.source(entry)
    bare: dict[str, Example] = {}
    for examples in (gold, *shown.values()):
        for name, one in examples.items():
            bare.setdefault(name, one)
    ordered = sorted(bare.values(), key=lambda one: (one.at, one.end, one.id))
    is_whole = all(source[one.at : one.end] == one.text for one in ordered)
    comments = comments_of_corpus(corpus, [article]) if shown else {}
    return ShownArticle(
        entry=entry,
        source=source if is_whole else None,
        examples=tuple(
            _shown_example(one, state, gold=gold, shown=shown, names=names, comments=comments.get(one.id, ()))
            for one in ordered
        ),
        annotators=tuple(names[folder] for folder in shown),
        hidden=len(readings) - len(shown),
        rules=state.rules,
    )


def _shown_example(
    example: Example,
    state: AdjudicationState,
    *,
    gold: Mapping[str, Example],
    shown: Mapping[str, Mapping[str, Example]],
    names: Mapping[str, str],
    comments: Sequence[PassComment],
) -> ArticlePassage:
    name, text = example.id, example.text
    own_gold = gold.get(name)
    readers = {folder: found[name] for folder, found in shown.items() if name in found}
    of_other_texts = [names[folder] for folder, one in readers.items() if one.text != text]
    settled = state.derived.settled.get(name)
    may_compare = settled is not None and {*settled.readers} <= {*readers}
    if settled is not None and settled.example.text != text:
        may_compare = False
    disputes = settled.disputes if settled is not None and may_compare else ()
    decisions = settled.applied if settled is not None and may_compare else ()
    stale = settled.stale if settled is not None and may_compare else ()
    remarks = []
    if of_other_texts:
        remarks.append(f"{enumerate_names(of_other_texts)} read another text of this example, which is not shown.")
    if own_gold is not None and not own_gold.is_annotated:
        remarks.append("Nobody has annotated all of this text.")
    return ArticlePassage(
        readings=ExampleReadings(
            id=name,
            text=text,
            at=example.at,
            gold=None if own_gold is None else own_gold.spans,
            passes={names[folder]: one.spans for folder, one in readers.items() if one.text == text},
        ),
        disputes=tuple(disputes),
        decisions=tuple(decisions),
        stale=tuple(stale),
        comments=tuple((names[one.annotator], one) for one in comments if one.annotator in shown),
        remarks=tuple(remarks),
        doubts=_shown_doubts(state, example, disputes) if own_gold is not None else (),
    )


def _shown_doubts(state: AdjudicationState, example: Example, disputes: Sequence[Dispute]) -> tuple[RegionDoubt, ...]:
    """The open doubts on an example whose gold is shown; a dispute at the same place stands for both."""
    return tuple(
        one
        for one in state.open_doubts
        if one.example == example.id
        and one.end <= len(example.text)
        and not any(one.overlaps(each.start, each.end) for each in disputes)
    )


def article_html(frame: SiteFrame, article: ShownArticle, labels: Mapping[str, str]) -> str:
    """The page of an article.

    Args:
        frame: what is around it.
        article: what is shown of it.
        labels: the colours `#rrggbb` of the labels of the scheme, by name.
    """
    used = dict.fromkeys(span.label for example in article.examples for span in example.readings.spans)
    ordered = [*(name for name in labels if name in used), *sorted(name for name in used if name not in labels)]
    view = RowView(colours(ordered, labels), article.annotators, frame.text_language)
    path = article_page(article.entry.id)
    rows = max((row_count(example.readings) for example in article.examples), default=0)
    title = element("bdi", article.title, lang=frame.text_language if article.entry.title else None, dir="auto")
    header = element(
        "header",
        element("p", "Article", class_="eyebrow"),
        element("h1", title),
        _facts(article),
    )
    return frame.page(
        path,
        article.title,
        _legend(path, article, view),
        element("div", *_text(article, view), class_="article"),
        header=header,
        within=[ARTICLES],
        styles=view.style(rows),
    )


def _facts(article: ShownArticle) -> Markup:
    entry = article.entry
    known = (entry.publisher, entry.author, entry.published, entry.licence)
    parts: list[Child] = [element("bdi", one) for one in known if one]
    parts.append(element("code", entry.id))
    joined: list[Child] = [part for one in parts for part in (" · ", one)]
    return element("p", *joined[1:], class_="quiet")


def _legend(path: str, article: ShownArticle, view: RowView) -> Markup:
    """What the colours and the rows mean, and the checkboxes."""
    counts = article.counts
    return element(
        "div",
        label_legend(view.colours, view) if view.colours else None,
        controls(view, counts) if counts else None,
        element("p", *_explanation(path, article, counts), class_="note"),
        class_="key",
    )


def _explanation(path: str, article: ShownArticle, counts: Mapping[str, int]) -> Iterator[Child]:
    if not article.examples:
        yield "Nobody has annotated this article yet. "
    if GOLD in counts:
        yield "Gold is on the colour of its label. "
    if article.annotators:
        yield (
            "Each line below the words is an annotator, from top to bottom in the order of the boxes; "
            "its colour is that of the label. A framed name is a label that gold does not have there. "
            if GOLD in counts
            else "Each line below the words is an annotator, from top to bottom in the order of the boxes; "
            "its colour is that of the label, whose name stands at the end. "
        )
    if article.examples and article.source is not None:
        yield "Grey text is in no example. "
    if article.source is None:
        yield "The examples are not parts of the article's file as it is now, so only they are shown. "
    if article.hidden:
        yield f"{amount(article.hidden, 'pass', 'passes')} not shown: the round is open. "
    if article.open_disputes:
        yield link(path, DISPUTES, amount(article.open_disputes, "open dispute"))
        yield "."


def _text(article: ShownArticle, view: RowView) -> Iterator[Markup]:
    """The text from its beginning to its end."""
    end = 0
    for example in article.examples:
        if article.source is not None:
            yield from _outside(article.source[end : example.readings.at], view)
        end = max(end, example.readings.at + len(example.readings.text))
        yield _passage(article, example, view)
    if article.source is not None:
        yield from _outside(article.source[end:], view)


def _outside(text: str, view: RowView) -> Iterator[Markup]:
    """Text that is in no example."""
    if words := text.strip():
        yield element("p", words, class_="words outside", lang=view.language, dir="auto")


def _passage(article: ShownArticle, example: ArticlePassage, view: RowView) -> Markup:
    """An example with its number, its spans and what is known of it."""
    readings = example.readings
    anchor = example_anchor(readings.id)
    number = element("h2", element("a", anchor, href=f"#{anchor}"), class_="number")
    found = regions(readings)
    differing = [one for one in found if not one.is_agreed or _is_disputed(example, one)]
    agreed = [one for one in found if one not in differing]
    readers = None
    if [*readings.passes] != [*article.annotators] and article.annotators:
        names = owner_names([*readings.passes]) if readings.passes else "nobody"
        readers = element("p", "Read by ", names, class_="note readers")
    return element(
        "div",
        number,
        element(
            "div",
            marked_text(readings, view),
            readers,
            *(element("p", remark, class_="note") for remark in example.remarks),
            _comments(example),
            *(_difference(article, example, one, view) for one in differing),
            *_places_without_spans(article, example, found),
            _agreed(readings, agreed, view),
            class_="passage-body",
        ),
        class_="passage",
        id=anchor,
    )


def _is_disputed(example: ArticlePassage, region: SpanRegion) -> bool:
    """Whether something is to be decided, or was decided, in a region."""
    return any(first < region.end and region.start < last for first, last in example.places)


def _difference(article: ShownArticle, example: ArticlePassage, region: SpanRegion, view: RowView) -> Markup:
    """A region in which readers differ, or on which something was decided: what each has, and the decision."""
    return element(
        "div",
        span_list(example.readings, region, view),
        *_notes(article, example, region.start, region.end),
        class_="difference",
        id=example.anchor(region.start, region.end),
    )


def _notes(article: ShownArticle, example: ArticlePassage, start: int, end: int) -> Iterator[Markup]:
    """What is to be decided and what was decided in a region."""
    if any(one.start < end and start < one.end for one in example.disputes):
        yield element("p", "Open dispute", class_="state open")
    yield from (doubt_note(one.why) for one in example.doubts if one.overlaps(start, end))
    path = article_page(article.entry.id)
    for decision in (*example.decisions, *example.stale):
        if decision.start < end and start < decision.end:
            stale = decision in example.stale
            yield decision_note(decision, example.readings.text, article.rules, page=path, stale=stale)


def doubt_note(why: Sequence[str]) -> Markup:
    """Why a region of gold is in doubt.

    Args:
        why: the reasons, a clause each.
    """
    return element("p", "In doubt: ", element("bdi", "; ".join(why) or "no reason was recorded"), class_="state open")


def _places_without_spans(
    article: ShownArticle, example: ArticlePassage, found: Sequence[SpanRegion]
) -> Iterator[Markup]:
    """Doubts and decisions on words on which nobody has a span."""
    for start, end in dict.fromkeys(example.places):
        if not any(one.start < end and start < one.end for one in found):
            yield element(
                "div",
                element("p", element("bdi", example.readings.text[start:end], class_="quote")),
                *_notes(article, example, start, end),
                class_="difference",
                id=example.anchor(start, end),
            )


def decision_note(
    decision: Decision, text: str, rules: Mapping[str, Rule], *, page: str, stale: bool = False
) -> Markup:
    """What was decided, by which rule and why.

    Args:
        decision: the decision.
        text: of its example.
        rules: of the guidelines, by id.
        page: the path of the page with the note.
        stale: whether it no longer applies.
    """
    chosen: list[Child] = []
    for span in decision.choice:
        words = element("bdi", text[span.start : span.end] if span.end <= len(text) else "…", class_="quote")
        chosen += [", " if chosen else None, words, f" {span.label}"]
    rule = rules.get(decision.rule) if decision.rule else None
    words = element("bdi", f"{decision.rule}: {rule.title}" if rule else decision.rule)
    shown = link(page, GUIDELINES, words, anchor=rule.id) if rule else words
    return element(
        "p",
        element("strong", "No longer applies" if stale else "Decided"),
        f" ({decision.when}, {HOW[decision.how]}): ",
        *(chosen or ["nothing"]),
        ".",
        element("span", " Rule ", shown, ".") if decision.rule else None,
        element("span", " Reason: ", element("bdi", decision.reason), class_="reason") if decision.reason else None,
        element("span", f" Why readers differed: {OUTCOME_WORDS[decision.outcome]}.") if decision.outcome else None,
        class_="state stale" if stale else "state decided",
    )


def _comments(example: ArticlePassage) -> Markup | None:
    if not example.comments:
        return None
    items = [
        element(
            "li",
            element("bdi", name, class_="annotator"),
            None if one.confirmed else " (left it open)",
            ": ",
            element("bdi", one.text, dir="auto", class_="comment"),
        )
        for name, one in example.comments
    ]
    return element("ul", *items, class_="remarks", aria_label="Comments")


def _agreed(readings: ExampleReadings, agreed: Sequence[SpanRegion], view: RowView) -> Markup | None:
    """The spans that gold and all readers have, behind a heading that opens them."""
    if not agreed:
        return None
    number = sum(len(one.spans) for one in agreed)
    who = "by gold and all readers" if readings.gold is not None and readings.passes else "the same"
    title = f"{amount(number, 'span')} {who}" if len(readings.sides) > 1 else amount(number, "span")
    return element(
        "details",
        element("summary", title),
        *(span_list(readings, one, view) for one in agreed),
        class_="agreed-spans",
    )
