"""A cache of rendered pages."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple, TypeAlias

# It begins with the record that the page shows.
Key: TypeAlias = tuple[Hashable, ...]

# A page that is read seldom may be rendered each time, and one whose link was revoked leaves.
KEPT_SECONDS = 120.0


class _Page(NamedTuple):
    """A page, and when it was last asked for (monotonic seconds)."""

    data: bytes
    used_at: float


class PageCache:
    """An LRU cache of pages, bounded by the sum of their bytes.

    Pages that nobody has asked for within :data:`KEPT_SECONDS` are dropped.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._pages: OrderedDict[Key, _Page] = OrderedDict()

    def get(self, key: Key) -> bytes | None:
        """The page of that key, or None."""
        self._drop_unused()
        page = self._pages.pop(key, None)
        if page is None:
            return None
        self._pages[key] = _Page(page.data, time.monotonic())
        return page.data

    def put(self, key: Key, data: bytes) -> None:
        """Store a page, and drop the least recently used ones beyond the bound."""
        self._drop(key)
        self._pages[key] = _Page(data, time.monotonic())
        self._bytes += len(data)
        while self._bytes > self._most_bytes:
            self._drop(next(iter(self._pages)))

    def drop(self, subject: Hashable) -> None:
        """Forget the pages whose keys begin with this: what they show was erased."""
        for key in [each for each in list(self._pages) if each[0] == subject]:
            self._drop(key)

    def _drop_unused(self) -> None:
        since = time.monotonic() - KEPT_SECONDS
        while self._pages and next(iter(self._pages.values())).used_at < since:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: Key) -> None:
        if page := self._pages.pop(key, None):
            self._bytes -= len(page.data)
