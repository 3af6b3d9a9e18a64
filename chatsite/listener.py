"""The end of a port that listens.

Imported after the event loop has been chosen: see chatsite.server.
"""

import socket
from typing import Any

from twisted.internet.main import CONNECTION_DONE
from twisted.python import failure

# Connections that wait to be accepted. Twisted's default is 50; when a process ends, all its pages
# connect to the others within half a second.
BACKLOG = 1024


def close_when_empty(port: Any) -> None:
    """Accept what waits to be accepted, and close the port.

    Connections that wait are reset with their port. To a proxy they are open: it would have sent
    its request, and repeats none that may have changed something. Twisted itself leaves them a turn
    of the event loop to gather.
    """
    port.socket = _LastAccepts(port.socket)
    port.numberAccepts = BACKLOG
    port.doRead()
    ended: Any = failure.Failure
    port.connectionLost(ended(CONNECTION_DONE))


class _LastAccepts:
    """A listening socket that closes itself once nothing waits any more."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening

    def accept(self) -> Any:
        try:
            return self._listening.accept()
        except OSError:
            self._listening.close()
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listening, name)
