"""What is compared: the examples of one side, where they stand, and what was noted while reading."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from goldspan.formats.sentences import Sentence
    from goldspan.values import Example

KINDS = {
    "different-breaks": "a sentence ends in one of the two files alone; the tags count where gold's sentences end",
    "different-text": "the text of a prediction is not gold's; its spans are laid over gold's text",
    "different-token": "a token is written otherwise than in gold; its tag counts for gold's token",
    "extra-example": "a prediction for what is not in gold; it does not count",
    "extra-token": "a token that gold does not have; its tag does not count",
    "lost-span": "a predicted span that has no place in gold's text; it does not count",
    "matched-by-text": "predictions matched to gold by their text alone, for their ids are others",
    "mended-line": "a line that could not be read as it stands",
    "merged-span": "a predicted span that gold's text cannot tell from another of its label; it counts once",
    "missing-example": "an example of gold without a prediction: its spans count as missed",
    "missing-token": "a token of gold without a prediction: it counts as O",
    "no-annotation": "an example that its annotator rejected or ignored; it is left out",
    "repaired-tag": "a tag that its scheme forbids where it stands",
}


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a reader of the numbers must know.

    Args:
        kind: one of `KINDS`, by which notes are counted.
        message: what was found and what was done, without a full stop.
        file: the file it is in.
        line: the line in that file, from 1.
        example: the id of the example, of gold where it is known.
    """

    kind: str
    message: str
    file: Path | None = None
    line: int | None = None
    example: str | None = None

    def __str__(self) -> str:
        """The place and the message, on one line."""
        place = "" if self.file is None else str(self.file)
        if place and self.line is not None:
            place += f":{self.line}"
        return ": ".join(part for part in (place, self.example, self.message) if part)


@dataclass(frozen=True, slots=True)
class Source:
    """The examples of gold or of a prediction.

    Args:
        examples: n examples.
        notes: what was noted while reading.
        kind: the format's name, `dataset`, `pipeline` or `examples`.
        places: file and line of each of the n examples; empty where there is no file.
        sentences: the n examples token by token, if they come from a CoNLL file; else empty.
        scheme: the tagging scheme by which chunks must be well formed (`--repair strict`); None under `conlleval`.
    """

    examples: list[Example]
    notes: list[Note] = field(default_factory=list)
    kind: str = "examples"
    places: Sequence[tuple[Path | None, int | None]] = ()
    sentences: Sequence[Sentence] = ()
    scheme: str | None = None

    def place(self, number: int) -> tuple[Path | None, int | None]:
        """The file and the line of an example, as far as they are known."""
        return self.places[number] if self.places else (None, None)

    @property
    def has_ids(self) -> bool:
        """Whether the ids were stated by somebody, and not made up from the order of the sentences."""
        return not self.sentences or all(sentence.stated for sentence in self.sentences)


def tally(notes: Iterable[Note]) -> dict[str, int]:
    """How many notes there are of each kind, by kind in alphabetical order."""
    return dict(sorted(Counter(note.kind for note in notes).items()))
