"""A proxy in front of the site that passes on everything but websockets."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlsplit


class RefusingProxy:
    """Answers a request to upgrade with ``status``; with 0 it drops the header, as many do."""

    def __init__(self, site: str, status: int) -> None:
        parts = urlsplit(site)
        self._site = (parts.hostname, parts.port)
        self.status = status
        self.url = ""

    async def listen(self) -> None:
        """Begin to accept connections."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def end(self) -> None:
        """Drop every connection."""
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        # Transports close in the next turn of the loop.
        await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            is_upgrade = b"upgrade: websocket" in head.lower()
            if is_upgrade and self.status == 101:
                await self._pass_on(head, reader, writer)
            elif is_upgrade and self.status:
                writer.write(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % self.status)
            else:
                await self._pass_on(_closing(head), reader, writer)

    async def _pass_on(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        from_site, to_site = await asyncio.open_connection(*self._site)
        with closing(to_site):
            to_site.write(head)
            await asyncio.gather(_copy(reader, to_site), _copy(from_site, writer))


def _closing(head: bytes) -> bytes:
    """The head of a request without an upgrade, after whose answer the connection ends."""
    dropped = (b"connection:", b"upgrade:")
    lines = head.split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(dropped)]
    return b"\r\n".join([*kept[:-2], b"Connection: close", b"", b""])


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()


@contextmanager
def refusing_proxy(site: str, status: int) -> Iterator[RefusingProxy]:
    """A proxy that listens."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    proxy = RefusingProxy(site, status)
    asyncio.run_coroutine_threadsafe(proxy.listen(), loop).result(10)
    yield proxy
    asyncio.run_coroutine_threadsafe(proxy.end(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()
