"""Tokens of a text, and spans as tags of tokens.

The tokens are those of spaCy's pipeline without a model for the language of the texts, whose rules are fixed by its
version; tokens of white space are left out. Chinese is cut into characters. A span is aligned if it begins where a
token begins and ends where one ends. Every span that is not aligned is reported, none is dropped silently.

Every caller names the language: that of the label scheme, if there is one. `DEFAULT_LANGUAGE` is for texts without a
scheme, and whoever uses it says so.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from goldspan import iob
from goldspan.annotation import Span, first_overlap
from goldspan.errors import InvalidValueError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from spacy.language import Language
    from spacy.tokens import Doc

    from goldspan.annotation import Example

Policy = Literal["strict", "expand"]
POLICIES: tuple[Policy, ...] = ("strict", "expand")
DEFAULT_LANGUAGE = "en"
LONGEST_TEXT = 1 << 30  # code points; spaCy's own limit protects the memory of its parser
LONGEST_CODE = 3
ANY_LANGUAGE = "xx"  # spaCy's tokenizer for texts of several languages, or of one for which it has no rules
# What spaCy's tokenizers for some languages need besides spaCy, and the distributions that provide it.
REQUIRED_MODULES = {"ja": ("sudachipy", "sudachidict_core"), "ko": ("natto",), "th": ("pythainlp",), "vi": ("pyvi",)}
SPACED = frozenset({"ko", "vi"})  # those of them that write spaces
DISTRIBUTIONS = {"natto": "natto-py"}
KOREAN_DICTIONARY = ", and mecab-ko with its dictionary mecab-ko-dic, which natto-py reads"
# What people write for a code: the names of languages, and codes that spaCy does not use.
NAMES = {
    "arabic": "ar", "bulgarian": "bg", "catalan": "ca", "chinese": "zh", "croatian": "hr", "czech": "cs",
    "danish": "da", "dutch": "nl", "english": "en", "estonian": "et", "finnish": "fi", "french": "fr",
    "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi", "hungarian": "hu", "indonesian": "id",
    "italian": "it", "japanese": "ja", "korean": "ko", "latvian": "lv", "lithuanian": "lt", "macedonian": "mk",
    "norwegian": "nb", "persian": "fa", "polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru",
    "serbian": "sr", "slovak": "sk", "slovenian": "sl", "spanish": "es", "swedish": "sv", "albanian": "sq",
    "thai": "th", "turkish": "tr", "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi",
    "deutsch": "de", "español": "es", "français": "fr", "italiano": "it", "nederlands": "nl", "polski": "pl",
    "português": "pt", "türkçe": "tr", "ελληνικά": "el", "русский": "ru", "українська": "uk", "العربية": "ar",
    "中文": "zh", "日本語": "ja", "한국어": "ko",
    "no": "nb", "iw": "he", "in": "id", "cmn": "zh", "cn": "zh", "jp": "ja", "kr": "ko", "ua": "uk", "gr": "el",
    "cz": "cs", "se": "sv", "dk": "da", "bs": "hr", "mul": "xx", "und": "xx",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Misaligned:
    """A span that does not begin and end with tokens.

    Args:
        example: the id of the example.
        span: the span.
        surface: its text.
        widened: the text from the first to the last token that it touches; empty if it touches none.
        tagged: whether these tokens have its label: under `expand`, unless another span has them already.
    """

    example: str
    span: Span
    surface: str
    widened: str
    tagged: bool = False

    def __str__(self) -> str:
        """The example, the span and what it cuts, on one line."""
        span = self.span
        inside = f"cuts {self.widened!r}" if self.widened else "touches no token"
        return f"{self.example}: [{span.start}, {span.end}, {span.label}] {self.surface!r} {inside}"


def doc(text: str, language: str) -> Doc:
    """The tokens as a spaCy `Doc`, those of white space included.

    Raises:
        NotFoundError: if there is no tokenizer for the language, see `require_language`.
        InvalidValueError: for a text with a lone surrogate.
    """
    try:
        return _pipeline(language).tokenizer(text)
    except UnicodeEncodeError as error:
        raise InvalidValueError(
            f"the text has a lone surrogate at {error.start}",
            remedy="Repair the text at its source: it is not valid Unicode.",
        ) from None


def extents(doc: Doc) -> list[tuple[int, int]]:
    """The start and end of each token of a doc, in code points, without tokens of white space."""
    return [(token.idx, token.idx + len(token)) for token in doc if not token.is_space]


def tokenize(text: str, language: str) -> list[tuple[int, int]]:
    """The start and end of each token of a text, in code points.

    Raises:
        NotFoundError: if there is no tokenizer for the language, see `require_language`.
        InvalidValueError: for a text with a lone surrogate.
    """
    return extents(doc(text, language))


def bounds(text: str, language: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The starts and the ends of the tokens of a text, as `tokenize` has them: two columns, for what counts many.

    Raises:
        NotFoundError: if there is no tokenizer for the language, see `require_language`.
        InvalidValueError: for a text with a lone surrogate.
    """
    from spacy.attrs import IDX, IS_SPACE, LENGTH

    start, length, is_space = doc(text, language).to_array([IDX, LENGTH, IS_SPACE]).astype("int64").reshape(-1, 3).T
    start, length = start[is_space == 0], length[is_space == 0]
    return start, start + length


def tokenize_all(texts: Iterable[str], language: str) -> Iterator[list[tuple[int, int]]]:
    """The start and end of each token, text by text."""
    return (tokenize(text, language) for text in texts)


def tags(
    example: Example, tokens: Sequence[tuple[int, int]], policy: Policy = "strict"
) -> tuple[list[str], list[Misaligned]]:
    """The IOB2 tags of the tokens, and the spans that are not aligned with them.

    Under `strict` a span that is not aligned gets no tags. Under `expand` the tokens that it touches are tagged, unless
    one of them belongs to a span that is aligned or to an earlier one. It is returned in both cases.

    Raises:
        InvalidValueError: if two spans overlap, since a token has one tag.
    """
    _require_no_overlaps(example)
    out = ["O"] * len(tokens)
    misaligned = []
    for span, first, stop, is_aligned in _touched(example, tokens):
        free = first < stop and all(tag == "O" for tag in out[first:stop])
        if tagged := is_aligned or (free and policy == "expand"):
            _tag(out, first, stop, span.label)
        if not is_aligned:
            misaligned.append(_misaligned(example, span, tokens[first:stop], tagged=tagged))
    return out, misaligned


def align(
    example: Example, tokens: Sequence[tuple[int, int]], policy: Policy = "strict"
) -> tuple[list[Span], list[Misaligned]]:
    """The spans, which may overlap, in so far as they begin and end with tokens, and those that are not aligned.

    Under `expand` a span that is not aligned is widened to the tokens that it touches, unless there is the same span
    already. It is returned as not aligned all the same.
    """
    spans: list[Span] = []
    misaligned = []
    for span, first, stop, is_aligned in _touched(example, tokens):
        widened = Span(tokens[first][0], tokens[stop - 1][1], span.label) if first < stop else span
        tagged = is_aligned or (first < stop and policy == "expand" and widened not in spans)
        if tagged:
            spans.append(widened)
        if not is_aligned:
            misaligned.append(_misaligned(example, span, tokens[first:stop], tagged=tagged))
    return sorted(spans), misaligned


def spans_of(tags: Sequence[str], tokens: Sequence[tuple[int, int]]) -> list[Span]:
    """The spans that IOB2 tags write.

    Raises:
        InvalidValueError: for a tag that IOB2 forbids at its place, or if tags and tokens differ in number.
    """
    if len(tags) != len(tokens):
        raise InvalidValueError(f"there are {len(tags)} tags for {len(tokens)} tokens")
    parsed = [iob.parse(tag) for tag in tags]
    for number in iob.malformed(parsed, "IOB2"):
        raise InvalidValueError(f"the tag {tags[number]!r} of token {number} continues nothing")
    return [Span(tokens[c.first][0], tokens[c.stop - 1][1], c.label) for c in iob.decode(parsed)]


def _touched(example: Example, tokens: Sequence[tuple[int, int]]) -> list[tuple[Span, int, int, bool]]:
    """Each span with the tokens that it touches, from the first to before the last, and whether it is aligned.

    Those that are aligned come first.
    """
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    touched = []
    for span in example.spans:
        first, stop = bisect_right(ends, span.start), bisect_left(starts, span.end)
        is_aligned = first < stop and (starts[first], ends[stop - 1]) == (span.start, span.end)
        touched.append((span, first, stop, is_aligned))
    return sorted(touched, key=lambda item: not item[3])


def _misaligned(example: Example, span: Span, touched: Sequence[tuple[int, int]], *, tagged: bool) -> Misaligned:
    widened = example.text[touched[0][0] : touched[-1][1]] if touched else ""
    return Misaligned(example.id, span, example.surface(span), widened, tagged)


def _tag(out: list[str], first: int, stop: int, label: str) -> None:
    out[first:stop] = [f"B-{label}", *[f"I-{label}"] * (stop - first - 1)]


def _require_no_overlaps(example: Example) -> None:
    if overlap := first_overlap(example.spans):
        left, right = overlap
        raise InvalidValueError(
            f"the spans [{left.start}, {left.end}, {left.label}] {example.surface(left)!r} and "
            f"[{right.start}, {right.end}, {right.label}] {example.surface(right)!r} overlap",
            example=example.id,
            remedy="A token has one tag: keep one of the two.",
        )


@lru_cache(maxsize=8)
def _pipeline(language: str) -> Language:
    return pipeline(language)


def pipeline(language: str) -> Language:
    """A new pipeline that has the tokenizer of a language and nothing else, for texts of any length.

    Raises:
        NotFoundError: if there is no tokenizer for the language, see `require_language`.
    """
    require_language(language)
    import spacy

    try:
        nlp = spacy.blank(language)
    except (ImportError, OSError, RuntimeError) as error:  # natto-py raises what its C library does
        raise NotFoundError(
            f"the tokenizer for the language {language!r} does not start: {' '.join(str(error).split()):.200}",
            remedy=_installation(language),
        ) from None
    nlp.max_length = LONGEST_TEXT
    return nlp


def languages() -> tuple[str, ...]:
    """The codes of the languages that spaCy has tokenizers for, sorted; found without importing spaCy."""
    return _languages()


def require_language(language: str) -> None:
    """Make sure that texts of a language, named by its code, can be cut into tokens.

    Raises:
        NotFoundError: for a code that spaCy does not have, with the nearest that it has; for a language whose tokenizer
            needs a package that is not installed, with what to install.
    """
    known = _languages()
    if language not in known:
        raise NotFoundError(
            f"there is no tokenizer for the language {language!r:.40}",
            remedy=f"{_suggestion(language, known)} The codes are {', '.join(known)}; {ANY_LANGUAGE} is for texts of "
            "several languages, or of one that has no code here.",
        )
    if any(find_spec(module) is None for module in REQUIRED_MODULES.get(language, ())):
        raise NotFoundError(
            f"the tokenizer for the language {language!r} needs a package that is not installed",
            remedy=_installation(language),
        )


@cache
def _languages() -> tuple[str, ...]:
    spec = find_spec("spacy")
    folders = [Path(place) / "lang" for place in (spec.submodule_search_locations or ())] if spec else []
    own = (path.parent.name for folder in folders for path in folder.glob("*/__init__.py"))
    added = (entry.name for entry in entry_points(group="spacy_languages"))
    return tuple(sorted({*own, *added}))


def _suggestion(language: str, known: Sequence[str]) -> str:
    """The codes that may be meant: by a name or another code of the language, by its first part, or similar ones."""
    lower = language.strip().lower()
    first = re.split(r"[-_ ]", lower)[0]
    meant = [code for code in (NAMES.get(lower), lower, NAMES.get(first), first, _two_letters(first)) if code in known]
    names = [NAMES[name] for name in get_close_matches(lower, NAMES, n=1, cutoff=0.75) if len(lower) > LONGEST_CODE]
    near = meant[:1] or names or get_close_matches(lower, known, n=3, cutoff=0.5) or [ANY_LANGUAGE]
    return f"Did you mean {' or '.join(repr(code) for code in near)}?"


def _two_letters(code: str) -> str | None:
    """The code of two letters for one of three, as spaCy knows it: `fr` for `fra`."""
    if len(code) != LONGEST_CODE or not (code.isascii() and code.isalpha()):
        return None
    from spacy.util import find_matching_language

    return find_matching_language(code)


def _installation(language: str) -> str:
    modules = REQUIRED_MODULES.get(language, ())
    if not modules:
        return "Repair the installation of spaCy."
    packages = " ".join(DISTRIBUTIONS.get(module, module) for module in modules)
    dictionary = KOREAN_DICTIONARY if language == "ko" else ""
    spaces = f" Or name the language {ANY_LANGUAGE!r}, to cut at spaces." if language in SPACED else ""
    return f"Install it: pip install {packages}{dictionary}.{spaces}"
