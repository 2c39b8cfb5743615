"""Which of somebody's texts is which article of a release.

In this order:

1. a file, or the text of a row, whose SHA-256 is that of the article's file;
2. the name: that of the article's file, or its id as the stem of a file or the id of a row. A name is not believed by
   itself: the text must have some of the article's windows, or examples of it as they are;
3. the fingerprints: the text with the greatest share of the article's windows.

An article has one text, and a text is that of one article. Of texts that fit alike the first by its path is taken, so
that the result does not depend on the order in which a system lists files. What is found by hash or name costs no
fingerprint of other files. Of what is left over each text is first looked at in places, since fingerprints are slow
on purpose.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Literal

from goldspan.corpus.manifest import name_key
from goldspan.standoff.fingerprints import ArticleFinder, FingerprintedText
from goldspan.standoff.placement import is_exact_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from goldspan.rebuild.texts import OwnText, TextFolder
    from goldspan.standoff.examples import FingerprintSettings, StandoffExample

How = Literal["hash", "name", "fingerprints"]

LEAST_NAMED = 0.1  # of an article's windows that a text of its name must have
LEAST = 0.2  # that a text of any other name must have: articles of one publisher share some lines
MOST_NAMED = 16  # texts of an article's name that are compared as wholes
SURE = 0.8  # from which on a text of the article's name is taken before any other is looked at
PROBE_EVERY = 64  # tokens: of so many, those windows are looked at that begin with one of the first
AT_ONCE = 64  # texts that are in memory together
THREADS = 8  # digests are made outside of Python's lock


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedArticle:
    """An article whose text is to be found.

    Args:
        id: of the article.
        file: the name of its file when it was released.
        sha256: of the bytes of that file, in hexadecimal.
        examples: of it.
    """

    id: str
    file: str
    sha256: str
    examples: tuple[StandoffExample, ...]

    @property
    def length(self) -> int:
        """How many code points its text has at least."""
        return max((example.at + example.length for example in self.examples), default=0)

    @property
    def has_windows(self) -> bool:
        """Whether it has any; an article of fewer words than a window has none."""
        return any(example.windows for example in self.examples)

    @property
    def names(self) -> frozenset[str]:
        """The names by which a text may be known as that of the article, as no system tells them apart."""
        return frozenset(map(name_key, (self.file, self.file.rpartition(".")[0] or self.file, self.id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMatch:
    """The text that was found for an article.

    Args:
        text: where it is.
        how: it was found.
        likeness: the share of the article's windows that it has; 1 if it was found by its hash.
        others: the places of further texts that fit as well.
    """

    text: OwnText
    how: How
    likeness: float
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedText:
    """A text that has the name of an article and not its content.

    Args:
        place: where it is.
        likeness: the share of the article's windows that it has.
    """

    place: str
    likeness: float


@dataclass(frozen=True, slots=True)
class TextMatches:
    """What was found.

    Args:
        found: the text of each article that has one, by the article's id.
        refused: per article, texts of its name that have too little of its content.
        compared: how many texts were compared by their fingerprints.
    """

    found: Mapping[str, TextMatch]
    refused: Mapping[str, Sequence[RefusedText]]
    compared: int


@dataclass(frozen=True, slots=True)
class _PossibleText:
    """A text that may be that of an article.

    Args:
        article: the place of the article in their order.
        text: the text.
        likeness: the share of the article's windows that it has.
        how: it became one.
        position: of the text among all.
    """

    article: int
    text: OwnText
    likeness: float
    how: How
    position: int

    @property
    def order(self) -> tuple[float, int, int]:
        """The order in which candidates are taken."""
        return -self.likeness, self.article, self.position


def find_texts(
    articles: Sequence[WantedArticle],
    folder: TextFolder,
    settings: FingerprintSettings,
    on_progress: Callable[[str, int, int | None], None] = lambda _step, _done, _total: None,
) -> TextMatches:
    """Find the text of each article in a folder.

    Args:
        articles: in their order, which decides between two that one text fits alike.
        folder: with the texts.
        settings: by which the fingerprints were made.
        on_progress: takes a step, how much of it is done, and the total.
    """
    search = _TextSearch(articles, folder, settings, on_progress)
    for step in (search.find_by_hash, search.find_rows_by_hash, search.find_by_name, search.find_by_fingerprints):
        if search.is_open:
            step()
    return TextMatches(search.found, search.refused, search.compared)


@dataclass
class _TextSearch:
    articles: Sequence[WantedArticle]
    folder: TextFolder
    settings: FingerprintSettings
    on_progress: Callable[[str, int, int | None], None]
    found: dict[str, TextMatch] = field(default_factory=dict)
    refused: dict[str, list[RefusedText]] = field(default_factory=dict)
    compared: int = 0
    taken: set[OwnText] = field(default_factory=set)
    positions: dict[OwnText, int] = field(default_factory=dict)
    named: list[_PossibleText] = field(default_factory=list)  # of the right name, and not sure

    @property
    def is_open(self) -> bool:
        """Whether an article has no text yet."""
        return len(self.found) < len(self.articles)

    def find_by_hash(self) -> None:
        """Find files by their bytes. Those that are too short are not read."""
        self._find_same([text for text in self.folder.texts if text.is_plain])

    def find_rows_by_hash(self) -> None:
        """Find rows of tables by their texts."""
        self._find_same(self.folder.rows)

    def find_by_name(self) -> None:
        """Find texts by their names, of which the content has to fit."""
        by_name: dict[str, dict[OwnText, None]] = defaultdict(dict)
        for text in self._left():
            for name in {text.name, text.name if text.row is not None else text.path.name}:
                by_name[name_key(name)][text] = None
        for number, article in self._open():
            comparison = _TextComparison([article], self.settings)
            texts = {text: None for name in article.names for text in by_name[name]}
            compare = comparison.compare if len(texts) <= MOST_NAMED else comparison.compare_if_promising
            for text in sorted(texts, key=self._position):
                if (read := self.folder.read(text)) is None:
                    continue
                self.compared += 1
                likeness = compare(read.text).get(article.id, 0.0)
                if not article.has_windows:
                    compared = FingerprintedText(read.text, self.settings)
                    likeness = float(any(is_exact_at(one, compared, one.at) for one in article.examples))
                if likeness >= LEAST_NAMED:
                    self.named.append(self._possible(number, text, likeness, "name"))
                else:
                    self.refused.setdefault(article.id, []).append(RefusedText(text.place, likeness))
        self._take([candidate for candidate in self.named if candidate.likeness >= SURE])

    def find_by_fingerprints(self) -> None:
        """Find texts by the windows that they have."""
        comparison = _TextComparison((article for _, article in self._open()), self.settings)
        numbers = {article.id: number for number, article in enumerate(self.articles)}
        known = {(one.article, one.text) for one in self.named}
        candidates = [*self.named]
        for group in self._compare(comparison):
            candidates += [
                self._possible(numbers[article], text, likeness, "fingerprints")
                for text, likenesses in group
                for article, likeness in likenesses.items()
                if likeness >= LEAST and (numbers[article], text) not in known
            ]
            if self._is_settled(candidates):  # no text that comes later can fit better
                break
        self._take(candidates)

    def _find_same(self, texts: Sequence[OwnText]) -> None:
        wanted = self._open()
        least = min(article.length for _, article in wanted)
        same: dict[str, list[OwnText]] = {article.sha256: [] for _, article in wanted}
        for number, text in enumerate(texts, 1):
            self.on_progress("comparing files", number, len(texts))
            found = self.folder.sha256(text) if text.size >= least else None
            if found in same:
                same[found].append(text)
        self._take(self._possible(n, text, 1.0, "hash") for n, article in wanted for text in same[article.sha256])

    def _compare(self, comparison: _TextComparison) -> Iterator[list[tuple[OwnText, Mapping[str, float]]]]:
        """The texts that are left over, some at a time, with the share of windows for each article that they share."""
        texts = self._left()
        stream = iter(texts)
        done = 0
        with ThreadPoolExecutor(THREADS) as pool:
            while group := list(islice(stream, AT_ONCE)):
                read = [(text, found.text) for text in group if (found := self.folder.read(text)) is not None]
                compared = pool.map(comparison.compare_if_promising, [text for _, text in read])
                yield list(zip((text for text, _ in read), compared, strict=True))
                done += len(group)
                self.compared += len(read)
                self.on_progress("comparing fingerprints", done, len(texts))

    def _is_settled(self, candidates: Iterable[_PossibleText]) -> bool:
        """Whether every article without a text has one that has all of its windows, and that no other has."""
        whole = [one for one in candidates if one.likeness == 1]
        return {self.articles[one.article].id for one in whole} >= {article.id for _, article in self._open()} and (
            len({one.text for one in whole}) == len(whole)
        )

    def _possible(self, article: int, text: OwnText, likeness: float, how: How) -> _PossibleText:
        return _PossibleText(article, text, likeness, how, self._position(text))

    def _position(self, text: OwnText) -> int:
        """The place of a text among all: files in the order of their paths, then rows of tables."""
        if text not in self.positions:
            self.positions = {each: number for number, each in enumerate(self._all(text))}
        return self.positions[text]

    def _all(self, text: OwnText) -> tuple[OwnText, ...]:
        """All texts; the rows of tables are read only if it is one of them."""
        return self.folder.texts if text.row is None else (*self.folder.texts, *self.folder.rows)

    def _take(self, candidates: Iterable[_PossibleText]) -> None:
        """Take candidates, the likest first, one for each article and each text once."""
        ordered = sorted(candidates, key=lambda candidate: candidate.order)
        for one in ordered:
            article = self.articles[one.article]
            if article.id in self.found or one.text in self.taken:
                continue
            others = tuple(
                other.text.place
                for other in ordered
                if (other.article, other.likeness) == (one.article, one.likeness) and other.text != one.text
            )
            self.found[article.id] = TextMatch(text=one.text, how=one.how, likeness=one.likeness, others=others)
            self.taken.add(one.text)

    def _open(self) -> list[tuple[int, WantedArticle]]:
        return [(number, article) for number, article in enumerate(self.articles) if article.id not in self.found]

    def _left(self) -> list[OwnText]:
        return [text for text in (*self.folder.texts, *self.folder.rows) if text not in self.taken]


class _TextComparison:
    """Compares texts with articles.

    Args:
        articles: with which texts are compared.
        settings: by which the fingerprints of the articles were made.
    """

    def __init__(self, articles: Iterable[WantedArticle], settings: FingerprintSettings) -> None:
        compared = [*articles]
        self._settings = settings
        self._finder = ArticleFinder({article.id: article.examples for article in compared}, settings)
        self._windows = frozenset(
            window.fingerprint for article in compared for example in article.examples for window in example.windows
        )

    def compare(self, text: str) -> dict[str, float]:
        """For each article of which a text has windows, the share of them."""
        return self._finder.likenesses(FingerprintedText(text, self._settings))

    def compare_if_promising(self, text: str) -> dict[str, float]:
        """`compare`, for a text that is looked at in places first: nothing if no window stands there."""
        whole = FingerprintedText(text, self._settings)
        last = len(whole.windows)
        places = (at + shift for at in range(0, last, PROBE_EVERY) for shift in range(self._settings.size))
        if any(whole.fingerprint(place) in self._windows for place in places if place < last):
            return self._finder.likenesses(whole)
        return {}
