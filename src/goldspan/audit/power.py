"""How likely an audit finds an excess, by simulation of annotators who have one.

An unaided reader makes the planted error themselves with a probability whose logit is the sum of a constant, of the
annotator, of the article and of the error; for an aided reader the constant is larger, and annotators differ in how far
suggestions sway them. All these effects are drawn from normal distributions. The constants are such that the mean
probabilities are the base rate, and the base rate with the excess. Without an excess nobody is swayed, in no direction:
that is Fisher's null hypothesis. The audit that is simulated has the design and the
planted errors of the plan, and its test is that of the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from goldspan.audit import assignment_design
from goldspan.audit.randomization import ALIKE, contrasts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from goldspan.corpus.audits import PrimaryTest

    Numbers = NDArray[np.float64]
    Table = NDArray[np.bool_]

RUNS = 1_000
REDRAWS = 999
ENOUGH = 0.8  # of power
GROWTH = 1.15  # from one number of articles that is tried to the next
MOST_ARTICLES = 1_000
HALVINGS = 60
NODES = 41


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderModel:
    """What is assumed of readers.

    Args:
        excess: by how much more often aided readers have a planted error, as a share.
        base: how often unaided readers have it.
        between_annotators: the standard deviation of the logits between annotators, and of how far each is swayed.
        between_articles: that between articles.
        between_errors: that between the errors of an article.
    """

    excess: float = 0.1
    base: float = 0.03
    between_annotators: float = 0.5
    between_articles: float = 0.5
    between_errors: float = 1.0

    def probabilities(
        self, assignments: Table, errors: NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[Numbers, NDArray[np.intp]]:
        """How likely each reader has each error.

        Args:
            assignments: shape (runs, annotators, articles).
            errors: how many are planted in each article.
            rng: where the random numbers come from.

        Returns:
            Shape (runs, annotators, errors), and the article of each error.
        """
        runs, annotators, articles = assignments.shape
        article = np.repeat(np.arange(articles), errors)
        spread = np.sqrt(self.between_annotators**2 + self.between_articles**2 + self.between_errors**2)
        sways = self.between_annotators if self.excess else 0.0
        swayed = np.sqrt(spread**2 + sways**2)
        unaided, aided = _constant(self.base, float(spread)), _constant(self.base + self.excess, float(swayed))
        common = (
            rng.normal(0, self.between_annotators, (runs, annotators, 1))
            + rng.normal(0, self.between_articles, (runs, 1, articles))[:, :, article]
            + rng.normal(0, self.between_errors, (runs, 1, article.size))
        )
        sway = aided + rng.normal(0, sways, (runs, annotators, 1))
        return _expit(common + np.where(assignments[:, :, article], sway, unaided)), article


def simulate_hits(
    assignments: Table, errors: NDArray[np.int64], model: ReaderModel, rng: np.random.Generator
) -> Numbers:
    """How many errors of each article each simulated reader has; shape (runs, annotators, articles).

    Args:
        assignments: one for each run, shape (runs, annotators, articles).
        errors: how many are planted in each article.
        model: of the readers.
        rng: where the random numbers come from.
    """
    hits = np.zeros(assignments.shape)
    step = max(1, assignment_design.CELLS // max(1, assignments.shape[1] * int(errors.sum())))
    for begin in range(0, len(assignments), step):
        part = slice(begin, begin + step)
        likely, article = model.probabilities(assignments[part], errors, rng)
        has = rng.random(likely.shape) < likely
        hits[part] = has @ (article[:, None] == np.arange(errors.size)).astype(float)
    return hits


def simulated_p_values(
    annotators: int,
    errors: NDArray[np.int64],
    model: ReaderModel,
    primary: PrimaryTest,
    *,
    runs: int = RUNS,
    redraws: int = REDRAWS,
    seed: int = 0,
) -> Numbers:
    """The p-values of the primary test in simulated audits; shape (runs,).

    The redraws are the same in all runs: that makes the audits quick to test, and no test less exact.

    Args:
        annotators: how many there are.
        errors: how many are planted in each article.
        model: of the readers.
        primary: the test.
        runs: how many audits.
        redraws: of each test.
        seed: of all random numbers.
    """
    rng = np.random.default_rng(seed)
    table = assignment_design.template(annotators, errors.size)
    used = np.concatenate([*assignment_design.draw(table, runs, rng)])
    drawn = np.concatenate([*assignment_design.draw(table, redraws, rng)])
    hits = simulate_hits(used, errors, model, rng)
    trials = np.broadcast_to(errors.astype(float), table.shape)
    weights, below = contrasts(used, trials)
    observed = _ratio(np.einsum("nka,nka->n", weights, hits), below.sum(axis=1))
    weights, below = contrasts(drawn, trials)
    null = _ratio(hits.reshape(runs, -1) @ weights.reshape(redraws, -1).T, below.sum(axis=1)[None])
    if primary.alternative == "two-sided":
        observed, null = np.abs(observed), np.abs(null)
    return np.asarray((1 + (null >= observed[:, None] - ALIKE).sum(axis=1)) / (1 + redraws))


def power(
    annotators: int, errors: NDArray[np.int64], model: ReaderModel, primary: PrimaryTest, *, seed: int = 0
) -> float:
    """The share of simulated audits in which the primary test finds the excess.

    Args:
        annotators: how many there are.
        errors: how many are planted in each article.
        model: of the readers.
        primary: the test.
        seed: of all random numbers.
    """
    if not errors.any():
        return 0.0
    return float((simulated_p_values(annotators, errors, model, primary, seed=seed) <= primary.level).mean())


def articles_needed(
    annotators: int, errors: NDArray[np.int64], model: ReaderModel, primary: PrimaryTest, *, seed: int = 0
) -> int | None:
    """With how many articles like these the power is at least 0.8; None if no number up to 1,000 is enough.

    Args:
        annotators: how many there are.
        errors: how many are planted in each article, of which more are made by repetition.
        model: of the readers.
        primary: the test.
        seed: of all random numbers.
    """
    number = errors.size
    while errors.any() and (number := int(np.ceil(number * GROWTH))) <= MOST_ARTICLES:
        if power(annotators, np.resize(errors, number), model, primary, seed=seed) >= ENOUGH:
            return number
    return None


def _ratio(above: Numbers, below: Numbers) -> Numbers:
    return np.divide(above, below, out=np.zeros(above.shape), where=below > ALIKE)


def _expit(logits: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-logits)))


def _constant(mean: float, spread: float) -> float:
    """The constant of a logit whose probability has this mean, by halving; the integral by Gauss and Hermite."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    low, high = -40.0, 40.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if float(weights @ _expit(middle + spread * nodes)) < mean:
            low = middle
        else:
            high = middle
    return (low + high) / 2
