"""With which recognisers suggestions are made: what another process needs to load the same ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.errors import NotFoundError
from goldspan.suggest.suggestion_folder import ModelChoice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.suggest.recogniser_table import RecogniserTable
    from goldspan.suggest.suggester import Suggester


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggesterRecipe:
    """With which recognisers suggestions are made: what a process needs to load them.

    Args:
        root: of the project.
        model: a spaCy pipeline besides the recognisers of the project; None for none.
        labels: the label of the scheme for a label of the model.
        only: the names of the recognisers that are wanted; empty for all that are enabled.
        asks_servers: whether recognisers may ask other servers, such as a language model.
    """

    root: Path
    model: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    only: Sequence[str] = ()
    asks_servers: bool = False

    def tables(self, corpus: Corpus) -> list[RecogniserTable]:
        """The tables of the recognisers, those included that would ask a server.

        Raises:
            InputError: for a table of no known kind.
            InvalidValueError: for a name that no recogniser has.
        """
        return ModelChoice(self.model, dict(self.labels)).tables(corpus, only=tuple(self.only))

    def suggester(self, corpus: Corpus) -> tuple[Suggester, list[str]]:
        """The suggester, and the names of the recognisers that are left out, since they would ask a server.

        Raises:
            InputError, NotFoundError: as `goldspan suggest`; and if no recogniser is left.
        """
        corpus.require_tokenizer()
        suggester = ModelChoice(self.model, dict(self.labels)).suggester(corpus, only=tuple(self.only))
        if self.asks_servers:
            suggester.permit_requests()
            return suggester, []
        left_out = [one.name for one in suggester.asking]
        suggester = suggester.without_asking()
        if not suggester.recognisers:
            raise NotFoundError(
                "there is no recogniser to suggest with" + (f" but {', '.join(left_out)}" if left_out else ""),
                remedy="Those that ask a server take long and may cost money: let them with --ask-servers."
                if left_out
                else "`goldspan help suggestions` has the kinds of recognisers.",
            )
        return suggester, left_out
