from itertools import pairwise

import pytest

from goldspan import InvalidValueError
from goldspan.annotation import Example, Span
from goldspan.standoff.examples import FingerprintSettings
from goldspan.standoff.fingerprints import (
    ArticleFinder,
    FingerprintedText,
    article_likeness,
    default_settings,
    derive_salt,
    digest,
    standoff_examples,
    standoff_spans,
    window_starts,
)
from goldspan.standoff.text_tokens import tokenize_text

SETTINGS = FingerprintSettings(size=8, step=4, rounds=1, salt="00ff")
TEXT = "Kosovo\n\nThe mission said on Monday that its patrols go on as planned in the north.\n\nBy Reuters\n"


def cut(text, *parts):
    """Examples of an article, each a part of it."""
    return [Example(f"a.p{n:02}", part, at=text.index(part)) for n, part in enumerate(parts, 1)]


def test_windows_cover_an_example_and_the_last_one_ends_with_it():
    for size in range(1, 10):
        for step in range(1, size + 1):
            settings = FingerprintSettings(size, step, 1, "00")
            for tokens in range(size, 60):
                starts = window_starts(tokens, settings)
                assert starts[0] == 0
                assert starts[-1] == tokens - size
                distances = [b - a for a, b in pairwise(starts)]
                assert all(0 < distance <= size for distance in distances)
                assert all(distance >= step for distance in distances) or len(distances) * size < tokens


def test_short_examples_take_their_neighbours_along():
    heading, body, byline = standoff_examples(TEXT, cut(TEXT, "Kosovo", TEXT.splitlines()[2], "By Reuters"), SETTINGS)
    assert [window.token for window in heading.windows] == [0]
    assert [window.token for window in byline.windows] == [-6]
    assert heading.sha256 == digest("\0Kosovo\0" + TEXT[6 : TEXT.index(" patrols")])
    assert byline.sha256 == digest(TEXT[TEXT.index("as planned") : -11] + "\0By Reuters\0")
    assert body.sha256 == digest(TEXT.splitlines()[2])
    fingerprints = FingerprintedText(TEXT, SETTINGS)
    assert heading.windows[0].fingerprint == fingerprints.fingerprint(0)
    assert byline.windows[0].fingerprint == fingerprints.fingerprint(fingerprints.windows[-1])


def test_a_short_example_between_neighbours_has_two_windows():
    text = "one two three four five six seven eight.\nKosovo\nnine ten eleven twelve thirteen fourteen fifteen."
    (example,) = standoff_examples(text, cut(text, "Kosovo"), SETTINGS)
    assert [window.token for window in example.windows] == [-7, 0]
    assert example.sha256 == digest(text[text.index("three") : -1].replace("Kosovo", "\0Kosovo\0"))


def test_an_article_shorter_than_a_window_has_none():
    (example,) = standoff_examples("In Kosovo.\n", [Example("a.p01", "In Kosovo.")], SETTINGS)
    assert example.windows == ()
    assert example.sha256 == digest("\0In Kosovo.\0\n")


def test_an_example_that_is_not_in_its_article_is_refused():
    with pytest.raises(InvalidValueError, match="does not stand in article a at 1"):
        standoff_examples("In Kosovo.", [Example("a.p01", "In Kosovo", at=1)], SETTINGS)


@pytest.mark.parametrize(
    ("text", "span", "numbers", "cuts"),
    [
        ("NATO’s KFOR", (0, 4), (0, 1), (0, 0)),
        ("NATO’s KFOR", (7, 11), (3, 1), (0, 0)),
        ("NATO’s KFOR", (0, 11), (0, 4), (0, 0)),
        ("the Berliner", (4, 10), (1, 1), (0, 2)),
        ("the Ostberlin", (7, 13), (1, 1), (3, 0)),
        ("Ber\xadlin\xadern", (0, 7), (0, 1), (0, 3)),
        ("“‘Wolf’”", (1, 7), (0, 3), (-1, -1)),
        ("cafe\u0301", (0, 4), (0, 1), (0, -1)),
        ("a  b", (1, 3), (1, 0), (0, 0)),
        (" a ", (0, 3), (0, 1), (0, 0)),
    ],
)
def test_tokens_of_spans(text, span, numbers, cuts):
    (found,) = standoff_spans(text, [Span(*span, "X")])
    assert (found.first, found.tokens, found.head, found.tail) == (*numbers, *cuts)


def test_languages_without_spaces_have_longer_windows():
    assert default_settings("00", language="zh").size == 2 * default_settings("00").size


def test_the_salt_depends_on_all_parts():
    salts = {derive_salt("1.0.0", "a"), derive_salt("1.0.0a", ""), derive_salt("1.0.0", "b"), derive_salt("1.0.0")}
    assert len(salts) == 4
    assert derive_salt("1.0.0", "a") == derive_salt("1.0.0", "a")
    FingerprintSettings(8, 4, 1, derive_salt("x"))


@pytest.mark.parametrize(
    "values", [(8, 9, 1, "00"), (8, 0, 1, "00"), (8, 4, 0, "00"), (8, 4, 1, "0"), (8, 4, 1, "zz"), (8, 4, 1, "")]
)
def test_settings_that_cannot_be_are_refused(values):
    with pytest.raises(InvalidValueError):
        FingerprintSettings(*values)


def test_fingerprints_depend_on_the_salt():
    other = FingerprintSettings(8, 4, 1, "01ff")
    assert not FingerprintedText(TEXT, SETTINGS).fingerprints & FingerprintedText(TEXT, other).fingerprints


def test_the_likeness_of_texts_and_articles():
    words = [f"w{n}" for n in range(64)]
    text = " ".join(words)
    articles = {
        "whole": standoff_examples(text, [Example("whole", text)], SETTINGS),
        "half": standoff_examples(text, [Example("half", " ".join(words[:32]))], SETTINGS),
        "other": standoff_examples("x " * 9, [Example("other", "x " * 9)], SETTINGS),
    }
    half = FingerprintedText(" ".join(words[:32]), SETTINGS)
    assert ArticleFinder(articles, SETTINGS).likenesses(half) == {"half": 1.0, "whole": 7 / 15}
    assert article_likeness(articles["whole"], half) == 7 / 15
    assert article_likeness(articles["other"], half) == 0.0
    assert article_likeness(articles["whole"], FingerprintedText("short", SETTINGS)) == 0.0


def test_windows_are_computed_when_they_are_asked_for():
    text = FingerprintedText(TEXT, SETTINGS)
    assert len(text.windows) == len(tokenize_text(TEXT)) - 7
    text.fingerprint(3)
    assert list(text._known) == [3]
