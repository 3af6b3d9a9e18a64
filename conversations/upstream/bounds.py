"""Bounds on the time and the size of a completion."""

import msgspec


class Clocks(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds that each stage of a call may take at most.

    ``connect``    to get a connection, waiting for a free one and TLS included
    ``first_word`` from sending the request to the first text or tool call. It alone runs before
                   the headers: a server that reads a long prompt, or lets the request wait for
                   others, may send not a single byte for minutes. It bounds a server that sends
                   nothing but signs of life
    ``silent``     without any sign of life once the headers have come: every byte is one, also of
                   a comment, a ping or a chunk without text. A model may think for minutes in
                   silence
    ``total``      the whole call

    Time that the caller takes between two chunks counts for ``total`` only.
    """

    connect: float = 5.0
    first_word: float = 900.0
    silent: float = 300.0
    total: float = 3600.0


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that each part of a completion may have at most.

    ``answer`` counts the text that is stored (content, reasoning, tool arguments); ``wire`` counts
    every byte received, since some servers send 400 bytes of JSON for one token.
    """

    line: int = 1 << 20
    event: int = 8 << 20
    answer: int = 8 << 20
    wire: int = 64 << 20
