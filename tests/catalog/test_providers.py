"""The providers of the administration."""

import logging

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conversations.admin import provider_form
from conversations.models import AuditEntry, Policy, Provider
from tests.catalog.administrator import (
    HEADER,
    KEY,
    Administrator,
    audited,
    errors_of,
)
from tests.people import People

pytestmark = pytest.mark.django_db
NEW = {
    "name": "New",
    "base_url": "https://api.example.org/v1/",
    "dialect": "generic",
    "enabled": "on",
    "api_key": KEY,
    "extra_headers": f"X-Team: {HEADER}\n",
    "connect_seconds": "5",
    "first_word_seconds": "60",
    "silent_seconds": "300",
    "total_seconds": "600",
    "max_concurrent": "",
}


def test_a_new_provider_is_stored_as_it_was_entered(dana: Administrator) -> None:
    dana.sends("provider/add/", **NEW)
    made = Provider.objects.get()
    assert (made.base_url, made.api_key) == ("https://api.example.org/v1", KEY)
    assert (made.extra_headers, made.max_concurrent) == (f"X-Team: {HEADER}", None)


def test_saving_without_touching_the_secrets_keeps_them(
    dana: Administrator, provider: Provider
) -> None:
    dana.saves(provider, name="Renamed", total_seconds="30", max_concurrent="4")
    provider.refresh_from_db()
    assert (provider.name, provider.total_seconds, provider.max_concurrent) == ("Renamed", 30, 4)
    assert (provider.api_key, provider.extra_headers) == (KEY, f"X-Team: {HEADER}")


def test_the_page_says_that_a_key_is_stored_without_showing_it(
    dana: Administrator, provider: Provider
) -> None:
    page = dana.opens(f"provider/{provider.pk}/change/")
    assert page.count("Stored. Leave this empty to keep it.") == 2
    assert "Remove the stored key" in page
    provider.api_key = provider.extra_headers = ""
    provider.save()
    page = dana.opens(f"provider/{provider.pk}/change/")
    assert "Stored." not in page
    assert "Remove the stored" not in page


def test_a_new_key_takes_the_place_of_the_stored_one(
    dana: Administrator, provider: Provider
) -> None:
    dana.saves(provider, api_key="another-secret-key")
    provider.refresh_from_db()
    assert provider.api_key == "another-secret-key"


def test_secrets_are_removed_on_request(dana: Administrator, provider: Provider) -> None:
    dana.saves(provider, remove_api_key="on", remove_extra_headers="on")
    provider.refresh_from_db()
    assert (provider.api_key, provider.extra_headers) == ("", "")


def test_entering_and_removing_at_once_is_asked_about(
    dana: Administrator, provider: Provider
) -> None:
    page = dana.saves(provider, api_key="another-secret-key", remove_api_key="on")
    assert errors_of(page) == ["Enter a new value or remove the stored one, not both."]
    provider.refresh_from_db()
    assert provider.api_key == KEY


def test_a_stored_key_does_not_go_to_another_address_unasked(
    dana: Administrator, provider: Provider
) -> None:
    page = dana.saves(provider, base_url="https://elsewhere.example/v1")
    assert errors_of(page) == ["The address has changed. Enter this value again, or remove it."] * 2
    provider.refresh_from_db()
    assert provider.base_url.startswith("http://127.0.0.1")
    dana.saves(
        provider,
        base_url="https://elsewhere.example/v1",
        api_key="its-own-secret-key",
        remove_extra_headers="on",
    )
    provider.refresh_from_db()
    assert (provider.api_key, provider.extra_headers) == ("its-own-secret-key", "")


def test_another_path_of_the_same_server_keeps_the_key(
    dana: Administrator, provider: Provider
) -> None:
    dana.saves(provider, base_url=f"{provider.base_url}/v2")
    provider.refresh_from_db()
    assert provider.base_url.endswith("/v1/v2")
    assert provider.api_key == KEY


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("base_url", "http://169.254.169.254/v1", "This site must not connect to this address."),
        ("base_url", "http://metadata.google.internal/", "This site must not connect to"),
        ("base_url", "https://example.org:0/v1", "The address must be a complete URL"),
        ("base_url", "ftp://example.org/v1", "The address must begin with http://"),
        ("base_url", "https://u:p@example.org/v1", "The address must not contain a user name"),
        ("base_url", "https://example.org/v1?a=b", "The address must not contain a query"),
        ("base_url", f"http://{'a' * 64}.example/v1", "The address must be a complete URL"),
        ("extra_headers", "no colon here", "Line 1 is not of the form “Name: value”."),
        ("extra_headers", "X-One: 1\n\nBad name: 2", "Line 3 is not printable ASCII."),
        ("extra_headers", "Content-Length: 0", "The header “Content-Length” is set by this site"),
        ("api_key", "sk-ключ-secret", "A key may contain printable ASCII characters only."),
        ("connect_seconds", "0", "Ensure this value is greater than or equal to 0.1."),
        ("max_concurrent", "0", "Ensure this value is greater than or equal to 1."),
        ("total_seconds", "1e20", "Ensure this value is less than or equal to 86400."),
        ("max_concurrent", "99999999999", "Ensure this value is less than or equal to 10000."),
    ],
)
def test_what_cannot_work_is_refused_in_words(
    dana: Administrator, field: str, value: str, error: str
) -> None:
    page = dana.sends("provider/add/", **{**NEW, field: value})
    [shown] = errors_of(page)
    assert shown.startswith(error)
    assert not Provider.objects.exists()


def test_the_refusal_of_an_address_is_in_the_administrators_language(
    dana: Administrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = {code: f"In German: {code}" for code in provider_form.ADDRESS_SENTENCES}
    monkeypatch.setattr(provider_form, "ADDRESS_SENTENCES", shown)
    page = dana.sends("provider/add/", **{**NEW, "base_url": "https://u:p@example.org/v1"})
    assert errors_of(page) == ["In German: login"]


def test_private_addresses_are_refused_where_the_policy_says_so(dana: Administrator) -> None:
    Policy.objects.create(private_addresses=False)
    page = dana.sends("provider/add/", **{**NEW, "base_url": "http://10.0.0.7:11434/v1"})
    assert errors_of(page) == ["This site must not connect to this address."]


def test_a_host_without_a_dot_is_fine(dana: Administrator) -> None:
    dana.sends("provider/add/", **{**NEW, "base_url": "http://ollama:11434/v1"})
    assert Provider.objects.get().base_url == "http://ollama:11434/v1"


@pytest.mark.parametrize("button", ["test", "sync", "load"])
def test_buttons_are_pressed_and_not_followed(
    client: Client, people: People, provider: Provider, button: str
) -> None:
    path = reverse(f"admin:conversations_provider_{button}", args=[provider.pk])
    client.force_login(people.dana)
    assert client.get(path).status_code == 405
    client.force_login(people.alice)
    assert client.post(path).status_code == 302
    people.alice.is_staff = True
    people.alice.save()
    assert client.post(path).status_code == 403


def test_buttons_of_a_deleted_provider_are_not_found(client: Client, people: People) -> None:
    client.force_login(people.dana)
    assert client.post("/admin/conversations/provider/404/test/").status_code == 404


@pytest.mark.parametrize(
    ("action", "field", "value"),
    [
        ("pause", "paused", True),
        ("resume", "paused", False),
        ("disable", "enabled", False),
        ("enable", "enabled", True),
    ],
)
def test_many_are_switched_at_once_and_written_down(
    dana: Administrator, provider: Provider, action: str, field: str, value: bool
) -> None:
    setattr(provider, field, not value)
    provider.save()
    dana.acts(action, provider)
    provider.refresh_from_db()
    assert getattr(provider, field) is value
    assert audited() == [("changed", "Provider", {field: not value}, {field: value})]


def test_the_list_asks_no_more_of_the_database_for_more_providers(dana: Administrator) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            dana.opens("provider/")
        return len(captured)

    Provider.objects.create(name="first", base_url="http://127.0.0.1/1")
    few = queries()
    Provider.objects.bulk_create(
        Provider(name=f"more {number}", base_url="http://127.0.0.1/") for number in range(20)
    )
    assert queries() == few


def test_no_secret_shows_in_any_page_message_trail_or_log(
    dana: Administrator, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path = f"provider/{provider.pk}"
    dana.sends("provider/add/", **NEW)
    dana.sends("provider/add/", **{**NEW, "name": ""})
    dana.sends("provider/add/", **{**NEW, "base_url": "nonsense"})
    dana.saves(provider, name="Renamed")
    dana.saves(provider, api_key=f"{KEY}-changed", extra_headers=f"X-Team: {HEADER}-changed")
    dana.saves(provider, base_url="http://127.0.0.2/v1")
    dana.presses(provider, "test")
    dana.presses(provider, "sync")
    for page in ("provider/", f"{path}/change/", f"{path}/history/", f"{path}/delete/"):
        dana.opens(page)
    trail = [f"{each.before} {each.after}" for each in AuditEntry.objects.all()]
    everything = "\n".join([*dana.shown, *trail, caplog.text])
    assert "Renamed" in everything
    assert AuditEntry.objects.count() >= 3
    assert KEY not in everything
    assert HEADER not in everything
