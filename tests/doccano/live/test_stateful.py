"""People at work in Doccano while pushes, pulls, changed texts, kills and restarts go on around them.

What a human marked and did not take away is on the server as `WorkModel` has it, and comes out of a pull if it was
confirmed, or is reported.
"""

import contextlib
import re
import secrets
import tempfile
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from goldspan.annotation import Example, Span
from goldspan.doccano import server
from goldspan.doccano.pull import merge, pull, reanchor
from goldspan.doccano.push import push
from goldspan.doccano.push.plan import PushOptions
from goldspan.errors import ServerError
from helpers import interruptions, sample_corpus
from helpers.doccano_project import WorkModel
from helpers.doccano_server import ANNOTATORS, AnnotatedServer

LABELS = ("UNIT", "PLACE")
WORDS = ("KFOR", "KFOR", "left", "🚢", "Özkan", "e\u0301té", "👩🏽‍🚀", "क्षि", "🇽🇰", "Iber", "troops", "שָׁלוֹם", "𝔘")
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
picks = st.integers(0, 10**6)
FAST = settings(phases=[Phase.reuse, Phase.generate], report_multiple_bugs=False)  # to shrink a round takes an hour
KINDS = [(kind, unit) for kind in ("independent", "shared") for unit in ("utf16", "graphemes")]


class Killed(BaseException):
    """The process is gone: nothing catches this, and nothing more is sent."""


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    made = AnnotatedServer(tmp_path_factory.mktemp("own_server"))
    yield made
    made.close()


class Round(WorkModel, RuleBasedStateMachine):
    """A round of annotation, with everything that can happen to it."""

    def __init__(self, own_server, kind, unit, deaths):
        RuleBasedStateMachine.__init__(self)
        WorkModel.__init__(self, own_server, unit, shared=kind == "shared")
        self.kind = kind
        self.options = PushOptions()
        self.deaths = deaths  # of the server, still to come
        self.folder = tempfile.TemporaryDirectory()

    # What is there at the beginning.

    @initialize(first=st.lists(texts, min_size=2, max_size=5))
    def begin(self, first):
        self.texts = {f"{'ab'[at % 2]}.p{at:02}": text for at, text in enumerate(first)}
        self.name = f"round {secrets.token_hex(4)}"
        self.project = self.server.client.create_project(
            self.name, collaborative=self.shared, grapheme_mode=self.unit == "graphemes", description="a round"
        ).id
        self.corpus = sample_corpus.make(Path(self.folder.name) / "corpus", self.gold(), LABELS)
        sample_corpus.list_members(self.corpus, self.server.people)
        self.push()

    def gold(self):
        return [Example(name, text, filled(text), at) for at, (name, text) in enumerate(sorted(self.texts.items()))]

    # What people do.

    @rule(
        who=st.sampled_from(ANNOTATORS),
        which=picks,
        first=picks,
        length=st.integers(1, 3),
        label=st.sampled_from(LABELS),
    )
    def mark(self, who, which, first, length, label):
        person, number, held = self.open_example(who, which)
        mine = held.spans[self.owner(who)]
        places = [self.positions(held.text, *word) for word in extents(held.text)]
        free = [not any(start < other[1] and other[0] < end for other in mine.values()) for start, end in places]
        if any(free):
            at = [at for at, is_free in enumerate(free) if is_free][first % sum(free)]
            last = at + len(list(takewhile(bool, free[at : at + length]))) - 1
            place = places[at][0], places[last][1]
            mine[person.mark(self.project, number, *place, label)] = (*place, label)
        self.forget_if_unworked(number)

    @rule(who=st.sampled_from(ANNOTATORS), which=picks, span=picks, label=st.sampled_from(LABELS))
    def relabel(self, who, which, span, label):
        person, number, held = self.open_example(who, which)
        mine = held.spans[self.owner(who)]
        if mine:
            chosen = sorted(mine)[span % len(mine)]
            person.relabel(self.project, number, chosen, label)
            mine[chosen] = (*mine[chosen][:2], label)
        self.forget_if_unworked(number)

    @rule(who=st.sampled_from(ANNOTATORS), which=picks, span=picks)
    def shorten(self, who, which, span):
        person, number, held = self.open_example(who, which)
        mine = held.spans[self.owner(who)]
        if mine:
            chosen = sorted(mine)[span % len(mine)]
            start, _, label = mine[chosen]
            shorter = min(
                at for at in self.positions(held.text, *(word[1] for word in extents(held.text))) if at > start
            )
            person.move(self.project, number, chosen, start, shorter)
            mine[chosen] = (start, shorter, label)
        self.forget_if_unworked(number)

    @rule(who=st.sampled_from(ANNOTATORS), which=picks, span=picks)
    def unmark(self, who, which, span):
        person, number, held = self.open_example(who, which)
        mine = held.spans[self.owner(who)]
        if mine:
            chosen = sorted(mine)[span % len(mine)]
            person.unmark(self.project, number, chosen)
            del mine[chosen]
        self.forget_if_unworked(number)

    @rule(who=st.sampled_from(ANNOTATORS), which=picks, confirmed=st.booleans())
    def confirm(self, who, which, confirmed):
        person, number, held = self.open_example(who, which)
        (person.confirm if confirmed else person.unconfirm)(self.project, number)
        (held.confirmed.add if confirmed else held.confirmed.discard)(self.owner(who))
        self.forget_if_unworked(number)

    @rule(who=st.sampled_from(ANNOTATORS), which=picks)
    def comment(self, who, which):
        person, number, held = self.open_example(who, which)
        held.comments.add(person.comment(self.project, number, "a 🚢?"))

    # What happens to the corpus.

    @rule(which=picks, text=texts, keep=st.sampled_from(["before", "after", "nothing"]))
    def change_text(self, which, text, keep):
        name = sorted(self.texts)[which % len(self.texts)]
        old = self.texts[name]
        self.texts[name] = {"before": f"{old} {text}", "after": f"{text} {old}", "nothing": text}[keep]
        self.write(name)

    @rule(text=texts)
    def add_example(self, text):
        name = f"{'ab'[len(self.texts) % 2]}.p{len(self.texts):02}"
        self.texts[name] = text
        self.write(name)

    def write(self, name):
        """The gold as it is, but for one example."""
        fresh = {one.id: one for one in self.gold()}
        here = {one.id: one for one in self.corpus.gold_examples()}
        sample_corpus.write_gold(self.corpus, {**fresh, **here, name: fresh[name]}.values())

    # What goldspan does.

    @rule()
    def push(self):
        pushed = self.prepare().apply()
        self.check_nothing_lost()
        conflicts = {step.desired.example.id for step in pushed.left.steps if step.state == "conflict"}
        there = self.texts_by_id({number: row["text"] for number, row in self.rows().items()})
        worked = self.texts_by_id({number: held.text for number, held in self.work.items()})
        assert there.keys() == self.texts.keys()
        for name, copies in there.items():
            assert sorted(copies) == sorted(worked.get(name, [self.texts[name]]))
            assert (copies != [self.texts[name]]) == (name in conflicts)

    @rule(after=st.integers(0, 25), answered=st.booleans())
    def push_killed(self, after, answered):
        """Killed at a request that writes: before it is sent, or before its answer comes."""
        with self.dying(after, answered=answered), contextlib.suppress(Killed):
            self.prepare().apply()
        self.check_nothing_lost()

    @rule(who=st.sampled_from(ANNOTATORS), which=picks)
    def push_while_somebody_begins(self, who, which):
        """They begin as the new texts go up, on an example that nobody knew they would."""
        send, done = self.server.client._client.session.send, []

        def sent(request, **options):
            if "/fp/process" in request.url and not done:
                done.append(self.confirm(who, which, confirmed=True))
            return send(request, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.server.client._client.session, "send", sent)
            self.push()

    @rule(unconfirmed=st.booleans(), withdraw=st.booleans())
    def pull(self, unconfirmed, withdraw=False):
        before = {who: self.confirmed_here(who) for who in ANNOTATORS}
        planned = pull.plan_pull(self.corpus, self.server.client, self.name, unconfirmed=unconfirmed, withdraw=withdraw)
        planned.apply()
        self.check_nothing_lost()
        for who, lines in before.items():
            for name in lines.keys() - self.confirmed_here(who).keys():
                assert self.is_reopened(who, name, withdraw=withdraw)
        reported = {(problem.annotator, problem.example) for problem in planned.problems}
        for held in self.work.values():
            copies = [other for other in self.work.values() if other.name == held.name]
            for who in held.confirmed:
                if len(copies) > 1 or held.text != self.texts[held.name]:
                    is_reported = ("" if self.shared else who, held.name) in reported
                    assert is_reported or (len(copies) == 1 and self.is_moved(held, who))
                else:
                    line = self.lines(who)[held.name]
                    assert (line.text, line.spans) == (held.text, self.spans_of(held, who))
        assert {(line.annotator, line.example) for line in planned.moved}.isdisjoint(reported)
        assert pull.plan_pull(self.corpus, self.server.client, self.name, unconfirmed=unconfirmed).written == ()
        self.restore_gold()

    def is_moved(self, held, who):
        """Whether the line has the new text and, in it, all that was marked: the same words with the same labels."""
        line = self.lines(who)[held.name]
        marked = [(held.text[span.start : span.end], span.label) for span in self.spans_of(held, who)]
        moved = [(line.surface(span), span.label) for span in line.spans]
        return line.text == self.texts[held.name] and sorted(moved) == sorted(marked)

    def confirmed_here(self, who):
        """The lines of somebody's that came as confirmed."""
        if not self.shared and who not in self.corpus.annotators():
            return {}
        return {name: line for name, line in self.lines(who).items() if line.extra.get("confirmed") is True}

    def is_reopened(self, who, name, *, withdraw):
        """Whether an example is open, and something there is theirs; with --withdraw that need not be."""
        owner = self.owner(who)
        held = [one for one in self.work.values() if one.name == name]
        theirs = any(one.comments or (owner in one.spans and self.spans_of(one, owner) != one.sent) for one in held)
        return not any(owner in one.confirmed for one in held) and (theirs or withdraw)

    def restore_gold(self):
        """Put back what a pull takes out of the gold, as it does where an example that was confirmed is open again."""
        here = {one.id for one in self.corpus.gold_examples()}
        for name in self.texts.keys() - here:
            self.write(name)

    # What happens to the server.

    @precondition(lambda self: self.deaths)
    @rule()
    def restart(self):
        self.deaths -= 1
        server.stop(self.server.home)
        self.server.restart()
        self.check_nothing_lost()

    @precondition(lambda self: self.deaths)
    @rule(role=st.sampled_from(["web", "worker"]), after=st.integers(0, 12))
    def push_while_the_server_is_killed(self, role, after):
        self.deaths -= 1
        session, left = self.server.client._client.session, [after]
        send = session.send

        def sent(request, **options):
            left[0] -= 1
            if left[0] == 0:
                interruptions.kill_processes(self.server.home, role)
            return send(request, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(session, "send", sent)
            patch.setattr(self.server.client, "patience", 3.0)
            with contextlib.suppress(ServerError):
                self.prepare().apply()
        self.server.restart()
        self.check_nothing_lost()

    def teardown(self):
        with self.folder:
            if self.project is not None:
                self.push()
                self.pull(unconfirmed=False)
                self.server.client.delete_project(self.project)

    def lines(self, who):
        """What a pull wrote of somebody's work."""
        if self.shared:
            return {one.id: one for one in self.corpus.gold_examples()}
        return {one.id: one for one in self.corpus.pass_examples(who)}

    def prepare(self):
        prefill = "gold" if self.shared else "nothing"
        return push.prepare_push(
            self.server.client, self.corpus, self.name, prefill=prefill, kind=self.kind, options=self.options
        )

    @contextlib.contextmanager
    def dying(self, after, *, answered):
        """After so many requests that write, the program that makes them is no more."""
        session, left = self.server.client._client.session, [after]
        send = session.send

        def sent(request, **options):
            if left[0] >= 0:
                left[0] -= request.method not in {"GET", "HEAD"}
                if left[0] >= 0:
                    return send(request, **options)
                if answered:
                    send(request, **options)
            raise Killed

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(session, "send", sent)
            yield


def extents(text):
    """Where the words of a text begin and end."""
    return [word.span() for word in re.finditer("[^ ]+", text)]


def filled(text):
    """What is filled in: every KFOR."""
    return tuple(Span(start, end, "UNIT") for start, end in extents(text) if text[start:end] == "KFOR")


# Between them, the short rounds and the long ones of CI are of all kinds.
@pytest.mark.parametrize(("kind", "unit"), [KINDS[0], KINDS[-1]])
def test_no_human_label_is_ever_lost_or_moved(own_server, kind, unit):
    deaths = (kind, unit) == KINDS[0]
    run_state_machine_as_test(
        lambda: Round(own_server, kind, unit, int(deaths)),
        settings=settings(FAST, max_examples=3, stateful_step_count=15),
    )


@pytest.mark.parametrize(
    ("kind", "unit"),
    [pytest.param(*one, marks=pytest.mark.slow if one in KINDS[1:3] else pytest.mark.long) for one in KINDS],
)
def test_no_human_label_is_ever_lost_or_moved_in_long_rounds(own_server, kind, unit):
    # A server that starts takes as long as many pushes, and its death has nothing to do with the unit of offsets.
    deaths = 3 if (kind, unit) in {KINDS[0], KINDS[2]} else 1
    run_state_machine_as_test(
        lambda: Round(own_server, kind, unit, deaths), settings=settings(FAST, max_examples=5, stateful_step_count=30)
    )


@pytest.fixture
def begun(own_server):
    """A round in which ann marked the first KFOR, and its text has changed since."""
    begun = Round(own_server, "independent", "utf16", 0)
    begun.begin(first=["🚢 KFOR left", "Iber"])
    begun.mark("ann", which=0, first=1, length=1, label="UNIT")
    begun.change_text(which=0, text="troops", keep="after")
    yield begun
    own_server.client.delete_project(begun.project)
    begun.folder.cleanup()


def test_the_model_sees_a_push_that_forgets_what_people_did(begun):
    begun.options = PushOptions(worked_on=lambda *_: {})
    with pytest.raises(AssertionError, match="that annotators worked on, is gone"):
        begun.push()


def test_the_model_sees_a_span_that_is_moved_elsewhere(begun, monkeypatch):
    find_moves = reanchor.find_moves

    def astray(old, new, spans):
        found = find_moves(old, new, spans)
        return found._replace(moved={span: replace(to, start=to.start - 1) for span, to in found.moved.items()})

    begun.confirm("ann", which=0, confirmed=True)
    begun.pull(unconfirmed=False)
    monkeypatch.setattr(reanchor, "find_moves", astray)
    with pytest.raises(AssertionError):
        begun.pull(unconfirmed=False)


def test_the_model_sees_a_pull_that_shifts(begun, monkeypatch):
    begun.confirm("ann", which=0, confirmed=True)
    line = merge.pass_line

    def shifted(here, spans, **said):
        return line(here, tuple(replace(span, start=span.start - 1) for span in spans), **said)

    begun.pull(unconfirmed=False)
    monkeypatch.setattr(merge, "pass_line", shifted)
    with pytest.raises(AssertionError):
        begun.pull(unconfirmed=False)
