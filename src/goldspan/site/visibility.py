"""What the pages of a site may show while people annotate: nobody sees the readings of others, or what tests them.

A project in Doccano is open from its first push until `goldspan doccano close`, as `corpus/doccano.toml` has it. While
it is open, these are left out:

- the passes over its articles. Where everybody reads everything, no list says which articles these are, and all passes
  are left out; where examples are assigned, those over the articles of the assignment.
- gold and passes of every article with a control. The whole article looks as one that nobody has read, since a single
  example without gold would be seen as the control.
- the passes over an article of an audit that one of its annotators has not read yet. What was planted is never shown:
  no page is made of `corpus/audits` or `corpus/shown`.

A project that settles disputes is not one in which people annotate: its members see the votes of all readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.annotation import article_of
from goldspan.corpus.assignment_plans import assignment_file, read_assignments
from goldspan.corpus.audits import audited_articles, unread_articles
from goldspan.doccano.controls import read_controls
from goldspan.doccano.corpus_record import pushed_as, read_record
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.doccano.corpus_record import DoccanoRecord

NAMED = 3  # rounds in the sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """What the pages leave out.

    Args:
        hidden_passes: folders of passes, each with the id of an article in which it is not shown.
        hidden_gold: the ids of examples whose gold is not shown.
        open_rounds: the names of the rounds and projects that are open, sorted.
        open_audits: the names of the audits in which somebody has not read everything yet, sorted.
    """

    hidden_passes: frozenset[tuple[str, str]] = frozenset()
    hidden_gold: frozenset[str] = frozenset()
    open_rounds: tuple[str, ...] = ()
    open_audits: tuple[str, ...] = ()

    def shows_pass(self, annotator: str, article: str) -> bool:
        """Whether an annotator's pass over an article is shown.

        Args:
            annotator: the folder of their passes.
            article: its id.
        """
        return (annotator, article) not in self.hidden_passes

    def shows_gold(self, example: str) -> bool:
        """Whether the gold of an example is shown."""
        return example not in self.hidden_gold

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left out."""
        return not self.hidden_passes and not self.hidden_gold

    def gold_examples(self, corpus: Corpus) -> Iterator[Example]:
        """The gold that is shown.

        Raises:
            InputError: for the first line that is not valid.
        """
        return (example for example in corpus.gold_examples() if self.shows_gold(example.id))

    def shown_passes(self, corpus: Corpus) -> dict[str, list[str]]:
        """By annotator, the ids of the articles whose pass is there and is shown; only those who have some."""
        found = {
            annotator: [
                entry.id
                for entry in corpus.entries
                if self.shows_pass(annotator, entry.id) and (corpus.passes / annotator / f"{entry.id}.jsonl").is_file()
            ]
            for annotator in corpus.annotators()
        }
        return {annotator: articles for annotator, articles in found.items() if articles}

    @property
    def sentence(self) -> str:
        """What is left out, why, and until when; empty where nothing is left out.

        It says the same whether there are controls or not.
        """
        if self.is_complete and not self.open_rounds:
            return ""
        parts = []
        if self.open_rounds:
            names = enumerate_names([repr(name) for name in self.open_rounds], most=NAMED)
            parts.append(
                f"{amount(len(self.open_rounds), 'round')} in Doccano {'is' if len(self.open_rounds) == 1 else 'are'} "
                f"open: {names}. Until it is closed, the pages leave out what its annotators must not see: the "
                "readings of others, and some gold. "
                "To show them, close it: goldspan doccano close --project NAME --apply."
            )
        if self.open_audits:
            names = enumerate_names([repr(name) for name in self.open_audits], most=NAMED)
            parts.append(
                f"Not everybody has read all articles of the audit {names}: "
                "readings of the others are shown once they have."
            )
        return " ".join(parts)


def visible_state(corpus: Corpus) -> Visibility:
    """What may be shown of a project now; everything where it was never pushed.

    Raises:
        InputError: for a record, an assignment, a list of controls or an audit that cannot be read.
    """
    open_rounds = sorted(set(_open_rounds(read_record(corpus))))
    annotators = corpus.annotators()
    articles = [entry.id for entry in corpus.entries]
    unread = unread_articles(corpus, audited_articles(corpus))
    hidden = set(unread)
    tested: set[str] = set()
    for name in open_rounds:
        tested |= {article_of(example) for example in read_controls(corpus, name)}
        assigned = read_assignments(assignment_file(corpus, name))
        hidden |= {article_of(example) for example in assigned} if assigned else set(articles)
    hidden |= tested
    return Visibility(
        hidden_passes=frozenset((annotator, article) for annotator in annotators for article in hidden),
        hidden_gold=frozenset(example.id for example in corpus.gold_examples(sorted(tested))),
        open_rounds=tuple(open_rounds),
        open_audits=tuple(sorted(set(unread.values()))),
    )


def _open_rounds(record: DoccanoRecord) -> Iterator[str]:
    """The names of the rounds, and of the projects by themselves, in which people annotate."""
    for project in record.projects:
        name = pushed_as(project)
        known = record.round(name, project.server)
        if project.kind != "disputes" and (known is None or known.closed is None):
            yield name
    yield from (each.name for each in record.rounds if each.closed is None)
