"""The main job: everything between the raw articles and a released dataset, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import checks, files, splits, stats
from goldspan.adjudication import gold
from goldspan.adjudication.state import read_state
from goldspan.articles.documents import documents
from goldspan.articles.examples import Segmentation, article_examples
from goldspan.corpus import Corpus
from goldspan.errors import InputError
from goldspan.export import export, has_gold_to_export
from goldspan.report.text import enumerate_names
from goldspan.suggest import run
from goldspan.suggest.suggestion_counts import SuggestionCounts
from goldspan.suggest.suggestion_folder import NAMED, OVERWRITE, SuggestionFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from goldspan.annotation import Finding
    from goldspan.export import ExportResult


@dataclass(slots=True)
class BuildResult:
    """What a build wrote and which findings it has.

    Args:
        articles: how many seeds were verified.
        suggestions: the folder of the suggestions.
        suggested: how many spans were suggested.
        recognisers: the names of those that suggested.
        model: of the suggestions, besides the recognisers that the project has chosen; None without one.
        kept: suggestions that a person changed, and that were left as they are.
        notes: what else there is to know of the suggestions, in sentences.
        new_gold: the articles whose gold was derived from their passes.
        new_splits: the split of each article that was assigned to one.
        findings: the findings of the checks.
        account: what the checks read.
        rewritten: derived files of the project that changed.
        exported: the dataset; None if there are errors, or no article has gold and a split.
    """

    articles: int = 0
    suggestions: Path | None = None
    suggested: int = 0
    recognisers: tuple[str, ...] = ()
    model: str | None = None
    kept: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    new_gold: list[str] = field(default_factory=list)
    new_splits: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    account: checks.CheckTally = field(default_factory=checks.CheckTally)
    rewritten: list[Path] = field(default_factory=list)
    exported: ExportResult | None = None

    def summary(self, root: Path) -> list[tuple[str, str, str]]:
        """The rows of a table: what was written, how much of it, and where in the project."""
        rows = [
            ("articles verified", f"{self.articles:,}", ""),
            (
                f"spans suggested by {enumerate_names(self.recognisers)}",
                f"{self.suggested:,}",
                _inside(self.suggestions, root),
            ),
            *(("articles, gold derived", f"{len(self.new_gold):,}", "corpus/gold") for _ in self.new_gold[:1]),
            *(
                ("articles, new in splits", f"{len(self.new_splits):,}", "corpus/splits")
                for _ in [*self.new_splits][:1]
            ),
            ("errors", f"{self.errors:,}", ""),
            ("warnings", f"{len(self.findings) - self.errors:,}", ""),
            *(("changed by hand, kept", "", _inside(path, root)) for path in self.kept),
            *(("rewritten", "", _inside(path, root)) for path in self.rewritten),
        ]
        if self.exported is not None:
            where = _inside(self.exported.folder, root)
            rows += [
                (f"{config}: {split}", f"{number:,}", f"{where}/{config}/{split}.parquet")
                for config, splits in self.exported.rows.items()
                for split, number in splits.items()
            ]
        return rows

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "articles": self.articles,
            "suggested": self.suggested,
            "recognisers": list(self.recognisers),
            "model": self.model,
            "new_gold": self.new_gold,
            "new_splits": self.new_splits,
            "kept": [str(path) for path in self.kept],
            "check": checks.report_json(self.findings, self.account),
            "rewritten": [str(path) for path in self.rewritten],
            "exported": None if self.exported is None else self.exported.json(),
        }

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(finding.severity == "error" for finding in self.findings)


def build(
    corpus: Corpus,
    model: str | None = None,
    step: Callable[[str], None] = lambda _: None,
    *,
    no_model: bool = False,
) -> BuildResult:
    """Verify the seeds, suggest, derive gold and splits, check, write the tables, export.

    Gold is derived of articles without gold, where all who began with the article, two at least, confirmed all of its
    examples and nothing is disputed; articles with gold that have no split are assigned to one. What is there is never
    changed. No table is written and nothing is exported while a check finds an error. A project whose gold is still to
    be made has its tables and no dataset.

    Args:
        corpus: the project.
        model: the name of a spaCy pipeline for the suggestions; None for that of the last ones, if they had one.
        step: called with the name of each step before it starts.
        no_model: whether the suggestions are made without a further model in any case.

    Raises:
        InputError: if the manifest lists no article, or an article cannot be read.
        NotFoundError: if there is no tokenizer for the language of the scheme.
    """
    corpus.require_tokenizer()
    built = BuildResult()
    step("verify the articles")
    for entry in corpus.entries:
        corpus.source(entry)
        built.articles += 1
    if not built.articles:
        raise InputError(
            "lists no article",
            file=corpus.folder / "manifest.jsonl",
            remedy="Add articles with `goldspan add PATH... --apply`.",
        )
    step("suggest spans")
    _suggest(corpus, built, model, no_model=no_model)
    step("derive gold")
    _derive_gold(corpus, built)
    corpus = Corpus(corpus.root)  # whose manifest says by which version of the guidelines gold was derived
    step("assign new articles to splits")
    _split(corpus, built)
    step("check gold, passes, splits and guidelines")
    built.findings = list(checks.check_project(corpus, tally=built.account))
    if built.errors:
        return built
    step("write the tables")
    built.rewritten = stats.write_statistics(corpus, stats.all_tables(corpus))
    table = corpus.guidelines / "checks.md"
    if files.write(table, checks.check_table(checks.read_severities(corpus.settings))):
        built.rewritten.append(table)
    if not has_gold_to_export(corpus):
        return built
    step("export the dataset")
    built.exported = export(corpus, corpus.build / "dataset", is_checked=True)
    return built


def _suggest(corpus: Corpus, built: BuildResult, model: str | None, *, no_model: bool) -> None:
    built.suggestions = corpus.suggestions
    folder = SuggestionFolder(built.suggestions)
    choice = folder.choice(model, no_model=no_model)
    built.model = choice.model
    paths = [corpus.seeds / entry.file for entry in corpus.entries]
    suggester = choice.suggester(corpus)
    built.recognisers = tuple(suggester.names)
    counts = SuggestionCounts(suggester.recognisers, corpus.scheme)
    segmentation = Segmentation.of(corpus)
    for written in run.write_suggestions(
        documents(paths), folder, choice=choice, suggester=suggester, segmentation=segmentation
    ):
        counts.add(written.suggested)
        if written.is_kept:
            built.kept.append(written.file)
    built.suggested = counts.suggested.total()
    built.notes += (*(f"Note: {note}." for note in suggester.notes), *counts.brief())
    if choice.is_remembered:
        built.notes.append(f"The suggestions are made with {choice.model}, as the last ones (--no-model: without it).")
    if built.kept:
        names = enumerate_names((path.name for path in built.kept), most=NAMED)
        built.notes.append(f"Kept, since a person changed them: {names} in suggestions. {OVERWRITE}")
    if left := folder.left:
        names = enumerate_names(left, most=NAMED)
        built.notes.append(f"Left as they are, since the manifest has no article of theirs: {names} in suggestions.")


def _derive_gold(corpus: Corpus, built: BuildResult) -> None:
    """Write the gold of the articles without gold in which nothing is left to read or to decide."""
    if not corpus.annotators():
        return
    try:
        state = read_state(corpus)
    except InputError:  # the checks below name this, and what else is wrong
        return
    settled = {name for name, example in state.derived.settled.items() if not example.disputes}
    with_gold = {example.article for example in state.gold.values()}
    finished = []
    for entry in corpus.entries:
        names = {one.id for one in article_examples(corpus, entry)} if entry.id not in with_gold else set()
        # Who has begun with the article is waited for: gold would only be disputed again.
        begun = [examples.keys() & names for examples in state.passes.values()]
        if names and names <= settled and all(confirmed in (set(), names) for confirmed in begun):
            finished.append(entry.id)
    if finished:
        gold.plan(read_state(corpus, finished)).apply()
        built.new_gold = finished


def _split(corpus: Corpus, built: BuildResult) -> None:
    """Assign the articles with gold that have no split."""
    try:
        lists = corpus.splits()
        with_gold = {example.article for example in corpus.gold_examples()}
        if with_gold <= {article for articles in lists.values() for article in articles}:
            return
        planned = splits.plan_splits(corpus)
    except InputError:  # the checks below name this, and what else is wrong
        return
    if (refusal := splits.refusal(corpus, planned)) is not None:
        built.notes.append(f"No article was assigned to a split: {refusal.message}. {refusal.remedy}")
        return
    splits.write_splits(corpus, planned)
    built.new_splits = planned.new


def _inside(path: Path | None, root: Path) -> str:
    """A path as seen from the project folder."""
    if path is None:
        return ""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
