"""From a folder to a commit of a dataset on the Hub: what differs, one commit with all of it, a tag, and the proof.

    plan     compares the folder with the last commit of `main`, by digests, without downloading anything
    apply    creates the dataset if there is none, makes one commit on top of the commit that was compared, sets the tag
    verify   lists the files of the new commit, and compares the digest of each with the folder

A push that was interrupted is continued by the same command: it compares anew. Between commit and tag only the tag is
left to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from goldspan.errors import GoldspanError, InputError, InvalidValueError
from goldspan.hub.folder import ATTRIBUTES
from goldspan.hub.hub_errors import UNKNOWN, HubError
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from goldspan.hub.client import HubClient, HubSnapshot, StoredFile
    from goldspan.hub.folder import HubFile, HubFolder

NAME = re.compile(r"(?=.{1,96}$)(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?", re.ASCII)
TAG = re.compile(r"(?=.{1,100}$)(?!.*(?:\.\.|//|/\.|@\{))[A-Za-z0-9_](?:[\w./+-]*[\w+-])?", re.ASCII)
COMMIT = re.compile(r"[0-9a-fA-F]{7,40}")
LONGEST_MESSAGE = 500  # characters
NAMED = 5  # files that a message names


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPushOptions:
    """Where to, and how.

    Args:
        repository: the dataset, as `OWNER/NAME`.
        tag: to set at the commit; None for that of a release, and none for an export.
        private: whether a dataset that is created is to be private.
        message: of the commit; None for the title of the folder.

    Raises:
        InvalidValueError: for a name, a tag or a message that cannot be one.
    """

    repository: str
    tag: str | None = None
    private: bool = False
    message: str | None = None

    def __post_init__(self) -> None:
        parts = self.repository.split("/")
        if len(parts) != 2 or not all(NAME.fullmatch(part) for part in parts) or self.repository.endswith(".git"):
            raise InvalidValueError(
                f"{self.repository!r:.120} is no name of a dataset",
                remedy="It is OWNER/NAME: the user or the organisation on the Hub, and a name of letters, digits, '-', "
                "'_' and '.'.",
            )
        if self.tag is not None:
            require_tag(self.tag)
        if self.message is not None and not (0 < len(self.message.strip()) <= LONGEST_MESSAGE):
            raise InvalidValueError(
                f"the message of a commit has between 1 and {LONGEST_MESSAGE} characters", remedy="Shorten it."
            )


def require_tag(tag: str) -> None:
    """Refuse what git or the Hub would not take for a tag, or would take for something else.

    Raises:
        InvalidValueError: with what a tag may be.
    """
    if not TAG.fullmatch(tag) or tag.endswith(".lock") or COMMIT.fullmatch(tag):
        raise InvalidValueError(
            f"{tag!r:.120} cannot be a tag",
            remedy="It has letters, digits, '.', '-', '_', '+' and '/', and is not the id of a commit. Example: v1.0",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPushPlan:
    """What differs between a folder and a dataset on the Hub, and what is to be done about it.

    Args:
        endpoint: the address of the Hub.
        options: where to, and how.
        folder: what is to be there.
        parent: the commit that was compared; None if there is no dataset that this account can see.
        is_private: whether the dataset is, or will be, private.
        tag: to be at the commit; None for none.
        tagged: the commit that the tag has already; None if there is no such tag.
        added: files that the Hub has not.
        changed: files of which the Hub has another content.
        deleted: paths on the Hub that the folder has not.
        kept: paths on the Hub that the folder has not, which stay: they are the Hub's own.
        unchanged: how many files are the same.
        is_older: whether not the last commit but an older one with this tag has just these files.
        is_stranger: whether the Hub was asked without a token.
    """

    endpoint: str
    options: HubPushOptions
    folder: HubFolder
    parent: str | None
    is_private: bool
    tag: str | None
    tagged: str | None = None
    added: tuple[HubFile, ...] = ()
    changed: tuple[HubFile, ...] = ()
    deleted: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    unchanged: int = 0
    is_older: bool = False
    is_stranger: bool = False

    @property
    def creates(self) -> bool:
        """Whether the dataset is to be created."""
        return self.parent is None

    @property
    def commits(self) -> bool:
        """Whether there is something to commit."""
        return not self.is_older and bool(self.added or self.changed or self.deleted)

    @property
    def tags(self) -> bool:
        """Whether there is a tag to set."""
        return self.tag is not None and self.tagged is None

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.creates or self.commits or self.tags)

    @property
    def message(self) -> str:
        """The message of the commit."""
        return self.options.message or self.folder.title

    @property
    def address(self) -> str:
        """The page of the dataset."""
        return f"{self.endpoint}/datasets/{self.options.repository}"

    def json(self) -> dict[str, Any]:
        """The plan for `--json`."""
        return {
            "endpoint": self.endpoint,
            "repository": self.options.repository,
            "folder": str(self.folder.path),
            "kind": self.folder.kind,
            "title": self.folder.title,
            "creates": self.creates,
            "private": self.is_private,
            "parent": self.parent,
            "message": self.message,
            "added": [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in self.added],
            "changed": [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in self.changed],
            "deleted": list(self.deleted),
            "kept": list(self.kept),
            "unchanged": self.unchanged,
            "tag": self.tag,
            "tagged": self.tagged,
            "is_older": self.is_older,
            "is_done": self.is_done,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPushResult:
    """What a push has done, after it was read back.

    Args:
        commit: that has the files.
        files: how many were compared, digest by digest.
        created: whether the dataset is new.
        committed: whether the commit is new.
        tagged: whether the tag is new.
        notes: what the Hub warned of.
    """

    commit: str
    files: int
    created: bool
    committed: bool
    tagged: bool
    notes: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """The result for `--json`."""
        return {
            "commit": self.commit,
            "verified": self.files,
            "created": self.created,
            "committed": self.committed,
            "tagged": self.tagged,
            "notes": list(self.notes),
        }


def plan_push(client: HubClient, folder: HubFolder, options: HubPushOptions) -> HubPushPlan:
    """What differs between a folder and the Hub; nothing is changed.

    Args:
        client: the Hub.
        folder: what is to be there.
        options: where to, and how.

    Raises:
        HubError: if the Hub cannot be asked.
        InputError: if the tag is at another commit with other files; if the dataset is public and is to be private.
        InvalidValueError: if the tag cannot be one, or is the name of a branch.
    """
    tag = options.tag or folder.tag
    if tag is not None:
        require_tag(tag)
    snapshot = client.read(options.repository)
    plan = HubPushPlan(
        endpoint=client.account.endpoint,
        options=options,
        folder=folder,
        parent=snapshot.commit if snapshot else None,
        is_private=snapshot.is_private if snapshot else options.private,
        tag=tag,
        is_stranger=client.account.token is None,
    )
    if snapshot is None:
        return replace(plan, added=folder.files)
    if options.private and not snapshot.is_private:
        raise InputError(
            f"the dataset {options.repository} is public, and --private makes only a new one private",
            remedy=f"Make it private first: {plan.address}/settings. What was public may have been copied.",
        )
    plan = _compared(plan, snapshot)
    return _with_tag(client, plan, snapshot) if tag is not None else plan


def _compared(plan: HubPushPlan, snapshot: HubSnapshot) -> HubPushPlan:
    """The plan with what differs between the folder and the last commit."""
    there, here = snapshot.files, {file.path: file for file in plan.folder.files}
    missing = sorted(there.keys() - here.keys())
    kept = tuple(path for path in missing if path == ATTRIBUTES)
    added = tuple(file for path, file in here.items() if path not in there)
    changed = tuple(file for path, file in here.items() if path in there and not there[path].equals(file))
    return replace(
        plan,
        added=added,
        changed=changed,
        deleted=tuple(path for path in missing if path not in kept),
        kept=kept,
        unchanged=len(here) - len(added) - len(changed),
    )


def _with_tag(client: HubClient, plan: HubPushPlan, snapshot: HubSnapshot) -> HubPushPlan:
    """The plan with the commit that its tag has already.

    Raises:
        InputError: if that is another commit, with other files.
        InvalidValueError: if the tag is the name of a branch.
    """
    tag = str(plan.tag)
    if tag in snapshot.branches:
        raise InvalidValueError(
            f"{tag} is a branch of {plan.options.repository}", remedy="Choose another --tag: a name is one of the two."
        )
    tagged = snapshot.tags.get(tag)
    if tagged is None or (tagged == snapshot.commit and not plan.commits):
        return replace(plan, tagged=tagged)
    there = client.files(plan.options.repository, tagged)
    if not _differences(plan.folder, there):
        return replace(plan, tagged=tagged, is_older=True, unchanged=len(plan.folder.files))
    of_release = "A version that is published stays as it is: release another one (goldspan release VERSION), or choose"
    raise InputError(
        f"{plan.options.repository} has the tag {tag} already, at the commit {tagged:.12} with other files",
        remedy=f"{of_release if plan.folder.kind == 'release' else 'Choose'} another --tag. Nothing was sent.",
    )


def _differences(folder: HubFolder, there: dict[str, StoredFile]) -> list[str]:
    """What differs between a folder and the files of a commit, as clauses."""
    here = {file.path: file for file in folder.files}
    return [
        *(f"{path} is missing" for path in here if path not in there),
        *(
            f"{path} has another content"
            for path, file in here.items()
            if path in there and not there[path].equals(file)
        ),
        *(f"{path} is there and should not be" for path in sorted(there.keys() - here.keys() - {ATTRIBUTES})),
    ]


def require_writer(client: HubClient, plan: HubPushPlan) -> None:
    """Refuse a token of which it is known that it cannot do what is planned, before anything is sent.

    Raises:
        HubError: if the token is not accepted, only reads, or is of an account that cannot create the dataset.
    """
    owner = client.owner()
    target = plan.options.repository.split("/")[0]
    if not owner.may_write:
        raise HubError(
            f"{plan.endpoint}: the token of {owner.name} may only read",
            remedy=f"{client.account.new_token}. Nothing was sent.",
        )
    owners = {name.lower() for name in (owner.name, *owner.organisations)}
    if plan.creates and target.lower() not in owners:
        raise HubError(
            f"{plan.endpoint}: {plan.options.repository} cannot be created: the token is of {owner.name}, who does not "
            f"belong to {target}",
            remedy=f"Name one of these as the owner: {enumerate_names([owner.name, *sorted(owner.organisations)])}. "
            "Nothing was sent.",
        )


def apply_push(client: HubClient, plan: HubPushPlan) -> HubPushResult:
    """Carry out a plan, and read back what the Hub then has.

    Args:
        client: the Hub, with a token that may write.
        plan: of the same client.

    Raises:
        HubError: for any answer that is no good one, with what was done until then; if the Hub has other files than the
            folder in the end.
        InputError: if a file has changed since the plan was made.
    """
    repository, parent = plan.options.repository, plan.parent
    if not plan.is_done:
        require_writer(client, plan)
    done = "Nothing was changed on the Hub."
    try:
        if parent is None:
            client.create(repository, private=plan.is_private)
            done = f"The dataset {repository} was created, and has none of the files yet."
            created = client.read(repository)
            if created is None:
                raise HubError(f"{plan.endpoint}: {repository} was created and cannot be seen", remedy=UNKNOWN)
            parent = created.commit
            plan = _compared(plan, created)
        commit = str(plan.tagged) if plan.is_older else parent
        if plan.commits:
            sent = (*plan.added, *plan.changed)
            commit = client.commit(repository, parent, sent, plan.deleted, message=plan.message)
            done = f"The commit {commit} was made{f'; the tag {plan.tag} was not set' if plan.tags else ''}."
        _verify_files(client, plan, commit)
        if plan.tags:
            client.tag(repository, str(plan.tag), commit)
            done = f"The commit {commit} was made, and the tag {plan.tag} was set."
        _verify_tag(client, plan, commit)
    except GoldspanError as error:
        if isinstance(error, HubError) and error.may_be_done:
            done = f"It is not known whether the Hub has done that. Before it, {done[0].lower()}{done[1:]}"
        error.remedy = " ".join(part for part in (error.remedy, done) if part)
        raise
    return HubPushResult(
        commit=commit,
        files=len(plan.folder.files),
        created=plan.creates,
        committed=plan.commits,
        tagged=plan.tags,
        notes=tuple(client.notes),
    )


def _verify_files(client: HubClient, plan: HubPushPlan, commit: str) -> None:
    """Compare the files of the commit on the Hub with the folder, digest by digest.

    Raises:
        HubError: naming what differs.
    """
    if found := _differences(plan.folder, client.files(plan.options.repository, commit)):
        raise HubError(
            f"{plan.endpoint}: the commit {commit:.12} has not what was sent: {enumerate_names(found, most=NAMED)} "
            f"({amount(len(found), 'difference')})",
            remedy="Run the command without --apply to see what differs, and look at the dataset on the Hub.",
        )


def _verify_tag(client: HubClient, plan: HubPushPlan, commit: str) -> None:
    """Have the Hub say which commit the tag is at.

    Raises:
        HubError: if it is another one.
    """
    if plan.tag is None:
        return
    found = client.tags(plan.options.repository).get(plan.tag)
    if found != commit:
        raise HubError(
            f"{plan.endpoint}: the tag {plan.tag} is at {found or 'no commit'}, and not at {commit}",
            remedy="Somebody else may have set or moved it at this moment: look at the dataset on the Hub.",
        )
