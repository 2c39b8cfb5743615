"""The rules of military news applied to whole documents."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from goldspan import tokens
from goldspan.suggest.military_news import (
    military_units,
    name_evidence,
    name_runs,
    organizations,
    persons,
    place_signs,
    places,
    ships,
    troop_counts,
)
from goldspan.suggest.military_news.candidates import COUNT, OTHER, PERSON, PLACE, UNIT, SpanCandidate, resolve_overlaps
from goldspan.suggest.military_news.count_topics import CountTopic, speaks_of_captives
from goldspan.suggest.military_news.introduced_names import IntroducedNames, relabelled_force
from goldspan.suggest.military_news.lexicon import TokenFlag, cues
from goldspan.suggest.military_news.name_evidence import NameEvidence, NameMention
from goldspan.suggest.military_news.tokens import RuleTokenizer, paragraph_tokens
from goldspan.suggest.military_news.truecase import normalized_text
from goldspan.suggest.recogniser import RecognisedSpan
from goldspan.suggest.recogniser_inputs import RecogniserInputs
from goldspan.suggest.recogniser_table import LabelMapping, RecogniserOptions

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from goldspan.annotation import Example, LabelScheme
    from goldspan.suggest.military_news.tokens import ParagraphTokens
    from goldspan.suggest.recogniser_table import RecogniserTable

KIND = "military-news"
LABELS = (UNIT, PERSON, COUNT, PLACE)
LANGUAGE = "en"  # of the rules and their word lists
NUMBERED_RULES = frozenset(("unit.numbered", "unit.acronym", "unit.introduced"))

# The weights of the last part of a full name, the two last parts, and any other part as evidence for the person.
LAST_PART_WEIGHT, LAST_TWO_WEIGHT, PART_WEIGHT = 0.92, 0.85, 0.6
SHORT_PLACE_WEIGHT = 0.6
SHORTEST_PART = 3


class MilitaryNews:
    """Finds military units, persons, numbers of troops and places in English news, by rules over word lists.

    In other languages the rules work on that language's tokens, but miss and mistake more; `notes` says so.

    Args:
        scheme: its language chooses the tokenizer.
        labels: the labels of the scheme for labels of the rules, e.g. `{"LOCATION": "PLACE"}`; a label of the same name
            needs none.
        name: under which its spans are known.

    Raises:
        NotFoundError: if there is no tokenizer for the language.
    """

    def __init__(self, scheme: LabelScheme, labels: Mapping[str, str] | None = None, name: str = KIND) -> None:
        self.name = name
        self.map = {label: label for label in LABELS if label in scheme} | dict(labels or {})
        self.labels = frozenset(self.map.values())
        self.language = scheme.language
        self._tokenizer = RuleTokenizer(tokens.pipeline(scheme.language))

    @property
    def notes(self) -> list[str]:
        """That the rules are not made for the language of the texts."""
        if self.language == LANGUAGE:
            return []
        return [f"the rules are for English: in texts in {self.language!r} they miss and mistake more"]

    def recognise(self, documents: Sequence[Sequence[Example]]) -> Iterator[list[list[RecognisedSpan]]]:
        """The spans found in each document."""
        with self._tokenizer.nlp.memory_zone():
            views = [normalized_text(example.text) for examples in documents for example in examples]
            rows = zip(views, self._tokenizer.pipe(views), strict=True)
            found = [self._spans(examples, list(islice(rows, len(examples)))) for examples in documents]
        yield from found

    def _spans(
        self, examples: Sequence[Example], rows: Sequence[tuple[str, list[tuple[str, bool]]]]
    ) -> list[list[RecognisedSpan]]:
        paragraphs = [
            paragraph_tokens(pairs, text, example.text) for (text, pairs), example in zip(rows, examples, strict=True)
        ]
        kept = document_candidates(paragraphs, self.map)
        return [
            [self._span(example.text, paragraph, candidate) for candidate in candidates]
            for example, paragraph, candidates in zip(examples, paragraphs, kept, strict=True)
        ]

    def _span(self, text: str, paragraph: ParagraphTokens, found: SpanCandidate) -> RecognisedSpan:
        start, end = with_opening_bracket(text, paragraph.starts[found.start], paragraph.ends[found.end - 1])
        return RecognisedSpan(start, end, self.map[found.label], found.rule, round(found.weight, 2))


def document_candidates(paragraphs: Sequence[ParagraphTokens], labels: Container[str]) -> list[list[SpanCandidate]]:
    """The candidates that become spans, for each paragraph of a document; none overlaps another.

    Args:
        paragraphs: the paragraphs.
        labels: those wanted; of the others only units are searched for, because they shield what is inside them.
    """
    fixed = _fixed_names(paragraphs)
    evidence = NameEvidence()
    runs = [_add_evidence(evidence, n, *row) for n, row in enumerate(zip(paragraphs, fixed, strict=True))]
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
    return [_final_candidates(*row, labels, topic) for row in zip(paragraphs, fixed, strict=True)]


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
    labels: Container[str],
    topic: CountTopic,
) -> list[SpanCandidate]:
    """The candidates of a paragraph with its quantities, overlaps resolved."""
    units = [c for c in candidates if c.label == UNIT]
    quantities = troop_counts.find_troop_counts(paragraph, {c.start: c.end for c in units}, topic)
    counted = [q for q in quantities if not any(_is_number_of(q, c) for c in units)]
    relevant = [c for c in (*candidates, *counted) if c.label in labels or c.label in (UNIT, OTHER)]
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


def of_table(table: RecogniserTable) -> MilitaryNews:
    """The recogniser of a `[[recogniser]]` table.

    Raises:
        InputError: for a label that the rules or the scheme lack.
    """
    options = table.parse(RecogniserOptions)
    mapping = LabelMapping.of(table, LABELS, options.labels)
    return MilitaryNews(table.scheme, mapping.labels, table.name)


def inputs(_table: RecogniserTable) -> RecogniserInputs:
    """What decides its suggestions besides its table: nothing, since its word lists are those of this version."""
    return RecogniserInputs()
