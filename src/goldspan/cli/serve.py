"""`goldspan serve`."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console, model_options
from goldspan.cli.reading import rename_pairs
from goldspan.corpus import Corpus
from goldspan.errors import GoldspanError, NotFoundError
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from goldspan.doccano.account import Account
    from goldspan.service.app import SuggestionService
    from goldspan.service.read_back import ReadBackThread
    from goldspan.service.server import ServerOptions
    from goldspan.suggest.suggester_recipe import SuggesterRecipe

EXTRA = ("starlette", "uvicorn")
EXTRA_REMEDY = "Run: pip install 'goldspan[serve]'"


def run(
    *,
    project: Annotated[
        list[str] | None,
        typer.Option(
            "--project",
            metavar="NAME",
            autocompletion=completion_values.projects,
            help=(
                "A shared project in Doccano for which to suggest. What its annotators rejected "
                "is not suggested again. May be repeated."
            ),
            show_default=False,
        ),
    ] = None,
    recogniser: model_options.Recogniser = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME|PATH",
            help=(
                "A spaCy pipeline that suggests besides the recognisers of goldspan.toml. "
                "Default: that of the last `goldspan suggest`, if it had one."
            ),
            show_default=False,
        ),
    ] = None,
    no_model: model_options.NoModel = False,
    labels: model_options.ModelLabels = None,
    ask_servers: Annotated[
        bool,
        typer.Option(
            "--ask-servers",
            help=(
                "Let recognisers ask other servers, such as a language model. It takes time, may "
                "cost money, and sends the texts there."
            ),
        ),
    ] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="NUMBER", help="The port. 0 takes any free port.")
    ] = 8765,
    host: Annotated[
        str, typer.Option("--host", metavar="NAME", help="The address of this machine at which the service listens.")
    ] = "127.0.0.1",
    server_name: Annotated[
        list[str] | None,
        typer.Option(
            "--server-name",
            metavar="NAME",
            help=(
                "A name or address by which Doccano calls the service from another machine or a "
                "container. Needed with a --host that others can reach. May be repeated."
            ),
            show_default=False,
        ),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(
            "--processes",
            min=1,
            max=64,
            metavar="NUMBER",
            help=(
                "The number of processes with the recognisers. Default: the number of processors,"
                " at most 4; with --ask-servers 1, because each has its own budget."
            ),
            show_default=False,
        ),
    ] = None,
    answer_within: Annotated[
        float,
        typer.Option(
            "--answer-within",
            min=0.1,
            max=25,
            metavar="SECONDS",
            help="Answer with nothing if the recognisers take longer. Doccano's own server gives up after 30.",
        ),
    ] = 5,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Suggest spans while annotators read in Doccano.

    This is the service that Doccano's auto-labelling asks. It runs until you stop it with Ctrl-C or SIGTERM. Each
    request must have the token from a private file or from GOLDSPAN_SERVICE_TOKEN.
    """
    _require_extra()
    from goldspan.service import server, service_state
    from goldspan.suggest.suggester_recipe import SuggesterRecipe
    from goldspan.suggest.suggestion_folder import SuggestionFolder

    if model is not None and no_model:
        raise typer.BadParameter("--model and --no-model exclude each other")
    corpus = Corpus.find(root)
    options = server.ServerOptions(
        host=host,
        port=port,
        server_names=tuple(server_name or ()),
        processes=1 if ask_servers and processes is None else processes,
        answer_within=answer_within,
    )
    server.require_safe(options)
    choice = SuggestionFolder(corpus.suggestions).choice(model, rename_pairs(labels), no_model=no_model)
    if choice.is_remembered:
        note = f"with the model {choice.model}, as the last suggestions (--no-model: without it)"
        print(f"goldspan: {note}", file=sys.stderr)
    recipe = SuggesterRecipe(
        root=corpus.root,
        model=choice.model,
        labels=choice.map,
        only=tuple(recogniser or ()),
        asks_servers=ask_servers,
    )
    token = service_state.token_of(corpus)
    with server.bind(options) as listener:
        service, account = _service(corpus, recipe, options, names=project or [], home=home, token=token)
        server.listen(listener, options)
        service_state.write_url(corpus, server.address(listener))
        for line in _opening_lines(service, server.address(listener), corpus):
            console.print_line(line, flush=True)
        server.set_up_log()
        read_back = _read_back(service, corpus, account)
        try:
            server.run(service, listener, options, recipe)
        finally:
            if read_back is not None:
                read_back.stop()
    console.print_line(service.statistics.sentence())
    if read_back is not None:
        console.print_line(f"read back from Doccano: {amount(read_back.rejections, 'rejected span')}")


def _require_extra() -> None:
    missing = [name for name in EXTRA if find_spec(name) is None]
    if missing:
        raise NotFoundError(f"{enumerate_names(missing)} is not installed", remedy=EXTRA_REMEDY)


def _service(
    corpus: Corpus,
    recipe: SuggesterRecipe,
    options: ServerOptions,
    *,
    names: list[str],
    home: Path | None,
    token: str,
) -> tuple[SuggestionService, Account | None]:
    """The service, with recognisers that are loaded; and the account at Doccano, if there are projects."""
    from goldspan.doccano import credentials
    from goldspan.service import text_suggestions
    from goldspan.service.app import SuggestionService
    from goldspan.service.recogniser_process import RecogniserError
    from goldspan.service.rejections import RejectionLedger, former_labels, ledger_path
    from goldspan.service.served_project import find_served_projects

    account = credentials.find_account(home) if names else None
    projects = [] if account is None else find_served_projects(corpus, account, names)
    ledger = RejectionLedger(ledger_path(corpus), former_labels(corpus))
    if projects:
        ledger.require_writable()
    try:
        with console.spinner("Loading the recognisers") as say:
            suggester = text_suggestions.load(
                corpus, recipe, processes=options.processes, answer_within=options.answer_within, say=say
            )
    except RecogniserError as error:
        raise GoldspanError(f"the recognisers cannot be loaded: {error}") from None
    return SuggestionService(suggester, ledger, projects, token=token, hosts=options.names), account


def _read_back(service: SuggestionService, corpus: Corpus, account: Account | None) -> ReadBackThread | None:
    """What reads back from Doccano, started; None without a project."""
    if account is None:
        return None
    from goldspan.doccano.client.api import Doccano
    from goldspan.service.doccano_read_back import DoccanoReadBack
    from goldspan.service.read_back import ReadBackThread

    thread = ReadBackThread(DoccanoReadBack(corpus, lambda: Doccano(account)), service.ledger)
    thread.start()
    return thread


def _opening_lines(service: SuggestionService, url: str, corpus: Corpus) -> Iterator[str]:
    """Where the service is, what it suggests with, and for whom."""
    from goldspan.service import service_state

    loaded = service.suggester.loaded
    stated = os.environ.get(service_state.VARIABLE)
    yield f"goldspan serves suggestions at {url}/doccano"
    yield f"  recognisers  {', '.join(loaded.recognisers)}"
    yield f"  labels       {', '.join(loaded.labels) or 'none yet'}"
    for one in service.projects.values():
        yield f"  project      {one.name} ({one.key}), offsets in {one.unit}"
    yield (
        f"  token        {service_state.VARIABLE}"
        if stated
        else f"  token        in {service_state.state_path(corpus)}"
    )
    for note in loaded.notes:
        yield f"  note         {note}"
    for one in service.projects.values():
        name = shlex.quote(one.name)
        yield f"Doccano asks it once it is registered: goldspan doccano auto-label --project {name} --apply"
    if not service.projects:
        yield "  note         no --project: what annotators delete is suggested again at the next look"
    yield "Stop it with Ctrl-C."
