"""Examples printed: coloured spans in a terminal, inline markup in a pipe, and what changed since a revision."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from goldspan.annotation import Label, LabelScheme
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import gold, inline
from goldspan.report.svg import colours, ink
from goldspan.report.text import enumerate_names, visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from rich.text import Text

    from goldspan.annotation import Example, Span
    from goldspan.formats.record import Record

BOILERPLATE = "(boilerplate)"  # in the place of an id
PLAIN = "#808080"  # a label that the scheme does not know


@dataclass(frozen=True, slots=True)
class ExampleChange:
    """How one example differs between two states of the annotation.

    Args:
        example: its id.
        old: as it was; None if it is new.
        new: as it is; None if it is gone.
    """

    example: str
    old: Example | None
    new: Example | None

    @property
    def removed(self) -> tuple[Span, ...]:
        """The spans that are no longer there."""
        return tuple(sorted(set(_spans(self.old)) - set(_spans(self.new))))

    @property
    def added(self) -> tuple[Span, ...]:
        """The spans that are new."""
        return tuple(sorted(set(_spans(self.new)) - set(_spans(self.old))))

    @property
    def text_changed(self) -> bool:
        """Whether the text itself differs, so that offsets cannot be compared."""
        return self.old is not None and self.new is not None and self.old.text != self.new.text


def inline_markup(example: Example) -> str:
    """The example with its id, in inline markup."""
    return f"{example.id}\t{inline.render(example.text, example.spans)}"


def colour_spans(example: Example, scheme: LabelScheme) -> Text:
    """The example for a terminal: each span on its label's colour, with the label after it.

    Spans that overlap are shown one after the other, the longer first; the checks report the overlap.
    """
    from rich.text import Text

    colours = {label.name: label.colour for label in scheme.labels}
    text = Text()
    text.append(f"{example.id}\n", style="dim")
    last = 0
    for span in sorted(example.spans, key=lambda span: (span.start, -span.end)):
        start = max(span.start, last)
        text.append(visible(example.text[last:start]))
        colour = colours.get(span.label, PLAIN)
        text.append(visible(example.text[start : span.end]), style=f"bold {ink(colour)} on {colour}")
        text.append(f" {span.label}", style=f"italic {ink(colour)} on {colour}")
        last = max(last, span.end)
    text.append(visible(example.text[last:]))
    return text


def scheme_of(examples: Iterable[Example]) -> LabelScheme:
    """The labels of some examples as a scheme, with a colour each, for files outside a project."""
    names = sorted({span.label for example in examples for span in example.spans})
    labels = tuple(Label(name, "", colour, str(n), "") for n, (name, colour) in enumerate(colours(names).items()))
    return LabelScheme("", labels)


def legend(scheme: LabelScheme) -> Text:
    """The labels in their colours."""
    from rich.text import Text

    parts = [Text(f" {label.name} ", style=f"bold {ink(label.colour)} on {label.colour}") for label in scheme.labels]
    return Text("  ").join(parts)


def select_examples(
    examples: Iterable[Example], names: Iterable[str] = (), labels: Iterable[str] = (), containing: str | None = None
) -> Iterator[Example]:
    """The examples of these articles or ids, with one of these labels, that contain these words.

    Args:
        examples: the examples to select from.
        names: article ids or example ids; if empty, all.
        labels: label names; if empty, examples with and without spans.
        containing: words of the text, upper and lower case alike.
    """
    wanted_names, wanted_labels = set(names), set(labels)
    for example in examples:
        if wanted_names and not wanted_names & {example.id, example.article}:
            continue
        if wanted_labels and not wanted_labels & {span.label for span in example.spans}:
            continue
        if containing and containing.casefold() not in example.text.casefold():
            continue
        yield example


def require_known(
    examples: Sequence[Example],
    names: Iterable[str],
    labels: Iterable[str],
    *,
    scheme: Iterable[str] = (),
    articles: Collection[str] = (),
    file: Path | None = None,
) -> None:
    """Make sure that each id and each label that is asked for is there.

    Args:
        examples: what can be shown.
        names: the article ids and example ids that are asked for.
        labels: the labels that are asked for.
        scheme: the labels that there may be, besides those of the examples.
        articles: the ids of the manifest, where an article may have no examples yet.
        file: where the examples are, for the message.

    Raises:
        InputError: naming the first that is not there, with similar ones; if there is no example at all.
    """
    if not examples:
        raise InputError(
            "there is no example to show",
            file=file,
            remedy="Annotate first, name a file with --file, or see how articles are cut with --cut.",
        )
    known = dict.fromkeys(name for example in examples for name in (example.article, example.id))
    for name in names:
        if name not in known:
            why = "has no examples there" if name in articles else "is neither an article nor an example there"
            near = enumerate_names(get_close_matches(name, known, n=3) or list(known)[:3])
            raise InputError(f"{name!r} {why}", file=file, remedy=f"Similar ids: {near}.")
    known_labels = dict.fromkeys([*scheme, *(span.label for example in examples for span in example.spans)])
    for label in labels:
        if label not in known_labels:
            raise InputError(
                f"there is no label {label!r}", file=file, remedy=f"The labels are {enumerate_names(known_labels)}."
            )


def example_changes(old: Iterable[Example], new: Iterable[Example]) -> list[ExampleChange]:
    """What differs between two states, example by example: those of the new state in order, then the removed."""
    before = {example.id: example for example in old}
    after = {example.id: example for example in new}
    names = [*after, *(name for name in before if name not in after)]
    pairs = [ExampleChange(name, before.get(name), after.get(name)) for name in names]
    return [change for change in pairs if _state(change.old) != _state(change.new)]


def examples_at_revision(folder: Path, revision: str) -> list[Example]:
    """All examples of a folder of gold lines in a git revision.

    Raises:
        NotFoundError: if git is not installed, or the folder is in no git repository.
        InputError: if the revision is unknown, or a line of it is not valid.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None:
        raise NotFoundError(
            "the folder is in no git repository", file=folder, remedy="Differences are taken against a git revision."
        )
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise InputError(f"there is no revision {revision!r}", file=folder, remedy="See `git log --oneline`.")
    listing = _git(folder, "ls-tree", "-r", "-z", "--name-only", commit.decode().strip(), ".") or b""
    examples = []
    for name in filter(None, listing.decode("utf-8", "surrogateescape").split("\0")):
        if name.endswith(".jsonl"):
            data = _git(folder, "show", f"{commit.decode().strip()}:./{name}") or b""
            examples += [record.example() for record in _records(folder / name, data)]
    return examples


def _records(path: Path, data: bytes) -> Iterator[Record]:
    for record in gold.scan_bytes(data, path):
        if isinstance(record, InputError):
            raise record
        yield record


def _git(folder: Path, *arguments: str) -> bytes | None:
    """The output of a git command; None where it fails."""
    try:
        completed = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        raise NotFoundError(
            "git is not installed", remedy="Install git; differences are taken against a revision."
        ) from None
    return completed.stdout if completed.returncode == 0 else None


def _spans(example: Example | None) -> tuple[Span, ...]:
    return () if example is None else example.spans


def _state(example: Example | None) -> tuple[str, tuple[Span, ...]] | None:
    return None if example is None else (example.text, example.spans)
