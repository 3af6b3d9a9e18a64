"""How long and how large an answer may be."""

import msgspec


class Clocks(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds that each stage of a call may take.

    ``connect``    to get a connection, waiting for a free one and TLS included
    ``first_byte`` from sending the request to the first event with data
    ``idle``       between two events with data; comments do not count, so that a server that
                   sends nothing but keep-alive comments does not hold an answer for ever
    ``byte_idle``  silence of any kind once the headers have come
    ``total``      the whole call

    Time that our own reader takes between two chunks counts for ``total`` only.
    """

    connect: float = 5.0
    first_byte: float = 60.0
    idle: float = 45.0
    byte_idle: float = 60.0
    total: float = 600.0


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that each part of an answer may have.

    ``answer`` counts the text that we keep (content, reasoning, tool arguments); ``wire`` counts
    all that arrives, since one token costs some servers 400 bytes of JSON.
    """

    line: int = 1 << 20
    event: int = 8 << 20
    answer: int = 8 << 20
    wire: int = 64 << 20
