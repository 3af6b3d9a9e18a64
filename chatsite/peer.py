"""The client's address and protocol, from a trusted proxy or from the connection."""

from django.conf import settings

from chatsite.asgi_types import Application, Message, Receive, Send

_ROOT_PATH_HEADER = b"daphne-root-path"
_PROTOCOL_HEADER = b"x-forwarded-proto"


class TrustedPeer:
    """Sets `root_path` and `client` of each scope, in front of everything else.

    The server lets any client set `root_path` with a header; this site is never mounted below a
    path, so it is always empty. With TRUSTED_PROXIES=n the client is the n-th address from the
    right of X-Forwarded-For: the addresses further left may be written by the client itself.
    Protocols are passed on in lower case, in which Django compares them: HTTPS is https as well
    (RFC 3986, 3.1).
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on the corrected scope."""
        headers = [
            (name, value.lower() if name == _PROTOCOL_HEADER else value)
            for name, value in scope.get("headers", [])
            if name != _ROOT_PATH_HEADER
        ]
        corrected = {**scope, "root_path": "", "headers": headers}
        address = _forwarded_address(headers, settings.TRUSTED_PROXIES)
        if address:
            corrected["client"] = [address, 0]
        await self._application(corrected, receive, send)


def _forwarded_address(headers: list[tuple[bytes, bytes]], proxies: int) -> str:
    if not proxies:
        return ""
    values = b",".join(value for name, value in headers if name == b"x-forwarded-for")
    addresses = [part.strip() for part in values.decode("latin-1").split(",") if part.strip()]
    return _without_port(addresses[-proxies]) if len(addresses) >= proxies else ""


def _without_port(address: str) -> str:
    """The address alone: some proxies write 192.0.2.1:4711 or [2001:db8::1]:4711 (RFC 7239, 6).

    With another port for each connection, one client would count as many.
    """
    if address.startswith("["):
        return address[1:].partition("]")[0]
    host, colon, port = address.partition(":")
    return host if colon and port.isdecimal() else address
