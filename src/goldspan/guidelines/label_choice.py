"""What is chosen for new labels: colours, keys, pages and the ids of their rules, different from those of others."""

from __future__ import annotations

import re
import string
import unicodedata
from itertools import count
from typing import TYPE_CHECKING

from goldspan.annotation import Label
from goldspan.corpus.manifest import name_key, name_problem
from goldspan.errors import InvalidValueError
from goldspan.guidelines.palette import next_colours

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

KEYS = string.ascii_lowercase + string.digits  # what Doccano takes, whose own keys are others: Enter and the arrows
MARKS = "-_./:&+"  # in a name, besides letters and digits
LONGEST = 100  # characters of a name, in Doccano
GENERAL = "G"  # the group of the rules for all labels
LONGEST_GROUP = 8  # characters, see goldspan.guidelines.rules
OTHER_PAGES = ("README.md", "boundaries.md", "CHANGELOG.md", "checks.md", "working_in_doccano.md")
# How hard a key is to remember for a label: its first letter is easiest, then the first letter of a further word, any
# other letter of the name, a digit, any letter, and last what Doccano does not take.
FURTHER_WORD, OTHER_LETTER, DIGIT, ANY_LETTER, NOT_TAKEN = 2, 5, 200, 300, 1000
FURTHER_KEYS = 0xC0  # where the keys go on that Doccano does not take


def validated_names(names: Sequence[str]) -> list[str]:
    """The names of new labels, in Unicode normal form C.

    Raises:
        InvalidValueError: for no name at all, an empty one, one with a character that a format of annotation or a file
            could not hold, the tags of a label in place of its name, and two that differ in nothing but case.
    """
    if not names:
        raise InvalidValueError("a project needs a label", remedy="Name one or more, as in ORG,PRODUCT,DATE.")
    normal = [unicodedata.normalize("NFC", name) for name in names]
    for name in normal:
        _validate(name)
    _refuse_tags(normal)
    seen: dict[str, str] = {}
    for name in normal:
        other = seen.get(name_key(name))
        if other is not None:
            problem = f"the label {name} is named twice" if other == name else f"{other} and {name} differ only in case"
            raise InvalidValueError(problem, remedy="Each label needs a name of its own.")
        seen[name_key(name)] = name
    return normal


def choose_labels(names: Sequence[str], definitions: Sequence[str], labels: Iterable[Label] = ()) -> tuple[Label, ...]:
    """Labels with colours, keys and pages of their own.

    Args:
        names: of the new labels.
        definitions: the sentence of each.
        labels: the other labels of the scheme.
    """
    others = tuple(labels)
    colours = next_colours(len(names), [other.colour for other in others])
    keys = choose_keys(names, [other.shortcut for other in others])
    pages = choose_pages(names, [other.page for other in others])
    return tuple(Label(*chosen) for chosen in zip(names, definitions, colours, keys, pages, strict=True))


def choose_keys(names: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """A key for each name, none of them taken: those that are easiest to remember, all names considered.

    Accents do not count. With more than 36 labels, some keys are characters that Doccano does not take, as the plan of
    a push says.
    """
    from scipy.optimize import linear_sum_assignment

    keys = [key for key in (*KEYS, *string.ascii_uppercase) if key not in taken]
    further = (chr(code) for code in count(FURTHER_KEYS) if chr(code).isalpha() and chr(code) not in taken)
    keys += [next(further) for _ in names]
    weights = range(2 * len(names), len(names), -1)  # of two names alike, the first gets the better key
    costs = [[weight * cost for cost in _costs(name, keys)] for name, weight in zip(names, weights, strict=True)]
    _, places = linear_sum_assignment(costs)
    return [keys[place] for place in places]


def choose_pages(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """The file of the rules of each label: its name in small letters, where every system can have it as a file's."""
    folded = {name_key(page) for page in (*taken, *OTHER_PAGES)}
    pages = []
    for name in names:
        stem = re.sub(r"[^\w-]+", "_", name.lower()).strip("_") or "label"
        stem = f"label_{stem}" if name_problem(f"{stem}.md") else stem
        candidates = (f"{each}{number}.md" for each in (stem, "label") for number in ("", *range(2, len(folded) + 3)))
        page = next(each for each in candidates if name_key(each) not in folded and name_problem(each) is None)
        folded.add(name_key(page))
        pages.append(page)
    return pages


def choose_rule_groups(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """The first part of the ids of each label's rules, as `ORG` in `ORG-1`: the name where it is short enough.

    Args:
        names: of the labels.
        taken: the groups that there are.
    """
    used = {GENERAL, *taken}
    groups = []
    for number, name in enumerate(names, start=1):
        group = next(each for each in _group_candidates(name, number) if each not in used)
        used.add(group)
        groups.append(group)
    return groups


def _validate(name: str) -> None:
    if not name:
        raise InvalidValueError("a label has no name", remedy="Write the names with one comma between two: ORG,DATE.")
    wrong = next((each for each in name if not (each in MARKS or _is_word(each))), None)
    if wrong is not None or not _is_word(name[0]):
        what = "a space" if wrong is not None and wrong.isspace() else repr(wrong or name[0])
        raise InvalidValueError(
            f"the label {name!r:.60} has {what}{'' if wrong else ' at its beginning'}",
            remedy=f"A label's name has letters, digits and {' '.join(MARKS)}, and begins with a letter or a digit, as "
            "in PRODUCT_NAME. Name several with commas between them.",
        )
    if len(name) > LONGEST:
        raise InvalidValueError(
            f"the label {name[:20]}… has {len(name)} characters", remedy=f"Doccano takes names of at most {LONGEST}."
        )


def _is_word(character: str) -> bool:
    """Whether it is a letter, a mark on one, or a digit."""
    return unicodedata.category(character)[0] in "LM" or character.isdigit()


def _refuse_tags(names: Sequence[str]) -> None:
    if "O" in names:
        raise InvalidValueError(
            "O is no label: in formats of tokens it is the tag of words without one", remedy="Leave it out."
        )
    for name in names:
        if name.startswith("B-") and f"I-{name[2:]}" in names:
            raise InvalidValueError(
                f"{name} and I-{name[2:]} are tags of tokens, not labels",
                remedy=f"Name the label once, as {name[2:]}: goldspan makes the tags.",
            )


def _words(name: str) -> list[str]:
    """The words of a name in small letters, without accents."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    return [word for word in re.split(r"[\W_]+", plain.casefold()) if word]


def _costs(name: str, keys: Sequence[str]) -> Iterator[int]:
    """How hard each key is to remember for a label."""
    words = _words(name)
    initials, letters = "".join(word[0] for word in words), "".join(words)
    for place, key in enumerate(keys):
        if key not in KEYS:
            yield NOT_TAKEN + (letters.index(key.casefold()) if key.casefold() in letters else len(letters) + place)
        elif letters.startswith(key):
            yield 0
        elif key in initials:
            yield FURTHER_WORD + min(initials.index(key), OTHER_LETTER - FURTHER_WORD - 1)
        elif key in letters:
            yield OTHER_LETTER + letters.index(key)
        else:
            yield DIGIT + (int(key) or 10) if key.isdigit() else ANY_LETTER + place


def _group_candidates(name: str, number: int) -> Iterator[str]:
    ascii_words = ("".join(each for each in word.upper() if each.isascii() and each.isalnum()) for word in _words(name))
    words = [word for word in ascii_words if word]
    letters = "".join(words).lstrip(string.digits)
    initials = "".join(word[0] for word in words)[:LONGEST_GROUP]
    if len(words) > 1 and initials[0].isalpha():
        yield initials
    if letters:
        yield letters if len(letters) <= LONGEST_GROUP else letters[:3]
        yield from (letters[:length] for length in range(4, min(len(letters), LONGEST_GROUP) + 1))
    base = letters[:3] or "L"  # L for label, where the name has no Latin letters
    yield from (f"{base}{further}" for further in count(number))
