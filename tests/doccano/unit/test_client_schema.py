"""What a server answers, checked: the place of a mistake in words, and nothing of what was sent."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.doccano.client import schema
from goldspan.errors import ServerError

PRIVATE = "what an annotator wrote"
USER = {"id": 1, "username": "ann", "is_superuser": False, "is_staff": True}
LABEL = {"id": 1, "text": "PER", "background_color": "#112233", "text_color": "#ffffff"}
EXAMPLE = {"id": 1, "text": "Ann", "meta": {"a": "1"}, "is_confirmed": False, "comment_count": 0}
PLACES = {
    "not a list": (list[schema.User], {}, "the answer is an object, not a list"),
    "an entry": (list[schema.User], [USER, "x"], "entry 2 of the answer is a string, not an object"),
    "a missing key": (schema.User, {"id": 1, "name": PRIVATE}, "the answer lacks 'username'; it has id, name"),
    "a missing key of an entry": (list[schema.User], [USER, {}], "entry 2 of the answer lacks 'id'; it has nothing"),
    "a type": (schema.User, USER | {"username": None}, "'username' of the answer is null, not a string"),
    "no number for a string": (schema.User, USER | {"id": "1"}, "'id' of the answer is a string, not a number"),
    "one for true": (schema.User, USER | {"is_staff": 1}, "'is_staff' of the answer is a number, not true or false"),
    "an optional key": (schema.SpanType, LABEL | {"suffix_key": 1}, "'suffix_key' of the answer is a number, not a "),
    "further in": (
        schema.ProgressOfMembers,
        {"progress": [{"user": PRIVATE, "done": PRIVATE}]},
        "'done' of entry 1 of 'progress' of the answer is a string, not a number",
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_wrong_answer_is_reported_with_its_place_and_without_its_values(name):
    shape, data, expected = PLACES[name]
    with pytest.raises(ServerError) as caught:
        schema.parse(shape, data, "the answer")
    assert caught.value.message.startswith(expected)
    assert PRIVATE not in str(caught.value)
    assert caught.value.__context__ is None  # pydantic's error would hold the values


def test_keys_that_are_not_needed_are_ignored():
    assert schema.parse(schema.User, USER | {"email": PRIVATE}, "it") == schema.User(
        1, "ann", superuser=False, staff=True
    )


@pytest.mark.parametrize("empty", [{}, {"prefix_key": None, "suffix_key": None}, {"prefix_key": "", "suffix_key": ""}])
def test_a_label_without_a_key_has_none(empty):
    label = schema.parse(schema.SpanType, LABEL | empty, "it")
    assert (label.prefix, label.key) == (None, None)


@pytest.mark.parametrize("shape", [schema.DoccanoProject, schema.SpanType])
def test_every_field_that_can_be_set_has_a_name_that_the_server_reads(shape):
    fields = {field.name for field in dataclasses.fields(shape)} - schema.READ_ONLY
    names = schema.server_names(shape)
    assert names.keys() == fields
    answer = dict.fromkeys(names.values(), "x") if shape is schema.SpanType else dict.fromkeys(names.values(), True)
    answer |= dict.fromkeys(("name", "description", "guideline"), "x") if shape is schema.DoccanoProject else {}
    assert {getattr(schema.parse(shape, answer | {"id": 1}, "it"), name) for name in fields} <= {"x", True}


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=3)


@given(st.dictionaries(st.sampled_from([*EXAMPLE, "other"]), JSON).map(lambda changes: EXAMPLE | changes))
def test_an_example_is_accepted_only_if_every_value_has_its_type(row):
    types = {"id": int, "text": str, "meta": dict, "is_confirmed": bool, "comment_count": int}
    is_valid = all(type(row[key]) is kind for key, kind in types.items())
    try:
        example = schema.parse_example(row, "it")
    except ServerError:
        assert not is_valid
    else:
        assert is_valid
        assert (example.id, example.text, example.meta) == (row["id"], row["text"], row["meta"])
