"""A key that was stored under another ENCRYPTION_KEY is reported as unreadable, and not lost."""

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from conversations.models import Provider
from tests.people import People, make_model
from tests.playing import KEY, Stage, play

pytestmark = pytest.mark.django_db(transaction=True)


def _stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key FROM conversations_provider")
        return str(cursor.fetchone()[0])


def test_an_answer_says_what_an_administrator_must_do(settings: LazySettings) -> None:
    async def work(stage: Stage) -> tuple[str, int]:
        model = await stage.model("good")
        settings.ENCRYPTION_KEY = Fernet.generate_key().decode()
        generation, _ = await stage.ended(await stage.send("Hello", model))
        return generation.error_message, len(stage.upstream.calls)

    message, calls = play(work)
    assert message.startswith("The key of the model's server cannot be read any more.")
    assert calls == 0


def test_the_provider_opens_and_what_was_stored_survives_a_save(
    people: People, settings: LazySettings
) -> None:
    former = settings.ENCRYPTION_KEY
    provider = make_model(api_key=KEY).provider
    before = _stored()
    settings.ENCRYPTION_KEY = Fernet.generate_key().decode()
    client = Client()
    client.force_login(people.dana)
    assert client.get(f"/admin/conversations/provider/{provider.pk}/change/").status_code == 200
    found = Provider.objects.get()
    found.name = "Renamed"
    found.save()
    assert _stored() == before
    settings.ENCRYPTION_KEY = former
    assert Provider.objects.get().api_key == KEY
