"""Errors of the server itself, for which the application was not asked.

Below ``/v1``, and where there is no address at all, they have the form of API errors
(docs/api.md, "Errors"): only programs send what is no HTTP. Elsewhere they are plain text.
"""

import json
import re
import uuid
from http import HTTPStatus

from twisted.web.http import datetimeToString

from chatsite.security_headers import Header, with_security_headers

_API = re.compile(rb"/+v1(?:[/?#]|$)")
_CODES = {
    403: "https_required",
    408: "request_timeout", 413: "too_large", 414: "too_large", 431: "too_large",
    500: "internal_error",
}  # fmt: skip


def is_api(address: bytes) -> bool:
    """True if a request for that address is one of a program, below ``/v1``."""
    return bool(_API.match(address))


def error_content(status: int, text: str, address: bytes) -> tuple[bytes, list[Header]]:
    """The body and the headers of an error in reply to a request for that address."""
    if address and not is_api(address):
        content = text.encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    else:
        content, headers = _api_error(status, text)
    # Nothing has checked yet whether a proxy used TLS; over plain HTTP browsers ignore the header.
    return content, with_security_headers(headers, is_secure=True)


def whole_error(status: int, text: str, address: bytes) -> bytes:
    """The error as the bytes of a connection that ends with it."""
    content, headers = error_content(status, text, address)
    lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
    lines += [b"connection: close", b"date: " + datetimeToString()]
    lines += [b"%s: %s" % header for header in headers]
    lines += [b"content-length: %d" % len(content), b"", content]
    return b"\r\n".join(lines)


def _api_error(status: int, message: str) -> tuple[bytes, list[Header]]:
    kind = "invalid_request_error" if status < 500 else "api_error"
    code = _CODES.get(status, "bad_request")
    error = {"message": message, "type": kind, "param": None, "code": code}
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-request-id", b"req_%s" % uuid.uuid4().hex.encode()),
        (b"x-should-retry", b"false"),
    ]
    return json.dumps({"error": error}).encode(), headers
