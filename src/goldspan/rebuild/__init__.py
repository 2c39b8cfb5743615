"""Puts somebody's own copies of the texts under the spans of a release.

What may not travel as a text is in a release stand-off: offsets, and fingerprints of the words. A stranger who has the
articles, in the same bytes or in others, makes of both the dataset that `goldspan export` makes. Of each example and
each span it is said what became of it; no span is put on words that are not its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InputError, InvalidValueError
from goldspan.export.arrow import features
from goldspan.export.marker import require_replaceable
from goldspan.export.parquet import DatasetRow, WrittenTable, write_table
from goldspan.rebuild.card import render_card
from goldspan.rebuild.rebuild_report import REPORT, REPORT_TEXT, render_report, report_json
from goldspan.rebuild.rebuilt_articles import rebuild_articles
from goldspan.rebuild.release_reading import read_release
from goldspan.rebuild.results import KEEP, Keep, RebuildResult
from goldspan.rebuild.text_search import TextMatches, WantedArticle, find_texts
from goldspan.rebuild.texts import TextFolder, require_encoding
from goldspan.release.contents import CARD, GOLD, PASSES
from goldspan.tokens import require_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from goldspan.rebuild.rebuilt_articles import RebuiltTexts
    from goldspan.rebuild.release_reading import ReadRelease
    from goldspan.standoff.examples import StandoffExample

MARKER = ".goldspan-rebuild"
MARKER_TEXT = (
    "This folder was written by `goldspan rebuild` and is replaced as a whole by the next one.\n"
    "It holds texts that the release may not hold.\n"
)
OWN = (CARD, REPORT, REPORT_TEXT, GOLD, PASSES)  # what the folder holds besides the marker


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildOptions:
    """How a release is rebuilt.

    Args:
        keep: which examples are in the dataset.
        encoding: of texts that are not UTF-8 and have no byte order mark; None for Windows-1252.
        require_all: whether nothing is written unless all of the release is in the dataset.

    Raises:
        InvalidValueError: for what is none of `results.KEEP`, and an encoding that Python does not know.
    """

    keep: Keep = "same-words"
    encoding: str | None = None
    require_all: bool = False

    def __post_init__(self) -> None:
        if self.keep not in KEEP:
            raise InvalidValueError(f"{self.keep!r} says not what to keep", remedy=f"Choose of {', '.join(KEEP)}.")
        if self.encoding is not None:
            require_encoding(self.encoding)


def rebuild(
    release: Path,
    texts: Path | None,
    output: Path,
    options: RebuildOptions | None = None,
    *,
    on_progress: Callable[[str, int, int | None], None] = lambda _step, _done, _total: None,
) -> RebuildResult:
    """Write the dataset of a release with somebody's own texts, as a whole folder or not at all.

    With texts of the same bytes its tables are byte for byte those of `goldspan export`. Nothing is written if no
    example can be kept; then the result has no tables.

    Args:
        release: the folder of the release.
        texts: the folder with the texts, not needed if the release holds all of them.
        output: the folder to write; an earlier rebuild there is replaced, anything else is left alone and refused.
        options: how to rebuild it.
        on_progress: takes a step, how much of it is done, and the total.

    Raises:
        InputError: for a release that is damaged or of a newer goldspan, a folder of texts that is missing, is the
            release or has no texts at all, and an output that holds something else.
        NotFoundError: if there is no tokenizer for the language of the release.
    """
    options = options or RebuildOptions()
    files.restore_folder(output)  # before anything can fail: a rebuild that was killed may have left no folder there
    require_replaceable(output, MARKER, OWN, "rebuild")
    held = read_release(release)
    require_language(held.description.scheme.language)
    wanted = _wanted(held)
    if wanted and texts is None:
        raise InputError(
            f"{len(wanted)} of its {len(held.articles)} articles may not travel as texts",
            file=release,
            remedy="Name the folder with your own copies: --texts DIR",
        )
    if wanted and texts is not None:
        _require_apart(texts, release)
        with TextFolder(texts, without=(release, output), encoding=options.encoding, on_progress=on_progress) as folder:
            if not folder.texts and not folder.rows:
                reasons = "; ".join(sorted({one.reason for one in folder.skipped.values()})[:3])
                raise InputError(
                    f"holds no text that can be read{f': {reasons}' if reasons else ''}",
                    file=texts,
                    remedy="Name the folder with your own copies of the articles.",
                )
            matches = find_texts(wanted, folder, held.description.fingerprints, on_progress)
            rebuilt = rebuild_articles(held, matches, folder, options.keep, on_progress)
            skipped = tuple(sorted(folder.skipped.values(), key=lambda one: (one.file, one.row or 0)))
    else:
        rebuilt, skipped = rebuild_articles(held, TextMatches({}, {}, 0), None, options.keep, on_progress), ()
    result = RebuildResult(
        title=held.description.title,
        version=held.description.version,
        date=held.description.date,
        sha256=held.sha256,
        keep=options.keep,
        articles=rebuilt.articles,
        examples=rebuilt.results,
        skipped=skipped,
        written={},
    )
    if not result.kept or (options.require_all and not result.is_complete):
        return result
    return _write(held, rebuilt, result, output)


def _wanted(release: ReadRelease) -> list[WantedArticle]:
    """The articles whose texts the release does not hold."""
    read = (row.article for rows in release.passes.values() for row in rows)
    examples: dict[str, list[StandoffExample]] = {article: [] for article in read}
    for rows in release.gold.values():
        for row in rows:
            examples.setdefault(row.article, []).append(row.example)
    return [
        WantedArticle(id=one.id, file=one.file, sha256=one.sha256, examples=tuple(examples[one.id]))
        for one in release.description.articles
        if not one.may_travel and one.id in examples
    ]


def _require_apart(texts: Path, release: Path) -> None:
    """Refuse the folder of the release, or one in it, as that of the texts."""
    if texts.exists() and any(place.samefile(release) for place in (texts, *texts.resolve().parents)):
        raise InputError(
            "is the release, or lies in it: it has no text of the articles that may not travel",
            file=texts,
            remedy="Name the folder with your own copies of the articles.",
        )


def _write(release: ReadRelease, rebuilt: RebuiltTexts, result: RebuildResult, output: Path) -> RebuildResult:
    """Write the folder."""
    scheme, policy = release.description.scheme, release.description.policy
    written: dict[str, dict[str, WrittenTable]] = {}
    with files.new_folder(output) as folder:
        for config, splits in ((GOLD, release.gold), (PASSES, release.passes)):
            for split in splits:
                rows = _gold_rows(release, rebuilt, split) if config == GOLD else _pass_rows(release, rebuilt, split)
                if first := list(islice(rows, 1)):
                    path = folder / config / f"{split}.parquet"
                    table = write_table(path, chain(first, rows), scheme, policy, annotator=config == PASSES)
                    written.setdefault(config, {})[split] = table
        result = replace(result, written=written)
        configs = {config: (features(scheme, annotator=config == PASSES), tables) for config, tables in written.items()}
        files.write(folder / CARD, render_card(release.folder, release.description, result, configs))
        files.write(folder / REPORT, report_json(result))
        files.write(folder / REPORT_TEXT, render_report(result))
        files.write(folder / MARKER, MARKER_TEXT)
        files.replace_folder(folder, output)
    return result


def _gold_rows(release: ReadRelease, rebuilt: RebuiltTexts, split: str) -> Iterator[DatasetRow]:
    for row in release.gold[split]:
        if (example := rebuilt.gold.get(row.example.id)) is not None:
            yield DatasetRow(example, row.fold)


def _pass_rows(release: ReadRelease, rebuilt: RebuiltTexts, split: str) -> Iterator[DatasetRow]:
    folds = {row.article: row.fold for row in release.gold.get(split, ())}
    for number, row in enumerate(release.passes[split]):
        if (example := rebuilt.passes.get((split, number))) is not None:
            yield DatasetRow(example, folds.get(row.article), row.annotator)
