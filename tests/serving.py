"""A server of a test's own: on a port of its own, in a thread, while a block lasts."""

import contextlib
import threading
from http.server import ThreadingHTTPServer


class Serving(contextlib.AbstractContextManager):
    """The server, at `url`; `handler` is the class that answers its requests."""

    def __init__(self, handler):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
