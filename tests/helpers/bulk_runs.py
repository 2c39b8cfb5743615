"""Articles in shards, a project that suggests their ships, and a pipeline that fails at certain words."""

import json
import random
import subprocess
import sys
from pathlib import Path

from goldspan import files
from goldspan.articles.received import ArticleOptions
from goldspan.bulk import run as bulk_run
from goldspan.bulk.locations import Location
from goldspan.bulk.recipe import BulkRecipe
from goldspan.bulk.shard_rows import find_columns
from goldspan.bulk.shards import find_shards
from goldspan.suggest.suggester_recipe import SuggesterRecipe

WORDS = ("Aurora", "sailed", "to", "Port Said", "in", "May", "with", "300", "people", "über", "雨", "👍")
REGEX = """
[[recogniser]]
kind = "regex"
name = "words"
time_limit = 3600
patterns = { SHIP = ['\\p{Lu}\\p{L}+', '!(?:a|aa)+[bc]'] }
"""
ENDLESS = "!" + "a" * 60 + "db"  # for the pattern above: all ways to divide the letters are tried
TROUBLED = """
[[recogniser]]
kind = "spacy"
name = "troubled"
model = "model"
labels = { SHIP = "SHIP" }
"""
# A component of spaCy as others write them: it marks `Aurora`, and fails in several ways.
COMPONENT = """
import os, signal, time
from spacy.language import Language
from spacy.tokens import Span

@Language.component("troubled")
def troubled(doc):
    for token in doc:
        if token.text == "SEGFAULT":
            os.kill(os.getpid(), signal.SIGSEGV)
        if token.text == "LEAVE":
            os._exit(3)
        if token.text == "SLEEP":
            time.sleep(1000)
        if token.text == "RAISE":
            raise ValueError(f"at {id(doc)}")
    doc.ents = [Span(doc, token.i, token.i + 1, "SHIP") for token in doc if token.text == "Aurora"]
    return doc
"""
ENTRY_POINT = "[spacy_factories]\ntroubled = troubled_component:troubled\n"
METADATA = "Metadata-Version: 2.1\nName: troubled-component\nVersion: 1.0\n"


def text_of(number, words=40):
    """A text of two paragraphs, the same for each number."""
    chosen = random.Random(number).choices(WORDS, k=words)  # noqa: S311  (the same in each run)
    return f"{' '.join(chosen[: words // 2])}\n\n{' '.join(chosen[words // 2 :])}"


def write_rows(path, rows):
    """Write a JSONL file."""
    files.write(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def write_articles(folder, shards=4, articles=20, words=40):
    """Write shards of articles, of which every other one is in a subfolder; returns the folder."""
    for shard in range(shards):
        path = folder / ("even" if shard % 2 == 0 else ".") / f"part{shard}.jsonl"
        rows = ({"id": f"a{shard}-{n}", "text": text_of(shard * 100_000 + n, words)} for n in range(articles))
        write_rows(path, rows)
    return folder


def make_troubled(root, packages):
    """Have a project suggest with a pipeline whose component fails at certain words.

    Args:
        root: of the project.
        packages: a folder for the component, which is to stand in PYTHONPATH.
    """
    files.write(packages / "troubled_component.py", COMPONENT)
    files.write(packages / "troubled_component-1.0.dist-info" / "METADATA", METADATA)
    files.write(packages / "troubled_component-1.0.dist-info" / "entry_points.txt", ENTRY_POINT)
    code = (
        "import sys, spacy, troubled_component\nnlp = spacy.blank('en')\nnlp.add_pipe('troubled')\n"
        "nlp.to_disk(sys.argv[1])\n"
    )
    subprocess.run([sys.executable, "-c", code, str(root / "model")], check=True, cwd=packages)
    files.write(root / "goldspan.toml", TROUBLED)


def recipe_of(root, folder, **options):
    """The recipe for articles, and their shards."""
    shards = find_shards([str(folder)], options.pop("shard_size", 16 * 1024**2))
    reading = ArticleOptions()
    columns = find_columns(shards, reading.columns)
    return BulkRecipe.of(SuggesterRecipe(root=root), columns, reading, **options), shards


def run(root, folder, output, workers_of, **options):
    """A run with workers; returns its summary.

    Args:
        root: of the project.
        folder: of the articles.
        output: the folder to write.
        workers_of: makes workers of a recipe.
        options: of `goldspan.bulk.run.run`.
    """
    recipe, shards = recipe_of(root, folder)
    target = Location.of(str(output))
    with bulk_run.locked(target):
        workers = workers_of(recipe)
        try:
            return bulk_run.run(shards, target, recipe, workers, **options)
        finally:
            workers.close()


def names_in(folder):
    """The files of a folder, hidden ones included."""
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())


def lines_of(path):
    """The values of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
