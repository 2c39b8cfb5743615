"""A place to listen, on this machine alone."""

from __future__ import annotations

import errno
import socket

from goldspan.errors import ServerError, ValueRefused

HOST = "127.0.0.1"
_LAST = 65_535


def reserve(port: int) -> socket.socket:
    """A bound socket, inheritable, so that nobody can take the port before the web server has it.

    Args:
        port: 0 for any that is free.

    Raises:
        ServerError: if another program listens there, or this user may not.
        ValueRefused: for a number that no port has.
    """
    if not 0 <= port <= _LAST:
        raise ValueRefused(f"{port} is no port", remedy=f"Choose one from 1024 to {_LAST}, or 0 for any that is free.")
    place = socket.socket()
    try:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that are just closing do not count
        place.bind((HOST, port))
        place.set_inheritable(True)
    except OSError as error:
        place.close()
        busy = error.errno == errno.EADDRINUSE
        raise ServerError(
            f"port {port} of {HOST} is busy" if busy else f"port {port} of {HOST} cannot be had: {error.strerror}",
            remedy="Choose another with `goldspan doccano start --port NUMBER`; 0 takes any that is free.",
        ) from None
    return place
