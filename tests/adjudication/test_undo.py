"""Any sequence of deciding, skipping, undoing and quitting leaves what the decisions that were kept leave alone."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldspan.adjudication.gold import apply_decisions
from goldspan.adjudication.interactive import OUTCOME_QUESTION, SessionResult, run_session
from goldspan.adjudication.state import DecisionAuthor, decide, read_state
from goldspan.annotation import Span
from goldspan.corpus import Corpus
from helpers.sample_corpus import BELLE, set_pass_spans

AUTHOR = DecisionAuthor("lea", "2026-03-01")


class TypingPerson:
    """A person who answers the main question from a list, and every other one with nothing."""

    def __init__(self, answers):
        self.answers = list(answers)

    def show(self, *_):
        pass

    def write(self, _):
        pass

    def ask(self, question, *_):
        if question == OUTCOME_QUESTION or question.startswith(("Rule", "Reason")):
            return ""
        return self.answers.pop(0) if self.answers else None


def disputed(corpus):
    (corpus.decisions / "storm.jsonl").unlink(missing_ok=True)
    set_pass_spans(corpus, "bob", "harbour.p04")
    set_pass_spans(corpus, "cy", "storm.p02", BELLE, Span(25, 38, "SHIP"))


def model(answers, total):
    """Which case is decided how at the end, how many are skipped, by the meaning of the keys alone."""
    kept, skipped, place = [], set(), 0
    for answer in answers:
        if answer == "q" or (place == total and (answer != "u" or not kept)):
            break
        if answer == "u":
            if kept:
                place = kept.pop()[0]
                skipped = {one for one in skipped if one < place}
            continue
        if answer == "s":
            skipped.add(place)
        else:
            kept.append((place, answer))
        place += 1
        if place == total and not kept:
            break
    return kept, len(skipped)


def contents(corpus):
    return {
        p.relative_to(corpus.root): p.read_bytes()
        for p in corpus.folder.rglob("*")
        if p.is_file() and not p.name.endswith(".lock")
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.lists(st.sampled_from(["1", "n", "s", "u", "u", "q"]), max_size=12))
def test_only_the_decisions_that_were_kept_are_left(toy, answers):
    with tempfile.TemporaryDirectory() as folder:
        first, second = (Corpus(shutil.copytree(toy.root, Path(folder, name), symlinks=True)) for name in "ab")
        for corpus in (first, second):
            disputed(corpus)
        state = read_state(second)
        assert len(state.open) > 2
        kept, skipped = model(answers, len(state.open))
        result = run_session(read_state(first), TypingPerson(answers), AUTHOR)
        for place, answer in kept:
            dispute = state.open[place]
            choice = () if answer == "n" else dispute.candidates[0].spans
            decision = decide(dispute, choice, AUTHOR, second.scheme, "adjudicated")
            apply_decisions(second, [(decision, dispute.example)])
        assert result == SessionResult(len(kept), skipped, len(state.open) - len(kept) - skipped)
        assert contents(first) == contents(second)
