"""Times in the lists of the administration: one form, in the reader's zone."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db.models import DateTimeField, Model
from django.utils import timezone
from playwright.sync_api import expect

from conversations import audit
from conversations.accounts import api_keys, people
from conversations.accounts.api_keys import KeyChoices
from conversations.models import (
    AuditEntry,
    Invitation,
    KeptCompletion,
    LedgerEntry,
    SecurityEvent,
    ShareLink,
    User,
)
from tests.browsers import NewPage
from tests.people import People, make_people
from tests.sharing.made import link_of

# In Tokyo it is the first of December.
AT = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
IN_TOKYO = "Dec 1, 2026, 00:30"
MINUTE = r"[A-Z][a-z]{2} \d{1,2}, \d{4}, \d\d:\d\d"
LISTS = ("user", "invitation", "sharelink", "apikey", "keptcompletion", "ledgerentry", "auditentry")


def furnish(one: People) -> None:
    """A record in each list."""
    link_of(one.alice)
    people.invite(one.dana, email="erin@example.org")
    api_keys.create(one.alice, KeyChoices("report"))
    KeptCompletion.objects.create(user=one.alice, generation_id=uuid4(), request="{}")
    LedgerEntry.objects.create(
        generation_id=uuid4(), user=one.alice, username="alice", day=AT, reserved_at=AT,
        outcome="completed", source="provider", requests=1, prompt_tokens=1, completion_tokens=1,
        cost_micros=0, duration_ms=9,
    )  # fmt: skip
    for _ in range(2):
        audit.record_event(SecurityEvent.SIGN_IN_FAILED, one.alice)
    User.objects.update(last_login=AT)
    ShareLink.objects.update(created_at=AT, expires_at=timezone.now())
    Invitation.objects.update(created_at=AT)
    AuditEntry.objects.update(at=AT, last_at=AT + timedelta(minutes=20))


@pytest.mark.browser
def test_lists_show_times_in_one_form_and_in_the_readers_zone(
    live_site: object, new_page: NewPage
) -> None:
    one = make_people()
    furnish(one)
    page = new_page(one.dana, timezone_id="Asia/Tokyo")
    for name in LISTS:
        page.goto(f"/admin/conversations/{name}/")
        times = page.locator("#result_list time")
        expect(times.first).to_have_text(re.compile(f"^{MINUTE}$"))
        shown = times.all_text_contents()
        assert all(re.fullmatch(rf"{MINUTE}|\d\d:\d\d", each) for each in shown), (name, shown)
        if name not in {"apikey", "keptcompletion"}:
            assert IN_TOKYO in shown, (name, shown)


@pytest.mark.browser
def test_the_page_of_an_entry_has_its_seconds(live_site: object, new_page: NewPage) -> None:
    one = make_people()
    furnish(one)
    page = new_page(one.dana, timezone_id="Asia/Tokyo")
    page.goto("/admin/conversations/auditentry/")
    page.locator("#result_list").get_by_role("link", name="Dec 1, 2026, 00:30 – 00:50").click()
    expect(page.get_by_text("Dec 1, 2026, 00:30:00 – Dec 1, 2026, 00:50:00")).to_be_visible()


def _is_time(model: type[Model], name: object) -> bool:
    known = {each.name for each in model._meta.fields if isinstance(each, DateTimeField)}
    return name in known


@pytest.mark.django_db
def test_no_list_shows_a_time_in_the_form_of_django() -> None:
    found = [
        (model.__name__, name)
        for model, its_admin in admin.site._registry.items()
        for name in (*its_admin.list_display, *its_admin.readonly_fields, *(its_admin.fields or ()))
        if _is_time(model, name)
    ]
    assert found == []
