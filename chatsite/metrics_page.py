"""`/metrics`: the metrics of this process, for a Prometheus that may read them."""

import asyncio
import hmac
import ipaddress

from django.conf import settings
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from chatsite import machine_state, metrics
from chatsite.asgi_types import Application, Message, Receive, Send

# A proxy of this machine is a client of this machine as well.
_FORWARDED = {b"x-forwarded-for", b"x-forwarded-proto", b"x-real-ip", b"forwarded", b"via"}
_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}


class MetricsPage:
    """Answers `/metrics`, and passes on everything else.

    In front of Django, as the health checks are: scrapers use the address of each process. With
    METRICS_TOKEN it is for those who send it; without, for programs on this machine. For all others
    there is nothing at this address.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        machine_state.register()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer with the metrics in Prometheus' text format."""
        if scope["type"] != "http" or scope["path"] != "/metrics":
            await self._application(scope, receive, send)
        elif settings.METRICS_TOKEN and not _has_token(scope, settings.METRICS_TOKEN):
            await _answer(send, 401, b"A token is needed.\n", (b"www-authenticate", b"Bearer"))
        elif not settings.METRICS_TOKEN and not _is_from_this_machine(scope):
            await self._application(scope, receive, send)
        elif scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, 405, b"Use GET.\n", (b"allow", b"GET, HEAD"))
        else:
            # On a thread: the lines of a large catalog take a while, and no token waits for them.
            text = await asyncio.to_thread(generate_latest, metrics.REGISTRY)
            await _answer(send, 200, text)


def _has_token(scope: Message, token: str) -> bool:
    sent = _header(scope, b"authorization")
    # The time that it takes says nothing about the token.
    return hmac.compare_digest(sent, b"Bearer " + token.encode())


def _is_from_this_machine(scope: Message) -> bool:
    """True if a program on this machine asks by its own address, and forwards for nobody."""
    if any(name in _FORWARDED for name, _value in scope["headers"]):
        return False
    host = _header(scope, b"host").decode("latin-1").rpartition(":")
    names = {"".join(host), host[0]}
    return not names.isdisjoint(_LOOPBACK_NAMES) and _is_loopback(scope)


def _is_loopback(scope: Message) -> bool:
    address, _port = scope.get("client") or ("", 0)
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _header(scope: Message, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


async def _answer(
    send: Send, status: int, body: bytes, header: tuple[bytes, bytes] | None = None
) -> None:
    headers = [
        (b"content-type", CONTENT_TYPE_PLAIN_0_0_4.encode()),
        (b"cache-control", b"no-store"),
        *([header] if header else []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
