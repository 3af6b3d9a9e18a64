"""Bounds on the time and the size of a completion."""

import msgspec


class Clocks(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds that each stage of a call may take at most.

    ``connect``    to get a connection, waiting for a free one and TLS included
    ``first_byte`` from sending the request to the first event with data
    ``idle``       between two events with data; comments do not count, so that a server that
                   sends keep-alive comments alone cannot keep a call open for ever
    ``byte_idle``  without a single byte once the headers have come
    ``total``      the whole call

    Time that the caller takes between two chunks counts for ``total`` only.
    """

    connect: float = 5.0
    first_byte: float = 60.0
    idle: float = 45.0
    byte_idle: float = 60.0
    total: float = 600.0


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that each part of a completion may have at most.

    ``answer`` counts the text that is stored (content, reasoning, tool arguments); ``wire`` counts
    every byte received, since some servers send 400 bytes of JSON for one token.
    """

    line: int = 1 << 20
    event: int = 8 << 20
    answer: int = 8 << 20
    wire: int = 64 << 20
