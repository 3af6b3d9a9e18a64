"""A user with two tabs, who does what the plan says, and writes down what comes of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Self
from uuid import UUID, uuid4

import aiohttp

from tests.bench.browser import Account, Frame, Refused
from tests.bench.chaos.api_client import ApiClient
from tests.bench.chaos.history import History
from tests.bench.chaos.plan import PersonPlan, Step
from tests.bench.chaos.sharer import Sharer
from tests.bench.chaos.witness import Witness

PAUSE_SECONDS = 2.0
NOT_FOUND = 404
# After the last fault everything that runs ends within this, or never.
END_SECONDS = 120.0
# A frame that the site cannot carry out while its database is away.
TRY_AGAIN_CODES = {"storage_unavailable", "internal"}


class Gone(Exception):
    """A conversation is not there: 404 is an answer, and stays one."""


class Person:
    """One user of a run, signed in at all processes."""

    def __init__(
        self, plan: PersonPlan, history: History, addresses: Sequence[str], key: str
    ) -> None:
        self._plan = plan
        self._history = history
        self._addresses = addresses
        self._account = Account(addresses[0], plan.name)
        self.tabs: list[Witness] = []
        self._api = ApiClient(plan.name, key, history, addresses)
        self._sharer = Sharer(self._account, history, addresses)
        self._conversation: str | None = None

    async def __aenter__(self) -> Self:
        # What was done to the site in the seed before may take a moment to be over.
        await self._patiently(self._account.__aenter__, self._sharer.move)
        for number in range(2):
            addresses = [*self._addresses[number:], *self._addresses[:number]]
            name = f"{self._plan.name}.{number}"
            tab = Witness(self._account, name, self._history, addresses)
            await tab.open()
            self.tabs.append(tab)
        return self

    async def __aexit__(self, *error: object) -> None:
        for tab in self.tabs:
            await tab.close()
        await self._api.close()
        await self._sharer.close()
        await self._account.__aexit__(*error)

    async def work(self) -> None:
        """Carry out the steps, one after the other."""
        for step in self._plan.steps:
            await self._pause(step)
            await self._carry_out(step)

    async def see_the_end(self) -> None:
        """Wait until no tab shows a running answer, and no reply is under way; open all links."""
        await self._api.over()
        for tab in self.tabs:
            try:
                await tab.until(lambda tab=tab: not tab.running, END_SECONDS)
            except TimeoutError:
                self._history.broken.append(f"{tab.name}: {tab.running} were never shown to end")
        await self._patiently(self._sharer.read_all, self._sharer.move)

    async def _pause(self, step: Step) -> None:
        tab = self.tabs[step.tab]
        until = tab.shown + step.after
        with suppress(TimeoutError):
            await tab.until(lambda: tab.shown >= until or not tab.running, PAUSE_SECONDS)

    async def _carry_out(self, step: Step) -> None:
        tab = self.tabs[step.tab]
        try:
            told = await self._STEPS[step.kind](self, step, tab)
        except Refused as refused:
            told = f"refused, {refused}"
            self._history.refused += 1
        except Gone:
            told = "its conversation is gone"
            self._history.broken.append(f"{tab.name}: {step.kind} found no conversation")
        except TimeoutError:
            told = "never answered"
            self._history.broken.append(f"{tab.name}: {step.kind} was never answered")
        self._history.note(tab.name, f"{step.kind}: {told}")

    async def _turn(self, tab: Witness, frame: Frame) -> str:
        request = frame.setdefault("request_id", str(uuid4()))
        started = await tab.request(frame)
        self._conversation = started["conversation"]["id"]
        self._history.turns[UUID(request)] = UUID(started["generation_id"])
        return f"{started['generation_id']}"

    async def _send(self, step: Step, tab: Witness) -> str:
        if step.choice % 3 == 0:
            self._conversation = None
        head = (await self._state())["conversation"]
        frame = {
            "type": "turn.send", "conversation_id": self._conversation, "parameters": {},
            "parent_id": head and head["head_id"], "content": step.words, "model": step.script,
        }  # fmt: skip
        return await self._turn(tab, frame)

    async def _edit(self, step: Step, tab: Witness) -> str:
        asked = [each for each in await self._messages() if each["role"] == "user"]
        if not asked:
            return "nothing to edit"
        frame = {
            "type": "turn.send", "conversation_id": self._conversation, "parameters": {},
            "parent_id": asked[step.choice % len(asked)]["parent_id"],
            "content": step.words, "model": step.script,
        }  # fmt: skip
        return await self._turn(tab, frame)

    async def _regenerate(self, step: Step, tab: Witness) -> str:
        return await self._again("turn.regenerate", step, tab, {"running"})

    async def _continue(self, step: Step, tab: Witness) -> str:
        return await self._again("turn.continue", step, tab, {"running", "completed"})

    async def _again(self, kind: str, step: Step, tab: Witness, but: set[str]) -> str:
        answers = [each for each in await self._messages() if each["generation"]
                   and each["generation"]["status"] not in but]  # fmt: skip
        if not answers:
            return "no such answer"
        message = answers[step.choice % len(answers)]["id"]
        return await self._turn(tab, {"type": kind, "message_id": message})

    async def _stop(self, step: Step, tab: Witness) -> str:
        running = [name for each in self.tabs for name in each.running]
        if not running:
            return "nothing runs"
        await tab.stop(running[step.choice % len(running)])
        return running[step.choice % len(running)]

    async def _reload(self, _step: Step, tab: Witness) -> str:
        await self._patiently(lambda: tab.reload(self._conversation), tab.move)
        return str(self._conversation)

    async def _other_tab(self, step: Step, _tab: Witness) -> str:
        return await self._reload(step, self.tabs[1 - step.tab])

    async def _share(self, _step: Step, _tab: Witness) -> str:
        state = await self._state()
        return await self._patiently(lambda: self._sharer.share(state), self._sharer.move)

    async def _update_share(self, step: Step, _tab: Witness) -> str:
        try:
            return await self._patiently(
                lambda: self._sharer.update(step.choice, self._state_of), self._sharer.move
            )
        except Gone:
            return "its conversation is deleted"

    async def _read_share(self, step: Step, _tab: Witness) -> str:
        return await self._patiently(lambda: self._sharer.read(step.choice), self._sharer.move)

    async def _call(self, step: Step, _tab: Witness) -> str:
        return self._api.call(step.script, step.words, step.choice)

    async def _call_again(self, step: Step, _tab: Witness) -> str:
        return self._api.again(step.choice)

    async def _delete(self, _step: Step, tab: Witness) -> str:
        if self._conversation is None:
            return "nothing to delete"
        await tab.request({"type": "conversation.delete", "keep_links": True,
                           "conversation_id": self._conversation})  # fmt: skip
        deleted, self._conversation = self._conversation, None
        return deleted

    async def _messages(self) -> list[Frame]:
        return (await self._state())["messages"]

    async def _state(self) -> Frame:
        return await self._state_of(self._conversation)

    async def _state_of(self, conversation: str | None) -> Frame:
        if conversation is None:
            return {"conversation": None, "messages": []}
        try:
            return await self._patiently(lambda: self._account.state(conversation), self._move)
        except aiohttp.ClientResponseError:
            raise Gone from None

    def _move(self) -> None:
        self._sharer.move()

    async def _patiently(self, ask: Callable[[], Awaitable[Any]], move: Callable[[], None]) -> Any:
        """Ask, and again elsewhere while there is no answer. Raises TimeoutError, or what says that
        nothing is there."""
        failed = ""
        async with asyncio.timeout(END_SECONDS):
            while True:
                try:
                    return await asyncio.wait_for(ask(), END_SECONDS / 4)
                except (aiohttp.ClientError, OSError, TimeoutError, AssertionError) as error:
                    if getattr(error, "status", 0) == NOT_FOUND:
                        raise
                    if failed != repr(error):
                        failed = repr(error)
                        self._history.note(self._plan.name, f"asks again after {failed}"[:150])
                    move()
                    await asyncio.sleep(0.1)

    _STEPS: dict[str, Callable[["Person", Step, Witness], Awaitable[str]]] = {
        "send": _send, "edit": _edit, "regenerate": _regenerate, "continue": _continue,
        "stop": _stop, "reload": _reload, "other tab": _other_tab, "share": _share,
        "update share": _update_share, "read share": _read_share, "api": _call,
        "api again": _call_again, "delete": _delete,
    }  # fmt: skip
