"""Where a dataset comes from, as its project states it: who annotated, by which rules, under which licences.

Nothing is guessed. What the project does not record is called not recorded, and what the manifest does not state is
called not stated.

People are those whom `annotation_guidelines/members.toml` or `corpus/annotators.toml` lists as such, always under the
name of their passes, which may be a pseudonym. Models are those whom `corpus/annotators.toml` lists. Spans that still
have the rules and scores of `goldspan suggest` are drafts, whoever kept them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan import licences
from goldspan.adjudication.summary import OUTCOME_WORDS
from goldspan.corpus.annotators import FILE, MADE, read_annotators
from goldspan.corpus.passes import is_aided
from goldspan.doccano.members import find_members
from goldspan.doccano.pull.pass_owners import annotator_names
from goldspan.errors import InputError
from goldspan.formats import decisions
from goldspan.formats.json_lines import numbered
from goldspan.report.text import Table, amount, enumerate_names
from goldspan.suggest.recogniser import MODEL_RULE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.annotators import AnnotatorEntry
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.formats.decisions import Decision
    from goldspan.settings import ReleaseSettings

NOT_STATED, NOT_RECORDED = "not stated", "not recorded"
MOST_NAMED = 10
GOLD = "gold"  # the name in `corpus/annotators.toml` for gold that is in no pass
DRAFTS = {
    None: NOT_RECORDED,
    "none": "none",
    "rules": "by rules",
    "model": "by a model",
    "rules and model": "by rules and a model",
}
HOWS = {
    "adjudicated": "{number} by {by}, who compared the candidates",
    "hand": "{number} by {by}, by hand",
    "majority": "{number} by the majority of the passes",
}


@dataclass(frozen=True, slots=True)
class AnnotatorSummary:
    """An annotator as a data card names them.

    Args:
        name: of their passes.
        kind: `person`, `model`, or None if the project does not record it.
        examples: how many examples of the dataset they confirmed.
        drafts: what they were shown to correct, as the project states it, a key of `DRAFTS`.
        unchanged: how many of the examples are drafts as they were suggested, by what made them.
        aided: in how many of the examples they saw suggestions before they read.
    """

    name: str
    kind: str | None
    examples: int
    drafts: str | None
    unchanged: Counter[str]
    aided: int = 0

    @property
    def began_as(self) -> str:
        """What their spans began as, in words."""
        if not self.aided or self.drafts in MADE:
            return DRAFTS[self.drafts]
        return f"suggestions, in {self.aided:,} of {amount(self.examples, 'example')}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the gold of a dataset comes from.

    Args:
        entries: of its articles, in the order of the manifest.
        annotators: with passes, by name.
        decisions: how many disputes were decided how and by whom; the name is empty where a majority decided.
        deciders: the kind of each person or model that decided, as far as it is recorded.
        examples: how many it has.
        without_pass: how many of its examples no annotator confirmed, by article.
        drafts: how many of its examples are drafts as they were suggested, by what made them.
        gold: what the project states of gold that is in no pass, under the name `gold`.
        release: what `goldspan.toml` states of the annotation.
        outcomes: how many decisions say for which reason annotators differed.
    """

    entries: tuple[ManifestEntry, ...]
    annotators: tuple[AnnotatorSummary, ...]
    decisions: Counter[tuple[str, str]]
    deciders: dict[str, str | None]
    examples: int
    without_pass: Counter[str]
    drafts: Counter[str]
    gold: AnnotatorEntry | None
    release: ReleaseSettings
    outcomes: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, corpus: Corpus, articles: Iterable[str]) -> Provenance:
        """The provenance of the gold of some articles.

        Raises:
            InputError: for a file of the project that cannot be read.
        """
        chosen = set(articles)
        entries = tuple(
            entry for entry in corpus.entries if entry.id in chosen and (corpus.gold / f"{entry.id}.jsonl").is_file()
        )
        ids = [entry.id for entry in entries]
        stated = read_annotators(corpus.folder)
        names = _people(corpus)
        known = {**dict.fromkeys(names.values(), "person"), **{name: entry.kind for name, entry in stated.items()}}
        annotators: list[AnnotatorSummary] = []
        read: set[str] = set()
        for name in corpus.annotators():
            examples = list(corpus.confirmed_examples(name, ids))
            read.update(example.id for example in examples)
            annotators.append(_annotator(name, known.get(name), stated.get(name), examples))
        decided = _decisions(corpus, ids, names)
        _require_known(corpus, stated, names)
        gold = list(corpus.gold_examples(ids))
        return cls(
            entries,
            tuple(annotators),
            decided,
            {by: known.get(by) for _, by in sorted(decided) if by},
            len(gold),
            Counter(example.article for example in gold if example.id not in read),
            Counter(filter(None, map(draft_of, gold))),
            stated.get(GOLD),
            corpus.settings.release,
            Counter(one.outcome for one in _decisions_made(corpus, ids) if one.outcome is not None),
        )

    @property
    def annotations_creators(self) -> list[str]:
        """The words of the Hub for who annotated; empty if it is not recorded.

        The Hub has no word for people of whom nothing else is known: `expert-generated` is its word for people who
        work by written guidelines rather than as a crowd.
        """
        active = [one for one in self.annotators if one.examples]
        gold = [self.gold] if self.gold and self.without_pass else []
        kinds = {one.kind for one in active} | {one.kind for one in gold} | set(self.deciders.values())
        corrected = {one.drafts for one in active} | {one.drafts for one in gold}
        drafted = self.drafts or any(one.unchanged or one.aided for one in active) or not corrected.isdisjoint(MADE)
        people = ["expert-generated"] if "person" in kinds else []
        return [*people, *(["machine-generated"] if "model" in kinds or drafted else [])]

    @property
    def licences(self) -> dict[str, list[ManifestEntry]]:
        """The articles by the licence that the manifest states, in alphabetical order; `not stated` comes last."""
        found: dict[str, list[ManifestEntry]] = {}
        for entry in self.entries:
            found.setdefault(licence_in_words(entry.licence), []).append(entry)
        return dict(sorted(found.items(), key=lambda item: (item[0] == NOT_STATED, item[0])))

    @property
    def hub_licence(self) -> str | list[str]:
        """The Hub's identifiers of the licences of the articles and of the annotation.

        `unknown` if none is stated, `other` if one is not or has no identifier. Where that of the annotation is not
        stated, those of the articles are given alone.
        """
        return hub_licence([*self.licences, *([self.release.licence] if self.release.licence else [])])

    def sentences(self) -> list[str]:
        """Who annotated, who decided, and what is not recorded."""
        active = [one for one in self.annotators if one.examples]
        return [
            *_annotated_by(active, decided_by_people="person" in self.deciders.values()),
            *_drafts_of(active),
            *_aided_readings(active),
            *self._decided_by(),
            *self._outside_passes(),
        ]

    def annotator_table(self) -> Table:
        """A row per annotator: who they are, what they confirmed, and what it began as."""
        rows = tuple((one.name, one.kind or NOT_RECORDED, f"{one.examples:,}", one.began_as) for one in self.annotators)
        return Table(
            "Annotators", " ".join(self.sentences()), ("annotator", "person or model", "examples", "drafts"), rows
        )

    def licence_table(self) -> Table:
        """A row per licence, as the manifest states it, with its articles and their publishers."""
        rows = []
        for licence, entries in self.licences.items():
            stated = dict.fromkeys(entry.publisher for entry in entries if entry.publisher)
            unstated = [NOT_STATED] if any(not entry.publisher for entry in entries) else []
            rows.append((licence, f"{len(entries):,}", enumerate_names([*stated, *unstated], most=MOST_NAMED)))
        return Table(
            "Sources and licences",
            "As the manifest states them, article by article.",
            ("licence", "articles", "publishers"),
            tuple(rows),
        )

    def release_table(self) -> Table:
        """The licence of the annotation, and whom to write to."""
        rows = (
            ("licence of the annotation", self.release.licence or NOT_STATED),
            ("contact", self.release.contact or NOT_STATED),
        )
        return Table("Licence and contact", "As goldspan.toml states them.", ("what", "stated"), rows)

    def _decided_by(self) -> list[str]:
        if not self.decisions:
            return []
        parts = []
        for (how, by), number in sorted(self.decisions.items()):
            who = f"{by} ({self.deciders[by] or 'whether a person or a model is not recorded'})" if by else ""
            parts.append(HOWS[how].format(number=f"{number:,}", by=who))
        return [f"{amount(self.decisions.total(), 'dispute')} decided: {'; '.join(parts)}.", *self._outcomes()]

    def _outcomes(self) -> list[str]:
        """Why annotators differed, as far as those who decided say so."""
        parts = [f"{self.outcomes[name]:,} {words}" for name, words in OUTCOME_WORDS.items() if self.outcomes[name]]
        number = self.outcomes.total()
        where = f"{amount(number, 'decision')} that {'states' if number == 1 else 'state'} it"
        return [f"Why annotators differed, in {where}: {', '.join(parts)}."] if parts else []

    def _outside_passes(self) -> list[str]:
        """Who annotated the gold that is in no pass, and what of the gold is drafts."""
        sentences = []
        if self.without_pass:
            number = self.without_pass.total()
            if number == self.examples:
                which = "any example of the gold"
            else:
                articles = enumerate_names(sorted(self.without_pass), most=MOST_NAMED)
                which = f"{number:,} of the {amount(self.examples, 'example')} of the gold (in {articles})"
            sentences.append(f"No pass has {which}. {self._annotated_gold()}")
        for made, number in sorted(self.drafts.items()):
            verb = "is a draft" if number == 1 else "are drafts"
            sentences.append(f"{amount(number, 'example')} of the gold {verb} {DRAFTS[made]}, unchanged.")
        return sentences

    def _annotated_gold(self) -> str:
        if self.gold is None:
            return "Who annotated that is not recorded."
        who = {"person": "people", "model": "a model"}[self.gold.kind]
        return f"That was annotated by {who}{_corrected(self.gold.drafts)}."


def licence_in_words(stated: str | None) -> str:
    """The licence of an article as it is stated, on one line; `not stated` if it is not."""
    return " ".join((stated or "").split()) or NOT_STATED


def hub_licence(stated: Sequence[str]) -> str | list[str]:
    """The Hub's identifiers of some licences.

    `unknown` if none is stated, `other` if one is not or has no identifier.
    """
    if set(stated) <= {NOT_STATED}:
        return "unknown"
    identifiers = {licences.hub_identifier(licence) or "other" for licence in stated}
    if "other" in identifiers:
        return "other"
    return identifiers.pop() if len(identifiers) == 1 else sorted(identifiers)


def guidelines_sentence(corpus: Corpus, entries: Sequence[ManifestEntry]) -> str:
    """Which version of the guidelines the articles follow."""
    versions = Counter(entry.guidelines or NOT_STATED for entry in entries)
    if set(versions) == {corpus.scheme.version}:
        return f"All articles follow version {corpus.scheme.version} of the guidelines."
    parts = enumerate_names(
        f"{amount(number, 'article')} {version if version == NOT_STATED else f'version {version}'}"
        for version, number in sorted(versions.items())
    )
    return f"The labels are those of version {corpus.scheme.version} of the guidelines; the manifest states: {parts}."


def label_table(corpus: Corpus) -> Table:
    """A row per label, in the order of the class ids: its definition and the page of its rules."""
    rows = tuple((label.name, label.definition, label.page) for label in corpus.scheme.labels)
    return Table("Labels", "", ("label", "definition", "page of the guidelines"), rows)


def tables(corpus: Corpus) -> list[Table]:
    """The tables of the provenance of all gold, for the statistics and the project's own data card."""
    provenance = Provenance.of(corpus, (entry.id for entry in corpus.entries))
    made = [label_table(corpus)]
    if provenance.entries:
        made += [provenance.annotator_table(), provenance.licence_table(), provenance.release_table()]
    return made


def _people(corpus: Corpus) -> dict[str, str]:
    """The name that the passes of each listed member have, by the user's name and by itself."""
    listed = find_members(corpus) or ()
    names = annotator_names(corpus, listed)
    shown = {member.name: names.get(member.name, member.name) for member in listed}
    return shown | {name: name for name in shown.values()}


def _require_known(corpus: Corpus, stated: Mapping[str, AnnotatorEntry], people: Mapping[str, str]) -> None:
    """Refuse what is stated of somebody who is nowhere: a misspelt name would state nothing."""
    missing = [name for name in stated if name not in (GOLD, *corpus.annotators())]
    if not missing:
        return
    articles = [path.stem for path in sorted(corpus.decisions.glob("*.jsonl"))]
    deciders = {by for _, by in _decisions(corpus, articles, people)}
    for name in missing:
        if name not in deciders:
            known = enumerate_names(sorted({*corpus.annotators(), *deciders} - {""}), empty="none")
            raise InputError(
                f"there is neither a pass nor a decision of {name!r}",
                file=corpus.folder / FILE,
                remedy=f"The annotators are {known}; {GOLD!r} is for gold that is in no pass.",
            )


def _decisions(corpus: Corpus, articles: Iterable[str], names: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """How many disputes were decided how and by whom; members have the name of their passes."""
    made = _decisions_made(corpus, articles)
    return Counter((one.how, "" if one.how == "majority" else names.get(one.by, one.by)) for one in made)


def _decisions_made(corpus: Corpus, articles: Iterable[str]) -> Iterator[Decision]:
    """All decisions on some articles."""
    for article in articles:
        path = corpus.decisions / f"{article}.jsonl"
        for number, raw in numbered(path) if path.is_file() else ():
            yield decisions.parse(raw, path, number).decision


def _annotator(
    name: str, kind: str | None, stated: AnnotatorEntry | None, examples: Sequence[Example]
) -> AnnotatorSummary:
    unchanged = Counter(filter(None, map(draft_of, examples)))
    aided = sum(map(is_aided, examples))
    return AnnotatorSummary(name, kind, len(examples), stated.drafts if stated else None, unchanged, aided)


def draft_of(example: Example) -> str | None:
    """What suggested the spans of an example, if they are as `goldspan suggest` wrote them; None if nothing did."""
    rules = example.extra.get("rules")
    if not isinstance(rules, list) or not rules or len(rules) != len(example.spans):
        return None
    by_model = {str(rule).startswith(MODEL_RULE) for rule in rules}
    return "rules and model" if len(by_model) > 1 else "model" if by_model == {True} else "rules"


def _annotated_by(annotators: Sequence[AnnotatorSummary], *, decided_by_people: bool) -> list[str]:
    if not annotators:
        return ["No pass of an annotator is recorded."]
    groups = [
        (noun, [one.name for one in annotators if one.kind == kind])
        for kind, noun in (("person", ("person", "people")), ("model", ("model", "models")))
    ]
    parts = [f"{amount(len(names), *noun)} ({enumerate_names(names)})" for noun, names in groups if names]
    sentences = [f"Annotated by {' and '.join(parts)}."] if parts else []
    if all(one.kind == "model" for one in annotators):
        sentences.append("People only decided disputes." if decided_by_people else "No person has annotated it.")
    if unknown := [one.name for one in annotators if one.kind is None]:
        verb = "is a person or a model" if len(unknown) == 1 else "are people or models"
        sentences.append(f"Whether {enumerate_names(unknown)} {verb} is not recorded.")
    return sentences


def _drafts_of(annotators: Sequence[AnnotatorSummary]) -> list[str]:
    """Who corrected drafts, and which drafts were only confirmed."""
    sentences = [
        f"{enumerate_names(names)} corrected drafts {DRAFTS[drafts]}."
        for drafts in MADE
        if (names := [one.name for one in annotators if one.drafts == drafts])
    ]
    for one in annotators:
        for made, number in sorted(one.unchanged.items()):
            which = f"{number:,} of the {amount(one.examples, 'example')} of {one.name}"
            verb = "is a draft" if number == 1 else "are drafts"
            sentences.append(f"{which} {verb} {DRAFTS[made]}, only confirmed.")
    return sentences


def _aided_readings(annotators: Sequence[AnnotatorSummary]) -> list[str]:
    """How much was read with suggestions, and by whom; nothing where nothing was."""
    aided = {one.name: one.aided for one in annotators if one.aided}
    if not aided:
        return []
    number, readings = sum(aided.values()), sum(one.examples for one in annotators)
    whose = enumerate_names(f"{name} {times:,}" for name, times in aided.items())
    if number == readings:
        return [f"All {amount(readings, 'reading')} of examples were made by correcting suggestions ({whose})."]
    was = "was" if number == 1 else "were"
    return [f"Of {amount(readings, 'reading')} of examples {number:,} {was} made by correcting suggestions ({whose})."]


def _corrected(drafts: str | None) -> str:
    return f", who corrected drafts {DRAFTS[drafts]}" if drafts in MADE else ""
