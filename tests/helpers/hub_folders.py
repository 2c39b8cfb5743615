"""Folders that are pushed to a Hub, made of the toy corpus: a release of mixed licences, exports with texts."""

import shutil

from goldspan import files
from goldspan.corpus import Corpus
from goldspan.export import export
from goldspan.release import release

STATED = (
    '[release]\ntitle = "News of the sea"\nlicence = "CC-BY-4.0"\nauthors = [{ family = "Jansen", given = "Ann" }]\n'
)
DATE = "2031-01-02"


def let_travel(corpus, *articles):
    """The project whose manifest lets the texts of these articles travel, or of all."""
    path = corpus.folder / "manifest.jsonl"
    lines = []
    for line in path.read_text("utf-8").splitlines():
        free = not articles or any(f'"id": "{article}"' in line for article in articles)
        lines.append(line.removesuffix("}") + ', "redistribution": "text"}' if free else line)
    files.write(path, "\n".join(lines) + "\n")
    return Corpus(corpus.root)


def make_folders(toy, folder):
    """`release` (one text travels), `release-1.1`, `export` (all texts travel) and `held` (none does), in a folder."""
    for name in ("mixed", "free", "held"):
        shutil.copytree(toy, folder / name)
        files.write(folder / name / "goldspan.toml", STATED)
    mixed = let_travel(Corpus(folder / "mixed"), "storm")
    release(mixed, "1.0", folder / "release", date=DATE)
    release(mixed, "1.1", folder / "release-1.1", date=DATE)
    export(let_travel(Corpus(folder / "free")), folder / "export")
    export(Corpus(folder / "held"), folder / "held-export")
    return folder
