"""The kinds of recognisers, and the recognisers that a project has chosen."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from goldspan.errors import InvalidValueError
from goldspan.report.text import enumerate_names
from goldspan.suggest.recogniser_table import RecogniserTable, require_different_names

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from goldspan.corpus import Corpus
    from goldspan.suggest.recogniser import Recogniser
    from goldspan.suggest.recogniser_inputs import RecogniserInputs

# The module of each kind, which has the functions `of_table` and `inputs`; it is imported where a project has such a
# recogniser.
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


def inputs_of(table: RecogniserTable) -> RecogniserInputs:
    """What decides the suggestions of a recogniser besides its table.

    Raises:
        InputError, NotFoundError: as `recogniser_of`, for its keys, and for files that are not there.
    """
    found: RecogniserInputs = import_module(KINDS[table.toml.value["kind"]]).inputs(table)
    return found


def chosen_tables(
    corpus: Corpus, further: Sequence[dict[str, Any]] = (), *, only: Collection[str] = ()
) -> tuple[list[RecogniserTable], list[str]]:
    """The recognisers that suggest, and the names of those that a project has and does not run.

    Args:
        corpus: the project.
        further: the keys and values of recognisers behind its own.
        only: the names of those that are wanted; empty for all that are enabled.

    Raises:
        InputError: as `recogniser_tables`.
        InvalidValueError: for a name that no recogniser has.
    """
    tables = {table.name: table for table in recogniser_tables(corpus, further)}
    for name in only:
        if name not in tables:
            known = f"The recognisers are {enumerate_names(tables)}." if tables else "goldspan.toml has none."
            raise InvalidValueError(f"there is no recogniser {name!r}", remedy=known)
    chosen = [one for name, one in tables.items() if (name in only if only else one.is_enabled)]
    return chosen, [name for name, one in tables.items() if not one.is_enabled and not only]


def _require_kind(table: RecogniserTable) -> None:
    kind = table.toml.value.get("kind")
    if kind in KINDS:
        return
    known = f"The kinds are {', '.join(KINDS)}."
    if kind is None:
        raise table.refusal("the key 'kind' is missing", known)
    near = get_close_matches(str(kind), KINDS, n=1)
    raise table.refusal(f"there is no kind {kind!r}" + (f", did you mean {near[0]!r}?" if near else ""), known, "kind")
