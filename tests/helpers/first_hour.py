"""The first hour of a made-up project, command by command, with the numbers of each recogniser.

PYTHONPATH=src python3 tests/helpers/first_hour.py

`tests/data/first_hour/README.md` says what the articles are.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from goldspan import cli, files
from goldspan.annotation import Span
from goldspan.articles.examples import Segmentation, examples_of
from goldspan.corpus import Corpus
from goldspan.formats import gold, inline

DATA = Path(__file__).parents[1] / "data" / "first_hour"
LABELS = "ORG,PRODUCT,MONEY,DATE,EVENT"


def marked():
    """The text and the spans of each article, by its id."""
    return {path.stem: inline.parse(path.read_text(encoding="utf-8")) for path in sorted((DATA / "marked").iterdir())}


def write_articles(folder):
    """The articles as somebody has them: text files."""
    for name, (text, _) in marked().items():
        files.write(folder / f"{name}.txt", text)


def add_lists(corpus):
    """The names, patterns and expressions that somebody writes in the first half hour."""
    shutil.copy(DATA / "patterns.jsonl", corpus.guidelines / "patterns.jsonl")
    shutil.copytree(DATA / "gazetteers", corpus.guidelines / "gazetteers", dirs_exist_ok=True)
    settings = corpus.root / "goldspan.toml"
    files.write(settings, settings.read_text(encoding="utf-8") + (DATA / "regex.toml").read_text(encoding="utf-8"))


def write_gold(corpus):
    """What a person has marked, as the gold of the project."""
    for name, (text, spans) in marked().items():
        examples = [
            example.with_spans(
                Span(span.start - example.at, span.end - example.at, span.label)
                for span in spans
                if example.at <= span.start and span.end <= example.at + len(example.text)
            )
            for example in examples_of(name, text, Segmentation.of(corpus))
        ]
        if sum(len(example.spans) for example in examples) != len(spans):
            raise ValueError(name)  # a span is in no example
        gold.write(corpus.gold / f"{name}.jsonl", examples)


def steps(root, articles):
    """The commands of the first hour, each with what a person does before it.

    Args:
        root: the folder of the new project.
        articles: the folder that the articles are in.
    """
    at = ("--root", root)
    yield lambda: write_articles(articles), ("init", root, "--labels", LABELS, "--language", "nl")
    yield lambda: add_lists(Corpus(root)), ("add", articles, "--apply", *at)
    yield lambda: None, ("suggest", *at)
    yield lambda: write_gold(Corpus(root)), ("suggest", "--against", "gold", *at)
    yield lambda: None, ("split", "--apply", *at)
    yield lambda: None, ("build", *at)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for prepare, command in steps(Path(folder) / "news", Path(folder) / "articles"):
            prepare()
            print(f"$ goldspan {' '.join(map(str, command))}", flush=True)
            begin = time.perf_counter()
            try:
                cli.main([str(argument) for argument in command])
            except SystemExit as ended:
                print(f"exit code {ended.code or 0} after {time.perf_counter() - begin:.1f} s\n", flush=True)
                if ended.code:
                    sys.exit(1)
