"""The pages of a project under the labels after a change: marked examples are changed, prose is listed.

`[words]{OLD}` is changed wherever it stands: in blocks that are run as tests, in tables with ✗ and ✓, in sentences.
Where the words of a page name the label in another way, a person has to read them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.guidelines.changelog import CHANGELOG, VERSION
from goldspan.guidelines.label_choice import choose_rule_groups
from goldspan.guidelines.rules import read_rulebook
from goldspan.new_project import label_page
from goldspan.relabel.annotations import rules_of_label
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.relabel.annotations import SpanToRead
    from goldspan.relabel.change import LabelChange

DATED = re.compile(r"## +\d{4}-\d{2}-\d{2}\b.*")
GENERATED = re.compile(r"<!-- stats: .*? -->.*?<!-- end -->", re.DOTALL)
MOST_PATTERNS = 60  # of what is to be read again, in an entry that people read
GUIDELINES_HEADER = (
    "# Changelog of the guidelines\n\n"
    "What the annotation means, and when that changed, by the version in labels.toml.\n"
)
CORPUS_HEADER = "# Changelog of the annotation\n\nWhat changed in gold, and why.\n"


@dataclass(frozen=True, slots=True)
class LabelMention:
    """A line of a page that names the label in words."""

    file: Path
    line: int
    text: str

    def json(self, root: Path) -> dict[str, Any]:
        """For `--json`."""
        return {"file": self.file.relative_to(root).as_posix(), "line": self.line, "text": self.text}


@dataclass(frozen=True, slots=True)
class RelabelledPages:
    """The pages after a change.

    Args:
        contents: the bytes of each page that changes.
        examples: by page, how many marked examples get another label.
        undecided: by page, how many of them got a first choice.
        mentions: the lines that name the label in words.
    """

    contents: Mapping[Path, bytes]
    examples: Counter[Path] = field(default_factory=Counter)
    undecided: Counter[Path] = field(default_factory=Counter)
    mentions: tuple[LabelMention, ...] = ()


def relabel_pages(corpus: Corpus, change: LabelChange) -> RelabelledPages:
    """The pages of the guidelines and of the corpus after a change; nothing is written.

    In a changelog, which tells of the past, words that name the label are right as they are.

    Raises:
        InputError: for a page that cannot be read.
    """
    pages = [*sorted(corpus.guidelines.glob("*.md")), corpus.folder / "README.md", corpus.root / "README.md"]
    contents: dict[Path, bytes] = {}
    result = RelabelledPages(contents)
    mentions: list[LabelMention] = []
    for page in pages:
        data = files.read_bytes(page) if files.is_there(page) else b""
        if not data.removeprefix(files.BOM).strip():
            continue
        text = files.decode_whole(data, page)
        new = _with_labels(text, change, page, result)
        if new != text:
            contents[page] = new.encode("utf-8")
        if page.name != CHANGELOG and not _is_generated(page):
            mentions += _mentions(page, new, change.old)
    return RelabelledPages(contents, result.examples, result.undecided, tuple(mentions))


def _with_labels(text: str, change: LabelChange, page: Path, counts: RelabelledPages) -> str:
    """The text of a page in which each `[words]{OLD}` has its label of after."""
    closing, parts, last = f"]{{{change.old}}}", list[str](), 0
    at = text.find(closing)
    while at >= 0:
        label, is_certain = change.decide(_words_before(text, at))
        counts.examples[page] += 1
        counts.undecided[page] += not is_certain
        parts.append(f"{text[last:at]}]{{{label}}}")
        last = at + len(closing)
        at = text.find(closing, last)
    return "".join([*parts, text[last:]])


def _words_before(text: str, end: int) -> str:
    r"""The words of a span that is closed at `end`, without the marks of spans inside and the backslashes of `\[`."""
    depth, at = 1, end
    while depth and at > 0:
        at -= 1
        if text[at] in "[]" and text[at - 1 : at] != "\\":
            depth += 1 if text[at] == "]" else -1
    words = text[at + (depth == 0) : end]
    return re.sub(r"\\([\[\]\\])|\[|\]\{[^{}\s]+\}", lambda match: match[1] or "", words)


def _mentions(page: Path, text: str, old: str) -> Iterator[LabelMention]:
    """The lines that have the name as a word, outside of tables that are generated."""
    generated = [match.span() for match in GENERATED.finditer(text)]
    name, at = re.compile(rf"(?<![\w-])(?<!\]{{){re.escape(old)}(?![\w-])"), 0
    for number, line in enumerate(text.split("\n"), start=1):
        if name.search(line) and not any(start <= at < end for start, end in generated):
            yield LabelMention(page, number, line.strip())
        at += len(line) + 1


def _is_generated(page: Path) -> bool:
    """Whether `goldspan build` writes a page as a whole."""
    return page.name == "checks.md"


# The changelogs


def guidelines_entry(corpus: Corpus, change: LabelChange, reading: Sequence[SpanToRead], day: str) -> str:
    """The entry in the changelog of the guidelines.

    A rename and a merge leave nothing to be read again, so their entries name no rule: decisions by the rules hold. A
    split concerns the rules on the page of the label, where one of its spans is left open.

    Raises:
        InputError: for pages that cannot be read.
    """
    lines = [f"## {change.after.version}, {day}", ""]
    match change.kind:
        case "rename":
            lines.append(f"{change.sentence}. The name alone changes: nothing is to be read again.")
        case "merge":
            lines.append(
                f"{change.sentence}: its spans keep their places and have that label. Nothing is to be read again for "
                "it; the definitions and rules of both are to be made one."
            )
        case "split":
            lines.append(f"{change.sentence}.{_rules_in_words(change)}{_open_in_words(change, reading)}")
            if reading:
                lines += ["", *_read_again(corpus, change, reading)]
    return "\n".join(lines) + "\n"


def _rules_in_words(change: LabelChange) -> str:
    clauses = [f"{rule.label} where their words match `{_quotable(rule.pattern.pattern)}`" for rule in change.rules]
    return f" Its spans are {', else '.join(clauses)}." if clauses else ""


def _open_in_words(change: LabelChange, reading: Sequence[SpanToRead]) -> str:
    if not reading:
        return " Nothing is left open."
    return f" What is left open became {change.labels[0]} for the time being, and is to be read again."


def _read_again(corpus: Corpus, change: LabelChange, reading: Sequence[SpanToRead]) -> Iterator[str]:
    """The item of the list that says which texts are to be read again."""
    ids = rules_of_label(corpus, change)
    what = f"which of {enumerate_names(change.labels)} each of {amount(len(reading), 'span')} is"
    patterns = list(dict.fromkeys(_pattern(each.surface) for each in reading))
    if len(patterns) > MOST_PATTERNS:
        patterns = []
    begins = f"- **{', '.join(ids)}:** " if ids else "- "
    yield f"{begins}{what}.{' Read again:' if patterns else ''}"
    for number, pattern in enumerate(patterns, start=1):
        yield f"  `{pattern}`{',' if number < len(patterns) else '.'}"


def _pattern(surface: str) -> str:
    """A regular expression for these words, which fits in backquotes on one line."""
    words = (_quotable(re.escape(word)) for word in surface.split())
    return r"\s+".join(words)


def _quotable(pattern: str) -> str:
    """A regular expression without backquotes and line breaks, which means the same."""
    return pattern.replace("\\`", "`").replace("`", r"\x60").replace("\n", r"\n").replace("\r", r"\r")


def corpus_entry(change: LabelChange, counts: Mapping[str, int], read: int, day: str) -> str:
    """The entry in the changelog of the annotation.

    Args:
        change: the change.
        counts: by label, how many spans of gold got it.
        read: how many examples are to be read again.
        day: as `YYYY-MM-DD`.
    """
    became = enumerate_names([f"{amount(number, 'span')} of gold became {label}" for label, number in counts.items()])
    lines = [f"## {day}: {change.sentence} (guidelines {change.after.version})", ""]
    lines.append(f"By `goldspan relabel`: {became or 'gold had none of its spans'}; no span was added or moved.")
    if read:
        lines.append(f"{amount(read, 'example')} to be read again; their articles keep the version that they had.")
    if change.moved_classes:
        moved = (f"{name} {before} → {after}" for name, (before, after) in change.moved_classes.items())
        lines.append(f"Class ids that are others now: {', '.join(moved)}.")
    return "\n".join(lines) + "\n"


def with_entry(data: bytes | None, path: Path, entry: str, *, guidelines: bool) -> bytes:
    """The bytes of a changelog with an entry before the newest one.

    Args:
        data: its bytes; None if it is not there yet.
        path: of the changelog.
        entry: a section with its heading.
        guidelines: whether it is that of the guidelines, whose entries begin with a version; else with a day.

    Raises:
        InputError: if it cannot be read.
    """
    if data is None:
        return f"{GUIDELINES_HEADER if guidelines else CORPUS_HEADER}\n{entry}".encode()
    text = files.decode(data, path) if data.strip() else ""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.split("\n")
    heading = VERSION if guidelines else DATED
    place = next((number for number, line in enumerate(lines) if heading.fullmatch(line.rstrip("\r"))), None)
    new = entry.replace("\n", newline)
    if place is None:
        return f"{text.rstrip()}{newline * 2}{new}".lstrip().encode("utf-8")
    return ("\n".join(lines[:place]) + "\n" * bool(place) + new + newline + "\n".join(lines[place:])).encode("utf-8")


def pages_to_write(corpus: Corpus, change: LabelChange) -> Iterator[tuple[Path, bytes]]:
    """The pages of new labels that are not there yet, to be filled in.

    Raises:
        InputError: for pages that cannot be read.
    """
    owned = {label.page for label in change.before.labels}
    new = [label for label in change.new if label.page not in owned]
    missing = [label for label in new if not files.is_there(corpus.guidelines / label.page)]
    if not missing:
        return
    rulebook = read_rulebook(corpus.guidelines, change.before)
    taken = {rule.partition("-")[0] for rule in rulebook.rules}
    groups = choose_rule_groups([label.name for label in missing], taken)
    for label, group in zip(missing, groups, strict=True):
        yield corpus.guidelines / label.page, label_page(label, group, change.after.language).encode("utf-8")


def unowned_pages(change: LabelChange) -> Iterable[str]:
    """The pages of labels that have left the scheme, which belong to no label now."""
    kept = {label.page for label in change.after.labels}
    return (label.page for label in change.before.labels if label.name not in change.after and label.page not in kept)
