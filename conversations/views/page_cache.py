"""A cache of rendered pages."""

from collections import OrderedDict
from collections.abc import Hashable


class PageCache:
    """An LRU cache of pages, bounded by the sum of their bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._pages: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable) -> bytes | None:
        """The page of that key, or None."""
        page = self._pages.get(key)
        if page is not None:
            self._pages.move_to_end(key)
        return page

    def put(self, key: Hashable, page: bytes) -> None:
        """Store a page, and drop the least recently used ones beyond the bound."""
        self._bytes += len(page) - len(self._pages.pop(key, b""))
        self._pages[key] = page
        while self._bytes > self._most_bytes and self._pages:
            _key, oldest = self._pages.popitem(last=False)
            self._bytes -= len(oldest)
