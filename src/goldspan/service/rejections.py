"""Which suggestions were offered to Doccano for a text, and which of them annotators rejected: `RejectionLedger`.

    corpus/rejections.jsonl
    {"event": "offered", "project": "k3f9a1c2e4d5", "text": "9f2c…", "spans": [[4, 16, "UNIT"]], "time": "2026-05-12T…"}

Doccano asks for suggestions each time an annotator opens an example that is not confirmed, and stores all that it gets.
So a span that somebody deleted would come back at the next look, and nothing that Doccano asks tells that it was there
before. The ledger knows. A span that was once offered for a text is not offered again, whether it is known by now what
became of it or not: between a deletion and the next look at the example there may be a second, in which nobody can ask
Doccano. What annotators rejected is read back in the background (`goldspan.service.read_back`), and recorded, too.

The file lies in `corpus/`, not in `build/`: it is people's work, and cannot be made again. If it is lost, what was
rejected is suggested once more. It belongs into git, so that two clones that serve one project know the same. A text is
named by its digest: the file has no word of it. Positions count code points.

Events are appended under a lock, and on the disk before a span is offered. Whatever a process leaves that is killed is
whole lines, or half a line at the end, which the next one that appends removes: nothing in it was offered.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from goldspan import files, strict_json
from goldspan.annotation import Span
from goldspan.doccano.corpus_record import read_record
from goldspan.doccano.labels import NOTHING
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.doccano import LINE_BREAKS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus

FILE = "rejections.jsonl"  # in corpus/
Event = Literal["offered", "rejected", "released"]
DAMAGED = "Restore the file from git, or remove the line: what it was about may then be suggested once more."
LAST = 256  # bytes
Key = tuple[str, str]  # a project and the digest of a text


def ledger_path(corpus: Corpus) -> Path:
    """The file of a project."""
    return corpus.folder / FILE


def former_labels(corpus: Corpus) -> dict[str, tuple[str, ...]]:
    """The labels of today for each label that left the scheme, as the corpus remembers them.

    Raises:
        InputError: if `corpus/doccano.toml` cannot be read.
    """
    record, scheme = read_record(corpus), corpus.scheme
    return {entry.name: tuple(entry.labels) for entry in record.former_labels if entry.name not in scheme}


def text_digest(text: str) -> str:
    """What the ledger knows a text by; the same for a text with line breaks and one with spaces for them.

    A push sends the text of a wrapped paragraph with spaces (`formats.doccano.is_text_of`), and every offset stands.
    """
    plain = LINE_BREAKS.sub(" ", text)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(slots=True)
class _Text:
    """What is known of one text in one project."""

    offered: set[Span] = field(default_factory=set)
    rejected: set[Span] = field(default_factory=set)


@dataclass(slots=True)
class _Offer:
    """Spans that are to be offered for a text; what may be offered of them when it is done.

    Args:
        key: the project and the text.
        spans: what is wanted.
        is_done: whether it is on the disk.
        failure: why it could not be written.
    """

    key: Key
    spans: set[Span]
    is_done: bool = False
    failure: BaseException | None = None


class RejectionLedger:
    """The ledger of a file: safe to use from several threads, and from several processes at once.

    A project is known by its key, as `corpus/doccano.toml` has it, since names can change. A file that is
    replaced, as `git checkout` does, is read again from its beginning.

    Args:
        path: the file; it need not exist.
        former: the labels of today for a label that was renamed, merged or split since, as `former_labels` has them.

    Raises:
        InputError: naming file and line, for a line that is damaged, other than half a line at the end.
    """

    def __init__(self, path: Path, former: Mapping[str, Sequence[str]] = NOTHING) -> None:
        self.path = path
        self._former = former
        self._guard = threading.RLock()
        self._queue = threading.Lock()
        self._waiting: list[_Offer] = []
        self._texts: dict[Key, _Text] = defaultdict(_Text)
        self._state = (0, 0, 0)  # of the file when it was read: its inode, its size, the time of the last change
        self._read_bytes = self._read_lines = 0
        self._last = b""  # the last bytes that were read: a file that has others there is another one
        self._read_new()

    def set_former_labels(self, former: Mapping[str, Sequence[str]]) -> None:
        """Have other labels be those of today; see `former` above.

        Raises:
            InputError: for a damaged line.
        """
        with self._guard:
            self._former = former
            self._forget()
            self._read_new()

    def require_writable(self) -> None:
        """Make the file, if it is missing.

        Raises:
            OSError: if it cannot be written.
        """
        with self._guard, self._writing():
            pass

    def offer(self, project: str, text: str, spans: Iterable[Span]) -> list[Span]:
        """Those of some spans that may be offered now, sorted; they are recorded as offered, and are on the disk.

        Args:
            project: its key.
            text: as Doccano has it.
            spans: in code points of the text.

        Raises:
            InputError: for a damaged line.
            OSError: if the file cannot be written; then nothing must be offered.
        """
        offer = _Offer((project, text_digest(text)), set(spans))
        with self._queue:
            self._waiting.append(offer)
        with self._guard:
            if not offer.is_done:  # else the thread before has written it with its own
                self._write_waiting()
        if offer.failure is not None:
            raise offer.failure
        return sorted(offer.spans)

    def _write_waiting(self) -> None:
        """Record all offers that wait, with one write: it takes as long for many as for one."""
        with self._queue:
            offers, self._waiting = self._waiting, []
        try:
            self._read_new()
            if self._new_lines(offers):
                with self._writing() as descriptor:
                    if lines := self._new_lines(offers):  # without what another process offered meanwhile
                        _append(descriptor, lines)
                        self._read_new()
        except BaseException as error:  # noqa: BLE001  (each of those who wait raises it)
            for offer in offers:
                offer.failure = error
        for offer in offers:
            offer.is_done = True

    def _new_lines(self, offers: Iterable[_Offer]) -> bytes:
        """The lines for some offers, of which what was offered before is taken away."""
        taken: dict[Key, set[Span]] = defaultdict(set)
        lines = []
        for offer in offers:
            offer.spans -= self._withheld(offer.key) | taken[offer.key]
            taken[offer.key] |= offer.spans
            if offer.spans:
                lines.append(_line("offered", offer.key, offer.spans))
        return b"".join(lines)

    def withheld(self, project: str, text: str) -> set[Span]:
        """The spans that must not be offered for a text: those that were offered or rejected."""
        with self._guard:
            self._read_new()
            return self._withheld((project, text_digest(text)))

    def rejected(self, project: str, text: str) -> set[Span]:
        """The spans that annotators are known to have rejected in a text."""
        with self._guard:
            self._read_new()
            known = self._texts.get((project, text_digest(text)))
            return set() if known is None else set(known.rejected)

    def offered(self, project: str) -> dict[str, frozenset[Span]]:
        """By digest of the text (`text_digest`), the spans that were offered in a project and not rejected since.

        That is what a read-back looks up on the server: one that is not there any more was rejected.
        """
        with self._guard:
            self._read_new()
            open_offers = {
                digest: frozenset(known.offered - known.rejected)
                for (name, digest), known in self._texts.items()
                if name == project
            }
            return {digest: spans for digest, spans in open_offers.items() if spans}

    def counts(self, project: str) -> dict[str, int]:
        """How many spans of a project were offered, and how many were rejected."""
        with self._guard:
            self._read_new()
            known = [each for (name, _), each in self._texts.items() if name == project]
            return {
                "offered": sum(len(each.offered) for each in known),
                "rejected": sum(len(each.rejected) for each in known),
            }

    def add_rejections(self, project: str, rejections: Mapping[str, Collection[Span]]) -> int:
        """Record spans as rejected, by digest of their text; returns how many were not known to be.

        Raises:
            OSError: if the file cannot be written.
        """
        return self._add("rejected", project, rejections)

    def release(self, project: str, spans: Mapping[str, Collection[Span]]) -> int:
        """Record, by digest of their text, that spans never reached an annotator, so that they may be offered again.

        Only for what is certain: a span that annotators have rejected stays so. Returns how many it may be.

        Raises:
            OSError: if the file cannot be written.
        """
        return self._add("released", project, spans)

    def _add(self, event: Event, project: str, spans: Mapping[str, Collection[Span]]) -> int:
        """Append an event for each text where it changes something; returns about how many spans."""
        with self._guard, self._writing() as stream:
            lines, number = [], 0
            for digest, of_text in spans.items():
                known = self._texts.get((project, digest), _Text())
                new = set(of_text) - known.rejected
                if event == "released":
                    new &= known.offered
                if new:
                    lines.append(_line(event, (project, digest), new))
                    number += len(new)
            if lines:
                _append(stream, b"".join(lines))
                self._read_new()
            return number

    def _withheld(self, key: Key) -> set[Span]:
        known = self._texts.get(key)
        return set() if known is None else known.offered | known.rejected

    @contextlib.contextmanager
    def _writing(self) -> Iterator[int]:
        """The descriptor of the file, locked, read up to its end, and without half a line there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with files.lock(self.path.with_name(f".{self.path.name}.lock")):
            is_new = not files.is_there(self.path)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | files.BINARY, 0o666)
            try:
                self._read_new()
                if os.fstat(descriptor).st_size > self._read_bytes:
                    os.ftruncate(descriptor, self._read_bytes)
                yield descriptor
            finally:
                os.close(descriptor)
            if is_new:
                _flush_folder(self.path.parent)

    def _read_new(self) -> None:
        """Read what was appended since; all of it, if the file was cut or another one is in its place."""
        try:
            stream = self.path.open("rb")
        except FileNotFoundError:
            self._forget()
            return
        with stream:
            status = os.fstat(stream.fileno())
            state = (status.st_ino, status.st_size, status.st_mtime_ns)
            if state == self._state:
                return
            start = self._read_bytes - len(self._last)
            stream.seek(start)
            if stream.read(len(self._last)) != self._last:
                self._forget()
                stream.seek(0)
            data = stream.read()
        complete = data[: data.rfind(b"\n") + 1]
        for number, raw in files.lines(complete):
            self._take(raw, self._read_lines + number)
        self._state = state
        self._read_bytes += len(complete)
        self._read_lines += complete.count(b"\n")
        self._last = complete[-LAST:] or self._last

    def _forget(self) -> None:
        self._texts.clear()
        self._state = (0, 0, 0)
        self._read_bytes = self._read_lines = 0
        self._last = b""

    def _take(self, raw: bytes, number: int) -> None:
        """Take in one line.

        Raises:
            InputError: naming the line.
        """
        if not raw:
            return
        try:
            event, key, stated = _parse(raw)
        except (ValueError, InvalidValueError) as error:
            message = f"is no event of the ledger: {error}"
            raise InputError(message, file=self.path, line=number, remedy=DAMAGED) from None
        known = self._texts[key]
        spans = {
            Span(span.start, span.end, label)
            for span in stated
            for label in self._former.get(span.label, (span.label,))
        }
        if event == "released":
            known.offered -= spans - known.rejected
        else:
            (known.offered if event == "offered" else known.rejected).update(spans)


def _parse(raw: bytes) -> tuple[Event, Key, set[Span]]:
    value: Any = strict_json.loads(raw)
    match value:
        case {
            "event": ("offered" | "rejected" | "released") as event,
            "project": str(project),
            "text": str(digest),
            "spans": list(rows),
        }:
            return event, (project, digest), {_span(row) for row in rows}
    raise ValueError("it needs event, project, text and spans")


def _span(row: object) -> Span:
    match row:
        case [int(start), int(end), str(label)] if bool not in {type(start), type(end)}:
            return Span(start, end, label)
    raise ValueError(f"{row!r:.80} is not [start, end, label]")


def _line(event: Event, key: Key, spans: Iterable[Span]) -> bytes:
    project, digest = key
    rows = [[span.start, span.end, span.label] for span in sorted(spans)]
    time = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    value = {"event": event, "project": project, "text": digest, "spans": rows, "time": time}
    return files.dumps(value).encode("utf-8") + b"\n"


def _append(descriptor: int, data: bytes) -> None:
    """Append bytes to a file; they are on the disk when this returns.

    Raises:
        OSError: if not all of them could be written.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


def _flush_folder(folder: Path) -> None:
    """Have the name of a new file be on the disk, where the system can do that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
