"""The pages of disputes: every region in which readers differ, those that are open first, with votes and decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from goldspan.annotation import article_of
from goldspan.errors import InvalidValueError
from goldspan.formats.decisions import Candidate
from goldspan.report.html import element, join, link, web_link
from goldspan.report.svg import chip, colours
from goldspan.report.text import amount
from goldspan.site.articles import decision_note, doubt_note
from goldspan.site.pages import DISPUTES, GOLD, article_page, page_header
from goldspan.site.span_rows import owner_names, text_direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.doccano.corpus_record import DoccanoRecord, ProjectRecord
    from goldspan.formats.decisions import Decision
    from goldspan.guidelines.rules import Rule
    from goldspan.report.html import Child, Markup
    from goldspan.site.articles import ArticlePassage, ShownArticle
    from goldspan.site.pages import SiteFrame

ON_A_PAGE = 200  # disputes
CONTEXT = 160  # characters on each side of a region
SEARCHED = 60  # characters of an example by which Doccano finds it


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDispute:
    """A region in which readers differ or differed, as the pages show it.

    Args:
        example: the id of the example.
        start: where the region begins, in code points.
        end: where it ends.
        text: of the example.
        versions: what was marked there, and by whom: the folders of their passes.
        comments: on the example, each with the name of its author.
        decision: what was decided; None while the region is open.
        is_stale: whether the decision no longer applies.
        rules: of the guidelines, by id.
        anchor: of the place on the page of the article.
        doubt: why gold is in doubt there, a clause each, if readers do not differ; None for a dispute.
    """

    example: str
    start: int
    end: int
    text: str
    versions: tuple[Candidate, ...]
    comments: tuple[tuple[str, str], ...]
    decision: Decision | None = None
    is_stale: bool = False
    rules: Mapping[str, Rule]
    anchor: str
    doubt: tuple[str, ...] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is to be decided."""
        return self.decision is None or self.is_stale


def disputes_of(article: ShownArticle) -> Iterator[ShownDispute]:
    """The disputes of an article, in the order of its text."""
    for example in article.examples:
        found = [*_of_example(example, article.rules)]
        yield from sorted(found, key=lambda one: (one.start, one.end))


def _of_example(example: ArticlePassage, rules: Mapping[str, Rule]) -> Iterator[ShownDispute]:
    readings = example.readings
    comments = tuple((name, one.text) for name, one in example.comments)
    for dispute in example.disputes:
        yield ShownDispute(
            example=readings.id,
            start=dispute.start,
            end=dispute.end,
            text=readings.text,
            versions=dispute.candidates,
            comments=comments,
            rules=rules,
            anchor=example.anchor(dispute.start, dispute.end),
        )
    for doubt in example.doubts:
        gold = tuple(one for one in readings.gold or () if doubt.overlaps(one.start, one.end))
        yield ShownDispute(
            example=readings.id,
            start=doubt.start,
            end=doubt.end,
            text=readings.text,
            versions=(Candidate(gold, ()),),
            comments=comments,
            rules=rules,
            anchor=example.anchor(doubt.start, doubt.end),
            doubt=doubt.why,
        )
    for decision in (*example.decisions, *example.stale):
        if decision.is_on_gold or decision.end > len(readings.text):
            continue
        yield ShownDispute(
            example=readings.id,
            start=decision.start,
            end=decision.end,
            text=readings.text,
            versions=decision.candidates,
            comments=comments,
            decision=decision,
            is_stale=decision in example.stale,
            rules=rules,
            anchor=example.anchor(decision.start, decision.end),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeView:
    """How the disputes of a page are shown.

    Args:
        page: the path of the page.
        colours: `#rrggbb` by label.
        names: of the annotators on the pages, by the folder of their passes.
        record: what the project remembers of Doccano.
        language: of the texts, for the attribute `lang`; None where it is not known.
    """

    page: str
    colours: Mapping[str, str]
    names: Mapping[str, str]
    record: DoccanoRecord
    language: str | None


def dispute_pages(
    frame: SiteFrame,
    disputes: Sequence[ShownDispute],
    labels: Mapping[str, str],
    names: Mapping[str, str],
    record: DoccanoRecord,
) -> Iterator[tuple[str, str]]:
    """The pages, each with its path: the open disputes first, at most `ON_A_PAGE` on each.

    Args:
        frame: what is around them.
        disputes: all of them, in the order of the articles.
        labels: the colours `#rrggbb` of the labels of the scheme, by name.
        names: of the annotators on the pages, by the folder of their passes.
        record: what the project remembers of Doccano.
    """
    found = dict.fromkeys(span.label for one in disputes for each in one.versions for span in each.spans)
    known = colours([*labels, *sorted(name for name in found if name not in labels)], labels)
    ordered = sorted(disputes, key=lambda one: not one.is_open)  # stable: the order of the articles stays
    parts = [ordered[at : at + ON_A_PAGE] for at in range(0, len(ordered), ON_A_PAGE)] or [[]]
    for number, part in enumerate(parts):
        path = page_path(number)
        view = DisputeView(page=path, colours=known, names=names, record=record, language=frame.text_language)
        title = "Disputes" if len(parts) == 1 else f"Disputes, page {number + 1} of {len(parts)}"
        yield (
            path,
            frame.page(
                path,
                title,
                *_groups(part, view),
                _turn(path, number, len(parts)),
                header=page_header("Disputes", _headline(ordered)),
                within=[DISPUTES] if number else [],
            ),
        )


def page_path(number: int) -> str:
    """The path of a page of disputes, counted from 0."""
    return DISPUTES if number == 0 else f"disputes-{number + 1}.html"


def _headline(disputes: Sequence[ShownDispute]) -> Markup:
    still_open = sum(one.is_open for one in disputes)
    if not disputes:
        return element("p", "No two readers differ in anything that may be shown.", class_="verdict")
    words = f"{amount(still_open, 'region')} to decide, {amount(len(disputes) - still_open, 'region')} decided."
    return element("p", words, class_="verdict")


def _groups(disputes: Sequence[ShownDispute], view: DisputeView) -> Iterator[Markup]:
    for title, wanted in (("To decide", True), ("Decided", False)):
        of_group = [one for one in disputes if one.is_open == wanted]
        if of_group:
            entries = (_entry(one, view) for one in of_group)
            yield element("section", element("h2", title), *entries, class_="long")


def _entry(dispute: ShownDispute, view: DisputeView) -> Markup:
    article = article_page(article_of(dispute.example))
    place = link(view.page, article, element("bdi", dispute.example), anchor=dispute.anchor)
    links = join(place, *_doccano_links(dispute, view.record))
    return element(
        "div",
        element("h3", links),
        _in_context(dispute, view),
        element("ul", *(_version(one, dispute, view) for one in dispute.versions), class_="versions"),
        None if dispute.doubt is None else doubt_note(dispute.doubt),
        *_comments(dispute.comments),
        decision_note(dispute.decision, dispute.text, dispute.rules, page=view.page, stale=dispute.is_stale)
        if dispute.decision is not None
        else None,
        class_="dispute",
    )


def _in_context(dispute: ShownDispute, view: DisputeView) -> Markup:
    text, start, end = dispute.text, dispute.start, dispute.end
    first, last = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    if first:
        first = text.find(" ", first, start) + 1 or first
    if last < len(text):
        last = end + text[end:last].rfind(" ") if " " in text[end:last] else last
    return element(
        "p",
        "… " if first else None,
        text[first:start],
        element("mark", text[start:end], class_="region"),
        text[end:last],
        " …" if last < len(text) else None,
        class_="words context",
        lang=view.language,
        dir=text_direction(text),
    )


def _version(version: Candidate, dispute: ShownDispute, view: DisputeView) -> Markup:
    """What some readers marked there; of a doubt, what gold has."""
    spans: list[Child] = []
    for span in version.spans:
        words = dispute.text[span.start : span.end]
        quoted = element("bdi", words, class_="quote", lang=view.language, dir="auto")
        spans += [" and " if spans else None, quoted, " ", chip(span.label, view.colours)]
    shown = spans or [element("span", "nothing", class_="quote none")]
    if dispute.doubt is not None:
        return element("li", *shown, " ", owner_names([GOLD]))
    readers = [view.names.get(one, one) for one in version.by]
    votes = element("span", f"{len(readers)}", class_="votes", aria_label=amount(len(readers), "vote"), role="img")
    return element("li", votes, " ", *shown, " ", owner_names(readers))


def _comments(comments: Iterable[tuple[str, str]]) -> Iterator[Markup]:
    items = [
        element(
            "li",
            element("bdi", name, class_="annotator"),
            ": ",
            element("bdi", text, dir="auto", class_="comment"),
        )
        for name, text in comments
    ]
    if items:
        yield element("ul", *items, class_="remarks", aria_label="Comments on the example")


def _doccano_links(dispute: ShownDispute, record: DoccanoRecord) -> Iterator[Child]:
    """Links to the projects in Doccano in which readers marked the example, as far as their addresses are known."""
    folders = {name for version in dispute.versions for name in version.by}
    members = {account.name for account in record.accounts if account.passes in folders}
    for project in record.projects:
        if project.member is not None and project.member not in members:
            continue
        address = example_address(project, dispute.text)
        if address is not None:
            try:
                yield join(" · ", web_link(address, f"{project.name} in Doccano"))
            except InvalidValueError:  # what the record has is not an address of a page
                continue


def example_address(project: ProjectRecord, text: str) -> str | None:
    """The address at which Doccano shows an example of a project; None where the project's number is not known.

    Doccano shows examples by their place in a list, which changes. So the address searches the first words.

    Args:
        project: as the project remembers it.
        text: of the example.
    """
    if project.number is None:
        return None
    words = " ".join(text[:SEARCHED].split()).rpartition(" ")[0] or text[:SEARCHED]
    return f"{project.server}/projects/{project.number}/sequence-labeling?page=1&q={quote(words)}"


def _turn(path: str, number: int, pages: int) -> Markup | None:
    if pages == 1:
        return None
    before = link(path, page_path(number - 1), "Page before", rel="prev") if number else None
    after = link(path, page_path(number + 1), "Next page", rel="next") if number < pages - 1 else None
    return element(
        "nav", before, " " if before and after else None, after, class_="turn", aria_label="Further disputes"
    )
