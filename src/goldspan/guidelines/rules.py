r"""The rules of the annotation guidelines, as the pages themselves state them, and the cases that they show.

A rule has an id such as `MU-3` and is defined by the heading that begins with it. What a page shows counts for the
rule under whose heading it stands, or for those that a table row names:

- a block opened by `ner` shows spans that the rule asks for;
- a block opened by `ner-fails CHECK` shows a mistake that this check finds;
- a row of a table with a marking after `✗` and one after `✓` shows a wrong and a right way to mark the same words, as
  in ``| ✗ `[the commander]` ✓ the commander | nothing: an office | P-3 |``. A bracket without a label has the label of
  the page.
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

ID = r"[A-Z][A-Z0-9]{0,7}-\d{1,3}[a-z]?"
CITED = re.compile(rf"(?<![\w-]){ID}(?![\w-])")
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
        label: whose page it is on; None for a page of all labels.
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
    """Words with spans, as a page shows them."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class RuleContrast:
    """A wrong and a right way to mark the same words.

    Args:
        rules: the ids of those that ask for the right way.
        wrong: the marking after `✗`.
        right: the marking after `✓`.
    """

    rules: tuple[str, ...]
    wrong: RuleExample
    right: RuleExample


@dataclass(frozen=True)
class Rulebook:
    """The rules, and what the pages show of them.

    Args:
        rules: by id, in the order of the pages.
        mistakes: per check the rules under whose headings a block shows a mistake that it finds.
        shown: per rule what its blocks show as right.
        contrasts: the rows of tables that show a wrong and a right way.
    """

    rules: Mapping[str, Rule] = field(default_factory=dict)
    mistakes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shown: Mapping[str, tuple[RuleExample, ...]] = field(default_factory=dict)
    contrasts: tuple[RuleContrast, ...] = ()

    def known(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Those of some ids that are a rule's, each once."""
        return tuple(name for name in dict.fromkeys(ids) if name in self.rules)


def read(folder: Path, scheme: LabelScheme) -> Rulebook:
    """The rulebook of the pages in a folder.

    Args:
        folder: with the pages.
        scheme: tells which label a page belongs to.

    Raises:
        NotFoundError: if there is no such folder.
        InputError: naming file and line, for a block that is none (see `goldspan.guidelines`).
    """
    label = {one.page: one.name for one in scheme.labels}
    rules: dict[str, Rule] = {}
    mistakes: dict[str, dict[str, None]] = {}
    shown: dict[str, list[RuleExample]] = {}
    contrasts: list[RuleContrast] = []
    blocks = pages.blocks(folder)
    for page in sorted(folder.glob("*.md")):
        of_line = []
        for line, heading, rule in _lines(page, label.get(page.name)):
            of_line.append(rule)
            if heading:
                rules.setdefault(heading.id, heading)
            contrasts += _contrast(line, rule, label.get(page.name))
        for block in blocks:
            rule = of_line[block.line - 1] if block.file == page else None
            if rule and block.expects:
                mistakes.setdefault(block.expects, {})[rule] = None
            elif rule:
                shown.setdefault(rule, []).append(RuleExample(block.example.text, block.example.spans))
    return Rulebook(
        rules,
        {check: tuple(ids) for check, ids in mistakes.items()},
        {rule: tuple(markings) for rule, markings in shown.items()},
        tuple(contrasts),
    )


def _lines(page: Path, label: str | None) -> Iterator[tuple[str, Rule | None, str | None]]:
    """Each line of a page, the rule that it defines, and the id of the rule that it belongs to.

    What is fenced defines nothing, and is given as an empty line. A rule ends at the next heading of its level or a
    higher one.
    """
    lines = pages.NEWLINE.split(files.decode(files.read_bytes(page), page))
    fenced = pages.fenced(lines, page)
    rule, depth = None, 0
    for number, text in enumerate(lines, start=1):
        line = "" if number in fenced else text
        defined = None
        if heading := HEADING.match(line):
            level = len(heading["marks"])
            if found := DEFINED.fullmatch(line):
                defined = Rule(found["id"], found["title"], page, number, label)
                rule, depth = defined.id, level
            elif level <= depth:
                rule = None
        yield line, defined, rule


def _contrast(line: str, heading: str | None, label: str | None) -> Iterator[RuleContrast]:
    """What a row of a table shows, if it shows two ways of marking."""
    if not line.lstrip().startswith("|"):
        return
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    if len(cells) > 1 and cells[0].startswith("✗") and cells[1].startswith("✓"):
        cells = [f"{cells[0]} {cells[1]}", *cells[2:]]
    found = MARKED.fullmatch(cells[0])
    rules = tuple(dict.fromkeys(CITED.findall(" ".join(cells[1:])))) or ((heading,) if heading else ())
    if found is None or not rules:
        return
    wrong, right = (_marking(found[side], label) for side in ("wrong", "right"))
    if wrong and right and (wrong.spans or right.spans):
        yield RuleContrast(rules, wrong, right)


def _marking(words: str, label: str | None) -> RuleExample | None:
    """Words as a table shows them: spans in code, brackets without a label having the page's; None if it is no such."""
    marked = CODE.sub(r"\1", words).replace(", unmarked", "").strip()
    if BARE.search(marked):
        if label is None:
            return None
        marked = BARE.sub(f"]{{{label}}}", marked)
    try:
        return RuleExample(*inline.parse(marked))
    except InvalidValueError:
        return None
