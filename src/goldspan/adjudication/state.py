"""The state of the adjudication of a corpus, and the decisions that change it.

Decisions are made by majority, by a person who compares the candidates, or by a person who edited gold.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.adjudication.derive import (
    MIN_READERS,
    Dispute,
    SettledExample,
    candidates_in,
    derive,
    differences,
    settle,
    settle_gold,
)
from goldspan.adjudication.planted import barred_spans, in_region, withhold
from goldspan.annotation import Span, article_of
from goldspan.corpus.audits import shown_errors
from goldspan.corpus.comments import comments_of_corpus
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import decisions, doubts
from goldspan.formats.decisions import Candidate, Decision, fingerprint
from goldspan.guidelines import changelog, rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.adjudication.derive import DerivedGold, GoldDifference
    from goldspan.adjudication.planted import PlantedRegion
    from goldspan.annotation import Example, LabelScheme
    from goldspan.corpus import Corpus
    from goldspan.corpus.comments import PassComment
    from goldspan.formats.decisions import How, Outcome
    from goldspan.formats.doubts import RegionDoubt
    from goldspan.guidelines.rules import Rule


MAJORITY = "majority"


@dataclass(frozen=True)
class AdjudicationState:
    """Passes, decisions and gold of a corpus, and what the first two give.

    Args:
        corpus: the corpus.
        articles: the ids of the articles it covers, in the order of the manifest.
        passes: per annotator the confirmed examples, by id, without planted spans of audits that they were shown.
        lines: the decisions as their files state them.
        gold: the examples of gold, by id.
        derived: what passes and decisions give.
        doubts: the regions of gold that a disputes' project asks about, as their files state them.
        planted: by example, the planted errors of audits that one of its readers was shown.
    """

    corpus: Corpus
    articles: tuple[str, ...]
    passes: Mapping[str, Mapping[str, Example]]
    lines: tuple[decisions.DecisionLine, ...]
    gold: Mapping[str, Example]
    derived: DerivedGold
    doubts: tuple[RegionDoubt, ...] = ()
    planted: Mapping[str, tuple[PlantedRegion, ...]] = field(default_factory=dict)

    def planted_in(self, example: str, start: int, end: int) -> tuple[PlantedRegion, ...]:
        """The planted errors in a region of an example that one of its readers was shown."""
        return in_region(self.planted.get(example, ()), start, end)

    def readings(self, example: str) -> dict[str, Example]:
        """Per reader of an example the example with the reader's spans."""
        return {name: examples[example] for name, examples in self.passes.items() if example in examples}

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The rules of the guidelines, by id."""
        return rules.read_rulebook(self.corpus.guidelines, self.corpus.scheme).rules

    @cached_property
    def comments(self) -> Mapping[str, tuple[PassComment, ...]]:
        """What annotators wrote on examples, by id, in the articles in which something is to be decided.

        Those who left an example open wrote some of it.
        """
        wanted = {dispute.example.article for dispute in self.derived.disputes}
        wanted |= {self.derived.settled[one.example].example.article for one in self.outdated}
        wanted |= {article_of(one.example) for one in self.open_doubts}
        return comments_of_corpus(self.corpus, [article for article in self.articles if article in wanted])

    @cached_property
    def rule_versions(self) -> dict[str, str]:
        """The version of the guidelines with which each rule last changed."""
        return changelog.changed_rules(self.corpus.guidelines)

    @cached_property
    def outdated(self) -> list[Decision]:
        """Decisions that apply, but under a rule whose meaning has changed since: they are to be reviewed."""
        return [
            one for one in self.derived.applied if changelog.is_outdated(self.rule_versions, one.rule, one.guidelines)
        ]

    @cached_property
    def gold_differences(self) -> dict[str, list[GoldDifference]]:
        """Where gold differs from passes and decisions, per example; examples that gold lacks are left out."""
        differing = {
            name: differences(settled, self.gold[name], self.readings(name))
            for name, settled in self.derived.settled.items()
            if name in self.gold
        }
        return {name: regions for name, regions in differing.items() if regions}

    @property
    def open(self) -> list[Dispute]:
        """The disputes, in the order of the articles and their texts."""
        place = {name: number for number, name in enumerate(self.articles)}
        return sorted(self.derived.disputes, key=lambda one: (place[one.example.article], one.example.at, one.start))

    @property
    def open_doubts(self) -> list[RegionDoubt]:
        """The regions of gold in doubt whose text is still the same, in the order of their files."""
        return [one for one in self.doubts if self._fingerprint(one.example) == one.sha256]

    def _fingerprint(self, example: str) -> str | None:
        return fingerprint(self.gold[example].text) if example in self.gold else None

    def has_readers(self, example: str) -> bool:
        """Whether gold of an example follows from what annotators marked: whether two of them have read it."""
        return len(self.readings(example)) >= MIN_READERS

    def reopened(self, example: str) -> SettledExample:
        """What passes and decisions give for an example without the decisions that are to be reviewed.

        For gold that came from elsewhere it is what gold has.
        """
        outdated = set(map(id, self.outdated))
        settled = self.derived.settled.get(example)
        applied = settled.applied if settled else ()
        kept = [one for one in applied if id(one) not in outdated]
        return (
            settle(self.readings(example), kept, self.planted.get(example, ()))
            if self.has_readers(example)
            else settle_gold(self.gold[example], kept, self.planted.get(example, ()))
        )

    def candidates(self, example: str, start: int, end: int) -> tuple[Candidate, ...]:
        """What a decision on a region is about: what each reader has there or, without two, what gold has.

        Args:
            example: its id.
            start: of the region, in code points; it cuts no span of theirs, see `region_around`.
            end: of the region.
        """
        if self.has_readers(example):
            sets = {name: reading.spans for name, reading in self.readings(example).items()}
            return candidates_in(sets, start, end)
        spans = self.gold[example].spans
        return (Candidate(tuple(span for span in spans if start <= span.start and span.end <= end), ()),)

    def region_around(self, example: str, start: int, end: int, further: Iterable[Span] = ()) -> tuple[int, int]:
        """The smallest region with these words that cuts no span of a reader, of gold or of further ones."""
        spans = [*further, *(span for reading in self.readings(example).values() for span in reading.spans)]
        spans += self.gold[example].spans if example in self.gold else ()
        spans += [Span(one.start, one.end, MAJORITY) for one in self._applied(example)]
        spans += [Span(one.start, one.end, MAJORITY) for one in self.planted.get(example, ())]
        while crossing := [
            one for one in spans if one.start < end and start < one.end and not start <= one.start <= one.end <= end
        ]:
            start, end = min(start, *(one.start for one in crossing)), max(end, *(one.end for one in crossing))
        return start, end

    def _applied(self, example: str) -> Sequence[Decision]:
        settled = self.derived.settled.get(example)
        return settled.applied if settled else ()

    def gold_to_read_again(self, rule: str) -> list[Example]:
        """The examples of gold to be read again because a rule has changed, in the order of the articles.

        They are of articles whose gold follows an older version, by the manifest. The changelog of the guidelines may
        say which texts a change concerns.

        Raises:
            InputError: for a version in the manifest that is not numbers with dots, and a pattern that is none.
        """
        versions = {entry.id: entry.guidelines for entry in self.corpus.entries if entry.guidelines is not None}
        try:
            patterns = {
                since: changelog.concerned_texts(self.corpus.guidelines, rule, since) for since in {*versions.values()}
            }
        except InvalidValueError as error:
            manifest = self.corpus.folder / "manifest.jsonl"
            raise InputError(error.message, file=manifest, remedy=error.remedy) from None
        return [
            example
            for example in self.gold.values()
            if example.article in versions
            and any(pattern.search(example.text) for pattern in patterns[versions[example.article]])
        ]

    def decided_under(self, rule: str) -> list[Decision]:
        """All decisions that name a rule, in the order of their files."""
        return [line.decision for line in self.lines if line.decision.rule == rule]


def read_state(corpus: Corpus, articles: Collection[str] | None = None) -> AdjudicationState:
    """The state of the adjudication, from passes, decisions and gold.

    Args:
        corpus: the corpus.
        articles: the ids of the articles to cover; all of the manifest if None.

    Raises:
        InputError: for an article that the manifest does not list, a line that cannot be read, a decision whose
            surfaces are not what its example says, an example with different texts in two passes, a confirmation that
            is neither true nor false, and a changelog of the guidelines that is ahead of labels.toml.
    """
    known = dict.fromkeys(entry.id for entry in corpus.entries)
    wanted = known if articles is None else set(articles)
    for name in articles or ():
        if name not in known:
            raise InputError(
                f"there is no article {name!r}",
                file=corpus.folder / "manifest.jsonl",
                remedy="Name articles by the ids of the manifest.",
            )
    chosen = tuple(name for name in known if name in wanted)
    changelog.require_no_later_entry(corpus.guidelines, corpus.scheme.version)
    passes = {name: {one.id: one for one in corpus.confirmed_examples(name, chosen)} for name in corpus.annotators()}
    lines = tuple(line for name in chosen for line in _lines(corpus.decisions / f"{name}.jsonl"))
    gold = {one.id: one for one in corpus.gold_examples(chosen)}
    passes, planted = withhold(passes, shown_errors(corpus))
    readings = {name: examples.values() for name, examples in passes.items()}
    derived = derive(readings, [one.decision for one in lines], gold.values(), planted)
    _require_matching_surfaces(lines, derived)
    recorded = tuple(one for name in chosen for one in read_doubts(corpus, name))
    return AdjudicationState(corpus, chosen, passes, lines, gold, derived, recorded, planted)


def read_doubts(corpus: Corpus, article: str) -> list[RegionDoubt]:
    """The regions of an article's gold that a disputes' project asks about.

    Raises:
        InputError: for the first line that is not one.
    """
    path = corpus.doubts / f"{article}.jsonl"
    return doubts.read(path) if files.is_there(path) else []


def doubt_texts(
    corpus: Corpus, made: Collection[tuple[Decision, Example]] = (), further: Iterable[RegionDoubt] = ()
) -> dict[Path, str]:
    """The contents of the files of doubts after some decisions, which settle those that they share words with.

    Args:
        corpus: the corpus.
        made: the decisions, each with its example.
        further: doubts to add; they replace those that they share words with.
    """
    added: defaultdict[str, list[RegionDoubt]] = defaultdict(list)
    for doubt in further:
        added[article_of(doubt.example)].append(doubt)
    regions = [(one.example, one.start, one.end) for one, _ in made]
    regions += [(one.example, one.start, one.end) for each in added.values() for one in each]
    texts = {}
    for article in dict.fromkeys([*(example.article for _, example in made), *added]):
        before = read_doubts(corpus, article)
        kept = [
            one
            for one in before
            if not any(one.example == name and one.overlaps(start, end) for name, start, end in regions)
        ]
        after = sorted([*kept, *added[article]], key=lambda one: (one.example, one.start))
        if before or after:
            texts[corpus.doubts / f"{article}.jsonl"] = "".join(map(doubts.line, after))
    return texts


def with_decisions(state: AdjudicationState, made: Collection[tuple[Decision, Example]]) -> AdjudicationState:
    """The state as it will be once these decisions are written; nothing is written."""
    if not made:
        return state
    lines = {article: list[decisions.DecisionLine]() for article in state.articles}
    for line in state.lines:
        lines[line.file.stem].append(line)
    for path, text in decision_texts(state.corpus, made).items():
        lines[path.stem] = [decisions.parse(raw, path, number) for number, raw in files.lines(text.encode("utf-8"))]
    after = tuple(line for of_article in lines.values() for line in of_article)
    readings = {name: examples.values() for name, examples in state.passes.items()}
    derived = derive(readings, [one.decision for one in after], state.gold.values(), state.planted)
    return replace(state, lines=after, derived=derived)


def decision_texts(corpus: Corpus, made: Collection[tuple[Decision, Example]]) -> dict[Path, str]:
    """The contents of the files of decisions with these.

    A new decision replaces the earlier ones that it overlaps: they were made on the same region of the same example.

    Args:
        corpus: the corpus.
        made: the decisions, each with its example, whose text gives the surfaces.
    """
    by_article = defaultdict(list)
    for decision, example in made:
        by_article[example.article].append((decision, decisions.line(decision, example.text)))
    texts = {}
    for article, new in by_article.items():
        path = corpus.decisions / f"{article}.jsonl"
        kept = [
            (line.decision, line.raw + "\n")
            for line in _lines(path)
            if not any(_replaces(decision, line.decision) for decision, _ in new)
        ]
        ordered = sorted([*kept, *new], key=lambda item: (item[0].example, item[0].start, item[0].end))
        texts[path] = "".join(text for _, text in ordered)
    return texts


def write_decisions(corpus: Corpus, made: Collection[tuple[Decision, Example]]) -> list[Path]:
    """Write decisions beside gold; returns the files that changed."""
    return [path for path, text in decision_texts(corpus, made).items() if decisions.write(path, [text])]


def _replaces(new: Decision, old: Decision) -> bool:
    return new.example == old.example and new.start < old.end and old.start < new.end


def _lines(path: Path) -> Iterator[decisions.DecisionLine]:
    if files.is_there(path):
        yield from decisions.read(path)


def _require_matching_surfaces(lines: Collection[decisions.DecisionLine], derived: DerivedGold) -> None:
    """Refuse a decision on the present text whose spans do not cover the words recorded for them."""
    for line in lines:
        for span, recorded, covered in derived.surface_mismatches(line):
            raise InputError(
                f"the span [{span.start}, {span.end}, {span.label}] says {recorded!r} but covers {covered!r}",
                file=line.file,
                line=line.line,
                example=line.decision.example,
                remedy="Correct the offsets or the surface: they must name the same words.",
            )


@dataclass(frozen=True, slots=True)
class DecisionAuthor:
    """Who decides, when, and why.

    Args:
        by: the name.
        when: the day, as `YYYY-MM-DD`.
        rule: the id of a rule of the guidelines, or None.
        reason: in words, or None.
        outcome: why annotators differed, or None.
    """

    by: str
    when: str
    rule: str | None = None
    reason: str | None = None
    outcome: Outcome | None = None

    def decide(self, case: Dispute | GoldDifference, choice: Iterable[Span], how: How, guidelines: str) -> Decision:
        """The decision that these spans are right in a region of an example.

        Args:
            case: the region, with what each reader has there.
            choice: what gold is to have there.
            how: in which way it was decided.
            guidelines: the version that was followed.

        Raises:
            InvalidValueError: for a choice that leaves the region, overlaps itself or has a span that an audit planted
                and no unaided reader marked.
        """
        chosen = tuple(choice)
        if planted := sorted(barred_spans(case.planted).intersection(chosen)):
            first = planted[0]
            raise InvalidValueError(
                f"{case.example.surface(first)!r} {first.label} was planted by an audit, and nobody marked it who "
                "had not been shown it",
                example=case.example.id,
                remedy="Choose something else. If it is right, have somebody read the example who sees no suggestions.",
            )
        return Decision(
            case.example.id, fingerprint(case.example.text), case.start, case.end, case.candidates, chosen,
            how, self.by, self.when, guidelines, self.rule, self.reason or None, self.outcome,
        )  # fmt: skip


def decide_region(
    state: AdjudicationState,
    example: Example,
    region: tuple[int, int],
    choice: Iterable[Span],
    author: DecisionAuthor,
) -> Decision:
    """The decision of a person on a region of an example, be it that annotators agree there or that nobody read it.

    Args:
        state: of the adjudication.
        example: with any spans.
        region: that cuts no span, see `AdjudicationState.region_around`.
        choice: what gold is to have there.
        author: who decides, when and why.

    Raises:
        InvalidValueError: for a choice that leaves the region, overlaps itself or has an unknown label.
    """
    planted = state.planted_in(example.id, *region)
    dispute = Dispute(example.with_spans(()), *region, state.candidates(example.id, *region), planted)
    return decide(dispute, choice, author, state.corpus.scheme, "adjudicated")


def decide(dispute: Dispute, choice: Iterable[Span], author: DecisionAuthor, scheme: LabelScheme, how: How) -> Decision:
    """A decision on a dispute.

    Raises:
        InvalidValueError: for a choice that leaves the region, overlaps itself or has an unknown label.
    """
    chosen = tuple(choice)
    for span in chosen:
        if span.label not in scheme:
            raise InvalidValueError(
                f"there is no label {span.label!r}",
                example=dispute.example.id,
                remedy=f"The labels are {', '.join(scheme.names)}.",
            )
    return author.decide(dispute, chosen, how, scheme.version)


def majority_decisions(state: AdjudicationState, when: str) -> list[tuple[Decision, Example]]:
    """A decision for each dispute in which more than half of the readers have the same spans.

    Args:
        state: of the adjudication.
        when: the day, as `YYYY-MM-DD`.
    """
    made = []
    for dispute in state.open:
        if (first := dispute.majority) is not None:
            votes = f"{len(first.by)} of {dispute.readers} readers"
            author = DecisionAuthor(MAJORITY, when, None, votes)
            made.append((decide(dispute, first.spans, author, state.corpus.scheme, "majority"), dispute.example))
    return made


def adopt_gold(state: AdjudicationState, author: DecisionAuthor) -> list[tuple[Decision, Example]]:
    """A decision for each region in which gold differs from passes and decisions: gold as it stands is right."""
    version = state.corpus.scheme.version
    return [
        (author.decide(one, one.gold, "hand", version), one.example)
        for differing in state.gold_differences.values()
        for one in differing
    ]


def find_rule(name: str | None, rules: Mapping[str, Rule]) -> str | None:
    """The id of a rule as the guidelines write it, from what a person typed; None for an empty name.

    Raises:
        InvalidValueError: for an id that no rule has.
    """
    if not name or not name.strip():
        return None
    wanted = name.strip().upper()
    for one in rules:
        if one.upper() == wanted:
            return one
    raise InvalidValueError(
        f"there is no rule {name.strip()!r}",
        remedy=f"The rules are {', '.join(rules)}." if rules else "The guidelines have no rules.",
    )
