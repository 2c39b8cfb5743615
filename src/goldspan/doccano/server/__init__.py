"""A Doccano of our own, on this machine alone: start it, stop it, ask how it stands."""

from goldspan.doccano.server.lifecycle import Server, Status, account, start, status, stop
from goldspan.doccano.server.processes import NAMES

__all__ = ["NAMES", "Server", "Status", "account", "start", "status", "stop"]
