"""The page of a site on progress: how much each annotator has confirmed, as the counts on this machine have it.

`goldspan doccano status` and `pull` note the counts. The page has the last count of each project and its day. It has no
times and no paces: how fast a person works is not shown to all who read the site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.doccano.corpus_record import pushed_as, read_record
from goldspan.progress.count_log import log_path, read_log
from goldspan.progress.html_page import shown_names
from goldspan.report.html import cell, element, html_table, row, section
from goldspan.report.text import percent
from goldspan.site.pages import NavigationEntry, SitePart, page_header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.corpus import Corpus
    from goldspan.progress.count_log import CountNote, NotedWork
    from goldspan.report.html import Markup
    from goldspan.site.pages import SiteFrame
    from goldspan.site.visibility import Visibility

PROGRESS, TITLE = "progress.html", "Progress"
HEADINGS = ["annotator", "confirmed", "assigned", "per cent"]
NOTE = "Examples that each annotator has confirmed. goldspan doccano status counts anew."


def _last_counts(corpus: Corpus) -> list[tuple[str, CountNote]]:
    """The names of projects, each with the last count of it on this machine.

    Raises:
        InputError: for a record or a file of counts that cannot be read.
    """
    found = []
    for project in read_record(corpus).projects:
        notes = read_log(log_path(project.key)).notes if project.key and project.kind != "disputes" else ()
        if notes and notes[-1].annotators:
            found.append((pushed_as(project), notes[-1]))
    return sorted(found, key=lambda one: (one[0], one[1].time))


def _is_there(corpus: Corpus, visibility: Visibility) -> bool:
    del visibility
    return bool(_last_counts(corpus))


def progress_pages(frame: SiteFrame, corpus: Corpus, visibility: Visibility) -> Iterator[tuple[str, str]]:
    """The page, with a table for each project; it shows no readings, whether a round is open or not.

    Raises:
        InputError: for a record or a file of counts that cannot be read.
    """
    parts = (
        _project_section(name, note, is_open=name in visibility.open_rounds) for name, note in _last_counts(corpus)
    )
    header = page_header(TITLE, element("p", NOTE, class_="quiet"))
    yield PROGRESS, frame.page(PROGRESS, TITLE, *parts, header=header)


def _project_section(name: str, note: CountNote, *, is_open: bool) -> Markup:
    work = sorted(note.annotators, key=lambda one: (one.passes, one.member))
    names = shown_names([one.passes for one in work])
    state = "The round is open." if is_open else "The round is closed."
    return section(
        name,
        element("p", f"{state} Counted on {note.time.date()}.", class_="note"),
        html_table(HEADINGS, [element("tbody", *(_row(names[one.passes], one) for one in work))]),
    )


def _row(name: str, one: NotedWork) -> Markup:
    confirmed, assigned = one.confirmed.examples, None if one.assigned is None else one.assigned.examples
    return row(
        cell(element("bdi", name), "th"),
        cell(f"{confirmed:,.0f}"),
        cell("not known" if assigned is None else f"{assigned:,.0f}"),
        cell(percent(confirmed / assigned, 0) if assigned else ""),
    )


PART = SitePart(
    entry=NavigationEntry(PROGRESS, TITLE),
    description="How many examples each annotator has confirmed.",
    is_there=_is_there,
    pages=progress_pages,
)
