"""A site about a project, written as a whole or not at all: the same bytes for the same project.

The articles are read and written one by one. What is kept of them is a row of the list, and their disputes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.corpus.outputs import validate_folder
from goldspan.doccano.corpus_record import read_record
from goldspan.errors import InputError
from goldspan.release.metadata import DatasetMetadata
from goldspan.report.text import amount, enumerate_names
from goldspan.site import progress
from goldspan.site.articles import article_html, read_article
from goldspan.site.disputes import dispute_pages, disputes_of
from goldspan.site.evaluations import EvaluatedPredictions
from goldspan.site.index_page import ArticleRow, article_list_html, index_html
from goldspan.site.pages import (
    ARTICLES,
    DISPUTES,
    INDEX,
    NavigationEntry,
    SiteFrame,
    annotator_names,
    article_page,
)
from goldspan.site.reports import PARTS
from goldspan.site.visibility import visible_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.site.disputes import ShownDispute

MARKER = ".goldspan-site"
HEAD = "This folder was written by `goldspan site` and is replaced as a whole by the next one. Its files:\n"
EVALUATION_PLACE = 2  # among the parts: after agreement
NAMED = 5  # files that a message names
ARTICLES_SHOW = "Each article in full, with gold and everybody's spans in place, comments and decisions."
DISPUTES_SHOW = "Every region in which readers differ: who marked what, comments, rules and decisions."


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOptions:
    """What a site is made of and where it is written.

    Args:
        corpus: the project.
        output: the folder; one that `goldspan site` made before is replaced.
        predictions: what is evaluated against gold.
    """

    corpus: Corpus
    output: Path
    predictions: EvaluatedPredictions = field(default_factory=EvaluatedPredictions)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSummary:
    """What was written.

    Args:
        folder: of the site.
        pages: how many pages it has.
        articles: how many of them are articles.
        open_disputes: how many regions are to be decided.
        decided: how many were decided.
        hidden: how many passes over single articles are not shown, as their round is open.
        parts: the titles of the pages in the navigation.
        left_out: what the pages leave out and why, sentences; empty if nothing.
        absent: why pages that a reader may look for are not there, sentences.
    """

    folder: Path
    pages: int
    articles: int
    open_disputes: int
    decided: int
    hidden: int
    parts: tuple[str, ...]
    left_out: str = ""
    absent: tuple[str, ...] = ()

    @property
    def start_page(self) -> Path:
        """The page to open."""
        return self.folder / INDEX

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "folder": str(self.folder),
            "start_page": str(self.start_page),
            "pages": self.pages,
            "articles": self.articles,
            "open_disputes": self.open_disputes,
            "decided": self.decided,
            "hidden_passes": self.hidden,
            "parts": list(self.parts),
            "left_out": self.left_out,
            "absent": list(self.absent),
        }

    def lines(self) -> list[str]:
        """The same in sentences."""
        disputes = f"{amount(self.open_disputes, 'open dispute')}, {self.decided:,} decided"
        hidden = f" {amount(self.hidden, 'pass', 'passes')} not shown." if self.hidden else ""
        lines = [
            f"{amount(self.pages, 'page')} in {self.folder}: {amount(self.articles, 'article')}, {disputes}.{hidden}",
            f"Contents: {', '.join(self.parts)}.",
            self.left_out,
            *self.absent,
            f"Open in a browser: {self.start_page}",
        ]
        return [line for line in lines if line]


def build_site(options: SiteOptions, *, on_article: Callable[[int, int], object] | None = None) -> SiteSummary:
    """Write the site.

    Args:
        options: of what and where.
        on_article: takes how many articles are written, and how many there are.

    Raises:
        InputError: for a folder that is not a site, for a project without articles, and for the first file of the
            project that cannot be read.
        OSError: if the folder cannot be written.
    """
    corpus, output = options.corpus, options.output
    files.restore_folder(output)
    validate_folder(output)
    _require_site(output)
    entries = corpus.select_entries()
    visibility = visible_state(corpus)
    known = (*PARTS[:EVALUATION_PLACE], options.predictions.part(), progress.PART, *PARTS[EVALUATION_PLACE:])
    parts = [part for part in known if part.is_there(corpus, visibility)]
    absent = tuple(filter(None, (part.absence(corpus, visibility) for part in known if part not in parts)))
    metadata = DatasetMetadata.of(corpus, "", "")
    frame = SiteFrame(
        name=metadata.title,
        entries=(
            NavigationEntry(INDEX, "Overview"),
            NavigationEntry(ARTICLES, "Articles"),
            NavigationEntry(DISPUTES, "Disputes"),
            *(part.entry for part in parts),
        ),
        language=corpus.scheme.stated_language,
    )
    labels = {label.name: label.colour for label in corpus.scheme.labels}
    names = annotator_names(corpus.annotators())
    rows: list[ArticleRow] = []
    disputes: list[ShownDispute] = []
    with files.new_folder(output) as folder:
        written = _SiteFolder(folder)
        for number, entry in enumerate(entries, 1):
            article = read_article(corpus, entry, visibility)
            written.add(article_page(entry.id), article_html(frame, article, labels))
            rows.append(ArticleRow.of(article))
            disputes += disputes_of(article)
            if on_article is not None:
                on_article(number, len(entries))
        for path, text in dispute_pages(frame, disputes, labels, names, read_record(corpus)):
            written.add(path, text)
        for part in parts:
            for path, text in part.pages(frame, corpus, visibility):
                written.add(path, text)
        descriptions = {ARTICLES: ARTICLES_SHOW, DISPUTES: DISPUTES_SHOW}
        descriptions |= {part.entry.path: part.description for part in parts}
        written.add(ARTICLES, article_list_html(frame, rows))
        index = index_html(
            frame,
            corpus.scheme,
            rows,
            description=metadata.description,
            left_out=visibility.sentence,
            absent=absent,
            parts=descriptions,
        )
        written.add(INDEX, index)
        written.finish()
        files.replace_folder(folder, output)
    return SiteSummary(
        folder=output,
        pages=len(written.paths),
        articles=len(rows),
        open_disputes=sum(one.is_open for one in disputes),
        decided=sum(not one.is_open for one in disputes),
        hidden=sum(one.hidden for one in rows),
        parts=tuple(one.title for one in frame.entries),
        left_out=visibility.sentence,
        absent=absent,
    )


class _SiteFolder:
    """The folder while it is filled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: list[str] = []

    def add(self, path: str, text: str) -> None:
        """Write a page."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")
        self.paths.append(path)

    def finish(self) -> None:
        """Write the file by which the folder is known, with the paths of all pages."""
        listed = "".join(f"{path}\n" for path in sorted(self.paths))
        (self.folder / MARKER).write_text(HEAD + listed, encoding="utf-8", newline="\n")


def _require_site(folder: Path) -> None:
    """Refuse a folder that holds anything but a site.

    Raises:
        InputError: naming what else is there.
    """
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    marker = folder / MARKER
    own = set[str]()
    if marker.is_file():
        own = {MARKER, *files.decode(files.read_bytes(marker), marker).splitlines()[1:]}
    if foreign := sorted(found - own):
        raise InputError(
            f"the folder holds files that goldspan site has not written: {enumerate_names(foreign, most=NAMED)}",
            file=folder,
            remedy="Choose another --output, or move the files away.",
        )
