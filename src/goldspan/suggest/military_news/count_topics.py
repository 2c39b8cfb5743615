"""What a quantity without a noun counts, read from what was counted before it (rule T-2).

`The navy had 5,618, the air force 4,930`, `By the second week 31 had been excused`: the noun is left out because it is
known. The topic of counting goes from one quantity to the next, and from one paragraph to the next: a counted noun sets
it, and what counts something else (vehicles, civilians, metres) ends it. Where the topic is military people, a quantity
in its sentence or the next counts them, too; farther off, it needs a frame of `count_frames`. So does a noun that is
military only among soldiers: `eight Indians`, `14 surgeons`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from goldspan.quantities import can_begin, parse_troop_count
from goldspan.quantities.lexicon import PERIODS
from goldspan.suggest.military_news.candidates import COUNT, SpanCandidate
from goldspan.suggest.military_news.count_frames import (
    DEAD,
    ENLISTING,
    FURTHER,
    LOSING,
    PART_OF,
    QUOTES,
    REST,
    STATES_OF_SERVICE,
    begins_service,
    find_frame,
    is_lost,
    surroundings,
)
from goldspan.suggest.military_news.gazetteer import SURE, gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, cues
from goldspan.suggest.military_news.quantity_mentions import (
    AFTER_BARE,
    GROUP_NOUNS,
    MILITARY_GROUPS,
    OLDEST,
    POSSESSION,
    VERBS,
    QuantityMention,
    SentenceContext,
    has_no_noun,
    is_age,
    is_civil_by,
    is_date,
    is_led,
    is_of_law_force,
    is_year_word,
    names_platforms,
    number_value,
    personnel_nouns,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from goldspan.suggest.military_news.count_frames import Frame, Surroundings
    from goldspan.suggest.military_news.tokens import ParagraphTokens

# The first words of demonyms of two words: `South Africans`.
NAME_PARTS = frozenset(("new", "sri", "saudi", "south", "north", "papua", "ivory"))
CHANGES = cues("counts.changes") | cues("topics.changes")
SUBJECTS = cues("topics.subjects")
# Units of time and groups, which say nothing about what is counted; units of length and the like do.
NEUTRAL = GROUP_NOUNS | cues("topics.neutral")
IRREGULAR = cues("topics.plurals")
NOT_BEFORE = cues("topics.not_before")
LENGTHS = (
    cues("counts.measures")
    - cues("topics.neutral")
    - {"others", "million", "billion", "per", "am", "pm", "percent", "%", *PERIODS}
)
CIVIL = cues("topics.civil") | cues("counts.police")
NEVER_ALONE = cues("counts.never_alone")
SERVING = frozenset(("served", "fought", "serve", "serving"))
PEOPLE = frozenset(("people", "men", "women", "citizens", "recruits", "residents", "foreigners", "prisoners"))
OF_FORCES = frozenset(("members", "leaders", "veterans"))
"""Nouns that name soldiers only with their force."""

OTHER_VERBS = cues("topics.verbs") | cues("topics.service")
SERVICES = frozenset(("army", "navy", "forces", "military", "militia"))
OPEN_FRAMES = frozenset(("part", "having", "being", "rest", "known"))
"""Frames that are enough, in an article that counts soldiers, where the paragraph counted nothing else."""

STRENGTH_NOUNS = frozenset(("elements", "effectives", "officers", "volunteers"))
STRENGTH = frozenset(("strength", "manpower", "headcount"))
LEAST_COUNTED = 3
SMALL = frozenset(("loss", "part", "rest"))
NOUN_REACH = 6
PEOPLE_REACH = 4
AT_AN_AGE = frozenset(("joined", "retired", "died", "married", "corps", "army", "navy", "force"))
CAPTIVES = frozenset(("captives", "prisoners", "detainees"))
CAPTIVITY = CAPTIVES | {"captive", "captivity", "captured", "prisoner", "pow", "pows"}
EXCHANGING = cues("topics.exchanging")
CIVIL_CAPTIVES = cues("topics.civil_captives")
AGO_REACH = 2
FORCE_REACH = 10
CIVIL_BEFORE = 12
CIVIL_AFTER = 6
LEAST_DIGITS = 10
LEAST_STRENGTH = 30
LEAST_FORCE = 200
NEAR_SENTENCES = 2
# After so many paragraphs without a quantity, the topic is over.
MEMORY = 3
# After so many that name no force and no soldiers, what is counted may be anything.
LONG_MEMORY = 4


@dataclass(slots=True)
class CountTopic:
    """What the quantities of an article count at one point of it.

    Args:
        is_military: whether the last thing counted was military people.
        paragraphs: how many paragraphs ago that was.
        has_force: whether the article has named a unit or counted military people.
        is_asked: whether the last paragraph asked for the number of a force.
        soldiers, others: how often military people, and other things, were counted.
        unsaid: how many paragraphs ago a force or soldiers were named.
        has_captives: whether the captives of the article are soldiers or fighters.
    """

    is_military: bool = False
    paragraphs: int = 0
    has_force: bool = False
    is_asked: bool = False
    soldiers: int = 0
    others: int = 0
    unsaid: int = 0
    has_captives: bool = False

    @property
    def is_of_article(self) -> bool:
        """Whether military people are what the article counts more often than anything else, not long ago."""
        return self.unsaid < LONG_MEMORY and self.soldiers >= LEAST_COUNTED and self.soldiers > self.others


def speaks_of_captives(tokens: ParagraphTokens) -> bool:
    """Whether a paragraph says that captives are soldiers: `prisoners of war`, `the captured fighters`."""
    if CAPTIVITY.isdisjoint(tokens.lower):
        return False
    sentences = SentenceContext(tokens)
    for k, word in enumerate(tokens.lower):
        if word in ("pow", "pows") or tokens.lower[k : k + 3] == ["prisoners", "of", "war"]:
            return True
        near = sentences.words_near(k) if word in CAPTIVITY else set()
        if not near.isdisjoint(_soldiers()) and not near.isdisjoint(EXCHANGING):
            return True
    return False


def counted_noun(tokens: ParagraphTokens, j: int) -> int | None:
    """The index of the plural noun that follows a quantity ending at `j`, after adjectives; None where it has none.

    A word of the plural ends in *s*; where verbs, prepositions or a comma come before one, the noun is left out.
    """
    for k in range(j, min(j + NOUN_REACH, len(tokens))):
        word, flags = tokens.lower[k], tokens.flags[k]
        if word in IRREGULAR or word.endswith("children") or (_is_demonym(tokens, k) and _ends_people(tokens, k)):
            return k
        if (
            word in FURTHER
            or word in REST
            or word in QUOTES
            or word in ("such", "own")
            or (k > j and tokens.is_hyphen(k))
        ):
            continue
        if k == j and "ago" in tokens.lower[k + 1 : k + 1 + AGO_REACH]:
            return None
        if (
            flags & TokenFlag.FUNCTION
            or word in VERBS
            or word in DEAD
            or word in OTHER_VERBS
            or not word[0].isalpha()
            or word in AFTER_BARE
        ):
            return None
        if word.endswith("s") and not word.endswith(("ss", "us")):
            return k
    return min(j + NOUN_REACH, len(tokens)) - 1 if j + NOUN_REACH <= len(tokens) else None


def find_topic_counts(
    reader: TopicReader, rest: Sequence[QuantityMention], counts: Sequence[SpanCandidate], topic: CountTopic
) -> list[SpanCandidate]:
    """The quantities that count military people as those before them do; `topic` is brought up to date.

    Args:
        reader: of the paragraph.
        rest: its quantities that nothing else shows to count military people.
        counts: the quantities that count military people.
        topic: what was counted before it.
    """
    reader.has_captives = topic.has_captives
    topic.has_force = topic.has_force or topic.has_captives or bool(reader.units or counts) or reader.names_military()
    if not topic.has_force:
        return []
    found: list[SpanCandidate] = []
    reader.is_military = reader.was_military = (
        topic.is_military and topic.paragraphs < MEMORY and topic.unsaid < LONG_MEMORY
    )
    reader.is_of_article = topic.is_of_article
    reader.at = 0 if topic.is_asked else -1
    events: list[QuantityMention | SpanCandidate] = sorted([*counts, *rest], key=lambda event: event[0])
    for event in events:
        count = event if isinstance(event, SpanCandidate) else reader.count(event)
        if count is None:
            topic.others += reader.other == event[0]
            continue
        topic.soldiers += 1
        reader.is_military = reader.was_military = True
        reader.at = count.start
        if count is not event:
            found.append(count)
    topic.unsaid = 0 if counts or reader.units or reader.names_military() else topic.unsaid + 1
    topic.paragraphs = 0 if events else topic.paragraphs + 1
    topic.is_asked = _asks_how_many(reader.tokens, reader.units)
    topic.is_military = reader.is_military or topic.is_asked
    return found


def _ends_people(tokens: ParagraphTokens, k: int) -> bool:
    """Whether the demonym at `k` is a noun: no other word of a name or noun follows."""
    following = tokens.flags_at(k + 1)
    before = tokens.flags_at(k - 1) & TokenFlag.CAP and tokens.word_at(k - 1) not in NAME_PARTS
    if before or following & TokenFlag.CAP or tokens.is_hyphen(k + 1):
        return False
    word = tokens.word_at(k + 1)
    return not word[:1].isalpha() or bool(following & TokenFlag.FUNCTION) or word in VERBS or word in AFTER_BARE


def _asks_how_many(tokens: ParagraphTokens, units: Mapping[int, int]) -> bool:
    """Whether a question for the number of a force is here: `How many TNI remain?`."""
    for k in range(len(tokens) - 2):
        if tokens.lower[k] == "how" and tokens.lower[k + 1] == "many":
            return k + 2 in units or tokens.lower[k + 2] in _soldiers()
    return False


class TopicReader:
    """Reads the quantities of a paragraph in their order."""

    def __init__(self, tokens: ParagraphTokens, units: Mapping[int, int], sentences: SentenceContext) -> None:
        self.tokens, self.units, self.sentences = tokens, units, sentences
        self.is_military = False
        """Whether military people are the last thing counted."""
        self.was_military = False
        """Whether they are counted somewhere in the paragraph, or last in the one before."""
        self.at = -1
        """Where they were counted last."""
        self.other = -1
        """Where something else was counted last."""
        self.is_of_article = False
        """Whether the article counted them more often than anything else before the paragraph."""
        self.has_captives = False
        """Whether the captives of the article are soldiers or fighters."""
        self.inside = {k for start, end in units.items() for k in range(start, end)}

    def names_military(self) -> bool:
        """Whether the paragraph has words for a force or soldiers."""
        return not (MILITARY_GROUPS | SERVICES | _soldiers()).isdisjoint(self.tokens.lower)

    def count(self, number: QuantityMention) -> SpanCandidate | None:
        """The quantity with its noun, if it counts military people."""
        if (
            is_date(self.tokens, number)
            or is_age(self.tokens, number)
            or number.start in self.inside
            or _are_years(self.tokens, number)
        ):
            return None
        if self._is_bare_score(number):
            return None
        if end := self._end_with_captives(number):
            return SpanCandidate(number.start, end, COUNT, "count.topic", 0.6)
        noun = counted_noun(self.tokens, number.end)
        if noun is not None:
            return self._with_noun(number, noun)
        around = surroundings(self.tokens, number, self.inside)
        is_named = self._is_near(number.start) and _is_contributor(around)
        if (_is_no_count(around) and not is_named) or self._is_civil(number):
            return None
        rule = self._rule(around)
        return SpanCandidate(*number, COUNT, rule, 0.6) if rule else None

    def _is_bare_score(self, number: QuantityMention) -> bool:
        """Whether *scores* are those of a test or a game: `raised their scores by a tenth`."""
        following = self.tokens.word_at(number.end)
        is_scores = self.tokens.lower[number.start : number.end] == ["scores"]
        return is_scores and following not in VERBS | {"of", "more"}

    def _end_with_captives(self, number: QuantityMention) -> int:
        """The end of a quantity of captives where they are soldiers by the article, or 0: `181 detainees`."""
        tokens, j = self.tokens, number.end
        j += tokens.word_at(j) == "of" and tokens.lower[j - 1] in cues("counts.vague")
        while j < number.end + NOUN_REACH and (_is_demonym(tokens, j) or tokens.word_at(j) in ("more", "other")):
            j += 1
        noun = tokens.word_at(j)
        if noun == "bodies" and tokens.lower[j + 1 : j + 5] == [",", "all", "of", "them"]:
            return j + 1 if tokens.word_at(j + 5) in _soldiers() else 0
        if noun not in CAPTIVES or not self.has_captives:
            return 0
        near = self.sentences.words_near(number.start)
        return j + 1 if near.isdisjoint(CIVIL_CAPTIVES) else 0

    def _with_noun(self, number: QuantityMention, noun: int) -> SpanCandidate | None:
        """The quantity with a noun that is military among soldiers alone, or nothing: it counts something else."""
        tokens = self.tokens
        word = tokens.lower[noun]
        is_people = (word in personnel_nouns()[1] and not self._is_of_others(number, noun)) or (
            _is_demonym(tokens, noun) and _ends_people(tokens, noun)
        )
        is_people = is_people and not names_platforms(tokens, number.end, noun + 1)
        is_people = is_people and not is_civil_by(self.sentences.words_near(number.start), word)
        is_count = is_people and self._is_noun_known(number.start, noun) and not self._is_civil(number)
        is_count = is_count or self._joins_force(number, noun) or self._is_of_force(noun)
        if is_count and tokens.word_at(noun + 1) not in POSSESSION:
            is_quoted = tokens.lower[noun - 1] in QUOTES and tokens.word_at(noun + 1) in QUOTES
            return SpanCandidate(number.start, noun + 1 + is_quoted, COUNT, "count.topic", 0.6)
        if word not in NEUTRAL and not tokens.flags[noun] & TokenFlag.TIME:
            self.is_military, self.other = False, number.start
        return None

    def _joins_force(self, number: QuantityMention, noun: int) -> bool:
        """Whether people are said to serve: `90,000 people have signed contracts with the army`."""
        tokens = self.tokens
        is_people = noun == number.end and (tokens.lower[noun] in PEOPLE or _is_demonym(tokens, noun))
        if not is_people or not _joins(tokens, noun + 1):
            return False
        return self._last_forces[min(self.sentences.end(noun), noun + FORCE_REACH) - 1] > noun

    def _is_of_force(self, noun: int) -> bool:
        """Whether people of a state are said to be soldiers: `3,900 Danes in uniform`, `ten Danes of the Life Guards`.

        So are those counted together with soldiers: `15 Danes and three Norwegian soldiers`.
        """
        tokens, k = self.tokens, noun + 1
        if not _is_demonym(tokens, noun):
            return False
        following, second = tokens.word_at(k), tokens.word_at(k + 1)
        if (following, second) in STATES_OF_SERVICE:
            return True
        if following in ("of", "from", "with"):
            return k + 1 + (second == "the") in self.units
        if following == "and" and can_begin(second):
            return not _soldiers().isdisjoint(tokens.lower[k + 2 : k + 2 + PEOPLE_REACH])
        return following in SERVING and "war" in tokens.lower[k + 1 : k + 1 + NOUN_REACH]

    def _is_of_others(self, number: QuantityMention, noun: int) -> bool:
        """Whether members are not said to be a force's: `the League has 18,000 members`, but `21 NATO members`."""
        if is_of_law_force(self.tokens, noun + 1):
            return True
        if self.tokens.lower[noun] not in OF_FORCES - {"veterans"} or self.tokens.lower[noun - 1] == "crew":
            return False
        # `the Ohio Guard has 8,000 members`
        guard = "guard" in self.tokens.lower[max(0, number.start - CIVIL_AFTER) : number.start]
        is_had = find_frame(surroundings(self.tokens, number, self.inside)) == "having"
        return noun > number.end or not is_had or not (self._mentions_force(number.start, before=0) or guard)

    def _is_noun_known(self, i: int, noun: int) -> bool:
        """Whether the words before, or the verb after, show that the noun of a quantity names soldiers."""
        tokens, word = self.tokens, self.tokens.lower[noun]
        is_men = word == "men"
        if word in NEVER_ALONE and tokens.word_at(i - 1) in ("to", "for"):
            return False
        if self._mentions_force(i, before=0) or (self._is_near(i) and not is_men):
            return True
        is_led_men = is_men and is_led(tokens, i, is_known=self.was_military)
        if is_led_men or (word in STRENGTH_NOUNS and self._speaks_of_strength(i)):
            return True
        if word not in NEVER_ALONE and not _is_demonym(tokens, noun) and not is_men:
            is_open = self.is_of_article and self.other < 0 and word not in OF_FORCES
            return self.is_military or self._mentions_force(i) or is_open
        has_force = self.was_military or self._last_forces[self.sentences.end(i) - 1] > i
        is_loss = is_lost(tokens, noun + 1) or not LOSING.isdisjoint(tokens.lower[max(0, i - 2) : i])
        return tokens.word_at(noun + 1) in SERVING or (has_force and is_loss)

    def _speaks_of_strength(self, i: int) -> bool:
        """Whether the sentence speaks of the strength of a force before a quantity."""
        return not STRENGTH.isdisjoint(self.sentences.words_near(i, after=0))

    def _rule(self, around: Surroundings) -> str:
        """The rule by which a quantity without a noun counts military people; empty where it does not."""
        i = around.start
        frame = find_frame(around)
        self._note_measures(i)
        is_interrupted = self.other > self.at and self.sentences.number(self.other) == self.sentences.number(i)
        if (is_interrupted and frame not in ("loss", "strong", "serving")) or not _is_part_of_people(
            self.tokens, around.end
        ):
            return ""
        size = _size(self.tokens, QuantityMention(i, around.end))
        is_near = self._is_near(i)
        if size <= 1:
            return "count.loss" if frame in ("loss", "part") and is_near else ""
        if size < LEAST_DIGITS and self.tokens.words[i].isdigit() and frame not in SMALL:
            return ""
        if frame and self._is_known(frame, around, size):
            return "count.loss" if frame == "loss" else "count.topic"
        return "count.topic" if is_near and size >= LEAST_DIGITS else ""

    def _is_known(self, frame: Frame, around: Surroundings, size: int) -> bool:
        """Whether what is before a quantity in this frame shows that it counts military people."""
        i, end = around.start, around.end
        if frame == "number":
            return size >= LEAST_STRENGTH or self._mentions_force(i)
        if self.is_of_article and self.other < 0 and frame in OPEN_FRAMES and size >= LEAST_DIGITS:
            return True
        if self.is_military and frame not in ("with", "change"):
            return True
        following = self.tokens.word_at(end), self.tokens.word_at(end + 1)
        known: dict[Frame, Callable[[], bool]] = {
            # Only soldiers are counted as lost, killed: `losing 151 killed`.
            "loss": lambda: (
                self.was_military
                or self._mentions_force(i)
                or (around.before in LOSING and is_lost(self.tokens, around.next))
            ),
            "serving": lambda: True,
            "known": lambda: self.was_military or self._speaks_of_soldiers(i),
            "part": lambda: (
                (self.was_military or following[1] == "us" or self._mentions_force(i))
                and "which" not in (around.before, following[1])
            ),
            "group": lambda: (
                self._speaks_of_soldiers(i)
                or (around.earlier == "one" and size >= LEAST_STRENGTH and self._mentions_force(i, before=2))
                or (following[0] in ("of", "from") and not self.inside.isdisjoint((end + 1, end + 2)))
            ),
            "strong": lambda: self._speaks_of_soldiers(i),
            "having": lambda: self._speaks_of_soldiers(i),
            "being": lambda: not SUBJECTS.isdisjoint(self.sentences.words_near(i, after=0)),
            "with": lambda: self._is_near(i) or self._speaks_of_soldiers(i),
            "change": lambda: self._is_near(i) or self._changes(i),
        }
        return frame in known and known[frame]()

    def _changes(self, i: int) -> bool:
        """Whether the sentence speaks of a change, of military people."""
        is_known = self.is_military or self._mentions_force(i)
        return is_known and not CHANGES.isdisjoint(self.sentences.words_near(i))

    def _note_measures(self, i: int) -> None:
        """Ends the topic where the sentence measures something before a quantity: `90 metres, and the gap is 140`."""
        at = self._last_lengths[i - 1] if i else -1
        if at > self.at and self.sentences.number(at) == self.sentences.number(i):
            self.is_military, self.other = False, at

    def _is_near(self, i: int) -> bool:
        """Whether military people are the last thing counted, not many sentences ago."""
        is_here = self.is_military and self.at >= 0
        return is_here and self.sentences.number(i) - self.sentences.number(self.at) <= NEAR_SENTENCES

    def _mentions_force(self, i: int, before: int = 1) -> bool:
        """Whether a unit, a group or military people are mentioned in the sentence, or so many before it."""
        at = self._last_forces[i - 1] if i else -1
        # What was counted in between belongs to that unit: `the division earned 9 medals. It lists all 43`.
        return at > self.other and self.sentences.number(at) >= self.sentences.number(i) - before

    def _speaks_of_soldiers(self, i: int) -> bool:
        """Whether a force is mentioned before a quantity, or soldiers later in its sentence."""
        return self._mentions_force(i) or self._last_soldiers[self.sentences.end(i) - 1] > max(i, self.other)

    @cached_property
    def _last_forces(self) -> list[int]:
        """Of each token, the last unit, group or military people up to it; -1 for none."""
        nouns = GROUP_NOUNS | _soldiers()
        force = TokenFlag.CAP | TokenFlag.FORCE
        flags = self.tokens.flags
        return _last(
            k in self.units or word in nouns or flags[k] & force == force for k, word in enumerate(self.tokens.lower)
        )

    @cached_property
    def _last_soldiers(self) -> list[int]:
        """Of each token, the last noun for military people up to it; -1 for none."""
        return _last(word in _soldiers() for word in self.tokens.lower)

    @cached_property
    def _last_lengths(self) -> list[int]:
        """Of each token, the last unit of length, weight or money up to it; -1 for none."""
        return _last(word in LENGTHS for word in self.tokens.lower)

    def _is_civil(self, number: QuantityMention) -> bool:
        near = self.sentences.words_near(number.start, before=CIVIL_BEFORE, after=CIVIL_AFTER)
        return not near.isdisjoint(CIVIL)


@cache
def _soldiers() -> frozenset[str]:
    strong, weak, _ = personnel_nouns()
    return strong - weak


def _last(marks: Iterable[bool]) -> list[int]:
    """Of each position, the last one up to it that is marked; -1 for none."""
    return list(accumulate((n if mark else -1 for n, mark in enumerate(marks)), max))


def _is_demonym(tokens: ParagraphTokens, k: int) -> bool:
    flags = tokens.flags_at(k)
    return bool(flags & TokenFlag.DEMONYM and flags & TokenFlag.CAP)


def _is_part_of_people(tokens: ParagraphTokens, j: int) -> bool:
    """Whether what a quantity is a part of may be military people: not `three of its 14 deputies`."""
    if tokens.word_at(j) != "of":
        return True
    start = j + 1 + (tokens.word_at(j + 1) in PART_OF)
    while tokens.flags_at(start) & TokenFlag.CAP or tokens.word_at(start + 1) in POSSESSION:
        start += 1
    start += tokens.word_at(start) in POSSESSION
    start += tokens.word_at(start)[:1].isdigit()
    noun = counted_noun(tokens, start)
    if noun is None:
        return True
    # `two of its generals in five` is a share.
    if tokens.word_at(noun + 1) == "in" and can_begin(tokens.word_at(noun + 2)) and tokens.word_at(noun + 2) != "a":
        return False
    return tokens.lower[noun] in personnel_nouns()[0] or tokens.lower[noun] in DEAD


def _are_years(tokens: ParagraphTokens, number: QuantityMention) -> bool:
    digits = [word for word in tokens.words[number.start : number.end] if word[:1].isdigit()]
    return len(digits) > 1 and all(map(is_year_word, digits))


def _joins(tokens: ParagraphTokens, at: int) -> bool:
    at += tokens.word_at(at) == "who"
    return tokens.word_at(at + (tokens.word_at(at) in VERBS)) == "joined" or begins_service(tokens, at)


def _is_contributor(around: Surroundings) -> bool:
    """Whether a state or a force precedes a bare number: `Portugal 174`, `the Special Mission Wing 1,095`."""
    tokens, k = around.tokens, around.last
    if around.last != around.start - 1 or not has_no_noun(tokens, around.end) or not tokens.flags_at(k) & TokenFlag.CAP:
        return False
    if number_value(tokens.words[around.start]) >= LEAST_FORCE and tokens.flags[k] & (
        TokenFlag.ECHELON | TokenFlag.FORCE
    ):
        return True
    return any(
        gazetteer().end(tokens.forms, s) == k + 1 and gazetteer().match(tokens.forms, s)[1] >= SURE
        for s in range(max(0, k - 2), k + 1)
    )


def _is_one_of(around: Surroundings) -> bool:
    """`one of six`, but not `a Romanian one of about 130`."""
    is_pronoun = around.tokens.flags_at(around.last - 2) & TokenFlag.DEMONYM
    return around.before == "of" and around.earlier == "one" and not is_pronoun


def _is_no_count(around: Surroundings) -> bool:
    """Whether a number is one of a name, a list, an age, a score or a time."""
    tokens, i, j, k = around.tokens, around.start, around.end, around.last
    before, following = around.before, around.following
    is_part = before == "for" and following == "of"
    if (before in NOT_BEFORE and not is_part) or following in ("%", "percent", "per") or _is_one_of(around):
        return True
    if tokens.flags_at(j) & TokenFlag.CAP and not tokens.first[j] and not tokens.flags_at(j) & TokenFlag.TIME:
        return True
    flags = tokens.flags_at(k)
    if flags & TokenFlag.CAP and k not in around.inside:
        is_name = not flags & (TokenFlag.DEMONYM | TokenFlag.FUNCTION | TokenFlag.TIME)
        return is_name and not tokens.first[k]
    if tokens.first[i] and following in (".", ")"):
        return True
    if before == "at" and (around.earlier in ENLISTING or around.earlier in AT_AN_AGE):
        return number_value(tokens.words[i]) < OLDEST
    is_apposition = before in (",", "at") and following in (",", ".", ")", "as")
    return is_apposition and 0 < number_value(tokens.words[i]) < OLDEST and k - 1 not in around.inside


def _size(tokens: ParagraphTokens, number: QuantityMention) -> int:
    """The number that a quantity names, 0 where it has no value."""
    value = parse_troop_count(" ".join(tokens.words[number.start : number.end]))
    return 0 if value is None else value.minimum or value.maximum or 0
