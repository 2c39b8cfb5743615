"""The record of what annotators saw never says anything else than that, whatever is pushed, cut short and worked on."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.corpus import Corpus
from goldspan.corpus.shown_suggestions import read_shown, shown_examples, shown_folder, write_shown
from goldspan.doccano.push.plan import SPANS_NOT_UPDATED, plan_push
from goldspan.doccano.shown_record import ShownRecord, aid_of, is_shown_in, with_digest
from goldspan.doccano.snapshot import AnnotatorWork
from goldspan.errors import InputError
from helpers.doccano_project import SHARED, rows, snapshot_of, stored_copy

NAMES = ("a.p01", "a.p02", "b.p01")
TEXTS = ("KFOR left.", "KFOR has left.")
SUGGESTED = ((), (Span(0, 4, "UNIT"),), (Span(0, 4, "PLACE"),))
PROJECT = "kfor-a1"
CUTS = ("nothing", "recorded", "uploaded", "deleted", "ended")  # what a push did last

pushes = st.tuples(
    st.just("push"),
    st.lists(
        st.tuples(st.sampled_from(TEXTS), st.sampled_from([None, *SUGGESTED])), min_size=len(NAMES), max_size=len(NAMES)
    ),
    st.sampled_from(CUTS),
)
works = st.tuples(st.just("work"), st.integers(0, 20), st.sampled_from(["confirm", "mark"]))


class ServerModel:
    """A project as it would be on a server: copies with what was filled in, and what their annotator saw there."""

    def __init__(self, corpus):
        self.corpus = corpus
        self.copies, self.worked_on, self.seen = {}, {}, {}
        self.last = 0

    def push(self, desired, cut):
        """Push texts with suggestions, None for none, as far as it gets."""
        for stage in self._stages(dict(zip(NAMES, desired, strict=True))):
            if stage == cut:
                return

    def _stages(self, desired):
        examples = {name: Example(name, text, spans or ()) for name, (text, spans) in desired.items()}
        aided = {name for name, (_, spans) in desired.items() if spans is not None}
        lines = {
            name: with_digest(replace(examples[name], extra={"rules": ["r"] * len(examples[name].spans)}))
            for name in aided
        }
        record = ShownRecord(corpus=self.corpus, project=PROJECT, suggested=lines, pushed=examples)
        wanted = rows(*examples.values(), project=SHARED)
        for _ in range(6):
            snapshot = snapshot_of(*self.copies.values(), project=SHARED)
            work = dict.fromkeys(self.worked_on, SPANS_NOT_UPDATED)
            plan = plan_push(wanted, snapshot, work)
            if plan.uploads:
                yield "nothing"
                sent = {one.example.id for one in plan.uploads}
                record.write(snapshot.by_id, work, sent)
                self._settle_empty(desired, sent)
                yield "recorded"
                for one in plan.uploads:
                    self._store(one.example, one.example.id in aided)
                yield "uploaded"
            elif not plan.is_done:
                self._clean_up(plan)
                yield "deleted"
            else:
                record.write(snapshot.by_id, work)
                self._settle_empty(desired)
                return
        raise AssertionError("the push does not end")

    def _clean_up(self, plan):
        for number in plan.deletions:
            del self.copies[number]
        for step in plan.steps:
            if step.state == "update":
                self.copies[step.keep] = replace(self.copies[step.keep], meta=dict(step.meta))

    def _store(self, example, is_aided):
        self.last += 1
        self.copies[self.last] = stored_copy(self.last, example, project=SHARED)
        self.seen[self.last] = example.spans if is_aided else None

    def _settle_empty(self, desired, sent=()):
        """Of what nobody worked on, nothing that is empty tells whether it was shown so or is to be read unaided."""
        for number, copy in self.copies.items():
            of_example = {each for each, other in self.copies.items() if other.id == copy.id}
            text, spans = desired[copy.id]
            if not (self.worked_on.keys() & of_example or self.seen[number] or spans or copy.id in sent):
                self.seen[number] = spans if spans is None or text == copy.text else self.seen[number]

    def work(self, which, how):
        if not self.copies:
            return
        number = sorted(self.copies)[which % len(self.copies)]
        self.worked_on[number] = how
        copy = self.copies[number]
        spans = (Span(0, 1, "UNIT"),) if how == "mark" else copy.work[""].spans
        self.copies[number] = replace(copy, work={"": AnnotatorWork(spans=spans, confirmed=how == "confirm")})

    def require_true_record(self):
        record = read_shown(self.corpus, PROJECT)
        for number, copy in self.copies.items():
            seen, lines = self.seen[number], record.get(copy.id, ())
            assert aid_of(copy, lines) == ("unaided" if seen is None else "aided"), (copy, lines)
            if seen is not None:
                (line,) = {each.spans: each for each in lines if is_shown_in(each, copy)}.values()
                assert (line.spans, line.extra["rules"]) == (seen, ["r"] * len(seen))


@settings(max_examples=40)
@given(st.lists(st.one_of(pushes, pushes, works), max_size=8))
def test_the_record_says_of_each_copy_what_its_annotator_saw(tmp_path_factory, story):
    model = ServerModel(Corpus(tmp_path_factory.mktemp("corpus")))
    for what, *arguments in story:
        getattr(model, what)(*arguments)
        model.require_true_record()
    model.push([(TEXTS[0], SUGGESTED[1])] * len(NAMES), "ended")
    model.require_true_record()
    untouched = {copy.id for number, copy in model.copies.items() if number not in model.worked_on}
    for name in untouched - {model.copies[number].id for number in model.worked_on if number in model.copies}:
        assert [line.spans for line in read_shown(model.corpus, PROJECT)[name]] == [SUGGESTED[1]]


def test_an_example_with_two_lines_is_refused_to_who_asks_what_was_shown(tmp_path):
    corpus = Corpus(tmp_path)
    one = Example("a.p01", TEXTS[0], SUGGESTED[1])
    write_shown(corpus, PROJECT, {"a.p01": [one, one.with_spans(())]})
    with pytest.raises(InputError, match="is there twice") as caught:
        list(shown_examples(corpus, PROJECT))
    assert "Push again" in caught.value.remedy
    write_shown(corpus, PROJECT, {"a.p01": [one]})
    (path,) = shown_folder(corpus, PROJECT).iterdir()
    before = path.stat().st_mtime_ns, path.stat().st_ino
    write_shown(corpus, PROJECT, {"a.p01": [one]})
    assert before == (path.stat().st_mtime_ns, path.stat().st_ino)
    assert list(shown_examples(corpus, PROJECT)) == [one]
    write_shown(corpus, PROJECT, {})
    assert not list(corpus.shown.rglob("*.jsonl"))
