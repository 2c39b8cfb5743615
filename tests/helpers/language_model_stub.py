"""A stub of an OpenAI-compatible server, on a free port of 127.0.0.1.

    with ModelStub(quoting({"Kosovo": "PLACE"})) as stub:
        ...                                             # stub.address, stub.requests

The model is a function from the numbered examples of a request to its mentions; `replies` come before it, one after the
other, each the bytes of a whole answer, or a function from the request to them.
"""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler
from typing import NamedTuple

from helpers.http_faults import LocalServer, reply

EXAMPLE = re.compile(r'<example number="(\d+)">\n(.*?)\n</example>', re.DOTALL)


class ModelRequest(NamedTuple):
    """What arrived."""

    path: str
    headers: dict[str, str]
    body: dict

    @property
    def examples(self):
        """The texts of the examples that are asked about."""
        return [text for _, text in EXAMPLE.findall(self.body["messages"][-1]["content"])]

    @property
    def form(self):
        """The form of the answer that is asked for."""
        return self.body.get("response_format", {}).get("type", "text")


def completion(content, *, finish="stop", usage=(100, 10), status=200, **headers):
    """The bytes of an answer; `content` is its text, or its mentions."""
    if not isinstance(content, str) and content is not None:
        content = json.dumps({"mentions": content}, ensure_ascii=False)
    body = {
        "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content}}],
    }
    if usage:
        body["usage"] = dict(zip(("prompt_tokens", "completion_tokens"), usage, strict=True))
    return reply(status, body, **headers)


def mention(quote, label, example=1, before=""):
    """A mention of an answer."""
    return {"example": example, "quote": quote, "label": label, "before": before}


def quoting(labels):
    """A model that quotes these words wherever they stand, in the order of the text, with these labels."""
    words = re.compile("|".join(sorted(map(re.escape, labels), key=len, reverse=True)))

    def answer(request):
        return completion(
            [
                mention(found[0], labels[found[0]], number, " ".join(text[: found.start()].split()[-2:]))
                for number, text in enumerate(request.examples, 1)
                for found in words.finditer(text)
            ],
            usage=(len(json.dumps(request.body["messages"], ensure_ascii=False)) // 4, 20),
        )

    return answer


class ModelStub(LocalServer):
    """The server; `requests` has what arrived, in the order of arrival."""

    def __init__(self, model=lambda _: completion([]), replies=()):
        self.model = model
        self.replies = list(replies)
        self.requests = []
        self._lock = threading.Lock()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                request = ModelRequest(self.path, dict(self.headers), json.loads(raw))
                with stub._lock:
                    stub.requests.append(request)
                    planned = stub.replies.pop(0) if stub.replies else stub.model
                data = planned(request) if callable(planned) else planned
                if data is not None:
                    self.wfile.write(data)
                self.close_connection = True

            def log_message(self, *_):
                pass

        super().__init__(Handler)

    @property
    def address(self):
        """What goldspan.toml names."""
        return f"{self.url}/v1"
