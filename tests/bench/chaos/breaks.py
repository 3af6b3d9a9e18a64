"""The product broken on purpose, once for each promise: a run that does not notice proves nothing.

python -m tests.bench.chaos --seeds 1-4 --break shown-first
"""

import asyncio
from collections.abc import Callable
from typing import Any

from conversations.generation import lifecycle
from conversations.generation.writer import Writer
from conversations.quotas import settlement
from conversations.sharing import reading

LATER_SECONDS = 0.3


def break_product(name: str) -> None:
    """Break this process."""
    BREAKS[name]()


def _shown_first() -> None:
    """Show events, and commit them a moment later."""
    store, publish = Writer._store, Writer._publish

    async def show_and_store(self: Writer, entries: Any, owners: Any) -> set[Any]:
        for entry in entries:
            self._tails.publish(entry.generation_id, [entry.payload])
        await asyncio.sleep(LATER_SECONDS)
        return await store(self, entries, owners)

    Writer._store = show_and_store
    Writer._publish = lambda self, run, _shown, is_owned: publish(self, run, [], is_owned)


def _ends_twice() -> None:
    """End each answer as two processes would that do not compare its state and its owner."""
    store = lifecycle._store_end

    def twice(*ended: Any) -> str:
        store(*ended)
        return store(*ended)

    lifecycle._store_end = twice


def _settles_twice() -> None:
    """Charge the counters once more than the ledger."""
    release = settlement.rows.release

    def twice(counter: int, held: int, used: int) -> None:
        release(counter, held, used)
        release(counter, 0, used)

    settlement.rows.release = twice


def _renders_anew() -> None:
    """Show of a link what its conversation has now."""

    def article(link_id: Any) -> str:
        from conversations.models import Message, ShareLink

        link = ShareLink.objects.get(pk=link_id)
        now = Message.objects.filter(conversation=link.conversation_id).order_by("created_at")
        return "".join(f"<p>{each.content}</p>" for each in now)

    reading.article_of = article


BREAKS: dict[str, Callable[[], None]] = {
    "shown-first": _shown_first,
    "ends-twice": _ends_twice,
    "settles-twice": _settles_twice,
    "renders-anew": _renders_anew,
}
