"""The papers of a release, all from one source: card, citation, deposit and `croissant.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan import files
from goldspan.export.provenance import Provenance
from goldspan.release.card import ReleaseCardSources, render_release_card
from goldspan.release.citation import citation_cff, zenodo_json
from goldspan.release.contents import CARD, CITATION, CROISSANT, GOLD, STANDOFF, ZENODO
from goldspan.release.croissant import croissant_json, responsible_use
from goldspan.release.data_statement import computed_sentences, read_data_statement
from goldspan.release.tables import table_features

if TYPE_CHECKING:
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.export.card import Configs
    from goldspan.release.data_statement import Section
    from goldspan.release.description import ReleaseDescription
    from goldspan.release.metadata import DatasetMetadata
    from goldspan.release.tables import ReleaseTables


def write_papers(
    corpus: Corpus, metadata: DatasetMetadata, description: ReleaseDescription, tables: ReleaseTables, folder: Path
) -> list[Section]:
    """Write the papers into the folder of a release, whose tables are there.

    Args:
        corpus: the project.
        metadata: of the dataset.
        description: the content of `release.json`.
        tables: what was written.
        folder: of the release.

    Returns:
        The sections of the data statement that nobody wrote, or did not finish.

    Raises:
        InputError: for a data statement or a header of the card that is not valid.
    """
    source = Provenance.of(corpus, [article.id for article in description.articles])
    statement, computed = read_data_statement(corpus), computed_sentences(corpus, source)
    card = render_release_card(
        ReleaseCardSources(
            corpus=corpus,
            metadata=metadata,
            description=description,
            configs=_configs(corpus, tables),
            source=source,
            statement=statement,
            computed=computed,
            losses=tables.losses,
        )
    )
    responsible = responsible_use(corpus, source, statement, computed)
    files.write(folder / CARD, card)
    files.write(folder / CITATION, citation_cff(metadata))
    files.write(folder / ZENODO, zenodo_json(metadata))
    files.write(folder / CROISSANT, croissant_json(metadata, description, folder, responsible))
    return statement.blanks()


def _configs(corpus: Corpus, tables: ReleaseTables) -> Configs:
    columns = table_features(corpus.scheme)
    configs = {name: (columns[name], written) for name, written in tables.tables.items()}
    first = GOLD if GOLD in configs else STANDOFF  # the first is what loads where none is named
    return {first: configs[first], **configs}
