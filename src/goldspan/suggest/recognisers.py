"""The kinds of recognisers, and the recognisers that a project has chosen."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from goldspan.suggest.recogniser_table import RecogniserTable, require_different_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.corpus import Corpus
    from goldspan.suggest.recogniser import Recogniser

# The module of each kind, which has a function `of_table`; it is imported where a project has such a recogniser.
KINDS = {
    "gold": "goldspan.suggest.gold_surfaces",
    "language-model": "goldspan.suggest.language_model.recogniser",
    "military-news": "goldspan.suggest.military_news.recogniser",
    "patterns": "goldspan.suggest.token_patterns",
    "gazetteer": "goldspan.suggest.gazetteer",
    "regex": "goldspan.suggest.regular_expressions",
    "spacy": "goldspan.suggest.spacy_pipeline",
    "transformers": "goldspan.suggest.transformers_recogniser",
}
DEFAULT: tuple[dict[str, Any], ...] = ({"kind": "military-news"},)  # of a project that chooses none


def recogniser_tables(corpus: Corpus, further: Sequence[dict[str, Any]] = ()) -> list[RecogniserTable]:
    """The recognisers that a project has chosen, in the order of precedence, and behind them further ones.

    Args:
        corpus: the project.
        further: the keys and values of each.

    Raises:
        InputError: naming file and line, for an unknown kind, and for two recognisers of one name.
    """
    chosen = corpus.settings.recognisers
    tables = [RecogniserTable(root=corpus.root, scheme=corpus.scheme, toml=toml) for toml in chosen or ()]
    others = [*(DEFAULT if chosen is None else ()), *further]
    tables += [RecogniserTable.of_values(corpus.root, corpus.scheme, values) for values in others]
    for table in tables:
        _require_kind(table)
    require_different_names(tables)
    return tables


def recogniser_of(table: RecogniserTable) -> Recogniser:
    """The recogniser of a table.

    Raises:
        InputError: naming file and line, for what the kind cannot read, or a label that the scheme lacks.
        NotFoundError: for a file, pipeline or package that is not there.
    """
    made: Recogniser = import_module(KINDS[table.toml.value["kind"]]).of_table(table)
    return made


def _require_kind(table: RecogniserTable) -> None:
    kind = table.toml.value.get("kind")
    if kind in KINDS:
        return
    known = f"The kinds are {', '.join(KINDS)}."
    if kind is None:
        raise table.refusal("the key 'kind' is missing", known)
    near = get_close_matches(str(kind), KINDS, n=1)
    raise table.refusal(f"there is no kind {kind!r}" + (f", did you mean {near[0]!r}?" if near else ""), known, "kind")
