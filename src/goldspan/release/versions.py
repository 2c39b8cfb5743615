"""Which version a release may have, its date, and what is kept of it in `corpus/releases/`.

A version that was recorded stays what it was: it can be written again from the same annotation, with the date that it
had, and from no other. A new one is higher than every one that was recorded.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.corpus.releases import parse_version, read_releases
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.decisions import is_day
from goldspan.release.record import release_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.corpus.releases import ReleaseRecord

CHANGED = (
    "What was released stays as it is: name a higher version, or go back to the state of the corpus of that release "
    "in git."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVersion:
    """The version of a release, and those before it.

    Args:
        record: what is kept of it: its version, its date, and the annotation as it is now.
        is_recorded: whether it was recorded before, with the same annotation.
        earlier: the recorded versions below it, the first one first.
    """

    record: ReleaseRecord
    is_recorded: bool
    earlier: tuple[ReleaseRecord, ...]

    @property
    def version(self) -> str:
        """The version."""
        return self.record.version

    @property
    def date(self) -> str:
        """The date, as `YYYY-MM-DD`."""
        return self.record.date


def plan_version(corpus: Corpus, version: str, date: str | None = None) -> PlannedVersion:
    """The version of a release of the corpus as it is now.

    Args:
        corpus: the project.
        version: as it is asked for.
        date: as `YYYY-MM-DD`; if None that of the record of this version, else today.

    Raises:
        InvalidValueError: for what is no version or no date, or a version that can be written in another way.
        InputError: for a version that was recorded with other annotation or another date, and for a new one that is not
            higher than all that were recorded.
    """
    wanted = parse_version(version)
    if str(wanted) != version:
        raise InvalidValueError(f"the version {version!r} has a shorter form", remedy=f"Write it as {wanted}.")
    if date is not None and not is_day(date):
        raise InvalidValueError(f"{date!r} is no date", remedy="Write it as YYYY-MM-DD.")
    records = read_releases(corpus.releases)
    again = next((one for one in records if parse_version(one.version) == wanted), None)
    highest = max(records, key=lambda one: parse_version(one.version), default=None)
    if again is None and highest is not None and wanted < parse_version(highest.version):
        raise InputError(
            f"{version} is not higher than {highest.version}, which was released on {highest.date}",
            file=_file(corpus, highest.version),
            remedy=f"Name a version above {highest.version}.",
        )
    today = dt.datetime.now(dt.UTC).date().isoformat()
    record = release_record(corpus, version, date or (again.date if again else today))
    if again is not None:
        _require_same(again, record, _file(corpus, again.version))
    earlier = tuple(one for one in records if parse_version(one.version) < wanted)
    return PlannedVersion(record=record, is_recorded=again is not None, earlier=earlier)


@contextmanager
def locked_releases(corpus: Corpus) -> Iterator[None]:
    """A block in which no other process of goldspan records a release; it waits for one that does."""
    with files.lock(corpus.folder / ".releases.lock"):
        yield


def keep_record(corpus: Corpus, record: ReleaseRecord) -> Path:
    """Write the record of a release, and return its file."""
    path = _file(corpus, record.version)
    files.write(path, record.text())
    return path


def _file(corpus: Corpus, version: str) -> Path:
    return corpus.releases / f"{version}.jsonl"


def _require_same(before: ReleaseRecord, now: ReleaseRecord, path: Path) -> None:
    """Require of a version that was recorded that it is released as it was."""
    if now == before:
        return
    if now == replace(before, date=now.date):
        raise InputError(
            f"{before.version} was released on {before.date}, not on {now.date}",
            file=path,
            remedy="Leave --date out: the record has the date.",
        )
    if before.version != now.version:
        raise InputError(
            f"{now.version} was released as {before.version}",
            file=path,
            remedy=f"Write it as {before.version}, or name a higher version.",
        )
    for number, (old, new) in enumerate(zip_longest(before.examples, now.examples), 2):  # the first line is the head
        if old != new:
            example = (old or new).id if old or new else None
            raise InputError(
                f"{before.version} was released with other annotation",
                file=path,
                line=number if old else None,
                example=example,
                remedy=CHANGED,
            )
    what = next(name for name in ("guidelines", "articles", "splits") if getattr(before, name) != getattr(now, name))
    raise InputError(f"{before.version} was released with other {what}", file=path, line=1, remedy=CHANGED)
