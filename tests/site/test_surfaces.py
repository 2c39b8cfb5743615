"""The index of surface forms: what was annotated in several ways comes first."""

from goldspan.annotation import Example, Span
from goldspan.site.reports import PARTS
from goldspan.site.surfaces import surface_forms


def example(number, text, *spans):
    return Example(id=f"a.p{number:02}", text=text, spans=tuple(Span(*one) for one in spans))


def test_a_form_knows_its_labels_its_unmarked_places_and_its_variants():
    forms = surface_forms(
        [
            example(1, "KFOR left.", (0, 4, "ORG")),
            example(2, "Kfor stays, KFOR left.", (0, 4, "UNIT")),
            example(3, "The KFOR mission, and UN.", (0, 8, "ORG"), (22, 24, "ORG")),
        ]
    )
    form = forms["kfor"]
    assert form.labels == {"ORG": 1, "UNIT": 1, "": 1}
    assert form.variants == {"KFOR": 2, "Kfor": 1}
    assert form.longer == ["The KFOR"]
    assert form.reasons == ["labels: 1 ORG, 1 UNIT", "marked 2, unmarked 1", "other edges: The KFOR"]
    assert not forms["un"].reasons
    assert min(forms.values(), key=lambda one: one.rank) is form


def test_scripts_without_spaces_are_matched_character_by_character():
    form = surface_forms([example(1, "北京和北京", (0, 2, "GPE"))])["北 京"]
    assert form.labels == {"GPE": 1, "": 1}


def test_every_part_has_a_page_of_its_own():
    assert len({part.entry.path for part in PARTS}) == len(PARTS)
