"""The files of a release, and `release.json`, which says what the others are.

    README.md            the card
    CHANGELOG.md         what changed in the annotation since the release before
    CITATION.cff         how to cite it
    .zenodo.json         the same for Zenodo
    croissant.json       the tables and their columns, for programs
    release.json         the version, the labels, the articles and where they came from, how fingerprints were made
    SHA256SUMS           of all files but itself, as `sha256sum --check` reads them
    <config>/<split>.parquet

A text that may not travel (`redistribution` in the manifest) is in none of them.
"""

from __future__ import annotations

CARD = "README.md"
CHANGELOG = "CHANGELOG.md"
CITATION = "CITATION.cff"
ZENODO = ".zenodo.json"
CROISSANT = "croissant.json"
RELEASE = "release.json"  # a folder that has it is a release
CHECKSUMS = "SHA256SUMS"

SCHEMA = 2  # of release.json and of the tables; raised when an older goldspan could no longer read them

GOLD = "gold"  # the configurations, in their order: gold and passes hold the articles whose text may travel
PASSES = "passes"
VOTES = "votes"
STANDOFF = "standoff"
STANDOFF_PASSES = "standoff_passes"
CONFIGS = (GOLD, PASSES, VOTES, STANDOFF, STANDOFF_PASSES)
