"""Health checks for supervisors and load balancers."""

from chatsite.asgi_types import Application, Message, Receive, Send
from conversations.views.health import database_obstacle

_draining = False


def begin_draining() -> None:
    """Make `/readyz` answer 503 from now on: this process takes no new traffic."""
    global _draining  # noqa: PLW0603 - a state of the whole process
    _draining = True


class HealthChecks:
    """Answers `/healthz` and `/readyz`, and passes on everything else.

    In front of Django, because checks use the address of a container or a machine, which is none
    of the site's host names.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer 200 for a process that is alive, or that may take traffic."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path == "/healthz":
            await _answer(send, 200, "ok")
        elif path == "/readyz":
            obstacle = "draining" if _draining else await database_obstacle()
            await _answer(send, 503 if obstacle else 200, obstacle or "ready")
        else:
            await self._application(scope, receive, send)


async def _answer(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{text}\n".encode()})
