"""The card of a rebuilt dataset: what it was rebuilt from, what is in it and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.errors import InputError
from goldspan.export.card import dataset_header, read_body, token_section
from goldspan.export.provenance import NOT_STATED, hub_licence, licence_in_words
from goldspan.rebuild.rebuild_report import REPORT, sentences, total_table
from goldspan.release.contents import CARD
from goldspan.report.text import Table, enumerate_names, escape_markdown
from goldspan.tokens import ANY_LANGUAGE

if TYPE_CHECKING:
    from pathlib import Path

    from goldspan.export.card import Configs
    from goldspan.rebuild.results import RebuildResult
    from goldspan.release.description import ReleasedArticle, ReleaseDescription

MOST_NAMED = 10
LICENCES = "sources-and-licences"  # the section that names them
ABOUT = (
    "The annotation of a release, put on copies of its texts by `goldspan rebuild`. Here are texts that the release "
    "may not hold: whether they may be passed on is up to their publishers. Pass on the release instead."
)
KEEPS = {
    "exact": "Only examples are kept whose text is the same, character by character.",
    "same-words": (
        "Examples are kept whose text is the same, or differs in white space, quotation marks, dashes and what is not "
        "seen alone."
    ),
    "all-spans": (
        "Examples are kept in which every span was found, also where other words have changed. Nobody has read those."
    ),
    "all": (
        "All examples are kept that were found, also those in which spans were lost: the words of a lost span have no "
        "label here, and look like negatives."
    ),
}


def render_card(release: Path, description: ReleaseDescription, result: RebuildResult, configs: Configs) -> str:
    """The README.md of a rebuilt dataset.

    Args:
        release: the folder of the release; the header of its card states licence and language.
        description: of the release.
        result: what was rebuilt.
        configs: per config its features and what was written for each split; the first is the default.
    """
    stated = _stated(release)
    licence = _licence(stated.get("license"), description, result)
    header = dataset_header(
        configs,
        title=f"{description.title} (rebuilt)",
        language=None if description.language == ANY_LANGUAGE else description.language,
        licence=licence,
        licence_name=LICENCES if licence == "other" else None,
        annotations_creators=_words(stated.get("annotations_creators")),
    )
    labels = Table("", "", ("label", "definition"), tuple((one.name, one.definition) for one in description.labels))
    title, version = escape_markdown(description.title), escape_markdown(description.version)
    sections = {
        "What is here": (
            f"{' '.join(sentences(result))} {KEEPS[result.keep]}\n\n{total_table(result).markdown()}\n\n"
            f"`REBUILD.md` lists what was not found, and `{REPORT}` each span with its old and its new place. Offsets "
            "are code points in the texts as they are here."
        ),
        "The release": (
            f"Version {version} of {description.date}, guidelines {escape_markdown(description.guidelines)}. The "
            f"SHA-256 of its SHA256SUMS is `{result.sha256}`. Its card says how it was annotated, and its "
            "`CITATION.cff` how to cite it."
        ),
        "Labels": labels.markdown(),
        "Sources and licences": (
            "Of the texts, as the release states them, article by article. The licence of the annotation is in the "
            f"release.\n\n{_licence_table(description, result).markdown()}"
        ),
    }
    parts = [
        f"# {title}, version {version}, rebuilt\n\n{ABOUT}",
        *(f"## {name}\n\n{text}" for name, text in sections.items()),
        token_section(description.scheme, result.losses(), description.policy),
    ]
    return f"---\n{header}\n---\n\n" + "\n\n".join(parts)


def _licence(of_release: object, description: ReleaseDescription, result: RebuildResult) -> str | list[str]:
    """The Hub's identifiers of the licences of what is in the folder: of the release, and of the texts put into it."""
    own = [of_release] if isinstance(of_release, str) else _words(of_release)
    texts = (licence_in_words(article.licence) for article in _articles_found(description, result))
    return hub_licence([*own, *texts])


def _articles_found(description: ReleaseDescription, result: RebuildResult) -> list[ReleasedArticle]:
    found = {article.id for article in result.articles if article.source != "none"}
    return [article for article in description.articles if article.id in found]


def _stated(release: Path) -> dict[str, Any]:
    """The header of the card of a release; empty if it has none that can be read."""
    path = release / CARD
    if not files.is_there(path):
        return {}
    try:
        return read_body(path)[0]
    except InputError:
        return {}


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _licence_table(description: ReleaseDescription, result: RebuildResult) -> Table:
    """A row per licence, with how many of its articles are here and their publishers."""
    articles: dict[str, list[str]] = {}
    for article in _articles_found(description, result):
        articles.setdefault(licence_in_words(article.licence), []).append(article.publisher or NOT_STATED)
    rows = tuple(
        (licence, f"{len(names):,}", enumerate_names(dict.fromkeys(sorted(names)), most=MOST_NAMED))
        for licence, names in sorted(articles.items())
    )
    return Table("", "", ("licence", "articles", "publishers"), rows)
