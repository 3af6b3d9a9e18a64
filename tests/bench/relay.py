"""The yardstick: an upstream's stream passed on over a websocket, nothing stored or checked.

python -m tests.bench.relay --upstream http://127.0.0.1:40001/v1 --port 20001
"""

import argparse
import asyncio

import aiohttp
import uvloop
from aiohttp import web

UPSTREAM = web.AppKey("upstream", str)
HTTP = web.AppKey("http", aiohttp.ClientSession)


async def relay(request: web.Request) -> web.WebSocketResponse:
    """Ask the upstream what the browser says, and send each event as a frame."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    said = await socket.receive_str()
    body = {"model": "good", "stream": True, "messages": [{"role": "user", "content": said}]}
    address = request.app[UPSTREAM] + "/chat/completions"
    async with request.app[HTTP].post(address, json=body) as answer:
        async for line in answer.content:
            if line.startswith(b"data: "):
                await socket.send_str(line[6:].decode())
    await socket.close()
    return socket


async def serve(upstream: str, port: int) -> None:
    """Serve until the process is ended."""
    application = web.Application()
    application[UPSTREAM] = upstream
    application[HTTP] = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    application.router.add_get("/ws/", relay)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Passes an upstream's stream on.")
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    uvloop.run(serve(asked.upstream, asked.port))
