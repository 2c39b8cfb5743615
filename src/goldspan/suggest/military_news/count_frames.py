"""What the words around a quantity without a noun say of it: that it is a loss, a part, a strength, a change.

A frame is one of `FRAMES`, the first that fits: `lost 53`, `260,000 of whom`, `a party of nine`, `has about 3,000`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from goldspan.quantities import can_begin
from goldspan.suggest.military_news.lexicon import TokenFlag, cues
from goldspan.suggest.military_news.quantity_mentions import GROUP_NOUNS, LOSSES, VERBS

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from goldspan.suggest.military_news.quantity_mentions import QuantityMention
    from goldspan.suggest.military_news.tokens import ParagraphTokens

Frame = Literal[
    "strong",
    "loss",
    "serving",
    "part",
    "group",
    "number",
    "with",
    "having",
    "being",
    "rest",
    "known",
    "change",
    "subject",
]

QUOTES = frozenset(('"', "“", "”", "''", "``", "‘", "'"))
DEAD = LOSSES | cues("topics.losses")
LOSING = cues("counts.losing") | cues("topics.losing")
HAVING = cues("topics.having")
BEING = cues("topics.being")
CHANGING = cues("topics.changing")
SMALL_GROUPS = cues("topics.groups")
NUMBERING = frozenset(("numbered", "numbering", "numbers"))
PART_OF = frozenset(("them", "us", "whom", "whose", "these", "those", "its", "their", "his", "our", "the", "which"))
FURTHER = frozenset(("another", "further", "additional", "other"))
EACH_OF_SEVERAL = frozenset(("first", "last", "remaining"))
SERVICE = cues("topics.service")
ENLISTING = frozenset(("conscripted", "drafted", "enlist", "enlisted", "enlists", "mobilised", "mobilized"))
# `240,000 under arms`, `11,000 in uniform`.
STATES_OF_SERVICE = frozenset((("under", "arms"), ("in", "uniform"), ("on", "active"), ("in", "active")))
CLAUSES = frozenset(("and", ";", "while", "but"))
DEFINITE = frozenset(("the", "those", "these", "all", "but"))
RELATIVE = frozenset(("who", "whom", "he", "she", "they", "we", "it", "i"))
SERVICE_REACH = 5
SHARES = frozenset(("percent", "cent", "%"))
SHARE_REACH = 10
REST = frozenset(("more", "others", "fewer"))
AUXILIARIES = frozenset(
    ("will", "would", "can", "could", "may", "might", "must", "should", "be", "now", "then", "also")
)
HAVING_REACH = 4
PART_REACH = 16
BEING_REACH = 2
LOSS_REACH = 4
GROUP_REACH = 8
APPOSITION_REACH = 2


class Surroundings(NamedTuple):
    """The words around a quantity.

    Args:
        tokens: the paragraph.
        start, end: the quantity, half-open.
        last: the index of the token before it, quotation marks left out.
        next: the index of the token after it, quotation marks and *others* left out.
        inside: the indices of the tokens of units.
    """

    tokens: ParagraphTokens
    start: int
    end: int
    last: int
    next: int
    inside: AbstractSet[int]

    @property
    def before(self) -> str:
        """The word before the quantity."""
        return self.tokens.word_at(self.last)

    @property
    def earlier(self) -> str:
        """The word before that."""
        return self.tokens.word_at(self.last - 1)

    @property
    def following(self) -> str:
        """The word after the quantity."""
        return self.tokens.word_at(self.end)

    @property
    def verb(self) -> str:
        """The word after it, quotation marks and *others* left out."""
        return self.tokens.word_at(self.next)

    def lead(self, reach: int = HAVING_REACH) -> list[str]:
        """The last words before the quantity."""
        return self.tokens.lower[max(0, self.last + 1 - reach) : self.last + 1]


def surroundings(tokens: ParagraphTokens, number: QuantityMention, inside: AbstractSet[int]) -> Surroundings:
    """The words around a quantity."""
    i, j = number
    last = i - 2 if tokens.word_at(i - 1) in QUOTES else i - 1
    return Surroundings(tokens, i, j, last, j + (tokens.word_at(j) in QUOTES | {"others", "more"}), inside)


def find_frame(around: Surroundings) -> Frame | None:
    """The first frame that fits; None if none does."""
    return next((frame for frame, fits in FRAMES if fits(around)), None)


def is_lost(tokens: ParagraphTokens, at: int) -> bool:
    """Whether words of a loss follow: `killed`, `had been killed`."""
    word = tokens.word_at(at)
    return word in DEAD or (word in VERBS and not DEAD.isdisjoint(tokens.lower[at : at + LOSS_REACH]))


def begins_service(tokens: ParagraphTokens, at: int) -> bool:
    """Whether words of military service follow: `have signed contracts with`, `would be called up`, `enlisted`."""
    for k in range(at, min(at + SERVICE_REACH, len(tokens))):
        word, following = tokens.lower[k], tokens.word_at(k + 1)
        if word in SERVICE or (word, following) in (("called", "up"), ("signed", "contracts"), ("signed", "up")):
            return True
        if word not in VERBS | AUXILIARIES:
            return False
    return False


def _is_serving(around: Surroundings) -> bool:
    pair = around.following, around.tokens.word_at(around.end + 1)
    if around.before in ENLISTING:
        return True
    return pair in STATES_OF_SERVICE or begins_service(around.tokens, around.next)


def _is_known(around: Surroundings) -> bool:
    """`the 47 who were hurt`, `the 40,000 it sent`, `all but two`, `the first 150`."""
    is_relative = around.before in DEFINITE and around.following in RELATIVE
    # `11 percent of the soldiers, or 9,300`
    is_share = (around.earlier, around.before) == (",", "or") and not SHARES.isdisjoint(around.lead(SHARE_REACH))
    return (
        is_share or is_relative or around.before in EACH_OF_SEVERAL or (around.before, around.earlier) == ("but", "all")
    )


def _is_loss(around: Surroundings) -> bool:
    is_object = around.before in LOSING or (around.before == "of" and around.earlier in LOSING)
    return is_object or is_lost(around.tokens, around.next)


def _is_part(around: Surroundings) -> bool:
    is_of = around.following == "of" and around.tokens.word_at(around.end + 1) in PART_OF
    if around.before == "including" or _is_of_the_first(around):
        return True
    return is_of or (around.before in ("whom", "which") and around.earlier == "of")


def _is_of_the_first(around: Surroundings) -> bool:
    """`Of 22 trainees who arrived, nine left`: a part of what the sentence counts first."""
    tokens, last = around.tokens, around.last
    start = next((k for k in range(last, max(-1, last - PART_REACH), -1) if tokens.first[k]), None)
    if around.before != "," or start is None or tokens.lower[start] != "of":
        return False
    return can_begin(tokens.word_at(start + 1 + (tokens.word_at(start + 1) in PART_OF)))


def _is_group(around: Surroundings) -> bool:
    """`a party of nine`, `the Malaysian battalion at Konjic (1,539)`, `the Royal Gurkha Rifles, under 250, …`."""
    if around.before == "of" and (around.earlier in SMALL_GROUPS or around.earlier in GROUP_NOUNS):
        return True
    # `a Romanian one of about 130`
    if (
        around.before == "of"
        and around.earlier == "one"
        and around.tokens.flags_at(around.last - 2) & TokenFlag.DEMONYM
    ):
        return True
    pair = around.before, around.tokens.word_at(around.end + (around.following in QUOTES))
    if pair not in {("(", ")"), (",", ",")}:
        return False
    reach = GROUP_REACH if pair[0] == "(" else APPOSITION_REACH
    near = range(max(0, around.last - reach), around.last)
    return any(k in around.inside or around.tokens.lower[k] in GROUP_NOUNS for k in near)


def _has_verb_of_having(around: Surroundings) -> bool:
    return (around.before == "to" and around.earlier in ("down", "up")) or not HAVING.isdisjoint(around.lead())


def _is_subject(around: Surroundings) -> bool:
    is_verb = around.verb in VERBS or around.tokens.flags_at(around.next) & TokenFlag.FUNCTION
    is_start = around.tokens.first[around.start] or (around.before in CLAUSES and around.verb in VERBS)
    return is_start and bool(is_verb)


FRAMES: tuple[tuple[Frame, Callable[[Surroundings], bool]], ...] = (
    ("strong", lambda around: around.following == "strong"),
    ("loss", _is_loss),
    ("serving", _is_serving),
    ("part", _is_part),
    ("group", _is_group),
    ("number", lambda around: around.before in NUMBERING),
    ("with", lambda around: around.before == "with"),
    ("having", _has_verb_of_having),
    ("being", lambda around: not BEING.isdisjoint(around.lead(BEING_REACH))),
    ("rest", lambda around: around.following in REST or around.before in FURTHER or around.before == "all"),
    ("known", _is_known),
    ("change", lambda around: around.before in CHANGING),
    ("subject", _is_subject),
)
