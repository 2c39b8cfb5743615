"""The reading order that a project is to have: what nobody has read is ranked again, everything else keeps its line.

What is expected in an article comes from the trained model in `build/model` and the one before it; without a model,
from two that are trained on gold with different seeds; without gold, from the suggestions, each of which counts as one
span. Gold of the test split teaches nothing here, so that what is read does not depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan import files, formats, near_duplicates, tokens
from goldspan.articles.examples import article_examples
from goldspan.corpus import reading_order
from goldspan.corpus.reading_order import PARTS, OrderedArticle
from goldspan.corpus.samples import mixed_draws, sampled_ids
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import model_record
from goldspan.models.fold_predictions import annotated_examples
from goldspan.models.pool_predictions import PoolPredictions, SavedModel, TrainedModel
from goldspan.models.reading_order import PER_WORDS, RankOptions, forecast_article, rank_articles, surface_key
from goldspan.models.recogniser_model import PredictedSpan
from goldspan.models.trainers import Backend, trainer_of
from goldspan.report.text import amount
from goldspan.splits.text_reuse import accepted_reuse, group_near_duplicates, passages

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example, Span
    from goldspan.bootstrap import Interval
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.corpus.reading_order import Part
    from goldspan.models.pool_predictions import PoolModel, Spans
    from goldspan.models.reading_order import ArticleForecast

RANK = "rank"  # the folder in build/
UNSPACED = frozenset({"zh", "ja", "th"})  # languages without spaces between words, whose words are tokens
OTHER = "not in the order"
LEVEL = 0.95
SEEDS = (0, 1)  # of the models that are trained where none is there
NO_EXPECTATION = (
    "nothing is expected anywhere, so that no article is better than another: they stand in the order of the manifest"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationSource:
    """What expects spans in the articles that nobody has read.

    Args:
        model: the folder of a model; None for the one in `build/model`, if there is one and neither weights nor a
            library are named.
        weights: what the training of two models begins with, as `trainer_of` takes it.
        backend: the library that trains them; None for what the project has chosen.
        suggestions: whether to take the suggestions, whatever models there are.
    """

    model: Path | None = None
    weights: str | None = None
    backend: Backend | None = None
    suggestions: bool = False


@dataclass(frozen=True, slots=True)
class PartCount:
    """What has been read of a part of the order.

    Args:
        part: its name; `OTHER` for articles with gold that were never ranked.
        articles: how many it has.
        read: how many of them have gold.
        words: of that gold.
        spans: of that gold.
        interval: of the spans in a word; None where fewer than two articles have been read.
    """

    part: str
    articles: int
    read: int
    words: int
    spans: int
    interval: Interval | None = None

    @property
    def rate(self) -> float | None:
        """Spans in 1,000 words; None where nothing has been read."""
        return PER_WORDS * self.spans / self.words if self.words else None

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        interval = self.interval
        ends = (
            [] if interval is None or interval.low is None or interval.high is None else [interval.low, interval.high]
        )
        return {
            "part": self.part,
            "articles": self.articles,
            "read": self.read,
            "words": self.words,
            "spans": self.spans,
            "spans_in_1000_words": self.rate,
            "interval": [PER_WORDS * end for end in ends] or None,
        }


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """The order that a project is to have.

    Args:
        kept: the lines that stay: of articles that have gold or that annotators have.
        ranked: the lines of the others, the article to be read first at the top.
        source: what expects spans, in a sentence.
        in_progress: the articles that annotators have, as passes or the project in Doccano tell.
        without_text: the articles without an example, of which there is nothing to read.
        unknown: the articles that the order has had and the manifest has not.
        parts: what has been read of each part.
        before: the lines that the file has had.
        notes: what a user should know.
    """

    kept: tuple[OrderedArticle, ...]
    ranked: tuple[OrderedArticle, ...]
    source: str
    in_progress: tuple[str, ...]
    without_text: tuple[str, ...]
    unknown: tuple[str, ...]
    parts: tuple[PartCount, ...]
    before: tuple[OrderedArticle, ...]
    notes: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[OrderedArticle, ...]:
        """All lines of the file."""
        return (*self.kept, *self.ranked)

    def json(self) -> dict[str, Any]:
        """The plan for `--json`."""
        return {
            "source": self.source,
            "ranked": [_row(one) for one in self.ranked],
            "kept": [_row(one) for one in self.kept],
            "in_progress": [*self.in_progress],
            "without_text": [*self.without_text],
            "unknown": [*self.unknown],
            "parts": [part.json() for part in self.parts],
            "notes": [*self.notes],
        }


def reasons(one: OrderedArticle) -> str:
    """Why an article is at its place, in a clause."""
    expected = amount(round(PER_WORDS * one.expected / one.words) if one.words else 0, "span")
    parts = [f"{expected} expected in {PER_WORDS:,} words", f"{amount(round(one.new), 'surface')} unknown to gold"]
    if one.differing is not None:
        parts.append(f"models differ on {round(one.differing):,}")
    if one.repeats is not None:
        parts.insert(0, f"repeats {one.repeats}")
    return ", ".join(parts)


def is_written(corpus: Corpus, plan: OrderPlan) -> bool:
    """Whether the file of the order is as the plan wants it."""
    wanted, path = reading_order.content(plan.order), corpus.order_file
    return files.read_bytes(path) == wanted.encode() if files.is_there(path) else not wanted


def write_order(corpus: Corpus, plan: OrderPlan) -> bool:
    """Write the order; False if the file has it already.

    Raises:
        InputError: if the file has changed since the plan was made, as by a push.
    """

    def change(now: list[OrderedArticle]) -> Iterable[OrderedArticle]:
        if tuple(now) != plan.before:
            raise InputError(
                "has changed since the articles were ranked", file=corpus.order_file, remedy="Rank them again."
            )
        return plan.order

    return reading_order.update_order(corpus.order_file, change)


def plan_order(
    corpus: Corpus,
    source: ExpectationSource | None = None,
    options: RankOptions | None = None,
    *,
    pushed: Mapping[str, Collection[str]] | None = None,
    on_article: Callable[[str, int, int], object] = lambda _step, _done, _total: None,
) -> OrderPlan:
    """The reading order that a project is to have. Nothing is written but predictions, in `build/rank`.

    Args:
        corpus: the project.
        source: what expects spans.
        options: how to rank.
        pushed: by project in Doccano the articles that it has now; projects that are not named have what they had.
        on_article: called with a step, how many articles are done, and of how many.

    Raises:
        InputError: for a file of the project that is not valid, and where there is neither gold nor a suggestion.
        NotFoundError: for weights or a model that are not there.
    """
    corpus.build.mkdir(parents=True, exist_ok=True)
    with files.lock(corpus.build / f".{RANK}.lock"):
        return _OrderPlanner(corpus, source or ExpectationSource(), options or RankOptions(), on_article).plan(
            pushed or {}
        )


@dataclass
class _OrderPlanner:
    """What makes a plan.

    Args:
        corpus: the project.
        source: what expects spans.
        options: how to rank.
        on_article: see `plan_order`.
        notes: what a user should know.
    """

    corpus: Corpus
    source: ExpectationSource
    options: RankOptions
    on_article: Callable[[str, int, int], object]
    notes: list[str] = field(default_factory=list)

    def plan(self, pushed: Mapping[str, Collection[str]]) -> OrderPlan:
        """The plan."""
        entries = {entry.id: entry for entry in self.corpus.select_entries()}
        before = reading_order.read_order(self.corpus.order_file)
        lines = [_with_project(one, pushed) for one in before if one.article in entries]
        in_doccano = {one.article for one in lines if one.pushed is not None}.union(*pushed.values())
        gold = {name: list(self.corpus.gold_examples([name])) for name in entries if self.corpus.has_gold(name)}
        read = {name for name, examples in gold.items() if examples}
        given = {*in_doccano, *self._in_passes()}
        begun = dict.fromkeys(name for name in entries if name in given and name not in read)
        texts = {name: self._examples(entries[name]) for name in entries if name not in read}
        pool = dict.fromkeys(name for name, examples in texts.items() if examples and name not in begun)
        groups = self._groups({**gold, **texts}, entries)
        forecasts, source = self._forecasts(begun, texts, gold) if pool else ({}, "")
        done = [*read, *begun]
        sampled = sampled_ids(self.corpus.samples)
        ranked = rank_articles(
            [forecasts[name] for name in pool],
            groups,
            read={groups[name]: name for name in reversed(done)},
            drawn=_fixed_parts(lines, pool, sampled),
            covered=[forecasts[name] for name in begun if name in forecasts],
            options=self.options,
        )
        if ranked and not any(one.expected for one in ranked):
            self.notes.append(NO_EXPECTATION)
        kept = tuple(one for one in lines if one.article not in pool)
        if mixed := mixed_draws([*kept, *ranked], sampled):
            self.notes.append(mixed)
        return OrderPlan(
            kept=kept,
            ranked=tuple(ranked),
            source=source,
            in_progress=tuple(begun),
            without_text=tuple(name for name, examples in texts.items() if not examples),
            unknown=tuple(one.article for one in before if one.article not in entries),
            parts=tuple(self._parts([*kept, *ranked], gold)),
            before=tuple(before),
            notes=tuple(self.notes),
        )

    def _in_passes(self) -> set[str]:
        """The articles that an annotator's pass has, confirmed or not: they were given to them."""
        folders = [self.corpus.passes / name for name in self.corpus.annotators()]
        return {path.stem for folder in folders for path in folder.glob("*.jsonl")}

    def _examples(self, entry: ManifestEntry) -> list[Example]:
        return [example for example in article_examples(self.corpus, entry) if example.text.strip()]

    def _groups(self, articles: Mapping[str, Sequence[Example]], known: Collection[str]) -> dict[str, str]:
        """The groups of near-duplicates and clusters, without the standing paragraphs and pairs that are accepted."""
        paragraphs = {
            name: passages((example.id, example.text) for example in examples) for name, examples in articles.items()
        }
        examples = {example for parts in paragraphs.values() for example in parts}
        accepted = accepted_reuse(self.corpus.scheme, known, examples)
        return group_near_duplicates(paragraphs, accepted=accepted, clusters=self.corpus.clusters())

    def _forecasts(
        self, begun: Collection[str], texts: Mapping[str, Sequence[Example]], gold: Mapping[str, Sequence[Example]]
    ) -> tuple[dict[str, ArticleForecast], str]:
        """By article what is expected in it, and what expects it, in a sentence.

        Args:
            begun: the articles that annotators have.
            texts: the examples of these and of all that nobody has read.
            gold: the gold of the others.
        """
        names = [name for name, examples in texts.items() if examples]
        tested = {*self.corpus.splits()["test"]}
        marked = any(example.spans for examples in gold.values() for example in examples)
        learnable = annotated_examples(self.corpus) if marked else []
        training = [example for example in learnable if example.article not in tested]
        known = {surface_key(span.label, one.surface(span)) for one in training for span in one.spans}
        models = self._models(training)
        if not models:  # of what annotators have it is good to know, and not needed
            names = [name for name in names if name not in begun or files.is_there(self._suggestion_file(name))]
        articles = (texts[name] for name in names)
        step, predictions, former = "read suggestions", self._suggestions(articles), None
        store = PoolPredictions(self.corpus.build / RANK)
        source = "suggestions, each of which counts as one span"
        if models:
            step, predictions = "predict", store.predict(models[0], articles)
            former, source = self._former(store, models, [texts[name] for name in names])
        forecasts = {}
        for number, (examples, spans) in enumerate(predictions):
            self.on_article(step, number, len(names))
            before = None if former is None else store.read(former, examples)
            words = count_words(examples, self.corpus.scheme.language)
            forecasts[examples[0].article] = forecast_article(examples, words, spans, former=before, known=known)
        if models:
            store.record(models[0])
        return forecasts, source

    def _models(self, training: Sequence[Example]) -> list[PoolModel]:
        """The model that predicts, and one to train for comparison where no former one is known; none without gold."""
        if self.source.suggestions:
            return []
        labels = tuple(self.corpus.scheme.names)
        models: list[PoolModel] = []
        folder = self.source.model
        is_trained = self.source.weights is not None or self.source.backend is not None
        if folder is None and not is_trained and (self.corpus.model / model_record.FILE).is_file():
            folder = self.corpus.model  # a folder there that goldspan did not write is none of its models
        if folder is not None:
            models.append(SavedModel.of(self.corpus, folder))
        if any(example.spans for example in training):
            trainer = trainer_of(self.corpus, self.source.weights, backend=self.source.backend)
            models += [TrainedModel(trainer, training, labels, seed) for seed in SEEDS]
        return models[:2]

    def _former(
        self, store: PoolPredictions, models: Sequence[PoolModel], articles: Sequence[Sequence[Example]]
    ) -> tuple[str | None, str]:
        """The digest of the model before, whose predictions are there then, and both models in a sentence."""
        former = store.former(models[0])
        if former is not None:
            return former.digest, f"{models[0].description}; compared with {former.description}"
        if len(models) < 2:
            return None, f"{models[0].description}; no other model is known to compare it with"
        for number, _ in enumerate(store.predict(models[1], iter(articles))):
            self.on_article("predict with a second model", number, len(articles))
        store.record(models[1])
        return models[1].digest, f"{models[0].description}; compared with {models[1].description}"

    def _suggestions(self, articles: Iterable[Sequence[Example]]) -> Iterator[tuple[Sequence[Example], Spans]]:
        """Each article with the spans that are suggested in it.

        Raises:
            InputError: for suggestions of other texts.
            NotFoundError: for an article without suggestions.
        """
        remedy = "Make new suggestions: goldspan suggest"
        for examples in articles:
            article = examples[0].article
            file = self._suggestion_file(article)
            if not files.is_there(file):
                raise NotFoundError(
                    f"the article {article} has no suggestions, and there is no model that could expect spans in it",
                    file=file,
                    remedy="Make suggestions: goldspan suggest",
                )
            suggested = {one.id: one for one in formats.load(file, "gold")}
            for example in examples:
                if example.id not in suggested or suggested[example.id].text != example.text:
                    raise InputError("was suggested for another text", file=file, example=example.id, remedy=remedy)
            spans = {example.id: suggested[example.id].spans for example in examples}
            yield examples, {name: [_certain(span) for span in some] for name, some in spans.items()}

    def _suggestion_file(self, article: str) -> Path:
        return self.corpus.suggestions / f"{article}.jsonl"

    def _parts(self, order: Sequence[OrderedArticle], gold: Mapping[str, Sequence[Example]]) -> Iterator[PartCount]:
        """What has been read of each part, and of the articles that were never ranked."""
        listed = {one.article: one.part for one in order}
        others = [name for name in gold if name not in listed]
        members: dict[str, list[str]] = {part: [name for name, own in listed.items() if own == part] for part in PARTS}
        if others:
            members[OTHER] = others
        for part, names in members.items():
            read = [gold[name] for name in names if gold.get(name)]
            rows = [
                (sum(len(one.spans) for one in examples), count_words(examples, self.corpus.scheme.language))
                for examples in read
            ]
            spans, words = (sum(column) for column in zip(*rows, strict=True)) if rows else (0, 0)
            yield PartCount(part, len(names), len(read), words, spans, rate_interval(rows))


def count_words(examples: Iterable[Example], language: str) -> int:
    """The number of words of some examples; of tokens in languages that write no spaces."""
    if language in UNSPACED:
        return sum(len(tokens.tokenize(example.text, language)) for example in examples)
    return sum(len(near_duplicates.words(example.text)) for example in examples)


def rate_interval(rows: Sequence[tuple[int, int]]) -> Interval | None:
    """The interval of the spans in a word, over articles; None for fewer than two.

    Args:
        rows: for each article its spans and its words.
    """
    if len(rows) < 2:
        return None
    import numpy as np

    from goldspan.intervals import IntervalSettings, intervals_of_sums
    from goldspan.jackknife import effective_number

    table = np.array(rows, dtype=np.float64)
    settings = IntervalSettings(unit="article", resamples=1, level=LEVEL)
    effective = effective_number(table[:, 1:], np.ones(len(table), np.int64))
    found: Interval = intervals_of_sums(table, settings, lambda sums: sums[:, :1] / sums[:, 1:], effective)[0]
    return found


def _certain(span: Span) -> PredictedSpan:
    """A span of a suggestion: its score is no probability."""
    return PredictedSpan(span.start, span.end, span.label, 1.0)


def _fixed_parts(lines: Sequence[OrderedArticle], pool: Collection[str], sampled: Container[str]) -> dict[str, Part]:
    """The parts that do not change any more.

    What was drawn at random stays so. What was ranked can no longer be drawn once some of it has been read: of those
    that are left the best are gone. Until then the share can still be chosen. Neither can what was drawn from a larger
    collection, stratum by stratum: those articles are no sample of it.
    """
    is_begun = any(one.part == "ranked" and one.article not in pool for one in lines)
    return {one.article: one.part for one in lines if one.part == "random" or is_begun or one.article in sampled}


def _with_project(one: OrderedArticle, pushed: Mapping[str, Collection[str]]) -> OrderedArticle:
    """A line with the project that has its article now, as far as the projects were asked."""
    now = next((project for project, articles in pushed.items() if one.article in articles), None)
    is_gone = now is None and one.pushed in pushed
    return replace(one, pushed=None if is_gone else now or one.pushed)


def _row(one: OrderedArticle) -> dict[str, Any]:
    return {
        "article": one.article, "part": one.part, "words": one.words, "expected": one.expected, "new": one.new,
        "differing": one.differing, "score": one.score, "repeats": one.repeats, "pushed": one.pushed,
        "reasons": reasons(one),
    }  # fmt: skip
