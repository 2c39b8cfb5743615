"""Projects that can be released: what they state of the annotation, and which texts may travel."""

import json
import shutil
from pathlib import Path

from goldspan import files
from goldspan.corpus import Corpus

STATED = '[release]\nlicence = "CC-BY-4.0"\nauthors = [{ family = "Jansen", given = "Ann" }]\n'
DATE = "2031-01-02"
LANGUAGES = Path(__file__).parents[1] / "data" / "languages"


def state(corpus, *lines):
    """The project with what a release needs under [release], and further lines."""
    files.write(corpus.root / "goldspan.toml", STATED + "".join(f"{line}\n" for line in lines))
    return Corpus(corpus.root)


def allow_texts(corpus, *articles):
    """The project whose manifest lets the texts of these articles travel, and of no others."""
    path = corpus.folder / "manifest.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for row in rows:
        row.pop("redistribution", None)
        if row["id"] in articles:
            row["redistribution"] = "text"
    files.write(path, "".join(f"{files.dumps(row)}\n" for row in rows))
    return Corpus(corpus.root)


def in_language(code, folder):
    """A small project in another language, without passes."""
    shutil.copytree(LANGUAGES / code, folder / code)
    return state(Corpus(folder / code))


def file_names(folder):
    """The paths of all files of a folder, in it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
