"""The sandboxed frame in which diagrams are drawn.

The library that draws them needs inline styles, which the site's own pages forbid. So it runs in
an origin of its own, without cookies, storage or network; the source of the diagram and its height
are exchanged by ``postMessage``.
"""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

_POLICY = (
    "sandbox allow-scripts",
    "default-src 'none'",
    "script-src 'nonce-{nonce}' 'strict-dynamic'",
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
)


@require_safe
@xframe_options_sameorigin
def frame(request: HttpRequest) -> HttpResponse:
    """The empty frame, the same for all; it needs no sign-in, because it holds no data."""
    nonce = secrets.token_urlsafe(16)
    response = render(request, "diagram_frame.html", {"nonce": nonce})
    response["Content-Security-Policy"] = "; ".join(_POLICY).format(nonce=nonce)
    return response
