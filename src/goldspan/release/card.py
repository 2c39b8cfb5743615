"""The card of a release: what a stranger has to know of it, and how to use it.

It is the card of an export (`goldspan.export.card`), with the data statement, what each configuration holds, how it is
loaded, how the texts that are not in it are put under the spans again, and how it is cited.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.export.card import (
    LICENCES,
    CardBody,
    dataset_header,
    provenance_sections,
    stated_language,
    token_section,
)
from goldspan.export.provenance import hub_licence
from goldspan.release.citation import bibtex
from goldspan.release.columns import CONFIGURATIONS, column_names, describe_column
from goldspan.release.contents import CHECKSUMS, CITATION, CROISSANT, GOLD, PASSES, RELEASE, STANDOFF
from goldspan.release.data_statement import render_data_statement
from goldspan.release.tables import table_features
from goldspan.report.text import Table, amount, enumerate_names, escape_markdown
from goldspan.standoff.disclosure import disclosure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from goldspan.corpus import Corpus
    from goldspan.export.card import Configs
    from goldspan.export.provenance import Provenance
    from goldspan.release.data_statement import DataStatement
    from goldspan.release.description import ReleaseDescription
    from goldspan.release.metadata import DatasetMetadata
    from goldspan.tokens import Misaligned

MOST_ARTICLES = 50  # that the card lists; release.json has all
UNKNOWN = "–"
CHANGED = "`CHANGELOG.md` says what changed in the annotation since the version before."
VERIFY = (
    f"`sha256sum --check {CHECKSUMS}` says whether all files are as they were released. `goldspan check .` compares "
    f"the tables, `{RELEASE}` and `{CROISSANT}` with each other, too."
)
OWN_COPIES = (
    "Who has copies of the articles, as files in a folder, and goldspan makes the same tables as `gold` and `passes` "
    "of them:"
)
REBUILD = "```sh\ngoldspan rebuild . --texts YOUR_TEXTS --output ../rebuilt\n```"
PLACES = (
    "A copy with the bytes that were annotated gets its spans by their offsets. In a copy that differs in quotation "
    "marks, spaces or line ends, or in which paragraphs are missing or words are others, they are found by "
    "fingerprints of the words. A report says of each span whether it is exact, moved or lost: one that has no certain "
    "place is lost, and never put on other words."
)
ALL_KNOWN = f"`{RELEASE}` has the address, the licence and the SHA-256 of each, as far as they are known."
WITHDRAWN = (
    "These articles were taken out of the corpus because somebody asked for it. Whoever has an earlier version should "
    "remove them there, too."
)
REQUESTERS = {"publisher": "its publisher", "person": "a person", "author": "its author", "other": "somebody else"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCardSources:
    """What the card is made of.

    Args:
        corpus: the project; its `corpus/README.md` becomes the body.
        metadata: of the dataset.
        description: the content of `release.json`.
        configs: per configuration its features and what was written for each split.
        source: where the gold comes from.
        statement: the data statement.
        computed: per section of it what the project knows itself.
        losses: the spans that tokens could not express.
    """

    corpus: Corpus
    metadata: DatasetMetadata
    description: ReleaseDescription
    configs: Configs
    source: Provenance
    statement: DataStatement
    computed: Mapping[str, Sequence[str]]
    losses: Sequence[Misaligned]


def render_release_card(sources: ReleaseCardSources) -> str:
    """The README.md of a release.

    Raises:
        InputError: for a header of `corpus/README.md` that states what the release states.
    """
    corpus, metadata, description = sources.corpus, sources.metadata, sources.description
    body = CardBody.of(corpus)
    licence = hub_licence([*_stated_licences(metadata)])
    header = dataset_header(
        sources.configs,
        title=metadata.title,
        language=stated_language(corpus.scheme),
        licence=licence,
        licence_name=LICENCES if licence == "other" else None,
        annotations_creators=sources.source.annotations_creators,
    )
    parts = [
        *_release_section(metadata, description),
        *_loading_section(description),
        *_rebuild_section(description),
        *_article_section(description),
        render_data_statement(sources.statement, sources.computed),
        *provenance_sections(corpus, sources.source),
        *(
            [token_section(corpus.scheme, sources.losses, description.policy).rstrip()]
            if _has_texts(description)
            else []
        ),
        *_column_section(description),
        *_citation_section(metadata),
    ]
    return body.card(header, parts) + "\n"


def _stated_licences(metadata: DatasetMetadata) -> Iterator[str]:
    """The licences of what is in the folder: of the annotation, and of the texts that travel."""
    if metadata.licence:
        yield metadata.licence
    yield from (one.licence for one in metadata.text_licences if one.may_travel)


def _has_texts(description: ReleaseDescription) -> bool:
    return GOLD in description.configs or PASSES in description.configs


def _release_section(metadata: DatasetMetadata, description: ReleaseDescription) -> list[str]:
    rows = tuple(
        (
            f"`{config}`",
            CONFIGURATIONS[config],
            ", ".join(f"{split} {size.rows:,}" for split, size in splits.items()),
        )
        for config, splits in description.configs.items()
    )
    header = ("configuration", "what it has", "rows")
    lines = [f"| {' | '.join(header)} |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    return [
        f"## Version {escape_markdown(metadata.version)}",
        f"Released on {metadata.date}, made with goldspan {description.goldspan}. {CHANGED}",
        "\n".join(lines),
    ]


def _loading_section(description: ReleaseDescription) -> list[str]:
    calls = "\n".join(f'{config} = load_dataset(folder, "{config}")' for config in description.configs)
    first = GOLD if GOLD in description.configs else STANDOFF
    return [
        "## How to load it",
        "With `datasets`; `folder` is where these files lie, or the name of the dataset on the Hugging Face Hub:",
        f'```python\nfrom datasets import load_dataset\n\nfolder = "."\n{calls}\n```',
        f"With `mlcroissant` and its extra `parquet`, from `{CROISSANT}` beside the tables:",
        f'```python\nimport mlcroissant\n\nrows = mlcroissant.Dataset("{CROISSANT}").records("{first}")\n```',
        VERIFY,
    ]


def _rebuild_section(description: ReleaseDescription) -> list[str]:
    absent = [article for article in description.articles if not article.may_travel]
    if not absent:
        return []
    return [
        "## How to put texts under the spans",
        f"{_count(absent)} here without {'its text' if len(absent) == 1 else 'their texts'}. {OWN_COPIES}",
        REBUILD,
        PLACES,
        "### What the fingerprints can tell",
        disclosure(description.fingerprints).rstrip(),
    ]


def _article_section(description: ReleaseDescription) -> list[str]:
    articles = description.articles
    travel = [article for article in articles if article.may_travel]
    rows = tuple(
        (
            article.id,
            article.title or UNKNOWN,
            article.publisher or UNKNOWN,
            article.published or UNKNOWN,
            article.split,
            "text" if article.may_travel else "stand-off",
        )
        for article in articles
    )
    table = Table("", "", ("article", "title", "publisher", "published", "split", "released as"), rows)
    shown = table.first(MOST_ARTICLES, f"`{RELEASE}` lists")
    blocks = [
        "## Articles",
        f"{amount(len(articles), 'article')}, {_of_texts(len(travel), len(articles))}. {ALL_KNOWN}",
        shown.markdown(),
        *([shown.note] if shown.note else []),
    ]
    if description.withdrawn:
        gone = tuple((one.article, one.date, REQUESTERS[one.requested_by]) for one in description.withdrawn)
        blocks += [
            "### Withdrawn",
            WITHDRAWN,
            Table("", "", ("article", "withdrawn on", "asked for by"), gone).markdown(),
        ]
    return blocks


def _of_texts(travel: int, total: int) -> str:
    if travel == total:
        return "all of them with their texts"
    if not travel:
        return "none of them with its text"
    return f"{travel:,} of them with their texts and {total - travel:,} stand-off alone"


def _count(absent: Sequence[object]) -> str:
    return f"{amount(len(absent), 'article')} {'is' if len(absent) == 1 else 'are'}"


def _column_section(description: ReleaseDescription) -> list[str]:
    scheme = description.scheme
    features = table_features(scheme)
    places: dict[tuple[str, str], list[str]] = {}
    for config in description.configs:
        for name in column_names(features[config]):
            places.setdefault((name, describe_column(config, name, scheme)), []).append(config)
    every = [*description.configs]
    rows = tuple(
        (f"`{name}`", what, "all" if configs == every else enumerate_names(configs))
        for (name, what), configs in places.items()
    )
    lines = ["| column | what it has | in |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    return [
        "## Columns",
        "Offsets count code points from 0, and an end is the first position behind.",
        "\n".join(lines),
    ]


def _citation_section(metadata: DatasetMetadata) -> list[str]:
    return [
        "## How to cite it",
        f"> {escape_markdown(metadata.citation)}",
        f"```bibtex\n{bibtex(metadata)}\n```",
        f"`{CITATION}` has the same for programs.",
    ]
