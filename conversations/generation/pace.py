"""Spreads the work of answers that come at once, so that they do not hold up the others.

A server can send megabytes in one moment: a fast machine, a cached answer, one that is sent whole.
Without a bound, twenty such answers would be handled before the next token of anybody else's.
"""

import asyncio
from collections.abc import Sequence

from conversations.upstream import Chunk

# An answer pauses after so much of it: 150 tokens, or one chunk of a server that gathers them.
PORTION_BYTES = 16 * 1024
# All answers of the process together are read at this rate while they pause. Two hundred answers of
# 50 tokens a second have a tenth of it.
BYTES_A_SECOND = 8 * 1024 * 1024
# The work of a chunk without its text, as bytes.
CHUNK_BYTES = 100


class Pace:
    """The pauses of one answer. ``line`` is shared by all answers of the process."""

    def __init__(self, line: asyncio.Lock | None = None) -> None:
        self._line = line or asyncio.Lock()
        self._unpaid = 0

    async def keep(self, chunks: Sequence[Chunk]) -> None:
        """Count what was read; after each portion wait in line with the others that come at once.

        A read is no longer than a portion, so nobody waits for more than one.
        """
        self._unpaid += sum([chunk.text_bytes + CHUNK_BYTES for chunk in chunks])
        if self._unpaid < PORTION_BYTES:
            return
        async with self._line:
            await asyncio.sleep(self._unpaid / BYTES_A_SECOND)
        self._unpaid = 0
