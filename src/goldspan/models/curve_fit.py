"""Curves that are fitted to scores by the number of articles, and what they forecast beyond the last of them.

Three forms are fitted, each with a level at the last point, an asymptote and a rate, so that each approaches its
asymptote and none leaves 0 to 1:

- the power law `a - b n^-c`, the most usual form (Mukherjee et al. 2003, J Comput Biol 10:119; Figueroa et al. 2012,
  BMC Med Inform Decis Mak 12:8; Hestness et al. 2017, arXiv:1712.00409);
- the exponential `a - b exp(-c n)`, which comes to its end soonest;
- the sigmoid `a n^c / (k + n^c)` of Morgan, Mercer and Flodin (1975, PNAS 72:4327), which begins at 0 and may turn
  upwards first, as the F1 of recognisers with very little data does; among the best of the forms that Viering and Loog
  (2022, arXiv:2103.10948) and Mohr et al. (2022, LCDB) compare.

Four or five points tell neither which form is right nor its parameters, so that none is chosen. A grid of curves is
weighted by how likely each makes the points (least squares, each point by its own variance), and by how plausible its
form is before any point is seen (forms are combined as by Domhan, Springenberg and Hutter 2015, IJCAI). A forecast is
the weighted mean of what all curves say.

All points rest on the same tested articles and rise and fall with them. What they have in common says nothing about the
course of the curve, only about its level: the curves are weighted by the rest, and the level is then moved within the
interval of the last point, on the logit, so that no score leaves 0 to 1. So the interval of a forecast has the noise of
the points, the uncertain level, the uncertain parameters and the uncertain form in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

Form = Literal["power law", "exponential", "sigmoid"]
Trend = Literal["rises", "is flat", "falls"]
PARAMETERS = 3  # of a curve
FEWEST = PARAMETERS + 1  # points: a curve passes through any three
NOISE = 0.005  # standard deviation of what no form describes, besides that of the points
LEVELS = 33  # of a curve at the last point, that are weighed
REACH = 4.5  # standard errors beyond the last point and the mean, up to which they lie
ASYMPTOTES = 24  # shares of the way from the level to 1, that are weighed
CURVES = 12  # rates of each form that are weighed
RATES: Mapping[Form, tuple[float, float]] = {"power law": (0.1, 1.5), "exponential": (0.3, 6), "sigmoid": (0.5, 2)}
"""By form, the least and the highest rate, with the number of articles in units of the last point."""
PLAUSIBLE: Mapping[Form, float] = {"power law": 0.5, "exponential": 0.25, "sigmoid": 1}
"""By form, its weight before any point is seen, in relation to the others."""
RISING: tuple[Form, ...] = ("power law", "exponential", "sigmoid")
FALLING: tuple[Form, ...] = ("power law", "exponential")  # a sigmoid begins at 0 and cannot fall
SURE = 1.959964  # standard errors of a 95 % interval; from so many on, a fall is more than chance
DIGITS = 12  # of a forecast
DRAWN = 4_000  # curves, by their weights, for an interval
BOUNDS = (0.01, 0.99)  # of a score that is moved on the logit
EXTREME = 0.0001  # a limit that is nearer to 0 or 1 is taken as so near
ENDED = 0.1  # weight of the curves that do not change any more, before any point is seen
NEGLIGIBLE = 1e-6  # of the highest weight: curves below it are left out
ALIKE = 1e-9  # points that differ by less are the same


class Forecast(NamedTuple):
    """A score that is forecast, or how much it grows.

    Args:
        value: the weighted mean of the curves.
        low, high: the limits within which their weight lies.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Curves of the three forms.

    Args:
        forms: of each, its place in `RISING`; shape (curves,).
        levels: of each at the last point.
        asymptotes: of each.
        rates: of each, with the number of articles in units of the last point.
        plausible: the weight of each before any point is seen.
    """

    forms: NDArray[np.int64]
    levels: Numbers
    asymptotes: Numbers
    rates: Numbers
    plausible: Numbers

    def __getitem__(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Curves:
        others = (part[chosen] for part in (self.levels, self.asymptotes, self.rates, self.plausible))
        return Curves(self.forms[chosen], *others)

    def scores(self, size: float) -> Numbers:
        """The score of each at `size` times the last point, between 0 and 1; shape (curves,)."""
        scores = np.empty(len(self.forms))
        for number, form in enumerate(RISING):
            of_form = self.forms == number
            level, asymptote, rate = self.levels[of_form], self.asymptotes[of_form], self.rates[of_form]
            if form == "power law":
                scores[of_form] = asymptote - (asymptote - level) * size**-rate
            elif form == "exponential":
                scores[of_form] = asymptote - (asymptote - level) * np.exp(rate * (1 - size))
            else:
                grown = level * size**rate
                below = asymptote - level + grown
                scores[of_form] = np.divide(asymptote * grown, below, out=np.zeros(level.size), where=below > 0)
        return np.clip(scores, 0, 1)


@dataclass(frozen=True, slots=True, eq=False)
class CurveFit:
    """Weighted curves.

    Args:
        last: the number of articles at the last point.
        trend: of the points.
        curves: that are weighed.
        weights: of each; they sum to 1.
        drawn: curves drawn by their weights, for intervals.
        moves: by how much the level of each of these is moved, on the logit.
    """

    last: float
    trend: Trend
    curves: Curves
    weights: Numbers
    drawn: Curves
    moves: Numbers

    def forecast(self, articles: float, level: float = 0.95) -> Forecast:
        """The score with so many articles.

        Args:
            articles: how many are trained on.
            level: how sure the limits are.
        """
        return _forecast(self._mean(articles), self._drawn_scores(articles), level)

    def growth(self, before: float, after: float, level: float = 0.95) -> Forecast:
        """How much the score grows from one number of articles to another; `level` as in `forecast`."""
        growth = self._mean(after) - self._mean(before)
        return _forecast(growth, self._drawn_scores(after) - self._drawn_scores(before), level)

    @property
    def shares(self) -> dict[Form, float]:
        """By form, the weight of its curves."""
        return {form: float(self.weights[self.curves.forms == number].sum()) for number, form in enumerate(RISING)}

    def _mean(self, articles: float) -> float:
        return float(self.weights @ self.curves.scores(articles / self.last))

    def _drawn_scores(self, articles: float) -> Numbers:
        return _moved(self.drawn.scores(articles / self.last), self.moves)


def _moved(scores: Numbers, moves: Numbers) -> Numbers:
    from scipy.special import expit, logit

    return np.asarray(expit(logit(np.clip(scores, *BOUNDS)) + moves))


def _forecast(value: float, drawn: Numbers, level: float) -> Forecast:
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    ends = (value, min(float(low), value), max(float(high), value))
    return Forecast(*(round(end, DIGITS) + 0.0 for end in ends))  # no -0.0, as a difference of equal scores may be


def fit_curves(
    articles: Numbers, scores: Numbers, covariance: Numbers, limits: tuple[float, float] | None = None
) -> CurveFit:
    """The curves that fit some points, with their weights.

    A curve that falls by more than chance is fitted by curves that fall; all others by curves that never do.

    Args:
        articles: how many were trained on at each point, rising; shape (points,).
        scores: between 0 and 1.
        covariance: of the scores; shape (points, points).
        limits: of the 95 % interval of the last score, within which the level is moved; None if it is known.

    Raises:
        InvalidValueError: for fewer than four points, for numbers of articles that do not rise, and for scores outside
            0 to 1.
    """
    _require_points(articles, scores)
    variances = _own_variances(covariance)
    trend = _trend(articles, scores, variances)
    curves = _grid(scores, float(np.sqrt(variances[-1])), falls=trend == "falls")
    fitted = np.stack([curves.scores(size) for size in articles / articles[-1]])
    misfit = ((scores[:, None] - fitted) ** 2 / variances[:, None]).sum(axis=0)
    misfit /= max(1.0, misfit.min() / (len(scores) - PARAMETERS))  # the ratio of Birge (1932): no curve fits that well
    weights = curves.plausible * np.exp((misfit.min() - misfit) / 2)
    kept = weights > weights.max() * NEGLIGIBLE
    curves, weights = curves[kept], weights[kept] / weights[kept].sum()
    rng = np.random.default_rng(0)
    places = np.searchsorted(np.cumsum(weights), (np.arange(DRAWN) + 0.5) / DRAWN)
    moves = rng.permutation(_moves(float(scores[-1]), limits))
    drawn = curves[np.minimum(places, len(weights) - 1)]
    return CurveFit(float(articles[-1]), trend, curves, weights, drawn, moves)


def _own_variances(covariance: Numbers) -> Numbers:
    """The variance of each point besides what all have in common."""
    points = len(covariance)
    centred = np.eye(points) - 1 / points
    own = np.diag(centred @ covariance @ centred) * points / (points - 1)
    return np.maximum(0, own) + NOISE**2


def _moves(score: float, limits: tuple[float, float] | None) -> Numbers:
    """By how much the levels of drawn curves are moved, on the logit: as far as a score lies from its limits."""
    from scipy.special import logit, ndtri

    if limits is None:
        return np.zeros(DRAWN)
    normal = ndtri((np.arange(DRAWN) + 0.5) / DRAWN)
    middle = logit(np.clip(score, *BOUNDS))
    low, high = np.abs(logit(np.clip(limits, EXTREME, 1 - EXTREME)) - middle) / SURE
    return np.asarray(np.where(normal < 0, low, high) * normal)


def forecast_of_last(
    articles: Numbers, scores: Numbers, covariance: Numbers, limits: tuple[float, float] | None = None
) -> Forecast | None:
    """What the points before the last one forecast for it; None if they are too few for a forecast.

    Args:
        articles: as for `fit_curves`, as are the others.
        scores: between 0 and 1.
        covariance: of the scores.
        limits: of the last point but one.
    """
    if len(scores) <= FEWEST:
        return None
    return fit_curves(articles[:-1], scores[:-1], covariance[:-1, :-1], limits).forecast(articles[-1])


def _require_points(articles: Numbers, scores: Numbers) -> None:
    if len(scores) < FEWEST:
        raise InvalidValueError(
            f"a forecast needs {FEWEST} points at least, not {len(scores)}: a curve of three parameters passes through "
            "any three",
            remedy="Take more steps, or annotate more articles.",
        )
    if (np.diff(articles) <= 0).any() or articles[0] <= 0:
        raise InvalidValueError("the numbers of articles must be positive and rise from point to point")
    if not ((scores >= 0) & (scores <= 1)).all():
        raise InvalidValueError("scores must lie between 0 and 1")


def _trend(articles: Numbers, scores: Numbers, variances: Numbers) -> Trend:
    """Whether the points fall by more than chance, by a line over the logarithm of the number of articles."""
    if np.ptp(scores) < ALIKE:
        return "is flat"
    weights = 1 / variances
    sizes = np.log(articles)
    sizes = sizes - weights @ sizes / weights.sum()
    slope = (weights * sizes) @ scores / ((weights * sizes) @ sizes)
    return "falls" if slope < -SURE / np.sqrt((weights * sizes) @ sizes) else "rises"


def _grid(scores: Numbers, error: float, *, falls: bool) -> Curves:
    """The curves that are weighed, those of each form with the same levels at the last point."""
    low, high = min(scores[-1], scores.mean()) - REACH * error, max(scores[-1], scores.mean()) + REACH * error
    levels = np.linspace(max(0.0, low), min(1.0, high), LEVELS)
    shares = np.linspace(0, 1, ASYMPTOTES)
    parts = []
    for form in FALLING if falls else RISING:
        rates = np.geomspace(*RATES[form], CURVES)
        level, share, rate = (part.ravel() for part in np.meshgrid(levels, shares, rates, indexing="ij"))
        way = share**2  # closer together near the level, where curves have come to their end; alike plausible anywhere
        asymptote = level + way * ((0 if falls else 1) - level)
        plausible = PLAUSIBLE[form] * np.where(share > 0, share / shares.sum() * (1 - ENDED), ENDED)
        parts.append((np.full(level.size, RISING.index(form)), level, asymptote, rate, plausible))
    forms, *others = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Curves(forms.astype(np.int64), *others)
