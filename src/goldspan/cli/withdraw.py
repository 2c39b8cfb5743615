"""`goldspan withdraw`."""

from __future__ import annotations

import contextlib
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console
from goldspan.cli.interrupted_change import complete_interrupted_change
from goldspan.cli.line_lists import file_summary, first_of, print_folded, remaining
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import locked
from goldspan.corpus.withdrawals import Requester
from goldspan.errors import InvalidValueError
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from goldspan.doccano.client.api import Doccano
    from goldspan.withdrawal.plan import WithdrawalPlan, WithdrawalRequest
    from goldspan.withdrawal.remains import Remainder

SHOWN = 3  # lines of one kind on the first screen
NAMED = 8  # names on a line
WORDS = 60  # characters of a line of a page
SHOWN_IN_FILE = 2  # lines of one file on the first screen
SAYS = {"words": "quotes", "id": "names", "name": "has a name that is marked only in"}
UNKNOWN = (
    "what nobody here can know: exports, models and reports that were given away, backups, and a dataset on a hub, "
    "whose earlier commits have it also after a push without it"
)


def run(
    articles: Annotated[
        list[str],
        typer.Argument(metavar="ID", autocompletion=completion_values.articles, help="The ids of the articles."),
    ],
    *,
    requested_by: Annotated[
        Requester,
        typer.Option("--requested-by", help="Who asked for it. A person is somebody whom the article is about."),
    ],
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="The reason, in words that do not quote the article.")
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="DATE", help="The day of the request, as YYYY-MM-DD. Default: today.", show_default=False
        ),
    ] = None,
    full: console.Full = False,
    apply: console.Apply = False,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Remove articles from the project for good.

    Use it when a publisher or a person asks for it. The command removes texts, gold, passes, decisions, lines of
    lists and suggestions of these articles, all or nothing. Files of other articles stay the same byte for byte. A
    line without any word of the article stays in corpus/withdrawn.jsonl, and `goldspan add` refuses the article
    from then on. The command lists what is still elsewhere: in Doccano, on pages, in build/, in models, in releases
    and in the history of git. For an article that was withdrawn before, it lists what is left now.
    """
    from goldspan.withdrawal.plan import command_words, plan_withdrawal

    corpus = Corpus.find(root)
    request = _request(requested_by, reason, date)
    names = list(dict.fromkeys(map(console.typed_name, articles)))
    with locked(corpus.folder / "manifest.jsonl") if apply else contextlib.nullcontext():
        complete_interrupted_change(corpus, command_words(names, requested_by), apply=apply)
        with console.spinner("Searching"):
            plan = plan_withdrawal(Corpus(corpus.root), names, request, lambda: _connect(home))
        console.write_json(json, "withdraw", {"applied": apply, **plan.json()})
        if apply:
            plan.apply()
    lines = (*_lines(plan, applied=apply, full=full), *_elsewhere(plan, full=full), *_end(plan, applied=apply))
    print_folded(lines)


def _connect(home: Path | None) -> AbstractContextManager[Doccano]:
    from goldspan.doccano import credentials
    from goldspan.doccano.client.api import Doccano

    return Doccano(credentials.find_account(home))


def _request(requested_by: Requester, reason: str | None, date: str | None) -> WithdrawalRequest:
    from goldspan.withdrawal.plan import WithdrawalRequest

    try:
        return WithdrawalRequest(requested_by=requested_by, reason=reason, day=date)
    except InvalidValueError as error:
        raise typer.BadParameter(f"{error.message}. {error.remedy}", param_hint="--date") from None


def _lines(plan: WithdrawalPlan, *, applied: bool, full: bool) -> Iterator[str]:
    """What happens in the project."""
    for one in plan.articles:
        counts = plan.counts[one.id]
        if earlier := plan.earlier.get(one.id):
            yield f"{one.id} was withdrawn on {earlier.date}; this is what is left of it"
            continue
        if one.entry is None:
            yield f"{one.id} is not in the manifest any more, but in a release: it gets its line"
        title = f" ({_short(one.entry.title)})" if one.entry and one.entry.title else ""
        gold = (
            f"{amount(counts.examples, 'example')} with {amount(counts.spans, 'span')}" if counts.examples else "none"
        )
        yield (
            f"{one.id}{title}: gold {gold}; passes of {enumerate_names(counts.passes, most=NAMED, empty='nobody')}; "
            f"{amount(counts.decisions, 'decision')}"
        )
    yield from _file_lines(plan, applied=applied, full=full)
    for name in plan.curated.allowed:
        yield f"leaves [allow] in {_name(plan, plan.corpus.scheme_file)}: {name}"
    yield from (f"note: {note}" for note in plan.notes)
    yield from (f"concerned, too? {similar.sentence}" for similar in plan.similar)


def _file_lines(plan: WithdrawalPlan, *, applied: bool, full: bool) -> Iterator[str]:
    """The files that are removed or written: each, or how many in which folder."""
    remove, write = ("removed", "wrote") if applied else ("would remove", "would write")
    if full:
        for path, data in plan.contents.items():
            lines = plan.curated.lines[path]
            less = f", {amount(lines, 'line')} less" if lines and data is not None else ""
            yield f"{remove if data is None else write} {_name(plan, path)}{less}"
        return
    root = plan.corpus.root
    removed = [path.relative_to(root) for path, data in plan.contents.items() if data is None]
    yield from file_summary(remove, removed)
    yield from file_summary(write, [path.relative_to(root) for path, data in plan.contents.items() if data is not None])


def _elsewhere(plan: WithdrawalPlan, *, full: bool) -> Iterator[str]:
    """What is still there, and what a person does about it."""
    found = [
        *_received_lines(plan), *_page_lines(plan, full=full), *_build_lines(plan), *_doccano_lines(plan, full=full),
        *_copy_lines(plan),
    ]  # fmt: skip
    yield "Still elsewhere:"
    yield from (f"  {line}" for line in (*found, UNKNOWN))


def _received_lines(plan: WithdrawalPlan) -> Iterator[str]:
    for path, others in plan.curated.tables.items():
        yield (
            f"{_name(plan, path)} has its row among those of {amount(others, 'other article')}: remove the file if the "
            "row may not stay; the other articles keep their texts, and nothing reads it again"
        )


def _page_lines(plan: WithdrawalPlan, *, full: bool) -> Iterator[str]:
    tables = plan.curated.tables
    by_file: defaultdict[Path, dict[tuple[int | None, str], Remainder]] = defaultdict(dict)
    for one in plan.pages:
        if one.file not in tables:
            key = (one.line, one.article)
            if key not in by_file[one.file] or one.kind == "words":  # a line that quotes it may name it, too
                by_file[one.file][key] = one
    pages = [*by_file.items()]
    most, most_in_file = (None, None) if full else (SHOWN, SHOWN_IN_FILE)
    for path, places in first_of(pages, most):
        for one in first_of([*places.values()], most_in_file):
            place = _name(plan, path) if one.line is None else f"{_name(plan, path)}:{one.line}"
            yield f"{place} {SAYS[one.kind]} {one.article}, not changed: {_short(one.text)}"
        if not full and (more := len(places) - SHOWN_IN_FILE) > 0:
            yield f"  and {amount(more, 'more line')} of {_name(plan, path)} (--full lists them)"
    yield from remaining(pages, most)
    if plan.derived:
        names = enumerate_names((_name(plan, path) for path in plan.derived), most=NAMED)
        yield f"{names}: `goldspan build` writes the tables again"
    unread = [path for path in plan.remains.unread if not path.is_relative_to(plan.corpus.build)]
    if unread:
        names = enumerate_names((_name(plan, path) for path in unread), most=NAMED)
        yield f"not searched, since they are no texts: {names}"
    for article in plan.sampled:
        yield (
            f"corpus/samples has the id of {article}, its place in the collection and its probability, without its "
            "words: this stays, or no estimate from the sample would hold"
        )


def _build_lines(plan: WithdrawalPlan) -> Iterator[str]:
    """What is derived and was made with the article."""
    for path, places in plan.built.items():
        what = Counter("words" if one.kind == "words" else "its id" for one in places)
        has = " and ".join(sorted(what, reverse=True))
        yield f"{_name(plan, path)} has {has} ({amount(len(places), 'place')}): {_remedy(path)}"
    unread = [path for path in plan.remains.unread if path.is_relative_to(plan.corpus.build)]
    if unread:
        names = enumerate_names((_name(plan, path) for path in unread), most=NAMED)
        yield f"not searched, since they are in no known format: {names}; remove them if they were made with it"
    for model in plan.remains.models:
        folder = _name(plan, model.folder)
        if model.articles:
            yield (
                f"{folder} is a model that learned from {enumerate_names(model.articles, most=NAMED)}: train it again "
                "(goldspan train), and withdraw the copies that were given away"
            )
        else:
            measured = enumerate_names(model.measured, most=NAMED)
            yield f"{folder} is a model whose scores were measured on {measured}: train it again (goldspan train)"


def _remedy(path: Path) -> str:
    """How something in `build/` is made again."""
    from goldspan.export.marker import MARKER
    from goldspan.release.contents import RELEASE

    commands = {
        "suggestions": "goldspan suggest", "dataset": "goldspan export", "folds": "goldspan crossval",
        "test_split": "goldspan crossval", "rank": "goldspan rank", "curve": "goldspan curve",
        "doccano": "goldspan doccano push",
    }  # fmt: skip
    if (path / RELEASE).is_file():
        return "make a new release (goldspan release), and remove this one"
    command = "goldspan export" if (path / MARKER).is_file() else commands.get(path.name)
    return f"make it again ({command})" if command else "make it again, or remove it"


def _doccano_lines(plan: WithdrawalPlan, *, full: bool) -> Iterator[str]:
    by_project: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for copy in plan.servers.copies:
        by = f", worked on by {enumerate_names(copy.workers, most=NAMED)}" if copy.workers else ""
        by_project[copy.project, copy.address].append(f"{copy.example or 'no id'} (number {copy.number}{by})")
    for (project, address), copies in by_project.items():
        yield (
            f"Doccano project {project}: {amount(len(copies), 'example')}, which a push leaves alone and a pull does "
            f"not write. Whoever leads it deletes them at {address}: find their numbers, select them, press Delete"
        )
        most = None if full else SHOWN
        yield from (f"  {copy}" for copy in first_of(copies, most))
        yield from remaining(copies, most)
    if searched := [name for name in plan.servers.searched if all(name != project for project, _ in by_project)]:
        yield f"Doccano has none of it in {enumerate_names(searched, most=NAMED)}"
    for name, server, why in plan.servers.unasked:
        yield f"Doccano project {name} on {server} could not be asked: {why}"
    if plan.servers.unasked:
        yield (
            "  Ask it: set DOCCANO_URL, DOCCANO_USERNAME and DOCCANO_PASSWORD, or start the embedded one "
            f"(goldspan doccano start), then: goldspan {shlex.join(plan.command)}"
        )


def _copy_lines(plan: WithdrawalPlan) -> Iterator[str]:
    """What was given away, or is kept of earlier states."""
    for version, articles in plan.releases.items():
        yield (
            f"release {version} has {enumerate_names(articles, most=NAMED)}: make a new release, and ask whoever keeps "
            "the old one (a hub, Zenodo, users) to take it down; corpus/releases keeps its offsets, without words"
        )
    history = plan.history
    if history is not None and history.commits != 0:
        commits = "git has" if history.commits is None else f"{amount(history.commits, 'commit')} of git have"
        yield f"{commits} its text and annotation; to rewrite the history, in a fresh clone: {history.command}"
        remotes = f", such as {enumerate_names(history.remotes, most=NAMED)}," if history.remotes else ""
        yield f"  every other clone{remotes} and every fork has them still, until it is made again from the new history"


def _end(plan: WithdrawalPlan, *, applied: bool) -> Iterator[str]:
    if not plan.contents:
        return
    if not applied:
        yield console.PLAN_ONLY
        return
    yield (
        f"Withdrawn: {amount(len(plan.new), 'article')}. corpus/withdrawn.jsonl says so, and `goldspan add` refuses "
        "them. If a request is taken back, remove the line there by hand, and restore the files."
    )
    yield "Next: write the tables and the dataset without them, then commit: goldspan build"


def _name(plan: WithdrawalPlan, path: Path) -> str:
    return path.relative_to(plan.corpus.root).as_posix()


def _short(text: str) -> str:
    return repr(text if len(text) <= WORDS else f"{text[:WORDS]}…")
