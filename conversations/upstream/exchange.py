"""Sends requests to one server, with retries, and turns bad responses into errors."""

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from .error_responses import ErrorReader, trace_id
from .errors import Malformed, NotAStream, Redirected, TooLarge, Truncated, UpstreamError
from .loose_json import parse
from .retries import Retries
from .transport import BROKEN, connection_error, read, reused

ERROR_BODY_BYTES = 64 * 1024
_HOST = re.compile(r"[^A-Za-z0-9.:\[\]-]")


class Exchange:
    """The HTTP of one server: headers, retries, statuses, encodings."""

    def __init__(  # noqa: PLR0913  (the arguments of Upstream)
        self,
        base_url: str,
        headers: Mapping[str, str],
        *,
        error_reader: ErrorReader,
        connect_seconds: float,
        wire_cap: int,
        transport: httpx.AsyncBaseTransport,
    ) -> None:
        self._base_url = base_url
        self._error_reader = error_reader
        self._connect_seconds = connect_seconds
        self._wire_cap = wire_cap
        self._takes_stream_options = True
        self._client = httpx.AsyncClient(
            transport=transport,
            headers={"User-Agent": "parley", **headers, "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(None, connect=connect_seconds, pool=connect_seconds),
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    async def aclose(self) -> None:
        """Close the pool."""
        await self._client.aclose()

    async def post(self, body: dict[str, Any], *, reuse: bool = True) -> httpx.Response:
        """Request a completion and return the open response of status 2xx. Raises UpstreamError.

        ``reuse`` False asks the server to close the connection after this request.
        """
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream, */*;q=0.5"}
        if not reuse:
            headers["Connection"] = "close"
        if not self._takes_stream_options:
            body = _without_stream_options(body)
        try:
            return await self._ask("POST", "/chat/completions", headers, _encode(body))
        except UpstreamError as failure:
            # Mistral refuses with 422.
            if failure.status not in {400, 422} or "stream_options" not in failure.message:
                raise
            if "stream_options" not in body:
                raise
        self._takes_stream_options = False
        return await self.post(body, reuse=reuse)

    async def get_whole(self, path: str) -> Any:
        """Fetch a whole JSON body and return it decoded. Raises UpstreamError."""
        return await self._whole(await self._ask("GET", path, {}, None))

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None
    ) -> httpx.Response:
        retries = Retries()
        while True:
            attempt = {"reused": False}
            reused.set(attempt)
            request = self._client.build_request(
                method, f"{self._base_url}{path}", headers=headers, content=content
            )
            try:
                response = await self._client.send(request, stream=True)
            except BROKEN as error:
                delay = retries.after_break(error, reused=attempt["reused"])
                if delay is None:
                    raise connection_error(error, self._connect_seconds) from None
            else:
                failure = await self._failure(response)
                if failure is None:
                    return response
                delay = retries.after_failure(failure)
                if delay is None:
                    raise failure
            await asyncio.sleep(delay)

    async def _failure(self, response: httpx.Response) -> UpstreamError | None:
        """Return the error of a response and close it; None if its body can be read."""
        encoding = response.headers.get("content-encoding", "identity")
        plain = encoding.lower() in {"identity", ""}
        if response.is_success and plain:
            return None
        try:
            if response.is_redirect:
                return _redirected(response)
            if response.is_success:
                return Malformed("The server compressed its answer although asked not to.")
            body = await _read_error(response) if plain else b""
            return self._error_reader.from_response(response.status_code, response.headers, body)
        finally:
            await response.aclose()

    async def _whole(self, response: httpx.Response) -> Any:
        trace = trace_id(response.headers)
        body = bytearray()
        try:
            await _read(response, self._wire_cap + 1, body)
        except BROKEN:
            raise Truncated("The answer broke off.", trace_id=trace) from None
        finally:
            await response.aclose()
        if len(body) > self._wire_cap:
            raise TooLarge("wire", self._wire_cap)
        return self._decoded(bytes(body), trace)

    def _decoded(self, body: bytes, trace: str | None) -> Any:
        # Some servers send blank lines before the JSON, to keep the connection open.
        text = body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        try:
            value = parse(text)
        except ValueError:
            if text[:1] in {"{", "["}:
                raise Malformed("The answer is not JSON.", trace_id=trace) from None
            raise NotAStream("The server did not send JSON.", trace_id=trace) from None
        failure = self._error_reader.from_body(value)
        if failure is not None:
            failure.trace_id = trace
            raise failure
        return value


def _encode(body: Mapping[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(body)
    except UnicodeError:  # A half surrogate: only an escape can carry it.
        return json.dumps(body).encode()


def _without_stream_options(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != "stream_options"}


def _redirected(response: httpx.Response) -> Redirected:
    host = urlsplit(response.headers.get("location", "")).netloc.rpartition("@")[2]
    host = _HOST.sub("", host)[:100] or response.request.url.host
    return Redirected(
        f"The server redirects to {host}.",
        status=response.status_code,
        trace_id=trace_id(response.headers),
    )


async def _read_error(response: httpx.Response) -> bytes:
    """Read as much of an error body as arrives: the status is enough if it ends early."""
    body = bytearray()
    with suppress(*BROKEN):
        await _read(response, ERROR_BODY_BYTES, body)
    return bytes(body)


async def _read(response: httpx.Response, most: int, body: bytearray) -> None:
    """Read at most ``most`` bytes of a response into ``body``."""
    while len(body) < most and (data := await read(response)):
        body += data[: most - len(body)]
