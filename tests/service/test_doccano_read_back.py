"""Which offered spans count as rejected, with a Doccano that is only imagined."""

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from goldspan.annotation import Span
from goldspan.doccano.auto_labelled import AutoLabelledExample
from goldspan.errors import ServerError
from goldspan.service import doccano_read_back
from goldspan.service.doccano_read_back import DELAYS, LOOKS, STORED_WITHIN, DoccanoReadBack
from goldspan.service.rejections import RejectionLedger, text_digest

KEY = "k3f9a1c2e4d5"
TEXTS = ("Aurora left.", "Gloria left.")
A, B, C = Span(0, 6, "SHIP"), Span(7, 11, "PORT"), Span(0, 6, "CREW")


@dataclass
class ImaginedProject:
    """A shared project; `asked` counts the requests."""

    examples: dict = field(default_factory=dict)
    labels: dict = field(default_factory=lambda: {1: "SHIP", 2: "PORT", 3: "CREW"})
    asked: Counter = field(default_factory=Counter)

    def add(self, number, text, *spans, confirmed=False):
        self.examples[number] = AutoLabelledExample(number, text, confirmed, frozenset(spans))

    def change(self, number, *spans, confirmed=False):
        self.add(number, self.examples[number].text, *spans, confirmed=confirmed)

    def texts(self):
        self.asked["list"] += 1
        return [(each.number, each.text) for each in self.examples.values()]

    def example(self, number):
        self.asked["example"] += 1
        return self.examples.get(number)


class Reading:
    """A read-back of an imagined project, at a time of one's own."""

    def __init__(self, patch, path):
        self.now, self.project, self.ledger = 0.0, ImaginedProject(), RejectionLedger(path)
        self.logins = 0
        patch.setattr(doccano_read_back, "corpus_project_keys", lambda _: [KEY])
        patch.setattr(doccano_read_back, "find_auto_labelled", lambda *_: self.project)
        self.start()
        self()

    def start(self):
        self.read_back = DoccanoReadBack(None, self.connect, lambda: self.now)

    def connect(self):
        self.logins += 1
        return self

    def close(self):
        pass

    def offer(self, *spans, text=TEXTS[0]):
        return self.ledger.offer(KEY, text, spans)

    def rejected(self, text=TEXTS[0]):
        return self.ledger.rejected(KEY, text)

    def __call__(self, after=0.0):
        self.now += after
        return self.read_back(self.ledger)


@pytest.fixture
def reading(monkeypatch, tmp_path):
    return Reading(monkeypatch, tmp_path / "rejections.jsonl")


def test_a_span_that_was_there_and_is_gone_was_rejected(reading):
    reading.project.add(1, TEXTS[0], A, B)
    reading.offer(A, B)
    assert reading() == 0
    reading.project.change(1, B)
    assert reading(DELAYS[1]) == 1
    assert reading.rejected() == {A}
    assert reading(10_000) == 0


def test_a_span_with_another_label_or_other_edges_was_rejected(reading):
    reading.project.add(1, TEXTS[0], A, B)
    reading.offer(A, B)
    reading()
    reading.project.change(1, C, Span(7, 12, "PORT"))
    assert reading(DELAYS[1]) == 2


def test_what_was_never_stored_is_no_rejection_until_a_person_confirms_the_text_without_it(reading):
    reading.project.add(1, TEXTS[0])
    reading.offer(A)
    assert [reading(delay) for delay in DELAYS] == [0] * len(DELAYS)
    reading.project.change(1, confirmed=True)
    assert reading(DELAYS[-1]) == 1


def test_an_answer_that_may_still_be_stored_is_not_judged_by_a_confirmation(reading):
    reading.project.add(1, TEXTS[0], confirmed=True)
    reading.offer(A)
    assert reading() == reading(STORED_WITHIN / 2) == 0
    reading.project.change(1, A, confirmed=True)
    assert reading(STORED_WITHIN) == 0
    assert reading.rejected() == set()


def test_a_service_that_was_started_again_judges_what_was_confirmed_at_once(reading):
    reading.project.add(1, TEXTS[0], A)
    reading.offer(A, B)
    reading.project.change(1, A, confirmed=True)
    reading.start()
    assert reading() == 1
    assert reading.rejected() == {B}


def test_of_several_examples_of_a_text_one_that_has_the_span_is_enough(reading):
    reading.project.add(1, TEXTS[0], A)
    reading.project.add(2, TEXTS[0], confirmed=True)
    reading.offer(A)
    assert reading(STORED_WITHIN) == reading(10_000) == 0
    reading.project.change(1)
    assert reading(10_000) == 1


def test_nothing_follows_from_an_example_that_is_gone_or_has_another_text(reading):
    for number, text in enumerate(TEXTS, 1):
        reading.project.add(number, text, A)
        reading.offer(A, text=text)
    reading()
    del reading.project.examples[1]
    reading.project.add(2, "Another text.", confirmed=True)
    assert [reading(delay) for delay in DELAYS] == [0] * len(DELAYS)
    reading.project.add(3, TEXTS[0], confirmed=True)  # pushed again, and judged without it
    assert reading(10_000) + reading(10_000) == 1


def test_nothing_follows_where_the_label_has_no_type_or_the_project_is_not_to_be_seen(reading):
    reading.project.add(1, TEXTS[0], A, B)
    reading.offer(A, B)
    reading()
    del reading.project.labels[1]
    reading.project.change(1)
    assert reading(DELAYS[1]) == 1
    assert reading.rejected() == {B}
    reading.project = None
    assert reading(10_000) == 0


def test_few_requests_are_sent_and_none_for_what_is_confirmed(reading):
    for number in range(3 * LOOKS):
        reading.project.add(number, f"Text {number}.", A)
        reading.offer(A, text=f"Text {number}.")
    for rounds in range(1, 4):
        reading()
        assert reading.project.asked == {"list": 1, "example": rounds * LOOKS}
    assert reading.logins == 1
    reading()
    for number in range(3 * LOOKS):
        reading.project.change(number, A, confirmed=True)
    for _ in range(3):
        reading(10_000)
    reading.project.asked.clear()
    assert reading(10_000) == 0
    assert not reading.project.asked


def test_a_text_that_the_project_does_not_have_is_looked_for_less_and_less(reading):
    reading.offer(A, text="Nobody's.")
    for _ in range(1000):
        reading(5.0)
    assert reading.project.asked["list"] < 10


def test_after_a_failure_it_logs_in_again(reading, monkeypatch):
    reading.offer(A)
    reading()

    def fail(*_):
        raise ServerError("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(doccano_read_back, "find_auto_labelled", fail)
        with pytest.raises(ServerError):
            reading(10_000)
    reading(10_000)
    assert reading.logins == 2


class AnnotatedTexts(RuleBasedStateMachine):
    """A shared project at work: nothing that is there counts as rejected unless it was away, and nothing comes back."""

    spans = st.sets(st.sampled_from((A, B)), min_size=1)
    numbers = st.integers(1, 3)

    @initialize()
    def begin(self):
        self.patch = pytest.MonkeyPatch()
        self.folder = tempfile.TemporaryDirectory()
        self.reading = Reading(self.patch, Path(self.folder.name) / "rejections.jsonl")
        for number in range(1, 4):
            self.reading.project.add(number, TEXTS[number % 2])
        self.was_away = {text: set() for text in TEXTS}  # the offered spans that no example of a text had, ever since

    def teardown(self):
        if hasattr(self, "patch"):
            self.patch.undo()
            self.folder.cleanup()

    def example(self, number):
        return self.reading.project.examples[number]

    @rule(number=numbers, spans=spans, is_stored=st.booleans())
    def look(self, number, spans, is_stored):
        """An annotator opens an example; Doccano stores the answer, or fails."""
        example = self.example(number)
        if not example.confirmed:
            offered = self.reading.offer(*spans, text=example.text)
            assert not self.reading.rejected(example.text) & set(offered)
            if is_stored:
                self.reading.project.change(number, *example.spans, *offered)

    @rule(number=numbers, span=st.sampled_from((A, B)))
    def delete(self, number, span):
        example = self.example(number)
        self.reading.project.change(number, *(example.spans - {span}), confirmed=example.confirmed)

    @rule(number=numbers, span=st.sampled_from((A, B)))
    def mark(self, number, span):
        example = self.example(number)
        self.reading.project.change(number, *example.spans, span, confirmed=example.confirmed)

    @rule(number=numbers, confirmed=st.booleans())
    def confirm(self, number, confirmed):
        self.reading.project.change(number, *self.example(number).spans, confirmed=confirmed)

    @rule(after=st.sampled_from((0.0, 1.0, 70.0, 10_000.0)))
    def read(self, after):
        self.reading(after)

    @rule()
    def restart(self):
        self.reading.start()

    @invariant()
    def only_what_was_away_is_rejected(self):
        if not hasattr(self, "was_away"):
            return
        for text in TEXTS:
            there = {s for each in self.reading.project.examples.values() if each.text == text for s in each.spans}
            self.was_away[text] |= {A, B} - there
            assert self.reading.rejected(text) <= self.was_away[text]
            assert self.reading.ledger.withheld(KEY, text) >= self.reading.rejected(text)

    @rule()
    def finish(self):
        """All is confirmed and time passes: what was offered is there, or was rejected."""
        for number, example in self.reading.project.examples.items():
            self.reading.project.change(number, *example.spans, confirmed=True)
        for _ in range(3):
            self.reading(10_000)
        self.reading.start()
        self.reading()
        for text in TEXTS:
            there = {s for each in self.reading.project.examples.values() if each.text == text for s in each.spans}
            open_offers = self.reading.ledger.offered(KEY).get(text_digest(text), frozenset())
            assert open_offers <= there


TestAnnotatedTexts = AnnotatedTexts.TestCase
TestAnnotatedTexts.settings = settings(stateful_step_count=30)
