"""Checks of what a release would hold: whose text may travel, and what had to go and is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.checks.check import CheckResult, check
from goldspan.corpus.withdrawals import WithdrawnArticles
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.checks.project import ProjectFiles

NAMED = 5  # articles that a message names


@check(
    "text-without-licence",
    "project",
    "warning",
    title="A release may hold the text of an article whose licence the manifest does not state",
    why="Whoever gets the release does not know what they may do with the text, and perhaps nobody may pass it on.",
    remedy="State `licence` in the manifest, or remove `redistribution`: the article then goes out without its text.",
)
def text_without_licence(project: ProjectFiles) -> Iterator[CheckResult]:
    """The entries whose text may travel, and that have no licence."""
    for line, entry in project.entries.values():
        if entry.may_travel and not entry.licence:
            yield CheckResult(f"{entry.id} has redistribution 'text' and no licence", project.manifest, line)


@check(
    "withdrawn-article",
    "project",
    title="An article that was withdrawn is in the manifest, under its id or under another one",
    why="Somebody asked that it be taken out, and the next release would hold it again.",
    remedy="Take it out again with `goldspan withdraw`; or remove its line from corpus/withdrawn.jsonl, if whoever "
    "asked for it agrees.",
    required="a release would hold what somebody asked to take out",
)
def withdrawn_article(project: ProjectFiles) -> Iterator[CheckResult]:
    """The entries with the id or with the text of an article that was taken out."""
    by_id = {one.article: one for one in project.withdrawals}
    withdrawn = WithdrawnArticles.of_lines(project.corpus.withdrawal_file, project.withdrawals)
    for line, entry in project.entries.values():
        page = entry.received.sha256 if entry.received and entry.received.row is None else None
        if one := by_id.get(entry.id):
            yield CheckResult(f"{entry.id} was withdrawn on {one.date}", project.manifest, line)
        elif one := withdrawn.find_text(project.source(entry), entry.sha256, page):
            message = f"{entry.id} is the text of {one.article}, which was withdrawn on {one.date}"
            yield CheckResult(message, project.manifest, line)


@check(
    "released-article-missing",
    "project",
    "warning",
    title="A release has an article that the manifest no longer has, and that was not withdrawn",
    why="The next release leaves it out, and nobody can tell whether that was meant.",
    remedy="Restore it from git. If it had to go, take it out with `goldspan withdraw` after that, so that later "
    "releases say so.",
)
def released_article_missing(project: ProjectFiles) -> Iterator[CheckResult]:
    """The releases with such articles."""
    known = {one.article for one in project.withdrawals} | project.entries.keys()
    for path, record in project.releases.items() if project.entries else ():
        if missing := sorted(record.articles.keys() - known):
            named = enumerate_names(missing, most=NAMED)
            yield CheckResult(f"the manifest has no {named}", path, 1)


CHECKS = (text_without_licence, withdrawn_article, released_article_missing)
