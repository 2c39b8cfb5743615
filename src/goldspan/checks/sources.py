"""The articles as received, the manifest that lists them, and the files that annotate them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.checks.check import Found, check
from goldspan.checks.project import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.checks.project import Project


@check(
    "source-missing",
    "project",
    title="The manifest names an article whose file is not in seeds/",
    why="Without its source no offset of the article can be verified.",
    remedy="Put the file back, or remove the entry and its gold.",
)
def source_missing(project: Project) -> Iterator[Found]:
    """The entries without a file."""
    for line, entry in project.entries.values():
        if not (project.corpus.seeds / entry.file).is_file():
            yield Found(f"there is no {entry.file!r} in {project.corpus.seeds.name}/", project.manifest, line)


@check(
    "unlisted-source",
    "project",
    title="A file in seeds/ is not in the manifest",
    why="Nobody knows what it is and under which licence it stands, and no command will look at it.",
    remedy="Add it with `goldspan add`, or take it out of seeds/.",
)
def unlisted_source(project: Project) -> Iterator[Found]:
    """The files that no entry names; hidden ones are passed over."""
    listed = {entry.file for _, entry in project.entries.values()}
    seeds = project.corpus.seeds
    for path in sorted(seeds.iterdir()) if seeds.is_dir() else ():
        if path.name not in listed and not path.name.startswith("."):
            yield Found("the manifest does not list this file", path)


@check(
    "source-hash",
    "project",
    title="An article is not, byte for byte, the one that was received",
    why="Every offset counts from the article as received; one byte more and all that follow it are wrong.",
    remedy="Restore the file as it was received; an edited article is another article with another id.",
)
def source_hash(project: Project) -> Iterator[Found]:
    """The entries whose file has another hash."""
    for line, entry in project.entries.values():
        path = project.corpus.seeds / entry.file
        if path.is_file() and (found := sha256(path)) != entry.sha256:
            yield Found(f"the SHA-256 of {entry.file} is {found}, not {entry.sha256:.64}", project.manifest, line)


@check(
    "unknown-article",
    "project",
    title="Gold, a pass or a split speaks of an article that the manifest does not have",
    why="Where it comes from and what may be done with it is unknown, and the export leaves it out.",
    remedy="Add the article to the manifest, or correct or remove what speaks of it.",
)
def unknown_article(project: Project) -> Iterator[Found]:
    """The files and the lines of splits that speak of strangers."""
    for path in project.annotated:
        if path.stem not in project.entries:
            yield Found(f"the manifest has no article {path.stem!r}", path)
    for split, ids in project.splits.items():
        for line, article in enumerate(ids, 1):
            if article not in project.entries:
                yield Found(f"the manifest has no article {article!r}", project.corpus.split_file(split), line)


@check(
    "missing-gold",
    "project",
    title="The manifest says which guidelines the gold of an article follows, but there is no gold",
    why="Gold was lost, or the entry claims work that was not done.",
    remedy="Put the gold file back, or set `guidelines` to null.",
)
def missing_gold(project: Project) -> Iterator[Found]:
    """The entries with a version of the guidelines and no gold."""
    for line, entry in project.entries.values():
        if entry.guidelines is not None and not (project.corpus.gold / f"{entry.id}.jsonl").is_file():
            yield Found(f"there is no gold/{entry.id}.jsonl", project.manifest, line)


@check(
    "old-guidelines",
    "project",
    "warning",
    title="The gold of an article follows another version of the guidelines than labels.toml",
    why="Articles that were read by different rules disagree where the rules do.",
    remedy="Read the article again by the guidelines' changelog, then set its version in the manifest.",
)
def old_guidelines(project: Project) -> Iterator[Found]:
    """The entries of another version."""
    now = project.corpus.scheme.version
    for line, entry in project.entries.values():
        if entry.guidelines is not None and entry.guidelines != now:
            yield Found(f"{entry.id} follows the guidelines {entry.guidelines}, not {now}", project.manifest, line)


CHECKS = (source_missing, unlisted_source, source_hash, unknown_article, missing_gold, old_guidelines)
