"""A page with the site's modules, styles and content security policy, and nothing else on it.

The modules are served as they are and not as a bundle, so that a test can import each.
"""

import json
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from csp.constants import NONCE
from django.conf import settings

_NONCE = "of-this-page"


@contextmanager
def script_page() -> Iterator[str]:
    """Serve the page on a free port inside the context; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, name="script-page")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/":
            self._answer(_page().encode(), "text/html; charset=utf-8")
            return
        path = self.path.partition("?")[0].removeprefix("/static/")
        folder = "node_modules" if path.startswith("npm/") else "static"
        found = Path(settings.BASE_DIR) / folder / path.removeprefix("npm/")
        if not found.is_file():
            self.send_error(404)
            return
        self._answer(found.read_bytes(), mimetypes.guess_type(found)[0] or "text/plain")

    def _answer(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", _policy())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Log nothing, to keep the test's output clean."""


def _policy() -> str:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(
        " ".join([name, *(f"'nonce-{_NONCE}'" if each is NONCE else each for each in sources)])
        for name, sources in directives.items()
    )


def _page() -> str:
    js = Path(settings.BASE_DIR) / "static" / "js"
    own = {
        f"#js/{path.relative_to(js).as_posix()}": f"/static/js/{path.relative_to(js).as_posix()}"
        for path in js.rglob("*.js")
    }
    packages = {
        name: f"/static/npm/{path}"
        for name, path in (settings.NPM_BUNDLED | settings.NPM_LATER).items()
    }
    imports = json.dumps({"imports": own | packages})
    css = sorted((Path(settings.BASE_DIR) / "static" / "css").glob("*.css"), key=_place)
    styles = "".join(f'<link rel="stylesheet" href="/static/css/{path.name}">' for path in css)
    return (
        "<!doctype html><html lang=en><title>Scripts</title><link rel=icon href=data:,>"
        f'<script type="importmap" nonce="{_NONCE}">{imports}</script>'
        f'{styles}<body><main id="message" class="markdown"></main></body></html>'
    )


def _place(sheet: Path) -> tuple[bool, str]:
    """The order of the style sheets: the first one declares the order of their layers."""
    return sheet.name != "variables.css", sheet.name
