"""The recogniser of what gold has already: surfaces that were marked before, by how often they were and were not.

For each surface that gold has marked, all its mentions in annotated text are counted: those with a span of these very
edges, by label, and those without one. A mention inside a longer span (`Kent` in `University of Kent`) says nothing
and is not counted. A surface is suggested where it stands again, if it was marked with one label often enough:
`least_count` times, and in a share of `least_share` of its mentions. Numbers are surfaces like others: `1,000 soldiers`
says nothing of `2,000 soldiers`.

*No article sees its own gold.* For an article that has gold, what was counted there is taken off before anything is
suggested, whatever split it is in. So the suggestions can be compared with gold: each article is held out in turn. Only
of texts that two articles share, one says what the other has. In cross-validation the other articles of the fold are
taken off, too (`without_articles`).

The score is Laplace's estimate of the chance that the next mention is marked so, `(k + 1) / (n + 2)` for k of n
mentions (Laplace 1774, the rule of succession): 8 of 8 count for more than 1 of 1.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from goldspan import files
from goldspan.corpus import SPLITS, Corpus
from goldspan.report.text import amount, enumerate_names
from goldspan.suggest.extents import Extents
from goldspan.suggest.name_matcher import NameMatcher, is_case_variant, written_form
from goldspan.suggest.recogniser import RecognisedSpan
from goldspan.suggest.recogniser_inputs import RecogniserInputs, input_file, input_folder
from goldspan.suggest.recogniser_table import LabelMapping, RecogniserOptions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.suggest.recogniser_table import RecogniserTable

SEEN, VARIANT = "gold.seen", "gold.variant"  # as it was written before; in another case
UNMARKED = ""  # in place of a label, which is never empty


class GoldOptions(RecogniserOptions):
    """The keys of a recogniser of the kind `gold`.

    Args:
        source: what is counted: gold, or what annotators confirmed in their passes, each annotator by themselves.
        splits: the splits whose articles are counted; None for all articles, in a split or not.
        least_share: of the mentions of a surface, how many must have been marked with the label.
        least_count: how often it must have been marked with the label.
    """

    source: Literal["gold", "passes"] = Field(default="gold", alias="from", description='"gold" or "passes"')
    splits: list[Literal["train", "validation", "test"]] | None = Field(
        default=None, min_length=1, description='a list of "train", "validation" and "test"'
    )
    least_share: float = Field(default=0.5, gt=0, le=1, description="a share above 0 and up to 1")
    least_count: int = Field(default=1, ge=1, description="a whole number from 1")


class SurfaceCounts:
    """How often surfaces were marked with each label, and how often they stood unmarked, by article.

    Args:
        examples: that were annotated.
    """

    def __init__(self, examples: Iterable[Example]) -> None:
        self.matcher = NameMatcher()
        self.spans: Counter[str] = Counter()
        annotated = [example for example in examples if example.is_annotated or _parts(example)]
        for example in annotated:
            for span in example.spans:
                if self.matcher.add(example.surface(span)):
                    self.spans[span.label] += 1
        # By folded name and the way it is written: mentions by label.
        self._counts: defaultdict[str, dict[str, Counter[str]]] = defaultdict(dict)
        self._by_article: defaultdict[str, Counter[tuple[str, str, str]]] = defaultdict(Counter)
        for example in annotated:
            self._add(example)

    @property
    def articles(self) -> int:
        """How many articles have mentions."""
        return len(self._by_article)

    def forms(self, name: str) -> Iterable[str]:
        """The ways in which a folded name was written."""
        return self._counts[name]

    def mentions(self, name: str, forms: Iterable[str], without: str | Collection[str]) -> Counter[str]:
        """How often a name was marked with each label, and unmarked, in all articles but some.

        Args:
            name: folded.
            forms: the ways of writing it that count.
            without: the id of the article that is left out, or those of several.
        """
        own = [self._by_article[article] for article in ({without} if isinstance(without, str) else {*without})
               if article in self._by_article]  # fmt: skip
        found: Counter[str] = Counter()
        for form in forms:
            for label, times in self._counts[name].get(form, Counter()).items():
                found[label] += times - sum(counts[name, form, label] for counts in own)
        return +found

    def _add(self, example: Example) -> None:
        marked: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
        for span in example.spans:
            marked[span.start, span.end].append(span.label)
        places = {(start, end): name for start, end, name in self.matcher.find(example.text)}
        for place in marked.keys() - places.keys():  # a part of a word
            places[place] = self.matcher.add(example.text[slice(*place)])
        unannotated = Extents(example.unannotated_parts)
        inside = Extents(marked)
        for (start, end), name in places.items():
            labels = marked.get((start, end))
            if not name or unannotated.touch(start, end) or (labels is None and inside.contain(start, end)):
                continue
            form = written_form(example.text[start:end])
            counts = self._counts[name].setdefault(form, Counter())
            for label in labels or [UNMARKED]:
                counts[label] += 1
                self._by_article[example.article][name, form, label] += 1


class GoldSurfaces:
    """Finds the surfaces that were marked before.

    Args:
        counts: of the surfaces.
        labels: what becomes of the labels that they were marked with.
        notes: what a user should know.
        options: how often a surface must have been marked.
        name: under which its spans are known.
        left_out: ids of articles that do not count.
    """

    def __init__(
        self,
        counts: SurfaceCounts,
        labels: Mapping[str, str],
        notes: Sequence[str],
        options: GoldOptions,
        name: str,
        *,
        left_out: Collection[str] = (),
    ) -> None:
        self.counts = counts
        self.name = name
        self.notes = tuple(notes)
        self.labels = frozenset(labels[label] for label in counts.spans if label in labels)
        self._map = labels
        self._options = options
        self._left_out = frozenset(left_out)

    def without_articles(self, articles: Collection[str]) -> GoldSurfaces:
        """The recogniser that does not know what was marked in some articles either, whatever it suggests for."""
        left_out = self._left_out.union(articles)
        return GoldSurfaces(self.counts, self._map, self.notes, self._options, self.name, left_out=left_out)

    def recognise(self, documents: Sequence[Sequence[Example]]) -> Iterator[list[list[RecognisedSpan]]]:
        """What was marked before, in each document."""
        for examples in documents:
            yield [list(self._spans(example)) for example in examples]

    def _spans(self, example: Example) -> Iterator[RecognisedSpan]:
        without = {*self._left_out, example.article}
        for start, end, name in self.counts.matcher.find(example.text):
            form = written_form(example.text[start:end])
            found, rule = self.counts.mentions(name, [form], without), SEEN
            if not found:
                forms = [other for other in self.counts.forms(name) if is_case_variant(form, other)]
                found, rule = self.counts.mentions(name, forms, without), VARIANT
            if (suggested := self._judged(found)) is not None:
                label, score, evidence = suggested
                yield RecognisedSpan(start, end, label, rule, score, evidence)

    def _judged(self, found: Counter[str]) -> tuple[str, float, str] | None:
        """The label that mentions were marked with often enough, its score, and the counts in words."""
        by_label: Counter[str] = Counter()
        for label, times in found.items():
            by_label[self._map.get(label, UNMARKED)] += times
        mentions = by_label.total()
        best = max(sorted(by_label.keys() - {UNMARKED}), key=by_label.__getitem__, default=None)
        if best is None or by_label[best] < self._options.least_count:
            return None
        if by_label[best] < self._options.least_share * mentions:
            return None
        others = [f"{times:,} {label}" for label, times in sorted(by_label.items()) if label not in (best, UNMARKED)]
        evidence = f"{by_label[best]:,} of {mentions:,} marked" + (f", and {enumerate_names(others)}" if others else "")
        return best, round((by_label[best] + 1) / (mentions + 2), 3), evidence


def of_table(table: RecogniserTable) -> GoldSurfaces:
    """The recogniser of a `[[recogniser]]` table.

    Raises:
        InputError: naming file and line, for a wrong key, a label that the scheme lacks, and gold that is not valid.
    """
    options = table.parse(GoldOptions)
    counts = SurfaceCounts(_examples(Corpus(table.root), options))
    stated = [label for label in options.labels if label not in counts.spans]  # gold may have it one day
    mapping = LabelMapping.of(table, [*counts.spans, *stated], options.labels)
    if counts.spans:
        marked = amount(counts.spans.total(), "marked span")
        about = f"counts {marked} of {amount(counts.articles, 'article')}; for each article, those of the others"
    elif options.source == "gold":
        about = "gold is empty yet"
    else:
        about = "no pass has a span that counts yet"
    return GoldSurfaces(counts, mapping.labels, [about, *mapping.notes], options, table.name)


def inputs(table: RecogniserTable) -> RecogniserInputs:
    """What decides its suggestions besides its table: the annotation that it counts, and which articles these are.

    Raises:
        InputError: as `of_table`, for its keys, the manifest and the splits.
    """
    options, corpus = table.parse(GoldOptions), Corpus(table.root)
    names = [f"{article}.jsonl" for article in _articles(corpus, options)]
    folders = [corpus.gold] if options.source == "gold" else [corpus.passes / one for one in corpus.annotators()]
    found = [input_folder(table.root, one, (one / name for name in names if files.is_there(one / name)))
             for one in folders]  # fmt: skip
    lists = [corpus.folder / "manifest.jsonl"]
    if options.splits is not None:
        lists += [corpus.split_file(name) for name in SPLITS if files.is_there(corpus.split_file(name))]
    # These lists say which articles there are: one without annotation, and what is stated of one, decide nothing.
    annotated = {path.name for one in found for path in one.paths}
    counted = "".join(f"{name}\n" for name in names if name in annotated)
    return RecogniserInputs(files=(*found, *(input_file(table.root, path, counted) for path in lists)))


def _articles(corpus: Corpus, options: GoldOptions) -> list[str]:
    """The ids of the articles that are counted."""
    if options.splits is None:
        return [entry.id for entry in corpus.entries]
    return [article for split in options.splits for article in corpus.read_split(split)]


def _examples(corpus: Corpus, options: GoldOptions) -> Iterator[Example]:
    articles = _articles(corpus, options)
    if options.source == "gold":
        yield from corpus.gold_examples(articles)
    else:
        for annotator in corpus.annotators():
            yield from corpus.confirmed_examples(annotator, articles)


def _parts(example: Example) -> bool:
    """Whether some part of an example was annotated."""
    return example.unannotated_parts != ((0, len(example.text)),)
