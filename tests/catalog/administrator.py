"""An administrator who fills in and sends forms, as with a browser."""

import html
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client

from conversations.models import AuditEntry, LanguageModel, Provider
from tests.catalog.form_reader import FormReader
from tests.people import People
from tests.upstreams.scripted import ScriptedUpstream, scripted_thread

KEY = "canary-Yq55-provider-key"
HEADER = "canary-Jd83-extra-header"


class Administrator:
    """Dana at the administration. ``shown`` has every page that she has seen."""

    def __init__(self, client: Client, people: People) -> None:
        self.people = people
        self.shown: list[str] = []
        self._client = client
        client.force_login(people.dana)

    def opens(self, path: str) -> str:
        """Return the text of a page."""
        return self._kept(self._client.get(f"/admin/conversations/{path}", follow=True))

    def sends(self, path: str, **fields: Any) -> str:
        """Send a form and return the text of the next page."""
        return self._kept(self._client.post(f"/admin/conversations/{path}", fields, follow=True))

    def saves(self, target: Provider | LanguageModel, **fields: Any) -> str:
        """Change fields of a record and save; the other fields are sent as the page shows them."""
        name = target._meta.model_name
        reader = FormReader(f"{name}_form")
        reader.feed(self.opens(f"{name}/{target.pk}/change/"))
        return self.sends(f"{name}/{target.pk}/change/", **{**reader.fields, **fields})

    def presses(self, provider: Provider, button: str, **fields: Any) -> str:
        """Press a button on a provider's page."""
        return self.sends(f"provider/{provider.pk}/{button}/", **fields)

    def acts(self, action: str, *targets: Provider | LanguageModel) -> str:
        """Run an action of a list on the selected rows."""
        name = targets[0]._meta.model_name
        keys = [str(each.pk) for each in targets]
        return self.sends(f"{name}/", action=action, _selected_action=keys)

    def _kept(self, response: Any) -> str:
        assert response.status_code == 200, response.status_code
        self.shown.append(response.content.decode())
        return self.shown[-1]


def messages_of(page: str) -> list[str]:
    """Return the messages on the page."""
    found = re.findall(r'<li class="(?:success|error|warning|info)">(.*?)</li>', page, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "", each)).strip() for each in found]


def errors_of(page: str) -> list[str]:
    """Return the errors of the form on the page."""
    lists = re.findall(r'<ul class="errorlist"[^>]*>(.*?)</ul>', page, re.DOTALL)
    found = [each for inner in lists for each in re.findall(r"<li>(.*?)</li>", inner, re.DOTALL)]
    return [html.unescape(each) for each in found]


@contextmanager
def server_that_says(status: int, body: str) -> Iterator[str]:
    """Yield the base address of a server with one response to every request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: Any) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


def audited() -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Return the audit log, oldest first: action, record, before, after."""
    entries = AuditEntry.objects.changes().order_by("pk")
    return [(each.action, each.target_name, each.before, each.after) for each in entries]


@pytest.fixture
def dana(client: Client, people: People) -> Administrator:
    """Dana, signed in."""
    return Administrator(client, people)


@pytest.fixture
def server() -> Iterator[ScriptedUpstream]:
    """A model server."""
    with scripted_thread() as running:
        yield running


@pytest.fixture
def provider(server: ScriptedUpstream) -> Provider:
    """A provider at that server, with secrets."""
    return Provider.objects.create(
        name="Provider", base_url=server.address, api_key=KEY, extra_headers=f"X-Team: {HEADER}"
    )
