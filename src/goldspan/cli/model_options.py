"""The options of commands that suggest or train: which recognisers, which models, and what training begins with."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

NoModel = Annotated[
    bool,
    typer.Option(
        "--no-model",
        help="Use the recognisers of goldspan.toml only, also if the last suggestions there used a further model.",
    ),
]
ModelLabels = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="OLD=NEW",
        help="Use the label NEW for the label OLD of the model, e.g. GPE=PLACE. May be repeated.",
        show_default=False,
    ),
]
Recogniser = Annotated[
    list[str] | None,
    typer.Option(
        "--recogniser",
        metavar="NAME",
        help="Use only the recogniser of this name, even if it is not enabled. May be repeated.",
        show_default=False,
    ),
]
Weights = Annotated[
    str | None,
    typer.Option(
        "--weights",
        metavar="NAME|PATH",
        help=(
            "The pipeline that training begins with: the name of an installed spaCy pipeline,"
            " the name of a package that holds one, or a folder. `none` begins without one. "
            "Default: weights under [model] in goldspan.toml, else none."
        ),
        show_default=False,
    ),
]
Backend = Annotated[
    Literal["spacy", "transformers"] | None,
    typer.Option(
        "--backend",
        help=(
            "The library that trains. transformers needs torch and the folder of an encoder "
            "(--weights). Default: backend under [model] in goldspan.toml, else spacy."
        ),
        show_default=False,
    ),
]
Processes = Annotated[
    int | None,
    typer.Option(
        "--processes",
        min=1,
        metavar="NUMBER",
        help="The number of models that are trained at once. Default: the number of processors.",
        show_default=False,
    ),
]
