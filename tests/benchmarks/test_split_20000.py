"""A synthetic corpus of 20,000 articles: is its split balanced, whole and for good, and how is that of scikit-learn?"""

import random
import time
from collections import Counter

import pytest

from goldspan.settings import SplitSettings
from goldspan.splits import assign
from goldspan.splits.folds import ArticleSize, assign_folds, groups

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

RATIOS = SplitSettings().ratios
ARTICLES, GROWTH = 20_000, 2_000
LABELS = {"A": 8.0, "B": 3.0, "C": 0.5, "D": 0.02}
FOLDS = ("test", "validation", "train", "train", "train")


def corpus(size, seed=1):
    """Articles of very different length; one in ten is another one with some words changed."""
    rng = random.Random(seed)  # noqa: S311  (no secrets here)
    articles = {}
    for number in range(size):
        name = f"{rng.getrandbits(48):012x}"
        length = min(400, int(rng.lognormvariate(4.2, 0.6)) + 10)
        words = [f"w{rng.getrandbits(14)}" for _ in range(length)]
        if articles and rng.random() < 0.1:
            words = rng.choice(list(articles.values())[-500:]).text.split()
            words[rng.randrange(len(words))] = f"n{number}"
        rate = len(words) / 70
        spans = {label: int(rng.expovariate(1 / (mean * rate)) + rng.random()) for label, mean in LABELS.items()}
        articles[name] = ArticleSize(name, {f"{name}.p00": " ".join(words)}, 1, len(words), spans)
    return articles


def ours(articles, group, existing):
    measures = {name: {"articles": 1, "words": one.words, **one.spans} for name, one in articles.items()}
    done = assign(measures, group, existing, RATIOS)
    assert done.conflicts == ()
    return dict(done.splits)


def theirs(articles, group, _existing):
    folds = assign_folds(group, {name: one.spans for name, one in articles.items()})
    return {name: FOLDS[fold] for name, fold in folds.items()}


def worst(articles, splits):
    """Per measure the largest distance of a share from its ratio, in percentage points."""
    amounts = {name: {"articles": 1, "words": one.words, **one.spans} for name, one in articles.items()}
    total = sum(map(Counter, amounts.values()), Counter())
    held = {split: sum((Counter(amounts[n]) for n, s in splits.items() if s == split), Counter()) for split in RATIOS}
    return {m: max(100 * abs(held[s][m] / total[m] - r) for s, r in RATIOS.items()) for m in total}


def torn(splits, group):
    return len({(group[name], split) for name, split in splits.items()}) - len(set(group.values()))


def report(way, before, after):
    """Split, grow, split again; returns what moved, the worst distances, the seconds of the first split."""
    (start, group), (whole, group_then) = before, after
    started = time.perf_counter()
    first = way(start, group, {})
    seconds = time.perf_counter() - started
    then = way(whole, group_then, first)
    moved = sum(then[name] != split for name, split in first.items())
    print(f"\n{way.__name__}: moved after growth by a tenth: {moved:,} of {len(first):,} ({moved / len(first):.1%})")
    far = []
    for what, splits, articles, together in (("at first", first, start, group), ("grown", then, whole, group_then)):
        assert torn(splits, together) == 0
        far.append(worst(articles, splits))
        apart = ", ".join(f"{measure} {distance:.3f}" for measure, distance in far[-1].items())
        print(f"  {what}: groups across splits: 0; percentage points from the ratios, at worst: {apart}")
    return moved, far, seconds


def test_twenty_thousand_articles_and_a_tenth_more():
    whole = corpus(ARTICLES + GROWTH)
    start = dict(list(whole.items())[:ARTICLES])
    before, after = (start, groups(start).names), (whole, groups(whole).names)
    print(f"\n{len(start):,} articles, of which {len(start) - len(set(before[1].values())):,} repeat another one")
    moved, far, seconds = report(ours, before, after)
    assert moved == 0
    assert all(distance < 0.5 for distances in far for distance in distances.values())
    print(f"  StratifiedGroupKFold takes {report(theirs, before, after)[2] / seconds:.1f} times as long")
