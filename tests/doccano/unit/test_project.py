"""Label types and names of a project: what is planned, and what is refused."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Label, LabelScheme
from goldspan.doccano import labels, project
from goldspan.doccano.client.http_errors import HTTPStatusError
from goldspan.doccano.client.schema import SpanType
from goldspan.doccano.push.plan import label_notes
from goldspan.errors import InvalidValueError
from goldspan.report.svg import contrast

COUNTER = itertools.count()


@pytest.fixture
def name():
    return f"project test {next(COUNTER)}"


def scheme(**keys):
    made = tuple(Label(name, "Words.", "#112233", key, "x.md") for name, key in keys.items())
    return LabelScheme("1.0", made)


def held(number, name, key=None, prefix=None):
    return SpanType(number, name, "#112233", "#ffffff", prefix, key)


class Strict:
    """The label types of a project, with Doccano's rule that no two share a shortcut at any moment."""

    def __init__(self, types):
        self.types = {each.id: each for each in types}

    def update_span_type(self, _, number, **changes):
        old = self.types[number]
        values = {"colour": old.colour, "text_colour": old.text_colour, "prefix": old.prefix, "key": old.key} | changes
        self._put(SpanType(number, old.name, **values))

    def create_span_type(self, _, name, colour, text_colour, key):
        assert name not in {each.name for each in self.types.values()}
        self._put(SpanType(max(self.types, default=0) + 1, name, colour, text_colour, None, key))

    def _put(self, new):
        others = [each for each in self.types.values() if each.id != new.id]
        assert new.key is None or (new.prefix, new.key) not in {(each.prefix, each.key) for each in others}
        self.types[new.id] = new


NAMES = st.sampled_from(["A", "B", "C", "D", "E"])
SHORTCUTS = st.sampled_from("abcX")


@given(
    st.dictionaries(NAMES, SHORTCUTS, min_size=1).filter(lambda keys: len(set(keys.values())) == len(keys)),
    st.dictionaries(NAMES, st.tuples(st.sampled_from([None, "ctrl"]), st.sampled_from([None, *"abc"]))).filter(
        lambda types: len({each for each in types.values() if each[1]}) == sum(bool(each[1]) for each in types.values())
    ),
)
def test_any_label_types_become_those_of_the_scheme_without_collisions(wanted, there):
    types = [
        held(n, name, key, prefix=prefix if key else None) for n, (name, (prefix, key)) in enumerate(there.items())
    ]
    server = Strict(types)
    labels.plan_labels(scheme(**wanted), types).apply(server, 1)
    after = labels.plan_labels(scheme(**wanted), list(server.types.values()))
    assert (after.create, after.change) == ((), ())
    assert {each.name for each in server.types.values()} == wanted.keys() | there.keys()
    unknown = [each for each in types if each.name not in wanted]
    assert all(server.types[each.id] == each for each in unknown)


def test_a_key_that_doccano_cannot_take_is_left_out_and_noted():
    planned = labels.plan_labels(scheme(A="ä", B="Q", C="c"), [held(1, "Z", "c")])
    assert [each.key for each in planned.create] == [None, None, None]
    assert list(label_notes(planned)) == [
        "the label 'Z' is not in the scheme: left alone",
        "the label A gets no key: Doccano takes 0-9 and a-z, not 'ä'",
        "the label B gets no key: Doccano takes 0-9 and a-z, not 'Q'",
        "the label C gets no key: 'Z', which is not in the scheme, has c",
    ]


@given(st.integers(0, 0xFFFFFF).map("#{:06x}".format))
def test_the_text_of_a_label_can_be_read(colour):
    assert contrast(colour, labels.text_colour(colour)) >= 4.3  # of black or white, the better one


@pytest.mark.parametrize("name", [" A", "A" * 101])
def test_a_label_that_doccano_would_change_is_refused(name):
    with pytest.raises(InvalidValueError, match="cannot have the label"):
        labels.plan_labels(scheme(**{name: "a"}), [])


@pytest.mark.parametrize("bad", ["", " a", "a\n", "a" * 101])
def test_a_name_that_doccano_would_change_is_refused(toy, bad):
    with pytest.raises(InvalidValueError, match="cannot be the name of a project"):
        project.plan_project(None, toy, bad, "shared")


def test_a_kind_that_is_none_is_refused(toy):
    with pytest.raises(InvalidValueError, match="no kind 'both'"):
        project.plan_project(None, toy, "name", "both")


@pytest.fixture
def refusal():
    return HTTPStatusError("refused", remedy=None, status=400)


def test_what_another_push_changes_at_the_same_moment_is_looked_at_again(refusal):
    seen, there = [], [["PERSON"], ["PERSON", "PLACE"]]

    def act(now):
        seen.append(now)
        if len(seen) == 1:
            raise refusal

    project._act_on(lambda: there[len(seen)], act)
    assert seen == there


def test_what_is_refused_although_nobody_changes_anything_is_an_error(refusal):
    def act(_):
        raise refusal

    with pytest.raises(HTTPStatusError):
        project._act_on(lambda: ["PERSON"], act)
