"""A browser that loses its network: said at once, and nothing written meanwhile is lost."""

import pytest
from playwright.sync_api import Page, expect

from conversations.models import Message
from tests.browser.talking import (
    answer,
    begin,
    button,
    converse,
    messages,
    send,
    status,
    wait_for_end,
)
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser

WAITING = "Will be sent when you are back online"
# Far less than the time in which a silent connection is noticed.
AT_ONCE_MS = 2_000


@pytest.fixture
def offline(home: Page) -> Page:
    """Alice's page after one answer, without a network."""
    converse(home)
    home.context.set_offline(True)
    expect(home.get_by_role("alert").filter(has_text="You are offline")).to_be_visible(
        timeout=AT_ONCE_MS
    )
    return home


def test_a_message_written_offline_waits_and_is_sent_once_when_the_network_is_back(
    offline: Page,
) -> None:
    send(offline, "Please, tokens=2")
    waiting = messages(offline).nth(2).get_by_text(WAITING)
    expect(waiting).to_be_visible()
    expect(answer(offline).locator(".caret")).to_be_hidden()
    offline.context.set_offline(False)
    expect(waiting).to_be_hidden()
    wait_for_end(offline)
    expect(offline.locator("#offline-line")).to_be_hidden()
    assert Message.objects.filter(role="user").count() == 2


def test_a_message_that_was_not_sent_is_taken_back_by_stop(offline: Page) -> None:
    send(offline, "Please, tokens=2")
    button(offline, "Stop").click()
    expect(offline.get_by_role("alert").filter(has_text="this was not sent")).to_be_visible()
    expect(offline.get_by_role("textbox", name="Message")).to_have_value("Please, tokens=2")
    expect(messages(offline)).to_have_count(2)
    offline.context.set_offline(False)
    expect(offline.locator("#offline-line")).to_be_hidden()
    expect(messages(offline)).to_have_count(2)
    assert Message.objects.filter(role="user").count() == 1


def test_stopping_offline_says_when_it_happens_and_happens_then(
    home: Page, upstream: ScriptedUpstream
) -> None:
    begin(home, upstream)
    home.context.set_offline(True)
    expect(home.get_by_text("You are offline")).to_be_visible(timeout=AT_ONCE_MS)
    button(home, "Stop").click()
    alert = home.get_by_role("alert").filter(has_text="it is stopped as soon as the site")
    expect(alert).to_be_visible()
    home.context.set_offline(False)
    expect(status(home, "Stopped")).to_be_attached()
    expect(alert).to_be_hidden()
