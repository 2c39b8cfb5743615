"""What a release gives away of texts that are not in it, in sentences for its card."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldspan.standoff.examples import FingerprintSettings

LIKELY_WORDS = 20  # at each place of a text, for somebody who predicts it well
LISTED = 10_000  # names of a list


def disclosure(settings: FingerprintSettings) -> str:
    """What somebody could learn of the texts from digests, offsets and fingerprints, in Markdown.

    Args:
        settings: how the fingerprints of the release were made.
    """
    size, step = settings.size, settings.step
    apart = f"{step}" if step == size else f"{step} to {size}"
    once = "one round" if settings.rounds == 1 else f"{settings.rounds:,} rounds"
    tries = f"{LIKELY_WORDS}{_power(step)} = {LIKELY_WORDS**step:,}"
    return f"""\
Of texts that may not be passed on, this release states where each example begins, its length and its SHA-256, the
offsets and labels of its spans, and fingerprints of windows of {size} tokens that begin {apart} tokens apart. A token
is a word, a number or a mark of punctuation, or one character in scripts without spaces. The salt of the fingerprints
is published: anybody who guesses a window can check the guess, at the cost of {once} of PBKDF2-HMAC-SHA256. From this

- **anybody** learns without a guess how long each text and each span is, and what each span is labelled;
- **somebody with a list of names** does not learn which of them occur. No fingerprint covers fewer than {size} tokens,
  and the SHA-256 of an example shorter than that covers its neighbours as well. Only a name of {size} tokens or more
  can be a window of its own;
- **somebody who knows the words around a name** does learn it: {LISTED:,} names put into a known window are
  {LISTED:,} guesses. Where all other words of an example are known, its SHA-256 answers at once;
- **somebody who guesses a whole sentence, or has a copy of the text,** learns whether it is the one. That is what the
  fingerprints are for;
- **somebody who has half of a text** finds out which half that is, and has to guess about {step} tokens at once for
  each window of the rest. With {LIKELY_WORDS} likely tokens at each place these are {tries} guesses;
- **somebody with a language model and much computing power** can work out passages that are easy to predict: set
  phrases, quotations, what other articles say as well. Rare names and numbers make a window expensive, but not safe.

Fingerprints keep a text from being read, not from being worked out. A text that is secret does not belong in a
release, not even without its words.
"""


def _power(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
