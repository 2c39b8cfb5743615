"""From gold and splits to a dataset: a folder that `datasets.load_dataset` opens, or files of another format."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from goldspan import checks, files, formats
from goldspan.corpus import SPLITS
from goldspan.errors import InputError
from goldspan.export import card, parquet
from goldspan.export.arrow import features
from goldspan.export.marker import MARKER, marker_text, require_replaceable
from goldspan.formats.registry import reason_left_out
from goldspan.splits.folds import folds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from goldspan.annotation import Finding
    from goldspan.corpus import Corpus
    from goldspan.tokens import Misaligned, Policy

DATASET = "dataset"
GOLD, PASSES = "gold", "passes"  # the two configs; the first is the default


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What an export wrote.

    Args:
        folder: the folder written.
        rows: examples per config and split.
        spans: spans per config and split.
        losses: the spans of gold that tokens could not express.
        without_gold: the articles of the splits that have no gold, so that nothing was written of them.
        left_out: why examples of gold were left out, and how many for each reason: those that nobody annotated, wholly
            or in part, would be taken for examples without spans.
        licence: of the annotation, as `goldspan.toml` states it.
        contact: whom to write to, as it states it.
    """

    folder: Path
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    spans: dict[str, dict[str, int]] = field(default_factory=dict)
    losses: list[Misaligned] = field(default_factory=list)
    without_gold: tuple[str, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)
    licence: str | None = None
    contact: str | None = None

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "folder": str(self.folder),
            "rows": self.rows,
            "spans": self.spans,
            "losses": [asdict(loss) for loss in self.losses],
            "without_gold": list(self.without_gold),
            "left_out": dict(self.left_out),
            "licence": self.licence,
            "contact": self.contact,
        }


def export(
    corpus: Corpus, output: Path, name: str = DATASET, policy: Policy = "strict", *, is_checked: bool = False
) -> ExportResult:
    """Write the gold of a corpus, split by split, as a whole folder or not at all.

    Two exports of one corpus are byte-identical. What the checks call an error is not exported.

    Args:
        corpus: its gold, splits and passes are exported.
        output: the folder; an earlier export there is replaced, anything else is left alone and refused.
        name: `dataset` for a dataset folder, or a format of `goldspan.formats`.
        policy: what becomes of spans that a token cuts; see `goldspan.tokens.tags`.
        is_checked: whether the caller has run the checks, and they found no error.

    Raises:
        checks.FindingsError: for errors of the checks in seeds, manifest, gold, passes, splits or guidelines.
        InputError: if no article of the splits has gold, if the folder holds something else, if a format cannot hold
            a span.
        NotFoundError: if there is no tokenizer for the language of the scheme.
    """
    files.restore_folder(output)  # before anything can fail: an export that was killed may have left no folder there
    if formats.get(name).is_tokenized:
        corpus.require_tokenizer()
    if not is_checked and (findings := errors_of_checks(corpus)):
        raise checks.FindingsError(findings)
    splits = splits_to_export(corpus)
    without_gold = tuple(article for ids in splits.values() for article in ids if not _has_gold(corpus, article))
    _validate_output(output)
    with files.new_folder(output) as folder:
        write = (
            _write_dataset
            if formats.canonical(name) == DATASET
            else partial(_write_files, name=formats.canonical(name))
        )
        result = write(corpus, splits, folder, policy=policy)
        files.write(folder / MARKER, marker_text(_withheld(corpus, splits)))
        files.replace_folder(folder, output)
    release = corpus.settings.release
    return replace(result, folder=output, without_gold=without_gold, licence=release.licence, contact=release.contact)


def has_gold_to_export(corpus: Corpus) -> bool:
    """Whether some article has gold and is in a split."""
    return any(_has_gold(corpus, article) for ids in corpus.splits().values() for article in ids)


def errors_of_checks(corpus: Corpus) -> list[Finding]:
    """What the checks call an error in seeds, manifest, gold, passes, splits or guidelines."""
    severities = checks.read_severities(corpus.settings)
    errors = [check.id for check in checks.CHECKS if severities.level(check) == "error"]
    return list(checks.check_project(corpus, checks.select_checks(errors)))


def _has_gold(corpus: Corpus, article: str) -> bool:
    return (corpus.gold / f"{article}.jsonl").is_file()


def _validate_output(output: Path) -> None:
    names = {path.name for path in output.iterdir()} if output.is_dir() else set()
    own = {"README.md", GOLD, PASSES, *(name for name in names if name.split(".")[0] in SPLITS)}
    require_replaceable(output, MARKER, own, "export")


def _withheld(corpus: Corpus, splits: Mapping[str, list[str]]) -> int:
    """How many articles of the splits, with gold or a pass, have texts that may not travel."""
    free = {entry.id for entry in corpus.entries if entry.may_travel}
    folders = (corpus.gold, *(corpus.passes / name for name in corpus.annotators()))
    return sum(
        any(files.is_there(folder / f"{article}.jsonl") for folder in folders)
        for ids in splits.values()
        for article in ids
        if article not in free
    )


def splits_to_export(corpus: Corpus) -> dict[str, list[str]]:
    """The article ids of each split that has any.

    Raises:
        InputError: if no article of the splits has gold, saying what is to be done first.
    """
    splits = {name: ids for name, ids in corpus.splits().items() if ids}
    if not splits and not any(corpus.gold.glob("*.jsonl")):
        raise InputError(
            "no article has gold yet",
            file=corpus.gold,
            remedy="Annotate and adjudicate first: goldspan doccano push, pull, then goldspan adjudicate --apply.",
        )
    if not splits:
        raise InputError(
            "no article is in any split", file=corpus.split_file("train"), remedy="Run `goldspan split --apply` first."
        )
    if not has_gold_to_export(corpus):
        raise InputError("no article of the splits has gold", file=corpus.gold, remedy="Annotate, then adjudicate.")
    return splits


def _write_dataset(corpus: Corpus, splits: Mapping[str, list[str]], folder: Path, policy: Policy) -> ExportResult:
    result = ExportResult(folder)
    fold = folds(corpus)
    annotators = corpus.annotators()
    configs = {}
    for config in (GOLD, PASSES) if annotators else (GOLD,):
        passes = config == PASSES
        written = {}
        for split, ids in splits.items():
            rows = pass_rows(corpus, ids, annotators, fold) if passes else gold_rows(corpus, ids, fold, result.left_out)
            path = folder / config / f"{split}.parquet"
            written[split] = parquet.write_table(path, rows, corpus.scheme, policy, annotator=passes)
        result.rows[config] = {split: table.rows for split, table in written.items()}
        result.spans[config] = {split: table.spans for split, table in written.items()}
        configs[config] = (features(corpus.scheme, annotator=passes), written)
    for table in configs[GOLD][1].values():
        result.losses.extend(table.losses)
    articles = [article for ids in splits.values() for article in ids]
    files.write(folder / "README.md", card.render_card(corpus, articles, configs, result.losses, policy))
    return result


def gold_rows(
    corpus: Corpus, ids: Iterable[str], fold: Mapping[str, int], left_out: Counter[str]
) -> Iterator[parquet.DatasetRow]:
    """The rows of the gold of some articles.

    Args:
        corpus: its gold is read.
        ids: of the articles.
        fold: of each article with gold.
        left_out: counts the examples that nobody annotated, wholly or in part, by the reason: they are no rows.
    """
    for example in corpus.gold_examples(ids):
        if example.is_annotated:
            yield parquet.DatasetRow(example, fold[example.article])
        else:
            left_out[reason_left_out(example)] += 1


def pass_rows(
    corpus: Corpus, ids: Iterable[str], annotators: list[str], fold: Mapping[str, int]
) -> Iterator[parquet.DatasetRow]:
    """The rows of what annotators confirmed in some articles, article by article; one without gold has no fold."""
    for article in ids:
        for annotator in annotators:
            for example in corpus.confirmed_examples(annotator, [article]):
                yield parquet.DatasetRow(example, fold.get(article), annotator)


def _write_files(
    corpus: Corpus, splits: Mapping[str, list[str]], folder: Path, name: str, policy: Policy
) -> ExportResult:
    result = ExportResult(folder, rows={GOLD: {}}, spans={GOLD: {}})
    target = formats.get(name)
    options = formats.WriteOptions(policy=policy, language=corpus.scheme.language)
    for split, ids in splits.items():
        path = folder / f"{split}{target.suffixes[0]}"
        written = target.write(path, corpus.gold_examples(ids), options)
        result.losses.extend(written.misaligned)
        result.rows[GOLD][split] = written.examples
        result.spans[GOLD][split] = written.spans
        result.left_out.update(written.left_out)
    return result
