"""Which configurations of a project's auto-labelling are goldspan's, and what they ask."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.doccano.auto_labelling import (
    MODEL,
    Service,
    desired_configuration,
    differences,
    has_form,
    is_own,
    reason_against,
    request_unit,
    service_key,
    shown_address,
)
from goldspan.doccano.client.schema import AutoLabelling
from goldspan.doccano.project import describe
from goldspan.doccano.project_identity import key_line
from goldspan.errors import InvalidValueError
from helpers.doccano_project import INDEPENDENT, SHARED

KEY, TOKEN = "k3f9a1c2e4d5a", "token-that-must-not-leak"
PROJECT = replace(SHARED, description=describe("shared", "1.0", KEY))
PARAMETERS = {"project": KEY, "offsets": "utf-16", "label": ["SHIP"]}
DESIRED = desired_configuration(PROJECT, Service(url="http://127.0.0.1:8765", token=TOKEN), {"SHIP": "Ships"})


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://127.0.0.1:8765/", "http://127.0.0.1:8765/doccano"),
        ("http://[::1]:8765/doccano/", "http://[::1]:8765/doccano"),
        ("https://münchen.example/ner", "https://xn--mnchen-3ya.example/ner/doccano"),
    ],
)
def test_an_address_is_kept_in_one_form_with_its_path(url, kept):
    assert Service(url=url, token=TOKEN).url == kept


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x", "http://", "127.0.0.1:8765", "http://u:p@h", "http://h?x=1", "http://h:99999", "http://h/a/../b"],
)
def test_what_is_no_address_of_a_service_is_refused(url):
    with pytest.raises(InvalidValueError, match="the address of the service"):
        Service(url=url, token=TOKEN)


@pytest.mark.parametrize("token", ["", "two words", "schlüssel", "x\n"])
def test_a_token_that_no_header_can_have_is_refused(token):
    with pytest.raises(InvalidValueError, match="the service's token"):
        Service(url="http://h", token=token)


def test_no_representation_shows_the_token():
    service = Service(url="http://h", token=TOKEN)
    changed = replace(DESIRED, attributes={**DESIRED.attributes, "headers": {"Authorization": "Bearer another"}})
    shown = [repr(service), repr(DESIRED), str(differences(changed, DESIRED)), shown_address(DESIRED)]
    assert TOKEN not in "".join(shown)


def test_what_goldspan_writes_is_its_own_in_this_project_alone():
    assert is_own(DESIRED, PROJECT)
    assert has_form(DESIRED)
    assert differences(DESIRED, DESIRED) == []
    assert not is_own(DESIRED, replace(PROJECT, description=describe("shared", "1.0", "k0000000000ff")))
    assert not is_own(DESIRED, SHARED), "a project without a key"


def test_a_key_that_was_edited_out_of_the_description_is_known_by_the_page():
    edited = replace(SHARED, description="Ours.", guideline=f"Rules.{key_line('shared annotation', KEY)}")
    assert service_key(edited) == KEY
    assert is_own(DESIRED, edited)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"label_mapping": {}}, ["labels"]),
        ({"attributes": {**DESIRED.attributes, "params": {**PARAMETERS, "label": []}}}, ["labels"]),
        ({"attributes": {**DESIRED.attributes, "params": {"project": KEY, "offsets": "utf-16"}}}, ["labels", "form"]),
        ({"template": "{{ cycler }}"}, ["form"]),
        ({"model": "GCP Entity Analysis"}, ["form"]),
        ({"task": "Category"}, ["form"]),
        ({"attributes": {**DESIRED.attributes, "method": "GET"}}, ["form"]),
        ({"attributes": {**DESIRED.attributes, "body": {"text": "{{ text }}", "x": 1}}}, ["form"]),
        ({"attributes": {**DESIRED.attributes, "headers": {"Authorization": 7}}}, ["token", "form"]),
        ({"attributes": {**DESIRED.attributes, "proxy": "x"}}, ["form"]),
        (
            {"attributes": {**DESIRED.attributes, "params": {**PARAMETERS, "offsets": "bytes"}}},
            ["offsets unknown → utf-16"],
        ),
    ],
)
def test_every_change_is_seen(changes, found):
    changed = replace(DESIRED, **changes)
    assert differences(changed, DESIRED) == found
    assert has_form(changed) == ("form" not in found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from((*DESIRED.attributes, "project", "offsets", "text", "x")), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON, JSON)
def test_whatever_somebody_wrote_there_is_compared(attributes, mapping):
    written = AutoLabelling(3, MODEL, attributes, "{{ input | tojson }}", mapping, "Span")
    assert has_form(written) <= (differences(written, DESIRED) != ["form"])
    assert "form" in differences(written, DESIRED) or has_form(written)
    assert isinstance(shown_address(written), str)
    assert request_unit(written) in {None, "utf-16", "graphemes"}
    assert is_own(written, PROJECT) in {True, False}


def test_only_shared_projects_of_annotation_may_be_auto_labelled():
    assert reason_against(PROJECT) is None
    assert "everybody annotates alone" in reason_against(INDEPENDENT).message
    disputes = replace(SHARED, description=describe("disputes", "1.0", KEY))
    assert "settles disputes" in reason_against(disputes).message
