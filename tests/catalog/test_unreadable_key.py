"""A key that was stored under another ENCRYPTION_KEY is reported as unreadable, and not lost."""

import pytest
from asgiref.sync import sync_to_async
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from conversations.models import Provider, UnreadableText
from tests.catalog.administrator import Administrator
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


def test_headers_that_cannot_be_read_are_not_left_out() -> None:
    async def work(stage: Stage) -> tuple[str, int]:
        model = await stage.model("good")
        await sync_to_async(_close_with_another_key)("extra_headers")
        generation, _ = await stage.ended(await stage.send("Hello", model))
        return generation.error_code, len(stage.upstream.calls)

    assert play(work) == ("key_unreadable", 0)


@pytest.mark.parametrize("name", ["api_key", "extra_headers"])
def test_the_form_says_what_cannot_be_read_and_removes_it(people: People, name: str) -> None:
    provider = make_model(api_key=KEY).provider
    Provider.objects.update(extra_headers="X-Team: red")
    _close_with_another_key(name)
    dana = Administrator(Client(), people)
    page = dana.opens(f"provider/{provider.pk}/change/")
    assert page.count("no ENCRYPTION_KEY of this site opens it") == 1
    assert "The address has changed" in dana.saves(provider, base_url="https://else.example/v1")
    dana.saves(provider, **{f"remove_{name}": "on"})
    assert getattr(Provider.objects.get(), name) == ""
    assert Provider.objects.get().unreadable_secrets() == []


def _close_with_another_key(name: str) -> None:
    token = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    Provider.objects.update(**{name: UnreadableText(token)})


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
