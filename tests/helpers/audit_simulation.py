"""Audits with made-up annotators: how often an excess is found, and how often one is found where there is none.

    PYTHONPATH=src:tests python3 tests/helpers/audit_simulation.py        prints the table of docs/audit.md

An article has 10 to 12 suggestions, errors are planted at the rates of a plan by default, and three annotators read 20
articles. Unaided they make a planted error themselves in 3 of 100 cases (a spurious span hardly ever, a wrong edge or
label now and then); the logits vary between annotators and between articles by 0.5 and between errors by 1, and how far
suggestions sway annotators varies by 0.5.
"""

import numpy as np

from goldspan.annotation import Example, Span
from goldspan.audit.planting import DENSEST
from goldspan.audit.power import ReaderModel, simulated_p_values
from goldspan.corpus.audits import WRONG, PlantingRates, PrimaryTest

ANNOTATORS, ARTICLES = 3, 20
RUNS = 1_000
DRAWS = 4  # of how many errors an article gets: the table has the mean of 4,000 audits


def planted_numbers(articles=ARTICLES, *, seed=0, rates=None):
    """How many wrong spans are planted in articles of 10 to 12 suggestions, as the planter rounds and caps them."""
    rng = np.random.default_rng(seed)
    rates = rates or PlantingRates()
    numbers = []
    for suggested in rng.integers(10, 13, articles).tolist():
        wanted = sum(int(getattr(rates, kind) * suggested + rng.random()) for kind in WRONG)
        numbers.append(min(wanted, int(DENSEST * suggested)))
    return np.array(numbers)


def share_found(excess, *, annotators=ANNOTATORS, articles=ARTICLES, runs=RUNS, seed=0, level=0.05, **model):
    """The share of simulated audits in which the primary test finds an excess."""
    values = simulated_p_values(
        annotators,
        planted_numbers(articles, seed=seed),
        ReaderModel(excess=excess, **model),
        PrimaryTest(),
        runs=runs,
        redraws=1_999,
        seed=seed,
    )
    return float((values <= level).mean())


def table():
    """Rows of the table: annotators, articles, base rate, and the share found for each excess."""
    for annotators, articles in ((2, 20), (3, 10), (3, 20), (3, 40), (5, 20)):
        for base in (0.02, 0.03, 0.05):
            shares = [
                float(
                    np.mean(
                        [
                            share_found(excess, annotators=annotators, articles=articles, base=base, seed=seed)
                            for seed in range(DRAWS)
                        ]
                    )
                )
                for excess in (0.0, 0.05, 0.1, 0.15)
            ]
            yield annotators, articles, base, shares


def made_up_reading(example, planted, *, aided, rng, accepts, misses=0.15, invents=0.03):
    """What a made-up reader marks: most of what had been suggested and, if aided, some of what was planted.

    Args:
        example: with what is shown.
        planted: the planted errors.
        aided: whether the reader sees it.
        rng: where the random numbers come from.
        accepts: how much more often aided readers have a planted error.
        misses: how often a span is not marked.
        invents: how often a planted error is made without having been shown.
    """
    wrong = {error.shown: error for error in planted if error.shown is not None}
    right = [span for span in example.spans if span not in wrong]
    right += [error.suggested for error in planted if error.kind == "omitted"]
    spans = []
    for span in right:
        lost = misses + (accepts if aided and span not in example.spans else 0) - (0.05 if aided else 0)
        if rng.random() >= lost:
            spans.append(span)
    for span, error in wrong.items():
        if rng.random() < invents + (accepts if aided else 0):
            spans.append(span)
        elif error.suggested is not None and rng.random() >= misses:
            spans.append(error.suggested)
    return Example(example.id, example.text, tuple(sorted({*map(_same, spans)})), example.at)


def _same(span):
    return Span(span.start, span.end, span.label)


def main():
    """Prints the table."""
    print("| annotators | articles | base rate | no excess | 5 points | 10 points | 15 points |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for annotators, articles, base, shares in table():
        print(f"| {annotators} | {articles} | {base:.2f} | " + " | ".join(f"{share:.3f}" for share in shares) + " |")


if __name__ == "__main__":
    main()
