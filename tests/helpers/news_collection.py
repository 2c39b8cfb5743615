"""A made-up collection of short articles of any size, as an agency and its clients write them, from a seed.

Words follow Zipf's law with Mandelbrot's shift; each word has words that often follow it, and each article a topic with
words of its own, so that articles share trigrams by chance as real ones do. Some articles are stories of an agency that
others take over: edited, as a brief cut from them, or word by word. Outlets end many of their articles with a standing
paragraph. The first n articles of a larger collection are the collection of n.
"""

import functools
from dataclasses import dataclass

import numpy as np

VOCABULARY = 400_000
TOPICS, TOPIC_WORDS = 300, 3_000
OUTLETS = 60
CHUNK = 4_000  # articles made at once
SYLLABLES = [first + last for first in "bdfgklmnprstvz" for last in ("a", "e", "i", "o", "u", "an", "er", "il")]
COMMON = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "that",
    "for",
    "with",
    "on",
    "by",
    "from",
    "is",
    "was",
    "at",
    "as",
    "it",
    "he",
]
FOLLOWED = 0.45  # of the words are one of those that often follow the word before
ON_TOPIC = 0.25
REUSED, EDITED, BRIEF = 0.15, 0.08, 0.12  # shares: of articles taken over, by kind; the rest of them are copies
STANDING = 0.3  # of the articles end with the standing paragraph of their outlet
LENGTHS = (45, 240)  # words of an article, at least and at most


@dataclass(frozen=True)
class Words:
    """What all articles are made of.

    Args:
        forms: the words, the most common first.
        shares: the share of the words up to each.
        paragraphs: the standing paragraph of each outlet.
    """

    forms: np.ndarray
    shares: np.ndarray
    paragraphs: list[np.ndarray]

    def of_shares(self, uniform):
        """Words drawn by numbers in [0, 1)."""
        return np.searchsorted(self.shares, uniform)


@functools.cache
def all_words():
    rng = np.random.default_rng(20)
    numbers, digits = np.arange(VOCABULARY), []
    for _ in range(4):
        numbers, digit = np.divmod(numbers, len(SYLLABLES))
        digits.append(digit)
    lengths = 2 + (np.arange(VOCABULARY) > 9_000) + (np.arange(VOCABULARY) > 90_000)
    forms = ["".join(SYLLABLES[digit[n]] for digit in digits[: lengths[n]]) for n in range(VOCABULARY)]
    forms[: len(COMMON)] = COMMON
    weights = 1 / (np.arange(VOCABULARY) + 2.7) ** 1.05
    shares = np.cumsum(weights) / weights.sum()
    words = Words(np.array(forms, dtype=object), shares, [])
    words.paragraphs.extend(words.of_shares(rng.random(size)) for size in rng.integers(8, 20, OUTLETS))
    return words


def _mixed(*numbers):
    """A number in [0, 1) for each combination of numbers, as if drawn."""
    value = np.uint64(0x9E3779B97F4A7C15)
    mixed = np.zeros(np.broadcast(*numbers).shape, dtype=np.uint64)
    for number in numbers:
        mixed = (mixed ^ number.astype(np.uint64)) * value
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(32)
    return (mixed >> np.uint64(11)).astype(np.float64) / 2**53


def _stories(rng, words, count):
    """Stories of their own as rows of words, and the lengths of the rows."""
    lengths = np.clip(rng.lognormal(4.35, 0.45, count), *LENGTHS).astype(int)
    topic = rng.integers(0, TOPICS, count)
    rows = np.empty((count, LENGTHS[1]), dtype=np.int64)
    word = words.of_shares(rng.random(count))
    for at in range(LENGTHS[1]):
        how = rng.random(count)
        own = words.of_shares(rng.random(count))
        on_topic = words.of_shares(_mixed(topic, (TOPIC_WORDS * rng.random(count) ** 3).astype(int)))
        following = words.of_shares(_mixed(word, np.minimum(rng.geometric(0.3, count), 12) + 1_000))
        word = np.where(how < FOLLOWED, following, np.where(how < FOLLOWED + ON_TOPIC, on_topic, own))
        rows[:, at] = word
    return [row[:length] for row, length in zip(rows, lengths, strict=True)]


def _edited(rng, words, story):
    """The story with one word in twelve or so replaced or left out."""
    kept = story[rng.random(len(story)) > 0.04]
    changed = rng.random(len(kept)) < 0.05
    return np.where(changed, words.of_shares(rng.random(len(kept))), kept)


def articles(count, seed=1):
    """The texts of so many articles, in turn."""
    words = all_words()
    for first in range(0, count, CHUNK):
        rng = np.random.default_rng([seed, first])
        stories = _stories(rng, words, CHUNK)
        for number in range(min(CHUNK, count - first)):
            story = stories[number]
            if number and rng.random() < REUSED:
                earlier = stories[int(number * rng.random() ** 2)]  # some stories are taken over by many
                how = rng.random() * REUSED
                if how < EDITED:
                    story = _edited(rng, words, earlier)
                elif how < BRIEF:
                    story = earlier[: rng.integers(25, 50)]
                else:
                    story = earlier
            stories[number] = story
            outlet = int(OUTLETS * rng.random() ** 2)
            parts = [story, words.paragraphs[outlet]] if rng.random() < STANDING else [story]
            yield ". ".join(" ".join(words.forms[part]) for part in parts)
