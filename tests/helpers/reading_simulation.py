"""Annotators who read articles in some order, and a model that is trained after each batch: what the order is worth.

Gold is known of all articles. Each strategy begins with the same articles, chooses the next batch by what its own
models predict, and reads their gold. A curve has, after each batch, the spans and words read and the F1 on articles
that no strategy reads.
"""

# ruff: noqa: S311  (draws that can be repeated, no secrets)
import random
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import stats

from goldspan import near_duplicates
from goldspan.annotation import Example, Span, same_spans
from goldspan.errors import InputError
from goldspan.models.pool_predictions import possible_spans
from goldspan.models.reading_order import (
    RankOptions,
    ScoreWeights,
    forecast_article,
    rank_articles,
    surface_key,
)
from goldspan.models.recogniser_model import OUTSIDE, ExamplePrediction, PredictedSpan

RANDOM = None
STRATEGIES = {
    "random": RANDOM,
    "rank": RankOptions(),
    "rank --random-share 0": RankOptions(random_share=0),
    "expected alone": RankOptions(random_share=0, weights=ScoreWeights(new=0, differing=0)),
    "new alone": RankOptions(random_share=0, weights=ScoreWeights(expected=0, differing=0)),
    "differing alone": RankOptions(random_share=0, weights=ScoreWeights(expected=0, new=0)),
}


@dataclass(frozen=True)
class Point:
    """What was read so far, in words and spans, and the F1 then."""

    words: int
    spans: int
    f1: float


def words_of(examples):
    return sum(len(near_duplicates.words(one.text)) for one in examples)


def predictions(model, examples):
    """By example all spans that a model thinks possible, as `goldspan rank` keeps them."""
    return {one.example: possible_spans(one) for one in model.predict(examples)}


def f1(model, examples):
    """The strict F1 of a model."""
    both = gold = predicted = 0
    for example, one in zip(examples, model.predict(examples), strict=True):
        spans = [Span(*span[:3]) for span in one.spans]
        both, gold, predicted = (
            both + len(same_spans(spans, example.spans)), gold + len(example.spans), predicted + len(spans)
        )  # fmt: skip
    return 2 * both / (gold + predicted) if gold + predicted else 0.0


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What is read, and how.

    Args:
        articles: by id the examples with gold.
        start: the ids of those read at the beginning.
        pool: the ids of those that can be read.
        test: examples for the F1.
        trainer: of the models.
        batch: how many articles are read between two models.
        rounds: how many batches are read.
        seed: of the models and of all draws.
    """

    articles: dict
    start: list
    pool: list
    test: list
    trainer: object
    batch: int
    rounds: int
    seed: int

    def curve(self, options):
        """The curve of a strategy.

        Args:
            options: how to rank; None to read in random order.
        """
        read, left, curve, drawn, former = list(self.start), sorted(self.pool), [], {}, None
        random.Random(self.seed).shuffle(left)
        for number in range(self.rounds + 1):
            training = self.examples(read)
            model = self.trainer.train(training, seed=self.seed + number)
            curve.append(Point(words_of(training), sum(len(one.spans) for one in training), f1(model, self.test)))
            if options is not RANDOM and number < self.rounds:
                order, former = self.ranked(read, left, model, former, drawn=drawn, options=options)
                left = [one.article for one in order]
                drawn |= {one.article: one.part for one in order if one.part == "random" or one in order[: self.batch]}
            read, left = [*read, *left[: self.batch]], left[self.batch :]
        return curve

    def examples(self, names):
        """The examples of some articles, with gold."""
        return [example for each in names for example in self.articles[each]]

    def ranked(self, read, left, model, former, *, drawn, options):
        """The order of the articles that are left, and what the model predicts, with which the next is compared."""
        training = self.examples(read)
        known = {surface_key(span.label, one.surface(span)) for one in training for span in one.spans}
        bare = [example.with_spans(()) for example in self.examples(left)]
        now = predictions(model, bare)
        if former is None and options.weights.differing:
            former = predictions(self.trainer.train(training, seed=self.seed + 1000), bare)
        forecasts = [
            forecast_article(
                self.articles[each],
                words_of(self.articles[each]),
                {one.id: now[one.id] for one in self.articles[each]},
                former=former,
                known=known,
            )
            for each in left
        ]
        options = replace(options, seed=self.seed)
        return rank_articles(forecasts, {each: each for each in left}, drawn=drawn, options=options), now


def needed(curve, target, unit):
    """How much had to be read for an F1, by linear interpolation of the best so far; None where it is not reached."""
    best = [max(point.f1 for point in curve[: place + 1]) for place in range(len(curve))]
    amounts = [getattr(point, unit) for point in curve]
    for place, (low, high) in enumerate(pairwise(best)):
        if low < target <= high:
            share = (target - low) / (high - low)
            return amounts[place] + share * (amounts[place + 1] - amounts[place])
    return amounts[0] if best[0] >= target else None


def f1_after(curve, words):
    """The F1 after so many words, by linear interpolation."""
    return float(np.interp(words, [point.words for point in curve], [point.f1 for point in curve]))


def saved(curves, random_curves, place, unit):
    """What share less is read for the F1 that random order has reached after some batches: the mean, and an interval.

    Where a strategy does not come so far, it counts as if it had done so with the last article that it reads, or with
    the last one of random order, whichever is later; it may have had to read more.

    Args:
        curves: one for each seed.
        random_curves: those of random order with the same seeds.
        place: the number of batches.
        unit: `words` or `spans`.
    """
    shares = []
    for curve, by_chance in zip(curves, random_curves, strict=True):
        target = max(point.f1 for point in by_chance[: place + 1])
        most = max(getattr(curve[-1], unit), getattr(by_chance[-1], unit))
        shares.append(1 - (needed(curve, target, unit) or most) / needed(by_chance, target, unit))
    return interval(shares)


def interval(values, level=0.95):
    """The mean of some values, and its interval by Student's t over them."""
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))
    reach = float(stats.t.ppf((1 + level) / 2, len(values) - 1)) * error
    return mean, mean - reach, mean + reach


def table(curves, places):
    """A table in Markdown: by strategy the F1 after some batches, and what is saved to come as far as random order.

    Args:
        curves: by strategy one for each seed.
        places: the numbers of batches.
    """
    by_chance = curves["random"]
    words = [round(float(np.mean([curve[place].words for curve in by_chance]))) for place in places]
    heads = [f"F1 after {number:,} words" for number in words]
    heads += [f"fewer {unit} for the F1 that random has after {words[-2]:,} words" for unit in ("words", "spans")]
    lines = [f"| order | {' | '.join(heads)} |", f"|---|{'---:|' * len(heads)}"]
    for name, of_name in curves.items():
        cells = [f"{100 * float(np.mean([f1_after(curve, number) for curve in of_name])):.1f}" for number in words]
        for unit in ("words", "spans"):
            share = [f"{100 * value:.0f}" for value in saved(of_name, by_chance, places[-2], unit)]
            cells.append("" if name == "random" else f"{share[0]} % [{share[1]}, {share[2]}]")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


@dataclass(frozen=True)
class SurfaceModel:
    """A gazetteer of the spans in its training data, which also takes unknown names for possible spans.

    Args:
        labels: that it may predict.
        known: by surface its label, and in which share of the places it was a span.
        unknown: how likely a capitalised word that it has not seen is a span of a label.
    """

    labels: tuple[str, ...]
    known: dict
    unknown: dict

    def predict(self, examples):
        """What it predicts for each example."""
        return [self._prediction(example) for example in examples]

    def _prediction(self, example):
        spans, others, tokens, at = [], [], [], 0
        for word in example.text.split(" "):
            end = at + len(word)
            tokens.append((at, end))
            label, share = self.known.get(word, (None, 0.0))
            if share >= 0.5:
                spans.append(PredictedSpan(at, end, label, share))
            elif label is not None:
                others.append(PredictedSpan(at, end, label, share))
            elif word[:1].isupper():
                others += [PredictedSpan(at, end, name, value) for name, value in self.unknown.items() if value > 0]
            at = end + 1
        columns = np.ones((len(tokens), 1 + len(self.labels))) / (1 + len(self.labels))
        return ExamplePrediction(
            example.id, tuple(spans), tuple(sorted(others)), tuple(tokens), (OUTSIDE, *self.labels), columns
        )


@dataclass(frozen=True)
class SurfaceTrainer:
    """Trains `SurfaceModel`s: a learner that takes milliseconds, and knows a name once it has read it."""

    labels: tuple[str, ...] = ("SHIP", "PORT")
    recipe: str = "a gazetteer of gold"

    def train(self, training, validation=(), *, seed=0):
        """A model of what is annotated; the seed changes what it thinks of words that it has not seen."""
        del validation
        seen, marked = Counter(), Counter()
        capitals = Counter()
        for example in training:
            spans = {(span.start, span.end): span.label for span in example.spans}
            at = 0
            for word in example.text.split(" "):
                seen[word] += 1
                label = spans.get((at, at + len(word)))
                if label is not None:
                    marked[word, label] += 1
                if word[:1].isupper():
                    capitals[label] += 1
                at += len(word) + 1
        if not marked:
            raise InputError("there is no span to learn from")
        known = dict.fromkeys(seen, (None, 0.0))
        for (word, label), times in sorted(marked.items(), key=lambda item: item[1]):
            known[word] = (label, times / seen[word])
        total = capitals.total() or 1
        noise = 0.8 + 0.4 * random.Random(seed).random()
        return SurfaceModel(
            self.labels, known, {name: min(1.0, noise * capitals[name] / total) for name in self.labels}
        )


def made_up_articles(number, seed=0, *, topics=8, names=60):
    """Articles of made-up news: each is of a topic with names of its own, and is rich or poor in names.

    Returns:
        By id the examples with gold.
    """
    draw = random.Random(seed)
    vocabulary = {
        topic: [(f"N{topic}x{n}{'abc'[n % 3]}", "SHIP" if n % 2 else "PORT") for n in range(names)]
        for topic in range(topics)
    }
    articles = {}
    for place in range(number):
        article = f"art{place:03}"
        topic, rate = draw.randrange(topics), draw.choice((0.01, 0.03, 0.12))
        articles[article] = [
            _sentence(draw, f"{article}.p{part + 1:02}", vocabulary[topic], rate)
            for part in range(draw.randrange(2, 6))
        ]
    return articles


def _sentence(draw, name, vocabulary, rate):
    words, spans, at = [], [], 0
    for place in range(40):
        if draw.random() < rate:
            word, label = vocabulary[min(len(vocabulary) - 1, int(draw.expovariate(0.06)))]
            spans.append(Span(at, at + len(word), label))
        elif draw.random() < 0.05 or place == 0:
            word = draw.choice(("The", "On", "Monday", "They", "Water", "Officials"))
        else:
            word = draw.choice(("sailed", "water", "to", "from", "a", "wind", "reported", "quay", "of", "late"))
        words.append(word)
        at += len(word) + 1
    return Example(name, " ".join(words), tuple(spans))
