"""The changelog of a release: per version what changed in the annotation, in sentences and tables, without any text.

It is made anew for each release from what `corpus/releases/` keeps, so that it never differs from it. It has ids and
offsets alone, since a text may not travel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.corpus.releases import parse_version
from goldspan.release.annotation_changes import compare_releases
from goldspan.release.text_comparison import KINDS, NO_DECISION, NO_RULE
from goldspan.report.text import Table, amount, enumerate_names, escape_markdown

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from goldspan.corpus.releases import ReleaseRecord
    from goldspan.corpus.withdrawals import Withdrawal
    from goldspan.release.annotation_changes import AnnotationChanges
    from goldspan.release.text_comparison import ComparedSpan, Reason, SpanChange

MOST_ROWS = 200  # of a table
MOST_NAMES = 20  # of articles in a sentence
MORE = "are counted above"
REQUESTS = {
    "publisher": "its publisher asked for it",
    "person": "a person of whom it speaks asked for it",
    "author": "its author asked for it",
    "other": "somebody asked for it",
}
HEAD = """\
# Changelog

What changed in the annotation from version to version. A span was *moved* if its label is the same and its edges are
not, and *relabelled* if its edges are the same and its label is not. It is compared where both versions have its text;
what came or went with a text is counted by itself. Numbers in brackets are offsets in the example, in code points,
from 0.
"""
RULES = "The rule is that of the decision on the place of the span, in the newer version or else in the older one."
GROUPS = {
    NO_RULE: f"“{NO_RULE}”: somebody decided, and named none.",
    NO_DECISION: f"“{NO_DECISION}”: nobody had to decide, since those who read the text agreed, or one alone read it.",
}
GUIDELINES = "The guidelines changed as well: one of the rules that changed may be the reason there."
TEXTS = "With texts: spans of examples that the other version does not have, or has with another text."
ALWAYS = frozenset({"label", "article", "before", *KINDS[:3], "now"})  # columns that are there also if all are 0


def render_changelog(records: Iterable[ReleaseRecord], withdrawals: Sequence[Withdrawal] = ()) -> str:
    """The changelog of some versions in Markdown, the newest first.

    Args:
        records: of the versions, in any order.
        withdrawals: the articles that were taken out of the corpus; their spans are counted, but no longer listed.
    """
    ordered = sorted(records, key=lambda record: parse_version(record.version))
    sections = [
        _section(compare_releases(before, after, withdrawals), {one.article for one in withdrawals})
        for before, after in zip([None, *ordered], ordered, strict=False)
    ]
    return "\n".join([HEAD, *reversed(sections)])


def _section(changes: AnnotationChanges, hidden: Container[str]) -> str:
    lines = [f"## {changes.after.version}, {changes.after.date}", ""]
    lines += [f"- {escape_markdown(sentence)}" for sentence in summarise(changes)]
    for table in change_tables(changes, hidden):
        lines += ["", f"### {table.title}", ""]
        if table.note:
            lines += [table.note, ""]
        lines.append(table.markdown())
    return "\n".join(lines) + "\n"


def summarise(changes: AnnotationChanges) -> list[str]:
    """What changed, in sentences."""
    return list(_sentences(changes))


def _sentences(changes: AnnotationChanges) -> Iterator[str]:
    total = changes.total()
    if changes.before is None:
        articles, examples = len(changes.after.articles), len(changes.after.examples)
        yield (
            f"The first version: {amount(total.after, 'span')} in {amount(examples, 'example')} of "
            f"{amount(articles, 'article')}."
        )
        return
    if changes.is_empty:
        yield f"Nothing changed in the annotation since {changes.before.version} of {changes.before.date}."
    else:
        same = total.before - total.went - total.removed - total.moved - total.relabelled_from
        first, *others = (len(changes.of_kind(kind)) for kind in KINDS)
        counted = ", ".join(f"{number:,} {kind}" for kind, number in zip(KINDS[1:], others, strict=True))
        yield (
            f"Since {changes.before.version} of {changes.before.date}: {amount(first, 'span')} {KINDS[0]}, {counted}; "
            f"{same:,} of those compared are the same."
        )
    if changes.before.guidelines != changes.after.guidelines:
        yield f"Its guidelines are version {changes.after.guidelines}; they were {changes.before.guidelines}."
    yield from _label_sentences(changes)
    yield from _text_sentences(changes)


def _label_sentences(changes: AnnotationChanges) -> Iterator[str]:
    for old, new in changes.renamed.items():
        yield f"The label {old} is called {new} now. Its spans are compared under the new name."
    for old, new_labels in changes.replaced.items():
        parts = enumerate_names(f"{name} ({number:,})" for name, number in new_labels.items())
        yield f"The label {old} is gone. Where its spans were, the label is now {parts}."


def _text_sentences(changes: AnnotationChanges) -> Iterator[str]:
    if added := changes.articles_added:
        yield f"{_counted(added, 'added')}, {_held(changes, 'article added')}: {_names(added)}."
    withdrawn = {one.article: one for one in changes.withdrawals}
    for name, one in sorted(withdrawn.items()):
        yield f"The article {name} was withdrawn on {one.date}: {REQUESTS[one.requested_by]}."
    if left_out := [name for name in changes.articles_gone if name not in withdrawn]:
        yield f"{_counted(left_out, 'left out of this version')}: {_names(left_out)}."
    if changed := changes.articles_changed:
        both = [_held(changes, "text changed", is_after=is_after) for is_after in (False, True)]
        what = (
            f"Examples whose own text changed, or that came or went, are not compared: {both[0]} before, {both[1]} now."
            if changes.examples("text changed")
            else "All examples have the texts that they had."
        )
        yield f"{_counted(changed, 'changed in its text', 'changed in their texts')}: {_names(changed)}. {what}"
    if moved := [f"{name} ({old}, now {new})" for name, (old, new) in changes.splits_changed.items()]:
        yield f"{_counted(moved, 'in another split', 'in other splits')}: {_names(moved)}."
    if changes.examples("newly read"):
        yield f"Read for the first time, in articles that were there: {_held(changes, 'newly read')}."
    if changes.examples("no longer read"):
        yield f"No longer in gold, in articles that are still there: {_held(changes, 'no longer read')}."


def _counted(articles: Sequence[str], what: str, several: str | None = None) -> str:
    return f"{amount(len(articles), 'article')} {what if len(articles) == 1 else several or what}"


def _names(articles: Sequence[str]) -> str:
    return enumerate_names(articles, most=MOST_NAMES)


def _held(changes: AnnotationChanges, reason: Reason, *, is_after: bool | None = None) -> str:
    """How many examples and spans only one version has for a reason."""
    examples = changes.examples(reason, is_after=is_after)
    spans = sum(len(one.spans) for one in examples)
    return f"{amount(len(examples), 'example')} with {amount(spans, 'span')}"


def change_tables(
    changes: AnnotationChanges, hidden: Container[str] = (), *, most: int = MOST_ROWS, where: str = MORE
) -> list[Table]:
    """What changed, as tables: by label, by rule, by article, and span by span; a table without rows is not there.

    Args:
        changes: between two versions.
        hidden: ids of articles whose spans are counted, but not listed.
        most: rows of a table; a note has the number of the others.
        where: what the note says of these.
    """
    if changes.before is None:
        rows = tuple((label, f"{counts.after:,}") for label, counts in changes.by_label().items())
        return [Table("Spans by label", "", ("label", "spans"), rows)] if rows else []
    if changes.is_empty:
        return []
    tables = [_label_table(changes), _rule_table(changes), _article_table(changes), _span_table(changes, hidden)]
    return [table.first(most, where) for table in tables if table.rows]


def _label_table(changes: AnnotationChanges) -> Table:
    former, by_label = {new: old for old, new in changes.renamed.items()}, changes.by_label()
    rows = [
        (
            f"{label} (was {former[label]})" if label in former else label,
            *(counts.before, counts.added, counts.removed, counts.moved, counts.relabelled_from, counts.relabelled_to),
            *(counts.came, counts.went, counts.after),
        )
        for label, counts in by_label.items()
    ]
    header = ("label", "before", *KINDS[:3], "relabelled from", "relabelled to", "came with texts", "went with texts",
              "now")  # fmt: skip
    note = TEXTS if any(counts.came or counts.went for counts in by_label.values()) else ""
    return _counted_table("By label", note, header, rows)


def _rule_table(changes: AnnotationChanges) -> Table:
    by_rule = changes.by_rule()
    notes = [RULES, *(note for group, note in GROUPS.items() if group in by_rule)]
    if NO_DECISION in by_rule and changes.before and changes.before.guidelines != changes.after.guidelines:
        notes.append(GUIDELINES)
    rows = tuple(
        (rule, *(f"{number:,}" for number in (counts.added, counts.removed, counts.moved, counts.relabelled_to)))
        for rule, counts in by_rule.items()
    )
    return Table("By rule", " ".join(notes), ("rule", *KINDS), rows)


def _article_table(changes: AnnotationChanges) -> Table:
    state = dict.fromkeys(changes.articles_changed, "text changed")
    state |= dict.fromkeys(changes.articles_added, "added")
    state |= dict.fromkeys(changes.articles_gone, "left out")
    state |= dict.fromkeys((one.article for one in changes.withdrawals), "withdrawn")
    rows = [
        (
            *(article, state.get(article, "")),
            *(counts.before, counts.added, counts.removed, counts.moved, counts.relabelled_to),
            *(counts.came, counts.went, counts.after),
        )
        for article, counts in changes.by_article().items()
        if article in state or not counts.is_empty
    ]
    header = ("article", "state", "before", *KINDS, "came with texts", "went with texts", "now")
    return _counted_table("By article", "", header, rows)


def _counted_table(title: str, note: str, header: tuple[str, ...], rows: Sequence[tuple[str | int, ...]]) -> Table:
    """A table without the columns of which nothing is to be said."""
    kept = [number for number, name in enumerate(header) if name in ALWAYS or any(row[number] for row in rows)]
    cells = tuple(
        tuple(cell if isinstance(cell := row[number], str) else f"{cell:,}" for number in kept) for row in rows
    )
    return Table(title, note, tuple(header[number] for number in kept), cells)


def _span_table(changes: AnnotationChanges, hidden: Container[str]) -> Table:
    """The spans one by one, without those of a label that is gone as a whole, and those of articles to be hidden."""
    listed = [change for change in changes.spans if not _is_replaced(change, changes.replaced)]
    rows = tuple(_span_row(change) for change in listed if change.article not in hidden)
    notes = []
    if len(listed) < len(changes.spans):
        notes.append(f"Without {amount(len(changes.spans) - len(listed), 'span')} of labels that are gone.")
    if len(rows) < len(listed):
        notes.append(f"Without {amount(len(listed) - len(rows), 'span')} of articles that were withdrawn.")
    return Table("Span by span", " ".join(notes), ("example", "change", "before", "now", "rule"), rows)


def _is_replaced(change: SpanChange, replaced: Mapping[str, object]) -> bool:
    return change.kind == "relabelled" and change.before is not None and change.before.label in replaced


def _span_row(change: SpanChange) -> tuple[str, ...]:
    edges = {None: "", "both": ": both edges", "start": ": start", "end": ": end"}[change.edge]
    spans = (_span(span, change.place.example) for span in (change.before, change.after))
    return (change.place.example, change.kind + edges, *spans, change.group)


def _span(span: ComparedSpan | None, example: str) -> str:
    """A span in a cell, with its example where that is another than that of the row."""
    if span is None:
        return ""
    return f"{'' if span.example == example else f'{span.example} '}[{span.start}, {span.end}] {span.label}"
