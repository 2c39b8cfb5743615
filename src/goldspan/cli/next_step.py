"""What comes next in a project: one line, with the command, at the end of what a command prints.

The state of the project decides. Where several things can be done, the command that just ended decides which is nearer.
Some commands have a follow-up of their own, e.g. `doccano user`, whose accounts must be listed as members. The line is
for people. It is left out with `--json`, since a script knows what it does next, with `--quiet`, and where a plan was
only shown, since its end says how to carry it out. Commands that only list or look up something (`config`, `formats`,
`help`, `completion`, `convert`, `doccano stop`) have no next step: they are used in between, at any stage.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from goldspan.cli.console import make_console, print_line, print_text
from goldspan.corpus import Corpus
from goldspan.corpus.blanks import blank_sentence, find_blanks, find_guideline_blanks, undefined_labels
from goldspan.errors import GoldspanError, NotFoundError
from goldspan.formats import model_record
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Command = Literal[
    "init", "add", "recut", "relabel", "withdraw", "suggest", "rank", "push", "status", "pull", "check", "agree",
    "outcomes", "adjudicate", "split", "build", "evaluate", "train", "crossval", "curve", "label-errors", "export",
    "release", "stats", "show", "audit", "start", "user", "doctor", "auto-label", "close",
    "site",
]  # fmt: skip
# What a command is about: articles that nobody has annotated, gold, or what annotators have confirmed.
EARLY: frozenset[Command] = frozenset({"init", "add", "suggest", "rank", "push"})
LATE: frozenset[Command] = frozenset({"split", "build"})
MOST_NAMED = 5
BATCH = 20  # articles that are given to annotators at once, where it is known which are best read first
PLACEHOLDERS = frozenset({"PATH...", "PREDICTIONS", "NAME", "VERSION"})  # for which people write their own
# What comes after commands that need no project, where there is none.
OUTSIDE: dict[Command, str] = {
    "start": "create an account for each annotator: goldspan doccano user NAME (goldspan init FOLDER makes a project)",
    "user": "list them in annotation_guidelines/members.toml of a project, then push: goldspan doccano push --project "
    "NAME --apply",
    "doctor": "give articles to annotators, in the folder of a project: goldspan doccano push --project NAME --apply",
}


def print_next_step(
    corpus: Corpus | None,
    after: Command,
    json: Path | None = None,
    here: Path | None = None,
    *,
    home: Path | None = None,
) -> None:
    """Print what comes next, unless the command wrote a report for scripts.

    Args:
        corpus: the project; None where a command ran outside of one.
        after: the command that ends.
        json: the file of `--json`.
        here: the folder in which the next command is typed; the current one if None.
        home: the folder of the server that `--home` named, so that the next command names it, too.
    """
    if json is not None:
        return
    try:
        step = _outside(after, home) if corpus is None else next_step(corpus, after, here, home=home)
    except (GoldspanError, OSError):  # what the command was asked for is done; the next one reports it
        return
    if step is not None:
        print_next(step)


def _outside(after: Command, home: Path | None) -> str | None:
    """What comes after a command that needs no project, where there is none."""
    step = OUTSIDE.get(after)
    option = shlex.join(home_option(home))
    return step if step is None or not option else re.sub(r"goldspan doccano (?:user|push)", rf"\g<0> {option}", step)


def print_next(step: str) -> None:
    """Print what comes next, on a terminal in lines that end at spaces."""
    print_text(make_console(), f"Next: {step}")


def print_blanks(corpus: Corpus, *, for_annotators: bool = False) -> None:
    """Print what is to be filled in, for annotators or before a release, if there is anything.

    Args:
        corpus: the project.
        for_annotators: only in what annotators read.
    """
    found = find_guideline_blanks(corpus) if for_annotators else find_blanks(corpus)
    if sentence := blank_sentence(found, corpus.root):
        print_line(sentence)


def next_step(corpus: Corpus, after: Command, here: Path | None = None, *, home: Path | None = None) -> str | None:
    """What comes next after a command, as a clause with the command to run; None if there is nothing.

    Args:
        corpus: the project.
        after: the command that ends.
        here: the folder in which the next command is typed; the current one if None.
        home: the folder of the server that `--home` named.

    Raises:
        InputError: for a file of the project that cannot be read.
    """
    return _State(Corpus(corpus.root), after, here or Path.cwd(), home).step()  # read again: the command has changed it


def typed_command(corpus: Corpus, *words: str, here: Path | None = None) -> str:
    """A command about a project as it is typed in a folder.

    Args:
        corpus: the project.
        words: of the command, behind `goldspan`.
        here: the folder; the current one if None.
    """
    try:
        is_found = Corpus.find(here or Path.cwd()).root.resolve() == corpus.root.resolve()
    except NotFoundError:
        is_found = False
    root = [] if is_found else ["--root", shlex.quote(str(corpus.root))]
    quoted = (word if word in PLACEHOLDERS else shlex.quote(word) for word in words)
    return " ".join(["goldspan", *quoted, *root])


def home_option(home: Path | None) -> tuple[str, ...]:
    """`--home` as the next command needs it, to reach the same server.

    Args:
        home: the folder that the command before was given; None for the usual one.
    """
    return () if home is None else ("--home", str(home))


def typed_path(path: Path, here: Path | None = None) -> str:
    """A path as it is typed in a folder.

    Args:
        path: the path.
        here: the folder; the current one if None.
    """
    folder, whole = here or Path.cwd(), path.absolute()
    return str(whole.relative_to(folder) if whole.is_relative_to(folder) else path)


@dataclass(frozen=True)
class _State:
    """A project after a command, and the folder in which the next command is typed."""

    corpus: Corpus
    after: Command
    here: Path
    home: Path | None = None

    def step(self) -> str | None:
        """What comes next."""
        ids = [entry.id for entry in self.corpus.entries]
        if self.after in ("start", "user") and (step := self._of_accounts()) is not None:
            return step
        if not ids:
            return self._first_articles()
        with_gold = [name for name in ids if (self.corpus.gold / f"{name}.jsonl").is_file()]
        read = {path.stem for name in self.corpus.annotators() for path in (self.corpus.passes / name).glob("*.jsonl")}
        pending = [name for name in ids if name not in read.union(with_gold)]
        if (own := self._of_command(pending)) is not None:
            return own
        stages = (
            partial(self._of_pending, pending),
            partial(self._of_passes, read),
            partial(self._of_gold, with_gold),
        )
        nearest = 0 if self.after in EARLY else 2 if self.after in LATE else 1
        ordered = [*stages[nearest:], *reversed(stages[:nearest])]
        return next((step for stage in ordered if (step := stage()) is not None), None) or self._of_dataset()

    def _of_accounts(self) -> str | None:
        """What comes next on a server: accounts, then who of them annotates; None if members are listed."""
        from goldspan.doccano.members import find_members

        if find_members(self.corpus):
            return None
        members = self._path(self.corpus.guidelines / "members.toml")
        if self.after == "start":
            user = shlex.join(["goldspan", "doccano", "user", "NAME", *home_option(self.home)])
            return f"create an account for each annotator: {user}; then list them in {members}"
        return f"list them as members in {members}, then push: {self._plain_push()}"

    def _of_command(self, pending: Collection[str]) -> str | None:
        """What comes next by the command alone; None where the state of the project decides."""
        step = None
        match self.after:
            case "start" | "user" | "doctor":
                step = self._of_server()
            case "crossval":
                step = f"see where gold may be wrong: {self._command('label-errors')}"
            case "label-errors":
                settle = self._command("label-errors", "--settle", "--as", "NAME")
                step = f"decide these places: {settle} (or --push PROJECT, in Doccano)"
            case "curve" if pending:
                step = f"see which articles to annotate first: {self._command('rank')}"
            case "curve":
                step = f"add articles, if more gold helps: {self._command('add', 'PATH...', '--apply')}"
            case "train" if pending and (self.corpus.model / model_record.FILE).is_file():
                model = self._path(self.corpus.model)
                step = f"draft spans with the model: {self._command('suggest', '--model', model)}"
            case "train":
                step = f"score the model: {self._evaluate()}"
        return step

    def _of_server(self) -> str:
        """What comes next where the server and its accounts are ready."""
        from goldspan.doccano.corpus_record import pushed_as, read_record

        projects = read_record(self.corpus).projects
        if projects and self.after == "start":
            status = self._command("doccano", "status", "--project", pushed_as(projects[0]))
            return f"see how far the annotators are: {status}"
        return f"give articles to annotators: {self._push()}"

    def _plain_push(self) -> str:
        """The command that gives articles to annotators, to the project that is there, if one is."""
        from goldspan.doccano.corpus_record import pushed_as, read_record
        from goldspan.new_project import project_name

        projects = read_record(self.corpus).projects
        name = pushed_as(projects[0]) if projects else project_name(self.corpus)
        most = ["--next", str(BATCH)] if self.corpus.order_file.is_file() else []
        return self._command("doccano", "push", "--project", name, *most, "--apply")

    def _first_articles(self) -> str:
        add = f"add articles: {self._command('add', 'PATH...', '--apply')}"
        if undefined := undefined_labels(self.corpus):
            return f"{self._definitions(undefined)}, and {add}"
        return add

    def _definitions(self, undefined: Sequence[str]) -> str:
        """What is to be done where labels have no definition."""
        verb = "marks" if len(undefined) == 1 else "mark"
        return f"say in {self._path(self.corpus.scheme_file)} what {enumerate_names(undefined, most=MOST_NAMED)} {verb}"

    def _of_pending(self, pending: Collection[str]) -> str | None:
        """What comes next for articles that nobody has annotated."""
        if not pending:
            return None
        from goldspan.doccano.corpus_record import pushed_as, read_record

        without = [name for name in pending if not (self.corpus.suggestions / f"{name}.jsonl").is_file()]
        if without and self.after not in ("suggest", "rank", "push", "build"):
            return f"draft the spans of {amount(len(without), 'article')}: {self._command('suggest')}"
        projects = read_record(self.corpus).projects
        if projects and self.after not in ("suggest", "rank"):
            pull = self._command("doccano", "pull", "--project", pushed_as(projects[0]), "--apply")
            return f"while they annotate and confirm, copy what they have done: {pull}"
        if undefined := undefined_labels(self.corpus):
            return f"{self._definitions(undefined)}, then push: {self._push()}"
        is_ranked = self.corpus.order_file.is_file()
        if len(pending) > BATCH and not is_ranked:
            first = f"goldspan rank shows which of {len(pending):,} articles to read first"
            return f"give articles to annotators: {self._push()} ({first})"
        number = min(len(pending), BATCH) if is_ranked else len(pending)
        return f"give {amount(number, 'article')} to annotators: {self._push()}"

    def _push(self) -> str:
        """The command that gives articles to annotators, and what must be there before."""
        from goldspan.doccano.corpus_record import read_record
        from goldspan.doccano.members import find_members

        push = self._plain_push()
        if read_record(self.corpus).projects or find_members(self.corpus):
            return push
        members = self._path(self.corpus.guidelines / "members.toml")
        return f"{push} (first list who annotates in {members}; goldspan doccano start makes a server)"

    def _of_passes(self, read: Collection[str]) -> str | None:
        """What comes next for what annotators have confirmed."""
        if not read:
            return None
        from goldspan.adjudication import gold
        from goldspan.adjudication.state import read_state

        state = read_state(self.corpus)
        new = gold.plan(state).new
        if self.after in ("pull", "close") and state.derived.has_readers:
            return f"see how far they agree: {self._command('agree')}"
        if state.open:  # first: an article of which gold has a part is an error of `check`
            settle = self._command("adjudicate", "--settle", "--as", "NAME")
            return f"decide {amount(len(state.open), 'dispute')}: {settle} (or --push --project P, in Doccano)"
        if new:
            return f"write {amount(len(new), 'example')} into gold: {self._command('adjudicate', '--apply')}"
        if not state.derived.has_readers and not state.gold:
            single = self._command("adjudicate", "--accept", "single", "--apply")
            return (
                "gold is what two annotators of an example agree on: have a second one annotate, too, or take "
                f"what the only one marked: {single}"
            )
        return None

    def _of_gold(self, with_gold: Collection[str]) -> str | None:
        """What comes next for gold."""
        if not with_gold:
            return None
        assigned = {name for ids in self.corpus.splits().values() for name in ids}
        if unassigned := [name for name in with_gold if name not in assigned]:
            return (
                f"assign {amount(len(unassigned), 'article')} with gold to train, validation and test, and export: "
                f"{self._command('build')} (goldspan split shows the splits first)"
            )
        if self._is_disputed(with_gold):
            return None  # gold in part, which `build` refuses
        if self.after != "build" and not _is_built(self.corpus):
            return f"check all, write the tables and export the dataset: {self._command('build')}"
        return None

    def _is_disputed(self, articles: Collection[str]) -> bool:
        """Whether there are open disputes in one of these articles."""
        if not self.corpus.annotators():
            return False
        from goldspan.adjudication.state import read_state

        return any(dispute.example.article in articles for dispute in read_state(self.corpus).open)

    def _of_dataset(self) -> str | None:
        if not _is_built(self.corpus):
            return None
        if self.after == "evaluate":
            return f"see where gold may be wrong: {self._command('label-errors')}"
        evaluate = self._evaluate()
        learnable = any((self.corpus.gold / f"{name}.jsonl").is_file() for name in self.corpus.read_split("train"))
        if not learnable or (self.corpus.model / model_record.FILE).is_file():
            return f"score a model: {evaluate}"
        return f"train a model: {self._command('train')} (or score one of yours: {evaluate})"

    def _evaluate(self) -> str:
        """The command that scores predictions on the test split."""
        return self._command("evaluate", self._path(self.corpus.gold), "PREDICTIONS", "--split", "test")

    def _command(self, *words: str) -> str:
        """A command as it is typed in the folder."""
        server = home_option(self.home) if words[0] == "doccano" else ()
        return typed_command(self.corpus, *words, *server, here=self.here)

    def _path(self, path: Path) -> str:
        """A path as it is typed in the folder."""
        return typed_path(path, self.here)


def _is_built(corpus: Corpus) -> bool:
    """Whether the dataset is newer than gold and splits."""
    from goldspan.export.marker import MARKER

    built = corpus.build / "dataset" / MARKER
    sources = [*corpus.gold.glob("*.jsonl"), *(corpus.folder / "splits").glob("*.txt")]
    return built.is_file() and built.stat().st_mtime >= max((path.stat().st_mtime for path in sources), default=0)
