"""Quantities of people: the value of their words, and how far they extend.

`parse_troop_count` reads the words of a span; `quantity_at` finds quantities among tokens. Both use one grammar and one
lexicon. The conventions, each with an example; `~` means approximate, and a missing end is open:

    words                                             value     example                             gives
    numbers in digits or words                        n–n       two hundred and fifty-one           251–251
    k, m, mn, bn, thousand, million, lakh, crore      n–n       1.2 million                         1200000–1200000
    dozen, score, trio, quartet, pairs                n–n       a trio of soldiers                  3–3
    half, and a half, three quarters of a scale       n–n       three quarters of a million         750000–750000
    about, around, some, roughly, c., an estimated    ~n–n      some 7,600 personnel                ~7600–7600
    or so, -odd, -some, -ish, give or take            ~n–n      thirty-some                         ~30–30
    barely, hardly, scarcely, probably                ~n–n      barely 300                          ~300–300
    a margin                                          ~n-m–n+m  300, give or take 20                ~280–320
    nearly, almost, not far off, the best part of     ~–n       nearly 50,000 men and women         ~–50000
    more than, over, in excess of, upwards of         n+1–      more than 5,000                     5001–
    well over, far more than                          n+1–      well over 500                       501–
    just over, slightly more than                     ~n+1–     just over 500                       ~501–
    at least, no fewer than, a minimum of, a good     n–        a good 300                          300–
    or more, and upwards, and counting, -plus, +      n–        10,000+                             10000–
    up to, as many as, no more than, a maximum of     0–n       up to 1,000                         0–1000
    possibly, potentially                             0–n       possibly 300                        0–300
    or fewer, or less, at most                        0–n       500 or fewer                        0–500
    fewer than, less than, under, not even            0–n-1     fewer than a dozen                  0–11
    well short of                                     0–n-1     well short of 500                   0–499
    just under, short of, shy of, not quite           ~–n-1     just short of 300                   ~–299
    a dash, to, or, between … and, from … to          m–n       4,000 to 5,000                      4000–5000
    a scale shared by both ends                       m–n       between five and six thousand       5000–6000
    the noun of both ends                             m–n       between 300 men and 400 men         300–400
    a lower and an upper bound                        m–n       at least 500 but no more than 600   500–600
    a higher number that it may be: if not, perhaps   m–n       hundreds, if not thousands, of      ~100–9999
    tens, dozens, scores, hundreds, thousands         ~u–99…    hundreds of                         ~100–999
    the same twice; low, mid, high                    ~u–99…    thousands upon thousands            ~1000–9999
    tens of thousands, hundreds of thousands          ~u–99…    tens of thousands                   ~10000–99999
    several, a few, many of such a unit               ~u–99…    a few dozen                         ~12–99
    a couple; a couple of such a unit                 ~n–n      a couple of hundred                 ~200–200
    a unit or two                                     n–2n      a hundred or two                    100–200
    compounds                                         n–n       a 3,000-strong                      3000–3000
    a part of a whole                                 the part  150 of its 300 soldiers             150–150
    a rate, a number for each of several              none      300 troops a month                  none
    two quantities of equal rank                      none      two officers and three soldiers     none
    several, many, a few, no soldiers                 none      several soldiers                    none
    ordinals, dates, shares, ratios, measures         none      one in five soldiers                none

The reasons. *Bounds.* `more than n` and `fewer than n` exclude n. An upper bound has the minimum 0 where the words
allow for nobody (`up to`); where they mean that the number is near n (`nearly`, `just under`), the minimum is open.
`Nearly n` may be n itself, which is a round figure: n is its maximum. *Possibly n* allows for fewer; what may be more
than n (`possibly more than 300`) has no end that can be defended. `-some` and `-odd` are read as dictionaries define
them: about the number.
*Vague numerals* extend from one of the unit to just below the next power of ten: *hundreds* is 100–999. How many
hundreds *several hundred* are is unknown, so it is the same. *A dozen* and *a hundred* are plain numbers.
*Digits.* Groups of three are separated by commas, apostrophes or one space of any width; `1,00,000` is Indian English.
`1.200` is 1200, for a fraction of a person is not meant; before a scale, or with fewer digits, the dot is decimal. A
comma before one or two digits is decimal where a scale follows (`4,5 thousand`).
Decimal digits of any script count; `007` and `1,2` are not numbers, nor are 10^12 and above in digits.
*Ranges.* `10-15,000` has no value: it may begin at ten or at ten thousand. A descending range has none, for it
describes a change. *Alternatives* (`300, perhaps 400`) have a value where the second number is the higher.
*Rates* (`300 troops a month`, `5 soldiers per vehicle`, `ten soldiers each`) count nobody that can be added to others:
no value, also where `a month` follows the span. *Rest of the span.* A second number does not change the value where a
preposition (`from`, `including`) makes it subordinate or where brackets repeat the first; otherwise there is no value.
Only an article, a determiner or a word without a value (`an additional`, `a total of`, `only`) may precede the number.
The noun is not checked: the caller must know that it names people.

Grammar and lexicon are English: in texts of another language no value is read, see `labels_with_values`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.quantities.lexicon import NUMBER_STARTS
from goldspan.quantities.rates import is_rate_before
from goldspan.quantities.troop_count import TroopCount, can_begin, parse_troop_count, quantity_at

if TYPE_CHECKING:
    from goldspan.annotation import LabelScheme

LANGUAGE = "en"

__all__ = ["LANGUAGE", "NUMBER_STARTS", "TroopCount", "can_begin", "is_rate_before", "labels_with_values",
           "parse_troop_count", "quantity_at"]  # fmt: skip


def labels_with_values(scheme: LabelScheme) -> tuple[str, ...]:
    """The quantity labels of a scheme whose values are read; none if its language is not English."""
    return tuple(label.name for label in scheme.labels if label.quantity and scheme.language == LANGUAGE)
