"""Keys of providers are visible nowhere: not in pages, logs, errors or the database."""

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client

from conversations.database.threads import in_thread
from conversations.models import Conversation, Provider, User
from tests import postgres
from tests.playing import KEY, Stage, play

pytestmark = pytest.mark.django_db(transaction=True)
HEADER_KEY = "canary-header-2718"
# Every kind of end, including an error that repeats the key.
SCRIPTS = ("good", "401", "echoes-key", "html", "500", "error-mid-stream", "redirect", "malformed")


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


async def _talk(stage: Stage) -> None:
    stage.upstream.echo = KEY
    for script in SCRIPTS:
        await stage.ended(await stage.send("Hello", await stage.model(script)))
    await in_thread(lambda: Provider.objects.update(extra_headers=f"X-Secret: {HEADER_KEY}"))


def test_a_key_is_visible_nowhere(logged: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    play(_talk)
    seen = {"logs": logged.text, "the database": dump(tmp_path), **pages()}
    for key in (KEY, HEADER_KEY):
        assert [place for place, text in seen.items() if key in text] == []
    assert KEY in {provider.api_key for provider in Provider.objects.all()}


def dump(place: Path) -> str:
    """The whole database as text."""
    name = connection.settings_dict["NAME"]
    if settings.POSTGRES:
        return postgres.dump(f"{settings.POSTGRES}/{name}")
    copy = place / "copy.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    with sqlite3.connect(copy) as database:
        return "\n".join(database.iterdump())


def pages() -> dict[str, str]:
    """All pages that Alice and the administrator can open."""
    people = {}
    for name in ("alice", "dana"):
        client = Client()
        client.force_login(User.objects.get(username=name))
        people[name] = client
    found = {"/": _text(people["alice"], "/")}
    for conversation in Conversation.objects.all():
        address = f"/c/{conversation.pk}/"
        found[address] = _text(people["alice"], address)
    for address in _admin_addresses():
        found[address] = _text(people["dana"], address)
    return found


def _text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code in {200, 302}, address
    return "" if response.streaming else response.content.decode()


def _admin_addresses() -> Iterator[str]:
    for model in admin.site._registry:
        root = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield root
        for record in model._default_manager.all()[:20]:
            yield f"{root}{record.pk}/change/"
