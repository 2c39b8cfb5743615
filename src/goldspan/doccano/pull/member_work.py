"""Whose work counts where annotators do not all read the same: members with projects of their own, and assignments.

A project that one member of a round has alone holds their work, whoever else confirms something there. Where a server
shows annotators only what is assigned to them, an example that somebody does not see says nothing about their work.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.doccano.corpus_record import read_record
from goldspan.doccano.human_work import has_work
from goldspan.doccano.pull.collect import PullProblem
from goldspan.doccano.pull.pass_owners import find_owners
from goldspan.doccano.rounds import member_project_name
from goldspan.doccano.snapshot import ALL, NO_WORK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.corpus import Corpus
    from goldspan.doccano.assignments import HiddenExamples
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.members import ListedMember
    from goldspan.doccano.project_identity import ProjectIdentity
    from goldspan.doccano.pull.collect import CollectedWork
    from goldspan.doccano.snapshot import Snapshot


def find_member(
    corpus: Corpus,
    server: Doccano,
    identity: ProjectIdentity,
    collected: CollectedWork,
    listed: Sequence[ListedMember],
) -> str | None:
    """The name by which the server has the member of a project now: of an account that was renamed, the new one.

    Args:
        corpus: which remembers the member and the accounts.
        server: where the project is.
        identity: of the project; None comes back if it is not one member's.
        collected: the work of everybody there.
        listed: the members of the members' file.

    Raises:
        InvalidValueError: if it cannot be told whether an account is that member's.
        InputError: for a file that cannot be read.
    """
    member = identity.member
    if member is None or ALL in collected.lines or member in collected.lines:
        return member
    record = read_record(corpus)
    if record.folder(member) is None:  # somebody wrote the new name of the account into the record
        renamed = (
            account.name
            for account in record.accounts
            if account.name in collected.lines
            and identity.name == member_project_name(identity.round or "", account.passes)
        )
        return next(renamed, member)
    owners = find_owners(corpus, collected.lines, lambda: {user.username for user in server.users()}, listed)
    return owners.accounts.get(member, member)


def work_of_member(collected: CollectedWork, member: str) -> CollectedWork:
    """The work of the member who has a project alone; what others confirmed there are problems.

    It would be a second line of an example that they may have in a project of their own, too.
    """
    if ALL in collected.lines:
        return collected
    foreign = {
        (name, example): None
        for name, lines in collected.lines.items()
        for example, line in lines.items()
        if name != member and line is not None
    }
    foreign |= {(one.annotator, one.example): None for one in collected.problems if one.annotator not in {"", member}}
    own = [one for one in collected.problems if one.annotator in {"", member}]
    message = f"was confirmed by {{!r}} in the project of {member!r}"
    return replace(
        collected,
        lines={name: lines for name, lines in collected.lines.items() if name == member},
        untouched={name: spans for name, spans in collected.untouched.items() if name == member},
        active=collected.active & {member},
        problems=own + [PullProblem("member", name, example, message.format(name)) for name, example in foreign],
        repairs=[fix for fix in collected.repairs if fix.annotator == member],
        moved=[line for line in collected.moved if line.annotator == member],
    )


def work_on_seen(snapshot: Snapshot, collected: CollectedWork, hidden: HiddenExamples) -> CollectedWork:
    """The work without the examples that an annotator does not see, and on which nothing is theirs.

    Nothing follows from their being open: somebody else is to read them.
    """
    unseen = {
        (name, example)
        for name, numbers in hidden.of.items()
        for example, copies in snapshot.by_id.items()
        if all(copy.number in numbers and not has_work(copy.work.get(name, NO_WORK)) for copy in copies)
    }
    if not unseen:
        return collected
    lines = {
        name: {example: line for example, line in theirs.items() if (name, example) not in unseen}
        for name, theirs in collected.lines.items()
    }
    return replace(collected, lines=lines)
