"""`goldspan train`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console, model_options
from goldspan.cli.next_step import typed_command, typed_path
from goldspan.corpus import Corpus
from goldspan.report.text import enumerate_names, percent, visible

if TYPE_CHECKING:
    from goldspan.models.combined_suggestions import Voice
    from goldspan.models.model_card import CardSources
    from goldspan.models.training_run import TrainingRun

REUSE = ("near-duplicate-split", "paragraph-across-splits", "cluster-across-splits")  # find texts in two splits
TABLE = '[[recogniser]]\nkind = "{kind}"\nname = "trained"\nmodel = "{model}"'


def run(
    *,
    weights: model_options.Weights = None,
    backend: model_options.Backend = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FOLDER",
            help="The folder to write. A folder that goldspan did not write is never replaced. Default: build/model.",
            show_default=False,
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            metavar="LABEL",
            autocompletion=completion_values.labels,
            help="Train a model that never finds this label. May be repeated.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            min=0,
            max=console.LARGEST_SEED,
            metavar="NUMBER",
            help="The seed. The same seed gives the same model on the same machine.",
        ),
    ] = 0,
    full: console.Full = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Train a model on the gold of the project, and score it.

    The model learns from the split train, and the split validation selects the best state. The split test is used
    for the scores only. The scores are those of the model alone, and of the model together with the suggestions.
    The folder holds a spaCy pipeline with its model card; with --backend transformers it holds a model of that
    library.
    """
    from goldspan.corpus import outputs
    from goldspan.models.trainers import chosen_weights
    from goldspan.models.training_run import TrainingOptions, train

    corpus = Corpus.find(root)
    target = output or corpus.model
    begun_with = chosen_weights(corpus, weights)
    outputs.validate_folder(target, [Path(begun_with)] if begun_with else [])
    options = TrainingOptions(
        output=target, weights=weights, backend=backend, seed=seed, without=tuple(console.split_names(without))
    )
    made = train(corpus, options, lambda run: _card(corpus, run), remarks=_shared_text(corpus), on_step=_print_step)
    console.write_json(json, "train", made.json() | {"folder": str(target)})
    _print_report(made, target, full=full)
    if not full:
        console.print_rest(json, page=False)
    console.print_written(json)
    if json is None:
        _print_next(corpus, made, target)


def _shared_text(corpus: Corpus) -> list[str]:
    """A sentence if texts of train stand in another split, too: then the scores say little about other articles."""
    from goldspan import checks

    found = list(checks.check_project(corpus, checks.select_checks(REUSE)))
    if not found:
        return []
    which = enumerate_names(dict.fromkeys(finding.check for finding in found))
    return [f"Articles in different splits share their text ({which}): goldspan check names them. The scores flatter."]


def _print_step(step: str) -> None:
    print(f"goldspan: {visible(step)}", file=sys.stderr, flush=True)


def _card(corpus: Corpus, made: TrainingRun) -> str:
    from goldspan.models import model_card

    return model_card.render(made, corpus.scheme, _sources(corpus, made))


def _sources(corpus: Corpus, made: TrainingRun) -> CardSources:
    """What the project states of its gold, for the card."""
    from goldspan import licences
    from goldspan.export.provenance import Provenance, guidelines_sentence
    from goldspan.models.model_card import CardSources

    articles = [article for ids in made.record.articles.values() for article in ids]
    source = Provenance.of(corpus, articles)
    release = corpus.settings.release
    return CardSources(
        project=corpus.root.resolve().name,
        licence=None if release.licence is None else licences.hub_identifier(release.licence) or "other",
        release_licence=release.licence,
        contact=release.contact,
        paragraphs=[" ".join(source.sentences()), guidelines_sentence(corpus, source.entries)],
        text_licences=source.licence_table(),
    )


def _print_report(made: TrainingRun, target: Path, *, full: bool) -> None:
    """Print the gold and the scores; without `full`, those on validation alone, by which a model is chosen."""
    from goldspan.models.combined_suggestions import comparison_table
    from goldspan.models.training_data import VALIDATION

    out = console.report_console()
    console.print_table(out, made.data.table())
    for remark in made.remarks:
        print(f"goldspan: {remark}", file=sys.stderr)
    first = {split: scores for split, scores in made.scores.items() if split == VALIDATION} or dict(
        [*made.scores.items()][:1]
    )
    for split, scores in (made.scores if full else first).items():
        table = comparison_table(f"Scores on {split}", scores)
        console.print_table(out, table if full else replace(table, note="F1 of whole spans with their label, in %."))
    for sentence in _conclusion(made):
        console.print_text(out, sentence)
    console.print_text(out, f"{made.record.recipe}, seed {made.record.seed}, {made.seconds:.1f} s: written to {target}")


def _conclusion(made: TrainingRun) -> list[str]:
    """What the scores on validation say of the model and the suggestions."""
    from goldspan.models.combined_suggestions import MODEL, MODEL_BEHIND, MODEL_FIRST, SUGGESTIONS
    from goldspan.models.training_data import VALIDATION

    best = made.best_voice
    if best is None:
        return ["There is no gold of validation to choose by."]
    scores = made.scores[VALIDATION]
    if SUGGESTIONS not in scores:
        return []
    advice: dict[Voice, str] = {
        SUGGESTIONS: "the model adds nothing to them there",
        MODEL: "leave out the other recognisers to suggest so",
        MODEL_BEHIND: "goldspan suggest --model suggests so",
        MODEL_FIRST: "put the model before the other recognisers of goldspan.toml to suggest so",
    }
    others = "; ".join(f"{voice}: {percent(one.f1, 1)}" for voice, one in scores.items() if voice != best)
    found = f"Best on validation: {best}, F1 {percent(scores[best].f1, 1)} ({others}); {advice[best]}."
    return [f"{found} Rules and lists that were written with these articles at hand are better here than on new ones."]


def _print_next(corpus: Corpus, made: TrainingRun, target: Path) -> None:
    from goldspan.models.combined_suggestions import MODEL, MODEL_FIRST, SUGGESTIONS

    if made.recognisers and made.best_voice in (MODEL, MODEL_FIRST):
        kind = "spacy" if made.record.backend == "spacy" else "transformers"
        print("In goldspan.toml, before the other recognisers:")
        console.print_line(TABLE.format(kind=kind, model=_in_project(corpus, target)))
    if made.recognisers and made.best_voice == SUGGESTIONS:
        print(f"Next: see whether more gold would help the model: {typed_command(corpus, 'curve')}")
        return
    model = typed_path(target)
    print(f"Next: suggest with it: {typed_command(corpus, 'suggest', '--model', model)}")


def _in_project(corpus: Corpus, folder: Path) -> str:
    """A folder as goldspan.toml names it."""
    whole, root = folder.resolve(), corpus.root.resolve()
    return (whole.relative_to(root) if whole.is_relative_to(root) else whole).as_posix()
