"""Which rules of the guidelines are to be amended, by what those who decided said of each dispute.

The outcome of a decision says why annotators differed. A slip asks for nothing. An unclear rule is to be written anew,
a missing one is to be added, and a text that has two readings needs a rule that says which one is taken, or that it
stays open. That guidelines are improved from the reasons for disagreement, round after round, is the MATTER and MAMA
cycle of Pustejovsky and Stubbs (2012).

A rule that changed in meaning after a decision was made may be clear by now, so such a decision does not count.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.formats import decisions
from goldspan.guidelines import changelog, rules
from goldspan.report.text import Table, amount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from goldspan.corpus import Corpus
    from goldspan.formats.decisions import Decision, Outcome
    from goldspan.guidelines.rules import Rule

NO_RULE = "–"
ASKS: Mapping[str, str] = {
    "unclear-rule": "unclear: write it anew",
    "missing-rule": "missing: add one",
    "ambiguous-text": "ambiguous text: say which reading is taken",
}
EXAMPLES = 5  # that a row names


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleToAmend:
    """What decisions under one rule say of the guidelines.

    Args:
        rule: its id; None for decisions that name no rule.
        title: of the rule; None if the guidelines do not have it.
        outcome: why annotators differed there.
        examples: of the decisions, in the order of their files; one with several decisions is there several times.
        reasons: of those decisions that state one, as they are.
    """

    rule: str | None
    title: str | None
    outcome: Outcome
    examples: tuple[str, ...]
    reasons: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "rule": self.rule, "title": self.title, "outcome": self.outcome, "decisions": len(self.examples),
            "examples": [*dict.fromkeys(self.examples)], "reasons": [*self.reasons],
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineAmendments:
    """The rules to amend.

    Args:
        rules: those with most decisions first.
        slips: decisions that were needed because an annotator overlooked something.
        not_stated: decisions of people that state no outcome.
        amended: decisions whose rule has changed in meaning since.
    """

    rules: tuple[RuleToAmend, ...] = ()
    slips: int = 0
    not_stated: int = 0
    amended: int = 0

    @property
    def is_stated(self) -> bool:
        """Whether any decision states an outcome."""
        return bool(self.rules or self.slips or self.amended)

    @property
    def note(self) -> str:
        """What is not in the table, in sentences."""
        sentences = ["By the outcome that decisions state."]
        if self.slips:
            sentences.append(f"Slips of annotators, which ask for nothing: {amount(self.slips, 'decision')}.")
        if self.amended:
            sentences.append(f"Their rule has changed since: {amount(self.amended, 'decision')}.")
        if self.not_stated:
            sentences.append(f"Without an outcome: {amount(self.not_stated, 'decision')}.")
        return " ".join(sentences)

    def table(self) -> Table:
        """A row per rule and outcome, those with most decisions first."""
        rows = tuple(
            (
                one.rule or NO_RULE,
                one.title or NO_RULE,
                ASKS[one.outcome],
                f"{len(one.examples):,}",
                _first(one.examples),
            )
            for one in self.rules
        )
        header = ("rule", "title", "what to do", "decisions", "examples")
        return Table("Rules to amend", self.note, header, rows)

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "rules": [one.json() for one in self.rules],
            "slips": self.slips,
            "not_stated": self.not_stated,
            "amended": self.amended,
        }


def rules_to_amend(corpus: Corpus, articles: Collection[str] = ()) -> GuidelineAmendments:
    """The rules that decisions found unclear, and what they found missing or ambiguous.

    Args:
        corpus: the project.
        articles: the ids of those whose decisions count; empty for all.

    Raises:
        InputError: for the first line that is not a decision.
    """
    changed = changelog.changed_rules(corpus.guidelines)
    known = rules.read_rulebook(corpus.guidelines, corpus.scheme).rules if corpus.guidelines.is_dir() else {}
    groups: defaultdict[tuple[str | None, Outcome], list[Decision]] = defaultdict(list)
    slips = not_stated = amended = 0
    for decision in _decisions(corpus, articles):
        if decision.outcome is None:
            not_stated += decision.how != "majority"
        elif decision.outcome == "slip":
            slips += 1
        elif changelog.is_outdated(changed, decision.rule, decision.guidelines):
            amended += 1
        else:
            groups[decision.rule, decision.outcome].append(decision)
    order = sorted(groups, key=lambda key: (-len(groups[key]), key[0] is None, key[0] or "", key[1]))
    return GuidelineAmendments(
        rules=tuple(_row(rule, outcome, groups[rule, outcome], known) for rule, outcome in order),
        slips=slips,
        not_stated=not_stated,
        amended=amended,
    )


def _decisions(corpus: Corpus, articles: Collection[str]) -> Iterator[Decision]:
    for entry in corpus.entries:
        path = corpus.decisions / f"{entry.id}.jsonl"
        if (not articles or entry.id in articles) and files.is_there(path):
            yield from (line.decision for line in decisions.read(path))


def _row(rule: str | None, outcome: Outcome, made: list[Decision], known: Mapping[str, Rule]) -> RuleToAmend:
    return RuleToAmend(
        rule=rule,
        title=known[rule].title if rule is not None and rule in known else None,
        outcome=outcome,
        examples=tuple(decision.example for decision in made),
        reasons=tuple(decision.reason for decision in made if decision.reason),
    )


def _first(examples: tuple[str, ...]) -> str:
    names = [*dict.fromkeys(examples)]
    more = f" and {len(names) - EXAMPLES:,} more" if len(names) > EXAMPLES else ""
    return f"{', '.join(names[:EXAMPLES])}{more}"
