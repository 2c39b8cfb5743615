r"""The rules of the annotation guidelines and their examples, read from the pages.

A rule has an id such as `MU-3` and is defined by the heading that begins with it. An example belongs to the rule under
whose heading it stands, or to the rules that its table row names:

- a block opened by `ner` shows spans that the rule asks for;
- a block opened by `ner-fails CHECK` shows a mistake that this check finds;
- a row of a table with an annotation after `✗` and one after `✓` shows a wrong and a right way to annotate the same
  words, as in ``| ✗ `[the commander]` ✓ the commander | nothing: an office | P-3 |``. A bracket without a label has the
  label of the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InvalidValueError
from goldspan.formats import inline
from goldspan.guidelines import pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from goldspan.annotation import LabelScheme, Span

GROUP = r"[A-Z][A-Z0-9]{0,7}"
ID = rf"{GROUP}-[0-9]{{1,3}}[a-z]?"
MENTION = re.compile(rf"(?<![\w-]){ID}(?![\w-])")
RANGE = re.compile(rf"(?<![\w-])({GROUP})-([0-9]{{1,3}}) to \1-([0-9]{{1,3}})(?![\w-])")
HEADING = re.compile(r"(?P<marks>#{1,6}) ")
DEFINED = re.compile(rf"#{{1,6}} +(?P<id>{ID})[.:]? +(?P<title>.+?) *#*")
MARKED = re.compile(r"✗(?P<wrong>[^✓]*)✓(?P<right>.*)")
CODE = re.compile(r"`([^`]*)`")
BARE = re.compile(r"(?<!\\)\](?!\{)")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the guidelines.

    Args:
        id: e.g. `MU-3`.
        title: the rest of its heading.
        file: the page.
        line: of the heading, from 1.
        label: the label whose page it is on; None on a page for all labels.
    """

    id: str
    title: str
    file: Path
    line: int
    label: str | None = None

    @property
    def sentence(self) -> str:
        """The id and the title."""
        return f"{self.id} {self.title}"


@dataclass(frozen=True, slots=True)
class RuleExample:
    """A text with spans, as a page shows it."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class RuleContrast:
    """A wrong and a right way to annotate the same words.

    Args:
        rules: the ids of the rules that ask for the right way.
        wrong: the annotation after `✗`.
        right: the annotation after `✓`.
    """

    rules: tuple[str, ...]
    wrong: RuleExample
    right: RuleExample


@dataclass(frozen=True)
class Rulebook:
    """The rules and their examples.

    Args:
        rules: by id, in the order of the pages.
        mistakes: per check the rules under whose headings a block shows a mistake that the check finds.
        shown: per rule the texts that its blocks show as right.
        contrasts: the rows of tables that show a wrong and a right way.
    """

    rules: Mapping[str, Rule] = field(default_factory=dict)
    mistakes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shown: Mapping[str, tuple[RuleExample, ...]] = field(default_factory=dict)
    contrasts: tuple[RuleContrast, ...] = ()

    def known(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Those of some ids that are ids of rules, each once."""
        return tuple(name for name in dict.fromkeys(ids) if name in self.rules)


def read_rulebook(folder: Path, scheme: LabelScheme) -> Rulebook:
    """The rulebook of the pages in a folder.

    Args:
        folder: with the pages.
        scheme: the labels, which have a page each.

    Raises:
        NotFoundError: if there is no such folder.
        InputError: naming file and line, for a block that is not valid (see `goldspan.guidelines.pages`).
    """
    label_of_page = {label.page: label.name for label in scheme.labels}
    rules: dict[str, Rule] = {}
    mistakes: dict[str, dict[str, None]] = {}
    shown: dict[str, list[RuleExample]] = {}
    contrasts: list[RuleContrast] = []
    blocks = pages.read_blocks(folder)
    for page in sorted(folder.glob("*.md")):
        rule_of_line = []
        label = label_of_page.get(page.name)
        for line, definition, rule in _lines(page, label):
            rule_of_line.append(rule)
            if definition:
                rules.setdefault(definition.id, definition)
            contrasts += _contrasts(line, rule, label)
        for block in blocks:
            rule = rule_of_line[block.line - 1] if block.file == page else None
            if rule and block.expects:
                mistakes.setdefault(block.expects, {})[rule] = None
            elif rule:
                shown.setdefault(rule, []).append(RuleExample(block.example.text, block.example.spans))
    return Rulebook(
        rules,
        {check: tuple(ids) for check, ids in mistakes.items()},
        {rule: tuple(examples) for rule, examples in shown.items()},
        tuple(contrasts),
    )


def _lines(page: Path, label: str | None) -> Iterator[tuple[str, Rule | None, str | None]]:
    """Each line of a page, the rule that it defines, and the id of the rule that it belongs to.

    A line of a fenced block defines nothing and is given as an empty line. A rule ends at the next heading of its level
    or a higher one.
    """
    lines = pages.NEWLINE.split(files.decode(files.read_bytes(page), page))
    fenced = pages.fenced_lines(lines, page)
    rule, depth = None, 0
    for number, text in enumerate(lines, start=1):
        line = "" if number in fenced else text
        definition = None
        if heading := HEADING.match(line):
            level = len(heading["marks"])
            if match := DEFINED.fullmatch(line):
                definition = Rule(match["id"], match["title"], page, number, label)
                rule, depth = definition.id, level
            elif level <= depth:
                rule = None
        yield line, definition, rule


def _contrasts(line: str, rule: str | None, label: str | None) -> Iterator[RuleContrast]:
    """The contrast of a table row, if it shows a wrong and a right way."""
    if not line.lstrip().startswith("|"):
        return
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    if len(cells) > 1 and cells[0].startswith("✗") and cells[1].startswith("✓"):
        cells = [f"{cells[0]} {cells[1]}", *cells[2:]]
    match = MARKED.fullmatch(cells[0])
    rules = tuple(dict.fromkeys(MENTION.findall(" ".join(cells[1:])))) or ((rule,) if rule else ())
    if match is None or not rules:
        return
    wrong, right = (_table_example(match[side], label) for side in ("wrong", "right"))
    if wrong and right and (wrong.spans or right.spans):
        yield RuleContrast(rules, wrong, right)


def _table_example(cell: str, label: str | None) -> RuleExample | None:
    """The example of a table cell; a bracket without a label gets that of the page. None if it is not an example."""
    markup = CODE.sub(r"\1", cell).replace(", unmarked", "").strip()
    if BARE.search(markup):
        if label is None:
            return None
        markup = BARE.sub(f"]{{{label}}}", markup)
    try:
        return RuleExample(*inline.parse(markup))
    except InvalidValueError:
        return None


def mentioned_rules(text: str) -> list[str]:
    """The ids of rules that a text mentions, each once and in its order; `MU-1 to MU-3` mentions three."""

    def spelled_out(match: re.Match[str]) -> str:
        first, last = int(match[2]), int(match[3])
        return " ".join(f"{match[1]}-{number}" for number in range(first, last + 1))

    return list(dict.fromkeys(MENTION.findall(RANGE.sub(spelled_out, text))))
