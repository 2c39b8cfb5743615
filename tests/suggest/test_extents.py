"""Extents against the characters that they hold."""

from hypothesis import given
from hypothesis import strategies as st

from goldspan.suggest.extents import Extents

extents = st.tuples(st.integers(0, 12), st.integers(1, 5)).map(lambda pair: (pair[0], sum(pair)))


@given(st.lists(extents, max_size=6), extents)
def test_the_answers_are_those_of_sets_of_characters(some, other):
    own = {*range(*other)}
    assert Extents(some).touch(*other) == any(own & {*range(*one)} for one in some)
    assert Extents(some).contain(*other) == any(own <= {*range(*one)} for one in some)
