"""Licences by name: their SPDX identifiers, and the words that the Hugging Face Hub has for them.

The Hub's words are those of its documentation (docs/hub/repositories-licenses.md of huggingface/hub-docs), without
`other`, `unknown` and the licences of single models. Its word for a licence is mostly the SPDX identifier in lower
case; for some it has one word for all versions.
"""

from __future__ import annotations

import difflib
import re
from functools import cache

HUB = frozenset(
    """
    afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 c-uda cc cc0-1.0
    cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0
    cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0
    cdla-permissive-1.0 cdla-permissive-2.0 ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2 gfdl gpl gpl-2.0
    gpl-3.0 isc lgpl lgpl-2.1 lgpl-3.0 lgpl-lr lppl-1.3c mit mpl-2.0 ms-pl ncsa odbl odc-by ofl-1.1 osl-3.0 pddl
    postgresql unlicense wtfpl zlib
    """.split()  # noqa: SIM905  (words read best as words)
)
FAMILIES = {"odc-by-1.0": "odc-by", "odbl-1.0": "odbl", "pddl-1.0": "pddl", "c-uda-1.0": "c-uda", "lgpllr": "lgpl-lr"}
GNU = re.compile(r"(gfdl)-.*|((?:a|l)?gpl-\d\.\d)(?:-only|-or-later|\+)")
VERSION = re.compile(r"-?v?[\d.]+$")
OF_DATA = re.compile(r"(?:cc0?|cc-(?:by|nc|nd|sa|-)+|cdla(?:-sharing|-permissive)?|odbl|odc(?:-by)?|pddl)-?[v\d.]*")
NEAR = 0.85  # the similarity from which a name is taken for a misspelt one
# Of the licences that the Hub has a word for, those whose SPDX identifiers are not known elsewhere: CFF 1.2.0 has those
# of 2021, Zenodo a list of its own.
NOT_IN_CFF = frozenset({"CDLA-Permissive-2.0"})
NOT_IN_ZENODO = frozenset({"CDLA-Permissive-2.0", "C-UDA-1.0", "LGPLLR"})
SAYS_NOTHING = frozenset({"other", "unknown"})


@cache
def hub_identifier(name: str) -> str | None:
    """The Hub's word for a licence, written as an identifier or with spaces; None if it has none."""
    word = _word(name)
    if match := GNU.fullmatch(word):
        word = match[1] or match[2]
    word = FAMILIES.get(word, word)
    return word if word in HUB else None


@cache
def spdx_identifier(name: str) -> str | None:
    """A licence, or several joined by `AND` and `OR`, as SPDX writes it; None if SPDX does not know it."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    for words in (name, _word(name)):
        try:
            return str(canonicalize_license_expression(words))
        except InvalidLicenseExpression:
            continue
    return None


def cff_identifiers(name: str) -> list[str]:
    """The identifiers by which CITATION.cff 1.2.0 names a licence, one of which a user chooses; none if it has none."""
    found = [_single_identifier(part) for part in (spdx_identifier(name) or "").split(" OR ")]
    return [one for one in found if one] if all(one and one not in NOT_IN_CFF for one in found) else []


def zenodo_identifier(name: str) -> str | None:
    """Zenodo's identifier of a licence; None if it has none, or the licence is several."""
    identifier = _single_identifier(spdx_identifier(name) or "")
    return None if identifier is None or identifier in NOT_IN_ZENODO else identifier.lower()


def _single_identifier(expression: str) -> str | None:
    """An SPDX expression that is one licence for which the Hub has a word; None for any other."""
    return expression if hub_identifier(expression) and " " not in expression else None


def misspelt(name: str) -> str | None:
    """The licence that a name seems to mean, if it is the name of none itself; empty if it says nothing.

    What is not like an identifier is a licence in words, such as `for research only`, and none of these.

    Returns:
        None if the name can stand.
    """
    word = _word(name)
    if word in SAYS_NOTHING:
        return ""
    if hub_identifier(name) or spdx_identifier(name):
        return None
    near = difflib.get_close_matches(word, HUB, n=1, cutoff=NEAR)
    if OF_DATA.fullmatch(word):
        near = sorted(one for one in HUB if _without_version(one) == _without_version(word))[-1:] or near
    return (spdx_identifier(near[0]) or near[0]) if near else None


def _without_version(word: str) -> str:
    return word if word == "cc0" else VERSION.sub("", word)


def _word(name: str) -> str:
    return "-".join(name.lower().split())
