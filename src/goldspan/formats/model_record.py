"""`goldspan.json` in the folder of a model: what `goldspan train` trained it on, and which files it wrote.

    {"version": "0.1.0", "backend": "spacy", "labels": ["ORG"], "language": "en", "guidelines": "1.1", "seed": 0,
     "recipe": "spaCy, encoder of en_core_web_md", "articles": {"train": ["a", "b"], "validation": ["c"], "test": []},
     "gold": {"train": "9f2c…", "validation": "04ab…"}, "files": {"meta.json": "77e1…"}}

By the articles a model is left out where it would be measured on what it learned from; by the files it is known what
goldspan wrote, and may replace. `gold` has the digest of the gold of each split (`goldspan.corpus.gold_digest`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.report.text import amount

if TYPE_CHECKING:
    from pathlib import Path

FILE = "goldspan.json"
REMEDY = "Remove the folder, and train the model again: goldspan train"
LEARNED_FROM, CHOSEN_BY = "train", "validation"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """What is known of a model that goldspan trained.

    Args:
        version: of goldspan.
        backend: the library that trained it.
        recipe: of the trainer, in a clause.
        weights: what training began with, a folder by its name alone; None if with none.
        seed: of the training.
        labels: that it may predict.
        language: of the texts.
        guidelines: the version of the label scheme.
        articles: by split, those with gold.
        gold: by split, the digest of its gold.
        files: by path in the folder, the SHA-256 of each file, this one left out.
    """

    version: str
    backend: str
    recipe: str
    weights: str | None
    seed: int
    labels: list[str]
    language: str
    guidelines: str
    articles: dict[str, list[str]]
    gold: dict[str, str]
    files: dict[str, str]

    @property
    def seen_articles(self) -> frozenset[str]:
        """The ids of the articles that the model learned from or was chosen by."""
        return frozenset(article for split in (LEARNED_FROM, CHOSEN_BY) for article in self.articles.get(split, ()))

    @property
    def note(self) -> str:
        """What it was trained on, in a clause."""
        learned = amount(len(self.articles.get(LEARNED_FROM, ())), "article")
        return f"trained by goldspan on the gold of {learned}: what it finds in these says nothing about others"


def read(folder: Path | None) -> ModelRecord | None:
    """The record in the folder of a model; None for a model that goldspan did not train, or that is in no folder.

    Raises:
        InputError: for a record that is damaged.
    """
    from goldspan import validation  # here, since it imports pydantic

    path = None if folder is None else folder / FILE
    if path is None or not path.is_file():
        return None
    return validation.parse_json(files.read_bytes(path), ModelRecord, path, 1, REMEDY)


def text(record: ModelRecord) -> str:
    """The content of the file."""
    return files.dumps(asdict(record)) + "\n"
