"""What a push fills in for annotators, and the record of it in `corpus/shown`: which line is about which copy.

A copy on the server states in its key the digest of the spans that were filled in, and nothing changes it when somebody
works on the copy. So a line of the record is what an annotator saw if, and only if, text and digest are those of the
copy. Nothing else is taken for granted: not that a push ended, nor that the record is the newest.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from goldspan.annotation import Example
from goldspan.corpus.passes import AIDED, CONFIRMED
from goldspan.corpus.shown_suggestions import SENT, UNAIDED, read_shown, write_shown
from goldspan.doccano.snapshot import fingerprint
from goldspan.formats.doccano import is_text_of, stored_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from goldspan.corpus import Corpus
    from goldspan.doccano.snapshot import Snapshot, StoredExample

# Of a copy: its annotator saw suggestions; nothing was filled in; something was, and the record does not say what.
Aid = Literal["aided", "unaided", "unknown"]
NOT_ON_RECORD = "suggestions were filled in, and corpus/shown does not say which"


def is_shown_in(line: Example, copy: StoredExample) -> bool:
    """Whether a line of the record is what a copy was sent with."""
    if copy.corruption is not None or not is_text_of(copy.text, line.text):
        return False
    return not {fingerprint(line.spans), line.extra.get(SENT)}.isdisjoint(_digests(copy))


def aid_of(copy: StoredExample, lines: Sequence[Example]) -> Aid:
    """Whether suggestions were shown in a copy.

    Args:
        copy: of an example in a project whose spans were filled in by a push.
        lines: what the record has about the example.
    """
    shown = [line for line in lines if is_shown_in(line, copy)]
    if shown:
        return "unaided" if all(UNAIDED in line.extra for line in shown) else "aided"
    return "unaided" if not lines and fingerprint(()) in _digests(copy) else "unknown"


def with_digest(line: Example) -> Example:
    """The line of a suggestion as it is recorded: with the digest of its spans."""
    return replace(line, extra={**line.extra, SENT: fingerprint(line.spans)})


def lines_of_read_examples(corpus: Corpus, project: str) -> dict[str, Example]:
    """By example, what was shown in a project, of those that somebody read: the line of a pass names the project.

    They are shown again as they were, where an example was deleted in Doccano: what became of a suggestion is asked of
    the pass.

    Raises:
        InputError: for a file that cannot be read.
    """
    shown = read_shown(corpus, project)
    if not shown:
        return {}
    read = {
        line.id
        for annotator in corpus.annotators()
        for line in corpus.pass_examples(annotator)
        if line.extra.get(AIDED) == project and line.extra.get(CONFIRMED) is not False
    }
    known = {name: lines[0] for name, lines in shown.items() if name in read and len(lines) == 1}
    return {name: line for name, line in known.items() if UNAIDED not in line.extra}


def _unaided(one: StoredExample | Example) -> Example:
    """The line of an example into which nothing is filled, for as long as it is not known which copy stays."""
    return Example(one.id or "", one.text, (), one.at, {UNAIDED: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRecord:
    """The record of one project, and what a push is about to fill in there.

    Args:
        corpus: which keeps it.
        project: the name of the project.
        suggested: by example the line with the suggestions that the push fills in; examples that are to be read unaided
            are left out.
        pushed: all examples of the push, by id; their spans do not matter.
        taken_away: the ids of those that are not to be there any more, unless somebody worked on them.
    """

    corpus: Corpus
    project: str
    suggested: Mapping[str, Example] = field(default_factory=dict)
    pushed: Mapping[str, Example] = field(default_factory=dict)
    taken_away: frozenset[str] = frozenset()

    def depends_on_work(self, snapshot: Snapshot) -> bool:
        """Whether it depends on who worked on what: an empty example that was shown so, or was read unaided.

        Raises:
            InputError: for a record that cannot be read.
        """
        recorded = read_shown(self.corpus, self.project)
        return any(
            (name in self.suggested) != (aid_of(copy, recorded.get(name, ())) == "aided")
            for name in self.pushed
            for copy in snapshot.by_id.get(name, ())
            if fingerprint(()) in _digests(copy)
        )

    def write(
        self,
        by_id: Mapping[str, Sequence[StoredExample]],
        worked_on: Collection[int],
        uploads: Collection[str] = (),
    ) -> None:
        """Write the record as it must be now.

        Args:
            by_id: the copies of each example that are there.
            worked_on: the numbers of those that somebody worked on.
            uploads: the ids of the examples that are about to be uploaded.

        Raises:
            InputError: for a record that cannot be read.
            OSError: if it cannot be written.
        """
        shown = read_shown(self.corpus, self.project)
        settled = {
            name: self._settle(
                name,
                shown.get(name, ()),
                by_id.get(name, ()),
                worked_on,
                is_sent=name in uploads and name in self.pushed,
            )
            for name in shown.keys() | self.suggested.keys()
        }
        write_shown(self.corpus, self.project, settled)

    def _settle(
        self,
        name: str,
        lines: Sequence[Example],
        copies: Sequence[StoredExample],
        worked_on: Collection[int],
        *,
        is_sent: bool,
    ) -> Sequence[Example]:
        """The lines of an example: what each of its copies was sent with, and the one that is about to be sent."""
        after = [self.suggested.get(name) or _unaided(self.pushed[name])] if is_sent else []
        if not (copies or is_sent):
            return () if name in self.taken_away else lines
        is_free = name in self.pushed and not is_sent and not any(copy.number in worked_on for copy in copies)
        now = [self._line_of(copy, lines, is_free=is_free) for copy in copies]
        there = [line for line in now if line is not None]
        if None in now:  # what may be right is kept
            there = [*lines, *there]
        by_content = {_what_is_shown(line): line for line in (*there, *after)}
        return () if all(UNAIDED in line.extra for line in by_content.values()) else list(by_content.values())

    def _line_of(self, copy: StoredExample, lines: Sequence[Example], *, is_free: bool) -> Example | None:
        """What a copy was sent with; None if nothing says what.

        Args:
            copy: of the example.
            lines: what the record has of the example.
            is_free: whether nobody worked on it, so that it counts as this push has it where nothing is filled in.
        """
        new = self.suggested.get(copy.id or "")
        line = next((line for line in lines if is_shown_in(line, copy)), None)
        if fingerprint(()) not in _digests(copy):
            return new if line is None and new is not None and is_shown_in(new, copy) else line
        if is_free and new is None:
            return _unaided(copy)
        if is_free and new is not None and is_shown_in(new, copy):
            return new if line is None or UNAIDED in line.extra else line
        return _unaided(copy) if line is None and not lines else line


def _what_is_shown(line: Example) -> tuple[object, ...]:
    """Text, spans, and whether they are suggestions at all."""
    return line.text, line.spans, UNAIDED in line.extra


def _digests(copy: StoredExample) -> set[str]:
    """The digests of the spans that were filled in: under the names that labels have now, and as the key has it."""
    key = stored_key(copy.meta).key
    return {each for each in (copy.sent, None if key is None else key.sent) if each is not None}
