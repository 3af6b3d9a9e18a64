"""Security events: in the log and in the database, bounded, never with a secret."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from chatsite.logs import JsonFormatter, TextFormatter
from conversations import audit
from conversations.audit import security_events
from conversations.audit.origin import Origin, coming_from
from conversations.models import AuditEntry, SecurityEvent
from tests.clock import Clock
from tests.people import People

pytestmark = pytest.mark.django_db
HOSTILE = 'Mozilla"\r\n2026-11-29 INFO event="signed in"\x1b[2J\u2028\u202e'


def events() -> list[tuple[str, str, str, str, int]]:
    """The stored events: by whom, what, about whom, from where, and how many times."""
    stored = AuditEntry.objects.security_events().order_by("pk")
    return list(stored.values_list("actor_name", "action", "target_name", "address", "times"))


@pytest.fixture
def from_home() -> Iterator[None]:
    """The requests come from one browser at 203.0.113.5."""
    with coming_from(Origin("203.0.113.5", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")):
        yield


def lines(caplog: pytest.LogCaptureFixture, formatter: logging.Formatter) -> list[str]:
    """The log lines of security events as that format writes them."""
    records = [each for each in caplog.records if each.name == security_events.__name__]
    return [line for each in records for line in formatter.format(each).splitlines()]


def test_an_event_says_who_did_what_from_where(people: People, from_home: None) -> None:
    audit.record_event(SecurityEvent.KEY_MADE, people.alice, name="backup")
    audit.record_event(SecurityEvent.SESSIONS_ENDED, people.alice, by=people.dana)
    audit.record_event(SecurityEvent.SIGN_IN_FAILED, people.bob)
    assert events() == [
        ("alice", "API key made", "alice", "203.0.113.5", 1),
        ("dana", "sessions ended", "alice", "203.0.113.5", 1),
        ("(not signed in)", "sign-in failed", "bob", "203.0.113.5", 1),
    ]
    assert AuditEntry.objects.earliest("pk").after == {"name": "backup"}


def test_an_administrative_change_says_from_where(people: People, from_home: None) -> None:
    audit.record(people.dana, "deactivated", people.alice, {"is_active": True}, {})
    entry = AuditEntry.objects.get()
    assert (entry.address, entry.is_security_event) == ("203.0.113.5", False)


def test_an_event_on_the_command_line_has_no_address(people: People) -> None:
    audit.record_event(SecurityEvent.SIGN_IN_FAILED)
    assert events() == [("(command line)", "sign-in failed", "", "", 1)]


def test_the_log_has_one_line_for_each_event(
    people: People, from_home: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    audit.record_event(SecurityEvent.SIGNED_IN, people.alice, method="password")
    audit.record_event(SecurityEvent.SIGN_IN_FAILED, people.bob)
    text = lines(caplog, TextFormatter())
    assert text[0].startswith('event="signed in" outcome="success" by="alice" user="alice" ')
    assert text[1].startswith('event="sign-in failed" outcome="failure" by="(not signed in)" ')
    of_json = [json.loads(line)["security_event"] for line in lines(caplog, JsonFormatter())]
    assert [each["outcome"] for each in of_json] == ["success", "failure"]
    assert of_json[0]["details"]["method"] == "password"


def test_nothing_that_a_client_sends_begins_a_line_or_a_field(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    request = RequestFactory().get("/", headers={"user-agent": HOSTILE})
    with coming_from(Origin.of(request)):
        audit.record_event(SecurityEvent.KEY_MADE, people.alice, name=HOSTILE)
    (line,) = lines(caplog, TextFormatter())
    assert line.count(' event="') == 0
    assert line.isprintable()
    stored = AuditEntry.objects.get()
    assert stored.user_agent.isprintable()
    assert stored.after["name"].isprintable()


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ("203.0.113.5", "203.0.113.5"), ("2001:DB8:0:0::1", "2001:db8::1"),
        ("::ffff:203.0.113.5", "203.0.113.5"), ("fe80::1%eth0", "fe80::1"),
        ("", ""), ("unknown", ""), ("203.0.113.5\r\nevent=x", ""), ("1" * 5000, ""),
    ],
)  # fmt: skip
def test_an_address_is_one_or_empty(sent: str, address: str) -> None:
    assert Origin.of(RequestFactory().get("/", REMOTE_ADDR=sent)).address == address


def fail(address: str, user: Any = None) -> None:
    """A failed sign-in from that address."""
    with coming_from(Origin(address)):
        audit.record_event(SecurityEvent.SIGN_IN_FAILED, user)


def test_failures_that_are_alike_are_counted_in_one_entry(people: People, clock: Clock) -> None:
    for _ in range(50):
        fail("203.0.113.5", people.alice)
        fail("203.0.113.5")
    clock.advance(hours=1)
    fail("203.0.113.5", people.alice)
    assert [(name, times) for _by, _what, name, _from, times in events()] == [
        ("alice", 50), ("", 50), ("alice", 1),
    ]  # fmt: skip


def test_a_client_with_a_whole_network_makes_one_entry(people: People) -> None:
    for number in range(1, 21):
        fail(f"2001:db8::{number:x}", people.alice)
    assert events() == [("(not signed in)", "sign-in failed", "alice", "2001:db8::1", 20)]


def test_a_flood_from_many_addresses_makes_a_bounded_number_of_entries(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security_events, "MOST_FAILURES", 5)
    for number in range(40):
        fail(f"203.0.113.{number}", people.alice)
    assert [(name, times) for _by, _what, name, _from, times in events()] == [
        *([("alice", 1)] * 5), ("", 35),
    ]  # fmt: skip


def test_old_events_are_removed_and_changes_stay_without_their_addresses(
    people: People, clock: Clock, settings: LazySettings, from_home: None
) -> None:
    settings.SECURITY_EVENTS_KEPT_DAYS = 90
    audit.record_event(SecurityEvent.SIGNED_IN, people.alice)
    audit.record(people.dana, "deactivated", people.alice, {}, {})
    clock.advance(days=91)
    audit.record_event(SecurityEvent.SIGNED_IN, people.bob)
    assert (audit.purge_events(), audit.purge_events()) == (1, 0)
    left = AuditEntry.objects.order_by("pk").values_list("action", "address")
    assert list(left) == [("deactivated", ""), ("signed in", "203.0.113.5")]
