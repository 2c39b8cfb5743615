"""A service for Doccano's auto-labelling that finds words of a list, with the ledger of the real one."""

import json
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

from goldspan import offsets
from goldspan.annotation import Span
from goldspan.service.rejections import RejectionLedger
from helpers.http_faults import LocalServer

TOKEN = "token-that-must-not-leak"  # noqa: S105  (of nobody)


def find_words(text, words):
    """Each occurrence of each word, with its label."""
    found = []
    for word, label in words.items():
        at = text.find(word)
        while at >= 0:
            found.append(Span(at, at + len(word), label))
            at = text.find(word, at + 1)
    return sorted(found)


def _parameters(query):
    """The parameters of a request; `label` is a list."""
    stated = parse_qs(query)
    return {name: values if name == "label" else values[0] for name, values in stated.items()}


class WordService(LocalServer):
    """The service; `asked` has what arrived.

    Args:
        words: the label of each word that it finds.
        ledger: the file of the ledger; None to offer all spans at each look.
        answer: what it says instead of spans, as bytes; None for spans.
    """

    def __init__(self, words, ledger=None, *, answer=None):
        self.words, self.answer, self.asked = words, answer, []
        self.ledger = None if ledger is None else RejectionLedger(ledger)
        self._guard = threading.Lock()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                path, _, query = self.path.partition("?")
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"]))) | _parameters(query)
                allowed = path == "/doccano" and self.headers["Authorization"] == f"Bearer {TOKEN}"
                content = service.content(request) if allowed else b'{"error": "the token is another one"}'
                self.send_response(200 if allowed else 401)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        super().__init__(Handler)

    def content(self, request):
        """The answer to a request."""
        with self._guard:
            self.asked.append(request)
        if self.answer is not None:
            return self.answer
        text = request["text"]
        spans = [span for span in find_words(text, self.words) if span.label in request["label"]]
        if self.ledger is not None:
            spans = self.ledger.offer(request["project"], text, spans)
        convert = offsets.to_graphemes if request["offsets"] == "graphemes" else offsets.to_utf16
        places = [convert(text, [span.start, span.end]).tolist() for span in spans]
        rows = zip(spans, places, strict=True)
        return json.dumps([{"label": s.label, "start_offset": a, "end_offset": b} for s, (a, b) in rows]).encode()
