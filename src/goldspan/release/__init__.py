"""A release of the corpus: one folder for the Hub and for Zenodo, from which a stranger can rebuild it.

What may travel as a text is there as a text; all is there stand-off, with what it takes to find the place of each span
in a copy of the text. All papers say what one source states: `goldspan.toml`, the manifest, passes and decisions.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.checks import finding_line
from goldspan.corpus.gold_digest import gold_digest
from goldspan.corpus.withdrawals import read_withdrawals
from goldspan.errors import InputError
from goldspan.export import errors_of_checks, splits_to_export
from goldspan.export.marker import require_replaceable
from goldspan.release.annotation_changes import compare_releases
from goldspan.release.changelog import render_changelog, summarise
from goldspan.release.checksums import write_checksums
from goldspan.release.contents import (
    CARD,
    CHANGELOG,
    CHECKSUMS,
    CITATION,
    CONFIGS,
    CROISSANT,
    RELEASE,
    SCHEMA,
    STANDOFF,
    ZENODO,
)
from goldspan.release.description import (
    ExampleCut,
    ReleasedArticle,
    ReleaseDescription,
    TableSize,
    WithdrawnArticle,
)
from goldspan.release.metadata import DatasetMetadata, MissingStatement, missing, released_entries
from goldspan.release.papers import write_papers
from goldspan.release.tables import ReleaseTables, TableSources, write_tables
from goldspan.release.text_leaks import require_no_leaks
from goldspan.release.versions import PlannedVersion, keep_record, locked_releases, plan_version
from goldspan.report.text import amount
from goldspan.settings import FILE
from goldspan.splits.folds import folds
from goldspan.standoff.fingerprints import default_settings, derive_salt
from goldspan.validation import toml_tables
from goldspan.version import __version__

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence
    from pathlib import Path

    from goldspan.annotation import Finding
    from goldspan.corpus import Corpus
    from goldspan.corpus.withdrawals import Withdrawal
    from goldspan.release.annotation_changes import AnnotationChanges
    from goldspan.tokens import Misaligned, Policy

OWN = (CARD, CHANGELOG, CITATION, ZENODO, CROISSANT, CHECKSUMS, *CONFIGS)  # what a release holds besides release.json
NOTHING = "Annotate, then adjudicate: examples that nobody annotated as a whole are left out."


class NotReadyError(InputError):
    """Something is missing without which there can be no release; nothing was written.

    Args:
        statements: what nothing states.
        findings: the errors of the checks.
    """

    def __init__(self, corpus: Corpus, statements: Sequence[MissingStatement], findings: Sequence[Finding]) -> None:
        what = [f"{one.what} is not stated" for one in statements]
        if findings:
            first = finding_line(findings[0])
            what.append(f"the checks find {amount(len(findings), 'error')}, the first of which is {first}")
        path = corpus.root / FILE
        lines = "".join(f"\n    {one.line}" for one in statements)
        if path.is_file() and "release" in (toml_tables(path.read_text("utf-8")) or {}):
            remedies = [f"Write into {FILE}, under [release]:{lines}"] if statements else []
        else:
            remedies = [f"Write into {FILE}:\n    [release]{lines}"] if statements else []
        remedies += ["`goldspan check` lists the errors, each with its remedy."] if findings else []
        super().__init__("; ".join(what), file=path, remedy="\n  ".join(remedies))
        self.statements = tuple(statements)
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseResult:
    """What was released.

    Args:
        folder: the folder written.
        description: the content of `release.json`.
        record: the file in `corpus/releases/` that keeps it; None if nothing was kept.
        is_recorded: whether `corpus/releases/` has this version, from now or from before.
        previous: the recorded version before it; None for the first.
        changes: what changed in the annotation since then.
        losses: the spans of gold with texts that tokens could not express.
        without_gold: the articles of the splits that have no gold, so that they are not in the release.
        left_out: why examples of gold were left out, and how many for each reason.
        blanks: the sections of the data statement that nobody wrote, or did not finish.
    """

    folder: Path
    description: ReleaseDescription
    record: Path | None
    is_recorded: bool
    previous: str | None
    changes: AnnotationChanges
    losses: tuple[Misaligned, ...]
    without_gold: tuple[str, ...]
    left_out: Counter[str]
    blanks: tuple[str, ...]

    @property
    def texts(self) -> int:
        """How many articles go out with their texts."""
        return sum(article.may_travel for article in self.description.articles)

    @property
    def standoff(self) -> int:
        """How many articles go out stand-off alone."""
        return len(self.description.articles) - self.texts

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        described = self.description
        return {
            "folder": str(self.folder),
            "title": described.title,
            "version": described.version,
            "date": described.date,
            "policy": described.policy,
            "previous": self.previous,
            "changes": {"summary": summarise(self.changes), **self.changes.json()},
            "record": None if self.record is None else str(self.record),
            "configs": {name: {split: asdict(size) for split, size in splits.items()}
                        for name, splits in described.configs.items()},
            "articles": {"text": self.texts, "standoff": self.standoff},
            "losses": [asdict(loss) for loss in self.losses],
            "without_gold": list(self.without_gold),
            "left_out": dict(self.left_out),
            "blanks": list(self.blanks),
        }  # fmt: skip


def release(
    corpus: Corpus,
    version: str,
    output: Path,
    *,
    date: str | None = None,
    policy: Policy = "strict",
    is_checked: bool = False,
    keep: bool = False,
) -> ReleaseResult:
    """Write a release of a corpus, as a whole folder or not at all.

    Two releases of one corpus with the same version and date are byte-identical.

    Args:
        corpus: its gold, passes and splits are released.
        version: of the release; higher than the last one that was recorded, or the same again.
        output: the folder; an earlier release there is replaced, anything else is left alone and refused.
        date: of the release, as `YYYY-MM-DD`; if None that of the record of this version, else today.
        policy: what becomes of spans that a token cuts; see `goldspan.tokens.tags`.
        is_checked: whether the caller has run the checks, and they found no error.
        keep: whether to keep in `corpus/releases/` what was released, once the folder is in its place. By it the next
            release says what has changed.

    Raises:
        NotReadyError: naming all that is missing: authors, the licence of the annotation, and what the checks find.
        InvalidValueError: for what is no version or no date.
        InputError: for a version that is recorded with other annotation, or is not higher than those recorded; if no
            article of the splits has gold; if the folder holds something else.
        NotFoundError: if there is no tokenizer for the language of the scheme.
    """
    files.restore_folder(output)  # before anything can fail: a release that was killed may have left no folder there
    with locked_releases(corpus) if keep else nullcontext():
        statements, findings = missing(corpus), [] if is_checked else errors_of_checks(corpus)
        if statements or findings:
            raise NotReadyError(corpus, statements, findings)
        planned = plan_version(corpus, version, date)
        result = _release(corpus, planned, output, policy)
        return replace(result, record=keep_record(corpus, planned.record), is_recorded=True) if keep else result


def _release(corpus: Corpus, planned: PlannedVersion, output: Path, policy: Policy) -> ReleaseResult:
    corpus.require_tokenizer()
    splits = splits_to_export(corpus)
    require_replaceable(output, RELEASE, OWN, "release")
    metadata = DatasetMetadata.of(corpus, planned.version, planned.date)
    sources = _sources(corpus, splits, metadata)
    withdrawals = read_withdrawals(corpus.withdrawal_file)
    with files.new_folder(output) as folder:
        tables = write_tables(sources, folder, policy)
        if STANDOFF not in tables.tables:
            raise InputError("no example of gold was annotated as a whole", file=corpus.gold, remedy=NOTHING)
        description = _describe(sources, metadata, tables, withdrawals, policy)
        files.write(folder / RELEASE, description.text())
        files.write(folder / CHANGELOG, render_changelog((*planned.earlier, planned.record), withdrawals))
        blanks = write_papers(corpus, metadata, description, tables, folder)
        require_no_leaks(corpus, folder)
        write_checksums(folder)
        files.replace_folder(folder, output)
    previous = planned.earlier[-1] if planned.earlier else None
    chosen = {article.id for article in description.articles}
    return ReleaseResult(
        folder=output,
        description=description,
        record=None,
        is_recorded=planned.is_recorded,
        previous=previous.version if previous else None,
        changes=compare_releases(previous, planned.record, withdrawals),
        losses=tuple(tables.losses),
        without_gold=tuple(article for ids in splits.values() for article in ids if article not in chosen),
        left_out=tables.left_out,
        blanks=tuple(section.title for section in blanks),
    )


def _sources(corpus: Corpus, splits: dict[str, list[str]], metadata: DatasetMetadata) -> TableSources:
    chosen = {entry.id for entry in released_entries(corpus)}
    held = {name: [article for article in ids if article in chosen] for name, ids in splits.items()}
    manifest = files.sha256(corpus.folder / "manifest.jsonl")
    salt = derive_salt(metadata.version, metadata.title, gold_digest(corpus, chosen), manifest)
    return TableSources(
        corpus=corpus,
        entries={entry.id: entry for entry in corpus.entries},
        splits={name: ids for name, ids in held.items() if ids},
        fold=folds(corpus),
        fingerprints=default_settings(salt, language=corpus.scheme.language),
    )


def _describe(
    sources: TableSources,
    metadata: DatasetMetadata,
    tables: ReleaseTables,
    withdrawals: Sequence[Withdrawal],
    policy: Policy,
) -> ReleaseDescription:
    corpus, entries = sources.corpus, sources.entries
    return ReleaseDescription(
        schema=SCHEMA,
        title=metadata.title,
        version=metadata.version,
        date=metadata.date,
        goldspan=__version__,
        language=corpus.scheme.stated_language,
        guidelines=corpus.scheme.version,
        labels=[*corpus.scheme.labels],
        examples=ExampleCut(**corpus.settings.examples.model_dump()),
        policy=policy,
        fingerprints=sources.fingerprints,
        articles=[
            ReleasedArticle.of(entries[article], split) for split, ids in sources.splits.items() for article in ids
        ],
        withdrawn=[
            WithdrawnArticle(article=one.article, date=one.date, requested_by=one.requested_by) for one in withdrawals
        ],
        configs={
            config: {split: TableSize(rows=table.rows, spans=table.spans) for split, table in written.items()}
            for config, written in tables.tables.items()
        },
    )
