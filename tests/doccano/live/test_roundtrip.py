"""Any text and any spans, through a live server and back: equal, or named."""

import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import graphemes, offsets
from goldspan.annotation import Example
from goldspan.doccano.pull import pull
from goldspan.doccano.push import desired_state, push
from goldspan.doccano.push.plan import PushOptions
from goldspan.errors import InvalidValueError
from goldspan.formats.doccano import stored_id
from helpers import sample_corpus, strategies

NAMES = ("ann", "bob")
KINDS = [(kind, unit) for kind in ("independent", "shared") for unit in ("utf16", "graphemes")]


@dataclass(frozen=True)
class Paper:
    """An example, and what people do with it: which spans each marks, and who confirms it."""

    example: Example
    marked: dict
    confirmed: frozenset


@st.composite
def papers(draw, *, shared):
    """In a shared project the spans of all are flat together; in another one everybody's own are."""
    text = draw(strategies.texts.filter(bool))
    common = draw(strategies.spans(text))
    owner = {span: draw(st.sampled_from(["filled in", *NAMES])) for span in common} if shared else {}
    marked = {
        name: tuple(span for span in common if owner[span] == name) if shared else draw(strategies.spans(text))
        for name in NAMES
    }
    filled = [span for span in common if owner.get(span) == "filled in"]
    return Paper(Example("?", text, filled), marked, draw(st.frozensets(st.sampled_from(NAMES))))


@st.composite
def piles(draw, *, shared):
    """Papers of three articles."""
    drawn = draw(st.lists(papers(shared=shared), min_size=1, max_size=12))
    return [
        Paper(Example(f"a{n % 3}.p{n:02}", one.example.text, one.example.spans, n), one.marked, one.confirmed)
        for n, one in enumerate(drawn)
    ]


def positions(text, span, unit):
    convert = offsets.to_graphemes if unit == "graphemes" else offsets.to_utf16
    return convert(text, [span.start, span.end]).tolist()


def splits(text, span):
    """Whether a span begins or ends inside what Doccano counts as one character."""
    return not {span.start, span.end} <= set(graphemes.boundaries(text).tolist())


def pushable(pile, project):
    """The papers that Doccano can hold; the others are refused by name."""
    kept = []
    for paper in pile:
        if project.grapheme_mode and any(splits(paper.example.text, span) for span in paper.example.spans):
            with pytest.raises(InvalidValueError, match="inside a grapheme cluster") as caught:
                desired_state.upload_rows([paper.example], project, strategies.LABELS)
            assert caught.value.example == paper.example.id
        else:
            kept.append(paper)
    return kept


def annotate(pile, people, project, unit):
    """Everybody marks what they can mark in a browser, and confirms; gives the spans of each on each example."""
    done = {}
    for name, person in people.items():
        numbers = {stored_id(row["meta"]): row["id"] for row in person.examples(project.id)}
        for paper in pile:
            example, number = paper.example, numbers[paper.example.id]
            spans = [s for s in paper.marked[name] if unit == "utf16" or not splits(example.text, s)]
            for span in spans:
                person.mark(project.id, number, *positions(example.text, span, unit), span.label)
            if name in paper.confirmed:
                person.confirm(project.id, number)
            done[name, example.id] = spans
    return done


def expected(pile, done, *, shared):
    """Per pass, or for the gold, the spans of the confirmed examples by id."""
    if not shared:
        return {
            name: {p.example.id: tuple(sorted(done[name, p.example.id])) for p in pile if name in p.confirmed}
            for name in NAMES
        }
    everything = {
        p.example.id: tuple(sorted([*p.example.spans, *(span for name in NAMES for span in done[name, p.example.id])]))
        for p in pile
        if p.confirmed
    }
    return {"gold": everything}


def has_blank_edge(example, spans):
    return any(example.surface(span) != example.surface(span).strip() for span in spans)


def go_round(pile, server, people, *, kind, unit, root):
    """Push, annotate, pull, and compare; then nothing is left to push or to pull."""
    shared = kind == "shared"
    name = f"any {secrets.token_hex(4)}"
    project = server.create_project(
        name, collaborative=shared, grapheme_mode=unit == "graphemes", description="any text"
    )
    pile = pushable(pile, project)
    if not pile:
        return
    corpus = sample_corpus.make(root, [paper.example for paper in pile], strategies.LABELS)
    sample_corpus.list_members(corpus, people)

    def prepare():
        return push.prepare_push(
            server, corpus, name, prefill="gold" if shared else "nothing", kind=kind, options=PushOptions()
        )

    pushed = prepare().apply()
    assert pushed.tally.stored == (sum(len(paper.example.spans) for paper in pile) if shared else 0)
    done = annotate(pile, people, project, unit)
    wanted = expected(pile, done, shared=shared)
    examples = {paper.example.id: paper.example for paper in pile}
    blank = {
        (who, name)
        for who, spans in wanted.items()
        for name, found in spans.items()
        if has_blank_edge(examples[name], found)
    }
    planned = pull.plan_pull(corpus, server, name)
    assert {(problem.annotator or "gold", problem.example) for problem in planned.problems} == {
        ("gold" if shared else who, name) for who, name in blank
    }
    planned.apply()
    for who, spans in wanted.items():
        lines = list(corpus.gold_examples() if shared else corpus.pass_examples(who))
        found = {one.id: one.spans for one in lines if not shared or one.extra.get("confirmed")}
        complete = {name: those for name, those in spans.items() if (who, name) not in blank}
        # Gold that says what was confirmed stands as it was, and need not say that it is confirmed.
        same = {name for name, those in complete.items() if shared and those == examples[name].spans}
        assert {name: those for name, those in found.items() if name not in same} == {
            name: those for name, those in complete.items() if name not in same
        }
        assert all(one.text == examples[one.id].text for one in lines)
    assert pull.plan_pull(corpus, server, name).written == ()
    if not shared:
        assert prepare().apply().plan.is_done
    server.delete_project(project.id)


def go_some_round(data, server, people, kind, unit):
    pile = data.draw(piles(shared=kind == "shared"))
    with tempfile.TemporaryDirectory() as folder:
        go_round(pile, server, people, kind=kind, unit=unit, root=Path(folder) / "corpus")


# Below, all kinds and more examples.
@pytest.mark.parametrize(("kind", "unit"), [KINDS[0], KINDS[-1]])
@settings(max_examples=4)
@given(data=st.data())
def test_any_text_and_any_spans_come_back_as_they_were_marked(server, people, kind, unit, data):
    go_some_round(data, server, people, kind, unit)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "unit"), KINDS)
@settings(max_examples=20)
@given(data=st.data())
def test_many_texts_and_spans_come_back_as_they_were_marked(server, people, kind, unit, data):
    go_some_round(data, server, people, kind, unit)
