"""A queue that is fair: owners take turns, however much each of them has in it."""

from collections import deque
from collections.abc import Hashable, Iterator
from itertools import zip_longest
from typing import Any, Generic, TypeVar

T = TypeVar("T")
# Fills the turns of an owner who has nothing more.
_NONE: Any = object()


class FairQueue(Generic[T]):
    """Items of owners who take turns; each owner's items are in order of arrival.

    An owner is a path such as (user, API key): users take turns, and in a user's turn their keys
    do. A new owner comes last, and one whose turn is over goes behind all others, so between two
    turns of an owner each other one has at most one.
    """

    def __init__(self) -> None:
        self._own: deque[T] = deque()
        # In the order of their next turns.
        self._parts: dict[Hashable, FairQueue[T]] = {}

    def __bool__(self) -> bool:
        return bool(self._own or self._parts)

    def __iter__(self) -> Iterator[T]:
        """The items in the order in which :meth:`take` gives them if nothing is added."""
        yield from self._own
        for turn in zip_longest(*self._parts.values(), fillvalue=_NONE):
            yield from (item for item in turn if item is not _NONE)

    def add(self, item: T, owner: tuple[Hashable, ...]) -> None:
        """Add an item behind the others of its owner."""
        if owner:
            self._parts.setdefault(owner[0], FairQueue()).add(item, owner[1:])
        else:
            self._own.append(item)

    def take(self) -> T:
        """Remove the first item and return it; there must be one."""
        if self._own:
            return self._own.popleft()
        name = next(iter(self._parts))
        part = self._parts.pop(name)
        item = part.take()
        if part:
            self._parts[name] = part
        return item

    def remove(self, item: T, owner: tuple[Hashable, ...]) -> None:
        """Remove an item from any position. Raises ValueError or KeyError if it is not there."""
        if not owner:
            self._own.remove(item)
            return
        part = self._parts[owner[0]]
        part.remove(item, owner[1:])
        if not part:
            del self._parts[owner[0]]
