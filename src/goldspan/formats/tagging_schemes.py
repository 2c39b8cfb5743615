"""The one tagging scheme by which tags of several files are judged under `--repair strict`.

Whether a tag is malformed depends on its scheme, and few files state it: it is the one that forbids the fewest of their
tags. Found for each file by itself, it would fit a faulty file, too: where every B became I, the tags are valid IOB1.
So one scheme holds for all files that are read together.

    a folder, or the files of one command    the scheme that fits all their tags together
    gold and predictions                     the one that fits gold; if several do, of these the one that fits the
                                             predictions
    annotators, or predictions for gold      the one that fits each of them; where there is none, they are refused
    without tags

Labels without prefixes (IO) and brackets have no scheme, and no tag among them is malformed.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import formats, iob
from goldspan.errors import InputError
from goldspan.formats.record import Note
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.formats.options import ReadOptions

REMEDY = (
    "Name the scheme of all with --tagging-scheme. If each is valid in its own, --repair conlleval reads all as meant."
)


def is_to_be_detected(reading: ReadOptions) -> bool:
    """Whether tags are judged, and no scheme is named for it."""
    return reading.repair == "strict" and reading.tagging_scheme is None


def fit_of_files(files: Iterable[tuple[Path, str]], reading: ReadOptions) -> iob.SchemeFit | None:
    """How well each scheme fits the tags of some files together; None if none has tags with prefixes.

    A file that cannot be read does not count: why it cannot is said where it is read.

    Args:
        files: each with the name of its format.
        reading: how to read them.
    """
    fits = []
    for path, name in files:
        module = formats.get(name).module
        with contextlib.suppress(InputError):
            if hasattr(module, "scheme_fit") and (fit := module.scheme_fit(path, reading)) is not None:
                fits.append(fit)
    return sum(fits, iob.SchemeFit()) if fits else None


def with_one_scheme(reading: ReadOptions, files: Iterable[tuple[Path, str]]) -> ReadOptions:
    """The options with one tagging scheme for all files, if their tags are judged and have one."""
    fit = fit_of_files(files, reading) if is_to_be_detected(reading) else None
    return reading if fit is None else replace(reading, tagging_scheme=fit.best[0])


def common_scheme(fits: Mapping[str, iob.SchemeFit]) -> str | None:
    """The first of the schemes that fit each side best; None without a side.

    Args:
        fits: by the name of the side, of those that have tags with prefixes.

    Raises:
        InputError: if no scheme fits all best, naming two of them.
    """
    if not fits:
        return None
    common = [scheme for scheme in iob.SCHEMES if all(scheme in fit.best for fit in fits.values())]
    if common:
        return common[0]
    first, *others = fits
    other = next((name for name in others if set(fits[name].best).isdisjoint(fits[first].best)), others[-1])
    raise InputError(
        f"the tags of {first} are in {' or '.join(fits[first].best)}, those of {other} in "
        f"{' or '.join(fits[other].best)}, and nothing tells by which of them to judge both",
        remedy=REMEDY,
    )


def scheme_of_gold(
    gold: iob.SchemeFit | None, predictions: Mapping[str, iob.SchemeFit]
) -> tuple[str | None, list[Note]]:
    """The scheme by which gold and predictions are judged, None if none has tags, and notes on what it does not fit.

    Args:
        gold: its fit; None if it has no tags with prefixes.
        predictions: the fits of those that have some, by their files.

    Raises:
        InputError: if gold has no tags, and no scheme fits all predictions best.
    """
    if gold is None:
        scheme = common_scheme(predictions)
        message = f"gold has no tags with prefixes: those of the predictions are judged by {scheme}, which fits them"
        return scheme, [_assumed(message)] if scheme else []
    together = sum(predictions.values(), iob.SchemeFit())
    scheme = gold.judge(together)
    notes = []
    if len({together.forbidden[each] for each in gold.best}) > 1:
        message = f"gold's tags fit {enumerate_names(gold.best)} alike: all tags are judged by {scheme}"
        notes.append(_assumed(message))
    for name, fit in predictions.items():
        if scheme not in fit.best:
            message = (
                f"gold is tagged in {scheme}, the prediction in {' or '.join(fit.best)}: both are judged by gold's, "
                f"which forbids {fit.forbidden[scheme]:,} predicted tags"
            )
            notes.append(Note("several-schemes", message, Path(name), remedy=REMEDY))
    return scheme, notes


def _assumed(message: str) -> Note:
    return Note("assumed-scheme", message, remedy="If it is another one, name it with --tagging-scheme.")
