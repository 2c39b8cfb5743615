"""How many spans each recogniser suggested of each label, and why there are none of some."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from goldspan.errors import GoldspanError
from goldspan.report.text import Table, amount, enumerate_names
from goldspan.suggest.gazetteer import FOLDER, Gazetteer
from goldspan.suggest.recogniser import AskingRecogniser
from goldspan.suggest.suggester import RECOGNISERS, Suggester
from goldspan.validation import toml_key, toml_string

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from goldspan.annotation import LabelScheme
    from goldspan.corpus import Corpus
    from goldspan.suggest.recogniser import Recogniser
    from goldspan.suggest.suggester import DocumentSuggestions


UNKNOWN = "–"  # in the table, of a label that a recogniser does not know
ALL = "all"


class SuggestionCounts:
    """What a run of suggestions found, by recogniser and label.

    Args:
        recognisers: that run, in the order of precedence.
        scheme: the label scheme.
    """

    def __init__(self, recognisers: Sequence[Recogniser], scheme: LabelScheme) -> None:
        self.recognisers = tuple(recognisers)
        self.scheme = scheme
        self.suggested: Counter[tuple[str, str]] = Counter()
        self.found: Counter[tuple[str, str]] = Counter()
        self.articles = self.examples = 0

    def add(self, document: DocumentSuggestions) -> None:
        """Count the suggestions for a document."""
        self.articles += 1
        self.examples += len(document.examples)
        for example in document.examples:
            names = example.extra[RECOGNISERS]
            self.suggested.update((name, span.label) for name, span in zip(names, example.spans, strict=True))
        for name, examples in document.found.items():
            self.found.update((name, span.label) for spans in examples for span in spans)

    def table(self) -> Table:
        """A row per label, a column per recogniser."""
        names = [one.name for one in self.recognisers]
        rows = [(label, *self._cells(label), self._number(self._of_label(label))) for label in self.scheme.names]
        totals = [self._number(sum(self.suggested[name, label] for label in self.scheme.names)) for name in names]
        rows.append((ALL, *totals, self._number(self.suggested.total())))
        note = f"{UNKNOWN}: the recogniser does not know the label" if any(UNKNOWN in row for row in rows) else ""
        return Table("Spans suggested", note, ("label", *names, ALL), tuple(rows))

    def json(self) -> dict[str, Any]:
        """By recogniser and label that it knows, how many spans it found, and how many of them are suggested."""
        return {
            "counts": {
                one.name: {
                    label: {"found": self.found[one.name, label], "suggested": self.suggested[one.name, label]}
                    for label in self.scheme.names
                    if label in one.labels
                }
                for one in self.recognisers
            },
            "unknown_labels": unknown_labels(self.recognisers, self.scheme),
            "remarks": self.remarks(),
        }

    def brief(self) -> list[str]:
        """One sentence about the labels of which nothing is suggested; none if there are suggestions of all."""
        without = [label for label in self.scheme.names if not self._of_label(label)]
        if not without or not self.articles:
            return []
        return [f"Nothing is suggested of {enumerate_names(without)}: goldspan suggest tells why."]

    def remarks(self) -> list[str]:
        """Why nothing is suggested of some labels, and what to add; sentences and lines of `goldspan.toml`."""
        return [*self._without_examples(), *self._found_nothing(), *missing_labels(self.recognisers, self.scheme)]

    def _without_examples(self) -> Iterator[str]:
        if self.articles and not self.examples:
            where = amount(self.articles, "article")
            yield f"There is no example in {where}: all text is boilerplate, such as menus and notices."

    def _found_nothing(self) -> Iterator[str]:
        """The labels that some recogniser knows, and of which nothing is suggested."""
        alike: dict[tuple[str, ...], list[str]] = {}
        for label in self.scheme.names if self.examples else ():
            knowing = tuple(one.name for one in self.recognisers if label in one.labels)
            if not knowing or self._of_label(label):
                continue
            found = {name: self.found[name, label] for name in knowing if self.found[name, label]}
            if found:
                parts = enumerate_names(f"{number:,} by {name}" for name, number in found.items())
                yield f"{label}: found {parts}, and all lost to spans of higher precedence."
            else:
                alike.setdefault(knowing, []).append(label)
        unread = {one.name for one in self.recognisers if isinstance(one, AskingRecogniser) and one.unread}
        for knowing, labels in alike.items():
            verb, what = "knows" if len(knowing) == 1 else "know", "it" if len(labels) == 1 else "them"
            where = "" if unread.isdisjoint(knowing) else " in what was read"
            yield f"{enumerate_names(labels)}: {enumerate_names(knowing)} {verb} {what} and found nothing{where}."

    def _cells(self, label: str) -> list[str]:
        return [
            self._number(self.suggested[one.name, label]) if label in one.labels else UNKNOWN
            for one in self.recognisers
        ]

    def _of_label(self, label: str) -> int:
        return sum(self.suggested[one.name, label] for one in self.recognisers)

    @staticmethod
    def _number(value: int) -> str:
        return f"{value:,}"


def unknown_labels(recognisers: Sequence[Recogniser], scheme: LabelScheme) -> list[str]:
    """The labels of a scheme that no recogniser knows."""
    known = {label for one in recognisers for label in one.labels}
    return [label for label in scheme.names if label not in known]


def missing_labels(recognisers: Sequence[Recogniser], scheme: LabelScheme) -> list[str]:
    """That no recogniser knows some labels, with what to add to `goldspan.toml` or to the project; else nothing."""
    missing = unknown_labels(recognisers, scheme)
    if not missing:
        return []
    ran = enumerate_names([one.name for one in recognisers])
    verb = "does" if len(recognisers) == 1 else "do"
    who = f"{ran} {verb} not know" if recognisers else "No recogniser is chosen that knows"
    return [f"{who} {enumerate_names(missing, empty='')}. {_remedy(recognisers, scheme, missing)}"]


def explain_no_suggestions(corpus: Corpus) -> list[str]:
    """Why the suggestions of a project have no span: the labels that no recogniser knows, empty lists, and so on."""
    try:
        suggester = Suggester.of(corpus)
    except GoldspanError as error:
        return [str(error)]
    notes = [f"{note[:1].upper()}{note[1:]}." for note in suggester.notes]
    return [*notes, *missing_labels(suggester.recognisers, corpus.scheme)]


def _remedy(recognisers: Sequence[Recogniser], scheme: LabelScheme, missing: Sequence[str]) -> str:
    files = {label: f"{FOLDER}/{_stem(scheme, label)}.txt" for label in missing}
    whose = "its" if len(missing) == 1 else "their"
    kinds = (
        "`goldspan help suggestions` has the other kinds of recognisers: patterns, expressions, models, earlier gold."
    )
    if any(isinstance(one, Gazetteer) and one.folder == FOLDER for one in recognisers):
        listed = enumerate_names(path.rpartition("/")[2] for path in files.values())
        return f"Write {whose} names, one a line, into {listed} in {FOLDER}. {kinds}"
    name = _free_name({one.name for one in recognisers})
    lines = ["[[recogniser]]", 'kind = "gazetteer"', *([f'name = "{name}"'] if name != "gazetteer" else [])]
    lines += ["[recogniser.files]", *(f"{toml_key(label)} = {toml_string(path)}" for label, path in files.items())]
    return (
        f"Write {whose} names into files, one a line, and add to goldspan.toml:\n\n"
        + "\n".join(f"    {line}" for line in lines)
        + f"\n\n{kinds}"
    )


def _stem(scheme: LabelScheme, label: str) -> str:
    return scheme[label].page.removesuffix(".md").rpartition("/")[2] or label.lower()


def _free_name(taken: Collection[str]) -> str:
    name, number = "gazetteer", 1
    while name in taken:
        number += 1
        name = f"gazetteer-{number}"
    return name
