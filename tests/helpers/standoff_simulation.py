"""How many spans find their place in edited copies, by the size and the step of windows, and what a guess costs.

Prints the tables of the section "Fingerprints" of docs/rebuild.md:

    PYTHONPATH=src:tests python3 -m helpers.standoff_simulation
"""

# ruff: noqa: S311  (draws that can be repeated, no secrets)
import random
import sys
import time
from collections import Counter
from difflib import SequenceMatcher

from goldspan.annotation import Example
from goldspan.standoff import fingerprints
from goldspan.standoff.examples import FingerprintSettings
from goldspan.standoff.fingerprints import standoff_examples
from goldspan.standoff.placement import place_examples
from goldspan.standoff.text_tokens import tokenize_text
from helpers import news_collection
from helpers.copy_edits import (
    EditedCopy,
    change_line_ends,
    change_quotes,
    change_spaces,
    change_words,
    drop_paragraphs,
    pieces,
    repeat_paragraphs,
)
from helpers.standoff_articles import ROOT, GoldArticle, made_up_spans, project_articles

SALT = "676f6c647370616e"
WINDOWS = ((4, 4), (6, 3), (6, 6), (8, 1), (8, 2), (8, 4), (8, 6), (8, 8), (10, 8), (12, 6), (12, 8), (12, 12))
EDITS = {
    "1 % of words": lambda rng, given: change_words(rng, given, 0.01),
    "2 % of words": lambda rng, given: change_words(rng, given, 0.02),
    "5 % of words": lambda rng, given: change_words(rng, given, 0.05),
    "quotes": change_quotes,
    "spaces": lambda rng, given: change_line_ends(rng, change_spaces(rng, given)),
    "dropped": drop_paragraphs,
    "repeated": repeat_paragraphs,
}
NEWS = 12  # articles of made-up news
YEAR = 31_557_600  # seconds
PARAGRAPH = 45  # words of a paragraph of them
LIKELY_WORDS = (10, 20, 100, 10_000)  # among how many words somebody guesses each: two language models, a topic, a list


class Edited:
    """An article and a copy of it.

    Args:
        article: its text and gold.
        copy: edited.
    """

    def __init__(self, article, copy):
        self.article, self.copy = article, copy
        self.starts = {token.start: number for number, token in enumerate(tokenize_text(article.text))}
        self.origins = [piece.origin for piece in copy.pieces]
        self.places = {}
        for place, origin in enumerate(self.origins):
            self.places.setdefault(origin, []).append(place)

    def numbers(self, example, span):
        """The numbers of the tokens of a span in the article."""
        first = self.starts[example.at] + span.first
        return list(range(first, first + span.tokens))

    def possible(self, example, span):
        """Whether the tokens of a span stand in the copy one after the other."""
        numbers = self.numbers(example, span)
        return any(self.origins[at : at + len(numbers)] == numbers for at in self.places.get(numbers[0], ()))


def edited(article, edit, seed):
    """A copy of an article with edits of a kind."""
    return Edited(article, EditedCopy(EDITS[edit](random.Random(f"{edit} {seed}"), pieces(article.text))))


def made_up_news(count=NEWS, seed=1):
    """Articles of made-up news in paragraphs, with spans drawn at random."""
    rng, found = random.Random(seed), []
    for text in news_collection.articles(count * 3, seed=seed):
        words = text.split(" ")
        if len(words) < 2 * PARAGRAPH:
            continue
        parts = [" ".join(words[at : at + PARAGRAPH]) for at in range(0, len(words), PARAGRAPH)]
        examples, at = [], 0
        for number, part in enumerate(parts, 1):
            examples.append(Example(f"n{len(found)}.p{number:02}", part, made_up_spans(rng, part), at=at))
            at += len(part) + 1
        found.append(GoldArticle("\n".join(parts), tuple(examples)))
    return found[:count]


def outcomes(one, how):
    """How many spans of an article are possible, found, at another place with the same words, and on other words."""
    stand_off = standoff_examples(one.article.text, one.article.examples, how)
    counts = Counter()
    for original, placed in zip(one.article.examples, place_examples(stand_off, one.copy.text, how), strict=True):
        for span in placed.example.spans:
            found = placed.place_span(span)
            is_possible = one.possible(original, span)
            counts["possible"] += is_possible
            if found.place is None:
                continue
            start, end = placed.start + found.place.start, placed.start + found.place.end
            if keys(one.copy.text[start:end]) != keys(original.surface(found.span)):
                counts["wrong"] += 1
            elif one.copy.origins(start, end) != one.numbers(original, span):
                counts["elsewhere"] += 1
            counts["found"] += is_possible
    return counts


def keys(text):
    return [token.key for token in tokenize_text(text)]


def offsets_outcomes(one):
    """The same for spans that are left at their offsets."""
    counts = Counter()
    for example in one.article.examples:
        for span in example.spans:
            surface = one.copy.text[example.at + span.start : example.at + span.end]
            counts["wrong" if keys(surface) != keys(example.surface(span)) else "found"] += 1
    return counts


def difflib_outcomes(one):
    """The same for offsets that are moved by the differences of both texts, for which the article is needed."""
    tokens, copied = tokenize_text(one.article.text), tokenize_text(one.copy.text)
    matcher = SequenceMatcher(None, [token.key for token in tokens], [token.key for token in copied], autojunk=False)
    place = {}
    for _, first, behind, to, to_behind in matcher.get_opcodes():
        for number in range(first, behind):
            place[number] = min(to + number - first, max(to, to_behind - 1), len(copied) - 1)
    counts = Counter()
    for example in one.article.examples:
        for span in example.spans:
            start, end = example.at + span.start, example.at + span.end
            inside = [number for number, token in enumerate(tokens) if token.start < end and start < token.end]
            if inside and copied:
                moved = one.copy.text[copied[place[inside[0]]].start : copied[place[inside[-1]]].end]
                counts["wrong" if keys(moved) != keys(example.surface(span)) else "found"] += 1
    return counts


def share(part, whole):
    return f"{100 * part / whole:.1f}" if whole else ""


def placement_table(articles, repeats, windows=WINDOWS):
    """By size and step the share of possible spans that are found, for each kind of edit, and what is wrong."""
    copies = {edit: [edited(each, edit, n) for n in range(repeats) for each in articles] for edit in EDITS}
    tokens = sum(len(one.copy.pieces) for of_edit in copies.values() for one in of_edit)
    lines = [
        f"| size | step | {' | '.join(EDITS)} | same words elsewhere | on other words | s in 1,000 tokens |",
        f"|---:|---:|{'---:|' * (len(EDITS) + 3)}",
    ]
    for size, step in windows:
        how, started, total, cells = FingerprintSettings(size, step, 1, SALT), time.process_time(), Counter(), []
        for of_edit in copies.values():
            counts = sum((outcomes(one, how) for one in of_edit), Counter())
            total += counts
            cells.append(share(counts["found"], counts["possible"]))
        seconds = 1000 * (time.process_time() - started) / tokens
        lines.append(
            f"| {size} | {step} | {' | '.join(cells)} | {total['elsewhere']} | {total['wrong']} | {seconds:.3f} |"
        )
    return "\n".join(lines)


def peer_table(articles, repeats):
    """What becomes of spans that are left at their offsets, or moved with difflib: the share on other words."""
    heads = " | ".join(EDITS)
    lines = [f"| spans on other words, % | {heads} |", f"|---|{'---:|' * len(EDITS)}"]
    for name, count in (("same offsets", offsets_outcomes), ("difflib, with the article", difflib_outcomes)):
        cells = []
        for edit in EDITS:
            counts = sum((count(edited(each, edit, n)) for n in range(repeats) for each in articles), Counter())
            cells.append(share(counts["wrong"], counts.total()))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def guesses_per_second(rounds, seconds=1.0):
    """How many windows one core of this machine tries out in a second."""
    how, done, started = FingerprintSettings(8, 8, rounds, SALT), 0, time.process_time()
    while time.process_time() - started < seconds:
        fingerprints.fingerprint([str(done)] * 8, how)
        done += 1
    return done / (time.process_time() - started)


def duration(seconds):
    """A time in a unit that fits."""
    if seconds > 1e6 * YEAR:
        return "over a million years"
    for unit, length in (("years", YEAR), ("days", 86_400), ("hours", 3_600), ("minutes", 60), ("s", 1)):
        if seconds >= length:
            return f"{seconds / length:,.0f} {unit}"
    return "below 1 s"


def guess_table(rate, steps=(1, 2, 4, 6, 8, 12)):
    """By step and number of likely words the time to guess as many tokens as a step has, all tries on one core."""
    heads = " | ".join(f"one of {number:,}" for number in LIKELY_WORDS)
    lines = [f"| step | {heads} |", f"|---:|{'---:|' * len(LIKELY_WORDS)}"]
    for step in steps:
        cells = [duration(number**step / 2 / rate) for number in LIKELY_WORDS]
        lines.append(f"| {step} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seeds = project_articles(ROOT)
    print(
        f"Gold of the first corpus, {repeats} copies for each kind of edit; spans found, % of those that are there:\n"
    )
    print(placement_table(seeds, repeats))
    print("\nMade-up news:\n")
    print(placement_table(made_up_news(), repeats))
    print("\nOther ways, gold of the first corpus:\n")
    print(peer_table(seeds, repeats))
    rate = guesses_per_second(fingerprints.ROUNDS)
    print(f"\nGuesses a second on one core, with {fingerprints.ROUNDS:,} rounds: {rate:,.0f}. Time for one step:\n")
    print(guess_table(rate))


if __name__ == "__main__":
    main()
