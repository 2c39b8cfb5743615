"""An embedded Doccano, for this machine alone: start it, stop it, see its status."""

from goldspan.doccano.server.lifecycle import EmbeddedServer, ServerStatus, embedded_account, start, status, stop
from goldspan.doccano.server.process import ROLE_NAMES

__all__ = ["ROLE_NAMES", "EmbeddedServer", "ServerStatus", "embedded_account", "start", "status", "stop"]
