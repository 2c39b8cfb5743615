"""`goldspan.evaluate`: an evaluation that a Python program asks for, of what it has or of files."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan.errors import InvalidValueError, PairingWarning
from goldspan.evaluation.result import Evaluation
from goldspan.evaluation.run import EvaluationOptions, read_sides
from goldspan.evaluation.scores import measure_examples
from goldspan.evaluation.span_metric import compare_documents
from goldspan.formats.options import DEFAULT, ReadOptions
from goldspan.formats.python_values import as_input, documents_of, python_remedies
from goldspan.formats.sources import NOTE_KINDS
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldspan.formats.record import Note

UNPAIRED = ("missing-example", "extra-example", "missing-token", "extra-token", "lost-span", "cut-span")
NAMED = 3  # examples that a warning names of each kind


def evaluate(
    gold: Any,  # noqa: ANN401  (one of several forms, see below)
    predicted: Any,  # noqa: ANN401  (likewise)
    *,
    gold_format: str | None = None,
    predicted_format: str | None = None,
    options: ReadOptions = DEFAULT,
    language: str | None = None,
) -> Evaluation:
    """The measures of a prediction: strict, exact, partial and type, overall and per label.

        >>> import goldspan
        >>> gold = [("Reuters met Ann in Rome.", [(12, 15, "PER"), (19, 23, "LOC")])]
        >>> predicted = [("Reuters met Ann in Rome.", [(12, 15, "PER"), (0, 7, "LOC")])]
        >>> scores = goldspan.evaluate(gold, predicted)
        >>> scores.overall["strict"].f1
        0.5
        >>> scores.labels["strict"]["PER"].recall
        1.0

    Each side is a path (`str` or `Path`: a file, a folder or a dataset on disk, in any format), a list of `Example`, of
    `(text, spans)`, of `(id, text, spans)`, of rows as in JSON lines, or of spaCy docs, or a `datasets.Dataset`.
    Predictions may also be the name of an installed spaCy pipeline, which is run on the texts of gold. Examples are
    paired as `goldspan evaluate` pairs them: by id and text, and by text. An example of gold without a prediction
    counts as missed spans, a prediction for another text counts as nothing; a `PairingWarning` reports both.

    Without texts, both sides are a list for each document, of spans or of tags (`["B-PER", "O"]`), in one order.

    Args:
        gold: the curated annotation.
        predicted: what is evaluated.
        gold_format: the format of the files of gold, one of `goldspan formats`; detected if None.
        predicted_format: the format of the files of the predictions; detected if None.
        options: how to read what is not stated in the files or rows: the split, the unit of offsets, names of labels.
        language: of the texts, a code such as `en`; it selects the tokenizer where files of tokens are compared with
            texts. None for that of the project around the gold, or English.

    Returns:
        The measures; their `notes` state what was noted while both sides were read and paired.

    Raises:
        InputError: for what is not valid, with its file, line and example; if no prediction has a text of gold.
        InvalidValueError: for a side in another form, or with other options than it has.
        NotFoundError: for a pipeline or a tokenizer that is not installed.

    Warns:
        PairingWarning: if an example, a token or a predicted span has no counterpart.
    """
    if predicted is gold and isinstance(gold, Iterator):
        raise InvalidValueError(
            "gold and predicted are one iterator, which can be read only once", remedy="Pass two lists."
        )
    documents = documents_of(gold), documents_of(predicted)
    if documents[0] is not None and documents[1] is not None:
        return _evaluate_documents(documents[0], documents[1], options)
    _require_texts(documents)
    with python_remedies("gold_format=… or predicted_format"), ExitStack() as stack:
        left = stack.enter_context(as_input(gold, "gold", options))
        right = stack.enter_context(as_input(predicted, "predicted", options))
        sides = read_sides(
            EvaluationOptions(
                gold=Path(left) if isinstance(left, str) else left,
                predictions=str(right) if isinstance(right, Path) else right,
                gold_form=gold_format,
                form=predicted_format,
                reading=options,
                language=language,
            )
        )
        table, other = sides.paired.gold, sides.paired.predicted
        labels = sorted({*table.spans.occurring, *other.spans.occurring})
        found = measure_examples(table.spans, other.spans, labels).evaluation()
    if unpaired := list(_unpaired(sides.notes)):
        warnings.warn("\n".join(unpaired), PairingWarning, stacklevel=2)
    return Evaluation(found.overall, found.labels, sides.notes)


def _evaluate_documents(gold: list[list[Any]], predicted: list[list[Any]], options: ReadOptions) -> Evaluation:
    """The measures of documents without texts, the first of gold with the first prediction.

    Raises:
        InvalidValueError: if there are not equally many, for what is no span or tag, and for options of files.
    """
    if len(gold) != len(predicted):
        raise InvalidValueError(
            f"gold has {len(gold):,} documents and predicted {len(predicted):,}",
            remedy="Without texts they belong together by their place: pass one list for each document, also an empty "
            "one. Or pass the texts: [(text, spans), …].",
        )
    if unused := sorted(options.named - {"repair", "tagging_scheme"}):
        raise InvalidValueError(
            f"the option {unused[0]!r} applies to files, not to lists of spans",
            remedy="Leave it out, or pass the texts: [(text, spans), …].",
        )
    return compare_documents(gold, predicted, scheme=options.tagging_scheme, repair=options.repair).evaluation


def _require_texts(documents: tuple[list[list[Any]] | None, list[list[Any]] | None]) -> None:
    """Refuse a side without texts beside one with texts: what belongs together cannot be told.

    Raises:
        InvalidValueError: naming the side.
    """
    for side, other, given in (("gold", "predicted", documents[0]), ("predicted", "gold", documents[1])):
        if given is not None:
            raise InvalidValueError(
                f"{side} has spans without texts, and {other} has texts",
                remedy=f"Pass {side} with its texts, [(text, spans), …], or both sides without.",
            )


def _unpaired(notes: Iterable[Note]) -> Iterator[str]:
    """A sentence for each way in which something has no counterpart."""
    by_kind: dict[str, list[Note]] = defaultdict(list)
    for note in notes:
        by_kind[note.kind].append(note)
    for kind in UNPAIRED:
        if found := by_kind[kind]:
            names = enumerate_names([note.example or "" for note in found], most=NAMED)
            yield f"{len(found):,} × {kind} ({names}): {NOTE_KINDS[kind]}"
