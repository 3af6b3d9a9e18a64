"""The end of a port: who has reached it is let in, and nobody else."""

import socket

import pytest

from chatsite.server import reactor  # isort: skip - this chooses the event loop

from twisted.internet import tcp
from twisted.internet.protocol import Factory

from chatsite.listener import BACKLOG, close_when_empty

# More than Twisted accepts in one go.
WAITING = 150


class Counting(Factory):
    """Counts connections, and closes each."""

    noisy = False
    accepted = 0

    def buildProtocol(self, addr: object) -> None:
        self.accepted += 1


def test_connections_that_wait_to_be_accepted_are_let_in_before_it_closes() -> None:
    counting = Counting()
    port = tcp.Port(0, counting, BACKLOG, "127.0.0.1", reactor)
    port.startListening()
    address = ("127.0.0.1", port.getHost().port)
    waiting = [socket.create_connection(address) for _ in range(WAITING)]
    close_when_empty(port)
    for each in waiting:
        each.close()
    assert counting.accepted == WAITING
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
