"""Which suggestions a text gets, when, and what is kept; with a stub for the processes."""

import asyncio
import logging
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Span
from goldspan.service import text_suggestions
from goldspan.service.recogniser_process import LoadedRecognisers, RecogniserError, TooSlowError, UnavailableError
from goldspan.service.rejections import text_digest
from goldspan.service.text_suggestions import BUSY, FAILED, SLOW, SuggestionCache, TextSuggester, TextSuggestion

ALONE, WHOLE = (0, 1, "ALONE"), (0, 1, "WHOLE")


class StubPool:
    """Answers as it is told to: by argument, rows, or an error; None for never.

    Args:
        answers: by article or text.
    """

    size = 2

    def __init__(self, answers):
        self.answers = answers
        self.asked = []
        self.is_closed = False

    def submit(self, kind, argument, **options):
        self.asked.append((kind, argument, options.get("priority", 0)))
        answer, future = self.answers.get(argument, [ALONE]), Future()
        if isinstance(answer, Exception):
            future.set_exception(answer)
        elif answer is not None:
            future.set_result(answer)
        return future

    def close(self):
        self.is_closed = True


def suggester(answers, articles=(), within=0.3):
    by_digest = {text_digest(text): article for text, article in dict(articles).items()}
    return TextSuggester(StubPool(answers), LoadedRecognisers(), by_digest, within)


def article(*texts):
    return {text_digest(text): [WHOLE] for text in texts}


def ask(of, *texts):
    async def all_of_them():
        return await asyncio.gather(*map(of.suggest, texts))

    return asyncio.run(all_of_them())


def found(row):
    return TextSuggestion((Span(*row),))


def test_text_of_an_article_gets_what_the_whole_article_suggests_and_it_is_read_once():
    of = suggester({"storm": article("one", "two")}, {"one": "storm", "two": "storm"})
    assert ask(of, "one", "two", "one") == [found(WHOLE)] * 3
    assert ask(of, "one", "three") == [found(WHOLE), found(ALONE)]
    assert of.pool.asked == [("article", "storm", 0), ("text", "three", 0)]


def test_text_of_an_article_may_have_spaces_for_line_breaks():
    of = suggester({"storm": article("one\ntwo")}, {"one\ntwo": "storm"})
    assert ask(of, "one two") == [found(WHOLE)]


def test_article_that_cannot_be_read_is_not_tried_again(caplog):
    of = suggester({"storm": RecogniserError("a reason")}, {"one": "storm", "two": "storm"})
    assert ask(of, "one") == ask(of, "two") == [found(ALONE)]
    assert [kind for kind, *_ in of.pool.asked] == ["article", "text", "text"]
    assert "storm is not read as a whole, its texts are judged alone: a reason" in caplog.text


def test_article_that_changed_since_gives_way_to_the_text_alone():
    of = suggester({"storm": article("two")}, {"one": "storm"})
    assert ask(of, "one") == [found(ALONE)]


def test_busy_processes_say_nothing_about_an_article():
    of = suggester({"storm": UnavailableError("busy")}, {"one": "storm"})
    assert ask(of, "one") == [found(ALONE)]
    of.pool.answers["storm"] = article("one", "two")
    assert ask(of, "two\r") == [found(ALONE)]
    of._cache = SuggestionCache()
    assert ask(of, "one") == [found(WHOLE)]


@pytest.mark.parametrize(
    ("answer", "failure", "times"),
    [
        (None, SLOW, 1),
        (TooSlowError("it"), SLOW, 1),
        (RecogniserError("it"), FAILED, 1),
        (UnavailableError("it"), SLOW, 2),
    ],
)
def test_failure_has_its_reason_in_time_and_is_kept_if_the_text_is_its_reason(answer, failure, times):
    of = suggester({"one": answer})

    async def twice():
        return [await of.suggest("one"), await of.suggest("one")]

    assert asyncio.run(twice()) == [TextSuggestion(failure=failure)] * 2
    assert len(of.pool.asked) == times


def test_same_text_at_once_is_judged_once():
    of = suggester({})
    assert ask(of, *["one"] * 50) == [found(ALONE)] * 50
    assert len(of.pool.asked) == 1


def test_too_many_at_once_have_an_empty_answer(monkeypatch):
    monkeypatch.setattr(text_suggestions, "MOST_WAITING", 3)
    of = suggester(dict.fromkeys("abcde"))
    assert [one.failure for one in ask(of, *"abcde")] == [SLOW] * 3 + [BUSY] * 2


def test_reading_ahead_reads_each_article_once_and_stops_where_the_cache_is_full(caplog):
    caplog.set_level(logging.ERROR)
    of = suggester(
        {"storm": article("one"), "strike": RecogniserError("it"), "port": article("three")},
        {"one": "storm", "two": "strike", "three": "port"},
    )
    asyncio.run(of.read_ahead())
    assert of.pool.asked == [("article", "storm", 1), ("article", "strike", 1), ("article", "port", 1)]
    assert ask(of, "one", "three") == [found(WHOLE)] * 2
    assert len(of.pool.asked) == 3
    of = suggester({name: article(name) for name in "abc"}, {name: name for name in "abc"})
    of._cache = SuggestionCache(most=2)
    asyncio.run(of.read_ahead())
    assert [name for _, name, _ in of.pool.asked] == ["a"]


@given(st.integers(1, 20), st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 5)), max_size=40))
def test_cache_is_bounded_and_keeps_the_last_asked(most, steps):
    cache, last = SuggestionCache(most), {}
    for digest, size in steps:
        suggestion = TextSuggestion(tuple(Span(n, n + 1, "A") for n in range(size)))
        cache.put(digest, suggestion)
        last.pop(digest, None)
        last[digest] = suggestion
        kept = list(cache._entries)
        assert sum(one.weight for one in cache._entries.values()) <= most
        assert kept == list(last)[len(last) - len(kept) :]
        assert all(cache.get(key) == last[key] for key in kept)
        assert kept or suggestion.weight > most


def test_cache_keeps_what_was_asked_for():
    cache = SuggestionCache(2)
    for digest in "ab":
        cache.put(digest, TextSuggestion())
    cache.get("a")
    cache.put("c", TextSuggestion())
    assert [digest for digest in "abc" if cache.get(digest)] == ["a", "c"]
