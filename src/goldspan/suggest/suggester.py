"""The suggester: the rules for a label scheme and, if one is named, a spaCy model, applied to whole documents."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from goldspan import tokens
from goldspan.annotation import Example, Span
from goldspan.formats.spacy_pipeline import version_note
from goldspan.suggest import (
    military_units,
    name_evidence,
    name_runs,
    organizations,
    persons,
    place_signs,
    places,
    ships,
    spacy_model,
    troop_counts,
)
from goldspan.suggest.candidates import OTHER, PERSON, PLACE, UNIT, SpanCandidate, resolve_overlaps
from goldspan.suggest.count_topics import CountTopic, speaks_of_captives
from goldspan.suggest.introduced_names import IntroducedNames, relabelled_force
from goldspan.suggest.lexicon import TokenFlag, cues
from goldspan.suggest.name_evidence import NameEvidence, NameMention
from goldspan.suggest.tokens import RuleTokenizer, paragraph_tokens, token_pairs
from goldspan.suggest.truecase import normalized_text

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from goldspan.annotation import LabelScheme
    from goldspan.suggest.tokens import ParagraphTokens

LANGUAGE = "en"  # of the rules and their word lists
NAMES = (PERSON, PLACE, OTHER)
NUMBERED_RULES = frozenset(("unit.numbered", "unit.acronym", "unit.introduced"))

# The weights of the last part of a full name, the two last parts, and any other part as evidence for the person.
LAST_PART_WEIGHT, LAST_TWO_WEIGHT, PART_WEIGHT = 0.92, 0.85, 0.6
SHORT_PLACE_WEIGHT = 0.6
SHORTEST_PART = 3

# The share of its weight that a place of the model keeps in a text in capitals.
ALL_CAPS_SHARE = 0.75
BATCH = 64

# No paragraph is too long for the entity recogniser alone: spaCy's limit protects the memory of the parser.
LONGEST = 1 << 30


class Suggester:
    """Finds the spans of a label scheme in documents, by rules and, if one is named, a spaCy model.

    The rules and their word lists are English. In other languages they work on that language's tokens, but miss and
    mistake more; `notes` says so.

    Args:
        scheme: only its labels are suggested; its language chooses the tokenizer of the rules.
        model: the name of an installed spaCy pipeline, or None for rules alone.
        labels: the labels of the scheme for labels of the model, e.g. `{"GPE": "PLACE"}`; they override
            `spacy_model.LABELS`.

    Raises:
        NotFoundError: if the pipeline is not installed, or there is no tokenizer for the language.
    """

    def __init__(self, scheme: LabelScheme, model: str | None = None, labels: Mapping[str, str] | None = None) -> None:
        self.scheme = scheme
        self.has_model = model is not None
        self.labels = spacy_model.LABELS | dict(labels or {})
        self.nlp: Language = tokens.pipeline(scheme.language) if model is None else spacy_model.load(model)
        self.nlp.max_length = LONGEST
        self._tokenizer = RuleTokenizer(self.nlp) if model is None else None

    @property
    def notes(self) -> list[str]:
        """Sentences on what is not made for the language of the texts, or not for this spaCy."""
        language, notes = self.scheme.language, []
        if language != LANGUAGE:
            notes.append(f"the rules are for English: in texts in {language!r} they miss and mistake more")
        if self.has_model and self.nlp.lang not in (language, tokens.ANY_LANGUAGE):
            notes.append(f"the model is for {self.nlp.lang!r}, and labels.toml has language = {language!r}")
        return [*notes, *filter(None, [version_note(self.nlp)])]

    def suggest(self, examples: Sequence[Example]) -> list[Example]:
        """The examples of one document with the spans found in them."""
        return next(self.suggest_all([examples]))

    def suggest_all(self, documents: Sequence[Sequence[Example]]) -> Iterator[list[Example]]:
        """The examples of several documents with the spans found in them, each document by itself."""
        with self.nlp.memory_zone():
            views = [normalized_text(example.text) for examples in documents for example in examples]
            rows = self._cut(views)
            candidates = [self._spans(examples, list(islice(rows, len(examples)))) for examples in documents]
        yield from candidates

    def _cut(self, texts: Sequence[str]) -> Iterator[tuple[str, list[tuple[str, bool]], Doc | None]]:
        """Each text with its tokens and, if there is a model, what that makes of it."""
        if self._tokenizer is None:
            return ((doc.text, token_pairs(doc), doc) for doc in self.nlp.pipe(texts, batch_size=BATCH))
        return ((text, pairs, None) for text, pairs in zip(texts, self._tokenizer.pipe(texts), strict=True))

    def _spans(
        self, examples: Sequence[Example], rows: Sequence[tuple[str, list[tuple[str, bool]], Doc | None]]
    ) -> list[Example]:
        paragraphs = [
            paragraph_tokens(pairs, text, example.text)
            for (text, pairs, _), example in zip(rows, examples, strict=True)
        ]
        model_candidates = [
            [] if doc is None else list(spacy_model.find_entities(doc, paragraph, self.labels))
            for (_, _, doc), paragraph in zip(rows, paragraphs, strict=True)
        ]
        kept = document_candidates(paragraphs, model_candidates, self.scheme)
        return [self._example(*row) for row in zip(examples, paragraphs, kept, strict=True)]

    def _example(self, example: Example, paragraph: ParagraphTokens, kept: list[SpanCandidate]) -> Example:
        rows = sorted(
            (
                Span(
                    *with_opening_bracket(example.text, paragraph.starts[c.start], paragraph.ends[c.end - 1]), c.label
                ),
                c.rule,
                round(c.weight, 2),
            )
            for c in kept
        )
        extra = {**example.extra, "rules": [rule for _, rule, _ in rows], "scores": [score for _, _, score in rows]}
        return replace(example, spans=tuple(span for span, _, _ in rows), extra=extra)


def document_candidates(
    paragraphs: Sequence[ParagraphTokens], model_candidates: Sequence[Sequence[SpanCandidate]], labels: Container[str]
) -> list[list[SpanCandidate]]:
    """The candidates that become spans, for each paragraph of a document; none overlaps another.

    Args:
        paragraphs: the paragraphs.
        model_candidates: the entities of a model in each; empty lists without one.
        labels: those wanted; of the others only units are searched for, because they shield what is inside them.
    """
    fixed = _fixed_names(paragraphs)
    evidence = NameEvidence()
    runs = [
        _add_evidence(evidence, n, *row) for n, row in enumerate(zip(paragraphs, fixed, model_candidates, strict=True))
    ]
    _spread_surnames(evidence, paragraphs)
    _spread_short_places(evidence, paragraphs, fixed)
    for paragraph, names in zip(paragraphs, runs, strict=True):
        name_evidence.spread_label_in_lists(evidence, names, paragraph)
    for mention, (label, rule, score) in evidence.decided():
        paragraph = paragraphs[mention.paragraph]
        is_inside = label == PLACE and place_signs.is_quoted(paragraph, mention.start, mention.end)
        if label != OTHER and not is_inside and not persons.is_family(paragraph, mention.end, label):
            fixed[mention.paragraph].append(SpanCandidate(mention.start, mention.end, label, rule, score))
    for candidates, again in zip(fixed, _surnames_again(evidence, paragraphs), strict=True):
        candidates.extend(again)
    topic = CountTopic(has_captives=any(map(speaks_of_captives, paragraphs)))
    return [_final_candidates(*row, labels, topic) for row in zip(paragraphs, fixed, model_candidates, strict=True)]


def with_opening_bracket(text: str, start: int, end: int) -> tuple[int, int]:
    """The edges, with the opening bracket of an inserted word before them (P-2): `(Jens) Stoltenberg`."""
    for opening, closing in ("()", "[]"):
        inside = text[start:end]
        if inside.count(closing) == inside.count(opening) + 1 and start and text[start - 1] == opening:
            start -= 1
    return start, end


def _fixed_names(paragraphs: Sequence[ParagraphTokens]) -> list[list[SpanCandidate]]:
    """Units, bodies, the short names of both, and ships: names that need no pooling."""
    fixed = [
        [
            relabelled_force(paragraph, c)
            for c in resolve_overlaps(
                [*military_units.find_units(paragraph), *organizations.find_organizations(paragraph)]
            )
        ]
        for paragraph in paragraphs
    ]
    introduced = IntroducedNames()
    for paragraph, candidates in zip(paragraphs, fixed, strict=True):
        introduced.add(paragraph, candidates)
    named = [list(ships.find_ships(paragraph)) for paragraph in paragraphs]
    again = ships.repeated_ships(paragraphs, named)
    return [
        resolve_overlaps(
            [
                *(c for c in candidates if not introduced.contradicts(paragraph, c)),
                *introduced.mentions(paragraph, candidates),
                *named[n],
                *again[n],
            ]
        )
        for n, (paragraph, candidates) in enumerate(zip(paragraphs, fixed, strict=True))
    ]


def _final_candidates(
    paragraph: ParagraphTokens,
    candidates: list[SpanCandidate],
    from_model: Sequence[SpanCandidate],
    labels: Container[str],
    topic: CountTopic,
) -> list[SpanCandidate]:
    """The candidates of a paragraph with its quantities and what only the model finds, overlaps resolved."""
    units = [c for c in candidates if c.label == UNIT]
    quantities = troop_counts.find_troop_counts(paragraph, {c.start: c.end for c in units}, topic)
    counted = [q for q in quantities if not any(_is_number_of(q, c) for c in units)]
    others = (c for c in from_model if c.label not in NAMES)
    relevant = [c for c in (*candidates, *counted, *others) if c.label in labels or c.label in (UNIT, OTHER)]
    return [c for c in resolve_overlaps(relevant) if c.label in labels]


def _is_number_of(quantity: SpanCandidate, unit: SpanCandidate) -> bool:
    """Whether a quantity is a unit's number and counts nothing: `CSG 5 met sailors`, `40 Commando`."""
    is_inside = unit.start < quantity.start < unit.end
    return is_inside or (unit.start == quantity.start and unit.end >= quantity.end and unit.rule in NUMBERED_RULES)


def _add_evidence(
    evidence: NameEvidence,
    n: int,
    paragraph: ParagraphTokens,
    candidates: list[SpanCandidate],
    from_model: Sequence[SpanCandidate],
) -> list[tuple[str, NameMention]]:
    """Add the evidence of a paragraph; its complete place names are added to `candidates`.

    Returns:
        The open names of the paragraph with their mentions, in the order of the text.
    """
    covered = [False] * len(paragraph)
    _mark_covered(covered, candidates)
    named = [
        SpanCandidate(start, end, PLACE, "place.named", 0.85)
        for start, end in places.find_places(paragraph, covered)
        if not paragraph.is_hyphen(end)
    ]
    _mark_covered(covered, named)
    candidates += named
    runs = {run: "".join(paragraph.forms[run[0] : run[1]]) for run in name_runs.find_name_runs(paragraph, covered)}
    for (start, end), name in runs.items():
        _add_signs(evidence, paragraph, start, end, name)
        if place_signs.is_beside(paragraph, start, end, named):
            evidence.add(name, PLACE, "place.beside", 0.5)
        evidence.mentions[name].append(NameMention(n, start, end))
    for c in from_model:
        if c.label in NAMES and (c.start, c.end) in runs:
            # In capitals the model takes any word for a name.
            weight = c.weight * ALL_CAPS_SHARE if paragraph.all_caps and c.label == PLACE else c.weight
            evidence.add(runs[c.start, c.end], c.label, c.rule, weight)
    return [(name, NameMention(n, start, end)) for (start, end), name in runs.items()]


def _mark_covered(covered: list[bool], candidates: Sequence[SpanCandidate]) -> None:
    for c in candidates:
        covered[c.start : c.end] = [True] * (c.end - c.start)


def _add_signs(evidence: NameEvidence, paragraph: ParagraphTokens, start: int, end: int, name: str) -> None:
    for label, signs in ((PERSON, persons.person_signs), (PLACE, place_signs.place_signs)):
        for rule, weight in signs(paragraph, start, end):
            evidence.add(name, label, rule, weight)
    if paragraph.word_at(start - 1) == "the" and end - start == 1:
        evidence.add(name, OTHER, "other.article", 0.5)


def _spread_surnames(evidence: NameEvidence, paragraphs: Sequence[ParagraphTokens]) -> None:
    """Add evidence for names that are a part of a person's full name (P-1), most for the last part."""
    parts: dict[str, float] = {}
    for name, (mention, *_) in evidence.mentions.items():
        if evidence.decide(name)[0] == PERSON:
            paragraph = paragraphs[mention.paragraph]
            words = [
                paragraph.forms[j] for j in range(mention.start, mention.end) if paragraph.flags[j] & TokenFlag.CAP
            ]
            if name_runs.has_small_article(paragraph, mention.end - 3) and mention.end - mention.start > 3:
                words[-1] = paragraph.forms[mention.end - 3] + words[-1]
            for part, weight in _weighted_parts(words):
                parts[part] = max(weight, parts.get(part, 0.0))
    for name in evidence.mentions:
        if name in parts:
            evidence.add(name, PERSON, "document.surname", parts[name])


def _spread_short_places(
    evidence: NameEvidence, paragraphs: Sequence[ParagraphTokens], fixed: Sequence[Sequence[SpanCandidate]]
) -> None:
    """Add evidence for names that are those of places without their class word: `Sabina Shoal`, then `Sabina`."""
    short = {
        paragraph.forms[c.start]
        for paragraph, candidates in zip(paragraphs, fixed, strict=True)
        for c in candidates
        if c.rule == "place.named" and c.end - c.start == 2 and paragraph.lower[c.end - 1] in cues("places.short")
    }
    for name in short & evidence.mentions.keys():
        evidence.add(name, PLACE, "document.place", SHORT_PLACE_WEIGHT)


def _surnames_again(evidence: NameEvidence, paragraphs: Sequence[ParagraphTokens]) -> Iterator[list[SpanCandidate]]:
    """The surnames of a document's persons that are common words and begin sentences, for each paragraph."""
    surnames = {
        paragraphs[mention.paragraph].forms[mention.end - 1]
        for mention, (label, _, _) in evidence.decided()
        if label == PERSON and mention.end - mention.start > 1
    }
    for paragraph in paragraphs:
        yield [
            SpanCandidate(i, i + 1, PERSON, "document.surname", LAST_PART_WEIGHT)
            for i, form in enumerate(paragraph.forms)
            if form in surnames and persons.is_known_surname(paragraph, i)
        ]


def _weighted_parts(words: list[str]) -> Iterator[tuple[str, float]]:
    if len(words) > 1:
        *others, last = words
        yield from ((part, PART_WEIGHT) for part in others if len(part) >= SHORTEST_PART)
        yield from [(last, LAST_PART_WEIGHT)] if len(last) >= SHORTEST_PART else []
        yield from [("".join(words[-2:]), LAST_TWO_WEIGHT)] if len(others) > 1 else []
