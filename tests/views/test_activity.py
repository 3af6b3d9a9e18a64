"""Recent activity: the events of one's own account, in words."""

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils.text import capfirst

from conversations import audit
from conversations.audit.origin import Origin, coming_from
from conversations.models import KeptCompletion, SecurityEvent
from tests.admin.administrator import Administrator
from tests.people import People
from tests.sharing.made import link_of
from tests.views.single_sign_on.real_provider import settings_for

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


def browser_of(people: People) -> Client:
    """Alice's browser."""
    client = Client()
    client.force_login(people.alice)
    return client


def test_users_see_their_own_events_and_nobody_elses(people: People) -> None:
    with coming_from(Origin("203.0.113.5", FIREFOX)):
        audit.record_event(SecurityEvent.PASSWORD_CHANGED, people.alice)
        for _ in range(3):
            audit.record_event(SecurityEvent.SIGN_IN_FAILED, people.alice)
    with coming_from(Origin("198.51.100.7")):
        audit.record_event(SecurityEvent.PASSWORD_CHANGED, people.bob)
    for address in ("/account/", "/account/activity/"):
        page = browser_of(people).get(address).content.decode()
        for shown in ("Password changed", "Sign-in failed × 3", "Firefox on Windows · 203.0.113.5"):
            assert shown in page
        assert "198.51.100.7" not in page


def test_ways_to_sign_in_are_named_as_on_the_pages(people: People) -> None:
    audit.record_event(SecurityEvent.SIGNED_IN, people.alice, method="password, totp")
    audit.record_event(SecurityEvent.FACTOR_ADDED, people.alice, factor="webauthn")
    page = browser_of(people).get("/account/activity/").content.decode()
    assert "Signed in: password, authenticator app" in page
    assert "Second factor added: passkey" in page


def test_the_sign_in_provider_has_its_name_and_not_its_address(
    people: People, settings: LazySettings
) -> None:
    settings.OIDC = settings_for("https://sign-in.example")
    audit.record_event(SecurityEvent.SERVICE_CONNECTED, people.alice, service=settings.OIDC.issuer)
    page = browser_of(people).get("/account/activity/").content.decode()
    assert f"Sign-in service connected: {settings.OIDC.name}" in page
    assert settings.OIDC.issuer not in page


@pytest.mark.parametrize("event", [SecurityEvent.LINK_MADE_PUBLIC, SecurityEvent.LINK_LOCKED])
def test_a_link_has_the_title_of_its_conversation_and_not_an_id(
    people: People, event: SecurityEvent
) -> None:
    link = link_of(people.alice, title="A picnic by the sea")
    audit.record_event(event, people.alice, link=link.pk)
    page = browser_of(people).get("/account/activity/").content.decode()
    assert f"{capfirst(event.label)}: A picnic by the sea" in page
    assert str(link.pk) not in page
    link.delete()
    page = browser_of(people).get("/account/").content.decode()
    assert f"{capfirst(event.label)}: a link that was removed" in page
    assert str(link.pk) not in page


def test_a_link_of_somebody_else_is_not_named(people: People) -> None:
    link = link_of(people.bob, title="A surprise")
    audit.record_event(SecurityEvent.LINK_MADE_PUBLIC, people.alice, link=link.pk)
    assert "A surprise" not in browser_of(people).get("/account/activity/").content.decode()


def test_users_see_what_administrators_did_and_not_from_where(people: People) -> None:
    with coming_from(Origin("198.51.100.7", FIREFOX)):
        audit.record(people.dana, "changed", people.alice, {}, {"is_staff": True})
        audit.record_event(SecurityEvent.SESSIONS_ENDED, people.alice, by=people.dana)
    page = browser_of(people).get("/account/activity/").content.decode()
    assert "Changed: is staff" in page
    assert page.count("by dana") == 2
    assert "198.51.100.7" not in page


def test_users_see_which_stored_call_was_read_by_whom(people: People) -> None:
    stored = KeptCompletion.objects.create(
        user=people.alice,
        generation_id="0e1f3cf0-0c9a-4f0e-8f50-64f1a1f7f4b5",
        model_name="vendor/small",
        request='{"canary": 1}',
    )
    Administrator(people.dana).text(f"/admin/conversations/keptcompletion/{stored.pk}/change/")
    page = browser_of(people).get("/account/").content.decode()
    assert "Stored API call read: vendor/small" in page
    assert "by dana" in page


def test_an_administrator_without_the_permission_reads_nothing_and_leaves_no_event(
    people: People,
) -> None:
    stored = KeptCompletion.objects.create(
        user=people.alice, generation_id="0e1f3cf0-0c9a-4f0e-8f50-64f1a1f7f4b5", request="{}"
    )
    people.bob.is_staff = True
    people.bob.save()
    address = f"/admin/conversations/keptcompletion/{stored.pk}/change/"
    assert Administrator(people.bob).status(address) == 403
    page = browser_of(people).get("/account/").content.decode()
    assert "Stored API call read" not in page


def test_much_activity_is_in_pages(people: People) -> None:
    for number in range(60):
        audit.record_event(SecurityEvent.KEY_MADE, people.alice, key=f"key {number}")
    client = browser_of(people)
    assert client.get("/account/").content.decode().count("API key made") == 4
    assert client.get("/account/activity/").content.decode().count("API key made") == 49
    assert client.get("/account/activity/?page=2").content.decode().count("API key made") == 11
