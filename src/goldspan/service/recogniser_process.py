"""The recognisers of a project in a process of their own, which can be stopped when they take too long.

A pattern of a project can be one that never ends, and a model can crash. In the process that answers requests, either
would be the end of all answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from goldspan.child_process import ChildEndedError, ChildProcess, connection_to_parent, error_fields, raise_error
from goldspan.errors import GoldspanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.annotation import Example
    from goldspan.suggest.suggester_recipe import SuggesterRecipe

Row = tuple[int, int, str]  # a span: start and end in code points, and its label
JobKind = Literal["text", "article", "index"]

SLOWEST_START = 300.0  # seconds: a large model on a busy machine
PROGRAM = f"from {__name__} import main; main()"
QUOTE = 10  # characters
FIRST = "On 12 May 2023, 300 soldiers left."  # what is asked before the first request: models load a part only then


class RecogniserError(Exception):
    """Why there are no suggestions, as a clause; it names no text."""


class TooSlowError(RecogniserError):
    """The recognisers did not end in time, and were stopped."""


class UnavailableError(RecogniserError):
    """The recognisers could not be asked; they may give an answer another time."""


@dataclass(frozen=True, slots=True)
class LoadedRecognisers:
    """What a process has loaded.

    Args:
        recognisers: their names.
        labels: that they may suggest.
        notes: what a user should know of them.
    """

    recognisers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class RecogniserProcess:
    """A process with recognisers, seen from the one that asks it. One thread at a time may use it.

    Args:
        recipe: with which recognisers.
    """

    def __init__(self, recipe: SuggesterRecipe) -> None:
        self._recipe = recipe
        self._process: ChildProcess | None = None

    @property
    def number(self) -> int | None:
        """The number of the process; None if there is none."""
        return None if self._process is None else self._process.number

    @property
    def is_running(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.is_running

    def start(self) -> LoadedRecognisers:
        """Start it, and wait until it has loaded all.

        Raises:
            InputError: as the recognisers give it, with the place in a file.
            RecogniserError: if it ends or does not answer.
        """
        self.stop()
        self._process = ChildProcess(PROGRAM)
        answer = self._exchange(self._recipe, SLOWEST_START)
        if isinstance(answer, dict):
            self.stop()
            raise_error(answer)
        assert isinstance(answer, LoadedRecognisers)
        return answer

    def ask(self, kind: JobKind, argument: object, limit: float) -> Any:  # noqa: ANN401  (it depends on the kind)
        """The answer to a question.

        Args:
            kind: `text`: the spans of a text; `article`: by digest, the spans of each text of an article; `index`: the
                digests of the texts of each of some articles.
            argument: the text, the id of the article, or the ids.
            limit: seconds after which the process is stopped.

        Raises:
            RecogniserError: if there is no answer.
        """
        answer = self._exchange((kind, argument), limit)
        if isinstance(answer, RecogniserError):
            raise answer
        return answer

    def kill(self) -> None:
        """Have it end; for other threads than the one that uses it, whose question then fails."""
        process = self._process
        if process is not None:
            process.kill()

    def stop(self) -> None:
        """End it, and wait until it has."""
        if self._process is not None:
            self._process.stop()
        self._process = None

    def _exchange(self, message: object, limit: float) -> Any:  # noqa: ANN401  (what the process sends)
        assert self._process is not None
        try:
            self._process.send(message)
            return self._process.receive(limit)
        except ChildEndedError as error:
            self.stop()
            raise RecogniserError(f"the process of the recognisers ended ({error})") from None
        except TimeoutError:
            self.stop()
            raise TooSlowError(f"the recognisers did not end within {limit:.0f} s") from None


def main() -> None:
    """Answer questions until the other end is closed."""
    connection = connection_to_parent()
    try:
        recipe = connection.recv()
        try:
            answers = _Answers(recipe)
        except GoldspanError as error:
            connection.send(error_fields(error))
            return
        except Exception as error:  # noqa: BLE001  (what the code of others may raise is not known)
            connection.send({"message": f"the recognisers cannot be loaded: {type(error).__name__}: {error}"})
            return
        connection.send(answers.loaded)
        while True:
            connection.send(answers.answer(*connection.recv()))
    except (EOFError, OSError):
        return


class _Answers:
    """What a process answers."""

    def __init__(self, recipe: SuggesterRecipe) -> None:
        from goldspan.corpus import Corpus

        self._corpus = Corpus(recipe.root)
        self._suggester, left_out = recipe.suggester(self._corpus)
        self._entries = {entry.id: entry for entry in self._corpus.entries}
        self._text(FIRST)
        self.loaded = LoadedRecognisers(
            tuple(one.name for one in self._suggester.recognisers),
            tuple(sorted(self._suggester.labels)),
            (*self._suggester.notes, *(f"{name}: left out, since it asks a server" for name in left_out)),
        )

    def answer(self, kind: JobKind, argument: Any) -> object:  # noqa: ANN401  (it depends on the kind)
        """The answer to a question; an error as a value."""
        try:
            match kind:
                case "text":
                    return self._text(argument)
                case "article":
                    return self._article(argument)
                case "index":
                    return self._index(argument)
        except GoldspanError as error:
            clause = _clause(error)
            return RecogniserError("a recogniser fails" if kind == "text" and _quotes(clause, argument) else clause)
        except Exception as error:  # noqa: BLE001  (what the code of others may raise is not known)
            return RecogniserError(f"unexpected error of a recogniser: {type(error).__name__}")

    def _text(self, text: str) -> list[Row]:
        from goldspan.annotation import Example

        return _rows(self._suggester.suggest([Example("text.p01", text)])[0])

    def _article(self, name: str) -> dict[str, list[Row]]:
        from goldspan.service.rejections import text_digest

        found: dict[str, list[Row]] = {}
        for example in self._suggester.suggest(self._examples(name)):
            rows, digest = _rows(example), text_digest(example.text)
            # A text that an article has twice gets what is suggested in both places: nothing tells which is shown.
            found[digest] = [row for row in found[digest] if row in rows] if digest in found else rows
        return found

    def _index(self, names: Sequence[str]) -> dict[str, list[str] | RecogniserError]:
        from goldspan.service.rejections import text_digest

        index: dict[str, list[str] | RecogniserError] = {}
        for name in names:
            try:
                index[name] = [text_digest(example.text) for example in self._examples(name)]
            except GoldspanError as error:
                index[name] = RecogniserError(_clause(error))
        return index

    def _examples(self, name: str) -> list[Example]:
        from goldspan.doccano.push.desired_state import desired_examples

        return desired_examples(self._corpus, [self._entries[name]])


def _rows(example: Example) -> list[Row]:
    return [(span.start, span.end, span.label) for span in example.spans]


def _clause(error: GoldspanError) -> str:
    return " ".join(str(error).split())


def _quotes(clause: str, text: str) -> bool:
    """Whether a message has a part of a text: it goes into a log, in which no text must be."""
    return any(text[start : start + QUOTE] in clause for start in range(max(1, len(text) - QUOTE + 1)))
