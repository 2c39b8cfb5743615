"""Which of the offered spans annotators rejected, read from Doccano; see `goldspan.service.rejections`.

An offered span counts as rejected where

- it was on the server, and is not there any more: it was deleted, moved, or got another label; or
- somebody confirmed an example of that text, and no example of that text has it.

A span that is on the server is none, and neither is one of which nothing is known: Doccano may have failed to store it.
Nothing is concluded from an example that is gone, or whose text changed, from a label without a type in the project,
or from a project in which everybody annotates alone.

Doccano tells nobody what annotators do, so it is asked again and again: soon after an offer, then after longer and
longer times, until the example is confirmed. Few requests are sent at a time. Nothing depends on their being quick: an
offered span is not offered again, whatever is known of it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.doccano.auto_labelled import corpus_project_keys, find_auto_labelled
from goldspan.errors import GoldspanError
from goldspan.service.rejections import text_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from goldspan.annotation import Span
    from goldspan.corpus import Corpus
    from goldspan.doccano.auto_labelled import AutoLabelledExample, AutoLabelledProject
    from goldspan.doccano.client.api import Doccano
    from goldspan.service.rejections import RejectionLedger

DELAYS = (0.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)  # seconds from an offer, or a look, to the next look
LOOKS = 20  # examples of one project that are looked at in one reading
STORED_WITHIN = 60.0  # seconds after an offer in which Doccano may still store it; it waits 30 s for an answer
LISTED_EVERY = 30.0  # seconds before the examples of a project are listed again for a text that is not known


@dataclass(slots=True)
class _OfferedText:
    """What is known of a text for which spans were offered.

    Args:
        offered: the spans that are not rejected.
        since: when they were first seen in the ledger.
        due: when its examples are to be looked at.
        looks: how often that was done since the last offer.
        seen: by the number of an example, the spans that were seen there.
    """

    offered: frozenset[Span]
    since: float
    due: float
    looks: int = 0
    seen: dict[int, set[Span]] = field(default_factory=lambda: defaultdict(set))


@dataclass(slots=True)
class _Texts:
    """The texts of one project, by their digests; and which examples have them."""

    texts: dict[str, _OfferedText] = field(default_factory=dict)
    examples: dict[str, list[int]] = field(default_factory=dict)
    listed: float = float("-inf")
    is_read: bool = False

    def take(self, offers: Mapping[str, frozenset[Span]], now: float) -> None:
        """Take in what the ledger has by now."""
        for digest in self.texts.keys() - offers.keys():
            del self.texts[digest]
        # What is there at the first reading was offered by a service that has ended.
        since = now if self.is_read else now - STORED_WITHIN
        self.is_read = True
        for digest, spans in offers.items():
            text = self.texts.get(digest)
            if text is None:
                self.texts[digest] = _OfferedText(spans, since, now + DELAYS[0])
            elif spans - text.offered:
                text.offered, text.since, text.due, text.looks = spans, now, now + DELAYS[0], 0
            else:
                text.offered = spans

    def due(self, now: float) -> list[str]:
        """The texts that are to be looked at, the longest due first."""
        waiting = [digest for digest, text in self.texts.items() if text.due <= now]
        return sorted(waiting, key=lambda digest: self.texts[digest].due)[:LOOKS]


class DoccanoReadBack:
    """Reads which spans were rejected, in the projects that a corpus remembers.

    Args:
        corpus: the project folder.
        connect: logs in to the server.
        clock: gives seconds that only grow.
    """

    def __init__(
        self, corpus: Corpus, connect: Callable[[], Doccano], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._corpus = corpus
        self._connect = connect
        self._clock = clock
        self._server: Doccano | None = None
        self._projects: dict[str, _Texts] = defaultdict(_Texts)

    def __call__(self, ledger: RejectionLedger) -> int:
        """Read once; returns how many rejections were new.

        Raises:
            GoldspanError: if the server gives no answer, or one that is not understood.
        """
        try:
            return sum(self._read(ledger, key) for key in corpus_project_keys(self._corpus))
        except GoldspanError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection; the next reading makes another."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _read(self, ledger: RejectionLedger, key: str) -> int:
        known, now = self._projects[key], self._clock()
        known.take(ledger.offered(key), now)
        due = known.due(now)
        if not due:
            return 0
        self._server = self._server or self._connect()
        project = find_auto_labelled(self._server, self._corpus, key)
        rejections: dict[str, set[Span]] = {}
        if project is not None:
            self._list(known, project, due, now)
            rejections = {digest: self._judge(known, project, digest, now) for digest in due}
        for digest in due:
            text = known.texts[digest]
            text.due = max(text.due, now + DELAYS[min(text.looks + 1, len(DELAYS) - 1)])
            text.looks += 1
        return ledger.add_rejections(key, {digest: spans for digest, spans in rejections.items() if spans})

    def _list(self, known: _Texts, project: AutoLabelledProject, due: Sequence[str], now: float) -> None:
        """Find the examples of the texts, unless all are known or that was done just now."""
        if all(digest in known.examples for digest in due) or now - known.listed < LISTED_EVERY:
            return
        known.listed = now
        known.examples = defaultdict(list)
        for number, text in project.texts():
            known.examples[text_digest(text)].append(number)

    def _judge(self, known: _Texts, project: AutoLabelledProject, digest: str, now: float) -> set[Span]:
        """The spans that were rejected in a text; it need not be looked at again if all its examples are confirmed."""
        text = known.texts[digest]
        numbers = known.examples.get(digest, [])
        found = [each for number in numbers if (each := project.example(number)) and text_digest(each.text) == digest]
        if len(found) != len(numbers):  # gone, or with another text: a push may have replaced it
            known.examples.pop(digest, None)
        rejected = _rejected(text, found, set(project.labels.values()), is_old=now - text.since >= STORED_WITHIN)
        if found and all(each.confirmed for each in found) and now - text.since >= STORED_WITHIN:
            text.due = float("inf")
        return rejected


def _rejected(text: _OfferedText, found: Sequence[AutoLabelledExample], labels: set[str], *, is_old: bool) -> set[Span]:
    """The offered spans that were rejected; those that are there are remembered as seen.

    Args:
        text: with what was offered and seen.
        found: its examples as they are now.
        labels: those that have a type in the project.
        is_old: whether Doccano cannot store the offer any more.
    """
    numbers = {each.number for each in found}
    text.seen = defaultdict(set, {number: spans for number, spans in text.seen.items() if number in numbers})
    there = {span for each in found for span in each.spans}
    seen = {span for spans in text.seen.values() for span in spans}
    is_judged = is_old and any(each.confirmed for each in found)
    for each in found:
        text.seen[each.number] |= each.spans & text.offered
    missing = {span for span in text.offered - there if span.label in labels}
    return missing if is_judged else missing & seen
