"""Ids are made by a pattern of what is known of an article."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.articles.article_ids import IdPattern, plain_words
from goldspan.corpus.manifest import name_problem
from goldspan.errors import InvalidValueError

STATED = {"title": "Fokker krijgt: geld!", "published": "2024-05-03", "url": "https://a.nl/1?b=c"}
ROW = {"id": "7", "meta": {"key": "k-1"}, "at": "https://a.b/C?d"}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{stem}-{row:04}", "news-0012"),
        ("{stem}-{row}", "news-12"),
        ("{published}-{title}", "2024-05-03-fokker-krijgt-geld"),
        ("{folder}-{stem}", "inbox-news"),
        ("{id}", "7"),
        ("nos-{meta.key}", "nos-k-1"),
        ("{url}", "https-a-nl-1-b-c"),
        ("{{{row}}}", "{12}"),
        ("{at:words}", "https-a-b-c-d"),
    ],
)
def test_a_pattern_takes_what_is_known(pattern, expected):
    assert IdPattern(pattern).make(Path("/x/inbox/news.csv"), 12, STATED, ROW) == expected


@pytest.mark.parametrize("pattern", ["{author}", "{nothing}", "a-{publisher}"])
def test_an_article_that_lacks_what_the_pattern_needs_is_refused(pattern):
    with pytest.raises(InvalidValueError, match="this article has no") as caught:
        IdPattern(pattern).make(Path("news.csv"), 12, STATED, ROW)
    assert "--skip-invalid" in caught.value.remedy


def test_a_file_that_is_one_article_has_no_row():
    with pytest.raises(InvalidValueError, match="has no row"):
        IdPattern("{stem}-{row}").make(Path("news.txt"), None, {}, {})


@pytest.mark.parametrize(
    "pattern", ["same", "{stem", "{}", "{stem!r}", "{title:>40}", "{row:9999}", "{row.real}x{0}" + "{", "{row:x}"]
)
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(InvalidValueError) as caught:
        IdPattern(pattern)
    assert "{stem}" in caught.value.remedy


def test_a_pattern_reaches_no_attribute_of_python():
    with pytest.raises(InvalidValueError, match="has no"):
        IdPattern("{stem.__class__}").make(Path("news.txt"), None, {}, {})


@given(st.text(max_size=200))
def test_words_of_a_title_are_a_part_of_an_id_on_every_system(words):
    found = plain_words(words)
    assert not found or name_problem(f"x-{found}") is None
    assert plain_words(found) == found
