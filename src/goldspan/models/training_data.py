"""The gold of each split, for a training: what a model learns from, what it is chosen by, what it is measured with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from goldspan import tokens
from goldspan.corpus import SPLITS
from goldspan.corpus.gold_digest import gold_digest
from goldspan.errors import InputError, InvalidValueError
from goldspan.models.fold_predictions import annotated_examples
from goldspan.report.text import Table, amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.tokens import Misaligned

TRAIN, VALIDATION, TEST = SPLITS
NAMED = 5  # articles that a message names
ANNOTATE = "Annotate and adjudicate them (goldspan adjudicate --apply)"


@dataclass(frozen=True, slots=True)
class TrainingData:
    """The annotated gold of a project, split by split.

    Args:
        examples: by split; a split without gold is empty.
        labels: that count, in the order of the scheme.
        digests: by split with gold, the digest of its gold.
        without_gold: by split, the articles that its list has and annotated gold has not.
        cut: the spans of train that do not begin and end with tokens.
    """

    examples: Mapping[str, Sequence[Example]]
    labels: tuple[str, ...]
    digests: Mapping[str, str]
    without_gold: Mapping[str, tuple[str, ...]]
    cut: tuple[Misaligned, ...]

    @classmethod
    def of(cls, corpus: Corpus, without: Collection[str] = ()) -> TrainingData:
        """The data of a project.

        Args:
            corpus: the project.
            without: labels that are left out, as if nothing were marked with them.

        Raises:
            InputError: if there is no gold, no list of a split, no gold in a split from which a model learns or by
                which it is chosen, or no span of some label to learn from.
            InvalidValueError: for a label to be left out that the scheme lacks, or if none is left.
        """
        labels = _labels(corpus, without)
        corpus.require_tokenizer()
        annotated = annotated_examples(corpus)
        splits = corpus.splits()
        _require_lists(corpus, splits)
        examples = {
            split: [_of_labels(example, labels) for example in annotated if example.article in {*ids}]
            for split, ids in splits.items()
        }
        found = {split: {example.article for example in of} for split, of in examples.items()}
        missing = {split: tuple(name for name in ids if name not in found[split]) for split, ids in splits.items()}
        _require_gold(corpus, examples, missing)
        _require_labels(corpus, examples[TRAIN], labels)
        digests = {split: gold_digest(corpus, articles) for split, articles in found.items() if articles}
        return cls(examples, labels, digests, missing, tuple(_cut(examples[TRAIN], corpus.scheme.language)))

    @property
    def articles(self) -> dict[str, list[str]]:
        """By split, the ids of its articles with gold."""
        return {split: sorted({example.article for example in of}) for split, of in self.examples.items()}

    def require_unchanged(self, corpus: Corpus) -> None:
        """Refuse gold that is no longer what was read.

        Raises:
            InputError: naming the splits.
        """
        articles = self.articles
        changed = [split for split, digest in self.digests.items() if gold_digest(corpus, articles[split]) != digest]
        if changed:
            raise InputError(
                f"the gold of {enumerate_names(changed)} changed while the model was trained",
                file=corpus.gold,
                remedy="Nothing was written. Run the training again, for the gold that there is now.",
            )

    def table(self) -> Table:
        """A row per split: its articles, examples, spans, and the spans of each label."""
        rows = []
        for split, examples in self.examples.items():
            spans = Counter(span.label for example in examples for span in example.spans)
            counts = (len({one.article for one in examples}), len(examples), spans.total())
            rows.append((split, *(f"{n:,}" for n in counts), *(f"{spans[label]:,}" for label in self.labels)))
        return Table("Gold", "", ("split", "articles", "examples", "spans", *self.labels), tuple(rows))

    def remarks(self) -> list[str]:
        """What there is no gold of, in sentences."""
        remarks = []
        for split, names in self.without_gold.items():
            if names:
                verb = "has" if len(names) == 1 else "have"
                named = enumerate_names(names, most=NAMED)
                remarks.append(f"{named} of {split} {verb} no annotated gold, and took no part.")
        if not self.examples[VALIDATION]:
            remarks.append("No article is in validation: nothing says by what the model is to be chosen.")
        if self.cut:
            which = enumerate_names(map(str, self.cut), most=NAMED)
            remarks.append(
                f"{amount(len(self.cut), 'span')} of train cannot be learned, since tokens are whole: {which}."
            )
        return remarks


def _labels(corpus: Corpus, without: Collection[str]) -> tuple[str, ...]:
    for label in without:
        if label not in corpus.scheme:
            known = enumerate_names(corpus.scheme.names)
            raise InvalidValueError(f"labels.toml has no label {label!r}", remedy=f"The labels are {known}.")
    labels = tuple(name for name in corpus.scheme.names if name not in without)
    if not labels:
        raise InvalidValueError("no label is left to train", remedy="Leave fewer out.")
    return labels


def _of_labels(example: Example, labels: tuple[str, ...]) -> Example:
    """The example with its spans of some labels; the key that says what nobody annotated stays."""
    return replace(example, spans=tuple(span for span in example.spans if span.label in labels))


def _cut(examples: Sequence[Example], language: str) -> Iterator[Misaligned]:
    extents = tokens.tokenize_all((example.text for example in examples), language)
    for example, of in zip(examples, extents, strict=True):
        yield from tokens.align(example, of)[1]


def _require_lists(corpus: Corpus, splits: Mapping[str, Sequence[str]]) -> None:
    if not any(splits.values()):
        raise InputError(
            "no article is in any split", file=corpus.split_file(TRAIN), remedy="Run `goldspan split --apply` first."
        )
    if not splits[TRAIN]:
        raise InputError(
            "no article is in train, from which a model learns",
            file=corpus.split_file(TRAIN),
            remedy="Assign articles to it: goldspan split --apply, with a share of train in goldspan.toml.",
        )


def _require_gold(
    corpus: Corpus, examples: Mapping[str, Sequence[Example]], missing: Mapping[str, tuple[str, ...]]
) -> None:
    purposes = {TRAIN: "from which a model learns", VALIDATION: "by which a model is chosen"}
    for split, purpose in purposes.items():
        if missing[split] and not examples[split]:
            raise InputError(
                f"no article of {split}, {purpose}, has gold: {enumerate_names(missing[split], most=NAMED)}",
                file=corpus.split_file(split),
                remedy=f"{ANNOTATE}, or move articles that have gold into {split}.",
            )


def _require_labels(corpus: Corpus, examples: Sequence[Example], labels: Sequence[str]) -> None:
    marked = {span.label for example in examples for span in example.spans}
    without = [label for label in labels if label not in marked]
    if not without:
        return
    options = " ".join(f"--without {label}" for label in without)
    remedy = f"Move articles that have some into train, or train a model that never finds them: {options}"
    if len(without) == len(labels):
        remedy = f"{ANNOTATE}."
    raise InputError(
        f"no span of {enumerate_names(without)} is in the gold of train, from which a model learns",
        file=corpus.split_file(TRAIN),
        remedy=remedy,
    )
