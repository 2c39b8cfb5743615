"""The recogniser of gazetteers: lists of the names of a label, one a line.

Names are found as `name_matcher` finds them, whole words in any typography. Of names inside one another the longest
is suggested, as of all spans of one recogniser.
"""

from __future__ import annotations

import contextlib
import gc
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import Field

from goldspan.errors import InputError, NotFoundError
from goldspan.report.text import amount, enumerate_names
from goldspan.suggest.list_files import label_files, line_error, line_rule, listed_file, without_comments
from goldspan.suggest.name_matcher import NameMatcher, written_form
from goldspan.suggest.recogniser import RecognisedSpan
from goldspan.suggest.recogniser_inputs import RecogniserInputs, input_file
from goldspan.suggest.recogniser_table import LabelMapping, RecogniserOptions, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.annotation import Example, LabelScheme
    from goldspan.suggest.recogniser_table import RecogniserTable

FOLDER = "annotation_guidelines/gazetteers"
SUFFIX = ".txt"
MOST_NAMED = 3


class GazetteerOptions(RecogniserOptions):
    """The keys of a recogniser of the kind `gazetteer`.

    Args:
        folder: of a `.txt` file per label, with the name of the label or of its page.
        files: a file for each label, in place of a folder.
        case: whether letters match in their own case, or in any.
        endings: what a name may carry at its end, which then belongs to the span.
    """

    folder: str | None = Field(default=None, min_length=1, description="the path of a folder")
    files: dict[str, Texts] | None = Field(
        default=None, description='a file per label, as in { PRODUCT = "annotation_guidelines/products.txt" }'
    )
    case: Literal["exact", "any"] = Field(default="exact", description='"exact" or "any"')
    endings: Texts = Field(default_factory=list, description='a list of endings, as in ["s", "en"]')


class GazetteerEntry(NamedTuple):
    """A name in a gazetteer.

    Args:
        form: as it is written, without white space and in plain typography.
        label: of the scheme.
        stem: of its file.
        line: there, from 1.
    """

    form: str
    label: str
    stem: str
    line: int


class Gazetteer:
    """Finds the names of lists.

    Args:
        any_case: whether a name is found in any case.
        endings: what a name may carry at its end.
        name: under which its spans are known.
        folder: from which it reads; None for single files.
    """

    def __init__(
        self,
        *,
        any_case: bool = False,
        endings: Sequence[str] = (),
        name: str = "gazetteer",
        folder: str | None = None,
    ) -> None:
        self.name = name
        self.folder = folder
        self.notes: list[str] = []
        self.labels: frozenset[str] = frozenset()
        self.doubtful: list[tuple[GazetteerEntry, GazetteerEntry]] = []
        self._any_case = any_case
        self._endings = ("", *endings)
        self._matcher = NameMatcher()
        self._entries: dict[str, GazetteerEntry | list[GazetteerEntry]] = {}

    def add(self, name: str, label: str, stem: str, line: int) -> bool:
        """Add a name; False if it has no letter, digit or sign.

        What has the same name and another label already keeps it, and is listed in `doubtful`.
        """
        if label not in self.labels:
            self.labels |= {label}
        for ending in self._endings:
            key = self._matcher.add(name + ending)
            if not key:
                return False
            self._add_entry(key, GazetteerEntry(_form(name + ending), label, stem, line))
        return True

    def recognise(self, documents: Sequence[Sequence[Example]]) -> Iterator[list[list[RecognisedSpan]]]:
        """The names in each document, example by example."""
        for examples in documents:
            yield [list(self._spans(example.text)) for example in examples]

    def _add_entry(self, key: str, entry: GazetteerEntry) -> None:
        known = self._entries.get(key)
        if known is None:
            self._entries[key] = entry  # nearly all names have one way to be written: a list of one takes more memory
            return
        listed = known if isinstance(known, list) else [known]
        same = next((other for other in listed if self._any_case or other.form == entry.form), None)
        if same is None:
            self._entries[key] = [*listed, entry]
        elif same.label != entry.label:
            self.doubtful.append((same, entry))

    def _spans(self, text: str) -> Iterator[RecognisedSpan]:
        for match in self._matcher.find(text):
            entry = self._entry(match.name, text[match.start : match.end])
            if entry is not None and not _goes_on(text, match.end):
                yield RecognisedSpan(match.start, match.end, entry.label, line_rule(entry.stem, entry.line))

    def _entry(self, key: str, surface: str) -> GazetteerEntry | None:
        known = self._entries[key]
        listed = known if isinstance(known, list) else [known]
        if self._any_case:
            return listed[0]
        form = _form(surface)
        return next((entry for entry in listed if entry.form == form), None)


def of_table(table: RecogniserTable) -> Gazetteer:
    """The recogniser of a `[[recogniser]]` table.

    Raises:
        InputError: naming file and line, for what is no name, and for a label that the scheme lacks.
        NotFoundError: for a file or a folder that is not there.
    """
    options = table.parse(GazetteerOptions)
    folder, found = _listed(table, options)
    own = {label: partial(line_error, path, None) for label, path in reversed(found)}
    mapping = LabelMapping.of_files(table, own, options.labels)
    gazetteer = Gazetteer(any_case=options.case == "any", endings=options.endings, name=table.name, folder=folder)
    gazetteer.notes += mapping.notes
    with _without_garbage_collection():
        for label, path in found:
            _read(gazetteer, path, mapping.labels[label])
    empty = [path.name for label, path in found if mapping.labels[label] not in gazetteer.labels]
    if empty:
        gazetteer.notes.append(f"no name is in {enumerate_names(empty)} yet: add some, one a line")
    gazetteer.notes += _doubts(gazetteer.doubtful)
    return gazetteer


def inputs(table: RecogniserTable) -> RecogniserInputs:
    """What decides its suggestions besides its table: the lists.

    Raises:
        InputError, NotFoundError: as `of_table`, for its keys and for files that are not there.
    """
    _, found = _listed(table, table.parse(GazetteerOptions))
    return RecogniserInputs(files=tuple(input_file(table.root, path) for _, path in found))


def _listed(table: RecogniserTable, options: GazetteerOptions) -> tuple[str | None, list[tuple[str, Path]]]:
    """The folder of the lists, if they are in one, and each list with its label."""
    if options.folder is not None and options.files is not None:
        raise table.refusal("both 'folder' and 'files' are stated", "Keep one of them.", "files")
    folder = options.folder or (FOLDER if options.files is None else None)
    return folder, list(label_files(table, options.files or {}) if folder is None else _folder_files(table, folder))


@contextlib.contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Make values that all last: a search for garbage among a million of them takes as long as making them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _folder_files(table: RecogniserTable, name: str) -> Iterator[tuple[str, Path]]:
    """The files of a folder, each with its label: that of its name, or that of the page of its name."""
    folder = listed_file(table, name, "folder")
    if not folder.is_dir():
        raise table.refusal(f"{name} is no folder", "Name a folder, or single files: files = { … }", "folder")
    paths = sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))
    if not paths:
        raise NotFoundError(
            f"holds no {SUFFIX} file",
            file=folder,
            remedy=f"Write {name}/{table.scheme.names[0].lower()}{SUFFIX}, a name a line, or state other files: "
            'files = { LABEL = "…" }',
        )
    for path in paths:
        yield _label_of(path.stem, table.scheme), path


def _label_of(stem: str, scheme: LabelScheme) -> str:
    for label in scheme.labels:
        if stem.casefold() in (label.name.casefold(), Path(label.page).stem.casefold()):
            return label.name
    return stem


def _read(gazetteer: Gazetteer, path: Path, label: str) -> None:
    for number, line in without_comments(path):
        wrong = "a tab is in the name" if "\t" in line else ""
        if wrong or not gazetteer.add(line, label, path.stem, number):
            raise InputError(
                wrong or f"{line!r:.40} holds no word",
                file=path,
                line=number,
                remedy="A line holds one name, and nothing else.",
            )


def _doubts(doubtful: Sequence[tuple[GazetteerEntry, GazetteerEntry]]) -> list[str]:
    """That names stand under two labels."""
    if not doubtful:
        return []
    named = (f"{second.form} ({first.stem}:{first.line}, {second.stem}:{second.line})" for first, second in doubtful)
    subject = amount(len(doubtful), "name stands", "names stand")
    return [f"{subject} under two labels, of which the first counts: {enumerate_names(named, most=MOST_NAMED)}"]


def _form(name: str) -> str:
    """A name with its case, and without the white space, which its words do not need."""
    return written_form(name).replace(" ", "")


def _goes_on(text: str, end: int) -> bool:
    """Whether an abbreviation goes on where a name ends, as `U.S.A.` behind `U.S.`."""
    return text[end - 1] == "." and text[end : end + 1].isalpha()
