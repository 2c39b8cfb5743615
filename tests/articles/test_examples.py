"""Examples are exact slices with ids that stay."""

from hypothesis import given

from goldspan.annotation import Article
from goldspan.articles.examples import PARAGRAPHS, examples_of
from goldspan.articles.paragraphs import paragraphs
from helpers.strategies import texts

TEXT = "Mission stays\n\nPhoto: Jane Doe\n\nThe force left.\nIt came back."


@given(texts)
def test_examples_are_the_paragraphs_of_text_exactly(text):
    found = examples_of("a", text, PARAGRAPHS)
    assert all(text[e.at : e.at + len(e.text)] == e.text for e in found)
    assert [(e.at, e.at + len(e.text)) for e in found] == [
        (p.start, p.end) for p in paragraphs(text) if p.kind == "text"
    ]
    Article("a", text, tuple(found))


def test_ids_count_boilerplate_too():
    assert [(e.id, e.text) for e in examples_of("a.b", TEXT, PARAGRAPHS)] == [
        ("a.b.p01", "Mission stays"),
        ("a.b.p03", "The force left."),
        ("a.b.p04", "It came back."),
    ]
    assert {e.article for e in examples_of("a.b", TEXT, PARAGRAPHS)} == {"a.b"}


def test_ids_have_two_digits_at_least():
    ids = [e.id for e in examples_of("a", "\n".join(f"The force left {n} times." for n in range(120)), PARAGRAPHS)]
    assert (ids[0], ids[98], ids[119]) == ("a.p01", "a.p99", "a.p120")


def test_an_article_of_boilerplate_has_no_examples():
    assert examples_of("a", "(AFP)\n\n* * *", PARAGRAPHS) == []
