"""The open pages of each user in this process: a bound on their number, and on what they read."""

import asyncio
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

# More than the tabs that a person looks at. Each costs a look at the database every three seconds.
MOST_PAGES = 20

Close = Callable[[], Awaitable[None]]

_pages: dict[int, dict[object, Close]] = {}
_turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()


async def enter(user_id: int, page: object, close: Close) -> None:
    """Count a page that was opened, and close the oldest one where there are too many.

    Not the newest: a page that was just opened or reloaded is the one that somebody looks at.
    """
    pages = _pages.setdefault(user_id, {})
    pages[page] = close
    if len(pages) > MOST_PAGES:
        oldest = next(iter(pages))
        await pages.pop(oldest)()


def leave(user_id: int, page: object) -> None:
    """Forget a page that was closed."""
    pages = _pages.get(user_id, {})
    pages.pop(page, None)
    if not pages:
        _pages.pop(user_id, None)


def turn_to_read(user_id: int) -> asyncio.Lock:
    """The turn in which a page of a user reads what it lacks of a conversation and is sent it.

    That may have several MB, and is in memory until the page has read it: one page of a user has
    it at a time.
    """
    turns = _turns.get(user_id)
    if turns is None:
        turns = _turns[user_id] = asyncio.Lock()
    return turns
