"""Projects whose recognisers read files, for suggestions in bulk."""

import json
import shutil
from pathlib import Path

from goldspan.corpus import Corpus

TOY = Path(__file__).parents[1] / "data" / "toy"
LISTS = {"ship.txt": "Aurora\nStella Maris\n", "port.txt": "Valparaíso\n"}


def bulk_project(folder, recognisers):
    """A project with lists, a file of expressions, patterns and a saved pipeline, and these recognisers."""
    shutil.copytree(TOY, folder)
    (folder / "lists").mkdir()
    for name, text in LISTS.items():
        (folder / "lists" / name).write_text(text, encoding="utf-8")
    (folder / "expressions.txt").write_text("[0-9]+ sailors\n", encoding="utf-8")
    (folder / "patterns.jsonl").write_text('{"label": "SHIP", "pattern": "Aurora"}\n', encoding="utf-8")
    (folder / "goldspan.toml").write_text(recognisers, encoding="utf-8")
    return Corpus(folder)


def save_ruler(folder, label="SHIP", phrase="Aurora"):
    """Save a spaCy pipeline that finds a phrase."""
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": phrase}])
    folder.parent.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(folder)


def write_articles(path, number, size=1):
    """JSONL with some articles, each of so many paragraphs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as stream:
        for n in range(number):
            text = "\n\n".join(f"The Aurora left Valparaíso with {n + k} sailors on day {n}." for k in range(size))
            stream.write(json.dumps({"id": f"{path.stem}-{n:05}", "text": text}, ensure_ascii=False) + "\n")
