"""The index of surface forms: what was annotated in several ways comes first."""

from goldspan.annotation import Example, Span
from goldspan.site.reports import PARTS
from goldspan.site.span_rows import text_direction
from goldspan.site.surfaces import surface_forms, whole_words


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
    assert form.reasons == ["labels: ORG once, UNIT once", "marked twice, unmarked once", "other edges: The KFOR"]
    assert not forms["un"].reasons
    assert min(forms.values(), key=lambda one: one.rank) is form


def test_scripts_without_spaces_are_matched_character_by_character():
    form = surface_forms([example(1, "北京和北京", (0, 2, "GPE"))])["北 京"]
    assert form.labels == {"GPE": 1, "": 1}


def test_every_part_has_a_page_of_its_own():
    assert len({part.entry.path for part in PARTS}) == len(PARTS)


def test_forms_with_other_edges_know_each_other_where_the_shorter_is_marked_alone():
    forms = surface_forms(
        [
            example(1, "The KFOR mission left.", (0, 16, "ORG")),
            example(2, "The KFOR mission stays.", (4, 8, "ORG")),
            example(3, "UN mission. UN", (0, 10, "ORG"), (12, 14, "ORG")),
        ]
    )
    short, long = forms["kfor"], forms["the kfor mission"]
    assert (short.related, long.related) == (["the kfor mission"], ["kfor"])
    assert long.reasons[-1] == "only a part of it marked once"
    assert not forms["un"].related
    assert not forms["un mission"].related


def test_a_context_begins_and_ends_between_words():
    text = "Yesterday evening KFOR returned unexpectedly"
    first, last = whole_words(text, 18, 22, around=12)
    assert text[first:last] == "evening KFOR returned"
    assert whole_words("北京和北京", 2, 3, around=1) == (1, 4)
    assert whole_words("a b", 0, 3) == (0, 3)


def test_a_part_of_a_text_has_the_direction_of_the_whole():
    assert [text_direction(text) for text in ("2 مرحبا KFOR", "KFOR مرحبا", "42")] == ["rtl", "ltr", "auto"]
