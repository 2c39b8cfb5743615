"""The real service on a free port, in a thread of the test: `with RunningService(corpus) as service`."""

import asyncio
import http.client
import json
import socket
import threading
from types import SimpleNamespace
from urllib.parse import urlsplit

import uvicorn

from goldspan.service import server, text_suggestions
from goldspan.service.app import SuggestionService
from goldspan.service.rejections import RejectionLedger, ledger_path
from goldspan.service.served_project import ServedProject
from goldspan.suggest.suggester_recipe import SuggesterRecipe
from helpers.service_process import TOKEN

SHARED = ServedProject(name="shared", key="k000000000001", unit="utf-16")
GRAPHEMES = ServedProject(name="clusters", key="k000000000002", unit="graphemes")

# Each capitalised word is a ship; a word after `!` takes as long as the test wants.
WORDS = """
[[recogniser]]
kind = "regex"
name = "words"
time_limit = 3600
patterns = { SHIP = ['\\p{Lu}\\p{L}+', '!(?:a|aa)+[bc]'] }
"""
SLOW = "!" + "a" * 60 + "db"  # all ways to divide the letters are tried


class RunningService:
    """A service that runs until the end of the block.

    Args:
        corpus: the project.
        projects: that are served.
        options: of the server.
        recipe: with which recognisers; those of the project if None.
        suggester: instead of recognisers in other processes.
    """

    def __init__(self, corpus, projects=(SHARED, GRAPHEMES), *, recipe=None, suggester=None, **options):
        self.corpus = corpus
        self.options = server.ServerOptions(**{"port": 0, "processes": 1} | options)
        self.recipe = recipe or SuggesterRecipe(root=corpus.root)
        self._suggester = suggester
        self._projects = projects

    def __enter__(self):
        suggester = self._suggester or text_suggestions.load(
            self.corpus, self.recipe, processes=self.options.processes, answer_within=self.options.answer_within
        )
        ledger = RejectionLedger(ledger_path(self.corpus))
        self.service = SuggestionService(suggester, ledger, self._projects, token=TOKEN, hosts=self.options.names)
        listener = server.bind(self.options)
        server.listen(listener, self.options)
        self.url = server.address(listener)
        self.server = uvicorn.Server(server.configuration(self.service, self.options))
        serving = server.serve(self.service, self.server, listener, self.options, self.recipe)
        self._thread = threading.Thread(target=asyncio.run, args=[serving])
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.server.should_exit = True
        self._thread.join(30)
        assert not self._thread.is_alive()

    @property
    def place(self):
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname, parts.port

    def connect(self):
        """A socket to it."""
        return socket.create_connection(self.place, timeout=30)

    def request(self, method, path, body=None, headers=(), *, token=TOKEN):
        """The answer to a request: its status, headers, and its body as JSON."""
        connection = http.client.HTTPConnection(*self.place, timeout=40)
        own = {"Content-Type": "application/json"} | ({} if token is None else {"Authorization": f"Bearer {token}"})
        try:
            connection.request(method, path, body, own | dict(headers))
            response = connection.getresponse()
            content = response.read()
            return SimpleNamespace(
                status=response.status, headers=response.headers, value=json.loads(content) if content else None
            )
        finally:
            connection.close()

    def suggest(self, text, project=SHARED, **parameters):
        """The spans of an answer: label, start and end."""
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        key = "" if project is None else f"project={project.key}&"
        answer = self.request("POST", f"/doccano?{key}{query}", json.dumps({"text": text}))
        assert answer.status == 200, answer.value
        return [(row["label"], row["start_offset"], row["end_offset"]) for row in answer.value]
