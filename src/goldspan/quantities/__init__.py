"""Quantities of people: the value of their words, and how far they extend.

`parse_troop_count` reads the words of a span; `quantity_at` finds quantities among tokens. Both use one grammar and one
lexicon. The conventions, each with an example; `~` means approximate, and a missing end is open:

    words                                             value     example                             gives
    numbers in digits or words                        n–n       two hundred and fifty-one           251–251
    k, m, thousand, million, lakh, crore              n–n       1.2 million                         1200000–1200000
    dozen, score; half, and a half                    n–n       one and a half thousand             1500–1500
    about, around, some, roughly, c., an estimated    ~n–n      some 7,600 personnel                ~7600–7600
    or so, -odd, give or take                         ~n–n      3,000 or so                         ~3000–3000
    nearly, almost, close to, approaching             ~–n       nearly 50,000 men and women         ~–50000
    more than, over, in excess of, upwards of         n+1–      more than 5,000                     5001–
    well over, far more than                          n+1–      well over 500                       501–
    just over, slightly more than                     ~n+1–     just over 500                       ~501–
    at least, no fewer than, a minimum of, as few as  n–        at least 780                        780–
    or more, -plus, +                                 n–        10,000+                             10000–
    up to, as many as, no more than, a maximum of     0–n       up to 1,000                         0–1000
    or fewer, or less, at most                        0–n       500 or fewer                        0–500
    fewer than, less than, under, below               0–n-1     fewer than a dozen                  0–11
    just under, just short of                         ~–n-1     just under 500                      ~–499
    a dash, to, or, between … and, from … to          m–n       4,000 to 5,000                      4000–5000
    a scale shared by both ends                       m–n       between five and six thousand       5000–6000
    a lower and an upper bound                        m–n       at least 500 but no more than 600   500–600
    tens, dozens, scores, hundreds, thousands         ~u–99…    hundreds of                         ~100–999
    tens of thousands, hundreds of thousands          ~u–99…    tens of thousands                   ~10000–99999
    several, a few, many of such a unit               ~u–99…    a few dozen                         ~12–99
    a couple; a couple of such a unit                 ~n–n      a couple of hundred                 ~200–200
    compounds                                         n–n       a 3,000-strong                      3000–3000
    a part of a whole                                 the part  150 of its 300 soldiers             150–150
    two quantities of equal rank                      none      two officers and three soldiers     none
    several, many, a few, no soldiers                 none      several soldiers                    none
    ordinals, dates, shares, ratios, measures         none      one in five soldiers                none

The reasons. *Bounds.* `more than n` and `fewer than n` exclude n. An upper bound has the minimum 0 where the words
allow for nobody (`up to`); where they mean that the number is near n (`nearly`, `just under`), the minimum is open.
`Nearly n` may be n itself, which is a round figure: n is its maximum.
*Vague numerals* extend from one of the unit to just below the next power of ten: *hundreds* is 100–999. How many
hundreds *several hundred* are is unknown, so it is the same. *A dozen* and *a hundred* are plain numbers.
*Digits.* Groups of three are separated by commas, apostrophes or one space of any width; `1,00,000` is Indian English.
`1.200` is 1200, for a fraction of a person is not meant; before a scale, or with fewer digits, the dot is decimal.
Decimal digits of any script count; `007` and `1,2` are not numbers, nor are 10^12 and above in digits.
*Ranges.* `10-15,000` has no value: it may begin at ten or at ten thousand. A descending range has none, for it
describes a change. *Rest of the span.* A second number does not change the value where a preposition (`from`,
`including`) makes it subordinate or where brackets repeat the first; otherwise there is no value. Only an article, a
determiner or a word without a value (`an additional`, `a total of`, `only`) may precede the number. The noun is not
checked: the caller must know that it names people.

Grammar and lexicon are English: in texts of another language no value is read, see `labels_with_values`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.quantities.lexicon import NUMBER_STARTS
from goldspan.quantities.troop_count import TroopCount, can_begin, parse_troop_count, quantity_at

if TYPE_CHECKING:
    from goldspan.annotation import LabelScheme

LANGUAGE = "en"

__all__ = ["LANGUAGE", "NUMBER_STARTS", "TroopCount", "can_begin", "labels_with_values", "parse_troop_count",
           "quantity_at"]  # fmt: skip


def labels_with_values(scheme: LabelScheme) -> tuple[str, ...]:
    """The quantity labels of a scheme whose values are read; none if its language is not English."""
    return tuple(label.name for label in scheme.labels if label.quantity and scheme.language == LANGUAGE)
