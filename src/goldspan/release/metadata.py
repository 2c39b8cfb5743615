"""What a dataset is called, whose it is and what may be done with it: the one source of all papers of a release.

The card, `CITATION.cff`, `.zenodo.json`, `croissant.json` and `release.json` say what stands here. `[release]` in
`goldspan.toml` states it; the title and the description are those of `corpus/README.md` where it states none.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan import files, licences
from goldspan.articles.markdown import plain_paragraphs
from goldspan.corpus.blanks import TO_FILL_IN
from goldspan.export.card import read_body
from goldspan.export.provenance import NOT_STATED, licence_in_words
from goldspan.report.text import enumerate_names
from goldspan.tokens import ANY_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.settings import AuthorSettings

KEYWORDS = ("named entity recognition", "NER", "span annotation", "news")  # of every dataset of goldspan


class MissingStatement(NamedTuple):
    """Something that a release cannot be without, and that nothing states.

    Args:
        what: it is, as a clause.
        line: of `goldspan.toml`, under `[release]`, that states it.
    """

    what: str
    line: str


class TextLicence(NamedTuple):
    """How many of the articles of a release have a licence, as the manifest states it."""

    licence: str
    articles: int
    may_travel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetMetadata:
    """What a dataset is called, whose it is and what may be done with it.

    Args:
        title: of the dataset.
        description: in plain text, on one line.
        version: of the release.
        date: of the release, as `YYYY-MM-DD`.
        authors: whom to cite, in their order.
        licence: of the annotation, as it is stated; None if it is not.
        text_licences: of the articles, as the manifest states them; those that are not stated come last.
        keywords: by which it is found.
        url: its page; None if not stated.
        doi: its identifier; None if not stated.
        contact: whom to write to; None if not stated.
        language: of the texts, as a code of the label scheme; None if they are in several, or it is not stated.
    """

    title: str
    description: str
    version: str
    date: str
    authors: tuple[AuthorSettings, ...]
    licence: str | None
    text_licences: tuple[TextLicence, ...]
    keywords: tuple[str, ...]
    url: str | None
    doi: str | None
    contact: str | None
    language: str | None

    @classmethod
    def of(cls, corpus: Corpus, version: str, date: str) -> DatasetMetadata:
        """What a project states of its dataset.

        Args:
            corpus: the project; its articles with gold that are in a split are those of the release.
            version: of the release.
            date: of the release, as `YYYY-MM-DD`.

        Raises:
            InputError: for a file of the project that cannot be read.
        """
        stated = corpus.settings.release
        title, description = _of_readme(corpus)
        scheme = corpus.scheme
        return cls(
            title=stated.title or title or corpus.root.name,
            description=stated.description or description or _computed_description(corpus),
            version=version,
            date=date,
            authors=tuple(stated.authors or ()),
            licence=stated.licence,
            text_licences=_text_licences(released_entries(corpus)),
            keywords=tuple(dict.fromkeys((*KEYWORDS, *(stated.keywords or ())))),
            url=stated.url,
            doi=stated.doi,
            contact=stated.contact,
            language=None if scheme.language == ANY_LANGUAGE else scheme.stated_language,
        )

    @property
    def spdx_licence(self) -> str | None:
        """The licence of the annotation as SPDX writes it; None if it is not stated or SPDX does not know it."""
        return licences.spdx_identifier(self.licence) if self.licence else None

    @property
    def doi_address(self) -> str | None:
        """The address at which the DOI is resolved."""
        return f"https://doi.org/{self.doi}" if self.doi else None

    @property
    def citation(self) -> str:
        """How to cite it, on one line: authors, year, title, version, where it is."""
        names = "; ".join(author.full_name for author in self.authors) or "Authors not stated"
        place = self.doi_address or self.url
        return f"{names} ({self.date[:4]}). {self.title} (version {self.version}) [Data set]." + (
            f" {place}" if place else ""
        )


def language_name(code: str) -> str | None:
    """The English name of the language of a code of the label scheme; None for `xx` and for a code without a name."""
    language = _language(code)
    return None if language is None else str(language.name).partition(" (")[0]


def iso_639_3(code: str) -> str | None:
    """The code of a language with three letters; None as for `language_name`."""
    language = _language(code)
    return None if language is None else str(language.alpha_3)


def _language(code: str) -> Any:  # noqa: ANN401  (pycountry makes its classes of its files)
    import pycountry

    key = {2: "alpha_2", 3: "alpha_3"}.get(len(code))
    return None if key is None or code == ANY_LANGUAGE else pycountry.languages.get(**{key: code})


def missing(corpus: Corpus) -> list[MissingStatement]:
    """What a release of a project cannot be without and nothing states, each with a line for `[release]`."""
    stated = corpus.settings.release
    found = []
    if not stated.authors:
        found.append(
            MissingStatement(
                "who made the annotation and is to be cited for it",
                'authors = [{ given = "Given names", family = "Family name" }]',
            )
        )
    if stated.licence is None:
        found.append(MissingStatement("the licence of the annotation", 'licence = "CC-BY-4.0"'))
    return found


def released_entries(corpus: Corpus) -> list[ManifestEntry]:
    """The articles that a release has: those with gold that are in a split, in the order of the manifest."""
    chosen = {article for ids in corpus.splits().values() for article in ids}
    return [entry for entry in corpus.entries if entry.id in chosen and corpus.has_gold(entry.id)]


def _of_readme(corpus: Corpus) -> tuple[str | None, str | None]:
    """The title and the first paragraph of `corpus/README.md`, in plain text; None for what it does not have."""
    path = corpus.folder / "README.md"
    if not files.is_there(path):
        return None, None
    title, paragraphs = plain_paragraphs(read_body(path)[1])
    first = next(iter(paragraphs), None)
    return title, None if first is None or TO_FILL_IN in first else first


def _computed_description(corpus: Corpus) -> str:
    labels = enumerate_names(corpus.scheme.names)
    return f"News articles in which spans are marked with the labels {labels}."


def _text_licences(entries: Iterable[ManifestEntry]) -> tuple[TextLicence, ...]:
    counts: Counter[str] = Counter()
    travel: Counter[str] = Counter()
    for entry in entries:
        licence = licence_in_words(entry.licence)
        counts[licence] += 1
        travel[licence] += entry.may_travel
    ordered = sorted(counts, key=lambda licence: (licence == NOT_STATED, licence))
    return tuple(TextLicence(licence, counts[licence], travel[licence]) for licence in ordered)
