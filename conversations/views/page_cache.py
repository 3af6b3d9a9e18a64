"""A cache of rendered pages."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import TypeAlias

# It begins with the record that the page shows.
Key: TypeAlias = tuple[Hashable, ...]


class PageCache:
    """An LRU cache of pages, bounded by the sum of their bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._pages: OrderedDict[Key, bytes] = OrderedDict()

    def get(self, key: Key) -> bytes | None:
        """The page of that key, or None."""
        page = self._pages.get(key)
        if page is not None:
            self._pages.move_to_end(key)
        return page

    def put(self, key: Key, page: bytes) -> None:
        """Store a page, and drop the least recently used ones beyond the bound."""
        self._bytes += len(page) - len(self._pages.pop(key, b""))
        self._pages[key] = page
        while self._bytes > self._most_bytes and self._pages:
            _key, oldest = self._pages.popitem(last=False)
            self._bytes -= len(oldest)

    def drop(self, subject: Hashable) -> None:
        """Forget the pages whose keys begin with this: what they show was erased."""
        for key in [each for each in list(self._pages) if each[0] == subject]:
            self._bytes -= len(self._pages.pop(key, b""))
