"""Takes tokens from a provider's bytes to the frames of a page, for test_instructions.py.

    python -m tests.generation.token_path site 3000

``yardstick`` in place of ``site`` reads the same bytes with the standard library, in Python.
Nothing of Django is loaded: under a processor that is counted a start takes ten times as long.
"""

import sys
from json import JSONDecoder, scanner
from uuid import UUID

from conversations.socket import frames
from conversations.transcript import encode, from_chunk, join
from conversations.upstream.decoder import StreamDecoder

# What a beat finds at 50 tokens a second.
TOKENS_A_READ = 4
_EVENT = (
    'data: {"id":"0196a1","object":"chat.completion.chunk","created":1790000000,'
    '"model":"test/model","choices":[{"index":0,"delta":{"content":" word%04d"},'
    '"finish_reason":null}],"system_fingerprint":""}\n\n'
)
_GENERATION = UUID("0196a1b2-0000-7000-8000-000000000001")


def site(tokens: int) -> None:
    """Decode, fold, encode and frame tokens, a few at a time."""
    decoder = StreamDecoder()
    for first in range(0, tokens, TOKENS_A_READ):
        decoder.feed(_read(first).encode())
        events = []
        while decoder.chunks:
            events += from_chunk(decoder.chunks.popleft(), first)
        frames.write_events(_GENERATION, first, [encode(each) for each in join(events)])
    assert decoder.failure is None
    assert decoder.text_bytes == tokens * len(" word0000")


def yardstick(tokens: int) -> None:
    """Parse the same events with the standard library's parser as it is written in Python."""
    decoder = JSONDecoder()
    scan = scanner.py_make_scanner(decoder)  # type: ignore[attr-defined]
    for first in range(0, tokens, TOKENS_A_READ):
        for event in _read(first).split("\n\n")[:-1]:
            scan(event, len("data: "))


def _read(first: int) -> str:
    return "".join(_EVENT % (number % 10_000) for number in range(first, first + TOKENS_A_READ))


if __name__ == "__main__":
    {"site": site, "yardstick": yardstick}[sys.argv[1]](int(sys.argv[2]))
