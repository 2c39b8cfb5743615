"""The gold that `--against` names: that of the project, or that of files.

The word `gold` means `corpus/gold` of the project. A file or folder of this name is meant by `./gold`; where the word
could mean either, it is refused.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import formats
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import sources
from goldspan.formats.options import DEFAULT, ReadOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus

GOLD = "gold"
NO_GOLD = "Annotate, and make gold of what is confirmed: goldspan adjudicate --apply"


def read_gold(against: str, corpus: Corpus | None, reading: ReadOptions = DEFAULT) -> Iterator[Example]:
    """The examples of the gold of a project, or of a file or folder of any format.

    Args:
        against: `gold`, or a file or folder.
        corpus: the project; None without one.
        reading: how to read files.

    Raises:
        InputError: naming file and line, for what is not valid; where the word may mean two things.
        NotFoundError: where there is no project whose gold could be meant.
    """
    if against != GOLD:
        yield from sources.read_source(Path(against), reading=reading).examples
        return
    if corpus is None:
        raise NotFoundError(
            "there is no project, and so no gold",
            remedy="Name the project with --root, or a file or folder with gold after --against.",
        )
    _require_one_meaning(corpus)
    yield from corpus.gold_examples()


def _require_one_meaning(corpus: Corpus) -> None:
    """Refuse the word where a file or folder of this name is here that is not the gold of the project."""
    here = Path(GOLD)
    if here.exists() and here.resolve() != corpus.gold.resolve():
        raise InputError(
            "is here, and the word means the gold of the project, too",
            file=here,
            remedy=f"Write --against ./{GOLD} for what is here, or --against {corpus.gold} for the other.",
        )


class ArticleGold:
    """Gold article by article.

    Every line is read once, so that what is not valid is known at the beginning; what comes from a folder with a file
    for each article is then read again where it is needed, and is not kept in memory.

    Args:
        against: `gold`, or a file or folder of any format.
        corpus: the project.

    Raises:
        InputError: naming file and line, for what is not valid; for a folder without gold.
    """

    def __init__(self, against: str, corpus: Corpus) -> None:
        self._files: dict[str, Path] = {}
        self._examples: defaultdict[str, list[Example]] = defaultdict(list)
        if against == GOLD:
            _require_one_meaning(corpus)
            path = corpus.gold
            articles = (entry.id for entry in corpus.entries)
            self._files = {name: path / f"{name}.jsonl" for name in articles if list(corpus.gold_examples([name]))}
        else:
            path = Path(against)
            names = sorted(file.name for file in path.glob("[!.]*.jsonl")) if path.is_dir() else []
            if names and all(_is_gold(path / name) for name in names):
                self._add_folder(path, names)
            else:
                self._add(sources.read_source(path).examples)
        if not self.articles:
            raise InputError("there is no gold in it yet", file=path, remedy=NO_GOLD)

    @property
    def articles(self) -> set[str]:
        """The ids of the articles that have gold."""
        return {*self._files, *self._examples}

    def of(self, article: str) -> list[Example]:
        """The gold of an article; empty without any."""
        if article in self._files:
            return formats.load(self._files[article], "gold")
        return self._examples.get(article, [])

    def _add_folder(self, folder: Path, names: Sequence[str]) -> None:
        for name in names:
            path = folder / name
            examples = formats.load(path, "gold")
            if {example.article for example in examples} == {path.stem}:
                self._files[path.stem] = path
            else:
                self._add(examples)
        for article in self._files.keys() & self._examples.keys():  # which is in several files
            self._examples[article] += formats.load(self._files.pop(article), "gold")

    def _add(self, examples: Sequence[Example]) -> None:
        for example in examples:
            self._examples[example.article].append(example)


def _is_gold(path: Path) -> bool:
    """Whether a file has lines of gold, or none at all."""
    return not path.stat().st_size or formats.detect(path) == "gold"
