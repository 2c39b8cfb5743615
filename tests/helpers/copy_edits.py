"""Copies of an article as they are found elsewhere: edited in many ways, with the origin of every word that is kept."""

# ruff: noqa: S311  (draws that can be repeated, no secrets)
import random
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate

from goldspan.standoff.text_tokens import QUOTE, tokenize_text

QUOTES = {
    "straight": "'\"",
    "curly": "‘’“”",
    "angled": "«»‹›",
    "German": "„“‚‘",
    "doubled": ("''", "``", "’’"),
}
SPACES = (" ", "  ", "\xa0", "\u2009", "\t", " \u200b")
FOREIGN = ("Приштина", "战争", "מלחמה", "सेना", "สงคราม", "Ελλάδα", "🚁", "\u202bالعربية\u202c")


@dataclass(frozen=True)
class Piece:
    """A token of a copy.

    Args:
        before: the white space and invisible characters before it.
        text: its characters.
        origin: the number of the token of the article that it is; None for one that the article does not have.
    """

    before: str
    text: str
    origin: int | None

    @property
    def begins_paragraph(self):
        return "\n" in self.before


def pieces(text):
    """The tokens of an article as pieces; what stands behind the last one is left out."""
    found, at = [], 0
    for number, token in enumerate(tokenize_text(text)):
        found.append(Piece(text[at : token.start], text[token.start : token.end], number))
        at = token.end
    return found


class EditedCopy:
    """A copy of an article.

    Args:
        copied: its pieces.
    """

    def __init__(self, copied):
        self.pieces = list(copied)
        self.text = "".join(piece.before + piece.text for piece in self.pieces)
        ends = accumulate(len(piece.before) + len(piece.text) for piece in self.pieces)
        self.ends = list(ends)
        self.starts = [end - len(piece.text) for end, piece in zip(self.ends, self.pieces, strict=True)]

    def origins(self, start, end):
        """The numbers of the tokens of the article that stand in a part of the copy; None for each new one."""
        first, behind = bisect_right(self.ends, start), bisect_left(self.starts, end)
        return [piece.origin for piece in self.pieces[first:behind]]


def change_words(rng, given, rate, words=()):
    """Replaces, removes and inserts words, each at a third of the rate."""
    found = []
    words = words or [piece.text for piece in given] or ["new"]
    for piece in given:
        how = rng.random() / rate if rate else 9
        if how < 1 / 3:
            word = rng.choice(words)
            found.append(piece if word == piece.text else replace(piece, text=word, origin=None))
        elif how < 2 / 3:
            found += [piece, Piece(" ", rng.choice(words), None)]
        elif how >= 1 or piece.begins_paragraph:
            found.append(piece)
    return found


def change_scripts(rng, given):
    """Replaces words by others of other scripts."""
    return change_words(rng, given, 0.03, FOREIGN)


def change_quotes(rng, given):
    """Sets all quotation marks in another style."""
    marks = QUOTES[rng.choice(sorted(QUOTES))]
    is_quote = [[token.key for token in tokenize_text(piece.text)] == [QUOTE] for piece in given]
    return [
        replace(piece, text=rng.choice(marks)) if quote else piece for piece, quote in zip(given, is_quote, strict=True)
    ]


def change_spaces(rng, given):
    """Puts other spaces between words of a line."""
    return [
        replace(piece, before=rng.choice(SPACES)) if piece.before and not piece.begins_paragraph else piece
        for piece in given
    ]


def change_line_ends(rng, given):
    """Sets paragraphs apart by other line ends, and maybe wraps lines."""
    end, wrapped = rng.choice(("\n", "\n\n", "\r\n", "\r\n \r\n", "\n\t\n", "\u2029")), rng.random() < 0.3
    found = []
    for piece in given:
        before = end if piece.begins_paragraph else piece.before
        if wrapped and before and not piece.begins_paragraph and rng.random() < 0.1:
            before = "\n"
        found.append(replace(piece, before=before))
    return found


def add_invisible(rng, given):
    """Puts soft hyphens and zero-width characters into words."""
    return [
        replace(piece, text=piece.text[:1] + rng.choice("\xad\u200b\u200d\ufeff") + piece.text[1:])
        if len(piece.text) > 3 and piece.text.isalpha() and rng.random() < 0.2
        else piece
        for piece in given
    ]


def change_form(rng, given):
    """Writes accented letters in another canonical form."""
    form = rng.choice(("NFC", "NFD"))
    return [replace(piece, text=unicodedata.normalize(form, piece.text)) for piece in given]


def paragraphs(given):
    """The pieces of each paragraph."""
    found = []
    for piece in given:
        if not found or piece.begins_paragraph:
            found.append([])
        found[-1].append(piece)
    return found


def _joined(parts):
    """The pieces of paragraphs, each of which begins on a line of its own."""
    return [
        replace(piece, before="\n") if first and not at and not piece.begins_paragraph else piece
        for first, part in enumerate(parts)
        for at, piece in enumerate(part)
    ]


def drop_paragraphs(rng, given, rate=0.2):
    return _joined([part for part in paragraphs(given) if rng.random() >= rate])


def repeat_paragraphs(rng, given):
    parts = paragraphs(given)
    for _ in range(rng.randint(1, 2)):
        parts.insert(rng.randint(0, len(parts)), list(rng.choice(parts)) if parts else [])
    return _joined(parts)


def swap_paragraphs(rng, given):
    parts = paragraphs(given)
    if len(parts) > 1:
        one, other = rng.sample(range(len(parts)), 2)
        parts[one], parts[other] = parts[other], parts[one]
    return _joined(parts)


def insert_paragraph(rng, given):
    """Puts a paragraph of words of the article between others."""
    parts, words = paragraphs(given), [piece.text for piece in given] or ["new"]
    parts.insert(rng.randint(0, len(parts)), [Piece(" ", rng.choice(words), None) for _ in range(rng.randint(1, 30))])
    return _joined(parts)


def join_paragraphs(rng, given):
    """Puts a space where a paragraph ended."""
    return [replace(piece, before=" ") if piece.begins_paragraph and rng.random() < 0.3 else piece for piece in given]


TYPESETTING = {
    "quotes": change_quotes,
    "spaces": change_spaces,
    "line ends": change_line_ends,
    "invisible": add_invisible,
    "form": change_form,
}
REWRITING = {
    "1 % of words": lambda rng, given: change_words(rng, given, 0.01),
    "5 % of words": lambda rng, given: change_words(rng, given, 0.05),
    "20 % of words": lambda rng, given: change_words(rng, given, 0.2),
    "scripts": change_scripts,
    "dropped": drop_paragraphs,
    "repeated": repeat_paragraphs,
    "swapped": swap_paragraphs,
    "inserted": insert_paragraph,
    "joined": join_paragraphs,
}
EDITS = TYPESETTING | REWRITING


def edited_copy(text, names, seed):
    """A copy of a text with edits, one after the other.

    Args:
        text: of the article.
        names: keys of `EDITS`.
        seed: of all draws.
    """
    rng, found = random.Random(seed), pieces(text)
    for name in names:
        found = EDITS[name](rng, found)
    return EditedCopy(found)
