"""A live site for tests: daphne in a thread, and the bundled model in its own process."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import LazySettings, settings
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from conversations.bundled_model import supervisor as bundled

START_SECONDS = 60


@dataclass(frozen=True)
class LiveSite:
    """A running site; `url` has no slash at its end."""

    url: str

    def __str__(self) -> str:
        return self.url


@pytest.fixture(scope="session", autouse=True)
def collected_static() -> None:
    """The static files, collected as in production but not compressed: pages name them.

    Once for all processes that share their folder, as those of mutants do.
    """
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session")
def served_site(
    collected_static: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[LiveSite]:
    """A running site, for fixtures that live longer than one test.

    From here on the database may be reached between the tests too, as the site does.
    """
    with django_db_blocker.unblock():
        yield from _served()


def _served() -> Iterator[LiveSite]:
    # Twisted's reactor can run once in a process, so all tests share one server. It starts with
    # the first test that asks, and reads the collected files then.
    from chatsite.server import Server

    listening = threading.Event()
    ports: list[int] = []

    def on_listening(port: int) -> None:
        ports.append(port)
        listening.set()

    def serve() -> None:
        from chatsite.asgi import application

        server = Server(application, host="127.0.0.1", port=0, on_listening=on_listening)
        servers.append(server)
        server.run()

    servers: list[Server] = []
    thread = threading.Thread(target=serve, name="live-site")
    thread.start()
    assert listening.wait(START_SECONDS), "The server did not start."
    site = LiveSite(f"http://127.0.0.1:{ports[0]}")
    yield site
    server = servers[0]
    server.loop.call_soon_threadsafe(server.stop)
    thread.join(START_SECONDS)


@pytest.fixture
def live_site(served_site: LiveSite, transactional_db: None, settings: LazySettings) -> LiveSite:
    """A running site whose database is emptied after the test.

    Its address is that of the settings until then: later tests may depend on theirs.
    """
    settings.SITE_ORIGINS, settings.SITE_URL = (served_site.url,), served_site.url
    return served_site


@pytest.fixture(scope="session")
def local_model() -> Iterator[str]:
    """The address of a real llama.cpp server, such as `http://127.0.0.1:40321`."""
    weights = bundled.weights()
    if weights is None:
        pytest.skip("The bundled model is not installed; `make test` installs it.")
    ready = threading.Event()
    addresses: list[str] = []

    def on_ready(address: str) -> None:
        addresses.append(address)
        ready.set()

    model = bundled.LocalModel(weights, on_ready)
    model.start()
    try:
        assert ready.wait(START_SECONDS), "The bundled model did not start."
        yield addresses[0]
    finally:
        model.stop()
