"""Security headers of every HTTP reply, whether Django's middleware has seen it or not.

Static files, health checks, shared pages and the API are answered in front of that middleware or
of parts of it, and so are its own refusals, such as that of a foreign host name.
"""

from collections.abc import Iterable

from django.conf import settings

from chatsite.asgi_types import Application, Message, Receive, Send

Header = tuple[bytes, bytes]

# Of a reply that is no page: nothing in it may load, run or be framed.
_NO_CONTENT = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
# Of a file: it may be a worker, which imports modules.
_OF_FILES = b"base-uri 'none'; frame-ancestors 'none'; object-src 'none'"


class SecurityHeaders:
    """An ASGI application that adds the headers that a reply does not have yet."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on the scope, and each message of the reply with complete headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = with_security_headers(message["headers"], is_secure=is_secure(scope))
                message = {**message, "headers": headers}
            await send(message)

        await self._application(scope, receive, send_with_headers)


class TransportHeaders:
    """An ASGI application that adds to every reply, files and their 304 too, what each must have.

    In front of everything else. A file is no page, and a policy for what it loads would keep a
    worker from importing its modules, so its policy is about the other things alone.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on the scope, and each message of the reply with these headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                needed = headers_of_files(is_secure=is_secure(scope))
                message = {**message, "headers": _completed(message["headers"], needed)}
            await send(message)

        await self._application(scope, receive, send_with_headers)


def with_security_headers(headers: Iterable[Header], *, is_secure: bool) -> list[Header]:
    """The headers, and the security headers that are not among them."""
    return _completed(headers, _security_headers(is_secure=is_secure))


def _completed(headers: Iterable[Header], needed: Iterable[Header]) -> list[Header]:
    present = list(headers)
    names = {name.lower() for name, _value in present}
    return [*present, *(each for each in needed if each[0] not in names)]


def transport_headers(*, is_secure: bool) -> list[Header]:
    """The headers that even a refusal of the server itself has."""
    headers = [(b"x-content-type-options", b"nosniff")]
    # Browsers must ignore it over plain HTTP (RFC 6797, 7.2).
    if is_secure and settings.SECURE_HSTS_SECONDS:
        age = b"max-age=%d; includeSubDomains" % settings.SECURE_HSTS_SECONDS
        headers.append((b"strict-transport-security", age))
    return headers


def headers_of_files(*, is_secure: bool) -> list[Header]:
    """The headers of a reply that no page of the site is."""
    policy = (b"content-security-policy", _OF_FILES)
    return [*transport_headers(is_secure=is_secure), policy]


def _security_headers(*, is_secure: bool) -> list[Header]:
    headers = {
        "x-frame-options": settings.X_FRAME_OPTIONS,
        "referrer-policy": settings.SECURE_REFERRER_POLICY,
        "cross-origin-opener-policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    }
    # Django's error pages for developers have inline styles, and no policy of their own.
    if not settings.DEBUG:
        headers["content-security-policy"] = _NO_CONTENT
    policies = [(name.encode(), value.encode()) for name, value in headers.items()]
    return [*transport_headers(is_secure=is_secure), *policies]


def is_secure(scope: Message) -> bool:
    """True if the browser used TLS, as Django's ``request.is_secure`` decides it."""
    if not settings.SECURE_PROXY_SSL_HEADER:
        return bool(scope.get("scheme") == "https")
    variable, secure = settings.SECURE_PROXY_SSL_HEADER
    name = variable.removeprefix("HTTP_").replace("_", "-").lower().encode()
    values = [value for each, value in scope["headers"] if each == name]
    if not values:
        return bool(scope.get("scheme") == "https")
    return bool(b",".join(values).split(b",")[0].strip() == secure.encode())
