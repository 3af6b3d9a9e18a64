"""Renews the leases of all runs of this process together, while their tokens come."""

import asyncio
from uuid import UUID

from chatsite import metrics
from conversations.database.threads import in_thread_with_retries
from conversations.generation.run import Run
from conversations.quotas.renewal import Asking, renew

# The pause between two renewals: that of the commits of events.
RENEWAL_INTERVAL_SECONDS = 0.025


class Leases:
    """Collects the runs that need more, and renews all of them in one transaction.

    A run asks before its lease is used up, and reads on meanwhile. One that has used it up waits
    for the renewal before it reads another chunk, so that no stream runs ahead of its hold by more
    than a chunk, however fast its server is.
    """

    def __init__(self) -> None:
        self._asking: dict[UUID, Run] = {}
        self._has_work = asyncio.Event()
        self._renewed = asyncio.Condition()
        metrics.LEASES_WAITING.read_from(lambda: len(self._asking))

    async def allows(self, run: Run) -> bool:
        """Return whether the run may read on; asks for more if it soon needs it."""
        if run.needs_more and not run.lease.refusal:
            self._ask(run)
        while not run.has_room:
            # After a refusal once more, at its end: other answers may have ended since.
            before = run.lease
            await self._renewed_for(run)
            if run.lease is before or run.lease.refusal:
                break
        return run.has_room

    async def _renewed_for(self, run: Run) -> None:
        self._ask(run)
        async with self._renewed:
            await self._renewed.wait_for(lambda: run.generation_id not in self._asking)

    def _ask(self, run: Run) -> None:
        self._asking[run.generation_id] = run
        self._has_work.set()

    async def work(self) -> None:
        """Renew leases for as long as the process runs."""
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            try:
                await self._renew(list(self._asking.values()))
            except Exception:
                # Those that ask wait for an answer: ask again.
                self._has_work.set()
                raise
            await asyncio.sleep(RENEWAL_INTERVAL_SECONDS)

    async def _renew(self, runs: list[Run]) -> None:
        renewed = await in_thread_with_retries(renew, [_asking(run) for run in runs])
        async with self._renewed:
            for run in runs:
                run.lease = renewed.get(run.generation_id, run.lease)
                del self._asking[run.generation_id]
            self._renewed.notify_all()


def _asking(run: Run) -> Asking:
    prompt_tokens = run.usage.prompt_tokens if run.usage else None
    return Asking(run.generation_id, run.lease, run.tokens, prompt_tokens)
