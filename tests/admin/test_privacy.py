"""Privacy from administrators: no page of the administration shows what users write."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from conversations.models import AuditEntry, KeptCompletion, ShareLink
from tests.admin.administrator import Administrator
from tests.people import People
from tests.purge.canaries import hits, plant
from tests.signed_in import confirmed

pytestmark = pytest.mark.django_db
# The records of users whose texts are theirs alone. The others are what an account is: names,
# addresses, keys, limits, and what was used.
PRIVATE = {
    "Conversation", "Message", "Generation", "LoggedEvent", "Feedback", "ShareLink", "Preset",
    "Definition", "KeptCompletion", "Invitation", "EmailConfirmation", "Authenticator",
    "SocialToken", "BrowserSession", "IdempotencyClaim",
}  # fmt: skip
# Of a stored API call the administration shows by whom it was made, to which model.
SHOWN = {"KeptCompletion.api_key_name", "KeptCompletion.model_name"} | {
    # The address that an invitation was sent to, by an administrator.
    "Invitation.email",
    # From where somebody is signed in, so that administrators can end it.
    "BrowserSession.address", "BrowserSession.user_agent",
}  # fmt: skip
CONTENT = "/admin/conversations/keptcompletion/"
LINK = re.compile(r'(?:href|action|formaction)="(/admin/[^"#]*)"')


def pages(client: Client, first: str) -> Iterator[tuple[str, str]]:
    """Every page of the administration that can be reached by links, with its text."""
    waiting, seen = [first, *_unlinked()], set[str]()
    while waiting:
        address = waiting.pop(0)
        if address in seen or "logout" in address:
            continue
        seen.add(address)
        response = client.get(address)
        content = response.streaming_content if response.streaming else None
        text = (asyncio.run(_read(content)) if content else response.content).decode()
        yield address, text
        if response.headers["Content-Type"].startswith("text/html"):
            waiting += _linked(text)


async def _read(content: Any) -> bytes:
    return b"".join([piece async for piece in content])


def _unlinked() -> Iterator[str]:
    """Searches and suggestions, which are asked for by forms and scripts."""
    for model in admin.site._registry:
        root = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield f"{root}?q=zq"
        name = f"app_label=conversations&model_name=user&field_name=groups&{model.__name__}&term=zq"
        yield f"/admin/autocomplete/?{name}"


def _linked(text: str) -> Iterator[str]:
    for found in LINK.findall(text):
        # A page with another filter or order shows no other fields.
        yield found.partition("?")[0]


def private(planted: dict[str, str]) -> dict[str, str]:
    """The canaries in what is a user's own."""
    return {
        canary: place
        for canary, place in planted.items()
        if place.partition(".")[0] in PRIVATE and place not in SHOWN
    }


@pytest.mark.django_db(transaction=True)
def test_no_page_of_the_administration_shows_what_users_wrote(people: People) -> None:
    planted = private(plant(people.alice))
    client = confirmed(people.dana)
    shown: set[tuple[str, str]] = set()
    addresses = []
    for address, text in pages(client, "/admin/"):
        addresses.append(address)
        for canary in hits(text, planted):
            shown.add((re.sub(r"\d+|\?.*", "", address), planted[canary]))
    # The one page that is there to show content; opening it is recorded, and its user is told.
    content = f"{CONTENT}/change/"
    assert shown <= {(content, "KeptCompletion.request"), (content, "KeptCompletion.answer")}
    for kind in ("user", "sharelink", "apikey", "auditentry", "ledgerentry", "keptcompletion"):
        assert any(f"/{kind}/" in each and "/change/" in each for each in addresses), kind
    assert any("/history/" in each for each in addresses)
    assert any("export" in each for each in addresses)


def test_confirmations_of_actions_show_nothing_either(people: People) -> None:
    planted = private(plant(people.alice))
    dana = confirmed(people.dana)
    chosen = {
        "sharelink": ("revoke", ShareLink.objects.get().pk),
        "keptcompletion": ("delete_selected", KeptCompletion.objects.get().pk),
        "user": ("deactivate", people.alice.pk),
    }
    for kind, (action, key) in chosen.items():
        fields = {"action": action, "_selected_action": str(key)}
        for confirmed_by in ({}, {"confirmed": "1", "post": "yes"}):
            page = dana.post(f"/admin/conversations/{kind}/", fields | confirmed_by, follow=True)
            found = [planted[each] for each in hits(page.content.decode(), planted)]
            assert found == [], (kind, confirmed_by)
    assert not ShareLink.objects.live().exists()
    assert not KeptCompletion.objects.exists()
    log = str(list(AuditEntry.objects.values_list("target_name", "before", "after")))
    assert [planted[each] for each in hits(log, planted)] == []


def test_an_error_page_shows_nothing(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = private(plant(people.alice))
    client = confirmed(people.dana)
    client.raise_request_exception = False
    stored = KeptCompletion.objects.get()
    monkeypatch.setattr("conversations.admin.stored_completions._readable", lambda text: 1 / 0)
    page = client.get(f"{CONTENT}{stored.pk}/change/")
    assert page.status_code == 500
    assert hits(page.content.decode(), planted) == []


def test_a_stored_call_is_read_only_with_a_record(people: People) -> None:
    stored = KeptCompletion.objects.create(
        user=people.alice,
        generation_id="0e1f3cf0-0c9a-4f0e-8f50-64f1a1f7f4b5",
        model_name="vendor/small",
        request='{"content": "zqsecret"}',
    )
    page = Administrator(people.dana).text(f"{CONTENT}{stored.pk}/change/")
    assert "zqsecret" in page
    (event,) = AuditEntry.objects.filter(action="stored API call read")
    assert (event.actor, event.target_id) == (people.dana, str(people.alice.pk))
    assert "zqsecret" not in str(event.after)
