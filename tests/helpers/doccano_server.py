"""A Doccano for the tests: the embedded server, in a home of its own and on a port of its own."""

import contextlib

from goldspan.doccano import server


@contextlib.contextmanager
def running(home):
    """A server that is stopped at the end, whatever happens between."""
    try:
        yield server.start(home, 0)
    finally:
        server.stop(home, grace=0)  # nothing of it is needed any more
