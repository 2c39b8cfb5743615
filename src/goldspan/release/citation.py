"""How a release is cited: `CITATION.cff` for people and programs, `.zenodo.json` for a deposit on Zenodo.

`CITATION.cff` is of the Citation File Format 1.2.0 (https://doi.org/10.5281/zenodo.5171937), `.zenodo.json` has the
metadata of a deposit as https://developers.zenodo.org describes them. Both say what `DatasetMetadata` says. Neither has
a word for every licence: one that has none is named in words where people read it, and never replaced by another.
"""

from __future__ import annotations

import json
import re
from email.utils import parseaddr
from html import escape
from typing import TYPE_CHECKING, Any

import yaml

from goldspan import files, licences
from goldspan.release.metadata import iso_639_3
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from goldspan.release.metadata import DatasetMetadata
    from goldspan.settings import AuthorSettings

CFF_VERSION = "1.2.0"
MESSAGE = "To cite this dataset, use the metadata of this file."
CFF_DOI = re.compile(r"10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]\\]+")
CFF_EMAIL = re.compile(r"\S+@\S+\.\S{2,}")
CFF_FORMS = {  # of the texts of its keys
    "abstract": re.compile(r".+", re.DOTALL),
    "cff-version": re.compile(re.escape(CFF_VERSION)),
    "date-released": re.compile(r"\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])"),
    "doi": CFF_DOI,
    "license-url": re.compile(r"https?://.+"),
    "message": re.compile(r".+", re.DOTALL),
    "title": re.compile(r".+", re.DOTALL),
    "type": re.compile("dataset"),
    "url": re.compile(r"https?://.+"),
    "version": re.compile(r".+"),
}
CFF_REQUIRED = ("cff-version", "message", "title", "authors")
CFF_KEYS = frozenset(
    """abstract authors cff-version commit contact date-released doi identifiers keywords license license-url message
    preferred-citation references repository repository-artifact repository-code title type url version""".split()  # noqa: SIM905  (words read best as words)
)
ZENODO_DOIS = ("10.5281/zenodo.", "10.5072/zenodo.")  # which Zenodo gives itself; the second is its sandbox
CLOSED = "other-closed"  # of a licence that Zenodo has no identifier for: it would take CC0 where none is named
SPDX_PAGE = "https://spdx.org/licenses/{}.html"
WIDTH = 100  # of a line of YAML


def citation_cff(metadata: DatasetMetadata) -> str:
    """The content of `CITATION.cff`."""
    known = licences.cff_identifiers(metadata.licence) if metadata.licence else []
    message = MESSAGE
    if metadata.licence and not known:
        message += f" The licence of the annotation: {metadata.licence}."
    content: dict[str, Any] = {
        "cff-version": CFF_VERSION,
        "message": message,
        "type": "dataset",
        "title": metadata.title,
        "abstract": metadata.description,
        "version": metadata.version,
        "date-released": metadata.date,
        "authors": [_cff_author(author) for author in metadata.authors],
        "license": known[0] if len(known) == 1 else known or None,
        "license-url": None if known or not metadata.licence else licence_page(metadata.licence),
        "keywords": [*metadata.keywords],
        "url": metadata.url,
        "contact": [_cff_contact(metadata.contact)] if metadata.contact else None,
    }
    if metadata.doi and CFF_DOI.fullmatch(metadata.doi):
        content["doi"] = metadata.doi
    elif metadata.doi:
        content["identifiers"] = [{"type": "other", "value": metadata.doi, "description": "The DOI of the dataset."}]
    stated = {key: value for key, value in content.items() if value}
    return str(yaml.safe_dump(stated, allow_unicode=True, sort_keys=False, width=WIDTH))


def zenodo_json(metadata: DatasetMetadata) -> str:
    """The content of `.zenodo.json`."""
    language = iso_639_3(metadata.language) if metadata.language else None
    own_doi = metadata.doi if metadata.doi and not metadata.doi.lower().startswith(ZENODO_DOIS) else None
    content: dict[str, Any] = {
        "title": metadata.title,
        "upload_type": "dataset",
        "description": _paragraphs([metadata.description]),
        "creators": [_zenodo_creator(author) for author in metadata.authors],
        "publication_date": metadata.date,
        "version": metadata.version,
        "language": language,
        "access_right": "open",
        "license": _zenodo_licence(metadata) or CLOSED,
        "keywords": [*metadata.keywords],
        "related_identifiers": [{"identifier": metadata.url, "relation": "isDescribedBy"}] if metadata.url else None,
        "doi": own_doi,
        "notes": _paragraphs([*_notes(metadata)]),
    }
    stated = {key: value for key, value in content.items() if value}
    return json.dumps(stated, ensure_ascii=False, indent=2) + "\n"


def bibtex(metadata: DatasetMetadata) -> str:
    """An entry of BibTeX, of the type `misc`, which every style knows."""
    authors = " and ".join(_bibtex_name(author) for author in metadata.authors)
    rows = {
        "author": authors,
        "title": f"{{{_bibtex_text(metadata.title)}}}",
        "year": metadata.date[:4],
        "version": _bibtex_text(metadata.version),
        "note": f"Data set, version {_bibtex_text(metadata.version)}",
        "doi": metadata.doi,
        "url": metadata.url,
    }
    lines = "".join(f"  {key} = {{{value}}},\n" for key, value in rows.items() if value)
    return f"@misc{{{_bibtex_key(metadata)},\n{lines}}}"


def licence_page(licence: str) -> str | None:
    """The page of SPDX on a licence; None if that is not one licence which SPDX knows."""
    identifier = licences.spdx_identifier(licence)
    return SPDX_PAGE.format(identifier) if identifier and re.fullmatch(r"[\w.+-]+", identifier) else None


def cff_problems(path: Path) -> list[str]:
    """What is wrong with the structure of a `CITATION.cff`, as clauses.

    The rules are those of the published schema for the keys that goldspan writes.

    Raises:
        InputError: for what is not UTF-8.
    """
    try:
        content = yaml.safe_load(files.decode(files.read_bytes(path), path))
    except yaml.YAMLError as error:
        return [f"is not YAML: {' '.join(str(error).split()):.120}"]
    return [*_cff_problems(content)] if isinstance(content, dict) else ["holds no keys"]


def _cff_problems(content: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{key} is missing" for key in CFF_REQUIRED if not content.get(key))
    yield from (f"{key!r:.60} is no key of the format" for key in content if key not in CFF_KEYS)
    for key, form in CFF_FORMS.items():
        value = content.get(key)
        if key in content and not (isinstance(value, str) and form.fullmatch(value)):
            yield f"{key} has another form: {value!r:.60}"
    yield from _keyword_problems(content.get("keywords", []))
    yield from _author_problems(content.get("authors", []))
    licence = content.get("license", [])
    for one in licence if isinstance(licence, list) else [licence]:
        if not isinstance(one, str) or licences.cff_identifiers(one) != [one]:
            yield f"license has {one!r:.60}, which is no identifier of a licence that the format knows"


def _keyword_problems(words: object) -> Iterator[str]:
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
        yield "keywords is no list of words"
    elif len(set(words)) < len(words):
        yield "a keyword comes twice"


def _author_problems(authors: object) -> Iterator[str]:
    if not isinstance(authors, list):
        yield "authors is no list"
        return
    for number, author in enumerate(authors, 1):
        names = [author.get("family-names"), author.get("name")] if isinstance(author, dict) else []
        if not any(isinstance(name, str) and name for name in names):
            yield f"author {number} has no name"


def _cff_author(author: AuthorSettings) -> dict[str, str]:
    row = {
        "name": author.name,
        "family-names": author.family,
        "given-names": author.given,
        "affiliation": author.affiliation,
        "orcid": f"https://orcid.org/{author.orcid}" if author.orcid else None,
    }
    if author.name:  # an entity has no affiliation in the format
        row["affiliation"] = None
    return {key: value for key, value in row.items() if value}


def _cff_contact(contact: str) -> dict[str, str]:
    """Whom to write to, as an entity: `Name <name@example.org>` has both, anything else is a name."""
    name, address = parseaddr(contact)
    if CFF_EMAIL.fullmatch(address):
        return {"name": name or address, "email": address}
    if contact.startswith(("https://", "http://")) and " " not in contact:
        return {"name": contact, "website": contact}
    return {"name": contact}


def _zenodo_creator(author: AuthorSettings) -> dict[str, str]:
    name = author.name or ", ".join(filter(None, (author.family, author.given)))
    row = {"name": name, "affiliation": author.affiliation, "orcid": author.orcid}
    return {key: value for key, value in row.items() if value}


def _zenodo_licence(metadata: DatasetMetadata) -> str | None:
    """Zenodo's identifier of the licence, or of the first of those from which a user chooses."""
    parts = (metadata.spdx_licence or "").split(" OR ")
    return next(filter(None, map(licences.zenodo_identifier, parts)), None)


def _notes(metadata: DatasetMetadata) -> Iterator[str]:
    if metadata.licence:
        yield f"The licence of the annotation: {metadata.licence}."
        if _zenodo_licence(metadata) is None:
            yield "Zenodo has no identifier for it; the one that stands here grants nothing beyond it."
    for one in metadata.text_licences:
        where = "with their texts" if one.may_travel == one.articles else f"{one.may_travel:,} with their texts"
        where = "without their texts" if not one.may_travel else where
        yield f"{amount(one.articles, 'article')}, {where}; their licence as stated: {one.licence.rstrip('.')}."
    if metadata.contact:
        yield f"Contact: {metadata.contact}"


def _paragraphs(texts: list[str]) -> str:
    """Plain texts as HTML, a paragraph each."""
    return "".join(f"<p>{escape(text, quote=False)}</p>" for text in texts)


def _bibtex_name(author: AuthorSettings) -> str:
    """A name of which BibTeX knows the family name; that of an organisation stays in one piece."""
    if author.name:
        return f"{{{_bibtex_text(author.name)}}}"
    return _bibtex_text(", ".join(filter(None, (author.family, author.given))))


def _bibtex_key(metadata: DatasetMetadata) -> str:
    first = metadata.authors[0] if metadata.authors else None
    name = re.sub(r"[^a-z]", "", ((first.family or first.name or "") if first else "").lower()) or "dataset"
    return f"{name}{metadata.date[:4]}"


def _bibtex_text(text: str) -> str:
    """A text without what TeX would obey."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return re.sub(r"[\\~^&%$#_{}]", lambda match: special.get(match[0], f"\\{match[0]}"), text)
