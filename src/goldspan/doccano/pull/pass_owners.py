"""Whose work each folder of passes holds: one person has one folder, and one folder is one person's.

`corpus/doccano.toml` keeps the folder of each account, from the first pull on. The members' file may name another: then
the folder is renamed, and with it what names it in the corpus. Where a folder might be somebody else's, or a person
might get a second one, the pull is refused; what an account did on the server is then compared with what the folders
hold. An account without a record, in a corpus of before, has the folder of its pseudonym or else of its name.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from goldspan import files, formats
from goldspan.annotation import article_of
from goldspan.corpus import assignment_plans
from goldspan.corpus.annotators import FILE as ANNOTATORS
from goldspan.corpus.annotators import read_annotators
from goldspan.corpus.audits import renamed_annotators
from goldspan.corpus.folder_names import folded_name, folder_name_problem
from goldspan.corpus.passes import CONFIRMED
from goldspan.doccano.corpus_record import DoccanoRecord, read_record, record_path, write_record
from goldspan.doccano.members import pseudonyms_of
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import decisions
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.doccano.members import ListedMember

    Work: TypeAlias = Mapping[str, Example | None]  # per example its line, None for an open one

SAME = 0.9  # of what can be compared: as much is the same where a person corrected a few examples since
MAYBE = 0.5  # below it, two people worked
ENOUGH = 3  # examples with spans: two people agree on one or two by chance
RECORD = "corpus/doccano.toml"


def annotator_names(corpus: Corpus, listed: Sequence[ListedMember]) -> dict[str, str]:
    """The name by which the corpus knows each account: the folder of its passes, or else its pseudonym.

    Raises:
        InputError: for a record that cannot be read.
    """
    stated = pseudonyms_of(listed)
    return stated | {account.name: account.passes for account in read_record(corpus).accounts}


def record_pseudonyms(corpus: Corpus, listed: Sequence[ListedMember]) -> None:
    """Record the pseudonyms of accounts that have no passes yet: a pull without the same list of members keeps them.

    What needs a comparison with the work on the server is left to the pull.

    Raises:
        InputError: for a record that cannot be read.
        OSError: if it cannot be written.
    """
    record, existing = read_record(corpus), {folded_name(folder) for folder in corpus.annotators()}
    taken = {folded_name(account.passes) for account in record.accounts} | existing
    for account, folder in pseudonyms_of(listed).items():
        is_free = folded_name(folder) not in taken and folded_name(account) not in existing
        if record.folder(account) is None and is_free:
            record = record.with_account(account, folder)
    write_record(corpus, record)


@dataclass(frozen=True, slots=True)
class PassOwners:
    """The folder of each account, and what has to be renamed for it.

    Args:
        folders: by account.
        renames: by folder the new one.
        record: as it will be.
        accounts: by former name of an account the name that it has now.
    """

    folders: Mapping[str, str]
    renames: Mapping[str, str] = field(default_factory=dict)
    record: DoccanoRecord = field(default_factory=DoccanoRecord)
    accounts: Mapping[str, str] = field(default_factory=dict)

    def source(self, folder: str) -> str:
        """The folder that holds now what this one will hold."""
        former = {new: old for old, new in self.renames.items()}
        return former.get(folder, folder)

    def after(self, existing: Iterable[str]) -> list[str]:
        """The folders that there will be."""
        return [self.renames.get(folder, folder) for folder in existing]

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "renamed": [{"from": old, "to": new} for old, new in sorted(self.renames.items())],
            "accounts": [{"from": old, "to": new} for old, new in sorted(self.accounts.items())],
        }

    def contents(self, corpus: Corpus) -> dict[Path, bytes | None]:
        """The bytes of each file that is different once folders are renamed and accounts recorded; None if it goes.

        Raises:
            InputError: for a file that cannot be read, or that names a folder in a way that cannot be changed.
        """
        contents: dict[Path, bytes | None] = {}
        for old in self.renames:
            contents |= dict.fromkeys(_files_of(corpus, old))
        for old, new in self.renames.items():
            for path in _files_of(corpus, old):
                contents[corpus.passes / new / path.relative_to(corpus.passes / old)] = files.read_bytes(path)
        if self.renames:
            contents |= dict(_renamed_decisions(corpus, self.renames))
            contents |= dict(_renamed_annotators(corpus, self.renames))
            contents |= dict(_renamed_assignments(corpus, self.renames))
            contents |= dict(renamed_annotators(corpus, self.renames))
        path, content = record_path(corpus), self.record.content()
        if self.record != DoccanoRecord() and (not files.is_there(path) or files.read_bytes(path) != content):
            contents[path] = content
        return contents

    def mentions(self, corpus: Corpus) -> list[Path]:
        """The pages that name a folder that is renamed; people or `goldspan build` write them."""
        if not self.renames:
            return []
        names = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, self.renames))})(?![\w-])")
        pages = [*sorted(corpus.folder.glob("*.md")), *sorted(corpus.guidelines.glob("*.md"))]
        return [page for page in pages if names.search(files.read_bytes(page).decode("utf-8", "replace"))]


def find_owners(
    corpus: Corpus,
    lines: Mapping[str, Work],
    users: Callable[[], Collection[str]],
    listed: Sequence[ListedMember] = (),
) -> PassOwners:
    """The folder of each account that is recorded, listed or at work; nothing is written.

    Args:
        corpus: the corpus.
        lines: per account its lines in a project, open ones as None.
        users: gives the names of all users of the server, where that matters.
        listed: the members of the members' file.

    Raises:
        InvalidValueError: if a person would get a second folder, or a folder would get the work of a second person,
            with what to do about it.
        InputError: for a file that cannot be read.
    """
    return _Owners(corpus, lines, users, listed).find()


@dataclass(frozen=True, slots=True)
class _WorkComparison:
    """The confirmed examples of a folder, compared with what an account did on the server.

    Args:
        same: with the same spans, of which there are some.
        differing: with other spans.
        empty: with no spans in either.
        open: not confirmed by the account.
    """

    same: int
    differing: int
    empty: int
    open: int

    def share(self) -> float | None:
        """Which share of the folder the account has just so; None if there is nothing to compare."""
        total = self.same + self.differing + self.empty + self.open
        return (self.same + self.empty) / total if total else None

    def is_foreign(self) -> bool:
        """Whether most of what both annotated differs."""
        return self.differing > self.same


class _Owners:
    """A search for the owners of folders, account by account."""

    def __init__(
        self,
        corpus: Corpus,
        lines: Mapping[str, Work],
        users: Callable[[], Collection[str]],
        listed: Sequence[ListedMember],
    ) -> None:
        self.corpus = corpus
        self.lines = lines
        self.users = users
        self.stated = pseudonyms_of(listed)
        self.existing = corpus.annotators()
        self.record = read_record(corpus)
        self.recorded = {account.name: account.passes for account in self.record.accounts}
        _require_folders(corpus, self.recorded)
        self.owners = {account.passes: account.name for account in self.record.accounts}
        models = {name for name, entry in read_annotators(corpus.folder).items() if entry.kind == "model"}
        self.unowned = set(self.existing).difference(self.owners, models)
        self.accounts: dict[str, str] = {}
        self.renames: dict[str, str] = {}

    def find(self) -> PassOwners:
        """The owners of all folders."""
        at_work = [account for account in sorted(self.lines) if self._is_at_work(account)]
        for account in at_work:
            if account not in self.recorded:
                self._take_over(account)
        for account in at_work:
            if account not in self.recorded:
                self._adopt(account)
        folders = {account: self.stated.get(account, folder) for account, folder in self.recorded.items()}
        for account, folder in folders.items():
            self._rename(account, self.recorded[account], folder)
        self._require_free(folders)
        for account, folder in folders.items():
            self._require_no_twin(account, folder)
            self.record = self.record.with_account(account, folder)
        # What is stated of an account that the project does not have may be of a former name.
        stated = {account: folder for account, folder in self.stated.items() if account in self.lines}
        return PassOwners(stated | folders, self.renames, self.record, self.accounts)

    def _is_at_work(self, account: str) -> bool:
        """Whether an account has something to write, or a folder."""
        folder = self.stated.get(account, account)
        return any(self.lines[account].values()) or bool({account, folder} & self.unowned)

    # A new account in place of one that is recorded

    def _take_over(self, account: str) -> None:
        """Give a new account the folder of one that the server no longer has, if it is the same person's.

        A renamed account has on the server what the folder has, but for what was done since.
        """
        owner = self.owners.get(self.stated.get(account, account))
        for former in [owner] if owner else sorted(self.recorded.keys() - self.lines.keys()):
            share = self._compare(account, self.recorded[former]).share() or 0.0
            is_gone = former not in self.lines and (bool(owner) or share >= MAYBE) and former not in self.users()
            if is_gone and share >= SAME:
                self._replace(former, account)
                return
            if owner or (is_gone and share >= MAYBE):
                raise self._doubt(account, former, is_gone=is_gone)

    def _replace(self, former: str, account: str) -> None:
        folder = self.recorded.pop(former)
        self.recorded[account] = folder
        self.owners[folder] = account
        self.accounts[former] = account
        self.record = self.record.without_account(former)

    def _doubt(self, account: str, former: str, *, is_gone: bool) -> InvalidValueError:
        folder = self.recorded[former]
        whose = f"{former!r}, whom the server no longer has" if is_gone else f"{former!r}, another account"
        return InvalidValueError(
            f"is {account!r} the person whose passes are in the folder {folder!r}? It belongs to {whose}, and one "
            "folder is one person's",
            remedy=f"If so, write name = {_quoted(account)} in place of {_quoted(former)} in {RECORD}. If not, give "
            f"{account!r} a pseudonym of their own in the file of --members, and add a table [[account]] with both to "
            f"{RECORD}.",
        )

    # A corpus without a record of the account

    def _adopt(self, account: str) -> None:
        """Record the folder of an account without a record, which its pseudonym or its name says."""
        folder = self.stated.get(account, account)
        if folder != account and account in self.unowned:
            if folder in self.existing:
                raise InvalidValueError(
                    f"the annotator {account!r}, whose pseudonym is {folder!r}, has passes in the folder {account!r} "
                    f"from before, and there is {folder!r}: one person would count as two",
                    remedy=f"Keep one of the two: git mv or git rm corpus/passes/{account}, then pull again.",
                )
            folder = account  # it got the pseudonym later
        if folder in self.unowned:
            self._require_own(account, folder)
            self.unowned.discard(folder)
        self.owners.setdefault(folder, account)
        self.recorded[account] = folder

    def _require_own(self, account: str, folder: str) -> None:
        """Refuse a folder that holds the work of another account on the server."""
        mine = self._compare(account, folder)
        for other in sorted(self.lines.keys() - {account}) if mine.is_foreign() else ():
            theirs = self._compare(other, folder)
            if theirs.same > mine.same and not theirs.is_foreign():
                raise InvalidValueError(
                    f"the annotator {account!r} would write into the folder {folder!r}, which holds the work of "
                    f"{other!r}: there, {theirs.same} examples with spans are as {other!r} has them in Doccano, and "
                    f"{mine.same} as {account!r} has them",
                    remedy=f"Correct the pseudonyms in the file of --members. If {account!r} is to have that one, "
                    f"rename the folder with git mv to what {other!r} is to have first.",
                )

    # Another folder than the recorded one

    def _rename(self, account: str, old: str, new: str) -> None:
        """Plan the rename of a folder."""
        if old == new:
            return
        if problem := folder_name_problem(new):
            raise InvalidValueError(
                f"the annotator {account!r}, whose pseudonym is {new!r}, cannot have a folder: the name {problem}",
                remedy=f"Give {account!r} another pseudonym in the file of --members.",
            )
        if old in self.existing:
            self.renames[old] = new
        elif new in self.unowned:  # somebody renamed the folder already
            self._require_own(account, new)
            self.unowned.discard(new)
            self.owners[new] = account

    def _require_free(self, folders: Mapping[str, str]) -> None:
        """Refuse a folder of two accounts, and a rename onto a folder that stays."""
        staying = {folded_name(folder): folder for folder in self.existing if folder not in self.renames}
        owners: dict[str, str] = {}
        for account, folder in sorted(folders.items(), key=lambda item: (self.recorded[item[0]] != item[1], item)):
            old, key = self.recorded[account], folded_name(folder)
            there = staying.get(key)
            if key in owners:
                raise self._taken(account, folder, f"is that of {owners[key]!r}")
            if old != folder and there is not None and self.owners.get(there) != account:
                raise self._taken(account, folder, "is there, too")
            # On some systems the names of files do not differ by case.
            exists = folder not in self.existing and (self.corpus.passes / folder).exists()
            if old in self.renames and (exists or (self.corpus.passes / old).is_symlink()):
                raise self._taken(account, folder, "cannot be made by a rename")
            owners[key] = account

    def _taken(self, account: str, folder: str, why: str) -> InvalidValueError:
        return InvalidValueError(
            f"the passes of {account!r} are in the folder {self.recorded[account]!r}, their pseudonym is {folder!r}, "
            f"and the folder {folder!r} {why}: one folder is one person's",
            remedy=f"Give {account!r} the pseudonym {self.recorded[account]!r} again, or another one, in the file of "
            f"--members; or put the folders in order with git mv, and {RECORD} with them.",
        )

    def _require_no_twin(self, account: str, folder: str) -> None:
        """Refuse a first pass beside a folder of nobody that holds the same work."""
        if folder in self.existing or folder in self.renames.values() or not any(self.lines.get(account, {}).values()):
            return
        for twin in sorted(self.unowned):
            found = self._compare(account, twin)
            if found.same >= ENOUGH and (found.share() or 0.0) >= SAME:
                raise InvalidValueError(
                    f"the annotator {account!r} would get the folder {folder!r}, but the folder {twin!r}, which is "
                    f"nobody's, holds the same work on {found.same} examples: one person would count as two",
                    remedy=f"If it is theirs, give {account!r} the pseudonym {twin!r} in the file of --members. If not"
                    f", add a table [[account]] with name = {_quoted(twin)} and passes = {_quoted(twin)} to {RECORD}.",
                )

    def _compare(self, account: str, folder: str) -> _WorkComparison:
        """What an account did on the server, compared with what a folder holds of the same examples."""
        counts, theirs = Counter[str](), self.lines.get(account, {})
        for article in {article_of(name) for name in theirs}:
            path = self.corpus.passes / folder / f"{article}.jsonl"
            for line in formats.load(path, "gold") if files.is_there(path) else ():
                if line.id in theirs and line.extra.get(CONFIRMED) is not False:
                    counts[_how_alike(line, theirs[line.id])] += 1
        return _WorkComparison(**{kind: counts[kind] for kind in ("same", "differing", "empty", "open")})


def _how_alike(line: Example, other: Example | None) -> str:
    """The count of a comparison to which a line of a folder belongs."""
    if other is None:
        return "open"
    if (line.text, line.spans) != (other.text, other.spans):
        return "differing"
    return "same" if line.spans else "empty"


def _require_folders(corpus: Corpus, recorded: Mapping[str, str]) -> None:
    """Refuse a record, edited or merged by hand, whose folders cannot be those of one person each.

    Raises:
        InputError: naming the accounts.
    """
    owners: dict[str, str] = {}
    for account, folder in sorted(recorded.items()):
        other = owners.setdefault(folded_name(folder), account)
        problem = folder_name_problem(folder)
        if problem or other != account:
            why = f"cannot be: the name {problem}" if problem else f"some systems take for that of {other!r}"
            raise InputError(
                f"has for the account {account!r} the folder {folder!r}, which {why}",
                file=record_path(corpus),
                remedy="Restore the file from git, or name the folder of corpus/passes/ that holds their work.",
            )


# What names a folder


def _files_of(corpus: Corpus, folder: str) -> list[Path]:
    return sorted(path for path in (corpus.passes / folder).rglob("*") if path.is_file())


def _renamed_decisions(corpus: Corpus, names: Mapping[str, str]) -> Iterator[tuple[Path, bytes]]:
    """The files of decisions that name a folder among votes or authors, with the new names."""
    for path in sorted(corpus.decisions.glob("*.jsonl")):
        content = "".join(decisions.with_names(path, names)).encode("utf-8")
        if content != files.read_bytes(path):
            yield path, content


def _renamed_annotators(corpus: Corpus, names: Mapping[str, str]) -> Iterator[tuple[Path, bytes]]:
    """`corpus/annotators.toml` with the new names, if it has one of the old; its comments stay."""
    path = corpus.folder / ANNOTATORS
    stated = read_annotators(corpus.folder)
    if not stated.keys() & names.keys():
        return
    text = files.decode(files.read_bytes(path), path)
    keys = re.compile(r"""^(\s*name\s*=\s*)("[^"\\\n]*"|'[^'\n]*')""", re.MULTILINE)
    changed = keys.sub(lambda found: found[1] + _quoted(names.get(found[2][1:-1], found[2][1:-1])), text)
    expected = [names.get(name, name) for name in stated]
    if expected != [found[2][1:-1] for found in keys.finditer(changed)]:
        listed = enumerate_names(sorted(stated.keys() & names.keys()))
        raise InputError(
            f"names {listed}, which would be renamed, in a way that cannot be changed by goldspan",
            file=path,
            remedy='Write each name on a line of its own, as name = "…", without escapes.',
        )
    yield path, changed.encode("utf-8")


def _renamed_assignments(corpus: Corpus, names: Mapping[str, str]) -> Iterator[tuple[Path, bytes]]:
    """The files of `corpus/assignments` that name a folder, with the new names."""
    for path in sorted(corpus.assignments.glob("*.jsonl")):
        assigned = assignment_plans.read_assignments(path)
        renamed = [
            replace(one, annotators=_renamed(one.annotators, names), leaving=_renamed(one.leaving, names))
            for one in assigned.values()
        ]
        if renamed != [*assigned.values()]:
            yield path, assignment_plans.content(renamed).encode("utf-8")


def _renamed(folders: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(names.get(name, name) for name in folders))


def _quoted(name: str) -> str:
    """A name as TOML writes it."""
    return f'"{name}"' if name.isprintable() and not set('"\\') & set(name) else f"'{name}'"
