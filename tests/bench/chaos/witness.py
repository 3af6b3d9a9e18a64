"""A tab that records all that it is sent, and finds another process when its own dies."""

import copy
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import aiohttp

from tests.bench.browser import Account, Frame, Tab
from tests.bench.chaos.history import History, ShownEvent, ShownMessage


class Witness(Tab):
    """One tab of a person, at first at ``addresses[0]``, as behind a proxy without stickiness."""

    # A process that was killed needs a minute to start on a machine that does much else.
    answer_seconds = 120.0

    def __init__(
        self, account: Account, name: str, history: History, addresses: Sequence[str]
    ) -> None:
        # The cookies are those of all the person's tabs, the address is the tab's own.
        super().__init__(copy.copy(account), name)
        self._addresses = list(addresses)
        self._witnessed = history
        self.shown = 0
        self._open: dict[str, set[str]] = {}
        self.account.site_url = self._addresses[0]

    @property
    def running(self) -> list[str]:
        """The answers that the tab shows as running."""
        return [name for name, status in self.status.items() if status == "running"]

    def move(self) -> None:
        """Turn to another process."""
        self._addresses.append(self._addresses.pop(0))
        self.account.site_url = self._addresses[0]

    async def reload(self, conversation_id: str | None) -> None:
        """Load the page of a conversation, in a new connection."""
        await self.close()
        self.status.clear()
        await self.load(conversation_id)
        await self.open()

    def _show_page(self, state: Frame) -> None:
        if state["conversation"]:
            self._show_messages(state)
        else:
            super()._show_page(state)

    async def _converse(self) -> None:
        try:
            await super()._converse()
        except (aiohttp.ClientError, OSError):
            self._socket = None
            self.move()
            raise

    async def _receive(self, frame: Frame) -> None:
        await super()._receive(frame)
        # As the page does: it follows what another tab began, and shows nothing that is deleted.
        if frame["type"] == "conversation.changed":
            for name in {run["id"] for each in frame["messages"] if (run := each["generation"])}:
                if self.status.get(name) == "running":
                    await self.follow(name)
        elif frame["type"] == "conversation.deleted":
            for name in self._open.pop(frame["conversation_id"], ()):
                self.status.pop(name, None)

    async def _show_events(self, frame: Frame) -> None:
        generation = UUID(frame["generation_id"])
        first = frame["seq"] - len(frame["events"]) + 1
        for seq, event in enumerate(frame["events"], first):
            self._witnessed.events.append(ShownEvent(self.name, generation, seq, event))
            self.shown += 1
        await super()._show_events(frame)

    def _show_message(self, message: Frame) -> None:
        if run := message["generation"]:
            self._witnessed.messages.append(
                ShownMessage(
                    self.name, UUID(message["id"]), UUID(run["id"]),
                    run["seq"], message["content"], run["status"],
                )
            )  # fmt: skip
        super()._show_message(message)

    def _show_messages(self, frame: Frame) -> None:
        runs = [each["generation"]["id"] for each in frame["messages"] if each["generation"]]
        self._open.setdefault(frame["conversation"]["id"], set()).update(runs)
        super()._show_messages(frame)

    async def close(self) -> None:
        """Close the tab, and what it waits for."""
        with suppress(aiohttp.ClientError, OSError):
            await super().close()
