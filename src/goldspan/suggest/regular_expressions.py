"""The recogniser of regular expressions, those of the package `regex`, in `goldspan.toml` or in a file per label."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import regex
from pydantic import Field

from goldspan.suggest.list_files import label_files, line_error, line_rule, without_comments
from goldspan.suggest.recogniser import RecognisedSpan
from goldspan.suggest.recogniser_inputs import RecogniserInputs, input_file
from goldspan.suggest.recogniser_table import LabelMapping, RecogniserOptions, Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from goldspan.annotation import Example
    from goldspan.errors import InputError
    from goldspan.suggest.recogniser_table import RecogniserTable

GROUP = "span"  # the named group whose match is the span, where an expression has one
SECONDS = 5.0  # for one expression in one example; a healthy one takes milliseconds


class RegexOptions(RecogniserOptions):
    """The keys of a recogniser of the kind `regex`.

    Args:
        patterns: the expressions of each label.
        files: a file of expressions for each label, one a line.
        case: whether letters match in their own case, or in any.
        time_limit: in seconds, for one expression in one example.
    """

    patterns: dict[str, Texts] = Field(
        default_factory=dict, description="an expression or a list of them per label, as in { DATE = ['\\d{4}'] }"
    )
    files: dict[str, Texts] = Field(
        default_factory=dict, description='a file per label, as in { DATE = "annotation_guidelines/dates.txt" }'
    )
    case: Literal["exact", "any"] = Field(default="exact", description='"exact" or "any"')
    time_limit: float = Field(default=SECONDS, gt=0, le=3600, strict=False, description="a number of seconds")


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression, and where it is written.

    Args:
        label: as its place has it.
        compiled: the expression.
        rule: its place: label and number in `goldspan.toml`, stem and line of a file.
        error: makes an error, of a message and a remedy, about that place.
    """

    label: str
    compiled: Any
    rule: str
    error: Callable[[str, str], InputError]

    def spans(self, text: str, seconds: float) -> Iterator[tuple[int, int]]:
        """The extents of its matches in a text; those of nothing are left out.

        Raises:
            TimeoutError: if it takes longer.
        """
        group = GROUP if GROUP in self.compiled.groupindex else 0
        for match in self.compiled.finditer(text, timeout=seconds):
            yield from ((start, end) for start, end in match.spans(group) if start < end)


class RegularExpressions:
    """Finds what regular expressions match.

    Args:
        expressions: in the order in which they are written.
        labels: what becomes of their labels.
        seconds: the time that one may take in one example.
        notes: what a user should know.
        name: under which its spans are known.
    """

    def __init__(
        self, expressions: Sequence[Expression], labels: LabelMapping, seconds: float, notes: Sequence[str], name: str
    ) -> None:
        self.expressions = tuple(expressions)
        self.map = labels
        self.seconds = seconds
        self.notes = (*labels.notes, *notes)
        self.name = name
        self.labels = frozenset(labels.labels.values())

    def recognise(self, documents: Sequence[Sequence[Example]]) -> Iterator[list[list[RecognisedSpan]]]:
        """The matches in each document, example by example.

        Raises:
            InputError: for an expression that takes too long, naming it and the example.
        """
        for examples in documents:
            yield [[span for one in self.expressions for span in self._spans(one, example)] for example in examples]

    def _spans(self, expression: Expression, example: Example) -> Iterator[RecognisedSpan]:
        label = self.map.labels[expression.label]
        try:
            for start, end in expression.spans(example.text, self.seconds):
                yield RecognisedSpan(start, end, label, expression.rule)
        except TimeoutError:
            raise expression.error(
                f"the expression {expression.compiled.pattern!r:.80} takes longer than {self.seconds:g} s in a text of "
                f"{len(example.text):,} characters ({example.id})",
                "Repetitions inside repetitions, as in (a+)+, try all ways to divide a text: make them possessive, as "
                "in (a++)+, or raise time_limit.",
            ) from None
        except MemoryError:
            raise expression.error(
                f"the expression {expression.compiled.pattern!r:.80} takes more memory than there is ({example.id})",
                "One that calls itself before it reads a character, as (?R)?a, never ends: correct it.",
            ) from None


def of_table(table: RecogniserTable) -> RegularExpressions:
    """The recogniser of a `[[recogniser]]` table.

    Raises:
        InputError: naming file and line, for what is no regular expression, and for a label that the scheme lacks.
        NotFoundError: for a file that is not there.
    """
    options = table.parse(RegexOptions)
    flags = regex.IGNORECASE if options.case == "any" else 0
    expressions = [*_stated(table, options, flags), *_listed(table, options, flags)]
    if not options.patterns and not options.files:
        raise table.refusal("the key 'patterns' is missing", "Write one: patterns = { DATE = ['\\d{4}'] }")
    own = {one.label: one.error for one in reversed(expressions)}
    mapping = LabelMapping.of_files(table, own, options.labels)
    empty = [label for label in (*options.patterns, *options.files) if label not in own]
    notes = [f"{label} has no expression: add some" for label in dict.fromkeys(empty)]
    return RegularExpressions(expressions, mapping, options.time_limit, notes, table.name)


def inputs(table: RecogniserTable) -> RecogniserInputs:
    """What decides its suggestions besides its table: the files of expressions.

    Raises:
        InputError, NotFoundError: as `of_table`, for its keys and for files that are not there.
    """
    listed = label_files(table, table.parse(RegexOptions).files)
    return RecogniserInputs(files=tuple(input_file(table.root, path) for _, path in listed), packages=("regex",))


def _stated(table: RecogniserTable, options: RegexOptions, flags: int) -> Iterator[Expression]:
    """The expressions of `goldspan.toml`."""
    for label, value in options.patterns.items():
        for number, pattern in enumerate(value):
            error = partial(_table_error, table, ("patterns", label, number))
            yield Expression(label, _compiled(pattern, flags, error), line_rule(label, number + 1), error)


def _listed(table: RecogniserTable, options: RegexOptions, flags: int) -> Iterator[Expression]:
    """The expressions of files."""
    for label, path in label_files(table, options.files):
        for number, line in without_comments(path):
            error = partial(line_error, path, number)
            yield Expression(label, _compiled(line, flags, error), line_rule(path.stem, number), error)


def _table_error(table: RecogniserTable, keys: Sequence[int | str], message: str, remedy: str) -> InputError:
    return table.refusal(message, remedy, *keys)


def _compiled(pattern: str, flags: int, error: Callable[[str, str], InputError]) -> Any:  # noqa: ANN401  (`regex` has no types)
    """The expression compiled.

    Raises:
        InputError: if it is none, or matches an empty text.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about sets that a later version may read in another way
            compiled = regex.compile(pattern, flags)
    except (regex.error, RecursionError, OverflowError) as reason:
        raise error(f"{pattern!r:.80} is no regular expression: {reason}", "Correct it.") from None
    if not pattern.strip() or compiled.search("") is not None:
        raise error(
            f"{pattern!r:.80} matches nothing at all, too, and so everywhere", "Let it match one letter at least."
        )
    return compiled
