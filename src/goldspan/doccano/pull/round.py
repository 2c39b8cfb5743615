"""Pulls the projects of a round as one: a plan for each, one report, and one write of all files or none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from shlex import quote
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.corpus.change_journal import write_together
from goldspan.doccano.label_comparison import renamed_types_of
from goldspan.doccano.labels import NOTHING
from goldspan.doccano.members import find_members
from goldspan.doccano.pull.pass_files import pass_contents
from goldspan.doccano.pull.pass_owners import find_owners
from goldspan.doccano.pull.pull import WorkOptions, owners_of, plan_of_work, read_work
from goldspan.doccano.rounds import find_round
from goldspan.errors import GoldspanError, InputError, InvalidValueError, NotFoundError, ServerError
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.members import ListedMember
    from goldspan.doccano.pull.pass_files import FileChange
    from goldspan.doccano.pull.pass_owners import PassOwners
    from goldspan.doccano.pull.pull import ProjectWork, PullPlan
    from goldspan.doccano.rounds import Round

KINDS = (InputError, InvalidValueError, NotFoundError, ServerError)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPullPlan:
    """What a pull of a round will do, or of one project, which then is its only one.

    Args:
        name: of the round, or of the project.
        corpus: where to.
        plans: those of its projects. They have no other files than those of passes, and are not applied by themselves.
        owners: whose work each folder of passes holds, and which are renamed.
        papers: the bytes of each other file that changes with the passes, None for one that goes: the record of all
            projects is among them.
        mentions: the pages that name a renamed folder and are not changed.
        left_out: the projects of the round that are not pulled.
        is_round: whether it is a round in which each member has a project.
    """

    name: str
    corpus: Corpus
    plans: tuple[PullPlan, ...]
    owners: PassOwners
    papers: Mapping[Path, bytes | None]
    mentions: tuple[Path, ...] = ()
    left_out: tuple[str, ...] = ()
    is_round: bool = False

    @property
    def root(self) -> Path:
        """The folder of the corpus's project."""
        return self.corpus.root

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """The files of all annotators, those that stay as they are included."""
        return tuple(change for plan in self.plans for change in plan.changes)

    @property
    def written(self) -> tuple[FileChange, ...]:
        """The files of annotators that will be different."""
        return tuple(change for plan in self.plans for change in plan.written)

    @property
    def problems(self) -> int:
        """How many problems there are: work that is not written."""
        return sum(len(plan.problems) for plan in self.plans)

    @property
    def is_complete(self) -> bool:
        """Whether all fits, in each of the projects."""
        return all(plan.is_complete for plan in self.plans)

    def apply(self) -> list[Path]:
        """Write what is planned, all files or none; a file without lines is removed.

        A run that is killed while it writes is completed by the next one, see `corpus.change_journal`.

        Returns:
            The files that were written or removed.

        Raises:
            InputError: if a file would not be read as it was meant.
            OSError: if one cannot be written; then none is.
        """
        contents = {**self.papers, **pass_contents(self.written)}
        try:
            if len(contents) > 1:
                return write_together(self.corpus, pull_words(self.name), contents)
        except UnicodeDecodeError:  # of a file of another program in a folder that is renamed
            pass
        files.write_all(contents)
        return list(contents)

    def json(self) -> dict[str, Any]:
        """The report for `--json`: that of a project, or of a round with those of its projects."""
        if not self.is_round:
            return self.plans[0].json()
        return {
            "round": self.name,
            **self.owners.json(),
            "projects": [plan.json() for plan in self.plans],
            "left_out": list(self.left_out),
        }


def pull_words(name: str) -> tuple[str, ...]:
    """The words of the command that completes a pull that was interrupted."""
    return ("doccano", "pull", "--project", name)


def plan_round_pull(
    corpus: Corpus,
    server: Doccano,
    name: str,
    *,
    only: Sequence[str] | None = None,
    unconfirmed: bool = False,
    tidy: bool = False,
    withdraw: bool = False,
    members: Path | None = None,
    articles: Sequence[str] | None = None,
    renamed: Mapping[str, str] = NOTHING,
    on_step: Callable[[str], None] = lambda _: None,
) -> RoundPullPlan:
    """What a pull of a round would do, or of a project that is no round.

    Args:
        corpus: where to.
        server: where from.
        name: of the round, or of a project.
        only: of a round in which each member has a project, those to pull: folders of passes, users or projects; None
            for all.
        unconfirmed: as in `pull.plan_pull`, for all projects, as are the others.
        tidy: whether slips are repaired.
        withdraw: whether open lines are withdrawn, too.
        members: the file of the members.
        articles: their ids; None for all.
        renamed: by label, the name that its type was given; each project needs not have all of these types, but one.
        on_step: called with the name of each step that takes long.

    Raises:
        GoldspanError: as `pull.plan_pull`, naming each project that cannot be pulled; for a name in `only` that is none
            of the round's; if two projects of the round have the work of one person.
    """
    listed = find_members(corpus, members) or ()
    found = find_round(corpus, name, server.url)
    names, left_out = _chosen_projects(name, found, only)
    options = WorkOptions(unconfirmed=unconfirmed, tidy=tidy, withdraw=withdraw, articles=articles)
    is_round = found is not None and found.record.each
    renamed_in = renamed_types_of(corpus, server, names, renamed)
    works: list[ProjectWork] = []
    failures: dict[str, GoldspanError] = {}
    for each in names:
        try:
            theirs = replace(options, renamed=renamed_in[each])
            works.append(read_work(corpus, server, each, listed, theirs, on_step=on_step))
        except GoldspanError as error:
            if not is_round:
                raise
            failures[each] = error
    if failures:
        raise _failure(name, failures, [work.identity.name for work in works])
    owners = _owners(corpus, server, works, listed)
    plans: list[PullPlan] = []
    for work in works:
        plan = plan_of_work(corpus, server, work, owners)
        owners = plan.owners  # with what is remembered of the projects up to this one
        plans.append(plan)
    _require_own_files(plans)
    papers, mentions = plans[-1].papers, plans[-1].mentions
    if is_round:
        plans = [replace(plan, papers={}, mentions=()) for plan in plans]
    return RoundPullPlan(
        name=name,
        corpus=corpus,
        plans=tuple(plans),
        owners=owners,
        papers=papers,
        mentions=mentions,
        left_out=left_out,
        is_round=is_round,
    )


def _chosen_projects(
    name: str, found: Round | None, only: Sequence[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the projects that are pulled, and of those of the round that are not.

    Raises:
        InvalidValueError: for a choice where there is nothing to choose from.
        NotFoundError: for what is none of the round's, and for a round that has no project yet.
    """
    if found is None or not found.record.each:
        if only is not None:
            raise InvalidValueError(
                f"--only chooses members of a round in which each has a project, and {name!r} is none",
                remedy="Leave --only out; --articles chooses articles.",
            )
        return (name,), ()
    if not found.projects:
        raise NotFoundError(
            f"the round {name!r} has no project yet", remedy=f"Push it: goldspan doccano push --project {quote(name)}"
        )
    if only is None:
        return found.project_names, ()
    chosen = set[str]()
    for each in only:
        match = [one.name for one in found.projects if each in {one.folder, one.member, one.name}]
        if not match:
            raise NotFoundError(
                f"the round {name!r} has no member {each!r}",
                remedy=f"Its members are {enumerate_names([one.folder for one in found.projects])}.",
            )
        chosen.update(match)
    names = found.project_names
    return tuple(each for each in names if each in chosen), tuple(each for each in names if each not in chosen)


def _failure(name: str, failures: Mapping[str, GoldspanError], others: Sequence[str]) -> GoldspanError:
    """One error for all projects of a round that cannot be pulled, of the kind of the first."""
    first = next(iter(failures.values()))
    reasons = "; ".join(f"{project}: {error.message}" for project, error in failures.items())
    remedies = dict.fromkeys(error.remedy.strip() for error in failures.values() if error.remedy)
    rest = f"Or pull the others alone: --only {','.join(others)}" if others else ""
    kind = next(each for each in (*KINDS, GoldspanError) if isinstance(first, each))
    is_one = len(failures) == 1
    return kind(
        f"nothing of the round {name!r} is pulled, since part of it cannot be: {reasons}",
        file=first.file if is_one else None,
        line=first.line if is_one else None,
        example=first.example if is_one else None,
        remedy=" ".join(part for part in (*remedies, rest) if part) or None,
    )


def _owners(
    corpus: Corpus, server: Doccano, works: Sequence[ProjectWork], listed: Sequence[ListedMember]
) -> PassOwners:
    """Whose work each folder of passes holds after a pull of all these projects.

    Raises:
        InvalidValueError: if two projects are one person's; as `pass_owners.find_owners`.
    """
    if len(works) == 1:
        return owners_of(corpus, server, works[0].project, works[0].collected, listed)
    lines: dict[str, dict[str, Example | None]] = {}
    projects: dict[str, str] = {}
    for work in works:
        for account, theirs in work.collected.lines.items():
            other = projects.setdefault(account, work.identity.name)
            if other != work.identity.name:
                raise _one_person(account, other, work.identity.name)
            lines[account] = theirs
    return find_owners(corpus, lines, lambda: {user.username for user in server.users()}, listed)


def _require_own_files(plans: Sequence[PullPlan]) -> None:
    """Refuse a file of passes that two projects would write."""
    projects: dict[Path, str] = {}
    for plan in plans:
        for change in plan.changes:
            other = projects.setdefault(change.path, plan.project.name)
            if other != plan.project.name:
                raise _one_person(change.annotator, other, plan.project.name)


def _one_person(who: str, first: str, second: str) -> InvalidValueError:
    return InvalidValueError(
        f"the projects {first!r} and {second!r} of one round both have the work of {who!r}: what is pulled of one "
        "would replace that of the other",
        remedy="Each member has one project. Correct the key `member` of the two tables [[project]] in "
        "corpus/doccano.toml, or pull one of them with --only.",
    )
