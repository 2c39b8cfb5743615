"""Metadata of a dataset with what formats may stumble over."""

from goldspan.release.metadata import DatasetMetadata, TextLicence
from goldspan.settings import AuthorSettings

AWKWARD = DatasetMetadata(
    title="News of Merrow: 5 % & more",
    description="Articles with <b>names</b>.",
    version="1.0",
    date="2031-01-02",
    authors=(
        AuthorSettings(family="Jansen", given="Ann", affiliation="University", orcid="0000-0002-1825-0097"),
        AuthorSettings(family="Suharto"),
        AuthorSettings(name="Archive of Merrow", affiliation="Harn"),
    ),
    licence="CC-BY-4.0",
    text_licences=(TextLicence("CC0-1.0", 3, 3), TextLicence("All rights reserved.", 2, 0)),
    keywords=("NER", "news"),
    url="https://example.org/merrow",
    doi="10.1234/merrow.1",
    contact="Ann Jansen <ann@example.org>",
    language="en",
)
