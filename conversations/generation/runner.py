"""Runs generations: one supervised task for each, owned by the process and not by a request."""

import asyncio
import contextvars
import logging
import math
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
from django.utils.translation import gettext as _

from chatsite import log_context, metrics
from conversations.catalog.connections import Connections
from conversations.database.threads import in_thread, in_thread_with_retries
from conversations.generation import api_run, lifecycle, outcomes, revocation, stops
from conversations.generation.api_run import Ending, Listener, Record
from conversations.generation.leases import Leases
from conversations.generation.loops import end, run_for_ever
from conversations.generation.message_run import MessageRun
from conversations.generation.pace import Pace
from conversations.generation.processes import Membership
from conversations.generation.prompt import Call
from conversations.generation.run import Run
from conversations.generation.tail import Tails
from conversations.generation.tidying import Tidying
from conversations.generation.wakeups import Wakeups
from conversations.generation.writer import Writer
from conversations.models import Generation
from conversations.quotas.settlement import Used
from conversations.transcript import Failure, Finished

logger = logging.getLogger(__name__)

# The delay of a stop that was requested in another thread or process.
STOP_POLL_SECONDS = 0.25
# A revoked permission ends running answers within five seconds.
REVOCATION_POLL_SECONDS = 2
# The administration shows the tokens of running answers as they were noted. A killed server loses
# the usage of an API run since the last note, at most this long.
NOTE_SECONDS = 1


class Runner:
    """The generations of this process, with the writer and the tails that they share."""

    def __init__(self) -> None:
        self.tails = Tails()
        self.wakeups = Wakeups()
        self._runs: dict[UUID, Run] = {}
        self._writer = Writer(self.tails, lambda: len(self._runs))
        self._connections = Connections()
        self._leases = Leases()
        self._line_of_long_answers = asyncio.Lock()
        self._beginning = 0
        metrics.RUNNING.read_from(lambda: outcomes.by_kind(list(self._runs.values())))
        self._is_draining = False
        self._tidying = Tidying(lambda: self._runs)
        # A running task without a reference may be garbage-collected.
        self._tasks: set[asyncio.Task[None]] = set()
        self._loops = [
            self._spawn(run_for_ever(loop))
            for loop in (
                self._writer.work,
                self._leases.work,
                self._watch_stops,
                self._watch_revocations,
                self._note_progress,
                self._tidying.take_over,
                self._tidying.clean_up,
                self._tidying.purge,
                *self.wakeups.loops,
            )
        ]

    def _spawn(
        self, work: Coroutine[Any, Any, None], context: contextvars.Context | None = None
    ) -> asyncio.Task[None]:
        # An empty context: that of a request would tie the task to the request's thread.
        context = context or contextvars.Context()
        return asyncio.get_running_loop().create_task(work, context=context)

    def join(self, membership: Membership) -> None:
        """Be one of the processes of the site: they end what one leaves that dies."""
        self._tidying.join(membership)

    @contextmanager
    def beginning(self) -> Iterator[None]:
        """Note that a generation is being written: the process does not end before it is run."""
        self._beginning += 1
        try:
            yield
        finally:
            self._beginning -= 1

    def start(self, generation: Generation, call: Call) -> None:
        """Run the generation in a task of its own."""
        self.tails.open(generation.pk)
        run = self._new_run(generation, call)
        self._start_task(self._supervise(run, generation, call), generation)

    def start_api_run(
        self,
        generation: Generation,
        call: Call,
        listener: Listener,
        *,
        address: str = "",
        place_until: float = math.inf,
    ) -> None:
        """Run a generation without messages in a task of its own, for ``listener``.

        ``address`` is the address of the API client, which waits for a place at its provider
        until ``place_until``, by the loop's clock.
        """
        run = self._new_run(generation, call)
        run.address, run.place_until = address, place_until
        if listener.record:
            run.encoded = listener.record.encoded
            listener.record.begin(lambda part: self._writer.queue(run, [part]))
        self._start_task(self._supervise_api_run(run, call, listener), generation)

    def _new_run(self, generation: Generation, call: Call) -> Run:
        run = Run(
            generation.pk,
            generation.user_id,
            generation.epoch,
            generation.api_key_id,
            choices=call.choices,
            lease=call.lease,
            pace=Pace(self._line_of_long_answers),
        )
        self._runs[generation.pk] = run
        if self._is_draining:
            run.stop.set()
        return run

    def _start_task(self, work: Coroutine[Any, Any, None], generation: Generation) -> None:
        context = log_context.detached(
            generation_id=generation.pk, conversation_id=generation.conversation_id
        )
        task = self._spawn(work, context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self, generation_id: UUID, user_id: int) -> bool:
        """Stop a generation of this process at once; False if it is not here or not the user's.

        It does not ask the database, which may have a queue.
        """
        run = self._runs.get(generation_id)
        if run is None or run.user_id != user_id:
            return False
        run.stop.set()
        return True

    @property
    def is_busy(self) -> bool:
        """True while an answer runs, or is about to."""
        return bool(self._tasks or self._beginning)

    @property
    def is_shown_elsewhere(self) -> bool:
        """True if pages can follow in other processes what runs here."""
        return self._tidying.has_others

    def interrupt(self) -> None:
        """End all runs as interrupted, and each that begins from now on."""
        self._is_draining = True
        for run in self._runs.values():
            run.stop.set()

    async def drain(self) -> None:
        """Interrupt all runs, wait until they are stored, and close."""
        self.interrupt()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await end(self._loops)
        await self._tidying.leave()
        self._writer.close()
        await self.wakeups.aclose()
        await self._connections.aclose()

    async def _supervise(self, run: Run, generation: Generation, call: Call) -> None:
        try:
            last = await self._run_message(run, generation.notices, call)
        except Exception:
            logger.exception("Generation %s failed.", run.generation_id)
            last = _failed()
        is_whole = False
        try:
            is_whole = await self._finish(run, call, last)
        finally:
            self.tails.close(run.generation_id, is_whole=is_whole)
            del self._runs[run.generation_id]
        if generation.conversation_id:
            self.wakeups.notify(generation.user_id, generation.conversation_id)

    async def _supervise_api_run(self, run: Run, call: Call, listener: Listener) -> None:
        try:
            shared = api_run.Shared(self._connections, self._leases, self._writer.beat)
            ending = await api_run.relay(run, call, listener, shared)
        except Exception:
            logger.exception("Generation %s failed.", run.generation_id)
            ending = Ending(_failed())
        ending = ending._replace(last=self._with_reason(run, ending.last))
        try:
            used = await self._finish_api_run(run, ending, listener.record)
            ending = ending._replace(used=used)
            if used:
                outcomes.count(run, call.model, ending.last)
        finally:
            del self._runs[run.generation_id]
            listener.end(ending)

    async def _finish_api_run(self, run: Run, ending: Ending, record: Record | None) -> Used | None:
        if record:
            record.close()
            await self._writer.flush(run)
        return await in_thread_with_retries(api_run.finish, run, ending, record)

    async def _run_message(self, run: Run, notices: list[str], call: Call) -> Finished:
        message_run = MessageRun(run, self._writer, self._leases)
        await message_run.add_notices(notices)
        return await message_run.relay(call, self._connections)

    async def _finish(self, run: Run, call: Call, last: Finished) -> bool:
        """End the generation; False if another process has ended it."""
        await self._writer.flush(run)
        last = self._with_reason(run, last)
        payload = await in_thread_with_retries(
            lifecycle.finish,
            run.generation_id,
            run.epoch,
            last,
            run.measured,
            trace=lifecycle.UpstreamTrace(run.upstream_id, run.upstream_words),
        )
        if payload:
            self.tails.publish(run.generation_id, [payload])
            outcomes.count(run, call.model, last)
        return payload is not None

    def _with_reason(self, run: Run, last: Finished) -> Finished:
        if last.cause != "stopped":
            return last
        if run.revoked:
            return msgspec.structs.replace(last, error=run.revoked)
        if self._is_draining:
            error = Failure("restarted", _("The server was restarted while this was written."))
            return msgspec.structs.replace(last, cause="interrupted", error=error)
        return last

    async def _watch_stops(self) -> None:
        while True:
            await asyncio.sleep(STOP_POLL_SECONDS)
            if self._runs:
                for generation_id in await in_thread(stops.requested_stops):
                    if run := self._runs.get(generation_id):
                        run.stop.set()

    async def _watch_revocations(self) -> None:
        while True:
            await asyncio.sleep(REVOCATION_POLL_SECONDS)
            if self._runs:
                known = {key: run.address for key, run in self._runs.items()}
                for generation_id, why in (await in_thread(revocation.revoked, known)).items():
                    if run := self._runs.get(generation_id):
                        run.revoked = why
                        run.stop.set()

    async def _note_progress(self) -> None:
        while True:
            await asyncio.sleep(NOTE_SECONDS)
            tokens = {key: run.tokens for key, run in self._runs.items() if run.began}
            if tokens:
                await in_thread(lifecycle.note_progress, tokens)


def _failed() -> Finished:
    """Return the end of a run that failed in our own code."""
    text = _("Something went wrong on this site.")
    return Finished(cause="failed", error=Failure("internal", text))


_runners: WeakKeyDictionary[asyncio.AbstractEventLoop, Runner] = WeakKeyDictionary()


def runner() -> Runner:
    """Return the runner of this event loop, created at the first call."""
    loop = asyncio.get_running_loop()
    if loop not in _runners:
        _runners[loop] = Runner()
    return _runners[loop]
