"""A model server that plays the script its request names.

    python -m tests.upstreams.scripted --port 0        prints its address and serves

    async with ScriptedUpstream() as server: ...       on the loop that runs
    with scripted_thread() as server: ...              on a loop in a thread of its own

The model name selects the script and may carry parameters, ``good?tokens=400,rate=50``; so may the
last user message. The parameters are in ``call.DEFAULTS``, the scripts in ``good.py``,
``tools.py``, ``faults.py``, ``statuses.py``, ``replies.py``, ``able.py`` and ``demo.py``;
``GET /v1/models`` lists them. Each token has the number of its request and its own,
``<gen:17:0042>``, so that any loss, repetition or mixing shows.

With ``gate=NAME`` each token waits until the test opens that gate: ``server.open(NAME, 3)``, or
``POST /gate/NAME?3`` from another process. ``server.calls`` and ``server.connections`` record
what happened; ``GET /record`` gives the same as JSON; ``await server.until(...)`` waits for it.
"""

import argparse
import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

from . import able, demo, faults, good, replies, statuses, tools
from .call import Call, ClientLeft
from .recorded import Recording

_FAMILIES = (good, tools, faults, statuses, replies, able, demo)
SCRIPTS = {name: script for family in _FAMILIES for name, script in family.SCRIPTS.items()}
assert len(SCRIPTS) == sum(len(family.SCRIPTS) for family in _FAMILIES)


@dataclass
class Connection:
    """The times of opening and closing of a connection, in Unix seconds."""

    opened_at: float = field(default_factory=time.time)
    closed_at: float | None = None


# A connection is accepted, and closed, in some rounds of its loop.
ROUNDS = 10


class ScriptedUpstream:
    """The server. ``address`` is its base address, with ``/v1``."""

    def __init__(self, port: int = 0) -> None:
        self.calls: list[Call] = []
        self.connections: list[Connection] = []
        self.played: Counter[str] = Counter()
        self.echo = ""  # the text of the script echoes-key
        # Played to the models of these names, in place of scripts.
        self.recordings: dict[str, Recording] = {}
        self._port = port
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._changed = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, backlog=512)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        # A server that closes while a connection is being accepted forgets the connection.
        for listening in self._server.sockets:
            self._loop.remove_reader(listening.fileno())
        await _rounds()
        self.die()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        await _rounds()

    @property
    def address(self) -> str:
        """The base address for a provider."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def open_connections(self) -> int:
        """The number of open connections."""
        return sum(connection.closed_at is None for connection in self.connections)

    def gate(self, name: str) -> asyncio.Semaphore:
        """Return the gate of this name, closed at first."""
        return self._gates.setdefault(name, asyncio.Semaphore(0))

    def open(self, name: str, tokens: int = 1) -> None:
        """Let a number of tokens through a gate. Safe from any thread."""
        for _ in range(tokens):
            self._loop.call_soon_threadsafe(self.gate(name).release)

    def die(self) -> None:
        """Stop listening and break every connection."""
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    def note_change(self) -> None:
        """Wake the tasks that wait in ``until``."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until the condition is true, checking after each record. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                await self._changed.wait()

    def wait_until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Like ``until``, from another thread."""
        waiting = self.until(condition, seconds)
        asyncio.run_coroutine_threadsafe(waiting, self._loop).result()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection()
        self.connections.append(connection)
        self._writers.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._take(reader, writer):
                    pass
        finally:
            connection.closed_at = time.time()
            self._writers.discard(writer)
            self._tasks.discard(task)
            writer.close()
            self.note_change()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection stays open."""
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        pairs = (line.split(":", 1) for line in lines[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        content = await reader.readexactly(int(headers.get("content-length", 0)))
        number = len(self.calls) + 1
        call = Call(self, number, (method, path, headers), content, writer)
        if path.endswith(("/chat/completions", "/models")):
            self.calls.append(call)
            self.note_change()
        await self._play(call, reader)
        return call.keep_alive

    async def _play(self, call: Call, reader: asyncio.StreamReader) -> None:
        """Play the script to its end, or until the client leaves."""
        script = asyncio.create_task(self._route(call))
        left = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait({script, left}, return_when=asyncio.FIRST_COMPLETED)
            if not script.done():
                call.ended, call.keep_alive = "left", False
        finally:
            for task in (script, left):
                task.cancel()
            results = await asyncio.gather(script, left, return_exceptions=True)
            call.ended_at = time.time()
            call.ended = call.ended or "answered"
            self.note_change()
        if isinstance(results[0], ClientLeft):
            call.ended, call.keep_alive = "left", False
        elif isinstance(results[0], Exception):
            raise results[0]

    async def _route(self, call: Call) -> None:
        if call.path.startswith("/gate/"):
            name, _, tokens = call.path.removeprefix("/gate/").partition("?")
            self.open(name, int(tokens or 1))
            await call.whole(200, {})
        elif call.path == "/record":
            calls = [made.as_json() for made in self.calls]
            connections = [vars(connection) for connection in self.connections]
            await call.whole(200, {"calls": calls, "connections": connections})
        elif call.path.endswith("/models"):
            listed = [{"id": name, "object": "model"} for name in SCRIPTS]
            await call.whole(200, {"object": "list", "data": listed})
        else:
            self.played[call.script] += 1
            if call.script in self.recordings:
                await self.recordings[call.script].play(call)
                return
            await SCRIPTS.get(call.script, faults.unknown_model)(call)


async def _rounds() -> None:
    for _round in range(ROUNDS):
        await asyncio.sleep(0)


@contextmanager
def scripted_thread(port: int = 0) -> Iterator[ScriptedUpstream]:
    """Serve on a loop in a thread of its own while the block runs."""
    ready, servers = threading.Event(), []
    loop = asyncio.new_event_loop()
    finished = asyncio.Event()

    async def serve() -> None:
        async with ScriptedUpstream(port) as server:
            servers.append(server)
            ready.set()
            await finished.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield servers[0]
    finally:
        loop.call_soon_threadsafe(finished.set)
        thread.join(10)
        loop.close()


async def main(port: int) -> None:
    """Serve until the process is ended."""
    async with ScriptedUpstream(port) as server:
        print(json.dumps({"address": server.address}), flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A model server that plays scripts.")
    parser.add_argument("--port", type=int, default=0)
    with suppress(KeyboardInterrupt):
        asyncio.run(main(parser.parse_args().port))
