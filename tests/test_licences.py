"""Licences by name: what they are called, and what a misspelt one means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import InputError, licences, settings


@pytest.mark.parametrize(
    ("name", "hub", "spdx"),
    [
        ("CC-BY-4.0", "cc-by-4.0", "CC-BY-4.0"),
        ("cc by 4.0", "cc-by-4.0", "CC-BY-4.0"),
        ("ODbL-1.0", "odbl", "ODbL-1.0"),
        ("ODC-By-1.0", "odc-by", "ODC-By-1.0"),
        ("PDDL-1.0", "pddl", "PDDL-1.0"),
        ("GPL-3.0-or-later", "gpl-3.0", "GPL-3.0-or-later"),
        ("AGPL-3.0-only", "agpl-3.0", "AGPL-3.0-only"),
        ("GFDL-1.3-no-invariants-only", "gfdl", "GFDL-1.3-no-invariants-only"),
        ("LGPLLR", "lgpl-lr", "LGPLLR"),
        ("CC-BY-NC-SA-2.5", None, "CC-BY-NC-SA-2.5"),
        ("MIT OR CC0-1.0", None, "MIT OR CC0-1.0"),
        ("LicenseRef-Ours", None, "LicenseRef-Ours"),
        ("for research only", None, None),
    ],
)
def test_a_licence_has_an_identifier_of_spdx_and_a_word_of_the_hub(name, hub, spdx):
    assert (licences.hub_identifier(name), licences.spdx_identifier(name)) == (hub, spdx)
    assert licences.misspelt(name) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CC-BY-4", "CC-BY-4.0"),
        ("CC-BY", "CC-BY-4.0"),
        ("CC BY v4.0", "CC-BY-4.0"),
        ("CC0", "CC0-1.0"),
        ("CC-BY-SA-5.0", "CC-BY-SA-4.0"),
        ("cdla-permissive", "CDLA-Permissive-2.0"),
        ("Apache-2", "Apache-2.0"),
    ],
)
def test_a_misspelt_licence_is_refused_with_the_one_that_was_meant(name, meant, tmp_path):
    (tmp_path / settings.FILE).write_text(f'[release]\nlicence = "{name}"\n')
    with pytest.raises(InputError) as caught:
        settings.read(tmp_path, {})
    assert caught.value.message == f"release: there is no licence {name!r}, did you mean {meant!r}?"
    assert caught.value.line == 2


def test_a_word_that_says_nothing_is_no_licence():
    with pytest.raises(InputError, match="GOLDSPAN_RELEASE_LICENCE: 'Unknown' names no licence"):
        settings.read(None, {"GOLDSPAN_RELEASE_LICENCE": "Unknown"})


@given(st.sampled_from(sorted(licences.HUB)), st.booleans())
def test_every_word_of_the_hub_can_stand_in_any_case_and_with_spaces(word, in_words):
    name = word.replace("-", " ").upper() if in_words else word
    assert licences.hub_identifier(name) == word
    assert licences.misspelt(name) is None


@given(st.text(max_size=20))
def test_what_is_meant_is_a_licence(name):
    meant = licences.misspelt(name)
    assert not meant or licences.misspelt(meant) is None
