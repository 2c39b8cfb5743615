"""CITATION.cff and .zenodo.json say what the metadata say, in the words of their formats."""

import json
from dataclasses import replace

import pytest
import yaml

from goldspan.release.citation import bibtex, cff_problems, citation_cff, zenodo_json
from helpers.dataset_metadata import AWKWARD


def cff(**changes):
    return yaml.safe_load(citation_cff(replace(AWKWARD, **changes)))


def zenodo(**changes):
    return json.loads(zenodo_json(replace(AWKWARD, **changes)))


def problems(path, content):
    path.write_text(yaml.safe_dump(content), "utf-8")
    return cff_problems(path)


def test_cff_names_people_and_organisations():
    assert cff()["authors"] == [
        {
            "family-names": "Jansen",
            "given-names": "Ann",
            "affiliation": "University",
            "orcid": "https://orcid.org/0000-0002-1825-0097",
        },
        {"family-names": "Suharto"},
        {"name": "Archive of Merrow"},
    ]
    assert cff()["contact"] == [{"name": "Ann Jansen", "email": "ann@example.org"}]
    assert cff(contact="https://example.org/us")["contact"][0]["website"] == "https://example.org/us"
    assert cff(contact="the archive")["contact"] == [{"name": "the archive"}]


def test_cff_has_texts_where_yaml_would_read_numbers_and_dates():
    made = cff()
    assert (made["version"], made["date-released"]) == ("1.0", "2031-01-02")


@pytest.mark.parametrize(
    ("licence", "identifier", "page", "zenodo_word"),
    [
        ("CC BY 4.0", "CC-BY-4.0", None, "cc-by-4.0"),
        ("MIT OR CC0-1.0", ["MIT", "CC0-1.0"], None, "mit"),
        ("CC-BY-4.0 AND MIT", None, None, "other-closed"),
        ("CDLA-Permissive-2.0", None, "https://spdx.org/licenses/CDLA-Permissive-2.0.html", "other-closed"),
        ("for research only", None, None, "other-closed"),
        (None, None, None, "other-closed"),
    ],
)
def test_a_licence_is_named_or_stated_in_words_and_never_replaced(licence, identifier, page, zenodo_word):
    made = cff(licence=licence)
    assert (made.get("license"), made.get("license-url")) == (identifier, page)
    assert identifier is not None or licence is None or licence in made["message"]
    deposit = zenodo(licence=licence)
    assert deposit["license"] == zenodo_word  # never left out: Zenodo would take CC0
    assert licence is None or licence in deposit["notes"]


def test_zenodo_has_what_a_deposit_must_have():
    deposit = zenodo()
    assert deposit["upload_type"] == "dataset"
    assert deposit["access_right"] == "open"
    assert deposit["publication_date"] == "2031-01-02"
    assert deposit["description"] == "<p>Articles with &lt;b&gt;names&lt;/b&gt;.</p>"
    assert [one["name"] for one in deposit["creators"]] == ["Jansen, Ann", "Suharto", "Archive of Merrow"]
    assert deposit["creators"][0]["orcid"] == "0000-0002-1825-0097"
    assert deposit["language"] == "eng"
    assert "3 articles, with their texts; their licence as stated: CC0-1.0." in deposit["notes"]
    assert "2 articles, without their texts; their licence as stated: All rights reserved." in deposit["notes"]
    assert "language" not in zenodo(language=None)


def test_a_doi_that_zenodo_gives_is_not_given_to_it():
    assert zenodo()["doi"] == "10.1234/merrow.1"
    assert "doi" not in zenodo(doi="10.5281/zenodo.1234567")


def test_a_doi_with_characters_that_the_format_does_not_take_is_an_identifier():
    made = cff(doi="10.1234/<odd>")
    assert "doi" not in made
    assert made["identifiers"][0]["value"] == "10.1234/<odd>"


def test_bibtex_keeps_names_and_escapes_what_tex_obeys():
    entry = bibtex(AWKWARD)
    assert entry.startswith("@misc{jansen2031,\n  author = {Jansen, Ann and Suharto and {Archive of Merrow}},\n")
    assert r"title = {{News of Merrow: 5 \% \& more}}" in entry


def test_what_is_written_has_no_problem_and_faults_are_found(tmp_path):
    path = tmp_path / "CITATION.cff"
    assert problems(path, cff()) == []
    assert problems(path, {key: value for key, value in cff().items() if key != "title"}) == ["title is missing"]
    assert problems(path, cff() | {"licence": "x"}) == ["'licence' is no key of the format"]
    assert "no identifier" in problems(path, cff() | {"license": "CDLA-Permissive-2.0"})[0]
    assert "date-released" in problems(path, cff() | {"date-released": "2031"})[0]
    assert problems(path, cff() | {"authors": [{"given-names": "Ann"}]}) == ["author 1 has no name"]
    assert problems(path, cff() | {"authors": "Ann"}) == ["authors is no list"]
    assert problems(path, cff() | {"keywords": ["a", "a"]}) == ["a keyword comes twice"]
    assert problems(path, cff() | {"keywords": "a"}) == ["keywords is no list of words"]
    path.write_text("a: [", "utf-8")
    assert "is not YAML" in cff_problems(path)[0]
    path.write_text("- a", "utf-8")
    assert cff_problems(path) == ["holds no keys"]
