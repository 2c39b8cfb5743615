"""The reports of a rebuild for people: tables for the terminal, and `REBUILD.md` with all that was not found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan import files
from goldspan.rebuild.results import SOURCES
from goldspan.report import schemas
from goldspan.report.text import Table, amount, escape_markdown, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.rebuild.results import RebuildResult

REPORT = "rebuild.json"
REPORT_TEXT = "REBUILD.md"
MOST_LISTED = 1_000  # rows of a table of `REBUILD.md`; the JSON report has all


def total_table(result: RebuildResult) -> Table:
    """Of how much there is in the release how much came out as it was, how much changed, and how much is not there."""
    totals = result.totals()
    examples, spans = totals["examples"], totals["spans"]
    passes, pass_spans = totals["passes"], totals["pass_spans"]
    articles = totals["articles"]
    exact = articles["release"] + articles["hash"]
    rows = [
        _row("articles", articles["all"], exact, articles["all"] - exact - articles["none"], articles["none"],
             articles["all"] - articles["none"]),
        _row("examples", examples["all"], examples["exact"], examples["changed"], examples["missing"],
             examples["kept"]),
        _row("spans", spans["all"], spans["exact"], spans["moved"], spans["lost"], spans["kept"]),
    ]  # fmt: skip
    if passes["all"]:
        rows.append(("lines of annotators", f"{passes['all']:,}", "–", "–", "–", f"{passes['kept']:,}"))
        rows.append(
            _row("their spans", pass_spans["all"], pass_spans["exact"], pass_spans["moved"], pass_spans["lost"],
                 sum(span.result != "lost" for _, line in result.passes if line.is_kept for span in line.spans))
        )  # fmt: skip
    header = ("", "in the release", "exact", "changed", "missing", "in the dataset")
    note = "Of spans, changed is moved, and missing is lost."
    return Table(f"{result.title} {result.version}, rebuilt", note, header, tuple(rows))


def article_table(result: RebuildResult) -> Table:
    """A row per article: where its text is from."""
    rows = tuple(
        (
            article.id,
            article.split,
            SOURCES[article.source],
            article.place or "",
            "" if article.likeness is None else percent(article.likeness, 1),
            "; ".join(article.notes),
        )
        for article in result.articles
    )
    note = "Likeness is the share of the article's fingerprints that the text has, in per cent."
    return Table("Articles", note, ("article", "split", "how", "text", "likeness", "notes"), rows)


def missing_table(result: RebuildResult) -> Table:
    """A row per article that was not found, with where it was published."""
    rows = tuple(
        (article.id, article.title or "", article.url or "", "; ".join(article.notes))
        for article in result.articles
        if article.source == "none"
    )
    return Table("Articles that were not found", "", ("article", "title", "published at", "notes"), rows)


def lost_table(result: RebuildResult) -> Table:
    """A row per span of gold that was lost in an example that was found."""
    rows = tuple(
        (example.id, f"{span.start}–{span.end}", span.label, span.reason, "kept" if example.is_kept else "left out")
        for example, span in result.lost
    )
    note = "Offsets are those in the example of the release. No span is put on other words than its own."
    header = ("example", "offsets", "label", "why", "its example")
    return Table("Spans that were lost", note, header, rows)


def left_out_table(result: RebuildResult) -> Table:
    """A row per example of gold that was found and is left out."""
    rows = tuple(
        (example.id, f"{example.found:,} of {example.tokens:,}", example.reason)
        for example in result.gold
        if example.result != "missing" and not example.is_kept
    )
    return Table("Examples that were found and are left out", "", ("example", "tokens found", "why"), rows)


def unread_table(result: RebuildResult) -> Table:
    """A row per example of the dataset with words that nobody has read."""
    rows = tuple(
        (example.id, ", ".join(f"{start}–{end}" for start, end in example.unread))
        for example in result.gold
        if example.is_kept and example.unread
    )
    note = (
        "No annotator has read these words: that they have no span does not mean that there is none. Read them, or "
        "leave the examples out."
    )
    return Table("Words that nobody has read", note, ("example", "offsets in its text"), rows)


def sentences(result: RebuildResult) -> Iterator[str]:
    """What was rebuilt and what was left out, in words."""
    totals = result.totals()
    examples, spans = totals["examples"], totals["spans"]
    yield (
        f"{amount(examples['kept'], 'example')} of {examples['all']:,} with {amount(spans['kept'], 'span')} of "
        f"{spans['all']:,} {'is' if examples['kept'] == 1 else 'are'} in the dataset (--keep {result.keep})."
    )
    if found_out := examples["left_out"] - examples["missing"]:
        what = f"{amount(found_out, 'example')} {_was(found_out)} found and {_is(found_out)} left out"
        yield f"{what}: no text of {'it' if found_out == 1 else 'them'} is in the tables, so that none is a negative."
    if missing := examples["missing"]:
        yield f"{amount(missing, 'example')} {_was(missing)} not found."
    if parts := totals["unread"]["parts"]:
        number = totals["unread"]["examples"]
        what = f"{amount(number, 'example')} of these {_has(number)} words that nobody has read"
        yield f"{what}, in {amount(parts, 'part')}."


def report_json(result: RebuildResult) -> str:
    """The content of `rebuild.json`, with a line for each article, example and file that was not read."""
    parts = []
    for key, value in schemas.with_schema("rebuild", result.json()).items():
        rows = [f"  {files.dumps(one)}" for one in value] if isinstance(value, list) else []
        written = ",\n".join(rows)
        parts.append(f'"{key}": ' + (f"[\n{written}\n]" if rows else files.dumps(value)))
    return "{\n" + ",\n".join(parts) + "\n}\n"


def render_report(result: RebuildResult) -> str:
    """The content of `REBUILD.md`."""
    parts = [
        f"# Rebuild of {escape_markdown(result.title)} {result.version}",
        " ".join(sentences(result)),
        total_table(result).markdown(),
        f"Release of {result.date}; the SHA-256 of its SHA256SUMS is `{result.sha256}`. `{REPORT}` has each span.",
    ]
    tables = (missing_table, lost_table, left_out_table, unread_table, article_table)
    for table in (make(result) for make in tables):
        if table.rows:
            shown = table.first(MOST_LISTED, f"{REPORT} lists")
            parts += [f"## {shown.title}", *([shown.note] if shown.note else []), shown.markdown()]
    if result.skipped:
        rows = tuple((one.place, one.reason) for one in result.skipped)
        skipped = Table("Files that were not read", "", ("file", "why"), rows).first(MOST_LISTED, f"{REPORT} lists")
        parts += [f"## {skipped.title}", *([skipped.note] if skipped.note else []), skipped.markdown()]
    return "\n\n".join(parts) + "\n"


def _row(what: str, *numbers: int) -> tuple[str, ...]:
    return (what, *(f"{number:,}" for number in numbers))


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _has(number: int) -> str:
    return "has" if number == 1 else "have"
