"""`goldspan.agree`: the agreement of annotators that a Python program asks for, of what it has or of files."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan.agreement.agreement import Agreement, measure
from goldspan.agreement.annotations import (
    AnnotatorPass,
    annotations_of_paths,
    annotator_pass,
    pair_examples,
    passes_in,
    with_common_scheme,
)
from goldspan.errors import InvalidValueError
from goldspan.formats.options import DEFAULT, ReadOptions
from goldspan.formats.python_values import as_input, python_remedies
from goldspan.formats.record import LocatedExample
from goldspan.formats.sources import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.agreement.annotations import Annotations, Condition

LEAST = 2  # annotators who can agree


def agree(
    passes: Mapping[str, Any] | str | Path,
    *,
    format: str | None = None,  # noqa: A002  (as the option of the command)
    options: ReadOptions = DEFAULT,
    condition: Condition | None = None,
    language: str | None = None,
) -> Agreement:
    """How far annotators agree: F1, kappa, alpha and their intervals, overall, per label, per article and per pair.

        >>> import goldspan
        >>> text = "Reuters met Ann in Rome."
        >>> agreement = goldspan.agree({
        ...     "anna": [("a", text, [(12, 15, "PER"), (19, 23, "LOC")])],
        ...     "ben": [("a", text, [(12, 15, "PER")])],
        ... })
        >>> round(agreement.overall['exact_f1'].estimate, 3)
        0.667

    The ids of the measures are those of `goldspan agree --json`, see `goldspan help json_reports`.

    Args:
        passes: by the name of each annotator what they marked, in any form that `goldspan.evaluate` takes. Or the path
            of a folder with a file or a folder for each, such as `corpus/passes`.
        format: the format of the files, one of `goldspan formats`; detected if None.
        options: how to read what is not stated in the files or rows.
        condition: only what was read `unaided` or `aided`, which are never counted together; None where all of it is
            of one kind.
        language: of the texts, a code such as `en`, which selects the tokenizer; None for English.

    Returns:
        The measures. Who read an example and marked nothing there counts.

    Raises:
        InputError: for what is not valid, with its file, line and example; for an id with two texts.
        InvalidValueError: for fewer than two annotators, a side in another form, and for readings of which some are
            aided and some are not, without a condition.
        NotFoundError: if there is no tokenizer for the language.
    """
    with python_remedies("format"):
        annotations = _annotations(passes, options, format)
    if len(annotations.annotators) < LEAST:
        raise InvalidValueError(
            f"there are annotations of {len(annotations.annotators)} annotators; agreement needs two",
            remedy='Pass {"anna": …, "ben": …}, or a folder with a file or a folder for each.',
        )
    if condition is not None:
        annotations = annotations.of_condition(condition)
    elif len(annotations.conditions) > 1:
        raise InvalidValueError(
            "some of this was read with suggestions and some without: the agreement of both together means nothing",
            remedy='Choose one: condition="unaided" or condition="aided".',
        )
    return measure(annotations, language=language)


def _annotations(passes: object, options: ReadOptions, form: str | None) -> Annotations:
    if isinstance(passes, (str, Path)):
        return annotations_of_paths([Path(passes)], form, options)
    if not hasattr(passes, "items"):
        raise InvalidValueError(
            f"passes is a {type(passes).__name__}, without the names of the annotators",
            remedy='Pass {"anna": …, "ben": …}.',
        )
    with ExitStack() as stack:
        sides = {name: stack.enter_context(as_input(side, name, options)) for name, side in passes.items()}
        paths = [Path(side) for side in sides.values() if not isinstance(side, Source)]
        reading = with_common_scheme(options, paths, form) if paths else options
        return pair_examples([one for name, side in sides.items() for one in _passes(name, side, form, reading)])


def _passes(name: str, side: Path | str | Source, form: str | None, reading: ReadOptions) -> Iterator[AnnotatorPass]:
    if not isinstance(side, Source):
        yield from passes_in(name, Path(side), form, reading)
        return
    located = (
        LocatedExample(example, *side.place(number), is_numbered=not side.states_id(number))
        for number, example in enumerate(side.examples)
    )
    yield annotator_pass(name, located)
