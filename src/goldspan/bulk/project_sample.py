"""A sample of suggested articles in a project: its texts, its suggestions, its order of reading, and how it was drawn.

The texts are added as `goldspan add` adds a table, of which each row names where it is from. All that is written but
the manifest is written first, and the manifest, which makes the articles part of the project, last; if that fails, the
rest is taken back.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections import defaultdict
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import files, formats
from goldspan.annotation import article_id_problem
from goldspan.articles import ingest
from goldspan.articles.columns import ColumnNames
from goldspan.articles.examples import Segmentation, article_examples, examples_of
from goldspan.articles.ingest import AddOptions, ArticleRegister
from goldspan.articles.received import ArticleOptions
from goldspan.bulk.article_suggestions import ROW
from goldspan.bulk.cluster_index import ClusterIndex
from goldspan.bulk.sample import KnownArticles, Sample, SampleOptions, Sampler, draw_sample
from goldspan.bulk.sampled_texts import ArticleSources, SuggestionInput
from goldspan.bulk.strata import StratumCriteria, values_of
from goldspan.bulk.suggested_articles import SuggestionOutput, text_fingerprint
from goldspan.corpus import clusters, reading_order, samples
from goldspan.corpus.manifest import STATEMENTS, name_key, name_problem
from goldspan.corpus.reading_order import OrderedArticle
from goldspan.corpus.samples import CountedStratum, DrawnArticle, SampleRecord
from goldspan.corpus.withdrawals import read_withdrawals
from goldspan.errors import InputError
from goldspan.formats import gold
from goldspan.models.order_plan import count_words
from goldspan.models.reading_order import PER_WORDS, surface_key
from goldspan.report.text import amount, enumerate_names
from goldspan.splits.cluster_tables import clusters_of
from goldspan.suggest.suggestion_folder import ModelChoice, SuggestionFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.bulk.sample import SampleCandidate, SampledArticle
    from goldspan.bulk.strata import Dimension
    from goldspan.corpus import Corpus

RUN = re.compile(r"[^\w.-]+")
LONGEST_STEM = 60  # bytes of what is kept of an id that cannot be one here
DIGITS = 8  # of the hash behind it
NAMED = 5  # labels or articles that a message names
PROVENANCE = ("input", "shard", "row_in_shard", "id_in_input")  # further columns of the table that is kept


@dataclass(frozen=True, kw_only=True)
class ProjectSampleOptions:
    """How a sample is drawn for a project.

    Args:
        inputs: that the suggestions were made from, as they were given to `goldspan bulk suggest`.
        draw: how it is drawn.
        criteria: by what articles are put into strata; the counts of the collection and of the project are added.
        clusters: tables of clusters of near-duplicates, of which one article takes part.
    """

    inputs: Sequence[str]
    draw: SampleOptions
    criteria: StratumCriteria = field(default_factory=StratumCriteria)
    clusters: Sequence[Path] = ()


@dataclass(frozen=True)
class NewArticle:
    """An article of a sample, as it will be in the project.

    Args:
        id: its id there.
        sampled: what was drawn.
        text: of it.
        stated: what the manifest gets to state of it.
        input: where it is from.
        suggestions: its examples with what is suggested.
    """

    id: str
    sampled: SampledArticle
    text: str
    stated: Mapping[str, str]
    input: str
    suggestions: Sequence[Example]

    def renamed(self, name: str) -> NewArticle:
        """The article under the id that it gets in the project, without the numbers of its row."""
        return replace(self, id=name, suggestions=[_renamed(one, self.id, name) for one in self.suggestions])

    def row(self) -> str:
        """Its line in the table that is kept as received."""
        one = self.sampled.candidate
        origin = dict(zip(PROVENANCE, (self.input, one.shard, one.row, one.id), strict=True))
        return files.dumps({"id": self.id, **origin, **self.stated, "text": self.text}) + "\n"


@dataclass(frozen=True)
class ProjectSample:
    """A sample that is planned for a project.

    Args:
        sample: what was drawn.
        by: in which ways its strata are described.
        articles: the articles, in the order in which they are best read.
        record: how they were drawn.
        number: of the record.
        order: the lines of the reading order, as it will be.
        before: the same, as it is.
        clusters: the cluster of each article of the project, as it will be.
        choice: the model of the suggestions.
        without_example: how many articles of the collection have no example, so that they cannot be drawn.
        rejects: how many rows of it are no articles.
        notes: what a user should know.
    """

    sample: Sample
    by: tuple[Dimension, ...]
    articles: Sequence[NewArticle]
    record: SampleRecord
    number: int
    order: Sequence[OrderedArticle]
    before: Sequence[OrderedArticle]
    clusters: Mapping[str, str]
    choice: ModelChoice
    without_example: int = 0
    rejects: int = 0
    notes: Sequence[str] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """The plan as JSON values."""
        return {
            **asdict(self.record),
            "same_text": self.sample.repeated,
            "without_example": self.without_example,
            "rejected_rows": self.rejects,
            "notes": [*self.notes],
        }


def plan_sample(
    corpus: Corpus,
    output: SuggestionOutput,
    options: ProjectSampleOptions,
    on_progress: Callable[[str, int, int | None], None] = lambda _step, _done, _total: None,
) -> ProjectSample:
    """Draw a sample for a project; nothing is written.

    Args:
        corpus: the project.
        output: the suggestions.
        options: how to draw it.
        on_progress: called with the step, how many articles are done, and of how many.

    Raises:
        InputError: for suggestions, an input or a file of the project that cannot be read; for labels that the project
            does not have, and articles that it cuts into other examples; if no article can be drawn.
        InvalidValueError: for too many strata.
    """
    return _Planner(corpus, output, options, on_progress).plan()


class _Planner:
    """What makes a plan; see `plan_sample`."""

    def __init__(
        self,
        corpus: Corpus,
        output: SuggestionOutput,
        options: ProjectSampleOptions,
        on_progress: Callable[[str, int, int | None], None],
    ) -> None:
        self.corpus = corpus
        self.output = output
        self.options = options
        self.on_progress = on_progress
        self.input = SuggestionInput(output, options.inputs, corpus.scheme.language)
        listed = {entry.id for entry in corpus.entries}
        drawn = {name: own for name, own in samples.sampled_ids(corpus.samples).items() if name in listed}
        self.collection_ids = {name: drawn.get(name, name) for name in listed}
        self.surfaces = _known_surfaces(corpus)

    def plan(self) -> ProjectSample:
        _require_labels(self.corpus, self.output.spans)
        sample = self._draw()
        if not sample.articles:
            left_out = "; ".join(f"{number:,} {reason}" for reason, number in sorted(sample.left_out.items()))
            raise InputError(
                "no article can be drawn" + (f": {left_out}" if left_out else ""),
                file=str(self.output.folder),
                remedy="Suggest for more articles: goldspan bulk suggest IN --output FOLDER",
            )
        articles = self._articles(sample)
        before = reading_order.read_order(self.corpus.order_file)
        kept = [one for one in before if one.article not in {new.id for new in articles}]
        order = [*kept, *map(self._ordered, articles)]
        examined = sample.frame + sample.left_out.total()
        return ProjectSample(
            sample,
            self.options.criteria.by,
            articles,
            self._record(sample, articles),
            self._number(articles),
            order,
            before,
            self._clusters(articles),
            ModelChoice(self.output.recipe.get("model"), dict(self.output.recipe.get("labels") or {})),
            self.output.articles - examined,
            self.output.rejects,
            [*self._notes(sample, order, articles)],
        )

    def _draw(self) -> Sample:
        index = ClusterIndex(self.options.clusters) if self.options.clusters else None
        own = self.collection_ids.values()
        criteria = replace(self.options.criteria, spans=self.output.spans, known=self.surfaces)
        drawn = samples.sampled_ids(self.corpus.samples)
        withdrawn = [one.article for one in read_withdrawals(self.corpus.withdrawal_file)]
        known = KnownArticles(
            ids={*self.collection_ids, *own},
            fingerprints=_fingerprints(self.corpus),
            withdrawn={name for article in withdrawn for name in (article, drawn.get(article, article))},
        )
        taken = () if index is None else index.clusters(own)
        sampler = Sampler(self.options.draw, criteria, known, index, taken)
        sources = ArticleSources(self.input)
        source = sources.of if "source" in criteria.by else lambda _article: ""
        return draw_sample(self.output.scan, sampler, source, self.on_progress, self.output.articles)

    def _articles(self, sample: Sample) -> list[NewArticle]:
        """The articles with their texts, read shard by shard, and with the ids that they get."""
        by_shard: defaultdict[str, list[SampledArticle]] = defaultdict(list)
        for one in sample.articles:
            by_shard[one.candidate.shard].append(one)
        found: dict[SampleCandidate, NewArticle] = {}
        for shard, members in sorted(by_shard.items()):
            texts = self.input.articles(shard, {one.candidate.row for one in members})
            lines = self.output.read(shard, [(one.candidate.start, one.candidate.end) for one in members])
            for one, examples in zip(members, lines, strict=True):
                article = texts[one.candidate.row]
                text = files.decode(article.data, article.source)
                address = self.input.address(shard)
                found[one.candidate] = NewArticle(one.candidate.id, one, text, article.stated, address, examples)
                self.on_progress("texts", len(found), len(sample.articles))
        texts_of = {candidate: new.text for candidate, new in found.items()}
        ids = _project_ids(self.corpus, texts_of)
        articles = [found[one.candidate].renamed(ids[one.candidate]) for one in sample.articles]
        for new in articles:
            self._require_examples(new)
        return articles

    def _require_examples(self, new: NewArticle) -> None:
        """Require that the project cuts an article as its suggestions are cut.

        Raises:
            InputError: naming both.
        """
        own = [(one.id, one.at, one.text) for one in examples_of(new.id, new.text, Segmentation.of(self.corpus))]
        suggested = [(one.id, one.at, one.text) for one in new.suggestions]
        if own != suggested:
            unit = self.corpus.settings.examples.unit
            raise InputError(
                f"the project cuts the article {new.sampled.candidate.id!r} into {len(own):,} examples (each is one "
                f"{unit}), and the suggestions into {len(suggested):,} other ones",
                file=str(self.output.folder),
                remedy="Set [examples] in goldspan.toml as it was when the suggestions were made, or make them again "
                "with this project.",
            )

    def _ordered(self, new: NewArticle) -> OrderedArticle:
        """The line of an article in the reading order, as `goldspan rank` has one of suggestions."""
        spans = [(span.label, example.surface(span)) for example in new.suggestions for span in example.spans]
        unknown = {surface_key(*span) for span in spans} - self.surfaces
        words = count_words(new.suggestions, self.corpus.scheme.language)
        score = PER_WORDS * (len(spans) + len(unknown)) / words if words else 0.0
        return OrderedArticle(
            article=new.id,
            part=new.sampled.part,
            words=words,
            expected=float(len(spans)),
            new=float(len(unknown)),
            differing=None,
            score=score,
        )

    def _clusters(self, articles: Sequence[NewArticle]) -> dict[str, str]:
        """The cluster of each article of the project, the new ones included."""
        known = self.corpus.clusters()
        if not self.options.clusters:
            return known
        wanted: defaultdict[str, list[str]] = defaultdict(list)
        for name, own in self.collection_ids.items():
            wanted[own].append(name)
        for one in articles:
            wanted[one.sampled.candidate.id].append(one.id)
        return clusters_of(self.options.clusters, wanted, known)

    def _number(self, articles: Sequence[NewArticle]) -> int:
        """The number of the record: that of the last one, if its articles are the same, as after an interruption."""
        records = samples.read_samples(self.corpus.samples)
        last = max(records, default=0)
        is_same = last and {one.article for one in records[last].drawn} == {one.id for one in articles}
        return last if is_same else last + 1

    def _record(self, sample: Sample, articles: Sequence[NewArticle]) -> SampleRecord:
        draw, by = self.options.draw, self.options.criteria.by
        return SampleRecord(
            suggestions=self.output.folder.name,
            recipe=self.output.digest,
            number=draw.number,
            random_share=draw.random_share,
            seed=draw.seed,
            by=[*by],
            allocation=draw.allocation,
            least=sample.least,
            articles=sample.frame,
            left_out=dict(sorted(sample.left_out.items())),
            strata=[
                CountedStratum(values=values_of(by, one.key), articles=one.articles, random=one.random, drawn=one.drawn)
                for one in sample.strata
            ],
            drawn=[
                DrawnArticle(
                    article=one.id,
                    id=one.sampled.candidate.id,
                    shard=one.sampled.candidate.shard,
                    row=one.sampled.candidate.row,
                    part=one.sampled.part,
                    values=values_of(by, one.sampled.candidate.stratum),
                    probability=one.sampled.probability,
                )
                for one in articles
            ],
        )

    def _notes(self, sample: Sample, order: Sequence[OrderedArticle], articles: Sequence[NewArticle]) -> Iterator[str]:
        sampled = {*samples.sampled_ids(self.corpus.samples), *(one.id for one in articles)}
        if mixed := samples.mixed_draws(order, sampled):
            yield mixed
        if self.output.failed:
            yield f"{amount(self.output.failed, 'shard')} failed, so that none of their articles can be drawn"
        if sample.repeated:
            yield f"{sample.repeated:,} candidates were passed over, since another article has the same text"
        if sample.unseen:
            yield (
                f"{sample.unseen:,} articles are in strata that have none in the sample, so that estimates from its "
                "strata leave them out: draw more, or describe articles in fewer ways"
            )


def write_sample(corpus: Corpus, plan: ProjectSample) -> list[Path]:
    """Write a sample into its project, all or nothing; returns the files of `corpus/` that changed.

    Raises:
        InputError: if the project has changed since the plan was made; if suggestions that are to be written were
            changed by a person.
    """
    folder = SuggestionFolder(corpus.suggestions)
    folder.require_unchanged(one.id for one in plan.articles)
    record = corpus.samples / f"{plan.number}.json"
    contents: dict[Path, bytes | None] = {record: plan.record.text().encode()}
    if plan.clusters or files.is_there(corpus.cluster_file):
        contents[corpus.cluster_file] = clusters.content(plan.clusters).encode()
    before = {path: files.read_bytes(path) if files.is_there(path) else None for path in (*contents, corpus.order_file)}
    written: list[Path] = []
    try:
        for one in plan.articles:
            text = "".join(map(gold.line, one.suggestions))
            if (path := folder.write(one.id, text, plan.choice)) is not None:
                written.append(path)
        files.write_all(contents)
        reading_order.update_order(corpus.order_file, lambda now: _order_if_unchanged(corpus, plan, now))
        _add(corpus, plan, apply=True)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        files.write_all({path: data for path, data in before.items() if data is not None or files.is_there(path)})
        raise
    return [*contents, corpus.order_file, corpus.folder / "manifest.jsonl"]


def check_addition(corpus: Corpus, plan: ProjectSample) -> None:
    """Make sure that the articles of a plan can be added.

    Raises:
        InputError: as `ingest.add`.
    """
    _add(corpus, plan, apply=False)


def _add(corpus: Corpus, plan: ProjectSample, *, apply: bool) -> None:
    """Add the articles as the rows of a table, which is kept as received."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / f"sample-{plan.number}.jsonl"
        table.write_bytes("".join(one.row() for one in plan.articles).encode("utf-8"))
        present = {key for one in plan.articles for key in one.stated}
        names = {key: key if key in present else "" for key in STATEMENTS}
        columns = ColumnNames(text="text", id="id", **names)
        reading = ArticleOptions(columns=columns, language=corpus.scheme.language)
        addition = ingest.add(corpus, [table], AddOptions(reading=reading), apply=apply)
        if addition.left_out:
            left_out = addition.left_out[0]
            raise InputError(
                f"the article {left_out.id} would be left out: {left_out.reason}",
                file=corpus.folder / "manifest.jsonl",
                remedy="Draw the sample again.",
            )


def _order_if_unchanged(corpus: Corpus, plan: ProjectSample, now: Sequence[OrderedArticle]) -> Iterable[OrderedArticle]:
    if list(now) != list(plan.before):
        remedy = "Run the command again."
        raise InputError("has changed since the sample was drawn", file=corpus.order_file, remedy=remedy)
    return plan.order


def _project_ids(corpus: Corpus, texts: Mapping[SampleCandidate, str]) -> dict[SampleCandidate, str]:
    """The id that each article gets in the project: its own, if it can be one and no other article has it."""
    register = ArticleRegister.of(corpus.seeds, corpus.folder / "manifest.jsonl")
    taken = {*register.ids}
    found = {}
    for one in sorted(texts, key=lambda one: (one.id, one.shard, one.row)):
        forms = (one.id, _hashed(one.id, one.id), _hashed(one.id, f"{one.id}\n{one.shard}\n{one.row}"))
        name = next((form for form in forms if not _cannot_be(register, form, taken, texts[one])), forms[-1])
        taken.add(name_key(name))
        found[one] = name
    return found


def _hashed(name: str, identity: str) -> str:
    """An id of what can be kept of one, and of a hash of what tells it from others."""
    stem = RUN.sub("-", name).strip("-. ").encode()[:LONGEST_STEM].decode("utf-8", "ignore") or "article"
    return f"{stem}-{hashlib.sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:DIGITS]}"


def _cannot_be(register: ArticleRegister, name: str, taken: Collection[str], text: str) -> bool:
    """Whether a name can be no id of the project, or is that of another article."""
    if name_problem(name) or article_id_problem(name):
        return True
    return name_key(name) in taken or _is_other_file(register, f"{name}.txt", text)


def _is_other_file(register: ArticleRegister, file: str, text: str) -> bool:
    """Whether the seeds have a file of this name with another text, as one that some system takes for the same name."""
    held = register.files.get(name_key(file))
    path = register.seeds / file
    return held is not None and not (held == file and path.is_file() and files.read_bytes(path) == text.encode())


def _renamed(example: Example, own: str, name: str) -> Example:
    """An example of an article under the id that the article gets, without the number of its row."""
    extra = {key: value for key, value in example.extra.items() if key != ROW}
    return replace(example, id=f"{name}{example.id.removeprefix(own)}", extra=extra)


def _require_labels(corpus: Corpus, spans: Mapping[str, int]) -> None:
    """Require that the project has all labels of the suggestions.

    Raises:
        InputError: naming those that it has not.
    """
    unknown = sorted(set(spans) - set(corpus.scheme.names))
    if unknown:
        raise InputError(
            f"has no label {enumerate_names(map(repr, unknown), most=NAMED)}, which the suggestions have",
            file=corpus.scheme_file,
            remedy="Add the label, or make the suggestions with this project: goldspan bulk suggest IN --output FOLDER",
        )


def _known_surfaces(corpus: Corpus) -> frozenset[str]:
    """The surfaces that gold, a pass or a suggestion of a project has; see `surface_key`.

    Raises:
        InputError: for a file that cannot be read.
    """
    return frozenset(
        surface_key(span.label, example.surface(span)) for example in _annotated(corpus) for span in example.spans
    )


def _annotated(corpus: Corpus) -> Iterator[Example]:
    yield from corpus.gold_examples()
    for name in corpus.annotators():
        yield from corpus.pass_examples(name)
    for entry in corpus.entries:
        path = corpus.suggestions / f"{entry.id}.jsonl"
        if files.is_there(path):
            yield from formats.load(path, "gold")


def _fingerprints(corpus: Corpus) -> Collection[bytes]:
    """The fingerprints of the articles of a project."""
    return {text_fingerprint([one.text for one in article_examples(corpus, entry)]) for entry in corpus.entries}
