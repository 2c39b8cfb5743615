"""The splits of a corpus: the id lists in `corpus/splits/`, and the plan for articles that are new."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan import files, near_duplicates
from goldspan.annotation import article_of
from goldspan.corpus import SPLITS, clusters
from goldspan.corpus.samples import sampled_ids
from goldspan.errors import InputError, InvalidValueError
from goldspan.near_duplicates import THRESHOLD
from goldspan.splits.assignment import SplitConflict, assign, too_small, validate_ratios
from goldspan.splits.folds import ArticleSize, accepted_by, article_sizes, assign_folds, groups
from goldspan.splits.text_reuse import AcceptedReuse, StandingParagraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus


MOST_LEAKS = 5  # that a message names
QUOTED = 60  # code points of a paragraph in a message


def read_split_lists(corpus: Corpus) -> dict[str, str]:
    """The split of each article that has one.

    Raises:
        InputError: for an article that is listed twice, or that the manifest does not have.
    """
    return {article: split for split, ids in corpus.splits().items() for article in ids}


def read_clusters(corpus: Corpus, tables: Sequence[Path] = ()) -> dict[str, str]:
    """The cluster of each article that is to be in one: what some tables have, or, without any, what the project has.

    Raises:
        InputError: for tables or a file of the project that cannot be read.
    """
    if not tables:
        return corpus.clusters()
    from goldspan.splits.cluster_tables import clusters_of  # here, since it imports pydantic

    in_collection = sampled_ids(corpus.samples)  # an id that could be none here is another one there
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for entry in corpus.entries:
        wanted[in_collection.get(entry.id, entry.id)].append(entry.id)
    return clusters_of(tables, wanted)


def changed_clusters(corpus: Corpus, plan: SplitPlan) -> dict[Path, bytes]:
    """The file of the clusters with its content, if that is to be written."""
    data, path = clusters.content(plan.cluster_of).encode(), corpus.cluster_file
    is_same = files.read_bytes(path) == data if files.is_there(path) else not data
    return {} if is_same else {path: data}


def changed_files(corpus: Corpus, plan: SplitPlan) -> dict[Path, bytes]:
    """The lists and the clusters that are to be written, with their contents; those that stay are left out."""
    return changed_lists(corpus, plan.splits) | changed_clusters(corpus, plan)


def changed_lists(corpus: Corpus, splits: Mapping[str, str]) -> dict[Path, bytes]:
    """The lists that are to be written for these splits of articles, each sorted; those that stay are left out."""
    lists: dict[str, list[str]] = {name: [] for name in SPLITS}
    for article in sorted(splits):
        lists[splits[article]].append(f"{article}\n")
    contents = {corpus.split_file(name): "".join(lines).encode() for name, lines in lists.items()}
    return {path: data for path, data in contents.items() if not path.is_file() or path.read_bytes() != data}


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """The splits of a corpus, existing and planned.

    Args:
        splits: the split of each article, sorted by id.
        existing: those of them that are in the files already.
        articles: the articles with gold, sorted by id; the others in `splits` have no weight.
        groups: per article with gold the name of the group that it belongs to.
        standing: the paragraphs that alone join many groups.
        conflicts: the groups that are in several splits.
        without_gold: the articles of the manifest without gold.
        labels: in the order of the scheme.
        folds: per article with gold its fold for cross-validation.
        ratios: the share of each split.
        threshold: the resemblance from which two articles are near-duplicates.
        cluster_of: the cluster of each article that is to be in one, whether it has gold or not.
        former_clusters: the same as the project has it now.
    """

    splits: Mapping[str, str]
    existing: Mapping[str, str]
    articles: Mapping[str, ArticleSize]
    groups: Mapping[str, str]
    standing: tuple[StandingParagraph, ...]
    conflicts: tuple[SplitConflict, ...]
    without_gold: tuple[str, ...]
    labels: tuple[str, ...]
    folds: Mapping[str, int]
    ratios: Mapping[str, float]
    threshold: float
    cluster_of: Mapping[str, str]
    former_clusters: Mapping[str, str]

    @property
    def new(self) -> dict[str, str]:
        """The articles that are in no file yet, with the splits planned for them."""
        return {article: split for article, split in self.splits.items() if article not in self.existing}

    @property
    def together(self) -> list[list[str]]:
        """The groups of more than one article."""
        members: dict[str, list[str]] = {}
        for article, name in self.groups.items():
            members.setdefault(name, []).append(article)
        return [group for group in members.values() if len(group) > 1]

    @property
    def too_small(self) -> str | None:
        """Why the test split is too small for reliable scores, as a sentence; None if it is not."""
        tested = [article for article in self.articles if self.splits[article] == "test"]
        return too_small(self.contents("test")["spans"], len({self.groups[article] for article in tested}))

    def contents(self, split: str) -> dict[str, Any]:
        """The numbers of articles with gold, examples, words, and spans per label of a split."""
        inside = [size for article, size in self.articles.items() if self.splits[article] == split]
        return {
            "articles": len(inside),
            "examples": sum(size.examples for size in inside),
            "words": sum(size.words for size in inside),
            "spans": {label: sum(size.spans.get(label, 0) for size in inside) for label in self.labels},
        }

    def excerpt(self, example: str) -> str:
        """The beginning of the text of an example with gold."""
        text = " ".join(self.articles[article_of(example)].paragraphs[example].split())
        return text if len(text) <= QUOTED else f"{text[:QUOTED]}…"

    def json(self) -> dict[str, Any]:
        """The whole plan as JSON values."""
        return {
            "ratios": dict(self.ratios),
            "threshold": self.threshold,
            "splits": {split: self.contents(split) for split in SPLITS},
            "assigned": dict(self.splits),
            "new": list(self.new),
            "without_gold": list(self.without_gold),
            "near_duplicates": self.together,
            "clusters": {article: self.cluster_of[article] for article in self.articles if article in self.cluster_of},
            "standing_paragraphs": [paragraph._asdict() for paragraph in self.standing],
            "conflicts": [{"splits": dict(each.splits), "new": list(each.new)} for each in self.conflicts],
            "folds": dict(self.folds),
            "too_small": self.too_small,
        }


def parse_ratios(text: str) -> dict[str, float]:
    """Ratios from `train=0.6,validation=0.2,test=0.2`; a split that is left out gets no new article.

    Raises:
        InvalidValueError: for anything else, for a name that is not a split, and as `validate_ratios`.
    """
    ratios: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = (piece.strip() for piece in part.partition("="))
        try:
            ratio = float(number)
        except ValueError:
            raise InvalidValueError(f"{part.strip()!r} is not <split>=<ratio>") from None
        if name not in SPLITS or name in ratios:
            raise InvalidValueError(f"{name!r} is not a split or is there twice; the splits are {', '.join(SPLITS)}")
        ratios[name] = ratio
    validate_ratios(ratios)
    return ratios


def plan_splits(
    corpus: Corpus,
    ratios: Mapping[str, float] | None = None,
    threshold: float = THRESHOLD,
    *,
    cluster_of: Mapping[str, str] | None = None,
) -> SplitPlan:
    """The plan for the splits of a corpus: articles that have a split keep it, new ones are placed.

    Args:
        corpus: the project.
        ratios: the share of each split; those under [splits] in `goldspan.toml` if None.
        threshold: the resemblance from which two articles are near-duplicates.
        cluster_of: the cluster of each article that is to be in one; those of `corpus/clusters.jsonl` if None.

    Raises:
        InputError: for a split file that lists an article twice or one that the manifest does not have; for gold that
            is not valid or of no article of the manifest; as `accepted_by`.
        InvalidValueError: for ratios or a threshold out of range.
    """
    ratios = corpus.settings.splits.ratios if ratios is None else ratios
    validate_ratios(ratios)
    existing = read_split_lists(corpus)
    articles = article_sizes(corpus.gold_examples())
    known = [entry.id for entry in corpus.entries]
    _require_known_articles(corpus, articles, known)
    accepted = accepted_by(corpus, articles)
    former = corpus.clusters()
    cluster_of = former if cluster_of is None else cluster_of
    grouped = groups(articles, threshold, accepted, cluster_of)
    whole = groups(articles, threshold, AcceptedReuse(accepted.paragraphs), cluster_of) if accepted.pairs else grouped
    measures = {article: _balanced_amounts(size) for article, size in articles.items()}

    def similarity(article: str, other: str) -> float:
        return near_duplicates.compare(articles[article].text, articles[other].text).containment

    assignment = assign(measures, grouped.names, existing, ratios, similarity)
    spans = {article: size.spans for article, size in articles.items()}
    unknown = {label for counts in spans.values() for label in counts} - set(corpus.scheme.names)
    return SplitPlan(
        splits=assignment.splits,
        existing=existing,
        articles=articles,
        groups=grouped.names,
        standing=grouped.standing,
        conflicts=assignment.conflicts,
        without_gold=tuple(article for article in known if article not in articles),
        labels=(*corpus.scheme.names, *sorted(unknown)),
        folds=assign_folds(whole.names, spans),
        ratios=ratios,
        threshold=threshold,
        cluster_of=cluster_of,
        former_clusters=former,
    )


def refusal(corpus: Corpus, planned: SplitPlan, *, accept_leaks: bool = False) -> InputError | None:
    """Why a plan is not carried out: new articles that belong to articles in several splits, if any."""
    leaks = [
        f"{article} belongs to {' and to '.join(_place(planned, conflict, article, other) for other in nearest)}"
        for conflict in planned.conflicts
        for article, nearest in conflict.nearest.items()
    ]
    if not leaks or accept_leaks:
        return None
    more = [f"{len(leaks) - MOST_LEAKS:,} more are like that"] if len(leaks) > MOST_LEAKS else []
    return InputError(
        f"{'; '.join([*leaks[:MOST_LEAKS], *more])}; nothing was written",
        file=corpus.split_file("train").parent,
        remedy="Remove the articles that they belong to from all split files but one, so that all are placed together, "
        "accept what is no leak in [allow] in labels.toml, or pass --accept-leaks.",
    )


def _place(planned: SplitPlan, conflict: SplitConflict, article: str, other: str) -> str:
    """An article that another belongs to, with its split and the cluster that both are in, if they are in one."""
    cluster = planned.cluster_of.get(article)
    shared = f", of the cluster {cluster!r}" if cluster and planned.cluster_of.get(other) == cluster else ""
    return f"{other} ({conflict.splits[other]}{shared})"


def write_splits(corpus: Corpus, planned: SplitPlan, *, accept_leaks: bool = False) -> list[Path]:
    """Write the split files and the clusters, and return the files that changed.

    Articles are only ever added to splits: if the machine stops between two files, each article is still in at most one
    split, and the next run places the others.

    Args:
        corpus: whose files they are.
        planned: the plan.
        accept_leaks: write new articles although they belong to articles in several splits.

    Raises:
        InputError: for such articles, unless they are accepted.
    """
    if (error := refusal(corpus, planned, accept_leaks=accept_leaks)) is not None:
        raise error
    changed = changed_files(corpus, planned)
    files.write_all(changed)
    return list(changed)


def _balanced_amounts(size: ArticleSize) -> dict[str, int]:
    """The amounts that are balanced: articles, words, and spans of each label."""
    return {"articles": 1, "words": size.words} | {f"spans of {label}": number for label, number in size.spans.items()}


def _require_known_articles(corpus: Corpus, articles: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(articles).difference(known))
    if unknown:
        raise InputError(
            f"gold has examples of the article {unknown[0]!r}, which the manifest does not have",
            file=corpus.gold,
            remedy="The id of an example is <article>.p<number>, <article>.s<number> or the article's own, with the "
            "article as in corpus/manifest.jsonl.",
        )
