"""A Doccano of our own, on this machine alone: start it, stop it, ask how it stands."""

from goldspan.doccano.server.lifecycle import EmbeddedServer, ServerStatus, embedded_account, start, status, stop
from goldspan.doccano.server.process import NAMES

__all__ = ["NAMES", "EmbeddedServer", "ServerStatus", "embedded_account", "start", "status", "stop"]
